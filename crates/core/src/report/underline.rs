//! What to underline: a location knows where something begins, a reader also wants to see where it ends.
//!
//! A small scanner of one line of Rust, and of TOML as far as they agree. It may guess wrong in odd code,
//! which costs a longer or shorter underline and nothing else.

use std::ops::Range;

/// The bytes of a line to underline for a column: a whole call where one begins and ends, else a name or a
/// literal.
pub(super) fn underlined(line: &str, column: u32) -> Range<usize> {
    let before: usize = line.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum();
    let code = after(line, before);
    let length = literal(code)
        .or_else(|| call(code))
        .or_else(|| path(code))
        // TOML has strings in single quotes.
        .or_else(|| code.strip_prefix('\'')?.find('\'').map(|end| end + 2))
        .or_else(|| code.chars().next().map(char::len_utf8));
    before..before + length.unwrap_or(0)
}

/// The rest of the text. The lengths below end at character boundaries; if one did not, nothing would be
/// left.
fn after(text: &str, length: usize) -> &str {
    text.get(length..).unwrap_or_default()
}

/// The length of the number, character or string literal that the code begins with.
fn literal(code: &str) -> Option<usize> {
    let first = code.strip_prefix('-').unwrap_or(code);
    if first.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(code.len() - after(first, number(first)).len());
    }
    let unprefixed = code.trim_start_matches(['r', 'b', 'c']);
    let prefix = code.len() - unprefixed.len();
    if code.get(..prefix)?.contains('r') {
        let opened = unprefixed.trim_start_matches('#').strip_prefix('"')?;
        let closing = format!("\"{}", "#".repeat(unprefixed.len() - opened.len() - 1));
        return Some(code.len() - opened.len() + opened.find(&closing)? + closing.len());
    }
    if let Some(opened) = unprefixed.strip_prefix('"') {
        let mut escaped = false;
        let end = opened.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        return Some(prefix + end + 2);
    }
    // Without a closing quote after one character it is a lifetime.
    let opened = unprefixed.strip_prefix('\'')?;
    let mut chars = opened.chars();
    let first = chars.next()?;
    let skipped = first.len_utf8() + if first == '\\' { chars.next()?.len_utf8() } else { 0 };
    let end = after(opened, skipped).find('\'').filter(|end| *end == 0 || first == '\\')?;
    Some(prefix + skipped + end + 2)
}

fn number(code: &str) -> usize {
    let mut previous = ' ';
    let mut rest = code.chars();
    while let Some(c) = rest.clone().next() {
        let next_is_digit = rest.clone().nth(1).is_some_and(|next| next.is_ascii_digit());
        let in_exponent = matches!(previous, 'e' | 'E') && !code.starts_with("0x");
        match c {
            '.' if next_is_digit => {}
            '+' | '-' if next_is_digit && in_exponent => {}
            _ if c == '_' || c.is_ascii_alphanumeric() => {}
            _ => break,
        }
        previous = c;
        rest.next();
    }
    code.len() - rest.as_str().len()
}

fn identifier(code: &str) -> Option<usize> {
    if !code.starts_with(|c: char| c == '_' || c.is_alphabetic()) {
        return None;
    }
    Some(code.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(code.len()))
}

/// The length of `name` or `module::name`.
fn path(code: &str) -> Option<usize> {
    let mut length = identifier(code)?;
    while let Some(next) = after(code, length).strip_prefix("::").and_then(identifier) {
        length += 2 + next;
    }
    Some(length)
}

/// The length of `name(…)`, `module::name::<T>(…)` or `name!(…)`, if it ends on this line.
fn call(code: &str) -> Option<usize> {
    let mut length = path(code)?;
    while let Some(next) = after(code, length).strip_prefix("::") {
        length += 2 + if next.starts_with('<') { balanced(next, '<', '>')? } else { path(next)? };
    }
    length += usize::from(after(code, length).starts_with('!'));
    let arguments = after(code, length);
    arguments.starts_with('(').then(|| balanced(arguments, '(', ')'))?.map(|arguments| length + arguments)
}

/// The length through the bracket that closes the first one; brackets in literals do not count.
fn balanced(code: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut rest = code;
    loop {
        if let Some(length) = literal(rest).or_else(|| identifier(rest)) {
            rest = after(rest, length);
            continue;
        }
        // A comment hides what follows; a string still open here goes on in the next line.
        if rest.starts_with("//") || rest.starts_with('"') {
            return None;
        }
        if let Some(arrow) = rest.strip_prefix("->").or_else(|| rest.strip_prefix("=>")) {
            rest = arrow;
            continue;
        }
        let first = rest.chars().next()?;
        rest = after(rest, first.len_utf8());
        depth += usize::from(first == open);
        depth = depth.checked_sub(usize::from(first == close))?;
        if depth == 0 {
            return Some(code.len() - rest.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_underlined_range_is_a_call_a_name_or_a_literal() {
        // The underlined part stands between the arrows.
        for marked in [
            "stack.»add(\"a)\", f(1))«.x()",
            "»ec2::Vpc::builder()«.x()",
            "»collect::<Vec<fn(u8) -> u8>>()«;",
            "»vec!('(', r#\")\"#, '\\'', b\"\\\")\")«;",
            "»f(&'a x, \"日本\")«)",
            "»größe«+1",
            "»add«(\"open\",",
            "»add«(1 // )",
            "»add«(\"open)",
            "x = »\"a \\\" b\"« + 1",
            "»r##\"a \"# b\"##«;",
            "»'\\u{1F600}'« ",
            "x = »-1.5e-3«, ",
            "ttl = »'a (b'« # TOML",
            "»&«x",
            "»é«",
            "x»«",
        ] {
            let (before, rest) = marked.split_once('»').unwrap();
            let (inside, _) = rest.split_once('«').unwrap();
            let line = marked.replace(['»', '«'], "");
            let range = underlined(&line, before.chars().count() as u32 + 1);
            assert_eq!(&line[range], inside, "{marked}");
        }
    }
}
