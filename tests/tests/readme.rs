//! The service of README: the example is what README shows, short, and nothing is said of it.

use std::{fs, process::Command};

use crate::support::{example, folder, lint, root, run, templates};

/// What a user of patterns writes: every line that is code, imports and configuration among them.
const MOST_LINES: usize = 30;

#[test]
fn readme_shows_the_example_and_it_is_short() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let source = fs::read_to_string(root().join("examples/storefront/src/main.rs")).expect("the program");
    // After the line that says what it is, which README says in its own words.
    let (_, program) = source.split_once("\n\n").expect("a program below the first line");
    assert!(readme.contains(&format!("```rust,no_run\n{program}```")), "README shows another program");
    let lines = program.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= MOST_LINES, "{lines} lines");
    assert!(program.lines().all(|line| line.len() <= 110));
}

#[test]
fn nothing_is_said_of_the_service_of_readme() {
    let program = example("storefront");
    let mut files = Vec::new();
    for environment in ["dev", "prod"] {
        let run_it = |words: &[&str]| {
            let project = ["--project", "examples/storefront"];
            run(Command::new(&program).args(words).args(project).current_dir(root()))
        };
        let checked = run_it(&["check", environment, "--deny", "warnings", "--message-format", "json"]);
        assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
        // Of the security pack not even a note.
        let told: serde_json::Value = serde_json::from_str(&checked.out).expect("JSON");
        let findings = told["findings"].as_array().expect("a list");
        let of_pack = |finding: &&serde_json::Value| {
            finding["code"].as_str().is_some_and(|code| code.starts_with("FW2"))
        };
        assert_eq!(findings.iter().find(of_pack), None);
        for wires in ["parameter", "weak", "strong"] {
            let out = folder(&format!("lint-storefront-{environment}-{wires}"));
            let out_text = out.to_string_lossy();
            let ran = run_it(&["synth", environment, "--wires", wires, "--out", &out_text]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            files.extend(templates(&out));
        }
    }
    assert_eq!(files.len(), 18);
    assert_eq!(lint("eu-central-1", &files), Vec::<String>::new());
}
