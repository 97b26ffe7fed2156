//! Where databases are, and who reaches them.

use std::collections::HashSet;

use super::{
    super::network::{Firewall, Protocol, is_one_subnet, made, zone},
    engine_of,
};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

pub(super) fn two_zones(group: Resource<'_>, says: &mut Says) {
    let subnets = group.get("SubnetIds");
    let items = subnets.items();
    if let [only] = items.as_slice() {
        if is_one_subnet(*only) {
            says.add(subnets, format!("the subnet group `{}` has one subnet", group.id()))
                .help("name subnets in at least two zones; RDS wants them for databases in one zone as well");
        }
        return;
    }
    let subnet = |value: &Value<'_>| made(*value, "AWS::EC2::Subnet").and_then(zone);
    let Some(zones) = items.iter().map(subnet).collect::<Option<HashSet<_>>>() else { return };
    if zones.len() == 1 {
        says.add(subnets, format!("all subnets of the subnet group `{}` are in one zone", group.id()))
            .help("name subnets in at least two zones; RDS wants them for databases in one zone as well");
    }
}

fn default_port(engine: &str) -> Option<i64> {
    const PORTS: &[(&str, i64)] = &[
        ("aurora-mysql", 3306),
        ("aurora-postgresql", 5432),
        ("db2-", 50000),
        ("mariadb", 3306),
        ("mysql", 3306),
        ("oracle-", 1521),
        ("postgres", 5432),
        ("sqlserver-", 1433),
    ];
    PORTS.iter().find(|(beginning, _)| engine.starts_with(beginning)).map(|(_, port)| *port)
}

pub(super) fn port_is_open<'a>(context: &'a Context<'a>, says: &mut Says) {
    let firewall = Firewall::new(context);
    for database in [super::INSTANCE, super::CLUSTER].iter().flat_map(|kind| context.of_type(kind)) {
        if database.get("DBClusterIdentifier").is_set() {
            continue;
        }
        let groups = match database.get("VPCSecurityGroups") {
            groups if groups.is_set() => groups,
            _ => database.get("VpcSecurityGroupIds"),
        };
        let given = database.get("Port");
        let port = match given.is_absent() {
            // A cluster without a port takes 3306 or the engine's, depending on its mode.
            true => engine_of(database).and_then(|engine| default_port(&engine)),
            false => given.integer(),
        };
        let (Some(port), items) = (port, groups.items()) else { continue };
        if firewall.has_rules(&items) && firewall.admits(&items, Protocol::TCP, port, None) == Some(false) {
            says.add(
                groups,
                format!("no rule of the security groups of `{}` admits its port {port}", database.id()),
            )
            .help(format!("admit TCP port {port} from those who use the database, or set `Port`"));
        }
    }
}

pub(super) fn public_by_default<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut open = HashSet::new();
    for attached in context.of_type("AWS::EC2::VPCGatewayAttachment") {
        if attached.get("InternetGatewayId").is_set()
            && let Some(vpc) = attached.get("VpcId").resource()
        {
            open.insert((vpc.template, vpc.index));
        }
    }
    for instance in context.of_type(super::INSTANCE) {
        judge_public(instance, &open, says);
    }
}

fn judge_public(instance: Resource<'_>, open: &HashSet<(u32, u32)>, says: &mut Says) {
    let public = instance.get("PubliclyAccessible");
    if public.is_set() || instance.get("SourceDBInstanceIdentifier").is_set() {
        return;
    }
    let named = match super::cluster_of(instance) {
        Some(cluster) => cluster.get("DBSubnetGroupName"),
        None => instance.get("DBSubnetGroupName"),
    };
    let Some(group) = named.resource() else { return };
    let subnet = group.get("SubnetIds").items().iter().find_map(|subnet| subnet.resource());
    let Some(vpc) = subnet.and_then(|subnet| subnet.get("VpcId").resource()) else { return };
    if open.contains(&(vpc.template, vpc.index)) {
        says.add(
            public,
            format!(
                "`{}` does not say whether it is public, and its VPC has an internet gateway",
                instance.id()
            ),
        )
        .note("where nothing is said, RDS decides by the subnet group and the VPC's gateway")
        .help("set `PubliclyAccessible: false`");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::databases::tests::support::codes;

    fn group(zone: &str, other: &str) -> String {
        format!(
            r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{
            "V":{{"Type":"AWS::EC2::VPC","Properties":{{"CidrBlock":"10.0.0.0/16"}}}},
            "A":{{"Type":"AWS::EC2::Subnet","Properties":{{"VpcId":{{"Ref":"V"}},"AvailabilityZone":{zone}}}}},
            "B":{{"Type":"AWS::EC2::Subnet","Properties":{{"VpcId":{{"Ref":"V"}},"AvailabilityZone":{other}}}}},
            "G":{{"Type":"AWS::RDS::DBSubnetGroup","Properties":{{"SubnetIds":[{{"Ref":"A"}},{{"Ref":"B"}}]}}}}}}}}"#
        )
    }

    #[test]
    fn zones_are_compared_by_name_or_number() {
        let number = |index| format!(r#"{{"Fn::Select":[{index},{{"Fn::GetAZs":""}}]}}"#);
        let found = |one: &str, other: &str| !codes(&group(one, other), "FW1261").is_empty();
        assert!(found(&number(0), &number(0)) && found("\"a\"", "\"a\""));
        assert!(!found(&number(0), &number(1)) && !found("\"a\"", "\"b\""));
        assert!(found(r#"{"Ref":"P"}"#, r#"{"Ref":"P"}"#), "the parameter is one zone, whichever it is");
        assert!(!found(r#"{"Ref":"P"}"#, "\"a\""));
    }

    #[test]
    fn one_subnet_is_one_zone() {
        let given = |kind: &str, subnets: &str| {
            let text = format!(
                "Parameters: {{S: {{Type: '{kind}'}}}}\nResources:\n  G:\n    Type: AWS::RDS::DBSubnetGroup\n    \
                 Properties: {{DBSubnetGroupDescription: d, SubnetIds: {subnets}}}\n"
            );
            codes(&text, "FW1261").len()
        };
        assert_eq!(given("AWS::EC2::Subnet::Id", "[!Ref S]"), 1);
        assert_eq!(given("List<AWS::EC2::Subnet::Id>", "!Ref S"), 0);
        assert_eq!(given("String", "[!Ref S]"), 0);
    }

    #[test]
    fn subnets_may_be_in_another_stack() {
        let network = group("\"a\"", "\"a\"")
            .replace("\"G\":{\"Type\":\"AWS::RDS::DBSubnetGroup\"", "\"G\":{\"Type\":\"X::Y::Z\"");
        let exports = r#","Outputs":{"A":{"Value":{"Ref":"A"},"Export":{"Name":"a"}},"B":{"Value":{"Ref":"B"},"Export":{"Name":"b"}}}}"#;
        let network = format!("{}{exports}", network.trim_end().trim_end_matches('}').to_owned() + "}}}");
        let data = r#"{"Resources":{"G":{"Type":"AWS::RDS::DBSubnetGroup","Properties":{"DBSubnetGroupDescription":"d",
            "SubnetIds":[{"Fn::ImportValue":"a"},{"Fn::ImportValue":"b"}]}}}}"#;
        let check = |texts: &[&str]| {
            let sources: Vec<_> = texts.iter().map(|text| crate::Source::new("t.json", *text)).collect();
            let report = crate::templates(&sources);
            report.findings.iter().filter(|finding| finding.code == "FW1261").count()
        };
        assert_eq!(check(&[&network, data]), 1);
        assert_eq!(check(&[data]), 0);
    }
}
