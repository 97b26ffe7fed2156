//! Running all rules over a system.

use std::collections::{HashMap, HashSet};

use crate::{
    certainty,
    conditions::{self, World},
    context::{Context, Resolved, Resource},
    document::NodeId,
    rule::{Remark, Run, Says},
    rules,
    template::Template,
};

/// So many judgements of a resource are made in all worlds together; a system that is larger than that is looked at
/// in fewer worlds.
const WORK: usize = 50_000;

/// What all rules say about a system, in the order of its templates and their lines.
pub(crate) fn run(templates: &[Template<'_>]) -> Vec<Remark> {
    let exports = exports(templates);
    let worlds: Vec<Vec<World>> = templates.iter().map(conditions::worlds).collect();
    let resources: usize = templates.iter().map(|template| template.resource_count() as usize).sum();
    let most = (WORK / resources.max(1)).max(1);
    let count = worlds.iter().map(Vec::len).max().unwrap_or(1).min(most);
    let Some(first) = rules::all().next() else { return Vec::new() };
    let mut says = Says::new(first);
    let mut touched: Vec<HashSet<(u32, u32)>> = Vec::new();
    for number in 0..count {
        let world =
            |worlds: &Vec<World>| worlds.get(number % worlds.len().max(1)).cloned().unwrap_or_default();
        let context = Context::new(templates, &exports, worlds.iter().map(world).collect());
        let before = says.len();
        // What no condition touches, directly or through others, is in every world as it is in the first one.
        let varying = (number > 0).then(|| context.varying());
        for rule in rules::all() {
            says.turn(rule);
            match rule.run {
                Run::Resource(kinds, run) => {
                    for kind in kinds {
                        for resource in context.of_type(kind) {
                            if varying.as_ref().is_none_or(|varying| varying.contains(&resource)) {
                                says.about(Some((resource.template, resource.index)));
                                run(resource, &mut says);
                            }
                        }
                    }
                    says.about(None);
                }
                Run::Template(run) => {
                    for template in 0..templates.len() as u32 {
                        run(&context, template, &mut says);
                    }
                }
                Run::System(run) => run(&context, &mut says),
                Run::Elsewhere => {}
            }
        }
        says.end_world(number, before);
        let numbers = |resource: &Resource<'_>| (resource.template, resource.index);
        touched.push(varying.iter().flatten().map(numbers).collect());
    }
    let mut remarks = says.into_remarks();
    for remark in &mut remarks {
        certainty::weigh(remark, templates, &worlds, &touched);
    }
    remarks.sort_by(|one, other| {
        // What is worst first, then as it stands.
        let key = |remark: &Remark| {
            (std::cmp::Reverse(remark.severity), remark.place.template, remark.place.node, remark.rule.code)
        };
        key(one).cmp(&key(other))
    });
    remarks
}

/// Where exported values are, by name, as far as names are known.
pub(crate) fn exports(templates: &[Template<'_>]) -> HashMap<String, (u32, NodeId)> {
    let none = HashMap::new();
    let worlds = templates.iter().map(|_| World::default()).collect();
    let context = Context::new(templates, &none, worlds);
    let mut exports = HashMap::new();
    for (number, template) in templates.iter().enumerate() {
        let number = number as u32;
        for (_, node) in template.section("Outputs") {
            let output = context.value(number, node);
            let name = output.entry("Export").and_then(|export| export.entry("Name"));
            let (Some(name), Some(value)) = (name, output.entry("Value")) else { continue };
            if let Resolved::Text(name) = name.resolve() {
                exports.entry(name.into_owned()).or_insert((number, value.node));
            }
        }
    }
    exports
}

/// The logical id of the resource that a node is in.
pub(crate) fn resource_of<'t>(template: &'t Template<'_>, node: NodeId) -> Option<&'t str> {
    let path = template.document.path(node);
    match path.as_slice() {
        [section, id, ..] if section == "Resources" => {
            template.resource(id).map(|index| template.resource_id(index))
        }
        _ => None,
    }
}
