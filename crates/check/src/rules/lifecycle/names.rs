//! Names that are written out.

use std::borrow::Cow;

use formwork_core::Severity;
use formwork_facts::{Kind, Property, ResourceType, Update};

use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// What is replaced by every change.
const ALWAYS_REPLACED: &[&str] =
    &["AWS::AutoScaling::LaunchConfiguration", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model"];

/// Types, or beginnings of them, whose names may be taken twice, name a list of versions, or are made by SAM.
const QUIET: &[&str] = &[
    "AWS::AppRunner::",
    "AWS::Athena::NamedQuery",
    "AWS::Batch::JobDefinition",
    "AWS::EMR::Instance",
    "AWS::GuardDuty::",
    "AWS::IVS::",
    "AWS::IoTWireless::",
    "AWS::Lambda::LayerVersion",
    "AWS::Route53Resolver::",
    "AWS::Serverless::",
    "AWS::Wisdom::",
];

/// Properties that hardly anybody changes once the resource is there.
const SETTLED: &[&str] = &[
    "CatalogId",
    "ComputePlatform",
    "ContentType",
    "DeliveryStreamType",
    "DocumentType",
    "EngineMode",
    "EventBusName",
    "FifoQueue",
    "FifoTopic",
    "NamespaceId",
    "ObjectLockEnabled",
    "PackageType",
    "Path",
    "RestApiId",
    "Scope",
    "StateMachineType",
    "Tags",
];

/// Names that stand within another property: the type, the property, and the name in it.
const WITHIN: &[(&str, &str, &str)] = &[("AWS::Budgets::Budget", "Budget", "BudgetName")];

/// The property that names a resource and that cannot be changed without replacing it; nothing where it has to be set.
pub(super) fn naming(facts: &ResourceType) -> Option<&Property> {
    let kind = facts.short_name();
    let names = |property: &&Property| {
        // `TableName` of a table, `ClusterName` of a cache cluster, `DBInstanceIdentifier`, `ReplicationGroupId`.
        let stem = ["Name", "Identifier", "Id"].iter().find_map(|end| property.name.strip_suffix(end));
        let own = property.name == "Name" || stem.is_some_and(|stem| stem.len() > 2 && kind.ends_with(stem));
        own && property.update == Update::Replaces
            && !property.required
            && !property.read_only
            && property.shape.kind == Kind::String
    };
    facts.properties.all.iter().find(names)
}

/// The name of a resource that cannot be changed without replacing it, and the path to it.
fn name_of<'a>(resource: Resource<'a>) -> Option<(Value<'a>, Cow<'static, str>)> {
    if let Some((_, outer, inner)) = WITHIN.iter().find(|(kind, ..)| *kind == resource.kind()) {
        return Some((resource.get(outer).get(inner), format!("{outer}.{inner}").into()));
    }
    let property = naming(resource.facts()?)?;
    Some((resource.get(&property.name), Cow::Borrowed(&property.name)))
}

/// Whether names of the type are told apart within the account, and replacing one under its name fails.
pub(super) fn is_quiet(kind: &str) -> bool {
    QUIET.iter().any(|quiet| kind.starts_with(quiet))
}

pub(super) fn fixed_name<'a>(context: &'a Context<'a>, says: &mut Says) {
    for resource in context.resources() {
        let Some(facts) = resource.facts().filter(|_| !is_quiet(resource.kind())) else { continue };
        let Some((name, path)) = name_of(resource) else { continue };
        // A name that a parameter or the stack's name is part of can be changed when it has to be.
        let fixed = name.is_set() && name.function().is_none();
        let Some(text) = name.text().filter(|_| fixed) else { continue };
        let replacing: Vec<&str> = (facts.properties.all.iter())
            .filter(|other| other.update == Update::Replaces && other.name != path)
            .map(|other| &*other.name)
            // A name within something else is free when that is another one.
            .filter(|other| !SETTLED.contains(other) && !facts.identifier.iter().any(|it| it == other))
            .filter(|other| resource.get(other).is_set())
            .collect();
        let Some(first) = replacing.first() else { continue };
        let always = ALWAYS_REPLACED.contains(&resource.kind());
        let shown: String = text.chars().take(100).filter(|c| !c.is_control()).collect();
        let message = match always {
            true => format!(
                "every change replaces `{}`, and fails while its name `{shown}` is taken",
                resource.id()
            ),
            false => format!(
                "`{}` has the fixed name `{shown}`, and cannot be replaced as long as that is taken",
                resource.id()
            ),
        };
        let remark = says.add(name, message);
        if always {
            remark.severity(Severity::Warning);
        } else {
            let all: Vec<String> = replacing.iter().take(4).map(|it| format!("`{it}`")).collect();
            let more = if replacing.len() > 4 { " and others" } else { "" };
            remark.note(format!("a change of {}{more} replaces it", all.join(", ")));
        }
        remark
            .also(resource.get(first), "a change of this replaces it")
            .note("CloudFormation makes the new resource before it deletes the old one")
            .help(format!("leave `{path}` out, or build it with the stack's name"));
    }
}

