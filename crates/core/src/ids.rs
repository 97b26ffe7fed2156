//! Logical ids: one function of a resource's address, its type and the lock.
//!
//! An id is the path, written without separators: `TaskRole` in the scope `Api` is `ApiTaskRole`. Ids are a
//! contract with the real things in the account (another id means a new thing and the end of the old one), so
//! nothing else goes into them: no counter, no order, no digest unless the path is too long.

use std::{
    collections::{HashMap, hash_map::Entry as MapEntry},
    hash::{BuildHasherDefault, Hasher},
};

use crate::{
    expr::{At, Str},
    finding::Finding,
    lock::{Lock, LockEntry},
    model::{Declared, Model, Node},
};

/// The longest logical id.
const LIMIT: usize = 255;

/// The name of everything that has one in a template.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// All logical ids of resources, one after the other.
    text: String,
    nodes: Vec<(u32, u32)>,
    pub(crate) parameters: Vec<String>,
    pub(crate) conditions: Vec<String>,
    pub(crate) mappings: Vec<String>,
    /// By stack.
    pub(crate) outputs: Vec<Vec<String>>,
    pub(crate) rules: Vec<Vec<String>>,
}

impl Ids {
    pub(crate) fn node(&self, node: u32) -> &str {
        let (start, end) = self.nodes[node as usize];
        &self.text[start as usize..end as usize]
    }

    fn push(&mut self, parts: [&str; 2]) {
        let start = self.text.len() as u32;
        if parts[0].len() + parts[1].len() <= LIMIT {
            self.text.push_str(parts[0]);
            self.text.push_str(parts[1]);
        } else {
            self.text.push_str(&shorten(&parts.concat(), LIMIT, ""));
        }
        self.nodes.push((start, self.text.len() as u32));
    }
}

