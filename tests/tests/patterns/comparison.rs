//! The application that AWS CDK was compared by: how long it is, and that there is nothing to say of it.

use formwork::core::{Assembly, Format};
use formwork_tests::comparison;

use formwork::check::Check;

use super::{assemble, warnings};
use crate::support::{folder, lint, root, templates};

/// What AWS CDK takes for the whole application.
const OF_CDK: usize = 224;

fn count(assembly: &Assembly, kind: &str) -> usize {
    assembly.graph().resources().iter().filter(|resource| resource.kind == kind).count()
}

/// The lines with code between two comments.
fn counted() -> usize {
    let source = root().join("tests/src/comparison.rs");
    let source = std::fs::read_to_string(source).expect("the program");
    let (_, after) = source.split_once("// network, service, database, cache\n").expect("the beginning");
    let (part, _) = after.split_once("    // end\n").expect("the end");
    part.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn network_service_database_and_cache_take_a_third_of_the_lines() {
    let lines = counted();
    eprintln!("network, service, database and cache: {lines} lines, {OF_CDK} in AWS CDK for the whole");
    assert!((10..=OF_CDK / 3).contains(&lines), "{lines} lines");
}

#[test]
fn it_is_the_application_and_nothing_is_said_of_it() {
    let assembly = assemble("prod", comparison);
    assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new());
    // So that fewer lines are not had by leaving things out.
    for (kind, expected) in [
        ("AWS::EC2::Subnet", 9),
        ("AWS::EC2::NatGateway", 3),
        ("AWS::EC2::FlowLog", 1),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", 1),
        ("AWS::ElasticLoadBalancingV2::Listener", 2),
        ("AWS::ECS::Service", 1),
        ("AWS::ApplicationAutoScaling::ScalingPolicy", 2),
        ("AWS::RDS::DBCluster", 1),
        ("AWS::RDS::DBInstance", 2),
        ("AWS::ElastiCache::ReplicationGroup", 1),
        // The logs of the load balancer have one as well.
        ("AWS::S3::Bucket", 3),
        ("AWS::CloudWatch::Alarm", 7),
        ("AWS::Lambda::Function", 0),
    ] {
        assert_eq!(count(&assembly, kind), expected, "{kind}");
    }
    let resources = assembly.graph().resources();
    assert!(
        resources
            .iter()
            .all(|it| !it.kind.starts_with("Custom::") && it.kind != "AWS::CloudFormation::CustomResource")
    );
    eprintln!("the application has {} resources", resources.len());

    let out = folder("comparison");
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new());
}
