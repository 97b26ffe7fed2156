//! Wires: references that cross from one stack to another.
//!
//! A reference to something in another stack needs an output there and something that reads it here. What
//! reads it is the wire's [`Lowering`]. Between a stack and one nested in it, CloudFormation has its own way:
//! parameters inwards, `Outputs.` attributes outwards; a reference between two such trees goes out of the one
//! and into the other.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    encode::{Hole, Stored},
    expr::{At, Expr, Kind, Reference, Target},
    finding::Finding,
    graph::Advice,
    ids::{Ids, sha256, shorten},
    location::SourceLocation,
    model::{Declared, Model},
    parameter::ParameterData,
    path,
};

/// How a reference between two stacks is written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Lowering {
    /// An output there and a parameter here; the deployment reads the one and passes the other. Change sets
    /// show exact values; works across Regions, accounts and partitions.
    #[default]
    Parameter,
    /// `Fn::GetStackOutput`: read by CloudFormation while it deploys, so that templates are complete in
    /// themselves. Change sets show the value as unknown.
    Weak,
    /// An export and `Fn::ImportValue`, within one account and Region. The producer cannot change or remove
    /// the value while it is in use.
    Strong,
    /// An export as for `Strong`, read as with `Weak`: the step between the two.
    Both,
}

impl Lowering {
    /// The word on the command line and in the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Both => "both",
        }
    }
}

impl fmt::Display for Lowering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is none of `parameter`, `weak`, `strong` and `both`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is none of `parameter`, `weak`, `strong` and `both`")]
pub struct UnknownLowering(String);

impl FromStr for Lowering {
    type Err = UnknownLowering;

    fn from_str(word: &str) -> Result<Self, UnknownLowering> {
        [Self::Parameter, Self::Weak, Self::Strong, Self::Both]
            .into_iter()
            .find(|lowering| lowering.as_str() == word)
            .ok_or_else(|| UnknownLowering(word.to_owned()))
    }
}

/// What a wire carries: a `Ref` or an attribute of a resource, or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Carried {
    what: What,
    index: u32,
    list: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum What {
    Reference,
    Attribute(String),
    Parameter,
}

/// What a reference looks like from the template that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The target is in the same template.
    Local,
    /// A parameter of the template carries the value.
    Parameter(String),
    /// An output of a stack nested in the template.
    NestedOutput { node: u32, output: String },
    /// `Fn::GetStackOutput`.
    StackOutput { stack: u32, output: String },
    /// `Fn::ImportValue`.
    Import { export: String },
}

#[derive(Debug)]
pub(crate) struct WireParameter {
    pub(crate) name: String,
    pub(crate) data: ParameterData,
}

#[derive(Debug)]
pub(crate) struct WireOutput {
    pub(crate) name: String,
    pub(crate) value: Carried,
    pub(crate) export: Option<String>,
    description: String,
}

impl WireOutput {
    /// The condition under which there is something to put out.
    pub(crate) fn condition(&self, model: &Model, stack: u32) -> Option<crate::Condition> {
        let here = self.value.what != What::Parameter && self.value.stack(model) == stack;
        let attributes = model.nodes.get(self.value.index as usize).filter(|_| here)?.attributes.as_ref()?;
        attributes.condition.map(|(condition, _)| condition)
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }
}

/// A reference from one stack to another, as the manifest tells it.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) producer: u32,
    pub(crate) consumer: u32,
    pub(crate) output: String,
    pub(crate) value: String,
    pub(crate) parameter: Option<String>,
    pub(crate) lowering: Lowering,
    pub(crate) at: Vec<SourceLocation>,
}

#[derive(Debug, Default)]
pub(crate) struct Wiring {
    links: HashMap<(u32, Carried, Lowering), Link>,
    /// Of each stack, by name.
    parameters: Vec<Vec<WireParameter>>,
    outputs: Vec<Vec<WireOutput>>,
    /// What the resource of each nested stack passes to it, by the index of that stack.
    arguments: Vec<Vec<(String, Carried, Lowering)>>,
    pub(crate) wires: Vec<Wire>,
    /// Between outermost stacks: who needs whom, and a line that says so.
    pub(crate) order: Vec<(u32, u32, At)>,
}

