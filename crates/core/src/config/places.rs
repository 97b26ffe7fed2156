//! Where a configuration file says what a finding is about.

mod call;

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;

use super::{
    document, own_schema,
    path::Path,
    reserved,
    schema::holds_secret,
    tree::{Node, Position, Tree},
    walk::Walk,
};
use crate::{
    finding::{Finding, Span},
    location::SourceLocation,
    report::Sources,
};

/// A text that a message has without quotes tells something if it is longer than this.
const SHORT: usize = 3;

/// The values of a configuration file and their places, for findings on what a program makes of them.
///
/// A finding points at the line of Rust that says something wrong. [`show`](Self::show) adds the line of the file,
/// where it is beyond doubt:
///
/// ```
/// use formwork_core::{Finding, SourceLocation, config::Places, report::Sources};
///
/// struct Program;
/// impl Sources for Program {
///     fn text(&self, _file: &str) -> Option<String> {
///         Some("    .scale(config.tasks.least..=config.tasks.most)\n".to_owned())
///     }
/// }
///
/// #[derive(schemars::JsonSchema)]
/// struct Config {
///     tasks: Tasks,
/// }
///
/// #[derive(schemars::JsonSchema)]
/// struct Tasks {
///     least: u32,
///     most: u32,
/// }
///
/// let places = Places::of::<Config>("config/prod.json", r#"{ "tasks": { "least": 10, "most": 2 } }"#);
/// let mut finding = Finding::error("ORG001", "10 is more than 2").at(SourceLocation::new("src/main.rs", 1, 6), "said here");
/// places.show(&mut finding, &Program);
/// assert_eq!(finding.spans[1].label, "`tasks.least` is 10");
/// assert_eq!(finding.spans[2].at, SourceLocation::new("config/prod.json", 1, 35));
/// ```
///
/// # What is shown
///
/// Nothing is added to a finding that names a place of the file itself. Otherwise:
///
/// 1. Texts that the message quotes in backticks, if they have more than three characters and the file has them
///    exactly once as a value. Where there is such a text, nothing else is shown.
/// 2. What the call at the place of the finding reads, from there to where its parentheses close; literals and
///    comments say nothing. The names after `config` are the end of a path in the file, as any part of the
///    configuration may be called so: `config.name` reads `name`, or `database.name`. The longest way counts of which
///    the file has one: `config.name.clone` reads what `config.name` does.
///    - Where one place fits, it is shown; but not if it is a text that the message does not have, while the message
///      quotes another text of the file.
///    - Where several places fit, one is shown if it is the only one of them whose value the message has.
///    - Names without a `config`, such as `database.class`, are the whole path in the file. Much else is written like
///      that, so the place is shown only if the message has its value.
///    - Of a list or an object, the texts in it are shown that the message quotes, or else those that it has; or else
///      its beginning, where a place need not have its value in the message.
///
/// A message has a text if it quotes it, or if the text has more than three characters and stands there as whole words;
/// it has a number that stands there by itself.
///
/// # Secrets
///
/// Of values that are secret by their keys or by the schema of `C`, only the place is shown, and no message is compared
/// with them. [`hidden`](Self::hidden) tells which parts of the file are not to be shown either.
#[derive(Clone, Debug, Default)]
pub struct Places {
    file: String,
    /// In the order of the document, each before what is inside of it.
    values: Vec<Place>,
    /// The values by the last key of their path.
    keys: HashMap<String, Vec<usize>>,
    /// The places of texts, and of numbers, that are no secrets.
    texts: HashMap<String, Vec<usize>>,
    numbers: HashMap<String, Vec<usize>>,
    /// The length of the longest text.
    longest: usize,
    hidden: Vec<Position>,
}

#[derive(Clone, Debug)]
struct Place {
    path: Path,
    at: Position,
    /// The index of what this is in; of the whole document, its own.
    parent: usize,
    /// The index after the last value inside of this one.
    end: usize,
    /// Of a single value that is no secret, what it is.
    value: Option<Single>,
}

#[derive(Clone, Debug)]
enum Single {
    Text(String),
    Number(String),
    /// `true`, `false`, `null`: words that a message has for other reasons too.
    Word(String),
}

