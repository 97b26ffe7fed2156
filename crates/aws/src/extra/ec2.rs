//! Types of instances.

pub use crate::types::InstanceType;
