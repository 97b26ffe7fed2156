//! Sets of ports.

use std::{fmt, ops::RangeInclusive};

use serde::{Serialize, Serializer};

const TCP: u8 = 6;
const UDP: u8 = 17;
/// What the clients that matter take for their own end of a connection: Linux, and with it most of them.
const USUAL: (u16, u16) = (32768, 60999);

/// A set of ports of protocols: `443/tcp`, `all ports of every protocol`.
///
/// ```
/// use formwork_check::Ports;
///
/// assert_eq!(Ports::from(443).to_string(), "443/tcp");
/// assert_eq!(Ports::from(8000..=8010).union(&Ports::udp(53)).to_string(), "8000-8010/tcp, 53/udp");
/// assert!(Ports::all().contains(&Ports::from(22)));
/// ```
// Ranges of `protocol << 16 | port`, both ends included, ascending, with a gap between any two.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Ports(Vec<(u32, u32)>);

impl Ports {
    /// No port at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// All ports of all protocols.
    pub fn all() -> Self {
        Self(vec![(0, 0x00ff_ffff)])
    }

    /// One port of TCP.
    pub fn tcp(port: u16) -> Self {
        Self::range(TCP, port, port)
    }

    /// One port of UDP.
    pub fn udp(port: u16) -> Self {
        Self::range(UDP, port, port)
    }

    /// Ports of a protocol by its number.
    pub(super) fn range(protocol: u8, from: u16, to: u16) -> Self {
        let base = u32::from(protocol) << 16;
        if from > to { Self::none() } else { Self(vec![(base | u32::from(from), base | u32::from(to))]) }
    }

    fn protocol(protocol: u8) -> Self {
        Self::range(protocol, 0, u16::MAX)
    }

    /// The ports that a rule names: by protocol, and first and last port; `None` where that makes no sense.
    pub(super) fn of_rule(protocol: &str, from: Option<i64>, to: Option<i64>) -> Option<Self> {
        let number = match protocol.trim().to_ascii_lowercase().as_str() {
            "-1" | "all" => return Some(Self::all()),
            "tcp" => TCP,
            "udp" => UDP,
            "icmp" => 1,
            "icmpv6" => 58,
            other => other.parse().ok()?,
        };
        Some(match (number, from, to) {
            (TCP | UDP, Some(from), Some(to)) if from >= 0 && to >= from => {
                Self::range(number, u16::try_from(from).ok()?, u16::try_from(to).ok()?)
            }
            _ => Self::protocol(number),
        })
    }

    /// One set of many.
    pub(super) fn of(sets: impl IntoIterator<Item = Ports>) -> Self {
        let mut ranges: Vec<(u32, u32)> = sets.into_iter().flat_map(|set| set.0).collect();
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (from, to) in ranges {
            match joined.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    /// The ports of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of([self.clone(), other.clone()])
    }

    /// The ports that are in this set and in the other one.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(first), Some(second)) = (one.peek(), two.peek()) {
            let (from, to) = (first.0.max(second.0), first.1.min(second.1));
            if from <= to {
                common.push((from, to));
            }
            if first.1 < second.1 {
                one.next()
            } else {
                two.next()
            };
        }
        Self(common)
    }

    /// The ports that are in this set and not in the other one.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut gaps = Vec::new();
        let mut next = 0;
        for (from, to) in &other.0 {
            if *from > next {
                gaps.push((next, from - 1));
            }
            next = to.saturating_add(1);
        }
        gaps.push((next, u32::MAX));
        self.intersection(&Self(gaps))
    }

    /// Whether no port is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all ports of the other set are in this one.
    pub fn contains(&self, other: &Self) -> bool {
        other.without(self).is_empty()
    }

    /// Whether some port is in both sets.
    pub fn meets(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }

    /// Of what is let back to clients: what surely and what possibly gets its answers.
    pub(super) fn answered(sure: &Self, possible: &Self) -> (Self, Self) {
        let through = |set: &Self, whole: bool| {
            let mut protocols: Vec<Ports> = vec![set.without(&Self::of([TCP, UDP].map(Self::protocol)))];
            for protocol in [TCP, UDP] {
                let usual = Self::range(protocol, USUAL.0, USUAL.1);
                let all = Self::range(protocol, 1024, u16::MAX);
                if if whole { set.contains(&usual) } else { set.meets(&all) } {
                    protocols.push(Self::protocol(protocol));
                }
            }
            Self::of(protocols)
        };
        (through(sure, true), through(possible, false))
    }
}

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self::tcp(port)
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Self {
        Self::range(TCP, *ports.start(), *ports.end())
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no port");
        }
        if *self == Self::all() {
            return f.write_str("all ports of every protocol");
        }
        let mut parts = Vec::new();
        for (from, to) in &self.0 {
            let (first, last) = (from >> 16, to >> 16);
            if first != last {
                parts.push(format!("all of protocols {first} to {last}"));
                continue;
            }
            let name = match first as u8 {
                TCP => "tcp".to_owned(),
                UDP => "udp".to_owned(),
                1 => "icmp".to_owned(),
                58 => "icmpv6".to_owned(),
                other => format!("protocol {other}"),
            };
            parts.push(match (from & 0xffff, to & 0xffff) {
                (0, 0xffff) if matches!(first as u8, TCP | UDP) => format!("all {name}"),
                (0, 0xffff) => name,
                (from, to) if from == to => format!("{from}/{name}"),
                (from, to) => format!("{from}-{to}/{name}"),
            });
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Ports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_joined_cut_and_told() {
        let web = Ports::of([Ports::tcp(80), Ports::tcp(443), Ports::tcp(81)]);
        assert_eq!(web.to_string(), "80-81/tcp, 443/tcp");
        assert_eq!(web.without(&Ports::tcp(80)).to_string(), "81/tcp, 443/tcp");
        assert_eq!(web.intersection(&Ports::from(81..=500)).to_string(), "81/tcp, 443/tcp");
        assert!(Ports::all().without(&Ports::all()).is_empty());
        assert!(!web.contains(&Ports::udp(80)) && !web.meets(&Ports::udp(80)));
        assert_eq!(Ports::all().without(&web).union(&web), Ports::all());
        assert_eq!(Ports::none().to_string(), "no port");
    }

    #[test]
    fn rules_name_ports_in_many_ways() {
        let rule = |protocol, from, to| Ports::of_rule(protocol, from, to).map(|ports| ports.to_string());
        assert_eq!(rule("-1", Some(5), Some(5)).as_deref(), Some("all ports of every protocol"));
        assert_eq!(rule("6", Some(22), Some(22)).as_deref(), Some("22/tcp"));
        assert_eq!(rule("tcp", None, None).as_deref(), Some("all tcp"));
        assert_eq!(rule("icmp", Some(8), Some(-1)).as_deref(), Some("icmp"));
        assert_eq!(rule("50", None, None).as_deref(), Some("protocol 50"));
        assert_eq!(rule("tcp", Some(1), Some(99_999_999_999)), None);
        assert_eq!(rule("frog", None, None), None);
    }
}
