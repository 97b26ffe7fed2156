//! An instance of RDS.

use std::cmp::Ordering;

use formwork_aws::{
    ec2,
    rds::{self, db_instance},
    secretsmanager::Secret,
    types::{DataSize, Duration, Port, Zone, gib},
};
use formwork_core::{Builder as _, Finding, Id, Input, IntoInput, Name, Output, Scope, Str, secretsmanager};

use super::{
    Builder, Common, Database, Grounds, Origin, Reached, Replica,
    builder::{Kind, Wanted as Properties},
    limit,
    proxy::Targets,
    replica::key_elsewhere,
    wishes::{Insights, Wishes},
};
use crate::{
    ThreeTierVpc, Tier,
    place::{Said, production, report},
};

/// A database that is one instance of RDS, with a standby or without.
#[derive(Clone, Copy, Debug)]
pub struct Instance(());

/// The resources of an instance.
#[derive(Clone, Copy)]
pub struct Made {
    pub(super) instance: rds::DbInstance,
    pub(super) parameters: Option<rds::DbParameterGroup>,
}

/// What is wanted of an instance alone.
pub struct Wanted {
    main: db_instance::Builder,
    class: Option<String>,
    standby: Option<bool>,
    size: Option<Said<DataSize>>,
    most: Option<Growth>,
    kind: &'static str,
    /// Where storage of type `gp2` was said, and what such storage does not have.
    gp2: Option<Said<()>>,
    provisioned: Option<Said<()>>,
    options: Options,
    unencrypted: bool,
    public: Option<Said<()>>,
    /// What the original of a copy runs, where the copy runs another version.
    version: Option<Said<rds::Engine>>,
    /// Where the original of a copy is encrypted, and with what a copy in another Region is.
    pub(super) elsewhere: bool,
}

/// What option group it has.
#[derive(Clone, Copy)]
enum Options {
    /// None that was said: RDS takes its default one, or that of the snapshot or the original.
    Unsaid,
    /// That of RDS.
    Default,
    /// One that was said.
    Named,
}

#[derive(Clone, Copy)]
enum Growth {
    To(DataSize),
    Never,
}

impl Kind for Instance {
    type Wanted = Wanted;
    type Made = Made;
}

impl Wanted {
    #[track_caller]
    pub(super) fn new(class: impl IntoInput<rds::Class>) -> Self {
        let class: Input<rds::Class> = class.into_input();
        let known = class.expr().as_str().map(str::to_owned);
        Self {
            main: rds::DbInstance::builder().db_instance_class(class),
            class: known,
            standby: None,
            size: None,
            most: None,
            kind: "gp3",
            gp2: None,
            provisioned: None,
            options: Options::Unsaid,
            unencrypted: false,
            public: None,
            version: None,
            elsewhere: false,
        }
    }

    /// The same as a copy of another instance.
    pub(super) fn copying(
        mut self,
        copy: impl FnOnce(db_instance::Builder) -> db_instance::Builder,
        elsewhere: bool,
    ) -> Self {
        self.main = copy(self.main);
        self.elsewhere = elsewhere;
        self
    }
}

impl Properties for Wanted {
    #[track_caller]
    fn runs(mut self, engine: rds::Engine) -> Self {
        self.main = self.main.runs(engine);
        self
    }
    #[track_caller]
    fn backups(mut self, kept: Duration) -> Self {
        self.main = self.main.backup_retention_period(kept);
        self
    }
    #[track_caller]
    fn backup_window(mut self, window: String) -> Self {
        self.main = self.main.preferred_backup_window(window);
        self
    }
    #[track_caller]
    fn maintenance_window(mut self, window: String) -> Self {
        self.main = self.main.preferred_maintenance_window(window);
        self
    }
    #[track_caller]
    fn port(mut self, port: Port) -> Self {
        self.main = self.main.port(port.get().to_string());
        self
    }
    #[track_caller]
    fn identifier(mut self, name: Input<String>) -> Self {
        self.main = self.main.db_instance_identifier(name);
        self
    }
}

impl<'a, O: Origin> Builder<'a, Instance, O> {
    /// Keeps a standby in another zone, outside production as well.
    #[track_caller]
    pub fn multi_az(mut self) -> Self {
        self.own.standby = Some(true);
        self.own.main = self.own.main.multi_az(true);
        self
    }

    /// Does without a standby, in production as well: when its zone fails, the database is gone until it is restored.
    ///
    /// In a network with a [`single_zone`](crate::three_tier_vpc::Builder::single_zone) a database without a standby stands in
    /// that zone, beside what uses it. In others RDS chooses the zone.
    #[track_caller]
    pub fn single_zone(mut self) -> Self {
        self.own.standby = Some(false);
        self.own.main = self.own.main.multi_az(false);
        self
    }

