//! What was set, read back with its types; and what there is to say about values.

use std::collections::BTreeMap;

use formwork_core::Parameter;
use formwork_core::{
    About, Arn, Body, Builder, Enumeration, Expr, Finding, Given, Handle, Identifier, Input, IntoInput, Kind,
    Object, Other, PropertyType, Read, Source, Sources, Tagging, TypedBuilder, TypedHandle, WithArn,
    interpolate, json,
};

use crate::support::{app, synth};

/// What code generation writes for an enumeration, a nested property type and a resource type.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Enabled,
    Suspended,
}

impl Enumeration for Status {
    const VALUES: &'static [(Self, &'static str)] =
        &[(Self::Enabled, "Enabled"), (Self::Suspended, "Suspended")];
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    status: Read<Status>,
}

impl PropertyType for Rule {
    const KIND: Kind = Kind::Object;

    fn from_literal(literal: &Expr) -> Option<Self> {
        Object::from_expr(literal).map(|object| Self { status: object.read("Status") })
    }
}

struct RuleBuilder(Body);

impl RuleBuilder {
    fn new() -> Self {
        Self(Body::new())
    }

    #[track_caller]
    fn status(mut self, value: impl IntoInput<Status>) -> Self {
        self.0.set("Status", value);
        self
    }
}

