//! Who can reach what, on which port: as data, and as assertions for tests.
//!
//! The network of a system is read from its templates once ([`network`](network::Network): VPCs, subnets, routes,
//! network ACLs, security groups, and what has network interfaces), in every world, which is a choice of the
//! conditions that matter to it. Questions are answered from that ([`connect`]).
//!
//! **Promise:** what is beyond the analysis is [`Answer::Unknown`], never [`Answer::No`].
//!
//! **Boundary:** this is about networks: whether packets get through. Who may log in, what a policy allows, and what a
//! web application firewall blocks is not looked at. A parameter has its default, unless conditions compare it.

mod addresses;
mod connect;
mod exposure;
mod network;
mod nodes;
mod ports;
mod read;
mod services;
#[cfg(test)]
mod tests;
mod worlds;

use std::{collections::BTreeMap, fmt};

use formwork_core::{AsHandle, Assembly, Findings};
use serde::Serialize;

use crate::{
    context::Context,
    document::{Content, Document},
    of_assembly, run,
    template::{Origin, Template},
};
use addresses::Block;
use connect::{Asked, End, Verdict};
use network::Network;

pub use exposure::Exposure;
pub use ports::Ports;

/// So many paths are told of one answer.
const PATHS: usize = 4;
/// And so many reasons.
const REASONS: usize = 8;

/// Who can reach what in a system.
///
/// ```
/// use formwork_check::{Answer, Internet, Party, Ports, Reachability};
/// use formwork_core::{App, Options, Resource};
///
/// let app = App::for_tests();
/// let stack = app.stack("network");
/// let vpc = stack.add("Vpc", Resource::raw("AWS::EC2::VPC").set("CidrBlock", "10.0.0.0/16"));
/// let subnet = stack.add(
///     "Subnet",
///     Resource::raw("AWS::EC2::Subnet").set("VpcId", vpc).set("CidrBlock", "10.0.0.0/24"),
/// );
/// let group = stack.add(
///     "Group",
///     Resource::raw("AWS::EC2::SecurityGroup").set("VpcId", vpc).set("GroupDescription", "nobody gets in"),
/// );
/// let server = stack.add(
///     "Server",
///     Resource::raw("AWS::EC2::Instance").set("SubnetId", subnet).set("SecurityGroupIds", [group]),
/// );
///
/// let assembly = app.synth(&Options::default())?;
/// let reach = Reachability::of(&assembly);
/// let server = Party::of(&assembly, &server);
/// assert_eq!(reach.answer(&Party::Internet, &server, &Ports::all()), Answer::No);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Reachability {
    networks: Vec<Network>,
    /// The types of all resources, by address.
    types: BTreeMap<String, String>,
    /// Why nothing can be ruled out.
    doubts: Vec<String>,
}

/// Everybody on the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Internet;

/// A range of addresses, for what is reached through a VPN or from a part of a VPC.
///
/// ```
/// use formwork_check::{Addresses, assert_reachable, assert_unreachable};
/// use formwork_core::{App, Options, Resource, json};
///
/// let app = App::for_tests();
/// let stack = app.stack("office");
/// let vpc = stack.add("Vpc", Resource::raw("AWS::EC2::VPC").set("CidrBlock", "10.0.0.0/16"));
/// let subnet = Resource::raw("AWS::EC2::Subnet").set("VpcId", vpc).set("CidrBlock", "10.0.0.0/24");
/// let subnet = stack.add("Subnet", subnet);
/// let rule = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/16"});
/// let group = Resource::raw("AWS::EC2::SecurityGroup")
///     .set("VpcId", vpc)
///     .set("GroupDescription", "SSH from within")
///     .set("SecurityGroupIngress", [rule]);
/// let group = stack.add("Group", group);
/// let server = stack.add(
///     "Server",
///     Resource::raw("AWS::EC2::Instance").set("SubnetId", subnet).set("SecurityGroupIds", [group]),
/// );
///
/// let assembly = app.synth(&Options::default())?;
/// assert_reachable!(assembly, Addresses("10.0.7.0/24"), server, 22);
/// assert_unreachable!(assembly, Addresses("192.168.0.0/16"), server);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses<'a>(pub &'a str);

