//! What an alarm needs, and whom it tells.

use crate::{
    context::{Resolved, Resource, Value},
    rule::Says,
};

pub(super) fn complete(alarm: Resource<'_>, says: &mut Says) {
    if alarm.get("EvaluationCriteria").is_set() || alarm.value().get("Properties").is_unknown() {
        return;
    }
    let single = alarm.get("MetricName").is_set();
    let (statistic, extended) = (alarm.get("Statistic"), alarm.get("ExtendedStatistic"));
    if single && statistic.is_absent() && extended.is_absent() {
        says.add(statistic, format!("the alarm `{}` does not say which statistic it compares", alarm.id()))
            .help("set `Statistic`, or `ExtendedStatistic` such as `p99`");
    }
    let period = alarm.get("Period");
    if single && period.is_absent() {
        says.add(period, format!("the alarm `{}` has no `Period`", alarm.id()))
            .help("set it to 60 or a multiple of it");
    }
    for property in ["EvaluationPeriods", "ComparisonOperator"] {
        let value = alarm.get(property);
        if value.is_absent() && alarm.get("EvaluationWindow").is_absent() {
            says.add(value, format!("the alarm `{}` has no `{property}`", alarm.id()))
                .help("say after how many periods on which side of the threshold it goes off");
        }
    }
    let limits = (alarm.get("Threshold"), alarm.get("ThresholdMetricId"));
    if limits.0.is_absent() && limits.1.is_absent() {
        says.add(limits.0, format!("the alarm `{}` has no `Threshold`", alarm.id())).help("set it");
    }
    let periods = alarm.get("EvaluationPeriods");
    let datapoints = alarm.get("DatapointsToAlarm");
    if let (Some(points), Some(of)) = (datapoints.integer(), periods.integer())
        && points > of
    {
        says.add(datapoints, format!("{points} of {of} periods can never be above the threshold"))
            .also(periods, "so many periods are looked at")
            .help("`DatapointsToAlarm` is at most `EvaluationPeriods`");
    }
    let Some(seconds) = period.integer() else { return };
    if ![10, 20, 30].contains(&seconds) && (seconds <= 0 || seconds % 60 != 0) {
        says.add(period, format!("a period of {seconds} seconds"))
            .help("use 10, 20, 30, 60 or a multiple of 60");
        return;
    }
    let most = if seconds < 3600 { 86_400 } else { 604_800 };
    if let Some(count) = periods.integer()
        && count.saturating_mul(seconds) > most
    {
        says.add(
            periods,
            format!("{count} periods of {seconds} seconds are longer than {} day(s)", most / 86_400),
        )
        .also(period, "the period")
        .help("an alarm looks back a day, or a week where its period is an hour or longer");
    }
}

/// What an alarm does: its actions of all states.
fn all_actions(alarm: Resource<'_>) -> Vec<Value<'_>> {
    let lists = ["AlarmActions", "OKActions", "InsufficientDataActions"];
    lists.iter().flat_map(|list| alarm.get(list).items()).collect()
}

pub(super) fn tells_somebody(alarm: Resource<'_>, says: &mut Says) {
    let lists = ["AlarmActions", "OKActions", "InsufficientDataActions"];
    let unknown = lists.iter().any(|list| alarm.get(list).is_unknown());
    if unknown || !all_actions(alarm).is_empty() || alarm.get("ActionsEnabled").boolean() == Some(false) {
        return;
    }
    // A composite alarm, a deployment or a scaling policy may look at it.
    if alarm.referrers().is_empty() {
        says.add(alarm.get("AlarmActions"), format!("the alarm `{}` tells nobody", alarm.id()))
            .help("name an SNS topic in `AlarmActions`");
    }
}

pub(super) fn actions(alarm: Resource<'_>, says: &mut Says) {
    const ACTIONS: &[&str] = &[
        "AWS::AIOps::InvestigationGroup",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::AutoScaling::ScalingPolicy",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::Stack",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::SNS::Topic",
        "AWS::SSMIncidents::ResponsePlan",
    ];
    for action in all_actions(alarm) {
        if let Resolved::Yields(target, attribute) = action.resolve() {
            if target.kind().starts_with("AWS::") && !ACTIONS.contains(&target.kind()) {
                says.add(
                    action,
                    format!(
                        "`{}` of type {} is nothing that an alarm can act on",
                        target.id(),
                        target.kind()
                    ),
                )
                .also(target, "declared here")
                .help("name an SNS topic, a scaling policy or a function");
            } else if target.kind() == "AWS::SNS::Topic" && attribute == Some("TopicName") {
                says.add(action, "the name of a topic where its ARN is wanted")
                    .help(format!("use `!Ref {}`", target.id()));
            } else if let (Some(here), Some(there)) = (alarm.region(), target.region())
                && here != there
            {
                says.add(action, format!("`{}` is in {there}, the alarm in {here}", target.id()))
                    .also(target, "declared here")
                    .help("an alarm acts within its Region; use a topic there");
            }
            continue;
        }
        let Some(text) = action.text() else { continue };
        if !text.starts_with("arn:") {
            says.add(action, format!("`{text}` is no ARN"))
                .help("name the ARN of an SNS topic, a scaling policy or a function");
        } else if let (Some(here), Some(there)) = (alarm.region(), text.split(':').nth(3))
            && text.contains(":sns:")
            && here != there
        {
            says.add(action, format!("the topic is in {there}, the alarm in {here}"))
                .help("an alarm acts within its Region; use a topic there");
        }
    }
}
