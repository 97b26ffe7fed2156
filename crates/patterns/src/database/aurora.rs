//! A cluster of Aurora.

use std::ops::RangeInclusive;

use formwork_aws::{
    applicationautoscaling as scaling,
    rds::{self, db_cluster, db_instance},
    secretsmanager::Secret,
    types::{Duration, Port},
};
use formwork_core::{
    Builder as _, DeletionPolicy, Expr, Field, Finding, Input, IntoInput, Json, Name, Other, Scope,
    UpdateReplacePolicy, secretsmanager,
};

use super::{
    Builder, Common, Database, Origin, Reached,
    builder::{Kind, Original, Wanted as Properties},
    proxy::Targets,
    readers::{ReaderTarget, Readers},
    replica::key_elsewhere,
    wishes::{Insights, Password, Wishes},
};
use crate::{
    ThreeTierVpc,
    place::{Said, production, report},
};

/// A database that is a cluster of Aurora: a writer and readers over one volume in three zones.
#[derive(Clone, Copy, Debug)]
pub struct Aurora(());

/// The resources of a cluster.
#[derive(Clone)]
pub struct Made {
    pub(super) cluster: rds::DbCluster,
    pub(super) writer: rds::DbInstance,
    readers: Vec<rds::DbInstance>,
    parameters: Option<rds::DbClusterParameterGroup>,
    instance_parameters: Option<rds::DbParameterGroup>,
    pub(super) global: Option<rds::GlobalCluster>,
    scaling: Option<(scaling::ScalableTarget, scaling::ScalingPolicy)>,
}

/// What is wanted of a cluster alone.
pub struct Wanted {
    main: db_cluster::Builder,
    writer: db_instance::Builder,
    capacity: Capacity,
    readers: Readers,
    single_zone: bool,
    global: Option<Said<()>>,
    backtrack: Option<Said<Duration>>,
    instance_parameters: Vec<(String, String)>,
    major_upgrade: bool,
    /// Whether it belongs to a global database that begins elsewhere.
    secondary: bool,
}

enum Capacity {
    Class(Said<Input<rds::Class>>),
    Serverless(Option<Said<RangeInclusive<f64>>>),
}

impl Kind for Aurora {
    type Wanted = Wanted;
    type Made = Made;
}

impl Wanted {
    pub(super) fn new() -> Self {
        Self {
            main: rds::DbCluster::builder(),
            writer: rds::DbInstance::builder(),
            capacity: Capacity::Serverless(None),
            readers: Readers { count: None, scaled: None },
            single_zone: false,
            global: None,
            backtrack: None,
            instance_parameters: Vec::new(),
            major_upgrade: false,
            secondary: false,
        }
    }

    /// The same as a part of a global database that begins elsewhere.
    pub(super) fn of_global(self, join: impl FnOnce(db_cluster::Builder) -> db_cluster::Builder) -> Self {
        Self { main: join(self.main), secondary: true, ..self }
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
        self.main = self.main.port(port);
        self
    }
    #[track_caller]
    fn identifier(mut self, name: Input<String>) -> Self {
        self.main = self.main.db_cluster_identifier(name);
        self
    }
}

impl<'a, O: Origin> Builder<'a, Aurora, O> {
    /// Runs writer and readers on a class.
    #[track_caller]
    pub fn class(mut self, class: impl IntoInput<rds::Class>) -> Self {
        let class = class.into_input();
        self.own.writer = self.own.writer.db_instance_class(class.clone());
        self.own.capacity = Capacity::Class(Said::new(class));
        self
    }

    /// Gives writer and readers as many units of capacity as they need at the time, within a range and in steps of 0.5:
    /// `0.5..=16.0`. Where it begins at 0, they pause while nobody is connected.
    #[track_caller]
    pub fn serverless(mut self, units: RangeInclusive<f64>) -> Self {
        self.own.writer = self.own.writer.db_instance_class(formwork_core::NoValue);
        self.own.capacity = Capacity::Serverless(Some(Said::new(units)));
        self
    }

    /// Adds so many readers to the writer. One of them takes its place when it fails; there is one in production and
    /// none elsewhere unless said.
    #[track_caller]
    pub fn readers(mut self, count: u8) -> Self {
        self.own.readers.count = Some(Said::new(count));
        self
    }

    /// Does without readers, in production as well: when the writer's zone fails, the database is gone until a new
    /// writer is made. In a network with a [`single_zone`](crate::three_tier_vpc::Builder::single_zone) the writer stands in
    /// that one.
    pub fn single_zone(mut self) -> Self {
        self.own.single_zone = true;
        self
    }