/// One that connects, or is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Party {
    /// Somebody on the internet.
    Internet,
    /// Who has an address of a range such as `10.0.0.0/8`.
    Addresses(String),
    /// A resource, by the stack as the program knows it, and its logical id.
    Resource {
        /// The stack.
        stack: String,
        /// The logical id.
        id: String,
    },
    /// Something of another program.
    Stranger,
}

/// What connections are made between: [`Internet`], the handle of a resource, [`Addresses`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that connections are made between",
    note = "`Internet`, the handle of a resource, or `Addresses(\"10.0.0.0/8\")` would fit"
)]
pub trait Endpoint {
    /// Which party of an assembly it is.
    fn party(&self, assembly: &Assembly) -> Party;
}

impl Endpoint for Internet {
    fn party(&self, _: &Assembly) -> Party {
        Party::Internet
    }
}

impl Endpoint for Addresses<'_> {
    fn party(&self, _: &Assembly) -> Party {
        Party::Addresses(self.0.to_owned())
    }
}

impl<H: AsHandle> Endpoint for H {
    fn party(&self, assembly: &Assembly) -> Party {
        match assembly.identify(*self) {
            Some((stack, id)) => Party::Resource { stack, id: id.to_owned() },
            None => Party::Stranger,
        }
    }
}

impl Party {
    /// The party that a handle, or [`Internet`], is in an assembly.
    pub fn of(assembly: &Assembly, endpoint: &impl Endpoint) -> Self {
        endpoint.party(assembly)
    }

    fn address(&self) -> Option<String> {
        match self {
            Self::Resource { stack, id } => Some(format!("{stack}/{id}")),
            _ => None,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => f.write_str("the internet"),
            Self::Addresses(range) => f.write_str(range),
            Self::Resource { stack, id } => write!(f, "`{stack}/{id}`"),
            Self::Stranger => f.write_str("a resource of another program"),
        }
    }
}

/// What there is to say of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Answer {
    /// It cannot be made, whatever conditions hold.
    No,
    /// It can be made: in these ways, or in some of them.
    Yes(Vec<Path>),
    /// Nobody can tell from the templates, for these reasons.
    Unknown(Vec<String>),
}

/// A way from one party to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    /// The ports that it is open on.
    pub ports: Ports,
    /// What lets the connection through, step by step.
    pub hops: Vec<String>,
    /// The conditions under which it is there; empty where there are none.
    pub world: String,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ports)?;
        if !self.world.is_empty() {
            write!(f, " (where {})", self.world)?;
        }
        self.hops.iter().try_for_each(|hop| write!(f, "\n    - {hop}"))
    }
}

impl Reachability {
    /// Reads the networks of an assembly.
    pub fn of(assembly: &Assembly) -> Self {
        let mut errors = Findings::new();
        let templates = of_assembly(assembly, &mut errors);
        let mut reach = Self::read(&templates);
        reach.doubts.extend(errors.iter().map(|error| error.message.clone()));
        reach
    }

