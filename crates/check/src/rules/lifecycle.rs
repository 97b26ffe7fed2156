//! What happens to resources when they are changed, replaced or deleted.

use crate::{
    context::{Context, Resource},
    rule::{Rule, Run, Says, rule},
};

const DATABASES: &[&str] = &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];
/// What holds data that nobody can make again.
const DATA: &[&str] = &[
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
];

pub(super) const RULES: &[Rule] = &[
    rule!("FW1601", Note, Run::Template(shared_stack)),
    rule!("FW1602", Note, Run::Resource(NAMED, fixed_name)),
    rule!("FW1603", Warning, Run::Resource(DATA, kept)),
    rule!("FW1604", Warning, Run::Resource(DATA, both_policies)),
    rule!("FW1605", Warning, Run::Resource(DATA, deleted_on_purpose)),
    rule!("FW1606", Note, Run::Resource(&["AWS::RDS::DBInstance"], drifting_version)),
    rule!("FW1607", Note, Run::Resource(DATABASES, pinned_version)),
    rule!("FW1608", Note, Run::Resource(&["AWS::SecretsManager::Secret"], generated_again)),
    rule!("FW1609", Note, Run::Resource(DATABASES, from_a_snapshot)),
    rule!("FW1610", Note, Run::Resource(DATA, retained_name)),
];

/// Types that are replaced now and then, and the property that names them.
const NAMED: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::EC2::SecurityGroup",
    "AWS::ECS::Service",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
];

fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::Cognito::UserPool" => return None,
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => "TableName",
        "AWS::EC2::SecurityGroup" => "GroupName",
        "AWS::ECS::Service" => "ServiceName",
        "AWS::ElastiCache::ReplicationGroup" => "ReplicationGroupId",
        "AWS::ElasticLoadBalancingV2::LoadBalancer" | "AWS::ElasticLoadBalancingV2::TargetGroup" => "Name",
        "AWS::OpenSearchService::Domain" | "AWS::Elasticsearch::Domain" => "DomainName",
        "AWS::RDS::DBCluster" | "AWS::DocDB::DBCluster" | "AWS::Neptune::DBCluster" => "DBClusterIdentifier",
        "AWS::RDS::DBInstance" => "DBInstanceIdentifier",
        "AWS::S3::Bucket" => "BucketName",
        _ => return None,
    })
}

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
            .filter(|it| it.exists() && it.kind() != "AWS::KMS::Key" && holds_data(*it))
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

fn fixed_name(resource: Resource<'_>, says: &mut Says) {
    let Some(property) = name_property(resource.kind()) else { return };
    let name = resource.get(property);
    // A name that a parameter or the stack's name is part of can be changed when it has to be.
    let Some(text) = name.text().filter(|_| name.is_set() && name.function().is_none()) else { return };
    says.add(
        name,
        format!(
            "`{}` has the fixed name `{text}`, and cannot be replaced as long as that is taken",
            resource.id()
        ),
    )
    .note("CloudFormation makes the new resource before it deletes the old one")
    .help(format!("leave `{property}` out, or build it with the stack's name"));
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
            .help(match DATABASES.contains(&resource.kind()) {
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
    if ["AWS::S3::Bucket", "AWS::KMS::Key"].contains(&resource.kind()) || !holds_data(resource) {
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
    let referrers = secret.referrers();
    let database = referrers.iter().find(|reference| DATABASES.contains(&reference.from.kind()));
    if let Some(database) = database {
        says.add(rules, format!("a change here makes a new password, which `{}` does not know", database.from.id()))
            .also(database.at, "the password is read here")
            .note("the old value is gone; a dynamic reference is read again only when the database itself is changed")
            .help("leave it as it is once it is deployed, or use `ManageMasterUserPassword`");
    }
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

fn retained_name(resource: Resource<'_>, says: &mut Says) {
    let Some(property) = name_property(resource.kind()) else { return };
    let name = resource.get(property);
    let retained = policy(resource, "DeletionPolicy").is_some_and(|policy| policy == "Retain");
    let Some(text) = name.text().filter(|_| retained && name.function().is_none()) else { return };
    says.add(
        name,
        format!("`{}` stays when the stack is deleted, and its name `{text}` stays taken", resource.id()),
    )
    .also(resource.attribute("DeletionPolicy"), "it stays")
    .help("a new stack of the same template needs another name, or has to import the resource");
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
    fn names_that_depend_on_something_are_not_fixed() {
        let group = |name: &str| {
            format!(r#""G":{{"Type":"AWS::EC2::SecurityGroup","Properties":{{"GroupName":{name}}}}}"#)
        };
        assert_eq!(codes(&group("\"web\"")), ["FW1602"]);
        assert!(codes(&group(r#"{"Ref":"P"}"#)).is_empty());
        assert!(codes(&group(r#"{"Fn::Sub":"${AWS::StackName}-web"}"#)).is_empty());
    }
}