    /// Lets storage grow by itself up to a size; to five times the size at the beginning, 100 GiB at the least, unless
    /// said, and that of a copy as far as that of its original.
    #[track_caller]
    pub fn grow_to(mut self, most: DataSize) -> Self {
        self.own.most = Some(Growth::To(most));
        self.own.main = self.own.main.max_allocated_storage(most);
        self
    }

    /// Does not let storage grow: a full database stops writing.
    #[track_caller]
    pub fn fixed_storage(mut self) -> Self {
        self.own.most = Some(Growth::Never);
        self.own.main = self.own.main.max_allocated_storage(formwork_core::NoValue);
        self
    }

    /// Gives the storage so many operations a second: 12,000 to 64,000, with `gp3` of 400 GiB or more, which has 12,000
    /// anyway. Below that there are 3,000, and none can be said.
    #[track_caller]
    pub fn iops(mut self, operations: i64) -> Self {
        self.own.provisioned = Some(Said::new(()));
        self.own.main = self.own.main.iops(operations);
        self
    }

    /// Gives the storage so many MiB a second: 500 to 4,000, and at most a quarter of the operations, with `gp3` of 400 GiB
    /// or more, which has 500 anyway. Below that there are 125, and none can be said.
    #[track_caller]
    pub fn throughput(mut self, mebibytes: i64) -> Self {
        self.own.provisioned = Some(Said::new(()));
        self.own.main = self.own.main.storage_throughput(mebibytes);
        self
    }

    /// Takes storage of type `io2` with so many operations a second, for databases whose answers must come within a
    /// millisecond: 1,000 to 256,000, and at most 1,000 for each GiB. Such storage begins with 100 GiB, also where no
    /// [`storage`](Builder::storage) is said.
    #[track_caller]
    pub fn io2(mut self, operations: i64) -> Self {
        self.own.provisioned = Some(Said::new(()));
        self.own.kind = "io2";
        self.own.main = self.own.main.iops(operations).storage_throughput(formwork_core::NoValue);
        self
    }

    /// Takes storage of type `gp2`, of the generation before `gp3`: 3 operations a second for each GiB, 100 at the least, and
    /// bursts of up to 3,000 as long as its credits last. None can be said.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
    #[track_caller]
    pub fn gp2(mut self) -> Self {
        self.own.gp2 = Some(Said::new(()));
        self.own.main = self.own.main.storage_type("gp2");
        self
    }

    /// Names the option group that RDS has for the engine and its major version, such as `default:mysql-8-0`: it has no
    /// options. RDS takes it as well where nothing is said, unless a snapshot or an original has another one.
    #[track_caller]
    pub fn default_options(mut self) -> Self {
        self.own.options = Options::Default;
        self
    }

    /// Names the option group, such as one with a plugin that logs who does what. It has to be for the engine and its
    /// major version.
    #[track_caller]
    pub fn option_group(mut self, name: impl IntoInput<String>) -> Self {
        self.own.options = Options::Named;
        self.own.main = self.own.main.option_group_name(name);
        self
    }

    /// Lets a deployment that says another major version upgrade the database to it, which stops it for minutes and
    /// cannot be taken back; without this RDS refuses. Say it for that deployment: until it is taken out, `check` reminds of
    /// it (`FW1611`). The parameter group of the new family is made beforehand, under a name of its own.
    ///
    /// The replicas of MySQL and MariaDB are upgraded before: see [`version`](Builder::version).
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
    #[track_caller]
    pub fn allow_major_upgrade(mut self) -> Self {
        self.own.main = self.own.main.allow_major_version_upgrade(true);
        self
    }

    /// Gives it an address on the internet, in the public subnets. Its security group still lets nobody in: say who may
    /// with `allow_from_addresses`.
    ///
    /// Say it from the beginning. RDS does not let the subnet group of a database that runs move to other subnets, so
    /// that a deployment that says it later, or takes it back, fails and is rolled back. Such a database is made anew in a
    /// scope of another name, with [`from_snapshot`](Builder::from_snapshot).
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html: subnets in use stay in
    // the group.
    #[track_caller]
    pub fn publicly_accessible(mut self) -> Self {
        self.own.public = Some(Said::new(()));
        self.own.main = self.own.main.publicly_accessible(true);
        self
    }
}

