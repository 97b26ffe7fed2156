//! Classes of instances.

use crate::types::{self, service};

/// An instance class of Neptune, such as `db.r8g.large`; see [`types::Class`].
pub type Class = types::Class<service::Neptune>;
