//! How many tasks a service has: within bounds, by metrics and by the clock.

mod steps;
mod target;

use std::{ops::RangeInclusive, panic::Location};

use formwork_aws::{
    applicationautoscaling::{
        self as scaling,
        scalable_target::{ScalableDimension, ScalableTargetAction, ScheduledAction, ServiceNamespace},
        scaling_policy::PolicyType,
    },
    cloudwatch, elasticloadbalancingv2 as elb,
};
use formwork_core::{Expr, Finding, Handle, Input, IntoInput, Output, Scope, TypedHandle, interpolate};

pub use self::{
    steps::{Change, Steps},
    target::Target,
};
use super::{Builder, FargateService};
use crate::{
    Metric, Schedule,
    place::{Said, report},
};

/// How many tasks a service has, and what changes that: metrics that are kept at a value ([`Target`]), steps of a
/// metric ([`Steps`]), and the clock ([`Schedule`]).
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{
///     FargateService, Schedule, ThreeTierVpc,
///     fargate::{Change, Scaling, Steps, Target},
/// };
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let morning = Schedule::weekdays_at(8, 0).in_zone("Europe/Berlin");
/// let evening = Schedule::weekdays_at(19, 0).in_zone("Europe/Berlin");
/// let scaling = Scaling::between(2..=10)
///     .tracking([Target::cpu(70), Target::memory(80)])
///     .steps(Steps::cpu().above(90, Change::add(3)))
///     .at(morning, 4..=20)
///     .at(evening, 2..=10);
/// let stack = app.stack("service");
/// let api = FargateService::new("public.ecr.aws/acme/api:1.4")
///     .scaling(scaling)
///     .build(stack.scope("Api"), &network);
///
/// // Every property is one level down.
/// if let Some(policy) = api.scaling_policy("OnCpu") {
///     stack.customize(policy, |it| it.policy_name("load"));
/// }
/// ```
///
/// Of several targets and steps, the one that wants most tasks wins. What AWS itself does for it, it does with a
/// role of its own, which it makes when it is needed.
///
/// Resources, in the scope `Scaling` of the service: `Target`, with the bounds and the schedules; `On<Name>` for each
/// target, such as `OnCpu`, `OnMemory`, `OnRequests`, `OnQueue` or the name of the metric; `<Name>Above` and
/// `<Name>Below` for steps, with the alarms `<Name>AboveAlarm` and `<Name>BelowAlarm`.
#[derive(Clone)]
#[must_use = "it does nothing until it is given to `.scaling(..)` of a service"]
pub struct Scaling {
    bounds: Said<Bounds>,
    targets: Vec<Target>,
    steps: Vec<Steps>,
    times: Vec<(Schedule, Said<Bounds>)>,
}

pub(crate) type Bounds = (u32, u32);

impl Scaling {
    /// So many tasks at least, and so many at most.
    #[track_caller]
    pub fn between(tasks: RangeInclusive<u32>) -> Self {
        let bounds = Said::new(tasks.into_inner());
        Self { bounds, targets: Vec::new(), steps: Vec::new(), times: Vec::new() }
    }

    /// Keeps these metrics at their values.
    pub fn tracking(mut self, targets: impl IntoIterator<Item = Target>) -> Self {
        self.targets.extend(targets);
        self
    }

    /// Changes the number by steps of a metric.
    pub fn steps(mut self, steps: Steps) -> Self {
        self.steps.push(steps);
        self
    }

    /// Sets other bounds at a time, which hold until the next such time. `0..=0` ends all tasks.
    #[track_caller]
    pub fn at(mut self, schedule: Schedule, tasks: RangeInclusive<u32>) -> Self {
        self.times.push((schedule, Said::new(tasks.into_inner())));
        self
    }

    /// How many tasks it has at least, while it has any.
    pub(crate) fn least(&self) -> u32 {
        self.bounds.value.0.max(1)
    }

    /// The bounds and where they were said, where a number of tasks is outside of them.
    pub(crate) fn leaves_out(&self, tasks: u32) -> Option<Said<Bounds>> {
        let (least, most) = self.bounds.value;
        (least <= most && !(least..=most).contains(&tasks)).then_some(self.bounds)
    }

    /// Makes what scales a service that was just made.
    #[track_caller]
    pub(crate) fn apply(self, service: &FargateService<'_>) {
        let scope = of_service(service);
        let sound = self.is_sound(&scope);
        let times: Vec<Input<ScheduledAction>> = (1..)
            .zip(self.times)
            .filter_map(|(number, (schedule, bounds))| action(&scope, number, schedule, &bounds))
            .collect();
        if !sound {
            return;
        }
        let (least, most) = self.bounds.value;
        let target = scaling::ScalableTarget::builder()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(interpolate!("service/{}/{}", service.cluster().name(), service.service().name()))
            .min_capacity(i64::from(least))
            .max_capacity(i64::from(most))
            .scheduled_actions((!times.is_empty()).then_some(times));
        let target = scope.add("Target", target);
        let of = Measures::of(service);
        for one in &self.targets {
            track(scope, target, one, &of);
        }
        for steps in &self.steps {
            step(scope, target, steps, &of);
        }
    }

    /// Reports what is wrong with the bounds and with what is said twice.
    fn is_sound(&self, scope: &Scope<'_>) -> bool {
        let Said { value: (least, most), at } = self.bounds;
        let mut sound = has_order(scope, &self.bounds);
        if sound && most == 0 {
            let finding = Finding::error("FW3060", "a service that never has a task")
                .help("write a maximum of 1 or more; `.at(schedule, 0..=0)` ends all tasks at a time");
            report(scope, finding, at);
            sound = false;
        }
        let wakes = self.targets.iter().any(Target::wakes)
            || self.steps.iter().any(Steps::wakes)
            || !self.times.is_empty();
        if sound && least == 0 && !wakes {
            let finding = Finding::warning(
                "FW3061",
                "a service that has no task any more never gets one again",
            )
            .help(
                "what no task uses is not measured: write a minimum of 1, or follow something that is there \
                     without tasks, such as `Target::queue(..)`",
            );
            report(scope, finding, at);
        }
        for (index, target) in self.targets.iter().enumerate() {
            let before = self.targets.get(..index).unwrap_or_default();
            if before.iter().any(|other| other.is_as(target)) {
                let finding =
                    Finding::error("FW3063", format!("`{}` is to be kept at two values", target.label()))
                        .help("a service follows a metric once");
                report(scope, finding, target.at());
                sound = false;
            } else if before.iter().any(|other| other.label() == target.label()) {
                report(scope, called_twice(&target.label()), target.at());
                sound = false;
            }
        }
        for (index, steps) in self.steps.iter().enumerate() {
            let before = self.steps.get(..index).unwrap_or_default();
            if before.iter().any(|other| other.label() == steps.label()) {
                report(scope, called_twice(&steps.label()), steps.at());
                sound = false;
            }
        }
        sound
    }
}

impl Builder<'_> {
    /// Scales the number of tasks within bounds, so that metrics keep their values: `.scale(2..=10,
    /// [Target::cpu(70)])`.
    ///
    /// [`scaling`](Self::scaling) takes steps and schedules as well.
    #[track_caller]
    pub fn scale(self, tasks: RangeInclusive<u32>, targets: impl IntoIterator<Item = Target>) -> Self {
        self.scaling(Scaling::between(tasks).tracking(targets))
    }

    /// Scales the number of tasks: by metrics, in steps, by the clock.
    pub fn scaling(mut self, scaling: Scaling) -> Self {
        self.scaling = Some(scaling);
        self
    }
}

