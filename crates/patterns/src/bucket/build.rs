//! Makes a bucket of what was said.

use formwork_aws::s3::{
    self,
    bucket::{
        AccelerateConfiguration, AccelerationStatus, EventBridgeConfiguration, LoggingConfiguration,
        NotificationConfiguration, PartitionDateSource, PartitionedPrefix, TargetObjectKeyFormat,
        VersioningConfiguration, VersioningConfigurationStatus,
    },
};
use formwork_core::{Builder as _, Finding, Input, IntoInput, Scope};

use super::{
    Bucket, Builder, ObjectLock, Sender, cors,
    logs::ACCESS_LOGS,
    private::{closed, encryption, policy},
};
use crate::{
    place::{self, Said, production, report},
    removal,
};

impl<'a> Builder<'a> {
    /// Makes the bucket.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>) -> Bucket<'a> {
        let scope = place::claim(scope.into().for_caller(), "a bucket", &["Bucket", "Policy"]);
        self.judge(&scope);
        let versions = self.no_versions.is_none();
        let with_key = self.key.is_some();
        let lock = self.lock.and_then(|lock| ObjectLock::configuration(&scope, lock));
        let notices = self.event_bridge.then(|| {
            let events = EventBridgeConfiguration::builder().event_bridge_enabled(true);
            NotificationConfiguration::builder().event_bridge_configuration(events)
        });
        let versioning = versions
            .then(|| VersioningConfiguration::builder().status(VersioningConfigurationStatus::Enabled));
        let faster = self
            .acceleration
            .map(|_| AccelerateConfiguration::builder().acceleration_status(AccelerationStatus::Enabled));
        let bucket = s3::Bucket::builder()
            .bucket_name(self.named.as_ref().map(|named| named.value(&scope)))
            .bucket_encryption(encryption(self.key.clone(), self.bucket_key || with_key))
            .cors_configuration(cors::configuration(&scope, &self.cors))
            .lifecycle_configuration(self.lifecycle.rules(&scope, versions))
            .logging_configuration(self.access_logs.and_then(|to| logging(&scope, to)))
            .notification_configuration(notices)
            .object_lock_enabled(lock.is_some().then_some(true))
            .object_lock_configuration(lock)
            .accelerate_configuration(faster);
        let bucket = closed(bucket).versioning_configuration(versioning);
        // Logging is turned on for good only where S3 may write.
        let here = |to: &Said<Bucket<'a>>| to.value.scope.stack().id() == scope.stack().id();
        let bucket = bucket.depends_on(self.access_logs.filter(here).map(|to| to.value.policy));
        let bucket = removal::kept(bucket, self.keep.unwrap_or_else(|| production(&scope)));
        let reasons = [
            ("FW1325", "`.bucket_key()` was said: the setting is asked for", self.bucket_key && !with_key),
            ("FW2205", "no bucket for the logs was named: `.access_logs_to(..)`", self.access_logs.is_none()),
            ("FW2206", "`.without_lifecycle()` was said", self.lifecycle.none.is_some()),
        ];
        let said = reasons.into_iter().filter(|(.., said)| *said);
        let bucket = said.fold(bucket, |bucket, (code, reason, _)| bucket.accept(code, reason));
        let bucket = scope.add("Bucket", bucket);
        let policy = policy(scope, "Policy", bucket, Vec::new());
        // docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        let takes_no_logs = Some(match (self.lock.is_some(), with_key) {
            (true, _) => "its objects are locked",
            (false, true) => "it is encrypted with a key of KMS",
            (false, false) => "it is one for objects, which would lie beside them",
        });
        Bucket { scope, bucket, policy, takes_no_logs }
    }

    /// Reports settings that exclude each other.
    fn judge(&self, scope: &Scope<'_>) {
        let refuse = |message: &str, help: &str, at: Said<()>| {
            report(scope, Finding::error("FW3154", message).help(help), at.at);
        };
        if let (Some(_), Some(rule)) = (self.lifecycle.none, self.lifecycle.first()) {
            refuse(
                "a bucket has no rules on the life of its objects, and one all the same",
                "leave out this, or `.without_lifecycle()`",
                rule,
            );
        }
        if self.no_versions.is_some() {
            if let (Some(keep), None) = (self.lifecycle.old_versions, self.lifecycle.none) {
                refuse(
                    "a bucket keeps no versions, and is to remove old ones",
                    "leave out `.keep_old_versions(..)`, or `.without_versions()`",
                    Said { value: (), at: keep.at },
                );
            }
            if let Some(lock) = self.lock {
                // docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
                refuse(
                    "objects are locked only in a bucket that keeps versions",
                    "leave out `.without_versions()`, or `.object_lock(..)`",
                    Said { value: (), at: lock.at },
                );
            }
        }
        let has_dot = self.named.as_ref().is_some_and(super::name::Named::has_dot);
        if let Some(acceleration) = self.acceleration.filter(|_| has_dot) {
            // docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html
            refuse(
                "a bucket with a dot in its name has no transfer acceleration",
                "use a name without dots, or leave out `.transfer_acceleration()`",
                acceleration,
            );
        }
    }
}

/// Where S3 writes who used the bucket; the bucket there is told to let it.
#[track_caller]
fn logging(scope: &Scope<'_>, to: Said<Bucket<'_>>) -> Option<Input<LoggingConfiguration>> {
    if !to.value.admit(&Sender::Buckets, scope, to.at) {
        return None;
    }
    // Each bucket has a folder of its own, with one for each day.
    let by_day = PartitionedPrefix::builder().partition_date_source(PartitionDateSource::EventTime);
    let logging = LoggingConfiguration::builder()
        .destination_bucket_name(&to.value)
        .log_file_prefix(ACCESS_LOGS)
        .target_object_key_format(TargetObjectKeyFormat::builder().partitioned_prefix(by_day));
    Some(logging.into_input())
}
