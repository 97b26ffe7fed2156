//! Attributes: lists of keys and values, of which CloudFormation knows no names.

use super::{BALANCER, LISTENER, TARGETS, kind, listener_of};
use crate::{
    context::{Resource, Value},
    rule::Says,
};

/// What an attribute may be.
#[derive(Clone, Copy)]
enum Form {
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number in these bounds.
    Number(i64, i64),
    /// A whole number in these bounds, or this word.
    NumberOr(i64, i64, &'static str),
    Text,
}

/// A key, the types of load balancers that it is for (`a`pplication, `n`etwork, `g`ateway; `l`ambda for the
/// targets), and what it may be.
type Attribute = (&'static str, &'static str, Form);

use Form::{Bool, Number, NumberOr, Text, Word};

const OF_BALANCERS: &[Attribute] = &[
    ("access_logs.s3.bucket", "an", Text),
    ("access_logs.s3.enabled", "an", Bool),
    ("access_logs.s3.prefix", "an", Text),
    ("client_keep_alive.seconds", "a", Number(60, 604_800)),
    ("connection_logs.s3.bucket", "a", Text),
    ("connection_logs.s3.enabled", "a", Bool),
    ("connection_logs.s3.prefix", "a", Text),
    ("deletion_protection.enabled", "ang", Bool),
    (
        "dns_record.client_routing_policy",
        "n",
        Word(&["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"]),
    ),
    ("health_check_logs.s3.bucket", "a", Text),
    ("health_check_logs.s3.enabled", "a", Bool),
    ("health_check_logs.s3.prefix", "a", Text),
    ("idle_timeout.timeout_seconds", "a", Number(1, 4000)),
    ("ipv6.deny_all_igw_traffic", "an", Bool),
    ("load_balancing.cross_zone.enabled", "ang", Bool),
    ("routing.http.desync_mitigation_mode", "a", Word(&["monitor", "defensive", "strictest"])),
    ("routing.http.drop_invalid_header_fields.enabled", "a", Bool),
    ("routing.http.preserve_host_header.enabled", "a", Bool),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "a", Bool),
    ("routing.http.xff_client_port.enabled", "a", Bool),
    ("routing.http.xff_header_processing.mode", "a", Word(&["append", "preserve", "remove"])),
    ("routing.http2.enabled", "a", Bool),
    ("secondary_ips.auto_assigned.per_subnet", "n", Number(0, 7)),
    ("waf.fail_open.enabled", "a", Bool),
    ("zonal_shift.config.enabled", "an", Bool),
];

const OF_TARGETS: &[Attribute] = &[
    ("deregistration_delay.connection_termination.enabled", "n", Bool),
    ("deregistration_delay.timeout_seconds", "ang", Number(0, 3600)),
    ("lambda.multi_value_headers.enabled", "l", Bool),
    ("load_balancing.algorithm.anomaly_mitigation", "a", Word(&["on", "off"])),
    (
        "load_balancing.algorithm.type",
        "a",
        Word(&["round_robin", "least_outstanding_requests", "weighted_random"]),
    ),
    ("load_balancing.cross_zone.enabled", "anl", Word(&["true", "false", "use_load_balancer_configuration"])),
    ("preserve_client_ip.enabled", "n", Bool),
    ("proxy_protocol_v2.enabled", "n", Bool),
    ("slow_start.duration_seconds", "a", NumberOr(30, 900, "0")),
    ("stickiness.app_cookie.cookie_name", "a", Text),
    ("stickiness.app_cookie.duration_seconds", "a", Number(1, 604_800)),
    ("stickiness.enabled", "angl", Bool),
    ("stickiness.lb_cookie.duration_seconds", "a", Number(1, 604_800)),
    (
        "stickiness.type",
        "angl",
        Word(&["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"]),
    ),
    ("target_failover.on_deregistration", "g", Word(&["rebalance", "no_rebalance"])),
    ("target_failover.on_unhealthy", "g", Word(&["rebalance", "no_rebalance"])),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "anl", NumberOr(1, i64::MAX, "off")),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "anl", NumberOr(1, 100, "off")),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "anl", Number(1, i64::MAX)),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "anl",
        NumberOr(1, 100, "off"),
    ),
    ("target_health_state.unhealthy.connection_termination.enabled", "n", Bool),
    ("target_health_state.unhealthy.draining_interval_seconds", "n", Number(0, 360_000)),
];

const OF_LISTENERS: &[Attribute] = &[
    ("routing.http.request.x_amzn_mtls_clientcert.header_name", "a", Text),
    ("routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", "a", Text),
    ("routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", "a", Text),
    ("routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name", "a", Text),
    ("routing.http.request.x_amzn_mtls_clientcert_subject.header_name", "a", Text),
    ("routing.http.request.x_amzn_mtls_clientcert_validity.header_name", "a", Text),
    ("routing.http.request.x_amzn_tls_cipher_suite.header_name", "a", Text),
    ("routing.http.request.x_amzn_tls_version.header_name", "a", Text),
    ("routing.http.response.access_control_allow_credentials.header_value", "a", Text),
    ("routing.http.response.access_control_allow_headers.header_value", "a", Text),
    ("routing.http.response.access_control_allow_methods.header_value", "a", Text),
    ("routing.http.response.access_control_allow_origin.header_value", "a", Text),
    ("routing.http.response.access_control_expose_headers.header_value", "a", Text),
    ("routing.http.response.access_control_max_age.header_value", "a", Text),
    ("routing.http.response.content_security_policy.header_value", "a", Text),
    ("routing.http.response.server.enabled", "a", Bool),
    ("routing.http.response.strict_transport_security.header_value", "a", Text),
    ("routing.http.response.x_content_type_options.header_value", "a", Text),
    ("routing.http.response.x_frame_options.header_value", "a", Text),
    ("tcp.idle_timeout.seconds", "ng", Number(60, 6000)),
];

