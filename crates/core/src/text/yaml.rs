//! Writes a template as YAML, for readers of YAML 1.1: CloudFormation and PyYAML.

use std::borrow::Cow;

use super::{Container, Token, Tokens};

/// Writes compact JSON as YAML in block style and ends it with a newline.
pub(crate) fn yaml(compact: &str) -> String {
    let mut yaml = Yaml { out: String::with_capacity(compact.len()), open: Vec::new(), after_dash: false };
    let mut tokens = Tokens::new(compact);
    while let Some(token) = tokens.next() {
        match token {
            Token::Open(container) if tokens.closes(container) => yaml.scalar(container.empty()),
            Token::Open(container) => yaml.enter(container),
            Token::Close(_) => yaml.leave(),
            Token::Comma | Token::Colon => {}
            Token::String(raw) => match decode(raw) {
                Some(text) if yaml.wants_key() => yaml.key(&string(&text)),
                Some(text) => yaml.text(&text),
                None => yaml.scalar(raw),
            },
            Token::Bare(raw) => yaml.scalar(&number(raw)),
        }
    }
    if !yaml.out.ends_with('\n') {
        yaml.out.push('\n');
    }
    yaml.out
}

/// What a JSON string stands for; `None` if it is not one.
fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// What an open container expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Key,
    Value,
    Item,
}

struct Open {
    indent: usize,
    next: Next,
}

struct Yaml {
    out: String,
    open: Vec<Open>,
    /// The line ends in a dash whose item is a container: its first entry goes on the same line.
    after_dash: bool,
}

