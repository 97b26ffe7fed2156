//! What the whole internet may reach.

use crate::{
    context::{Resource, Value},
    rule::Says,
    rules::network::{cidr, is_everywhere},
};

/// Types with rules of a security group.
pub(super) const TYPES: &[&str] = &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"];
/// Types that add rules to a group that exists.
pub(super) const OF_DEFAULT: &[&str] = &["AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"];

const ADMINISTRATION: &[(i64, &str)] = &[(22, "SSH"), (3389, "RDP")];

/// The other ports that EC2.19 names.
const HIGH_RISK: &[(i64, &str)] = &[
    (20, "FTP"),
    (21, "FTP"),
    (23, "Telnet"),
    (25, "SMTP"),
    (110, "POP3"),
    (135, "RPC"),
    (143, "IMAP"),
    (445, "CIFS"),
    (1433, "SQL Server"),
    (1434, "SQL Server"),
    (3000, "web development"),
    (3306, "MySQL"),
    (4333, "ahsp"),
    (5000, "web development"),
    (5432, "PostgreSQL"),
    (5500, "fcp-addr-srvr1"),
    (5601, "OpenSearch Dashboards"),
    (8080, "proxy"),
    (8088, "legacy HTTP"),
    (8888, "alternative HTTP"),
    (9200, "OpenSearch"),
    (9300, "OpenSearch"),
];

/// What a rule lets in from everywhere.
struct Open<'a> {
    /// Where it says so.
    at: Value<'a>,
    cidr: String,
    ports: (i64, i64),
    tcp: bool,
}

/// The rules that let in the whole internet.
fn open(group: Resource<'_>) -> Vec<Open<'_>> {
    let rules = match group.kind() {
        "AWS::EC2::SecurityGroup" => group.get("SecurityGroupIngress").items(),
        _ => vec![group.value().get("Properties")],
    };
    rules.into_iter().filter_map(opened).collect()
}

fn opened(rule: Value<'_>) -> Option<Open<'_>> {
    let (at, cidr) = everywhere(rule)?;
    let protocol = rule.get("IpProtocol").text()?;
    let ports = match &*protocol {
        "-1" => (0, 65_535),
        "tcp" | "6" | "udp" | "17" => {
            let (from, to) = (rule.get("FromPort").integer()?, rule.get("ToPort").integer()?);
            if from == -1 { (0, 65_535) } else { (from, to) }
        }
        _ => return None,
    };
    Some(Open { at, cidr, ports, tcp: matches!(&*protocol, "-1" | "tcp" | "6") })
}

/// The range of a rule, if it is all addresses or half of them.
fn everywhere(rule: Value<'_>) -> Option<(Value<'_>, String)> {
    let ranges = ["CidrIp", "CidrIpv6"].map(|name| rule.get(name));
    ranges.into_iter().find_map(|at| {
        let text = at.text().filter(|text| is_everywhere(text))?;
        let (address, length) = cidr(&text)?;
        Some((at, format!("{address}/{length}")))
    })
}

fn within(ports: &'static [(i64, &'static str)], open: &Open<'_>) -> Vec<(i64, &'static str)> {
    if !open.tcp {
        return Vec::new();
    }
    ports.iter().copied().filter(|(port, _)| (open.ports.0..=open.ports.1).contains(port)).collect()
}

pub(super) fn administration(group: Resource<'_>, says: &mut Says) {
    for open in open(group) {
        let ports = within(ADMINISTRATION, &open);
        let Some(&(port, name)) = ports.first() else { continue };
        let message = match ports.len() {
            1 => format!("`{}` lets {} reach {name} (port {port})", group.id(), open.cidr),
            _ => format!("`{}` lets {} reach SSH and RDP (ports 22 and 3389)", group.id(), open.cidr),
        };
        let v4: &[&str] = &["FSBP EC2.19", "CIS 5.2"];
        let v6: &[&str] = &["FSBP EC2.19", "CIS 5.3"];
        let remark = says.add(open.at, message);
        let more = within(HIGH_RISK, &open).len();
        if more > 0 {
            remark.note(format!("and {more} more ports of high risk"));
        }
        remark
            .serves(if open.cidr.contains(':') { v6 } else { v4 })
            .label("from everywhere")
            .help("name the addresses that administer it, or use Session Manager, which needs no open port");
    }
}

pub(super) fn high_risk(group: Resource<'_>, says: &mut Says) {
    for open in open(group) {
        let ports = within(HIGH_RISK, &open);
        // Of a rule that lets everybody administer, FW2001 speaks.
        let Some((port, name)) = ports.first().filter(|_| within(ADMINISTRATION, &open).is_empty()) else {
            continue;
        };
        let more = match ports.len() {
            1 => String::new(),
            count => format!(" and {} more ports of high risk", count - 1),
        };
        says.add(open.at, format!("`{}` lets {} reach port {port} ({name}){more}", group.id(), open.cidr))
            .label("from everywhere")
            .help("name the addresses or the security group that need it");
    }
}

pub(super) fn other_ports(group: Resource<'_>, says: &mut Says) {
    for open in open(group) {
        let authorized = matches!(open.ports, (80, 80) | (443, 443)) && open.tcp;
        let told_elsewhere =
            !within(ADMINISTRATION, &open).is_empty() || !within(HIGH_RISK, &open).is_empty();
        if authorized || told_elsewhere {
            continue;
        }
        let (from, to) = open.ports;
        let protocol = if open.tcp { "TCP" } else { "UDP" };
        let ports = if from == to { format!("port {from}") } else { format!("ports {from} to {to}") };
        says.add(open.at, format!("`{}` lets {} reach {protocol} {ports}", group.id(), open.cidr))
            .label("from everywhere")
            .help("open ports 80 and 443 of TCP to everybody, and others to those who need them");
    }
}

pub(super) fn default_group(rule: Resource<'_>, says: &mut Says) {
    let group = rule.get("GroupId");
    let vpc = group.pieces().into_iter().find_map(|piece| match piece {
        crate::context::Piece::Yields(vpc, Some("DefaultSecurityGroup")) => Some(vpc),
        _ => None,
    });
    if let Some(vpc) = vpc {
        says.add(
            group,
            format!("`{}` opens the default security group of VPC `{}`", rule.id(), vpc.id()),
        )
        .help("whatever names no security group gets this one: make a group of its own for what needs the rule");
    }
}

pub(super) fn network_acl(entry: Resource<'_>, says: &mut Says) {
    let allows = entry.get("RuleAction").is("allow");
    let egress = entry.get("Egress");
    let inbound = egress.is_absent() || egress.boolean() == Some(false);
    let ranges = ["CidrBlock", "Ipv6CidrBlock"].map(|name| entry.get(name));
    let at = ranges.into_iter().find(|at| at.text().is_some_and(|text| is_everywhere(&text)));
    let Some(at) = at else { return };
    let ports = match entry.get("Protocol").integer() {
        // All protocols.
        Some(-1) => Some((0, 65_535)),
        Some(6) => {
            let range = entry.get("PortRange");
            range.get("From").integer().zip(range.get("To").integer())
        }
        _ => None,
    };
    let Some((from, to)) = ports else { return };
    let open = ADMINISTRATION.iter().find(|(port, _)| (from..=to).contains(port));
    if let Some((port, name)) = open.filter(|_| allows && inbound) {
        says.add(at, format!("`{}` lets the whole internet reach {name} (port {port})", entry.id()))
            .label("from everywhere")
            .help("name the addresses that administer what lies in the subnets");
    }
}
