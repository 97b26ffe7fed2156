//! Security groups where they are used: in one VPC.

use std::collections::HashSet;

use formwork_core::Severity;

use super::{Who, firewall::GROUP, groups, made};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// Types that are in subnets and have security groups: where the groups are named, and where the subnets. `*` stands
/// for all items of a list, `1` for the first one, `>` for the subnet group that is named there.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("AWS::DocDB::DBCluster", "VpcSecurityGroupIds", "DBSubnetGroupName/>/SubnetIds"),
    ("AWS::EC2::Instance", "NetworkInterfaces/1/GroupSet", "NetworkInterfaces/1/SubnetId"),
    ("AWS::EC2::Instance", "SecurityGroupIds", "SubnetId"),
    ("AWS::EC2::NetworkInterface", "GroupSet", "SubnetId"),
    ("AWS::EC2::VPCEndpoint", "SecurityGroupIds", "SubnetIds"),
    (
        "AWS::ECS::Service",
        "NetworkConfiguration/AwsvpcConfiguration/SecurityGroups",
        "NetworkConfiguration/AwsvpcConfiguration/Subnets",
    ),
    ("AWS::EFS::MountTarget", "SecurityGroups", "SubnetId"),
    ("AWS::EKS::Cluster", "ResourcesVpcConfig/SecurityGroupIds", "ResourcesVpcConfig/SubnetIds"),
    ("AWS::ElastiCache::CacheCluster", "VpcSecurityGroupIds", "CacheSubnetGroupName/>/SubnetIds"),
    ("AWS::ElastiCache::ReplicationGroup", "SecurityGroupIds", "CacheSubnetGroupName/>/SubnetIds"),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "SecurityGroups", "Subnets"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups", "SubnetMappings/*/SubnetId"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups", "Subnets"),
    ("AWS::Lambda::Function", "VpcConfig/SecurityGroupIds", "VpcConfig/SubnetIds"),
    ("AWS::MSK::Cluster", "BrokerNodeGroupInfo/SecurityGroups", "BrokerNodeGroupInfo/ClientSubnets"),
    ("AWS::Neptune::DBCluster", "VpcSecurityGroupIds", "DBSubnetGroupName/>/SubnetIds"),
    ("AWS::OpenSearchService::Domain", "VPCOptions/SecurityGroupIds", "VPCOptions/SubnetIds"),
    ("AWS::RDS::DBCluster", "VpcSecurityGroupIds", "DBSubnetGroupName/>/SubnetIds"),
    ("AWS::RDS::DBInstance", "VPCSecurityGroups", "DBSubnetGroupName/>/SubnetIds"),
    ("AWS::Redshift::Cluster", "VpcSecurityGroupIds", "ClusterSubnetGroupName/>/SubnetIds"),
];

/// Types that connect VPCs, so that the groups of one may name those of another.
const CONNECTIONS: &[&str] = &[
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::NetworkManager::VpcAttachment",
];

/// The values at the end of a path.
fn at<'a>(resource: Resource<'a>, path: &'static str) -> Vec<Value<'a>> {
    let mut values = vec![resource.value().get("Properties")];
    for step in path.split('/') {
        values = match step {
            "*" => values.into_iter().flat_map(Value::items).collect(),
            "1" => values.into_iter().filter_map(|list| list.items().into_iter().next()).collect(),
            ">" => {
                let groups = values.into_iter().filter_map(Value::resource);
                groups.map(|group| group.value().get("Properties")).collect()
            }
            _ => values.into_iter().map(|value| value.get(step)).collect(),
        };
    }
    values.into_iter().flat_map(Value::one_or_more).collect()
}

/// The VPC that a group or a subnet is made in, where it is one that nothing else can be: one of the system, the
/// default VPC, or one that is given by its id.
fn vpc_of(resource: Resource<'_>) -> Option<Who> {
    let vpc = resource.get("VpcId");
    if vpc.is_absent() {
        return Some(Who::Named("the default VPC".to_owned()));
    }
    if let Some(vpc) = made(vpc, "AWS::EC2::VPC") {
        return Some(Who::made(vpc));
    }
    vpc.text()
        .filter(|id| vpc.function().is_none() && id.starts_with("vpc-"))
        .map(|id| Who::Named(id.into_owned()))
}

/// Whether two VPCs are certainly two: the default VPC may be one that is given by its id.
fn differ(one: &Who, other: &Who) -> bool {
    let named =
        |who: &Who, default: bool| matches!(who, Who::Named(name) if (name == "the default VPC") == default);
    one != other && !(named(one, true) && named(other, false)) && !(named(one, false) && named(other, true))
}

pub(super) fn in_one_vpc<'a>(context: &'a Context<'a>, says: &mut Says) {
    let referred = |kinds: &[&str]| -> HashSet<Resource<'a>> {
        let from = kinds.iter().flat_map(|kind| context.of_type(kind));
        from.flat_map(Resource::references).map(|reference| reference.to).collect()
    };
    let connected = referred(CONNECTIONS);
    // A group may be associated with more VPCs.
    let shared = referred(&["AWS::EC2::SecurityGroupVpcAssociation"]);
    let group = |value: Value<'a>| made(value, GROUP).filter(|group| !shared.contains(group));
    for (kind, groups, subnets) in MEMBERS {
        for member in context.of_type(kind) {
            let subnet = at(member, subnets).into_iter().find_map(|it| made(it, "AWS::EC2::Subnet"));
            let subnet = subnet.filter(|subnet| subnet.get("VpcId").is_set());
            let Some((subnet, home)) = subnet.and_then(|subnet| Some((subnet, vpc_of(subnet)?))) else {
                continue;
            };
            for value in at(member, groups) {
                let Some(group) = group(value) else { continue };
                if vpc_of(group).is_some_and(|vpc| differ(&vpc, &home)) {
                    says.add(
                        value,
                        format!(
                            "group `{}` of `{}` is in another VPC than subnet `{}`",
                            group.id(),
                            member.id(),
                            subnet.id()
                        ),
                    )
                    .also(group.get("VpcId"), "the VPC of the group")
                    .also(subnet.get("VpcId"), "the VPC of the subnet")
                    .help("use a security group of the VPC that the subnets are in");
                }
            }
        }
    }
    for kind in groups::WITH_RULES {
        for resource in context.of_type(kind) {
            let own = if *kind == GROUP { Some(resource) } else { made(resource.get("GroupId"), GROUP) };
            let Some(own) = own.filter(|own| !shared.contains(own)) else { continue };
            for rule in groups::rules_in(resource) {
                by_name(own, rule, says);
                for name in ["SourceSecurityGroupId", "DestinationSecurityGroupId"] {
                    let value = rule.get(name);
                    let Some(other) = group(value).filter(|other| *other != own) else { continue };
                    let (Some(here), Some(there)) = (vpc_of(own), vpc_of(other)) else { continue };
                    let peered = [own, other].iter().any(|group| {
                        made(group.get("VpcId"), "AWS::EC2::VPC").is_some_and(|vpc| connected.contains(&vpc))
                    });
                    // VPCs that are given by their ids may be peered elsewhere.
                    let known = [&here, &there].iter().any(|vpc| matches!(vpc, Who::Made(..)));
                    if !peered && known && differ(&here, &there) {
                        says.add(
                            value,
                            format!(
                                "a rule of group `{}` names group `{}` of another VPC",
                                own.id(),
                                other.id()
                            ),
                        )
                        .also(own.get("VpcId"), "the VPC of the one")
                        .also(other.get("VpcId"), "the VPC of the other")
                        .help("name addresses, or peer the VPCs");
                    }
                }
            }
        }
    }
}

/// Groups are known by their names in the default VPC only.
fn by_name(own: Resource<'_>, rule: Value<'_>, says: &mut Says) {
    let name = rule.get("SourceSecurityGroupName");
    if name.is_absent() || own.get("VpcId").is_absent() {
        return;
    }
    let remark = says
        .add(name, format!("a rule of group `{}`, which is in a VPC, names a group by its name", own.id()));
    remark
        .note("only groups of the default VPC are known by their names")
        .help("use `SourceSecurityGroupId`");
    if made(own.get("VpcId"), "AWS::EC2::VPC").is_none() {
        remark.severity(Severity::Warning);
    }
}
