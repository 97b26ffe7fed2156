//! Cases that the pages do not show.

use super::{codes, count, spoken};

const VPC: &str = "
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Gateway:
    Type: AWS::EC2::InternetGateway
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Table:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref Vpc}
";

fn subnet(name: &str, cidr: &str) -> String {
    format!("  {name}:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: !Ref Vpc, CidrBlock: {cidr}}}\n")
}

fn group(properties: &str) -> String {
    format!(
        "  G:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: g\n{properties}"
    )
}

fn system(parts: &[&str]) -> String {
    format!("Resources:{VPC}{}", parts.concat())
}

#[test]
fn further_ranges_of_a_vpc_count() {
    let more = "  More:\n    Type: AWS::EC2::VPCCidrBlock\n    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}\n";
    let inside = subnet("S", "10.1.2.0/24");
    // It is inside, and does not wait.
    assert_eq!(spoken(&system(&[more, &inside])).len(), 1);
    let waits = inside.replace("    Properties", "    DependsOn: More\n    Properties");
    assert_eq!(count("FW1201", &system(&[more, &waits])), 0);
    assert_eq!(count("FW1201", &system(&[more, &subnet("S", "10.2.2.0/24")])), 1);
    let pool = more.replace("CidrBlock: 10.1.0.0/16", "Ipv4IpamPoolId: pool");
    assert_eq!(count("FW1201", &system(&[&pool, &inside])), 0);
    let version6 = more.replace("CidrBlock: 10.1.0.0/16", "AmazonProvidedIpv6CidrBlock: true");
    assert_eq!(count("FW1201", &system(&[&version6, &inside])), 1);
}

#[test]
fn ranges_are_compared_within_a_vpc_only() {
    let other = "  Other:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: 10.0.0.0/16}\n";
    let there = subnet("T", "10.0.1.0/24").replace("!Ref Vpc", "!Ref Other");
    let here = subnet("S", "10.0.1.0/24");
    assert_eq!(count("FW1202", &system(&[other, &here, &there])), 0);
    let nested =
        [subnet("A", "10.0.0.0/17"), subnet("B", "10.0.4.0/24"), subnet("C", "10.0.5.0/24")].concat();
    assert_eq!(count("FW1202", &system(&[&nested])), 2);
    let divided = subnet("A", "!Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]")
        + &subnet("B", "!Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]");
    assert_eq!(count("FW1202", &system(&[&divided])), 0);
}

#[test]
fn what_is_not_known_is_not_judged() {
    let unknown = "Parameters:\n  Range: {Type: String}\n  Table: {Type: String}\nResources:\n";
    let text = format!("{unknown}{VPC}{}", subnet("S", "!Ref Range"));
    assert_eq!(count("FW1201", &text) + count("FW1203", &text), 0);
    let listed = group("      SecurityGroupIngress: !Ref Rules\n");
    assert!(codes(&format!("{unknown}{listed}")).is_empty());
    let odd = group(
        "      SecurityGroupIngress:\n        - {IpProtocol: tcp, FromPort: 1e308, ToPort: 99999999999999999999, CidrIp: 10.0.0.0/99}\n        - 7\n        - [[]]\n",
    );
    assert_eq!(count("FW1213", &format!("Resources:\n{odd}")), 0);
}

#[test]
fn routes_to_one_place_stand_once() {
    let route = |name: &str, cidr: &str| {
        format!(
            "  {name}:\n    Type: AWS::EC2::Route\n    DependsOn: Attachment\n    Properties: {{RouteTableId: !Ref Table, \
             DestinationCidrBlock: {cidr}, GatewayId: !Ref Gateway}}\n"
        )
    };
    let twice = [route("A", "10.9.0.0/16"), route("B", "10.9.1.0/16")].concat();
    assert_eq!(count("FW1208", &system(&[&twice])), 1);
    let both = [route("A", "10.9.0.0/16"), route("B", "10.8.0.0/16")].concat();
    assert!(codes(&system(&[&both])).is_empty());
    // Under conditions that exclude each other, there is one route.
    let chosen = format!(
        "Parameters:\n  P: {{Type: String, Default: a}}\nConditions:\n  Is: !Equals [!Ref P, a]\n  Not: !Not [!Condition Is]\n\
         Resources:{VPC}{}{}",
        route("A", "10.9.0.0/16").replace("    DependsOn", "    Condition: Is\n    DependsOn"),
        route("B", "10.9.0.0/16").replace("    DependsOn", "    Condition: Not\n    DependsOn")
    );
    assert_eq!(count("FW1208", &chosen), 0);
}

