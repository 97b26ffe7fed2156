//! What the other environments have otherwise, and what every environment makes.

use crate::support::{Shop, same};
use serde_json::json;

#[test]
fn other_environments_are_the_same_with_other_numbers() {
    let prod = Shop::of("prod");
    for environment in ["dev", "staging"] {
        let other = Shop::of(environment);
        for stack in prod.stacks() {
            let types = |shop: &Shop| -> Vec<String> {
                shop.resources(stack).iter().map(|(id, kind)| format!("{id}: {kind}")).collect()
            };
            same(&format!("resources of {stack} in {environment}"), types(&other), types(&prod));
        }
        other.with("AWS::ECS::Cluster", "ClusterName", format!("awsomeshop-{environment}-cluster"));
        other.with("AWS::RDS::DBInstance", "DBName", "awsomeshop").is(json!({"DeletionProtection": false}));
    }
}

#[test]
fn development_is_small() {
    let dev = Shop::of("dev");
    dev.with("AWS::ECS::TaskDefinition", "Family", "awsomeshop-dev-core-task")
        .is(json!({"Cpu": "256", "Memory": "512"}));
    dev.with("AWS::ECS::Service", "ServiceName", "awsomeshop-dev-core-service")
        .is(json!({"DesiredCount": 1}));
    dev.with("AWS::RDS::DBInstance", "DBName", "awsomeshop").is(json!({"BackupRetentionPeriod": 1}));
}

#[test]
fn the_resources_of_every_stack() {
    let prod = Shop::of("prod");
    for stack in prod.stacks() {
        let lines: Vec<String> =
            prod.resources(stack).iter().map(|(id, kind)| format!("{id}: {kind}")).collect();
        insta::assert_snapshot!(format!("resources_{stack}"), lines.join("\n"));
    }
}