impl Builder<'_, Instance, Replica> {
    /// Runs another version than the original, which is how MySQL and MariaDB come to a new major version: their replicas
    /// are upgraded before the original is. It may be newer than that of the original, and never older.
    ///
    /// Three deployments do it: the first with this and [`allow_major_upgrade`](Builder::allow_major_upgrade) said of each
    /// replica, the second with the new version and `allow_major_upgrade` said of the original, the third with neither of
    /// them said any more. Replicas of PostgreSQL have the major version of their original: those in its Region are
    /// upgraded along with it, those in other Regions have to be made anew.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let data = app.stack("data");
    /// let orders = Database::mysql("8.0", "db.m8g.large").own_secret().build(data.scope("Orders"), &network);
    /// orders
    ///     .replica("db.m8g.large")
    ///     .version("8.4")
    ///     .allow_major_upgrade()
    ///     .build(data.scope("Reports"), &network);
    /// ```
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.MySQL.html, USER_UpgradeDBInstance.MariaDB.html,
    // USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html
    #[track_caller]
    pub fn version(mut self, version: impl Into<Str>) -> Self {
        let version = version.into();
        // The engine itself is that of the original; named later, it would replace the replica.
        self.own.main = self.own.main.engine_version(version.clone());
        self.own.version = Some(Said::new(self.wishes.engine.clone()));
        self.wishes.engine = match self.wishes.engine.name() {
            "mysql" => rds::Engine::mysql(version),
            "mariadb" => rds::Engine::mariadb(version),
            _ => rds::Engine::postgres(version),
        };
        self
    }
}

impl Builder<'_, Instance> {
    /// Begins with so much storage; 20 GiB unless said, 100 GiB with [`io2`](Builder::io2). It grows, and never shrinks.
    #[track_caller]
    pub fn storage(mut self, size: DataSize) -> Self {
        self.own.size = Some(Said::new(size));
        self.own.main = self.own.main.allocated_storage(gibibytes(size).to_string());
        self
    }

    /// Leaves storage, snapshots and backups readable for whoever gets hold of them. A change replaces the database.
    #[track_caller]
    pub fn unencrypted(mut self) -> Self {
        self.own.unencrypted = true;
        self.own.main = self.own.main.storage_encrypted(false);
        self
    }

    /// Says in which Regions there will be copies of it, so that its password is there as well; it is kept in a secret
    /// of this program then, since RDS makes none for what has copies.
    #[track_caller]
    pub fn replicas_in<R: Into<String>>(self, regions: impl IntoIterator<Item = R>) -> Self {
        self.secret_in(regions)
    }
}

const GIB: u64 = 1 << 30;

/// So many whole GiB; what is left over is reported.
fn gibibytes(size: DataSize) -> u64 {
    size.as_bytes() / GIB
}

impl<'a, O: Origin> Builder<'a, Instance, O> {
    /// Makes the database in the data subnets of a network.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> Database<'a, Instance> {
        let Self { wishes, own, groups, begun, .. } = self;
        let scope = wishes.claim(scope.into().for_caller(), "Instance", &groups);
        wishes.judge(&scope);
        own.judge(&wishes, &scope);
        let subnets = own.subnets(network, &scope);
        let grounds = wishes.grounds(scope, network, groups.database, begun.subnets, subnets);
        let parameters = wishes.default_group().is_none().then(|| {
            let parameters = rds::DbParameterGroup::builder()
                .description("how the engine runs")
                .family(wishes.engine.family())
                .parameters(wishes.parameters(&scope));
            scope.add("Parameters", parameters)
        });
        let secret = wishes.own_secret(&scope, begun.secret);
        let growth = own.growth(&wishes);
        let said = wishes.parameters.get("max_connections").map(|said| said.value.as_str());
        let most = limit::most_by(&wishes, limit::Size::Class(own.class.as_deref()), said);
        let instance = own.instance(&wishes, &grounds, secret, network.zone());
        let instance = match parameters {
            Some(parameters) => instance.db_parameter_group_name(parameters),
            None => instance.db_parameter_group_name(wishes.default_group().map(Name::existing)),
        };
        let instance =
            instance.db_subnet_group_name(grounds.subnets).vpc_security_groups([grounds.group.id()]);
        let instance = scope.add("Instance", instance);

        let managed = instance.master_user_secret_secret_arn();
        let target = instance.db_instance_identifier().cast();
        let credentials = wishes.credentials(&scope, secret, managed, target, "AWS::RDS::DBInstance");
        let reached = Reached {
            endpoint: instance.endpoint_address(),
            reader: instance.endpoint_address(),
            resource_id: instance.dbi_resource_id(),
        };
        let mut common = wishes.common(grounds, credentials, reached);
        common.inherited.growth = growth;
        common.most = most;
        wishes.judge_proxy_group(&scope, groups.proxy.as_ref());
        let front = wishes
            .proxy
            .map(|proxied| common.proxied(network, proxied, groups.proxy, Targets::Instance(instance)));
        Database { common: Common { front, ..common }, own: Made { instance, parameters } }
    }
}