impl IntoInput<Rule> for RuleBuilder {
    fn into_input(self) -> Input<Rule> {
        Input::new(self.0.into_object())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket(Handle);

struct Properties {
    rules: Read<Vec<Rule>>,
    status: Read<Status>,
    name: Read<String>,
    size: Read<i64>,
    labels: Read<BTreeMap<String, String>>,
    lock: Read<bool>,
}

impl From<Object> for Properties {
    fn from(object: Object) -> Self {
        Self {
            rules: object.read("Rules"),
            status: object.read("Status"),
            name: object.read("Name"),
            size: object.read("Size"),
            labels: object.read("Labels"),
            lock: object.read("Lock"),
        }
    }
}

impl TypedHandle for Bucket {
    const TYPE: &'static str = "AWS::X1::Bucket";
    const ABOUT: &'static About = &About { tagging: Some(Tagging::Map("Labels")), ..About::NOTHING };
    const SOURCES: Sources = Sources { id: Source::Ref, arn: Source::Attribute("Arn"), name: Source::Ref };
    type Properties = Properties;

    fn from_handle(handle: Handle) -> Self {
        Self(handle)
    }

    fn untyped(self) -> Handle {
        self.0
    }
}

impl WithArn for Bucket {}

struct BucketBuilder(Body);

impl BucketBuilder {
    fn new() -> Self {
        Self(Body::new())
    }

    #[track_caller]
    fn set<T>(mut self, name: &'static str, value: impl IntoInput<T>) -> Self {
        self.0.set(name, value);
        self
    }
}

impl Builder for BucketBuilder {
    fn body_mut(&mut self) -> &mut Body {
        &mut self.0
    }
}

impl TypedBuilder for BucketBuilder {
    type Handle = Bucket;

    fn into_body(self) -> Body {
        self.0
    }
}

#[test]
fn every_property_is_nothing_a_literal_or_an_expression() {
    let app = app();
    let stack = app.stack("s");
    let rules = [RuleBuilder::new().status(Status::Enabled), RuleBuilder::new().status(None::<Status>)];
    let first = stack.add(
        "First",
        BucketBuilder::new()
            .set::<Vec<Rule>>("Rules", rules)
            .set::<BTreeMap<String, String>>("Labels", [("a", "b")])
            .set::<i64>("Size", 5)
            .set::<String>("Name", stack.parameter("Name", Parameter::string())),
    );
    let second = stack.scope("Inner").add("Second", BucketBuilder::new().set::<String>("Lock", "true"));

    let given = stack.get(first);
    let rules = given.rules.literals();
    assert!(rules[0].status.is(Status::Enabled));
    assert!(!rules[1].status.is_set());
    assert!(given.name.is_expression());
    assert!(matches!(given.name.given(), Some(Given::Expression(_))));
    assert_eq!(given.name.literal(), None);
    assert_eq!(given.size.given(), Some(Given::Literal(5)));
    assert_eq!(given.status.given(), None);
    assert!(given.labels.literal().unwrap()["a"].is("b".to_owned()));

    // What a transform or an edit changes is read as well; what does not fit the type is said to be so.
    stack.edit(second).set("Size", json!({"not": "a number"}));
    assert!(app.get(second).lock.is(true));
    assert_eq!(app.get(second).size.given(), Some(Given::Unexpected(json!({"not": "a number"}))));
    // What was read can be set elsewhere.
    let third = stack.add("Third", BucketBuilder::new().set::<Vec<Rule>>("Rules", given.rules.clone()));
    assert_eq!(app.get(third).rules, given.rules);
    assert_eq!(app.all::<Bucket>(), [first, second, third]);
    assert_eq!(stack.scope("Inner").all::<Bucket>(), [second]);
}

#[test]
fn a_dynamic_reference_is_an_expression_whatever_it_names() {
    let app = app();
    let stack = app.stack("s");
    let latest = formwork_core::ssm("/shop/name").value();
    let given = stack.get(stack.add("B", BucketBuilder::new().set::<String>("Name", latest)));
    assert!(given.name.is_expression());
    assert!(matches!(given.name.given(), Some(Given::Expression(_))));
    // The name of a secret may be known, too; what it holds is not.
    let text = json!("{{resolve:secretsmanager:shop:SecretString:key}}").expr().clone();
    assert!(matches!(Given::<formwork_core::Secret>::of(text), Given::Expression(_)));
}

#[test]
fn an_unknown_value_is_noted_at_its_line_and_path() {
    let app = app();
    let stack = app.stack("s");
    let rule = RuleBuilder::new().status(Other("Enable"));
    let line = line!() - 1;
    stack.add("B", BucketBuilder::new().set::<Vec<Rule>>("Rules", vec![RuleBuilder::new(), rule]));
    stack.add("C", BucketBuilder::new().set::<Status>("Status", Other("Suspended")));
    let assembly = synth(app);
    let findings: Vec<&Finding> = assembly.findings().iter().collect();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(
        finding.to_string(),
        "note[FW0211]: `Enable` is not among the values that Formwork knows here"
    );
    assert_eq!(finding.template_path.as_deref(), Some("Resources/B/Properties/Rules/1/Status"));
    assert_eq!(finding.help, ["did you mean `Enabled`?"]);
    assert_eq!(finding.spans[0].at.line, line);
}

#[test]
fn a_handle_stands_for_what_identifies_it() {
    let app = app();
    let stack = app.stack("s");
    let bucket = stack.add("Bucket", BucketBuilder::new().tag("team", "web"));
    let other = BucketBuilder::new()
        .set::<Arn<Bucket>>("Arn", bucket)
        .set::<Identifier<Bucket>>("Any", bucket)
        .set::<String>("Text", interpolate!("logs-{bucket}"));
    stack.add("Other", other);
    let assembly = synth(app);
    let resources = &assembly.stacks()[0].template().value()["Resources"];
    assert_eq!(resources["Bucket"]["Properties"].to_string(), r#"{"Labels":{"team":"web"}}"#);
    assert_eq!(
        resources["Other"]["Properties"].to_string(),
        r#"{"Any":{"Fn::GetAtt":["Bucket","Arn"]},"Arn":{"Fn::GetAtt":["Bucket","Arn"]},"Text":{"Fn::Sub":"logs-${Bucket}"}}"#
    );
}

#[test]
fn text_stands_for_typed_text_and_typed_text_for_text() {
    let app = app();
    let stack = app.stack("s");
    let statuses: formwork_core::Output<Vec<String>> =
        stack.parameter("Statuses", Parameter::strings()).value();
    let status: formwork_core::Output<Status> = statuses.select(0).cast();
    let bucket = BucketBuilder::new()
        .set::<Vec<Status>>("Statuses", statuses.clone().cast::<Vec<Status>>())
        .set::<Status>("Status", statuses.select(1))
        .set::<String>("Name", status.cast::<String>())
        .set::<Status>("Parameter", stack.parameter("Status", Parameter::string()));
    stack.add("Bucket", bucket);
    assert_eq!(
        synth(app).stacks()[0].template().value()["Resources"]["Bucket"]["Properties"].to_string(),
        r#"{"Name":{"Fn::Select":[0,{"Ref":"Statuses"}]},"Parameter":{"Ref":"Status"},"Status":{"Fn::Select":[1,{"Ref":"Statuses"}]},"Statuses":{"Ref":"Statuses"}}"#
    );
}
