//! Further programs of the chapter on networks.

use formwork::{
    patterns::{AclEntry, Endpoint, Nat, Routing, ThreeTierVpc, Tier},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    // ANCHOR: exact
    ThreeTierVpc::new(cidr!("10.20.0.0/16"))
        .zones(2)
        .subnet_ranges(Tier::Public, [cidr!("10.20.1.0/24"), cidr!("10.20.2.0/24")])
        .subnet_ranges(Tier::Application, [cidr!("10.20.11.0/24"), cidr!("10.20.12.0/24")])
        .subnet_ranges(Tier::Data, [cidr!("10.20.21.0/24"), cidr!("10.20.22.0/24")])
        .build(app.stack("exact"));
    // ANCHOR_END: exact
    // ANCHOR: isolated
    ThreeTierVpc::new(cidr!("10.21.0.0/16"))
        .isolated()
        .endpoints([Endpoint::DynamoDb, Endpoint::Sqs])
        .network_acls()
        .build(app.stack("isolated"));
    // ANCHOR_END: isolated
    // ANCHOR: cheap
    ThreeTierVpc::new(cidr!("10.22.0.0/20")).single_zone().nat(Nat::One).build(app.stack("cheap"));
    // ANCHOR_END: cheap
    // ANCHOR: more
    ThreeTierVpc::new(cidr!("10.23.0.0/16"))
        .dual_stack()
        .tier("Batch", Routing::Outbound)
        .acl_entry(Tier::Public, AclEntry::deny_from(cidr!("198.51.100.0/24"), 0..=65535))
        .build(app.stack("more"));
    // ANCHOR_END: more
    // ANCHOR: existing
    let shared = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.24.0.0/16"))
        .subnets(Tier::Public, ["subnet-0aa1b2c3d4e5f6071", "subnet-0bb1b2c3d4e5f6071"].map(Id::existing))
        .subnets(
            Tier::Application,
            ["subnet-0cc1b2c3d4e5f6071", "subnet-0dd1b2c3d4e5f6071"].map(Id::existing),
        )
        .build(app.stack("more"));
    // ANCHOR_END: existing
    let _ = shared;
}
