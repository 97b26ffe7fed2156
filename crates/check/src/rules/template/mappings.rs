//! Mappings.

use super::Form;
use crate::{
    document::{Content, NodeId},
    json::shortened,
};

impl<'t> Form<'t, '_> {
    pub(super) fn mappings(&mut self) {
        let names = self.names;
        for (name, node) in names.template.section("Mappings") {
            if name.starts_with("Fn::") {
                continue;
            }
            self.name("a mapping", name, node, &[]);
            for (key, inner) in self.level(name, node) {
                self.mapping_key(key, inner);
                for (key, value) in self.level(key, inner) {
                    self.mapping_key(key, value);
                    if let Content::Map(map) = names.content(value)
                        && map.only().is_none_or(|(name, _)| name != "Fn::Transform")
                    {
                        self.speaker
                            .say("FW1119", value, format!("the value of `{}` is an object", shortened(key)))
                            .help("mappings have two levels of keys, then text, a number or a list, and no functions");
                    }
                }
            }
        }
    }

    fn level(&mut self, name: &str, node: NodeId) -> Vec<(&'t str, NodeId)> {
        match self.names.content(node) {
            Content::Map(map) => {
                if map.len() == 0 {
                    self.speaker.say("FW1119", node, format!("`{}` has no entries", shortened(name)));
                }
                map.iter().filter(|(key, _)| !key.starts_with("Fn::")).collect()
            }
            Content::Null => Vec::new(),
            _ => {
                let message =
                    format!("`{}` is not an object, as mappings have two levels of keys", shortened(name));
                self.speaker.say("FW1119", node, message);
                Vec::new()
            }
        }
    }

    fn mapping_key(&mut self, key: &str, node: NodeId) {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        if key.is_empty() || !key.chars().all(fits) {
            self.speaker
                .say("FW1119", node, format!("`{}` cannot be a key of a mapping", shortened(key)))
                .help("use letters, digits, `-` and `.`");
        }
    }
}
