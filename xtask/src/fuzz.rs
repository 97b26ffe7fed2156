//! `cargo xtask fuzz [SECONDS]`: any bytes as a template, for a bounded time.
//!
//! The target is `crates/check/fuzz`, laid out as cargo-fuzz wants it; here it is built with the compiler that builds
//! everything else, so that nothing has to be installed.

use std::{path::Path, process::Command};

/// What cargo-fuzz gives to the compiler, without the sanitizer, which needs a nightly one.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

const FOLDER: &str = "crates/check/fuzz";

/// Runs for so many seconds.
pub fn run(seconds: &str) -> Result<(), String> {
    if !seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0) {
        return Err(format!("`{seconds}` is no number of seconds"));
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let target = Path::new("target/fuzz");
    // The flags are for the host alone when a target is named, so that build scripts go without them.
    let host = host()?;
    crate::tests::step(
        Command::new(cargo)
            .args(["build", "--release", "--manifest-path"])
            .arg(format!("{FOLDER}/Cargo.toml"))
            .args(["--target-dir", "target/fuzz", "--target", &host])
            .env("RUSTFLAGS", FLAGS),
    )?;
    let corpus = target.join("corpus");
    let artifacts = target.join("artifacts");
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
    }
    let program = target.join(host).join("release").join("templates");
    crate::tests::step(
        Command::new(program)
            .arg(format!("-max_total_time={seconds}"))
            .args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(&corpus)
            .arg(format!("{FOLDER}/seeds")),
    )
}

fn host() -> Result<String, String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc).arg("-vV").output().map_err(|error| format!("rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say for which machine it is".to_owned())
}
