//! From templates to networks: VPCs, subnets, routes, network ACLs and security groups.

use std::collections::{BTreeMap, HashMap};

use super::{
    addresses::Block,
    network::{
        Acl, AclEntry, Group, Holds, Network, Origin, Peer, Route, Rule, Rules, Subnet, Table, Target, Vpc,
    },
    ports::Ports,
};
use crate::{
    context::{Context, Resolved, Resource, Value},
    document::Content,
    template::Origin as Source,
};

/// The managed prefix list `com.amazonaws.global.cloudfront.origin-facing`, by Region.
const CLOUDFRONT: &[&str] = &[
    "pl-3b927c52", // us-east-1
    "pl-b6a144df", // us-east-2
    "pl-4ea04527", // us-west-1
    "pl-82a045eb", // us-west-2
    "pl-c0aa4fa9", // af-south-1
    "pl-14b2577d", // ap-east-1
    "pl-58a04531", // ap-northeast-1
    "pl-22a6434b", // ap-northeast-2
    "pl-31a14458", // ap-northeast-3
    "pl-9aa247f3", // ap-south-1
    "pl-31a34658", // ap-southeast-1
    "pl-b8a742d1", // ap-southeast-2
    "pl-38a64351", // ca-central-1
    "pl-a3a144ca", // eu-central-1
    "pl-fab65393", // eu-north-1
    "pl-1bbc5972", // eu-south-1
    "pl-4fa04526", // eu-west-1
    "pl-93a247fa", // eu-west-2
    "pl-75b1541c", // eu-west-3
    "pl-17b2577e", // me-south-1
    "pl-5da64334", // sa-east-1
];

/// Macros of AWS that add nothing to a network.
const HARMLESS: &[&str] = &["AWS::LanguageExtensions", "AWS::SecretsManager-", "AWS::CodeDeployBlueGreen"];

/// What a value stands for: equal keys are one thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Declared(u32, u32),
    Literal(String),
    Parameter(u32, String),
    Attribute(u32, u32, String),
    Place(u32, u32, String),
    /// The default group of a VPC.
    DefaultOf(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Vpc,
    Subnet,
    Table,
    Acl,
    Group,
    Peering,
}

impl What {
    fn kind(self) -> &'static str {
        match self {
            Self::Vpc => "AWS::EC2::VPC",
            Self::Subnet => "AWS::EC2::Subnet",
            Self::Table => "AWS::EC2::RouteTable",
            Self::Acl => "AWS::EC2::NetworkAcl",
            Self::Group => "AWS::EC2::SecurityGroup",
            Self::Peering => "AWS::EC2::VPCPeeringConnection",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Vpc => "VPC",
            Self::Subnet => "subnet",
            Self::Table => "route table",
            Self::Acl => "network ACL",
            Self::Group => "security group",
            Self::Peering => "peering connection",
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) network: Network,
    keys: HashMap<(What, Key), usize>,
    /// The nodes of resources.
    pub(super) nodes: HashMap<Resource<'a>, usize>,
}

/// The network of a system in one world.
pub(super) fn network<'a>(context: &'a Context<'a>, world: String) -> Network {
    let mut reader = Reader {
        context,
        network: Network { world, ..Network::default() },
        keys: HashMap::new(),
        nodes: HashMap::new(),
    };
    reader.doubts();
    reader.declare();
    reader.subnets();
    reader.routes();
    reader.acls();
    reader.groups();
    reader.read_nodes();
    reader.network
}

/// The name of a stack in messages.
pub(super) fn stack_of(resource: Resource<'_>) -> String {
    match resource.context.template(resource.template).map(|template| &template.origin) {
        Some(Source::Stack(stack)) => stack.id(),
        Some(Source::File(file)) => file.clone(),
        None => String::new(),
    }
}

pub(super) fn address(resource: Resource<'_>) -> String {
    format!("{}/{}", stack_of(resource), resource.id())
}

/// A truth value that may be absent, and is then `otherwise`.
pub(super) fn holds(value: Value<'_>, otherwise: bool, resource: Resource<'_>) -> Holds {
    match (value.is_absent(), value.boolean()) {
        (true, _) => {
            if otherwise {
                Holds::Yes
            } else {
                Holds::No
            }
        }
        (false, Some(true)) => Holds::Yes,
        (false, Some(false)) => Holds::No,
        (false, None) => {
            Holds::Unknown(format!("`{}` of `{}` is not known", value.name(), address(resource)))
        }
    }
}

