//! No template, however broken, makes a check panic.

use formwork_check::{Check, Source, output};
use formwork_core::report::{NoSources, Style};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};

/// Words that mean something in templates.
const WORDS: &[&str] = &[
    "Resources",
    "Parameters",
    "Conditions",
    "Mappings",
    "Outputs",
    "Rules",
    "Metadata",
    "Transform",
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "Default",
    "AllowedValues",
    "Value",
    "Export",
    "Name",
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::Cidr",
    "Fn::Equals",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "Fn::ImportValue",
    "Fn::GetAZs",
    "Fn::GetStackOutput",
    "A",
    "B",
    "Statement",
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "CidrBlock",
    "VpcId",
    "SubnetIds",
    "SecurityGroupIngress",
    "FromPort",
    "ToPort",
    "IpProtocol",
    "CidrIp",
    "Engine",
    "EngineVersion",
    "DBInstanceClass",
    "ContainerDefinitions",
    "PortMappings",
    "Cpu",
    "Memory",
    "MetricName",
    "Namespace",
    "Threshold",
    "Tags",
    "Key",
    "Formwork",
    "Accept",
    "Code",
    "Reason",
];

const TYPES: &[&str] = &[
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Route",
    "AWS::EC2::Instance",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::Topic",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
    "AWS::DynamoDB::Table",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Route53::RecordSet",
    "AWS::WAFv2::WebACL",
    "AWS::CertificateManager::Certificate",
    "AWS::Logs::LogGroup",
    "AWS::CloudTrail::Trail",
    "AWS::Events::Rule",
    "AWS::ApiGateway::RestApi",
    "AWS::CloudFormation::Stack",
    "Custom::Thing",
    "AWS::No::Type",
    "",
];

const TEXTS: &[&str] = &[
    "",
    "A",
    "B",
    "A.Arn",
    "AWS::Region",
    "AWS::NoValue",
    "10.0.0.0/16",
    "10.0.0.0/33",
    "0.0.0.0/0",
    "::/0",
    "256.1.1.1/8",
    "arn:aws:s3:::A/*",
    "arn:aws:iam::111122223333:root",
    "*",
    "s3:*",
    "s3:GetObjects",
    "${A}",
    "${A.Arn}",
    "${!A}",
    "${",
    "{{resolve:secretsmanager:a:SecretString:b}}",
    "{{resolve:",
    "tcp",
    "-1",
    "443",
    "99999999999999999999",
    "1e308",
    "postgres",
    "16.3",
    "db.t4g.medium",
    "2012-10-17",
    "Allow",
    "true",
    "rate(1 minute)",
    "a\u{0}b",
    "é\u{301}😀",
    "AWS/ECS",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![0, 1, -1, 22, 80, 443, 65535, 65536, 512, 1024]).prop_map(Value::from),
        prop::sample::select(vec![1e308, -0.5, 1e-9]).prop_map(Value::from),
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
        prop::sample::select(TYPES.to_vec()).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(6, 60, 6, |inner| {
        let key = prop_oneof![
            8 => prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
            1 => "\\PC{0,8}",
        ];
        let entries = prop::collection::vec((key, inner.clone()), 0..6);
        let object = entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()));
        prop_oneof![prop::collection::vec(inner, 0..5).prop_map(Value::Array), object]
    })
}

/// A template with resources of known types whose properties, named as the type has them, hold anything.
fn template() -> impl Strategy<Value = Value> {
    let properties = |kind: &'static str| {
        let facts = formwork_facts::resource_type(kind);
        let names: Vec<String> = facts
            .into_iter()
            .flat_map(|facts| facts.properties.all.iter().map(|property| property.name.to_string()))
            .chain(["Nonsense".to_owned()])
            .collect();
        prop::collection::vec((prop::sample::select(names), tree()), 0..8)
    };
    let resource = prop::sample::select(TYPES.to_vec())
        .prop_flat_map(move |kind| properties(kind).prop_map(move |properties| (kind, properties)))
        .prop_map(|(kind, properties)| {
            let properties: Map<String, Value> = properties.into_iter().collect();
            json!({"Type": kind, "Properties": properties})
        });
    let section = || prop_oneof![3 => Just(json!({})), 1 => tree()];
    (prop::collection::vec(resource, 1..6), section(), section(), section(), tree()).prop_map(
        |(resources, parameters, conditions, outputs, rest)| {
            let ids = ["A", "B", "C", "D", "E", "F"].into_iter();
            let resources: Map<String, Value> = ids.map(str::to_owned).zip(resources).collect();
            let mut template = json!({
                "Resources": resources, "Parameters": parameters, "Conditions": conditions, "Outputs": outputs,
            });
            if let (Some(template), Value::Object(rest)) = (template.as_object_mut(), rest) {
                for (key, value) in rest {
                    template.entry(key).or_insert(value);
                }
            }
            template
        },
    )
}

fn check(text: String) {
    let mut source = Source::new("template", text);
    source.region = Some("eu-central-1".to_owned());
    let report = Check::new().exposure().templates(&[source]);
    assert!(output::json(&report).ends_with("}\n"));
    assert!(output::sarif(&report).ends_with("}\n"));
    let _ = (output::github(&report), output::summary(&report));
    let _ = output::text(&report, &NoSources, Style::Plain);
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn any_tree_can_be_checked() {
    runner(600)
        .run(&tree(), |tree| {
            check(tree.to_string());
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_template_can_be_checked() {
    runner(800)
        .run(&template(), |template| {
            check(template.to_string());
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_cut_of_a_template_can_be_checked() {
    let text = include_str!("../fuzz/seeds/service.yaml");
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        check(text[..end].to_owned());
        check(text[end..].to_owned());
    }
}

#[test]
fn what_is_meant_to_break_readers_does_not() {
    let deep = |open: &str, count: usize| open.repeat(count);
    for text in [
        deep("[", 200_000),
        deep("{\"a\":", 200_000),
        deep("- ", 200_000),
        deep("? ", 100_000),
        format!("Resources: {}{}", deep("[", 5_000), deep("]", 5_000)),
        format!("{{\"Resources\": {}1{}}}", deep("{\"Fn::Not\": [", 150), deep("]}", 150)),
        format!("{{\"Resources\": {{\"A\": {{\"Type\": \"AWS::SQS::Queue\", \"Properties\": {}1{}}}}}}}", deep("{\"Fn::Join\": [\"\", [", 60), deep("]]}", 60)),
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n".to_owned(),
        format!("{{\"Resources\": {{{}}}}}", (0..20_000).map(|n| format!("\"A{n}\": {{\"Type\": \"AWS::SQS::Queue\", \"DependsOn\": \"A{}\"}}", (n + 1) % 20_000)).collect::<Vec<_>>().join(",")),
        format!("{{\"Conditions\": {{\"C0\": {{\"Fn::Equals\": [{{\"Ref\": \"P\"}}, \"x\"]}}, {}}}, \"Resources\": {{}}}}", (1..5_000).map(|n| format!("\"C{n}\": {{\"Fn::And\": [{{\"Condition\": \"C{0}\"}}, {{\"Condition\": \"C{0}\"}}]}}", n - 1)).collect::<Vec<_>>().join(",")),
    ] {
        check(text);
    }
}
