//! Automatic scaling.

use std::collections::HashMap;

use formwork_core::Severity;

use super::network::Who;
use crate::{
    context::{Context, Piece, Resource, Value},
    rule::{Rule, Run, Says, rule},
};

const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";
const GROUP_POLICY: &str = "AWS::AutoScaling::ScalingPolicy";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1255", Error, Run::Resource(BOUNDED, bounds)),
    rule!("FW1256", Error, Run::Resource(&[TARGET, POLICY], identifiers)),
    rule!("FW1257", Error, Run::Resource(&[POLICY, GROUP_POLICY], configurations)),
    rule!("FW1258", Warning, Run::System(triggers)),
    rule!("FW1259", Error, Run::Resource(&[POLICY, GROUP_POLICY], labels)),
    rule!("FW1240", Note, Run::System(contests)),
    rule!("FW1260", Warning, Run::System(moved)),
];

const BOUNDED: &[&str] = &[
    "AWS::AutoScaling::AutoScalingGroup",
    TARGET,
    "AWS::RDS::DBCluster",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::EKS::Nodegroup",
    "AWS::ECS::CapacityProvider",
    "AWS::AppRunner::AutoScalingConfiguration",
    "AWS::MSK::Cluster",
];

/// Within which property least and most stand, what they are called, and what is wanted at first.
const PAIRS: &[(&str, &[&str], &str, &str, &str)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", &[], "MinSize", "MaxSize", "DesiredCapacity"),
    (TARGET, &[], "MinCapacity", "MaxCapacity", ""),
    ("AWS::RDS::DBCluster", &["ServerlessV2ScalingConfiguration"], "MinCapacity", "MaxCapacity", ""),
    ("AWS::RDS::DBCluster", &["ScalingConfiguration"], "MinCapacity", "MaxCapacity", ""),
    ("AWS::ElastiCache::ServerlessCache", &["CacheUsageLimits", "DataStorage"], "Minimum", "Maximum", ""),
    ("AWS::ElastiCache::ServerlessCache", &["CacheUsageLimits", "ECPUPerSecond"], "Minimum", "Maximum", ""),
    ("AWS::EKS::Nodegroup", &["ScalingConfig"], "MinSize", "MaxSize", "DesiredSize"),
    (
        "AWS::ECS::CapacityProvider",
        &["AutoScalingGroupProvider", "ManagedScaling"],
        "MinimumScalingStepSize",
        "MaximumScalingStepSize",
        "",
    ),
    ("AWS::AppRunner::AutoScalingConfiguration", &[], "MinSize", "MaxSize", ""),
];

fn bounds(resource: Resource<'_>, says: &mut Says) {
    for (kind, path, least, most, wanted) in PAIRS {
        if *kind != resource.kind() {
            continue;
        }
        let within = resource.value().get("Properties").within(path);
        let (least, most, wanted) = (within.get(least), within.get(most), within.get(wanted));
        let (low, high) = (least.number(), most.number());
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            says.add(
                least,
                format!(
                    "`{}` of `{}` is {low}, more than `{}`, {high}",
                    least.name(),
                    resource.id(),
                    most.name()
                ),
            )
            .also(most, "the maximum")
            .help("the minimum must not be greater than the maximum");
            continue;
        }
        let Some(number) = wanted.number() else { continue };
        for (bound, value, wrong) in [
            (least, low, low.is_some_and(|low| number < low)),
            (most, high, high.is_some_and(|high| number > high)),
        ] {
            if let (true, Some(value)) = (wrong, value) {
                says.add(
                    wanted,
                    format!(
                        "`{}` of `{}` is {number}, and `{}` is {value}",
                        wanted.name(),
                        resource.id(),
                        bound.name()
                    ),
                )
                .also(bound, "the bound")
                .help("choose a number from the minimum to the maximum");
            }
        }
    }
    if resource.kind() == TARGET {
        desired_count(resource, says);
    }
}

