//! Makes a cache of what was said.

use std::collections::BTreeMap;

use formwork_aws::{
    elasticache::{
        self, Engine,
        replication_group::{
            self, CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType,
            LogDeliveryConfigurationRequest, LogFormat, LogType,
        },
    },
    logs,
    types::{Days, LogRetention, days},
};
use formwork_core::{
    Builder as _, DeletionPolicy, Expr, Finding, Input, IntoInput, Scope, UpdatePolicy, UpdateReplacePolicy,
};

use super::{Builder, Cache, auth::Auth};
use crate::{
    ThreeTierVpc,
    connect::brought_or_own,
    place::{self, Said, production, report},
    secret::judge_name,
    value::text,
    window::OF_ELASTICACHE,
};

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Families of nodes whose connections cannot be encrypted.
// docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
const OLD: &[&str] = &["cache.t1.", "cache.m1.", "cache.m2.", "cache.c1."];

/// How the names of nodes with disks begin.
// docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html
const WITH_DISKS: &str = "cache.r6gd.";

/// What the numbers come to, once they are known to be possible.
struct Layout {
    shards: Option<u16>,
    replicas: u16,
    several_zones: bool,
}

impl<'a> Builder<'a> {
    /// Makes the cache.
    #[track_caller]
    pub fn build(mut self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> Cache<'a> {
        let mut names = vec!["Nodes", "Subnets"];
        names.extend(self.group.is_none().then_some("Group"));
        let scope = place::claim(scope.into().for_caller(), "a cache", &names);
        let in_production = production(&scope);
        self.judge(&scope);
        let layout = self.layout(&scope, in_production);
        self.judge_zones(&scope, network, &layout);
        let port = self.port.unwrap_or_else(|| self.engine.port());
        network.has_room_for(&scope);
        let begun = std::mem::take(&mut self.begun);
        let group = brought_or_own(self.group.take(), scope, network, "cache");
        let subnets = begun
            .subnets
            .unwrap_or_else(elasticache::SubnetGroup::builder)
            .description("where the cache stands")
            .subnet_ids(network.data_subnets());
        let subnets = scope.add("Subnets", subnets);
        let parameters = self.parameter_group(&scope, &layout);
        let auth = match self.knows_auth() {
            true => self.auth.value.make(scope, self.engine.name(), self.key.as_ref(), begun.secret),
            false => Auth::Open.make(scope, self.engine.name(), None, None),
        };
        let keep = self.log_retention.clone().unwrap_or_else(|| days(30).into_input());
        let slow_log = (self.slow_log && since(&self.engine, 6, 0)).then(|| log(&scope, "SlowLog", &keep));
        let engine_log =
            (self.engine_log.is_some() && since(&self.engine, 6, 2)).then(|| log(&scope, "EngineLog", &keep));

        let nodes = begun
            .nodes
            .unwrap_or_else(elasticache::ReplicationGroup::builder)
            .replication_group_description(self.description.clone().unwrap_or_else(|| text("cache")))
            .runs(self.engine.clone())
            .cache_node_type(self.node.value.clone())
            .port(port)
            .cache_subnet_group_name(subnets)
            .security_group_ids([group.id()])
            .at_rest_encryption_enabled(true)
            .kms_key_id(self.key.clone())
            .transit_encryption_enabled(true)
            .auto_minor_version_upgrade(self.minor_upgrades)
            .snapshot_retention_limit(self.retention(in_production))
            .snapshot_window(self.snapshot_window.map(|said| OF_ELASTICACHE.daily(said.value)))
            .preferred_maintenance_window(self.weekly_window())
            .snapshot_name(self.restored.clone())
            .notification_topic_arn(self.topic.clone().map(|topic| Input::<String>::new(topic.into_expr())))
            .data_tiering_enabled((self.data_tiering.is_some() || self.has_disks()).then_some(true));
        let nodes = deliver(nodes, slow_log, engine_log);
        let nodes = layout.apply(auth.ask(nodes));
        let nodes = match (&parameters, layout.shards) {
            (Some(parameters), _) => {
                nodes.cache_parameter_group_name(parameters.cache_parameter_group_name())
            }
            // The default group of the family, as a cluster's:
            // docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
            (None, Some(_)) => {
                nodes.cache_parameter_group_name(format!("default.{}.cluster.on", self.engine.family()))
            }
            (None, None) => nodes,
        };
        let nodes = match self.snapshot_on_removal.unwrap_or(in_production) {
            true => nodes.snapshot_on_removal(),
            false => nodes
                .deletion_policy(DeletionPolicy::Delete)
                .update_replace_policy(UpdateReplacePolicy::Delete),
        };
        let nodes = match self.retention(in_production).is_some() {
            true => nodes,
            false => nodes.accept("FW2105", "said with `.without_snapshots()`"),
        };
        // Outside production a node that is lost is waited for.
        let nodes = match in_production || layout.is_to_fail_over() {
            true => nodes,
            false => nodes.accept("FW2107", "no production: one node is enough"),
        };
        let nodes = match self.minor_upgrades {
            true => nodes,
            false => nodes.accept("FW2110", "said with `.without_minor_upgrades()`"),
        };
        let nodes = scope.add("Nodes", nodes);
        Cache {
            scope,
            nodes,
            subnets,
            group,
            parameters,
            port,
            shards: layout.shards,
            replicas: layout.replicas,
            auth,
            slow_log,
            engine_log,
        }
    }

