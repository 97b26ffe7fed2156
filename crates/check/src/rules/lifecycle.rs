//! What happens to resources when they are changed, replaced or deleted.

use std::collections::HashSet;

use formwork_core::Severity;

use crate::{
    context::{Context, Piece, Reference, Resource, Value},
    document::Content,
    rule::{Rule, Run, Says, rule},
};

mod names;
mod taken;

const DATABASES: &[&str] = &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];
/// What holds data that nobody can make again.
const DATA: &[&str] = &[
    "AWS::AmazonMQ::Broker",
    "AWS::Backup::BackupVault",
    "AWS::Cassandra::Table",
    "AWS::Cognito::UserPool",
    "AWS::DSQL::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::DocDBElastic::Cluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::MSK::Cluster",
    "AWS::MSK::ServerlessCluster",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3Tables::TableBucket",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::InfluxDBCluster",
    "AWS::Timestream::InfluxDBInstance",
    "AWS::Timestream::Table",
];
/// Of these, what can mostly be made again, keeps its data for a while only, or is not deleted before it is empty.
const MINOR: &[&str] = &[
    "AWS::AmazonMQ::Broker",
    "AWS::Backup::BackupVault",
    "AWS::ECR::Repository",
    "AWS::Kinesis::Stream",
    "AWS::SecretsManager::Secret",
];
/// What `Snapshot` is known for.
const SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];
/// What may be told to be upgraded to another major version.
const UPGRADED: &[&str] = &[
    "AWS::DMS::ReplicationInstance",
    "AWS::EKS::Cluster",
    "AWS::Elasticsearch::Domain",
    "AWS::Neptune::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBInstance",
];

pub(super) const RULES: &[Rule] = &[
    rule!("FW1601", Note, Run::Template(shared_stack)),
    rule!("FW1602", Note, Run::System(names::fixed_name)),
    rule!("FW1603", Warning, Run::Resource(DATA, kept)),
    rule!("FW1604", Warning, Run::Resource(DATA, both_policies)),
    rule!("FW1605", Warning, Run::Resource(DATA, deleted_on_purpose)),
    rule!("FW1606", Note, Run::Resource(&["AWS::RDS::DBInstance"], drifting_version)),
    rule!("FW1607", Note, Run::Resource(DATABASES, pinned_version)),
    rule!("FW1608", Note, Run::Resource(&["AWS::SecretsManager::Secret"], generated_again)),
    rule!("FW1609", Note, Run::Resource(DATABASES, from_a_snapshot)),
    rule!("FW1610", Note, Run::Resource(DATA, names::retained_name)),
    rule!("FW1611", Warning, Run::Resource(UPGRADED, one_way)),
    rule!("FW1612", Note, Run::Resource(&["AWS::KMS::Key", "AWS::KMS::ReplicaKey"], short_window)),
    rule!("FW1613", Error, Run::System(taken::twice)),
];

/// Whether a resource holds data of its own; an instance of a cluster does not.
fn holds_data(resource: Resource<'_>) -> bool {
    if resource.kind() != "AWS::RDS::DBInstance" {
        return true;
    }
    // A replica can be made again, and an instance of Aurora keeps its data in the cluster.
    let elsewhere = ["DBClusterIdentifier", "SourceDBInstanceIdentifier"];
    elsewhere.iter().all(|property| resource.get(property).is_absent())
        && !resource.get("Engine").text().is_some_and(|engine| engine.starts_with("aurora"))
}

fn shared_stack<'a>(context: &'a Context<'a>, template: u32, says: &mut Says) {
    const REPLACED: &[&str] = &[
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::Lambda::Function",
        "AWS::Serverless::Function",
    ];
    let Some(declared) = context.template(template) else { return };
    let first = |kinds: &[&str]| {
        let all = kinds.iter().flat_map(|kind| declared.of_type(kind).iter());
        let resources = all.map(|index| Resource { context, template, index: *index });
        resources
            .filter(|it| it.exists() && it.kind() != "AWS::KMS::Key" && !MINOR.contains(&it.kind()))
            .filter(|it| holds_data(*it))
            .min_by_key(|it| it.index)
    };
    if let (Some(data), Some(code)) = (first(DATA), first(REPLACED)) {
        says.add(
            data,
            format!(
                "`{}` holds data and is in one stack with `{}`, which changes with every release",
                data.id(),
                code.id()
            ),
        )
        .also(code, "changes with every release")
        .help("keep data in a stack of its own, with termination protection, that is seldom touched");
    }
}

fn policy(resource: Resource<'_>, name: &'static str) -> Option<String> {
    resource.attribute(name).text().map(|text| text.into_owned())
}

