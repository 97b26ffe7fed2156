//! Listeners and their rules.

use std::collections::HashMap;

use formwork_core::Severity;

use super::{
    super::network::{Who, made},
    LISTENER, LISTENER_RULE, TARGETS, actions_of, balancer_of, groups_of, kind, listener_of,
};
use crate::{
    context::{Context, Resource, Value},
    document::Content,
    rule::Says,
};

pub(super) fn one_per_port<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut known: HashMap<(Who, i64), Resource<'a>> = HashMap::new();
    for listener in context.of_type(LISTENER) {
        let port = listener.get("Port");
        let (Some(balancer), Some(number)) = (Who::of(listener.get("LoadBalancerArn")), port.integer())
        else {
            continue;
        };
        if let Some(before) = known.get(&(balancer.clone(), number)) {
            says.add(
                port,
                format!(
                    "listeners `{}` and `{}` are on port {number} of one load balancer",
                    before.id(),
                    listener.id()
                ),
            )
            .label("taken")
            .also(before.get("Port"), "taken here")
            .help("a load balancer has one listener for each port: use another port, or a listener rule");
            continue;
        }
        known.insert((balancer, number), listener);
    }
}

pub(super) fn certificates(listener: Resource<'_>, says: &mut Says) {
    let Some(protocol) = listener.get("Protocol").text() else { return };
    let certificates = listener.get("Certificates");
    // An entry without its ARN is how templates leave a certificate out.
    let mut items = certificates.items();
    items.retain(|certificate| certificate.get("CertificateArn").is_set() || certificate.text().is_some());
    let none = certificates.is_absent() || (!certificates.is_unknown() && items.is_empty());
    match &*protocol {
        "HTTPS" | "TLS" if none => {
            says.add(
                certificates,
                format!("listener `{}` speaks {protocol} and has no certificate", listener.id()),
            )
            .help("name one certificate in `Certificates`");
        }
        "HTTPS" | "TLS" => {
            if let [_, second, ..] = items.as_slice() {
                says.add(*second, format!("listener `{}` has {} certificates", listener.id(), items.len()))
                    .label("one too many")
                    .help("add others by `AWS::ElasticLoadBalancingV2::ListenerCertificate`");
            }
        }
        "HTTP" | "TCP" | "UDP" | "TCP_UDP" => {
            if let Some(first) = items.first() {
                says.add(
                    *first,
                    format!("listener `{}` has a certificate and speaks {protocol}", listener.id()),
                )
                .label("not used")
                .also(listener.get("Protocol"), "speaks plain text")
                .help(match &*protocol {
                    "HTTP" => "set `Protocol: HTTPS`, or remove `Certificates`",
                    _ => "set `Protocol: TLS`, or remove `Certificates`",
                });
            }
        }
        _ => {}
    }
}

pub(super) fn certificates_of_the_region(listener: Resource<'_>, says: &mut Says) {
    let Some(own) = listener.region() else { return };
    for certificate in listener.get("Certificates").items() {
        let arn = certificate.get("CertificateArn");
        let made = made(arn, "AWS::CertificateManager::Certificate");
        let region = match made {
            Some(certificate) => certificate.region().map(str::to_owned),
            None => arn.text().filter(|arn| arn.starts_with("arn:")).and_then(|arn| {
                let mut parts = arn.split(':').skip(2);
                (parts.next() == Some("acm")).then(|| parts.next().map(str::to_owned)).flatten()
            }),
        };
        let Some(region) = region.filter(|region| region != own && !region.is_empty()) else { continue };
        let remark =
            says.add(arn, format!("listener `{}` in {own} uses a certificate of {region}", listener.id()));
        remark.label(format!("of {region}")).help(format!("request the certificate in {own}"));
        if let Some(made) = made {
            remark.also(made, "the certificate");
        }
    }
}

pub(super) fn priorities<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut known: HashMap<(Who, i64), Resource<'a>> = HashMap::new();
    for rule in context.of_type(LISTENER_RULE) {
        let priority = rule.get("Priority");
        let (Some(listener), Some(number)) = (Who::of(rule.get("ListenerArn")), priority.integer()) else {
            continue;
        };
        if let Some(before) = known.get(&(listener.clone(), number)) {
            says.add(
                priority,
                format!(
                    "rules `{}` and `{}` of one listener have the priority {number}",
                    before.id(),
                    rule.id()
                ),
            )
            .label("taken")
            .also(before.get("Priority"), "taken here")
            .help("give every rule of a listener a priority of its own");
            continue;
        }
        known.insert((listener, number), rule);
    }
}

