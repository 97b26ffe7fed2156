//! Policies as statements, whichever way a template writes them: as objects, as JSON text, or as JSON text that is put
//! together from parts.

use std::{borrow::Cow, net::IpAddr};

use formwork_facts::iam::{self, Service};

use crate::{
    context::{Piece, Resolved, Resource, Value},
    document::{Content, Document, NodeId},
    json,
};

use super::places::{Form, PLACES};

/// Policies are not nested deeper.
const DEPTH: u32 = 12;
/// Stands in JSON text for the part of this number; no template contains it.
const MARK: char = '\u{F8FF}';

/// What stands in a policy, before it is understood.
struct Tree<'a> {
    at: Value<'a>,
    content: Branch<'a>,
}

enum Branch<'a> {
    Map(Vec<(Cow<'a, str>, Tree<'a>)>),
    List(Vec<Tree<'a>>),
    Text(Vec<Piece<'a>>),
    Unknown,
}

/// A policy.
pub(in crate::rules) struct Policy<'a> {
    pub(in crate::rules) form: Form,
    pub(in crate::rules) owner: Resource<'a>,
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) shape: Shape<'a>,
    pub(in crate::rules) version: Option<Term<'a>>,
    pub(in crate::rules) statements: Vec<Statement<'a>>,
}

/// What a document or a statement looks like from outside.
pub(in crate::rules) struct Shape<'a> {
    /// Whether it is an object.
    pub(in crate::rules) object: bool,
    /// Whether nothing is known of it.
    pub(in crate::rules) unknown: bool,
    pub(in crate::rules) keys: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// A statement.
pub(in crate::rules) struct Statement<'a> {
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) shape: Shape<'a>,
    pub(in crate::rules) sid: Option<Term<'a>>,
    pub(in crate::rules) effect: Option<Term<'a>>,
    pub(in crate::rules) actions: Option<Terms<'a>>,
    pub(in crate::rules) not_actions: Option<Terms<'a>>,
    pub(in crate::rules) resources: Option<Terms<'a>>,
    pub(in crate::rules) not_resources: Option<Terms<'a>>,
    pub(in crate::rules) principals: Option<Principals<'a>>,
    pub(in crate::rules) not_principals: Option<Principals<'a>>,
    pub(in crate::rules) conditions: Vec<Condition<'a>>,
    /// Whether conditions are there that are not known.
    pub(in crate::rules) conditions_unknown: bool,
}

/// One value or several.
pub(in crate::rules) struct Terms<'a> {
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) list: Vec<Term<'a>>,
    /// Whether there may be more than the list says.
    pub(in crate::rules) unknown: bool,
    /// An object or a list where text is expected.
    pub(in crate::rules) odd: Option<Value<'a>>,
}

/// A value: text, of which parts may be unknown.
pub(in crate::rules) struct Term<'a> {
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) pieces: Vec<Piece<'a>>,
}

/// Principals by kind: `AWS`, `Service` and so on; `*` stands for everybody.
pub(in crate::rules) struct Principals<'a> {
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) kinds: Vec<(Cow<'a, str>, Terms<'a>)>,
    pub(in crate::rules) unknown: bool,
}

/// A test of one key.
pub(in crate::rules) struct Condition<'a> {
    pub(in crate::rules) at: Value<'a>,
    pub(in crate::rules) operator: Cow<'a, str>,
    pub(in crate::rules) key: Cow<'a, str>,
    pub(in crate::rules) values: Terms<'a>,
}

/// All policies that stand in a resource: of a role its trust policy and its inline ones (tell them apart by `form`), of
/// an `AWS::S3::BucketPolicy` the one of the bucket that it names.
pub(in crate::rules) fn policies<'a>(owner: Resource<'a>) -> Vec<Policy<'a>> {
    let mut policies = Vec::new();
    if owner.kind() == "AWS::Events::EventBusPolicy" {
        policies.extend(bus_statement(owner));
    }
    for place in PLACES.iter().filter(|place| place.kind == owner.kind()) {
        if !place.when.0.is_empty() && !owner.get(place.when.0).is(place.when.1) {
            continue;
        }
        let mut open = vec![owner.value().get("Properties")];
        for step in place.path.split('/') {
            open = match step {
                "*" => open.into_iter().flat_map(Value::items).collect(),
                step => open.into_iter().map(|value| value.get(step)).collect(),
            };
        }
        policies.extend(open.into_iter().filter(|at| at.is_set()).map(|at| policy(place.form, owner, at)));
    }
    policies
}