/// The longest name of a parameter or an output.
const LIMIT: usize = 255;

impl Carried {
    pub(crate) fn of(reference: &Reference) -> Option<Self> {
        let (what, index) = match &reference.target {
            Target::Resource(key) => (What::Reference, key.index),
            Target::Attribute(key, name) => (What::Attribute(name.to_string()), key.index),
            Target::Parameter(key) => (What::Parameter, key.index),
            _ => return None,
        };
        Some(Self { what, index, list: reference.kind == Kind::List })
    }

    pub(crate) fn is_list(&self) -> bool {
        self.list
    }

    pub(crate) fn target(&self, model: &Model) -> Target {
        let key = model.key(self.index);
        match &self.what {
            What::Reference => Target::Resource(key),
            What::Attribute(name) => Target::Attribute(key, name.clone().into()),
            What::Parameter => Target::Parameter(key),
        }
    }

    fn stack(&self, model: &Model) -> u32 {
        match self.what {
            What::Parameter => model.parameters[self.index as usize].0.stack,
            _ => model.nodes[self.index as usize].stack,
        }
    }

    /// Whether it is a parameter whose value is never shown.
    fn is_secret(&self, model: &Model) -> bool {
        self.what == What::Parameter && model.parameters[self.index as usize].1.is_secret()
    }

    /// `Vpc.CidrBlock`, for people.
    fn describe(&self, ids: &Ids) -> String {
        match &self.what {
            What::Reference => ids.node(self.index).to_owned(),
            What::Attribute(name) => format!("{}.{name}", ids.node(self.index)),
            What::Parameter => ids.parameters[self.index as usize].clone(),
        }
    }

    /// `NetworkVpcCidrBlock`: the name of the output and the parameter that carry it.
    fn name(&self, model: &Model, ids: &Ids) -> String {
        let pascal = |text: &str| {
            let mut name = String::new();
            for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
                let mut chars = word.chars();
                name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
                name.push_str(chars.as_str());
            }
            name
        };
        let stack = pascal(&crate::ids::stack_path(model, self.stack(model)));
        let rest = match &self.what {
            What::Reference => format!("{}Ref", ids.node(self.index)),
            What::Attribute(name) => format!("{}{}", ids.node(self.index), pascal(name)),
            What::Parameter => ids.parameters[self.index as usize].clone(),
        };
        shorten(&format!("{stack}{rest}"), LIMIT, "")
    }
}

impl Wire {
    fn identity(&self) -> (u32, u32, &str, Lowering) {
        (self.producer, self.consumer, &self.output, self.lowering)
    }
}

/// Where something of a name is in a list that is in order of names, or where it would have to go.
fn position<T>(list: &[T], name: &str, of: impl Fn(&T) -> &str) -> Result<usize, usize> {
    list.binary_search_by(|item| of(item).cmp(name))
}

struct Builder<'m> {
    model: &'m Model,
    ids: &'m Ids,
    names: &'m [String],
    wiring: Wiring,
    /// Names that the program gave itself, by stack, parameters and outputs apart.
    taken: HashSet<(u32, bool, String)>,
    /// Plain names that more than one value would have.
    ambiguous: HashSet<String>,
    findings: Vec<Finding>,
    /// Outputs and parameters of wires whose plain names two values want.
    reported: HashSet<(u32, u32, Lowering)>,
}

/// Where a reference stands, as far as wires care.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The property of this number, of this resource.
    Resource(u32, u32),
    Condition,
    Rule,
    OutputValue,
    ExportName,
    Other,
}

