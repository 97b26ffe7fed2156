//! From what was decided to resources.

use formwork_aws::ec2;
use formwork_core::{AsHandle as _, Builder as _, Id, Output, Scope, functions};

use super::{
    Endpoint, Layer, Made, Nat, Routing, ThreeTierVpc, Tier,
    builder::{Builder, Decided, DecidedTier},
    endpoints, first_of, named, nat,
    network_acl::Walls,
    service_layer,
};

/// What subnets are made from.
struct Ground<'a> {
    scope: Scope<'a>,
    vpc: ec2::Vpc,
    ipv6: Option<ec2::VpcCidrBlock>,
    public_addresses: bool,
}

/// What routes lead to.
#[derive(Default)]
struct Gates {
    internet: Option<ec2::InternetGateway>,
    attached: Option<ec2::VpcGatewayAttachment>,
    nat: Vec<ec2::NatGateway>,
    egress_only: Option<ec2::EgressOnlyInternetGateway>,
}

pub(super) fn make<'a>(scope: Scope<'a>, said: Builder, decided: Decided) -> ThreeTierVpc<'a> {
    // Endpoints are found by the usual names of their services, which takes both flags.
    // docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
    let vpc = ec2::Vpc::builder()
        .cidr_block((!decided.range.is_v6()).then_some(decided.range))
        .enable_dns_support(true)
        .enable_dns_hostnames(true);
    let vpc = match said.endpoints.contains(&Endpoint::Ec2) {
        true => vpc,
        false => vpc.accept(
            "FW2012",
            "an endpoint is paid for by the hour, and `.endpoints([Endpoint::Ec2])` adds it",
        ),
    };
    let vpc = match said.flow_logs.is_some() {
        true => vpc,
        false => vpc.accept("FW2006", "`.without_flow_logs()` was said"),
    };
    let vpc = scope.add("Vpc", named(vpc, scope, "Vpc"));
    let ipv6 = said.dual_stack.then(|| {
        let block = ec2::VpcCidrBlock::builder().vpc_id(vpc).amazon_provided_ipv6_cidr_block(true);
        scope.add("Ipv6Block", block)
    });
    let has = |routing: Routing| decided.tiers.iter().any(|tier| tier.routing == routing);
    let mut gates = Gates::default();
    if has(Routing::Public) {
        let internet = ec2::InternetGateway::builder();
        let internet = scope.add("InternetGateway", named(internet, scope, "InternetGateway"));
        let attached = ec2::VpcGatewayAttachment::builder().vpc_id(vpc).internet_gateway_id(internet);
        gates.internet = Some(internet);
        gates.attached = Some(scope.add("InternetGatewayAttachment", attached));
    }
    if ipv6.is_some() && has(Routing::Outbound) && !said.isolated {
        let egress_only = ec2::EgressOnlyInternetGateway::builder().vpc_id(vpc);
        gates.egress_only =
            Some(scope.add("EgressOnlyGateway", named(egress_only, scope, "EgressOnlyGateway")));
    }

    let ground = Ground { scope, vpc, ipv6, public_addresses: said.public_addresses };
    let mut layers: Vec<Layer> = decided.tiers.iter().map(|tier| ground.layer(tier, &decided)).collect();
    let public = layers.iter().find(|layer| layer.routing == Routing::Public);
    let zones = match decided.nat {
        Nat::None => 0,
        Nat::One => 1,
        Nat::PerZone => decided.used,
    };
    let stand = public.map(|layer| layer.subnets.iter().take(zones).cloned().collect::<Vec<_>>());
    let (addresses, gateways) = nat::gateways(scope, gates.attached, &stand.unwrap_or_default());
    gates.nat = gateways;
    for layer in &mut layers {
        gates.routes(&ground, layer);
    }

    let tables: Vec<ec2::RouteTable> = layers.iter().flat_map(|layer| layer.tables.iter().copied()).collect();
    let services = service_layer(&layers).cloned();
    let subnets = services.as_ref().map(Layer::in_use).unwrap_or_default();
    let place = endpoints::Place { vpc, range: decided.range, tables: &tables, subnets };
    let endpoints = endpoints::make(scope, &said.endpoints, &place);
    if said.acls {
        let own = &said.acl_entries;
        let walls = Walls { vpc, range: decided.range, ipv6, services: services.as_ref(), own };
        for layer in &mut layers {
            let made = walls.make(scope, layer);
            layer.ways.extend(made.associations.iter().map(|association| association.as_handle()));
            layer.acl = Some(made);
        }
    }
    let made = Made {
        vpc: Some(vpc),
        ipv6,
        internet_gateway: gates.internet,
        attachment: gates.attached,
        egress_only_gateway: gates.egress_only,
        nat_gateways: gates.nat,
        addresses,
        endpoints: endpoints.endpoints,
        endpoint_group: endpoints.group,
        flow_logs: said.flow_logs.map(|flow_logs| flow_logs.make(scope, vpc)),
        zone: said.single_zone.then(|| decided.zones.first().cloned()).flatten(),
        s3_prefix_list: said.s3_prefix_list,
    };
    ThreeTierVpc::of(scope, vpc.vpc_id(), decided.range, layers, made, said.dual_stack)
}

