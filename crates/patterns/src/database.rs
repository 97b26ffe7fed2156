//! Relational databases: instances of RDS and clusters of Aurora.

mod aurora;
mod builder;
mod connections;
mod credentials;
mod engine;
mod instance;
mod limit;
mod metrics;
mod names;
mod proxy;
mod readers;
mod replica;
mod wishes;

use formwork_aws::{
    ec2, iam,
    rds::{self, db_subnet_group},
    secretsmanager,
    types::Port,
};
use formwork_core::{Id, IntoInput, Output, Scope, Str};

use crate::{Connect, SecretValue, SecurityGroup, ThreeTierVpc, connect::brought_or_own, place::Said};

pub use aurora::Aurora;
pub use builder::{Builder, Every, Origin, Original, Replica};
pub use connections::Reader;
pub use instance::Instance;
pub use readers::ReaderTarget;

use credentials::Credentials;
use engine::about;
use proxy::Front;
use wishes::{Inherited, Wishes};

/// A relational database that only those reach who were allowed to: an instance of RDS, or a cluster of Aurora
/// (`Database<Aurora>`).
///
/// ```
/// use formwork_aws::{iam::{self, TrustPolicy}, types::{cidr, days}};
/// use formwork_core::App;
/// use formwork_patterns::{Connect, Database, Grantee, Role, SecurityGroup, ThreeTierVpc};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let data = app.stack("data");
/// let orders = Database::postgres("17", "db.t4g.medium")
///     .name("orders")
///     .backups(days(14))
///     .build(data.scope("Orders"), &network);
///
/// // What is not said with a word of its own is said as a property.
/// data.customize(orders.instance(), |it| it.dedicated_log_volume(true));
/// // A group of its own, from which a connection is allowed; a service is allowed as one.
/// let desks = SecurityGroup::new(app.stack("office").scope("Desks"), &network, "the analysts");
/// desks.allow_to(&orders, orders.port());
/// app.stack("alarms").add("Busy", orders.cpu_utilization().above(80));
/// ```
///
/// # What is safe without a word
///
/// No address on the internet, a security group that lets nobody in, storage and backups encrypted, TLS demanded of
/// every client, a password that RDS makes, keeps and changes (nobody ever sees it), tokens of IAM as well as
/// passwords, logs in CloudWatch, fixes of the engine taken up. In production also: a standby in another zone (a
/// reader with Aurora), backups for 7 days instead of 1, deletion refused, and a snapshot before removal or
/// replacement.
///
/// # Resources
///
/// Within the scope:
///
/// | resource | type |
/// | --- | --- |
/// | `Group` | the security group, unless one was given with `.security_group(..)` |
/// | `Subnets` | the subnet group, in the network's data subnets |
/// | `Parameters` | the parameter group, of the family of the engine, unless `.default_parameters()` |
/// | `Monitoring` | the role that enhanced monitoring writes with |
/// | `Instance` | the instance of RDS |
/// | `Cluster`, `Writer`, `Reader1` and on | the cluster of Aurora and its instances |
/// | `InstanceParameters` | with `.instance_parameter(..)` |
/// | `ReaderScaling`, `ReaderScalingPolicy` | with `.scale_readers(..)` |
/// | `Global` | the global database, with `.global(..)` |
/// | `Secret`, `Attachment` | with `.own_secret()` |
/// | `Rotation` | with `.rotate_every(..)` |
/// | `ProxyGroup`, `ProxyRole`, `Proxy`, `ProxyTargets` | with `.proxy()`; their scope is `Proxy`; no group with `.proxy_security_group(..)` |
/// | `ProxyTo<Db><Port>`, `ProxyInto<Db><Port>` | the rules between proxy and database, which `<Db>` is the path of |
/// | `ProxyReader` | the way to the readers of Aurora behind a proxy |
///
/// What stands behind a `with ..` is made only where that was said. Its accessor returns an `Option`, to be changed by
/// `if let Some(proxy) = orders.proxy() { data.customize(proxy, |it| it.idle_client_timeout(600)); }`.
///
/// # What replaces it
///
/// A change of the name, the first user, the key or the encryption, the snapshot, the engine, the network, the zone, or
/// (but for Aurora) the port makes a new database, and an empty one unless it begins with a snapshot. What an option says of
/// that stands with it. In a network of a single zone an instance gets or loses a zone of its own where
/// [`multi_az`](Builder::multi_az) comes or goes, which replaces it as well: say it from the beginning.
///
/// The logs that RDS writes to CloudWatch are kept without end unless their log groups say otherwise; RDS makes those
/// groups itself, so that they are not in the template.
pub struct Database<'a, K: Kind = Instance> {
    common: Common<'a>,
    own: K::Made,
}

