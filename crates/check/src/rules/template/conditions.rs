//! Conditions, and the section `Rules`, which is made of the same functions.

use std::collections::HashMap;

use super::{Form, circles, names::PSEUDO};
use crate::{
    document::{Content, NodeId},
    json::shortened,
};

/// Functions that yield whether something holds, and are for `Rules` only.
const LOGIC_OF_RULES: &[&str] = &["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"];

impl<'t> Form<'t, '_> {
    pub(super) fn conditions(&mut self) {
        let names = self.names;
        let numbers: HashMap<&str, u32> =
            names.template.section("Conditions").zip(0..).map(|((name, _), number)| (name, number)).collect();
        let mut edges = Vec::new();
        let mut all = Vec::new();
        for (number, (name, node)) in (0..).zip(names.template.section("Conditions")) {
            all.push((name, node));
            if name.starts_with("Fn::") {
                continue;
            }
            self.name("a condition", name, node, &['&', '_']);
            for other in self.logic(node, false) {
                edges.extend(numbers.get(other).map(|other| (number, *other)));
            }
        }
        for circle in circles::circles(all.len() as u32, &edges) {
            let named: Vec<&str> =
                circle.iter().filter_map(|number| all.get(*number as usize)).map(|(name, _)| *name).collect();
            let Some((name, node)) = circle.first().and_then(|first| all.get(*first as usize)) else {
                continue;
            };
            self.speaker
                .say("FW1122", *node, format!("the condition `{name}` depends on itself"))
                .note(circles::told(&named))
                .help("one of these conditions has to do without the others");
        }
    }

    /// Judges what has to be a condition, and yields the names of the conditions that it refers to.
    fn logic(&mut self, node: NodeId, in_rules: bool) -> Vec<&'t str> {
        let names = self.names;
        let mut found = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let Content::Map(map) = names.content(node) else {
                if names.content(node) != Content::Null {
                    self.not_a_condition(node);
                }
                continue;
            };
            match map.only() {
                Some(("Condition", argument)) => {
                    let Some(name) = names.text(argument) else {
                        self.not_a_condition(node);
                        continue;
                    };
                    found.push(name);
                    if !names.conditions.contains_key(name) && !names.may_be(name) {
                        let message = format!("there is no condition `{}`", shortened(name));
                        let remark = self.speaker.say("FW1121", argument, message);
                        if let Some(meant) = names.meant(name, names.conditions.keys().copied()) {
                            remark.help(format!("`{meant}` is probably meant"));
                        }
                    }
                }
                Some(("Fn::And" | "Fn::Or" | "Fn::Not", argument)) => {
                    let mut items = names.items(argument);
                    items.reverse();
                    open.extend(items);
                }
                Some(("Fn::Equals", argument)) => self.equals(node, argument),
                Some((name, _)) if in_rules && LOGIC_OF_RULES.contains(&name) => {}
                // What is no function of CloudFormation at all is said by the rule on functions.
                Some((name, _))
                    if name.starts_with("Fn::") && !super::super::references::is_function(name) => {}
                Some(("Fn::Transform", _)) => {}
                _ => self.not_a_condition(node),
            }
        }
        found
    }

    fn not_a_condition(&mut self, node: NodeId) {
        self.speaker
            .say("FW1120", node, "this is not a condition")
            .help("conditions are made of `Fn::And`, `Fn::Equals`, `Fn::Not`, `Fn::Or` and `Condition`");
    }

    /// `Fn::Equals` of what is known beforehand.
    fn equals(&mut self, node: NodeId, argument: NodeId) {
        let names = self.names;
        let [one, other] = *names.items(argument) else { return };
        let plain = |node| match names.content(node) {
            Content::Text(text) | Content::Number(text) => Some(text),
            Content::Bool(value) => Some(if value { "true" } else { "false" }),
            _ => None,
        };
        let (Some(one), Some(other)) = (plain(one), plain(other)) else { return };
        let holds = if one == other { "always holds" } else { "never holds" };
        let message = format!("`{}` is compared with `{}`: this {holds}", shortened(one), shortened(other));
        let remark = self.speaker.say("FW1123", node, message);
        let name = [one, other]
            .into_iter()
            .find(|name| names.parameters.contains_key(name) || PSEUDO.contains(name));
        if let Some(name) = name {
            remark.help(format!("the value of the parameter is `!Ref {name}`"));
        }
    }

    pub(super) fn rules(&mut self) {
        let names = self.names;
        for (name, node) in names.template.section("Rules") {
            if name.starts_with("Fn::") {
                continue;
            }
            self.name("a rule", name, node, &[]);
            let Content::Map(rule) = names.content(node) else {
                self.speaker.say("FW1124", node, format!("the rule `{name}` is not an object"));
                continue;
            };
            for (key, value) in rule.iter() {
                match key {
                    "RuleCondition" => drop(self.logic(value, true)),
                    "Assertions" => self.assertions(value),
                    _ => {
                        self.speaker
                            .say("FW1124", value, format!("rules have no `{}`", shortened(key)))
                            .help("they have `Assertions` and, if they do not always apply, `RuleCondition`");
                    }
                }
            }
            if rule.get("Assertions").is_none() {
                let message = format!("the rule `{name}` asserts nothing");
                self.speaker.missing("FW1124", node, "Assertions", message);
            }
        }
    }

    fn assertions(&mut self, node: NodeId) {
        let names = self.names;
        let Content::List(list) = names.content(node) else {
            self.speaker.say("FW1124", node, "the assertions of a rule are not a list");
            return;
        };
        for item in list.iter() {
            let assert = names.get(item, "Assert");
            match assert {
                Some(assert) => drop(self.logic(assert, true)),
                None => {
                    self.speaker.say("FW1124", item, "this assertion has no `Assert`");
                }
            }
        }
    }
}
