//! Container images, and which repository has to be readable to pull them.

use std::panic::Location;

use formwork_aws::{
    ecr,
    policy::{Identity, Statement},
};
use formwork_core::{Arn, Finding, IntoInput, IntoText, Output, Param, Scope, Stack, interpolate, pseudo};

use crate::place::{Said, report};

use crate::value::{arn_here, text};

/// A container image, and where it is pulled from.
///
/// Text is one, and so is an expression, such as a parameter that a deployment sets:
///
/// ```
/// use formwork_aws::ecr;
/// use formwork_core::{App, Parameter};
/// use formwork_patterns::fargate::Image;
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let public = Image::from("public.ecr.aws/docker/library/httpd:2.4");
/// let chosen = Image::from(stack.parameter("Image", Parameter::string()));
///
/// // A repository of this program, with a tag or a digest: no other can be pulled from.
/// fn api(repository: ecr::Repository) -> Image {
///     Image::of(repository, "2025-11-03")
/// }
/// ```
///
/// A task may pull from the repository that its image names. Where the name is an expression, nothing is known but that
/// it may be in the registry of the account: the task may pull from each repository there;
/// [`pulled_from`](Self::pulled_from) says which one it is.
#[derive(Clone)]
pub struct Image {
    name: Output<String>,
    from: Pulled,
    /// What was said to stand behind the name of a repository, where nobody has judged it yet.
    version: Option<Said<Output<String>>>,
}

/// What has to be readable.
#[derive(Clone)]
enum Pulled {
    /// Nothing: the image is public, or in a registry that is not Amazon's.
    Anywhere,
    /// One repository.
    Repository(Output<String>),
    /// One whose name is known before it is there.
    Named(Box<Named>),
    /// It is not known which.
    Unknown,
}

/// A repository with a name that was said.
#[derive(Clone)]
struct Named {
    repository: ecr::Repository,
    name: String,
    region: Option<String>,
    account: Option<String>,
    /// A tag or a digest.
    version: Output<String>,
}

impl Image {
    /// The image with a tag or a digest in a repository of a stack, which has a name of its own: stacks that name it need
    /// not wait for that one.
    pub(crate) fn named(
        stack: Stack<'_>,
        repository: ecr::Repository,
        name: &str,
        version: Output<String>,
    ) -> Self {
        let (region, account) = (stack.get_region(), stack.get_account());
        let uri = in_registry(pseudo::account_id(), pseudo::region(), name, &version);
        let named = Named { repository, name: name.to_owned(), region, account, version };
        Self { name: uri, from: Pulled::Named(Box::new(named)), version: None }
    }

    /// The same as a stack names it: the repository may be in another account or Region.
    pub(super) fn seen_from(&self, stack: Stack<'_>) -> Self {
        let Pulled::Named(named) = &self.from else { return self.clone() };
        let there = |known: &Option<String>, here: Option<String>, same: Output<String>| match known {
            known if *known == here => Some(same),
            known => known.clone().map(text),
        };
        let region = there(&named.region, stack.get_region(), pseudo::region());
        let account = there(&named.account, stack.get_account(), pseudo::account_id());
        let (Some(region), Some(account)) = (region, account) else {
            return Self::referred(named.repository, &named.version);
        };
        let (partition, name) = (pseudo::partition(), &named.name);
        let arn = interpolate!("arn:{partition}:ecr:{region}:{account}:repository/{}", name.clone());
        let name = in_registry(account, region, name, &named.version);
        Self { name, from: Pulled::Repository(arn), version: None }
    }

    /// The image with a tag, or with a digest, in a repository of Amazon ECR.
    ///
    /// A digest is `sha256:` and 64 hexadecimal digits, as `aws ecr describe-images` shows it. It names one image for good, also
    /// where tags move and after the image has lost its tag: an image that is known to work is gone back to by its digest.
    /// An expression, such as a parameter, is a tag.
    #[track_caller]
    pub fn of(repository: ecr::Repository, version: impl IntoText) -> Self {
        let version: Output<String> = text(version);
        Self { version: Some(Said::new(version.clone())), ..Self::referred(repository, &version) }
    }

