//! Ranges of addresses.

mod parse;

use std::{
    error::Error,
    fmt,
    iter::FusedIterator,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use formwork_core::{Expr, Finding, Input};

/// A range of IPv4 or IPv6 addresses, such as `10.0.0.0/16`.
///
/// ```
/// use formwork_aws::types::{Cidr, cidr};
///
/// const VPC: Cidr = cidr!("10.0.0.0/16"); // a literal, checked by the compiler
/// let office: Cidr = "203.0.113.0/24".parse()?; // text from elsewhere
///
/// assert!(VPC.contains(cidr!("10.0.3.0/24")));
/// assert!(!VPC.overlaps(office));
/// assert_eq!(VPC.subnets(18).last(), Some(cidr!("10.0.192.0/18")));
/// # Ok::<(), formwork_aws::types::InvalidCidr>(())
/// ```
///
/// Bits after the prefix must be zero, as AWS wants them for networks; the error says which network it would be:
///
/// ```
/// # use formwork_aws::types::Cidr;
/// let error = "10.0.1.7/24".parse::<Cidr>().unwrap_err();
/// assert_eq!(error.to_string(), "10.0.1.7 is an address within 10.0.1.0/24: write 10.0.1.0/24");
/// ```
///
/// A property takes a `Cidr`, text, or an expression of text. Text that is no range is a finding, `FW0701`, at the
/// line that sets it. Text is no `Cidr` elsewhere:
///
/// ```compile_fail
/// # use formwork_aws::types::Cidr;
/// let vpc: Cidr = "10.0.0.0/16"; // parse it, or write cidr!("10.0.0.0/16")
/// ```
// Invariant: `prefix` is at most the width, and no bit of `bits` is set after it. An IPv4 network has its 32 bits at the
// low end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    v6: bool,
    bits: u128,
    prefix: u8,
}

/// The [`Cidr`](crate::types::Cidr) of a literal; a literal that is none does not compile.
///
/// ```
/// use formwork_aws::types::{Cidr, cidr};
///
/// const EVERYWHERE: [Cidr; 2] = [cidr!("0.0.0.0/0"), cidr!("::/0")];
/// ```
///
/// ```compile_fail
/// # use formwork_aws::types::cidr;
/// cidr!("10.0.0.0/33");
/// ```
///
/// ```compile_fail
/// # use formwork_aws::types::cidr;
/// cidr!("10.0.1.0/16"); // 10.0.0.0/16?
/// ```
#[macro_export]
macro_rules! cidr {
    ($text:expr) => {{
        // An item and no block, so that `cargo check` looks at it.
        const CIDR: $crate::types::Cidr = $crate::types::Cidr::__literal($text);
        CIDR
    }};
}

impl Cidr {
    /// The IPv4 network of this address and prefix.
    ///
    /// ```
    /// # use formwork_aws::types::Cidr;
    /// let peer = Cidr::v4([10, 1, 0, 0], 16)?;
    /// # assert_eq!(peer.to_string(), "10.1.0.0/16");
    /// # Ok::<(), formwork_aws::types::InvalidCidr>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The prefix is greater than 32, or bits are set after it.
    pub const fn v4(address: [u8; 4], prefix: u8) -> Result<Self, InvalidCidr> {
        Self::checked(false, u32::from_be_bytes(address) as u128, prefix)
    }

    /// The IPv6 network of this address and prefix.
    ///
    /// ```
    /// # use formwork_aws::types::Cidr;
    /// let vpc = Cidr::v6([0x2001, 0xdb8, 0x1234, 0x1a00, 0, 0, 0, 0], 56)?;
    /// assert_eq!(vpc.to_string(), "2001:db8:1234:1a00::/56");
    /// # Ok::<(), formwork_aws::types::InvalidCidr>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The prefix is greater than 128, or bits are set after it.
    pub const fn v6(segments: [u16; 8], prefix: u8) -> Result<Self, InvalidCidr> {
        let [a, b, c, d, e, f, g, h] = segments;
        Self::checked(true, Ipv6Addr::new(a, b, c, d, e, f, g, h).to_bits(), prefix)
    }

