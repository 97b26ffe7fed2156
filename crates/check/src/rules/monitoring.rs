//! Alarms, dashboards, logs, and messages between services.

use std::collections::HashSet;

use crate::{
    context::Context,
    rule::{Rule, Run, rule},
};

mod alarms;
mod events;
mod expressions;
mod logs;
mod metrics;
mod queues;

const ALARM: &str = "AWS::CloudWatch::Alarm";
const COMPOSITE: &str = "AWS::CloudWatch::CompositeAlarm";
const QUEUE: &str = "AWS::SQS::Queue";
const TOPIC: &str = "AWS::SNS::Topic";
const SUBSCRIPTION: &str = "AWS::SNS::Subscription";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1301", Warning, Run::System(metrics::known)),
    rule!("FW1302", Warning, Run::Resource(&[ALARM], metrics::dimensions)),
    rule!("FW1303", Warning, Run::System(metrics::switched_on)),
    rule!("FW1304", Warning, Run::Resource(&[ALARM], metrics::counts_are_no_percentages)),
    rule!("FW1305", Warning, Run::Resource(&[ALARM], metrics::percentages)),
    rule!("FW1306", Error, Run::Resource(&[ALARM], alarms::complete)),
    rule!("FW1307", Error, Run::Resource(&[ALARM], expressions::metric_math)),
    rule!("FW1308", Note, Run::Resource(&[ALARM], alarms::tells_somebody)),
    rule!("FW1309", Error, Run::Resource(&[ALARM, COMPOSITE], alarms::actions)),
    rule!("FW1310", Error, Run::Resource(&[COMPOSITE], expressions::composite)),
    rule!("FW1311", Error, Run::Resource(&["AWS::CloudWatch::Dashboard"], expressions::dashboard)),
    rule!("FW1312", Warning, Run::Resource(&["AWS::Logs::LogGroup"], logs::retention)),
    rule!("FW1313", Note, Run::System(logs::group_of_its_own)),
    rule!("FW1314", Error, Run::Resource(&[QUEUE, TOPIC, SUBSCRIPTION], queues::fifo)),
    rule!("FW1315", Error, Run::Resource(&[QUEUE, "AWS::Lambda::EventSourceMapping"], queues::redelivery)),
    rule!("FW1316", Warning, Run::System(events::admitted)),
    rule!(
        "FW1317",
        Error,
        Run::Resource(&["AWS::Events::Rule", "AWS::Scheduler::Schedule"], events::schedule)
    ),
    rule!("FW1318", Warning, Run::Resource(&["AWS::Budgets::Budget"], events::budget)),
    rule!("FW1319", Error, Run::System(logs::two_filters)),
];

/// What resources of these types refer to, by template and number: asked once for all, instead of each resource for
/// everything that refers to it.
pub(super) fn referred_by<'a>(context: &'a Context<'a>, kinds: &[&str]) -> HashSet<(u32, u32)> {
    let from = kinds.iter().flat_map(|kind| context.of_type(kind));
    let references = from.flat_map(|resource| resource.references());
    references.map(|reference| (reference.to.template, reference.to.index)).collect()
}

#[cfg(test)]
mod tests {
    fn codes(text: &str) -> Vec<String> {
        let report = crate::templates(&[crate::Source::new("t.json", text)]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ("FW1301".."FW1320").contains(&code.as_str())).collect()
    }