/// Connects everything that crosses stacks. `names` are the stacks' names at CloudFormation.
pub(crate) fn connect(
    model: &Model,
    ids: &Ids,
    names: &[String],
    lowering: Lowering,
    findings: &mut Vec<Finding>,
) -> Wiring {
    let mut builder = Builder {
        model,
        ids,
        names,
        wiring: Wiring {
            parameters: model.stacks.iter().map(|_| Vec::new()).collect(),
            outputs: model.stacks.iter().map(|_| Vec::new()).collect(),
            arguments: model.stacks.iter().map(|_| Vec::new()).collect(),
            ..Wiring::default()
        },
        taken: HashSet::new(),
        ambiguous: HashSet::new(),
        findings: Vec::new(),
        reported: HashSet::new(),
    };
    if model.stacks.len() > 1 {
        builder.reserve_names();
        builder.conditions_of_resources();
        for_each_value(model, |stack, place, stored, at| {
            for (number, hole) in model.value_holes(stored).iter().enumerate() {
                builder.hole(stack, place, stored, number as u32, hole, lowering, at);
            }
        });
    }
    builder.explicit_order();
    findings.append(&mut builder.findings);
    builder.wiring
}

/// Calls back for every value of the program, with the stack and the kind of place that it stands in.
pub(crate) fn for_each_value(model: &Model, mut visit: impl FnMut(u32, Place, Stored, At)) {
    for (index, stack) in model.stacks.iter().enumerate() {
        let index = index as u32;
        for (_, stored, at) in &stack.metadata {
            visit(index, Place::Other, *stored, at);
        }
        for condition in &stack.conditions {
            let declared = &model.conditions[*condition as usize];
            visit(index, Place::Condition, declared.value, declared.at);
        }
        for rule in &stack.rules {
            visit(index, Place::Rule, rule.value, rule.at);
        }
        for node in &stack.nodes {
            for number in model.nodes[*node as usize].properties.clone() {
                let property = &model.properties[number as usize];
                visit(index, Place::Resource(*node, number), property.value, property.at);
            }
        }
        for output in &stack.outputs {
            visit(index, Place::OutputValue, output.declared.value, output.declared.at);
            if let Some(export) = output.export {
                visit(index, Place::ExportName, export, output.declared.at);
            }
        }
    }
}

