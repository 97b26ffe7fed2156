//! Values that the facts allow: each as a program writes it, and as it has to stand in the template.

use std::collections::{BTreeMap, BTreeSet};

use formwork_codegen::BuilderOf;
use formwork_facts::{Kind, Properties, Property, ResourceType, Rule, Shape, Text};
use serde_json::{Value, json};

use super::text;

/// A value twice.
#[derive(Clone)]
pub(crate) struct Given {
    /// As a program writes it.
    pub(crate) rust: String,
    /// As it has to stand in the template.
    pub(crate) json: Value,
}

/// A resource twice, and the functions for the objects in it.
pub(crate) struct Made {
    pub(crate) resource: Given,
    pub(crate) functions: Vec<String>,
    /// How often a setter of an object or of the resource is called.
    pub(crate) setters: usize,
}

/// The values of one resource.
pub(crate) struct Maker<'f> {
    facts: &'f ResourceType,
    /// The builders by object; that of the resource has no name.
    builders: BTreeMap<Option<&'f str>, &'f BuilderOf>,
    /// Where the objects of the type are: `s::queue`.
    module: String,
    /// Before the names of functions, so that they differ from those of other types.
    prefix: String,
    /// The objects that have been written with everything.
    whole: BTreeSet<&'f str>,
    /// The smallest form of objects, once it is written.
    small: BTreeMap<&'f str, Given>,
    /// The objects of which the smallest form is being written.
    open: Vec<&'f str>,
    functions: Vec<String>,
    setters: usize,
}

impl<'f> Maker<'f> {
    pub(crate) fn new(facts: &'f ResourceType, builders: &'f [BuilderOf], module: &str, form: &str) -> Self {
        let builders = builders.iter().filter(|builder| builder.resource_type == facts.name);
        Self {
            facts,
            builders: builders.map(|builder| (builder.object.as_deref(), builder)).collect(),
            module: format!("s::{module}"),
            prefix: format!("{}_{form}", module.trim_end_matches('_')),
            whole: BTreeSet::new(),
            small: BTreeMap::new(),
            open: Vec::new(),
            functions: Vec::new(),
            setters: 0,
        }
    }

    /// What is required, and nothing else.
    pub(crate) fn smallest(mut self) -> Made {
        let facts = self.facts;
        let chosen = self.chosen(&facts.properties, None);
        let resource = self.build(None, &chosen, false, 0);
        Made { resource, functions: self.functions, setters: self.setters }
    }

    /// Everything; every object in it has everything once, and what it requires wherever else it occurs.
    pub(crate) fn largest(mut self) -> Made {
        let facts = self.facts;
        let all: Vec<&Property> = settable(&facts.properties).collect();
        let resource = self.build(None, &all, true, 0);
        Made { resource, functions: self.functions, setters: self.setters }
    }

