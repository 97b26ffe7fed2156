//! Caches: Valkey or Redis OSS, on nodes of ElastiCache.

mod auth;
mod build;
mod metrics;

use formwork_aws::{
    elasticache::{self, Engine, NodeType, replication_group, subnet_group},
    kms, logs,
    secretsmanager::{self, secret},
    sns,
    types::{Duration, LogRetention, Port},
};
use formwork_core::{Arn, Input, IntoInput, Output, Scope, Str, interpolate};

pub use metrics::Node;

use self::auth::Auth;
use crate::{
    Connect, Granted, Grantee, SecretValue, SecurityGroup, Weekday, Window,
    place::Said,
    value::{arn_here, output, text},
};

/// A cache that only those reach whom it was told to let in: a replication group of ElastiCache with Valkey or Redis
/// OSS.
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{Cache, Connect, SecurityGroup, ThreeTierVpc, Weekday, Window};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let data = app.stack("data");
/// let sessions = Cache::valkey("8.2", "cache.t4g.small")
///     .parameter("maxmemory-policy", "allkeys-lru")
///     .maintenance_window(Weekday::Sunday, Window::at(3, 0))
///     .build(data.scope("Sessions"), &network);
///
/// // A service of the patterns: `sessions.allow_from(&api).env("SESSIONS")`. Anything else that has a group:
/// let tools = SecurityGroup::new(data.scope("Tools"), &network, "whoever looks after the data");
/// tools.allow_to(&sessions, sessions.port());
///
/// let memory = sessions.memory_utilization().above(80).evaluation_periods(5);
/// data.add("SessionsFull", memory.alarm_description("sessions are soon evicted"));
/// // Whatever has no method of its own is there as a property.
/// data.customize(sessions.replication_group(), |it| it.preferred_cache_cluster_azs(["eu-central-1a", "eu-central-1b"]));
/// ```
///
/// **Safe by default**: encrypted at rest and on the wire, in the network's innermost subnets, closed to everybody who
/// was not allowed, with a password that is generated and stands in no template, patched, with snapshots and its slow
/// commands logged. **In production** there is besides a replica in another zone that takes over, snapshots are kept
/// for a week rather than a day, and one is taken before the cache is removed.
///
/// # Resources
///
/// | logical id | what | when |
/// | --- | --- | --- |
/// | `Nodes` | `AWS::ElastiCache::ReplicationGroup` | always |
/// | `Subnets` | `AWS::ElastiCache::SubnetGroup` | always |
/// | `Group` | `AWS::EC2::SecurityGroup` | unless one was given with [`security_group`](Builder::security_group) |
/// | `Token` | `AWS::SecretsManager::Secret` | unless [`iam_authentication`](Builder::iam_authentication) or [`without_password`](Builder::without_password) |
/// | `User`, `Users` | `AWS::ElastiCache::User`, `AWS::ElastiCache::UserGroup` | with [`iam_authentication`](Builder::iam_authentication) |
/// | `Nobody` | `AWS::ElastiCache::User` | the same, of Redis OSS |
/// | `SlowLog` | `AWS::Logs::LogGroup` | unless [`without_slow_log`](Builder::without_slow_log) |
/// | `EngineLog` | `AWS::Logs::LogGroup` | with [`engine_log`](Builder::engine_log) |
/// | `Parameters` | `AWS::ElastiCache::ParameterGroup` | with [`parameter`](Builder::parameter) |
#[derive(Clone)]
pub struct Cache<'a> {
    scope: Scope<'a>,
    nodes: elasticache::ReplicationGroup,
    subnets: elasticache::SubnetGroup,
    group: SecurityGroup<'a>,
    parameters: Option<elasticache::ParameterGroup>,
    port: Port,
    shards: Option<u16>,
    replicas: u16,
    auth: auth::Made,
    slow_log: Option<logs::LogGroup>,
    engine_log: Option<logs::LogGroup>,
}

