//! What one property demands of another.
//!
//! [`TABLE`] has a line for each such demand: where, when, then. What the facts say themselves (properties that exclude
//! or need each other whatever their values) is not here, nor what the rules of a service look at more closely.

use std::borrow::Cow;

use formwork_core::Severity;

use super::{
    Code, classes,
    walk::{Walk, named, settle, shown},
};
use crate::{
    context::{Resolved, Value},
    document::Content,
};

use When::{Absent, Among, From, IsNot, Set};

/// A demand.
struct Demand {
    /// The type of resource.
    kind: &'static str,
    /// The object within it; empty for the properties at the top.
    object: &'static str,
    /// All of this has to hold.
    when: &'static [When],
    then: Then,
    /// Whether AWS certainly refuses what does not meet it.
    sure: bool,
}

/// Something that holds or not. Paths are names with dots between them.
enum When {
    /// It has one of these values.
    Among(&'static str, &'static [&'static str]),
    /// It is known, and none of these.
    IsNot(&'static str, &'static [&'static str]),
    /// It is there.
    Set(&'static str),
    /// It is not there.
    Absent(&'static str),
    /// It is the ARN of one of these services, or a reference to one of these types.
    From(&'static str, &'static [&'static str], &'static [&'static str]),
}

enum Then {
    Needs(&'static [&'static str]),
    Forbids(&'static [&'static str]),
    /// If it is there, it has one of these values.
    Fits(&'static str, &'static [&'static str]),
    /// If it is there, it begins with one of these.
    Begins(&'static str, &'static [&'static str]),
    /// If it is there, it is a number from here to there.
    Range(&'static str, f64, f64),
    /// If it is there, it has none of these entries.
    Reserves(&'static str, &'static [&'static str]),
}

const fn certain(kind: &'static str, object: &'static str, when: &'static [When], then: Then) -> Demand {
    Demand { kind, object, when, then, sure: true }
}

const fn likely(kind: &'static str, object: &'static str, when: &'static [When], then: Then) -> Demand {
    Demand { kind, object, when, then, sure: false }
}

const AURORA: &[&str] = &["aurora", "aurora-mysql", "aurora-postgresql"];
const PUBLIC_ACLS: &[&str] =
    &["PublicRead", "PublicReadWrite", "AuthenticatedRead", "LogDeliveryWrite", "AwsExecRead"];

/// Variables that Lambda sets itself.
const RESERVED: &[&str] = &[
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// All demands, in alphabetical order of the types.
#[rustfmt::skip]
const TABLE: &[Demand] = &[
    certain("AWS::ApiGateway::Authorizer", "", &[Among("Type", &["COGNITO_USER_POOLS"])], Then::Needs(&["ProviderARNs"])),
    certain("AWS::ApiGateway::Authorizer", "", &[Among("Type", &["TOKEN"])], Then::Needs(&["AuthorizerUri", "IdentitySource"])),
    certain("AWS::ApiGateway::Authorizer", "", &[Among("Type", &["REQUEST"])], Then::Needs(&["AuthorizerUri"])),
    certain("AWS::ApiGateway::Authorizer", "", &[Among("Type", &["TOKEN", "REQUEST"])], Then::Range("AuthorizerResultTtlInSeconds", 0.0, 3600.0)),
    certain("AWS::ApiGateway::Method", "", &[Among("AuthorizationType", &["CUSTOM", "COGNITO_USER_POOLS"])], Then::Needs(&["AuthorizerId"])),
    certain("AWS::ApiGateway::Method", "Integration", &[Among("Type", &["AWS", "AWS_PROXY"])], Then::Needs(&["Uri", "IntegrationHttpMethod"])),
    certain("AWS::ApiGateway::Method", "Integration", &[Among("Type", &["HTTP", "HTTP_PROXY"])], Then::Needs(&["Uri", "IntegrationHttpMethod"])),
    certain("AWS::ApiGateway::Method", "Integration", &[Among("ConnectionType", &["VPC_LINK"])], Then::Needs(&["ConnectionId"])),
    certain("AWS::ApiGateway::RestApi", "", &[Absent("Body"), Absent("BodyS3Location"), Absent("CloneFrom")], Then::Needs(&["Name"])),
    certain("AWS::ApiGatewayV2::Api", "", &[Absent("Body"), Absent("BodyS3Location")], Then::Needs(&["Name", "ProtocolType"])),
    certain("AWS::ApiGatewayV2::Api", "", &[Among("ProtocolType", &["WEBSOCKET"])], Then::Needs(&["RouteSelectionExpression"])),
    certain("AWS::ApiGatewayV2::Authorizer", "", &[Among("AuthorizerType", &["JWT"])], Then::Needs(&["JwtConfiguration", "IdentitySource"])),
    certain("AWS::ApiGatewayV2::Authorizer", "", &[Among("AuthorizerType", &["REQUEST"])], Then::Needs(&["AuthorizerUri"])),
    certain("AWS::ApiGatewayV2::Integration", "", &[Among("ConnectionType", &["VPC_LINK"])], Then::Needs(&["ConnectionId"])),
    likely("AWS::AutoScaling::LaunchConfiguration", "BlockDevice", &[Among("VolumeType", &["io1"])], Then::Needs(&["Iops"])),
    certain("AWS::CloudFront::Distribution", "ViewerCertificate", &[Set("AcmCertificateArn")], Then::Needs(&["SslSupportMethod"])),
    certain("AWS::CloudFront::Distribution", "ViewerCertificate", &[Set("IamCertificateId")], Then::Needs(&["SslSupportMethod"])),
    certain("AWS::CodeBuild::Project", "Artifacts", &[Among("Type", &["S3"])], Then::Needs(&["Location"])),
    certain("AWS::CodeBuild::Project", "Source", &[Among("Type", &["S3", "CODECOMMIT", "GITHUB_ENTERPRISE"])], Then::Needs(&["Location"])),
    certain("AWS::CodeBuild::Project", "ProjectCache", &[Among("Type", &["S3"])], Then::Needs(&["Location"])),
    certain("AWS::CodeBuild::Project", "ProjectCache", &[Among("Type", &["LOCAL"])], Then::Needs(&["Modes"])),
    certain("AWS::EC2::Instance", "BlockDeviceMapping", &[Set("VirtualName"), Absent("Ebs")], Then::Begins("VirtualName", &["ephemeral"])),
    certain("AWS::EC2::Instance", "Ebs", &[Among("VolumeType", &["io1", "io2"])], Then::Needs(&["Iops"])),
    certain("AWS::EC2::Instance", "Ebs", &[Among("VolumeType", &["gp2", "standard", "st1", "sc1"])], Then::Forbids(&["Iops"])),
    certain("AWS::EC2::Instance", "Ebs", &[Among("VolumeType", &["io1"])], Then::Range("Iops", 100.0, 64000.0)),
    certain("AWS::EC2::Instance", "Ebs", &[Among("VolumeType", &["io2"])], Then::Range("Iops", 100.0, 256_000.0)),
    certain("AWS::EC2::Instance", "Ebs", &[Among("VolumeType", &["gp3"])], Then::Range("Iops", 3000.0, 80_000.0)),
    certain("AWS::EC2::LaunchTemplate", "Ebs", &[Among("VolumeType", &["io1", "io2"])], Then::Needs(&["Iops"])),
    certain("AWS::EC2::LaunchTemplate", "Ebs", &[Among("VolumeType", &["gp2", "standard", "st1", "sc1"])], Then::Forbids(&["Iops", "Throughput"])),
    certain("AWS::EC2::LaunchTemplate", "Ebs", &[Among("VolumeType", &["gp3"])], Then::Range("Iops", 3000.0, 80_000.0)),
    certain("AWS::EC2::NatGateway", "", &[Absent("ConnectivityType"), Absent("AvailabilityMode")], Then::Needs(&["AllocationId", "SubnetId"])),
    certain("AWS::EC2::NatGateway", "", &[Among("ConnectivityType", &["private"])], Then::Forbids(&["AllocationId"])),
    certain("AWS::EC2::VPC", "", &[Absent("CidrBlock")], Then::Needs(&["Ipv4IpamPoolId"])),
    certain("AWS::EC2::Volume", "", &[Absent("SnapshotId"), Absent("SourceVolumeId")], Then::Needs(&["Size"])),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["io1", "io2"])], Then::Needs(&["Iops"])),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["gp2", "standard", "st1", "sc1"])], Then::Forbids(&["Iops", "Throughput"])),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["io1", "io2"])], Then::Forbids(&["Throughput"])),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["st1", "sc1"])], Then::Range("Size", 125.0, 16_384.0)),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["standard"])], Then::Range("Size", 1.0, 1024.0)),
    certain("AWS::EC2::Volume", "", &[Among("VolumeType", &["gp3"])], Then::Range("Iops", 3000.0, 80_000.0)),
    certain("AWS::EC2::Volume", "", &[Among("MultiAttachEnabled", &["true"])], Then::Fits("VolumeType", &["io1", "io2"])),
    certain("AWS::EFS::FileSystem", "", &[Among("ThroughputMode", &["provisioned"])], Then::Needs(&["ProvisionedThroughputInMibps"])),
    certain("AWS::ElasticLoadBalancing::LoadBalancer", "Listeners", &[Among("Protocol", &["HTTPS", "SSL", "https", "ssl"])], Then::Needs(&["SSLCertificateId"])),
    certain("AWS::Elasticsearch::Domain", "EBSOptions", &[Among("VolumeType", &["io1"])], Then::Needs(&["Iops"])),
    certain("AWS::FSx::FileSystem", "", &[Among("FileSystemType", &["WINDOWS"])], Then::Range("StorageCapacity", 32.0, 65_536.0)),
    certain("AWS::FSx::FileSystem", "", &[Among("FileSystemType", &["OPENZFS"])], Then::Range("StorageCapacity", 64.0, 524_288.0)),
    certain("AWS::FSx::FileSystem", "", &[Among("FileSystemType", &["ONTAP"])], Then::Range("StorageCapacity", 1024.0, f64::MAX)),
    certain("AWS::FSx::FileSystem", "", &[Among("FileSystemType", &["LUSTRE"])], Then::Range("StorageCapacity", 1200.0, f64::MAX)),
    certain("AWS::Kinesis::Stream", "", &[Among("StreamModeDetails.StreamMode", &["PROVISIONED"])], Then::Needs(&["ShardCount"])),
    certain("AWS::Kinesis::Stream", "", &[Among("StreamModeDetails.StreamMode", &["ON_DEMAND"])], Then::Forbids(&["ShardCount"])),
    certain("AWS::Lambda::EventSourceMapping", "", &[From("EventSourceArn", &["sqs"], &["AWS::SQS::Queue"])], Then::Forbids(&["StartingPosition"])),
    certain("AWS::Lambda::EventSourceMapping", "", &[From("EventSourceArn", &["kinesis", "kafka", "dynamodb"], &["AWS::Kinesis::Stream", "AWS::DynamoDB::Table", "AWS::MSK::Cluster"])], Then::Needs(&["StartingPosition"])),
    certain("AWS::Lambda::EventSourceMapping", "", &[Among("StartingPosition", &["AT_TIMESTAMP"])], Then::Needs(&["StartingPositionTimestamp"])),
    certain("AWS::Lambda::Function", "", &[Absent("CapacityProviderConfig")], Then::Range("Timeout", 1.0, 900.0)),
    certain("AWS::Lambda::Function", "", &[Among("LoggingConfig.LogFormat", &["Text"])], Then::Forbids(&["LoggingConfig.SystemLogLevel", "LoggingConfig.ApplicationLogLevel"])),
    certain("AWS::Lambda::Function", "", &[Set("Environment")], Then::Reserves("Environment.Variables", RESERVED)),
    certain("AWS::RDS::DBCluster", "", &[Among("Engine", &["aurora-mysql", "aurora-postgresql"])], Then::Forbids(&["AllocatedStorage", "DBClusterInstanceClass", "Iops", "PubliclyAccessible"])),
    certain("AWS::RDS::DBCluster", "", &[Among("Engine", &["aurora-mysql", "aurora-postgresql"])], Then::Fits("StorageType", &["aurora", "aurora-iopt1"])),
    certain("AWS::RDS::DBCluster", "", &[Among("Engine", &["mysql", "postgres"])], Then::Needs(&["AllocatedStorage", "DBClusterInstanceClass"])),
    certain("AWS::RDS::DBCluster", "", &[Among("Engine", &["mysql", "postgres"])], Then::Fits("StorageType", &["io1", "io2", "gp3"])),
    certain("AWS::RDS::DBCluster", "", &[Among("Engine", &["mysql", "postgres"])], Then::Forbids(&["ScalingConfiguration", "ServerlessV2ScalingConfiguration", "EngineMode", "BacktrackWindow"])),
    certain("AWS::RDS::DBCluster", "", &[Set("SnapshotIdentifier")], Then::Forbids(&["MasterUsername"])),
    certain("AWS::RDS::DBCluster", "", &[Set("SourceDBClusterIdentifier")], Then::Forbids(&["MasterUsername", "MasterUserPassword", "StorageEncrypted"])),
    certain("AWS::RDS::DBCluster", "", &[Among("EngineMode", &["provisioned"])], Then::Forbids(&["ScalingConfiguration"])),
    certain("AWS::RDS::DBCluster", "", &[Among("EngineMode", &["serverless"])], Then::Forbids(&["ServerlessV2ScalingConfiguration"])),
    certain("AWS::RDS::DBCluster", "", &[Absent("EngineMode")], Then::Forbids(&["ScalingConfiguration"])),
    certain("AWS::RDS::DBInstance", "", &[Set("DBClusterIdentifier")], Then::Forbids(&["BackupRetentionPeriod"])),
    certain("AWS::RDS::DBInstance", "", &[IsNot("Engine", AURORA)], Then::Range("BackupRetentionPeriod", 0.0, 35.0)),
    certain("AWS::RDS::DBInstance", "", &[Set("KmsKeyId"), Set("Engine"), Absent("DBSnapshotIdentifier"), Absent("SourceDBInstanceIdentifier"), Absent("DBClusterIdentifier")], Then::Needs(&["StorageEncrypted"])),
    certain("AWS::RDS::DBInstance", "", &[Set("KmsKeyId"), Set("Engine")], Then::Fits("StorageEncrypted", &["true", "True"])),
    certain("AWS::Route53::HealthCheck", "HealthCheckConfig", &[Among("Type", &["CLOUDWATCH_METRIC"])], Then::Needs(&["AlarmIdentifier"])),
    certain("AWS::S3::Bucket", "", &[Among("AccessControl", PUBLIC_ACLS)], Then::Needs(&["OwnershipControls"])),
    certain("AWS::S3::Bucket", "ServerSideEncryptionByDefault", &[Among("SSEAlgorithm", &["AES256"])], Then::Forbids(&["KMSMasterKeyID"])),
    certain("AWS::SNS::Subscription", "", &[Among("Protocol", &["firehose"])], Then::Needs(&["SubscriptionRoleArn"])),
    certain("AWS::SNS::Subscription", "", &[Among("Protocol", &["http"])], Then::Begins("Endpoint", &["http://"])),
    certain("AWS::SNS::Subscription", "", &[Among("Protocol", &["https"])], Then::Begins("Endpoint", &["https://"])),
    certain("AWS::SNS::Subscription", "", &[Among("Protocol", &["sqs", "lambda", "firehose", "application"])], Then::Begins("Endpoint", &["arn:"])),
    certain("AWS::StepFunctions::StateMachine", "LoggingConfiguration", &[Among("Level", &["ALL", "ERROR", "FATAL"])], Then::Needs(&["Destinations"])),
];

