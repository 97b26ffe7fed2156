//! What a program accepts: findings on a resource that it names with a reason.

use std::collections::HashMap;

use formwork_core::{Finding, Findings, SourceLocation};

use crate::{
    document::{Content, Document},
    report::Accepted,
    rules,
    template::{Origin, Template},
};

/// One acceptance: on which resource, of which code, why, and where that stands.
#[derive(Debug)]
struct Acceptance {
    stack: Option<String>,
    /// Nothing, for what belongs to no resource.
    id: Option<String>,
    code: String,
    reason: String,
    at: SourceLocation,
    used: bool,
}

/// Takes what is accepted out of the findings, and says where an acceptance has no reason or no effect.
///
/// `codes` are the codes of rules that are not Formwork's own.
pub(crate) fn accept(
    findings: Findings,
    templates: &[Template<'_>],
    codes: &[String],
) -> (Findings, Vec<Accepted>) {
    let mut acceptances: Vec<Acceptance> = templates.iter().flat_map(acceptances).collect();
    // A pattern may accept what the program that uses it accepts as well, in its own words: the last ones are shown.
    let mut index: HashMap<(Option<String>, Option<String>, String), Vec<usize>> = HashMap::new();
    for (number, acceptance) in acceptances.iter().enumerate() {
        let key = (acceptance.stack.clone(), acceptance.id.clone(), acceptance.code.to_ascii_uppercase());
        index.entry(key).or_default().push(number);
    }
    let mut left = Findings::new();
    let mut accepted = Vec::new();
    for finding in findings {
        let (stack, id) = place(&finding);
        let key = (stack, id, finding.code.to_ascii_uppercase());
        let mut reason = None;
        for number in index.get(&key).into_iter().flatten() {
            let Some(acceptance) = acceptances.get_mut(*number) else { continue };
            acceptance.used = true;
            if !acceptance.reason.trim().is_empty() {
                reason = Some((acceptance.reason.clone(), acceptance.at.clone()));
            }
        }
        match reason {
            Some((reason, at)) => accepted.push(Accepted { finding, reason, at }),
            None => left.push(finding),
        }
    }
    left.extend(acceptances.iter().filter_map(|acceptance| told(acceptance, codes)));
    (left, accepted)
}

/// The stack, or the file, that a finding is about, and the logical id if it is about a resource.
fn place(finding: &Finding) -> (Option<String>, Option<String>) {
    let path = finding.template_path.as_deref().unwrap_or_default();
    let id = path.strip_prefix("Resources/").and_then(|rest| rest.split('/').next());
    let file = || finding.spans.first().map(|span| span.at.file.to_string());
    (finding.stack.clone().or_else(file), id.map(str::to_owned))
}

/// What there is to say about an acceptance itself.
fn told(acceptance: &Acceptance, codes: &[String]) -> Option<Finding> {
    let Acceptance { code, reason, used, .. } = acceptance;
    let id = acceptance.id.as_deref().or(acceptance.stack.as_deref()).unwrap_or_default();
    let known = |code: &str| rules::all().any(|rule| rule.code.eq_ignore_ascii_case(code));
    let own = code.to_ascii_uppercase().starts_with("FW");
    let finding = if reason.trim().is_empty() {
        Finding::error("FW1901", format!("`{code}` is accepted on `{id}` without a reason"))
            .help("say why: whoever reads the report wants to know")
    } else if own && !known(code) && formwork_core::explain::page(code).is_none() {
        let near = formwork_core::nearest(code, rules::all().map(|rule| rule.code));
        let near = near.map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "`formwork explain` lists all codes".to_owned());
        Finding::error("FW1902", format!("`{code}` is accepted on `{id}`, and there is no such code"))
            .help(help)
    } else if !used && (own || codes.iter().any(|known| known.eq_ignore_ascii_case(code))) {
        Finding::warning("FW1903", format!("`{code}` is accepted on `{id}`, where nothing is found under it"))
            .help("remove it, so that it hides nothing in the future")
    } else {
        return None;
    };
    let finding = match &acceptance.id {
        Some(id) => finding.template_path(format!("Resources/{id}")),
        None => finding,
    };
    let finding = match &acceptance.stack {
        Some(stack) if *stack != acceptance.at.file => finding.in_stack(stack.clone()),
        _ => finding,
    };
    Some(finding.at(acceptance.at.clone(), "accepted here"))
}

/// All acceptances of a template: those of the program, or those in the metadata of its resources.
fn acceptances(template: &Template<'_>) -> Vec<Acceptance> {
    match &template.origin {
        Origin::Stack(stack) => {
            let mut found = Vec::new();
            let mut add = |id: Option<&str>, (code, reason, at): (&str, &str, SourceLocation)| {
                let (stack, id) = (Some(stack.id()), id.map(str::to_owned));
                let (code, reason) = (code.to_owned(), reason.to_owned());
                found.push(Acceptance { stack, id, code, reason, at, used: false });
            };
            stack.accepted_itself().into_iter().for_each(|accepted| add(None, accepted));
            for id in stack.accepting() {
                stack.accepted(id).into_iter().for_each(|accepted| add(Some(id), accepted));
            }
            found
        }
        Origin::File(file) => in_metadata(template, file),
    }
}

/// `Metadata: {Formwork: {Accept: [{Code: .., Reason: ..}]}}` of every resource, and of the template for what belongs
/// to none.
fn in_metadata(template: &Template<'_>, file: &str) -> Vec<Acceptance> {
    let document = &template.document;
    let entry = |node, key: &str| template.map(node).and_then(|map| map.get(key));
    let text = |node| match document.content(node) {
        Content::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    let mut found = Vec::new();
    let resources = template.section("Resources").map(|(id, resource)| (Some(id), resource));
    for (id, holder) in std::iter::once((None, Document::ROOT)).chain(resources) {
        let list = entry(holder, "Metadata").and_then(|metadata| entry(metadata, "Formwork"));
        let Some(list) = list.and_then(|formwork| entry(formwork, "Accept")) else { continue };
        let Content::List(list) = document.content(list) else { continue };
        for item in list.iter() {
            let Some(code) = entry(item, "Code").and_then(text) else { continue };
            let reason = entry(item, "Reason").and_then(text).unwrap_or_default();
            let (line, column) = document.position(item);
            let at = SourceLocation::new(file.to_owned(), line, column);
            let stack = Some(file.to_owned());
            found.push(Acceptance { stack, id: id.map(str::to_owned), code, reason, at, used: false });
        }
    }
    found
}