/// What a database is: an [`Instance`] or [`Aurora`].
///
/// ```
/// # use formwork_patterns::{Database, SecurityGroup, Connect, database};
/// fn let_in<'a, K: database::Kind>(desks: &SecurityGroup<'a>, database: &Database<'a, K>) {
///     desks.allow_to(database, database.port());
/// }
/// ```
pub trait Kind: builder::Kind {}
impl<K: builder::Kind> Kind for K {}

/// What every database has.
#[derive(Clone)]
struct Common<'a> {
    scope: Scope<'a>,
    engine: rds::Engine,
    name: String,
    username: String,
    credentials: Credentials,
    /// Where writing goes, past a proxy.
    endpoint: Output<String>,
    /// Where reading goes, past a proxy.
    reader: Output<String>,
    port: Port,
    /// What IAM knows the database by.
    resource_id: Output<String>,
    /// Whether clients may bring tokens.
    tokens: bool,
    group: SecurityGroup<'a>,
    subnets: rds::DbSubnetGroup,
    monitoring: Option<iam::Role>,
    front: Option<Front<'a>>,
    inherited: Inherited,
    /// How many connections it takes.
    most: limit::Most,
}

/// What a database stands on.
struct Grounds<'a> {
    scope: Scope<'a>,
    group: SecurityGroup<'a>,
    subnets: rds::DbSubnetGroup,
    monitoring: Option<iam::Role>,
}

/// How a database is reached once it is there.
struct Reached {
    endpoint: Output<String>,
    reader: Output<String>,
    resource_id: Output<String>,
}

impl Wishes {
    /// Makes what it stands on.
    #[track_caller]
    fn grounds<'a>(
        &self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        group: Option<Said<SecurityGroup<'a>>>,
        begun: Option<db_subnet_group::Builder>,
        subnets: Vec<Output<Id<ec2::Subnet>>>,
    ) -> Grounds<'a> {
        network.has_room_for(&scope);
        let group = brought_or_own(group, scope, network, "database");
        let subnets = begun
            .unwrap_or_else(rds::DbSubnetGroup::builder)
            .db_subnet_group_description("where the database stands")
            .subnet_ids(subnets);
        let subnets = scope.add("Subnets", subnets);
        Grounds { scope, group, subnets, monitoring: self.monitoring_role(&scope) }
    }

    /// What is known of it once it is there.
    fn common<'a>(&self, grounds: Grounds<'a>, credentials: Credentials, reached: Reached) -> Common<'a> {
        let Grounds { scope, group, subnets, monitoring } = grounds;
        let Reached { endpoint, reader, resource_id } = reached;
        Common {
            scope,
            engine: self.engine.clone(),
            name: self.name(),
            username: self.username(),
            credentials,
            endpoint,
            reader,
            port: self.port.unwrap_or_else(|| self.engine.port()),
            resource_id,
            tokens: self.tokens,
            group,
            subnets,
            monitoring,
            front: None,
            inherited: self.inherited(),
            most: Err(limit::Unknown::because("nothing is known of it")),
        }
    }
}

impl<K: Kind> Clone for Database<'_, K> {
    fn clone(&self) -> Self {
        Self { common: self.common.clone(), own: self.own.clone() }
    }
}

impl<'a> Database<'a, Instance> {
    /// PostgreSQL, such as `"17"`, on an instance of RDS. Another major version needs
    /// [`allow_major_upgrade`](Builder::allow_major_upgrade); another engine is another database.
    #[track_caller]
    pub fn postgres(version: impl Into<Str>, class: impl IntoInput<rds::Class>) -> Builder<'a, Instance> {
        Builder::new(rds::Engine::postgres(version), instance::Wanted::new(class))
    }

    /// MySQL, such as `"8.4"`, on an instance of RDS.
    #[track_caller]
    pub fn mysql(version: impl Into<Str>, class: impl IntoInput<rds::Class>) -> Builder<'a, Instance> {
        Builder::new(rds::Engine::mysql(version), instance::Wanted::new(class))
    }

    /// MariaDB, such as `"11.8"`, on an instance of RDS.
    #[track_caller]
    pub fn mariadb(version: impl Into<Str>, class: impl IntoInput<rds::Class>) -> Builder<'a, Instance> {
        Builder::new(rds::Engine::mariadb(version), instance::Wanted::new(class))
    }

    /// Aurora PostgreSQL, such as `"17"`: serverless between 0.5 and 8 units unless a class is given.
    #[track_caller]
    pub fn aurora_postgres(version: impl Into<Str>) -> Builder<'a, Aurora> {
        Builder::new(rds::Engine::aurora_postgresql(version), aurora::Wanted::new())
    }

    /// Aurora MySQL, such as `"8.0"`: serverless between 0.5 and 8 units unless a class is given.
    #[track_caller]
    pub fn aurora_mysql(version: impl Into<Str>) -> Builder<'a, Aurora> {
        Builder::new(rds::Engine::aurora_mysql(version), aurora::Wanted::new())
    }
}

