//! Whether a connection can be made: what security groups, network ACLs and routes say of it, each by itself, and then
//! all of them together.
//!
//! Every step yields two sets of ports: those that it surely lets through, and those that it possibly lets through.
//! Only what is in none of the second ones is ruled out.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
};

use super::{
    addresses::Block,
    network::{Group, Holds, Network, Node, Origin, Peer, Public, Route, Rule, Subnet, Target},
    ports::Ports,
};

/// So many rules are looked at for one question.
const WORK: usize = 4_000_000;
/// And so many pairs of subnets.
const PAIRS: usize = 4_096;
/// So many hops and doubts are told of one step.
const TOLD: usize = 6;

/// What connects from AWS's own addresses, unless it is put in a VPC.
const IN_NO_VPC: &[&str] = &["AWS::Lambda::Function", "AWS::CodeBuild::Project"];

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum End<'n> {
    /// Somebody on the internet; or, if `whole`, anybody on it.
    Internet {
        whole: bool,
    },
    CloudFront,
    Range(Block),
    /// A node, and the subnet that it is in.
    Node(&'n Node, usize),
}

/// What is let through.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) sure: Ports,
    /// All of `sure`, and more.
    pub(super) possible: Ports,
    pub(super) hops: Vec<(String, Ports)>,
    pub(super) doubts: Vec<(String, Ports)>,
}

impl Verdict {
    fn no() -> Self {
        Self::default()
    }

    fn yes(hop: Option<String>) -> Self {
        let hops = hop.into_iter().map(|hop| (hop, Ports::all())).collect();
        Self { sure: Ports::all(), possible: Ports::all(), hops, doubts: Vec::new() }
    }

    fn perhaps(doubt: impl Into<String>) -> Self {
        let doubts = vec![(doubt.into(), Ports::all())];
        Self { sure: Ports::none(), possible: Ports::all(), hops: Vec::new(), doubts }
    }

    pub(super) fn is_no(&self) -> bool {
        self.possible.is_empty()
    }

    /// Both have to let it through.
    fn and(mut self, other: Self) -> Self {
        self.sure = self.sure.intersection(&other.sure);
        self.possible = self.possible.intersection(&other.possible);
        self.hops.extend(other.hops);
        self.doubts.extend(other.doubts);
        self
    }

    /// One of both has to.
    fn or(mut self, other: Self) -> Self {
        self.sure = self.sure.union(&other.sure);
        self.possible = self.possible.union(&other.possible);
        self.hops.extend(other.hops);
        self.doubts.extend(other.doubts);
        self
    }
}

impl From<Holds> for Verdict {
    fn from(holds: Holds) -> Self {
        match holds {
            Holds::Yes => Self::yes(None),
            Holds::No => Self::no(),
            Holds::Unknown(doubt) => Self::perhaps(doubt),
        }
    }
}

/// Whether a rule is about an end.
enum Match {
    Yes,
    No,
    Perhaps(String),
}

/// What the groups of many nodes say of the same end is judged once: by groups, direction, end, VPC and family.
type Judged = HashMap<(Vec<usize>, bool, Other, usize, Option<bool>), Verdict>;

#[derive(PartialEq, Eq, Hash)]
enum Other {
    Internet(bool),
    CloudFront,
    Range(Block),
    Node(Vec<usize>, usize),
}

/// Answers questions about a network.
pub(super) struct Asked<'n> {
    network: &'n Network,
    /// The ports that are asked about.
    ports: &'n Ports,
    work: Cell<usize>,
    judged: RefCell<Judged>,
}

impl<'n> Asked<'n> {
    pub(super) fn new(network: &'n Network, ports: &'n Ports) -> Self {
        Self { network, ports, work: Cell::new(0), judged: RefCell::default() }
    }

    fn spent(&self) -> bool {
        self.work.set(self.work.get().saturating_add(1));
        self.work.get() > WORK
    }

    fn asked(&self) -> Verdict {
        let ports = self.ports.clone();
        Verdict { sure: ports.clone(), possible: ports, hops: Vec::new(), doubts: Vec::new() }
    }

    /// Something that nothing is known of.
    pub(super) fn beyond(&self, doubt: &str) -> Verdict {
        self.asked().and(Verdict::perhaps(doubt))
    }

