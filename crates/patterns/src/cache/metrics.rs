//! Metrics of the nodes of a cache.

use formwork_core::{Output, interpolate};

use super::Cache;
use crate::{Metric, Stat};

/// A node of a [`Cache`], whose metrics CloudWatch has.
#[derive(Clone)]
pub struct Node {
    id: Output<String>,
}

impl Cache<'_> {
    /// All nodes, shard by shard; which of a shard is the primary changes with every failover.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Cache, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("data");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// let cache = Cache::valkey("8.2", "cache.r7g.large").replicas(1).build(stack.scope("Cache"), &network);
    /// for (number, node) in cache.nodes().iter().enumerate() {
    ///     let busy = node.engine_cpu_utilization().above(80).evaluation_periods(5);
    ///     stack.add(format!("Busy{number}"), busy.alarm_description("a node of the cache is busy"));
    /// }
    /// ```
    pub fn nodes(&self) -> Vec<Node> {
        let group = self.nodes.replication_group_id();
        let of_shard = |shard: String| {
            let group = group.clone();
            (1..=self.replicas.saturating_add(1))
                .map(move |node| Node { id: interpolate!("{group}-{shard}{}", format!("{node:03}")) })
        };
        // docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
        match self.shards {
            None => of_shard(String::new()).collect(),
            Some(shards) => (1..=shards).flat_map(|shard| of_shard(format!("{shard:04}-"))).collect(),
        }
    }

    fn first(&self) -> Node {
        let group = self.nodes.replication_group_id();
        let shard = if self.shards.is_some() { "0001-" } else { "" };
        Node { id: interpolate!("{group}-{shard}001") }
    }
}

impl Node {
    /// What ElastiCache calls it: `CacheClusterId`.
    pub fn id(&self) -> Output<String> {
        self.id.clone()
    }

    fn metric(&self, name: &str, stat: Stat) -> Metric {
        Metric::new("AWS/ElastiCache", name).dimension("CacheClusterId", self.id.clone()).stat(stat)
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $method:ident = $name:literal $stat:ident;)*) => {
        impl Node {
            $($(#[$doc])*
            pub fn $method(&self) -> Metric {
                self.metric($name, Stat::$stat)
            })*
        }

        /// Metrics of the first node, which is the primary until a failover; [`nodes`](Cache::nodes) has those of all.
        impl Cache<'_> {
            $($(#[$doc])*
            pub fn $method(&self) -> Metric {
                self.first().$method()
            })*
        }
    };
}

// docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
metrics! {
    /// How busy the node's processors are, in percent: to be watched on nodes with one or two of them.
    cpu_utilization = "CPUUtilization" Average;
    /// How busy the one thread is that does the work of the engine, in percent.
    engine_cpu_utilization = "EngineCPUUtilization" Average;
    /// How much of the memory is in use, in percent; at 100 keys are evicted, or writing fails.
    memory_utilization = "DatabaseMemoryUsagePercentage" Average;
    /// How many keys were removed for want of memory.
    evictions = "Evictions" Sum;
    /// How many clients are connected.
    connections = "CurrConnections" Maximum;
    /// How many connections were made.
    new_connections = "NewConnections" Sum;
    /// How often a key that was asked for was there.
    hits = "CacheHits" Sum;
    /// How often a key that was asked for was not there.
    misses = "CacheMisses" Sum;
    /// How often clients came with a wrong password, or none.
    authentication_failures = "AuthenticationFailures" Sum;
}

impl Node {
    /// How many seconds a replica is behind its primary; there is none of a primary.
    pub fn replication_lag(&self) -> Metric {
        self.metric("ReplicationLag", Stat::Maximum)
    }
}
