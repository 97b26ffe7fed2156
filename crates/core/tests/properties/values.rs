//! Values as plain data: what a property, a text or a list may be, and strategies that make and shrink them.
//!
//! References are numbers, taken modulo however many targets there are when the value is built, so that every
//! description is a program and shrinking one yields another.

use std::collections::BTreeMap;

use formwork_core::Lowering;
use proptest::{collection::vec, prelude::*, sample::select};

/// Stands for something declared earlier; taken modulo the number of candidates.
pub(crate) type Pick = u16;

/// Text, literal or not.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Literal(String),
    Int(i64),
    Bool(bool),
    Reference(Pick, Option<Lowering>),
    Attribute(Pick, &'static str, Option<Lowering>),
    Parameter(Pick),
    Pseudo(u8),
    Interpolation(Vec<Text>),
    Choose(Pick, Box<Text>, Box<Text>),
    Base64(Box<Text>),
    Join(String, Box<List>),
    Select(u32, Box<List>),
    Find(Pick, Box<Text>),
    FindOr(Pick, Box<Text>, Box<Text>),
    Ssm(String),
    Secret(Box<Text>),
    ToJson(Box<Value>),
    /// `functions::sub` of literal text around `${V}`, with `V` given.
    Sub(String, Box<Text>),
}

/// A list of texts.
#[derive(Clone, Debug)]
pub(crate) enum List {
    Items(Vec<Text>),
    Attribute(Pick, &'static str, Option<Lowering>),
    Parameter(Pick),
    Split(String, Box<Text>),
    Cidr(Box<Text>),
    Zones,
}

/// What may stand under a property.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Text),
    List(List),
    Int(i64),
    UInt(u64),
    Float(f64),
    Bool(bool),
    Nothing,
    Many(Vec<Value>),
    Object(BTreeMap<String, Value>),
    Choose(Pick, Box<Value>, Box<Value>),
    Then(Pick, Box<Value>),
    Length(List),
    /// An integer parameter.
    Number(Pick),
    /// JSON as somebody might have written it by hand; in wild programs only.
    Raw(serde_json::Value),
}

/// Attributes, some of which make the same word of the name of a wire.
const ATTRIBUTES: &[&str] = &["Arn", "A.Rn", "Endpoint.Address", "EndpointAddress"];

const FRAGMENTS: &[&str] = &[
    "\"",
    "\\",
    "\n",
    "\r",
    "\t",
    "\u{0}",
    "\u{1}",
    "\u{2}",
    "\u{3}",
    "\u{4}",
    "\u{1f}",
    "\u{7f}",
    "${",
    "${A}",
    "${!",
    "${!B}",
    "$",
    "{",
    "}",
    "{{",
    "}}",
    "{{resolve:ssm:x}}",
    "é",
    "😀",
    "\u{2028}",
    "\u{feff}",
    "a",
    " ",
    "1",
    "true",
    "null",
    "# ",
    ": ",
    "- ",
    "'",
    "%",
    "|",
    "A.Arn",
    ",",
];