    fn build(
        &mut self,
        object: Option<&'f str>,
        properties: &[&'f Property],
        whole: bool,
        variant: usize,
    ) -> Given {
        let builder = self.builders[&object];
        let owner = match builder.owner.strip_prefix("super::") {
            Some(handle) => format!("s::{handle}"),
            None => format!("{}::{}", self.module, builder.owner),
        };
        let mut rust = format!("{owner}::builder()");
        let mut fields = serde_json::Map::new();
        for property in properties {
            let Some(setter) = builder.setters.iter().find(|setter| setter.property == property.name) else {
                panic!("{} has no setter for {}", self.facts.name, property.name)
            };
            let place = Place { owner: object, name: &property.name };
            let value = self.value(&place, &property.shape, &setter.value, whole, variant);
            rust.push_str(&format!("\n.{}({})", setter.method, value.rust));
            fields.insert(property.name.to_string(), value.json);
            self.setters += 1;
        }
        Given { rust, json: Value::Object(fields) }
    }

    /// An object as a function of its own, which keeps expressions flat.
    fn object(&mut self, name: &'f str, whole: bool) -> Given {
        let facts = self.facts;
        let Some(object) = facts.object(name) else { panic!("{} has no object {name}", facts.name) };
        if whole && self.whole.insert(name) {
            let all: Vec<&Property> = settable(&object.properties).collect();
            let made = self.build(Some(name), &all, true, 0);
            return self.function(name, "whole", made);
        }
        if let Some(known) = self.small.get(name) {
            return known.clone();
        }
        self.open.push(name);
        let chosen = self.chosen(&object.properties, Some(name));
        let made = self.build(Some(name), &chosen, false, 0);
        self.open.pop();
        let small = self.function(name, "small", made);
        self.small.insert(name, small.clone());
        small
    }

    /// The smallest form of an object, with other values.
    fn another(&mut self, name: &'f str, variant: usize) -> Given {
        let facts = self.facts;
        let Some(object) = facts.object(name) else { panic!("{} has no object {name}", facts.name) };
        self.open.push(name);
        let chosen = self.chosen(&object.properties, Some(name));
        let made = self.build(Some(name), &chosen, false, variant);
        self.open.pop();
        self.function(name, "other", made)
    }

    fn function(&mut self, object: &str, form: &str, made: Given) -> Given {
        let owner = format!("{}::{}", self.module, self.builders[&Some(object)].owner);
        let name = format!("{}_{}_{form}", self.prefix, self.functions.len());
        self.functions.push(format!("fn {name}() -> Input<{owner}> {{\n{}.into_input()\n}}\n", made.rust));
        Given { rust: format!("{name}()"), json: made.json }
    }

    fn value(
        &mut self,
        place: &Place<'_>,
        shape: &'f Shape,
        rust_type: &str,
        whole: bool,
        variant: usize,
    ) -> Given {
        let count = |bound: &Option<Text>| bound.as_deref().and_then(|text| text.parse().ok());
        let least: usize = count(&shape.length.least).unwrap_or(0);
        match &shape.kind {
            Kind::List(item) => {
                let inner = rust_type.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>'));
                let Some(inner) = inner else { panic!("{rust_type} is no list") };
                let again = matches!(&item.kind, Kind::Object(name) if self.open.contains(&&**name));
                if again && !whole && least == 0 {
                    let rust = format!("Vec::<Input<{}::{inner}>>::new()", self.module);
                    return Given { rust, json: json!([]) };
                }
                let items: Vec<Given> = (0..least.max(1))
                    .map(|index| self.value(place, item, inner, whole, variant + index))
                    .collect();
                let rust: Vec<&str> = items.iter().map(|item| item.rust.as_str()).collect();
                let json = items.iter().map(|item| item.json.clone()).collect();
                Given { rust: format!("[{}]", rust.join(", ")), json }
            }
            Kind::Map(value) => {
                let inner = rust_type.strip_prefix("fw::Map<").and_then(|rest| rest.strip_suffix('>'));
                let Some(inner) = inner else { panic!("{rust_type} is no map") };
                let mut fields = serde_json::Map::new();
                let mut entries = Vec::new();
                for index in 0..least.max(1) {
                    let key = text::key(&self.facts.name, place, index);
                    let value = self.value(place, value, inner, whole, variant + index);
                    entries.push(format!("({key:?}, {})", value.rust));
                    fields.insert(key, value.json);
                }
                Given { rust: format!("[{}]", entries.join(", ")), json: Value::Object(fields) }
            }
            // Later items of a list have to differ from the first.
            Kind::Object(name) if rust_type != "fw::Json" && variant > 0 => self.another(name, variant),
            Kind::Object(name) if rust_type != "fw::Json" => self.object(name, whole),
            Kind::Object(_) | Kind::Json => {
                let json = match text::policy(rust_type) {
                    Some(policy) => policy,
                    None => text::document(&self.facts.name, place),
                };
                Given { rust: format!("json(r####\"{json}\"####)"), json }
            }
            Kind::Boolean => {
                let value = text::boolean(&self.facts.name, place);
                Given { rust: value.to_string(), json: json!(value) }
            }
            Kind::Integer => {
                let number = whole_number(shape, variant);
                // A port is never more than sixteen bits.
                let suffix = if rust_type == "types::Port" { "_u16" } else { "_i64" };
                Given { rust: format!("{number}{suffix}"), json: json!(number) }
            }
            Kind::Number => number(shape, rust_type, variant),
            Kind::String => self.text(place, shape, rust_type, variant),
        }
    }

    fn text(&self, place: &Place<'_>, shape: &Shape, rust_type: &str, variant: usize) -> Given {
        let owner = &*self.facts.name;
        if rust_type == "fw::Secret" {
            let json = json!("{{resolve:secretsmanager:every-type:SecretString:key}}");
            return Given { rust: "secret()".to_owned(), json };
        }
        let identifier = ["Id", "Arn", "Name", "Identifier"].into_iter().find(|name| {
            rust_type.strip_prefix("fw::").is_some_and(|rest| rest.starts_with(&format!("{name}<")))
        });
        let plain = identifier.is_some() || rust_type == "String" || rust_type.starts_with("types::");
        if !plain {
            // An enumeration of the type.
            let index = text::index_of_value(owner, place, shape).unwrap_or(variant) % shape.values.len();
            let variants = formwork_codegen::variants(shape.values.iter().map(|value| &**value));
            let rust = format!("{}::{rust_type}::{}", self.module, variants[index]);
            return Given { rust, json: json!(shape.values[index]) };
        }
        let text = match text::of_type(rust_type) {
            Some(text) => text.to_owned(),
            None => text::of(owner, place, shape, variant),
        };
        let text = if identifier == Some("Arn") { whole_arn(text) } else { text };
        let rust = match identifier {
            Some(name) => format!("{name}::existing({text:?})"),
            None => format!("{text:?}"),
        };
        Given { rust, json: json!(text) }
    }

    /// What is required, and of alternatives the simplest.
    fn chosen(&self, properties: &'f Properties, object: Option<&'f str>) -> Vec<&'f Property> {
        let can = |name: &str| settable(properties).any(|property| property.name == name);
        let mut names: BTreeSet<&str> = settable(properties)
            .filter(|property| property.required)
            .map(|property| &*property.name)
            .collect();
        names.extend(text::also(&self.facts.name, object).iter().copied().filter(|name| can(name)));
        let excluded = |names: &BTreeSet<&str>, name: &str| {
            properties.rules.iter().any(|rule| match rule {
                Rule::Excludes(one, others) => {
                    let is = |other: &Text| *other == name;
                    (names.contains(&**one) && others.iter().any(is))
                        || (is(one) && others.iter().any(|other| names.contains(&**other)))
                }
                _ => false,
            })
        };
        for _ in 0..8 {
            let before = names.clone();
            for rule in &properties.rules {
                match rule {
                    Rule::ExactlyOne(groups) | Rule::AtLeastOne(groups) => {
                        let complete = |group: &&Vec<Text>| group.iter().all(|name| names.contains(&**name));
                        if groups.iter().any(|group| complete(&group)) {
                            continue;
                        }
                        let possible = groups
                            .iter()
                            .filter(|group| group.iter().all(|name| can(name) && !excluded(&names, name)));
                        let simplest = possible.min_by_key(|group| {
                            let new = group.iter().filter(|name| !names.contains(&***name));
                            new.map(|name| self.cost(properties, name)).sum::<usize>()
                        });
                        names.extend(simplest.into_iter().flatten().map(|name| &**name));
                    }
                    Rule::Needs(one, others) if names.contains(&**one) => {
                        names.extend(others.iter().map(|name| &**name).filter(|name| can(name)));
                    }
                    Rule::Count(Some(least), _) => {
                        while names.len() < *least as usize {
                            let free = settable(properties).filter(|property| {
                                !names.contains(&*property.name) && !excluded(&names, &property.name)
                            });
                            let Some(next) =
                                free.min_by_key(|property| self.cost(properties, &property.name))
                            else {
                                break;
                            };
                            names.insert(&next.name);
                        }
                    }
                    _ => {}
                }
            }
            if names == before {
                break;
            }
        }
        settable(properties).filter(|property| names.contains(&*property.name)).collect()
    }

