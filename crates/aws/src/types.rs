//! Small types for properties where a string or a bare number is a trap.
//!
//! ```
//! use formwork_aws::types::{Cidr, Fargate, Minutes, cidr, minutes, mib, seconds};
//!
//! const OFFICE: Cidr = cidr!("203.0.113.0/24"); // checked by the compiler
//!
//! let vpc: Cidr = "10.0.0.0/16".parse()?; // or read from a configuration file
//! let subnets: Vec<Cidr> = vpc.subnets(24).take(2).collect();
//! assert_eq!(subnets[1].to_string(), "10.0.1.0/24");
//! assert!(vpc.contains(subnets[1]) && !vpc.overlaps(OFFICE));
//!
//! // A property counts in one unit, a program in whichever reads well.
//! assert_eq!(Minutes::try_from(seconds(300)), Ok(Minutes::new(5)));
//! assert!(minutes(1) > seconds(59) && mib(512).to_string() == "512MiB");
//!
//! // Only pairs that there are.
//! let size = Fargate::Cpu512.memory_gib::<1>();
//! assert_eq!((size.cpu(), size.memory_mib()), (512, 1024));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - As properties and in a configuration: [`Cidr`], [`Port`], [`Percent`], [`Zone`], [`LogRetention`], [`Class`].
//! - In a program and in a configuration: [`Duration`], [`DataSize`], [`PortRange`], [`FargateSize`], [`Engine`].
//! - As properties that count in one unit: [`Milliseconds`], [`Seconds`], [`Minutes`], [`Hours`], [`Days`];
//!   [`Bytes`], [`Kibibytes`], [`Mebibytes`], [`Gibibytes`], [`Tebibytes`].
//!
//! A literal that is wrong and that the compiler cannot see becomes a finding where it is set (`FW0701` to
//! `FW0706`, `FW0721` to `FW0723`); nothing here panics.

#[macro_use]
mod property;
#[macro_use]
mod quantity;

mod cidr;
mod class;
mod data_size;
mod duration;
mod engine;
mod fargate;
mod log_retention;
mod percent;
mod port;
mod port_range;
mod user_name;
mod zone;

#[cfg(test)]
mod tests;

pub use crate::cidr;
pub use cidr::{Cidr, InvalidCidr, Subnets};
pub use class::{Class, InstanceType, InvalidClass, Service, service};
pub use data_size::{
    Bytes, DataSize, Gibibytes, InvalidDataSize, Kibibytes, Mebibytes, Tebibytes, bytes, gib, kib, mib, tib,
};
pub use duration::{
    Days, Duration, Hours, InvalidDuration, Milliseconds, Minutes, Seconds, days, hours, milliseconds,
    minutes, seconds,
};
pub use engine::{Engine, HasEngines, InvalidEngine};
pub use fargate::{Fargate, FargateCpu, FargateSize, HasGib, HasMib, IllegalFargateSize};
pub use log_retention::{IllegalRetention, LogRetention};
pub use percent::{NotAPercentage, Percent};
pub use port::Port;
pub use port_range::{InvalidPortRange, PortRange};
pub use quantity::NotWhole;
pub use user_name::UserName;
pub use zone::{InvalidZone, Zone};
