use super::super::found;

fn group(rule: &str) -> String {
    format!(
        "Parameters:
  Range: {{Type: String}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      SecurityGroupIngress: [{{{rule}}}]
"
    )
}

#[test]
fn a_range_of_addresses_decides_which_control_is_named() {
    let v4 = group("IpProtocol: tcp, FromPort: 20, ToPort: 30, CidrIp: 0.0.0.0/0");
    let v6 = group("IpProtocol: tcp, FromPort: 0, ToPort: 65535, CidrIpv6: '0:0::0/0'");
    assert_eq!(found("FW2001", &v4), ["`Group` lets 0.0.0.0/0 reach SSH (port 22) [FSBP EC2.19, CIS 5.2]"]);
    assert_eq!(
        found("FW2001", &v6),
        ["`Group` lets ::/0 reach SSH and RDP (ports 22 and 3389) [FSBP EC2.19, CIS 5.3]"]
    );
    assert!(found("FW2002", &v4).is_empty() && found("FW2003", &v4).is_empty());
    assert_eq!(
        found("FW2002", &v4.replace("ToPort: 30", "ToPort: 21")),
        ["`Group` lets 0.0.0.0/0 reach port 20 (FTP) and 1 more ports of high risk [FSBP EC2.19]"]
    );
}

#[test]
fn half_of_the_internet_is_everywhere() {
    let rule = |range: &str| group(&format!("IpProtocol: tcp, FromPort: 22, ToPort: 22, {range}"));
    for range in ["CidrIp: 0.0.0.0/1", "CidrIp: 128.0.0.0/1", "CidrIpv6: '::/1'", "CidrIpv6: '2000::/3'"] {
        assert_eq!(found("FW2001", &rule(range)).len(), 1, "{range}");
    }
    for range in ["CidrIp: 0.0.0.0/2", "CidrIp: 0.0.0.0/33", "CidrIpv6: '8000::/1'", "CidrIpv6: '2000::/4'"] {
        assert!(found("FW2001", &rule(range)).is_empty(), "{range}");
    }
}

#[test]
fn rules_for_few_for_the_web_or_for_what_is_not_known_are_no_matter() {
    for rule in [
        "IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0",
        "IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8",
        "IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Range",
        "IpProtocol: tcp, FromPort: !Ref Range, ToPort: 22, CidrIp: 0.0.0.0/0",
        "IpProtocol: tcp, FromPort: 99999999999999999999, ToPort: 1e308, CidrIp: 0.0.0.0/0",
        "IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0",
        "IpProtocol: [tcp], FromPort: {}, ToPort: null, CidrIp: 0.0.0.0/0",
    ] {
        let text = group(rule);
        let all: Vec<_> = ["FW2001", "FW2002", "FW2003"].iter().flat_map(|code| found(code, &text)).collect();
        assert!(all.is_empty(), "{rule}: {all:?}");
    }
    let all = group("IpProtocol: '-1', CidrIp: 0.0.0.0/0");
    assert_eq!(found("FW2001", &all).len(), 1);
    let one = group("IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 0.0.0.0/0");
    assert_eq!(found("FW2003", &one), ["`Group` lets 0.0.0.0/0 reach UDP port 53 [FSBP EC2.18]"]);
}

#[test]
fn a_flow_log_that_may_be_of_the_vpc_is_one() {
    let text = |id: &str| {
        format!(
            "Parameters: {{Which: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Other: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Log: {{Type: AWS::EC2::FlowLog, Properties: {{ResourceType: VPC, ResourceId: {id}}}}}
"
        )
    };
    assert_eq!(found("FW2006", &text("!Ref Which")), [""; 0]);
    let missing = ["no flow log records the traffic of VPC `Other` [FSBP EC2.6, CIS 3.7]"];
    assert_eq!(found("FW2006", &text("!Ref Vpc")), missing);
    assert_eq!(found("FW2006", &text("!GetAtt Vpc.VpcId")), missing);
    assert_eq!(found("FW2006", &text("vpc-0123456789abcdef0")).len(), 2);
}

#[test]
fn attributes_are_found_by_their_keys() {
    let text = |attributes: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [subnet-1, subnet-2]
      LoadBalancerAttributes: {attributes}
"
        )
    };
    let off = text("[{Key: idle_timeout.timeout_seconds, Value: 60}]");
    assert_eq!(
        found("FW2034", &off),
        ["`Balancer` can be deleted by one request: `deletion_protection.enabled` is not set [FSBP ELB.6]"]
    );
    let said = text("[{Key: deletion_protection.enabled, Value: 'false'}]");
    assert_eq!(
        found("FW2034", &said),
        ["`Balancer` can be deleted by one request: `deletion_protection.enabled` is `false` [FSBP ELB.6]"]
    );
    for silent in [
        "[{Key: deletion_protection.enabled, Value: true}]",
        "[{Key: deletion_protection.enabled, Value: !Ref P}]",
        "[{Key: !Ref P, Value: true}]",
        "!Split [',', !Ref P]",
        "!Ref P",
    ] {
        assert_eq!(found("FW2034", &text(silent)), [""; 0], "{silent}");
    }
}

