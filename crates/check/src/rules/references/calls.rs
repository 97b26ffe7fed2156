//! What functions are called with.

use super::{
    super::template::names::{Attribute, PSEUDO, Yields, attribute},
    kinds,
    walk::{Section, Spot, Walk},
};
use crate::{
    context::{SubPart, substitution_parts},
    document::{Content, NodeId},
    json::shortened,
};

/// The names of the variables in a text for `Fn::Sub`.
pub(super) fn variables(text: &str) -> Vec<&str> {
    if !text.contains("${") {
        return Vec::new();
    }
    let name = |part| match part {
        SubPart::Name(name) => Some(name),
        SubPart::Text(_) => None,
    };
    substitution_parts(text).into_iter().filter_map(name).collect()
}

impl<'t> Walk<'t, '_> {
    fn wrong(&mut self, node: NodeId, message: impl Into<String>, help: &str) {
        self.speaker.say("FW1145", node, message).help(help);
    }

    pub(super) fn call(&mut self, node: NodeId, name: &'t str, argument: NodeId, spot: Spot<'t>) {
        if self.names.content(argument) == Content::Null {
            return;
        }
        match name {
            "Ref" => self.reference(argument, spot),
            "Fn::GetAtt" => self.get_att(argument, spot),
            "Fn::Base64" | "Fn::ImportValue" | "Fn::GetAZs" => self.one_text(name, argument),
            "Fn::Sub" => self.sub(argument, spot),
            "Fn::GetStackOutput" => self.stack_output(argument),
            "Fn::Length" => {
                if matches!(self.names.yields(argument), Yields::Text | Yields::Object) {
                    self.wrong(argument, "`Fn::Length` counts the items of a list", "give it a list");
                }
            }
            "Fn::ToJsonString" => {
                if self.names.yields(argument) == Yields::Text && self.names.function(argument).is_none() {
                    self.wrong(
                        argument,
                        "`Fn::ToJsonString` takes an object or a list",
                        "give it one of these",
                    );
                }
            }
            _ => self.call_with_list(node, name, argument, spot),
        }
    }

    /// Functions whose argument is a list.
    fn call_with_list(&mut self, node: NodeId, name: &'t str, argument: NodeId, _: Spot<'t>) {
        let (least, most, shape) = match name {
            "Fn::Join" => (2, 2, "[separator, list]"),
            "Fn::Split" => (2, 2, "[separator, text]"),
            "Fn::Select" => (2, 2, "[index, list]"),
            "Fn::If" => (3, 3, "[condition, value if it holds, value otherwise]"),
            "Fn::FindInMap" => (3, 4, "[mapping, first key, second key]"),
            "Fn::Cidr" => (2, 3, "[range, count, bits]"),
            "Fn::Equals" => (2, 2, "[value, value]"),
            "Fn::And" | "Fn::Or" => (2, 10, "two to ten conditions"),
            "Fn::Not" => (1, 1, "[condition]"),
            _ => return,
        };
        let Content::List(list) = self.names.content(argument) else {
            // A function that yields the whole list is taken with the extensions only, and not judged there.
            if self.names.function(argument).is_none() || !self.names.extensions {
                let message = format!("`{name}` takes a list");
                self.wrong(argument, message, &format!("write `{name}: {shape}`"));
            }
            return;
        };
        let items: Vec<NodeId> = list.iter().collect();
        if !(least..=most).contains(&items.len()) {
            let message = format!("`{name}` has {} items", items.len());
            self.wrong(argument, message, &format!("write `{name}: {shape}`"));
            return;
        }
        if name == "Fn::FindInMap" && items.len() == 4 && !self.names.extensions {
            self.speaker
                .say("FW1155", argument, "a default value of `Fn::FindInMap` needs `AWS::LanguageExtensions`")
                .help("add `Transform: AWS::LanguageExtensions` to the template");
        }
        for (position, item) in items.iter().enumerate() {
            self.nested(name, position, *item);
        }
        match name {
            "Fn::Join" => self.join(&items),
            "Fn::Split" => self.split(&items),
            "Fn::Select" => self.select(&items),
            "Fn::If" => self.choice(&items),
            "Fn::FindInMap" => self.find_in_map(node, &items),
            "Fn::Cidr" => self.cidr(&items),
            "Fn::Equals" => {
                for item in items {
                    if self.names.yields(item) == Yields::Object
                        || matches!(self.names.content(item), Content::List(_))
                    {
                        self.wrong(item, "`Fn::Equals` compares text", "compare one text with another");
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether an argument takes the function that stands there.
    fn nested(&mut self, name: &str, position: usize, node: NodeId) -> bool {
        let Some((inner, _)) = self.names.function(node) else { return true };
        let Some(taken) = kinds::takes(name, position) else { return true };
        let with_extensions = kinds::takes_with_extensions(name, position);
        if taken.contains(&inner) || (with_extensions && self.names.extensions) || !kinds::is_function(inner)
        {
            return true;
        }
        let message = format!("`{name}` takes no `{inner}` here");
        let remark = self.speaker.say("FW1156", node, message);
        match taken {
            _ if with_extensions => {
                remark.help("it does with `Transform: AWS::LanguageExtensions`");
            }
            _ => {
                remark.help("write the value out");
            }
        }
        false
    }

    fn reference(&mut self, argument: NodeId, spot: Spot<'t>) {
        match self.names.content(argument) {
            Content::Text(name) => self.referred(name, argument, spot, "FW1141"),
            _ if self.names.function(argument).is_some() => {
                if !self.names.extensions {
                    self.speaker
                        .say("FW1156", argument, "`Ref` takes no function here")
                        .help("it does with `Transform: AWS::LanguageExtensions`");
                }
            }
            _ => self.wrong(argument, "`Ref` takes a name", "give it the name of a parameter or a resource"),
        }
    }

    /// Judges a name that stands for a parameter, a resource or a pseudo parameter.
    fn referred(&mut self, name: &'t str, at: NodeId, spot: Spot<'t>, code: &str) {
        let names = self.names;
        if PSEUDO.contains(&name) || names.parameters.contains_key(name) {
            return;
        }
        if name.starts_with("AWS::") {
            let message = format!("there is no pseudo parameter `{}`", shortened(name));
            let remark = self.speaker.say("FW1158", at, message);
            match names.meant(name, PSEUDO.iter().copied()) {
                Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                None => remark.help(format!("there are `{}`", PSEUDO.join("`, `"))),
            };
            return;
        }
        if names.resources.contains_key(name) {
            let place = match spot.section {
                Section::Conditions => "a condition",
                Section::Rules => "a rule",
                _ => match spot.fixed {
                    Some(fixed) => fixed,
                    None => return,
                },
            };
            let code = if spot.fixed.is_some() { "FW1157" } else { "FW1154" };
            self.speaker
                .say(code, at, format!("{place} depends on the resource `{name}`"))
                .help("it is needed before any resource exists: use parameters and pseudo parameters");
            return;
        }
        if names.may_be(name) {
            return;
        }
        let message = format!("there is no parameter or resource `{}`", shortened(name));
        let remark = self.speaker.say(code, at, message);
        if names.conditions.contains_key(name) {
            remark.help(format!("`{name}` is a condition; use it with `Fn::If`"));
        } else if names.mappings.contains_key(name) {
            remark.help(format!("`{name}` is a mapping; look values up with `Fn::FindInMap`"));
        } else if let Some((id, attribute)) = name.split_once('.')
            && names.resources.contains_key(id)
        {
            remark.help(format!("an attribute is read with `!GetAtt {id}.{}`", shortened(attribute)));
        } else {
            let all = names.parameters.keys().chain(names.resources.keys()).copied();
            if let Some(meant) = names.meant(name, all) {
                remark.help(format!("`{meant}` is probably meant"));
            }
        }
    }

    fn get_att(&mut self, argument: NodeId, spot: Spot<'t>) {
        let names = self.names;
        let items = names.items(argument);
        match names.content(argument) {
            Content::Text(text) if text.contains('.') => {}
            Content::List(_) if items.len() == 2 => {
                let mut plain = true;
                for (position, item) in items.iter().enumerate() {
                    plain &= self.nested("Fn::GetAtt", position, *item);
                    if names.text(*item).is_none() && names.function(*item).is_none() {
                        self.wrong(*item, "`Fn::GetAtt` takes names", "write `!GetAtt Resource.Attribute`");
                        plain = false;
                    }
                }
                if !plain {
                    return;
                }
            }
            // `[A, B, C]` is how some write `A.B.C`.
            _ => {
                let help = "write `!GetAtt Resource.Attribute`";
                return self.wrong(argument, "`Fn::GetAtt` takes a resource and an attribute", help);
            }
        }
        match names.attribute(argument) {
            Some((id, attribute)) => {
                let at = items.get(1).copied().unwrap_or(argument);
                self.attribute(id, attribute, items.first().copied().unwrap_or(argument), at, spot);
            }
            None => {
                if let Some(id) = items.first().and_then(|item| names.text(*item)) {
                    self.attribute_owner(id, argument, spot);
                }
            }
        }
    }

    /// Whether the resource of an attribute is there.
    fn attribute_owner(&mut self, id: &'t str, at: NodeId, spot: Spot<'t>) -> bool {
        let names = self.names;
        if names.resources.contains_key(id) {
            if let Some(fixed) = spot.fixed {
                self.speaker
                    .say("FW1157", at, format!("{fixed} depends on the resource `{id}`"))
                    .help("it is needed before any resource exists: use parameters and pseudo parameters");
                return false;
            }
            return true;
        }
        if !names.may_be(id) {
            let message = format!("there is no resource `{}`", shortened(id));
            let remark = self.speaker.say("FW1142", at, message);
            if names.parameters.contains_key(id) {
                remark.help(format!("`{id}` is a parameter, whose value is `!Ref {id}`"));
            } else if let Some(meant) = names.meant(id, names.resources.keys().copied()) {
                remark.help(format!("`{meant}` is probably meant"));
            }
        }
        false
    }

    fn attribute(&mut self, id: &'t str, name: &'t str, owner: NodeId, at: NodeId, spot: Spot<'t>) {
        if !self.attribute_owner(id, owner, spot) {
            return;
        }
        let Some(kind) = self.names.kind(id) else { return };
        match attribute(kind, name) {
            Attribute::Known(_) => {}
            Attribute::Property => {
                let message = format!("`{name}` is a property of `{kind}`, not an attribute");
                self.speaker.say("FW1143", at, message).severity(formwork_core::Severity::Warning).help(
                    "few types yield their properties; repeat the value instead, or use a parameter for both",
                );
            }
            Attribute::Unknown => {
                let message = format!("`{kind}` has no attribute `{}`", shortened(name));
                let known = formwork_facts::resource_type(kind);
                let all = || known.into_iter().flat_map(|facts| facts.attributes.iter().map(|it| &*it.name));
                let meant = self.names.meant(name, all()).map(str::to_owned);
                let remark = self.speaker.say("FW1143", at, message);
                if let Some(meant) = meant {
                    remark.help(format!("`{meant}` is probably meant"));
                } else if kind == "AWS::CloudFormation::Stack" {
                    remark.help(format!("an output of a nested stack is `{id}.Outputs.{}`", shortened(name)));
                } else if all().count() == 0 {
                    remark.help("it has no attributes");
                } else {
                    let some: Vec<&str> = all().take(8).collect();
                    remark.help(format!("among its attributes are `{}`", some.join("`, `")));
                }
            }
        }
    }

    /// `Fn::Base64`, `Fn::ImportValue`, `Fn::GetAZs`: one text.
    fn one_text(&mut self, name: &str, argument: NodeId) {
        match self.names.yields(argument) {
            Yields::Text | Yields::Unknown => {}
            Yields::List | Yields::Object => {
                self.wrong(argument, format!("`{name}` takes text"), "put a list together with `Fn::Join`");
            }
        }
        if name == "Fn::GetAZs"
            && let Some(region) = self.names.text(argument)
            && region.starts_with("AWS::")
        {
            self.wrong(
                argument,
                format!("`{region}` is no Region"),
                "write `!GetAZs \"\"` or `Fn::GetAZs: !Ref AWS::Region`",
            );
        }
    }

    fn join(&mut self, items: &[NodeId]) {
        let [separator, list] = *items else { return };
        self.separator("Fn::Join", separator);
        match self.names.content(list) {
            Content::List(list) => {
                for item in list.iter() {
                    if matches!(self.names.yields(item), Yields::List | Yields::Object) {
                        let message = "`Fn::Join` puts texts together, and this is not text";
                        self.wrong(
                            item,
                            message,
                            "a list is given as the list itself: `!Join [\",\", !Ref List]`",
                        );
                    }
                }
            }
            _ if matches!(self.names.yields(list), Yields::Text | Yields::Object) => {
                self.wrong(
                    list,
                    "`Fn::Join` puts the items of a list together, and this is no list",
                    "give it a list",
                );
            }
            _ => {}
        }
    }

    fn separator(&mut self, name: &str, node: NodeId) {
        if matches!(self.names.content(node), Content::List(_)) || self.names.yields(node) == Yields::Object {
            self.wrong(node, format!("the separator of `{name}` is not text"), "write it out: `\",\"`");
        }
    }

    fn split(&mut self, items: &[NodeId]) {
        let [separator, text] = *items else { return };
        self.separator("Fn::Split", separator);
        if matches!(self.names.yields(text), Yields::List | Yields::Object) {
            self.wrong(text, "`Fn::Split` takes text apart, and this is not text", "give it text");
        }
    }

    fn select(&mut self, items: &[NodeId]) {
        let [index, list] = *items else { return };
        let number = match self.names.content(index) {
            Content::Number(text) | Content::Text(text) => match text.trim().parse::<usize>() {
                Ok(number) => Some(number),
                Err(_) => {
                    self.wrong(
                        index,
                        format!("`{}` is no index", shortened(text)),
                        "indexes are 0, 1, 2, ..",
                    );
                    None
                }
            },
            Content::List(_) | Content::Bool(_) => {
                self.wrong(index, "this is no index", "indexes are 0, 1, 2, ..");
                None
            }
            _ => None,
        };
        let names = self.names;
        let count = match names.content(list) {
            // What a choice leaves out is no item.
            Content::List(list)
                if list.iter().all(|item| names.function(item).is_none_or(|(name, _)| name != "Fn::If")) =>
            {
                Some(list.len())
            }
            Content::List(_) => None,
            Content::Map(_) => match names.function(list) {
                Some(("Fn::Split", argument)) => {
                    let parts = names.items(argument);
                    match (
                        parts.first().and_then(|it| names.text(*it)),
                        parts.get(1).and_then(|it| names.text(*it)),
                    ) {
                        (Some(separator), Some(text))
                            if !separator.is_empty() && !text.contains("{{resolve:") =>
                        {
                            Some(text.split(separator).count())
                        }
                        _ => None,
                    }
                }
                Some(("Fn::Cidr", argument)) => {
                    let count = names.items(argument).get(1).copied();
                    match count.map(|count| names.content(count)) {
                        Some(Content::Number(text) | Content::Text(text)) => text.trim().parse().ok(),
                        _ => None,
                    }
                }
                _ => None,
            },
            _ => None,
        };
        if matches!(names.yields(list), Yields::Text | Yields::Object) {
            self.wrong(list, "`Fn::Select` chooses from a list, and this is no list", "give it a list");
        } else if let (Some(number), Some(count)) = (number, count)
            && number >= count
        {
            let message = format!("the list has {count} items, and none of index {number}");
            self.speaker.say("FW1146", index, message).help("the first item has the index 0");
        }
    }

    fn choice(&mut self, items: &[NodeId]) {
        let Some(condition) = items.first().copied() else { return };
        let Some(name) = self.names.text(condition) else {
            if self.names.function(condition).is_none() {
                self.wrong(condition, "`Fn::If` takes the name of a condition", "declare it in `Conditions`");
            }
            return;
        };
        if !self.names.conditions.contains_key(name) && !self.names.may_be(name) {
            let message = format!("there is no condition `{}`", shortened(name));
            let remark = self.speaker.say("FW1152", condition, message);
            match self.names.meant(name, self.names.conditions.keys().copied()) {
                Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                None => remark.help("declare it in `Conditions`"),
            };
        }
    }

    fn find_in_map(&mut self, _: NodeId, items: &[NodeId]) {
        let names = self.names;
        let [map, first, second, rest @ ..] = items else { return };
        for key in [map, first, second] {
            if matches!(names.content(*key), Content::List(_)) || names.yields(*key) == Yields::Object {
                self.wrong(
                    *key,
                    "`Fn::FindInMap` takes names and keys",
                    "write them out, or refer to a parameter",
                );
                return;
            }
        }
        if let Some(options) = rest.first()
            && names.get(*options, "DefaultValue").is_none()
        {
            return self.wrong(
                *options,
                "the default of `Fn::FindInMap` is not an object with `DefaultValue`",
                "write `DefaultValue: ..`",
            );
        }
        let Some(name) = names.text(*map) else { return };
        let Some(mapping) = names.mappings.get(name).copied() else {
            if !names.may_be(name) {
                let message = format!("there is no mapping `{}`", shortened(name));
                let remark = self.speaker.say("FW1151", *map, message);
                if let Some(meant) = names.meant(name, names.mappings.keys().copied()) {
                    remark.help(format!("`{meant}` is probably meant"));
                }
            }
            return;
        };
        if !rest.is_empty() {
            return;
        }
        let key = |node: NodeId| match names.content(node) {
            Content::Text(text) | Content::Number(text) => Some(text),
            _ => None,
        };
        match (key(*first), key(*second)) {
            (Some(text), other) => match (self.entry(mapping, text), other) {
                (None, _) => self.lacks(mapping, mapping, text, *first),
                (Some(inner), Some(other)) if self.entry(inner, other).is_none() => {
                    self.lacks(mapping, inner, other, *second);
                }
                _ => {}
            },
            // A second key that no first one has.
            (None, Some(text)) => {
                let second_keys = self.second_keys.entry(mapping).or_insert_with(|| {
                    let maps = names.template.map(mapping).into_iter().flat_map(|map| map.iter());
                    let keys = |(_, node)| names.template.map(node).into_iter().flat_map(|map| map.iter());
                    maps.flat_map(keys).map(|(key, _)| key).collect()
                });
                let open = |key: &&str| key.starts_with("Fn::");
                if !second_keys.contains(text) && !second_keys.iter().any(open) {
                    self.lacks(mapping, mapping, text, *second);
                }
            }
            _ => {}
        }
    }

    /// An entry of a mapping, or of one of its parts; something, where a macro adds entries.
    fn entry(&mut self, node: NodeId, key: &str) -> Option<NodeId> {
        let names = self.names;
        let entries = self
            .entries
            .entry(node)
            .or_insert_with(|| names.template.map(node).into_iter().flat_map(|map| map.iter()).collect());
        let added = || entries.get("Fn::Transform").or_else(|| entries.get("Ref")).copied();
        // What is no object is said by the rule on mappings.
        if entries.is_empty() {
            return Some(node);
        }
        entries.get(key).copied().or_else(added)
    }

    /// A mapping, or a part of it, lacks a key.
    fn lacks(&mut self, mapping: NodeId, part: NodeId, key: &str, at: NodeId) {
        let names = self.names;
        let known = names.template.map(part).into_iter().flat_map(|map| map.iter()).map(|(key, _)| key);
        let meant = names.meant(key, known);
        let place = self.speaker.place(mapping);
        let message = format!("the mapping has no key `{}` here", shortened(key));
        let remark = self.speaker.say("FW1151", at, message);
        remark.also(place, "the mapping");
        if let Some(meant) = meant {
            remark.help(format!("`{meant}` is probably meant"));
        }
    }

    fn cidr(&mut self, items: &[NodeId]) {
        let names = self.names;
        let [block, count, rest @ ..] = items else { return };
        let number = |walk: &mut Self, node: NodeId, most: i64, what: &str| {
            let value = match walk.names.content(node) {
                Content::Number(text) | Content::Text(text) => text.trim().parse::<i64>().ok(),
                Content::Map(_) if walk.names.function(node).is_some() => return None,
                _ => None,
            };
            if !value.is_some_and(|value| (1..=most).contains(&value)) {
                walk.speaker
                    .say("FW1153", node, format!("this is no number of {what}"))
                    .help(format!("it is from 1 to {most}"));
                return None;
            }
            value
        };
        let count = number(self, *count, 256, "ranges");
        let bits = match rest.first() {
            Some(bits) => number(self, *bits, 128, "bits"),
            None => Some(8),
        };
        match names.content(*block) {
            Content::Text(text) if !text.contains("{{resolve:") => {
                let parsed = text.split_once('/').and_then(|(address, length)| {
                    let address: std::net::IpAddr = address.parse().ok()?;
                    let length: u32 = length.parse().ok()?;
                    let all = if address.is_ipv4() { 32 } else { 128 };
                    (length <= all).then_some((all, length))
                });
                let Some((all, length)) = parsed else {
                    self.speaker
                        .say("FW1153", *block, format!("`{}` is no range of addresses", shortened(text)))
                        .help("write it as `10.0.0.0/16`");
                    return;
                };
                let (Some(count), Some(bits)) = (count, bits) else { return };
                let room = i64::from(all - length);
                let fit = if bits > room {
                    0
                } else {
                    1_i64.checked_shl((room - bits).min(40) as u32).unwrap_or(i64::MAX)
                };
                if count > fit {
                    let message = format!("`{text}` has no room for {count} ranges of {bits} bits");
                    self.speaker
                        .say("FW1153", *block, message)
                        .help(format!("{fit} of them fit; bits are those of the addresses within a range"));
                }
            }
            Content::List(_) => {
                self.speaker.say("FW1153", *block, "this is no range of addresses");
            }
            _ => {}
        }
    }

    fn sub(&mut self, argument: NodeId, spot: Spot<'t>) {
        let names = self.names;
        let items = names.items(argument);
        let (text, own) = match (names.content(argument), items.as_slice()) {
            (Content::Text(_), _) => (argument, None),
            (Content::List(_), [text, own]) => {
                if !self.nested("Fn::Sub", 0, *text) {
                    return;
                }
                (*text, Some(*own))
            }
            _ => {
                let help = "write `!Sub \"..\"`, or `Fn::Sub: [\"..\", {Name: value}]`";
                return self.wrong(argument, "`Fn::Sub` takes text, or text and values", help);
            }
        };
        let Some(words) = names.text(text) else {
            return self.wrong(text, "the text of `Fn::Sub` is not text", "write it out");
        };
        let own = match own.map(|own| (own, names.content(own))) {
            None => None,
            Some((_, Content::Map(map))) => Some(map),
            Some((at, _)) => {
                return self.wrong(at, "the values of `Fn::Sub` are not an object", "write `{Name: value}`");
            }
        };
        let values: std::collections::HashMap<&str, NodeId> =
            own.into_iter().flat_map(|own| own.iter()).collect();
        let mut used = std::collections::HashSet::new();
        let found = variables(words);
        for name in &found {
            if values.contains_key(name) {
                used.insert(*name);
                continue;
            }
            let fits = |c: char| c.is_alphanumeric() || "_.:".contains(c);
            if name.is_empty() || !name.chars().all(fits) {
                let severity = if name.is_empty() {
                    formwork_core::Severity::Warning
                } else {
                    formwork_core::Severity::Error
                };
                self.speaker
                    .say(
                        "FW1148",
                        argument,
                        format!("`${{{}}}` is no variable of `Fn::Sub`", shortened(name)),
                    )
                    .severity(severity)
                    .help(format!("text that is to stay as it is, is written `${{!{}}}`", shortened(name)));
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => {
                    if names.resources.contains_key(id) || !names.may_be(id) {
                        self.attribute(id, attribute, argument, argument, spot);
                    }
                }
                None => {
                    self.referred(name, argument, spot, "FW1147");
                    if names.referred(name) == Yields::List {
                        self.speaker
                            .say("FW1145", argument, format!("`{name}` is a list, and `Fn::Sub` makes text"))
                            .severity(formwork_core::Severity::Warning)
                            .help("put the list together with `Fn::Join`");
                    }
                }
            }
        }
        for (name, value) in own.into_iter().flat_map(|own| own.iter()) {
            if !used.contains(name) {
                self.speaker
                    .say("FW1149", value, format!("the text does not use `{}`", shortened(name)))
                    .help(format!("write `${{{}}}` where it belongs, or remove the value", shortened(name)));
            }
            if matches!(names.yields(value), Yields::List | Yields::Object) {
                self.wrong(
                    value,
                    format!("the value of `{}` is not text", shortened(name)),
                    "put a list together with `Fn::Join`",
                );
            }
        }
        if found.is_empty() && !words.contains("${") {
            self.speaker
                .say("FW1150", argument, "this `Fn::Sub` has no variables")
                .help("write the text without it");
        }
    }

    fn stack_output(&mut self, argument: NodeId) {
        const KEYS: &[&str] = &["StackName", "OutputName", "Region", "RoleArn"];
        let Content::Map(map) = self.names.content(argument) else {
            return self.wrong(
                argument,
                "`Fn::GetStackOutput` takes an object",
                "write `StackName` and `OutputName`",
            );
        };
        for (key, value) in map.iter() {
            if !KEYS.contains(&key) {
                self.wrong(
                    value,
                    format!("`Fn::GetStackOutput` has no `{}`", shortened(key)),
                    "it has `StackName`, `OutputName`, `Region` and `RoleArn`",
                );
            }
        }
        for key in ["StackName", "OutputName"] {
            if map.get(key).is_none() {
                self.wrong(
                    argument,
                    format!("`Fn::GetStackOutput` lacks `{key}`"),
                    "write `StackName` and `OutputName`",
                );
            }
        }
    }
}
