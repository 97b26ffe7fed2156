//! Typed values: what goes into a property ([`Input`]) and what comes out of a handle ([`Output`]).

mod existing;

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData, panic::Location};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    condition::Predicate,
    expr::{At, Expr, Field, Key, Kind, Remarked, Str, Target},
    finding::Finding,
    functions,
    wires::Lowering,
};

/// A typed value going into a property: a literal, an expression, or nothing.
///
/// Setters take `impl IntoInput<T>`, so that this type rarely needs to be written; it is what a function of
/// your own stores when it takes such a value.
pub struct Input<T> {
    expr: Expr,
    kind: PhantomData<fn() -> T>,
}

/// A typed expression: a value that is known only at deployment.
///
/// It deliberately has neither `Display` nor `Debug`, so that it cannot end up as text in a string; use
/// [`interpolate!`](crate::interpolate) for that.
///
/// ```compile_fail
/// # let name: formwork_core::Output<String> = formwork_core::pseudo::region();
/// format!("logs-{name}"); // does not compile
/// ```
///
/// ```
/// # use formwork_core::{interpolate, Output};
/// # let name: Output<String> = formwork_core::pseudo::region();
/// let text: Output<String> = interpolate!("logs-{name}");
/// ```
pub struct Output<T> {
    expr: Expr,
    kind: PhantomData<fn() -> T>,
}

/// A type that a value in a template can have.
///
/// The types of Rust that stand for themselves (`String`, `i64`, `f64`, `bool`, `Vec<T>`, maps), the typed
/// texts ([`Id`], [`Arn`], [`Name`]), [`Json`], [`Secret`], and every nested property type.
pub trait Value {
    /// What a template makes of it.
    const KIND: Kind;
}

/// A type whose values may be shown: every one but [`Secret`]. A secret cannot be cast to something else.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` cannot be taken for something else",
    note = "a secret stays one: nothing that can be read is made of it"
)]
pub trait NotSecret: Value {}

impl NotSecret for String {}
impl NotSecret for i64 {}
impl NotSecret for f64 {}
impl NotSecret for bool {}
impl NotSecret for Json {}
impl<T> NotSecret for Vec<T> {}
impl<T> NotSecret for BTreeMap<String, T> {}

/// A type whose values read as text: strings, numbers, truth values, ids, ARNs and names.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` does not read as text",
    label = "text is needed here",
    note = "join a list with `.join(\",\")`, write a document with `to_json_string(..)`; a secret is never put into text"
)]
pub trait Scalar: Value {}

macro_rules! values {
    ($($type:ty: $kind:ident),* $(,)?) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

values!(String: Text, i64: Number, f64: Number, bool: Bool, Json: Object, Secret: Secret);

impl<T> Value for Vec<T> {
    const KIND: Kind = Kind::List;
}
impl<T> Value for BTreeMap<String, T> {
    const KIND: Kind = Kind::Object;
}

impl Scalar for String {}
impl Scalar for i64 {}
impl Scalar for f64 {}
impl Scalar for bool {}

/// A value that must never be readable in a template, such as a password.
///
/// Only references to a secret exist ([`secretsmanager`](crate::secretsmanager), `ssm_secure`); there is no
/// way to make one from text, and none to put one into an output or a string.
pub enum Secret {}

/// A document without a type of its own, such as an IAM policy; made with [`json!`](crate::json).
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub(crate) Expr);

/// Nothing: the key that it is given to is left out. Inside a branch of a condition it is `AWS::NoValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct NoValue;

