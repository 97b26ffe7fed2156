//! The form of the data files: one line a fact.
//!
//! ```text
//! service AWS::EC2
//! regions not ap-east-2
//! type AWS::EC2::Subnet
//!   identifier SubnetId
//!   tags Tags list in-place
//!   property CidrBlock replaces string format=ipv4-network
//!   property Tags list of object:Tag
//!   property VpcId required replaces string ref=AWS::EC2::VPC.VpcId
//!   attribute SubnetId string
//!   excludes CidrBlock Ipv4IpamPoolId
//!   object Tag
//!     property Key required string
//! ```
//!
//! Words are separated by spaces; a value with a space or a quote in it is written as a JSON string. A `property`
//! is a name, flags, and a type with its limits; what a list or a map consists of follows after `of`.

use std::{borrow::Cow, fmt::Write as _};

use crate::model::{
    Attribute, Bounds, Kind, Metric, Object, Properties, Property, Reference, Regions, ResourceType, Rule,
    Service, Shape, TagForm, Tagging, Text, Unit, Update,
};

/// What is wrong with a data file; only a damaged one has such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, counted from the beginning of the text that was read.
    pub line: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: expected {}", self.line, self.expected)
    }
}

impl std::error::Error for Malformed {}

/// Reads the text of a whole service.
pub fn parse_service(text: &'static str) -> Result<Service, Malformed> {
    let mut service = Service::default();
    let mut types = Vec::new();
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        reader.line(index + 1, line, &mut service, &mut types)?;
    }
    service.types = types;
    Ok(service)
}

/// Reads the lines of one type.
pub(crate) fn parse_type(text: &'static str) -> Result<ResourceType, Malformed> {
    let mut service = parse_service(text)?;
    service.types.pop().ok_or(Malformed { line: 1, expected: "a type" })
}

#[derive(Default)]
struct Reader {
    /// Whether the last object of the last type is being read.
    in_object: bool,
}

