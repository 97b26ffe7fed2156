//! A network in tiers.

mod builder;
mod endpoints;
mod existing;
mod flow_logs;
mod make;
mod nat;
mod network_acl;
mod plan;
mod range;

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use formwork_aws::{
    ec2, iam, logs,
    types::{Cidr, Zone},
};
use formwork_core::{AsHandle, Finding, Handle, Id, IntoInput, Output, Scope, interpolate, pseudo};

pub use builder::Builder;
pub use endpoints::Endpoint;
pub use existing::Existing;
pub use flow_logs::Recorded;
pub use nat::Nat;
pub use network_acl::AclEntry;
pub use range::AddressRange;

use crate::{
    Connect, SecurityGroup,
    connect::{Direction, Peer},
    place::report,
};

/// A VPC with tiers of subnets, and everything patterns need to know of it.
///
/// ```
/// use formwork_aws::{
///     ec2,
///     types::{cidr, days},
/// };
/// use formwork_core::App;
/// use formwork_patterns::{Endpoint, Nat, ThreeTierVpc, Tier};
///
/// let app = App::for_tests();
/// let stack = app.stack("network");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"))
///     .zones(3)
///     .nat(Nat::PerZone)
///     .flow_logs(days(90))
///     .endpoints([Endpoint::DynamoDb])
///     .build(stack);
/// assert_eq!(network.subnets(Tier::Application).len(), 3);
///
/// // Everything that it made is there, and every property of it within reach.
/// for subnet in network.made_subnets(Tier::Application) {
///     let tag = ec2::subnet::Tag::builder().key("karpenter.sh/discovery").value("shop");
///     stack.customize(*subnet, |it| it.tags([tag]));
/// }
/// ```
///
/// # Tiers
///
/// | tier | who stands there | way out | way in |
/// | --- | --- | --- | --- |
/// | [`Tier::Public`] | load balancers, NAT gateways | the internet gateway | the internet, as far as groups allow |
/// | [`Tier::Application`] | services | NAT gateways | the network |
/// | [`Tier::Data`] | databases, caches | none | the network |
///
/// Tiers can be left out (`.without(tier)`, `.only_public()`) and added (`.tier(name, routing)`).
///
/// # Ranges
///
/// Each subnet has a range that depends on the network's own and on nothing else: a zone or a tier that comes later
/// changes none that exists. The sizes are for one subnet in one zone; parts of the plan that are not used stay free.
///
/// | network | zones | public, data | application | tiers of other names |
/// | --- | --- | --- | --- | --- |
/// | `/16` (to `/19`: three longer each) | 6 | `/24` | `/20` | eight of `/23` |
/// | `/20` (to `/22`: two longer each) | 4 | `/25` | `/23` | two of `/25` |
/// | `/23`, `/24` | 2 | `/26`, `/27` | `/25`, `/26` | none |
///
/// So `10.0.0.0/16` has public subnets from `10.0.0.0/24`, those for data from `10.0.8.0/24`, those for services from
/// `10.0.16.0/20`, and further tiers from `10.0.128.0/23`. `.subnet_ranges(tier, ranges)` says them exactly.
///
/// # What stays open
///
/// A VPC comes with a default security group whose members may talk to each other. CloudFormation cannot close it without
/// a function of one's own, and nothing that patterns make is in it.
///
/// # Resources
///
/// `<Tier>` is `Public`, `Application`, `Data` or the name of another one, `<n>` the number of a zone from 1.
///
/// | logical id | type | |
/// | --- | --- | --- |
/// | `Vpc` | `AWS::EC2::VPC` | |
/// | `<Tier><n>` | `AWS::EC2::Subnet` | |
/// | `InternetGateway`, `InternetGatewayAttachment` | `AWS::EC2::InternetGateway`, `..VPCGatewayAttachment` | with a public tier |
/// | `Nat<n>`, `Nat<n>Address` | `AWS::EC2::NatGateway`, `..EIP` | as `.nat(..)` says |
/// | `PublicRoutes`, `Application<n>Routes`, `DataRoutes` | `AWS::EC2::RouteTable` | |
/// | `PublicToInternet`, `Application<n>ToInternet` | `AWS::EC2::Route` | and `..V6` with `.dual_stack()` |
/// | `<Tier><n>Routing` | `AWS::EC2::SubnetRouteTableAssociation` | |
/// | `FlowLog`, `FlowLogGroup`, `FlowLogRole` | `AWS::EC2::FlowLog`, `AWS::Logs::LogGroup`, `AWS::IAM::Role` | unless `.without_flow_logs()` |
/// | `S3Endpoint`, `<Service>Endpoint` | `AWS::EC2::VPCEndpoint` | |
/// | `EndpointsGroup`, `EndpointsFrom<Range>Port443` | `AWS::EC2::SecurityGroup`, `..Ingress` | with interface endpoints |
/// | `Ipv6Block`, `EgressOnlyGateway` | `AWS::EC2::VPCCidrBlock`, `..EgressOnlyInternetGateway` | with `.dual_stack()` |
/// | `<Tier>Acl`, `<Tier>AclIn<number>`, `<Tier>AclOut<number>`, `<Tier><n>Acl` | `AWS::EC2::NetworkAcl`, `..Entry`, `..SubnetNetworkAclAssociation` | with `.network_acls()` |
#[derive(Clone)]
pub struct ThreeTierVpc<'a> {
    scope: Scope<'a>,
    id: Output<Id<ec2::Vpc>>,
    range: Cidr,
    layers: Vec<Layer>,
    made: Made<'a>,
    dual_stack: bool,
    /// The stacks and lines that were told that they are elsewhere. All clones of a network share it.
    told: Rc<RefCell<BTreeSet<(String, String)>>>,
}