/// Scaling of a service that was built with bounds, `.scale(2..=10, ..)`.
impl FargateService<'_> {
    /// What holds the bounds, if the service scales.
    pub fn scalable_target(&self) -> Option<scaling::ScalableTarget> {
        made(&of_service(self), "Target")
    }

    /// A policy by its name: `OnCpu`, `OnQueue`, `CpuAbove`.
    pub fn scaling_policy(&self, name: &str) -> Option<scaling::ScalingPolicy> {
        made(&of_service(self), name)
    }

    /// All policies, in the order in which they were made.
    pub fn scaling_policies(&self) -> Vec<scaling::ScalingPolicy> {
        of_service(self).all()
    }

    /// The alarm of a policy by the policy's name: `CpuAbove`. Of targets, AWS makes the alarms.
    pub fn scaling_alarm(&self, policy: &str) -> Option<cloudwatch::Alarm> {
        made(&of_service(self), &format!("{policy}Alarm"))
    }

    /// Keeps one more metric at a value: one that is known only when the service is there, such as one of its own.
    #[track_caller]
    pub fn scale_on(&self, target: Target) -> Option<scaling::ScalingPolicy> {
        let scope = of_service(self).for_caller();
        if made::<scaling::ScalingPolicy>(&scope, &format!("On{}", target.label())).is_some() {
            report(&scope, called_twice(&target.label()), target.at());
            return None;
        }
        let bounds = self.scalable_target().or_else(|| unbounded(&scope, target.at()))?;
        track(scope, bounds, &target, &Measures::of(self))
    }

    /// Changes the number of tasks by steps of one more metric, such as one of the service's own.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{FargateService, ThreeTierVpc, fargate::{Change, Steps}};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let worker = FargateService::new("public.ecr.aws/acme/worker:1.4")
    ///     .scale(1..=4, [])
    ///     .build(app.stack("worker"), &network);
    /// worker.scale_in_steps(Steps::on(worker.memory_utilization()).above(80, Change::exactly(4)));
    /// ```
    #[track_caller]
    pub fn scale_in_steps(&self, steps: Steps) -> Vec<scaling::ScalingPolicy> {
        let scope = of_service(self).for_caller();
        let names = ["Above", "Below"].map(|side| format!("{}{side}", steps.label()));
        if names.iter().any(|name| made::<scaling::ScalingPolicy>(&scope, name).is_some()) {
            report(&scope, called_twice(&steps.label()), steps.at());
            return Vec::new();
        }
        match self.scalable_target().or_else(|| unbounded(&scope, steps.at())) {
            Some(bounds) => step(scope, bounds, &steps, &Measures::of(self)),
            None => Vec::new(),
        }
    }
}

