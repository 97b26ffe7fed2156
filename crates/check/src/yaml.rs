//! YAML text to a [`Document`], as CloudFormation reads it: `!Ref x` becomes `{"Ref": "x"}`, aliases become
//! copies, merge keys are merged. Iterative, and linear in the length of the text and of what its aliases stand for.
//!
//! Plain text is typed by the rules of YAML 1.1 as PyYAML has them, except that dates stay text: `yes` is a
//! boolean, `010` is 8, `1:30` is 90, and `1e3` and `0o10` are text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::document::{DEPTH, Document, DocumentBuilder};
use crate::json::{Malformed, shortened};
use crate::source::{Note, notes};

/// The longest text that is read; CloudFormation takes templates of up to 1 MB.
const LONGEST: usize = 16 << 20;

/// How many bytes are parsed at most while what only the parser minds is repaired.
const MOST_WORK: usize = 64 << 20;

/// Reads a YAML document.
pub(crate) fn read(text: &str) -> Result<(Document, Vec<Note>), Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LONGEST {
        return malformed((1, 1), format!("the file is larger than {} MB", LONGEST >> 20));
    }
    only_printable(text)?;
    let mut source = Source { text: Cow::Borrowed(text), shifts: HashMap::new() };
    let mut work = text.len();
    loop {
        let error = match Tree::parse(&source) {
            Ok(tree) => {
                let document = Writer::new(&tree, text.len()).document()?;
                let notes = notes(&document);
                return Ok((document, notes));
            }
            Err(Refusal::Malformed(malformed)) => return Err(malformed),
            Err(Refusal::Syntax(error)) => error,
        };
        work += source.text.len();
        match source.repaired(&error) {
            Some(repaired) if work <= MOST_WORK && repaired.text.len() <= LONGEST => source = repaired,
            _ => return Err(source.worded(&error)),
        }
    }
}

/// Line and column, from 1.
type Place = (u32, u32);

fn malformed<T>((line, column): Place, message: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed { message: message.into(), line, column })
}

fn too_deep<T>(place: Place) -> Result<T, Malformed> {
    malformed(place, format!("nested deeper than {DEPTH} levels"))
}

/// Refuses the characters that YAML does not have; the parser lets most of them pass.
fn only_printable(text: &str) -> Result<(), Malformed> {
    let printable = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    let Some((at, c)) = text.char_indices().find(|(_, c)| !printable(*c)) else { return Ok(()) };
    let before = text.get(..at).unwrap_or_default().replace("\r\n", "\n").replace('\r', "\n");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = format!("the control character U+{:04X} cannot stand in a YAML file", u32::from(c));
    malformed((line as u32, column as u32), message)
}

/// Why there is no tree.
enum Refusal {
    Syntax(ScanError),
    Malformed(Malformed),
}

/// The text that is parsed.
///
/// The parser is stricter than CloudFormation in two matters, which templates in use rely on: a line within quotes
/// may not begin left of its surroundings, and no tab may follow the `:` of a key. Such text is repaired, and
/// parsed again.
struct Source<'t> {
    text: Cow<'t, str>,
    /// By how many columns a repair moved what stands in a line.
    shifts: HashMap<u32, u32>,
}

impl<'t> Source<'t> {
    fn place(&self, marker: &Marker) -> Place {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let (line, column) = (number(marker.line()).max(1), number(marker.col()).saturating_add(1));
        let shift = self.shifts.get(&line).copied().unwrap_or_default();
        (line, column.saturating_sub(shift).max(1))
    }

    /// The text without what an error complains of, if that is one of the two matters.
    fn repaired(&self, error: &ScanError) -> Option<Source<'t>> {
        let said = error.info();
        let marker = error.marker();
        let (at, _) = self.text.char_indices().nth(marker.index())?;
        let (before, after) = self.text.split_at_checked(at)?;
        if said.contains("invalid indentation in quoted scalar") {
            return self.indented(before, after, marker);
        }
        if !said.contains("must be followed by a valid YAML whitespace") {
            return None;
        }
        let text = before.trim_end_matches([' ', '\t']);
        let spaces = " ".repeat(before.len() - text.len());
        if !before.ends_with(['\t', ' ']) || before.ends_with(&spaces) {
            return None;
        }
        Some(Source { text: Cow::Owned(format!("{text}{spaces}{after}")), shifts: self.shifts.clone() })
    }

    /// Moves the lines of quoted text to the right of its opening quote; spaces at their beginning do not count.
    fn indented(&self, before: &str, quoted: &str, marker: &Marker) -> Option<Source<'t>> {
        let line = u32::try_from(marker.line()).ok()?;
        // Once is enough, or does not help.
        if self.shifts.contains_key(&line.saturating_add(1)) {
            return None;
        }
        let indent = " ".repeat(marker.col());
        let (quoted, after) = quoted.split_at_checked(quoted_length(quoted)?)?;
        let mut text = before.to_owned();
        let mut shifts = self.shifts.clone();
        for (number, content) in (line..).zip(quoted.split_inclusive('\n')) {
            // At the beginning of a line, these end the document, also within quotes.
            let end = content.starts_with("---") || content.starts_with("...");
            if number > line && !end {
                text.push_str(&indent);
                *shifts.entry(number).or_default() += u32::try_from(marker.col()).ok()?;
            }
            text.push_str(content);
            if text.len() > LONGEST {
                return None;
            }
        }
        // Without a line that moved, the parser would say the same again.
        if text.len() == before.len() + quoted.len() {
            return None;
        }
        text.push_str(after);
        Some(Source { text: Cow::Owned(text), shifts })
    }

    /// An error in our words.
    fn worded(&self, error: &ScanError) -> Malformed {
        let (line, column) = self.place(error.marker());
        let here = self.text.chars().nth(error.marker().index());
        let said = error.info();
        let message = match (WORDS.iter().find(|(theirs, _)| said.contains(theirs)), here) {
            (Some(_), Some('!')) if said.contains("did not find expected key") => SECOND_TAG.to_owned(),
            (Some((_, ours)), _) => (*ours).to_owned(),
            (None, Some(here)) if said.contains("unexpected character") => {
                format!("text cannot begin with `{here}`; it needs quotes")
            }
            (None, _) => said.to_owned(),
        };
        Malformed { message, line, column }
    }
}

