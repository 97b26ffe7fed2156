//! Everything that a program declares, as plain data in a few long vectors.
//!
//! Values lie encoded in one buffer (see [`encode`](crate::encode)), references in one list of holes,
//! properties and resources in one vector each; whatever points at them is a number. So a resource costs some
//! hundred bytes and no allocation of its own, and every stage after this one is a walk over vectors.

use std::{
    collections::HashMap,
    hash::BuildHasherDefault,
    ops::Range,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    encode::{self, Encoder, Flags, Hole, Mark, Remark, Stored},
    expr::{At, Expr, Key, Str, Target},
    finding::{Finding, Findings},
    ids::IdHasher,
    location::SourceLocation,
    mapping::Row,
    needs::Needs,
    parameter::ParameterData,
    path,
    policies::DeletionPolicy,
    resource::{About, Attributes, Body, Handle, Resource, Section},
    wires::Lowering,
};

/// An environment of a program: where one instance of it is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name: `dev`, `staging`, `prod`.
    pub name: String,
    /// The account, where it is fixed.
    pub account: Option<String>,
    /// The Region, where it is fixed.
    pub region: Option<String>,
}

impl Environment {
    /// An environment that does not say where it is.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), account: None, region: None }
    }

    /// Fixes the account.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Fixes the Region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Whether this is where customers are: its name is `prod`, `production` or `live`, or begins with one of these
    /// and a `-`. Patterns protect more there by default.
    ///
    /// ```
    /// # use formwork_core::Environment;
    /// assert!(Environment::new("prod").is_production());
    /// assert!(Environment::new("prod-eu").is_production());
    /// assert!(!Environment::new("preprod").is_production());
    /// ```
    pub fn is_production(&self) -> bool {
        let first = self.name.split(['-', '_']).next().unwrap_or_default();
        ["prod", "production", "live"].iter().any(|name| first.eq_ignore_ascii_case(name))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) section: Section,
    pub(crate) name: Str,
    pub(crate) value: Stored,
    pub(crate) at: At,
}

#[derive(Debug)]
pub(crate) struct Node {
    /// Where its name is in `Model::names`.
    id: (u32, u32),
    /// The number of its type in `Model::kinds`.
    kind: u32,
    pub(crate) scope: u32,
    pub(crate) stack: u32,
    pub(crate) properties: Range<u32>,
    pub(crate) at: At,
    pub(crate) attributes: Option<Box<Attributes>>,
}

#[derive(Debug)]
pub(crate) struct ScopeData {
    pub(crate) stack: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) name: Str,
    /// The names of all scopes from the stack to here, one after the other: the beginning of logical ids.
    pub(crate) prefix: String,
    pub(crate) at: At,
    pub(crate) tags: Vec<(Str, Expr, At)>,
    pub(crate) name_prefix: Option<String>,
    pub(crate) moved_from: Option<(Str, At)>,
}

/// A parameter, condition, mapping, rule or output: a name in a scope and a value.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) stack: u32,
    pub(crate) scope: u32,
    pub(crate) id: Str,
    pub(crate) at: At,
    pub(crate) value: Stored,
}

#[derive(Debug)]
pub(crate) struct OutputData {
    pub(crate) declared: Declared,
    pub(crate) description: Option<Str>,
    pub(crate) export: Option<Stored>,
    pub(crate) condition: Option<(crate::Condition, At)>,
}