macro_rules! typed_text {
    ($($(#[$doc:meta])* $name:ident $wrong:ident $existing:literal),* $(,)?) => {$(
        $(#[$doc])*
        pub struct $name<R> {
            text: Str,
            /// Where the program named it.
            at: Option<At>,
            kind: PhantomData<fn() -> R>,
        }

        impl<R> $name<R> {
            /// One that exists already, outside this program.
            #[doc = $existing]
            #[track_caller]
            pub fn existing(text: impl Into<Str>) -> Self {
                // Of a function that is handed over, as in `.map(Id::existing)`, this line would be told.
                let at = Some(Location::caller()).filter(|at| at.file() != file!());
                Self { text: text.into(), at, kind: PhantomData }
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// The text, with what is wrong with it.
            fn into_form(self) -> Expr {
                match existing::$wrong(&self.text) {
                    Some(wrong) => {
                        let finding = existing::finding(&self.text, &wrong, self.at);
                        Expr::Remarked(Box::new(Remarked { value: Expr::Text(self.text), finding }))
                    }
                    None => Expr::Text(self.text),
                }
            }
        }

        impl<R> Clone for $name<R> {
            fn clone(&self) -> Self {
                Self { text: self.text.clone(), at: self.at, kind: PhantomData }
            }
        }

        impl<R> fmt::Debug for $name<R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.text)
            }
        }

        impl<R> PartialEq for $name<R> {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl<R> Value for $name<R> {
            const KIND: Kind = Kind::Text;
        }
        impl<R> Scalar for $name<R> {}
        impl<R> NotSecret for $name<R> {}

        impl<R> IntoInput<$name<R>> for $name<R> {
            fn into_input(self) -> Input<$name<R>> {
                Input::new(self.into_form())
            }
        }
        // A typed text is text: it may go wherever plain text may, but not the other way round.
        impl<R> IntoInput<String> for $name<R> {
            fn into_input(self) -> Input<String> {
                Input::new(self.into_form())
            }
        }
        impl<R> IntoInput<String> for Output<$name<R>> {
            fn into_input(self) -> Input<String> {
                Input::new(self.expr)
            }
        }
        impl<R> IntoInput<String> for &Output<$name<R>> {
            fn into_input(self) -> Input<String> {
                Input::new(self.expr.clone())
            }
        }
        impl<R> IntoJson for $name<R> {
            fn into_json(self) -> Expr {
                self.into_form()
            }
        }
        impl<R> IntoText for $name<R> {
            fn into_text(self) -> Expr {
                self.into_form()
            }
        }

        impl<R> Serialize for $name<R> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text)
            }
        }
        impl<'de, R> Deserialize<'de> for $name<R> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = existing::read(deserializer, stringify!($name), existing::$wrong)?;
                Ok(Self { text: Cow::Owned(text), at: None, kind: PhantomData })
            }
        }
        impl<R> JsonSchema for $name<R> {
            fn schema_name() -> Cow<'static, str> {
                format!("{}{}", existing::kind::<R>(), stringify!($name)).into()
            }
            fn schema_id() -> Cow<'static, str> {
                std::any::type_name::<Self>().into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                existing::schema(existing::kind::<R>(), stringify!($name))
            }
        }
    )*};
}

typed_text! {
    /// The identifier of a resource of kind `R`, such as `vpc-0a1b2c3d`.
    ///
    /// Identifiers of different kinds do not mix:
    ///
    /// ```compile_fail
    /// # use formwork_core::Id;
    /// struct Vpc;
    /// struct Subnet;
    /// let vpc: Id<Vpc> = Id::<Subnet>::existing("subnet-0a1b2c3d");
    /// ```
    ///
    /// A configuration may hold one, as text.
    Id anything "```\n# use formwork_core::Id;\n# struct Vpc;\nlet vpc: Id<Vpc> = Id::existing(\"vpc-0a1b2c3d\");\n```",
    /// The ARN of a resource of kind `R`: `arn:partition:service:region:account:resource`.
    ///
    /// Text of another form is a finding, `FW0707`, at the line that names it; not so what CloudFormation looks up when
    /// it deploys, `{{resolve:..}}`.
    ///
    /// A configuration may hold one, as text; one that is none is reported with the file and line.
    ///
    /// ```
    /// use formwork_core::{Arn, config};
    ///
    /// struct Certificate;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Config {
    ///     certificate: Arn<Certificate>,
    /// }
    ///
    /// let text = "certificate = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b'";
    /// let (config, _) = config::parse::<Config>("config/prod.toml", text)?;
    /// assert!(config.certificate.as_str().ends_with("0a1b"));
    ///
    /// let findings = config::parse::<Config>("config/prod.toml", "certificate = 'my-cert'").err().unwrap_or_default();
    /// assert_eq!(
    ///     findings.to_string(),
    ///     "error[FW0504]: `certificate`: \"my-cert\" is no ARN: it does not begin with `arn:` (config/prod.toml:1:15)"
    /// );
    /// # Ok::<(), formwork_core::Findings>(())
    /// ```
    Arn no_arn "```\n# use formwork_core::Arn;\n# struct Topic;\nlet topic: Arn<Topic> = Arn::existing(\"arn:aws:sns:eu-central-1:111122223333:alarms\");\n```",
    /// The name of a resource of kind `R`, such as a bucket's.
    ///
    /// A configuration may hold one, as text.
    Name anything "```\n# use formwork_core::Name;\n# struct Bucket;\nlet bucket: Name<Bucket> = Name::existing(\"acme-logs\");\n```",
    /// The identifier, the ARN or the name of a resource of kind `R`, for properties that take any of them.
    ///
    /// A configuration may hold one, as text.
    Identifier anything "```\n# use formwork_core::Identifier;\n# struct Key;\nlet key: Identifier<Key> = Identifier::existing(\"alias/aws/sqs\");\n```",
}

