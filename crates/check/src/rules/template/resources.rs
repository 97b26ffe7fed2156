//! Resources: their attributes beside the properties.

use super::Form;
use crate::{
    document::{Content, NodeId},
    json::shortened,
};

const ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// What only resources of the serverless transform have.
const SERVERLESS: &[&str] = &["Connectors", "IgnoreGlobals"];

/// Types that can be kept as a snapshot.
const SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

impl<'t> Form<'t, '_> {
    pub(super) fn resources(&mut self) {
        let names = self.names;
        for (id, node) in names.template.section("Resources") {
            if id.starts_with("Fn::") {
                continue;
            }
            self.name("a resource", id, node, &[]);
            let Content::Map(resource) = names.content(node) else {
                if names.content(node) != Content::Null {
                    self.speaker.say(
                        "FW1104",
                        node,
                        format!("the resource `{}` is not an object", shortened(id)),
                    );
                }
                continue;
            };
            let kind = match resource.get("Type").map(|kind| (kind, names.content(kind))) {
                Some((_, Content::Text(kind))) => kind,
                Some((_, Content::Null)) => "",
                Some((at, _)) => {
                    self.speaker
                        .say(
                            "FW1104",
                            at,
                            format!("the type of the resource `{}` is not text", shortened(id)),
                        )
                        .help("a type is written out; functions are not taken there");
                    ""
                }
                None if resource.get("Fn::Transform").is_some() => "",
                None => {
                    let message = format!("the resource `{}` has no type", shortened(id));
                    self.speaker.missing("FW1104", node, "Type", message);
                    ""
                }
            };
            for (key, value) in resource.iter() {
                self.attribute(id, kind, key, value);
            }
        }
    }

    fn attribute(&mut self, id: &str, kind: &str, key: &str, node: NodeId) {
        let names = self.names;
        let content = names.content(node);
        if content == Content::Null {
            return;
        }
        match key {
            "Type" | "Version" => {}
            "Properties" if !matches!(content, Content::Map(_)) => {
                let message = format!("the properties of `{}` are not an object", shortened(id));
                self.speaker.say("FW1106", node, message).help("write `Name: value` for every property");
            }
            "Metadata" if !matches!(content, Content::Map(_)) => {
                self.speaker.say(
                    "FW1111",
                    node,
                    format!("the metadata of `{}` is not an object", shortened(id)),
                );
            }
            "Properties" | "Metadata" => {}
            "Condition" => self.condition(node, "a resource"),
            "DependsOn" => self.depends_on(id, node),
            "DeletionPolicy" | "UpdateReplacePolicy" => self.policy(kind, key, node),
            "CreationPolicy" | "UpdatePolicy" => self.shape_of_policy(kind, key, node),
            _ if key.starts_with("Fn::") => {}
            _ if kind.starts_with("AWS::Serverless::") && SERVERLESS.contains(&key) => {}
            _ if kind.ends_with("::MODULE") => {}
            _ => {
                let message = format!("resources have no attribute `{}`", shortened(key));
                let remark = self.speaker.say("FW1105", node, message);
                let property =
                    formwork_facts::resource_type(kind).and_then(|facts| facts.properties.get(key));
                match (property, names.meant(key, ATTRIBUTES.iter().copied())) {
                    (Some(_), _) => remark.help(format!("`{key}` belongs below `Properties`")),
                    (None, Some(meant)) => remark.help(format!("`{meant}` is probably meant")),
                    (None, None) => {
                        remark.help("properties belong below `Properties`, remarks below `Metadata`")
                    }
                };
            }
        }
    }

    /// The condition of a resource or an output.
    pub(super) fn condition(&mut self, node: NodeId, of: &str) {
        let names = self.names;
        match names.content(node) {
            Content::Null => {}
            Content::Text(name) => {
                if names.conditions.contains_key(name) || names.may_be(name) {
                    return;
                }
                let message = format!("there is no condition `{}`", shortened(name));
                let remark = self.speaker.say("FW1110", node, message);
                match names.meant(name, names.conditions.keys().copied()) {
                    Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                    None => remark.help("declare it in `Conditions`"),
                };
            }
            _ => {
                self.speaker
                    .say("FW1110", node, format!("the condition of {of} is not the name of one"))
                    .help("declare the condition in `Conditions` and give its name here");
            }
        }
    }

    fn depends_on(&mut self, id: &str, node: NodeId) {
        let names = self.names;
        let items = match names.content(node) {
            Content::List(list) => list.iter().collect(),
            _ => vec![node],
        };
        for item in items {
            let Some(other) = names.text(item) else {
                if names.content(item) != Content::Null {
                    self.speaker
                        .say("FW1109", item, "`DependsOn` is not the id of a resource")
                        .help("it takes logical ids, written out, and no functions");
                }
                continue;
            };
            if other == id {
                self.speaker
                    .say("FW1109", item, format!("`{}` depends on itself", shortened(id)))
                    .help("remove this dependency");
            } else if !names.resources.contains_key(other) && !names.may_be(other) {
                let message = format!("there is no resource `{}` to depend on", shortened(other));
                let remark = self.speaker.say("FW1109", item, message);
                if names.parameters.contains_key(other) {
                    remark.help(format!("`{other}` is a parameter; only resources are waited for"));
                } else if let Some(meant) = names.meant(other, names.resources.keys().copied()) {
                    remark.help(format!("`{meant}` is probably meant"));
                }
            }
        }
    }

    /// `DeletionPolicy` and `UpdateReplacePolicy`.
    fn policy(&mut self, kind: &str, key: &str, node: NodeId) {
        let names = self.names;
        let values: &[&str] = match key {
            "DeletionPolicy" => &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"],
            _ => &["Delete", "Retain", "Snapshot"],
        };
        match names.content(node) {
            Content::Text("Snapshot") => {
                if !SNAPSHOTS.contains(&kind) && formwork_facts::resource_type(kind).is_some() {
                    self.speaker
                        .say("FW1107", node, format!("there are no snapshots of `{kind}`"))
                        .help(format!("`{key}: Retain` keeps the resource itself"));
                }
            }
            Content::Text(text) if values.contains(&text) => {}
            Content::Text(text) => {
                let remark =
                    self.speaker.say("FW1107", node, format!("`{key}` cannot be `{}`", shortened(text)));
                match names.meant(text, values.iter().copied()) {
                    Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                    None => remark.help(format!("it is one of `{}`", values.join("`, `"))),
                };
            }
            _ if names.function(node).is_some() && names.extensions => {}
            _ if names.function(node).is_some() => {
                self.speaker
                    .say("FW1107", node, format!("`{key}` is a function"))
                    .help("functions are taken here with `Transform: AWS::LanguageExtensions` only");
            }
            _ => {
                self.speaker.say("FW1107", node, format!("`{key}` is not text"));
            }
        }
    }
}
