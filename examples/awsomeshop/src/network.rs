//! The network and its boundaries: one zone, and a second one where AWS insists.

use formwork::{
    patterns::{SecurityGroup, ThreeTierVpc, Tier, three_tier_vpc::Nat},
    prelude::*,
};

use crate::config::Config;

pub struct Network<'a> {
    pub vpc: ThreeTierVpc<'a>,
    pub balancer: SecurityGroup<'a>,
    pub tasks: SecurityGroup<'a>,
    pub database: SecurityGroup<'a>,
}

impl<'a> Network<'a> {
    pub fn new(stack: Stack<'a>, config: &Config) -> Self {
        let vpc = ThreeTierVpc::new(config.network.range)
            .in_zones(config.network.zones.clone())
            .single_zone()
            .without(Tier::Data)
            .subnet_ranges(Tier::Public, config.network.public)
            .subnet_ranges(Tier::Application, config.network.private)
            .public_addresses_on_launch()
            .nat(Nat::One)
            .build(stack);
        let group =
            |id, what, purpose| SecurityGroup::new(stack.scope(id), &vpc, purpose).named(config.named(what));
        Self {
            balancer: group("Balancer", "alb-sg", "takes requests from the internet"),
            tasks: group("Tasks", "ecs-sg", "takes requests from the load balancer"),
            database: group("Database", "rds-sg", "takes connections from the tasks"),
            vpc,
        }
    }
}
