use formwork_core::{App, Handle, Options, Resource, Stack, json};
use serde_json::Value;

use super::*;
use crate::{assert_reachable, assert_unreachable, json as reader, template::Origin};

/// A network as most have it: public, private and data subnets in two zones, a balancer, a service, a database.
struct Shop {
    app: App,
    balancer: Handle,
    service: Handle,
    db: Handle,
}

fn group(stack: &Stack, id: &'static str, vpc: Handle) -> Handle {
    let group = Resource::raw("AWS::EC2::SecurityGroup").set("VpcId", vpc).set("GroupDescription", id);
    stack.add(id, group)
}

fn admit(stack: &Stack, id: &'static str, to: Handle, from: Handle, port: i32) -> Handle {
    let rule = Resource::raw("AWS::EC2::SecurityGroupIngress")
        .set("GroupId", to.attribute("GroupId"))
        .set("SourceSecurityGroupId", from.attribute("GroupId"))
        .set("IpProtocol", "tcp")
        .set("FromPort", port)
        .set("ToPort", port);
    stack.add(id, rule)
}

fn shop() -> Shop {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let raw = Resource::raw;
    let vpc = stack.add("Vpc", raw("AWS::EC2::VPC").set("CidrBlock", "10.0.0.0/16"));
    let igw = stack.add("Igw", raw("AWS::EC2::InternetGateway"));
    let attached = raw("AWS::EC2::VPCGatewayAttachment").set("VpcId", vpc).set("InternetGatewayId", igw);
    stack.add("Attached", attached);
    let mut subnets = Vec::new();
    let names = ["PublicA", "PublicB", "PrivateA", "PrivateB", "DataA", "DataB"];
    for (number, name) in names.into_iter().enumerate() {
        let subnet = raw("AWS::EC2::Subnet")
            .set("VpcId", vpc)
            .set("CidrBlock", format!("10.0.{number}.0/24"))
            .set("MapPublicIpOnLaunch", number < 2);
        subnets.push(stack.add(name, subnet));
    }
    let tables = ["PublicTable", "PrivateTable", "DataTable"]
        .map(|name| stack.add(name, raw("AWS::EC2::RouteTable").set("VpcId", vpc)));
    for (number, subnet) in subnets.iter().enumerate() {
        let association = raw("AWS::EC2::SubnetRouteTableAssociation")
            .set("SubnetId", *subnet)
            .set("RouteTableId", tables[number / 2]);
        stack.add(format!("{}Table", names[number]), association);
    }
    let eip = stack.add("Eip", raw("AWS::EC2::EIP"));
    let nat = raw("AWS::EC2::NatGateway")
        .set("SubnetId", subnets[0])
        .set("AllocationId", eip.attribute("AllocationId"));
    let nat = stack.add("Nat", nat);
    let route = |table: Handle| {
        raw("AWS::EC2::Route").set("RouteTableId", table).set("DestinationCidrBlock", "0.0.0.0/0")
    };
    stack.add("PublicRoute", route(tables[0]).set("GatewayId", igw));
    stack.add("PrivateRoute", route(tables[1]).set("NatGatewayId", nat));

    let open = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]);
    let balancer_group = raw("AWS::EC2::SecurityGroup")
        .set("VpcId", vpc)
        .set("GroupDescription", "balancer")
        .set("SecurityGroupIngress", open);
    let balancer_group = stack.add("BalancerGroup", balancer_group);
    let service_group = group(&stack, "ServiceGroup", vpc);
    let db_group = group(&stack, "DbGroup", vpc);
    admit(&stack, "ServiceFromBalancer", service_group, balancer_group, 8080);
    admit(&stack, "DbFromService", db_group, service_group, 5432);

    let balancer = raw("AWS::ElasticLoadBalancingV2::LoadBalancer")
        .set("Scheme", "internet-facing")
        .set("Subnets", subnets[..2].to_vec())
        .set("SecurityGroups", [balancer_group.attribute("GroupId")]);
    let balancer = stack.add("Balancer", balancer);
    let targets = raw("AWS::ElasticLoadBalancingV2::TargetGroup")
        .set("VpcId", vpc)
        .set("Port", 8080)
        .set("Protocol", "HTTP")
        .set("TargetType", "ip");
    let targets = stack.add("Targets", targets);
    let listener = raw("AWS::ElasticLoadBalancingV2::Listener")
        .set("LoadBalancerArn", balancer)
        .set("Port", 443)
        .set("Protocol", "HTTPS")
        .set("DefaultActions", json!([{"Type": "forward", "TargetGroupArn": targets}]));
    stack.add("Listener", listener);
    let task = raw("AWS::ECS::TaskDefinition").set(
        "ContainerDefinitions",
        json!([{"Name": "api", "Image": "api", "PortMappings": [{"ContainerPort": 8080}]}]),
    );
    let task = stack.add("Task", task);
    let service = raw("AWS::ECS::Service")
        .set("TaskDefinition", task)
        .set("LaunchType", "FARGATE")
        .set(
            "NetworkConfiguration",
            json!({"AwsvpcConfiguration": {
                "Subnets": [subnets[2], subnets[3]],
                "SecurityGroups": [service_group.attribute("GroupId")],
            }}),
        )
        .set(
            "LoadBalancers",
            json!([{"ContainerName": "api", "ContainerPort": 8080, "TargetGroupArn": targets}]),
        );
    let service = stack.add("Service", service);
    let subnet_group = raw("AWS::RDS::DBSubnetGroup")
        .set("DBSubnetGroupDescription", "data")
        .set("SubnetIds", subnets[4..].to_vec());
    let subnet_group = stack.add("DbSubnets", subnet_group);
    let db = raw("AWS::RDS::DBInstance")
        .set("Engine", "postgres")
        .set("DBSubnetGroupName", subnet_group)
        .set("VPCSecurityGroups", [db_group.attribute("GroupId")])
        .set("PubliclyAccessible", false);
    let db = stack.add("Db", db);
    Shop { app, balancer, service, db }
}

