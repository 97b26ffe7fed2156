//! What belongs to the modules of services and is written by hand: types with more sense than their facts, and
//! methods of builders that set several properties at once.

#[cfg(feature = "ecs")]
pub(crate) mod ecs;
#[cfg(feature = "iam")]
pub(crate) mod iam;
