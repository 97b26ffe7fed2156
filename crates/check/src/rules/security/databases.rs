//! Databases, caches, warehouses, search, streams, and what moves data between them.

use std::collections::HashSet;

use super::table::{Must, demand};
use crate::{
    context::{Context, Piece, Resource},
    rule::{Rule, Run, Says, rule},
};

pub(in crate::rules) const RULES: &[Rule] = &[
    demand! {"FW2101", Warning, "keeps its data unencrypted", [
        ("AWS::RDS::DBInstance", "StorageEncrypted", Must::True, ["FSBP RDS.3", "CIS 2.3.1"], when original),
        ("AWS::RDS::DBCluster", "StorageEncrypted", Must::True, ["FSBP RDS.27"], when not_aurora,
            when original),
        ("AWS::RDS::DBCluster", "StorageEncrypted", Must::TrueOrAbsent, ["FSBP RDS.27"], when aurora,
            when original),
        ("AWS::DocDB::DBCluster", "StorageEncrypted", Must::True, ["FSBP DocumentDB.1"], when original),
        ("AWS::Neptune::DBCluster", "StorageEncrypted", Must::True, ["FSBP Neptune.1"], when original),
        ("AWS::Redshift::Cluster", "Encrypted", Must::TrueOrAbsent, ["FSBP Redshift.10"]),
        ("AWS::DAX::Cluster", "SSESpecification.SSEEnabled", Must::True, ["FSBP DynamoDB.3"]),
        ("AWS::ElastiCache::ReplicationGroup", "AtRestEncryptionEnabled", Must::True, ["FSBP ElastiCache.4"],
            when not_valkey),
        ("AWS::ElastiCache::ReplicationGroup", "AtRestEncryptionEnabled", Must::TrueOrAbsent,
            ["FSBP ElastiCache.4"], when valkey),
        ("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.Enabled", Must::True,
            ["FSBP Opensearch.1"]),
        ("AWS::Elasticsearch::Domain", "EncryptionAtRestOptions.Enabled", Must::True, ["FSBP ES.1"]),
        ("AWS::EFS::FileSystem", "Encrypted", Must::True, ["FSBP EFS.1", "FSBP EFS.8", "CIS 2.4.1"]),
    ]},
    demand! {"FW2102", Warning, "can be reached from the internet", [
        ("AWS::RDS::DBInstance", "PubliclyAccessible", Must::FalseOrAbsent, ["FSBP RDS.2", "CIS 2.3.3"]),
        ("AWS::Redshift::Cluster", "PubliclyAccessible", Must::FalseOrAbsent, ["FSBP Redshift.1"]),
        ("AWS::RedshiftServerless::Workgroup", "PubliclyAccessible", Must::FalseOrAbsent,
            ["FSBP RedshiftServerless.3"]),
        ("AWS::DMS::ReplicationInstance", "PubliclyAccessible", Must::False, ["FSBP DMS.1"]),
        ("AWS::MSK::Cluster", "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
            Must::NoneOf(&["SERVICE_PROVIDED_EIPS"]), ["FSBP MSK.4"]),
    ]},
    demand! {"FW2103", Warning, "is not in a VPC, but has an address on the internet", [
        ("AWS::OpenSearchService::Domain", "VPCOptions", Must::Set, ["FSBP Opensearch.2"]),
        ("AWS::Elasticsearch::Domain", "VPCOptions", Must::Set, ["FSBP ES.2"]),
    ]},
    demand! {"FW2104", Warning, "can be deleted by one request", [
        ("AWS::RDS::DBInstance", "DeletionProtection", Must::True, ["FSBP RDS.8"], when on_its_own),
        ("AWS::RDS::DBCluster", "DeletionProtection", Must::True, ["FSBP RDS.7"]),
        ("AWS::DocDB::DBCluster", "DeletionProtection", Must::True, ["FSBP DocumentDB.5"]),
        ("AWS::Neptune::DBCluster", "DeletionProtection", Must::True, ["FSBP Neptune.4"]),
        ("AWS::DynamoDB::Table", "DeletionProtectionEnabled", Must::True, ["FSBP DynamoDB.6"]),
        ("AWS::DynamoDB::GlobalTable", "Replicas[].DeletionProtectionEnabled", Must::True,
            ["FSBP DynamoDB.6"]),
    ]},
    demand! {"FW2105", Warning, "keeps its backups too short a time", [
        ("AWS::RDS::DBInstance", "BackupRetentionPeriod", Must::AtLeast(7), ["FSBP RDS.11"], when on_its_own),
        ("AWS::RDS::DBCluster", "BackupRetentionPeriod", Must::AtLeast(7), ["FSBP RDS.50"]),
        ("AWS::DocDB::DBCluster", "BackupRetentionPeriod", Must::AtLeast(7), ["FSBP DocumentDB.2"]),
        ("AWS::Neptune::DBCluster", "BackupRetentionPeriod", Must::AtLeast(7), ["FSBP Neptune.5"]),
        ("AWS::Redshift::Cluster", "AutomatedSnapshotRetentionPeriod", Must::AtLeast(7), ["FSBP Redshift.3"]),
        ("AWS::ElastiCache::ReplicationGroup", "SnapshotRetentionLimit", Must::AtLeast(1),
            ["FSBP ElastiCache.1"]),
    ]},
    demand! {"FW2106", Warning, "cannot be restored to the minute before a mistake", [
        ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", Must::True,
            ["FSBP DynamoDB.2"]),
        ("AWS::DynamoDB::GlobalTable",
            "Replicas[].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", Must::True,
            ["FSBP DynamoDB.2"]),
    ]},
    demand! {"FW2107", Warning, "has nothing to go on with when its zone fails", [
        ("AWS::RDS::DBInstance", "MultiAZ", Must::True, ["FSBP RDS.5"], when on_its_own),
        ("AWS::ElastiCache::ReplicationGroup", "AutomaticFailoverEnabled", Must::True,
            ["FSBP ElastiCache.3"]),
        ("AWS::DMS::ReplicationInstance", "MultiAZ", Must::True, ["FSBP DMS.13"]),
        ("AWS::Redshift::Cluster", "MultiAZ", Must::True, ["FSBP Redshift.18"], when ra3),
        ("AWS::FSx::FileSystem", "OpenZFSConfiguration?.DeploymentType", Must::OneOf(&["MULTI_AZ_1"]),
            ["FSBP FSx.3"]),
        ("AWS::FSx::FileSystem", "OntapConfiguration?.DeploymentType",
            Must::OneOf(&["MULTI_AZ_1", "MULTI_AZ_2"]), ["FSBP FSx.4"]),
        ("AWS::FSx::FileSystem", "WindowsConfiguration?.DeploymentType", Must::OneOf(&["MULTI_AZ_1"]),
            ["FSBP FSx.5"]),
    ]},
    rule!("FW2108", Warning, Run::Resource(&["AWS::RDS::DBCluster"], one_instance), serves["FSBP RDS.15"]),
    demand! {"FW2109", Warning, "does not outlive the loss of a node or a zone", [
        ("AWS::OpenSearchService::Domain", "ClusterConfig.InstanceCount", Must::AtLeast(3),
            ["FSBP Opensearch.6"]),
        ("AWS::OpenSearchService::Domain", "ClusterConfig.ZoneAwarenessEnabled", Must::True,
            ["FSBP Opensearch.6"]),
        ("AWS::Elasticsearch::Domain", "ElasticsearchClusterConfig.InstanceCount", Must::AtLeast(3),
            ["FSBP ES.6"]),
        ("AWS::Elasticsearch::Domain", "ElasticsearchClusterConfig.ZoneAwarenessEnabled", Must::True,
            ["FSBP ES.6"]),
        ("AWS::Elasticsearch::Domain", "ElasticsearchClusterConfig.DedicatedMasterCount", Must::AtLeast(3),
            ["FSBP ES.7"]),
    ]},
    demand! {"FW2110", Warning, "does not take up fixes of its engine", [
        ("AWS::RDS::DBInstance", "AutoMinorVersionUpgrade", Must::TrueOrAbsent, ["FSBP RDS.13", "CIS 2.3.2"]),
        ("AWS::RDS::DBCluster", "AutoMinorVersionUpgrade", Must::TrueOrAbsent, ["FSBP RDS.35"]),
        ("AWS::ElastiCache::ReplicationGroup", "AutoMinorVersionUpgrade", Must::TrueOrAbsent,
            ["FSBP ElastiCache.2"]),
        ("AWS::ElastiCache::CacheCluster", "AutoMinorVersionUpgrade", Must::TrueOrAbsent,
            ["FSBP ElastiCache.2"]),
        ("AWS::DMS::ReplicationInstance", "AutoMinorVersionUpgrade", Must::TrueOrAbsent, ["FSBP DMS.6"]),
        ("AWS::Redshift::Cluster", "AllowVersionUpgrade", Must::TrueOrAbsent, ["FSBP Redshift.6"]),
    ]},
    demand! {"FW2111", Note, "knows its users by passwords only", [
        ("AWS::RDS::DBInstance", "EnableIAMDatabaseAuthentication", Must::True, ["FSBP RDS.10"],
            when on_its_own, when open_source),
        ("AWS::RDS::DBCluster", "EnableIAMDatabaseAuthentication", Must::True, ["FSBP RDS.12"]),
        ("AWS::Neptune::DBCluster", "IamAuthEnabled", Must::True, ["FSBP Neptune.7"]),
        ("AWS::DMS::Endpoint", "NeptuneSettings.IamAuthEnabled", Must::True, ["FSBP DMS.10"], when neptune),
    ]},
    demand! {"FW2112", Note, "keeps its logs to itself", [
        ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", Must::Has(&["postgresql"]),
            ["FSBP RDS.9", "FSBP RDS.36"], when on_its_own, when postgres),
        ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", Must::Has(&["agent", "error"]),
            ["FSBP RDS.9", "FSBP RDS.40"], when sql_server),
        ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", Must::Has(&["audit", "error"]),
            ["FSBP RDS.9", "FSBP RDS.42"], when mariadb),
        ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", Must::Set, ["FSBP RDS.9"], when on_its_own,
            when mysql_or_oracle),
        ("AWS::RDS::DBCluster", "EnableCloudwatchLogsExports", Must::Has(&["audit"]), ["FSBP RDS.34"],
            when aurora_mysql),
        ("AWS::RDS::DBCluster", "EnableCloudwatchLogsExports", Must::Has(&["postgresql"]), ["FSBP RDS.37"],
            when aurora_postgresql),
        ("AWS::DocDB::DBCluster", "EnableCloudwatchLogsExports", Must::Has(&["audit"]),
            ["FSBP DocumentDB.4"]),
        ("AWS::Neptune::DBCluster", "EnableCloudwatchLogsExports", Must::Has(&["audit"]), ["FSBP Neptune.2"]),
        ("AWS::Redshift::Cluster", "LoggingProperties", Must::Set, ["FSBP Redshift.4"]),
        ("AWS::RedshiftServerless::Namespace", "LogExports", Must::Has(&["connectionlog", "userlog"]),
            ["FSBP RedshiftServerless.6"]),
        ("AWS::KafkaConnect::Connector", "LogDelivery", Must::Set, ["FSBP MSK.5"]),
    ]},
    demand! {"FW2113", Warning, "does not publish a log that shows errors, or who did what", [
        ("AWS::OpenSearchService::Domain", "LogPublishingOptions.ES_APPLICATION_LOGS.Enabled", Must::True,
            ["FSBP Opensearch.4"]),
        ("AWS::OpenSearchService::Domain", "LogPublishingOptions.AUDIT_LOGS.Enabled", Must::True,
            ["FSBP Opensearch.5"]),
        ("AWS::Elasticsearch::Domain", "LogPublishingOptions.ES_APPLICATION_LOGS.Enabled", Must::True,
            ["FSBP ES.4"]),
        ("AWS::Elasticsearch::Domain", "LogPublishingOptions.AUDIT_LOGS.Enabled", Must::True, ["FSBP ES.5"]),
    ]},
    rule!("FW2114", Warning, Run::Resource(&["AWS::DMS::ReplicationTask"], task_logging),
        serves ["FSBP DMS.7", "FSBP DMS.8"]),
    demand! {"FW2115", Note, "is watched from outside only", [
        ("AWS::RDS::DBInstance", "MonitoringInterval", Must::AtLeast(1), ["FSBP RDS.6"]),
    ]},
    demand! {"FW2116", Note, "makes copies that lack its tags", [
        ("AWS::RDS::DBInstance", "CopyTagsToSnapshot", Must::True, ["FSBP RDS.17"], when on_its_own),
        ("AWS::RDS::DBCluster", "CopyTagsToSnapshot", Must::True, ["FSBP RDS.16"], when aurora),
        ("AWS::RDS::DBCluster", "CopyTagsToSnapshot", Must::True, ["FSBP RDS.47"], when postgres),
        ("AWS::RDS::DBCluster", "CopyTagsToSnapshot", Must::True, ["FSBP RDS.48"], when mysql),
        ("AWS::Neptune::DBCluster", "CopyTagsToSnapshot", Must::True, ["FSBP Neptune.8"]),
        ("AWS::FSx::FileSystem", "OpenZFSConfiguration?.CopyTagsToBackups", Must::True, ["FSBP FSx.1"]),
        ("AWS::FSx::FileSystem", "OpenZFSConfiguration?.CopyTagsToVolumes", Must::True, ["FSBP FSx.1"]),
        ("AWS::FSx::FileSystem", "LustreConfiguration?.CopyTagsToBackups", Must::True, ["FSBP FSx.2"],
            when persistent),
    ]},
    demand! {"FW2117", Note, "listens on the port that everybody tries first",
        help "choose a port that is not the default of its engine", [
        ("AWS::RDS::DBInstance", "Port", Must::OtherThan(&["3306"]), ["FSBP RDS.23"], when on_its_own,
            when mysql_or_mariadb),
        ("AWS::RDS::DBInstance", "Port", Must::OtherThan(&["5432"]), ["FSBP RDS.23"], when on_its_own,
            when postgres),
        ("AWS::RDS::DBInstance", "Port", Must::OtherThan(&["1521"]), ["FSBP RDS.23"], when oracle),
        ("AWS::RDS::DBInstance", "Port", Must::OtherThan(&["1433"]), ["FSBP RDS.23"], when sql_server),
        ("AWS::RDS::DBCluster", "Port", Must::OtherThan(&["3306"]), ["FSBP RDS.23"], when aurora_mysql),
        ("AWS::RDS::DBCluster", "Port", Must::OtherThan(&["5432"]), ["FSBP RDS.23"], when aurora_postgresql),
    ]},
    demand! {"FW2118", Warning, "has an administrator whose name is known",
        help "choose a name that cannot be guessed", [
        ("AWS::RDS::DBInstance", "MasterUsername", Must::NoneOf(&["admin", "postgres"]), ["FSBP RDS.25"],
            when on_its_own),
        ("AWS::RDS::DBCluster", "MasterUsername", Must::NoneOf(&["admin", "postgres"]), ["FSBP RDS.24"]),
        ("AWS::Redshift::Cluster", "MasterUsername", Must::NoneOf(&["awsuser"]), ["FSBP Redshift.8"]),
        ("AWS::RedshiftServerless::Namespace", "AdminUsername", Must::NoneOf(&["admin"]),
            ["FSBP RedshiftServerless.5"]),
    ]},
    demand! {"FW2119", Note, "does not speak of all that is critical", [
        ("AWS::RDS::EventSubscription", "EventCategories?", Must::Has(&["maintenance", "failure"]),
            ["FSBP RDS.19"], when of_clusters),
        ("AWS::RDS::EventSubscription", "EventCategories?",
            Must::Has(&["maintenance", "configuration change", "failure"]), ["FSBP RDS.20"],
            when of_instances),
        ("AWS::RDS::EventSubscription", "EventCategories?", Must::Has(&["configuration change"]),
            ["FSBP RDS.21"], when of_parameter_groups),
        ("AWS::RDS::EventSubscription", "EventCategories?", Must::Has(&["configuration change", "failure"]),
            ["FSBP RDS.22"], when of_security_groups),
    ]},
    demand! {"FW2120", Warning, "cannot be turned back to an earlier time in place",
        help "backtracking can only be turned on when the cluster is made", [
        ("AWS::RDS::DBCluster", "BacktrackWindow", Must::AtLeast(1), ["FSBP RDS.14"], when can_backtrack),
    ]},
    demand! {"FW2121", Warning, "lets its clients connect without TLS", [
        ("AWS::RDS::DBParameterGroup", "Parameters.{rds.force_ssl}", Must::OneOf(&["1"]), ["FSBP RDS.41"],
            when family_of_sql_server),
        ("AWS::RDS::DBParameterGroup", "Parameters.require_secure_transport", Must::OneOf(&["1", "ON"]),
            ["FSBP RDS.44"], when family_of_mariadb),
        ("AWS::RDS::DBProxy", "RequireTLS", Must::True, ["FSBP RDS.43"]),
        ("AWS::DocDB::DBClusterParameterGroup", "Parameters.tls", Must::NoneOf(&["disabled"]),
            ["FSBP DocumentDB.6"]),
        ("AWS::Redshift::ClusterParameterGroup", "Parameters{ParameterName=require_ssl}.ParameterValue",
            Must::OneOf(&["true"]), ["FSBP Redshift.2"], when first_family),
        ("AWS::Redshift::ClusterParameterGroup", "Parameters{ParameterName=require_ssl}.ParameterValue",
            Must::NoneOf(&["false"]), ["FSBP Redshift.2"], when later_family),
        ("AWS::RedshiftServerless::Workgroup", "ConfigParameters{ParameterKey=require_ssl}.ParameterValue",
            Must::NoneOf(&["false"]), ["FSBP RedshiftServerless.2"]),
        ("AWS::ElastiCache::ReplicationGroup", "TransitEncryptionEnabled", Must::True,
            ["FSBP ElastiCache.5"], when no_global_group),
        ("AWS::DAX::Cluster", "ClusterEndpointEncryptionType", Must::OneOf(&["TLS"]), ["FSBP DynamoDB.7"]),
        ("AWS::KafkaConnect::Connector", "KafkaClusterEncryptionInTransit.EncryptionType",
            Must::OneOf(&["TLS"]), ["FSBP MSK.3"]),
        ("AWS::DMS::Endpoint", "SslMode", Must::OtherThan(&["none"]), ["FSBP DMS.9"], when has_ssl_mode),
        ("AWS::DMS::Endpoint", "RedisSettings.SslSecurityProtocol", Must::NoneOf(&["plaintext"]),
            ["FSBP DMS.12"], when redis),
    ]},
    demand! {"FW2122", Warning, "sends data between its nodes in the clear", [
        ("AWS::OpenSearchService::Domain", "NodeToNodeEncryptionOptions.Enabled", Must::True,
            ["FSBP Opensearch.3"]),
        ("AWS::Elasticsearch::Domain", "NodeToNodeEncryptionOptions.Enabled", Must::True, ["FSBP ES.3"]),
        ("AWS::MSK::Cluster", "EncryptionInfo.EncryptionInTransit.InCluster", Must::TrueOrAbsent,
            ["FSBP MSK.1"]),
    ]},
    demand! {"FW2123", Warning, "can be spoken to without TLS, or by outdated versions of it", [
        ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.EnforceHTTPS", Must::True,
            ["FSBP Opensearch.8"]),
        ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.TLSSecurityPolicy",
            Must::OneOf(SEARCH_POLICIES), ["FSBP Opensearch.8"]),
        ("AWS::Elasticsearch::Domain", "DomainEndpointOptions.EnforceHTTPS", Must::True, ["FSBP ES.8"]),
        ("AWS::Elasticsearch::Domain", "DomainEndpointOptions.TLSSecurityPolicy",
            Must::OneOf(SEARCH_POLICIES), ["FSBP ES.8"]),
    ]},
    demand! {"FW2124", Warning, "lets in whoever reaches it", [
        ("AWS::OpenSearchService::Domain", "AdvancedSecurityOptions.Enabled", Must::True,
            ["FSBP Opensearch.7"]),
        ("AWS::MSK::Cluster", "ClientAuthentication", Must::Set, ["FSBP MSK.6"]),
        ("AWS::MSK::Cluster", "ClientAuthentication.Unauthenticated.Enabled", Must::FalseOrAbsent,
            ["FSBP MSK.6"]),
        ("AWS::ElastiCache::ReplicationGroup", "AuthToken", Must::Set, ["FSBP ElastiCache.6"],
            when old_redis),
        ("AWS::DMS::Endpoint", "MongoDbSettings.AuthType", Must::NoneOf(&["no"]), ["FSBP DMS.11"]),
    ]},
    demand! {"FW2125", Warning, "lies in subnets that nobody chose",
        help "name an `AWS::ElastiCache::SubnetGroup` of private subnets", [
        ("AWS::ElastiCache::ReplicationGroup", "CacheSubnetGroupName", Must::OtherThan(&["default"]),
            ["FSBP ElastiCache.7"], when no_global_group),
        ("AWS::ElastiCache::CacheCluster", "CacheSubnetGroupName", Must::OtherThan(&["default"]),
            ["FSBP ElastiCache.7"]),
    ]},
    demand! {"FW2126", Note, "copies data past your VPC", [
        ("AWS::Redshift::Cluster", "EnhancedVpcRouting", Must::True, ["FSBP Redshift.7"]),
        ("AWS::RedshiftServerless::Workgroup", "EnhancedVpcRouting", Must::True,
            ["FSBP RedshiftServerless.1"]),
    ]},
    rule!("FW2128", Note, Run::System(capacity), serves["FSBP DynamoDB.1"]),
];

