//! Lowering: a stack of the model becomes the text of its template.
//!
//! One walk, writing compact JSON into one buffer. Values are copied as they were encoded; at each hole stands
//! what the reference looks like from this template.

use crate::{
    encode::{Encoder, HOLE, Hole, PIECE_TEXT, PIECE_VALUE, Stored, TEXT, escape},
    expr::{Expr, Field, Kind, Reference, Target},
    graph::Graph,
    ids::Ids,
    model::Model,
    resource::Section,
    template::Template,
    wires::{Carried, Link, Lowering, Wiring, joined},
};

/// The parameter through which the deployment says where nested templates were uploaded to.
pub(crate) const TEMPLATES: &str = "FormworkTemplates";

/// Everything that lowering reads.
#[derive(Clone, Copy)]
pub(crate) struct Context<'m> {
    pub(crate) model: &'m Model,
    pub(crate) ids: &'m Ids,
    pub(crate) graph: &'m Graph,
    pub(crate) wiring: &'m Wiring,
    pub(crate) lowering: Lowering,
    /// The names of stacks at CloudFormation.
    pub(crate) names: &'m [String],
}

/// The template of every stack; those of nested stacks before those of the stacks around them.
pub(crate) fn templates(context: Context<'_>) -> Vec<Template> {
    let count = context.model.stacks.len();
    let mut templates: Vec<Option<Template>> = (0..count).map(|_| None).collect();
    // A nested stack is made after the one around it.
    for stack in (0..count).rev() {
        let template = Writer::new(context, stack as u32).template(&templates);
        templates[stack] = Some(template);
    }
    templates.into_iter().flatten().collect()
}

struct Writer<'m> {
    context: Context<'m>,
    stack: u32,
    out: Vec<u8>,
}

impl<'m> Writer<'m> {
    fn new(context: Context<'m>, stack: u32) -> Self {
        let nodes = context.model.stacks[stack as usize].nodes.len();
        Self { context, stack, out: Vec::with_capacity(256 + nodes * 176) }
    }

