//! VPC endpoints and flow logs.

use std::collections::HashMap;

use formwork_core::Severity;

use super::{Firewall, Protocol, Who, made};
use crate::{
    context::{Context, Piece, Resource},
    rule::Says,
};

/// The kind of an endpoint; `Gateway` unless it says otherwise.
fn kind(endpoint: Resource<'_>) -> Option<String> {
    let kind = endpoint.get("VpcEndpointType");
    if kind.is_absent() { Some("Gateway".to_owned()) } else { kind.text().map(|kind| kind.into_owned()) }
}

/// The Region and the service in `com.amazonaws.eu-west-1.ecr.api`; either may be unknown.
fn service(endpoint: Resource<'_>) -> Option<(Option<String>, String)> {
    let pieces = endpoint.get("ServiceName").pieces();
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            Piece::Pseudo("AWS::Region") => text.push('*'),
            _ => return None,
        }
    }
    let rest = text.strip_prefix("cn.").unwrap_or(&text);
    let (region, service) = rest.strip_prefix("com.amazonaws.")?.split_once('.')?;
    let is_region = formwork_facts::REGIONS.contains(&region);
    Some((is_region.then(|| region.to_owned()), service.to_owned()))
}

pub(super) fn used(endpoint: Resource<'_>, says: &mut Says) {
    match kind(endpoint).as_deref() {
        Some("Gateway") => {
            let tables = endpoint.get("RouteTableIds");
            if tables.is_absent() || (!tables.is_unknown() && tables.items().is_empty()) {
                let services = service(endpoint).map(|(_, service)| service);
                // Everything but S3 and DynamoDB is refused as a gateway, which another rule says.
                if services.is_some_and(|service| service == "s3" || service == "dynamodb") {
                    says.add(tables, format!("gateway endpoint `{}` is in no route table", endpoint.id()))
                        .help("list the tables of the subnets that use it in `RouteTableIds`");
                }
            }
        }
        Some("Interface") => {
            let private = endpoint.get("PrivateDnsEnabled");
            let of_aws =
                service(endpoint).is_some_and(|(_, service)| service != "s3" && service != "dynamodb");
            if of_aws && (private.is_absent() || private.boolean() == Some(false)) {
                says.add(private, format!("interface endpoint `{}` has no private DNS names", endpoint.id()))
                    .note("programs that use the service's usual name go on using its public addresses")
                    .help("set `PrivateDnsEnabled: true`");
            }
            let subnets = endpoint.get("SubnetIds");
            if subnets.is_absent() || (!subnets.is_unknown() && subnets.items().is_empty()) {
                says.add(subnets, format!("interface endpoint `{}` is in no subnet", endpoint.id()))
                    .help("list one subnet for every zone that uses it in `SubnetIds`");
            }
        }
        _ => {}
    }
}

pub(super) fn admit_somebody<'a>(context: &'a Context<'a>, says: &mut Says) {
    let firewall = Firewall::new(context);
    for endpoint in context.of_type("AWS::EC2::VPCEndpoint") {
        if kind(endpoint).as_deref() != Some("Interface") {
            continue;
        }
        // Services of others may listen on other ports, and so do file systems and databases.
        let Some((_, service)) = service(endpoint) else { continue };
        if service.starts_with("email-smtp") || service.contains("vpce") || service.contains("rds") {
            continue;
        }
        let groups = endpoint.get("SecurityGroupIds");
        if groups.is_unknown() || firewall.admits(&groups.items(), Protocol::TCP, 443, None) != Some(false) {
            continue;
        }
        let remark = says.add(
            groups,
            format!(
                "the security groups of interface endpoint `{}` let nobody in on port 443",
                endpoint.id()
            ),
        );
        remark.help("add an ingress rule for TCP port 443 from the groups or subnets that use the endpoint");
        if let Some(group) = groups.items().first().and_then(|group| group.resource()) {
            remark.also(group, "has no rule for port 443");
        }
    }
}

pub(super) fn accepted<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut names: HashMap<(Who, String), Resource<'a>> = HashMap::new();
    for endpoint in context.of_type("AWS::EC2::VPCEndpoint") {
        accepted_alone(endpoint, says);
        let private = endpoint.get("PrivateDnsEnabled");
        if kind(endpoint).as_deref() != Some("Interface") || private.boolean() != Some(true) {
            continue;
        }
        let (Some(vpc), Some((_, service))) = (Who::of(endpoint.get("VpcId")), service(endpoint)) else {
            continue;
        };
        if let Some(before) = names.get(&(vpc.clone(), service.clone())) {
            says.add(
                private,
                format!(
                    "`{}` wants the private DNS name that `{}` has already: `{service}`",
                    endpoint.id(),
                    before.id()
                ),
            )
            .also(*before, "the first endpoint for the service")
            .help("a VPC has one endpoint with private DNS for each service: list all subnets in it");
            continue;
        }
        names.insert((vpc, service), endpoint);
    }
}

