//! Reading back what was set: given a typed handle, the typed values of its properties.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use crate::{
    expr::{Expr, Field, Kind, Str},
    finding::Finding,
    parameter::Param,
    resource::{About, AsHandle, Body, Handle, IntoResource, Resource},
    value::{
        Arn, Id, Identifier, Input, IntoInput, IntoJson, IntoText, Json, Name, NotSecret, Output, Secret,
        Value,
    },
};

/// A handle that knows its type: what typed builders yield when they are added.
///
/// Code is generated for it; it is what [`App::get`](crate::App::get) and [`App::all`](crate::App::all) take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a typed handle of a resource",
    label = "expected what `add` returned for a typed builder",
    note = "`stack.edit(handle).get(\"Name\")` reads a property of an untyped resource"
)]
pub trait TypedHandle: Copy {
    /// The type, such as `AWS::EC2::Subnet`.
    const TYPE: &'static str;

    /// What the model needs to know about the type.
    const ABOUT: &'static About;

    /// What identifies a resource of the type.
    const SOURCES: Sources;

    /// What was set, with a field for every property.
    type Properties: From<Object>;

    /// The builder with everything required set, as [`Scope::customize`](crate::Scope::customize) hands it out.
    type Builder: crate::Builder;

    /// A builder that sets nothing yet, to change a resource with.
    #[doc(hidden)]
    fn change(body: crate::Body) -> Self::Builder;

    /// The typed handle for an untyped one of this type.
    fn from_handle(handle: Handle) -> Self;

    /// The untyped handle.
    fn untyped(self) -> Handle;
}

/// How a handle yields what identifies its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// By `Ref`.
    Ref,
    /// By `Fn::GetAtt` of this attribute.
    Attribute(&'static str),
}

/// How a handle yields the identifier, the ARN and the name of its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    /// The identifier; given by [`Identified`].
    pub id: Source,
    /// The ARN; given by [`WithArn`].
    pub arn: Source,
    /// The name; given by [`Named`].
    pub name: Source,
}

impl Source {
    fn of<T: Value>(self, handle: Handle) -> Input<T> {
        let output: Output<T> = match self {
            Self::Ref => handle.reference().cast(),
            Self::Attribute(name) => handle.attribute(name).cast(),
        };
        output.into_input()
    }
}

/// A handle that stands for the identifier of its resource wherever that is wanted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identifier that CloudFormation yields",
    label = "take one of its attributes instead"
)]
pub trait Identified: TypedHandle {}

/// A handle that stands for the ARN of its resource wherever that is wanted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no ARN that CloudFormation yields",
    label = "take one of its attributes instead"
)]
pub trait WithArn: TypedHandle {}

/// A handle that stands for the name of its resource wherever that is wanted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no name that CloudFormation yields",
    label = "take one of its attributes instead"
)]
pub trait Named: TypedHandle {}

impl<H: Identified> IntoInput<Id<H>> for H {
    fn into_input(self) -> Input<Id<H>> {
        H::SOURCES.id.of(self.untyped())
    }
}
impl<H: WithArn> IntoInput<Arn<H>> for H {
    fn into_input(self) -> Input<Arn<H>> {
        H::SOURCES.arn.of(self.untyped())
    }
}
impl<H: Named> IntoInput<Name<H>> for H {
    fn into_input(self) -> Input<Name<H>> {
        H::SOURCES.name.of(self.untyped())
    }
}
// Whatever there is: the ARN says most.
impl<H: TypedHandle> IntoInput<Identifier<H>> for H {
    fn into_input(self) -> Input<Identifier<H>> {
        H::SOURCES.arn.of(self.untyped())
    }
}

impl<H: TypedHandle> AsHandle for H {
    fn as_handle(&self) -> Handle {
        self.untyped()
    }
}
// A handle reads as what `Ref` yields, wherever any text or document will do.
impl<H: TypedHandle> IntoJson for H {
    fn into_json(self) -> Expr {
        self.untyped().into_json()
    }
}
impl<H: TypedHandle> IntoText for H {
    fn into_text(self) -> Expr {
        self.untyped().into_text()
    }
}

/// A builder of a resource with a typed handle, with everything required set.
///
/// Code is generated for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a stack",
    label = "this is not a complete resource",
    note = "a typed builder with all required properties set, or `Resource::raw(\"AWS::..\")`, would fit",
    note = "a pattern is made by `.build(scope, ..)`; a metric becomes an alarm by `.above(..)`, `.below(..)` and the like"
)]
pub trait TypedBuilder {
    /// What stands for the resource once it is added.
    type Handle: TypedHandle;

    /// Properties and attributes.
    fn into_body(self) -> Body;
}

