//! Which stacks need which, by what a program has declared up to now.

use std::collections::HashSet;

use crate::{
    app::{App, Scope, Stack},
    encode::Hole,
    expr::{Expr, Key, Part, Reference, Target},
    model::Model,
    wires::for_each_value,
};

impl App {
    /// The stacks of this program that a value refers to, each once, in the order in which it names them: those whose
    /// resources and parameters stand in it.
    ///
    /// A pattern that may write a value here or there learns by it, and by [`Stack::waits_for`], where it makes no circle.
    ///
    /// ```
    /// # use formwork_core::{App, Resource, interpolate};
    /// # let app = App::for_tests();
    /// let (data, service) = (app.stack("data"), app.stack("service"));
    /// let queue = data.add("Queue", Resource::raw("AWS::SQS::Queue"));
    /// let topic = service.add("Topic", Resource::raw("AWS::SNS::Topic"));
    /// let both = interpolate!("{topic} tells {queue}, and {queue} nobody");
    /// let stacks: Vec<String> = app.stacks_of(both.expr()).iter().map(|stack| stack.id()).collect();
    /// assert_eq!(stacks, ["service", "data"]);
    /// ```
    pub fn stacks_of(&self, value: &Expr) -> Vec<Stack<'_>> {
        let model = self.model.borrow();
        let mut indices: Vec<u32> = Vec::new();
        references(value, &mut |reference| {
            if let Some(index) = stack_of(&model, reference)
                && !indices.contains(&index)
            {
                indices.push(index);
            }
        });
        let stack = |index: u32| {
            let scope = model.stacks[index as usize].scope;
            Scope { app: self, index: scope, caller: None }.stack()
        };
        indices.into_iter().map(stack).collect()
    }
}

impl Stack<'_> {
    /// Whether this stack has to be deployed after another one, by what was declared up to now: because something in it
    /// refers to something in the other, or was said to depend on it; or because a third one is between the two.
    ///
    /// A pattern that may write a reference here or there asks it first, since stacks that need each other in a circle
    /// cannot be deployed. It looks at everything that was declared, once.
    ///
    /// ```
    /// # use formwork_core::{App, Resource};
    /// # let app = App::for_tests();
    /// let (data, service) = (app.stack("data"), app.stack("service"));
    /// let queue = data.add("Queue", Resource::raw("AWS::SQS::Queue"));
    /// assert!(!service.waits_for(data));
    /// service.output("Jobs", queue.reference());
    /// assert!(service.waits_for(data));
    /// assert!(!data.waits_for(service));
    /// ```
    pub fn waits_for(&self, other: Stack<'_>) -> bool {
        if !std::ptr::eq(self.app(), other.app()) {
            return false;
        }
        let model = self.app().model.borrow();
        let (this, other) = (model.root(self.index), model.root(other.index));
        let mut needs: Vec<HashSet<u32>> = model.stacks.iter().map(|_| HashSet::new()).collect();
        for_each_need(&model, |stack, needed| {
            let (stack, needed) = (model.root(stack), model.root(needed));
            if stack != needed {
                needs[stack as usize].insert(needed);
            }
        });
        let mut seen = HashSet::from([this]);
        let mut next = vec![this];
        while let Some(stack) = next.pop() {
            if needs[stack as usize].contains(&other) {
                return true;
            }
            next.extend(needs[stack as usize].iter().copied().filter(|stack| seen.insert(*stack)));
        }
        false
    }
}

/// Calls back for everything that makes a stack need another one, or itself.
fn for_each_need(model: &Model, mut visit: impl FnMut(u32, u32)) {
    for_each_value(model, |stack, _, stored, _| {
        for hole in model.value_holes(stored) {
            if let Some(needed) = stack_of(model, &hole.reference) {
                visit(stack, needed);
            }
        }
    });
    for (index, stack) in model.stacks.iter().enumerate() {
        stack.depends_on.iter().for_each(|(other, _)| visit(index as u32, *other));
    }
    for node in &model.nodes {
        let Some(attributes) = node.attributes.as_deref() else { continue };
        for (handle, _) in &attributes.depends_on {
            visit(node.stack, model.nodes[handle.key.index as usize].stack);
        }
        // Tags become properties later.
        for (_, value, _) in &attributes.tags {
            references(value, &mut |reference| {
                stack_of(model, reference).into_iter().for_each(|needed| visit(node.stack, needed));
            });
        }
    }
    for scope in &model.scopes {
        for (_, value, _) in &scope.tags {
            references(value, &mut |reference| {
                stack_of(model, reference).into_iter().for_each(|needed| visit(scope.stack, needed));
            });
        }
    }
    for (_, value, _) in &model.tags {
        references(value, &mut |reference| {
            let Some(needed) = stack_of(model, reference) else { return };
            (0..model.stacks.len() as u32).for_each(|stack| visit(stack, needed));
        });
    }
}

/// The types of resources in one stack that refer to another one, each once, in the order in which they were added.
pub(crate) fn types_between(model: &Model, stack: u32, needed: u32) -> Vec<&str> {
    let mut types: Vec<&str> = Vec::new();
    for (index, node) in model.nodes.iter().enumerate() {
        if model.root(node.stack) != stack {
            continue;
        }
        let refers =
            |hole: &Hole| stack_of(model, &hole.reference).map(|stack| model.root(stack)) == Some(needed);
        let mut values = node.properties.clone().map(|number| model.properties[number as usize].value);
        let kind = &**model.kind(index as u32);
        if !types.contains(&kind) && values.any(|value| model.value_holes(value).iter().any(refers)) {
            types.push(kind);
        }
    }
    types
}

/// The stack that a reference needs.
fn stack_of(model: &Model, reference: &Reference) -> Option<u32> {
    // What belongs to another program is reported elsewhere.
    let own = |key: &Key| (key.app == model.app).then_some(key.index as usize);
    match &reference.target {
        Target::Resource(key) | Target::Attribute(key, _) => Some(model.nodes.get(own(key)?)?.stack),
        Target::Parameter(key) => Some(model.parameters.get(own(key)?)?.0.stack),
        _ => None,
    }
}

fn references(value: &Expr, visit: &mut impl FnMut(&Reference)) {
    match value {
        Expr::Reference(reference) => visit(reference),
        Expr::List(items) => items.iter().for_each(|item| references(item, visit)),
        Expr::Object(fields) => fields.iter().for_each(|field| references(&field.value, visit)),
        Expr::Interpolation(parts) => parts.iter().for_each(|part| match part {
            Part::Value(value) => references(value, visit),
            Part::Text(_) => {}
        }),
        Expr::Remarked(remarked) => references(&remarked.value, visit),
        _ => {}
    }
}