/// Strings that get in the way of quoting, substitution and encoding.
pub(crate) fn nasty() -> BoxedStrategy<String> {
    prop_oneof![
        3 => "[a-zA-Z0-9 ./:-]{0,10}",
        3 => vec(select(FRAGMENTS), 0..5).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
    .boxed()
}

/// The text without a `${` that is not closed before the next one, and without a `$` that could become one.
///
/// How `Fn::Sub` reads such a text is a property of its own.
fn tidy(text: String) -> String {
    let pieces: Vec<&str> = text.split("${").collect();
    let mut tidy = pieces[0].to_owned();
    for piece in &pieces[1..] {
        tidy.push_str(if piece.contains('}') { "${" } else { "$ {" });
        tidy.push_str(piece);
    }
    if tidy.ends_with('$') {
        tidy.push('.');
    }
    tidy
}

/// Strings in which `${` is always closed again by the same literal.
pub(crate) fn closed() -> BoxedStrategy<String> {
    nasty().prop_map(tidy).boxed()
}

fn lowering() -> BoxedStrategy<Option<Lowering>> {
    let given = select(vec![Lowering::Parameter, Lowering::Weak, Lowering::Strong, Lowering::Both]);
    prop_oneof![5 => Just(None), 1 => given.prop_map(Some)].boxed()
}

fn leaf() -> BoxedStrategy<Text> {
    prop_oneof![
        6 => nasty().prop_map(Text::Literal),
        1 => any::<i64>().prop_map(Text::Int),
        1 => any::<bool>().prop_map(Text::Bool),
        4 => (any::<Pick>(), lowering()).prop_map(|(pick, wire)| Text::Reference(pick, wire)),
        4 => (any::<Pick>(), select(ATTRIBUTES), lowering())
            .prop_map(|(pick, name, wire)| Text::Attribute(pick, name, wire)),
        2 => any::<Pick>().prop_map(Text::Parameter),
        2 => (0u8..6).prop_map(Text::Pseudo),
        1 => "[a-z/]{1,6}".prop_map(Text::Ssm),
    ]
    .boxed()
}

/// Text with expressions that are worked out symbolically: no list, no lookup, nothing known only to AWS.
pub(crate) fn symbolic() -> BoxedStrategy<Text> {
    let literal = closed();
    let leaf = leaf().prop_map(|text| match text {
        Text::Literal(text) => Text::Literal(tidy(text)),
        text => text,
    });
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 0..5).prop_map(Text::Interpolation),
            1 => (any::<Pick>(), inner.clone(), inner.clone())
                .prop_map(|(pick, yes, no)| Text::Choose(pick, yes.into(), no.into())),
            1 => inner.clone().prop_map(|text| Text::Base64(text.into())),
            1 => inner.clone().prop_map(|text| Text::Secret(text.into())),
            1 => (literal.clone(), vec(inner.clone(), 0..4))
                .prop_map(|(separator, items)| Text::Join(separator, List::Items(items).into())),
            1 => (literal.clone(), inner).prop_map(|(text, value)| Text::Sub(text, value.into())),
        ]
    })
    .boxed()
}

/// Any text.
pub(crate) fn text() -> BoxedStrategy<Text> {
    let boxed = |text: Text| Box::new(text);
    leaf()
        .prop_recursive(3, 8, 3, move |inner| {
            let lists = list(inner.clone());
            prop_oneof![
                5 => vec(inner.clone(), 0..5).prop_map(Text::Interpolation),
                1 => (any::<Pick>(), inner.clone(), inner.clone())
                    .prop_map(move |(pick, yes, no)| Text::Choose(pick, boxed(yes), boxed(no))),
                1 => inner.clone().prop_map(move |text| Text::Base64(boxed(text))),
                1 => inner.clone().prop_map(move |text| Text::Secret(boxed(text))),
                2 => (nasty(), lists.clone()).prop_map(|(separator, list)| Text::Join(separator, list.into())),
                1 => (0u32..3, lists).prop_map(|(index, list)| Text::Select(index, list.into())),
                1 => (any::<Pick>(), inner.clone()).prop_map(move |(pick, row)| Text::Find(pick, boxed(row))),
                1 => (any::<Pick>(), inner.clone(), inner.clone())
                    .prop_map(move |(pick, row, other)| Text::FindOr(pick, boxed(row), boxed(other))),
                1 => vec(inner.clone(), 0..3)
                    .prop_map(|texts| Text::ToJson(Value::Many(texts.into_iter().map(Value::Text).collect()).into())),
                1 => (closed(), inner).prop_map(move |(text, value)| Text::Sub(text, boxed(value))),
            ]
        })
        .boxed()
}

fn list(text: BoxedStrategy<Text>) -> BoxedStrategy<List> {
    prop_oneof![
        3 => vec(text.clone(), 0..4).prop_map(List::Items),
        2 => (any::<Pick>(), select(ATTRIBUTES), lowering())
            .prop_map(|(pick, name, wire)| List::Attribute(pick, name, wire)),
        1 => any::<Pick>().prop_map(List::Parameter),
        1 => ("[,;a]{1,2}", text.clone()).prop_map(|(separator, text)| List::Split(separator, text.into())),
        1 => text.prop_map(|text| List::Cidr(text.into())),
        1 => Just(List::Zones),
    ]
    .boxed()
}