impl Builder<'_> {
    /// Names that the program has given itself are not free for wires.
    fn reserve_names(&mut self) {
        for (index, stack) in self.model.stacks.iter().enumerate() {
            let index = index as u32;
            let nodes = stack.nodes.iter().map(|node| self.ids.node(*node).to_owned());
            let parameters =
                stack.parameters.iter().map(|number| self.ids.parameters[*number as usize].clone());
            for name in nodes.chain(parameters) {
                self.taken.insert((index, true, name));
            }
            for name in &self.ids.outputs[index as usize] {
                self.taken.insert((index, false, name.clone()));
            }
        }
        // Both of two values that want one name get another, so that it does not matter which comes first.
        let mut wanted: HashMap<String, Carried> = HashMap::new();
        let mut ambiguous = HashSet::new();
        for_each_value(self.model, |stack, _, stored, _| {
            for hole in self.model.value_holes(stored) {
                let Some(carried) = Carried::of(&hole.reference) else { continue };
                if carried.stack(self.model) == stack {
                    continue;
                }
                let name = carried.name(self.model, self.ids);
                let first = wanted.entry(name.clone()).or_insert_with(|| carried.clone());
                if *first != carried {
                    ambiguous.insert(name);
                }
            }
        });
        self.ambiguous = ambiguous;
    }

    #[expect(clippy::too_many_arguments, reason = "what is known about one reference, used once")]
    fn hole(
        &mut self,
        stack: u32,
        place: Place,
        stored: Stored,
        number: u32,
        hole: &Hole,
        default: Lowering,
        at: At,
    ) {
        self.stays_home(stack, &hole.reference.target, at);
        let Some(carried) = Carried::of(&hole.reference) else { return };
        let owner = carried.stack(self.model);
        if owner == stack {
            return;
        }
        let lowering = hole.reference.lowering.unwrap_or(default);
        let (producer, consumer) = (self.model.root(owner), self.model.root(stack));
        if producer != consumer && lowering != Lowering::Parameter && consumer == stack {
            self.allowed(stack, place, stored, number, &carried, lowering, at);
        }
        self.link(stack, &carried, lowering, at);
        if producer != consumer {
            let output = self.free_name(producer, false, &carried);
            let used = (producer, consumer, output.as_str(), lowering);
            if let Some(wire) = self.wiring.wires.iter_mut().find(|wire| wire.identity() == used) {
                let at = SourceLocation::from(at);
                if !wire.at.contains(&at) {
                    wire.at.push(at);
                }
            }
        }
    }

    /// Conditions and mappings have no value that could cross stacks.
    fn stays_home(&mut self, stack: u32, target: &Target, at: At) {
        let (what, declared) = match target {
            Target::Condition(key) => ("condition", &self.model.conditions[key.index as usize]),
            Target::Mapping(key) => ("mapping", &self.model.mappings[key.index as usize].0),
            Target::ParameterName(key) => {
                ("the name of parameter", &self.model.parameters[key.index as usize].0)
            }
            _ => return,
        };
        self.declared_here(stack, what, declared, at);
    }

    /// The conditions that resources and outputs themselves depend on.
    fn conditions_of_resources(&mut self) {
        let model = self.model;
        for node in &model.nodes {
            if let Some((condition, at)) =
                node.attributes.as_ref().and_then(|attributes| attributes.condition)
            {
                let declared = &model.conditions[condition.key.index as usize];
                self.declared_here(node.stack, "condition", declared, at);
            }
        }
        for (index, stack) in model.stacks.iter().enumerate() {
            for (condition, at) in stack.outputs.iter().filter_map(|output| output.condition) {
                let declared = &model.conditions[condition.key.index as usize];
                self.declared_here(index as u32, "condition", declared, at);
            }
        }
    }

    fn declared_here(&mut self, stack: u32, what: &str, declared: &Declared, at: At) {
        if declared.stack == stack {
            return;
        }
        let (here, there) = (self.stack_id(stack), self.stack_id(declared.stack));
        let finding = Finding::error(
            "FW0205",
            format!("stack `{here}` uses {what} `{}` of stack `{there}`", declared.id),
        )
        .at(at, "used here")
        .at(declared.at, "declared here")
        .in_stack(here)
        .help("declare it in this stack as well; the values in it may come from anywhere");
        self.findings.push(finding);
    }

    fn stack_id(&self, stack: u32) -> String {
        crate::ids::stack_path(self.model, stack)
    }

    /// A secret that would have to go through an output, where everybody can read it.
    fn leak(&mut self, stack: u32, carried: &Carried, at: At) {
        let (name, stack) = (carried.describe(self.ids), self.stack_id(stack));
        let declared = self.model.parameters[carried.index as usize].0.at;
        let finding = Finding::error(
            "FW0208",
            format!("the secret parameter `{name}` would be readable in an output of stack `{stack}`"),
        )
        .at(at, "needed in another stack here")
        .at(declared, "declared here")
        .in_stack(stack)
        .help("keep the value in Secrets Manager and refer to it from both stacks with `secretsmanager(..)`")
        .help("or declare the parameter in the other stack, too");
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Conditions and rules take neither function that reads another stack; some places do not take the weak one.
    #[expect(clippy::too_many_arguments, reason = "what is known about one reference, used once")]
    fn allowed(
        &mut self,
        stack: u32,
        place: Place,
        stored: Stored,
        number: u32,
        carried: &Carried,
        lowering: Lowering,
        at: At,
    ) {
        let strong = lowering == Lowering::Strong;
        let function = if strong { "Fn::ImportValue" } else { "Fn::GetStackOutput" };
        let steps = path::to_hole(self.model.value_bytes(stored), number).unwrap_or_default();
        let within_import = || steps.iter().any(|step| step == "Fn::ImportValue");
        let argument_of = |function: &str, position: Option<&str>| {
            let tail = &steps[steps.len().saturating_sub(2)..];
            match position {
                Some(position) => tail == [function, position],
                None => tail.iter().any(|step| step == function),
            }
        };
        let place = match place {
            Place::Condition => "a condition",
            Place::Rule => "a rule",
            Place::ExportName if !strong => "the name of an export",
            _ if !strong && within_import() => "`Fn::ImportValue`",
            _ if argument_of("Fn::FindInMap", None) => "`Fn::FindInMap`",
            _ if argument_of("Fn::GetAZs", None) => "`Fn::GetAZs`",
            _ if argument_of("Fn::Select", Some("0")) => "the index of `Fn::Select`",
            _ => return,
        };
        let (what, stack) = (carried.describe(self.ids), self.stack_id(stack));
        let finding = Finding::error(
            "FW0204",
            format!("`{what}` of another stack stands in {place}, where `{function}` is not allowed"),
        )
        .at(at, "used here")
        .in_stack(stack)
        .help("let this reference cross as a parameter: `.wire(Lowering::Parameter)`");
        self.findings.push(finding);
    }

    /// What `carried` looks like from the template of `stack`; makes whatever that takes.
    fn link(&mut self, stack: u32, carried: &Carried, lowering: Lowering, at: At) -> Link {
        let owner = carried.stack(self.model);
        if owner == stack {
            return Link::Local;
        }
        let key = (stack, carried.clone(), lowering);
        if let Some(link) = self.wiring.links.get(&key) {
            return link.clone();
        }
        let chain = self.model.nesting(owner);
        let link = if let Some(position) = chain.iter().position(|outer| *outer == stack) {
            // Out of a nested stack: an output of the one directly inside this one.
            let inner = chain[position - 1];
            let output = self.output(inner, carried, lowering, None, at);
            match self.model.stacks[inner as usize].parent {
                Some((_, node)) => Link::NestedOutput { node, output },
                None => Link::Local,
            }
        } else if let Some((parent, _)) = self.model.stacks[stack as usize].parent {
            // Into a nested stack: a parameter, filled by the stack around it.
            let name = self.parameter(stack, carried);
            self.link(parent, carried, lowering, at);
            let argument = (name.clone(), carried.clone(), lowering);
            // One value has one parameter, however each of its uses would cross stacks.
            let arguments = &mut self.wiring.arguments[stack as usize];
            if let Err(position) = position(arguments, &argument.0, |(name, ..)| name) {
                arguments.insert(position, argument);
            }
            Link::Parameter(name)
        } else {
            self.cross(stack, self.model.root(owner), carried, lowering, at)
        };
        self.wiring.links.insert(key, link.clone());
        link
    }

    /// From one outermost stack to another.
    fn cross(&mut self, consumer: u32, producer: u32, carried: &Carried, lowering: Lowering, at: At) -> Link {
        self.possible(consumer, producer, lowering, at);
        let name = self.free_name(producer, false, carried);
        let export = matches!(lowering, Lowering::Strong | Lowering::Both)
            .then(|| format!("{}:{name}", self.names[producer as usize]));
        let output = self.output(producer, carried, lowering, export.clone(), at);
        let (link, parameter) = match (lowering, export) {
            (Lowering::Parameter, _) => {
                let name = self.parameter(consumer, carried);
                (Link::Parameter(name.clone()), Some(name))
            }
            (Lowering::Strong, Some(export)) => (Link::Import { export }, None),
            _ => (Link::StackOutput { stack: producer, output: output.clone() }, None),
        };
        let wire = Wire {
            producer,
            consumer,
            output,
            value: carried.describe(self.ids),
            parameter,
            lowering,
            at: Vec::new(),
        };
        // In an order that does not depend on what was used first.
        let place = self.wiring.wires.partition_point(|other| other.identity() < wire.identity());
        self.wiring.wires.insert(place, wire);
        self.wiring.order.push((consumer, producer, at));
        link
    }

    fn output(
        &mut self,
        stack: u32,
        carried: &Carried,
        lowering: Lowering,
        export: Option<String>,
        at: At,
    ) -> String {
        let name = self.free_name(stack, false, carried);
        if carried.is_secret(self.model) {
            self.leak(stack, carried, at);
        }
        let mut found = position(&self.wiring.outputs[stack as usize], &name, |output| &output.name);
        if found.is_err() {
            self.link(stack, carried, lowering, at);
            let description = format!("{} for other stacks", carried.describe(self.ids));
            let output = WireOutput { name: name.clone(), value: carried.clone(), export: None, description };
            let outputs = &mut self.wiring.outputs[stack as usize];
            // Linking may have added others.
            found = position(outputs, &name, |output| &output.name);
            if let Err(position) = found {
                outputs.insert(position, output);
                found = Ok(position);
            }
        }
        if let (Ok(position), Some(_)) = (found, &export) {
            self.wiring.outputs[stack as usize][position].export = export;
        }
        name
    }

    fn parameter(&mut self, stack: u32, carried: &Carried) -> String {
        let name = self.free_name(stack, true, carried);
        let found = position(&self.wiring.parameters[stack as usize], &name, |parameter| &parameter.name);
        if let Err(position) = found {
            let type_name = if carried.list { "CommaDelimitedList" } else { "String" };
            let producer = crate::ids::stack_path(self.model, carried.stack(self.model));
            let description = format!("{} of stack {producer}", carried.describe(self.ids));
            let data = ParameterData::of_wire(type_name, description).secret(carried.is_secret(self.model));
            let parameter = WireParameter { name: name.clone(), data };
            self.wiring.parameters[stack as usize].insert(position, parameter);
        }
        name
    }

    /// The plain name, or where something else has it already, the name with a digest of what it carries.
    fn free_name(&self, stack: u32, parameter: bool, carried: &Carried) -> String {
        let plain = carried.name(self.model, self.ids);
        if !self.ambiguous.contains(&plain) && !self.taken.contains(&(stack, parameter, plain.clone())) {
            return plain;
        }
        let producer = crate::ids::stack_path(self.model, carried.stack(self.model));
        let identity = format!("{producer}\n{}\n{}", carried.describe(self.ids), carried.list);
        let digest = sha256(identity.as_bytes());
        shorten(&format!("{plain}{}", &digest[..8]), LIMIT, "")
    }

    /// Whether two stacks can be wired in a way at all; says so once for each pair.
    fn possible(&mut self, consumer: u32, producer: u32, lowering: Lowering, at: At) {
        let place = |stack: u32| (self.model.account(stack), self.model.region(stack));
        let ((account, region), (its_account, its_region)) = (place(consumer), place(producer));
        let (here, there) = (self.stack_id(consumer), self.stack_id(producer));
        let (message, help) = match lowering {
            Lowering::Strong if account != its_account || region != its_region => {
                let message = format!(
                    "`{here}` cannot import from `{there}`: an export is known in its own account and Region only"
                );
                (message, "let this reference cross as a parameter (`Lowering::Parameter`) or weakly (`Lowering::Weak`)".to_owned())
            }
            Lowering::Weak | Lowering::Both if partition(region) != partition(its_region) => {
                let message = format!(
                    "`{here}` cannot read the outputs of `{there}`: the two are in different partitions of AWS"
                );
                (message, "let this reference cross as a parameter (`Lowering::Parameter`)".to_owned())
            }
            Lowering::Weak | Lowering::Both
                if account != its_account && self.model.stacks[producer as usize].lookup_role.is_none() =>
            {
                let message = format!(
                    "`{here}` is in another account than `{there}` and has no role to read its outputs with"
                );
                let help = format!(
                    "name one that allows `cloudformation:DescribeStacks` with `.lookup_role(arn)` on stack `{there}`, or let the reference cross as a parameter"
                );
                (message, help)
            }
            _ => return,
        };
        if self.reported.insert((consumer, producer, lowering)) {
            self.findings
                .push(Finding::error("FW0204", message).at(at, "used here").in_stack(here).help(help));
        }
    }

    /// The order that was asked for between stacks, and between resources of different stacks.
    fn explicit_order(&mut self) {
        for (index, stack) in self.model.stacks.iter().enumerate() {
            for (other, at) in &stack.depends_on {
                let (consumer, producer) = (self.model.root(index as u32), self.model.root(*other));
                // A stack that depends on itself is a circle, and reported as one.
                if consumer != producer || *other == index as u32 {
                    self.wiring.order.push((consumer, producer, at));
                }
            }
        }
        for node in &self.model.nodes {
            let Some(attributes) = node.attributes.as_deref() else { continue };
            for (handle, at) in &attributes.depends_on {
                let other = self.model.nodes[handle.key.index as usize].stack;
                let (consumer, producer) = (self.model.root(node.stack), self.model.root(other));
                if consumer != producer {
                    self.wiring.order.push((consumer, producer, at));
                }
            }
        }
    }
}

