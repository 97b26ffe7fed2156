//! What functions yield where something is wanted.

use formwork_facts::{Kind, Reference, Shape};

use super::{
    Code,
    scalars::{self, Scalar},
    strangers,
    walk::{Walk, named, shown},
};
use crate::{
    context::{Piece, Resolved, Resource, Value},
    document::Content,
};

/// So many values of a parameter are looked at.
const VALUES: usize = 100;

/// What a function certainly yields.
#[derive(Clone, Copy, PartialEq)]
enum Yield {
    Text,
    List,
    Anything,
}

/// Types whose attributes and ids anybody decides.
fn is_open(kind: &str) -> bool {
    const OPEN: &[&str] = &[
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::Macro",
        "AWS::Serverless::Application",
        "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
        "AWS::SSM::Parameter",
    ];
    OPEN.contains(&kind) || !kind.starts_with("AWS::") || kind.ends_with("::MODULE")
}

pub(super) fn call<'a>(
    walk: &mut Walk<'a, '_>,
    value: Value<'a>,
    function: &str,
    argument: Value<'a>,
    shape: &'static Shape,
    name: &str,
) {
    let yields = match function {
        "Fn::Sub" | "Fn::Join" | "Fn::Base64" | "Fn::ToJsonString" => Yield::Text,
        "Fn::Split" | "Fn::GetAZs" | "Fn::Cidr" => Yield::List,
        "Ref" => return reference(walk, value, argument, shape, name),
        "Fn::GetAtt" | "Fn::FindInMap" | "Fn::Select" | "Fn::ImportValue" | "Fn::GetStackOutput" => {
            Yield::Anything
        }
        _ => return,
    };
    if !takes(walk, value, yields, shape, name, &format!("what `{function}` yields")) {
        return;
    }
    let resolved = value.resolve();
    let known = !matches!(resolved, Resolved::Unknown);
    yielded(walk, value, resolved, shape, name);
    if !known && yields == Yield::Text && shape.kind == Kind::String {
        at_least(walk, value, shape, name);
    }
}

/// Whether a kind of value is taken; says so where it is not.
fn takes<'a>(
    walk: &mut Walk<'a, '_>,
    value: Value<'a>,
    yields: Yield,
    shape: &Shape,
    name: &str,
    what: &str,
) -> bool {
    let wants_list = matches!(shape.kind, Kind::List(_));
    let wants_object = matches!(shape.kind, Kind::Object(_) | Kind::Map(_));
    let (yielded, fits) = match yields {
        Yield::Anything => return true,
        Yield::Text => ("text", !wants_list && !wants_object),
        Yield::List => ("a list", wants_list || shape.kind == Kind::Json),
    };
    if !fits {
        let wanted = scalars::wanted(shape);
        let remark = walk.say(
            Code::WrongReference,
            value,
            format!("`{name}` takes {wanted}, and {what} is {yielded}"),
        );
        match (yields, wants_list) {
            (Yield::Text, true) => {
                remark.help("write it as the item of a list, or take it apart with `Fn::Split`")
            }
            (Yield::List, _) => {
                remark.help("choose an item with `Fn::Select`, or put them together with `Fn::Join`")
            }
            _ => remark.help(format!("give it {wanted}")),
        };
    }
    fits
}

/// A value that a function yields: as far as it is known, it has to fit, though it is not sure to be the one that is
/// deployed.
fn yielded<'a>(
    walk: &mut Walk<'a, '_>,
    at: Value<'a>,
    resolved: Resolved<'a>,
    shape: &'static Shape,
    name: &str,
) {
    let sure = std::mem::replace(&mut walk.sure, false);
    match resolved {
        Resolved::Text(text) => walk.scalar(at, Scalar::Text(&text), shape, name),
        Resolved::Number(text) => walk.scalar(at, Scalar::Number(text), shape, name),
        Resolved::Bool(truth) => walk.scalar(at, Scalar::Bool(truth), shape, name),
        Resolved::Texts(texts) => match &shape.kind {
            Kind::List(item) => {
                for text in texts.iter().take(VALUES) {
                    walk.scalar(at, Scalar::Text(text), item, name);
                }
                walk.count(at, texts.len(), shape, name, "items");
            }
            Kind::Json => {}
            _ => {
                takes(walk, at, Yield::List, shape, name, "what stands there");
            }
        },
        // Once is enough, however often it is referred to.
        Resolved::List(found) | Resolved::Map(found)
            if !walk.elsewhere && found.function().is_none() && walk.is_new(found, shape) =>
        {
            walk.elsewhere = true;
            walk.value(found, shape, name);
            walk.elsewhere = false;
        }
        Resolved::Yields(resource, attribute) => {
            walk.sure = sure;
            of_resource(walk, at, resource, attribute, shape, name);
        }
        _ => {}
    }
    walk.sure = sure;
}

