//! Who may act with a role.

use formwork_aws::iam::{Condition, TrustPolicy};
use formwork_core::{Str, pseudo};

use crate::value::arn_here;

/// A service of AWS, for this account only: another account cannot have the service use the role on its behalf, as
/// a "confused deputy". Where the service says for which resource it acts, the caller adds `aws:SourceArn`.
// docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
pub(crate) fn service_of_account(name: impl Into<Str>) -> TrustPolicy {
    TrustPolicy::service(name.into().into_owned())
        .when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()))
}

/// Tasks of ECS of this account and Region, and nobody else.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html (confused deputy)
pub(crate) fn tasks() -> TrustPolicy {
    service_of_account("ecs-tasks.amazonaws.com")
        .when(Condition::arn_like("aws:SourceArn", arn_here("ecs", "*")))
}