    /// From outside of all VPCs to a node, in all the ways that there are.
    pub(super) fn inward(&self, from: End<'n>, to: &'n Node) -> Vec<Verdict> {
        self.work.set(0);
        let mut ways = self.service(to);
        if to.listens && !to.subnets.is_empty() {
            let internet = match from {
                End::Range(block) => block.is_public(),
                _ => true,
            };
            for subnet in &to.subnets {
                if internet {
                    ways.push(self.internet_to(from, to, *subnet, false));
                    ways.push(self.internet_to(from, to, *subnet, true));
                } else if let End::Range(block) = from {
                    ways.push(self.range_to(block, to, *subnet));
                }
            }
        }
        if let (End::Range(block), Some((Holds::No, _)), true) = (from, &to.service, to.listens)
            && to.subnets.is_empty()
            && !block.is_public()
        {
            ways.push(
                self.beyond(&format!("who reaches `{}` from within networks is not known", to.address())),
            );
        }
        self.opaque(to, &mut ways);
        ways
    }

    /// Who calls a service of AWS that has an address of its own.
    fn service(&self, to: &Node) -> Vec<Verdict> {
        let Some((public, how)) = &to.service else { return Vec::new() };
        let mut way = self.asked().and(Verdict::from(public.clone()));
        if let (Some(ports), false) = (&to.ports, how.is_empty()) {
            way.sure = way.sure.intersection(ports);
            way.possible = way.possible.intersection(ports);
        }
        way.hops.push((format!("`{}` {how}", to.address()), Ports::all()));
        vec![way]
    }

    fn opaque(&self, node: &Node, ways: &mut Vec<Verdict>) {
        if let Some(doubt) = &node.opaque {
            for way in ways.iter_mut().filter(|way| !way.is_no()) {
                way.doubts.push((doubt.clone(), Ports::all()));
            }
            ways.push(self.asked().and(Verdict::perhaps(doubt.clone())));
        }
    }

    /// From a node to another one, in all the ways that there are.
    pub(super) fn between(&self, from: &'n Node, to: &'n Node) -> Vec<Verdict> {
        self.work.set(0);
        if from.kind == "AWS::CloudFront::Distribution" {
            return self.inward(End::CloudFront, to);
        }
        let mut ways = Vec::new();
        let outside = from.subnets.is_empty();
        let private = to.subnets.is_empty() && matches!(to.service, Some((Holds::No, _)));
        if private || (outside && !IN_NO_VPC.contains(&from.kind.as_str())) {
            let doubt = format!("how `{}` reaches `{}` is not known", from.address(), to.address());
            ways.push(self.asked().and(Verdict::perhaps(doubt)));
        }
        if to.listens && !outside && !to.subnets.is_empty() {
            if from.subnets.len().saturating_mul(to.subnets.len()) > PAIRS {
                return vec![self.asked().and(Verdict::perhaps("there are too many subnets to compare"))];
            }
            for here in &from.subnets {
                for there in &to.subnets {
                    ways.push(self.inside((from, *here), (to, *there)));
                }
            }
        }
        // Over the internet, as everybody else.
        let inward: Vec<Verdict> =
            self.inward(End::Internet { whole: true }, to).into_iter().filter(|way| !way.is_no()).collect();
        if !inward.is_empty() {
            let anywhere = End::Internet { whole: false };
            let outward: Vec<Verdict> =
                self.outward(from, anywhere).into_iter().filter(|way| !way.is_no()).collect();
            if outward.len().saturating_mul(inward.len()) > PAIRS {
                return vec![self.beyond("there are too many subnets to compare")];
            }
            for out in outward {
                for way in &inward {
                    ways.push(out.clone().and(way.clone()));
                }
            }
        }
        self.opaque(from, &mut ways);
        self.opaque(to, &mut ways);
        ways
    }

    /// From a node to the internet, or to addresses.
    pub(super) fn outward(&self, from: &'n Node, to: End<'n>) -> Vec<Verdict> {
        if from.subnets.is_empty() {
            return match from.kind.as_str() {
                kind if IN_NO_VPC.contains(&kind) => {
                    vec![self.asked().and(Verdict::yes(Some(format!("`{}` is in no VPC", from.address()))))]
                }
                kind => {
                    let doubt = format!("what a resource of the type {kind} connects to is not known");
                    vec![self.asked().and(Verdict::perhaps(doubt))]
                }
            };
        }
        let families: &[bool] = match to {
            End::Range(block) if block.six => &[true],
            End::Range(_) => &[false],
            _ => &[false, true],
        };
        let mut ways = Vec::new();
        for subnet in &from.subnets {
            ways.extend(families.iter().map(|six| self.outward_of(from, *subnet, to, *six)));
        }
        self.opaque(from, &mut ways);
        ways
    }

