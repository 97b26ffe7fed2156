//! The one pass over all resources between the program and lowering: transforms of the program, tags,
//! overrides, in this order.

use std::rc::Rc;

use crate::{
    app::App,
    edit::{self, Edit},
    expr::{At, Expr, Field, Str},
    finding::Finding,
    model::Model,
    resource::{Section, Tagging},
};

/// Runs everything, and checks what can be checked only afterwards.
pub(crate) fn run(app: &App) {
    let transforms: Vec<Rc<edit::Transform>> = app.transforms.borrow().clone();
    for transform in transforms {
        let count = app.model.borrow().nodes.len() as u32;
        for node in 0..count {
            (transform.step)(Edit::of_node(app, node, &transform.name));
        }
    }
    let mut model = app.model.borrow_mut();
    if model.tagged() {
        tags(&mut model);
    }
    overrides(&mut model);
    required(&mut model);
}

type Tag = (Str, Expr, At);

fn tags(model: &mut Model) {
    let tagged_scopes = model.scopes.iter().any(|scope| scope.parent.is_some() && !scope.tags.is_empty());
    // Said once for each scope and type.
    let mut told: Vec<(u32, Str)> = Vec::new();
    for node in 0..model.nodes.len() as u32 {
        let data = &model.nodes[node as usize];
        // The tags of a nested stack go to the resource that it is, and CloudFormation hands them on.
        if let Some(nested) = data.attributes.as_ref().and_then(|attributes| attributes.nested) {
            let tags = model.scopes[model.stacks[nested as usize].scope as usize].tags.clone();
            if let Some((_, _, at)) = tags.last() {
                let at = *at;
                write_tags(model, node, &Tagging::List("Tags"), tags, at);
            }
            continue;
        }
        let own = data.attributes.as_deref();
        let given = own.and_then(|own| own.tagging.as_ref()).or(model.about(node).tagging.as_ref());
        let tagged = own.is_some_and(|own| !own.tags.is_empty());
        if given == Some(&Tagging::None) && tagged {
            untaggable(model, node);
            continue;
        }
        // Most types take a list, and whoever tags one says that it takes tags.
        let Some(tagging) = given.or(tagged.then_some(&Tagging::List("Tags"))) else {
            if tagged_scopes {
                unreached(model, node, &mut told);
            }
            continue;
        };
        let tagging = tagging.clone();
        let tags = inherited(model, node);
        if let Some((_, _, at)) = tags.last() {
            let at = *at;
            write_tags(model, node, &tagging, tags, at);
        }
    }
}

/// The tags that reach a resource: the app's, those of the scopes around it from the outermost inwards, its
/// own; a later one of the same key replaces an earlier one.
fn inherited(model: &Model, node: u32) -> Vec<Tag> {
    let data = &model.nodes[node as usize];
    let mut layers: Vec<&[Tag]> = Vec::new();
    if let Some(attributes) = data.attributes.as_deref() {
        layers.push(&attributes.tags);
    }
    let mut stack = data.stack;
    let mut scope = Some(data.scope);
    while let Some(index) = scope {
        let data = &model.scopes[index as usize];
        layers.push(&data.tags);
        // A nested stack inherits from the one around it.
        scope = data.parent.or_else(|| {
            let (parent, _) = model.stacks[stack as usize].parent?;
            stack = parent;
            Some(model.stacks[parent as usize].scope)
        });
    }
    layers.push(&model.tags);
    let mut tags: Vec<Tag> = Vec::new();
    for tag in layers.into_iter().rev().flatten() {
        match tags.iter_mut().find(|other| other.0 == tag.0) {
            Some(other) => *other = tag.clone(),
            None => tags.push(tag.clone()),
        }
    }
    tags
}

fn write_tags(model: &mut Model, node: u32, tagging: &Tagging, tags: Vec<Tag>, at: At) {
    let (name, list) = match *tagging {
        Tagging::List(name) | Tagging::Propagating(name) => (name, true),
        Tagging::Map(name) => (name, false),
        Tagging::None => return,
    };
    let existing =
        model.property(node, Section::Properties, name).map(|property| model.value(property.value));
    let value = match existing {
        None => merge(Vec::new(), tags, tagging),
        // What was set by hand as a property is the resource's own word.
        Some(Expr::List(items)) if list => merge(items, tags, tagging),
        Some(Expr::Object(fields)) if !list && !Expr::Object(fields.clone()).is_expression() => {
            let mut fields = fields;
            for (key, value, _) in tags {
                if !fields.iter().any(|field| field.name == key) {
                    fields.push(Field::new(key, value));
                }
            }
            Expr::Object(fields)
        }
        Some(_) => {
            let address = model.address(node);
            model.findings.push(
                Finding::error("FW0306", format!("tags cannot be added to `{name}` of `{address}`, which is an expression"))
                    .at(at, "to be added")
                    .help("give all tags with `.tag(key, value)`, or keep others away with `.tagging(Tagging::None)`"),
            );
            return;
        }
    };
    edit::set(model, node, &format!("Properties.{}", name.replace('.', "\\.")), value, "tags", at);
}

