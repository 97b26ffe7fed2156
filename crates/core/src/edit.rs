//! Changing resources that were added already: by hand, and in the pass of transforms.

use std::panic::Location;

use crate::{
    app::App,
    encode::Stored,
    expr::{At, Expr, Field, Str},
    finding::Finding,
    location::SourceLocation,
    model::Model,
    policies::{DeletionPolicy, UpdateReplacePolicy},
    read::Object,
    resource::{AsHandle, Body, Handle, Section},
    value::{IntoJson, IntoText},
};

/// A step of the pass over all resources; see [`App::transform`].
pub(crate) struct Transform {
    pub(crate) name: Str,
    pub(crate) step: Box<dyn Fn(Edit<'_>)>,
}

/// Something that changed a resource after it was built: which part, where in the source, and by which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The part that changed: `Properties.Tags`.
    pub path: String,
    /// The name of the transform, `tags`, `override`, or `edit`.
    pub by: Str,
    /// Where that was said.
    pub at: SourceLocation,
    /// Where the value that it replaced was set, if there was one.
    pub before: Option<SourceLocation>,
}

/// The view on one resource through which it can be read and changed.
///
/// Paths are separated by dots and begin at the properties: `VersioningConfiguration.Status`, `Tags.0.Key`.
#[derive(Clone, Copy)]
pub struct Edit<'a> {
    app: &'a App,
    node: Option<u32>,
    by: &'a str,
}

impl<'a> Edit<'a> {
    pub(crate) fn of_node(app: &'a App, node: u32, by: &'a str) -> Self {
        Self { app, node: Some(node), by }
    }

    pub(crate) fn of_handle(app: &'a App, handle: Handle, at: At) -> Self {
        let own = handle.key.app == app.model.borrow().app;
        if !own {
            app.report(
                Finding::error("FW0201", "a resource of another `App` cannot be changed here")
                    .at(at, "changed here")
                    .help("change it through the `App` that declared it"),
            );
        }
        Self { app, node: own.then_some(handle.key.index), by: "edit" }
    }

    fn read<T>(&self, read: impl FnOnce(&Model, u32) -> T) -> Option<T> {
        self.node.map(|node| read(&self.app.model.borrow(), node))
    }

    fn change(&self, change: impl FnOnce(&mut Model, u32)) -> &Self {
        if let Some(node) = self.node {
            change(&mut self.app.model.borrow_mut(), node);
        }
        self
    }

    /// The type, such as `AWS::S3::Bucket`.
    pub fn kind(&self) -> String {
        self.read(|model, node| model.kind(node).to_string()).unwrap_or_default()
    }

    /// Where it stands within its stack, such as `Api/TaskRole`.
    pub fn address(&self) -> String {
        self.read(Model::address).unwrap_or_default()
    }

    /// The name that the program knows its stack by.
    pub fn stack(&self) -> String {
        let id =
            |model: &Model, node: u32| model.stacks[model.nodes[node as usize].stack as usize].id.to_string();
        self.read(id).unwrap_or_default()
    }

    /// The untyped handle.
    pub fn handle(&self) -> Option<Handle> {
        self.read(|model, node| Handle { key: model.key(node) })
    }

    /// The value at a path, or `None` where nothing was set.
    pub fn get(&self, path: &str) -> Option<Expr> {
        self.read(|model, node| {
            let mut steps = split(path).into_iter();
            let property = model.property(node, Section::Properties, &steps.next()?)?;
            let mut value = model.value(property.value);
            for step in steps {
                value = match &value {
                    Expr::List(items) => items.get(step.parse::<usize>().ok()?)?.clone(),
                    value => value.get(&step)?.clone(),
                };
            }
            Some(value)
        })?
    }

    /// All properties together.
    pub(crate) fn object(&self) -> Object {
        self.read(object).unwrap_or_else(|| Object::new(Vec::new()))
    }

    /// The names of all properties that are set.
    pub fn properties(&self) -> Vec<String> {
        self.read(|model, node| {
            let properties = model.properties(node).iter();
            properties
                .filter(|property| property.section == Section::Properties)
                .map(|property| property.name.to_string())
                .collect()
        })
        .unwrap_or_default()
    }

