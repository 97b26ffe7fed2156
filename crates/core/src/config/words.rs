//! How values and names are put into messages.

use serde_json::Value;

use super::tree::Tree;

/// The most characters of a string that a message shows.
const LONGEST: usize = 40;

/// The most values or keys that a message lists.
const MOST: usize = 20;

/// The start of a text that is too long to be shown.
pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// A string as it is shown: in quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", cut(text))
}

/// A key as it is shown.
pub(super) fn key(key: &str) -> String {
    format!("`{}`", cut(key).escape_debug())
}

/// What stands in the document: `the string "lots"`, or only `a string` where it is a secret.
pub(super) fn found(tree: &Tree, secret: bool) -> String {
    match tree {
        Tree::Null => "null".to_owned(),
        Tree::Array(_) => "an array".to_owned(),
        Tree::Object(_) => "an object".to_owned(),
        Tree::Bool(_) if secret => "a boolean".to_owned(),
        Tree::Bool(value) => format!("the boolean {value}"),
        Tree::Number(value) => match (value.is_f64(), secret) {
            (false, true) => "an integer".to_owned(),
            (true, true) => "a number".to_owned(),
            (false, false) => format!("the integer {value}"),
            (true, false) => format!("the number {value}"),
        },
        Tree::String(_) if secret => "a string".to_owned(),
        Tree::String(value) => format!("the string {}", quoted(value)),
    }
}

/// A value that a schema spells out.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => cut(&other.to_string()),
    }
}

/// `one of "a", "b"`, `an integer or a string`, or the only word there is.
pub(super) fn choice(words: &[String]) -> String {
    match words {
        [] => "a value".to_owned(),
        [word] => word.clone(),
        words if words.iter().all(|word| word.starts_with(['"', '`'])) => format!("one of {}", list(words)),
        [first, second] => format!("{first} or {second}"),
        [most @ .., last] => format!("{}, or {last}", list(most)),
    }
}

/// A list, cut where nobody would read on.
pub(super) fn list(words: &[String]) -> String {
    match words.get(..MOST) {
        Some(shown) if words.len() > MOST => {
            format!("{}, and {} more", shown.join(", "), words.len() - MOST)
        }
        _ => words.join(", "),
    }
}

/// `1 item`, `2 items`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strings_are_cut_and_stay_on_one_line() {
        let long = "é".repeat(41);
        assert_eq!(quoted(&long), format!("\"{}…\"", "é".repeat(40)));
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
    }

    #[test]
    fn a_choice_reads_like_a_sentence() {
        let words = |words: &[&str]| choice(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&["an integer"]), "an integer");
        assert_eq!(words(&["an integer", "a string"]), "an integer or a string");
        assert_eq!(words(&["\"a\"", "\"b\"", "an object"]), "\"a\", \"b\", or an object");
        assert_eq!(words(&["\"a\"", "\"b\""]), "one of \"a\", \"b\"");
    }
}
