//! Metrics of what patterns make, ready for alarms.

mod queue;

use formwork_aws::{
    cloudwatch,
    cloudwatch::alarm,
    types::{Duration, minutes},
};
use formwork_core::{IntoText, Output};

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
    /// What so many of a hundred are not above: `Percentile(99.0)`.
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
        }
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

    /// The dimensions, name and value.
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
        let dimensions = self
            .dimensions
            .iter()
            .map(|(name, value)| alarm::Dimension::builder().name(name.clone()).value(value.clone()));
        let alarm = cloudwatch::Alarm::builder()
            .namespace(self.namespace.clone())
            .metric_name(self.name.clone())
            .dimensions(dimensions.collect::<Vec<_>>())
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
            Stat::Percentile(percent) => alarm.extended_statistic(format!("p{percent}")),
        }
    }
}
