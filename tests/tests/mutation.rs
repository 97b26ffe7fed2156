//! One property of a valid resource made invalid: `check` finds it, at its place, for every type.

use std::collections::BTreeMap;

use formwork::check::{Source, templates};
use formwork::core::Severity;
use formwork_facts::{Kind, Properties, ResourceType, Shape};
use proptest::{prelude::*, sample::Index, test_runner::Config};
use serde_json::{Value, json};

use crate::every_type;

/// A place in the properties of a resource, with what the facts say about it.
struct Place<'f> {
    path: Vec<String>,
    shape: &'f Shape,
    required: bool,
    /// Whether it is an entry of an object with known properties.
    named: bool,
}

/// All places of a value, as far as the facts know them.
fn places<'f>(
    facts: &'f ResourceType,
    properties: &'f Properties,
    value: &Value,
    path: &[String],
    found: &mut Vec<Place<'f>>,
) {
    let Some(object) = value.as_object() else { return };
    for (key, value) in object {
        let Some(property) = properties.get(key) else { continue };
        let path: Vec<String> = path.iter().cloned().chain([key.clone()]).collect();
        found.push(Place {
            path: path.clone(),
            shape: &property.shape,
            required: property.required,
            named: true,
        });
        within(facts, &property.shape, value, &path, found);
    }
}

fn within<'f>(
    facts: &'f ResourceType,
    shape: &'f Shape,
    value: &Value,
    path: &[String],
    found: &mut Vec<Place<'f>>,
) {
    match &shape.kind {
        Kind::Object(name) => {
            if let Some(object) = facts.object(name) {
                places(facts, &object.properties, value, path, found);
            }
        }
        Kind::List(item) => {
            for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                let path: Vec<String> = path.iter().cloned().chain([index.to_string()]).collect();
                found.push(Place { path: path.clone(), shape: item, required: false, named: false });
                within(facts, item, value, &path, found);
            }
        }
        _ => {}
    }
}

/// Values that a shape refuses.
fn invalid(shape: &Shape) -> Vec<Value> {
    let mut values = Vec::new();
    let number =
        |text: &Option<formwork_facts::Text>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match shape.kind {
        Kind::String => {
            values.push(json!({"Nonsense": {"a": 1}}));
            values.push(json!(["a", "b"]));
            if !shape.values.is_empty() {
                values.push(json!("§ no such value §"));
            }
            if let Some(most) = number(&shape.length.most).filter(|most| *most < 5_000.0) {
                values.push(json!("x".repeat(most as usize + 1)));
            }
            if number(&shape.length.least).is_some_and(|least| least >= 1.0) {
                values.push(json!(""));
            }
        }
        Kind::Integer | Kind::Number => {
            values.push(json!("many"));
            values.push(json!({"Nonsense": 1}));
            if let Some(most) = number(&shape.range.most).filter(|most| *most < 1e15) {
                values.push(json!(most + 1.0));
                values.push(json!((most as i64 + 1).to_string()));
            }
            if let Some(least) = number(&shape.range.least).filter(|least| *least > -1e15) {
                values.push(json!(least as i64 - 1));
            }
        }
        Kind::Boolean => {
            values.push(json!("perhaps"));
            values.push(json!([true]));
        }
        Kind::Object(_) | Kind::Map(_) => {
            values.push(json!("text"));
            values.push(json!(["text"]));
        }
        Kind::List(_) => {
            values.push(json!({"Nonsense": {"a": 1}}));
            if number(&shape.length.least).is_some_and(|least| least >= 1.0) {
                values.push(json!([]));
            }
        }
        Kind::Json => {}
    }
    values
}

fn set(properties: &mut Value, path: &[String], value: Option<Value>) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut place = properties;
    for step in parents {
        place = match place {
            Value::Array(items) => &mut items[step.parse::<usize>().expect("an index")],
            other => &mut other[step.as_str()],
        };
    }
    match (place, value) {
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().expect("an index")] = value,
        (place, Some(value)) => place[last.as_str()] = value,
        (place, None) => {
            place.as_object_mut().map(|object| object.remove(last));
        }
    }
}

/// The paths of all errors on the resource, and of what else is said of its form.
fn errors(kind: &str, properties: &Value) -> Vec<String> {
    let resource = json!({"Type": kind, "Properties": properties});
    let text = json!({"Resources": {"It": resource}}).to_string();
    let report = templates(&[Source::new("template.json", text)]);
    let errors = report.findings.iter().filter(|finding| {
        let of_form = finding.code.starts_with("FW10") && finding.severity == Severity::Warning;
        finding.severity == Severity::Error || of_form
    });
    errors.map(|finding| finding.template_path.clone().unwrap_or_default()).collect()
}

/// Every type with its smallest resource, if `check` finds nothing wrong with that.
fn valid() -> Vec<(&'static ResourceType, Value)> {
    let mut refused: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut valid = Vec::new();
    for (facts, properties) in formwork_facts::services().flat_map(every_type::smallest) {
        // What a transform takes is up to it: of several forms the facts know one.
        if facts.transform.is_some() {
            continue;
        }
        let found = errors(&facts.name, &properties);
        if found.is_empty() {
            valid.push((facts, properties));
        } else {
            refused.insert(&facts.name, found);
        }
    }
    // The smallest resources are made of what single properties allow; what several have to be together is not known
    // to what makes them.
    eprintln!("{} types, and {} whose smallest resource is refused", valid.len(), refused.len());
    assert!(refused.len() * 20 < valid.len(), "{refused:#?}");
    valid
}

#[test]
fn a_property_made_invalid_is_found_at_its_place() {
    let types = valid();
    let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let changes = (any::<Index>(), any::<Index>(), any::<Index>());
    runner
        .run(&changes, |(which, place, value)| {
            let (facts, properties) = &types[which.index(types.len())];
            let mut found = Vec::new();
            places(facts, &facts.properties, properties, &[], &mut found);
            if found.is_empty() {
                return Ok(());
            }
            let place = &found[place.index(found.len())];
            // Every value that is refused, and, for what is required, nothing at all; a misspelt name.
            let mut changes: Vec<Option<Value>> = invalid(place.shape).into_iter().map(Some).collect();
            if place.required {
                changes.push(None);
            }
            let mut changed = properties.clone();
            let mut at = place.path.clone();
            // Whatever a custom resource is given goes to whoever makes it.
            let open = facts.name == "AWS::CloudFormation::CustomResource";
            if place.named && !open && value.index(8) == 0 {
                if let Some(last) = at.last_mut() {
                    last.push_str("Xyz");
                }
                set(&mut changed, &at, Some(json!("x")));
            } else if changes.is_empty() {
                return Ok(());
            } else {
                let change = changes[value.index(changes.len())].clone();
                let missing = change.is_none();
                set(&mut changed, &at, change);
                if missing {
                    at.pop();
                }
            }
            let wanted = format!("Resources/It/Properties/{}", at.join("/"));
            let wanted = wanted.trim_end_matches('/');
            let told = errors(&facts.name, &changed);
            prop_assert!(
                told.iter().any(|path| path == wanted || path.starts_with(&format!("{wanted}/"))),
                "{} with {} at {wanted}: {told:?}",
                facts.name,
                changed
            );
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
