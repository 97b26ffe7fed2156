//! Turns facts into the Rust source of typed builders and handles.
//!
//! ```
//! let source = formwork_codegen::generate(&["sqs"]);
//! let sqs = &source.services[0].1;
//! assert!(sqs.contains("pub struct Queue(fw::Handle);"));
//! assert!(sqs.contains("pub fn visibility_timeout(self, value: impl fw::IntoInput<types::Seconds>) -> Self"));
//! ```
//!
//! **Invariant:** pure functions of the facts; the same facts give the same text. **Boundary:** the text stands in a
//! crate that provides `fw` (the model), `types` (the small types that are written by hand) and `required`.

use std::{collections::BTreeMap, fmt::Write as _};

mod docs;
mod emit;
mod names;
mod references;

use formwork_facts::Text;

pub use names::{methods, pascal, snake, variants};

/// The source of some services.
pub struct Source {
    /// The modules of the services, in the order in which they were asked for.
    pub services: Vec<(String, String)>,
    /// The kinds of resources that they refer to, in services that were not asked for: service, handles.
    pub kinds: BTreeMap<String, Vec<String>>,
    /// The module of markers for required properties.
    pub required: String,
}

/// The source of these services. Those that do not exist are left out.
pub fn generate(services: &[&str]) -> Source {
    let mut needs = emit::Needs::default();
    let mut modules = Vec::new();
    for name in services {
        if let Some(service) = formwork_facts::service(name) {
            modules.push(((*name).to_owned(), emit::service(&service, &mut needs)));
        }
    }
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource_type in &needs.kinds {
        let service = formwork_facts::service_of(resource_type);
        if !services.contains(&service.as_str()) {
            kinds.entry(service).or_default().push(resource_type.clone());
        }
    }
    let mut required = String::new();
    for name in &needs.required {
        let _ = writeln!(
            required,
            "/// Stands for a property in messages of the compiler.\n#[derive(Debug)]\npub struct {name};"
        );
    }
    Source { services: modules, kinds, required }
}

/// A builder as it is generated, for programs that write programs.
#[derive(Clone, Debug)]
pub struct BuilderOf {
    /// The type to which it belongs.
    pub resource_type: Text,
    /// The object that it builds; none for the resource itself.
    pub object: Option<Text>,
    /// What has the function `builder()`, as the module of the type calls it: `super::Queue`, `RedrivePolicy`.
    pub owner: String,
    /// Its setters, in the order of the facts.
    pub setters: Vec<Setter>,
}

/// A setter of a builder as it is generated.
#[derive(Clone, Debug)]
pub struct Setter {
    /// The property that it sets: `VisibilityTimeout`.
    pub property: Text,
    /// Its name: `visibility_timeout`.
    pub method: String,
    /// The type of value that it takes, as the module of the type calls it: `types::Seconds`.
    pub value: String,
}

/// The builders of a service: for every type its own, and then those of its objects.
///
/// ```
/// let queue = &formwork_codegen::builders("sqs")[0];
/// assert_eq!((&*queue.resource_type, &*queue.owner), ("AWS::SQS::Queue", "super::Queue"));
/// let setter = queue.setters.last().expect("a queue has properties");
/// assert_eq!((&*setter.method, &*setter.value), ("visibility_timeout", "types::Seconds"));
/// ```
pub fn builders(service: &str) -> Vec<BuilderOf> {
    let mut needs = emit::Needs::default();
    if let Some(service) = formwork_facts::service(service) {
        emit::service(&service, &mut needs);
    }
    needs.builders
}

/// The source of one type: its handle and its module.
pub fn of_type(resource_type: &str) -> Option<String> {
    let facts = formwork_facts::resource_type(resource_type)?;
    let service =
        formwork_facts::Service { types: vec![facts.clone()], ..formwork_facts::Service::default() };
    Some(emit::service(&service, &mut emit::Needs::default()))
}

/// The source of a service that was not asked for but is referred to: its handles as mere kinds.
pub fn kinds(resource_types: &[String]) -> String {
    let mut out = String::new();
    for resource_type in resource_types {
        let short = resource_type.rsplit("::").next().unwrap_or_default();
        let service = formwork_facts::service_of(resource_type);
        let feature = feature(&service);
        let _ = writeln!(
            out,
            "/// The kind of an `{resource_type}`; the feature `{feature}` adds its builder.\n#[derive(Debug)]\n\
             pub enum {} {{}}",
            pascal(short),
        );
    }
    out
}

/// Services that share the feature `rare`, since the public registry of crates takes 300 features at most and there
/// are more services: those that exist in the fewest Regions, or nowhere any more.
const RARE: &[&str] = &[
    "agentregistry",
    "appfabric",
    "apptest",
    "auditmanager",
    "bcmpricingcalculator",
    "connectcampaigns",
    "cur",
    "devicefarm",
    "elementalinference",
    "finspace",
    "frauddetector",
    "gameliftstreams",
    "gammadilithium",
    "healthagent",
    "healthimaging",
    "iotevents",
    "iotfleethub",
    "iotfleetwise",
    "iotmanagedintegrations",
    "iotthingsgraph",
    "lookoutequipment",
    "lookoutmetrics",
    "lookoutvision",
    "mpa",
    "networksecuritymanager",
    "nimblestudio",
    "novaact",
    "opsworks",
    "opsworkscm",
    "panorama",
    "pinpointemail",
    "rtbfabric",
    "scn",
    "sdc",
];

/// The Cargo feature of a service: its name, or `rare`.
pub fn feature(service: &str) -> &str {
    if RARE.contains(&service) { "rare" } else { service }
}

/// The names of all services, in alphabetical order.
pub fn services() -> Vec<&'static str> {
    formwork_facts::services().collect()
}

/// What the page of a service says first.
pub fn title(service: &str) -> String {
    let count = formwork_facts::types(service).count();
    let first = formwork_facts::types(service).next().unwrap_or_default();
    let namespace = first.rsplit_once("::").map_or(first, |(namespace, _)| namespace);
    let types = if count == 1 { "type" } else { "types" };
    format!("`{namespace}`: {count} {types} of resources.")
}