/// The template of the shop, to be changed.
fn template() -> Value {
    let assembly = shop().app.synth(&Options::default()).expect("it is valid");
    assembly.stacks()[0].template().value().clone()
}

fn read_all(templates: &[(&str, &Value)]) -> Reachability {
    let read = |(name, template): &(&str, &Value)| {
        let document =
            reader::read(&template.to_string()).map_err(|error| error.message).expect("it is JSON");
        Template::new(document, Origin::File((*name).to_owned()))
    };
    Reachability::read(&templates.iter().map(read).collect::<Vec<_>>())
}

pub(super) fn read(template: &Value) -> Reachability {
    read_all(&[("shop", template)])
}

pub(super) fn party(id: &str) -> Party {
    Party::Resource { stack: "shop".to_owned(), id: id.to_owned() }
}

/// The answer in one word.
pub(super) fn ask(reach: &Reachability, from: &str, to: &str, ports: impl Into<Option<u16>>) -> &'static str {
    let side = |name: &str| match name {
        "internet" => Party::Internet,
        range if range.contains('/') => Party::Addresses(range.to_owned()),
        id => party(id),
    };
    let ports = ports.into().map_or_else(Ports::all, Ports::tcp);
    match reach.answer(&side(from), &side(to), &ports) {
        Answer::No => "no",
        Answer::Yes(_) => "yes",
        Answer::Unknown(_) => "unknown",
    }
}

fn set(template: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = template.pointer_mut(&format!("/Resources/{parent}")).expect(pointer);
    match parent {
        Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value,
        _ => parent[key] = value,
    }
}

pub(super) fn changed(changes: &[(&str, Value)]) -> Reachability {
    let mut template = template();
    for (pointer, value) in changes {
        if value.is_null() {
            template["Resources"].as_object_mut().expect("resources").remove(*pointer);
        } else if pointer.contains('/') {
            set(&mut template, pointer, value.clone());
        } else {
            template["Resources"][*pointer] = value.clone();
        }
    }
    read(&template)
}

pub(super) fn resource(kind: &str, properties: Value) -> Value {
    serde_json::json!({"Type": kind, "Properties": properties})
}

macro_rules! value {
    ($($json:tt)+) => { serde_json::json!($($json)+) };
}

#[test]
fn a_usual_network_is_as_it_seems() {
    let Shop { app, balancer, service, db } = shop();
    let assembly = app.synth(&Options::default()).expect("it is valid");
    assert_unreachable!(assembly, Internet, db);
    assert_unreachable!(assembly, Internet, db, 5432);
    assert_unreachable!(assembly, Internet, service);
    assert_unreachable!(assembly, balancer, db);
    assert_unreachable!(assembly, db, service);
    assert_unreachable!(assembly, db, Internet);
    assert_unreachable!(assembly, service, db, 22);
    assert_unreachable!(&assembly, Internet, balancer, 80);
    assert_reachable!(assembly, Internet, balancer, 443);
    assert_reachable!(assembly, Internet, balancer);
    assert_reachable!(assembly, balancer, service, 8080);
    assert_reachable!(assembly, service, db, 5432);
    assert_reachable!(assembly, service, db);
    assert_reachable!(assembly, service, Internet, 443);
    assert_unreachable!(assembly, Addresses("192.168.0.0/16"), db);
    assert_unreachable!(assembly, Addresses("10.0.2.0/24"), db, 8000..=9000);
}

#[test]
fn messages_show_the_way_or_what_is_not_known() {
    let Shop { app, balancer, db, .. } = shop();
    let assembly = app.synth(&Options::default()).expect("it is valid");
    let reach = Reachability::of(&assembly);
    let [balancer, db] = [balancer, db].map(|handle| handle.party(&assembly));
    let message = reach.refute(&Party::Internet, &balancer, Some(&Ports::tcp(443))).expect_err("it is open");
    assert_eq!(
        message,
        "`shop/Balancer` must not be reachable from the internet on 443/tcp, and is:\n  443/tcp\n    \
         - `shop/PublicA` routes to the internet gateway (`shop/PublicRoute`)\n    \
         - `shop/Balancer` is internet-facing\n    \
         - `shop/BalancerGroup` admits 443/tcp from 0.0.0.0/0"
    );
    let message = reach.confirm(&balancer, &db, None).expect_err("it is closed");
    assert_eq!(message, "`shop/Db` must be reachable from `shop/Balancer` on 5432/tcp, and is not");

    let reach = changed(&[("Db/Properties/VPCSecurityGroups/0", value!("sg-0123"))]);
    let message = reach.refute(&party("Service"), &party("Db"), None).expect_err("it is not known");
    assert_eq!(
        message,
        "`shop/Db` must not be reachable from `shop/Service`, and nobody can tell whether it is:\n  \
         - the rules of `sg-0123` are not known"
    );
}

