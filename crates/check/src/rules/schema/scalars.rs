//! What a single value can be wrong about.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use formwork_core::{Severity, nearest};
use formwork_facts::{Kind, Shape, Text, Unit};

use super::{
    Code,
    walk::{named, shown},
};
use crate::pattern::Pattern;

/// Longer lists of values are not repeated in a message.
const FEW: usize = 12;

/// A scalar as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'t> {
    Bool(bool),
    Number(&'t str),
    Text(&'t str),
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Where it matters less than the code says.
    pub(super) severity: Option<Severity>,
}

impl Complaint {
    pub(super) fn new(code: Code, message: String, help: impl Into<String>) -> Option<Self> {
        Some(Self { code, message, help: Some(help.into()), severity: None })
    }

    /// The same, but it may be meant like that.
    pub(super) fn perhaps(mut self) -> Self {
        self.severity = Some(Severity::Warning);
        self
    }
}

impl<'t> Scalar<'t> {
    pub(super) fn text(self) -> &'t str {
        match self {
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(text) | Self::Text(text) => text,
        }
    }

    pub(super) fn described(self) -> String {
        match self {
            Self::Bool(truth) => format!("`{truth}`"),
            Self::Number(text) => format!("the number `{}`", shown(text)),
            Self::Text("") => "empty text".to_owned(),
            Self::Text(text) => format!("the text `{}`", shown(text)),
        }
    }
}

/// What a shape takes, in words.
pub(super) fn wanted(shape: &Shape) -> &'static str {
    match shape.kind {
        Kind::String if shape.values.is_empty() => "text",
        Kind::String => "one of its values",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Json => "a document of its own",
        Kind::Object(_) => "an object",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
    }
}

/// What is wrong with a scalar where a scalar is wanted.
pub(super) fn judge(scalar: Scalar<'_>, shape: &Shape, name: &str, kind: &str) -> Option<Complaint> {
    let text = scalar.text();
    // What a dynamic reference yields is known to the deployment only; and `${..}` is meant for a macro or by mistake,
    // which is said elsewhere.
    if text.contains("{{") && text.contains("resolve:") {
        return None;
    }
    match shape.kind {
        Kind::String => of_text(scalar, shape, name, kind),
        Kind::Boolean => {
            let truth = ["true", "false"];
            let fits = match scalar {
                Scalar::Bool(_) => true,
                Scalar::Number(_) => false,
                Scalar::Text(text) => truth.iter().any(|known| text.eq_ignore_ascii_case(known)),
            };
            if fits { None } else { wrong(scalar, shape, name) }
        }
        Kind::Integer | Kind::Number => of_number(scalar, shape, name),
        _ => None,
    }
}

fn wrong(scalar: Scalar<'_>, shape: &Shape, name: &str) -> Option<Complaint> {
    let wanted = wanted(shape);
    let message = format!("`{name}` takes {wanted}, not {}", scalar.described());
    Complaint::new(Code::WrongKind, message, format!("give it {wanted}"))
}

fn of_number(scalar: Scalar<'_>, shape: &Shape, name: &str) -> Option<Complaint> {
    let text = match scalar {
        Scalar::Bool(_) => return wrong(scalar, shape, name),
        Scalar::Number(text) | Scalar::Text(text) => text.trim(),
    };
    let number = match radix(text).or_else(|| text.parse::<f64>().ok()) {
        Some(number) => number,
        None => return wrong(scalar, shape, name),
    };
    if !number.is_finite() {
        return None;
    }
    if shape.kind == Kind::Integer && number.fract() != 0.0 {
        return wrong(scalar, shape, name);
    }
    let among = |value: &Text| value.parse::<f64>().is_ok_and(|value| value == number);
    if !shape.values.is_empty() && !shape.values.iter().any(among) {
        return not_among(text, shape, name);
    }
    let port = shape.unit == Some(Unit::Port) || name.ends_with("Port");
    if port && number > 65535.0 {
        let message = format!("`{name}` is {}, and ports go from 0 to 65535", shown(text));
        return Complaint::new(Code::Port, message, "give it a port from 0 to 65535");
    }
    let least = shape.range.least.as_deref();
    let most = shape.range.most.as_deref();
    let below = least.and_then(|least| least.parse::<f64>().ok()).is_some_and(|least| number < least);
    let above = most.and_then(|most| most.parse::<f64>().ok()).is_some_and(|most| number > most);
    if below || above {
        let message = if below {
            format!("`{name}` is {}, and has to be at least {}", shown(text), least.unwrap_or_default())
        } else {
            format!("`{name}` is {}, and may be at most {}", shown(text), most.unwrap_or_default())
        };
        return Complaint::new(Code::Range, message, between(least, most));
    }
    let multiple = shape.multiple_of.as_deref().and_then(|multiple| multiple.parse::<f64>().ok());
    if let Some(multiple) = multiple
        && multiple > 0.0
        && shape.kind == Kind::Integer
        && number % multiple != 0.0
    {
        let message = format!("`{name}` is {}, and has to be a multiple of {multiple}", shown(text));
        return Complaint::new(Code::Range, message, format!("give it a multiple of {multiple}"));
    }
    None
}

