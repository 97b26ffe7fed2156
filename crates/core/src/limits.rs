//! What CloudFormation allows of a template and a stack, and findings where a program goes beyond.
//!
//! The numbers are those of "CloudFormation quotas" in AWS's user guide.

use std::collections::HashMap;

use crate::{
    expr::{At, Expr, Target},
    finding::Finding,
    ids::Ids,
    model::Model,
    resource::Section,
    template::{Format, Template},
    wires::Wiring,
};

/// How much of everything a template and a stack may hold; the defaults are AWS's quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resources of a template.
    pub resources: usize,
    /// Parameters of a template.
    pub parameters: usize,
    /// Outputs of a template.
    pub outputs: usize,
    /// Mappings of a template.
    pub mappings: usize,
    /// Bytes of a template that is sent with the request.
    pub inline_body: usize,
    /// Bytes of a template that is uploaded first.
    pub body: usize,
    /// Dynamic references of a template.
    pub dynamic_references: usize,
    /// Tags of a stack.
    pub tags: usize,
    /// Topics that a stack notifies.
    pub notification_arns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            resources: 500,
            parameters: 200,
            outputs: 200,
            mappings: 200,
            inline_body: 51_200,
            body: 1_000_000,
            dynamic_references: 60,
            tags: 50,
            notification_arns: 5,
        }
    }
}

impl Limits {
    /// No limits: for measuring, and for templates that CloudFormation will never see.
    pub fn none() -> Self {
        Self {
            resources: usize::MAX,
            parameters: usize::MAX,
            outputs: usize::MAX,
            mappings: usize::MAX,
            inline_body: usize::MAX,
            body: usize::MAX,
            dynamic_references: usize::MAX,
            tags: usize::MAX,
            notification_arns: usize::MAX,
        }
    }
}

/// The longest description of a template or an output, in bytes.
const DESCRIPTION: usize = 1024;
/// The longest name of a stack.
const STACK_NAME: usize = 128;
/// The longest key and value of a tag, in characters.
const TAG: (usize, usize) = (128, 256);

