//! One walk over a template that finds all functions and texts, and judges them.

use std::collections::{HashMap, HashSet};

use super::{
    super::template::names::{Names, PSEUDO, Speaker, Yields},
    RULES,
    kinds::{EXTENSIONS, FUNCTIONS, LOGIC, NOT_IN_CONDITIONS, OF_RULES},
};
use crate::{
    context::Context,
    document::{Content, Document, NodeId},
    json::shortened,
    rule::Says,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Parameters,
    Mappings,
    Conditions,
    Rules,
    Resources,
    Outputs,
    /// Nothing is judged there; names that occur are used.
    Metadata,
    Other,
}

/// What is known about a node from what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'t> {
    pub(super) section: Section,
    /// The type of the resource.
    pub(super) kind: &'t str,
    /// Whether it is within `Properties` of a resource or the `Value` of an output.
    pub(super) value: bool,
    /// Whether it is within `Metadata` of a resource.
    pub(super) metadata: bool,
    /// The property that it is in, and the property around that.
    pub(super) key: &'t str,
    pub(super) outer: &'t str,
    /// Levels of properties and lists below `Properties`.
    pub(super) depth: u32,
    /// Whether it is in a function other than `Fn::If`.
    pub(super) computed: bool,
    /// Whether it is in `Fn::Sub`.
    pub(super) sub: bool,
    /// Whether it is in a loop, whose variables look like names.
    pub(super) looped: bool,
    /// What must not depend on resources, in words.
    pub(super) fixed: Option<&'static str>,
    /// Whether it is an operand of a condition.
    pub(super) logic: bool,
}

/// The walk and what it found.
pub(super) struct Walk<'t, 's> {
    pub(super) names: &'t Names<'t>,
    pub(super) speaker: Speaker<'s>,
    pub(super) used: HashSet<&'t str>,
    pub(super) used_mappings: HashSet<&'t str>,
    pub(super) used_conditions: HashSet<&'t str>,
    /// Whether names may be used in ways that are not seen.
    pub(super) opaque: bool,
    pub(super) all_mappings: bool,
    pub(super) open: Vec<(NodeId, Spot<'t>)>,
    /// The entries of mappings and their parts, by key, and the second keys of a mapping.
    pub(super) entries: HashMap<NodeId, HashMap<&'t str, NodeId>>,
    pub(super) second_keys: HashMap<NodeId, HashSet<&'t str>>,
}

pub(super) fn walk<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    let Some(it) = context.template(template) else { return };
    let names = Names::of(it);
    let Content::Map(root) = it.document.content(Document::ROOT) else { return };
    if names.macros {
        return;
    }
    let mut walk = Walk {
        names: &names,
        speaker: Speaker { says, rules: RULES, template },
        used: HashSet::new(),
        used_mappings: HashSet::new(),
        used_conditions: HashSet::new(),
        opaque: false,
        all_mappings: false,
        open: Vec::new(),
        entries: HashMap::new(),
        second_keys: HashMap::new(),
    };
    for (name, node) in root.iter() {
        let section = match name {
            "Parameters" => Section::Parameters,
            "Mappings" => Section::Mappings,
            "Conditions" => Section::Conditions,
            "Rules" => Section::Rules,
            "Resources" => Section::Resources,
            "Outputs" => Section::Outputs,
            "Transform" | "Description" | "AWSTemplateFormatVersion" => continue,
            "Metadata" => Section::Metadata,
            _ => Section::Other,
        };
        walk.section(section, node);
    }
    while let Some((node, spot)) = walk.open.pop() {
        walk.node(node, spot);
    }
    walk.unused();
    walk.parameters_with_secrets();
}

