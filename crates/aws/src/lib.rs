//! Typed resources of all AWS services, and the small types that their properties need.
//!
//! A service is a module (and a feature of the same name, `rare` for some), a resource type a handle in it, with a
//! module of its own for the builder, the nested objects and the values of enumerations:
//!
//! ```
//! use formwork_aws::{ec2, ec2::security_group::Ingress, types::cidr};
//! use formwork_core::Builder;
//! # let app = formwork_core::App::for_tests();
//! # let stack = app.stack("network");
//! let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")).enable_dns_hostnames(true));
//! let https = Ingress::builder().ip_protocol("tcp").from_port(443).to_port(443).cidr_ip("0.0.0.0/0");
//! let group = ec2::SecurityGroup::builder().group_description("the load balancer's").vpc_id(vpc);
//! stack.add("Web", group.security_group_ingress([https]));
//!
//! // What was set can be read, whoever set it.
//! assert!(stack.get(vpc).enable_dns_hostnames.is(true));
//! assert_eq!(stack.all::<ec2::SecurityGroup>().len(), 1);
//!
//! // And changed, with the same setters.
//! stack.customize(vpc, |vpc| vpc.enable_dns_support(true).tag("tier", "network"));
//! assert!(stack.get(vpc).enable_dns_hostnames.is(true) && stack.get(vpc).enable_dns_support.is(true));
//! ```
//!
//! - **Required properties** are checked by the compiler, by name and in any order.
//! - **References** are typed by what they refer to: a handle, one of its attributes, or `Id::existing("vpc-1")`.
//!   A property that may name several kinds of thing takes text, and an id, a name or an ARN is text, too.
//! - **Enumerations** take their variants, and [`Other`](formwork_core::Other) for what AWS has added since.
//! - **Units**: a property that counts seconds takes a number of them or `minutes(5)`.
//!
//! The modules of services are generated when this crate is built, from `formwork-facts`; only those whose feature is
//! enabled. `cargo xtask expand sqs` in Formwork's repository prints one.
//!
//! **Boundary:** a small type says what is wrong with a literal of its own (`FW0701` and on); whether AWS accepts a
//! property's value beyond its type is the business of `check`.

mod extra;
pub mod policy;
pub mod types;

pub use types::{
    Bytes, Cidr, DataSize, Days, Duration, Fargate, FargateSize, Gibibytes, Hours, Kibibytes, LogRetention,
    Mebibytes, Milliseconds, Minutes, Percent, Port, PortRange, Seconds, Tebibytes, Zone, bytes, days, gib,
    hours, kib, mib, milliseconds, minutes, seconds, tib,
};

/// What generated code names besides itself.
mod fw {
    #![allow(unused_imports, reason = "which of them are needed depends on the features")]

    pub(crate) use std::marker::PhantomData;

    pub(crate) use formwork_core::*;

    #[allow(dead_code, reason = "needed where a property is a map")]
    pub(crate) type Map<T> = std::collections::BTreeMap<String, T>;
}

/// Stand-ins for required properties in messages of the compiler.
#[allow(non_camel_case_types, reason = "they bear the names of the setters")]
pub mod required {
    include!(concat!(env!("OUT_DIR"), "/required.rs"));
}

include!(concat!(env!("OUT_DIR"), "/services.rs"));