/// What is known of a property.
enum State<'a> {
    Absent,
    /// It is there, with what is not known.
    There,
    Known(Cow<'a, str>, bool),
}

fn at<'a>(map: Value<'a>, path: &'static str) -> Value<'a> {
    path.split('.').fold(map, |value, key| value.get(key))
}

fn state<'a>(value: Value<'a>) -> State<'a> {
    match value.resolve() {
        Resolved::Absent => State::Absent,
        resolved => {
            let literal = settle(value).is_some_and(|value| value.function().is_none());
            match resolved {
                Resolved::Yields(..) => State::There,
                resolved => resolved.text().map_or(State::There, |text| State::Known(text, literal)),
            }
        }
    }
}

/// Whether it holds, and whether that is sure; `None` where it does not or is not known.
fn holds(map: Value<'_>, when: &When) -> Option<bool> {
    match when {
        Among(path, values) => match state(at(map, path)) {
            State::Known(text, sure) => values
                .iter()
                .any(|value| **value == text || value.eq_ignore_ascii_case(&text) && *value == "true")
                .then_some(sure),
            _ => None,
        },
        IsNot(path, values) => match state(at(map, path)) {
            State::Known(text, sure) => {
                (!values.iter().any(|value| value.eq_ignore_ascii_case(&text))).then_some(sure)
            }
            _ => None,
        },
        Set(path) => {
            let value = at(map, path);
            is_there(value).then_some(true)
        }
        Absent(path) => at(map, path).is_absent().then_some(true),
        From(path, services, kinds) => {
            let value = at(map, path);
            if let Resolved::Yields(resource, _) = value.resolve() {
                return kinds.contains(&resource.kind()).then_some(true);
            }
            let beginning = value.known_beginning();
            let mut parts = beginning.split(':');
            let arn = parts.next() == Some("arn") && parts.next().is_some();
            let service = parts.next().filter(|_| arn)?;
            // The service is known only if its colon is.
            parts.next()?;
            services.contains(&service).then_some(true)
        }
    }
}