/// A layer of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// What the internet reaches: load balancers, NAT gateways.
    Public,
    /// What reaches the internet: services.
    Application,
    /// What neither reaches nor is reached: databases, caches.
    Data,
    /// A layer that was given a name of its own.
    Other(&'static str),
}

impl Tier {
    /// Its part of logical ids.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Application => "Application",
            Self::Data => "Data",
            Self::Other(name) => name,
        }
    }
}

/// How what stands in a tier reaches the internet, and is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// By the internet gateway, both ways: for what has a public address.
    Public,
    /// By NAT gateways, out only, as far as the network has any.
    Outbound,
    /// Not at all.
    Isolated,
}

/// The subnets of a tier, and what belongs to them.
#[derive(Clone)]
struct Layer {
    tier: Tier,
    routing: Routing,
    subnets: Vec<Output<Id<ec2::Subnet>>>,
    /// So many of them are for use; one more is there for what wants two zones.
    used: usize,
    /// Whether anything outside is reached from here.
    way_out: bool,
    made: Vec<ec2::Subnet>,
    ranges: Vec<(Option<Cidr>, Option<Output<String>>)>,
    tables: Vec<ec2::RouteTable>,
    /// What has to be there before anything outside is reached from here.
    ways: Vec<Handle>,
    routes: Vec<ec2::Route>,
    associations: Vec<ec2::SubnetRouteTableAssociation>,
    acl: Option<network_acl::Made>,
}

impl Layer {
    fn new(tier: Tier, routing: Routing) -> Self {
        Self {
            tier,
            routing,
            subnets: Vec::new(),
            used: 0,
            way_out: routing != Routing::Isolated,
            made: Vec::new(),
            ranges: Vec::new(),
            tables: Vec::new(),
            ways: Vec::new(),
            routes: Vec::new(),
            associations: Vec::new(),
            acl: None,
        }
    }

