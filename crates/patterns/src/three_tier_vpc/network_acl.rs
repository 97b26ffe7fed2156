//! Network ACLs: a second wall around the subnets of a tier, which knows no connections.
//!
//! An ACL sees each packet for itself, so that every way in needs a way back for the answers, which go to whatever port
//! the client picked. Questions to Amazon's name server and clock pass it anyway.
// docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html, nacl-ephemeral-ports.html

use std::ops::RangeInclusive;

use formwork_aws::{
    ec2::{self, network_acl_entry as entry},
    types::{Cidr, PortRange, cidr},
};
use formwork_core::{Builder as _, Finding, Id, Output, Scope};

use super::{Layer, Routing, named};
use crate::{
    Traffic,
    connect::Protocol,
    place::{Said, report},
};

/// So many entries of one direction and family an ACL takes, unless AWS was asked for more.
// docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const MOST: usize = 20;

/// So many it takes if AWS was asked.
const MOST_EVER: usize = 40;

/// An entry of a tier's network ACL, besides those that the network makes.
#[derive(Clone, Copy, Debug)]
pub struct AclEntry {
    allow: bool,
    inward: bool,
    range: Cidr,
    traffic: Traffic,
}

impl AclEntry {
    /// Lets a range of addresses in, and the answers out.
    pub fn allow_from(range: Cidr, traffic: impl Into<Traffic>) -> Self {
        Self { allow: true, inward: true, range, traffic: traffic.into() }
    }

    /// Lets packets out to a range of addresses, and the answers in.
    pub fn allow_to(range: Cidr, traffic: impl Into<Traffic>) -> Self {
        Self { allow: true, inward: false, range, traffic: traffic.into() }
    }

    /// Keeps a range of addresses out, whatever else is allowed.
    pub fn deny_from(range: Cidr, traffic: impl Into<Traffic>) -> Self {
        Self { allow: false, inward: true, range, traffic: traffic.into() }
    }

    /// Lets nothing out to a range of addresses, whatever else is allowed.
    pub fn deny_to(range: Cidr, traffic: impl Into<Traffic>) -> Self {
        Self { allow: false, inward: false, range, traffic: traffic.into() }
    }
}

/// A range of addresses that is known now, or one that is known at deployment.
#[derive(Clone)]
enum Range {
    Known(Cidr),
    V6(Output<String>),
}

impl Range {
    fn is_v6(&self) -> bool {
        match self {
            Self::Known(range) => range.is_v6(),
            Self::V6(_) => true,
        }
    }
}

/// What may pass, as it is numbered.
struct Line {
    number: u32,
    allow: bool,
    inward: bool,
    traffic: Traffic,
    range: Range,
}

/// An ACL with what belongs to it.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) acl: ec2::NetworkAcl,
    pub(super) entries: Vec<ec2::NetworkAclEntry>,
    pub(super) associations: Vec<ec2::SubnetNetworkAclAssociation>,
}

/// What an ACL is made from.
pub(super) struct Walls<'p> {
    pub(super) vpc: ec2::Vpc,
    pub(super) range: Cidr,
    /// The block of IPv6, which subnets and entries wait for.
    pub(super) ipv6: Option<ec2::VpcCidrBlock>,
    /// What is allowed into isolated tiers: where services run.
    pub(super) services: Option<&'p Layer>,
    pub(super) own: &'p [Said<(super::Tier, AclEntry)>],
}

/// What clients listen on for answers; not 3389, where Windows would listen for remote desktops.
const FROM_ANYWHERE: [RangeInclusive<u16>; 2] = [1024..=3388, 3390..=65535];

/// What the answers to some traffic are: those that come in from anywhere in two parts.
fn answers(traffic: Traffic, from_anywhere: bool) -> Vec<Traffic> {
    let of: fn(PortRange) -> Traffic = match traffic.protocol {
        Protocol::Tcp => Traffic::tcp,
        Protocol::Udp => Traffic::udp,
        Protocol::All | Protocol::Icmp | Protocol::Number(_) => return vec![traffic],
    };
    match from_anywhere {
        true => FROM_ANYWHERE.map(|ports| of(ports.into())).to_vec(),
        false => vec![of(PortRange::ephemeral())],
    }
}

