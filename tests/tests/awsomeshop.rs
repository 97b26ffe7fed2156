//! AWSomeShop, the first system: its templates before programs that none of us wrote, and what a mistake is answered with.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::support::{Checked, Ran, checkov, example, folder, lint, root, run, templates};

const PROJECT: &str = "examples/awsomeshop";

fn awsomeshop(words: &[&str], project: &Path) -> Ran {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let mut program = Command::new(PROGRAM.get_or_init(|| example("awsomeshop")));
    run(program.args(words).arg("--project").arg(project).current_dir(root()).env("NO_COLOR", "1"))
}

#[test]
fn nothing_is_said_of_any_environment_with_any_wires() {
    let mut files = Vec::new();
    for environment in ["dev", "staging", "prod"] {
        let checked = awsomeshop(&["check", environment, "--deny", "warnings"], Path::new(PROJECT));
        assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
        for wires in ["parameter", "weak", "strong"] {
            let out = folder(&format!("awsomeshop-{environment}-{wires}"));
            let out_text = out.to_string_lossy();
            let ran =
                awsomeshop(&["synth", environment, "--wires", wires, "--out", &out_text], Path::new(PROJECT));
            assert_eq!(ran.code, 0, "{}", ran.err);
            files.extend(templates(&out));
        }
    }
    assert_eq!(files.len(), 45);
    // Nothing is switched off, in templates either.
    for file in &files {
        let text = fs::read_to_string(file).expect("a template");
        assert!(!text.contains("ignore_checks"), "{}", file.display());
    }
    assert_eq!(lint("us-east-2", &files), Vec::<String>::new());
}

#[test]
fn what_checkov_says_is_answered_in_the_readme() {
    let out = folder("awsomeshop-checkov");
    let ran = awsomeshop(&["synth", "prod", "--out", &out.to_string_lossy()], Path::new(PROJECT));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let Checked { failed, passed, skipped, resources } = checkov(&templates(&out));
    eprintln!(
        "checkov on {resources} resources: {passed} checks passed, {} failed: {failed:#?}",
        failed.len()
    );
    assert!(passed > 80 && skipped == 0, "{passed} passed, {skipped} skipped");
    let failed: BTreeSet<&str> = failed.iter().filter_map(|line| line.split(' ').next()).collect();
    let readme = fs::read_to_string(root().join(PROJECT).join("README.md")).expect("a README");
    let told = readme.lines().filter_map(|line| line.strip_prefix("| `CKV")?.split_once('`'));
    let told: BTreeSet<String> = told.map(|(id, _)| format!("CKV{id}")).collect();
    let told: BTreeSet<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(failed, told, "left: failed; right: in the README");
}

#[test]
fn the_program_is_short() {
    let folder = root().join(PROJECT).join("src");
    let files = fs::read_dir(folder).expect("the sources").map(|file| file.expect("a file").path());
    let lines: usize = files.map(|file| fs::read_to_string(file).expect("a source").lines().count()).sum();
    assert!((100..=400).contains(&lines), "{lines} lines");
}

/// A copy of the project whose production is configured otherwise, with an assembly that was written before.
struct Mistaken {
    project: PathBuf,
    written: Vec<u8>,
}

impl Mistaken {
    fn new(name: &str, from: &str, to: &str) -> Self {
        let project = folder(&format!("awsomeshop-mistaken-{name}"));
        fs::create_dir(project.join("config")).expect("a folder");
        let config = fs::read_to_string(root().join(PROJECT).join("config/prod.json")).expect("a file");
        assert_eq!(config.matches(from).count(), 1, "{from}");
        let place = project.join("config/prod.json");
        fs::write(&place, &config).expect("a file");
        let out = project.join("out");
        let ran = awsomeshop(&["synth", "prod", "--out", &out.to_string_lossy()], &project);
        assert_eq!(ran.code, 0, "{}", ran.err);
        fs::write(&place, config.replace(from, to)).expect("a file");
        let written = Self::assembly(&project);
        Self { project, written }
    }

    /// Every file of the assembly, one after the other.
    fn assembly(project: &Path) -> Vec<u8> {
        let mut files: Vec<PathBuf> = fs::read_dir(project.join("out"))
            .expect("the assembly")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        files.iter().flat_map(|file| fs::read(file).expect("a file")).collect()
    }

    /// What the program answers, while it writes nothing.
    fn answer(&self) -> String {
        let out = self.project.join("out");
        let ran = awsomeshop(&["synth", "prod", "--out", &out.to_string_lossy()], &self.project);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        assert_eq!(Self::assembly(&self.project), self.written, "the assembly before stays");
        ran.err.replace(&*self.project.to_string_lossy(), "<project>")
    }
}

#[test]
fn mistakes_are_answered_with_their_place() {
    let mut told = Vec::new();
    for (name, from, to) in [
        ("zone", "\"us-east-2b\"", "\"us-east-2d\""),
        ("region-of-zone", "\"us-east-2b\"", "\"us-west-2b\""),
        ("tasks", "\"min\": 2", "\"min\": 12"),
        ("class", "db.t3.micro", "db.t3.mikro"),
        ("class-of-old", "db.t3.micro", "db.t2.micro"),
        ("engine", "\"class\": \"db.t3.micro\"", "\"class\": \"db.x2idn.16xlarge\""),
        ("range", "10.0.4.0/24", "10.1.4.0/24"),
        ("key", "\"owner\"", "\"ownr\""),
        ("size", "\"memory\": 1024", "\"memory\": 512"),
        ("storage", "20GiB", "10GiB"),
    ] {
        told.push(format!("## {name}: {from} -> {to}\n\n{}", Mistaken::new(name, from, to).answer()));
    }
    insta::assert_snapshot!("awsomeshop_mistakes", told.join("\n\n"));
    let readme = fs::read_to_string(root().join(PROJECT).join("README.md")).expect("a README");
    let zone = told[0].split_once("\n\n").expect("an answer").1.replace("<project>", PROJECT);
    assert!(readme.contains(&format!("```text\n{zone}```")), "{zone}");
}
