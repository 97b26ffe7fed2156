//! What functions yield, as far as it is known.

use std::borrow::Cow;

use super::{Content, DEPTH, LONGEST, NodeId, Piece, Resolved, STEPS, Template, Value};

impl<'a> Value<'a> {
    pub(super) fn call(self, name: &'a str, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        match name {
            "Ref" => match argument.content() {
                Content::Text(name) => self.referred(name, depth),
                _ => Resolved::Unknown,
            },
            "Fn::GetAtt" => self.attribute_of(argument),
            "Fn::If" => match self.chosen().as_slice() {
                [branch] => branch.resolved(depth),
                _ => Resolved::Unknown,
            },
            "Fn::FindInMap" => self.lookup(argument, depth),
            "Fn::Sub" | "Fn::Join" => self.text_of_pieces(depth),
            "Fn::Select" => {
                let items = argument.raw_items();
                let [index, list] = items.as_slice() else { return Resolved::Unknown };
                let index = index.resolved(depth).text().and_then(|text| text.parse::<usize>().ok());
                let list = list.list(depth);
                match (list, index) {
                    (Some(items), Some(index)) => {
                        items.get(index).map_or(Resolved::Unknown, |item| item.resolved(depth))
                    }
                    _ => Resolved::Unknown,
                }
            }
            "Fn::Split" => {
                let items = argument.raw_items();
                let [separator, text] = items.as_slice() else { return Resolved::Unknown };
                match (separator.resolved(depth).text(), text.resolved(depth).text()) {
                    (Some(separator), Some(text)) if !separator.is_empty() => {
                        Resolved::Texts(text.split(&*separator).map(str::to_owned).collect())
                    }
                    _ => Resolved::Unknown,
                }
            }
            "Fn::Cidr" => self.ranges(argument, depth),
            "Fn::ImportValue" => {
                let name = argument.resolved(depth).text();
                let export = name.and_then(|name| self.context.exports.get(&*name));
                match export {
                    Some((template, node)) => self.context.value(*template, *node).resolved(depth),
                    None => Resolved::Unknown,
                }
            }
            "Fn::GetStackOutput" => {
                let part = |key| argument.entry(key).and_then(|part| part.resolved(depth).text());
                let (Some(stack), Some(output)) = (part("StackName"), part("OutputName")) else {
                    return Resolved::Unknown;
                };
                let named = |template: &Template<'_>| template.stack_name.as_deref() == Some(&*stack);
                let template = self.context.templates.iter().position(named);
                template.map_or(Resolved::Unknown, |template| self.output(template as u32, &output, depth))
            }
            _ => Resolved::Unknown,
        }
    }

    /// The value of an output of another template.
    fn output(self, template: u32, output: &str, depth: u32) -> Resolved<'a> {
        let declared = self.context.template(template).and_then(|it| it.entry("Outputs", output));
        let value = declared.and_then(|node| self.context.value(template, node).entry("Value"));
        value.map_or(Resolved::Unknown, |value| value.resolved(depth))
    }

    /// What `Ref` yields for a name.
    fn referred(self, name: &'a str, depth: u32) -> Resolved<'a> {
        if name.starts_with("AWS::") {
            return match (name, self.pseudo(name)) {
                ("AWS::NoValue", _) => Resolved::Absent,
                (_, Some(text)) => Resolved::Text(text),
                _ => Resolved::Unknown,
            };
        }
        let Some(template) = self.context.template(self.template) else { return Resolved::Unknown };
        if let Some(parameter) = template.entry("Parameters", name) {
            return self.parameter(name, parameter, depth);
        }
        match self.context.resource(self.template, name) {
            Some(resource) => Resolved::Yields(resource, None),
            None => Resolved::Unknown,
        }
    }

    /// The value of a pseudo parameter, where it is known.
    fn pseudo(self, name: &str) -> Option<Cow<'a, str>> {
        let template = self.context.template(self.template)?;
        let region = template.region.as_deref();
        match name {
            "AWS::Region" => region.map(Cow::Borrowed),
            "AWS::AccountId" => template.account.as_deref().map(Cow::Borrowed),
            "AWS::StackName" => template.stack_name.as_deref().map(Cow::Borrowed),
            "AWS::Partition" => region.map(|region| partition(region).0.into()),
            "AWS::URLSuffix" => region.map(|region| partition(region).1.into()),
            _ => None,
        }
    }

    fn parameter(self, name: &str, node: NodeId, depth: u32) -> Resolved<'a> {
        let Some(template) = self.context.template(self.template) else { return Resolved::Unknown };
        if let Some((producer, output)) = template.passed.get(name) {
            return self.output(*producer, output, depth);
        }
        let declared = self.context.value(self.template, node);
        let kind = match declared.entry("Type").map(Value::content) {
            Some(Content::Text(kind)) => kind,
            _ => return Resolved::Unknown,
        };
        let hidden = declared.entry("NoEcho").is_some_and(|it| it.boolean() == Some(true));
        if hidden || kind.starts_with("AWS::SSM::") {
            return Resolved::Unknown;
        }
        let fixed = self.context.worlds.get(self.template as usize).and_then(|world| world.parameter(name));
        let value = match (fixed, declared.entry("Default").map(Value::content)) {
            (Some(Some(fixed)), _) => fixed,
            (Some(None), _) => return Resolved::Unknown,
            (None, Some(Content::Text(text) | Content::Number(text))) => text,
            (None, Some(Content::Bool(true))) => "true",
            (None, Some(Content::Bool(false))) => "false",
            _ => return Resolved::Unknown,
        };
        if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            return Resolved::Texts(value.split(',').map(|item| item.trim().to_owned()).collect());
        }
        Resolved::Text(Cow::Borrowed(value))
    }

    fn attribute_of(self, argument: Value<'a>) -> Resolved<'a> {
        let items = argument.raw_items();
        let (id, attribute) = match (argument.content(), items.as_slice()) {
            (Content::Text(text), _) => match text.split_once('.') {
                Some((id, attribute)) => (id, attribute),
                None => return Resolved::Unknown,
            },
            (_, [id, attribute]) => match (id.content(), attribute.content()) {
                (Content::Text(id), Content::Text(attribute)) => (id, attribute),
                _ => return Resolved::Unknown,
            },
            _ => return Resolved::Unknown,
        };
        match self.context.resource(self.template, id) {
            Some(resource) => Resolved::Yields(resource, Some(attribute)),
            None => Resolved::Unknown,
        }
    }

    fn lookup(self, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        let items = argument.raw_items();
        let [map, first, second, rest @ ..] = items.as_slice() else { return Resolved::Unknown };
        let text = |value: &Value<'a>| value.resolved(depth).text();
        let (Some(map), Some(first), Some(second)) = (text(map), text(first), text(second)) else {
            return Resolved::Unknown;
        };
        let mapping = self.context.template(self.template).and_then(|it| it.entry("Mappings", &map));
        let found = mapping.map(|node| self.context.value(self.template, node));
        let found = found.and_then(|map| map.entry(&first)).and_then(|map| map.entry(&second));
        match found {
            Some(value) => value.resolved(depth),
            None => match rest.first().and_then(|options| options.entry("DefaultValue")) {
                Some(default) => default.resolved(depth),
                None => Resolved::Unknown,
            },
        }
    }

    /// What `Fn::Cidr` yields, for IPv4.
    fn ranges(self, argument: Value<'a>, depth: u32) -> Resolved<'a> {
        let items = argument.raw_items();
        let [block, count, rest @ ..] = items.as_slice() else { return Resolved::Unknown };
        let text = |value: &Value<'a>| value.resolved(depth).text();
        let bits = rest.first().map_or(Some(Cow::Borrowed("")), text);
        let (Some(block), Some(count), Some(bits)) = (text(block), text(count), bits) else {
            return Resolved::Unknown;
        };
        let parts = block.split_once('/').and_then(|(address, length)| {
            let address: std::net::Ipv4Addr = address.parse().ok()?;
            let length: u32 = length.parse().ok()?;
            let bits: u32 = if bits.is_empty() { 8 } else { bits.parse().ok()? };
            let count: u32 = count.parse().ok()?;
            let fits = (1..=256).contains(&count) && bits <= 32 - length.min(32) && bits > 0;
            fits.then_some((u32::from(address), length, bits, count))
        });
        let Some((address, length, bits, count)) = parts else { return Resolved::Unknown };
        let size = 1u64 << bits;
        let end = (u64::from(address) | (u64::from(u32::MAX) >> length)) + 1;
        let mut ranges = Vec::new();
        for index in 0..u64::from(count) {
            let start = u64::from(address) + index * size;
            if start + size > end {
                return Resolved::Unknown;
            }
            ranges.push(format!("{}/{}", std::net::Ipv4Addr::from(start as u32), 32 - bits));
        }
        Resolved::Texts(ranges)
    }

    fn text_of_pieces(self, depth: u32) -> Resolved<'a> {
        let mut pieces = Vec::new();
        self.collect_pieces(&mut pieces, depth);
        if let [Piece::Yields(resource, attribute)] = pieces.as_slice() {
            return Resolved::Yields(*resource, *attribute);
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) if text.len() + part.len() <= LONGEST => text.push_str(&part),
                _ => return Resolved::Unknown,
            }
        }
        Resolved::Text(text.into())
    }

    pub(super) fn collect_pieces(self, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        if depth > DEPTH || pieces.len() > STEPS as usize {
            return pieces.push(Piece::Unknown);
        }
        match self.function() {
            Some(("Fn::Sub", argument)) => self.substitution(argument, pieces, depth + 1),
            Some(("Fn::Join", argument)) => {
                let items = argument.raw_items();
                let separator = items.first().and_then(|separator| separator.resolved(depth + 1).text());
                let list = items.get(1).and_then(|list| list.list(depth + 1));
                let (Some(separator), Some(list)) = (separator, list) else {
                    return pieces.push(Piece::Unknown);
                };
                for (index, item) in list.iter().enumerate() {
                    if index > 0 && !separator.is_empty() {
                        pieces.push(Piece::Text(separator.clone()));
                    }
                    item.collect_pieces(pieces, depth + 1);
                }
            }
            Some(("Fn::If", _)) => match self.chosen().as_slice() {
                [branch] => branch.collect_pieces(pieces, depth + 1),
                _ => pieces.push(Piece::Unknown),
            },
            Some(("Ref", argument)) => match argument.content() {
                Content::Text(name) => self.named_piece(name, pieces, depth + 1),
                _ => pieces.push(Piece::Unknown),
            },
            _ => pieces.push(match self.resolved(depth + 1) {
                Resolved::Yields(resource, attribute) => Piece::Yields(resource, attribute),
                resolved => resolved.text().map_or(Piece::Unknown, Piece::Text),
            }),
        }
    }

    /// What a name such as `AWS::Region`, `Vpc` or `Vpc.CidrBlock` stands for.
    fn named_piece(self, name: &'a str, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        if name.starts_with("AWS::") {
            return pieces.push(match self.pseudo(name) {
                Some(text) => Piece::Text(text),
                None => Piece::Pseudo(name),
            });
        }
        let resolved = match name.split_once('.') {
            Some((id, attribute)) => match self.context.resource(self.template, id) {
                Some(resource) => Resolved::Yields(resource, Some(attribute)),
                None => Resolved::Unknown,
            },
            None => self.referred(name, depth),
        };
        pieces.push(match resolved {
            Resolved::Yields(resource, attribute) => Piece::Yields(resource, attribute),
            resolved => resolved.text().map_or(Piece::Unknown, Piece::Text),
        });
    }

    fn substitution(self, argument: Value<'a>, pieces: &mut Vec<Piece<'a>>, depth: u32) {
        let items = argument.raw_items();
        let (text, variables) = match (argument.content(), items.as_slice()) {
            (Content::Text(text), _) => (text, None),
            (_, [text, variables]) => match text.content() {
                Content::Text(text) => (text, Some(*variables)),
                _ => return pieces.push(Piece::Unknown),
            },
            _ => return pieces.push(Piece::Unknown),
        };
        for part in substitution_parts(text) {
            match part {
                SubPart::Text(text) => pieces.push(Piece::Text(Cow::Borrowed(text))),
                SubPart::Name(name) => match variables.and_then(|variables| variables.entry(name)) {
                    Some(value) => value.collect_pieces(pieces, depth + 1),
                    None => self.named_piece(name, pieces, depth + 1),
                },
            }
        }
    }
}

