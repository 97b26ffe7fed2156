//! Instance classes, node types and engines: lists that AWS adds to all the time.

use formwork_core::{Severity, nearest};
use formwork_facts::lists;

use super::{
    Code,
    scalars::{Complaint, Scalar},
    walk::{Walk, named, shown},
};
use crate::context::Value;

/// Where classes stand: type, property, list.
const CLASSES: &[(&str, &str, &str)] = &[
    ("AWS::AmazonMQ::Broker", "HostInstanceType", "amazonmq"),
    ("AWS::AutoScaling::AutoScalingGroup", "InstanceType", "ec2"),
    ("AWS::AutoScaling::LaunchConfiguration", "InstanceType", "ec2"),
    ("AWS::DAX::Cluster", "NodeType", "dax"),
    ("AWS::DocDB::DBInstance", "DBInstanceClass", "docdb"),
    ("AWS::EC2::CapacityReservation", "InstanceType", "ec2"),
    ("AWS::EC2::CapacityReservationFleet", "InstanceType", "ec2"),
    ("AWS::EC2::EC2Fleet", "InstanceType", "ec2"),
    ("AWS::EC2::Instance", "InstanceType", "ec2"),
    ("AWS::EC2::LaunchTemplate", "InstanceType", "ec2"),
    ("AWS::EC2::SpotFleet", "InstanceType", "ec2"),
    ("AWS::EKS::Nodegroup", "InstanceTypes", "ec2"),
    ("AWS::ElastiCache::CacheCluster", "CacheNodeType", "elasticache"),
    ("AWS::ElastiCache::ReplicationGroup", "CacheNodeType", "elasticache"),
    ("AWS::Elasticsearch::Domain", "DedicatedMasterType", "elasticsearch"),
    ("AWS::Elasticsearch::Domain", "InstanceType", "elasticsearch"),
    ("AWS::GameLift::GameServerGroup", "InstanceType", "ec2"),
    ("AWS::Neptune::DBInstance", "DBInstanceClass", "neptune"),
    ("AWS::OpenSearchService::Domain", "DedicatedMasterType", "opensearchservice"),
    ("AWS::OpenSearchService::Domain", "InstanceType", "opensearchservice"),
    ("AWS::RDS::DBCluster", "DBClusterInstanceClass", "rds-cluster"),
    ("AWS::RDS::DBInstance", "DBInstanceClass", "rds"),
    ("AWS::Redshift::Cluster", "NodeType", "redshift"),
];

/// Where engines stand: type, service.
const ENGINES: &[(&str, &str)] = &[
    ("AWS::ElastiCache::CacheCluster", "elasticache"),
    ("AWS::ElastiCache::ReplicationGroup", "elasticache"),
    ("AWS::ElastiCache::ServerlessCache", "elasticache"),
    ("AWS::RDS::DBCluster", "rds"),
    ("AWS::RDS::DBInstance", "rds"),
];

