//! Cases that the pages do not show.

use super::super::network::{codes, count};

const BASE: &str = "
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [subnet-1, subnet-2]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {VpcId: vpc-1, Protocol: HTTP, Port: 8080, TargetType: ip}
";

fn system(parts: &[&str]) -> String {
    format!("Resources:{BASE}{}", parts.concat())
}

fn listener(properties: &str) -> String {
    format!(
        "  L:\n    Type: AWS::ElasticLoadBalancingV2::Listener\n    Properties:\n      LoadBalancerArn: !Ref Balancer\n\
         {properties}"
    )
}

const FORWARD: &str = "      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]\n";

#[test]
fn zones_are_compared_as_they_are_written() {
    let zones = |one: &str, other: &str| {
        format!(
            "Parameters:\n  Zone: {{Type: String}}\nResources:\n  A:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: v, \
             AvailabilityZone: {one}}}\n  B:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: v, AvailabilityZone: \
             {other}}}\n  Balancer:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      Subnets: [!Ref A, !Ref B]\n"
        )
    };
    assert_eq!(count("FW1221", &zones("eu-west-1a", "eu-west-1a")), 1);
    assert_eq!(count("FW1221", &zones("eu-west-1a", "eu-west-1b")), 0);
    assert_eq!(count("FW1221", &zones("!Ref Zone", "!Ref Zone")), 1);
    let item = |region: &str| format!("!Select [0, {{'Fn::GetAZs': {region}}}]");
    assert_eq!(count("FW1221", &zones(&item("''"), &item("!Ref AWS::Region"))), 1);
    assert_eq!(count("FW1221", &zones(&item("''"), "!Select [1, !GetAZs '']")), 0);
    assert_eq!(count("FW1221", &zones(&item("''"), "eu-west-1a")), 0);
}

#[test]
fn one_subnet_is_enough_for_a_network_load_balancer() {
    let one = |kind: &str| {
        format!(
            "Resources:\n  B:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties: {{Type: {kind}, \
             SubnetMappings: [{{SubnetId: subnet-1}}]}}\n"
        )
    };
    assert_eq!(count("FW1221", &one("application")), 1);
    assert_eq!(count("FW1221", &one("network")), 0);
    assert_eq!(count("FW1221", &one("application").replace("subnet-1", "!Ref Subnets")), 0);
}

#[test]
fn a_redirect_to_https_names_the_port() {
    let redirect = |config: &str| {
        let actions = format!(
            "      DefaultActions: [{{Type: redirect, RedirectConfig: {{StatusCode: HTTP_301, {config}}}}}]\n"
        );
        system(&[&listener(&format!("      Port: 80\n      Protocol: HTTP\n{actions}"))])
    };
    assert_eq!(count("FW1233", &redirect("Protocol: HTTPS, Port: '443'")), 0);
    assert_eq!(count("FW1233", &redirect("Protocol: HTTPS")), 1);
    assert_eq!(count("FW1233", &redirect("Protocol: HTTP, Port: '80', Host: '#{host}'")), 1);
    assert_eq!(count("FW1233", &redirect("Host: www.example.com")), 0);
    assert_eq!(count("FW1233", &redirect("Port: !Ref Unknown")), 0);
}

#[test]
fn health_checks_have_defaults() {
    let targets = |properties: &str| {
        format!(
            "Resources:\n  T:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties: {{VpcId: v, Port: 80, {properties}}}\n"
        )
    };
    assert_eq!(count("FW1227", &targets("Protocol: HTTP, HealthCheckIntervalSeconds: 5")), 1);
    assert_eq!(
        count(
            "FW1227",
            &targets("Protocol: TCP, HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10")
        ),
        0
    );
    assert_eq!(count("FW1227", &targets("Protocol: TCP, Matcher: {HttpCode: 200}")), 1);
    assert_eq!(
        count("FW1227", &targets("Protocol: TCP, HealthCheckProtocol: HTTP, Matcher: {HttpCode: 200-399}")),
        0
    );
    assert_eq!(count("FW1227", &targets("Protocol: HTTP, Matcher: {HttpCode: '2xx'}")), 1);
    assert_eq!(count("FW1227", &targets("Protocol: HTTP, HealthCheckPath: health")), 1);
    assert_eq!(count("FW1227", &targets("Protocol: !Ref P, HealthCheckTimeoutSeconds: !Ref T")), 0);
}