#[test]
fn waiting_for_what_waits_is_enough() {
    let nat = "  Nat:\n    Type: AWS::EC2::NatGateway\n    DependsOn: Route\n    Properties: {AllocationId: eipalloc-1, SubnetId: !Ref S}\n";
    let route = "  Route:\n    Type: AWS::EC2::Route\n    DependsOn: Attachment\n    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}\n";
    let subnet = subnet("S", "10.0.1.0/24");
    assert_eq!(count("FW1206", &system(&[&subnet, nat, route])), 0);
    let early = nat.replace("    DependsOn: Route\n", "");
    assert_eq!(count("FW1206", &system(&[&subnet, &early, route])), 1);
    let private = early.replace("AllocationId: eipalloc-1", "ConnectivityType: private");
    assert_eq!(count("FW1206", &system(&[&subnet, &private, route])), 0);
}

#[test]
fn ports_of_other_protocols() {
    let rule = |rule: &str| {
        format!(
            "Resources:\n{}",
            group(&format!("      SecurityGroupIngress:\n        - {{{rule}, CidrIp: 10.0.0.0/8}}\n"))
        )
    };
    assert_eq!(count("FW1212", &rule("IpProtocol: '-1', FromPort: 22, ToPort: 22")), 1);
    assert_eq!(count("FW1212", &rule("IpProtocol: '-1', FromPort: 0, ToPort: 65535")), 0);
    assert_eq!(count("FW1212", &rule("IpProtocol: icmp, FromPort: 8, ToPort: -1")), 0);
    assert_eq!(count("FW1212", &rule("IpProtocol: icmp, FromPort: 300, ToPort: -1")), 1);
    assert_eq!(count("FW1212", &rule("IpProtocol: tcp")), 1);
    assert_eq!(count("FW1212", &rule("IpProtocol: 6, FromPort: 443, ToPort: 70000")), 0);
    let given = format!(
        "Parameters: {{P: {{Type: Number, Default: 70000}}}}\n{}",
        rule("IpProtocol: 6, FromPort: 443, ToPort: !Ref P")
    );
    assert_eq!(count("FW1212", &given), 1);
    assert_eq!(count("FW1212", &rule("IpProtocol: !Ref P, FromPort: 9, ToPort: 1")), 0);
}

#[test]
fn descriptions_of_rules() {
    let rule = |text: &str| {
        format!(
            "Resources:\n{}",
            group(&format!(
                "      SecurityGroupIngress:\n        - {{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8, Description: \"{text}\"}}\n"
            ))
        )
    };
    assert_eq!(count("FW1211", &rule("from the office (Zurich)")), 0);
    assert_eq!(count("FW1211", &rule("from the office → Zürich")), 1);
    assert_eq!(count("FW1211", &rule(&"a".repeat(256))), 1);
}

#[test]
fn an_endpoint_is_open_by_a_rule_elsewhere() {
    let endpoint = "  E:\n    Type: AWS::EC2::VPCEndpoint\n    Properties:\n      VpcEndpointType: Interface\n      VpcId: !Ref Vpc\n      ServiceName: !Sub com.amazonaws.${AWS::Region}.logs\n      SecurityGroupIds: [!Ref G]\n";
    let closed = group("      VpcId: !Ref Vpc\n");
    assert_eq!(count("FW1216", &system(&[&closed, endpoint])), 1);
    let rule = "  R:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !GetAtt G.GroupId, IpProtocol: tcp, FromPort: 0, ToPort: 1024, CidrIp: 10.0.0.0/16}\n";
    assert_eq!(count("FW1216", &system(&[&closed, endpoint, rule])), 0);
    // A rule of a group that is not known may be for this one.
    let loose = rule.replace("!GetAtt G.GroupId", "!Ref Given");
    let text = format!("Parameters:\n  Given: {{Type: String}}\n{}", system(&[&closed, endpoint, &loose]));
    assert_eq!(count("FW1216", &text), 0);
}

#[test]
fn network_acls_let_answers_back() {
    let entry = |name: &str, number: u32, egress: bool, rest: &str| {
        format!(
            "  {name}:\n    Type: AWS::EC2::NetworkAclEntry\n    Properties: {{NetworkAclId: acl-1, RuleNumber: {number}, \
             Egress: {egress}, CidrBlock: 0.0.0.0/0, {rest}}}\n"
        )
    };
    let web = entry("In", 10, false, "Protocol: 6, RuleAction: allow, PortRange: {From: 443, To: 443}");
    let back = entry("Out", 10, true, "Protocol: 6, RuleAction: allow, PortRange: {From: 1024, To: 65535}");
    let wall = entry("Wall", 5, false, "Protocol: -1, RuleAction: deny");
    let text =
        |parts: &[&String]| format!("Resources:\n{}", parts.iter().map(|it| it.as_str()).collect::<String>());
    assert_eq!(count("FW1219", &text(&[&web])), 1);
    assert_eq!(count("FW1219", &text(&[&web, &back])), 0);
    assert_eq!(count("FW1219", &text(&[&web, &back, &wall])), 1);
}