/// The length of text in quotes, with them.
fn quoted_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            characters.next();
        } else if c == quote {
            // Within single quotes, two of them are one.
            if quote == '"' || characters.next_if(|(_, c)| *c == quote).is_none() {
                return Some(at + 1);
            }
        }
    }
    None
}

/// What the file says, before aliases and merge keys are resolved.
///
/// The nodes are in the order of the text, so that those within a list or map follow it, up to its `end`; in a map,
/// keys and values take turns. An alias names a node that ended before it, hence no chain of aliases leads back to
/// its beginning.
#[derive(Default)]
struct Tree<'t> {
    nodes: Vec<Written<'t>>,
}

struct Written<'t> {
    what: What<'t>,
    tag: Tag,
    place: Place,
    /// Behind the last node within this one; 0 while that is not known.
    end: usize,
}

enum What<'t> {
    Scalar { text: Cow<'t, str>, plain: bool },
    List,
    Map,
    Alias(usize),
}

#[derive(Debug)]
enum Tag {
    Absent,
    /// `!`: whatever stands there, with plain text as text.
    Bare,
    Core(Core),
    /// `!Sub`, without the exclamation mark.
    Function(Box<str>),
}

/// The tags of YAML itself that are honoured.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Core {
    Str,
    Int,
    Float,
    Bool,
    Null,
    Map,
    Seq,
}

impl Core {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "str" => Self::Str,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "null" => Self::Null,
            "map" => Self::Map,
            "seq" => Self::Seq,
            _ => return None,
        })
    }
}

impl Tag {
    fn parse(tag: Option<Cow<'_, saphyr_parser::Tag>>, place: Place) -> Result<Self, Malformed> {
        let Some(tag) = tag else { return Ok(Self::Absent) };
        // `!Ref` has the handle `!`, `!!str` has `tag:yaml.org,2002:`, and a lone `!` none.
        let name = format!("{}{}", tag.handle, tag.suffix);
        if let Some(core) = name.strip_prefix("tag:yaml.org,2002:") {
            return match Core::named(core) {
                Some(core) => Ok(Self::Core(core)),
                None => malformed(place, format!("templates do not have the tag `!!{}`", shortened(core))),
            };
        }
        match name.strip_prefix('!') {
            Some("") => Ok(Self::Bare),
            Some(function) => Ok(Self::Function(function.into())),
            None => malformed(place, format!("templates do not have the tag `{}`", shortened(&name))),
        }
    }

    fn is(&self, core: Core) -> bool {
        matches!(self, Self::Core(known) if *known == core)
    }
}

impl<'t> Written<'t> {
    fn is_merge_key(&self) -> bool {
        matches!((&self.what, &self.tag), (What::Scalar { text, plain: true }, Tag::Absent) if text == "<<")
    }
}

/// A tree while its events arrive.
#[derive(Default)]
struct Growing<'t> {
    tree: Tree<'t>,
    /// The nodes of the lists and maps that are open.
    open: Vec<usize>,
    /// The nodes by the parser's numbers of their anchors, which it never uses twice.
    anchors: HashMap<usize, usize>,
    begun: bool,
}

impl<'t> Tree<'t> {
    fn parse(source: &'t Source<'_>) -> Result<Self, Refusal> {
        let mut growing = Growing::default();
        let mut parser = Parser::new_from_str(&source.text);
        // Not the parser's `load`, which recurses.
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(Refusal::Syntax)?;
            if event == Event::StreamEnd {
                break;
            }
            growing.take(event, source.place(&span.start)).map_err(Refusal::Malformed)?;
        }
        if growing.tree.says_nothing() {
            let message = "the file is empty; a template is a map with at least `Resources`";
            return malformed((1, 1), message).map_err(Refusal::Malformed);
        }
        Ok(growing.tree)
    }

    /// Whether there is nothing but comments.
    fn says_nothing(&self) -> bool {
        match self.nodes.first() {
            Some(Written { what: What::Scalar { text, plain: true }, tag: Tag::Absent, .. }) => {
                text.is_empty()
            }
            first => first.is_none(),
        }
    }

    /// The number of a node, or of the one that it is an alias of.
    fn named(&self, node: usize) -> usize {
        match self.nodes.get(node) {
            Some(Written { what: What::Alias(target), .. }) => *target,
            _ => node,
        }
    }

    /// The nodes directly within a list or map.
    fn within(&self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(node).map_or(0, |node| node.end);
        let next = |node: &usize| self.nodes.get(*node).map(|node| node.end);
        std::iter::successors(Some(node + 1), next).take_while(move |node| *node < end)
    }

    /// The entries of a map as it is written: key and value.
    fn entries(&self, map: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut nodes = self.within(map);
        std::iter::from_fn(move || Some((nodes.next()?, nodes.next()?)))
    }
}

impl<'t> Growing<'t> {
    fn take(&mut self, event: Event<'t>, place: Place) -> Result<(), Malformed> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.begun => {
                malformed(place, "a second document begins here; a template is one document")
            }
            Event::DocumentStart(_) => {
                self.begun = true;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                self.push(What::Scalar { text, plain }, Tag::parse(tag, place)?, anchor, place);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(What::List, Tag::parse(tag, place)?, anchor, place)
            }
            Event::MappingStart(anchor, tag) => self.open(What::Map, Tag::parse(tag, place)?, anchor, place),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, place),
        }
    }

    fn push(&mut self, what: What<'t>, tag: Tag, anchor: usize, place: Place) {
        let node = self.tree.nodes.len();
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        let end = if matches!(what, What::List | What::Map) { 0 } else { node + 1 };
        self.tree.nodes.push(Written { what, tag, place, end });
    }

    fn open(&mut self, what: What<'t>, tag: Tag, anchor: usize, place: Place) -> Result<(), Malformed> {
        if self.open.len() >= DEPTH {
            return too_deep(place);
        }
        self.open.push(self.tree.nodes.len());
        self.push(what, tag, anchor, place);
        Ok(())
    }

    fn close(&mut self) {
        let end = self.tree.nodes.len();
        if let Some(node) = self.open.pop().and_then(|node| self.tree.nodes.get_mut(node)) {
            node.end = end;
        }
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Malformed> {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            return malformed(place, UNKNOWN_ANCHOR);
        };
        if self.tree.nodes.get(target).is_none_or(|node| node.end == 0) {
            return malformed(place, "an alias within what it stands for");
        }
        self.push(What::Alias(target), Tag::Absent, 0, place);
        Ok(())
    }
}