impl<B: TypedBuilder> IntoResource for B {
    type Handle = B::Handle;
    const ABOUT: &'static About = B::Handle::ABOUT;

    fn into_resource(self) -> Resource {
        Resource::new(B::Handle::TYPE, self.into_body())
    }

    fn handle(handle: Handle) -> B::Handle {
        B::Handle::from_handle(handle)
    }
}

/// A type of value that code is generated for or that is written by hand outside of this crate: an enumeration,
/// a nested property type, a small type such as a range of addresses.
pub trait PropertyType: Sized {
    /// What a template makes of it.
    const KIND: Kind;

    /// The value from a literal as it stands in a template, if it is one.
    fn from_literal(literal: &Expr) -> Option<Self>;
}

impl<T: PropertyType> Value for T {
    const KIND: Kind = T::KIND;
}

impl<T: PropertyType> NotSecret for T {}

/// A property type whose values can be given to a property as they are; a nested property type has a builder for
/// that.
pub trait LiteralType: PropertyType {
    /// The value as it will stand in a template.
    fn into_property(self) -> Input<Self>;
}

impl<T: LiteralType> IntoInput<T> for T {
    fn into_input(self) -> Input<T> {
        self.into_property()
    }
}

/// A property type whose literals are text, so that an expression that yields text may stand for it: the
/// parameter of a stack, an attribute.
#[diagnostic::on_unimplemented(
    message = "an expression that yields text does not fit a property of type `{Self}`",
    label = "expected something that yields `{Self}`",
    note = "`.cast()` makes it one, where you know better than the types do"
)]
pub trait TextType: PropertyType {}

impl<T: TextType> IntoInput<T> for Output<String> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr().clone())
    }
}
impl<T: TextType> IntoInput<T> for &Output<String> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr().clone())
    }
}
impl<T: TextType> IntoInput<T> for Param<String> {
    fn into_input(self) -> Input<T> {
        Input::new(IntoInput::<String>::into_input(self).into_expr())
    }
}

// That a typed text is still text, and that a list of texts stands for a list of such, is said with `.cast()`: impls
// would make `functions::select(0, zones)` ambiguous, and the message about a secret as text unreadable.

/// A property type whose literals are numbers, so that an expression that yields a number may stand for it.
#[diagnostic::on_unimplemented(
    message = "an expression that yields a number does not fit a property of type `{Self}`",
    label = "expected something that yields `{Self}`",
    note = "`.cast()` makes it one, where you know better than the types do"
)]
pub trait NumberType: PropertyType {}

impl<T: NumberType> IntoInput<T> for Output<i64> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr().clone())
    }
}
impl<T: NumberType> IntoInput<T> for &Output<i64> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr().clone())
    }
}
impl<T: NumberType> IntoInput<T> for Param<i64> {
    fn into_input(self) -> Input<T> {
        Input::new(IntoInput::<i64>::into_input(self).into_expr())
    }
}

/// A property type with a list of known values, which AWS may extend at any time.
///
/// Code is generated for it: an `enum` with a variant for every known value. [`Other`] stands for all that are not.
#[diagnostic::on_unimplemented(
    message = "an expression that yields text does not fit a property of type `{Self}`",
    label = "expected something that yields `{Self}`",
    note = "`.cast()` makes it one, where you know better than the types do"
)]
pub trait Enumeration: Copy + PartialEq + 'static {
    /// The known values, as templates spell them.
    const VALUES: &'static [(Self, &'static str)];

    /// The value as templates spell it.
    fn as_str(self) -> &'static str {
        // A loop, since it is compiled for each enumeration: so is every adapter of an iterator.
        for (value, text) in Self::VALUES {
            if *value == self {
                return text;
            }
        }
        ""
    }
}

impl<T: Enumeration> PropertyType for T {
    const KIND: Kind = Kind::Text;

    fn from_literal(literal: &Expr) -> Option<Self> {
        let text = literal.as_str()?;
        Self::VALUES.iter().find(|(_, known)| *known == text).map(|(value, _)| *value)
    }
}
impl<T: Enumeration> LiteralType for T {
    fn into_property(self) -> Input<Self> {
        Input::new(Expr::Text(self.as_str().into()))
    }
}
impl<T: Enumeration> TextType for T {}

/// A value of an enumeration that Formwork does not know, as AWS spells it. It is accepted with a note.
///
/// ```
/// # use formwork_core::{Enumeration, IntoInput, Input, Other};
/// # #[derive(Clone, Copy, PartialEq)] enum StorageClass { Standard }
/// # impl Enumeration for StorageClass {
/// #     const VALUES: &'static [(Self, &'static str)] = &[(Self::Standard, "STANDARD")];
/// # }
/// # fn storage_class(value: impl IntoInput<StorageClass>) -> Input<StorageClass> { value.into_input() }
/// storage_class(Other("EXPRESS_ONEZONE"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other<S>(pub S);