#[test]
fn many_subnets_take_linear_time() {
    let many: String = (0..4000u32)
        .map(|index| {
            subnet(&format!("S{index}"), &format!("10.0.{}.{}/28", index / 16 % 256, index % 16 * 16))
        })
        .collect();
    let start = std::time::Instant::now();
    codes(&system(&[&many]));
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn one_endpoint_of_a_service_has_its_name() {
    let endpoint = |name: &str, service: &str| {
        format!(
            "  {name}:\n    Type: AWS::EC2::VPCEndpoint\n    Properties: {{VpcEndpointType: Interface, VpcId: vpc-1, ServiceName: com.amazonaws.eu-west-1.{service}, PrivateDnsEnabled: true, SubnetIds: [s]}}\n"
        )
    };
    let text = |one: &str, other: &str| format!("Resources:\n{}{}", endpoint("A", one), endpoint("B", other));
    assert_eq!(count("FW1217", &text("logs", "logs")), 1);
    assert_eq!(count("FW1217", &text("logs", "ecr.api")), 0);
}

#[test]
fn groups_and_what_uses_them_are_in_one_vpc() {
    let other = "  Other:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: 10.9.0.0/16}\n";
    let far = |vpc: &str| group(vpc).replace("  G:", "  Far:");
    let interface = |group: &str| {
        format!(
            "  I:\n    Type: AWS::EC2::NetworkInterface\n    Properties: {{SubnetId: !Ref S, GroupSet: [{group}]}}\n"
        )
    };
    let subnet = subnet("S", "10.0.1.0/24");
    let (here, there) = (group("      VpcId: !Ref Vpc\n"), far("      VpcId: !Ref Other\n"));
    let used = |group: &str| count("FW1220", &system(&[other, &subnet, &here, &there, &interface(group)]));
    assert_eq!((used("!Ref G"), used("!Ref Far"), used("!GetAtt Far.GroupId")), (0, 1, 1));
    // A group that says no VPC is in the default one.
    let default = |vpc: &str| count("FW1220", &system(&[&subnet, &far(vpc), &interface("!Ref Far")]));
    assert_eq!(
        (default(""), default("      VpcId: vpc-1\n"), default("      VpcId: !Ref Given\n")),
        (1, 1, 0)
    );
    let source = "  R:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !Ref G, IpProtocol: '-1', SourceSecurityGroupId: !Ref Far}\n";
    let ruled = |more: &str| count("FW1220", &system(&[other, &here, &there, source, more]));
    let peering = "  P:\n    Type: AWS::EC2::VPCPeeringConnection\n    Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Other}\n";
    let association = "  P:\n    Type: AWS::EC2::SecurityGroupVpcAssociation\n    Properties: {GroupId: !Ref Far, VpcId: !Ref Vpc}\n";
    assert_eq!((ruled(""), ruled(peering), ruled(association)), (1, 0, 0));
    let named = source.replace("SourceSecurityGroupId: !Ref Far", "SourceSecurityGroupName: web");
    assert_eq!(count("FW1220", &system(&[&here, &named])), 1);
    assert_eq!(count("FW1220", &system(&[&group(""), &named])), 0);
}

#[test]
fn a_group_that_is_to_let_nothing_out_needs_a_rule() {
    let described = |text: &str, more: &str| {
        count("FW1215", &system(&[&group(more).replace("Description: g", &format!("Description: {text}"))]))
    };
    for text in ["Database, no egress", "deny all outbound traffic", "No outbound", "no inbound or outbound"]
    {
        assert_eq!(described(text, ""), 1, "{text}");
    }
    for text in ["egress", "no outbound restrictions", "allows outbound, no ssh", "web"] {
        assert_eq!(described(text, ""), 0, "{text}");
    }
    let nowhere =
        "      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 127.0.0.1/32}]\n";
    assert_eq!(described("no egress", nowhere), 0);
}

#[test]
fn what_is_malformed_is_told_by_the_schema() {
    for (property, code) in [("CidrBlock: 10.0.0.0/33", "FW1020"), ("CidrBlock: '::/56'", "FW1020")] {
        let text = format!("Resources:\n  V:\n    Type: AWS::EC2::VPC\n    Properties: {{{property}}}\n");
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        let errors: Vec<_> =
            report.findings.iter().filter(|it| it.severity == formwork_core::Severity::Error).collect();
        assert!(errors.len() == 1 && errors.iter().all(|it| it.code == code), "{property}: {errors:?}");
    }
    let rule = |ports: &str| {
        system(&[&group(&format!(
            "      SecurityGroupIngress: [{{IpProtocol: tcp, {ports}, CidrIp: 10.0.0.0/8}}]\n"
        ))])
    };
    assert_eq!(count("FW1212", &rule("FromPort: 443, ToPort: 84430")), 0);
    assert_eq!(count("FW1212", &rule("FromPort: -5, ToPort: 443")), 1);
}
