//! ElastiCache: nodes and failover, encryption, parameter groups, versions.

use std::borrow::Cow;

use formwork_core::Severity;
use formwork_facts::lists;

use crate::{
    context::Resource,
    rule::{Rule, Run, Says, rule},
};

const GROUP: &str = "AWS::ElastiCache::ReplicationGroup";
const CLUSTER: &str = "AWS::ElastiCache::CacheCluster";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1273", Error, Run::Resource(&[GROUP], failover)),
    rule!("FW1274", Error, Run::Resource(&[GROUP], transit_encryption)),
    rule!(
        "FW1275",
        Error,
        Run::Resource(&[GROUP, CLUSTER, "AWS::ElastiCache::ServerlessCache"], family_fits)
    ),
    rule!("FW1276", Warning, Run::Resource(&[GROUP, CLUSTER], known_version)),
    rule!("FW1277", Error, Run::Resource(&[CLUSTER], single_cluster)),
];

/// The engine; replication groups are Redis OSS where they do not say.
fn engine_of<'a>(cache: Resource<'a>) -> Option<Cow<'a, str>> {
    let engine = cache.get("Engine");
    if engine.is_absent() {
        return (cache.kind() == GROUP).then_some(Cow::Borrowed("redis"));
    }
    engine.text().map(|engine| engine.to_ascii_lowercase().into())
}

/// How many nodes each shard has, if that is known.
fn nodes(group: Resource<'_>) -> Option<i64> {
    let from_elsewhere = ["PrimaryClusterId", "GlobalReplicationGroupId", "NodeGroupConfiguration"];
    if from_elsewhere.iter().any(|property| group.get(property).is_set()) {
        return None;
    }
    let (nodes, replicas) = (group.get("NumCacheClusters"), group.get("ReplicasPerNodeGroup"));
    if nodes.is_set() {
        return nodes.integer();
    }
    if replicas.is_set() {
        return replicas.integer().map(|replicas| replicas.saturating_add(1));
    }
    // With shards and nothing else, every shard has a primary only.
    (group.get("NumNodeGroups").is_absent() || group.get("NumNodeGroups").integer().is_some()).then_some(1)
}

fn failover(group: Resource<'_>, says: &mut Says) {
    let (automatic, zones) = (group.get("AutomaticFailoverEnabled"), group.get("MultiAZEnabled"));
    if zones.boolean() == Some(true) && (automatic.is_absent() || automatic.boolean() == Some(false)) {
        says.add(zones, format!("`{}` is to be in several zones without automatic failover", group.id()))
            .help("set `AutomaticFailoverEnabled: true`");
        return;
    }
    let sharded = group.get("NumNodeGroups");
    let sharded = sharded.is_set() && sharded.integer() != Some(1);
    // With cluster mode, failover has to be on even where there is nothing to fail over to.
    let asked = [(automatic, "AutomaticFailoverEnabled"), (zones, "MultiAZEnabled")];
    let asked = asked.iter().find(|(value, name)| {
        value.boolean() == Some(true) && !(sharded && *name == "AutomaticFailoverEnabled")
    });
    let asked = if zones.boolean() == Some(true) { Some(&(zones, "MultiAZEnabled")) } else { asked };
    if let (Some((value, name)), Some(1)) = (asked, nodes(group)) {
        // With cluster mode, which a parameter group may switch on, a shard may do without replicas.
        let clustered = ["ClusterMode", "CacheParameterGroupName"].iter().any(|it| group.get(it).is_set());
        if group.get("NumCacheClusters").is_absent() && clustered && *name == "AutomaticFailoverEnabled" {
            return;
        }
        says.add(*value, format!("`{name}` of `{}`, which has one node a shard", group.id()))
            .help("set `NumCacheClusters: 2`, or `ReplicasPerNodeGroup: 1` with `NumNodeGroups`");
    }
}

fn transit_encryption(group: Resource<'_>, says: &mut Says) {
    let encrypted = group.get("TransitEncryptionEnabled");
    let valkey = engine_of(group).is_some_and(|engine| engine == "valkey");
    if encrypted.is_absent() && valkey {
        says.add(
            encrypted,
            format!("`{}` runs Valkey and does not say whether traffic is encrypted", group.id()),
        )
        .help("set `TransitEncryptionEnabled: true`");
        return;
    }
    if encrypted.is_set() && encrypted.boolean() != Some(false) {
        return;
    }
    for property in ["AuthToken", "UserGroupIds"] {
        let value = group.get(property);
        if value.is_set() && (property != "UserGroupIds" || !value.items().is_empty()) {
            says.add(value, format!("`{property}` of `{}` without encryption in transit", group.id()))
                .help("set `TransitEncryptionEnabled: true`; passwords are not taken over plain connections");
        }
    }
}

