//! What may be given to a statement: one value or several, literals or expressions.

use std::borrow::Cow;

use formwork_core::{
    Arn, Choice, Expr, Id, Identifier, Input, IntoJson, IntoText, Name, NoValue, Output, Param,
};

/// Stands for "the ARN of anything, or a pattern of such" in [`IntoValues`]; nothing has this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnPattern {}

/// One value or several for a place in a policy that takes text (`String`), numbers (`f64`), truth values (`bool`) or
/// ARNs ([`ArnPattern`]).
///
/// A resource is named by its ARN, and not by its handle, which often stands for a name:
///
/// ```
/// # use formwork_aws::policy::Statement;
/// # use formwork_core::{App, Resource};
/// # let app = App::for_tests();
/// # let bucket = app.stack("s").add("Images", Resource::raw("AWS::S3::Bucket"));
/// Statement::allow("s3:ListBucket").on(bucket.attribute("Arn"));
/// ```
///
/// ```compile_fail
/// # use formwork_aws::policy::Statement;
/// # use formwork_core::{App, Resource};
/// # let app = App::for_tests();
/// # let bucket = app.stack("s").add("Images", Resource::raw("AWS::S3::Bucket"));
/// Statement::allow("s3:ListBucket").on(bucket);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit where a policy takes `{T}`",
    label = "expected one or several of `{T}`",
    note = "an ARN is one of a handle's outputs, or text: `bucket.arn()`, `interpolate!(\"{{arn}}/*\")`; several are a list \
            of such, `list![..]` where their types differ"
)]
pub trait IntoValues<T> {
    /// The values as they will stand in the template.
    fn into_values(self) -> Vec<Expr>;
}

macro_rules! values {
    (@one [$($generics:tt)*] $type:ty, $kind:ty) => {
        impl<$($generics)*> IntoValues<$kind> for $type {
            fn into_values(self) -> Vec<Expr> {
                vec![quoted(self.into_text())]
            }
        }
    };
    ($($generics:tt $type:ty => $($kind:ty),+;)*) => {
        $($(values!(@one $generics $type, $kind);)+)*
    };
}

values! {
    [] &str => String, ArnPattern;
    [] String => String, ArnPattern;
    [] &String => String, ArnPattern;
    [] Cow<'static, str> => String, ArnPattern;
    [] Output<String> => String, ArnPattern;
    [] &Output<String> => String, ArnPattern;
    [] Param<String> => String, ArnPattern;
    [R] Arn<R> => String, ArnPattern;
    [R] Output<Arn<R>> => String, ArnPattern;
    [R] &Output<Arn<R>> => String, ArnPattern;
    [R] Id<R> => String;
    [R] Output<Id<R>> => String;
    [R] &Output<Id<R>> => String;
    [R] Name<R> => String;
    [R] Output<Name<R>> => String;
    [R] &Output<Name<R>> => String;
    [R] Identifier<R> => String;
    [R] Output<Identifier<R>> => String;
    [R] &Output<Identifier<R>> => String;
    [] u8 => f64;
    [] u16 => f64;
    [] u32 => f64;
    [] u64 => f64;
    [] i32 => f64;
    [] i64 => f64;
    [] f64 => f64;
    [] Output<i64> => f64;
    [] &Output<i64> => f64;
    [] Output<f64> => f64;
    [] &Output<f64> => f64;
    [] Param<i64> => f64;
    [] Param<f64> => f64;
    [] bool => bool;
    [] Output<bool> => bool;
    [] &Output<bool> => bool;
}

/// IAM keeps literals as strings and shows them so; a template that says the same has no drift.
fn quoted(value: Expr) -> Expr {
    match value {
        Expr::Bool(value) => Expr::Text(value.to_string().into()),
        Expr::Int(value) => Expr::Text(value.to_string().into()),
        Expr::UInt(value) => Expr::Text(value.to_string().into()),
        Expr::Float(value) => Expr::Text(value.to_string().into()),
        value => value,
    }
}

macro_rules! several {
    ($([$($generics:tt)*] $type:ty $(where $bound:ident)?: $items:ident => $each:expr;)*) => {$(
        impl<T, V: IntoValues<T> $(+ $bound)?, $($generics)*> IntoValues<T> for $type {
            fn into_values(self) -> Vec<Expr> {
                let $items = self;
                $each.flat_map(V::into_values).collect()
            }
        }
    )*};
}

several! {
    [] Vec<V>: items => items.into_iter();
    [] &Vec<V> where Clone: items => items.iter().cloned();
    [const N: usize] [V; N]: items => items.into_iter();
    [] &[V] where Clone: items => items.iter().cloned();
    [] Option<V>: items => items.into_iter();
}

impl<T> IntoValues<T> for NoValue {
    fn into_values(self) -> Vec<Expr> {
        Vec::new()
    }
}

// A branch that is `NoValue` takes its item out of the list.
impl<T, A: IntoValues<T>, B: IntoValues<T>> IntoValues<T> for Choice<A, B>
where
    Self: IntoJson,
{
    fn into_values(self) -> Vec<Expr> {
        vec![self.into_json()]
    }
}

macro_rules! typed_lists {
    ($($type:ty: $list:ident => $expr:expr => $($kind:ty),+;)*) => {$($(
        impl IntoValues<$kind> for $type {
            fn into_values(self) -> Vec<Expr> {
                let $list = self;
                match $expr {
                    Expr::List(items) => items,
                    Expr::Absent => Vec::new(),
                    expr => vec![expr],
                }
            }
        }
    )+)*};
}

typed_lists! {
    Input<Vec<String>>: list => list.into_expr() => String, ArnPattern;
    Output<Vec<String>>: list => list.expr().clone() => String, ArnPattern;
    &Output<Vec<String>>: list => list.expr().clone() => String, ArnPattern;
    Param<Vec<String>>: list => list.into_json() => String, ArnPattern;
}
