//! One resource type: its registry schema and its entry in the service specification become one set of facts.
//!
//! The schema leads: it has the limits, and AWS runs it. The specification adds what schemas do not say: names of
//! inline objects, relationships, types of attributes, and properties that a schema lacks.

use std::collections::{BTreeMap, BTreeSet};

use formwork_facts::{
    Attribute, Bounds, Kind, Metric, Object, Properties, Property, Reference, ResourceType, Rule, Shape,
    TagForm, Tagging, Text, Update,
};
use serde_json::{Map, Value};

use super::{spec::Spec, units};

/// The facts on a type that has a schema, an entry in the specification, or both.
pub fn resource_type(name: &str, schema: Option<&Value>, spec: &Spec<'_>) -> ResourceType {
    let entry = spec.resource(name);
    let empty = Value::Null;
    let mut import = Import { name, schema: schema.unwrap_or(&empty), spec, objects: BTreeMap::new() };
    let mut facts = ResourceType { name: name.to_owned().into(), ..ResourceType::default() };
    let read_only = import.paths("readOnlyProperties");
    let top_level_read_only: BTreeSet<&str> =
        read_only.iter().filter(|path| path.len() == 1).map(|path| path[0].as_str()).collect();

    let node = match schema {
        Some(schema) => schema.clone(),
        None => Value::Object(Map::new()),
    };
    let mut properties = import.properties(&node, entry.map(|entry| &entry["properties"]), name);
    properties.all.retain(|property| {
        !top_level_read_only.contains(&*property.name)
            || entry.is_some_and(|entry| entry["properties"].get(&*property.name).is_some())
    });
    facts.properties = properties;
    facts.attributes = import.attributes(&read_only, entry);
    import.mark(&mut facts.properties);

    let strip =
        |path: &Value| Some(path.as_str()?.trim_start_matches("/properties/").replace('/', ".").into());
    let list = |value: &Value| -> Vec<Text> {
        value.as_array().map_or(Vec::new(), |paths| paths.iter().filter_map(strip).collect())
    };
    facts.identifier = list(&import.schema["primaryIdentifier"]);
    if facts.identifier.is_empty()
        && let Some(entry) = entry
    {
        facts.identifier = list(&entry["primaryIdentifier"]);
    }
    facts.reference = entry.map(|entry| list(&entry["cfnRefIdentifier"])).unwrap_or_default();
    if facts.reference.is_empty() {
        facts.reference = facts.identifier.clone();
    }
    facts.transform =
        entry.and_then(|entry| entry["cloudFormationTransform"].as_str()).map(|text| text.to_owned().into());
    facts.stateful = entry.is_some_and(|entry| entry["isStateful"] == true);
    facts.metrics = entry.map_or(Vec::new(), |entry| spec.metrics(entry)).into_iter().map(metric).collect();
    facts.objects = reachable(&facts.properties, import.objects);
    facts.tagging = tagging(schema, entry, &facts);
    facts
}

fn metric((namespace, name, statistic, dimensions): (String, String, String, Vec<Vec<String>>)) -> Metric {
    Metric {
        namespace: namespace.into(),
        name: name.into(),
        statistic: statistic.into(),
        dimensions: dimensions.into_iter().map(|set| set.into_iter().map(Text::from).collect()).collect(),
    }
}

/// The objects that a property leads to; those that only attributes hold are flattened into their names.
fn reachable(properties: &Properties, mut objects: BTreeMap<String, (String, Object)>) -> Vec<Object> {
    fn names(shape: &Shape, into: &mut Vec<String>) {
        match &shape.kind {
            Kind::Object(name) => into.push(name.to_string()),
            Kind::List(item) | Kind::Map(item) => names(item, into),
            _ => {}
        }
    }
    let mut wanted = Vec::new();
    properties.all.iter().for_each(|property| names(&property.shape, &mut wanted));
    let mut found: BTreeMap<String, Object> = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        if let Some((_, object)) = objects.remove(&name) {
            object.properties.all.iter().for_each(|property| names(&property.shape, &mut wanted));
            found.insert(name, object);
        }
    }
    found.into_values().collect()
}

