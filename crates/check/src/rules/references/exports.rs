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

/// Two templates that import from each other: neither can be deployed first.
pub(super) fn each_other<'a>(context: &'a Context<'a>, says: &mut Says) {
    let count = context.templates.len() as u32;
    let mut exported: HashMap<String, u32> = HashMap::new();
    for template in 0..count {
        for (name, _) in names(context, template) {
            exported.extend(name.map(|name| (name, template)));
        }
    }
    // Who imports from whom, and the first place where it does.
    let mut imports: HashMap<(u32, u32), (NodeId, String)> = HashMap::new();
    for (template, it) in (0..count).zip(context.templates) {
        for node in 0..it.document.len() as NodeId {
            let Content::Map(map) = it.document.content(node) else { continue };
            let Some(("Fn::ImportValue", argument)) = map.only() else { continue };
            let Some(name) = context.value(template, argument).text() else { continue };
            let Some(from) = exported.get(&*name).filter(|from| **from != template) else { continue };
            imports.entry((template, *from)).or_insert_with(|| (argument, name.into_owned()));
        }
    }
    let mut pairs: Vec<_> = imports.iter().collect();
    pairs.sort_unstable();
    for ((importer, exporter), (node, name)) in pairs {
        let Some((other, _)) = imports.get(&(*exporter, *importer)) else { continue };
        let (Some(one), Some(two)) = (context.template(*importer), context.template(*exporter)) else {
            continue;
        };
        let differ = |one: &Option<String>, two: &Option<String>| {
            one.as_ref().zip(two.as_ref()).is_some_and(|(one, two)| one != two)
        };
        if differ(&one.region, &two.region) || differ(&one.account, &two.account) {
            continue;
        }
        // What conditions leave out of the first deployment is nothing that has to be there.
        let conditional = [one, two].iter().any(|it| it.section("Conditions").next().is_some());
        says.add(
            context.value(*importer, *node),
            format!("`{}` comes from a template that imports from this one", shortened(name)),
        )
        .severity(if conditional { Severity::Warning } else { Severity::Error })
        .also(context.value(*exporter, *other), "imports from this one")
        .help("neither can be deployed first: move what both need into a third, or into one of them");
    }
}
