//! Route tables, and where they lead.

use std::collections::HashMap;

use formwork_core::Severity;

use super::{PATIENCE, Who, made, range, waits};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// Where a route may lead to.
const TARGETS: &[&str] = &[
    "CarrierGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "InstanceId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "OdbNetworkArn",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
];

/// What routes of a table lead to.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::rules) struct Leads {
    /// An internet gateway.
    pub(in crate::rules) internet: bool,
    /// Something else than an internet gateway: NAT, a transit gateway, an appliance.
    pub(in crate::rules) elsewhere: bool,
    /// Nobody knows what.
    unknown: bool,
}

/// The routes of all tables.
#[derive(Default)]
pub(in crate::rules) struct Routes<'a> {
    /// The tables of subnets.
    tables: HashMap<Resource<'a>, Resource<'a>>,
    leads: HashMap<Resource<'a>, Leads>,
    /// Whether there is a route in a table that nobody knows.
    loose: bool,
}

impl<'a> Routes<'a> {
    pub(in crate::rules) fn new(context: &'a Context<'a>) -> Self {
        let mut routes = Self::default();
        for association in context.of_type("AWS::EC2::SubnetRouteTableAssociation") {
            let subnet = made(association.get("SubnetId"), "AWS::EC2::Subnet");
            let table = made(association.get("RouteTableId"), "AWS::EC2::RouteTable");
            if let (Some(subnet), Some(table)) = (subnet, table) {
                routes.tables.insert(subnet, table);
                routes.leads.entry(table).or_default();
            }
        }
        for route in context.of_type("AWS::EC2::Route") {
            let Some(table) = made(route.get("RouteTableId"), "AWS::EC2::RouteTable") else {
                routes.loose |= route.get("RouteTableId").text().is_none();
                continue;
            };
            let leads = routes.leads.entry(table).or_default();
            let gateway = route.get("GatewayId");
            match (gateway.resource().map(Resource::kind), gateway.text()) {
                (Some("AWS::EC2::InternetGateway" | "AWS::EC2::VPCGatewayAttachment"), _) => {
                    leads.internet = true;
                }
                (_, Some(id)) if id.starts_with("igw-") => leads.internet = true,
                (None, None) if gateway.is_set() => leads.unknown = true,
                _ => leads.elsewhere = true,
            }
        }
        // A gateway endpoint adds routes as well, but only to its service.
        routes
    }

    /// Where the routes of a subnet lead, if all of them are known.
    pub(in crate::rules) fn of(&self, subnet: Resource<'a>) -> Option<(Resource<'a>, Leads)> {
        let table = *self.tables.get(&subnet)?;
        let leads = *self.leads.get(&table)?;
        (!self.loose && !leads.unknown).then_some((table, leads))
    }

    /// The first one of some subnets whose routes are known and do not lead to an internet gateway.
    pub(in crate::rules) fn private(
        &self,
        subnets: &[Value<'a>],
    ) -> Option<(Value<'a>, Resource<'a>, Leads)> {
        subnets.iter().find_map(|value| {
            let (table, leads) = self.of(made(*value, "AWS::EC2::Subnet")?)?;
            (!leads.internet).then_some((*value, table, leads))
        })
    }
}

pub(super) fn one_target(route: Resource<'_>, says: &mut Says) {
    let set: Vec<Value<'_>> = TARGETS.iter().map(|name| route.get(name)).filter(|it| it.is_set()).collect();
    match set.as_slice() {
        [_] => {}
        [] => {
            says.add(route, format!("route `{}` leads nowhere: it has no target", route.id()))
                .help("name one target, such as `GatewayId` or `NatGatewayId`");
        }
        [first, second, ..] => {
            let names: Vec<String> = set.iter().map(|it| format!("`{}`", it.name())).collect();
            says.add(*second, format!("route `{}` has several targets: {}", route.id(), names.join(", ")))
                .label("one target too many")
                .also(*first, "the first target")
                .help("a route has one target: make one route for each destination");
        }
    }
}

pub(super) fn one_route_per_destination<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut known: HashMap<(Who, Who), Value<'a>> = HashMap::new();
    for route in context.of_type("AWS::EC2::Route") {
        let Some(table) = Who::of(route.get("RouteTableId")) else { continue };
        for name in ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"] {
            let value = route.get(name);
            let destination = match value.text() {
                Some(text) => Some(Who::Named(match range(&text) {
                    Some((first, last)) => format!("{first}-{last}"),
                    None => text.to_ascii_lowercase(),
                })),
                None => Who::of(value),
            };
            let Some(destination) = destination else { continue };
            match known.entry((table.clone(), destination)) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    let what = value.text().map(|text| format!(" to {text}")).unwrap_or_default();
                    says.add(value, format!("the table of route `{}` has a route{what} already", route.id()))
                        .label("the same destination")
                        .also(*entry.get(), "first here")
                        .help(
                            "a table has one route for every destination: remove one, or use another table",
                        );
                }
            }
        }
    }
}

