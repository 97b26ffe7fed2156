//! Metrics of what patterns make, ready for alarms.

mod computed;
mod queue;
mod threshold;
mod unit;

use formwork_aws::{
    cloudwatch,
    cloudwatch::alarm,
    types::{Duration, minutes},
};
use formwork_core::{Finding, Input, IntoInput, IntoText, Output};

use crate::value::text;
pub(crate) use computed::Together;
use computed::{Beside, Whole};
pub use queue::QueueMetrics;
pub use threshold::Threshold;
pub use unit::MetricUnit;

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
    /// What it counts in, where that was said.
    unit: Option<MetricUnit>,
    /// What dashboards call it, where that was said.
    label: Option<String>,
    /// What another thing has of the same, and what becomes of the two.
    beside: Option<Box<Beside>>,
    /// What it is a share of, in percent.
    whole: Option<Box<Whole>>,
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
            unit: None,
            label: None,
            beside: None,
            whole: None,
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

    /// Says what it counts in, so that [`above`](Self::above) takes sizes and times. Of metrics of AWS that is known.
    ///
    /// ```
    /// # use formwork_aws::types::seconds;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Metric, MetricUnit};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("alarms");
    /// let waiting = Metric::new("Acme/Scanner", "Waiting").unit(MetricUnit::Milliseconds);
    /// stack.add("Waiting", waiting.above(seconds(2))); // 2000
    /// ```
    #[must_use]
    pub fn unit(self, unit: MetricUnit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// Sets what dashboards call it: its name unless said.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
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

    /// What dashboards call it, where that was said.
    pub(crate) fn shown_as(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Over which period its values are taken together.
    pub(crate) fn counted_over(&self) -> Duration {
        self.period
    }

    /// What becomes of the values within a period.
    pub fn statistic(&self) -> Stat {
        self.stat
    }

    /// What it counts in, where that is known.
    pub fn measured_in(&self) -> Option<MetricUnit> {
        match (&self.whole, self.stat) {
            (Some(_), _) => Some(MetricUnit::Percent),
            (None, Stat::SampleCount) => Some(MetricUnit::Count),
            _ => self.unit.or_else(|| MetricUnit::of(&self.namespace, &self.name)),
        }
    }

    /// An alarm while it is above a threshold, to be added to a stack or by [`Alerts::alarm`](crate::Alerts::alarm).
    ///
    /// The threshold is a number in the unit of the metric, or a size or time where the metric is one:
    ///
    /// ```
    /// # use formwork_aws::types::{cidr, gib};
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let data = app.stack("data");
    /// let orders = Database::mysql("8.4", "db.t4g.medium").build(data.scope("Orders"), &network);
    /// data.add("Full", orders.free_storage().below(gib(2)).alarm_description("less than 2 GiB of storage is left"));
    /// data.add("Busy", orders.cpu_utilization().above(80).alarm_description("the database is busy"));
    /// ```
    ///
    /// A size or time of a metric that counts something else is a finding, `FW3195`; a percentage that cannot be
    /// reached is one, `FW3196` or `check`'s `FW1305`.
    #[track_caller]
    pub fn above(&self, threshold: impl Into<Threshold>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::GreaterThanThreshold)
    }

    /// An alarm while it is at a threshold or above it.
    #[track_caller]
    pub fn at_least(&self, threshold: impl Into<Threshold>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::GreaterThanOrEqualToThreshold)
    }

    /// An alarm while it is below a threshold.
    #[track_caller]
    pub fn below(&self, threshold: impl Into<Threshold>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::LessThanThreshold)
    }

    /// An alarm while it is at a threshold or below it.
    #[track_caller]
    pub fn at_most(&self, threshold: impl Into<Threshold>) -> alarm::Builder {
        self.alarm(threshold, alarm::ComparisonOperator::LessThanOrEqualToThreshold)
    }

    #[track_caller]
    fn alarm(&self, threshold: impl Into<Threshold>, operator: alarm::ComparisonOperator) -> alarm::Builder {
        let threshold = self.threshold(threshold.into());
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
                .threshold(threshold)
                .comparison_operator(operator);
        }
        let alarm = alarm
            .namespace(self.namespace.clone())
            .metric_name(self.name.clone())
            .dimensions(self.alarm_dimensions())
            .period(self.period)
            .evaluation_periods(1)
            .threshold(threshold)
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
    fn query(&self, id: &str) -> Input<alarm::MetricDataQuery> {
        let metric = alarm::Metric::builder()
            .namespace(self.namespace.clone())
            .metric_name(self.name.clone())
            .dimensions(self.alarm_dimensions());
        let values =
            alarm::MetricStat::builder().metric(metric).period(self.period).stat(self.stat.written());
        alarm::MetricDataQuery::builder()
            .id(id.to_owned())
            .metric_stat(values)
            .return_data(false)
            .into_input()
    }
}

impl Stat {
    /// As queries and dashboards name it.
    pub(crate) fn written(self) -> String {
        match self {
            Self::Percentile(percent) => format!("p{percent}"),
            other => format!("{other:?}"),
        }
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
