//! Outputs.

use super::{Form, names::Yields};
use crate::{document::Content, json::shortened};

const KEYS: &[&str] = &["Condition", "Description", "Export", "Value"];

impl<'t> Form<'t, '_> {
    pub(super) fn outputs(&mut self) {
        let names = self.names;
        for (name, node) in names.template.section("Outputs") {
            if name.starts_with("Fn::") {
                continue;
            }
            self.name("an output", name, node, &[]);
            let Content::Map(output) = names.content(node) else {
                self.speaker.say("FW1125", node, format!("the output `{name}` is not an object"));
                continue;
            };
            for (key, value) in output.iter() {
                match key {
                    "Condition" => self.condition(value, "an output"),
                    "Description" => self.description(value, &format!("the output `{name}`")),
                    "Export" => {
                        let keys = match names.content(value) {
                            Content::Map(export) => export.iter().map(|(key, _)| key).collect::<Vec<_>>(),
                            _ => Vec::new(),
                        };
                        if keys != ["Name"] && !keys.contains(&"Fn::Transform") {
                            self.speaker
                                .say(
                                    "FW1125",
                                    value,
                                    format!("the export of the output `{name}` is not just a name"),
                                )
                                .help("an export has a `Name` and nothing else");
                        }
                    }
                    "Value" => {
                        let what = match names.yields(value) {
                            Yields::List => "a list",
                            Yields::Object => "an object",
                            _ => continue,
                        };
                        self.speaker
                            .say("FW1126", value, format!("the value of the output `{name}` is {what}"))
                            .help("an output is text: put a list together with `Fn::Join`");
                    }
                    _ if key.starts_with("Fn::") => {}
                    _ => {
                        let remark = self.speaker.say(
                            "FW1125",
                            value,
                            format!("outputs have no `{}`", shortened(key)),
                        );
                        if let Some(meant) = names.meant(key, KEYS.iter().copied()) {
                            remark.help(format!("`{meant}` is probably meant"));
                        }
                    }
                }
            }
            if output.get("Value").is_none() && output.get("Fn::Transform").is_none() {
                let message = format!("the output `{name}` has no value");
                self.speaker.missing("FW1125", node, "Value", message);
            }
        }
    }
}
