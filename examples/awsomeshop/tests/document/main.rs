//! The deployment document, in the templates: every number of production, the rights of the roles, and what the other
//! environments have otherwise.

mod environments;
mod production;
mod roles;
mod support;