macro_rules! identifies {
    ($($type:ident),*) => {$(
        impl<R> IntoInput<Identifier<R>> for $type<R> {
            fn into_input(self) -> Input<Identifier<R>> {
                Input::new(self.into_form())
            }
        }
        impl<R> IntoInput<Identifier<R>> for Output<$type<R>> {
            fn into_input(self) -> Input<Identifier<R>> {
                Input::new(self.expr)
            }
        }
        impl<R> IntoInput<Identifier<R>> for &Output<$type<R>> {
            fn into_input(self) -> Input<Identifier<R>> {
                Input::new(self.expr.clone())
            }
        }
    )*};
}

identifies!(Id, Arn, Name);

impl<T> Input<T> {
    /// A value of the given form; the way in for generated setters.
    pub fn new(expr: Expr) -> Self {
        Self { expr, kind: PhantomData }
    }

    /// The value as it will stand in the template.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The value as it will stand in the template.
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// The same value with something to say about it: whoever sets it reports the finding, with the line of the
    /// setter and the path in the template.
    ///
    /// ```
    /// # use formwork_core::{Expr, Finding, Input, IntoInput};
    /// struct Percentage(i64);
    ///
    /// impl IntoInput<i64> for Percentage {
    ///     fn into_input(self) -> Input<i64> {
    ///         let input = Input::new(Expr::Int(self.0));
    ///         match self.0 {
    ///             0..=100 => input,
    ///             _ => input.remarked(Finding::error("ORG002", format!("{} is no percentage", self.0))),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn remarked(self, finding: Finding) -> Self {
        Self::new(Expr::Remarked(Box::new(Remarked { value: self.expr, finding })))
    }
}

impl<T> Input<Vec<T>> {
    /// A list of values that are typed already; [`list!`](crate::list) writes it.
    pub fn list(items: impl IntoIterator<Item = Input<T>>) -> Self {
        Self::new(Expr::List(items.into_iter().map(Input::into_expr).collect()))
    }
}

impl<T> Input<BTreeMap<String, T>> {
    /// A map whose values are typed already; [`map!`](crate::map) writes it.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Input<T>)>) -> Self {
        Self::new(object(entries.into_iter().map(|(key, value)| (key, value.expr))))
    }
}

impl<T> Output<T> {
    /// An expression of the given form; the way in for functions that build one.
    pub fn new(expr: Expr) -> Self {
        Self { expr, kind: PhantomData }
    }

