//! Findings: everything that Formwork has to say about a program, as data.

use std::borrow::Cow;

use serde::Serialize;

use crate::location::SourceLocation;

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Probably not what was meant; an assembly is written all the same.
    Warning,
    /// Would fail or mislead; nothing is written.
    Error,
}

impl Severity {
    /// The word used in messages: `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in the source that belongs to a finding, with what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Where.
    pub at: SourceLocation,
    /// What stands there, in a few words: "declared here".
    pub label: String,
}

/// One thing that Formwork has to say: what is wrong, where, and what to do about it.
///
/// ```
/// use formwork_core::{Finding, SourceLocation};
///
/// let finding = Finding::error("ORG001", "buckets need an owner tag")
///     .at(SourceLocation::new("src/main.rs", 12, 11), "this bucket has none")
///     .help("add `.tag(\"owner\", \"team-name\")`");
/// assert_eq!(finding.to_string(), "error[ORG001]: buckets need an owner tag");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The stable code, such as `FW0202`; `formwork explain <code>` tells more on Formwork's own.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The stack that it concerns, by the name given to `App::stack`; `outer/Inner` for a nested one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Where in the template: `Resources/Vpc/Properties/CidrBlock`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_path: Option<String>,
    /// The types of the resources concerned, for front ends that know more about them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_types: Vec<String>,
    /// The controls of security standards that it serves: `FSBP S3.8`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Cow<'static, str>>,
    /// Places in the source, the most telling first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// Further facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
}

impl Finding {
    /// A finding of the given severity; [`error`](Self::error), [`warning`](Self::warning) and
    /// [`note`](Self::note) are shorter.
    pub fn new(severity: Severity, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let message = message.into();
        // Names come from anywhere; a message has one line.
        let message = match message.chars().any(char::is_control) {
            true => message
                .chars()
                .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
                .collect(),
            false => message,
        };
        Self {
            code: code.into(),
            severity,
            message,
            stack: None,
            template_path: None,
            resource_types: Vec::new(),
            controls: Vec::new(),
            spans: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Something that would fail or mislead.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Something that is probably not what was meant.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Something worth knowing.
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Adds a place in the source; the first one added is the one a reader sees first.
    #[must_use]
    pub fn at(mut self, at: impl Into<SourceLocation>, label: impl Into<String>) -> Self {
        self.spans.push(Span { at: at.into(), label: label.into() });
        self
    }

    /// Names the stack concerned.
    #[must_use]
    pub fn in_stack(mut self, stack: impl Into<String>) -> Self {
        self.stack = Some(stack.into());
        self
    }

    /// Names the place in the template: `Resources/Vpc/Properties/CidrBlock`.
    #[must_use]
    pub fn template_path(mut self, path: impl Into<String>) -> Self {
        self.template_path = Some(path.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.code, self.message)
    }
}

/// All findings of one run, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// No findings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of another run's.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any of them is an error, so that nothing may be written.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// One after the other, to be added to.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Finding> {
        self.0.iter_mut()
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self(findings.into_iter().collect())
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{finding}")?;
            if let Some(span) = finding.spans.first() {
                write!(f, " ({})", span.at)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}