impl Reader {
    fn line(
        &mut self,
        number: usize,
        line: &'static str,
        service: &mut Service,
        types: &mut Vec<ResourceType>,
    ) -> Result<(), Malformed> {
        let mut words = Words { rest: line, number };
        let Some(first) = words.next() else { return Ok(()) };
        match &*first {
            "service" => service.namespace = words.word("a namespace")?,
            "type" => {
                self.in_object = false;
                types.push(ResourceType { name: words.word("a type")?, ..ResourceType::default() });
            }
            "regions" => {
                let regions = words.regions()?;
                match types.last_mut() {
                    Some(owner) => owner.regions = Some(regions),
                    None => service.regions = regions,
                }
            }
            "metric" => {
                let metric = words.metric()?;
                match types.last_mut() {
                    Some(owner) => owner.metrics.push(metric),
                    None => service.metrics.push(metric),
                }
            }
            word => {
                let owner = types.last_mut().ok_or(Malformed { line: number, expected: "a type first" })?;
                match word {
                    "identifier" => owner.identifier = words.collect(),
                    "ref" => owner.reference = words.collect(),
                    "tags" => owner.tagging = Some(words.tagging()?),
                    "stateful" => owner.stateful = true,
                    "transform" => owner.transform = Some(words.word("a transform")?),
                    "attribute" => {
                        let name = words.word("the name of an attribute")?;
                        owner.attributes.push(Attribute { name, shape: words.shape()? });
                    }
                    "object" => {
                        self.in_object = true;
                        let name = words.word("the name of an object")?;
                        owner.objects.push(Object { name, ..Object::default() });
                    }
                    word => {
                        let properties = match owner.objects.last_mut() {
                            Some(object) if self.in_object => &mut object.properties,
                            _ => &mut owner.properties,
                        };
                        words.of_properties(word, properties)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The words of a line.
struct Words {
    rest: &'static str,
    number: usize,
}

impl Iterator for Words {
    type Item = Text;

    fn next(&mut self) -> Option<Text> {
        self.rest = self.rest.trim_start_matches(' ');
        if self.rest.is_empty() {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let mut quoted = false;
        let mut end = 0;
        while end < bytes.len() && (quoted || bytes[end] != b' ') {
            match bytes[end] {
                b'"' => quoted = !quoted,
                b'\\' if quoted => end += 1,
                _ => {}
            }
            end += 1;
        }
        let (word, rest) = self.rest.split_at(end.min(bytes.len()));
        self.rest = rest;
        Some(Cow::Borrowed(word))
    }
}

impl Words {
    fn wrong(&self, expected: &'static str) -> Malformed {
        Malformed { line: self.number, expected }
    }

    fn word(&mut self, expected: &'static str) -> Result<Text, Malformed> {
        self.next().map(unquote).ok_or(self.wrong(expected))
    }

    fn regions(&mut self) -> Result<Regions, Malformed> {
        match &*self.word("`only`, `not` or `unknown`")? {
            "only" => Ok(Regions::Only(self.collect())),
            "not" => Ok(Regions::AllBut(self.collect())),
            "unknown" => Ok(Regions::Unknown),
            _ => Err(self.wrong("`only`, `not` or `unknown`")),
        }
    }

    fn metric(&mut self) -> Result<Metric, Malformed> {
        Ok(Metric {
            namespace: self.word("a namespace of metrics")?,
            name: self.word("the name of a metric")?,
            statistic: self.word("a statistic")?,
            // A dash is the set without any.
            dimensions: self
                .by_ref()
                .map(|set| if set == "-" { Vec::new() } else { list(&set, ',') })
                .collect(),
        })
    }

    fn tagging(&mut self) -> Result<Tagging, Malformed> {
        let property = self.word("the property that holds tags")?;
        let form = match &*self.word("the form of tags")? {
            "list" => TagForm::List,
            "propagating" => TagForm::Propagating,
            "map" => TagForm::Map,
            "other" => TagForm::Other,
            _ => return Err(self.wrong("the form of tags")),
        };
        Ok(Tagging { property, form, in_place: self.next().is_some_and(|word| word == "in-place") })
    }

    fn of_properties(&mut self, word: &str, properties: &mut Properties) -> Result<(), Malformed> {
        let rule = match word {
            "property" => {
                let property = self.property()?;
                properties.all.push(property);
                return Ok(());
            }
            "exactly-one" => Rule::ExactlyOne(self.by_ref().map(|group| list(&group, '+')).collect()),
            "at-least-one" => Rule::AtLeastOne(self.by_ref().map(|group| list(&group, '+')).collect()),
            "excludes" => Rule::Excludes(self.word("a property")?, self.collect()),
            "needs" => Rule::Needs(self.word("a property")?, self.collect()),
            "count" => {
                let bounds = bounds(&self.word("bounds")?);
                let number = |text: Option<Text>| text.and_then(|text| text.parse().ok());
                Rule::Count(number(bounds.least), number(bounds.most))
            }
            _ => return Err(self.wrong("a fact")),
        };
        properties.rules.push(rule);
        Ok(())
    }

    fn property(&mut self) -> Result<Property, Malformed> {
        let mut property = Property {
            name: self.word("the name of a property")?,
            required: false,
            update: Update::InPlace,
            write_only: false,
            read_only: false,
            deprecated: false,
            shape: Shape::default(),
        };
        loop {
            let before = self.rest;
            match &*self.word("a type")? {
                "required" => property.required = true,
                "replaces" => property.update = Update::Replaces,
                "may-replace" => property.update = Update::MayReplace,
                "write-only" => property.write_only = true,
                "read-only" => property.read_only = true,
                "deprecated" => property.deprecated = true,
                _ => {
                    self.rest = before;
                    property.shape = self.shape()?;
                    return Ok(property);
                }
            }
        }
    }

    fn shape(&mut self) -> Result<Shape, Malformed> {
        let kind = self.word("a type")?;
        let mut shape = Shape::default();
        let mut of = None;
        while let Some(word) = self.next() {
            if word == "of" {
                of = Some(Box::new(self.shape()?));
                break;
            }
            let (key, value) = match word.split_once('=') {
                Some((key, value)) => (key, value),
                None => (&*word, ""),
            };
            // The word is borrowed from the file, and so are its parts.
            let value: Text = match &word {
                Cow::Borrowed(word) => {
                    word.split_once('=').map_or(Cow::Borrowed(""), |(_, value)| value.into())
                }
                Cow::Owned(_) => Cow::Owned(value.to_owned()),
            };
            match key {
                "default" => shape.default = Some(unquote(value)),
                "values" => shape.values = values(&value),
                "values-name" => shape.values_name = Some(value),
                "any-case" => shape.any_case = true,
                "pattern" => shape.pattern = Some(unquote(value)),
                "length" => shape.length = bounds(&value),
                "range" => shape.range = bounds(&value),
                "multiple" => shape.multiple_of = Some(value),
                "unique" => shape.unique = true,
                "unique-keys" => shape.unique_keys = list(&value, ','),
                "format" => shape.format = Some(unquote(value)),
                "unit" => shape.unit = Some(Unit::of_word(&value).ok_or(self.wrong("a unit"))?),
                "ref" => {
                    shape.references = list(&value, ',').into_iter().filter_map(reference).collect();
                }
                _ => return Err(self.wrong("a limit of a type")),
            }
        }
        shape.kind = match (&*kind, of) {
            ("string", None) => Kind::String,
            ("integer", None) => Kind::Integer,
            ("number", None) => Kind::Number,
            ("boolean", None) => Kind::Boolean,
            ("json", None) => Kind::Json,
            ("list", Some(item)) => Kind::List(item),
            ("map", Some(value)) => Kind::Map(value),
            (kind, None) => match kind.strip_prefix("object:") {
                Some(name) => Kind::Object(name.to_owned().into()),
                None => return Err(self.wrong("a type")),
            },
            _ => return Err(self.wrong("a type")),
        };
        Ok(shape)
    }
}

fn reference(text: Text) -> Option<Reference> {
    let (resource_type, property) = text.split_once('.')?;
    Some(Reference { resource_type: resource_type.to_owned().into(), property: property.to_owned().into() })
}

fn bounds(text: &str) -> Bounds {
    let bound = |text: &str| (!text.is_empty()).then(|| text.to_owned().into());
    match text.split_once("..") {
        Some((least, most)) => Bounds { least: bound(least), most: bound(most) },
        None => Bounds::default(),
    }
}

fn list(text: &Text, separator: char) -> Vec<Text> {
    match text {
        Cow::Borrowed(text) => text.split(separator).map(|item| unquote(item.into())).collect(),
        Cow::Owned(text) => text.split(separator).map(|item| unquote(item.to_owned().into())).collect(),
    }
}

/// Values are separated by bars, which may also stand inside a quoted one.
fn values(text: &Text) -> Vec<Text> {
    let mut items = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'|' if !quoted => {
                items.push(start..index);
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(start..text.len());
    let item = |range: std::ops::Range<usize>| match text {
        Cow::Borrowed(text) => unquote(Cow::Borrowed(&text[range])),
        Cow::Owned(text) => unquote(Cow::Owned(text[range].to_owned())),
    };
    items.into_iter().map(item).collect()
}

/// Takes a JSON string apart; other text is as it is.
fn unquote(text: Text) -> Text {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return text };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(c) => out.push(c),
            None => {}
        }
    }
    Cow::Owned(out)
}

fn quote(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '|' | ',' | '\\');
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Cow::Owned(out)
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "service {}", self.namespace)?;
        write_regions(f, "", &self.regions)?;
        write_metrics(f, "", &self.metrics)?;
        for owner in &self.types {
            writeln!(f)?;
            owner.fmt(f)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "type {}", self.name)?;
        write_words(f, "  identifier", &self.identifier)?;
        write_words(f, "  ref", &self.reference)?;
        if let Some(Tagging { property, form, in_place }) = &self.tagging {
            let form = match form {
                TagForm::List => "list",
                TagForm::Propagating => "propagating",
                TagForm::Map => "map",
                TagForm::Other => "other",
            };
            writeln!(f, "  tags {property} {form}{}", if *in_place { " in-place" } else { "" })?;
        }
        if self.stateful {
            writeln!(f, "  stateful")?;
        }
        if let Some(transform) = &self.transform {
            writeln!(f, "  transform {transform}")?;
        }
        if let Some(regions) = &self.regions {
            write_regions(f, "  ", regions)?;
        }
        write_properties(f, "  ", &self.properties)?;
        for attribute in &self.attributes {
            writeln!(f, "  attribute {} {}", attribute.name, attribute.shape)?;
        }
        write_metrics(f, "  ", &self.metrics)?;
        for object in &self.objects {
            writeln!(f, "  object {}", object.name)?;
            write_properties(f, "    ", &object.properties)?;
        }
        Ok(())
    }
}

fn write_words(f: &mut std::fmt::Formatter<'_>, first: &str, words: &[Text]) -> std::fmt::Result {
    if words.is_empty() {
        return Ok(());
    }
    write!(f, "{first}")?;
    for word in words {
        write!(f, " {word}")?;
    }
    writeln!(f)
}

fn write_regions(f: &mut std::fmt::Formatter<'_>, indent: &str, regions: &Regions) -> std::fmt::Result {
    let (word, names) = match regions {
        Regions::Unknown => ("unknown", &[][..]),
        Regions::Only(names) => ("only", &names[..]),
        Regions::AllBut(names) => ("not", &names[..]),
    };
    write!(f, "{indent}regions {word}")?;
    for name in names {
        write!(f, " {name}")?;
    }
    writeln!(f)
}

fn write_metrics(f: &mut std::fmt::Formatter<'_>, indent: &str, metrics: &[Metric]) -> std::fmt::Result {
    for Metric { namespace, name, statistic, dimensions } in metrics {
        write!(f, "{indent}metric {} {} {}", quote(namespace), quote(name), quote(statistic))?;
        for set in dimensions {
            let set = if set.is_empty() { "-".to_owned() } else { join(set, ",") };
            write!(f, " {set}")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn join(items: &[Text], separator: &str) -> String {
    items.iter().map(|item| quote(item)).collect::<Vec<_>>().join(separator)
}

fn write_properties(
    f: &mut std::fmt::Formatter<'_>,
    indent: &str,
    properties: &Properties,
) -> std::fmt::Result {
    for property in &properties.all {
        write!(f, "{indent}property {}", property.name)?;
        let update = match property.update {
            Update::InPlace => "",
            Update::MayReplace => "may-replace",
            Update::Replaces => "replaces",
        };
        let flags = [
            (property.required, "required"),
            (!update.is_empty(), update),
            (property.write_only, "write-only"),
            (property.read_only, "read-only"),
            (property.deprecated, "deprecated"),
        ];
        for (_, flag) in flags.iter().filter(|(holds, _)| *holds) {
            write!(f, " {flag}")?;
        }
        writeln!(f, " {}", property.shape)?;
    }
    for rule in &properties.rules {
        let groups =
            |groups: &[Vec<Text>]| groups.iter().map(|group| join(group, "+")).collect::<Vec<_>>().join(" ");
        match rule {
            Rule::ExactlyOne(of) => writeln!(f, "{indent}exactly-one {}", groups(of))?,
            Rule::AtLeastOne(of) => writeln!(f, "{indent}at-least-one {}", groups(of))?,
            Rule::Excludes(one, others) => writeln!(f, "{indent}excludes {one} {}", others.join(" "))?,
            Rule::Needs(one, others) => writeln!(f, "{indent}needs {one} {}", others.join(" "))?,
            Rule::Count(least, most) => {
                let number = |number: &Option<u32>| number.map_or(String::new(), |number| number.to_string());
                writeln!(f, "{indent}count {}..{}", number(least), number(most))?;
            }
        }
    }
    Ok(())
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::String => f.write_str("string")?,
            Kind::Integer => f.write_str("integer")?,
            Kind::Number => f.write_str("number")?,
            Kind::Boolean => f.write_str("boolean")?,
            Kind::Json => f.write_str("json")?,
            Kind::Object(name) => write!(f, "object:{name}")?,
            Kind::List(_) => f.write_str("list")?,
            Kind::Map(_) => f.write_str("map")?,
        }
        let text = |key: &str, value: &Option<Text>| match value {
            Some(value) => format!(" {key}={}", quote(value)),
            None => String::new(),
        };
        let bounds = |key: &str, Bounds { least, most }: &Bounds| match (least, most) {
            (None, None) => String::new(),
            (least, most) => {
                format!(" {key}={}..{}", least.as_deref().unwrap_or(""), most.as_deref().unwrap_or(""))
            }
        };
        f.write_str(&text("default", &self.default))?;
        f.write_str(&text("values-name", &self.values_name))?;
        if !self.values.is_empty() {
            write!(f, " values={}", join(&self.values, "|"))?;
        }
        if self.any_case {
            f.write_str(" any-case")?;
        }
        f.write_str(&text("pattern", &self.pattern))?;
        f.write_str(&bounds("length", &self.length))?;
        f.write_str(&bounds("range", &self.range))?;
        f.write_str(&text("multiple", &self.multiple_of))?;
        if self.unique {
            f.write_str(" unique")?;
        }
        if !self.unique_keys.is_empty() {
            write!(f, " unique-keys={}", join(&self.unique_keys, ","))?;
        }
        f.write_str(&text("format", &self.format))?;
        if let Some(unit) = self.unit {
            write!(f, " unit={}", unit.word())?;
        }
        if !self.references.is_empty() {
            let mut references = String::new();
            for Reference { resource_type, property } in &self.references {
                let comma = if references.is_empty() { "" } else { "," };
                let _ = write!(references, "{comma}{resource_type}.{property}");
            }
            write!(f, " ref={references}")?;
        }
        match &self.kind {
            Kind::List(item) | Kind::Map(item) => write!(f, " of {item}"),
            _ => Ok(()),
        }
    }
}
