//! What belongs to the modules of services and is written by hand: types with more sense than their facts, and
//! methods of builders that set several properties at once.

#[cfg(feature = "amazonmq")]
pub(crate) mod amazonmq;
#[cfg(feature = "applicationautoscaling")]
pub(crate) mod applicationautoscaling;
#[cfg(feature = "dax")]
pub(crate) mod dax;
#[cfg(feature = "docdb")]
pub(crate) mod docdb;
#[cfg(feature = "ec2")]
pub(crate) mod ec2;
#[cfg(feature = "ecs")]
pub(crate) mod ecs;
#[cfg(feature = "elasticache")]
pub(crate) mod elasticache;
#[cfg(feature = "elasticloadbalancingv2")]
pub(crate) mod elasticloadbalancingv2;
#[cfg(feature = "elasticsearch")]
pub(crate) mod elasticsearch;
#[cfg(feature = "iam")]
pub(crate) mod iam;
#[cfg(feature = "neptune")]
pub(crate) mod neptune;
#[cfg(feature = "opensearchservice")]
pub(crate) mod opensearchservice;
#[cfg(feature = "rds")]
pub(crate) mod rds;
#[cfg(feature = "redshift")]
pub(crate) mod redshift;
