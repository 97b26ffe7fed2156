//! Repositories for container images.

mod lifecycle;
mod tags;

use formwork_aws::{
    ecr::{
        self,
        repository::{EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, LifecyclePolicy},
    },
    kms,
    policy::{Document, Principal, Statement, Trust},
    types::Duration,
};
use formwork_core::{Arn, Builder as _, Finding, Input, IntoInput, IntoJson, IntoText, Json, Output, Scope};

use self::{lifecycle::Lifecycle, tags::Tags};
use crate::{
    fargate::Image,
    grants::PULL,
    place::{self, Said, report},
    removal,
    value::{output, text},
};

/// A repository of Amazon ECR for the images of a program.
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{FargateService, Repository, RepositoryGrants, ThreeTierVpc};
/// # use formwork_aws::iam;
/// # use formwork_patterns::Role;
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// let repository = Repository::new().name("shop/api").keep_images(50).build(stack.scope("Images"));
///
/// let api = FargateService::new(repository.image("2025-11-03")).build(stack.scope("Api"), &network);
/// # let pipeline = Role::of(stack, stack.add("Role", iam::Role::assumed_by("codebuild.amazonaws.com")));
/// // Whoever builds the images:
/// repository.grant_push(&pipeline);
/// // Whatever has no method of its own is there as a property.
/// stack.customize(repository.repository(), |it| it.empty_on_delete(true));
/// ```
///
/// **Safe by default**: a tag stays with its image, so that what was tested is what runs; images are scanned for known
/// weaknesses when they are pushed, and encrypted; what has no tag expires after two weeks, or, where tags can move, when 30
/// others without one were pushed since. **In production** the repository and its images stay when it is removed from the
/// program; elsewhere both go.
///
/// # Resources
///
/// | logical id | what |
/// | --- | --- |
/// | `Repository` | `AWS::ECR::Repository` |
#[derive(Clone)]
pub struct Repository<'a> {
    scope: Scope<'a>,
    repository: ecr::Repository,
    name: Option<String>,
    tags: Tags,
}

/// Says what a repository is to be.
#[must_use = "a repository is made by `.build(scope)`"]
pub struct Builder {
    name: Option<Said<String>>,
    tags: Said<Tags>,
    scans: bool,
    key: Option<Output<Arn<kms::Key>>>,
    lifecycle: Lifecycle,
    shared: Vec<Input<String>>,
    keep: Option<bool>,
}

impl<'a> Repository<'a> {
    /// A repository.
    #[track_caller]
    #[expect(clippy::new_ret_no_self, reason = "patterns begin with their builder, as resources do")]
    pub fn new() -> Builder {
        Builder {
            name: None,
            tags: Said::new(Tags::Immutable),
            scans: true,
            key: None,
            lifecycle: Lifecycle::default(),
            shared: Vec::new(),
            keep: None,
        }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The repository.
    pub fn repository(&self) -> ecr::Repository {
        self.repository
    }

    /// Its ARN.
    pub fn arn(&self) -> Output<Arn<ecr::Repository>> {
        self.repository.arn()
    }

    /// Where images are pushed to and pulled from, to which `:` and a tag belong, or `@` and a digest.
    pub fn uri(&self) -> Output<String> {
        self.repository.repository_uri()
    }

    /// The image with a tag, or with a digest, for a service or a task, which then may pull from this repository.
    ///
    /// A digest is `sha256:` and 64 hexadecimal digits, as `aws ecr describe-images` shows it. It names one image for good, also
    /// where tags move and after the image has lost its tag: an image that is known to work is gone back to by its digest.
    /// An expression, such as a parameter, is a tag. What can be neither is a finding, `FW3054`.
    ///
    /// ```
    /// # use formwork_core::App;
    /// # use formwork_patterns::Repository;
    /// # let app = App::for_tests();
    /// # let repository = Repository::new().build(app.stack("shop").scope("Images"));
    /// let newest = repository.image("2025-11-03");
    /// let before =
    ///     repository.image("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    /// ```
    ///
    /// With a [`name`](Builder::name), the image is written with it, so that the stack of the service shows which image it
    /// runs and does not wait for this one; without, by reference.
    ///
    /// There has to be an image by the time a service starts: deploy the stack of the repository first, and push. The tag
    /// `latest`, which is there to be moved, is a finding where tags cannot move, `FW3189`.
    #[track_caller]
    pub fn image(&self, version: impl IntoText) -> Image {
        let version = Said::new(text(version));
        Image::judge_version(&version, &self.scope);
        if version.value.expr().as_str().is_some_and(|tag| tag == "latest" && !self.tags.can_move(tag)) {
            let message = "the image `latest` of a repository whose tags stay with their images";
            let help =
                "give each build a tag of its own, or let this one move: `.mutable_tags_like([\"latest\"])`";
            let finding = Finding::warning("FW3189", message)
                .help(help)
                .with_note("the first push takes the tag for good, and the second one fails");
            report(&self.scope, finding, version.at);
        }
        match &self.name {
            Some(name) => Image::named(self.scope.stack(), self.repository, name, version.value),
            None => Image::referred(self.repository, &version.value),
        }
    }
}

impl Builder {
    /// Gives it a name, such as `shop/api`, instead of one that CloudFormation makes up. It is lower case. Another name is
    /// another repository, without the images of this one.
    #[track_caller]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(Said::new(name.into()));
        self
    }

    /// Lets every tag move to another image: what ran yesterday by a tag may be something else today. The image that a tag
    /// leaves is without one from then on, and may still run; see [`expire_untagged`](Self::expire_untagged).
    #[track_caller]
    pub fn mutable_tags(mut self) -> Self {
        self.tags = Said::new(Tags::Mutable);
        self
    }

