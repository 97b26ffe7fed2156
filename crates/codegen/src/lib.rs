//! Turns facts into the Rust source of typed builders and handles.
