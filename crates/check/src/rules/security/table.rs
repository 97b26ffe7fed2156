//! Demands on single properties, as tables.
//!
//! ```text
//! demand! {"FW2040", Warning, "keeps its data unencrypted", help "encryption cannot be turned on later", [
//!     ("AWS::RDS::DBInstance", "StorageEncrypted", Must::True, ["FSBP RDS.3"], when standalone),
//!     ("AWS::DAX::Cluster", "SSESpecification.SSEEnabled", Must::True, ["FSBP DynamoDB.3"]),
//! ]},
//! ```
//!
//! A row is a type, the path of a property, what must hold of it, the controls that ask for it, and, where it does not
//! concern all resources of the type, functions that say which ones. In a path,
//!
//! - `Items[]` stands for every item of a list,
//! - `Items{Key=name}` for the item whose `Key` is `name`; several keys are separated by commas,
//! - `{a.b}` for a key with a dot in it,
//! - `Step?` ends the search in peace where there is no such step.
//!
//! Any other step that is absent makes the property absent. Absent means AWS's default: a row says by its `Must`
//! whether that is right. What is not known is silent.
//!
//! In braces, a table stays as it is laid out. The message is put together: "`Db` keeps its data unencrypted:
//! `StorageEncrypted` is not set".

use crate::{
    context::{Resolved, Resource, Value},
    rule::Says,
};

/// One demand.
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) path: &'static str,
    pub(super) must: Must,
    pub(super) controls: &'static [&'static str],
    /// All of these hold of the resources that it concerns.
    pub(super) when: &'static [for<'a> fn(Resource<'a>) -> bool],
}

/// What must hold of a property.
#[derive(Clone, Copy)]
pub(super) enum Must {
    /// Said to be true; AWS's default is false.
    True,
    /// Not said to be false; the default is true.
    TrueOrAbsent,
    /// Said to be false; the default is true.
    False,
    /// Not said to be true; the default is false.
    FalseOrAbsent,
    /// There, and not empty.
    Set,
    /// Not there.
    Absent,
    /// One of these, in any case of letters.
    OneOf(&'static [&'static str]),
    /// Anything but these, or the default.
    NoneOf(&'static [&'static str]),
    /// Said to be something else than these.
    OtherThan(&'static [&'static str]),
    /// A number that is not lower.
    AtLeast(i64),
    /// A list with all of these.
    Has(&'static [&'static str]),
    /// A list of so many items.
    Items(usize),
}

/// Declares a rule that is a table of demands.
macro_rules! demand {
    ($code:literal, $severity:ident, $breach:literal $(, help $help:literal)*, [$(
        ($kind:literal, $path:literal, $must:expr, [$($control:literal),* $(,)?] $(, when $when:expr)*)
    ),+ $(,)?]) => {
        $crate::rule::rule!($code, $severity, $crate::rule::Run::Resource(&[$($kind),+], |resource, says| {
            const ROWS: &[$crate::rules::security::table::Row] = &[$(
                $crate::rules::security::table::Row {
                    kind: $kind,
                    path: $path,
                    must: $must,
                    controls: &[$($control),*],
                    when: &[$($when),*],
                }
            ),+];
            $crate::rules::security::table::judge(ROWS, $breach, &[$($help),*], resource, says);
        }), serves [$($($control,)*)+])
    };
}
pub(super) use demand;

/// Judges a resource by the rows of its type.
pub(super) fn judge(rows: &[Row], breach: &str, helps: &[&str], resource: Resource<'_>, says: &mut Says) {
    for row in rows {
        if row.kind != resource.kind() || !row.when.iter().all(|concerns| concerns(resource)) {
            continue;
        }
        let name = name(row.path);
        for value in places(resource, row.path) {
            let Some(given) = row.must.broken_by(value) else { continue };
            let remark = says.add(value, format!("`{}` {breach}: `{name}` {given}", resource.id()));
            remark.serves(row.controls);
            // What should not stand there says little about what should.
            if helps.is_empty() || !matches!(row.must, Must::NoneOf(_) | Must::OtherThan(_)) {
                remark.help(row.must.remedy(&name));
            }
            helps.iter().for_each(|help| {
                remark.help(*help);
            });
        }
    }
}

/// The path of a property as messages show it; an item that is found by its key goes by that.
fn name(path: &'static str) -> String {
    let mut names = Vec::new();
    for step in steps(path) {
        let step = step.trim_end_matches("[]").trim_end_matches('?');
        match step.strip_suffix('}').and_then(|step| step.split_once('{')) {
            None => names.push(step),
            Some(("", key)) => names.push(key),
            Some((_, wanted)) => {
                let values = wanted.split(',').filter_map(|pair| pair.split_once('='));
                return values.map(|(_, value)| value).collect::<Vec<_>>().join(" ");
            }
        }
    }
    names.join(".")
}