    /// Lets some tags move, while all others stay with their images: up to five patterns, in which `*` stands for
    /// anything, such as `latest` and `branch-*`.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    #[track_caller]
    pub fn mutable_tags_like<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.tags = Said::new(Tags::ImmutableBut(patterns.into_iter().map(Into::into).collect()));
        self
    }

    /// Scans no images when they are pushed. What the account has configured for its registry holds instead of this in
    /// any case, such as the continuous scans of Amazon Inspector.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html: once the registry's own configuration is
    // changed it takes the place of this property, whose interface is deprecated; until then there is no other one.
    pub fn without_scans(mut self) -> Self {
        self.scans = false;
        self
    }

    /// Encrypts the images with a key of your own instead of those of ECR. A change makes another repository, without
    /// the images of this one.
    pub fn encrypted_with(mut self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        self.key = Some(output(key));
        self
    }

    /// Has images without a tag expire so many days after they were pushed. The parts of an image for several
    /// architectures have none, and stay as long as the image that holds them together.
    ///
    /// Unless said it is 14 days where tags stay with their images. Where tags can move, the last 30 images without one are
    /// kept instead, however old they are: the push that moves `latest` takes the tag from the image that runs, whose days
    /// count from its own push, and ECS still pulls it by its digest for each new task until the service is deployed again.
    /// So say days here together with [`mutable_tags`](Self::mutable_tags) only where every push is deployed at once.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    // docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-container-image-stability.html
    #[track_caller]
    pub fn expire_untagged(mut self, after: impl Into<Duration>) -> Self {
        self.lifecycle.untagged(Said::new(after.into()));
        self
    }

    /// Keeps so many of the images with tags, the last ones. An image that expires cannot be run any more, also not to
    /// take a deployment back: leave room for what runs.
    #[track_caller]
    pub fn keep_images(self, images: u32) -> Self {
        self.keep_tagged("*", images)
    }

    /// Keeps so many of the images whose tag is like this: a pattern in which `*` stands for anything, such as
    /// `release-*`. An image falls under the first pattern that was said and fits, and under
    /// [`keep_images`](Self::keep_images) last.
    #[track_caller]
    pub fn keep_tagged(mut self, pattern: impl Into<String>, images: u32) -> Self {
        self.lifecycle.tagged(Said::new((pattern.into(), images)));
        self
    }

    /// Keeps every image for good.
    pub fn without_lifecycle(mut self) -> Self {
        self.lifecycle.off();
        self
    }

    /// Lets an account pull images, as far as it lets its own roles do so; said again, another one besides.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    pub fn shared_with(mut self, account: impl IntoInput<String>) -> Self {
        self.shared.push(account.into_input());
        self
    }

    /// Keeps the repository and its images when it is removed from the program, outside production as well.
    pub fn keep_on_removal(mut self) -> Self {
        self.keep = Some(true);
        self
    }

    /// Deletes the repository and all images with it when it is removed from the program, in production as well.
    pub fn keep_nothing(mut self) -> Self {
        self.keep = Some(false);
        self
    }

    /// Makes it.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> Repository<'a> {
        let scope = place::claim(scope.into().for_caller(), "a repository", &["Repository"]);
        self.tags.value.judge(&scope, self.tags.at);
        let keep = self.keep.unwrap_or_else(|| place::production(&scope));
        let lifecycle = self.lifecycle.policy(&scope, self.tags.value.can_any_move());
        let encryption = match self.key {
            Some(key) => EncryptionConfiguration::builder().encryption_type(EncryptionType::Kms).kms_key(key),
            None => EncryptionConfiguration::builder().encryption_type(EncryptionType::Aes256),
        };
        let tags = &self.tags.value;
        let repository = ecr::Repository::builder()
            .repository_name(self.name.as_ref().map(|said| said.value.clone()))
            .image_tag_mutability(tags.mutability())
            .image_tag_mutability_exclusion_filters(tags.filters())
            .image_scanning_configuration(ImageScanningConfiguration::builder().scan_on_push(self.scans))
            .encryption_configuration(encryption)
            .empty_on_delete((!keep).then_some(true));
        let repository = match lifecycle {
            Some(rules) => {
                repository.lifecycle_policy(LifecyclePolicy::builder().lifecycle_policy_text(rules))
            }
            None => repository.accept("FW2053", "`.without_lifecycle()` was said"),
        };
        let repository = match self.scans {
            true => repository,
            false => repository.accept("FW2051", "`.without_scans()` was said"),
        };
        let repository = match tags {
            Tags::Mutable => repository.accept("FW2052", "`.mutable_tags()` was said"),
            _ => repository,
        };
        let repository = match self.shared.is_empty() {
            true => repository,
            false => repository.repository_policy_text(pulled_by(self.shared)),
        };
        let repository = scope.add("Repository", removal::kept(repository, keep));
        let name = self.name.map(|said| said.value);
        Repository { scope, repository, name, tags: self.tags.value }
    }
}

/// What lets accounts pull. A policy of a repository names no resource: it is the repository.
fn pulled_by(accounts: Vec<Input<String>>) -> Json {
    let accounts: Vec<_> =
        accounts.into_iter().map(|account| Output::<String>::new(account.into_expr())).collect();
    let pull: Statement<Trust> = Statement::allow(PULL.to_vec()).to(Principal::account(accounts));
    Json::from_expr(Document::new().statement(pull.sid("Pull")).into_json())
}
