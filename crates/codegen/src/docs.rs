//! What rustdoc says of a generated item: facts in words, and the link to AWS's page.

use std::fmt::Write as _;

use formwork_facts::{Bounds, Kind, Properties, Property, ResourceType, Rule, Shape, Text, Update};

const REFERENCE: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference";

/// `ec2-subnet`: how pages and their anchors name a type.
pub(crate) fn page_name(resource_type: &str) -> String {
    let mut parts = resource_type.split("::").skip(1);
    let service = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    format!("{service}-{name}").to_ascii_lowercase()
}

/// The page of a resource type.
pub(crate) fn resource_page(page: &str) -> String {
    format!("{REFERENCE}/aws-resource-{page}.html")
}

/// The page of an object within a resource type.
pub(crate) fn object_page(page: &str, object: &str) -> String {
    format!("{REFERENCE}/aws-properties-{page}-{}.html", object.to_ascii_lowercase())
}

/// Text as code, whatever is in it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Two sentences on a property and a link.
pub(crate) fn property(out: &mut String, owner: &str, property: &Property, page: &str, anchor: &str) {
    let _ = write!(out, "/// {}, ", code(&property.name));
    out.push_str(if property.required { "required: " } else { "optional: " });
    shape(out, &property.shape);
    out.push_str(". ");
    out.push_str(match property.update {
        Update::InPlace => "A change needs no replacement",
        Update::MayReplace => "A change may replace the ",
        Update::Replaces => "A change replaces the ",
    });
    if property.update != Update::InPlace {
        out.push_str(owner);
    }
    out.push('.');
    if property.write_only {
        out.push_str(" It cannot be read back from AWS.");
    }
    if property.deprecated {
        out.push_str(" Deprecated by AWS.");
    }
    let _ = writeln!(out, " [AWS]({page}#cfn-{anchor}-{})", property.name.to_ascii_lowercase());
}

fn shape(out: &mut String, shape: &Shape) {
    match &shape.kind {
        Kind::String => out.push_str("text"),
        Kind::Integer => out.push_str("a whole number"),
        Kind::Number => out.push_str("a number"),
        Kind::Boolean => out.push_str("`true` or `false`"),
        Kind::Json => out.push_str("a document"),
        Kind::Object(name) => {
            let _ = write!(out, "an object `{name}`");
        }
        Kind::List(item) => {
            out.push_str(if shape.unique { "a list without repetitions of " } else { "a list of " });
            bounds(out, &shape.length, "items");
            out.push('(');
            self::shape(out, item);
            out.push(')');
        }
        Kind::Map(value) => {
            out.push_str("a map to ");
            bounds(out, &shape.length, "entries");
            out.push('(');
            self::shape(out, value);
            out.push(')');
        }
    }
    if !matches!(shape.kind, Kind::List(_) | Kind::Map(_)) {
        scalar(out, shape);
    }
    if let Some(default) = &shape.default {
        let _ = write!(out, ", {} unless given", code(default));
    }
}

fn scalar(out: &mut String, shape: &Shape) {
    if let Some(unit) = shape.unit {
        let _ = write!(out, " ({})", unit.word());
    }
    if shape.length != Bounds::default() {
        out.push_str(" of ");
        bounds(out, &shape.length, "characters");
        while out.ends_with(' ') {
            out.pop();
        }
    }
    if shape.range != Bounds::default() {
        out.push_str(match (&shape.range.least, &shape.range.most) {
            (Some(_), Some(_)) => " from ",
            (Some(_), None) => " of at least ",
            _ => " of at most ",
        });
        let text = |bound: &Option<Text>| bound.as_deref().unwrap_or_default().to_owned();
        let (least, most) = (text(&shape.range.least), text(&shape.range.most));
        let to = if least.is_empty() || most.is_empty() { "" } else { " to " };
        let _ = write!(out, "{least}{to}{most}");
    }
    if let Some(format) = &shape.format {
        let _ = write!(out, ", format {}", code(format));
    }
    // Longer ones tell nothing to a reader, and the message of a finding shows them.
    if let Some(pattern) =
        shape.pattern.as_ref().filter(|pattern| pattern.len() <= 80 && !pattern.contains('\n'))
    {
        let _ = write!(out, ", matching {}", code(pattern));
    }
    for (index, reference) in shape.references.iter().take(3).enumerate() {
        let _ =
            write!(out, "{} `{}`", if index == 0 { ", of an" } else { " or an" }, reference.resource_type);
    }
    if !shape.values.is_empty() {
        let values: Vec<String> = shape.values.iter().take(6).map(|value| code(value)).collect();
        let more = if shape.values.len() > 6 { ", .." } else { "" };
        let _ = write!(out, ", one of {}{more}", values.join(", "));
    }
}

fn bounds(out: &mut String, bounds: &Bounds, what: &str) {
    let _ = match (&bounds.least, &bounds.most) {
        (None, None) => Ok(()),
        (Some(least), Some(most)) if least == most => write!(out, "{least} {what} "),
        (Some(least), Some(most)) => write!(out, "{least} to {most} {what} "),
        (Some(least), None) => write!(out, "at least {least} {what} "),
        (None, Some(most)) => write!(out, "at most {most} {what} "),
    };
}

/// What holds between several properties, one sentence each.
pub(crate) fn rules(out: &mut String, properties: &Properties) {
    let names = |names: &[Text], word: &str| -> String {
        names.iter().map(|name| code(name)).collect::<Vec<_>>().join(&format!(" {word} "))
    };
    let groups = |groups: &[Vec<Text>]| -> String {
        groups.iter().map(|group| names(group, "with")).collect::<Vec<_>>().join(", ")
    };
    for rule in &properties.rules {
        let _ = match rule {
            Rule::ExactlyOne(of) => writeln!(out, "///\n/// Exactly one of these is needed: {}.", groups(of)),
            Rule::AtLeastOne(of) => {
                writeln!(out, "///\n/// At least one of these is needed: {}.", groups(of))
            }
            Rule::Excludes(one, others) => {
                writeln!(out, "///\n/// {} excludes {}.", code(one), names(others, "and"))
            }
            Rule::Needs(one, others) => {
                writeln!(out, "///\n/// {} needs {}.", code(one), names(others, "and"))
            }
            Rule::Count(..) => Ok(()),
        };
    }
}

/// What a handle's page says.
pub(crate) fn handle(out: &mut String, facts: &ResourceType) {
    let page = resource_page(&page_name(&facts.name));
    let _ =
        writeln!(out, "/// The handle of an [`{}`]({page}): what adding its builder returns.", facts.name);
    out.push_str("///\n");
    match facts.reference.as_slice() {
        [] => {}
        names => {
            let _ = writeln!(out, "/// `Ref` yields `{}`.", names.join("|"));
        }
    }
    if facts.stateful {
        out.push_str("/// It holds data: Formwork refuses to let its logical id change unnoticed.\n");
    }
    if let Some(transform) = &facts.transform {
        let _ = writeln!(out, "/// It needs the transform `{transform}`.");
    }
}