fn tagging(schema: Option<&Value>, entry: Option<&Value>, facts: &ResourceType) -> Option<Tagging> {
    let tagging = schema.map(|schema| &schema["tagging"]);
    let property = match tagging.and_then(|tagging| tagging["tagProperty"].as_str()) {
        Some(path) if tagging.is_some_and(|tagging| tagging["taggable"] == true) => {
            path.trim_start_matches("/properties/").to_owned()
        }
        _ => entry?["tagInformation"]["tagPropertyName"].as_str()?.to_owned(),
    };
    let shape = &facts.properties.get(&property)?.shape;
    let form = match &shape.kind {
        Kind::List(item) => match &item.kind {
            Kind::Object(name) => {
                let tag = &facts.object(name)?.properties;
                match (tag.get("Key").is_some(), tag.get("Value").is_some(), tag.get("PropagateAtLaunch")) {
                    (true, true, Some(_)) => TagForm::Propagating,
                    (true, true, None) => TagForm::List,
                    _ => TagForm::Other,
                }
            }
            _ => TagForm::Other,
        },
        Kind::Map(_) | Kind::Json => TagForm::Map,
        _ => TagForm::Other,
    };
    let in_place = tagging.is_none_or(|tagging| tagging["tagUpdatable"] != false);
    Some(Tagging { property: property.into(), form, in_place })
}

struct Import<'a> {
    name: &'a str,
    schema: &'a Value,
    spec: &'a Spec<'a>,
    /// By name: where it comes from, so that two objects of one name are told apart, and what it is.
    objects: BTreeMap<String, (String, Object)>,
}

/// A node of the schema behind all its `$ref`s.
struct Node {
    /// Its keywords; those of the place that refers win, except for the type.
    keywords: Map<String, Value>,
    /// The definition that it comes from.
    definition: Option<String>,
}