/// Compares the number of tasks of a service with the bounds within which it is scaled.
fn desired_count(target: Resource<'_>, says: &mut Says) {
    let service = target.get("ResourceId").pieces().into_iter().find_map(|piece| match piece {
        Piece::Yields(resource, _) if resource.kind() == "AWS::ECS::Service" => Some(resource),
        _ => None,
    });
    let Some(service) = service else { return };
    let count = service.get("DesiredCount");
    let Some(number) = count.integer() else { return };
    let (least, most) = (target.get("MinCapacity"), target.get("MaxCapacity"));
    let (low, high) = (least.integer(), most.integer());
    let tasks = if number == 1 { "task is" } else { "tasks are" };
    let keeps = match (low, high) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} or more"),
        (None, Some(high)) => format!("{high} or fewer"),
        (None, None) => return,
    };
    let outside = [
        (least, low.is_some_and(|low| number < low), "scaling keeps no fewer"),
        (most, high.is_some_and(|high| number > high), "scaling keeps no more"),
    ];
    // Bounds that are in the wrong order were told above.
    let ordered = low.zip(high).is_none_or(|(low, high)| low <= high);
    for (bound, wrong, label) in outside {
        if wrong && ordered {
            says.add(
                count,
                format!("{number} {tasks} wanted of service `{}`, and scaling keeps {keeps}", service.id()),
            )
            .severity(Severity::Warning)
            .label("wanted at first")
            .also(bound, label)
            .help("leave the number out, or choose one within the bounds: scaling corrects it after every deployment");
        }
    }
}

/// A namespace, the dimensions in it, and how ids of resources begin and of how many parts they consist.
type Namespace = (&'static str, &'static str, &'static [(&'static str, usize)]);

const NAMESPACES: &[Namespace] = &[
    ("ecs", "ecs:", &[("service", 3)]),
    ("ec2", "ec2:", &[("spot-fleet-request", 2)]),
    ("dynamodb", "dynamodb:", &[("table", 2), ("table", 4)]),
    ("rds", "rds:", &[("cluster", 1)]),
    ("lambda", "lambda:", &[("function", 1)]),
    ("elasticache", "elasticache:", &[("replication-group", 2), ("cache-cluster", 2)]),
    ("sagemaker", "sagemaker:", &[("endpoint", 4), ("inference-component", 2)]),
    ("appstream", "appstream:", &[("fleet", 2)]),
    ("elasticmapreduce", "elasticmapreduce:", &[("instancegroup", 3)]),
    ("cassandra", "cassandra:", &[("keyspace", 4)]),
    ("neptune", "neptune:", &[("cluster", 1)]),
];

fn identifiers(resource: Resource<'_>, says: &mut Says) {
    let (namespace, dimension) = (resource.get("ServiceNamespace"), resource.get("ScalableDimension"));
    let Some(known) = namespace.text() else { return };
    let Some((_, prefix, forms)) = NAMESPACES.iter().find(|(name, ..)| *name == known) else { return };
    if let Some(text) = dimension.text()
        && !text.starts_with(prefix)
    {
        says.add(dimension, format!("`{}` of service `{known}` scales `{text}`", resource.id()))
            .also(namespace, "another service")
            .help(format!("dimensions of `{known}` begin with `{prefix}`"));
    }
    let id = resource.get("ResourceId");
    let mut text = String::new();
    for piece in id.pieces() {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            // A name has no slashes; of an ARN, nobody knows.
            Piece::Yields(resource, attribute) => {
                if attribute.is_some_and(|attribute| attribute.ends_with("Arn")) {
                    says.add(id, format!("the resource id of `{}` contains an ARN", resource.id()))
                        .help("use names: `service/<cluster>/<service>` for ECS");
                    return;
                }
                let by_arn = ["AWS::ECS::Service", "AWS::ECS::CapacityProvider"];
                if attribute.is_none() && by_arn.contains(&resource.kind()) {
                    says.add(id, format!("`!Ref {}` in a resource id yields an ARN", resource.id()))
                        .help(format!("use its name: `${{{}.Name}}`", resource.id()));
                    return;
                }
                text.push('*');
            }
            Piece::Pseudo(_) => text.push('*'),
            Piece::Unknown => return,
        }
    }
    // Other forms, by which nothing is known, are left alone.
    if text.starts_with("arn:") || text.is_empty() || text == "*" {
        return;
    }
    let separator = if matches!(&*known, "rds" | "lambda" | "neptune") { ':' } else { '/' };
    let parts: Vec<&str> = text.split(separator).collect();
    let first = parts.first().copied().unwrap_or_default();
    let fits = forms.iter().any(|(word, count)| {
        first == *word
            && (separator == ':' || parts.len() == *count)
            && parts.iter().all(|part| !part.is_empty())
    });
    if !fits && !first.contains('*') {
        let (word, count) = forms.first().copied().unwrap_or_default();
        let form = match (&*known, separator) {
            ("ecs", _) => "service/<cluster>/<service>".to_owned(),
            (_, ':') => format!("{word}:<name>"),
            _ => format!("{word}/{}", vec!["<name>"; count.saturating_sub(1)].join("/")),
        };
        says.add(id, format!("`{text}` is no resource id of service `{known}`"))
            .help(format!("write `{form}`"));
    }
}