/// The part of AWS that a Region belongs to; nothing crosses between them.
fn partition(region: Option<&str>) -> &'static str {
    const PARTITIONS: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let found = PARTITIONS.iter().find(|(prefix, _)| region.is_some_and(|region| region.starts_with(prefix)));
    found.map_or("aws", |(_, partition)| partition)
}

impl Wiring {
    /// The parameters that wires add to a stack, by name.
    pub(crate) fn parameters(&self, stack: u32) -> &[WireParameter] {
        self.parameters.get(stack as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The outputs that wires add to a stack, by name.
    pub(crate) fn outputs(&self, stack: u32) -> &[WireOutput] {
        self.outputs.get(stack as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is passed to a nested stack, by the names of its parameters.
    pub(crate) fn arguments(&self, nested: u32) -> &[(String, Carried, Lowering)] {
        self.arguments.get(nested as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a reference looks like from a stack's template.
    pub(crate) fn link(&self, stack: u32, reference: &Reference, default: Lowering) -> Link {
        let lowering = reference.lowering.unwrap_or(default);
        Carried::of(reference)
            .and_then(|carried| self.links.get(&(stack, carried, lowering)).cloned())
            .unwrap_or(Link::Local)
    }

    pub(crate) fn link_of(&self, stack: u32, carried: &Carried, lowering: Lowering) -> Link {
        self.links.get(&(stack, carried.clone(), lowering)).cloned().unwrap_or(Link::Local)
    }

    /// The outermost stacks in the order in which they can be deployed, earliest declared first; or the finding
    /// for each circle.
    pub(crate) fn stack_order(&self, model: &Model, advice: &[Advice]) -> Result<Vec<u32>, Vec<Finding>> {
        let roots: Vec<u32> = (0..model.stacks.len() as u32)
            .filter(|stack| model.stacks[*stack as usize].parent.is_none())
            .collect();
        // How many each still waits for, and who waits for it.
        let mut waiting = vec![0_usize; model.stacks.len()];
        let mut waited_for: Vec<Vec<u32>> = model.stacks.iter().map(|_| Vec::new()).collect();
        for (consumer, producer, _) in &self.order {
            let consumers = &mut waited_for[*producer as usize];
            if !consumers.contains(consumer) {
                consumers.push(*consumer);
                waiting[*consumer as usize] += 1;
            }
        }
        let mut order: Vec<u32> = Vec::with_capacity(roots.len());
        let mut done = vec![false; model.stacks.len()];
        while let Some(stack) =
            roots.iter().find(|stack| !done[**stack as usize] && waiting[**stack as usize] == 0)
        {
            order.push(*stack);
            done[*stack as usize] = true;
            for consumer in &waited_for[*stack as usize] {
                waiting[*consumer as usize] -= 1;
            }
        }
        if order.len() < roots.len() {
            let stuck: Vec<u32> = roots.iter().copied().filter(|stack| !done[*stack as usize]).collect();
            return Err(self.circles(model, &stuck, advice));
        }
        Ok(order)
    }

    fn circles(&self, model: &Model, stuck: &[u32], advice: &[Advice]) -> Vec<Finding> {
        let edge = |from: u32, to: u32| {
            self.order.iter().find(|(consumer, producer, _)| (*consumer, *producer) == (from, to))
        };
        let mut findings = Vec::new();
        let mut explained: Vec<u32> = Vec::new();
        for start in stuck {
            if explained.contains(start) {
                continue;
            }
            // The shortest way from this stack back to itself.
            // Who was reached, and from whom.
            let mut reached: Vec<(u32, u32)> = Vec::new();
            let mut queue = std::collections::VecDeque::from([*start]);
            let mut last = None;
            'search: while let Some(stack) = queue.pop_front() {
                for next in stuck {
                    if edge(stack, *next).is_none() {
                        continue;
                    }
                    if next == start {
                        last = Some(stack);
                        break 'search;
                    }
                    if !reached.iter().any(|(known, _)| known == next) {
                        reached.push((*next, stack));
                        queue.push_back(*next);
                    }
                }
            }
            let Some(last) = last else { continue };
            let mut path = vec![*start, last];
            while let Some((_, previous)) = path
                .last()
                .filter(|stack| *stack != start)
                .and_then(|stack| reached.iter().find(|(known, _)| known == stack))
            {
                path.push(*previous);
            }
            path.reverse();
            explained.extend(&path);
            let name = |stack: u32| model.stacks[stack as usize].id.to_string();
            let names: Vec<String> = path.iter().map(|stack| name(*stack)).collect();
            let message = format!("stacks need each other in a circle: {}", names.join(" -> "));
            let mut finding = Finding::error("FW0203", message).in_stack(name(*start));
            for pair in path.windows(2) {
                if let Some((_, _, at)) = edge(pair[0], pair[1]) {
                    let label = format!("`{}` needs `{}` here", name(pair[0]), name(pair[1]));
                    finding = finding.at(*at, label);
                }
            }
            let properties: Vec<(&str, &str)> = path
                .windows(2)
                .flat_map(|pair| crate::needs::properties_between(model, pair[0], pair[1]))
                .collect();
            let is_part = |advice: &&Advice| {
                let through = |property| advice.property.is_none_or(|through| through == property);
                properties.iter().any(|(kind, property)| *kind == advice.resource_type && through(*property))
            };
            // Several types may have the same advice.
            let mut told: Vec<&str> = Vec::new();
            for advice in advice.iter().filter(is_part) {
                if !told.contains(&advice.help) {
                    told.push(advice.help);
                    finding = finding.help(advice.help);
                }
            }
            findings.push(
                finding.help("move what both need into a stack of its own, or the resource that refers back into the stack it refers to; take away a `depends_on` that is part of the circle"),
            );
        }
        findings
    }
}

impl Model {
    /// The Region of a stack: its own, that of the stack around it, or the environment's.
    pub(crate) fn region(&self, stack: u32) -> Option<&str> {
        let stack = &self.stacks[self.root(stack) as usize];
        stack.region.as_deref().or(self.environment.region.as_deref())
    }

    /// The account of a stack: its own, that of the stack around it, or the environment's.
    pub(crate) fn account(&self, stack: u32) -> Option<&str> {
        let stack = &self.stacks[self.root(stack) as usize];
        stack.account.as_deref().or(self.environment.account.as_deref())
    }
}

/// What a reference is where it carries a list through a text: the items with commas between them.
pub(crate) fn joined(value: Expr) -> Expr {
    Expr::call("Fn::Join", Expr::List(vec![Expr::Text(",".into()), value]))
}
