//! Programs that are wrong in every way that the types allow: nothing panics, every finding says what it must,
//! and what is accepted all the same is a template whose references lead somewhere.

use std::collections::BTreeMap;

use formwork_core::{
    App, Builder, Condition, Environment, Handle, Lowering, Mapping, Options, Parameter, Predicate, Resource,
    Rule, Scope, Severity, Stack, Tagging, pseudo, report,
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestCaseError};
use serde_json::json;

use super::{
    build::World,
    check,
    template::dangling,
    values::{self, Pick, Text, Value, nasty},
};

/// One call of the library.
#[derive(Clone, Debug)]
enum Step {
    Stack(String),
    Nested(String),
    Scope(String),
    Place(Option<&'static str>, Option<&'static str>, Option<String>),
    DependsOn(Pick),
    Add {
        name: String,
        kind: String,
        properties: Vec<(String, Value)>,
        after: Vec<Pick>,
        condition: Option<Pick>,
        said: Option<(u8, String)>,
    },
    Edit(Pick, String, Value),
    EditAfter(Pick, Pick),
    Parameter(String, Option<String>, u32),
    Condition(String, Pick, Text),
    Mapping(String, Vec<(String, String, Value)>),
    Rule(String, Text),
    Output(String, Text, Option<Pick>, Option<String>),
    Tag(String, Text),
    AppTag(String, Text),
    Metadata(String, Value),
    MovedFrom(String),
    /// From here on, in the other of two apps; its handles stay in reach.
    Switch,
}

/// Names: legal and not, ones that CloudFormation or Formwork use themselves, much too long ones.
fn name() -> BoxedStrategy<String> {
    const KNOWN: &[&str] =
        &["A", "B", "R", "FormworkTemplates", "s", "sARef", "AA", "AWS::Region", "Outputs", "N", "1", ""];
    prop_oneof![
        6 => select(KNOWN).prop_map(str::to_owned),
        2 => "[A-Za-z]{1,3}",
        2 => nasty(),
        1 => (200usize..300).prop_map(|count| "Long".repeat(count)),
    ]
    .boxed()
}

fn path() -> BoxedStrategy<String> {
    let piece = prop_oneof![
        select(&["P", "Q", "0", "1", "7", "", "Tags", "\\"][..]).prop_map(str::to_owned),
        nasty()
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.join(".")).boxed()
}

/// What somebody might write by hand, right or wrong.
fn raw() -> BoxedStrategy<serde_json::Value> {
    (name(), name(), 0u8..16)
        .prop_map(|(one, other, form)| match form {
            0 => json!({ "Ref": one }),
            1 => json!({"Fn::GetAtt": [one, other]}),
            2 => json!({"Fn::GetAtt": format!("{one}.{other}")}),
            3 => json!({"Fn::Sub": format!("{other}${{{one}}}")}),
            4 => json!({"Fn::Sub": [format!("${{{one}}}${{V}}"), {"V": {"Ref": other}}]}),
            5 => json!({"Fn::If": [one, {"Ref": other}, null]}),
            6 => json!({"Fn::FindInMap": [one, other, "x"]}),
            7 => json!({ "Ref": 1 }),
            8 => json!({"Fn::GetAtt": [one]}),
            9 => json!({"Fn::Sub": {"Ref": one}}),
            10 => json!({"Fn::If": []}),
            11 => json!({"Fn::ForEach::X": [one, {"Ref": other}]}),
            12 => json!(null),
            13 => (0..150).fold(json!(one), |inner, _| json!([inner])),
            14 => json!({"Fn::GetAtt": [one, {"Ref": other}]}),
            _ => json!({ "Fn::Sub": "${}" }),
        })
        .boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => values::value(),
        2 => raw().prop_map(Value::Raw),
        1 => raw().prop_map(|value| Value::Object(BTreeMap::from([("X".to_owned(), Value::Raw(value))]))),
        1 => select(vec![f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE, 1e300]).prop_map(Value::Float),
    ]
    .boxed()
}