/// A type of policy, and the properties that say what it does: in one of the two services, and in the other.
const CONFIGURED: &[(&str, &str, &str)] = &[
    ("TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration", "TargetTrackingConfiguration"),
    ("StepScaling", "StepScalingPolicyConfiguration", "StepAdjustments"),
    ("PredictiveScaling", "PredictiveScalingPolicyConfiguration", "PredictiveScalingConfiguration"),
    ("SimpleScaling", "", "ScalingAdjustment"),
];

fn configurations(policy: Resource<'_>, says: &mut Says) {
    let of_group = policy.kind() == GROUP_POLICY;
    let kind = policy.get("PolicyType");
    let kind_text = if of_group && kind.is_absent() { Some("SimpleScaling".into()) } else { kind.text() };
    let Some(kind_text) = kind_text else { return };
    let found = CONFIGURED.iter().find(|(known, ..)| *known == kind_text);
    let Some((_, application, group)) = found else { return };
    let property = if of_group { group } else { application };
    if property.is_empty() {
        return;
    }
    let configuration = policy.get(property);
    if configuration.is_absent() {
        says.add(
            configuration,
            format!("policy `{}` of type `{kind_text}` has no `{property}`", policy.id()),
        )
        .help(format!("add `{property}`, or use another `PolicyType`"));
        return;
    }
    if kind_text == "StepScaling" {
        let steps = if of_group { configuration } else { configuration.get("StepAdjustments") };
        let adjustment =
            if of_group { policy.get("AdjustmentType") } else { configuration.get("AdjustmentType") };
        if adjustment.is_absent() {
            says.add(adjustment, format!("step policy `{}` does not say what its steps change", policy.id()))
                .help("set `AdjustmentType`, such as `ChangeInCapacity`");
        }
        intervals(policy, steps, says);
    }
    if kind_text == "TargetTrackingScaling" {
        let metrics = ["PredefinedMetricSpecification", "CustomizedMetricSpecification"];
        let set: Vec<Value<'_>> =
            metrics.iter().map(|name| configuration.get(name)).filter(|metric| metric.is_set()).collect();
        if set.is_empty() && !configuration.is_unknown() {
            says.add(configuration, format!("policy `{}` tracks no metric", policy.id()))
                .help("add `PredefinedMetricSpecification` or `CustomizedMetricSpecification`");
        } else if let [_, second] = set.as_slice() {
            says.add(*second, format!("policy `{}` tracks two metrics", policy.id()))
                .help("one of them is allowed: make two policies");
        }
    }
    let cooldowns =
        ["ScaleInCooldown", "ScaleOutCooldown", "Cooldown"].iter().map(|name| configuration.get(name));
    for cooldown in cooldowns.chain([policy.get("Cooldown")]) {
        if cooldown.number().is_some_and(|seconds| seconds < 0.0) {
            says.add(cooldown, format!("a cooldown of policy `{}` is negative", policy.id()))
                .help("use 0 or more seconds");
        }
    }
}

