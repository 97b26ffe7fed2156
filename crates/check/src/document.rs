//! A document as a reader made it: a tree in one buffer, where every node knows its place in the text.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// The number of a node.
pub(crate) type NodeId = u32;

/// The deepest nesting that a reader takes; CloudFormation's own templates stay below a few dozen levels.
pub(crate) const DEPTH: usize = 200;

/// Maps with more entries than this are looked up by key.
const LARGE: usize = 24;

/// A tree of values.
#[derive(Debug, Default)]
pub(crate) struct Document {
    nodes: Vec<Node>,
    /// The contents of lists, one after the other.
    items: Vec<NodeId>,
    /// The contents of maps, one after the other.
    entries: Vec<Entry>,
    /// All text, one after the other.
    text: String,
    /// The entries of large maps by key, so that looking up all of them stays linear.
    large: HashMap<NodeId, HashMap<Box<str>, NodeId>>,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    parent: NodeId,
    /// Its place among all items or entries.
    slot: u32,
    line: u32,
    column: u32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Null,
    Bool(bool),
    /// A number as it was written.
    Number(Text),
    Text(Text),
    List(u32, u32),
    Map(u32, u32),
}

/// An entry of a map.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Text,
    /// Where the key stands.
    line: u32,
    column: u32,
    value: NodeId,
}

/// A range of the document's text.
#[derive(Clone, Copy, Debug)]
struct Text(u32, u32);

impl Text {
    fn range(self) -> Range<usize> {
        self.0 as usize..self.1 as usize
    }
}

/// A node as a rule sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    Null,
    Bool(bool),
    /// A number as it was written: `80`, `1e3`.
    Number(&'a str),
    Text(&'a str),
    List(List<'a>),
    Map(Map<'a>),
}

/// The contents of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a>(&'a [NodeId]);

/// The contents of a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map<'a> {
    document: &'a Document,
    entries: &'a [Entry],
    by_key: Option<&'a HashMap<Box<str>, NodeId>>,
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl PartialEq for Map<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.entries, other.entries)
    }
}

impl<'a> List<'a> {
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = NodeId> + 'a {
        self.0.iter().copied()
    }

    pub(crate) fn get(self, index: usize) -> Option<NodeId> {
        self.0.get(index).copied()
    }
}

impl<'a> Map<'a> {
    pub(crate) fn len(self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, NodeId)> + 'a {
        let Self { document, entries, .. } = self;
        entries.iter().map(move |entry| (&document.text[entry.key.range()], entry.value))
    }

    /// The value of a key; of a key that stands there twice, the last one's.
    pub(crate) fn get(self, key: &str) -> Option<NodeId> {
        match self.by_key {
            Some(by_key) => by_key.get(key).copied(),
            None => {
                let text = self.document.text.as_bytes();
                let is = |entry: &&Entry| {
                    (entry.key.1 - entry.key.0) as usize == key.len()
                        && text.get(entry.key.range()) == Some(key.as_bytes())
                };
                self.entries.iter().rev().find(is).map(|entry| entry.value)
            }
        }
    }

    /// The only entry: how functions are written.
    pub(crate) fn only(self) -> Option<(&'a str, NodeId)> {
        if self.entries.len() == 1 { self.iter().next() } else { None }
    }
}

impl Document {
    /// The outermost node is the first one.
    pub(crate) const ROOT: NodeId = 0;