/// Policies with TLS 1.2 as the oldest version, and forward secrecy.
const SEARCH_POLICIES: &[&str] =
    &["Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08"];

/// Whether the engine is known and fits.
fn engine(resource: Resource<'_>, fits: impl Fn(&str) -> bool) -> bool {
    resource.get("Engine").text().is_some_and(|engine| fits(&engine.to_ascii_lowercase()))
}

fn aurora(database: Resource<'_>) -> bool {
    engine(database, |engine| engine.starts_with("aurora"))
}

fn not_aurora(database: Resource<'_>) -> bool {
    engine(database, |engine| !engine.starts_with("aurora"))
}

fn aurora_mysql(cluster: Resource<'_>) -> bool {
    engine(cluster, |engine| engine == "aurora-mysql")
}

fn aurora_postgresql(cluster: Resource<'_>) -> bool {
    engine(cluster, |engine| engine == "aurora-postgresql")
}

fn postgres(database: Resource<'_>) -> bool {
    engine(database, |engine| engine == "postgres")
}

fn mysql(database: Resource<'_>) -> bool {
    engine(database, |engine| engine == "mysql")
}

fn mariadb(database: Resource<'_>) -> bool {
    engine(database, |engine| engine == "mariadb")
}

fn mysql_or_mariadb(database: Resource<'_>) -> bool {
    mysql(database) || mariadb(database)
}

