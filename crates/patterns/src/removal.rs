//! What is left when a resource is removed from the program.

use formwork_core::{Builder, DeletionPolicy, UpdateReplacePolicy};

/// Keeps the real thing when its resource is removed or replaced, or has it go.
///
/// What is kept is kept but for a first deployment that fails: what was never whole holds nothing, and a name that it has
/// of its own would be taken when the deployment is tried again.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
#[track_caller]
pub(crate) fn kept<B: Builder>(resource: B, kept: bool) -> B {
    match kept {
        true => resource
            .deletion_policy(DeletionPolicy::RetainExceptOnCreate)
            .update_replace_policy(UpdateReplacePolicy::Retain),
        false => deleted(resource),
    }
}

/// Has the real thing go with its resource.
#[track_caller]
pub(crate) fn deleted<B: Builder>(resource: B) -> B {
    resource.deletion_policy(DeletionPolicy::Delete).update_replace_policy(UpdateReplacePolicy::Delete)
}