pub(super) fn retained_name(resource: Resource<'_>, says: &mut Says) {
    let Some((name, _)) = name_of(resource) else { return };
    let policy = resource.attribute("DeletionPolicy");
    let Some(text) = name.text().filter(|_| policy.is("Retain") && name.function().is_none()) else { return };
    says.add(
        name,
        format!("`{}` stays when the stack is deleted, and its name `{text}` stays taken", resource.id()),
    )
    .also(policy, "it stays")
    .help("a new stack of the same template needs another name, or has to import the resource");
}

#[cfg(test)]
mod tests {
    #[test]
    fn naming_properties_are_found() {
        for (kind, expected) in [
            ("AWS::AutoScaling::LaunchConfiguration", "LaunchConfigurationName"),
            ("AWS::DynamoDB::Table", "TableName"),
            ("AWS::EC2::SecurityGroup", "GroupName"),
            ("AWS::EC2::SecurityGroupIngress", ""),
            ("AWS::EC2::VPC", ""),
            ("AWS::ECS::Service", "ServiceName"),
            ("AWS::ECS::TaskDefinition", ""),
            ("AWS::ElastiCache::CacheCluster", "ClusterName"),
            ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
            ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name"),
            ("AWS::Events::EventBusPolicy", ""),
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::Lambda::Function", "FunctionName"),
            ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
            ("AWS::RDS::DBParameterGroup", "DBParameterGroupName"),
            ("AWS::S3::Bucket", "BucketName"),
            ("AWS::SecretsManager::Secret", "Name"),
        ] {
            let facts = formwork_facts::resource_type(kind).expect("a type");
            assert_eq!(super::naming(facts).map_or("", |it| &it.name), expected, "{kind}");
        }
    }

    #[test]
    fn fixed_names_matter_where_something_else_replaces() {
        for (kind, properties, expected) in [
            ("AWS::EC2::SecurityGroup", r#""GroupName":"web","GroupDescription":"web""#, "Note"),
            ("AWS::EC2::SecurityGroup", r#""GroupName":{"Ref":"P"},"GroupDescription":"web""#, ""),
            ("AWS::EC2::SecurityGroup", r#""GroupName":{"Fn::Sub":"${AWS::StackName}-web"}"#, ""),
            ("AWS::Logs::LogGroup", r#""LogGroupName":"web","RetentionInDays":7"#, ""),
            ("AWS::SQS::Queue", r#""QueueName":"web.fifo","FifoQueue":true"#, ""),
            ("AWS::SNS::Topic", r#""TopicName":"web""#, ""),
            ("AWS::IAM::Role", r#""RoleName":"web","Path":"/web/""#, ""),
            ("AWS::S3::Bucket", r#""BucketName":"web-assets""#, ""),
            ("AWS::Lambda::Function", r#""FunctionName":"web","Handler":"x.y""#, ""),
            ("AWS::ECS::Service", r#""ServiceName":"web","Cluster":"main""#, ""),
            ("AWS::ECS::Service", r#""ServiceName":"web","LaunchType":"FARGATE""#, "Note"),
            ("AWS::RDS::DBParameterGroup", r#""DBParameterGroupName":"pg","Family":"postgres17""#, "Note"),
            (
                "AWS::Budgets::Budget",
                r#""Budget":{"BudgetName":"web"},"NotificationsWithSubscribers":[{"Subscribers":[]}]"#,
                "Note",
            ),
            (
                "AWS::Budgets::Budget",
                r#""Budget":{"BudgetName":{"Ref":"P"}},"NotificationsWithSubscribers":[{"Subscribers":[]}]"#,
                "",
            ),
            ("AWS::Budgets::Budget", r#""Budget":{"BudgetName":"web","TimeUnit":"MONTHLY"}"#, ""),
            ("AWS::Lambda::LayerVersion", r#""LayerName":"web","Content":{"S3Bucket":"b"}"#, ""),
            (
                "AWS::AutoScaling::LaunchConfiguration",
                r#""LaunchConfigurationName":"web","InstanceType":"t3.micro""#,
                "Warning",
            ),
        ] {
            let text = format!(
                r#"{{"Parameters":{{"P":{{"Type":"String","Default":"x"}}}},
                "Resources":{{"R":{{"Type":"{kind}","Properties":{{{properties}}}}}}}}}"#
            );
            let report = crate::templates(&[crate::Source::new("t.json", text)]);
            let found = report.findings.iter().find(|finding| finding.code == "FW1602");
            let severity = found.map_or(String::new(), |finding| format!("{:?}", finding.severity));
            assert_eq!(severity, expected, "{kind} {properties}");
        }
    }
}