/// Whether a value stands there, be it known or not.
fn is_there(value: Value<'_>) -> bool {
    match value.resolve() {
        Resolved::Absent => false,
        // What stands there itself, and not within something that is not known.
        Resolved::Unknown => settle(value).is_some_and(|value| !matches!(value.content(), Content::Null)),
        _ => true,
    }
}

/// What stands in a message for the reason.
fn reason(map: Value<'_>, when: &[When]) -> String {
    let mut reasons = when.iter().filter_map(|when| match when {
        Among(path, _) | IsNot(path, _) => {
            at(map, path).text().map(|text| format!("`{path}` being `{}`", shown(&text)))
        }
        Set(path) => Some(format!("`{path}`")),
        From(path, ..) => Some(format!("that `{path}`")),
        Absent(_) => None,
    });
    if let Some(reason) = reasons.next() {
        return format!("with {reason}");
    }
    let absent = when.iter().filter_map(|when| match when {
        Absent(path) => Some(*path),
        _ => None,
    });
    format!("without {}", named(absent.take(2), "and"))
}

/// Looks at all demands on an object. `whole` says whether all of its entries are seen.
pub(super) fn check<'a>(walk: &mut Walk<'a, '_>, map: Value<'a>, object: &str, name: &str, whole: bool) {
    let kind = walk.kind();
    if kind == "AWS::RDS::DBInstance" && object.is_empty() {
        classes::of_database(walk, map);
    }
    let first = TABLE.partition_point(|demand| demand.kind < kind);
    let demands = TABLE.get(first..).unwrap_or_default().iter().take_while(|demand| demand.kind == kind);
    for demand in demands.filter(|demand| demand.object == object) {
        let Some(sure) = demand.when.iter().map(|when| holds(map, when)).collect::<Option<Vec<bool>>>()
        else {
            continue;
        };
        let sure = sure.into_iter().all(|sure| sure);
        if !whole && demand.when.iter().any(|when| matches!(when, Absent(_))) {
            continue;
        }
        let before = walk.sure;
        walk.sure = before && sure && demand.sure;
        apply(walk, map, demand, name, whole);
        walk.sure = before;
    }
}

