//! Changing the number of tasks in steps, by how far a metric is from where it should be.

use formwork_aws::{
    applicationautoscaling::scaling_policy::{
        AdjustmentType, MetricAggregationType, StepAdjustment, StepScalingPolicyConfiguration,
    },
    cloudwatch::alarm,
    sqs,
    types::{Duration, minutes, seconds},
};
use formwork_core::{Finding, Input, IntoInput, Name, Output, Scope};

use super::{Measures, as_percent, label};
use crate::{
    Metric, Stat,
    place::{Said, report},
    value::output,
};

/// Changes of the number of tasks by steps of a metric, with the alarms that trigger them.
///
/// ```
/// use formwork_patterns::fargate::{Change, Steps};
///
/// Steps::cpu()
///     .above(70, Change::add(1)) // to 85
///     .above(85, Change::add(3)) // and from there on
///     .below(30, Change::remove(1))
///     .periods(2, 5);            // for two minutes before more, for five before fewer
/// ```
///
/// The steps above and those below are a policy each, with one alarm at its first step. Of what is said for two
/// numbers, the one that is farther away begins exactly at its number.
///
/// Where tracking a [`Target`](super::Target) does, it does better; steps are for what has to happen fast, or by a
/// metric that does not fall as tasks are added.
#[derive(Clone)]
#[must_use = "steps are given to `Scaling::steps(..)` or `.scale_in_steps(..)`"]
pub struct Steps {
    by: By,
    above: Vec<Said<Step>>,
    below: Vec<Said<Step>>,
    periods: Said<(u32, u32)>,
    cooldowns: (Duration, Duration),
    least: Option<u32>,
    name: Option<String>,
    at: &'static std::panic::Location<'static>,
}

#[derive(Clone)]
enum By {
    Cpu,
    Memory,
    Metric(Box<Metric>),
}

#[derive(Clone, Copy)]
struct Step {
    bound: f64,
    change: Change,
}

/// How the number of tasks changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    kind: Kind,
    by: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tasks,
    Percent,
    Exactly,
}

impl Change {
    /// So many tasks more.
    pub fn add(tasks: u16) -> Self {
        Self { kind: Kind::Tasks, by: tasks.into() }
    }

    /// So many tasks fewer.
    pub fn remove(tasks: u16) -> Self {
        Self { kind: Kind::Tasks, by: -i32::from(tasks) }
    }

    /// So many percent more than there are.
    pub fn add_percent(percent: u16) -> Self {
        Self { kind: Kind::Percent, by: percent.into() }
    }

    /// So many percent fewer than there are.
    pub fn remove_percent(percent: u16) -> Self {
        Self { kind: Kind::Percent, by: -i32::from(percent) }
    }

    /// Exactly so many tasks.
    pub fn exactly(tasks: u16) -> Self {
        Self { kind: Kind::Exactly, by: tasks.into() }
    }

    /// Whether it changes nothing, whatever there is.
    fn is_none(self) -> bool {
        self.by == 0 && self.kind != Kind::Exactly
    }
}

impl Steps {
    /// By how much of their processor time the tasks use, in percent.
    #[track_caller]
    pub fn cpu() -> Self {
        Self::by(By::Cpu)
    }

    /// By how much of their memory the tasks use, in percent.
    #[track_caller]
    pub fn memory() -> Self {
        Self::by(By::Memory)
    }

    /// By how many messages wait in a queue. Needs no Container Insights, unlike a target.
    #[track_caller]
    pub fn queue(queue: impl IntoInput<Name<sqs::Queue>>) -> Self {
        let queue: Output<Name<sqs::Queue>> = output(queue);
        let metric = Metric::new("AWS/SQS", "ApproximateNumberOfMessagesVisible")
            .dimension("QueueName", queue)
            .stat(Stat::Maximum);
        Self { name: Some("Queue".to_owned()), ..Self::on(metric) }
    }

    /// By any metric.
    #[track_caller]
    pub fn on(metric: Metric) -> Self {
        Self::by(By::Metric(Box::new(metric)))
    }

    #[track_caller]
    fn by(by: By) -> Self {
        Self {
            by,
            above: Vec::new(),
            below: Vec::new(),
            periods: Said::new((1, 1)),
            cooldowns: (seconds(60), minutes(5)),
            least: None,
            name: None,
            at: std::panic::Location::caller(),
        }
    }

