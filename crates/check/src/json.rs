//! JSON text to a [`Document`], with the place of everything. Iterative and linear in the length of the text.

use crate::document::{DEPTH, Document, DocumentBuilder};

/// Why a text is no document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) message: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    position: usize,
    line: u32,
    /// Where the current line begins, and how many bytes since then only continue a character.
    line_start: usize,
    continued: usize,
    builder: DocumentBuilder,
    /// What is open: `{` or `[`.
    open: Vec<u8>,
    unescaped: String,
}

/// Reads a JSON document.
pub(crate) fn read(text: &str) -> Result<Document, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if u32::try_from(text.len()).is_err() {
        return Err(Malformed { message: "the file is larger than 4 GB".to_owned(), line: 1, column: 1 });
    }
    let mut reader = Reader {
        bytes: text.as_bytes(),
        text,
        position: 0,
        line: 1,
        line_start: 0,
        continued: 0,
        builder: DocumentBuilder::default(),
        open: Vec::new(),
        unescaped: String::new(),
    };
    reader.document()?;
    Ok(reader.builder.finish())
}

impl Reader<'_> {
    fn column(&self) -> u32 {
        (self.position - self.line_start - self.continued + 1) as u32
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed { message: message.into(), line: self.line, column: self.column() })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.position += 1;
            if byte == b'\n' {
                self.line += 1;
                self.line_start = self.position;
                self.continued = 0;
            }
        }
    }

    /// What stands here, in words.
    fn found(&self) -> String {
        match self.text.get(self.position..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("found `{}`", c.escape_default()),
            None => "the file ends here".to_owned(),
        }
    }

    fn document(&mut self) -> Result<(), Malformed> {
        self.space();
        self.value()?;
        // A value was read; go on with what follows it in whatever is open.
        while let Some(open) = self.open.last().copied() {
            self.space();
            match (open, self.peek()) {
                (b'{', Some(b'}')) | (b'[', Some(b']')) => {
                    self.position += 1;
                    self.open.pop();
                    self.builder.close();
                }
                (b'{', Some(b',')) => {
                    self.position += 1;
                    self.space();
                    self.key()?;
                    self.value()?;
                }
                (b'[', Some(b',')) => {
                    self.position += 1;
                    self.space();
                    self.value()?;
                }
                (b'{', _) => return self.fail(format!("expected `,` or `}}`, {}", self.found())),
                (_, _) => return self.fail(format!("expected `,` or `]`, {}", self.found())),
            }
        }
        self.space();
        if self.peek().is_some() {
            self.fail("there is more text after the end of the document")
        } else {
            Ok(())
        }
    }

    fn key(&mut self) -> Result<(), Malformed> {
        if self.peek() != Some(b'"') {
            return self.fail(format!("expected a key in quotes, {}", self.found()));
        }
        let (line, column) = (self.line, self.column());
        match self.string()? {
            Some((start, end)) => self.builder.key(&self.text[start..end], line, column),
            None => self.builder.key(&self.unescaped, line, column),
        }
        self.space();
        if self.peek() != Some(b':') {
            return self.fail(format!("expected `:`, {}", self.found()));
        }
        self.position += 1;
        self.space();
        Ok(())
    }

    /// Reads one value; of a list or map that is not empty, up to its first scalar.
    fn value(&mut self) -> Result<(), Malformed> {
        loop {
            let (line, column) = (self.line, self.column());
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if self.open.len() >= DEPTH {
                        return self.fail(format!("nested deeper than {DEPTH} levels"));
                    }
                    self.position += 1;
                    let map = open == b'{';
                    if map {
                        self.builder.open_map(line, column);
                    } else {
                        self.builder.open_list(line, column);
                    }
                    self.open.push(open);
                    self.space();
                    if self.peek() == Some(if map { b'}' } else { b']' }) {
                        return Ok(());
                    }
                    if map {
                        self.key()?;
                    }
                }
                Some(b'"') => {
                    match self.string()? {
                        Some((start, end)) => self.builder.string(&self.text[start..end], line, column),
                        None => self.builder.string(&self.unescaped, line, column),
                    }
                    return Ok(());
                }
                Some(b'-' | b'0'..=b'9') => return self.number(),
                Some(b't' | b'f' | b'n') => return self.word(),
                _ => return self.fail(format!("expected a value, {}", self.found())),
            }
        }
    }

    fn word(&mut self) -> Result<(), Malformed> {
        let (line, column) = (self.line, self.column());
        for (word, value) in [("true", Some(true)), ("false", Some(false)), ("null", None)] {
            if self.bytes[self.position..].starts_with(word.as_bytes()) {
                match value {
                    Some(value) => self.builder.bool(value, line, column),
                    None => self.builder.null(line, column),
                }
                self.position += word.len();
                return Ok(());
            }
        }
        self.fail(format!("expected a value, {}", self.found()))
    }

    fn number(&mut self) -> Result<(), Malformed> {
        let (line, column) = (self.line, self.column());
        let start = self.position;
        let number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        self.position += self.bytes[start..].iter().take_while(|byte| number(byte)).count();
        let text = &self.text[start..self.position];
        if !is_number(text) {
            self.position = start;
            return self.fail(format!("`{}` is not a number", shortened(text)));
        }
        self.builder.number(text, line, column);
        Ok(())
    }

    /// Reads text in quotes: its range where it stands there as it is, otherwise into `unescaped`.
    fn string(&mut self) -> Result<Option<(usize, usize)>, Malformed> {
        self.position += 1;
        let start = self.position;
        let mut plain = start;
        let mut escaped = false;
        self.unescaped.clear();
        loop {
            match self.peek() {
                None => return self.fail("text without its closing quote"),
                Some(b'"') => {
                    let end = self.position;
                    self.position += 1;
                    if !escaped {
                        return Ok(Some((start, end)));
                    }
                    self.unescaped.push_str(&self.text[plain..end]);
                    return Ok(None);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.unescaped.push_str(&self.text[plain..self.position]);
                    self.escape()?;
                    plain = self.position;
                }
                Some(0..0x20) => {
                    return self
                        .fail("a control character within text; write it as `\\n`, `\\t` or `\\u....`");
                }
                Some(byte) => {
                    self.position += 1;
                    if byte & 0xC0 == 0x80 {
                        self.continued += 1;
                    }
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let c = match self.bytes.get(self.position + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return self.fail("an escape that JSON does not have"),
        };
        self.unescaped.push(c);
        self.position += 2;
        Ok(())
    }

    fn unicode(&mut self) -> Result<(), Malformed> {
        let unit = |at: usize| {
            let digits = self.text.get(at + 2..at + 6)?;
            let escape = self.bytes.get(at..at + 2) == Some(b"\\u".as_slice());
            let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if escape && hex { u16::from_str_radix(digits, 16).ok() } else { None }
        };
        let Some(first) = unit(self.position) else {
            return self.fail("`\\u` needs four hexadecimal digits");
        };
        let second = if (0xD800..0xDC00).contains(&first) { unit(self.position + 6) } else { None };
        let units: Vec<u16> = std::iter::once(first).chain(second).collect();
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok(c)) => {
                self.unescaped.push(c);
                self.position += 6 * c.len_utf16();
                Ok(())
            }
            _ => self.fail("half of a surrogate pair"),
        }
    }
}