    fn outward_of(&self, from: &'n Node, subnet: usize, to: End<'n>, six: bool) -> Verdict {
        let place = self.subnet(subnet);
        if six && !place.six {
            return Verdict::no();
        }
        let rules = self.rules(from, true, to, subnet, Some(six));
        let way = self.asked().and(rules);
        if way.is_no() {
            return way;
        }
        let way =
            way.and(self.passes(subnet, true, to, Some(six))).and(self.answers(subnet, false, to, Some(six)));
        let local = match (to, self.vpc_blocks(subnet)) {
            (End::Range(block), Some(blocks)) => blocks.iter().any(|known| known.contains(block)),
            _ => false,
        };
        if way.is_no() || local {
            return way;
        }
        way.and(self.routed(place, |route| self.leads_out(route, place, from, to, six)))
    }

    fn leads_out(&self, route: &Route, place: &Subnet, from: &Node, to: End<'_>, six: bool) -> Verdict {
        let about = match (route.block, to) {
            (Some(block), End::Range(range)) => block.meets(range),
            (Some(block), _) => block.six == six && block.is_public(),
            (None, _) => true,
        };
        if !about {
            return Verdict::no();
        }
        let told = |what: &str| Some(format!("`{}` routes to {what} (`{}`)", place.name, route.at));
        match &route.target {
            Target::InternetGateway => {
                Verdict::yes(told("the internet gateway")).and(self.addressed(from, place, six))
            }
            Target::EgressOnly => Verdict::yes(told("the egress-only internet gateway")),
            Target::Nat(subnet, public) => {
                let way = Verdict::yes(told("a NAT gateway")).and(public.clone().into());
                match subnet {
                    Some(subnet) => {
                        let beyond = self.subnet(*subnet);
                        way.and(self.routed(beyond, |route| match route.target {
                            Target::InternetGateway => Verdict::yes(None),
                            Target::Unknown(ref doubt) => Verdict::perhaps(doubt.clone()),
                            _ => Verdict::no(),
                        }))
                    }
                    None => way,
                }
            }
            Target::Peering(_) => match to {
                End::Range(_) => Verdict::perhaps(format!("what is beyond `{}` is not known", route.at)),
                _ => Verdict::no(),
            },
            Target::Elsewhere => Verdict::no(),
            Target::Unknown(doubt) => Verdict::perhaps(doubt.clone()),
        }
    }

