//! Load balancers: where they stand, what they are called, who reaches them, where their logs go.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use super::{
    super::network::{Firewall, PATIENCE, Protocol, Routes, is_one_subnet, made, waits, zone},
    BALANCER, LISTENER, TARGETS, kind,
};
use crate::{
    context::{Context, Resolved, Resource, Value},
    rule::Says,
};

/// The subnets of a balancer; none where they are not all known.
fn subnets(balancer: Resource<'_>) -> Vec<Value<'_>> {
    let (plain, mappings) = (balancer.get("Subnets"), balancer.get("SubnetMappings"));
    if plain.is_set() {
        return plain.items();
    }
    mappings.items().into_iter().map(|mapping| mapping.get("SubnetId")).collect()
}

pub(super) fn zones(balancer: Resource<'_>, says: &mut Says) {
    let subnets = subnets(balancer);
    let plain = balancer.get("Subnets");
    let none =
        !plain.is_unknown() && plain.items().is_empty() && matches!(plain.resolve(), Resolved::List(_));
    if none && balancer.get("SubnetMappings").is_absent() {
        says.add(plain, format!("load balancer `{}` has no subnets", balancer.id()))
            .help("list subnets in at least two zones");
        return;
    }
    let mut known = HashMap::new();
    for value in &subnets {
        let Some(subnet) = made(*value, "AWS::EC2::Subnet") else { continue };
        let Some(zone) = zone(subnet) else { continue };
        if let Some(before) = known.get(&zone) {
            says.add(
                *value,
                format!(
                    "load balancer `{}` has two subnets in one zone: the second is `{}`",
                    balancer.id(),
                    subnet.id()
                ),
            )
            .label("in the same zone")
            .also(*before, "as this one")
            .help("list one subnet for each zone, and at least two zones");
            return;
        }
        known.insert(zone, *value);
    }
    if let ([only], Some("application")) = (subnets.as_slice(), kind(balancer).as_deref())
        && is_one_subnet(*only)
    {
        says.add(*only, format!("application load balancer `{}` has one subnet", balancer.id()))
            .label("the only subnet")
            .help("list subnets in at least two zones");
    }
}

pub(super) fn names(resource: Resource<'_>, says: &mut Says) {
    let name = resource.get("Name");
    let Some(text) = name.text() else { return };
    let what = if resource.kind() == TARGETS { "target group" } else { "load balancer" };
    let wrong = if text.chars().count() > 32 {
        Some(format!("has {} characters, and 32 are allowed", text.chars().count()))
    } else if let Some(wrong) = text.chars().find(|it| !it.is_ascii_alphanumeric() && *it != '-') {
        Some(format!("contains `{}`", wrong.escape_debug()))
    } else if text.starts_with('-') || text.ends_with('-') {
        Some("begins or ends with a hyphen".to_owned())
    } else if resource.kind() == BALANCER && text.starts_with("internal-") {
        Some("begins with `internal-`, which AWS keeps for itself".to_owned())
    } else {
        None
    };
    if let Some(wrong) = wrong {
        says.add(name, format!("the name `{text}` of {what} `{}` {wrong}", resource.id()))
            .help("use 1 to 32 letters, digits and hyphens, or leave the name out: CloudFormation makes one");
    }
}

pub(super) fn schemes<'a>(context: &'a Context<'a>, says: &mut Says) {
    let routes = Routes::new(context);
    for balancer in context.of_type(BALANCER) {
        let scheme = balancer.get("Scheme");
        let internal = match scheme.text() {
            Some(text) => text == "internal",
            None if scheme.is_absent() => false,
            None => continue,
        };
        let subnets = subnets(balancer);
        if kind(balancer).as_deref() == Some("gateway") {
            continue;
        }
        if internal {
            let public = subnets.iter().find_map(|value| {
                let (table, leads) = routes.of(made(*value, "AWS::EC2::Subnet")?)?;
                leads.internet.then_some((*value, table))
            });
            if let Some((at, table)) = public {
                let subnet = at.resource().map(Resource::id).unwrap_or_default();
                says.add(
                    at,
                    format!(
                        "the internal load balancer `{}` stands in the public subnet `{subnet}`",
                        balancer.id()
                    ),
                )
                .severity(Severity::Note)
                .also(table, "its table leads to an internet gateway")
                .help("put what is internal into private subnets");
            }
        } else if let Some((at, table, _)) = routes.private(&subnets) {
            let subnet = at.resource().map(Resource::id).unwrap_or_default();
            says.add(
                at,
                format!(
                    "load balancer `{}` faces the internet, and its subnet `{subnet}` has no route to it",
                    balancer.id()
                ),
            )
            .also(table, "no route of this table leads to an internet gateway")
            .help("use public subnets, or `Scheme: internal`");
        }
    }
}

