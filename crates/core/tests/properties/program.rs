//! Programs as plain data. What this strategy makes is right by construction: names are legal and unique, and
//! references go to what was declared earlier, so that synthesis has nothing to object to.

use proptest::{collection::vec, option::weighted, prelude::*, sample::select};

use super::values::{self, Pick, Text, Value};

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) stacks: Vec<Stack>,
    pub(crate) tags: Vec<(String, String)>,
    /// A transform that sets this under a property of every resource.
    pub(crate) transform: Option<Value>,
}

/// A stack: what it declares, in the order `early`, nested stacks, `late`. A reference goes back in that order
/// only, so that neither resources nor nested stacks need each other in a circle.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) name: String,
    pub(crate) region: Option<&'static str>,
    pub(crate) account: Option<&'static str>,
    pub(crate) parameters: Vec<Parameter>,
    /// How many mappings there are.
    pub(crate) mappings: usize,
    pub(crate) conditions: Vec<Predicate>,
    pub(crate) early: Vec<Resource>,
    pub(crate) nested: Vec<Stack>,
    pub(crate) late: Vec<Resource>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) metadata: Option<Value>,
    /// A tag of the scope `Api`.
    pub(crate) scope_tag: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameter {
    Text,
    Integer,
    List,
    Secret,
}

#[derive(Clone, Debug)]
pub(crate) enum Predicate {
    /// A parameter of the stack, or the Region, equals some text.
    Equals(Pick, String),
    /// An earlier condition of the stack.
    Named(Pick),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
    Not(Box<Predicate>),
}

#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) properties: Vec<Value>,
    pub(crate) metadata: Option<Value>,
    pub(crate) tag: Option<Text>,
    pub(crate) depends_on: Vec<Pick>,
    pub(crate) condition: Option<Pick>,
    pub(crate) deletion_policy: Option<u8>,
    pub(crate) logical_id: bool,
    pub(crate) moved_from: bool,
    pub(crate) overridden: Option<Value>,
    pub(crate) edit: Option<Edit>,
}

/// A change after the resource was added.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// A value at a path that is not there yet.
    Fresh(Value),
    /// A value beside one that was set before, which must survive being read and written again.
    Beside(Value, Value),
    /// A value within a list, and the removal of another item.
    InList(Value),
}

#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) value: Text,
    pub(crate) condition: Option<Pick>,
    pub(crate) exported: bool,
}

fn resource() -> BoxedStrategy<Resource> {
    let scopes = vec(select(&["Api", "Web", "Db"][..]), 0..3);
    let edit = prop_oneof![
        values::value().prop_map(Edit::Fresh),
        (values::value(), values::value()).prop_map(|(kept, new)| Edit::Beside(kept, new)),
        values::value().prop_map(Edit::InList),
    ];
    let body = (vec(values::value(), 0..5), weighted(0.15, values::value()), weighted(0.2, values::text()));
    let attributes = (
        vec(any::<Pick>(), 0..3),
        weighted(0.15, any::<Pick>()),
        weighted(0.2, 0u8..4),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        weighted(0.15, values::value()),
        weighted(0.25, edit),
    );
    (scopes, body, attributes)
        .prop_map(|(scopes, (properties, metadata, tag), attributes)| {
            let (depends_on, condition, deletion_policy, logical_id, moved_from, overridden, edit) =
                attributes;
            Resource {
                name: String::new(),
                scopes,
                properties,
                metadata,
                tag,
                depends_on,
                condition,
                deletion_policy,
                logical_id,
                moved_from,
                overridden,
                edit,
            }
        })
        .boxed()
}

fn predicate() -> BoxedStrategy<Predicate> {
    let leaf = prop_oneof![
        (any::<Pick>(), "[a-z]{0,3}").prop_map(|(pick, text)| Predicate::Equals(pick, text)),
        any::<Pick>().prop_map(Predicate::Named),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Predicate::And(one.into(), other.into())),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Predicate::Or(one.into(), other.into())),
            inner.prop_map(|inner| Predicate::Not(inner.into())),
        ]
    })
    .boxed()
}

fn output() -> BoxedStrategy<Output> {
    (values::text(), weighted(0.2, any::<Pick>()), prop::bool::weighted(0.3))
        .prop_map(|(value, condition, exported)| Output { value, condition, exported })
        .boxed()
}

