//! Runs a described program against the library: one call of the public API for every word of it.

use formwork_core::{
    App, Builder, Condition, DeletionPolicy, Environment, Expr, Field, Handle, IntoJson, IntoText, Lookup,
    Lowering, Mapping, NoValue, Output, Param, Parameter, Part, Predicate, Resource, Scope, Tagging,
    functions, interpolate, pseudo, secretsmanager, ssm,
};

use super::{
    program::{self, Edit, Program},
    values::{List, Pick, Text, Value},
};

/// What was declared so far.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) handles: Vec<Handle>,
    /// How many outputs are exported: each has a name of its own.
    pub(crate) exports: usize,
    pub(crate) texts: Vec<Param<String>>,
    pub(crate) integers: Vec<Param<i64>>,
    pub(crate) lists: Vec<Param<Vec<String>>>,
    /// Those of the stack under way: they do not cross stacks.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) mappings: Vec<Lookup<String>>,
    /// Every `depends_on` that was said.
    pub(crate) ordered: Vec<(Handle, Handle)>,
    /// Whether references may say how they cross stacks.
    pub(crate) wires: bool,
}

/// What a run leaves to the tests' choice.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// Whether stacks go where they say, and not all to one account and Region.
    pub(crate) places: bool,
    /// Whether references say how they cross stacks.
    pub(crate) wires: bool,
    /// A scope around the resources of every stack, and whether it is where they always were.
    pub(crate) around: Option<&'static str>,
    pub(crate) moved: bool,
}

pub(crate) const PLAIN: Run = Run { places: true, wires: false, around: None, moved: false };

/// The program as an app, and every `depends_on` of it.
pub(crate) fn build(program: &Program, run: Run) -> (App, Vec<(Handle, Handle)>) {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    for (key, value) in &program.tags {
        app.tag(key.clone(), value);
    }
    let mut world = World { wires: run.wires, ..World::default() };
    if let Some(value) = &program.transform {
        let value = world.value(value);
        app.transform("default", move |edit| {
            if edit.kind() != "AWS::CloudFormation::Stack" {
                edit.set_default("Zt.A", value.clone());
            }
        });
    }
    for stack in &program.stacks {
        let mut handle = app.stack(stack.name.clone());
        if let (true, Some(region)) = (run.places, stack.region) {
            handle = handle.region(region);
        }
        if let (true, Some(account)) = (run.places, stack.account) {
            handle = handle.account(account);
        }
        world.stack(handle, stack, run);
    }
    (app, world.ordered)
}

fn of<T: Copy>(items: &[T], pick: Pick) -> Option<T> {
    (!items.is_empty()).then(|| items[usize::from(pick) % items.len()])
}

impl World {
    fn stack(&mut self, stack: formwork_core::Stack<'_>, spec: &program::Stack, run: Run) {
        for (key, value) in &spec.tags {
            stack.tag(key.clone(), value);
        }
        for (number, parameter) in spec.parameters.iter().enumerate() {
            let id = format!("P{number}");
            match parameter {
                program::Parameter::Text => {
                    self.texts.push(stack.parameter(id, Parameter::string().default("a")))
                }
                program::Parameter::Integer => {
                    self.integers.push(stack.parameter(id, Parameter::integer().default(3)))
                }
                program::Parameter::List => {
                    self.lists.push(stack.parameter(id, Parameter::strings().default(["a", "b"])))
                }
                program::Parameter::Secret => {
                    stack.parameter(id, Parameter::string().default("hidden").no_echo());
                }
            }
        }
        let own = stack.parameter("Own", Parameter::string().default("dev"));
        let outer = (std::mem::take(&mut self.conditions), std::mem::take(&mut self.mappings));
        for number in 0..spec.mappings {
            let rows = Mapping::new().row("a", [("Value", "1")]).row("eu-central-1", [("Value", "2\"")]);
            self.mappings.push(stack.mapping(format!("M{number}"), rows));
        }
        for (number, predicate) in spec.conditions.iter().enumerate() {
            let predicate = self.predicate(predicate, own);
            let condition = stack.condition(format!("C{number}"), predicate);
            self.conditions.push(condition);
        }
        let scope = run.around.map_or(*stack, |name| {
            let scope = stack.scope(name);
            if run.moved {
                scope.moved_from("Before");
            }
            scope
        });
        if let Some(tag) = &spec.scope_tag {
            scope.scope("Api").tag("scope", interpolate!("{}-{}", tag, pseudo::region()));
        }
        for resource in &spec.early {
            self.resource(scope, resource, run.around);
        }
        for nested in &spec.nested {
            self.stack(stack.nested(nested.name.clone()), nested, run);
        }
        for resource in &spec.late {
            self.resource(scope, resource, run.around);
        }
        for (number, output) in spec.outputs.iter().enumerate() {
            let mut declared = stack.output(format!("O{number}"), self.text(&output.value));
            if let Some(condition) = output.condition.and_then(|pick| of(&self.conditions, pick)) {
                declared = declared.condition(condition);
            }
            if output.exported {
                self.exports += 1;
                declared.export(format!("export-{}", self.exports));
            }
        }
        if let Some(value) = &spec.metadata {
            stack.template_metadata("Notes", self.value(value));
        }
        (self.conditions, self.mappings) = outer;
    }

