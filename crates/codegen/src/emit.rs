//! The Rust source of one service: a handle and a module for every resource type.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use formwork_facts::{Attribute, Kind, Properties, ResourceType, Service, Shape, TagForm, Text, Unit};

use crate::{
    BuilderOf, Setter, docs, names,
    references::{self, By, Source, Target},
};

/// What the source of a service needs from elsewhere.
#[derive(Default)]
pub(crate) struct Needs {
    /// Handles of other services, which have to exist at least as kinds.
    pub(crate) kinds: BTreeSet<String>,
    /// The names of required properties.
    pub(crate) required: BTreeSet<String>,
    /// What was written.
    pub(crate) builders: Vec<BuilderOf>,
}

/// Properties with a type of their own: resource type (or object within it), property, Rust type.
const TYPES: &[(&str, &str, &str)] = &[
    ("AWS::DocDB::DBCluster", "MasterUsername", "types::UserName"),
    ("AWS::RDS::DBCluster", "MasterUsername", "types::UserName"),
    ("AWS::RDS::DBInstance", "MasterUsername", "types::UserName"),
    ("AWS::Redshift::Cluster", "MasterUsername", "types::UserName"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "crate::policy::TrustPolicy"),
    ("AWS::IAM::Role", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::Policy", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::RolePolicy", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::UserPolicy", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::User", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::IAM::Group", "PolicyDocument", "crate::policy::IdentityPolicy"),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "crate::policy::ResourcePolicy"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", "crate::policy::ResourcePolicy"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", "crate::policy::ResourcePolicy"),
    ("AWS::KMS::Key", "KeyPolicy", "crate::policy::ResourcePolicy"),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", "crate::policy::ResourcePolicy"),
    ("AWS::ECR::Repository", "RepositoryPolicyText", "crate::policy::ResourcePolicy"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "crate::policy::ResourcePolicy"),
    ("AWS::AmazonMQ::Broker", "HostInstanceType", "types::Class<types::service::AmazonMq>"),
    ("AWS::AutoScaling::AutoScalingGroup", "InstanceType", "types::InstanceType"),
    ("AWS::AutoScaling::LaunchConfiguration", "InstanceType", "types::InstanceType"),
    ("AWS::DAX::Cluster", "NodeType", "types::Class<types::service::Dax>"),
    ("AWS::DocDB::DBInstance", "DBInstanceClass", "types::Class<types::service::DocDb>"),
    ("AWS::EC2::CapacityReservation", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::CapacityReservationFleet", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::EC2Fleet", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::Host", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::Instance", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::LaunchTemplate", "InstanceType", "types::InstanceType"),
    ("AWS::EC2::SpotFleet", "InstanceType", "types::InstanceType"),
    ("AWS::EKS::Nodegroup", "InstanceTypes", "Vec<types::InstanceType>"),
    ("AWS::EMR::Cluster", "InstanceType", "types::InstanceType"),
    ("AWS::EMR::InstanceFleetConfig", "InstanceType", "types::InstanceType"),
    ("AWS::EMR::InstanceGroupConfig", "InstanceType", "types::InstanceType"),
    ("AWS::ElastiCache::CacheCluster", "CacheNodeType", "types::Class<types::service::ElastiCache>"),
    (
        "AWS::ElastiCache::GlobalReplicationGroup",
        "CacheNodeType",
        "types::Class<types::service::ElastiCache>",
    ),
    ("AWS::ElastiCache::ReplicationGroup", "CacheNodeType", "types::Class<types::service::ElastiCache>"),
    ("AWS::Elasticsearch::Domain", "DedicatedMasterType", "types::Class<types::service::Elasticsearch>"),
    ("AWS::Elasticsearch::Domain", "InstanceType", "types::Class<types::service::Elasticsearch>"),
    ("AWS::Elasticsearch::Domain", "WarmType", "types::Class<types::service::Elasticsearch>"),
    ("AWS::Logs::LogGroup", "RetentionInDays", "types::LogRetention"),
    ("AWS::Neptune::DBInstance", "DBInstanceClass", "types::Class<types::service::Neptune>"),
    ("AWS::OpenSearchService::Domain", "DedicatedMasterType", "types::Class<types::service::OpenSearch>"),
    ("AWS::OpenSearchService::Domain", "InstanceType", "types::Class<types::service::OpenSearch>"),
    ("AWS::OpenSearchService::Domain", "WarmType", "types::Class<types::service::OpenSearch>"),
    ("AWS::RDS::DBCluster", "DBClusterInstanceClass", "types::Class<types::service::Rds>"),
    ("AWS::RDS::DBInstance", "DBInstanceClass", "types::Class<types::service::Rds>"),
    ("AWS::RDS::Deployment", "TargetDBInstanceClass", "types::Class<types::service::Rds>"),
    ("AWS::Redshift::Cluster", "NodeType", "types::Class<types::service::Redshift>"),
    ("AWS::Redshift::ScheduledAction", "NodeType", "types::Class<types::service::Redshift>"),
];

/// Writes the module of a service.
pub(crate) fn service(service: &Service, needs: &mut Needs) -> String {
    let mut out =
        String::with_capacity(service.types.iter().map(ResourceType::property_count).sum::<usize>() * 700);
    out.push_str("use crate::fw;\n");
    let modules = names::methods(service.types.iter().map(ResourceType::short_name), &[]);
    for (facts, module) in service.types.iter().zip(&modules) {
        resource(&mut out, facts, module, needs);
    }
    out
}

/// One resource type while its source is written.
struct Resource<'f> {
    facts: &'f ResourceType,
    /// `Subnet`.
    handle: String,
    page: String,
    /// The Rust names of its objects.
    objects: BTreeMap<&'f str, String>,
    enumerations: Vec<Enumeration<'f>>,
    /// The names of enumerations that would mean several lists of values.
    differing: BTreeSet<String>,
    types: names::Types,
}

/// A list of values.
struct Enumeration<'f> {
    /// The name that it would have if no other type had it.
    wanted: String,
    /// Its name.
    name: String,
    values: &'f [Text],
}

