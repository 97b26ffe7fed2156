//! The form in which the model keeps values: compact JSON text with holes where references stand.
//!
//! A property is encoded once, when it is set, and copied once, when its template is written; what can only be
//! known then (logical ids, the form in which a reference crosses stacks) is a hole. Bytes below 0x20 cannot
//! occur in compact JSON text, so two of them mark what is not text:
//!
//! - `HOLE` and four bytes: the number of the hole among those of its property;
//! - `TEXT` and four bytes, the length of what follows: an interpolation, a sequence of pieces, each a kind
//!   (`PIECE_TEXT`: JSON string content without quotes, `PIECE_VALUE`: an encoded value), four bytes of length,
//!   and that many bytes.

use std::borrow::Cow;

use crate::expr::{At, Expr, Field, Kind, PSEUDO_PARAMETERS, Part, Reference, Str, Target};
use crate::finding::Finding;
use crate::ids::IdMap;

pub(crate) const HOLE: u8 = 0x01;
pub(crate) const TEXT: u8 = 0x02;
pub(crate) const PIECE_TEXT: u8 = 0x03;
pub(crate) const PIECE_VALUE: u8 = 0x04;

/// Of an object with so few keys every pair is compared, of a larger one a table is made.
const FEW: usize = 16;

/// How deep a value may be nested; far beyond any template, far below what recursion can take.
const DEPTH: u32 = 128;

/// A reference in an encoded value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hole {
    pub(crate) reference: Reference,
    /// Inside a branch of `Fn::If`: the dependency holds only under a condition.
    pub(crate) conditional: bool,
    /// The argument of a function that takes some other functions only.
    pub(crate) narrow: bool,
}

/// What was met while encoding that somebody must hear of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Uses a function that needs the transform `AWS::LanguageExtensions`.
    pub(crate) extensions: bool,
    /// Holds a null.
    pub(crate) null: bool,
    /// Holds a number that JSON cannot express.
    pub(crate) not_finite: bool,
    /// Nested deeper than `DEPTH`.
    pub(crate) too_deep: bool,
    /// Holds an object with one key twice.
    pub(crate) twice: bool,
}

/// Something to be said about a value that was encoded.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    /// The steps from the outermost value to the one concerned, the last one first.
    pub(crate) path: Vec<Str>,
    pub(crate) finding: Finding,
}

impl Remark {
    /// The same within something larger, whose steps are given from the inside out. The line is that of the
    /// innermost setter, which is the first to know.
    pub(crate) fn placed<const N: usize>(mut self, around: [Str; N], at: At) -> Self {
        self.path.extend(around);
        if self.finding.spans.is_empty() {
            self.finding = self.finding.at(at, "set here");
        }
        self
    }

    /// The finding, with the place in the template below the given one.
    pub(crate) fn finding(self, below: &str) -> Finding {
        let mut path = below.to_owned();
        let within = self.finding.template_path.as_deref();
        for step in self.path.iter().rev().map(|step| &**step).chain(within) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(step);
        }
        self.finding.template_path(path)
    }
}

/// Where an encoded value, or a part of it, was set; `offset` counts from the start of the buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) offset: u32,
    pub(crate) at: At,
}

/// An encoded value in a buffer: its bytes and its holes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) first_hole: u32,
    pub(crate) hole_count: u32,
    /// Text of JSON and nothing else, to be copied as it is.
    pub(crate) plain: bool,
}

impl Stored {
    /// The same value after its buffers were appended to others.
    pub(crate) fn moved(self, bytes: u32, holes: u32) -> Self {
        Self { start: self.start + bytes, end: self.end + bytes, first_hole: self.first_hole + holes, ..self }
    }
}

