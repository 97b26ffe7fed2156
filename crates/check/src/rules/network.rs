//! VPCs, subnets and what lies in them.

use std::{collections::HashSet, net::Ipv4Addr};

use crate::{
    context::{Resource, Value},
    rule::{Rule, Run, rule},
};

mod endpoints;
mod firewall;
mod groups;
mod ranges;
mod routes;

pub(super) use firewall::{Firewall, Protocol};
pub(super) use routes::Routes;

pub(super) const RULES: &[Rule] = &[
    rule!("FW1201", Error, Run::System(ranges::inside_their_vpc)),
    rule!("FW1202", Error, Run::System(ranges::apart)),
    rule!(
        "FW1203",
        Error,
        Run::Resource(&["AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock", "AWS::EC2::Subnet"], ranges::sizes)
    ),
    rule!("FW1204", Warning, Run::Resource(ranges::WITH_RANGES, ranges::host_bits)),
    rule!("FW1205", Error, Run::System(ranges::peers_apart)),
    rule!("FW1206", Warning, Run::System(routes::wait_for_the_gateway)),
    rule!("FW1207", Error, Run::Resource(&["AWS::EC2::Route"], routes::one_target)),
    rule!("FW1208", Error, Run::System(routes::one_route_per_destination)),
    rule!("FW1209", Error, Run::System(routes::one_table_per_subnet)),
    rule!("FW1210", Error, Run::System(routes::translators_reach_the_internet)),
    rule!("FW1211", Error, Run::Resource(groups::WITH_DESCRIPTIONS, groups::words)),
    rule!("FW1212", Error, Run::Resource(groups::WITH_RULES, groups::ports)),
    rule!("FW1213", Error, Run::System(groups::no_rule_twice)),
    rule!("FW1214", Warning, Run::Resource(&["AWS::EC2::VPCEndpoint"], endpoints::used)),
    rule!("FW1215", Warning, Run::System(groups::egress_is_restricted)),
    rule!("FW1216", Warning, Run::System(endpoints::admit_somebody)),
    rule!("FW1217", Error, Run::System(endpoints::accepted)),
    rule!("FW1218", Error, Run::Resource(&["AWS::EC2::FlowLog"], endpoints::flow_logs)),
    rule!("FW1219", Error, Run::System(groups::access_lists)),
];

/// A range of IPv4 addresses: the first one and the last one.
fn range(text: &str) -> Option<(u32, u32)> {
    let (address, length) = text.split_once('/')?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    Some((address & !host, address | host))
}

/// What a value stands for: values that stand for the same are equal, even if nobody knows yet what it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// A resource, by template and number.
    Made(u32, u32),
    /// An id or an ARN as it was written.
    Named(String),
    /// A parameter, by template and name.
    Given(u32, String),
}

impl Who {
    pub(super) fn of(value: Value<'_>) -> Option<Self> {
        if let Some(resource) = value.resource() {
            return Some(Self::made(resource));
        }
        if let Some(text) = value.text() {
            return Some(Self::Named(text.into_owned()));
        }
        match value.function() {
            Some(("Ref", name)) => name
                .text()
                .filter(|name| !name.starts_with("AWS::"))
                .map(|name| Self::Given(value.template, name.into_owned())),
            _ => None,
        }
    }

    pub(super) fn made(resource: Resource<'_>) -> Self {
        Self::Made(resource.template, resource.index)
    }
}

/// The resource of one of these types that a value refers to.
pub(super) fn made<'a>(value: Value<'a>, kind: &str) -> Option<Resource<'a>> {
    value.resource().filter(|resource| resource.kind() == kind)
}

/// How many steps are taken to find out what waits for what; beyond that, everything counts as waiting.
pub(super) const PATIENCE: usize = 2_000_000;

/// Whether CloudFormation makes one of `others` before `resource`.
pub(super) fn waits<'a>(resource: Resource<'a>, others: &[Resource<'a>], patience: &mut usize) -> bool {
    let mut seen = HashSet::from([resource]);
    let mut open = vec![resource];
    while let Some(resource) = open.pop() {
        for reference in resource.references() {
            *patience = patience.saturating_sub(others.len().max(1));
            if *patience == 0 || others.contains(&reference.to) {
                return true;
            }
            if seen.insert(reference.to) {
                open.push(reference.to);
            }
        }
    }
    false
}

/// What is found in a template: codes and messages.
#[cfg(test)]
pub(super) fn spoken(text: &str) -> Vec<(String, String)> {
    let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
    let own = report.findings.iter().filter(|finding| finding.code.starts_with("FW12"));
    own.map(|finding| (finding.code.to_string(), finding.message.clone())).collect()
}

/// The codes that are found in a template, in order.
#[cfg(test)]
pub(super) fn codes(text: &str) -> Vec<String> {
    spoken(text).into_iter().map(|(code, _)| code).collect()
}

/// How often a code is found in a template.
#[cfg(test)]
pub(super) fn count(code: &str, text: &str) -> usize {
    codes(text).iter().filter(|found| *found == code).count()
}

#[cfg(test)]
mod tests;
