//! Networks that exist outside the program.

use formwork_aws::{ec2, types::Cidr};
use formwork_core::{Finding, Id, IntoInput, Output, Scope};

use super::{Layer, Made, Routing, ThreeTierVpc, Tier};
use crate::{
    SecurityGroup,
    place::{Said, report},
    value::output,
};

/// Says what is known of a network that exists already; see [`ThreeTierVpc::existing`].
#[derive(Clone)]
#[must_use = "a network can be used after `.build(scope)`"]
pub struct Existing {
    id: Output<Id<ec2::Vpc>>,
    range: Said<Cidr>,
    layers: Vec<Layer>,
    way_out: bool,
    dual_stack: bool,
    endpoints: Option<Output<Id<ec2::SecurityGroup>>>,
}

impl Existing {
    #[track_caller]
    pub(super) fn new(id: impl IntoInput<Id<ec2::Vpc>>, range: Cidr) -> Self {
        Self {
            id: output(id),
            range: Said::new(range),
            layers: Vec::new(),
            way_out: true,
            dual_stack: false,
            endpoints: None,
        }
    }

    /// Names the subnets of a tier, in the order of zones.
    pub fn subnets<S: IntoInput<Id<ec2::Subnet>>>(
        mut self,
        tier: Tier,
        subnets: impl IntoIterator<Item = S>,
    ) -> Self {
        let ids: Vec<_> = subnets.into_iter().map(|subnet| output(subnet)).collect();
        let routing = if tier == Tier::Public { Routing::Public } else { Routing::Outbound };
        self.layers.retain(|layer| layer.tier != tier);
        self.layers.push(Layer { used: ids.len(), subnets: ids, ..Layer::new(tier, routing) });
        self
    }

    /// Says that nothing in its private subnets reaches the internet.
    pub fn without_way_out(self) -> Self {
        Self { way_out: false, ..self }
    }

    /// Says that it has addresses of IPv6 as well.
    pub fn dual_stack(self) -> Self {
        Self { dual_stack: true, ..self }
    }

    /// Names the security group of its interface endpoints.
    pub fn endpoint_group(self, group: impl IntoInput<Id<ec2::SecurityGroup>>) -> Self {
        Self { endpoints: Some(output(group)), ..self }
    }

    /// The network, for patterns to use: it makes no resources. It is taken to be in the Region and account of the
    /// scope's stack.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> ThreeTierVpc<'a> {
        let scope = scope.into().for_caller();
        if self.layers.iter().all(|layer| layer.subnets.is_empty()) {
            let finding = Finding::error("FW3010", "a network without a single subnet is of no use");
            report(
                &scope,
                finding.help("name the subnets of its tiers by `.subnets(tier, ids)`"),
                self.range.at,
            );
        }
        let endpoints = self.endpoints.map(|id| SecurityGroup::existing(scope.scope("Endpoints"), id));
        let way_out = self.way_out;
        let layers = self.layers.into_iter().map(|layer| match layer.routing {
            Routing::Outbound if !way_out => Layer { routing: Routing::Isolated, way_out: false, ..layer },
            _ => layer,
        });
        let made = Made { endpoint_group: endpoints, ..Made::default() };
        ThreeTierVpc::of(scope, self.id, self.range.value, layers.collect(), made, self.dual_stack)
    }
}