/// Writes a tree into a document.
struct Writer<'d, 't> {
    tree: &'d Tree<'t>,
    builder: DocumentBuilder,
    open: Vec<Open>,
    /// How many nodes and bytes the document may have, and how many of them are left.
    most: (usize, usize),
    left: (usize, usize),
}

/// What is open in the document, and what is still to be written into it.
enum Open {
    List {
        next: usize,
        end: usize,
    },
    Map(std::vec::IntoIter<(usize, usize)>),
    /// The map `{"Fn::Name": …}` around the argument of a short function.
    Function,
}

impl<'d, 't> Writer<'d, 't> {
    fn new(tree: &'d Tree<'t>, length: usize) -> Self {
        // Without aliases no text comes near: one node becomes at most the four of `!GetAtt a.b`.
        let most = (100_000 + 10 * tree.nodes.len(), 10_000_000 + 10 * length);
        Self { tree, builder: DocumentBuilder::default(), open: Vec::new(), most, left: most }
    }

    fn document(mut self) -> Result<Document, Malformed> {
        self.value(0)?;
        while let Some(open) = self.open.last_mut() {
            let next = match open {
                Open::List { next, end } if *next < *end => {
                    let item = *next;
                    *next = self.tree.nodes.get(item).map_or(*end, |node| node.end);
                    Some((None, item))
                }
                Open::Map(entries) => entries.next().map(|(key, value)| (Some(key), value)),
                Open::List { .. } | Open::Function => None,
            };
            match next {
                Some((key, value)) => {
                    key.map_or(Ok(()), |key| self.key(key))?;
                    self.value(value)?;
                }
                None => {
                    self.open.pop();
                    self.builder.close();
                }
            }
        }
        Ok(self.builder.finish())
    }

    /// Counts what is about to be written.
    fn spend(&mut self, nodes: usize, bytes: usize, place: Place) -> Result<(), Malformed> {
        match (self.left.0.checked_sub(nodes), self.left.1.checked_sub(bytes)) {
            (Some(nodes), Some(bytes)) => self.left = (nodes, bytes),
            (None, _) => {
                let most = self.most.0;
                return malformed(
                    place,
                    format!("the aliases of this file expand to more than {most} values"),
                );
            }
            (_, None) => {
                let most = self.most.1;
                return malformed(
                    place,
                    format!("the aliases of this file expand to more than {most} bytes"),
                );
            }
        }
        Ok(())
    }

    fn key(&mut self, key: usize) -> Result<(), Malformed> {
        let Some(place) = self.tree.nodes.get(key).map(|node| node.place) else { return Ok(()) };
        let text = key_text(self.tree, key)?;
        self.spend(0, text.len(), place)?;
        self.builder.key(text, place.0, place.1);
        Ok(())
    }

    /// Writes a value; of a list or map, its beginning.
    fn value(&mut self, node: usize) -> Result<(), Malformed> {
        let tree = self.tree;
        let Some(place) = tree.nodes.get(node).map(|node| node.place) else { return Ok(()) };
        // An alias stands where it stands; what is within its copy, where it was written.
        let node = tree.named(node);
        let Some(Written { what, tag, .. }) = tree.nodes.get(node) else { return Ok(()) };
        self.spend(1, 0, place)?;
        let name = match tag {
            Tag::Function(name) => Some(name.as_ref()),
            _ => None,
        };
        if let Some(name) = name {
            self.function(name, place)?;
        }
        match (what, name) {
            (What::Scalar { text, .. }, Some("GetAtt")) => self.attribute(text, place),
            (What::Scalar { text, .. }, Some(_)) => self.string(text, place),
            (What::Scalar { text, plain }, None) => self.scalar(text, tag, *plain, place),
            (What::List, None) if !accepts(tag, Core::Seq) => {
                malformed(place, "this tag does not go with a list")
            }
            (What::Map, None) if !accepts(tag, Core::Map) => {
                malformed(place, "this tag does not go with a map")
            }
            (What::List, _) => self.open_list(node, place),
            (What::Map, _) => self.open_map(node, place),
            // Nothing is an alias of an alias: YAML has no anchor before one.
            (What::Alias(_), _) => Ok(()),
        }
    }

    fn open_list(&mut self, node: usize, place: Place) -> Result<(), Malformed> {
        let end = self.tree.nodes.get(node).map_or(0, |node| node.end);
        self.deeper(Open::List { next: node + 1, end }, place)?;
        self.builder.open_list(place.0, place.1);
        Ok(())
    }

    fn open_map(&mut self, node: usize, place: Place) -> Result<(), Malformed> {
        let entries = self.merged(node)?;
        self.deeper(Open::Map(entries.into_iter()), place)?;
        self.builder.open_map(place.0, place.1);
        Ok(())
    }

    fn deeper(&mut self, open: Open, place: Place) -> Result<(), Malformed> {
        if self.builder.depth() >= DEPTH {
            return too_deep(place);
        }
        self.open.push(open);
        Ok(())
    }

    /// Opens the map around the argument of a short function.
    fn function(&mut self, name: &str, place: Place) -> Result<(), Malformed> {
        let prefix = if matches!(name, "Ref" | "Condition") { "" } else { "Fn::" };
        self.spend(1, prefix.len() + name.len(), place)?;
        self.deeper(Open::Function, place)?;
        self.builder.open_map(place.0, place.1);
        self.builder.key(&format!("{prefix}{name}"), place.0, place.1);
        Ok(())
    }

