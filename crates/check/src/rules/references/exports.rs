//! What templates export and import.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use crate::{
    context::Context,
    document::{Content, NodeId},
    json::shortened,
    rule::Says,
};

/// The names of a template's exports, where they are known, with their places.
fn names<'a>(context: &'a Context<'a>, template: u32) -> Vec<(Option<String>, NodeId)> {
    let Some(it) = context.template(template) else { return Vec::new() };
    let export = |(_, node): (&str, NodeId)| {
        let name = context.value(template, node).entry("Export")?.entry("Name")?;
        Some((name.text().map(String::from), name.node))
    };
    it.section("Outputs").filter_map(export).collect()
}

/// Imports of what no template of the system exports, where it has several templates.
pub(super) fn nobody_exports<'a>(context: &'a Context<'a>, says: &mut Says) {
    let count = context.templates.len() as u32;
    if count < 2 {
        return;
    }
    let mut exported = HashSet::new();
    for (name, _) in (0..count).flat_map(|template| names(context, template)) {
        match name {
            Some(name) => exported.insert(name),
            // It may be this one.
            None => return,
        };
    }
    let mut said = 0;
    for (template, it) in (0..count).zip(context.templates) {
        for node in 0..it.document.len() as NodeId {
            let Content::Map(map) = it.document.content(node) else { continue };
            let Some(("Fn::ImportValue", argument)) = map.only() else { continue };
            let value = context.value(template, argument);
            let Some(name) = value.text().filter(|name| !exported.contains(&**name)) else { continue };
            let message = format!("none of these templates exports `{}`", shortened(&name));
            let remark = says.add(value, message);
            said += 1;
            let near =
                (said < 20).then(|| formwork_core::nearest(&name, exported.iter().map(String::as_str)));
            match near.flatten() {
                Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                None => remark.help("export it from one of them, or make sure that another stack does"),
            };
        }
    }
}

/// Two exports of one name.
pub(super) fn exported_twice<'a>(context: &'a Context<'a>, says: &mut Says) {
    // An account has a name once in every Region.
    let mut first: HashMap<_, (u32, NodeId)> = HashMap::new();
    for (template, it) in (0u32..).zip(context.templates) {
        for (name, node) in names(context, template) {
            let Some(name) = name else { continue };
            // What does not exist in this world exports nothing.
            let output = it.document.parent(it.document.parent(node));
            let condition = context.value(template, output).entry("Condition");
            if let Some(Content::Text(condition)) = condition.map(|it| it.content())
                && context.holds(template, condition) != Some(true)
            {
                continue;
            }
            let key = (it.region.as_deref(), it.account.as_deref(), name);
            match first.get(&key) {
                None => drop(first.insert(key, (template, node))),
                Some((other, place)) => {
                    let certain = *other == template || (key.0.is_some() && key.1.is_some());
                    let severity = if certain { Severity::Error } else { Severity::Warning };
                    says.add(
                        context.value(template, node),
                        format!("`{}` is exported twice", shortened(&key.2)),
                    )
                    .severity(severity)
                    .also(context.value(*other, *place), "also here")
                    .help(
                        "an account exports a name once in every Region: begin it with `${AWS::StackName}`",
                    );
                }
            }
        }
    }
}
