//! Values that are known when a stack is deployed.

use std::panic::Location;

use formwork_core::{Arn, Expr, Finding, Id, Input, IntoInput, Name, Output, Param, Part, Scope, Secret};

use crate::{place::report, user_pool::ClientSecret};

/// A secret that holds what something else is called or knows.
pub struct Held {
    value: Input<Secret>,
    /// The stack that a value must not leave, since it would be seen on its way.
    stack: Option<String>,
    /// Where it was said.
    at: &'static Location<'static>,
}

impl Held {
    #[track_caller]
    fn open<T>(value: impl IntoInput<T>) -> Self {
        Self { value: Input::new(value.into_input().into_expr()), stack: None, at: Location::caller() }
    }

    /// The value, for a secret in a scope; none where it is text.
    pub(super) fn value(self, scope: &Scope<'_>) -> Option<Input<Secret>> {
        if is_text(self.value.expr()) {
            let message = "a secret is to hold text, which whoever reads the template sees".to_owned();
            let help = "take `StoredSecret::generated()`, and put the value into it after it is made: \
                        `aws secretsmanager put-secret-value`";
            report(scope, Finding::error("FW3179", message).help(help), self.at);
            return None;
        }
        let here = scope.stack().id();
        if let Some(stack) = self.stack.filter(|stack| *stack != here) {
            let message = format!("a secret of the stack `{stack}` goes to `{here}`, and is seen on its way");
            let help = format!("make it in `{stack}`, and refer to it from `{here}`");
            report(scope, Finding::error("FW3179", message).help(help), self.at);
        }
        Some(self.value)
    }
}

/// Whether a value is the same in every deployment: text, a number, or text that is made of such.
fn is_text(value: &Expr) -> bool {
    match value.plain() {
        Expr::Text(_) | Expr::Bool(_) | Expr::Int(_) | Expr::UInt(_) | Expr::Float(_) => true,
        Expr::Interpolation(parts) => parts.iter().all(|part| match part {
            Part::Text(_) => true,
            Part::Value(value) => is_text(value),
            _ => false,
        }),
        _ => false,
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What a [`StoredSecret`](super::StoredSecret) can hold: a value that the template refers to and does not have. It is
/// sealed: no other type becomes one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a secret can hold",
    label = "expected an output of a resource, a parameter, or the secret of a client of a user pool",
    note = "text would stand in the template, where whoever reads it sees it",
    note = "a value that nobody knows yet is `StoredSecret::generated()`",
    note = "a value that somebody knows is put into the secret after it is made: `aws secretsmanager put-secret-value`"
)]
pub trait Holdable: sealed::Sealed {
    #[doc(hidden)]
    #[track_caller]
    fn held(self) -> Held;
}

macro_rules! holdable {
    ($([$($generics:tt)*] $type:ty => $value:ty),* $(,)?) => {$(
        impl<$($generics)*> sealed::Sealed for $type {}

        impl<$($generics)*> Holdable for $type {
            #[track_caller]
            fn held(self) -> Held {
                Held::open::<$value>(self)
            }
        }
    )*};
}

holdable! {
    [] Output<String> => String,
    [R] Output<Id<R>> => Id<R>,
    [R] Output<Arn<R>> => Arn<R>,
    [R] Output<Name<R>> => Name<R>,
    [] Param<String> => String,
    [] Param<Secret> => Secret,
}

impl sealed::Sealed for ClientSecret {}

impl Holdable for ClientSecret {
    #[track_caller]
    fn held(self) -> Held {
        Held { stack: Some(self.stack().to_owned()), ..Held::open::<Secret>(self.value()) }
    }
}