/// A bus of events takes statements one by one.
fn bus_statement<'a>(owner: Resource<'a>) -> Option<Policy<'a>> {
    let at = owner.get("Statement");
    let form = Form::Lenient;
    let shape = Shape { object: false, unknown: true, keys: Vec::new() };
    let statements = vec![statement(tree(at, DEPTH, true))];
    at.is_set().then_some(Policy { form, owner, at, shape, version: None, statements })
}

/// Reads one policy.
pub(in crate::rules) fn policy<'a>(form: Form, owner: Resource<'a>, at: Value<'a>) -> Policy<'a> {
    let mut policy = Policy { form, owner, at, shape: shape(None), version: None, statements: Vec::new() };
    let tree = tree(at, DEPTH, true);
    policy.shape = shape(Some(&tree));
    for (key, tree) in entries(tree) {
        match &*key {
            "Version" => policy.version = term(tree),
            "Statement" => {
                policy.statements = match tree.content {
                    Branch::List(list) => list.into_iter().map(statement).collect(),
                    Branch::Unknown => Vec::new(),
                    _ => vec![statement(tree)],
                };
            }
            _ => {}
        }
    }
    policy
}

fn shape<'a>(tree: Option<&Tree<'a>>) -> Shape<'a> {
    let mut shape = Shape { object: false, unknown: false, keys: Vec::new() };
    match tree.map(|tree| &tree.content) {
        Some(Branch::Map(entries)) => {
            shape.object = true;
            shape.keys = entries.iter().map(|(key, tree)| (key.clone(), tree.at)).collect();
        }
        Some(Branch::Unknown) => shape.unknown = true,
        // Text may be JSON that cannot be read here.
        Some(Branch::Text(pieces)) => {
            shape.unknown = !matches!(pieces.as_slice(), [Piece::Text(text)] if !text.contains('{'));
        }
        _ => {}
    }
    shape
}

fn statement(tree: Tree<'_>) -> Statement<'_> {
    let mut statement = Statement {
        at: tree.at,
        shape: shape(Some(&tree)),
        sid: None,
        effect: None,
        actions: None,
        not_actions: None,
        resources: None,
        not_resources: None,
        principals: None,
        not_principals: None,
        conditions: Vec::new(),
        conditions_unknown: false,
    };
    for (key, tree) in entries(tree) {
        match &*key {
            "Sid" => statement.sid = term(tree),
            "Effect" => statement.effect = term(tree),
            "Action" => statement.actions = Some(terms(tree)),
            "NotAction" => statement.not_actions = Some(terms(tree)),
            "Resource" => statement.resources = Some(terms(tree)),
            "NotResource" => statement.not_resources = Some(terms(tree)),
            "Principal" => statement.principals = Some(principals(tree)),
            "NotPrincipal" => statement.not_principals = Some(principals(tree)),
            "Condition" => {
                statement.conditions_unknown |= !matches!(tree.content, Branch::Map(_));
                for (operator, keys) in entries(tree) {
                    statement.conditions_unknown |= !matches!(keys.content, Branch::Map(_));
                    for (key, values) in entries(keys) {
                        let at = values.at;
                        let operator = operator.clone();
                        statement.conditions.push(Condition { at, operator, key, values: terms(values) });
                    }
                }
            }
            _ => {}
        }
    }
    statement
}

fn entries<'a>(tree: Tree<'a>) -> Vec<(Cow<'a, str>, Tree<'a>)> {
    match tree.content {
        Branch::Map(entries) => entries,
        _ => Vec::new(),
    }
}

