//! Where things exist.

use crate::{
    context::{Context, Resource},
    document::{Content, Document, NodeId},
    json::shortened,
    rule::{Place, Rule, Run, Says, rule},
};

pub(super) const RULES: &[Rule] = &[
    rule!("FW1451", Error, Run::Template(types)),
    rule!("FW1452", Warning, Run::Template(region)),
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

/// A Region that there is not.
fn region<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(region) = context.template(template).and_then(|it| it.region.as_deref()) else { return };
    let known = formwork_facts::REGIONS;
    if known.contains(&region) || OTHERS.contains(&region) {
        return;
    }
    let place = Place { template, node: Document::ROOT, missing: None };
    let remark = says.add(place, format!("there is no Region `{}`", shortened(region)));
    if let Some(meant) = formwork_core::nearest(region, known.iter().copied()) {
        remark.help(format!("`{meant}` is probably meant"));
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