fn oracle(database: Resource<'_>) -> bool {
    engine(database, |engine| engine.starts_with("oracle") || engine.starts_with("custom-oracle"))
}

fn sql_server(database: Resource<'_>) -> bool {
    engine(database, |engine| engine.starts_with("sqlserver"))
}

fn mysql_or_oracle(database: Resource<'_>) -> bool {
    mysql(database) || oracle(database)
}

/// Engines that take tokens of IAM.
fn open_source(database: Resource<'_>) -> bool {
    mysql_or_mariadb(database) || postgres(database)
}

/// Whether a database is not made of what exists: that says by itself whether it is encrypted.
fn original(database: Resource<'_>) -> bool {
    const SOURCES: &[&str] = &[
        "SnapshotIdentifier",
        "DBSnapshotIdentifier",
        "DBClusterSnapshotIdentifier",
        "DBClusterIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDBInstanceIdentifier",
        "SourceDBInstanceAutomatedBackupsArn",
        "SourceDbiResourceId",
        "ReplicationSourceIdentifier",
        "GlobalClusterIdentifier",
    ];
    // A cluster has an identifier of its own.
    let own = database.kind().ends_with("::DBCluster").then_some("DBClusterIdentifier");
    let mut sources = SOURCES.iter().filter(|source| Some(**source) != own);
    sources.all(|source| database.get(source).is_absent())
}

