//! Objects that nobody deletes before their time.

use formwork_aws::{
    s3::bucket::{DefaultRetention, Mode, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRule},
    types::{Duration, days},
};
use formwork_core::{Input, IntoInput, Scope};

use super::lifecycle::time;
use crate::place::Said;

/// For how long no version of an object can be deleted or written over, from when it was written.
///
/// ```
/// use formwork_aws::types::days;
/// use formwork_patterns::{Bucket, bucket::ObjectLock};
///
/// let invoices = Bucket::new().object_lock(ObjectLock::governance(days(365)));
/// ```
// docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
#[derive(Clone, Copy, Debug)]
#[must_use = "the lock of a bucket: `Bucket::new().object_lock(..)`"]
pub struct ObjectLock {
    mode: Mode,
    period: Duration,
}

impl ObjectLock {
    /// Whoever has the right `s3:BypassGovernanceRetention` can delete nevertheless.
    pub fn governance(period: impl Into<Duration>) -> Self {
        Self { mode: Mode::Governance, period: period.into() }
    }

    /// Nobody can delete, nor shorten the time: not the root user, and not AWS. What was written by mistake is paid for
    /// until its time is over, and the bucket stays until then.
    pub fn compliance(period: impl Into<Duration>) -> Self {
        Self { mode: Mode::Compliance, period: period.into() }
    }

    pub(super) fn configuration(
        scope: &Scope<'_>,
        lock: Said<Self>,
    ) -> Option<Input<ObjectLockConfiguration>> {
        let period = time(scope, Said { value: lock.value.period, at: lock.at }, 1)?;
        let retention = DefaultRetention::builder().mode(lock.value.mode).days(days(period));
        let lock = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .rule(ObjectLockRule::builder().default_retention(retention));
        Some(lock.into_input())
    }
}