    /// The image of a repository by a tag or a digest that was judged.
    pub(crate) fn referred(repository: ecr::Repository, version: &Output<String>) -> Self {
        Self {
            name: versioned(repository.repository_uri(), version),
            from: Pulled::Repository(repository.arn().cast()),
            version: None,
        }
    }

    /// Says which repository it is pulled from, where its name is an expression.
    #[must_use]
    pub fn pulled_from(self, repository: impl IntoInput<Arn<ecr::Repository>>) -> Self {
        Self { from: Pulled::Repository(Output::new(repository.into_input().into_expr())), ..self }
    }

    /// Its name, with the registry and the tag or the digest.
    pub fn name(&self) -> Output<String> {
        self.name.clone()
    }

    fn new(name: Output<String>) -> Self {
        let from = match name.expr().as_str() {
            Some(text) => private(text).map_or(Pulled::Anywhere, Pulled::Repository),
            None => Pulled::Unknown,
        };
        Self { name, from, version: None }
    }

    /// Whether it is certain that a later pull may be another image: no tag, or `latest`, and no digest.
    pub(super) fn moves(&self) -> bool {
        let Some(name) = self.name.expr().as_str() else { return false };
        let last = name.rsplit('/').next().unwrap_or(name);
        !last.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
    }

    /// Whether it is in a repository of Amazon ECR, for sure.
    pub(super) fn is_private(&self) -> bool {
        matches!(self.from, Pulled::Repository(_) | Pulled::Named(_))
    }

    /// Whether it is certain that it comes from the internet: from a registry that everybody knows. A registry of another
    /// name may be within the network.
    pub(super) fn is_public(&self) -> bool {
        const KNOWN: [&str; 9] = [
            "docker.io",
            "gcr.io",
            "ghcr.io",
            "mcr.microsoft.com",
            "public.ecr.aws",
            "quay.io",
            "registry-1.docker.io",
            "registry.gitlab.com",
            "registry.k8s.io",
        ];
        let Some(name) = self.name.expr().as_str().filter(|_| matches!(self.from, Pulled::Anywhere)) else {
            return false;
        };
        // What comes before the first slash is a host if it looks like one; else the image is on Docker Hub.
        // docs.docker.com/reference/cli/docker/image/tag
        match name.split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => KNOWN.contains(&host),
            _ => !name.is_empty(),
        }
    }

    /// Reports what is neither a tag nor a digest, where it is known; whether it is one.
    // docs.docker.com/reference/cli/docker/image/tag; github.com/opencontainers/image-spec/blob/main/descriptor.md#sha-256
    pub(crate) fn judge_version(said: &Said<Output<String>>, scope: &Scope<'_>) -> bool {
        let Some(version) = said.value.expr().as_str() else { return true };
        let (message, help) = match version.strip_prefix(DIGEST) {
            Some(hash) => {
                let hexadecimal = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
                if hash.len() == 64 && hash.chars().all(hexadecimal) {
                    return true;
                }
                let help =
                    "write `sha256:` and 64 digits 0 to 9 and a to f, as `aws ecr describe-images` shows it";
                (format!("no image has the digest `{version}`"), help)
            }
            None => {
                let alone = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let within = |c: char| alone(c) || matches!(c, '.' | '-');
                if version.starts_with(alone) && version.len() <= 128 && version.chars().all(within) {
                    return true;
                }
                let help = "a tag has 1 to 128 letters, digits and `_`, `.`, `-`, and begins with neither `.` nor `-`: `1.4.2`";
                (format!("no image has the tag `{version}`"), help)
            }
        };
        report(scope, Finding::error("FW3054", message).help(help), said.at);
        false
    }

    /// Says what is wrong with its name, as far as that is known; whether nothing is.
    // distribution.github.io/distribution/spec/api (pulling an image); docs.docker.com/reference/cli/docker/image/tag
    pub(super) fn judge(&self, scope: &Scope<'_>, at: &'static Location<'static>) -> bool {
        if let Some(said) = &self.version
            && !Self::judge_version(said, scope)
        {
            return false;
        }
        let Some(name) = self.name.expr().as_str() else { return true };
        let (name_and_tag, _) = name.split_once('@').unwrap_or((name, ""));
        let path = match name_and_tag.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
            _ => name_and_tag,
        };
        let folder = path.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match path[folder..].split_once(':') {
            Some((last, tag)) => (&path[..folder + last.len()], Some(tag)),
            None => (path, None),
        };
        let alone = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let word = |part: &str| {
            part.starts_with(alone)
                && part.ends_with(alone)
                && part.chars().all(|c| alone(c) || matches!(c, '.' | '_' | '-'))
        };
        let in_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let wrong = match tag {
            _ if name.is_empty() => "an image without a name cannot be pulled".to_owned(),
            _ if path.chars().any(|c| c.is_ascii_uppercase()) => {
                format!("the image `{name}` has upper case in its name, which no registry takes")
            }
            _ if !path.split('/').all(word) => format!("no registry has an image of the name `{name}`"),
            Some(tag) if tag.is_empty() || tag.len() > 128 || !tag.chars().all(in_tag) => {
                format!("no image has the tag `{tag}`")
            }
            _ => return true,
        };
        let help = "a name is lower case with a tag: `public.ecr.aws/acme/shop:1.4.2`";
        report(scope, Finding::error("FW3135", wrong).help(help), at);
        false
    }

    /// What whoever pulls it must be allowed to do.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
    pub(super) fn statements(&self) -> Vec<Statement<Identity>> {
        let repository = match &self.from {
            Pulled::Anywhere => return Vec::new(),
            Pulled::Repository(arn) => arn.clone(),
            Pulled::Named(named) => named.repository.arn().cast(),
            Pulled::Unknown => arn_here("ecr", "repository/*"),
        };
        let pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
        vec![
            Statement::allow(pull).on(repository),
            // It is the registry's and cannot be narrowed.
            Statement::allow("ecr:GetAuthorizationToken").on_all_resources(),
        ]
    }
}