/// Whether an instance is no member of a cluster, which would answer for it, and no copy of another instance.
fn on_its_own(instance: Resource<'_>) -> bool {
    let member = ["DBClusterIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"];
    member.iter().all(|name| instance.get(name).is_absent()) && !aurora(instance)
}

fn valkey(group: Resource<'_>) -> bool {
    engine(group, |engine| engine == "valkey")
}

fn not_valkey(group: Resource<'_>) -> bool {
    let secondary = group.get("GlobalReplicationGroupId").is_set();
    !secondary && (group.get("Engine").is_absent() || engine(group, |engine| engine == "redis"))
}

fn no_global_group(group: Resource<'_>) -> bool {
    group.get("GlobalReplicationGroupId").is_absent()
}

/// Redis before 6.0, which knows no users.
fn old_redis(group: Resource<'_>) -> bool {
    let version = group.get("EngineVersion").text();
    let major =
        version.and_then(|version| version.split('.').next().and_then(|major| major.parse::<u32>().ok()));
    major.is_some_and(|major| major < 6)
}

/// Only RA3 nodes run in two zones.
fn ra3(cluster: Resource<'_>) -> bool {
    cluster.get("NodeType").text().is_some_and(|node| node.starts_with("ra3"))
        && cluster.get("ClusterType").is("multi-node")
}