impl Import<'_> {
    /// The paths that a list of JSON pointers names, without `properties` and list steps.
    fn paths(&self, keyword: &str) -> Vec<Vec<String>> {
        let pointers = self.schema[keyword].as_array().map_or(&[][..], Vec::as_slice);
        let steps = |pointer: &Value| -> Option<Vec<String>> {
            let steps = pointer.as_str()?.split('/').filter(|step| !step.is_empty());
            Some(
                steps
                    .filter(|step| !matches!(*step, "properties" | "items" | "*"))
                    .map(str::to_owned)
                    .collect(),
            )
        };
        pointers.iter().filter_map(steps).filter(|steps| !steps.is_empty()).collect()
    }

    fn node(&self, value: &Value) -> Node {
        let mut keywords = value.as_object().cloned().unwrap_or_default();
        let mut definition = None;
        // Longer chains than this are circles.
        for _ in 0..16 {
            let Some(Value::String(target)) = keywords.remove("$ref") else { break };
            let Some(Value::Object(found)) = self.schema.pointer(target.trim_start_matches('#')) else {
                break;
            };
            definition = target.rsplit('/').next().map(str::to_owned);
            for (key, value) in found {
                // A place that calls every definition an `object` knows less than the definition.
                if key == "type" || !keywords.contains_key(key) {
                    keywords.insert(key.clone(), value.clone());
                }
            }
        }
        Node { keywords, definition }
    }

    /// The properties that an object has, with those of its alternatives, and what holds between them.
    fn collect(&self, node: &Map<String, Value>, into: &mut Collected, depth: u32) {
        if let Some(properties) = node.get("properties").and_then(Value::as_object) {
            for (name, value) in properties {
                into.properties.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let names = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            items.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        into.required.extend(names(node.get("required")));
        if depth > 4 {
            return;
        }
        for branch in node.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(&self.node(branch).keywords, into, depth + 1);
        }
        for (keyword, exactly) in [("oneOf", true), ("anyOf", false)] {
            let Some(branches) = node.get(keyword).and_then(Value::as_array) else { continue };
            // The only alternative is none.
            if let [branch] = branches.as_slice() {
                self.collect(&self.node(branch).keywords, into, depth + 1);
                continue;
            }
            let mut groups = Vec::new();
            for branch in branches {
                let branch = self.node(branch).keywords;
                let mut inner = Collected::default();
                self.collect(&branch, &mut inner, depth + 1);
                // An object with nothing else in it: nothing at all would be every branch, which `oneOf` refuses.
                if exactly
                    && inner.required.is_empty()
                    && branch.get("additionalProperties") == Some(&Value::Bool(false))
                    && inner.properties.len() == 1
                {
                    inner.required.extend(inner.properties.keys().cloned());
                }
                for (name, value) in inner.properties {
                    into.properties.entry(name).or_insert(value);
                }
                groups.push(inner.required.into_iter().collect::<Vec<_>>());
            }
            // A branch that requires nothing lets everything pass.
            if groups.iter().all(|group| !group.is_empty()) {
                into.groups.push((exactly, groups));
            }
        }
        for (keyword, exactly) in [("requiredXor", true), ("requiredOr", false)] {
            let Some(items) = node.get(keyword).and_then(Value::as_array) else { continue };
            if items.iter().all(Value::is_string) {
                into.groups.push((
                    exactly,
                    names(Some(&items.clone().into())).into_iter().map(|n| vec![n]).collect(),
                ));
            } else {
                for item in items {
                    into.groups
                        .push((exactly, names(Some(item)).into_iter().map(|name| vec![name]).collect()));
                }
            }
        }
        for (keyword, excludes) in
            [("dependentExcluded", true), ("dependentRequired", false), ("dependencies", false)]
        {
            for (name, others) in node.get(keyword).and_then(Value::as_object).into_iter().flatten() {
                let others = names(Some(others));
                if !others.is_empty() {
                    into.dependent.push((excludes, name.clone(), others));
                }
            }
        }
        let count = |key: &str| node.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        into.count = match (count("minProperties"), count("maxProperties")) {
            (None, None) => into.count,
            bounds => Some(bounds),
        };
    }

    fn properties(&mut self, value: &Value, spec: Option<&Value>, owner: &str) -> Properties {
        let mut collected = Collected::default();
        self.collect(&self.node(value).keywords, &mut collected, 0);
        let spec = spec.and_then(Value::as_object);
        let mut all: BTreeMap<String, Property> = BTreeMap::new();
        for (name, value) in &collected.properties {
            let entry = spec.and_then(|spec| spec.get(name));
            let mut property = self.property(name, value, entry, owner);
            property.required = collected.required.contains(name);
            all.insert(name.clone(), property);
        }
        for (name, entry) in spec.into_iter().flatten() {
            if !all.contains_key(name) {
                let shape = self.of_spec(&entry["type"], name);
                let mut property = blank(name, shape);
                property.required = entry["required"] == true;
                self.of_entry(&mut property, Some(entry));
                all.insert(name.clone(), property);
            }
        }
        let known = |name: &str| all.contains_key(name);
        let mut rules = Vec::new();
        for (exactly, groups) in collected.groups {
            let groups: Vec<Vec<Text>> = groups
                .into_iter()
                .map(|group| group.into_iter().filter(|name| known(name)).map(Text::from).collect())
                .collect();
            // Two groups that are the same differ in something else than names.
            let distinct: BTreeSet<_> = groups.iter().collect();
            if groups.iter().all(|group: &Vec<Text>| !group.is_empty()) && distinct.len() == groups.len() {
                rules.push(if exactly { Rule::ExactlyOne(groups) } else { Rule::AtLeastOne(groups) });
            }
        }
        for (excludes, name, others) in collected.dependent {
            let others: Vec<Text> = others.into_iter().filter(|other| known(other)).map(Text::from).collect();
            if known(&name) && !others.is_empty() {
                let name = name.into();
                rules.push(if excludes { Rule::Excludes(name, others) } else { Rule::Needs(name, others) });
            }
        }
        if let Some((least, most)) = collected.count {
            rules.push(Rule::Count(least, most));
        }
        let mut seen = BTreeSet::new();
        rules.retain(|rule| seen.insert(format!("{rule:?}")));
        Properties { all: all.into_values().collect(), rules }
    }

    fn property(&mut self, name: &str, value: &Value, entry: Option<&Value>, owner: &str) -> Property {
        let shape = self.shape(value, entry.map(|entry| &entry["type"]), owner, name, 0);
        let mut property = blank(name, shape);
        self.of_entry(&mut property, entry);
        property
    }

    /// What the specification says of a property besides its type.
    fn of_entry(&self, property: &mut Property, entry: Option<&Value>) {
        if let Some(entry) = entry {
            property.update = match entry["causesReplacement"].as_str() {
                Some("yes") => Update::Replaces,
                Some("maybe") => Update::MayReplace,
                _ => property.update,
            };
            property.deprecated |= entry["deprecated"].as_str().is_some_and(|word| word != "NONE");
            let references = entry["relationshipRefs"].as_array().map_or(&[][..], Vec::as_slice);
            let references = references.iter().filter_map(|reference| {
                let property = reference["propertyName"].as_str()?.trim_start_matches("/properties/");
                Some(Reference {
                    resource_type: reference["cloudFormationType"].as_str()?.to_owned().into(),
                    property: property.to_owned().into(),
                })
            });
            let innermost = innermost(&mut property.shape);
            for reference in references {
                if !innermost.references.contains(&reference) {
                    innermost.references.push(reference);
                }
            }
            if property.shape.default.is_none()
                && let Some(default) = entry["defaultValue"].as_str().filter(|text| !text.contains(' '))
            {
                property.shape.default = Some(default.to_owned().into());
            }
        }
        let name = property.name.clone();
        units::apply(self.name, &name, &mut property.shape);
        sort_references(&mut property.shape);
    }

    fn shape(&mut self, value: &Value, spec: Option<&Value>, owner: &str, name: &str, depth: u32) -> Shape {
        let node = self.node(value);
        let keywords = &node.keywords;
        let types = types(keywords);
        let spec_kind = spec.and_then(|spec| spec["type"].as_str()).unwrap_or_default();
        let mut collected = Collected::default();
        self.collect(keywords, &mut collected, 0);
        let scalars_only =
            types.iter().all(|kind| matches!(*kind, "string" | "integer" | "number" | "boolean"));
        let mut shape = if types.contains(&"array") && types.len() == 1 {
            let item = match (keywords.get("items"), spec.map(|spec| &spec["element"])) {
                (Some(items @ Value::Object(_)), spec) => {
                    self.shape(items, spec.filter(|spec| spec.is_object()), owner, name, depth + 1)
                }
                (_, Some(spec)) if spec.is_object() => self.of_spec(spec, name),
                _ => Shape { kind: Kind::Json, ..Shape::default() },
            };
            Shape { kind: Kind::List(Box::new(item)), ..Shape::default() }
        } else if !collected.properties.is_empty() && (types.is_empty() || types.contains(&"object")) {
            let definition = spec.and_then(|spec| self.spec.definition(spec));
            let source = node.definition.clone();
            self.object(value, source, definition, owner, name)
        } else if types == ["object"] || (types.is_empty() && keywords.contains_key("patternProperties")) {
            self.map(keywords, spec, owner, name, depth)
        } else if types.len() == 1 {
            Shape { kind: scalar(types[0]), ..Shape::default() }
        } else if types.is_empty() && keywords.get("format").is_none_or(|format| format == "json") {
            match self.alternatives(keywords, owner, name, depth) {
                Some(shape) => shape,
                None => self.unclear(spec, name, keywords),
            }
        } else if types.is_empty() {
            Shape::default()
        } else if scalars_only && matches!(spec_kind, "string" | "integer" | "number" | "boolean") {
            Shape { kind: scalar(spec_kind), ..Shape::default() }
        } else if scalars_only {
            Shape::default()
        } else {
            self.unclear(spec, name, keywords)
        };
        limits(&mut shape, keywords, node.definition.as_deref());
        shape
    }

    /// Where the schema says nothing about the type, or names several: what the specification makes of it.
    fn unclear(&mut self, spec: Option<&Value>, name: &str, keywords: &Map<String, Value>) -> Shape {
        match spec.map(|spec| (spec, spec["type"].as_str().unwrap_or_default())) {
            Some((
                spec,
                "ref" | "array" | "map" | "string" | "integer" | "number" | "boolean" | "date-time",
            )) => self.of_spec(spec, name),
            _ if keywords.contains_key("enum") || keywords.contains_key("const") => Shape::default(),
            _ => Shape { kind: Kind::Json, ..Shape::default() },
        }
    }

    /// The one type of all alternatives of a value that is no object, if there is one.
    fn alternatives(
        &mut self,
        keywords: &Map<String, Value>,
        owner: &str,
        name: &str,
        depth: u32,
    ) -> Option<Shape> {
        let branches = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| keywords.get(*key)?.as_array())?;
        if depth > 8 {
            return None;
        }
        let mut shapes: Vec<Shape> =
            branches.iter().map(|branch| self.shape(branch, None, owner, name, depth + 1)).collect();
        let first = shapes.pop()?;
        if ["oneOf", "anyOf"].iter().all(|key| !keywords.contains_key(*key)) {
            // All of them hold: one says the type, another perhaps the default.
            shapes.push(first);
            let default = shapes.iter().find_map(|shape| shape.default.clone());
            let typed = shapes.iter().position(|shape| shape.kind != Kind::Json).unwrap_or(shapes.len() - 1);
            let shape = shapes.swap_remove(typed);
            return Some(Shape { default: shape.default.clone().or(default), ..shape });
        }
        if shapes.is_empty() {
            return Some(first);
        }
        shapes.iter().all(|shape| shape.kind == first.kind).then(|| {
            let references =
                shapes.iter().chain([&first]).flat_map(|shape| shape.references.clone()).collect();
            Shape { kind: first.kind.clone(), references, ..Shape::default() }
        })
    }

    fn map(
        &mut self,
        keywords: &Map<String, Value>,
        spec: Option<&Value>,
        owner: &str,
        name: &str,
        depth: u32,
    ) -> Shape {
        let patterns: Vec<&Value> = keywords
            .get("patternProperties")
            .and_then(Value::as_object)
            .map_or(Vec::new(), |map| map.values().collect());
        let additional = keywords.get("additionalProperties").filter(|value| value.is_object());
        let element = spec.map(|spec| &spec["element"]).filter(|element| element.is_object());
        let mut values: Vec<Shape> = patterns
            .into_iter()
            .chain(additional)
            .map(|value| self.shape(value, element, owner, name, depth + 1))
            .collect();
        let Some(first) = values.pop() else {
            return match spec.and_then(|spec| spec["type"].as_str()) {
                Some("ref" | "map" | "array") => self.unclear(spec, name, keywords),
                _ => Shape { kind: Kind::Json, ..Shape::default() },
            };
        };
        match values.iter().all(|value| value.kind == first.kind) {
            true => Shape { kind: Kind::Map(Box::new(first)), ..Shape::default() },
            false => Shape { kind: Kind::Json, ..Shape::default() },
        }
    }

    /// The name of an object, and the object itself if this is the first time that it is met.
    fn object(
        &mut self,
        value: &Value,
        definition: Option<String>,
        spec: Option<&Value>,
        owner: &str,
        property: &str,
    ) -> Shape {
        let source = match &definition {
            Some(definition) => format!("#{definition}"),
            None => format!("{owner}/{property}"),
        };
        let wanted = definition
            .or_else(|| Some(spec?["name"].as_str()?.to_owned()))
            .unwrap_or_else(|| property.to_owned());
        let name = self.free_name(wanted, &source, owner, property);
        let shape = Shape { kind: Kind::Object(name.clone().into()), ..Shape::default() };
        if !self.objects.contains_key(&name) {
            let blank = Object { name: name.clone().into(), ..Object::default() };
            self.objects.insert(name.clone(), (source.clone(), blank));
            let properties = self.properties(value, spec.map(|spec| &spec["properties"]), &name);
            self.objects.insert(name.clone(), (source, Object { name: name.into(), properties }));
        }
        shape
    }

    fn free_name(&self, wanted: String, source: &str, owner: &str, property: &str) -> String {
        let free = |name: &String| self.objects.get(name).is_none_or(|(other, _)| other == source);
        let owner = owner.rsplit("::").next().unwrap_or_default();
        let longer = format!("{owner}{property}");
        let numbered = (2..).map(|number| format!("{longer}{number}"));
        // Definitions keep their names, whoever comes first.
        let defined = |name: &String| {
            let definition = self.schema["definitions"].get(name.as_str());
            // A list by that name is no object; its items may have the name.
            !source.starts_with('#') && definition.is_some_and(|definition| definition["type"] != "array")
        };
        std::iter::once(wanted)
            .chain([longer.clone()])
            .chain(numbered)
            .find(|name| free(name) && !defined(name))
            .unwrap_or_default()
    }

    /// A type as the specification writes it.
    fn of_spec(&mut self, value_type: &Value, name: &str) -> Shape {
        let kind = match value_type["type"].as_str().unwrap_or_default() {
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "json" | "union" | "null" => Kind::Json,
            "array" => Kind::List(Box::new(self.of_spec(&value_type["element"], name))),
            "map" => Kind::Map(Box::new(self.of_spec(&value_type["element"], name))),
            "tag" => {
                let text = |name: &str| Property { required: true, ..blank(name, Shape::default()) };
                let all = vec![text("Key"), text("Value")];
                let properties = Properties { all, rules: Vec::new() };
                let tag = Object { name: "Tag".into(), properties };
                self.objects.entry("Tag".to_owned()).or_insert(("#Tag".to_owned(), tag));
                Kind::Object("Tag".into())
            }
            "ref" => match self.spec.definition(value_type) {
                Some(definition) => {
                    let wanted = definition["name"].as_str().unwrap_or(name).to_owned();
                    let known = self.objects.contains_key(&wanted);
                    let name = match known {
                        true => wanted,
                        false => {
                            let source = format!("#{wanted}");
                            let blank = Object { name: wanted.clone().into(), ..Object::default() };
                            self.objects.insert(wanted.clone(), (source.clone(), blank));
                            let schema = self.schema["definitions"].get(&wanted).cloned();
                            let schema = schema.unwrap_or_else(|| Value::Object(Map::new()));
                            let properties =
                                self.properties(&schema, Some(&definition["properties"]), &wanted);
                            let object = Object { name: wanted.clone().into(), properties };
                            self.objects.insert(wanted.clone(), (source, object));
                            wanted
                        }
                    };
                    Kind::Object(name.into())
                }
                None => Kind::Json,
            },
            _ => Kind::String,
        };
        let values = value_type["allowedValues"].as_array().map_or(&[][..], Vec::as_slice);
        let format = (value_type["type"] == "date-time").then(|| "date-time".into());
        Shape { kind, values: values.iter().map(plain).collect(), format, ..Shape::default() }
    }

    fn attributes(&mut self, read_only: &[Vec<String>], entry: Option<&Value>) -> Vec<Attribute> {
        let mut all: BTreeMap<String, Shape> = BTreeMap::new();
        for path in read_only {
            let Some((first, rest)) = path.split_first() else { continue };
            let Some(value) = self.schema["properties"].get(first).cloned() else { continue };
            let entry = entry.and_then(|entry| entry["attributes"].get(first));
            let shape = self.shape(&value, entry.map(|entry| &entry["type"]), self.name, first, 0);
            self.flatten(first.clone(), shape, rest, 0, &mut all);
        }
        let attributes = entry.and_then(|entry| entry["attributes"].as_object());
        for (name, attribute) in attributes.into_iter().flatten() {
            if !all.contains_key(name) && !all.keys().any(|known| known.starts_with(&format!("{name}."))) {
                let shape = self.of_spec(&attribute["type"], name);
                self.flatten(name.clone(), shape, &[], 0, &mut all);
            }
        }
        all.into_iter()
            .map(|(name, mut shape)| {
                // A port is a number; some schemas call the attribute a text.
                if name.ends_with(".Port") && shape.kind == Kind::String {
                    shape = Shape { kind: Kind::Integer, ..Shape::default() };
                }
                units::apply(self.name, &name, &mut shape);
                sort_references(&mut shape);
                Attribute { name: name.into(), shape }
            })
            .collect()
    }

    /// An attribute that is an object is one attribute for each of its properties.
    fn flatten(
        &self,
        name: String,
        shape: Shape,
        path: &[String],
        depth: u32,
        into: &mut BTreeMap<String, Shape>,
    ) {
        match (&shape.kind, path.split_first()) {
            (Kind::Object(object), step) if depth < 4 => {
                let Some((_, object)) = self.objects.get(&**object) else { return };
                for property in &object.properties.all {
                    if step.is_some_and(|(step, _)| *step != *property.name) {
                        continue;
                    }
                    let rest = step.map_or(&[][..], |(_, rest)| rest);
                    let name = format!("{name}.{}", property.name);
                    self.flatten(name, property.shape.clone(), rest, depth + 1, into);
                }
            }
            // What lies in the items of a list has no name of its own.
            (Kind::List(_), Some(_)) => {}
            (Kind::List(item), None) if !matches!(item.kind, Kind::String | Kind::Integer | Kind::Number) => {
                let json = Box::new(Shape { kind: Kind::Json, ..Shape::default() });
                into.insert(name, Shape { kind: Kind::List(json), ..Shape::default() });
            }
            (Kind::Object(_) | Kind::Map(_), _) => {
                into.insert(name, Shape { kind: Kind::Json, ..Shape::default() });
            }
            (_, None) => {
                into.insert(name, shape);
            }
            (_, Some(_)) => {}
        }
    }

    /// Marks what lists of paths say: replacement, write-only, read-only and deprecated properties.
    fn mark(&mut self, top: &mut Properties) {
        type Marker = fn(&mut Property);
        let markers: [(&str, Marker); 5] = [
            ("createOnlyProperties", |property| property.update = Update::Replaces),
            ("conditionalCreateOnlyProperties", |property| {
                if property.update == Update::InPlace {
                    property.update = Update::MayReplace;
                }
            }),
            ("writeOnlyProperties", |property| property.write_only = true),
            ("readOnlyProperties", |property| property.read_only = true),
            ("deprecatedProperties", |property| property.deprecated = true),
        ];
        for (keyword, marker) in markers {
            for path in self.paths(keyword) {
                self.mark_path(top, &path, marker);
            }
        }
        // What the specification lets a user set is not the service's alone.
        if let Some(entry) = self.spec.resource(self.name) {
            for property in &mut top.all {
                property.read_only &= entry["properties"].get(&*property.name).is_none();
            }
        }
    }

    fn mark_path(&mut self, top: &mut Properties, path: &[String], marker: fn(&mut Property)) {
        let mut object: Option<String> = None;
        for (index, step) in path.iter().enumerate() {
            let properties = match &object {
                None => &mut *top,
                Some(name) => match self.objects.get_mut(name) {
                    Some((_, object)) => &mut object.properties,
                    None => return,
                },
            };
            let Some(property) = properties.all.iter_mut().find(|property| *property.name == **step) else {
                return;
            };
            if index + 1 == path.len() {
                marker(property);
                return;
            }
            object = match &innermost(&mut property.shape).kind {
                Kind::Object(name) => Some(name.to_string()),
                _ => return,
            };
        }
    }
}

