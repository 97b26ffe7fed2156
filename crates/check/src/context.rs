//! What rules look at: all templates of a system in one world, resources, and values with their functions resolved.
//!
//! A [`Value`] is a place in a template. Asking it for its [`text`](Value::text) follows `Ref`, `Fn::If`,
//! `Fn::FindInMap`, `Fn::Sub`, imports and parameters that another stack's output fills, as far as they are known.
//! A place that is not there is a value as well ([`is_absent`](Value::is_absent)), so that
//! `bucket.get("VersioningConfiguration").get("Status").text()` needs no step in between.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    collections::{HashMap, HashSet},
};

use formwork_facts::ResourceType;

use crate::{
    conditions::World,
    document::{Content, Document, NodeId},
    template::Template,
};

/// How far functions within functions are followed.
const DEPTH: u32 = 40;
/// And at most so many steps for one value.
const STEPS: u32 = 5_000;
/// Text that functions put together is known up to this length.
const LONGEST: usize = 65_536;

/// All templates, in one world each.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) templates: &'a [Template<'a>],
    /// Where exported values are, by name.
    exports: &'a HashMap<String, (u32, NodeId)>,
    worlds: Vec<World>,
    edges: OnceCell<Edges>,
    steps: Cell<u32>,
}

/// A place in a template, or one that could be there and is not.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) template: u32,
    /// The node; of an absent value, the one that lacks it.
    pub(crate) node: NodeId,
    step: Step<'a>,
}

#[derive(Clone, Copy, PartialEq)]
enum Step<'a> {
    /// The node itself.
    Here,
    /// The node has no such entry.
    Missing(&'a str),
    /// An item of the list that a function at the node yields.
    Item(u32),
    /// Something within what a function at the node yields.
    Within,
}

/// A resource that exists in this world.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) template: u32,
    pub(crate) index: u32,
}

