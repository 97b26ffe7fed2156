//! Documents as text, with what is known at deployment only left in place.

use std::borrow::Cow;

use formwork_core::{Expr, Output, Part};

/// A document as JSON text. Core has `Fn::ToJsonString` for that, which needs a transform of the template; here what is
/// known at deployment stands in strings, so that substitution does.
pub(super) fn text_of(document: &Expr) -> Output<String> {
    let mut text = Text::default();
    text.value(document);
    text.flush();
    Output::new(Expr::Interpolation(text.parts))
}

#[derive(Default)]
struct Text {
    parts: Vec<Part>,
    literal: String,
}

impl Text {
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Text(Cow::Owned(std::mem::take(&mut self.literal))));
        }
    }

    fn value(&mut self, value: &Expr) {
        match value.plain() {
            Expr::Bool(value) => self.literal.push_str(if *value { "true" } else { "false" }),
            Expr::Int(number) => self.literal.push_str(&number.to_string()),
            Expr::UInt(number) => self.literal.push_str(&number.to_string()),
            Expr::Float(number) => self.literal.push_str(&number.to_string()),
            Expr::Text(text) => {
                self.literal.push('"');
                self.escaped(text);
                self.literal.push('"');
            }
            Expr::List(items) => {
                self.literal.push('[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        self.literal.push(',');
                    }
                    self.value(item);
                }
                self.literal.push(']');
            }
            value if value.is_expression() => {
                self.literal.push('"');
                self.within(value);
                self.literal.push('"');
            }
            Expr::Object(fields) => {
                self.literal.push('{');
                let there = fields.iter().filter(|field| !matches!(field.value.plain(), Expr::Absent));
                for (number, field) in there.enumerate() {
                    if number > 0 {
                        self.literal.push(',');
                    }
                    self.literal.push('"');
                    self.escaped(&field.name);
                    self.literal.push_str("\":");
                    self.value(&field.value);
                }
                self.literal.push('}');
            }
            _ => self.literal.push_str("null"),
        }
    }

    /// What stands within quotes.
    fn within(&mut self, value: &Expr) {
        match value.plain() {
            Expr::Text(text) => self.escaped(text),
            Expr::Interpolation(parts) => {
                for part in parts {
                    match part {
                        Part::Text(text) => self.escaped(text),
                        Part::Value(value) => self.within(value),
                        _ => {}
                    }
                }
            }
            value => {
                self.flush();
                self.parts.push(Part::Value(value.clone()));
            }
        }
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.literal.push_str("\\\""),
                '\\' => self.literal.push_str("\\\\"),
                '\n' => self.literal.push_str("\\n"),
                '\t' => self.literal.push_str("\\t"),
                c if u32::from(c) < 0x20 => self.literal.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.literal.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{IntoJson, interpolate, json, pseudo};

    use super::*;

    #[test]
    fn text_is_json() {
        let document = json!({"a": "say \"hi\"\n\\o/\u{1}", "b": [1, -2.5, true], "c": {}}).into_json();
        let text = text_of(&document);
        let Expr::Interpolation(parts) = text.expr() else { panic!() };
        let [Part::Text(text)] = parts.as_slice() else { panic!() };
        assert_eq!(text, r#"{"a":"say \"hi\"\n\\o/\u0001","b":[1,-2.5,true],"c":{}}"#);
    }

    #[test]
    fn what_is_known_later_stands_in_quotes() {
        let here = interpolate!("in \"{}\"", pseudo::region());
        let text = text_of(&json!({"a": here, "b": pseudo::account_id()}).into_json());
        let Expr::Interpolation(parts) = text.expr() else { panic!() };
        let texts: Vec<&str> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_ref(),
                _ => "*",
            })
            .collect();
        assert_eq!(texts.concat(), r#"{"a":"in \"*\"","b":"*"}"#);
    }
}
