//! The dependency graph: which resource needs which, through which property, and why.
//!
//! Edges are noted while values are encoded (a reference is a hole that names its target), never found by
//! parsing text. One graph holds all stacks. A nested stack is a node, too: it needs what its inner resources
//! need, and whoever needs an inner resource needs it.

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
};

use crate::{
    encode::Stored,
    expr::{At, Target},
    finding::Finding,
    ids::Ids,
    location::SourceLocation,
    model::Model,
    path,
    resource::{AsHandle, Handle},
    wires::{Link, Lowering, Wiring},
};

/// Why one resource needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EdgeKind {
    /// A `Ref` in a property.
    Reference,
    /// A `Fn::GetAtt` in a property.
    Attribute,
    /// Said with `depends_on`.
    DependsOn,
    /// Follows from something inside a nested stack.
    Nested,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) kind: EdgeKind,
    /// The property with the reference, and the number of the hole in it.
    pub(crate) property: Option<(u32, u32)>,
    /// Only inside a branch of `Fn::If`.
    pub(crate) conditional: bool,
    /// Whether a reference in the template says it, so that `DependsOn` need not.
    pub(crate) written: bool,
    pub(crate) at: At,
}

#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) edges: Vec<Edge>,
    /// Whether every edge leads to something declared earlier, so that there is no circle and numbers are ranks.
    backwards: bool,
    graph: DiGraph<(), u32>,
}

impl Graph {
    pub(crate) fn build(model: &Model, wiring: &Wiring, lowering: Lowering) -> Self {
        let mut edges = Vec::with_capacity(model.holes.len());
        for (index, node) in model.nodes.iter().enumerate() {
            let from = index as u32;
            for number in node.properties.clone() {
                let property = &model.properties[number as usize];
                for (hole_number, hole) in model.value_holes(property.value).iter().enumerate() {
                    let (to, kind) = match &hole.reference.target {
                        Target::Resource(key) => (key.index, EdgeKind::Reference),
                        Target::Attribute(key, _) => (key.index, EdgeKind::Attribute),
                        _ => continue,
                    };
                    edges.push(Edge {
                        from,
                        to,
                        kind,
                        property: Some((number, hole_number as u32)),
                        conditional: hole.conditional,
                        written: true,
                        at: property.at,
                    });
                }
            }
            let Some(attributes) = node.attributes.as_deref() else { continue };
            for (handle, at) in &attributes.depends_on {
                let to = handle.key.index;
                edges.push(Edge {
                    from,
                    to,
                    kind: EdgeKind::DependsOn,
                    property: None,
                    conditional: false,
                    written: false,
                    at,
                });
            }
        }
        if model.stacks.iter().any(|stack| stack.parent.is_some()) {
            lift(model, wiring, lowering, &mut edges);
        }
        let mut graph = DiGraph::with_capacity(model.nodes.len(), edges.len());
        for _ in &model.nodes {
            graph.add_node(());
        }
        for (index, edge) in edges.iter().enumerate() {
            graph.add_edge(
                NodeIndex::new(edge.from as usize),
                NodeIndex::new(edge.to as usize),
                index as u32,
            );
        }
        let backwards = edges.iter().all(|edge| edge.to < edge.from);
        Self { edges, backwards, graph }
    }

    pub(crate) fn outgoing(&self, node: u32) -> impl Iterator<Item = &Edge> {
        self.graph.edges(NodeIndex::new(node as usize)).map(|edge| &self.edges[*edge.weight() as usize])
    }

    fn incoming(&self, node: u32) -> impl Iterator<Item = &Edge> {
        let edges = self.graph.edges_directed(NodeIndex::new(node as usize), Direction::Incoming);
        edges.map(|edge| &self.edges[*edge.weight() as usize])
    }

    /// Every group of resources that need each other, as the edges of a shortest circle through its first one.
    pub(crate) fn cycles(&self) -> Vec<Vec<Edge>> {
        // A handle exists before it can be used, so that an edge to a later resource takes an edit, a
        // `depends_on` across, or a nested stack. Without one there is no circle.
        if self.backwards {
            return Vec::new();
        }
        let mut cycles = Vec::new();
        for component in petgraph::algo::tarjan_scc(&self.graph) {
            let mut members: Vec<u32> = component.iter().map(|node| node.index() as u32).collect();
            members.sort_unstable();
            let first = members[0];
            let circular = members.len() > 1 || self.outgoing(first).any(|edge| edge.to == first);
            if circular {
                let circle = self.shortest_circle(first, &members);
                let place = cycles
                    .partition_point(|other: &Vec<Edge>| other.first().is_some_and(|edge| edge.from < first));
                cycles.insert(place, circle);
            }
        }
        cycles
    }

