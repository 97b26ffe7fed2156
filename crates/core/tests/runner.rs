//! All tests of the model from outside, in one binary: linking is the slow part.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod expressions;
mod findings;
mod graph;
mod ids;
mod properties;
mod read_back;
mod sections;
mod stacks;
mod support;
mod transforms;
mod values;
