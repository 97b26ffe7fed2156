//! Reading back what was set: given a typed handle, the typed values of its properties.

use std::{collections::BTreeMap, fmt};

use crate::{
    expr::{Expr, Field, Kind},
    finding::Finding,
    parameter::Param,
    resource::{AsHandle, Handle},
    value::{Arn, Id, Identifier, Input, IntoInput, IntoJson, IntoText, Json, Name, Output, Value},
};

/// A handle that knows its type: what typed builders yield when they are added.
///
/// Code is generated for it; it is what [`App::get`](crate::App::get) and [`App::all`](crate::App::all) take.
pub trait TypedHandle: AsHandle {
    /// The type, such as `AWS::EC2::Subnet`.
    const TYPE: &'static str;

    /// What was set, with a method for every property.
    type Properties: From<Object>;

    /// The typed handle for an untyped one of this type.
    fn from_handle(handle: Handle) -> Self;
}

// A handle reads as what `Ref` yields, wherever any text or document will do.
impl<H: TypedHandle> IntoJson for H {
    fn into_json(self) -> Expr {
        self.as_handle().into_json()
    }
}
impl<H: TypedHandle> IntoText for H {
    fn into_text(self) -> Expr {
        self.as_handle().into_text()
    }
}

/// A type of value that code is generated for or that is written by hand outside of this crate: an enumeration,
/// a nested property type, a small type such as a range of addresses.
pub trait PropertyType: Sized {
    /// What a template makes of it.
    const KIND: Kind;

    /// The value as it will stand in a template.
    fn into_property(self) -> Input<Self>;

    /// The value from a literal as it stands in a template, if it is one.
    fn from_literal(literal: &Expr) -> Option<Self>;
}

impl<T: PropertyType> Value for T {
    const KIND: Kind = T::KIND;
}
impl<T: PropertyType> IntoInput<T> for T {
    fn into_input(self) -> Input<T> {
        self.into_property()
    }
}

/// A property type whose literals are text, so that an expression that yields text may stand for it: the
/// parameter of a stack, an attribute.
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

/// A property type whose literals are numbers, so that an expression that yields a number may stand for it.
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

/// A property type with a closed list of known values, which AWS may extend at any time.
///
/// Code is generated for it: an `enum` with a variant for every known value and one, `Other`, for text.
pub trait Enumeration: Sized {
    /// The known values, as templates spell them.
    const VALUES: &'static [&'static str];

    /// The value as templates spell it.
    fn as_str(&self) -> &str;

    /// The value of a text; `Other` where the text is not known.
    fn parse(text: &str) -> Self;
}

/// An enumeration as it stands in a template; what its [`PropertyType::into_property`] is.
pub fn enumeration<T: Enumeration>(value: &T) -> Input<T> {
    let text = value.as_str();
    let input = Input::new(Expr::Text(text.to_owned().into()));
    if T::VALUES.contains(&text) {
        return input;
    }
    let finding =
        Finding::note("FW0211", format!("`{text}` is not among the values that Formwork knows here"));
    let finding = match crate::nearest(text, T::VALUES.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.with_note(format!("known are {}", T::VALUES.join(", "))),
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
        if expr.is_expression() {
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

/// The properties of a resource, or of an object within one, as they were set.
///
/// The types that are generated for resources and nested property types wrap it.
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

    /// The object as it will stand in the template.
    pub fn into_input<T>(self) -> Input<T> {
        Input::new(Expr::Object(self.0))
    }

    /// What was given to a property, or `None` where nothing was.
    pub fn get<T: Readable>(&self, name: &str) -> Option<Given<T>> {
        self.0.iter().find(|field| field.name == name).map(|field| Given::of(field.value.clone()))
    }
}