/// Only persistent file systems are backed up.
fn persistent(system: Resource<'_>) -> bool {
    let kind = system.get("LustreConfiguration").get("DeploymentType").text();
    kind.is_some_and(|kind| kind.starts_with("PERSISTENT"))
}

fn can_backtrack(cluster: Resource<'_>) -> bool {
    aurora_mysql(cluster)
        && original(cluster)
        && cluster.get("EngineMode").is_absent()
        && cluster.get("ServerlessV2ScalingConfiguration").is_absent()
}

fn source_is(subscription: Resource<'_>, kind: &str) -> bool {
    subscription.get("SourceType").is(kind) && subscription.get("Enabled").boolean() != Some(false)
}

fn of_clusters(subscription: Resource<'_>) -> bool {
    source_is(subscription, "db-cluster")
}

fn of_instances(subscription: Resource<'_>) -> bool {
    source_is(subscription, "db-instance")
}

fn of_parameter_groups(subscription: Resource<'_>) -> bool {
    source_is(subscription, "db-parameter-group")
}

fn of_security_groups(subscription: Resource<'_>) -> bool {
    source_is(subscription, "db-security-group")
}

fn family_of_sql_server(group: Resource<'_>) -> bool {
    group.get("Family").text().is_some_and(|family| family.starts_with("sqlserver"))
}

