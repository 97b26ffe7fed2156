//! The limits that a schema sets to numbers, strings, arrays and objects.
//!
//! Patterns and formats are not among them: they would need a regular expression engine, and the type that a
//! value is read into checks what matters.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{schema::View, tree::Tree, words};

/// Each limit that a value breaks: what was expected, and what to say was found where the value itself would not
/// tell.
pub(super) fn broken(view: &View<'_>, tree: &Tree) -> Vec<(String, Option<String>)> {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match tree {
        Tree::Number(number) => {
            number_limits(view, number).into_iter().map(|expected| (expected, None)).collect()
        }
        Tree::String(text) => {
            let length = text.chars().count();
            let broken = size_limits(view, ["minLength", "maxLength"], count(length), "character");
            broken.into_iter().map(|size| (format!("a string of {size}"), None)).collect()
        }
        Tree::Array(items) => {
            let broken = size_limits(view, ["minItems", "maxItems"], count(items.len()), "item");
            broken.into_iter().map(|size| (size, Some(items.len().to_string()))).collect()
        }
        Tree::Object(members) => {
            let keys = ["minProperties", "maxProperties"];
            let broken = size_limits(view, keys, count(members.len()), "key");
            broken.into_iter().map(|size| (size, Some(members.len().to_string()))).collect()
        }
        Tree::Null | Tree::Bool(_) => Vec::new(),
    }
}

/// The tightest of the limits that a keyword sets in several schemas comes first, and one of them is enough.
fn number_limits(view: &View<'_>, number: &Number) -> Vec<String> {
    let limit = |keyword, words: &str, breaks: fn(Ordering) -> bool| {
        let mut limits = view.all(keyword).filter_map(|limit| match limit {
            Value::Number(limit) => Some(limit),
            _ => None,
        });
        let broken = limits.find(|limit| compare(number, limit).is_some_and(breaks));
        broken.map(|limit| format!("{words} {limit}"))
    };
    let not_multiple = || {
        let number = exact(number)?;
        let factors = view.all("multipleOf").filter_map(|factor| factor.as_number().and_then(exact));
        let factor = factors.filter(|factor| *factor != 0).find(|factor| number % factor != 0);
        factor.map(|factor| format!("a multiple of {factor}"))
    };
    [
        limit("minimum", "at least", Ordering::is_lt),
        limit("exclusiveMinimum", "more than", Ordering::is_le),
        limit("maximum", "at most", Ordering::is_gt),
        limit("exclusiveMaximum", "less than", Ordering::is_ge),
        not_multiple(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn size_limits(view: &View<'_>, [least, most]: [&str; 2], size: u64, noun: &str) -> Vec<String> {
    let bound =
        |keyword: &str| view.parts.iter().filter_map(|part| part.get(keyword)?.as_u64()).collect::<Vec<_>>();
    let (least, most) = (bound(least).into_iter().max(), bound(most).into_iter().min());
    if least == most && least.is_some_and(|least| least != size) {
        return least.map(|exact| format!("exactly {}", words::plural(exact, noun))).into_iter().collect();
    }
    let too_few = least.filter(|least| size < *least);
    let too_many = most.filter(|most| size > *most);
    let too_few = too_few.map(|least| format!("at least {}", words::plural(least, noun)));
    let too_many = too_many.map(|most| format!("at most {}", words::plural(most, noun)));
    too_few.into_iter().chain(too_many).collect()
}

/// Integers are compared as such: `f64` would take 2^53 and its successor for the same.
fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    match (exact(a), exact(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn exact(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}
