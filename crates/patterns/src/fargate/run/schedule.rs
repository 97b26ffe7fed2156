//! Tasks that run by the clock.

use formwork_aws::{
    iam::{self},
    policy::{Condition, Statement},
    scheduler::{
        self,
        schedule::{
            AssignPublicIp, AwsVpcConfiguration, DeadLetterConfig, EcsParameters, FlexibleTimeWindow,
            FlexibleTimeWindowMode, LaunchType, NetworkConfiguration, PropagateTags, RetryPolicy,
            ScheduleState, Target,
        },
    },
    sqs,
    types::{Duration, days, hours},
};
use formwork_core::{Finding, Input, IntoInput, IntoText, Output, Scope};

use super::FargateTask;
use crate::{
    Configure, Connect, Grantee, Metric, Role, Schedule, SecretValue, SecurityGroup, Stat, ThreeTierVpc,
    fargate::{Cluster, Image, Outside, TaskSpec, task_setters},
    place::{self, Said, report},
    trust::service_of_account,
    value::text,
};

/// A task that runs by itself: a report every morning, a clean-up every hour.
///
/// ```
/// use formwork_aws::types::{cidr, minutes};
/// use formwork_core::App;
/// use formwork_patterns::{
///     FargateService, Schedule, ThreeTierVpc,
///     fargate::{ScheduledTask, Timing},
/// };
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let stack = app.stack("service");
///
/// // A task of its own.
/// let thin = ScheduledTask::new("public.ecr.aws/acme/thin-out:1.0")
///     .environment("KEEP", "30")
///     .on(Schedule::every(minutes(60)))
///     .build(stack.scope("ThinOut"), &network);
/// stack.add("ThinOutLost", thin.dropped().above(0));
///
/// // What a service is, with another command.
/// let api = FargateService::new("public.ecr.aws/acme/api:1.4").build(stack.scope("Api"), &network);
/// api.scheduled("Report", Schedule::daily_at(3, 0).in_zone("Europe/Berlin"), ["./manage", "report"]);
/// let weekly = Timing::on(Schedule::cron("0 4 ? * SUN *")).within(minutes(30));
/// api.scheduled("Tidy", weekly, ["./manage", "tidy"]);
/// ```
///
/// EventBridge Scheduler starts it, and tries again where ECS cannot start it; what was not started within an hour
/// goes to a queue instead of getting lost. Whether the program then ends well is not the scheduler's business:
/// look at the log, or let it tell of its success by a metric.
///
/// Resources: what a [`FargateTask`] makes; `Schedule`; `ScheduleGroup`, since metrics are kept by group;
/// `ScheduleRole`, which may run this task and nothing else; `DeadLetters`, the queue.
#[derive(Clone)]
pub struct ScheduledTask<'a> {
    task: FargateTask<'a>,
    parts: Option<Parts<'a>>,
    group: scheduler::ScheduleGroup,
    dead_letters: sqs::Queue,
}

/// What there is of a schedule that can be read.
#[derive(Clone)]
struct Parts<'a> {
    schedule: scheduler::Schedule,
    role: Role<'a>,
}

/// When a task runs, and what happens when it cannot be started. A [`Schedule`] is one.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to what it is for"]
pub struct Timing {
    schedule: Schedule,
    window: Option<Said<Duration>>,
    retries: Said<(u8, Duration)>,
    paused: bool,
}

impl From<Schedule> for Timing {
    #[track_caller]
    fn from(schedule: Schedule) -> Self {
        Self::on(schedule)
    }
}

impl Timing {
    /// At these times.
    #[track_caller]
    pub fn on(schedule: Schedule) -> Self {
        Self { schedule, window: None, retries: Said::new((3, hours(1))), paused: false }
    }

    /// Lets it begin some time within so long, up to a day, so that not everything begins at once.
    #[track_caller]
    pub fn within(self, window: impl Into<Duration>) -> Self {
        Self { window: Some(Said::new(window.into())), ..self }
    }

    /// How often it is tried again to start it, up to 185 times, and for how long, up to a day. Three times within
    /// an hour unless set.
    #[track_caller]
    pub fn retries(self, times: u8, within: impl Into<Duration>) -> Self {
        Self { retries: Said::new((times, within.into())), ..self }
    }

    /// Does not run until this is taken away.
    pub fn paused(self) -> Self {
        Self { paused: true, ..self }
    }

