//! The deployment document, in the templates: every number of production, the rights of the roles, and what the other
//! environments have otherwise.

mod data;
mod environments;
mod monitoring;
mod production;
mod roles;
mod support;
mod whole;