fn accepted_alone(endpoint: Resource<'_>, says: &mut Says) {
    let name = endpoint.get("ServiceName");
    let Some(kind) = kind(endpoint) else { return };
    let private = endpoint.get("PrivateDnsEnabled");
    if kind == "Interface"
        && private.boolean() == Some(true)
        && let Some(vpc) = made(endpoint.get("VpcId"), "AWS::EC2::VPC")
    {
        // `EnableDnsHostnames` is off unless the VPC says otherwise, `EnableDnsSupport` is on.
        let hostnames = vpc.get("EnableDnsHostnames");
        let support = vpc.get("EnableDnsSupport");
        let off = match (hostnames.is_absent() || hostnames.boolean() == Some(false), support.boolean()) {
            (_, Some(false)) => Some("EnableDnsSupport"),
            (true, _) => Some("EnableDnsHostnames"),
            _ => None,
        };
        if let Some(off) = off {
            says.add(
                private,
                format!(
                    "`{}` wants private DNS names, and `{off}` of VPC `{}` is off",
                    endpoint.id(),
                    vpc.id()
                ),
            )
            .also(vpc.get(off), "not on")
            .help("set `EnableDnsSupport: true` and `EnableDnsHostnames: true` on the VPC");
        }
    }
    let Some((region, service)) = service(endpoint) else { return };
    if kind == "Gateway" && !matches!(&*service, "s3" | "dynamodb") && !service.contains("s3express") {
        let text = name.text().unwrap_or_else(|| service.clone().into());
        says.add(
            name,
            format!("there is no gateway endpoint for `{text}`, which `{}` asks for", endpoint.id()),
        )
        .help("only S3 and DynamoDB have gateway endpoints: set `VpcEndpointType: Interface`");
    }
    // An interface endpoint reaches a service of another Region only where it says so.
    if endpoint.get("ServiceRegion").is_absent()
        && let (Some(region), Some(own)) = (region, endpoint.region())
        && region != own
    {
        says.add(name, format!("`{}` in {own} asks for a service of {region}", endpoint.id()))
            .label(format!("not {own}"))
            .help("write `!Sub com.amazonaws.${AWS::Region}.` and the service");
    }
}

pub(super) fn flow_logs(log: Resource<'_>, says: &mut Says) {
    let kind = log.get("LogDestinationType");
    let role = log.get("DeliverLogsPermissionArn");
    let (target, group) = (log.get("LogDestination"), log.get("LogGroupName"));
    if kind.is_absent() || kind.is("cloud-watch-logs") {
        if role.is_absent() {
            says.add(role, format!("flow log `{}` goes to CloudWatch Logs and has no role for it", log.id()))
                .help(
                    "name a role in `DeliverLogsPermissionArn` that vpc-flow-logs.amazonaws.com may assume",
                );
        } else if let Some(role) = made(role, "AWS::IAM::Role") {
            trusts(log, role, says);
        }
        if target.is_absent() && group.is_absent() {
            says.add(log, format!("flow log `{}` names no log group", log.id()))
                .help("set `LogGroupName`, or `LogDestination` to the ARN of a log group");
        }
    } else if kind.is("s3") {
        if target.is_absent() {
            says.add(target, format!("flow log `{}` goes to S3 and names no bucket", log.id()))
                .help("set `LogDestination` to the bucket's ARN");
        }
        if group.is_set() {
            says.add(group, format!("flow log `{}` goes to S3 and names a log group", log.id()))
                .help("remove `LogGroupName`, or set `LogDestinationType: cloud-watch-logs`");
        }
    }
}

/// Says so if the role of a flow log is not for flow logs.
fn trusts(log: Resource<'_>, role: Resource<'_>, says: &mut Says) {
    let Some(services) = super::super::containers::principals(role) else { return };
    if !services.iter().any(|service| service == "vpc-flow-logs.amazonaws.com") {
        let document = role.get("AssumeRolePolicyDocument");
        says.add(document, format!("flow log `{}` cannot assume role `{}`", log.id(), role.id()))
            .severity(Severity::Error)
            .also(log.get("DeliverLogsPermissionArn"), "the role is used here")
            .help("allow `sts:AssumeRole` to `Service: vpc-flow-logs.amazonaws.com`");
    }
}
