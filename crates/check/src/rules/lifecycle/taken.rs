//! Names that two resources are to have.

use std::collections::HashMap;

use formwork_core::Severity;
use formwork_facts::{Kind, ResourceType};

use super::names::is_quiet;
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
    rules::network::Who,
    template::{Origin, Template},
};

/// Types whose name is not what identifies them, with the way to it; names of these are told apart nevertheless.
// The pages of the types and of what makes them: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
// API_CreateQueue.html, sns/latest/api/API_CreateTopic.html, secretsmanager/latest/apireference/API_CreateSecret.html,
// elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html and API_CreateTargetGroup.html,
// IAM/latest/UserGuide/reference_iam-quotas.html, cognito/latest/developerguide/cognito-user-pools-assign-domain.html,
// cost-management/latest/APIReference/API_budgets_Budget.html, step-functions/latest/apireference/
// API_CreateStateMachine.html, AWSEC2/latest/APIReference/API_CreateKeyPair.html.
const NAMED: &[(&str, &[&str])] = &[
    ("AWS::Budgets::Budget", &["Budget", "BudgetName"]),
    ("AWS::Cognito::UserPoolDomain", &["Domain"]),
    ("AWS::EC2::KeyPair", &["KeyName"]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateName"]),
    ("AWS::EC2::SecurityGroup", &["GroupName"]),
    ("AWS::ECS::Service", &["ServiceName"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["Name"]),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", &["Name"]),
    ("AWS::Events::Rule", &["Name"]),
    ("AWS::IAM::ManagedPolicy", &["ManagedPolicyName"]),
    ("AWS::SNS::Topic", &["TopicName"]),
    ("AWS::SQS::Queue", &["QueueName"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
    ("AWS::StepFunctions::StateMachine", &["StateMachineName"]),
];

/// Types of which names are told apart within something else: a property.
const WITHIN: &[(&str, &str)] = &[
    ("AWS::EC2::SecurityGroup", "VpcId"),
    ("AWS::ECS::Service", "Cluster"),
    ("AWS::Events::Rule", "EventBusName"),
];

/// Types, or beginnings of them, whose names are told apart in the account and not in each of its Regions.
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html: dashboards are global.
const GLOBAL: &[&str] = &["AWS::Budgets::", "AWS::CloudFront::", "AWS::CloudWatch::Dashboard", "AWS::IAM::"];

/// Services that do not tell names apart by case.
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, "IAM name requirements";
// docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html and API_CreateDBSubnetGroup.html, which
// store names in lower case, as docdb, neptune, elasticache and redshift do.
const WITHOUT_CASE: &[&str] =
    &["AWS::DocDB::", "AWS::ElastiCache::", "AWS::IAM::", "AWS::Neptune::", "AWS::RDS::", "AWS::Redshift::"];

/// With so many resources of its name one is compared.
const COMPARED: usize = 64;

/// Where a name is told apart.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Region,
    Account,
    Everywhere,
}

fn reach(kind: &str) -> Reach {
    match kind {
        "AWS::S3::Bucket" => Reach::Everywhere,
        _ if GLOBAL.iter().any(|global| kind.starts_with(global)) => Reach::Account,
        _ => Reach::Region,
    }
}

/// The property that tells resources of a type apart, where it can be set: what identifies them, if that is a name.
fn identifying(facts: &ResourceType) -> Option<&str> {
    let [identifier] = facts.identifier.as_slice() else { return None };
    let kind = facts.short_name();
    let stem = ["Name", "Identifier", "Id"].iter().find_map(|end| identifier.strip_suffix(end));
    let own = identifier == "Name" || stem.is_some_and(|stem| stem.len() > 2 && kind.ends_with(stem));
    let property = facts.properties.get(identifier).filter(|_| own)?;
    (!property.read_only && property.shape.kind == Kind::String).then_some(&property.name)
}

/// The name of a resource, where it is written out.
fn name_of<'a>(resource: Resource<'a>) -> Option<(Value<'a>, String)> {
    let kind = resource.kind();
    let properties = resource.value().get("Properties");
    let value = match NAMED.iter().find(|(named, _)| *named == kind) {
        Some((_, path)) => properties.within(path),
        None => properties.get(identifying(resource.facts().filter(|_| !is_quiet(kind))?)?),
    };
    if value.is_absent() || value.function().is_some() {
        return None;
    }
    let name = value.text()?.into_owned();
    (!name.is_empty()).then_some((value, name))
}

/// What a name is told apart within: nothing where that is not known.
fn within(resource: Resource<'_>) -> Option<Option<Who>> {
    let Some((_, property)) = WITHIN.iter().find(|(kind, _)| *kind == resource.kind()) else {
        return Some(None);
    };
    let value = resource.get(property);
    if value.is_absent() { Some(None) } else { Who::of(value).map(Some) }
}

/// Alarms of both types have their names in common.
fn family(kind: &str) -> &str {
    if kind == "AWS::CloudWatch::CompositeAlarm" { "AWS::CloudWatch::Alarm" } else { kind }
}

/// `aws-cn` of `cn-north-1`.
fn partition(region: &str) -> &str {
    let other = ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"];
    other.into_iter().find(|start| region.starts_with(start)).unwrap_or_default()
}

/// Whether two stacks are where a name may be taken twice, as far as that is known.
fn apart(one: &Template<'_>, other: &Template<'_>, reach: Reach) -> bool {
    let (here, there) = (one.region.as_deref(), other.region.as_deref());
    let partitions = here.zip(there).is_some_and(|(here, there)| partition(here) != partition(there));
    let accounts = one.account.as_ref().zip(other.account.as_ref()).is_some_and(|(one, other)| one != other);
    match reach {
        Reach::Everywhere => partitions,
        Reach::Account => partitions || accounts,
        Reach::Region => accounts || here != there,
    }
}

fn stack_of(template: &Template<'_>) -> String {
    match &template.origin {
        Origin::Stack(stack) => format!("stack `{}`", stack.id()),
        Origin::File(file) => format!("`{file}`"),
    }
}

/// Two resources with one name.
pub(super) fn twice<'a>(context: &'a Context<'a>, says: &mut Says) {
    type Key<'a> = (&'a str, String, Option<Who>);
    let mut taken: HashMap<Key<'a>, Vec<(Resource<'a>, Value<'a>, String)>> = HashMap::new();
    for resource in context.resources() {
        let kind = resource.kind();
        let Some((value, name)) = name_of(resource) else { continue };
        let Some(within) = within(resource) else { continue };
        let Some(own) = context.template(resource.template) else { continue };
        let without_case = WITHOUT_CASE.iter().any(|service| kind.starts_with(service));
        let key = if without_case { name.to_ascii_lowercase() } else { name.clone() };
        let all = taken.entry((family(kind), key, within)).or_default();
        let reach = reach(kind);
        let before = all.iter().take(COMPARED).find_map(|(before, at, text)| {
            let template = context.template(before.template)?;
            let same = before.template == resource.template;
            (same || !apart(template, own, reach)).then_some((*before, *at, text, template, same))
        });
        if let Some((before, at, text, template, same)) = before {
            let elsewhere = if same { String::new() } else { format!(" of {}", stack_of(template)) };
            let shown: String = name.chars().take(100).filter(|c| !c.is_control()).collect();
            let message = format!(
                "`{}` is to have the name `{shown}`, which `{}`{elsewhere} has already",
                resource.id(),
                before.id()
            );
            let property = value.name();
            // Templates that are read may belong to different Regions, and parameters of two stacks may differ.
            let program = [own, template].iter().all(|it| matches!(it.origin, Origin::Stack(_)));
            let conditional =
                [resource, before].iter().any(|resource| resource.attribute("Condition").is_set());
            let sure = same || program && !conditional;
            let remark = says.add(value, message);
            remark.severity(if sure { Severity::Error } else { Severity::Warning });
            remark.label("the same name").also(at, "the name is taken here").note(match reach {
                Reach::Everywhere => "such a name is there once among all accounts",
                Reach::Account => "such a name is there once in an account, in all its Regions together",
                Reach::Region => match WITHIN.iter().find(|(of, _)| *of == kind) {
                    Some((_, "VpcId")) => "such a name is there once in a VPC",
                    Some((_, "Cluster")) => "such a name is there once in a cluster",
                    Some(_) => "such a name is there once on an event bus",
                    None => "such a name is there once in a Region of an account",
                },
            });
            if *text != name {
                remark.note(format!("`{name}` and `{text}` are one name: case does not count"));
            }
            let required = resource.facts().and_then(|facts| facts.properties.get(&property));
            remark.help(match required.is_some_and(|property| property.required) {
                true => "give one of them another name".to_owned(),
                false => format!(
                    "give one of them another name, or leave `{property}` out: CloudFormation makes one up"
                ),
            });
        }
        all.push((resource, value, name));
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::Severity;

    use crate::{Source, templates};

    /// How often, and how seriously, the rule speaks of templates in Regions and accounts.
    fn told(all: &[(&str, &str, &str)]) -> Vec<Severity> {
        let sources: Vec<Source> = (all.iter().enumerate())
            .map(|(index, (region, account, resources))| {
                let mut source =
                    Source::new(format!("t{index}.json"), format!(r#"{{"Conditions":{{"C":{{"Fn::Equals":[{{"Ref":"P"}},"a"]}},"D":{{"Fn::Not":[{{"Condition":"C"}}]}}}},"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{{resources}}}}}"#));
                let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                (source.region, source.account) = (given(region), given(account));
                source
            })
            .collect();
        let report = templates(&sources);
        let own = report.findings.iter().filter(|finding| finding.code == "FW1613");
        own.inspect(|finding| assert_eq!(finding.spans.len(), 2, "{finding:?}"))
            .map(|finding| finding.severity)
            .collect()
    }

    fn pair(kind: &str, one: &str, other: &str) -> String {
        let resource = |id: &str, properties: &str| {
            format!(r#""{id}":{{"Type":"{kind}","Properties":{{{properties}}}}}"#)
        };
        format!("{},{}", resource("A", one), resource("B", other))
    }

    #[test]
    fn a_name_is_taken_once() {
        for (kind, property) in [
            ("AWS::CloudWatch::Alarm", "AlarmName"),
            ("AWS::CloudWatch::Dashboard", "DashboardName"),
            ("AWS::Cognito::UserPoolDomain", "Domain"),
            ("AWS::DynamoDB::Table", "TableName"),
            ("AWS::EC2::SecurityGroup", "GroupName"),
            ("AWS::ECR::Repository", "RepositoryName"),
            ("AWS::ECS::Cluster", "ClusterName"),
            ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name"),
            ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name"),
            ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
            ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::IAM::User", "UserName"),
            ("AWS::KMS::Alias", "AliasName"),
            ("AWS::Kinesis::Stream", "Name"),
            ("AWS::Lambda::Function", "FunctionName"),
            ("AWS::Logs::LogGroup", "LogGroupName"),
            ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
            ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName"),
            ("AWS::S3::Bucket", "BucketName"),
            ("AWS::SNS::Topic", "TopicName"),
            ("AWS::SQS::Queue", "QueueName"),
            ("AWS::SSM::Parameter", "Name"),
            ("AWS::SecretsManager::Secret", "Name"),
        ] {
            let named = |name: &str| format!(r#""{property}":"{name}""#);
            let same = pair(kind, &named("orders"), &named("orders"));
            assert_eq!(told(&[("", "", &same)]), [Severity::Error], "{kind}");
            let other = pair(kind, &named("orders"), &named("bills"));
            assert_eq!(told(&[("", "", &other)]), [], "{kind}");
            let refers = format!(r#""{property}":{{"Fn::Sub":"${{AWS::StackName}}-orders"}}"#);
            assert_eq!(told(&[("", "", &pair(kind, &refers, &refers))]), [], "{kind}");
        }
        let budget = r#""Budget":{"BudgetName":"all"}"#;
        assert_eq!(told(&[("", "", &pair("AWS::Budgets::Budget", budget, budget))]), [Severity::Error]);
        // What bears a name that means something else.
        for (kind, property) in [
            ("AWS::ApiGateway::RestApi", "Name"),
            ("AWS::Cognito::UserPool", "UserPoolName"),
            ("AWS::EC2::SecurityGroup", "GroupDescription"),
            ("AWS::ECS::TaskDefinition", "Family"),
            ("AWS::IAM::Policy", "PolicyName"),
            ("AWS::Lambda::LayerVersion", "LayerName"),
            ("AWS::SNS::Topic", "DisplayName"),
        ] {
            let named = format!(r#""{property}":"orders""#);
            assert_eq!(told(&[("", "", &pair(kind, &named, &named))]), [], "{kind}");
        }
    }

    #[test]
    fn case_counts_where_it_does() {
        let both = |kind: &str, property: &str| {
            let named = |name: &str| format!(r#""{property}":"{name}""#);
            told(&[("", "", &pair(kind, &named("orders"), &named("Orders")))]).len()
        };
        assert_eq!(both("AWS::IAM::Role", "RoleName"), 1);
        assert_eq!(both("AWS::RDS::DBInstance", "DBInstanceIdentifier"), 1);
        assert_eq!(both("AWS::ECS::Cluster", "ClusterName"), 0);
        assert_eq!(both("AWS::SQS::Queue", "QueueName"), 0);
    }

    #[test]
    fn names_are_taken_where_they_count() {
        let role = r#""R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"x"}}"#;
        let topic = r#""T":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":"x"}}"#;
        let bucket = r#""B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"x-y-z"}}"#;
        let two = |text: &str, one: (&str, &str), other: (&str, &str)| {
            told(&[(one.0, one.1, text), (other.0, other.1, text)]).len()
        };
        let (here, there) = (("eu-west-1", "111122223333"), ("eu-west-2", "111122223333"));
        let other = ("eu-west-1", "444455556666");
        for (text, expected) in [(role, [1, 1, 0]), (topic, [1, 0, 0]), (bucket, [1, 1, 1])] {
            let found = [two(text, here, here), two(text, here, there), two(text, here, other)];
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(two(bucket, here, ("cn-north-1", "444455556666")), 0);
        assert_eq!(two(topic, ("", ""), ("", "")), 1);
        assert_eq!(two(topic, ("", ""), here), 0);
    }

    #[test]
    fn what_names_are_told_apart_within() {
        let group = |vpc: &str| format!(r#""GroupName":"x","VpcId":{vpc}"#);
        let groups = |one: &str, other: &str| {
            told(&[("", "", &pair("AWS::EC2::SecurityGroup", &group(one), &group(other)))])
        };
        assert_eq!(groups(r#""vpc-1""#, r#""vpc-1""#).len(), 1);
        assert_eq!(groups(r#""vpc-1""#, r#""vpc-2""#).len(), 0);
        assert_eq!(groups(r#"{"Fn::ImportValue":"v"}"#, r#"{"Fn::ImportValue":"v"}"#).len(), 0);
    }

    #[test]
    fn what_is_never_there_together_may_have_one_name() {
        let role = |id: &str, condition: &str| {
            format!(
                r#""{id}":{{"Type":"AWS::IAM::Role","Condition":"{condition}","Properties":{{"RoleName":"x"}}}}"#
            )
        };
        assert_eq!(told(&[("", "", &format!("{},{}", role("A", "C"), role("B", "D")))]), []);
        assert_eq!(told(&[("", "", &format!("{},{}", role("A", "C"), role("B", "C")))]), [Severity::Error]);
    }
}