pub(super) fn one_table_per_subnet<'a>(context: &'a Context<'a>, says: &mut Says) {
    let kinds = [
        ("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", "route table", Severity::Error),
        ("AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", "network ACL", Severity::Warning),
    ];
    for (kind, _, what, severity) in kinds {
        let mut known: HashMap<Who, Resource<'a>> = HashMap::new();
        for association in context.of_type(kind) {
            let value = association.get("SubnetId");
            let Some(subnet) = Who::of(value) else { continue };
            let Some(before) = known.insert(subnet.clone(), association) else { continue };
            known.insert(subnet, before);
            let name = value.resource().map(|subnet| format!(" `{}`", subnet.id())).unwrap_or_default();
            says.add(value, format!("subnet{name} gets a second {what} by `{}`", association.id()))
                .severity(severity)
                .label("the same subnet")
                .also(before, "the first association")
                .help(format!("a subnet has one {what}: remove one of the associations"));
        }
    }
}

pub(super) fn translators_reach_the_internet<'a>(context: &'a Context<'a>, says: &mut Says) {
    let routes = Routes::new(context);
    for nat in context.of_type("AWS::EC2::NatGateway") {
        let kind = nat.get("ConnectivityType");
        if kind.is_set() && !kind.is("public") {
            continue;
        }
        let Some((at, table, _)) = routes.private(&[nat.get("SubnetId")]) else { continue };
        let subnet = at.resource().map(Resource::id).unwrap_or_default();
        says.add(
            at,
            format!(
                "NAT gateway `{}` stands in subnet `{subnet}`, which has no route to the internet",
                nat.id()
            ),
        )
        .label("a private subnet")
        .also(table, "no route of this table leads to an internet gateway")
        .help("put it into a public subnet, or add a route to an internet gateway to the subnet's table");
    }
}

pub(super) fn wait_for_the_gateway<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut attachments: HashMap<Resource<'a>, Vec<Resource<'a>>> = HashMap::new();
    for attachment in context.of_type("AWS::EC2::VPCGatewayAttachment") {
        let Some(gateway) = made(attachment.get("InternetGatewayId"), "AWS::EC2::InternetGateway") else {
            continue;
        };
        for end in [Some(gateway), made(attachment.get("VpcId"), "AWS::EC2::VPC")].into_iter().flatten() {
            attachments.entry(end).or_default().push(attachment);
        }
    }
    let mut patience = PATIENCE;
    let mut judge = |resource: Resource<'a>, end: Option<Resource<'a>>, at: Value<'a>, why: &str| {
        let Some(attachments) = end.and_then(|end| attachments.get(&end)) else { return };
        let own = attachments.iter().find(|attachment| attachment.template == resource.template);
        let Some(attachment) = own else { return };
        if !waits(resource, attachments, &mut patience) {
            says.add(at, format!("`{}` {why} and does not wait for its attachment", resource.id()))
                .also(*attachment, "attaches the gateway to the VPC")
                .help(format!("add `DependsOn: {}`", attachment.id()));
        }
    };
    for route in context.of_type("AWS::EC2::Route") {
        let gateway = route.get("GatewayId");
        let to = made(gateway, "AWS::EC2::InternetGateway");
        judge(route, to, gateway, "routes to an internet gateway");
    }
    let vpc_of = |subnet: Value<'a>| made(made(subnet, "AWS::EC2::Subnet")?.get("VpcId"), "AWS::EC2::VPC");
    for nat in context.of_type("AWS::EC2::NatGateway") {
        let subnet = nat.get("SubnetId");
        let kind = nat.get("ConnectivityType");
        if kind.is_absent() || kind.is("public") {
            judge(nat, vpc_of(subnet), subnet, "needs the VPC's internet gateway");
        }
    }
    for kind in ["AWS::EC2::EIP", "AWS::EC2::EIPAssociation"] {
        for address in context.of_type(kind) {
            let instance = address.get("InstanceId");
            let vpc = made(instance, "AWS::EC2::Instance").and_then(|it| vpc_of(it.get("SubnetId")));
            judge(address, vpc, instance, "gives an instance a public address by an internet gateway");
        }
    }
}
