//! Names in the DNS and the certificates for them: zones and records of Amazon Route 53, certificates of AWS Certificate
//! Manager.

mod alias;
pub mod certificate;
pub mod hosted_zone;
mod name;
mod record;

pub use alias::{Alias, AliasTarget, Aliased};
pub use certificate::Certificate;
pub use hosted_zone::HostedZone;
pub use record::Record;