/// What is too much in the model itself, whatever its templates look like.
pub(crate) fn of_model(
    model: &Model,
    ids: &Ids,
    wiring: &Wiring,
    names: &[String],
    limits: &Limits,
    findings: &mut Vec<Finding>,
) {
    if model.stacks.is_empty() {
        findings.push(
            Finding::error("FW0402", format!("`{}` declares no stack", model.name))
                .help("declare one with `app.stack(\"name\")` and add a resource to it"),
        );
    }
    for (index, stack) in model.stacks.iter().enumerate() {
        let number = index as u32;
        let id = crate::ids::stack_path(model, number);
        let finding = |finding: Finding| finding.in_stack(id.clone());
        if stack.nodes.is_empty() {
            findings.push(finding(
                Finding::error("FW0401", format!("stack `{id}` has no resources"))
                    .at(stack.at, "declared here")
                    .help("CloudFormation refuses a template without resources: add one, or do not declare the stack"),
            ));
        }
        let wire_parameters =
            wiring.parameters(number).len() + usize::from(crate::lower::needs_templates(model, number));
        let wire_outputs = wiring.outputs(number).len();
        let counts: [(&'static str, &str, usize, usize, Option<At>); 4] = [
            (
                "FW0403",
                "resources",
                stack.nodes.len(),
                limits.resources,
                beyond(&stack.nodes, limits.resources, |node| model.nodes[*node as usize].at),
            ),
            (
                "FW0404",
                "outputs",
                stack.outputs.len() + wire_outputs,
                limits.outputs,
                beyond(&stack.outputs, limits.outputs, |output| output.declared.at),
            ),
            (
                "FW0405",
                "parameters",
                stack.parameters.len() + wire_parameters,
                limits.parameters,
                beyond(&stack.parameters, limits.parameters, |parameter| {
                    model.parameters[*parameter as usize].0.at
                }),
            ),
            (
                "FW0406",
                "mappings",
                stack.mappings.len(),
                limits.mappings,
                beyond(&stack.mappings, limits.mappings, |mapping| model.mappings[*mapping as usize].0.at),
            ),
        ];
        for (code, what, count, limit, first_beyond) in counts {
            if count <= limit {
                continue;
            }
            let message = format!("stack `{id}` has {count} {what}; CloudFormation takes {limit}");
            let mut over = finding(Finding::error(code, message)).at(stack.at, "this stack");
            if let Some(at) = first_beyond {
                over = over.at(at, format!("number {} is declared here", limit + 1));
            }
            if wire_parameters + wire_outputs > 0 && matches!(code, "FW0404" | "FW0405") {
                over = over.with_note(format!("{wire_parameters} parameters and {wire_outputs} outputs of these carry references between stacks"));
            }
            findings.push(over.help(
                "move some of it into another stack, or into one nested in this one with `.nested(\"Name\")`",
            ));
        }
        if crate::lower::needs_templates(model, number) {
            reserved(model, ids, number, findings);
        }
        if let Some((description, at)) = &stack.description
            && description.len() > DESCRIPTION
        {
            findings.push(finding(too_long(
                "the description of a stack",
                description.len(),
                DESCRIPTION,
                "FW0409",
                at,
            )));
        }
        for output in &stack.outputs {
            if let Some(description) = &output.description
                && description.len() > DESCRIPTION
            {
                let at = output.declared.at;
                findings.push(finding(too_long(
                    "the description of an output",
                    description.len(),
                    DESCRIPTION,
                    "FW0409",
                    at,
                )));
            }
        }
        if stack.parent.is_none() {
            of_stack(model, number, &names[index], limits, findings);
        }
        conditions(model, number, findings);
        if stack.parent.is_some() {
            nested(model, ids, number, findings);
        }
        readable(model, ids, number, findings);
    }
    resource_types(model, findings);
    exports(model, ids, wiring, findings);
}

/// The name of the parameter that tells where the templates of nested stacks are is not free beside one.
fn reserved(model: &Model, ids: &Ids, stack: u32, findings: &mut Vec<Finding>) {
    const NAME: &str = crate::lower::TEMPLATES;
    let data = &model.stacks[stack as usize];
    let parameter = data.parameters.iter().find(|index| ids.parameters[**index as usize] == NAME);
    let parameter = parameter.map(|index| model.parameters[*index as usize].0.at);
    let resource =
        data.nodes.iter().find(|node| ids.node(**node) == NAME).map(|node| model.nodes[*node as usize].at);
    if let Some(at) = parameter.or(resource) {
        findings.push(
            Finding::error("FW0102", format!("stack `{}` holds nested stacks, and something in it is called `{NAME}`", data.id))
                .at(at, "declared here")
                .in_stack(crate::ids::stack_path(model, stack))
                .help("that is the parameter through which the deployment says where nested templates are: take another name"),
        );
    }
}

fn beyond<T>(items: &[T], limit: usize, at: impl Fn(&T) -> At) -> Option<At> {
    items.get(limit).map(at)
}

fn too_long(what: &str, count: usize, limit: usize, code: &'static str, at: At) -> Finding {
    Finding::error(code, format!("{what} has {count} bytes; the limit is {limit}"))
        .at(at, "given here")
        .help("shorten it")
}

/// Name, tags and topics of an outermost stack.
fn of_stack(model: &Model, stack: u32, name: &str, limits: &Limits, findings: &mut Vec<Finding>) {
    let data = &model.stacks[stack as usize];
    let at = data.name.as_ref().map_or(data.at, |(_, at)| *at);
    let legal = !data.id.is_empty()
        && !data.id.contains('/')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let finding = |finding: Finding| finding.in_stack(crate::ids::stack_path(model, stack));
    if !legal {
        findings.push(finding(
            Finding::error("FW0105", format!("`{name}` cannot be the name of a stack"))
                .at(at, "named here")
                .help("a stack's name begins with a letter and consists of letters, digits and `-`")
                .help(if data.name.is_some() {
                    "it was given with `.name(..)`"
                } else {
                    "it is made of the app's name, the environment and the name given to `app.stack(..)`"
                }),
        ));
    } else if name.len() > STACK_NAME {
        let message =
            format!("the name of stack `{name}` has {} characters; the limit is {STACK_NAME}", name.len());
        findings.push(finding(
            Finding::error("FW0104", message)
                .at(at, "named here")
                .help("give it a shorter one with `.name(\"..\")`"),
        ));
    }
    let tags = stack_tags(model, stack, findings);
    if tags.len() > limits.tags {
        let message =
            format!("stack `{}` has {} tags; CloudFormation takes {}", data.id, tags.len(), limits.tags);
        findings
            .push(finding(Finding::error("FW0411", message).at(data.at, "this stack").help("remove some")));
    }
    if let Some((_, at)) = data.notification_arns.get(limits.notification_arns) {
        let (count, limit) = (data.notification_arns.len(), limits.notification_arns);
        let message = format!("stack `{}` notifies {count} topics; CloudFormation takes {limit}", data.id);
        findings.push(finding(
            Finding::error("FW0412", message)
                .at(*at, format!("number {} is added here", limit + 1))
                .help("subscribe the others to one of the topics"),
        ));
    }
}

/// The tags of a stack itself: the app's, overridden by its own.
pub(crate) fn stack_tags(model: &Model, stack: u32, findings: &mut Vec<Finding>) -> Vec<(String, String)> {
    let data = &model.stacks[stack as usize];
    let mut tags: Vec<(String, String)> = Vec::new();
    for (key, value, at) in model.tags.iter().chain(&model.scopes[data.scope as usize].tags) {
        let text = match value {
            Expr::Text(text) => text.to_string(),
            Expr::Int(number) => number.to_string(),
            Expr::Bool(value) => value.to_string(),
            Expr::UInt(number) => number.to_string(),
            Expr::Float(number) => number.to_string(),
            _ => {
                findings.push(
                    Finding::error("FW0306", format!("the tag `{key}` of stack `{}` is an expression", data.id))
                        .at(*at, "given here")
                        .in_stack(crate::ids::stack_path(model, stack))
                        .help("tags of a stack are known before it is deployed; give expressions to a scope or a resource"),
                );
                continue;
            }
        };
        if key.starts_with("aws:")
            || key.is_empty()
            || key.chars().count() > TAG.0
            || text.chars().count() > TAG.1
        {
            let message =
                format!("the tag `{key}` of stack `{}` is reserved, too long or has no key", data.id);
            findings.push(
                Finding::error("FW0411", message)
                    .at(*at, "given here")
                    .in_stack(crate::ids::stack_path(model, stack))
                    .help(format!(
                        "keys have 1 to {} characters and do not begin with `aws:`, values at most {}",
                        TAG.0, TAG.1
                    )),
            );
        }
        match tags.iter_mut().find(|(other, _)| other == key) {
            Some((_, value)) => *value = text,
            None => tags.push((key.to_string(), text)),
        }
    }
    tags
}

/// What cannot be said of a nested stack, and parameters of it that nobody gives a value.
fn nested(model: &Model, ids: &Ids, stack: u32, findings: &mut Vec<Finding>) {
    let data = &model.stacks[stack as usize];
    let id = crate::ids::stack_path(model, stack);
    let said = [
        (data.name.is_some(), "a name"),
        (data.region.is_some(), "a Region"),
        (data.account.is_some(), "an account"),
        (data.termination_protection, "termination protection"),
        (data.service_role.is_some(), "a service role"),
        (!data.notification_arns.is_empty(), "topics to notify"),
    ];
    for (_, what) in said.into_iter().filter(|(said, _)| *said) {
        findings.push(
            Finding::error("FW0111", format!("the nested stack `{id}` cannot have {what} of its own"))
                .at(data.at, "this nested stack")
                .in_stack(id.clone())
                .help("CloudFormation deploys it as a part of the stack around it: say it of that one"),
        );
    }
    let Some((_, node)) = data.parent else { return };
    let passed =
        model.property(node, Section::Properties, "Parameters").map(|property| model.value(property.value));
    for index in &data.parameters {
        let (declared, parameter) = &model.parameters[*index as usize];
        let name = &ids.parameters[*index as usize];
        let given = passed.as_ref().is_some_and(|passed| passed.get(name).is_some());
        if !given && !parameter.has_default() {
            findings.push(
                Finding::error("FW0209", format!("nobody gives the parameter `{name}` of the nested stack `{id}` a value"))
                    .at(declared.at, "declared here")
                    .in_stack(id.clone())
                    .help("use the value itself instead of a parameter: what comes from other stacks is passed on")
                    .help(format!("or give it a default, or set `Parameters.{name}` of what `.resource()` of the nested stack yields")),
            );
        }
    }
}

/// Outputs that show the value of a secret parameter.
fn readable(model: &Model, ids: &Ids, stack: u32, findings: &mut Vec<Finding>) {
    let data = &model.stacks[stack as usize];
    for output in &data.outputs {
        for hole in model.value_holes(output.declared.value) {
            let Target::Parameter(key) = hole.reference.target else { continue };
            if model.parameters[key.index as usize].1.is_secret() {
                let (output_id, name) = (&output.declared.id, &ids.parameters[key.index as usize]);
                findings.push(
                    Finding::error(
                        "FW0208",
                        format!("output `{output_id}` shows the secret parameter `{name}`"),
                    )
                    .at(output.declared.at, "declared here")
                    .in_stack(crate::ids::stack_path(model, stack))
                    .help("outputs can be read by everybody who can see the stack: take it away"),
                );
            }
        }
        if let Some(Expr::Text(name)) = output.export.map(|export| model.value(export))
            && (name.is_empty()
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-".contains(&byte)))
        {
            findings.push(
                Finding::error("FW0103", format!("`{name}` cannot be the name of an export"))
                    .at(output.declared.at, "of this output")
                    .in_stack(crate::ids::stack_path(model, stack))
                    .help("the names of exports consist of ASCII letters, digits, `:` and `-`"),
            );
        }
    }
}

/// Conditions and rules are decided before anything is created, so that they cannot refer to resources.
fn conditions(model: &Model, stack: u32, findings: &mut Vec<Finding>) {
    let data = &model.stacks[stack as usize];
    let conditions = data.conditions.iter().map(|index| ("condition", &model.conditions[*index as usize]));
    for (what, declared) in conditions.chain(data.rules.iter().map(|rule| ("rule", rule))) {
        for hole in model.value_holes(declared.value) {
            let (Target::Resource(key) | Target::Attribute(key, _)) = &hole.reference.target else {
                continue;
            };
            let node = &model.nodes[key.index as usize];
            if model.root(node.stack) == model.root(stack) {
                findings.push(
                    Finding::error("FW0207", format!("{what} `{}` refers to the resource `{}`", declared.id, model.id(key.index)))
                        .at(declared.at, "declared here")
                        .at(node.at, "the resource")
                        .in_stack(crate::ids::stack_path(model, stack))
                        .help("conditions and rules are decided before anything is created: use parameters, pseudo parameters and mappings"),
                );
            }
        }
    }
}

fn resource_types(model: &Model, findings: &mut Vec<Finding>) {
    let wrong: Vec<&str> = model.kinds.iter().map(|kind| &**kind).filter(|kind| !legal_type(kind)).collect();
    if wrong.is_empty() {
        return;
    }
    for (index, node) in model.nodes.iter().enumerate() {
        let kind = &**model.kind(index as u32);
        if !wrong.contains(&kind) {
            continue;
        }
        let mut finding = Finding::error("FW0107", format!("`{kind}` is not a type of resource"))
            .in_stack(crate::ids::stack_path(model, node.stack))
            .help(
                "types look like `AWS::SQS::Queue`, `Custom::Name` or `Organisation::Service::Thing::MODULE`",
            );
        for place in model.places(index as u32) {
            finding = finding.at(place, "declared here");
        }
        findings.push(finding);
    }
}

/// `Organisation::Service::Thing`, perhaps with `::MODULE`; or `Custom::Anything`.
fn legal_type(kind: &str) -> bool {
    if let Some(name) = kind.strip_prefix("Custom::") {
        return (1..=60).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_@-".contains(&byte));
    }
    let kind = kind.strip_suffix("::MODULE").unwrap_or(kind);
    let parts: Vec<&str> = kind.split("::").collect();
    parts.len() == 3
        && parts.iter().all(|part| {
            (2..=64).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Names under which two outputs of one account and Region are exported.
fn exports(model: &Model, ids: &Ids, wiring: &Wiring, findings: &mut Vec<Finding>) {
    // Of two outputs that both have conditions, one at most may ever be there.
    type Place<'m> = (Option<&'m str>, Option<&'m str>);
    let mut seen: HashMap<(Place<'_>, String), (At, bool)> = HashMap::new();
    for stack in 0..model.stacks.len() as u32 {
        let place = (model.account(stack), model.region(stack));
        for name in wiring.outputs(stack).iter().filter_map(|output| output.export.clone()) {
            seen.insert((place, name), (model.stacks[stack as usize].at, false));
        }
    }
    for (index, stack) in model.stacks.iter().enumerate() {
        let stack_number = index as u32;
        for (number, output) in stack.outputs.iter().enumerate() {
            let Some(Expr::Text(name)) = output.export.map(|export| model.value(export)) else { continue };
            let at = output.declared.at;
            let key = ((model.account(stack_number), model.region(stack_number)), name.to_string());
            let conditional = output.condition.is_some();
            let earlier = seen.insert(key, (at, conditional));
            if let Some((first, _)) = earlier.filter(|(_, other)| !(*other && conditional)) {
                findings.push(
                    Finding::error("FW0413", format!("two outputs are exported as `{name}`"))
                        .at(at, "the second one")
                        .at(first, "the first one")
                        .in_stack(crate::ids::stack_path(model, stack_number))
                        .template_path(format!("Outputs/{}", ids.outputs[index][number]))
                        .help("the names of exports are unique in an account and Region: rename one"),
                );
            }
        }
    }
}

/// What is too much in the text of a template, in the format that it will be written in.
pub(crate) fn of_template(
    model: &Model,
    stack: u32,
    template: &Template,
    format: Format,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) {
    let data = &model.stacks[stack as usize];
    let id = crate::ids::stack_path(model, stack);
    let compact = template.compact().len();
    // Indentation makes a text a few times as long, never ten times.
    let size =
        if compact * 10 <= limits.inline_body { compact } else { written_size(template, format, limits) };
    let shorter = |limit: usize| {
        (format != Format::Compact && compact <= limit)
            .then(|| format!("written with `--format compact` it has {compact} bytes"))
    };
    if size > limits.body {
        let message =
            format!("the template of stack `{id}` has {size} bytes; CloudFormation takes {}", limits.body);
        let mut finding = Finding::error("FW0408", message).at(data.at, "this stack").in_stack(id.clone());
        finding.help.extend(shorter(limits.body));
        findings.push(finding.help("move some of it into another stack, or into one nested in this one"));
    } else if size > limits.inline_body {
        let message = format!(
            "the template of stack `{id}` has {size} bytes; above {} it has to be uploaded to a bucket before it is deployed",
            limits.inline_body
        );
        let mut finding = Finding::note("FW0407", message).at(data.at, "this stack").in_stack(id.clone());
        finding.help.extend(shorter(limits.inline_body));
        findings.push(finding);
    }
    if limits.dynamic_references == usize::MAX {
        return;
    }
    let references = template.compact().matches("{{resolve:").count();
    if references > limits.dynamic_references {
        let limit = limits.dynamic_references;
        let message = format!(
            "the template of stack `{id}` has {references} dynamic references; CloudFormation takes {limit}"
        );
        findings.push(
            Finding::error("FW0410", message)
                .at(data.at, "this stack")
                .in_stack(id)
                .help("move some of it into another stack, or read values through parameters of type `AWS::SSM::Parameter::Value<String>`"),
        );
    }
}

fn written_size(template: &Template, format: Format, limits: &Limits) -> usize {
    if limits.inline_body == usize::MAX { template.compact().len() } else { template.text(format).len() }
}

#[cfg(test)]
mod tests {
    use super::legal_type;

    #[test]
    fn types_of_resources() {
        for kind in ["AWS::SQS::Queue", "Custom::My-Thing", "Acme::Net::Vpc::MODULE", "AWS::EC2::VPC"] {
            assert!(legal_type(kind), "{kind}");
        }
        for kind in
            ["", "AWS::SQS", "aws.sqs.Queue", "AWS::SQS::Queue::Extra", "AWS::SQS::Qu eue", "Custom::"]
        {
            assert!(!legal_type(kind), "{kind}");
        }
    }
}