fn family_fits(cache: Resource<'_>, says: &mut Says) {
    let Some(engine) = engine_of(cache).filter(|engine| lists::engine("elasticache", engine).is_some())
    else {
        return;
    };
    let named = cache.get("CacheParameterGroupName");
    let text = named.text();
    let (family, also) = match (named.resource(), &text) {
        (Some(group), _) => (group.get("CacheParameterGroupFamily").text(), Some(group)),
        (None, Some(name)) => (name.strip_prefix("default.").map(|name| name.to_owned().into()), None),
        _ => (None, None),
    };
    let Some(family) = family else { return };
    let family = family.split(".cluster").next().unwrap_or_default();
    let version = cache.get("EngineVersion").text();
    let major = family.strip_prefix(&*engine).filter(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    let fits = |major: &str, version: &str| {
        major
            .split('.')
            .zip(version.split('.'))
            .all(|(one, other)| one == other || one == "x" || other == "x")
    };
    let message = match (major, version) {
        (None, _) => format!("a parameter group of family `{family}` does not fit engine `{engine}`"),
        (Some(major), Some(given)) if !fits(major, &given) => {
            format!("a parameter group of family `{family}` does not fit version {given} of `{engine}`")
        }
        _ => return,
    };
    let remark = says.add(named, message);
    remark.help(format!(
        "use a group whose family is that of `{engine}` and its version, such as `valkey8`, `redis7`"
    ));
    if let Some(group) = also {
        remark.also(group.get("CacheParameterGroupFamily"), "the group's family");
    }
}

fn known_version(cache: Resource<'_>, says: &mut Says) {
    let value = cache.get("EngineVersion");
    let (Some(engine), Some(given)) = (engine_of(cache), value.text()) else { return };
    let Some(known) = lists::engine("elasticache", &engine) else { return };
    let Some(newest) = known.versions().last() else { return };
    let major: Option<u32> = given.split('.').next().and_then(|major| major.parse().ok());
    let Some(major) = major else {
        says.add(value, format!("`{given}` is no version of `{engine}`"))
            .severity(Severity::Error)
            .help(format!("a version is a number, such as `{}`", newest.number));
        return;
    };
    if engine == "redis" && major < 6 {
        says.add(value, format!("version {given} of Redis OSS is past its standard support"))
            .note("what runs such a version is charged for extended support, or upgraded")
            .help("use `7.1`, or Valkey");
        return;
    }
    // Of Memcached, and of versions before these, only some are known.
    let listed = (engine == "redis" || engine == "valkey") && !given.ends_with(".x");
    let begins = |number: &str| {
        number.strip_prefix(&*given).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || given.strip_prefix(number).is_some_and(|rest| rest.starts_with('.'))
    };
    if listed && !known.versions().iter().any(|version| begins(version.number)) {
        let remark = says.add(value, format!("version {given} of `{engine}` is not known"));
        remark.help(format!("`{}` is known", newest.number));
        if lists::compare_versions(&given, newest.number).is_gt() && engine == "valkey" {
            remark.severity(Severity::Note).note("it is newer than all versions that are known here");
        }
    }
}

fn single_cluster(cluster: Resource<'_>, says: &mut Says) {
    let Some(engine) = engine_of(cluster) else { return };
    let number = cluster.get("NumCacheNodes");
    match &*engine {
        "memcached" => {
            for property in ["SnapshotRetentionLimit", "SnapshotWindow", "SnapshotName", "SnapshotArns"] {
                let value = cluster.get(property);
                if value.is_set() && value.integer() != Some(0) {
                    says.add(
                        value,
                        format!("`{property}` of `{}`: Memcached makes no snapshots", cluster.id()),
                    )
                    .help("remove it, or use Valkey");
                }
            }
        }
        "redis" | "valkey" => {
            if number.integer().is_some_and(|nodes| nodes > 1) {
                says.add(number, format!("`{}` has engine `{engine}` and more than one node", cluster.id()))
                    .help("use `AWS::ElastiCache::ReplicationGroup` for replicas and shards");
            }
        }
        _ => return,
    }
    let zones = cluster.get("AZMode");
    if zones.text().is_some_and(|mode| mode.eq_ignore_ascii_case("cross-az"))
        && number.integer() == Some(1)
        && zones.function().is_none()
    {
        says.add(zones, format!("`{}` is to be in several zones, and has one node", cluster.id()))
            .also(number, "one node")
            .help("remove `AZMode`, or give it more nodes");
    }
}

#[cfg(test)]
mod tests {
    fn codes(properties: &str) -> Vec<String> {
        let text = format!(
            "{{\"Parameters\":{{\"P\":{{\"Type\":\"String\"}}}},\"Resources\":{{\"Cache\":{{\"Type\":\
             \"AWS::ElastiCache::ReplicationGroup\",\"Properties\":{{\"ReplicationGroupDescription\":\"c\",{properties}}}}}}}}}"
        );
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ("FW1273".."FW1278").contains(&code.as_str())).collect()
    }

    #[test]
    fn failover_needs_a_second_node() {
        assert_eq!(codes(r#""AutomaticFailoverEnabled":true,"NumCacheClusters":1"#), ["FW1273"]);
        assert!(codes(r#""AutomaticFailoverEnabled":true,"NumCacheClusters":{"Ref":"P"}"#).is_empty());
        assert!(
            codes(r#""AutomaticFailoverEnabled":true,"NumNodeGroups":3,"ReplicasPerNodeGroup":1"#).is_empty()
        );
        assert!(codes(r#""AutomaticFailoverEnabled":true,"NumNodeGroups":2"#).is_empty());
        assert!(
            codes(r#""AutomaticFailoverEnabled":true,"CacheParameterGroupName":"default.redis7.cluster.on""#)
                .is_empty()
        );
        assert_eq!(codes(r#""MultiAZEnabled":true,"NumCacheClusters":2"#), ["FW1273"]);
    }

    #[test]
    fn versions_and_families() {
        assert!(
            codes(r#""EngineVersion":"7.1","CacheParameterGroupName":"default.redis7.cluster.on""#)
                .is_empty()
        );
        assert!(codes(r#""EngineVersion":"6.x","CacheParameterGroupName":"default.redis6.x""#).is_empty());
        assert_eq!(
            codes(r#""EngineVersion":"7.1","CacheParameterGroupName":"default.redis6.x""#),
            ["FW1275"]
        );
        assert_eq!(codes(r#""EngineVersion":"7.9""#), ["FW1276"]);
        assert!(codes(r#""Engine":{"Ref":"P"},"EngineVersion":"0.1""#).is_empty());
    }
}