    fn resource(&mut self, outer: Scope<'_>, spec: &program::Resource, around: Option<&str>) {
        let scope = spec.scopes.iter().fold(outer, |scope, name| scope.scope(*name));
        let mut resource = Resource::raw("AWS::Test1::Thing");
        for (number, value) in spec.properties.iter().enumerate() {
            resource = resource.set(format!("P{number}"), self.value(value));
        }
        if let Some(value) = &spec.metadata {
            resource = resource.metadata("Notes", self.value(value));
        }
        if let Some(text) = &spec.tag {
            resource = resource.tag("own", self.text(text));
        } else if spec.scopes.first() == Some(&"Api") {
            resource = resource.tagging(Tagging::Map("Tags"));
        }
        let after: Vec<Handle> = spec.depends_on.iter().filter_map(|pick| of(&self.handles, *pick)).collect();
        resource = resource.depends_on(&after);
        if let Some(condition) = spec.condition.and_then(|pick| of(&self.conditions, pick)) {
            resource = resource.condition(condition);
        }
        if let Some(policy) = spec.deletion_policy {
            let policies = [
                DeletionPolicy::Delete,
                DeletionPolicy::Retain,
                DeletionPolicy::RetainExceptOnCreate,
                DeletionPolicy::Snapshot,
            ];
            resource = resource.deletion_policy(policies[usize::from(policy) % policies.len()]);
        }
        if spec.logical_id {
            resource = resource.logical_id(format!("L{}", spec.name));
        }
        // What says itself where it stood needs no scope to say so.
        if spec.moved_from && around.is_none() {
            resource = resource.moved_from(format!("Was/Old{}", spec.name));
        }
        if let Some(value) = &spec.overridden {
            resource = resource.override_property("Zo.X", self.value(value));
        }
        let handle = scope.add(spec.name.clone(), resource);
        let edit = scope.edit(handle);
        match &spec.edit {
            Some(Edit::Fresh(value)) => {
                edit.set("Ze.X.0", self.value(value));
            }
            Some(Edit::Beside(kept, new)) => {
                edit.set("Zk", self.value(kept))
                    .set("Zb.Kept", self.value(kept))
                    .set("Zb.New", self.value(new));
            }
            Some(Edit::InList(value)) => {
                edit.set("Zl", vec!["a", "b"]).set("Zl.1", self.value(value)).remove("Zl.0");
            }
            None => {}
        }
        self.ordered.extend(after.into_iter().map(|other| (handle, other)));
        self.handles.push(handle);
    }

    pub(crate) fn predicate(&self, predicate: &program::Predicate, own: Param<String>) -> Predicate {
        match predicate {
            program::Predicate::Equals(pick, text) if pick % 2 == 0 => own.equals(text),
            program::Predicate::Equals(_, text) => pseudo::region().equals(text),
            program::Predicate::Named(pick) => {
                of(&self.conditions, *pick).map_or_else(|| own.equals("none"), Predicate::from)
            }
            program::Predicate::And(one, other) => self.predicate(one, own) & self.predicate(other, own),
            program::Predicate::Or(one, other) => self.predicate(one, own) | self.predicate(other, own),
            program::Predicate::Not(inner) => !self.predicate(inner, own),
        }
    }

    fn crossing<T>(&self, output: Output<T>, lowering: Option<Lowering>) -> Output<T> {
        match lowering {
            Some(lowering) if self.wires => output.wire(lowering),
            _ => output,
        }
    }

