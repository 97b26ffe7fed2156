//! Folders, programs and peers for the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ has a parent").to_owned()
}

/// An empty folder for one test, under the target folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of an earlier run can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder under target can be made");
    folder
}

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ran {
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code().unwrap_or(-1),
    }
}

/// The built program of an example.
pub(crate) fn example(name: &str) -> PathBuf {
    program(name, name)
}

/// A built program of a package.
pub(crate) fn program(package: &str, name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = run(Command::new(cargo).args(["build", "--quiet", "--package", package]).current_dir(root()));
    assert_eq!(built.code, 0, "{}", built.err);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp is inside target");
    target.join("debug").join(name)
}

/// A program of the Python environment that `cargo xtask peers` makes.
pub(crate) fn peer(name: &str) -> PathBuf {
    let program = root().join("target/peers/bin").join(name);
    assert!(program.exists(), "{} is missing: run `cargo xtask peers`", program.display());
    program
}

/// The findings of cfn-lint on some templates, as `rule: message (file)`.
pub(crate) fn lint(region: &str, files: &[PathBuf]) -> Vec<String> {
    let ran = run(Command::new(peer("cfn-lint"))
        .args(["--format", "json", "--include-checks", "W", "--regions", region, "--template"])
        .args(files));
    // 0: nothing; 2, 4, 6: errors, warnings, both. Anything else is a failure of the linter itself.
    assert!([0, 2, 4, 6].contains(&ran.code), "cfn-lint failed ({}): {}", ran.code, ran.err);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&ran.out).expect("cfn-lint writes JSON");
    let text = |finding: &serde_json::Value| {
        let file = finding["Filename"]
            .as_str()
            .unwrap_or_default()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        format!(
            "{}: {} ({file}, {})",
            finding["Rule"]["Id"].as_str().unwrap_or_default(),
            finding["Message"].as_str().unwrap_or_default(),
            finding["Location"]["Path"]
        )
    };
    findings.iter().map(text).collect()
}

/// What checkov says of some templates.
#[derive(Default)]
pub(crate) struct Checked {
    /// Check, resource and the check's name, of all that failed.
    pub(crate) failed: Vec<String>,
    pub(crate) passed: u64,
    pub(crate) skipped: u64,
    /// How many resources the templates have.
    pub(crate) resources: usize,
}

/// The findings of checkov on some templates.
pub(crate) fn checkov(files: &[PathBuf]) -> Checked {
    let checkov = root().join("target/checkov/bin/checkov");
    assert!(checkov.exists(), "{} is missing: run `cargo xtask peers`", checkov.display());
    let mut checked = Checked::default();
    for file in files {
        let text = fs::read_to_string(file).expect("a template");
        let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        checked.resources += template["Resources"].as_object().map_or(0, serde_json::Map::len);
        // It would otherwise ask for news of its rules.
        let options = "--framework cloudformation --skip-download --quiet --compact -o json -f";
        let ran = run(Command::new(&checkov).args(options.split(' ')).arg(file));
        assert!([0, 1].contains(&ran.code), "checkov failed ({}): {}", ran.code, ran.err);
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("checkov writes JSON");
        // Of a template in which it checks nothing it writes no report.
        if report["summary"].is_null() {
            continue;
        }
        let count = |name: &str| report["summary"][name].as_u64().expect("a count");
        checked.passed += count("passed");
        checked.skipped += count("skipped");
        assert_eq!(count("parsing_errors"), 0, "{}", file.display());
        for check in report["results"]["failed_checks"].as_array().into_iter().flatten() {
            let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
            checked.failed.push(format!("{} {}: {}", text("check_id"), text("resource"), text("check_name")));
        }
    }
    checked
}

/// The templates of an assembly that was written to a folder.
pub(crate) fn templates(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the assembly is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.to_string_lossy().contains(".template."));
    files.sort();
    assert!(!files.is_empty());
    files
}