/// Whether a value is nested deeper than so many levels. It recurses no deeper than that itself, and is asked before
/// anything that would.
fn deeper_than(levels: u32, expr: &Expr) -> bool {
    let below = |inner: &Expr| levels == 0 || deeper_than(levels - 1, inner);
    match expr {
        Expr::List(items) => items.iter().any(below),
        Expr::Object(fields) => fields.iter().any(|field| below(&field.value)),
        Expr::Interpolation(parts) => parts.iter().any(|part| match part {
            Part::Value(value) => below(value),
            Part::Text(_) => false,
        }),
        Expr::Remarked(remarked) => below(&remarked.value),
        _ => false,
    }
}

/// Encodes values one after the other into one buffer.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    pub(crate) bytes: Vec<u8>,
    pub(crate) holes: Vec<Hole>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) flags: Flags,
    /// What there is to say about values within the value under way, with the path to them.
    pub(crate) remarks: Vec<Remark>,
    /// Holes of the value under way are counted from here.
    first_hole: usize,
    /// Whether the value under way holds an interpolation.
    interpolated: bool,
}

impl Encoder {
    /// Encodes a value whose holes count from zero; answers where it is.
    pub(crate) fn value(&mut self, expr: &Expr) -> Stored {
        self.first_hole = self.holes.len();
        self.interpolated = false;
        let start = self.bytes.len() as u32;
        if deeper_than(DEPTH, expr) {
            self.flags.too_deep = true;
            self.raw(b"null");
        } else {
            self.encode(expr, false, 0);
        }
        Stored {
            start,
            end: self.bytes.len() as u32,
            first_hole: self.first_hole as u32,
            hole_count: (self.holes.len() - self.first_hole) as u32,
            plain: !self.interpolated && self.holes.len() == self.first_hole,
        }
    }

