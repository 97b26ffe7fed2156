//! cfn-lint on many templates.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
    process::Command,
};

use serde_json::Value;

use crate::support::{peer, run};

/// Rules that are left out; all others that find errors count.
///
/// E3710 says that a service has been shut down: the type is still what its schema says.
const LEFT_OUT: &[&str] = &["E3710"];

/// How many processes there are at a time.
const PROCESSES: usize = 2;

/// What cfn-lint found.
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) resource_type: String,
    message: String,
    path: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} at {}: {}", self.rule, self.resource_type, self.path, self.message)
    }
}

/// Templates to be looked at.
#[derive(Default)]
pub(crate) struct Lint {
    regions: BTreeMap<&'static str, Vec<PathBuf>>,
    /// The type of every resource, by the name of its template and its logical id.
    pub(crate) types: BTreeMap<(String, String), String>,
}

impl Lint {
    pub(crate) fn add(&mut self, region: &'static str, file: PathBuf, template: &Value) {
        for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
            let name = resource["Type"].as_str().unwrap_or_default().to_owned();
            self.types.insert((file.display().to_string(), id.clone()), name);
        }
        self.regions.entry(region).or_default().push(file);
    }

    /// All errors, those of the rules that are left out excepted.
    pub(crate) fn run(&self) -> Vec<Finding> {
        let mut batches: Vec<Vec<(&str, Vec<&PathBuf>)>> = vec![Vec::new(); PROCESSES];
        for (region, files) in &self.regions {
            for (index, batch) in batches.iter_mut().enumerate() {
                let files: Vec<&PathBuf> = files.iter().skip(index).step_by(PROCESSES).collect();
                if !files.is_empty() {
                    batch.push((region, files));
                }
            }
        }
        std::thread::scope(|scope| {
            let started: Vec<_> = batches
                .into_iter()
                .map(|batch| {
                    let lint = move |(region, files): (&str, Vec<&PathBuf>)| self.lint(region, &files);
                    scope.spawn(move || batch.into_iter().flat_map(lint).collect::<Vec<_>>())
                })
                .collect();
            started.into_iter().flat_map(|thread| thread.join().expect("cfn-lint ran")).collect()
        })
    }

    fn lint(&self, region: &str, files: &[&PathBuf]) -> Vec<Finding> {
        let ran = run(Command::new(peer("cfn-lint"))
            .args(["--format", "json", "--regions", region, "--template"])
            .args(files));
        // 0: nothing; 2, 4, 6: errors, warnings, both. Anything else is a failure of the linter itself.
        assert!([0, 2, 4, 6].contains(&ran.code), "cfn-lint failed ({}): {}", ran.code, ran.err);
        let found: Vec<Value> = serde_json::from_str(&ran.out).expect("cfn-lint writes JSON");
        let finding = |found: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let path = found["Location"]["Path"].as_array().map_or(&[][..], Vec::as_slice);
            let id = path.get(1).map(text).unwrap_or_default();
            let known = self.types.get(&(text(&found["Filename"]), id));
            let steps: Vec<String> =
                path.iter().skip(3).map(|step| step.to_string().replace('"', "")).collect();
            Finding {
                rule: text(&found["Rule"]["Id"]),
                resource_type: known.cloned().unwrap_or_default(),
                message: text(&found["Message"]),
                path: steps.join("/"),
            }
        };
        let counts =
            |finding: &Finding| finding.rule.starts_with('E') && !LEFT_OUT.contains(&finding.rule.as_str());
        let mut seen = BTreeSet::new();
        found.iter().map(finding).filter(counts).filter(|finding| seen.insert(finding.to_string())).collect()
    }
}