    /// The ranges of its subnets, numbered by tens.
    fn ranges_by_number(&self) -> impl Iterator<Item = (u32, Cidr, Option<Output<String>>)> {
        let numbered = self.ranges.iter().zip((0u32..).step_by(10));
        numbered.filter_map(|((v4, v6), number)| Some((number, (*v4)?, v6.clone())))
    }
}

/// What a network made besides subnets; nothing of a network that existed already.
#[derive(Clone, Default)]
struct Made<'a> {
    vpc: Option<ec2::Vpc>,
    ipv6: Option<ec2::VpcCidrBlock>,
    internet_gateway: Option<ec2::InternetGateway>,
    attachment: Option<ec2::VpcGatewayAttachment>,
    egress_only_gateway: Option<ec2::EgressOnlyInternetGateway>,
    nat_gateways: Vec<ec2::NatGateway>,
    addresses: Vec<ec2::Eip>,
    endpoints: Vec<(Endpoint, ec2::VpcEndpoint)>,
    endpoint_group: Option<SecurityGroup<'a>>,
    flow_logs: Option<flow_logs::Made>,
    zone: Option<Output<Zone>>,
    s3_prefix_list: Option<Output<Id<ec2::PrefixList>>>,
}

/// A resource with the name by which it is found in the console: `shop-network/Public1`.
fn named<B: formwork_core::Builder>(builder: B, scope: Scope<'_>, id: &str) -> B {
    builder.tag("Name", interpolate!("{}/{}{}", pseudo::stack_name(), scope.path(), id))
}

/// The first of some tiers that has subnets, else the first that there is.
fn first_of<'l>(layers: &'l [Layer], tiers: &[Tier]) -> Option<&'l Layer> {
    let of = |tier: &Tier| layers.iter().find(|layer| layer.tier == *tier && !layer.subnets.is_empty());
    tiers.iter().find_map(of).or(layers.first())
}

/// Where services run.
fn service_layer(layers: &[Layer]) -> Option<&Layer> {
    first_of(layers, &[Tier::Application, Tier::Public, Tier::Data])
}

impl<'a> ThreeTierVpc<'a> {
    /// A network with this range of addresses: `cidr!("10.0.0.0/16")`, or a [`Cidr`] of the configuration.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    #[track_caller]
    pub fn new(range: impl AddressRange) -> Builder {
        Builder::new(range.cidr())
    }

    /// A network that exists already, outside this program, as far as patterns have to know it.
    ///
    /// ```
    /// use formwork_aws::types::cidr;
    /// use formwork_core::{App, Id};
    /// use formwork_patterns::{SecurityGroup, ThreeTierVpc, Tier};
    ///
    /// let app = App::for_tests();
    /// let stack = app.stack("shop");
    /// let network = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"))
    ///     .subnets(Tier::Public, ["subnet-0aa1b2c3d4e5f6071", "subnet-0bb1b2c3d4e5f6071"].map(Id::existing))
    ///     .subnets(Tier::Application, ["subnet-0cc1b2c3d4e5f6071", "subnet-0dd1b2c3d4e5f6071"].map(Id::existing))
    ///     .build(stack);
    /// SecurityGroup::new(stack.scope("Api"), &network, "the shop's API");
    /// ```
    #[track_caller]
    pub fn existing(id: impl IntoInput<Id<ec2::Vpc>>, range: impl AddressRange) -> Existing {
        Existing::new(id, range.cidr())
    }

    fn of(
        scope: Scope<'a>,
        id: Output<Id<ec2::Vpc>>,
        range: Cidr,
        layers: Vec<Layer>,
        made: Made<'a>,
        dual_stack: bool,
    ) -> Self {
        Self { scope, id, range, layers, made, dual_stack, told: Rc::default() }
    }

