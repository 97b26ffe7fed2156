//! What a call in Rust reads: names with points between them.

use std::{iter::Peekable, str::Chars};

use crate::location::SourceLocation;

/// So many lines of source are looked at for the arguments of one call.
const LINES: usize = 30;

/// The call that begins at a place, up to where its parentheses close, without what is in literals and comments.
pub(super) fn call(text: &str, at: &SourceLocation) -> String {
    let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
    // The compiler does not count a byte order mark as a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().skip(line).take(LINES).collect();
    let source = lines.join("\n");
    let start =
        lines.first().and_then(|first| first.char_indices().nth(column)).map_or(0, |(start, _)| start);
    let mut reader = Reader { rest: source.get(start..).unwrap_or_default().chars().peekable() };
    let mut code = Code::default();
    let mut open = 0_usize;
    while let Some(character) = reader.rest.next() {
        match character {
            '/' if reader.comment() => code.push(' '),
            '"' => {
                reader.string();
                code.push(';');
            }
            '\'' => {
                if reader.character() {
                    code.push(';');
                }
            }
            'r' | 'b' | 'c' if !code.is_in_name() => {
                code.push(character);
                if reader.raw(character, &mut code) {
                    code.push(';');
                }
            }
            '\n' if open == 0 => break,
            ')' if open <= 1 => break,
            '(' | ')' => {
                open = if character == '(' { open + 1 } else { open - 1 };
                code.push(character);
            }
            other => code.push(other),
        }
    }
    code.text
}

/// Code without literals; names and the points between them stand together.
#[derive(Default)]
struct Code {
    text: String,
}

impl Code {
    fn push(&mut self, character: char) {
        let is_blank = character.is_whitespace();
        let after_point = self.text.ends_with('.') && !self.text.ends_with("..");
        if is_blank && (after_point || self.text.ends_with(' ')) {
            return;
        }
        if character == '.' && self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push(if is_blank { ' ' } else { character });
    }

    /// Whether the next character goes on with a name.
    fn is_in_name(&self) -> bool {
        self.text.ends_with(is_word)
    }
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    /// Skips a comment, after its first `/`; whether it is one.
    fn comment(&mut self) -> bool {
        match self.rest.peek() {
            Some('/') => {
                while self.rest.next_if(|character| *character != '\n').is_some() {}
                true
            }
            Some('*') => {
                self.rest.next();
                let mut depth = 1_usize;
                // Comments of this kind nest.
                while let Some(character) = self.rest.next() {
                    if character == '*' && self.rest.next_if_eq(&'/').is_some() {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    } else if character == '/' && self.rest.next_if_eq(&'*').is_some() {
                        depth += 1;
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Skips the rest of a string with escapes.
    fn string(&mut self) {
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => drop(self.rest.next()),
                '"' => return,
                _ => {}
            }
        }
    }

    /// Skips the rest of a character, after its first quote; `false` if a lifetime or a label begins there.
    fn character(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('\\'), _) => {
                self.rest.next();
                self.rest.next();
                while self.rest.next().is_some_and(|character| character != '\'' && character != '\n') {}
                true
            }
            (Some(_), Some('\'')) => {
                self.rest.next();
                self.rest.next();
                true
            }
            _ => {
                // Its name is no variable's.
                while self.rest.next_if(|character| is_word(*character)).is_some() {}
                false
            }
        }
    }

    /// Skips what `r`, `br` and `cr` begin: a raw string, which is told, or the mark of a raw name.
    fn raw(&mut self, first: char, code: &mut Code) -> bool {
        let mut ahead = self.rest.clone();
        if first != 'r' && ahead.next() != Some('r') {
            return false;
        }
        let mut signs = 0_usize;
        while ahead.next_if_eq(&'#').is_some() {
            signs += 1;
        }
        if ahead.next_if_eq(&'"').is_some() {
            self.rest = ahead;
            while let Some(character) = self.rest.next() {
                let mut ahead = self.rest.clone();
                if character == '"' && (0..signs).all(|_| ahead.next() == Some('#')) {
                    self.rest = ahead;
                    break;
                }
            }
            return true;
        }
        if first == 'r' && signs == 1 && ahead.peek().is_some_and(|next| is_word(*next)) {
            code.text.pop();
            self.rest = ahead;
        }
        false
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Names with points between them; the first is empty where what stands before the point is no name.
pub(super) fn chains(code: &str) -> Vec<Vec<&str>> {
    let parts = code.split(|c: char| !is_word(c) && c != '.').flat_map(|part| part.split(".."));
    parts
        .map(|part| part.trim_end_matches('.').split('.').collect::<Vec<_>>())
        .filter(|chain| chain.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let code = call(text, &SourceLocation::new("src/main.rs", 1, 1));
        chains(&code).into_iter().map(|chain| chain.join(".")).collect()
    }

    #[test]
    fn literals_and_comments_neither_end_a_call_nor_say_anything() {
        for skipped in [
            "'('",
            "')'",
            "'\"'",
            "'\\''",
            "'\\\\'",
            "'\\u{28}'",
            "b'('",
            "\"\\\\\"",
            "\"(\"",
            "\")\"",
            "\"\\\")\"",
            "r\"\\\"",
            "r#\"a\"b)\"#",
            "br##\"(\"#\"##",
            "c\")\"",
            "\"see network.zones\"",
            "r\"network.zones\"",
            "/* ) network.zones /* ( */ ) */ 1",
            "1 // ) network.zones\n",
            "&'static 1",
            "'a: 1",
        ] {
            assert_eq!(
                read(&format!("add({skipped}, config.name)\n.other(it.is)")),
                ["config.name"],
                "{skipped}"
            );
        }
    }

    #[test]
    fn a_call_ends_with_its_parentheses_or_its_line() {
        assert_eq!(read("one(two(a.b), c.d).three(e.f)"), ["a.b", "c.d"]);
        assert_eq!(read("one;\nconfig.name"), [""; 0]);
        assert_eq!(read("one // (\nconfig.name"), [""; 0]);
        assert_eq!(
            read("one(\r\n    config.a, // )\r\n    config.b,\r\n).two(c.d)\r\n"),
            ["config.a", "config.b"]
        );
        assert_eq!(read("one(\"(\r\n\", config.a).two(c.d)"), ["config.a"]);
        for open in [
            "", "one('", "one('\\", "one(\"", "one(\"\\", "one(r#\"", "one(/*", "one(//", "one(r", "one(r#",
            "/",
        ] {
            assert_eq!(read(open), [""; 0], "{open}");
        }
    }

    #[test]
    fn a_chain_may_stand_on_several_lines() {
        assert_eq!(
            read("one(\n  self\n    .config // here\n    .r#type\n    .clone(),\n)"),
            ["self.config.type.clone"]
        );
        assert_eq!(
            read("one(config.a..=config.b, 1..config.c, ..config.d)"),
            ["config.a", "config.b", "config.c", "config.d"]
        );
        assert_eq!(read("one(it().a.b, c.d[0].e.f)"), [".a.b", "c.d", ".e.f"]);
    }

    #[test]
    fn columns_count_characters() {
        let at = SourceLocation::new("src/main.rs", 1, 8);
        assert_eq!(call("\u{feff}é.a(b).c(d.e).f(g)", &at), "c(d.e");
        assert_eq!(call("", &SourceLocation::new("src/main.rs", 0, u32::MAX)), "");
    }
}