fn kept(resource: Resource<'_>, says: &mut Says) {
    let (deletion, replacement) =
        (resource.attribute("DeletionPolicy"), resource.attribute("UpdateReplacePolicy"));
    if deletion.is_absent() && replacement.is_absent() && holds_data(resource) {
        says.add(resource, format!("`{}` holds data, and nothing says what becomes of it", resource.id()))
            .label("without `DeletionPolicy` and `UpdateReplacePolicy`")
            .severity(match MINOR.contains(&resource.kind()) {
                true => Severity::Note,
                false => Severity::Warning,
            })
            .help(match SNAPSHOTS.contains(&resource.kind()) {
                true => "set both to `Snapshot` or `Retain`",
                false => "set both to `Retain`",
            });
    }
}

fn both_policies(resource: Resource<'_>, says: &mut Says) {
    if !holds_data(resource) {
        return;
    }
    let names = ["DeletionPolicy", "UpdateReplacePolicy"];
    for (given, lacking) in [(names[0], names[1]), (names[1], names[0])] {
        let value = resource.attribute(given);
        let keeps = value
            .text()
            .is_some_and(|text| text == "Retain" || text == "Snapshot" || text == "RetainExceptOnCreate");
        if keeps && resource.attribute(lacking).is_absent() {
            let when = if lacking == names[0] { "removed from the template" } else { "replaced" };
            says.add(
                value,
                format!("`{}` is kept by `{given}`, and deleted when it is {when}", resource.id()),
            )
            .help(format!("set `{lacking}` as well"));
        }
    }
}

fn deleted_on_purpose(resource: Resource<'_>, says: &mut Says) {
    // A deleted bucket has to be empty; a key can be had back for a while.
    let kind = resource.kind();
    if ["AWS::S3::Bucket", "AWS::KMS::Key"].contains(&kind) || MINOR.contains(&kind) || !holds_data(resource)
    {
        return;
    }
    for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if policy(resource, name).as_deref() == Some("Delete") {
            says.add(resource.attribute(name), format!("the data of `{}` is deleted with it", resource.id()))
                .help("use `Snapshot` where there are snapshots, or `Retain`");
        }
    }
}

/// How many parts a version has that names a release and not only a major version.
fn parts_of_a_release(engine: &str) -> usize {
    if engine == "postgres" { 2 } else { 3 }
}

fn drifting_version(instance: Resource<'_>, says: &mut Says) {
    let (version, automatic) = (instance.get("EngineVersion"), instance.get("AutoMinorVersionUpgrade"));
    let engine = instance.get("Engine").text().unwrap_or_default();
    if !["mariadb", "mysql", "postgres"].contains(&&*engine) || instance.get("DBClusterIdentifier").is_set() {
        return;
    }
    let Some(text) = version.text() else { return };
    if text.split('.').count() >= parts_of_a_release(&engine)
        && (automatic.is_absent() || automatic.boolean() == Some(true))
    {
        let remark =
            says.add(version, format!("`{}` is at {text} only until RDS upgrades it", instance.id()));
        remark.note("minor versions are upgraded in the maintenance window, and the template then asks for an older one");
        remark.help("name the major version only, or set `AutoMinorVersionUpgrade: false`");
    }
}

fn pinned_version(database: Resource<'_>, says: &mut Says) {
    let made_of =
        ["DBClusterIdentifier", "DBSnapshotIdentifier", "SnapshotIdentifier", "SourceDBInstanceIdentifier"];
    let copies = ["SourceDBClusterIdentifier", "ReplicationSourceIdentifier", "GlobalClusterIdentifier"];
    let other = made_of.iter().chain(&copies).any(|property| database.get(property).is_set());
    let version = database.get("EngineVersion");
    if version.is_absent() && !other && database.get("Engine").is_set() {
        says.add(
            version,
            format!("`{}` takes the engine version that is the default on the day", database.id()),
        )
        .help("name the major version at least; environments that are made later are then the same");
    }
}

fn generated_again(secret: Resource<'_>, says: &mut Says) {
    let rules = secret.get("GenerateSecretString");
    if rules.is_absent() {
        return;
    }
    let mut seen = HashSet::new();
    let readers: Vec<Reference<'_>> = (secret.referrers().into_iter())
        .filter(|it| DATABASES.contains(&it.from.kind()) || is_read(it.at))
        .filter(|it| seen.insert(it.from))
        .collect();
    let Some(first) = readers.first() else { return };
    let remark = says
        .add(rules, format!("a change here makes a new password, which `{}` does not know", first.from.id()));
    for reader in readers.iter().take(5) {
        remark.also(reader.at, "the password is read here");
    }
    remark.note(
        "the old value is gone; a dynamic reference is read again only when the resource itself is changed",
    );
    remark.help(match DATABASES.contains(&first.from.kind()) {
        true => "leave it as it is once it is deployed, or use `ManageMasterUserPassword`",
        false => "leave it as it is once it is deployed",
    });
}

