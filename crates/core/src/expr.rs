//! Expressions: a value of any kind as it will stand in a template, with its references still open.

use std::{borrow::Cow, panic::Location};

use crate::{finding::Finding, wires::Lowering};

/// A string that is often a literal of the program.
pub type Str = Cow<'static, str>;
/// The place in the user's source that said something.
pub(crate) type At = &'static Location<'static>;

/// Stands for something declared in an `App`: a small number, free to copy.
///
/// It belongs to the `App` that gave it out; used in another one it is a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) app: u32,
    pub(crate) index: u32,
}

/// What a reference points at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// `Ref` of a resource.
    Resource(Key),
    /// `Fn::GetAtt` of a resource.
    Attribute(Key, Str),
    /// `Ref` of a parameter.
    Parameter(Key),
    /// The name of a parameter, as text.
    ParameterName(Key),
    /// The name of a condition.
    Condition(Key),
    /// The name of a mapping.
    Mapping(Key),
    /// `Ref` of whatever bears this name in the same template; from JSON that was written by hand.
    Named(Str),
    /// `Fn::GetAtt` of the resource that bears this name; from JSON that was written by hand.
    NamedAttribute(Str, Str),
    /// A condition by name; from JSON that was written by hand.
    NamedCondition(Str),
    /// A mapping by name; from JSON that was written by hand.
    NamedMapping(Str),
    /// What turned out to be out of reach, and was reported.
    Nothing,
}

/// A reference, and what its user said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub(crate) target: Target,
    /// Whether the value is a list of strings: such a value crosses stacks joined by commas.
    pub(crate) kind: Kind,
    /// How the reference is to cross stacks, where this edge was given its own lowering.
    pub(crate) lowering: Option<Lowering>,
}

/// The kinds of value that a template tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, and whatever is written as text: ids, ARNs, names.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A list.
    List,
    /// A map or a document.
    Object,
    /// A value that must never be readable in a template.
    Secret,
}

/// A value as it will stand in a template. Read it with the `as_` methods; setters take typed values instead.
///
/// Functions of CloudFormation are objects with one field, as in the template: `{"Fn::Join": [..]}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// Nothing: the key that would hold it is left out.
    Absent,
    /// `null`, which CloudFormation refuses; kept so that it can be reported.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    UInt(u64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(Str),
    /// A list.
    List(Vec<Expr>),
    /// An object, in the order in which it was written.
    Object(Vec<Field>),
    /// A reference to something else in the program.
    Reference(Reference),
    /// Text with expressions in it; lowered to the shortest of a plain string, `Fn::Sub` and `Fn::Join`.
    Interpolation(Vec<Part>),
    /// A value about which there is something to say; see [`Input::remarked`](crate::Input::remarked).
    Remarked(Box<Remarked>),
}

/// A value and what was found out about it when it was made. Whoever sets it reports that, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Remarked {
    /// The value as it will stand in the template.
    pub value: Expr,
    /// What is to be said.
    pub(crate) finding: Finding,
}

/// One entry of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub name: Str,
    /// What stands under it.
    pub value: Expr,
    /// Where in the source it was set, where that is known.
    pub(crate) at: Option<At>,
}

/// A piece of an interpolation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// Text to be taken as it is.
    Text(Str),
    /// An expression.
    Value(Expr),
}

impl Field {
    /// An entry without a place in the source.
    pub fn new(name: impl Into<Str>, value: Expr) -> Self {
        Self { name: name.into(), value, at: None }
    }
}

impl Target {
    /// Whether this is a name that has to be looked up.
    pub(crate) fn is_named(&self) -> bool {
        matches!(
            self,
            Self::Named(_) | Self::NamedAttribute(..) | Self::NamedCondition(_) | Self::NamedMapping(_)
        )
    }

    /// What it points at, where that is a number.
    pub(crate) fn key(&self) -> Option<Key> {
        match self {
            Self::Resource(key)
            | Self::Attribute(key, _)
            | Self::Parameter(key)
            | Self::ParameterName(key)
            | Self::Condition(key)
            | Self::Mapping(key) => Some(*key),
            _ => None,
        }
    }
}

/// The pseudo parameters that there are.
pub(crate) const PSEUDO_PARAMETERS: &[&str] = &[
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Expr {
    pub(crate) fn reference(target: Target) -> Self {
        Self::Reference(Reference { target, kind: Kind::Text, lowering: None })
    }

    /// An object with one field: how templates write function calls.
    pub(crate) fn call(function: &'static str, argument: Expr) -> Self {
        Self::Object(vec![Field::new(function, argument)])
    }

    /// `{"Ref": name}` of a pseudo parameter.
    pub(crate) fn pseudo(name: &'static str) -> Self {
        Self::call("Ref", Self::Text(Cow::Borrowed(name)))
    }

    /// The value without what there is to say about it.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Remarked(remarked) => remarked.value.plain(),
            value => value,
        }
    }

    /// The text, if this is literal text.
    pub fn as_str(&self) -> Option<&str> {
        match self.plain() {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a literal one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.plain() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a literal whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match self.plain() {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Expr]> {
        match self.plain() {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Expr> {
        match self.plain() {
            Self::Object(fields) => fields.iter().find(|field| field.name == key).map(|field| &field.value),
            _ => None,
        }
    }

    /// Whether this reads in a template as another value does, however the two were put together: an interpolation is
    /// stored in fewer pieces than it was written in.
    ///
    /// ```
    /// # use formwork_core::{App, Resource, interpolate};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("jobs");
    /// let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    /// let (one, other) = (interpolate!("{queue}/{}*", "a/"), interpolate!("{queue}/{}/*", "a"));
    /// assert!(one.expr() != other.expr() && one.expr().reads_as(other.expr()));
    /// ```
    pub fn reads_as(&self, other: &Self) -> bool {
        self == other || crate::encode::same(self, other)
    }

    /// Whether the value is only known at deployment: a reference, a function, or text with one in it.
    pub fn is_expression(&self) -> bool {
        match self.plain() {
            Self::Reference(_) | Self::Interpolation(_) => true,
            Self::Object(fields) => {
                matches!(fields.as_slice(), [field] if field.name == "Ref" || field.name.starts_with("Fn::"))
            }
            _ => false,
        }
    }

    /// Whether an expression stands anywhere inside.
    pub fn has_expressions(&self) -> bool {
        self.is_expression()
            || match self.plain() {
                Self::List(items) => items.iter().any(Self::has_expressions),
                Self::Object(fields) => fields.iter().any(|field| field.value.has_expressions()),
                _ => false,
            }
    }
}

impl From<serde_json::Value> for Expr {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::UInt(value),
                (None, None) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::Text(Cow::Owned(text)),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| Field::new(name, value.into())).collect())
            }
        }
    }
}