impl<T: Enumeration, S: Into<Str>> IntoInput<T> for Other<S> {
    fn into_input(self) -> Input<T> {
        let text: Str = self.0.into();
        let values: Vec<&'static str> = T::VALUES.iter().map(|(_, text)| *text).collect();
        unlisted(text, &values)
    }
}

fn unlisted<T>(text: Str, values: &[&'static str]) -> Input<T> {
    let input = Input::new(Expr::Text(text.clone()));
    if values.contains(&&*text) {
        return input;
    }
    let finding =
        Finding::note("FW0211", format!("`{text}` is not among the values that Formwork knows here"));
    let finding = match crate::nearest(&text, values.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.with_note(format!("known are {}", values.join(", "))),
    };
    input.remarked(finding)
}

/// What was given to a property: a literal that can be read, or an expression that is only known at deployment.
pub enum Given<T: Readable> {
    /// A literal.
    Literal(T::Literal),
    /// An expression.
    Expression(Output<T>),
    /// A literal that is none of the property's type, from an override or an untyped resource.
    Unexpected(Json),
}

impl<T: Readable> Given<T> {
    /// What an expression of a property says.
    pub fn of(expr: Expr) -> Self {
        if at_deployment(&expr) {
            return Self::Expression(Output::new(expr));
        }
        match T::read(expr.plain()) {
            Some(literal) => Self::Literal(literal),
            None => Self::Unexpected(Json::from_expr(expr)),
        }
    }

    /// The literal, if it is one.
    pub fn literal(&self) -> Option<&T::Literal> {
        match self {
            Self::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The literal, if it is one.
    pub fn into_literal(self) -> Option<T::Literal> {
        match self {
            Self::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Whether it is this literal. An expression is never said to be one, even where it would turn out so.
    pub fn is(&self, literal: impl PartialEq<T::Literal>) -> bool {
        self.literal().is_some_and(|given| literal == *given)
    }
}

/// Whether a value is only known at deployment: an expression, or text with a dynamic reference in it.
fn at_deployment(expr: &Expr) -> bool {
    expr.is_expression() || expr.plain().as_str().is_some_and(|text| text.contains("{{resolve:"))
}

impl<T: Readable> Clone for Given<T>
where
    T::Literal: Clone,
{
    fn clone(&self) -> Self {
        match self {
            Self::Literal(literal) => Self::Literal(literal.clone()),
            Self::Expression(output) => Self::Expression(output.clone()),
            Self::Unexpected(json) => Self::Unexpected(json.clone()),
        }
    }
}

impl<T: Readable> PartialEq for Given<T>
where
    T::Literal: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Expression(one), Self::Expression(other)) => one.expr() == other.expr(),
            (Self::Unexpected(one), Self::Unexpected(other)) => one == other,
            _ => false,
        }
    }
}

impl<T: Readable> fmt::Debug for Given<T>
where
    T::Literal: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => f.debug_tuple("Literal").field(literal).finish(),
            Self::Expression(_) => f.write_str("Expression(..)"),
            Self::Unexpected(json) => f.debug_tuple("Unexpected").field(json).finish(),
        }
    }
}

/// A type of value that can be read back.
pub trait Readable: Value + Sized {
    /// What a literal is read as: the type itself, or for a list and a map a collection of what was
    /// [`Given`] for each item.
    type Literal;

    /// The literal that stands in a template, if it is of this type.
    fn read(literal: &Expr) -> Option<Self::Literal>;
}

impl<T: PropertyType> Readable for T {
    type Literal = T;

    fn read(literal: &Expr) -> Option<T> {
        T::from_literal(literal)
    }
}

// CloudFormation takes `"true"` for `true`, `"5"` for `5` and the other way round.
impl Readable for String {
    type Literal = Self;

