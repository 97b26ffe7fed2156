//! What AWS publishes on every CloudFormation resource type.
