//! Where in somebody's source a thing was said.

use std::{borrow::Cow, panic::Location};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a source file: the user's `main.rs`, a pattern, or a configuration file.
///
/// Lines and columns count from 1. The file is written as the compiler was given it, except that paths into
/// the caches of packages are cut to what names the package, so that the same program says the same on
/// every machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SourceLocation {
    /// The file, relative where the compiler was given a relative path.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl SourceLocation {
    /// A place in a file that is not Rust source, such as a configuration file.
    pub fn new(file: impl Into<Cow<'static, str>>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }

    /// The place of the caller, as the compiler noted it.
    #[track_caller]
    pub fn caller() -> Self {
        Location::caller().into()
    }
}

impl From<&'static Location<'static>> for SourceLocation {
    fn from(at: &'static Location<'static>) -> Self {
        Self { file: portable(at.file()), line: at.line(), column: at.column() }
    }
}

impl std::fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Cuts what differs between machines: the registry cache's folder, and the separator of Windows paths.
fn portable(file: &'static str) -> Cow<'static, str> {
    let file = if cfg!(windows) { Cow::Owned(file.replace('\\', "/")) } else { Cow::Borrowed(file) };
    let below = |folder: &str| file.split_once(folder).and_then(|(_, rest)| rest.split_once('/'));
    if let Some((_index, package)) = below("/registry/src/") {
        return Cow::Owned(package.to_owned());
    }
    // The repository with a digest of its address, then the commit.
    if let Some((repository, rest)) = below("/git/checkouts/") {
        return Cow::Owned(format!("{repository}/{rest}"));
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_cache_is_cut_from_a_path() {
        assert_eq!(
            portable("/home/a/.cargo/registry/src/index.example-1a2b/shop-patterns-1.2.0/src/vpc.rs"),
            "shop-patterns-1.2.0/src/vpc.rs"
        );
        assert_eq!(
            portable("/home/a/.cargo/git/checkouts/patterns-1a2b/0c1d2e3/src/vpc.rs"),
            "patterns-1a2b/0c1d2e3/src/vpc.rs"
        );
        assert_eq!(portable("src/main.rs"), "src/main.rs");
    }
}
