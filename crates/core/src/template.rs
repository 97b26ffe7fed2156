//! The text of a template, in the forms in which people and machines want it.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text;

/// The template of one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    compact: String,
}

/// How a template is written to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON with line breaks, two spaces a level.
    #[default]
    Pretty,
    /// JSON without any white space.
    Compact,
    /// YAML.
    Yaml,
}

impl Format {
    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Compact => "compact",
            Self::Yaml => "yaml",
        }
    }

    /// How the names of files in this format end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pretty | Self::Compact => "json",
            Self::Yaml => "yaml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is none of `pretty`, `compact` and `yaml`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is none of `pretty`, `compact` and `yaml`")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        let formats = [Self::Pretty, Self::Compact, Self::Yaml];
        let found = formats.into_iter().find(|format| format.as_str() == word);
        found.ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

impl Template {
    pub(crate) fn new(compact: String) -> Self {
        Self { compact }
    }

    /// JSON without any white space: the shortest form, and the one that digests of nested templates are of.
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// JSON with line breaks, two spaces a level.
    pub fn pretty(&self) -> String {
        text::pretty(&self.compact)
    }

    /// YAML.
    pub fn yaml(&self) -> String {
        text::yaml(&self.compact)
    }

    /// The text in a format.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Pretty => self.pretty(),
            Format::Compact => self.compact.clone(),
            Format::Yaml => self.yaml(),
        }
    }

    /// The document as a tree.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.compact).unwrap_or_default()
    }

    /// The SHA-256 of the compact form, in hexadecimal.
    pub fn digest(&self) -> String {
        crate::ids::sha256(self.compact.as_bytes())
    }
}