/// Whether a reference to a secret is part of a dynamic reference: `{{resolve:secretsmanager:${Secret}}}`.
fn is_read(at: Value<'_>) -> bool {
    let dynamic = |text: &str| text.contains("{{resolve:secretsmanager:");
    if at.pieces().iter().any(|piece| matches!(piece, Piece::Text(text) if dynamic(text))) {
        return true;
    }
    // Within `Fn::Join`, the beginning stands before it in the list.
    let Some(document) = at.context.document(at.template) else { return false };
    let Content::List(list) = document.content(document.parent(at.node)) else { return false };
    list.iter().any(|node| matches!(document.content(node), Content::Text(text) if dynamic(text)))
}

fn from_a_snapshot(database: Resource<'_>, says: &mut Says) {
    for property in ["DBSnapshotIdentifier", "SnapshotIdentifier"] {
        let value = database.get(property);
        if value.is_set() && !value.is("") {
            says.add(
                value,
                format!(
                    "`{}` is restored from a snapshot, and is replaced when `{property}` changes",
                    database.id()
                ),
            )
            .note("with the property removed or changed, the data since then is lost")
            .help("keep the property as it is for as long as the database lives");
        }
    }
}

/// Upgrades that cannot be taken back.
fn one_way(resource: Resource<'_>, says: &mut Says) {
    let id = resource.id();
    let major = resource.get("AllowMajorVersionUpgrade");
    if major.boolean() == Some(true) {
        says.add(
            major,
            format!("a new version in the template takes `{id}` to another major version for good"),
        )
        .note(
            "no major upgrade can be taken back; the way back is a snapshot, without what was written since",
        )
        .help(
            "set it for the deployment that upgrades, with a snapshot taken before, and remove it afterwards",
        );
    }
    let force = resource.get("Force");
    if resource.kind() == "AWS::EKS::Cluster" && force.boolean() == Some(true) {
        says.add(
            force,
            format!("a new version of `{id}` is rolled out also where checks say that it breaks something"),
        )
        .note("the version of a control plane cannot be taken back")
        .help("leave it out, and mend what the upgrade insights of the cluster name");
    }
    let update = resource.attribute("UpdatePolicy").get("EnableVersionUpgrade");
    if update.boolean() == Some(true) {
        says.add(update, format!("a new version in the template upgrades `{id}` in place and for good"))
            .severity(Severity::Note)
            .note("without it, the domain is replaced by an empty one")
            .help("take a snapshot before a change of the version");
    }
}

/// Keys that are gone soon after they were deleted.
fn short_window(key: Resource<'_>, says: &mut Says) {
    let window = key.get("PendingWindowInDays");
    let retained = key.attribute("DeletionPolicy").is("Retain");
    if let Some(days) = window.integer().filter(|days| *days < 14 && !retained) {
        says.add(window, format!("`{}` can be had back for {days} days only after it was deleted", key.id()))
            .note("what is encrypted with a key is lost with it")
            .help("leave it out: 30 days");
    }
}

