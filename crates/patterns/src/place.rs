//! Where something was said, for findings.

use std::panic::Location;

use formwork_core::{Finding, Scope, SourceLocation};

/// A value with the line that said it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) at: &'static Location<'static>,
}

impl<T> Said<T> {
    /// A value that the caller's caller says.
    #[track_caller]
    pub(crate) fn new(value: T) -> Self {
        Self { value, at: Location::caller() }
    }
}

/// Whether what stands in a scope serves customers.
pub(crate) fn production(scope: &Scope<'_>) -> bool {
    scope.app().environment().is_production()
}

/// The scope that a pattern builds in: the one that it was given, where none of the names that it needs is taken. Else
/// that is reported once, and it builds in a scope of its own below, so that nothing more has to be said of it.
pub(crate) fn claim<'a>(scope: Scope<'a>, what: &str, names: &[&str]) -> Scope<'a> {
    let at = scope.caller().unwrap_or_else(SourceLocation::caller);
    claim_at(scope, at, what, names)
}

/// The same at a line that is not the one on whose behalf the scope is used.
pub(crate) fn claim_at<'a>(
    scope: Scope<'a>,
    at: impl Into<SourceLocation>,
    what: &str,
    names: &[&str],
) -> Scope<'a> {
    let Some(first) = names.iter().find_map(|name| scope.find(name)) else { return scope };
    let path = scope.path();
    let place = match path.is_empty() {
        true => format!("the stack `{}`", scope.stack().id()),
        false => format!("`{path}`"),
    };
    let finding = Finding::error("FW3136", format!("{place} has what {what} would make there already"))
        .help("build each in a scope of its own: `stack.scope(\"Name\")`")
        .at(at, "built here");
    scope.edit(first).report(finding);
    let mut free = scope.scope("Again");
    while names.iter().any(|name| free.find(name).is_some()) {
        free = free.scope("Again");
    }
    free
}

/// Reports what is wrong with something that was said.
pub(crate) fn report(scope: &Scope<'_>, finding: Finding, at: impl Into<SourceLocation>) {
    scope.app().report(finding.at(at, "said here").in_stack(scope.stack().id()));
}