/// The family of Redshift in which connections without TLS are let in by default.
fn first_family(group: Resource<'_>) -> bool {
    group.get("ParameterGroupFamily").is("redshift-1.0")
}

fn later_family(group: Resource<'_>) -> bool {
    !first_family(group)
}

/// The parameter exists since MariaDB 10.5.
fn family_of_mariadb(group: Resource<'_>) -> bool {
    let old = ["mariadb10.0", "mariadb10.1", "mariadb10.2", "mariadb10.3", "mariadb10.4"];
    group.get("Family").text().is_some_and(|family| family.starts_with("mariadb") && !old.contains(&&*family))
}

fn engine_of(endpoint: Resource<'_>, fits: impl Fn(&str) -> bool) -> bool {
    endpoint.get("EngineName").text().is_some_and(|engine| fits(&engine.to_ascii_lowercase()))
}

fn neptune(endpoint: Resource<'_>) -> bool {
    engine_of(endpoint, |engine| engine == "neptune")
}

fn redis(endpoint: Resource<'_>) -> bool {
    engine_of(endpoint, |engine| engine == "redis")
}

/// Engines whose endpoints have a mode of SSL.
fn has_ssl_mode(endpoint: Resource<'_>) -> bool {
    const ENGINES: &[&str] = &[
        "mysql",
        "oracle",
        "postgres",
        "mariadb",
        "aurora",
        "aurora-postgresql",
        "sqlserver",
        "mongodb",
        "docdb",
        "sybase",
        "db2",
    ];
    engine_of(endpoint, |engine| ENGINES.contains(&engine))
}

