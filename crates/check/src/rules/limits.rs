//! Quotas: of CloudFormation on a template, and of services on what a template makes.

use crate::{
    context::{Context, Resource},
    document::{Content, Document, NodeId},
    json::shortened,
    report::Use,
    rule::{Place, Rule, Run, Says, rule},
    template::{Origin, Template},
};

mod nested;
mod services;

pub(super) const RULES: &[Rule] = &[
    rule!("FW1401", Error, Run::Template(resources)),
    rule!("FW1402", Error, Run::Template(parameters)),
    rule!("FW1403", Error, Run::Template(outputs)),
    rule!("FW1404", Error, Run::Template(mappings)),
    rule!("FW1405", Error, Run::Template(default_values)),
    rule!("FW1406", Error, Run::Template(dynamic_references)),
    rule!("FW1407", Error, Run::Template(size)),
    // What `size` says of the names of stacks, which no template knows.
    rule!("FW1408", Error, Run::Elsewhere),
    rule!("FW1409", Error, Run::System(nested::resources)),
    rule!("FW1410", Error, Run::Resource(&["AWS::CloudFormation::Stack"], nested::values)),
    rule!("FW1411", Error, Run::Resource(services::WITH_INLINE_POLICIES, services::inline_policies)),
    rule!("FW1412", Error, Run::Resource(&["AWS::IAM::ManagedPolicy"], services::managed_policy)),
    rule!("FW1413", Warning, Run::Resource(&["AWS::IAM::Role"], services::trust_policy)),
    rule!("FW1414", Warning, Run::Resource(services::WITH_MANAGED_POLICIES, services::managed_policies)),
    rule!("FW1415", Warning, Run::Resource(&["AWS::EC2::SecurityGroup"], services::security_group)),
    rule!(
        "FW1416",
        Warning,
        Run::Resource(&["AWS::ElasticLoadBalancingV2::LoadBalancer"], services::listener_rules)
    ),
    rule!("FW1417", Error, Run::Resource(&["AWS::S3::Bucket"], services::lifecycle_rules)),
    rule!("FW1418", Error, Run::Resource(services::WITH_ACTIONS, services::target_groups)),
];

const MOST_RESOURCES: usize = 500;
const MOST_ENTRIES: usize = 200;
const MOST_REFERENCES: usize = 60;
const LONGEST_VALUE: usize = 4096;
const LONGEST_NAME: usize = 128;
const INLINE: usize = 51_200;
const LARGEST: usize = 1_000_000;

/// How much of CloudFormation's quotas a template uses.
pub(crate) fn budget(template: &Template<'_>) -> Vec<Use> {
    let count = |section| template.section(section).count();
    vec![
        Use { what: "resources", used: count("Resources"), limit: MOST_RESOURCES },
        Use { what: "parameters", used: count("Parameters"), limit: MOST_ENTRIES },
        Use { what: "outputs", used: count("Outputs"), limit: MOST_ENTRIES },
        Use { what: "mappings", used: count("Mappings"), limit: MOST_ENTRIES },
        Use { what: "keys of a mapping", used: largest_mapping(template), limit: MOST_ENTRIES },
        Use { what: "dynamic references", used: references(template).len(), limit: MOST_REFERENCES },
        Use { what: "bytes", used: template.bytes, limit: LARGEST },
        Use { what: "bytes without a bucket", used: template.bytes, limit: INLINE },
    ]
}

/// The keys of the largest mapping, or of the largest entry of one.
fn largest_mapping(template: &Template<'_>) -> usize {
    let keys = |node: NodeId| template.map(node).map_or(0, |map| map.len());
    let mut most = 0;
    for (_, mapping) in template.section("Mappings") {
        most = most.max(keys(mapping));
        for (_, node) in template.map(mapping).into_iter().flat_map(|map| map.iter()) {
            most = most.max(keys(node));
        }
    }
    most
}

/// A number for a message: `51,200`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn section(template: &Template<'_>, name: &str) -> Option<NodeId> {
    template.map(Document::ROOT)?.get(name)
}

