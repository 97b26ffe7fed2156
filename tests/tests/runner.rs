//! What crosses crates: the command line, the examples, independent peers, compile errors.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cfn_lint;
mod command_line;
mod every_type;
mod facts;
mod formats;
mod support;
mod ui;
