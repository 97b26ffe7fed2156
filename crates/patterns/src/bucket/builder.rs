//! What a bucket is to be.

use formwork_aws::{kms, types::Duration};
use formwork_core::{Arn, IntoInput, Output};

use super::{Bucket, Cors, ObjectLock, Storage, lifecycle::Lifecycle, name::Named};
use crate::{place::Said, value::output};

/// Says what a bucket is to be.
#[derive(Clone, Default)]
#[must_use = "a bucket is made by `.build(scope)`"]
pub struct Builder<'a> {
    pub(super) named: Option<Named>,
    pub(super) key: Option<Output<Arn<kms::Key>>>,
    pub(super) bucket_key: bool,
    pub(super) no_versions: Option<Said<()>>,
    pub(super) lifecycle: Lifecycle,
    pub(super) cors: Vec<Cors>,
    pub(super) lock: Option<Said<ObjectLock>>,
    pub(super) access_logs: Option<Said<Bucket<'a>>>,
    pub(super) event_bridge: bool,
    pub(super) acceleration: Option<Said<()>>,
    pub(super) keep: Option<bool>,
}

impl<'a> Builder<'a> {
    /// Gives it a name, which no other bucket in the world has. A bucket with a name of its own cannot be replaced, since
    /// CloudFormation makes the new one first.
    ///
    /// ```
    /// use formwork_core::{interpolate, pseudo};
    /// use formwork_patterns::Bucket;
    ///
    /// let media = Bucket::new().name(interpolate!("acme-media-{}", pseudo::account_id()));
    /// ```
    pub fn name(mut self, name: impl IntoInput<String>) -> Self {
        self.named = Some(Named::Whole(output(name)));
        self
    }

    /// Gives it a name that nobody else has: this, a hyphen, and the first eight digits of the UUID in the stack's id,
    /// such as `acme-images-1a2b3c4d`. It stays for as long as the stack does; the stack made anew has another one.
    ///
    /// There is room for 54 characters. Two buckets of a stack have the same digits, and so differ in what comes before.
    #[track_caller]
    pub fn name_with_suffix(mut self, prefix: impl Into<String>) -> Self {
        self.named = Some(Named::suffixed(prefix));
        self
    }

    /// Encrypts the objects with a key of KMS instead of those of S3, and with a bucket key, so that not every object
    /// asks KMS. Whoever is granted a right gets the use of the key with it.
    pub fn encrypted_with(mut self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        self.key = Some(output(key));
        self
    }

    /// Switches the bucket key on. With [`encrypted_with`](Self::encrypted_with) it is on already; with keys of S3 it has
    /// no effect, and is for those whose rules ask for the setting.
    pub fn bucket_key(mut self) -> Self {
        self.bucket_key = true;
        self
    }

    /// Weaker: keeps no old versions. What is written over or deleted is gone.
    #[track_caller]
    pub fn without_versions(mut self) -> Self {
        self.no_versions = Some(Said::new(()));
        self
    }

    /// Sets for how long old versions are kept; 90 days unless said.
    #[track_caller]
    pub fn keep_old_versions(mut self, period: impl Into<Duration>) -> Self {
        self.lifecycle.old_versions = Some(Said::new(period.into()));
        self
    }

    /// Has no rules on the life of objects: everything stays until somebody deletes it, also old versions and the parts
    /// of uploads that were never finished, which are paid for.
    #[track_caller]
    pub fn without_lifecycle(mut self) -> Self {
        self.lifecycle.none = Some(Said::new(()));
        self
    }

    /// Removes objects when they are so old.
    #[track_caller]
    pub fn expire(mut self, after: impl Into<Duration>) -> Self {
        self.lifecycle.expire = Some(Said::new(after.into()));
        self
    }

    /// Removes objects below a prefix when they are so old: `.expire_below("previews/", days(30))`.
    #[track_caller]
    pub fn expire_below(mut self, prefix: impl Into<String>, after: impl Into<Duration>) -> Self {
        self.lifecycle.expire_below(prefix.into(), Said::new(after.into()));
        self
    }

    /// Moves objects to another class of storage when they are so old. Said again, there are several steps.
    ///
    /// ```
    /// use formwork_aws::types::days;
    /// use formwork_patterns::{Bucket, bucket::Storage};
    ///
    /// let scans = Bucket::new()
    ///     .move_to(Storage::GlacierInstantRetrieval, days(90))
    ///     .move_to(Storage::GlacierDeepArchive, days(365))
    ///     .expire(days(3650));
    /// ```
    #[track_caller]
    pub fn move_to(mut self, storage: Storage, after: impl Into<Duration>) -> Self {
        self.lifecycle.move_to(storage, Said::new(after.into()));
        self
    }

    /// Moves objects to the class for what is seldom read when they are so old: 30 days at least.
    #[track_caller]
    pub fn move_to_infrequent_access(self, after: impl Into<Duration>) -> Self {
        self.move_to(Storage::InfrequentAccess, after)
    }

    /// Lets S3 move objects by how often they are read, from the first day on, for a fee for each object.
    #[track_caller]
    pub fn intelligent_tiering(self) -> Self {
        self.move_to(Storage::IntelligentTiering, formwork_aws::types::days(0))
    }

    /// Lets browsers get at objects from a page of another origin. Said again, it adds a rule.
    pub fn cors(mut self, rule: Cors) -> Self {
        self.cors.push(rule);
        self
    }

    /// Keeps every object from being deleted before its time. For a bucket that is there it can be said later, but never
    /// be taken back but by another bucket.
    #[track_caller]
    pub fn object_lock(mut self, lock: ObjectLock) -> Self {
        self.lock = Some(Said::new(lock));
        self
    }

    /// Records who did what with the bucket and its objects, in a bucket [for logs](Bucket::for_logs), which lets
    /// S3 write there from then on.
    ///
    /// The names of the logs begin with `s3/`, and go on with the account, the Region, the bucket and the day.
    #[track_caller]
    pub fn access_logs_to(mut self, bucket: &Bucket<'a>) -> Self {
        self.access_logs = Some(Said::new(*bucket));
        self
    }

    /// Tells EventBridge of every object that is written or deleted.
    pub fn event_bridge(mut self) -> Self {
        self.event_bridge = true;
        self
    }

    /// Lets clients use the nearest edge of AWS's network, by a name in the DNS of its own. Whoever does pays for each
    /// gigabyte; whoever does not pays nothing.
    #[track_caller]
    pub fn transfer_acceleration(mut self) -> Self {
        self.acceleration = Some(Said::new(()));
        self
    }

    /// Keeps the bucket when its resource is removed or replaced, outside production as well.
    pub fn keep_on_removal(mut self) -> Self {
        self.keep = Some(true);
        self
    }

    /// Weaker: deletes the bucket with its resource, in production as well. That fails as long as it holds anything.
    pub fn keep_nothing(mut self) -> Self {
        self.keep = Some(false);
        self
    }
}