/// What policies measure of a service.
struct Measures {
    cpu: Metric,
    memory: Metric,
    tasks: Metric,
    /// Whether that may be: Container Insights are not off.
    tasks_are_counted: bool,
    /// The full names of the load balancer and of each group of targets behind it.
    groups: Vec<(Output<String>, Output<String>)>,
}

impl Measures {
    fn of(service: &FargateService<'_>) -> Self {
        let groups = service.balancer().map(|balancer| {
            let balancer = balancer.load_balancer().load_balancer_full_name();
            let groups = [service.target_group(), service.alternate_target_group()];
            let named = |group: elb::TargetGroup| (balancer.clone(), group.target_group_full_name());
            groups.into_iter().flatten().map(named).collect()
        });
        let settings = service
            .cluster()
            .cluster()
            .and_then(|cluster| service.scope().edit(cluster).get("ClusterSettings"));
        let of_insights =
            |setting: &&Expr| setting.get("Name").and_then(Expr::as_str) == Some("containerInsights");
        let settings = settings.as_ref().and_then(Expr::as_list).unwrap_or_default();
        let insights = settings.iter().find(of_insights).and_then(|setting| setting.get("Value")?.as_str());
        Self {
            cpu: service.cpu_utilization(),
            memory: service.memory_utilization(),
            tasks: service.running_tasks(),
            tasks_are_counted: insights != Some("disabled"),
            groups: groups.unwrap_or_default(),
        }
    }
}