fn enumeration_name(property: &str, shape: &Shape) -> String {
    names::pascal(shape.values_name.as_deref().unwrap_or(property))
}

/// The names of enumerations that would mean several lists of values.
fn differing(facts: &ResourceType) -> BTreeSet<String> {
    fn walk<'f>(name: &str, shape: &'f Shape, lists: &mut BTreeMap<String, BTreeSet<&'f [Text]>>) {
        match &shape.kind {
            Kind::List(inner) | Kind::Map(inner) => walk(name, inner, lists),
            Kind::String if !shape.values.is_empty() => {
                lists.entry(enumeration_name(name, shape)).or_default().insert(&shape.values);
            }
            _ => {}
        }
    }
    let mut lists = BTreeMap::new();
    let groups = facts.objects.iter().map(|object| &object.properties).chain([&facts.properties]);
    for property in groups.flat_map(|group| &group.all) {
        walk(&property.name, &property.shape, &mut lists);
    }
    lists.into_iter().filter(|(_, lists)| lists.len() > 1).map(|(name, _)| name).collect()
}

fn resource(out: &mut String, facts: &ResourceType, module: &str, needs: &mut Needs) {
    let mut types = names::Types::default();
    let objects = facts.objects.iter().map(|object| (&*object.name, types.object(&object.name))).collect();
    let mut resource = Resource {
        facts,
        handle: names::pascal(facts.short_name()),
        page: docs::page_name(&facts.name),
        objects,
        enumerations: Vec::new(),
        differing: differing(facts),
        types,
    };
    resource.handle(out, module, needs);
    let _ = write!(
        out,
        "/// What belongs to [`{}`]: its builder, its properties, its objects and their values.\npub mod {module} {{\n\
         #[allow(unused_imports, reason = \"which of them are needed depends on the type\")]\n\
         use crate::{{fw, required, types}};\n",
        resource.handle,
    );
    let page = docs::resource_page(&resource.page);
    let anchor = resource.page.clone();
    let builder = Struct {
        name: "Builder".to_owned(),
        owner: format!("super::{}", resource.handle),
        object: None,
        page,
        anchor,
        resource: true,
    };
    resource.builder(out, &builder, &facts.properties, needs);
    resource.reader(out, &builder, &facts.properties, needs);
    for object in &facts.objects {
        let name = resource.objects.get(&*object.name).cloned().unwrap_or_default();
        let builder = Struct {
            name: format!("{name}Builder"),
            owner: name,
            object: Some(object.name.clone()),
            page: docs::object_page(&resource.page, &object.name),
            anchor: format!("{}-{}", resource.page, object.name.to_ascii_lowercase()),
            resource: false,
        };
        let _ =
            writeln!(out, "/// The object `{}` of `{}`. [AWS]({})", object.name, facts.name, builder.page);
        resource.reader(out, &builder, &object.properties, needs);
        resource.builder(out, &builder, &object.properties, needs);
    }
    for Enumeration { name, values, .. } in &resource.enumerations {
        enumeration(out, name, values);
    }
    out.push_str("}\n");
}

