//! Holds a document against the schema and notes everything that does not fit.

use serde_json::Value;

use super::{
    limits,
    path::{Path, names_secret},
    schema::{View, holds_secret},
    tree::{Member, Node, Position, Tree},
    union, words,
};
use crate::finding::Finding;

/// How many values are looked at. Unions inside of unions can take exponential time; whoever has so many gets
/// serde's first error instead of all of them.
const STEPS: u32 = 50_000;

/// How far the walk descends; documents are less deep, so only unions without an end come here.
const DEPTH: usize = 400;

/// What kind of thing is wrong, which decides what serde may say against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A key that the schema does not have. serde may know it by an alias.
    UnknownKey,
    /// A value of the wrong shape, or none. serde has the last word: a type may read more than it admits to.
    Shape,
    /// A value outside of its limits. serde does not look at limits.
    Limit,
}

/// Something that does not fit.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) path: Path,
    pub(super) finding: Finding,
    /// Whether this was probably meant as a required key, whose absence is then not reported.
    pub(super) stands_for_required: bool,
}

/// Where the walk is.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) path: Path,
    /// Whether values from here on must not be shown.
    pub(super) secret: bool,
    pub(super) depth: usize,
}

impl Place {
    pub(super) fn root() -> Self {
        Self { path: Path::default(), secret: false, depth: 0 }
    }

    pub(super) fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }

    pub(super) fn key(&self, key: &str) -> Self {
        Self { path: self.path.key(key), secret: self.secret || names_secret(key), depth: self.depth + 1 }
    }

    fn index(&self, index: usize) -> Self {
        Self { path: self.path.index(index), ..self.deeper() }
    }
}

/// One walk over a document.
pub(super) struct Walk<'s> {
    pub(super) schema: &'s Value,
    pub(super) file: &'s str,
    steps: u32,
    /// Whether the walk ended early, so that its problems mean nothing.
    pub(super) gave_up: bool,
    /// The paths that the schema marks as secret.
    pub(super) secrets: Vec<Path>,
    /// The paths of values that the schema does not describe where it describes secrets: they may be meant as such.
    pub(super) unread: Vec<Path>,
    /// Whether the schema marks anything as secret.
    pub(super) has_secrets: bool,
}

impl<'s> Walk<'s> {
    pub(super) fn new(schema: &'s Value, file: &'s str) -> Self {
        let has_secrets = holds_secret(schema, schema);
        Self { schema, file, steps: 0, gave_up: false, secrets: Vec::new(), unread: Vec::new(), has_secrets }
    }

    /// Everything that is wrong with a document.
    pub(super) fn document(&mut self, root: &Node) -> Vec<Problem> {
        let problems = self.value(&View::new(self.schema, self.schema), root, &Place::root());
        if self.gave_up { Vec::new() } else { problems }
    }

    /// Everything that is wrong with a value and what is inside of it.
    pub(super) fn value(&mut self, view: &View<'s>, node: &Node, place: &Place) -> Vec<Problem> {
        self.steps += 1;
        self.gave_up |= self.steps > STEPS || place.depth > DEPTH;
        if self.gave_up {
            return Vec::new();
        }
        let mut place = place.clone();
        if !place.secret && view.is_secret(self.schema) {
            place.secret = true;
            self.secrets.push(place.path.clone());
        }
        let mut rest = view.clone();
        match rest.unions.pop() {
            Some(branches) => union::check(self, &rest, branches, view, node, &place),
            None => self.parts(view, node, &place),
        }
    }

    /// Everything that is wrong, once it is settled which branch of every union applies.
    fn parts(&mut self, view: &View<'s>, node: &Node, place: &Place) -> Vec<Problem> {
        if !view.fits_type(&node.tree) {
            self.leave_unread(node, place);
            return vec![self.unexpected(view, node, place)];
        }
        if let Some(literals) = view.literals() {
            let value = node.to_value();
            if !literals.contains(&&value) {
                return vec![self.unexpected(view, node, place)];
            }
        }
        let mut problems: Vec<Problem> = limits::broken(view, &node.tree)
            .into_iter()
            .map(|(expected, found)| self.wrong(Kind::Limit, node, place, &expected, found))
            .collect();
        if let Some(members) = node.members() {
            problems.extend(self.object(view, node, members, place));
        }
        if let Tree::Array(items) = &node.tree {
            problems.extend(self.array(view, items, place));
        }
        problems
    }

    /// Notes that nothing is known of what is inside of a value.
    pub(super) fn leave_unread(&mut self, node: &Node, place: &Place) {
        if self.has_secrets && matches!(node.tree, Tree::Array(_) | Tree::Object(_)) {
            self.unread.push(place.path.clone());
        }
    }

    /// Whether an unknown key may stand for one whose value holds a secret: misspelt, or an alias.
    fn may_be_secret(&self, view: &View<'s>, absent: &[&str], near: Option<&str>) -> bool {
        let meant = |key: &str| near.map_or(absent.contains(&key), |near| near == key);
        let mut schemas = view.properties().filter(|(key, _)| meant(key)).map(|(_, schema)| schema);
        self.has_secrets && schemas.any(|schema| holds_secret(self.schema, schema))
    }