pub(super) fn ports_are_open<'a>(context: &'a Context<'a>, says: &mut Says) {
    let firewall = Firewall::new(context);
    for listener in context.of_type(LISTENER) {
        let Some(balancer) = made(listener.get("LoadBalancerArn"), BALANCER) else { continue };
        let groups = balancer.get("SecurityGroups");
        let port = listener.get("Port");
        let protocol = match listener.get("Protocol").text().as_deref() {
            Some("HTTP" | "HTTPS" | "TCP" | "TLS") => Protocol::TCP,
            Some("UDP") => Protocol::UDP,
            _ => continue,
        };
        let Some(number) = port.integer() else { continue };
        if groups.is_unknown() || firewall.admits(&groups.items(), protocol, number, None) != Some(false) {
            continue;
        }
        says.add(
            port,
            format!(
                "the security groups of `{}` let nobody in on port {number} of listener `{}`",
                balancer.id(),
                listener.id()
            ),
        )
        .also(groups, "the groups of the load balancer")
        .help(format!("add an ingress rule for port {number} to one of the groups"));
    }
}

/// The value of an attribute of a balancer.
fn attribute<'a>(balancer: Resource<'a>, key: &str) -> Option<Value<'a>> {
    let all = balancer.get("LoadBalancerAttributes").items();
    all.into_iter().find(|attribute| attribute.get("Key").is(key)).map(|attribute| attribute.get("Value"))
}

pub(super) fn logs<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut policies: HashMap<Resource<'a>, Vec<Resource<'a>>> = HashMap::new();
    for policy in context.of_type("AWS::S3::BucketPolicy") {
        // By name, a policy may be for any bucket.
        let Some(bucket) = policy.get("Bucket").resource() else {
            if policy.get("Bucket").text().is_none() {
                return;
            }
            continue;
        };
        policies.entry(bucket).or_default().push(policy);
    }
    let named: HashSet<String> = context
        .of_type("AWS::S3::BucketPolicy")
        .into_iter()
        .filter_map(|policy| policy.get("Bucket").text().map(|name| name.into_owned()))
        .collect();
    let mut patience = PATIENCE;
    for balancer in context.of_type(BALANCER) {
        for logs in ["access_logs", "connection_logs", "health_check_logs"] {
            let enabled = attribute(balancer, &format!("{logs}.s3.enabled"));
            let Some(enabled) = enabled.filter(|enabled| enabled.boolean() == Some(true)) else { continue };
            let Some(value) = attribute(balancer, &format!("{logs}.s3.bucket")) else {
                let known = balancer
                    .get("LoadBalancerAttributes")
                    .items()
                    .iter()
                    .all(|it| it.get("Key").text().is_some());
                if known {
                    says.add(
                        enabled,
                        format!("load balancer `{}` has {logs} on, and no bucket for them", balancer.id()),
                    )
                    .help(format!("name the bucket in the attribute `{logs}.s3.bucket`"));
                }
                continue;
            };
            let Some(bucket) = made(value, "AWS::S3::Bucket") else { continue };
            if let (Some(here), Some(there)) = (balancer.region(), bucket.region())
                && here != there
            {
                says.add(
                    value,
                    format!(
                        "load balancer `{}` in {here} logs to bucket `{}` in {there}",
                        balancer.id(),
                        bucket.id()
                    ),
                )
                .also(bucket, "the bucket")
                .help("use a bucket in the load balancer's Region");
                continue;
            }
            let by_name = bucket.get("BucketName").text().is_some_and(|name| named.contains(&*name));
            match policies.get(&bucket) {
                None if !by_name => {
                    says.add(
                        value,
                        format!(
                            "bucket `{}` takes no logs of `{}`: it has no policy for them",
                            bucket.id(),
                            balancer.id()
                        ),
                    )
                    .also(bucket, "the bucket")
                    .help("add an `AWS::S3::BucketPolicy` that lets Elastic Load Balancing put objects");
                }
                Some(policies)
                    if policies.iter().any(|policy| policy.template == balancer.template)
                        && !waits(balancer, policies, &mut patience) =>
                {
                    let policy = policies.iter().find(|policy| policy.template == balancer.template);
                    let policy = policy.map_or("", |policy| policy.id());
                    says.add(
                        value,
                        format!(
                            "load balancer `{}` logs to `{}` and does not wait for its policy",
                            balancer.id(),
                            bucket.id()
                        ),
                    )
                    .severity(Severity::Warning)
                    .help(format!("add `DependsOn: {policy}` to the load balancer"));
                }
                _ => {}
            }
            let kms = algorithms(bucket)
                .into_iter()
                .find(|algorithm| algorithm.text().is_some_and(|it| it.starts_with("aws:kms")));
            if let Some(kms) = kms
                && kind(balancer).as_deref() == Some("application")
            {
                says.add(
                    value,
                    format!(
                        "the logs of `{}` cannot be written to `{}`, which is encrypted with KMS",
                        balancer.id(),
                        bucket.id()
                    ),
                )
                .also(kms, "encryption of the bucket")
                .help("application load balancers write to buckets with SSE-S3 (`AES256`) only");
            }
        }
    }
}

/// The algorithms by which a bucket is encrypted.
fn algorithms(bucket: Resource<'_>) -> Vec<Value<'_>> {
    let rules = bucket.get("BucketEncryption").get("ServerSideEncryptionConfiguration").items();
    rules.into_iter().map(|rule| rule.within(&["ServerSideEncryptionByDefault", "SSEAlgorithm"])).collect()
}
