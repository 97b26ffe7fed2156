//! The logs of a load balancer, and the bucket that they go to.

use formwork_aws::{
    policy::{Condition, Document, Principal, Statement},
    s3::{
        self,
        bucket::{
            AbortIncompleteMultipartUpload, BucketEncryption, LifecycleConfiguration,
            NoncurrentVersionExpiration, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
            PublicAccessBlockConfiguration, Rule, RuleStatus, ServerSideEncryptionByDefault,
            ServerSideEncryptionByDefaultSseAlgorithm, ServerSideEncryptionRule, VersioningConfiguration,
            VersioningConfigurationStatus,
        },
    },
    types::{Duration, days},
};
use formwork_core::{Builder as _, Input, IntoInput, Name, Output, Scope, interpolate, pseudo};

/// Which logs a load balancer keeps, where, and for how long.
#[derive(Clone)]
pub(super) struct Logs {
    pub(super) access: bool,
    pub(super) connections: bool,
    pub(super) health_checks: bool,
    /// A bucket that is there already.
    pub(super) bucket: Option<Output<Name<s3::Bucket>>>,
    pub(super) prefix: Option<String>,
    pub(super) keep: Duration,
}

impl Default for Logs {
    fn default() -> Self {
        let keep = days(90);
        Self { access: true, connections: false, health_checks: false, bucket: None, prefix: None, keep }
    }
}

impl Logs {
    fn any(&self) -> bool {
        self.access || self.connections || self.health_checks
    }

    /// The bucket that the logs need, with the policy that lets them in.
    #[track_caller]
    pub(super) fn bucket(&self, scope: Scope<'_>) -> Option<(s3::Bucket, s3::BucketPolicy)> {
        if !self.any() || self.bucket.is_some() {
            return None;
        }
        let bucket = scope.add("Logs", private(self.keep));
        // The service principal is for all Regions; the accounts of Elastic Load Balancing, one for each Region, are
        // what policies named before.
        // docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        let prefix = self.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let of_this_account = interpolate!("{}/{prefix}AWSLogs/{}/*", bucket.arn(), pseudo::account_id());
        let write = Statement::allow("s3:PutObject")
            .on(of_this_account)
            .to(Principal::service("logdelivery.elasticloadbalancing.amazonaws.com"))
            .sid("LogDelivery");
        let plain = Statement::deny("s3:*")
            .on([interpolate!("{}", bucket.arn()), interpolate!("{}/*", bucket.arn())])
            .to(Principal::everyone())
            .when(Condition::bool("aws:SecureTransport", false))
            .sid("TlsOnly");
        let policy = Document::new().statement(write).statement(plain);
        let policy = s3::BucketPolicy::builder().bucket(bucket).policy_document(policy);
        Some((bucket, scope.add("LogsPolicy", policy)))
    }

    /// The attributes of the load balancer that turn the logs on.
    pub(super) fn attributes(&self, made: Option<s3::Bucket>) -> Vec<(String, Input<String>)> {
        let mut attributes = Vec::new();
        let mut attribute = |key: String, value: Input<String>| attributes.push((key, value));
        let bucket = match (made, &self.bucket) {
            (Some(made), _) => Some(IntoInput::<Name<s3::Bucket>>::into_input(made).into_expr()),
            (None, bucket) => bucket.as_ref().map(|bucket| bucket.expr().clone()),
        };
        for (logs, on) in [
            ("access_logs", self.access),
            ("connection_logs", self.connections),
            ("health_check_logs", self.health_checks),
        ] {
            match &bucket {
                Some(bucket) if on => {
                    attribute(format!("{logs}.s3.enabled"), "true".into_input());
                    attribute(format!("{logs}.s3.bucket"), Input::new(bucket.clone()));
                    if let Some(prefix) = &self.prefix {
                        attribute(format!("{logs}.s3.prefix"), prefix.clone().into_input());
                    }
                }
                // What is off by default is said of access logs only, which whoever reads the template looks for.
                _ if logs == "access_logs" => attribute(format!("{logs}.s3.enabled"), "false".into_input()),
                _ => {}
            }
        }
        attributes
    }
}

/// A bucket that nobody reads from outside, encrypted with keys of S3: the only ones with which a load balancer writes.
fn private(keep: Duration) -> s3::bucket::Builder {
    let encryption = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryptionByDefaultSseAlgorithm::Aes256);
    let encryption = ServerSideEncryptionRule::builder().server_side_encryption_by_default(encryption);
    let expiry = Rule::builder()
        .id("expire")
        .status(RuleStatus::Enabled)
        .expiration_in_days(keep)
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(days(1)))
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(1),
        );
    let nobody = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true);
    let owner = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::BucketOwnerEnforced);
    s3::Bucket::builder()
        .bucket_encryption(BucketEncryption::builder().server_side_encryption_configuration([encryption]))
        .lifecycle_configuration(LifecycleConfiguration::builder().rules([expiry]))
        .ownership_controls(OwnershipControls::builder().rules([owner]))
        .public_access_block_configuration(nobody)
        .versioning_configuration(
            VersioningConfiguration::builder().status(VersioningConfigurationStatus::Enabled),
        )
        // A bucket that holds anything cannot be deleted, and Elastic Load Balancing writes a test file at once: the
        // stack would never go away. What is left empties itself.
        .keep_on_removal()
}