    /// What happens while the metric is above a number.
    #[track_caller]
    pub fn above(mut self, bound: impl Into<f64>, change: Change) -> Self {
        self.above.push(Said::new(Step { bound: bound.into(), change }));
        self
    }

    /// What happens while the metric is below a number.
    #[track_caller]
    pub fn below(mut self, bound: impl Into<f64>, change: Change) -> Self {
        self.below.push(Said::new(Step { bound: bound.into(), change }));
        self
    }

    /// For how many periods of the metric, one after the other, it has to be above and below. One unless set.
    #[track_caller]
    pub fn periods(self, above: u32, below: u32) -> Self {
        Self { periods: Said::new((above, below)), ..self }
    }

    /// How long a change that adds tasks, and one that takes tasks away, is waited for before the next. One minute
    /// and five unless set.
    pub fn cooldowns(self, out: impl Into<Duration>, back: impl Into<Duration>) -> Self {
        Self { cooldowns: (out.into(), back.into()), ..self }
    }

    /// How many tasks a change by percent is at least.
    pub fn at_least(self, tasks: u32) -> Self {
        Self { least: Some(tasks), ..self }
    }

    /// Gives its policies names of their own, `<Name>Above` and `<Name>Below`, where there are two by one metric.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// What it is called in the names of its policies and alarms.
    pub(super) fn label(&self) -> String {
        match (&self.name, &self.by) {
            (Some(name), _) => label(name),
            (None, By::Cpu) => "Cpu".to_owned(),
            (None, By::Memory) => "Memory".to_owned(),
            (None, By::Metric(metric)) => label(metric.name()),
        }
    }

    /// Where it was said.
    pub(super) fn at(&self) -> &'static std::panic::Location<'static> {
        self.at
    }

    /// Whether its metric is there while no task runs, so that it may leave zero again.
    pub(super) fn wakes(&self) -> bool {
        matches!(self.by, By::Metric(_)) && !self.above.is_empty()
    }

    /// What the policies and alarms say, above and below, once everything that is wrong with them has been reported.
    pub(super) fn policies(&self, scope: &Scope<'_>, of: &Measures) -> Vec<Policy> {
        let mut findings = Vec::new();
        let mut wrong = |at, message: String, help: &str| {
            findings.push((Finding::error("FW3067", message).help(help), at));
        };
        if self.above.is_empty() && self.below.is_empty() {
            let help = "say at least one, such as `.above(80, Change::add(2))`";
            wrong(self.at, "steps by which nothing changes".to_owned(), help);
        }
        if self.periods.value.0 == 0 || self.periods.value.1 == 0 {
            wrong(self.periods.at, "an alarm over no period".to_owned(), "write 1 or more");
        }
        let percent = matches!(self.by, By::Cpu | By::Memory);
        for (steps, above) in [(&self.above, true), (&self.below, false)] {
            for (index, Said { value, at }) in steps.iter().enumerate() {
                let before = steps.get(..index).unwrap_or_default();
                if value.change.is_none() {
                    wrong(at, "a step by which nothing changes".to_owned(), "change one task or more");
                }
                if !value.bound.is_finite() {
                    wrong(at, format!("a step at {}", value.bound), "write a number");
                }
                if percent && let Some((message, help)) = of_percent(value.bound, above) {
                    wrong(at, message, &help);
                }
                if before.iter().any(|other| other.value.bound == value.bound) {
                    let message = format!("two steps begin at {}", value.bound);
                    wrong(at, message, "give each a number of its own");
                }
                if before.iter().any(|other| other.value.change.kind != value.change.kind) {
                    wrong(
                        at,
                        "steps of one direction that change in two ways".to_owned(),
                        "let all of them be numbers of tasks, or all percent, or all exact",
                    );
                }
            }
        }
        let bounds = |steps: &[Said<Step>]| -> Vec<f64> {
            let mut bounds: Vec<f64> = steps.iter().map(|step| step.value.bound).collect();
            bounds.sort_by(f64::total_cmp);
            bounds
        };
        if let (Some(high), Some(low)) = (bounds(&self.above).first(), bounds(&self.below).last())
            && low > high
        {
            let message = format!("between {high} and {low}, the steps above and those below both hold");
            wrong(self.at, message, "let the steps below end where those above begin, or before");
        }
        let sound = findings.is_empty();
        for (finding, at) in findings {
            report(scope, finding, at);
        }
        if !sound {
            return Vec::new();
        }
        let metric = match &self.by {
            By::Cpu => &of.cpu,
            By::Memory => &of.memory,
            By::Metric(metric) => metric.as_ref(),
        };
        let above = self.policy(metric, &self.above, true);
        let below = self.policy(metric, &self.below, false);
        [above, below].into_iter().flatten().collect()
    }

