//! What numbers count. Neither source says it in so many words; the names of properties do.

use formwork_facts::{Kind, Shape, Unit};

/// The ends of names that say a unit.
const ENDINGS: &[(&str, Unit)] = &[
    ("Milliseconds", Unit::Milliseconds),
    ("InMillis", Unit::Milliseconds),
    ("Millis", Unit::Milliseconds),
    ("Seconds", Unit::Seconds),
    ("InSec", Unit::Seconds),
    ("Minutes", Unit::Minutes),
    ("Hours", Unit::Hours),
    ("Days", Unit::Days),
    ("Bytes", Unit::Bytes),
    ("KiB", Unit::Kibibytes),
    ("MiB", Unit::Mebibytes),
    ("GiB", Unit::Gibibytes),
    ("GiBs", Unit::Gibibytes),
];

/// Properties whose names do not say it, with the page of AWS's that does: the reference of the type.
const NAMED: &[(&str, &str, Unit)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", "VolumeSize", Unit::Gibibytes),
    ("AWS::EC2::Instance", "VolumeSize", Unit::Gibibytes),
    ("AWS::EC2::LaunchTemplate", "VolumeSize", Unit::Gibibytes),
    ("AWS::EC2::Volume", "Size", Unit::Gibibytes),
    ("AWS::ECS::Service", "HealthCheckGracePeriodSeconds", Unit::Seconds),
    ("AWS::ECS::TaskDefinition", "Interval", Unit::Seconds),
    ("AWS::ECS::TaskDefinition", "Memory", Unit::Mebibytes),
    ("AWS::ECS::TaskDefinition", "MemoryReservation", Unit::Mebibytes),
    ("AWS::ECS::TaskDefinition", "StartPeriod", Unit::Seconds),
    ("AWS::ECS::TaskDefinition", "StartTimeout", Unit::Seconds),
    ("AWS::ECS::TaskDefinition", "StopTimeout", Unit::Seconds),
    ("AWS::ECS::TaskDefinition", "Timeout", Unit::Seconds),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "Cooldown", Unit::Seconds),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "ScaleInCooldown", Unit::Seconds),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "ScaleOutCooldown", Unit::Seconds),
    ("AWS::AutoScaling::LaunchConfiguration", "VolumeSize", Unit::Gibibytes),
    ("AWS::AutoScaling::LifecycleHook", "HeartbeatTimeout", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "DefaultTTL", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "ErrorCachingMinTTL", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "MaxTTL", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "MinTTL", Unit::Seconds),
    ("AWS::EC2::EC2Fleet", "VolumeSize", Unit::Gibibytes),
    ("AWS::EC2::SpotFleet", "VolumeSize", Unit::Gibibytes),
    ("AWS::IAM::Role", "MaxSessionDuration", Unit::Seconds),
    ("AWS::Lambda::Function", "Size", Unit::Mebibytes),
    ("AWS::RDS::DBCluster", "AllocatedStorage", Unit::Gibibytes),
    ("AWS::RDS::DBCluster", "SecondsUntilAutoPause", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "OriginReadTimeout", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "OriginKeepaliveTimeout", Unit::Seconds),
    ("AWS::CloudFront::Distribution", "ConnectionTimeout", Unit::Seconds),
    ("AWS::CloudFront::CachePolicy", "DefaultTTL", Unit::Seconds),
    ("AWS::CloudFront::CachePolicy", "MaxTTL", Unit::Seconds),
    ("AWS::CloudFront::CachePolicy", "MinTTL", Unit::Seconds),
    ("AWS::CloudWatch::Alarm", "Period", Unit::Seconds),
    ("AWS::ElastiCache::ReplicationGroup", "SnapshotRetentionLimit", Unit::Days),
    ("AWS::Lambda::Function", "MemorySize", Unit::Mebibytes),
    ("AWS::Lambda::Function", "Timeout", Unit::Seconds),
    ("AWS::RDS::DBCluster", "BackupRetentionPeriod", Unit::Days),
    ("AWS::RDS::DBCluster", "MonitoringInterval", Unit::Seconds),
    ("AWS::RDS::DBCluster", "PerformanceInsightsRetentionPeriod", Unit::Days),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod", Unit::Days),
    ("AWS::RDS::DBInstance", "MaxAllocatedStorage", Unit::Gibibytes),
    ("AWS::RDS::DBInstance", "MonitoringInterval", Unit::Seconds),
    ("AWS::RDS::DBInstance", "PerformanceInsightsRetentionPeriod", Unit::Days),
    ("AWS::SQS::Queue", "MessageRetentionPeriod", Unit::Seconds),
    ("AWS::SQS::Queue", "VisibilityTimeout", Unit::Seconds),
];

/// Names that end like a unit, or like a port, and are none.
const NONE: &[&str] = &["FromPort", "ToPort"];

/// Says what a property counts, if that is known.
pub fn apply(resource_type: &str, property: &str, shape: &mut Shape) {
    let name = property.rsplit('.').next().unwrap_or(property);
    let innermost = match shape {
        Shape { kind: Kind::List(item), .. } if item.kind == Kind::String => &mut **item,
        shape => shape,
    };
    if innermost.unit.is_some() || NONE.contains(&name) {
        return;
    }
    let named = NAMED.iter().find(|(owner, known, _)| *owner == resource_type && *known == name);
    innermost.unit = match innermost.kind {
        Kind::Integer | Kind::Number if !innermost.values.is_empty() => named.map(|(.., unit)| *unit),
        Kind::Integer => named.map(|(.., unit)| *unit).or_else(|| of_name(name)),
        Kind::Number => {
            named.map(|(.., unit)| *unit).or_else(|| whole(innermost).then(|| of_name(name)).flatten())
        }
        Kind::String if innermost.values.is_empty() => {
            matches!(name, "AvailabilityZone" | "AvailabilityZones" | "PreferredAvailabilityZone")
                .then_some(Unit::Zone)
        }
        _ => None,
    };
    // Where -1 means something of its own, a port or a percentage does not fit.
    if innermost.range.least.as_deref().is_some_and(|least| least.starts_with('-')) {
        innermost.unit.take_if(|unit| matches!(unit, Unit::Port | Unit::Percent));
        return;
    }
    let percent =
        name.contains("Percent") && innermost.range.most.as_deref().is_some_and(|most| most == "100");
    if innermost.unit.is_none() && percent && matches!(innermost.kind, Kind::Integer | Kind::Number) {
        innermost.unit = Some(Unit::Percent);
    }
}

/// Whether a number has to be a whole one.
fn whole(shape: &Shape) -> bool {
    shape.multiple_of.as_deref() == Some("1")
}

fn of_name(name: &str) -> Option<Unit> {
    if name == "Port" || name.ends_with("Port") {
        return Some(Unit::Port);
    }
    ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, unit)| *unit)
}
