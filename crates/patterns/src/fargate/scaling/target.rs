//! What scaling keeps at a value.

use formwork_aws::{
    applicationautoscaling::scaling_policy::{
        CustomizedMetricSpecification, MetricDimension, PredefinedMetricSpecification,
        PredefinedMetricSpecificationPredefinedMetricType as Predefined, Statistic, TargetTrackingMetric,
        TargetTrackingMetricDataQuery, TargetTrackingMetricDataQueryBuilder, TargetTrackingMetricDimension,
        TargetTrackingMetricStat, TargetTrackingScalingPolicyConfiguration,
    },
    sqs,
    types::{Duration, minutes, seconds},
};
use formwork_core::{Finding, Input, IntoInput, Name, Output, Scope, interpolate};

use super::{Measures, as_percent, label};
use crate::{
    Metric, Stat,
    place::{Said, report},
    value::output,
};

/// What the number of tasks keeps at a value: as a thermostat keeps a temperature, tasks are added while a metric is
/// above the value, and taken away while it is clearly below.
///
/// ```
/// use formwork_aws::{sqs, types::{minutes, seconds}};
/// use formwork_core::App;
/// use formwork_patterns::{Metric, fargate::Target};
///
/// let app = App::for_tests();
/// let orders = app.stack("orders").add("Orders", sqs::Queue::builder());
/// let targets = [
///     Target::cpu(70),        // percent
///     Target::requests(1000), // a minute and task, behind a load balancer
///     Target::queue(orders, 50),
///     Target::metric(Metric::new("Shop", "Sessions").dimension("Service", "api"), 200),
///     Target::memory(80).cooldowns(seconds(30), minutes(10)).only_out(),
/// ];
/// ```
///
/// CloudWatch makes the alarms for it, which cost nothing to write down and need not be looked after.
#[derive(Clone)]
#[must_use = "a target is given to `.scale(bounds, [..])`"]
pub struct Target {
    follows: Follows,
    value: Said<f64>,
    out: Duration,
    back: Duration,
    only_out: bool,
    name: Option<String>,
}

#[derive(Clone)]
enum Follows {
    Cpu,
    Memory,
    Requests,
    Queue(Output<Name<sqs::Queue>>),
    Metric(Box<Metric>),
}

impl Target {
    /// So many percent of the processor time that the tasks have, on average over all of them.
    #[track_caller]
    pub fn cpu(percent: impl Into<f64>) -> Self {
        Self::new(Follows::Cpu, percent.into())
    }

    /// So many percent of the memory that the tasks have, on average over all of them.
    #[track_caller]
    pub fn memory(percent: impl Into<f64>) -> Self {
        Self::new(Follows::Memory, percent.into())
    }

    /// So many requests a minute that the load balancer sends to each task.
    ///
    /// A service whose deployments change between two target groups is followed through both.
    #[track_caller]
    pub fn requests(each_minute: impl Into<f64>) -> Self {
        Self::new(Follows::Requests, each_minute.into())
    }

    /// So many messages in a queue for each running task: about as many as a task handles in the time that a
    /// message may wait.
    ///
    /// The number of running tasks is a metric of Container Insights, which clusters of Formwork have on; a cluster
    /// that has them off is a finding, `FW3070`. While no task runs, a single message is enough for the first.
    /// Messages in work do not count: a task that is told to end should finish its own, and has `.stops_within(..)`
    /// for that.
    #[track_caller]
    pub fn queue(queue: impl IntoInput<Name<sqs::Queue>>, messages_each: impl Into<f64>) -> Self {
        let queue = output(queue);
        Self::new(Follows::Queue(queue), messages_each.into())
    }

    /// A value of any metric that falls as tasks are added, as one that counts by task does. Its period is a minute,
    /// whatever the metric says.
    #[track_caller]
    pub fn metric(metric: Metric, value: impl Into<f64>) -> Self {
        Self::new(Follows::Metric(Box::new(metric)), value.into())
    }

    #[track_caller]
    fn new(follows: Follows, value: f64) -> Self {
        let value = Said::new(value);
        Self { follows, value, out: seconds(60), back: minutes(5), only_out: false, name: None }
    }

    /// How long nothing more is added after tasks were added, unless it is more that is needed, and how long
    /// nothing is taken away after tasks were taken away. One minute and five unless set.
    pub fn cooldowns(self, out: impl Into<Duration>, back: impl Into<Duration>) -> Self {
        Self { out: out.into(), back: back.into(), ..self }
    }

    /// Never takes tasks away, which another target or a schedule has to do.
    pub fn only_out(self) -> Self {
        Self { only_out: true, ..self }
    }