impl Walls<'_> {
    /// The ACL of a tier with its entries, and what puts it before the subnets of the tier.
    ///
    /// An ACL without entries lets nothing through: subnets get it after all of its entries are there, and are rid of it
    /// before the first one goes.
    pub(super) fn make(&self, scope: Scope<'_>, layer: &Layer) -> Made {
        let name = format!("{}Acl", layer.tier.name());
        let acl = scope.add(name.clone(), named(ec2::NetworkAcl::builder().vpc_id(self.vpc), scope, &name));
        let mut lines = self.lines(layer);
        for inward in [true, false] {
            for v6 in [true, false] {
                let same = |line: &&Line| line.inward == inward && line.range.is_v6() == v6;
                let count = lines.iter().filter(same).count();
                if let Some(said) = self.own_of(layer).last().filter(|_| count > MOST) {
                    let message =
                        format!("the network ACL of the tier `{}` has {count} entries", layer.tier.name());
                    let finding = match count > MOST_EVER {
                        true => Finding::error("FW3011", message),
                        false => Finding::warning("FW3011", message),
                    };
                    let help = format!(
                        "AWS takes {MOST} in one direction unless asked for up to {MOST_EVER}: merge ranges"
                    );
                    report(&scope, finding.help(help), said.at);
                }
                // What is beyond was reported, and nothing else is said of it.
                let mut left = MOST_EVER;
                lines.retain(|line| {
                    let of_these = same(&line);
                    let fits = !of_these || left > 0;
                    left = left.saturating_sub(usize::from(of_these));
                    fits
                });
            }
        }
        let entry = |line: Line| {
            let direction = if line.inward { "In" } else { "Out" };
            self.entry(scope, acl, &format!("{name}{direction}{}", line.number), line)
        };
        let entries: Vec<ec2::NetworkAclEntry> = lines.into_iter().map(entry).collect();
        let association = |(subnet, zone): (&Output<Id<ec2::Subnet>>, u32)| {
            let association = ec2::SubnetNetworkAclAssociation::builder()
                .network_acl_id(acl)
                .subnet_id(subnet)
                .depends_on(&entries);
            scope.add(format!("{}{zone}Acl", layer.tier.name()), association)
        };
        let associations = layer.subnets.iter().zip(1..).map(association).collect();
        Made { acl, entries, associations }
    }

    fn own_of(&self, layer: &Layer) -> impl Iterator<Item = &Said<(super::Tier, AclEntry)>> {
        self.own.iter().filter(move |said| said.value.0 == layer.tier)
    }

    fn lines(&self, layer: &Layer) -> Vec<Line> {
        let mut lines = Vec::new();
        // The same for both families, where there are two.
        let mut both = |number: u32, inward: bool, traffic: Traffic, v4: Cidr, v6: Option<Range>| {
            lines.push(Line { number, allow: true, inward, traffic, range: Range::Known(v4) });
            let v6 = v6.filter(|_| self.ipv6.is_some());
            lines.extend(v6.map(|range| Line { number: number + 5, allow: true, inward, traffic, range }));
        };
        let anywhere = cidr!("0.0.0.0/0");
        let anywhere_v6 = || Some(Range::Known(cidr!("::/0")));
        let network_v6 = || Some(Range::V6(self.vpc.ipv6_cidr_blocks().select(0)));
        if layer.routing == Routing::Isolated {
            let answers = Traffic::tcp(PortRange::ephemeral());
            let services = self.services.filter(|services| services.tier != layer.tier);
            for (number, range, v6) in services.into_iter().flat_map(Layer::ranges_by_number) {
                both(200 + number, true, Traffic::tcp(PortRange::ALL), range, v6.clone().map(Range::V6));
                both(200 + number, false, answers, range, v6.map(Range::V6));
            }
            // Copies of data go from zone to zone.
            for (number, range, v6) in layer.ranges_by_number() {
                both(300 + number, true, Traffic::all(), range, v6.clone().map(Range::V6));
                both(300 + number, false, Traffic::all(), range, v6.map(Range::V6));
            }
        } else {
            both(100, true, Traffic::all(), self.range, network_v6());
            both(100, false, Traffic::all(), self.range, network_v6());
            // Clients come, and the network is a client itself: of HTTP and HTTPS unless more is said.
            for (number, port) in [(110, 80), (120, 443)] {
                if layer.routing == Routing::Public {
                    both(number, true, Traffic::tcp(port), anywhere, anywhere_v6());
                }
                both(number, false, Traffic::tcp(port), anywhere, anywhere_v6());
            }
            for (number, ports) in [130, 140].into_iter().zip(FROM_ANYWHERE) {
                both(number, true, Traffic::tcp(ports), anywhere, anywhere_v6());
            }
            if layer.routing == Routing::Public {
                both(130, false, Traffic::tcp(PortRange::ephemeral()), anywhere, anywhere_v6());
            }
            // Routers say by ICMP that a packet is too large for them.
            both(150, true, Traffic::icmp(), anywhere, anywhere_v6());
            both(150, false, Traffic::icmp(), anywhere, anywhere_v6());
        }
        // So many denials, inward and outward.
        let mut denied = [0, 0];
        for (said, index) in self.own_of(layer).zip(0..) {
            let AclEntry { allow, inward, range, traffic } = said.value.1;
            let denied = &mut denied[usize::from(inward)];
            *denied += u32::from(!allow);
            // Before the network's own entries; with so many there are too many of one family, which is reported.
            if !allow && *denied >= 100 {
                continue;
            }
            // The first entry that matches decides.
            let number = if allow { 1000 + 10 * index } else { *denied };
            lines.push(Line { number, allow, inward, traffic, range: Range::Known(range) });
            let back = answers(traffic, !inward && range.prefix() == 0);
            for (traffic, number) in back.into_iter().zip(number + 1..).filter(|_| allow) {
                lines.push(Line { number, allow, inward: !inward, traffic, range: Range::Known(range) });
            }
        }
        lines.sort_by_key(|line| (!line.inward, line.number));
        lines
    }

    fn entry(&self, scope: Scope<'_>, acl: ec2::NetworkAcl, name: &str, line: Line) -> ec2::NetworkAclEntry {
        let v6 = line.range.is_v6();
        let number = match line.traffic.protocol {
            Protocol::All => -1,
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
            Protocol::Icmp if v6 => 58,
            Protocol::Icmp => 1,
            Protocol::Number(number) => i64::from(number),
        };
        let ports = line.traffic.ports.map(|ports| {
            let (first, last): (i64, i64) = (ports.first().get().into(), ports.last().get().into());
            entry::PortRange::builder().from(first).to(last)
        });
        // Every type and every code.
        let icmp =
            (line.traffic.protocol == Protocol::Icmp).then(|| entry::Icmp::builder().type_(-1).code(-1));
        let builder = ec2::NetworkAclEntry::builder()
            .network_acl_id(acl.id())
            .rule_number(line.number)
            .egress(!line.inward)
            .rule_action(if line.allow { entry::RuleAction::Allow } else { entry::RuleAction::Deny })
            .protocol(number)
            .port_range(ports)
            .icmp(icmp);
        let builder = match line.range {
            Range::Known(range) if v6 => builder.ipv6_cidr_block(range),
            Range::Known(range) => builder.cidr_block(range),
            Range::V6(range) => builder.ipv6_cidr_block(range).depends_on(self.ipv6),
        };
        scope.add(name.to_owned(), builder)
    }
}