/// A struct with a method for every property.
struct Struct {
    name: String,
    /// What is incomplete as long as a required property is missing.
    owner: String,
    /// Its name in the facts, if it is an object.
    object: Option<Text>,
    page: String,
    anchor: String,
    /// Whether it is that of a whole resource.
    resource: bool,
}

impl<'f> Resource<'f> {
    fn handle(&mut self, out: &mut String, module: &str, needs: &mut Needs) {
        let (facts, handle) = (self.facts, self.handle.clone());
        docs::handle(out, facts);
        let _ = write!(
            out,
            "#[derive(Clone, Copy, Debug, PartialEq)]\npub struct {handle}(fw::Handle);\nimpl {handle} {{\n\
             /// A builder of the resource, with nothing set yet.\n\
             pub fn builder() -> {module}::Builder {{\n{module}::Builder(fw::Body::new(){})\n}}\n",
            phantom(&facts.properties, "fw::PhantomData"),
        );
        // What `Ref` yields goes by the name of the property that it is.
        let reference = match facts.reference.as_slice() {
            [name] => Some(name),
            _ => None,
        };
        let of_reference = reference.filter(|name| facts.attribute(name).is_none());
        let attributes = facts.attributes.iter().map(|attribute| &*attribute.name);
        let all: Vec<&str> = attributes.chain(of_reference.map(|name| &**name)).collect();
        for (name, method) in all.iter().zip(names::methods(all.iter().copied(), names::OF_HANDLES)) {
            let shape = match facts.attribute(name) {
                Some(Attribute { shape, .. }) => shape.clone(),
                None => Shape::default(),
            };
            let target = references::of_attribute(facts, name, &shape.references);
            let yields = match (&shape.kind, target) {
                (Kind::String, Some(target)) => self.target(&target, needs),
                _ => self.attribute_type(name, &shape, needs),
            };
            let source = match reference {
                Some(reference) if *reference == **name => "reference()".to_owned(),
                _ => format!("attribute({name:?})"),
            };
            let what = if source == "reference()" { "What `Ref` yields" } else { "The attribute" };
            let _ = write!(
                out,
                "/// {what}: `{name}`.\npub fn {method}(self) -> fw::Output<{yields}> {{\nself.0.{source}.cast()\n}}\n"
            );
        }
        let sources = references::sources(facts);
        let source = |by: By| {
            let own = sources.iter().find(|(known, _)| *known == by);
            // Of several, the ARN says most; what is not there is never asked for.
            let best = sources.iter().find(|(known, _)| *known == By::Arn).or(sources.first());
            match own.or(best.filter(|_| by == By::Arn)) {
                Some((_, Source::Attribute(name))) => format!("fw::Source::Attribute({name:?})"),
                _ => "fw::Source::Ref".to_owned(),
            }
        };
        let settable =
            facts.properties.all.iter().filter(|property| property.required && !property.read_only);
        let required: Vec<String> = settable.map(|property| format!("{:?}", &*property.name)).collect();
        let phantom = if required.is_empty() { "" } else { ", fw::PhantomData" };
        let _ = write!(
            out,
            "}}\nimpl fw::TypedHandle for {handle} {{\nconst TYPE: &'static str = {:?};\n\
             const ABOUT: &'static fw::About = &fw::About {{ required: &[{}], tagging: {}, stateful: {} }};\n\
             const SOURCES: fw::Sources = fw::Sources {{ id: {}, arn: {}, name: {} }};\n\
             type Properties = {module}::Properties;\ntype Builder = {module}::Complete;\n\
             fn change(body: fw::Body) -> Self::Builder {{\n{module}::Builder(body{phantom})\n}}\nfn from_handle(handle: fw::Handle) -> Self {{\nSelf(handle)\n}}\n\
             fn untyped(self) -> fw::Handle {{\nself.0\n}}\n}}\n",
            &*facts.name,
            required.join(", "),
            self.tagging(),
            facts.stateful,
            source(By::Id),
            source(By::Arn),
            source(By::Name),
        );
        for (by, _) in &sources {
            let trait_name = match by {
                By::Id => "Identified",
                By::Arn => "WithArn",
                _ => "Named",
            };
            let _ = writeln!(out, "impl fw::{trait_name} for {handle} {{}}");
        }
    }