    /// Reports, once a line, that something cannot be in the network because its stack is in another Region or account.
    /// Of a stack for which neither is fixed, nothing is known.
    // docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html: a VPC is in one Region.
    pub(crate) fn has_room_for(&self, scope: &Scope<'a>) {
        let (network, other) = (self.scope.stack(), scope.stack());
        let differ =
            |here: Option<String>, there: Option<String>| Some((here?, there?)).filter(|(a, b)| a != b);
        let regions = differ(network.get_region(), other.get_region());
        let accounts = differ(network.get_account(), other.get_account());
        let (what, (here, there), help) = match (regions, accounts) {
            (Some(regions), _) => {
                ("Region", regions, "make a network in that Region too, or deploy the stack to the network's")
            }
            (None, Some(accounts)) => (
                "account",
                accounts,
                "make a network in that account too; what AWS RAM shares with it is there a `ThreeTierVpc::existing(..)`, \
                 built in a stack of that account",
            ),
            (None, None) => return,
        };
        let Some(at) = scope.caller() else { return };
        if self.told.borrow_mut().insert((other.id(), at.to_string())) {
            let message = format!(
                "the network of stack `{}` is in the {what} {here}, and the stack `{}` in {there}",
                network.id(),
                other.id()
            );
            report(scope, Finding::error("FW3012", message).help(help), at);
        }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The identifier of the VPC.
    pub fn id(&self) -> Output<Id<ec2::Vpc>> {
        self.id.clone()
    }

    /// Its range of addresses.
    pub fn range(&self) -> Cidr {
        self.range
    }

    /// Whether it has addresses of IPv6 as well.
    pub fn is_dual_stack(&self) -> bool {
        self.dual_stack
    }

    /// Its tiers, in the order in which they were said.
    pub fn tiers(&self) -> impl Iterator<Item = Tier> {
        self.layers.iter().map(|layer| layer.tier)
    }

    fn layer(&self, tier: Tier) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.tier == tier)
    }

    fn public_layer(&self) -> Option<&Layer> {
        let routed = || self.layers.iter().find(|layer| layer.routing == Routing::Public);
        self.layer(Tier::Public).or_else(routed)
    }

    /// The subnets of a tier, in the order of zones; empty where the network has no such tier. In a network in a single
    /// zone the second one is only for what wants two zones.
    pub fn subnets(&self, tier: Tier) -> &[Output<Id<ec2::Subnet>>] {
        self.layer(tier).map_or(&[], |layer| &layer.subnets)
    }

    fn first_of(&self, tiers: &[Tier]) -> Vec<Output<Id<ec2::Subnet>>> {
        first_of(&self.layers, tiers).map(|layer| layer.subnets.clone()).unwrap_or_default()
    }

    /// Where load balancers stand: in two zones or more, unless the network has fewer. Nowhere, if they are to be public and
    /// no tier is.
    pub fn balancer_subnets(&self, public: bool) -> Vec<Output<Id<ec2::Subnet>>> {
        match public {
            true => self.public_layer().map(|layer| layer.subnets.clone()).unwrap_or_default(),
            false => self.first_of(&[Tier::Application, Tier::Data, Tier::Public]),
        }
    }

    /// Where services run: in the first zone only, if the network is in a single one.
    pub fn service_subnets(&self) -> Vec<Output<Id<ec2::Subnet>>> {
        let in_use = |layer: &Layer| layer.subnets.iter().take(layer.used).cloned().collect();
        service_layer(&self.layers).map(in_use).unwrap_or_default()
    }

    /// Whether services run in public subnets, and so need public addresses to reach anything.
    pub fn services_need_public_addresses(&self) -> bool {
        service_layer(&self.layers).is_some_and(|layer| layer.routing == Routing::Public)
    }

    /// Whether services reach the internet.
    pub fn services_reach_internet(&self) -> bool {
        service_layer(&self.layers).is_some_and(|layer| layer.way_out)
    }

    /// What services reach besides the network itself: nothing where they reach the internet, or where it is not known, as
    /// in a network that existed already; else the endpoints that there are.
    pub(crate) fn closed_to(&self) -> Option<Vec<Endpoint>> {
        let closed = self.made.vpc.is_some() && !self.services_reach_internet();
        closed.then(|| self.made.endpoints.iter().map(|(endpoint, _)| *endpoint).collect())
    }

    /// Where databases and caches stand: in two zones or more, unless the network has fewer.
    pub fn data_subnets(&self) -> Vec<Output<Id<ec2::Subnet>>> {
        self.first_of(&[Tier::Data, Tier::Application, Tier::Public])
    }

    /// The zone of a network in a single one: where a database without a standby goes.
    pub fn zone(&self) -> Option<Output<Zone>> {
        self.made.zone.clone()
    }

    /// Lets a group talk HTTPS to what services of AWS it needs: through the network's endpoints as far as there are
    /// such, else through the internet.
    ///
    /// Where services reach the internet, that is one rule for all addresses, which those of endpoints are among. Where
    /// they do not, it is a rule for the endpoints and one for S3, whose addresses are public ones even within the
    /// network. CloudFormation does not know the list of them: without [`Builder::s3_prefix_list`] that one is for all
    /// addresses too, of which routes then lead to S3 and nowhere else.
    #[track_caller]
    pub fn allow_to_aws(&self, from: &SecurityGroup<'a>) {
        let out = |id: &str, description: &str, peer: Peer| {
            from.rule(from.rules(), Direction::Out, id.to_owned(), 443.into(), description, peer);
        };
        let way_out = self.services_reach_internet();
        if !way_out && let Some(list) = &self.made.s3_prefix_list {
            from.allow_to_prefix_list("S3", list, 443);
            if let Some(group) = &self.made.endpoint_group {
                out("ToEndpoints443", "to endpoints of AWS services", Peer::Group(group.id()));
            }
            return;
        }
        // Of an existing network without a way out it is not known whether there is a route to S3.
        let routes = self.made.vpc.is_none() || self.endpoint(Endpoint::S3).is_some();
        let routes = routes || self.endpoint(Endpoint::DynamoDb).is_some();
        match &self.made.endpoint_group {
            Some(group) if !way_out && !routes => {
                out("ToEndpoints443", "to endpoints of AWS services", Peer::Group(group.id()));
            }
            _ if self.dual_stack && way_out => from.allow_to_internet(443),
            // The same rule as that of `allow_to_internet`, so that both are one.
            _ => {
                out("ToInternet443", "to the internet", Peer::Range(formwork_aws::types::cidr!("0.0.0.0/0")))
            }
        }
    }

    /// Lets something that the internet reaches wait for the public subnets' routes, where it stands in the same stack:
    /// a load balancer.
    #[track_caller]
    pub fn before_public(&self, waits: impl AsHandle) {
        let layer = self.public_layer().into_iter();
        self.before(waits.as_handle(), layer.flat_map(|layer| layer.ways.iter().copied()));
    }

    /// Lets something that runs where services do wait for what leads out of there, where it stands in the same stack:
    /// routes and endpoints.
    #[track_caller]
    pub fn before_services(&self, waits: impl AsHandle) {
        let ways = service_layer(&self.layers).into_iter().flat_map(|layer| layer.ways.iter().copied());
        let endpoints = self.made.endpoints.iter().map(|(_, endpoint)| endpoint.as_handle());
        self.before(waits.as_handle(), ways.chain(endpoints));
    }

    #[track_caller]
    fn before(&self, waits: Handle, first: impl Iterator<Item = Handle>) {
        let edit = self.scope.edit(waits);
        // Another stack comes after this one as a whole.
        if edit.stack() == self.scope.stack().id() {
            first.for_each(|first| {
                edit.depends_on(first);
            });
        }
    }
}

