//! What metrics count in.

/// What a metric counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricUnit {
    /// Percent: 80 is four fifths.
    Percent,
    /// How many there are.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Days.
    Days,
}

impl MetricUnit {
    /// What a metric of AWS counts in, where that is known.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html,
    // AmazonRDS/latest/UserGuide/rds-metrics.html, AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html,
    // AmazonElastiCache/latest/dg/CacheMetrics.Redis.html,
    // elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html,
    // AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
    // AmazonS3/latest/userguide/metrics-dimensions.html, acm/latest/userguide/cloudwatch-metrics.html
    pub(crate) fn of(namespace: &str, name: &str) -> Option<Self> {
        let unit = match (namespace, name) {
            ("ECS/ContainerInsights", "RunningTaskCount" | "DesiredTaskCount" | "PendingTaskCount") => {
                Self::Count
            }
            (space, _) if !space.starts_with("AWS/") => return None,
            (_, "DatabaseMemoryUsagePercentage") => Self::Percent,
            (_, name) if name.ends_with("Utilization") => Self::Percent,
            ("AWS/RDS", "FreeStorageSpace" | "FreeableMemory" | "SwapUsage" | "FreeLocalStorage") => {
                Self::Bytes
            }
            (_, "BucketSizeBytes") => Self::Bytes,
            ("AWS/RDS", "ReadLatency" | "WriteLatency" | "ReplicaLag") => Self::Seconds,
            (_, "TargetResponseTime" | "ApproximateAgeOfOldestMessage" | "ReplicationLag") => Self::Seconds,
            (_, "AuroraReplicaLag" | "AuroraGlobalDBReplicationLag") => Self::Milliseconds,
            ("AWS/Lambda", "Duration") | ("AWS/ApiGateway", "Latency" | "IntegrationLatency") => {
                Self::Milliseconds
            }
            (_, "DaysToExpiry") => Self::Days,
            ("AWS/RDS" | "AWS/ElastiCache", "DatabaseConnections" | "CurrConnections" | "NewConnections") => {
                Self::Count
            }
            ("AWS/ElastiCache", "Evictions" | "CacheHits" | "CacheMisses" | "AuthenticationFailures") => {
                Self::Count
            }
            (_, name) if name.ends_with("Count") || name.starts_with("HTTPCode_") => Self::Count,
            ("AWS/ApplicationELB", "RequestCountPerTarget") | ("AWS/S3", "NumberOfObjects") => Self::Count,
            ("AWS/SQS", name) if name.starts_with("Number") || name.starts_with("Approximate") => Self::Count,
            _ => return None,
        };
        Some(unit)
    }
}