    fn array(&mut self, view: &View<'s>, items: &[Node], place: &Place) -> Vec<Problem> {
        let first: Vec<&'s Value> = view.all("prefixItems").filter_map(Value::as_array).flatten().collect();
        let mut problems = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let mut inner = View::default();
            match first.get(index) {
                Some(schema) => inner.add(self.schema, schema),
                None => view.all("items").for_each(|schema| inner.add(self.schema, schema)),
            }
            problems.extend(self.value(&inner, item, &place.index(index)));
        }
        problems
    }

    fn object(&mut self, view: &View<'s>, node: &Node, members: &[Member], place: &Place) -> Vec<Problem> {
        let others = view.other_values();
        let is_closed = view.is_closed();
        // Only keys that are not there yet can have been meant by an unknown one.
        let absent: Vec<&str> =
            view.properties().map(|(key, _)| key).filter(|key| node.get(key).is_none()).collect();
        let (mut problems, mut meant) = (Vec::new(), Vec::new());
        for member in members {
            let mut inner = View::default();
            let named = view.properties().filter(|(key, _)| *key == member.key).map(|(_, schema)| schema);
            named.for_each(|schema| inner.add(self.schema, schema));
            if inner.parts.is_empty() && !inner.open {
                others.iter().for_each(|schema| inner.add(self.schema, schema));
            }
            let is_known = !inner.parts.is_empty() || inner.open;
            if is_known {
                problems.extend(self.value(&inner, &member.node, &place.key(&member.key)));
                continue;
            }
            let near = crate::nearest(&member.key, absent.iter().copied());
            if self.may_be_secret(view, &absent, near) {
                self.unread.push(place.path.key(&member.key));
            }
            if is_closed {
                meant.extend(near);
                problems.push(self.unknown_key(view, member, near, place));
            }
        }
        let mut missing: Vec<&str> = Vec::new();
        for key in view.required() {
            // A required key that is only misspelt has been reported already.
            if node.get(key).is_none() && !meant.contains(&key) && !missing.contains(&key) {
                missing.push(key);
            }
        }
        problems.extend(missing.into_iter().map(|key| self.missing_key(view, key, node.at, place)));
        problems
    }

    fn unknown_key(&self, view: &View<'s>, member: &Member, near: Option<&str>, place: &Place) -> Problem {
        let mut known: Vec<String> = Vec::new();
        for (key, _) in view.properties() {
            let key = words::key(key);
            let place = known.partition_point(|other| *other < key);
            if known.get(place) != Some(&key) {
                known.insert(place, key);
            }
        }
        let path = place.path.key(&member.key);
        let help = match near {
            Some(near) => format!("did you mean {}?", words::key(near)),
            None if known.is_empty() => "no keys are known here".to_owned(),
            None => format!("known keys: {}", words::list(&known)),
        };
        let finding = Finding::error("FW0503", path.says("unknown key"))
            .at(member.key_at.in_file(self.file), "not a known key")
            .help(help);
        let stands_for_required = near.is_some_and(|near| view.required().any(|key| key == near));
        Problem { kind: Kind::UnknownKey, path, finding, stands_for_required }
    }

    /// A key that is not there, reported where the object starts that should have it.
    pub(super) fn missing_key(&self, view: &View<'s>, key: &str, at: Position, place: &Place) -> Problem {
        let mut inner = View::default();
        let named = view.properties().filter(|(name, _)| *name == key).map(|(_, schema)| schema);
        named.for_each(|schema| inner.add(self.schema, schema));
        let problem = self.missing(key, &inner.expected(self.schema), at, place);
        match inner.description() {
            Some(text) => {
                let note = format!("{}: {text}", words::key(key));
                Problem { finding: problem.finding.with_note(note), ..problem }
            }
            None => problem,
        }
    }

    pub(super) fn missing(&self, key: &str, expected: &str, at: Position, place: &Place) -> Problem {
        let path = place.path.key(key);
        let finding = Finding::error("FW0505", path.says(format!("missing key, expected {expected}")))
            .at(at.in_file(self.file), format!("{} is missing here", words::key(key)));
        Problem { kind: Kind::Shape, path, finding, stands_for_required: false }
    }

    /// A value of the wrong type, or none of those that are allowed.
    pub(super) fn unexpected(&self, view: &View<'s>, node: &Node, place: &Place) -> Problem {
        let mut problem = self.wrong(Kind::Shape, node, place, &view.expected(self.schema), None);
        // Even the nearest allowed value would tell something about a secret.
        if let (Tree::String(text), false) = (&node.tree, place.secret) {
            let leaves = view.leaves(self.schema);
            let allowed = leaves.iter().filter_map(View::literals).flatten().filter_map(Value::as_str);
            if let Some(near) = crate::nearest(text, allowed.chain(leaves.iter().filter_map(View::wrapper))) {
                problem.finding = problem.finding.help(format!("did you mean {}?", words::quoted(near)));
            }
        }
        problem
    }

    /// A value that should have been another; `found` says more than the value itself where that helps.
    pub(super) fn wrong(
        &self,
        kind: Kind,
        node: &Node,
        place: &Place,
        expected: &str,
        found: Option<String>,
    ) -> Problem {
        let found = found.unwrap_or_else(|| words::found(&node.tree, place.secret));
        let finding = wrong_value(self.file, node.at, &place.path, expected, &found);
        Problem { kind, path: place.path.clone(), finding, stands_for_required: false }
    }
}

/// The finding about a value that is not what was expected.
pub(super) fn wrong_value(file: &str, at: Position, path: &Path, expected: &str, found: &str) -> Finding {
    Finding::error("FW0504", path.says(format!("expected {expected}, found {found}")))
        .at(at.in_file(file), format!("expected {expected}"))
}
