//! Types of instances.

use crate::types::{self, service};

/// An instance type of Amazon MQ, such as `mq.m7g.large`; see [`types::Class`].
pub type InstanceType = types::Class<service::AmazonMq>;
