//! What security groups let through.

use std::collections::HashMap;

use super::{Who, made};
use crate::context::{Context, Resource, Value};

/// A protocol of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Protocol {
    All,
    Number(u8),
}

impl Protocol {
    pub(in crate::rules) const TCP: Self = Self::Number(6);
    pub(in crate::rules) const UDP: Self = Self::Number(17);

    pub(in crate::rules) fn of(value: Value<'_>) -> Option<Self> {
        let text = value.text()?.to_ascii_lowercase();
        match &*text {
            "-1" | "all" => Some(Self::All),
            "tcp" => Some(Self::TCP),
            "udp" => Some(Self::UDP),
            "icmp" => Some(Self::Number(1)),
            "icmpv6" => Some(Self::Number(58)),
            _ => text.parse().ok().map(Self::Number),
        }
    }

    pub(in crate::rules) fn has_ports(self) -> bool {
        self == Self::TCP || self == Self::UDP
    }
}

/// Rules of all security groups, where they stand.
#[derive(Default)]
pub(in crate::rules) struct Firewall<'a> {
    ingress: HashMap<Resource<'a>, Vec<Value<'a>>>,
    egress: HashMap<Resource<'a>, Vec<Value<'a>>>,
    /// The ingress rules once more, read.
    open: HashMap<Resource<'a>, Vec<Open<'a>>>,
    /// Whether there is a rule of a group that nobody knows.
    loose: bool,
}

/// Whom an ingress rule lets in, and where.
struct Open<'a> {
    protocol: Option<Protocol>,
    ports: Option<(i64, i64)>,
    /// Whether it is for addresses, which may be anybody's.
    addresses: bool,
    group: Option<Resource<'a>>,
}

impl<'a> Open<'a> {
    fn new(rule: Value<'a>) -> Self {
        let addresses = ["CidrIp", "CidrIpv6", "SourcePrefixListId"];
        Self {
            protocol: Protocol::of(rule.get("IpProtocol")),
            ports: rule.get("FromPort").integer().zip(rule.get("ToPort").integer()),
            addresses: addresses.iter().any(|name| rule.get(name).is_set()),
            group: made(rule.get("SourceSecurityGroupId"), GROUP),
        }
    }

    /// Whether it lets somebody in on a port, of the groups that are given or at all.
    fn lets_in(&self, protocol: Protocol, port: i64, from: Option<&[Resource<'a>]>) -> Option<bool> {
        let own = self.protocol?;
        if own != Protocol::All {
            if own != protocol {
                return Some(false);
            }
            let (first, last) = self.ports?;
            // A rule with -1 on both ends is for all ports.
            if !(first..=last).contains(&port) && (first, last) != (-1, -1) {
                return Some(false);
            }
        }
        match from {
            Some(from) if !self.addresses => Some(from.contains(&self.group?)),
            _ => Some(true),
        }
    }
}

/// A network interface has at most so many rules; of groups with more, nothing is known.
const RULES: usize = 1000;

pub(in crate::rules) const GROUP: &str = "AWS::EC2::SecurityGroup";

/// The rules of a list within a group; none if they are not all known.
fn listed<'a>(list: Value<'a>) -> Option<Vec<Value<'a>>> {
    let items = list.items();
    if list.is_set() && (list.is_unknown() || items.iter().any(|rule| rule.is_unknown())) {
        return None;
    }
    Some(items)
}

impl<'a> Firewall<'a> {
    pub(in crate::rules) fn new(context: &'a Context<'a>) -> Self {
        let mut firewall = Self::default();
        for group in context.of_type(GROUP) {
            if let Some(rules) = listed(group.get("SecurityGroupIngress")) {
                firewall.ingress.insert(group, rules);
            }
            if let Some(rules) = listed(group.get("SecurityGroupEgress")) {
                firewall.egress.insert(group, rules);
            }
        }
        for kind in ["AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"] {
            for rule in context.of_type(kind) {
                let group = rule.get("GroupId");
                let Some(group) = made(group, GROUP) else {
                    firewall.loose |= Who::of(group).is_none_or(|who| matches!(who, Who::Given(..)));
                    continue;
                };
                let rules = match kind {
                    "AWS::EC2::SecurityGroupIngress" => firewall.ingress.get_mut(&group),
                    _ => firewall.egress.get_mut(&group),
                };
                if let Some(rules) = rules {
                    rules.push(rule.value().get("Properties"));
                }
            }
        }
        let ingress = firewall.ingress.iter().filter(|(_, rules)| rules.len() <= RULES);
        for (group, rules) in ingress {
            firewall.open.insert(*group, rules.iter().map(|rule| Open::new(*rule)).collect());
        }
        firewall
    }

    /// All rules that are known, by group, in the order of the templates; whether they let something out.
    pub(in crate::rules) fn all(&self) -> Vec<(Resource<'a>, bool, &[Value<'a>])> {
        let mut all: Vec<_> =
            self.ingress.iter().map(|(group, rules)| (*group, false, rules.as_slice())).collect();
        all.extend(self.egress.iter().map(|(group, rules)| (*group, true, rules.as_slice())));
        all.sort_by_key(|(group, egress, _)| (group.template, group.index, *egress));
        all
    }

    /// Whether any of some groups has a rule for what comes in.
    pub(in crate::rules) fn has_rules(&self, groups: &[Value<'a>]) -> bool {
        let of = |group: &Value<'a>| made(*group, GROUP).and_then(|group| self.open.get(&group));
        groups.iter().filter_map(of).any(|rules| !rules.is_empty())
    }

    /// Whether any of some groups lets somebody in on a port; `None` where not everything is known.
    pub(in crate::rules) fn admits(
        &self,
        groups: &[Value<'a>],
        protocol: Protocol,
        port: i64,
        from: Option<&[Resource<'a>]>,
    ) -> Option<bool> {
        if groups.is_empty() || self.loose {
            return None;
        }
        let mut known = true;
        for group in groups {
            let Some(rules) = made(*group, GROUP).and_then(|group| self.open.get(&group)) else {
                known = false;
                continue;
            };
            for rule in rules {
                match rule.lets_in(protocol, port, from) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => known = false,
                }
            }
        }
        known.then_some(false)
    }
}
