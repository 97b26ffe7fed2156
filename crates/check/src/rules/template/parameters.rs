//! Parameters and their limits.

use super::Form;
use crate::{
    document::{Content, NodeId},
    json::shortened,
    pattern::Pattern,
};

const KEYS: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

const TYPES: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
    "CommaDelimitedList",
    "Number",
    "String",
];

/// Longer values and patterns are not matched: they are refused anyway.
const LONGEST: usize = 4096;

impl<'t> Form<'t, '_> {
    pub(super) fn parameters(&mut self) {
        let names = self.names;
        for (name, node) in names.template.section("Parameters") {
            if name.starts_with("Fn::") {
                continue;
            }
            self.name("a parameter", name, node, &[]);
            if names.resources.contains_key(name) {
                let other = self.speaker.place(names.resources.get(name).copied().unwrap_or(node));
                self.speaker
                    .say("FW1130", node, format!("`{name}` is a parameter and a resource"))
                    .also(other, "the resource")
                    .help("give one of them another name");
            }
            let Content::Map(map) = names.content(node) else {
                self.speaker.say("FW1118", node, format!("the parameter `{name}` is not an object"));
                continue;
            };
            let mut kind = "";
            match map.get("Type").map(|kind| (kind, names.content(kind))) {
                None => {
                    let message = format!("the parameter `{name}` has no type");
                    self.speaker.missing("FW1115", node, "Type", message).help("most are of `Type: String`");
                }
                Some((_, Content::Text(text))) if is_type(text) => kind = text,
                Some((at, Content::Text(text))) => {
                    let message = format!("there is no type of parameter `{}`", shortened(text));
                    let remark = self.speaker.say("FW1115", at, message);
                    match names.meant(text, TYPES.iter().copied()) {
                        Some(meant) => remark.help(format!("`{meant}` is probably meant")),
                        None => remark.help("use `String`, `Number`, `CommaDelimitedList` or a type of AWS"),
                    };
                }
                Some((at, _)) => {
                    self.speaker.say("FW1115", at, format!("the type of the parameter `{name}` is not text"));
                }
            }
            for (key, value) in map.iter() {
                self.parameter_key(name, kind, key, value);
            }
            if let Some(default) = map.get("Default") {
                self.default(name, kind, node, default);
            }
        }
    }

    fn parameter_key(&mut self, name: &str, kind: &str, key: &str, node: NodeId) {
        let names = self.names;
        let content = names.content(node);
        let number = |text: &str| text.trim().parse::<f64>().is_ok();
        let expected = match (key, content) {
            (_, Content::Null) => return,
            ("Description", _) => match content {
                Content::List(_) | Content::Map(_) => "text",
                _ => return,
            },
            ("Type", _) => return,
            ("Default", Content::List(_) | Content::Map(_)) => {
                "text, a number or a boolean; lists are text with commas"
            }
            ("AllowedPattern" | "ConstraintDescription", Content::List(_) | Content::Map(_)) => "text",
            ("Default" | "AllowedPattern" | "ConstraintDescription", _) => return,
            ("AllowedValues", Content::List(list)) => {
                let plain = |item| !matches!(names.content(item), Content::List(_) | Content::Map(_));
                if list.iter().all(plain) {
                    return;
                }
                "a list of texts, numbers or booleans"
            }
            ("AllowedValues", _) => "a list",
            ("NoEcho", Content::Bool(_) | Content::Text("true" | "false" | "True" | "False")) => return,
            ("NoEcho", _) => "`true` or `false`",
            (
                "MinLength" | "MaxLength" | "MinValue" | "MaxValue",
                Content::Number(text) | Content::Text(text),
            ) if number(text) => {
                let of_number = key.ends_with("Value");
                if !kind.is_empty() && of_number != kind.contains("Number") {
                    let wanted = if of_number { "numbers" } else { "text" };
                    self.speaker
                        .say(
                            "FW1118",
                            node,
                            format!("`{key}` means nothing for a parameter of type `{kind}`"),
                        )
                        .severity(formwork_core::Severity::Warning)
                        .help(format!("it limits {wanted}"));
                }
                return;
            }
            ("MinLength" | "MaxLength" | "MinValue" | "MaxValue", _) => "a number",
            _ => {
                let message = format!("parameters have no `{}`", shortened(key));
                let remark = self.speaker.say("FW1116", node, message);
                if let Some(meant) = names.meant(key, KEYS.iter().copied()) {
                    remark.help(format!("`{meant}` is probably meant"));
                }
                return;
            }
        };
        let message = format!("`{key}` of the parameter `{name}` is not what it has to be");
        self.speaker.say("FW1118", node, message).help(format!("it takes {expected}"));
    }

    /// Whether the default fits the limits of its own parameter.
    fn default(&mut self, name: &str, kind: &str, parameter: NodeId, node: NodeId) {
        let names = self.names;
        // Of a parameter that names one in Parameter Store, the default is a name, not the value.
        if kind.is_empty() || kind.starts_with("AWS::SSM::") {
            return;
        }
        let Some(text) = plain(names.content(node)) else { return };
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let values: Vec<&str> = if is_list { text.split(',').map(str::trim).collect() } else { vec![text] };
        let is_number = kind.contains("Number");
        let limit = |key: &str| names.get(parameter, key);
        let mut wrong = Vec::new();
        if is_number && values.iter().any(|value| value.parse::<f64>().is_err()) {
            wrong.push(("Type", "is not a number".to_owned()));
        }
        if let Some(Content::List(list)) = limit("AllowedValues").map(|node| names.content(node)) {
            let allowed: std::collections::HashSet<&str> =
                list.iter().filter_map(|item| plain(names.content(item))).collect();
            // Of numbers, 1 and 1.0 are the same.
            let bits = |value: &str| value.parse::<f64>().ok().filter(|_| is_number).map(f64::to_bits);
            let numbers: std::collections::HashSet<u64> =
                allowed.iter().filter_map(|value| bits(value)).collect();
            let equal = |value: &str| {
                allowed.contains(value) || bits(value).is_some_and(|value| numbers.contains(&value))
            };
            if list.len() > 0
                && !values.iter().take(1000).all(|value| equal(value))
                && !allowed.contains(text)
            {
                wrong.push(("AllowedValues", "is not among the allowed values".to_owned()));
            }
        }
        if let Some(Content::Text(pattern)) = limit("AllowedPattern").map(|node| names.content(node))
            && text.len() <= LONGEST
            && pattern.len() <= LONGEST
            && let Some(pattern) = Pattern::new(&format!("^(?:{pattern})$"))
            && !values.iter().take(1000).all(|value| pattern.is_match(value))
            && !pattern.is_match(text)
        {
            wrong.push(("AllowedPattern", "does not match the allowed pattern".to_owned()));
        }
        let bound =
            |key: &str| limit(key).and_then(|node| plain(names.content(node))?.trim().parse::<f64>().ok());
        if !is_number && !is_list {
            let length = text.chars().count() as f64;
            if bound("MinLength").is_some_and(|least| length < least) {
                wrong.push(("MinLength", format!("has {length} characters")));
            }
            if bound("MaxLength").is_some_and(|most| length > most) {
                wrong.push(("MaxLength", format!("has {length} characters")));
            }
        }
        for value in values.iter().take(1000).filter(|_| is_number) {
            let Ok(number) = value.parse::<f64>() else { continue };
            if bound("MinValue").is_some_and(|least| number < least) {
                wrong.push(("MinValue", "is less than the least value".to_owned()));
            } else if bound("MaxValue").is_some_and(|most| number > most) {
                wrong.push(("MaxValue", "is more than the greatest value".to_owned()));
            }
        }
        for (key, what) in wrong {
            let message = format!("the default `{}` of the parameter `{name}` {what}", shortened(text));
            let limit = limit(key).map(|limit| self.speaker.place(limit));
            let remark = self.speaker.say("FW1117", node, message);
            if let Some(limit) = limit {
                remark.also(limit, "this limit");
            }
        }
    }
}

/// A scalar as text.
fn plain(content: Content<'_>) -> Option<&str> {
    match content {
        Content::Text(text) | Content::Number(text) => Some(text),
        Content::Bool(true) => Some("true"),
        Content::Bool(false) => Some("false"),
        _ => None,
    }
}

/// Whether a parameter may have this type. Lists of, and parameters for, what AWS has not documented are taken.
fn is_type(text: &str) -> bool {
    let generic = |beginning| text.starts_with(beginning) && text.ends_with('>');
    TYPES.contains(&text) || generic("List<") || generic("AWS::SSM::Parameter::Value<")
}
