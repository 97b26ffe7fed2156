//! What identifies a resource, and which properties take only that.
//!
//! Relationships are published of more properties than take nothing else: the endpoint of a subscription may be a
//! queue's ARN, and an address of e-mail. A property is typed by what it refers to if all its references mean one
//! type of resource, each by something that identifies it, and its name says that type, too. What is left is text,
//! which takes an ARN or an id as well.

use formwork_facts::{Reference, ResourceType, resource_type, service_of};

use crate::names;

/// By what a resource is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Id,
    Arn,
    Name,
    /// Any of them.
    Identifier,
}

impl By {
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Id => "Id",
            Self::Arn => "Arn",
            Self::Name => "Name",
            Self::Identifier => "Identifier",
        }
    }
}

/// How a handle yields something that identifies its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Ref,
    Attribute(String),
}

/// Identifying properties that are called otherwise than what they are.
const CALLED_OTHERWISE: &[(&str, &str, By)] = &[
    ("AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId", By::Id),
    ("AWS::CertificateManager::Certificate", "Id", By::Arn),
    ("AWS::EC2::EIP", "AllocationId", By::Id),
    ("AWS::EC2::SecurityGroup", "GroupId", By::Id),
    ("AWS::EC2::SecurityGroup", "GroupName", By::Name),
    ("AWS::ECS::CapacityProvider", "Name", By::Name),
    ("AWS::Lambda::Alias", "AliasArn", By::Arn),
    ("AWS::Lambda::Version", "FunctionArn", By::Arn),
    ("AWS::SecretsManager::Secret", "Id", By::Arn),
];

/// Types identified by several properties whose `Ref` is what others refer to.
const BY_REF: &[(&str, By)] = &[("AWS::ApplicationAutoScaling::ScalableTarget", By::Id)];

/// Attributes that name another resource, which is said nowhere.
const NAMES_ANOTHER: &[(&str, &str, &str, By)] = &[
    ("AWS::EC2::VPC", "DefaultSecurityGroup", "AWS::EC2::SecurityGroup", By::Id),
    ("AWS::EC2::VPC", "DefaultNetworkAcl", "AWS::EC2::NetworkAcl", By::Id),
];

fn by_suffix(name: &str) -> Option<By> {
    let name = name.to_ascii_lowercase();
    if name.ends_with("arn") {
        Some(By::Arn)
    } else if name.ends_with("id") || name.ends_with("identifier") {
        Some(By::Id)
    } else if name.ends_with("name") {
        Some(By::Name)
    } else {
        None
    }
}

/// By what a property or an attribute identifies its own resource, if it does.
pub(crate) fn identifies(owner: &ResourceType, property: &str) -> Option<By> {
    let otherwise = |(name, known, _): &&(&str, &str, By)| *name == owner.name && *known == property;
    if let Some((.., by)) = CALLED_OTHERWISE.iter().find(otherwise) {
        return Some(*by);
    }
    if owner.reference.len() == 1 && owner.reference[0] == property {
        return Some(by_suffix(property).unwrap_or(By::Id));
    }
    let short = owner.short_name();
    let plain = ["Arn", "Id", "Name"].iter().any(|name| {
        let rest = property.len().checked_sub(name.len());
        property.eq_ignore_ascii_case(name)
            || rest.is_some_and(|rest| {
                property.is_char_boundary(rest)
                    && property[..rest].eq_ignore_ascii_case(short)
                    && property[rest..].eq_ignore_ascii_case(name)
            })
    });
    let one_of_several = owner.identifier.iter().any(|name| name == property) && owner.identifier.len() == 1;
    (plain || one_of_several).then(|| by_suffix(property).unwrap_or(By::Id))
}

/// Everything by which a handle can be referred to, the best source of each.
pub(crate) fn sources(owner: &ResourceType) -> Vec<(By, Source)> {
    let by_ref = BY_REF.iter().filter(|(name, _)| *name == owner.name);
    let mut sources: Vec<(By, Source)> = by_ref.map(|(_, by)| (*by, Source::Ref)).collect();
    if let [reference] = owner.reference.as_slice()
        && let Some(by) = identifies(owner, reference)
    {
        sources.push((by, Source::Ref));
    }
    for attribute in &owner.attributes {
        if let Some(by) = identifies(owner, &attribute.name)
            && !sources.iter().any(|(known, _)| *known == by)
        {
            sources.push((by, Source::Attribute(attribute.name.to_string())));
        }
    }
    sources.sort_by_key(|(by, _)| *by);
    sources
}

/// A resource type in the generated code, and by what it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) resource_type: String,
    pub(crate) by: By,
}