/// Whether a text is a number as JSON has them.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The beginning of a text, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Content;

    #[test]
    fn everything_knows_its_place() {
        let document = read("{\n  \"a\": [1, \"é\", true],\n  \"b\\n\": {\"c\": null}\n}\n").unwrap();
        let at = |path: &[&str]| document.position(document.at(path).unwrap());
        assert_eq!(at(&["a"]), (2, 3));
        assert_eq!(at(&["a", "0"]), (2, 9));
        assert_eq!(at(&["a", "2"]), (2, 17));
        assert_eq!(at(&["b\n", "c"]), (3, 11));
        assert_eq!(document.content(document.at(&["a", "1"]).unwrap()), Content::Text("é"));
        assert_eq!(document.path(document.at(&["b\n", "c"]).unwrap()), ["b\n", "c"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let refused = |text: &str| read(text).map(|_| ()).unwrap_err();
        let said = |text: &str| {
            format!("{}:{}: {}", refused(text).line, refused(text).column, refused(text).message)
        };
        assert_eq!(said(""), "1:1: expected a value, the file ends here");
        assert_eq!(said("{\"a\" 1}"), "1:6: expected `:`, found `1`");
        assert_eq!(said("{\n\"a\": 1,\n}"), "3:1: expected a key in quotes, found `}`");
        assert_eq!(said("[1 2]"), "1:4: expected `,` or `]`, found `2`");
        assert_eq!(said("[01]"), "1:2: `01` is not a number");
        assert_eq!(said("{} x"), "1:4: there is more text after the end of the document");
        assert_eq!(
            said("\"a\nb\""),
            "1:3: a control character within text; write it as `\\n`, `\\t` or `\\u....`"
        );
        assert_eq!(said("\"\\ud800x\""), "1:2: half of a surrogate pair");
        assert_eq!(refused(&"[".repeat(100_000)).message, "nested deeper than 200 levels");
    }

    #[test]
    fn escapes_are_read() {
        let document = read(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#).unwrap();
        assert_eq!(document.content(0), Content::Text("a\"\\/\u{8}\u{c}\n\r\té😀z"));
    }
}
