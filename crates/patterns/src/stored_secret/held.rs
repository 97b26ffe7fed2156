//! Values that are known when a stack is deployed.

use formwork_core::{Arn, Finding, Id, Input, IntoInput, Name, Output, Param, Scope, Secret};

use crate::{
    place::{Said, report},
    user_pool::ClientSecret,
};

/// A secret that holds what something else is called or knows.
pub struct Held {
    value: Input<Secret>,
    /// The stack that a value must not leave, since it would be seen on its way.
    stack: Option<Said<String>>,
}

impl Held {
    fn open<T>(value: impl IntoInput<T>) -> Self {
        Self { value: Input::new(value.into_input().into_expr()), stack: None }
    }

    /// The value, for a secret in a scope.
    pub(super) fn value(self, scope: &Scope<'_>) -> Input<Secret> {
        let here = scope.stack().id();
        if let Some(Said { value: stack, at }) = self.stack.filter(|stack| stack.value != here) {
            let message = format!("a secret of the stack `{stack}` goes to `{here}`, and is seen on its way");
            let help = format!("make it in `{stack}`, and refer to it from `{here}`");
            report(scope, Finding::error("FW3179", message).help(help), at);
        }
        self.value
    }
}

/// What a [`StoredSecret`](super::StoredSecret) can hold: a value that the template refers to and does not have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a secret can hold",
    label = "expected an output of a resource, a parameter, or the secret of a client of a user pool",
    note = "text would stand in the template, where whoever reads it sees it",
    note = "a value that nobody knows yet is `StoredSecret::generated()`",
    note = "a value that somebody knows is put into the secret after it is made: `aws secretsmanager put-secret-value`"
)]
pub trait Holdable {
    #[doc(hidden)]
    #[track_caller]
    fn held(self) -> Held;
}

macro_rules! holdable {
    ($([$($generics:tt)*] $type:ty => $value:ty),* $(,)?) => {$(
        impl<$($generics)*> Holdable for $type {
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

impl Holdable for ClientSecret {
    #[track_caller]
    fn held(self) -> Held {
        Held { stack: Some(Said::new(self.stack().to_owned())), ..Held::open::<Secret>(self.value()) }
    }
}