    fn shortest_circle(&self, start: u32, members: &[u32]) -> Vec<Edge> {
        let position = |node: u32| members.binary_search(&node).ok();
        let mut reached: Vec<Option<Edge>> = vec![None; members.len()];
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            // petgraph lists the newest edge first.
            let mut outgoing: Vec<&Edge> = self.outgoing(node).collect();
            outgoing.reverse();
            for edge in outgoing {
                if edge.to == start {
                    let mut circle = vec![*edge];
                    let mut current = node;
                    while let (true, Some(Some(edge))) =
                        (current != start, position(current).map(|p| reached[p]))
                    {
                        circle.push(edge);
                        current = edge.from;
                    }
                    circle.reverse();
                    return circle;
                }
                if let Some(position) = position(edge.to)
                    && reached[position].is_none()
                {
                    reached[position] = Some(*edge);
                    queue.push_back(edge.to);
                }
            }
        }
        Vec::new()
    }

    /// What is left of a resource's `DependsOn` when everything that follows from something else is taken away, in
    /// the order of their ids.
    ///
    /// Only what holds in every case counts: a reference in a branch of a condition, or through a resource that
    /// has a condition, may not be there.
    pub(crate) fn depends_on(&self, model: &Model, ids: &Ids, node: u32) -> Vec<u32> {
        let stack = model.nodes[node as usize].stack;
        let certain = |edge: &&Edge| !edge.conditional && model.nodes[edge.to as usize].stack == stack;
        let mut direct: Vec<u32> = Vec::new();
        for edge in self.outgoing(node).filter(certain) {
            let place = direct.partition_point(|other| ids.node(*other) < ids.node(edge.to));
            if !edge.written && direct.get(place) != Some(&edge.to) {
                direct.insert(place, edge.to);
            }
        }
        let referenced =
            |to: u32| self.outgoing(node).filter(certain).any(|edge| edge.to == to && edge.written);
        let unconditional = |node: u32| {
            model.nodes[node as usize]
                .attributes
                .as_ref()
                .is_none_or(|attributes| attributes.condition.is_none())
        };
        let candidates = direct.clone();
        direct.retain(|target| {
            if referenced(*target) {
                return false;
            }
            // Is there a way round, of at least two certain steps?
            let mut seen = std::collections::HashSet::from([node]);
            let mut open: Vec<u32> = self
                .outgoing(node)
                .filter(certain)
                .filter(|edge| edge.written || candidates.contains(&edge.to))
                .map(|edge| edge.to)
                .filter(|to| to != target && unconditional(*to))
                .collect();
            while let Some(current) = open.pop() {
                if !seen.insert(current) {
                    continue;
                }
                // What was declared before the target does not lead to it.
                if self.backwards && current < *target {
                    continue;
                }
                for edge in self.outgoing(current).filter(certain) {
                    if edge.to == *target {
                        return false;
                    }
                    if unconditional(edge.to) {
                        open.push(edge.to);
                    }
                }
            }
            true
        });
        direct
    }

    /// The resources of a stack in groups, each of which needs only earlier groups.
    fn waves(&self, model: &Model, stack: u32) -> Vec<Vec<u32>> {
        let nodes = &model.stacks[stack as usize].nodes;
        let position = |node: u32| nodes.binary_search(&node).ok();
        let mut open: Vec<usize> = vec![0; nodes.len()];
        for (index, node) in nodes.iter().enumerate() {
            open[index] = self.outgoing(*node).filter(|edge| position(edge.to).is_some()).count();
        }
        let mut wave: Vec<u32> =
            nodes.iter().zip(&open).filter(|(_, open)| **open == 0).map(|(node, _)| *node).collect();
        let mut waves = Vec::new();
        while !wave.is_empty() {
            let mut next = Vec::new();
            for node in &wave {
                for edge in self.incoming(*node) {
                    let Some(position) = position(edge.from) else { continue };
                    open[position] -= 1;
                    if open[position] == 0 {
                        next.push(edge.from);
                    }
                }
            }
            next.sort_unstable();
            waves.push(std::mem::replace(&mut wave, next));
        }
        waves
    }
}

