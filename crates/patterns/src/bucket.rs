//! Buckets: objects in S3 that nobody gets at who was not let in.

mod build;
mod builder;
mod cors;
mod lifecycle;
mod lock;
mod logs;
mod metrics;
mod name;
mod only_for;
mod private;

use formwork_aws::s3;
use formwork_core::{Arn, Identifier, Input, IntoInput, Name, Output, Scope};

pub use builder::Builder;
pub use cors::Cors;
pub use lifecycle::Storage;
pub use lock::ObjectLock;
pub use logs::LogBuilder;
pub(crate) use logs::Sender;

/// A bucket of S3 that is private, encrypted, versioned, and used over TLS alone.
///
/// ```
/// use formwork_aws::types::days;
/// use formwork_core::App;
/// use formwork_patterns::{Bucket, BucketGrants, Role, bucket::Cors};
/// # use formwork_aws::iam;
///
/// let app = App::for_tests();
/// let stack = app.stack("data");
/// let images = Bucket::new()
///     .name_with_suffix("acme-product-images")
///     .cors(Cors::uploads_from(["https://shop.example.com"]))
///     .expire_below("previews/", days(30))
///     .build(stack.scope("Images"));
///
/// // To a service of the patterns: `images.grant_read_write(&api).env("IMAGES_BUCKET")`.
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ecs-tasks.amazonaws.com")));
/// images.grant_read_write(&api);
/// images.below("previews/").grant_delete(&api);
/// // Nobody else gets at the objects, whatever rights they have.
/// images.only_for([&api]);
///
/// let full = images.size().above(1e12).alarm_description("there is a terabyte of images");
/// stack.add("ImagesFull", full);
/// // Whatever has no method of its own is there as a property.
/// stack.customize(images.bucket(), |it| it.tag("Purpose", "images of products"));
/// # use formwork_core::Builder as _;
/// ```
///
/// # Safe unless said otherwise
///
/// - Public access is blocked, and lists of objects (ACLs) are off: policies alone say who gets in.
/// - Encrypted with keys of S3, or with [a key of your own](Builder::encrypted_with).
/// - Whoever comes without TLS is denied.
/// - What is written over or deleted can be had again for 90 days; uploads that were never finished are cleared away
///   after a week.
/// - In production the bucket is kept when its resource is removed or replaced, but for a first deployment that fails. Elsewhere it is deleted, which fails as long
///   as it holds anything.
///
/// # Resources
///
/// | logical id | what | when |
/// | --- | --- | --- |
/// | `Bucket` | `AWS::S3::Bucket` | always |
/// | `Policy` | `AWS::S3::BucketPolicy` | always |
#[derive(Clone, Copy)]
pub struct Bucket<'a> {
    scope: Scope<'a>,
    bucket: s3::Bucket,
    policy: s3::BucketPolicy,
    /// Why services cannot write their logs here, if they cannot.
    takes_no_logs: Option<&'static str>,
}

impl<'a> Bucket<'a> {
    /// A bucket for objects.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    pub fn new() -> Builder<'a> {
        Builder::default()
    }

    /// A bucket for what services of AWS log: load balancers, other buckets, networks. One bucket takes the logs of many.
    pub fn for_logs() -> LogBuilder {
        LogBuilder::default()
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The bucket's resource.
    pub fn bucket(&self) -> s3::Bucket {
        self.bucket
    }

    /// The policy: what it allows, and that nobody comes without TLS.
    pub fn policy(&self) -> s3::BucketPolicy {
        self.policy
    }

    /// Its name.
    pub fn name(&self) -> Output<Name<s3::Bucket>> {
        self.bucket.bucket_name()
    }

    /// Its ARN; that of its objects is `interpolate!("{}/*", bucket.arn())`.
    pub fn arn(&self) -> Output<Arn<s3::Bucket>> {
        self.bucket.arn()
    }

    /// The name in the DNS by which CloudFront and others get at it, with the Region in it:
    /// `acme-images.s3.eu-central-1.amazonaws.com`.
    pub fn regional_domain_name(&self) -> Output<String> {
        self.bucket.regional_domain_name()
    }
}

impl IntoInput<Name<s3::Bucket>> for &Bucket<'_> {
    fn into_input(self) -> Input<Name<s3::Bucket>> {
        self.bucket.into_input()
    }
}

impl IntoInput<Arn<s3::Bucket>> for &Bucket<'_> {
    fn into_input(self) -> Input<Arn<s3::Bucket>> {
        self.bucket.into_input()
    }
}

impl IntoInput<Identifier<s3::Bucket>> for &Bucket<'_> {
    fn into_input(self) -> Input<Identifier<s3::Bucket>> {
        self.bucket.into_input()
    }
}
