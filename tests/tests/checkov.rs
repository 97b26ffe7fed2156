//! checkov, a program that none of us wrote, on the service of README at default settings.

use std::process::Command;

use crate::support::{example, folder, root, run, templates};

/// Failed checks for each resource: what AWS CDK's bare defaults have is 0.36, and hardened by hand 0.19.
const ALLOWED: f64 = 0.1;

#[test]
fn few_checks_fail_on_the_service_of_readme() {
    let out = folder("checkov-storefront");
    let synthesised = run(Command::new(example("storefront"))
        .args(["synth", "prod", "--project", "examples/storefront", "--out"])
        .arg(&out)
        .current_dir(root()));
    assert_eq!(synthesised.code, 0, "{}", synthesised.err);

    let checkov = root().join("target/checkov/bin/checkov");
    assert!(checkov.exists(), "{} is missing: run `cargo xtask peers`", checkov.display());
    let (mut failed, mut passed, mut skipped, mut resources) = (Vec::new(), 0, 0, 0);
    for file in templates(&out) {
        let text = std::fs::read_to_string(&file).expect("a template");
        let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        resources += template["Resources"].as_object().map_or(0, serde_json::Map::len);
        // It would otherwise ask for news of its rules.
        let ran = run(Command::new(&checkov)
            .args([
                "--framework",
                "cloudformation",
                "--skip-download",
                "--quiet",
                "--compact",
                "-o",
                "json",
                "-f",
            ])
            .arg(&file));
        assert!([0, 1].contains(&ran.code), "checkov failed ({}): {}", ran.code, ran.err);
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("checkov writes JSON");
        let count = |name: &str| report["summary"][name].as_u64().expect("a count");
        passed += count("passed");
        skipped += count("skipped");
        assert_eq!(count("parsing_errors"), 0, "{}", file.display());
        for check in report["results"]["failed_checks"].as_array().into_iter().flatten() {
            let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
            failed.push(format!("{} {}: {}", text("check_id"), text("resource"), text("check_name")));
        }
    }
    let ratio = failed.len() as f64 / resources as f64;
    eprintln!(
        "checkov on {resources} resources: {passed} checks passed, {} failed ({ratio:.3} a resource): {failed:#?}",
        failed.len()
    );
    // So that a checkov that looks at nothing is not taken for one that finds nothing; and nothing is hushed up.
    assert!(passed > 50 && skipped == 0, "{passed} passed, {skipped} skipped");
    assert!(ratio <= ALLOWED, "{failed:#?}");
}
