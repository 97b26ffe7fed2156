//! Ranges of addresses: of VPCs, of subnets, of rules.

use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv4Addr},
};

use formwork_core::Severity;

use super::{PATIENCE, Who, cidr, made, range, waits};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// A range that a resource has, and where it says so.
#[derive(Clone)]
struct Range<'a> {
    first: u32,
    last: u32,
    text: String,
    at: Value<'a>,
    of: Resource<'a>,
}

fn range_of<'a>(of: Resource<'a>, at: Value<'a>) -> Option<Range<'a>> {
    let text = at.text()?.into_owned();
    let (first, last) = range(&text)?;
    Some(Range { first, last, text, at, of })
}

/// The ranges of all VPCs; of a VPC whose ranges are not all known, none.
fn ranges_of_vpcs<'a>(context: &'a Context<'a>) -> HashMap<Resource<'a>, Vec<Range<'a>>> {
    let mut vpcs = HashMap::new();
    for vpc in context.of_type("AWS::EC2::VPC") {
        if let Some(range) = range_of(vpc, vpc.get("CidrBlock")) {
            vpcs.insert(vpc, vec![range]);
        }
    }
    for more in context.of_type("AWS::EC2::VPCCidrBlock") {
        let Some(vpc) = made(more.get("VpcId"), "AWS::EC2::VPC") else { continue };
        let version6 = ["AmazonProvidedIpv6CidrBlock", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6Pool"];
        match (range_of(more, more.get("CidrBlock")), vpcs.get_mut(&vpc)) {
            (Some(range), Some(ranges)) => ranges.push(range),
            (None, Some(_))
                if more.get("CidrBlock").is_set() || version6.iter().all(|it| more.get(it).is_absent()) =>
            {
                vpcs.remove(&vpc);
            }
            _ => {}
        }
    }
    for ranges in vpcs.values_mut() {
        ranges.sort_by_key(|range| range.first);
    }
    vpcs
}

pub(super) fn inside_their_vpc<'a>(context: &'a Context<'a>, says: &mut Says) {
    let vpcs = ranges_of_vpcs(context);
    let mut patience = PATIENCE;
    for subnet in context.of_type("AWS::EC2::Subnet") {
        let Some(vpc) = made(subnet.get("VpcId"), "AWS::EC2::VPC") else { continue };
        let Some(ranges) = vpcs.get(&vpc) else { continue };
        let cidr = subnet.get("CidrBlock");
        let Some(own) = range_of(subnet, cidr) else { continue };
        // Ranges of one VPC do not overlap: only the last one that begins before can hold the subnet's.
        let holds = ranges.partition_point(|range| range.first <= own.first).checked_sub(1);
        let holds = holds.and_then(|index| ranges.get(index)).filter(|range| own.last <= range.last);
        let Some(holds) = holds else {
            let known: Vec<&str> = ranges.iter().take(5).map(|range| range.text.as_str()).collect();
            let known = known.join(" or ");
            let remark = says.add(
                cidr,
                format!("the range {} of subnet `{}` is not inside its VPC's {known}", own.text, subnet.id()),
            );
            remark.label("this range").help(format!("use a range within {known}"));
            if let Some(first) = ranges.first() {
                remark.also(first.at, "the VPC's range");
            }
            continue;
        };
        if holds.of != vpc
            && holds.of.template == subnet.template
            && !waits(subnet, &[holds.of], &mut patience)
        {
            says.add(
                cidr,
                format!(
                    "subnet `{}` uses the range {} that `{}` adds to its VPC, and does not wait for it",
                    subnet.id(),
                    holds.text,
                    holds.of.id()
                ),
            )
            .severity(Severity::Warning)
            .also(holds.of, "adds the range")
            .help(format!("add `DependsOn: {}`", holds.of.id()));
        }
    }
}

pub(super) fn apart<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut subnets: HashMap<Who, Vec<Range<'a>>> = HashMap::new();
    for subnet in context.of_type("AWS::EC2::Subnet") {
        let (Some(vpc), Some(range)) =
            (Who::of(subnet.get("VpcId")), range_of(subnet, subnet.get("CidrBlock")))
        else {
            continue;
        };
        subnets.entry(vpc).or_default().push(range);
    }
    for (_, mut ranges) in subnets {
        ranges.sort_by_key(|range| (range.first, range.last, range.of.template, range.of.index));
        let mut widest: Option<Range<'a>> = None;
        for range in ranges {
            let Some(before) = &widest else {
                widest = Some(range);
                continue;
            };
            if range.first <= before.last {
                // It is the later one of the two that is refused, as far as one can tell.
                let (one, other) =
                    match (before.of.template, before.at.node) < (range.of.template, range.at.node) {
                        true => (before, &range),
                        false => (&range, before),
                    };
                says.add(
                    other.at,
                    format!(
                        "the range {} of subnet `{}` overlaps with {} of `{}` in the same VPC",
                        other.text,
                        other.of.id(),
                        one.text,
                        one.of.id()
                    ),
                )
                .label("this range")
                .also(one.at, "overlaps with this one")
                .help("give every subnet of a VPC addresses of its own");
            }
            if range.last > before.last {
                widest = Some(range);
            }
        }
    }
}