/// A part of the text of `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SubPart<'t> {
    Text(&'t str),
    /// What stands in `${..}`.
    Name(&'t str),
}

/// Takes the text of an `Fn::Sub` apart; `${!Literal}` is text.
pub(crate) fn substitution_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut plain = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        let before = plain.len() - rest.len() + start;
        let after = &rest[start + length + 1..];
        if let Some(literal) = name.strip_prefix('!') {
            if before + 2 > 0 {
                parts.push(SubPart::Text(&plain[..before + 2]));
            }
            // The text goes on behind the exclamation mark.
            let from = plain.len() - after.len() - 1 - literal.len();
            plain = &plain[from..];
            rest = after;
            continue;
        }
        if before > 0 {
            parts.push(SubPart::Text(&plain[..before]));
        }
        parts.push(SubPart::Name(name.trim()));
        plain = after;
        rest = after;
    }
    if !plain.is_empty() || parts.is_empty() {
        parts.push(SubPart::Text(plain));
    }
    parts
}

/// The partition of a Region and the ending of its service addresses.
pub(crate) fn partition(region: &str) -> (&'static str, &'static str) {
    const PARTITIONS: &[(&str, (&str, &str))] = &[
        ("cn-", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-", ("aws-us-gov", "amazonaws.com")),
        ("us-iso-", ("aws-iso", "c2s.ic.gov")),
        ("us-isob-", ("aws-iso-b", "sc2s.sgov.gov")),
        ("us-isof-", ("aws-iso-f", "csp.hci.ic.gov")),
        ("eu-isoe-", ("aws-iso-e", "cloud.adc-e.uk")),
        ("eusc-", ("aws-eusc", "amazonaws.eu")),
    ];
    let found = PARTITIONS.iter().find(|(beginning, _)| region.starts_with(beginning));
    found.map_or(("aws", "amazonaws.com"), |(_, partition)| *partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substitutions_are_taken_apart() {
        use SubPart::{Name, Text};
        assert_eq!(substitution_parts("a${B}c${ D.E }"), [Text("a"), Name("B"), Text("c"), Name("D.E")]);
        assert_eq!(substitution_parts("${!A}b"), [Text("${"), Text("A}b")]);
        assert_eq!(substitution_parts("x${!A}${B}"), [Text("x${"), Text("A}"), Name("B")]);
        assert_eq!(substitution_parts("open ${"), [Text("open ${")]);
        assert_eq!(substitution_parts(""), [Text("")]);
        assert_eq!(substitution_parts("é${é}é"), [Text("é"), Name("é"), Text("é")]);
    }
}