/// Judges the intervals of steps: they must not overlap, and leave nothing out.
fn intervals(policy: Resource<'_>, list: Value<'_>, says: &mut Says) {
    let steps = list.items();
    if steps.is_empty() {
        if !list.is_unknown() {
            says.add(list, format!("step policy `{}` has no steps", policy.id()))
                .help("list at least one in `StepAdjustments`");
        }
        return;
    }
    let mut known: Vec<(f64, f64, Value<'_>)> = Vec::new();
    for step in &steps {
        let bound = |name, absent: f64| {
            let value = step.get(name);
            if value.is_absent() { Some(absent) } else { value.number() }
        };
        let lower = bound("MetricIntervalLowerBound", f64::NEG_INFINITY);
        let upper = bound("MetricIntervalUpperBound", f64::INFINITY);
        let (Some(lower), Some(upper)) = (lower, upper) else { return };
        if lower >= upper {
            says.add(*step, format!("a step of `{}` goes from {lower} to {upper}", policy.id()))
                .help("the lower bound has to be less than the upper one");
            return;
        }
        known.push((lower, upper, *step));
    }
    known.sort_by(|one, other| one.0.total_cmp(&other.0));
    for pair in known.windows(2) {
        let [(_, upper, one), (lower, _, other)] = pair else { continue };
        if lower < upper {
            says.add(*other, format!("two steps of `{}` overlap", policy.id()))
                .also(*one, "the other step")
                .help("let every step begin where the one before ends");
            return;
        }
        if lower > upper {
            says.add(
                *other,
                format!("the steps of `{}` leave out what is between {upper} and {lower}", policy.id()),
            )
            .also(*one, "the step before")
            .help("let every step begin where the one before ends");
            return;
        }
    }
}

/// What a policy scales.
fn scaled(policy: Resource<'_>) -> Option<Vec<Who>> {
    if policy.kind() == GROUP_POLICY {
        return Some(vec![Who::of(policy.get("AutoScalingGroupName"))?]);
    }
    if let Some(target) = Who::of(policy.get("ScalingTargetId")) {
        return Some(vec![target]);
    }
    let mut who = vec![Who::of(policy.get("ScalableDimension"))?];
    for piece in policy.get("ResourceId").pieces() {
        who.push(match piece {
            Piece::Text(text) => Who::Named(text.into_owned()),
            Piece::Yields(resource, _) => Who::made(resource),
            Piece::Pseudo(name) => Who::Named(name.to_owned()),
            Piece::Unknown => return None,
        });
    }
    Some(who)
}

fn triggers<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut triggered: std::collections::HashSet<Resource<'a>> = std::collections::HashSet::new();
    let mut loose = false;
    for kind in ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"] {
        for alarm in context.of_type(kind) {
            for list in ["AlarmActions", "OKActions", "InsufficientDataActions"] {
                let list = alarm.get(list);
                loose |= list.is_unknown();
                for action in list.items() {
                    match action.resource() {
                        Some(policy) => {
                            triggered.insert(policy);
                        }
                        None => loose |= action.text().is_none(),
                    }
                }
            }
        }
    }
    let mut tracked: HashMap<(Vec<Who>, String), Value<'a>> = HashMap::new();
    for kind in [POLICY, GROUP_POLICY] {
        for policy in context.of_type(kind) {
            let of_group = kind == GROUP_POLICY;
            let own = policy.get("PolicyType");
            let simple = of_group && own.is_absent();
            if (own.is("StepScaling") || own.is("SimpleScaling") || simple)
                && !loose
                && !triggered.contains(&policy)
                && policy.referrers().is_empty()
            {
                says.add(policy, format!("no alarm triggers policy `{}`", policy.id()))
                    .help(format!("name it in an alarm: `AlarmActions: [!Ref {}]`", policy.id()));
            }
            let configuration = policy.get(match of_group {
                true => "TargetTrackingConfiguration",
                false => "TargetTrackingScalingPolicyConfiguration",
            });
            let metric = configuration.get("PredefinedMetricSpecification").get("PredefinedMetricType");
            let (Some(scaled), Some(text)) = (scaled(policy), metric.text()) else { continue };
            // Requests are counted by target group.
            if text == "ALBRequestCountPerTarget" {
                continue;
            }
            if let Some(before) = tracked.insert((scaled, text.clone().into_owned()), metric) {
                says.add(
                    metric,
                    format!("policy `{}` tracks `{text}`, which another policy tracks already", policy.id()),
                )
                .severity(Severity::Error)
                .also(before, "the other policy")
                .help("a target has one policy for each metric");
            }
        }
    }
}

