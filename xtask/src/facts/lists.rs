//! Values that AWS adds to all the time: the extensions of the schemas in `cfn-lint` in, the text of
//! `crates/facts/data/lists.txt` out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use formwork_facts::lists::compare_versions;
use serde_json::Value;

/// What the file says of itself.
const HEAD: &str = "\
# Instance classes and where they are offered, engines and their versions: written by `cargo xtask facts update`, not
# by hand.
#
# classes <list>, in brackets
# regions <all Regions that are known to the list>
# <engines that offer the classes below, or *> <everywhere, or only or but with Regions>
#  <class>
#
# families <list>, in brackets
# <families of classes on which the versions below run>
#  <version, or how it begins>
#
# engine <service> <engine>, in brackets
#  <version> <deprecated, or nothing>
#
# zones, in brackets
#  <Region> <the letters of its zones>
";

/// The lists of classes, and the files with the classes of every Region.
const CLASSES: &[(&str, &str)] = &[
    ("amazonmq", "aws_amazonmq_broker/instancetype_enum.json"),
    ("dax", "aws_dax_cluster/nodetype_enum.json"),
    ("docdb", "aws_docdb_dbinstance/dbinstanceclass_enum.json"),
    ("ec2", "aws_ec2_instance/instancetype_enum.json"),
    ("elasticache", "aws_elasticache_cachecluster/cachenodetype_enum.json"),
    ("elasticsearch", "aws_elasticsearch_domain/elasticsearchclusterconfig_instancetype_enum.json"),
    ("neptune", "aws_neptune_dbinstance/dbinstanceclass_enum.json"),
    ("opensearchservice", "aws_opensearchservice_domain/clusterconfig_instancetype_enum.json"),
    ("rds", "aws_rds_dbinstance/dbinstanceclass_enum.json"),
    ("rds-cluster", "aws_rds_dbcluster/dbclusterinstanceclass_enum.json"),
    ("redshift", "aws_redshift_cluster/nodetype_enum.json"),
];

/// The services with engines: the files with their versions, and those with the versions that are deprecated.
const ENGINES: &[(&str, &[&str], &[&str])] = &[
    ("elasticache", &["aws_elasticache_cachecluster/engine_version.json"], &[]),
    (
        "rds",
        &["aws_rds_dbinstance/engine_version.json", "aws_rds_dbcluster/engine_version.json"],
        &[
            "aws_rds_dbinstance/engine_version_deprecated.json",
            "aws_rds_dbcluster/engine_version_deprecated.json",
        ],
    ),
];

/// The lists of classes whose families depend on the version of the engine, and the files that say so.
const FAMILIES: &[(&str, &str)] = &[("rds", "aws_rds_dbinstance/db_instance_class.json")];

/// The engine of what has only one.
const ANY: &str = "*";

/// Turns the extensions, as `read` yields them by their paths, into the data file, or says what in them is not
/// understood.
pub(crate) fn import(read: impl Fn(&str) -> Result<Value, String>, source: &str) -> Result<String, String> {
    let zones = zones(source)?;
    let mut text = HEAD.to_owned();
    let mut engines = String::new();
    // Classes are listed for an engine without versions that nothing takes any more.
    let mut current = BTreeSet::from([ANY.to_owned()]);
    for (service, files, deprecated) in ENGINES {
        let mut versions: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        for (files, is_deprecated) in [(files, false), (deprecated, true)] {
            for file in *files {
                let found =
                    read(file).and_then(|content| engine_versions(&content, &mut versions, is_deprecated));
                found.map_err(|problem| format!("{file}: {problem}"))?;
            }
        }
        current.extend(versions.keys().cloned());
        for (engine, versions) in &versions {
            write_engine(&mut engines, service, engine, versions);
        }
    }
    for (list, file) in CLASSES {
        let found = read(file).and_then(|content| classes(&content));
        let mut found = found.map_err(|problem| format!("{file}: {problem}"))?;
        found.offers.retain(|(_, engine), _| current.contains(engine));
        write_classes(&mut text, list, &found);
    }
    for (list, file) in FAMILIES {
        let found = read(file).and_then(|content| families(&content));
        let found = found.map_err(|problem| format!("{file}: {problem}"))?;
        write_families(&mut text, list, &found);
    }
    Ok(text + &engines + "\n[zones]\n" + &zones)
}

