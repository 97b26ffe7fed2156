//! A program for the tests of the command line: its configuration says what goes wrong.

use formwork::{
    core::{Finding, SourceLocation},
    prelude::*,
};

/// The configuration.
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// How many queues there are.
    queues: u32,
    /// What to do wrong.
    #[serde(default)]
    mistake: Mistake,
    /// What the shop is called.
    #[serde(default)]
    name: String,
    /// Who may look in.
    visitor: Option<Visitor>,
}

#[derive(Deserialize, JsonSchema)]
struct Visitor {
    /// As he is to be greeted.
    name: String,
    /// What he types at the door.
    #[schemars(extend("writeOnly" = true))]
    pin: u32,
}

#[derive(Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mistake {
    #[default]
    None,
    Circle,
    Warning,
    Fails,
    Moved,
}

/// A part of the configuration, handed on.
fn admit(app: &App, config: &Visitor) {
    greet(app, &config.name.clone());
    let_in(app, config.pin);
}

#[track_caller]
fn greet(app: &App, name: &str) {
    if name.contains(' ') {
        let finding = Finding::warning("SHOP02", format!("`{name}` is no name"));
        app.report(finding.at(SourceLocation::caller(), "greeted here"));
    }
}

#[track_caller]
fn let_in(app: &App, pin: u32) {
    if !(1000..10_000).contains(&pin) {
        let finding = Finding::error("SHOP03", "a pin has four digits");
        app.report(finding.at(SourceLocation::caller(), "let in here"));
    }
}

fn main() -> ExitCode {
    formwork::main("shop", |app: &App, config: Config| {
        let base = app.stack("base");
        let scope = base.scope(if config.mistake == Mistake::Moved { "New" } else { "Old" });
        let topic = scope.add("Topic", Resource::raw("AWS::SNS::Topic").stateful());
        let jobs = app.stack("jobs");
        for number in 0..config.queues {
            jobs.add(
                format!("Queue{number}"),
                Resource::raw("AWS::SQS::Queue").set("Tags", json!([{"Key": "Source", "Value": topic}])),
            );
        }
        if config.name.len() > 40 {
            app.report(Finding::warning("SHOP02", "the shop's name is long"));
        }
        if let Some(visitor) = &config.visitor {
            admit(app, visitor);
        }
        match config.mistake {
            Mistake::Circle => {
                base.edit(topic).set("DisplayName", topic.attribute("TopicName"));
            }
            Mistake::Warning => app.report(Finding::warning("SHOP01", "it will rain")),
            Mistake::Fails => return Err(std::io::Error::other("the code archive is missing")),
            Mistake::None | Mistake::Moved => {}
        }
        Ok(())
    })
}