/// Says what a cache is to be.
#[must_use = "a cache is made by `.build(scope, &network)`"]
pub struct Builder<'a> {
    engine: Engine,
    node: Said<Input<NodeType>>,
    description: Option<Output<String>>,
    replicas: Option<Said<u16>>,
    shards: Option<Said<u16>>,
    several_zones: Option<Said<bool>>,
    port: Option<Port>,
    auth: Said<Auth>,
    parameters: Vec<(String, String)>,
    snapshots: Option<Said<Duration>>,
    no_snapshots: bool,
    snapshot_window: Option<Said<Window>>,
    maintenance_window: Option<Said<(Weekday, Window)>>,
    restored: Option<Input<String>>,
    key: Option<Output<Arn<kms::Key>>>,
    topic: Option<Input<Arn<sns::Topic>>>,
    slow_log: bool,
    engine_log: Option<Said<()>>,
    log_retention: Option<Input<LogRetention>>,
    minor_upgrades: bool,
    data_tiering: Option<Said<()>>,
    snapshot_on_removal: Option<bool>,
    group: Option<Said<SecurityGroup<'a>>>,
    identifier: Option<Said<Input<String>>>,
    subnet_group_name: Option<Said<Input<String>>>,
    secret_name: Option<Said<Input<String>>>,
    begun: Begun,
}

/// What has a name that was said, begun at the line that said it.
#[derive(Default)]
struct Begun {
    nodes: Option<replication_group::Builder>,
    subnets: Option<subnet_group::Builder>,
    secret: Option<secret::Builder>,
}

impl<'a> Cache<'a> {
    /// A cache with Valkey, such as `"8.2"`, on nodes such as `cache.t4g.small`. Other nodes and newer versions come without
    /// a replacement, unless the nodes are, or were, of `cache.r6gd`: see [`data_tiering`](Builder::data_tiering).
    #[track_caller]
    pub fn valkey(version: impl Into<Str>, nodes: impl IntoInput<NodeType>) -> Builder<'a> {
        Builder::new(Engine::valkey(version), Said::new(nodes.into_input()))
    }

    /// A cache with Redis OSS, such as `"7.1"`, on nodes such as `cache.t4g.small`. Valkey takes the same clients and
    /// costs less. A change from one to the other replaces the cache: say [`restore_from`](Builder::restore_from) with a
    /// snapshot where what it holds is to be kept.
    #[track_caller]
    pub fn redis(version: impl Into<Str>, nodes: impl IntoInput<NodeType>) -> Builder<'a> {
        Builder::new(Engine::redis(version), Said::new(nodes.into_input()))
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The name of the host to connect to: that of the primary node, whichever it is at the time, or, of a cache with
    /// [`shards`](Builder::shards), that from which clients learn of all nodes.
    pub fn endpoint(&self) -> Output<String> {
        match self.shards {
            Some(_) => self.nodes.configuration_end_point_address(),
            None => self.nodes.primary_end_point_address(),
        }
    }

    /// The name of the host that leads to the replicas, for reading; none of a cache with [`shards`](Builder::shards),
    /// whose clients know all nodes.
    pub fn reader_endpoint(&self) -> Option<Output<String>> {
        self.shards.is_none().then(|| self.nodes.reader_end_point_address())
    }

    /// The port that it listens on.
    pub fn port(&self) -> Port {
        self.port
    }

    /// The password, unless there is none.
    pub fn secret(&self) -> Option<SecretValue> {
        self.auth.secret.clone()
    }

    /// The name that clients with [`iam_authentication`](Builder::iam_authentication) give.
    pub fn user_name(&self) -> Option<Output<String>> {
        self.auth.user_name.clone()
    }

    /// The replication group: all nodes together.
    pub fn replication_group(&self) -> elasticache::ReplicationGroup {
        self.nodes
    }

    /// The subnets that the nodes stand in.
    pub fn subnet_group(&self) -> elasticache::SubnetGroup {
        self.subnets
    }

    /// The parameter group, if there is one: with [`Builder::parameter`]. Without, the nodes have the default group of
    /// their family. To change it, `if let Some(group) = cache.parameter_group() { stack.customize(group, |it| ..); }`.
    pub fn parameter_group(&self) -> Option<elasticache::ParameterGroup> {
        self.parameters
    }

    /// The secret that holds the password: there unless [`Builder::iam_authentication`] or
    /// [`Builder::without_password`] was said.
    pub fn token(&self) -> Option<secretsmanager::Secret> {
        self.auth.token
    }

    /// The user of [`Builder::iam_authentication`]; none without.
    pub fn user(&self) -> Option<elasticache::User> {
        self.auth.user
    }

    /// The user that is called `default` and may do nothing, which Redis OSS wants beside it.
    pub fn nobody(&self) -> Option<elasticache::User> {
        self.auth.nobody
    }

    /// The user group of [`Builder::iam_authentication`]; none without.
    pub fn user_group(&self) -> Option<elasticache::UserGroup> {
        self.auth.users
    }

    /// The log of slow commands: there unless [`Builder::without_slow_log`] was said, or the engine is older than Redis
    /// OSS 6.
    pub fn slow_log(&self) -> Option<logs::LogGroup> {
        self.slow_log
    }

    /// The log of the engine, if there is one: with [`Builder::engine_log`].
    pub fn engine_log(&self) -> Option<logs::LogGroup> {
        self.engine_log
    }

    /// Lets somebody in: opens the port between the two, and with [`iam_authentication`](Builder::iam_authentication)
    /// gives the right to connect. The rules and the right stand in the stack of the one who is let in.
    ///
    /// What is returned hands over the settings. `.env("CACHE")` sets `CACHE_HOST`, `CACHE_PORT` and `CACHE_TLS`
    /// (`true`), and
    /// - with a password `CACHE_PASSWORD`, from the secret,
    /// - with IAM `CACHE_USER`, and `CACHE_NAME`, which clients sign their tokens for.
    #[track_caller]
    pub fn allow_from<'g, G: Connect<'a> + Grantee<'a>>(&self, who: &'g G) -> Granted<'g, G> {
        who.allow_to(self, self.port);
        let granted = Granted::new(who)
            .setting("_HOST", self.endpoint())
            .setting("_PORT", text(self.port.get().to_string()))
            .setting("_TLS", text("true"));
        self.auth.admit(self.nodes, who, granted)
    }
}

