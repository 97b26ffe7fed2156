//! Names for what AWS gives addresses to.

use formwork_aws::route53;
use formwork_core::{IntoText, Output, Scope};

use crate::{LoadBalancer, value::text};

/// What a name of a zone can lead to: a load balancer, or another thing of AWS that has a name in the DNS already.
#[diagnostic::on_unimplemented(
    message = "an alias cannot lead to `{Self}`",
    label = "this has no addresses of AWS",
    note = "a load balancer has, and `AliasTarget::new(scope, dns_name, hosted_zone_id)` says it of anything else of AWS",
    note = "to a name elsewhere leads `zone.record(scope, name, Record::cname(..))`"
)]
pub trait Alias<'a> {
    /// Where it is found.
    fn alias_target(&self) -> AliasTarget<'a>;
}

/// Where an alias leads, and where its records are to stand.
///
/// ```
/// use formwork_core::{App, Id};
/// use formwork_patterns::{HostedZone, dns::AliasTarget};
///
/// let app = App::for_tests();
/// let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
/// // A distribution of CloudFront; all of them have this zone.
/// let target = AliasTarget::new(app.stack("site"), "d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2");
/// zone.alias("www.example.com", &target.with_ipv6());
/// ```
#[derive(Clone)]
pub struct AliasTarget<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) dns_name: Output<String>,
    pub(super) hosted_zone_id: Output<String>,
    pub(super) ipv6: bool,
}

impl<'a> AliasTarget<'a> {
    /// What has a name in the DNS in a zone of AWS; its records are to stand in the scope.
    pub fn new(scope: impl Into<Scope<'a>>, dns_name: impl IntoText, hosted_zone_id: impl IntoText) -> Self {
        Self {
            scope: scope.into(),
            dns_name: text(dns_name),
            hosted_zone_id: text(hosted_zone_id),
            ipv6: false,
        }
    }

    /// Says that it has addresses of IPv6 as well.
    #[must_use]
    pub fn with_ipv6(self) -> Self {
        Self { ipv6: true, ..self }
    }

    /// The same with its records in another scope, such as that of the zone's own stack.
    #[must_use]
    pub fn in_scope(self, scope: impl Into<Scope<'a>>) -> Self {
        Self { scope: scope.into(), ..self }
    }
}

impl<'a> Alias<'a> for AliasTarget<'a> {
    fn alias_target(&self) -> AliasTarget<'a> {
        self.clone()
    }
}

impl<'a> Alias<'a> for LoadBalancer<'a> {
    fn alias_target(&self) -> AliasTarget<'a> {
        let kind = self.scope().edit(self.load_balancer()).get("IpAddressType");
        // The other kinds are `ipv4` and one whose addresses of IPv4 are within the network only.
        let ipv6 = kind.is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.starts_with("dualstack")));
        AliasTarget { ipv6, ..AliasTarget::new(self.scope(), self.dns_name(), self.hosted_zone_id()) }
    }
}

/// The records of an alias.
#[derive(Clone, Copy)]
pub struct Aliased {
    pub(super) ipv4: route53::RecordSet,
    pub(super) ipv6: Option<route53::RecordSet>,
}

impl Aliased {
    /// The record of type `A`.
    pub fn ipv4(&self) -> route53::RecordSet {
        self.ipv4
    }

    /// The record of type `AAAA`, where the target has addresses of IPv6.
    pub fn ipv6(&self) -> Option<route53::RecordSet> {
        self.ipv6
    }
}