/// Where everything stands that scales a service.
#[track_caller]
fn of_service<'a>(service: &FargateService<'a>) -> Scope<'a> {
    service.scope().scope("Scaling")
}

/// What was made under a name, if it is of this type.
fn made<H: TypedHandle>(scope: &Scope<'_>, name: &str) -> Option<H> {
    let handle: Handle = scope.find(name)?;
    (scope.edit(handle).kind() == H::TYPE).then(|| H::from_handle(handle))
}

/// Adds the policy that keeps a metric at a value.
#[track_caller]
fn track(
    scope: Scope<'_>,
    bounds: scaling::ScalableTarget,
    target: &Target,
    of: &Measures,
) -> Option<scaling::ScalingPolicy> {
    let configuration = target.configuration(&scope, of)?;
    let name = format!("On{}", target.label());
    let policy = scaling::ScalingPolicy::builder()
        .policy_name(name.clone())
        .policy_type(PolicyType::TargetTrackingScaling)
        .scaling_target_id(bounds)
        .target_tracking_scaling_policy_configuration(configuration);
    Some(scope.add(name, policy))
}

/// Adds the policies of steps, with their alarms.
#[track_caller]
fn step(
    scope: Scope<'_>,
    bounds: scaling::ScalableTarget,
    steps: &Steps,
    of: &Measures,
) -> Vec<scaling::ScalingPolicy> {
    let mut made = Vec::new();
    for steps::Policy { name, configuration, alarm } in steps.policies(&scope, of) {
        let policy = scaling::ScalingPolicy::builder()
            .policy_name(name.clone())
            .policy_type(PolicyType::StepScaling)
            .scaling_target_id(bounds)
            .step_scaling_policy_configuration(configuration);
        let policy = scope.add(name.clone(), policy);
        let action: Output<String> = policy.arn().cast();
        scope.add(format!("{name}Alarm"), alarm.alarm_actions([action]));
        made.push(policy);
    }
    made
}

/// The bounds that hold from a time on, unless something is wrong with them.
fn action(
    scope: &Scope<'_>,
    number: usize,
    schedule: Schedule,
    bounds: &Said<Bounds>,
) -> Option<Input<ScheduledAction>> {
    let sound = has_order(scope, bounds);
    let schedule = schedule.read(scope)?;
    let (least, most) = bounds.value;
    let action = ScheduledAction::builder()
        .scheduled_action_name(format!("Time{number}"))
        .schedule(schedule.expression)
        .timezone(schedule.zone)
        .start_time(schedule.begins)
        .end_time(schedule.ends)
        .scalable_target_action(
            ScalableTargetAction::builder().min_capacity(i64::from(least)).max_capacity(i64::from(most)),
        );
    sound.then(|| action.into_input())
}

/// Reports bounds of which the least is the greater one.
fn has_order(scope: &Scope<'_>, bounds: &Said<Bounds>) -> bool {
    let Said { value: (least, most), at } = *bounds;
    if least > most {
        let finding =
            Finding::error("FW3060", format!("at least {least} tasks are more than at most {most}"))
                .help(format!("write `{most}..={least}`"));
        report(scope, finding, at);
    }
    least <= most
}

fn called_twice(name: &str) -> Finding {
    Finding::error("FW3063", format!("two rules of scaling are called `{name}`"))
        .help("give one of them a name of its own: `.named(\"Orders\")`")
}

/// Reports a rule for a service without bounds.
fn unbounded<T>(scope: &Scope<'_>, at: &'static Location<'static>) -> Option<T> {
    let finding = Finding::error("FW3060", "nothing says how many tasks the service may have")
        .help("build the service with `.scale(1..=10, [])`");
    report(scope, finding, at);
    None
}

/// What is meant by a share that was written as a fraction: 70 for 0.7.
fn as_percent(share: f64) -> f64 {
    (share * 1e4).round() / 100.0
}

/// A name as a part of a logical id, which takes letters and digits only: `job-age` is `JobAge`.
fn label(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
