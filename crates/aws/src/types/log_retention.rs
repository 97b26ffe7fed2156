//! How long CloudWatch Logs keeps events.

use std::{borrow::Cow, error::Error, fmt};

use formwork_core::{Expr, Finding, Input, IntoInput, Readable};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{
    Days, Duration,
    property::{both, neighbours},
};

/// The numbers of days that there are, of the type `AWS::Logs::LogGroup` (property `RetentionInDays`).
const DAYS: &[i64] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// How long CloudWatch Logs keeps events: one of the numbers of days that it offers.
///
/// A property takes a `LogRetention`, a number of days, a [`Duration`], or an expression of a number. What is not
/// offered is a finding, `FW0705`.
///
/// ```
/// # use formwork_core::{Input, IntoInput};
/// # use formwork_aws::types::{LogRetention, days};
/// fn keep(retention: impl IntoInput<LogRetention>) -> Input<LogRetention> {
///     retention.into_input()
/// }
///
/// keep(30);
/// keep(days(30));
///
/// let error = LogRetention::new(45).unwrap_err();
/// assert_eq!(error.to_string(), "logs cannot be kept for 45 days: the nearest offered are 30 and 60");
/// ```
///
/// Configuration files have the number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct LogRetention(i64);

impl LogRetention {
    /// The numbers of days that there are, in ascending order.
    pub const OFFERED: &[i64] = DAYS;

    /// This number of days.
    ///
    /// # Errors
    ///
    /// The number is none of those [offered](Self::OFFERED).
    pub fn new(days: i64) -> Result<Self, IllegalRetention> {
        match DAYS.contains(&days) {
            true => Ok(Self(days)),
            false => Err(IllegalRetention { wanted: format!("{days} days"), near: neighbours(DAYS, days) }),
        }
    }

    /// The number of days.
    pub const fn days(self) -> i64 {
        self.0
    }

    /// The same as a length of time.
    pub fn duration(self) -> Duration {
        Days::new(self.0).duration().unwrap_or_default()
    }
}

impl TryFrom<i64> for LogRetention {
    type Error = IllegalRetention;

    fn try_from(days: i64) -> Result<Self, IllegalRetention> {
        Self::new(days)
    }
}

impl From<LogRetention> for i64 {
    fn from(retention: LogRetention) -> Self {
        retention.0
    }
}

impl TryFrom<Duration> for LogRetention {
    type Error = IllegalRetention;

    fn try_from(duration: Duration) -> Result<Self, IllegalRetention> {
        if let Ok(days) = Days::try_from(duration) {
            return Self::new(days.get());
        }
        let offered: Vec<Duration> = DAYS.iter().map(|days| Self(*days).duration()).collect();
        let (below, above) = neighbours(&offered, duration);
        let days = |duration: Duration| Days::try_from(duration).ok().map(Days::get);
        Err(IllegalRetention {
            wanted: duration.to_string(),
            near: (below.and_then(days), above.and_then(days)),
        })
    }
}

/// A time for which CloudWatch Logs cannot keep events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalRetention {
    wanted: String,
    near: (Option<i64>, Option<i64>),
}

impl IllegalRetention {
    /// The greatest number of days below that is offered.
    pub fn below(&self) -> Option<i64> {
        self.near.0
    }

    /// The least number of days above that is offered.
    pub fn above(&self) -> Option<i64> {
        self.near.1
    }

    fn finding(&self) -> Finding {
        let finding = Finding::error("FW0705", format!("logs cannot be kept for {}", self.wanted));
        match both(self.near.0, self.near.1) {
            Some(near) => finding.help(format!("the nearest numbers of days that are offered: {near}")),
            None => finding,
        }
        .help("to keep them without end, leave the property out")
    }
}

impl fmt::Display for IllegalRetention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "logs cannot be kept for {}", self.wanted)?;
        match both(self.near.0, self.near.1) {
            Some(near) => write!(f, ": the nearest offered are {near}"),
            None => Ok(()),
        }
    }
}

impl Error for IllegalRetention {}