pub(super) fn judge(walk: &Walk<'_, '_>, scalar: Scalar<'_>, name: &str) -> Option<Complaint> {
    let Scalar::Text(text) = scalar else { return None };
    let is_class = name.contains("Type") || name.contains("Class");
    if !(is_class || name == "Engine")
        || text.is_empty()
        || text.contains("{{resolve:")
        || text.contains("${")
    {
        return None;
    }
    let kind = walk.kind();
    if name == "Engine" {
        let (_, service) = ENGINES.iter().find(|(of, _)| *of == kind)?;
        return engine(text, service);
    }
    let (.., list) = CLASSES.iter().find(|(of, property, _)| *of == kind && *property == name)?;
    let list = lists::classes(list)?;
    let Some(class) = list.class(text) else {
        let near = nearest(text, list.all().iter().map(|class| class.name()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "classes are written like `".to_owned() + list.all().first()?.name() + "`",
        };
        let complaint =
            Complaint::new(Code::UnknownClass, format!("no `{}` is known for `{name}`", shown(text)), help)?;
        // New classes have the form of old ones.
        let form = list.all().first()?.name();
        let prefix = form.split('.').next().filter(|_| form.matches('.').count() == 2);
        let fits = match prefix {
            Some(prefix) => text.starts_with(prefix) && text.matches('.').count() == 2,
            None => text.contains('.'),
        };
        return Some(if fits {
            complaint
        } else {
            Complaint { severity: Some(Severity::Error), ..complaint }
        });
    };
    let region = walk.resource?.region()?;
    if class.is_offered_in(region) == Some(false) {
        return Complaint::new(
            Code::NotOffered,
            format!("`{text}` is not offered in {region}"),
            "choose another class, or another Region",
        );
    }
    None
}

fn engine(text: &str, service: &str) -> Option<Complaint> {
    let known = || lists::engines(service).map(|engine| engine.name());
    if text.starts_with("custom-") || known().any(|engine| engine.eq_ignore_ascii_case(text)) {
        return None;
    }
    let help = match nearest(text, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", named(known().filter(|engine| !engine.starts_with("custom-")), "and")),
    };
    Complaint::new(Code::UnknownEngine, format!("there is no engine `{}`", shown(text)), help)
}

/// Whether the engine of a database, in its version, runs on its class.
pub(super) fn of_database<'a>(walk: &mut Walk<'a, '_>, database: Value<'a>) {
    let (class, engine) = (database.get("DBInstanceClass"), database.get("Engine"));
    let (Some(name), Some(engine)) = (class.text(), engine.text()) else { return };
    let Some(known) = lists::classes("rds").and_then(|list| list.class(&name)) else { return };
    let engine = engine.to_ascii_lowercase();
    if lists::engine("rds", &engine).is_none() || engine.starts_with("custom-") {
        return;
    }
    // No list of engines says nothing.
    let offered = known.engines().next().is_none() || known.engines().any(|offered| offered == engine);
    if !offered {
        walk.say(Code::EngineWithoutClass, class, format!("`{}` does not run on `{}`", engine, shown(&name)))
            .also(database.get("Engine"), "the engine")
            .help("choose a class that the engine runs on");
        return;
    }
    let named = database.get("EngineVersion");
    let Some(version) = named.text() else { return };
    let Some(families) = lists::families("rds", &version) else { return };
    let family = name.split('.').nth(1).unwrap_or_default();
    if !families.contains(&family) {
        let others = running(&engine, &families, &name);
        let others: Vec<String> = others.iter().map(|class| format!("`{class}`")).collect();
        let message = format!("version {} of `{engine}` does not run on `{}`", shown(&version), shown(&name));
        walk.say(Code::EngineWithoutClass, class, message).also(named, "the version").help(
            match others.as_slice() {
                [] => "choose a class of another family".to_owned(),
                others => format!("choose a class of another family, such as {}", others.join(" or ")),
            },
        );
    }
}

/// Up to two classes of these families, on which an engine runs, that are most like another one: of its size in families of
/// its kind, or else the smallest of these, or else the smallest of all.
fn running(engine: &str, families: &[&str], like: &str) -> Vec<&'static str> {
    const SIZES: &[&str] = &["micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge"];
    let mut parts = like.split('.').skip(1);
    let (family, size) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let parts = |class: &'static str| {
        let mut parts = class.split('.').skip(1);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    };
    let all = lists::classes("rds").map(|list| list.all()).unwrap_or_default().iter();
    let offered = all.filter(|class| class.engines().any(|offered| offered == engine));
    let fits: Vec<&str> =
        offered.map(|class| class.name()).filter(|class| families.contains(&parts(class).0)).collect();
    let kind = |class: &&&'static str| parts(class).0.get(..1) == family.get(..1);
    let mut same: Vec<&str> =
        fits.iter().filter(kind).filter(|class| parts(class).1 == size).copied().collect();
    if !same.is_empty() {
        return same.split_off(same.len().saturating_sub(2));
    }
    let place =
        |class: &&'static str| SIZES.iter().position(|known| *known == parts(class).1).unwrap_or(SIZES.len());
    let smallest = fits.iter().filter(kind).min_by_key(|class| place(class));
    smallest.or_else(|| fits.iter().min_by_key(|class| place(class))).copied().into_iter().collect()
}
