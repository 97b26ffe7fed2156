//! What is said of every database, whatever it is.

use std::marker::PhantomData;

use formwork_aws::{
    kms,
    rds::{self, db_subnet_group},
    secretsmanager::{Secret, secret},
    types::{Duration, Port},
};
use formwork_core::{Arn, Input, IntoInput, IntoText};

use super::wishes::{Inherited, Insights, Password, Proxied, Source, Wishes};
use crate::{
    SecurityGroup, Weekday, Window,
    place::Said,
    value::{output, text},
    window::OF_RDS,
};

/// Says what a database is to be; [`Database::postgres`](super::Database::postgres) and its like return one.
///
/// `K` is what it is, an [`Instance`](super::Instance) or [`Aurora`](super::Aurora); `O` is whether it begins on its own
/// ([`Original`]) or as a copy of another one ([`Replica`]). What only one of them has is there for that one only:
///
/// ```compile_fail
/// use formwork_patterns::Database;
///
/// Database::postgres("17", "db.t4g.medium").readers(2); // readers are Aurora's
/// ```
#[must_use = "a database is made by `.build(scope, &network)`"]
pub struct Builder<'a, K: Kind, O: Origin = Original> {
    pub(super) wishes: Wishes,
    pub(super) own: K::Wanted,
    pub(super) groups: Groups<'a>,
    pub(super) begun: Begun,
    origin: PhantomData<O>,
}

/// What it stands on, as far as it is said.
#[derive(Default)]
pub(super) struct Begun {
    pub(super) subnets: Option<db_subnet_group::Builder>,
    pub(super) secret: Option<secret::Builder>,
}

/// The security groups that it takes from outside in place of its own.
#[derive(Default)]
pub(super) struct Groups<'a> {
    pub(super) database: Option<Said<SecurityGroup<'a>>>,
    pub(super) proxy: Option<Said<SecurityGroup<'a>>>,
}

/// What kinds of databases have in common while they are described.
pub trait Kind: Sized + 'static {
    /// What is wanted of this kind alone.
    type Wanted: Wanted;
    /// The resources of this kind alone.
    type Made: Clone + super::metrics::Measured;
}

/// The properties that an instance and a cluster both have, set at the line that says them.
pub trait Wanted: Sized {
    /// Sets the engine and its version.
    #[must_use]
    fn runs(self, engine: rds::Engine) -> Self;
    /// Sets for how long backups are kept.
    #[must_use]
    fn backups(self, kept: Duration) -> Self;
    /// Sets when backups are made.
    #[must_use]
    fn backup_window(self, window: String) -> Self;
    /// Sets when RDS maintains it.
    #[must_use]
    fn maintenance_window(self, window: String) -> Self;
    /// Sets the port.
    #[must_use]
    fn port(self, port: Port) -> Self;
    /// Sets what RDS calls it.
    #[must_use]
    fn identifier(self, name: Input<String>) -> Self;
}

/// Whether a database begins on its own or as a copy: [`Original`] or [`Replica`].
pub trait Origin: sealed::Sealed {}

/// A database that begins on its own.
pub struct Original(());

/// A database that begins as a copy of another one, and follows it.
pub struct Replica(());

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Original {}
    impl Sealed for super::Replica {}
}
impl Origin for Original {}
impl Origin for Replica {}

/// How often enhanced monitoring looks at the operating system of an instance.
// docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `MonitoringInterval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Once a second.
    Second,
    /// Every 5 seconds.
    Seconds5,
    /// Every 10 seconds.
    Seconds10,
    /// Every 15 seconds.
    Seconds15,
    /// Every 30 seconds.
    Seconds30,
    /// Once a minute.
    Minute,
}

impl Every {
    pub(super) fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Seconds5 => 5,
            Self::Seconds10 => 10,
            Self::Seconds15 => 15,
            Self::Seconds30 => 30,
            Self::Minute => 60,
        }
    }
}

impl<'a, K: Kind, O: Origin> Builder<'a, K, O> {
    #[track_caller]
    pub(super) fn new(engine: rds::Engine, own: K::Wanted) -> Self {
        let own = own.runs(engine.clone());
        Self::begin(Wishes::new(engine), own)
    }

