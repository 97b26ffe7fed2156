//! Which stacks need which, by what a program has declared up to now.

use std::collections::{BTreeMap, HashSet};

use crate::{
    app::{App, Scope, Stack},
    encode::{Hole, Stored},
    expr::{Expr, Key, Part, Reference, Target},
    model::{Model, StackData},
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
    /// cannot be deployed. It looks at the resources that are new or have changed since it was asked last.
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
        let mut model = self.app().model.borrow_mut();
        let mut of_resources = std::mem::take(&mut model.needs);
        of_resources.look(&model);
        let (this, other) = (model.root(self.index), model.root(other.index));
        let mut needs: Vec<HashSet<u32>> = model.stacks.iter().map(|_| HashSet::new()).collect();
        let mut visit = |stack, needed| {
            let (stack, needed) = (model.root(stack), model.root(needed));
            if stack != needed {
                needs[stack as usize].insert(needed);
            }
        };
        of_resources.count.keys().for_each(|(stack, needed)| visit(*stack, *needed));
        for_each_other_need(&model, visit);
        model.needs = of_resources;
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

/// Which stacks need which because of their resources. It is kept from one question to the next, so that what did not
/// change is not looked at again.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// The other stacks that each resource needs, of those that were looked at.
    of_nodes: Vec<Vec<u32>>,
    /// Which of them have changed since.
    changed: Vec<u32>,
    /// How many resources of a stack need another stack; none that is zero.
    count: BTreeMap<(u32, u32), u32>,
}

impl Needs {
    /// Notes that a resource changes.
    pub(crate) fn changes(&mut self, node: u32) {
        if (node as usize) < self.of_nodes.len() && self.changed.last() != Some(&node) {
            self.changed.push(node);
        }
    }

    /// Looks at what is new or has changed.
    fn look(&mut self, model: &Model) {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let new = self.of_nodes.len() as u32..model.nodes.len() as u32;
        self.of_nodes.resize_with(model.nodes.len(), Vec::new);
        for node in changed.into_iter().chain(new) {
            let stack = model.nodes[node as usize].stack;
            let now = needs_of_node(model, node);
            for needed in &now {
                *self.count.entry((stack, *needed)).or_default() += 1;
            }
            for needed in std::mem::replace(&mut self.of_nodes[node as usize], now) {
                if let Some(count) = self.count.get_mut(&(stack, needed)) {
                    *count -= 1;
                }
            }
        }
        self.count.retain(|_, count| *count > 0);
    }
}

/// The other stacks that a resource makes its own need, each once.
fn needs_of_node(model: &Model, node: u32) -> Vec<u32> {
    let data = &model.nodes[node as usize];
    let mut found: Vec<u32> = Vec::new();
    let mut note = |needed: u32| {
        if needed != data.stack && !found.contains(&needed) {
            found.push(needed);
        }
    };
    for property in model.properties(node) {
        for hole in model.value_holes(property.value) {
            stack_of(model, &hole.reference).into_iter().for_each(&mut note);
        }
    }
    let Some(attributes) = data.attributes.as_deref() else { return found };
    for (handle, _) in &attributes.depends_on {
        note(model.nodes[handle.key.index as usize].stack);
    }
    // Tags become properties later.
    for (_, value, _) in &attributes.tags {
        references(value, &mut |reference| stack_of(model, reference).into_iter().for_each(&mut note));
    }
    found
}

/// Calls back for everything but resources that makes a stack need another one, or itself.
fn for_each_other_need(model: &Model, mut visit: impl FnMut(u32, u32)) {
    for (index, stack) in model.stacks.iter().enumerate() {
        let index = index as u32;
        for stored in values_beside_resources(model, stack) {
            for hole in model.value_holes(stored) {
                stack_of(model, &hole.reference).into_iter().for_each(|needed| visit(index, needed));
            }
        }
        stack.depends_on.iter().for_each(|(other, _)| visit(index, *other));
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

/// The values that a stack holds apart from those of its resources.
fn values_beside_resources<'a>(model: &'a Model, stack: &'a StackData) -> impl Iterator<Item = Stored> + 'a {
    let metadata = stack.metadata.iter().map(|(_, stored, _)| *stored);
    let conditions = stack.conditions.iter().map(|condition| model.conditions[*condition as usize].value);
    let rules = stack.rules.iter().map(|rule| rule.value);
    let outputs = stack.outputs.iter().flat_map(|output| [Some(output.declared.value), output.export]);
    metadata.chain(conditions).chain(rules).chain(outputs.flatten())
}

/// The types of resources in one stack that refer to another one, with the properties that do, each once, in the order
/// in which they were added.
pub(crate) fn properties_between(model: &Model, stack: u32, needed: u32) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for (index, node) in model.nodes.iter().enumerate() {
        if model.root(node.stack) != stack {
            continue;
        }
        let refers =
            |hole: &Hole| stack_of(model, &hole.reference).map(|stack| model.root(stack)) == Some(needed);
        let kind = &**model.kind(index as u32);
        for property in model.properties(index as u32) {
            let known = found.contains(&(kind, &*property.name));
            if !known && model.value_holes(property.value).iter().any(refers) {
                found.push((kind, &*property.name));
            }
        }
    }
    found
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
