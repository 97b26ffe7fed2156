//! Lengths of time, and the property types that count them.

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const UNITS: &[(&str, u64)] = &[("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)];

/// A length of time: what a program and a configuration file say instead of a bare number.
///
/// ```
/// use formwork_aws::types::{Duration, days, hours, minutes, seconds};
///
/// assert_eq!(minutes(90), hours(1) + minutes(30));
/// assert_eq!(seconds(30) * 2, minutes(1));
/// assert_eq!("7d".parse(), Ok(days(7)));
/// assert_eq!(minutes(90).to_string(), "90m");
/// ```
///
/// A property says in which unit it counts; a duration becomes that number. One that is not a whole number of that
/// unit is a finding, `FW0702`. Where nothing says in which unit to count, a duration cannot stand:
///
/// ```
/// # use formwork_core::{Resource, App};
/// # use formwork_aws::types::{Seconds, minutes};
/// let timeout: Seconds = minutes(5).try_into()?;
/// Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", timeout);
/// # Ok::<(), formwork_aws::types::NotWhole>(())
/// ```
///
/// ```compile_fail
/// # use formwork_core::Resource;
/// # use formwork_aws::types::minutes;
/// Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", minutes(5)); // 5? 300? 300000?
/// ```
///
/// Configuration files have a whole number and a unit: `"250ms"`, `"30s"`, `"5m"`, `"12h"`, `"7d"`. Anything above
/// some 292 million years is that long.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Duration {
    /// The same in milliseconds.
    pub const fn as_milliseconds(self) -> u64 {
        self.0
    }
}

/// So many milliseconds.
pub const fn milliseconds(count: u64) -> Duration {
    Duration::new(count)
}

/// So many seconds.
///
/// ```
/// use formwork_aws::types::{Duration, seconds};
///
/// const GRACE: Duration = seconds(30);
/// assert_eq!(GRACE.as_milliseconds(), 30_000);
/// ```
pub const fn seconds(count: u32) -> Duration {
    Duration::new(count as u64 * SECOND)
}

/// So many minutes.
pub const fn minutes(count: u32) -> Duration {
    Duration::new(count as u64 * MINUTE)
}

/// So many hours.
pub const fn hours(count: u32) -> Duration {
    Duration::new(count as u64 * HOUR)
}

/// So many days of 24 hours.
pub const fn days(count: u32) -> Duration {
    Duration::new(count as u64 * DAY)
}

/// A text that is no [`Duration`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDuration(&'static str);

impl InvalidDuration {
    fn of(text: &str) -> Self {
        match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Self("the unit is missing: add \"ms\", \"s\", \"m\", \"h\" or \"d\""),
            false => Self(
                "not a whole number and a unit, with nothing between them: write \"250ms\", \"30s\", \"5m\", \"12h\" or \"7d\"",
            ),
        }
    }
}

quantity!(
    Duration,
    InvalidDuration,
    UNITS,
    "a duration such as \"250ms\", \"30s\", \"5m\", \"12h\" or \"7d\"",
    "^[0-9]+(ms|s|m|h|d)$",
    "longer than 292 million years"
);

