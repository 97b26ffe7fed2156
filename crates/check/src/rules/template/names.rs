//! The names that a template declares, and how much of it a macro may change.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use formwork_core::nearest;
use formwork_facts::Kind;

use crate::{
    document::{Content, Document, NodeId},
    rule::{Place, Remark, Rule, Says},
    template::Template,
};

/// So many names are compared with misspelt ones, all of them together.
const COMPARISONS: usize = 20_000;

/// The pseudo parameters.
pub(in crate::rules) const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Transforms of AWS that add resources and leave everything else as it is.
const ADDING: &[&str] =
    &["AWS::Include", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-", "AWS::ServiceCatalog"];

/// What names mean in a template.
pub(in crate::rules) struct Names<'t> {
    pub(in crate::rules) template: &'t Template<'t>,
    pub(in crate::rules) parameters: HashMap<&'t str, NodeId>,
    /// The types of parameters.
    types: HashMap<&'t str, &'t str>,
    /// Parameters with `NoEcho`.
    pub(in crate::rules) hidden: HashSet<&'t str>,
    pub(in crate::rules) conditions: HashMap<&'t str, NodeId>,
    pub(in crate::rules) mappings: HashMap<&'t str, NodeId>,
    pub(in crate::rules) resources: HashMap<&'t str, NodeId>,
    /// Whether it has `AWS::LanguageExtensions`.
    pub(in crate::rules) extensions: bool,
    pub(in crate::rules) serverless: bool,
    /// Whether a macro rewrites it, so that nothing about its form is known.
    pub(in crate::rules) macros: bool,
    /// Whether transforms or loops make names that do not stand in it.
    pub(in crate::rules) open: bool,
    modules: HashSet<&'t str>,
    comparisons: Cell<usize>,
}

/// What a value is, as far as functions say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Yields {
    Text,
    List,
    /// An object, written out.
    Object,
    Unknown,
}

/// What `Fn::GetAtt` makes of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Attribute {
    Known(Yields),
    /// A property that is not among the attributes.
    Property,
    Unknown,
}

impl<'t> Names<'t> {
    pub(in crate::rules) fn of(template: &'t Template<'t>) -> Self {
        let section = |name: &str| template.section(name).collect::<HashMap<_, _>>();
        let mut names = Self {
            template,
            parameters: section("Parameters"),
            types: HashMap::new(),
            hidden: HashSet::new(),
            conditions: section("Conditions"),
            mappings: section("Mappings"),
            resources: section("Resources"),
            extensions: false,
            serverless: false,
            macros: false,
            open: false,
            modules: HashSet::new(),
            comparisons: Cell::new(0),
        };
        for (id, node) in template.section("Resources") {
            names.open |= id.starts_with("Fn::");
            let kind = template.map(node).and_then(|resource| resource.get("Type"));
            if let Some(Content::Text(kind)) = kind.map(|kind| template.document.content(kind))
                && kind.ends_with("::MODULE")
            {
                names.modules.insert(id);
            }
        }
        for (name, node) in template.section("Parameters") {
            if let Some(kind) = names.get(node, "Type").and_then(|kind| names.text(kind)) {
                names.types.insert(name, kind);
            }
            let hidden = names.get(node, "NoEcho").map(|hidden| names.content(hidden));
            if matches!(hidden, Some(Content::Bool(true) | Content::Text("true" | "True" | "TRUE"))) {
                names.hidden.insert(name);
            }
        }
        for section in ["Parameters", "Conditions", "Mappings"] {
            names.open |= template.section(section).any(|(name, _)| name.starts_with("Fn::"));
        }
        let root = template.map(Document::ROOT);
        names.macros = root.and_then(|root| root.get("Fn::Transform")).is_some();
        if let Some(transform) = root.and_then(|root| root.get("Transform")) {
            match template.document.content(transform) {
                Content::List(list) => list.iter().for_each(|item| names.transform(item)),
                _ => names.transform(transform),
            }
        }
        names
    }