/// Cuts a name to a limit, with a digest of the whole name at its end.
pub(crate) fn shorten(name: &str, limit: usize, separator: &str) -> String {
    const DIGITS: usize = 8;
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    let kept = limit.saturating_sub(DIGITS + separator.len());
    let kept: String = name.chars().take(kept).collect();
    let digest: String = sha256(name.as_bytes()).chars().take(DIGITS.min(limit)).collect();
    format!("{}{separator}{digest}", kept.trim_end_matches(separator))
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&hmac_sha256::Hash::hash(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether a name may be a logical id.
pub(crate) fn legal(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What a name would have to look like to be legal: `my-queue` becomes `MyQueue`.
fn suggestion(name: &str) -> String {
    let mut suggestion = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        suggestion.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        suggestion.push_str(chars.as_str());
    }
    suggestion
}

/// Multiplies and rotates: the keys are our own ids, and only their order of insertion shows anywhere.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

pub(crate) type IdMap<'i, V> = HashMap<&'i str, V, BuildHasherDefault<IdHasher>>;

/// Gives everything its name. What collides or is not allowed is reported.
pub(crate) fn assign(model: &Model, lock: Option<&Lock>, findings: &mut Vec<Finding>) -> Ids {
    let mut ids = Ids::default();
    ids.text.reserve(model.nodes.len() * 16);
    ids.nodes.reserve(model.nodes.len());
    let moved_scopes = model.scopes.iter().any(|scope| scope.moved_from.is_some());
    for index in 0..model.nodes.len() as u32 {
        name_node(model, index, lock, moved_scopes, &mut ids, findings);
    }
    for scope in &model.scopes {
        if scope.parent.is_some() && !legal(&scope.name) {
            findings.push(illegal("scope", &scope.name, scope.at));
        }
    }
    let declared = |findings: &mut Vec<Finding>, what: &str, declared: &Declared| {
        if !legal(&declared.id) {
            findings.push(illegal(what, &declared.id, declared.at));
        }
        let prefix = &model.scopes[declared.scope as usize].prefix;
        shorten(&format!("{prefix}{}", declared.id), LIMIT, "")
    };
    ids.parameters = model.parameters.iter().map(|(item, _)| declared(findings, "parameter", item)).collect();
    ids.conditions = model.conditions.iter().map(|item| declared(findings, "condition", item)).collect();
    ids.mappings = model.mappings.iter().map(|(item, _)| declared(findings, "mapping", item)).collect();
    for stack in &model.stacks {
        let outputs = stack.outputs.iter();
        ids.outputs.push(outputs.map(|output| declared(findings, "output", &output.declared)).collect());
        ids.rules.push(stack.rules.iter().map(|rule| declared(findings, "rule", rule)).collect());
    }
    unique(model, &ids, findings);
    if let Some(lock) = lock {
        changed(model, &ids, lock, findings);
    }
    ids
}

fn illegal(what: &str, name: &str, at: At) -> Finding {
    let article = if what.starts_with('o') { "an" } else { "a" };
    let message = format!("`{name}` cannot be the name of {article} {what}");
    let finding = Finding::error("FW0103", message).at(at, "named here");
    let suggestion = suggestion(name);
    let help = if suggestion.is_empty() {
        "logical ids consist of ASCII letters and digits".to_owned()
    } else {
        format!("logical ids consist of ASCII letters and digits: `{suggestion}` would do")
    };
    finding.help(help)
}

fn name_node(
    model: &Model,
    index: u32,
    lock: Option<&Lock>,
    moved_scopes: bool,
    ids: &mut Ids,
    findings: &mut Vec<Finding>,
) {
    let node = &model.nodes[index as usize];
    let name = model.id(index);
    if !legal(name) {
        findings.push(illegal("resource", name, node.at));
    }
    let attributes = node.attributes.as_deref();
    if let Some((id, at)) = attributes.and_then(|attributes| attributes.logical_id.as_ref()) {
        if !legal(id) {
            findings.push(illegal("resource", id, at));
        } else if id.len() > LIMIT {
            let message =
                format!("the logical id of `{}` has {} characters; the limit is {LIMIT}", name, id.len());
            findings.push(Finding::error("FW0104", message).at(*at, "given here"));
        }
        let start = ids.text.len() as u32;
        ids.text.push_str(id);
        ids.nodes.push((start, ids.text.len() as u32));
        return;
    }
    let scope = &model.scopes[node.scope as usize];
    let moved = attributes.is_some_and(|attributes| attributes.moved_from.is_some()) || moved_scopes;
    if lock.is_none() && !moved {
        return ids.push([&scope.prefix, name]);
    }
    let locked = |address: &str| {
        lock.and_then(|lock| lock.get(&model.environment.name, &stack_path(model, node.stack), address))
    };
    if let Some(entry) = locked(&model.address(index)) {
        if entry.kind == *model.kind(index) {
            return ids.push([&entry.id, ""]);
        }
        // CloudFormation refuses to change the type behind an id, so that another type means another id.
        if entry.id == format!("{}{}", scope.prefix, name) {
            let digest = sha256(model.kind(index).as_bytes());
            return ids.push([&shorten(&entry.id, LIMIT - 8, ""), &digest[..8]]);
        }
    }
    match moved.then(|| old_address(model, index)).flatten() {
        Some(address) => match locked(&address) {
            Some(entry) if entry.kind == *model.kind(index) => ids.push([&entry.id, ""]),
            _ => ids.push([&address.replace('/', ""), ""]),
        },
        None => ids.push([&scope.prefix, name]),
    }
}

/// Where a resource stood before it was moved, by itself or with a scope around it.
fn old_address(model: &Model, index: u32) -> Option<String> {
    let node = &model.nodes[index as usize];
    if let Some((path, _)) = node.attributes.as_ref().and_then(|attributes| attributes.moved_from.as_ref()) {
        return Some(path.to_string());
    }
    let mut below = vec![model.id(index).to_owned()];
    let mut scope = Some(node.scope);
    while let Some(index) = scope {
        let data = &model.scopes[index as usize];
        if let Some((path, _)) = &data.moved_from {
            if !path.is_empty() {
                below.push(path.to_string());
            }
            below.reverse();
            return Some(below.join("/"));
        }
        below.push(data.name.to_string());
        scope = data.parent;
    }
    None
}

/// `service` or, of a nested stack, `service/Alarms`.
pub(crate) fn stack_path(model: &Model, stack: u32) -> String {
    let mut names: Vec<&str> =
        model.nesting(stack).into_iter().map(|stack| &*model.stacks[stack as usize].id).collect();
    names.reverse();
    names.join("/")
}

/// Reports names that two things of one template share.
fn unique(model: &Model, ids: &Ids, findings: &mut Vec<Finding>) {
    // Two resources of one path have one id, unless an id was given to one of them.
    let given =
        |node: &Node| node.attributes.as_ref().is_some_and(|attributes| attributes.logical_id.is_some());
    if model.nodes.iter().any(given) {
        let mut seen: HashMap<(u32, &str), u32> = HashMap::new();
        for (index, node) in model.nodes.iter().enumerate() {
            let first = seen.insert((node.scope, model.id(index as u32)), index as u32);
            if let Some(first) = first.filter(|first| ids.node(*first) != ids.node(index as u32)) {
                findings.push(collision(model, ids, first, index as u32));
            }
        }
    }
    for (index, stack) in model.stacks.iter().enumerate() {
        let mut seen: IdMap<'_, u32> = IdMap::default();
        seen.reserve(stack.nodes.len());
        for node in &stack.nodes {
            match seen.entry(ids.node(*node)) {
                MapEntry::Vacant(vacant) => {
                    vacant.insert(*node);
                }
                MapEntry::Occupied(first) => {
                    findings.push(collision(model, ids, *first.get(), *node));
                }
            }
        }
        let mut parameters: IdMap<'_, At> = IdMap::default();
        for parameter in &stack.parameters {
            let (id, at) = (&ids.parameters[*parameter as usize], model.parameters[*parameter as usize].0.at);
            if let Some(node) = seen.get(id.as_str()) {
                let finding =
                    Finding::error("FW0102", format!("a parameter and a resource are both called `{id}`"))
                        .at(at, "the parameter")
                        .at(model.nodes[*node as usize].at, "the resource")
                        .in_stack(&*stack.id)
                        .help("`Ref` could mean either: rename one");
                findings.push(finding);
            }
            twice(&mut parameters, "parameters", id, at, &stack.id, findings);
        }
        let mut conditions: IdMap<'_, At> = IdMap::default();
        for condition in &stack.conditions {
            let at = model.conditions[*condition as usize].at;
            twice(
                &mut conditions,
                "conditions",
                &ids.conditions[*condition as usize],
                at,
                &stack.id,
                findings,
            );
        }
        let mut mappings: IdMap<'_, At> = IdMap::default();
        for mapping in &stack.mappings {
            let at = model.mappings[*mapping as usize].0.at;
            twice(&mut mappings, "mappings", &ids.mappings[*mapping as usize], at, &stack.id, findings);
        }
        let mut outputs: IdMap<'_, At> = IdMap::default();
        for (output, id) in stack.outputs.iter().zip(&ids.outputs[index]) {
            twice(&mut outputs, "outputs", id, output.declared.at, &stack.id, findings);
        }
        let mut rules: IdMap<'_, At> = IdMap::default();
        for (rule, id) in stack.rules.iter().zip(&ids.rules[index]) {
            twice(&mut rules, "rules", id, rule.at, &stack.id, findings);
        }
    }
}

fn twice<'i>(
    seen: &mut IdMap<'i, At>,
    what: &str,
    id: &'i str,
    at: At,
    stack: &str,
    findings: &mut Vec<Finding>,
) {
    if let Some(first) = seen.insert(id, at) {
        findings.push(
            Finding::error("FW0101", format!("two {what} of stack `{stack}` are called `{id}`"))
                .at(at, "the second one")
                .at(first, "the first one")
                .in_stack(stack)
                .help("rename one, or put one into a scope of its own"),
        );
    }
}

fn collision(model: &Model, ids: &Ids, first: u32, second: u32) -> Finding {
    let id = ids.node(first);
    let stack = &model.stacks[model.nodes[first as usize].stack as usize].id;
    let (one, other) = (model.address(first), model.address(second));
    let finding = if one == other {
        Finding::error("FW0101", format!("two resources of stack `{stack}` are called `{one}`"))
            .help("rename one, or put one into a scope of its own")
    } else {
        Finding::error("FW0102", format!("`{one}` and `{other}` both get the logical id `{id}`"))
            .help("rename one, or give one an id of its own with `.logical_id(\"..\")`")
    };
    let mut finding = finding.in_stack(&**stack).template_path(format!("Resources/{id}"));
    for (node, label) in [(second, "the second one"), (first, "the first one")] {
        for place in model.places(node) {
            finding = finding.at(place, label);
        }
    }
    finding
}

/// Reports resources whose id the lock knows and that seem to have another one now.
fn changed(model: &Model, ids: &Ids, lock: &Lock, findings: &mut Vec<Finding>) {
    for (index, stack) in model.stacks.iter().enumerate() {
        let path = stack_path(model, index as u32);
        let Some(entries) = lock.stack(&model.environment.name, &path) else { continue };
        let mut used: IdMap<'_, u32> = IdMap::default();
        for node in &stack.nodes {
            used.insert(ids.node(*node), *node);
        }
        let mut gone: Vec<(&str, &LockEntry)> = Vec::new();
        let mut locked: IdMap<'_, u32> = IdMap::default();
        for (address, entry) in entries {
            locked.insert(&entry.id, 0);
            if !used.contains_key(entry.id.as_str()) {
                gone.push((address, entry));
            }
        }
        for node in &stack.nodes {
            let id = ids.node(*node);
            if locked.contains_key(id) {
                continue;
            }
            let address = model.address(*node);
            // The one that stood at the same path, or else the first of the type.
            let alike = |(_, entry): &(&str, &LockEntry)| entry.kind == *model.kind(*node);
            let same =
                gone.iter().position(|(old, entry)| *old == address && entry.kind == *model.kind(*node));
            let Some(index) = same.or_else(|| gone.iter().position(alike)) else { continue };
            let (old, entry) = gone.remove(index);
            findings.push(id_change(model, *node, id, &address, old, entry));
        }
    }
}

fn id_change(model: &Model, node: u32, id: &str, address: &str, old: &str, entry: &LockEntry) -> Finding {
    let data = &model.nodes[node as usize];
    let holds_data = entry.stateful || model.stateful(node);
    let message =
        format!("the logical id of an existing {} changes from `{}` to `{id}`", model.kind(node), entry.id);
    let finding =
        if holds_data { Finding::error("FW0108", message) } else { Finding::warning("FW0108", message) };
    let mut finding =
        finding.in_stack(crate::ids::stack_path(model, data.stack)).template_path(format!("Resources/{id}"));
    for place in model.places(node) {
        finding = finding.at(place, format!("now `{address}`, formerly `{old}`"));
    }
    finding
        .with_note(
            "another id means another resource: CloudFormation creates a new one and deletes the old one",
        )
        .help(if address == old {
            format!("if it is the same one, give it `.logical_id(\"{}\")` again", entry.id)
        } else {
            format!("if it is the same one, add `.moved_from(\"{old}\")`")
        })
        .help(format!("if it is a new one, remove the line `\"{old}\"` from formwork.lock"))
}

/// The lock that belongs to these ids: other environments as they were, this one anew.
pub(crate) fn relock(model: &Model, ids: &Ids, lock: Option<&Lock>) -> Lock {
    let mut lock = lock.cloned().unwrap_or_default();
    let stacks = lock.emptied(&model.environment.name);
    for (index, stack) in model.stacks.iter().enumerate() {
        let entries = stacks.entry(stack_path(model, index as u32)).or_default();
        for node in &stack.nodes {
            let entry = LockEntry {
                kind: model.kind(*node).to_string(),
                id: ids.node(*node).to_owned(),
                stateful: model.stateful(*node),
            };
            entries.insert(model.address(*node), entry);
        }
    }
    lock
}

/// The places that moved from the same one.
pub(crate) fn moves(model: &Model, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<(u32, Str), At> = HashMap::new();
    // Only a scope can have been the stack itself.
    let mut declared: Vec<(u32, Str, At, bool)> = Vec::new();
    for node in &model.nodes {
        if let Some((path, at)) =
            node.attributes.as_ref().and_then(|attributes| attributes.moved_from.as_ref())
        {
            declared.push((node.stack, path.clone(), at, false));
        }
    }
    for scope in &model.scopes {
        if let Some((path, at)) = &scope.moved_from {
            declared.push((scope.stack, path.clone(), at, true));
        }
    }
    for (stack, path, at, scope) in declared {
        if !(scope && path.is_empty()) && path.split('/').any(|name| !legal(name)) {
            let message = format!("`{path}` is not a path that anything can have moved from");
            findings.push(
                Finding::error("FW0110", message)
                    .at(at, "said here")
                    .help("write the names from the stack downwards, with `/` between them: `Api/TaskRole`"),
            );
        } else if let Some(first) = seen.insert((stack, path.clone()), at) {
            let message = format!("two places say that they were `{path}` before");
            findings.push(
                Finding::error("FW0110", message)
                    .at(at, "the second one")
                    .at(first, "the first one")
                    .help("one logical id can go to one of them only: remove the other `moved_from`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_ends_in_a_digest_of_the_whole() {
        let long = "A".repeat(300);
        let short = shorten(&long, 255, "");
        assert_eq!(short.len(), 255);
        assert_ne!(shorten(&format!("{long}B"), 255, ""), short);
        let digest = sha256(b"acme-prod-images");
        assert_eq!(shorten("acme-prod-images", 14, "-"), format!("acme-{}", &digest[..8]));
        assert_eq!(shorten("short", 255, ""), "short");
    }

    #[test]
    fn an_illegal_name_is_answered_with_a_legal_one() {
        assert_eq!(suggestion("my-queue_2"), "MyQueue2");
        assert_eq!(suggestion("größe"), "GrE");
        assert!(!legal("größe"));
    }
}