    /// Sets a parameter of the instances, such as `max_connections`, which do not take it from the cluster.
    pub fn instance_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.own.instance_parameters.push((name.into(), value.into()));
        self
    }

    /// Lets a deployment that says another major version upgrade the cluster to it, which stops it for minutes and cannot
    /// be taken back. Say it for that deployment: the cluster then names the parameter group of its instances
    /// ([`instance_parameter`](Self::instance_parameter)) that they change over to, without which RDS refuses. The groups of
    /// the new family are made beforehand, under names of their own.
    ///
    /// A global database is upgraded by hand first, in all Regions at once, and the new version is said afterwards.
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html, `AllowMajorVersionUpgrade`, which
    // CloudFormation sets where `EngineVersion` changes, and `DBInstanceParameterGroupName`;
    // AuroraUserGuide/aurora-global-database-upgrade.html
    pub fn allow_major_upgrade(mut self) -> Self {
        self.own.major_upgrade = true;
        self
    }
}

impl Builder<'_, Aurora, Original> {
    /// Has more readers while they are busier than this, and fewer while they are not.
    ///
    /// The readers that come so are none of CloudFormation's. A cluster that still has some is not deleted: where it is to
    /// go, have a deployment without this before, delete what `aws rds describe-db-instances` shows of the cluster with a
    /// name that begins with `application-autoscaling-`, and then delete the stack. They take over class and parameters
    /// of the writer when they come, and are not changed with it later.
    ///
    /// ```
    /// use formwork_patterns::{Database, database::ReaderTarget};
    ///
    /// Database::aurora_mysql("8.0").class("db.r8g.large").scale_readers(1..=5, ReaderTarget::cpu(60));
    /// ```
    #[track_caller]
    pub fn scale_readers(mut self, count: RangeInclusive<u8>, target: ReaderTarget) -> Self {
        self.own.readers.scaled = Some(Said::new((count, target)));
        self
    }

    /// Makes it the beginning of a global database, with copies in these Regions: see
    /// [`secondary`](Database::secondary). Its password is kept in a secret of this program, with a copy in each of
    /// them, since RDS makes none for global databases. Say it from the beginning: a change may replace the cluster.
    #[track_caller]
    pub fn global<R: Into<String>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        self.own.global = Some(Said::new(()));
        self.secret_in(regions)
    }

    /// Lets a cluster of Aurora MySQL be turned back in place, up to this long: within minutes, where a restore makes a new
    /// cluster. Every change is charged. Can only be turned on when the cluster is made.
    #[track_caller]
    pub fn backtrack(mut self, up_to: Duration) -> Self {
        self.own.backtrack = Some(Said::new(up_to));
        self.own.main = self.own.main.backtrack_window((up_to.as_milliseconds() / 1000).cast_signed());
        self
    }
}

impl<'a, O: Origin> Builder<'a, Aurora, O> {
    /// Makes the database in the data subnets of a network.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> Database<'a, Aurora> {
        let Self { wishes, own, groups, begun, .. } = self;
        let scope = wishes.claim(scope.into().for_caller(), "Cluster", &groups);
        wishes.judge(&scope);
        own.judge(&wishes, &scope);
        let subnets = network.data_subnets();
        let grounds = wishes.grounds(scope, network, groups.database, begun.subnets, subnets);
        let parameters = wishes.default_group().is_none().then(|| {
            let parameters = rds::DbClusterParameterGroup::builder()
                .description("how the engine runs")
                .family(wishes.engine.family())
                .parameters(wishes.parameters(&scope));
            scope.add("Parameters", parameters)
        });
        let most = own.most_connections(&wishes);
        let instance_parameters = of_instances(&scope, &wishes, &own.instance_parameters);
        let global = own.global.map(|_| global_of(&scope, &wishes));
        let secret = wishes.own_secret(&scope, begun.secret);
        let Wanted {
            main, writer, capacity, readers, single_zone, secondary, backtrack, major_upgrade, ..
        } = own;
        let upgraded_to = instance_parameters.filter(|_| major_upgrade);
        let upgraded_to = upgraded_to.map(|group| group.db_parameter_group_name().cast::<String>());
        let cluster = Beginning { main, secondary, backtrack: backtrack.is_some(), global }
            .cluster(&wishes, &scope, &capacity, secret);
        let cluster = match parameters {
            Some(parameters) => cluster.db_cluster_parameter_group_name(parameters),
            None => cluster.db_cluster_parameter_group_name(wishes.default_group().map(Name::existing)),
        };
        let cluster = cluster
            .db_instance_parameter_group_name(upgraded_to)
            .db_subnet_group_name(grounds.subnets)
            .vpc_security_group_ids([grounds.group.id()]);
        let cluster = scope.add("Cluster", cluster);

