//! `cargo xtask bench check`: `check` beside cfn-lint, on the same files in the same run.
//!
//! The templates are the service of two dozen resources of the tests, alone and twenty times over (480 resources). Times
//! are those of the processor, of whole processes for the large one; what a small one takes after start-up is measured
//! within a process, the first time (when nothing of the facts is read yet) and later.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::{Map, Value, json};

/// How often the service is in the large template.
const COPIES: usize = 20;
const RUNS: usize = 3;

pub fn run() -> Result<(), String> {
    let folder = Path::new("target/bench");
    fs::create_dir_all(folder).map_err(|error| format!("making target/bench: {error}"))?;
    let cargo = |arguments: &[&str]| {
        let output = Command::new("cargo").args(arguments).stderr(Stdio::inherit()).output();
        match output {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => Err(format!("`cargo {}` failed ({})", arguments.join(" "), output.status)),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    };
    cargo(&["build", "--release", "--quiet", "--package", "formwork-cli", "--package", "xtask"])?;
    let text = cargo(&["run", "--quiet", "--package", "formwork-tests", "--bin", "service"])?;
    let service: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let (small, large) = (folder.join("service.json"), folder.join("services.json"));
    let write = |file: &PathBuf, template: &Value| {
        fs::write(file, template.to_string()).map_err(|error| format!("writing {}: {error}", file.display()))
    };
    write(&small, &service)?;
    write(&large, &copies(&service, COPIES))?;
    let resources = |template: &Value| template["Resources"].as_object().map_or(0, Map::len);
    println!("{} and {} resources", resources(&service), resources(&copies(&service, COPIES)));

    let peer = crate::tests::peers()?.join("bin").join("cfn-lint");
    let region = "eu-central-1";
    let ours = |file: &Path| {
        let mut command = Command::new("target/release/formwork");
        command.arg("check").arg(file).args(["--region", region, "--message-format", "json"]);
        processor_time(&mut command, 40)
    };
    let theirs = |file: &Path| {
        let mut command = Command::new(&peer);
        command.args(["--format", "json", "--regions", region, "--template"]).arg(file);
        processor_time(&mut command, 1)
    };
    let mut times = Vec::new();
    let mut linted = Vec::new();
    for _ in 0..RUNS {
        times.push(ours(&large)?);
        linted.push(theirs(&large)?);
    }
    times.sort_by(f64::total_cmp);
    linted.sort_by(f64::total_cmp);
    let (mine, lint) = (times[RUNS / 2], linted[RUNS / 2]);
    println!(
        "480 resources, whole processes: check {:.1} ms, cfn-lint {:.0} ms",
        mine * 1000.0,
        lint * 1000.0
    );
    println!("check takes 1/{:.0} of cfn-lint's processor time", lint / mine);
    crate::bench::budget("hundredths of cfn-lint", 100.0 * mine / lint, 0.5);

    println!("growth, whole processes");
    let mut points = Vec::new();
    for times in [COPIES, 4 * COPIES, 16 * COPIES] {
        let file = folder.join("growth.json");
        let template = copies(&service, times);
        write(&file, &template)?;
        let seconds = ours(&file)?;
        println!("{:>8} resources {:>8.1} ms", resources(&template), seconds * 1000.0);
        points.push(((times as f64).ln(), seconds.ln()));
    }
    println!("time grows with the number of resources to the power of {:.2}", crate::bench::slope(&points));

    let output = Command::new("target/release/xtask").arg("bench-check-one").arg(&small).output();
    let output = output.map_err(|error| format!("starting xtask: {error}"))?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// Checks a small template within this process: the first time, then again.
pub fn one(file: &str) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("reading {file}: {error}"))?;
    let mut source = formwork_check::Source::new(file, text);
    source.region = Some("eu-central-1".to_owned());
    let mut milliseconds = Vec::new();
    for _ in 0..11 {
        let start = Instant::now();
        let report = formwork_check::templates(std::slice::from_ref(&source));
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        drop(report);
    }
    let first = milliseconds.remove(0);
    milliseconds.sort_by(f64::total_cmp);
    println!("24 resources within a process: {first:.2} ms the first time, {:.2} ms later", milliseconds[5]);
    crate::bench::budget("ms", first, 5.0);
    Ok(())
}

/// The processor time of a process and its children, in seconds: of so many runs, since ticks are coarse.
fn processor_time(command: &mut Command, runs: u32) -> Result<f64, String> {
    let before = crate::bench::children_seconds();
    for _ in 0..runs {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let status = status.map_err(|error| format!("{command:?}: {error}"))?;
        if status.code().is_none() {
            return Err(format!("{command:?} was killed"));
        }
    }
    Ok((crate::bench::children_seconds() - before) / f64::from(runs))
}

/// A template many times in one: every logical id gets a number.
fn copies(template: &Value, times: usize) -> Value {
    let Some(resources) = template["Resources"].as_object() else { return Value::Null };
    let ids: Vec<&String> = resources.keys().collect();
    let mut all = Map::new();
    for copy in 0..times {
        for (id, resource) in resources {
            let mut resource = resource.clone();
            rename(&mut resource, &ids, copy);
            // Each copy has a network of its own.
            let text = resource.to_string().replace("\"10.0.", &format!("\"10.{}.", copy % 256));
            all.insert(format!("{id}{copy}"), serde_json::from_str(&text).unwrap_or(resource));
        }
    }
    json!({"Resources": all})
}

fn rename(value: &mut Value, ids: &[&String], copy: usize) {
    match value {
        Value::String(text) => {
            if ids.contains(&&*text) {
                text.push_str(&copy.to_string());
            } else {
                for id in ids {
                    for end in ["}", "."] {
                        *text = text.replace(&format!("${{{id}{end}"), &format!("${{{id}{copy}{end}"));
                    }
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, ids, copy)),
        Value::Object(object) => object.values_mut().for_each(|value| rename(value, ids, copy)),
        _ => {}
    }
}