impl Target {
    /// `Id<crate::ec2::Vpc>`.
    pub(crate) fn rust_type(&self) -> String {
        format!("fw::{}<{}>", self.by.type_name(), path(&self.resource_type))
    }
}

/// The handle of a resource type: `crate::ec2::Vpc`.
pub(crate) fn path(resource_type: &str) -> String {
    let short = resource_type.rsplit("::").next().unwrap_or_default();
    format!("crate::{}::{}", service_of(resource_type), names::pascal(short))
}

/// What a property of this name refers to, if it takes nothing else.
pub(crate) fn target(property: &str, references: &[Reference]) -> Option<Target> {
    // Nearly every property that takes a key takes its id, its ARN or an alias.
    const KEY: &str = "AWS::KMS::Key";
    let of_keys = |name: &str| matches!(name, KEY | "AWS::KMS::Alias" | "AWS::KMS::ReplicaKey");
    let first = references.first()?;
    if references.iter().all(|reference| of_keys(&reference.resource_type)) && says(property, KEY) {
        return Some(Target { resource_type: KEY.to_owned(), by: By::Identifier });
    }
    if references.iter().any(|other| other.resource_type != first.resource_type) {
        return None;
    }
    let owner = resource_type(&first.resource_type)?;
    // `AllocationId` is what an `EIP` calls it, too.
    let same_name = property.len() > 7 && references.iter().all(|other| other.property == property);
    if !same_name && !says(property, &owner.name) {
        return None;
    }
    let mut ways = references.iter().map(|reference| identifies(owner, &reference.property));
    let first = ways.next()??;
    let by = ways.try_fold(first, |by, other| match other? {
        other if other == by => Some(by),
        _ => Some(By::Identifier),
    })?;
    Some(Target { resource_type: owner.name.to_string(), by })
}

/// Properties that take an ARN and a name or an id as well, of which only one is published: AWS's reference of each
/// says "the short name or full ARN", "the family and revision or full ARN", "the identifier or the ARN".
const ANY_WAY: &[(&str, &str)] = &[
    ("AWS::ECS::Service", "Cluster"),
    ("AWS::ECS::Service", "TaskDefinition"),
    ("AWS::ECS::TaskSet", "Cluster"),
    ("AWS::ECS::TaskSet", "TaskDefinition"),
    ("AWS::RDS::DBCluster", "SourceDBClusterIdentifier"),
    ("AWS::RDS::DBInstance", "SourceDBClusterIdentifier"),
    ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier"),
];

/// Properties that take what is no resource, too: `FARGATE_SPOT` is a capacity provider.
const NOT_ONLY: &[&str] = &["CapacityProvider", "CapacityProviders"];

/// What a property of a type of resource refers to, if it takes nothing else.
pub(crate) fn of_property(owner: &str, property: &str, references: &[Reference]) -> Option<Target> {
    if NOT_ONLY.contains(&property) {
        return None;
    }
    let target = target(property, references)?;
    let by = if ANY_WAY.contains(&(owner, property)) { By::Identifier } else { target.by };
    Some(Target { by, ..target })
}

/// Whether a property gives its own resource its name, and so refers to nothing.
pub(crate) fn is_own(owner: &ResourceType, property: &str, target: &Target) -> bool {
    target.resource_type == owner.name
        && (owner.identifier.iter().chain(&owner.reference).any(|name| name == property)
            || identifies(owner, property).is_some())
}

/// What an attribute of a type names.
pub(crate) fn of_attribute(
    owner: &ResourceType,
    attribute: &str,
    references: &[Reference],
) -> Option<Target> {
    if let Some((.., resource_type, by)) =
        NAMES_ANOTHER.iter().find(|(name, known, ..)| *name == owner.name && *known == attribute)
    {
        return Some(Target { resource_type: (*resource_type).to_owned(), by: *by });
    }
    if let Some(by) = identifies(owner, attribute) {
        return Some(Target { resource_type: owner.name.to_string(), by });
    }
    let of_property = owner.properties.get(attribute).map(|property| property.shape.references.as_slice());
    target(attribute, references).or_else(|| target(attribute, of_property?))
}

/// Whether the name of a property says what type it refers to: it contains the last word of the type's name.
fn says(property: &str, resource_type: &str) -> bool {
    let short = resource_type.rsplit("::").next().unwrap_or_default();
    let snake = names::snake(short);
    let word = snake.trim_end_matches('_').rsplit('_').next().unwrap_or_default();
    let property = property.to_ascii_lowercase();
    property.contains(word) || property.contains(&short.to_ascii_lowercase())
}