    /// Gives its policy a name of its own, `On<Name>`, where there are two of a kind.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// What it is called in the name of its policy.
    pub(super) fn label(&self) -> String {
        match (&self.name, &self.follows) {
            (Some(name), _) => label(name),
            (None, Follows::Cpu) => "Cpu".to_owned(),
            (None, Follows::Memory) => "Memory".to_owned(),
            (None, Follows::Requests) => "Requests".to_owned(),
            (None, Follows::Queue(_)) => "Queue".to_owned(),
            (None, Follows::Metric(metric)) => label(metric.name()),
        }
    }

    /// Where it was said.
    pub(super) fn at(&self) -> &'static std::panic::Location<'static> {
        self.value.at
    }

    /// Whether its metric is there while no task runs, so that it may leave zero again.
    pub(super) fn wakes(&self) -> bool {
        matches!(self.follows, Follows::Queue(_) | Follows::Metric(_))
    }

    /// Whether another follows the same metric of those that there is one of for each service.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (&self.follows, &other.follows) {
            (Follows::Cpu, Follows::Cpu)
            | (Follows::Memory, Follows::Memory)
            | (Follows::Requests, Follows::Requests) => true,
            (Follows::Queue(own), Follows::Queue(other)) => own.expr() == other.expr(),
            (Follows::Metric(own), Follows::Metric(other)) => {
                let dimensions = |metric: &Metric| -> Vec<_> {
                    let all = metric.dimensions().iter();
                    all.map(|(name, value)| (name.clone(), value.expr().clone())).collect()
                };
                (own.namespace(), own.name(), own.statistic())
                    == (other.namespace(), other.name(), other.statistic())
                    && dimensions(own) == dimensions(other)
            }
            _ => false,
        }
    }

    /// Reports a value that cannot be kept. `true` where there is none.
    fn is_sound(&self, scope: &Scope<'_>) -> bool {
        let Said { value, at } = self.value;
        let percent = matches!(self.follows, Follows::Cpu | Follows::Memory);
        let finding = if percent && !(value > 0.0 && value <= 100.0) {
            Finding::error("FW3062", format!("{value} percent of what tasks have cannot be kept"))
                .help("write a number above 0 and not above 100, such as 70")
        } else if percent && value < 1.0 {
            // The same slip as a threshold of an alarm below 1.
            Finding::error("FW3062", format!("{value} percent of what tasks have are to be kept"))
                .help(format!("for {0} percent, write {0}", as_percent(value)))
        } else if !(value > 0.0 && value.is_finite()) {
            Finding::error("FW3062", format!("a metric cannot be kept at {value}"))
                .help("write a number above 0")
        } else {
            return true;
        };
        report(scope, finding, at);
        false
    }

    /// What the policy says, unless something is wrong with it.
    pub(super) fn configuration(
        &self,
        scope: &Scope<'_>,
        of: &Measures,
    ) -> Option<Input<TargetTrackingScalingPolicyConfiguration>> {
        let sound = self.is_sound(scope);
        let tracking = TargetTrackingScalingPolicyConfiguration::builder()
            .scale_out_cooldown(self.out)
            .scale_in_cooldown(self.back)
            .disable_scale_in(self.only_out.then_some(true))
            .target_value(self.value.value);
        let predefined = |metric| PredefinedMetricSpecification::builder().predefined_metric_type(metric);
        let tracking = match &self.follows {
            Follows::Cpu => tracking
                .predefined_metric_specification(predefined(Predefined::EcsServiceAverageCpuUtilization)),
            Follows::Memory => tracking
                .predefined_metric_specification(predefined(Predefined::EcsServiceAverageMemoryUtilization)),
            Follows::Requests => match of.groups.as_slice() {
                [] => {
                    let finding = Finding::error("FW3066", "requests to a service that nothing sends any")
                        .help("put the service `.behind(..)` a load balancer, or follow `Target::cpu(70)`");
                    report(scope, finding, self.value.at);
                    return None;
                }
                [(balancer, group)] => {
                    let metric = predefined(Predefined::AlbRequestCountPerTarget)
                        .resource_label(interpolate!("{balancer}/{group}"));
                    tracking.predefined_metric_specification(metric)
                }
                groups => tracking.customized_metric_specification(requests(groups)),
            },
            Follows::Queue(queue) => {
                if !of.tasks_are_counted {
                    let finding = Finding::error("FW3070", "nobody counts the running tasks of the service")
                        .help(
                            "turn on Container Insights, `Cluster::new().insights(Insights::On)`, or take \
                             `Steps::queue(..)`, which needs no such number",
                        );
                    report(scope, finding, self.value.at);
                    return None;
                }
                tracking.customized_metric_specification(backlog(queue, self.value.value, of))
            }
            Follows::Metric(metric) => tracking.customized_metric_specification(customized(metric)),
        };
        sound.then(|| tracking.into_input())
    }
}