/// What a value turned out to be.
#[derive(Clone)]
pub(crate) enum Resolved<'a> {
    /// Not there, or `AWS::NoValue`.
    Absent,
    Null,
    Bool(bool),
    /// A number as it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// A list that stands in a template; see [`Value::items`].
    List(Value<'a>),
    /// A list of texts that a function or a parameter yields.
    Texts(Vec<String>),
    /// An object that stands in a template.
    Map(Value<'a>),
    /// What a resource yields: `Ref`, or an attribute.
    Yields(Resource<'a>, Option<&'a str>),
    /// Known only when it is deployed, or beyond what is understood here.
    Unknown,
}

/// A part of a text that functions put together.
#[derive(Clone)]
pub(crate) enum Piece<'a> {
    Text(Cow<'a, str>),
    /// What a resource yields: `Ref`, or an attribute.
    Yields(Resource<'a>, Option<&'a str>),
    /// A pseudo parameter whose value is not known: `AWS::AccountId`.
    Pseudo(&'a str),
    Unknown,
}

/// One reference from a resource to another.
#[derive(Clone, Copy)]
pub(crate) struct Reference<'a> {
    pub(crate) from: Resource<'a>,
    pub(crate) to: Resource<'a>,
    /// The attribute that is read; none for `Ref` and `DependsOn`.
    pub(crate) attribute: Option<&'a str>,
    /// Where it stands.
    pub(crate) at: Value<'a>,
}

/// References by resource, both ways.
#[derive(Debug, Default)]
struct Edges {
    all: Vec<Edge>,
    outgoing: HashMap<(u32, u32), Vec<u32>>,
    incoming: HashMap<(u32, u32), Vec<u32>>,
}

#[derive(Debug)]
struct Edge {
    from: (u32, u32),
    to: (u32, u32),
    node: (u32, NodeId),
    attribute: Option<String>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        templates: &'a [Template<'a>],
        exports: &'a HashMap<String, (u32, NodeId)>,
        worlds: Vec<World>,
    ) -> Self {
        Self { templates, exports, worlds, edges: OnceCell::new(), steps: Cell::new(0) }
    }

    pub(crate) fn template(&self, index: u32) -> Option<&'a Template<'a>> {
        self.templates.get(index as usize)
    }

    pub(crate) fn document(&self, template: u32) -> Option<&'a Document> {
        self.template(template).map(|template| &template.document)
    }

    /// Whether a condition of a template holds in this world; `None` for one that does not exist.
    pub(crate) fn holds(&self, template: u32, condition: &str) -> Option<bool> {
        self.worlds.get(template as usize)?.holds(condition)
    }

    /// The value of a parameter in this world, if conditions depend on it: none, if it is any but those that they
    /// compare.
    pub(crate) fn parameter(&self, template: u32, name: &str) -> Option<Option<&str>> {
        self.worlds.get(template as usize)?.parameter(name)
    }

    /// A node of a template.
    pub(crate) fn value(&'a self, template: u32, node: NodeId) -> Value<'a> {
        Value { context: self, template, node, step: Step::Here }
    }

    /// All resources of all templates that exist in this world.
    pub(crate) fn resources(&'a self) -> impl Iterator<Item = Resource<'a>> {
        let templates = self.templates.iter().enumerate();
        templates
            .flat_map(move |(number, template)| {
                (0..template.resource_count()).map(move |index| Resource {
                    context: self,
                    template: number as u32,
                    index,
                })
            })
            .filter(|resource| resource.exists())
    }

    /// All resources of a type that exist in this world.
    pub(crate) fn of_type(&'a self, kind: &str) -> Vec<Resource<'a>> {
        let mut found = Vec::new();
        for (number, template) in self.templates.iter().enumerate() {
            let resources = template.of_type(kind).iter();
            let resources =
                resources.map(|index| Resource { context: self, template: number as u32, index: *index });
            found.extend(resources.filter(|resource| resource.exists()));
        }
        found
    }

    /// The resource of a logical id, if it exists in this world.
    pub(crate) fn resource(&'a self, template: u32, id: &str) -> Option<Resource<'a>> {
        let index = self.template(template)?.resource(id)?;
        Some(Resource { context: self, template, index }).filter(Resource::exists)
    }

    fn edges(&'a self) -> &'a Edges {
        self.edges.get_or_init(|| {
            let mut edges = Edges::default();
            for resource in self.resources() {
                self.walk(resource, &mut edges);
            }
            for (number, edge) in edges.all.iter().enumerate() {
                edges.outgoing.entry(edge.from).or_default().push(number as u32);
                edges.incoming.entry(edge.to).or_default().push(number as u32);
            }
            edges
        })
    }

    /// All resources that conditions touch: those that have one, choose by one, or use a parameter that one compares;
    /// and all that are connected with such by references, in either direction.
    pub(crate) fn varying(&'a self) -> HashSet<Resource<'a>> {
        let mut open: Vec<Resource<'a>> =
            self.resources().filter(|resource| self.is_touched(*resource)).collect();
        let mut varying: HashSet<Resource<'a>> = open.iter().copied().collect();
        while let Some(resource) = open.pop() {
            let referred = resource.references().into_iter().map(|reference| reference.to);
            let referring = resource.referrers().into_iter().map(|reference| reference.from);
            open.extend(referred.chain(referring).filter(|next| varying.insert(*next)));
        }
        varying
    }

    /// Whether a condition, or a parameter that conditions compare, stands somewhere in a resource.
    fn is_touched(&self, resource: Resource<'a>) -> bool {
        let Some(document) = self.document(resource.template) else { return false };
        let world = self.worlds.get(resource.template as usize);
        let compared = |name: &str| world.is_some_and(|world| world.parameter(name).is_some());
        let mut open = vec![resource.value().node];
        if resource.value().entry("Condition").is_some() {
            return true;
        }
        while let Some(node) = open.pop() {
            match document.content(node) {
                Content::List(list) => open.extend(list.iter()),
                Content::Map(map) => {
                    for (key, value) in map.iter() {
                        let touched = match (key, document.content(value)) {
                            ("Fn::If", _) => true,
                            ("Ref", Content::Text(name)) => compared(name),
                            ("Fn::Sub", Content::Text(text)) => substitution_parts(text)
                                .iter()
                                .any(|part| matches!(part, SubPart::Name(name) if compared(name))),
                            _ => false,
                        };
                        if touched {
                            return true;
                        }
                        open.push(value);
                    }
                }
                // The text of a substitution with variables is the first item of a list.
                Content::Text(text) if text.contains("${") => {
                    let names = substitution_parts(text);
                    if names.iter().any(|part| matches!(part, SubPart::Name(name) if compared(name))) {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Notes all references of one resource.
    fn walk(&'a self, from: Resource<'a>, edges: &mut Edges) {
        let mut open = vec![from.value()];
        while let Some(value) = open.pop() {
            let Some(document) = self.document(value.template) else { continue };
            let mut note = |to: Resource<'a>, attribute: Option<&str>| {
                edges.all.push(Edge {
                    from: (from.template, from.index),
                    to: (to.template, to.index),
                    node: (value.template, value.node),
                    attribute: attribute.map(str::to_owned),
                });
            };
            match document.content(value.node) {
                Content::List(list) => {
                    let mut items: Vec<_> =
                        list.iter().map(|node| self.value(value.template, node)).collect();
                    items.reverse();
                    open.extend(items);
                }
                Content::Map(map) => match map.only() {
                    Some(("Fn::If", _)) => {
                        open.extend(value.chosen());
                    }
                    Some(("Ref" | "Fn::GetAtt" | "Fn::ImportValue" | "Fn::GetStackOutput", _)) => {
                        if let Resolved::Yields(to, attribute) = value.resolve() {
                            note(to, attribute);
                        }
                    }
                    Some(("Fn::Sub", argument)) => {
                        for piece in value.pieces() {
                            if let Piece::Yields(to, attribute) = piece {
                                note(to, attribute);
                            }
                        }
                        // Variables of a substitution were followed by its pieces.
                        let _ = argument;
                    }
                    _ => {
                        let mut entries: Vec<_> =
                            map.iter().map(|(_, node)| self.value(value.template, node)).collect();
                        entries.reverse();
                        open.extend(entries);
                    }
                },
                _ => {}
            }
        }
        for id in from.depends_on_ids() {
            if let Some(to) = self.resource(from.template, &id) {
                let node = (from.template, from.attribute("DependsOn").node);
                let from = (from.template, from.index);
                edges.all.push(Edge { from, to: (to.template, to.index), node, attribute: None });
            }
        }
    }

    fn reference(&'a self, number: u32) -> Option<Reference<'a>> {
        let edge = self.edges().all.get(number as usize)?;
        let resource = |(template, index)| Resource { context: self, template, index };
        Some(Reference {
            from: resource(edge.from),
            to: resource(edge.to),
            attribute: edge.attribute.as_deref(),
            at: self.value(edge.node.0, edge.node.1),
        })
    }
}

impl PartialEq for Resource<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.template, self.index) == (other.template, other.index)
    }
}
impl Eq for Resource<'_> {}
impl std::hash::Hash for Resource<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.template, self.index).hash(state);
    }
}

impl<'a> Resource<'a> {
    fn declared(self) -> Option<&'a Template<'a>> {
        self.context.template(self.template)
    }

    /// The logical id.
    pub(crate) fn id(self) -> &'a str {
        self.declared().map_or("", |template| template.resource_id(self.index))
    }

    /// The type, such as `AWS::EC2::Subnet`.
    pub(crate) fn kind(self) -> &'a str {
        self.declared().map_or("", |template| template.resource_type(self.index))
    }

    /// What is published about its type.
    pub(crate) fn facts(self) -> Option<&'static ResourceType> {
        formwork_facts::resource_type(self.kind())
    }

    /// The Region it is deployed to, where that is known.
    pub(crate) fn region(self) -> Option<&'a str> {
        self.declared()?.region.as_deref()
    }

    /// The whole resource: `Type`, `Properties` and so on.
    pub(crate) fn value(self) -> Value<'a> {
        let node = self.declared().map_or(Document::ROOT, |template| template.resource_node(self.index));
        self.context.value(self.template, node)
    }

    /// A property.
    pub(crate) fn get(self, property: &'a str) -> Value<'a> {
        self.value().get("Properties").get(property)
    }

    /// `Properties`, `DependsOn`, `DeletionPolicy`, `Condition` and so on.
    pub(crate) fn attribute(self, name: &'a str) -> Value<'a> {
        self.value().get(name)
    }

    /// Whether its condition holds in this world.
    pub(crate) fn exists(&self) -> bool {
        match self.value().entry("Condition").map(|condition| condition.content()) {
            Some(Content::Text(condition)) => self.context.holds(self.template, condition).unwrap_or(true),
            _ => true,
        }
    }

    fn depends_on_ids(self) -> Vec<String> {
        let depends_on = self.attribute("DependsOn");
        match depends_on.content() {
            Content::Text(id) => vec![id.to_owned()],
            Content::List(_) => {
                depends_on.items().iter().filter_map(|item| item.text()).map(Cow::into_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What it refers to, `DependsOn` included, in the order in which it says so.
    pub(crate) fn references(self) -> Vec<Reference<'a>> {
        let edges = self.context.edges().outgoing.get(&(self.template, self.index));
        edges.into_iter().flatten().filter_map(|edge| self.context.reference(*edge)).collect()
    }

    /// What refers to it.
    pub(crate) fn referrers(self) -> Vec<Reference<'a>> {
        let edges = self.context.edges().incoming.get(&(self.template, self.index));
        edges.into_iter().flatten().filter_map(|edge| self.context.reference(*edge)).collect()
    }
}

impl<'a> Value<'a> {
    /// The key that an absent value lacks.
    pub(crate) fn missing_key(self) -> Option<&'a str> {
        match self.step {
            Step::Missing(key) => Some(key),
            _ => None,
        }
    }

    /// What stands there, functions and all.
    pub(crate) fn content(self) -> Content<'a> {
        match self.step {
            Step::Here => {
                self.context.document(self.template).map_or(Content::Null, |it| it.content(self.node))
            }
            _ => Content::Null,
        }
    }

    /// An entry as it stands there, without resolving anything.
    pub(crate) fn entry(self, key: &str) -> Option<Value<'a>> {
        match self.content() {
            Content::Map(map) => map.get(key).map(|node| self.context.value(self.template, node)),
            _ => None,
        }
    }

    /// The function that stands there, with its argument.
    pub(crate) fn function(self) -> Option<(&'a str, Value<'a>)> {
        let Content::Map(map) = self.content() else { return None };
        let (name, argument) = map.only()?;
        let is_function = name == "Ref" || name.starts_with("Fn::");
        is_function.then(|| (name, self.context.value(self.template, argument)))
    }

    /// The items of a list as they stand there.
    fn raw_items(self) -> Vec<Value<'a>> {
        match self.content() {
            Content::List(list) => list.iter().map(|node| self.context.value(self.template, node)).collect(),
            _ => Vec::new(),
        }
    }

    /// The branch of an `Fn::If` that this world takes; both, where the condition is unknown.
    fn chosen(self) -> Vec<Value<'a>> {
        let Some(("Fn::If", argument)) = self.function() else { return vec![self] };
        let items = argument.raw_items();
        let [condition, then, otherwise] = items.as_slice() else { return Vec::new() };
        let holds = match condition.content() {
            Content::Text(name) => self.context.holds(self.template, name),
            _ => None,
        };
        match holds {
            Some(true) => vec![*then],
            Some(false) => vec![*otherwise],
            None => vec![*then, *otherwise],
        }
    }

    /// The value with all that is known about it.
    pub(crate) fn resolve(self) -> Resolved<'a> {
        self.context.steps.set(0);
        self.resolved(0)
    }

    fn resolved(self, depth: u32) -> Resolved<'a> {
        let steps = self.context.steps.get() + 1;
        self.context.steps.set(steps);
        if depth > DEPTH || steps > STEPS {
            return Resolved::Unknown;
        }
        match self.step {
            Step::Missing(_) => return Resolved::Absent,
            Step::Within => return Resolved::Unknown,
            Step::Item(index) => {
                let list = Value { step: Step::Here, ..self }.resolved(depth + 1);
                return match list {
                    Resolved::Texts(mut texts) if (index as usize) < texts.len() => {
                        Resolved::Text(texts.swap_remove(index as usize).into())
                    }
                    _ => Resolved::Unknown,
                };
            }
            Step::Here => {}
        }
        match self.content() {
            Content::Null => Resolved::Null,
            Content::Bool(value) => Resolved::Bool(value),
            Content::Number(text) => Resolved::Number(text),
            Content::Text(text) if text.contains("{{resolve:") => Resolved::Unknown,
            Content::Text(text) => Resolved::Text(Cow::Borrowed(text)),
            Content::List(_) => Resolved::List(self),
            Content::Map(_) => match self.function() {
                Some((name, argument)) => self.call(name, argument, depth + 1),
                None => Resolved::Map(self),
            },
        }
    }

    fn call(self, name: &'a str, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        match name {
            "Ref" => match argument.content() {
                Content::Text(name) => self.referred(name, depth),
                _ => Resolved::Unknown,
            },
            "Fn::GetAtt" => self.attribute_of(argument),
            "Fn::If" => match self.chosen().as_slice() {
                [branch] => branch.resolved(depth),
                _ => Resolved::Unknown,
            },
            "Fn::FindInMap" => self.lookup(argument, depth),
            "Fn::Sub" | "Fn::Join" => self.text_of_pieces(depth),
            "Fn::Select" => {
                let items = argument.raw_items();
                let [index, list] = items.as_slice() else { return Resolved::Unknown };
                let index = index.resolved(depth).text().and_then(|text| text.parse::<usize>().ok());
                let list = list.list(depth);
                match (list, index) {
                    (Some(items), Some(index)) => {
                        items.get(index).map_or(Resolved::Unknown, |item| item.resolved(depth))
                    }
                    _ => Resolved::Unknown,
                }
            }
            "Fn::Split" => {
                let items = argument.raw_items();
                let [separator, text] = items.as_slice() else { return Resolved::Unknown };
                match (separator.resolved(depth).text(), text.resolved(depth).text()) {
                    (Some(separator), Some(text)) if !separator.is_empty() => {
                        Resolved::Texts(text.split(&*separator).map(str::to_owned).collect())
                    }
                    _ => Resolved::Unknown,
                }
            }
            "Fn::Cidr" => self.ranges(argument, depth),
            "Fn::ImportValue" => {
                let name = argument.resolved(depth).text();
                let export = name.and_then(|name| self.context.exports.get(&*name));
                match export {
                    Some((template, node)) => self.context.value(*template, *node).resolved(depth),
                    None => Resolved::Unknown,
                }
            }
            "Fn::GetStackOutput" => {
                let part = |key| argument.entry(key).and_then(|part| part.resolved(depth).text());
                let (Some(stack), Some(output)) = (part("StackName"), part("OutputName")) else {
                    return Resolved::Unknown;
                };
                let named = |template: &Template<'_>| template.stack_name.as_deref() == Some(&*stack);
                let template = self.context.templates.iter().position(named);
                template.map_or(Resolved::Unknown, |template| self.output(template as u32, &output, depth))
            }
            _ => Resolved::Unknown,
        }
    }

    /// The value of an output of another template.
    fn output(self, template: u32, output: &str, depth: u32) -> Resolved<'a> {
        let declared = self.context.template(template).and_then(|it| it.entry("Outputs", output));
        let value = declared.and_then(|node| self.context.value(template, node).entry("Value"));
        value.map_or(Resolved::Unknown, |value| value.resolved(depth))
    }

    /// What `Ref` yields for a name.
    fn referred(self, name: &'a str, depth: u32) -> Resolved<'a> {
        if name.starts_with("AWS::") {
            return match (name, self.pseudo(name)) {
                ("AWS::NoValue", _) => Resolved::Absent,
                (_, Some(text)) => Resolved::Text(text),
                _ => Resolved::Unknown,
            };
        }
        let Some(template) = self.context.template(self.template) else { return Resolved::Unknown };
        if let Some(parameter) = template.entry("Parameters", name) {
            return self.parameter(name, parameter, depth);
        }
        match self.context.resource(self.template, name) {
            Some(resource) => Resolved::Yields(resource, None),
            None => Resolved::Unknown,
        }
    }

    /// The value of a pseudo parameter, where it is known.
    fn pseudo(self, name: &str) -> Option<Cow<'a, str>> {
        let template = self.context.template(self.template)?;
        let region = template.region.as_deref();
        match name {
            "AWS::Region" => region.map(Cow::Borrowed),
            "AWS::AccountId" => template.account.as_deref().map(Cow::Borrowed),
            "AWS::StackName" => template.stack_name.as_deref().map(Cow::Borrowed),
            "AWS::Partition" => region.map(|region| partition(region).0.into()),
            "AWS::URLSuffix" => region.map(|region| partition(region).1.into()),
            _ => None,
        }
    }

    fn parameter(self, name: &str, node: NodeId, depth: u32) -> Resolved<'a> {
        let Some(template) = self.context.template(self.template) else { return Resolved::Unknown };
        if let Some((producer, output)) = template.passed.get(name) {
            return self.output(*producer, output, depth);
        }
        let declared = self.context.value(self.template, node);
        let kind = match declared.entry("Type").map(Value::content) {
            Some(Content::Text(kind)) => kind,
            _ => return Resolved::Unknown,
        };
        let hidden = declared.entry("NoEcho").is_some_and(|it| it.boolean() == Some(true));
        if hidden || kind.starts_with("AWS::SSM::") {
            return Resolved::Unknown;
        }
        let fixed = self.context.worlds.get(self.template as usize).and_then(|world| world.parameter(name));
        let value = match (fixed, declared.entry("Default").map(Value::content)) {
            (Some(Some(fixed)), _) => fixed,
            (Some(None), _) => return Resolved::Unknown,
            (None, Some(Content::Text(text) | Content::Number(text))) => text,
            (None, Some(Content::Bool(true))) => "true",
            (None, Some(Content::Bool(false))) => "false",
            _ => return Resolved::Unknown,
        };
        if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            return Resolved::Texts(value.split(',').map(|item| item.trim().to_owned()).collect());
        }
        Resolved::Text(Cow::Borrowed(value))
    }

    fn attribute_of(self, argument: Value<'a>) -> Resolved<'a> {
        let items = argument.raw_items();
        let (id, attribute) = match (argument.content(), items.as_slice()) {
            (Content::Text(text), _) => match text.split_once('.') {
                Some((id, attribute)) => (id, attribute),
                None => return Resolved::Unknown,
            },
            (_, [id, attribute]) => match (id.content(), attribute.content()) {
                (Content::Text(id), Content::Text(attribute)) => (id, attribute),
                _ => return Resolved::Unknown,
            },
            _ => return Resolved::Unknown,
        };
        match self.context.resource(self.template, id) {
            Some(resource) => Resolved::Yields(resource, Some(attribute)),
            None => Resolved::Unknown,
        }
    }

    fn lookup(self, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        let items = argument.raw_items();
        let [map, first, second, rest @ ..] = items.as_slice() else { return Resolved::Unknown };
        let text = |value: &Value<'a>| value.resolved(depth).text();
        let (Some(map), Some(first), Some(second)) = (text(map), text(first), text(second)) else {
            return Resolved::Unknown;
        };
        let mapping = self.context.template(self.template).and_then(|it| it.entry("Mappings", &map));
        let found = mapping.map(|node| self.context.value(self.template, node));
        let found = found.and_then(|map| map.entry(&first)).and_then(|map| map.entry(&second));
        match found {
            Some(value) => value.resolved(depth),
            None => match rest.first().and_then(|options| options.entry("DefaultValue")) {
                Some(default) => default.resolved(depth),
                None => Resolved::Unknown,
            },
        }
    }

    /// What `Fn::Cidr` yields, for IPv4.
    fn ranges(self, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        let items = argument.raw_items();
        let [block, count, rest @ ..] = items.as_slice() else { return Resolved::Unknown };
        let text = |value: &Value<'a>| value.resolved(depth).text();
        let bits = rest.first().map_or(Some(Cow::Borrowed("")), text);
        let (Some(block), Some(count), Some(bits)) = (text(block), text(count), bits) else {
            return Resolved::Unknown;
        };
        let parts = block.split_once('/').and_then(|(address, length)| {
            let address: std::net::Ipv4Addr = address.parse().ok()?;
            let length: u32 = length.parse().ok()?;
            let bits: u32 = if bits.is_empty() { 8 } else { bits.parse().ok()? };
            let count: u32 = count.parse().ok()?;
            let fits = (1..=256).contains(&count) && bits <= 32 - length.min(32) && bits > 0;
            fits.then_some((u32::from(address), length, bits, count))
        });
        let Some((address, length, bits, count)) = parts else { return Resolved::Unknown };
        let size = 1u64 << bits;
        let end = (u64::from(address) | (u64::from(u32::MAX) >> length)) + 1;
        let mut ranges = Vec::new();
        for index in 0..u64::from(count) {
            let start = u64::from(address) + index * size;
            if start + size > end {
                return Resolved::Unknown;
            }
            ranges.push(format!("{}/{}", std::net::Ipv4Addr::from(start as u32), 32 - bits));
        }
        Resolved::Texts(ranges)
    }

    fn text_of_pieces(self, depth: u32) -> Resolved<'a> {
        let mut pieces = Vec::new();
        self.collect_pieces(&mut pieces, depth);
        if let [Piece::Yields(resource, attribute)] = pieces.as_slice() {
            return Resolved::Yields(*resource, *attribute);
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) if text.len() + part.len() <= LONGEST => text.push_str(&part),
                _ => return Resolved::Unknown,
            }
        }
        Resolved::Text(text.into())
    }

    /// The parts that a text is put together of; one part, if nothing is put together.
    pub(crate) fn pieces(self) -> Vec<Piece<'a>> {
        self.context.steps.set(0);
        let mut pieces = Vec::new();
        self.collect_pieces(&mut pieces, 0);
        let mut joined: Vec<Piece<'a>> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.to_mut().push_str(&text),
                (_, piece) => joined.push(piece),
            }
        }
        joined
    }

    fn collect_pieces(self, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        if depth > DEPTH || pieces.len() > STEPS as usize {
            return pieces.push(Piece::Unknown);
        }
        match self.function() {
            Some(("Fn::Sub", argument)) => self.substitution(argument, pieces, depth + 1),
            Some(("Fn::Join", argument)) => {
                let items = argument.raw_items();
                let separator = items.first().and_then(|separator| separator.resolved(depth + 1).text());
                let list = items.get(1).and_then(|list| list.list(depth + 1));
                let (Some(separator), Some(list)) = (separator, list) else {
                    return pieces.push(Piece::Unknown);
                };
                for (index, item) in list.iter().enumerate() {
                    if index > 0 && !separator.is_empty() {
                        pieces.push(Piece::Text(separator.clone()));
                    }
                    item.collect_pieces(pieces, depth + 1);
                }
            }
            Some(("Fn::If", _)) => match self.chosen().as_slice() {
                [branch] => branch.collect_pieces(pieces, depth + 1),
                _ => pieces.push(Piece::Unknown),
            },
            Some(("Ref", argument)) => match argument.content() {
                Content::Text(name) => self.named_piece(name, pieces, depth + 1),
                _ => pieces.push(Piece::Unknown),
            },
            _ => pieces.push(match self.resolved(depth + 1) {
                Resolved::Yields(resource, attribute) => Piece::Yields(resource, attribute),
                resolved => resolved.text().map_or(Piece::Unknown, Piece::Text),
            }),
        }
    }

    /// What a name such as `AWS::Region`, `Vpc` or `Vpc.CidrBlock` stands for.
    fn named_piece(self, name: &'a str, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        if name.starts_with("AWS::") {
            return pieces.push(match self.pseudo(name) {
                Some(text) => Piece::Text(text),
                None => Piece::Pseudo(name),
            });
        }
        let resolved = match name.split_once('.') {
            Some((id, attribute)) => match self.context.resource(self.template, id) {
                Some(resource) => Resolved::Yields(resource, Some(attribute)),
                None => Resolved::Unknown,
            },
            None => self.referred(name, depth),
        };
        pieces.push(match resolved {
            Resolved::Yields(resource, attribute) => Piece::Yields(resource, attribute),
            resolved => resolved.text().map_or(Piece::Unknown, Piece::Text),
        });
    }

    fn substitution(self, argument: Value<'a>, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        let items = argument.raw_items();
        let (text, variables) = match (argument.content(), items.as_slice()) {
            (Content::Text(text), _) => (text, None),
            (_, [text, variables]) => match text.content() {
                Content::Text(text) => (text, Some(*variables)),
                _ => return pieces.push(Piece::Unknown),
            },
            _ => return pieces.push(Piece::Unknown),
        };
        for part in substitution_parts(text) {
            match part {
                SubPart::Text(text) => pieces.push(Piece::Text(Cow::Borrowed(text))),
                SubPart::Name(name) => match variables.and_then(|variables| variables.entry(name)) {
                    Some(value) => value.collect_pieces(pieces, depth + 1),
                    None => self.named_piece(name, pieces, depth + 1),
                },
            }
        }
    }

    /// The items of a list, where all of them are known to be there or not.
    fn list(self, depth: u32) -> Option<Vec<Value<'a>>> {
        match self.resolved(depth) {
            Resolved::List(list) => {
                let mut items = list.raw_items();
                items.retain(|item| !matches!(item.resolved(depth + 1), Resolved::Absent));
                Some(items)
            }
            Resolved::Texts(texts) => {
                let item = |index| Value { step: Step::Item(index as u32), ..self };
                Some((0..texts.len()).map(item).collect())
            }
            _ => None,
        }
    }

    /// An entry of an object; a value that is absent if the object or the entry is. Of a value that is not known, an
    /// entry is not known either: see [`is_unknown`](Self::is_unknown).
    pub(crate) fn get(self, key: &'a str) -> Value<'a> {
        let missing = |value: Value<'a>| Value { step: Step::Missing(key), ..value };
        match self.step {
            Step::Missing(_) | Step::Within => self,
            _ => match self.resolve() {
                Resolved::Map(map) => map.entry(key).unwrap_or_else(|| missing(map)),
                Resolved::Unknown | Resolved::Yields(..) => Value { step: Step::Within, ..self },
                _ => missing(self),
            },
        }
    }

    /// The value at the end of several keys.
    pub(crate) fn within(self, keys: &[&'a str]) -> Value<'a> {
        keys.iter().fold(self, |value, key| value.get(key))
    }

    /// The items of a list that are there; none where nothing is known of them. See
    /// [`is_unknown`](Self::is_unknown).
    pub(crate) fn items(self) -> Vec<Value<'a>> {
        self.context.steps.set(0);
        self.list(0).unwrap_or_default()
    }

    /// The items of a list, or the value itself where it is not a list: `"Action": "s3:GetObject"`.
    pub(crate) fn one_or_more(self) -> Vec<Value<'a>> {
        match self.resolve() {
            Resolved::Absent => Vec::new(),
            Resolved::List(_) | Resolved::Texts(_) => self.items(),
            _ => vec![self],
        }
    }

    /// The entries of an object that are there, in the order in which they stand.
    pub(crate) fn entries(self) -> Vec<(&'a str, Value<'a>)> {
        let Resolved::Map(map) = self.resolve() else { return Vec::new() };
        let Content::Map(content) = map.content() else { return Vec::new() };
        let entries = content.iter().map(|(key, node)| (key, self.context.value(map.template, node)));
        entries.filter(|(_, value)| !value.is_absent()).collect()
    }

    /// Whether there is nothing, or `AWS::NoValue`.
    pub(crate) fn is_absent(self) -> bool {
        match self.step {
            Step::Missing(_) => true,
            Step::Item(_) | Step::Within => false,
            Step::Here => matches!(self.resolve(), Resolved::Absent),
        }
    }

    /// Whether there is something.
    pub(crate) fn is_set(self) -> bool {
        !self.is_absent()
    }

    /// Whether it will be known only at the deployment, or is beyond what is understood here. What a resource yields
    /// counts as known to be from there.
    pub(crate) fn is_unknown(self) -> bool {
        matches!(self.resolve(), Resolved::Unknown)
    }

    /// The text, if it is known; of a number or a boolean, as CloudFormation would print it. What a resource yields
    /// is known where it is the value of one of its properties.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        self.resolve().text()
    }

    /// The whole number, if it is known; also of text that is one.
    pub(crate) fn integer(self) -> Option<i64> {
        let text = self.text()?;
        let text = text.trim();
        text.parse().ok().or_else(|| {
            let number: f64 = text.parse().ok()?;
            (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
        })
    }

    /// The number, if it is known.
    pub(crate) fn number(self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The truth value, if it is known; also of the texts `true` and `false`.
    pub(crate) fn boolean(self) -> Option<bool> {
        match &*self.text()? {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// Whether the text is known, and is this.
    pub(crate) fn is(self, text: &str) -> bool {
        self.text().is_some_and(|known| known == text)
    }

    /// The resource that it is a reference to: by `Ref`, by any attribute, or by an interpolation of nothing else;
    /// also in another stack.
    pub(crate) fn resource(self) -> Option<Resource<'a>> {
        match self.resolve() {
            Resolved::Yields(resource, _) => Some(resource),
            _ => None,
        }
    }

    /// The beginning of the text as far as it is known: `arn:aws:s3:::` of an ARN with a reference after it.
    pub(crate) fn known_beginning(self) -> String {
        match self.pieces().into_iter().next() {
            Some(Piece::Text(text)) => text.into_owned(),
            _ => String::new(),
        }
    }

    /// The name of the property or the number of the item, the last step of its path.
    pub(crate) fn name(self) -> String {
        match self.step {
            Step::Missing(key) => key.to_owned(),
            Step::Item(index) => index.to_string(),
            Step::Here | Step::Within => self
                .context
                .document(self.template)
                .and_then(|it| it.path(self.node).pop())
                .unwrap_or_default(),
        }
    }
}

impl<'a> Resolved<'a> {
    /// The text, if it is known.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(text) => Some(Cow::Borrowed(text)),
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Yields(resource, attribute) => resource.yielded(attribute),
            _ => None,
        }
    }
}

