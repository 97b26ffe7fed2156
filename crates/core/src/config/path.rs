//! Paths in a document, and the keys on them that announce a secret.

use std::fmt;

use serde_json::Value;

use super::{tree::Node, words};

/// A step from a value to one inside of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

/// The way from the root of a document to a value, shown as `subnets[2].cidr`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(Vec<Segment>);

impl Path {
    pub(super) fn key(&self, key: &str) -> Self {
        self.then(Segment::Key(key.to_owned()))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.then(Segment::Index(index))
    }

    fn then(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// Starts a message about the value at this path; about the whole document nothing needs to be said.
    pub(super) fn says(&self, what: impl fmt::Display) -> String {
        if self.0.is_empty() { what.to_string() } else { format!("`{self}`: {what}") }
    }

    /// Whether this is that path, or leads further.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Whether a key on the way announces a secret.
    pub(crate) fn names_secret(&self) -> bool {
        self.0.iter().any(|segment| matches!(segment, Segment::Key(key) if names_secret(key)))
    }

    /// The key of this value, if it is in an object.
    pub(super) fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }

    /// Whether the last steps are these keys.
    pub(super) fn ends_with(&self, keys: &[&str]) -> bool {
        let last = self.0.len().checked_sub(keys.len()).and_then(|start| self.0.get(start..));
        last.is_some_and(|last| {
            let mut pairs = last.iter().zip(keys);
            pairs.all(|(segment, key)| matches!(segment, Segment::Key(name) if name == key))
        })
    }

    /// The longest part of serde's path that the document has, and the value there.
    ///
    /// serde's path may name what the document does not spell out, such as the variant of a tagged enum.
    pub(super) fn of_serde<'n>(path: &serde_path_to_error::Path, root: &'n Node) -> (Self, &'n Node) {
        use serde_path_to_error::Segment as Serde;
        let (mut here, mut node) = (Self::default(), root);
        for segment in path {
            let (inner, segment) = match segment {
                Serde::Seq { index } => (node.item(*index), Segment::Index(*index)),
                Serde::Map { key } => (node.get(key), Segment::Key(key.clone())),
                Serde::Enum { variant } => match node.get(variant) {
                    Some(inner) => (Some(inner), Segment::Key(variant.clone())),
                    None => continue,
                },
                Serde::Unknown => (None, Segment::Index(0)),
            };
            let Some(inner) = inner else { break };
            (here, node) = (here.then(segment), inner);
        }
        (here, node)
    }

    /// Puts another value at this path, or none at all.
    pub(super) fn replace(&self, root: &mut Value, with: Option<Value>) {
        let Some((last, way)) = self.0.split_last() else { return };
        let mut here = root;
        for segment in way {
            let inner = match segment {
                Segment::Key(key) => here.get_mut(key),
                Segment::Index(index) => here.get_mut(index),
            };
            let Some(inner) = inner else { return };
            here = inner;
        }
        if let (Value::Object(members), Segment::Key(key)) = (here, last) {
            match with {
                Some(value) => members.insert(key.clone(), value),
                None => members.remove(key),
            };
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if !is_plain(key) => write!(f, "[{}]", words::quoted(key))?,
                Segment::Key(key) if position == 0 => write!(f, "{}", words::cut(key))?,
                Segment::Key(key) => write!(f, ".{}", words::cut(key))?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '$'))
}

/// Whether a key announces a value that must not be shown.
pub(crate) fn names_secret(key: &str) -> bool {
    // `apiKey` and `api-key` are the same word as `api_key`.
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = key.to_ascii_lowercase();
    ["password", "secret", "token", "credential", "privatekey", "apikey"]
        .iter()
        .any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_an_expression() {
        let path = Path::default().key("subnets").index(2).key("a b").key("cidr");
        assert_eq!(path.to_string(), "subnets[2][\"a b\"].cidr");
        assert_eq!(path.says("wrong"), "`subnets[2][\"a b\"].cidr`: wrong");
        assert_eq!(Path::default().says("wrong"), "wrong");
    }

    #[test]
    fn secrets_are_known_by_their_keys() {
        for key in ["dbPassword", "API-Key", "private_key", "CLIENT_SECRET", "tokens"] {
            assert!(names_secret(key), "{key}");
        }
        assert!(!names_secret("key"));
    }
}
