//! Windows, passwords, monitoring, and settings that exclude each other.

use super::{CLUSTER, cluster_of, engine_of};
use crate::{
    context::{Resource, Value},
    rule::Says,
};

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

/// Minutes since midnight: `03:30`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, limit: u32| {
        (text.len() == 2).then(|| text.parse().ok()).flatten().filter(|number: &u32| *number < limit)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// Minutes since Monday: `sun:03:30`.
fn weekly(text: &str) -> Option<u32> {
    const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (day, time) = text.split_once(':')?;
    let day = DAYS.iter().position(|known| day.eq_ignore_ascii_case(known))? as u32;
    Some(day * DAY + minutes(time)?)
}

/// The beginning of a window and its length.
fn window(text: &str, read: fn(&str) -> Option<u32>, round: u32) -> Option<(u32, u32)> {
    let (from, to) = text.trim().split_once('-')?;
    let (from, to) = (read(from)?, read(to)?);
    Some((from, (to + round - from) % round))
}

pub(super) fn windows(database: Resource<'_>, says: &mut Says) {
    let backup = database.get("PreferredBackupWindow");
    let upkeep = database.get("PreferredMaintenanceWindow");
    let mut read = |value: Value<'_>, read: fn(&str) -> Option<u32>, round: u32, form: &str| {
        let text = value.text()?;
        let Some((from, length)) = window(&text, read, round) else {
            says.add(value, format!("`{text}` is no window")).help(format!("write it as `{form}`, in UTC"));
            return None;
        };
        if length < 30 {
            says.add(value, format!("the window `{text}` has {length} minutes; the least is 30"))
                .help("make it half an hour or longer");
            return None;
        }
        Some((from, length))
    };
    let daily = read(backup, minutes, DAY, "03:00-03:30");
    let weekly = read(upkeep, weekly, WEEK, "sun:04:00-sun:04:30");
    let (Some((daily, long)), Some((upkeep_from, upkeep_long))) = (daily, weekly) else { return };
    // Of an instance in a cluster, the backup window is the cluster's.
    let overlaps = (0..8).any(|day: u32| {
        let from = day * DAY + daily;
        let meets = |other: u32| from < other + upkeep_long && other < from + long;
        meets(upkeep_from) || meets(upkeep_from + WEEK)
    }) || (daily + long > DAY && upkeep_from < daily + long - DAY);
    if overlaps {
        says.add(upkeep, format!("the maintenance window of `{}` overlaps its backup window", database.id()))
            .also(backup, "backups are made then")
            .help("choose another time for one of them");
    }
}

pub(super) fn master_password(database: Resource<'_>, says: &mut Says) {
    let managed = database.get("ManageMasterUserPassword");
    if managed.boolean() == Some(true) {
        let password = database.get("MasterUserPassword");
        if password.is_set() {
            says.add(
                password,
                format!("`{}` has its password managed by RDS, and another one", database.id()),
            )
            .also(managed, "RDS makes a password")
            .help("keep one of the two");
        }
        for (property, what) in [
            ("GlobalClusterIdentifier", "a member of a global database"),
            ("SourceDBInstanceIdentifier", "a read replica"),
            ("ReplicationSourceIdentifier", "a replica"),
        ] {
            let value = database.get(property);
            if value.is_set() && !value.is("") {
                says.add(managed, format!("RDS does not manage the password of {what}"))
                    .also(value, "it is one")
                    .help(
                        "make a secret of your own, and refer to it in `MasterUserPassword` of the primary",
                    );
            }
        }
    }
    let global = database.referrers().into_iter().map(|reference| reference.from);
    let mut global = global.filter(|from| {
        from.kind() == "AWS::RDS::GlobalCluster"
            && from.get("SourceDBClusterIdentifier").resource() == Some(database)
    });
    if managed.boolean() == Some(true)
        && let Some(global) = global.next()
    {
        says.add(managed, "RDS does not manage the password of a member of a global database")
            .also(global, "the global database")
            .help("make a secret of your own, and refer to it in `MasterUserPassword`");
    }
    let source = database.get("SourceDBInstanceIdentifier");
    if let Some(original) = source.resource().filter(|original| original.kind() == database.kind())
        && original.get("ManageMasterUserPassword").boolean() == Some(true)
        && engine_of(original).is_some_and(|engine| !engine.starts_with("sqlserver"))
    {
        says.add(
            source,
            format!("`{}` is to be copied from a database whose password RDS manages", database.id()),
        )
        .also(original.get("ManageMasterUserPassword"), "RDS manages it")
        .help("such a database cannot have read replicas; make a secret of your own for it");
    }
}

pub(super) fn contradictions(instance: Resource<'_>, says: &mut Says) {
    let (multi, zone) = (instance.get("MultiAZ"), instance.get("AvailabilityZone"));
    if multi.boolean() == Some(true) && zone.is_set() {
        says.add(zone, format!("`{}` is to be in several zones, and in this one", instance.id()))
            .also(multi, "several zones")
            .help("remove `AvailabilityZone`; RDS chooses two");
    }
    let source = instance.get("SourceDBInstanceIdentifier");
    let Some(original) = source.resource().filter(|original| original.kind() == instance.kind()) else {
        return;
    };
    let kept = original.get("BackupRetentionPeriod");
    if kept.integer() == Some(0) {
        says.add(
            source,
            format!("`{}` is a replica of `{}`, which has no backups", instance.id(), original.id()),
        )
        .also(kept, "backups are off")
        .help("a source of replicas needs automated backups; keep them for a day or longer");
    }
}

