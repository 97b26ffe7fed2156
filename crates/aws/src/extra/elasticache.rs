//! Types of nodes, and engines with their versions.

use formwork_core::Set;

use crate::types::{self, service};

/// A node type of ElastiCache, such as `cache.t4g.small`; see [`types::Class`].
pub type NodeType = types::Class<service::ElastiCache>;

/// An engine of ElastiCache with its version, such as `valkey` 8.2; see [`types::Engine`].
pub type Engine = types::Engine<service::ElastiCache>;

impl<D> crate::elasticache::replication_group::Builder<D> {
    /// Runs an engine: sets `Engine` and `EngineVersion`.
    ///
    /// ```
    /// use formwork_aws::elasticache::{Engine, ReplicationGroup};
    ///
    /// let cache = ReplicationGroup::builder().runs(Engine::valkey("8.2")).cache_node_type("cache.t4g.small");
    /// ```
    #[track_caller]
    pub fn runs(self, engine: Engine) -> Self {
        self.engine(engine.name()).engine_version(engine.version_input())
    }
}

impl<T, E, N> crate::elasticache::cache_cluster::Builder<T, E, N> {
    /// Runs an engine: sets `Engine`, which is required, and `EngineVersion`.
    ///
    /// ```
    /// use formwork_aws::elasticache::{CacheCluster, Engine};
    ///
    /// let cache = CacheCluster::builder().runs(Engine::memcached("1.6.22")).num_cache_nodes(2);
    /// ```
    #[track_caller]
    pub fn runs(self, engine: Engine) -> crate::elasticache::cache_cluster::Builder<T, Set, N> {
        self.engine(engine.name()).engine_version(engine.version_input())
    }
}
