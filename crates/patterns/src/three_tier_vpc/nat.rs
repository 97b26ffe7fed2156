//! NAT gateways and their metrics.

use formwork_aws::ec2;
use formwork_core::{Builder as _, Id, Output, Scope};

use super::{ThreeTierVpc, named};
use crate::{Metric, Stat};

/// How subnets without addresses of their own reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nat {
    /// Not at all.
    None,
    /// Through one NAT gateway: its zone is needed by all.
    One,
    /// Through a NAT gateway in each zone.
    PerZone,
}

/// A gateway with its address in each of some public subnets.
pub(super) fn gateways(
    scope: Scope<'_>,
    attached: Option<ec2::VpcGatewayAttachment>,
    subnets: &[Output<Id<ec2::Subnet>>],
) -> (Vec<ec2::Eip>, Vec<ec2::NatGateway>) {
    let mut addresses = Vec::new();
    let mut gateways = Vec::new();
    for (subnet, zone) in subnets.iter().zip(1..) {
        let (name, address) = (format!("Nat{zone}"), format!("Nat{zone}Address"));
        // EC2 gives out the address before there is a gateway to the internet, but may refuse to use it.
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html
        let builder = ec2::Eip::builder().domain(ec2::eip::Domain::Vpc).depends_on(attached);
        let eip = scope.add(address.clone(), named(builder, scope, &address));
        let builder = ec2::NatGateway::builder()
            .allocation_id(eip.allocation_id())
            .subnet_id(subnet)
            .depends_on(attached);
        gateways.push(scope.add(name.clone(), named(builder, scope, &name)));
        addresses.push(eip);
    }
    (addresses, gateways)
}

/// One metric for each NAT gateway, in the order of zones.
impl ThreeTierVpc<'_> {
    fn of_each_gateway(&self, name: &str, stat: Stat) -> Vec<Metric> {
        let of = |gateway: &ec2::NatGateway| {
            Metric::new("AWS/NATGateway", name).dimension("NatGatewayId", gateway.nat_gateway_id()).stat(stat)
        };
        self.nat_gateways().iter().map(of).collect()
    }

    /// How many connections found no port free at a NAT gateway: more than none means that requests fail.
    ///
    /// ```
    /// use formwork_aws::types::cidr;
    /// use formwork_core::App;
    /// use formwork_patterns::ThreeTierVpc;
    ///
    /// let app = App::for_tests();
    /// let stack = app.stack("network");
    /// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// for (errors, zone) in network.nat_port_errors().iter().zip(1..) {
    ///     stack.add(format!("NoPorts{zone}"), errors.above(0).alarm_description("a NAT gateway has no port free"));
    /// }
    /// ```
    // docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html, for all of these
    pub fn nat_port_errors(&self) -> Vec<Metric> {
        self.of_each_gateway("ErrorPortAllocation", Stat::Sum)
    }

    /// How many packets NAT gateways dropped: more than none may be trouble at the gateway itself.
    pub fn nat_dropped_packets(&self) -> Vec<Metric> {
        self.of_each_gateway("PacketsDropCount", Stat::Sum)
    }

    /// How many bytes went out through NAT gateways: what is paid for.
    pub fn nat_bytes_out(&self) -> Vec<Metric> {
        self.of_each_gateway("BytesOutToDestination", Stat::Sum)
    }

    /// How many bytes came in through NAT gateways: what is paid for as well.
    pub fn nat_bytes_in(&self) -> Vec<Metric> {
        self.of_each_gateway("BytesInFromDestination", Stat::Sum)
    }

    /// The most connections that NAT gateways had at once; 55,000 to one address and port is the limit.
    pub fn nat_connections(&self) -> Vec<Metric> {
        self.of_each_gateway("ActiveConnectionCount", Stat::Maximum)
    }
}
