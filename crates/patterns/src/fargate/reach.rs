//! What a task needs of AWS and of the internet, in a network that does not lead there.

use std::panic::Location;

use formwork_core::{Finding, Scope};

use super::{image::Image, sidecar::Sidecar, task::TaskSpec, variables::Setting};
use crate::{Endpoint, SecretValue, ThreeTierVpc, place::report};

/// What a task reaches of what it needs.
#[derive(Clone, Default)]
pub(crate) struct Reach {
    /// The endpoints of a network without a way out; nothing where there is one, and where that is not known.
    only: Option<Vec<Endpoint>>,
}

// docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html: layers of images are in S3
const PULL: [Endpoint; 3] = [Endpoint::EcrApi, Endpoint::EcrDkr, Endpoint::S3];

impl Reach {
    pub(super) fn of(network: &ThreeTierVpc<'_>) -> Self {
        Self { only: network.closed_to() }
    }

    /// Which of these endpoints are missing.
    fn lacks(&self, wanted: impl IntoIterator<Item = Endpoint>) -> Vec<Endpoint> {
        let Some(only) = &self.only else { return Vec::new() };
        let missing = |wanted: &Endpoint| only.iter().all(|there| there.service() != wanted.service());
        let mut lacks: Vec<Endpoint> = wanted.into_iter().filter(missing).collect();
        lacks.sort();
        lacks.dedup();
        lacks
    }

    /// Says what the task cannot do without and does not reach.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
    pub(super) fn judge(&self, scope: &Scope<'_>, task: &TaskSpec) {
        // All containers write to the log.
        self.judge_image(scope, "the task", &task.image.value, &[Endpoint::Logs], task.image.at);
        for said in &task.variables {
            if let Setting::Secret(secret) = &said.value.value {
                self.judge_secret(scope, &said.value.name, secret, said.at);
            }
        }
        for said in &task.sidecars {
            let Sidecar { name, image, talks_to, variables, .. } = &said.value;
            self.judge_image(scope, &format!("the side-car `{name}`"), &image.value, talks_to, image.at);
            for said in variables {
                if let Setting::Secret(secret) = &said.value.value {
                    self.judge_secret(scope, &said.value.name, secret, said.at);
                }
            }
        }
        if let Some(exec) = task.exec {
            // docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
            tell(scope, "ECS Exec", &self.lacks([Endpoint::SsmMessages]), exec.at);
        }
    }

    /// Says that a secret cannot be read, when the task starts.
    pub(super) fn judge_secret(
        &self,
        scope: &Scope<'_>,
        variable: &str,
        secret: &SecretValue,
        at: &'static Location<'static>,
    ) {
        let endpoint = if secret.is_parameter() { Endpoint::Ssm } else { Endpoint::SecretsManager };
        tell(scope, &format!("the secret of `{variable}`"), &self.lacks([endpoint]), at);
    }

    fn judge_image(
        &self,
        scope: &Scope<'_>,
        what: &str,
        image: &Image,
        also: &[Endpoint],
        at: &'static Location<'static>,
    ) {
        if self.only.is_some() && image.is_public() {
            let name = image.name();
            let name = name.expr().as_str().unwrap_or_default();
            let message =
                format!("`{name}` is pulled from the internet, which services of this network do not reach");
            let help = "put a copy into a repository of Amazon ECR, `Image::of(repository, tag)`, or give the network a \
                        way out: `.nat(Nat::One)`";
            report(scope, Finding::warning("FW3051", message).help(help), at);
        }
        let pull = if image.is_private() { &PULL[..] } else { &[] };
        tell(scope, what, &self.lacks(pull.iter().chain(also).copied()), at);
    }
}

fn tell(scope: &Scope<'_>, what: &str, lacks: &[Endpoint], at: &'static Location<'static>) {
    if lacks.is_empty() {
        return;
    }
    let services: Vec<&str> = lacks.iter().map(|endpoint| endpoint.service()).collect();
    let names: Vec<String> = lacks.iter().map(|endpoint| format!("Endpoint::{}", endpoint.name())).collect();
    let message =
        format!("{what} needs {}, which services of this network do not reach", services.join(", "));
    let help =
        format!("give the network `.endpoints([{}])`, or a way out: `.nat(Nat::One)`", names.join(", "));
    report(scope, Finding::warning("FW3051", message).help(help), at);
}
