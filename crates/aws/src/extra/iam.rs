//! Policies are what `AWS::IAM` is about.

pub use crate::policy::{
    AnyPolicy, Condition, Document, IdentityPolicy, Principal, ResourcePolicy, Statement, TrustPolicy,
};
