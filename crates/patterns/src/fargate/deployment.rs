//! How a new version takes the place of the old one.

use formwork_aws::{
    ecs::service,
    types::{Duration, minutes},
};
use formwork_core::{Finding, Scope};

use crate::place::{Said, report};

/// How a new version of a service takes the place of the old one.
///
/// ```
/// use formwork_aws::types::minutes;
/// use formwork_patterns::fargate::Deployment;
///
/// let one_after_the_other = Deployment::rolling().minimum_healthy(50).maximum(100); // of two tasks or more
/// let all_at_once = Deployment::blue_green().bake(minutes(10));
/// let in_steps = Deployment::linear(20, minutes(3));
/// let some_first = Deployment::canary(5, minutes(15));
/// ```
///
/// All but [`rolling`](Self::rolling) start the whole new version beside the old one and then shift requests; they need
/// what shifts them, a load balancer or Service Connect. With [`code_deploy`](Self::code_deploy) AWS CodeDeploy does this,
/// else ECS itself.
///
/// # Rules that a deployment changes
///
/// [`blue_green`](Self::blue_green), [`linear`](Self::linear) and [`canary`](Self::canary) shift requests by the weights in
/// the listener's rule, which ECS changes without CloudFormation. In the template they stay 100 for `Targets` and 0 for
/// `AlternateTargets`, and CloudFormation writes them when anything else of the rule changes: its hosts, paths and other
/// conditions, how users sign in. If the running version is in `AlternateTargets` at that time, which it is after every
/// other deployment, requests go to a group without targets, and are answered with 503, until the next deployment or until
/// somebody sets the weights back. So look at the weights before such a change, and make it when they are as in the template:
/// after one more deployment of the service.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub(super) how: Said<How>,
    bake: Option<Said<Duration>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Rolling { least: u32, most: u32 },
    BlueGreen,
    Linear { percent: f64, every: Duration },
    Canary { percent: f64, bake: Duration },
    CodeDeploy(Shift),
}

/// How AWS CodeDeploy shifts requests to the new version of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shift {
    /// All at once.
    AllAtOnce,
    /// Ten of a hundred, every minute.
    Linear10PercentEvery1Minute,
    /// Ten of a hundred, every three minutes.
    Linear10PercentEvery3Minutes,
    /// Ten of a hundred, and the rest five minutes later.
    Canary10Percent5Minutes,
    /// Ten of a hundred, and the rest fifteen minutes later.
    Canary10Percent15Minutes,
}

impl Shift {
    /// The configuration of AWS that does this.
    // docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    pub(super) fn configuration(self) -> &'static str {
        match self {
            Self::AllAtOnce => "CodeDeployDefault.ECSAllAtOnce",
            Self::Linear10PercentEvery1Minute => "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
            Self::Linear10PercentEvery3Minutes => "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
            Self::Canary10Percent5Minutes => "CodeDeployDefault.ECSCanary10Percent5Minutes",
            Self::Canary10Percent15Minutes => "CodeDeployDefault.ECSCanary10Percent15Minutes",
        }
    }
}

impl Deployment {
    #[track_caller]
    fn of(how: How) -> Self {
        Self { how: Said::new(how), bake: None }
    }

    /// Replaces tasks as new ones become well: at least as many as wanted run all the time, and at most twice as many.
    #[track_caller]
    pub fn rolling() -> Self {
        Self::of(How::Rolling { least: 100, most: 200 })
    }

    /// Starts the new version beside the old one, and shifts all requests at once. ECS changes the
    /// weights of the [listener's rule](Self#rules-that-a-deployment-changes) for it: read there before you change the route.
    #[track_caller]
    pub fn blue_green() -> Self {
        Self::of(How::BlueGreen)
    }

    /// Shifts so many of a hundred requests, 3 to 100, at a time, and waits up to a day after each step. ECS changes the
    /// weights of the [listener's rule](Self#rules-that-a-deployment-changes) for it: read there before you change the route.
    #[track_caller]
    pub fn linear(percent: impl Into<f64>, every: impl Into<Duration>) -> Self {
        Self::of(How::Linear { percent: percent.into(), every: every.into() })
    }