impl<'a, K: Kind> Database<'a, K> {
    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.common.scope
    }

    /// The engine and its version.
    pub fn engine(&self) -> &rds::Engine {
        &self.common.engine
    }

    /// The password of the first user, as a reference: a JSON object with `username` and `password`.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let orders = Database::mysql("8.4", "db.t4g.medium").build(app.stack("data").scope("Orders"), &network);
    /// let password = orders.secret().key("password");
    /// ```
    pub fn secret(&self) -> SecretValue {
        self.common.credentials.value.clone()
    }

    /// The name of the host that clients connect to: that of the proxy where there is one.
    pub fn endpoint(&self) -> Output<String> {
        match &self.common.front {
            Some(front) => front.endpoint(),
            None => self.common.endpoint.clone(),
        }
    }

    /// The name of the host that answers what only reads: with Aurora that of all readers, else that of the database.
    pub fn reader_endpoint(&self) -> Output<String> {
        match &self.common.front {
            Some(front) => front.reader_endpoint(),
            None => self.common.reader.clone(),
        }
    }

    /// The port that clients connect to.
    pub fn port(&self) -> Port {
        match &self.common.front {
            // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html: it listens on the default port
            // of the engine, whatever the database does.
            Some(_) => self.common.engine.port(),
            None => self.common.port,
        }
    }

    /// The name of the database within.
    pub fn name(&self) -> &str {
        &self.common.name
    }

    /// The name of the first user.
    pub fn username(&self) -> &str {
        &self.common.username
    }

    /// The security group of the database itself, its own or the one that was given; behind a proxy nobody but that gets
    /// in.
    pub fn group(&self) -> &SecurityGroup<'a> {
        &self.common.group
    }

    /// The subnet group.
    pub fn subnet_group(&self) -> rds::DbSubnetGroup {
        self.common.subnets
    }

    /// The role that enhanced monitoring writes with: there unless [`Builder::without_enhanced_monitoring`] was said.
    pub fn monitoring_role(&self) -> Option<iam::Role> {
        self.common.monitoring
    }

    /// The secret of its own, if it has one: with [`Builder::own_secret`], `replicas_in` or `global`. A password that RDS
    /// manages is in a secret of RDS's, which is no resource of the template.
    pub fn own_secret(&self) -> Option<secretsmanager::Secret> {
        self.common.credentials.secret
    }

    /// What writes the addresses of the database into its own secret, if it has one; see
    /// [`own_secret`](Self::own_secret).
    pub fn secret_attachment(&self) -> Option<secretsmanager::SecretTargetAttachment> {
        self.common.credentials.attachment
    }

    /// When the password changes, where that was said: with [`Builder::rotate_every`] or [`Builder::rotated_by`].
    pub fn rotation(&self) -> Option<secretsmanager::RotationSchedule> {
        self.common.credentials.rotation
    }

    /// The proxy, if there is one: with [`Builder::proxy`] or [`Builder::proxy_for_tokens`]. To change it,
    /// `if let Some(proxy) = orders.proxy() { stack.customize(proxy, |it| it.idle_client_timeout(600)); }`.
    pub fn proxy(&self) -> Option<rds::DbProxy> {
        self.common.front.as_ref().map(|front| front.proxy)
    }

    /// What the proxy connects to, if there is one.
    pub fn proxy_targets(&self) -> Option<rds::DbProxyTargetGroup> {
        self.common.front.as_ref().map(|front| front.targets)
    }

    /// The role with which the proxy reads the password, if there is one.
    pub fn proxy_role(&self) -> Option<iam::Role> {
        self.common.front.as_ref().map(|front| front.role)
    }

    /// The proxy's way to the readers: there with a proxy before a cluster of Aurora that has readers.
    pub fn proxy_reader(&self) -> Option<rds::DbProxyEndpoint> {
        self.common.front.as_ref().and_then(|front| front.reader)
    }
}

impl<'a, K: Kind> Connect<'a> for Database<'a, K> {
    /// The group that clients connect to: that of the proxy where there is one.
    fn security_group(&self) -> &SecurityGroup<'a> {
        match &self.common.front {
            Some(front) => &front.group,
            None => &self.common.group,
        }
    }
}
