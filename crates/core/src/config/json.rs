//! Reads JSON into a tree with places.
//!
//! serde_json keeps neither the places of values nor a second key of the same name, and both are wanted here.

use std::collections::BTreeMap;

use serde_json::Number;

use super::{
    document::{Document, Syntax},
    tree::{DEPTH, Lines, Member, Node, Tree},
    words,
};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Document, Syntax> {
    let lines = Lines::new(text);
    let mut parser = Parser { text, at: 0, lines: &lines, repeated: Vec::new() };
    let root =
        parser.document().map_err(|(offset, message)| Syntax { at: lines.position(offset), message })?;
    Ok(Document { root, repeated: parser.repeated })
}

/// Where, as a byte offset, and what is wrong there.
type Failure = (usize, String);

struct Parser<'t> {
    text: &'t str,
    at: usize,
    lines: &'t Lines<'t>,
    repeated: Vec<Syntax>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Node, Failure> {
        self.blank()?;
        if self.peek().is_none() {
            return Err((0, "the file is empty; the smallest JSON document is `{}`".to_owned()));
        }
        let root = self.value(0)?;
        self.blank()?;
        match self.peek() {
            None => Ok(root),
            Some(_) => Err(self.expected("the end of the file")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Failure> {
        if depth > DEPTH {
            return Err((self.at, format!("nested deeper than {DEPTH} levels")));
        }
        let at = self.lines.position(self.at);
        let tree = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Tree::String(self.string()?),
            Some('-' | '0'..='9') => Tree::Number(self.number()?),
            Some('\'') => return Err((self.at, "strings are written in double quotes".to_owned())),
            _ => self.word()?,
        };
        Ok(Node { at, tree })
    }

    fn object(&mut self, depth: usize) -> Result<Tree, Failure> {
        self.bump();
        let mut members: Vec<Member> = Vec::new();
        let mut lines_of_keys = BTreeMap::new();
        while self.more('}', members.is_empty())? {
            let key_at = self.lines.position(self.at);
            if self.peek() != Some('"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            self.blank()?;
            if !self.eat(':') {
                return Err(self.expected("`:`"));
            }
            self.blank()?;
            let node = self.value(depth + 1)?;
            // The first one is kept: the second is reported, so nobody will see which of them won.
            if let Some(first) = lines_of_keys.get(&key) {
                let message = format!("the key {} is already there in line {first}", words::key(&key));
                self.repeated.push(Syntax { at: key_at, message });
            } else {
                lines_of_keys.insert(key.clone(), key_at.line);
                members.push(Member { key, key_at, node });
            }
        }
        Ok(Tree::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Tree, Failure> {
        self.bump();
        let mut items = Vec::new();
        while self.more(']', items.is_empty())? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Tree::Array(items))
    }

    /// Steps over the comma to the next entry, or over the end of the list.
    fn more(&mut self, end: char, first: bool) -> Result<bool, Failure> {
        self.blank()?;
        if self.eat(end) {
            return Ok(false);
        }
        if first {
            return Ok(true);
        }
        let comma = self.at;
        if !self.eat(',') {
            return Err(self.expected(&format!("`,` or `{end}`")));
        }
        self.blank()?;
        if self.peek() == Some(end) {
            return Err((comma, format!("JSON has no comma before `{end}`")));
        }
        Ok(true)
    }

    fn word(&mut self) -> Result<Tree, Failure> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let tree = match rest.get(..length) {
            Some("null") => Tree::Null,
            Some("true") => Tree::Bool(true),
            Some("false") => Tree::Bool(false),
            _ => return Err(self.expected("a value")),
        };
        self.at += length;
        Ok(tree)
    }

    fn number(&mut self) -> Result<Number, Failure> {
        let start = self.at;
        let wrong = |what: &str| Err((start, what.to_owned()));
        self.eat('-');
        let leading_zero = self.peek() == Some('0');
        match self.digits() {
            0 => return wrong("a number needs a digit after `-`"),
            2.. if leading_zero => return wrong("JSON has no numbers with a leading zero"),
            _ => {}
        }
        let mut is_integer = true;
        if self.eat('.') {
            is_integer = false;
            if self.digits() == 0 {
                return wrong("a number needs a digit after its point");
            }
        }
        if self.eat('e') || self.eat('E') {
            is_integer = false;
            let _sign = self.eat('+') || self.eat('-');
            if self.digits() == 0 {
                return wrong("a number needs a digit in its exponent");
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let exact = || text.parse().map(u64::into).or_else(|_| text.parse().map(i64::into)).ok();
        let number = is_integer.then(exact).flatten();
        match number.or_else(|| text.parse().ok().and_then(Number::from_f64)) {
            Some(number) => Ok(number),
            None => wrong("the number is too large"),
        }
    }

    fn digits(&mut self) -> usize {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        self.at += length;
        length
    }

    fn string(&mut self) -> Result<String, Failure> {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.bump() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(at)?),
                Some('\n') | None => return Err((start, "the string has no closing quote".to_owned())),
                Some(c) if c < ' ' => {
                    return Err((
                        at,
                        format!("a control character is written as an escape: `\\u{:04x}`", u32::from(c)),
                    ));
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char, Failure> {
        Ok(match self.bump() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.hex(start)?;
                let code = match first {
                    // A character beyond the first 65536 is written as a pair.
                    0xd800..=0xdbff if self.eat('\\') && self.eat('u') => match self.hex(start)? {
                        second @ 0xdc00..=0xdfff => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                        _ => first,
                    },
                    _ => first,
                };
                char::from_u32(code).ok_or((start, "half of a surrogate pair is no character".to_owned()))?
            }
            _ => return Err((start, "unknown escape".to_owned())),
        })
    }

    fn hex(&mut self, start: usize) -> Result<u32, Failure> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|text| text.chars().all(|c| c.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += if code.is_some() { 4 } else { 0 };
        code.ok_or((start, "`\\u` needs four hexadecimal digits".to_owned()))
    }

    fn blank(&mut self) -> Result<(), Failure> {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
            self.bump();
        }
        if self.rest().starts_with("//") || self.rest().starts_with("/*") {
            return Err((self.at, "JSON has no comments; a TOML file may have them".to_owned()));
        }
        Ok(())
    }

    fn expected(&self, what: &str) -> Failure {
        let found = match self.peek() {
            Some(c @ ('"' | '\'')) => format!("`{c}`"),
            Some(c) => format!("`{}`", c.escape_debug()),
            None => "the end of the file".to_owned(),
        };
        (self.at, format!("expected {what}, found {found}"))
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.bump();
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        match read(text) {
            Ok(document) => format!("{:?}", document.root),
            Err(Syntax { at, message }) => format!("{}:{}: {message}", at.line, at.column),
        }
    }

    #[test]
    fn a_document_is_read_as_serde_json_reads_it() {
        let text = r#" {"a": [1, -2, 18446744073709551615, 1.5e3, 1E-2, 123456789012345678901234567890],
            "ä\u00e9\ud83d\ude00\n\/": {"": null, "t": true, "f": false}, "e": [], "o": {}} "#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text).ok().map(|document| document.root.to_value()), Some(expected));
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        for text in [
            "",
            "{",
            "[",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "[1,]",
            "[,1]",
            "{,}",
            "01",
            "-",
            "1.",
            "1e",
            ".5",
            "+1",
            "tru",
            "nullx",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\n\"",
            "\"\\ud800\\u0041\"",
            "\"\t\"",
            "1 2",
            "{} x",
            "{'a': 1}",
            "NaN",
            "1e999",
            "\"a\nb\"",
            "[1 2]",
            "{\"a\" 1}",
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn failures_say_where_and_what() {
        assert_eq!(failure("{\n  \"a\": 1,\n}"), "2:9: JSON has no comma before `}`");
        assert_eq!(failure("{\n  // a\n}"), "2:3: JSON has no comments; a TOML file may have them");
        assert_eq!(failure("{\"é\" 1}"), "1:6: expected `:`, found `1`");
        assert_eq!(failure("{\"a\": "), "1:7: expected a value, found the end of the file");
        assert_eq!(failure("{\"a\": 1"), "1:8: expected `,` or `}`, found the end of the file");
        assert_eq!(failure("{\"a\": \"b\n}"), "1:7: the string has no closing quote");
        assert_eq!(failure("[012]"), "1:2: JSON has no numbers with a leading zero");
        assert_eq!(failure("  \n"), "1:1: the file is empty; the smallest JSON document is `{}`");
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(DEPTH)).is_ok());
        assert_eq!(failure(&nested(DEPTH + 1)), "1:130: nested deeper than 128 levels");
        assert!(read(&"[".repeat(1_000_000)).is_err());
        assert!(read(&"{\"a\":".repeat(1_000_000)).is_err());
    }
}
