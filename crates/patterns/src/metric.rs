//! Metrics of what patterns make, ready for alarms.

mod queue;

use formwork_aws::{
    cloudwatch,
    cloudwatch::alarm,
    types::{Duration, minutes},
};
use formwork_core::{Finding, Input, IntoInput, IntoText, Output};

use crate::value::text;
pub use queue::QueueMetrics;

/// A metric with its dimensions: what alarms watch and scaling follows.
///
/// ```
/// use formwork_aws::types::minutes;
/// use formwork_core::App;
/// use formwork_patterns::{Metric, Stat};
///
/// let app = App::for_tests();
/// let stack = app.stack("alarms");
/// let failing = Metric::new("Acme/Scanner", "Failed").dimension("Queue", "images").stat(Stat::Sum);
/// stack.add("Failing", failing.above(5).evaluation_periods(3).alarm_description("images are not scanned"));
/// ```
#[derive(Clone)]
pub struct Metric {
    namespace: String,
    name: String,
    dimensions: Vec<(String, Output<String>)>,
    stat: Stat,
    period: Duration,
    /// What another thing has of the same, and what becomes of the two.
    beside: Option<Box<Beside>>,
}

/// Another thing that has the same metric.
#[derive(Clone)]
struct Beside {
    together: Together,
    dimensions: Vec<(String, Output<String>)>,
}

/// What becomes of the values of two things that stand for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Together {
    Sum,
    Maximum,
}

/// What becomes of the values within a period.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stat {
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least one.
    Minimum,
    /// The greatest one.
    Maximum,
    /// How many there are.
    SampleCount,
    /// What so many of a hundred are not above: `Percentile(99.0)`. Less than 0 or more than 100 is a finding, `FW3141`,
    /// where an alarm is made of it.
    Percentile(f64),
}

impl Metric {
    /// A metric of a namespace; the average over a minute.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            dimensions: Vec::new(),
            stat: Stat::Average,
            period: minutes(1),
            beside: None,
        }
    }

    /// Adds what another thing has, which is the same but for its dimensions.
    pub(crate) fn beside(mut self, together: Together, dimensions: Vec<(String, Output<String>)>) -> Self {
        self.beside = Some(Box::new(Beside { together, dimensions }));
        self
    }

    /// Where it is computed of two: the expression, and the two, `first` and `second`.
    // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    pub(crate) fn computed(&self) -> Option<(&'static str, [(&'static str, Self); 2])> {
        let Beside { together, dimensions } = self.beside.as_deref()?;
        // One of the two may be at rest, and then has no values.
        let expression = match together {
            Together::Sum => "FILL(first, 0) + FILL(second, 0)",
            Together::Maximum => "MAX([FILL(first, 0), FILL(second, 0)])",
        };
        let first = Self { beside: None, ..self.clone() };
        let second = Self { dimensions: dimensions.clone(), ..first.clone() };
        Some((expression, [("first", first), ("second", second)]))
    }

    /// Adds a dimension.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<String>, value: impl IntoText) -> Self {
        self.dimensions.push((name.into(), text(value)));
        self
    }

    /// Sets what becomes of the values within a period.
    #[must_use]
    pub fn stat(self, stat: Stat) -> Self {
        Self { stat, ..self }
    }

    /// Sets the period.
    #[must_use]
    pub fn period(self, period: impl Into<Duration>) -> Self {
        Self { period: period.into(), ..self }
    }

    /// The namespace, such as `AWS/ECS`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The name, such as `CPUUtilization`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dimensions, name and value; of a metric of two groups of targets, those of the first.
    pub fn dimensions(&self) -> &[(String, Output<String>)] {
        &self.dimensions
    }

    /// What becomes of the values within a period.
    pub fn statistic(&self) -> Stat {
        self.stat
    }

    /// An alarm while it is above a threshold, to be added to a stack.
    #[track_caller]
    pub fn above(&self, threshold: impl Into<f64>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::GreaterThanThreshold)
    }

    /// An alarm while it is at a threshold or above it.
    #[track_caller]
    pub fn at_least(&self, threshold: impl Into<f64>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::GreaterThanOrEqualToThreshold)
    }

    /// An alarm while it is below a threshold.
    #[track_caller]
    pub fn below(&self, threshold: impl Into<f64>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::LessThanThreshold)
    }

    /// An alarm while it is at a threshold or below it.
    #[track_caller]
    pub fn at_most(&self, threshold: impl Into<f64>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::LessThanOrEqualToThreshold)
    }

    #[track_caller]
    fn alarm(&self, threshold: impl Into<f64>, operator: alarm::ComparisonOperator) -> alarm::Builder {
        let alarm = cloudwatch::Alarm::builder();
        if let Some((expression, metrics)) = self.computed() {
            let computed = alarm::MetricDataQuery::builder()
                .id("computed")
                .expression(expression)
                .return_data(true)
                .into_input();
            let queries = metrics.iter().map(|(id, metric)| metric.query(id));
            return alarm
                .metrics(Input::list(std::iter::once(computed).chain(queries)))
                .evaluation_periods(1)
                .threshold(threshold.into())
                .comparison_operator(operator);
        }
        let alarm = alarm
            .namespace(self.namespace.clone())
            .metric_name(self.name.clone())
            .dimensions(self.alarm_dimensions())
            .period(self.period)
            .evaluation_periods(1)
            .threshold(threshold.into())
            .comparison_operator(operator);
        match self.stat {
            Stat::Average => alarm.statistic(alarm::Statistic::Average),
            Stat::Sum => alarm.statistic(alarm::Statistic::Sum),
            Stat::Minimum => alarm.statistic(alarm::Statistic::Minimum),
            Stat::Maximum => alarm.statistic(alarm::Statistic::Maximum),
            Stat::SampleCount => alarm.statistic(alarm::Statistic::SampleCount),
            Stat::Percentile(percent) => alarm.extended_statistic(percentile(percent)),
        }
    }
    fn alarm_dimensions(&self) -> Vec<Input<alarm::Dimension>> {
        let dimension = |(name, value): &(String, Output<String>)| {
            alarm::Dimension::builder().name(name.clone()).value(value.clone()).into_input()
        };
        self.dimensions.iter().map(dimension).collect()
    }

    /// What an alarm is computed of.
    fn query(&self, id: &'static str) -> Input<alarm::MetricDataQuery> {
        let stat = match self.stat {
            Stat::Percentile(percent) => format!("p{percent}"),
            other => format!("{other:?}"),
        };
        let metric = alarm::Metric::builder()
            .namespace(self.namespace.clone())
            .metric_name(self.name.clone())
            .dimensions(self.alarm_dimensions());
        let values = alarm::MetricStat::builder().metric(metric).period(self.period).stat(stat);
        alarm::MetricDataQuery::builder().id(id).metric_stat(values).return_data(false).into_input()
    }
}

/// As CloudWatch writes it, with what is to be said of one that there is not.
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
fn percentile(percent: f64) -> Input<String> {
    let written = format!("p{percent}").into_input();
    if (0.0..=100.0).contains(&percent) {
        return written;
    }
    let finding = Finding::error("FW3141", format!("there is no percentile {percent}"));
    written.remarked(finding.help("percentiles are from 0 to 100: `Stat::Percentile(99.0)` is usual"))
}