    /// How much there is to write for a property: an object that is being written is never worth it.
    fn cost(&self, properties: &Properties, name: &str) -> usize {
        fn of(maker: &Maker<'_>, shape: &Shape, depth: usize) -> usize {
            match &shape.kind {
                Kind::List(item) | Kind::Map(item) => 1 + of(maker, item, depth),
                Kind::Object(name) if maker.open.contains(&&**name) || depth > 6 => 1000,
                Kind::Object(name) => {
                    let object = maker.facts.object(name);
                    let required = object.into_iter().flat_map(|object| settable(&object.properties));
                    let required = required.filter(|property| property.required);
                    3 + required.map(|property| of(maker, &property.shape, depth + 1)).sum::<usize>()
                }
                Kind::Json => 5,
                _ => 1,
            }
        }
        properties
            .get(name)
            .map_or(0, |property| of(self, &property.shape, 0) + usize::from(property.deprecated))
    }
}

/// A property, for what is known about single ones.
pub(crate) struct Place<'p> {
    /// The object to which it belongs; none for the resource itself.
    pub(crate) owner: Option<&'p str>,
    pub(crate) name: &'p str,
}

pub(crate) fn settable(properties: &Properties) -> impl Iterator<Item = &Property> {
    properties.all.iter().filter(|property| !property.read_only)
}

