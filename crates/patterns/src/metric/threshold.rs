//! What metrics are compared with.

use formwork_aws::types::{DataSize, Duration, Percent};
use formwork_core::{Finding, Input, IntoInput};

use super::{Metric, MetricUnit};

/// What a metric is compared with: a number in its unit, a size, or a time.
///
/// ```
/// use formwork_aws::types::{gib, seconds};
/// use formwork_patterns::Threshold;
///
/// let of_any_metric: [Threshold; 2] = [80.into(), 1.5.into()];
/// let of_sizes: Threshold = gib(2).into();
/// let of_times: Threshold = seconds(5).into();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(Given);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Number(f64),
    Percent(f64),
    Size(DataSize),
    Time(Duration),
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for Threshold {
            fn from(number: $number) -> Self {
                Self(Given::Number(f64::from(number)))
            }
        }
    )*};
}

numbers!(i8 i16 i32 u8 u16 u32 f32 f64);

impl From<u64> for Threshold {
    fn from(number: u64) -> Self {
        Self(Given::Number(number as f64))
    }
}

impl From<i64> for Threshold {
    fn from(number: i64) -> Self {
        Self(Given::Number(number as f64))
    }
}

impl From<Percent> for Threshold {
    fn from(percent: Percent) -> Self {
        Self(Given::Percent(percent.get()))
    }
}

impl From<DataSize> for Threshold {
    fn from(size: DataSize) -> Self {
        Self(Given::Size(size))
    }
}

impl From<Duration> for Threshold {
    fn from(time: Duration) -> Self {
        Self(Given::Time(time))
    }
}

impl Metric {
    /// A threshold in the unit of the metric, with what is to be said of one that does not fit.
    pub(super) fn threshold(&self, threshold: Threshold) -> Input<f64> {
        let unit = self.measured_in();
        let milliseconds = |time: Duration| time.as_milliseconds() as f64;
        let (number, kind) = match (threshold.0, unit) {
            (Given::Number(number), _) => (Some(number), ""),
            (Given::Percent(number), Some(MetricUnit::Percent)) => (Some(number), ""),
            (Given::Percent(_), _) => (None, "a percentage"),
            (Given::Size(size), Some(MetricUnit::Bytes)) => (Some(size.as_bytes() as f64), ""),
            (Given::Size(_), _) => (None, "a size"),
            (Given::Time(time), Some(MetricUnit::Seconds)) => (Some(milliseconds(time) / 1000.0), ""),
            (Given::Time(time), Some(MetricUnit::Milliseconds)) => (Some(milliseconds(time)), ""),
            (Given::Time(time), Some(MetricUnit::Days)) => (Some(milliseconds(time) / 86_400_000.0), ""),
            (Given::Time(_), _) => (None, "a time"),
        };
        match number {
            Some(number) => self.judged(number),
            None => {
                let counts = match unit {
                    Some(MetricUnit::Percent) => "is in percent",
                    Some(MetricUnit::Count) => "is a count",
                    Some(MetricUnit::Bytes) => "is in bytes",
                    Some(MetricUnit::Seconds | MetricUnit::Milliseconds | MetricUnit::Days) => "is a time",
                    None => "has no unit that is known",
                };
                let message = format!("`{}` {counts}, and is compared with {kind}", self.name());
                let help = match unit {
                    None => "say a number, or what the metric counts in: `.unit(MetricUnit::Bytes)`",
                    Some(_) => "say a number in the unit of the metric",
                };
                0.0.into_input().remarked(Finding::error("FW3195", message).help(help))
            }
        }
    }

    /// Says of a percentage that it is never reached, or always. Of those that AWS publishes `check` says it.
    fn judged(&self, number: f64) -> Input<f64> {
        let own = self.is_share() || !self.namespace().starts_with("AWS/");
        let input = number.into_input();
        if !own || self.measured_in() != Some(MetricUnit::Percent) {
            return input;
        }
        if !(0.0..=100.0).contains(&number) {
            let message = format!("`{}` is in percent here, and is compared with {number}", self.name());
            return input.remarked(
                Finding::error("FW3196", message)
                    .help("percentages are from 0 to 100: `.above(80)` is four fifths"),
            );
        }
        if self.is_utilization() && number > 0.0 && number < 1.0 {
            let percent = (number * 100.0).round();
            let message =
                format!("`{}` is in percent here, and is compared with {number} of one", self.name());
            return input.remarked(
                Finding::warning("FW3196", message).help(format!("for {percent} percent, say {percent}")),
            );
        }
        input
    }
}