pub(super) fn redirects(listener: Resource<'_>, says: &mut Says) {
    let owner = listener_of(listener);
    let text_of = |name| owner.and_then(|owner| owner.get(name).text());
    let (protocol, port) = (text_of("Protocol"), text_of("Port"));
    for action in actions_of(listener) {
        if !action.get("Type").is("redirect") {
            continue;
        }
        let redirect = action.get("RedirectConfig");
        if redirect.is_absent() || redirect.is_unknown() {
            continue;
        }
        let keeps = |name, same: &[&str]| {
            let value = redirect.get(name);
            value.is_absent() || value.text().is_some_and(|text| same.contains(&&*text))
        };
        let own = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or("\0").to_owned();
        let same_protocol = keeps("Protocol", &["#{protocol}", &own(&protocol)]);
        let same_port = keeps("Port", &["#{port}", &own(&port)]);
        let same_path =
            keeps("Host", &["#{host}"]) && keeps("Path", &["/#{path}"]) && keeps("Query", &["#{query}"]);
        if same_path && same_protocol && same_port {
            says.add(redirect, format!("the redirect of `{}` leads to where it comes from", listener.id()))
                .label("nothing changes")
                .help("change protocol, port, host or path: `Protocol: HTTPS` with `Port: \"443\"`");
        } else if redirect.get("Protocol").is("HTTPS")
            && protocol.as_deref() == Some("HTTP")
            && same_port
            && let Some(port) = &port
        {
            says.add(
                redirect,
                format!("`{}` redirects to HTTPS on port {port}, where HTTP is spoken", listener.id()),
            )
            .severity(Severity::Warning)
            .label("keeps the port")
            .help("add `Port: \"443\"`");
        }
    }
}

pub(super) fn protocols(listener: Resource<'_>, says: &mut Says) {
    let Some(owner) = listener_of(listener) else { return };
    let at = owner.get("Protocol");
    let protocol = at.text();
    let balancer = balancer_of(listener);
    let kind = balancer.and_then(kind);
    if listener.kind() == LISTENER {
        if let (Some(protocol), Some(kind), Some(balancer)) = (&protocol, &kind, balancer) {
            let legal: &[&str] = match &**kind {
                "application" => &["HTTP", "HTTPS"],
                "network" => &["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"],
                _ => &[],
            };
            if !legal.is_empty() && !legal.contains(&&**protocol) {
                says.add(at, format!("{kind} load balancer `{}` does not speak {protocol}", balancer.id()))
                    .also(balancer, "the load balancer")
                    .help(format!("use {}", legal.join(", ")));
                return;
            }
        }
        if kind.as_deref().is_some_and(|kind| kind == "application" || kind == "network") {
            for (value, name) in [(at, "Protocol"), (listener.get("Port"), "Port")] {
                if value.is_absent() {
                    says.add(value, format!("listener `{}` has no `{name}`", listener.id()))
                        .help("only listeners of gateway load balancers go without port and protocol");
                    return;
                }
            }
        }
    } else if let (Some("network" | "gateway"), Some(balancer)) = (kind.as_deref(), balancer) {
        says.add(
            listener,
            format!("`{}` has no rules but its default: `{}` is refused", balancer.id(), listener.id()),
        )
        .also(balancer, "not an application load balancer")
        .help("only listeners of application load balancers have rules");
        return;
    }
    let Some(protocol) = protocol else { return };
    let legal: &[&str] = match &*protocol {
        "HTTP" | "HTTPS" => &["HTTP", "HTTPS"],
        "TCP" => &["TCP", "TCP_UDP", "TCP_QUIC"],
        "TLS" => &["TCP", "TLS"],
        "UDP" => &["UDP", "TCP_UDP"],
        "TCP_UDP" => &["TCP_UDP"],
        _ => return,
    };
    for value in actions_of(listener).into_iter().flat_map(groups_of) {
        let Some(group) = made(value, TARGETS) else { continue };
        let of_group = group.get("Protocol");
        let Some(text) = of_group.text() else { continue };
        if !legal.contains(&&*text) {
            says.add(
                value,
                format!(
                    "listener `{}` speaks {protocol}, and its target group `{}` {text}",
                    owner.id(),
                    group.id()
                ),
            )
            .also(of_group, "the protocol of the targets")
            .help(format!("targets of {protocol} listeners have {}", legal.join(" or ")));
        }
    }
}

