//! Metrics that alarms look at.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use formwork_core::Severity;

use crate::{
    context::{Context, Resolved, Resource, Value},
    rule::Says,
};

/// A namespace, the service whose facts list its metrics, and the metrics once they are read.
struct Namespace {
    name: &'static str,
    service: &'static str,
    metrics: OnceLock<Vec<String>>,
}

const fn namespace(name: &'static str, service: &'static str) -> Namespace {
    Namespace { name, service, metrics: OnceLock::new() }
}

static NAMESPACES: [Namespace; 18] = [
    namespace("AWS/ApiGateway", "apigateway"),
    namespace("AWS/ApplicationELB", "elasticloadbalancingv2"),
    namespace("AWS/AutoScaling", "autoscaling"),
    namespace("AWS/CloudFront", "cloudfront"),
    namespace("AWS/DynamoDB", "dynamodb"),
    namespace("AWS/EC2", "ec2"),
    namespace("AWS/ECS", "ecs"),
    namespace("AWS/EFS", "efs"),
    namespace("AWS/ElastiCache", "elasticache"),
    namespace("AWS/Events", "events"),
    namespace("AWS/Kinesis", "kinesis"),
    namespace("AWS/Lambda", "lambda"),
    namespace("AWS/Logs", "logs"),
    namespace("AWS/NetworkELB", "elasticloadbalancingv2"),
    namespace("AWS/RDS", "rds"),
    namespace("AWS/SNS", "sns"),
    namespace("AWS/SQS", "sqs"),
    namespace("AWS/States", "stepfunctions"),
];

impl Namespace {
    /// The names of its metrics, in alphabetical order.
    fn metrics(&self) -> &[String] {
        self.metrics.get_or_init(|| {
            let Some(service) = formwork_facts::service(self.service) else { return Vec::new() };
            let all = service.types.iter().flat_map(|kind| &kind.metrics).chain(&service.metrics);
            let mut names: Vec<String> = all
                .filter(|metric| metric.namespace == self.name)
                .map(|metric| metric.name.to_string())
                .collect();
            names.sort();
            names.dedup();
            names
        })
    }
}

/// One metric of an alarm: the object that has `Namespace`, `MetricName` and `Dimensions`.
pub(super) fn of_alarm(alarm: Resource<'_>) -> Vec<Value<'_>> {
    let mut all = Vec::new();
    if alarm.get("MetricName").is_set() {
        all.push(alarm.value().get("Properties"));
    }
    for query in alarm.get("Metrics").items() {
        let metric = query.within(&["MetricStat", "Metric"]);
        if metric.is_set() {
            all.push(metric);
        }
    }
    all
}

/// Whether one word is the other one with a letter more, less, changed, or exchanged with its neighbour. Digits are
/// never changed: `HTTPCode_ELB_502_Count` is not meant to be `HTTPCode_ELB_503_Count`.
fn near(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let front = one.iter().zip(other).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let (one, other) = (one.get(front..).unwrap_or_default(), other.get(front..).unwrap_or_default());
    let back =
        one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let one = one.get(..one.len().saturating_sub(back)).unwrap_or_default();
    let other = other.get(..other.len().saturating_sub(back)).unwrap_or_default();
    let letters = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_alphabetic);
    letters(one)
        && letters(other)
        && match (one, other) {
            ([_], [_]) | ([_], []) | ([], [_]) => true,
            ([a, b], [c, d]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
            _ => false,
        }
}

/// So many names of metrics are compared, for all alarms together.
const PATIENCE: usize = 2_000_000;

pub(super) fn known<'a>(context: &'a Context<'a>, says: &mut Says) {
    // What metric filters publish, by namespace.
    let mut known = true;
    let mut published: HashMap<Cow<'a, str>, HashSet<Cow<'a, str>>> = HashMap::new();
    for filter in context.of_type("AWS::Logs::MetricFilter") {
        for metric in filter.get("MetricTransformations").items() {
            match (metric.get("MetricNamespace").text(), metric.get("MetricName").text()) {
                (Some(space), Some(name)) => {
                    published.entry(space).or_default().insert(name);
                }
                _ => known = false,
            }
        }
    }
    let mut patience = if known { PATIENCE } else { 0 };
    for metric in context.of_type(super::ALARM).into_iter().flat_map(of_alarm) {
        known_to_aws(metric, says);
        of_filters(metric, &published, &mut patience, says);
    }
}