fn term(tree: Tree<'_>) -> Option<Term<'_>> {
    match tree.content {
        Branch::Text(pieces) => Some(Term { at: tree.at, pieces }),
        _ => Some(Term { at: tree.at, pieces: vec![Piece::Unknown] }),
    }
}

fn terms(tree: Tree<'_>) -> Terms<'_> {
    let at = tree.at;
    let mut terms = Terms { at, list: Vec::new(), unknown: false, odd: None };
    let items = match tree.content {
        Branch::List(items) => items,
        _ => vec![tree],
    };
    for item in items {
        match item.content {
            Branch::Text(pieces) => terms.list.push(Term { at: item.at, pieces }),
            other => {
                terms.unknown = true;
                if !matches!(other, Branch::Unknown) {
                    terms.odd.get_or_insert(item.at);
                }
            }
        }
    }
    terms
}

fn principals(tree: Tree<'_>) -> Principals<'_> {
    let at = tree.at;
    let unknown = !matches!(tree.content, Branch::Map(_) | Branch::Text(_));
    let kinds = match tree.content {
        Branch::Text(_) => vec![(Cow::Borrowed("*"), terms(tree))],
        _ => entries(tree).into_iter().map(|(kind, tree)| (kind, terms(tree))).collect(),
    };
    Principals { at, kinds, unknown }
}

/// What stands at a value; text at the outermost may be JSON.
fn tree(at: Value<'_>, depth: u32, outermost: bool) -> Tree<'_> {
    let Some(depth) = depth.checked_sub(1) else { return Tree { at, content: Branch::Unknown } };
    if let Some(("Fn::ToJsonString", argument)) = at.function() {
        return tree(argument, depth, false);
    }
    let content = match at.resolve() {
        Resolved::Map(_) => Branch::Map(
            at.entries().into_iter().map(|(key, value)| (key.into(), tree(value, depth, false))).collect(),
        ),
        Resolved::List(_) | Resolved::Texts(_) => {
            Branch::List(at.items().into_iter().map(|item| tree(item, depth, false)).collect())
        }
        Resolved::Absent | Resolved::Null => Branch::Unknown,
        // Most of it.
        Resolved::Text(text) if !outermost && at.function().is_none() => {
            Branch::Text(vec![Piece::Text(text)])
        }
        Resolved::Unknown if at.function().is_none() => Branch::Unknown,
        _ => {
            let pieces = at.pieces();
            let json = outermost.then(|| json_text(at, &pieces)).flatten();
            json.unwrap_or(match pieces.as_slice() {
                // It may as well be a list or an object.
                [Piece::Unknown] => Branch::Unknown,
                _ => Branch::Text(pieces),
            })
        }
    };
    Tree { at, content }
}

/// The JSON that a text is, where it is: what is not known of it may stand within quotes only.
fn json_text<'a>(at: Value<'a>, pieces: &[Piece<'a>]) -> Option<Branch<'a>> {
    let mut text = String::new();
    for (number, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(part) => text.push_str(part),
            _ => text.push_str(&format!("{MARK}{number}{MARK}")),
        }
    }
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let document = json::read(&text).ok()?;
    Some(json_tree(at, &document, Document::ROOT, pieces, DEPTH).content)
}

fn json_tree<'a>(
    at: Value<'a>,
    document: &Document,
    node: NodeId,
    pieces: &[Piece<'a>],
    depth: u32,
) -> Tree<'a> {
    let Some(depth) = depth.checked_sub(1) else { return Tree { at, content: Branch::Unknown } };
    let text = |text: &str| {
        let mut parts = Vec::new();
        for (index, part) in text.split(MARK).enumerate() {
            match part.parse::<usize>().ok().filter(|_| index % 2 == 1).and_then(|number| pieces.get(number))
            {
                Some(piece) => parts.push(piece.clone()),
                None if part.is_empty() => {}
                None => parts.push(Piece::Text(part.to_owned().into())),
            }
        }
        if parts.is_empty() {
            parts.push(Piece::Text("".into()));
        }
        Branch::Text(parts)
    };
    let content = match document.content(node) {
        Content::Map(map) => {
            let entry = |(key, node): (&str, NodeId)| {
                (key.to_owned().into(), json_tree(at, document, node, pieces, depth))
            };
            Branch::Map(map.iter().map(entry).collect())
        }
        Content::List(list) => {
            Branch::List(list.iter().map(|node| json_tree(at, document, node, pieces, depth)).collect())
        }
        Content::Text(value) | Content::Number(value) => text(value),
        Content::Bool(true) => text("true"),
        Content::Bool(false) => text("false"),
        Content::Null => Branch::Unknown,
    };
    Tree { at, content }
}

impl<'a> Term<'a> {
    /// The text, if all of it is known.
    pub(in crate::rules) fn text(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    pub(in crate::rules) fn is(&self, text: &str) -> bool {
        self.text() == Some(text)
    }

    /// The known beginning.
    pub(in crate::rules) fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// What a resource yields, if it is that and nothing else.
    pub(in crate::rules) fn yields(&self) -> Option<(Resource<'a>, Option<&'a str>)> {
        match self.pieces.as_slice() {
            [Piece::Yields(resource, attribute)] => Some((*resource, *attribute)),
            _ => None,
        }
    }

    /// As people would write it, with names in place of what is not known.
    pub(in crate::rules) fn shown(&self) -> String {
        let mut shown = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => shown.push_str(text),
                Piece::Yields(resource, None) => shown.push_str(&format!("${{{}}}", resource.id())),
                Piece::Yields(resource, Some(attribute)) => {
                    shown.push_str(&format!("${{{}.{attribute}}}", resource.id()));
                }
                Piece::Pseudo(name) => shown.push_str(&format!("${{{name}}}")),
                Piece::Unknown => shown.push_str("${..}"),
            }
        }
        shorten(&shown)
    }
}

/// Services by prefix, one after the other: most actions of a statement are of the service of the one before.
#[derive(Default)]
pub(in crate::rules) struct Services<'p> {
    last: Option<(&'p str, Option<&'static Service>)>,
}

impl<'p> Services<'p> {
    pub(in crate::rules) fn of(&mut self, prefix: &'p str) -> Option<&'static Service> {
        match self.last {
            Some((last, service)) if last == prefix => service,
            _ => self.last.insert((prefix, iam::service(prefix))).1,
        }
    }
}

/// Text for a message: one line, and not too long.
pub(in crate::rules) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(160).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    short
}

impl<'a> Terms<'a> {
    pub(in crate::rules) fn has(&self, text: &str) -> bool {
        self.list.iter().any(|term| term.is(text))
    }

    pub(in crate::rules) fn texts(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.list.iter().filter_map(|term| Some((term.text()?, term.at)))
    }
}

impl<'a> Principals<'a> {
    /// Where everybody is named, if so.
    pub(in crate::rules) fn everybody(&self) -> Option<Value<'a>> {
        let everybody = self.kinds.iter().filter(|(kind, _)| matches!(&**kind, "*" | "AWS"));
        everybody.flat_map(|(_, terms)| &terms.list).find(|term| term.is("*")).map(|term| term.at)
    }

    pub(in crate::rules) fn of(&self, kind: &str) -> impl Iterator<Item = &Term<'a>> {
        let terms = self.kinds.iter().filter(move |(known, _)| known == kind);
        terms.flat_map(|(_, terms)| &terms.list)
    }
}