    /// Reports what Scheduler would refuse.
    // docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html and API_RetryPolicy.html
    fn is_sound(&self, scope: &Scope<'_>) -> bool {
        let mut sound = true;
        let mut wrong = |message: String, help: &str, at| {
            report(scope, Finding::error("FW3068", message).help(help), at);
            sound = false;
        };
        const SECOND: u64 = 1_000;
        if let Some(Said { value, at }) = self.window {
            let length = value.as_milliseconds();
            let whole = length.is_multiple_of(60 * SECOND);
            if !whole || !(60 * SECOND..=1440 * 60 * SECOND).contains(&length) {
                let help = "write one minute to one day, such as `minutes(15)`";
                wrong(format!("{value} is no window to begin in"), help, at);
            }
        }
        let Said { value: (times, within), at } = self.retries;
        if times > 185 {
            wrong(format!("{times} tries are more than Scheduler makes"), "write 185 or less", at);
        }
        let length = within.as_milliseconds();
        if !length.is_multiple_of(SECOND) || !(60 * SECOND..=86_400 * SECOND).contains(&length) {
            let help = "write one minute to one day, such as `hours(1)`";
            wrong(format!("a start cannot be tried for {within}"), help, at);
        }
        sound
    }
}

/// Says what a scheduled task is to be, but not yet when: [`on`](Self::on) does. Without, it cannot be built:
///
/// ```compile_fail
/// # use formwork_aws::types::cidr;
/// # use formwork_core::App;
/// # use formwork_patterns::{ThreeTierVpc, fargate::ScheduledTask};
/// # let app = App::for_tests();
/// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// ScheduledTask::new("public.ecr.aws/acme/report:1.0").build(app.stack("report"), &network);
/// ```
#[derive(Clone)]
#[must_use = "a scheduled task is made by `.on(schedule).build(scope, &network)`"]
pub struct UnscheduledTaskBuilder<'a> {
    task: TaskSpec,
    outside: Outside<'a>,
    cluster: Option<Cluster<'a>>,
}

task_setters!(UnscheduledTaskBuilder<'a>);

impl<'a> UnscheduledTaskBuilder<'a> {
    /// Runs it in a cluster that it shares with others.
    pub fn cluster(self, cluster: &Cluster<'a>) -> Self {
        Self { cluster: Some(cluster.clone()), ..self }
    }

    /// Sets the version of Fargate, such as `1.4.0`: `LATEST` unless said, which is the newest when a task starts.
    pub fn platform_version(mut self, version: impl IntoText) -> Self {
        self.task.platform = Some(text(version));
        self
    }

    /// Says when it runs: a [`Schedule`], or a [`Timing`] with more about it.
    #[track_caller]
    pub fn on(self, timing: impl Into<Timing>) -> ScheduledTaskBuilder<'a> {
        let Self { task, outside, cluster } = self;
        ScheduledTaskBuilder { task, outside, cluster, timing: timing.into() }
    }
}

/// Says what a scheduled task is to be, and when.
#[derive(Clone)]
#[must_use = "a scheduled task is made by `.build(scope, &network)`"]
pub struct ScheduledTaskBuilder<'a> {
    task: TaskSpec,
    outside: Outside<'a>,
    cluster: Option<Cluster<'a>>,
    timing: Timing,
}

task_setters!(ScheduledTaskBuilder<'a>);

impl<'a> ScheduledTaskBuilder<'a> {
    /// Runs it in a cluster that it shares with others.
    pub fn cluster(self, cluster: &Cluster<'a>) -> Self {
        Self { cluster: Some(cluster.clone()), ..self }
    }

    /// Sets the version of Fargate, such as `1.4.0`: `LATEST` unless said, which is the newest when a task starts.
    pub fn platform_version(mut self, version: impl IntoText) -> Self {
        self.task.platform = Some(text(version));
        self
    }

    /// Makes the task and its schedule.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> ScheduledTask<'a> {
        let scope = place::claim(scope.into().for_caller(), "a scheduled task", &["TaskDefinition", "Group"]);
        let task = FargateTask::own(scope, self.task, self.outside, self.cluster, network);
        let mut scheduled = ScheduledTask::of(task, self.timing);
        // It may begin as soon as its schedule is there, and has to reach what it needs by then.
        if let Some(parts) = &scheduled.parts {
            scheduled.task.group = scheduled.task.group.clone().before(parts.schedule);
        }
        network.allow_to_aws(&scheduled.task.group);
        scheduled
    }
}

