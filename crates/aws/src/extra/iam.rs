//! Policies are what `AWS::IAM` is about.

pub use crate::policy::{
    AnyPolicy, Condition, Document, IdentityPolicy, Principal, ResourcePolicy, Statement, TrustPolicy,
};

use formwork_core::{Arn, Output, Str, interpolate};

impl crate::iam::Role {
    /// A role that a service of AWS may take: sets `AssumeRolePolicyDocument`.
    ///
    /// ```
    /// use formwork_aws::iam::{ManagedPolicy, Role};
    ///
    /// let role = Role::assumed_by("ecs-tasks.amazonaws.com")
    ///     .managed_policy_arns([ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy")]);
    /// ```
    #[track_caller]
    pub fn assumed_by(service: impl Into<Str>) -> crate::iam::role::Complete {
        let service: String = service.into().into_owned();
        Self::builder().assume_role_policy_document(TrustPolicy::service(service))
    }

    /// A role with which ECS starts tasks: it may pull images from every repository of the account and write to its
    /// log groups, as AWS's policy `AmazonECSTaskExecutionRolePolicy` has it.
    ///
    /// ```
    /// use formwork_aws::iam::Role;
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("service");
    /// let role = stack.add("Execution", Role::ecs_execution());
    /// ```
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    #[track_caller]
    pub fn ecs_execution() -> crate::iam::role::Complete {
        let rights = crate::iam::ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy");
        Self::assumed_by("ecs-tasks.amazonaws.com").managed_policy_arns([rights])
    }
}

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
