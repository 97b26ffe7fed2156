//! Texts that properties take: by what the facts say of them, and where they do not say enough, by name.

use formwork_facts::{Reference, Shape, Text, Unit};
use serde_json::{Value, json};

use super::{sample, value::Place};

/// Texts of small types that take only some: Rust type, text.
const BY_TYPE: &[(&str, &str)] = &[
    ("types::Class<types::service::AmazonMq>", "mq.m5.large"),
    ("types::Class<types::service::Dax>", "dax.r5.large"),
    ("types::Class<types::service::DocDb>", "db.r5.large"),
    ("types::Class<types::service::ElastiCache>", "cache.t3.micro"),
    ("types::Class<types::service::Elasticsearch>", "r5.large.elasticsearch"),
    ("types::Class<types::service::Neptune>", "db.r5.large"),
    ("types::Class<types::service::OpenSearch>", "r5.large.search"),
    ("types::Class<types::service::Rds>", "db.r5.large"),
    ("types::Class<types::service::Redshift>", "ra3.large"),
    ("types::InstanceType", "c5.large"),
];

/// What a property takes of which the facts only say that it is text, a document or a map: type of resource, object
/// in it (or nothing), property, value.
const BY_PROPERTY: &[(&str, &str, &str, &str)] = &[
    // Which instances there are differs between Regions, and is no fact.
    ("AWS::AppStream::Fleet", "", "InstanceType", "stream.standard.medium"),
    ("AWS::ElastiCache::CacheCluster", "", "Engine", "redis"),
    ("AWS::GameLift::GameServerGroup", "InstanceDefinition", "InstanceType", "c5.large"),
    ("AWS::ManagedBlockchain::Node", "NodeConfiguration", "InstanceType", "bc.t3.large"),
    ("AWS::SageMaker::DataQualityJobDefinition", "ClusterConfig", "InstanceType", "ml.c5.xlarge"),
    ("AWS::SageMaker::InferenceExperiment", "RealTimeInferenceConfig", "InstanceType", "ml.c5.xlarge"),
    ("AWS::SageMaker::ModelBiasJobDefinition", "ClusterConfig", "InstanceType", "ml.c5.xlarge"),
    ("AWS::SageMaker::ModelExplainabilityJobDefinition", "ClusterConfig", "InstanceType", "ml.c5.xlarge"),
    ("AWS::SageMaker::ModelQualityJobDefinition", "ClusterConfig", "InstanceType", "ml.c5.xlarge"),
    // Forms that no fact describes.
    ("AWS::EMR::Studio", "", "DefaultS3Location", "s3://existing-bucket"),
    ("AWS::QuickSight::Assignment", "", "AssignmentName", "text"),
    ("AWS::Events::Rule", "", "ScheduleExpression", "rate(5 minutes)"),
    (
        "AWS::Lambda::ResourcePolicy",
        "",
        "ResourceArn",
        "arn:aws:lambda:us-east-1:123456789012:function:existing",
    ),
];

/// Documents: type of resource, object in it (or nothing), property, JSON.
const DOCUMENTS: &[(&str, &str, &str, &str)] = &[
    ("AWS::Serverless::Application", "ApplicationLocation", "ApplicationId", r#""existing""#),
    ("AWS::Serverless::Application", "ApplicationLocation", "SemanticVersion", r#""1.0.0""#),
    (
        "AWS::SSM::Document",
        "",
        "Content",
        r#"{"schemaVersion": "2.2", "description": "nothing", "mainSteps": [
            {"action": "aws:runShellScript", "name": "nothing", "inputs": {"runCommand": ["true"]}}
        ]}"#,
    ),
];

