//! What the other environments have otherwise, and what every environment makes.

use crate::support::Shop;
use serde_json::json;

#[test]
fn other_environments_are_the_same_with_other_numbers() {
    let prod = Shop::of("prod");
    for environment in ["dev", "staging"] {
        let other = Shop::of(environment);
        for stack in prod.stacks() {
            let types = |shop: &Shop| shop.resources(stack).into_iter().collect::<Vec<_>>();
            assert_eq!(types(&other), types(&prod), "{environment} {stack}");
        }
        let cluster = other.only("AWS::ECS::Cluster");
        assert_eq!(cluster.properties["ClusterName"], format!("awsomeshop-{environment}-cluster"));
        assert_eq!(other.only("AWS::RDS::DBInstance").properties["DeletionProtection"], false);
    }
}

#[test]
fn development_is_small() {
    let dev = Shop::of("dev");
    let task = dev.only("AWS::ECS::TaskDefinition");
    assert_eq!((&task.properties["Cpu"], &task.properties["Memory"]), (&json!("256"), &json!("512")));
    assert_eq!(dev.only("AWS::ECS::Service").properties["DesiredCount"], 1);
    assert_eq!(dev.only("AWS::RDS::DBInstance").properties["BackupRetentionPeriod"], 1);
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