fn one_instance(cluster: Resource<'_>, says: &mut Says) {
    if !aurora(cluster) {
        return;
    }
    let mut members = Vec::new();
    for reference in cluster.referrers() {
        let member = reference.from;
        let of_cluster = member.get("DBClusterIdentifier").resource() == Some(cluster);
        if member.kind() == "AWS::RDS::DBInstance" && of_cluster && !members.contains(&member) {
            if members.len() == 1 {
                return;
            }
            members.push(member);
        }
    }
    if let [only] = members.as_slice() {
        says.add(*only, format!("the cluster `{}` has a single instance, `{}`", cluster.id(), only.id()))
            .also(cluster, "the cluster")
            .help("add an `AWS::RDS::DBInstance` in another zone, which takes over when the first one fails");
    }
}

fn task_logging(task: Resource<'_>, says: &mut Says) {
    let settings = task.get("ReplicationTaskSettings");
    if settings.is_set() {
        let Some(text) = settings.text() else { return };
        let Ok(document) = serde_json::from_str::<serde_json::Value>(&text) else { return };
        let enabled = document.pointer("/Logging/EnableLogging").and_then(serde_json::Value::as_bool);
        if enabled == Some(true) {
            return;
        }
    }
    says.add(settings, format!("the task `{}` writes no log", task.id()))
        .help("set `Logging.EnableLogging` to `true` in `ReplicationTaskSettings`");
}