    /// The argument of `!GetAtt Database.Endpoint.Port`: the name of a resource has no dots.
    fn attribute(&mut self, text: &str, place: Place) -> Result<(), Malformed> {
        if self.builder.depth() >= DEPTH {
            return too_deep(place);
        }
        self.builder.open_list(place.0, place.1);
        for part in text.splitn(2, '.') {
            self.string(part, place)?;
        }
        self.builder.close();
        Ok(())
    }

    fn string(&mut self, text: &str, place: Place) -> Result<(), Malformed> {
        self.spend(1, text.len(), place)?;
        self.builder.string(text, place.0, place.1);
        Ok(())
    }

    fn scalar(&mut self, text: &str, tag: &Tag, plain: bool, place: Place) -> Result<(), Malformed> {
        match typed(text, tag, plain).or_else(|message| malformed(place, message))? {
            Scalar::Null => self.builder.null(place.0, place.1),
            Scalar::Bool(value) => self.builder.bool(value, place.0, place.1),
            Scalar::Number(number) => {
                self.spend(0, number.len(), place)?;
                self.builder.number(&number, place.0, place.1);
            }
            Scalar::Text => return self.string(text, place),
        }
        Ok(())
    }

    /// The entries of a map: its own, then those of its merge keys that it does not have itself.
    fn merged(&mut self, map: usize) -> Result<Vec<(usize, usize)>, Malformed> {
        let tree = self.tree;
        let (mut entries, mut sources) = split(tree, map);
        if sources.is_empty() {
            return Ok(entries);
        }
        let mut known = HashSet::new();
        for (key, _) in &entries {
            known.insert(key_text(tree, *key)?);
        }
        // The source pushed last wins over those before it.
        while let Some(source) = sources.pop() {
            let Some(place) = tree.nodes.get(source).map(|node| node.place) else { continue };
            self.spend(1, 0, place)?;
            let source = tree.named(source);
            match tree.nodes.get(source) {
                Some(Written { what: What::Map, tag, .. }) if accepts(tag, Core::Map) => {
                    let (own, further) = split(tree, source);
                    let first = entries.len();
                    for (key, value) in own.into_iter().rev() {
                        self.spend(1, 0, place)?;
                        if known.insert(key_text(tree, key)?) {
                            entries.push((key, value));
                        }
                    }
                    entries.get_mut(first..).unwrap_or_default().reverse();
                    sources.extend(further);
                }
                _ => return malformed(place, "`<<` takes a map, or a list of maps"),
            }
        }
        Ok(entries)
    }
}

/// The entries of a map, and the maps that its merge keys name, the one that wins last.
fn split(tree: &Tree<'_>, map: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut entries = Vec::new();
    let mut sources = Vec::new();
    for (key, value) in tree.entries(map) {
        if !tree.nodes.get(key).is_some_and(Written::is_merge_key) {
            entries.push((key, value));
            continue;
        }
        let list = tree.named(value);
        match tree.nodes.get(list) {
            // In a list of maps, the first one wins.
            Some(Written { what: What::List, tag, .. }) if accepts(tag, Core::Seq) => {
                let first = sources.len();
                sources.extend(tree.within(list));
                sources.get_mut(first..).unwrap_or_default().reverse();
            }
            _ => sources.push(value),
        }
    }
    (entries, sources)
}

/// Whether a list or map may have a tag.
fn accepts(tag: &Tag, core: Core) -> bool {
    matches!(tag, Tag::Absent | Tag::Bare) || tag.is(core)
}

/// The text of a key, which keeps its spelling: `010:` is "010".
fn key_text<'d>(tree: &'d Tree<'_>, key: usize) -> Result<&'d str, Malformed> {
    let place = tree.nodes.get(key).map_or((1, 1), |node| node.place);
    match tree.nodes.get(tree.named(key)) {
        Some(Written { tag: Tag::Function(name), .. }) => {
            malformed(place, format!("`!{}` cannot make a key; a key is text", shortened(name)))
        }
        Some(Written { what: What::Scalar { text, plain }, tag, .. }) => {
            match typed(text, tag, *plain).or_else(|message| malformed(place, message))? {
                Scalar::Null if text.is_empty() => malformed(place, "a key is missing before `:`"),
                Scalar::Null => {
                    malformed(place, format!("`{text}` cannot be a key; as text it needs quotes"))
                }
                _ => Ok(text),
            }
        }
        Some(Written { what: What::List, .. }) => {
            malformed(place, "a list cannot be a key; if this is text, it needs quotes")
        }
        _ => malformed(place, "a map cannot be a key; if this is text, it needs quotes"),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Scalar<'t> {
    Null,
    Bool(bool),
    Number(Cow<'t, str>),
    Text,
}

/// What a scalar is, given its tag; where they do not fit, a message.
fn typed<'t>(text: &'t str, tag: &Tag, plain: bool) -> Result<Scalar<'t>, String> {
    let wanted = match tag {
        Tag::Absent if plain => return Ok(resolved(text)),
        Tag::Absent | Tag::Bare | Tag::Function(_) | Tag::Core(Core::Str) => return Ok(Scalar::Text),
        Tag::Core(Core::Null) => return Ok(Scalar::Null),
        Tag::Core(Core::Map) => return Err("`!!map` stands before text".to_owned()),
        Tag::Core(Core::Seq) => return Err("`!!seq` stands before text".to_owned()),
        Tag::Core(wanted) => *wanted,
    };
    let whole = |number: &str| !number.contains(['.', 'e', 'E']);
    match (wanted, resolved(text)) {
        (Core::Bool, scalar @ Scalar::Bool(_)) | (Core::Float, scalar @ Scalar::Number(_)) => Ok(scalar),
        (Core::Int, Scalar::Number(number)) if whole(&number) => Ok(Scalar::Number(number)),
        (Core::Bool, _) => Err(format!("`{}` is neither true nor false, as `!!bool` asks", shortened(text))),
        (Core::Int, _) => Err(format!("`{}` is not a whole number, as `!!int` asks", shortened(text))),
        (_, _) => Err(format!("`{}` is not a number, as `!!float` asks", shortened(text))),
    }
}

