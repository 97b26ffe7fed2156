//! The password of the first user, and when it changes.

use formwork_aws::{
    secretsmanager::{self, Secret, rotation_schedule::RotationRules, secret},
    types::{Days, days},
};
use formwork_core::{Builder as _, Finding, Output, Scope, interpolate};

use super::wishes::{Password, Wishes};
use crate::{
    SecretValue,
    place::{production, report},
    removal,
    value::arn_here,
};

/// Where the password of the first user is, and what belongs to it.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) value: SecretValue,
    /// Whether RDS makes it.
    pub(super) managed: bool,
    pub(super) secret: Option<Secret>,
    pub(super) attachment: Option<secretsmanager::SecretTargetAttachment>,
    pub(super) rotation: Option<secretsmanager::RotationSchedule>,
}

/// What is in a secret that RDS manages.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
const MANAGED_KEYS: &[&str] = &["username", "password"];

/// What is in a secret of the database's own, with what its attachment adds.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html
// docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
const OWN_KEYS: &[&str] = &[
    "username",
    "password",
    "engine",
    "host",
    "port",
    "dbname",
    "dbInstanceIdentifier",
    "dbClusterIdentifier",
];

impl Wishes {
    /// The secret of its own, if it is to have one.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints: a password takes no `/`,
    // `"` and `@`; without punctuation it also fits into a URL.
    #[track_caller]
    pub(super) fn own_secret(&self, scope: &Scope<'_>, begun: Option<secret::Builder>) -> Option<Secret> {
        let (Password::Own { regions, .. }, None) = (&self.password, &self.source) else { return None };
        let generated = secret::GenerateSecretString::builder()
            .secret_string_template(format!("{{\"username\":\"{}\"}}", self.username()))
            .generate_string_key("password")
            .exclude_punctuation(true)
            .password_length(40);
        let copies = regions.iter().map(|region| secret::ReplicaRegion::builder().region(region.clone()));
        let copies = (!regions.is_empty()).then(|| copies.collect::<Vec<_>>());
        let secret = begun
            .unwrap_or_else(Secret::builder)
            .description("how to log on to the database")
            .generate_secret_string(generated)
            .replica_regions(copies)
            .kms_key_id(self.key.clone());
        let secret = match self.rotated_by.is_some() {
            true => secret,
            false => secret.accept("FW2313", "`.own_secret()` was said, and no function that changes it"),
        };
        // CloudFormation deletes a secret for good at once. Where a snapshot of the data is left, the password of its users,
        // which a database that is made from it has, is left with it.
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
        let keep = self.snapshot_on_removal.unwrap_or_else(|| production(scope));
        Some(scope.add("Secret", removal::kept(secret, keep)))
    }

    /// The password of a database that is there now: that of its original, in a secret of its own, or in that of RDS.
    #[track_caller]
    pub(super) fn credentials(
        &self,
        scope: &Scope<'_>,
        own: Option<Secret>,
        managed: Output<String>,
        target: Output<String>,
        target_type: &'static str,
    ) -> Credentials {
        if let Some(source) = &self.source {
            return source.credentials.clone();
        }
        let attachment = own.map(|secret| {
            let attachment = secretsmanager::SecretTargetAttachment::builder()
                .secret_id(secret.id())
                .target_id(target)
                .target_type(target_type);
            scope.add("Attachment", attachment)
        });
        // Who refers to the attachment reads the secret when the addresses are in it.
        let arn: Output<String> = match attachment {
            Some(attachment) => attachment.secret_id().cast(),
            None => managed,
        };
        let keys = if own.is_some() { OWN_KEYS } else { MANAGED_KEYS };
        let value = SecretValue::of(arn.clone().cast::<formwork_core::Arn<Secret>>()).with_keys(keys);
        let value = match &self.key {
            Some(key) => value.encrypted_with(key),
            None => value,
        };
        let rotation = self.rotation(scope, arn, own.is_some());
        Credentials { value, managed: own.is_none(), secret: own, attachment, rotation }
    }

    #[track_caller]
    fn rotation(
        &self,
        scope: &Scope<'_>,
        secret: Output<String>,
        own: bool,
    ) -> Option<secretsmanager::RotationSchedule> {
        let interval = self.rotation.map(|said| said.value);
        if let Some(said) = self.rotation {
            let wrong = |message: String, help: &str| {
                report(scope, Finding::error("FW3082", message).help(help), said.at);
            };
            // docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
            if Days::try_from(said.value).is_err() || !(days(1)..=days(1000)).contains(&said.value) {
                let message = format!("the password is to change every {}", said.value);
                wrong(message, "Secrets Manager takes whole days, `days(1)` to `days(1000)`");
            } else if own && self.rotated_by.is_none() {
                let message = "a secret of your own does not change by itself".to_owned();
                wrong(message, "name a function with `.rotated_by(arn)`, or let RDS manage the password");
            }
        }
        let interval = match (interval, own, &self.rotated_by) {
            (Some(interval), ..) => interval,
            (None, true, Some(_)) => days(30),
            _ => return None,
        };
        let rules = RotationRules::builder().automatically_after_days(interval);
        // What RDS manages is changed by RDS: docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html
        let schedule = secretsmanager::RotationSchedule::builder()
            .secret_id(secret)
            .rotation_rules(rules)
            .rotation_lambda_arn(own.then(|| self.rotated_by.clone()).flatten())
            .rotate_immediately_on_update(false);
        Some(scope.add("Rotation", schedule))
    }
}

impl Credentials {
    /// The same password as it is copied to the Region of who uses it.
    // docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html: a copy has the same ARN but for the Region.
    pub(super) fn copied(&self) -> Self {
        let rest = self.value.arn().split(":").select(6);
        let arn = arn_here("secretsmanager", interpolate!("secret:{rest}"));
        let keys = if self.managed { MANAGED_KEYS } else { OWN_KEYS };
        let value = SecretValue::of(arn.cast::<formwork_core::Arn<Secret>>()).with_keys(keys);
        Self { value, ..self.here() }
    }

    /// The same password, whose resources stand elsewhere.
    pub(super) fn here(&self) -> Self {
        Self { secret: None, attachment: None, rotation: None, ..self.clone() }
    }
}
