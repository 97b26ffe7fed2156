//! Good templates with the same meaning: values behind parameters, conditions, mappings and substitutions.

use serde_json::{Map, Value, json};

/// A place in a template.
type Path = Vec<String>;

/// The template with some of its literal texts behind each kind of function.
pub(crate) fn variants(template: &Value) -> Vec<(&'static str, Value)> {
    let mut places = Vec::new();
    if let Some(resources) = template["Resources"].as_object() {
        for (id, resource) in resources {
            if let Some(properties) = resource["Properties"].as_object() {
                let path = ["Resources".to_owned(), id.clone(), "Properties".to_owned()];
                for (name, value) in properties {
                    texts(value, &mut path.iter().cloned().chain([name.clone()]).collect(), &mut places);
                }
            }
        }
    }
    if places.is_empty() {
        return Vec::new();
    }
    vec![
        ("parameter", parameter(template, &places)),
        ("condition", condition(template, &places)),
        ("mapping", mapping(template, &places)),
        ("join", join(template, &places)),
    ]
}

/// The places of plain texts, not within functions and documents of policies.
fn texts(value: &Value, path: &mut Path, places: &mut Vec<(Path, String)>) {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains("{{resolve") && !text.contains("${") => {
            places.push((path.clone(), text.clone()));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                texts(item, path, places);
                path.pop();
            }
        }
        Value::Object(object) => {
            let function = object.len() == 1
                && object.keys().all(|key| key == "Ref" || key == "Condition" || key.starts_with("Fn::"));
            let policy = object.contains_key("Statement") || object.contains_key("Version");
            if function || policy {
                return;
            }
            for (key, value) in object {
                path.push(key.clone());
                texts(value, path, places);
                path.pop();
            }
        }
        _ => {}
    }
}

fn set(template: &mut Value, path: &[String], value: Value) {
    let mut place = template;
    for step in path {
        place = match place {
            Value::Array(items) => &mut items[step.parse::<usize>().expect("an index")],
            other => &mut other[step.as_str()],
        };
    }
    *place = value;
}

fn section<'t>(template: &'t mut Value, name: &str) -> &'t mut Map<String, Value> {
    let root = template.as_object_mut().expect("an object");
    root.entry(name).or_insert_with(|| json!({})).as_object_mut().expect("a section")
}

fn parameter(template: &Value, places: &[(Path, String)]) -> Value {
    let mut changed = template.clone();
    for (number, (path, text)) in places.iter().step_by(3).enumerate() {
        let name = format!("Given{number}");
        section(&mut changed, "Parameters").insert(name.clone(), json!({"Type": "String", "Default": text}));
        set(&mut changed, path, json!({"Ref": name}));
    }
    changed
}

fn condition(template: &Value, places: &[(Path, String)]) -> Value {
    let mut changed = template.clone();
    section(&mut changed, "Parameters")
        .insert("Stage".to_owned(), json!({"Type": "String", "Default": "dev"}));
    section(&mut changed, "Conditions")
        .insert("IsProd".to_owned(), json!({"Fn::Equals": [{"Ref": "Stage"}, "prod"]}));
    for (path, text) in places.iter().skip(1).step_by(3).chain(places.first()) {
        set(&mut changed, path, json!({"Fn::If": ["IsProd", text, text]}));
    }
    changed
}

fn mapping(template: &Value, places: &[(Path, String)]) -> Value {
    let mut changed = template.clone();
    for (number, (path, text)) in places.iter().step_by(2).enumerate() {
        let row = json!({"us-east-1": {format!("Value{number}"): text}});
        section(&mut changed, "Mappings").insert(format!("Map{number}"), row);
        let lookup = json!([format!("Map{number}"), {"Ref": "AWS::Region"}, format!("Value{number}")]);
        set(&mut changed, path, json!({"Fn::FindInMap": lookup}));
    }
    changed
}

fn join(template: &Value, places: &[(Path, String)]) -> Value {
    let mut changed = template.clone();
    for (path, text) in places.iter().skip(2).step_by(4).chain(places.last()) {
        let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let (one, other) = text.split_at(middle);
        set(&mut changed, path, json!({"Fn::Join": ["", [one, other]]}));
    }
    changed
}
