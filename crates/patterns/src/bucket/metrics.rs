//! Metrics of a bucket, which S3 has once a day.

use formwork_aws::types::days;

use super::Bucket;
use crate::{Metric, Stat};

// docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html, for all of these
impl Bucket<'_> {
    /// How many bytes there are in the standard class; once a day.
    pub fn size(&self) -> Metric {
        self.size_in("StandardStorage")
    }

    /// How many bytes there are in another class, by CloudWatch's name of it: `StandardIAStorage`,
    /// `IntelligentTieringFAStorage`, `GlacierStorage`; once a day.
    pub fn size_in(&self, storage_type: &'static str) -> Metric {
        self.daily("BucketSizeBytes", storage_type)
    }

    /// How many objects there are, old versions included; once a day.
    pub fn object_count(&self) -> Metric {
        self.daily("NumberOfObjects", "AllStorageTypes")
    }

    fn daily(&self, name: &str, storage_type: &'static str) -> Metric {
        Metric::new("AWS/S3", name)
            .dimension("BucketName", self.name())
            .dimension("StorageType", storage_type)
            .stat(Stat::Average)
            .period(days(1))
    }
}