fn of_filters(
    metric: Value<'_>,
    published: &HashMap<Cow<'_, str>, HashSet<Cow<'_, str>>>,
    patience: &mut usize,
    says: &mut Says,
) {
    let (place, space) = (metric.get("MetricName"), metric.get("Namespace"));
    let (Some(name), Some(space)) = (place.text(), space.text()) else { return };
    let names = published.get(&space);
    *patience = patience.saturating_sub(names.map_or(published.len(), HashSet::len).max(1));
    if *patience == 0 || names.is_some_and(|names| names.contains(&name)) {
        return;
    }
    let (at, meant) = match names {
        Some(names) => (place, names.iter().filter(|known| near(known, &name)).min()),
        None => {
            let mut spaces =
                published.iter().filter(|(known, names)| near(known, &space) && names.contains(&name));
            (metric.get("Namespace"), spaces.next().map(|(known, _)| known))
        }
    };
    if let Some(meant) = meant {
        says.add(at, format!("no metric filter publishes `{name}` in `{space}`"))
            .note("an alarm on a metric that does not exist never has data")
            .help(format!("use `{meant}`, which one publishes"));
    }
}

fn known_to_aws(metric: Value<'_>, says: &mut Says) {
    let (place, space) = (metric.get("MetricName"), metric.get("Namespace"));
    let (Some(name), Some(space_name)) = (place.text(), space.text()) else { return };
    let by_case =
        |known: &&Namespace| known.name != space_name && known.name.eq_ignore_ascii_case(&space_name);
    if let Some(meant) = NAMESPACES.iter().find(by_case) {
        says.add(space, format!("nothing is published in the namespace `{space_name}`"))
            .help(format!("use `{}`", meant.name));
        return;
    }
    let Some(space) = NAMESPACES.iter().find(|known| known.name == space_name) else { return };
    let known = space.metrics();
    if known.is_empty() || known.binary_search_by(|known| known.as_str().cmp(&name)).is_ok() {
        return;
    }
    // The list is not complete: only what looks like a slip is told.
    if let Some(meant) = known.iter().find(|known| near(known, &name)) {
        says.add(place, format!("`{space_name}` has no metric `{name}`"))
            .note("an alarm on a metric that does not exist never has data")
            .help(format!("use `{meant}`"));
    }
}

/// A dimension, the type whose resources it names, and the attribute that yields the name; none for `Ref`.
const DIMENSIONS: &[(&str, &str, Option<&str>)] = &[
    ("BucketName", "AWS::S3::Bucket", None),
    ("CacheClusterId", "AWS::ElastiCache::CacheCluster", None),
    ("ClusterName", "AWS::ECS::Cluster", None),
    ("DBClusterIdentifier", "AWS::RDS::DBCluster", None),
    ("DBInstanceIdentifier", "AWS::RDS::DBInstance", None),
    ("DistributionId", "AWS::CloudFront::Distribution", None),
    ("FunctionName", "AWS::Lambda::Function", None),
    ("LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", Some("LoadBalancerFullName")),
    ("QueueName", "AWS::SQS::Queue", Some("QueueName")),
    ("ServiceName", "AWS::ECS::Service", Some("Name")),
    ("TableName", "AWS::DynamoDB::Table", None),
    ("TargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup", Some("TargetGroupFullName")),
    ("TopicName", "AWS::SNS::Topic", Some("TopicName")),
];

