//! `formwork.lock`: which logical id every resource has, as a file that is committed.
//!
//! It is an input of synthesis like the program itself. With it, a resource keeps its id when the rule that
//! makes ids from paths would give another one, and a resource whose id changes by mistake is found.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;

use crate::finding::{Finding, Findings};

/// One resource in the lock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its logical id.
    pub id: String,
    /// Whether it holds data, so that a change of its id is an error.
    #[serde(default)]
    pub stateful: bool,
}

type Stacks = BTreeMap<String, BTreeMap<String, LockEntry>>;

/// The logical ids of every resource, by environment, stack and address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    environments: BTreeMap<String, Stacks>,
}

/// The first lines of the file.
const HEADER: &str = "\
# The logical id of every resource, by environment, stack and path. Written by Formwork; commit it.
# Removing a line lets a resource get the id that its path gives it.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    environment: BTreeMap<String, Stacks>,
}

impl Lock {
    /// Reads the text of a lock; `file` is its name in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, Findings> {
        let unreadable = |problem: String, line: u32, column: u32| {
            Finding::error("FW0109", format!("cannot read {file}: {problem}"))
                .at(crate::SourceLocation::new(file.to_owned(), line, column), "here")
                .help("restore it from version control; it is written by `synth --lock`")
                .into()
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() as u32 + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
            unreadable(error.message().to_owned(), line, column)
        })?;
        if read.version != 1 {
            let problem = format!("it has version {}, and this Formwork knows version 1", read.version);
            return Err(unreadable(problem, 1, 1));
        }
        let entries = read.environment.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
        for entry in entries {
            if !crate::ids::legal(&entry.id) || entry.id.len() > 255 {
                let line =
                    text.lines().position(|line| line.contains(&format!("id = {}", quoted(&entry.id))));
                let problem = format!("`{}` is not a logical id", entry.id);
                return Err(unreadable(problem, line.map_or(1, |line| line as u32 + 1), 1));
            }
        }
        Ok(Self { environments: read.environment })
    }

    /// The text of the file: sorted, one line a resource, so that it merges well.
    pub fn text(&self) -> String {
        let mut text = String::from(HEADER);
        text.push_str("version = 1\n");
        for (environment, stacks) in &self.environments {
            for (stack, entries) in stacks {
                // Writing into a `String` cannot fail.
                let _ = write!(text, "\n[environment.{}.{}]\n", quoted(environment), quoted(stack));
                for (address, LockEntry { kind, id, stateful }) in entries {
                    let stateful = if *stateful { ", stateful = true" } else { "" };
                    let (address, kind, id) = (quoted(address), quoted(kind), quoted(id));
                    let _ = writeln!(text, "{address} = {{ type = {kind}, id = {id}{stateful} }}");
                }
            }
        }
        text
    }

    pub(crate) fn get(&self, environment: &str, stack: &str, address: &str) -> Option<&LockEntry> {
        self.stack(environment, stack)?.get(address)
    }

    pub(crate) fn stack(&self, environment: &str, stack: &str) -> Option<&BTreeMap<String, LockEntry>> {
        self.environments.get(environment)?.get(stack)
    }

    /// The stacks of an environment, all of them forgotten.
    pub(crate) fn emptied(&mut self, environment: &str) -> &mut Stacks {
        let stacks = self.environments.entry(environment.to_owned()).or_default();
        stacks.clear();
        stacks
    }
}

/// A TOML string; JSON's escapes are TOML's, too.
fn quoted(text: &str) -> String {
    let mut bytes = vec![b'"'];
    crate::encode::escape(&mut bytes, text);
    bytes.push(b'"');
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_survives_being_written() {
        let mut lock = Lock::default();
        let entry =
            LockEntry { kind: "AWS::RDS::DBInstance".into(), id: "DbInstance".into(), stateful: true };
        let entries = BTreeMap::from([("Db/Instance".to_owned(), entry)]);
        lock.emptied("prod").insert("data/\"x\"".to_owned(), entries);
        assert_eq!(Lock::parse("formwork.lock", &lock.text()), Ok(lock));
    }

    #[test]
    fn a_broken_lock_is_reported_with_its_line() {
        let error =
            Lock::parse("formwork.lock", "version = 1\n[environment.prod.data]\nx = 3\n").unwrap_err();
        assert_eq!(error.iter().next().unwrap().spans[0].at.line, 3);
        assert!(Lock::parse("formwork.lock", "version = 2").is_err());
        let text = "version = 1\n[environment.a.b]\nx = { type = \"T\", id = \"a b\" }\n";
        assert_eq!(
            Lock::parse("formwork.lock", text).unwrap_err().iter().next().unwrap().spans[0].at.line,
            3
        );
        assert!(Lock::parse("formwork.lock", "<<<<<<< HEAD").is_err());
    }
}
