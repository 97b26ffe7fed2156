//! A program for the tests of the command line: its configuration says what goes wrong.

use formwork::prelude::*;

/// The configuration.
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// How many queues there are.
    queues: u32,
    /// What to do wrong.
    #[serde(default)]
    mistake: Mistake,
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
        match config.mistake {
            Mistake::Circle => {
                base.edit(topic).set("DisplayName", topic.attribute("TopicName"));
            }
            Mistake::Warning => app.report(formwork::core::Finding::warning("SHOP01", "it will rain")),
            Mistake::Fails => return Err(std::io::Error::other("the code archive is missing")),
            Mistake::None | Mistake::Moved => {}
        }
        Ok(())
    })
}
