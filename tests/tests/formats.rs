//! The three formats of a template say the same, to a reader that is not ours.

use std::process::Command;

use formwork::core::{Format, Options};
use formwork_tests::everything_app;

use crate::support::{example, folder, peer, root, run};

#[test]
fn yaml_and_json_are_the_same_document() {
    let out = folder("formats");
    let mut pairs = Vec::new();
    let assembly =
        everything_app().synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
    for stack in assembly.stacks() {
        for format in [Format::Compact, Format::Pretty, Format::Yaml] {
            let file = out.join(format!("{}.{format}", stack.name()));
            std::fs::write(&file, stack.template().text(format)).expect("a file under target can be written");
        }
        pairs.push(out.join(stack.name()));
    }
    // A reader of YAML 1.1, as CloudFormation has one.
    let script = "
import json, sys, yaml
for name in sys.argv[1:]:
    documents = [json.load(open(name + '.compact')), json.load(open(name + '.pretty')), yaml.safe_load(open(name + '.yaml'))]
    assert documents[0] == documents[1] == documents[2], name
print(len(sys.argv) - 1)
";
    let ran = run(Command::new(peer("python")).args(["-c", script]).args(&pairs));
    assert_eq!((ran.code, ran.out.trim(), ran.err.as_str()), (0, "5", ""));
}

#[test]
fn the_same_program_writes_the_same_bytes() {
    let files = |name: &str| {
        let out = folder(name);
        let assembly =
            everything_app().synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
        assembly.write(&out, Format::Pretty).expect("the assembly can be written");
        let entries = std::fs::read_dir(&out).expect("the assembly is there");
        let mut files: Vec<(String, String)> = entries
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).expect("a text"))
            })
            .collect();
        files.sort();
        files
    };
    // Hash maps of the standard library are seeded anew for each one, so that an order of theirs would show.
    let first = files("bytes-1");
    for number in 2..6 {
        assert!(first == files(&format!("bytes-{number}")));
    }
}

#[test]
fn another_process_writes_the_same_bytes() {
    let program = example("quickstart");
    let files = |name: &str| {
        let out = folder(name);
        let ran = run(Command::new(&program)
            .args(["synth", "prod", "--project", "examples/quickstart", "--out"])
            .arg(&out)
            .current_dir(root()));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ["manifest.json", "uploads-prod-data.template.json", "uploads-prod-workers.template.json"]
            .map(|file| std::fs::read_to_string(out.join(file)).expect("a file of the assembly"))
    };
    assert!(files("process-1") == files("process-2"));
}
