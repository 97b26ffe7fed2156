//! checkov, a program that none of us wrote, on the service of README at default settings.

use std::process::Command;

use crate::support::{Checked, checkov, example, folder, root, run, templates};

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

    let Checked { failed, passed, skipped, resources } = checkov(&templates(&out));
    let ratio = failed.len() as f64 / resources as f64;
    eprintln!(
        "checkov on {resources} resources: {passed} checks passed, {} failed ({ratio:.3} a resource): {failed:#?}",
        failed.len()
    );
    // So that a checkov that looks at nothing is not taken for one that finds nothing; and nothing is hushed up.
    assert!(passed > 50 && skipped == 0, "{passed} passed, {skipped} skipped");
    assert!(ratio <= ALLOWED, "{failed:#?}");
}
