//! Where a configuration file says what a finding is about.

use super::{
    document,
    path::Path,
    tree::{Node, Tree},
};
use crate::{finding::Finding, location::SourceLocation, report::Sources};

/// So many lines of source are looked at for the arguments of one call.
const LINES: usize = 30;

/// The values of a configuration file and their places, for findings on what a program makes of them.
///
/// A finding points at the line of Rust that says something wrong. Where that line reads the configuration
/// (`config.tasks.most`), or the finding quotes a text that the file has once, the file's line is shown as well.
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
/// let places = Places::of("config/prod.json", r#"{ "tasks": { "least": 10, "most": 2 } }"#);
/// let mut finding = Finding::error("ORG001", "10 is more than 2").at(SourceLocation::new("src/main.rs", 1, 6), "said here");
/// places.show(&mut finding, &Program);
/// assert_eq!(finding.spans[1].label, "`tasks.least` is 10");
/// assert_eq!(finding.spans[2].at, SourceLocation::new("config/prod.json", 1, 35));
/// ```
///
/// Of values that are secret by their keys, only the place is shown.
#[derive(Clone, Debug, Default)]
pub struct Places {
    values: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    path: String,
    at: SourceLocation,
    /// Of a single value, how it is written.
    value: Option<String>,
    /// Whether that is a text.
    text: bool,
}

impl Places {
    /// The values of a file, by its name and its text; none where it cannot be read.
    pub fn of(file: &str, text: &str) -> Self {
        let mut places = Self::default();
        if let Ok(document) = document::read(file, text) {
            places.add(&Path::default(), &document.root, file);
        }
        places
    }

    fn add(&mut self, path: &Path, node: &Node, file: &str) {
        let value = match &node.tree {
            _ if path.names_secret() => None,
            Tree::Null => Some("null".to_owned()),
            Tree::Bool(value) => Some(value.to_string()),
            Tree::Number(value) => Some(value.to_string()),
            Tree::String(value) => Some(value.clone()),
            Tree::Array(_) | Tree::Object(_) => None,
        };
        let text = matches!(node.tree, Tree::String(_));
        self.values.push(Place { path: path.to_string(), at: node.at.in_file(file), value, text });
        match &node.tree {
            Tree::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add(&path.index(index), item, file);
                }
            }
            Tree::Object(members) => {
                for member in members {
                    self.add(&path.key(&member.key), &member.node, file);
                }
            }
            _ => {}
        }
    }

    /// Adds to a finding the places that the line of Rust reads, or that have the text that it quotes.
    pub fn show(&self, finding: &mut Finding, sources: &dyn Sources) {
        let mut found: Vec<&Place> = Vec::new();
        for span in finding.spans.iter().filter(|span| span.at.file.ends_with(".rs")) {
            let Some(text) = sources.text(&span.at.file) else { continue };
            for chain in chains(&call(&text, &span.at)) {
                let read = self.read_by(&chain).into_iter();
                found.extend(read.flat_map(|place| self.named_within(place, &finding.message)));
            }
        }
        if found.is_empty() {
            let quoted = finding.message.split('`').skip(1).step_by(2);
            found.extend(quoted.filter_map(|text| self.only(text)));
        }
        for place in found {
            if finding.spans.iter().any(|span| span.at == place.at) {
                continue;
            }
            let label = match &place.value {
                Some(value) if place.text => format!("`{}` is {value:?}", place.path),
                Some(value) => format!("`{}` is {value}", place.path),
                None => format!("`{}` is this", place.path),
            };
            finding.spans.push(crate::finding::Span { at: place.at.clone(), label });
        }
    }

    /// What `config.tasks.least.into` reads: the longest way into the document, which begins after a variable, or with
    /// one that has the name of an object.
    fn read_by(&self, chain: &[&str]) -> Option<&Place> {
        let ends = |from: usize, least: usize| (from + least..=chain.len()).rev().map(move |end| (from, end));
        let after = chain.iter().position(|name| *name == "config").map_or(chain.len(), |index| index + 1);
        let ways = ends(after.min(chain.len()), 1).chain(ends(0, 2));
        let at = |path: String| self.values.iter().find(|place| place.path == path);
        ways.into_iter().find_map(|(from, end)| at(chain.get(from..end)?.join(".")))
    }

    /// Of a list or an object, the values that the message names, or else the whole.
    fn named_within<'p>(&'p self, place: &'p Place, message: &str) -> Vec<&'p Place> {
        let within = |other: &&Place| {
            let rest = other.path.strip_prefix(&place.path);
            rest.is_some_and(|rest| rest.starts_with(['[', '.']))
        };
        let texts = self.values.iter().filter(within).filter(|it| it.text);
        let texts: Vec<(&Place, &String)> = texts.filter_map(|it| Some((it, it.value.as_ref()?))).collect();
        let quoted = |text: &String| message.split('`').skip(1).step_by(2).any(|quoted| quoted == text);
        let said = |text: &String| text.len() > 3 && message.contains(text.as_str());
        let those = |named: &dyn Fn(&String) -> bool| {
            texts.iter().filter(|(_, text)| named(text)).map(|(place, _)| *place).collect::<Vec<_>>()
        };
        let all = [those(&quoted), those(&said), vec![place]];
        all.into_iter().find(|places| !places.is_empty()).unwrap_or_default()
    }

    /// The only value that is this text, if it is not a short word.
    fn only(&self, text: &str) -> Option<&Place> {
        let mut same = self.values.iter().filter(|place| place.text && place.value.as_deref() == Some(text));
        same.next().filter(|_| text.len() > 3 && same.next().is_none())
    }
}