        let class = capacity.class();
        let monitoring = grounds.monitoring;
        let member = |instance: db_instance::Builder| {
            let instance = instance
                .engine(wishes.engine.name())
                .db_cluster_identifier(cluster)
                .db_parameter_group_name(instance_parameters)
                .preferred_maintenance_window(wishes.maintenance_window())
                .publicly_accessible(false);
            // The data is the cluster's; an instance has nothing to keep.
            wishes
                .watched(instance, monitoring, class.expr().as_str())
                .deletion_policy(DeletionPolicy::Delete)
                .update_replace_policy(UpdateReplacePolicy::Delete)
        };
        let count = readers.count(u8::from(production(&scope) && !single_zone));
        let writer = match &capacity {
            // It is set already, at the line that said it.
            Capacity::Class(_) => writer,
            Capacity::Serverless(_) => writer.db_instance_class(class.clone()),
        };
        // Alone, it stands where what uses it does; with readers, each is in a zone of its own.
        let alone = count == 0 && !readers.scales();
        let writer = member(writer).availability_zone(network.zone().filter(|_| alone));
        let writer = wishes.accepted(&scope, writer, &[("FW2108", count == 0)]);
        let writer = scope.add("Writer", writer);
        let reader = |number: u8| {
            // Serverless readers of the first two tiers are kept as large as the writer; one is enough for that.
            // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
            let tier = if number == 1 { 1 } else { 2 };
            // The instance that is made first writes.
            let reader = rds::DbInstance::builder()
                .db_instance_class(class.clone())
                .promotion_tier(tier)
                .depends_on(writer);
            scope.add(format!("Reader{number}"), member(reader))
        };
        let made: Vec<rds::DbInstance> = (1..=count).map(reader).collect();
        let members: Vec<rds::DbInstance> = std::iter::once(writer).chain(made.iter().copied()).collect();
        let scaling = readers.scale(&scope, cluster, &members);

        let managed = cluster.master_user_secret_secret_arn();
        let target = cluster.db_cluster_identifier().cast();
        let credentials = wishes.credentials(&scope, secret, managed, target, "AWS::RDS::DBCluster");
        let reached = Reached {
            // A copy has a writer only after it has taken over.
            endpoint: if secondary { cluster.read_endpoint_address() } else { cluster.endpoint_address() },
            reader: cluster.read_endpoint_address(),
            resource_id: cluster.db_cluster_resource_id(),
        };
        let common = Common { most, ..wishes.common(grounds, credentials, reached) };
        wishes.judge_proxy_group(&scope, groups.proxy.as_ref());
        let front = wishes.proxy.map(|proxied| {
            let targets = Targets::Cluster { cluster, members, readers: !made.is_empty() };
            common.proxied(network, proxied, groups.proxy, targets)
        });
        let own = Made { cluster, writer, readers: made, parameters, instance_parameters, global, scaling };
        Database { common: Common { front, ..common }, own }
    }
}

/// What decides how a cluster begins.
struct Beginning {
    main: db_cluster::Builder,
    secondary: bool,
    backtrack: bool,
    global: Option<rds::GlobalCluster>,
}

impl Beginning {
    /// The cluster, but for what it stands on.
    #[track_caller]
    fn cluster(
        self,
        wishes: &Wishes,
        scope: &Scope<'_>,
        capacity: &Capacity,
        secret: Option<Secret>,
    ) -> db_cluster::Builder {
        let class = capacity.class();
        let insights = wishes.insights(class.expr().as_str());
        let can_turn_back = wishes.engine.name() == "aurora-mysql"
            && matches!(capacity, Capacity::Class(_))
            && self.global.is_none()
            && !wishes.restored();
        let charged = can_turn_back && !self.backtrack;
        let protected = wishes.protected(scope);
        // A part of a global database is as the whole.
        let life_cycle = wishes.life_cycle().filter(|_| !self.secondary);
        let mut main = self
            .begins(wishes, secret)
            .serverless_v2_scaling_configuration(capacity.limits())
            .copy_tags_to_snapshot(true)
            .deletion_protection(protected)
            .enable_iam_database_authentication(wishes.tokens)
            .enable_cloudwatch_logs_exports(wishes.logs());
        main = main.engine_lifecycle_support(life_cycle);
        if insights == Insights::Advanced {
            main = main
                .database_insights_mode(db_cluster::DatabaseInsightsMode::Advanced)
                .performance_insights_enabled(true)
                .performance_insights_retention_period(insights.kept())
                .performance_insights_kms_key_id(wishes.key.clone());
        }
        if let Some(kept) = wishes.default_backups(scope) {
            main = main.backup_retention_period(kept);
        }
        if charged {
            main =
                main.accept("FW2120", "backups reach back to any second; turning back in place costs extra");
        }
        if wishes.writes_less() {
            main =
                main.accept("FW2112", "the parameter group of RDS, which was said, has other logs written");
        }
        // The linter wants the name of a user along with a password, and none with a snapshot, which has its users.
        let restored = wishes.snapshot.is_some() && matches!(wishes.password, Password::Own { .. });
        let unnamed = restored.then_some("E3021");
        let main = wishes.on_usual_port(wishes.versioned(main, ["E3690", "W3690"], unnamed));
        let main = wishes.kept(scope, main, true);
        wishes.accepted(scope, main, &[("FW2104", !protected), ("FW2105", wishes.few_backups(scope))])
    }

