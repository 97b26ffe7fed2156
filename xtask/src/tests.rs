//! `cargo xtask test`: everything that has to pass.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The environment of independent programs that check ours; `tests/` looks for it here.
const PEERS: &str = "target/peers";

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

/// Makes the Python environment with the pinned programs of `tests/peers.txt`, unless it is there.
pub fn peers() -> Result<PathBuf, String> {
    let folder = Path::new(PEERS);
    let pins = std::fs::read_to_string("tests/peers.txt")
        .map_err(|error| format!("reading tests/peers.txt: {error}"))?;
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(folder.to_owned());
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("removing {PEERS}: {error}"))?;
    }
    step(Command::new("python3").args(["-m", "venv", PEERS]))?;
    let pip = folder.join("bin").join("python");
    step(Command::new(pip).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        "tests/peers.txt",
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