    /// A copy: it runs what its source runs, and as that does.
    pub(super) fn of(engine: rds::Engine, source: Source, mut own: K::Wanted) -> Self {
        let Inherited {
            port,
            parameters,
            plain_connections,
            tokens,
            minor_upgrades,
            default_parameters: _,
            growth: _,
        } = source.inherited.clone();
        if let Some(port) = port {
            own = own.port(port);
        }
        let source = Some(source);
        let new = Wishes::new(engine);
        let wishes = Wishes { source, port, parameters, plain_connections, tokens, minor_upgrades, ..new };
        Self::begin(wishes, own)
    }

    fn begin(wishes: Wishes, own: K::Wanted) -> Self {
        Self { wishes, own, groups: Groups::default(), begun: Begun::default(), origin: PhantomData }
    }

    /// Puts it into a security group that is there already, in place of one of its own: such as one that stands with the
    /// network, so that connections are rules there and the stacks of who connects do not wait for each other. `Connect`
    /// answers with it. Whoever reaches another thing in the group then reaches the database as well.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Connect, Database, SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// let stack = app.stack("network");
    /// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// let tasks = SecurityGroup::new(stack.scope("Tasks"), &network, "tasks");
    /// let databases = SecurityGroup::new(stack.scope("Databases"), &network, "databases");
    /// let orders = Database::postgres("17", "db.t4g.medium")
    ///     .security_group(&databases)
    ///     .build(app.stack("data").scope("Orders"), &network);
    /// tasks.allow_to(&orders, orders.port()); // two rules in the stack `network`
    /// ```
    #[track_caller]
    pub fn security_group(mut self, group: &SecurityGroup<'a>) -> Self {
        self.groups.database = Some(Said::new(group.clone()));
        self
    }

