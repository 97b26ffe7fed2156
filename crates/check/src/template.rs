//! A template as rules see it: its sections by name, over a [`Document`].

use std::collections::HashMap;

use formwork_core::AssembledStack;

use crate::document::{Content, Document, Map, NodeId};

/// One template with what is known about where it comes from and where it goes.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    pub(crate) document: Document,
    pub(crate) origin: Origin<'a>,
    /// How long its text is.
    pub(crate) bytes: usize,
    /// The Region that it is deployed to, where that is known.
    pub(crate) region: Option<String>,
    /// The account, where that is known.
    pub(crate) account: Option<String>,
    /// The name of its stack, where that is known.
    pub(crate) stack_name: Option<String>,
    /// What is passed to its parameters: the output of another template of the system.
    pub(crate) passed: HashMap<String, (u32, String)>,
    resources: Vec<Declared>,
    by_id: HashMap<String, u32>,
    by_type: HashMap<String, Vec<u32>>,
}

/// Where a template comes from.
#[derive(Clone, Debug)]
pub(crate) enum Origin<'a> {
    /// A program: findings show its lines.
    Stack(AssembledStack<'a>),
    /// A file: findings show lines of the template.
    File(String),
}

/// A resource of a template.
#[derive(Clone, Debug)]
struct Declared {
    id: String,
    kind: String,
    node: NodeId,
}

impl<'a> Template<'a> {
    pub(crate) fn new(document: Document, origin: Origin<'a>) -> Self {
        let mut template = Self {
            document,
            origin,
            bytes: 0,
            region: None,
            account: None,
            stack_name: None,
            passed: HashMap::new(),
            resources: Vec::new(),
            by_id: HashMap::new(),
            by_type: HashMap::new(),
        };
        let mut resources = Vec::new();
        for (id, node) in template.section("Resources") {
            let Content::Map(resource) = template.document.content(node) else { continue };
            let kind = resource.get("Type").map(|kind| template.document.content(kind));
            let Some(Content::Text(kind)) = kind else { continue };
            resources.push(Declared { id: id.to_owned(), kind: kind.to_owned(), node });
        }
        for (index, resource) in resources.iter().enumerate() {
            template.by_id.insert(resource.id.clone(), index as u32);
            template.by_type.entry(resource.kind.clone()).or_default().push(index as u32);
        }
        template.resources = resources;
        template
    }

    pub(crate) fn map(&self, node: NodeId) -> Option<Map<'_>> {
        match self.document.content(node) {
            Content::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries of a section such as `Parameters`.
    pub(crate) fn section(&self, name: &str) -> impl Iterator<Item = (&str, NodeId)> {
        let root = self.map(Document::ROOT);
        let section = root.and_then(|root| root.get(name)).and_then(|section| self.map(section));
        section.into_iter().flat_map(Map::iter)
    }

    /// An entry of a section.
    pub(crate) fn entry(&self, section: &str, name: &str) -> Option<NodeId> {
        self.map(self.map(Document::ROOT)?.get(section)?)?.get(name)
    }

    /// How many resources have a type.
    pub(crate) fn resource_count(&self) -> u32 {
        self.resources.len() as u32
    }

    pub(crate) fn resource(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn of_type(&self, kind: &str) -> &[u32] {
        self.by_type.get(kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = &str> {
        self.by_type.keys().map(String::as_str)
    }

    pub(crate) fn resource_id(&self, index: u32) -> &str {
        self.resources.get(index as usize).map_or("", |resource| &resource.id)
    }

    pub(crate) fn resource_type(&self, index: u32) -> &str {
        self.resources.get(index as usize).map_or("", |resource| &resource.kind)
    }

    pub(crate) fn resource_node(&self, index: u32) -> NodeId {
        self.resources.get(index as usize).map_or(Document::ROOT, |resource| resource.node)
    }
}
