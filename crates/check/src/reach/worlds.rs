//! In which worlds a network is looked at: those that differ in conditions that matter to it.

use std::collections::HashSet;

use crate::{
    conditions::{self, World},
    document::{Content, Document, NodeId},
    template::{Origin, Template},
};

/// So many combinations of worlds of all templates are looked at.
const MOST: usize = 32;
/// A template with more conditions than this may have worlds that are not found.
const CONDITIONS: usize = 10;

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
    "AWS::ECR::",
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
        let (relevant, values) = relevant(template);
        let mut relevant: Vec<String> = relevant.into_iter().collect();
        relevant.sort();
        let mut values: Vec<String> = values.into_iter().collect();
        values.sort();
        let found = conditions::worlds(template);
        let total = template.section("Conditions").count();
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
        complete &=
            values.is_empty() && distinct.len() >= combinations || total <= CONDITIONS && distinct.len() < 24;
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
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        match document.content(node) {
            Content::List(list) => open.extend(list.iter()),
            Content::Map(map) => {
                for (key, value) in map.iter() {
                    match (key, document.content(value)) {
                        ("Condition", _) => found.extend(text(value)),
                        ("Ref", _) => values.extend(text(value)),
                        ("Fn::If", Content::List(list)) => found.extend(list.get(0).and_then(text)),
                        _ => {}
                    }
                    open.push(value);
                }
            }
            _ => {}
        }
    }
}
