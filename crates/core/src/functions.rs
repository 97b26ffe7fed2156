//! The functions of the template language, typed.
//!
//! References (`Ref`, `Fn::GetAtt`) come from handles, `Fn::If` from [`Condition`](crate::Condition),
//! `Fn::FindInMap` from a [`Mapping`](crate::Mapping)'s handle, `Fn::Sub` from
//! [`interpolate!`](crate::interpolate). What is known while the program runs is worked out there and then:
//! joining two literals yields a literal.

use std::borrow::Cow;

use crate::{
    encode::parse_substitution,
    expr::{Expr, Field, Str},
    value::{IntoInput, IntoJson, IntoText, Output, Value},
};

/// All items as one text: `Fn::Join`.
///
/// ```
/// # use formwork_core::functions::join;
/// let zones = join(",", ["a", "b"]);
/// assert_eq!(zones.expr().as_str(), Some("a,b"));
/// ```
pub fn join(separator: &str, items: impl IntoInput<Vec<String>>) -> Output<String> {
    Output::new(join_expr(separator, items.into_input().into_expr()))
}

pub(crate) fn join_expr(separator: &str, items: Expr) -> Expr {
    if let Expr::List(items) = &items {
        let texts: Option<Vec<&str>> = items.iter().map(Expr::as_str).collect();
        if let Some(texts) = texts {
            return Expr::Text(Cow::Owned(texts.join(separator)));
        }
    }
    Expr::call("Fn::Join", Expr::List(vec![Expr::Text(Cow::Owned(separator.to_owned())), items]))
}

/// The pieces of a text between separators: `Fn::Split`.
pub fn split(separator: &str, text: impl IntoText) -> Output<Vec<String>> {
    Output::new(match text.into_text() {
        Expr::Text(text) if !separator.is_empty() => {
            Expr::List(text.split(separator).map(|piece| Expr::Text(Cow::Owned(piece.to_owned()))).collect())
        }
        text => Expr::call("Fn::Split", Expr::List(vec![Expr::Text(Cow::Owned(separator.to_owned())), text])),
    })
}

/// One item of a list, counted from 0: `Fn::Select`. The index may be a parameter.
pub fn select<T>(index: impl IntoInput<i64>, list: impl IntoInput<Vec<T>>) -> Output<T> {
    Output::new(select_expr(index.into_input().into_expr(), list.into_input().into_expr()))
}

pub(crate) fn select_expr(index: Expr, list: Expr) -> Expr {
    if let (Expr::Int(index), Expr::List(items)) = (&index, &list)
        && let Some(item) = usize::try_from(*index).ok().and_then(|index| items.get(index))
    {
        return item.clone();
    }
    Expr::call("Fn::Select", Expr::List(vec![index, list]))
}

/// The availability zones of a Region: `Fn::GetAZs`. With [`pseudo::region`](crate::pseudo::region), those of
/// the stack's own.
pub fn availability_zones(region: impl IntoText) -> Output<Vec<String>> {
    Output::new(Expr::call("Fn::GetAZs", region.into_text()))
}

/// Address blocks cut from a larger one: `Fn::Cidr`. `bits` is the number of host bits: 8 yields /24 blocks.
pub fn cidr(
    block: impl IntoText,
    count: impl IntoInput<i64>,
    bits: impl IntoInput<i64>,
) -> Output<Vec<String>> {
    let arguments = vec![block.into_text(), count.into_input().into_expr(), bits.into_input().into_expr()];
    Output::new(Expr::call("Fn::Cidr", Expr::List(arguments)))
}

/// The text in base 64, as user data wants it: `Fn::Base64`.
pub fn base64(text: impl IntoText) -> Output<String> {
    Output::new(Expr::call("Fn::Base64", text.into_text()))
}

/// The value that another stack, outside this program, exports under a name: `Fn::ImportValue`.
///
/// Between stacks of one program no import is needed: use the other stack's handle.
pub fn import_value<T: Value>(export: impl IntoText) -> Output<T> {
    Output::new(Expr::call("Fn::ImportValue", export.into_text()))
}