/// Policies, by the names of properties.
const POLICIES: &[(&str, &str)] = &[
    (
        "AssumeRolePolicyDocument",
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
        ]}"#,
    ),
    (
        "PolicyDocument",
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::existing-bucket/*"}]}"#,
    ),
];

/// Types whose policies say to whom they apply.
const OF_RESOURCES: &[&str] = &["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"];

/// Keys of maps whose keys have to have a form, which facts do not say.
const KEYS: &[(&str, &str, &str, &str)] = &[
    ("AWS::BedrockAgentCore::GatewayRateLimit", "LimitEntry", "Dimensions", "targetName"),
    ("AWS::Cognito::Terms", "", "Links", "cognito:default"),
];

/// Properties that are needed although no fact says so: type of resource, object in it (or nothing), properties.
const ALSO: &[(&str, &str, &[&str])] = &[
    // What one object needs depends on another one.
    ("AWS::BillingConductor::BillingGroup", "", &["PrimaryAccountId"]),
    ("AWS::BillingConductor::BillingGroup", "AccountGrouping", &["LinkedAccountIds"]),
    // Needed unless something else is there that is not required either.
    ("AWS::ApiGateway::RestApi", "", &["Name"]),
    ("AWS::DynamoDB::Table", "", &["AttributeDefinitions", "BillingMode"]),
    ("AWS::EC2::Instance", "", &["ImageId"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "", &["Type"]),
    // An object in place of a text: one of them may be empty, not both.
    ("AWS::Serverless::Application", "ApplicationLocation", &["ApplicationId", "SemanticVersion"]),
    ("AWS::Serverless::LayerVersion", "LayerVersionContentUri", &["Bucket", "Key"]),
    // The items of a list have to differ.
    ("AWS::MSK::Replicator", "KafkaCluster", &["AmazonMskCluster"]),
];

/// Values of enumerations other than the first: type of resource, object in it (or nothing), property, value.
const VALUES: &[(&str, &str, &str, &str)] = &[
    ("AWS::DynamoDB::Table", "", "BillingMode", "PAY_PER_REQUEST"),
    // An application load balancer needs two subnets.
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "", "Type", "network"),
];

/// Boolean properties that have to be false.
const FALSE: &[(&str, &str, &str)] = &[];

fn at(owner: &str, place: &Place<'_>, known: (&str, &str, &str)) -> bool {
    known == (owner, place.owner.unwrap_or_default(), place.name)
}

pub(crate) fn also(owner: &str, object: Option<&str>) -> &'static [&'static str] {
    let known = ALSO.iter().find(|(known, of, _)| (*known, *of) == (owner, object.unwrap_or_default()));
    known.map_or(&[], |(.., names)| *names)
}

pub(crate) fn boolean(owner: &str, place: &Place<'_>) -> bool {
    !FALSE.iter().any(|known| at(owner, place, *known))
}

pub(crate) fn index_of_value(owner: &str, place: &Place<'_>, shape: &Shape) -> Option<usize> {
    let (.., wanted) = VALUES.iter().find(|(a, b, c, _)| at(owner, place, (a, b, c)))?;
    shape.values.iter().position(|value| value == wanted)
}

pub(crate) fn key(owner: &str, place: &Place<'_>, index: usize) -> String {
    match KEYS.iter().find(|(a, b, c, _)| at(owner, place, (a, b, c))) {
        Some((.., key)) => (*key).to_owned(),
        None => format!("key{}", index + 1),
    }
}

pub(crate) fn document(owner: &str, place: &Place<'_>) -> Value {
    if let Some((.., text)) = DOCUMENTS.iter().find(|(a, b, c, _)| at(owner, place, (a, b, c))) {
        return serde_json::from_str(text).expect("the table holds JSON");
    }
    if let Some((_, text)) = POLICIES.iter().find(|(name, _)| *name == place.name) {
        let mut policy: Value = serde_json::from_str(text).expect("the table holds JSON");
        if OF_RESOURCES.contains(&owner) {
            policy["Statement"][0]["Principal"] = json!("*");
        }
        return policy;
    }
    json!({ "Key": "value" })
}

/// A text that every property of a type takes.
pub(crate) fn of_type(rust_type: &str) -> Option<&'static str> {
    BY_TYPE.iter().find(|(name, _)| *name == rust_type).map(|(_, text)| *text)
}

/// The policy of a property that takes one of a kind, as the type writes it.
pub(crate) fn policy(rust_type: &str) -> Option<Value> {
    let statement = match rust_type.strip_prefix("crate::policy::")? {
        "TrustPolicy" => {
            json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
        }
        "IdentityPolicy" => {
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::existing-bucket/*"})
        }
        _ => {
            json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::existing-bucket/*"})
        }
    };
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}))
}

/// A text that the property takes.
pub(crate) fn of(owner: &str, place: &Place<'_>, shape: &Shape, variant: usize) -> String {
    if let Some((.., text)) = BY_PROPERTY.iter().find(|(a, b, c, _)| at(owner, place, (a, b, c))) {
        return (*text).to_owned();
    }
    if !shape.values.is_empty() {
        return shape.values[variant % shape.values.len()].to_string();
    }
    let bound = |bound: &Option<Text>| bound.as_deref().and_then(|text| text.parse::<usize>().ok());
    let (least, most) =
        (bound(&shape.length.least).unwrap_or(0), bound(&shape.length.most).unwrap_or(usize::MAX));
    let fits = |text: &String| (least..=most).contains(&text.len());
    if let Some(text) = by_format(shape, variant).or_else(|| by_reference(shape, variant).filter(fits)) {
        return text;
    }
    if let Some(pattern) = &shape.pattern
        && let Some(text) = sample::matching(pattern, least, most, variant)
    {
        return text;
    }
    let mut text = if variant == 0 { "text".to_owned() } else { format!("text{variant}") };
    if text.len() > most {
        text = ((b'a' + (variant % 26) as u8) as char).to_string().repeat(most.min(1));
    }
    while text.len() < least {
        text.push('t');
    }
    text
}

fn by_format(shape: &Shape, variant: usize) -> Option<String> {
    if shape.unit == Some(Unit::Zone) {
        return Some(format!("us-east-1{}", (b'a' + (variant % 6) as u8) as char));
    }
    Some(match shape.format.as_deref()? {
        "date-time" | "timestamp" => "2030-01-01T00:00:00Z".to_owned(),
        "ipv4-network" => format!("10.{variant}.0.0/16"),
        "ipv6-network" => "2001:db8::/56".to_owned(),
        "json" => "{}".to_owned(),
        "uri" => "https://example.org/".to_owned(),
        "AWS::EC2::Image.Id" => "ami-0123456789abcdef0".to_owned(),
        "AWS::Route53::AliasTarget.HostedZoneId" => "Z2FDTNDATAQYW2".to_owned(),
        _ => return None,
    })
}

/// Names of existing resources have a form, which cfn-lint knows of some.
fn by_reference(shape: &Shape, variant: usize) -> Option<String> {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:123456789012:{rest}");
    let text = |reference: &Reference| {
        Some(match (&*reference.resource_type, &*reference.property) {
            ("AWS::EC2::VPC", "VpcId") => "vpc-0123456789abcdef0".to_owned(),
            ("AWS::EC2::Subnet", "SubnetId") => format!("subnet-0123456789abcdef{variant:x}"),
            ("AWS::EC2::SecurityGroup", "GroupId") => format!("sg-0123456789abcdef{variant:x}"),
            ("AWS::IAM::Role", "Arn") => "arn:aws:iam::123456789012:role/existing".to_owned(),
            ("AWS::KMS::Key", "Arn") => arn("kms", "key/01234567-89ab-cdef-0123-456789abcdef"),
            ("AWS::KMS::Key", _) => "01234567-89ab-cdef-0123-456789abcdef".to_owned(),
            ("AWS::Lambda::Function", "Arn") => arn("lambda", "function:existing"),
            ("AWS::SNS::Topic", "TopicArn") => arn("sns", "existing"),
            ("AWS::SQS::Queue", "Arn") => arn("sqs", "existing"),
            ("AWS::CertificateManager::Certificate", _) => {
                arn("acm", "certificate/01234567-89ab-cdef-0123-456789abcdef")
            }
            ("AWS::S3::Bucket", "BucketName") => "existing-bucket".to_owned(),
            ("AWS::Route53::HostedZone", _) => "Z0123456789ABCDEFGHIJ".to_owned(),
            _ => return None,
        })
    };
    shape.references.iter().find_map(text)
}