    fn target(&self, target: &Target, needs: &mut Needs) -> String {
        needs.kinds.insert(target.resource_type.clone());
        target.rust_type()
    }

    /// The type that an attribute yields. The values of enumerations come from settings, not from attributes.
    fn attribute_type(&mut self, name: &str, shape: &Shape, needs: &mut Needs) -> String {
        match &shape.kind {
            Kind::List(item) => format!("Vec<{}>", self.attribute_type(name, item, needs)),
            Kind::String => match references::target(name, &shape.references) {
                Some(target) => self.target(&target, needs),
                None if formwork_facts::is_secret(&self.facts.name, name) => "fw::Secret".to_owned(),
                None => "String".to_owned(),
            },
            Kind::Integer => "i64".to_owned(),
            Kind::Number => "f64".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            _ => "fw::Json".to_owned(),
        }
    }

    /// The type of the values that a property takes.
    fn value_type(&mut self, owner: &str, name: &str, shape: &'f Shape, needs: &mut Needs) -> String {
        if let Some((.., special)) =
            TYPES.iter().find(|(resource, property, _)| *resource == self.facts.name && *property == name)
        {
            return (*special).to_owned();
        }
        match &shape.kind {
            Kind::List(item) => format!("Vec<{}>", self.value_type(owner, name, item, needs)),
            Kind::Map(value) => format!("fw::Map<{}>", self.value_type(owner, name, value, needs)),
            Kind::Object(object) => match self.objects.get(&**object) {
                Some(object) => object.clone(),
                None => "fw::Json".to_owned(),
            },
            Kind::Json => "fw::Json".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::Integer | Kind::Number => match unit(shape.unit) {
                Some(unit) => unit.to_owned(),
                None if shape.kind == Kind::Integer => "i64".to_owned(),
                None => "f64".to_owned(),
            },
            Kind::String => {
                if let Some(target) = references::of_property(&self.facts.name, name, &shape.references)
                    && !(owner.starts_with("super::") && references::is_own(self.facts, name, &target))
                {
                    return self.target(&target, needs);
                }
                if !shape.values.is_empty() {
                    return self.enumeration(owner, name, shape);
                }
                if formwork_facts::is_secret(&self.facts.name, name) {
                    return "fw::Secret".to_owned();
                }
                match shape.format.as_deref() {
                    Some("ipv4-network" | "ipv6-network") => "types::Cidr".to_owned(),
                    _ if shape.unit == Some(Unit::Zone) => "types::Zone".to_owned(),
                    _ => "String".to_owned(),
                }
            }
        }
    }

    /// The enumeration of these values. It is called like its property, or, where properties of that name have other
    /// values elsewhere in the resource, with the name of the object before it.
    fn enumeration(&mut self, owner: &str, name: &str, shape: &'f Shape) -> String {
        let plain = enumeration_name(name, shape);
        let longer = format!("{}{plain}", names::pascal(owner.rsplit("::").next().unwrap_or_default()));
        let of_resource = owner.starts_with("super::");
        let wanted = if self.differing.contains(&plain) && !of_resource { longer.clone() } else { plain };
        let same =
            |known: &&Enumeration<'_>| known.wanted == wanted && known.values == shape.values.as_slice();
        if let Some(known) = self.enumerations.iter().find(same) {
            return known.name.clone();
        }
        let name = self.types.enumeration(&[&wanted, &longer]);
        self.enumerations.push(Enumeration { wanted, name: name.clone(), values: &shape.values });
        name
    }

