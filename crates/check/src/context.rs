//! What rules look at: all templates of a system in one world, resources, and values with their functions resolved.
//!
//! A [`Value`] is a place in a template. Asking it for its [`text`](Value::text) follows `Ref`, `Fn::If`,
//! `Fn::FindInMap`, `Fn::Sub`, imports and parameters that another stack's output fills, as far as they are known.
//! A place that is not there is a value as well ([`is_absent`](Value::is_absent)), so that
//! `bucket.get("VersioningConfiguration").get("Status").text()` needs no step in between.

mod edges;
mod functions;

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    collections::HashMap,
};

use formwork_facts::ResourceType;

use crate::{
    conditions::World,
    document::{Content, Document, NodeId},
    template::Template,
};

use edges::Edges;
pub(crate) use functions::{SubPart, substitution_parts};

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
