//! What crosses crates: the command line, the examples, independent peers, compile errors.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "numbers that people read beside a test that passes")]

mod awsomeshop;
mod book;
mod cfn_lint;
mod check;
mod checkov;
mod command_line;
mod every_type;
mod facts;
mod formats;
mod labelled;
mod mutation;
mod patterns;
mod readme;
mod support;
mod ui;
