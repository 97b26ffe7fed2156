//! Events, schedules and budgets.

use std::collections::HashSet;

use super::{QUEUE, SUBSCRIPTION, TOPIC};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

const POLICIES: &[&str] = &[
    "AWS::Lambda::Permission",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SQS::QueuePolicy",
];

/// Whether a target is a queue, a topic or a function to which nothing in the system allows others to send.
fn is_closed(target: Resource<'_>, admitted: &HashSet<(u32, u32)>) -> bool {
    [QUEUE, TOPIC, "AWS::Lambda::Function"].contains(&target.kind())
        && !admitted.contains(&(target.template, target.index))
}

fn lacks(target: Resource<'_>) -> &'static str {
    match target.kind() {
        QUEUE => "add an `AWS::SQS::QueuePolicy` that allows sqs:SendMessage to the service",
        TOPIC => "add an `AWS::SNS::TopicPolicy` that allows sns:Publish to the service",
        _ => "add an `AWS::Lambda::Permission` that allows lambda:InvokeFunction to the service",
    }
}

pub(super) fn admitted<'a>(context: &'a Context<'a>, says: &mut Says) {
    let admitted = super::referred_by(context, POLICIES);
    for kind in ["AWS::Events::Rule", SUBSCRIPTION] {
        for resource in context.of_type(kind) {
            sends(resource, &admitted, says);
        }
    }
}

fn sends(resource: Resource<'_>, admitted: &HashSet<(u32, u32)>, says: &mut Says) {
    const NEED_ROLE: &[&str] = &[
        "AWS::Batch::JobQueue",
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::ECS::Cluster",
        "AWS::Events::ApiDestination",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::StepFunctions::StateMachine",
    ];
    if resource.kind() == SUBSCRIPTION {
        let endpoint = resource.get("Endpoint");
        if let Some(target) = endpoint.resource().filter(|target| is_closed(*target, admitted)) {
            says.add(endpoint, format!("nothing allows the topic to send to `{}`", target.id()))
                .also(target, "declared here")
                .help(lacks(target));
        }
        return;
    }
    let targets = resource.get("Targets");
    if targets.is_absent() {
        says.add(targets, format!("the rule `{}` has no target", resource.id()))
            .help("name one in `Targets`");
    }
    for target in targets.items() {
        let (arn, role) = (target.get("Arn"), target.get("RoleArn"));
        let Some(named) = arn.resource().filter(|_| role.is_absent()) else { continue };
        if is_closed(named, admitted) {
            says.add(arn, format!("nothing allows the rule `{}` to send to `{}`", resource.id(), named.id()))
                .also(named, "declared here")
                .help(lacks(named));
        } else if NEED_ROLE.contains(&named.kind()) {
            says.add(
                target,
                format!("the rule `{}` has no role for its target `{}`", resource.id(), named.id()),
            )
            .also(named, "declared here")
            .help("set `RoleArn` to a role that events.amazonaws.com may assume");
        }
    }
}

/// What is wrong with a schedule.
fn wrong(text: &str, scheduler: bool) -> Option<String> {
    let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inner("rate") {
        let words: Vec<&str> = rate.split(' ').collect();
        let [number, unit] = words.as_slice() else {
            return Some("a rate is a number and a unit".to_owned());
        };
        let Some(number) = number.parse::<u64>().ok().filter(|number| *number > 0) else {
            return Some(format!("`{number}` is no number above 0"));
        };
        let singular = ["minute", "hour", "day"].contains(unit);
        if !singular && !["minutes", "hours", "days"].contains(unit) {
            return Some(format!("`{unit}` is no unit; minutes, hours and days are"));
        }
        if !scheduler && singular != (number == 1) {
            let right = if singular { format!("{unit}s") } else { unit.trim_end_matches('s').to_owned() };
            return Some(format!("for {number} the unit is `{right}`"));
        }
        return None;
    }
    if let Some(cron) = inner("cron") {
        let fields: Vec<&str> = cron.split(' ').filter(|field| !field.is_empty()).collect();
        let [_, _, of_month, _, of_week, _] = fields.as_slice() else {
            return Some(format!(
                "it has {} fields, and six are needed: minute, hour, day of the month, month, day of the week, year",
                fields.len()
            ));
        };
        if *of_month != "?" && *of_week != "?" {
            return Some("one of the day of the month and the day of the week has to be `?`".to_owned());
        }
        return None;
    }
    if scheduler && inner("at").is_some() {
        return None;
    }
    Some("it is none of `rate(..)` and `cron(..)`".to_owned())
}

pub(super) fn schedule(resource: Resource<'_>, says: &mut Says) {
    let scheduler = resource.kind() == "AWS::Scheduler::Schedule";
    let value = resource.get("ScheduleExpression");
    let Some(text) = value.text().filter(|text| scheduler || !text.is_empty()) else { return };
    if let Some(wrong) = wrong(&text, scheduler) {
        says.add(value, format!("`{text}` is no schedule: {wrong}"))
            .help("for example `rate(5 minutes)`, or `cron(0 6 * * ? *)` for six every day");
    }
}

pub(super) fn budget(budget: Resource<'_>, says: &mut Says) {
    let list = budget.get("NotificationsWithSubscribers");
    let entries = list.items();
    if entries.is_empty() && !list.is_unknown() {
        says.add(list, format!("the budget `{}` tells nobody", budget.id()))
            .help("add `NotificationsWithSubscribers` with an address");
    }
    for entry in entries {
        let subscribers = entry.get("Subscribers");
        if subscribers.items().is_empty() && !subscribers.is_unknown() {
            says.add(
                subscribers,
                format!("a notification of the budget `{}` has no subscriber", budget.id()),
            )
            .help("name an e-mail address or an SNS topic");
        }
        let topics = |item: &&Value<'_>| item.get("SubscriptionType").is("SNS");
        if let Some(second) = subscribers.items().iter().filter(topics).nth(1) {
            says.add(*second, "a second topic for the same notification")
                .help("a notification has one topic at most");
        }
        let (threshold, kind) =
            (entry.within(&["Notification", "Threshold"]), entry.within(&["Notification", "ThresholdType"]));
        let percent = kind.is_absent() || kind.is("PERCENTAGE");
        if let Some(limit) = threshold.number().filter(|limit| percent && *limit > 0.0 && *limit <= 1.0) {
            says.add(threshold, format!("the notification is sent at {limit} percent of the budget"))
                .help(format!("for {} percent, write {}", (limit * 100.0).round(), (limit * 100.0).round()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for right in
            ["rate(1 minute)", "rate(5 minutes)", "cron(0 6 * * ? *)", "cron(0/15 8-17 ? * MON-FRI *)"]
        {
            assert_eq!(wrong(right, false), None, "{right}");
        }
        for bad in [
            "rate(1 minutes)",
            "rate(0 days)",
            "rate(5)",
            "cron(0 6 * * *)",
            "cron(0 6 * * * *)",
            "daily",
            "",
        ] {
            assert!(wrong(bad, false).is_some(), "{bad}");
        }
        assert_eq!(wrong("at(2030-01-01T00:00:00)", true), None);
        assert_eq!(wrong("rate(1 minutes)", true), None);
    }
}
