//! Whether what a resource yields can be what a property refers to.

use std::borrow::Cow;

use formwork_core::Severity;
use formwork_facts::{Kind, Reference, ResourceType, Shape, service_of};

/// Types with ids of a form of their own: one of them is never taken for another.
const DISTINCT: &[&str] = &[
    "AWS::EC2::CustomerGateway",
    "AWS::EC2::DHCPOptions",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::Image",
    "AWS::EC2::Instance",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::TransitGateway",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::VPNGateway",
    "AWS::EC2::Volume",
    "AWS::ECS::Cluster",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
];

/// What the published facts leave out.
const MORE: &[(&str, &str, Reference)] = &[(
    "AWS::SQS::Queue",
    "deadLetterTargetArn",
    Reference { resource_type: Cow::Borrowed("AWS::SQS::Queue"), property: Cow::Borrowed("Arn") },
)];

/// Any property for the id of an AMI.
const IMAGE: &[Reference] =
    &[Reference { resource_type: Cow::Borrowed("AWS::EC2::Image"), property: Cow::Borrowed("ImageId") }];

/// Properties whose names do not say what they refer to, and that refer to nothing but what is published.
const CERTAIN: &[&str] = &[
    "AllocationId",
    "AmiId",
    "AuthorizerCredentials",
    "ConnectionNotificationArn",
    "Credentials",
    "DeliverLogsPermissionArn",
    "PermissionsBoundary",
    "ProviderARNs",
    "SnsCallerArn",
    "VPCZoneIdentifier",
    "deadLetterTargetArn",
];

/// Types all of whose references are published wrongly.
const WITHOUT: &[&str] = &["AWS::InspectorV2::Filter"];

/// Properties for which EC2 takes more than is published.
const LENIENT: &[(&str, &str)] = &[("AWS::EC2::Route", "GatewayId")];

/// What stands for another type of the same service.
const RELATED: &[(&str, &str)] = &[
    ("AWS::Lambda::Alias", "AWS::Lambda::Function"),
    ("AWS::Lambda::Version", "AWS::Lambda::Function"),
    ("AWS::Lambda::Alias", "AWS::Lambda::Version"),
    ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"),
];

