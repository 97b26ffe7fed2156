//! When something happens by itself: at a time, at intervals, by the calendar.

use formwork_aws::types::Duration;
use formwork_core::{Finding, Scope};

use crate::place::{Said, report};

/// When something happens: at one time, at intervals, or by the calendar.
///
/// A bounded number of tasks may begin at a time ([`Scaling::at`](crate::fargate::Scaling::at)), and a task may run
/// ([`ScheduledTask`](crate::fargate::ScheduledTask)). Both read the same expressions.
///
/// ```
/// use formwork_aws::types::minutes;
/// use formwork_patterns::{Schedule, Weekday};
///
/// Schedule::every(minutes(15));
/// Schedule::daily_at(3, 0);
/// Schedule::weekdays_at(8, 30).in_zone("Europe/Berlin"); // without a zone, hours are those of UTC
/// Schedule::weekly_on(Weekday::Sunday, 4, 0);
/// Schedule::monthly_on(1, 6, 0);
/// Schedule::once("2027-01-01T00:00:00");
/// Schedule::cron("0/10 8-17 ? * MON-FRI *"); // what the others do not say
/// ```
///
/// A time that does not exist, such as the hour 24, and an expression that cannot be read are a finding, `FW3064`;
/// what cannot be the name of a time zone, such as `UTC+2`, is `FW3065`. Whether there is a zone of that name is found out
/// by AWS, at deployment.
#[derive(Clone, Debug)]
#[must_use = "a schedule does nothing until it is given to what it is for"]
pub struct Schedule {
    expression: Said<Result<String, Wrong>>,
    zone: Option<Said<String>>,
    begins: Option<Said<String>>,
    ends: Option<Said<String>>,
}

/// What is wrong with an expression, and what would work.
#[derive(Clone, Debug)]
struct Wrong {
    message: String,
    help: &'static str,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Its three letters: `MON`.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::Monday => "MON",
            Self::Tuesday => "TUE",
            Self::Wednesday => "WED",
            Self::Thursday => "THU",
            Self::Friday => "FRI",
            Self::Saturday => "SAT",
            Self::Sunday => "SUN",
        }
    }

    /// The day so many days later.
    pub(crate) fn after(self, days: u64) -> Self {
        use Weekday::*;
        const WEEK: [Weekday; 7] = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
        WEEK.iter().copied().cycle().skip(self as usize).nth((days % 7) as usize).unwrap_or(self)
    }
}

/// So many days lie between the first year and the last one that a schedule knows, 1970 and 2199.
// docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
const LONGEST: u64 = 84_006;

const A_CLOCK: &str = "hours are 0 to 23, minutes 0 to 59, and the 1st is the first day of a month";
const A_CRON: &str = "write minute, hour, day of the month, month, day of the week and year, with `?` for one of the \
                      two days: `0 8 ? * MON-FRI *` is 8 o'clock from Monday to Friday";
const A_TIME: &str = "write it as in `2027-01-31T06:00:00`, without a zone; `.in_zone(..)` says the zone";

impl Schedule {
    /// Again and again, with this between: whole minutes, of which one is the least.
    #[track_caller]
    pub fn every(interval: impl Into<Duration>) -> Self {
        const MINUTE: u64 = 60_000;
        let interval = interval.into();
        let units = [("day", 1440 * MINUTE), ("hour", 60 * MINUTE), ("minute", MINUTE)];
        let length = interval.as_milliseconds();
        if length > LONGEST * 1440 * MINUTE {
            let message =
                format!("{interval} is longer than the calendar of schedules, which ends with 2199");
            return Self::of(Err(Wrong { message, help: "say a date by `Schedule::once(..)`" }));
        }
        let fitting = units.into_iter().find(|(_, unit)| length > 0 && length.is_multiple_of(*unit));
        Self::of(match fitting {
            Some((name, unit)) if length == unit => Ok(format!("rate(1 {name})")),
            Some((name, unit)) => Ok(format!("rate({} {name}s)", length / unit)),
            None => Err(Wrong {
                message: format!("{interval} is no interval of whole minutes"),
                help: "the least interval is `minutes(1)`",
            }),
        })
    }

    /// Every hour, so many minutes past.
    #[track_caller]
    pub fn hourly_at(minute: u8) -> Self {
        Self::calendar(minute, 0, 1, &format!("{minute} * * * ? *"))
    }