impl<'t> Walk<'t, '_> {
    fn section(&mut self, section: Section, node: NodeId) {
        let mut spot = Spot {
            section,
            kind: "",
            value: false,
            metadata: false,
            key: "",
            outer: "",
            depth: 0,
            computed: false,
            sub: false,
            looped: false,
            fixed: None,
            logic: section == Section::Conditions,
        };
        if !matches!(section, Section::Resources | Section::Outputs) {
            self.open.push((node, spot));
            return;
        }
        let Content::Map(entries) = self.names.content(node) else { return };
        let mut open = Vec::new();
        for (id, entry) in entries.iter() {
            if id.starts_with("Fn::") {
                self.special(id, entry, Spot { value: true, ..spot });
                continue;
            }
            let Content::Map(map) = self.names.content(entry) else { continue };
            let kind = map.get("Type").and_then(|kind| self.names.text(kind)).unwrap_or_default();
            spot.kind = if section == Section::Resources { kind } else { "" };
            for (key, value) in map.iter() {
                let part = Spot { key, ..spot };
                match key {
                    "Condition" => self.used_conditions.extend(self.names.text(value)),
                    "Properties" | "Value" => open.push((value, Spot { value: true, ..part })),
                    "Metadata" => open.push((value, Spot { metadata: true, ..part })),
                    "Export" => {
                        open.push((value, Spot { fixed: Some("the name of an export"), ..part }));
                    }
                    // Their form has rules of its own, by which they take no functions.
                    "Type" | "DependsOn" | "Description" => {}
                    "DeletionPolicy" | "UpdateReplacePolicy" if !self.names.extensions => {}
                    _ if key.starts_with("Fn::") => self.special(key, value, part),
                    _ => open.push((value, part)),
                }
            }
        }
        open.reverse();
        self.open.extend(open);
    }

    /// A key of a section that is a macro or a loop.
    fn special(&mut self, name: &'t str, node: NodeId, spot: Spot<'t>) {
        self.opaque = true;
        if name.starts_with("Fn::ForEach") {
            if !self.names.extensions {
                self.speaker
                    .say("FW1155", node, format!("`{}` needs `AWS::LanguageExtensions`", shortened(name)))
                    .help("add `Transform: AWS::LanguageExtensions` to the template");
            }
        } else if name != "Fn::Transform" {
            self.unknown_function(name, node, spot);
        }
        self.open.push((node, Spot { looped: true, ..spot }));
    }

    fn unknown_function(&mut self, name: &str, node: NodeId, spot: Spot<'t>) {
        if spot.section == Section::Metadata || spot.metadata {
            return;
        }
        let message = format!("there is no function `{}`", shortened(name));
        let remark = self.speaker.say("FW1144", node, message);
        if let Some(meant) = self.names.meant(name, FUNCTIONS.iter().copied()) {
            remark.help(format!("`{meant}` is probably meant"));
        }
    }

    fn node(&mut self, node: NodeId, spot: Spot<'t>) {
        match self.names.content(node) {
            Content::Text(text) => self.plain_text(node, text, spot),
            Content::List(list) => {
                let items: Vec<NodeId> = list.iter().collect();
                let spot = Spot { depth: spot.depth + 1, ..spot };
                self.open.extend(items.into_iter().rev().map(|item| (item, spot)));
            }
            Content::Map(map) => {
                if let Some((name, argument)) = map.only() {
                    if name == "Ref" || name.starts_with("Fn::") {
                        return self.function(node, name, argument, spot);
                    }
                    if name == "Condition" && spot.logic {
                        self.used_conditions.extend(self.names.text(argument));
                        return;
                    }
                    if name.len() > 4 && name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fn::"))
                    {
                        self.unknown_function(name, argument, spot);
                    }
                }
                let mut entries: Vec<_> = map.iter().collect();
                if spot.value
                    && !spot.looped
                    && let Some((name, argument)) =
                        entries.iter().find(|(key, _)| key.starts_with("Fn::") && super::is_function(key))
                    && !matches!(*name, "Fn::Transform")
                    && !name.starts_with("Fn::ForEach")
                {
                    self.speaker
                        .say("FW1170", *argument, format!("`{name}` stands beside other keys"))
                        .help("a function is the only key of its object");
                }
                entries.reverse();
                for (key, value) in entries {
                    if key == "Fn::Transform" || key.starts_with("Fn::ForEach") {
                        self.special(key, value, spot);
                        continue;
                    }
                    let inner = Spot { key, outer: spot.key, depth: spot.depth + 1, ..spot };
                    self.open.push((value, inner));
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, node: NodeId, name: &'t str, argument: NodeId, spot: Spot<'t>) {
        if name == "Fn::Transform" || name.starts_with("Fn::ForEach") {
            return self.special(name, argument, spot);
        }
        if !super::is_function(name) {
            self.unknown_function(name, argument, spot);
            self.open.push((argument, Spot { computed: true, ..spot }));
            return;
        }
        let within = Spot { computed: spot.computed || name != "Fn::If", logic: false, ..spot };
        let judged = spot.section != Section::Metadata && spot.section != Section::Other;
        if judged {
            self.may_stand_here(argument, name, spot);
        }
        if judged && !spot.looped {
            self.call(node, name, argument, spot);
        }
        self.secret_in_function(node, name, argument, spot);
        self.note_uses(name, argument, spot);
        // The parts of a function in which more functions or texts may stand.
        let items = self.names.items(argument);
        match name {
            "Ref" | "Fn::GetAtt" if self.names.text(argument).is_some() => {}
            "Fn::Sub" => {
                let text = items.first().copied().unwrap_or(argument);
                self.open.push((text, Spot { sub: true, ..within }));
                if let Some(Content::Map(map)) = items.get(1).map(|own| self.names.content(*own)) {
                    let spot = Spot { sub: true, ..within };
                    self.open.extend(map.iter().map(|(_, value)| (value, spot)));
                }
            }
            "Fn::If" => {
                self.open.extend(items.into_iter().skip(1).rev().map(|item| (item, within)));
            }
            "Fn::ImportValue" => {
                let fixed = Some("the name of an import");
                self.open.push((argument, Spot { fixed, ..within }));
            }
            _ if LOGIC.contains(&name) || OF_RULES.contains(&name) => {
                let logic = Spot { logic: name != "Fn::Equals", ..within };
                self.open.push((argument, logic));
            }
            _ => self.open.push((argument, within)),
        }
    }

    fn note_uses(&mut self, name: &str, argument: NodeId, spot: Spot<'t>) {
        let items = self.names.items(argument);
        let first = items.first().and_then(|item| self.names.text(*item));
        match name {
            "Ref" => match self.names.text(argument) {
                Some(name) => self.uses(name, argument, spot),
                None => self.opaque = true,
            },
            "Fn::Sub" => {
                let text = first.or_else(|| self.names.text(argument)).unwrap_or_default();
                // Of a text that is put together, the whole is the secret, and not every part.
                let spot = Spot { computed: true, ..spot };
                for name in super::calls::variables(text) {
                    self.uses(name, argument, spot);
                }
            }
            "Fn::FindInMap" => match first {
                Some(name) => drop(self.used_mappings.insert(name)),
                None => self.all_mappings = true,
            },
            "Fn::If" => self.used_conditions.extend(first),
            "Fn::ValueOf" | "Fn::ValueOfAll" => self.used.extend(first),
            "Fn::RefAll" => self.opaque = true,
            _ => {}
        }
    }

    /// A parameter or something else is read here.
    fn uses(&mut self, name: &'t str, at: NodeId, spot: Spot<'t>) {
        self.used.insert(name);
        let Some(parameter) = self.names.parameters.get(name).copied() else { return };
        self.secret_parameter(name, parameter, at, spot);
        let shown = match spot.section {
            Section::Metadata => "metadata",
            Section::Outputs if spot.value => "an output",
            Section::Resources if spot.metadata => "metadata",
            _ => return,
        };
        if self.names.hidden.contains(name) {
            let place = self.speaker.place(parameter);
            let message = format!("`{name}` is a parameter with `NoEcho`, and {shown} shows it");
            self.speaker
                .say("FW1174", at, message)
                .also(place, "the parameter")
                .help("keep the value in Secrets Manager and pass on the secret's ARN");
        }
    }

    /// Whether a function may stand at this place at all.
    fn may_stand_here(&mut self, node: NodeId, name: &str, spot: Spot<'t>) {
        let section = match spot.section {
            Section::Parameters => "Parameters",
            Section::Mappings => "Mappings",
            _ => "",
        };
        let problem = if !section.is_empty() {
            format!("`{section}` takes no functions")
        } else if EXTENSIONS.contains(&name) && !self.names.extensions {
            let message = format!("`{name}` needs `AWS::LanguageExtensions`");
            self.speaker
                .say("FW1155", node, message)
                .help("add `Transform: AWS::LanguageExtensions` to the template");
            return;
        } else if spot.section == Section::Conditions && NOT_IN_CONDITIONS.contains(&name) {
            format!("`{name}` is not for conditions")
        } else if OF_RULES.contains(&name) && !matches!(spot.section, Section::Rules | Section::Conditions) {
            format!("`{name}` is for the section `Rules`")
        } else if LOGIC.contains(&name) && matches!(spot.section, Section::Resources | Section::Outputs) {
            format!("`{name}` is for `Conditions`")
        } else {
            return;
        };
        let remark = self.speaker.say("FW1154", node, problem);
        match spot.section {
            Section::Parameters | Section::Mappings => remark.help("write the value out"),
            Section::Conditions => {
                remark.help("conditions know parameters, mappings and pseudo parameters only")
            }
            _ => remark.help("declare a condition, and choose with `Fn::If`"),
        };
    }

    fn unused(&mut self) {
        let names = self.names;
        if self.opaque {
            return;
        }
        for (name, node) in names.template.section("Parameters") {
            if !self.used.contains(name) && !names.template.passed.contains_key(name) {
                let message = format!("the parameter `{}` is not used", shortened(name));
                self.speaker.say("FW1162", node, message).help("remove it, or refer to it");
            }
        }
        for (name, node) in names.template.section("Conditions") {
            if !self.used_conditions.contains(name) {
                let message = format!("the condition `{}` is not used", shortened(name));
                self.speaker.say("FW1163", node, message).help("remove it, or give it to a resource");
            }
        }
        for (name, node) in names.template.section("Mappings") {
            if !self.all_mappings && !self.used_mappings.contains(name) {
                let message = format!("the mapping `{}` is not used", shortened(name));
                self.speaker.say("FW1164", node, message).help("remove it, or look something up in it");
            }
        }
    }

    /// Text that is no argument of a function, or a part of one.
    fn plain_text(&mut self, node: NodeId, text: &'t str, spot: Spot<'t>) {
        self.dynamic_references(node, text, spot);
        if spot.section != Section::Parameters {
            self.key_in_clear(node, text);
        }
        let metadata = spot.section == Section::Metadata || spot.metadata;
        if !spot.value && !spot.metadata || spot.section == Section::Metadata {
            return;
        }
        if !spot.computed && !metadata {
            self.secret_in_clear(node, text, spot);
            if PSEUDO.contains(&text) {
                self.speaker
                    .say("FW1169", node, format!("`{text}` is plain text here"))
                    .help(format!("its value is `!Ref {text}`"));
            }
        }
        const OF_OTHERS: &[&str] = &["TemplateBody", "DefinitionString", "Definition", "RequestTemplates"];
        if spot.sub || spot.looped || [spot.key, spot.outer].iter().any(|key| OF_OTHERS.contains(key)) {
            return;
        }
        for name in super::calls::variables(text) {
            let id = name.split('.').next().unwrap_or_default();
            let is_name = PSEUDO.contains(&name)
                || self.names.parameters.contains_key(name)
                || (self.names.resources.contains_key(id)
                    && (id == name
                        || self.names.kind(id).is_some_and(|kind| {
                            let attribute = name.get(id.len() + 1..).unwrap_or_default();
                            super::super::template::names::attribute(kind, attribute)
                                == super::super::template::names::Attribute::Known(Yields::Text)
                        })));
            if is_name {
                let remark = self.speaker.say(
                    "FW1159",
                    node,
                    format!("`${{{name}}}` stands in text that is no `Fn::Sub`"),
                );
                remark.help("use `!Sub`, so that the value is put in its place");
                if metadata {
                    // Scripts have variables of their own, perhaps of the same name.
                    remark.severity(formwork_core::Severity::Note);
                }
                return;
            }
        }
    }
}