/// What plain text is.
fn resolved(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ => number(text).map_or(Scalar::Text, Scalar::Number),
    }
}

/// A number as JSON would have it.
fn number(text: &str) -> Option<Cow<'_, str>> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    // Nearly all text ends here.
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    // `.5` is a number and `-.5` is text: YAML 1.1 has it so.
    let signed = unsigned.len() < text.len();
    let number = match unsigned.split_once('.') {
        Some(("", _)) if signed => return None,
        Some((whole, rest)) => fractional(whole, rest)?,
        None => integer(unsigned)?,
    };
    let sign = if number == "0" { "" } else { sign };
    Some(if sign.is_empty() && number == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("{sign}{number}"))
    })
}

fn integer(text: &str) -> Option<String> {
    if text == "0" {
        return Some(text.to_owned());
    }
    if let Some(digits) = text.strip_prefix("0b") {
        return in_base(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return in_base(digits, 16);
    }
    if text.starts_with('0') {
        return in_base(text, 8);
    }
    match text.split_once(':') {
        Some((first, rest)) => sexagesimal(first, rest),
        None => is_digits(text).then(|| text.replace('_', "")),
    }
}

/// Digits and underscores, after at least one digit.
fn is_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && is_digits_or_nothing(text)
}

fn is_digits_or_nothing(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// A number in another base, in decimal digits; text, if it does not fit into 128 bits.
fn in_base(digits: &str, base: u32) -> Option<String> {
    let fits = digits.chars().all(|c| c.is_digit(base) || c == '_');
    let digits = digits.replace('_', "");
    if fits { Some(u128::from_str_radix(&digits, base).ok()?.to_string()) } else { None }
}

/// `1:30`, which is 90.
fn sexagesimal(first: &str, rest: &str) -> Option<String> {
    if !is_digits(first) {
        return None;
    }
    let mut sum: u128 = first.replace('_', "").parse().ok()?;
    for part in rest.split(':') {
        sum = sum.checked_mul(60)?.checked_add(sixtieth(part)?)?;
    }
    Some(sum.to_string())
}

/// A part of a number with base 60: `7`, `07`, up to `59`.
fn sixtieth(part: &str) -> Option<u128> {
    let fits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    if fits { part.parse().ok() } else { None }
}

/// A number with a point, given the texts before and behind it.
fn fractional(whole: &str, rest: &str) -> Option<String> {
    if let Some((first, parts)) = whole.split_once(':') {
        return fractional_sexagesimal(first, parts, rest);
    }
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let fits = match whole {
        "" => is_digits(fraction),
        whole => is_digits(whole) && is_digits_or_nothing(fraction),
    };
    if !fits || !is_exponent(exponent) {
        return None;
    }
    let whole = whole.replace('_', "");
    let fraction = fraction.replace('_', "");
    let or_zero = |digits: &str| if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    Some(format!("{}.{}{exponent}", or_zero(whole.trim_start_matches('0')), or_zero(&fraction)))
}

/// Nothing, or an exponent with its sign, without which YAML 1.1 sees text.
fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['e', 'E']).and_then(|signed| signed.strip_prefix(['+', '-']));
    text.is_empty()
        || digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1:30.5`, which is 90.5.
fn fractional_sexagesimal(first: &str, parts: &str, fraction: &str) -> Option<String> {
    if !is_digits(first) || !is_digits_or_nothing(fraction) {
        return None;
    }
    let mut sum: f64 = first.replace('_', "").parse().ok()?;
    for part in parts.split(':') {
        sum = sum * 60.0 + f64::from(u8::try_from(sixtieth(part)?).ok()?);
    }
    let fraction: f64 = format!("0.{}", fraction.replace('_', "")).parse().ok()?;
    sum.is_finite().then(|| (sum + fraction).to_string())
}

const UNKNOWN_ANCHOR: &str = "an alias, but no `&` before it has this name";
const SECOND_TAG: &str =
    "a short function cannot follow another one; write the first in full, `Fn::Base64: !Sub …`";
const TAB: &str = "a tab cannot indent; use spaces";

/// What the parser says, and what a person would.
const WORDS: &[(&str, &str)] = &[
    ("tabs disallowed", TAB),
    ("tab cannot be used as indentation", TAB),
    ("content cannot start with a tab", TAB),
    ("found a tab", TAB),
    ("must be followed by a valid YAML whitespace", "expected a space after `:`"),
    (
        "mapping values are not allowed",
        "`:` cannot stand here; text with a `:` needs quotes, and a key its own line",
    ),
    ("unknown anchor", UNKNOWN_ANCHOR),
    ("recursion limit", "nested too deeply"),
    ("scalar, found unexpected end of stream", "text without its closing quote"),
    ("trailing content after double-quoted", "there is more text after the closing quote"),
    ("invalid indentation in quoted scalar", "each line of text in quotes must begin right of its key"),
    ("unknown escape character", "an escape that YAML does not have; `\\` itself is `\\\\`"),
    ("flow sequence, expected", "expected `,` or `]`"),
    ("flow mapping, did not", "expected `,` or `}`"),
    ("block mapping, did not find expected key", "expected a key; the indentation fits no key above"),
    ("expected '-' indicator", "expected `- `, as for the items above"),
    (
        "block sequence entries are not allowed",
        "a list cannot begin on this line; its first `- ` goes to the next",
    ),
    ("simple key expect", "expected `:` after the key in the line above"),
    ("handle wasn't declared", "a template has tags such as `!Sub`, with one `!`"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Content, NodeId};

    fn render(document: &Document, node: NodeId) -> String {
        match document.content(node) {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Number(number) => number.to_owned(),
            Content::Text(text) => format!("{text:?}"),
            Content::List(list) => {
                let items: Vec<String> = list.iter().map(|item| render(document, item)).collect();
                format!("[{}]", items.join(","))
            }
            Content::Map(map) => {
                let entry = |(key, value)| format!("{key:?}:{}", render(document, value));
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn json(text: &str) -> String {
        read(text).map(|(document, _)| render(&document, 0)).unwrap()
    }

    fn refused(text: &str) -> String {
        let bad = read(text).map(|_| ()).unwrap_err();
        format!("{}:{}: {}", bad.line, bad.column, bad.message)
    }

    #[test]
    fn everything_knows_its_place() {
        let text = "\u{feff}Resources:\r\n  Vpc:\n    é: [1, 'é', !Ref x]\n    b:\n    - !Sub\n      - z\n    c: {d: *x}\n";
        let text = text.replace("'é'", "&x 'é'");
        let (document, notes) = read(&text).unwrap();
        let at = |path: &[&str]| document.position(document.at(path).unwrap());
        assert_eq!(at(&["Resources"]), (1, 1));
        assert_eq!(at(&["Resources", "Vpc"]), (2, 3));
        assert_eq!(at(&["Resources", "Vpc", "é"]), (3, 5));
        assert_eq!(at(&["Resources", "Vpc", "é", "0"]), (3, 9));
        assert_eq!(at(&["Resources", "Vpc", "é", "2"]), (3, 20));
        assert_eq!(at(&["Resources", "Vpc", "é", "2", "Ref"]), (3, 20));
        assert_eq!(at(&["Resources", "Vpc", "b", "0"]), (5, 7));
        assert_eq!(at(&["Resources", "Vpc", "b", "0", "Fn::Sub", "0"]), (6, 9));
        assert_eq!(at(&["Resources", "Vpc", "c", "d"]), (7, 9));
        assert_eq!(notes, []);
    }

    #[test]
    fn short_functions_become_long_ones() {
        assert_eq!(json("!Ref x"), r#"{"Ref":"x"}"#);
        assert_eq!(json("!Condition x"), r#"{"Condition":"x"}"#);
        assert_eq!(json("!GetAtt Db.Endpoint.Port"), r#"{"Fn::GetAtt":["Db","Endpoint.Port"]}"#);
        assert_eq!(json("!GetAtt Db"), r#"{"Fn::GetAtt":["Db"]}"#);
        assert_eq!(json("!GetAtt [Db, !Ref x]"), r#"{"Fn::GetAtt":["Db",{"Ref":"x"}]}"#);
        assert_eq!(json("!GetAtt {a: b}"), r#"{"Fn::GetAtt":{"a":"b"}}"#);
        let names = "Sub Join Select Split FindInMap If And Or Not Equals Base64 Cidr GetAZs ImportValue Transform \
                     GetStackOutput Length ToJsonString ForEach Reff";
        for name in names.split(' ') {
            assert_eq!(json(&format!("!{name} 010")), format!(r#"{{"Fn::{name}":"010"}}"#));
            assert_eq!(json(&format!("!{name} [010]")), format!(r#"{{"Fn::{name}":[8]}}"#));
            assert_eq!(json(&format!("!{name} {{a: ~}}")), format!(r#"{{"Fn::{name}":{{"a":null}}}}"#));
        }
        assert_eq!(json("a: !GetAZs\nb: !GetAZs ''"), r#"{"a":{"Fn::GetAZs":""},"b":{"Fn::GetAZs":""}}"#);
        assert_eq!(json("Fn::Base64: !Sub |\n  a\n   b\n"), r#"{"Fn::Base64":{"Fn::Sub":"a\n b\n"}}"#);
        assert_eq!(json("!Base64\n  Fn::Sub: x"), r#"{"Fn::Base64":{"Fn::Sub":"x"}}"#);
        assert_eq!(
            json("!If [a, !Select [0, !GetAZs ''], !Not [!Condition b]]"),
            r#"{"Fn::If":["a",{"Fn::Select":[0,{"Fn::GetAZs":""}]},{"Fn::Not":[{"Condition":"b"}]}]}"#
        );
        assert_eq!(refused("a: !Base64 !Sub x"), format!("1:12: {SECOND_TAG}"));
    }

    #[test]
    fn tags_of_yaml_are_honoured() {
        let list = json(
            "[!!str 5, ! 5, !!int '5', !!float 5, !!bool 'on', !!null x, !!map {}, !!seq [], ! [], !<!Ref> a]",
        );
        assert_eq!(list, r#"["5","5",5,5,true,null,{},[],[],{"Ref":"a"}]"#);
        assert_eq!(refused("a: !!binary x"), "1:4: templates do not have the tag `!!binary`");
        assert_eq!(refused("a: !<tag:x> x"), "1:4: templates do not have the tag `tag:x`");
        assert_eq!(refused("a: !e!x x"), "1:4: a template has tags such as `!Sub`, with one `!`");
        assert_eq!(refused("!!int 1.5"), "1:1: `1.5` is not a whole number, as `!!int` asks");
        assert_eq!(refused("!!bool 1"), "1:1: `1` is neither true nor false, as `!!bool` asks");
        assert_eq!(refused("!!float x"), "1:1: `x` is not a number, as `!!float` asks");
        assert_eq!(refused("!!map x"), "1:1: `!!map` stands before text");
        assert_eq!(refused("!!map []"), "1:1: this tag does not go with a list");
        assert_eq!(refused("!!str {}"), "1:1: this tag does not go with a map");
    }

    #[test]
    fn plain_text_has_the_types_of_yaml_1_1() {
        let text = |texts: &str| {
            texts.split(' ').for_each(|text| assert_eq!(resolved(text), Scalar::Text, "{text}"))
        };
        text(
            "a 08 09 -010a _1 0x 0x_ 0b_ 0XFF 0b2 0o17 012345678901 1:60 01:30 -.5 +.5 ._5 1e3 1.0e3 1.5e+ 1.2.3 . .. -",
        );
        text(
            "+ .inf -.inf .nan nULL tRUE y n Y N = << 10.0.0.0/16 0.0.0.0 80:80 2010-09-09 2001-01-01T00:00:00Z é １ 1é",
        );
        let number = |written: &str, number: &str| {
            assert_eq!(resolved(written), Scalar::Number(number.into()), "{written}");
            assert!(crate::json::is_number(number), "{written}");
        };
        for same in [
            "0",
            "1",
            "-1",
            "1.5",
            "-1.5",
            "0.0",
            "123456789012345678901234567890123456789012345678901234567890",
        ] {
            number(same, same);
        }
        let pairs = "+1 1;-0 0;+0 0;007 7;010 8;-010 -8;0_ 0;0_7 7;1_000 1000;0x1F 31;-0xff -255;0b101 5;0123456701 21913025;\
                     00 0;1:30 90;-1:30 -90;22:22 1342;190:20:30 685230;1:30.5 90.5;0:30.5 30.5;1:30. 90;-1:30.25 -90.25;\
                     +1.5 1.5;.5 0.5;5. 5.0;5._ 5.0;00.5 0.5;1_0.2_5 10.25;1.0e+3 1.0e+3;1.e-2 1.0e-2;.5e+1 0.5e+1";
        for (written, expected) in pairs.split(';').filter_map(|pair| pair.trim().split_once(' ')) {
            number(written, expected);
        }
        for null in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolved(null), Scalar::Null);
        }
        for (texts, value) in
            [("true True TRUE yes Yes YES on On ON", true), ("false False FALSE no No NO off Off OFF", false)]
        {
            texts.split(' ').for_each(|text| assert_eq!(resolved(text), Scalar::Bool(value)));
        }
        // Whatever does not fit into 128 bits is left alone.
        assert_eq!(resolved(&format!("0x{}", "f".repeat(1_000_000))), Scalar::Text);
        assert_eq!(resolved(&format!("1{}", ":00".repeat(1_000_000))), Scalar::Text);
    }

    #[test]
    fn keys_are_text_as_it_is_written() {
        assert_eq!(
            json("AWSTemplateFormatVersion: 2010-09-09"),
            r#"{"AWSTemplateFormatVersion":"2010-09-09"}"#
        );
        assert_eq!(json("{010: a, true: b, 1.5: c, '~': d}"), r#"{"010":"a","true":"b","1.5":"c","~":"d"}"#);
        assert_eq!(json("- &a x\n- *a : y"), r#"["x",{"x":"y"}]"#);
        assert_eq!(refused("? [a]\n: b"), "1:3: a list cannot be a key; if this is text, it needs quotes");
        assert_eq!(refused("a: {{x}}"), "1:5: a map cannot be a key; if this is text, it needs quotes");
        assert_eq!(refused("{!Ref a: 1}"), "1:2: `!Ref` cannot make a key; a key is text");
        assert_eq!(refused("{~: 1}"), "1:2: `~` cannot be a key; as text it needs quotes");
        assert_eq!(refused("a: 1\n: 1"), "2:1: a key is missing before `:`");
    }

    #[test]
    fn blocks_and_quotes_are_read() {
        assert_eq!(json("a: |\n  x\n\n  y\nb: >-\n  x\n  y\n"), r#"{"a":"x\n\ny\n","b":"x y"}"#);
        assert_eq!(json("a: |+\n  x\n\nb: 'it''s\n  so'\n"), r#"{"a":"x\n\n","b":"it's so"}"#);
        assert_eq!(json("[\"a\\tb\\u00e9\\x41\", 'a\\tb']"), "[\"a\\tbéA\",\"a\\\\tb\"]");
        assert_eq!(json("{\n\t\"a\":1,\n\t\"b\":\t[true,null]}"), r#"{"a":1,"b":[true,null]}"#);
    }

    #[test]
    fn what_only_the_parser_minds_is_repaired() {
        let text = "a:\n  b: 'it''s\n  so\n\nand so'\n  c: \"x\ny\\\"\n z\"\n  d:\te\n  f: [\"\n\", g]\n";
        assert_eq!(json(text), r#"{"a":{"b":"it's so\nand so","c":"x y\" z","d":"e","f":[" ","g"]}}"#);
        let (document, _) = read(text).unwrap();
        assert_eq!(document.position(document.at(&["a", "d"]).unwrap()), (9, 3));
        assert_eq!(document.position(document.at(&["a", "f", "1"]).unwrap()), (11, 4));
        assert!(refused("a:\n  b: 'x\n--- y'").contains("found unexpected document indicator"));
    }

    #[test]
    fn repairs_come_to_an_end() {
        let line = "  b: 'x\ny'\n";
        let (most, _) =
            read(&format!("a:\n{}", line.repeat(1000))).map_or((0, 0), |(d, n)| (d.len(), n.len()));
        assert_eq!(most, 1002);
        assert!(read(&format!("a:\n{}", line.repeat(100_000))).is_err());
    }

    #[test]
    fn keys_that_stand_twice_are_noted() {
        let (document, notes) = read("a: 1\nb: {c: 1, c: 2}\n'a': 2\n").unwrap();
        let notes: Vec<_> =
            notes.iter().map(|note| (note.message.as_str(), note.line, note.column)).collect();
        let a = "the key `a` stands here a second time; the last one counts";
        let c = "the key `c` stands here a second time; the last one counts";
        assert_eq!(notes, [(c, 2, 11), (a, 3, 1)]);
        assert_eq!(document.at(&["a"]).map(|a| document.content(a)), Some(Content::Number("2")));
        let many: String = (0..50_000).map(|number| format!("k{number}: 1\n")).collect();
        assert_eq!(read(&format!("{many}k7: 2\n")).unwrap().1.len(), 1);
        assert_eq!(read("a: &x {b: 1, b: 2}\nc: *x\nd: *x").unwrap().1.len(), 1);
    }

    #[test]
    fn aliases_become_copies() {
        assert_eq!(json("a: &x [1, !Ref b]\nc: *x"), r#"{"a":[1,{"Ref":"b"}],"c":[1,{"Ref":"b"}]}"#);
        assert_eq!(json("a: &x !Sub hi\nc: *x"), r#"{"a":{"Fn::Sub":"hi"},"c":{"Fn::Sub":"hi"}}"#);
        assert_eq!(json("[&x 1, &x 2, *x]"), "[1,2,2]");
        assert_eq!(refused("a: &x [1, *x]"), "1:11: an alias within what it stands for");
        assert_eq!(refused("a: *x"), format!("1:4: {UNKNOWN_ANCHOR}"));
    }

    #[test]
    fn maps_are_merged() {
        assert_eq!(json("{a: b, <<: {c: d, a: e}}"), r#"{"a":"b","c":"d"}"#);
        assert_eq!(json("{<<: [{a: 1}, {a: 2, b: 3}], b: 4}"), r#"{"b":4,"a":1}"#);
        assert_eq!(json("{<<: {<<: {a: 1, c: 1}, a: 2}, d: 1}"), r#"{"d":1,"a":2,"c":1}"#);
        assert_eq!(json("{<<: {a: 1}, <<: {a: 2}}"), r#"{"a":2}"#);
        assert_eq!(json("[&x {a: 1, b: 2}, {<<: *x, b: 3}]"), r#"[{"a":1,"b":2},{"b":3,"a":1}]"#);
        assert_eq!(json("{'<<': {a: 1}}"), r#"{"<<":{"a":1}}"#);
        assert_eq!(refused("{<<: 1}"), "1:6: `<<` takes a map, or a list of maps");
        assert_eq!(refused("{<<: !Sub {a: b}}"), "1:6: `<<` takes a map, or a list of maps");
    }

    /// Levels that each name the one before `times`.
    fn laughs(levels: usize, level: impl Fn(usize) -> String) -> String {
        (0..levels).map(|number| format!("{}\n", level(number))).collect()
    }

    #[test]
    fn aliases_do_not_explode() {
        let start = std::time::Instant::now();
        let named = |number: usize, times: usize| vec![format!("*a{number}"); times].join(", ");
        let list = laughs(40, |n| format!("a{}: &a{} [{}]", n + 1, n + 1, named(n, 10)));
        let bomb = refused(&format!("a0: &a0 lol\n{list}"));
        assert!(bomb.contains("the aliases of this file expand to more than 10"), "{bomb}");
        let map = laughs(30, |n| format!("a{}: &a{} {{<<: [{}]}}", n + 1, n + 1, named(n, 10)));
        let bomb = refused(&format!("a0: &a0 {{b: c}}\n{map}"));
        assert!(bomb.contains("the aliases of this file expand to more than 10"), "{bomb}");
        let long = format!("a: &a {}\nb: [{}]", "x".repeat(1_000_000), vec!["*a"; 1000].join(", "));
        assert!(refused(&long).ends_with(" bytes"));
        let deep = laughs(300, |n| format!("a{}: &a{} [*a{n}]", n + 1, n + 1));
        assert!(refused(&format!("a0: &a0 lol\n{deep}")).contains("nested deeper than 200 levels"));
        assert!(start.elapsed().as_secs() < 10);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let empty = "1:1: the file is empty; a template is a map with at least `Resources`";
        for text in ["", "\n", "# nothing\n", "---\n", "---\n..."] {
            assert_eq!(refused(text), empty);
        }
        assert_eq!(
            refused("a: 1\n---\nb: 1"),
            "2:1: a second document begins here; a template is one document"
        );
        assert_eq!(refused("a: é\n\u{7}"), "2:1: the control character U+0007 cannot stand in a YAML file");
        assert_eq!(refused("a: é\0"), "1:5: the control character U+0000 cannot stand in a YAML file");
        assert_eq!(refused("a:\n\tb: 1"), format!("2:2: {TAB}"));
        assert_eq!(refused("a: @x"), "1:4: text cannot begin with `@`; it needs quotes");
        assert_eq!(refused("a: 'x"), "1:4: text without its closing quote");
        assert_eq!(refused("a: [1"), "2:1: expected `,` or `]`");
        assert_eq!(refused("- a\nb: 1"), "2:1: expected `- `, as for the items above");
        assert!(refused("a: b: c").starts_with("1:5: `:` cannot stand here"));
        assert!(refused("a:\n  - b\n c: 1").starts_with("3:2: expected a key"));
    }

    #[test]
    fn nesting_has_its_end() {
        for deep in ["[", "- ", "{a: ", "? ", "!Sub [", "!!seq ["] {
            let text = deep.repeat(100_000);
            assert!(refused(&text).contains("nested"), "{deep}: {}", refused(&text));
        }
        assert_eq!(refused(&"- ".repeat(201)), "1:401: nested deeper than 200 levels");
        assert_eq!(json(&format!("{}{}", "[".repeat(200), "]".repeat(200))).len(), 400);
    }

    #[test]
    fn no_text_makes_it_panic() {
        let tokens = [
            "a", "b", ": ", ":", "- ", "-", "? ", "\n", "\n  ", "\n    ", " ", "\t", "[", "]", "{", "}",
            ", ", "&a ", "*a", "*b ", "!Ref ", "!GetAtt ", "!!int ", "! ", "!", "<<: ", "'", "\"", "\\", "|",
            ">-", "|2", "#", " # x", "---", "...", "%TAG ! x", "é", "\u{feff}", "\r", "\0", "010", "1:30",
            "~", "@", "`", "\u{85}", "\u{2028}", "😀", "0x",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % most
        };
        let mut documents = 0;
        for _ in 0..200_000 {
            let length = random(24);
            let text: String = (0..length).map(|_| tokens[random(tokens.len())]).collect();
            match read(&text) {
                Ok((document, _)) => documents += usize::from(!render(&document, 0).is_empty()),
                Err(bad) => assert!(bad.line > 0 && bad.column > 0 && !bad.message.is_empty()),
            }
        }
        assert!(documents > 5_000, "{documents}");
    }
}
