//! Templates with one known fault, and good ones, judged by cfn-lint and by `check`.
//!
//! The good ones are those that the pages of `explain` recommend, as they are and with values behind parameters,
//! conditions and mappings; those of every type; and a service of two dozen resources. Each fault is one change to a good
//! one that knows nothing of facts: cfn-lint decides whether it is one. Of what cfn-lint finds in its families E1 to E3
//! (schema, references, functions), `check` has to find nine in ten at the same place, and it may say something of
//! that kind on fewer than two in a hundred of the templates that cfn-lint passes.

mod fault;
mod rewrite;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use formwork::check::{Source, templates};
use formwork::core::{App, Environment, Options, Severity};
use serde_json::Value;

use crate::support::{folder, peer, run};

/// The Region that templates are judged for.
const REGION: &str = "us-east-1";

/// What cfn-lint says: the rule and where.
struct Said {
    rule: String,
    path: Vec<String>,
}

/// The templates that pages recommend, by code.
fn recommended() -> BTreeMap<String, Value> {
    let place = folder("labelled-pages");
    for (code, _) in formwork::check::explain::codes() {
        let page = formwork::check::explain::page(code).unwrap_or_default();
        let part = page.split("## What to do").nth(1).and_then(|part| part.split("\n## ").next());
        let block =
            part.and_then(|part| part.split("```yaml\n").nth(1)).and_then(|part| part.split("```").next());
        // Several templates, one repeated line, and other Regions are for our own tests.
        let plain = |block: &&str| {
            !block.contains("\n---\n") && !block.contains("# and so on") && !block.starts_with("# region: ")
        };
        if let Some(block) = block.filter(plain) {
            fs::write(place.join(format!("{code}.yaml")), block).expect("a file under target");
        }
    }
    // Read by cfn-lint's own reader, so that ours is judged as well.
    let script = "import glob, json, sys\nfrom cfnlint.decode import decode\n\
        for name in sorted(glob.glob(sys.argv[1] + '/*.yaml')):\n    template, errors = decode(name)\n    \
        assert not errors, (name, errors)\n    json.dump(template, open(name[:-4] + 'json', 'w'), default=str)\n";
    let ran = run(Command::new(peer("python")).args(["-c", script]).arg(&place));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut found = BTreeMap::new();
    for (code, _) in formwork::check::explain::codes() {
        if let Ok(text) = fs::read_to_string(place.join(format!("{code}.json"))) {
            found.insert(code.to_owned(), serde_json::from_str(&text).expect("JSON"));
        }
    }
    found
}

/// A service of typed resources, as the tests of cfn-lint have it.
fn service() -> Value {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region(REGION));
    formwork_tests::service(app.stack("shop"));
    let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assembly.stacks()[0].template().value()
}

/// What cfn-lint says of each file: errors only.
fn lint(files: &[PathBuf]) -> BTreeMap<String, Vec<Said>> {
    let half = files.len().div_ceil(2);
    let batch = |files: &[PathBuf]| {
        let ran = run(Command::new(peer("cfn-lint"))
            .args(["--format", "json", "--regions", REGION, "--template"])
            .args(files));
        assert!([0, 2, 4, 6].contains(&ran.code), "cfn-lint failed ({}): {}", ran.code, ran.err);
        serde_json::from_str::<Vec<Value>>(&ran.out).expect("cfn-lint writes JSON")
    };
    let found: Vec<Value> = std::thread::scope(|scope| {
        let started: Vec<_> = files.chunks(half).map(|files| scope.spawn(move || batch(files))).collect();
        started.into_iter().flat_map(|thread| thread.join().expect("cfn-lint ran")).collect()
    });
    let mut said: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for finding in &found {
        let rule = finding["Rule"]["Id"].as_str().unwrap_or_default().to_owned();
        if !rule.starts_with('E') {
            continue;
        }
        let file = Path::new(finding["Filename"].as_str().unwrap_or_default());
        let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = finding["Location"]["Path"].as_array().into_iter().flatten();
        let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
        said.entry(file).or_default().push(Said { rule, path: path.map(step).collect() });
    }
    said
}

/// What `check` says that belongs to schema, references and functions: code and path.
fn checked(name: &str, template: &Value) -> Vec<(String, Vec<String>)> {
    // Pages do not say where their templates are deployed to.
    let report = templates(&[Source::new(name, template.to_string())]);
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let path = |path: &Option<String>| {
        path.as_deref().unwrap_or_default().split('/').map(str::to_owned).collect::<Vec<_>>()
    };
    errors.map(|finding| (finding.code.to_string(), path(&finding.template_path))).collect()
}