fn apply<'a>(walk: &mut Walk<'a, '_>, map: Value<'a>, demand: &Demand, name: &str, whole: bool) {
    let why = |map| reason(map, demand.when);
    match &demand.then {
        Then::Needs(paths) => {
            for path in paths.iter().filter(|_| whole) {
                let value = at(map, path);
                if value.is_absent() {
                    let message = format!("`{name}` lacks `{path}`, which is required {}", why(map));
                    walk.say(Code::RequiredHere, value, message).help(format!("set `{path}`"));
                }
            }
        }
        Then::Forbids(paths) => {
            for path in *paths {
                let value = at(map, path);
                if is_there(value) {
                    let message = match demand.sure {
                        true => format!("`{name}` cannot have `{path}` {}", why(map)),
                        false => format!("`{path}` of `{name}` means nothing {}", why(map)),
                    };
                    walk.say(Code::ForbiddenHere, value, message).help(format!("leave `{path}` out"));
                }
            }
        }
        Then::Fits(path, values) => {
            let fits = |text: &str| values.iter().any(|value| value.eq_ignore_ascii_case(text));
            let help = format!("it can be {}", named(values.iter().copied().take(12), "or"));
            unfit(walk, map, demand, name, path, fits, &help);
        }
        Then::Begins(path, beginnings) => {
            let fits = |text: &str| beginnings.iter().any(|beginning| text.starts_with(beginning));
            let help = format!("it begins with {}", named(beginnings.iter().copied(), "or"));
            unfit(walk, map, demand, name, path, fits, &help);
        }
        Then::Range(path, least, most) => {
            // What is no number is said elsewhere, and `4 GB` is one of its own kind.
            let fits = |text: &str| {
                text.trim().parse::<f64>().map_or(true, |number| (*least..=*most).contains(&number))
            };
            let help = match *most == f64::MAX {
                true => format!("it goes from {least} upward"),
                false => format!("it goes from {least} to {most}"),
            };
            unfit(walk, map, demand, name, path, fits, &help);
        }
        Then::Reserves(path, names) => {
            for (key, entry) in at(map, path).entries() {
                if names.contains(&key) {
                    let message = format!("`{key}` of `{name}` is reserved, and cannot be set");
                    walk.say(Code::ForbiddenHere, entry, message).help("give it another name");
                }
            }
        }
    }
}

