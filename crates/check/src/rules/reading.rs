//! What is said where templates are read, and of what is accepted.

use crate::{
    context::Context,
    document::Content,
    rule::{Rule, Run, Says, rule},
};

pub(super) const RULES: &[Rule] = &[
    rule!("FW1801", Error, Run::Elsewhere),
    rule!("FW1802", Error, Run::Elsewhere),
    rule!("FW1803", Error, Run::Elsewhere),
    rule!("FW1804", Error, Run::Elsewhere),
    rule!("FW1805", Note, Run::Template(transformed)),
    rule!("FW1901", Error, Run::Elsewhere),
    rule!("FW1902", Error, Run::Elsewhere),
    rule!("FW1903", Warning, Run::Elsewhere),
    rule!("FW1904", Error, Run::Elsewhere),
    rule!("FW1905", Note, Run::Elsewhere),
    rule!("FW1906", Note, Run::Elsewhere),
    rule!("FW1951", Error, Run::Elsewhere),
    rule!("FW1952", Error, Run::Elsewhere),
];

/// What a macro makes of the template is not known here.
fn transformed(context: &Context<'_>, number: u32, says: &mut Says) {
    let Some(template) = context.template(number) else { return };
    let root = context.value(number, crate::document::Document::ROOT);
    let Some(transform) = root.entry("Transform") else { return };
    let names: Vec<String> =
        transform.one_or_more().into_iter().filter_map(|name| name.text()).map(String::from).collect();
    // What it adds to the language is understood.
    let others: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| *name != "AWS::LanguageExtensions").collect();
    let include = matches!(transform.content(), Content::Map(_));
    if others.is_empty() && !include {
        return;
    }
    let of_transform = |index: &u32| template.resource_type(*index).starts_with("AWS::Serverless::");
    let count = (0..template.resource_count()).filter(of_transform).count();
    let message = match (include, count) {
        (true, _) => "what this transform brings in is not checked".to_owned(),
        (false, 0) => format!("what `{}` makes of this template is not checked", others.join("`, `")),
        (false, 1) => "1 resource of `AWS::Serverless` is not checked".to_owned(),
        (false, count) => format!("{count} resources of `AWS::Serverless` are not checked"),
    };
    says.add(transform, message)
        .help("check the template that comes out as well: `sam validate --lint`, or the processed template of a change set");
}
