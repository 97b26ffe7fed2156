//! Relational databases: engines, versions, subnet groups, storage, windows, passwords.

use std::borrow::Cow;

use formwork_core::Severity;
use formwork_facts::lists;

use crate::{
    context::{Resource, Value},
    document::Content,
    rule::{Rule, Run, Says, rule},
};

mod engines;
mod network;
mod settings;
mod support;

const INSTANCE: &str = "AWS::RDS::DBInstance";
const CLUSTER: &str = "AWS::RDS::DBCluster";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1261", Error, Run::Resource(&["AWS::RDS::DBSubnetGroup"], network::two_zones)),
    rule!("FW1262", Error, Run::Resource(&[INSTANCE, CLUSTER], engines::family_fits)),
    rule!(
        "FW1263",
        Warning,
        Run::Resource(&[INSTANCE, CLUSTER, "AWS::RDS::GlobalCluster"], engines::known_version)
    ),
    rule!("FW1264", Error, Run::Resource(&[INSTANCE], engines::same_as_cluster)),
    rule!("FW1265", Warning, Run::Resource(&[INSTANCE], belongs_to_the_cluster)),
    rule!("FW1266", Error, Run::Resource(&[INSTANCE, CLUSTER], complete)),
    rule!("FW1267", Error, Run::Resource(&[INSTANCE], storage)),
    rule!("FW1268", Error, Run::Resource(&[INSTANCE, CLUSTER], settings::windows)),
    rule!("FW1269", Error, Run::Resource(&[INSTANCE, CLUSTER], settings::master_password)),
    rule!("FW1270", Warning, Run::System(network::port_is_open)),
    rule!("FW1271", Error, Run::Resource(&[INSTANCE], settings::contradictions)),
    rule!("FW1272", Error, Run::Resource(&[INSTANCE, CLUSTER], settings::monitoring)),
    rule!("FW1278", Warning, Run::System(network::public_by_default)),
    rule!("FW1279", Error, Run::Resource(&[CLUSTER], settings::serverless)),
    rule!("FW1280", Error, Run::Resource(&["AWS::RDS::DBProxy"], settings::proxy)),
    rule!("FW1299", Note, Run::Resource(&[INSTANCE, CLUSTER], support::standard)),
];

/// The cluster that an instance belongs to, where it is in the system.
fn cluster_of(instance: Resource<'_>) -> Option<Resource<'_>> {
    instance.get("DBClusterIdentifier").resource().filter(|cluster| cluster.kind() == CLUSTER)
}

/// The instance that another one is a replica of, where it is in the system.
fn original_of(instance: Resource<'_>) -> Option<Resource<'_>> {
    instance.get("SourceDBInstanceIdentifier").resource().filter(|original| original.kind() == INSTANCE)
}

/// The engine of an instance or a cluster; that of the cluster, or of the original of a replica, where the instance does
/// not say.
fn engine_of<'a>(database: Resource<'a>) -> Option<Cow<'a, str>> {
    let own = database.get("Engine");
    let engine = match own.is_absent() {
        true => cluster_of(database).or_else(|| original_of(database))?.get("Engine").text(),
        false => own.text(),
    };
    engine.map(|engine| engine.to_ascii_lowercase().into())
}