    /// Every day at a time.
    #[track_caller]
    pub fn daily_at(hour: u8, minute: u8) -> Self {
        Self::calendar(minute, hour, 1, &format!("{minute} {hour} * * ? *"))
    }

    /// From Monday to Friday at a time.
    #[track_caller]
    pub fn weekdays_at(hour: u8, minute: u8) -> Self {
        Self::calendar(minute, hour, 1, &format!("{minute} {hour} ? * MON-FRI *"))
    }

    /// Once a week at a time.
    #[track_caller]
    pub fn weekly_on(day: Weekday, hour: u8, minute: u8) -> Self {
        Self::calendar(minute, hour, 1, &format!("{minute} {hour} ? * {} *", day.short()))
    }

    /// On one day of every month that has it, at a time.
    #[track_caller]
    pub fn monthly_on(day: u8, hour: u8, minute: u8) -> Self {
        Self::calendar(minute, hour, day, &format!("{minute} {hour} {day} * ? *"))
    }

    /// On the last day of every month, at a time.
    #[track_caller]
    pub fn monthly_on_the_last_day(hour: u8, minute: u8) -> Self {
        Self::calendar(minute, hour, 1, &format!("{minute} {hour} L * ? *"))
    }

    /// Once, at a time such as `2027-01-31T06:00:00`.
    #[track_caller]
    pub fn once(time: &str) -> Self {
        Self::of(match is_time(time) {
            true => Ok(format!("at({time})")),
            false => Err(Wrong { message: format!("`{time}` is no time"), help: A_TIME }),
        })
    }

    /// By an expression of six fields: minute, hour, day of the month, month, day of the week, year. One of the two
    /// days is `?`.
    // docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    #[track_caller]
    pub fn cron(fields: &str) -> Self {
        Self::of(match cron(fields) {
            Ok(()) => Ok(format!("cron({fields})")),
            Err(why) => Err(Wrong { message: format!("`{fields}` is no schedule: {why}"), help: A_CRON }),
        })
    }

    /// Says whose clock is meant, by a name of the time zone database, such as `Europe/Berlin`. UTC unless set; a
    /// zone with summer time moves the schedule with it. Names are judged by their form; the list of zones is AWS's.
    #[track_caller]
    pub fn in_zone(mut self, zone: impl Into<String>) -> Self {
        self.zone = Some(Said::new(zone.into()));
        self
    }

    /// Begins only at a time, in UTC, such as `2027-01-31T06:00:00`.
    #[track_caller]
    pub fn starting(mut self, time: impl Into<String>) -> Self {
        self.begins = Some(Said::new(time.into()));
        self
    }

    /// Ends at a time, in UTC, such as `2027-12-31T06:00:00`.
    #[track_caller]
    pub fn ending(mut self, time: impl Into<String>) -> Self {
        self.ends = Some(Said::new(time.into()));
        self
    }

    #[track_caller]
    fn of(expression: Result<String, Wrong>) -> Self {
        Self { expression: Said::new(expression), zone: None, begins: None, ends: None }
    }

    #[track_caller]
    fn calendar(minute: u8, hour: u8, day: u8, fields: &str) -> Self {
        let exists = minute < 60 && hour < 24 && (1..=31).contains(&day);
        Self::of(match exists {
            true => Ok(format!("cron({fields})")),
            false => {
                let message = match (1..=31).contains(&day) {
                    true => format!("there is no {hour:02}:{minute:02} o'clock"),
                    false => format!("no month has a day {day}"),
                };
                Err(Wrong { message, help: A_CLOCK })
            }
        })
    }

    /// What is written into the template, once everything that is wrong with it has been reported.
    pub(crate) fn read(self, scope: &Scope<'_>) -> Option<Read> {
        let Said { value, at } = self.expression;
        let expression = match value {
            Ok(expression) => Some(expression),
            Err(wrong) => {
                report(scope, Finding::error("FW3064", wrong.message).help(wrong.help), at);
                None
            }
        };
        let zone = match self.zone {
            Some(Said { value, at }) if !is_zone(&value) => {
                let finding = Finding::error("FW3065", format!("`{value}` is no name of a time zone"))
                    .help("write a name such as `Europe/Berlin`, `America/New_York` or `UTC`");
                report(scope, finding, at);
                Err(())
            }
            zone => Ok(zone.map(|zone| zone.value)),
        };
        let bound = |time: Option<Said<String>>| match time {
            Some(Said { value, at }) if !is_time(&value) => {
                let finding = Finding::error("FW3064", format!("`{value}` is no time"))
                    .help("write it as in `2027-01-31T06:00:00`; it is read as a time of UTC");
                report(scope, finding, at);
                Err(())
            }
            time => Ok(time.map(|time| format!("{}Z", time.value))),
        };
        let (begins, ends) = (bound(self.begins), bound(self.ends));
        Some(Read { expression: expression?, zone: zone.ok()?, begins: begins.ok()?, ends: ends.ok()? })
    }
}

