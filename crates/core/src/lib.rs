//! The model of Formwork: from a Rust program to deterministic CloudFormation templates.
//!
//! ```
//! use formwork_core::{App, Environment, Format, Options, Resource, interpolate};
//!
//! let app = App::new("shop", Environment::new("prod").region("eu-central-1"));
//! let stack = app.stack("jobs");
//! let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", 60));
//! stack.output("Arn", interpolate!("{} takes the jobs", queue.attribute("Arn")));
//!
//! let assembly = app.synth(&Options::default())?;
//! print!("{}", assembly.stacks()[0].template().text(Format::Yaml));
//! # Ok::<(), formwork_core::Findings>(())
//! ```
//!
//! - [`App`], [`Stack`], [`Scope`]: what a program declares things in.
//! - [`Resource`] and [`IntoResource`]: builders; [`Handle`] and [`AsHandle`]: what stands for a resource.
//! - [`Input`], [`Output`], [`IntoInput`]: typed values; [`functions`], [`pseudo`]: where they come from.
//! - [`App::synth`] and [`Assembly`]: templates, manifest, [graph](GraphView).
//! - [`Finding`]: what is wrong, where, and what to do; [`report`] renders it.
//!
//! **Invariant:** synthesis is pure. The same program and options yield the same bytes: no clock, no network,
//! no environment variable, no randomness, no order of a hash map.
//!
//! **Boundary:** this crate knows the template language and no AWS service. It never writes to a terminal, and
//! writes files in [`Assembly::write`] only.

pub mod config;
pub mod explain;
pub mod functions;
pub mod pseudo;
pub mod report;

mod app;
mod assembly;
mod condition;
mod dynamic;
mod edit;
mod encode;
mod expr;
mod finding;
mod graph;
mod ids;
mod interpolate;
mod json;
mod limits;
mod location;
mod lock;
mod lower;
mod manifest;
mod mapping;
mod model;
mod names;
mod nearest;
mod needs;
mod parameter;
mod path;
mod policies;
mod read;
mod resource;
mod review;
mod rule;
mod synth;
mod template;
mod text;
mod transform;
mod value;
mod wires;

pub use app::{App, Scope, Stack, StackOutput};
pub use assembly::{AssembledStack, Assembly, WriteError};
pub use condition::{Choice, Condition, Predicate};
pub use dynamic::{SecretReference, SsmReference, secretsmanager, ssm, ssm_secure};
pub use edit::{Change, Edit};
pub use expr::{Expr, Field, Kind, Part, Reference, Remarked, Str};
pub use finding::{Finding, Findings, Severity, Span};
pub use graph::{Advice, Dependency, EdgeKind, GraphView, ResourceView};
pub use limits::Limits;
pub use location::SourceLocation;
pub use lock::{Lock, LockEntry};
pub use manifest::{
    MANIFEST_VERSION, Manifest, ManifestChange, ManifestEnvironment, ManifestError, ManifestResource,
    ManifestStack, ManifestTemplate, ManifestWire, ParameterSource, WireEnd, WireState,
};
pub use mapping::{Lookup, Mapping};
pub use model::Environment;
pub use nearest::nearest;
pub use parameter::{Param, Parameter};
pub use policies::{CreationPolicy, DeletionPolicy, RollingUpdate, UpdatePolicy, UpdateReplacePolicy};
pub use read::{
    Enumeration, Given, Identified, LiteralType, Named, NumberType, Object, Other, PropertyType, Read,
    Readable, Source, Sources, TextType, TypedBuilder, TypedHandle, WithArn,
};
pub use resource::{
    About, AsHandle, Body, Builder, Handle, IntoHandles, IntoResource, Provided, Resource, Set, Tagging,
    Unset,
};
pub use review::Review;
pub use rule::Rule;
pub use synth::Options;
pub use template::{Format, Template, UnknownFormat};
pub use value::{
    Arn, Id, Identifier, Input, IntoInput, IntoJson, IntoText, Json, Name, NoValue, NotSecret, Output,
    Scalar, Secret, Value,
};
pub use wires::{Lowering, UnknownLowering};

#[doc(hidden)]
pub use formwork_macros as __macros;

/// A piece of text, for `interpolate!`.
#[doc(hidden)]
pub fn __text(text: &'static str) -> Part {
    Part::Text(Str::Borrowed(text))
}

/// An expression, for `interpolate!`.
#[doc(hidden)]
pub fn __value<T: IntoText + Clone>(value: &T) -> Part {
    Part::Value(value.clone().into_text())
}

/// The pieces put together, for `interpolate!`.
#[doc(hidden)]
pub fn __interpolation(parts: impl IntoIterator<Item = Part>) -> Output<String> {
    let mut flat = Vec::new();
    for part in parts {
        // An interpolation within one is a part of its text, so that a loop that adds to a text nests nothing.
        match part {
            Part::Value(Expr::Interpolation(inner)) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    Output::new(Expr::Interpolation(flat))
}