/// Adds what stands in templates between a stack's own resources because of the stacks nested in it: what is passed
/// in, what is read out, and what `depends_on` means for the resource that a nested stack is.
fn lift(model: &Model, wiring: &Wiring, lowering: Lowering, edges: &mut Vec<Edge>) {
    let mut lifted = Vec::new();
    for edge in edges.iter() {
        let (from, to) = (&model.nodes[edge.from as usize], &model.nodes[edge.to as usize]);
        if from.stack == to.stack || edge.kind != EdgeKind::DependsOn {
            continue;
        }
        // Up both ways to the innermost stack that holds both, if any does.
        let (up, down) = (chain(model, edge.from), chain(model, edge.to));
        let Some((from, to)) =
            up.iter().find_map(|from| down.iter().find(|to| to.0 == from.0).map(|to| (from.1, to.1)))
        else {
            continue;
        };
        if (from, to) != (edge.from, edge.to) && from != to {
            lifted.push(Edge { from, to, kind: EdgeKind::Nested, ..*edge });
        }
    }
    let implied = |from: u32, to: u32, property: Option<(u32, u32)>, at: At| Edge {
        from,
        to,
        kind: EdgeKind::Nested,
        property,
        conditional: false,
        written: true,
        at,
    };
    for (index, node) in model.nodes.iter().enumerate() {
        for number in node.properties.clone() {
            let property = &model.properties[number as usize];
            for (hole_number, hole) in model.value_holes(property.value).iter().enumerate() {
                if let Link::NestedOutput { node: nested, .. } =
                    wiring.link(node.stack, &hole.reference, lowering)
                {
                    let place = Some((number, hole_number as u32));
                    let edge = implied(index as u32, nested, place, property.at);
                    lifted.push(Edge { conditional: hole.conditional, ..edge });
                }
            }
        }
    }
    for (index, stack) in model.stacks.iter().enumerate() {
        let Some((parent, nested)) = stack.parent else { continue };
        let at = model.nodes[nested as usize].at;
        for (_, carried, lowering) in wiring.arguments(index as u32) {
            match (wiring.link_of(parent, carried, *lowering), carried.target(model)) {
                (Link::Local, Target::Resource(key) | Target::Attribute(key, _)) => {
                    lifted.push(implied(nested, key.index, None, at));
                }
                (Link::NestedOutput { node: inner, .. }, _) => lifted.push(implied(nested, inner, None, at)),
                _ => {}
            }
        }
    }
    edges.extend(lifted);
}

/// A resource, and the nested stacks around it, each with the stack that it stands in.
fn chain(model: &Model, node: u32) -> Vec<(u32, u32)> {
    let stack = model.nodes[node as usize].stack;
    let mut chain = vec![(stack, node)];
    for stack in model.nesting(stack) {
        if let Some((parent, node)) = model.stacks[stack as usize].parent {
            chain.push((parent, node));
        }
    }
    chain
}

/// The finding for a circle of resources.
pub(crate) fn cycle_finding(model: &Model, ids: &Ids, circle: &[Edge], advice: &[Advice]) -> Finding {
    let name = |node: u32| ids.node(node);
    let mut path: Vec<&str> = circle.iter().map(|edge| name(edge.from)).collect();
    path.extend(circle.first().map(|edge| name(edge.from)));
    let mut finding =
        Finding::error("FW0202", format!("resources need each other in a circle: {}", path.join(" -> ")));
    for edge in circle {
        let (from, to) = (name(edge.from), name(edge.to));
        let label = match (edge.kind, edge.property) {
            (EdgeKind::DependsOn, _) => format!("`{from}` depends on `{to}`"),
            (EdgeKind::Nested, _) => {
                format!("`{from}` needs `{to}`, as something nested in one of them does")
            }
            (_, Some((property, hole))) => {
                format!("`{from}` needs `{to}` for `{}`", property_path(model, property, hole))
            }
            (_, None) => format!("`{from}` needs `{to}`"),
        };
        finding = finding.at(edge.at, label);
        let kind = model.kind(edge.from).to_string();
        if !finding.resource_types.contains(&kind) {
            finding.resource_types.push(kind);
        }
    }
    if let Some(edge) = circle.first() {
        let node = &model.nodes[edge.from as usize];
        finding = finding
            .in_stack(crate::ids::stack_path(model, node.stack))
            .template_path(format!("Resources/{}", name(edge.from)));
    }
    let specific: Vec<&str> = advice
        .iter()
        .filter(|advice| finding.resource_types.iter().any(|kind| kind == advice.resource_type))
        .map(|advice| advice.help)
        .collect();
    for help in specific {
        finding = finding.help(help);
    }
    if circle.len() == 1 {
        return finding.help("a resource cannot need itself: use a name that is known beforehand");
    }
    finding.help("take one of these references away: put it into a resource of its own that needs both sides, or use a name that is known beforehand")
}