fn whole_number(shape: &Shape, variant: usize) -> i64 {
    let values: Vec<i64> = shape.values.iter().filter_map(|value| value.parse().ok()).collect();
    if !values.is_empty() {
        return values[variant % values.len()];
    }
    let bound = |bound: &Option<Text>| bound.as_deref().and_then(|text| text.parse::<f64>().ok());
    let least = bound(&shape.range.least).map(|least| least.ceil() as i64);
    let most = bound(&shape.range.most).map(|most| most.floor() as i64);
    let multiple = shape.multiple_of.as_deref().and_then(|text| text.parse::<i64>().ok());
    let start = least.unwrap_or(1).max(if most.is_none_or(|most| most >= 1) { 1 } else { i64::MIN });
    let start = start.min(most.unwrap_or(i64::MAX));
    let number = match multiple {
        Some(multiple) if multiple > 0 => start.max(1).div_ceil_of(multiple),
        _ => start,
    };
    let varied = number + variant as i64;
    if most.is_none_or(|most| varied <= most) && multiple.is_none() { varied } else { number }
}

trait DivCeilOf {
    /// The least multiple that is not less.
    fn div_ceil_of(self, multiple: i64) -> i64;
}

impl DivCeilOf for i64 {
    fn div_ceil_of(self, multiple: i64) -> i64 {
        (self + multiple - 1) / multiple * multiple
    }
}

fn number(shape: &Shape, rust_type: &str, variant: usize) -> Given {
    // Units count whole numbers; only a percentage may be a part of one.
    let whole =
        shape.multiple_of.is_some() || (rust_type.starts_with("types::") && rust_type != "types::Percent");
    let values: Vec<f64> = shape.values.iter().filter_map(|value| value.parse().ok()).collect();
    let bound = |bound: &Option<Text>| bound.as_deref().and_then(|text| text.parse::<f64>().ok());
    let least = bound(&shape.range.least).unwrap_or(0.0);
    let most = bound(&shape.range.most).unwrap_or(f64::MAX);
    let wanted = match values.get(variant % values.len().max(1)) {
        Some(value) => *value,
        // Not a whole one, where that is possible.
        None if whole => least.max(1.0).ceil().min(most),
        None => [least + 0.5, least].into_iter().find(|number| *number <= most).unwrap_or(most),
    };
    if wanted.fract() == 0.0 && wanted.abs() < 1e15 {
        let wanted = wanted as i64;
        return Given { rust: format!("{wanted}_i64"), json: json!(wanted) };
    }
    Given { rust: format!("{wanted:?}_f64"), json: json!(wanted) }
}

/// An ARN with all of its parts: patterns of AWS are content with less than an ARN must have.
fn whole_arn(text: String) -> String {
    let usual = ["arn", "aws", "service", "eu-central-1", "111122223333", "a"];
    if !text.starts_with("arn:") {
        return usual.join(":");
    }
    let given: Vec<&str> = text.splitn(6, ':').collect();
    let part = |(index, usual): (usize, &&'static str)| match given.get(index) {
        Some(part) if index == 4 && part.len() < 12 && part.bytes().all(|byte| byte.is_ascii_digit()) => {
            if part.is_empty() {
                String::new()
            } else {
                (*usual).to_owned()
            }
        }
        Some(&"") if index == 2 || index == 5 => (*usual).to_owned(),
        Some(part) if index == 1 && !part.starts_with("aws") => (*usual).to_owned(),
        Some(part) => (*part).to_owned(),
        None => (*usual).to_owned(),
    };
    usual.iter().enumerate().map(part).collect::<Vec<_>>().join(":")
}
