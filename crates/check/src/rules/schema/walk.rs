//! The walk over the properties of a resource.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use formwork_core::{Severity, nearest};
use formwork_facts::{Kind, Properties, Property, ResourceType, Rule as Between, Shape, TagForm, Text};

use super::{Code, classes, functions, has_transform, scalars, together};
use crate::{
    context::{Context, Resource, Value},
    document::{Content, List, Map, NodeId},
    rule::{Place, Remark, Says},
};

/// The type of resources that a function of the program's own makes.
const CUSTOM: &str = "AWS::CloudFormation::CustomResource";

/// So many suggestions are made in one walk: to find one takes time.
const SUGGESTIONS: u32 = 200;

/// Properties for which `aws cloudformation package` takes the path of a file instead of an object.
const PACKAGED: &[(&str, &str)] = &[
    ("AWS::ApiGateway::RestApi", "BodyS3Location"),
    ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location"),
    ("AWS::CodeCommit::Repository", "S3"),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "SourceBundle"),
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::LayerVersion", "Content"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"),
];

/// A walk over one resource after the other.
pub(super) struct Walk<'a, 's> {
    pub(super) context: &'a Context<'a>,
    says: &'s mut Says,
    pub(super) resource: Option<Resource<'a>>,
    pub(super) facts: Option<&'static ResourceType>,
    /// Whether the values that are looked at are sure to be what is deployed: no default of a parameter, and nothing
    /// that functions put together.
    pub(super) sure: bool,
    /// Whether they stand elsewhere, in a mapping or in another stack.
    pub(super) elsewhere: bool,
    suggestions: u32,
    /// What was looked at elsewhere: its place, and the address of its shape.
    seen: HashSet<(u32, NodeId, usize)>,
}