    /// The expression as it will stand in the template.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Lets this reference cross stacks in the given way, whatever the program's default is.
    ///
    /// ```
    /// # use formwork_core::{App, Lowering, Resource};
    /// # let app = App::for_tests();
    /// # let (network, service) = (app.stack("network"), app.stack("service"));
    /// let topic = network.add("Topic", Resource::raw("AWS::SNS::Topic"));
    /// service.add("Alias", Resource::raw("AWS::SSM::Parameter")
    ///     .set("Type", "String")
    ///     .set("Value", topic.reference().wire(Lowering::Strong)));
    /// ```
    #[must_use]
    pub fn wire(mut self, lowering: Lowering) -> Self {
        fn mark(expr: &mut Expr, lowering: Lowering) {
            match expr {
                Expr::Reference(reference) => reference.lowering = Some(lowering),
                Expr::List(items) => items.iter_mut().for_each(|item| mark(item, lowering)),
                Expr::Object(fields) => fields.iter_mut().for_each(|field| mark(&mut field.value, lowering)),
                Expr::Interpolation(parts) => parts.iter_mut().for_each(|part| match part {
                    crate::expr::Part::Value(value) => mark(value, lowering),
                    crate::expr::Part::Text(_) => {}
                }),
                _ => {}
            }
        }
        mark(&mut self.expr, lowering);
        self
    }

    pub(crate) fn of_attribute(key: Key, attribute: Str) -> Self
    where
        T: Value,
    {
        Output::<String>::new(Expr::reference(Target::Attribute(key, attribute))).cast()
    }
}

impl<T: NotSecret> Output<T> {
    /// The same expression as a value of another type, where you know better than the types do.
    ///
    /// ```
    /// # use formwork_core::{App, Resource, Output};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("network");
    /// let zone = stack.add("Zone", Resource::raw("AWS::Route53::HostedZone").set("Name", "example.org"));
    /// let servers: Output<Vec<String>> = zone.attribute("NameServers").cast();
    /// ```
    pub fn cast<U: Value>(self) -> Output<U> {
        let mut expr = self.expr;
        if let Expr::Reference(reference) = &mut expr {
            reference.kind = U::KIND;
        }
        Output::new(expr)
    }
}

impl<T: Scalar> Output<T> {
    /// Whether this equals that, for use in a condition.
    pub fn equals(&self, other: impl IntoText) -> Predicate {
        Predicate::equals(self.expr.clone(), other.into_text())
    }

    /// The pieces between separators: `Fn::Split`.
    pub fn split(&self, separator: &str) -> Output<Vec<String>> {
        functions::split(separator, self)
    }
}

impl<T> Output<Vec<T>> {
    /// One item of the list, counted from 0: `Fn::Select`.
    pub fn select(&self, index: u32) -> Output<T> {
        Output::new(functions::select_expr(Expr::Int(index.into()), self.expr.clone()))
    }

    /// All items as one text: `Fn::Join`.
    pub fn join(&self, separator: &str) -> Output<String> {
        Output::new(functions::join_expr(separator, self.expr.clone()))
    }
}

impl<T> Clone for Input<T> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}

/// What may be given to a property of type `T`: a literal, an [`Output`], a choice between two such, an
/// `Option` of one, or [`NoValue`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a property of type `{T}`",
    label = "expected something that yields `{T}`",
    note = "a value of that type, a handle, one of a handle's outputs, `condition.choose(a, b)` or an `Option` of such would fit",
    note = "what exists already is named by `Id::existing(\"..\")`, `Arn::existing(..)` or `Name::existing(..)`, a secret by `secretsmanager(..).value()`"
)]
pub trait IntoInput<T> {
    /// The typed value.
    fn into_input(self) -> Input<T>;
}

/// What may stand inside a document of [`json!`](crate::json) and under a property of an untyped resource:
/// every value and every expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a template",
    label = "expected a value or an expression",
    note = "text, numbers, truth values, lists, `json!({{..}})`, a handle, one of its outputs, or an `Option` of such would fit"
)]
pub trait IntoJson {
    /// The value as it will stand in the template.
    fn into_json(self) -> Expr;
}

/// What may stand inside text: in [`interpolate!`](crate::interpolate), an output of a stack, a tag.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand inside text",
    label = "expected text or an expression that reads as text",
    note = "join a list with `.join(\",\")`; turn other Rust values into a `String` first; a secret is never put into text"
)]
pub trait IntoText {
    /// The value as it will stand in the template.
    fn into_text(self) -> Expr;
}