impl Yaml {
    fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.next == Next::Key)
    }

    fn indent(&mut self, width: usize) {
        self.out.extend(std::iter::repeat_n(' ', width));
    }

    fn start_entry(&mut self, indent: usize) {
        if std::mem::take(&mut self.after_dash) {
            self.out.push(' ');
        } else {
            self.indent(indent);
        }
    }

    fn key(&mut self, key: &str) {
        let Some(open) = self.open.last_mut() else { return };
        open.next = Next::Value;
        let indent = open.indent;
        self.start_entry(indent);
        // Readers look for the colon within 1024 characters, unless they are told to expect a key.
        if key.len() > 1000 {
            self.out.push_str("? ");
            self.out.push_str(key);
            self.out.push('\n');
            self.indent(indent);
        } else {
            self.out.push_str(key);
        }
        self.out.push(':');
    }

    /// Writes what stands before a value, and tells how far that value's own lines are indented.
    fn start_value(&mut self) -> usize {
        let Some(open) = self.open.last_mut() else { return 0 };
        let indent = open.indent;
        if open.next == Next::Item {
            self.start_entry(indent);
            self.out.push('-');
        } else {
            open.next = Next::Key;
        }
        indent + 2
    }

    fn enter(&mut self, container: Container) {
        let parent = self.open.last().map(|open| open.next);
        let indent = self.start_value();
        match parent {
            None => {}
            Some(Next::Item) => self.after_dash = true,
            Some(Next::Key | Next::Value) => self.out.push('\n'),
        }
        let next = if container == Container::Mapping { Next::Key } else { Next::Item };
        self.open.push(Open { indent, next });
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn scalar(&mut self, scalar: &str) {
        self.start_value();
        if !self.open.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(scalar);
        self.out.push('\n');
    }

    fn text(&mut self, text: &str) {
        if !fits_block(text) {
            return self.scalar(&string(text));
        }
        // Block text is indented even where nothing is open around it.
        let indent = self.open.last().map_or(0, |open| open.indent) + 2;
        self.scalar(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.lines() {
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }
}

/// Whether a text of several lines comes back the same from a literal block.
fn fits_block(text: &str) -> bool {
    text.contains('\n')
        // The first line tells the indentation, so it cannot be blank or indented itself.
        && !text.starts_with([' ', '\t', '\n'])
        // More newlines at the end need `|+`, which also keeps what a later editor adds.
        && !text.ends_with("\n\n")
        && text.split('\n').all(|line| !line.ends_with([' ', '\t']))
        && !text.chars().any(|c| c != '\n' && c != '\t' && must_escape(c))
}

/// A string on one line, in quotes unless it is certain to be read as that string without.
fn string(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// Whether YAML 1.1 reads the bare text as this very string.
///
/// Numbers, dates, times, `.inf`, `~`, `=`, `<<` and all indicators begin with something other than a letter
/// or a slash, so only words remain to be told apart.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./:- ".contains(&b))
        && !text.ends_with([' ', ':'])
        && !text.contains("  ")
        && !text.contains(": ")
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must_escape(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether YAML forbids the character, or takes it for a line break or a byte order mark.
fn must_escape(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// A number as YAML 1.1 knows it: without a dot and a signed exponent, `1e3` would be a string.
fn number(json: &str) -> Cow<'_, str> {
    let Some((mantissa, exponent)) = json.split_once(['e', 'E']) else { return Cow::Borrowed(json) };
    // The `e` of `true` and `false`.
    if !mantissa.ends_with(|c: char| c.is_ascii_digit()) {
        return Cow::Borrowed(json);
    }
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    Cow::Owned(format!("{mantissa}{dot}e{sign}{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_in_block_style() {
        let compact = r#"{"Resources":{"Queue":{"Type":"AWS::SQS::Queue","Properties":{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":true}],"Empty":{},"None":[]}}},"Nested":[[1,[2]],[{"x":[3]}]],"Policy":{"Version":"2012-10-17"}}"#;
        assert_eq!(
            yaml(compact),
            r#"Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Tags:
        - Key: a
          Value: "1"
        - Key: b
          Value: true
      Empty: {}
      None: []
Nested:
  - - 1
    - - 2
  - - x:
        - 3
Policy:
  Version: "2012-10-17"
"#
        );
    }

    #[test]
    fn text_of_several_lines_is_a_block_where_that_keeps_it() {
        let compact = r##"{"A":"#!/bin/sh\n\n  echo \"hé\"\n","B":["x\ny"],"C":"two\n\n","D":" in\n","E":"end \nx","F":"a\r\nb","G":"\n","k\nl":"a\n\tb"}"##;
        assert_eq!(
            yaml(compact),
            "A: |\n  #!/bin/sh\n\n    echo \"hé\"\nB:\n  - |-\n    x\n    y\nC: \"two\\n\\n\"\nD: \" in\\n\"\n\
             E: \"end \\nx\"\nF: \"a\\r\\nb\"\nG: \"\\n\"\n\"k\\nl\": |-\n  a\n  \tb\n"
        );
        assert_eq!(yaml(r#""a\nb""#), "|-\n  a\n  b\n");
    }

    #[test]
    fn strings_that_yaml_would_read_otherwise_are_quoted() {
        for text in "AWS::SQS::Queue|Fn::GetAtt|/aws/lambda/x|t3.micro|a b c|yes please|a:b|E1".split('|') {
            assert_eq!(string(text), text);
        }
        let words = "|y|N|Yes|NO|on|Off|TRUE|null|~|0|-1|1e3|0x1F|0o7|1:30|2012-10-17|.inf|NaN|=|<<";
        let signs = " a|a |a  b|a: b|a:|a #b|#a|- a|!Ref|*a|&a|{a}|[a]|a,b|@a|%a|`a`|'a'|é|${AWS::Region}";
        for text in words.split('|').chain(signs.split('|')) {
            assert_eq!(string(text), format!("\"{text}\""));
        }
        assert_eq!(
            string("\"\\\u{0}\u{8}\t\u{7f}\u{85}\u{feff}\u{2028}\u{ffff}é😀"),
            r#""\"\\\u0000\u0008\t\u007F\u0085\uFEFF\u2028\uFFFFé😀""#
        );
        assert_eq!(yaml(r#"["\ud83d\ude00","a\/b"]"#), "- \"😀\"\n- a/b\n");
    }

    #[test]
    fn numbers_are_numbers_in_yaml_too() {
        let compact = "[0,-1,1.5,1e3,1E-7,-2.5e+10,1.5e300,12345678901234567890,true,false,null]";
        let yaml_numbers = "0 -1 1.5 1.0e+3 1.0e-7 -2.5e+10 1.5e+300 12345678901234567890 true false null";
        let expected: String = yaml_numbers.split(' ').map(|number| format!("- {number}\n")).collect();
        assert_eq!(yaml(compact), expected);
    }

    #[test]
    fn a_very_long_key_is_announced() {
        let key = "k".repeat(1100);
        assert_eq!(yaml(&format!(r#"{{"a":{{"{key}":[1]}}}}"#)), format!("a:\n  ? {key}\n  :\n    - 1\n"));
    }
}