fn step() -> BoxedStrategy<Step> {
    let pick = any::<Pick>;
    let kind = prop_oneof![
        8 => Just("AWS::Test1::Thing".to_owned()),
        1 => Just("AWS::CloudFormation::Stack".to_owned()),
        1 => nasty()
    ];
    let add = (
        name(),
        kind,
        vec((name(), value()), 0..3),
        vec(pick(), 0..2),
        proptest::option::of(pick()),
        proptest::option::weighted(0.3, (0u8..4, path())),
    )
        .prop_map(|(name, kind, properties, after, condition, said)| Step::Add {
            name,
            kind,
            properties,
            after,
            condition,
            said,
        });
    prop_oneof![
        2 => name().prop_map(Step::Stack),
        1 => name().prop_map(Step::Nested),
        1 => name().prop_map(Step::Scope),
        1 => (proptest::option::of(select(&["cn-north-1", "", "\n"][..])), proptest::option::of(select(&["1"][..])), proptest::option::of(name()))
            .prop_map(|(region, account, name)| Step::Place(region, account, name)),
        1 => pick().prop_map(Step::DependsOn),
        8 => add,
        3 => (pick(), path(), value()).prop_map(|(pick, path, value)| Step::Edit(pick, path, value)),
        1 => (pick(), pick()).prop_map(|(one, other)| Step::EditAfter(one, other)),
        1 => (name(), proptest::option::of(nasty()), 0u32..4).prop_map(|(name, default, least)| Step::Parameter(name, default, least)),
        1 => (name(), pick(), values::text()).prop_map(|(name, pick, text)| Step::Condition(name, pick, text)),
        1 => (name(), vec((name(), name(), value()), 0..3)).prop_map(|(name, rows)| Step::Mapping(name, rows)),
        1 => (name(), values::text()).prop_map(|(name, text)| Step::Rule(name, text)),
        2 => (name(), values::text(), proptest::option::of(pick()), proptest::option::of(name()))
            .prop_map(|(name, text, condition, export)| Step::Output(name, text, condition, export)),
        1 => (name(), values::text()).prop_map(|(key, text)| Step::Tag(key, text)),
        1 => (name(), values::text()).prop_map(|(key, text)| Step::AppTag(key, text)),
        1 => (name(), value()).prop_map(|(key, value)| Step::Metadata(key, value)),
        1 => name().prop_map(Step::MovedFrom),
        1 => Just(Step::Switch),
    ]
    .boxed()
}

fn of<T: Copy>(items: &[T], pick: Pick) -> Option<T> {
    (!items.is_empty()).then(|| items[usize::from(pick) % items.len()])
}