impl<'a> Reader<'a> {
    /// What may change anything: macros, loops that are not unrolled.
    fn doubts(&mut self) {
        for (number, template) in self.context.templates.iter().enumerate() {
            let name = match &template.origin {
                Source::Stack(stack) => stack.id(),
                Source::File(file) => file.clone(),
            };
            let root = self.context.value(number as u32, crate::document::Document::ROOT);
            for transform in root.entry("Transform").map(Value::one_or_more).unwrap_or_default() {
                let harmless =
                    transform.text().is_some_and(|text| HARMLESS.iter().any(|known| text.starts_with(known)));
                if !harmless {
                    let doubt = format!("a macro transforms the template of `{name}`");
                    self.network.doubts.push(doubt);
                }
            }
            let written = template.section("Resources").filter(|(id, _)| !id.starts_with("Fn::")).count();
            if written > template.resource_count() as usize {
                self.network.unseen.push(format!("a resource of `{name}` says no type"));
            }
        }
        self.unseen();
    }

    /// What makes more than is told in the templates.
    fn unseen(&mut self) {
        let stack = |origin: &Source<'_>| matches!(origin, Source::Stack(stack) if stack.is_nested());
        let known = self.context.templates.iter().filter(|template| stack(&template.origin)).count();
        let mut nested = Vec::new();
        for resource in self.context.resources() {
            let kind = resource.kind();
            let foreign = !kind.starts_with("AWS::")
                || kind.ends_with("::MODULE")
                || (formwork_facts::resource_type(kind).is_none() && kind != "AWS::CDK::Metadata");
            let doubt = || format!("what `{}` ({kind}) makes is not known", address(resource));
            match kind {
                "AWS::CloudFormation::Stack" => nested.push((resource, doubt())),
                "AWS::CloudFormation::StackSet" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct" => {
                    self.network.unseen.push(doubt())
                }
                _ if foreign || kind == "AWS::CloudFormation::CustomResource" => {
                    self.network.unseen.push(doubt());
                }
                _ => {}
            }
        }
        // The stacks that a program nests are looked at themselves; of others only the parent is known.
        let of_program = |resource: Resource<'a>| {
            let template = self.context.template(resource.template);
            template.is_some_and(|template| matches!(template.origin, Source::Stack(_)))
        };
        let own = nested.iter().filter(|(resource, _)| of_program(*resource)).count();
        let doubts = nested.iter().filter(|(resource, _)| !(own <= known && of_program(*resource)));
        let doubts: Vec<String> = doubts.map(|(_, doubt)| doubt.clone()).collect();
        self.network.unseen.extend(doubts);
    }

    /// Gives numbers to what is declared.
    fn declare(&mut self) {
        for what in [What::Vpc, What::Table, What::Acl, What::Group, What::Subnet, What::Peering] {
            for resource in self.context.of_type(what.kind()) {
                let key = Key::Declared(resource.template, resource.index);
                self.number(what, key, address(resource), Origin::Declared);
            }
        }
        for vpc in self.context.of_type("AWS::EC2::VPC") {
            let number = self.declared(What::Vpc, vpc);
            let cidr = vpc.get("CidrBlock");
            let block = cidr.text().and_then(|text| Block::parse(&text));
            if let Some(vpc) = self.network.vpcs.get_mut(number) {
                vpc.complete = block.is_some();
                vpc.blocks.extend(block);
            }
        }
        for more in self.context.of_type("AWS::EC2::VPCCidrBlock") {
            if more.get("AmazonProvidedIpv6CidrBlock").is_set() || more.get("Ipv6CidrBlock").is_set() {
                continue;
            }
            let number = self.entry(What::Vpc, more.get("VpcId"));
            let block = more.get("CidrBlock").text().and_then(|text| Block::parse(&text));
            if let Some(vpc) = self.network.vpcs.get_mut(number) {
                vpc.complete &= block.is_some();
                vpc.blocks.extend(block);
            }
        }
        for peering in self.context.of_type("AWS::EC2::VPCPeeringConnection") {
            let ends = (
                self.entry(What::Vpc, peering.get("VpcId")),
                self.entry(What::Vpc, peering.get("PeerVpcId")),
            );
            let number = self.declared(What::Peering, peering);
            if let Some(known) = self.network.peerings.get_mut(number) {
                *known = ends;
            }
        }
    }

    fn declared(&mut self, what: What, resource: Resource<'a>) -> usize {
        let key = Key::Declared(resource.template, resource.index);
        self.number(what, key, address(resource), Origin::Declared)
    }

    /// What a value stands for, made up where it is nothing of the system.
    pub(super) fn entry(&mut self, what: What, value: Value<'a>) -> usize {
        let (key, name, origin) = self.identified(what, value);
        self.number(what, key, name, origin)
    }

    fn identified(&mut self, what: What, value: Value<'a>) -> (Key, String, Origin) {
        match value.resolve() {
            Resolved::Yields(resource, _) if resource.kind() == what.kind() => {
                let key = Key::Declared(resource.template, resource.index);
                (key, address(resource), Origin::Declared)
            }
            Resolved::Yields(resource, Some("DefaultSecurityGroup"))
                if what == What::Group && resource.kind() == "AWS::EC2::VPC" =>
            {
                let vpc = self.declared(What::Vpc, resource);
                let name = format!("the default group of {}", address(resource));
                (Key::DefaultOf(vpc), name, Origin::Unknown)
            }
            Resolved::Yields(resource, attribute) => {
                let attribute = attribute.unwrap_or("Ref");
                let key = Key::Attribute(resource.template, resource.index, attribute.to_owned());
                (key, format!("{} of {}", attribute, address(resource)), Origin::Unknown)
            }
            Resolved::Text(text) => {
                (Key::Literal(text.clone().into_owned()), text.into_owned(), Origin::Literal)
            }
            _ => match value.function().map(|(name, argument)| (name, argument.content())) {
                Some(("Ref", Content::Text(name))) => {
                    let key = Key::Parameter(value.template, name.to_owned());
                    (key, format!("the value of {name}"), Origin::Unknown)
                }
                _ => {
                    let path = self.context.document(value.template);
                    let path = path.map(|document| document.path(value.node).join("/")).unwrap_or_default();
                    let key = Key::Place(value.template, value.node, value.name());
                    if value.is_absent() {
                        let name = format!("the {} that {path} does not name", what.noun());
                        return (key, name, Origin::Unknown);
                    }
                    (key, format!("the {} at {path}", what.noun()), Origin::Unknown)
                }
            },
        }
    }

    fn number(&mut self, what: What, key: Key, name: String, origin: Origin) -> usize {
        if let Some(number) = self.keys.get(&(what, key.clone())) {
            return *number;
        }
        // What belongs to something unknown is unknown as well, and nothing else's.
        let inner = |inner: &str| Key::Place(u32::MAX, 0, format!("{inner} of {what:?} {key:?}"));
        let number = match what {
            What::Vpc => {
                self.network.vpcs.push(Vpc { name, origin, ..Vpc::default() });
                self.network.vpcs.len()
            }
            What::Table => {
                self.network.tables.push(Table { name, origin, routes: Vec::new() });
                self.network.tables.len()
            }
            What::Acl => {
                self.network.acls.push(Acl { name, origin, ..Acl::default() });
                self.network.acls.len()
            }
            What::Group => {
                self.network.groups.push(Group { name, origin, ..Group::default() });
                self.network.groups.len()
            }
            What::Peering => {
                self.network.peerings.push((usize::MAX, usize::MAX));
                self.network.peerings.len()
            }
            What::Subnet => {
                let of = |what: &str| format!("the {what} of {name}");
                let unknown = origin != Origin::Declared;
                let vpc = self.number(What::Vpc, inner("vpc"), of("VPC"), Origin::Unknown);
                let table = unknown
                    .then(|| self.number(What::Table, inner("table"), of("route table"), Origin::Unknown));
                let acl =
                    unknown.then(|| self.number(What::Acl, inner("acl"), of("network ACL"), Origin::Unknown));
                let public = Holds::Unknown(format!("whether {name} is a public subnet is not known"));
                let public_six = public.clone();
                let subnet =
                    Subnet { name, origin, vpc, block: None, six: unknown, table, acl, public, public_six };
                self.network.subnets.push(subnet);
                self.network.subnets.len()
            }
        } - 1;
        self.keys.insert((what, key), number);
        number
    }

    fn subnets(&mut self) {
        for resource in self.context.of_type("AWS::EC2::Subnet") {
            let vpc = self.entry(What::Vpc, resource.get("VpcId"));
            let number = self.declared(What::Subnet, resource);
            let unknown_main = self.network.vpcs.get(vpc).is_none_or(|vpc| vpc.origin != Origin::Declared);
            // The main table of a VPC that is made elsewhere may have any routes.
            let [table, acl] = [What::Table, What::Acl].map(|what| {
                unknown_main.then(|| {
                    let name = format!("the main {} of {}", what.noun(), self.network_vpc(vpc));
                    self.number(what, Key::DefaultOf(vpc), name, Origin::Unknown)
                })
            });
            let six = ["Ipv6CidrBlock", "Ipv6IpamPoolId", "AssignIpv6AddressOnCreation", "Ipv6Native"]
                .iter()
                .any(|property| resource.get(property).is_set());
            let public = holds(resource.get("MapPublicIpOnLaunch"), false, resource);
            let public_six = holds(resource.get("AssignIpv6AddressOnCreation"), false, resource);
            let block = resource.get("CidrBlock").text().and_then(|text| Block::parse(&text));
            if let Some(subnet) = self.network.subnets.get_mut(number) {
                *subnet = Subnet { vpc, table, acl, six, public, public_six, block, ..subnet.clone() };
            }
        }
        let mut any = false;
        for resource in self.context.of_type("AWS::EC2::SubnetCidrBlock") {
            let number = self.entry(What::Subnet, resource.get("SubnetId"));
            if let Some(subnet) = self.network.subnets.get_mut(number) {
                subnet.six = true;
                any |= subnet.origin == Origin::Unknown;
            }
        }
        self.network.subnets.iter_mut().for_each(|subnet| subnet.six |= any);
        let associations = [
            ("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", What::Table),
            ("AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", What::Acl),
        ];
        for (kind, property, what) in associations {
            for resource in self.context.of_type(kind) {
                let subnet = self.entry(What::Subnet, resource.get("SubnetId"));
                let to = self.entry(what, resource.get(property));
                let Some(subnet) = self.network.subnets.get_mut(subnet) else { continue };
                let loose = subnet.origin == Origin::Unknown;
                let doubt = || format!("which subnet `{}` is about is not known", address(resource));
                match what {
                    What::Table => {
                        subnet.table = Some(to);
                        self.network.loose_tables.extend(loose.then(doubt));
                    }
                    _ => {
                        subnet.acl = Some(to);
                        self.network.loose_acls.extend(loose.then(doubt));
                    }
                }
            }
        }
    }

    fn network_vpc(&self, vpc: usize) -> String {
        self.network.vpcs.get(vpc).map(|vpc| vpc.name.clone()).unwrap_or_default()
    }

    fn routes(&mut self) {
        for resource in self.context.of_type("AWS::EC2::Route") {
            let table = self.entry(What::Table, resource.get("RouteTableId"));
            let target = self.target(resource);
            let ranges = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"].map(|name| resource.get(name));
            let block = ranges.iter().find_map(|range| range.text()).and_then(|text| Block::parse(&text));
            let route = Route { at: address(resource), block, target };
            let Some(table) = self.network.tables.get_mut(table) else { continue };
            if table.origin == Origin::Unknown {
                self.network.loose_routes.push(route.clone());
            }
            table.routes.push(route);
        }
    }

    fn target(&mut self, route: Resource<'a>) -> Target {
        let unknown = |what: &str| Target::Unknown(format!("`{}` leads to {what}", address(route)));
        let gateway = route.get("GatewayId");
        if gateway.is_set() {
            return match gateway.resource() {
                Some(gateway) if gateway.kind() == "AWS::EC2::InternetGateway" => Target::InternetGateway,
                Some(gateway) if gateway.kind() == "AWS::EC2::VPCGatewayAttachment" => {
                    Target::InternetGateway
                }
                Some(_) => unknown("a gateway that is not an internet gateway"),
                None => match gateway.text() {
                    Some(text) if text.starts_with("igw-") => Target::InternetGateway,
                    Some(text) if text == "local" => Target::Elsewhere,
                    _ => unknown("a gateway that is not known"),
                },
            };
        }
        let nat = route.get("NatGatewayId");
        if nat.is_set() {
            let Some(nat) = nat.resource().filter(|nat| nat.kind() == "AWS::EC2::NatGateway") else {
                return Target::Nat(
                    None,
                    Holds::Unknown(format!("the NAT gateway of `{}` is not known", address(route))),
                );
            };
            let kind = nat.get("ConnectivityType");
            let public = match (kind.is_absent() || kind.is("public"), kind.is("private")) {
                (true, _) => Holds::Yes,
                (_, true) => Holds::No,
                _ => Holds::Unknown(format!("`ConnectivityType` of `{}` is not known", address(nat))),
            };
            let subnet = self.entry(What::Subnet, nat.get("SubnetId"));
            return Target::Nat(Some(subnet), public);
        }
        let peering = route.get("VpcPeeringConnectionId");
        if peering.is_set() {
            let known = peering.resource().is_some_and(|it| it.kind() == What::Peering.kind());
            return match known {
                true => Target::Peering(self.entry(What::Peering, peering)),
                false => unknown("a peering connection that is not known"),
            };
        }
        if route.get("EgressOnlyInternetGatewayId").is_set() {
            return Target::EgressOnly;
        }
        const BEYOND: &[(&str, &str)] = &[
            ("TransitGatewayId", "a transit gateway"),
            ("VpcEndpointId", "an endpoint through which appliances look at the traffic"),
            ("InstanceId", "an instance"),
            ("NetworkInterfaceId", "a network interface"),
            ("CoreNetworkArn", "a core network"),
            ("CarrierGatewayId", "a carrier gateway"),
            ("LocalGatewayId", "a local gateway"),
        ];
        let found = BEYOND.iter().find(|(property, _)| route.get(property).is_set());
        unknown(found.map_or("something that is not known", |(_, what)| what))
    }

    fn acls(&mut self) {
        for resource in self.context.of_type("AWS::EC2::NetworkAclEntry") {
            let acl = self.entry(What::Acl, resource.get("NetworkAclId"));
            let at = address(resource);
            let entry = self.acl_entry(resource);
            let loose = self.network.acls.get(acl).is_some_and(|acl| acl.origin == Origin::Unknown);
            let allows = entry.as_ref().is_none_or(|entry| entry.allow);
            if loose && allows {
                self.network.loose_acls.push(format!("which network ACL `{at}` belongs to is not known"));
            }
            let Some(acl) = self.network.acls.get_mut(acl) else { continue };
            match entry {
                Some(entry) => acl.entries.push(entry),
                None => acl.doubts.push(format!("what `{at}` says is not known")),
            }
        }
        for acl in &mut self.network.acls {
            acl.entries.sort_by_key(|entry| entry.number);
        }
    }

    fn acl_entry(&self, resource: Resource<'a>) -> Option<AclEntry> {
        let protocol = resource.get("Protocol").text()?;
        let range = resource.get("PortRange");
        let ports = match range.is_set() {
            true => Ports::of_rule(
                &protocol,
                Some(range.get("From").integer()?),
                Some(range.get("To").integer()?),
            )?,
            false => Ports::of_rule(&protocol, None, None)?,
        };
        let allow = match &*resource.get("RuleAction").text()? {
            "allow" => true,
            "deny" => false,
            _ => return None,
        };
        let egress = resource.get("Egress");
        let egress = if egress.is_absent() { false } else { egress.boolean()? };
        let ranges = ["CidrBlock", "Ipv6CidrBlock"].map(|name| resource.get(name));
        let block = ranges.iter().find_map(|range| range.text()).and_then(|text| Block::parse(&text));
        let number = resource.get("RuleNumber").integer()?;
        Some(AclEntry { at: address(resource), number, egress, allow, ports, block })
    }

    fn groups(&mut self) {
        for resource in self.context.of_type("AWS::EC2::SecurityGroup") {
            let number = self.declared(What::Group, resource);
            let mut open_egress = true;
            for (property, egress) in [("SecurityGroupIngress", false), ("SecurityGroupEgress", true)] {
                let list = resource.get(property);
                let mut rules = Rules::default();
                let items = list.items();
                let readable =
                    matches!(list.resolve(), Resolved::Absent | Resolved::List(_) | Resolved::Null);
                if !readable {
                    rules.doubts.push(format!("`{property}` of `{}` is not known", address(resource)));
                }
                if egress {
                    open_egress = items.is_empty() && readable;
                }
                for item in items {
                    self.rule(resource, item, egress, &mut rules);
                }
                let Some(group) = self.network.groups.get_mut(number) else { continue };
                let place = if egress { &mut group.egress } else { &mut group.ingress };
                *place = rules;
            }
            if let Some(group) = self.network.groups.get_mut(number) {
                group.open_egress = open_egress;
            }
        }
        for (kind, egress) in
            [("AWS::EC2::SecurityGroupIngress", false), ("AWS::EC2::SecurityGroupEgress", true)]
        {
            for resource in self.context.of_type(kind) {
                let group = resource.get("GroupId");
                let group = if group.is_absent() { resource.get("GroupName") } else { group };
                let number = self.entry(What::Group, group);
                let mut rules = Rules::default();
                self.rule(resource, resource.value().get("Properties"), egress, &mut rules);
                let network = &mut self.network;
                let Some(group) = network.groups.get_mut(number) else { continue };
                if group.origin == Origin::Unknown {
                    let loose = if egress { &mut network.loose_egress } else { &mut network.loose_ingress };
                    merge(loose, rules.clone());
                }
                merge(if egress { &mut group.egress } else { &mut group.ingress }, rules);
            }
        }
        self.opaque_holders();
    }

    /// What is handed to something that may do anything with it may be changed.
    fn opaque_holders(&mut self) {
        for resource in self.context.resources() {
            let kind = resource.kind();
            let of_program = self
                .context
                .template(resource.template)
                .is_some_and(|template| matches!(template.origin, Source::Stack(_)));
            // The stacks that a program nests are looked at themselves.
            let opaque = kind.starts_with("Custom::")
                || kind.ends_with("::MODULE")
                || kind == "AWS::CloudFormation::CustomResource"
                || (kind == "AWS::CloudFormation::Stack" && !of_program);
            if !opaque {
                continue;
            }
            for reference in resource.references() {
                let doubt = format!("what `{}` ({kind}) does to it is not known", address(resource));
                match reference.to.kind() {
                    "AWS::EC2::SecurityGroup" => {
                        let group = self.declared(What::Group, reference.to);
                        if let Some(group) = self.network.groups.get_mut(group) {
                            group.ingress.doubts.push(doubt.clone());
                            group.egress.doubts.push(doubt);
                        }
                    }
                    "AWS::EC2::RouteTable" => {
                        let table = self.declared(What::Table, reference.to);
                        if let Some(table) = self.network.tables.get_mut(table) {
                            let (at, target) = (address(resource), Target::Unknown(doubt));
                            table.routes.push(Route { at, block: None, target });
                        }
                    }
                    "AWS::EC2::NetworkAcl" => {
                        let acl = self.declared(What::Acl, reference.to);
                        if let Some(acl) = self.network.acls.get_mut(acl) {
                            acl.doubts.push(doubt);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn rule(&mut self, holder: Resource<'a>, rule: Value<'a>, egress: bool, rules: &mut Rules) {
        let at = address(holder);
        let protocol = rule.get("IpProtocol");
        let port = |name| {
            let value = rule.get(name);
            match (value.is_absent(), value.integer()) {
                (true, _) => Some(None),
                (false, Some(port)) => Some(Some(port)),
                (false, None) => None,
            }
        };
        let ports = match (protocol.text(), port("FromPort"), port("ToPort")) {
            (Some(protocol), Some(from), Some(to)) => Ports::of_rule(&protocol, from, to),
            _ => None,
        };
        let certain = ports.is_some();
        let ports = ports.unwrap_or_else(Ports::all);
        let mut add = |peer| {
            rules.by_range.push(Rule { at: at.clone(), ports: ports.clone(), certain, peer });
        };
        let mut named = false;
        for name in ["CidrIp", "CidrIpv6"] {
            let cidr = rule.get(name);
            if cidr.is_set() {
                named = true;
                match cidr.text().and_then(|text| Block::parse(&text)) {
                    Some(block) => add(Peer::Block(block)),
                    None => add(Peer::Unknown(format!("the range in `{at}` is not known"))),
                }
            }
        }
        let list = rule.get(if egress { "DestinationPrefixListId" } else { "SourcePrefixListId" });
        if list.is_set() {
            named = true;
            prefix_list(list, &at).into_iter().for_each(&mut add);
        }
        let group = match egress {
            true => ["DestinationSecurityGroupId", ""],
            false => ["SourceSecurityGroupId", "SourceSecurityGroupName"],
        };
        let group = group.iter().map(|name| rule.get(name)).find(|group| group.is_set());
        if let Some(group) = group.filter(|group| !(named && group.is_unknown())) {
            named = true;
            let number = self.entry(What::Group, group);
            let rule = Rule { at: at.clone(), ports: ports.clone(), certain, peer: Peer::Group };
            rules.by_group.entry(number).or_default().push(rule);
        }
        if !named {
            let peer = Peer::Unknown(format!("whom `{at}` is about is not known"));
            rules.by_range.push(Rule { at, ports, certain, peer });
        }
    }
}

fn merge(rules: &mut Rules, more: Rules) {
    let Rules { by_range, by_group, doubts } = more;
    rules.by_range.extend(by_range);
    rules.doubts.extend(doubts);
    for (group, more) in by_group {
        rules.by_group.entry(group).or_default().extend(more);
    }
}

fn prefix_list(list: Value<'_>, at: &str) -> Vec<Peer> {
    let unknown = || vec![Peer::Unknown(format!("the prefix list in `{at}` is not known"))];
    if let Some(declared) = list.resource() {
        let entries = declared.get("Entries");
        if declared.kind() != "AWS::EC2::PrefixList" || !matches!(entries.resolve(), Resolved::List(_)) {
            return unknown();
        }
        let block = |entry: Value<'_>| match entry.get("Cidr").text().and_then(|text| Block::parse(&text)) {
            Some(block) => Peer::Block(block),
            None => Peer::Unknown(format!("a range of the prefix list `{}` is not known", address(declared))),
        };
        return entries.items().into_iter().map(block).collect();
    }
    match list.text() {
        Some(text) if CLOUDFRONT.contains(&&*text) => return vec![Peer::CloudFront],
        Some(text) => {
            return vec![Peer::Unknown(format!("the entries of the prefix list {text} are not known"))];
        }
        None => {}
    }
    // A table of the lists of all Regions, where the Region is not known.
    if let Some(("Fn::FindInMap", argument)) = list.function()
        && let Content::List(items) = argument.content()
        && let Some(Content::Text(map)) =
            items.get(0).map(|name| list.context.value(list.template, name).content())
        && let Some(mapping) = list.context.template(list.template).and_then(|it| it.entry("Mappings", map))
    {
        let texts: BTreeMap<_, _> = list
            .context
            .value(list.template, mapping)
            .entries()
            .into_iter()
            .flat_map(|(_, row)| row.entries())
            .map(|(_, value)| (value.node, value.text()))
            .collect();
        let known = |text: &Option<std::borrow::Cow<'_, str>>| {
            text.as_ref().is_some_and(|text| CLOUDFRONT.contains(&&**text))
        };
        if !texts.is_empty() && texts.values().all(known) {
            return vec![Peer::CloudFront];
        }
    }
    unknown()
}

impl Reader<'_> {
    /// The group that what names none is in: its members may talk to each other, and anybody may have changed it.
    pub(super) fn default_group_of(&mut self, vpc: usize) -> usize {
        let name = format!("the default group of {}", self.network_vpc(vpc));
        let number = self.number(What::Group, Key::DefaultOf(vpc), name, Origin::Unknown);
        if let Some(group) = self.network.groups.get_mut(number)
            && !group.open_egress
        {
            group.open_egress = true;
            let at = group.name.clone();
            let rule = Rule { at, ports: Ports::all(), certain: true, peer: Peer::Group };
            group.ingress.by_group.entry(number).or_default().push(rule);
        }
        number
    }
}
