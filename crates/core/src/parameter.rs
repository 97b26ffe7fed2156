//! Parameters of a stack: values given at deployment.

use std::{borrow::Cow, marker::PhantomData};

use crate::{
    condition::Predicate,
    expr::{Expr, Field, Key, Str, Target},
    finding::Finding,
    value::{Input, IntoInput, IntoJson, IntoText, Output, Scalar, Secret, Value},
};

/// A parameter to be declared with [`Scope::parameter`](crate::Scope::parameter): its type, default and limits.
///
/// ```
/// # use formwork_core::{App, Parameter};
/// # let app = App::for_tests();
/// # let stack = app.stack("service");
/// let tasks = stack.parameter("Tasks", Parameter::integer().default(2).min_value(1).max_value(10));
/// let image = stack.parameter("Image", Parameter::string().description("repository and tag"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a parameter does nothing until it is declared with `.parameter(name, ..)`"]
pub struct Parameter<T> {
    pub(crate) data: ParameterData,
    kind: PhantomData<fn() -> T>,
}

/// A declared parameter: small, free to copy, and fit for every property of its type.
#[derive(Debug)]
pub struct Param<T> {
    key: Key,
    kind: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ParameterData {
    type_name: Str,
    default: Option<Expr>,
    allowed_values: Vec<Expr>,
    allowed_pattern: Option<Str>,
    constraint_description: Option<Str>,
    description: Option<Str>,
    length: (Option<u32>, Option<u32>),
    range: (Option<f64>, Option<f64>),
    no_echo: bool,
}

impl<T> Parameter<T> {
    /// A parameter of a type of CloudFormation's, such as `AWS::EC2::VPC::Id` or
    /// `AWS::SSM::Parameter::Value<String>`, read as a `T`.
    ///
    /// ```
    /// # use formwork_core::{Id, Parameter};
    /// # struct Vpc;
    /// let vpc = Parameter::<Id<Vpc>>::of_type("AWS::EC2::VPC::Id");
    /// ```
    pub fn of_type(type_name: impl Into<Str>) -> Self {
        let data = ParameterData { type_name: type_name.into(), ..ParameterData::default() };
        Self { data, kind: PhantomData }
    }

    /// What the parameter is for, as shown in the console.
    pub fn description(mut self, description: impl Into<Str>) -> Self {
        self.data.description = Some(description.into());
        self
    }

    /// The value where none is given.
    pub fn default(mut self, value: impl IntoInput<T>) -> Self {
        self.data.default = Some(parameter_text(value.into_input().into_expr()));
        self
    }

    /// The only values allowed.
    pub fn allowed_values<V: IntoInput<T>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.data.allowed_values =
            values.into_iter().map(|value| parameter_text(value.into_input().into_expr())).collect();
        self
    }

    /// What to say when a value is refused, instead of the rule it breaks.
    pub fn constraint_description(mut self, description: impl Into<Str>) -> Self {
        self.data.constraint_description = Some(description.into());
        self
    }

    /// Shows asterisks instead of the value wherever CloudFormation would show it.
    pub fn no_echo(mut self) -> Self {
        self.data.no_echo = true;
        self
    }
}

impl Parameter<String> {
    /// Text.
    pub fn string() -> Self {
        Self::of_type("String")
    }
}

impl Parameter<i64> {
    /// A whole number.
    pub fn integer() -> Self {
        Self::of_type("Number")
    }
}

impl Parameter<f64> {
    /// A number.
    pub fn number() -> Self {
        Self::of_type("Number")
    }
}

impl Parameter<Vec<String>> {
    /// Texts, given with commas between them.
    pub fn strings() -> Self {
        Self::of_type("CommaDelimitedList")
    }
}

impl Parameter<Vec<f64>> {
    /// Numbers, given with commas between them.
    pub fn numbers() -> Self {
        Self::of_type("List<Number>")
    }
}

impl Parameter<Secret> {
    /// Text that is never shown, and that fits secret properties only.
    pub fn secret() -> Self {
        Self::of_type("String").no_echo()
    }
}

macro_rules! text_limits {
    ($($type:ty),*) => {$(
        impl Parameter<$type> {
            /// The least number of characters.
            pub fn min_length(mut self, length: u32) -> Self {
                self.data.length.0 = Some(length);
                self
            }

            /// The greatest number of characters.
            pub fn max_length(mut self, length: u32) -> Self {
                self.data.length.1 = Some(length);
                self
            }

            /// A regular expression that the whole value must match.
            pub fn allowed_pattern(mut self, pattern: impl Into<Str>) -> Self {
                self.data.allowed_pattern = Some(pattern.into());
                self
            }
        }
    )*};
}

text_limits!(String, Secret);

macro_rules! number_limits {
    ($($type:ty => $limit:ty),*) => {$(
        impl Parameter<$type> {
            /// The least value.
            pub fn min_value(mut self, value: $limit) -> Self {
                self.data.range.0 = Some(value.into());
                self
            }

            /// The greatest value.
            pub fn max_value(mut self, value: $limit) -> Self {
                self.data.range.1 = Some(value.into());
                self
            }
        }
    )*};
}

number_limits!(i64 => i32, f64 => f64);

/// A list is given to CloudFormation as text with commas.
fn parameter_text(value: Expr) -> Expr {
    match value {
        Expr::List(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            Expr::Text(Cow::Owned(items.join(",")))
        }
        value => value,
    }
}