    const fn checked(v6: bool, bits: u128, prefix: u8) -> Result<Self, InvalidCidr> {
        let width = if v6 { 128 } else { 32 };
        if prefix > width {
            return Err(InvalidCidr::PrefixTooLong { most: width });
        }
        let network = Self { v6, bits: bits & !host_bits(width, prefix), prefix };
        if network.bits != bits {
            return Err(InvalidCidr::HostBits { address: address(v6, bits), network });
        }
        Ok(network)
    }

    #[doc(hidden)]
    #[expect(clippy::panic, reason = "it runs in constants, where it is a compile error")]
    pub const fn __literal(text: &str) -> Self {
        match parse::cidr(text) {
            Ok(cidr) => cidr,
            Err(InvalidCidr::NoPrefix { .. }) => panic!("an address without a prefix: end in /32 or /128"),
            Err(InvalidCidr::HostBits { .. }) => {
                panic!("bits are set after the prefix: write the network, such as 10.0.0.0/16")
            }
            Err(InvalidCidr::PrefixTooLong { .. }) => panic!("the prefix is longer than an address"),
            Err(_) => panic!("not a range of addresses such as 10.0.0.0/16"),
        }
    }

    const fn width(self) -> u8 {
        if self.v6 { 128 } else { 32 }
    }

    /// Whether this is an IPv6 network.
    pub const fn is_v6(self) -> bool {
        self.v6
    }

    /// The length of the prefix: 16 in `10.0.0.0/16`.
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// The first address, which names the network.
    pub const fn first(self) -> IpAddr {
        address(self.v6, self.bits)
    }

    /// The last address.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// assert_eq!(cidr!("10.0.0.0/16").last().to_string(), "10.0.255.255");
    /// ```
    pub const fn last(self) -> IpAddr {
        address(self.v6, self.last_bits())
    }

    const fn last_bits(self) -> u128 {
        self.bits | host_bits(self.width(), self.prefix)
    }

    /// The number of addresses; of `::/0`, which has one more than a `u128` can say, the greatest `u128`.
    ///
    /// In a subnet AWS keeps five of them.
    pub const fn size(self) -> u128 {
        host_bits(self.width(), self.prefix).saturating_add(1)
    }

    /// Whether all addresses of the other range are within this one. A range contains itself.
    pub const fn contains(self, other: Self) -> bool {
        self.v6 == other.v6
            && self.prefix <= other.prefix
            && other.bits & !host_bits(self.width(), self.prefix) == self.bits
    }

    /// Whether the address is within this range.
    pub fn contains_address(self, address: IpAddr) -> bool {
        self.contains(Self::from(address))
    }

    /// Whether any address is within both.
    pub const fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// All networks of the given prefix within this one, in order; none where the prefix is shorter than this one's or
    /// longer than an address.
    ///
    /// ```
    /// # use formwork_aws::types::{Cidr, cidr};
    /// let vpc = cidr!("10.0.0.0/16");
    /// let public: Vec<Cidr> = vpc.subnets(24).take(3).collect();
    /// let private: Vec<Cidr> = vpc.subnets(20).skip(1).take(3).collect();
    /// assert_eq!(public[2].to_string(), "10.0.2.0/24");
    /// assert_eq!(private[0].to_string(), "10.0.16.0/20");
    /// assert_eq!(vpc.subnets(24).nth(200), Some(cidr!("10.0.200.0/24"))); // at no cost
    /// ```
    pub const fn subnets(self, prefix: u8) -> Subnets {
        let exists = self.prefix <= prefix && prefix <= self.width();
        Subnets { of: self, prefix, next: if exists { Some(self.bits) } else { None } }
    }
}

/// The bits after a prefix.
const fn host_bits(width: u8, prefix: u8) -> u128 {
    match (u128::MAX >> (128 - width as u32)).checked_shr(prefix as u32) {
        Some(bits) => bits,
        None => 0,
    }
}

const fn address(v6: bool, bits: u128) -> IpAddr {
    match v6 {
        true => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        false => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
    }
}