/// A metric by itself, or computed of two.
fn customized(metric: &Metric) -> Input<CustomizedMetricSpecification> {
    if let Some((computed, metrics)) = metric.computed() {
        let parts = metrics.iter().map(|(id, metric)| query(id, metric, statistic_of(metric.statistic())));
        let queries: Vec<_> = std::iter::once(expression(&computed)).chain(parts).collect();
        return CustomizedMetricSpecification::builder().metrics(queries).into_input();
    }
    let statistic = match metric.statistic() {
        Stat::Average => Statistic::Average,
        Stat::Sum => Statistic::Sum,
        Stat::Minimum => Statistic::Minimum,
        Stat::Maximum => Statistic::Maximum,
        Stat::SampleCount => Statistic::SampleCount,
        // A percentile can be said in a query only.
        Stat::Percentile(percent) => {
            let query = query("metric", metric, format!("p{percent}")).return_data(true);
            return CustomizedMetricSpecification::builder().metrics([query]).into_input();
        }
    };
    let dimensions = metric
        .dimensions()
        .iter()
        .map(|(name, value)| MetricDimension::builder().name(name.clone()).value(value.clone()).into_input());
    let dimensions: Vec<_> = dimensions.collect();
    CustomizedMetricSpecification::builder()
        .namespace(metric.namespace().to_owned())
        .metric_name(metric.name().to_owned())
        .dimensions((!dimensions.is_empty()).then_some(dimensions))
        .statistic(statistic)
        .into_input()
}

/// The messages that wait for each task. While none runs, it is all of them, and never so few that they would wait
/// for others to come before there is a task.
// docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
fn backlog(
    queue: &Output<Name<sqs::Queue>>,
    each: f64,
    of: &Measures,
) -> Input<CustomizedMetricSpecification> {
    let messages =
        Metric::new("AWS/SQS", "ApproximateNumberOfMessagesVisible").dimension("QueueName", queue.clone());
    let enough = each + 1.0;
    let without = format!("IF(messages > {enough}, messages, IF(messages > 0, {enough}, 0))");
    let queries = [
        expression(&format!("IF(FILL(tasks, 0) > 0, messages / FILL(tasks, 0), {without})")),
        query("messages", &messages, "Sum".to_owned()),
        query("tasks", &of.tasks, "Average".to_owned()),
    ];
    CustomizedMetricSpecification::builder().metrics(queries).into_input()
}

/// The requests to each task of two groups, of which one is at rest but while a deployment goes on. What AWS counts
/// by itself follows one group alone.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
fn requests(groups: &[(Output<String>, Output<String>)]) -> Input<CustomizedMetricSpecification> {
    let count = |index: usize, (balancer, group): &(Output<String>, Output<String>)| {
        let metric = Metric::new("AWS/ApplicationELB", "RequestCountPerTarget")
            .dimension("LoadBalancer", balancer.clone())
            .dimension("TargetGroup", group.clone());
        query(&format!("group{index}"), &metric, "Sum".to_owned())
    };
    let terms: Vec<String> = (1..=groups.len()).map(|index| format!("FILL(group{index}, 0)")).collect();
    let counts = (1..).zip(groups).map(|(index, group)| count(index, group));
    let queries: Vec<_> = std::iter::once(expression(&terms.join(" + "))).chain(counts).collect();
    CustomizedMetricSpecification::builder().metrics(queries).into_input()
}

/// What is computed of the other queries, and followed.
fn expression(text: &str) -> TargetTrackingMetricDataQueryBuilder {
    TargetTrackingMetricDataQuery::builder().id("followed").expression(text.to_owned()).return_data(true)
}

/// A statistic as queries name it.
fn statistic_of(stat: Stat) -> String {
    match stat {
        Stat::Percentile(percent) => format!("p{percent}"),
        other => format!("{other:?}"),
    }
}

/// A metric that others are computed of.
fn query(id: &str, metric: &Metric, stat: String) -> TargetTrackingMetricDataQueryBuilder {
    let dimensions = metric.dimensions().iter().map(|(name, value)| {
        TargetTrackingMetricDimension::builder().name(name.clone()).value(value.clone()).into_input()
    });
    let metric = TargetTrackingMetric::builder()
        .namespace(metric.namespace().to_owned())
        .metric_name(metric.name().to_owned())
        .dimensions(dimensions.collect::<Vec<_>>());
    TargetTrackingMetricDataQuery::builder()
        .id(id.to_owned())
        .metric_stat(TargetTrackingMetricStat::builder().metric(metric).stat(stat))
        .return_data(false)
}