/// Numbers that YAML writes with a prefix: `0x1F`, `0o17`.
fn radix(text: &str) -> Option<f64> {
    let (digits, radix) = match text.get(..2)? {
        "0x" | "0X" => (text.get(2..)?, 16),
        "0o" => (text.get(2..)?, 8),
        _ => return None,
    };
    i64::from_str_radix(digits, radix).ok().map(|number| number as f64)
}

fn between(least: Option<&str>, most: Option<&str>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("it goes from {least} to {most}"),
        (Some(least), None) => format!("it goes from {least} upward"),
        (None, Some(most)) => format!("it goes up to {most}"),
        (None, None) => String::new(),
    }
}

fn not_among(text: &str, shape: &Shape, name: &str) -> Option<Complaint> {
    let values = || shape.values.iter().map(|value| &**value);
    let near = nearest(text, values().take(400));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if shape.values.len() <= FEW => format!("it takes {}", named(values(), "or")),
        None => format!("it takes {} and others", named(values().take(FEW), "or")),
    };
    let what = if text.is_empty() { "empty text".to_owned() } else { format!("`{}`", shown(text)) };
    Complaint::new(Code::NotAmongValues, format!("{what} is none of the values that `{name}` takes"), help)
}

fn of_text(scalar: Scalar<'_>, shape: &Shape, name: &str, kind: &str) -> Option<Complaint> {
    let text = scalar.text();
    if !shape.values.is_empty() {
        let among = match (scalar, shape.any_case) {
            (Scalar::Bool(_), _) | (_, true) => {
                shape.values.iter().any(|value| value.eq_ignore_ascii_case(text))
            }
            _ => shape.values.iter().any(|value| value == text),
        };
        return if among { None } else { not_among(text, shape, name) };
    }
    if !matches!(scalar, Scalar::Text(_)) {
        return None;
    }
    let length = || text.chars().count() as u64;
    let least = shape.length.least.as_deref().and_then(|least| least.parse::<u64>().ok());
    let most = shape.length.most.as_deref().and_then(|most| most.parse::<u64>().ok());
    if most.is_some_and(|most| text.len() as u64 > most && length() > most) {
        let most = most.unwrap_or_default();
        return Complaint::new(
            Code::Length,
            format!("`{name}` has {} characters, and may have at most {most}", length()),
            format!("shorten it to {most} characters"),
        );
    }
    if least.is_some_and(|least| length() < least) {
        let least = least.unwrap_or_default();
        let message = match text.is_empty() {
            true => format!("`{name}` is empty, and has to have at least {least} characters"),
            false => format!("`{name}` has {} characters, and has to have at least {least}", length()),
        };
        return Complaint::new(Code::Length, message, "give it longer text, or leave it out");
    }
    if let Some(pattern) = &shape.pattern
        && let Some(matcher) = compiled(pattern)
        && !matcher.is_match(text)
    {
        return Complaint::new(
            Code::Pattern,
            format!("`{}` does not have the form that `{name}` takes", shown(text)),
            format!("it has to match `{}`", shown(pattern)),
        );
    }
    match shape.format.as_deref() {
        Some("ipv4-network") => network(text, name, false),
        Some("ipv6-network") => network(text, name, true),
        Some("AWS::EC2::Image.Id") => {
            let parameter = kind == "AWS::EC2::LaunchTemplate" && text.starts_with("resolve:ssm");
            if parameter { None } else { identifier(text, name, "ami-", "an AMI") }
        }
        Some("json") => {
            let open = text.trim_start().starts_with(['{', '[']) && !text.contains("${");
            let bad = open && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err();
            if !bad {
                return None;
            }
            let message = format!("the text of `{name}` is not JSON");
            Complaint::new(Code::Format, message, "write the document as an object, or mend its text")
                .map(Complaint::perhaps)
        }
        _ => named_by_reference(text, shape, name),
    }
}