/// The dimensions of namespaces whose dimensions are all known.
const OF_NAMESPACE: &[(&str, &[&str])] = &[
    ("AWS/ApplicationELB", &["AvailabilityZone", "LoadBalancer", "TargetGroup"]),
    ("AWS/NetworkELB", &["AvailabilityZone", "LoadBalancer", "TargetGroup"]),
    ("AWS/SQS", &["QueueName"]),
];

pub(super) fn dimensions(alarm: Resource<'_>, says: &mut Says) {
    for metric in of_alarm(alarm) {
        let Some(space) = metric.get("Namespace").text() else { continue };
        if !space.starts_with("AWS/") && space != "ECS/ContainerInsights" {
            continue;
        }
        let dimensions = metric.get("Dimensions");
        let known = OF_NAMESPACE.iter().find(|(known, _)| *known == space).map(|(_, known)| *known);
        let (mut distribution, mut region) = (None, dimensions.is_unknown());
        for dimension in dimensions.items() {
            let (name, value) = (dimension.get("Name"), dimension.get("Value"));
            let Some(name_text) = name.text() else {
                region = true;
                continue;
            };
            if let Some(known) = known
                && !known.contains(&&*name_text)
            {
                says.add(name, format!("metrics of `{space}` have no dimension `{name_text}`"))
                    .help(format!("its dimensions are {}", known.join(", ")));
            }
            region |= name_text == "Region";
            if name_text == "DistributionId" {
                distribution = Some(dimension);
            }
            let expected = DIMENSIONS.iter().find(|(known, ..)| *known == name_text);
            let (Some((_, kind, attribute)), Resolved::Yields(named, given)) = (expected, value.resolve())
            else {
                continue;
            };
            let how = match attribute {
                Some(attribute) => format!("use `!GetAtt {}.{attribute}`", named.id()),
                None => format!("use `!Ref {}`", named.id()),
            };
            // Kubernetes clusters, functions' aliases and the like have the dimension as well.
            let alike = named.kind().rsplit("::").next() == kind.rsplit("::").next()
                || ["AWS::Lambda::Alias", "AWS::CloudFront::Function", "AWS::CloudFormation::Stack"]
                    .contains(&named.kind())
                || !named.kind().starts_with("AWS::");
            if named.kind() == *kind {
                if given != *attribute
                    && !(given == Some("Id") || given.is_some_and(|given| *given == *name_text))
                {
                    let what = given.unwrap_or("Ref");
                    says.add(
                        value,
                        format!("`{what}` of `{}` is not what the dimension `{name_text}` holds", named.id()),
                    )
                    .help(how);
                }
            } else if !alike {
                says.add(
                    value,
                    format!(
                        "the dimension `{name_text}` names `{}`, which is of type {}",
                        named.id(),
                        named.kind()
                    ),
                )
                .also(named, "declared here")
                .help(format!("name a resource of type {kind}"));
            }
        }
        if space == "AWS/CloudFront"
            && let Some(dimension) = distribution
        {
            if !region {
                says.add(
                    dimension,
                    "metrics of CloudFront have the dimension `Region` as well, always `Global`",
                )
                .help("add `{Name: Region, Value: Global}`");
            }
            if let Some(stack) =
                alarm.region().filter(|region| *region != "us-east-1" && !region.starts_with("cn-"))
            {
                says.add(
                    metric.get("Namespace"),
                    format!("CloudFront publishes its metrics in us-east-1, not in {stack}"),
                )
                .help("declare the alarm in a stack in us-east-1");
            }
        }
    }
}

pub(super) fn switched_on<'a>(context: &'a Context<'a>, says: &mut Says) {
    let subscribed = super::referred_by(context, &["AWS::CloudFront::MonitoringSubscription"]);
    for alarm in context.of_type(super::ALARM) {
        published(alarm, &subscribed, says);
    }
}