/// What was made, for [`Scope::customize`](formwork_core::Scope::customize); nothing of a network that existed already.
impl<'a> ThreeTierVpc<'a> {
    /// The VPC.
    pub fn vpc(&self) -> Option<ec2::Vpc> {
        self.made.vpc
    }

    /// The subnets of a tier, in the order of zones.
    pub fn made_subnets(&self, tier: Tier) -> &[ec2::Subnet] {
        self.layer(tier).map_or(&[], |layer| &layer.made)
    }

    /// The route tables of a tier: one for each zone where it has a way out through NAT gateways, else one for all.
    pub fn route_tables(&self, tier: Tier) -> &[ec2::RouteTable] {
        self.layer(tier).map_or(&[], |layer| &layer.tables)
    }

    /// The routes out of a tier, in the order of its route tables: over IPv4, then over IPv6.
    pub fn routes(&self, tier: Tier) -> &[ec2::Route] {
        self.layer(tier).map_or(&[], |layer| &layer.routes)
    }

    /// What gives the subnets of a tier their route tables, in the order of zones.
    pub fn route_table_associations(&self, tier: Tier) -> &[ec2::SubnetRouteTableAssociation] {
        self.layer(tier).map_or(&[], |layer| &layer.associations)
    }

    /// The network ACL of a tier.
    pub fn network_acl(&self, tier: Tier) -> Option<ec2::NetworkAcl> {
        self.acl_of(tier).map(|made| made.acl)
    }

