//! In which worlds a network is looked at: those that differ in conditions that matter to it.

use std::collections::{HashMap, HashSet};

use crate::{
    conditions::{self, World},
    document::{Content, Document, NodeId},
    template::{Origin, Template},
};

/// So many combinations of worlds of all templates are looked at.
const MOST: usize = 32;
/// So many worlds of one template are found at most, so that fewer are all that there are ([`conditions::worlds`]);
const FOUND: usize = 24;
/// provided that no more than so many choices of values are to be tried,
const CHOICES: usize = 4096;
/// each for so many conditions at most,
const CONDITIONS: usize = 40;
/// which are no deeper than this.
const DEPTH: usize = 40;

/// What says nothing about a network: the value of a parameter there does not matter.
const LABELS: &[&str] =
    &["Tags", "TagSpecifications", "Description", "GroupDescription", "Environment", "Metadata"];

/// What no network depends on.
const OTHERS: &[&str] = &[
    "AWS::ApplicationAutoScaling::",
    "AWS::Backup::",
    "AWS::Budgets::",
    "AWS::CertificateManager::",
    "AWS::CloudTrail::",
    "AWS::CloudWatch::",
    "AWS::Config::",
    "AWS::DynamoDB::",
    "AWS::ECR::Repository",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Logs::",
    "AWS::Route53::",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::SSM::",
    "AWS::SecretsManager::",
    "AWS::WAFv2::",
];

/// A world of every template together with its name, and whether these are all that there are.
pub(super) fn worlds(templates: &[Template<'_>]) -> (Vec<(Vec<World>, String)>, bool) {
    let mut complete = true;
    let mut all: Vec<(Vec<World>, String)> = vec![(Vec::new(), String::new())];
    for template in templates {
        let (relevant, given) = relevant(template);
        let mut relevant: Vec<String> = relevant.into_iter().collect();
        relevant.sort();
        let all_found = |found: &[World]| {
            found.len() < FOUND && can_all_be_found(template) && all_seen(template, &given, found)
        };
        let mut values: Vec<String> = given.iter().cloned().collect();
        values.sort();
        let found = conditions::worlds(template);
        let all_found = all_found(&found);
        let declared = |name: &String| template.entry("Conditions", name).is_some();
        relevant.retain(declared);
        let mut seen = HashSet::new();
        let mut distinct = Vec::new();
        for world in found {
            let holds: Vec<bool> =
                relevant.iter().map(|name| world.holds(name).unwrap_or_default()).collect();
            let given: Vec<String> =
                values.iter().map(|name| format!("{:?}", world.parameter(name))).collect();
            if seen.insert((holds.clone(), given)) {
                distinct.push((world, holds));
            }
        }
        let combinations = 1usize.checked_shl(relevant.len() as u32).unwrap_or(usize::MAX);
        complete &= all_found || values.is_empty() && distinct.len() >= combinations;
        let stack = match &template.origin {
            Origin::Stack(stack) => stack.id(),
            Origin::File(file) => file.clone(),
        };
        let mut next = Vec::new();
        'product: for (world, holds) in &distinct {
            for (before, name) in &all {
                if next.len() >= MOST {
                    complete = false;
                    break 'product;
                }
                let mut worlds = before.clone();
                worlds.push(world.clone());
                let mut names: Vec<String> =
                    Some(name.clone()).filter(|name| !name.is_empty()).into_iter().collect();
                for (condition, holds) in relevant.iter().zip(holds) {
                    let verb = if *holds { "holds" } else { "does not hold" };
                    names.push(format!("`{condition}` of `{stack}` {verb}"));
                }
                next.push((worlds, names.join(", ")));
            }
        }
        all = next;
    }
    (all, complete)
}

/// What the conditions of a template compare: the values of each parameter, and how much else, as a power of two.
#[derive(Default)]
struct Compared {
    parameters: HashMap<String, HashSet<String>>,
    others: u32,
    too_deep: bool,
}