/// A schedule that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) expression: String,
    pub(crate) zone: Option<String>,
    pub(crate) begins: Option<String>,
    pub(crate) ends: Option<String>,
}

/// Whether a text looks like `2027-01-31T06:00:00`, and there is such a time.
fn is_time(text: &str) -> bool {
    let shape = text.len() == 19
        && text.bytes().zip(b"dddd-dd-ddTdd:dd:dd").all(|(byte, kind)| match kind {
            b'd' => byte.is_ascii_digit(),
            other => byte == *other,
        });
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u16>().ok());
    let within =
        |at: usize, low: u16, high: u16| number(at, at + 2).is_some_and(|it| low <= it && it <= high);
    let days = || match (number(0, 4)?, number(5, 7)?) {
        (year, 2) if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            Some(29)
        }
        (_, 2) => Some(28),
        (_, 4 | 6 | 9 | 11) => Some(30),
        (_, 1..=12) => Some(31),
        _ => None,
    };
    shape
        && days().is_some_and(|days| within(8, 1, days))
        && within(11, 0, 23)
        && within(14, 0, 59)
        && within(17, 0, 59)
}

/// Whether a text can be a name of the time zone database: words joined by slashes. An offset such as `UTC+2` is
/// none; those that there are begin with `Etc/`.
fn is_zone(text: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.chars().all(|other| other.is_ascii_alphanumeric() || "_-+".contains(other))
    };
    let offset = text.contains('+') && !text.starts_with("Etc/");
    (1..=50).contains(&text.len()) && !offset && text.split('/').all(word)
}

/// One field of an expression: what it is called, its least and greatest number, and names of its numbers.
struct Field(&'static str, u16, u16, &'static [&'static str]);

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS: [Field; 6] = [
    Field("minute", 0, 59, &[]),
    Field("hour", 0, 23, &[]),
    Field("day of the month", 1, 31, &[]),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 1, 7, DAYS),
    Field("year", 1970, 2199, &[]),
];

/// What is wrong with the fields of an expression, if anything is.
fn cron(text: &str) -> Result<(), String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [_, _, day, _, weekday, _] = fields.as_slice() else {
        return Err(format!("it has {} fields, not six", fields.len()));
    };
    if (*day == "?") == (*weekday == "?") {
        return Err("one of the two days has to be `?`".to_owned());
    }
    for (index, (field, text)) in FIELDS.iter().zip(&fields).enumerate() {
        let day = index == 2 || index == 4;
        let whole = *text == "?" && day;
        if !whole && !text.split(',').all(|part| field.takes(part)) {
            return Err(format!("`{text}` is no {}", field.0));
        }
    }
    Ok(())
}