    /// Reports what only the pattern can know to be wrong.
    fn judge(&self, scope: &Scope<'_>) {
        let (name, version) = (self.engine.name(), self.engine.version());
        let unknown = |what: &str, needs: &str, at| {
            let finding = Finding::error("FW3101", format!("`{name}` {version} does not know {what}"));
            report(scope, finding.help(format!("take {needs}, or Valkey")), at);
        };
        if !self.knows_auth() {
            unknown("roles of IAM", "Redis OSS 7", self.auth.at);
        }
        if let Some(said) = self.engine_log.filter(|_| !since(&self.engine, 6, 2)) {
            unknown("a log of the engine", "Redis OSS 6.2", said.at);
        }
        if let Some(said) = self.snapshots.filter(|said| whole_days(*said).is_none()) {
            let finding = Finding::error("FW3102", "snapshots are kept for 1 to 35 whole days");
            report(scope, finding.help("say `.snapshots(days(7))`, or `.without_snapshots()`"), said.at);
        }
        judge_names(self.identifier.as_ref(), self.subnet_group_name.as_ref(), scope);
        if let Some(said) = &self.secret_name {
            judge_name(said, scope);
        }
        if let Some(said) = self.secret_name.as_ref().filter(|_| self.auth.value != Auth::Token) {
            let finding = Finding::error("FW3235", "a name of a secret, and no password to keep in it");
            let help = "leave `.secret_name(..)` out, or let clients have a password";
            report(scope, finding.help(help), said.at);
        }
        OF_ELASTICACHE.judge(self.snapshot_window, self.maintenance_window, scope);
        let Expr::Text(node) = self.node.value.expr().plain() else { return };
        if OLD.iter().any(|family| node.starts_with(family)) {
            let finding = Finding::error("FW3104", format!("connections to `{node}` cannot be encrypted"));
            report(scope, finding.help("take a newer node, such as `cache.t4g.small`"), self.node.at);
        }
        if let Some(said) = self.data_tiering.filter(|_| !node.starts_with(WITH_DISKS)) {
            let finding = Finding::error("FW3104", format!("`{node}` has no disks to move data to"));
            report(scope, finding.help("take a node such as `cache.r6gd.xlarge`"), said.at);
        }
    }