/// What an object consists of, before its properties are looked at.
#[derive(Default)]
struct Collected {
    properties: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    groups: Vec<(bool, Vec<Vec<String>>)>,
    dependent: Vec<(bool, String, Vec<String>)>,
    count: Option<(Option<u32>, Option<u32>)>,
}

fn blank(name: &str, shape: Shape) -> Property {
    Property {
        name: name.to_owned().into(),
        required: false,
        update: Update::InPlace,
        write_only: false,
        read_only: false,
        deprecated: false,
        shape,
    }
}

fn innermost(shape: &mut Shape) -> &mut Shape {
    match shape {
        Shape { kind: Kind::List(item) | Kind::Map(item), .. } => innermost(item),
        shape => shape,
    }
}

fn sort_references(shape: &mut Shape) {
    let innermost = innermost(shape);
    innermost
        .references
        .sort_by(|a, b| (&a.resource_type, &a.property).cmp(&(&b.resource_type, &b.property)));
    innermost.references.dedup();
}

fn types(keywords: &Map<String, Value>) -> Vec<&str> {
    match keywords.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn scalar(kind: &str) -> Kind {
    match kind {
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "object" => Kind::Json,
        _ => Kind::String,
    }
}

fn plain(value: &Value) -> Text {
    match value {
        Value::String(text) => text.clone().into(),
        value => value.to_string().into(),
    }
}

/// The formats that name a resource, and the property that they mean.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("AWS::ACM::Certificate.Arn", "AWS::CertificateManager::Certificate", "Id"),
    ("AWS::EC2::SecurityGroup.Id", "AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::SecurityGroup.Ids", "AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::SecurityGroup.Name", "AWS::EC2::SecurityGroup", "GroupName"),
    ("AWS::EC2::SecurityGroup.Names", "AWS::EC2::SecurityGroup", "GroupName"),
    ("AWS::EC2::Subnet.Id", "AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::Subnet.Ids", "AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::VPC.Id", "AWS::EC2::VPC", "VpcId"),
    ("AWS::IAM::Role.Arn", "AWS::IAM::Role", "Arn"),
    ("AWS::KMS::Alias.AliasName", "AWS::KMS::Alias", "AliasName"),
    ("AWS::KMS::Key.Arn", "AWS::KMS::Key", "Arn"),
    ("AWS::KMS::Key.Id", "AWS::KMS::Key", "KeyId"),
    ("AWS::Lambda::Function.Arn", "AWS::Lambda::Function", "Arn"),
    ("AWS::Logs::LogGroup.Name", "AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::Route53::HostedZone.Id", "AWS::Route53::HostedZone", "Id"),
    ("AWS::S3::Bucket.Name", "AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic.Arn", "AWS::SNS::Topic", "TopicArn"),
    ("AWS::SQS::Queue.Arn", "AWS::SQS::Queue", "Arn"),
];

