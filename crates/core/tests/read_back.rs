//! What was set, read back with its types; and what there is to say about values.

use std::collections::BTreeMap;

use formwork_core::{
    AsHandle, Body, Builder, Enumeration, Expr, Finding, Given, Handle, Input, IntoInput, IntoResource, Kind,
    Object, PropertyType, Resource, TextType, TypedHandle, enumeration, json,
};

use crate::support::{app, synth};

/// What code generation writes for an enumeration, a nested property type and a resource type.
#[derive(Clone, Debug, PartialEq)]
enum Status {
    Enabled,
    Suspended,
    Other(String),
}

impl Enumeration for Status {
    const VALUES: &'static [&'static str] = &["Enabled", "Suspended"];

    fn as_str(&self) -> &str {
        match self {
            Self::Enabled => "Enabled",
            Self::Suspended => "Suspended",
            Self::Other(text) => text,
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "Enabled" => Self::Enabled,
            "Suspended" => Self::Suspended,
            text => Self::Other(text.to_owned()),
        }
    }
}

impl PropertyType for Status {
    const KIND: Kind = Kind::Text;

    fn into_property(self) -> Input<Self> {
        enumeration(&self)
    }

    fn from_literal(literal: &Expr) -> Option<Self> {
        literal.as_str().map(Self::parse)
    }
}

impl TextType for Status {}

#[derive(Clone, Debug, PartialEq)]
struct Rule(Object);

impl Rule {
    fn status(&self) -> Option<Given<Status>> {
        self.0.get("Status")
    }
}

impl PropertyType for Rule {
    const KIND: Kind = Kind::Object;

    fn into_property(self) -> Input<Self> {
        self.0.into_input()
    }

    fn from_literal(literal: &Expr) -> Option<Self> {
        Object::from_expr(literal).map(Self)
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

struct Properties(Object);

impl From<Object> for Properties {
    fn from(object: Object) -> Self {
        Self(object)
    }
}

impl Properties {
    fn rules(&self) -> Option<Given<Vec<Rule>>> {
        self.0.get("Rules")
    }
    fn status(&self) -> Option<Given<Status>> {
        self.0.get("Status")
    }
    fn name(&self) -> Option<Given<String>> {
        self.0.get("Name")
    }
    fn size(&self) -> Option<Given<i64>> {
        self.0.get("Size")
    }
    fn labels(&self) -> Option<Given<BTreeMap<String, String>>> {
        self.0.get("Labels")
    }
    fn lock(&self) -> Option<Given<bool>> {
        self.0.get("Lock")
    }
}

impl AsHandle for Bucket {
    fn as_handle(&self) -> Handle {
        self.0
    }
}

impl TypedHandle for Bucket {
    const TYPE: &'static str = "AWS::X1::Bucket";
    type Properties = Properties;

    fn from_handle(handle: Handle) -> Self {
        Self(handle)
    }
}

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

impl IntoResource for BucketBuilder {
    type Handle = Bucket;

    fn into_resource(self) -> Resource {
        Resource::new(Bucket::TYPE, self.0)
    }

    fn handle(handle: Handle) -> Bucket {
        Bucket(handle)
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
            .set::<String>("Name", stack.parameter("Name", formwork_core::Parameter::string())),
    );
    let second = stack.scope("Inner").add("Second", BucketBuilder::new().set::<String>("Lock", "true"));

    let given = stack.get(first);
    let rules = given.rules().and_then(Given::into_literal).unwrap();
    let status = |index: usize| rules[index].literal().unwrap().status();
    assert_eq!(status(0), Some(Given::Literal(Status::Enabled)));
    assert_eq!(status(1), None);
    assert!(matches!(given.name(), Some(Given::Expression(_))));
    assert_eq!(given.size(), Some(Given::Literal(5)));
    assert_eq!(given.status(), None);
    let labels = given.labels().and_then(Given::into_literal).unwrap();
    assert!(labels["a"].is("b".to_owned()));

    // What a transform or an edit changes is read as well; what does not fit the type is said to be so.
    stack.edit(second).set("Size", json!({"not": "a number"}));
    assert!(app.get(second).lock().unwrap().is(true));
    assert_eq!(app.get(second).size(), Some(Given::Unexpected(json!({"not": "a number"}))));
    assert_eq!(app.all::<Bucket>(), [first, second]);
    assert_eq!(stack.scope("Inner").all::<Bucket>(), [second]);
}

#[test]
fn an_unknown_value_is_noted_at_its_line_and_path() {
    let app = app();
    let stack = app.stack("s");
    let rule = RuleBuilder::new().status(Status::Other("Enable".into()));
    let line = line!() - 1;
    stack.add("B", BucketBuilder::new().set::<Vec<Rule>>("Rules", vec![RuleBuilder::new(), rule]));
    stack.add("C", BucketBuilder::new().set::<Status>("Status", Status::Other("Suspended".into())));
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
