//! What was set, read back with its types; and what there is to say about values.

use std::collections::BTreeMap;

use formwork_core::Parameter;
use formwork_core::{
    About, Arn, Body, Builder, DeletionPolicy, Enumeration, Expr, Finding, Given, Handle, Identifier, Input,
    IntoInput, Kind, NoValue, Object, Other, PropertyType, Read, Source, Sources, Tagging, TypedBuilder,
    TypedHandle, WithArn, interpolate, json,
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
    type Builder = BucketBuilder;

    fn change(body: Body) -> BucketBuilder {
        BucketBuilder(body)
    }

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
fn customizing_lays_over_what_was_set() {
    let app = app();
    let stack = app.stack("s");
    let bucket = stack.add(
        "B",
        BucketBuilder::new()
            .set::<Vec<Rule>>("Rules", [RuleBuilder::new().status(Status::Enabled)])
            .set::<BTreeMap<String, String>>("Labels", [("a", "1"), ("b", "2")])
            .set::<String>("Name", "first")
            .set::<i64>("Size", 5),
    );
    let other = stack.add("C", BucketBuilder::new());
    stack.customize(bucket, |bucket| {
        bucket
            .set::<Vec<Rule>>("Rules", [RuleBuilder::new().status(Status::Suspended)])
            .set::<BTreeMap<String, String>>("Labels", [("b", "3"), ("c", "4")])
            .set::<i64>("Size", NoValue)
            .set::<Status>("Status", Other("Odd"))
            .depends_on(other)
            .deletion_policy(DeletionPolicy::Retain)
            .tag("owner", "me")
    });
    let line = line!() - 5;
    let given = stack.get(bucket);
    assert!(given.rules.literals()[0].status.is(Status::Suspended));
    let labels = given.labels.literal().unwrap();
    assert!(
        labels["a"].is("1".to_owned()) && labels["b"].is("3".to_owned()) && labels["c"].is("4".to_owned())
    );
    assert!(!given.size.is_set() && given.name.is("first".to_owned()));
    let change = stack.edit(bucket).changes();
    assert!(change.iter().any(|change| change.path == "Properties.Labels" && change.before.is_some()));

    let assembly = synth(app);
    let resource = assembly.stacks()[0].template().value()["Resources"]["B"].clone();
    assert_eq!(resource["DependsOn"], "C");
    assert_eq!(resource["DeletionPolicy"], "Retain");
    assert_eq!(resource["Properties"]["Labels"]["owner"], "me");
    // What there is to say about a value is said at the line that laid it over.
    let finding = assembly.findings().iter().find(|finding| finding.code == "FW0211").unwrap();
    assert_eq!(finding.spans[0].at.line, line);
    assert_eq!(finding.template_path.as_deref(), Some("Resources/B/Properties/Status"));
}

#[test]
fn what_a_pattern_adds_belongs_to_the_line_of_its_caller() {
    #[track_caller]
    fn outer(scope: formwork_core::Scope<'_>) -> Bucket {
        let scope = scope.for_caller();
        inner(scope.scope("Inner"))
    }
    // What is not `#[track_caller]` itself, such as a closure, has lines of its own.
    fn inner(scope: formwork_core::Scope<'_>) -> Bucket {
        let bucket = BucketBuilder::new().set::<i64>("Size", 5);
        scope.for_caller().add("B", bucket)
    }
    let app = app();
    let stack = app.stack("s");
    let bucket = outer(*stack);
    let line = line!() - 1;
    assert_eq!(stack.scope("Inner").find("B"), Some(bucket.untyped()));
    assert_eq!(stack.find("B"), None);
    assert_eq!(stack.scope("Inner").path(), "Inner");
    assert_eq!(stack.scope("Inner").caller(), None);

    let assembly = synth(app);
    let stack = assembly.stacks()[0];
    let lines =
        |path: &[&str]| -> Vec<u32> { stack.locations(path).into_iter().map(|(at, _)| at.line).collect() };
    assert_eq!(lines(&["Resources", "InnerB"]), [line, line - 4]);
}

#[test]
fn an_item_is_appended_to_a_list_that_may_not_be_there() {
    let app = app();
    let stack = app.stack("s");
    let bucket = stack.add("B", BucketBuilder::new());
    stack
        .edit(bucket)
        .append("Rules", json!({"Status": "Enabled"}))
        .append("Rules", json!({"Status": "Odd"}));
    stack.edit(bucket).append("Rules.0.Of", "it");
    let resource = synth(app).stacks()[0].template().value()["Resources"]["B"].clone();
    let rules = r#"[{"Of":["it"],"Status":"Enabled"},{"Status":"Odd"}]"#;
    assert_eq!(resource["Properties"]["Rules"].to_string(), rules);
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
