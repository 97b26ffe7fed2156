//! Patterns: a network, a service, a database, a bucket, users, alarms, with what stands beside them, secure as written.
//!
//! ```
//! use formwork_aws::types::{cidr, gib};
//! use formwork_core::App;
//! use formwork_patterns::{Alerts, Bucket, BucketGrants as _, Database, FargateService, ThreeTierVpc};
//!
//! let app = App::for_tests();
//! let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
//! let data = app.stack("data");
//! let db = Database::postgres("17", "db.t4g.medium").build(data.scope("Db"), &network);
//! let uploads = Bucket::new().build(data.scope("Uploads"));
//!
//! let service = app.stack("service").scope("Api");
//! let api = FargateService::new("public.ecr.aws/acme/api:1.4").port(8000).build(service, &network);
//! db.allow_from(&api).env("DATABASE"); // the way there, the right, and DATABASE_HOST and so on
//! uploads.grant_read_write(&api).env("UPLOADS");
//!
//! let alerts = Alerts::new().email("operations@example.com").build(app.stack("monitoring"));
//! alerts.alarm("Storage", db.free_storage().below(gib(10)));
//! ```
//!
//! A pattern is a builder that says what is wanted and makes the resources that this takes. It is written with the
//! typed resources of [`formwork_aws`] and nothing else, so that it also shows how a team writes its own.
//!
//! - **Safe unless said otherwise**: encrypted, private, logged, backed up, with the least rights. A weaker choice has a
//!   name that shows in a review, such as `.publicly_accessible()`.
//! - **Production differs**: where [`Environment::is_production`](formwork_core::Environment::is_production) holds,
//!   there are standbys, deletion protection and a snapshot on removal, without a word.
//! - **Nothing is hidden**: what a pattern made is there as typed handles, and
//!   [`Scope::customize`](formwork_core::Scope::customize) reaches every property of them.
//! - **No surprises**: no Lambda functions, no custom resources, nothing that was not asked for.
//!
//! **Logical ids are part of the interface**: the list of resources in a pattern's documentation names them.
//!
//! **Boundary:** whether AWS accepts what results is `check`'s business; a pattern reports (`FW3001` and on) what only
//! it can know. Everything here uses the public interface of `formwork-aws` alone.

pub mod alerts;
pub mod bucket;
pub mod budget;
pub mod cache;
mod connect;
pub mod dashboard;
pub mod database;
pub mod dns;
pub mod explain;
pub mod fargate;
mod grant;
pub mod grants;
pub mod load_balancer;
mod metric;
mod namespace;
mod place;
mod removal;
pub mod repository;
mod schedule;
mod secret;
pub mod stored_secret;
pub mod three_tier_vpc;
mod trust;
pub mod user_pool;
mod value;
mod window;
mod words;

pub use alerts::Alerts;
pub use bucket::Bucket;
pub use budget::Budget;
pub use cache::Cache;
pub use connect::{Connect, SecurityGroup, Traffic};
pub use dashboard::Dashboard;
pub use database::{Database, ReaderTarget};
pub use dns::{Certificate, HostedZone};
pub use fargate::{
    ContainerHealth, Deployment, FargateService, FargateTask, Image, Scaling, ScheduledTask, ServiceConnect,
    Sidecar, Target, Timing,
};
pub use grant::{Configure, Granted, Grantee, Role};
pub use grants::{
    BucketGrants, KeyGrants, LogGroupGrants, ParameterGrants, QueueGrants, RepositoryGrants, SecretGrants,
    TableGrants, TopicGrants,
};
pub use load_balancer::{HealthCheck, LoadBalancer, Route, TargetGroup};
pub use metric::{Metric, MetricUnit, QueueMetrics, Stat, Threshold};
pub use namespace::MetricNamespace;
pub use repository::Repository;
pub use schedule::{Schedule, Weekday};
pub use secret::{IntoSecretValue, SecretValue};
pub use stored_secret::StoredSecret;
pub use three_tier_vpc::{AclEntry, AddressRange, Endpoint, Nat, Recorded, Routing, ThreeTierVpc, Tier};
pub use user_pool::{PasswordPolicy, UserPool, UserPoolClient};
pub use window::Window;
