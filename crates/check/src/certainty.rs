//! How certain a mistake is: one that needs several conditions to fall together, or the default of a parameter, may
//! never be deployed, and is a warning.

use std::collections::{BTreeSet, HashSet};

use formwork_core::Severity;

use crate::{
    conditions::World,
    context::{SubPart, substitution_parts},
    document::{Content, NodeId},
    rule::Remark,
    template::Template,
};

/// So many conditions are named in a note.
const NAMED: usize = 4;

/// Makes warnings of errors that are not certain, and says what they depend on.
///
/// `touched` are, for every world, the resources that were looked at again in it.
pub(crate) fn weigh(
    remark: &mut Remark,
    templates: &[Template<'_>],
    worlds: &[Vec<World>],
    touched: &[HashSet<(u32, u32)>],
) {
    if remark.severity != Severity::Error {
        return;
    }
    let number = remark.place.template as usize;
    if let (Some(template), Some(worlds)) = (templates.get(number), worlds.get(number)) {
        by_conditions(remark, template, worlds, touched);
    }
    // The rules of schemas say so themselves, by the value that is wrong.
    if !remark.rule.code.starts_with("FW10") {
        by_defaults(remark, templates);
    }
}

fn by_conditions(
    remark: &mut Remark,
    template: &Template<'_>,
    worlds: &[World],
    touched: &[HashSet<(u32, u32)>],
) {
    let world = |number: usize| worlds.get(number % worlds.len().max(1));
    let said = |number: usize| {
        // What no condition touches is in every world as it is in the first one.
        let same = remark.subject.is_some_and(|subject| !touched[number].contains(&subject));
        let number = if same { 0 } else { number };
        remark.worlds & (1 << number) != 0
    };
    let count = touched.len().min(32);
    if (0..count).all(said) {
        return;
    }
    let named = named(template, remark.place.node);
    let decides = |name: &&String, value: bool| {
        let mut those =
            (0..count).filter(|number| world(*number).and_then(|it| it.holds(name)) == Some(value));
        let first = those.next();
        first.is_some_and(said) && those.all(said)
    };
    let words = |name: &String, value: bool| {
        if value { format!("`{name}` holds") } else { format!("`{name}` does not hold") }
    };
    for value in [true, false] {
        if let Some(name) = named.iter().find(|name| decides(name, value)) {
            let note = format!("so it is where {}", words(name, value));
            remark.notes.push(note);
            return;
        }
    }
    let first = (0..count).find(|number| said(*number)).and_then(world);
    let words: Vec<String> =
        named.iter().filter_map(|name| Some(words(name, first?.holds(name)?))).take(NAMED).collect();
    remark.severity = Severity::Warning;
    if !words.is_empty() {
        remark.notes.push(format!("so it is where {}", words.join(" and ")));
    }
}

/// The conditions that the resource or entry of a node names, or, if it names none, all of the template's.
fn named(template: &Template<'_>, node: NodeId) -> Vec<String> {
    let document = &template.document;
    let path = document.path(node);
    let start = match path.as_slice() {
        [section, name, ..] => template.entry(section, name),
        _ => None,
    };
    let mut names = BTreeSet::new();
    let mut open: Vec<NodeId> = start.into_iter().collect();
    while let Some(node) = open.pop() {
        match document.content(node) {
            Content::List(list) => open.extend(list.iter()),
            Content::Map(map) => {
                for (key, value) in map.iter() {
                    let condition = match (key, document.content(value)) {
                        ("Condition", Content::Text(name)) => Some(name),
                        ("Fn::If", Content::List(list)) => list.get(0).and_then(|name| text(template, name)),
                        _ => None,
                    };
                    names.extend(condition.map(str::to_owned));
                    open.push(value);
                }
            }
            _ => {}
        }
    }
    names.retain(|name| template.entry("Conditions", name).is_some());
    let all = || template.section("Conditions").map(|(name, _)| name.to_owned()).collect();
    if names.is_empty() { all() } else { names.into_iter().collect() }
}

fn text<'t>(template: &'t Template<'_>, node: NodeId) -> Option<&'t str> {
    match template.document.content(node) {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// A value that is put together of a default: a deployment may give another one.
fn by_defaults(remark: &mut Remark, templates: &[Template<'_>]) {
    let places = std::iter::once(&remark.place).chain(remark.also.iter().map(|(place, _)| place));
    let found = places.filter(|place| place.missing.is_none()).find_map(|place| {
        let template = templates.get(place.template as usize)?;
        default(template, place.node)
    });
    if let Some(name) = found {
        remark.severity = Severity::Warning;
        remark.notes.push(format!("so it is with the default of the parameter `{name}`"));
    }
}

/// The parameter with a default that a function at a node refers to.
fn default(template: &Template<'_>, node: NodeId) -> Option<String> {
    let document = &template.document;
    let is_function = |map: crate::document::Map<'_>| {
        map.only().is_some_and(|(name, _)| name == "Ref" || name.starts_with("Fn::"))
    };
    if !matches!(document.content(node), Content::Map(map) if is_function(map)) {
        return None;
    }
    let has_default = |name: &&str| {
        let parameter = template.entry("Parameters", name).and_then(|node| template.map(node));
        parameter.is_some_and(|parameter| parameter.get("Default").is_some())
    };
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match document.content(node) {
            Content::List(list) => open.extend(list.iter()),
            Content::Map(map) => {
                for (key, value) in map.iter() {
                    if let ("Ref", Some(name)) = (key, text(template, value)) {
                        if has_default(&name) {
                            return Some(name.to_owned());
                        }
                    } else {
                        open.push(value);
                    }
                }
            }
            Content::Text(text) if text.contains("${") => {
                let names = substitution_parts(text).into_iter().filter_map(|part| match part {
                    SubPart::Name(name) => Some(name),
                    SubPart::Text(_) => None,
                });
                if let Some(name) = names.into_iter().find(has_default) {
                    return Some(name.to_owned());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use formwork_core::Severity;

    fn found(text: &str, code: &str) -> Vec<(Severity, Vec<String>)> {
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        let found = report.findings.iter().filter(|finding| finding.code == code);
        found.map(|finding| (finding.severity, finding.notes.clone())).collect()
    }

    const ROUTE: &str = "\
Parameters: {A: {Type: String, Default: ''}, B: {Type: String, Default: ''}}
Conditions: {HasA: !Not [!Equals [!Ref A, '']], HasB: !Not [!Equals [!Ref B, '']]}
Resources:
  R:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: rtb-0123456789abcdef0
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !If [HasA, igw-0123456789abcdef0, !Ref AWS::NoValue]
      NatGatewayId: !If [HasB, nat-0123456789abcdef0, !Ref AWS::NoValue]
";

    #[test]
    fn what_needs_several_conditions_is_no_error() {
        let all = found(ROUTE, "FW1207");
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all.iter().all(|(severity, _)| *severity == Severity::Warning), "{all:?}");
        assert!(all[0].1.iter().any(|note| note.contains("`HasA` does not hold and `HasB`")), "{all:?}");
        // One of them alone is enough.
        let one = ROUTE.replace("!If [HasB, nat-0123456789abcdef0, !Ref AWS::NoValue]", "!Ref AWS::NoValue");
        let one = found(&one, "FW1207");
        assert_eq!(one.len(), 1, "{one:?}");
        assert_eq!(one[0].0, Severity::Error);
        assert!(one[0].1.contains(&"so it is where `HasA` does not hold".to_owned()), "{one:?}");
    }

    #[test]
    fn rules_say_what_falls_together() {
        let rules = "\
Rules:
  One:
    Assertions:
      - Assert: !Or
          - !And [!Not [!Equals [!Ref A, '']], !Equals [!Ref B, '']]
          - !And [!Equals [!Ref A, ''], !Not [!Equals [!Ref B, '']]]
";
        assert_eq!(found(&format!("{rules}{ROUTE}"), "FW1207"), []);
    }

    #[test]
    fn defaults_may_be_replaced() {
        let text = "\
Parameters: {One: {Type: String, Default: 10.1.0.0/24}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: RANGE}}
";
        let certain = found(&text.replace("RANGE", "10.1.0.0/24"), "FW1201");
        assert_eq!(certain[0].0, Severity::Error);
        let default = found(&text.replace("RANGE", "!Ref One"), "FW1201");
        assert_eq!(default[0].0, Severity::Warning);
        assert_eq!(default[0].1.last().unwrap(), "so it is with the default of the parameter `One`");
    }
}
