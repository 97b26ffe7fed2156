//! What holds for every resource of every stack.

use crate::support::{Shop, many, object, same, text};
use serde_json::{Value, json};

/// What CloudFormation gives no tags.
const UNTAGGED: &[&str] = &[
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Cognito::UserPoolClient",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
];

#[test]
fn everything_is_tagged() {
    let shop = Shop::of("prod");
    for stack in shop.stacks() {
        for (id, kind) in shop.resources(stack).into_iter().filter(|(_, kind)| !UNTAGGED.contains(&&**kind)) {
            let resource = shop.resource(stack, &id);
            let tags = match &*kind {
                "AWS::Cognito::UserPool" => resource.get("UserPoolTags").clone(),
                "AWS::Budgets::Budget" => object(resource.get("ResourceTags"), "Key", "Value"),
                _ => object(resource.get("Tags"), "Key", "Value"),
            };
            for (key, value) in
                [("Environment", "prod"), ("Project", "AWSomeShop"), ("Owner", "core-business-unit")]
            {
                assert_eq!(tags[key], value, "the tag {key} of {stack}/{id} ({kind})");
            }
        }
    }
}

#[test]
fn tasks_are_tagged_as_their_service_is() {
    for service in Shop::of("prod").all("AWS::ECS::Service") {
        service.is(json!({"PropagateTags": "SERVICE"}));
    }
}

#[test]
fn whatever_is_referred_to_is_there() {
    let shop = Shop::of("prod");
    for stack in shop.stacks() {
        let template = shop.template(stack);
        let there = |name: &String| {
            let own = [&template["Resources"], &template["Parameters"]];
            name.starts_with("AWS::") || own.iter().any(|it| it.get(name).is_some())
        };
        let mut names = Vec::new();
        referred(template, &mut names);
        names.retain(|name| !there(name));
        same(&format!("references of {stack} to nothing"), names, []);
    }
}

#[test]
fn every_parameter_is_an_output_of_another_stack() {
    let shop = Shop::of("prod");
    for stack in shop.stacks() {
        for name in shop.template(stack)["Parameters"].as_object().into_iter().flat_map(|it| it.keys()) {
            let from = &shop.parameters(stack)[name];
            let (producer, output) = (text(&from["stack"]), text(&from["output"]));
            assert!(shop.stacks().contains(&&*producer), "{stack}: {name} is from {from}");
            let value = &shop.template(&producer)["Outputs"][&output]["Value"];
            assert!(!value.is_null(), "{stack}: {name} is from {producer}, which has no output {output}");
        }
    }
}

/// The names that a template refers to.
fn referred(value: &Value, names: &mut Vec<String>) {
    let Value::Object(members) = value else {
        return value.as_array().into_iter().flatten().for_each(|it| referred(it, names));
    };
    for (key, value) in members {
        match (&**key, value) {
            ("Ref", name) => names.push(text(name)),
            ("DependsOn", value) => names.extend(many(value).iter().map(text)),
            ("Fn::GetAtt", Value::Array(parts)) => names.push(text(&parts[0])),
            ("Fn::Sub", pattern) => {
                let (pattern, own) = (many(pattern), &pattern[1]);
                let pattern = text(&pattern[0]);
                let names_of = pattern.split("${").skip(1).filter_map(|part| part.split_once('}'));
                let of = names_of.map(|(name, _)| name.split('.').next().unwrap_or(name));
                names.extend(of.filter(|name| own.get(name).is_none()).map(str::to_owned));
                referred(own, names);
            }
            (_, value) => referred(value, names),
        }
    }
}
