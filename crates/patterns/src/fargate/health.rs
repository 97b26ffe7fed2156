//! How ECS finds out whether a container is well, by a command within it.

use formwork_aws::{
    ecs::task_definition::HealthCheck,
    types::{Duration, seconds},
};
use formwork_core::{Input, IntoInput, Output, Scope};

use super::limits::{Limit, Limited};

use crate::value::output;

// docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
const INTERVAL: Limit = Limit::seconds("the time between two runs of a health check", 5, 300);
const TIMEOUT: Limit = Limit::seconds("the time that a health check may take", 2, 60);
const RETRIES: Limit = Limit { what: "how often a health check has to fail", unit: "", least: 1, most: 10 };
const START: Limit = Limit::seconds("the time in which health checks may fail", 0, 300);

/// A command that ECS runs in a container to find out whether it is well: what it ends with `0`, it is.
///
/// A service behind a load balancer is asked by that already; a worker has no other way to say that it is stuck.
///
/// ```
/// use formwork_aws::types::seconds;
/// use formwork_patterns::fargate::ContainerHealth;
///
/// let by_shell = ContainerHealth::shell("celery -A shop inspect ping || exit 1").every(seconds(60));
/// let without = ContainerHealth::command(["/bin/health", "--local"]).starts_within(seconds(120));
/// ```
#[derive(Clone)]
pub struct ContainerHealth {
    command: Output<Vec<String>>,
    interval: Limited,
    timeout: Limited,
    retries: Limited,
    start: Option<Limited>,
}

impl ContainerHealth {
    /// A program of the image with its arguments, without a shell.
    #[track_caller]
    pub fn command(command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::of("CMD", command.into_iter().map(Into::into).collect())
    }

    /// A line for the shell of the image, which has to have one.
    #[track_caller]
    pub fn shell(line: impl Into<String>) -> Self {
        Self::of("CMD-SHELL", vec![line.into()])
    }

    #[track_caller]
    fn of(how: &str, command: Vec<String>) -> Self {
        let command: Vec<String> = std::iter::once(how.to_owned()).chain(command).collect();
        Self {
            command: output(command),
            interval: INTERVAL.said(seconds(30)),
            timeout: TIMEOUT.said(seconds(5)),
            retries: RETRIES.said_number(3),
            start: None,
        }
    }

    /// How much time there is between two runs: 5 to 300 seconds, 30 unless said.
    #[must_use]
    #[track_caller]
    pub fn every(self, interval: impl Into<Duration>) -> Self {
        Self { interval: INTERVAL.said(interval), ..self }
    }

    /// After how long a run has failed: 2 to 60 seconds, 5 unless said.
    #[must_use]
    #[track_caller]
    pub fn times_out_after(self, timeout: impl Into<Duration>) -> Self {
        Self { timeout: TIMEOUT.said(timeout), ..self }
    }

    /// How many runs have to fail one after the other: 1 to 10, 3 unless said.
    #[must_use]
    #[track_caller]
    pub fn retries(self, retries: u8) -> Self {
        Self { retries: RETRIES.said_number(retries.into()), ..self }
    }

    /// How long failures do not count after the start: up to 300 seconds.
    #[must_use]
    #[track_caller]
    pub fn starts_within(self, start: impl Into<Duration>) -> Self {
        Self { start: Some(START.said(start)), ..self }
    }

    pub(super) fn judge(&self, scope: &Scope<'_>) {
        for limited in [Some(&self.interval), Some(&self.timeout), Some(&self.retries), self.start.as_ref()] {
            limited.into_iter().for_each(|limited| limited.judge(scope));
        }
    }

    pub(super) fn check(&self) -> Input<HealthCheck> {
        HealthCheck::builder()
            .command(self.command.clone())
            .interval(self.interval.duration())
            .timeout(self.timeout.duration())
            .retries(self.retries.number())
            .start_period(self.start.map(Limited::duration))
            .into_input()
    }
}