/// What a database is made from, if not from nothing.
fn origin(database: Resource<'_>) -> Option<Value<'_>> {
    const ORIGINS: &[&str] = &[
        "DBSnapshotIdentifier",
        "DBClusterSnapshotIdentifier",
        "SnapshotIdentifier",
        "SourceDBInstanceIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDbClusterResourceId",
        "SourceDbiResourceId",
        "SourceDBInstanceAutomatedBackupsArn",
        "ReplicationSourceIdentifier",
        "GlobalClusterIdentifier",
        "RestoreTime",
        "RestoreToTime",
    ];
    ORIGINS.iter().map(|key| database.get(key)).find(|value| value.is_set())
}

fn belongs_to_the_cluster(instance: Resource<'_>, says: &mut Says) {
    // Of `BackupRetentionPeriod`, FW1032 speaks.
    const CLUSTERS: &[&str] = &[
        "AllocatedStorage",
        "DBName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUsername",
        "MaxAllocatedStorage",
        "MultiAZ",
        "PreferredBackupWindow",
    ];
    let aurora = engine_of(instance).is_some_and(|engine| engine.starts_with("aurora"));
    if !aurora || instance.get("DBClusterIdentifier").is_absent() {
        return;
    }
    for property in CLUSTERS {
        let value = instance.get(property);
        if value.is_set() {
            says.add(value, format!("`{property}` of `{}` is a matter of its Aurora cluster", instance.id()))
                .help(match *property {
                    "AllocatedStorage" | "MaxAllocatedStorage" => {
                        "remove it; the volume of an Aurora cluster grows by itself".to_owned()
                    }
                    "MultiAZ" => "remove it; add an instance in another zone to the cluster".to_owned(),
                    _ => format!("remove it, and set `{property}` of the cluster where it is wanted"),
                });
        }
    }
}

fn complete(database: Resource<'_>, says: &mut Says) {
    let named = database.get("Engine");
    if named.content() == Content::Text("") {
        says.add(named, format!("the database `{}` has no engine", database.id()))
            .help("name one, such as `postgres` or `aurora-postgresql`");
        return;
    }
    let Some(engine) = engine_of(database) else { return };
    let aurora = engine.starts_with("aurora");
    let cluster = database.kind() == CLUSTER;
    if engine.starts_with("custom-") || lists::engine("rds", &engine).is_none() {
        return;
    }
    let mut lacks = |property: &'static str, why: &str| {
        says.add(
            database.get(property),
            format!("the {engine} database `{}` has no `{property}`", database.id()),
        )
        .help(why);
    };
    if aurora && !cluster {
        if database.get("DBClusterIdentifier").is_absent() && origin(database).is_none() {
            lacks("DBClusterIdentifier", "an Aurora instance belongs to an `AWS::RDS::DBCluster`; name it");
        }
        return;
    }
    if database.get("DBClusterIdentifier").is_set() || origin(database).is_some() {
        return;
    }
    if !cluster || !aurora {
        if database.get("AllocatedStorage").is_absent() {
            lacks("AllocatedStorage", "say how many GiB it begins with");
        }
        if cluster && database.get("DBClusterInstanceClass").is_absent() {
            lacks(
                "DBClusterInstanceClass",
                "a Multi-AZ cluster makes its instances itself and needs their class",
            );
        }
    }
    if database.get("MasterUsername").is_absent() {
        lacks("MasterUsername", "name the first user");
    }
    let managed = database.get("ManageMasterUserPassword");
    let managed = managed.is_set() && managed.boolean() != Some(false);
    let by_iam = database.get("MasterUserAuthenticationType");
    let by_iam = by_iam.is_set() && !by_iam.is("password");
    if database.get("MasterUserPassword").is_absent() && !managed && !by_iam {
        lacks("MasterUserPassword", "set `ManageMasterUserPassword: true`, or refer to a secret");
    }
}

/// Judges a number by what is possible. A number above is a warning, since limits of that kind have been raised before.
fn within(what: &str, value: Value<'_>, (least, most): (i64, i64), of: &str, says: &mut Says) {
    // None at all is as if it were not set.
    let Some(number) = value.integer().filter(|number| *number != 0) else { return };
    if number < least {
        says.add(value, format!("`{what}` {number} of {of}; the least is {least}"))
            .help(format!("leave it out, or set {least} to {most}"));
    } else if number > most {
        says.add(value, format!("`{what}` {number} of {of}; the most is {most}"))
            .severity(Severity::Warning)
            .help(format!("set {least} to {most}"));
    }
}

