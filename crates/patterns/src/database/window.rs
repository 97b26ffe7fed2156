//! Times of the day and of the week at which RDS may work on a database.

use std::panic::Location;

use formwork_aws::types::{Duration, minutes};
use formwork_core::{Finding, Scope};

use crate::place::{Said, report};

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// A time of the day in UTC, and how long it lasts: half an hour unless more is said.
///
/// ```
/// use formwork_aws::types::minutes;
/// use formwork_patterns::database::Window;
///
/// let nightly = Window::at(2, 30).lasting(minutes(60));
/// assert_eq!(nightly.to_string(), "02:30-03:30");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    hour: u8,
    minute: u8,
    lasting: Duration,
}

const DAY: u64 = 24 * 60;

impl Window {
    /// A window that begins at an hour and minute in UTC.
    pub const fn at(hour: u8, minute: u8) -> Self {
        Self { hour, minute, lasting: minutes(30) }
    }

    /// Sets how long it lasts.
    #[must_use]
    pub const fn lasting(self, lasting: Duration) -> Self {
        Self { lasting, ..self }
    }

    fn length(self) -> u64 {
        self.lasting.as_milliseconds() / 60_000
    }

    /// The end, in minutes from the midnight before it begins.
    fn end(self) -> u64 {
        u64::from(self.hour) * 60 + u64::from(self.minute) + self.length()
    }

    /// On a day of the week: `sun:04:00-sun:04:30`.
    pub(super) fn on(self, day: Day) -> String {
        let begins = day.number();
        let ends = (begins + self.end() / DAY) % 7;
        let name = |number: u64| DAYS.get(number as usize).copied().unwrap_or_default();
        let end = self.end() % DAY;
        let (hour, minute) = (self.hour, self.minute);
        let (to, past) = (end / 60, end % 60);
        format!("{}:{hour:02}:{minute:02}-{}:{to:02}:{past:02}", name(begins), name(ends))
    }

    /// Reports what is no time of the day.
    pub(super) fn judge(said: Said<Self>, scope: &Scope<'_>) {
        let Said { value: window, at } = said;
        let wrong = |message: String, help: &str, at: &'static Location<'static>| {
            report(scope, Finding::error("FW3077", message).help(help), at);
        };
        let (hour, minute, lasts) = (window.hour, window.minute, window.lasting);
        if hour > 23 || minute > 59 {
            wrong(format!("{hour}:{minute:02} is no time of the day"), "hours go to 23, minutes to 59", at);
        } else if !lasts.as_milliseconds().is_multiple_of(60_000) || !(30..=DAY).contains(&window.length()) {
            let message = format!("a window of {lasts}; RDS takes whole minutes, at least 30 of them");
            wrong(message, "leave `.lasting(..)` out, or say `minutes(30)` or more, up to a day", at);
        }
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = self.end() % DAY;
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.hour, self.minute, end / 60, end % 60)
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Day {
    fn number(self) -> u64 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}
