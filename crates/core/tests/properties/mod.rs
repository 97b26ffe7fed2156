//! What holds of every program: properties tested on programs that nobody wrote.
//!
//! `values` and `program` describe programs as plain data, `build` runs a description against the library,
//! `template` reads what comes out without knowing how it was made. The seeds are fixed, so that a run fails
//! for a change of the library and for nothing else; what fails is shrunk to a small program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod build;
mod order;
mod program;
mod references;
mod symbolic;
mod template;
mod values;
mod wild;

use formwork_core::{Assembly, Options};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use self::{
    build::{Run, build},
    program::Program,
};

/// A runner with the same seed on every machine and every day.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 1024, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Tests a property of whatever a strategy makes.
#[track_caller]
fn check<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) where
    S::Value: std::fmt::Debug,
{
    if let Err(error) = runner(cases).run(&strategy, property) {
        panic!("{error}");
    }
}

/// The assembly of a program that must be right.
fn assemble(program: &Program, run: Run, options: &Options) -> Result<Assembly, TestCaseError> {
    let (app, _) = build(program, run);
    app.synth(options).map_err(|findings| TestCaseError::fail(format!("refused: {findings}")))
}
