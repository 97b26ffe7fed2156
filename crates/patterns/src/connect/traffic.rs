//! Protocols and their ports.

use std::ops::RangeInclusive;

use formwork_aws::types::{Port, PortRange};
use formwork_core::{Input, IntoInput};

/// A protocol and its ports. A number, a range, a [`Port`] or a [`PortRange`] is TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    pub(crate) protocol: Protocol,
    pub(crate) ports: Option<PortRange>,
}

/// What rules of security groups and entries of network ACLs call differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    All,
    Tcp,
    Udp,
    Icmp,
    Number(u8),
}

impl Traffic {
    /// Ports of TCP.
    pub fn tcp(ports: impl Into<PortRange>) -> Self {
        Self { protocol: Protocol::Tcp, ports: Some(ports.into()) }
    }

    /// Ports of UDP.
    pub fn udp(ports: impl Into<PortRange>) -> Self {
        Self { protocol: Protocol::Udp, ports: Some(ports.into()) }
    }

    /// Messages of ICMP, such as pings; ICMPv6 between addresses of IPv6.
    pub fn icmp() -> Self {
        Self { protocol: Protocol::Icmp, ports: None }
    }

    /// Another protocol by its number, such as 50 (ESP). Of those that have ports, all of them.
    pub fn protocol(number: u8) -> Self {
        match number {
            1 | 58 => Self::icmp(),
            6 => Self::tcp(PortRange::ALL),
            17 => Self::udp(PortRange::ALL),
            number => Self { protocol: Protocol::Number(number), ports: None },
        }
    }

    /// Every protocol and every port.
    pub fn all() -> Self {
        Self { protocol: Protocol::All, ports: None }
    }

    /// `8000`, `8000To8010`, `Udp53`, `All`: a part of a logical id.
    pub(crate) fn name(self) -> String {
        let protocol = match self.protocol {
            Protocol::All => "All".to_owned(),
            Protocol::Icmp => "Icmp".to_owned(),
            Protocol::Number(number) => format!("Protocol{number}"),
            Protocol::Udp => "Udp".to_owned(),
            Protocol::Tcp => String::new(),
        };
        let ports = match self.ports {
            None => String::new(),
            Some(ports) if ports.first() == ports.last() => ports.first().get().to_string(),
            Some(ports) => format!("{}To{}", ports.first().get(), ports.last().get()),
        };
        format!("{protocol}{ports}")
    }

    /// How rules of security groups name the protocol.
    pub(super) fn of_rule(self, v6: bool) -> String {
        match self.protocol {
            Protocol::All => "-1".to_owned(),
            Protocol::Tcp => "tcp".to_owned(),
            Protocol::Udp => "udp".to_owned(),
            Protocol::Icmp if v6 => "icmpv6".to_owned(),
            Protocol::Icmp => "icmp".to_owned(),
            Protocol::Number(number) => number.to_string(),
        }
    }

    /// The first and the last port of a rule; of ICMP the type and the code, of which -1 is every one.
    pub(super) fn of_rule_ports(self) -> Option<(Input<i64>, Input<i64>)> {
        let number = |port: Input<Port>| Input::new(port.into_expr());
        match (self.protocol, self.ports) {
            (Protocol::Icmp, _) => Some(((-1).into_input(), (-1).into_input())),
            (_, ports) => ports.map(|ports| (number(ports.from_port()), number(ports.to_port()))),
        }
    }
}

impl From<u16> for Traffic {
    fn from(port: u16) -> Self {
        Self::tcp(port)
    }
}
impl From<Port> for Traffic {
    fn from(port: Port) -> Self {
        Self::tcp(port)
    }
}
impl From<RangeInclusive<u16>> for Traffic {
    fn from(ports: RangeInclusive<u16>) -> Self {
        Self::tcp(ports)
    }
}
impl From<PortRange> for Traffic {
    fn from(ports: PortRange) -> Self {
        Self::tcp(ports)
    }
}