    fn alarm(properties: &str, more: &str) -> Vec<String> {
        codes(&format!(
            r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{"Alarm":{{"Type":"AWS::CloudWatch::Alarm",
            "Properties":{{"AlarmActions":[{{"Ref":"P"}}],"EvaluationPeriods":1,
            "ComparisonOperator":"GreaterThanThreshold",{properties}}}}}{more}}}}}"#
        ))
    }

    const METRIC: &str = r#""Namespace":"AWS/RDS","Statistic":"Average","Period":60,"MetricName""#;

    #[test]
    fn thresholds_are_judged_where_they_are_known() {
        assert_eq!(alarm(&format!(r#"{METRIC}:"CPUUtilization","Threshold":0.8"#), ""), ["FW1305"]);
        assert!(alarm(&format!(r#"{METRIC}:"CPUUtilization","Threshold":{{"Ref":"P"}}"#), "").is_empty());
        assert!(alarm(&format!(r#"{METRIC}:"DatabaseConnections","Threshold":1280"#), "").is_empty());
        assert_eq!(alarm(&format!(r#"{METRIC}:"DatabaseConnections","Threshold":80"#), ""), ["FW1304"]);
        let described = |text: &str, limit: u32| {
            alarm(
                &format!(r#""AlarmDescription":"{text}",{METRIC}:"DatabaseConnections","Threshold":{limit}"#),
                "",
            )
        };
        assert_eq!(described("more than 80 % of all", 80), ["FW1304"]);
        assert_eq!(described("a high percentage", 46), ["FW1304"]);
        assert!(described("more than 80 % of all", 46).is_empty());
        assert!(alarm(&format!(r#"{METRIC}:"SomethingNew","Threshold":80"#), "").is_empty());
        assert!(
            alarm(&format!(r#"{METRIC}:"CPUUtilization","Threshold":1e308"#), "")
                .contains(&"FW1305".to_owned())
        );
    }

    #[test]
    fn dimensions_hold_what_resources_yield() {
        let of = |value: &str| {
            alarm(
                &format!(
                    r#""Namespace":"AWS/ApplicationELB","Statistic":"Sum","Period":60,"Threshold":1,
                    "MetricName":"RequestCount","Dimensions":[{{"Name":"LoadBalancer","Value":{value}}}]"#
                ),
                r#","Lb":{"Type":"AWS::ElasticLoadBalancingV2::LoadBalancer"}"#,
            )
        };
        assert_eq!(of(r#"{"Ref":"Lb"}"#), ["FW1302"]);
        assert!(of(r#"{"Fn::GetAtt":["Lb","LoadBalancerFullName"]}"#).is_empty());
        assert!(of(r#"{"Fn::Sub":"${Lb.LoadBalancerFullName}"}"#).is_empty());
        assert!(of(r#"{"Ref":"P"}"#).is_empty());
    }

    #[test]
    fn metrics_of_filters_are_known_by_their_names() {
        let of = |namespace: &str, name: &str, published: &str| {
            alarm(
                &format!(
                    r#""Namespace":"{namespace}","Statistic":"Sum","Period":60,"Threshold":1,"MetricName":"{name}""#
                ),
                &format!(
                    r#","F":{{"Type":"AWS::Logs::MetricFilter","Properties":{{"FilterPattern":"x","LogGroupName":{{"Ref":"P"}},
                    "MetricTransformations":[{{"MetricNamespace":"Shop","MetricName":{published},"MetricValue":"1"}}]}}}}"#
                ),
            )
        };
        assert_eq!(of("Shop", "Errors", "\"Error\""), ["FW1301"]);
        assert_eq!(of("shop", "Error", "\"Error\""), ["FW1301"]);
        assert!(of("Shop", "Error", "\"Error\"").is_empty());
        assert!(
            of("Shop", "Orders", "\"Error\"").is_empty() && of("Other", "Errors", "\"Error\"").is_empty()
        );
        assert!(of("Shop", "Errors", r#"{"Ref":"P"}"#).is_empty());
    }

    #[test]
    fn metric_math_is_judged_as_a_whole() {
        let of = |metrics: &str| alarm(&format!(r#""Threshold":1,"Metrics":[{metrics}]"#), "");
        let metric =
            r#""MetricStat":{"Stat":"Sum","Period":60,"Metric":{"Namespace":"App","MetricName":"M"}}"#;
        let right = format!(r#"{{"Id":"e","Expression":"m1*2"}},{{"Id":"m1","ReturnData":false,{metric}}}"#);
        assert!(of(&right).is_empty());
        assert_eq!(of(&right.replace("m1*2", "m2*2")), ["FW1307"]);
        assert_eq!(of(&right.replace("\"ReturnData\":false,", "")), ["FW1307"]);
        assert!(of(&right.replace("\"m1*2\"", r#"{"Ref":"P"}"#)).is_empty());
        assert!(of(&right.replace("\"Id\":\"m1\"", r#""Id":{"Ref":"P"}"#)).is_empty());
    }

    #[test]
    fn fifo_goes_with_fifo() {
        let of = |topic: &str, queue: &str| {
            codes(&format!(
                r#"{{"Resources":{{"T":{{"Type":"AWS::SNS::Topic","Properties":{{{topic}}}}},
                "Q":{{"Type":"AWS::SQS::Queue","Properties":{{{queue}}}}},
                "P":{{"Type":"AWS::SQS::QueuePolicy","Properties":{{"Queues":[{{"Ref":"Q"}}],"PolicyDocument":{{}}}}}},
                "S":{{"Type":"AWS::SNS::Subscription","Properties":{{"TopicArn":{{"Ref":"T"}},"Protocol":"sqs",
                "Endpoint":{{"Fn::GetAtt":["Q","Arn"]}}}}}}}}}}"#
            ))
        };
        assert!(of("", "").is_empty());
        assert!(of(r#""FifoTopic":true"#, "").is_empty());
        assert_eq!(of("", r#""FifoQueue":true"#), ["FW1314"]);
        assert!(of("", r#""FifoQueue":{"Fn::ImportValue":"x"}"#).is_empty());
    }
}