/// What a message has of a file's values.
struct Said {
    /// The texts that it quotes and the file has once.
    once: Vec<usize>,
    /// All texts that it quotes.
    quoted: BTreeSet<usize>,
    /// All texts that it has, in quotes or without.
    texts: BTreeSet<usize>,
    numbers: BTreeSet<usize>,
}

/// What of a document is not to be shown.
#[derive(Default)]
struct Secrets {
    paths: BTreeSet<Path>,
    /// Whether nothing is known of it but that there may be secrets.
    all: bool,
}

/// Where keys and values begin, and whether they are secret.
struct Leaves<'s> {
    secrets: &'s Secrets,
    found: Vec<(Position, bool)>,
}

impl Places {
    /// The values of a file, by its name and its text; none where it cannot be read. The schema of `C` says which are
    /// secret.
    pub fn of<C: JsonSchema + 'static>(file: &str, text: &str) -> Self {
        let schema = own_schema::<C>();
        let may_hide = holds_secret(&schema, &schema);
        let mut places = Self { file: file.to_owned(), ..Self::default() };
        let Ok(document) = document::read(file, text) else {
            if may_hide {
                places.hide_all(text);
            }
            return places;
        };
        let mut secrets = Secrets::default();
        if may_hide {
            let mut own = document.root.clone();
            reserved::take(&mut own, &schema, file);
            let mut walk = Walk::new(&schema, file);
            walk.document(&own);
            // Of a key that stands twice, only the first value is known.
            secrets.all = walk.gave_up || !document.repeated.is_empty();
            secrets.paths = walk.secrets.into_iter().chain(walk.unread).collect();
        }
        let mut leaves = Leaves { secrets: &secrets, found: Vec::new() };
        places.add(&Path::default(), &document.root, 0, secrets.all, &mut leaves);
        if secrets.all {
            places.hide_all(text);
        } else {
            places.hide(leaves.found, text);
        }
        places
    }

    fn add(&mut self, path: &Path, node: &Node, parent: usize, is_inside: bool, leaves: &mut Leaves<'_>) {
        let by_schema = is_inside || leaves.secrets.paths.contains(path);
        let is_secret = by_schema || path.names_secret();
        let index = self.values.len();
        let value = match &node.tree {
            Tree::Null => Some(Single::Word("null".to_owned())),
            Tree::Bool(value) => Some(Single::Word(value.to_string())),
            Tree::Number(value) => Some(Single::Number(value.to_string())),
            Tree::String(value) => Some(Single::Text(value.clone())),
            Tree::Array(_) | Tree::Object(_) => None,
        };
        let is_hidden = match &value {
            // Whether there is a secret is none.
            Some(Single::Word(word)) => by_schema && word != "null",
            Some(_) => is_secret,
            None => false,
        };
        leaves.found.push((node.at, is_hidden));
        let value = value.filter(|_| !is_secret);
        match &value {
            Some(Single::Text(text)) => {
                self.longest = self.longest.max(text.len());
                self.texts.entry(text.clone()).or_default().push(index);
            }
            Some(Single::Number(number)) => self.numbers.entry(number.clone()).or_default().push(index),
            _ => {}
        }
        if let Some(key) = path.last_key() {
            self.keys.entry(key.to_owned()).or_default().push(index);
        }
        self.values.push(Place { path: path.clone(), at: node.at, parent, end: index + 1, value });
        match &node.tree {
            Tree::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.add(&path.index(number), item, index, by_schema, leaves);
                }
            }
            Tree::Object(members) => {
                for member in members {
                    leaves.found.push((member.key_at, false));
                    self.add(&path.key(&member.key), &member.node, index, by_schema, leaves);
                }
            }
            _ => {}
        }
        let end = self.values.len();
        if let Some(place) = self.values.get_mut(index) {
            place.end = end;
        }
    }

    /// Hides secret values, each up to the line of what follows it: a text of TOML may have several lines.
    fn hide(&mut self, mut leaves: Vec<(Position, bool)>, text: &str) {
        leaves.sort_unstable();
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).lines().collect();
        let after = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_add(1);
        let is_toml = self.file.to_ascii_lowercase().ends_with(".toml");
        // Whether a line begins with the end of a text, before what is at a place.
        let goes_on = |at: &Position| {
            let line = usize::try_from(at.line).ok().and_then(|line| lines.get(line.checked_sub(1)?));
            let before = at.column.saturating_sub(1).try_into().unwrap_or(0);
            let is_bracket = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ',');
            !line.is_some_and(|line| line.chars().take(before).all(is_bracket))
        };
        for (index, (at, is_hidden)) in leaves.iter().enumerate() {
            if !is_hidden {
                continue;
            }
            self.hidden.push(*at);
            if is_toml {
                let next = leaves.get(index + 1).map(|(next, _)| next);
                let until = next.map_or(after, |next| next.line + u32::from(goes_on(next)));
                let rest = (at.line.saturating_add(1)..until).map(|line| Position { line, column: 1 });
                self.hidden.extend(rest);
            }
        }
    }

    fn hide_all(&mut self, text: &str) {
        self.hidden = (1..).zip(text.lines()).map(|(line, _)| Position { line, column: 1 }).collect();
    }

    /// Where lines of the file begin to tell secrets: from these places to the ends of their lines, nothing is to be
    /// shown. [`SourceFolders::masking`](crate::report::SourceFolders::masking) takes them.
    ///
    /// ```
    /// use formwork_core::{SourceLocation, config::Places};
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Config {
    ///     #[schemars(extend("writeOnly" = true))]
    ///     pin: u32,
    /// }
    ///
    /// let places = Places::of::<Config>("config/prod.toml", "pin = 4711");
    /// assert_eq!(places.hidden().collect::<Vec<_>>(), [SourceLocation::new("config/prod.toml", 1, 7)]);
    /// ```
    ///
    /// Where the schema knows secrets, a file that cannot be read is hidden altogether, and so are values that the
    /// schema does not describe and that may have been meant as a secret.
    pub fn hidden(&self) -> impl Iterator<Item = SourceLocation> {
        self.hidden.iter().map(|at| at.in_file(&self.file))
    }

    /// Adds to a finding the places that it is about.
    pub fn show(&self, finding: &mut Finding, sources: &dyn Sources) {
        if self.values.is_empty() || finding.spans.iter().any(|span| *span.at.file == self.file) {
            return;
        }
        let said = self.said(&finding.message);
        let mut found = said.once.clone();
        if found.is_empty() {
            for span in finding.spans.iter().filter(|span| span.at.file.ends_with(".rs")) {
                let Some(text) = sources.text(&span.at.file) else { continue };
                for chain in call::chains(&call::call(&text, &span.at)) {
                    found.extend(self.read_by(&chain, &said));
                }
            }
        }
        for place in found.into_iter().filter_map(|index| self.values.get(index)) {
            let at = place.at.in_file(&self.file);
            if finding.spans.iter().any(|span| span.at == at) {
                continue;
            }
            let label = match &place.value {
                Some(Single::Text(value)) => format!("`{}` is {value:?}", place.path),
                Some(Single::Number(value) | Single::Word(value)) => format!("`{}` is {value}", place.path),
                None => format!("`{}` is this", place.path),
            };
            finding.spans.push(Span { at, label });
        }
    }

    fn said(&self, message: &str) -> Said {
        let quoted: Vec<&[usize]> =
            message.split('`').skip(1).step_by(2).filter_map(|text| self.has(text)).collect();
        let is_long = |index: &usize| match self.values.get(*index).map(|place| &place.value) {
            Some(Some(Single::Text(text))) => text.chars().count() > SHORT,
            _ => false,
        };
        let once = quoted.iter().filter_map(|places| match places {
            [only] => Some(*only).filter(is_long),
            _ => None,
        });
        let once = once.collect();
        let quoted: BTreeSet<usize> = quoted.into_iter().flatten().copied().collect();
        let (mut texts, mut numbers) = (quoted.clone(), BTreeSet::new());
        let edges = edges(message);
        for (number, start) in edges.iter().enumerate() {
            let near = edges.iter().skip(number + 1).take_while(|end| **end - start <= self.longest);
            let words = near.filter_map(|end| self.has(message.get(*start..*end)?));
            texts.extend(words.flatten().copied().filter(is_long));
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
        for word in message.split(|c: char| !is_part(c)) {
            numbers.extend(self.numbers.get(word.trim_end_matches('.')).into_iter().flatten().copied());
        }
        Said { once, quoted, texts, numbers }
    }

    /// The places of a text.
    fn has(&self, text: &str) -> Option<&[usize]> {
        self.texts.get(text).filter(|_| !text.is_empty()).map(Vec::as_slice)
    }

    /// The places that names read, as far as they are beyond doubt.
    fn read_by(&self, chain: &[&str], said: &Said) -> Vec<usize> {
        let Some(config) = chain.iter().position(|name| *name == "config") else {
            let ways = (2..=chain.len()).rev().filter_map(|end| chain.get(..end));
            for names in ways {
                if let Some((index, place)) = self.whole(names) {
                    return place.said(index, said);
                }
            }
            return Vec::new();
        };
        for end in (config + 2..=chain.len()).rev() {
            let names = chain.get(config + 1..end).unwrap_or_default();
            let mut fitting = self.ending(names);
            match (fitting.next(), fitting.next()) {
                (None, _) => {}
                (Some((index, place)), None) => return place.read(index, said),
                (Some(_), Some(_)) => return self.only_said(names, said),
            }
        }
        Vec::new()
    }

    /// Of several values whose path ends with these keys, what the message has of the only one that it names.
    fn only_said(&self, names: &[&str], said: &Said) -> Vec<usize> {
        let fits = |index: &usize| self.values.get(*index).is_some_and(|place| place.path.ends_with(names));
        let mut named: BTreeSet<usize> = said.numbers.iter().copied().filter(fits).collect();
        for text in &said.texts {
            let mut index = *text;
            while let Some(place) = self.values.get(index) {
                if fits(&index) {
                    named.insert(index);
                }
                if place.parent == index {
                    break;
                }
                index = place.parent;
            }
        }
        let only = named.pop_first().filter(|_| named.is_empty());
        only.and_then(|index| Some(self.values.get(index)?.said(index, said))).unwrap_or_default()
    }

    /// The value whose path is these keys.
    fn whole(&self, names: &[&str]) -> Option<(usize, &Place)> {
        let mut here = 0;
        for name in names {
            let end = self.values.get(here)?.end;
            let mut inner = here + 1;
            here = loop {
                let place = self.values.get(inner).filter(|_| inner < end)?;
                // Items of a list have no keys.
                if place.path.last_key()? == *name {
                    break inner;
                }
                inner = place.end;
            };
        }
        Some((here, self.values.get(here)?))
    }

    /// The values whose path ends with these keys.
    fn ending<'p>(&'p self, names: &'p [&str]) -> impl Iterator<Item = (usize, &'p Place)> {
        let last = names.last().and_then(|name| self.keys.get(*name)).into_iter().flatten();
        let places = last.filter_map(|index| Some((*index, self.values.get(*index)?)));
        places.filter(|(_, place)| place.path.ends_with(names))
    }
}

