//! The sections at the top, and what must not stand anywhere.

use super::Form;
use crate::{
    document::{Content, Document, NodeId},
    json::shortened,
};

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Sections that hold named things.
const OBJECTS: &[&str] =
    &["Conditions", "Mappings", "Metadata", "Outputs", "Parameters", "Resources", "Rules"];

const LONGEST_DESCRIPTION: usize = 1024;
const LONGEST_NAME: usize = 255;

impl<'t> Form<'t, '_> {
    /// Whether what follows makes sense.
    pub(super) fn sections(&mut self) -> bool {
        let names = self.names;
        let Content::Map(root) = names.content(Document::ROOT) else {
            self.speaker.say("FW1103", Document::ROOT, "the template is not an object with sections");
            return false;
        };
        for (name, node) in root.iter() {
            let known = SECTIONS.contains(&name)
                || name.starts_with("Fn::")
                || names.macros
                || (names.serverless && name == "Globals");
            if !known {
                let remark = self.speaker.say(
                    "FW1101",
                    node,
                    format!("templates have no section `{}`", shortened(name)),
                );
                match names.meant(name, SECTIONS.iter().copied()) {
                    Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                    None => remark.help("remove it, or move what is in it to `Metadata`"),
                };
            }
            let is_map = matches!(names.content(node), Content::Map(_));
            if OBJECTS.contains(&name)
                && !is_map
                && (name != "Resources" || names.content(node) != Content::Null)
            {
                self.speaker
                    .say("FW1103", node, format!("the section `{name}` is not an object"))
                    .help("write named entries below it, or leave the section out");
            }
            match name {
                "AWSTemplateFormatVersion" if names.content(node) != Content::Text("2010-09-09") => {
                    self.speaker
                        .say("FW1113", node, "the template has a format version that does not exist")
                        .help("the only version is `\"2010-09-09\"`, in quotes");
                }
                "Description" => self.description(node, "the template"),
                _ => {}
            }
        }
        let resources = root.get("Resources").map(|resources| names.content(resources));
        let empty = match resources {
            None | Some(Content::Null) => true,
            Some(Content::Map(map)) => map.len() == 0,
            _ => false,
        };
        if empty && !names.macros {
            let node = root.get("Resources").unwrap_or(Document::ROOT);
            self.speaker
                .say("FW1102", node, "the template declares no resources")
                .help("CloudFormation asks for at least one entry in `Resources`");
        }
        true
    }

    pub(super) fn description(&mut self, node: NodeId, of: &str) {
        match self.names.content(node) {
            Content::Text(text) if text.len() > LONGEST_DESCRIPTION => {
                let message = format!("the description of {of} has {} bytes", text.len());
                self.speaker.say("FW1114", node, message).help("1,024 bytes are allowed");
            }
            Content::List(_) | Content::Map(_) => {
                let message = format!("the description of {of} is not text");
                self.speaker.say("FW1114", node, message).help("descriptions take no functions and no lists");
            }
            _ => {}
        }
    }

    /// Judges the name of something that a section declares.
    pub(super) fn name(&mut self, what: &str, name: &str, node: NodeId, also: &[char]) {
        let fits = |c: char| c.is_ascii_alphanumeric() || also.contains(&c);
        if name.len() > LONGEST_NAME {
            let message = format!("the name of {what} has {} characters: `{}`", name.len(), shortened(name));
            self.speaker.say("FW1112", node, message).help("255 characters are allowed");
        } else if name.is_empty() || !name.chars().all(fits) {
            let message = format!("`{}` cannot be the name of {what}", name.escape_debug());
            self.speaker
                .say("FW1112", node, message)
                .help("use letters `A-Z`, `a-z` and digits, and nothing else");
        }
    }

    /// Nothing in a template may be null.
    pub(super) fn nulls(&mut self) {
        let document = &self.names.template.document;
        let sections: std::collections::HashSet<NodeId> = match document.content(Document::ROOT) {
            Content::Map(root) => root.iter().map(|(_, node)| node).collect(),
            _ => Default::default(),
        };
        for node in 0..document.len() as NodeId {
            if document.content(node) == Content::Null && !sections.contains(&node) {
                self.speaker
                    .say("FW1129", node, "there is no value here")
                    .help("give it a value, remove the key, or use `!Ref AWS::NoValue`");
            }
        }
    }
}
