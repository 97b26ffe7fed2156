//! Engines, their versions and what has to fit them.

use std::cmp::Ordering;

use formwork_core::Severity;
use formwork_facts::lists;

use super::{CLUSTER, cluster_of, engine_of};
use crate::{
    context::{Resource, Value},
    rule::Says,
};

/// Whether two versions can be the same, the shorter one being a beginning: `16` and `16.3`, `15.0` and `15.00.4`.
pub(super) fn compatible(one: &str, other: &str) -> bool {
    one.split('.').zip(other.split('.')).all(|(one, other)| {
        match (one.parse::<u64>(), other.parse::<u64>()) {
            (Ok(one), Ok(other)) => one == other,
            _ => one.eq_ignore_ascii_case(other),
        }
    })
}

/// The version in the name of a family, if the family is one of this engine: `16` of `postgres16`.
fn version_of_family<'f>(family: &'f str, engine: &str) -> Option<&'f str> {
    let rest = family.strip_prefix(engine)?.trim_start_matches('-');
    rest.starts_with(|first: char| first.is_ascii_digit()).then_some(rest)
}

/// The version of a database, or of the cluster that it belongs to.
fn version(database: Resource<'_>) -> Value<'_> {
    let own = database.get("EngineVersion");
    match cluster_of(database) {
        Some(cluster) if own.is_absent() => cluster.get("EngineVersion"),
        _ => own,
    }
}

pub(super) fn family_fits(database: Resource<'_>, says: &mut Says) {
    let Some(engine) = engine_of(database) else { return };
    if lists::engine("rds", &engine).is_none() || engine.starts_with("custom-") {
        return;
    }
    let properties: &[&'static str] = match database.kind() {
        CLUSTER => &["DBClusterParameterGroupName", "DBInstanceParameterGroupName"],
        _ => &["DBParameterGroupName"],
    };
    let version = version(database);
    for property in properties {
        let named = database.get(property);
        let text = named.text();
        let (family, also) = match (named.resource(), &text) {
            (Some(group), _) => (group.get("Family").text(), Some(group.get("Family"))),
            (None, Some(name)) => {
                (name.strip_prefix("default.").map(|family| family.to_owned().into()), None)
            }
            _ => (None, None),
        };
        let Some(family) = family.map(|family| family.to_ascii_lowercase()) else { continue };
        let message = match (version_of_family(&family, &engine), version.text()) {
            (None, _) => format!("a parameter group of family `{family}` does not fit engine `{engine}`"),
            (Some(major), Some(given)) if !compatible(major, &given) => {
                format!("a parameter group of family `{family}` does not fit version {given} of `{engine}`")
            }
            _ => continue,
        };
        let remark = says.add(named, message);
        remark.help(format!("use a group whose family is that of `{engine}` and its major version"));
        if let Some(also) = also {
            remark.also(also, "the group's family");
        }
    }
    let named = database.get("OptionGroupName");
    // `default:mysql-8-0`
    if let Some(name) = named.text()
        && let Some(default) = name.to_ascii_lowercase().strip_prefix("default:")
    {
        let of = default.strip_prefix(&*engine).and_then(|rest| rest.strip_prefix('-'));
        let major = of.filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        let message = match (major.map(|major| major.replace('-', ".")), version.text()) {
            (None, _) => format!("the option group `{name}` does not fit engine `{engine}`"),
            (Some(major), Some(given)) if !compatible(&major, &given) => {
                format!("the option group `{name}` does not fit version {given} of `{engine}`")
            }
            _ => return,
        };
        says.add(named, message)
            .help("leave it out: RDS takes the default one of the engine and its version");
        return;
    }
    let Some(group) = named.resource().filter(|group| group.kind() == "AWS::RDS::OptionGroup") else {
        return;
    };
    let (group_engine, major) = (group.get("EngineName"), group.get("MajorEngineVersion"));
    if group_engine.text().is_some_and(|it| it != engine) {
        let of = group_engine.text().unwrap_or_default();
        says.add(named, format!("an option group for engine `{of}` does not fit engine `{engine}`"))
            .also(group_engine, "the group's engine")
            .help(format!("use a group for `{engine}`"));
    } else if let (Some(major_text), Some(given)) = (major.text(), version.text())
        && !compatible(&major_text, &given)
    {
        says.add(
            named,
            format!("an option group for version {major_text} does not fit version {given} of `{engine}`"),
        )
        .also(major, "the group's version")
        .help("use a group for the major version of the database");
    }
}

pub(super) fn known_version(database: Resource<'_>, says: &mut Says) {
    let value = database.get("EngineVersion");
    let (Some(engine), Some(given)) = (engine_of(database), value.text()) else { return };
    let Some(engine) = lists::engine("rds", &engine) else { return };
    let begins = |number: &str| {
        number.strip_prefix(&*given).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    let known: Vec<_> = engine.versions().iter().filter(|version| begins(version.number)).collect();
    let Some(newest) = engine.versions().last() else { return };
    let major = given.split('.').next().unwrap_or_default();
    let of_major = |number: &str| number.split('.').next() == Some(major);
    let current = |number: &str| -> String {
        let all = engine.versions().iter().filter(|version| !version.deprecated && of_major(version.number));
        all.fold(number, |_, version| version.number).to_owned()
    };
    if known.is_empty() {
        if !given.starts_with(|first: char| first.is_ascii_digit()) {
            says.add(value, format!("`{given}` is no version of `{}`", engine.name()))
                .severity(Severity::Error)
                .help(format!("a version is a number, such as `{}`", newest.number));
            return;
        }
        // What is newer than all that is known may well exist by now; what is older never will.
        let newer = lists::compare_versions(&given, newest.number) == Ordering::Greater;
        let oldest = engine.versions().iter().find(|version| of_major(version.number));
        let older =
            oldest.is_some_and(|oldest| lists::compare_versions(&given, oldest.number) == Ordering::Less);
        let remark = says.add(value, format!("version {given} of `{}` is not known", engine.name()));
        remark.help(format!("`{}` is known", current(newest.number)));
        if older {
            remark
                .severity(Severity::Error)
                .note("it is older than all versions of it that RDS has ever had");
        } else if newer {
            remark.severity(Severity::Note).note("it is newer than all versions that are known here");
        }
    } else if known.iter().all(|version| version.deprecated) {
        says.add(value, format!("version {given} of `{}` is deprecated", engine.name()))
            .note("RDS makes no new databases of deprecated versions, and upgrades those that exist")
            .help(format!("use `{}`", current(newest.number)));
    }
}

pub(super) fn same_as_cluster(instance: Resource<'_>, says: &mut Says) {
    let Some(cluster) = cluster_of(instance) else { return };
    let (own, theirs) = (instance.get("Engine"), cluster.get("Engine"));
    if let (Some(engine), Some(cluster_engine)) = (own.text(), theirs.text())
        && !engine.eq_ignore_ascii_case(&cluster_engine)
    {
        says.add(own, format!("`{}` has engine `{engine}`, its cluster `{cluster_engine}`", instance.id()))
            .also(theirs, "the cluster's engine")
            .help(format!("use `{cluster_engine}`"));
        return;
    }
    let (own, theirs) = (instance.get("EngineVersion"), cluster.get("EngineVersion"));
    if let (Some(version), Some(cluster_version)) = (own.text(), theirs.text())
        && !compatible(&version, &cluster_version)
    {
        says.add(own, format!("`{}` has version {version}, its cluster {cluster_version}", instance.id()))
            .also(theirs, "the cluster's version")
            .help("remove it; the cluster's version is that of all its instances");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_version_is_a_beginning() {
        assert!(compatible("16", "16.3") && compatible("15.0", "15.00.4073.23.v1") && compatible("8.0", "8"));
        assert!(!compatible("15", "16.3") && !compatible("8.0", "8.4.3"));
    }

    fn codes(engine: &str, version: &str, rest: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Resources":{{"Db":{{"Type":"AWS::RDS::DBInstance","Properties":{{
                "Engine":"{engine}","EngineVersion":"{version}"{rest}}}}}}}}}"#
        );
        let report = crate::templates(&[crate::Source::new("t.yaml", &text)]);
        let told = report.findings.iter().filter(|it| ["FW1025", "FW1262", "FW1263"].contains(&&*it.code));
        told.map(|finding| format!("{:?} {}", finding.severity, finding.code)).collect()
    }

    #[test]
    fn the_option_group_of_rds_is_for_an_engine_and_its_version() {
        let found =
            |engine, version, group| codes(engine, version, &format!(r#","OptionGroupName":"{group}""#));
        assert_eq!(found("mysql", "8.0.43", "default:mysql-8-0"), [""; 0]);
        assert_eq!(found("postgres", "17", "default:postgres-17"), [""; 0]);
        assert_eq!(found("mysql", "8.0.43", "default:mysql-8-4"), ["Error FW1262"]);
        assert_eq!(found("mysql", "8.0.43", "default:mariadb-10-11"), ["Error FW1262"]);
        assert_eq!(found("mysql", "8.0.43", "ours"), [""; 0]);
    }

    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
    #[test]
    fn a_version_runs_on_some_classes() {
        let found =
            |engine, version, class| codes(engine, version, &format!(r#","DBInstanceClass":"{class}""#));
        for (engine, version, class) in [
            ("mysql", "8.4", "db.t2.micro"),
            ("mysql", "8.0.43", "db.t2.micro"),
            ("mysql", "8.0.43", "db.m4.large"),
            ("mysql", "5.7.44-rds.20260902", "db.r8g.large"),
            ("postgres", "17.6", "db.r3.large"),
            ("mysql", "8.0.43", "db.serverless"),
            ("aurora-mysql", "8.0.mysql_aurora.3.10.0", "db.t3.micro"),
            ("sqlserver-se", "16.00", "db.t4g.medium"),
        ] {
            assert_eq!(found(engine, version, class), ["Error FW1025"], "{engine} {version} {class}");
        }
        for (engine, version, class) in [
            ("mysql", "8.0.43", "db.t3.micro"),
            ("mysql", "8", "db.m8g.large"),
            ("mysql", "5.7.44-rds.20260902", "db.t2.micro"),
            ("mariadb", "11.8", "db.m8g.large"),
            ("postgres", "17", "db.t4g.micro"),
            ("aurora-postgresql", "17.6", "db.serverless"),
            ("oracle-ee", "19", "db.m5.large"),
        ] {
            assert_eq!(found(engine, version, class), [""; 0], "{engine} {version} {class}");
        }
    }

    #[test]
    fn what_is_older_than_all_versions_never_comes() {
        assert_eq!(codes("postgres", "17.0", ""), ["Error FW1263"]);
        assert_eq!(codes("mysql", "8.0.38", ""), ["Warning FW1263"]);
        assert_eq!(codes("mysql", "8.0.35", ""), ["Warning FW1263"]);
        assert_eq!(codes("mysql", "8.0.43", ""), [""; 0]);
        assert_eq!(codes("mysql", "99.1", ""), ["Note FW1263"]);
    }

    #[test]
    fn families_are_taken_apart() {
        assert_eq!(version_of_family("aurora-postgresql16", "aurora-postgresql"), Some("16"));
        assert_eq!(version_of_family("db2-ae-11.5", "db2-ae"), Some("11.5"));
        assert_eq!(version_of_family("oracle-ee-cdb-19", "oracle-ee"), None);
        assert_eq!(version_of_family("aurora-mysql8.0", "mysql"), None);
    }
}