/// The attributes of a resource, those that there are, and the letter of its type.
fn attributes_of(resource: Resource<'_>) -> (Vec<Value<'_>>, &'static [Attribute], Option<char>) {
    let letter = |kind: &str| match kind {
        "application" => Some('a'),
        "network" => Some('n'),
        "gateway" => Some('g'),
        _ => None,
    };
    match resource.kind() {
        BALANCER => {
            let letter = kind(resource).and_then(|kind| letter(&kind));
            (resource.get("LoadBalancerAttributes").items(), OF_BALANCERS, letter)
        }
        TARGETS => {
            let letter = match resource.get("Protocol").text().as_deref() {
                _ if resource.get("TargetType").is("lambda") => Some('l'),
                Some("HTTP" | "HTTPS") => Some('a'),
                Some("TCP" | "TLS" | "UDP" | "TCP_UDP" | "QUIC" | "TCP_QUIC") => Some('n'),
                Some("GENEVE") => Some('g'),
                _ => None,
            };
            (resource.get("TargetGroupAttributes").items(), OF_TARGETS, letter)
        }
        LISTENER => {
            let balancer = listener_of(resource).and_then(super::balancer_of);
            let letter = balancer.and_then(kind).and_then(|kind| letter(&kind));
            (resource.get("ListenerAttributes").items(), OF_LISTENERS, letter)
        }
        _ => (Vec::new(), &[], None),
    }
}

pub(super) fn keys(resource: Resource<'_>, says: &mut Says) {
    let (attributes, all, letter) = attributes_of(resource);
    let mut seen = std::collections::HashMap::new();
    for attribute in attributes {
        let key = attribute.get("Key");
        let Some(text) = key.text() else { continue };
        if let Some(before) = seen.insert(text.clone().into_owned(), key) {
            says.add(key, format!("attribute `{text}` of `{}` is set twice", resource.id()))
                .also(before, "first here")
                .help("set an attribute once");
        }
        match all.iter().find(|(known, ..)| *known == text) {
            Some((_, types, _)) => {
                if let Some(letter) = letter
                    && !types.contains(letter)
                {
                    let names = [('a', "application"), ('n', "network"), ('g', "gateway"), ('l', "Lambda")];
                    let name =
                        |letter| names.iter().find(|(known, _)| *known == letter).map_or("", |it| it.1);
                    let types: Vec<&str> = types.chars().map(name).collect();
                    says.add(
                        key,
                        format!(
                            "attribute `{text}` of `{}` is not for type `{}`",
                            resource.id(),
                            name(letter)
                        ),
                    )
                    .help(format!("it is for: {}", types.join(", ")));
                }
            }
            None => {
                let near = all.iter().find(|(known, ..)| edits(known.as_bytes(), text.as_bytes(), 3));
                let remark =
                    says.add(key, format!("there is no attribute `{text}`, which `{}` sets", resource.id()));
                match near {
                    Some((near, ..)) => remark.help(format!("did you mean `{near}`?")),
                    // There may be attributes that are newer than this list.
                    None => {
                        remark.severity(formwork_core::Severity::Warning).help("see the list of attributes")
                    }
                };
            }
        }
    }
}

/// Whether so few letters have to be changed, added or removed to make one text of the other.
fn edits(one: &[u8], other: &[u8], most: u32) -> bool {
    match (one, other) {
        ([], rest) | (rest, []) => rest.len() <= most as usize,
        ([a, one_rest @ ..], [b, other_rest @ ..]) if a == b => edits(one_rest, other_rest, most),
        ([_, one_rest @ ..], [_, other_rest @ ..]) => {
            most > 0
                && (edits(one_rest, other_rest, most - 1)
                    || edits(one_rest, other, most - 1)
                    || edits(one, other_rest, most - 1))
        }
    }
}

pub(super) fn values(resource: Resource<'_>, says: &mut Says) {
    let (attributes, all, _) = attributes_of(resource);
    for attribute in attributes {
        let value = attribute.get("Value");
        let (Some(key), Some(text)) = (attribute.get("Key").text(), value.text()) else { continue };
        let Some((_, _, form)) = all.iter().find(|(known, ..)| *known == key) else { continue };
        let number = text.parse::<i64>().ok();
        let within = |least, most| number.is_some_and(|number| (least..=most).contains(&number));
        let bounds = |least: i64, most: i64| match most {
            i64::MAX => format!("a number from {least}"),
            _ => format!("a number from {least} to {most}"),
        };
        let wanted = match *form {
            Bool if !matches!(&*text, "true" | "false") => "`true` or `false`".to_owned(),
            Word(words) if !words.contains(&&*text) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            Number(least, most) if !within(least, most) => bounds(least, most),
            NumberOr(least, most, word) if text != word && !within(least, most) => {
                format!("`{word}` or {}", bounds(least, most))
            }
            _ => continue,
        };
        says.add(value, format!("attribute `{key}` of `{}` is `{text}`", resource.id()))
            .label("not a value of this attribute")
            .help(format!("it may be {wanted}"));
    }
}
