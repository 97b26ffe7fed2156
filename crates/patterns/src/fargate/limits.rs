//! Numbers that ECS takes within limits.

use formwork_aws::types::{DataSize, Duration, seconds};
use formwork_core::{Finding, Scope};

use crate::place::{Said, report};

/// What ECS takes of something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) what: &'static str,
    /// With the space before it.
    pub(super) unit: &'static str,
    pub(super) least: u64,
    pub(super) most: u64,
}

/// A number that was said, in thousandths, and its limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limited {
    limit: Limit,
    thousandths: Said<u64>,
}

impl Limit {
    pub(super) const fn seconds(what: &'static str, least: u64, most: u64) -> Self {
        Self { what, unit: " seconds", least, most }
    }

    #[track_caller]
    pub(super) fn said(self, time: impl Into<Duration>) -> Limited {
        Limited { limit: self, thousandths: Said::new(time.into().as_milliseconds()) }
    }

    #[track_caller]
    pub(super) fn said_size(self, size: DataSize, unit: DataSize) -> Limited {
        let thousandths = u128::from(size.as_bytes()) * 1000 / u128::from(unit.as_bytes().max(1));
        Limited { limit: self, thousandths: Said::new(u64::try_from(thousandths).unwrap_or(u64::MAX)) }
    }

    #[track_caller]
    pub(super) fn said_number(self, number: u64) -> Limited {
        Limited { limit: self, thousandths: Said::new(number.saturating_mul(1000)) }
    }
}

impl Limited {
    /// The nearest number that ECS takes: what it would not take has been reported, and is not said again.
    fn legal(self) -> u64 {
        (self.thousandths.value / 1000).clamp(self.limit.least, self.limit.most)
    }

    pub(super) fn number(self) -> i64 {
        i64::try_from(self.legal()).unwrap_or(i64::MAX)
    }

    /// As a number that fits, which all limits do.
    pub(super) fn small(self) -> u32 {
        u32::try_from(self.legal()).unwrap_or(u32::MAX)
    }

    pub(super) fn at(self) -> &'static std::panic::Location<'static> {
        self.thousandths.at
    }

    pub(super) fn duration(self) -> Duration {
        seconds(self.small())
    }

    pub(super) fn judge(&self, scope: &Scope<'_>) {
        let Limit { what, unit, least, most } = self.limit;
        let said = self.thousandths.value;
        if said != self.legal().saturating_mul(1000) {
            let (whole, rest) = (said / 1000, said % 1000);
            let said = if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}") };
            let finding = Finding::error("FW3048", format!("{what} cannot be {said}{unit}"))
                .help(format!("ECS takes {least} to {most}{unit}, without fractions"));
            report(scope, finding, self.thousandths.at);
        }
    }
}