/// Says so, if a section has too many entries.
fn most(it: &Template<'_>, template: u32, name: &str, what: &str, limit: usize, says: &mut Says) {
    let count = it.section(name).count();
    let Some(node) = section(it, name).filter(|_| count > limit) else { return };
    says.add(Place { template, node, missing: None }, format!("the template has {count} {what}"))
        .help(format!("{limit} are allowed; divide it into several stacks"));
}

fn resources<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    most(it, template, "Resources", "resources", MOST_RESOURCES, says);
}

fn parameters<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    most(it, template, "Parameters", "parameters", MOST_ENTRIES, says);
}

fn outputs<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    most(it, template, "Outputs", "outputs", MOST_ENTRIES, says);
}

fn mappings<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    most(it, template, "Mappings", "mappings", MOST_ENTRIES, says);
    for (name, mapping) in it.section("Mappings") {
        let inner = it.map(mapping).into_iter().flat_map(|map| map.iter());
        let levels = std::iter::once((name, mapping)).chain(inner);
        for (key, node) in levels {
            let count = it.map(node).map_or(0, |map| map.len());
            if count > MOST_ENTRIES {
                let message = format!("`{}` has {count} keys", shortened(key));
                says.add(Place { template, node, missing: None }, message)
                    .help(format!("a mapping may have {MOST_ENTRIES}; divide it into several"));
            }
        }
    }
}

fn default_values<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    for (name, node) in it.section("Parameters") {
        let Some(map) = it.map(node) else { continue };
        let allowed = match map.get("AllowedValues").map(|node| it.document.content(node)) {
            Some(Content::List(list)) => Some(list.iter()),
            _ => None,
        };
        for node in map.get("Default").into_iter().chain(allowed.into_iter().flatten()) {
            let Content::Text(text) = it.document.content(node) else { continue };
            if text.len() > LONGEST_VALUE {
                let message =
                    format!("a value of the parameter `{}` has {} bytes", shortened(name), text.len());
                says.add(Place { template, node, missing: None }, message)
                    .help(format!("{} bytes are allowed", grouped(LONGEST_VALUE)));
            }
        }
    }
}

/// Where dynamic references stand.
fn references(template: &Template<'_>) -> Vec<NodeId> {
    let mut found = Vec::new();
    for node in 0..template.document.len() as NodeId {
        if let Content::Text(text) = template.document.content(node) {
            found.extend(text.matches("{{resolve:").map(|_| node));
        }
    }
    found
}

fn dynamic_references<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let found = references(it);
    let Some(node) = found.get(MOST_REFERENCES).copied() else { return };
    let message = format!("the template has {} dynamic references, and this is one too many", found.len());
    says.add(Place { template, node, missing: None }, message)
        .help("60 are allowed; divide the template into several stacks");
}

/// The size of templates from files, and the names of their stacks; those of programs were seen to before.
fn size<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    if !matches!(it.origin, Origin::File(_)) {
        return;
    }
    let message = format!("the template has {} bytes", grouped(it.bytes));
    let place = Place { template, node: Document::ROOT, missing: None };
    if it.bytes > LARGEST {
        says.add(place.clone(), message)
            .help(format!("{} are allowed; divide it into several stacks", grouped(LARGEST)));
    } else if it.bytes > INLINE {
        says.add(place.clone(), message)
            .severity(formwork_core::Severity::Note)
            .help(format!("above {} bytes, CloudFormation takes a template from S3 only", grouped(INLINE)));
    }
    let (Some(name), Some(own), Some(rule)) = (&it.stack_name, of_code("FW1407"), of_code("FW1408")) else {
        return;
    };
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let message = if name.len() > LONGEST_NAME {
        format!("the name of the stack has {} characters", name.len())
    } else if !begins || !fits {
        format!("`{}` is no name of a stack", shortened(name))
    } else {
        return;
    };
    says.turn(rule);
    says.add(place, message).help(format!(
        "it begins with a letter, has letters, digits and hyphens, and at most {LONGEST_NAME} of them"
    ));
    says.turn(own);
}

fn of_code(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// A resource in an error.
fn named(resource: Resource<'_>) -> String {
    format!("`{}`", shortened(resource.id()))
}

#[cfg(test)]
mod tests;
