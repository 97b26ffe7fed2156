//! What is known about a service, a resource type, a property: plain data.

use std::borrow::Cow;

/// Text of a data file, or text made from it.
pub type Text = Cow<'static, str>;

/// The facts on all resource types of one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// The beginning of its types' names: `AWS::EC2`.
    pub namespace: Text,
    /// Where its types exist, unless a type says otherwise.
    pub regions: Regions,
    /// Its types, in alphabetical order.
    pub types: Vec<ResourceType>,
    /// Metrics that belong to no resource type in particular.
    pub metrics: Vec<Metric>,
}

/// The facts on one resource type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceType {
    /// `AWS::EC2::Subnet`.
    pub name: Text,
    /// The properties that identify a resource, in Cloud Control.
    pub identifier: Vec<Text>,
    /// The properties whose values `Ref` yields, joined by `|` if there are several.
    pub reference: Vec<Text>,
    /// How it takes tags.
    pub tagging: Option<Tagging>,
    /// Whether resources of the type hold data.
    pub stateful: bool,
    /// A transform without which the type is unknown to CloudFormation.
    pub transform: Option<Text>,
    /// Where it exists, if that differs from its service.
    pub regions: Option<Regions>,
    /// The properties at the top, in alphabetical order, and what is known about them together.
    pub properties: Properties,
    /// What `Fn::GetAtt` yields.
    pub attributes: Vec<Attribute>,
    /// The named objects within it, in alphabetical order.
    pub objects: Vec<Object>,
    /// What CloudWatch publishes about it.
    pub metrics: Vec<Metric>,
}

/// A named object within a resource type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// `PrivateDnsNameOptionsOnLaunch`.
    pub name: Text,
    /// Its properties.
    pub properties: Properties,
}

/// The properties of a resource type or of an object within one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties {
    /// One after the other, in alphabetical order.
    pub all: Vec<Property>,
    /// What holds between several of them.
    pub rules: Vec<Rule>,
}

/// A property.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// `CidrBlock`.
    pub name: Text,
    /// Whether AWS refuses a resource without it.
    pub required: bool,
    /// What changing it does to a resource that exists.
    pub update: Update,
    /// Whether it can be set but not read.
    pub write_only: bool,
    /// Whether AWS sets it, and nobody else.
    pub read_only: bool,
    /// Whether AWS advises against it.
    pub deprecated: bool,
    /// What it holds.
    pub shape: Shape,
}

/// What changing a property does to a resource that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// The resource is updated in place.
    #[default]
    InPlace,
    /// The resource is replaced under some conditions.
    MayReplace,
    /// The resource is replaced.
    Replaces,
}

/// A type of value with its limits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// The type.
    pub kind: Kind,
    /// What an absent value counts as, as JSON.
    pub default: Option<Text>,
    /// The only values that are taken, as JSON would print them without quotes.
    pub values: Vec<Text>,
    /// The name that AWS gives to the list of values.
    pub values_name: Option<Text>,
    /// Whether the values may be written in upper or lower case.
    pub any_case: bool,
    /// A regular expression that text has to match.
    pub pattern: Option<Text>,
    /// The least and the greatest number of characters of text, items of a list, entries of a map.
    pub length: Bounds,
    /// The least and the greatest number.
    pub range: Bounds,
    /// A number of which it has to be a multiple.
    pub multiple_of: Option<Text>,
    /// Whether no item may occur twice in a list.
    pub unique: bool,
    /// The keys by which the items of a list have to differ.
    pub unique_keys: Vec<Text>,
    /// A format by name: `date-time`, `ipv4-network`.
    pub format: Option<Text>,
    /// What the number counts, or what the text names.
    pub unit: Option<Unit>,
    /// The resources that it refers to.
    pub references: Vec<Reference>,
}