fn run(apps: &[App; 2], steps: &[Step]) {
    let mut world = World { wires: true, ..World::default() };
    let mut stacks: Vec<Stack<'_>> = vec![apps[0].stack("s"), apps[1].stack("s")];
    let mut scopes: [Scope<'_>; 2] = [*stacks[0], *stacks[1]];
    let mut conditions: Vec<Condition> = Vec::new();
    let mut current = 0;
    for step in steps {
        let scope = scopes[current];
        match step {
            Step::Switch => current = 1 - current,
            Step::Stack(name) => {
                stacks.push(apps[current].stack(name.clone()));
                scopes[current] = apps[current].stack(name.clone()).into();
            }
            Step::Nested(name) => {
                stacks.push(scope.stack().nested(name.clone()));
                scopes[current] = scope.stack().nested(name.clone()).into();
            }
            Step::Scope(name) => scopes[current] = scope.scope(name.clone()),
            Step::Place(region, account, name) => {
                let mut stack = scope.stack();
                if let Some(region) = region {
                    stack = stack.region(*region);
                }
                if let Some(account) = account {
                    stack = stack.account(*account);
                }
                if let Some(name) = name {
                    stack.name(name.clone());
                }
            }
            Step::DependsOn(pick) => {
                scope.stack().depends_on(of(&stacks, *pick).unwrap());
            }
            Step::Add { name, kind, properties, after, condition, said } => {
                let mut resource = Resource::raw(kind.clone());
                for (name, value) in properties {
                    resource = resource.set(name.clone(), world.value(value));
                }
                let after: Vec<Handle> = after.iter().filter_map(|pick| of(&world.handles, *pick)).collect();
                resource = resource.depends_on(&after);
                if let Some(condition) = condition.and_then(|pick| of(&conditions, pick)) {
                    resource = resource.condition(condition);
                }
                resource = match said {
                    Some((0, id)) => resource.logical_id(id.clone()),
                    Some((1, path)) => resource.moved_from(path.clone()),
                    Some((2, path)) => resource.override_property(path, 1),
                    Some(_) => resource.tagging(Tagging::List("Tags")).tag("k", pseudo::region()),
                    None => resource,
                };
                world.handles.push(scope.add(name.clone(), resource));
            }
            Step::Edit(pick, path, value) => {
                if let Some(handle) = of(&world.handles, *pick) {
                    scope.edit(handle).set(path, world.value(value)).set_default(path, 1);
                }
            }
            Step::EditAfter(one, other) => {
                if let (Some(one), Some(other)) = (of(&world.handles, *one), of(&world.handles, *other)) {
                    scope.edit(one).depends_on(other);
                }
            }
            Step::Parameter(name, default, least) => {
                let mut parameter = Parameter::string().min_length(*least).max_length(2);
                if let Some(default) = default {
                    parameter = parameter.default(default).allowed_values(["a", "b"]);
                }
                world.texts.push(scope.parameter(name.clone(), parameter));
            }
            Step::Condition(name, pick, text) => {
                let predicate = world.text(text).equals("x");
                let predicate =
                    of(&conditions, *pick).map_or(predicate.clone(), |condition| predicate & condition);
                conditions.push(scope.condition(name.clone(), predicate));
                world.conditions = conditions.clone();
            }
            Step::Mapping(name, rows) => {
                let mut mapping = Mapping::new();
                for (row, key, value) in rows {
                    let value = formwork_core::Input::<String>::new(world.value(value));
                    mapping = mapping.row(row.clone(), [(key.clone(), value)]);
                }
                world.mappings.push(scope.mapping(name.clone(), mapping));
            }
            Step::Rule(name, text) => {
                scope.rule(
                    name.clone(),
                    Rule::new().assert(Predicate::contains(["a"], world.text(text)), "no"),
                );
            }
            Step::Output(name, text, condition, export) => {
                let mut output = scope.output(name.clone(), world.text(text));
                if let Some(condition) = condition.and_then(|pick| of(&conditions, pick)) {
                    output = output.condition(condition);
                }
                if let Some(export) = export {
                    output.export(export);
                }
            }
            Step::Tag(key, text) => {
                scope.tag(key.clone(), world.text(text));
            }
            Step::AppTag(key, text) => {
                apps[current].tag(key.clone(), world.text(text));
            }
            Step::Metadata(key, value) => {
                scope.stack().template_metadata(key.clone(), world.value(value));
            }
            Step::MovedFrom(path) => {
                scope.moved_from(path.clone());
            }
        }
    }
}

fn apps() -> [App; 2] {
    ["one", "two"].map(|name| App::new(name, Environment::new("test").region("eu-central-1")))
}

fn options() -> BoxedStrategy<Options> {
    select(vec![None, Some(Lowering::Weak), Some(Lowering::Strong), Some(Lowering::Both)])
        .prop_map(|lowering| Options { lowering, ..Options::default() })
        .boxed()
}

fn synthesised(
    steps: &[Step],
    options: &Options,
    then: impl Fn(Result<formwork_core::Assembly, formwork_core::Findings>) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let apps = apps();
    run(&apps, steps);
    apps.into_iter().try_for_each(|app| then(app.synth(options)))
}

#[test]
fn nothing_panics_and_every_finding_says_what_and_where() {
    check(256, (vec(step(), 0..16), options()), |(steps, options)| {
        synthesised(&steps, &options, |result| {
            let findings = result.map_or_else(|findings| findings, |assembly| assembly.findings().clone());
            for finding in &findings {
                let code = finding.code.strip_prefix("FW").unwrap_or_default();
                prop_assert!(
                    code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()),
                    "{}",
                    finding.code
                );
                prop_assert!(!finding.message.contains('\n'), "{:?}", finding.message);
                // An app without a stack has no line that could be shown.
                let shown = finding.code == "FW0402"
                    || finding.severity != Severity::Error
                    || !finding.spans.is_empty();
                prop_assert!(shown, "no place: {finding}");
            }
            report::text(&findings, &report::NoSources, report::Style::Plain);
            Ok(())
        })
    });
}

#[test]
fn what_is_accepted_refers_to_what_is_there() {
    check(384, (vec(step(), 0..12), options()), |(steps, options)| {
        synthesised(&steps, &options, |result| {
            let Ok(assembly) = result else { return Ok(()) };
            let wrong = dangling(&assembly)?;
            prop_assert!(wrong.is_empty(), "{wrong:?}");
            for stack in assembly.stacks() {
                stack.template().yaml();
            }
            Ok(())
        })
    });
}