/// A document or list as JSON text: `Fn::ToJsonString`. Adds the transform `AWS::LanguageExtensions` to the
/// stack, unless everything in the document is known already.
pub fn to_json_string(document: impl IntoJson) -> Output<String> {
    let document = document.into_json();
    if !document.has_expressions() {
        let mut encoder = crate::encode::Encoder::default();
        encoder.value(&document);
        let plain = encoder.holes.is_empty() && encoder.flags == crate::encode::Flags::default();
        if let (true, Ok(text)) = (plain, String::from_utf8(encoder.bytes)) {
            return Output::new(Expr::Text(Cow::Owned(text)));
        }
    }
    Output::new(Expr::call("Fn::ToJsonString", document))
}

/// How many items a list has: `Fn::Length`. Adds the transform `AWS::LanguageExtensions` to the stack, unless
/// the length is known already.
pub fn length<T>(list: impl IntoInput<Vec<T>>) -> Output<i64> {
    Output::new(match list.into_input().into_expr() {
        Expr::List(items) if !items.iter().any(Expr::is_expression) => Expr::Int(items.len() as i64),
        list => Expr::call("Fn::Length", list),
    })
}

/// What a macro makes of its parameters: `Fn::Transform`.
///
/// ```
/// # use formwork_core::{functions::transform, Json, Output};
/// let snippet: Output<Json> = transform("AWS::Include", [("Location", "s3://acme-templates/alarms.json")]);
/// ```
pub fn transform<T: Value, K: Into<Str>, V: IntoJson>(
    name: impl Into<Str>,
    parameters: impl IntoIterator<Item = (K, V)>,
) -> Output<T> {
    let parameters = parameters.into_iter().map(|(key, value)| Field::new(key, value.into_json())).collect();
    Output::new(Expr::call(
        "Fn::Transform",
        Expr::Object(vec![
            Field::new("Name", Expr::Text(name.into())),
            Field::new("Parameters", Expr::Object(parameters)),
        ]),
    ))
}

/// Text with `${Name}` in it, as templates write it: `Fn::Sub`. Names are variables given here, pseudo
/// parameters, or logical ids of the same template, which are checked.
///
/// [`interpolate!`](crate::interpolate) does the same with Rust expressions and needs no names.
///
/// ```
/// # use formwork_core::functions::sub;
/// let arn = sub("arn:${AWS::Partition}:s3:::${Bucket}/*", [("Bucket", "acme-images")]);
/// ```
pub fn sub<K: Into<Str>, V: IntoText>(
    text: &str,
    variables: impl IntoIterator<Item = (K, V)>,
) -> Output<String> {
    let variables: Vec<Field> =
        variables.into_iter().map(|(name, value)| Field::new(name, value.into_text())).collect();
    Output::new(Expr::Interpolation(parse_substitution(text, &variables)))
}

/// The parameters of a stack that have a type such as `AWS::EC2::VPC::Id`: `Fn::RefAll`, for the assertions of
/// a [`Rule`](crate::Rule) only.
pub fn ref_all(parameter_type: &str) -> Output<Vec<String>> {
    Output::new(Expr::call("Fn::RefAll", Expr::Text(Cow::Owned(parameter_type.to_owned()))))
}

/// An attribute of what a parameter refers to, such as the zone of a subnet: `Fn::ValueOf`, for the assertions
/// of a [`Rule`](crate::Rule) only.
pub fn value_of<T>(parameter: &crate::Param<T>, attribute: &str) -> Output<String> {
    let arguments = vec![parameter.name(), Expr::Text(Cow::Owned(attribute.to_owned()))];
    Output::new(Expr::call("Fn::ValueOf", Expr::List(arguments)))
}

/// An attribute of what all parameters of a type refer to: `Fn::ValueOfAll`, for the assertions of a
/// [`Rule`](crate::Rule) only.
pub fn value_of_all(parameter_type: &str, attribute: &str) -> Output<Vec<String>> {
    let text = |text: &str| Expr::Text(Cow::Owned(text.to_owned()));
    Output::new(Expr::call("Fn::ValueOfAll", Expr::List(vec![text(parameter_type), text(attribute)])))
}
