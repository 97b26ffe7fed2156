//! Reads TOML into a tree with places.

use serde_json::Number;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    document::{Document, Syntax},
    tree::{DEPTH, Lines, Member, Node, Position, Tree},
};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Document, Syntax> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| Syntax {
        at: lines.position(error.span().map_or(0, |span| span.start)),
        // One line: the parser explains some mistakes in several.
        message: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
    })?;
    let tree = object(table.get_ref(), &lines, 0)?;
    Ok(Document { root: Node { at: Position { line: 1, column: 1 }, tree }, repeated: Vec::new() })
}

fn object(table: &DeTable<'_>, lines: &Lines<'_>, depth: usize) -> Result<Tree, Syntax> {
    // The parser sorts keys by name; messages come in the order of the document.
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let member = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key_at = lines.position(key.span().start);
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok(Member { key: key.clone().into_owned(), key_at, node: node(value, lines, depth + 1)? })
    };
    Ok(Tree::Object(entries.into_iter().map(member).collect::<Result<_, _>>()?))
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>, depth: usize) -> Result<Node, Syntax> {
    let at = lines.position(value.span().start);
    let wrong = |message: String| Err(Syntax { at, message });
    if depth > DEPTH {
        return wrong(format!("nested deeper than {DEPTH} levels"));
    }
    let tree = match value.get_ref() {
        DeValue::String(text) => Tree::String(text.clone().into_owned()),
        DeValue::Boolean(value) => Tree::Bool(*value),
        // JSON has no dates, so that is how a struct that reads both formats gets them.
        DeValue::Datetime(date) => Tree::String(date.to_string()),
        DeValue::Integer(integer) => {
            let (digits, radix) = (integer.as_str(), integer.radix());
            let signed = i64::from_str_radix(digits, radix).map(Number::from);
            match signed.or_else(|_| u64::from_str_radix(digits, radix).map(Number::from)) {
                Ok(number) => Tree::Number(number),
                Err(_) => return wrong("the integer is too large".to_owned()),
            }
        }
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => Tree::Number(number),
            None => return wrong("a configuration has no infinite numbers and no `nan`".to_owned()),
        },
        DeValue::Array(items) => {
            Tree::Array(items.iter().map(|item| node(item, lines, depth + 1)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => object(table, lines, depth)?,
    };
    Ok(Node { at, tree })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Ok(document) => document.root.to_value().to_string(),
            Err(Syntax { at, message }) => format!("{}:{}: {message}", at.line, at.column),
        }
    }

    #[test]
    fn values_become_what_json_would_say() {
        let text = "a = 1_000\nb = 0xff\nc = -1.5e2\nd = 2026-01-02T03:04:05Z\ne = [true, 'x']\nf.g.h = \"\"\n[[i]]\nj = 1\n";
        assert_eq!(
            shown(text),
            r#"{"a":1000,"b":255,"c":-150.0,"d":"2026-01-02T03:04:05Z","e":[true,"x"],"f":{"g":{"h":""}},"i":[{"j":1}]}"#
        );
    }

    #[test]
    fn failures_say_where_and_what() {
        assert_eq!(shown("a = 1\nb = \n"), "2:5: string values must be quoted, expected literal string");
        assert_eq!(shown("a = 1\na = 2\n"), "2:1: duplicate key");
        assert_eq!(shown("'é' = inf\n"), "1:7: a configuration has no infinite numbers and no `nan`");
        assert_eq!(shown("a = 99999999999999999999\n"), "1:5: the integer is too large");
    }

    #[test]
    fn depth_is_limited() {
        let keys = |depth: usize| vec!["a"; depth].join(".");
        let brackets = "[".repeat(70) + &"]".repeat(70);
        assert!(read(&format!("[{}]\n{} = {brackets}\n", keys(70), keys(70))).is_err());
        assert!(read(&format!("{} = 1\n", keys(100_000))).is_err());
        assert!(read(&format!("[{}]\n", keys(100_000))).is_err());
        assert!(read(&format!("a = {}", "[".repeat(100_000))).is_err());
        assert!(read(&format!("a = {}", "{a=".repeat(100_000))).is_err());
    }
}