units! {
    Duration as duration;
    Milliseconds, milliseconds, 1, "milliseconds";
    Seconds, seconds, SECOND, "seconds";
    Minutes, minutes, MINUTE, "minutes";
    Hours, hours, HOUR, "hours";
    Days, days, DAY, "days";
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, json, pseudo};
    use proptest::prelude::*;

    use super::*;
    use crate::types::tests::{configured, given, given_json, said, written};

    #[test]
    fn a_property_takes_numbers_durations_and_expressions() {
        assert_eq!(written::<Seconds>(300), "300");
        assert_eq!(written::<Seconds>(300_u64), "300");
        assert_eq!(written::<Seconds>(minutes(5)), "300");
        assert_eq!(written::<Seconds>(-1), "-1");
        assert_eq!(written::<Seconds>(Seconds::new(7)), "7");
        assert_eq!(written::<Days>(hours(48)), "2");
        assert_eq!(written::<Milliseconds>(milliseconds(u64::MAX)), i64::MAX.to_string());
        let number: Output<i64> = pseudo::region().cast();
        assert_eq!(written::<Hours>(number), r#"{"Ref":"AWS::Region"}"#);
    }

    #[test]
    fn a_fraction_of_the_unit_is_found_with_what_would_be_whole() {
        assert_eq!(
            said::<Minutes>(seconds(90)),
            "error[FW0702]: 90s is not a whole number of minutes at Resources/R/Properties/P\n\
             help: the nearest that are: `minutes(1)` and `minutes(2)`"
        );
        assert_eq!(
            said::<Days>(hours(6)),
            "error[FW0702]: 6h is not a whole number of days at Resources/R/Properties/P\n\
             help: the nearest that is: `days(1)`"
        );
        assert_eq!(Hours::try_from(minutes(90)).map_err(|error| (error.below(), error.above())), Err((1, 2)));
    }

    #[test]
    fn what_was_set_reads_back_as_the_unit() {
        assert!(given::<Seconds>(minutes(5)).is(minutes(5)));
        assert_eq!(given_json::<Seconds>(json!("300")), Given::Literal(Seconds::new(300)));
        assert_eq!(given::<Seconds>(-1).literal().and_then(|given| given.duration()), None);
        assert_eq!(given::<Seconds>(90).literal().and_then(|given| given.duration()), Some(seconds(90)));
        // A fraction is no minute, not even a rounded one.
        assert!(matches!(given::<Minutes>(seconds(90)), Given::Unexpected(_)));
        assert!(matches!(given_json::<Minutes>(json!("5m")), Given::Unexpected(_)));
    }

    #[test]
    fn texts_have_one_number_and_one_unit() {
        assert_eq!("250ms".parse(), Ok(milliseconds(250)));
        assert_eq!("0s".parse(), Ok(seconds(0)));
        let wrong = |text: &str| text.parse::<Duration>().unwrap_err().to_string();
        assert_eq!(wrong("30"), "the unit is missing: add \"ms\", \"s\", \"m\", \"h\" or \"d\"");
        for text in ["", "s", "5 m", "1.5h", "-1s", "5min", "+5s", "5é"] {
            assert!(wrong(text).starts_with("not a whole number and a unit"), "{text}");
        }
        assert_eq!(wrong("99999999999999999999d"), "longer than 292 million years");
        assert_eq!(wrong("106751991168d"), "longer than 292 million years");
    }

    #[test]
    fn a_configuration_says_it_as_text() {
        assert_eq!(configured::<Duration>("\"5m\""), Ok(minutes(5)));
        assert_eq!(
            configured::<Duration>("30"),
            Err("`value`: expected a string, found the integer 30".to_owned())
        );
        assert_eq!(
            configured::<Duration>("\"5 minutes\""),
            Err("`value`: \"5 minutes\": not a whole number and a unit, with nothing between them: write \"250ms\", \
                 \"30s\", \"5m\", \"12h\" or \"7d\""
                .to_owned())
        );
        assert_eq!(serde_json::to_string(&hours(36)).unwrap(), "\"36h\"");
    }

    #[test]
    fn amounts_past_the_limit_stay_at_the_limit() {
        let most = milliseconds(u64::MAX);
        assert_eq!(most + days(1), most);
        assert_eq!(most * 2, most);
        assert_eq!(Days::new(i64::MAX).duration(), Some(most));
    }

    proptest! {
        #[test]
        fn a_duration_reads_as_it_is_shown(count in any::<u64>()) {
            let duration = milliseconds(count);
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn whole_units_convert_there_and_back(count in any::<u32>()) {
            prop_assert_eq!(Seconds::try_from(seconds(count)).unwrap().duration(), Some(seconds(count)));
            prop_assert_eq!(Minutes::try_from(minutes(count)).unwrap().duration(), Some(minutes(count)));
            prop_assert_eq!(Hours::try_from(hours(count)).unwrap().duration(), Some(hours(count)));
            prop_assert_eq!(Days::try_from(days(count)).unwrap().duration(), Some(days(count)));
        }

        #[test]
        fn what_is_not_whole_lies_between_its_neighbours(count in any::<u32>()) {
            match Hours::try_from(minutes(count)) {
                Ok(whole) => prop_assert_eq!(whole.get() * 60, i64::from(count)),
                Err(error) => {
                    prop_assert!(error.below() * 60 < u64::from(count) && u64::from(count) < error.above() * 60);
                }
            }
        }
    }
}