impl Wanted {
    /// Where it stands.
    fn subnets<'a>(&self, network: &ThreeTierVpc<'a>, scope: &Scope<'a>) -> Vec<Output<Id<ec2::Subnet>>> {
        let Some(said) = self.public else { return network.data_subnets() };
        let subnets = network.subnets(Tier::Public).to_vec();
        if subnets.is_empty() {
            let finding = Finding::error("FW3088", "the network has no public subnets for a public database")
                .help("give the network a public tier, or leave `.publicly_accessible()` out");
            report(scope, finding, said.at);
        }
        subnets
    }

    /// The instance, but for what it stands on.
    #[track_caller]
    fn instance(
        self,
        wishes: &Wishes,
        grounds: &Grounds<'_>,
        secret: Option<Secret>,
        zone: Option<Output<Zone>>,
    ) -> db_instance::Builder {
        let (scope, class) = (&grounds.scope, self.class.clone());
        let copy = wishes.source.is_some();
        let standby = self.standby.unwrap_or_else(|| production(scope));
        let protected = wishes.protected(scope);
        let advanced = wishes.insights(class.as_deref()) == Insights::Advanced;
        // What was said keeps its line.
        let (unsaid, private) = (self.standby.is_none(), self.public.is_none());
        let mut instance = self.begins(wishes, secret);
        if unsaid {
            instance = instance.multi_az(standby);
        }
        if private {
            instance = instance.publicly_accessible(false);
        }
        // RDS refuses a zone along with a standby.
        // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `AvailabilityZone`
        if !standby {
            instance = instance.availability_zone(zone);
        }
        let instance = instance
            .copy_tags_to_snapshot(true)
            .deletion_protection(protected)
            .enable_iam_database_authentication(wishes.tokens)
            .enable_cloudwatch_logs_exports(wishes.logs())
            .database_insights_mode(advanced.then_some(db_instance::DatabaseInsightsMode::Advanced));
        // What a replica runs, and for how long, is its original's.
        let instance = instance.engine_lifecycle_support(wishes.life_cycle().filter(|_| !copy));
        let instance = match wishes.default_backups(scope) {
            Some(kept) if !copy => instance.backup_retention_period(kept),
            _ => instance,
        };
        let instance = wishes.watched(instance, grounds.monitoring, class.as_deref());
        // RDS makes no last snapshot of a replica, and a replica names no version.
        let instance = wishes.kept(scope, instance, !copy);
        let instance = match copy {
            true => instance,
            false => wishes.on_usual_port(wishes.versioned(instance, ["E3691", "W3691"], None)),
        };
        // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html
        let instance = match wishes.engine.name() {
            "mariadb" if !copy && wishes.logs.is_none() => {
                instance.accept("FW2112", "a log of who does what takes an option group with a plugin")
            }
            _ => instance,
        };
        let cheap = [
            ("FW2104", !copy && !protected),
            ("FW2105", !copy && wishes.few_backups(scope)),
            ("FW2107", !copy && !standby),
        ];
        wishes.accepted(scope, instance, &cheap)
    }

    /// So many GiB it begins with, unless it begins with a snapshot or as a copy.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html: `io2` begins at 100 GiB.
    fn begins_with(&self) -> u64 {
        let least = if self.kind == "io2" { 100 } else { 20 };
        self.size.map_or(least, |said| gibibytes(said.value))
    }

    /// Up to where the storage grows, if it does and that is known: how much a snapshot has is not, and a copy grows as
    /// its original does, which it could not follow otherwise.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    fn growth(&self, wishes: &Wishes) -> Option<DataSize> {
        let begins = self.begins_with();
        let usual = || gib(u32::try_from(begins.saturating_mul(5)).unwrap_or(u32::MAX).clamp(100, 65_536));
        match (self.most, &wishes.source) {
            (Some(Growth::To(most)), _) => Some(most),
            (Some(Growth::Never), _) => None,
            (None, Some(source)) => source.inherited.growth,
            (None, None) => (!wishes.restored() || self.size.is_some()).then(usual),
        }
    }

    /// What it begins with: storage, names and a password, a snapshot, or an original.
    #[track_caller]
    fn begins(self, wishes: &Wishes, secret: Option<Secret>) -> db_instance::Builder {
        let (fresh, copy) = (!wishes.restored(), wishes.source.is_some());
        let (begins, growth) = (self.begins_with(), self.growth(wishes));
        // What was said keeps its line.
        let mut main = if self.gp2.is_some() { self.main } else { self.main.storage_type(self.kind) };
        if let Options::Default = self.options {
            main = main.option_group_name(default_options(&wishes.engine));
        }
        if fresh && self.size.is_none() {
            main = main.allocated_storage(begins.to_string());
        }
        if self.most.is_none() {
            main = main.max_allocated_storage(growth);
        }
        // What is restored or copied is encrypted as its source is; only a copy in another Region has a key to name.
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html,
        // `DBSnapshotIdentifier` and `SourceDBInstanceIdentifier`
        if fresh && !self.unencrypted {
            main = main.storage_encrypted(true).kms_key_id(wishes.key.clone());
        } else if self.elsewhere {
            main = main.kms_key_id(key_elsewhere(wishes.key.clone()));
        }
        if fresh {
            main = main.db_name(wishes.name()).master_username(wishes.username());
        }
        if let Some(said) = &wishes.snapshot {
            main = main.db_snapshot_identifier(said.value.clone());
        }
        // A restored database gets its password by the request after the one that restores it: the page on the resource
        // forbids the property with a snapshot since only the second takes it, and CloudFormation sends both.
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html,
        // `DBSnapshotIdentifier`; docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html,
        // `MasterUserPassword` and `ManageMasterUserPassword`;
        // docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_rds.SnapshotCredentials.html;
        // github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds, `modifyDbInstanceAfterCreateRequest`
        match secret {
            _ if copy => main,
            Some(secret) => main.master_user_password(secretsmanager(secret).key("password").value()),
            None => main.manage_master_user_password(true).master_user_secret(
                wishes.key.clone().map(|key| db_instance::MasterUserSecret::builder().kms_key_id(key)),
            ),
        }
    }

    fn judge(&self, wishes: &Wishes, scope: &Scope<'_>) {
        self.judge_version(wishes, scope);
        wishes.judge_insights(scope, self.class.as_deref());
        // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
        if let (Some(gp2), Some(said)) = (self.gp2, self.provisioned) {
            let finding =
                Finding::error("FW3237", "storage of type `gp2` has the operations that its size gives it")
                    .at(gp2.at, "`gp2` said here")
                    .help("leave `.gp2()` out, or what is said of operations and throughput");
            report(scope, finding, said.at);
        }
        if let Some(Said { value: size, at }) = self.size
            && (!size.as_bytes().is_multiple_of(GIB) || gibibytes(size) > 65_536)
        {
            let finding = Finding::error("FW3076", format!("the storage is to have {size}"))
                .help("RDS takes whole GiB, 20 to 65536 of them: `gib(100)`");
            report(scope, finding, at);
        }
    }

    /// Reports a version that a copy cannot run beside its original.
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html, `EngineVersion`
    fn judge_version(&self, wishes: &Wishes, scope: &Scope<'_>) {
        let Some(Said { value: original, at }) = &self.version else { return };
        let engine = &wishes.engine;
        let (said, runs) = (engine.version(), original.version());
        let message = match numbers(said)
            .zip(numbers(runs))
            .map(|(said, runs)| said.cmp(&runs))
            .find(|it| it.is_ne())
        {
            Some(Ordering::Less) => format!("a replica of version {said} of an original of version {runs}"),
            _ if engine.name() == "postgres" && engine.major() != original.major() => {
                format!("a replica of PostgreSQL {said} of an original of PostgreSQL {runs}")
            }
            _ => return,
        };
        let help = match engine.name() {
            "postgres" => "leave it out: RDS upgrades replicas of PostgreSQL along with their original",
            _ => "say the version of the original or a newer one, or leave it out",
        };
        report(scope, Finding::error("FW3089", message).help(help), *at);
    }
}

/// The option group that RDS has for an engine: `default:mysql-8-0`.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html
fn default_options(engine: &rds::Engine) -> String {
    format!("default:{}-{}", engine.name(), engine.major().replace('.', "-"))
}

/// The parts of a version.
fn numbers(version: &str) -> impl Iterator<Item = u32> {
    version.split('.').map_while(|part| part.parse().ok())
}

impl<'a> Database<'a, Instance> {
    /// The instance.
    pub fn instance(&self) -> rds::DbInstance {
        self.own.instance
    }

    /// The parameter group of its own: there unless [`Builder::default_parameters`] was said. To change it,
    /// `if let Some(group) = orders.parameter_group() { data.customize(group, |it| it.description("ours")); }`.
    pub fn parameter_group(&self) -> Option<rds::DbParameterGroup> {
        self.own.parameters
    }
}
