//! One fault a template: changes that know nothing about AWS.

use serde_json::{Value, json};

/// What a change needs to find at a place.
#[derive(Clone, Copy, PartialEq)]
enum Wants {
    Property,
    Text,
    Number,
    List,
    Object,
    Reference,
    Attribute,
    Substitution,
}

type Change = fn(&mut Value, &str);

/// Every kind of fault: its name, where it can be made, and how.
const KINDS: &[(&str, Wants, Change)] = &[
    ("misspelt", Wants::Property, |object, key| {
        if let Some(value) = object.as_object_mut().and_then(|object| object.remove(key)) {
            object[format!("{key}x")] = value;
        }
    }),
    ("removed", Wants::Property, |object, key| {
        object.as_object_mut().map(|object| object.remove(key));
    }),
    ("object-for-text", Wants::Text, |object, key| object[key] = json!({"Nonsense": "x"})),
    ("list-for-text", Wants::Text, |object, key| object[key] = json!(["a", "b"])),
    ("other-text", Wants::Text, |object, key| object[key] = json!("§ no such value §")),
    ("long-text", Wants::Text, |object, key| object[key] = json!("x".repeat(5000))),
    ("empty-text", Wants::Text, |object, key| object[key] = json!("")),
    ("null", Wants::Text, |object, key| object[key] = Value::Null),
    ("huge-number", Wants::Number, |object, key| object[key] = json!(999_999_999)),
    ("negative-number", Wants::Number, |object, key| object[key] = json!(-77)),
    ("text-for-number", Wants::Number, |object, key| object[key] = json!("many")),
    ("text-for-list", Wants::List, |object, key| object[key] = json!("one")),
    ("object-for-list", Wants::List, |object, key| object[key] = json!({"a": "b"})),
    ("twice", Wants::List, |object, key| {
        if let Some(list) = object[key].as_array_mut()
            && let Some(first) = list.first().cloned()
        {
            list.push(first);
        }
    }),
    ("empty-list", Wants::List, |object, key| object[key] = json!([])),
    ("text-for-object", Wants::Object, |object, key| object[key] = json!("text")),
    ("list-for-object", Wants::Object, |object, key| object[key] = json!(["text"])),
    ("unknown-key", Wants::Object, |object, key| object[key]["Unknwon"] = json!("x")),
    ("unknown-reference", Wants::Reference, |object, key| object[key] = json!({"Ref": "Nobody"})),
    ("reference-with-list", Wants::Reference, |object, key| object[key] = json!({"Ref": ["Nobody"]})),
    ("unknown-attribute", Wants::Attribute, |object, key| object[key]["Fn::GetAtt"][1] = json!("Nothing")),
    ("unknown-resource", Wants::Attribute, |object, key| object[key]["Fn::GetAtt"][0] = json!("Nobody")),
    ("unknown-variable", Wants::Substitution, |object, key| object[key] = json!({"Fn::Sub": "a-${Nobody}"})),
    ("unknown-function", Wants::Text, |object, key| object[key] = json!({"Fn::Nonsense": "x"})),
    ("bad-join", Wants::Text, |object, key| object[key] = json!({"Fn::Join": ["a", "b", "c"]})),
    ("bad-select", Wants::Text, |object, key| object[key] = json!({"Fn::Select": ["x", ["a", "b"]]})),
    ("bad-if", Wants::Text, |object, key| object[key] = json!({"Fn::If": ["Nobody", "a", "b"]})),
    ("short-if", Wants::Text, |object, key| object[key] = json!({"Fn::If": ["Nobody"]})),
    ("bad-map", Wants::Text, |object, key| object[key] = json!({"Fn::FindInMap": ["Nobody", "a", "b"]})),
    ("bad-split", Wants::Text, |object, key| object[key] = json!({"Fn::Split": [1, {"a": "b"}]})),
    ("bad-sub", Wants::Text, |object, key| object[key] = json!({"Fn::Sub": ["a", "b", "c"]})),
    ("bad-import", Wants::Text, |object, key| object[key] = json!({"Fn::ImportValue": ["a"]})),
    ("two-functions", Wants::Text, |object, key| object[key] = json!({"Ref": "AWS::Region", "Fn::Sub": "x"})),
];

type Whole = fn(&mut Value);

