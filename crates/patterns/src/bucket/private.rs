//! What every bucket is, whatever it is for.

use formwork_aws::{
    kms,
    policy::{Condition, Document, Principal, Resource, Statement},
    s3::{
        self,
        bucket::{
            BucketEncryption, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
            PublicAccessBlockConfiguration, ServerSideEncryptionByDefault,
            ServerSideEncryptionByDefaultSseAlgorithm as Algorithm, ServerSideEncryptionRule,
        },
    },
};
use formwork_core::{Arn, Input, IntoInput, Output, Scope, interpolate};

/// How objects are encrypted: with keys of S3, or with a key of one's own. A bucket key is one of KMS for the whole
/// bucket, so that not every object asks KMS.
pub(super) fn encryption(key: Option<Output<Arn<kms::Key>>>, bucket_key: bool) -> Input<BucketEncryption> {
    let default = match key {
        Some(key) => {
            ServerSideEncryptionByDefault::builder().kms_master_key_id(key).sse_algorithm(Algorithm::AwsKms)
        }
        None => ServerSideEncryptionByDefault::builder().sse_algorithm(Algorithm::Aes256),
    };
    let rule = ServerSideEncryptionRule::builder()
        .bucket_key_enabled(bucket_key.then_some(true))
        .server_side_encryption_by_default(default);
    BucketEncryption::builder().server_side_encryption_configuration([rule]).into_input()
}

/// Nobody from outside gets in, and policies alone say who does: the lists of objects (ACLs) are off.
pub(super) fn closed(bucket: s3::bucket::Builder) -> s3::bucket::Builder {
    let nobody = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true);
    let owner = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::BucketOwnerEnforced);
    bucket
        .ownership_controls(OwnershipControls::builder().rules([owner]))
        .public_access_block_configuration(nobody)
}

/// The policy of a bucket: what it allows, and that nobody comes without TLS.
#[track_caller]
pub(super) fn policy(
    scope: Scope<'_>,
    id: &'static str,
    bucket: s3::Bucket,
    allowed: Vec<Statement<Resource>>,
) -> s3::BucketPolicy {
    let plain = Statement::deny("s3:*")
        .on([interpolate!("{}", bucket.arn()), interpolate!("{}/*", bucket.arn())])
        .to(Principal::everyone())
        .when(Condition::bool("aws:SecureTransport", false))
        .sid("TlsOnly");
    let document = allowed.into_iter().fold(Document::new(), Document::statement).statement(plain);
    scope.add(id, s3::BucketPolicy::builder().bucket(bucket).policy_document(document))
}
