//! The facts against the schemas that the independent linter uses: nothing that can be set is missing.

use std::{collections::BTreeSet, fs, path::PathBuf};

use formwork_facts::{Properties, resource_type};
use serde_json::{Map, Value};

use crate::support::peer;

fn schemas() -> PathBuf {
    let library =
        peer("cfn-lint").parent().and_then(|bin| bin.parent()).map(|venv| venv.join("lib")).expect("a venv");
    let version =
        fs::read_dir(library).expect("a library").flatten().next().expect("a version of Python").path();
    version.join("site-packages").join("cfnlint").join("data").join("schemas")
}

fn json(path: &std::path::Path) -> Map<String, Value> {
    let text = fs::read(path).expect("a file of cfn-lint");
    match serde_json::from_slice(&text).expect("JSON") {
        Value::Object(object) => object,
        other => panic!("{} is {other}", path.display()),
    }
}

/// The properties that a node requires; what all of several parts have to fulfil is required by any of them, and the
/// only one of alternatives is none.
fn required(node: &Value) -> Vec<&str> {
    let own = node["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parts = |key: &str| node[key].as_array().map_or(&[][..], Vec::as_slice);
    let only = ["oneOf", "anyOf"].into_iter().map(parts).filter(|parts| parts.len() == 1).flatten();
    own.chain(parts("allOf").iter().chain(only).flat_map(required)).collect()
}

/// The properties that a node of a schema names, required and all.
fn named(node: &Value) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let all = node["properties"].as_object().into_iter().flat_map(|properties| properties.keys());
    let all: BTreeSet<&str> = all.map(String::as_str).collect();
    (required(node).into_iter().filter(|name| all.contains(name)).collect(), all)
}

/// What the facts lack of these properties, and what they require otherwise.
fn differences(
    path: &str,
    properties: &Properties,
    node: &Value,
    only_of_aws: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let (required, all) = named(node);
    let lacks = all
        .iter()
        .filter(|name| properties.get(name).is_none() && !only_of_aws(name))
        .map(|name| format!("{path} lacks {name}"));
    let otherwise = properties
        .all
        .iter()
        .filter(|property| {
            all.contains(&*property.name) && property.required != required.contains(&*property.name)
        })
        .map(|property| format!("{path}.{} is required: {}", property.name, property.required));
    lacks.chain(otherwise).collect()
}

#[test]
fn every_property_of_the_schemas_is_in_the_facts() {
    let folder = schemas();
    let provider = json(&folder.join("providers").join("us-east-1.json"));
    let (mut types, mut objects, mut properties) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (name, hash) in provider {
        let schema = folder.join("resources").join(format!("{}.json", hash.as_str().expect("a hash")));
        let schema = Value::Object(json(&schema));
        let Some(facts) = resource_type(&name) else {
            wrong.push(format!("{name} is missing"));
            continue;
        };
        types += 1;
        let read_only: BTreeSet<String> = schema["readOnlyProperties"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|path| Some(path.as_str()?.trim_start_matches("/properties/").to_owned()))
            .collect();
        properties += named(&schema).1.len();
        wrong
            .extend(differences(&name, &facts.properties, &schema, &|property| read_only.contains(property)));
        for (definition, node) in schema["definitions"].as_object().into_iter().flatten() {
            // A list has keywords on its items; the object by that name is what they are.
            if node["type"] == "array" {
                continue;
            }
            // A definition that nothing refers to, or only what AWS sets, is no object of the facts.
            let Some(object) = facts.object(definition) else { continue };
            objects += 1;
            properties += named(node).1.len();
            wrong.extend(differences(&format!("{name} {definition}"), &object.properties, node, &|_| false));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    insta::assert_snapshot!(
        "facts_against_schemas",
        format!(
            "{types} types, {objects} named objects, {properties} properties, none missing, none required otherwise"
        )
    );
}