/// A reference that is always there to a resource that is not.
pub(crate) fn maybe_missing(model: &Model, ids: &Ids, edge: &Edge) -> Option<Finding> {
    let condition =
        |node: u32| model.nodes[node as usize].attributes.as_ref()?.condition.map(|(condition, _)| condition);
    // Whether a condition with another name implies this one is beyond what is looked at here.
    let needed =
        condition(edge.to).filter(|_| edge.written && !edge.conditional && condition(edge.from).is_none())?;
    let (from, to) = (&model.nodes[edge.from as usize], &model.nodes[edge.to as usize]);
    let (id, condition) = (ids.node(edge.to), &ids.conditions[needed.key.index as usize]);
    let finding = Finding::warning(
        "FW0210",
        format!(
            "`{}` always refers to `{id}`, which is only there if `{condition}` holds",
            ids.node(edge.from)
        ),
    )
    .at(edge.at, "referred to here")
    .at(to.at, "the resource with the condition")
    .in_stack(crate::ids::stack_path(model, from.stack))
    .template_path(format!("Resources/{}", ids.node(edge.from)));
    Some(finding.help("choose with `condition.then(..)` or `condition.choose(.., ..)`, or give the other resource the same condition"))
}

/// The same for outputs.
pub(crate) fn outputs_maybe_missing(model: &Model, ids: &Ids) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, stack) in model.stacks.iter().enumerate() {
        for (output, id) in stack.outputs.iter().zip(&ids.outputs[index]) {
            for hole in model.value_holes(output.declared.value).iter().filter(|hole| !hole.conditional) {
                let (Target::Resource(key) | Target::Attribute(key, _)) = hole.reference.target else {
                    continue;
                };
                let node = &model.nodes[key.index as usize];
                let needed = node.attributes.as_ref().and_then(|attributes| attributes.condition);
                if let (Some((needed, _)), None) = (needed, output.condition) {
                    let (name, condition) = (ids.node(key.index), &ids.conditions[needed.key.index as usize]);
                    findings.push(
                        Finding::warning("FW0210", format!("output `{id}` always refers to `{name}`, which is only there if `{condition}` holds"))
                            .at(output.declared.at, "declared here")
                            .at(node.at, "the resource with the condition")
                            .in_stack(&*stack.id)
                            .template_path(format!("Outputs/{id}"))
                            .help("give the output the same condition with `.condition(..)`"),
                    );
                }
            }
        }
    }
    findings
}

/// How a circle that a type of resource is part of can be broken; known to whoever knows the type.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// The type, such as `AWS::EC2::SecurityGroup`.
    pub resource_type: &'static str,
    /// The property that makes the circle, such as `Policies`, where it matters which; asked of circles of stacks only.
    pub property: Option<&'static str>,
    /// What to do.
    pub help: &'static str,
}

/// `RedrivePolicy.deadLetterTargetArn`: where in a property a hole is.
pub(crate) fn property_path(model: &Model, property: u32, hole: u32) -> String {
    let property = &model.properties[property as usize];
    let inner = hole_path(model, property.value, hole);
    if inner.is_empty() { property.name.to_string() } else { format!("{}.{inner}", property.name) }
}

/// The names and numbers on the way to a hole, without the functions around it.
pub(crate) fn hole_path(model: &Model, value: Stored, hole: u32) -> String {
    let steps = path::to_hole(model.value_bytes(value), hole).unwrap_or_default();
    let visible = steps.into_iter().scan(false, |inside, step| {
        // Inside a function, positions are those of its arguments and mean nothing to a reader.
        *inside |= step.starts_with("Fn::");
        (!*inside).then_some(step)
    });
    visible.collect::<Vec<_>>().join(".")
}

/// A resource as the graph knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceView {
    /// The handle that `add` gave out.
    pub handle: Handle,
    /// The stack, by the name that the program knows it by.
    pub stack: String,
    /// The logical id.
    pub logical_id: String,
    /// Where it stands within its stack: `Api/TaskRole`.
    pub address: String,
    /// The type.
    pub kind: String,
}

/// One reason why one resource needs another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The resource in need.
    pub from: ResourceView,
    /// The resource needed.
    pub to: ResourceView,
    /// Why.
    pub kind: EdgeKind,
    /// The property with the reference, such as `RedrivePolicy.deadLetterTargetArn`.
    pub property: Option<String>,
    /// Whether it holds only in a branch of a condition.
    pub conditional: bool,
    /// The line that said so.
    pub at: SourceLocation,
}

