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

/// Reports what is wrong with something that was said.
pub(crate) fn report(scope: &Scope<'_>, finding: Finding, at: impl Into<SourceLocation>) {
    scope.app().report(finding.at(at, "said here").in_stack(scope.stack().id()));
}
