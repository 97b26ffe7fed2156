//! Stacks within stacks.

use std::collections::{HashMap, HashSet};

use super::{LONGEST_VALUE, grouped, named, section};
use crate::{
    context::{Context, Resource},
    document::Document,
    rule::{Place, Says},
    template::Origin,
};

/// So many resources a stack may have together with those nested in it.
const MOST_TOGETHER: usize = 2_500;

/// Values that are passed to a nested stack.
pub(super) fn values(stack: Resource<'_>, says: &mut Says) {
    for (name, value) in stack.get("Parameters").entries() {
        // Of what is put together, what is known counts.
        let known = |piece| match piece {
            crate::context::Piece::Text(text) => text.len(),
            _ => 0,
        };
        let bytes: usize = value.pieces().into_iter().map(known).sum();
        if bytes > LONGEST_VALUE {
            says.add(
                value,
                format!(
                    "the value of `{}` for {} has {} bytes",
                    crate::json::shortened(name),
                    named(stack),
                    grouped(bytes)
                ),
            )
            .help(format!("a parameter takes {}; pass on where the text is", grouped(LONGEST_VALUE)));
        }
    }
}

/// The path of a file without `.` and `..`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." if !parts.is_empty() || part == "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The templates nested in each template, as often as they are.
fn nested(context: &Context<'_>) -> Vec<Vec<u32>> {
    let mut inner: Vec<Vec<u32>> = vec![Vec::new(); context.templates.len()];
    let mut by_name: HashMap<String, u32> = HashMap::new();
    for (number, template) in (0u32..).zip(context.templates) {
        by_name.insert(
            match &template.origin {
                Origin::Stack(stack) => stack.id(),
                Origin::File(file) => plain(file),
            },
            number,
        );
    }
    for (number, template) in (0u32..).zip(context.templates) {
        match &template.origin {
            // A nested one is called `outer/Inner`.
            Origin::Stack(stack) => {
                let id = stack.id();
                let outer = id.rsplit_once('/').and_then(|(outer, _)| by_name.get(outer));
                if let Some(found) = outer.and_then(|outer| inner.get_mut(*outer as usize)) {
                    found.push(number);
                }
            }
            Origin::File(file) => {
                let folder = file.rfind(['/', '\\']).and_then(|end| file.get(..=end)).unwrap_or_default();
                for index in template.of_type("AWS::CloudFormation::Stack") {
                    let stack = Resource { context, template: number, index: *index };
                    if !stack.exists() {
                        continue;
                    }
                    let Some(url) = stack.get("TemplateURL").text() else { continue };
                    let child = by_name.get(&plain(&format!("{folder}{url}")));
                    if let (Some(child), Some(found)) = (child, inner.get_mut(number as usize)) {
                        found.push(*child);
                    }
                }
            }
        }
    }
    inner
}

pub(super) fn resources<'a>(context: &'a Context<'a>, says: &mut Says) {
    let inner = nested(context);
    let children: HashSet<u32> = inner.iter().flatten().copied().collect();
    let mut own = vec![0usize; context.templates.len()];
    for resource in context.resources() {
        if let Some(count) = own.get_mut(resource.template as usize) {
            *count += 1;
        }
    }
    // What is nested is counted before what it is nested in, and nothing twice.
    let mut total: Vec<Option<usize>> = vec![None; own.len()];
    for start in 0..own.len() {
        let mut open = vec![(start, false)];
        let mut above = HashSet::new();
        while let Some((number, counted)) = open.pop() {
            if total.get(number).is_none_or(Option::is_some) {
                continue;
            }
            let below = inner.get(number).map_or(&[][..], Vec::as_slice);
            if counted {
                let sum = |sum: usize, child: &u32| {
                    sum.saturating_add(total.get(*child as usize).copied().flatten().unwrap_or_default())
                };
                let together = below.iter().fold(own.get(number).copied().unwrap_or_default(), sum);
                if let Some(total) = total.get_mut(number) {
                    *total = Some(together);
                }
            } else if above.insert(number) {
                open.push((number, true));
                open.extend(below.iter().map(|child| (*child as usize, false)));
            }
        }
    }
    for (number, template) in (0u32..).zip(context.templates) {
        let together = total.get(number as usize).copied().flatten().unwrap_or_default();
        if together > MOST_TOGETHER && !children.contains(&number) {
            let node = section(template, "Resources").unwrap_or(Document::ROOT);
            let message =
                format!("the stack has {} resources together with those nested in it", grouped(together));
            says.add(Place { template: number, node, missing: None }, message).help(format!(
                "{} are allowed in one operation; make a stack of its own of some of them",
                grouped(MOST_TOGETHER)
            ));
        }
    }
}