    /// Names the subnet group; CloudFormation names it unless said. RDS writes the name in lower case. A change replaces
    /// the group, which RDS refuses as long as the database is in it.
    #[track_caller]
    pub fn subnet_group_name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.begun.subnets = Some(rds::DbSubnetGroup::builder().db_subnet_group_name(name.clone()));
        self.wishes.subnet_group_name = Some(Said::new(name));
        self
    }

    /// Names the instance or the cluster, which is the first part of its endpoint; CloudFormation names it unless said,
    /// and the instances of a cluster in any case. RDS writes the name in lower case.
    ///
    /// No other database of the account has the name in the Region, so that CloudFormation cannot put a new one in place
    /// of a named one: a change that replaces the database fails until another name is said along with it.
    // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html,
    // `DBInstanceIdentifier`
    #[track_caller]
    pub fn identifier(mut self, name: impl IntoInput<String>) -> Self {
        self.own = self.own.identifier(name.into_input());
        self
    }

    /// Takes the parameter group that RDS has for the engine and its major version, such as `default.mysql8.0`, in place of
    /// one of its own. Nothing in it can be changed, so that it goes with no [`parameter`](Self::parameter).
    ///
    /// Such a group lets clients of MySQL, of MariaDB before 11.8 and of PostgreSQL before 15 (before 17 with Aurora) connect
    /// without TLS, unless they insist; and MySQL and MariaDB write no slow queries to a log, which is then not exported.
    #[track_caller]
    pub fn default_parameters(mut self) -> Self {
        self.wishes.default_parameters = Some(Said::new(()));
        self
    }

    /// Listens on a port other than the default one of the engine. A change replaces an instance of RDS with its data; a
    /// cluster of Aurora stays and restarts.
    #[track_caller]
    pub fn port(mut self, port: impl Into<Port>) -> Self {
        let port = port.into();
        self.wishes.port = Some(port);
        self.own = self.own.port(port);
        self
    }

    /// Encrypts storage, secret and recorded load with a key of your own, in place of keys that AWS keeps for free. A
    /// change, also from or to a key of AWS, replaces the database: say it from the beginning, or begin the new one
    /// with a snapshot of the old one ([`from_snapshot`](Builder::from_snapshot)).
    pub fn encrypted_with(mut self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        self.wishes.key = Some(output(key));
        self
    }

    /// Sets a parameter of the engine, such as `("work_mem", "65536")`.
    #[track_caller]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.wishes.parameters.insert(name.into(), Said::new(value.into()));
        self
    }

    /// Lets clients connect without TLS, so that who listens in the network reads along.
    pub fn allow_unencrypted_connections(mut self) -> Self {
        self.wishes.plain_connections = true;
        self
    }

    /// Lets clients in by passwords only, without tokens of IAM.
    pub fn passwords_only(mut self) -> Self {
        self.wishes.tokens = false;
        self
    }

    /// Refuses deletion outside production as well.
    pub fn deletion_protection(mut self) -> Self {
        self.wishes.protected = Some(true);
        self
    }

    /// Lets one request delete it, in production as well.
    pub fn deletable(mut self) -> Self {
        self.wishes.protected = Some(false);
        self
    }

    /// Makes a snapshot before it is removed or replaced, outside production as well. The secret of
    /// [`own_secret`](Self::own_secret) stays with it.
    pub fn snapshot_on_removal(mut self) -> Self {
        self.wishes.snapshot_on_removal = Some(true);
        self
    }

    /// Keeps nothing of it when it is removed or replaced, and refuses neither, in production as well.
    pub fn keep_nothing(mut self) -> Self {
        self.wishes.protected = Some(false);
        self.wishes.snapshot_on_removal = Some(false);
        self
    }

    /// Leaves the minor version as it is, with its errors and holes.
    pub fn without_minor_upgrades(mut self) -> Self {
        self.wishes.minor_upgrades = false;
        self
    }

    /// Stays with its major version when the standard support of that ends, in RDS Extended Support, which is charged for by
    /// the hour of each virtual CPU or capacity unit: RDS does so unless told otherwise, and with this it is a decision, which
    /// is no finding any more. A replica is as its original is. MariaDB has no extended support, and there it changes nothing.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html
    pub fn extended_support(mut self) -> Self {
        self.wishes.extended_support = Some(true);
        self
    }

    /// Has RDS upgrade it to a later major version when the standard support of its own ends, rather than charge for extended
    /// support. A database is enrolled, or not, when it is created or restored. MariaDB has no such choice, and there this
    /// changes nothing.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html
    pub fn without_extended_support(mut self) -> Self {
        self.wishes.extended_support = Some(false);
        self
    }

    /// Looks at the operating system so often; once a minute unless said.
    pub fn enhanced_monitoring(mut self, every: Every) -> Self {
        self.wishes.monitoring = Some(every);
        self
    }

    /// Does not look at the operating system.
    pub fn without_enhanced_monitoring(mut self) -> Self {
        self.wishes.monitoring = None;
        self
    }

    /// Records the load of 15 months and the plans of queries (Database Insights, advanced), which is charged by the
    /// size of the database. Otherwise 7 days of it are recorded for free, on classes that can.
    #[track_caller]
    pub fn database_insights(mut self) -> Self {
        self.wishes.insights = Insights::Advanced;
        self.wishes.advanced = Some(Said::new(()));
        self
    }

    /// Does not record which queries make the load.
    pub fn without_performance_insights(mut self) -> Self {
        self.wishes.insights = Insights::Off;
        self
    }

    /// Exports these logs in place of the usual ones of the engine; none at all with an empty list.
    pub fn logs<L: Into<String>>(mut self, logs: impl IntoIterator<Item = L>) -> Self {
        self.wishes.logs = Some(logs.into_iter().map(Into::into).collect());
        self
    }

    /// Lets RDS maintain it on a day of the week at a time.
    ///
    /// ```
    /// use formwork_patterns::{Database, Weekday, Window};
    ///
    /// Database::postgres("17", "db.t4g.medium")
    ///     .backup_window(Window::at(2, 0))
    ///     .maintenance_window(Weekday::Sunday, Window::at(4, 0));
    /// ```
    #[track_caller]
    pub fn maintenance_window(mut self, day: Weekday, window: Window) -> Self {
        self.wishes.maintenance_window = Some(Said::new((day, window)));
        self.own = self.own.maintenance_window(OF_RDS.weekly(day, window));
        self
    }
}

