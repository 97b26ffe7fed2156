//! `cargo xtask bench systems`: how long `synth prod` of each system takes, from the start of the process to the
//! templates on disk, beside what no program goes below: the start of the same process, and a copy of the same files.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::bench::budget;

const SYSTEMS: &[&str] = &["awsomeshop"];
const RUNS: usize = 21;

pub fn run() -> Result<(), String> {
    for (profile, arguments, limit) in [("release", &["--release"][..], 30.0), ("debug", &[], 150.0)] {
        for system in SYSTEMS {
            let built = Command::new("cargo")
                .args(["build", "--quiet", "--package", system])
                .args(arguments)
                .status();
            if !built.is_ok_and(|status| status.success()) {
                return Err(format!("building {system} failed"));
            }
            let program = format!("target/{profile}/{system}");
            let out = Path::new("target/bench").join(format!("{system}-{profile}"));
            let copied = out.with_extension("copy");
            let project = format!("examples/{system}");
            let (mut synth, mut start, mut copy) = (Vec::new(), Vec::new(), Vec::new());
            let mut bytes = 0;
            // They take turns, so that none of them has the quieter machine.
            for _ in 0..RUNS {
                let words = ["synth", "prod", "--project", &project, "--out"];
                synth.push(timed(Command::new(&program).args(words).arg(&out))?);
                start.push(timed(Command::new(&program).args(["explain", "FW0101"]))?);
                let (milliseconds, written) = copying(&out, &copied)?;
                copy.push(milliseconds);
                bytes = written;
            }
            println!("{system} ({profile}): {} bytes, milliseconds over {RUNS} runs", bytes);
            println!("{:22} {:>8} {:>8} {:>8}", "", "min", "median", "max");
            for (what, times) in
                [("synth prod", &mut synth), ("start alone", &mut start), ("copy of the files", &mut copy)]
            {
                times.sort_by(f64::total_cmp);
                println!("{what:22} {:>8.1} {:>8.1} {:>8.1}", times[0], times[RUNS / 2], times[RUNS - 1]);
            }
            budget("ms", synth[RUNS / 2], limit);
        }
    }
    Ok(())
}

fn timed(command: &mut Command) -> Result<f64, String> {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(began.elapsed().as_secs_f64() * 1000.0),
        Ok(status) => Err(format!("{command:?} failed ({status})")),
        Err(error) => Err(format!("{command:?} could not be started: {error}")),
    }
}

fn copying(from: &Path, to: &Path) -> Result<(f64, usize), String> {
    let problem = |error: std::io::Error| format!("copying {}: {error}", from.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(from).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        files.push((entry.file_name(), fs::read(entry.path()).map_err(problem)?));
    }
    if to.exists() {
        fs::remove_dir_all(to).map_err(problem)?;
    }
    let began = Instant::now();
    fs::create_dir_all(to).map_err(problem)?;
    for (name, bytes) in &files {
        fs::write(to.join(name), bytes).map_err(problem)?;
    }
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    Ok((milliseconds, files.iter().map(|(_, bytes)| bytes.len()).sum()))
}