/// A type of value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Anything: a document of its own.
    Json,
    /// An object of the resource type, by name.
    Object(Text),
    /// A list of values of one type.
    List(Box<Shape>),
    /// A map from text to values of one type.
    Map(Box<Shape>),
}

/// Two bounds, both within, either of which may be open. Kept as they are printed, so that nothing is rounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Not less than this.
    pub least: Option<Text>,
    /// Not more than this.
    pub most: Option<Text>,
}

/// What a number counts, or what text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Bytes.
    Bytes,
    /// 1,024 bytes.
    Kibibytes,
    /// 1,048,576 bytes.
    Mebibytes,
    /// 1,073,741,824 bytes.
    Gibibytes,
    /// Hundredths.
    Percent,
    /// A port of TCP or UDP.
    Port,
    /// The name of an availability zone.
    Zone,
}

impl Unit {
    /// All units with the words that data files use.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("milliseconds", Self::Milliseconds),
        ("seconds", Self::Seconds),
        ("minutes", Self::Minutes),
        ("hours", Self::Hours),
        ("days", Self::Days),
        ("bytes", Self::Bytes),
        ("kibibytes", Self::Kibibytes),
        ("mebibytes", Self::Mebibytes),
        ("gibibytes", Self::Gibibytes),
        ("percent", Self::Percent),
        ("port", Self::Port),
        ("zone", Self::Zone),
    ];

    /// The word that data files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, unit)| *unit == self).map_or("", |(word, _)| word)
    }

    /// The unit of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit)
    }
}

/// A kind of resource that a property refers to, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `AWS::EC2::VPC`.
    pub resource_type: Text,
    /// The property or attribute of it whose value is wanted: `VpcId`.
    pub property: Text,
}

/// Something that holds between several properties of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Exactly one of these groups has to be there.
    ExactlyOne(Vec<Vec<Text>>),
    /// At least one of these groups has to be there.
    AtLeastOne(Vec<Vec<Text>>),
    /// With the first one, the others must not be there.
    Excludes(Text, Vec<Text>),
    /// With the first one, the others have to be there.
    Needs(Text, Vec<Text>),
    /// So many properties have to be there: at least, at most.
    Count(Option<u32>, Option<u32>),
}

/// Something that `Fn::GetAtt` yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// `Endpoint.Address`.
    pub name: Text,
    /// What it yields.
    pub shape: Shape,
}

/// How a type of resource takes tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagging {
    /// The property that holds them.
    pub property: Text,
    /// In what form.
    pub form: TagForm,
    /// Whether tags of a resource that exists can be changed without replacing it.
    pub in_place: bool,
}

/// In what form a property holds tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagForm {
    /// A list of objects with `Key` and `Value`.
    List,
    /// The same, each with `PropagateAtLaunch`.
    Propagating,
    /// An object from keys to values.
    Map,
    /// Something else.
    Other,
}

/// The Regions in which something exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Regions {
    /// Nothing is known, or nowhere any more.
    #[default]
    Unknown,
    /// In these.
    Only(Vec<Text>),
    /// In all that are known but these.
    AllBut(Vec<Text>),
}

/// A metric that CloudWatch publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `AWS/SQS`.
    pub namespace: Text,
    /// `ApproximateAgeOfOldestMessage`.
    pub name: Text,
    /// The statistic that is mostly wanted: `Average`.
    pub statistic: Text,
    /// The sets of dimensions by which it is published.
    pub dimensions: Vec<Vec<Text>>,
}

impl Properties {
    /// The property of this name.
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.all.iter().find(|property| property.name == name)
    }
}

impl ResourceType {
    /// The object of this name.
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The last part of the name: `Subnet`.
    pub fn short_name(&self) -> &str {
        self.name.rsplit("::").next().unwrap_or_default()
    }

    /// How many properties it has, those of its objects included.
    pub fn property_count(&self) -> usize {
        self.properties.all.len()
            + self.objects.iter().map(|object| object.properties.all.len()).sum::<usize>()
    }
}