#[test]
fn what_is_exposed_is_told_with_the_way() {
    let told = |reach: &Reachability| reach.exposed().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(&read(&template())),
        [
            "shop/Balancer (AWS::ElasticLoadBalancingV2::LoadBalancer) on 443/tcp",
            "shop/Service (AWS::ECS::Service) on 8080/tcp through shop/Balancer",
        ]
    );
    let distribution = resource(
        "AWS::CloudFront::Distribution",
        value!({"DistributionConfig": {"Enabled": true, "Origins": [
            {"Id": "api", "DomainName": {"Fn::GetAtt": ["Balancer", "DNSName"]}},
        ]}}),
    );
    let list = "BalancerGroup/Properties/SecurityGroupIngress/0";
    let from_list =
        value!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourcePrefixListId": "pl-a3a144ca"});
    let reach = changed(&[("Cdn", distribution), (list, from_list)]);
    assert_eq!(
        told(&reach),
        [
            "shop/Cdn (AWS::CloudFront::Distribution) on 80/tcp, 443/tcp",
            "shop/Balancer (AWS::ElasticLoadBalancingV2::LoadBalancer) on 443/tcp through shop/Cdn",
            "shop/Service (AWS::ECS::Service) on 8080/tcp through shop/Cdn, shop/Balancer",
        ]
    );
    assert_eq!(ask(&reach, "internet", "Balancer", None), "no");
    assert_eq!(ask(&reach, "Cdn", "Balancer", 443), "yes");

    let url =
        resource("AWS::Lambda::Url", value!({"AuthType": "NONE", "TargetFunctionArn": {"Ref": "Function"}}));
    let function =
        resource("AWS::Lambda::Function", value!({"Role": "arn:aws:iam::123456789012:role/r", "Code": {}}));
    let reach = changed(&[("Url", url), ("Function", function.clone())]);
    assert_eq!(ask(&reach, "internet", "Function", 443), "yes");
    assert_eq!(ask(&reach, "internet", "Url", 443), "yes");
    let reach = changed(&[("Function", function)]);
    assert_eq!(ask(&reach, "internet", "Function", None), "no");
}

