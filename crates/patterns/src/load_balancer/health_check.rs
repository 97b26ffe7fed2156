//! How a load balancer finds out whether its targets are well.

use std::panic::Location;

use formwork_aws::{
    elasticloadbalancingv2::target_group::{self, HealthCheckProtocol, Matcher},
    types::{Duration, Port, seconds},
};
use formwork_core::{Finding, Scope};

use super::options::{Options, Version};
use crate::place::{Said, report};

/// How a load balancer finds out whether a target is well.
///
/// ```
/// use formwork_aws::types::seconds;
/// use formwork_patterns::load_balancer::HealthCheck;
///
/// let check = HealthCheck::path("/health")
///     .every(seconds(30))
///     .timeout(seconds(5))
///     .healthy_after(2)
///     .unhealthy_after(3)
///     .answers("200-299");
/// ```
///
/// What is not said: every 15 seconds, with 5 seconds to answer 200; well after 2 such answers, unwell after 3 others.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    path: Said<String>,
    answers: Option<String>,
    every: Option<Said<Duration>>,
    timeout: Option<Said<Duration>>,
    healthy_after: Option<Said<u8>>,
    unhealthy_after: Option<Said<u8>>,
    port: Option<Port>,
}

// docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
const INTERVAL: (Duration, Duration) = (seconds(5), seconds(300));
const TIMEOUT: (Duration, Duration) = (seconds(2), seconds(120));
const COUNT: (u8, u8) = (2, 10);

impl HealthCheck {
    /// Asks for this path, and wants the answer 200; of targets that speak gRPC, a method such as
    /// `/grpc.health.v1.Health/Check` and the status 0.
    #[track_caller]
    pub fn path(path: impl Into<String>) -> Self {
        Self {
            path: Said::new(path.into()),
            answers: None,
            every: None,
            timeout: None,
            healthy_after: None,
            unhealthy_after: None,
            port: None,
        }
    }

    /// Sets the answers of those who are well: `200`, `200,302`, `200-299`.
    #[must_use]
    pub fn answers(self, codes: impl Into<String>) -> Self {
        Self { answers: Some(codes.into()), ..self }
    }

    /// Sets how often it asks: every 5 to 300 seconds.
    #[must_use]
    #[track_caller]
    pub fn every(self, interval: Duration) -> Self {
        Self { every: Some(Said::new(interval)), ..self }
    }

    /// Sets how long it waits for the answer: 2 to 120 seconds, and less than until it asks again.
    #[must_use]
    #[track_caller]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(Said::new(timeout)), ..self }
    }

    /// Sets after how many good answers in a row a target gets requests: 2 to 10.
    #[must_use]
    #[track_caller]
    pub fn healthy_after(self, answers: u8) -> Self {
        Self { healthy_after: Some(Said::new(answers)), ..self }
    }

    /// Sets after how many bad answers in a row it gets no more: 2 to 10.
    #[must_use]
    #[track_caller]
    pub fn unhealthy_after(self, answers: u8) -> Self {
        Self { unhealthy_after: Some(Said::new(answers)), ..self }
    }

    /// Asks on another port than the one that requests go to. The targets have to let the load balancer in there.
    #[must_use]
    pub fn port(self, port: impl Into<Port>) -> Self {
        Self { port: Some(port.into()), ..self }
    }

    /// The port that it asks on, if that is not the one that requests go to.
    pub(crate) fn other_port(&self) -> Option<Port> {
        self.port
    }

    /// Sets it on a target group, as far as it is possible; what is not becomes a finding, if there is a scope to
    /// report it in.
    pub(super) fn apply(
        &self,
        scope: Option<&Scope<'_>>,
        group: target_group::Builder,
        options: &Options,
    ) -> target_group::Builder {
        let every = within(scope, self.every, INTERVAL, seconds(15), "the interval of health checks");
        let most = every.as_milliseconds();
        let usual = if most > seconds(5).as_milliseconds() { seconds(5) } else { seconds(4) };
        let mut timeout = within(scope, self.timeout, TIMEOUT, usual, "the timeout of health checks");
        if timeout.as_milliseconds() >= most {
            if let Some(at) = self.timeout.map(|said| said.at).or(self.every.map(|said| said.at)) {
                let message = format!(
                    "a health check that may take {timeout} is not over when the next one begins, after {every}"
                );
                let help = "make the timeout shorter than the interval";
                tell(scope, Finding::error("FW3027", message).help(help), at);
            }
            timeout = usual;
        }
        let healthy = within(scope, self.healthy_after, COUNT, 2, "the number of good answers");
        let unhealthy = within(scope, self.unhealthy_after, COUNT, 3, "the number of bad answers");
        let path = match self.path.value.strip_prefix('/') {
            Some(_) => self.path.value.clone(),
            None => {
                let message = format!("`{}` is no path to ask for: it begins without `/`", self.path.value);
                let finding = Finding::error("FW3027", message).help(format!("write `/{}`", self.path.value));
                tell(scope, finding, self.path.at);
                format!("/{}", self.path.value)
            }
        };
        let answers = self.answers.clone();
        let matcher = match options.version() {
            Version::Grpc => Matcher::builder().grpc_code(answers.unwrap_or_else(|| "0".to_owned())),
            _ => Matcher::builder().http_code(answers.unwrap_or_else(|| "200".to_owned())),
        };
        let protocol = if options.encrypted { HealthCheckProtocol::Https } else { HealthCheckProtocol::Http };
        group
            .health_check_enabled(true)
            .health_check_protocol(protocol)
            .health_check_path(path)
            .health_check_port(self.port.map(|port| port.get().to_string()))
            .health_check_interval_seconds(every)
            .health_check_timeout_seconds(timeout)
            .healthy_threshold_count(i64::from(healthy))
            .unhealthy_threshold_count(i64::from(unhealthy))
            .matcher(matcher)
    }
}

/// What was said if it is possible; if it is not, a finding and what is usual.
fn within<T: Copy + PartialOrd + std::fmt::Display>(
    scope: Option<&Scope<'_>>,
    said: Option<Said<T>>,
    (least, most): (T, T),
    usual: T,
    what: &str,
) -> T {
    match said {
        Some(Said { value, .. }) if value >= least && value <= most => value,
        Some(Said { value, at }) => {
            let finding = Finding::error("FW3027", format!("{what} cannot be {value}"));
            tell(scope, finding.help(format!("it is {least} to {most}")), at);
            usual
        }
        None => usual,
    }
}

fn tell(scope: Option<&Scope<'_>>, finding: Finding, at: &'static Location<'static>) {
    if let Some(scope) = scope {
        report(scope, finding, at);
    }
}