/// Metrics of ECS that a policy can track, and what alarms call them.
const USED: &[(&str, &str)] = &[
    ("ECSServiceAverageCPUUtilization", "CPUUtilization"),
    ("ECSServiceAverageMemoryUtilization", "MemoryUtilization"),
];

/// The policies with steps that the alarms on a metric of ECS services trigger, each with the alarm.
fn stepped<'a>(context: &'a Context<'a>) -> Vec<(Resource<'a>, Resource<'a>)> {
    let mut found = Vec::new();
    for alarm in context.of_type("AWS::CloudWatch::Alarm") {
        if !alarm.get("Namespace").is("AWS/ECS") {
            continue;
        }
        for list in ["AlarmActions", "OKActions"] {
            let policies = alarm.get(list).items().into_iter().filter_map(Value::resource);
            let stepped =
                |policy: &Resource<'_>| policy.kind() == POLICY && policy.get("PolicyType").is("StepScaling");
            found.extend(policies.filter(stepped).map(|policy| (policy, alarm)));
        }
    }
    found
}

/// Whether an alarm is on the service that is scaled, as far as it names one.
fn of_service(alarm: Resource<'_>, policy: Resource<'_>) -> bool {
    let target = policy.get("ScalingTargetId").resource().unwrap_or(policy);
    let scaled = target.get("ResourceId").pieces();
    let dimensions = alarm.get("Dimensions").items();
    let service = dimensions.iter().find(|dimension| dimension.get("Name").is("ServiceName"));
    let Some(service) = service.map(|dimension| dimension.get("Value")) else { return false };
    if let Some(service) = service.resource() {
        return scaled.iter().any(|piece| matches!(piece, Piece::Yields(it, _) if *it == service));
    }
    let Some(name) = service.text() else { return false };
    matches!(scaled.last(), Some(Piece::Text(text)) if text.rsplit('/').next() == Some(&*name))
}

/// Finds services whose number of tasks follows a metric, and is changed in steps by the same one.
// docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html: nothing holds steps back that take
// tasks away before a policy that tracks the metric would.
fn contests<'a>(context: &'a Context<'a>, says: &mut Says) {
    let stepped = stepped(context);
    for tracking in context.of_type(POLICY) {
        let configuration = tracking.get("TargetTrackingScalingPolicyConfiguration");
        // What only adds leaves it to steps to remove.
        if configuration.get("DisableScaleIn").boolean() == Some(true) {
            continue;
        }
        let metric = configuration.get("PredefinedMetricSpecification").get("PredefinedMetricType");
        let Some((_, name)) = USED.iter().find(|(known, _)| metric.is(known)) else { continue };
        let Some(who) = scaled(tracking) else { continue };
        let mut same: Vec<Resource<'a>> = Vec::new();
        for (policy, alarm) in &stepped {
            let contests = alarm.get("MetricName").is(name)
                && scaled(*policy).is_some_and(|other| other == who)
                && of_service(*alarm, *policy);
            if contests && !same.contains(policy) {
                same.push(*policy);
            }
        }
        if same.is_empty() {
            continue;
        }
        let remark = says.add(
            metric,
            format!("policy `{}` tracks `{name}`, by which steps change the same target", tracking.id()),
        );
        remark
            .note("of two policies that want more, the larger number holds; steps that want fewer wait for no target")
            .help("leave one of them out, or let the policy that tracks the metric only add: `DisableScaleIn: true`");
        for policy in same {
            remark.also(policy, "steps by the same metric");
        }
    }
}