/// The patterns of the facts, compiled once.
fn compiled(pattern: &Text) -> Option<Arc<Pattern>> {
    static COMPILED: OnceLock<Mutex<HashMap<Text, Option<Arc<Pattern>>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(Mutex::default);
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    let new = Pattern::new(pattern).map(Arc::new);
    compiled.insert(pattern.clone(), new.clone());
    new
}

/// `ami-0123456789abcdef0`: a prefix and 8 or 17 hexadecimal digits.
fn identifier(text: &str, name: &str, prefix: &str, what: &str) -> Option<Complaint> {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    let fits = matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        return None;
    }
    Complaint::new(
        Code::Format,
        format!("`{}`, given as `{name}`, is not the id of {what}", shown(text)),
        format!("such ids are `{prefix}` and 17 (formerly 8) hexadecimal digits"),
    )
}

/// Text where the id, name or ARN of a certain kind of resource is wanted, and nothing else.
fn named_by_reference(text: &str, shape: &Shape, name: &str) -> Option<Complaint> {
    let wants = |kind: &str, properties: &[&str]| {
        !shape.references.is_empty()
            && shape.references.iter().all(|it| {
                it.resource_type == kind && properties.iter().any(|property| it.property == *property)
            })
    };
    let arn = |service: &str, rest: &str| {
        let mut parts = text.splitn(6, ':');
        let begins = parts.next() == Some("arn") && parts.next().is_some_and(|it| it.starts_with("aws"));
        let service = parts.next() == Some(service);
        let account =
            parts.nth(1).is_some_and(|it| it.len() == 12 && it.bytes().all(|byte| byte.is_ascii_digit()));
        let rest = parts.next().is_some_and(|it| it.len() > rest.len() && it.starts_with(rest));
        begins && service && account && rest
    };
    if shape.references.is_empty() || text.contains("${") {
        return None;
    }
    if wants("AWS::EC2::VPC", &["VpcId"]) {
        return identifier(text, name, "vpc-", "a VPC");
    }
    if wants("AWS::EC2::Subnet", &["SubnetId"]) {
        return identifier(text, name, "subnet-", "a subnet");
    }
    let groups = shape.references.iter().all(|it| {
        matches!(
            (&*it.resource_type, &*it.property),
            ("AWS::EC2::SecurityGroup", "GroupId" | "Id") | ("AWS::EC2::VPC", "DefaultSecurityGroup")
        )
    });
    if groups && (name.contains("Id") || name == "GroupSet") {
        return identifier(text, name, "sg-", "a security group");
    }
    // Where names are taken as well is not known everywhere; a broken ARN is one in any case.
    if wants("AWS::IAM::Role", &["Arn"]) && !arn("iam", "role/") {
        let complaint = Complaint::new(
            Code::Format,
            format!("`{}`, given as `{name}`, is not the ARN of a role", shown(text)),
            "such ARNs are `arn:aws:iam::`, the account's 12 digits, `:role/` and the role's path and name",
        );
        let certain = text.starts_with("arn:") || name.ends_with("Arn");
        return complaint.map(|complaint| if certain { complaint } else { complaint.perhaps() });
    }
    if wants("AWS::SNS::Topic", &["TopicArn"]) && !arn("sns", "") {
        return Complaint::new(
            Code::Format,
            format!("`{}`, given as `{name}`, is not the ARN of a topic", shown(text)),
            "such ARNs are `arn:aws:sns:`, the Region, the account's 12 digits and the topic's name",
        )
        .filter(|_| name.contains("Arn"));
    }
    let keys = shape.references.iter().all(|it| it.resource_type.starts_with("AWS::KMS::"));
    if keys && text.starts_with("arn:") && !(arn("kms", "key/") || arn("kms", "alias/")) {
        return Complaint::new(
            Code::Format,
            format!("`{}`, given as `{name}`, is not the ARN of a key", shown(text)),
            "such ARNs are `arn:aws:kms:`, the Region, the account's 12 digits, `:key/` and the key's id",
        );
    }
    if keys && name.contains("KeyId") {
        let plain = text.strip_prefix("mrk-").unwrap_or(text);
        let id = plain.len() >= 8 && plain.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if !(id || text.starts_with("alias/") || text.starts_with("arn:aws") || text.is_empty()) {
            return Complaint::new(
                Code::Format,
                format!(
                    "`{}`, given as `{name}`, is neither the id nor the alias nor the ARN of a key",
                    shown(text)
                ),
                "an alias is written with `alias/` before its name",
            )
            .map(Complaint::perhaps);
        }
        return None;
    }
    if wants("AWS::S3::Bucket", &["BucketName"]) && name.contains("Bucket") {
        return bucket(text, name);
    }
    None
}