fn published(alarm: Resource<'_>, subscribed: &HashSet<(u32, u32)>, says: &mut Says) {
    const TASKS: &[&str] = &[
        "CpuReserved",
        "CpuUtilized",
        "DeploymentCount",
        "DesiredTaskCount",
        "MemoryReserved",
        "MemoryUtilized",
        "PendingTaskCount",
        "RunningTaskCount",
        "TaskCount",
        "TaskSetCount",
    ];
    const EDGE: &[&str] = &[
        "401ErrorRate",
        "403ErrorRate",
        "404ErrorRate",
        "502ErrorRate",
        "503ErrorRate",
        "504ErrorRate",
        "CacheHitRate",
        "OriginLatency",
    ];
    for metric in of_alarm(alarm) {
        let place = metric.get("MetricName");
        let (Some(name), Some(space)) = (place.text(), metric.get("Namespace").text()) else { continue };
        let named = |dimension: &str| {
            let items = metric.get("Dimensions").items();
            let found = items.iter().find(|item| item.get("Name").is(dimension));
            found.and_then(|item| item.get("Value").resource())
        };
        match &*space {
            "AWS/ECS" if TASKS.contains(&&*name) => {
                says.add(place, format!("`AWS/ECS` has no metric `{name}`; Container Insights publishes it"))
                    .help("use the namespace `ECS/ContainerInsights`, and switch it on in the cluster");
            }
            "ECS/ContainerInsights" => {
                let Some(cluster) = named("ClusterName").filter(|it| it.kind() == "AWS::ECS::Cluster") else {
                    continue;
                };
                let settings = cluster.get("ClusterSettings");
                let on = settings.items().iter().any(|setting| {
                    setting.get("Name").text().is_none_or(|name| name == "containerInsights")
                        && !setting.get("Value").is("disabled")
                });
                if !on && !settings.is_unknown() {
                    says.add(
                        place,
                        format!(
                            "`{name}` is published by Container Insights, which `{}` does not have",
                            cluster.id()
                        ),
                    )
                    .also(cluster, "the cluster")
                    .help("set `ClusterSettings: [{Name: containerInsights, Value: enabled}]`");
                }
            }
            "AWS/CloudFront" if EDGE.contains(&&*name) => {
                let Some(distribution) = named("DistributionId") else { continue };
                let subscribed = subscribed.contains(&(distribution.template, distribution.index));
                if !subscribed && distribution.kind() == "AWS::CloudFront::Distribution" {
                    says.add(
                        place,
                        format!(
                            "`{name}` is one of the additional metrics, which `{}` does not publish",
                            distribution.id()
                        ),
                    )
                    .also(distribution, "the distribution")
                    .help("add an `AWS::CloudFront::MonitoringSubscription` for it");
                }
            }
            _ => {}
        }
    }
}

/// What an alarm says of itself.
fn words(alarm: Resource<'_>) -> String {
    let text = |property| alarm.get(property).text().unwrap_or_default().to_ascii_lowercase();
    format!("{} {} {}", text("AlarmName"), text("AlarmDescription"), alarm.id().to_ascii_lowercase())
}

/// The number before the first sign of percent: 80 of `more than 80 % of all`.
fn percent_in(words: &str) -> Option<f64> {
    let before = words.split_once('%').or_else(|| words.split_once("percent"))?.0.trim_end();
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    before.rsplit(|c: char| !digits(c)).next()?.parse().ok()
}

