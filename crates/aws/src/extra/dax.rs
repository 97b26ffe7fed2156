//! Types of nodes.

use crate::types::{self, service};

/// A node type of DAX, such as `dax.r7i.large`; see [`types::Class`].
pub type NodeType = types::Class<service::Dax>;