    /// Empties everything, keeping the room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.holes.clear();
        self.marks.clear();
        self.flags = Flags::default();
        self.remarks.clear();
    }

    /// Adds a step to the path of every remark since the given one.
    fn step(&mut self, since: usize, step: impl FnOnce() -> Str) {
        if self.remarks.len() > since {
            let step = step();
            self.remarks[since..].iter_mut().for_each(|remark| remark.path.push(step.clone()));
        }
    }

    fn encode(&mut self, expr: &Expr, conditional: bool, depth: u32) {
        if depth > DEPTH {
            self.flags.too_deep = true;
            return self.raw(b"null");
        }
        match expr {
            Expr::Text(text) => self.string(text),
            Expr::Int(value) => self.integer(*value),
            Expr::Bool(true) => self.raw(b"true"),
            Expr::Bool(false) => self.raw(b"false"),
            Expr::Reference(reference) => self.hole(reference, conditional),
            Expr::Object(fields) => match fields.as_slice() {
                [field] if field.name.starts_with("Fn::") || field.name == "Ref" => {
                    self.function(field, conditional, depth);
                }
                fields => self.object(fields, conditional, depth),
            },
            Expr::List(items) => {
                self.list(items.iter().filter(|item| **item != Expr::Absent), conditional, depth);
            }
            Expr::Interpolation(parts) => self.interpolation(parts, conditional, depth),
            Expr::Remarked(remarked) => {
                self.remarks.push(Remark { path: Vec::new(), finding: remarked.finding.clone() });
                self.encode(&remarked.value, conditional, depth + 1);
            }
            Expr::UInt(value) => self.raw(value.to_string().as_bytes()),
            Expr::Float(value) => self.float(*value),
            Expr::Null => {
                self.flags.null = true;
                self.raw(b"null");
            }
            // Only reached where a key cannot be left out: a branch of `Fn::If`.
            Expr::Absent => self.raw(br#"{"Ref":"AWS::NoValue"}"#),
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Digits from the last to the first, without a string of their own.
    fn integer(&mut self, value: i64) {
        if value < 0 {
            self.bytes.push(b'-');
        }
        let mut rest = value.unsigned_abs();
        // The greatest has twenty.
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.raw(&digits[start..]);
    }

    fn float(&mut self, value: f64) {
        match serde_json::Number::from_f64(value) {
            // A whole number is written as one: `70.0` and `70` are the same value to AWS, and `70` is shorter.
            Some(_) if value.fract() == 0.0 && value.abs() < 1e15 => self.integer(value as i64),
            Some(number) => self.raw(number.to_string().as_bytes()),
            None => {
                self.flags.not_finite = true;
                self.raw(b"null");
            }
        }
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.bytes.push(b'"');
        escape(&mut self.bytes, text);
        self.bytes.push(b'"');
    }

    fn hole(&mut self, reference: &Reference, conditional: bool) {
        let number = (self.holes.len() - self.first_hole) as u32;
        self.holes.push(Hole { reference: reference.clone(), conditional, narrow: false });
        self.bytes.push(HOLE);
        self.raw(&number.to_le_bytes());
    }

    fn object(&mut self, fields: &[Field], conditional: bool, depth: u32) {
        if fields.len() > FEW {
            let mut seen = IdMap::default();
            let present = fields.iter().filter(|field| field.value != Expr::Absent);
            self.flags.twice |=
                present.map(|field| seen.insert(&*field.name, 0)).any(|before| before.is_some());
        }
        self.bytes.push(b'{');
        let mut first = true;
        for (index, field) in fields.iter().enumerate() {
            if field.value == Expr::Absent {
                continue;
            }
            let same = |other: &Field| other.name == field.name && other.value != Expr::Absent;
            self.flags.twice |= fields.len() <= FEW && fields[..index].iter().any(same);
            if !first {
                self.bytes.push(b',');
            }
            first = false;
            if let Some(at) = field.at {
                self.marks.push(Mark { offset: self.bytes.len() as u32, at });
            }
            self.string(&field.name);
            self.bytes.push(b':');
            let remarks = self.remarks.len();
            self.encode(&field.value, conditional, depth + 1);
            self.step(remarks, || field.name.clone());
        }
        self.bytes.push(b'}');
    }

    fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>, conditional: bool, depth: u32) {
        self.bytes.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            let remarks = self.remarks.len();
            self.encode(item, conditional, depth + 1);
            self.step(remarks, || index.to_string().into());
        }
        self.bytes.push(b']');
    }

    /// A function call. References by name, as JSON written by hand has them, become holes here, so that the
    /// graph knows them and a name that does not exist is found.
    fn function(&mut self, field: &Field, conditional: bool, depth: u32) {
        let named = |target| Reference { target, kind: Kind::Text, lowering: None };
        match (&*field.name, &field.value) {
            ("Ref", Expr::Text(name)) if !PSEUDO_PARAMETERS.contains(&&**name) => {
                return self.hole(&named(Target::Named(name.clone())), conditional);
            }
            ("Fn::GetAtt", value) => {
                if let Some((name, attribute)) = attribute_of(value) {
                    return self.hole(&named(Target::NamedAttribute(name, attribute)), conditional);
                }
            }
            ("Fn::Sub", value) => {
                if let Some(parts) = substitution(value) {
                    return self.interpolation(&parts, conditional, depth);
                }
            }
            ("Fn::If", Expr::List(items)) if items.len() == 3 => {
                self.raw(br#"{"Fn::If":["#);
                match &items[0] {
                    Expr::Text(name) => {
                        self.hole(&named(Target::NamedCondition(name.clone())), conditional);
                    }
                    condition => self.encode(condition, conditional, depth + 1),
                }
                for branch in &items[1..] {
                    self.bytes.push(b',');
                    self.encode(branch, true, depth + 1);
                }
                return self.raw(b"]}");
            }
            ("Fn::Split" | "Fn::Cidr", Expr::List(items)) => {
                let first = self.holes.len();
                self.object(std::slice::from_ref(field), conditional, depth);
                let direct = items.iter().filter_map(|item| match item {
                    Expr::Reference(reference) => Some(reference),
                    _ => None,
                });
                for reference in direct {
                    let hole = self.holes[first..].iter_mut().find(|hole| hole.reference == *reference);
                    if let Some(hole) = hole {
                        hole.narrow = true;
                    }
                }
                return;
            }
            ("Fn::Length" | "Fn::ToJsonString", _) => self.flags.extensions = true,
            ("Fn::FindInMap", Expr::List(items)) => {
                if let [Expr::Text(name), rest @ ..] = items.as_slice() {
                    let mapping = Expr::Reference(named(Target::NamedMapping(name.clone())));
                    let items = std::iter::once(mapping).chain(rest.iter().cloned()).collect();
                    let field = Field::new(field.name.clone(), Expr::List(items));
                    return self.function(&field, conditional, depth);
                }
                self.flags.extensions |=
                    items.len() == 4 || items.iter().any(|item| matches!(item, Expr::Interpolation(_)));
            }
            (name, _) if name.starts_with("Fn::ForEach") => self.flags.extensions = true,
            _ => {}
        }
        self.object(std::slice::from_ref(field), conditional, depth);
    }

    fn interpolation(&mut self, parts: &[Part], conditional: bool, depth: u32) {
        // Neighbouring text is joined and interpolations inside interpolations are taken apart, so that the
        // lowering sees text and values in turn.
        let parts = flatten(parts, &mut self.flags, &mut self.remarks);
        match parts.as_slice() {
            [] => return self.string(""),
            [Part::Text(text)] => return self.string(text),
            // A number or a truth value alone would change its type; inside text it is text.
            [Part::Value(value)] if value.is_expression() => {
                return self.encode(value, conditional, depth + 1);
            }
            _ => {}
        }
        self.interpolated = true;
        self.bytes.push(TEXT);
        let start = self.reserve();
        for part in &parts {
            match part {
                Part::Text(text) => {
                    self.bytes.push(PIECE_TEXT);
                    let start = self.reserve();
                    escape(&mut self.bytes, text);
                    self.close(start);
                }
                Part::Value(value) => {
                    self.bytes.push(PIECE_VALUE);
                    let start = self.reserve();
                    self.encode(value, conditional, depth + 1);
                    self.close(start);
                }
            }
        }
        self.close(start);
    }

    /// Leaves room for a length, to be filled by `close`.
    fn reserve(&mut self) -> usize {
        self.raw(&[0; 4]);
        self.bytes.len()
    }

    fn close(&mut self, start: usize) {
        let length = (self.bytes.len() - start) as u32;
        self.bytes[start - 4..start].copy_from_slice(&length.to_le_bytes());
    }
}

/// Appends text as the content of a JSON string.
pub(crate) fn escape(bytes: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(index) = first_to_escape(rest) {
        bytes.extend_from_slice(&rest[..index]);
        match rest[index] {
            b'"' => bytes.extend_from_slice(br#"\""#),
            b'\\' => bytes.extend_from_slice(br"\\"),
            b'\n' => bytes.extend_from_slice(br"\n"),
            b'\r' => bytes.extend_from_slice(br"\r"),
            b'\t' => bytes.extend_from_slice(br"\t"),
            byte => bytes.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = &rest[index + 1..];
    }
    bytes.extend_from_slice(rest);
}

/// The first byte that cannot stand in a JSON string as it is. Eight bytes at a time: nearly no text has one,
/// and every text of a program comes through here.
fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    /// Whether any byte of the word is below `limit`, which is at most 0x80.
    fn any_below(word: u64, limit: u8) -> bool {
        word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH != 0
    }
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let mut chunks = bytes.chunks_exact(8);
    let mut start = 0;
    for chunk in &mut chunks {
        let word = chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        if (any_below(word, 0x20) || any_below(quote, 1) || any_below(backslash, 1))
            && let Some(index) = chunk.iter().position(special)
        {
            return Some(start + index);
        }
        start += 8;
    }
    chunks.remainder().iter().position(special).map(|index| start + index)
}

/// `["Name", "Attribute"]` or `"Name.Attribute"`.
fn attribute_of(value: &Expr) -> Option<(Str, Str)> {
    match value {
        Expr::List(items) => match items.as_slice() {
            [Expr::Text(name), Expr::Text(attribute)] => Some((name.clone(), attribute.clone())),
            _ => None,
        },
        Expr::Text(path) => {
            let (name, attribute) = path.split_once('.')?;
            Some((Cow::Owned(name.to_owned()), Cow::Owned(attribute.to_owned())))
        }
        _ => None,
    }
}

/// The parts of a `Fn::Sub` that was written by hand: text, or text and an object of variables.
fn substitution(value: &Expr) -> Option<Vec<Part>> {
    match value {
        Expr::Text(text) => Some(parse_substitution(text, &[])),
        Expr::List(items) => match items.as_slice() {
            [Expr::Text(text), Expr::Object(variables)] => Some(parse_substitution(text, variables)),
            [Expr::Text(text)] => Some(parse_substitution(text, &[])),
            _ => None,
        },
        _ => None,
    }
}

/// Takes `${Name}`, `${Name.Attribute}` and `${!literal}` apart.
pub(crate) fn parse_substitution(text: &str, variables: &[Field]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start + 2..].find('}') else { break };
        let name = &rest[start + 2..start + 2 + length];
        let text = |text: &str| Part::Text(Cow::Owned(text.to_owned()));
        parts.push(text(&rest[..start]));
        parts.push(match name.strip_prefix('!') {
            Some(literal) => text(&format!("${{{literal}}}")),
            None => Part::Value(named_value(name.trim(), variables)),
        });
        rest = &rest[start + 2 + length + 1..];
    }
    parts.push(Part::Text(Cow::Owned(rest.to_owned())));
    parts
}