/// What storage with provisioned performance takes, by its kind, its operations and its size.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#USER_PIOPS
fn of_provisioned(kind: &str, iops: Value<'_>, size: Value<'_>, says: &mut Says) {
    within("Iops", iops, (1_000, 256_000), &format!("`{kind}`"), says);
    let (Some(operations), Some(gibibytes)) = (iops.integer(), size.integer()) else { return };
    let ratio = if kind == "io1" { 50 } else { 1_000 };
    let most = gibibytes.saturating_mul(ratio);
    if gibibytes > 0 && operations > most {
        says.add(iops, format!("{operations} operations with {gibibytes} GiB of `{kind}`"))
            .also(size, "this size")
            .help(format!(
                "{ratio} for each GiB is the most: {most}, or {} GiB",
                operations / ratio + i64::from(operations % ratio > 0)
            ));
    }
}

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
fn storage(instance: Resource<'_>, says: &mut Says) {
    let Some(engine) = engine_of(instance) else { return };
    if engine.starts_with("aurora") || instance.get("DBClusterIdentifier").is_set() {
        return;
    }
    let (size, most) = (instance.get("AllocatedStorage"), instance.get("MaxAllocatedStorage"));
    let (iops, throughput) = (instance.get("Iops"), instance.get("StorageThroughput"));
    let kind = instance.get("StorageType");
    let Some(kind_name) = (if kind.is_absent() { Some(Cow::Borrowed("")) } else { kind.text() }) else {
        return;
    };
    if ["io1", "io2"].contains(&&*kind_name) && iops.is_absent() && origin(instance).is_none() {
        says.add(kind, format!("storage of type `{kind_name}` needs `Iops`"))
            .label("provisioned performance")
            .help("set `Iops`, or use `gp3`");
    }
    if ["gp2", "standard"].contains(&&*kind_name) && iops.integer().is_some_and(|iops| iops > 0) {
        says.add(iops, format!("storage of type `{kind_name}` does not take `Iops`"))
            .help("use `gp3` or `io2`");
    }
    if ["gp2", "standard", "io1", "io2"].contains(&&*kind_name)
        && throughput.integer().is_some_and(|it| it > 0)
    {
        says.add(throughput, format!("storage of type `{kind_name}` does not take `StorageThroughput`"))
            .help("`gp3` does");
    }
    let provisioned = ["io1", "io2"].contains(&&*kind_name);
    if provisioned {
        of_provisioned(&kind_name, iops, size, says);
    }
    let Some(gibibytes) = size.integer() else { return };
    let known = lists::engine("rds", &engine).is_some() && !engine.starts_with("custom-");
    if provisioned && known && !engine.starts_with("sqlserver-") && (0..100).contains(&gibibytes) {
        says.add(size, format!("{gibibytes} GiB of `{kind_name}`; the least is 100 GiB"))
            .help("allocate 100 GiB, or use `gp3`");
    }
    if kind_name == "gp3" {
        let least = match &*engine {
            "postgres" | "mysql" | "mariadb" | "db2-ae" | "db2-se" => 400,
            oracle if oracle.starts_with("oracle-") => 200,
            _ => 0,
        };
        if known && gibibytes >= least {
            // Of one volume, and of the four that storage is striped over from that size on.
            let (operations, mebibytes) = match least {
                0 => ((3_000, 16_000), (125, 1_000)),
                _ => ((12_000, 64_000), (500, 4_000)),
            };
            let of = format!("{gibibytes} GiB of `gp3`");
            within("Iops", iops, operations, &of, says);
            within("StorageThroughput", throughput, mebibytes, &of, says);
            if let (Some(operations), Some(mebibytes)) = (iops.integer(), throughput.integer())
                && mebibytes.saturating_mul(4) > operations
                && operations > 0
            {
                says.add(
                    throughput,
                    format!("a throughput of {mebibytes} MiB a second with {operations} operations"),
                )
                .also(iops, "these operations")
                .help(format!(
                    "a quarter of the operations is the most: {}, or {} operations",
                    operations / 4,
                    mebibytes.saturating_mul(4)
                ));
            }
        }
        for property in ["Iops", "StorageThroughput"] {
            let value = instance.get(property);
            if value.integer().is_some() && gibibytes < least {
                says.add(
                    value,
                    format!(
                        "`{property}` with {gibibytes} GiB of `gp3`; {engine} takes it from {least} GiB on"
                    ),
                )
                .also(size, "this size")
                .help(format!("remove it, or allocate {least} GiB"));
            }
        }
    }
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `AllocatedStorage`
    if ["gp2", "gp3"].contains(&&*kind_name) && (0..20).contains(&gibibytes) {
        says.add(size, format!("{gibibytes} GiB of `{kind_name}`; the least is 20 GiB"))
            .help("allocate 20 GiB");
    }
    if let Some(limit) = most.integer() {
        let wanted = gibibytes.saturating_add(gibibytes / 10);
        if limit < gibibytes {
            says.add(
                most,
                format!("`MaxAllocatedStorage` {limit} is less than the {gibibytes} GiB allocated"),
            )
            .also(size, "what is allocated")
            .help(format!("set it to at least {wanted}"));
        } else if limit < wanted || limit == gibibytes {
            says.add(most, format!("`MaxAllocatedStorage` {limit} leaves no room above {gibibytes} GiB"))
                .severity(Severity::Warning)
                .also(size, "what is allocated")
                .help("storage grows by at least a tenth; leave more room, or remove the limit to switch growth off");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::databases::tests::support::*;

    pub(super) mod support {
        /// The codes that are found, of those that begin so.
        pub(in crate::rules) fn codes(text: &str, beginning: &str) -> Vec<String> {
            let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
            let codes = report.findings.iter().map(|finding| finding.code.to_string());
            codes.filter(|code| code.starts_with(beginning)).collect()
        }
    }

    fn instance(properties: &str) -> String {
        format!(
            "{{\"Parameters\":{{\"P\":{{\"Type\":\"String\"}}}},\"Resources\":{{\"Db\":{{\"Type\":\"AWS::RDS::DBInstance\",\
             \"Properties\":{{{properties}}}}}}}}}"
        )
    }

    #[test]
    fn what_is_unknown_is_not_judged() {
        let text = instance(r#""Engine":{"Ref":"P"},"EngineVersion":"1.2","StorageType":"io1""#);
        assert!(codes(&text, "FW126").is_empty());
        let text = instance(
            r#""Engine":"postgres","EngineVersion":{"Ref":"P"},"DBSnapshotIdentifier":{"Ref":"P"},"StorageType":{"Ref":"P"}"#,
        );
        assert!(codes(&text, "FW126").is_empty());
    }

    #[test]
    fn an_engine_has_a_name() {
        assert_eq!(codes(&instance(r#""Engine":"""#), "FW1266"), ["FW1266"]);
        assert!(codes(&instance(r#""Engine":{"Ref":"P"}"#), "FW1266").is_empty());
    }

    #[test]
    fn storage_has_its_ranges() {
        let found = |engine: &str, properties: &str| {
            let text = instance(&format!(r#""Engine":"{engine}",{properties}"#));
            codes(&text, "FW1267").len()
        };
        assert_eq!(found("mysql", r#""StorageType":"gp2","AllocatedStorage":"10""#), 1);
        assert_eq!(found("mysql", r#""StorageType":"gp2","AllocatedStorage":"20""#), 0);
        let gp3 = r#""StorageType":"gp3","AllocatedStorage":"400""#;
        assert_eq!(found("postgres", &format!(r#"{gp3},"Iops":6000"#)), 1);
        assert_eq!(found("postgres", &format!(r#"{gp3},"Iops":12000,"StorageThroughput":500"#)), 0);
        assert_eq!(found("postgres", &format!(r#"{gp3},"Iops":70000"#)), 1);
        assert_eq!(found("mysql", &format!(r#"{gp3},"StorageThroughput":300"#)), 1);
        assert_eq!(found("mysql", &format!(r#"{gp3},"StorageThroughput":5000"#)), 1);
        assert_eq!(
            found("mysql", &format!(r#"{gp3},"Iops":12000,"StorageThroughput":4000"#)),
            1,
            "a quarter"
        );
        assert_eq!(found("mysql", &format!(r#"{gp3},"Iops":16000,"StorageThroughput":4000"#)), 0);
        let small = r#""StorageType":"gp3","AllocatedStorage":"200""#;
        assert_eq!(found("oracle-ee", &format!(r#"{small},"Iops":12000"#)), 0);
        assert_eq!(found("oracle-ee", &format!(r#"{small},"Iops":6000"#)), 1);
        assert_eq!(found("sqlserver-ee", &format!(r#"{small},"Iops":6000,"StorageThroughput":1000"#)), 0);
        assert_eq!(found("sqlserver-ee", &format!(r#"{small},"Iops":20000"#)), 1);
        assert_eq!(found("sqlserver-ee", &format!(r#"{small},"Iops":0"#)), 0);
        let io = |kind: &str, size: u32, iops: u32| {
            format!(r#""StorageType":"{kind}","AllocatedStorage":"{size}","Iops":{iops}"#)
        };
        assert_eq!(found("postgres", &io("io2", 20, 4000)), 1, "the least is 100 GiB");
        assert_eq!(found("sqlserver-ee", &io("io2", 20, 4000)), 0);
        assert_eq!(found("postgres", &io("io2", 100, 200_000)), 1, "1,000 for each GiB");
        assert_eq!(found("postgres", &io("io2", 100, 100_000)), 0);
        assert_eq!(found("postgres", &io("io1", 100, 6000)), 1, "50 for each GiB");
        assert_eq!(found("postgres", &io("io1", 100, 5000)), 0);
        assert_eq!(found("postgres", &io("io2", 400, 300_000)), 1);
        assert_eq!(found("postgres", &io("io2", 400, 500)), 1);
    }

    #[test]
    fn a_replica_has_the_engine_of_its_original() {
        let text = |version: &str| {
            format!(
                r#"{{"Resources":{{
                    "Db":{{"Type":"AWS::RDS::DBInstance","Properties":{{"Engine":"mysql","EngineVersion":"8.0"}}}},
                    "Copy":{{"Type":"AWS::RDS::DBInstance","Properties":{{
                        "SourceDBInstanceIdentifier":{{"Ref":"Db"}},"EngineVersion":"{version}"}}}}}}}}"#
            )
        };
        assert!(codes(&text("8.4"), "FW126").iter().filter(|code| *code == "FW1263").count() == 0);
        assert_eq!(codes(&text("8.99"), "FW1263"), ["FW1263"]);
        assert_eq!(codes(&text("newest"), "FW1263"), ["FW1263"]);
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        let text = instance(
            r#""Engine":"postgres","AllocatedStorage":"9223372036854775807","MaxAllocatedStorage":-9223372036854775808,"StorageType":"gp3","Iops":1e308"#,
        );
        assert!(codes(&text, "FW1267").contains(&"FW1267".to_owned()));
    }
}
