//! Rules of a program's own, and what they look at.

use std::cell::RefCell;

use crate::{
    assembly::Assembly,
    finding::{Finding, Severity},
    graph::GraphView,
    read::TypedHandle,
    resource::AsHandle,
};

/// A rule of the program; see [`App::policy`](crate::App::policy).
pub(crate) struct Policy {
    code: String,
    rule: Box<dyn Fn(&Review<'_>)>,
}

impl Policy {
    pub(crate) fn new(code: String, rule: impl Fn(&Review<'_>) + 'static) -> Self {
        Self { code, rule: Box::new(rule) }
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn run(&self, assembly: &Assembly) -> Vec<Finding> {
        let review = Review { assembly, code: &self.code, said: RefCell::default() };
        (self.rule)(&review);
        review.said.into_inner()
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Policy({})", self.code)
    }
}

/// What a rule of your own looks at: all resources of the program, typed, and their graph; see
/// [`App::policy`](crate::App::policy).
///
/// ```
/// # use formwork_core::{App, Builder, DeletionPolicy, Options, Resource, Review};
/// # let app = App::for_tests();
/// # let stack = app.stack("data");
/// # stack.add("Orders", Resource::raw("AWS::DynamoDB::Table"));
/// fn tables_are_ours(review: &Review<'_>) {
///     for table in review.graph().resources().into_iter().filter(|it| it.kind == "AWS::DynamoDB::Table") {
///         let finding = review.warning(table.handle, "TableName", "ask the data team for tables");
///         review.say(finding.help("see wiki/tables"));
///     }
/// }
///
/// app.policy("ORG007", tables_are_ours);
/// let assembly = app.synth(&Options::default())?;
/// assert_eq!(assembly.review().iter().next().map(|finding| &*finding.code), Some("ORG007"));
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Debug)]
pub struct Review<'a> {
    assembly: &'a Assembly,
    code: &'a str,
    said: RefCell<Vec<Finding>>,
}

impl<'a> Review<'a> {
    /// Everything that was made of the program, templates included.
    pub fn assembly(&self) -> &'a Assembly {
        self.assembly
    }

    /// All resources of a type, in the order in which they were added.
    pub fn all<H: TypedHandle>(&self) -> Vec<H> {
        self.assembly.all()
    }

    /// The properties of a resource as they were set.
    pub fn get<H: TypedHandle>(&self, resource: H) -> H::Properties {
        self.assembly.get(resource)
    }

    /// The dependency graph of all resources.
    pub fn graph(&self) -> GraphView<'a> {
        self.assembly.graph()
    }

    /// An error on a resource under the rule's code, with its lines; with a path such as `Tags.0.Key`, those of the
    /// property. Nothing is said until it is handed to [`say`](Self::say).
    #[must_use]
    pub fn error(&self, resource: impl AsHandle, path: &str, message: impl Into<String>) -> Finding {
        self.finding(Severity::Error, resource, path, message)
    }

    /// A warning on a resource; see [`error`](Self::error).
    #[must_use]
    pub fn warning(&self, resource: impl AsHandle, path: &str, message: impl Into<String>) -> Finding {
        self.finding(Severity::Warning, resource, path, message)
    }

    /// A note on a resource; see [`error`](Self::error).
    #[must_use]
    pub fn note(&self, resource: impl AsHandle, path: &str, message: impl Into<String>) -> Finding {
        self.finding(Severity::Note, resource, path, message)
    }

    fn finding(
        &self,
        severity: Severity,
        resource: impl AsHandle,
        path: &str,
        message: impl Into<String>,
    ) -> Finding {
        self.assembly.locate(Finding::new(severity, self.code.to_owned(), message), resource, path)
    }

    /// Says it.
    pub fn say(&self, finding: Finding) {
        self.said.borrow_mut().push(finding);
    }
}