    /// Reads the networks of templates.
    pub(crate) fn read(templates: &[Template<'_>]) -> Self {
        let exports = run::exports(templates);
        let (worlds, complete) = worlds::worlds(templates);
        let networks = worlds
            .into_iter()
            .map(|(worlds, name)| read::network(&Context::new(templates, &exports, worlds), name))
            .collect();
        let mut types = BTreeMap::new();
        for template in templates {
            let stack = name(template);
            for index in 0..template.resource_count() {
                let address = format!("{stack}/{}", template.resource_id(index));
                types.insert(address, template.resource_type(index).to_owned());
            }
        }
        let mut doubts = Vec::new();
        if !complete {
            doubts.push(
                "there are more combinations of conditions and parameters than are looked at".to_owned(),
            );
        }
        doubts.extend(templates.iter().filter_map(yielded));
        Self { networks, types, doubts }
    }

    /// Whether a connection can be made from one party to another on one of some ports, in any world.
    pub fn answer(&self, from: &Party, to: &Party, ports: &Ports) -> Answer {
        let (mut paths, mut reasons, mut no) = (Vec::new(), Vec::new(), false);
        for answer in self.answers(from, to, ports, false) {
            match answer {
                Answer::Yes(more) => paths.extend(more),
                Answer::Unknown(more) => reasons.extend(more),
                Answer::No => no = true,
            }
        }
        paths.truncate(PATHS);
        if !paths.is_empty() {
            Answer::Yes(paths)
        } else if reasons.is_empty() && no {
            Answer::No
        } else {
            Answer::Unknown(distinct(reasons))
        }
    }

    /// The answers of all worlds in which there are both parties; `whole`: for all of the internet, where that asks.
    fn answers(&self, from: &Party, to: &Party, ports: &Ports, whole: bool) -> Vec<Answer> {
        for party in [from, to] {
            if let Err(reason) = self.understood(party) {
                return vec![Answer::Unknown(vec![reason])];
            }
        }
        let answers = self.networks.iter().filter_map(|network| {
            let ways = ways(network, from, to, ports, whole)?;
            let mut answer = told(network, ways);
            if answer == Answer::No && !(network.doubts.is_empty() && self.doubts.is_empty()) {
                answer = Answer::Unknown(distinct([&network.doubts[..], &self.doubts[..]].concat()));
            }
            Some(answer)
        });
        let answers: Vec<Answer> = answers.collect();
        match answers.is_empty() {
            true => vec![Answer::Unknown(vec!["there is no world in which both exist".to_owned()])],
            false => answers,
        }
    }

    /// Whether anything can be said of a party at all.
    fn understood(&self, party: &Party) -> Result<(), String> {
        match party {
            Party::Internet => Ok(()),
            Party::Addresses(range) => match Block::parse(range) {
                Some(_) => Ok(()),
                None => Err(format!("`{range}` is not a range of addresses such as 10.0.0.0/8")),
            },
            Party::Stranger => Err("it is a resource of another program".to_owned()),
            Party::Resource { .. } => {
                let address = party.address().unwrap_or_default();
                if self.networks.iter().any(|network| network.by_address.contains_key(&address)) {
                    return Ok(());
                }
                Err(match self.types.get(&address) {
                    Some(kind) => format!("what addresses a resource of the type {kind} has is not known"),
                    None => format!("there is no {party}"),
                })
            }
        }
    }

    /// What a party listens on, where that is known in all worlds.
    fn own_ports(&self, party: &Party) -> Option<Ports> {
        let address = party.address()?;
        let mut known = Vec::new();
        for network in &self.networks {
            for node in network.by_address.get(&address).into_iter().flatten() {
                known.push(network.nodes.get(*node)?.ports.clone()?);
            }
        }
        Some(Ports::of(known)).filter(|ports| !ports.is_empty())
    }

    /// Why a connection can be made that must not be, or may be.
    pub(crate) fn refute(&self, from: &Party, to: &Party, ports: Option<&Ports>) -> Result<(), String> {
        let all = Ports::all();
        let on = ports.map(|ports| format!(" on {ports}")).unwrap_or_default();
        match self.answer(from, to, ports.unwrap_or(&all)) {
            Answer::No => Ok(()),
            Answer::Yes(paths) => {
                let mut message = format!("{to} must not be reachable from {from}{on}, and is:");
                paths.iter().for_each(|path| message.push_str(&format!("\n  {path}")));
                Err(message)
            }
            Answer::Unknown(reasons) => Err(doubtful(
                &format!("{to} must not be reachable from {from}{on}, and nobody can tell whether it is:"),
                &reasons,
            )),
        }
    }

    /// Why a connection cannot be made that must be possible.
    pub(crate) fn confirm(&self, from: &Party, to: &Party, ports: Option<&Ports>) -> Result<(), String> {
        let own = self.own_ports(to).unwrap_or_else(Ports::all);
        let asked = ports.unwrap_or(&own);
        let on = format!(" on {asked}");
        for answer in self.answers(from, to, asked, true) {
            match answer {
                Answer::No => return Err(format!("{to} must be reachable from {from}{on}, and is not")),
                Answer::Unknown(reasons) => {
                    return Err(doubtful(
                        &format!(
                            "{to} must be reachable from {from}{on}, and nobody can tell whether it is:"
                        ),
                        &reasons,
                    ));
                }
                Answer::Yes(paths) => {
                    let open = Ports::of(paths.iter().map(|path| path.ports.clone()));
                    let closed = asked.without(&open);
                    if ports.is_some() && !closed.is_empty() {
                        return Err(format!(
                            "{to} must be reachable from {from}{on}, and is not on {closed}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What messages call a template.
fn name(template: &Template<'_>) -> String {
    match &template.origin {
        Origin::Stack(stack) => stack.id(),
        Origin::File(file) => file.clone(),
    }
}

/// A macro or a loop somewhere in a template may add anything to what stands there.
fn yielded(template: &Template<'_>) -> Option<String> {
    let mut open = vec![(Document::ROOT, 0)];
    while let Some((node, depth)) = open.pop() {
        match template.document.content(node) {
            Content::List(list) => open.extend(list.iter().map(|item| (item, depth + 1))),
            Content::Map(map) => {
                for (key, value) in map.iter() {
                    let is = key == "Fn::Transform" || key.starts_with("Fn::ForEach");
                    if is {
                        return Some(format!("`{key}` yields a part of `{}`", name(template)));
                    }
                    if depth > 0 || key != "Metadata" {
                        open.push((value, depth + 1));
                    }
                }
            }
            _ => {}
        }
    }
    None
}

fn doubtful(what: &str, reasons: &[String]) -> String {
    reasons.iter().fold(what.to_owned(), |message, reason| format!("{message}\n  - {reason}"))
}

/// Each once, in order, and not too many.
fn distinct(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts.truncate(REASONS);
    texts
}

/// All ways between two parties in one world; none where one of them is not there.
fn ways(network: &Network, from: &Party, to: &Party, ports: &Ports, whole: bool) -> Option<Vec<Verdict>> {
    let asked = Asked::new(network, ports);
    let nodes = |party: &Party| {
        let numbers = network.by_address.get(&party.address()?)?;
        Some(numbers.iter().filter_map(|number| network.nodes.get(*number)).collect::<Vec<_>>())
    };
    let outside = |party: &Party| match party {
        Party::Internet => Some(End::Internet { whole }),
        Party::Addresses(range) => Block::parse(range).map(End::Range),
        _ => None,
    };
    let mut ways = Vec::new();
    match (outside(from), outside(to)) {
        (Some(_), Some(_)) => {
            return Some(vec![
                asked.beyond("what is between addresses outside of the system is not looked at"),
            ]);
        }
        (Some(from), None) => nodes(to)?.into_iter().for_each(|to| ways.extend(asked.inward(from, to))),
        (None, Some(to)) => nodes(from)?.into_iter().for_each(|from| ways.extend(asked.outward(from, to))),
        (None, None) => {
            let to = nodes(to)?;
            for from in nodes(from)? {
                to.iter().for_each(|to| ways.extend(asked.between(from, to)));
            }
        }
    }
    Some(ways)
}

/// What the ways between two parties amount to.
fn told(network: &Network, ways: Vec<Verdict>) -> Answer {
    let mut paths: Vec<Path> = Vec::new();
    let mut reasons = Vec::new();
    for way in ways {
        if !way.sure.is_empty() {
            let hops = way.hops.into_iter().filter(|(_, ports)| ports.meets(&way.sure));
            let hops = distinct(hops.map(|(hop, _)| hop).collect());
            let path = Path { ports: way.sure, hops, world: network.world.clone() };
            let known = paths.iter().any(|known| known.ports.contains(&path.ports));
            if !known {
                paths.push(path);
            }
        } else if !way.possible.is_empty() {
            let doubts = way.doubts.into_iter().filter(|(_, ports)| ports.meets(&way.possible));
            reasons.extend(doubts.map(|(doubt, _)| doubt));
        }
    }
    if !paths.is_empty() {
        Answer::Yes(paths)
    } else if reasons.is_empty() {
        Answer::No
    } else {
        Answer::Unknown(distinct(reasons))
    }
}

/// What the macros call.
#[doc(hidden)]
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test says that it failed")]
pub fn __assert_unreachable(
    assembly: &Assembly,
    from: &impl Endpoint,
    to: &impl Endpoint,
    ports: Option<Ports>,
) {
    let (from, to) = (from.party(assembly), to.party(assembly));
    if let Err(message) = Reachability::of(assembly).refute(&from, &to, ports.as_ref()) {
        panic!("{message}");
    }
}

/// What the macros call.
#[doc(hidden)]
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test says that it failed")]
pub fn __assert_reachable(
    assembly: &Assembly,
    from: &impl Endpoint,
    to: &impl Endpoint,
    ports: Option<Ports>,
) {
    let (from, to) = (from.party(assembly), to.party(assembly));
    if let Err(message) = Reachability::of(assembly).confirm(&from, &to, ports.as_ref()) {
        panic!("{message}");
    }
}

/// Fails a test unless no connection can be made: on any port, or on the ports that are named.
///
/// `assert_unreachable!(assembly, Internet, db)` holds if nobody on the internet can open a connection to the database
/// itself; that a public service talks to it does not matter. Where it cannot be told from the templates, it fails.
///
/// ```
/// use formwork_check::assert_unreachable;
/// use formwork_core::{App, Options, Resource};
///
/// let app = App::for_tests();
/// let stack = app.stack("data");
/// let group = Resource::raw("AWS::EC2::SecurityGroup").set("GroupDescription", "nobody gets in");
/// let group = stack.add("Group", group);
/// let cache = Resource::raw("AWS::ElastiCache::ServerlessCache")
///     .set("Engine", "valkey")
///     .set("ServerlessCacheName", "sessions")
///     .set("SubnetIds", ["subnet-0123456789abcdef0"])
///     .set("SecurityGroupIds", [group.attribute("GroupId")]);
/// let cache = stack.add("Cache", cache);
///
/// let assembly = app.synth(&Options::default())?;
/// assert_unreachable!(assembly, Internet, cache);
/// assert_unreachable!(assembly, Internet, cache, 6379);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[macro_export]
macro_rules! assert_unreachable {
    ($assembly:expr, $from:expr, $to:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::Internet;
        $crate::__assert_unreachable(&$assembly, &$from, &$to, ::core::option::Option::None)
    }};
    ($assembly:expr, $from:expr, $to:expr, $ports:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::Internet;
        let ports = ::core::option::Option::Some($crate::Ports::from($ports));
        $crate::__assert_unreachable(&$assembly, &$from, &$to, ports)
    }};
}

/// Fails a test unless a connection can be made, whatever conditions hold: on one of the ports that the receiver listens
/// on, or on all ports that are named. See [`assert_unreachable!`](crate::assert_unreachable).
///
/// Where it cannot be told from the templates, it fails.
///
/// ```
/// use formwork_check::assert_reachable;
/// use formwork_core::{App, Options, Resource};
///
/// let app = App::for_tests();
/// let api = Resource::raw("AWS::ApiGatewayV2::Api").set("Name", "shop").set("ProtocolType", "HTTP");
/// let api = app.stack("shop").add("Api", api);
///
/// let assembly = app.synth(&Options::default())?;
/// assert_reachable!(assembly, Internet, api);
/// assert_reachable!(assembly, Internet, api, 443);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[macro_export]
macro_rules! assert_reachable {
    ($assembly:expr, $from:expr, $to:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::Internet;
        $crate::__assert_reachable(&$assembly, &$from, &$to, ::core::option::Option::None)
    }};
    ($assembly:expr, $from:expr, $to:expr, $ports:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::Internet;
        let ports = ::core::option::Option::Some($crate::Ports::from($ports));
        $crate::__assert_reachable(&$assembly, &$from, &$to, ports)
    }};
}