fn named_value(name: &str, variables: &[Field]) -> Expr {
    if let Some(variable) = variables.iter().find(|variable| variable.name == name) {
        return variable.value.clone();
    }
    if PSEUDO_PARAMETERS.contains(&name) {
        return Expr::call("Ref", Expr::Text(Cow::Owned(name.to_owned())));
    }
    Expr::reference(match name.split_once('.') {
        Some((name, attribute)) => {
            Target::NamedAttribute(Cow::Owned(name.to_owned()), Cow::Owned(attribute.to_owned()))
        }
        None => Target::Named(Cow::Owned(name.to_owned())),
    })
}

/// One list of texts and values in turn, from interpolations within interpolations.
fn flatten(parts: &[Part], flags: &mut Flags, remarks: &mut Vec<Remark>) -> Vec<Part> {
    fn push_text(out: &mut Vec<Part>, text: &str) {
        match out.last_mut() {
            Some(Part::Text(last)) => last.to_mut().push_str(text),
            _ if text.is_empty() => {}
            _ => out.push(Part::Text(Cow::Owned(text.to_owned()))),
        }
    }
    fn walk(out: &mut Vec<Part>, parts: &[Part], flags: &mut Flags, remarks: &mut Vec<Remark>) {
        for part in parts {
            match part {
                Part::Text(text) => push_text(out, text),
                Part::Value(Expr::Interpolation(inner)) => walk(out, inner, flags, remarks),
                Part::Value(Expr::Remarked(remarked)) => {
                    remarks.push(Remark { path: Vec::new(), finding: remarked.finding.clone() });
                    walk(out, &[Part::Value(remarked.value.clone())], flags, remarks);
                }
                Part::Value(Expr::Text(text)) => push_text(out, text),
                Part::Value(Expr::Int(value)) => push_text(out, &value.to_string()),
                Part::Value(Expr::UInt(value)) => push_text(out, &value.to_string()),
                Part::Value(Expr::Bool(value)) => push_text(out, &value.to_string()),
                Part::Value(Expr::Float(value)) => {
                    flags.not_finite |= !value.is_finite();
                    push_text(out, &value.to_string());
                }
                Part::Value(Expr::Absent) => {}
                Part::Value(value) => out.push(Part::Value(value.clone())),
            }
        }
    }
    let mut out = Vec::with_capacity(parts.len());
    walk(&mut out, parts, flags, remarks);
    out
}