#[derive(Debug)]
pub(crate) struct StackData {
    pub(crate) id: Str,
    pub(crate) at: At,
    pub(crate) scope: u32,
    pub(crate) name: Option<(Str, At)>,
    pub(crate) region: Option<Str>,
    pub(crate) account: Option<Str>,
    pub(crate) description: Option<(Str, At)>,
    pub(crate) termination_protection: bool,
    pub(crate) notification_arns: Vec<(Str, At)>,
    pub(crate) service_role: Option<Str>,
    pub(crate) lookup_role: Option<Str>,
    pub(crate) depends_on: Vec<(u32, At)>,
    pub(crate) macros: Vec<Str>,
    pub(crate) metadata: Vec<(Str, Stored, At)>,
    pub(crate) nodes: Vec<u32>,
    pub(crate) parameters: Vec<u32>,
    pub(crate) conditions: Vec<u32>,
    pub(crate) mappings: Vec<u32>,
    pub(crate) rules: Vec<Declared>,
    pub(crate) outputs: Vec<OutputData>,
    /// The stack that this one is nested in, and the resource there that stands for it.
    pub(crate) parent: Option<(u32, u32)>,
    pub(crate) extensions: bool,
    /// Findings about what is no resource that are known and accepted: code and reason.
    pub(crate) accepted: Vec<(Str, Str, At)>,
}

#[derive(Debug)]
pub(crate) struct Model {
    /// Tells this program's handles from another one's.
    pub(crate) app: u32,
    pub(crate) name: String,
    pub(crate) environment: Environment,
    pub(crate) bytes: Vec<u8>,
    pub(crate) holes: Vec<Hole>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) properties: Vec<Property>,
    pub(crate) nodes: Vec<Node>,
    /// The names of all resources, one after the other.
    names: String,
    /// The types that occur, in the order in which they did first.
    pub(crate) kinds: Vec<Str>,
    /// What typed builders said about each of them.
    about: Vec<&'static About>,
    kind_index: HashMap<Str, u32, BuildHasherDefault<IdHasher>>,
    pub(crate) scopes: Vec<ScopeData>,
    pub(crate) stacks: Vec<StackData>,
    pub(crate) parameters: Vec<(Declared, ParameterData)>,
    pub(crate) conditions: Vec<Declared>,
    pub(crate) mappings: Vec<(Declared, Vec<Row>)>,
    pub(crate) tags: Vec<(Str, Expr, At)>,
    pub(crate) name_prefix: Option<String>,
    pub(crate) lowering: Lowering,
    pub(crate) findings: Findings,
    /// What there is to say about values of resources.
    pub(crate) remarks: Vec<(u32, Remark)>,
    /// Whether it was said that there is no more room.
    full: bool,
    scope_index: HashMap<(u32, Str), u32>,
    stack_index: HashMap<Str, u32>,
    /// The buffers with which values outside builders are encoded.
    encoder: Encoder,
    /// What is known of which stacks need which.
    pub(crate) needs: Needs,
}

/// The next number for a program; it tells programs apart within one process and reaches no output.
static APPS: AtomicU32 = AtomicU32::new(1);

impl Model {
    pub(crate) fn new(name: String, environment: Environment) -> Self {
        Self {
            app: APPS.fetch_add(1, Ordering::Relaxed),
            name,
            environment,
            bytes: Vec::new(),
            holes: Vec::new(),
            marks: Vec::new(),
            properties: Vec::new(),
            nodes: Vec::new(),
            names: String::new(),
            kinds: Vec::new(),
            about: Vec::new(),
            kind_index: HashMap::default(),
            scopes: Vec::new(),
            stacks: Vec::new(),
            parameters: Vec::new(),
            conditions: Vec::new(),
            mappings: Vec::new(),
            tags: Vec::new(),
            name_prefix: None,
            lowering: Lowering::Parameter,
            findings: Findings::new(),
            remarks: Vec::new(),
            full: false,
            scope_index: HashMap::new(),
            stack_index: HashMap::new(),
            encoder: Encoder::default(),
            needs: Needs::default(),
        }
    }

    pub(crate) fn key(&self, index: u32) -> Key {
        Key { app: self.app, index }
    }

    pub(crate) fn stack(&mut self, id: Str, at: At) -> u32 {
        if let Some(stack) = self.stack_index.get(&id) {
            return *stack;
        }
        let stack = self.push_stack(id.clone(), at, None);
        self.stack_index.insert(id, stack);
        stack
    }