impl Condition<'_> {
    /// The operator without `ForAnyValue:`, `ForAllValues:` and `IfExists`.
    pub(in crate::rules) fn plain_operator(&self) -> &str {
        let operator: &str = &self.operator;
        let operator = operator.split_once(':').map_or(operator, |(_, operator)| operator);
        operator.strip_suffix("IfExists").unwrap_or(operator)
    }

    pub(in crate::rules) fn is_on(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether it holds for a request that has no such key.
    pub(in crate::rules) fn holds_without_key(&self) -> bool {
        self.operator.ends_with("IfExists") || self.operator.starts_with("ForAllValues:")
    }

    /// Whether it narrows what it tests: not a negated test, which leaves nearly everything, not one of whether there
    /// is such a key, and not a comparison with everything.
    pub(in crate::rules) fn narrows(&self) -> bool {
        let operator = self.plain_operator();
        let positive = !operator.contains("Not") && !operator.eq_ignore_ascii_case("Null");
        positive && !self.values.texts().any(|(text, _)| is_everything(&self.key, text))
    }
}

/// Whether a pattern matches all values that a key can have.
fn is_everything(key: &str, text: &str) -> bool {
    if text == "*" {
        return true;
    }
    if let Some((address, length)) = text.split_once('/').filter(|(_, length)| *length == "0") {
        return length == "0" && address.parse::<IpAddr>().is_ok();
    }
    let Some(rest) = text.strip_prefix("arn:") else { return false };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let open = |part: &&str| part.bytes().all(|byte| byte == b'*');
    match parts.as_slice() {
        // Anybody can have a role of any name in an account of their own.
        [_, _, _, account, _] if key.eq_ignore_ascii_case("aws:PrincipalArn") => *account == "*",
        // `arn:*`, `arn:aws:iam::*`, `arn:aws:sns:*:*:*`
        [_partition, of_service @ ..] => text.ends_with('*') && of_service.iter().skip(1).all(open),
        [] => false,
    }
}

impl Statement<'_> {
    pub(in crate::rules) fn allows(&self) -> bool {
        self.effect.as_ref().is_some_and(|effect| effect.is("Allow"))
    }

    pub(in crate::rules) fn is_conditional(&self) -> bool {
        self.conditions_unknown || !self.conditions.is_empty()
    }

    pub(in crate::rules) fn has_condition_on(&self, key: &str) -> bool {
        self.conditions_unknown || self.conditions.iter().any(|condition| condition.is_on(key))
    }

    /// Whether it is about all resources.
    pub(in crate::rules) fn on_everything(&self) -> bool {
        self.resources.as_ref().is_some_and(|resources| resources.has("*"))
    }
}