/// Text of which only a part is known: it has at least the length of that part.
fn at_least<'a>(walk: &mut Walk<'a, '_>, value: Value<'a>, shape: &Shape, name: &str) {
    let Some(most) = shape.length.most.as_deref().and_then(|most| most.parse::<usize>().ok()) else { return };
    let known = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => text.chars().count(),
        _ => 0,
    };
    let length: usize = value.pieces().iter().map(known).sum();
    if length > most {
        walk.say(
            Code::Length,
            value,
            format!("`{name}` has more than {length} characters, and may have at most {most}"),
        )
        .help(format!("shorten it to {most} characters"));
    }
}

fn reference<'a>(
    walk: &mut Walk<'a, '_>,
    value: Value<'a>,
    argument: Value<'a>,
    shape: &'static Shape,
    name: &str,
) {
    let Content::Text(target) = argument.content() else { return };
    if target.starts_with("AWS::") {
        let yields = match target {
            "AWS::NoValue" => return,
            "AWS::NotificationARNs" => Yield::List,
            _ => Yield::Text,
        };
        if takes(walk, value, yields, shape, name, &format!("`{target}`")) {
            yielded(walk, value, value.resolve(), shape, name);
        }
        return;
    }
    let Some(template) = walk.context.template(value.template) else { return };
    match template.entry("Parameters", target) {
        Some(node) => {
            let declared = walk.context.value(value.template, node);
            parameter(walk, value, target, declared, shape, name);
        }
        None => yielded(walk, value, value.resolve(), shape, name),
    }
}

fn parameter<'a>(
    walk: &mut Walk<'a, '_>,
    value: Value<'a>,
    parameter: &str,
    declared: Value<'a>,
    shape: &'static Shape,
    name: &str,
) {
    let Some(template) = walk.context.template(value.template) else { return };
    let Some(Content::Text(kind)) = declared.entry("Type").map(Value::content) else { return };
    if template.passed.contains_key(parameter) {
        return yielded(walk, value, value.resolve(), shape, name);
    }
    let plain =
        kind.strip_prefix("AWS::SSM::Parameter::Value<").map_or(kind, |inner| inner.trim_end_matches('>'));
    let is_list = plain == "CommaDelimitedList" || plain.starts_with("List<");
    let yields = if is_list { Yield::List } else { Yield::Text };
    if !takes(walk, value, yields, shape, name, &format!("the parameter `{parameter}` of type `{kind}`")) {
        return;
    }
    let item = match &shape.kind {
        Kind::List(item) => item,
        _ => shape,
    };
    wrong_parameter(walk, value, parameter, kind, item, name);
    let hidden = declared.entry("NoEcho").is_some_and(|it| it.boolean() == Some(true));
    if hidden || kind.starts_with("AWS::SSM::") {
        return;
    }
    let scalar = |value: Value<'a>| match value.content() {
        // Empty text stands for nothing, and is not what will be deployed.
        Content::Text("") => None,
        Content::Text(text) => Some(Scalar::Text(text)),
        Content::Number(text) => Some(Scalar::Number(text)),
        Content::Bool(truth) => Some(Scalar::Bool(truth)),
        _ => None,
    };
    let world = walk.context.parameter(value.template, parameter);
    let allowed = declared.entry("AllowedValues");
    let default = declared.entry("Default");
    let mut values: Vec<Scalar<'_>> = Vec::new();
    match (world, allowed.map(Value::content)) {
        // Conditions say which value it has here, or which it has not.
        (Some(known), _) => values.extend(known.filter(|text| !text.is_empty()).map(Scalar::Text)),
        (None, Some(Content::List(list))) => {
            let nodes = list.iter().take(VALUES);
            values.extend(nodes.filter_map(|node| scalar(walk.context.value(value.template, node))));
        }
        _ => values.extend(default.and_then(scalar)),
    }
    let sure = std::mem::replace(&mut walk.sure, false);
    let mut wrong = None;
    let mut count = 0;
    for scalar in &values {
        let complaint = if is_list {
            let items = scalar.text().split(',').take(VALUES);
            items.map(str::trim).find_map(|text| scalars::judge(Scalar::Text(text), item, name, walk.kind()))
        } else {
            scalars::judge(Scalar::Text(scalar.text()), item, name, walk.kind())
        };
        if let Some(complaint) = complaint {
            count += 1;
            wrong.get_or_insert((*scalar, complaint));
        }
    }
    if let Some((scalar, complaint)) = wrong {
        // None of the values that it may have would do.
        walk.sure = sure && world.is_none() && count == values.len() && allowed.is_some();
        let text = shown(scalar.text());
        let note = match (world, allowed) {
            (None, Some(_)) if count > 1 => {
                format!("`{text}` is one of {count} such values of the parameter `{parameter}`")
            }
            (None, None) => format!("`{text}` is the default of the parameter `{parameter}`"),
            _ => format!("`{text}` is a value of the parameter `{parameter}`"),
        };
        let at = allowed.or(default).unwrap_or(declared);
        walk.complain(value, complaint).note(note).also(at, "the values of the parameter");
    }
    walk.sure = sure;
}

