//! Major versions whose standard support is over.

use super::{CLUSTER, engine_of};
use crate::{context::Resource, rule::Says};

/// Engines, their major versions, and when the standard support of those ended: only dates that have passed, so that what
/// is said of a template does not depend on the day.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
// docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
// docs.aws.amazon.com/AmazonRDS/latest/AuroraMySQLReleaseNotes/AuroraMySQL.release-calendars.html
// docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
const ENDED: &[(&str, &str, &str)] = &[
    ("mysql", "5.7", "29 February 2024"),
    ("mysql", "8.0", "31 July 2026"),
    ("postgres", "11", "29 February 2024"),
    ("postgres", "12", "28 February 2025"),
    ("postgres", "13", "28 February 2026"),
    ("aurora-mysql", "5.7", "31 October 2024"),
    ("aurora-postgresql", "11", "29 February 2024"),
    ("aurora-postgresql", "12", "28 February 2025"),
    ("aurora-postgresql", "13", "28 February 2026"),
];

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html
pub(super) fn standard(database: Resource<'_>, says: &mut Says) {
    // Instances of a cluster are as it is, and a cluster of a global database may be as that is.
    let of_another = match database.kind() {
        CLUSTER => "GlobalClusterIdentifier",
        _ => "DBClusterIdentifier",
    };
    let decides = |it: Resource<'_>| it.get("EngineLifecycleSupport").is_set();
    let above = database.get(of_another);
    if decides(database)
        || (above.is_set() && (database.kind() != CLUSTER || above.resource().is_none_or(decides)))
    {
        return;
    }
    let version = database.get("EngineVersion");
    let (Some(engine), Some(given)) = (engine_of(database), version.text()) else { return };
    let of_major = |major: &str| {
        given.strip_prefix(major).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    let Some((_, major, ended)) = ENDED.iter().find(|(name, major, _)| *name == engine && of_major(major))
    else {
        return;
    };
    says.add(version, format!("standard support of version {major} of `{engine}` ended on {ended}"))
        .note("a database that runs it is charged for extended support, for each hour of each virtual CPU")
        .help("use a later major version, or say what is wanted with `EngineLifecycleSupport`");
}

#[cfg(test)]
mod tests {
    use crate::rules::databases::tests::support::codes;

    fn found(kind: &str, properties: &str) -> bool {
        let text = format!(
            r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{
                "Global":{{"Type":"AWS::RDS::GlobalCluster","Properties":{{
                    "EngineLifecycleSupport":"open-source-rds-extended-support"}}}},
                "Cluster":{{"Type":"AWS::RDS::DBCluster"}},
                "Db":{{"Type":"AWS::RDS::{kind}","Properties":{{{properties}}}}}}}}}"#
        );
        !codes(&text, "FW1299").is_empty()
    }

    #[test]
    fn old_major_versions_are_found() {
        for (engine, version) in [
            ("mysql", "8.0"),
            ("mysql", "8.0.43"),
            ("mysql", "5.7.44-rds.20240408"),
            ("postgres", "13.22"),
            ("Postgres", "11"),
        ] {
            let properties = format!(r#""Engine":"{engine}","EngineVersion":"{version}""#);
            assert!(
                found("DBInstance", &properties) && found("DBCluster", &properties),
                "{engine} {version}"
            );
        }
        for (engine, version) in [("aurora-postgresql", "13.9"), ("aurora-mysql", "5.7.mysql_aurora.2.11.2")]
        {
            let properties = format!(r#""Engine":"{engine}","EngineVersion":"{version}""#);
            assert!(found("DBCluster", &properties), "{engine} {version}");
        }
    }

    #[test]
    fn others_and_decisions_are_not() {
        for (engine, version) in [
            ("mysql", "8.4"),
            ("mysql", "8"),
            ("postgres", "14.1"),
            ("postgres", "130"),
            ("mariadb", "10.5"),
            ("aurora-mysql", "8.0.mysql_aurora.3.04.0"),
        ] {
            let properties = format!(r#""Engine":"{engine}","EngineVersion":"{version}""#);
            assert!(
                !found("DBInstance", &properties) && !found("DBCluster", &properties),
                "{engine} {version}"
            );
        }
        let old = r#""Engine":"mysql","EngineVersion":"8.0""#;
        for also in [
            r#""EngineLifecycleSupport":"open-source-rds-extended-support""#,
            r#""EngineLifecycleSupport":{"Ref":"P"}"#,
            r#""DBClusterIdentifier":{"Ref":"Cluster"}"#,
        ] {
            assert!(!found("DBInstance", &format!("{old},{also}")), "{also}");
        }
        let old = r#""Engine":"aurora-postgresql","EngineVersion":"12.9""#;
        assert!(!found("DBCluster", &format!(r#"{old},"GlobalClusterIdentifier":{{"Ref":"Global"}}"#)));
        assert!(!found("DBInstance", r#""Engine":"mysql","EngineVersion":{"Ref":"P"}"#));
    }
}