/// The networks of one prefix within another one; see [`Cidr::subnets`].
#[derive(Clone, Debug)]
pub struct Subnets {
    of: Cidr,
    prefix: u8,
    next: Option<u128>,
}

impl Iterator for Subnets {
    type Item = Cidr;

    fn next(&mut self) -> Option<Cidr> {
        self.nth(0)
    }

    fn nth(&mut self, n: usize) -> Option<Cidr> {
        let host = host_bits(self.of.width(), self.prefix);
        let after = |bits: u128, n: u128| {
            let step = host.checked_add(1)?.checked_mul(n)?;
            bits.checked_add(step).filter(|bits| *bits <= self.of.last_bits())
        };
        // Without a step there is nothing to overflow: the only network of `::/0`.
        let bits = match (self.next, n) {
            (Some(bits), 0) => bits,
            (next, n) => match next.and_then(|bits| after(bits, n as u128)) {
                Some(bits) => bits,
                None => {
                    self.next = None;
                    return None;
                }
            },
        };
        self.next = after(bits, 1);
        Some(Cidr { bits, prefix: self.prefix, ..self.of })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(next) = self.next else { return (0, Some(0)) };
        let host = host_bits(self.of.width(), self.prefix);
        let more = match host.checked_add(1) {
            Some(step) => (self.of.last_bits() - next) / step,
            None => 0,
        };
        match usize::try_from(more).ok().and_then(|more| more.checked_add(1)) {
            Some(count) => (count, Some(count)),
            None => (usize::MAX, None),
        }
    }
}

impl FusedIterator for Subnets {}

/// One address: a `/32` or a `/128`.
impl From<IpAddr> for Cidr {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self { v6: false, bits: address.to_bits().into(), prefix: 32 },
            IpAddr::V6(address) => Self { v6: true, bits: address.to_bits(), prefix: 128 },
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.first(), self.prefix))
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cidr({self})")
    }
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        parse::cidr(text)
    }
}

/// What keeps a text or a pair of numbers from being a [`Cidr`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCidr {
    /// Something else than an address stands before the slash.
    NotAnAddress,
    /// Something else than a number stands after the slash.
    NotAPrefix,
    /// An address stands alone.
    NoPrefix {
        /// The address.
        address: IpAddr,
    },
    /// The prefix is longer than an address.
    PrefixTooLong {
        /// The greatest that there is.
        most: u8,
    },
    /// Bits are set after the prefix.
    HostBits {
        /// The address as it was given.
        address: IpAddr,
        /// The network that it is within.
        network: Cidr,
    },
}

impl InvalidCidr {
    fn finding(&self, text: &str) -> Finding {
        let finding = Finding::error("FW0701", format!("`{text}` is not a range of addresses"));
        match self {
            Self::HostBits { network, .. } => {
                finding.help(format!("the network that it is within: {network}"))
            }
            Self::NoPrefix { address } => {
                finding.help(format!("this address alone: {}", Cidr::from(*address)))
            }
            Self::NotAnAddress | Self::NotAPrefix | Self::PrefixTooLong { .. } => {
                finding.help(self.to_string())
            }
        }
    }
}

impl fmt::Display for InvalidCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress => f.write_str("write a range such as 10.0.0.0/16 or 2001:db8::/56"),
            Self::NotAPrefix => {
                f.write_str("write the length of the prefix after the slash, as in 10.0.0.0/16")
            }
            Self::NoPrefix { address } => {
                write!(f, "an address without a prefix: write {} for it alone", Cidr::from(*address))
            }
            Self::PrefixTooLong { most } => write!(f, "the prefix is at most /{most}"),
            Self::HostBits { address, network } => {
                write!(f, "{address} is an address within {network}: write {network}")
            }
        }
    }
}

impl Error for InvalidCidr {}

impl Cidr {
    fn input(self) -> Input<Self> {
        Input::new(Expr::Text(self.to_string().into()))
    }