impl Ground<'_> {
    /// The subnets of a tier.
    fn layer(&self, tier: &DecidedTier, decided: &Decided) -> Layer {
        let mut layer = Layer { used: decided.used, ..Layer::new(tier.tier, tier.routing) };
        for ((zone, range), index) in decided.zones.iter().zip(&tier.ranges).zip(0u32..) {
            let name = format!("{}{}", tier.tier.name(), index + 1);
            let public = tier.routing == Routing::Public && self.public_addresses;
            let v6 = self.ipv6.map(|_| {
                // A /64 of the network's /56, the same one whatever else there is.
                let all = functions::cidr(self.vpc.ipv6_cidr_blocks().select(0), 256, 64);
                all.select(tier.slot.first_v6() + index)
            });
            let subnet = ec2::Subnet::builder()
                .vpc_id(self.vpc)
                .cidr_block(*range)
                .availability_zone(zone)
                .map_public_ip_on_launch(public)
                .ipv6_cidr_block(v6.clone())
                .assign_ipv6_address_on_creation(v6.as_ref().map(|_| true))
                .depends_on(self.ipv6);
            let subnet = match public {
                true => subnet.accept("FW2007", "`.public_addresses_on_launch()` was said"),
                false => subnet,
            };
            let subnet = self.scope.add(name.clone(), named(subnet, self.scope, &name));
            layer.subnets.push(subnet.subnet_id());
            layer.ranges.push((*range, v6));
            layer.made.push(subnet);
        }
        layer
    }
}

impl Gates {
    /// The route tables of a tier, and what leads out of it.
    ///
    /// Tiers with a way out have a table in each zone even if there is one NAT gateway for all: so that more gateways
    /// later change routes, and not the tables of subnets, which cannot have two even for a moment.
    fn routes(&self, ground: &Ground<'_>, layer: &mut Layer) {
        let (scope, tier) = (ground.scope, layer.tier.name());
        let names: Vec<String> = match layer.routing {
            Routing::Outbound => (1..=layer.subnets.len()).map(|zone| format!("{tier}{zone}")).collect(),
            Routing::Public | Routing::Isolated => vec![tier.to_owned()],
        };
        for (name, zone) in names.iter().zip(0..) {
            let id = format!("{name}Routes");
            let table =
                scope.add(id.clone(), named(ec2::RouteTable::builder().vpc_id(ground.vpc), scope, &id));
            let v4 = || ec2::Route::builder().route_table_id(table).destination_cidr_block("0.0.0.0/0");
            let v6 = || ec2::Route::builder().route_table_id(table).destination_ipv6_cidr_block("::/0");
            let (to, to_v6) = (format!("{name}ToInternet"), format!("{name}ToInternetV6"));
            match layer.routing {
                Routing::Public => {
                    let gateway = || self.internet.map(|gateway| gateway.internet_gateway_id());
                    let route = v4().gateway_id(gateway()).depends_on(self.attached);
                    layer.leads(scope.add(to, route));
                    if ground.ipv6.is_some() {
                        let route = v6().gateway_id(gateway()).depends_on(self.attached);
                        layer.leads(scope.add(to_v6, route));
                    }
                }
                Routing::Outbound => {
                    let last = self.nat.len().saturating_sub(1);
                    if let Some(gateway) = self.nat.get(last.min(zone)) {
                        let route = v4().nat_gateway_id(gateway.nat_gateway_id());
                        layer.leads(scope.add(to, route));
                    }
                    if let Some(gateway) = self.egress_only {
                        let route = v6().egress_only_internet_gateway_id(gateway.id());
                        layer.leads(scope.add(to_v6, route));
                    }
                }
                Routing::Isolated => {}
            }
            layer.tables.push(table);
        }
        for (subnet, zone) in layer.made.iter().zip(0..) {
            let table = layer.tables.get(zone).or(layer.tables.first()).copied();
            if let Some(table) = table {
                let routing =
                    ec2::SubnetRouteTableAssociation::builder().route_table_id(table).subnet_id(*subnet);
                let routing = scope.add(format!("{tier}{}Routing", zone + 1), routing);
                layer.ways.push(routing.as_handle());
                layer.associations.push(routing);
            }
        }
        let way_out = !self.nat.is_empty() || self.egress_only.is_some();
        layer.way_out = match layer.routing {
            Routing::Public => true,
            Routing::Outbound => way_out,
            Routing::Isolated => false,
        };
    }
}

impl Layer {
    /// Notes a way out.
    fn leads(&mut self, route: ec2::Route) {
        self.ways.push(route.as_handle());
        self.routes.push(route);
    }

    /// The subnets that are for use.
    fn in_use(&self) -> &[Output<Id<ec2::Subnet>>] {
        self.subnets.get(..self.used).unwrap_or(&self.subnets)
    }
}

impl ThreeTierVpc<'_> {
    /// What the data subnets are known by before they are made: as text that changes when others take their place. A subnet
    /// that is replaced gets another range, since two of a network cannot have the same; one that existed has its id.
    pub(crate) fn data_subnets_identity(&self) -> String {
        let Some(layer) = first_of(&self.layers, &[Tier::Data, Tier::Application, Tier::Public]) else {
            return String::new();
        };
        let identity = |(index, subnet): (usize, &Output<Id<ec2::Subnet>>)| match layer.ranges.get(index) {
            Some((Some(range), _)) => range.to_string(),
            _ => subnet.expr().as_str().unwrap_or("known at deployment").to_owned(),
        };
        layer.subnets.iter().enumerate().map(identity).collect::<Vec<_>>().join(" ")
    }
}
