//! What a developer of Formwork runs that cargo itself does not do: `cargo xtask <command>`.
//!
//! - `test`: everything that has to pass, on a fresh machine; makes what it needs under `target/`.
//! - `peers`: only makes what the tests need (the Python environment with cfn-lint).
//! - `expand <service>`: prints the generated source of a service, or of one type such as `AWS::EC2::Subnet`.
//! - `facts update`: makes the data files of `crates/facts` anew from their pinned sources, and says what changed.
//! - `fuzz [SECONDS]`: any bytes as a template, for a minute or as long as is said.
//! - `bench`: speed and memory beside the floors, then `check` beside cfn-lint, then the systems, then the costs of
//!   building; `bench speed`, `bench check`, `bench systems`, `bench build` and `bench types` for one.

use std::process::ExitCode;

mod bench;
mod bench_check;
mod bench_systems;
mod expand;
mod facts;
mod fuzz;
mod tests;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // As the wrapper of rustc that `bench types` puts in its place.
    if let (Some(_), [program, ..]) = (std::env::var_os("FORMWORK_BENCH_PEAK"), words.as_slice()) {
        return match bench::compiler(program, &arguments[1..]) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("xtask: {message}");
                ExitCode::FAILURE
            }
        };
    }
    let result = match words.as_slice() {
        ["test"] => tests::run(),
        ["peers"] => tests::peers().map(|_| ()),
        ["expand", name] => expand::print(name),
        ["facts", "update"] => facts::update(),
        ["fuzz"] => fuzz::run("60"),
        ["fuzz", seconds] => fuzz::run(seconds),
        ["bench"] => bench::speed()
            .and_then(|()| bench_check::run())
            .and_then(|()| bench_systems::run())
            .and_then(|()| bench::building())
            .and_then(|()| bench::types()),
        ["bench", "check"] => bench_check::run(),
        ["bench-check-one", file] => bench_check::one(file),
        ["bench", "systems"] => bench_systems::run(),
        ["bench", "types"] => bench::types(),
        ["bench", "speed"] => bench::speed(),
        ["bench", "build"] => bench::building(),
        ["bench-one", variant, count, file] => bench::one(variant, count, file),
        _ => Err("usage: cargo xtask test | peers | expand <service> | facts update | fuzz [SECONDS] | bench [speed | check | systems | build | types]"
            .to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
