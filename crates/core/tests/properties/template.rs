//! Templates as other programs see them: parsed, and walked for what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::{Assembly, Format, ParameterSource};
use proptest::test_runner::TestCaseError;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// JSON in which no object has a key twice; `serde_json` alone would keep the last and say nothing.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Strict;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
                let mut list = Vec::new();
                while let Some(Strict(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(Strict(list.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
                let mut map = serde_json::Map::new();
                while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
                    if map.insert(key.clone(), value).is_some() {
                        return Err(serde::de::Error::custom(format!("`{key}` stands there twice")));
                    }
                }
                Ok(Strict(map.into()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// What one piece of a template refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    Name(String),
    Attribute(String, String),
    Condition(String),
    Mapping(String),
    Import(String),
    StackOutput(String, String),
}

/// The pieces of a `Fn::Sub`: text, and names between `${` and `}`.
pub(crate) fn sub_pieces(text: &str) -> Vec<Result<String, String>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
        pieces.push(Ok(rest[..start].to_owned()));
        let name = &rest[start + 2..end];
        pieces.push(match name.strip_prefix('!') {
            Some(literal) => Ok(format!("${{{literal}}}")),
            None => Err(name.to_owned()),
        });
        rest = &rest[end + 1..];
    }
    pieces.push(Ok(rest.to_owned()));
    pieces
}

fn named(name: &str) -> Use {
    match name.split_once('.') {
        Some((name, attribute)) => Use::Attribute(name.to_owned(), attribute.to_owned()),
        None => Use::Name(name.to_owned()),
    }
}

/// Calls back for everything that a value refers to, and whether only in a branch of `Fn::If`.
pub(crate) fn uses(value: &Value, conditional: bool, visit: &mut dyn FnMut(Use, bool)) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(items) => items.iter().for_each(|item| uses(item, conditional, visit)),
        Value::Object(fields) => {
            for (key, value) in fields {
                let call = fields.len() == 1;
                match (key.as_str(), value) {
                    ("Ref", Value::String(name)) if call => visit(Use::Name(name.clone()), conditional),
                    ("Fn::GetAtt", Value::Array(items)) if call => {
                        match (items.first().and_then(text), items.get(1).and_then(text)) {
                            (Some(name), Some(attribute)) => {
                                visit(Use::Attribute(name, attribute), conditional)
                            }
                            (Some(name), None) => visit(Use::Attribute(name, String::new()), conditional),
                            _ => {}
                        }
                        items.iter().skip(1).for_each(|item| uses(item, conditional, visit));
                    }
                    ("Condition", Value::String(name)) if call => {
                        visit(Use::Condition(name.clone()), conditional)
                    }
                    ("Fn::If", Value::Array(items)) if call => {
                        items
                            .first()
                            .and_then(text)
                            .into_iter()
                            .for_each(|name| visit(Use::Condition(name), conditional));
                        items.iter().skip(1).for_each(|item| uses(item, true, visit));
                    }
                    ("Fn::FindInMap", Value::Array(items)) if call => {
                        items
                            .first()
                            .and_then(text)
                            .into_iter()
                            .for_each(|name| visit(Use::Mapping(name), conditional));
                        items.iter().skip(1).for_each(|item| uses(item, conditional, visit));
                    }
                    ("Fn::ImportValue", Value::String(name)) if call => {
                        visit(Use::Import(name.clone()), conditional)
                    }
                    ("Fn::GetStackOutput", Value::Object(of)) if call => {
                        visit(
                            Use::StackOutput(
                                text(&of["StackName"]).unwrap(),
                                text(&of["OutputName"]).unwrap(),
                            ),
                            conditional,
                        );
                    }
                    ("Fn::Sub", value) if call => {
                        let items =
                            value.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(value));
                        let template = items.first().and_then(Value::as_str).unwrap_or_default();
                        let variables = items.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
                        for name in sub_pieces(template).into_iter().filter_map(Result::err) {
                            if !variables.contains_key(&name) {
                                visit(named(&name), conditional);
                            }
                        }
                        variables.values().for_each(|value| uses(value, conditional, visit));
                    }
                    (_, value) => uses(value, conditional, visit),
                }
            }
        }
        _ => {}
    }
}

const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A template of an assembly.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// All templates, strictly parsed.
pub(crate) fn parse(assembly: &Assembly) -> Result<Vec<Parsed>, TestCaseError> {
    let parsed = |stack: formwork_core::AssembledStack<'_>| {
        let text = stack.template().compact();
        let Strict(value) =
            serde_json::from_str(text).map_err(|error| TestCaseError::fail(format!("{error} in {text}")))?;
        Ok(Parsed { id: stack.id(), name: stack.name().to_owned(), value })
    };
    assembly.stacks().into_iter().map(parsed).collect()
}