#[test]
fn every_type_names_its_own_control() {
    let text = "
Conditions:
  Public: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Subnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: vpc-1
      CidrBlock: 10.0.0.0/24
      MapPublicIpOnLaunch: !If [Public, true, !Ref AWS::NoValue]
  Service:
    Type: AWS::ECS::Service
    Properties:
      NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED, Subnets: [subnet-1]}}
";
    assert_eq!(
        found("FW2007", text),
        [
            "`Subnet` gives out public addresses: `MapPublicIpOnLaunch` is `true` [FSBP EC2.15]",
            "`Service` gives out public addresses: `NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp` is \
             `ENABLED` [FSBP ECS.2]",
        ]
    );
}

#[test]
fn containers_of_windows_and_volumes_of_snapshots_are_not_asked_for() {
    let text = "
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RuntimePlatform: {OperatingSystemFamily: WINDOWS_SERVER_2022_CORE}
      ContainerDefinitions: [{Name: web, Image: web}]
  Volume:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: eu-central-1a, SnapshotId: snap-1}
";
    for code in ["FW2043", "FW2048", "FW2009"] {
        assert_eq!(found(code, text), [""; 0]);
    }
    assert_eq!(found("FW2045", text).len(), 1);
}

#[test]
fn zones_are_counted_where_they_are_known() {
    let text = |subnets: &str| {
        format!(
            "Parameters: {{One: {{Type: String}}}}
Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {{MinSize: '1', MaxSize: '1', VPCZoneIdentifier: {subnets}}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {{VpcId: vpc-1, CidrBlock: 10.0.0.0/24}}
"
        )
    };
    assert_eq!(
        found("FW2021", &text("[!Ref Subnet]")),
        ["`Group` runs in a single zone: `VPCZoneIdentifier` has 1 item [FSBP AutoScaling.2]"]
    );
    for silent in
        ["[!Ref One]", "!Ref One", "['subnet-1,subnet-2']", "[subnet-1, subnet-2]", "!Ref AWS::NoValue"]
    {
        assert_eq!(found("FW2021", &text(silent)), [""; 0], "{silent}");
    }
}

#[test]
fn a_redirect_to_https_is_what_http_is_for() {
    let text = |action: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}
Resources:
  Http:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {{LoadBalancerArn: x, Port: 80, Protocol: HTTP, DefaultActions: [{action}]}}
"
        )
    };
    for silent in
        ["{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}", "{Type: !Ref P}"]
    {
        assert_eq!(found("FW2030", &text(silent)), [""; 0], "{silent}");
    }
    for loud in
        ["{Type: redirect, RedirectConfig: {Port: '443', StatusCode: HTTP_301}}", "{Type: fixed-response}"]
    {
        assert_eq!(found("FW2030", &text(loud)).len(), 1, "{loud}");
    }
}

#[test]
fn an_acl_that_an_output_hands_out_is_in_use() {
    let text = |outputs: &str| {
        format!(
            "Resources:
  Acl: {{Type: AWS::EC2::NetworkAcl, Properties: {{VpcId: vpc-1}}}}
{outputs}"
        )
    };
    assert_eq!(found("FW2014", &text("")).len(), 1);
    assert_eq!(found("FW2014", &text("Outputs: {Acl: {Value: !Ref Acl}}")), [""; 0]);
}