#[cfg(test)]
mod tests {
    fn codes(resources: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Parameters":{{"P":{{"Type":"String","Default":"x"}}}},"Resources":{{{resources}}}}}"#
        );
        let report = crate::templates(&[crate::Source::new("t.json", text)]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| code.starts_with("FW16")).collect()
    }

    #[test]
    fn instances_of_clusters_hold_no_data() {
        let instance = |more: &str| {
            format!(
                r#""I":{{"Type":"AWS::RDS::DBInstance","Properties":{{"Engine":"postgres","EngineVersion":"17"{more}}}}}"#
            )
        };
        assert_eq!(codes(&instance("")), ["FW1603"]);
        assert!(codes(&instance(r#","DBClusterIdentifier":{"Ref":"P"}"#)).is_empty());
        assert!(codes(&instance(r#","SourceDBInstanceIdentifier":{"Ref":"P"}"#)).is_empty());
    }

    #[test]
    fn all_that_holds_data_is_known() {
        /// What other resources hold the data of, what is for a while, and what is no more.
        const LEFT_OUT: &[&str] = &[
            "AWS::CloudFormation::Stack",
            "AWS::DocDB::DBInstance",
            "AWS::EMR::Cluster",
            "AWS::ElastiCache::CacheCluster",
            "AWS::ElastiCache::ReplicationGroup",
            "AWS::Logs::LogGroup",
            "AWS::Neptune::DBInstance",
            "AWS::Organizations::Account",
            "AWS::QLDB::Ledger",
            "AWS::SDB::Domain",
            "AWS::SQS::Queue",
        ];
        for kind in super::DATA.iter().chain(super::UPGRADED) {
            assert!(formwork_facts::resource_type(kind).is_some(), "{kind}");
        }
        for kind in formwork_facts::services().flat_map(formwork_facts::types) {
            let Some(facts) = formwork_facts::resource_type(kind) else { continue };
            let listed = super::DATA.contains(&kind);
            assert!(!facts.stateful || listed != LEFT_OUT.contains(&kind), "{kind}");
            let upgraded = facts.properties.get("AllowMajorVersionUpgrade").is_some();
            assert!(!upgraded || super::UPGRADED.contains(&kind), "{kind}");
        }
    }

    #[test]
    fn what_can_be_made_again_is_a_note() {
        for (kind, expected) in [
            ("AWS::MemoryDB::Cluster", "Warning"),
            ("AWS::MSK::Cluster", "Warning"),
            ("AWS::ECR::Repository", "Note"),
            ("AWS::SecretsManager::Secret", "Note"),
            ("AWS::SQS::Queue", ""),
            ("AWS::Logs::LogGroup", ""),
        ] {
            let text = format!(r#"{{"Resources":{{"R":{{"Type":"{kind}"}}}}}}"#);
            let report = crate::templates(&[crate::Source::new("t.json", text)]);
            let found = report.findings.iter().find(|finding| finding.code == "FW1603");
            let severity = found.map_or(String::new(), |finding| format!("{:?}", finding.severity));
            assert_eq!(severity, expected, "{kind}");
        }
    }

    #[test]
    fn all_readers_of_a_generated_secret_are_found() {
        let reads = |kind: &str, property: &str, value: &str| {
            let secret = r#""S":{"Type":"AWS::SecretsManager::Secret","DeletionPolicy":"Retain","UpdateReplacePolicy":"Retain","Properties":{"GenerateSecretString":{}}}"#;
            let found =
                codes(&format!(r#"{secret},"R":{{"Type":"{kind}","Properties":{{"{property}":{value}}}}}"#));
            found.contains(&"FW1608".to_owned())
        };
        let sub = r#"{"Fn::Sub":"{{resolve:secretsmanager:${S}:SecretString:p}}"}"#;
        let join = r#"{"Fn::Join":["",["{{resolve:secretsmanager:",{"Ref":"S"},":SecretString:p}}"]]}"#;
        for value in [sub, join] {
            assert!(reads("AWS::ElastiCache::ReplicationGroup", "AuthToken", value), "{value}");
            assert!(reads("AWS::DocDB::DBCluster", "MasterUserPassword", value), "{value}");
            assert!(reads("AWS::Redshift::Cluster", "MasterUserPassword", value), "{value}");
            let options = format!(r#"{{"MasterUserOptions":{{"MasterUserPassword":{value}}}}}"#);
            assert!(reads("AWS::OpenSearchService::Domain", "AdvancedSecurityOptions", &options), "{value}");
            let mode = format!(r#"{{"Type":"password","Passwords":[{value}]}}"#);
            assert!(reads("AWS::MemoryDB::User", "AuthenticationMode", &mode), "{value}");
        }
        // What is told where the secret is reads it itself.
        assert!(!reads("AWS::MSK::BatchScramSecret", "SecretArnList", r#"[{"Ref":"S"}]"#));
        assert!(!reads("AWS::Lambda::Function", "Environment", r#"{"Variables":{"S":{"Ref":"S"}}}"#));
    }

    #[test]
    fn ways_of_no_return() {
        for (kind, properties, more, expected) in [
            ("AWS::RDS::DBInstance", r#""AllowMajorVersionUpgrade":true"#, "", "FW1611"),
            ("AWS::RDS::DBInstance", r#""AllowMajorVersionUpgrade":false"#, "", ""),
            ("AWS::EKS::Cluster", r#""Force":true"#, "", "FW1611"),
            ("AWS::EKS::Cluster", "", "", ""),
            (
                "AWS::OpenSearchService::Domain",
                "",
                r#","UpdatePolicy":{"EnableVersionUpgrade":true}"#,
                "FW1611",
            ),
            ("AWS::KMS::Key", r#""PendingWindowInDays":7"#, "", "FW1612"),
            ("AWS::KMS::Key", r#""PendingWindowInDays":30"#, "", ""),
            ("AWS::KMS::Key", r#""PendingWindowInDays":7"#, r#","DeletionPolicy":"Retain""#, ""),
        ] {
            let found = codes(&format!(r#""R":{{"Type":"{kind}","Properties":{{{properties}}}{more}}}"#));
            let found = found.iter().find(|code| ["FW1611", "FW1612"].contains(&code.as_str()));
            assert_eq!(found.map_or("", |code| code), expected, "{kind} {properties}");
        }
    }
}