impl<'a> Connect<'a> for Cache<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Builder<'a> {
    fn new(engine: Engine, node: Said<Input<NodeType>>) -> Self {
        let auth = Said { value: Auth::Token, at: node.at };
        Self {
            engine,
            node,
            description: None,
            replicas: None,
            shards: None,
            several_zones: None,
            port: None,
            auth,
            parameters: Vec::new(),
            snapshots: None,
            no_snapshots: false,
            snapshot_window: None,
            maintenance_window: None,
            restored: None,
            key: None,
            topic: None,
            slow_log: true,
            engine_log: None,
            log_retention: None,
            minor_upgrades: true,
            data_tiering: None,
            snapshot_on_removal: None,
            group: None,
            identifier: None,
            subnet_group_name: None,
            secret_name: None,
            begun: Begun::default(),
        }
    }

    /// Says for people what the cache is for.
    pub fn description(mut self, description: impl IntoInput<String>) -> Self {
        self.description = Some(output(description));
        self
    }

    /// Puts it into a security group that is there already, in place of one of its own: such as one that stands with the
    /// network, so that connections are rules there and the stacks of who connects do not wait for each other. `Connect`
    /// answers with it. Whoever reaches another thing in the group then reaches the cache as well.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Cache, Connect, SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// let stack = app.stack("network");
    /// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// let tasks = SecurityGroup::new(stack.scope("Tasks"), &network, "tasks");
    /// let caches = SecurityGroup::new(stack.scope("Caches"), &network, "caches");
    /// let sessions = Cache::valkey("8.2", "cache.t4g.small")
    ///     .security_group(&caches)
    ///     .build(app.stack("data").scope("Sessions"), &network);
    /// tasks.allow_to(&sessions, sessions.port()); // two rules in the stack `network`
    /// ```
    #[track_caller]
    pub fn security_group(mut self, group: &SecurityGroup<'a>) -> Self {
        self.group = Some(Said::new(group.clone()));
        self
    }

    /// Names the replication group, which is a part of its endpoint; CloudFormation names it unless said. ElastiCache writes
    /// the name in lower case: up to 40 letters, digits and single hyphens, beginning with a letter.
    ///
    /// No other cache of the account has the name in the Region, so that CloudFormation cannot put a new one in place of
    /// a named one: a change that replaces the cache fails until another name is said along with it.
    // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticache-replicationgroup.html,
    // `ReplicationGroupId`
    #[track_caller]
    pub fn identifier(mut self, name: impl IntoInput<String>) -> Self {
        let name = name.into_input();
        self.begun.nodes = Some(elasticache::ReplicationGroup::builder().replication_group_id(name.clone()));
        self.identifier = Some(Said::new(name));
        self
    }

    /// Names the subnet group; CloudFormation names it unless said. A change replaces the group, which ElastiCache refuses as
    /// long as the cache is in it.
    #[track_caller]
    pub fn subnet_group_name(mut self, name: impl IntoInput<String>) -> Self {
        let name = name.into_input();
        self.begun.subnets = Some(elasticache::SubnetGroup::builder().cache_subnet_group_name(name.clone()));
        self.subnet_group_name = Some(Said::new(name));
        self
    }

    /// Names the secret that holds the password, such as `shop/cache`; CloudFormation names it unless said. A change makes
    /// another secret with another password.
    #[track_caller]
    pub fn secret_name(mut self, name: impl IntoInput<String>) -> Self {
        let name = name.into_input();
        self.begun.secret = Some(secretsmanager::Secret::builder().name(name.clone()));
        self.secret_name = Some(Said::new(name));
        self
    }

    /// Sets how many replicas the primary has, or the primary of each shard: 0 to 5. Unless said, one in production and
    /// wherever there are [`shards`](Self::shards), and none elsewhere. A replica takes over when the primary is lost.
    ///
    /// With shards a change may replace the cache, and what it holds is gone.
    #[track_caller]
    pub fn replicas(mut self, replicas: u16) -> Self {
        self.replicas = Some(Said::new(replicas));
        self
    }

    /// Divides the keys among so many shards: "cluster mode". Clients have to know how to ask a cluster. The number
    /// can be changed while the cache runs, but a cache cannot become one with shards or cease to be one.
    ///
    /// Each shard has a replica, outside production as well: one without is made, and then refuses every further change.
    #[track_caller]
    pub fn shards(mut self, shards: u16) -> Self {
        self.shards = Some(Said::new(shards));
        self
    }

    /// Puts replicas in other zones than their primary, with one replica at least. That is so in production, and
    /// wherever there are replicas, unless said otherwise.
    #[track_caller]
    pub fn multi_az(mut self) -> Self {
        self.several_zones = Some(Said::new(true));
        self
    }

    /// Lets all nodes stand in one zone: a replica still takes over when its primary is lost, but not when the zone is.
    #[track_caller]
    pub fn single_zone(mut self) -> Self {
        self.several_zones = Some(Said::new(false));
        self
    }

    /// Listens on another port than 6379. A change replaces the cache, and what it holds is gone.
    pub fn port(mut self, port: impl Into<Port>) -> Self {
        self.port = Some(port.into());
        self
    }

    /// Lets clients in by their IAM role instead of a password, which nobody then has to keep or to change. The client
    /// has to sign tokens, as AWS's libraries show. Needs Valkey, or Redis OSS 7.
    ///
    /// Said of a cache that runs with a password, it may replace it, and what it holds is gone; so does taking it back.
    #[track_caller]
    pub fn iam_authentication(mut self) -> Self {
        self.auth = Said::new(Auth::Iam);
        self
    }

    /// Lets in whoever reaches the cache, without a password: security groups alone decide. Said of a cache that runs
    /// with one, it may replace it, and what it holds is gone; so does taking it back.
    #[track_caller]
    pub fn without_password(mut self) -> Self {
        self.auth = Said::new(Auth::Open);
        self
    }

    /// Sets a parameter of the engine, such as `maxmemory-policy` to `allkeys-lru`, in a parameter group of the
    /// engine's family.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value));
        self
    }

    /// Takes a snapshot every day and keeps it for so long: 1 to 35 days. Unless said, a week in production and a day
    /// elsewhere.
    #[track_caller]
    pub fn snapshots(mut self, keep: impl Into<Duration>) -> Self {
        self.snapshots = Some(Said::new(keep.into()));
        self.no_snapshots = false;
        self
    }

    /// Takes no snapshots: what the cache holds can be had again from elsewhere.
    pub fn without_snapshots(mut self) -> Self {
        self.snapshots = None;
        self.no_snapshots = true;
        self
    }

    /// Sets when snapshots are taken: an hour at least.
    #[track_caller]
    pub fn snapshot_window(mut self, window: Window) -> Self {
        self.snapshot_window = Some(Said::new(window));
        self
    }

    /// Sets when AWS may work on the nodes: on a day of the week, an hour at least.
    #[track_caller]
    pub fn maintenance_window(mut self, day: Weekday, window: Window) -> Self {
        self.maintenance_window = Some(Said::new((day, window)));
        self
    }

    /// Begins with what a snapshot holds, by its name. Another one replaces the cache, and so does one that is said of a
    /// cache that runs; leave it said afterwards.
    pub fn restore_from(mut self, snapshot: impl IntoInput<String>) -> Self {
        self.restored = Some(snapshot.into_input());
        self
    }

    /// Encrypts what is kept, and the password, with a key of your own instead of those of AWS. A change, also from or to
    /// those of AWS, replaces the cache, and what it holds is gone.
    pub fn encrypted_with(mut self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        self.key = Some(output(key));
        self
    }

    /// Tells a topic of what happens to the cache, such as a failover.
    pub fn notifications(mut self, topic: impl IntoInput<Arn<sns::Topic>>) -> Self {
        self.topic = Some(topic.into_input());
        self
    }

    /// Does not log slow commands.
    pub fn without_slow_log(mut self) -> Self {
        self.slow_log = false;
        self
    }

    /// Logs what the engine has to say of itself, too. Needs Valkey, or Redis OSS 6.2.
    #[track_caller]
    pub fn engine_log(mut self) -> Self {
        self.engine_log = Some(Said::new(()));
        self
    }

    /// Sets how long logs are kept; 30 days unless said.
    pub fn log_retention(mut self, keep: impl IntoInput<LogRetention>) -> Self {
        self.log_retention = Some(keep.into_input());
        self
    }

    /// Stays at its minor version until somebody changes it: fixes of the engine are not taken up.
    pub fn without_minor_upgrades(mut self) -> Self {
        self.minor_upgrades = false;
        self
    }

    /// Moves what is seldom asked for from memory to disks: on nodes of `cache.r6gd`, which have such. There is no such
    /// node without it, so that it needs to be said only where the nodes are known at deployment. A change from such nodes
    /// to others, or back, replaces the cache, and what it holds is gone.
    #[track_caller]
    pub fn data_tiering(mut self) -> Self {
        self.data_tiering = Some(Said::new(()));
        self
    }

    /// Takes a snapshot before the cache is removed or replaced, as in production.
    pub fn snapshot_on_removal(mut self) -> Self {
        self.snapshot_on_removal = Some(true);
        self
    }

    /// Keeps nothing when the cache is removed or replaced, also in production.
    pub fn keep_nothing(mut self) -> Self {
        self.snapshot_on_removal = Some(false);
        self
    }
}

/// The ARN of a replication group, which CloudFormation does not have.
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticache.html
fn arn_of(group: elasticache::ReplicationGroup) -> Output<String> {
    arn_here("elasticache", interpolate!("replicationgroup:{}", group.replication_group_id()))
}
