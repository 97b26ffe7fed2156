//! Target groups, and the services behind them.

use std::collections::HashMap;

use formwork_core::Severity;

use super::{
    super::{
        containers::{awsvpc, network_of},
        network::{Firewall, PATIENCE, Protocol, made, waits},
    },
    TARGETS, attachments, balancer_of,
};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

pub(super) fn types(resource: Resource<'_>, says: &mut Says) {
    if resource.kind() == "AWS::ECS::Service" {
        return types_of_tasks(resource, says);
    }
    let kind = resource.get("TargetType");
    let kind = if kind.is_absent() { Some("instance".into()) } else { kind.text() };
    let Some(kind) = kind else { return };
    let (port, protocol) = (resource.get("Port"), resource.get("Protocol"));
    if kind == "lambda" {
        let needless = ["Port", "Protocol", "ProtocolVersion", "VpcId"];
        if let Some(needless) = needless.iter().map(|name| resource.get(name)).find(|value| value.is_set()) {
            says.add(
                needless,
                format!("target group `{}` for a Lambda function has `{}`", resource.id(), needless.name()),
            )
            .also(resource.get("TargetType"), "a function has no port, protocol or VPC")
            .help("remove `Port`, `Protocol`, `ProtocolVersion` and `VpcId`");
        }
        return;
    }
    if let Some(missing) =
        ["Port", "Protocol", "VpcId"].iter().map(|name| resource.get(name)).find(|it| it.is_absent())
    {
        says.add(
            missing,
            format!(
                "target group `{}` for targets of type `{kind}` has no `{}`",
                resource.id(),
                missing.name()
            ),
        )
        .help("give it `Port`, `Protocol` and `VpcId`");
        return;
    }
    let Some(protocol_text) = protocol.text() else { return };
    if protocol_text == "GENEVE" && port.integer().is_some_and(|port| port != 6081) {
        says.add(port, format!("target group `{}` speaks GENEVE on a port other than 6081", resource.id()))
            .help("set `Port: 6081`");
    }
    if kind == "alb" && !matches!(&*protocol_text, "TCP" | "TLS") {
        says.add(
            protocol,
            format!(
                "target group `{}` has a load balancer as its target and speaks {protocol_text}",
                resource.id()
            ),
        )
        .help("set `Protocol: TCP`");
    }
}

fn types_of_tasks(service: Resource<'_>, says: &mut Says) {
    let Some(awsvpc) = awsvpc(service) else { return };
    for entry in service.get("LoadBalancers").items() {
        let value = entry.get("TargetGroupArn");
        let Some(group) = made(value, TARGETS) else { continue };
        let at = group.get("TargetType");
        let kind = if at.is_absent() { Some("instance".into()) } else { at.text() };
        let Some(kind) = kind else { continue };
        let right = if awsvpc { "ip" } else { "instance" };
        if kind != right {
            let mode =
                if awsvpc { "tasks with their own network interface" } else { "tasks on the host's network" };
            says.add(
                value,
                format!(
                    "service `{}` has {mode}, and target group `{}` takes `{kind}` targets",
                    service.id(),
                    group.id()
                ),
            )
            .also(at, "the type of its targets")
            .help(format!("set `TargetType: {right}`"));
        }
    }
}

pub(super) fn health_checks(group: Resource<'_>, says: &mut Says) {
    let (interval, timeout) =
        (group.get("HealthCheckIntervalSeconds"), group.get("HealthCheckTimeoutSeconds"));
    let own = group.get("Protocol").text().unwrap_or_default().into_owned();
    let web = own == "HTTP" || own == "HTTPS";
    let check = group.get("HealthCheckProtocol");
    let lambda = group.get("TargetType").is("lambda");
    if let Some(seconds) = interval.integer() {
        let waits = match timeout.integer() {
            // What an absent timeout counts as.
            None if timeout.is_absent() && web => Some(5),
            None => None,
            Some(waits) => Some(waits),
        };
        if let Some(waits) = waits.filter(|waits| *waits > seconds || (*waits == seconds && web)) {
            let at = if timeout.is_absent() { interval } else { timeout };
            says.add(
                at,
                format!(
                    "health checks of `{}` come every {seconds} seconds and may take {waits}",
                    group.id()
                ),
            )
            .also(interval, "the interval")
            .help("make `HealthCheckTimeoutSeconds` smaller than `HealthCheckIntervalSeconds`");
        }
    } else if let (Some(waits), true, true) = (timeout.integer(), interval.is_absent(), web)
        && waits >= 30
    {
        says.add(
            timeout,
            format!("health checks of `{}` come every 30 seconds and may take {waits}", group.id()),
        )
        .help("set a longer `HealthCheckIntervalSeconds`, or a shorter timeout");
    }
    let protocol = check.text();
    if let Some(protocol) = &protocol {
        if web && protocol == "TCP" {
            says.add(check, format!("target group `{}` speaks {own} and is checked by TCP", group.id()))
                .help("use `HealthCheckProtocol: HTTP` or `HTTPS`");
            return;
        }
        if !matches!(&**protocol, "HTTP" | "HTTPS" | "TCP") {
            says.add(check, format!("the health checks of `{}` use {protocol}", group.id()))
                .help("health checks use HTTP, HTTPS or TCP");
            return;
        }
    }
    let path = group.get("HealthCheckPath");
    if let Some(text) = path.text()
        && !text.starts_with('/')
    {
        says.add(
            path,
            format!("the path `{text}` of the health checks of `{}` does not begin with `/`", group.id()),
        )
        .help(format!("write `/{text}`"));
    }
    let by_tcp = match protocol.as_deref() {
        Some(protocol) => protocol == "TCP",
        None => check.is_absent() && !lambda && matches!(&*own, "TCP" | "TLS" | "UDP" | "TCP_UDP"),
    };
    let matcher = group.get("Matcher");
    if by_tcp {
        for (value, what) in [(matcher, "a matcher"), (path, "a path")] {
            if value.is_set() {
                says.add(value, format!("health checks of `{}` by TCP have {what}", group.id()))
                    .severity(if what == "a path" { Severity::Warning } else { Severity::Error })
                    .label("only for HTTP")
                    .help("set `HealthCheckProtocol: HTTP`, or remove it");
                return;
            }
        }
    }
    let grpc = group.get("ProtocolVersion").is("GRPC");
    for (name, least, most) in [("HttpCode", 200, 599), ("GrpcCode", 0, 99)] {
        let value = matcher.get(name);
        let Some(text) = value.text() else { continue };
        let code = |text: &str| text.trim().parse::<u32>().ok().filter(|code| (least..=most).contains(code));
        let legal = text.split(',').all(|part| match part.split_once('-') {
            Some((from, to)) => code(from).zip(code(to)).is_some_and(|(from, to)| from <= to),
            None => code(part).is_some(),
        });
        if !legal {
            says.add(value, format!("`{text}` in the matcher of `{}` names no codes", group.id()))
                .help(format!("write codes from {least} to {most} as `200`, `200,302` or `200-299`"));
        } else if grpc != (name == "GrpcCode") && group.get("ProtocolVersion").text().is_some() {
            says.add(value, format!("the matcher of `{}` has `{name}`", group.id())).help(if grpc {
                "gRPC targets are matched by `GrpcCode`"
            } else {
                "HTTP targets are matched by `HttpCode`"
            });
        }
    }
}