    pub(crate) fn push_stack(&mut self, id: Str, at: At, parent: Option<(u32, u32)>) -> u32 {
        let stack = self.stacks.len() as u32;
        let scope = self.scopes.len() as u32;
        self.scopes.push(ScopeData {
            stack,
            parent: None,
            name: Str::Borrowed(""),
            prefix: String::new(),
            at,
            tags: Vec::new(),
            name_prefix: None,
            moved_from: None,
        });
        self.stacks.push(StackData {
            id,
            at,
            scope,
            name: None,
            region: None,
            account: None,
            description: None,
            termination_protection: false,
            notification_arns: Vec::new(),
            service_role: None,
            lookup_role: None,
            depends_on: Vec::new(),
            macros: Vec::new(),
            metadata: Vec::new(),
            nodes: Vec::new(),
            parameters: Vec::new(),
            conditions: Vec::new(),
            mappings: Vec::new(),
            rules: Vec::new(),
            outputs: Vec::new(),
            parent,
            extensions: false,
            accepted: Vec::new(),
        });
        stack
    }

    pub(crate) fn scope(&mut self, parent: u32, name: Str, at: At) -> u32 {
        if let Some(scope) = self.scope_index.get(&(parent, name.clone())) {
            return *scope;
        }
        let scope = self.scopes.len() as u32;
        let above = &self.scopes[parent as usize];
        let prefix = format!("{}{name}", above.prefix);
        let stack = above.stack;
        self.scope_index.insert((parent, name.clone()), scope);
        self.scopes.push(ScopeData {
            stack,
            parent: Some(parent),
            name,
            prefix,
            at,
            tags: Vec::new(),
            name_prefix: None,
            moved_from: None,
        });
        scope
    }

    /// Adds a resource; the builder's buffers are copied to the end of the model's.
    pub(crate) fn add(
        &mut self,
        scope: u32,
        id: Str,
        resource: Resource,
        about: &'static About,
        at: At,
    ) -> Handle {
        let Resource { kind, mut body } = resource;
        if !self.has_room(&body.parts.encoder, at) {
            body = Body::default();
        }
        let stack = self.scopes[scope as usize].stack;
        let index = self.nodes.len() as u32;
        let noticed = std::mem::take(&mut body.parts.noticed);
        self.remarks.extend(body.parts.remarks.drain(..).map(|remark| (index, remark)));
        let first_property = self.properties.len() as u32;
        let mut attributes = body.parts.attributes.take();
        let given = |name: &&str| {
            body.parts.entries.iter().any(|entry| entry.name == **name && entry.value.is_some())
        };
        if !about.required.iter().all(given) {
            attributes.get_or_insert_default().required = about.required;
        }
        {
            let (bytes, holes, marks) = body.buffers();
            let (byte_base, hole_base) = (self.bytes.len() as u32, self.holes.len() as u32);
            self.bytes.extend_from_slice(bytes);
            self.holes.extend_from_slice(holes);
            let base = |mark: &Mark| Mark { offset: mark.offset + byte_base, ..*mark };
            self.marks.extend(marks.iter().map(base));
            for entry in &body.parts.entries {
                let Some(value) = entry.value else { continue };
                self.properties.push(Property {
                    section: entry.section,
                    name: entry.name.clone(),
                    value: value.moved(byte_base, hole_base),
                    at: entry.at,
                });
            }
        }
        let first_hole = self.holes.len() - body.parts.encoder.holes.len();
        body.recycle();
        self.own_holes(first_hole, &id, at);
        let attributes = attributes.map(|attributes| self.own_attributes(attributes, &id, at));
        for (flags, property, at) in noticed {
            self.note_flags(flags, stack, &format!("`{property}` of `{id}`"), at);
        }
        let start = self.names.len() as u32;
        self.names.push_str(&id);
        let kind = self.kind_number(kind, about);
        self.nodes.push(Node {
            id: (start, self.names.len() as u32),
            kind,
            scope,
            stack,
            properties: first_property..self.properties.len() as u32,
            at,
            attributes,
        });
        self.stacks[stack as usize].nodes.push(index);
        Handle { key: self.key(index) }
    }

