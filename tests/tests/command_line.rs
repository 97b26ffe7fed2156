//! The command line, as a user types it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Ran, example, folder, root, run};

/// A project of the program `shop` with some configuration files.
struct Shop {
    folder: PathBuf,
}

impl Shop {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = folder(&format!("shop-{name}"));
        fs::create_dir(folder.join("config")).expect("a folder");
        let shop = Self { folder };
        for (file, text) in files {
            shop.write(file, text);
        }
        shop
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join("config").join(file), text).expect("a file under target can be written");
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(arguments)
            .current_dir(&self.folder)
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("NO_COLOR"))
    }

    /// Runs it from the workspace's root: from there the compiler names the program's file, so that it is found.
    fn run_with_sources(&self, arguments: &[&str]) -> Ran {
        let mut ran = run(Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(arguments)
            .arg("--project")
            .arg(&self.folder)
            .current_dir(root())
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("NO_COLOR"));
        for text in [&mut ran.out, &mut ran.err] {
            *text = text.replace(&self.folder.display().to_string(), "shop");
        }
        ran
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join(folder)).expect("a folder");
        let mut files: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        files
    }
}

const DEV: &str = "{\"queues\": 2}\n";

#[test]
fn synth_writes_templates_and_a_manifest() {
    let shop = Shop::new(
        "synth",
        &[("dev.json", DEV), ("prod.toml", "queues = 3\naws.region = \"eu-central-1\"\n")],
    );
    let ran = shop.run(&["synth", "dev"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out,
        "shop dev: 2 stacks in target/formwork/dev\n  shop-dev-base     1 resource\n  shop-dev-jobs    2 resources  after base\n"
    );
    assert_eq!(shop.files("target/formwork"), ["dev"]);
    assert_eq!(
        shop.files("target/formwork/dev"),
        ["manifest.json", "shop-dev-base.template.json", "shop-dev-jobs.template.json"]
    );
    assert!(shop.read("target/formwork/dev/shop-dev-base.template.json").contains("\"AWS::SNS::Topic\""));

    let ran = shop.run(&["synth", "prod", "--out", "elsewhere/deep", "--format", "yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        shop.files("elsewhere/deep"),
        ["manifest.json", "shop-prod-base.template.yaml", "shop-prod-jobs.template.yaml"]
    );
    let manifest: serde_json::Value =
        serde_json::from_str(&shop.read("elsewhere/deep/manifest.json")).expect("JSON");
    assert_eq!(manifest["environment"]["region"], "eu-central-1");
    assert_eq!(manifest["stacks"][1]["dependsOn"][0], "base");
}

#[test]
fn a_failing_run_leaves_the_last_good_assembly() {
    let shop = Shop::new("failing", &[("dev.json", DEV)]);
    assert_eq!(shop.run(&["synth", "dev"]).code, 0);
    let before = shop.read("target/formwork/dev/manifest.json");
    shop.write("dev.json", "{\"queues\": 1, \"mistake\": \"circle\"}");
    let ran = shop.run(&["synth", "dev"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("error[FW0202]"), "{}", ran.err);
    assert_eq!(shop.read("target/formwork/dev/manifest.json"), before);
    // A good run replaces it, without leaving stale templates or working files behind.
    shop.write("dev.json", "{\"queues\": 1}");
    assert_eq!(shop.run(&["synth", "dev", "--format", "yaml"]).code, 0);
    assert_eq!(
        shop.files("target/formwork/dev"),
        ["manifest.json", "shop-dev-base.template.yaml", "shop-dev-jobs.template.yaml"]
    );
    assert_eq!(shop.files("target/formwork"), ["dev"]);
}

#[test]
fn nobodys_files_are_overwritten() {
    let shop = Shop::new("foreign", &[("dev.json", DEV)]);
    fs::create_dir(shop.folder.join("notes")).expect("a folder");
    fs::write(shop.folder.join("notes/todo.txt"), "buy milk").expect("a file");
    let ran = shop.run(&["synth", "dev", "--out", "notes"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("error[FW0602]"), "{}", ran.err);
    assert_eq!(shop.files("notes"), ["todo.txt"]);
    // Beside an assembly they stay.
    assert_eq!(shop.run(&["synth", "dev", "--out", "out"]).code, 0);
    fs::create_dir(shop.folder.join("out/mine")).expect("a folder");
    fs::write(shop.folder.join("out/mine/todo.txt"), "buy milk").expect("a file");
    assert_eq!(shop.run(&["synth", "dev", "--out", "out"]).code, 0);
    assert_eq!(shop.read("out/mine/todo.txt"), "buy milk");
    // A folder that cannot be made is reported as such.
    let ran = shop.run(&["synth", "dev", "--out", "config/dev.json/x"]);
    assert!(ran.err.contains("error[FW0601]"), "{}", ran.err);
}

#[test]
fn a_finding_shows_the_line_of_the_program() {
    let shop = Shop::new("snippet", &[("dev.json", "{\"queues\": 1, \"mistake\": \"circle\"}")]);
    // The compiler names the file from the root of the workspace, so that it is looked for there.
    let ran = run(Command::new(env!("CARGO_BIN_EXE_shop"))
        .args(["synth", "dev", "--project"])
        .arg(&shop.folder)
        .current_dir(root()));
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err);
}

#[test]
fn a_finding_shows_the_line_of_the_configuration() {
    let text = "{\n  \"queues\": 1,\n  \"name\": \"shop-production\",\n  \"visitor\": {\n    \"name\": \"orders db\",\n    \
        \"pin\": 47110\n  }\n}\n";
    let shop = Shop::new("places", &[("dev.json", text)]);
    for command in ["synth", "check"] {
        let ran = shop.run_with_sources(&[command, "dev"]);
        assert_eq!(ran.code, 1);
        assert!(!format!("{}{}", ran.out, ran.err).contains("4711"), "{}{}", ran.out, ran.err);
        insta::assert_snapshot!(format!("configuration_in_{command}"), format!("{}{}", ran.out, ran.err));

        let ran = shop.run_with_sources(&[command, "dev", "--message-format", "json"]);
        assert!(!ran.out.contains("4711"), "{}", ran.out);
        let findings: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON and nothing else");
        let findings = findings["findings"].as_array().expect("findings");
        let shown = |code: &str| {
            let finding = findings.iter().find(|finding| finding["code"] == code)?;
            let spans = finding["spans"].as_array()?.iter().skip(1);
            Some(spans.map(|span| format!("{}: {}", span["at"]["line"], span["label"])).collect::<Vec<_>>())
        };
        if command == "check" {
            assert_eq!(shown("SHOP02"), Some(vec![r#"5: "`visitor.name` is \"orders db\"""#.to_owned()]));
        }
        assert_eq!(shown("SHOP03"), Some(vec![r#"6: "`visitor.pin` is this""#.to_owned()]));
    }
}

#[test]
fn what_the_schema_calls_secret_is_never_shown() {
    for (file, text) in [
        // Of the wrong type, with an unknown key beside it, with a key that is nearly right, and no JSON at all.
        ("dev.json", r#"{"queues": 1, "visitor": {"name": "he", "pin": "4711"}}"#),
        ("dev.json", "{\"queues\": 1, \"visitor\": {\"name\": \"he\",\n\"pin\": 4711, \"mood\": 1}}"),
        ("dev.json", "{\"queues\": 1, \"visitor\": {\"name\": \"he\",\n\"pinn\": 4711}}"),
        ("dev.json", r#"{"queues": 1, "visitor": {"name": "he", "pin": 4711 4}}"#),
        ("dev.toml", "queues = 1\nvisitor.name = 'he'\nvisitor.pin = \"\"\"\n4711\"\"\"\n"),
    ] {
        let shop = Shop::new("secret", &[(file, text)]);
        for command in ["synth", "check", "list"] {
            let ran = shop.run(&[command, "dev"]);
            assert!(ran.code == 1 && ran.err.contains("error[FW050"), "{}", ran.err);
            assert!(ran.err.contains("***") && !ran.err.contains("4711"), "{}", ran.err);
        }
    }
}

#[test]
fn findings_as_json() {
    let shop = Shop::new("json", &[("dev.json", "{\"queues\": 1, \"mistake\": \"warning\"}")]);
    let ran = shop.run(&["synth", "dev", "--message-format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let findings: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON and nothing else");
    assert_eq!(findings["findings"][0]["code"], "SHOP01");
    assert_eq!(findings["summary"]["warnings"], 1);
}

#[test]
fn colour_comes_on_demand_only() {
    let shop = Shop::new("colour", &[("dev.json", "{\"queues\": 1, \"mistake\": \"warning\"}")]);
    assert!(!shop.run(&["synth", "dev"]).err.contains('\u{1b}'));
    assert!(shop.run(&["synth", "dev", "--color", "always"]).err.contains('\u{1b}'));
}

#[test]
fn wrong_configuration_is_reported_with_file_line_and_path() {
    let text = "{\n  \"queus\": 2,\n  \"mistake\": \"never\"\n}\n";
    let shop = Shop::new("config", &[("dev.json", text), ("prod.json", DEV), ("prod.toml", "queues = 1\n")]);
    let ran = shop.run(&["synth", "dev"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!("wrong_configuration", ran.err);
    let ran = shop.run(&["synth", "prd"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("error[FW0501]") && ran.err.contains("`prod`"), "{}", ran.err);
    assert!(shop.run(&["synth", "prod"]).err.contains("error[FW0506]"));
    assert!(shop.run(&["synth", "../dev"]).err.contains("error[FW0501]"));
    assert!(!shop.folder.join("target").exists());
}

#[test]
fn a_program_may_stop_with_an_error() {
    let shop = Shop::new("fails", &[("dev.json", "{\"queues\": 1, \"mistake\": \"fails\"}")]);
    let ran = shop.run(&["synth", "dev"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("error[FW0603]: the program stopped with an error: the code archive is missing"),
        "{}",
        ran.err
    );
}

#[test]
fn the_lock_is_made_on_demand_and_kept() {
    let shop = Shop::new("lock", &[("dev.json", DEV)]);
    let lock = shop.folder.join("formwork.lock");
    assert_eq!(shop.run(&["synth", "dev"]).code, 0);
    assert!(!lock.exists());
    let ran = shop.run(&["synth", "dev", "--locked"]);
    assert!(ran.code == 1 && ran.err.contains("error[FW0109]"), "{}", ran.err);
    let ran = shop.run(&["synth", "dev", "--lock"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "wrote formwork.lock: commit it\n"));
    assert!(
        shop.read("formwork.lock")
            .contains("\"Old/Topic\" = { type = \"AWS::SNS::Topic\", id = \"OldTopic\", stateful = true }")
    );
    assert_eq!(shop.run(&["synth", "dev", "--locked"]).code, 0);

    // One more queue: the lock follows, unless it must not.
    shop.write("dev.json", "{\"queues\": 3}");
    let ran = shop.run(&["synth", "dev", "--locked"]);
    assert!(ran.code == 1 && ran.err.contains("error[FW0109]"), "{}", ran.err);
    assert_eq!(shop.run(&["synth", "dev"]).err, "wrote formwork.lock: commit it\n");
    assert!(shop.read("formwork.lock").contains("Queue2"));

    // Something that holds data seems to have moved.
    shop.write("dev.json", "{\"queues\": 3, \"mistake\": \"moved\"}");
    let before = shop.read("formwork.lock");
    let ran = shop.run(&["synth", "dev"]);
    assert!(ran.code == 1 && ran.err.contains("error[FW0108]"), "{}", ran.err);
    assert_eq!(shop.read("formwork.lock"), before);

    fs::write(&lock, "<<<<<<< HEAD\n").expect("a file");
    assert!(shop.run(&["synth", "dev"]).err.contains("error[FW0109]"));
}

#[test]
fn an_earlier_assembly_tells_what_became_of_wires() {
    let shop = Shop::new("since", &[("dev.json", DEV)]);
    assert_eq!(shop.run(&["synth", "dev", "--out", "one"]).code, 0);
    assert_eq!(shop.run(&["synth", "dev", "--out", "two", "--since", "one"]).code, 0);
    assert!(shop.read("two/manifest.json").contains("\"state\": \"kept\""));
    shop.write("prod.json", DEV);
    let ran = shop.run(&["synth", "prod", "--since", "one"]);
    assert!(ran.code == 1 && ran.err.contains("is an assembly of `shop` in `dev`"), "{}", ran.err);
    let ran = shop.run(&["synth", "dev", "--since", "config"]);
    assert!(ran.code == 1 && ran.err.contains("error[FW0602]"), "{}", ran.err);
}

#[test]
fn list_shows_environments_and_stacks() {
    let shop = Shop::new(
        "list",
        &[
            ("dev.json", DEV),
            ("prod.toml", "queues = 1\n[aws]\nregion = \"eu-central-1\"\naccount = \"111122223333\"\n"),
        ],
    );
    let ran = shop.run(&["list"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    assert!(shop.run(&["list", "prod"]).out.starts_with("prod\n"));
    assert!(!shop.folder.join("target").exists());
    let empty = Shop::new("list-empty", &[]);
    assert_eq!(empty.run(&["list"]).out, "no environments: there is no file such as config/dev.json\n");
}

#[test]
fn schema_is_for_editors() {
    let shop = Shop::new("schema", &[("dev.json", DEV)]);
    let ran = shop.run(&["schema"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    assert_eq!(shop.run(&["schema", "--out", "config/schema.json"]).code, 0);
    assert_eq!(shop.read("config/schema.json"), ran.out);
    let manifest: serde_json::Value =
        serde_json::from_str(&shop.run(&["schema", "--manifest"]).out).expect("JSON");
    assert_eq!(manifest["title"], "Manifest");
    // The schema is no environment.
    assert!(!shop.run(&["list"]).out.contains("schema"), "{}", shop.run(&["list"]).out);
}

#[test]
fn explain_tells_what_a_code_means() {
    let shop = Shop::new("explain", &[]);
    let ran = shop.run(&["explain", "fw0202"]);
    assert!(ran.code == 0 && ran.out.starts_with("# FW0202: "), "{}", ran.out);
    let all = shop.run(&["explain"]).out;
    assert!(all.lines().count() > 40 && all.contains("FW0501  "), "{all}");
    let ran = shop.run(&["explain", "FW9999"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}

#[test]
fn arguments_that_make_no_sense() {
    let shop = Shop::new("usage", &[("dev.json", DEV)]);
    for arguments in [
        &["synth"][..],
        &["sinth", "dev"],
        &["synth", "dev", "--wires", "copper"],
        &["synth", "dev", "--lock", "--locked"],
        &[],
    ] {
        let ran = shop.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("Usage: shop") || ran.err.contains("try '--help'"), "{}", ran.err);
    }
    let help = ["--help", "synth --help"].map(|words| {
        let ran = shop.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        ran.out
    });
    insta::assert_snapshot!(help.join("\n"));
}

#[test]
fn quickstart_is_the_first_command_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.contains("cargo run -p quickstart -- synth dev"));
    let out = folder("quickstart");
    let ran = run(Command::new(example("quickstart"))
        .args(["synth", "dev", "--out"])
        .arg(&out)
        // What `cargo run` sets.
        .env("CARGO_MANIFEST_DIR", root().join("examples/quickstart"))
        .current_dir(root()));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let manifest = fs::read_to_string(Path::new(&out).join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("examples/quickstart/src/main.rs"));
    insta::assert_snapshot!(
        "quickstart_workers",
        fs::read_to_string(out.join("uploads-dev-workers.template.json")).expect("a template")
    );
}

#[test]
fn what_a_killed_run_left_is_put_right() {
    let shop = Shop::new("killed", &[("dev.json", DEV)]);
    assert_eq!(shop.run(&["synth", "dev", "--out", "out"]).code, 0);
    let before = shop.read("out/manifest.json");
    // As if a run had been killed between the two moves; no process has this number.
    fs::rename(shop.folder.join("out"), shop.folder.join(".out.old-999999999")).expect("a move");
    fs::create_dir(shop.folder.join(".out.new-999999999")).expect("a folder");
    shop.write("dev.json", "{\"queues\": 1, \"mistake\": \"none\"}");
    assert_eq!(shop.run(&["synth", "dev", "--out", "out", "--since", ".out.old-999999999"]).code, 0);
    assert_ne!(shop.read("out/manifest.json"), before);
    assert_eq!(shop.files("."), ["config", "out"]);
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link() {
    let shop = Shop::new("link", &[("dev.json", DEV)]);
    fs::create_dir(shop.folder.join("real")).expect("a folder");
    std::os::unix::fs::symlink("real", shop.folder.join("out")).expect("a link");
    assert_eq!(shop.run(&["synth", "dev", "--out", "out"]).code, 0);
    assert!(shop.folder.join("out").is_symlink());
    assert!(shop.files("real").contains(&"manifest.json".to_owned()));
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let shop = Shop::new("full", &[("dev.json", DEV)]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = Command::new(env!("CARGO_BIN_EXE_shop"))
        .arg("schema")
        .current_dir(&shop.folder)
        .env_remove("CARGO_MANIFEST_DIR")
        .stdout(full)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error[FW0601]"));
}