impl<'a> ScheduledTask<'a> {
    /// A task that runs an image.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    #[track_caller]
    pub fn new(image: impl Into<Image>) -> UnscheduledTaskBuilder<'a> {
        UnscheduledTaskBuilder { task: TaskSpec::new(image), outside: Outside::default(), cluster: None }
    }

    /// Puts a task on a schedule.
    #[track_caller]
    pub(super) fn of(task: FargateTask<'a>, timing: Timing) -> Self {
        let scope = task.scope.for_caller();
        let sound = timing.is_sound(&scope);
        let dead_letters =
            sqs::Queue::builder().sqs_managed_sse_enabled(true).message_retention_period(days(14));
        let dead_letters = scope.add("DeadLetters", dead_letters);
        let group = scope.add("ScheduleGroup", scheduler::ScheduleGroup::builder());
        let schedule = timing.schedule.clone().read(&scope).filter(|_| sound);
        let parts = schedule.map(|schedule| {
            let role = Role::of(scope, scope.add("ScheduleRole", trusted(group)));
            for statement in task.run_statements() {
                role.grant(statement);
            }
            role.grant(Statement::allow("sqs:SendMessage").on(dead_letters.arn()));
            let target = Target::builder()
                .arn(task.cluster.arn())
                .role_arn(role.role())
                .ecs_parameters(runs(&task))
                .retry_policy(
                    RetryPolicy::builder()
                        .maximum_retry_attempts(f64::from(timing.retries.value.0))
                        .maximum_event_age_in_seconds(seconds(timing.retries.value.1)),
                )
                .dead_letter_config(DeadLetterConfig::builder().arn(dead_letters.arn()));
            let window = match timing.window {
                Some(window) => FlexibleTimeWindow::builder()
                    .mode(FlexibleTimeWindowMode::Flexible)
                    .maximum_window_in_minutes(seconds(window.value) / 60.0),
                None => FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off),
            };
            let schedule = scheduler::Schedule::builder()
                .group_name(group.name())
                .schedule_expression(schedule.expression)
                .schedule_expression_timezone(schedule.zone)
                .start_date(schedule.begins)
                .end_date(schedule.ends)
                .flexible_time_window(window)
                .state(if timing.paused { ScheduleState::Disabled } else { ScheduleState::Enabled })
                .target(target);
            let schedule = scope.add("Schedule", schedule);
            task.task.before(schedule);
            Parts { schedule, role }
        });
        Self { task, parts, group, dead_letters }
    }

    /// The task, which can be run by hand as well.
    pub fn task(&self) -> &FargateTask<'a> {
        &self.task
    }

    /// The schedule, unless something is wrong with it.
    pub fn schedule(&self) -> Option<scheduler::Schedule> {
        self.parts.as_ref().map(|parts| parts.schedule)
    }

    /// The role with which Scheduler runs the task, unless something is wrong with the schedule.
    pub fn schedule_role(&self) -> Option<Role<'a>> {
        self.parts.as_ref().map(|parts| parts.role)
    }

    /// The group that the schedule is alone in.
    pub fn schedule_group(&self) -> scheduler::ScheduleGroup {
        self.group
    }

    /// Where starts go that could not be made.
    pub fn dead_letters(&self) -> sqs::Queue {
        self.dead_letters
    }

    // docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
    fn count(&self, name: &str) -> Metric {
        Metric::new("AWS/Scheduler", name).dimension("ScheduleGroup", self.group.name()).stat(Stat::Sum)
    }

    /// How often Scheduler tried to start it.
    pub fn attempts(&self) -> Metric {
        self.count("InvocationAttemptCount")
    }

    /// How often ECS refused to start it.
    pub fn failures(&self) -> Metric {
        self.count("TargetErrorCount")
    }

    /// How often starting it was given up.
    pub fn dropped(&self) -> Metric {
        self.count("InvocationDroppedCount")
    }

    /// How often a start that was given up was put into the queue.
    pub fn dead_lettered(&self) -> Metric {
        self.count("InvocationsSentToDeadLetterCount")
    }
}

/// A role that schedules of one group, and nobody else, act with. Neither a schedule nor a prefix of its name may
/// stand there.
// docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
fn trusted(group: scheduler::ScheduleGroup) -> iam::role::Complete {
    let trust = service_of_account("scheduler.amazonaws.com")
        .when(Condition::arn_equals("aws:SourceArn", group.arn()));
    iam::Role::builder().description("runs the task on its schedule").assume_role_policy_document(trust)
}

/// What ECS is asked for.
fn runs(task: &FargateTask<'_>) -> Input<EcsParameters> {
    let place = AwsVpcConfiguration::builder()
        .subnets(&task.subnets)
        .security_groups([task.group.id()])
        .assign_public_ip(match task.public_addresses {
            true => AssignPublicIp::Enabled,
            false => AssignPublicIp::Disabled,
        });
    let definition: Output<String> = task.task_definition().task_definition_arn().cast();
    EcsParameters::builder()
        .task_definition_arn(definition)
        .task_count(1.0)
        .launch_type(LaunchType::Fargate)
        .platform_version(task.task.platform())
        .network_configuration(NetworkConfiguration::builder().awsvpc_configuration(place))
        .enable_ecs_managed_tags(true)
        .propagate_tags(PropagateTags::TaskDefinition)
        .into_input()
}

/// Whole seconds as Scheduler counts them.
fn seconds(time: Duration) -> f64 {
    (time.as_milliseconds() / 1_000) as f64
}

impl<'a> Connect<'a> for ScheduledTask<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        self.task.security_group()
    }
}

impl<'a> Grantee<'a> for ScheduledTask<'a> {
    fn role(&self) -> Role<'a> {
        self.task.role()
    }
}

impl Configure for ScheduledTask<'_> {
    #[track_caller]
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.task.set_variable(name, value);
    }

    #[track_caller]
    fn set_secret(&self, name: &str, value: SecretValue) {
        self.task.set_secret(name, value);
    }
}
