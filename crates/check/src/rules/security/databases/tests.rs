use super::super::found;

fn database(properties: &str) -> String {
    format!(
        "Parameters: {{P: {{Type: String}}, Off: {{Type: String, Default: 'false'}}}}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties: {{DBInstanceClass: db.t4g.medium, {properties}}}
"
    )
}

#[test]
fn what_is_absent_has_the_default_of_aws() {
    assert_eq!(
        found("FW2101", &database("Engine: postgres")),
        ["`Db` keeps its data unencrypted: `StorageEncrypted` is not set [FSBP RDS.3, CIS 2.3.1]"]
    );
    let cluster = |kind: &str, properties: &str| {
        format!("Resources:\n  It:\n    Type: {kind}\n    Properties: {{{properties}}}\n")
    };
    assert_eq!(found("FW2101", &cluster("AWS::RDS::DBCluster", "Engine: mysql")).len(), 1);
    assert_eq!(found("FW2101", &cluster("AWS::RDS::DBCluster", "Engine: aurora-mysql")), [""; 0]);
    let off = "Engine: aurora-mysql, StorageEncrypted: false";
    assert_eq!(found("FW2101", &cluster("AWS::RDS::DBCluster", off)).len(), 1);
    assert_eq!(found("FW2101", &cluster("AWS::ElastiCache::ReplicationGroup", "Engine: valkey")), [""; 0]);
    assert_eq!(found("FW2101", &cluster("AWS::ElastiCache::ReplicationGroup", "Engine: redis")).len(), 1);
    assert_eq!(found("FW2102", &cluster("AWS::DMS::ReplicationInstance", "AllocatedStorage: 5")).len(), 1);
    assert_eq!(found("FW2102", &cluster("AWS::Redshift::Cluster", "NodeType: ra3.large")), [""; 0]);
}

#[test]
fn what_is_not_known_is_silent_and_a_default_is_known() {
    assert_eq!(found("FW2101", &database("Engine: postgres, StorageEncrypted: !Ref P")), [""; 0]);
    assert_eq!(found("FW2101", &database("Engine: postgres, StorageEncrypted: !ImportValue p")), [""; 0]);
    assert_eq!(found("FW2101", &database("Engine: postgres, StorageEncrypted: !Ref Off")).len(), 1);
    assert_eq!(found("FW2105", &database("Engine: postgres, BackupRetentionPeriod: !Ref P")), [""; 0]);
    assert_eq!(
        found("FW2105", &database("Engine: postgres, BackupRetentionPeriod: 99999999999999999999")),
        [""; 0]
    );
    assert_eq!(found("FW2112", &database("Engine: !Ref P")), [""; 0]);
    assert_eq!(
        found("FW2112", &database("Engine: postgres, EnableCloudwatchLogsExports: [!Ref P]")),
        [""; 0]
    );
}

#[test]
fn members_of_clusters_and_copies_leave_it_to_what_they_belong_to() {
    for properties in [
        "Engine: aurora-postgresql, DBClusterIdentifier: x",
        "Engine: postgres, SourceDBInstanceIdentifier: x",
    ] {
        for code in ["FW2101", "FW2104", "FW2105", "FW2107", "FW2111", "FW2117"] {
            assert_eq!(found(code, &database(properties)), [""; 0], "{code} {properties}");
        }
    }
    assert_eq!(found("FW2101", &database("Engine: postgres, DBSnapshotIdentifier: !Ref P")), [""; 0]);
}

#[test]
fn logs_are_those_of_the_engine() {
    assert_eq!(
        found("FW2112", &database("Engine: sqlserver-se, EnableCloudwatchLogsExports: [error]")),
        [
            "`Db` keeps its logs to itself: `EnableCloudwatchLogsExports` lacks `agent` [FSBP RDS.9, FSBP RDS.40]"
        ]
    );
    assert_eq!(
        found("FW2112", &database("Engine: mysql, EnableCloudwatchLogsExports: []")),
        ["`Db` keeps its logs to itself: `EnableCloudwatchLogsExports` is empty [FSBP RDS.9]"]
    );
}

#[test]
fn a_second_instance_makes_a_cluster_safe() {
    let text = "
Resources:
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql}}
  One: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}}
";
    assert_eq!(found("FW2108", text).len(), 1);
    let two = "  Two: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref Cluster}}\n";
    assert_eq!(found("FW2108", &format!("{text}{two}")), [""; 0]);
}

#[test]
fn settings_of_a_task_are_read_where_they_are_json() {
    let text = |settings: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}
Resources:
  Task: {{Type: AWS::DMS::ReplicationTask, Properties: {{ReplicationTaskSettings: {settings}}}}}
"
        )
    };
    assert_eq!(found("FW2114", &text(r#"'{"Logging": {"EnableLogging": false}}'"#)).len(), 1);
    for silent in [r#"'{"Logging": {"EnableLogging": true}}'"#, "'{'", "!Ref P", "!Sub '{\"A\": ${P}}'"] {
        assert_eq!(found("FW2114", &text(silent)), [""; 0], "{silent}");
    }
}

#[test]
fn tables_may_be_scaled_by_reference_or_by_name() {
    let text = |id: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}
Resources:
  Table: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: orders}}}}
  Target: {{Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {{ResourceId: {id}}}}}
"
        )
    };
    for silent in
        ["!Sub 'table/${Table}'", "table/orders", "table/orders/index/by-date", "!Ref P", "!Sub '${P}'"]
    {
        assert_eq!(found("FW2128", &text(silent)), [""; 0], "{silent}");
    }
    for loud in ["table/others", "service/cluster/orders"] {
        assert_eq!(found("FW2128", &text(loud)).len(), 1, "{loud}");
    }
}

#[test]
fn caches_of_old_redis_need_a_password() {
    let text = |version: &str| {
        format!(
            "Resources:
  Cache: {{Type: AWS::ElastiCache::ReplicationGroup, Properties: {{Engine: redis, EngineVersion: '{version}'}}}}
"
        )
    };
    assert_eq!(found("FW2124", &text("5.0.6")).len(), 1);
    assert_eq!(found("FW2124", &text("7.1")), [""; 0]);
    assert_eq!(found("FW2124", &text("99999999999.x")), [""; 0]);
}