fn text_of(document: &Document, node: NodeId) -> Option<String> {
    match document.content(node) {
        Content::Text(text) | Content::Number(text) => Some(text.to_owned()),
        Content::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn compared(template: &Template<'_>) -> Compared {
    let document = &template.document;
    let mut compared = Compared::default();
    let parameter = |node| match document.content(node) {
        Content::Map(map) => match map.only() {
            Some(("Ref", name)) => text_of(document, name).filter(|name| !name.starts_with("AWS::")),
            _ => None,
        },
        _ => None,
    };
    let mut open: Vec<(NodeId, usize)> = template.section("Conditions").map(|(_, node)| (node, 0)).collect();
    while let Some((node, depth)) = open.pop() {
        compared.too_deep |= depth > DEPTH;
        let Content::Map(map) = document.content(node) else { continue };
        let Some((function, argument)) = map.only() else { continue };
        let items: Vec<NodeId> = match document.content(argument) {
            Content::List(list) => list.iter().collect(),
            _ => Vec::new(),
        };
        match (function, items.as_slice()) {
            ("Fn::Not" | "Fn::And" | "Fn::Or", items) => {
                open.extend(items.iter().map(|item| (*item, depth + 1)));
            }
            ("Condition", _) => {}
            ("Fn::Equals", [one, other]) => {
                let pairs = [(*one, *other), (*other, *one)];
                let known = pairs
                    .into_iter()
                    .find_map(|(one, other)| Some((parameter(one)?, text_of(document, other)?)));
                match known {
                    Some((name, value)) => {
                        compared.parameters.entry(name).or_default().insert(value);
                    }
                    None => {
                        for name in [*one, *other].into_iter().filter_map(parameter) {
                            compared.parameters.entry(name).or_default();
                        }
                        compared.others += 1;
                    }
                }
            }
            _ => compared.others += 1,
        }
    }
    compared
}

/// The values that a parameter allows, if it says so, and its default.
fn allowed(template: &Template<'_>, name: &str) -> (Option<Vec<String>>, Option<String>) {
    let document = &template.document;
    let declared = template.entry("Parameters", name).and_then(|node| template.map(node));
    let get = |key| declared.and_then(|map| map.get(key));
    let values = match get("AllowedValues").map(|node| document.content(node)) {
        Some(Content::List(list)) => Some(list.iter().filter_map(|node| text_of(document, node)).collect()),
        _ => None,
    };
    (values, get("Default").and_then(|node| text_of(document, node)))
}

/// Whether all choices of values for the conditions of a template are tried.
fn can_all_be_found(template: &Template<'_>) -> bool {
    let total = template.section("Conditions").count();
    let compared = compared(template);
    let mut choices = 1usize.checked_shl(compared.others).unwrap_or(usize::MAX);
    if compared.others >= usize::BITS {
        choices = usize::MAX;
    }
    for (name, values) in &compared.parameters {
        // One more for all others, and one for the default.
        let own = allowed(template, name).0.map_or(2, |values| values.len());
        choices = choices.saturating_mul(own.saturating_add(values.len()));
    }
    total <= CONDITIONS && !compared.too_deep && choices <= CHOICES
}

/// Whether parameters that networks refer to have all their values in some world. One that conditions do not compare
/// has its default there.
fn all_seen(template: &Template<'_>, values: &HashSet<String>, found: &[World]) -> bool {
    let compared = compared(template);
    values.iter().all(|name| {
        let Some(named) = compared.parameters.get(name) else { return true };
        let (Some(allowed), default) = allowed(template, name) else { return true };
        let seen: HashSet<&str> = found.iter().filter_map(|world| world.parameter(name)?).collect();
        allowed.iter().all(|value| {
            // What no condition tells from the default stands for itself as little as other parameters do.
            let as_default = !named.contains(value) && default.as_ref().is_some_and(|it| !named.contains(it));
            seen.contains(value.as_str()) || as_default
        })
    })
}

/// The conditions that resources of networks, and outputs, depend on; and the parameters that they refer to.
fn relevant(template: &Template<'_>) -> (HashSet<String>, HashSet<String>) {
    let (mut found, mut values) = (HashSet::new(), HashSet::new());
    if template.section("Conditions").next().is_none() {
        return (found, values);
    }
    for index in 0..template.resource_count() {
        let kind = template.resource_type(index);
        if !OTHERS.iter().any(|other| kind.starts_with(other)) {
            mentioned(&template.document, template.resource_node(index), &mut found, &mut values);
        }
    }
    for (_, output) in template.section("Outputs") {
        mentioned(&template.document, output, &mut found, &mut values);
    }
    values.retain(|name| template.entry("Parameters", name).is_some());
    (found, values)
}

fn mentioned(document: &Document, start: NodeId, found: &mut HashSet<String>, values: &mut HashSet<String>) {
    let text = |node| match document.content(node) {
        Content::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    let mut open = vec![(start, false)];
    while let Some((node, label)) = open.pop() {
        match document.content(node) {
            Content::List(list) => open.extend(list.iter().map(|item| (item, label))),
            Content::Map(map) => {
                for (key, value) in map.iter() {
                    match (key, document.content(value)) {
                        ("Condition", _) => found.extend(text(value)),
                        ("Ref", _) if !label => values.extend(text(value)),
                        ("Fn::If", Content::List(list)) => found.extend(list.get(0).and_then(text)),
                        _ => {}
                    }
                    open.push((value, label || LABELS.contains(&key)));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::{nodes, services, tests},
        OTHERS,
    };

    #[test]
    fn nothing_that_is_reached_is_left_out() {
        for other in OTHERS {
            let kinds = services::SERVICES.iter().map(|service| service.kind);
            for kind in kinds.chain(services::BEYOND.iter().copied()).chain(nodes::kinds()) {
                assert!(!kind.starts_with(other), "{kind}");
            }
        }
    }

    fn answer(parameters: Value, conditions: Value, scheme: Value) -> &'static str {
        let mut template = json!({"Resources": {"Api": {"Type": "AWS::AppSync::GraphQLApi",
            "Properties": {"Visibility": scheme}}}});
        template["Parameters"] = parameters;
        template["Conditions"] = conditions;
        tests::ask(&tests::read(&template), "internet", "Api", None)
    }

    #[test]
    fn a_cut_leaves_everything_unknown() {
        let equals = |name: &str, value: &str| json!({"Fn::Equals": [{"Ref": name}, value]});
        let open = json!({"Fn::If": ["Open", "GLOBAL", "PRIVATE"]});
        let one = json!({"A": {"Type": "String", "Default": "x"}});
        assert_eq!(answer(one.clone(), json!({"Open": equals("A", "y")}), open.clone()), "yes");
        let never = json!({"Fn::And": [equals("A", "y"), equals("A", "z")]});
        assert_eq!(answer(one, json!({"Open": never}), open.clone()), "no");

        let half = |names: &[String]| {
            let (these, those) = names.split_at(names.len() / 2);
            let these = these.iter().map(|name| equals(name, "y"));
            let those = those.iter().map(|name| json!({"Fn::Not": [equals(name, "y")]}));
            json!({"Fn::And": these.chain(those).collect::<Vec<_>>()})
        };
        // So many parameters that only choices near the ends are tried, and one condition that needs the middle.
        let names: Vec<String> = (0..16).map(|number| format!("P{number}")).collect();
        let parameters: serde_json::Map<String, Value> =
            names.iter().map(|name| (name.clone(), json!({"Type": "String", "Default": "x"}))).collect();
        let any: Vec<Value> = names.iter().map(|name| equals(name, "y")).collect();
        let conditions =
            json!({"Open": half(&names[..10]), "Some": {"Fn::Or": any[..8]}, "More": {"Fn::Or": any[8..]}});
        assert_eq!(answer(Value::Object(parameters.clone()), conditions, open.clone()), "unknown");

        // More worlds than are looked at, of which few differ in what matters.
        let mut conditions: serde_json::Map<String, Value> =
            names.iter().take(8).map(|name| (format!("Is{name}"), equals(name, "y"))).collect();
        conditions.insert("Open".to_owned(), half(&names[..8]));
        assert_eq!(answer(Value::Object(parameters), Value::Object(conditions), open), "unknown");
    }

    #[test]
    fn a_value_that_stands_for_others_says_nothing_of_them() {
        let allowed = |default: &str| json!({"V": {"Type": "String", "Default": default, "AllowedValues": ["dev", "PRIVATE", "GLOBAL"]}});
        let dev = json!({"Dev": {"Fn::Equals": [{"Ref": "V"}, "dev"]}});
        // Of those that no condition names, the default is looked at.
        let properties = json!({"Fn::If": ["Dev", "PRIVATE", {"Ref": "V"}]});
        assert_eq!(answer(allowed("PRIVATE"), dev.clone(), properties.clone()), "no");
        assert_eq!(answer(allowed("dev"), dev, properties), "yes");
    }
}
