//! Windows of time, in UTC, in which AWS does what would disturb.

use formwork_aws::types::{Duration, minutes};
use formwork_core::{Finding, Scope};

use crate::{
    Weekday,
    place::{Said, report},
};

/// A time of the day in UTC, and how long it lasts: unless more is said, as short as the service allows, which is half
/// an hour of a database and an hour of a cache.
///
/// ```
/// use formwork_aws::types::minutes;
/// use formwork_patterns::{Cache, Weekday, Window};
///
/// Cache::valkey("8.2", "cache.t4g.small")
///     .snapshot_window(Window::at(2, 30).lasting(minutes(90)))
///     .maintenance_window(Weekday::Sunday, Window::at(4, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    hour: u8,
    minute: u8,
    lasting: Option<Duration>,
}

/// A service that has windows, and the least number of minutes that one lasts there.
#[derive(Clone, Copy)]
pub(crate) struct Windows {
    service: &'static str,
    least: u32,
}

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
pub(crate) const OF_RDS: Windows = Windows { service: "RDS", least: 30 };
// docs.aws.amazon.com/AmazonElastiCache/latest/dg/maintenance-window.html
pub(crate) const OF_ELASTICACHE: Windows = Windows { service: "ElastiCache", least: 60 };

/// In milliseconds.
const MINUTE: u64 = 60_000;
/// In minutes.
const DAY: u64 = 24 * 60;

impl Window {
    /// A window that begins at an hour and minute in UTC.
    pub const fn at(hour: u8, minute: u8) -> Self {
        Self { hour, minute, lasting: None }
    }

    /// Sets how long it lasts.
    #[must_use]
    pub const fn lasting(self, lasting: Duration) -> Self {
        Self { lasting: Some(lasting), ..self }
    }
}

impl Windows {
    fn lasts(self, window: Window) -> Duration {
        window.lasting.unwrap_or(minutes(self.least))
    }

    /// The day after that of its beginning on which a window ends, with the hour and the minute.
    fn end(self, window: Window) -> (u64, u64, u64) {
        let length = self.lasts(window).as_milliseconds() / MINUTE;
        let end = u64::from(window.hour) * 60 + u64::from(window.minute) + length;
        (end / DAY, end % DAY / 60, end % 60)
    }

    /// Every day: `04:00-04:30`.
    pub(crate) fn daily(self, window: Window) -> String {
        let Window { hour, minute, .. } = window;
        let (_, to, past) = self.end(window);
        format!("{hour:02}:{minute:02}-{to:02}:{past:02}")
    }

    /// On a day of the week: `sun:04:00-sun:04:30`.
    pub(crate) fn weekly(self, day: Weekday, window: Window) -> String {
        let Window { hour, minute, .. } = window;
        let (days, to, past) = self.end(window);
        let (begins, ends) = (day.short(), day.after(days).short());
        format!("{begins}:{hour:02}:{minute:02}-{ends}:{to:02}:{past:02}").to_ascii_lowercase()
    }

    /// Reports what is no time of the day, and what lasts too short or too long.
    pub(crate) fn judge(
        self,
        daily: Option<Said<Window>>,
        weekly: Option<Said<(Weekday, Window)>>,
        scope: &Scope<'_>,
    ) {
        let weekly = weekly.map(|Said { value: (_, value), at }| Said { value, at });
        for Said { value: window, at } in [daily, weekly].into_iter().flatten() {
            if let Some((message, help)) = self.wrong(window) {
                report(scope, Finding::error("FW3077", message).help(help), at);
            }
        }
    }

    /// What is wrong with a window, and what would work.
    fn wrong(self, window: Window) -> Option<(String, String)> {
        let (Self { service, least }, Window { hour, minute, .. }) = (self, window);
        if hour > 23 || minute > 59 {
            let message = format!("{hour}:{minute:02} is no time of the day");
            return Some((message, "hours go to 23, minutes to 59".to_owned()));
        }
        let lasts = self.lasts(window);
        let length = lasts.as_milliseconds();
        let possible = u64::from(least) * MINUTE..=DAY * MINUTE;
        (!length.is_multiple_of(MINUTE) || !possible.contains(&length)).then(|| {
            let message =
                format!("a window of {lasts}; {service} takes whole minutes, at least {least} of them");
            (message, format!("leave `.lasting(..)` out, or say `minutes({least})` or more, up to a day"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_on_another_day_where_midnight_is_between() {
        let late = Window::at(23, 30);
        assert_eq!(OF_RDS.daily(late), "23:30-00:00");
        assert_eq!(OF_ELASTICACHE.daily(late), "23:30-00:30");
        assert_eq!(OF_RDS.weekly(Weekday::Sunday, late.lasting(minutes(90))), "sun:23:30-mon:01:00");
        assert_eq!(OF_ELASTICACHE.weekly(Weekday::Tuesday, Window::at(4, 0)), "tue:04:00-tue:05:00");
    }
}