    /// The numbers, with what is impossible reported and put right so that nothing else is said of it.
    fn layout(&self, scope: &Scope<'_>, in_production: bool) -> Layout {
        let within = |said: Said<u16>, least: u16, most: u16, what: &str| {
            if !(least..=most).contains(&said.value) {
                let finding = Finding::error("FW3102", format!("{} {what}", said.value));
                report(scope, finding.help(format!("{least} to {most} are possible")), said.at);
            }
            said.value.clamp(least, most)
        };
        // docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.Redis.Groups.html
        let shards = self.shards.map(|said| within(said, 1, 500, "shards"));
        let asked = self.several_zones.filter(|said| said.value);
        // The shards of a cluster have to fail over: without replicas to fail over to it can be made, and never changed.
        let unsaid = u16::from(in_production || asked.is_some() || shards.is_some());
        let replicas = self.replicas.map_or(unsaid, |said| within(said, 0, 5, "replicas"));
        if let Some(said) = self.shards
            && u32::from(shards.unwrap_or(1)) * (u32::from(replicas) + 1) > 500
        {
            let finding = Finding::error("FW3102", "more than 500 nodes");
            report(
                scope,
                finding.help("take fewer shards or replicas: together 500 nodes are possible"),
                said.at,
            );
        }
        if let Some(said) = self.replicas.filter(|_| shards.is_some() && replicas == 0) {
            let finding =
                Finding::warning("FW3105", "a cache with shards and without replicas cannot be changed");
            report(
                scope,
                finding.help("say `.replicas(1)`, or leave `.replicas(0)` or the shards away"),
                said.at,
            );
        }
        if let Some(said) = asked.filter(|_| replicas == 0) {
            let finding = Finding::error("FW3100", "a cache without replicas cannot stand in several zones");
            report(scope, finding.help("say `.replicas(1)`, or leave `.replicas(0)` away"), said.at);
        }
        let several_zones = replicas > 0 && self.several_zones.is_none_or(|said| said.value);
        Layout { shards, replicas, several_zones }
    }

    /// Whether the nodes have disks, which they then have to use.
    // docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html, `DataTieringEnabled`
    fn has_disks(&self) -> bool {
        self.node.value.expr().as_str().is_some_and(|node| node.starts_with(WITH_DISKS))
    }

    /// Reports several zones in a network that has one. What is known only at deployment counts as zones of their own.
    // docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
    fn judge_zones(&self, scope: &Scope<'_>, network: &ThreeTierVpc<'_>, layout: &Layout) {
        if !layout.several_zones || network.data_subnets().len() != 1 {
            return;
        }
        let finding =
            Finding::error("FW3142", "a cache in several zones has subnets in one").help(
                "give the network a second zone, with `.single_zone()` one that nothing else uses, or say `.single_zone()` of the cache",
            );
        match (self.several_zones, self.replicas) {
            (Some(said), _) => report(scope, finding, said.at),
            (None, Some(said)) => report(scope, finding, said.at),
            // Nobody said it: production has a replica.
            (None, None) => report(scope, finding, self.node.at),
        }
    }

    fn knows_auth(&self) -> bool {
        self.auth.value != Auth::Iam || since(&self.engine, 7, 0)
    }

    /// For how long snapshots are kept, if any are taken.
    fn retention(&self, in_production: bool) -> Option<Input<Days>> {
        let unsaid = if in_production { 7 } else { 1 };
        let keep = self.snapshots.and_then(whole_days).unwrap_or(unsaid);
        (!self.no_snapshots).then(|| days(keep).into_input())
    }

    /// When AWS works on the nodes, where that was said.
    fn weekly_window(&self) -> Option<String> {
        self.maintenance_window.map(|Said { value: (day, window), .. }| OF_ELASTICACHE.weekly(day, window))
    }

    #[track_caller]
    fn parameter_group(&self, scope: &Scope<'_>, layout: &Layout) -> Option<elasticache::ParameterGroup> {
        if self.parameters.is_empty() {
            return None;
        }
        let clustered = layout.shards.map(|_| ("cluster-enabled".to_owned(), "yes".to_owned()));
        let parameters: BTreeMap<String, String> = self.parameters.iter().cloned().chain(clustered).collect();
        let group = elasticache::ParameterGroup::builder()
            .cache_parameter_group_family(self.engine.family())
            .description("parameters of the cache")
            .properties(parameters);
        Some(scope.add("Parameters", group))
    }
}