    /// What it begins with: names and a password, a snapshot, or an original.
    #[track_caller]
    fn begins(self, wishes: &Wishes, secret: Option<Secret>) -> db_cluster::Builder {
        let mut main = self.main;
        if let Some(global) = self.global {
            main = main.global_cluster_identifier(global);
        }
        if self.secondary {
            return main.storage_encrypted(true).kms_key_id(key_elsewhere(wishes.key.clone()));
        }
        main = main.kms_key_id(wishes.key.clone());
        main = match &wishes.snapshot {
            // What is restored is encrypted as its snapshot is, unless a key is named.
            // Its password is set by the request after the one that restores, as that of an instance.
            // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html,
            // `SnapshotIdentifier`; docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html;
            // github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds, `modifyDbClusterAfterCreateRequest`
            Some(said) => main.snapshot_identifier(said.value.clone()),
            None => {
                main.storage_encrypted(true).database_name(wishes.name()).master_username(wishes.username())
            }
        };
        match secret {
            Some(secret) => main.master_user_password(secretsmanager(secret).key("password").value()),
            None => main.manage_master_user_password(true).master_user_secret(
                wishes.key.clone().map(|key| db_cluster::MasterUserSecret::builder().kms_key_id(key)),
            ),
        }
    }
}

impl Capacity {
    /// The class of all instances.
    fn class(&self) -> Input<rds::Class> {
        match self {
            Self::Class(said) => said.value.clone(),
            Self::Serverless(_) => SERVERLESS.into_input(),
        }
    }

    /// Between which limits serverless instances have their capacity.
    fn limits(&self) -> Option<db_cluster::ServerlessV2ScalingConfigurationBuilder> {
        let Self::Serverless(said) = self else { return None };
        let units = said.as_ref().map_or(0.5..=8.0, |said| said.value.clone());
        let limits = db_cluster::ServerlessV2ScalingConfiguration::builder();
        Some(limits.min_capacity(*units.start()).max_capacity(*units.end()))
    }
}

/// The global database that begins with a cluster.
#[track_caller]
fn global_of(scope: &Scope<'_>, wishes: &Wishes) -> rds::GlobalCluster {
    let global = rds::GlobalCluster::builder()
        .engine(Other(wishes.engine.name()))
        .engine_version(wishes.engine.version().to_owned())
        .engine_lifecycle_support(wishes.life_cycle())
        .storage_encrypted(true)
        .deletion_protection(wishes.protected(scope));
    scope.add("Global", global)
}

const SERVERLESS: &str = "db.serverless";

/// The parameter group of the instances, where one is wanted.
#[track_caller]
fn of_instances(
    scope: &Scope<'_>,
    wishes: &Wishes,
    parameters: &[(String, String)],
) -> Option<rds::DbParameterGroup> {
    if parameters.is_empty() {
        return None;
    }
    let all: std::collections::BTreeMap<String, String> = parameters.iter().cloned().collect();
    let fields = all.into_iter().map(|(name, value)| Field::new(name, Expr::Text(value.into())));
    let group = rds::DbParameterGroup::builder()
        .description("how the instances run")
        .family(wishes.engine.family())
        .parameters(Json::from_expr(Expr::Object(fields.collect())));
    Some(scope.add("InstanceParameters", group))
}

impl Wanted {
    /// The parameters of the instances, name and value.
    pub(super) fn instance_parameters(&self) -> &[(String, String)] {
        &self.instance_parameters
    }

    /// The class of the instances, where it is known.
    pub(super) fn class_of_instances(&self) -> Option<String> {
        self.capacity.class().expr().as_str().map(str::to_owned)
    }