/// How the digest of an image begins.
const DIGEST: &str = "sha256:";

/// A name with a tag, `shop:1.4.2`, or with a digest, `shop@sha256:..`.
// github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests;
// docs.aws.amazon.com/AmazonECR/latest/userguide/docker-pull-ecr-image.html
fn versioned(name: Output<String>, version: &Output<String>) -> Output<String> {
    match version.expr().as_str() {
        Some(known) if known.starts_with(DIGEST) => interpolate!("{name}@{version}"),
        _ => interpolate!("{name}:{version}"),
    }
}

/// The image with a tag or a digest in a repository of a registry.
// docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
fn in_registry(
    account: Output<String>,
    region: Output<String>,
    name: &str,
    version: &Output<String>,
) -> Output<String> {
    let (suffix, name) = (pseudo::url_suffix(), name.to_owned());
    versioned(interpolate!("{account}.dkr.ecr.{region}.{suffix}/{name}"), version)
}

/// The ARN of the repository of `111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.2`.
fn private(name: &str) -> Option<Output<String>> {
    let (host, path) = name.split_once('/')?;
    let (account, host) = host.split_once('.')?;
    let region = match host.strip_prefix("dkr.ecr.").or_else(|| host.strip_prefix("dkr.ecr-fips.")) {
        Some(host) => {
            host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?
        }
        None => host.strip_prefix("dkr-ecr.")?.strip_suffix(".on.aws")?,
    };
    let path = path.split_once('@').map_or(path, |(path, _)| path);
    let path = path.split_once(':').map_or(path, |(path, _)| path);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| interpolate!("arn:{}:ecr:{region}:{account}:repository/{path}", pseudo::partition()))
}

impl From<&str> for Image {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<String> for Image {
    fn from(name: String) -> Self {
        Self::new(text(name))
    }
}

impl From<&String> for Image {
    fn from(name: &String) -> Self {
        Self::from(name.clone())
    }
}

impl From<Output<String>> for Image {
    fn from(name: Output<String>) -> Self {
        Self::new(name)
    }
}

impl From<Param<String>> for Image {
    fn from(name: Param<String>) -> Self {
        Self::new(name.value())
    }
}
