//! What AWS publishes on every CloudFormation resource type: properties and their limits, nested objects,
//! attributes, what a change replaces, tagging, Regions, metrics.
//!
//! ```
//! let subnet = formwork_facts::resource_type("AWS::EC2::Subnet").expect("a type of EC2");
//! let vpc = subnet.properties.get("VpcId").expect("one of its properties");
//! assert!(vpc.required);
//! assert_eq!(vpc.update, formwork_facts::Update::Replaces);
//! assert_eq!(vpc.shape.references[0].resource_type, "AWS::EC2::VPC");
//! ```
//!
//! The facts are the files in `data/`, one a service, written by `cargo xtask facts update` from sources that
//! `data/SOURCES` pins. They are names, types and limits; no sentence of anybody's documentation.
//!
//! **Lazy:** a type is read when it is first asked for, and nothing else with it but the places of its service's
//! types. **Boundary:** no dependencies, since everything that is built from facts waits for this crate; nothing is
//! judged here, that is the business of `check`.

use std::sync::OnceLock;

pub mod iam;
pub mod lists;
mod model;
mod secrets;
mod services;
mod text;

pub use model::{
    Attribute, Bounds, Kind, Metric, Object, Properties, Property, Reference, Regions, ResourceType, Rule,
    Service, Shape, TagForm, Tagging, Text, Unit, Update,
};
pub use secrets::is_secret;
pub use services::REGIONS;
pub use text::{Malformed, parse_service};

use services::SERVICES;

/// The file of one service, and what was read from it so far.
struct File {
    name: &'static str,
    text: &'static str,
    types: OnceLock<Vec<Place>>,
}

/// Where a type stands in the file of its service.
struct Place {
    name: &'static str,
    text: &'static str,
    parsed: OnceLock<Option<ResourceType>>,
}

impl File {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, types: OnceLock::new() }
    }

    fn places(&self) -> &[Place] {
        self.types.get_or_init(|| {
            let starts = self.text.match_indices("\ntype ").map(|(position, _)| position + 1);
            let mut starts = starts.peekable();
            let mut places = Vec::new();
            while let Some(start) = starts.next() {
                let text = &self.text[start..starts.peek().copied().unwrap_or(self.text.len())];
                let name =
                    text.lines().next().and_then(|line| line.strip_prefix("type ")).unwrap_or_default();
                places.push(Place { name, text, parsed: OnceLock::new() });
            }
            places
        })
    }
}

fn file(service: &str) -> Option<&'static File> {
    let index = SERVICES.binary_search_by(|file| file.name.cmp(service)).ok()?;
    SERVICES.get(index)
}

/// The service of a type or of a namespace: `ec2` for `AWS::EC2::Subnet`. It is what Formwork calls the module
/// and the feature.
///
/// ```
/// assert_eq!(formwork_facts::service_of("AWS::ElasticLoadBalancingV2::Listener"), "elasticloadbalancingv2");
/// ```
pub fn service_of(name: &str) -> String {
    name.split("::").nth(1).unwrap_or(name).to_ascii_lowercase()
}

/// The names of all services, in alphabetical order.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|file| file.name)
}

/// The names of all types of a service, in alphabetical order.
pub fn types(service: &str) -> impl Iterator<Item = &'static str> {
    file(service).into_iter().flat_map(|file| file.places().iter().map(|place| place.name))
}

/// All facts on one service, read anew.
pub fn service(name: &str) -> Option<Service> {
    parse_service(file(name)?.text).ok()
}

/// The facts on one type.
pub fn resource_type(name: &str) -> Option<&'static ResourceType> {
    let places = file(&service_of(name))?.places();
    let place = &places[places.binary_search_by(|place| place.name.cmp(name)).ok()?];
    place.parsed.get_or_init(|| text::parse_type(place.text).ok()).as_ref()
}

/// Whether a type exists in a Region; `None` where nothing is known about the type or the Region.
///
/// ```
/// assert_eq!(formwork_facts::exists_in("AWS::S3::Bucket", "eu-central-1"), Some(true));
/// assert_eq!(formwork_facts::exists_in("AWS::S3::Bucket", "moon-south-1"), None);
/// ```
pub fn exists_in(resource_type: &str, region: &str) -> Option<bool> {
    if !REGIONS.contains(&region) {
        return None;
    }
    let own = self::resource_type(resource_type)?.regions.as_ref();
    let of_service;
    let regions = match own {
        Some(regions) => regions,
        None => {
            // The first lines of the file, before its types.
            let text = file(&service_of(resource_type))?.text;
            of_service = parse_service(&text[..text.find("\ntype ")?]).ok()?.regions;
            &of_service
        }
    };
    match regions {
        Regions::Unknown => None,
        Regions::Only(names) => Some(names.iter().any(|name| name == region)),
        Regions::AllBut(names) => Some(!names.iter().any(|name| name == region)),
    }
}