    /// The policy of one direction, and its alarm at the step that is nearest.
    // The bounds of intervals are distances from the alarm's threshold; the nearest bound of an interval belongs to
    // it.
    // docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
    fn policy(&self, metric: &Metric, steps: &[Said<Step>], above: bool) -> Option<Policy> {
        let mut steps: Vec<Step> = steps.iter().map(|step| step.value).collect();
        steps.sort_by(|one, other| match above {
            true => one.bound.total_cmp(&other.bound),
            false => other.bound.total_cmp(&one.bound),
        });
        let first = *steps.first()?;
        // A difference of decimal fractions has digits that nobody wrote.
        let distance = |step: &Step| ((step.bound - first.bound) * 1e9).round() / 1e9;
        let adjustments = steps.iter().enumerate().map(|(index, step)| {
            let (near, far) = (Some(distance(step)), steps.get(index + 1).map(distance));
            let (lower, upper) = if above { (near, far) } else { (far, near) };
            StepAdjustment::builder()
                .metric_interval_lower_bound(lower)
                .metric_interval_upper_bound(upper)
                .scaling_adjustment(i64::from(step.change.by))
                .into_input()
        });
        let kind = first.change.kind;
        let adds = match kind {
            Kind::Exactly => above,
            _ => first.change.by > 0,
        };
        let aggregation = match metric.statistic() {
            Stat::Maximum => MetricAggregationType::Maximum,
            Stat::Minimum => MetricAggregationType::Minimum,
            _ => MetricAggregationType::Average,
        };
        let configuration = StepScalingPolicyConfiguration::builder()
            .adjustment_type(match kind {
                Kind::Tasks => AdjustmentType::ChangeInCapacity,
                Kind::Percent => AdjustmentType::PercentChangeInCapacity,
                Kind::Exactly => AdjustmentType::ExactCapacity,
            })
            .step_adjustments(adjustments.collect::<Vec<_>>())
            .min_adjustment_magnitude(self.least.filter(|_| kind == Kind::Percent).map(i64::from))
            .cooldown(if adds { self.cooldowns.0 } else { self.cooldowns.1 })
            .metric_aggregation_type(aggregation);
        let (periods, word) = match above {
            true => (self.periods.value.0, "above"),
            false => (self.periods.value.1, "below"),
        };
        let alarm = if above { metric.above(first.bound) } else { metric.below(first.bound) };
        let alarm = alarm.evaluation_periods(i64::from(periods)).alarm_description(format!(
            "{} is {word} {}: the number of tasks changes",
            metric.name(),
            first.bound
        ));
        let name = format!("{}{}", self.label(), if above { "Above" } else { "Below" });
        Some(Policy { name, configuration: configuration.into_input(), alarm })
    }
}

/// What is wrong with a bound of processor time or memory, of which tasks of Fargate use 0 to 100 percent.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
fn of_percent(bound: f64, above: bool) -> Option<(String, String)> {
    let usual = || "write a number from 1 to 99, such as 70".to_owned();
    let side = if above { "above" } else { "below" };
    match bound {
        _ if bound > 0.0 && bound < 1.0 => Some((
            format!("a step {side} {bound} percent"),
            format!("for {0} percent, write {0}", as_percent(bound)),
        )),
        100.0..f64::INFINITY if above => {
            Some((format!("no service uses more than {bound} percent"), usual()))
        }
        f64::NEG_INFINITY..=0.0 if !above && bound.is_finite() => {
            Some((format!("no service uses less than {bound} percent"), usual()))
        }
        _ if !above && bound > 100.0 && bound.is_finite() => {
            Some((format!("every service uses less than {bound} percent"), usual()))
        }
        _ if above && bound < 0.0 && bound.is_finite() => {
            Some((format!("every service uses more than {bound} percent"), usual()))
        }
        _ => None,
    }
}

/// A policy and its alarm.
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) configuration: Input<StepScalingPolicyConfiguration>,
    pub(super) alarm: alarm::Builder,
}