/// Reads the zones of Regions from the source of the program, which has them as a dictionary of lists of names.
fn zones(source: &str) -> Result<String, String> {
    let missing = "there is no dictionary AVAILABILITY_ZONES";
    let (_, from) = source.split_once("AVAILABILITY_ZONES = {").ok_or(missing)?;
    let (dictionary, _) = from.split_once('}').ok_or(missing)?;
    let code = dictionary.lines().map(|line| line.split('#').next().unwrap_or_default());
    let code = code.collect::<String>();
    let mut lines = BTreeMap::new();
    for entry in code.split(']').filter(|entry| !entry.trim_matches([',', ' ']).is_empty()) {
        let (region, names) = entry.split_once('[').ok_or_else(|| format!("`{entry}` is no list"))?;
        let region = region.trim_matches([',', ' ', ':', '"']);
        let names =
            names.split(',').map(|name| name.trim_matches([' ', '"'])).filter(|name| !name.is_empty());
        let letters: Option<BTreeSet<char>> = names
            .map(|name| {
                let mut letters = name.strip_prefix(region)?.chars();
                letters.next().filter(|_| letters.next().is_none())
            })
            .collect();
        let letters = letters.ok_or_else(|| format!("{region} has zones of other names"))?;
        lines.insert(word(region)?, letters);
    }
    Ok(lines
        .into_iter()
        .map(|(region, letters)| format!(" {region} {}\n", letters.into_iter().collect::<String>()))
        .collect())
}

/// How versions begin, with the families of classes on which they run.
type Families = BTreeMap<String, BTreeSet<String>>;

/// Reads classes for every engine and version. All engines have the same ones there, so that only versions tell.
fn families(content: &Value) -> Result<Families, String> {
    let mut families = Families::new();
    for rule in content["allOf"].as_array().ok_or("no list of rules")? {
        let pattern = rule["if"]["properties"]["EngineVersion"]["pattern"].as_str();
        // `^(8\.0\..+|8\.0)$`
        let version = pattern.and_then(|it| it.strip_prefix("^(")?.strip_suffix(")$")?.rsplit('|').next());
        let version = version.ok_or("a rule without a version")?.replace('\\', "");
        let classes = texts(&rule["then"]["properties"]["DBInstanceClass"]["enum"]);
        let of = families.entry(word(&version)?).or_default();
        for class in classes.ok_or_else(|| format!("{version} has no list of classes"))? {
            let family = class.split('.').nth(1).ok_or_else(|| format!("{class:?} is no class"))?;
            of.insert(word(family)?);
        }
    }
    Ok(families)
}

fn write_families(text: &mut String, list: &str, families: &Families) {
    let _ = write!(text, "\n[families {list}]\n");
    let mut versions: Vec<(&String, &BTreeSet<String>)> = families.iter().collect();
    versions.sort_by(|(one, _), (other, _)| compare_versions(one, other));
    let mut last = None;
    for (version, families) in versions {
        if last != Some(families) {
            let names: Vec<&str> = families.iter().map(String::as_str).collect();
            let _ = writeln!(text, "{}", names.join(" "));
            last = Some(families);
        }
        let _ = writeln!(text, " {version}");
    }
}

