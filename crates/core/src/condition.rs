//! Conditions: what is decided at deployment, and the values that depend on it.

use std::ops::{BitAnd, BitOr, Not};

use crate::{
    expr::{Expr, Field, Key, Target},
    value::{Input, IntoInput, IntoJson, IntoText, NoValue, Output},
};

/// A condition declared in a stack with [`Scope::condition`](crate::Scope::condition).
///
/// ```
/// # use formwork_core::{App, Parameter, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("data");
/// let size = stack.parameter("Size", Parameter::string().default("small"));
/// let large = stack.condition("Large", size.equals("large"));
/// stack.add("Queue", Resource::raw("AWS::SQS::Queue")
///     .set("VisibilityTimeout", large.choose(300, 30))
///     .set("FifoQueue", large.then(true))); // left out otherwise
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    pub(crate) key: Key,
}

/// One of two values, depending on a [`Condition`].
#[derive(Clone, Debug)]
pub struct Choice<A, B> {
    condition: Condition,
    yes: A,
    no: B,
}

/// A truth value of the template language: an equality, or `&`, `|` and `!` of such.
///
/// It becomes a [`Condition`] by being declared, or an assertion of a [`Rule`](crate::Rule).
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate(pub(crate) Expr);

impl Condition {
    /// One value where the condition holds, another where it does not.
    pub fn choose<A, B>(self, yes: A, no: B) -> Choice<A, B> {
        Choice { condition: self, yes, no }
    }

    /// A value where the condition holds; otherwise the key is left out.
    pub fn then<A>(self, yes: A) -> Choice<A, NoValue> {
        self.choose(yes, NoValue)
    }

    pub(crate) fn name(self) -> Expr {
        Expr::reference(Target::Condition(self.key))
    }

    /// This condition as part of another one.
    pub fn predicate(self) -> Predicate {
        Predicate(Expr::call("Condition", self.name()))
    }
}

impl<A, B> Choice<A, B> {
    fn expr(condition: Condition, yes: Expr, no: Expr) -> Expr {
        Expr::call("Fn::If", Expr::List(vec![condition.name(), yes, no]))
    }

    /// The choice as an expression of its own, for use in several places.
    pub fn output<T>(self) -> Output<T>
    where
        A: IntoInput<T>,
        B: IntoInput<T>,
    {
        Output::new(self.into_input().into_expr())
    }
}

impl<T, A: IntoInput<T>, B: IntoInput<T>> IntoInput<T> for Choice<A, B> {
    fn into_input(self) -> Input<T> {
        let (yes, no) = (self.yes.into_input().into_expr(), self.no.into_input().into_expr());
        Input::new(Self::expr(self.condition, yes, no))
    }
}

impl<A: IntoJson, B: IntoJson> IntoJson for Choice<A, B> {
    fn into_json(self) -> Expr {
        Self::expr(self.condition, self.yes.into_json(), self.no.into_json())
    }
}

// `then` has no second branch that could stand inside text, hence no impl for `Choice<A, NoValue>`.
impl<A: IntoText, B: IntoText> IntoText for Choice<A, B> {
    fn into_text(self) -> Expr {
        Self::expr(self.condition, self.yes.into_text(), self.no.into_text())
    }
}

/// At most ten operands fit into one `Fn::And` or `Fn::Or`; more are nested.
const OPERANDS: usize = 10;

impl Predicate {
    pub(crate) fn equals(left: Expr, right: Expr) -> Self {
        Self(Expr::call("Fn::Equals", Expr::List(vec![left, right])))
    }

    fn combine(function: &'static str, left: Self, right: Self) -> Self {
        let mut operands = match left.0 {
            Expr::Object(mut fields) if fields.len() == 1 && fields[0].name == function => {
                match fields.remove(0).value {
                    Expr::List(operands) if operands.len() < OPERANDS => operands,
                    other => vec![Expr::call(function, other)],
                }
            }
            other => vec![other],
        };
        operands.push(right.0);
        Self(Expr::call(function, Expr::List(operands)))
    }

    /// Whether both hold: the same as `self & other`.
    #[must_use]
    pub fn and(self, other: impl Into<Predicate>) -> Self {
        Self::combine("Fn::And", self, other.into())
    }

    /// Whether at least one holds: the same as `self | other`.
    #[must_use]
    pub fn or(self, other: impl Into<Predicate>) -> Self {
        Self::combine("Fn::Or", self, other.into())
    }

    /// Whether a text is one of several: `Fn::Contains`, for the assertions of a [`Rule`](crate::Rule) only.
    pub fn contains<V: IntoText>(list: impl IntoIterator<Item = V>, value: impl IntoText) -> Self {
        let list = list.into_iter().map(V::into_text).collect();
        Self(Expr::call("Fn::Contains", Expr::List(vec![Expr::List(list), value.into_text()])))
    }

    /// Whether every text of the first list is one of the second: `Fn::EachMemberIn`, for assertions only.
    pub fn each_member_in(members: impl IntoInput<Vec<String>>, of: impl IntoInput<Vec<String>>) -> Self {
        let lists = vec![members.into_input().into_expr(), of.into_input().into_expr()];
        Self(Expr::call("Fn::EachMemberIn", Expr::List(lists)))
    }

    /// Whether every text of a list equals another: `Fn::EachMemberEquals`, for assertions only.
    pub fn each_member_equals(list: impl IntoInput<Vec<String>>, value: impl IntoText) -> Self {
        let arguments = vec![list.into_input().into_expr(), value.into_text()];
        Self(Expr::call("Fn::EachMemberEquals", Expr::List(arguments)))
    }
}

impl From<Condition> for Predicate {
    fn from(condition: Condition) -> Self {
        condition.predicate()
    }
}

macro_rules! operators {
    ($($left:ty, $right:ty);*) => {$(
        impl BitAnd<$right> for $left {
            type Output = Predicate;

            fn bitand(self, other: $right) -> Predicate {
                Predicate::from(self).and(other)
            }
        }

        impl BitOr<$right> for $left {
            type Output = Predicate;

            fn bitor(self, other: $right) -> Predicate {
                Predicate::from(self).or(other)
            }
        }
    )*};
}

operators!(Condition, Condition; Condition, Predicate; Predicate, Condition; Predicate, Predicate);

impl Not for Predicate {
    type Output = Predicate;

    fn not(self) -> Predicate {
        match self.0 {
            // Two negations are none.
            Expr::Object(mut fields) if fields.len() == 1 && fields[0].name == "Fn::Not" => {
                match fields.remove(0).value {
                    Expr::List(mut operand) if operand.len() == 1 => Predicate(operand.remove(0)),
                    other => Predicate(Expr::Object(vec![Field::new(
                        "Fn::Not",
                        Expr::List(vec![Expr::call("Fn::Not", other)]),
                    )])),
                }
            }
            other => Predicate(Expr::call("Fn::Not", Expr::List(vec![other]))),
        }
    }
}

impl Not for Condition {
    type Output = Predicate;

    fn not(self) -> Predicate {
        !self.predicate()
    }
}
