//! Rules, and what they say.

use std::collections::HashMap;

use formwork_core::Severity;

use crate::{
    context::{Context, Resource, Value},
    document::NodeId,
};

/// Something that a reviewer looks at.
///
/// The page, `explain/<code>.md`, says what the rule means; its two examples are the rule's tests: on the first one
/// the rule speaks, on the second it is silent.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    /// The controls of security standards that it serves: `FSBP S3.8`.
    pub(crate) controls: &'static [&'static str],
    pub(crate) run: Run,
    pub(crate) page: &'static str,
}

/// How often a rule is called, and with what.
pub(crate) enum Run {
    /// For every resource of these types.
    Resource(&'static [&'static str], for<'a> fn(Resource<'a>, &mut Says)),
    /// Once for every template.
    Template(for<'a> fn(&'a Context<'a>, u32, &mut Says)),
    /// Once.
    System(for<'a> fn(&'a Context<'a>, &mut Says)),
    /// Never: what it is about is found where templates are read.
    Elsewhere,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resource(..) => "Resource",
            Self::Template(..) => "Template",
            Self::System(..) => "System",
            Self::Elsewhere => "Elsewhere",
        })
    }
}

/// Declares a rule: its code (whose page is `explain/<code>.md`), severity, how it is run, and, for rules of the
/// security pack, the controls that it serves.
macro_rules! rule {
    ($code:literal, $severity:ident, $run:expr $(, serves [$($control:literal),* $(,)?])?) => {
        $crate::rule::Rule {
            code: $code,
            severity: formwork_core::Severity::$severity,
            controls: &[$($($control),*)?],
            run: $run,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/explain/", $code, ".md")),
        }
    };
}
pub(crate) use rule;

/// Where a remark belongs: a node of a template, or what the node lacks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) template: u32,
    pub(crate) node: NodeId,
    /// The key that the node lacks.
    pub(crate) missing: Option<String>,
}

impl From<Value<'_>> for Place {
    fn from(value: Value<'_>) -> Self {
        Self { template: value.template, node: value.node, missing: value.missing_key().map(str::to_owned) }
    }
}

impl From<Resource<'_>> for Place {
    fn from(resource: Resource<'_>) -> Self {
        resource.value().into()
    }
}

/// What rules have said so far.
#[derive(Debug)]
pub(crate) struct Says {
    rule: &'static Rule,
    remarks: Vec<Remark>,
    /// What was said in earlier worlds: which remark that was.
    said: HashMap<(&'static str, Place, String), usize>,
    /// The resource that a rule looks at, where it looks at one.
    subject: Option<(u32, u32)>,
}

/// One remark of a rule.
#[derive(Debug)]
pub(crate) struct Remark {
    pub(crate) rule: &'static Rule,
    pub(crate) severity: Severity,
    /// The controls that it serves; those of the rule, unless [`serves`](Self::serves) says otherwise.
    pub(crate) controls: &'static [&'static str],
    pub(crate) place: Place,
    pub(crate) message: String,
    /// What stands at the place, in a few words.
    pub(crate) label: String,
    /// Other places that matter, with what stands there.
    pub(crate) also: Vec<(Place, String)>,
    pub(crate) notes: Vec<String>,
    pub(crate) help: Vec<String>,
    /// The worlds in which it was said, a bit each.
    pub(crate) worlds: u32,
    /// The resource that the rule looked at, where it looked at one.
    pub(crate) subject: Option<(u32, u32)>,
}

impl Says {
    pub(crate) fn new(rule: &'static Rule) -> Self {
        Self { rule, remarks: Vec::new(), said: HashMap::new(), subject: None }
    }

    /// From here on, another rule speaks.
    pub(crate) fn turn(&mut self, rule: &'static Rule) {
        self.rule = rule;
    }

    /// From here on, a rule looks at this resource, or at more than one.
    pub(crate) fn about(&mut self, subject: Option<(u32, u32)>) {
        self.subject = subject;
    }

    /// Says something about a value (also an absent one) or a resource: what is wrong, in one line.
    pub(crate) fn add(&mut self, at: impl Into<Place>, message: impl Into<String>) -> &mut Remark {
        let index = self.remarks.len();
        self.remarks.push(Remark {
            rule: self.rule,
            severity: self.rule.severity,
            controls: self.rule.controls,
            place: at.into(),
            message: message.into(),
            label: String::new(),
            also: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            worlds: 0,
            subject: self.subject,
        });
        &mut self.remarks[index]
    }

    /// Ends a world: what was said in an earlier one is not said again, and counts for both.
    pub(crate) fn end_world(&mut self, world: usize, from: usize) {
        let bit = 1u32.checked_shl(world as u32).unwrap_or_default();
        let later = self.remarks.split_off(from.min(self.remarks.len()));
        for mut remark in later {
            let key = (remark.rule.code, remark.place.clone(), remark.message.clone());
            match self.said.get(&key).and_then(|index| self.remarks.get_mut(*index)) {
                Some(said) => said.worlds |= bit,
                None => {
                    remark.worlds = bit;
                    self.said.insert(key, self.remarks.len());
                    self.remarks.push(remark);
                }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.remarks.len()
    }

    pub(crate) fn into_remarks(self) -> Vec<Remark> {
        self.remarks
    }
}

impl Remark {
    /// Adds what to do.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help.push(help.into());
        self
    }

    /// Adds a fact.
    pub(crate) fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.notes.push(note.into());
        self
    }

    /// Says in a few words what stands at the place.
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Adds another place that matters, and what stands there.
    pub(crate) fn also(&mut self, at: impl Into<Place>, label: impl Into<String>) -> &mut Self {
        self.also.push((at.into(), label.into()));
        self
    }

    /// Names the controls that it serves, where these are not all that the rule serves.
    pub(crate) fn serves(&mut self, controls: &'static [&'static str]) -> &mut Self {
        self.controls = controls;
        self
    }

    /// Changes how much it matters, where that depends on the case.
    pub(crate) fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }
}