fn merge(mut items: Vec<Expr>, tags: Vec<Tag>, tagging: &Tagging) -> Expr {
    if let Tagging::Map(_) = tagging {
        return Expr::Object(tags.into_iter().map(|(key, value, _)| Field::new(key, value)).collect());
    }
    for (key, value, _) in tags {
        if !items.iter().any(|item| item.get("Key").and_then(Expr::as_str) == Some(&*key)) {
            let mut fields = vec![Field::new("Key", Expr::Text(key)), Field::new("Value", value)];
            if let Tagging::Propagating(_) = tagging {
                fields.push(Field::new("PropagateAtLaunch", Expr::Bool(true)));
            }
            items.push(Expr::Object(fields));
        }
    }
    Expr::List(items)
}

/// Tags of a resource whose type takes none.
fn untaggable(model: &mut Model, node: u32) {
    let data = &model.nodes[node as usize];
    let Some((key, _, at)) = data.attributes.as_ref().and_then(|attributes| attributes.tags.first()) else {
        return;
    };
    let finding = Finding::error(
        "FW0306",
        format!("{} takes no tags, but `{}` has the tag `{key}`", model.kind(node), model.id(node)),
    )
    .at(*at, "set here")
    .in_stack(crate::ids::stack_path(model, data.stack))
    .help("remove the tag; a scope's tags reach the resources that can have them");
    model.findings.push(finding);
}

/// A scope's tags that do not reach a resource, because nobody said how its type takes tags. The tags of a
/// stack and of the app are another matter: CloudFormation gives them to everything that can have tags.
fn unreached(model: &mut Model, node: u32, told: &mut Vec<(u32, Str)>) {
    let data = &model.nodes[node as usize];
    let mut scope = Some(data.scope);
    while let Some(index) = scope {
        let scope_data = &model.scopes[index as usize];
        if let (true, Some((key, _, at))) = (scope_data.parent.is_some(), scope_data.tags.first()) {
            if told.iter().any(|(scope, kind)| (*scope, kind) == (index, model.kind(node))) {
                return;
            }
            told.push((index, model.kind(node).clone()));
            let address = model.address(node);
            let finding = Finding::warning(
                "FW0306",
                format!("the tag `{key}` of scope `{}` does not reach `{address}`", scope_data.name),
            )
            .at(data.at, "this resource")
            .at(*at, "the tag")
            .in_stack(crate::ids::stack_path(model, data.stack))
            .with_note(format!("how {} takes tags is not known", model.kind(node)))
            .help("say it with `.tagging(Tagging::List(\"Tags\"))`, or `Tagging::None` if it takes none");
            model.findings.push(finding);
            return;
        }
        scope = scope_data.parent;
    }
}

fn overrides(model: &mut Model) {
    for node in 0..model.nodes.len() as u32 {
        let Some(attributes) = model.nodes[node as usize].attributes.as_deref_mut() else { continue };
        for (path, value, at) in std::mem::take(&mut attributes.overrides) {
            edit::set(model, node, &path, value, "override", at);
        }
    }
}

/// Properties that the types made somebody set, to something that turned out to be nothing.
fn required(model: &mut Model) {
    let mut findings = Vec::new();
    for (index, node) in model.nodes.iter().enumerate() {
        let Some(attributes) = node.attributes.as_deref() else { continue };
        for name in attributes.required {
            if model.property(index as u32, Section::Properties, name).is_some() {
                continue;
            }
            let mut finding = Finding::error(
                "FW0302",
                format!("required property `{name}` of `{}` has no value", model.id(index as u32)),
            )
            .in_stack(crate::ids::stack_path(model, node.stack))
            .help("it was given `None` or `NoValue`: give it a value in every case");
            for place in model.places(index as u32) {
                finding = finding.at(place, "declared here");
            }
            findings.push(finding);
        }
    }
    model.findings.extend(findings);
}
