//! From the model to the assembly: the list of passes.

use std::collections::HashMap;

use crate::{
    app::App,
    assembly::Assembly,
    finding::{Finding, Findings, Span},
    graph::{self, Advice, Graph},
    ids,
    limits::{self, Limits},
    lock::Lock,
    lower,
    model::Model,
    names,
    template::{Format, Template},
    transform,
    wires::{self, Lowering},
};

/// What synthesis reads besides the program.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How references cross stacks, in place of the program's own default.
    pub lowering: Option<Lowering>,
    /// The logical ids that resources have already.
    pub lock: Option<Lock>,
    /// The quotas to be kept.
    pub limits: Limits,
    /// The format in which templates will be written: their size depends on it.
    pub format: Format,
    /// How circles of particular types are broken.
    pub advice: Vec<Advice>,
    /// How circles of stacks are broken of which a resource of a particular type is part.
    pub stack_advice: Vec<Advice>,
}

impl App {
    /// Turns everything declared into an [`Assembly`], or says all that is wrong.
    ///
    /// The same program and options yield the same bytes: nothing here reads a clock, the network, the
    /// environment or a file.
    pub fn synth(self, options: &Options) -> Result<Assembly, Findings> {
        // Transforms are the user's code and see the app through their own views; the rest is data.
        transform::run(&self);
        let policies = self.policies.into_inner();
        let mut model = self.model.into_inner();
        let lowering = options.lowering.unwrap_or(model.lowering);
        let mut findings: Vec<Finding> = std::mem::take(&mut model.findings).into_iter().collect();

        let names = stack_names(&model, &mut findings);
        ids::moves(&model, &mut findings);
        let ids = ids::assign(&model, options.lock.as_ref(), &mut findings);
        findings.extend(remarks(&mut model, &ids));
        names::resolve(&mut model, &ids, &mut findings);
        let wiring = wires::connect(&model, &ids, &names, lowering, &mut findings);
        let graph = Graph::build(&model, &wiring, lowering);
        for circle in graph.cycles() {
            // A circle through several stacks is one of the stacks, and reported as such.
            let root = |node: u32| model.root(model.nodes[node as usize].stack);
            if circle.iter().any(|edge| root(edge.from) != root(edge.to)) {
                continue;
            }
            findings.push(graph::cycle_finding(&model, &ids, &circle, &options.advice));
        }
        let order = wiring.stack_order(&model, &options.stack_advice).unwrap_or_else(|circles| {
            findings.extend(circles);
            Vec::new()
        });
        // Without conditions, everything is always there.
        if !model.conditions.is_empty() {
            for edge in &graph.edges {
                findings.extend(graph::maybe_missing(&model, &ids, edge));
            }
            findings.extend(graph::outputs_maybe_missing(&model, &ids));
        }
        limits::of_model(&model, &ids, &wiring, &names, &options.limits, &mut findings);
        let mut findings: Findings = findings.into_iter().collect();
        if findings.has_errors() {
            return Err(findings);
        }

        let context = lower::Context {
            model: &model,
            ids: &ids,
            graph: &graph,
            wiring: &wiring,
            lowering,
            names: &names,
        };
        let templates = lower::templates(context);
        let mut too_much = Vec::new();
        for (stack, template) in templates.iter().enumerate() {
            let stack = stack as u32;
            limits::of_template(&model, stack, template, options.format, &options.limits, &mut too_much);
        }
        findings.extend(too_much);
        if findings.has_errors() {
            return Err(findings);
        }
        let lock = options.lock.clone();
        Ok(Assembly::new(
            model, ids, graph, wiring, names, order, templates, findings, lowering, lock, policies,
        ))
    }
}

/// What there is to say about the values of resources.
fn remarks(model: &mut Model, ids: &ids::Ids) -> Vec<Finding> {
    let remarks = std::mem::take(&mut model.remarks);
    let told = remarks.into_iter().map(|(node, remark)| {
        let mut finding = remark.finding(&format!("Resources/{}", ids.node(node)));
        finding.resource_types.push(model.kind(node).to_string());
        // What a pattern has set is its caller's business first.
        let caller = model.nodes[node as usize].attributes.as_ref().and_then(|own| own.caller);
        if let Some(caller) = caller {
            finding.spans.insert(0, Span { at: caller.into(), label: String::new() });
        }
        finding.in_stack(ids::stack_path(model, model.nodes[node as usize].stack))
    });
    told.collect()
}

/// The name of every stack at CloudFormation; of a nested one, a name for its file.
fn stack_names(model: &Model, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(model.stacks.len());
    let mut seen: HashMap<(Option<&str>, Option<&str>, String), u32> = HashMap::new();
    for (index, stack) in model.stacks.iter().enumerate() {
        let index = index as u32;
        if let Some((parent, _)) = stack.parent {
            names.push(format!("{}.{}", names[parent as usize], stack.id));
            continue;
        }
        let name = match &stack.name {
            Some((name, _)) => name.to_string(),
            None => format!("{}-{}-{}", model.name, model.environment.name, stack.id),
        };
        if let Some(first) = seen.insert((model.account(index), model.region(index), name.clone()), index) {
            let first = &model.stacks[first as usize];
            findings.push(
                Finding::error("FW0106", format!("stacks `{}` and `{}` are both called `{name}`", first.id, stack.id))
                    .at(stack.at, "the second one")
                    .at(first.at, "the first one")
                    .in_stack(&*stack.id)
                    .help("the names of stacks are unique in an account and Region: give one another `.name(\"..\")`"),
            );
        }
        names.push(name);
    }
    names
}

/// The templates of an assembly by the index of their stack.
pub(crate) type Templates = Vec<Template>;