    /// Sets the value at a path, making objects on the way. [`NoValue`](crate::NoValue) removes it.
    #[track_caller]
    pub fn set(&self, path: &str, value: impl IntoJson) -> &Self {
        let (at, value) = (Location::caller(), value.into_json());
        self.change(|model, node| set(model, node, &format!("Properties.{path}"), value, self.by, at))
    }

    /// Sets the value at a path if nothing is set there.
    #[track_caller]
    pub fn set_default(&self, path: &str, value: impl IntoJson) -> &Self {
        if self.get(path).is_some() {
            return self;
        }
        self.set(path, value)
    }

    /// Removes what is set at a path.
    #[track_caller]
    pub fn remove(&self, path: &str) -> &Self {
        self.set(path, crate::NoValue)
    }

    /// Adds an item to the end of the list at a path, making it if there is none.
    #[track_caller]
    pub fn append(&self, path: &str, item: impl IntoJson) -> &Self {
        let at = Location::caller();
        let end = match self.get(path) {
            Some(Expr::List(items)) => items.len(),
            _ => 0,
        };
        let item = item.into_json();
        self.change(|model, node| set(model, node, &format!("Properties.{path}.{end}"), item, self.by, at))
    }

    /// Lays over the resource what a builder has set.
    pub(crate) fn lay_over(&self, mut body: Body, at: At) {
        let Some(node) = self.node else { return };
        let mut model = self.app.model.borrow_mut();
        let entries = std::mem::take(&mut body.parts.entries);
        model.remarks.extend(body.parts.remarks.drain(..).map(|remark| (node, remark)));
        for entry in entries {
            let value = match entry.value {
                Some(Stored { start, end, first_hole, hole_count, .. }) => crate::encode::decode(
                    &body.parts.encoder.bytes[start as usize..end as usize],
                    &body.parts.encoder.holes[first_hole as usize..(first_hole + hole_count) as usize],
                ),
                None => Expr::Absent,
            };
            let before = model.property(node, entry.section, &entry.name);
            let before = before.map(|property| (property.at, model.value(property.value)));
            let value = match (&before, value) {
                (Some((_, before)), value) => merged(before.clone(), value),
                (None, value) => value,
            };
            model.put(node, entry.section, &entry.name, Some(&value), entry.at);
            let change = Change {
                path: format!("{}.{}", entry.section.name(), entry.name),
                by: self.by.to_owned().into(),
                at: entry.at.into(),
                before: before.map(|(at, _)| at.into()),
            };
            model.attributes_mut(node).changes.push(change);
        }
        let stack = model.nodes[node as usize].stack;
        let address = model.address(node);
        for (flags, property, at) in std::mem::take(&mut body.parts.noticed) {
            model.note_flags(flags, stack, &format!("`{property}` of `{address}`"), at);
        }
        if let Some(given) = body.parts.attributes.take() {
            let id = model.id(node).to_owned();
            let given = *model.own_attributes(given, &id, at);
            model.attributes_mut(node).lay_over(given);
        }
        drop(model);
        body.recycle();
    }

    /// Tags the resource; see [`Builder::tag`](crate::Builder::tag).
    #[track_caller]
    pub fn tag(&self, key: impl Into<Str>, value: impl IntoText) -> &Self {
        let tag = (key.into(), value.into_text(), Location::caller());
        self.change(|model, node| model.attributes_mut(node).tags.push(tag))
    }

    /// Sets what becomes of the real thing when the resource is deleted.
    #[track_caller]
    pub fn deletion_policy(&self, policy: DeletionPolicy) -> &Self {
        let at = Location::caller();
        self.change(|model, node| model.attributes_mut(node).deletion_policy = Some((policy, at)))
    }

    /// Sets what becomes of the old real thing when an update replaces it.
    #[track_caller]
    pub fn update_replace_policy(&self, policy: UpdateReplacePolicy) -> &Self {
        let at = Location::caller();
        self.change(|model, node| model.attributes_mut(node).update_replace_policy = Some((policy, at)))
    }

