//! Which resources refer to which, in one world.

use std::collections::{HashMap, HashSet};

use super::{Content, Context, NodeId, Piece, Reference, Resolved, Resource, SubPart, substitution_parts};

/// References by resource, both ways.
#[derive(Debug, Default)]
pub(super) struct Edges {
    pub(super) all: Vec<Edge>,
    pub(super) outgoing: HashMap<(u32, u32), Vec<u32>>,
    pub(super) incoming: HashMap<(u32, u32), Vec<u32>>,
}

#[derive(Debug)]
pub(super) struct Edge {
    from: (u32, u32),
    to: (u32, u32),
    node: (u32, NodeId),
    attribute: Option<String>,
}

impl<'a> Context<'a> {
    pub(super) fn edges(&'a self) -> &'a Edges {
        self.edges.get_or_init(|| {
            let mut edges = Edges::default();
            for resource in self.resources() {
                self.walk(resource, &mut edges);
            }
            for (number, edge) in edges.all.iter().enumerate() {
                edges.outgoing.entry(edge.from).or_default().push(number as u32);
                edges.incoming.entry(edge.to).or_default().push(number as u32);
            }
            edges
        })
    }

    /// All resources that conditions touch: those that have one, choose by one, or use a parameter that one compares;
    /// and all that are connected with such by references, in either direction.
    pub(crate) fn varying(&'a self) -> HashSet<Resource<'a>> {
        let mut open: Vec<Resource<'a>> =
            self.resources().filter(|resource| self.is_touched(*resource)).collect();
        let mut varying: HashSet<Resource<'a>> = open.iter().copied().collect();
        while let Some(resource) = open.pop() {
            let referred = resource.references().into_iter().map(|reference| reference.to);
            let referring = resource.referrers().into_iter().map(|reference| reference.from);
            open.extend(referred.chain(referring).filter(|next| varying.insert(*next)));
        }
        varying
    }

    /// Whether a condition, or a parameter that conditions compare, stands somewhere in a resource.
    fn is_touched(&self, resource: Resource<'a>) -> bool {
        let Some(document) = self.document(resource.template) else { return false };
        let world = self.worlds.get(resource.template as usize);
        let compared = |name: &str| world.is_some_and(|world| world.parameter(name).is_some());
        let mut open = vec![resource.value().node];
        if resource.value().entry("Condition").is_some() {
            return true;
        }
        while let Some(node) = open.pop() {
            match document.content(node) {
                Content::List(list) => open.extend(list.iter()),
                Content::Map(map) => {
                    for (key, value) in map.iter() {
                        let touched = match (key, document.content(value)) {
                            ("Fn::If", _) => true,
                            ("Ref", Content::Text(name)) => compared(name),
                            ("Fn::Sub", Content::Text(text)) => substitution_parts(text)
                                .iter()
                                .any(|part| matches!(part, SubPart::Name(name) if compared(name))),
                            _ => false,
                        };
                        if touched {
                            return true;
                        }
                        open.push(value);
                    }
                }
                // The text of a substitution with variables is the first item of a list.
                Content::Text(text) if text.contains("${") => {
                    let names = substitution_parts(text);
                    if names.iter().any(|part| matches!(part, SubPart::Name(name) if compared(name))) {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Notes all references of one resource.
    fn walk(&'a self, from: Resource<'a>, edges: &mut Edges) {
        let mut open = vec![from.value()];
        while let Some(value) = open.pop() {
            let Some(document) = self.document(value.template) else { continue };
            let mut note = |to: Resource<'a>, attribute: Option<&str>| {
                edges.all.push(Edge {
                    from: (from.template, from.index),
                    to: (to.template, to.index),
                    node: (value.template, value.node),
                    attribute: attribute.map(str::to_owned),
                });
            };
            match document.content(value.node) {
                Content::List(list) => {
                    let mut items: Vec<_> =
                        list.iter().map(|node| self.value(value.template, node)).collect();
                    items.reverse();
                    open.extend(items);
                }
                Content::Map(map) => match map.only() {
                    Some(("Fn::If", _)) => {
                        open.extend(value.chosen());
                    }
                    Some(("Ref" | "Fn::GetAtt" | "Fn::ImportValue" | "Fn::GetStackOutput", _)) => {
                        if let Resolved::Yields(to, attribute) = value.resolve() {
                            note(to, attribute);
                        }
                    }
                    Some(("Fn::Sub", argument)) => {
                        for piece in value.pieces() {
                            if let Piece::Yields(to, attribute) = piece {
                                note(to, attribute);
                            }
                        }
                        // Variables of a substitution were followed by its pieces.
                        let _ = argument;
                    }
                    _ => {
                        let mut entries: Vec<_> =
                            map.iter().map(|(_, node)| self.value(value.template, node)).collect();
                        entries.reverse();
                        open.extend(entries);
                    }
                },
                _ => {}
            }
        }
        for id in from.depends_on_ids() {
            if let Some(to) = self.resource(from.template, &id) {
                let node = (from.template, from.attribute("DependsOn").node);
                let from = (from.template, from.index);
                edges.all.push(Edge { from, to: (to.template, to.index), node, attribute: None });
            }
        }
    }

    pub(super) fn reference(&'a self, number: u32) -> Option<Reference<'a>> {
        let edge = self.edges().all.get(number as usize)?;
        let resource = |(template, index)| Resource { context: self, template, index };
        Some(Reference {
            from: resource(edge.from),
            to: resource(edge.to),
            attribute: edge.attribute.as_deref(),
            at: self.value(edge.node.0, edge.node.1),
        })
    }
}
