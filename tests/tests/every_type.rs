//! Every type of every service can be built by its typed builder, and what is built is what AWS's schemas allow.
//!
//! From the facts, programs are generated that build every type twice: once with what is required and nothing else,
//! once with everything. They are compiled and run. Every template has to be what the facts say, every property has
//! to read back as a value of its type, and cfn-lint has to find no error in the smallest resources.

mod lint;
mod program;
mod sample;
mod text;
mod value;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use program::{Programs, Template};

use crate::support::{root, run};

/// Types of which cfn-lint has no schema, since they exist in no Region any more.
const NOWHERE: &[&str] = &[
    "AWS::IoTFleetHub::Application",
    "AWS::LookoutMetrics::Alert",
    "AWS::LookoutMetrics::AnomalyDetector",
    "AWS::NimbleStudio::LaunchProfile",
    "AWS::NimbleStudio::StreamingImage",
    "AWS::NimbleStudio::StudioComponent",
    "AWS::OpsWorksCM::Server",
];

/// What cfn-lint finds although nothing is wrong: rule, type, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("E3031", "AWS::Glue::Session", "Python does not take the schema's pattern: bad character range"),
    (
        "E3031",
        "AWS::Glue::UserDefinedFunction",
        "Python does not take the schema's pattern: bad character range",
    ),
];

/// The properties of the smallest resource of every type of a service.
pub(crate) fn smallest(service: &str) -> Vec<(&'static formwork_facts::ResourceType, serde_json::Value)> {
    let builders = formwork_codegen::builders(service);
    let types = formwork_facts::types(service).filter_map(formwork_facts::resource_type);
    let made = |facts| value::Maker::new(facts, &builders, "module", "smallest").smallest();
    types.map(|facts| (facts, made(facts).resource.json)).collect()
}

#[test]
fn every_type_is_built_with_what_it_requires_and_with_everything() {
    let folder = root().join("target/every-type");
    let programs = program::write(&folder, &root());
    let templates = build_and_run(&folder, &programs);
    for template in &programs.templates {
        assert_same(template, &read(&templates, template));
    }

    let mut lint = lint::Lint::default();
    let mut nowhere = BTreeSet::new();
    for template in programs.templates.iter().filter(|template| template.smallest) {
        match template.region {
            Some(region) => lint.add(region, file(&templates, template), &template.expected),
            None => nowhere.extend(template.types.iter().copied()),
        }
    }
    let linted = lint.types.len();
    let mut found = lint.run();
    let mut stale: Vec<_> = EXCEPTIONS.iter().collect();
    found.retain(|finding| {
        let excepted =
            |(rule, name, _): &(&str, &str, &str)| finding.rule == *rule && finding.resource_type == *name;
        stale.retain(|exception| !excepted(exception));
        !EXCEPTIONS.iter().any(excepted)
    });
    assert!(found.is_empty(), "{}", found.iter().map(|finding| format!("{finding}\n")).collect::<String>());
    assert!(stale.is_empty(), "exceptions without need: {stale:?}");
    assert_eq!(nowhere, NOWHERE.iter().copied().collect());

    let count = programs.count;
    let counts = format!(
        "{} types: {linted} linted, {} nowhere any more\n\
         {} properties set in the smallest resources, {} in the largest\n\
         {} templates of {} programs, {} exceptions",
        count.types,
        nowhere.len(),
        count.smallest,
        count.largest,
        programs.templates.len(),
        programs.names.len(),
        EXCEPTIONS.len(),
    );
    insta::assert_snapshot!("every_type", counts);
}

/// The folder with the templates that the programs wrote.
fn build_and_run(folder: &Path, programs: &Programs) -> PathBuf {
    // The same versions as here. Cargo takes out of its copy what is not needed.
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the workspace has a lock file");
    let copied = folder.join("Cargo.lock.workspace");
    if !fs::read_to_string(&copied).is_ok_and(|before| before == lock) {
        fs::write(folder.join("Cargo.lock"), &lock).expect("a file under target can be written");
        fs::write(&copied, &lock).expect("a file under target can be written");
    }
    let templates = folder.join("templates");
    if templates.exists() {
        fs::remove_dir_all(&templates).expect("the folder of an earlier run can be removed");
    }
    fs::create_dir_all(&templates).expect("a folder under target can be made");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = folder.join("build");
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--offline", "--target-dir"]).arg(&target).current_dir(folder);
    let built = run(command.args(programs.names.iter().flat_map(|name| ["--bin", name])));
    assert_eq!(built.code, 0, "{}", built.err);
    for name in &programs.names {
        let ran = run(Command::new(target.join("debug").join(name)).arg(&templates));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    templates
}

fn file(folder: &Path, template: &Template) -> PathBuf {
    folder.join(format!("{}.json", template.name))
}

fn read(folder: &Path, template: &Template) -> serde_json::Value {
    let file = file(folder, template);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).expect("a template is JSON")
}

/// Compares resource by resource, so that a difference can be read.
fn assert_same(template: &Template, written: &serde_json::Value) {
    let Template { name, expected, .. } = template;
    for (id, resource) in expected["Resources"].as_object().into_iter().flatten() {
        assert_eq!(&written["Resources"][id], resource, "{id} in {name}");
    }
    assert_eq!(written, expected, "{name}");
}