impl Layout {
    /// A cluster has to fail over, also where a shard has nothing to fail over to.
    fn is_to_fail_over(&self) -> bool {
        self.replicas > 0 || self.shards.is_some()
    }

    fn apply(&self, nodes: replication_group::Complete) -> replication_group::Complete {
        let nodes = match self.shards {
            // Without the policy CloudFormation would replace the cache where the number of shards changes.
            Some(shards) => nodes
                .num_node_groups(shards)
                .replicas_per_node_group(self.replicas)
                .update_policy(UpdatePolicy::online_resharding()),
            None => nodes.num_cache_clusters(self.replicas + 1),
        };
        nodes.automatic_failover_enabled(self.is_to_fail_over()).multi_az_enabled(self.several_zones)
    }
}

/// The days that snapshots are kept, where that can be.
fn whole_days(said: Said<formwork_aws::types::Duration>) -> Option<u32> {
    let time = said.value.as_milliseconds();
    let keep = time.is_multiple_of(DAY).then_some(time / DAY)?;
    u32::try_from(keep).ok().filter(|keep| (1..=35).contains(keep))
}

/// Reports names that ElastiCache refuses, where they are known.
// docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html, `ReplicationGroupId`, and
// API_CreateCacheSubnetGroup.html, `CacheSubnetGroupName`
fn judge_names(
    identifier: Option<&Said<Input<String>>>,
    subnets: Option<&Said<Input<String>>>,
    scope: &Scope<'_>,
) {
    let fits = |name: &str, longest: usize| {
        let signs = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        signs && (1..=longest).contains(&name.len())
    };
    let wrong = |name: &str, what: &str, help: &'static str, at| {
        let finding = Finding::error("FW3239", format!("`{name}` is no name for {what}"));
        report(scope, finding.help(help), at);
    };
    if let Some((said, name)) = identifier.and_then(|said| Some((said, said.value.expr().as_str()?)))
        && (!fits(name, 40)
            || !name.starts_with(|first: char| first.is_ascii_alphabetic())
            || name.ends_with('-')
            || name.contains("--"))
    {
        let help = "up to 40 letters, digits and single hyphens, beginning with a letter: `shop-sessions`";
        wrong(name, "a replication group", help, said.at);
    }
    if let Some((said, name)) = subnets.and_then(|said| Some((said, said.value.expr().as_str()?)))
        && !fits(name, 255)
    {
        wrong(name, "a subnet group", "up to 255 letters, digits and hyphens: `shop-caches`", said.at);
    }
}

/// Whether the engine is Valkey, or Redis OSS of a version or a later one; unless its version is no number.
fn since(engine: &Engine, major: u32, minor: u32) -> bool {
    let mut parts = engine.version().split('.').map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
    let version = (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(u32::MAX));
    engine.name() == "valkey" || version >= (major, minor)
}

#[track_caller]
fn log(scope: &Scope<'_>, id: &'static str, keep: &Input<LogRetention>) -> logs::LogGroup {
    scope.add(id, logs::LogGroup::builder().retention_in_days(keep.clone()))
}

// docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html
fn deliver(
    nodes: replication_group::Complete,
    slow_log: Option<logs::LogGroup>,
    engine_log: Option<logs::LogGroup>,
) -> replication_group::Complete {
    let delivery = |kind: LogType, group: logs::LogGroup| {
        let to = CloudWatchLogsDestinationDetails::builder().log_group(group.log_group_name());
        LogDeliveryConfigurationRequest::builder()
            .log_type(kind)
            .log_format(LogFormat::Json)
            .destination_type(DestinationType::CloudwatchLogs)
            .destination_details(DestinationDetails::builder().cloud_watch_logs_details(to))
    };
    let slow = slow_log.map(|group| delivery(LogType::SlowLog, group));
    let engine = engine_log.map(|group| delivery(LogType::EngineLog, group));
    let both: Vec<_> = [slow, engine].into_iter().flatten().collect();
    if both.is_empty() { nodes } else { nodes.log_delivery_configurations(both) }
}