/// The logs that an engine can send to CloudWatch Logs; none for engines that are not known here.
fn logs(engine: &str, cluster: bool) -> &'static [&'static str] {
    match engine {
        "mysql" | "aurora-mysql" => {
            &["audit", "error", "general", "slowquery", "iam-db-auth-error", "instance"]
        }
        "mariadb" => &["audit", "error", "general", "slowquery", "iam-db-auth-error"],
        "postgres" if cluster => &["postgresql", "upgrade", "iam-db-auth-error", "instance"],
        "postgres" => &["postgresql", "upgrade", "iam-db-auth-error"],
        "aurora-postgresql" => &["postgresql", "upgrade", "iam-db-auth-error", "instance"],
        oracle if oracle.starts_with("oracle-") => &["alert", "audit", "listener", "oemagent", "trace"],
        server if server.starts_with("sqlserver-") => &["agent", "error"],
        db2 if db2.starts_with("db2-") => &["diag.log", "notify.log", "iam-db-auth-error"],
        _ => &[],
    }
}

pub(super) fn monitoring(database: Resource<'_>, says: &mut Says) {
    let (interval, role) = (database.get("MonitoringInterval"), database.get("MonitoringRoleArn"));
    if interval.integer().is_some_and(|seconds| seconds > 0) && role.is_absent() {
        says.add(
            interval,
            format!("`{}` is monitored every few seconds without `MonitoringRoleArn`", database.id()),
        )
        .help("name a role that monitoring.rds.amazonaws.com may assume, or set the interval to 0");
    }
    for (property, switch) in [
        ("PerformanceInsightsRetentionPeriod", "EnablePerformanceInsights"),
        ("PerformanceInsightsRetentionPeriod", "PerformanceInsightsEnabled"),
    ] {
        let value = database.get(property);
        if value.is_set() && database.get(switch).boolean() == Some(false) {
            says.add(
                value,
                format!("`{property}` of `{}` is set, and Performance Insights is off", database.id()),
            )
            .also(database.get(switch), "off")
            .help(format!("remove it, or set `{switch}: true`"));
        }
    }
    let Some(engine) = engine_of(database) else { return };
    let known = logs(&engine, database.kind() == CLUSTER);
    for log in database.get("EnableCloudwatchLogsExports").items() {
        if let Some(name) = log.text()
            && !known.is_empty()
            && !known.contains(&&*name)
        {
            says.add(log, format!("`{engine}` has no log `{name}`"))
                .help(format!("its logs are {}", known.join(", ")));
        }
    }
}

pub(super) fn serverless(cluster: Resource<'_>, says: &mut Says) {
    let scaling = cluster.get("ServerlessV2ScalingConfiguration");
    let (least, most) = (scaling.get("MinCapacity"), scaling.get("MaxCapacity"));
    if let (Some(low), Some(high)) = (least.number(), most.number())
        && low > high
    {
        says.add(least, format!("the least capacity {low} is greater than the greatest, {high}"))
            .also(most, "the greatest capacity")
            .help("exchange them");
    }
    if scaling.is_set() {
        return;
    }
    let members = cluster.referrers().into_iter().map(|reference| reference.from);
    let member = members
        .filter(|from| cluster_of(*from) == Some(cluster))
        .find(|from| from.get("DBInstanceClass").is("db.serverless"));
    if let Some(member) = member {
        says.add(scaling, format!("`{}` has serverless instances and no limits of capacity", cluster.id()))
            .also(member.get("DBInstanceClass"), "a serverless instance")
            .help("set `ServerlessV2ScalingConfiguration` with `MinCapacity` and `MaxCapacity`");
    }
}

pub(super) fn proxy(proxy: Resource<'_>, says: &mut Says) {
    let auth = proxy.get("Auth");
    let scheme = proxy.get("DefaultAuthScheme");
    let by_iam = scheme.is_set() && !scheme.is("NONE");
    for entry in auth.items() {
        let secret = entry.get("SecretArn");
        if secret.is_absent() && !entry.is_unknown() && !by_iam {
            says.add(secret, format!("`{}` has nothing to log on to the database with", proxy.id()))
                .help("name a secret with `username` and `password` in `SecretArn`");
        }
    }
    let (subnets, tls) = (proxy.get("VpcSubnetIds"), proxy.get("RequireTLS"));
    if subnets.items().len() == 1 {
        says.add(subnets, format!("the proxy `{}` has one subnet", proxy.id()))
            .help("name subnets in at least two zones");
    }
    let by_token = auth.items().into_iter().map(|entry| entry.get("IAMAuth")).find(|it| it.is("REQUIRED"));
    if let Some(by_token) = by_token
        && (tls.is_absent() || tls.boolean() == Some(false))
    {
        says.add(tls, format!("clients of `{}` log on with IAM, and it does not require TLS", proxy.id()))
            .severity(formwork_core::Severity::Warning)
            .also(by_token, "tokens are passwords")
            .help("set `RequireTLS: true`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read() {
        assert_eq!(window("23:30-00:30", minutes, DAY), Some((23 * 60 + 30, 60)));
        assert_eq!(window("sun:23:45-mon:00:15", weekly, WEEK), Some((6 * DAY + 23 * 60 + 45, 30)));
        for wrong in ["3:00-4:00", "24:00-25:00", "é", "03:00", "--", "sun:03:00-sun:04:00"] {
            assert_eq!(window(wrong, minutes, DAY), None, "{wrong}");
        }
    }
}