    /// Shifts so many of a hundred requests, 0.1 to 100, waits up to a day, and shifts the rest. ECS changes the
    /// weights of the [listener's rule](Self#rules-that-a-deployment-changes) for it: read there before you change the route.
    #[track_caller]
    pub fn canary(percent: impl Into<f64>, bake: impl Into<Duration>) -> Self {
        Self::of(How::Canary { percent: percent.into(), bake: bake.into() })
    }

    /// Leaves deployments to AWS CodeDeploy. CloudFormation makes the service with its first version; a later one is only
    /// registered, as a new revision of the same family, and runs when somebody tells CodeDeploy of it:
    /// [`FargateService::task_definition_arn`](super::FargateService::task_definition_arn) shows how.
    ///
    /// What CloudFormation updates of such a service, such as its number of tasks, it sends with the latest revision, which
    /// ECS refuses while another one runs: deploy that revision by CodeDeploy first, and change the service after that.
    #[track_caller]
    pub fn code_deploy(shift: Shift) -> Self {
        Self::of(How::CodeDeploy(shift))
    }

    /// Sets how many of a hundred wanted tasks run at least during a rolling deployment: 100 unless said. It is rounded up
    /// to whole tasks, so that 50 of one task is that task.
    #[must_use]
    #[track_caller]
    pub fn minimum_healthy(mut self, percent: u32) -> Self {
        if let How::Rolling { least, .. } = &mut self.how.value {
            *least = percent;
        }
        Self { how: Said::new(self.how.value), ..self }
    }

    /// Sets how many of a hundred wanted tasks run at most during a rolling deployment: 200 unless said. It is rounded down
    /// to whole tasks, so that 150 of one task is that task.
    #[must_use]
    #[track_caller]
    pub fn maximum(mut self, percent: u32) -> Self {
        if let How::Rolling { most, .. } = &mut self.how.value {
            *most = percent;
        }
        Self { how: Said::new(self.how.value), ..self }
    }

    /// Sets how long the old version goes on running when all requests are shifted, so that going back takes no time: 15
    /// minutes unless said, up to a day. While it lasts, alarms still roll back.
    #[must_use]
    #[track_caller]
    pub fn bake(self, time: impl Into<Duration>) -> Self {
        Self { bake: Some(Said::new(time.into())), ..self }
    }

    /// Whether requests are shifted between two groups of targets.
    pub(super) fn shifts(&self) -> bool {
        !matches!(self.how.value, How::Rolling { .. })
    }

    /// How many of a hundred wanted tasks run at most.
    pub(super) fn maximum_percent(&self) -> u32 {
        match self.how.value {
            How::Rolling { most, .. } => most,
            _ => 200,
        }
    }

    pub(super) fn code_deploys(&self) -> Option<Shift> {
        match self.how.value {
            How::CodeDeploy(shift) => Some(shift),
            _ => None,
        }
    }

    /// How long the old version goes on running.
    pub(super) fn baked(&self) -> Duration {
        self.bake.map_or(minutes(15), |said| whole_minutes(said.value))
    }

    /// Says what is wrong with it, for a service of which is known whether something can shift its requests.
    pub(super) fn judge(&self, scope: &Scope<'_>, shiftable: bool, balanced: bool) {
        let wrong = |code, message: String, help: &str| {
            report(scope, Finding::error(code, message).help(help), self.how.at)
        };
        // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html and API_CanaryConfiguration.html
        let share = |percent: f64, least: f64| {
            if percent.is_nan() || (tenths(percent, least) - percent).abs() > 1e-6 {
                let message = format!("a deployment cannot shift {percent} % of the requests");
                wrong("FW3046", message, &format!("ECS takes {least} to 100 %, in steps of 0.1"));
            }
        };
        let pause = |time: Duration| {
            if whole_minutes(time) != time {
                let seconds = time.as_milliseconds() / 1000;
                let message = format!("a deployment cannot wait for {seconds} seconds");
                wrong("FW3047", message, "ECS takes whole minutes, up to 1440 (a day)");
            }
        };
        match self.how.value {
            How::Rolling { least, most } => {
                if least > 100 || most < 100 || most <= least {
                    let message = format!(
                        "of a hundred tasks, {least} at least and {most} at most leaves nothing to replace"
                    );
                    wrong(
                        "FW3046",
                        message,
                        "the minimum is 0 to 100, the maximum 100 or more, and greater than the minimum",
                    );
                }
            }
            How::Linear { percent, every } => {
                share(percent, 3.0);
                pause(every);
            }
            How::Canary { percent, bake } => {
                share(percent, 0.1);
                pause(bake);
            }
            How::BlueGreen | How::CodeDeploy(_) => {}
        }
        if let Some(bake) = self.bake
            && whole_minutes(bake.value) != bake.value
        {
            let seconds = bake.value.as_milliseconds() / 1000;
            let message = format!("the old version cannot go on running for {seconds} seconds");
            report(
                scope,
                Finding::error("FW3047", message).help("ECS takes whole minutes, up to 1440 (a day)"),
                bake.at,
            );
        }
        if self.code_deploys().is_some() && !balanced {
            wrong(
                "FW3045",
                "nothing can shift requests to the new version of the service".to_owned(),
                "CodeDeploy shifts them at a load balancer: `.behind(LoadBalancer::internal())`",
            );
        } else if self.shifts() && !shiftable {
            wrong(
                "FW3045",
                "nothing can shift requests to the new version of the service".to_owned(),
                "a load balancer shifts them, `.behind(..)`, or Service Connect; without either, take `Deployment::rolling()`",
            );
        }
    }

