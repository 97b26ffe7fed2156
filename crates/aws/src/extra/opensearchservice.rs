//! Types of instances.

use crate::types::{self, service};

/// An instance type of OpenSearch, such as `r8g.large.search`; see [`types::Class`].
pub type InstanceType = types::Class<service::OpenSearch>;