/// The classes of one list.
#[derive(Default)]
struct Classes {
    regions: BTreeSet<String>,
    /// Class and engine, with the Regions that offer them.
    offers: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Reads `{<Region>: <classes>}`, where classes are either a list or a list for every engine.
fn classes(content: &Value) -> Result<Classes, String> {
    let mut classes = Classes::default();
    for (region, schema) in content.as_object().ok_or("no object")? {
        if region == "description" {
            continue;
        }
        classes.regions.insert(word(region)?);
        let mut offer = |engine: &str, list: &Value| -> Result<(), String> {
            for class in texts(list).ok_or_else(|| format!("{region} has no list of classes"))? {
                let places = classes.offers.entry((word(class)?, word(engine)?)).or_default();
                places.insert(region.clone());
            }
            Ok(())
        };
        match schema["allOf"].as_array() {
            None => offer(ANY, &schema["enum"])?,
            Some(rules) => {
                for rule in rules {
                    let engine = rule["if"]["properties"]["Engine"]["const"].as_str();
                    let engine = engine.ok_or_else(|| format!("{region} has classes without an engine"))?;
                    let lists = rule["then"]["properties"].as_object();
                    // The only property is the class, by whichever name.
                    let list = lists.filter(|lists| lists.len() == 1).and_then(|lists| lists.values().next());
                    offer(
                        engine,
                        &list.ok_or_else(|| format!("{region} has no classes for {engine}"))?["enum"],
                    )?;
                }
            }
        }
    }
    Ok(classes)
}

fn write_classes(text: &mut String, list: &str, Classes { regions, offers }: &Classes) {
    let all: Vec<&str> = regions.iter().map(String::as_str).collect();
    let _ = write!(text, "\n[classes {list}]\nregions {}\n", all.join(" "));
    let mut classes: BTreeMap<&str, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for ((class, engine), places) in offers {
        classes.entry(class).or_default().entry(written_regions(regions, places)).or_default().push(engine);
    }
    let mut last = String::new();
    for (class, offers) in classes {
        let mut group: Vec<String> =
            offers.into_iter().map(|(places, engines)| format!("{} {places}\n", engines.join(","))).collect();
        group.sort();
        let group = group.concat();
        if group != last {
            text.push_str(&group);
            last = group;
        }
        let _ = writeln!(text, " {class}");
    }
}

fn written_regions(all: &BTreeSet<String>, places: &BTreeSet<String>) -> String {
    let missing: Vec<&str> = all.difference(places).map(String::as_str).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    match missing.as_slice() {
        [] => "everywhere".to_owned(),
        missing if missing.len() < places.len() => format!("but {}", missing.join(" ")),
        _ => format!("only {}", places.join(" ")),
    }
}

/// Reads the engines and the versions of each; versions are either what is allowed or what is meant by a condition.
fn engine_versions(
    content: &Value,
    engines: &mut BTreeMap<String, BTreeMap<String, bool>>,
    deprecated: bool,
) -> Result<(), String> {
    for rule in content["allOf"].as_array().ok_or("no list of rules")? {
        let condition = &rule["if"]["properties"];
        let Some(engine) = condition["Engine"]["const"].as_str() else {
            let names = texts(&rule["then"]["properties"]["Engine"]["enum"]);
            for name in names.ok_or("a rule without engines")? {
                engines.entry(word(name)?).or_default();
            }
            continue;
        };
        let list = if deprecated { condition } else { &rule["then"]["properties"] };
        let list =
            texts(&list["EngineVersion"]["enum"]).ok_or_else(|| format!("{engine} has no versions"))?;
        let versions = engines.entry(word(engine)?).or_default();
        for version in &list {
            // What is only the beginning of others is said by them, and deprecated if all of them are.
            let numbers = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let begins = |other: &&str| other.strip_prefix(version).is_some_and(|rest| rest.starts_with('.'));
            if numbers && list.iter().any(begins) {
                continue;
            }
            let known = versions.entry(word(version)?).or_default();
            *known |= deprecated;
        }
    }
    Ok(())
}

fn write_engine(text: &mut String, service: &str, engine: &str, versions: &BTreeMap<String, bool>) {
    let _ = write!(text, "\n[engine {service} {engine}]\n");
    let mut versions: Vec<(&String, &bool)> = versions.iter().collect();
    versions.sort_by(|(one, _), (other, _)| compare_versions(one, other));
    for (version, deprecated) in versions {
        let _ = writeln!(text, " {version}{}", if *deprecated { " deprecated" } else { "" });
    }
}

fn texts(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

/// A text that can stand in the file.
fn word(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match text {
        ANY => Ok(text.to_owned()),
        _ if !text.is_empty() && text.chars().all(fits) => Ok(text.to_owned()),
        _ => Err(format!("{text:?} is no name")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn offered(classes: &Classes) -> String {
        let mut text = String::new();
        write_classes(&mut text, "x", classes);
        text
    }

    #[test]
    fn classes_stand_below_where_they_are_offered() {
        let content = json!({
            "a-1": { "enum": ["m5.large", "m5.xlarge", "z1.large"] },
            "b-1": { "enum": ["m5.large", "m5.xlarge"] },
            "c-1": { "enum": ["m5.xlarge", "m5.large", "t3.nano"] },
            "description": "whatever it says",
        });
        assert_eq!(
            offered(&classes(&content).unwrap()),
            "\n[classes x]\nregions a-1 b-1 c-1\n* everywhere\n m5.large\n m5.xlarge\n* only c-1\n t3.nano\n* only a-1\n z1.large\n"
        );
    }

    #[test]
    fn engines_that_offer_a_class_in_the_same_regions_stand_together() {
        let rule = |engine: &str, classes: &[&str]| {
            json!({
                "if": { "properties": { "Engine": { "const": engine }, "DBInstanceClass": { "type": "string" } } },
                "then": { "properties": { "DBInstanceClass": { "enum": classes } } },
            })
        };
        let content = json!({
            "a-1": { "allOf": [rule("mysql", &["db.a.b"]), rule("postgres", &["db.a.b"]), rule("oracle", &["db.a.b"])] },
            "b-1": { "allOf": [rule("mysql", &["db.a.b"]), rule("postgres", &["db.a.b"])] },
        });
        assert_eq!(
            offered(&classes(&content).unwrap()),
            "\n[classes x]\nregions a-1 b-1\nmysql,postgres everywhere\noracle only a-1\n db.a.b\n"
        );
    }

    #[test]
    fn families_stand_above_the_versions_that_run_on_them() {
        let rule = |version: &str, classes: &[&str]| {
            json!({
                "if": { "properties": { "EngineVersion": { "pattern": version } } },
                "then": { "properties": { "DBInstanceClass": { "enum": classes } } },
            })
        };
        let content = json!({ "allOf": [
            rule(r"^(8\.4\..+|8\.4)$", &["db.m8g.large", "db.t3.micro"]),
            rule(r"^(5\.7\..+|5\.7)$", &["db.t2.micro", "db.t3.micro"]),
            rule(r"^(8\.0\..+|8\.0)$", &["db.t3.small", "db.m8g.large"]),
        ] });
        let mut text = String::new();
        write_families(&mut text, "rds", &families(&content).unwrap());
        assert_eq!(text, "\n[families rds]\nt2 t3\n 5.7\nm8g t3\n 8.0\n 8.4\n");
    }

    #[test]
    fn versions_are_in_order_and_the_beginning_of_others_is_none() {
        let rules = |key: &str, versions: &[&str]| {
            let versions = json!({ "EngineVersion": { "enum": versions } });
            let mut rule = json!({ "if": { "properties": {} }, "then": {} });
            rule[key]["properties"] = versions;
            rule["if"]["properties"]["Engine"] = json!({ "const": "postgres" });
            json!({ "allOf": [rule] })
        };
        let mut engines = BTreeMap::new();
        let known = ["16", "16.10", "16.2", "15", "15.1", "15.1-rds.2"];
        engine_versions(&rules("then", &known), &mut engines, false).unwrap();
        engine_versions(&rules("if", &["15", "15.1", "16", "16.2"]), &mut engines, true).unwrap();
        let mut text = String::new();
        write_engine(&mut text, "rds", "postgres", &engines["postgres"]);
        assert_eq!(
            text,
            "\n[engine rds postgres]\n 15.1 deprecated\n 15.1-rds.2\n 16.2 deprecated\n 16.10\n"
        );
    }

    #[test]
    fn zones_are_letters_of_regions() {
        let source = "X = 1\nAVAILABILITY_ZONES = {\n    \"b-1\": [\n        \"b-1a\",\n        \"b-1c\",\n    ],\n    # more\n    \"a-1\": [\"a-1b\", \"a-1a\"],\n}\n";
        assert_eq!(zones(source).unwrap(), " a-1 ab\n b-1 ac\n");
        assert_eq!(zones("").unwrap_err(), "there is no dictionary AVAILABILITY_ZONES");
        assert_eq!(
            zones("AVAILABILITY_ZONES = {\"a-1\": [\"a-2a\"]}").unwrap_err(),
            "a-1 has zones of other names"
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let import = |content: Value| import(|_| Ok(content.clone()), "AVAILABILITY_ZONES = {}").unwrap_err();
        assert_eq!(import(json!({})), "aws_elasticache_cachecluster/engine_version.json: no list of rules");
        assert_eq!(classes(&json!({"a-1": {"const": 1}})).err().unwrap(), "a-1 has no list of classes");
        assert_eq!(classes(&json!({"a-1": {"enum": ["a b"]}})).err().unwrap(), "\"a b\" is no name");
        assert_eq!(families(&json!({"allOf": [{}]})).err().unwrap(), "a rule without a version");
    }
}