/// Whether two values are stored as the same.
pub(crate) fn same(one: &Expr, other: &Expr) -> bool {
    let stored = |expr: &Expr| {
        let mut encoder = Encoder::default();
        encoder.value(expr);
        let references: Vec<_> = encoder.holes.into_iter().map(|hole| hole.reference).collect();
        (encoder.bytes, references)
    };
    stored(one) == stored(other)
}

/// Reads an encoded value back into an expression.
pub(crate) fn decode(bytes: &[u8], holes: &[Hole]) -> Expr {
    Decoder { bytes, position: 0, holes }.value()
}

struct Decoder<'b> {
    bytes: &'b [u8],
    position: usize,
    holes: &'b [Hole],
}

/// The reader of what `Encoder` wrote. It never sees anything else, so that it answers `Expr::Null` where the
/// text ends too early instead of carrying an error that cannot happen.
impl Decoder<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.position).copied();
        self.position += 1;
        byte
    }

    fn length(&mut self) -> usize {
        let bytes = self.bytes.get(self.position..self.position + 4);
        self.position += 4;
        bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
    }

    fn value(&mut self) -> Expr {
        match self.bytes.get(self.position) {
            Some(b'{') => self.object(),
            Some(b'[') => {
                self.position += 1;
                let mut items = Vec::new();
                while self.bytes.get(self.position).is_some_and(|byte| *byte != b']') {
                    items.push(self.value());
                    if self.bytes.get(self.position) == Some(&b',') {
                        self.position += 1;
                    }
                }
                self.position += 1;
                Expr::List(items)
            }
            Some(b'"') => Expr::Text(Cow::Owned(self.string())),
            Some(&HOLE) => {
                self.position += 1;
                let number = self.length();
                self.holes.get(number).map_or(Expr::Null, |hole| Expr::Reference(hole.reference.clone()))
            }
            Some(&TEXT) => {
                self.position += 1;
                let end = self.length() + self.position;
                Expr::Interpolation(self.pieces(end))
            }
            Some(_) => self.scalar(),
            None => Expr::Null,
        }
    }

    fn object(&mut self) -> Expr {
        self.position += 1;
        let mut fields = Vec::new();
        while self.bytes.get(self.position).is_some_and(|byte| *byte != b'}') {
            let name = self.string();
            self.position += 1; // the colon
            fields.push(Field::new(name, self.value()));
            if self.bytes.get(self.position) == Some(&b',') {
                self.position += 1;
            }
        }
        self.position += 1;
        match fields.as_slice() {
            [field] if field.name == "Ref" && field.value.as_str() == Some("AWS::NoValue") => Expr::Absent,
            _ => Expr::Object(fields),
        }
    }

    fn pieces(&mut self, end: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        while self.position < end {
            let kind = self.next();
            let length = self.length();
            let stop = self.position + length;
            if kind == Some(PIECE_TEXT) {
                let content = self.bytes.get(self.position..stop).unwrap_or_default();
                parts.push(Part::Text(Cow::Owned(unescape(content))));
            } else {
                parts.push(Part::Value(self.value()));
            }
            self.position = stop;
        }
        parts
    }

    fn string(&mut self) -> String {
        self.position += 1;
        let start = self.position;
        while let Some(byte) = self.bytes.get(self.position) {
            match byte {
                b'"' => break,
                b'\\' => self.position += 2,
                _ => self.position += 1,
            }
        }
        let content = self.bytes.get(start..self.position).unwrap_or_default();
        self.position += 1;
        unescape(content)
    }

    fn scalar(&mut self) -> Expr {
        let start = self.position;
        while self.bytes.get(self.position).is_some_and(|byte| !b",]}".contains(byte)) {
            self.position += 1;
        }
        let text = std::str::from_utf8(&self.bytes[start..self.position]).unwrap_or_default();
        match text {
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            // serde_json rounds the last digit of some numbers; the standard library does not.
            _ => (text.parse().map(Expr::Int))
                .or_else(|_| text.parse().map(Expr::UInt))
                .or_else(|_| text.parse().map(Expr::Float))
                .unwrap_or(Expr::Null),
        }
    }
}

