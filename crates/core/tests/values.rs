//! What may be given to a property, and what it becomes.

use std::collections::BTreeMap;

use formwork_core::{
    About, App, Arn, Body, Builder, Handle, Id, Input, IntoInput, IntoJson, IntoResource, Json, Name,
    NoValue, Output, Resource, Value, json,
};

use crate::support::{lowered, synth};

/// What code generation will write for a nested property type and a resource type.
struct Rule(());

impl Value for Rule {
    const KIND: formwork_core::Kind = formwork_core::Kind::Object;
}

#[derive(Default)]
struct RuleBuilder(Body);

impl RuleBuilder {
    #[track_caller]
    fn status(mut self, value: impl IntoInput<String>) -> Self {
        self.0.set("Status", value);
        self
    }

    #[track_caller]
    fn days(mut self, value: impl IntoInput<i64>) -> Self {
        self.0.set("Days", value);
        self
    }
}

impl IntoInput<Rule> for RuleBuilder {
    fn into_input(self) -> Input<Rule> {
        Input::new(self.0.into_object())
    }
}

struct Bucket;

#[derive(Default)]
struct BucketBuilder(Body);

impl BucketBuilder {
    #[track_caller]
    fn rules(mut self, value: impl IntoInput<Vec<Rule>>) -> Self {
        self.0.set("Rules", value);
        self
    }

    #[track_caller]
    fn labels(mut self, value: impl IntoInput<BTreeMap<String, String>>) -> Self {
        self.0.set("Labels", value);
        self
    }

    #[track_caller]
    fn policy(mut self, value: impl IntoInput<Json>) -> Self {
        self.0.set("Policy", value);
        self
    }

    #[track_caller]
    fn ratio(mut self, value: impl IntoInput<f64>) -> Self {
        self.0.set("Ratio", value);
        self
    }

    #[track_caller]
    fn key(mut self, value: impl IntoInput<String>) -> Self {
        self.0.set("Key", value);
        self
    }
}

impl Builder for BucketBuilder {
    fn body_mut(&mut self) -> &mut Body {
        &mut self.0
    }
}

impl IntoResource for BucketBuilder {
    type Handle = Handle;
    const ABOUT: &'static About = &About { required: &["Key"], ..About::NOTHING };

    fn into_resource(self) -> Resource {
        Resource::new("AWS::S3::Bucket", self.0)
    }

    fn handle(handle: Handle) -> Handle {
        handle
    }
}

#[test]
fn literals() {
    assert_eq!(lowered(|_| "a \"b\"\n"), r#""a \"b\"\n""#);
    assert_eq!(lowered(|_| u64::MAX), "18446744073709551615");
    assert_eq!(lowered(|_| -7), "-7");
    assert_eq!(lowered(|_| 0.25), "0.25");
    assert_eq!(lowered(|_| 70.0), "70");
    assert_eq!(lowered(|_| true), "true");
    assert_eq!(lowered(|_| vec![1, 2]), "[1,2]");
    assert_eq!(lowered(|_| BTreeMap::from([("b", 1), ("a", 2)])), r#"{"a":2,"b":1}"#);
    assert_eq!(lowered(|_| Id::<Bucket>::existing("i-1")), r#""i-1""#);
}

#[test]
fn nothing_leaves_its_key_out() {
    assert_eq!(lowered(|_| None::<&str>), "absent");
    assert_eq!(lowered(|_| NoValue), "absent");
    assert_eq!(lowered(|_| [Some(1), None, Some(2)]), "[1,2]");
    assert_eq!(lowered(|_| json!({"a": None::<i32>, "b": {"c": NoValue}})), r#"{"b":{}}"#);
}

#[test]
fn documents() {
    let (key, numbers) = ("computed", [1, 2]);
    assert_eq!(
        lowered(|_| json!({
            "text": "t", "list": [1, "two", [true], {"a": -1.5}, numbers[0]], (key): numbers.map(|n| n * 2),
            "nested": {"empty": {}, "none": []}, "sum": 1 + 2,
        })),
        r#"{"text":"t","list":[1,"two",[true],{"a":-1.5},1],"computed":[2,4],"nested":{"empty":{},"none":[]},"sum":3}"#
    );
    assert_eq!(lowered(|_| json!([])), "[]");
    assert_eq!(lowered(|_| json!("text")), r#""text""#);
}

#[test]
fn typed_builders() {
    let app = crate::support::app();
    let stack = app.stack("s");
    let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let bucket = BucketBuilder::default()
        .rules([RuleBuilder::default().status("Enabled").days(7u8), RuleBuilder::default().days(None::<i64>)])
        .labels([("team", "shop".to_owned()), ("arn", "x".to_owned())])
        .policy(json!({"Resource": queue.attribute("Arn")}))
        .ratio(2)
        .key(Arn::<Bucket>::existing("arn:aws:kms:::key/1"))
        .tag("Name", queue.attribute("QueueName"));
    stack.add("Bucket", bucket);
    let assembly = synth(app);
    let stacks = assembly.stacks();
    assert_eq!(
        stacks[0].template().value()["Resources"]["Bucket"]["Properties"].to_string(),
        r#"{"Key":"arn:aws:kms:::key/1","Labels":{"arn":"x","team":"shop"},"Policy":{"Resource":{"Fn::GetAtt":["Queue","Arn"]}},"Ratio":2,"Rules":[{"Days":7,"Status":"Enabled"},{}],"Tags":[{"Key":"Name","Value":{"Fn::GetAtt":["Queue","QueueName"]}}]}"#
    );
    // The line of a nested setter is known as well, not only that of the property.
    let line = |property: &str| stacks[0].property_location("Bucket", property).unwrap().line;
    let column = |property: &str| stacks[0].property_location("Bucket", property).unwrap().column;
    assert_eq!(line("Rules.0.Status"), line("Rules"));
    assert!(column("Rules.0.Days") > column("Rules.0.Status"));
    assert!(column("Rules.0.Status") > column("Rules"));
    assert_eq!(line("Policy.Resource"), line("Rules") + 2);
}

#[test]
fn typed_text_may_stand_for_plain_text() {
    let app = crate::support::app();
    let stack = app.stack("s");
    let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let arn: Output<Arn<Bucket>> = queue.attribute("Arn").cast();
    let name: Output<Name<Bucket>> = queue.attribute("Name").cast();
    stack.add("A", BucketBuilder::default().key(arn));
    stack.add("B", BucketBuilder::default().key(&name).key(name));
    assert_eq!(synth(app).stacks()[0].resource_count(), 3);
}

#[test]
fn a_later_value_replaces_an_earlier_one() {
    let value = |resource: Resource| {
        let app = App::for_tests();
        let stack = app.stack("s");
        let handle = stack.add("R", resource);
        stack.edit(handle).get("P")
    };
    let raw = || Resource::raw("AWS::X1::Thing");
    assert_eq!(value(raw().set("P", 1).set("P", 2)), Some(2.into_json()));
    assert_eq!(value(raw().set("P", 1).set("P", None::<i32>)), None);
    assert_eq!(value(raw().set("P", None::<i32>).set("P", 3)), Some(3.into_json()));
}
