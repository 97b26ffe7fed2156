//! Rights on resources, as methods of their handles: `bucket.grant_read(&api)`.
//!
//! One trait for each kind of thing, so that completion shows what can be done with it. A right is the actions that it
//! takes, on the ARN of the thing; where a key of your own encrypts it by the time the right is given, the use of the
//! key goes with it, through the service alone. Statements stand in the grantee's role, and so in the grantee's stack:
//! no circle of stacks arises.
//!
//! What is returned, [`Granted`], hands over where the thing is found.

mod bucket;
mod key;
mod log_group;
mod parameter;
mod queue;
mod repository;
mod secret;
mod table;
mod topic;

use formwork_aws::{
    kms,
    policy::{Condition, Identity, Statement},
};
use formwork_core::{AsHandle, Expr, IntoText, Output, Scope, interpolate, pseudo};

pub use bucket::{Below, BucketGrants};
pub use key::KeyGrants;
pub use log_group::LogGroupGrants;
pub use parameter::ParameterGrants;
pub use queue::QueueGrants;
pub(crate) use repository::PULL;
pub use repository::RepositoryGrants;
pub use secret::SecretGrants;
pub use table::TableGrants;
pub use topic::TopicGrants;

use crate::{
    Granted, Grantee,
    value::{arn_here, text},
};

/// Traits that are to be called and not to be implemented.
mod sealed {
    pub trait Sealed {}

    impl Sealed for formwork_aws::s3::Bucket {}
    impl Sealed for crate::Bucket<'_> {}
    impl Sealed for super::Below {}
    impl Sealed for formwork_aws::kms::Key {}
    impl Sealed for formwork_aws::logs::LogGroup {}
    impl Sealed for formwork_aws::ssm::Parameter {}
    impl Sealed for formwork_aws::sqs::Queue {}
    impl Sealed for formwork_aws::ecr::Repository {}
    impl Sealed for crate::Repository<'_> {}
    impl Sealed for formwork_aws::secretsmanager::Secret {}
    impl Sealed for formwork_aws::dynamodb::Table {}
    impl Sealed for formwork_aws::sns::Topic {}
}

/// Gives statements to somebody, with one setting: where the thing is found.
#[track_caller]
fn granted<'g, 'a, G: Grantee<'a>>(
    to: &'g G,
    statements: impl IntoIterator<Item = Statement<Identity>>,
    setting: impl IntoText,
) -> Granted<'g, G> {
    for statement in statements {
        to.grant(statement);
    }
    Granted::new(to).setting("", text(setting))
}

/// The right to use a customer's key that encrypts a resource, through the service that keeps it; none where AWS's key
/// does, or none.
///
/// The property at the path says which key: by ARN, id or alias, or by a handle.
// docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
fn use_of_key<'a>(
    to: &impl Grantee<'a>,
    resource: impl AsHandle,
    path: &str,
    service: &str,
    actions: &[&'static str],
) -> Option<Statement<Identity>> {
    let scope = to.role().scope();
    let key = scope.edit(resource).get(path)?;
    let (arn, alias) = key_of(scope, key.plain())?;
    let via = interpolate!("{service}.{}.amazonaws.com", pseudo::region());
    let by_alias = alias.map(|alias| Condition::string_equals("kms:ResourceAliases", alias).for_any_value());
    Some(
        Statement::allow(actions.to_vec())
            .on(arn)
            .when(Condition::string_equals("kms:ViaService", via))
            .when(by_alias),
    )
}

/// The ARN of a customer's key, and its alias where that is all that is known of it.
fn key_of(scope: Scope<'_>, key: &Expr) -> Option<(Output<String>, Option<String>)> {
    let Expr::Text(text) = key else {
        if *key == Expr::Absent {
            return None;
        }
        // The property takes an id as well as an ARN, and a policy the ARN only.
        let by_id = |known: &kms::Key| known.key_id().into_text() == *key;
        return Some(match scope.app().all::<kms::Key>().into_iter().find(by_id) {
            Some(known) => (known.arn().cast(), None),
            None => (Output::new(key.clone()), None),
        });
    };
    // `alias/shop`, or the end of `arn:aws:kms:eu-central-1:111122223333:alias/shop`.
    let (place, name) = text.rsplit_once(':').unwrap_or(("", text));
    match name.strip_prefix("alias/") {
        // Whoever may use the service may use its key.
        Some(own) if own.starts_with("aws/") => None,
        Some(_) => {
            let any = match place {
                "" => arn_here("kms", "key/*"),
                place => Output::new(format!("{place}:key/*").into_text()),
            };
            Some((any, Some(name.to_owned())))
        }
        None if text.starts_with("arn:") => Some((Output::new(key.clone()), None)),
        None => Some((arn_here("kms", format!("key/{text}")), None)),
    }
}