impl<T> IntoInput<T> for Input<T> {
    fn into_input(self) -> Input<T> {
        self
    }
}
impl<T> IntoInput<T> for Output<T> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr)
    }
}
impl<T> IntoInput<T> for NoValue {
    fn into_input(self) -> Input<T> {
        Input::new(Expr::Absent)
    }
}
impl<T, V: IntoInput<T>> IntoInput<T> for Option<V> {
    fn into_input(self) -> Input<T> {
        self.map_or(Input::new(Expr::Absent), V::into_input)
    }
}

impl<T> IntoJson for Input<T> {
    fn into_json(self) -> Expr {
        self.expr
    }
}
impl<T> IntoJson for Output<T> {
    fn into_json(self) -> Expr {
        self.expr
    }
}
impl IntoJson for NoValue {
    fn into_json(self) -> Expr {
        Expr::Absent
    }
}
impl<V: IntoJson> IntoJson for Option<V> {
    fn into_json(self) -> Expr {
        self.map_or(Expr::Absent, V::into_json)
    }
}

// What is no `Copy` may also be lent, so that a value can be used twice without a `clone()` in sight. One impl for
// every `&V` would do the same, and make rustc call a misplaced `&str` a `str`.
macro_rules! lent {
    ($([$($generics:tt)*] $type:ty => $target:ty),* $(,)?) => {$(
        impl<$($generics)*> IntoInput<$target> for &$type {
            fn into_input(self) -> Input<$target> {
                self.clone().into_input()
            }
        }
        impl<$($generics)*> IntoJson for &$type {
            fn into_json(self) -> Expr {
                self.clone().into_json()
            }
        }
    )*};
}

lent! {
    [T] Input<T> => T,
    [T] Output<T> => T,
    [] String => String,
    [R] Id<R> => Id<R>,
    [R] Arn<R> => Arn<R>,
    [R] Name<R> => Name<R>,
    [R] Identifier<R> => Identifier<R>,
    [] Json => Json,
}

impl<T, V: IntoInput<T> + Clone> IntoInput<Vec<T>> for &Vec<V> {
    fn into_input(self) -> Input<Vec<T>> {
        self.clone().into_input()
    }
}
impl<V: IntoJson + Clone> IntoJson for &Vec<V> {
    fn into_json(self) -> Expr {
        self.clone().into_json()
    }
}

impl IntoText for &String {
    fn into_text(self) -> Expr {
        self.clone().into_text()
    }
}
impl<T: Scalar> IntoText for &Output<T> {
    fn into_text(self) -> Expr {
        self.expr.clone()
    }
}

impl<T: Scalar> IntoText for Output<T> {
    fn into_text(self) -> Expr {
        self.expr
    }
}

/// Texts of Rust.
macro_rules! texts {
    ($($type:ty: $value:ident => $expr:expr),* $(,)?) => {$(
        impl IntoInput<String> for $type {
            fn into_input(self) -> Input<String> {
                let $value = self;
                Input::new($expr)
            }
        }
        impl IntoJson for $type {
            fn into_json(self) -> Expr {
                let $value = self;
                $expr
            }
        }
        impl IntoText for $type {
            fn into_text(self) -> Expr {
                let $value = self;
                $expr
            }
        }
    )*};
}

texts! {
    &str: text => Expr::Text(Cow::Owned(text.to_owned())),
    String: text => Expr::Text(Cow::Owned(text)),
    Cow<'static, str>: text => Expr::Text(text),
    char: text => Expr::Text(Cow::Owned(text.to_string())),
}

/// Numbers and truth values of Rust, and the types of property that each fits.
macro_rules! scalars {
    ($($type:ty => $($target:ty),+ : $value:ident $expr:expr);* $(;)?) => {$(
        $(impl IntoInput<$target> for $type {
            fn into_input(self) -> Input<$target> {
                let $value = self;
                Input::new($expr)
            }
        })+
        impl IntoJson for $type {
            fn into_json(self) -> Expr {
                let $value = self;
                $expr
            }
        }
        impl IntoText for $type {
            fn into_text(self) -> Expr {
                let $value = self;
                $expr
            }
        }
    )*};
}