/// The target groups of a service, where it names them.
fn groups_of_service(service: Resource<'_>) -> Vec<(Value<'_>, Resource<'_>)> {
    let entries = service.get("LoadBalancers").items().into_iter();
    entries
        .filter_map(|entry| Some((entry.get("TargetGroupArn"), made(entry.get("TargetGroupArn"), TARGETS)?)))
        .collect()
}

pub(super) fn attached<'a>(context: &'a Context<'a>, says: &mut Says) {
    let attachments = attachments(context);
    let mut others: HashMap<Resource<'a>, bool> = HashMap::new();
    for service in context.of_type("AWS::ECS::Service") {
        for (value, group) in groups_of_service(service) {
            if attachments.contains_key(&group) {
                continue;
            }
            // Somebody else may attach it: a custom resource, a nested stack.
            let others = *others.entry(group).or_insert_with(|| {
                let harmless =
                    ["AWS::ECS::", "AWS::CloudWatch::", "AWS::ApplicationAutoScaling::", "AWS::CodeDeploy::"];
                let harmless = |kind: &str| harmless.iter().any(|beginning| kind.starts_with(beginning));
                group.referrers().iter().any(|other| !harmless(other.from.kind()))
            });
            if others {
                continue;
            }
            let remark = says.add(
                value,
                format!(
                    "service `{}` uses target group `{}`, to which no listener forwards",
                    service.id(),
                    group.id()
                ),
            );
            remark
                .also(group, "the target group")
                .help("forward to it by a listener or a listener rule: ECS refuses the service otherwise");
            if group.template != service.template {
                remark.severity(Severity::Warning);
            }
        }
    }
}

pub(super) fn wait_for_the_listener<'a>(context: &'a Context<'a>, says: &mut Says) {
    let attachments = attachments(context);
    let mut patience = PATIENCE;
    for service in context.of_type("AWS::ECS::Service") {
        for (value, group) in groups_of_service(service) {
            let Some(listeners) = attachments.get(&group) else { continue };
            let Some(listener) = listeners.iter().find(|listener| listener.template == service.template)
            else {
                continue;
            };
            if listeners.iter().any(|listener| listener.template != service.template)
                || waits(service, listeners, &mut patience)
            {
                continue;
            }
            says.add(
                value,
                format!(
                    "service `{}` may be made before `{}` connects its target group `{}`",
                    service.id(),
                    listener.id(),
                    group.id()
                ),
            )
            .also(*listener, "forwards to the target group")
            .help(format!("add `DependsOn: {}` to the service", listener.id()));
        }
    }
}

pub(super) fn let_the_balancer_in<'a>(context: &'a Context<'a>, says: &mut Says) {
    let attachments = attachments(context);
    let firewall = Firewall::new(context);
    for service in context.of_type("AWS::ECS::Service") {
        let groups = network_of(service).get("SecurityGroups");
        if awsvpc(service) != Some(true) || groups.is_unknown() {
            continue;
        }
        for entry in service.get("LoadBalancers").items() {
            let Some(group) = made(entry.get("TargetGroupArn"), TARGETS) else { continue };
            let port = entry.get("ContainerPort");
            let Some(number) = port.integer() else { continue };
            let listener = attachments.get(&group).and_then(|listeners| listeners.first());
            let Some(balancer) = listener.and_then(|listener| balancer_of(*listener)) else { continue };
            let from = balancer.get("SecurityGroups");
            let sources: Option<Vec<_>> = match from.is_unknown() {
                true => None,
                false => {
                    from.items().into_iter().map(|group| made(group, "AWS::EC2::SecurityGroup")).collect()
                }
            };
            let Some(sources) = sources.filter(|sources| !sources.is_empty()) else { continue };
            if firewall.admits(&groups.items(), Protocol::TCP, number, Some(&sources)) == Some(false) {
                says.add(
                    groups,
                    format!(
                        "the groups of service `{}` do not let load balancer `{}` in on port {number}",
                        service.id(),
                        balancer.id()
                    ),
                )
                .also(from, "the groups of the load balancer")
                .help(format!("add an ingress rule for TCP port {number} from the load balancer's group"));
            }
        }
    }
}