pub(super) fn sizes(resource: Resource<'_>, says: &mut Says) {
    let place = resource.get("CidrBlock");
    let Some(text) = place.text() else { return };
    let Some((IpAddr::V4(_), length)) = cidr(&text) else {
        // Of what stands there itself and is no such range, FW1020 speaks.
        if place.function().is_some() {
            says.add(place, format!("`{text}` of `{}` is not a range of IPv4 addresses", resource.id()))
                .help("write it as `10.0.0.0/16`");
        }
        return;
    };
    let (addresses, wrong) = match length {
        16..=28 => return,
        0..16 => ("at most 65,536 addresses", "larger than EC2 allows"),
        _ => ("at least 16 addresses", "smaller than EC2 allows"),
    };
    says.add(place, format!("the range {text} of `{}` is {wrong}", resource.id()))
        .label(format!("/{length}"))
        .help(format!("use a prefix from /16 to /28: {addresses}"));
}

pub(super) const WITH_RANGES: &[&str] = &[
    "AWS::EC2::VPC",
    "AWS::EC2::VPCCidrBlock",
    "AWS::EC2::Subnet",
    "AWS::EC2::Route",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
];

pub(super) fn host_bits(resource: Resource<'_>, says: &mut Says) {
    let mut places: Vec<Value<'_>> =
        ["CidrBlock", "DestinationCidrBlock", "CidrIp"].iter().map(|name| resource.get(name)).collect();
    for list in ["SecurityGroupIngress", "SecurityGroupEgress"] {
        places.extend(resource.get(list).items().into_iter().map(|rule| rule.get("CidrIp")));
    }
    for place in places {
        let Some(text) = place.text() else { continue };
        let (Some((first, _)), Some((IpAddr::V4(address), length))) = (range(&text), cidr(&text)) else {
            continue;
        };
        if u32::from(address) != first {
            let meant = format!("{}/{length}", Ipv4Addr::from(first));
            says.add(place, format!("`{text}` names an address within a range; EC2 makes {meant} of it"))
                .label("bits behind the prefix are set")
                .help(format!("write `{meant}` for the whole range, or `/32` for the one address"));
        }
    }
}

pub(super) fn peers_apart<'a>(context: &'a Context<'a>, says: &mut Says) {
    let vpcs = ranges_of_vpcs(context);
    for peering in context.of_type("AWS::EC2::VPCPeeringConnection") {
        let side = |property| made(peering.get(property), "AWS::EC2::VPC");
        let (Some(one), Some(other)) = (side("VpcId"), side("PeerVpcId")) else { continue };
        if one == other {
            says.add(
                peering.get("PeerVpcId"),
                format!("`{}` peers VPC `{}` with itself", peering.id(), one.id()),
            )
            .help("name the other VPC in `PeerVpcId`");
            continue;
        }
        let (Some(left), Some(right)) = (vpcs.get(&one), vpcs.get(&other)) else { continue };
        if let Some((left, right)) = overlap(left, right) {
            says.add(
                peering,
                format!(
                    "`{}` peers VPCs whose ranges overlap: {} of `{}` and {} of `{}`",
                    peering.id(),
                    left.text,
                    one.id(),
                    right.text,
                    other.id()
                ),
            )
            .also(left.at, "this range")
            .also(right.at, "and this one")
            .help("VPCs that are peered need ranges of their own");
        }
    }
    // Attached to one transit gateway, the second one of two equal ranges gets no route.
    let mut gateways: HashMap<Who, Vec<Range<'a>>> = HashMap::new();
    let mut seen = HashSet::new();
    for kind in ["AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"] {
        for attachment in context.of_type(kind) {
            let gateway = Who::of(attachment.get("TransitGatewayId"));
            let vpc = made(attachment.get("VpcId"), "AWS::EC2::VPC");
            let (Some(gateway), Some(vpc)) = (gateway, vpc) else { continue };
            if seen.insert((gateway.clone(), vpc)) {
                gateways.entry(gateway).or_default().extend(vpcs.get(&vpc).into_iter().flatten().cloned());
            }
        }
    }
    for (_, mut ranges) in gateways {
        ranges.sort_by_key(|range| (range.first, range.last, range.of.template, range.of.index));
        for pair in ranges.windows(2) {
            let [one, other] = pair else { continue };
            if other.first <= one.last && one.of != other.of {
                says.add(
                    other.at,
                    format!(
                        "{} of `{}` overlaps with {} of `{}`, attached to the same transit gateway",
                        other.text,
                        other.of.id(),
                        one.text,
                        one.of.id()
                    ),
                )
                .severity(Severity::Warning)
                .also(one.at, "the other range")
                .help(
                    "a transit gateway does not propagate routes to overlapping VPCs: give them other ranges",
                );
            }
        }
    }
}

/// Two ranges that overlap, one of each side; both sides are sorted and without overlaps of their own.
fn overlap<'r, 'a>(left: &'r [Range<'a>], right: &'r [Range<'a>]) -> Option<(&'r Range<'a>, &'r Range<'a>)> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let (one, other) = (*left.peek()?, *right.peek()?);
        if one.first <= other.last && other.first <= one.last {
            return Some((one, other));
        }
        if one.last < other.first {
            left.next()
        } else {
            right.next()
        };
    }
}