#[test]
fn a_database_is_open_only_if_everything_opens_it() {
    let rule = resource(
        "AWS::EC2::SecurityGroupIngress",
        value!({"GroupId": {"Ref": "DbGroup"}, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}),
    );
    let public = ("Db/Properties/PubliclyAccessible", value!(true));
    let route = resource(
        "AWS::EC2::Route",
        value!({"RouteTableId": {"Ref": "DataTable"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "Igw"}}),
    );
    let (rule, route) = (("Open", rule), ("DataRoute", route));
    let open = [rule.clone(), public.clone(), route.clone()];
    assert_eq!(ask(&changed(&open), "internet", "Db", 5432), "yes");
    assert_eq!(ask(&changed(&open), "internet", "Db", 22), "no");
    assert_eq!(ask(&changed(&[rule.clone(), public.clone()]), "internet", "Db", None), "no");
    assert_eq!(ask(&changed(&[rule.clone(), route.clone()]), "internet", "Db", None), "no");
    assert_eq!(ask(&changed(&[public.clone(), route.clone()]), "internet", "Db", None), "no");
    // What `PubliclyAccessible` is by default depends on the VPC.
    let mut unsaid = template();
    unsaid["Resources"]["Db"]["Properties"].as_object_mut().expect("properties").remove("PubliclyAccessible");
    assert_eq!(ask(&read(&unsaid), "internet", "Db", None), "no");
    unsaid["Resources"]["Open"] = rule.1.clone();
    unsaid["Resources"]["DataRoute"] = route.1.clone();
    assert_eq!(ask(&read(&unsaid), "internet", "Db", None), "unknown");
    // By NAT, or out only, nobody comes in.
    let nat = (
        "DataRoute/Properties",
        value!({"RouteTableId": {"Ref": "DataTable"}, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": {"Ref": "Nat"}}),
    );
    let reach = changed(&[rule.clone(), public.clone(), route.clone(), nat]);
    assert_eq!(ask(&reach, "internet", "Db", None), "no");
    assert_eq!(ask(&reach, "Db", "internet", 443), "yes");
    // A part of the internet is a part of the internet; all of it is more.
    let office = ("Open/Properties/CidrIp", value!("203.0.113.0/24"));
    let reach = changed(&[rule, public, route, office]);
    assert_eq!(ask(&reach, "internet", "Db", 5432), "yes");
    assert!(reach.confirm(&Party::Internet, &party("Db"), None).is_err());
    assert_eq!(ask(&reach, "Balancer", "Db", 5432), "unknown");
}

#[test]
fn groups_limit_what_goes_out() {
    let closed = value!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]);
    let reach = changed(&[("ServiceGroup/Properties/SecurityGroupEgress", closed.clone())]);
    assert_eq!(ask(&reach, "Service", "Db", None), "no");
    assert_eq!(ask(&reach, "Service", "internet", 443), "yes");
    assert_eq!(ask(&reach, "Service", "internet", 80), "no");
    let egress = resource(
        "AWS::EC2::SecurityGroupEgress",
        value!({"GroupId": {"Fn::GetAtt": "ServiceGroup.GroupId"}, "DestinationSecurityGroupId": {"Ref": "DbGroup"},
            "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}),
    );
    let reach = changed(&[("ServiceGroup/Properties/SecurityGroupEgress", closed), ("Out", egress)]);
    assert_eq!(ask(&reach, "Service", "Db", 5432), "yes");
}

fn acl(entries: &[(&str, Value)]) -> Vec<(&'static str, Value)> {
    let mut changes = vec![("Acl", resource("AWS::EC2::NetworkAcl", value!({"VpcId": {"Ref": "Vpc"}})))];
    for (id, subnet) in [("AclA", "DataA"), ("AclB", "DataB")] {
        let properties = value!({"NetworkAclId": {"Ref": "Acl"}, "SubnetId": {"Ref": subnet}});
        changes.push((id, resource("AWS::EC2::SubnetNetworkAclAssociation", properties)));
    }
    for ((_, entry), id) in entries.iter().zip(["Entry1", "Entry2", "Entry3"]) {
        let mut entry = entry.clone();
        entry["NetworkAclId"] = value!({"Ref": "Acl"});
        changes.push((id, resource("AWS::EC2::NetworkAclEntry", entry)));
    }
    changes
}

#[test]
fn network_acls_are_followed_both_ways() {
    let within = value!({"RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/16",
        "PortRange": {"From": 5432, "To": 5432}});
    let back = value!({"RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/16",
        "Egress": true, "PortRange": {"From": 1024, "To": 65535}});
    let mut deny = within.clone();
    deny["RuleNumber"] = value!(90);
    deny["RuleAction"] = value!("deny");
    let answer = |entries: &[(&str, Value)]| ask(&changed(&acl(entries)), "Service", "Db", None);
    assert_eq!(answer(&[]), "no");
    assert_eq!(answer(&[("", within.clone())]), "no");
    assert_eq!(answer(&[("", within.clone()), ("", back.clone())]), "yes");
    assert_eq!(answer(&[("", within.clone()), ("", back.clone()), ("", deny.clone())]), "no");
    deny["RuleNumber"] = value!(110);
    assert_eq!(answer(&[("", within.clone()), ("", back.clone()), ("", deny.clone())]), "yes");
    // Some of the sources are kept out: of the others nothing is known.
    deny["RuleNumber"] = value!(90);
    deny["CidrBlock"] = value!("10.0.2.128/25");
    let reach = changed(&acl(&[("", within.clone()), ("", back.clone()), ("", deny)]));
    assert_eq!(ask(&reach, "Service", "Db", None), "yes", "by the other subnet");
    // Some ports of clients only.
    let mut narrow = back.clone();
    narrow["PortRange"] = value!({"From": 1024, "To": 5000});
    assert_eq!(answer(&[("", within.clone()), ("", narrow)]), "unknown");
    let mut unknown = within.clone();
    unknown["CidrBlock"] = value!({"Ref": "Nothing"});
    assert_eq!(answer(&[("", unknown), ("", back)]), "unknown");
}

#[test]
fn routes_and_addresses_are_needed() {
    assert_eq!(ask(&changed(&[("PublicRoute", Value::Null)]), "internet", "Balancer", None), "no");
    assert_eq!(ask(&changed(&[("PublicRoute", Value::Null)]), "Service", "internet", None), "no");
    assert_eq!(ask(&changed(&[("PrivateRoute", Value::Null)]), "Service", "internet", None), "no");
    let internal = ("Balancer/Properties/Scheme", value!("internal"));
    assert_eq!(ask(&changed(&[internal]), "internet", "Balancer", None), "no");
    // The main route table of a VPC has no way out.
    let main = [("PublicATable", Value::Null), ("PublicBTable", Value::Null)];
    assert_eq!(ask(&changed(&main), "internet", "Balancer", None), "no");
    let public = [
        ("Service/Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", value!("ENABLED")),
        ("Service/Properties/NetworkConfiguration/AwsvpcConfiguration/Subnets", value!([{"Ref": "PublicA"}])),
    ];
    assert_eq!(ask(&changed(&public), "internet", "Service", None), "no");
    let open = (
        "ServiceFromBalancer/Properties",
        value!({"GroupId": {"Ref": "ServiceGroup"}, "IpProtocol": "-1", "CidrIpv6": "::/0"}),
    );
    assert_eq!(
        ask(&changed(&[public[0].clone(), public[1].clone(), open]), "internet", "Service", None),
        "no"
    );
    let open = (
        "ServiceFromBalancer/Properties",
        value!({"GroupId": {"Ref": "ServiceGroup"}, "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}),
    );
    assert_eq!(
        ask(&changed(&[public[0].clone(), public[1].clone(), open]), "internet", "Service", None),
        "yes"
    );
}

#[test]
fn instances_get_addresses_in_many_ways() {
    let open = value!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]);
    let group = resource(
        "AWS::EC2::SecurityGroup",
        value!({"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": open}),
    );
    let with = |properties: Value, more: &[(&'static str, Value)]| {
        let mut changes = vec![("Open", group.clone()), ("Host", resource("AWS::EC2::Instance", properties))];
        changes.extend_from_slice(more);
        ask(&changed(&changes), "internet", "Host", 22)
    };
    let plain = |subnet: &str| value!({"SubnetId": {"Ref": subnet}, "SecurityGroupIds": [{"Ref": "Open"}]});
    assert_eq!(with(plain("PublicA"), &[]), "yes");
    assert_eq!(with(plain("PrivateA"), &[]), "no");
    let interface = |public: Value| {
        value!({"NetworkInterfaces": [{"DeviceIndex": "0", "SubnetId": {"Ref": "PublicA"}, "GroupSet": [{"Ref": "Open"}],
            "AssociatePublicIpAddress": public}]})
    };
    assert_eq!(with(interface(value!(true)), &[]), "yes");
    assert_eq!(with(interface(value!(false)), &[]), "no");
    assert_eq!(with(interface(value!({"Ref": "Nothing"})), &[]), "unknown");
    let eip = |instance: Value| ("HostEip", resource("AWS::EC2::EIP", value!({"InstanceId": instance})));
    assert_eq!(with(interface(value!(false)), &[eip(value!({"Ref": "Host"}))]), "yes");
    assert_eq!(with(interface(value!(false)), &[eip(value!({"Ref": "Nothing"}))]), "unknown");
    // In the default VPC everything may be.
    assert_eq!(with(value!({"ImageId": "ami-1"}), &[]), "unknown");
    let template = resource(
        "AWS::EC2::LaunchTemplate",
        value!({"LaunchTemplateData": {"NetworkInterfaces": [
        {"DeviceIndex": 0, "AssociatePublicIpAddress": true, "Groups": [{"Ref": "Open"}]}]}}),
    );
    let scaling = resource(
        "AWS::AutoScaling::AutoScalingGroup",
        value!({"MinSize": "1", "MaxSize": "1",
        "VPCZoneIdentifier": [{"Ref": "PublicA"}],
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}),
    );
    let reach = changed(&[("Open", group.clone()), ("Launch", template), ("Fleet", scaling)]);
    assert_eq!(ask(&reach, "internet", "Fleet", 22), "yes");
    assert_eq!(ask(&reach, "internet", "Fleet", 23), "no");
}

#[test]
fn other_doors_are_seen() {
    let open = value!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]);
    let group = value!({"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": open});
    let interface = value!({"SubnetId": {"Ref": "PublicA"}, "GroupSet": [{"Ref": "Open"}]});
    let host = value!({"SubnetId": {"Ref": "DataA"}, "SecurityGroupIds": [{"Ref": "DbGroup"}]});
    let attachment =
        value!({"InstanceId": {"Ref": "Host"}, "NetworkInterfaceId": {"Ref": "Door"}, "DeviceIndex": "1"});
    let eip = value!({"NetworkInterfaceId": {"Ref": "Door"}, "AllocationId": "eipalloc-1"});
    let mut changes = vec![
        ("Open", resource("AWS::EC2::SecurityGroup", group)),
        ("Door", resource("AWS::EC2::NetworkInterface", interface)),
        ("Host", resource("AWS::EC2::Instance", host)),
        ("DoorEip", resource("AWS::EC2::EIPAssociation", eip)),
    ];
    assert_eq!(ask(&changed(&changes), "internet", "Host", 22), "no");
    changes.push(("Attachment", resource("AWS::EC2::NetworkInterfaceAttachment", attachment)));
    assert_eq!(ask(&changed(&changes), "internet", "Host", 22), "yes");

    let accelerator = value!({"EndpointConfigurations": [{"EndpointId": {"Ref": "Balancer"}}]});
    let accelerator = ("Fast", resource("AWS::GlobalAccelerator::EndpointGroup", accelerator));
    let internal = ("Balancer/Properties/Scheme", value!("internal"));
    assert_eq!(ask(&changed(&[internal, accelerator]), "internet", "Balancer", 443), "unknown");
}

#[test]
fn aurora_is_as_public_as_its_instances() {
    let cluster = value!({"Engine": "aurora-mysql", "DBSubnetGroupName": {"Ref": "DbSubnets"},
        "VpcSecurityGroupIds": [{"Ref": "BalancerGroup"}]});
    let instance = |public: bool| value!({"DBClusterIdentifier": {"Ref": "Cluster"}, "Engine": "aurora-mysql", "PubliclyAccessible": public});
    let subnets = ("DbSubnets/Properties/SubnetIds", value!([{"Ref": "PublicA"}, {"Ref": "PublicB"}]));
    for (public, answer) in [(true, "yes"), (false, "no")] {
        let reach = changed(&[
            ("Cluster", resource("AWS::RDS::DBCluster", cluster.clone())),
            ("Instance", resource("AWS::RDS::DBInstance", instance(public))),
            subnets.clone(),
        ]);
        assert_eq!(ask(&reach, "internet", "Cluster", 443), answer);
        assert_eq!(ask(&reach, "internet", "Instance", 443), answer);
    }
}

#[test]
fn a_function_in_a_vpc_sends_and_nobody_connects_to_it() {
    let function = value!({"Code": {}, "Role": "arn:aws:iam::123456789012:role/r", "VpcConfig": {
        "SubnetIds": [{"Ref": "PrivateA"}], "SecurityGroupIds": [{"Ref": "ServiceGroup"}]}});
    let endpoint = value!({"VpcId": {"Ref": "Vpc"}, "VpcEndpointType": "Interface", "ServiceName": "s",
        "SubnetIds": [{"Ref": "PrivateA"}], "SecurityGroupIds": [{"Ref": "EndpointGroup"}]});
    let group = value!({"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}]});
    let reach = changed(&[
        ("Function", resource("AWS::Lambda::Function", function)),
        ("EndpointGroup", resource("AWS::EC2::SecurityGroup", group)),
        ("Endpoint", resource("AWS::EC2::VPCEndpoint", endpoint)),
    ]);
    assert_eq!(ask(&reach, "Function", "Db", 5432), "yes");
    assert_eq!(ask(&reach, "Function", "internet", 443), "yes");
    assert_eq!(ask(&reach, "Balancer", "Function", None), "no");
    assert_eq!(ask(&reach, "Function", "Endpoint", 443), "yes");
    assert_eq!(ask(&reach, "Service", "Endpoint", 443), "yes");
    assert_eq!(ask(&reach, "Service", "Endpoint", 80), "no");
    assert_eq!(ask(&reach, "internet", "Endpoint", None), "no");
}

#[test]
fn network_balancers_without_groups_admit_everything() {
    let balancer = |kind: Value| {
        resource(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            value!({"Type": kind, "SubnetMappings": [{"SubnetId": {"Ref": "PublicA"}}]}),
        )
    };
    let listener = resource(
        "AWS::ElasticLoadBalancingV2::Listener",
        value!({"LoadBalancerArn": {"Ref": "Nlb"}, "Port": 853, "Protocol": "TCP", "DefaultActions": []}),
    );
    let reach = changed(&[("Nlb", balancer(value!("network"))), ("NlbListener", listener.clone())]);
    assert_eq!(ask(&reach, "internet", "Nlb", 853), "yes");
    assert_eq!(ask(&reach, "internet", "Nlb", 854), "no");
    // An application load balancer is then in the default group, which anybody may have changed.
    let reach = changed(&[("Nlb", balancer(value!("application"))), ("NlbListener", listener)]);
    assert_eq!(ask(&reach, "internet", "Nlb", 853), "unknown");
}

#[test]
fn what_is_beyond_is_unknown() {
    let parameter = value!({"Ref": "Anything"});
    let unknown = |changes: &[(&str, Value)], from, to| {
        assert_eq!(ask(&changed(changes), from, to, None), "unknown", "{changes:?}")
    };
    unknown(&[("Db/Properties/VPCSecurityGroups", parameter.clone())], "Balancer", "Db");
    unknown(&[("Db/Properties/VPCSecurityGroups/0", parameter.clone())], "Balancer", "Db");
    unknown(&[("DbFromService/Properties/SourceSecurityGroupId", parameter.clone())], "Balancer", "Db");
    unknown(&[("DbFromService/Properties/GroupId", parameter.clone())], "Service", "Db");
    unknown(
        &[("PublicATable", Value::Null), ("PublicBTable/Properties/SubnetId", parameter.clone())],
        "internet",
        "Balancer",
    );
    unknown(&[("PublicRoute/Properties/RouteTableId", parameter.clone())], "internet", "Balancer");
    unknown(&[("PublicRoute/Properties/GatewayId", parameter.clone())], "internet", "Balancer");
    unknown(&[("Balancer/Properties/Scheme", parameter.clone())], "internet", "Balancer");
    unknown(&[("Db/Properties/DBSubnetGroupName", parameter.clone())], "Service", "Db");
    let tgw = value!({"RouteTableId": {"Ref": "PrivateTable"}, "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"});
    unknown(&[("PrivateRoute/Properties", tgw)], "Service", "internet");
    // What is not known does not matter where something else rules it out.
    let reach = changed(&[("Db/Properties/VPCSecurityGroups", parameter)]);
    assert_eq!(ask(&reach, "internet", "Db", None), "no");
    // What is not analysed is said so.
    assert_eq!(ask(&reach, "internet", "Task", None), "unknown");
    assert_eq!(ask(&reach, "internet", "NotThere", None), "unknown");
    let stranger = resource(
        "AWS::Glue::Connection",
        value!({"ConnectionInput": {"SecurityGroupIdList": [{"Ref": "DbGroup"}]}}),
    );
    let reach = changed(&[("Glue", stranger)]);
    assert!(reach.exposed().iter().any(|it| it.id == "Glue" && !it.unknown.is_empty()));
    let mut macros = template();
    macros["Transform"] = value!("Company::Macro");
    assert_eq!(ask(&read(&macros), "internet", "Db", None), "unknown");
}

#[test]
fn other_stacks_are_followed() {
    let mut template = template();
    let mut data = value!({"Resources": {}});
    for id in ["Db", "DbFromService"] {
        data["Resources"][id] =
            template["Resources"].as_object_mut().expect("resources").remove(id).expect(id);
    }
    let mut outputs = serde_json::Map::new();
    for (name, value) in [
        ("DbGroup", value!({"Fn::GetAtt": ["DbGroup", "GroupId"]})),
        ("DbSubnets", value!({"Ref": "DbSubnets"})),
        ("ServiceGroup", value!({"Fn::GetAtt": ["ServiceGroup", "GroupId"]})),
    ] {
        outputs.insert(name.to_owned(), value!({"Value": value, "Export": {"Name": name}}));
    }
    template["Outputs"] = Value::Object(outputs);
    set(&mut data, "Db/Properties/VPCSecurityGroups/0", value!({"Fn::ImportValue": "DbGroup"}));
    set(&mut data, "Db/Properties/DBSubnetGroupName", value!({"Fn::ImportValue": "DbSubnets"}));
    set(&mut data, "DbFromService/Properties/GroupId", value!({"Fn::ImportValue": "DbGroup"}));
    set(
        &mut data,
        "DbFromService/Properties/SourceSecurityGroupId",
        value!({"Fn::ImportValue": "ServiceGroup"}),
    );
    let reach = read_all(&[("shop", &template), ("data", &data)]);
    let db = Party::Resource { stack: "data".to_owned(), id: "Db".to_owned() };
    assert!(matches!(reach.answer(&party("Service"), &db, &Ports::tcp(5432)), Answer::Yes(_)));
    assert_eq!(reach.answer(&Party::Internet, &db, &Ports::all()), Answer::No);
    // Without the other stack, little is known.
    let alone = read_all(&[("data", &data)]);
    assert!(
        matches!(alone.answer(&Party::Internet, &db, &Ports::all()), Answer::No),
        "it is not publicly accessible"
    );

    // The same in a program.
    let app = App::for_tests();
    let [network, web, store] = ["network", "web", "store"].map(|name| app.stack(name));
    let vpc = network.add("Vpc", Resource::raw("AWS::EC2::VPC").set("CidrBlock", "10.0.0.0/16"));
    let subnet = Resource::raw("AWS::EC2::Subnet").set("VpcId", vpc).set("CidrBlock", "10.0.0.0/24");
    let subnet = network.add("Subnet", subnet);
    let [from, to] = [group(&web, "Group", vpc), group(&store, "Group", vpc)];
    admit(&store, "FromWeb", to, from, 2049);
    let host = |group: Handle| {
        Resource::raw("AWS::EC2::Instance")
            .set("SubnetId", subnet)
            .set("SecurityGroupIds", [group.attribute("GroupId")])
    };
    let (server, files) = (web.add("Server", host(from)), store.add("Files", host(to)));
    let assembly = app.synth(&Options::default()).expect("it is valid");
    assert_reachable!(assembly, server, files, 2049);
    assert_unreachable!(assembly, server, files, 22);
    assert_unreachable!(assembly, files, server);
    assert_unreachable!(assembly, Internet, files);
}

#[test]
fn every_world_counts() {
    let mut template = template();
    template["Parameters"] =
        value!({"Stage": {"Type": "String", "AllowedValues": ["prod", "dev"], "Default": "prod"}});
    template["Conditions"] = value!({"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}});
    set(&mut template, "Db/Properties/PubliclyAccessible", value!({"Fn::If": ["IsDev", true, false]}));
    set(
        &mut template,
        "DbSubnets/Properties/SubnetIds",
        value!({"Fn::If": ["IsDev", [{"Ref": "PublicA"}], [{"Ref": "DataA"}]]}),
    );
    let mut open = resource(
        "AWS::EC2::SecurityGroupIngress",
        value!({"GroupId": {"Ref": "DbGroup"}, "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}),
    );
    open["Condition"] = value!("IsDev");
    template["Resources"]["Open"] = open;
    let reach = read(&template);
    let Answer::Yes(paths) = reach.answer(&Party::Internet, &party("Db"), &Ports::tcp(5432)) else {
        panic!("it is open in development")
    };
    assert_eq!(paths[0].world, "`IsDev` of `shop` holds");
    assert!(reach.confirm(&Party::Internet, &party("Db"), None).is_err(), "it is closed in production");
    assert!(reach.confirm(&party("Service"), &party("Db"), None).is_ok());
    // A resource that is there in some worlds only is looked at in those.
    template["Resources"]["Service"]["Condition"] = value!("IsDev");
    assert!(read(&template).confirm(&party("Service"), &party("Db"), None).is_ok());
}

#[test]
fn peerings_need_routes_both_ways() {
    let mut changes = vec![
        ("Far", resource("AWS::EC2::VPC", value!({"CidrBlock": "10.1.0.0/16"}))),
        (
            "FarSubnet",
            resource("AWS::EC2::Subnet", value!({"VpcId": {"Ref": "Far"}, "CidrBlock": "10.1.0.0/24"})),
        ),
        ("FarTable", resource("AWS::EC2::RouteTable", value!({"VpcId": {"Ref": "Far"}}))),
        (
            "FarAssociation",
            resource(
                "AWS::EC2::SubnetRouteTableAssociation",
                value!({"SubnetId": {"Ref": "FarSubnet"}, "RouteTableId": {"Ref": "FarTable"}}),
            ),
        ),
        (
            "FarGroup",
            resource(
                "AWS::EC2::SecurityGroup",
                value!({"GroupDescription": "far", "VpcId": {"Ref": "Far"},
            "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/16"}]}),
            ),
        ),
        (
            "FarHost",
            resource(
                "AWS::EC2::Instance",
                value!({"SubnetId": {"Ref": "FarSubnet"}, "SecurityGroupIds": [{"Ref": "FarGroup"}]}),
            ),
        ),
        (
            "Peering",
            resource(
                "AWS::EC2::VPCPeeringConnection",
                value!({"VpcId": {"Ref": "Vpc"}, "PeerVpcId": {"Ref": "Far"}}),
            ),
        ),
        (
            "There",
            resource(
                "AWS::EC2::Route",
                value!({"RouteTableId": {"Ref": "PrivateTable"}, "DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": {"Ref": "Peering"}}),
            ),
        ),
    ];
    assert_eq!(ask(&changed(&changes), "Service", "FarHost", 22), "no");
    changes.push(("Back", resource("AWS::EC2::Route", value!({"RouteTableId": {"Ref": "FarTable"}, "DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": {"Ref": "Peering"}}))));
    assert_eq!(ask(&changed(&changes), "Service", "FarHost", 22), "yes");
    assert_eq!(ask(&changed(&changes), "Db", "FarHost", 22), "no");
    assert_eq!(ask(&changed(&changes), "Service", "FarHost", 23), "no");
}

#[test]
fn a_subnet_of_elsewhere_is_one_reason() {
    let mut template = template();
    template["Parameters"] = value!({"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}});
    set(&mut template, "Balancer/Properties/Subnets", value!({"Ref": "Subnets"}));
    let answer = read(&template).answer(&Party::Internet, &party("Balancer"), &Ports::tcp(443));
    let reason = "the routes and the network ACL of the value of Subnets are not known".to_owned();
    assert_eq!(answer, Answer::Unknown(vec![reason]));
}

/// All leaves of properties of resources, by pointer.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map)
            if map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::")) =>
        {
            found.push(at)
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(value, format!("{at}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, format!("{at}/{index}"), found));
            found.push(at);
        }
        _ => found.push(at),
    }
}

const QUESTIONS: &[(&str, &str)] = &[
    ("internet", "Balancer"),
    ("internet", "Service"),
    ("internet", "Db"),
    ("Balancer", "Service"),
    ("Balancer", "Db"),
    ("Service", "Db"),
    ("Db", "Service"),
    ("Service", "internet"),
    ("Db", "internet"),
    ("10.0.0.0/16", "Db"),
];

#[test]
fn knowing_less_never_turns_into_no() {
    let mut base = template();
    for (id, change) in acl(&[
        (
            "",
            value!({"RuleNumber": 100, "Protocol": -1, "RuleAction": "allow", "CidrBlock": "10.0.0.0/16", "Egress": false}),
        ),
        (
            "",
            value!({"RuleNumber": 100, "Protocol": -1, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "Egress": true}),
        ),
    ]) {
        base["Resources"][id] = change;
    }
    base["Parameters"] = value!({"Anything": {"Type": "String"}});
    let before = read(&base);
    let mut pointers = Vec::new();
    for (id, declared) in base["Resources"].as_object().expect("resources") {
        leaves(&declared["Properties"], format!("{id}/Properties"), &mut pointers);
    }
    assert!(pointers.len() > 80);
    for pointer in pointers {
        let mut template = base.clone();
        set(&mut template, &pointer, value!({"Ref": "Anything"}));
        let after = read(&template);
        for (from, to) in QUESTIONS {
            let (known, less) = (ask(&before, from, to, None), ask(&after, from, to, None));
            assert!(known == "no" || less != "no", "{pointer}: {from} to {to} was {known}");
        }
    }
}

#[test]
fn opening_a_rule_never_closes_anything() {
    let base = template();
    let before = read(&base);
    for (number, group) in ["BalancerGroup", "ServiceGroup", "DbGroup"].iter().enumerate() {
        for peer in [
            value!({"CidrIp": "0.0.0.0/0"}),
            value!({"SourceSecurityGroupId": {"Ref": "DbGroup"}}),
            value!({"CidrIpv6": "::/0"}),
        ] {
            let mut rule = peer.clone();
            rule["IpProtocol"] = value!("-1");
            rule["GroupId"] = value!({"Ref": group});
            let mut template = base.clone();
            template["Resources"][format!("More{number}")] = resource("AWS::EC2::SecurityGroupIngress", rule);
            let after = read(&template);
            for (from, to) in QUESTIONS {
                let (known, more) = (ask(&before, from, to, None), ask(&after, from, to, None));
                assert!(known != "yes" || more == "yes", "{group} {peer}: {from} to {to} is {more}");
            }
        }
    }
}

#[test]
fn hostile_templates_are_read() {
    for text in [
        r#"{"Resources": {"A": {"Type": "AWS::EC2::Subnet"}, "B": {"Type": "AWS::EC2::Route", "Properties": 5}}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": {"a": 1}, "SecurityGroupEgress": [1, null, [], {"IpProtocol": {}, "FromPort": 1e308}]}}}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::EC2::Instance", "Properties": {"SubnetId": {"Ref": "A"}, "SecurityGroupIds": "x", "NetworkInterfaces": [{"NetworkInterfaceId": {"Ref": "A"}}]}}}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::EC2::NetworkAclEntry", "Properties": {"NetworkAclId": {"Ref": "A"}, "RuleNumber": 99999999999999999999, "PortRange": {"From": -5}}}}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::ECS::Service"}, "L": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {"LoadBalancerArn": {"Ref": "L"}, "DefaultActions": [[[]]]}}}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::EC2::VPCPeeringConnection"}, "R": {"Type": "AWS::EC2::Route", "Properties": {"VpcPeeringConnectionId": {"Ref": "A"}}}}}"#,
    ] {
        let template: Value = serde_json::from_str(text).expect(text);
        let reach = read(&template);
        reach.exposed();
        for from in ["internet", "A", "10.0.0.0/8", "nonsense/99"] {
            for to in ["internet", "A", "0.0.0.0/0"] {
                ask(&reach, from, to, None);
            }
        }
        assert!(serde_json::to_string(&reach).is_ok());
    }
}

#[test]
fn large_systems_take_linear_time() {
    let mut template = template();
    let rules: Vec<Value> = (0..20_000)
        .map(|number| value!({"IpProtocol": "tcp", "FromPort": number, "ToPort": number, "CidrIp": format!("203.0.{}.0/24", number % 256)}))
        .collect();
    set(&mut template, "ServiceGroup/Properties/SecurityGroupIngress", Value::Array(rules));
    for number in 0..2_000 {
        let service = template["Resources"]["Service"].clone();
        template["Resources"][format!("Service{number}")] = service;
    }
    let start = std::time::Instant::now();
    let reach = read(&template);
    let exposed = reach.exposed();
    assert!(exposed.len() > 2_000);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