/// The text whose JSON string content this is.
fn unescape(content: &[u8]) -> String {
    if !content.contains(&b'\\') {
        return String::from_utf8_lossy(content).into_owned();
    }
    let mut quoted = Vec::with_capacity(content.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(content);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(expr: Expr) -> Expr {
        let mut encoder = Encoder::default();
        encoder.value(&expr);
        decode(&encoder.bytes, &encoder.holes)
    }

    #[test]
    fn values_survive_encoding() {
        let reference =
            Expr::reference(Target::Attribute(crate::expr::Key { app: 1, index: 7 }, "Arn".into()));
        for expr in [
            Expr::Text("a \"quoted\" \\ line\nand \u{1} ünïcode".into()),
            Expr::Int(-5),
            Expr::Int(0),
            Expr::Int(i64::MIN),
            Expr::Int(i64::MAX),
            Expr::UInt(u64::MAX),
            Expr::Float(0.25),
            Expr::List(vec![Expr::Bool(true), reference.clone(), Expr::List(vec![])]),
            Expr::Object(vec![Field::new("a\"", reference.clone()), Field::new("b", Expr::Object(vec![]))]),
            Expr::Interpolation(vec![Part::Text("https://\"".into()), Part::Value(reference.clone())]),
        ] {
            assert_eq!(round_trip(expr.clone()), expr);
        }
    }

    #[test]
    fn every_byte_that_needs_an_escape_is_found_at_every_place() {
        for special in ['"', '\\', '\n', '\u{0}', '\u{1f}'] {
            for length in 0..20 {
                for place in 0..=length {
                    let mut text = "\u{7f}é x~".repeat(4).chars().take(length).collect::<Vec<_>>();
                    text.insert(place, special);
                    let text: String = text.into_iter().collect();
                    let mut bytes = vec![b'"'];
                    escape(&mut bytes, &text);
                    bytes.push(b'"');
                    assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
                }
            }
        }
    }

    #[test]
    fn absent_entries_are_left_out_and_stand_as_no_value_in_a_branch() {
        let mut encoder = Encoder::default();
        encoder.value(&Expr::Object(vec![
            Field::new("Gone", Expr::Absent),
            Field::new("List", Expr::List(vec![Expr::Absent, Expr::Int(1)])),
            Field::new(
                "If",
                Expr::call("Fn::If", Expr::List(vec!["Prod".into_text(), Expr::Int(1), Expr::Absent])),
            ),
        ]));
        assert_eq!(
            String::from_utf8_lossy(&encoder.bytes),
            "{\"List\":[1],\"If\":{\"Fn::If\":[\u{1}\0\0\0\0,1,{\"Ref\":\"AWS::NoValue\"}]}}"
        );
        assert_eq!(encoder.holes[0].reference.target, Target::NamedCondition("Prod".into()));
    }

    trait IntoText {
        fn into_text(self) -> Expr;
    }

    impl IntoText for &'static str {
        fn into_text(self) -> Expr {
            Expr::Text(self.into())
        }
    }

    #[test]
    fn a_substitution_written_by_hand_is_taken_apart() {
        let parts = parse_substitution("a-${AWS::Region}-${!Keep}-${Vpc.Id}", &[]);
        assert_eq!(
            flatten(&parts, &mut Flags::default(), &mut Vec::new()),
            vec![
                Part::Text("a-".into()),
                Part::Value(Expr::pseudo("AWS::Region")),
                Part::Text("-${Keep}-".into()),
                Part::Value(Expr::reference(Target::NamedAttribute("Vpc".into(), "Id".into()))),
            ]
        );
    }
}
