//! What CloudWatch knows of databases.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html and
// docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html

use formwork_core::Output;

use super::{Aurora, Database, Instance, builder};
use crate::{Metric, Stat};

/// What a metric is of: the dimension and its value.
pub trait Measured {
    /// The dimension that tells one database from another.
    fn dimension(&self) -> (&'static str, Output<String>);
}

impl Measured for super::instance::Made {
    fn dimension(&self) -> (&'static str, Output<String>) {
        ("DBInstanceIdentifier", self.instance.db_instance_identifier().cast())
    }
}

impl Measured for super::aurora::Made {
    fn dimension(&self) -> (&'static str, Output<String>) {
        ("DBClusterIdentifier", self.cluster.db_cluster_identifier().cast())
    }
}

impl<K: builder::Kind<Made: Measured>> Database<'_, K> {
    /// Any metric of the namespace `AWS/RDS` of the instance or the cluster.
    pub fn metric(&self, name: impl Into<String>) -> Metric {
        let (dimension, value) = self.own.dimension();
        Metric::new("AWS/RDS", name).dimension(dimension, value)
    }

    /// How busy the processors are, in percent.
    pub fn cpu_utilization(&self) -> Metric {
        self.metric("CPUUtilization")
    }

    /// How many connections there are.
    pub fn connections(&self) -> Metric {
        self.metric("DatabaseConnections")
    }

    /// How much memory is free, in bytes.
    pub fn freeable_memory(&self) -> Metric {
        self.metric("FreeableMemory").stat(Stat::Minimum)
    }

    /// How long reading from storage takes, in seconds.
    pub fn read_latency(&self) -> Metric {
        self.metric("ReadLatency")
    }

    /// How long writing to storage takes, in seconds.
    pub fn write_latency(&self) -> Metric {
        self.metric("WriteLatency")
    }
}

impl Database<'_, Instance> {
    /// How much storage is free, in bytes.
    pub fn free_storage(&self) -> Metric {
        self.metric("FreeStorageSpace").stat(Stat::Minimum)
    }

    /// How far a replica is behind, in seconds.
    pub fn replica_lag(&self) -> Metric {
        self.metric("ReplicaLag").stat(Stat::Maximum)
    }

    /// How many requests wait for the storage.
    pub fn disk_queue_depth(&self) -> Metric {
        self.metric("DiskQueueDepth")
    }
}

impl Database<'_, Aurora> {
    /// How far the readers are behind, in milliseconds.
    pub fn replica_lag(&self) -> Metric {
        self.metric("AuroraReplicaLag").stat(Stat::Maximum)
    }

    /// How far a copy in another Region is behind, in milliseconds.
    pub fn global_lag(&self) -> Metric {
        self.metric("AuroraGlobalDBReplicationLag").stat(Stat::Maximum)
    }

    /// How many units of capacity the serverless instances have.
    pub fn capacity(&self) -> Metric {
        self.metric("ServerlessDatabaseCapacity")
    }

    /// How much of the greatest capacity is used, in percent.
    pub fn capacity_utilization(&self) -> Metric {
        self.metric("ACUUtilization")
    }

    /// How many transactions wait for each other for ever, a second.
    pub fn deadlocks(&self) -> Metric {
        self.metric("Deadlocks")
    }
}