fn key() -> BoxedStrategy<String> {
    let reserved = |key: &String| key != "Ref" && !key.starts_with("Fn::");
    prop_oneof![4 => "[A-Za-z]{1,4}", 1 => nasty()].prop_filter("a function's name", reserved).boxed()
}

/// A literal without anything that AWS would have to work out.
pub(crate) fn literal() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => nasty().prop_map(|text| Value::Text(Text::Literal(text))),
        2 => any::<i64>().prop_map(Value::Int),
        1 => any::<u64>().prop_map(Value::UInt),
        2 => any::<f64>().prop_filter("JSON holds finite numbers", |value| value.is_finite()).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Nothing),
    ];
    nested(leaf.boxed())
}

fn nested(leaf: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Many),
            proptest::collection::btree_map(key(), inner, 0..4).prop_map(Value::Object),
        ]
    })
    .boxed()
}

/// Any value.
pub(crate) fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::Text),
        2 => list(text()).prop_map(Value::List),
        1 => any::<i64>().prop_map(Value::Int),
        1 => (-1000i32..1000).prop_map(|value| Value::Float(f64::from(value) / 8.0)),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Nothing),
        1 => list(text()).prop_map(Value::Length),
        1 => any::<Pick>().prop_map(Value::Number),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 0..4).prop_map(Value::Many),
            2 => proptest::collection::btree_map(key(), inner.clone(), 0..4).prop_map(Value::Object),
            1 => (any::<Pick>(), inner.clone(), inner.clone())
                .prop_map(|(pick, yes, no)| Value::Choose(pick, yes.into(), no.into())),
            1 => (any::<Pick>(), inner).prop_map(|(pick, value)| Value::Then(pick, value.into())),
        ]
    })
    .boxed()
}

/// What is changed in every reference to a resource within a value.
pub(crate) type Rename<'f> = &'f mut dyn FnMut(&mut Pick);

impl Text {
    /// Calls back for every reference to a resource.
    pub(crate) fn references(&mut self, rename: Rename<'_>) {
        match self {
            Self::Reference(pick, _) | Self::Attribute(pick, ..) => rename(pick),
            Self::Interpolation(parts) => parts.iter_mut().for_each(|part| part.references(rename)),
            Self::Choose(_, one, other) | Self::FindOr(_, one, other) => {
                one.references(rename);
                other.references(rename);
            }
            Self::Base64(text) | Self::Find(_, text) | Self::Secret(text) | Self::Sub(_, text) => {
                text.references(rename)
            }
            Self::Join(_, list) | Self::Select(_, list) => list.references(rename),
            Self::ToJson(value) => value.references(rename),
            Self::Literal(_)
            | Self::Int(_)
            | Self::Bool(_)
            | Self::Parameter(_)
            | Self::Pseudo(_)
            | Self::Ssm(_) => {}
        }
    }
}

impl List {
    fn references(&mut self, rename: Rename<'_>) {
        match self {
            Self::Items(items) => items.iter_mut().for_each(|item| item.references(rename)),
            Self::Attribute(pick, ..) => rename(pick),
            Self::Split(_, text) | Self::Cidr(text) => text.references(rename),
            Self::Parameter(_) | Self::Zones => {}
        }
    }
}

impl Value {
    /// Calls back for every reference to a resource.
    pub(crate) fn references(&mut self, rename: Rename<'_>) {
        match self {
            Self::Text(text) => text.references(rename),
            Self::List(list) | Self::Length(list) => list.references(rename),
            Self::Many(items) => items.iter_mut().for_each(|item| item.references(rename)),
            Self::Object(fields) => fields.values_mut().for_each(|value| value.references(rename)),
            Self::Choose(_, yes, no) => {
                yes.references(rename);
                no.references(rename);
            }
            Self::Then(_, value) => value.references(rename),
            Self::Int(_)
            | Self::UInt(_)
            | Self::Float(_)
            | Self::Bool(_)
            | Self::Nothing
            | Self::Number(_)
            | Self::Raw(_) => {}
        }
    }
}
