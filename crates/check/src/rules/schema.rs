//! Every property of every resource, against what AWS publishes about its type.
//!
//! One walk over all resources makes all of these findings: the rule of the first code runs it, and it speaks for the
//! others. What one value alone can be wrong about is in [`scalars`], what functions yield in [`functions`], values that
//! AWS adds to all the time in [`classes`], and what several properties demand of each other in [`together`].

use crate::{
    context::Context,
    document::{Content, Document},
    rule::{Rule, Run, Says, rule},
};

mod classes;
mod functions;
mod identity;
mod init;
mod scalars;
mod strangers;
mod together;
mod walk;

use walk::Walk;

pub(super) const RULES: &[Rule] = &[
    rule!("FW1001", Error, Run::System(every_resource)),
    rule!("FW1002", Error, Run::Elsewhere),
    rule!("FW1003", Error, Run::Elsewhere),
    rule!("FW1004", Error, Run::Elsewhere),
    rule!("FW1005", Error, Run::Elsewhere),
    rule!("FW1006", Error, Run::Elsewhere),
    rule!("FW1007", Error, Run::Elsewhere),
    rule!("FW1008", Error, Run::Elsewhere),
    rule!("FW1009", Error, Run::Elsewhere),
    rule!("FW1010", Error, Run::Elsewhere),
    rule!("FW1011", Error, Run::Elsewhere),
    rule!("FW1012", Error, Run::Elsewhere),
    rule!("FW1013", Error, Run::Elsewhere),
    rule!("FW1014", Error, Run::Elsewhere),
    rule!("FW1015", Error, Run::Elsewhere),
    rule!("FW1017", Note, Run::Elsewhere),
    rule!("FW1019", Warning, Run::Elsewhere),
    rule!("FW1020", Error, Run::Elsewhere),
    rule!("FW1021", Error, Run::Elsewhere),
    rule!("FW1022", Error, Run::Elsewhere),
    rule!("FW1023", Warning, Run::Elsewhere),
    rule!("FW1024", Error, Run::Elsewhere),
    rule!("FW1025", Error, Run::Elsewhere),
    rule!("FW1031", Error, Run::Elsewhere),
    rule!("FW1032", Error, Run::Elsewhere),
    rule!("FW1033", Error, Run::Elsewhere),
    rule!("FW1034", Warning, Run::System(init::init)),
    rule!("FW1035", Error, Run::System(identity::unique)),
];

/// The rules that the walk speaks for, by name, in the order of [`RULES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    UnknownType,
    UnknownProperty,
    Missing,
    WrongKind,
    NotAmongValues,
    Pattern,
    Length,
    Range,
    Count,
    NotUnique,
    Exclusive,
    NoneOfThem,
    NeedsAnother,
    Format,
    ReadOnly,
    Deprecated,
    UnknownClass,
    NoNetwork,
    WrongReference,
    Port,
    NotOffered,
    UnknownEngine,
    EngineWithoutClass,
    RequiredHere,
    ForbiddenHere,
    UnfittingHere,
}

impl Code {
    fn rule(self) -> Option<&'static Rule> {
        RULES.get(self as usize)
    }
}

fn every_resource<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut walk = Walk::new(context, says);
    let rewritten: Vec<bool> =
        (0..context.templates.len() as u32).map(|template| is_rewritten(context, template)).collect();
    for resource in context.resources() {
        if !rewritten.get(resource.template as usize).copied().unwrap_or_default() {
            walk.resource(resource);
        }
    }
}

/// Whether a macro of somebody's own may make anything of the template.
fn is_rewritten(context: &Context<'_>, template: u32) -> bool {
    let Some(document) = context.document(template) else { return true };
    let Content::Map(root) = document.content(Document::ROOT) else { return true };
    let Some(transform) = root.get("Transform") else { return false };
    let unknown = |node| match document.content(node) {
        // `AWS::Include` adds what is not seen here.
        Content::Text(name) => !name.starts_with("AWS::") || name == "AWS::Include",
        _ => true,
    };
    match document.content(transform) {
        Content::List(list) => list.iter().any(unknown),
        _ => unknown(transform),
    }
}

/// The transforms of a template.
fn has_transform(context: &Context<'_>, template: u32, name: &str) -> bool {
    let Some(document) = context.document(template) else { return false };
    let Content::Map(root) = document.content(Document::ROOT) else { return false };
    let Some(transform) = root.get("Transform") else { return false };
    let is = |node| document.content(node) == Content::Text(name);
    match document.content(transform) {
        Content::List(list) => list.iter().any(is),
        _ => is(transform),
    }
}

#[cfg(test)]
mod tests;