    fn kind_number(&mut self, kind: Str, about: &'static About) -> u32 {
        // A resource often is of the type of the one before.
        let number = match self.nodes.last() {
            Some(last) if self.kinds[last.kind as usize] == kind => last.kind,
            _ => match self.kind_index.get(&kind) {
                Some(number) => *number,
                None => {
                    let number = self.kinds.len() as u32;
                    self.kinds.push(kind.clone());
                    self.about.push(about);
                    self.kind_index.insert(kind, number);
                    number
                }
            },
        };
        // An untyped resource of the same type knows nothing, and may have come first.
        if *self.about[number as usize] == About::NOTHING {
            self.about[number as usize] = about;
        }
        number
    }

    /// The name that a resource was added with.
    pub(crate) fn id(&self, node: u32) -> &str {
        let (start, end) = self.nodes[node as usize].id;
        &self.names[start as usize..end as usize]
    }

    /// The type of a resource.
    pub(crate) fn kind(&self, node: u32) -> &Str {
        &self.kinds[self.nodes[node as usize].kind as usize]
    }

    /// The resources of a type.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = u32> {
        // Most types do not occur: then there is nothing to look at.
        let of_number = |number: u32| {
            let nodes = self.nodes.iter().enumerate();
            nodes.filter(move |(_, node)| node.kind == number).map(|(index, _)| index as u32)
        };
        self.kind_index.get(kind).copied().into_iter().flat_map(of_number)
    }

    /// Whether anything has a tag.
    pub(crate) fn tagged(&self) -> bool {
        let own =
            |node: &Node| node.attributes.as_ref().is_some_and(|attributes| !attributes.tags.is_empty());
        !self.tags.is_empty()
            || self.scopes.iter().any(|scope| !scope.tags.is_empty())
            || self.nodes.iter().any(own)
    }

    /// What is known about the type of a resource.
    pub(crate) fn about(&self, node: u32) -> &'static About {
        self.about[self.nodes[node as usize].kind as usize]
    }

    /// Whether losing the real thing loses data, by its type or as far as the program says.
    pub(crate) fn stateful(&self, node: u32) -> bool {
        self.about(node).stateful
            || self.nodes[node as usize].attributes.as_deref().is_some_and(|attributes| {
                let policy = attributes.deletion_policy;
                attributes.stateful || policy.is_some_and(|(policy, _)| policy != DeletionPolicy::Delete)
            })
    }

    /// Offsets have 32 bits: a program whose values would take more is reported, not cut.
    fn has_room(&mut self, more: &Encoder, at: At) -> bool {
        let room = u32::try_from(self.bytes.len() + more.bytes.len()).is_ok();
        if !room && !self.full {
            self.full = true;
            self.findings.push(
                Finding::error("FW0408", "the values of this program take more than 4 GiB")
                    .at(at, "there is no room for this one")
                    .help("no template takes more than a megabyte; look for a loop that does not end"),
            );
        }
        room
    }

    /// Encodes a value that belongs to no builder.
    pub(crate) fn store(&mut self, expr: &Expr, stack: u32, owner: &str, at: At) -> Stored {
        let mut encoder = std::mem::take(&mut self.encoder);
        let stored = encoder.value(expr);
        if !self.has_room(&encoder, at) {
            return Stored::default();
        }
        let (bytes, holes) = (self.bytes.len() as u32, self.holes.len() as u32);
        let stored = stored.moved(bytes, holes);
        self.marks.extend(encoder.marks.iter().map(|mark| Mark { offset: mark.offset + bytes, ..*mark }));
        self.bytes.append(&mut encoder.bytes);
        self.holes.append(&mut encoder.holes);
        self.own_holes(holes as usize, owner, at);
        self.note_flags(encoder.flags, stack, &format!("`{owner}`"), at);
        for remark in encoder.remarks.drain(..) {
            let finding = remark.placed([], at).finding("");
            self.findings.push(finding.in_stack(crate::ids::stack_path(self, stack)));
        }
        encoder.clear();
        self.encoder = encoder;
        stored
    }

    /// Reports references to what another `App` declared, and takes their targets away: its numbers mean
    /// something else here.
    fn own_holes(&mut self, first: usize, owner: &str, at: At) {
        let app = self.app;
        for hole in &mut self.holes[first..] {
            if hole.reference.target.key().is_some_and(|key| key.app != app) {
                hole.reference.target = Target::Nothing;
                self.findings.push(foreign(owner, at));
            }
        }
    }

    /// The same for what attributes refer to.
    pub(crate) fn own_attributes(
        &mut self,
        mut attributes: Box<Attributes>,
        owner: &str,
        at: At,
    ) -> Box<Attributes> {
        let app = self.app;
        let before = attributes.depends_on.len();
        attributes.depends_on.retain(|(handle, _)| handle.key.app == app);
        let condition = attributes.condition.take_if(|(condition, _)| condition.key.app != app);
        if attributes.depends_on.len() < before || condition.is_some() {
            self.findings.push(foreign(owner, at));
        }
        attributes
    }

    pub(crate) fn note_flags(&mut self, flags: Flags, stack: u32, owner: &str, at: At) {
        if flags == Flags::default() {
            return;
        }
        self.stacks[stack as usize].extensions |= flags.extensions;
        let problems = [
            (
                flags.null,
                "holds a `null`, which CloudFormation refuses",
                "leave the key out instead: give `None` or `NoValue`",
            ),
            (
                flags.not_finite,
                "holds a number that is infinite or not a number",
                "templates hold finite numbers only",
            ),
            (
                flags.twice,
                "has one key twice in an object",
                "CloudFormation would take one of the two values: remove the other",
            ),
            (
                flags.too_deep,
                "is nested more than 128 levels deep",
                "no AWS property is as deep; look for a loop that wraps it again and again",
            ),
        ];
        for (_, message, help) in problems.into_iter().filter(|(met, ..)| *met) {
            let finding =
                Finding::error("FW0301", format!("{owner} {message}")).at(at, "set here").help(help);
            self.findings.push(finding.in_stack(crate::ids::stack_path(self, stack)));
        }
    }

    pub(crate) fn value_bytes(&self, stored: Stored) -> &[u8] {
        &self.bytes[stored.start as usize..stored.end as usize]
    }

    pub(crate) fn value_holes(&self, stored: Stored) -> &[Hole] {
        &self.holes[stored.first_hole as usize..(stored.first_hole + stored.hole_count) as usize]
    }

    pub(crate) fn value(&self, stored: Stored) -> Expr {
        encode::decode(self.value_bytes(stored), self.value_holes(stored))
    }

    pub(crate) fn properties(&self, node: u32) -> &[Property] {
        let Range { start, end } = self.nodes[node as usize].properties.clone();
        &self.properties[start as usize..end as usize]
    }

    pub(crate) fn property(&self, node: u32, section: Section, name: &str) -> Option<&Property> {
        self.properties(node).iter().find(|property| property.section == section && property.name == name)
    }

    /// Sets, replaces or (with `None`) removes a property of a resource that was added already.
    pub(crate) fn put(&mut self, node: u32, section: Section, name: &str, value: Option<&Expr>, at: At) {
        self.needs.changes(node);
        let position = self
            .properties(node)
            .iter()
            .position(|property| property.section == section && property.name == name);
        let Range { start, end } = self.nodes[node as usize].properties.clone();
        let Some(value) = value.filter(|value| **value != Expr::Absent) else {
            if let Some(position) = position {
                let position = start as usize + position;
                self.properties[position..end as usize].rotate_left(1);
                self.nodes[node as usize].properties.end -= 1;
            }
            return;
        };
        let owner = self.id(node).to_owned();
        let stored = self.store(value, self.nodes[node as usize].stack, &owner, at);
        if let Some(position) = position {
            let property = &mut self.properties[start as usize + position];
            property.value = stored;
            property.at = at;
            return;
        }
        // There is room behind the last resource only; any other one's properties move there.
        if end as usize != self.properties.len() {
            let moved = self.properties.len() as u32;
            self.properties.extend_from_within(start as usize..end as usize);
            self.nodes[node as usize].properties = moved..moved + (end - start);
        }
        let property = Property { section, name: Str::Owned(name.to_owned()), value: stored, at };
        self.properties.push(property);
        self.nodes[node as usize].properties.end += 1;
    }

    pub(crate) fn attributes_mut(&mut self, node: u32) -> &mut Attributes {
        self.needs.changes(node);
        self.nodes[node as usize].attributes.get_or_insert_default()
    }

    /// `Api/TaskRole`: where a resource stands within its stack.
    pub(crate) fn address(&self, node: u32) -> String {
        self.address_of(self.nodes[node as usize].scope, self.id(node))
    }

    pub(crate) fn address_of(&self, scope: u32, id: &str) -> String {
        let mut names = vec![id];
        let mut scope = Some(scope);
        while let Some(index) = scope {
            let data = &self.scopes[index as usize];
            if data.parent.is_some() {
                names.push(&data.name);
            }
            scope = data.parent;
        }
        names.reverse();
        names.join("/")
    }

    /// The chain of stacks from a stack to the outermost one that it is nested in, itself first.
    pub(crate) fn nesting(&self, stack: u32) -> Vec<u32> {
        let mut chain = vec![stack];
        let mut current = stack;
        while let Some((parent, _)) = self.stacks[current as usize].parent {
            chain.push(parent);
            current = parent;
        }
        chain
    }

    pub(crate) fn root(&self, stack: u32) -> u32 {
        let mut current = stack;
        while let Some((parent, _)) = self.stacks[current as usize].parent {
            current = parent;
        }
        current
    }

    /// The places that belong to a resource: the line that a user wrote first, and where a pattern made the
    /// resource, the pattern's line after it.
    pub(crate) fn places(&self, node: u32) -> Vec<SourceLocation> {
        let node = &self.nodes[node as usize];
        let mut places = vec![SourceLocation::from(node.at)];
        if let Some(caller) = node.attributes.as_ref().and_then(|attributes| attributes.caller) {
            places.insert(0, caller.into());
            return places;
        }
        let mut scope = Some(node.scope);
        while let Some(index) = scope {
            let data = &self.scopes[index as usize];
            if data.parent.is_some() && data.at.file() != node.at.file() {
                places.insert(0, SourceLocation::from(data.at));
                break;
            }
            scope = data.parent;
        }
        places
    }

    /// The line that set what stands at a path within a property: the innermost one that is known.
    pub(crate) fn place_within(&self, property: &Property, steps: &[&str]) -> At {
        let Stored { start, end, .. } = property.value;
        let offsets = path::entries(self.value_bytes(property.value), steps);
        let mark = |offset: &u32| {
            let offset = start + offset;
            let index = self.marks.binary_search_by_key(&offset, |mark| mark.offset).ok()?;
            (offset < end).then(|| self.marks[index].at)
        };
        offsets.iter().rev().find_map(mark).unwrap_or(property.at)
    }
}

/// Something that another `App` declared.
pub(crate) fn foreign(owner: &str, at: At) -> Finding {
    Finding::error("FW0201", format!("`{owner}` refers to something declared in another `App`"))
        .at(at, "used here")
        .help("declare both in one `App`; stacks of one `App` can be in different accounts and Regions")
        .help(
            "for something outside the program, give its name or ARN, or import a value with `import_value`",
        )
}
