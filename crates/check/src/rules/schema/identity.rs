//! Two resources of a template that would be one and the same.

use std::collections::HashMap;

use formwork_facts::ResourceType;

use crate::{
    context::{Context, Resolved, Resource, Value},
    rule::Says,
};

/// Types whose identifier is not what tells two of them apart.
const OTHERWISE: &[&str] = &["AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"];

pub(super) fn unique<'a>(context: &'a Context<'a>, says: &mut Says) {
    // By template, type, and the values of what identifies a resource.
    let mut known: HashMap<(u32, &str, Vec<String>), Resource<'a>> = HashMap::new();
    for resource in context.resources() {
        let Some(facts) = resource.facts().filter(|_| !OTHERWISE.contains(&resource.kind())) else {
            continue;
        };
        let Some((values, at)) = identity(resource, facts) else { continue };
        let shown = values.join(", ");
        match known.entry((resource.template, resource.kind(), values)) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(resource);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = *first.get();
                let names = facts.identifier.join("` and `");
                let message = format!("`{}` and `{}` are both {shown}", first.id(), resource.id());
                says.add(at, message)
                    .label("the second one")
                    .also(first, "the first one")
                    .note(format!("`{names}` identifies an {}", resource.kind()))
                    .help("give one of them another, or remove it");
            }
        }
    }
}

/// The values that identify a resource, if all of them are given and known, and where the first of them stands.
fn identity<'a>(resource: Resource<'a>, facts: &'static ResourceType) -> Option<(Vec<String>, Value<'a>)> {
    let mut values = Vec::new();
    let mut at = None;
    for name in &facts.identifier {
        if name.contains('/') || facts.properties.get(name).is_none_or(|property| property.read_only) {
            return None;
        }
        let value = resource.get(name);
        values.push(match value.resolve() {
            Resolved::Text(text) => format!("`{text}`"),
            Resolved::Yields(other, attribute) => {
                format!("`{}{}`", other.id(), attribute.map(|name| format!(".{name}")).unwrap_or_default())
            }
            _ => return None,
        });
        at.get_or_insert(value);
    }
    Some((values, at?))
}