impl LogRetention {
    fn input(self) -> Input<Self> {
        Input::new(Expr::Int(self.0))
    }

    fn read(literal: &Expr) -> Option<Self> {
        Self::new(i64::read(literal)?).ok()
    }
}
number_property!(LogRetention);
from_integers!(LogRetention, number);

fn number(literal: Expr) -> Input<LogRetention> {
    // What is no `i64` is greater than all that there is.
    let problem = LogRetention::new(literal.as_i64().unwrap_or(i64::MAX)).err();
    input(literal, problem)
}

fn input(literal: Expr, problem: Option<IllegalRetention>) -> Input<LogRetention> {
    let input = Input::new(literal);
    match problem {
        Some(problem) => input.remarked(problem.finding()),
        None => input,
    }
}

impl IntoInput<LogRetention> for Duration {
    fn into_input(self) -> Input<LogRetention> {
        let days = IntoInput::<Days>::into_input(self).into_expr();
        input(days.plain().clone(), LogRetention::try_from(self).err())
    }
}

impl JsonSchema for LogRetention {
    fn schema_name() -> Cow<'static, str> {
        "LogRetention".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::LogRetention").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "for how many days logs are kept", "type": "integer", "enum": DAYS })
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, json, pseudo};

    use super::*;
    use crate::types::{
        days, hours,
        tests::{configured, given, given_json, said, written},
    };

    #[test]
    fn a_property_takes_days_durations_and_expressions() {
        assert_eq!(written::<LogRetention>(30), "30");
        assert_eq!(written::<LogRetention>(3653_u16), "3653");
        assert_eq!(written::<LogRetention>(days(30)), "30");
        assert_eq!(written::<LogRetention>(hours(24)), "1");
        assert_eq!(written::<LogRetention>(LogRetention::new(7).unwrap()), "7");
        let number: Output<i64> = pseudo::region().cast();
        assert_eq!(written::<LogRetention>(number), r#"{"Ref":"AWS::Region"}"#);
    }

    #[test]
    fn what_is_not_offered_is_found_with_its_neighbours() {
        assert_eq!(
            said::<LogRetention>(45),
            "error[FW0705]: logs cannot be kept for 45 days at Resources/R/Properties/P\n\
             help: the nearest numbers of days that are offered: 30 and 60\n\
             help: to keep them without end, leave the property out"
        );
        assert_eq!(
            said::<LogRetention>(hours(36)),
            "error[FW0705]: logs cannot be kept for 36h at Resources/R/Properties/P\n\
             help: the nearest numbers of days that are offered: 1 and 3\n\
             help: to keep them without end, leave the property out"
        );
        let near = |days: i64| LogRetention::new(days).map_err(|error| (error.below(), error.above()));
        assert_eq!(near(0), Err((None, Some(1))));
        assert_eq!(near(-1), Err((None, Some(1))));
        assert_eq!(near(364), Err((Some(180), Some(365))));
        assert_eq!(near(5000), Err((Some(3653), None)));
        assert!(said::<LogRetention>(u64::MAX).contains("are offered: 3653\n"));
        assert!(said::<LogRetention>(hours(1)).contains("are offered: 1\n"));
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<LogRetention>(days(30)).is(LogRetention(30)));
        assert_eq!(given::<LogRetention>(30).literal().map(|given| given.duration()), Some(days(30)));
        assert!(matches!(given::<LogRetention>(45), Given::Unexpected(_)));
        assert!(matches!(given_json::<LogRetention>(json!("ever")), Given::Unexpected(_)));
    }

    #[test]
    fn a_configuration_says_it_in_days() {
        assert_eq!(configured::<LogRetention>("30"), Ok(LogRetention(30)));
        assert!(configured::<LogRetention>("45").unwrap_err().starts_with("`value`: expected 1, 3, 5"));
        assert!(serde_json::from_str::<LogRetention>("45").unwrap_err().to_string().contains("30 and 60"));
        assert_eq!(serde_json::to_string(&LogRetention(30)).unwrap(), "30");
    }
}