    /// Accepts a finding on the resource; see [`Builder::accept`](crate::Builder::accept).
    #[track_caller]
    pub fn accept(&self, code: impl Into<Str>, reason: impl Into<Str>) -> &Self {
        let accepted = (code.into(), reason.into(), Location::caller());
        self.change(|model, node| model.attributes_mut(node).accepted.push(accepted))
    }

    /// Creates the resource after another one.
    #[track_caller]
    pub fn depends_on(&self, resource: impl AsHandle) -> &Self {
        let (handle, at) = (resource.as_handle(), Location::caller());
        self.change(|model, node| {
            if handle.key.app == model.app {
                model.attributes_mut(node).depends_on.push((handle, at));
            } else {
                let id = model.id(node).to_owned();
                model.findings.push(crate::model::foreign(&id, at));
            }
        })
    }

    /// The deletion policy, if one was given.
    pub fn get_deletion_policy(&self) -> Option<DeletionPolicy> {
        self.read(|model, node| {
            let attributes = model.nodes[node as usize].attributes.as_ref()?;
            attributes.deletion_policy.map(|(policy, _)| policy)
        })?
    }

    /// What changed the resource since it was built, oldest first.
    pub fn changes(&self) -> Vec<Change> {
        self.read(|model, node| {
            let attributes = model.nodes[node as usize].attributes.as_ref();
            attributes.map(|attributes| attributes.changes.clone()).unwrap_or_default()
        })
        .unwrap_or_default()
    }

    /// Reports something about the resource, at the lines that made it.
    pub fn report(&self, mut finding: Finding) {
        if let Some(node) = self.node {
            let model = self.app.model.borrow();
            for (index, place) in model.places(node).into_iter().enumerate() {
                finding = finding.at(place, if index == 0 { "declared here" } else { "made here" });
            }
            finding.stack = Some(model.stacks[model.nodes[node as usize].stack as usize].id.to_string());
            finding.resource_types.push(model.kind(node).to_string());
        }
        self.app.report(finding);
    }
}

/// All properties of a resource together.
pub(crate) fn object(model: &Model, node: u32) -> Object {
    let properties = model.properties(node).iter();
    let properties = properties.filter(|property| property.section == Section::Properties);
    let fields = properties.map(|property| Field::new(property.name.clone(), model.value(property.value)));
    Object::new(fields.collect())
}

/// What is set laid over what was there: of two objects the fields, of anything else the new one.
fn merged(below: Expr, above: Expr) -> Expr {
    if below.is_expression() || above.is_expression() {
        return above;
    }
    match (below, above) {
        (Expr::Object(mut fields), Expr::Object(laid)) => {
            for Field { name, value, at } in laid {
                match fields.iter_mut().find(|field| field.name == name) {
                    Some(field) => {
                        let below = std::mem::replace(&mut field.value, Expr::Absent);
                        *field = Field { name, value: merged(below, value), at };
                    }
                    None => fields.push(Field { name, value, at }),
                }
            }
            Expr::Object(fields)
        }
        (_, above) => above,
    }
}

impl std::fmt::Debug for Edit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edit({})", self.address())
    }
}

/// The steps of a path; `\.` is a dot within a step.
fn split(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '.' => steps.push(String::new()),
            '\\' if chars.peek() == Some(&'.') => {
                chars.next();
                if let Some(step) = steps.last_mut() {
                    step.push('.');
                }
            }
            c => {
                if let Some(step) = steps.last_mut() {
                    step.push(c);
                }
            }
        }
    }
    steps
}

