//! Ranges of ports.

use std::{borrow::Cow, error::Error, fmt, ops::RangeInclusive, str::FromStr};

use formwork_core::{Finding, Input, IntoInput};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Port;

/// One port or a range of them, as the rules of security groups have.
///
/// ```
/// use formwork_aws::types::{Port, PortRange};
///
/// let one = PortRange::from(443);
/// let some: PortRange = (8000..=8100).into();
/// assert!(some.contains(Port::new(8080)) && !some.contains(Port::HTTPS));
/// assert_eq!((one.first(), one.last()), (Port::HTTPS, Port::HTTPS));
/// assert_eq!(some.to_string(), "8000-8100");
/// ```
///
/// A range that ends before it begins is a finding, `FW0706`, where it goes into a property; that is how a program
/// says it without an error to handle. [`PortRange::try_new`] is for numbers from elsewhere.
///
/// Configuration files have a number or text: `443`, `"8000-8100"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    first: Port,
    last: Port,
}

impl PortRange {
    /// All ports.
    pub const ALL: Self = Self { first: Port::new(0), last: Port::new(65535) };

    /// The ports that clients pick for their end of a connection: 1024 to 65535.
    ///
    /// Network ACLs must let the answers to them through. NAT gateways and load balancers use all of them, Linux and
    /// Windows parts.
    // docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html
    pub const fn ephemeral() -> Self {
        Self { first: Port::new(1024), last: Port::new(65535) }
    }

    /// The range of these ports, both included.
    ///
    /// # Errors
    ///
    /// The last one is before the first one.
    pub const fn try_new(first: u16, last: u16) -> Result<Self, InvalidPortRange> {
        match first <= last {
            true => Ok(Self { first: Port::new(first), last: Port::new(last) }),
            false => Err(InvalidPortRange::Empty { first, last }),
        }
    }

    /// The first port.
    pub const fn first(self) -> Port {
        self.first
    }

    /// The last port.
    pub const fn last(self) -> Port {
        self.last
    }

    /// Whether the last port is before the first one.
    pub fn is_empty(self) -> bool {
        self.last < self.first
    }

    /// Whether the port is within the range.
    pub fn contains(self, port: Port) -> bool {
        self.first <= port && port <= self.last
    }

    /// What goes into a property such as `FromPort`.
    pub fn from_port(self) -> Input<Port> {
        self.first.into_input()
    }

    /// What goes into a property such as `ToPort`; where the range is empty, that is said here.
    pub fn to_port(self) -> Input<Port> {
        let input = self.last.into_input();
        match Self::try_new(self.first.get(), self.last.get()) {
            Ok(_) => input,
            Err(error) => input.remarked(
                Finding::error("FW0706", error.to_string())
                    .help(format!("write it as {}..={}", self.last, self.first)),
            ),
        }
    }
}

impl From<u16> for PortRange {
    fn from(port: u16) -> Self {
        Port::new(port).into()
    }
}

impl From<Port> for PortRange {
    fn from(port: Port) -> Self {
        Self { first: port, last: port }
    }
}

impl From<RangeInclusive<u16>> for PortRange {
    fn from(range: RangeInclusive<u16>) -> Self {
        Self { first: Port::new(*range.start()), last: Port::new(*range.end()) }
    }
}

/// `443` or `8000-8100`.
impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => self.first.fmt(f),
            false => f.pad(&format!("{}-{}", self.first, self.last)),
        }
    }
}

impl FromStr for PortRange {
    type Err = InvalidPortRange;

    fn from_str(text: &str) -> Result<Self, InvalidPortRange> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().map_err(|_| InvalidPortRange::Form),
            false => Err(InvalidPortRange::Form),
        };
        Self::try_new(port(first)?, port(last)?)
    }
}

/// What keeps a text or a pair of numbers from being a [`PortRange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPortRange {
    /// It is neither a port nor two with a hyphen between them.
    Form,
    /// The last port is before the first one.
    Empty {
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
}

impl fmt::Display for InvalidPortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("write a port from 0 to 65535, or two such as \"8000-8100\""),
            Self::Empty { first, last } => {
                write!(f, "no port is between {first} and {last}: the range ends before it begins")
            }
        }
    }
}

impl Error for InvalidPortRange {}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.first == self.last {
            true => self.first.serialize(serializer),
            false => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText)
    }
}

struct NumberOrText;

impl de::Visitor<'_> for NumberOrText {
    type Value = PortRange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port from 0 to 65535, or a range such as \"8000-8100\"")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<PortRange, E> {
        let port = u16::try_from(number);
        port.map(PortRange::from).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<PortRange, E> {
        let port = u16::try_from(number);
        port.map(PortRange::from).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PortRange, E> {
        text.parse().map_err(|error| E::custom(format_args!("{text:?}: {error}")))
    }
}

impl JsonSchema for PortRange {
    fn schema_name() -> Cow<'static, str> {
        "PortRange".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::PortRange").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a port, or a range such as \"8000-8100\"",
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": 65535,
            "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::tests::{configured, given, said, written};

    #[test]
    fn both_ends_go_into_properties() {
        let range = PortRange::from(8000..=8100);
        assert_eq!(written::<Port>(range.from_port()), "8000");
        assert_eq!(written::<Port>(range.to_port()), "8100");
        assert!(given::<Port>(PortRange::from(80).to_port()).is(Port::HTTP));
        assert_eq!(PortRange::ephemeral().to_string(), "1024-65535");
        assert!(PortRange::ALL.contains(Port::new(0)) && PortRange::ALL.contains(Port::new(65535)));
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_found() {
        let (first, last) = (8100, 8000);
        let range = PortRange::from(first..=last);
        assert!(range.is_empty() && !range.contains(Port::new(8050)));
        assert_eq!(
            said::<Port>(range.to_port()),
            "error[FW0706]: no port is between 8100 and 8000: the range ends before it begins \
             at Resources/R/Properties/P\n\
             help: write it as 8000..=8100"
        );
        assert_eq!(PortRange::try_new(first, last), Err(InvalidPortRange::Empty { first, last }));
    }

    #[test]
    fn a_configuration_says_a_number_or_text() {
        assert_eq!(configured::<PortRange>("443"), Ok(PortRange::from(443)));
        assert_eq!(configured::<PortRange>("\"443\""), Ok(PortRange::from(443)));
        assert_eq!(configured::<PortRange>("\"8000-8100\""), Ok(PortRange::from(8000..=8100)));
        assert_eq!(
            configured::<PortRange>("\"8100-8000\""),
            Err("`value`: \"8100-8000\": no port is between 8100 and 8000: the range ends before it begins"
                .to_owned())
        );
        for text in ["", "-", "80-", "80-90-100", "+80", "99999", "http"] {
            assert_eq!(text.parse::<PortRange>(), Err(InvalidPortRange::Form), "{text}");
        }
        assert!(configured::<PortRange>("70000").is_err());
        assert!(configured::<PortRange>("-1").is_err());
        let shown = serde_json::to_string(&[PortRange::from(443), PortRange::from(1..=2)]).unwrap();
        assert_eq!(shown, "[443,\"1-2\"]");
    }
}