impl<'a, K: Kind> Builder<'a, K, Original> {
    /// Names the database within; `main` unless said. A change replaces the whole database.
    #[track_caller]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.wishes.name = Some(Said::new(name.into()));
        self
    }

    /// Names the first user; `dbadmin` unless said. A change replaces the database. Of a database that begins with a
    /// snapshot it says who the first user of the snapshot is, and renames nobody.
    #[track_caller]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.wishes.username = Some(Said::new(name.into()));
        self
    }

    /// Keeps the password in a secret of this program, in place of one that RDS makes: for what RDS cannot do with
    /// a password of its own, such as replicas. It stays the same unless a function changes it
    /// ([`rotated_by`](Self::rotated_by)).
    #[track_caller]
    pub fn own_secret(mut self) -> Self {
        if !matches!(self.wishes.password, Password::Own { .. }) {
            self.wishes.password = Password::Own { regions: Vec::new() };
        }
        self
    }

    /// Names the secret of [`own_secret`](Self::own_secret), such as `shop/db`; a name of CloudFormation's unless said. The
    /// secret that RDS makes is named by RDS. A change makes another secret with another password.
    ///
    /// Secrets Manager keeps the name for a while when the secret is deleted by hand.
    #[track_caller]
    pub fn secret_name(mut self, name: impl IntoInput<String>) -> Self {
        let name = name.into_input();
        self.begun.secret = Some(Secret::builder().name(name.clone()));
        self.wishes.secret_name = Some(Said::new(name));
        self
    }

    /// Keeps the password in a secret of this program, which is copied to these Regions as well.
    #[track_caller]
    pub(super) fn secret_in<R: Into<String>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        let regions = regions.into_iter().map(Into::into).collect();
        self.wishes.password = Password::Own { regions };
        self
    }

    /// Changes the password so often. RDS does so every 7 days unless said; a secret of your own needs
    /// [`rotated_by`](Self::rotated_by).
    #[track_caller]
    pub fn rotate_every(mut self, interval: Duration) -> Self {
        self.wishes.rotation = Some(Said::new(interval));
        self
    }

    /// Names the function that changes the password of [`own_secret`](Self::own_secret), every 30 days unless
    /// [`rotate_every`](Self::rotate_every) says otherwise. It has to be there, and Secrets Manager has to be allowed to
    /// call it; AWS publishes such functions for every engine.
    pub fn rotated_by(mut self, function_arn: impl IntoText) -> Self {
        self.wishes.rotated_by = Some(text(function_arn));
        self
    }

    /// Sets for how long backups are kept, 1 to 35 days; within it the database can be restored to any second. 7 days in
    /// production and 1 elsewhere unless said.
    #[track_caller]
    pub fn backups(mut self, kept: Duration) -> Self {
        self.wishes.backups = Some(Said::new(kept));
        self.own = self.own.backups(kept);
        self
    }

    /// Makes the daily backup at a time.
    #[track_caller]
    pub fn backup_window(mut self, window: Window) -> Self {
        self.wishes.backup_window = Some(Said::new(window));
        self.own = self.own.backup_window(OF_RDS.daily(window));
        self
    }

    /// Begins with what a snapshot holds. The users and names in it stay; say
    /// [`username`](Self::username) and [`name`](Self::name) as they are there. It must stay said afterwards: without it,
    /// the database is replaced by an empty one. Another snapshot replaces the database as well, and so does a snapshot
    /// that is said of a database that runs: that is how one is turned back.
    ///
    /// Users keep their passwords, but for the first one: its password is a new one that RDS makes and keeps, or with
    /// [`own_secret`](Self::own_secret) that of the secret. CloudFormation sets it as soon as the database is restored.
    ///
    /// To restore beside what runs, and have clients change over when it is found good, build a second one:
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let data = app.stack("data");
    /// let restored = Database::postgres("17", "db.t4g.medium")
    ///     .username("orders_owner") // as in the snapshot
    ///     .own_secret()
    ///     .secret_name("shop/orders-2025-11-03")
    ///     .from_snapshot("arn:aws:rds:eu-central-1:111122223333:snapshot:orders-2025-11-03")
    ///     .build(data.scope("OrdersRestored"), &network);
    /// ```
    #[track_caller]
    pub fn from_snapshot(mut self, snapshot: impl IntoText) -> Self {
        self.wishes.snapshot = Some(Said::new(text(snapshot)));
        self
    }

    /// Puts a proxy in front, which keeps a pool of connections: clients connect to it, with TLS and the password, and
    /// only it reaches the database.
    pub fn proxy(mut self) -> Self {
        self.wishes.proxy = Some(Proxied::Passwords);
        self
    }

    /// Puts a proxy in front that takes tokens of IAM only: clients need no password, and the proxy knows it.
    pub fn proxy_for_tokens(mut self) -> Self {
        self.wishes.proxy = Some(Proxied::Tokens);
        self
    }

    /// Puts the [`proxy`](Self::proxy) into a security group that is there already, in place of one of its own: that is the
    /// one that clients connect to.
    #[track_caller]
    pub fn proxy_security_group(mut self, group: &SecurityGroup<'a>) -> Self {
        self.groups.proxy = Some(Said::new(group.clone()));
        self
    }
}
