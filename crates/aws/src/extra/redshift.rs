//! Types of nodes.

use crate::types::{self, service};

/// A node type of Redshift, such as `ra3.large`; see [`types::Class`].
pub type NodeType = types::Class<service::Redshift>;