impl Place {
    /// What to show of a value that is certainly read.
    fn read(&self, index: usize, said: &Said) -> Vec<usize> {
        let those = self.said(index, said);
        // The message is about another text, which is somewhere else in the file.
        let is_other = matches!(self.value, Some(Single::Text(_))) && !said.quoted.is_empty();
        if those.is_empty() && !is_other { vec![index] } else { those }
    }

    /// What the message has of a value.
    fn said(&self, index: usize, said: &Said) -> Vec<usize> {
        if self.end == index + 1 {
            let is_said = said.texts.contains(&index) || said.numbers.contains(&index);
            return if is_said { vec![index] } else { Vec::new() };
        }
        let within = |places: &BTreeSet<usize>| places.range(index..self.end).copied().collect::<Vec<_>>();
        let quoted = within(&said.quoted);
        if quoted.is_empty() { within(&said.texts) } else { quoted }
    }
}

/// Where words of a text begin and end, and between all that is no word.
fn edges(text: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut edges, mut before) = (Vec::new(), false);
    for (offset, character) in text.char_indices() {
        let is_inside = is_word(character);
        if !(before && is_inside) {
            edges.push(offset);
        }
        before = is_inside;
    }
    edges.push(text.len());
    edges
}

#[cfg(test)]
mod tests;
