//! Buckets, file systems and tables.

use crate::rule::{Rule, Run, rule};

pub(super) mod access;
mod buckets;
mod tables;

const BUCKET: &str = "AWS::S3::Bucket";
const POLICY: &str = "AWS::S3::BucketPolicy";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1321", Error, Run::Resource(&[BUCKET], buckets::lifecycle_order)),
    rule!("FW1322", Error, Run::Resource(&[BUCKET], buckets::lifecycle_action)),
    rule!("FW1323", Error, Run::Resource(&[BUCKET], buckets::replication)),
    rule!("FW1324", Note, Run::Resource(&[BUCKET], buckets::same_region)),
    rule!("FW1325", Warning, Run::Resource(&[BUCKET], buckets::bucket_key)),
    rule!("FW1326", Error, Run::Resource(&[BUCKET], buckets::name)),
    rule!("FW1327", Error, Run::Resource(&[BUCKET], buckets::website)),
    rule!("FW1328", Error, Run::Resource(&[BUCKET, POLICY], access::public)),
    rule!("FW1329", Error, Run::System(access::notifications)),
    rule!("FW1331", Error, Run::System(tables::mount_targets)),
    rule!(
        "FW1332",
        Error,
        Run::Resource(&["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"], tables::attributes)
    ),
    rule!("FW1333", Error, Run::Resource(&["AWS::DynamoDB::Table"], tables::billing)),
];
