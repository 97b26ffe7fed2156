//! Where things exist.

use crate::{
    context::{Context, Resource},
    document::{Content, Document, NodeId},
    json::shortened,
    rule::{Place, Rule, Run, Says, rule},
};

pub(super) const RULES: &[Rule] = &[
    rule!("FW1451", Error, Run::Template(types)),
    rule!("FW1452", Warning, Run::System(region)),
    rule!("FW1453", Error, Run::Template(zones)),
];

/// Regions of which nothing else is known here.
const OTHERS: &[&str] = &["me-south-1"];

/// What these Regions lack, as far as it is known.
const LACKING: &[(&str, &str)] = &[("me-south-1", "AWS::Budgets::Budget")];

/// Properties that hold the names of availability zones.
const ZONES: &[&str] =
    &["AvailabilityZone", "AvailabilityZones", "PreferredAvailabilityZone", "PreferredAvailabilityZones"];

/// A type that the stack's Region lacks.
fn types<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let Some(region) = it.region.as_deref() else { return };
    let mut kinds: Vec<&str> = it.types().collect();
    kinds.sort_unstable();
    for kind in kinds {
        let lacking = LACKING.contains(&(region, kind));
        if !lacking && formwork_facts::exists_in(kind, region) != Some(false) {
            continue;
        }
        for index in it.of_type(kind) {
            let resource = Resource { context, template, index: *index };
            if resource.exists() {
                says.add(resource.attribute("Type"), format!("there is no `{kind}` in {region}"))
                    .help("leave it out there by a condition, or put it into a stack of another Region");
            }
        }
    }
}

/// The Regions that one which is not known may have been meant to be.
fn near(region: &str) -> Vec<&'static str> {
    let known = formwork_facts::REGIONS;
    let begins = |length: usize| -> Vec<&'static str> {
        let start = region.get(..length).unwrap_or(region);
        known.iter().copied().filter(|known| known.starts_with(start)).collect()
    };
    // `us-east-` of `us-east-9`.
    let direction = region.rfind('-').map(|dash| begins(dash + 1)).unwrap_or_default();
    let nearest = formwork_core::nearest(region, known.iter().copied());
    if direction.is_empty() { nearest.into_iter().collect() } else { direction }
}

/// A Region that there is not: once, however many stacks are to go there.
fn region<'a>(context: &'a Context<'a>, says: &mut Says) {
    let known = |region: &str| formwork_facts::REGIONS.contains(&region) || OTHERS.contains(&region);
    let mut told: Vec<&str> = Vec::new();
    for (template, number) in context.templates.iter().zip(0u32..) {
        let Some(region) = template.region.as_deref().filter(|region| !known(region)) else { continue };
        if told.contains(&region) {
            continue;
        }
        told.push(region);
        let of_it = context.templates.iter().filter(|it| it.region.as_deref() == Some(region)).count();
        let stacks = match of_it {
            1 => "a stack is".to_owned(),
            count => format!("{count} stacks are"),
        };
        // What the stack makes is where one looks; the template as a whole has no line.
        let node = if template.resource_count() > 0 { template.resource_node(0) } else { Document::ROOT };
        let shown = shortened(region);
        let place = Place { template: number, node, missing: None };
        let remark = says.add(place, format!("no Region `{shown}` is known, where {stacks} to go"));
        remark.label("is to go there");
        let near: Vec<String> = near(region).iter().map(|known| format!("`{known}`")).collect();
        if !near.is_empty() {
            remark.help(format!("there is {}", near.join(", ")));
        }
        remark.help("correct the Region of the environment; if it is newer than this, accept the code");
    }
}

/// The Region of an availability zone or a local zone.
fn region_of(zone: &str) -> Option<&str> {
    let whole = zone;
    // `us-east-1a`, and `us-west-2-lax-1a` for a zone near Los Angeles.
    let region = formwork_facts::REGIONS.iter().chain(OTHERS).find(|region| {
        whole.strip_prefix(**region).is_some_and(|rest| {
            let letter = rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_lowercase());
            letter || rest.starts_with('-')
        })
    });
    region.and_then(|region| whole.get(..region.len()))
}

/// An availability zone of another Region than the stack's.
fn zones<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let Some(region) = it.region.as_deref() else { return };
    let all = (0..it.resource_count()).map(|index| Resource { context, template, index });
    for resource in all.filter(Resource::exists) {
        let mut open: Vec<(NodeId, bool)> = vec![(resource.attribute("Properties").node, false)];
        while let Some((node, zone)) = open.pop() {
            match it.document.content(node) {
                Content::Text(text) if zone => {
                    let Some(other) = region_of(text).filter(|other| *other != region) else { continue };
                    let message = format!("the zone `{text}` is in {other}, and the stack is in {region}");
                    says.add(Place { template, node, missing: None }, message)
                        .help("use `!Select [0, !GetAZs \"\"]`, which is right in every Region");
                }
                Content::List(list) => open.extend(list.iter().map(|item| (item, zone))),
                Content::Map(map) => match map.only() {
                    Some(("Fn::If", _)) if zone => {
                        let value = context.value(template, node);
                        if let Some(text) = value.text()
                            && let Some(other) = region_of(&text).filter(|other| *other != region)
                        {
                            says.add(
                                value,
                                format!("the zone `{text}` is in {other}, and the stack is in {region}"),
                            );
                        }
                    }
                    Some((name, _)) if name == "Ref" || name.starts_with("Fn::") => {}
                    _ => open.extend(map.iter().map(|(key, value)| (value, ZONES.contains(&key)))),
                },
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