/// The branches that this world takes, until something else stands there; `None` where that is not known.
pub(super) fn settle(mut value: Value<'_>) -> Option<Value<'_>> {
    while let Some(("Fn::If", argument)) = value.function() {
        let Content::List(items) = argument.content() else { return None };
        let document = value.context.document(value.template)?;
        let Content::Text(condition) = document.content(items.get(0)?) else { return None };
        let branch = if value.context.holds(value.template, condition)? { 1 } else { 2 };
        value = value.context.value(value.template, items.get(branch)?);
    }
    Some(value)
}

/// Whether `AWS::NoValue` stands there.
pub(super) fn is_no_value(value: Value<'_>) -> bool {
    value
        .function()
        .is_some_and(|(name, argument)| name == "Ref" && argument.content() == Content::Text("AWS::NoValue"))
}

/// A property by name: they are in alphabetical order.
pub(super) fn property(properties: &'static Properties, name: &str) -> Option<&'static Property> {
    let index = properties.all.binary_search_by(|property| (*property.name).cmp(name)).ok()?;
    properties.all.get(index)
}

/// Text for a message: one line, not too long.
pub(super) fn shown(text: &str) -> String {
    let mut line: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() < text.len() && text.chars().nth(60).is_some() {
        line.push_str("...");
    }
    line
}

/// Names for a message: all of them if they are few.
pub(super) fn named<'t>(names: impl Iterator<Item = &'t str>, word: &str) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

impl<'a, 's> Walk<'a, 's> {
    pub(super) fn new(context: &'a Context<'a>, says: &'s mut Says) -> Self {
        Self {
            context,
            says,
            resource: None,
            facts: None,
            sure: true,
            elsewhere: false,
            suggestions: 0,
            seen: HashSet::new(),
        }
    }

    /// Says something under a code; what is not sure is no error.
    pub(super) fn say(&mut self, code: Code, at: impl Into<Place>, message: String) -> &mut Remark {
        if let Some(rule) = code.rule() {
            self.says.turn(rule);
        }
        let sure = self.sure;
        let remark = self.says.add(at, message);
        if !sure && remark.severity == Severity::Error {
            remark.severity(Severity::Warning);
        }
        remark
    }

    pub(super) fn complain(&mut self, at: Value<'a>, complaint: scalars::Complaint) -> &mut Remark {
        let sure = self.sure;
        let remark = self.say(complaint.code, at, complaint.message);
        // What is not sure stays a warning.
        if let Some(severity) = complaint.severity.filter(|severity| sure || *severity != Severity::Error) {
            remark.severity(severity);
        }
        if let Some(help) = complaint.help {
            remark.help(help);
        }
        remark
    }

    pub(super) fn suggest<'c>(
        &mut self,
        name: &str,
        candidates: impl Iterator<Item = &'c str>,
    ) -> Option<&'c str> {
        self.suggestions += 1;
        if self.suggestions > SUGGESTIONS { None } else { nearest(name, candidates) }
    }

    /// Whether a value elsewhere was not looked at before as what it should be.
    pub(super) fn is_new(&mut self, value: Value<'a>, shape: &'static Shape) -> bool {
        self.seen.insert((value.template, value.node, std::ptr::from_ref(shape).addr()))
    }

    /// The type of the resource that is looked at.
    pub(super) fn kind(&self) -> &'static str {
        self.facts.map_or("", |facts| &facts.name)
    }

    pub(super) fn resource(&mut self, resource: Resource<'a>) {
        let kind = resource.kind();
        self.resource = Some(resource);
        self.facts = None;
        if kind.starts_with("Custom::") || kind == CUSTOM {
            return self.custom(resource);
        }
        let Some(facts) = resource.facts() else { return self.unknown_type(resource) };
        self.facts = Some(facts);
        if let Some(transform) = facts.transform.as_deref() {
            // What a transform takes is up to it: the facts know one of several forms.
            return self.transformed(resource, transform);
        }
        let Some(properties) = resource.value().entry("Properties") else {
            self.missing(resource.value(), &facts.properties, &[], resource.id());
            self.between(resource.value(), &facts.properties, &[], resource.id());
            return;
        };
        let Some(properties) = settle(properties) else { return };
        if let (None, Content::Map(map)) = (properties.function(), properties.content()) {
            self.object(properties, map, &facts.properties, "", resource.id());
        }
    }

    fn transformed(&mut self, resource: Resource<'a>, transform: &str) {
        if has_transform(self.context, resource.template, transform) {
            return;
        }
        let kind = resource.kind();
        self.say(
            Code::UnknownType,
            resource.attribute("Type"),
            format!(
                "`{kind}` exists only with the transform `{transform}`, which the template does not name"
            ),
        )
        .help(format!("add `Transform: {transform}` to the template"));
    }

    /// A resource that a function of the program's own makes: it can have any properties.
    fn custom(&mut self, resource: Resource<'a>) {
        let Some(facts) = formwork_facts::resource_type(CUSTOM) else { return };
        let properties = resource.value().entry("Properties");
        let settled = properties.and_then(settle);
        let set: Vec<&str> = match settled.map(Value::content) {
            Some(Content::Map(map)) => map.iter().map(|(key, _)| key).collect(),
            Some(_) => return,
            None => Vec::new(),
        };
        if !set.iter().any(|key| key.starts_with("Fn::")) {
            self.missing(properties.unwrap_or(resource.value()), &facts.properties, &set, resource.id());
        }
        // Those that CloudFormation itself reads; all others are for whoever makes the resource.
        for known in &facts.properties.all {
            if let Some(value) = settled.and_then(|properties| properties.entry(&known.name)) {
                self.value(value, &known.shape, &known.name);
            }
        }
    }

    fn unknown_type(&mut self, resource: Resource<'a>) {
        let kind = resource.kind();
        let parts = kind.split("::").count();
        let known_namespace = kind.starts_with("AWS::") || kind.starts_with("Alexa::");
        let silent = kind.ends_with("::MODULE") || (!known_namespace && parts >= 3);
        if kind.ends_with("::MODULE") {
            return;
        }
        if silent {
            self.say(
                Code::UnknownType,
                resource.attribute("Type"),
                format!("`{}` exists only where its extension is registered", shown(kind)),
            )
            .severity(Severity::Note)
            .note("what it takes is not known here, and not checked");
            return;
        }
        let service = formwork_facts::service_of(kind);
        let near = self.suggest(kind, formwork_facts::types(&service)).or_else(|| {
            let service = self.suggest(&service, formwork_facts::services())?;
            self.suggest(kind, formwork_facts::types(service))
        });
        let message = if parts < 2 {
            format!("`{}` is no resource type", shown(kind))
        } else {
            format!("there is no resource type `{}`", shown(kind))
        };
        let remark = self.say(Code::UnknownType, resource.attribute("Type"), message);
        match near {
            Some(near) => remark.help(format!("did you mean `{near}`?")),
            None => remark.help("types are listed in the CloudFormation template reference"),
        };
    }

    /// A value, whatever stands there.
    pub(super) fn value(&mut self, value: Value<'a>, shape: &'static Shape, name: &str) {
        let Some(value) = settle(value) else { return };
        match value.content() {
            Content::Null => {}
            Content::Bool(truth) => self.scalar(value, scalars::Scalar::Bool(truth), shape, name),
            Content::Number(text) => self.scalar(value, scalars::Scalar::Number(text), shape, name),
            Content::Text(text) => self.scalar(value, scalars::Scalar::Text(text), shape, name),
            Content::List(list) => self.list(value, list, shape, name),
            Content::Map(map) => match value.function() {
                Some((function, argument)) => {
                    functions::call(self, value, function, argument, shape, name);
                }
                None => self.map(value, map, shape, name),
            },
        }
    }

    /// A scalar that stands there, or that something yields there.
    pub(super) fn scalar(
        &mut self,
        at: Value<'a>,
        scalar: scalars::Scalar<'_>,
        shape: &'static Shape,
        name: &str,
    ) {
        match &shape.kind {
            Kind::Json => {}
            Kind::List(_) | Kind::Object(_) | Kind::Map(_) => {
                let kind = self.kind();
                let packaged = PACKAGED.iter().any(|(of, property)| *of == kind && *property == name);
                if packaged && matches!(scalar, scalars::Scalar::Text(_)) {
                    self.say(
                        Code::WrongKind,
                        at,
                        format!("`{name}` is the path of a file, which CloudFormation does not take"),
                    )
                    .severity(Severity::Warning)
                    .note("`aws cloudformation package` uploads the file and puts an object in its place")
                    .help("deploy what that command writes, or name the object in the bucket");
                } else {
                    self.wrong_kind(at, shape, name, &scalar.described());
                }
            }
            _ => {
                if let Some(complaint) = scalars::judge(scalar, shape, name, self.kind()) {
                    self.complain(at, complaint);
                } else if let Some(complaint) = classes::judge(self, scalar, name) {
                    self.complain(at, complaint);
                }
            }
        }
    }

    pub(super) fn wrong_kind(&mut self, at: Value<'a>, shape: &Shape, name: &str, given: &str) {
        let wanted = scalars::wanted(shape);
        let remark = self.say(Code::WrongKind, at, format!("`{name}` takes {wanted}, not {given}"));
        match &shape.kind {
            Kind::List(_) => remark.help("write a list, also of a single value"),
            _ => remark.help(format!("give it {wanted}")),
        };
    }

    fn list(&mut self, value: Value<'a>, list: List<'a>, shape: &'static Shape, name: &str) {
        let item_shape = match &shape.kind {
            Kind::List(item) => item,
            Kind::Json => {
                if name.ends_with("PolicyDocument") {
                    self.wrong_kind(value, shape, name, "a list");
                }
                return;
            }
            _ => return self.wrong_kind(value, shape, name, "a list"),
        };
        let mut items = Vec::with_capacity(list.len());
        for node in list.iter() {
            let item = self.context.value(value.template, node);
            let settled = settle(item);
            if settled.is_some_and(is_no_value) {
                continue;
            }
            items.push(settled);
            self.value(item, item_shape, name);
        }
        let unsure = items.iter().any(|item| {
            // These may yield any number of items.
            item.is_none_or(|item| item.function().is_some_and(|(name, _)| name == "Fn::Transform"))
        });
        if !unsure {
            self.count(value, items.len(), shape, name, "items");
        }
        let tags = self.facts.and_then(|facts| facts.tagging.as_ref()).is_some_and(|tagging| {
            tagging.property == name && matches!(tagging.form, TagForm::List | TagForm::Propagating)
        });
        if tags && shape.unique_keys.is_empty() {
            self.unique(&items, &[Text::Borrowed("Key")], name);
        } else if shape.unique || !shape.unique_keys.is_empty() {
            self.unique(&items, &shape.unique_keys, name);
        }
    }

    pub(super) fn count(&mut self, at: Value<'a>, count: usize, shape: &Shape, name: &str, what: &str) {
        if let Some(complaint) = scalars::counted(count, shape, name, what) {
            self.complain(at, complaint);
        }
    }

    fn unique(&mut self, items: &[Option<Value<'a>>], keys: &[Text], name: &str) {
        let mut seen: HashMap<String, Value<'a>> = HashMap::new();
        for item in items.iter().flatten() {
            let mut key = String::new();
            if keys.is_empty() {
                write_key(*item, &mut key);
            } else {
                for part in keys {
                    let Some(part) = item.entry(part).and_then(settle) else { break };
                    write_key(part, &mut key);
                }
            }
            if key.is_empty() {
                continue;
            }
            if let Some(first) = seen.get(&key) {
                let first = *first;
                let message = match keys {
                    [] => format!("the same item stands in `{name}` twice"),
                    keys => {
                        let keys = named(keys.iter().map(|key| &**key), "and");
                        format!("two items of `{name}` have the same {keys}: {}", shown(&key))
                    }
                };
                self.say(Code::NotUnique, *item, message)
                    .label("the second one")
                    .also(first, "the first one")
                    .help("leave one of them out");
                return;
            }
            seen.insert(key, *item);
        }
    }

    fn map(&mut self, value: Value<'a>, map: Map<'a>, shape: &'static Shape, name: &str) {
        match &shape.kind {
            Kind::Object(object) => {
                let objects = self.facts.map_or(&[][..], |facts| facts.objects.as_slice());
                let found = objects.binary_search_by(|known| known.name.cmp(object)).ok();
                if let Some(object) = found.and_then(|index| objects.get(index)) {
                    self.object(value, map, &object.properties, &object.name, name);
                }
            }
            Kind::Map(item) => {
                let mut count = 0;
                let mut all = true;
                for (key, node) in map.iter() {
                    let entry = self.context.value(value.template, node);
                    if key.starts_with("Fn::") {
                        all = false;
                    } else if !settle(entry).is_some_and(is_no_value) {
                        count += 1;
                        self.value(entry, item, key);
                    }
                }
                if all {
                    self.count(value, count, shape, name, "entries");
                }
            }
            Kind::Json => {}
            // What is not written as text is JSON.
            Kind::String if shape.format.as_deref() == Some("json") => {}
            _ => match map.only() {
                Some((key, _)) => {
                    self.wrong_kind(value, shape, name, &format!("an object with `{}`", shown(key)))
                }
                None => self.wrong_kind(value, shape, name, "an object"),
            },
        }
    }

    /// An object, or the properties at the top: `object` is its name in the facts, `name` what people see.
    fn object(
        &mut self,
        value: Value<'a>,
        map: Map<'a>,
        properties: &'static Properties,
        object: &'static str,
        name: &str,
    ) {
        let mut set: Vec<&'a str> = Vec::with_capacity(map.len());
        let mut whole = true;
        for (key, node) in map.iter() {
            // `Fn::Transform` and `Fn::ForEach::..` put entries in that are not seen here.
            if key.starts_with("Fn::") {
                whole = false;
                continue;
            }
            let entry = self.context.value(value.template, node);
            let settled = settle(entry);
            let Some(property) = property(properties, key) else {
                self.unknown_property(entry, key, properties, object, name);
                continue;
            };
            if settled.is_some_and(is_no_value) {
                continue;
            }
            set.push(key);
            if property.read_only {
                // Within an object it may be left aside.
                self.say(
                    Code::ReadOnly,
                    entry,
                    format!("`{key}` of `{name}` is set by AWS, and by nobody else"),
                )
                .severity(Severity::Warning)
                .help("leave it out");
            } else if property.deprecated {
                self.say(Code::Deprecated, entry, format!("AWS advises against `{key}` of `{name}`"))
                    .help("see the page of its type for what replaces it");
            }
            self.value(settled.unwrap_or(entry), &property.shape, key);
        }
        if whole {
            self.missing(value, properties, &set, name);
            self.between(value, properties, &set, name);
        }
        together::check(self, value, object, name, whole);
    }

    fn unknown_property(
        &mut self,
        entry: Value<'a>,
        key: &str,
        properties: &'static Properties,
        object: &str,
        name: &str,
    ) {
        if object.is_empty() && self.facts.is_some_and(|facts| facts.attribute(key).is_some()) {
            self.say(Code::ReadOnly, entry, format!("`{key}` of `{name}` is set by AWS, and by nobody else"))
                .help(format!("leave it out; `!GetAtt {name}.{key}` reads it"));
            return;
        }
        let settable = || properties.all.iter().filter(|known| !known.read_only).map(|known| &*known.name);
        let near = self.suggest(key, settable());
        let of = if object.is_empty() { self.kind() } else { object };
        let message = match self.facts.is_some_and(|facts| object.is_empty() && !facts.name.is_empty()) {
            true => format!("`{of}` has no property `{}`", shown(key)),
            false => format!("`{name}` has no entry `{}`", shown(key)),
        };
        let remark = self.say(Code::UnknownProperty, entry, message);
        match near {
            Some(near) => remark.help(format!("did you mean `{near}`?")),
            None if settable().count() <= 8 => remark.help(format!("there is {}", named(settable(), "and"))),
            None => remark.help(format!("see the properties of `{of}` in the template reference")),
        };
    }

    /// What is required and not there. Of a resource without `Properties`, all of it is missing there.
    fn missing(&mut self, at: Value<'a>, properties: &'static Properties, set: &[&str], name: &str) {
        for property in properties.all.iter().filter(|property| property.required) {
            let wanted: &'static str = &property.name;
            if set.contains(&wanted) {
                continue;
            }
            let at = match at.entry(wanted) {
                Some(there) => there,
                None => at.get(wanted),
            };
            self.say(Code::Missing, at, format!("`{name}` lacks `{wanted}`, which is required"))
                .help(format!("`{wanted}` takes {}", scalars::wanted(&property.shape)));
        }
    }

    /// What holds between several properties.
    fn between(&mut self, at: Value<'a>, properties: &'static Properties, set: &[&str], name: &str) {
        let is_set = |property: &Text| set.contains(&&**property);
        let entry = |property: &Text| at.entry(property);
        for rule in &properties.rules {
            match rule {
                Between::ExactlyOne(groups) | Between::AtLeastOne(groups) => {
                    let there: Vec<_> = groups.iter().filter(|group| group.iter().all(is_set)).collect();
                    let all = named(
                        groups.iter().map(|group| &**group.first().unwrap_or(&Text::Borrowed(""))),
                        "or",
                    );
                    match there.as_slice() {
                        [] => {
                            // A part of a group says which one is meant.
                            let names: Vec<String> =
                                groups.iter().map(|group| group.join("` with `")).collect();
                            let all = named(names.iter().map(String::as_str), "or");
                            self.say(
                                Code::NoneOfThem,
                                at,
                                format!("`{name}` needs one of {all}, and has none"),
                            )
                            .help(format!("set {all}"));
                        }
                        [first, second, ..] if matches!(rule, Between::ExactlyOne(_)) => {
                            let (one, other) = (first.first(), second.iter().find(|it| !first.contains(it)));
                            let (Some(one), Some(other)) = (one, other.or(second.first())) else { continue };
                            let place = entry(other).unwrap_or(at);
                            let message = format!(
                                "`{name}` has both `{one}` and `{other}`, and may have only one of {all}"
                            );
                            let remark = self.say(Code::Exclusive, place, message);
                            remark.help(format!("leave `{one}` or `{other}` out"));
                            if let Some(first) = entry(one) {
                                remark.also(first, "the other one");
                            }
                        }
                        _ => {}
                    }
                }
                Between::Excludes(one, others) if is_set(one) => {
                    if let Some(other) = others.iter().find(|other| is_set(other)) {
                        let place = entry(one).unwrap_or(at);
                        let message =
                            format!("`{name}` has both `{one}` and `{other}`, which exclude each other");
                        let remark = self.say(Code::Exclusive, place, message);
                        remark.help(format!("leave `{one}` or `{other}` out"));
                        if let Some(other) = entry(other) {
                            remark.also(other, "the other one");
                        }
                    }
                }
                // A cluster that is restored has its users, so that it takes a password and no name: the two
                // demands of the linter on it exclude each other.
                Between::Needs(one, _)
                    if &**one == "MasterUserPassword" && set.contains(&"SnapshotIdentifier") => {}
                Between::Needs(one, others) if is_set(one) => {
                    let lacking = others.iter().filter(|other| !is_set(other)).map(|other| &**other);
                    let lacking = named(lacking, "and");
                    if !lacking.is_empty() {
                        let place = entry(one).unwrap_or(at);
                        self.say(
                            Code::NeedsAnother,
                            place,
                            format!("`{name}` has `{one}` without {lacking}"),
                        )
                        .help(format!("set {lacking} as well, or leave `{one}` out"));
                    }
                }
                Between::Count(least, most) => {
                    let count = set.len() as u32;
                    if least.is_some_and(|least| count < least) {
                        let least = least.unwrap_or_default();
                        self.say(
                            Code::NoneOfThem,
                            at,
                            format!("`{name}` has {count} entries and needs {least}"),
                        );
                    } else if most.is_some_and(|most| count > most) {
                        let most = most.unwrap_or_default();
                        self.say(
                            Code::Exclusive,
                            at,
                            format!("`{name}` has {count} entries, and may have no more than {most}"),
                        );
                    }
                }
                Between::Excludes(..) | Between::Needs(..) => {}
            }
        }
    }
}

/// A text that is the same for what is the same, without resolving anything.
fn write_key(value: Value<'_>, key: &mut String) {
    match value.content() {
        Content::Null => key.push_str("null"),
        Content::Bool(truth) => {
            let _ = write!(key, "{truth}");
        }
        Content::Number(text) | Content::Text(text) => key.push_str(text),
        Content::List(list) => {
            key.push('[');
            for node in list.iter() {
                write_key(value.context.value(value.template, node), key);
                key.push(',');
            }
            key.push(']');
        }
        Content::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable();
            key.push('{');
            let mut before = HashSet::new();
            for (name, node) in entries {
                if before.insert(name) {
                    let _ = write!(key, "{name}:");
                    write_key(value.context.value(value.template, node), key);
                    key.push(',');
                }
            }
            key.push('}');
        }
    }
}
