//! AWS infrastructure as a typed Rust program, deployed through CloudFormation.
//!
//! A program is a `main.rs` that declares stacks and resources; [`main`] makes a command-line tool of it.
//!
//! ```no_run
//! use formwork::{aws::sqs, prelude::*};
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Config {
//!     retention_days: u32,
//! }
//!
//! fn main() -> ExitCode {
//!     formwork::main("shop", |app: &App, config: Config| {
//!         let jobs = app.stack("jobs");
//!         let queue = sqs::Queue::builder().message_retention_period(days(config.retention_days));
//!         let queue = jobs.add("Queue", queue);
//!         jobs.output("QueueUrl", queue);
//!     })
//! }
//! ```
//!
//! ```text
//! $ cargo run -- synth prod      templates in target/formwork/prod/, or everything that is wrong
//! $ cargo run -- check prod      what a reviewer would say, each finding at the line that caused it
//! $ cargo run -- list            environments and their stacks
//! $ cargo run -- schema          the JSON Schema of config/*.json, for editors
//! $ cargo run -- explain FW0202  what a code means
//! ```
//!
//! `config/prod.json` or `config/prod.toml` is read into `Config`; for a program without configuration it is
//! `()`. The derives of `serde` and `schemars` need these two crates among the program's own dependencies.
//!
//! [`aws`] has the typed resources: a module and a feature for every service, seventeen of them by default.
//! The model itself, with everything that a program declares things with, is [`core`].

use std::{fmt, process::ExitCode};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub use formwork_aws as aws;
pub use formwork_check as check;
pub use formwork_core as core;
pub use formwork_core::{functions, interpolate, json, list, map, pseudo};
#[cfg(feature = "patterns")]
pub use formwork_patterns as patterns;

mod advice;
mod arguments;
mod command_line;
mod project;

pub use advice::{ADVICE, STACK_ADVICE};
pub use project::{Project, StagedLock};

/// The dozen words that every program uses.
pub mod prelude {
    pub use std::process::ExitCode;

    pub use formwork_aws::types::{Cidr, Duration, cidr, days, gib, hours, mib, minutes, seconds};
    pub use formwork_core::{
        App, Arn, AsHandle, Builder, Condition, DeletionPolicy, Environment, Handle, Id, Input, IntoInput,
        IntoResource, Json, Lowering, Mapping, Name, NoValue, Other, Output, Param, Parameter, Predicate,
        Resource, Rule, Scope, Secret, Stack, Tagging, UpdateReplacePolicy, interpolate, json, list, map,
        secretsmanager, ssm,
    };
    // Nothing to name, but methods: `a.allow_to(&b, 443)`, `bucket.grant_read(&service)`.
    #[cfg(feature = "patterns")]
    pub use formwork_patterns::{
        BucketGrants as _, Connect as _, Grantee as _, KeyGrants as _, LogGroupGrants as _,
        ParameterGrants as _, QueueGrants as _, QueueMetrics as _, RepositoryGrants as _, SecretGrants as _,
        TableGrants as _, TopicGrants as _,
    };
    pub use schemars::JsonSchema;
    pub use serde::Deserialize;
}

/// What a program returns: nothing, or a `Result` if it reads files on the way.
pub trait Outcome {
    /// What the error says, if there is one.
    fn into_error(self) -> Option<String>;
}

impl Outcome for () {
    fn into_error(self) -> Option<String> {
        None
    }
}

impl<E: fmt::Display> Outcome for Result<(), E> {
    fn into_error(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// Makes a command-line tool of a program: reads the arguments, loads the environment's configuration, runs the
/// program, and writes what it declared.
///
/// `name` is the app's name: the beginning of stack names. The program may return nothing or a `Result`.
pub fn main<C, F, R>(name: &str, program: F) -> ExitCode
where
    C: DeserializeOwned + JsonSchema + 'static,
    F: Fn(&core::App, C) -> R,
    R: Outcome,
{
    command_line::run(name, &program)
}

/// The programs of README.md, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