    fn transform(&mut self, node: NodeId) {
        let content = match self.template.document.content(node) {
            Content::Map(map) => map.get("Name").map(|name| self.template.document.content(name)),
            content => Some(content),
        };
        match content {
            Some(Content::Text("AWS::LanguageExtensions")) => self.extensions = true,
            Some(Content::Text(name)) if name.starts_with("AWS::Serverless-") => {
                (self.serverless, self.open) = (true, true);
            }
            Some(Content::Text(name)) if ADDING.iter().any(|known| name.starts_with(known)) => {
                self.open = true;
            }
            _ => self.macros = true,
        }
    }

    /// Whether something of this name may come from a transform, a loop or a module.
    pub(in crate::rules) fn may_be(&self, name: &str) -> bool {
        let of_module = || {
            let ends = name.char_indices().map(|(end, _)| end).take(256);
            ends.filter_map(|end| name.get(..end)).any(|start| self.modules.contains(start))
        };
        self.open || self.macros || (!self.modules.is_empty() && of_module())
    }

    /// Which of these names was meant; nothing, once enough names were compared.
    pub(in crate::rules) fn meant<'n>(
        &self,
        name: &str,
        candidates: impl Iterator<Item = &'n str>,
    ) -> Option<&'n str> {
        let left = COMPARISONS.saturating_sub(self.comparisons.get());
        let mut compared = 0;
        let counted = candidates.take(left).inspect(|_| compared += 1);
        let found = nearest(name, counted);
        self.comparisons.set(self.comparisons.get() + compared);
        found
    }

    pub(in crate::rules) fn content(&self, node: NodeId) -> Content<'t> {
        self.template.document.content(node)
    }

    /// The text at a node; not of a number.
    pub(in crate::rules) fn text(&self, node: NodeId) -> Option<&'t str> {
        match self.content(node) {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The function at a node with its argument.
    pub(in crate::rules) fn function(&self, node: NodeId) -> Option<(&'t str, NodeId)> {
        let Content::Map(map) = self.content(node) else { return None };
        map.only().filter(|(name, _)| *name == "Ref" || name.starts_with("Fn::"))
    }

    /// The items of a list at a node.
    pub(in crate::rules) fn items(&self, node: NodeId) -> Vec<NodeId> {
        match self.content(node) {
            Content::List(list) => list.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The entry of a map at a node.
    pub(in crate::rules) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        match self.content(node) {
            Content::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// The type of a resource, where it says so.
    pub(in crate::rules) fn kind(&self, id: &str) -> Option<&'t str> {
        self.template.resource(id).map(|index| self.template.resource_type(index))
    }

    /// The resource and the attribute that `Fn::GetAtt` names, with their nodes, where both are literal.
    pub(in crate::rules) fn attribute(&self, argument: NodeId) -> Option<(&'t str, &'t str)> {
        match self.content(argument) {
            Content::Text(text) => text.split_once('.'),
            Content::List(list) if list.len() == 2 => {
                Some((self.text(list.get(0)?)?, self.text(list.get(1)?)?))
            }
            _ => None,
        }
    }

    /// What `Ref` to a name yields.
    pub(in crate::rules) fn referred(&self, name: &str) -> Yields {
        if name == "AWS::NoValue" {
            return Yields::Unknown;
        }
        if name == "AWS::NotificationARNs" {
            return Yields::List;
        }
        if PSEUDO.contains(&name) {
            return Yields::Text;
        }
        if self.parameters.contains_key(name) {
            return match self.types.get(name) {
                Some(kind) if kind.contains("List") => Yields::List,
                Some(_) => Yields::Text,
                None => Yields::Unknown,
            };
        }
        match self.kind(name) {
            Some(kind) if kind.starts_with("AWS::") && !kind.ends_with("::MODULE") => Yields::Text,
            _ => Yields::Unknown,
        }
    }

    /// What stands at a node, as far as that is plain.
    pub(in crate::rules) fn yields(&self, node: NodeId) -> Yields {
        match self.content(node) {
            Content::Null => Yields::Unknown,
            Content::Bool(_) | Content::Number(_) | Content::Text(_) => Yields::Text,
            Content::List(_) => Yields::List,
            Content::Map(map) => match map.only() {
                Some(("Ref", name)) => self.text(name).map_or(Yields::Unknown, |name| self.referred(name)),
                Some(("Fn::GetAtt", argument)) => match self.attribute(argument) {
                    Some((id, name)) => match self.kind(id).map(|kind| attribute(kind, name)) {
                        Some(Attribute::Known(yields)) => yields,
                        _ => Yields::Unknown,
                    },
                    None => Yields::Unknown,
                },
                Some(("Fn::GetAZs" | "Fn::Split" | "Fn::Cidr", _)) => Yields::List,
                Some(("Fn::Sub" | "Fn::Join" | "Fn::Base64" | "Fn::ToJsonString", _)) => Yields::Text,
                // With one key it may be a function that nobody knows here.
                Some((name, _)) if name.starts_with("Fn::") || name == "Condition" => Yields::Unknown,
                _ if map.iter().any(|(key, _)| key == "Ref" || key.starts_with("Fn::")) => Yields::Unknown,
                _ => Yields::Object,
            },
        }
    }
}

/// What an attribute of a type is.
pub(in crate::rules) fn attribute(kind: &str, name: &str) -> Attribute {
    let yields = |shape: &formwork_facts::Shape| match shape.kind {
        Kind::List(_) => Yields::List,
        Kind::Json | Kind::Map(_) | Kind::Object(_) => Yields::Unknown,
        _ => Yields::Text,
    };
    let outputs = match kind {
        "AWS::CloudFormation::Stack" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct" => {
            name.strip_prefix("Outputs.").is_some_and(|output| !output.is_empty())
        }
        _ => false,
    };
    let unknown = kind.starts_with("Custom::")
        || kind == "AWS::CloudFormation::CustomResource"
        || kind.ends_with("::MODULE")
        || kind.starts_with("AWS::Serverless::");
    let Some(facts) = formwork_facts::resource_type(kind).filter(|_| !unknown) else {
        return Attribute::Known(Yields::Unknown);
    };
    if outputs {
        return Attribute::Known(Yields::Text);
    }
    if let Some(attribute) = facts.attribute(name) {
        return Attribute::Known(yields(&attribute.shape));
    }
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.')) && !outer.is_empty()
    };
    let deep = |kind: &Kind| matches!(kind, Kind::Json | Kind::Map(_) | Kind::Object(_));
    let nearby = |known: &formwork_facts::Attribute| {
        within(name, &known.name) || (deep(&known.shape.kind) && within(&known.name, name))
    };
    if facts.attributes.iter().any(nearby) {
        return Attribute::Known(Yields::Unknown);
    }
    let property = name.split('.').next().unwrap_or_default();
    match facts.properties.get(property) {
        Some(_) => Attribute::Property,
        None => Attribute::Unknown,
    }
}

/// Says things about one template in the name of several rules: one walk serves them all.
pub(in crate::rules) struct Speaker<'s> {
    pub(in crate::rules) says: &'s mut Says,
    pub(in crate::rules) rules: &'static [Rule],
    pub(in crate::rules) template: u32,
}

impl Speaker<'_> {
    pub(in crate::rules) fn say(
        &mut self,
        code: &str,
        node: NodeId,
        message: impl Into<String>,
    ) -> &mut Remark {
        if let Some(rule) = self.rules.iter().find(|rule| rule.code == code) {
            self.says.turn(rule);
        }
        self.says.add(Place { template: self.template, node, missing: None }, message)
    }

    pub(in crate::rules) fn missing(
        &mut self,
        code: &str,
        node: NodeId,
        key: &str,
        message: impl Into<String>,
    ) -> &mut Remark {
        let remark = self.say(code, node, message);
        remark.place.missing = Some(key.to_owned());
        remark
    }

    pub(in crate::rules) fn place(&self, node: NodeId) -> Place {
        Place { template: self.template, node, missing: None }
    }
}