/// Types of parameters that are the id of one kind of resource.
const IDS: &[(&str, &str)] = &[
    ("AWS::EC2::Image::Id", "AWS::EC2::Image"),
    ("AWS::EC2::Instance::Id", "AWS::EC2::Instance"),
    ("AWS::EC2::SecurityGroup::Id", "AWS::EC2::SecurityGroup"),
    ("AWS::EC2::Subnet::Id", "AWS::EC2::Subnet"),
    ("AWS::EC2::VPC::Id", "AWS::EC2::VPC"),
    ("AWS::EC2::Volume::Id", "AWS::EC2::Volume"),
];

/// A parameter that can only be the id of something else.
fn wrong_parameter<'a>(
    walk: &mut Walk<'a, '_>,
    value: Value<'a>,
    parameter: &str,
    kind: &str,
    shape: &'static Shape,
    name: &str,
) {
    let Some((_, given)) = IDS.iter().find(|(id, _)| kind.contains(id)) else { return };
    if strangers::is_no_number(shape, given) {
        let wanted = scalars::wanted(shape);
        walk.say(
            Code::WrongReference,
            value,
            format!("`{name}` takes {wanted}, and the parameter `{parameter}` is a `{kind}`"),
        )
        .help(format!("give it {wanted}"));
        return;
    }
    let references = strangers::wanted(walk.kind(), name, shape);
    let Some(severity) = strangers::stranger(walk.kind(), name, references, given) else { return };
    let wanted = wanted_types(references);
    walk.say(
        Code::WrongReference,
        value,
        format!("`{name}` refers to {wanted}, and the parameter `{parameter}` is a `{kind}`"),
    )
    .severity(severity)
    .help(format!("refer to {wanted}"));
}

/// The types that a property refers to, for a message.
fn wanted_types(references: &[Reference]) -> String {
    let mut types = strangers::types(references);
    types.truncate(3);
    named(types.into_iter(), "or")
}

