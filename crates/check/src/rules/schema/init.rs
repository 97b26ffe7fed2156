//! The metadata that cfn-init reads on instances.

use std::collections::HashSet;

use super::walk::shown;
use crate::{
    context::{Context, Resolved, Value},
    rule::Says,
};

/// What cfn-init reads in the metadata of instances.
pub(super) fn init<'a>(context: &'a Context<'a>, says: &mut Says) {
    for resource in context.resources() {
        if let Some(metadata) = resource.value().entry("Metadata")
            && let Some(init) = metadata.entry("AWS::CloudFormation::Init")
        {
            of_init(init, says);
        }
    }
}

fn of_init(init: Value<'_>, says: &mut Says) {
    const KEYS: &[&str] = &["commands", "files", "groups", "packages", "services", "sources", "users"];
    // What a macro puts in is not seen here.
    let configs = init.entries();
    let whole = !configs.iter().any(|(name, _)| name.starts_with("Fn::"));
    let names: HashSet<&str> = configs.iter().map(|(name, _)| *name).collect();
    for (name, config) in configs {
        if name == "configSets" {
            for (_, set) in config.entries() {
                for item in set.one_or_more() {
                    let (Resolved::Text(_), Some(text)) = (item.resolve(), item.text()) else { continue };
                    if whole && !names.contains(&*text) {
                        let text = shown(&text);
                        says.add(
                            item,
                            format!("the config set names a config `{text}`, which does not exist"),
                        )
                        .severity(formwork_core::Severity::Error)
                        .help("configs stand beside `configSets`, by name");
                    }
                }
            }
            continue;
        }
        for (key, section) in config.entries() {
            if !KEYS.contains(&key) && !key.starts_with("Fn::") {
                says.add(section, format!("a config has no key `{}`", shown(key)))
                    .help("cfn-init reads packages, groups, users, sources, files, commands and services");
            }
        }
        for (_, file) in config.get("files").entries() {
            let mode = file.get("mode");
            let (Resolved::Text(_) | Resolved::Number(_), Some(text)) = (mode.resolve(), mode.text()) else {
                continue;
            };
            let octal = text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
            if text.len() != 6 || !octal {
                says.add(mode, format!("the mode `{}` has not six digits", shown(&text)))
                    .help("write six octal digits in quotation marks, such as `\"000644\"`");
            }
        }
        for (_, manager) in config.get("services").entries() {
            for (_, service) in manager.entries() {
                for list in ["files", "sources"] {
                    let value = service.get(list);
                    if matches!(value.resolve(), Resolved::Text(_) | Resolved::Map(_)) {
                        says.add(value, format!("`{list}` of a service takes a list")).help("write a list");
                    }
                }
            }
        }
    }
}
