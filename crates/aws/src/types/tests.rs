//! What the tests of the small types share.

use std::fmt::Write as _;

use formwork_core::{App, Body, Given, IntoInput, Json, Options, Readable, Resource, config};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

/// A property as it reads back.
pub(super) fn given<T: Readable>(value: impl IntoInput<T>) -> Given<T> {
    Given::of(value.into_input().into_expr())
}

/// A property that an untyped resource or an edit has set, as it reads back.
pub(super) fn given_json<T: Readable>(value: Json) -> Given<T> {
    Given::of(value.expr().clone())
}

fn app<T>(value: impl IntoInput<T>) -> App {
    let app = App::for_tests();
    let mut body = Body::new();
    body.set("P", value);
    app.stack("s").add("R", Resource::new("AWS::X1::Thing", body));
    app
}

/// A property as it stands in the template, with nothing to be said about it.
#[track_caller]
pub(super) fn written<T>(value: impl IntoInput<T>) -> String {
    let assembly = app(value).synth(&Options::default()).unwrap();
    assert!(assembly.findings().is_empty(), "{}", assembly.findings());
    let template = assembly.stacks()[0].template().value();
    template["Resources"]["R"]["Properties"]["P"].to_string()
}

/// What is said about a property.
#[track_caller]
pub(super) fn said<T>(value: impl IntoInput<T>) -> String {
    let findings = match app(value).synth(&Options::default()) {
        Ok(assembly) => assembly.findings().clone(),
        Err(findings) => findings,
    };
    assert!(!findings.is_empty(), "nothing is said");
    let mut text = String::new();
    for finding in &findings {
        let path = finding.template_path.as_deref().unwrap_or("nowhere");
        write!(text, "{finding} at {path}").unwrap();
        finding.notes.iter().for_each(|note| write!(text, "\nnote: {note}").unwrap());
        finding.help.iter().for_each(|help| write!(text, "\nhelp: {help}").unwrap());
    }
    text
}

/// What a program reads from the configuration `{"value": ..}`, or the first thing that is said about it.
pub(super) fn configured<T: DeserializeOwned + JsonSchema + 'static>(value: &str) -> Result<T, String> {
    #[derive(Deserialize, JsonSchema)]
    struct Config<T> {
        value: T,
    }
    match config::parse::<Config<T>>("config/test.json", &format!("{{\"value\": {value}}}")) {
        Ok((config, _)) => Ok(config.value),
        Err(findings) => {
            Err(findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n"))
        }
    }
}