scalars! {
    i8 => i64, f64: value Expr::Int(value.into());
    i16 => i64, f64: value Expr::Int(value.into());
    i32 => i64, f64: value Expr::Int(value.into());
    i64 => i64, f64: value Expr::Int(value);
    u8 => i64, f64: value Expr::Int(value.into());
    u16 => i64, f64: value Expr::Int(value.into());
    u32 => i64, f64: value Expr::Int(value.into());
    u64 => i64, f64: value unsigned(value);
    usize => i64, f64: value unsigned(value as u64);
    f32 => f64: value Expr::Float(value.into());
    f64 => f64: value Expr::Float(value);
    bool => bool: value Expr::Bool(value);
}

fn unsigned(value: u64) -> Expr {
    i64::try_from(value).map_or(Expr::UInt(value), Expr::Int)
}

/// Everything that Rust has for "several of them".
macro_rules! lists {
    ($([$($generics:tt)*] $type:ty: $value:ident => $items:expr),* $(,)?) => {$(
        impl<T, V: IntoInput<T>, $($generics)*> IntoInput<Vec<T>> for $type {
            fn into_input(self) -> Input<Vec<T>> {
                let $value = self;
                // A loop, since every pair of types is compiled anew: adapters of iterators are ten functions each.
                let mut list = Vec::with_capacity($value.len());
                for item in $items {
                    list.push(item.into_input().expr);
                }
                Input::new(Expr::List(list))
            }
        }
        impl<V: IntoJson, $($generics)*> IntoJson for $type {
            fn into_json(self) -> Expr {
                let $value = self;
                let mut list = Vec::with_capacity($value.len());
                for item in $items {
                    list.push(item.into_json());
                }
                Expr::List(list)
            }
        }
    )*};
}

lists! {
    [] Vec<V>: items => items,
    [const N: usize] [V; N]: items => items,
}

impl<T, V: IntoInput<T> + Clone> IntoInput<Vec<T>> for &[V] {
    fn into_input(self) -> Input<Vec<T>> {
        self.to_vec().into_input()
    }
}
impl<V: IntoJson + Clone> IntoJson for &[V] {
    fn into_json(self) -> Expr {
        self.to_vec().into_json()
    }
}

fn object<K: Into<Str>>(entries: impl Iterator<Item = (K, Expr)>) -> Expr {
    Expr::Object(entries.map(|(key, value)| Field::new(key, value)).collect())
}

macro_rules! maps {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<T, K: Into<Str>, V: IntoInput<T>, $($generics)*> IntoInput<BTreeMap<String, T>> for $type {
            fn into_input(self) -> Input<BTreeMap<String, T>> {
                Input::new(object(self.into_iter().map(|(key, value)| (key, value.into_input().expr))))
            }
        }
    )*};
}

maps!([] BTreeMap<K, V>, [] Vec<(K, V)>, [const N: usize] [(K, V); N]);

impl<K: Into<Str>, V: IntoJson> IntoJson for BTreeMap<K, V> {
    fn into_json(self) -> Expr {
        object(self.into_iter().map(|(key, value)| (key, value.into_json())))
    }
}

impl IntoInput<Json> for Json {
    fn into_input(self) -> Input<Json> {
        Input::new(self.0)
    }
}
impl IntoInput<Json> for serde_json::Value {
    fn into_input(self) -> Input<Json> {
        Input::new(self.into())
    }
}
impl IntoJson for Json {
    fn into_json(self) -> Expr {
        self.0
    }
}
impl IntoJson for serde_json::Value {
    fn into_json(self) -> Expr {
        self.into()
    }
}
impl IntoJson for Expr {
    fn into_json(self) -> Expr {
        self
    }
}

impl Json {
    /// The document as it will stand in the template.
    pub fn expr(&self) -> &Expr {
        &self.0
    }

    /// A document from its form.
    pub fn from_expr(expr: Expr) -> Self {
        Self(expr)
    }
}
