//! Policies are what `AWS::IAM` is about.

pub use crate::policy::{
    AnyPolicy, Condition, Document, IdentityPolicy, Principal, ResourcePolicy, Statement, TrustPolicy,
};

use formwork_core::{Arn, Output, Str, interpolate};

impl crate::iam::ManagedPolicy {
    /// A policy that AWS manages, by its name, with its path if it has one.
    ///
    /// ```
    /// use formwork_aws::iam::{ManagedPolicy, Role, TrustPolicy};
    ///
    /// let role = Role::builder()
    ///     .assume_role_policy_document(TrustPolicy::service("ecs-tasks.amazonaws.com"))
    ///     .managed_policy_arns([ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy")]);
    /// ```
    pub fn aws(name: impl Into<Str>) -> Output<Arn<Self>> {
        let name: String = name.into().into_owned();
        interpolate!("arn:{}:iam::aws:policy/{name}", formwork_core::pseudo::partition()).cast()
    }
}
