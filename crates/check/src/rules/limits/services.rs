//! Quotas of services.

use formwork_core::Severity;

use super::named;
use crate::{
    context::{Resolved, Resource, Value},
    json::shortened,
    rule::Says,
};

/// How many characters a policy has, not counting space; of what is not known, at least none.
fn length(policy: Value<'_>) -> usize {
    let mut total = 0;
    let mut open = vec![policy];
    while let Some(value) = open.pop() {
        total += match value.resolve() {
            Resolved::List(_) => {
                let items = value.items();
                let commas = items.len().saturating_sub(1);
                open.extend(items);
                2 + commas
            }
            Resolved::Map(_) => {
                let entries = value.entries();
                let keys: usize = entries.iter().map(|(key, _)| key.len() + 3).sum();
                let commas = entries.len().saturating_sub(1);
                open.extend(entries.into_iter().map(|(_, value)| value));
                2 + keys + commas
            }
            Resolved::Text(text) => 2 + text.chars().filter(|c| !c.is_whitespace()).count(),
            Resolved::Texts(texts) => 1 + texts.iter().map(|text| text.len() + 3).sum::<usize>(),
            Resolved::Bool(_) | Resolved::Null => 4,
            Resolved::Number(text) => text.len(),
            // Of what is put together, what is known counts.
            _ => {
                let known = |piece| match piece {
                    crate::context::Piece::Text(text) => text.chars().filter(|c| !c.is_whitespace()).count(),
                    _ => 0,
                };
                value.pieces().into_iter().map(known).sum()
            }
        };
    }
    total
}

pub(super) const WITH_INLINE_POLICIES: &[&str] = &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"];

pub(super) fn inline_policies(identity: Resource<'_>, says: &mut Says) {
    let (what, most) = match identity.kind() {
        "AWS::IAM::Role" => ("role", 10_240),
        "AWS::IAM::User" => ("user", 2_048),
        _ => ("group", 5_120),
    };
    let policies = identity.get("Policies");
    let total: usize = policies.items().iter().map(|policy| length(policy.get("PolicyDocument"))).sum();
    if total > most {
        says.add(policies, format!("the policies of {} have {total} characters together", named(identity)))
            .help(format!(
                "a {what} may have {most}, not counting space; use managed policies, or fewer resources"
            ));
    }
}

pub(super) fn managed_policy(policy: Resource<'_>, says: &mut Says) {
    let document = policy.get("PolicyDocument");
    let length = length(document);
    if length > 6_144 {
        says.add(document, format!("the managed policy {} has {length} characters", named(policy)))
            .help("6,144 are allowed, not counting space; divide it");
    }
}

pub(super) fn trust_policy(role: Resource<'_>, says: &mut Says) {
    let document = role.get("AssumeRolePolicyDocument");
    let length = length(document);
    if length > 2_048 {
        let severity = if length > 4_096 { Severity::Error } else { Severity::Warning };
        says.add(document, format!("the trust policy of {} has {length} characters", named(role)))
            .severity(severity)
            .help("2,048 are allowed; an account may have that raised to 4,096");
    }
}

pub(super) const WITH_MANAGED_POLICIES: &[&str] = &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"];

pub(super) fn managed_policies(identity: Resource<'_>, says: &mut Says) {
    let policies = identity.get("ManagedPolicyArns");
    let count = policies.items().len();
    if count > 10 {
        says.add(policies, format!("{} has {count} managed policies", named(identity)))
            .help("10 are allowed unless the account has that raised; join some of them");
    }
}

pub(super) fn security_group(group: Resource<'_>, says: &mut Says) {
    const SIDES: &[(&str, &str)] = &[
        ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress"),
        ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress"),
    ];
    for (property, kind) in SIDES {
        let rules = group.get(property);
        let own = rules.items().len();
        let others = group.referrers();
        let further = others.iter().filter(|reference| {
            reference.from.kind() == *kind && reference.from.get("GroupId").resource() == Some(group)
        });
        let count = own + further.count();
        if count > 60 {
            let at: crate::rule::Place = if own > 0 { rules.into() } else { group.into() };
            says.add(at, format!("{} has {count} rules in `{property}`", named(group)))
                .help("60 are allowed unless the account has that raised; use prefix lists, or join ranges");
        }
    }
}

pub(super) fn listener_rules(balancer: Resource<'_>, says: &mut Says) {
    if balancer.get("Type").text().is_some_and(|kind| kind != "application") {
        return;
    }
    let listens = |reference: &crate::context::Reference<'_>| {
        reference.from.kind() == "AWS::ElasticLoadBalancingV2::Listener"
            && reference.from.get("LoadBalancerArn").resource() == Some(balancer)
    };
    let mut count = 0;
    for listener in balancer.referrers().into_iter().filter(listens).map(|reference| reference.from) {
        let rule = |reference: &crate::context::Reference<'_>| {
            reference.from.kind() == "AWS::ElasticLoadBalancingV2::ListenerRule"
                && reference.from.get("ListenerArn").resource() == Some(listener)
        };
        count += listener.referrers().iter().filter(|reference| rule(reference)).count();
    }
    if count > 100 {
        says.add(balancer, format!("the load balancer {} has {count} rules", named(balancer)))
            .help("100 are allowed, not counting defaults, unless the account has that raised");
    }
}

pub(super) fn lifecycle_rules(bucket: Resource<'_>, says: &mut Says) {
    let rules = bucket.get("LifecycleConfiguration").get("Rules");
    let count = rules.items().len();
    if count > 1000 {
        says.add(rules, format!("the bucket {} has {count} lifecycle rules", named(bucket)))
            .help("1,000 are allowed; choose objects by tags instead of prefixes");
    }
}

pub(super) const WITH_ACTIONS: &[&str] =
    &["AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"];

pub(super) fn target_groups(rule: Resource<'_>, says: &mut Says) {
    let property = if rule.kind().ends_with("Rule") { "Actions" } else { "DefaultActions" };
    for action in rule.get(property).items() {
        let groups = action.get("ForwardConfig").get("TargetGroups");
        let count = groups.items().len();
        if count > 5 {
            says.add(
                groups,
                format!("an action of `{}` forwards to {count} target groups", shortened(rule.id())),
            )
            .help("5 are allowed");
        }
    }
}
