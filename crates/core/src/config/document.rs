//! The text of a configuration file, read in the format that its name says.

use std::path::Path;

use super::{
    json, toml,
    tree::{Node, Position},
};
use crate::finding::Finding;

/// A file that could be read.
pub(super) struct Document {
    pub(super) root: Node,
    /// Keys that stand twice in an object; the rest of the document can be checked all the same.
    pub(super) repeated: Vec<Syntax>,
}

/// A place where the text is not in its format.
pub(super) struct Syntax {
    pub(super) at: Position,
    pub(super) message: String,
}

impl Syntax {
    pub(super) fn finding(self, file: &str) -> Finding {
        let label = self.message.split(';').next().unwrap_or_default().to_owned();
        Finding::error("FW0502", self.message).at(self.at.in_file(file), label)
    }
}

/// Reads a text; `.toml` files are TOML and all others JSON.
pub(super) fn read(file: &str, text: &str) -> Result<Document, Syntax> {
    // Some editors put a byte order mark before the text; it says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match Path::new(file).extension() {
        Some(extension) if extension.eq_ignore_ascii_case("toml") => toml::read(text),
        _ => json::read(text),
    }
}