/// What a property refers to.
pub(super) fn wanted(owner: &str, name: &str, shape: &'static Shape) -> &'static [Reference] {
    if !shape.references.is_empty() {
        return &shape.references;
    }
    if shape.format.as_deref() == Some("AWS::EC2::Image.Id") {
        return IMAGE;
    }
    let known = MORE.iter().find(|(kind, property, _)| *kind == owner && *property == name);
    known.map_or(&[], |(_, _, reference)| std::slice::from_ref(reference))
}

/// The last word of the name of a type: `Group` of `AWS::EC2::SecurityGroup`, in lower case.
fn last_word(kind: &str) -> String {
    let short = kind.rsplit("::").next().unwrap_or_default();
    let bytes = short.as_bytes();
    let begins = |at: &usize| {
        let upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
        upper(*at) && (!upper(at.wrapping_sub(1)) || (at + 1 < bytes.len() && !upper(at + 1)))
    };
    let start = (0..bytes.len()).rev().find(begins).unwrap_or(0);
    short.get(start..).unwrap_or(short).to_ascii_lowercase()
}

/// Whether the name of a property says what it refers to: `VpcId`, `DBSubnetGroupName`, `Role`.
fn says(name: &str, kind: &str) -> bool {
    /// Words for a type that are no part of its name.
    const WORDS: &[(&str, &str)] =
        &[("AWS::KMS::", "kms"), ("AWS::Lambda::", "lambda"), ("AWS::EFS::FileSystem", "efs")];
    if CERTAIN.contains(&name) {
        return true;
    }
    let name = name.to_ascii_lowercase();
    let short = kind.rsplit("::").next().unwrap_or_default().to_ascii_lowercase();
    let last = last_word(kind);
    let word = last.strip_suffix('s').unwrap_or(&last);
    name.contains(word)
        || (name.len() > 3 && short.contains(name.trim_end_matches('s')))
        || WORDS.iter().any(|(beginning, word)| kind.starts_with(beginning) && name.contains(word))
}

/// Whether one of the types is a variant of the other: a replica of a key, a part of an attachment.
fn related(one: &str, other: &str) -> bool {
    let short = |kind: &str| kind.rsplit("::").next().unwrap_or_default().to_ascii_lowercase();
    let (a, b) = (short(one), short(other));
    let listed = RELATED.iter().any(|pair| *pair == (one, other) || *pair == (other, one));
    let near = service_of(one) == service_of(other) && (a.starts_with(&b) || b.starts_with(&a));
    listed || near || last_word(one) == last_word(other)
}

/// Whether a reference is to the resource itself, and not to what it comes with.
fn is_own(reference: &Reference) -> bool {
    reference.property != "DefaultSecurityGroup"
}

/// The types that a property refers to.
pub(super) fn types(wanted: &[Reference]) -> Vec<&str> {
    let mut types: Vec<&str> = wanted.iter().filter(|it| is_own(it)).map(|it| &*it.resource_type).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// How much it matters that a resource of a type is given to a property that refers to others; `None`, where it may
/// fit.
pub(super) fn stranger(owner: &str, name: &str, wanted: &[Reference], kind: &str) -> Option<Severity> {
    let wanted = types(wanted);
    let without = WITHOUT.contains(&owner) || kind.starts_with("AWS::Serverless::");
    if without || wanted.contains(&kind) || !wanted.iter().any(|wanted| says(name, wanted)) {
        return None;
    }
    let distinct = |kind: &str| DISTINCT.contains(&kind);
    let all_distinct = distinct(kind) && wanted.iter().all(|wanted| distinct(wanted));
    if !all_distinct && wanted.iter().any(|wanted| related(wanted, kind)) {
        return None;
    }
    let service = wanted.first().map(|wanted| service_of(wanted));
    let one_service = wanted.iter().all(|wanted| Some(service_of(wanted)) == service);
    let elsewhere = one_service && Some(service_of(kind)) != service;
    let lenient = LENIENT.contains(&(owner, name));
    let sure = (elsewhere || all_distinct) && !lenient;
    Some(if sure { Severity::Error } else { Severity::Warning })
}

/// Whether what stands there is the thing itself, and not something about it.
pub(super) fn is_itself(facts: &ResourceType, attribute: Option<&str>) -> bool {
    attribute.is_none_or(|attribute| {
        (attribute == "Arn" || attribute.ends_with("Arn") || attribute.ends_with("Id"))
            && (attribute == "Arn" || facts.identifier.iter().any(|it| it == attribute))
    })
}

/// Whether what is yielded is passed on from something that is wanted: `Ref` of a bucket's policy is the bucket's name.
pub(super) fn is_passed_on(facts: &ResourceType, yielded: &str, wanted: &[Reference]) -> bool {
    let own = facts.properties.get(yielded).map(|it| &it.shape.references);
    let own = own.or(facts.attribute(yielded).map(|it| &it.shape.references));
    let named = wanted.iter().any(|it| it.property == yielded && !matches!(yielded, "Arn" | "Id" | "Name"));
    named || own.is_some_and(|own| own.iter().any(|own| types(wanted).contains(&&*own.resource_type)))
}

/// Whether a resource's `Ref` is certainly neither a number nor a truth value.
pub(super) fn is_no_number(shape: &Shape, kind: &str) -> bool {
    matches!(shape.kind, Kind::Integer | Kind::Number | Kind::Boolean) && DISTINCT.contains(&kind)
}

/// An attribute of the right resource that is the wrong one.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong<'t> {
    pub(super) wanted: &'t str,
    pub(super) severity: Severity,
}

/// Whether an attribute of a resource is a name where the ARN is wanted, or the other way round.
pub(super) fn wrong_attribute<'t>(
    name: &str,
    wanted: &'t [Reference],
    shape: &'static Shape,
    kind: &str,
    attribute: &str,
) -> Option<Wrong<'t>> {
    let is_arn = |property: &str| property.to_ascii_lowercase().ends_with("arn");
    if wanted.iter().any(|it| it.resource_type == kind && it.property == attribute) {
        return None;
    }
    let first = wanted.iter().find(|it| it.resource_type == kind)?;
    let found = |severity| Some(Wrong { wanted: &first.property, severity });
    if kind == "AWS::EC2::SecurityGroup" {
        let ids = name.ends_with("Id") || name.ends_with("Ids");
        return if ids && attribute == "GroupName" { found(Severity::Error) } else { None };
    }
    let any_arn = wanted.iter().any(|it| is_arn(&it.property));
    let all_arns = wanted.iter().all(|it| is_arn(&it.property));
    let strict = shape.pattern.as_deref().is_some_and(|it| it.trim_start_matches('^').starts_with("arn"));
    if all_arns && (strict || is_arn(name)) && attribute.ends_with("Name") {
        return found(Severity::Warning);
    }
    // Names have no colons; where a pattern allows some, or none is published, an ARN may do.
    const NAMES: &[(&str, &str)] = &[
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::User", "UserName"),
        ("AWS::IAM::Group", "GroupName"),
    ];
    let no_arn = NAMES.contains(&(kind, &*first.property)) && says(name, kind) && !name.contains("Arn");
    if !any_arn && no_arn && attribute == "Arn" && wanted.len() == 1 {
        return found(Severity::Warning);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_end_in_words() {
        for (kind, word) in [
            ("AWS::EC2::SecurityGroup", "group"),
            ("AWS::EC2::VPC", "vpc"),
            ("AWS::RDS::DBSubnetGroup", "group"),
            ("AWS::EC2::EIP", "eip"),
            ("AWS::DynamoDB::Table", "table"),
            ("AWS::ApiGateway::RestApi", "api"),
            ("", ""),
        ] {
            assert_eq!(last_word(kind), word, "{kind}");
        }
    }

    /// What stands for another type is no stranger, and what only looks like it is no sure one.
    #[test]
    fn relatives_are_no_strangers() {
        let given = |owner: &str, name: &str, kind: &str| {
            let facts = formwork_facts::resource_type(owner)?;
            stranger(owner, name, &facts.properties.get(name)?.shape.references, kind)
        };
        for (owner, name, kind) in [
            ("AWS::Lambda::EventSourceMapping", "FunctionName", "AWS::Lambda::Alias"),
            ("AWS::Lambda::EventSourceMapping", "FunctionName", "AWS::Lambda::Version"),
            ("AWS::RDS::DBInstance", "KmsKeyId", "AWS::KMS::ReplicaKey"),
            (
                "AWS::ElastiCache::SecurityGroupIngress",
                "CacheSecurityGroupName",
                "AWS::ElastiCache::SecurityGroup",
            ),
            ("AWS::ApiGateway::Authorizer", "RestApiId", "AWS::Serverless::Api"),
            ("AWS::InspectorV2::Filter", "Name", "AWS::SQS::Queue"),
        ] {
            assert_eq!(given(owner, name, kind), None, "{owner} {name} {kind}");
        }
        assert_eq!(given("AWS::EC2::Route", "GatewayId", "AWS::EC2::NatGateway"), Some(Severity::Warning));
        assert_eq!(given("AWS::EC2::Route", "GatewayId", "AWS::EC2::VPC"), Some(Severity::Warning));
        assert_eq!(given("AWS::EC2::Subnet", "VpcId", "AWS::EC2::VPCEndpoint"), Some(Severity::Error));
    }

    /// Every property with references, given a queue: it is found, or its name does not say what it takes.
    #[test]
    fn a_queue_is_a_stranger_everywhere() {
        let mut found = 0;
        let mut silent = 0;
        for service in formwork_facts::services() {
            for name in formwork_facts::types(service) {
                let Some(facts) = formwork_facts::resource_type(name) else { continue };
                let objects = facts.objects.iter().flat_map(|it| &it.properties.all);
                for property in facts.properties.all.iter().chain(objects) {
                    let shape = match &property.shape.kind {
                        Kind::List(item) => &**item,
                        _ => &property.shape,
                    };
                    let wanted = wanted(&facts.name, &property.name, shape);
                    let types = types(wanted);
                    if types.is_empty() || types.contains(&"AWS::SQS::Queue") {
                        continue;
                    }
                    let silent_one = WITHOUT.contains(&name)
                        || !types.iter().any(|kind| says(&property.name, kind))
                        || types.iter().any(|kind| related(kind, "AWS::SQS::Queue"));
                    let remark = stranger(name, &property.name, wanted, "AWS::SQS::Queue");
                    assert_eq!(remark.is_none(), silent_one, "{name} {}", property.name);
                    if silent_one { silent += 1 } else { found += 1 }
                }
            }
        }
        // Next to all of them: a change of the facts may move a few.
        assert!(found > 1600 && silent < 200, "{found} found, {silent} not");
    }
}