    fn builder(&mut self, out: &mut String, builder: &Struct, properties: &'f Properties, needs: &mut Needs) {
        let Struct { name, owner, object, page, anchor, resource } = builder;
        let reserved = if *resource { names::OF_BUILDERS } else { &[] };
        let settable: Vec<_> = properties.all.iter().filter(|property| !property.read_only).collect();
        let methods = names::methods(settable.iter().map(|property| &*property.name), reserved);
        let required: Vec<(&str, &str, String)> = settable
            .iter()
            .zip(&methods)
            .filter(|(property, _)| property.required)
            .map(|(property, method)| {
                (&*property.name, method.as_str(), format!("Has{}", names::pascal(&property.name)))
            })
            .collect();
        let list = |item: &dyn Fn(&str) -> String| -> String {
            required.iter().map(|(.., has)| item(has)).collect::<Vec<_>>().join(", ")
        };
        let angle = |inside: String| if inside.is_empty() { String::new() } else { format!("<{inside}>") };
        let plain = angle(list(&|has| has.to_owned()));
        let fields = match required.len() {
            0 => String::new(),
            _ => format!(", pub(super) fw::PhantomData<({},)>", list(&|has| has.to_owned())),
        };
        let phantom = if required.is_empty() { "" } else { ", fw::PhantomData" };

        let whose = owner.rsplit("::").next().unwrap_or_default();
        let mut rules = String::new();
        docs::rules(&mut rules, properties);
        let _ = write!(
            out,
            "/// Builds a [`{whose}`]{}{}.\n{}#[must_use = \"a builder does nothing until it is {}\"]\n\
             pub struct {name}{}(pub(super) fw::Body{fields});\n",
            if whose == owner.as_str() { String::new() } else { format!("({owner})") },
            match required.len() {
                0 => String::new(),
                _ => format!(
                    ". Required: {}",
                    required
                        .iter()
                        .map(|(_, method, _)| format!("`{method}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            },
            rules,
            if *resource { "added with `.add(name, ..)`" } else { "given to a property" },
            angle(list(&|has| format!("{has} = fw::Unset"))),
        );
        if *resource {
            let _ = writeln!(
                out,
                "/// The builder with everything required set; what functions take that complete or change one.\n\
                 pub type Complete = Builder{};",
                angle(list(&|_| "fw::Set".to_owned())),
            );
        }
        let _ = writeln!(out, "impl{plain} {name}{plain} {{");
        let mut setters = Vec::new();
        for (property, method) in settable.iter().zip(&methods) {
            docs::property(out, "resource", property, page, anchor);
            let value = self.value_type(owner, &property.name, &property.shape, needs);
            setters.push(Setter {
                property: property.name.clone(),
                method: method.clone(),
                value: value.clone(),
            });
            let _ =
                write!(out, "#[track_caller]\npub fn {method}(self, value: impl fw::IntoInput<{value}>) -> ");
            if property.required {
                let set: Vec<&str> = required
                    .iter()
                    .map(|(other, _, has)| if *other == property.name { "fw::Set" } else { has.as_str() })
                    .collect();
                let _ = write!(
                    out,
                    "{name}<{}> {{\n{name}(self.0.with({:?}, value){phantom})\n}}\n",
                    set.join(", "),
                    &*property.name,
                );
            } else {
                let _ =
                    write!(out, "Self {{\n{name}(self.0.with({:?}, value){phantom})\n}}\n", &*property.name);
            }
        }
        out.push_str("}\n");
        needs.builders.push(BuilderOf {
            resource_type: self.facts.name.clone(),
            object: object.clone(),
            owner: owner.clone(),
            setters,
        });
        let bounds = required.iter().map(|(_, method, has)| {
            needs.required.insert((*method).to_owned());
            format!("{has}: fw::Provided<{owner}, required::{method}>")
        });
        let bounds = angle(bounds.collect::<Vec<_>>().join(", "));
        if *resource {
            let _ = write!(
                out,
                "impl{plain} fw::Builder for {name}{plain} {{\nfn body_mut(&mut self) -> &mut fw::Body {{\n&mut self.0\n}}\n}}\n\
                 impl{bounds} fw::TypedBuilder for {name}{plain} {{\ntype Handle = {owner};\n\
                 fn into_body(self) -> fw::Body {{\nself.0\n}}\n}}\n",
            );
        } else {
            let _ = write!(
                out,
                "impl{bounds} fw::IntoInput<{owner}> for {name}{plain} {{\nfn into_input(self) -> fw::Input<{owner}> {{\n\
                 fw::Input::new(self.0.into_object())\n}}\n}}\n",
            );
        }
    }

    fn tagging(&self) -> String {
        match &self.facts.tagging {
            None => "Some(fw::Tagging::None)".to_owned(),
            Some(tagging) => match tagging.form {
                TagForm::List => format!("Some(fw::Tagging::List({:?}))", &*tagging.property),
                TagForm::Propagating => format!("Some(fw::Tagging::Propagating({:?}))", &*tagging.property),
                TagForm::Map => format!("Some(fw::Tagging::Map({:?}))", &*tagging.property),
                TagForm::Other => "None".to_owned(),
            },
        }
    }

    /// The struct by which properties are read back.
    fn reader(&mut self, out: &mut String, builder: &Struct, properties: &'f Properties, needs: &mut Needs) {
        let Struct { owner, page, resource, .. } = builder;
        let name = if *resource { "Properties" } else { owner.as_str() };
        if *resource {
            let _ = writeln!(
                out,
                "/// The properties of a [`{0}`](super::{0}), as they were set. [AWS]({page})",
                self.handle,
            );
        }
        let settable: Vec<_> = properties.all.iter().filter(|property| !property.read_only).collect();
        let fields = names::methods(settable.iter().map(|property| &*property.name), &[]);
        let _ = writeln!(out, "#[non_exhaustive]\npub struct {name} {{");
        for (property, field) in settable.iter().zip(&fields) {
            let value = self.value_type(owner, &property.name, &property.shape, needs);
            let _ = writeln!(out, "/// `{}`\npub {field}: fw::Read<{value}>,", property.name);
        }
        out.push_str("}\n");
        let object = if settable.is_empty() { "_" } else { "object" };
        if *resource {
            let _ = writeln!(
                out,
                "impl From<fw::Object> for Properties {{\nfn from({object}: fw::Object) -> Self {{\nSelf {{"
            );
        } else {
            let _ = writeln!(
                out,
                "impl fw::PropertyType for {name} {{\nconst KIND: fw::Kind = fw::Kind::Object;\n\
                 fn from_literal(literal: &fw::Expr) -> Option<Self> {{\nlet {object} = fw::Object::from_expr(literal)?;\nSome(Self {{",
            );
        }
        for (property, field) in settable.iter().zip(&fields) {
            let _ = writeln!(out, "{field}: object.read({:?}),", &*property.name);
        }
        out.push_str(if *resource { "}\n}\n}\n" } else { "})\n}\n}\n" });
        if !*resource {
            let _ = write!(
                out,
                "impl {name} {{\n/// A builder of the object, with nothing set yet.\npub fn builder() -> {0} {{\n{0}(fw::Body::new(){1})\n}}\n}}\n",
                builder.name,
                phantom(properties, "fw::PhantomData"),
            );
        }
    }
}

/// The second field of a builder, where something is required.
fn phantom(properties: &Properties, text: &str) -> String {
    let required = properties.all.iter().any(|property| property.required && !property.read_only);
    if required { format!(", {text}") } else { String::new() }
}

fn unit(unit: Option<Unit>) -> Option<&'static str> {
    Some(match unit? {
        Unit::Milliseconds => "types::Milliseconds",
        Unit::Seconds => "types::Seconds",
        Unit::Minutes => "types::Minutes",
        Unit::Hours => "types::Hours",
        Unit::Days => "types::Days",
        Unit::Bytes => "types::Bytes",
        Unit::Kibibytes => "types::Kibibytes",
        Unit::Mebibytes => "types::Mebibytes",
        Unit::Gibibytes => "types::Gibibytes",
        Unit::Percent => "types::Percent",
        Unit::Port => "types::Port",
        _ => return None,
    })
}

fn enumeration(out: &mut String, name: &str, values: &[Text]) {
    let variants = names::variants(values.iter().map(|value| &**value));
    let _ = write!(
        out,
        "/// The values that are known, {} of them; [`Other`](fw::Other) stands for those that are not.\n\
         #[derive(Clone, Copy, Debug, PartialEq)]\n#[non_exhaustive]\npub enum {name} {{\n",
        values.len(),
    );
    for (variant, value) in variants.iter().zip(values) {
        let _ = writeln!(out, "/// `{value}`\n{variant},");
    }
    let _ = writeln!(
        out,
        "}}\nimpl fw::Enumeration for {name} {{\nconst VALUES: &'static [(Self, &'static str)] = &["
    );
    for (variant, value) in variants.iter().zip(values) {
        let _ = writeln!(out, "(Self::{variant}, {value:?}),");
    }
    out.push_str("];\n}\n");
}