#[test]
fn unknown_keys_are_worded_by_how_near_they_are() {
    let attributes = |key: &str, value: &str| {
        system(&[&format!("      TargetGroupAttributes:\n        - {{Key: {key}, Value: {value}}}\n")])
            .replace("Properties: {VpcId: vpc-1, Protocol: HTTP, Port: 8080, TargetType: ip}", "Properties:\n      VpcId: vpc-1\n      Protocol: HTTP\n      Port: 8080\n      TargetType: ip")
    };
    assert!(codes(&attributes("stickiness.enabled", "'true'")).is_empty());
    assert_eq!(count("FW1235", &attributes("stickiness.enable", "'true'")), 1);
    assert_eq!(count("FW1235", &attributes("preserve_client_ip.enabled", "'true'")), 1);
    assert_eq!(count("FW1236", &attributes("stickiness.type", "cookie")), 1);
    assert_eq!(count("FW1236", &attributes("slow_start.duration_seconds", "'0'")), 0);
    assert_eq!(count("FW1236", &attributes("slow_start.duration_seconds", "'10'")), 1);
}

#[test]
fn certificates_that_are_left_out_count_as_none() {
    let text = listener(&format!(
        "      Port: 80\n      Protocol: HTTP\n      Certificates:\n        - CertificateArn: !Ref AWS::NoValue\n{FORWARD}"
    ));
    assert!(codes(&system(&[&text])).is_empty());
    let text = listener(&format!(
        "      Port: 443\n      Protocol: HTTPS\n      Certificates: !Ref Unknown\n{FORWARD}"
    ));
    assert_eq!(count("FW1223", &system(&[&text])), 0);
}

#[test]
fn protocols_of_the_families() {
    let tls = listener("      Port: 443\n      Protocol: TLS\n      Certificates: [{CertificateArn: c}]\n");
    let network = |text: &str| system(&[text]).replace("Subnets: [", "Type: network\n      Subnets: [");
    assert_eq!(count("FW1237", &network(&(tls.clone() + FORWARD))), 1);
    assert_eq!(
        count("FW1237", &network(&(tls.clone() + FORWARD)).replace("Protocol: HTTP,", "Protocol: TCP,")),
        0
    );
    assert_eq!(count("FW1237", &system(&[&tls, FORWARD])), 1);
}

#[test]
fn a_target_group_may_be_attached_by_somebody_else() {
    let service = "  S:\n    Type: AWS::ECS::Service\n    Properties:\n      TaskDefinition: task\n      LoadBalancers: [{ContainerName: a, ContainerPort: 1, TargetGroupArn: !Ref Targets}]\n";
    assert_eq!(count("FW1229", &system(&[service])), 1);
    let custom = "  C:\n    Type: Custom::Attach\n    Properties: {ServiceToken: t, Group: !Ref Targets}\n";
    assert_eq!(count("FW1229", &system(&[service, custom])), 0);
    let waits = service.replace("    Properties", "    DependsOn: L\n    Properties");
    let listener = listener(&format!("      Port: 80\n      Protocol: HTTP\n{FORWARD}"));
    assert_eq!(count("FW1230", &system(&[service, &listener])), 1);
    assert!(codes(&system(&[&waits, &listener])).is_empty());
}

#[test]
fn a_service_in_another_stack_finds_the_rules_of_its_balancer() {
    let network = system(&["Outputs:\n  Targets:\n    Value: !Ref Targets\n    Export: {Name: targets}\n"]);
    let service = "Resources:\n  S:\n    Type: AWS::ECS::Service\n    Properties:\n      TaskDefinition: task\n      LoadBalancers: [{ContainerName: a, ContainerPort: 1, TargetGroupArn: !ImportValue targets}]\n";
    let sources = [crate::Source::new("network.yaml", network), crate::Source::new("service.yaml", service)];
    let report = crate::templates(&sources);
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.code == "FW1229").collect();
    assert_eq!(found.len(), 1);
    assert!(found.iter().all(|finding| finding.severity == formwork_core::Severity::Warning));
}

#[test]
fn one_subnet_or_none() {
    let of = |kind: &str, subnets: &str| {
        format!(
            "Parameters:\n  Given: {{Type: '{kind}'}}\nResources:\n  B:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    \
             Properties: {{Subnets: {subnets}}}\n"
        )
    };
    assert_eq!(count("FW1221", &of("AWS::EC2::Subnet::Id", "[!Ref Given]")), 1);
    assert_eq!(count("FW1221", &of("List<AWS::EC2::Subnet::Id>", "!Ref Given")), 0);
    assert_eq!(count("FW1221", &of("String", "[!Ref Given]")), 0);
    assert_eq!(count("FW1221", &of("String", "[]")), 1);
    assert_eq!(count("FW1221", &of("String", "[!Ref Given, !Ref Given]")), 0);
}
