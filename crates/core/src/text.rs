//! The text of a template: the lowering writes compact JSON, people read it indented or as YAML.
//!
//! Both writers work on the text itself, not on a parsed value: keys keep their order and numbers their
//! digits. They trust the text to be JSON; given anything else they write something, and do not panic.

mod yaml;

pub(crate) use self::yaml::yaml;

/// Re-indents compact JSON with two spaces and ends it with a newline.
pub(crate) fn pretty(compact: &str) -> String {
    // Indentation adds about half again to a template.
    let mut out = String::with_capacity(compact.len() + compact.len() / 2);
    let mut tokens = Tokens::new(compact);
    let mut depth = 0_usize;
    while let Some(token) = tokens.next() {
        match token {
            Token::Open(container) if tokens.closes(container) => out.push_str(container.empty()),
            Token::Open(container) => {
                out.push(container.open());
                depth += 1;
                new_line(&mut out, depth);
            }
            Token::Close(container) => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(container.close());
            }
            Token::Comma => {
                out.push(',');
                new_line(&mut out, depth);
            }
            Token::Colon => out.push_str(": "),
            Token::String(raw) | Token::Bare(raw) => out.push_str(raw),
        }
    }
    out.push('\n');
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Mapping,
    Sequence,
}

impl Container {
    fn open(self) -> char {
        match self {
            Self::Mapping => '{',
            Self::Sequence => '[',
        }
    }

    fn close(self) -> char {
        match self {
            Self::Mapping => '}',
            Self::Sequence => ']',
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Self::Mapping => "{}",
            Self::Sequence => "[]",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    Open(Container),
    Close(Container),
    Comma,
    Colon,
    /// A string with its quotes and escapes.
    String(&'a str),
    /// A number, `true`, `false` or `null`.
    Bare(&'a str),
}

struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is not white space, which `at` then points to.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes the end of a container that has just been opened, if nothing stands before it.
    fn closes(&mut self, container: Container) -> bool {
        let closes = self.peek().map(char::from) == Some(container.close());
        self.at += usize::from(closes);
        closes
    }

    fn single(&mut self, token: Token<'a>) -> Token<'a> {
        self.at += 1;
        token
    }

    /// Takes the given number of bytes. They begin and end beside ASCII, so never inside a character.
    fn take(&mut self, length: usize) -> &'a str {
        let start = self.at;
        self.at = (start + length).min(self.text.len());
        self.text.get(start..self.at).unwrap_or_default()
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.peek()?;
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        Some(match first {
            b'{' => self.single(Token::Open(Container::Mapping)),
            b'[' => self.single(Token::Open(Container::Sequence)),
            b'}' => self.single(Token::Close(Container::Mapping)),
            b']' => self.single(Token::Close(Container::Sequence)),
            b',' => self.single(Token::Comma),
            b':' => self.single(Token::Colon),
            b'"' => Token::String(self.take(string_length(rest))),
            _ => {
                let ends = |byte: &u8| matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':' | b'"');
                let length = rest.iter().position(|byte| ends(byte) || byte.is_ascii_whitespace());
                Token::Bare(self.take(length.unwrap_or(rest.len())))
            }
        })
    }
}

/// The length of the string that `bytes` begin with, quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) =
        bytes.get(at..).and_then(|rest| rest.iter().position(|byte| matches!(byte, b'"' | b'\\')))
    {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2; // the backslash, and what it keeps from ending the string
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_indents_and_keeps_empty_containers_on_the_line() {
        assert_eq!(
            pretty(r#"{"A":{"B":[1,{"C":"x: {,}\" [1]"},[]],"D":{}},"E":null}"#),
            r#"{
  "A": {
    "B": [
      1,
      {
        "C": "x: {,}\" [1]"
      },
      []
    ],
    "D": {}
  },
  "E": null
}
"#
        );
        assert_eq!(pretty("{}"), "{}\n");
        assert_eq!(pretty(r#" [ "a\\" , [ ] ] "#), "[\n  \"a\\\\\",\n  []\n]\n");
    }

    #[test]
    fn anything_at_all_is_survived() {
        for text in [
            "",
            "}",
            "]]",
            "{",
            "[\"",
            "\"\\",
            "\"\\é",
            "{[{",
            "{1:2,3}",
            ",,:",
            "\"\\ud800\"",
            "é{é}",
            "\\\"é",
        ] {
            assert!(pretty(text).ends_with('\n'));
            assert!(yaml(text).ends_with('\n'), "{text}");
        }
    }
}