    /// Says that so few tasks cannot be replaced: the minimum is rounded up to whole tasks, and the maximum down.
    // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    pub(super) fn judge_count(&self, scope: &Scope<'_>, tasks: u32) {
        let How::Rolling { least, most } = self.how.value else { return };
        if tasks == 0 || least > 100 || most < 100 || most <= least {
            return;
        }
        let (wanted, least, most) = (u64::from(tasks), u64::from(least), u64::from(most));
        let (floor, ceiling) = (wanted * most / 100, (wanted * least).div_ceil(100));
        if floor > ceiling {
            return;
        }
        let of = if tasks == 1 { "one task".to_owned() } else { format!("{tasks} tasks") };
        let message =
            format!("{least} % at least and {most} % at most of {of} leave none to be added or ended");
        let help = "the minimum is rounded up to whole tasks and the maximum down: take `.maximum(200)`, or \
                    `.minimum_healthy(0)` where the service may be gone for a while";
        report(scope, Finding::error("FW3050", message).help(help), self.how.at);
    }

    /// What ECS is told. What it would not take has been reported, and is not said again.
    pub(super) fn configuration(&self) -> service::DeploymentConfigurationBuilder {
        let configuration = service::DeploymentConfiguration::builder();
        let bakes = |strategy| {
            service::DeploymentConfiguration::builder()
                .strategy(strategy)
                .bake_time_in_minutes(self.baked())
                .minimum_healthy_percent(100)
                .maximum_percent(200)
        };
        match self.how.value {
            How::Rolling { least, most } => configuration
                .strategy(service::Strategy::Rolling)
                .minimum_healthy_percent(i64::from(least.min(100)))
                .maximum_percent(i64::from(most.max(100).max(least.min(100) + 1))),
            How::BlueGreen => bakes(service::Strategy::BlueGreen),
            How::Linear { percent, every } => bakes(service::Strategy::Linear).linear_configuration(
                service::LinearConfiguration::builder()
                    .step_percent(tenths(percent, 3.0))
                    .step_bake_time_in_minutes(whole_minutes(every)),
            ),
            How::Canary { percent, bake } => bakes(service::Strategy::Canary).canary_configuration(
                service::CanaryConfiguration::builder()
                    .canary_percent(tenths(percent, 0.1))
                    .canary_bake_time_in_minutes(whole_minutes(bake)),
            ),
            How::CodeDeploy(_) => configuration.minimum_healthy_percent(100).maximum_percent(200),
        }
    }
}

/// The nearest share of requests that ECS takes.
fn tenths(percent: f64, least: f64) -> f64 {
    if percent.is_nan() { least } else { (percent.clamp(least, 100.0) * 10.0).round() / 10.0 }
}

/// The time in the form that ECS takes: whole minutes, up to a day.
fn whole_minutes(time: Duration) -> Duration {
    minutes(u32::try_from(time.as_milliseconds() / 60_000).unwrap_or(u32::MAX).min(24 * 60))
}
