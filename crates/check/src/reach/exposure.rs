//! Everything that the internet can reach.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use serde::Serialize;

use super::{
    Answer, Path, Reachability,
    connect::{Asked, End},
    network::{Holds, Network},
    ports::Ports,
    told,
};

/// Something that the internet reaches, or may reach.
///
/// ```
/// use formwork_check::Reachability;
/// use formwork_core::{App, Options, Resource};
///
/// let app = App::for_tests();
/// let api = Resource::raw("AWS::ApiGatewayV2::Api").set("Name", "shop").set("ProtocolType", "HTTP");
/// app.stack("shop").add("Api", api);
///
/// let exposed = Reachability::of(&app.synth(&Options::default())?).exposed();
/// assert_eq!(exposed.len(), 1);
/// assert_eq!(exposed[0].to_string(), "shop/Api (AWS::ApiGatewayV2::Api) on 443/tcp");
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exposure {
    /// The stack that the resource is in.
    pub stack: String,
    /// Its logical id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The ports that are reached.
    pub ports: Ports,
    /// What passes on the requests of the internet to it, the outermost first; nothing, if it is reached itself.
    pub through: Vec<String>,
    /// What lets connections through; of what is reached through something, the last part of the way.
    pub paths: Vec<Path>,
    /// Where it is not known whether it is reached: why.
    pub unknown: Vec<String>,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} ({})", self.stack, self.id, self.kind)?;
        if self.unknown.is_empty() {
            write!(f, " on {}", self.ports)?;
        }
        if !self.through.is_empty() {
            write!(f, " through {}", self.through.join(", "))?;
        }
        if !self.unknown.is_empty() {
            write!(f, ": not known, as {}", self.unknown.join("; "))?;
        }
        Ok(())
    }
}

impl Reachability {
    /// Everything that the internet reaches, directly or through what passes requests on, and everything of which that
    /// is not known. Of what is reached in several ways, the shortest is told.
    pub fn exposed(&self) -> Vec<Exposure> {
        let mut found: BTreeMap<(bool, Vec<String>, String), Exposure> = BTreeMap::new();
        for network in &self.networks {
            for exposure in of_network(network) {
                let key = (
                    !exposure.unknown.is_empty(),
                    exposure.through.clone(),
                    format!("{}/{}", exposure.stack, exposure.id),
                );
                match found.get_mut(&key) {
                    Some(known) => {
                        known.ports = known.ports.union(&exposure.ports);
                        known.paths.extend(exposure.paths);
                    }
                    None => {
                        found.insert(key, exposure);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// Why more may be reachable than is known: of the system as a whole.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = self.doubts.clone();
        for network in &self.networks {
            doubts.extend(network.doubts.iter().chain(&network.unseen).cloned());
        }
        let mut seen = HashSet::new();
        doubts.retain(|doubt| seen.insert(doubt.clone()));
        doubts
    }
}

fn of_network(network: &Network) -> Vec<Exposure> {
    let mut exposures = Vec::new();
    let all = Ports::all();
    let everywhere = Asked::new(network, &all);
    let mut reached: HashSet<usize> = HashSet::new();
    let mut next: Vec<(usize, Vec<String>)> = Vec::new();
    for (number, node) in network.nodes.iter().enumerate() {
        // A bucket that is not public is no news.
        let closed = node.kind == "AWS::S3::Bucket" && matches!(node.service, Some((Holds::No, _)));
        if !node.listens && node.service.is_none() || closed {
            continue;
        }
        let answer = told(network, everywhere.inward(End::Internet { whole: false }, node));
        let exposure = exposure(network, number, Vec::new(), answer);
        if let Some(exposure) = exposure {
            if exposure.unknown.is_empty() {
                reached.insert(number);
                next.push((number, Vec::new()));
            }
            exposures.push(exposure);
        }
    }
    let own = |number: &usize| network.nodes.get(*number).and_then(|node| node.ports.as_ref());
    // What is asked about the same ports shares what it finds.
    let mut asked: HashMap<&Ports, Asked<'_>> = HashMap::new();
    let mut forwards: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, forward) in network.forwards.iter().enumerate() {
        forwards.entry(forward.from).or_default().push(index);
    }
    // Breadth first: each node by the shortest way.
    let mut doubted: HashSet<(usize, usize)> = HashSet::new();
    while !next.is_empty() {
        let mut found = Vec::new();
        for (from, through) in next {
            let Some(sender) = network.nodes.get(from) else { continue };
            let mut through = through.clone();
            through.push(sender.address());
            for index in forwards.get(&from).into_iter().flatten() {
                let Some(forward) = network.forwards.get(*index) else { continue };
                let Some(receiver) = network.nodes.get(forward.to) else { continue };
                if reached.contains(&forward.to) {
                    continue;
                }
                let ports = forward.ports.as_ref().or(own(&forward.to)).unwrap_or(&all);
                let plain = receiver.subnets.is_empty() || !receiver.listens;
                let answer = match plain {
                    // What is in no VPC is asked by AWS itself.
                    true => {
                        let ports = receiver.ports.clone().unwrap_or_else(|| Ports::tcp(443));
                        Answer::Yes(vec![Path { ports, hops: Vec::new(), world: network.world.clone() }])
                    }
                    false => {
                        let asked = asked.entry(ports).or_insert_with(|| Asked::new(network, ports));
                        told(network, asked.between(sender, receiver))
                    }
                };
                let Some(exposure) = exposure(network, forward.to, through.clone(), answer) else { continue };
                if exposure.unknown.is_empty() {
                    reached.insert(forward.to);
                    found.push((forward.to, through.clone()));
                    exposures.push(exposure);
                } else if doubted.insert((from, forward.to)) {
                    exposures.push(exposure);
                }
            }
        }
        next = found;
    }
    for (stack, id, kind) in network.strangers.values() {
        exposures.push(Exposure {
            stack: stack.clone(),
            id: id.clone(),
            kind: kind.clone(),
            ports: Ports::none(),
            through: Vec::new(),
            paths: Vec::new(),
            unknown: vec![format!("what addresses a resource of the type {kind} has is not known")],
        });
    }
    exposures
}

fn exposure(network: &Network, number: usize, through: Vec<String>, answer: Answer) -> Option<Exposure> {
    let node = network.nodes.get(number)?;
    let (paths, unknown) = match answer {
        Answer::No => return None,
        Answer::Yes(paths) => (paths, Vec::new()),
        Answer::Unknown(reasons) => (Vec::new(), reasons),
    };
    let ports = Ports::of(paths.iter().map(|path| path.ports.clone()));
    let (stack, id, kind) = (node.stack.clone(), node.id.clone(), node.kind.clone());
    Some(Exposure { stack, id, kind, ports, through, paths, unknown })
}
