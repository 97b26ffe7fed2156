//! The macros [`json!`](crate::json) and [`list!`](crate::list): documents and lists with expressions in them.

/// A document written as JSON, with expressions wherever a value may stand.
///
/// ```
/// # use formwork_core::{json, App, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("storage");
/// let bucket = stack.add("Images", Resource::raw("AWS::S3::Bucket"));
/// let policy = json!({
///     "Version": "2012-10-17",
///     "Statement": [{
///         "Effect": "Allow",
///         "Action": ["s3:GetObject", "s3:PutObject"],
///         "Resource": bucket.attribute("Arn"),
///     }],
/// });
/// ```
///
/// An `Option` that is `None` leaves its key out. References by name (`{"Ref": "Images"}`) are understood as
/// well and are checked against the template they end up in.
#[macro_export]
macro_rules! json {
    ($($document:tt)+) => {
        $crate::Json::from_expr($crate::__json!($($document)+))
    };
}

/// A list of literals and expressions mixed, for a property that takes a typed list; items of one Rust type need
/// no macro, `["a", "b"]` fits as it is.
///
/// ```
/// # use formwork_core::{functions::join, list, pseudo};
/// let path = join("/", list!["logs", pseudo::region(), pseudo::account_id()]);
/// ```
#[macro_export]
macro_rules! list {
    ($($item:expr),* $(,)?) => {
        $crate::Input::list([$($crate::IntoInput::into_input($item)),*])
    };
}

/// A map whose values are literals and expressions mixed, for a property that takes a typed map; values of one Rust
/// type need no macro, `[("a", "b")]` fits as it is.
///
/// ```
/// # use formwork_core::{Input, IntoInput, map, pseudo};
/// # fn options(value: impl IntoInput<std::collections::BTreeMap<String, String>>) {}
/// options(map! {"awslogs-region": pseudo::region(), "awslogs-stream-prefix": "api"});
/// ```
#[macro_export]
macro_rules! map {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::Input::map([$(($key, $crate::IntoInput::into_input($value))),*])
    };
}

/// The working part of `json!`: yields the bare expression.
#[doc(hidden)]
#[macro_export]
macro_rules! __json {
    // Items of a list, gathered in `[..]`.
    (@list [$($items:expr,)*]) => { ::std::vec![$($items,)*] };
    (@list [$($items:expr,)*] [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $crate::__json!(@list [$($items,)* $crate::__json!([$($inner)*]),] $($($rest)*)?)
    };
    (@list [$($items:expr,)*] {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $crate::__json!(@list [$($items,)* $crate::__json!({$($inner)*}),] $($($rest)*)?)
    };
    (@list [$($items:expr,)*] null $(, $($rest:tt)*)?) => {
        $crate::__json!(@list [$($items,)* $crate::Expr::Null,] $($($rest)*)?)
    };
    (@list [$($items:expr,)*] $item:expr $(, $($rest:tt)*)?) => {
        $crate::__json!(@list [$($items,)* $crate::IntoJson::into_json($item),] $($($rest)*)?)
    };

    // Entries of an object, gathered in `[..]`. A key is a literal or an expression in parentheses.
    (@object [$($entries:expr,)*]) => { ::std::vec![$($entries,)*] };
    (@object [$($entries:expr,)*] $key:tt : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $crate::__json!(@object
            [$($entries,)* $crate::Field::new($key, $crate::__json!([$($inner)*])),] $($($rest)*)?)
    };
    (@object [$($entries:expr,)*] $key:tt : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $crate::__json!(@object
            [$($entries,)* $crate::Field::new($key, $crate::__json!({$($inner)*})),] $($($rest)*)?)
    };
    (@object [$($entries:expr,)*] $key:tt : null $(, $($rest:tt)*)?) => {
        $crate::__json!(@object [$($entries,)* $crate::Field::new($key, $crate::Expr::Null),] $($($rest)*)?)
    };
    (@object [$($entries:expr,)*] $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $crate::__json!(@object
            [$($entries,)* $crate::Field::new($key, $crate::IntoJson::into_json($value)),] $($($rest)*)?)
    };

    ([$($items:tt)*]) => { $crate::Expr::List($crate::__json!(@list [] $($items)*)) };
    ({$($entries:tt)*}) => { $crate::Expr::Object($crate::__json!(@object [] $($entries)*)) };
    (null) => { $crate::Expr::Null };
    ($value:expr) => { $crate::IntoJson::into_json($value) };
}