    /// The entries of that network ACL, inward ones first, in the order in which they are looked at.
    pub fn acl_entries(&self, tier: Tier) -> &[ec2::NetworkAclEntry] {
        self.acl_of(tier).map_or(&[], |made| &made.entries)
    }

    /// What puts that network ACL around the subnets of the tier, in the order of zones.
    pub fn acl_associations(&self, tier: Tier) -> &[ec2::SubnetNetworkAclAssociation] {
        self.acl_of(tier).map_or(&[], |made| &made.associations)
    }

    fn acl_of(&self, tier: Tier) -> Option<&network_acl::Made> {
        self.layer(tier).and_then(|layer| layer.acl.as_ref())
    }

    /// The gateway between public subnets and the internet.
    pub fn internet_gateway(&self) -> Option<ec2::InternetGateway> {
        self.made.internet_gateway
    }

    /// What ties that gateway to the VPC: what has a public address depends on it.
    pub fn internet_gateway_attachment(&self) -> Option<ec2::VpcGatewayAttachment> {
        self.made.attachment
    }

    /// The gateway by which private subnets reach the internet over IPv6.
    pub fn egress_only_gateway(&self) -> Option<ec2::EgressOnlyInternetGateway> {
        self.made.egress_only_gateway
    }

    /// The range of IPv6: what has addresses of it depends on this.
    pub fn ipv6_block(&self) -> Option<ec2::VpcCidrBlock> {
        self.made.ipv6
    }

    /// The NAT gateways, in the order of zones.
    pub fn nat_gateways(&self) -> &[ec2::NatGateway] {
        &self.made.nat_gateways
    }

    /// The public addresses of the NAT gateways, in the order of zones: what others see requests come from.
    pub fn addresses(&self) -> &[ec2::Eip] {
        &self.made.addresses
    }

    /// The endpoint of a service.
    pub fn endpoint(&self, endpoint: Endpoint) -> Option<ec2::VpcEndpoint> {
        self.made.endpoints.iter().find(|(known, _)| *known == endpoint).map(|(_, made)| *made)
    }

    /// The security group of interface endpoints.
    pub fn endpoint_group(&self) -> Option<&SecurityGroup<'a>> {
        self.made.endpoint_group.as_ref()
    }

    /// The flow log.
    pub fn flow_log(&self) -> Option<ec2::FlowLog> {
        self.made.flow_logs.map(|made| made.log)
    }

    /// Where flow logs are kept.
    pub fn flow_log_group(&self) -> Option<logs::LogGroup> {
        self.made.flow_logs.map(|made| made.group)
    }

    /// What writes flow logs.
    pub fn flow_log_role(&self) -> Option<iam::Role> {
        self.made.flow_logs.map(|made| made.role)
    }
}
