//! cfn-lint finds no error in anything that Formwork writes.

use std::process::Command;

use formwork::core::{App, Environment, Format, Lowering, Options};
use formwork_tests::everything_app;

use crate::support::{example, folder, lint, root, run, templates};

#[test]
fn quickstart_is_clean() {
    let program = example("quickstart");
    let mut files = Vec::new();
    for (environment, wires, format) in [
        ("dev", "parameter", "pretty"),
        ("prod", "parameter", "yaml"),
        ("prod", "weak", "pretty"),
        ("prod", "strong", "compact"),
        ("dev", "both", "yaml"),
    ] {
        let out = folder(&format!("lint-quickstart-{environment}-{wires}-{format}"));
        let ran = run(Command::new(&program)
            .args([
                "synth",
                environment,
                "--wires",
                wires,
                "--format",
                format,
                "--project",
                "examples/quickstart",
                "--out",
            ])
            .arg(&out)
            .current_dir(root()));
        assert_eq!(ran.code, 0, "{}", ran.err);
        files.extend(templates(&out));
    }
    assert_eq!(files.len(), 10);
    // No error and no warning.
    assert_eq!(lint("eu-central-1", &files), Vec::<String>::new());
}

#[test]
fn every_part_of_a_template_is_accepted() {
    let mut files = Vec::new();
    for lowering in [Lowering::Parameter, Lowering::Weak, Lowering::Strong, Lowering::Both] {
        for format in [Format::Pretty, Format::Yaml] {
            let out = folder(&format!("lint-everything-{lowering}-{format}"));
            let options = Options { lowering: Some(lowering), format, ..Options::default() };
            let assembly = everything_app().synth(&options).unwrap_or_else(|findings| panic!("{findings}"));
            assembly.write(&out, format).expect("the assembly can be written");
            files.extend(templates(&out));
        }
    }
    assert_eq!(files.len(), 40);
    let errors: Vec<String> =
        lint("eu-central-1", &files).into_iter().filter(|finding| finding.starts_with('E')).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_service_of_typed_resources_is_clean() {
    let mut files = Vec::new();
    for format in [Format::Pretty, Format::Yaml] {
        let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
        formwork_tests::service(app.stack("shop"));
        let out = folder(&format!("lint-service-{format}"));
        let options = Options { format, ..Options::default() };
        let assembly = app.synth(&options).unwrap_or_else(|findings| panic!("{findings}"));
        assert_eq!(assembly.stacks()[0].resource_count(), 24);
        assembly.write(&out, format).expect("the assembly can be written");
        files.extend(templates(&out));
    }
    // No error and no warning.
    assert_eq!(lint("eu-central-1", &files), Vec::<String>::new());
}

/// Without patterns it takes so many lines for so many resources.
#[test]
fn a_service_of_typed_resources_is_short() {
    let file = root().join("tests/src/service.rs");
    let source = std::fs::read_to_string(&file).expect("the program");
    let body = source.split_once("pub fn service(").expect("the function").1;
    // After the line with the signature, up to the brace that ends it.
    let body = body.split_once("{\n").expect("a body").1.split_once("\n}").expect("its end").0;
    let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let lines: Vec<&str> = body.lines().filter(code).collect();
    assert!((30..=45).contains(&lines.len()), "{} lines", lines.len());
    // As rustfmt has it, so that nothing is short because it is wide.
    assert!(lines.iter().all(|line| line.len() <= 110 && line.matches(';').count() <= 1));
    let formatted = run(Command::new("rustfmt").args(["--check", "--edition", "2024"]).arg(&file));
    assert_eq!(formatted.code, 0, "{}", formatted.out);
}

#[test]
fn a_wrong_template_is_not_accepted() {
    // So that a linter which says nothing is not taken for one that finds nothing.
    let out = folder("lint-wrong").join("wrong.template.json");
    std::fs::write(
        &out,
        r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Nonsense": 1}}}}"#,
    )
    .expect("a file under target can be written");
    let findings = lint("eu-central-1", &[out]);
    assert!(findings.iter().any(|finding| finding.starts_with("E3002")), "{findings:?}");
}

#[test]
fn the_program_of_the_command_line_tests_is_accepted() {
    let project = folder("lint-shop");
    std::fs::create_dir(project.join("config")).expect("a folder");
    std::fs::write(project.join("config/dev.json"), "{\"queues\": 3}").expect("a file");
    let mut files = Vec::new();
    for wires in ["parameter", "weak", "strong", "both"] {
        let out = project.join(wires);
        let ran = run(Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(["synth", "dev", "--wires", wires, "--project"])
            .arg(&project)
            .arg("--out")
            .arg(&out));
        assert_eq!(ran.code, 0, "{}", ran.err);
        files.extend(templates(&out));
    }
    assert_eq!(files.len(), 8);
    let errors: Vec<String> =
        lint("eu-central-1", &files).into_iter().filter(|finding| finding.starts_with('E')).collect();
    assert_eq!(errors, Vec::<String>::new());
}