    fn subnet(&self, number: usize) -> &'n Subnet {
        static NOWHERE: Subnet = Subnet {
            name: String::new(),
            origin: Origin::Unknown,
            vpc: usize::MAX,
            block: None,
            six: true,
            table: Some(usize::MAX),
            acl: Some(usize::MAX),
            public: Holds::Unknown(String::new()),
            public_six: Holds::Unknown(String::new()),
        };
        self.network.subnets.get(number).unwrap_or(&NOWHERE)
    }

    /// All ranges of a subnet's VPC, where they are known.
    fn vpc_blocks(&self, subnet: usize) -> Option<&'n [Block]> {
        let vpc = self.network.vpcs.get(self.subnet(subnet).vpc)?;
        (vpc.origin == Origin::Declared && vpc.complete).then_some(vpc.blocks.as_slice())
    }

    fn internet_to(&self, from: End<'n>, to: &'n Node, subnet: usize, six: bool) -> Verdict {
        let place = self.subnet(subnet);
        if six && !place.six {
            return Verdict::no();
        }
        let addressed = self.asked().and(self.addressed(to, place, six)).and(self.listening(to));
        if addressed.is_no() {
            return addressed;
        }
        let rules = self.rules(to, false, from, subnet, Some(six));
        if addressed.clone().and(rules.clone()).is_no() {
            return Verdict::no();
        }
        let routes = self.routed(place, |route| {
            let about = route.block.is_none_or(|block| block.six == six && block.is_public());
            match (&route.target, about) {
                (_, false) => Verdict::no(),
                (Target::InternetGateway, _) => match route.block {
                    Some(_) => {
                        let hop = format!("`{}` routes to the internet gateway (`{}`)", place.name, route.at);
                        Verdict::yes(Some(hop))
                    }
                    None => Verdict::perhaps(format!("what `{}` routes is not known", route.at)),
                },
                (Target::Unknown(doubt), _) => Verdict::perhaps(doubt.clone()),
                _ => Verdict::no(),
            }
        });
        let way = routes.and(addressed);
        if way.is_no() {
            return way;
        }
        let acl =
            self.passes(subnet, false, from, Some(six)).and(self.answers(subnet, true, from, Some(six)));
        way.and(acl).and(rules)
    }

    /// From a range of private addresses: from within the VPC, or from a network that it is connected with.
    fn range_to(&self, block: Block, to: &'n Node, subnet: usize) -> Verdict {
        let from = End::Range(block);
        let way =
            self.asked().and(self.listening(to)).and(self.rules(to, false, from, subnet, Some(block.six)));
        if way.is_no() {
            return way;
        }
        let way = way.and(self.passes(subnet, false, from, Some(block.six))).and(self.answers(
            subnet,
            true,
            from,
            Some(block.six),
        ));
        let place = self.subnet(subnet);
        let inside = match self.vpc_blocks(subnet) {
            Some(blocks) if blocks.iter().any(|known| known.contains(block)) => Verdict::yes(None),
            Some(blocks) if !blocks.iter().any(|known| known.meets(block)) => Verdict::no(),
            Some(_) => Verdict::perhaps(format!("only a part of {block} is in the VPC")),
            None => Verdict::perhaps(format!("whether {block} is in the VPC is not known")),
        };
        way.and(inside.or(self.routed(place, |route| {
            let about = route.block.is_none_or(|known| known.meets(block));
            match (&route.target, about) {
                (_, false)
                | (Target::InternetGateway | Target::Nat(..) | Target::EgressOnly | Target::Elsewhere, _) => {
                    Verdict::no()
                }
                (Target::Unknown(doubt), _) => Verdict::perhaps(doubt.clone()),
                (Target::Peering(_), _) => {
                    Verdict::perhaps(format!("what is beyond `{}` is not known", route.at))
                }
            }
        })))
    }

    /// What something listens on, where nothing else can be connected to.
    fn listening(&self, to: &Node) -> Verdict {
        let mut way = Verdict::yes(None);
        if let (true, Some(ports)) = (to.only_ports, &to.ports) {
            way.sure = ports.clone();
            way.possible = ports.clone();
        }
        way
    }

    /// Whether a node has an address that is known to the internet.
    fn addressed(&self, node: &Node, place: &Subnet, six: bool) -> Verdict {
        let (own, by_subnet) = match six {
            true => (&node.six, &place.public_six),
            false => (&node.public, &place.public),
        };
        match own {
            Public::No => Verdict::no(),
            Public::Yes(why) => Verdict::yes(Some(why.clone())),
            Public::Unknown(doubt) => Verdict::perhaps(doubt.clone()),
            Public::BySubnet => match by_subnet {
                Holds::Yes => Verdict::yes(Some(format!(
                    "`{}` gives public addresses (MapPublicIpOnLaunch)",
                    place.name
                ))),
                other => other.clone().into(),
            },
        }
    }

    /// What the routes of a subnet's table say of a way.
    fn routed(&self, place: &Subnet, judge: impl Fn(&Route) -> Verdict) -> Verdict {
        let mut way = Verdict::no();
        let table = place.table.map(|table| self.network.tables.get(table));
        match table {
            Some(Some(table)) => {
                if table.origin != Origin::Declared {
                    way = Verdict::perhaps(match place.origin {
                        Origin::Declared => format!("the routes of {} are not known", table.name),
                        _ => around(place),
                    });
                }
                for route in &table.routes {
                    let judged = judge(route);
                    if !judged.is_no() && (way.sure.is_empty() || !judged.sure.is_empty()) {
                        way = way.or(judged);
                    }
                    if !way.sure.is_empty() || self.spent() {
                        break;
                    }
                }
            }
            Some(None) => way = Verdict::perhaps(format!("the routes of {} are not known", place.name)),
            None => {
                for doubt in self.network.loose_tables.iter().take(TOLD) {
                    way = way.or(Verdict::perhaps(doubt.clone()));
                }
            }
        }
        if way.sure.is_empty() {
            for route in &self.network.loose_routes {
                if !judge(route).is_no() && !way.possible.contains(self.ports) {
                    way = way.or(Verdict::perhaps(format!(
                        "which route table `{}` belongs to is not known",
                        route.at
                    )));
                }
            }
        }
        if self.work.get() > WORK {
            return Verdict::perhaps("the network is too large to be followed");
        }
        way
    }

    fn inside(&self, from: (&'n Node, usize), to: (&'n Node, usize)) -> Verdict {
        let (here, there) = (End::Node(from.0, from.1), End::Node(to.0, to.1));
        // Where both have IPv6 ranges, either family may be meant.
        let both = self.subnet(from.1).six && self.subnet(to.1).six;
        let six = if both { None } else { Some(false) };
        let admitted = self.asked().and(self.listening(to.0)).and(self.rules(to.0, false, here, to.1, six));
        if admitted.is_no() {
            return admitted;
        }
        let way = self.asked().and(self.rules(from.0, true, there, from.1, six)).and(admitted);
        if way.is_no() {
            return way;
        }
        let way = way.and(self.connected(from.1, to.1));
        // Network ACLs stand between subnets only.
        if way.is_no() || from.1 == to.1 {
            return way;
        }
        let way = way.and(self.passes(from.1, true, there, six)).and(self.passes(to.1, false, here, six));
        way.and(self.answers(to.1, true, here, six)).and(self.answers(from.1, false, there, six))
    }

    /// Whether routes lead from one subnet to another and back.
    fn connected(&self, from: usize, to: usize) -> Verdict {
        let (here, there) = (self.subnet(from), self.subnet(to));
        if here.vpc == there.vpc && here.vpc < self.network.vpcs.len() {
            return Verdict::yes(None);
        }
        let origin = |subnet: &Subnet| self.network.vpcs.get(subnet.vpc).map(|vpc| vpc.origin);
        let unknown = [here, there]
            .iter()
            .any(|subnet| !matches!(origin(subnet), Some(Origin::Declared | Origin::Literal)));
        if unknown {
            return Verdict::perhaps(format!(
                "whether {} and {} are in one VPC is not known",
                here.name, there.name
            ));
        }
        let leads = |start: &Subnet, end: &Subnet| {
            self.routed(start, |route| {
                let exact = match (route.block, end.block) {
                    (Some(route), Some(end)) if !route.meets(end) => return Verdict::no(),
                    (Some(route), Some(end)) => route.contains(end),
                    _ => false,
                };
                match &route.target {
                    Target::Peering(number) => match self.network.peerings.get(*number) {
                        Some((one, other))
                            if [(*one, *other), (*other, *one)].contains(&(start.vpc, end.vpc)) =>
                        {
                            let hop =
                                format!("`{}` routes to the peering connection (`{}`)", start.name, route.at);
                            match exact {
                                true => Verdict::yes(Some(hop)),
                                false => Verdict::perhaps(format!(
                                    "whether `{}` is about all of {} is not known",
                                    route.at, end.name
                                )),
                            }
                        }
                        Some((one, other)) => {
                            let foreign = [one, other].iter().any(|vpc| {
                                self.network.vpcs.get(**vpc).is_none_or(|vpc| vpc.origin == Origin::Unknown)
                            });
                            match foreign {
                                true => {
                                    Verdict::perhaps(format!("what `{}` leads to is not known", route.at))
                                }
                                false => Verdict::no(),
                            }
                        }
                        None => Verdict::no(),
                    },
                    Target::Unknown(doubt) => Verdict::perhaps(doubt.clone()),
                    _ => Verdict::no(),
                }
            })
        };
        let way = leads(here, there);
        if way.is_no() { way } else { way.and(leads(there, here)) }
    }

    /// What a node's security groups say of an end, by one family of addresses or by both.
    fn rules(&self, node: &'n Node, egress: bool, end: End<'n>, subnet: usize, six: Option<bool>) -> Verdict {
        let other = match end {
            End::Internet { whole } => Other::Internet(whole),
            End::CloudFront => Other::CloudFront,
            End::Range(block) => Other::Range(block),
            End::Node(other, place) => Other::Node(other.groups.clone(), place),
        };
        // Where something special is about a node, it is not like others with its groups.
        let special = |node: &Node| {
            let known = |group: &usize| {
                self.network.groups.get(*group).is_some_and(|group| group.origin == Origin::Declared)
            };
            node.unguarded || node.kind == "AWS::CloudFront::VpcOrigin" || !node.groups.iter().all(known)
        };
        if special(node) || matches!(end, End::Node(other, _) if special(other)) {
            return self.judge_groups(node, egress, end, subnet, six);
        }
        let key = (node.groups.clone(), egress, other, self.subnet(subnet).vpc, six);
        if let Some(verdict) = self.judged.borrow().get(&key) {
            return verdict.clone();
        }
        let verdict = self.judge_groups(node, egress, end, subnet, six);
        self.judged.borrow_mut().insert(key, verdict.clone());
        verdict
    }

    fn judge_groups(
        &self,
        node: &'n Node,
        egress: bool,
        end: End<'n>,
        subnet: usize,
        six: Option<bool>,
    ) -> Verdict {
        if node.unguarded {
            return Verdict::yes(Some(format!("`{}` has no security group", node.address())));
        }
        let mut found = Found::default();
        for group in node.groups.iter().filter_map(|group| self.network.groups.get(*group)) {
            if egress && group.open_egress {
                found.sure.push(Ports::all());
                if found.hops.len() < TOLD {
                    found.hops.push((format!("{} lets everything out", told(group)), Ports::all()));
                }
                continue;
            }
            if group.origin != Origin::Declared {
                found.doubt(format!("the rules of {} are not known", told(group)), Ports::all());
            }
            let rules = if egress { &group.egress } else { &group.ingress };
            for doubt in &rules.doubts {
                found.doubt(doubt.clone(), Ports::all());
            }
            self.judge(rules, true, group, egress, end, subnet, six, &mut found);
        }
        let loose = if egress { &self.network.loose_egress } else { &self.network.loose_ingress };
        let nobody = Group::default();
        self.judge(loose, false, &nobody, egress, end, subnet, six, &mut found);
        if self.work.get() > WORK {
            return Verdict::perhaps("there are too many rules to be followed");
        }
        let sure = Ports::of(found.sure);
        let possible = Ports::of(found.possible).union(&sure);
        Verdict { sure, possible, hops: found.hops, doubts: found.doubts }
    }

    #[expect(clippy::too_many_arguments, reason = "one step, with everything that it depends on")]
    fn judge(
        &self,
        rules: &'n super::network::Rules,
        mine: bool,
        group: &Group,
        egress: bool,
        end: End<'n>,
        subnet: usize,
        six: Option<bool>,
        found: &mut Found,
    ) {
        let mut judged = |rule: &Rule, matched: Match, whom: &str| {
            if !rule.ports.meets(self.ports) {
                return;
            }
            let doubt = match matched {
                Match::No => return,
                Match::Perhaps(doubt) => Some(doubt),
                Match::Yes if !mine => Some(format!("which group `{}` belongs to is not known", rule.at)),
                Match::Yes if !rule.certain => Some(format!("the ports in `{}` are not known", rule.at)),
                Match::Yes => None,
            };
            match doubt {
                Some(doubt) => found.doubt(doubt, rule.ports.clone()),
                None => {
                    found.sure.push(rule.ports.clone());
                    if found.hops.len() < TOLD {
                        let by = match rule.at == group.name {
                            true => String::new(),
                            false => format!(" (`{}`)", rule.at),
                        };
                        let verb = if egress { "lets out" } else { "admits" };
                        let way = if egress { "to" } else { "from" };
                        let hop = format!("{} {verb} {} {way} {whom}{by}", told(group), rule.ports);
                        found.hops.push((hop, rule.ports.clone()));
                    }
                }
            }
        };
        for rule in &rules.by_range {
            if self.spent() {
                return;
            }
            let (matched, whom) = match &rule.peer {
                Peer::Block(block) => (self.concerns(*block, end, subnet, six), block.to_string()),
                Peer::Unknown(doubt) => (Match::Perhaps(doubt.clone()), String::new()),
                Peer::Group => continue,
                Peer::CloudFront => {
                    let matched = match end {
                        End::CloudFront => Match::Yes,
                        End::Node(node, _) if node.kind == "AWS::CloudFront::VpcOrigin" => Match::Yes,
                        End::Range(block) if block.is_public() => {
                            Match::Perhaps(format!("whether {block} is CloudFront's is not known"))
                        }
                        _ => Match::No,
                    };
                    (matched, "CloudFront".to_owned())
                }
            };
            judged(rule, matched, &whom);
        }
        let End::Node(node, _) = end else { return };
        let unknown = node.groups.iter().filter_map(|number| self.network.groups.get(*number));
        let unknown = unknown.filter(|group| group.origin == Origin::Unknown).map(told).next();
        let members: HashSet<usize> = node.groups.iter().copied().collect();
        for (peer, listed) in &rules.by_group {
            if self.spent() {
                return;
            }
            let Some(known) = self.network.groups.get(*peer) else { continue };
            let matched = |_: &Rule| match (members.contains(peer), known.origin, &unknown) {
                (true, ..) => Match::Yes,
                // A network load balancer without groups is in none.
                (false, ..) if node.unguarded => Match::No,
                (false, Origin::Unknown, _) => {
                    Match::Perhaps(format!("whether {} is on `{}` is not known", told(known), node.address()))
                }
                (false, _, Some(other)) => Match::Perhaps(format!("what {other} is, is not known")),
                _ => Match::No,
            };
            for rule in listed {
                if self.spent() {
                    return;
                }
                judged(rule, matched(rule), &told(known));
            }
        }
    }

    /// Whether a range is about an end; `subnet` is where the one who asks is.
    fn concerns(&self, block: Block, end: End<'_>, subnet: usize, six: Option<bool>) -> Match {
        if six.is_some_and(|six| six != block.six) {
            return Match::No;
        }
        let only = || Match::Perhaps(format!("only {block} is let through, which is not everybody"));
        match end {
            End::Internet { .. } | End::CloudFront if block.is_everything() => Match::Yes,
            End::Internet { .. } | End::CloudFront if !block.is_public() => Match::No,
            End::Internet { .. } | End::CloudFront
                if self.vpc_blocks(subnet).is_some_and(|own| own.iter().any(|own| own.contains(block))) =>
            {
                Match::No
            }
            End::Internet { whole: false } => Match::Yes,
            End::Internet { whole: true } => only(),
            End::CloudFront => Match::Perhaps(format!("whether {block} is CloudFront's is not known")),
            End::Range(range) if block.contains(range) => Match::Yes,
            End::Range(range) if block.meets(range) => {
                Match::Perhaps(format!("only {block} of {range} is let through"))
            }
            End::Range(_) => Match::No,
            End::Node(_, place) => self.includes(block, self.subnet(place)),
        }
    }

    /// Whether a range has the addresses of a subnet.
    fn includes(&self, block: Block, place: &Subnet) -> Match {
        if block.six {
            return match place.six {
                true => Match::Perhaps(format!(
                    "whether {block} has the IPv6 addresses in {} is not known",
                    place.name
                )),
                false => Match::No,
            };
        }
        if block.is_everything() {
            return Match::Yes;
        }
        let part = || Match::Perhaps(format!("only a part of {} is in {block}", place.name));
        if let Some(own) = place.block {
            return if block.contains(own) {
                Match::Yes
            } else if block.meets(own) {
                part()
            } else {
                Match::No
            };
        }
        match self.network.vpcs.get(place.vpc).filter(|vpc| vpc.complete) {
            Some(vpc) if vpc.blocks.iter().all(|own| block.contains(*own)) => Match::Yes,
            Some(vpc) if !vpc.blocks.iter().any(|own| block.meets(*own)) => Match::No,
            _ => Match::Perhaps(format!("whether {block} has the addresses in {} is not known", place.name)),
        }
    }

    /// What a subnet's network ACL lets in or out.
    fn passes(&self, subnet: usize, egress: bool, end: End<'_>, six: Option<bool>) -> Verdict {
        let place = self.subnet(subnet);
        let acl = match place.acl.map(|acl| self.network.acls.get(acl)) {
            None => {
                // The default one lets everything through, unless it is another one.
                return match self.network.loose_acls.first() {
                    Some(doubt) => Verdict::perhaps(doubt.clone()),
                    None => Verdict::yes(None),
                };
            }
            Some(None) => return Verdict::perhaps(format!("the network ACL of {} is not known", place.name)),
            Some(Some(acl)) => acl,
        };
        if acl.origin != Origin::Declared && place.origin != Origin::Declared {
            return Verdict::perhaps(around(place));
        }
        if acl.origin != Origin::Declared {
            return Verdict::perhaps(format!("the entries of {} are not known", acl.name));
        }
        let mut left = Ports::all();
        let mut clouded = Ports::none();
        let mut verdict = Verdict::no();
        let (mut sure, mut possible) = (Vec::new(), Vec::new());
        let doubts = acl.doubts.iter().chain(&self.network.loose_acls);
        for doubt in doubts.take(TOLD) {
            verdict.doubts.push((doubt.clone(), Ports::all()));
            possible.push(Ports::all());
            // It may be an entry before all others.
            clouded = Ports::all();
        }
        for entry in acl.entries.iter().filter(|entry| entry.egress == egress) {
            if self.spent() {
                return Verdict::perhaps("there are too many entries of network ACLs to be followed");
            }
            let matched = match entry.block {
                Some(block) => self.concerns(block, end, subnet, six),
                None => Match::Perhaps(format!("the range of `{}` is not known", entry.at)),
            };
            // Of the internet, what is let through for some is let through, and what is kept from some is not kept
            // from all.
            let everybody = entry.block.is_some_and(Block::is_everything);
            let ports = entry.ports.intersection(&left);
            let whole_internet = matches!(end, End::Internet { .. });
            match (matched, entry.allow) {
                (Match::No, _) => {}
                (Match::Yes, true) => {
                    possible.push(ports.clone());
                    sure.push(ports.without(&clouded));
                    if everybody || !whole_internet {
                        left = left.without(&ports);
                    }
                    if ports.meets(self.ports) && verdict.hops.len() < TOLD {
                        let way = if egress { "out" } else { "in" };
                        verdict.hops.push((format!("`{}` lets {} {way}", entry.at, entry.ports), ports));
                    }
                }
                (Match::Yes, false) if everybody || !whole_internet => left = left.without(&ports),
                (Match::Yes, false) => {}
                (Match::Perhaps(doubt), true) => {
                    possible.push(ports.clone());
                    verdict.doubts.push((doubt, ports));
                }
                (Match::Perhaps(doubt), false) => {
                    clouded = clouded.union(&ports);
                    verdict.doubts.push((doubt, ports));
                }
            }
            if left.is_empty() {
                break;
            }
        }
        verdict.sure = Ports::of(sure);
        verdict.possible = Ports::of(possible).union(&verdict.sure);
        verdict
    }

    /// Which connections get their answers through a subnet's network ACL.
    fn answers(&self, subnet: usize, egress: bool, end: End<'_>, six: Option<bool>) -> Verdict {
        // All ports matter here, whatever was asked about.
        let all = Ports::all();
        let back = Asked { work: Cell::new(self.work.get()), ..Asked::new(self.network, &all) };
        let passed = back.passes(subnet, egress, end, six);
        self.work.set(back.work.get());
        let (sure, possible) = Ports::answered(&passed.sure, &passed.possible);
        let mut verdict = Verdict { sure, possible, hops: Vec::new(), doubts: Vec::new() };
        if !passed.doubts.is_empty() {
            verdict.doubts = passed.doubts;
        } else if !verdict.sure.contains(&verdict.possible) {
            let name = &self.subnet(subnet).name;
            let doubt =
                format!("the network ACL of {name} lets answers through to some ports of clients only");
            verdict.doubts.push((doubt, verdict.possible.without(&verdict.sure)));
        }
        verdict
    }
}

/// What rules yield, before it is put together.
#[derive(Default)]
struct Found {
    sure: Vec<Ports>,
    possible: Vec<Ports>,
    hops: Vec<(String, Ports)>,
    doubts: Vec<(String, Ports)>,
}

impl Found {
    fn doubt(&mut self, doubt: String, ports: Ports) {
        if self.doubts.len() < TOLD {
            self.doubts.push((doubt, ports.clone()));
        }
        self.possible.push(ports);
    }
}

/// A group by its name.
fn told(group: &Group) -> String {
    match group.origin {
        Origin::Unknown => group.name.clone(),
        _ => format!("`{}`", group.name),
    }
}

/// Of a subnet that is none of the system.
fn around(place: &Subnet) -> String {
    format!("the routes and the network ACL of {} are not known", place.name)
}