/// The call that begins at a place: up to where its parentheses close.
fn call(text: &str, at: &SourceLocation) -> String {
    let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
    let mut call = String::new();
    let (mut open, mut quoted, mut before) = (0_usize, false, ' ');
    for (index, line) in text.lines().skip(line).take(LINES).enumerate() {
        for character in line.chars().skip(if index == 0 { column } else { 0 }) {
            call.push(character);
            match character {
                '"' if before != '\\' => quoted = !quoted,
                '(' if !quoted => open += 1,
                ')' if !quoted && open <= 1 => return call,
                ')' if !quoted => open -= 1,
                _ => {}
            }
            before = character;
        }
        if open == 0 {
            return call;
        }
        call.push(' ');
    }
    call
}

/// Names with points between them.
fn chains(text: &str) -> Vec<Vec<&str>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let parts = text.split(|c: char| !is_name(c)).flat_map(|part| part.split(".."));
    parts
        .map(|part| part.split('.').filter(|name| !name.is_empty()).collect::<Vec<_>>())
        .filter(|chain| chain.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Source(&'static str);

    impl Sources for Source {
        fn text(&self, _file: &str) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    const FILE: &str = r#"{
  "name": "shop",
  "network": { "zones": ["us-east-2a", "us-east-2d"] },
  "database": { "class": "db.t3.micro", "password": "pw.t3.micro" },
  "again": "us-east-2a"
}"#;

    fn shown(line: &'static str, message: &str) -> Vec<String> {
        let mut finding = Finding::error("ORG001", message).at(SourceLocation::new("src/main.rs", 1, 1), "");
        Places::of("config/prod.json", FILE).show(&mut finding, &Source(line));
        let spans = finding.spans.into_iter().skip(1);
        spans.map(|span| format!("{}: {}", span.at.line, span.label)).collect()
    }

    #[test]
    fn what_a_line_reads_is_shown() {
        assert_eq!(shown(".in_zones(&config.network.zones)", ""), ["3: `network.zones` is this"]);
        assert_eq!(
            shown(".in_zones(&config.network.zones)", "no `us-east-2d`, but us-east-2a"),
            ["3: `network.zones[1]` is \"us-east-2d\""]
        );
        assert_eq!(
            shown(".in_zones(&config.network.zones)", "us-east-2a is not meant"),
            ["3: `network.zones[0]` is \"us-east-2a\""]
        );
        assert_eq!(
            shown(".mysql(\n  \"8.0 (\",\n  self.config.database.class.clone(),\n)", ""),
            ["4: `database.class` is \"db.t3.micro\""]
        );
        assert_eq!(shown(".class(database.class)", ""), ["4: `database.class` is \"db.t3.micro\""]);
        assert_eq!(shown(".class(it.class).name(config.name)", ""), [""; 0], "another call");
        assert_eq!(shown("config.name", ""), ["2: `name` is \"shop\""]);
        assert_eq!(shown(".key(config.database.password)", ""), ["4: `database.password` is this"]);
    }

    #[test]
    fn what_a_message_quotes_is_shown_where_the_file_has_it_once() {
        assert_eq!(shown(".build()", "no `us-east-2d` there"), ["3: `network.zones[1]` is \"us-east-2d\""]);
        assert_eq!(shown(".build()", "no `us-east-2a` there"), [""; 0]);
        assert_eq!(shown(".build()", "no `pw.t3.micro` there"), [""; 0]);
    }

    #[test]
    fn a_file_that_cannot_be_read_has_no_places() {
        assert!(Places::of("config/prod.json", "{").values.is_empty());
    }
}