/// Sets (or, with an absent value, removes) what stands at a path of a resource: `Properties.A.0.B`.
pub(crate) fn set(model: &mut Model, node: u32, path: &str, value: Expr, by: &str, at: At) {
    let steps = split(path);
    if steps.iter().any(String::is_empty) {
        return report(model, node, path, "a step of the path has no name", at);
    }
    if steps.len() > 128 {
        return report(model, node, "..", "the path is more than 128 steps long", at);
    }
    let section = match steps[0].as_str() {
        "Properties" => Section::Properties,
        "Metadata" => Section::Metadata,
        "CreationPolicy" => Section::CreationPolicy,
        "UpdatePolicy" => Section::UpdatePolicy,
        "Type" | "Condition" | "DependsOn" | "DeletionPolicy" | "UpdateReplacePolicy" => {
            return report(model, node, path, "this attribute is set by the method of its name", at);
        }
        _ => Section::Resource,
    };
    // An attribute that Formwork does not know is a step shorter than something in a section that it does.
    let first = usize::from(section != Section::Resource);
    let Some(name) = steps.get(first).filter(|name| !name.is_empty()) else {
        return report(model, node, path, "the path does not name anything", at);
    };
    let before = model.property(node, section, name).map(|property| (property.value, property.at));
    let mut root = match (&before, steps.len() - first) {
        (Some((stored, _)), 2..) => model.value(*stored),
        _ => Expr::Absent,
    };
    if let Err(problem) = place(&mut root, &steps[first + 1..], value) {
        return report(model, node, path, &problem, at);
    }
    if before.is_none() && root == Expr::Absent {
        return;
    }
    model.put(node, section, name, Some(&root), at);
    let change = Change {
        path: path.to_owned(),
        by: by.to_owned().into(),
        at: at.into(),
        before: before.map(|(_, at)| at.into()),
    };
    model.attributes_mut(node).changes.push(change);
}

fn report(model: &mut Model, node: u32, path: &str, problem: &str, at: At) {
    let address = model.address(node);
    let finding = Finding::error("FW0303", format!("`{path}` does not fit `{address}`: {problem}"))
        .at(at, "set here")
        .help("separate names by dots, count list items from 0, write a dot in a name as `\\.`");
    model.findings.push(finding);
}

/// Puts a value below `target`, making objects on the way.
fn place(target: &mut Expr, steps: &[String], value: Expr) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        *target = value;
        return Ok(());
    };
    if *target == Expr::Absent {
        if value == Expr::Absent {
            return Ok(());
        }
        // The first item of a list that is not there yet.
        *target = if step == "0" { Expr::List(Vec::new()) } else { Expr::Object(Vec::new()) };
    }
    if target.is_expression() {
        return Err(format!("`{step}` lies inside an expression, whose value is not known yet"));
    }
    match target {
        Expr::Object(fields) => {
            let index = match fields.iter().position(|field| field.name == *step) {
                Some(index) => index,
                None => {
                    fields.push(Field::new(step.clone(), Expr::Absent));
                    fields.len() - 1
                }
            };
            place(&mut fields[index].value, rest, value)?;
            if fields[index].value == Expr::Absent {
                fields.remove(index);
            }
            Ok(())
        }
        Expr::List(items) => {
            let count = items.len();
            let index =
                step.parse::<usize>().map_err(|_| format!("`{step}` is not the number of a list item"))?;
            if index > count {
                return Err(format!("there is no item {index}: the list has {count}"));
            }
            if index == count {
                items.push(Expr::Absent);
            }
            place(&mut items[index], rest, value)?;
            if items[index] == Expr::Absent {
                items.remove(index);
            }
            Ok(())
        }
        _ => Err(format!("`{step}` lies below a value that is neither an object nor a list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_dots() {
        assert_eq!(split(r"Metadata.cfn-lint.a\.b"), ["Metadata", "cfn-lint", "a.b"]);
    }

    #[test]
    fn placing_makes_objects_and_extends_lists() {
        let mut value = Expr::Absent;
        let steps = split("A.B");
        place(&mut value, &steps, Expr::List(vec![Expr::Int(1)])).unwrap();
        place(&mut value, &split("A.B.1"), Expr::Int(2)).unwrap();
        assert_eq!(
            value.get("A").and_then(|a| a.get("B")),
            Some(&Expr::List(vec![Expr::Int(1), Expr::Int(2)]))
        );
        assert!(place(&mut value, &split("A.B.7"), Expr::Int(2)).is_err());
        place(&mut value, &split("A.B"), Expr::Absent).unwrap();
        assert_eq!(value.get("A"), Some(&Expr::Object(vec![])));
    }
}
