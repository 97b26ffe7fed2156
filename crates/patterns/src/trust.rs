//! Who may act with a role.

use formwork_aws::iam::{Condition, TrustPolicy};
use formwork_core::pseudo;

/// A service of AWS, for this account only: another account cannot have the service use the role on its behalf, as
/// a "confused deputy". Where the service says for which resource it acts, the caller adds `aws:SourceArn`.
// docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
pub(crate) fn service_of_account(name: &'static str) -> TrustPolicy {
    TrustPolicy::service(name).when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()))
}
