//! What differs between environments: the files in `config/`.

use formwork::{
    aws::{
        rds,
        route53::HostedZone,
        types::{self, DataSize, FargateSize},
    },
    prelude::*,
};

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// What every name begins with.
    pub name: String,
    /// Who is asked about it: a tag.
    pub owner: String,
    /// The name under which the shop is found.
    pub domain: String,
    /// The hosted zone that it is in; without one, somebody makes its records by hand.
    pub zone: Option<Zone>,
    pub network: Addresses,
    pub service: Service,
    pub database: Database,
    pub alerts: Alerts,
}

#[derive(Deserialize, JsonSchema)]
pub struct Zone {
    pub id: Id<HostedZone>,
    pub name: String,
}

#[derive(Deserialize, JsonSchema)]
pub struct Addresses {
    pub range: Cidr,
    /// The zone that everything runs in, and the one that load balancers and subnet groups want besides.
    pub zones: [types::Zone; 2],
    /// The public subnets in these zones.
    pub public: [Cidr; 2],
    /// The private subnets in these zones.
    pub private: [Cidr; 2],
}

#[derive(Deserialize, JsonSchema)]
pub struct Service {
    /// The tag of the image.
    pub tag: String,
    pub size: FargateSize,
    pub tasks: Tasks,
    pub log_level: LogLevel,
}

#[derive(Deserialize, JsonSchema)]
pub struct Tasks {
    pub desired: u32,
    pub min: u32,
    pub max: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
}

#[derive(Deserialize, JsonSchema)]
pub struct Database {
    /// The version of MySQL.
    pub version: String,
    pub class: rds::Class,
    pub storage: DataSize,
    /// For how long backups are kept.
    pub backups: Duration,
}

#[derive(Deserialize, JsonSchema)]
pub struct Alerts {
    /// Whom alarms write to.
    pub email: String,
    /// What a month may cost, in dollars.
    pub budget: u32,
    /// The costs of a month at which they hear of it.
    pub costs: Vec<u32>,
}

impl Config {
    /// A name of this environment: `awsomeshop-cluster`.
    pub fn named(&self, what: &str) -> String {
        format!("{}-{what}", self.name)
    }
}
