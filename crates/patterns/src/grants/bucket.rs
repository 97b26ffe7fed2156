//! Rights on the objects of a bucket.

use formwork_aws::{
    policy::{Condition, Identity, Statement},
    s3,
};
use formwork_core::interpolate;

use super::{granted, sealed::Sealed, use_of_key};
use crate::{Granted, Grantee, value::text};

/// The objects of a bucket whose keys begin with a prefix; see [`BucketGrants::below`].
#[derive(Clone, Debug)]
pub struct Below {
    bucket: s3::Bucket,
    prefix: String,
}

/// Rights on the objects of a bucket, or of those [`below`](Self::below) a prefix.
///
/// ```
/// use formwork_aws::s3;
/// use formwork_patterns::BucketGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let uploads = stack.add("Uploads", s3::Bucket::builder());
/// uploads.grant_read(&api);
/// uploads.below("thumbnails/").grant_write(&api);
/// // To a service of the patterns: `uploads.grant_read_write(&api).env("UPLOADS_BUCKET")`.
/// ```
///
/// The setting is the bucket's name; of those below a prefix there is `_PREFIX` besides. A bucket with a key of your
/// own, `KMSMasterKeyID`, has the use of the key go with the right.
pub trait BucketGrants: Sealed {
    #[doc(hidden)]
    fn objects(&self) -> Below;

    /// Only what is below a prefix, which mostly ends with a slash.
    fn below(&self, prefix: impl Into<String>) -> Below {
        let Below { bucket, prefix: above } = self.objects();
        Below { bucket, prefix: format!("{above}{}", prefix.into()) }
    }

    /// Lets somebody list and read the objects.
    #[track_caller]
    fn grant_read<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let it = self.objects();
        it.granted(to, [Some(it.list()), Some(it.may(READ)), it.key(to, &[DECRYPT])])
    }

    /// Lets somebody write objects, over those that are there, too, but neither read nor delete them.
    #[track_caller]
    fn grant_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let it = self.objects();
        it.granted(to, [Some(it.may(WRITE)), it.key(to, &[GENERATE, DECRYPT])])
    }

    /// Lets somebody list, read and write the objects, but not delete them.
    #[track_caller]
    fn grant_read_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let it = self.objects();
        let both = [READ, WRITE].concat();
        it.granted(to, [Some(it.list()), Some(it.may(&both)), it.key(to, &[GENERATE, DECRYPT])])
    }

    /// Lets somebody delete the objects. Of a bucket with versions what was deleted can be had again.
    #[track_caller]
    fn grant_delete<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let it = self.objects();
        it.granted(to, [Some(it.may(&["s3:DeleteObject"]))])
    }
}

const READ: &[&str] = &["s3:GetObject"];
// Uploads in parts are begun with the same action, and given up with another one.
const WRITE: &[&str] = &["s3:PutObject", "s3:AbortMultipartUpload"];
// What is written in parts is read by S3 when they are put together:
// docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
const GENERATE: &str = "kms:GenerateDataKey";
const DECRYPT: &str = "kms:Decrypt";

impl BucketGrants for s3::Bucket {
    fn objects(&self) -> Below {
        Below { bucket: *self, prefix: String::new() }
    }
}

impl BucketGrants for crate::Bucket<'_> {
    fn objects(&self) -> Below {
        self.bucket().objects()
    }
}

impl BucketGrants for Below {
    fn objects(&self) -> Below {
        self.clone()
    }
}

impl Below {
    fn may(&self, actions: &[&'static str]) -> Statement<Identity> {
        let (arn, prefix) = (self.bucket.arn(), &self.prefix);
        Statement::allow(actions.to_vec()).on(interpolate!("{arn}/{}*", prefix.clone()))
    }

    /// Without it an object that is not there looks like one that is not allowed.
    fn list(&self) -> Statement<Identity> {
        let below = (!self.prefix.is_empty())
            .then(|| Condition::string_like("s3:prefix", format!("{}*", self.prefix)));
        Statement::allow("s3:ListBucket").on(self.bucket.arn()).when(below)
    }

    fn key<'a>(&self, to: &impl Grantee<'a>, actions: &[&'static str]) -> Option<Statement<Identity>> {
        let path = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID";
        use_of_key(to, self.bucket, path, "s3", actions)
    }

    #[track_caller]
    fn granted<'g, 'a, G: Grantee<'a>, const N: usize>(
        &self,
        to: &'g G,
        statements: [Option<Statement<Identity>>; N],
    ) -> Granted<'g, G> {
        let granted = granted(to, statements.into_iter().flatten(), self.bucket);
        match self.prefix.is_empty() {
            true => granted,
            false => granted.setting("_PREFIX", text(self.prefix.clone())),
        }
    }
}
