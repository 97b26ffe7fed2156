//! Mappings: tables of literals, looked up at deployment.

use std::marker::PhantomData;

use crate::{
    expr::{At, Expr, Field, Key, Str, Target},
    finding::Finding,
    value::{IntoInput, IntoText, Output},
};

/// A table to be declared with [`Scope::mapping`](crate::Scope::mapping).
///
/// ```
/// # use formwork_core::{pseudo, App, Mapping};
/// # let app = App::for_tests();
/// # let stack = app.stack("compute");
/// let images = stack.mapping("Images", Mapping::new()
///     .row("eu-central-1", [("Arm", "ami-0a1b2c3d"), ("X86", "ami-1b2c3d4e")])
///     .row("us-east-1", [("Arm", "ami-2c3d4e5f"), ("X86", "ami-3d4e5f6a")]));
/// let image = images.find(pseudo::region(), "Arm");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a mapping does nothing until it is declared with `.mapping(name, ..)`"]
pub struct Mapping<T = String> {
    pub(crate) rows: Vec<Row>,
    kind: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    key: Str,
    values: Vec<Field>,
    at: At,
}

/// A declared mapping, to look things up in.
#[derive(Debug)]
pub struct Lookup<T = String> {
    key: Key,
    kind: PhantomData<fn() -> T>,
}

impl<T> Default for Mapping<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), kind: PhantomData }
    }
}

impl Mapping<String> {
    /// An empty table of texts.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mapping<i64> {
    /// An empty table of whole numbers.
    pub fn integers() -> Self {
        Self::default()
    }
}

impl Mapping<Vec<String>> {
    /// An empty table of lists of texts.
    pub fn lists() -> Self {
        Self::default()
    }
}

impl<T> Mapping<T> {
    /// Adds a row: its key, and names with their values.
    #[track_caller]
    pub fn row<K: Into<Str>, V: IntoInput<T>>(
        mut self,
        key: impl Into<Str>,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| Field::new(name, value.into_input().into_expr()))
            .collect();
        self.rows.push(Row { key: key.into(), values, at: std::panic::Location::caller() });
        self
    }
}

/// The most rows of a mapping, and the most entries of a row.
const ATTRIBUTES: usize = 200;

pub(crate) fn expr(rows: &[Row]) -> Expr {
    let row = |row: &Row| Field::new(row.key.clone(), Expr::Object(row.values.clone()));
    Expr::Object(rows.iter().map(row).collect())
}

/// What is wrong with the rows of the mapping `name`.
pub(crate) fn findings(name: &str, rows: &[Row], at: At) -> Vec<Finding> {
    let error = |message: String, at: At| Finding::error("FW0307", message).at(at, "declared here");
    let mut findings = Vec::new();
    if rows.is_empty() {
        findings
            .push(error(format!("mapping `{name}` has no rows"), at).help("add one with `.row(key, [..])`"));
    }
    if rows.len() > ATTRIBUTES {
        let message = format!("mapping `{name}` has {} rows; the limit is {ATTRIBUTES}", rows.len());
        findings.push(error(message, at));
    }
    for (index, row) in rows.iter().enumerate() {
        let key = &row.key;
        if rows[..index].iter().any(|earlier| earlier.key == *key) {
            findings.push(error(format!("mapping `{name}` has two rows `{key}`"), row.at));
        }
        if !legal(key, b".-") {
            let message = format!("`{key}` cannot be a row of mapping `{name}`");
            findings.push(error(message, row.at).help("use letters, digits, `-` and `.`"));
        }
        if row.values.is_empty() || row.values.len() > ATTRIBUTES {
            let count = row.values.len();
            let message =
                format!("row `{key}` of mapping `{name}` has {count} entries; 1 to {ATTRIBUTES} are allowed");
            findings.push(error(message, row.at));
        }
        for (index, field) in row.values.iter().enumerate() {
            if !legal(&field.name, b"") {
                let message = format!("`{}` cannot be a name in mapping `{name}`", field.name);
                findings.push(error(message, row.at).help("use letters and digits"));
            }
            if row.values[..index].iter().any(|earlier| earlier.name == field.name) {
                let message = format!("row `{key}` of mapping `{name}` has two entries `{}`", field.name);
                findings.push(error(message, row.at));
            }
            let literal = match &field.value {
                Expr::List(items) => items.iter().all(|item| !item.has_expressions()),
                Expr::Object(_) | Expr::Absent | Expr::Null => false,
                value => !value.has_expressions(),
            };
            if !literal {
                let message = format!("`{key}.{}` in mapping `{name}` is not a literal", field.name);
                findings.push(
                    error(message, row.at)
                        .help("a mapping holds text, numbers, truth values and lists of them; use a condition for the rest"),
                );
            }
        }
    }
    findings
}

fn legal(name: &str, extra: &[u8]) -> bool {
    (1..=255).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

impl<T> Clone for Lookup<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lookup<T> {}

impl<T> Lookup<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, kind: PhantomData }
    }

    /// The value in a row under a name: `Fn::FindInMap`.
    pub fn find(self, row: impl IntoText, name: impl IntoText) -> Output<T> {
        Output::new(self.call(vec![row.into_text(), name.into_text()]))
    }

    /// The value in a row under a name, or another one where there is none. Adds the transform
    /// `AWS::LanguageExtensions` to the stack.
    pub fn find_or(self, row: impl IntoText, name: impl IntoText, default: impl IntoInput<T>) -> Output<T> {
        let default = Field::new("DefaultValue", default.into_input().into_expr());
        Output::new(self.call(vec![row.into_text(), name.into_text(), Expr::Object(vec![default])]))
    }

    fn call(self, mut arguments: Vec<Expr>) -> Expr {
        arguments.insert(0, Expr::reference(Target::Mapping(self.key)));
        Expr::call("Fn::FindInMap", Expr::List(arguments))
    }
}
