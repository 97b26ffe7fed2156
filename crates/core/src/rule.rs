//! Rules: what CloudFormation asserts about parameters before it changes anything.

use crate::{
    condition::Predicate,
    expr::{Expr, Field, Str},
};

/// A rule to be declared with [`Scope::rule`](crate::Scope::rule).
///
/// ```
/// # use formwork_core::{App, Parameter, Predicate, Rule};
/// # let app = App::for_tests();
/// # let stack = app.stack("data");
/// let stage = stack.parameter("Stage", Parameter::string());
/// let class = stack.parameter("Class", Parameter::string());
/// stack.rule("ProductionIsLarge", Rule::new()
///     .when(stage.equals("prod"))
///     .assert(Predicate::contains(["db.r6g.large", "db.r6g.xlarge"], class), "production needs a large class"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a rule does nothing until it is declared with `.rule(name, ..)`"]
pub struct Rule {
    condition: Option<Predicate>,
    assertions: Vec<(Predicate, Str)>,
}

impl Rule {
    /// A rule that asserts nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asserts only where this holds.
    pub fn when(mut self, condition: impl Into<Predicate>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Adds what must hold, and what to say when it does not.
    pub fn assert(mut self, assertion: impl Into<Predicate>, description: impl Into<Str>) -> Self {
        self.assertions.push((assertion.into(), description.into()));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.assertions.is_empty()
    }

    pub(crate) fn expr(self) -> Expr {
        let assertion = |(assertion, description): (Predicate, Str)| {
            Expr::Object(vec![
                Field::new("Assert", assertion.0),
                Field::new("AssertDescription", Expr::Text(description)),
            ])
        };
        Expr::Object(vec![
            Field::new("RuleCondition", self.condition.map_or(Expr::Absent, |condition| condition.0)),
            Field::new("Assertions", Expr::List(self.assertions.into_iter().map(assertion).collect())),
        ])
    }
}
