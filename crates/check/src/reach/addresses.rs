//! Ranges of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// A range of addresses of one family: the first one and the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Block {
    pub(super) six: bool,
    first: u128,
    last: u128,
}

/// What nobody on the internet has.
const PRIVATE: &[(&str, bool)] = &[
    ("10.0.0.0/8", false),
    ("172.16.0.0/12", false),
    ("192.168.0.0/16", false),
    ("100.64.0.0/10", false),
    ("169.254.0.0/16", false),
    ("127.0.0.0/8", false),
    ("0.0.0.0/8", false),
    ("224.0.0.0/3", false),
    ("fc00::/7", true),
    ("fe80::/10", true),
    ("ff00::/8", true),
    ("::/127", true),
];

impl Block {
    /// `10.0.0.0/16`, `2001:db8::/32`; an address alone is a range of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (address, bits, six) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32, false),
            IpAddr::V6(address) => (u128::from(address), 128, true),
        };
        let length = length.unwrap_or(bits);
        if length > bits {
            return None;
        }
        let all = if six { u128::MAX } else { u128::from(u32::MAX) };
        let host = u128::MAX.checked_shr(128 - (bits - length)).unwrap_or(0);
        Some(Self { six, first: address & !host & all, last: (address | host) & all })
    }

    /// Whether all addresses of the other range are in this one.
    pub(super) fn contains(self, other: Self) -> bool {
        self.six == other.six && self.first <= other.first && other.last <= self.last
    }

    /// Whether some address is in both.
    pub(super) fn meets(self, other: Self) -> bool {
        self.six == other.six && self.first <= other.last && other.first <= self.last
    }

    /// Whether it is all there is: `0.0.0.0/0`, `::/0`.
    pub(super) fn is_everything(self) -> bool {
        let all = if self.six { u128::MAX } else { u128::from(u32::MAX) };
        self.first == 0 && self.last == all
    }

    /// Whether somebody on the internet may have one of the addresses.
    pub(super) fn is_public(self) -> bool {
        !PRIVATE.iter().any(|(text, six)| {
            *six == self.six && Self::parse(text).is_some_and(|private| private.contains(self))
        })
    }
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = (self.last ^ self.first).count_ones();
        match self.six {
            true => write!(f, "{}/{}", Ipv6Addr::from(self.first), 128u32.saturating_sub(bits)),
            false => write!(f, "{}/{}", Ipv4Addr::from(self.first as u32), 32u32.saturating_sub(bits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_compared() {
        let block = |text| Block::parse(text).expect(text);
        assert!(block("0.0.0.0/0").is_everything() && block("::/0").is_everything());
        assert!(block("10.0.0.0/8").contains(block("10.3.4.5")));
        assert!(!block("10.0.0.0/8").contains(block("::/0")));
        assert!(block("10.0.0.0/7").is_public() && !block("10.1.0.0/16").is_public());
        assert!(block("203.0.113.7/32").is_public() && !block("fd00::/8").is_public());
        assert_eq!(block("10.1.2.3/16").to_string(), "10.1.0.0/16");
        assert_eq!(block("2001:db8::/32").to_string(), "2001:db8::/32");
        for wrong in ["10.0.0.0/33", "10.0.0/8", "", "/", "10.0.0.0/-1", "1.2.3.4/99999999999999"] {
            assert_eq!(Block::parse(wrong), None, "{wrong}");
        }
    }
}