/// The dependency graph of an assembly.
///
/// ```
/// # use formwork_core::{json, App, Options, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("jobs");
/// let dead = stack.add("Dead", Resource::raw("AWS::SQS::Queue"));
/// let jobs = stack.add("Jobs", Resource::raw("AWS::SQS::Queue")
///     .set("RedrivePolicy", json!({"deadLetterTargetArn": dead.attribute("Arn"), "maxReceiveCount": 3})));
///
/// let assembly = app.synth(&Options::default())?;
/// let graph = assembly.graph();
/// assert_eq!(graph.dependencies(jobs)[0].property.as_deref(), Some("RedrivePolicy.deadLetterTargetArn"));
/// assert_eq!(graph.dependents(dead)[0].from.logical_id, "Jobs");
/// assert_eq!(graph.waves("jobs").len(), 2);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GraphView<'a> {
    pub(crate) model: &'a Model,
    pub(crate) ids: &'a Ids,
    pub(crate) graph: &'a Graph,
}

impl GraphView<'_> {
    fn view(&self, node: u32) -> ResourceView {
        let data = &self.model.nodes[node as usize];
        ResourceView {
            handle: Handle { key: self.model.key(node) },
            stack: crate::ids::stack_path(self.model, data.stack),
            logical_id: self.ids.node(node).to_owned(),
            address: self.model.address(node),
            kind: self.model.kind(node).to_string(),
        }
    }

    fn dependency(&self, edge: &Edge) -> Dependency {
        Dependency {
            from: self.view(edge.from),
            to: self.view(edge.to),
            kind: edge.kind,
            property: edge.property.map(|(property, hole)| property_path(self.model, property, hole)),
            conditional: edge.conditional,
            at: edge.at.into(),
        }
    }

    pub(crate) fn node(&self, resource: impl AsHandle) -> Option<u32> {
        let key = resource.as_handle().key;
        (key.app == self.model.app && (key.index as usize) < self.model.nodes.len()).then_some(key.index)
    }

    /// All resources, in the order in which they were added.
    pub fn resources(&self) -> Vec<ResourceView> {
        (0..self.model.nodes.len() as u32).map(|node| self.view(node)).collect()
    }

    /// All dependencies.
    pub fn edges(&self) -> Vec<Dependency> {
        self.graph.edges.iter().map(|edge| self.dependency(edge)).collect()
    }

    /// What a resource needs, directly, in the order in which it was said.
    pub fn dependencies(&self, of: impl AsHandle) -> Vec<Dependency> {
        let Some(node) = self.node(of) else { return Vec::new() };
        let mut edges: Vec<&Edge> = self.graph.outgoing(node).collect();
        // petgraph lists the newest edge first.
        edges.reverse();
        edges.into_iter().map(|edge| self.dependency(edge)).collect()
    }

    /// What needs a resource, directly.
    pub fn dependents(&self, of: impl AsHandle) -> Vec<Dependency> {
        let Some(node) = self.node(of) else { return Vec::new() };
        let mut edges: Vec<&Edge> = self.graph.incoming(node).collect();
        edges.reverse();
        edges.into_iter().map(|edge| self.dependency(edge)).collect()
    }

    /// What a resource needs, directly or through others, also in other stacks.
    pub fn all_dependencies(&self, of: impl AsHandle) -> Vec<ResourceView> {
        self.reach(of, |graph, node| graph.outgoing(node).map(|edge| edge.to).collect())
    }

    /// What needs a resource, directly or through others, also in other stacks.
    pub fn all_dependents(&self, of: impl AsHandle) -> Vec<ResourceView> {
        self.reach(of, |graph, node| graph.incoming(node).map(|edge| edge.from).collect())
    }

    fn reach(&self, of: impl AsHandle, next: impl Fn(&Graph, u32) -> Vec<u32>) -> Vec<ResourceView> {
        let Some(start) = self.node(of) else { return Vec::new() };
        let mut reached = std::collections::BTreeSet::new();
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            open.extend(next(self.graph, node).into_iter().filter(|node| reached.insert(*node)));
        }
        reached.into_iter().filter(|node| *node != start).map(|node| self.view(node)).collect()
    }

    /// The resources of a stack in waves: each needs only what earlier waves made, so that CloudFormation can
    /// make all of one at once. Empty where there is no such stack.
    pub fn waves(&self, stack: &str) -> Vec<Vec<ResourceView>> {
        let stacks = 0..self.model.stacks.len() as u32;
        let found = stacks.into_iter().find(|index| crate::ids::stack_path(self.model, *index) == stack);
        let waves = found.map(|stack| self.graph.waves(self.model, stack)).unwrap_or_default();
        waves.into_iter().map(|wave| wave.into_iter().map(|node| self.view(node)).collect()).collect()
    }
}