/// Whether two paths lead into the same resource or entry.
fn together(one: &[String], other: &[String]) -> bool {
    let shared = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    shared == one.len().min(other.len()) || shared >= 2
}

/// Whether two paths lead to one place, or one to what holds or is held by the other: the two sides do not always name
/// the same step of a function, or of what is missing.
fn at_one_place(one: &[String], other: &[String]) -> bool {
    let shared = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    one.len().max(other.len()) - shared <= 2 && shared > 0
}

fn write(place: &Path, templates: &[(String, Value)]) -> Vec<PathBuf> {
    let file = |(name, template): &(String, Value)| {
        let file = place.join(name);
        fs::write(&file, template.to_string()).expect("a file under target");
        file
    };
    templates.iter().map(file).collect()
}

#[test]
fn faults_that_cfn_lint_finds_are_found_and_good_templates_pass() {
    let mut good: Vec<(String, Value)> = Vec::new();
    for (code, template) in recommended() {
        for (variant, rewritten) in rewrite::variants(&template) {
            good.push((format!("{code}-{variant}.json"), rewritten));
        }
        good.push((format!("{code}.json"), template));
    }
    good.push(("service.json".to_owned(), service()));
    let judged = lint(&write(&folder("labelled-good"), &good));
    let (passed, refused): (Vec<_>, Vec<_>) =
        good.into_iter().partition(|(name, _)| !judged.contains_key(name));
    // What pages recommend is good.
    let plain: Vec<String> = refused
        .iter()
        .filter(|(name, _)| !name.contains('-'))
        .flat_map(|(name, _)| {
            judged[name].iter().map(move |said| format!("{name}: {} {:?}", said.rule, said.path))
        })
        .collect();
    assert_eq!(plain, Vec::<String>::new());
    assert!(passed.len() >= 300, "{} good templates", passed.len());

    let mut wrongly = Vec::new();
    for (name, template) in &passed {
        let said = checked(name, template);
        if let Some((code, path)) = said.first() {
            wrongly.push(format!("{name}: {code} at {}", path.join("/")));
        }
    }
    eprintln!("{} good templates, of which check refuses {}: {wrongly:#?}", passed.len(), wrongly.len());
    assert!(wrongly.len() * 50 < passed.len(), "{wrongly:#?}");

    let mut faulty: Vec<(String, Value)> = Vec::new();
    let originals = passed.iter().filter(|(name, _)| !name.contains('-'));
    for (number, (name, template)) in originals.enumerate() {
        for (kind, changed) in fault::faults(template, number) {
            faulty.push((format!("{}-{kind}.json", name.trim_end_matches(".json")), changed));
        }
    }
    let judged = lint(&write(&folder("labelled-faulty"), &faulty));
    let (mut all, mut found, mut exact) = (0, 0, 0);
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut templates_with_faults = BTreeSet::new();
    for (name, template) in &faulty {
        let families = ["E1", "E2", "E3"];
        let said = judged.get(name).into_iter().flatten();
        let said: Vec<_> =
            said.filter(|said| families.iter().any(|family| said.rule.starts_with(family))).collect();
        if said.is_empty() {
            continue;
        }
        templates_with_faults.insert(name);
        let ours = checked(name, template);
        for fault in said {
            all += 1;
            let here = ours.iter().any(|(_, path)| at_one_place(path, &fault.path));
            exact += usize::from(here);
            if here || ours.iter().any(|(_, path)| together(path, &fault.path)) {
                found += 1;
            } else {
                missed
                    .entry(fault.rule.clone())
                    .or_default()
                    .push(format!("{name} {}", fault.path.join("/")));
            }
        }
    }
    eprintln!(
        "{} templates with a fault; of {all} findings of cfn-lint check has {found}, {exact} of them at the place itself; missed: {missed:#?}",
        templates_with_faults.len()
    );
    assert!(templates_with_faults.len() >= 300, "{} faulty templates", templates_with_faults.len());
    assert!(found * 10 >= all * 9, "{found} of {all}: {missed:#?}");
    assert!(exact * 10 >= all * 9, "{exact} of {all} at the place itself");
}