/// Bounds within which nothing changes a number.
fn moved<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut scaled_by: Vec<Vec<Who>> = Vec::new();
    for policy in context.of_type(POLICY) {
        match scaled(policy) {
            // An id that is known as text only may be that of any.
            Some(who) if !matches!(who.as_slice(), [Who::Named(_) | Who::Given(..)]) => scaled_by.push(who),
            _ => return,
        }
    }
    for target in context.of_type(TARGET) {
        let (least, most) = (target.get("MinCapacity"), target.get("MaxCapacity"));
        // Bounds that are one number, or that are put out to be used elsewhere, are meant.
        let fixed = least.integer().is_some_and(|least| most.integer() == Some(least));
        if fixed || target.get("ScheduledActions").is_set() || is_put_out(target) {
            continue;
        }
        let (by_id, by_name) = (vec![Who::made(target)], scaled(target));
        if scaled_by.iter().any(|it| *it == by_id || Some(it) == by_name.as_ref()) || by_name.is_none() {
            continue;
        }
        says.add(least, format!("nothing ever scales what `{}` has the bounds of", target.id()))
            .label("the bounds")
            .note("it keeps the number that it starts with, unless a policy is added by other means")
            .help("add an `AWS::ApplicationAutoScaling::ScalingPolicy` or `ScheduledActions`")
            .help("of a service in Rust: `.scale(2..=10, [Target::cpu(70)])`, or steps, or a schedule");
    }
}

/// Whether an output of its template names a resource.
fn is_put_out(resource: Resource<'_>) -> bool {
    let Some(template) = resource.context.template(resource.template) else { return true };
    template.section("Outputs").any(|(_, output)| {
        let value = resource.context.value(resource.template, output).get("Value");
        value.resource() == Some(resource)
    })
}

fn labels(policy: Resource<'_>, says: &mut Says) {
    let property = match policy.kind() {
        GROUP_POLICY => "TargetTrackingConfiguration",
        _ => "TargetTrackingScalingPolicyConfiguration",
    };
    let metric = policy.get(property).get("PredefinedMetricSpecification");
    let label = metric.get("ResourceLabel");
    let Some(kind) = metric.get("PredefinedMetricType").text() else { return };
    const HELP: &str = "write `!Sub ${Balancer.LoadBalancerFullName}/${Targets.TargetGroupFullName}`";
    if kind != "ALBRequestCountPerTarget" {
        if label.is_set() && !label.is_unknown() {
            says.add(label, format!("policy `{}` has a resource label for `{kind}`", policy.id()))
                .help("only `ALBRequestCountPerTarget` has a `ResourceLabel`");
        }
        return;
    }
    if label.is_absent() {
        says.add(label, format!("policy `{}` does not say whose requests it counts", policy.id())).help(HELP);
        return;
    }
    let mut text = String::new();
    for piece in label.pieces() {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            Piece::Yields(resource, attribute) => match (resource.kind(), attribute) {
                ("AWS::ElasticLoadBalancingV2::LoadBalancer", Some("LoadBalancerFullName")) => {
                    text.push_str("app/name/id");
                }
                ("AWS::ElasticLoadBalancingV2::TargetGroup", Some("TargetGroupFullName")) => {
                    text.push_str("targetgroup/name/id");
                }
                (
                    "AWS::ElasticLoadBalancingV2::LoadBalancer" | "AWS::ElasticLoadBalancingV2::TargetGroup",
                    _,
                ) => {
                    says.add(
                        label,
                        format!(
                            "the resource label of `{}` has not the full name of `{}`",
                            policy.id(),
                            resource.id()
                        ),
                    )
                    .help(HELP);
                    return;
                }
                _ => return,
            },
            _ => return,
        }
    }
    let parts: Vec<&str> = text.split('/').collect();
    let right = matches!(parts.as_slice(), ["app", _, _, "targetgroup", _, _]);
    if !right {
        says.add(label, format!("`{text}` is no resource label for requests to targets"))
            .label("not `app/../../targetgroup/../..`")
            .help(HELP);
    }
}

#[cfg(test)]
mod tests;
