//! What the small types have in common: how they stand in a template, in text and in a configuration file.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::de;

/// A property type of values that can be given as they are: by `input(self) -> Input<Self>`, by
/// `read(&Expr) -> Option<Self>`, and by their template form in a document and in text.
macro_rules! property_type {
    ($type:ident, $kind:ident) => {
        impl formwork_core::PropertyType for $type {
            const KIND: formwork_core::Kind = formwork_core::Kind::$kind;

            fn from_literal(literal: &formwork_core::Expr) -> Option<Self> {
                Self::read(literal.plain())
            }
        }
        impl formwork_core::LiteralType for $type {
            fn into_property(self) -> formwork_core::Input<Self> {
                self.input()
            }
        }
        impl formwork_core::Scalar for $type {}
        impl formwork_core::IntoJson for $type {
            fn into_json(self) -> formwork_core::Expr {
                self.input().into_expr()
            }
        }
        impl formwork_core::IntoText for $type {
            fn into_text(self) -> formwork_core::Expr {
                self.input().into_expr()
            }
        }
    };
}

/// A property type whose literals are numbers.
macro_rules! number_property {
    ($type:ident) => {
        property_type!($type, Number);

        impl formwork_core::NumberType for $type {}
    };
}

/// A property type that is text: it goes wherever plain text may, and plain text is read as one. What does not read
/// stays as it is, with the finding that the error makes of it.
macro_rules! text_property {
    ($type:ident) => {
        property_type!($type, Text);

        impl formwork_core::TextType for $type {}

        impl formwork_core::IntoInput<String> for $type {
            fn into_input(self) -> formwork_core::Input<String> {
                formwork_core::Input::new(self.input().into_expr())
            }
        }
        impl formwork_core::IntoInput<$type> for &str {
            fn into_input(self) -> formwork_core::Input<$type> {
                match self.parse::<$type>() {
                    Ok(value) => value.input(),
                    Err(error) => formwork_core::Input::new(formwork_core::IntoJson::into_json(self))
                        .remarked(error.finding(self)),
                }
            }
        }
        impl formwork_core::IntoInput<$type> for String {
            fn into_input(self) -> formwork_core::Input<$type> {
                self.as_str().into_input()
            }
        }
        impl formwork_core::IntoInput<$type> for &String {
            fn into_input(self) -> formwork_core::Input<$type> {
                self.as_str().into_input()
            }
        }
    };
}

/// Whole numbers of Rust as values of a property type.
macro_rules! from_integers {
    ($target:ident, $convert:expr) => {
        from_integers!(@ $target, $convert; i8 i16 i32 i64 u8 u16 u32 u64 usize);
    };
    (@ $target:ident, $convert:expr; $($integer:ident)*) => {$(
        impl formwork_core::IntoInput<$target> for $integer {
            fn into_input(self) -> formwork_core::Input<$target> {
                $convert(formwork_core::IntoJson::into_json(self))
            }
        }
    )*};
}

/// A value that configuration files hold as text, by way of `Display` and `FromStr`.
macro_rules! text_in_config {
    ($type:ident, $expected:literal, $pattern:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::types::property::Text::expecting($expected))
            }
        }
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($type)).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "description": $expected, "type": "string", "pattern": $pattern })
            }
        }
    };
}

/// Reads text as a `T`.
pub(super) struct Text<T> {
    expected: &'static str,
    kind: PhantomData<T>,
}

impl<T> Text<T> {
    pub(super) fn expecting(expected: &'static str) -> Self {
        Self { expected, kind: PhantomData }
    }
}

impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|error| E::custom(format_args!("{text:?}: {error}")))
    }
}

/// The nearest smaller and the nearest greater of some numbers in ascending order.
pub(super) fn neighbours<T: Copy + PartialOrd>(numbers: &[T], wanted: T) -> (Option<T>, Option<T>) {
    let below = numbers.iter().rev().find(|number| **number < wanted);
    let above = numbers.iter().find(|number| **number > wanted);
    (below.copied(), above.copied())
}

/// Neither, one, or `one and other`.
pub(super) fn both(below: Option<impl fmt::Display>, above: Option<impl fmt::Display>) -> Option<String> {
    match (below, above) {
        (Some(below), Some(above)) => Some(format!("{below} and {above}")),
        (Some(one), None) => Some(one.to_string()),
        (None, Some(one)) => Some(one.to_string()),
        (None, None) => None,
    }
}