    /// The least and the greatest capacity of serverless instances.
    pub(super) fn units(&self) -> Option<(f64, f64)> {
        let Capacity::Serverless(said) = &self.capacity else { return None };
        Some(said.as_ref().map_or((0.5, 8.0), |said| (*said.value.start(), *said.value.end())))
    }

    fn judge(&self, wishes: &Wishes, scope: &Scope<'_>) {
        wishes.judge_insights(scope, self.capacity.class().expr().as_str());
        self.readers.judge(scope);
        // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html names no global database.
        if let (Some(global), Some(snapshot)) = (self.global, &wishes.snapshot) {
            let finding =
                Finding::error("FW3085", "a cluster that is restored does not begin a global database")
                    .at(snapshot.at, "restored here")
                    .help("leave `.global(..)` out; a cluster that runs becomes global with `aws rds create-global-cluster`");
            report(scope, finding, global.at);
        }
        let step = |units: f64| (units * 2.0).fract() == 0.0;
        if let Capacity::Serverless(Some(Said { value, at })) = &self.capacity {
            let (least, most) = (*value.start(), *value.end());
            // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
            let fits =
                least <= most && least >= 0.0 && (1.0..=256.0).contains(&most) && step(least) && step(most);
            if !fits {
                let finding = Finding::error("FW3079", format!("the capacity is to be {least} to {most} units")).help(
                    "the least is 0 to 256 and the most 1 to 256, in steps of 0.5, such as `.serverless(0.5..=16.0)`",
                );
                report(scope, finding, *at);
            }
        }
        if let Some(Said { value, at }) = self.backtrack {
            let aurora_mysql = wishes.engine.name() == "aurora-mysql";
            // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Backtrack.html
            let hours = value.as_milliseconds() / 3_600_000;
            let message = if !aurora_mysql {
                Some(format!("`{}` cannot be turned back", wishes.engine.name()))
            } else if self.global.is_some() {
                Some("a global database cannot be turned back".to_owned())
            } else if matches!(self.capacity, Capacity::Serverless(_)) {
                Some("a serverless cluster cannot be turned back".to_owned())
            } else if !(1..=72).contains(&hours) || value.as_milliseconds() > 72 * 3_600_000 {
                Some(format!("a cluster is to be turned back by up to {value}"))
            } else {
                None
            };
            if let Some(message) = message {
                let finding = Finding::error("FW3083", message).help(
                    "Aurora MySQL on a class and in one Region can, by up to `hours(72)`; backups are there for the rest",
                );
                report(scope, finding, at);
            }
        }
        let global = self.global.is_some() || self.secondary;
        if let (true, Capacity::Class(said)) = (global, &self.capacity)
            && let Some(class) = said.value.expr().as_str()
            && class.starts_with("db.t")
        {
            // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html
            let finding = Finding::error("FW3084", format!("a global database does not run on `{class}`"))
                .help("take a class of the `r` families such as `db.r8g.large`, or `.serverless(..)`");
            report(scope, finding, said.at);
        }
    }
}

impl<'a> Database<'a, Aurora> {
    /// The cluster.
    pub fn cluster(&self) -> rds::DbCluster {
        self.own.cluster
    }

    /// The instance that writes, until another one takes its place.
    pub fn writer(&self) -> rds::DbInstance {
        self.own.writer
    }

    /// The instances that read, as far as they are in the template.
    pub fn reader_instances(&self) -> &[rds::DbInstance] {
        &self.own.readers
    }

    /// The parameter group of the cluster's own: there unless [`Builder::default_parameters`] was said.
    pub fn parameter_group(&self) -> Option<rds::DbClusterParameterGroup> {
        self.own.parameters
    }

    /// The parameter group of the instances, if there is one: with [`Builder::instance_parameter`]. To change it,
    /// `if let Some(group) = orders.instance_parameter_group() { stack.customize(group, |it| ..); }`.
    pub fn instance_parameter_group(&self) -> Option<rds::DbParameterGroup> {
        self.own.instance_parameters
    }

    /// The global database that begins with it, if one does: with [`Builder::global`].
    pub fn global_cluster(&self) -> Option<rds::GlobalCluster> {
        self.own.global
    }

    /// What changes the number of readers, if anything does: with [`Builder::scale_readers`].
    pub fn reader_scaling(&self) -> Option<scaling::ScalableTarget> {
        self.own.scaling.map(|(target, _)| target)
    }

    /// When the number of readers changes, if it does: with [`Builder::scale_readers`].
    pub fn reader_scaling_policy(&self) -> Option<scaling::ScalingPolicy> {
        self.own.scaling.map(|(_, policy)| policy)
    }
}