fn limits(shape: &mut Shape, keywords: &Map<String, Value>, definition: Option<&str>) {
    let number = |key: &str| match keywords.get(key) {
        Some(Value::Number(number)) => Some(Text::from(number.to_string())),
        _ => None,
    };
    let text = |key: &str| keywords.get(key).and_then(Value::as_str).map(|text| Text::from(text.to_owned()));
    let bounds = |least: &str, most: &str| Bounds { least: number(least), most: number(most) };
    let keep = |old: &mut Bounds, new: Bounds| {
        if new != Bounds::default() {
            *old = new;
        }
    };
    match &shape.kind {
        Kind::String => keep(&mut shape.length, bounds("minLength", "maxLength")),
        Kind::Integer | Kind::Number => keep(&mut shape.range, bounds("minimum", "maximum")),
        Kind::List(_) => {
            keep(&mut shape.length, bounds("minItems", "maxItems"));
            shape.unique |= keywords.get("uniqueItems") == Some(&Value::Bool(true));
            let keys = keywords.get("uniqueKeys").and_then(Value::as_array);
            let keys = keys.into_iter().flatten().filter_map(Value::as_str);
            shape.unique_keys = keys.map(|key| Text::from(key.to_owned())).collect();
        }
        Kind::Map(_) => keep(&mut shape.length, bounds("minProperties", "maxProperties")),
        _ => {}
    }
    if matches!(shape.kind, Kind::Integer | Kind::Number)
        && let Some(multiple) = number("multipleOf")
    {
        shape.multiple_of = Some(multiple);
    }
    let scalar = matches!(shape.kind, Kind::String | Kind::Integer | Kind::Number);
    let values =
        keywords.get("enum").or_else(|| keywords.get("enumCaseInsensitive")).and_then(Value::as_array);
    if let (true, Some(values)) = (scalar, values) {
        let mut seen = BTreeSet::new();
        shape.values = values.iter().map(plain).filter(|value| seen.insert(value.clone())).collect();
        shape.any_case = keywords.contains_key("enumCaseInsensitive");
        shape.values_name = definition.map(|name| name.to_owned().into());
    }
    if let (true, Some(value)) = (scalar, keywords.get("const")) {
        shape.values = vec![plain(value)];
    }
    if shape.kind == Kind::String {
        shape.pattern = text("pattern").or(shape.pattern.take());
    }
    if let Some(default) = keywords.get("default").filter(|value| !value.is_null()) {
        shape.default = Some(default.to_string().into());
    }
    let mut formats: Vec<String> = text("format").into_iter().map(Text::into_owned).collect();
    for branch in keywords.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        formats.extend(branch["format"].as_str().map(str::to_owned));
    }
    for format in formats {
        match REFERENCES.iter().find(|(name, ..)| *name == format) {
            Some((_, resource_type, property)) => {
                let reference =
                    Reference { resource_type: (*resource_type).into(), property: (*property).into() };
                innermost(shape).references.push(reference);
            }
            None => shape.format = Some(format.into()),
        }
    }
    if let Some(relation) = keywords.get("relationshipRef")
        && let (Some(owner), Some(path)) = (relation["typeName"].as_str(), relation["propertyPath"].as_str())
    {
        let property = path.trim_start_matches("/properties/").to_owned().into();
        innermost(shape).references.push(Reference { resource_type: owner.to_owned().into(), property });
    }
}