    fn read(literal: &Expr) -> Option<Self> {
        literal.as_str()?.parse().ok()
    }
}
text_property!(Cidr);
text_in_config!(
    Cidr,
    "a range of addresses such as \"10.0.0.0/16\"",
    r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*)/[0-9]{1,3}$"
);

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, interpolate, json, pseudo};
    use proptest::prelude::*;

    use super::*;
    use crate::types::tests::{configured, given, given_json, said, written};

    #[test]
    fn a_property_takes_ranges_texts_and_expressions() {
        assert_eq!(written::<Cidr>(cidr!("10.0.0.0/16")), r#""10.0.0.0/16""#);
        assert_eq!(written::<Cidr>("10.0.0.0/16"), r#""10.0.0.0/16""#);
        assert_eq!(written::<Cidr>("2001:DB8:0::/56".to_owned()), r#""2001:db8::/56""#);
        assert_eq!(written::<Cidr>(pseudo::region()), r#"{"Ref":"AWS::Region"}"#);
        assert_eq!(written::<String>(cidr!("10.0.0.0/16")), r#""10.0.0.0/16""#);
        assert_eq!(written::<Vec<Cidr>>(["10.0.0.0/24", "10.0.1.0/24"]), r#"["10.0.0.0/24","10.0.1.0/24"]"#);
        let text: Output<String> = interpolate!("from {}", cidr!("10.0.0.0/16"));
        assert_eq!(written::<String>(text), r#""from 10.0.0.0/16""#);
    }

    #[test]
    fn a_wrong_literal_is_found_with_what_to_write() {
        assert_eq!(
            said::<Cidr>("10.0.1.0/16"),
            "error[FW0701]: `10.0.1.0/16` is not a range of addresses at Resources/R/Properties/P\n\
             help: the network that it is within: 10.0.0.0/16"
        );
        assert_eq!(
            said::<Cidr>("10.0.0.1"),
            "error[FW0701]: `10.0.0.1` is not a range of addresses at Resources/R/Properties/P\n\
             help: this address alone: 10.0.0.1/32"
        );
        assert_eq!(
            said::<Cidr>("anywhere".to_owned()),
            "error[FW0701]: `anywhere` is not a range of addresses at Resources/R/Properties/P\n\
             help: write a range such as 10.0.0.0/16 or 2001:db8::/56"
        );
        assert_eq!(
            said::<Vec<Cidr>>(["10.0.0.0/24", "10.0.1.0/40"]),
            "error[FW0701]: `10.0.1.0/40` is not a range of addresses at Resources/R/Properties/P/1\n\
             help: the prefix is at most /32"
        );
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<Cidr>("10.0.0.0/16").is(cidr!("10.0.0.0/16")));
        assert!(matches!(given::<Cidr>(pseudo::region()), Given::Expression(_)));
        assert!(matches!(given::<Cidr>("10.0.1.0/16"), Given::Unexpected(_)));
        assert!(matches!(given_json::<Cidr>(json!(10)), Given::Unexpected(_)));
    }

    #[test]
    fn a_configuration_says_it_as_text() {
        assert_eq!(configured::<Cidr>("\"10.0.0.0/16\""), Ok(cidr!("10.0.0.0/16")));
        assert_eq!(
            configured::<Cidr>("\"10.0.0.1/16\""),
            Err("`value`: \"10.0.0.1/16\": 10.0.0.1 is an address within 10.0.0.0/16: write 10.0.0.0/16"
                .to_owned())
        );
        assert_eq!(
            configured::<Cidr>("16"),
            Err("`value`: expected a string, found the integer 16".to_owned())
        );
        assert_eq!(serde_json::to_string(&cidr!("::/0")).unwrap(), "\"::/0\"");
    }

    #[test]
    fn the_whole_of_ipv6_is_no_special_case() {
        let all = cidr!("::/0");
        assert_eq!(all.size(), u128::MAX);
        assert_eq!(all.subnets(0).collect::<Vec<_>>(), [all]);
        assert_eq!(all.subnets(1).last(), Some(cidr!("8000::/1")));
        assert_eq!(all.subnets(128).size_hint(), (usize::MAX, None));
        assert_eq!(all.subnets(128).nth(1).map(|one| one.to_string()), Some("::1/128".to_owned()));
        assert!(all.contains(all) && all.contains_address(Ipv6Addr::LOCALHOST.into()));
        assert!(!all.overlaps(cidr!("0.0.0.0/0")));
        assert_eq!(cidr!("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128").subnets(128).count(), 1);
    }

    #[test]
    fn there_are_no_subnets_larger_than_the_network_or_smaller_than_an_address() {
        assert_eq!(cidr!("10.0.0.0/16").subnets(15).count(), 0);
        assert_eq!(cidr!("10.0.0.0/16").subnets(33).count(), 0);
        assert_eq!(cidr!("255.255.255.255/32").subnets(32).count(), 1);
        assert_eq!(cidr!("0.0.0.0/0").subnets(32).size_hint().0, 1 << 32);
    }

    fn any_cidr() -> impl Strategy<Value = Cidr> {
        let network = |v6: bool, bits: u128, prefix: u8| {
            let width = if v6 { 128 } else { 32 };
            Cidr { v6, bits: bits & !host_bits(width, prefix) & host_bits(width, 0), prefix }
        };
        // Few different bits, so that ranges often meet.
        let bits = prop_oneof![any::<u128>(), (0..8_u128).prop_map(|bits| bits << 29 | bits << 125)];
        prop_oneof![
            (bits.clone(), 0..=32_u8).prop_map(move |(bits, prefix)| network(false, bits, prefix)),
            (bits, 0..=128_u8).prop_map(move |(bits, prefix)| network(true, bits, prefix)),
        ]
    }

    proptest! {
        #[test]
        fn a_range_reads_as_it_is_shown(cidr in any_cidr()) {
            prop_assert_eq!(cidr.to_string().parse(), Ok(cidr));
            prop_assert_eq!(given::<Cidr>(cidr).into_literal(), Some(cidr));
        }

        #[test]
        fn addresses_are_read_as_the_standard_library_does(
            text in "[0-9a-f:.]{0,24}|([0-9a-f]{0,4}:){0,8}[0-9a-f]{0,5}|([0-9]{1,3}\\.){3}[0-9]{1,3}"
        ) {
            let read = parse::cidr(&text);
            match text.parse::<IpAddr>() {
                Ok(address) => prop_assert_eq!(read, Err(InvalidCidr::NoPrefix { address })),
                Err(_) => prop_assert_eq!(read, Err(InvalidCidr::NotAnAddress)),
            }
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = parse::cidr(&text);
        }

        #[test]
        fn subnets_partition_the_network(cidr in any_cidr(), longer in 0..10_u8) {
            let prefix = cidr.prefix + longer;
            let subnets: Vec<Cidr> = cidr.subnets(prefix).collect();
            if prefix > cidr.width() {
                prop_assert!(subnets.is_empty());
                return Ok(());
            }
            prop_assert_eq!(subnets.len(), 1 << longer);
            prop_assert_eq!(cidr.subnets(prefix).size_hint(), (subnets.len(), Some(subnets.len())));
            prop_assert_eq!(subnets[0].first(), cidr.first());
            prop_assert_eq!(subnets[subnets.len() - 1].last(), cidr.last());
            for (index, subnet) in subnets.iter().enumerate() {
                prop_assert!(cidr.contains(*subnet) && subnet.prefix() == prefix);
                prop_assert_eq!(cidr.subnets(prefix).nth(index), Some(*subnet));
            }
            for pair in subnets.windows(2) {
                prop_assert!(pair[0] < pair[1] && !pair[0].overlaps(pair[1]));
                prop_assert_eq!(pair[0].last_bits() + 1, pair[1].bits);
            }
        }

        #[test]
        fn ranges_overlap_when_they_share_an_address(one in any_cidr(), other in any_cidr()) {
            let shared = one.v6 == other.v6
                && one.bits.max(other.bits) <= one.last_bits().min(other.last_bits());
            prop_assert_eq!(one.overlaps(other), shared);
            prop_assert_eq!(one.overlaps(other), other.overlaps(one));
            let ends = one.contains_address(other.first()) && one.contains_address(other.last());
            prop_assert_eq!(one.contains(other), ends);
        }
    }
}