impl<'a> Resource<'a> {
    /// The text that `Ref` or an attribute yields, where it is that of a property that is set.
    fn yielded(self, attribute: Option<&'a str>) -> Option<Cow<'a, str>> {
        let property: &'a str = match attribute {
            Some(attribute) => attribute,
            None => match self.facts()?.reference.as_slice() {
                [property] => property,
                _ => return None,
            },
        };
        let value = self.value().entry("Properties")?.entry(property)?;
        match value.content() {
            Content::Text(text) if !text.contains("{{resolve:") => Some(Cow::Borrowed(text)),
            Content::Map(_) if self.context.steps.get() < STEPS => match value.resolved(DEPTH / 2) {
                Resolved::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A part of the text of `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SubPart<'t> {
    Text(&'t str),
    /// What stands in `${..}`.
    Name(&'t str),
}

/// Takes the text of an `Fn::Sub` apart; `${!Literal}` is text.
pub(crate) fn substitution_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut plain = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        let before = plain.len() - rest.len() + start;
        let after = &rest[start + length + 1..];
        if let Some(literal) = name.strip_prefix('!') {
            if before + 2 > 0 {
                parts.push(SubPart::Text(&plain[..before + 2]));
            }
            // The text goes on behind the exclamation mark.
            let from = plain.len() - after.len() - 1 - literal.len();
            plain = &plain[from..];
            rest = after;
            continue;
        }
        if before > 0 {
            parts.push(SubPart::Text(&plain[..before]));
        }
        parts.push(SubPart::Name(name.trim()));
        plain = after;
        rest = after;
    }
    if !plain.is_empty() || parts.is_empty() {
        parts.push(SubPart::Text(plain));
    }
    parts
}

/// The partition of a Region and the ending of its service addresses.
pub(crate) fn partition(region: &str) -> (&'static str, &'static str) {
    const PARTITIONS: &[(&str, (&str, &str))] = &[
        ("cn-", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-", ("aws-us-gov", "amazonaws.com")),
        ("us-iso-", ("aws-iso", "c2s.ic.gov")),
        ("us-isob-", ("aws-iso-b", "sc2s.sgov.gov")),
        ("us-isof-", ("aws-iso-f", "csp.hci.ic.gov")),
        ("eu-isoe-", ("aws-iso-e", "cloud.adc-e.uk")),
        ("eusc-", ("aws-eusc", "amazonaws.eu")),
    ];
    let found = PARTITIONS.iter().find(|(beginning, _)| region.starts_with(beginning));
    found.map_or(("aws", "amazonaws.com"), |(_, partition)| *partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substitutions_are_taken_apart() {
        use SubPart::{Name, Text};
        assert_eq!(substitution_parts("a${B}c${ D.E }"), [Text("a"), Name("B"), Text("c"), Name("D.E")]);
        assert_eq!(substitution_parts("${!A}b"), [Text("${"), Text("A}b")]);
        assert_eq!(substitution_parts("x${!A}${B}"), [Text("x${"), Text("A}"), Name("B")]);
        assert_eq!(substitution_parts("open ${"), [Text("open ${")]);
        assert_eq!(substitution_parts(""), [Text("")]);
        assert_eq!(substitution_parts("é${é}é"), [Text("é"), Name("é"), Text("é")]);
    }
}