pub(super) fn counts_are_no_percentages(alarm: Resource<'_>, says: &mut Says) {
    const COUNTS: &[(&str, &str)] = &[
        ("AWS/DocDB", "DatabaseConnections"),
        ("AWS/ElastiCache", "CurrConnections"),
        ("AWS/RDS", "DatabaseConnections"),
        ("AWS/RDS", "FreeStorageSpace"),
        ("AWS/RDS", "FreeableMemory"),
    ];
    let (name, space) = (alarm.get("MetricName").text(), alarm.get("Namespace").text());
    let (Some(name), Some(space)) = (name, space) else { return };
    if !COUNTS.contains(&(&*space, &*name)) {
        return;
    }
    let threshold = alarm.get("Threshold");
    let unit = alarm.get("Unit");
    let bytes = name.starts_with("Free");
    let what = if bytes { "bytes" } else { "connections" };
    if unit.is("Percent") {
        says.add(unit, format!("`{name}` counts {what} and is never published in percent"))
            .help("remove `Unit`");
    }
    let Some(limit) = threshold.number().filter(|limit| (0.0..=100.0).contains(limit)) else { return };
    let words = words(alarm);
    // Whoever writes "80 %" and compares with 46 has computed it.
    let computed = !bytes && percent_in(&words).is_some_and(|percent| percent != limit);
    let said = !computed && (words.contains('%') || words.contains("percent") || words.contains("pct"));
    let round = [70.0, 75.0, 80.0, 85.0, 90.0, 95.0].contains(&limit);
    if said || bytes {
        says.add(threshold, format!("`{name}` counts {what}; {limit} is not {limit} percent"))
            .note("the greatest number depends on the instance class and the parameter group")
            .help("set the threshold to that share of the greatest number, or compute the share with metric math");
    } else if round {
        says.add(threshold, format!("`{name}` counts {what}: the alarm goes off at {limit} of them"))
            .severity(Severity::Note)
            .help("if percent are meant, set the threshold to that share of the greatest number");
    }
}

pub(super) fn percentages(alarm: Resource<'_>, says: &mut Says) {
    const PERCENT: &[&str] = &[
        "CPUUtilization",
        "DatabaseMemoryUsagePercentage",
        "EngineCPUUtilization",
        "MemoryUtilization",
        "PercentIOLimit",
    ];
    const RATES: &[&str] = &["4xxErrorRate", "5xxErrorRate", "CacheHitRate", "TotalErrorRate"];
    let (name, space) = (alarm.get("MetricName").text(), alarm.get("Namespace").text());
    let (Some(name), Some(space)) = (name, space) else { return };
    let rate = RATES.contains(&&*name) && space == "AWS/CloudFront";
    let counted = ["Sum", "SampleCount"].iter().any(|statistic| alarm.get("Statistic").is(statistic));
    if !space.starts_with("AWS/") || counted || !(rate || PERCENT.contains(&&*name)) {
        return;
    }
    let threshold = alarm.get("Threshold");
    let Some(limit) = threshold.number() else { return };
    // Tasks may use more than they reserve.
    let most = if space == "AWS/ECS" { 200.0 } else { 100.0 };
    if limit > most {
        says.add(threshold, format!("`{name}` is a percentage, and is never above {limit}"))
            .help("choose a number between 0 and 100");
    } else if limit > 0.0 && limit < 1.0 && !rate {
        says.add(threshold, format!("`{name}` is published in percent, and the threshold is {limit} of one"))
            .help(format!("for {} percent, write {}", (limit * 100.0).round(), (limit * 100.0).round()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_numbers_are_not() {
        assert!(near("CPUUtilization", "CpuUtilization") && near("CPUUtilization", "CPUUtilzation"));
        assert!(
            near("FreeableMemory", "FreableMemory") && near("Errors", "Error") && near("Latency", "Latecny")
        );
        assert!(
            !near("HTTPCode_ELB_502_Count", "HTTPCode_ELB_503_Count") && !near("ReadIOPS", "VolumeReadIOPs")
        );
        assert!(!near("DB0AverageTTL", "DB1AverageTTL") && !near("", "ab"));
    }

    #[test]
    fn every_namespace_has_metrics() {
        for namespace in &NAMESPACES {
            assert!(!namespace.metrics().is_empty(), "{}", namespace.name);
        }
    }
}
