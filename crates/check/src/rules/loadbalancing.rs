//! Load balancers, their listeners and their targets.

use std::collections::HashMap;

use super::network::made;
use crate::{
    context::{Context, Resource, Value},
    rule::{Rule, Run, rule},
};

mod attributes;
mod balancers;
mod listeners;
mod targets;

const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const TARGETS: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1221", Error, Run::Resource(&[BALANCER], balancers::zones)),
    rule!("FW1222", Error, Run::System(listeners::one_per_port)),
    rule!("FW1223", Error, Run::Resource(&[LISTENER], listeners::certificates)),
    rule!(
        "FW1224",
        Error,
        Run::Resource(
            &[LISTENER, "AWS::ElasticLoadBalancingV2::ListenerCertificate"],
            listeners::certificates_of_the_region
        )
    ),
    rule!("FW1225", Error, Run::System(listeners::priorities)),
    rule!("FW1226", Error, Run::Resource(&[TARGETS, "AWS::ECS::Service"], targets::types)),
    rule!("FW1227", Error, Run::Resource(&[TARGETS], targets::health_checks)),
    rule!("FW1228", Error, Run::Resource(&[BALANCER, TARGETS], balancers::names)),
    rule!("FW1229", Error, Run::System(targets::attached)),
    rule!("FW1230", Warning, Run::System(targets::wait_for_the_listener)),
    rule!("FW1231", Warning, Run::System(balancers::schemes)),
    rule!("FW1232", Warning, Run::System(balancers::ports_are_open)),
    rule!("FW1233", Error, Run::Resource(&[LISTENER, LISTENER_RULE], listeners::redirects)),
    rule!("FW1234", Error, Run::System(balancers::logs)),
    rule!("FW1235", Error, Run::Resource(&[BALANCER, TARGETS, LISTENER], attributes::keys)),
    rule!("FW1236", Error, Run::Resource(&[BALANCER, TARGETS, LISTENER], attributes::values)),
    rule!("FW1237", Error, Run::Resource(&[LISTENER, LISTENER_RULE], listeners::protocols)),
    rule!("FW1238", Error, Run::Resource(&[LISTENER, LISTENER_RULE], listeners::actions)),
    rule!("FW1239", Warning, Run::System(targets::let_the_balancer_in)),
];

/// The type of a balancer, where it is known: `application` unless it says otherwise.
fn kind(balancer: Resource<'_>) -> Option<String> {
    let kind = balancer.get("Type");
    if kind.is_absent() { Some("application".to_owned()) } else { kind.text().map(|kind| kind.into_owned()) }
}

/// The actions of a listener or of a rule.
fn actions_of(listener: Resource<'_>) -> Vec<Value<'_>> {
    listener.get(if listener.kind() == LISTENER { "DefaultActions" } else { "Actions" }).items()
}

/// The target groups that an action forwards to, where they stand.
fn groups_of(action: Value<'_>) -> Vec<Value<'_>> {
    let mut groups = vec![action.get("TargetGroupArn")];
    let more = action.within(&["ForwardConfig", "TargetGroups"]).items();
    groups.extend(more.into_iter().map(|group| group.get("TargetGroupArn")));
    groups.retain(|group| group.is_set());
    groups
}

/// The listener of a rule, or the listener itself.
fn listener_of(listener: Resource<'_>) -> Option<Resource<'_>> {
    match listener.kind() {
        LISTENER => Some(listener),
        _ => made(listener.get("ListenerArn"), LISTENER),
    }
}

fn balancer_of(listener: Resource<'_>) -> Option<Resource<'_>> {
    made(listener_of(listener)?.get("LoadBalancerArn"), BALANCER)
}

/// The listeners and rules that forward to each target group.
fn attachments<'a>(context: &'a Context<'a>) -> HashMap<Resource<'a>, Vec<Resource<'a>>> {
    let mut attachments: HashMap<Resource<'a>, Vec<Resource<'a>>> = HashMap::new();
    for kind in [LISTENER, LISTENER_RULE] {
        for listener in context.of_type(kind) {
            for group in actions_of(listener).into_iter().flat_map(groups_of) {
                if let Some(group) = made(group, TARGETS) {
                    attachments.entry(group).or_default().push(listener);
                }
            }
        }
    }
    attachments
}

#[cfg(test)]
mod tests;