/// The values at the end of a path: one, unless it goes through lists.
pub(super) fn places<'a>(resource: Resource<'a>, path: &'static str) -> Vec<Value<'a>> {
    let mut places = vec![resource.value().get("Properties")];
    for step in steps(path) {
        let mut next = Vec::new();
        for place in places {
            if let Some(key) = step.strip_suffix("[]") {
                next.extend(place.get(key).items());
            } else if let Some(key) = step.strip_suffix('?') {
                next.extend(Some(place.get(key)).filter(|value| value.is_set()));
            } else if let Some((list, wanted)) = step.strip_suffix('}').and_then(|step| step.split_once('{'))
            {
                if list.is_empty() {
                    next.push(place.get(wanted));
                } else {
                    next.extend(item(place.get(list), wanted));
                }
            } else {
                next.push(place.get(step));
            }
        }
        places = next;
    }
    places
}

/// The steps of a path: the parts between dots that are not in braces.
pub(super) fn steps(path: &'static str) -> impl Iterator<Item = &'static str> {
    let mut inside = false;
    path.split(move |character| {
        inside = (inside || character == '{') && character != '}';
        character == '.' && !inside
    })
}

/// The item of a list with these values, absent where there is none; nothing if that is not known.
fn item<'a>(list: Value<'a>, wanted: &'static str) -> Option<Value<'a>> {
    if list.is_unknown() || matches!(list.resolve(), Resolved::Yields(..)) {
        return None;
    }
    let mut unclear = false;
    for item in list.items() {
        let mut fits = true;
        for (key, value) in wanted.split(',').filter_map(|pair| pair.split_once('=')) {
            let text = item.get(key).text();
            unclear |= text.is_none() && item.get(key).is_set();
            fits &= text.is_some_and(|text| text == value);
        }
        if fits {
            return Some(item);
        }
    }
    (!unclear).then(|| list.get(wanted))
}

impl Must {
    /// What a value has that it must not have, as the end of a sentence; none if it is right or not known.
    pub(super) fn broken_by(self, value: Value<'_>) -> Option<String> {
        let good_if_absent =
            matches!(self, Self::TrueOrAbsent | Self::FalseOrAbsent | Self::Absent | Self::NoneOf(_));
        if value.is_absent() {
            return (!good_if_absent).then(|| "is not set".to_owned());
        }
        let text = value.text();
        let listed = |all: &[&str]| {
            let text = text.as_deref()?;
            Some(all.iter().any(|one| one.eq_ignore_ascii_case(text)))
        };
        let broken = match self {
            Self::True | Self::TrueOrAbsent => value.boolean() == Some(false),
            Self::False | Self::FalseOrAbsent => value.boolean() == Some(true),
            Self::Set => return is_empty(value).then(|| "is empty".to_owned()),
            Self::Absent => return (!is_empty(value) && !value.is_unknown()).then(|| "is set".to_owned()),
            Self::OneOf(all) => listed(all) == Some(false),
            Self::NoneOf(all) | Self::OtherThan(all) => listed(all) == Some(true),
            Self::AtLeast(least) => {
                value.integer().is_some_and(|number| i128::from(number) < i128::from(least))
            }
            Self::Has(all) => {
                let missing = lacking(value, all);
                return (!missing.is_empty()).then(|| format!("lacks {}", quoted(&missing, "and")));
            }
            Self::Items(least) => {
                // Text that functions put together may hold several, separated by commas.
                let items = value.items();
                let one = |item: &Value<'_>| match item.text() {
                    Some(text) => !text.contains(','),
                    None => item.resource().is_some(),
                };
                let known = items.iter().all(one);
                let few = known && !items.is_empty() && items.len() < least;
                let count = items.len();
                return few.then(|| format!("has {count} item{}", if count == 1 { "" } else { "s" }));
            }
        };
        broken.then(|| format!("is `{}`", text.unwrap_or_default()))
    }

    /// What to do.
    fn remedy(self, name: &str) -> String {
        match self {
            Self::True | Self::TrueOrAbsent => format!("set `{name}` to `true`"),
            Self::False | Self::FalseOrAbsent => format!("set `{name}` to `false`"),
            Self::Set => format!("set `{name}`"),
            Self::Absent => format!("remove `{name}`"),
            Self::OneOf([first, second, _, ..]) => {
                format!("set `{name}` to a value such as `{first}` or `{second}`")
            }
            Self::OneOf(all) => format!("set `{name}` to {}", quoted(all, "or")),
            Self::NoneOf(_) | Self::OtherThan(_) => format!("set `{name}` to something else"),
            Self::AtLeast(least) => {
                format!("set `{name}` to {least} or more")
            }
            Self::Has(all) => format!("add {} to `{name}`", quoted(all, "and")),
            Self::Items(least) => format!("give `{name}` {least} or more"),
        }
    }
}

/// Whether a text or a list is there and is known to be empty.
fn is_empty(value: Value<'_>) -> bool {
    match value.resolve() {
        Resolved::Text(text) => text.is_empty(),
        Resolved::List(_) => value.items().is_empty(),
        _ => false,
    }
}

/// Which of some words a list lacks; none if not all of its items are known.
pub(super) fn lacking<'w>(list: Value<'_>, words: &[&'w str]) -> Vec<&'w str> {
    if !matches!(list.resolve(), Resolved::List(_) | Resolved::Texts(_)) {
        return Vec::new();
    }
    let Some(texts) = list.items().iter().map(|item| item.text()).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    words.iter().copied().filter(|word| !texts.iter().any(|text| text == word)).collect()
}

/// Words in code style: "`a`, `b` or `c`".
pub(super) fn quoted(words: &[&str], last: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}
