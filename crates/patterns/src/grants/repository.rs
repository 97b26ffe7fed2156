//! Rights on a repository of images.

use formwork_aws::{ecr, policy::Statement};

use super::{granted, sealed::Sealed};
use crate::{Granted, Grantee};

/// Rights on a repository of images.
///
/// ```
/// use formwork_aws::ecr;
/// use formwork_patterns::RepositoryGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let images = stack.add("Images", ecr::Repository::builder());
/// images.grant_pull(&api);
/// ```
///
/// The setting is the repository's URI, to which `:` and a tag belong.
// docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
pub trait RepositoryGrants: Sealed {
    #[doc(hidden)]
    fn repository(&self) -> ecr::Repository;

    /// Lets somebody pull images.
    #[track_caller]
    fn grant_pull<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let repository = self.repository();
        let pull = Statement::allow(PULL.to_vec()).on(repository.arn());
        granted(to, [log_in(), pull], repository.repository_uri())
    }

    /// Lets somebody push images, and pull them.
    #[track_caller]
    fn grant_push<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let repository = self.repository();
        let push = Statement::allow([PULL, PUSH].concat()).on(repository.arn());
        granted(to, [log_in(), push], repository.repository_uri())
    }
}

pub(crate) const PULL: &[&str] =
    &["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];
const PUSH: &[&str] =
    &["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"];

/// The login is to the registry; it cannot be restricted to a repository.
fn log_in() -> Statement<formwork_aws::policy::Identity> {
    Statement::allow("ecr:GetAuthorizationToken").on_all_resources()
}

impl RepositoryGrants for ecr::Repository {
    fn repository(&self) -> ecr::Repository {
        *self
    }
}

impl RepositoryGrants for crate::Repository<'_> {
    fn repository(&self) -> ecr::Repository {
        crate::Repository::repository(self)
    }
}