fn unfit<'a>(
    walk: &mut Walk<'a, '_>,
    map: Value<'a>,
    demand: &Demand,
    name: &str,
    path: &'static str,
    fits: impl Fn(&str) -> bool,
    help: &str,
) {
    let value = at(map, path);
    let State::Known(text, sure) = state(value) else { return };
    if fits(&text) {
        return;
    }
    let reason = reason(map, demand.when);
    let message = format!("`{path}` of `{name}` cannot be `{}` {reason}", shown(&text));
    let remark = walk.say(Code::UnfittingHere, value, message);
    if !sure {
        remark.severity(Severity::Warning);
    }
    remark.help(help.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All paths of the table lead somewhere, and it is in order.
    #[test]
    fn the_table_names_what_there_is() {
        assert!(TABLE.is_sorted_by_key(|demand| demand.kind));
        for demand in TABLE {
            let facts = formwork_facts::resource_type(demand.kind).unwrap();
            let properties = match demand.object {
                "" => &facts.properties,
                name => &facts.object(name).unwrap_or_else(|| panic!("{} {name}", demand.kind)).properties,
            };
            let mut paths: Vec<&str> = Vec::new();
            for when in demand.when {
                match when {
                    Among(path, _) | IsNot(path, _) | Set(path) | Absent(path) | From(path, ..) => {
                        paths.push(path);
                    }
                }
            }
            match &demand.then {
                Then::Needs(of) | Then::Forbids(of) => paths.extend(*of),
                Then::Fits(path, _)
                | Then::Begins(path, _)
                | Then::Range(path, ..)
                | Then::Reserves(path, _) => paths.push(path),
            }
            for path in paths {
                let first = path.split('.').next().unwrap();
                assert!(properties.get(first).is_some(), "{} {} {path}", demand.kind, demand.object);
            }
        }
    }
}