impl Parsed {
    pub(crate) fn names(&self, section: &str) -> BTreeSet<&str> {
        self.section(section).map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn section(&self, section: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.value.get(section).and_then(Value::as_object).into_iter().flatten()
    }

    pub(crate) fn resource(&self, name: &str) -> &Value {
        &self.value["Resources"][name]
    }

    /// What a resource waits for by name.
    pub(crate) fn depends_on(&self, name: &str) -> Vec<&str> {
        match &self.resource(name)["DependsOn"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
            _ => Vec::new(),
        }
    }

    /// The resources of this template that a resource needs, and whether only in a branch.
    pub(crate) fn needs(&self, name: &str) -> BTreeMap<String, bool> {
        let resources = self.names("Resources");
        let mut needs = BTreeMap::new();
        let mut add = |other: &str, conditional: bool| {
            if resources.contains(other) {
                *needs.entry(other.to_owned()).or_insert(true) &= conditional;
            }
        };
        uses(self.resource(name), false, &mut |of, conditional| match of {
            Use::Name(other) | Use::Attribute(other, _) => add(&other, conditional),
            _ => {}
        });
        self.depends_on(name).into_iter().for_each(|other| add(other, false));
        needs
    }

    /// Everything in it that refers to nothing.
    fn dangling(&self, stacks: &[Parsed], nested: &BTreeMap<String, String>) -> Vec<String> {
        let mut wrong = Vec::new();
        let (resources, parameters) = (self.names("Resources"), self.names("Parameters"));
        let (conditions, mappings) = (self.names("Conditions"), self.names("Mappings"));
        let exported: BTreeSet<&str> = stacks
            .iter()
            .flat_map(|stack| stack.section("Outputs"))
            .filter_map(|(_, output)| output.get("Export")?["Name"].as_str())
            .collect();
        uses(&self.value, false, &mut |of, _| {
            let fine = match &of {
                Use::Name(name) => {
                    resources.contains(name.as_str())
                        || parameters.contains(name.as_str())
                        || PSEUDO.contains(&name.as_str())
                }
                Use::Attribute(name, attribute) => {
                    match (nested.get(name), attribute.strip_prefix("Outputs.")) {
                        (Some(inner), Some(output)) => stacks
                            .iter()
                            .any(|stack| stack.id == *inner && stack.names("Outputs").contains(output)),
                        _ => resources.contains(name.as_str()),
                    }
                }
                Use::Condition(name) => conditions.contains(name.as_str()),
                Use::Mapping(name) => mappings.contains(name.as_str()),
                Use::Import(name) => exported.contains(name.as_str()),
                Use::StackOutput(name, output) => stacks
                    .iter()
                    .any(|stack| stack.name == *name && stack.names("Outputs").contains(output.as_str())),
            };
            if !fine {
                wrong.push(format!("{of:?} in {}", self.id));
            }
        });
        for (name, resource) in self.section("Resources") {
            let others = self.depends_on(name).into_iter().filter(|other| !resources.contains(other));
            wrong.extend(others.map(|other| format!("DependsOn {other} of {name} in {}", self.id)));
            let condition = resource.get("Condition").and_then(Value::as_str);
            wrong.extend(
                condition
                    .filter(|name| !conditions.contains(name))
                    .map(|of| format!("Condition {of} of {name}")),
            );
        }
        for (name, output) in self.section("Outputs") {
            let condition = output.get("Condition").and_then(Value::as_str);
            wrong.extend(
                condition
                    .filter(|name| !conditions.contains(name))
                    .map(|of| format!("Condition {of} of {name}")),
            );
        }
        wrong
    }
}

/// What is wrong with the references of an assembly: within each template, between templates, and in the
/// manifest. Empty if nothing is.
pub(crate) fn dangling(assembly: &Assembly) -> Result<Vec<String>, TestCaseError> {
    let stacks = parse(assembly)?;
    let manifest = assembly.manifest(Format::Compact);
    let mut wrong = Vec::new();
    for (stack, listed) in stacks.iter().zip(&manifest.stacks) {
        // The resources that are nested stacks: their ids are the names of those stacks.
        let inner = |name: &String| (name.clone(), format!("{}/{name}", stack.id));
        let nested: BTreeMap<String, String> = stack
            .section("Resources")
            .filter(|(_, resource)| resource["Type"] == "AWS::CloudFormation::Stack")
            .map(|(name, _)| inner(name))
            .filter(|(_, id)| stacks.iter().any(|stack| stack.id == *id))
            .collect();
        wrong.extend(stack.dangling(&stacks, &nested));
        for (name, id) in &nested {
            let passed: BTreeSet<&str> = stack.resource(name)["Properties"]
                .get("Parameters")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(name, _)| name.as_str())
                .collect();
            let at = manifest.stacks.iter().position(|stack| stack.id == *id).unwrap();
            let wanted: BTreeSet<&str> = manifest.stacks[at].parameters.keys().map(String::as_str).collect();
            if passed != wanted {
                wrong.push(format!("{id} is given {passed:?} and takes {wanted:?}"));
            }
        }
        let declared = stack.names("Parameters");
        for (parameter, source) in &listed.parameters {
            if !declared.contains(parameter.as_str()) {
                wrong.push(format!("{} has no parameter {parameter}", stack.id));
            }
            if let ParameterSource::Output { stack: producer, output } = source
                && !stacks
                    .iter()
                    .any(|stack| stack.id == *producer && stack.names("Outputs").contains(output.as_str()))
            {
                wrong.push(format!("{producer} has no output {output}"));
            }
        }
    }
    Ok(wrong)
}