    fn read(literal: &Expr) -> Option<Self> {
        match literal {
            Expr::Text(text) => Some(text.to_string()),
            Expr::Bool(value) => Some(value.to_string()),
            Expr::Int(value) => Some(value.to_string()),
            Expr::UInt(value) => Some(value.to_string()),
            Expr::Float(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

impl Readable for bool {
    type Literal = Self;

    fn read(literal: &Expr) -> Option<Self> {
        match literal {
            Expr::Bool(value) => Some(*value),
            Expr::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Readable for i64 {
    type Literal = Self;

    fn read(literal: &Expr) -> Option<Self> {
        match literal {
            Expr::Int(value) => Some(*value),
            Expr::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Readable for f64 {
    type Literal = Self;

    fn read(literal: &Expr) -> Option<Self> {
        match literal {
            Expr::Float(value) => Some(*value),
            Expr::Int(value) => Some(*value as Self),
            Expr::UInt(value) => Some(*value as Self),
            Expr::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Readable for Json {
    type Literal = Self;

    fn read(literal: &Expr) -> Option<Self> {
        Some(Self::from_expr(literal.clone()))
    }
}

/// A secret has no literals: whatever stands there is not shown.
impl Readable for Secret {
    type Literal = Self;

    fn read(_: &Expr) -> Option<Self> {
        None
    }
}

impl<T: Readable> Readable for Vec<T> {
    type Literal = Vec<Given<T>>;

    fn read(literal: &Expr) -> Option<Vec<Given<T>>> {
        Some(literal.as_list()?.iter().cloned().map(Given::of).collect())
    }
}

impl<T: Readable> Readable for BTreeMap<String, T> {
    type Literal = BTreeMap<String, Given<T>>;

    fn read(literal: &Expr) -> Option<BTreeMap<String, Given<T>>> {
        let Expr::Object(fields) = literal else { return None };
        let entry = |field: &Field| (field.name.to_string(), Given::of(field.value.clone()));
        Some(fields.iter().map(entry).collect())
    }
}

macro_rules! readable_text {
    ($($type:ident),*) => {$(
        impl<R> Readable for $type<R> {
            type Literal = Self;

            fn read(literal: &Expr) -> Option<Self> {
                literal.as_str().map(|text| Self::existing(text.to_owned()))
            }
        }
    )*};
}

readable_text!(Id, Arn, Name, Identifier);

/// The properties of a resource, or of an object within one, as they were set; what the structs that are generated
/// for them are read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Object(Vec<Field>);

impl Object {
    /// An object from its form; anything else yields none.
    pub fn from_expr(expr: &Expr) -> Option<Self> {
        match expr.plain() {
            Expr::Object(fields) if !expr.is_expression() => Some(Self(fields.clone())),
            _ => None,
        }
    }

    pub(crate) fn new(fields: Vec<Field>) -> Self {
        Self(fields)
    }

    /// A property by its name in CloudFormation.
    pub fn read<T>(&self, name: &str) -> Read<T> {
        let field = self.0.iter().find(|field| field.name == name);
        Read { expr: field.map(|field| field.value.clone()), kind: PhantomData }
    }
}

/// A property as it was set: nothing, a literal, or an expression.
///
/// ```
/// # use formwork_core::{Object, Read, IntoJson, json};
/// # let object = Object::from_expr(&json!({"MultiAZ": true}).into_json()).expect("an object");
/// let multi_az: Read<bool> = object.read("MultiAZ");
/// assert!(multi_az.is(true));
/// assert_eq!(multi_az.literal(), Some(true));
/// assert!(!object.read::<bool>("StorageEncrypted").is_set());
/// ```
pub struct Read<T> {
    expr: Option<Expr>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Read<T> {
    /// Whether anything was set.
    pub fn is_set(&self) -> bool {
        self.expr.is_some()
    }

    /// Whether what was set is only known at deployment.
    pub fn is_expression(&self) -> bool {
        self.expr.as_ref().is_some_and(at_deployment)
    }

    /// What was set, as it will stand in the template.
    pub fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }
}

impl<T: Readable> Read<T> {
    /// What was set, or `None` where nothing was.
    pub fn given(&self) -> Option<Given<T>> {
        self.expr.clone().map(Given::of)
    }

    /// The literal that was set; `None` for an expression and where nothing was set.
    pub fn literal(&self) -> Option<T::Literal> {
        self.given()?.into_literal()
    }

    /// Whether this literal was set. An expression is never said to be one, even where it would turn out so.
    pub fn is(&self, literal: impl PartialEq<T::Literal>) -> bool {
        self.literal().is_some_and(|given| literal == given)
    }
}

impl<T: Readable> Read<Vec<T>> {
    /// The items of a literal list that are literals themselves.
    pub fn literals(&self) -> Vec<T::Literal> {
        self.literal().into_iter().flatten().filter_map(Given::into_literal).collect()
    }
}

/// What was read may be set elsewhere.
impl<T> IntoInput<T> for Read<T> {
    fn into_input(self) -> Input<T> {
        Input::new(self.expr.unwrap_or(Expr::Absent))
    }
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        Self { expr: self.expr.clone(), kind: PhantomData }
    }
}

impl<T> PartialEq for Read<T> {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl<T> fmt::Debug for Read<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Read").field(&self.expr).finish()
    }
}
