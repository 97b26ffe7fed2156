//! Messages to telephones.

use formwork_aws::{
    cognito::user_pool::{SmsConfiguration, SmsConfigurationBuilder},
    iam::{self, Condition, Statement, TrustPolicy},
};
use formwork_core::{Builder as _, Scope, interpolate, pseudo};

use crate::{Grantee, Role, value::arn_here};

/// The role with which Cognito sends messages for the pools of this account, and how the pool names it.
// docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-sms.html
#[track_caller]
pub(super) fn role(scope: Scope<'_>) -> (Role<'_>, SmsConfigurationBuilder) {
    // What the pool says when it takes the role, so that nobody else has Cognito take it.
    let external = scope.physical_name(&format!("{}-{}", scope.stack().id(), scope.path()), 64);
    // The pool itself cannot be named: it refers to the role.
    let pools = arn_here("cognito-idp", "userpool/*");
    let trust = TrustPolicy::service("cognito-idp.amazonaws.com")
        .when(Condition::string_equals("sts:ExternalId", external.clone()))
        .when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()))
        .when(Condition::arn_like("aws:SourceArn", pools));
    // A number has no ARN: everything but topics, platforms and what else SNS has.
    let send =
        Statement::allow("sns:Publish").on_all_but(interpolate!("arn:{}:sns:*:*:*", pseudo::partition()));
    let role = iam::Role::builder()
        .description("sends messages to the telephones of users")
        .assume_role_policy_document(trust)
        .accept("FW1523", "a number has no ARN: this is what is no topic and no platform");
    let role = Role::of(scope, scope.add("SmsRole", role));
    role.grant(send);
    let sms = SmsConfiguration::builder().sns_caller_arn(role.role().arn()).external_id(external);
    (role, sms)
}
