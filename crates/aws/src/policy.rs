//! IAM policy documents: who may do what to which resources, and when.
//!
//! ```
//! use formwork_aws::policy::{Condition, Document, Principal, Statement, TrustPolicy};
//! use formwork_core::{interpolate, list, pseudo, App, Resource};
//! # let app = App::for_tests();
//! # let stack = app.stack("images");
//!
//! let bucket = stack.add("Images", Resource::raw("AWS::S3::Bucket"));
//! let arn = bucket.attribute("Arn");
//!
//! // For a role: what it may do.
//! let read = Document::new()
//!     .statement(Statement::allow("s3:GetObject").on(interpolate!("{arn}/*")).sid("Read"))
//!     .statement(Statement::allow("s3:ListBucket").on(&arn).when(Condition::string_like("s3:prefix", "public/*")));
//!
//! // For a role: who may take it.
//! let trust = TrustPolicy::service("ecs-tasks.amazonaws.com")
//!     .when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()));
//!
//! // For a bucket: who may do what to it.
//! let https = Document::new().statement(
//!     Statement::deny("s3:*")
//!         .on(list![&arn, interpolate!("{arn}/*")])
//!         .to(Principal::everyone())
//!         .when(Condition::bool("aws:SecureTransport", false)),
//! );
//!
//! stack.add("Task", Resource::raw("AWS::IAM::Role").set("AssumeRolePolicyDocument", trust));
//! stack.add("TaskPolicy", Resource::raw("AWS::IAM::ManagedPolicy").set("PolicyDocument", read));
//! stack.add("ImagesPolicy", Resource::raw("AWS::S3::BucketPolicy")
//!     .set("Bucket", bucket)
//!     .set("PolicyDocument", https));
//! ```
//!
//! A policy is of one of three kinds, which its statements decide: an [`IdentityPolicy`] says what resources may be
//! acted [`on`](Statement::on), a [`TrustPolicy`] says to whom it is given ([`to`](Statement::to)), a
//! [`ResourcePolicy`] says both. Kinds do not mix, and a statement that says neither is none:
//!
//! ```compile_fail
//! # use formwork_aws::policy::{Document, Statement};
//! Document::new().statement(Statement::allow("s3:GetObject")); // on what?
//! ```
//!
//! ```compile_fail
//! # use formwork_aws::policy::{Document, Principal, Statement};
//! Document::new()
//!     .statement(Statement::allow("s3:GetObject").on("arn:aws:s3:::images/*"))
//!     .statement(Statement::allow("sts:AssumeRole").to(Principal::account("111122223333")));
//! ```
//!
//! What is not known of AWS by its types is checked where the document is set: actions against those that AWS
//! publishes, ids of statements, account numbers.

mod check;
mod condition;
mod document;
mod kind;
mod principal;
mod read;
mod statement;
#[cfg(test)]
mod tests;
mod values;

pub use condition::{Condition, IntoConditions, Operator, Qualifier};
pub use document::{AnyPolicy, Document, IdentityPolicy, ResourcePolicy, TrustPolicy};
pub use kind::{Any, Complete, Identity, Kind, On, Open, Resource, To, Trust};
pub use principal::{IntoPrincipals, Principal, PrincipalKind};
pub use statement::{Effect, Statement};
pub use values::{ArnPattern, IntoValues};