/// What a resource yields: its `Ref` or an attribute.
fn of_resource<'a>(
    walk: &mut Walk<'a, '_>,
    at: Value<'a>,
    target: Resource<'a>,
    attribute: Option<&'a str>,
    shape: &'static Shape,
    name: &str,
) {
    let Some(facts) = target.facts().filter(|facts| !is_open(&facts.name)) else { return };
    let (id, kind) = (target.id(), &*facts.name);
    let how = match attribute {
        Some(attribute) => format!("`{attribute}` of `{id}`"),
        None => format!("`Ref` of `{id}`"),
    };
    let yields = match attribute {
        None => Yield::Text,
        Some(attribute) => match facts.attribute(attribute).map(|attribute| &attribute.shape.kind) {
            Some(Kind::List(_)) => Yield::List,
            Some(Kind::String) => Yield::Text,
            _ => Yield::Anything,
        },
    };
    // `Fn::Sub` of one reference makes text of it.
    if !takes(walk, at, yields, shape, name, &format!("what {how} yields")) {
        return;
    }
    let shape = match &shape.kind {
        Kind::List(item) => item,
        _ => shape,
    };
    if strangers::is_no_number(shape, kind) && attribute.is_none() {
        let wanted = scalars::wanted(shape);
        walk.say(Code::WrongReference, at, format!("`{name}` takes {wanted}, and {how} yields an id"))
            .also(target, "what is referred to")
            .help(format!("give it {wanted}"));
        return;
    }
    let references = strangers::wanted(walk.kind(), name, shape);
    if references.is_empty() {
        return;
    }
    let property = match (attribute, facts.reference.as_slice()) {
        (Some(attribute), _) => attribute,
        (None, [property]) => property,
        _ => return,
    };
    let of_type = strangers::types(references).contains(&kind);
    if !of_type {
        if !strangers::is_itself(facts, attribute) || strangers::is_passed_on(facts, property, references) {
            return;
        }
        let Some(severity) = strangers::stranger(walk.kind(), name, references, kind) else { return };
        let wanted = wanted_types(references);
        walk.say(Code::WrongReference, at, format!("`{name}` refers to {wanted}, and {how} to a `{kind}`"))
            .severity(severity)
            .also(target, "what is referred to")
            .help(format!("refer to {wanted}"));
        return;
    }
    if let Some(attribute) = attribute {
        return wrong_attribute(walk, at, target, attribute, shape, name);
    }
    // A name where an ARN is wanted.
    // A function's name does where its ARN does, in many places; the URL of a queue never does.
    let queue = kind == "AWS::SQS::Queue";
    let mut of_kind = references.iter().filter(|it| !queue || it.resource_type == kind);
    let arns = of_kind.all(|it| it.property.ends_with("Arn"));
    let pattern = shape.pattern.as_deref().unwrap_or_default();
    let strict = pattern.starts_with("arn:") || pattern.starts_with("^arn:");
    if arns && is_name(kind) {
        let wanted = references.iter().find(|it| it.resource_type == kind).map_or("Arn", |it| &*it.property);
        let what = if queue { "its URL" } else { "its name" };
        let remark = walk.say(
            Code::WrongReference,
            at,
            format!("`{name}` takes an ARN, and `Ref` of `{id}` yields {what}"),
        );
        // A subscription by HTTPS takes any URL.
        let sure = kind == "AWS::IAM::Role" || (queue && name != "Endpoint");
        if !strict && !sure {
            remark.severity(formwork_core::Severity::Warning);
        }
        remark.help(format!("write `!GetAtt {id}.{wanted}`")).also(target, "what is referred to");
    }
}

/// The right resource, and another attribute of it than the one that is wanted.
fn wrong_attribute<'a>(
    walk: &mut Walk<'a, '_>,
    at: Value<'a>,
    target: Resource<'a>,
    attribute: &str,
    shape: &'static Shape,
    name: &str,
) {
    let (id, kind) = (target.id(), target.kind());
    let references = strangers::wanted(walk.kind(), name, shape);
    let Some(wrong) = strangers::wrong_attribute(name, references, shape, kind, attribute) else { return };
    let message = match (wrong.severity, kind) {
        (_, "AWS::EC2::SecurityGroup") => format!("`{name}` takes the id of a security group, not its name"),
        _ => format!("`{name}` takes `{}` of `{id}`, not its `{attribute}`", wrong.wanted),
    };
    walk.say(Code::WrongReference, at, message)
        .severity(wrong.severity)
        .help(match target.facts().is_some_and(|facts| facts.attribute(wrong.wanted).is_some()) {
            true => format!("write `!GetAtt {id}.{}`", wrong.wanted),
            false => format!("write `!Ref {id}`"),
        })
        .also(target, "what is referred to");
}

/// Types whose `Ref` is certainly no ARN.
fn is_name(kind: &str) -> bool {
    const NAMES: &[&str] = &[
        "AWS::DynamoDB::Table",
        "AWS::ECR::Repository",
        "AWS::IAM::Group",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    ];
    NAMES.contains(&kind)
}