fn capacity<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut scaled = HashSet::new();
    let mut names = HashSet::new();
    for target in context.of_type("AWS::ApplicationAutoScaling::ScalableTarget") {
        // `table/name`, or with the index of a table behind it.
        let mut pieces = target.get("ResourceId").pieces().into_iter();
        match (pieces.next(), pieces.next()) {
            (Some(Piece::Text(text)), Some(Piece::Yields(table, _))) if text == "table/" => {
                scaled.insert((table.template, table.index));
            }
            (Some(Piece::Text(text)), None) => {
                let name = text.strip_prefix("table/").and_then(|name| name.split('/').next());
                names.extend(name.map(str::to_owned));
            }
            (Some(Piece::Text(text)), _) if !text.starts_with("table/") => {}
            // It may be any table.
            _ => return,
        }
    }
    for table in context.of_type("AWS::DynamoDB::Table") {
        let mode = table.get("BillingMode");
        let provisioned = mode.is_absent() || mode.is("PROVISIONED");
        let named = table.get("TableName").text().is_some_and(|name| names.contains(&*name));
        if provisioned && !named && !scaled.contains(&(table.template, table.index)) {
            says.add(mode, format!("the capacity of table `{}` does not follow demand", table.id())).help(
                "set `BillingMode` to `PAY_PER_REQUEST`, or add an `AWS::ApplicationAutoScaling::ScalableTarget`",
            );
        }
    }
}

#[cfg(test)]
mod tests;