    fn template(mut self, inner: &[Option<Template>]) -> Template {
        let model = self.context.model;
        let stack = &model.stacks[self.stack as usize];
        self.raw(r#"{"AWSTemplateFormatVersion":"2010-09-09""#);
        if let Some((description, _)) = &stack.description {
            self.raw(r#","Description":"#);
            self.string(description);
        }
        self.section("Metadata", &stack.metadata, |writer, (key, value, _)| writer.entry(key, *value));
        self.transform();
        self.parameters();
        let rules: Vec<_> = self.context.ids.rules[self.stack as usize].iter().zip(&stack.rules).collect();
        self.section("Rules", &rules, |writer, (id, rule)| writer.entry(id, rule.value));
        self.section("Mappings", &stack.mappings, |writer, index| {
            let index = *index as usize;
            writer.entry(&writer.context.ids.mappings[index], model.mappings[index].0.value);
        });
        self.section("Conditions", &stack.conditions, |writer, index| {
            let index = *index as usize;
            writer.entry(&writer.context.ids.conditions[index], model.conditions[index].value);
        });
        self.raw(r#","Resources":{"#);
        for (index, node) in stack.nodes.iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            self.resource(*node, inner);
        }
        self.raw("}");
        self.outputs();
        self.raw("}");
        // Nothing but text was written.
        Template::new(String::from_utf8(self.out).unwrap_or_default())
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, text: &str) {
        self.out.push(b'"');
        escape(&mut self.out, text);
        self.out.push(b'"');
    }

    /// A logical id or another name that needs no escapes.
    fn name(&mut self, name: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'"');
    }

    fn section<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.raw(",");
        self.name(name);
        self.raw(":{");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            write(self, item);
        }
        self.raw("}");
    }

    fn entry(&mut self, name: &str, value: Stored) {
        self.string(name);
        self.raw(":");
        self.value(value);
    }

    fn transform(&mut self) {
        const EXTENSIONS: &str = "AWS::LanguageExtensions";
        let stack = &self.context.model.stacks[self.stack as usize];
        let mut macros: Vec<&str> = stack.macros.iter().map(|name| &**name).collect();
        if stack.extensions && !macros.contains(&EXTENSIONS) {
            // It has to run before others see the template.
            macros.insert(0, EXTENSIONS);
        }
        match macros.as_slice() {
            [] => {}
            [name] => {
                self.raw(r#","Transform":"#);
                self.string(name);
            }
            names => {
                self.raw(r#","Transform":["#);
                for (index, name) in names.iter().enumerate() {
                    self.raw(if index > 0 { "," } else { "" });
                    self.string(name);
                }
                self.raw("]");
            }
        }
    }

    fn parameters(&mut self) {
        let model = self.context.model;
        let stack = &model.stacks[self.stack as usize];
        let mut entries: Vec<(String, Expr)> = Vec::new();
        let wired = self.context.wiring.parameters(self.stack);
        for parameter in wired {
            entries.push((parameter.name.clone(), parameter.data.expr()));
        }
        if needs_templates(model, self.stack) {
            let data = crate::parameter::ParameterData::of_wire(
                "String",
                "where the templates of nested stacks are, as a URL without a slash at its end".to_owned(),
            );
            entries.push((TEMPLATES.to_owned(), data.expr()));
        }
        if stack.parameters.is_empty() && entries.is_empty() {
            return;
        }
        self.raw(r#","Parameters":{"#);
        let mut first = true;
        for index in &stack.parameters {
            self.raw(if first { "" } else { "," });
            first = false;
            let index = *index as usize;
            self.entry(&self.context.ids.parameters[index], model.parameters[index].0.value);
        }
        for (name, value) in entries {
            self.raw(if first { "" } else { "," });
            first = false;
            self.string(&name);
            self.raw(":");
            self.expr(&value);
        }
        self.raw("}");
    }

    fn resource(&mut self, node: u32, inner: &[Option<Template>]) {
        let model = self.context.model;
        let data = &model.nodes[node as usize];
        self.name(self.context.ids.node(node));
        self.raw(r#":{"Type":"#);
        // Types were checked.
        self.name(model.kind(node));
        let attributes = data.attributes.as_deref();
        if let Some((condition, _)) = attributes.and_then(|attributes| attributes.condition) {
            self.raw(r#","Condition":"#);
            self.name(&self.context.ids.conditions[condition.key.index as usize]);
        }
        // Only a resource with attributes, or one next to a nested stack, can have anything to wait for.
        if attributes.is_some() || model.stacks.len() > 1 {
            self.depends_on(node);
        }
        if let Some(nested) = attributes.and_then(|attributes| attributes.nested) {
            self.nested(node, nested, inner);
        } else {
            self.properties(node, Section::Properties);
        }
        let Some(attributes) = attributes else { return self.raw("}") };
        for section in [Section::Metadata, Section::CreationPolicy, Section::UpdatePolicy] {
            self.properties(node, section);
        }
        if let Some((policy, _)) = attributes.deletion_policy {
            self.raw(r#","DeletionPolicy":"#);
            self.name(policy.as_str());
        }
        if let Some((policy, _)) = attributes.update_replace_policy {
            self.raw(r#","UpdateReplacePolicy":"#);
            self.name(policy.as_str());
        }
        for property in model.properties(node) {
            if property.section == Section::Resource {
                self.raw(",");
                self.entry(&property.name, property.value);
            }
        }
        self.raw("}");
    }

    fn depends_on(&mut self, node: u32) {
        let targets = self.context.graph.depends_on(self.context.model, self.context.ids, node);
        match targets.as_slice() {
            [] => {}
            [target] => {
                self.raw(r#","DependsOn":"#);
                self.name(self.context.ids.node(*target));
            }
            targets => {
                self.raw(r#","DependsOn":["#);
                for (index, target) in targets.iter().enumerate() {
                    self.raw(if index > 0 { "," } else { "" });
                    self.name(self.context.ids.node(*target));
                }
                self.raw("]");
            }
        }
    }

    fn properties(&mut self, node: u32, section: Section) {
        let model = self.context.model;
        let mut first = true;
        for property in model.properties(node) {
            if property.section != section {
                continue;
            }
            if first {
                self.raw(",");
                self.name(section.name());
                self.raw(":{");
            } else {
                self.raw(",");
            }
            first = false;
            self.entry(&property.name, property.value);
        }
        if !first {
            self.raw("}");
        }
    }

    /// The properties of a nested stack: where its template is, what it is given, and what was set by hand.
    fn nested(&mut self, node: u32, nested: u32, inner: &[Option<Template>]) {
        let model = self.context.model;
        let digest =
            inner.get(nested as usize).and_then(Option::as_ref).map(Template::digest).unwrap_or_default();
        // What was set by hand has the last word.
        let own = |name: &str| model.property(node, Section::Properties, name);
        self.raw(r#","Properties":{"TemplateURL":"#);
        match own("TemplateURL") {
            Some(property) => self.value(property.value),
            None => {
                self.raw(r#"{"Fn::Sub":"#);
                self.string(&format!("${{{TEMPLATES}}}/{digest}.template.json"));
                self.raw("}");
            }
        }
        let set: Vec<Field> = match own("Parameters").map(|property| model.value(property.value)) {
            Some(Expr::Object(fields)) => fields,
            _ => Vec::new(),
        };
        let unset = |name: &str| !set.iter().any(|field| field.name == name);
        let wired = self.context.wiring.arguments(nested);
        let mut separator = r#","Parameters":{"#;
        for (name, carried, lowering) in wired.iter().filter(|(name, ..)| unset(name)) {
            self.raw(separator);
            separator = ",";
            self.name(name);
            self.raw(":");
            let reference = Reference {
                target: carried.target(model),
                kind: if carried.is_list() { Kind::List } else { Kind::Text },
                lowering: Some(*lowering),
            };
            let value = Expr::Reference(reference);
            self.expr(&if carried.is_list() { joined(value) } else { value });
        }
        if needs_templates(model, nested) && unset(TEMPLATES) {
            self.raw(separator);
            separator = ",";
            self.raw(&format!(r#""{TEMPLATES}":{{"Ref":"{TEMPLATES}"}}"#));
        }
        for field in &set {
            self.raw(separator);
            separator = ",";
            self.string(&field.name);
            self.raw(":");
            self.expr(&field.value);
        }
        if separator == "," {
            self.raw("}");
        }
        for property in model.properties(node) {
            let ours = matches!(&*property.name, "TemplateURL" | "Parameters");
            if property.section == Section::Properties && !ours {
                self.raw(",");
                self.entry(&property.name, property.value);
            }
        }
        self.raw("}");
    }

    fn outputs(&mut self) {
        let model = self.context.model;
        let stack = &model.stacks[self.stack as usize];
        let wired = self.context.wiring.outputs(self.stack);
        if stack.outputs.is_empty() && wired.is_empty() {
            return;
        }
        self.raw(r#","Outputs":{"#);
        let mut first = true;
        for (output, id) in stack.outputs.iter().zip(&self.context.ids.outputs[self.stack as usize]) {
            self.raw(if first { "" } else { "," });
            first = false;
            self.name(id);
            self.raw(":{");
            if let Some(description) = &output.description {
                self.raw(r#""Description":"#);
                self.string(description);
                self.raw(",");
            }
            if let Some((condition, _)) = output.condition {
                self.raw(r#""Condition":"#);
                self.name(&self.context.ids.conditions[condition.key.index as usize]);
                self.raw(",");
            }
            self.raw(r#""Value":"#);
            self.value(output.declared.value);
            if let Some(export) = output.export {
                self.raw(r#","Export":{"Name":"#);
                self.value(export);
                self.raw("}");
            }
            self.raw("}");
        }
        for output in wired {
            self.raw(if first { "" } else { "," });
            first = false;
            self.name(&output.name);
            self.raw(r#":{"Description":"#);
            self.string(output.description());
            if let Some(condition) = output.condition(model, self.stack) {
                self.raw(r#","Condition":"#);
                self.name(&self.context.ids.conditions[condition.key.index as usize]);
            }
            self.raw(r#","Value":"#);
            let reference =
                Reference { target: output.value.target(model), kind: Kind::Text, lowering: None };
            let value = Expr::Reference(reference);
            match self.carried_link(&output.value) {
                // What comes out of a nested stack was joined there.
                Link::Local if output.value.is_list() => self.expr(&joined(value)),
                _ => self.carried(&output.value),
            }
            if let Some(export) = &output.export {
                self.raw(r#","Export":{"Name":"#);
                self.string(export);
                self.raw("}");
            }
            self.raw("}");
        }
        self.raw("}");
    }

    fn carried_link(&self, carried: &Carried) -> Link {
        let lowerings =
            [self.context.lowering, Lowering::Parameter, Lowering::Weak, Lowering::Strong, Lowering::Both];
        let links =
            lowerings.into_iter().map(|lowering| self.context.wiring.link_of(self.stack, carried, lowering));
        links.into_iter().find(|link| *link != Link::Local).unwrap_or(Link::Local)
    }

    /// A carried value as text: what an output of this template says.
    fn carried(&mut self, carried: &Carried) {
        let link = self.carried_link(carried);
        let reference =
            Reference { target: carried.target(self.context.model), kind: Kind::Text, lowering: None };
        self.link(&link, &reference);
    }

    /// Writes a value that has not been stored.
    fn expr(&mut self, expr: &Expr) {
        let mut encoder = Encoder::default();
        encoder.value(expr);
        self.bytes(&encoder.bytes, &encoder.holes);
    }

    fn value(&mut self, stored: Stored) {
        let model = self.context.model;
        let bytes = model.value_bytes(stored);
        if stored.plain {
            self.out.extend_from_slice(bytes);
        } else {
            self.bytes(bytes, model.value_holes(stored));
        }
    }

    fn bytes(&mut self, mut bytes: &[u8], holes: &[Hole]) {
        while let Some(position) = bytes.iter().position(|byte| *byte == HOLE || *byte == TEXT) {
            self.out.extend_from_slice(&bytes[..position]);
            let number = length(bytes, position + 1);
            if bytes[position] == HOLE {
                if let Some(hole) = holes.get(number) {
                    self.reference(&hole.reference, hole.narrow);
                }
                bytes = &bytes[position + 5..];
            } else {
                let end = position + 5 + number;
                self.interpolation(&bytes[position + 5..end], holes);
                bytes = &bytes[end..];
            }
        }
        self.out.extend_from_slice(bytes);
    }

    fn reference(&mut self, reference: &Reference, narrow: bool) {
        let link = match &reference.target {
            Target::Resource(_) | Target::Attribute(..) | Target::Parameter(_)
                if self.context.model.stacks.len() > 1 =>
            {
                self.context.wiring.link(self.stack, reference, self.context.lowering)
            }
            _ => Link::Local,
        };
        // `Fn::Split` and `Fn::Cidr` do not take `Fn::GetStackOutput`, but `Fn::Sub`, which takes it.
        if narrow && matches!(link, Link::StackOutput { .. }) {
            self.raw(r#"{"Fn::Sub":["${A}",{"A":"#);
            self.link(&link, reference);
            return self.raw("}]}");
        }
        self.link(&link, reference);
    }

    fn link(&mut self, link: &Link, reference: &Reference) {
        let list = reference.kind == Kind::List;
        match link {
            Link::Local => self.local(&reference.target),
            Link::Parameter(name) => {
                self.raw(r#"{"Ref":"#);
                self.name(name);
                self.raw("}");
            }
            Link::NestedOutput { node, output } => {
                self.raw(if list { r#"{"Fn::Split":[",",{"Fn::GetAtt":["# } else { r#"{"Fn::GetAtt":["# });
                self.name(self.context.ids.node(*node));
                self.raw(r#","Outputs."#);
                self.raw(output);
                self.raw(if list { r#""]}]}"# } else { r#""]}"# });
            }
            Link::Import { export } => {
                self.raw(if list {
                    r#"{"Fn::Split":[",",{"Fn::ImportValue":"#
                } else {
                    r#"{"Fn::ImportValue":"#
                });
                self.string(export);
                self.raw(if list { "}]}" } else { "}" });
            }
            Link::StackOutput { stack, output } => {
                // `Fn::Split` does not take `Fn::GetStackOutput`, but `Fn::Join` does and `Fn::Split` takes that.
                self.raw(if list { r#"{"Fn::Split":[",",{"Fn::Join":["",["# } else { "" });
                self.stack_output(*stack, output);
                self.raw(if list { "]]}]}" } else { "" });
            }
        }
    }

    fn stack_output(&mut self, producer: u32, output: &str) {
        let model = self.context.model;
        self.raw(r#"{"Fn::GetStackOutput":{"StackName":"#);
        self.string(&self.context.names[producer as usize]);
        self.raw(r#","OutputName":"#);
        self.name(output);
        if let Some(region) =
            model.region(producer).filter(|region| Some(*region) != model.region(self.stack))
        {
            self.raw(r#","Region":"#);
            self.string(region);
        }
        if model.account(producer) != model.account(self.stack)
            && let Some(role) = &model.stacks[producer as usize].lookup_role
        {
            self.raw(r#","RoleArn":"#);
            self.string(role);
        }
        self.raw("}}");
    }

    fn local(&mut self, target: &Target) {
        let ids = self.context.ids;
        match target {
            Target::Resource(key) => {
                self.raw(r#"{"Ref":"#);
                self.name(ids.node(key.index));
                self.raw("}");
            }
            Target::Attribute(key, attribute) => {
                self.raw(r#"{"Fn::GetAtt":["#);
                self.name(ids.node(key.index));
                self.raw(",");
                self.string(attribute);
                self.raw("]}");
            }
            Target::Parameter(key) => {
                self.raw(r#"{"Ref":"#);
                self.name(&ids.parameters[key.index as usize]);
                self.raw("}");
            }
            Target::ParameterName(key) => self.name(&ids.parameters[key.index as usize]),
            Target::Condition(key) => self.name(&ids.conditions[key.index as usize]),
            Target::Mapping(key) => self.name(&ids.mappings[key.index as usize]),
            // Reported where names were looked up.
            Target::Named(name)
            | Target::NamedAttribute(name, _)
            | Target::NamedCondition(name)
            | Target::NamedMapping(name) => self.string(name),
            Target::Nothing => self.raw("null"),
        }
    }

    /// Writes text with expressions in it as the shorter of `Fn::Sub` and `Fn::Join`.
    fn interpolation(&mut self, pieces: &[u8], holes: &[Hole]) {
        let pieces = self.pieces(pieces, holes);
        let join = join(&pieces);
        match substitution(&pieces) {
            Some(sub) if sub.len() <= join.len() => self.out.extend_from_slice(&sub),
            _ => self.out.extend_from_slice(&join),
        }
    }

    fn pieces(&mut self, mut bytes: &[u8], holes: &[Hole]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while let [kind, ..] = bytes {
            let end = 5 + length(bytes, 1);
            let content = &bytes[5..end];
            pieces.push(if *kind == PIECE_TEXT {
                Piece::Text(content.to_vec())
            } else {
                debug_assert_eq!(*kind, PIECE_VALUE);
                let start = self.out.len();
                self.bytes(content, holes);
                Piece::Value { inline: self.inline(content, holes), value: self.out.split_off(start) }
            });
            bytes = &bytes[end..];
        }
        pieces
    }

    /// `Name` or `Name.Attribute`, where a value can be written as `${..}` in a substitution.
    fn inline(&self, bytes: &[u8], holes: &[Hole]) -> Option<Vec<u8>> {
        const PSEUDO: &[u8] = br#"{"Ref":""#;
        if let Some(name) = bytes.strip_prefix(PSEUDO).and_then(|rest| rest.strip_suffix(br#""}"#)) {
            return Some(name.to_vec());
        }
        let reference = match bytes {
            [HOLE, number @ ..] if number.len() == 4 => &holes.get(length(bytes, 1))?.reference,
            _ => return None,
        };
        let ids = self.context.ids;
        let link = self.context.wiring.link(self.stack, reference, self.context.lowering);
        let text = match (&link, &reference.target) {
            (Link::Local, Target::Resource(key)) => ids.node(key.index).to_owned(),
            (Link::Local, Target::Attribute(key, attribute)) => {
                format!("{}.{attribute}", ids.node(key.index))
            }
            (Link::Local, Target::Parameter(key)) => ids.parameters[key.index as usize].clone(),
            (Link::Parameter(name), _) => name.clone(),
            (Link::NestedOutput { node, output }, _) => format!("{}.Outputs.{output}", ids.node(*node)),
            _ => return None,
        };
        // Anything else would end the variable, or the text around it.
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte));
        plain.then(|| text.into_bytes())
    }
}

/// Whether a stack holds nested ones, so that it must be told where their templates are.
pub(crate) fn needs_templates(model: &Model, stack: u32) -> bool {
    model.stacks.iter().any(|inner| inner.parent.is_some_and(|(parent, _)| parent == stack))
}

fn length(bytes: &[u8], at: usize) -> usize {
    let number = bytes.get(at..at + 4).and_then(|number| number.try_into().ok());
    number.map_or(0, |number| u32::from_le_bytes(number) as usize)
}

enum Piece {
    /// The content of a JSON string.
    Text(Vec<u8>),
    Value {
        inline: Option<Vec<u8>>,
        value: Vec<u8>,
    },
}

/// `None` where a text holds the beginning of what looks like a variable and not its end: how CloudFormation reads
/// that together with a real variable after it is nowhere said.
fn substitution(pieces: &[Piece]) -> Option<Vec<u8>> {
    let open = |content: &[u8]| {
        let begins = content.windows(2).rposition(|pair| pair == b"${");
        content.ends_with(b"$") || begins.is_some_and(|begins| !content[begins..].contains(&b'}'))
    };
    if pieces.iter().any(|piece| matches!(piece, Piece::Text(content) if open(content))) {
        return None;
    }
    let mut names = ('A'..='Z').map(String::from).chain((1..).map(|number| format!("V{number}")));
    let inlined: Vec<&[u8]> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Value { inline: Some(name), .. } => Some(name.as_slice()),
            _ => None,
        })
        .collect();
    let mut text = Vec::new();
    let mut variables: Vec<(String, &[u8])> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(content) => literal(&mut text, content),
            Piece::Value { inline: Some(name), .. } => {
                text.extend_from_slice(b"${");
                text.extend_from_slice(name);
                text.push(b'}');
            }
            Piece::Value { inline: None, value } => {
                let known = variables.iter().find(|(_, other)| other == value).map(|(name, _)| name.clone());
                let name = known.or_else(|| {
                    let name = names.find(|name| !inlined.contains(&name.as_bytes()))?;
                    variables.push((name.clone(), value));
                    Some(name)
                });
                text.extend_from_slice(format!("${{{}}}", name.unwrap_or_default()).as_bytes());
            }
        }
    }
    let mut out = br#"{"Fn::Sub":"#.to_vec();
    if !variables.is_empty() {
        out.push(b'[');
    }
    out.push(b'"');
    out.extend_from_slice(&text);
    out.push(b'"');
    for (index, (name, value)) in variables.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b",{\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
    }
    if !variables.is_empty() {
        out.extend_from_slice(b"}]");
    }
    out.push(b'}');
    Some(out)
}

/// Text in a substitution: `${` means a variable there, `${!` the characters themselves.
fn literal(out: &mut Vec<u8>, content: &[u8]) {
    let mut rest = content;
    while let Some(position) = rest.windows(2).position(|pair| pair == b"${") {
        out.extend_from_slice(&rest[..position + 2]);
        out.push(b'!');
        rest = &rest[position + 2..];
    }
    out.extend_from_slice(rest);
}

fn join(pieces: &[Piece]) -> Vec<u8> {
    let mut out = br#"{"Fn::Join":["",["#.to_vec();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match piece {
            Piece::Text(content) => {
                out.push(b'"');
                out.extend_from_slice(content);
                out.push(b'"');
            }
            Piece::Value { value, .. } => out.extend_from_slice(value),
        }
    }
    out.extend_from_slice(b"]]}");
    out
}
