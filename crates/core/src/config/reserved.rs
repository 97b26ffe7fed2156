//! The keys of a configuration file that belong to Formwork: `aws` and `$schema`.

use serde_json::{Value, json};

use super::{
    Target,
    path::Path,
    schema::View,
    tree::{Member, Node, Tree},
    walk::wrong_value,
    words,
};
use crate::finding::Finding;

const AWS: &str = "aws";
const SCHEMA: &str = "$schema";

/// What an account is, to people and to editors.
const ACCOUNT: (&str, &str) = ("a string of 12 digits", "^[0-9]{12}$");

/// What a Region is, to people and to editors.
const REGION: (&str, &str) = ("a Region such as \"eu-central-1\"", "^[a-z]{2,}(-[a-z]+)+-[0-9]+$");

/// Takes the reserved keys out of a document; those that the user's struct has too stay in.
pub(super) fn take(root: &mut Node, schema: &Value, file: &str) -> (Target, Vec<Finding>) {
    let Tree::Object(members) = &mut root.tree else { return (Target::default(), Vec::new()) };
    let owned = |key: &str| owns(schema, key);
    let aws = members.iter().find(|member| member.key == AWS).map(|member| member.node.clone());
    members.retain(|Member { key, .. }| (key != AWS && key != SCHEMA) || owned(key));
    aws.map_or_else(Default::default, |aws| target(&aws, owned(AWS), file))
}

/// Whether the user's struct has a key of that name at its root.
fn owns(schema: &Value, key: &str) -> bool {
    let leaves = View::new(schema, schema).leaves(schema);
    leaves.iter().any(|leaf| leaf.properties().any(|(name, _)| name == key))
}

/// Reads `aws`; where the user's struct has it too, other keys and other types in it are the user's business.
fn target(aws: &Node, is_shared: bool, file: &str) -> (Target, Vec<Finding>) {
    let (mut target, mut findings) = (Target::default(), Vec::new());
    let path = Path::default().key(AWS);
    let wrong = |node: &Node, path: &Path, expected: &str| {
        wrong_value(file, node.at, path, expected, &words::found(&node.tree, false))
    };
    let Some(members) = aws.members() else {
        let finding = wrong(aws, &path, "an object with the keys `account` and `region`");
        return (target, if is_shared { Vec::new() } else { vec![finding] });
    };
    for member in members {
        let path = path.key(&member.key);
        let (slot, fits, expected): (_, fn(&str) -> bool, _) = match member.key.as_str() {
            "account" => (&mut target.account, is_account, ACCOUNT.0),
            "region" => (&mut target.region, is_region, REGION.0),
            _ if is_shared => continue,
            key => {
                let help = match crate::nearest(key, ["account", "region"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "known keys: `account`, `region`".to_owned(),
                };
                let finding = Finding::error("FW0503", path.says("unknown key"));
                findings.push(finding.at(member.key_at.in_file(file), "not a known key").help(help));
                continue;
            }
        };
        match &member.node.tree {
            Tree::String(text) if fits(text) => *slot = Some(text.clone()),
            Tree::Number(_) if !is_shared && member.key == "account" => {
                let finding = wrong(&member.node, &path, expected);
                findings.push(
                    finding.help("put the account in quotes; as a number it would lose its leading zeros"),
                );
            }
            Tree::String(_) => findings.push(wrong(&member.node, &path, expected)),
            _ if is_shared => {}
            _ => findings.push(wrong(&member.node, &path, expected)),
        }
    }
    (target, findings)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `eu-central-1`, `us-gov-west-1`: Regions are added every year, so this is about their form only.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [area, middle @ .., number] => {
            area.len() >= 2
                && is_word(area)
                && !middle.is_empty()
                && middle.iter().all(|part| is_word(part))
                && is_number(number)
        }
        _ => false,
    }
}

/// Adds the reserved keys to the schema that editors get.
pub(super) fn describe(schema: &mut Value) {
    let keys = json!({
        AWS: {
            "description": "The account and Region that this environment is deployed to",
            "type": "object",
            "properties": {
                "account": { "description": "The account: 12 digits, in quotes", "type": "string", "pattern": ACCOUNT.1 },
                "region": { "description": "The Region, such as `eu-central-1`", "type": "string", "pattern": REGION.1 },
            },
            "additionalProperties": false,
        },
        SCHEMA: { "description": "Where editors find this schema", "type": "string" },
    });
    if let Value::Object(keys) = keys {
        let missing = keys.into_iter().filter(|(key, _)| !owns(schema, key)).collect::<Vec<_>>();
        add(schema, &missing);
    }
}

/// Adds properties to an object's schema; the branches of an enum are closed, so each of them needs its own.
fn add(schema: &mut Value, keys: &[(String, Value)]) {
    let Value::Object(schema) = schema else { return };
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.extend(keys.iter().cloned());
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = schema.get_mut(union) {
            branches
                .iter_mut()
                .filter(|branch| branch.get("properties").is_some())
                .for_each(|branch| add(branch, keys));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_known_by_their_form() {
        for region in ["eu-central-1", "us-gov-west-1", "mx-central-1", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_region(region), "{region}");
        }
        for region in
            ["", "-", "eu", "eu-1", "eu-central", "EU-central-1", "eu-central-1a", "eu--1", "eu central 1"]
        {
            assert!(!is_region(region), "{region}");
        }
    }
}
