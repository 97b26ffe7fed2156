//! What a network is made of: plain data, without templates.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{addresses::Block, ports::Ports};

/// Everything that decides who reaches what, as it is where certain conditions hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Network {
    /// The conditions that hold and those that do not: empty where there are none.
    pub(super) world: String,
    /// Why nothing can be ruled out.
    pub(super) doubts: Vec<String>,
    /// What may make more that is reached, and does nothing to what is known.
    pub(super) unseen: Vec<String>,
    pub(super) vpcs: Vec<Vpc>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) tables: Vec<Table>,
    pub(super) acls: Vec<Acl>,
    pub(super) groups: Vec<Group>,
    /// Peering connections: the VPCs at both ends.
    pub(super) peerings: Vec<(usize, usize)>,
    pub(super) nodes: Vec<Node>,
    /// The nodes that a resource stands for, by the resource's address.
    pub(super) by_address: BTreeMap<String, Vec<usize>>,
    pub(super) forwards: Vec<Forward>,
    /// Rules of which the group is not known.
    pub(super) loose_ingress: Rules,
    pub(super) loose_egress: Rules,
    /// Routes of which the table is not known.
    pub(super) loose_routes: Vec<Route>,
    /// Why a subnet's table may be another one than it seems, and its network ACL.
    pub(super) loose_tables: Vec<String>,
    pub(super) loose_acls: Vec<String>,
    /// The addresses of resources that carry groups or stand in subnets and that nothing is known of, with types.
    pub(super) strangers: BTreeMap<String, (String, String, String)>,
}

/// Where the knowledge about something comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) enum Origin {
    /// A resource of the system.
    Declared,
    /// An id in a template: something that exists elsewhere, and is nothing of the system.
    Literal,
    /// A value that is known only at the deployment: it may be anything.
    #[default]
    Unknown,
}

/// Whether something holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Holds {
    Yes,
    No,
    Unknown(String),
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Vpc {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) blocks: Vec<Block>,
    /// Whether these are all its ranges.
    pub(super) complete: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Subnet {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) vpc: usize,
    /// Its IPv4 range, where it is known.
    pub(super) block: Option<Block>,
    /// Whether it has an IPv6 range.
    pub(super) six: bool,
    /// Its route table; none for the VPC's main one.
    pub(super) table: Option<usize>,
    /// Its network ACL; none for the VPC's default one.
    pub(super) acl: Option<usize>,
    /// Whether what is launched in it gets public addresses, of both families.
    pub(super) public: Holds,
    pub(super) public_six: Holds,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) routes: Vec<Route>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Route {
    /// The address of the resource that says so.
    pub(super) at: String,
    /// The range; none where it is not known.
    pub(super) block: Option<Block>,
    pub(super) target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Target {
    InternetGateway,
    /// A NAT gateway, with the subnet that it is in and whether it translates to public addresses.
    Nat(Option<usize>, Holds),
    EgressOnly,
    Peering(usize),
    /// Something that leads nowhere that matters here.
    Elsewhere,
    /// Something beyond this analysis.
    Unknown(String),
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Acl {
    pub(super) name: String,
    pub(super) origin: Origin,
    /// In the order in which they are looked at.
    pub(super) entries: Vec<AclEntry>,
    /// Why more may pass than the entries say.
    pub(super) doubts: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct AclEntry {
    pub(super) at: String,
    pub(super) number: i64,
    pub(super) egress: bool,
    pub(super) allow: bool,
    pub(super) ports: Ports,
    /// The range; none where it is not known.
    pub(super) block: Option<Block>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) ingress: Rules,
    pub(super) egress: Rules,
    /// Whether nobody limits what goes out.
    pub(super) open_egress: bool,
}

/// Rules of one direction.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Rules {
    pub(super) by_range: Vec<Rule>,
    pub(super) by_group: BTreeMap<usize, Vec<Rule>>,
    /// Why more may pass than the rules say.
    pub(super) doubts: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Rule {
    /// The address of the resource that says so.
    pub(super) at: String,
    pub(super) ports: Ports,
    /// Whether the ports are known: if not, they are all that are possible.
    pub(super) certain: bool,
    pub(super) peer: Peer,
}

/// Whom a rule is about.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Peer {
    Block(Block),
    Group,
    /// CloudFront's servers.
    CloudFront,
    Unknown(String),
}

/// Whether something has a public address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Public {
    No,
    /// With the reason.
    Yes(String),
    /// As its subnet says.
    BySubnet,
    Unknown(String),
}

/// Something that sends or receives.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Node {
    pub(super) stack: String,
    pub(super) id: String,
    pub(super) kind: String,
    /// Where its network interfaces are: in one or several of these; empty for what is in no VPC.
    pub(super) subnets: Vec<usize>,
    /// The groups on its interfaces.
    pub(super) groups: Vec<usize>,
    /// Whether no group guards it.
    pub(super) unguarded: bool,
    pub(super) public: Public,
    /// Whether it has an IPv6 address that is reachable where its network allows that.
    pub(super) six: Public,
    /// What it listens on, where that is known, and whether that is all.
    pub(super) ports: Option<Ports>,
    pub(super) only_ports: bool,
    /// Whether anybody connects to it at all.
    pub(super) listens: bool,
    /// For a service of AWS with an address of its own: who may call it, and how that is called.
    pub(super) service: Option<(Holds, String)>,
    /// Why nothing can be said of it.
    pub(super) opaque: Option<String>,
}

impl Node {
    pub(super) fn address(&self) -> String {
        format!("{}/{}", self.stack, self.id)
    }
}

/// One node passes on to another what it receives.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Forward {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The ports of the receiver; none where they are not known.
    pub(super) ports: Option<Ports>,
}
