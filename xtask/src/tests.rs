//! `cargo xtask test`: everything that has to pass.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The environments of independent programs that check ours, with their pins; `tests/` looks for them here. They are
/// two, since what they depend on differs.
const PEERS: &str = "target/peers";
const PINS: &str = "tests/peers.txt";
const CHECKOV: &str = "target/checkov";
const CHECKOV_PINS: &str = "tests/checkov.txt";

pub fn run() -> Result<(), String> {
    peers()?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    step(Command::new(&cargo).args(["fmt", "--all", "--check"]))?;
    step(Command::new(&cargo).args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))?;
    step(Command::new(&cargo).args(["test", "--workspace", "--doc", "--quiet"]))?;
    step(
        Command::new(&cargo)
            .args(["doc", "--workspace", "--no-deps", "--quiet"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    // In a folder of its own: what comes with Guard's engine changes the features of what everything else is built with.
    step(Command::new(&cargo).args([
        "test",
        "--quiet",
        "--package",
        "formwork-check",
        "--features",
        "guard",
        "--lib",
        "--target-dir",
        "target/guard",
        "guard::",
    ]))?;
    // Last, so that its closing lines are the last ones.
    let nextest = Command::new(&cargo)
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if nextest {
        step(Command::new(&cargo).args(["nextest", "run", "--workspace", "--no-fail-fast"]))
    } else {
        step(Command::new(&cargo).args(["test", "--workspace", "--all-targets", "--no-fail-fast"]))
    }
}

/// Makes the Python environments with the pinned programs, unless they are there.
pub fn peers() -> Result<PathBuf, String> {
    environment(CHECKOV, CHECKOV_PINS)?;
    environment(PEERS, PINS)
}

fn environment(path: &str, requirements: &str) -> Result<PathBuf, String> {
    let folder = Path::new(path);
    let pins =
        std::fs::read_to_string(requirements).map_err(|error| format!("reading {requirements}: {error}"))?;
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(folder.to_owned());
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("removing {path}: {error}"))?;
    }
    step(Command::new("python3").args(["-m", "venv", path]))?;
    let pip = folder.join("bin").join("python");
    step(Command::new(pip).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        requirements,
    ]))?;
    std::fs::write(&stamp, pins).map_err(|error| format!("writing {}: {error}", stamp.display()))?;
    Ok(folder.to_owned())
}

pub fn step(command: &mut Command) -> Result<(), String> {
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let shown = words.join(" ");
    eprintln!("xtask: {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` failed ({status})")),
        Err(error) => Err(format!("`{shown}` could not be started: {error}")),
    }
}