impl Field {
    /// The number of the field that a text is, by its digits or by its name.
    fn value(&self, text: &str) -> Option<u16> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match digits {
            true => text.parse().ok().filter(|number| (self.1..=self.2).contains(number)),
            false => {
                let names = self.3.iter().zip(self.1..);
                names.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| number)
            }
        }
    }

    fn number(&self, text: &str) -> bool {
        self.value(text).is_some()
    }

    /// Whether a range goes on from its first number. Only weeks begin anew: `SAT-MON`.
    fn range(&self, from: &str, to: &str) -> bool {
        let both = self.value(from).zip(self.value(to));
        both.is_some_and(|(from, to)| from <= to || self.0 == "day of the week")
    }

    /// Whether a text is a part of the field: `*`, a number, a range, each with a step; and what only days have.
    fn takes(&self, part: &str) -> bool {
        let (base, step) = match part.split_once('/') {
            Some((base, step)) => (base, Some(step)),
            None => (part, None),
        };
        if step.is_some_and(|step| !step.parse().is_ok_and(|step: u16| step > 0)) {
            return false;
        }
        let plain = match base.split_once('-') {
            Some((from, to)) => self.range(from, to),
            None => base == "*" || self.number(base),
        };
        let special = match self.0 {
            "day of the month" => {
                base == "L" || base == "LW" || base.strip_suffix('W').is_some_and(|day| self.number(day))
            }
            "day of the week" => {
                let nth =
                    |(day, nth): (&str, &str)| self.number(day) && matches!(nth, "1" | "2" | "3" | "4" | "5");
                base == "L"
                    || base.strip_suffix('L').is_some_and(|day| self.number(day))
                    || base.split_once('#').is_some_and(nth)
            }
            _ => false,
        };
        plain || (special && step.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_aws_reads_them() {
        for good in [
            "0 8 ? * MON-FRI *",
            "*/5 * * * ? *",
            "0/10 8-17 ? * MON,WED,fri 2027-2029",
            "15 10 L * ? *",
            "15 10 LW * ? *",
            "0 9 15W JAN-MAR ? *",
            "0 9 ? * 6L 2027",
            "0 9 ? * TUE#2 *",
            "0 9 ? * SAT-MON *",
            "0 22-23,0-5 ? * * *",
        ] {
            assert_eq!(cron(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "it has 0 fields, not six"),
            ("0 8 * * *", "it has 5 fields, not six"),
            ("0 8 * * * *", "one of the two days has to be `?`"),
            ("0 8 ? * ? *", "one of the two days has to be `?`"),
            ("60 8 ? * MON *", "`60` is no minute"),
            ("0 24 ? * MON *", "`24` is no hour"),
            ("0 8 32 * ? *", "`32` is no day of the month"),
            ("0 8 1 13 ? *", "`13` is no month"),
            ("0 8 ? * 0 *", "`0` is no day of the week"),
            ("0 8 ? * TUE#6 *", "`TUE#6` is no day of the week"),
            ("0 8 ? * MON 1969", "`1969` is no year"),
            ("0/0 8 ? * MON *", "`0/0` is no minute"),
            ("0, 8 ? * MON *", "`0,` is no minute"),
            ("? 8 ? * MON *", "`?` is no minute"),
            ("5-1 8 ? * MON *", "`5-1` is no minute"),
            ("0 22-5 ? * MON *", "`22-5` is no hour"),
            ("0 8 1 NOV-FEB ? *", "`NOV-FEB` is no month"),
        ] {
            assert_eq!(cron(bad), Err(why.to_owned()), "{bad}");
        }
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for good in
            ["2027-01-31T06:00:00", "2028-02-29T00:00:00", "2000-02-29T23:59:59", "2027-04-30T00:00:00"]
        {
            assert!(is_time(good), "{good}");
        }
        for bad in [
            "2027-02-31T00:00:00",
            "2027-02-29T00:00:00",
            "2100-02-29T00:00:00",
            "2027-04-31T00:00:00",
            "2027-13-01T00:00:00",
            "2027-00-01T00:00:00",
            "2027-01-00T00:00:00",
            "2027-01-01T24:00:00",
            "2027-01-01T00:60:00",
            "2027-01-01 00:00:00",
        ] {
            assert!(!is_time(bad), "{bad}");
        }
    }

    #[test]
    fn intervals_are_written_in_the_largest_unit_that_fits() {
        use formwork_aws::types::{days, hours, minutes, seconds};
        let written = |interval| Schedule::every(interval).expression.value.ok();
        assert_eq!(written(minutes(1)).as_deref(), Some("rate(1 minute)"));
        assert_eq!(written(minutes(90)).as_deref(), Some("rate(90 minutes)"));
        assert_eq!(written(minutes(60)).as_deref(), Some("rate(1 hour)"));
        assert_eq!(written(hours(48)).as_deref(), Some("rate(2 days)"));
        assert_eq!(written(days(1)).as_deref(), Some("rate(1 day)"));
        assert_eq!(written(seconds(90)), None);
        assert_eq!(written(seconds(0)), None);
    }

    #[test]
    fn zones_are_names_and_times_are_complete() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "EST5EDT"] {
            assert!(is_zone(zone), "{zone}");
        }
        for zone in ["", "UTC+2", "Europe/", "Europe Berlin", "+02:00"] {
            assert!(!is_zone(zone), "{zone}");
        }
        assert!(is_time("2027-01-31T06:00:00"));
        for time in ["2027-01-31", "2027-13-31T06:00:00", "2027-01-31T24:00:00", "2027-01-31T06:00:00Z", "é"]
        {
            assert!(!is_time(time), "{time}");
        }
    }
}
