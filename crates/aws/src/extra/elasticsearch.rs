//! Types of instances.

use crate::types::{self, service};

/// An instance type of Elasticsearch, such as `r6g.large.elasticsearch`; see [`types::Class`].
pub type InstanceType = types::Class<service::Elasticsearch>;