    pub(crate) fn text(&self, text: &Text) -> Output<String> {
        match text {
            Text::Literal(text) => Output::new(Expr::Text(text.clone().into())),
            Text::Int(value) => Output::new((*value).into_text()),
            Text::Bool(value) => Output::new((*value).into_text()),
            Text::Reference(pick, lowering) => match of(&self.handles, *pick) {
                Some(handle) => self.crossing(handle.reference(), *lowering),
                None => pseudo::stack_name(),
            },
            Text::Attribute(pick, name, lowering) => match of(&self.handles, *pick) {
                Some(handle) => self.crossing(handle.attribute(*name), *lowering),
                None => pseudo::partition(),
            },
            Text::Parameter(pick) => match (of(&self.texts, *pick), of(&self.integers, *pick)) {
                (Some(text), _) if pick % 3 > 0 => text.value(),
                (_, Some(integer)) => integer.value().cast(),
                (Some(text), None) => text.value(),
                (None, None) => pseudo::url_suffix(),
            },
            Text::Pseudo(number) => {
                let all = [
                    pseudo::account_id(),
                    pseudo::region(),
                    pseudo::partition(),
                    pseudo::stack_name(),
                    pseudo::stack_id().cast(),
                ];
                all[usize::from(*number) % all.len()].clone()
            }
            Text::Interpolation(parts) => {
                let part = |text: &Text| match text {
                    Text::Literal(text) => Part::Text(text.clone().into()),
                    text => Part::Value(self.text(text).expr().clone()),
                };
                Output::new(Expr::Interpolation(parts.iter().map(part).collect()))
            }
            Text::Choose(pick, yes, no) => match of(&self.conditions, *pick) {
                Some(condition) => condition.choose(self.text(yes), self.text(no)).output(),
                None => self.text(yes),
            },
            Text::Base64(text) => functions::base64(self.text(text)),
            Text::Join(separator, list) => functions::join(separator, self.list(list)),
            Text::Select(index, list) => self.list(list).select(*index),
            Text::Find(pick, row) => match of(&self.mappings, *pick) {
                Some(mapping) => mapping.find(self.text(row), "Value"),
                None => self.text(row),
            },
            Text::FindOr(pick, row, other) => match of(&self.mappings, *pick) {
                Some(mapping) => mapping.find_or(self.text(row), "Value", self.text(other)),
                None => self.text(row),
            },
            Text::Ssm(name) => ssm(name.clone()).version(1).value(),
            Text::Secret(secret) => {
                Output::new(secretsmanager(self.text(secret)).key("k").value().expr().clone())
            }
            Text::ToJson(value) => functions::to_json_string(self.value(value)),
            Text::Sub(text, value) => functions::sub(&sub_text(text), [("V", self.text(value))]),
        }
    }

    pub(crate) fn list(&self, list: &List) -> Output<Vec<String>> {
        match list {
            List::Items(items) => {
                Output::new(Expr::List(items.iter().map(|item| self.text(item).expr().clone()).collect()))
            }
            List::Attribute(pick, name, lowering) => match of(&self.handles, *pick) {
                Some(handle) => self.crossing(handle.attribute(*name).cast(), *lowering),
                None => pseudo::notification_arns(),
            },
            List::Parameter(pick) => {
                of(&self.lists, *pick).map_or_else(pseudo::notification_arns, Param::value)
            }
            List::Split(separator, text) => functions::split(separator, self.text(text)),
            List::Cidr(text) => functions::cidr(self.text(text), 4, 8),
            List::Zones => functions::availability_zones(pseudo::region()),
        }
    }

    pub(crate) fn value(&self, value: &Value) -> Expr {
        match value {
            Value::Text(text) => self.text(text).into_json(),
            Value::List(list) => self.list(list).into_json(),
            Value::Int(value) => value.into_json(),
            Value::UInt(value) => value.into_json(),
            Value::Float(value) => value.into_json(),
            Value::Bool(value) => value.into_json(),
            Value::Nothing => None::<String>.into_json(),
            Value::Many(items) => Expr::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => Expr::Object(
                fields.iter().map(|(key, value)| Field::new(key.clone(), self.value(value))).collect(),
            ),
            Value::Choose(pick, yes, no) => match of(&self.conditions, *pick) {
                Some(condition) => condition.choose(self.value(yes), self.value(no)).into_json(),
                None => self.value(no),
            },
            Value::Then(pick, value) => match of(&self.conditions, *pick) {
                Some(condition) => condition.then(self.value(value)).into_json(),
                None => NoValue.into_json(),
            },
            Value::Length(list) => functions::length(self.list(list)).into_json(),
            Value::Number(pick) => {
                of(&self.integers, *pick).map_or_else(|| 7.into_json(), IntoJson::into_json)
            }
            Value::Raw(value) => value.clone().into_json(),
        }
    }
}

/// The text of a hand-written substitution: everything literal but `${V}`.
pub(crate) fn sub_text(text: &str) -> String {
    format!("{}-${{V}}", text.replace("${", "${!"))
}
