//! References to what a condition may leave out.

use formwork_core::Severity;

use super::{
    RULES,
    names::{Names, Speaker},
};
use crate::{
    context::{Context, SubPart, substitution_parts},
    document::{Content, Document, NodeId},
    rule::Says,
};

/// In this world, something refers to a resource that does not exist.
pub(super) fn may_not_exist<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    if it.section("Conditions").next().is_none() {
        return;
    }
    let names = Names::of(it);
    if names.macros {
        return;
    }
    let mut speaker = Speaker { says, rules: RULES, template };
    let mut open = Vec::new();
    for section in ["Outputs", "Resources"] {
        for (_, node) in it.section(section) {
            let condition = names.get(node, "Condition").and_then(|condition| names.text(condition));
            if condition.is_none_or(|condition| context.holds(template, condition).unwrap_or_default()) {
                open.push(node);
            }
        }
    }
    while let Some(node) = open.pop() {
        let mut judge = |id: &str, at: NodeId, severity| {
            let Some(index) = it.resource(id).filter(|_| context.resource(template, id).is_none()) else {
                return;
            };
            let declared = it.resource_node(index);
            let condition = names.get(declared, "Condition");
            let name = condition.and_then(|condition| names.text(condition)).unwrap_or_default();
            if !names.conditions.contains_key(name) {
                return;
            }
            let place = speaker.place(condition.unwrap_or(declared));
            let message = format!("`{id}`, which is referred to here, exists only if `{name}` holds");
            speaker
                .say("FW1128", at, message)
                .severity(severity)
                .also(place, "its condition")
                .help(format!("use `!If [{name}, .., ..]` here, or the same condition for both"));
        };
        match names.content(node) {
            Content::List(list) => open.extend(list.iter()),
            Content::Map(map) => match map.only() {
                Some(("Ref", argument)) => {
                    if let Some(id) = names.text(argument) {
                        judge(id, argument, Severity::Warning);
                    }
                }
                Some(("Fn::GetAtt", argument)) => {
                    if let Some((id, _)) = names.attribute(argument) {
                        judge(id, argument, Severity::Warning);
                    }
                }
                Some(("Fn::Sub", argument)) => {
                    let items = names.items(argument);
                    let text = items.first().copied().unwrap_or(argument);
                    let own = items.get(1).copied();
                    let own = |name: &str| own.and_then(|own| names.get(own, name)).is_some();
                    for part in names.text(text).map(substitution_parts).unwrap_or_default() {
                        if let SubPart::Name(name) = part
                            && !own(name)
                        {
                            judge(name.split('.').next().unwrap_or_default(), argument, Severity::Warning);
                        }
                    }
                    open.extend(items);
                }
                Some(("Fn::If", argument)) => {
                    let items = names.items(argument);
                    let [condition, then, otherwise] = items.as_slice() else { continue };
                    match names.text(*condition).and_then(|name| context.holds(template, name)) {
                        Some(true) => open.push(*then),
                        Some(false) => open.push(*otherwise),
                        None => {}
                    }
                }
                _ => {
                    for (key, value) in map.iter() {
                        open.push(value);
                        // CloudFormation waits for what exists and leaves out the rest.
                        if key == "DependsOn" && is_resource(&names, node) {
                            let items = names.items(value);
                            let items = if items.is_empty() { vec![value] } else { items };
                            for item in items {
                                if let Some(id) = names.text(item) {
                                    judge(id, item, Severity::Note);
                                }
                            }
                        }
                    }
                }
            },
            _ => {}
        }
    }
}

/// Whether a node is an entry of `Resources`.
fn is_resource(names: &Names<'_>, node: NodeId) -> bool {
    let document = &names.template.document;
    let section = document.parent(node);
    document.parent(section) == Document::ROOT && names.get(Document::ROOT, "Resources") == Some(section)
}
