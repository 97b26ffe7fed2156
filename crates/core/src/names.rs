//! References by name, from JSON that was written by hand: found, or reported.

use std::collections::HashMap;

use crate::{
    encode::Stored,
    expr::{At, Target},
    finding::Finding,
    graph::property_path,
    ids::{IdMap, Ids},
    model::Model,
    wires::{Place, for_each_value},
};

/// Turns references by name into references to what bears the name in the same template.
pub(crate) fn resolve(model: &mut Model, ids: &Ids, findings: &mut Vec<Finding>) {
    if !model.holes.iter().any(|hole| hole.reference.target.is_named()) {
        return;
    }
    let mut uses: Vec<(u32, Place, u32, At)> = Vec::new();
    for_each_value(model, |stack, place, stored: Stored, at| {
        let numbers = stored.first_hole..stored.first_hole + stored.hole_count;
        let named = numbers.filter(|number| model.holes[*number as usize].reference.target.is_named());
        uses.extend(named.map(|number| (stack, place, number, at)));
    });
    let mut templates: HashMap<u32, Names<'_>> = HashMap::new();
    for (stack, place, number, at) in uses {
        let names = templates.entry(stack).or_insert_with(|| Names::of(model, ids, stack));
        let target = &model.holes[number as usize].reference.target;
        let found = match target {
            Target::Named(name) => {
                names.resources.get(&**name).map(|node| Target::Resource(model.key(*node))).or_else(|| {
                    names.parameters.get(&**name).map(|index| Target::Parameter(model.key(*index)))
                })
            }
            Target::NamedAttribute(name, attribute) => names
                .resources
                .get(&**name)
                .map(|node| Target::Attribute(model.key(*node), attribute.clone())),
            Target::NamedCondition(name) => {
                names.conditions.get(&**name).map(|index| Target::Condition(model.key(*index)))
            }
            Target::NamedMapping(name) => {
                names.mappings.get(&**name).map(|index| Target::Mapping(model.key(*index)))
            }
            _ => continue,
        };
        match found {
            Some(target) => model.holes[number as usize].reference.target = target,
            None => {
                let mut finding = unknown(target, names, &crate::ids::stack_path(model, stack), at);
                if let Place::Resource(node, property) = place {
                    let hole = number - model.properties[property as usize].value.first_hole;
                    let section = model.properties[property as usize].section.name();
                    let path = property_path(model, property, hole).replace('.', "/");
                    finding = finding.template_path(format!("Resources/{}/{section}/{path}", ids.node(node)));
                }
                findings.push(finding);
            }
        }
    }
}

struct Names<'i> {
    resources: IdMap<'i, u32>,
    parameters: IdMap<'i, u32>,
    conditions: IdMap<'i, u32>,
    mappings: IdMap<'i, u32>,
}

impl<'i> Names<'i> {
    fn of(model: &Model, ids: &'i Ids, stack: u32) -> Self {
        let stack = &model.stacks[stack as usize];
        Self {
            resources: stack.nodes.iter().map(|node| (ids.node(*node), *node)).collect(),
            parameters: stack
                .parameters
                .iter()
                .map(|index| (ids.parameters[*index as usize].as_str(), *index))
                .collect(),
            conditions: stack
                .conditions
                .iter()
                .map(|index| (ids.conditions[*index as usize].as_str(), *index))
                .collect(),
            mappings: stack
                .mappings
                .iter()
                .map(|index| (ids.mappings[*index as usize].as_str(), *index))
                .collect(),
        }
    }
}

fn unknown(target: &Target, names: &Names<'_>, stack: &str, at: At) -> Finding {
    let (what, name, candidates): (_, _, Vec<&str>) = match target {
        Target::NamedCondition(name) => ("condition", name, names.conditions.keys().copied().collect()),
        Target::NamedMapping(name) => ("mapping", name, names.mappings.keys().copied().collect()),
        Target::NamedAttribute(name, _) => ("resource", name, names.resources.keys().copied().collect()),
        Target::Named(name) => (
            "resource or parameter",
            name,
            names.resources.keys().chain(names.parameters.keys()).copied().collect(),
        ),
        _ => return Finding::error("FW0206", "a name is unknown"),
    };
    let finding = Finding::error("FW0206", format!("stack `{stack}` has no {what} called `{name}`"))
        .at(at, "referred to here")
        .in_stack(stack);
    match crate::nearest(name, candidates) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if matches!(target, Target::NamedCondition(_) | Target::NamedMapping(_)) => {
            finding.help(format!("use what `.{what}(..)` returned when it was declared; it cannot go wrong"))
        }
        None => {
            finding.help("use the handle that `add` returned; it cannot go wrong and crosses stacks as well")
        }
    }
}