fn stack(nested: BoxedStrategy<Vec<Stack>>) -> BoxedStrategy<Stack> {
    let place = (
        weighted(0.2, select(&["eu-central-1", "us-east-1", "cn-north-1"][..])),
        weighted(0.2, select(&["111122223333", "444455556666"][..])),
    );
    let parameter = select(vec![Parameter::Text, Parameter::Integer, Parameter::List, Parameter::Secret]);
    let declared = (vec(parameter, 0..4), 0usize..2, vec(predicate(), 0..4), vec(output(), 0..3));
    let tags = vec(("[A-Z][a-z]{0,3}", "[a-z \"\\\\]{0,5}"), 0..2);
    let resources = (vec(resource(), 1..5), nested, vec(resource(), 0..3));
    (place, declared, resources, tags, (weighted(0.1, values::value()), weighted(0.2, "[a-z]{0,3}")))
        .prop_map(|((region, account), declared, (early, nested, late), tags, (metadata, scope_tag))| {
            let (parameters, mappings, conditions, outputs) = declared;
            let name = String::new();
            Stack {
                name,
                region,
                account,
                parameters,
                mappings,
                conditions,
                early,
                nested,
                late,
                outputs,
                tags,
                metadata,
                scope_tag,
            }
        })
        .boxed()
}

fn stacks(counts: std::ops::Range<usize>) -> BoxedStrategy<Program> {
    let innermost = stack(Just(Vec::new()).boxed());
    let inner = stack(prop_oneof![4 => Just(Vec::new()), 1 => vec(innermost, 1..2)].boxed());
    let outer = stack(prop_oneof![2 => Just(Vec::new()), 1 => vec(inner, 1..3)].boxed());
    let tags = vec(("[a-z]{1,4}", "[a-z]{0,4}"), 0..2);
    (vec(outer, counts), tags, weighted(0.1, values::literal()))
        .prop_map(|(stacks, tags, transform)| {
            let mut program = Program { stacks, tags, transform };
            program.number();
            program
        })
        .boxed()
}

/// Any program that is right.
pub(crate) fn program() -> BoxedStrategy<Program> {
    stacks(1..4)
}

impl Program {
    /// Names everything by its place, and takes references modulo what they can go to, so that both stay as
    /// they are when resources change places.
    fn number(&mut self) {
        let mut count = 0;
        for (index, stack) in self.stacks.iter_mut().enumerate() {
            stack.number(format!("s{index}"), &mut count);
        }
    }

    /// Calls back for every resource's reference, output's references included, in the order of declaration.
    pub(crate) fn each_reference(&mut self, rename: &mut dyn FnMut(&mut Pick)) {
        for stack in &mut self.stacks {
            stack.each_reference(rename);
        }
    }
}

impl Stack {
    fn number(&mut self, name: String, count: &mut usize) {
        self.name = name;
        let mut number = 0;
        let mut resource = |resource: &mut Resource, count: &mut usize| {
            resource.name = format!("R{number}");
            number += 1;
            // Without anything earlier, the reference becomes something else; see `build`.
            resource.each_reference(&mut |pick| *pick = (usize::from(*pick) % (*count).max(1)) as Pick);
            *count += 1;
        };
        self.early.iter_mut().for_each(|early| resource(early, count));
        for (index, nested) in self.nested.iter_mut().enumerate() {
            nested.number(format!("N{index}"), count);
        }
        self.late.iter_mut().for_each(|late| resource(late, count));
        self.each_own_reference(&mut |pick| *pick = (usize::from(*pick) % (*count).max(1)) as Pick);
    }

    fn each_own_reference(&mut self, rename: &mut dyn FnMut(&mut Pick)) {
        self.outputs.iter_mut().for_each(|output| output.value.references(rename));
        if let Some(value) = &mut self.metadata {
            value.references(rename);
        }
    }

    fn each_reference(&mut self, rename: &mut dyn FnMut(&mut Pick)) {
        self.early.iter_mut().chain(&mut self.late).for_each(|resource| resource.each_reference(rename));
        self.nested.iter_mut().for_each(|nested| nested.each_reference(rename));
        self.each_own_reference(rename);
    }
}

impl Resource {
    /// Calls back for every reference to a resource, `depends_on` included.
    pub(crate) fn each_reference(&mut self, rename: &mut dyn FnMut(&mut Pick)) {
        let edited = match &mut self.edit {
            Some(Edit::Fresh(value) | Edit::InList(value)) => vec![value],
            Some(Edit::Beside(one, other)) => vec![one, other],
            None => Vec::new(),
        };
        let values =
            self.properties.iter_mut().chain(&mut self.metadata).chain(&mut self.overridden).chain(edited);
        values.for_each(|value| value.references(rename));
        self.tag.iter_mut().for_each(|text| text.references(rename));
        self.depends_on.iter_mut().for_each(rename);
    }

    /// Whether it needs the resource of this number, as far as its own words say.
    pub(crate) fn needs(&self, number: usize) -> bool {
        let mut needs = false;
        self.clone().each_reference(&mut |pick| needs |= usize::from(*pick) == number);
        needs
    }
}