/// The name of a bucket. Some that are older than these rules exist.
fn bucket(text: &str, name: &str) -> Option<Complaint> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let edges =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let fits = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| allowed(*byte))
        && edges(bytes.first())
        && edges(bytes.last())
        && !text.contains("..");
    if fits || text.starts_with("arn:") {
        return None;
    }
    Complaint::new(
        Code::Format,
        format!("`{}`, given as `{name}`, is not the name of a bucket", shown(text)),
        "names have 3 to 63 lower-case letters, digits, hyphens and dots",
    )
    .map(|complaint| if name == "BucketName" { complaint } else { complaint.perhaps() })
}

/// A range of addresses.
fn network(text: &str, name: &str, six: bool) -> Option<Complaint> {
    let version = if six { 6 } else { 4 };
    let example = if six { "2001:db8::/56" } else { "10.0.0.0/16" };
    let bad = |message: String| {
        Complaint::new(Code::NoNetwork, message, format!("write a range such as `{example}`"))
    };
    let none =
        || bad(format!("`{}`, given as `{name}`, is not a range of IPv{version} addresses", shown(text)));
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let bits = if six { 128 } else { 32 };
    let is_address = match six {
        true => address.parse::<Ipv6Addr>().is_ok(),
        false => address.parse::<Ipv4Addr>().is_ok(),
    };
    if !is_address {
        return none();
    }
    let Some(length) = length else {
        return bad(format!("`{}`, given as `{name}`, lacks the length of its prefix", shown(text)))
            .map(Complaint::perhaps);
    };
    let digits = length.len() <= 3 && length.bytes().all(|byte| byte.is_ascii_digit());
    // That a range begins elsewhere than at its address is said with the networks.
    let fits = digits && length.parse::<u32>().is_ok_and(|length| length <= bits);
    if fits { None } else { none() }
}

/// What is wrong with the number of items or entries.
pub(super) fn counted(count: usize, shape: &Shape, name: &str, what: &str) -> Option<Complaint> {
    let least = shape.length.least.as_deref().and_then(|least| least.parse::<usize>().ok());
    let most = shape.length.most.as_deref().and_then(|most| most.parse::<usize>().ok());
    if let Some(least) = least.filter(|least| count < *least) {
        let message = format!("`{name}` has {count} {what}, and has to have at least {least}");
        return Complaint::new(Code::Count, message, "add what is missing, or leave it out altogether");
    }
    if let Some(most) = most.filter(|most| count > *most) {
        let message = format!("`{name}` has {count} {what}, and may have at most {most}");
        return Complaint::new(Code::Count, message, format!("leave {} of them out", count - most));
    }
    None
}
