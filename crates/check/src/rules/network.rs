//! VPCs, subnets and what lies in them.

use std::{collections::HashSet, net::IpAddr};

use crate::{
    context::{Piece, Resource, Value},
    document::Content,
    rule::{Rule, Run, rule},
};

mod endpoints;
mod firewall;
mod groups;
mod members;
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
    rule!("FW1220", Error, Run::System(members::in_one_vpc)),
];

/// A range of addresses as it was written: an address, and the length of the prefix.
pub(super) fn cidr(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.trim().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let digits = length.bytes().all(|byte| byte.is_ascii_digit());
    Some((address, length.parse().ok().filter(|length| digits && *length <= most)?))
}

/// A range of IPv4 addresses: the first one and the last one.
pub(super) fn range(text: &str) -> Option<(u32, u32)> {
    let (IpAddr::V4(address), length) = cidr(text)? else { return None };
    let address = u32::from(address);
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    Some((address & !host, address | host))
}

/// Whether a range is the whole internet, or half of it.
pub(super) fn is_everywhere(text: &str) -> bool {
    match cidr(text) {
        Some((IpAddr::V4(_), length)) => length <= 1,
        // All addresses that there are so far begin with the bits 001.
        Some((IpAddr::V6(address), length)) => {
            length == 0
                || length <= 3 && (0x2000 ^ address.segments().first().unwrap_or(&0)) >> (16 - length) == 0
        }
        None => false,
    }
}

/// What a text is compared by; what a resource yields and pseudo parameters are unknown, but the same everywhere.
pub(super) fn form(value: Value<'_>) -> Option<String> {
    let mut form = String::new();
    for piece in value.pieces() {
        match piece {
            Piece::Text(text) => form.push_str(&text),
            Piece::Yields(resource, attribute) => {
                let (template, id) = (resource.template, resource.id());
                form.push_str(&format!("${{{template}.{id}.{}}}", attribute.unwrap_or_default()));
            }
            Piece::Pseudo(pseudo) => form.push_str(&format!("${{{pseudo}}}")),
            Piece::Unknown => return None,
        }
    }
    Some(form)
}

/// The zone of a subnet, or what stands for it: subnets with the same are in one zone. The number is that in a list.
pub(super) fn zone(subnet: Resource<'_>) -> Option<(Option<i64>, Who)> {
    let names = ["AvailabilityZone", "AvailabilityZoneId"];
    let value = names.iter().map(|name| subnet.get(name)).find(|it| it.is_set())?;
    if let (Some(("Fn::Select", argument)), None) = (value.function(), value.text()) {
        let items = argument.items();
        let [index, list] = items.as_slice() else { return None };
        let list = match list.function() {
            Some(("Fn::GetAZs", region)) => match region.text() {
                Some(region) if !region.is_empty() && subnet.region() != Some(&*region) => return None,
                _ => Who::Named(format!("zones of {}", subnet.region().unwrap_or_default())),
            },
            _ => Who::of(*list)?,
        };
        return Some((Some(index.integer()?), list));
    }
    let who = Who::of(value).or_else(|| form(value).filter(|form| !form.is_empty()).map(Who::Named))?;
    Some((None, who))
}

/// Whether a value is certainly one subnet, in a zone of which a balancer or a database needs another one as well.
pub(super) fn is_one_subnet(value: Value<'_>) -> bool {
    if let Some(subnet) = value.resource() {
        // On an Outpost or in a Local Zone, one subnet is enough.
        let local = subnet.get("AvailabilityZone").text().is_some_and(|zone| zone.matches('-').count() > 2);
        return subnet.kind() == "AWS::EC2::Subnet" && subnet.get("OutpostArn").is_absent() && !local;
    }
    if let Some(id) = value.text() {
        return id.starts_with("subnet-") && !id.contains(',');
    }
    let Some(("Ref", name)) = value.function() else { return false };
    let (Content::Text(name), Some(template)) = (name.content(), value.context.template(value.template))
    else {
        return false;
    };
    let declared = template.entry("Parameters", name).map(|node| value.context.value(value.template, node));
    let kind = declared.and_then(|declared| declared.entry("Type")).map(Value::content);
    matches!(
        kind,
        Some(Content::Text("AWS::EC2::Subnet::Id" | "AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>"))
    )
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
