//! What was said is what the template says: literals as they were, and text with expressions worked out with a
//! marker for everything that only AWS knows.

use formwork_core::{App, Options, Parameter, Resource};
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::Value as Json;

use super::{
    assemble,
    build::{PLAIN, World, sub_text},
    check,
    program::program,
    template::sub_pieces,
    values::{List, Pick, Text, Value, literal, nasty, symbolic},
};

/// The JSON of a literal; nothing where it is absent.
fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Text(Text::Literal(text)) => text.clone().into(),
        Value::Int(value) => (*value).into(),
        Value::UInt(value) => (*value).into(),
        // A whole number is written as one.
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => (*value as i64).into(),
        // Read as the template is, whose reader may be off by the last bit.
        Value::Float(value) => serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap(),
        Value::Bool(value) => (*value).into(),
        Value::Nothing => return None,
        Value::Many(items) => items.iter().filter_map(json).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            Json::Object(fields.iter().filter_map(|(key, value)| Some((key.clone(), json(value)?))).collect())
        }
        other => panic!("{other:?} is no literal"),
    })
}

#[test]
fn a_literal_is_the_same_in_the_template() {
    check(256, literal(), |value| {
        let app = App::for_tests();
        let stack = app.stack("s");
        let expr = World::default().value(&value);
        let handle = stack.add("R", Resource::raw("AWS::Test1::Thing").set("Given", expr.clone()));
        // Read back and written again, beside something that changes.
        stack.edit(handle).set("Edited.Kept", expr).set("Edited.New", 1);
        let template = app.synth(&Options::default()).unwrap().stacks()[0].template().value();
        let properties = &template["Resources"]["R"]["Properties"];
        let expected = json(&value);
        prop_assert_eq!(properties.get("Given"), expected.as_ref());
        prop_assert_eq!(properties["Edited"].get("Kept"), expected.as_ref());
        Ok(())
    });
}

#[test]
fn a_change_leaves_what_is_beside_it_alone() {
    check(64, program(), |program| {
        for stack in assemble(&program, PLAIN, &Options::default())?.stacks() {
            for (name, resource) in stack.template().value()["Resources"].as_object().unwrap() {
                let properties = &resource["Properties"];
                if let Some(changed) = properties.get("Zb") {
                    prop_assert_eq!(changed.get("Kept"), properties.get("Zk"), "in {}", name);
                }
            }
        }
        Ok(())
    });
}

const TARGETS: usize = 3;

/// What a text says, with markers.
fn said(text: &Text) -> String {
    match text {
        Text::Literal(text) => text.clone(),
        Text::Int(value) => value.to_string(),
        Text::Bool(value) => value.to_string(),
        Text::Reference(pick, _) => format!("<T{}>", usize::from(*pick) % TARGETS),
        Text::Attribute(pick, name, _) => format!("<T{}.{name}>", usize::from(*pick) % TARGETS),
        Text::Parameter(_) => "<P>".to_owned(),
        Text::Pseudo(number) => {
            let names = ["AccountId", "Region", "Partition", "StackName", "StackId"];
            format!("<AWS::{}>", names[usize::from(*number) % names.len()])
        }
        Text::Interpolation(parts) => parts.iter().map(said).collect(),
        Text::Choose(_, yes, no) => format!("<C|{}|{}>", said(yes), said(no)),
        Text::Base64(text) => format!("<base64 {}>", said(text)),
        Text::Ssm(name) => format!("{{{{resolve:ssm:{name}:1}}}}"),
        Text::Secret(secret) => format!("{{{{resolve:secretsmanager:{}:SecretString:k}}}}", said(secret)),
        Text::Join(separator, list) => match &**list {
            List::Items(items) => items.iter().map(said).collect::<Vec<_>>().join(separator),
            other => panic!("{other:?} is not worked out"),
        },
        Text::Sub(text, value) => {
            let piece = |piece: Result<String, String>| piece.unwrap_or_else(|_| said(value));
            sub_pieces(&sub_text(text)).into_iter().map(piece).collect()
        }
        other => panic!("{other:?} is not worked out"),
    }
}

/// What a value of a template says, with the same markers.
fn read(value: &Json) -> String {
    let Some((function, argument)) = value.as_object().and_then(|object| object.iter().next()) else {
        return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    };
    let items = argument.as_array();
    match (function.as_str(), items.map(Vec::as_slice)) {
        ("Ref", _) => format!("<{}>", read(argument)),
        ("Fn::GetAtt", Some([name, attribute])) => format!("<{}.{}>", read(name), read(attribute)),
        ("Fn::Base64", _) => format!("<base64 {}>", read(argument)),
        ("Fn::If", Some([_, yes, no])) => format!("<C|{}|{}>", read(yes), read(no)),
        ("Fn::Join", Some([separator, Json::Array(items)])) => {
            items.iter().map(read).collect::<Vec<_>>().join(separator.as_str().unwrap())
        }
        ("Fn::Sub", items) => {
            let (text, variables) = match items {
                Some([text, variables]) => (text, variables),
                _ => (argument, &Json::Null),
            };
            let value = |name: String| variables.get(&name).map_or_else(|| format!("<{name}>"), read);
            let pieces = sub_pieces(text.as_str().unwrap());
            pieces.into_iter().map(|piece| piece.unwrap_or_else(value)).collect()
        }
        _ => panic!("{value} is not worked out"),
    }
}

fn says_what_was_said(text: &Text) -> Result<(), TestCaseError> {
    let app = App::for_tests();
    let stack = app.stack("s");
    let parameter = stack.parameter("P", Parameter::string());
    let condition = stack.condition("C", parameter.equals("yes"));
    let mut world = World { texts: vec![parameter], conditions: vec![condition], ..World::default() };
    for number in 0..TARGETS {
        world.handles.push(stack.add(format!("T{number}"), Resource::raw("AWS::Test1::Thing")));
    }
    stack.add("R", Resource::raw("AWS::Test1::Thing").set("P", world.text(text)));
    let template = app.synth(&Options::default()).unwrap().stacks()[0].template().value();
    let written = &template["Resources"]["R"]["Properties"]["P"];
    prop_assert_eq!(read(written), said(text), "from {}", written);
    Ok(())
}

#[test]
fn text_with_expressions_says_what_was_said() {
    check(256, symbolic(), |text| says_what_was_said(&text));
}

/// `${` without `}`, and `$` at the end of a piece: the reference behind must not become part of the literal.
#[test]
fn text_that_looks_like_the_beginning_of_a_variable_stays_text() {
    check(256, (nasty(), any::<Pick>(), nasty()), |(before, pick, after)| {
        let parts = vec![Text::Literal(before), Text::Reference(pick, None), Text::Literal(after)];
        says_what_was_said(&Text::Interpolation(parts))
    });
}