fn plain(value: &Expr) -> String {
    match value {
        Expr::Text(text) => text.to_string(),
        Expr::Int(value) => value.to_string(),
        Expr::UInt(value) => value.to_string(),
        Expr::Float(value) => value.to_string(),
        Expr::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

impl ParameterData {
    /// The parameter of a wire: a plain text, number, or list with commas.
    pub(crate) fn of_wire(type_name: &'static str, description: String) -> Self {
        Self { type_name: type_name.into(), description: Some(description.into()), ..Self::default() }
    }

    /// Whether it has a value where none is given.
    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// Whether its value is never shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.no_echo
    }

    /// The same without echo, where it carries the value of one.
    pub(crate) fn secret(mut self, secret: bool) -> Self {
        self.no_echo = secret;
        self
    }

    /// Its declaration in a template.
    pub(crate) fn expr(&self) -> Expr {
        let text = |text: &Option<Str>| text.clone().map_or(Expr::Absent, Expr::Text);
        let length = |length: Option<u32>| length.map_or(Expr::Absent, |length| Expr::Int(length.into()));
        let number = |value: Option<f64>| value.map_or(Expr::Absent, Expr::Float);
        let allowed = match self.allowed_values.as_slice() {
            [] => Expr::Absent,
            values => Expr::List(values.to_vec()),
        };
        Expr::Object(vec![
            Field::new("Type", Expr::Text(self.type_name.clone())),
            Field::new("Description", text(&self.description)),
            Field::new("Default", self.default.clone().unwrap_or(Expr::Absent)),
            Field::new("AllowedValues", allowed),
            Field::new("AllowedPattern", text(&self.allowed_pattern)),
            Field::new("MinLength", length(self.length.0)),
            Field::new("MaxLength", length(self.length.1)),
            Field::new("MinValue", number(self.range.0)),
            Field::new("MaxValue", number(self.range.1)),
            Field::new("ConstraintDescription", text(&self.constraint_description)),
            Field::new("NoEcho", if self.no_echo { Expr::Bool(true) } else { Expr::Absent }),
        ])
    }

    /// What is wrong with it by itself, if anything: limits that exclude everything, a default that breaks them.
    pub(crate) fn problem(&self) -> Option<String> {
        if let (Some(least), Some(most)) = self.length
            && least > most
        {
            return Some(format!("its least length {least} is above its greatest, {most}"));
        }
        if let (Some(least), Some(most)) = self.range
            && least > most
        {
            return Some(format!("its least value {least} is above its greatest, {most}"));
        }
        let default = self.default.as_ref()?;
        if default.has_expressions() {
            return Some("its default is an expression; a default must be known beforehand".to_owned());
        }
        let text = plain(default);
        if text.len() > 4096 {
            return Some(format!("its default has {} bytes; the limit is 4096", text.len()));
        }
        // Each member of a list has to be allowed.
        let list = self.type_name == "CommaDelimitedList" || self.type_name.starts_with("List<");
        let members: Vec<&str> = if list { text.split(',').map(str::trim).collect() } else { vec![&text] };
        let allowed: Vec<String> = self.allowed_values.iter().map(plain).collect();
        for member in members {
            if !allowed.is_empty() && !allowed.iter().any(|value| value == member) {
                return Some(format!("its default `{member}` is not one of the allowed values"));
            }
        }
        let count = text.chars().count() as u64;
        if self.length.0.is_some_and(|least| count < least.into()) {
            return Some("its default is shorter than its least length".to_owned());
        }
        if self.length.1.is_some_and(|most| count > most.into()) {
            return Some("its default is longer than its greatest length".to_owned());
        }
        if let Ok(value) = text.parse::<f64>() {
            if self.range.0.is_some_and(|least| value < least) {
                return Some(format!("its default {text} is below its least value"));
            }
            if self.range.1.is_some_and(|most| value > most) {
                return Some(format!("its default {text} is above its greatest value"));
            }
        }
        None
    }

    /// The finding for [`problem`](Self::problem), without places.
    pub(crate) fn finding(&self, name: &str) -> Option<Finding> {
        let problem = self.problem()?;
        // Whatever is said of a default may tell it.
        let hidden = self.no_echo && problem.starts_with("its default");
        let shown = if hidden { "its default is not within its limits".to_owned() } else { problem };
        Some(
            Finding::error("FW0304", format!("parameter `{name}` contradicts itself: {shown}"))
                .help("change the default or the limit"),
        )
    }
}

impl<T> Clone for Param<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Param<T> {}

impl<T> Param<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, kind: PhantomData }
    }

    /// Its name as literal text, for functions that want the name and not the value.
    pub(crate) fn name(&self) -> Expr {
        Expr::reference(Target::ParameterName(self.key))
    }
}

impl<T: Value> Param<T> {
    /// The value as an expression.
    pub fn value(self) -> Output<T> {
        Output::<String>::new(Expr::reference(Target::Parameter(self.key))).cast()
    }
}

impl<T: Scalar> Param<T> {
    /// Whether the value equals another, for use in a condition.
    pub fn equals(self, other: impl IntoText) -> Predicate {
        self.value().equals(other)
    }
}

impl<T: Value> IntoInput<T> for Param<T> {
    fn into_input(self) -> Input<T> {
        self.value().into_input()
    }
}

impl<T: Value> IntoJson for Param<T> {
    fn into_json(self) -> Expr {
        self.value().into_json()
    }
}

impl<T: Scalar> IntoText for Param<T> {
    fn into_text(self) -> Expr {
        self.value().into_text()
    }
}