/// Changes to the whole template.
const WHOLE: &[(&str, Whole)] = &[
    ("unknown-section", |template| template["Resourcess"] = json!({})),
    ("unknown-type", |template| first(template, |resource| resource["Type"] = json!("AWS::EC2::Nothing"))),
    ("no-type", |template| {
        first(template, |resource| {
            resource.as_object_mut().map(|resource| resource.remove("Type"));
        });
    }),
    ("unknown-part", |template| first(template, |resource| resource["Propertys"] = json!({}))),
    ("waits-for-nobody", |template| first(template, |resource| resource["DependsOn"] = json!("Nobody"))),
    ("waits-for-number", |template| first(template, |resource| resource["DependsOn"] = json!([1, {}]))),
    ("unknown-condition", |template| first(template, |resource| resource["Condition"] = json!("Nobody"))),
    ("bad-deletion", |template| first(template, |resource| resource["DeletionPolicy"] = json!("Keep"))),
    ("bad-replace", |template| {
        first(template, |resource| resource["UpdateReplacePolicy"] = json!(["Retain"]))
    }),
    ("bad-id", |template| {
        template["Resources"]["not-alphanumeric"] = json!({"Type": "AWS::SNS::Topic"});
    }),
    ("bad-parameter-type", |template| template["Parameters"]["P"] = json!({"Type": "Text"})),
    ("bad-parameter-key", |template| {
        template["Parameters"]["P"] = json!({"Type": "String", "Defaultt": "x"});
    }),
    ("bad-default", |template| {
        template["Parameters"]["P"] = json!({"Type": "String", "Default": "c", "AllowedValues": ["a", "b"]});
    }),
    ("default-not-matching", |template| {
        template["Parameters"]["P"] = json!({"Type": "String", "Default": "c", "AllowedPattern": "[ab]+"});
    }),
    ("default-no-number", |template| template["Parameters"]["P"] = json!({"Type": "Number", "Default": "c"})),
    ("no-parameter-type", |template| template["Parameters"]["P"] = json!({"Default": "c"})),
    ("output-without-value", |template| template["Outputs"]["O"] = json!({"Description": "x"})),
    ("output-of-nobody", |template| template["Outputs"]["O"] = json!({"Value": {"Ref": "Nobody"}})),
    ("output-list", |template| template["Outputs"]["O"] = json!({"Value": ["a"]})),
    ("bad-condition", |template| template["Conditions"]["C"] = json!({"Fn::Equals": ["a"]})),
    ("condition-text", |template| template["Conditions"]["C"] = json!("true")),
    ("bad-mapping", |template| template["Mappings"]["M"] = json!({"a": "b"})),
    ("bad-version", |template| template["AWSTemplateFormatVersion"] = json!("2020-01-01")),
    ("bad-description", |template| template["Description"] = json!(["x"])),
    ("circle", |template| {
        template["Resources"]["One"] = json!({"Type": "AWS::SNS::Topic", "DependsOn": "Two"});
        template["Resources"]["Two"] = json!({"Type": "AWS::SNS::Topic", "DependsOn": "One"});
    }),
];

fn first(template: &mut Value, change: impl Fn(&mut Value)) {
    if let Some(resource) = template["Resources"].as_object_mut().and_then(|all| all.values_mut().next()) {
        change(resource);
    }
}

/// Some faulty versions of a template: other kinds for every number, so that all of them together have all kinds in
/// many places.
pub(crate) fn faults(template: &Value, number: usize) -> Vec<(&'static str, Value)> {
    let mut places = Vec::new();
    if let Some(resources) = template["Resources"].as_object() {
        for (id, resource) in resources {
            find(&resource["Properties"], &mut format!("/Resources/{id}/Properties"), &mut places);
        }
    }
    let mut faults = Vec::new();
    for turn in 0..4 {
        let (kind, wants, change) = KINDS[(number * 4 + turn) % KINDS.len()];
        let fitting: Vec<&(String, String, Vec<Wants>)> =
            places.iter().filter(|(_, _, offers)| offers.contains(&wants)).collect();
        if fitting.is_empty() {
            continue;
        }
        let (parent, key, _) = fitting[(number * 7 + turn * 3) % fitting.len()];
        let mut changed = template.clone();
        if let Some(object) = changed.pointer_mut(parent) {
            change(object, key);
        }
        faults.push((kind, changed));
    }
    let (kind, change) = WHOLE[number % WHOLE.len()];
    let mut changed = template.clone();
    change(&mut changed);
    faults.push((kind, changed));
    faults
}

/// All places within objects, with what can be changed there.
fn find(value: &Value, path: &mut String, places: &mut Vec<(String, String, Vec<Wants>)>) {
    match value {
        Value::Object(object) => {
            let function = |value: &Value| {
                let only = value.as_object().filter(|object| object.len() == 1);
                only.and_then(|object| object.keys().next().cloned())
            };
            for (key, value) in object {
                let mut offers = vec![Wants::Property];
                match (value, function(value).as_deref()) {
                    (_, Some("Ref")) => offers.push(Wants::Reference),
                    (Value::Object(object), Some("Fn::GetAtt")) if object["Fn::GetAtt"].is_array() => {
                        offers.push(Wants::Attribute);
                    }
                    (_, Some(name)) if name.starts_with("Fn::") => {}
                    (Value::String(_), _) => offers.extend([Wants::Text, Wants::Substitution]),
                    (Value::Number(_), _) => offers.push(Wants::Number),
                    (Value::Array(_), _) => offers.push(Wants::List),
                    (Value::Object(_), _) => offers.push(Wants::Object),
                    _ => {}
                }
                places.push((path.clone(), key.clone(), offers));
                let is_function =
                    function(value).is_some_and(|name| name == "Ref" || name.starts_with("Fn::"));
                if !is_function {
                    let length = path.len();
                    path.push('/');
                    path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    find(value, path, places);
                    path.truncate(length);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let length = path.len();
                path.push_str(&format!("/{index}"));
                find(item, path, places);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
