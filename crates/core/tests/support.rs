//! What the tests share.

use formwork_core::{App, Assembly, Environment, Findings, IntoJson, Options, Resource, Scope, report};
use serde_json::Value;

pub(crate) fn app() -> App {
    App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"))
}

/// The assembly of a program that must be right.
pub(crate) fn synth(app: App) -> Assembly {
    synth_with(app, &Options::default())
}

pub(crate) fn synth_with(app: App, options: &Options) -> Assembly {
    app.synth(options).unwrap_or_else(|findings| panic!("unexpected:\n{}", plain(&findings)))
}

/// The findings of a program that must be wrong.
pub(crate) fn refused(app: App) -> Findings {
    refused_with(app, &Options::default())
}

pub(crate) fn refused_with(app: App, options: &Options) -> Findings {
    match app.synth(options) {
        Ok(assembly) => panic!("accepted:\n{}", assembly.stacks()[0].template().pretty()),
        Err(findings) => findings,
    }
}

/// The codes of findings, in order.
pub(crate) fn codes(findings: &Findings) -> Vec<&str> {
    findings.iter().map(|finding| &*finding.code).collect()
}

pub(crate) fn plain(findings: &Findings) -> String {
    let sources = report::SourceFolders::new([
        env!("CARGO_MANIFEST_DIR").into(),
        format!("{}/../..", env!("CARGO_MANIFEST_DIR")).into(),
    ]);
    report::text(findings, &sources, report::Style::Plain)
}

/// The template of the only or first stack.
pub(crate) fn template(app: App) -> Value {
    synth(app).stacks()[0].template().value()
}

/// What a value becomes: the property `P` of a resource, as compact JSON.
pub(crate) fn lowered<V: IntoJson>(value: impl FnOnce(Scope<'_>) -> V) -> String {
    let app = app();
    let stack = app.stack("s");
    let value = value(stack.into());
    stack.add("R", Resource::raw("AWS::X1::Thing").set("P", value));
    let assembly = synth(app);
    let text = assembly.stacks()[0].template().compact().to_owned();
    let start = text.find(r#""R":{"Type":"AWS::X1::Thing""#).expect("the resource is there");
    let text = &text[start..];
    let Some(start) = text.find(r#""Properties":{"P":"#) else { return "absent".to_owned() };
    let text = &text[start + r#""Properties":{"P":"#.len()..];
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    values.next().expect("a value").expect("valid JSON");
    text[..values.byte_offset()].to_owned()
}

/// A pattern in another file than its user's, with a mistake of its own.
pub(crate) fn pattern(scope: Scope<'_>) {
    scope.add("Instance", Resource::raw("not a type"));
}