/// What an action of a type needs.
const NEEDS: &[(&str, &[&str])] = &[
    ("forward", &["TargetGroupArn", "ForwardConfig"]),
    ("redirect", &["RedirectConfig"]),
    ("fixed-response", &["FixedResponseConfig"]),
    ("authenticate-oidc", &["AuthenticateOidcConfig"]),
    ("authenticate-cognito", &["AuthenticateCognitoConfig"]),
    ("jwt-validation", &["JwtValidationConfig"]),
];

/// What a condition on a field has its values in, besides `Values`.
const FIELDS: &[(&str, &str)] = &[
    ("host-header", "HostHeaderConfig"),
    ("path-pattern", "PathPatternConfig"),
    ("http-header", "HttpHeaderConfig"),
    ("http-request-method", "HttpRequestMethodConfig"),
    ("query-string", "QueryStringConfig"),
    ("source-ip", "SourceIpConfig"),
];

pub(super) fn actions(listener: Resource<'_>, says: &mut Says) {
    let actions = actions_of(listener);
    let mut last: Option<(i64, Value<'_>)> = None;
    let mut ordered = true;
    for action in &actions {
        let Some(kind) = action.get("Type").text() else { return };
        if let Some((_, needs)) = NEEDS.iter().find(|(known, _)| *known == kind)
            && needs.iter().all(|name| action.get(name).is_absent())
            && !action.is_unknown()
        {
            let needs: Vec<String> = needs.iter().map(|name| format!("`{name}`")).collect();
            says.add(
                *action,
                format!("the action `{kind}` of `{}` has no {}", listener.id(), needs.join(" or ")),
            )
            .help("say what the action does");
        }
        let order = action.get("Order").integer();
        ordered &= order.is_some();
        let order = order.unwrap_or(i64::MAX);
        if last.is_none_or(|(known, _)| order >= known) {
            last = Some((order, *action));
        }
    }
    if actions.len() > 1 && actions.iter().any(|action| action.get("Order").is_absent()) {
        says.add(listener, format!("the actions of `{}` have no order", listener.id()))
            .help("give every action an `Order`, and `forward`, `redirect` or `fixed-response` the last one");
    } else if let Some((_, action)) = last.filter(|_| ordered || actions.len() == 1)
        && let Some(kind) = action.get("Type").text()
        && (kind.starts_with("authenticate-") || kind == "jwt-validation")
    {
        says.add(
            action,
            format!("the last action of `{}` is `{kind}`, which answers nothing", listener.id()),
        )
        .help("end with `forward`, `redirect` or `fixed-response`");
    }
    if listener.kind() == LISTENER_RULE {
        conditions(listener, says);
    }
}

fn conditions(rule: Resource<'_>, says: &mut Says) {
    let list = rule.get("Conditions");
    if list.is_unknown() {
        return;
    }
    let conditions = list.items();
    // Conditions that are left out in this world alone are the business of whoever chooses the parameters.
    let chosen =
        list.function().is_some() || matches!(list.content(), Content::List(items) if items.len() > 0);
    if conditions.is_empty() && !chosen {
        says.add(list, format!("listener rule `{}` has no condition", rule.id()))
            .help("name at least one: `Field: path-pattern` with `Values`");
    }
    let mut count = 0;
    for condition in conditions {
        let Some(field) = condition.get("Field").text() else { continue };
        let Some((_, config)) = FIELDS.iter().find(|(known, _)| *known == field) else { continue };
        let (plain, config) = (condition.get("Values"), condition.get(config));
        if plain.is_absent() && config.is_absent() {
            says.add(condition, format!("the condition on `{field}` of rule `{}` has no values", rule.id()))
                .help("list them in `Values`");
        }
        count += plain.items().len().max(config.get("Values").items().len());
    }
    if count > 5 {
        says.add(
            list,
            format!("the conditions of rule `{}` have {count} values, and 5 are allowed", rule.id()),
        )
        .help("use wildcards, or several rules");
    }
}