    #[inline]
    pub(crate) fn content(&self, id: NodeId) -> Content<'_> {
        let Some(node) = self.nodes.get(id as usize) else { return Content::Null };
        match node.kind {
            Kind::Null => Content::Null,
            Kind::Bool(value) => Content::Bool(value),
            Kind::Number(text) => Content::Number(&self.text[text.range()]),
            Kind::Text(text) => Content::Text(&self.text[text.range()]),
            Kind::List(start, end) => Content::List(List(&self.items[start as usize..end as usize])),
            Kind::Map(start, end) => {
                let entries = &self.entries[start as usize..end as usize];
                let by_key = if entries.len() > LARGE { self.large.get(&id) } else { None };
                Content::Map(Map { document: self, entries, by_key })
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node that holds a node; the outermost holds itself.
    pub(crate) fn parent(&self, node: NodeId) -> NodeId {
        self.nodes.get(node as usize).map_or(Self::ROOT, |node| node.parent)
    }

    /// Line and column of a node; of a value in a map, its key's.
    pub(crate) fn position(&self, node: NodeId) -> (u32, u32) {
        let Some(Node { parent, slot, line, column, .. }) = self.nodes.get(node as usize) else {
            return (1, 1);
        };
        let parent = self.nodes.get(*parent as usize).map(|parent| parent.kind);
        match (parent, self.entries.get(*slot as usize)) {
            (Some(Kind::Map(..)), Some(entry)) if node != Self::ROOT => (entry.line, entry.column),
            _ => (*line, *column),
        }
    }

    /// The names and numbers that lead to a node: `Resources/Vpc/Properties/CidrBlock`.
    pub(crate) fn path(&self, node: NodeId) -> Vec<String> {
        let mut steps = Vec::new();
        let mut node = node;
        while node != Self::ROOT {
            let Some(Node { parent, slot, .. }) = self.nodes.get(node as usize) else { break };
            match self.nodes.get(*parent as usize).map(|parent| parent.kind) {
                Some(Kind::Map(..)) => {
                    let entry = self.entries.get(*slot as usize);
                    steps.push(entry.map_or("", |entry| &self.text[entry.key.range()]).to_owned());
                }
                Some(Kind::List(start, _)) => steps.push(slot.saturating_sub(start).to_string()),
                _ => {}
            }
            node = *parent;
        }
        steps.reverse();
        steps
    }

    /// The document as JSON.
    #[cfg(feature = "guard")]
    pub(crate) fn json(&self) -> String {
        self.value(Self::ROOT).to_string()
    }

    // Readers limit the depth.
    #[cfg(feature = "guard")]
    fn value(&self, node: NodeId) -> serde_json::Value {
        match self.content(node) {
            Content::Null => serde_json::Value::Null,
            Content::Bool(value) => value.into(),
            Content::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            Content::Text(text) => text.into(),
            Content::List(list) => list.iter().map(|item| self.value(item)).collect(),
            Content::Map(map) => map.iter().map(|(key, value)| (key.to_owned(), self.value(value))).collect(),
        }
    }

    /// The node at the end of a path.
    #[cfg(any(test, feature = "guard"))]
    pub(crate) fn at(&self, path: &[&str]) -> Option<NodeId> {
        let mut node = Self::ROOT;
        for step in path {
            node = match self.content(node) {
                Content::Map(map) => map.get(step)?,
                Content::List(list) => list.get(step.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

/// Every key that stands a second time in its map, with line and column of each, in the order of the text.
pub(crate) fn duplicates(document: &Document) -> Vec<(String, u32, u32)> {
    let mut found = Vec::new();
    for node in &document.nodes {
        let Kind::Map(start, end) = node.kind else { continue };
        let entries = document.entries.get(start as usize..end as usize).unwrap_or_default();
        for entry in repeated(entries, &document.text) {
            found.push((document.text[entry.key.range()].to_owned(), entry.line, entry.column));
        }
    }
    // Copies of an alias have the place of what they were copied from.
    found.sort_unstable_by(|a, b| (a.1, a.2, &a.0).cmp(&(b.1, b.2, &b.0)));
    found.dedup();
    found
}

/// The entries whose key stands in an earlier one.
fn repeated<'a>(entries: &'a [Entry], text: &'a str) -> Vec<&'a Entry> {
    const FEW: usize = 8;
    let key = |entry: &Entry| &text[entry.key.range()];
    if entries.len() <= FEW {
        let before = |index: usize| entries.iter().take(index);
        let again = |(index, entry): &(usize, &Entry)| before(*index).any(|known| key(known) == key(entry));
        return entries.iter().enumerate().filter(again).map(|(_, entry)| entry).collect();
    }
    let mut known = HashSet::with_capacity(entries.len());
    entries.iter().filter(|entry| !known.insert(key(entry))).collect()
}

/// Puts a document together, from the events of a reader: iterative, so that no nesting overflows the stack.
///
/// Every `open_*` has its `close`; in a map, every value follows its [`key`](Self::key).
#[derive(Debug, Default)]
pub(crate) struct DocumentBuilder {
    document: Document,
    open: Vec<Open>,
    /// Contents of everything open, the innermost last.
    items: Vec<NodeId>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Open {
    node: NodeId,
    map: bool,
    /// Where its contents begin among those of everything open.
    start: usize,
    key: Option<(Text, u32, u32)>,
}

impl DocumentBuilder {
    /// How many lists and maps are open.
    #[cfg(feature = "yaml")]
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    fn text(&mut self, text: &str) -> Text {
        let start = self.document.text.len() as u32;
        self.document.text.push_str(text);
        Text(start, self.document.text.len() as u32)
    }

    fn node(&mut self, kind: Kind, line: u32, column: u32) -> NodeId {
        let id = self.document.nodes.len() as NodeId;
        let parent = self.open.last().map_or(Document::ROOT, |open| open.node);
        self.document.nodes.push(Node { kind, parent, slot: 0, line, column });
        match self.open.last_mut() {
            Some(open) if open.map => {
                let (key, line, column) = open.key.take().unwrap_or((Text(0, 0), line, column));
                self.entries.push(Entry { key, line, column, value: id });
            }
            Some(_) => self.items.push(id),
            None => {}
        }
        id
    }

    /// The key of the next value, in a map.
    pub(crate) fn key(&mut self, key: &str, line: u32, column: u32) {
        let key = self.text(key);
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, line, column));
        }
    }

    pub(crate) fn null(&mut self, line: u32, column: u32) {
        self.node(Kind::Null, line, column);
    }

    pub(crate) fn bool(&mut self, value: bool, line: u32, column: u32) {
        self.node(Kind::Bool(value), line, column);
    }

    pub(crate) fn number(&mut self, text: &str, line: u32, column: u32) {
        let text = self.text(text);
        self.node(Kind::Number(text), line, column);
    }

    pub(crate) fn string(&mut self, text: &str, line: u32, column: u32) {
        let text = self.text(text);
        self.node(Kind::Text(text), line, column);
    }

    pub(crate) fn open_list(&mut self, line: u32, column: u32) {
        let node = self.node(Kind::List(0, 0), line, column);
        self.open.push(Open { node, map: false, start: self.items.len(), key: None });
    }

    pub(crate) fn open_map(&mut self, line: u32, column: u32) {
        let node = self.node(Kind::Map(0, 0), line, column);
        self.open.push(Open { node, map: true, start: self.entries.len(), key: None });
    }

    /// Closes the list or map that was opened last.
    pub(crate) fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let kind = if open.map {
            let start = self.document.entries.len() as u32;
            self.document.entries.extend(self.entries.drain(open.start..));
            for (slot, entry) in self.document.entries.iter().enumerate().skip(start as usize) {
                self.document.nodes[entry.value as usize].slot = slot as u32;
            }
            let entries = &self.document.entries[start as usize..];
            if entries.len() > LARGE {
                let key = |entry: &Entry| (self.document.text[entry.key.range()].into(), entry.value);
                self.document.large.insert(open.node, entries.iter().map(key).collect());
            }
            Kind::Map(start, self.document.entries.len() as u32)
        } else {
            let start = self.document.items.len() as u32;
            self.document.items.extend(self.items.drain(open.start..));
            for (slot, item) in self.document.items.iter().enumerate().skip(start as usize) {
                self.document.nodes[*item as usize].slot = slot as u32;
            }
            Kind::List(start, self.document.items.len() as u32)
        };
        self.document.nodes[open.node as usize].kind = kind;
    }

    /// The document, with everything closed.
    pub(crate) fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.close();
        }
        if self.document.nodes.is_empty() {
            self.null(1, 1);
        }
        self.document
    }
}
