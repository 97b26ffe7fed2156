//! Who may talk to whom: security groups, and connections between them.

mod rules;
mod traffic;

use std::{cell::RefCell, panic::Location, rc::Rc};

use formwork_aws::{
    ec2::{self, security_group},
    types::{Cidr, cidr},
};
use formwork_core::{AsHandle, Expr, Finding, Handle, Id, IntoInput, IntoText, Output, Scope, TypedHandle};

pub(crate) use crate::words::pascal;
use crate::{
    ThreeTierVpc,
    place::{self, Said},
    three_tier_vpc::AddressRange,
    value::{output, text},
};
pub(crate) use rules::{Direction, Peer, connect, place as place_of_rules};
pub(crate) use traffic::Protocol;
pub use traffic::Traffic;

/// A security group that opens nothing by itself, and the connections that it may make and take.
///
/// A connection is two rules, each a resource of its own: one lets it out of the group that begins it, one lets it into
/// the other. So groups may refer to each other, and to themselves, without a circle, also across stacks: both rules
/// stand in the stack of the group that begins, which may so come later than the other. Where the other stack waits for
/// this one already by what was declared until then, they stand there instead; [`rules_in`](Self::rules_in) says it by
/// hand. So connect after the rest: what makes a stack wait later is not known yet.
///
/// Nothing leaves the group unless it is allowed. A group without outbound rules may send anything anywhere, so there is
/// one that matches nothing: it is never taken away, and allows no more when others come.
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{Connect, SecurityGroup, ThreeTierVpc};
///
/// let app = App::for_tests();
/// let stack = app.stack("office");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// let runners = SecurityGroup::new(stack.scope("Runners"), &network, "build machines");
/// let cache = SecurityGroup::new(stack.scope("BuildCache"), &network, "what they share");
/// runners.allow_to(&cache, 6379); // out of the one and into the other
/// runners.allow_to(&runners, 7000..=7010); // and among themselves
/// runners.allow_to_internet(443);
/// ```
///
/// Saying the same connection twice is saying it once.
///
/// # Resources
///
/// | logical id | type | |
/// | --- | --- | --- |
/// | `Group` | `AWS::EC2::SecurityGroup` | |
/// | `To<Other><Port>`, `Into<Other><Port>` | `AWS::EC2::SecurityGroupEgress`, `..Ingress` | for each connection that it begins |
/// | `From<Other><Port>`, `OutOf<Other><Port>` | the same | for one that another begins, whose rules stand here |
/// | `FromInternet<Port>`, `FromInternet<Port>V6`, `ToInternet..` | the same | for the internet |
/// | `From<Range>Port<Port>`, `To<Range>Port<Port>` | the same | for a range of addresses |
/// | `From<Name><Port>`, `To<Name><Port>` | the same | for a prefix list |
///
/// `<Other>` is the path of the other group's scope, after the id of its stack where that is another one; of a group
/// that exists outside the program and stands in no scope, its id. `<Port>` is `443`, `8000To8010`, `Udp53`, `Icmp`,
/// `Protocol50` or `All`.
#[derive(Clone)]
pub struct SecurityGroup<'a> {
    scope: Scope<'a>,
    /// Where rules go that this group begins.
    rules: Scope<'a>,
    id: Output<Id<ec2::SecurityGroup>>,
    group: Option<ec2::SecurityGroup>,
    waiting: Rc<RefCell<Waiting>>,
}

/// The rules of a group, and what must not begin before they are there. All clones of a group share it.
#[derive(Default)]
pub(crate) struct Waiting {
    waits: Vec<Handle>,
    rules: Vec<Handle>,
}

impl<'a> SecurityGroup<'a> {
    /// A group in a network, made in the scope of what it is for. A network in another Region or account than the
    /// scope's stack is a finding, `FW3012`.
    #[track_caller]
    pub fn new(
        scope: impl Into<Scope<'a>>,
        network: &ThreeTierVpc<'a>,
        description: impl IntoInput<String>,
    ) -> Self {
        let scope = place::claim(scope.into().for_caller(), "a security group", &["Group"]);
        network.has_room_for(&scope);
        Self::in_vpc(scope, network.id(), description)
    }

    /// The same before there is a network.
    #[track_caller]
    pub(crate) fn in_vpc(
        scope: Scope<'a>,
        vpc: Output<Id<ec2::Vpc>>,
        description: impl IntoInput<String>,
    ) -> Self {
        let scope = scope.for_caller();
        let nothing = security_group::Egress::builder()
            .ip_protocol("tcp")
            .from_port(1)
            .to_port(1)
            .cidr_ip("127.0.0.1/32")
            .description("nothing leaves unless it is allowed");
        let group = ec2::SecurityGroup::builder()
            .group_description(description)
            .vpc_id(vpc)
            .security_group_egress([nothing]);
        Self::of(scope, scope.add("Group", group))
    }

    /// A group that this program makes by itself; rules are added in the scope.
    pub fn of(scope: impl Into<Scope<'a>>, group: ec2::SecurityGroup) -> Self {
        Self { group: Some(group), ..Self::existing(scope, group) }
    }

    /// A group that exists already, outside this program: rules are added to it all the same.
    pub fn existing(scope: impl Into<Scope<'a>>, id: impl IntoInput<Id<ec2::SecurityGroup>>) -> Self {
        let (scope, id) = (scope.into(), output(id));
        Self { scope, rules: scope, id, group: None, waiting: Rc::default() }
    }

    /// Sets the name that EC2 knows the group by, of which a network has one: up to 255 letters, digits and signs of
    /// ASCII, not beginning with `sg-`. A group that exists outside this program keeps its name, which is a finding,
    /// `FW3220`.
    ///
    /// A named group is not replaced in place: CloudFormation makes the new one first, whose name is taken.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("network");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// let tasks = SecurityGroup::new(stack.scope("Tasks"), &network, "tasks").named("acme-shop-tasks");
    /// ```
    #[must_use = "it is the group, under its name"]
    #[track_caller]
    pub fn named(self, name: impl IntoText) -> Self {
        match self.group {
            Some(group) => {
                self.scope.edit(group).set("GroupName", text(name));
            }
            None => {
                let message = "a security group that exists outside the program is to be named";
                let help = "leave out `.named(..)`: its name was given to it when it was made";
                let finding = Finding::error("FW3220", message).help(help);
                place::report(&self.scope, finding, Location::caller());
            }
        }
        self
    }

    /// The group for something that must not begin before the rules are there, such as a service: it will depend on
    /// every rule in its stack that the group has or gets.
    #[must_use]
    pub fn before(self, waits: impl AsHandle) -> Self {
        let waits = waits.as_handle();
        let rules = self.waiting.borrow().rules.clone();
        for rule in rules {
            self.wait(waits, rule);
        }
        self.waiting.borrow_mut().waits.push(waits);
        self
    }

    /// The same group with the rules that it begins in another place: in a stack that comes later, where this one must
    /// not wait for the other group's.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Connect, SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let (edge, service) = (app.stack("edge"), app.stack("service"));
    /// let proxy = SecurityGroup::new(edge.scope("Proxy"), &network, "what the office reaches");
    /// let api = SecurityGroup::new(service.scope("Api"), &network, "what the proxy asks");
    /// proxy.rules_in(service.scope("FromProxy")).allow_to(&api, 8000); // `edge` does not wait for `service`
    /// ```
    #[must_use]
    pub fn rules_in(&self, scope: impl Into<Scope<'a>>) -> Self {
        Self { rules: scope.into(), ..self.clone() }
    }

    /// Its identifier.
    pub fn id(&self) -> Output<Id<ec2::SecurityGroup>> {
        self.id.clone()
    }

    /// Its resource, unless it exists outside this program.
    pub fn group(&self) -> Option<ec2::SecurityGroup> {
        self.group
    }

    /// The rules of this program that let something into it, in whichever stack they stand.
    pub fn ingress_rules(&self) -> Vec<ec2::SecurityGroupIngress> {
        self.own_rules()
    }

    /// The rules of this program that let it talk to something, in whichever stack they stand.
    pub fn egress_rules(&self) -> Vec<ec2::SecurityGroupEgress> {
        self.own_rules()
    }

    fn own_rules<R: TypedHandle>(&self) -> Vec<R> {
        let own = |rule: &R| {
            let group = self.scope.edit(rule.as_handle()).get("GroupId");
            group.is_some_and(|group| group.plain() == self.id.expr().plain())
        };
        self.scope.app().all::<R>().into_iter().filter(own).collect()
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Where the rules stand that it begins.
    pub(crate) fn rules(&self) -> Scope<'a> {
        self.rules
    }

    /// What it is called in the names of rules and in their descriptions, within a stack.
    fn label(&self, within: Scope<'a>) -> String {
        let path = self.scope.path();
        let stack = self.scope.stack().id();
        if stack != within.stack().id() {
            return format!("{}{path}", pascal(&stack));
        }
        match self.id.expr().plain() {
            _ if !path.is_empty() => path,
            Expr::Text(id) => pascal(id),
            _ => "Group".to_owned(),
        }
    }
}

/// What takes part in connections: a [`SecurityGroup`], or what has one.
///
/// A connection says what it is for in one line, at the one who begins it:
///
/// ```
/// # use formwork_aws::types::cidr;
/// # use formwork_core::App;
/// # use formwork_patterns::{Connect, SecurityGroup, ThreeTierVpc, Traffic};
/// # let app = App::for_tests();
/// # let stack = app.stack("mail");
/// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// # let relay = SecurityGroup::new(stack.scope("Relay"), &network, "takes mail");
/// # let filter = SecurityGroup::new(stack.scope("Filter"), &network, "reads mail");
/// relay.allow_from_addresses(cidr!("203.0.113.0/24"), 25);
/// relay.allow_to(&filter, Traffic::udp(11335));
/// relay.allow_to(&filter, Traffic::icmp());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no part in connections",
    label = "this has no security group",
    note = "a service, a task, a load balancer, a database, a cache and a `SecurityGroup` have one; a pattern of your own implements `Connect`"
)]
pub trait Connect<'a> {
    /// The group whose rules decide.
    fn security_group(&self) -> &SecurityGroup<'a>;

    /// Lets it talk to another, and the other answer.
    #[track_caller]
    fn allow_to(&self, to: &impl Connect<'a>, traffic: impl Into<Traffic>) {
        let (from, to) = (self.security_group(), to.security_group());
        connect(rules::place(from, to), from, to, traffic);
    }

    /// Lets everybody on the internet in, over IPv4 and IPv6.
    #[track_caller]
    fn allow_from_internet(&self, traffic: impl Into<Traffic>) {
        let (group, traffic) = (self.security_group(), traffic.into());
        let id = format!("FromInternet{}", traffic.name());
        for (id, range) in both_families(id) {
            group.rule(group.rules, Direction::In, id, traffic, "from the internet", Peer::Range(range));
        }
    }

    /// Lets it talk to everybody on the internet, over IPv4 and IPv6.
    #[track_caller]
    fn allow_to_internet(&self, traffic: impl Into<Traffic>) {
        let (group, traffic) = (self.security_group(), traffic.into());
        let id = format!("ToInternet{}", traffic.name());
        for (id, range) in both_families(id) {
            group.rule(group.rules, Direction::Out, id, traffic, "to the internet", Peer::Range(range));
        }
    }

    /// Lets a range of addresses in, such as that of an office.
    #[track_caller]
    fn allow_from_addresses(&self, range: impl AddressRange, traffic: impl Into<Traffic>) {
        let (group, traffic, range) = (self.security_group(), traffic.into(), range.cidr());
        let id = format!("From{}Port{}", of_range(range), traffic.name());
        group.rule(group.rules, Direction::In, id, traffic, &format!("from {range}"), Peer::Range(range));
    }

    /// Lets it talk to a range of addresses.
    #[track_caller]
    fn allow_to_addresses(&self, range: impl AddressRange, traffic: impl Into<Traffic>) {
        let (group, traffic, range) = (self.security_group(), traffic.into(), range.cidr());
        let id = format!("To{}Port{}", of_range(range), traffic.name());
        group.rule(group.rules, Direction::Out, id, traffic, &format!("to {range}"), Peer::Range(range));
    }

    /// Lets in whoever is on a prefix list, such as CloudFront's; `name` becomes part of the logical id.
    ///
    /// The lists of AWS have an id for each Region, which
    /// `aws ec2 describe-managed-prefix-lists --filters Name=owner-id,Values=AWS` shows.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::{App, Id};
    /// # use formwork_patterns::{Connect, SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("edge");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// let origin = SecurityGroup::new(stack.scope("Origin"), &network, "what CloudFront asks");
    /// // com.amazonaws.global.cloudfront.origin-facing in eu-central-1
    /// let cloudfront = Id::existing("pl-a3a144ca");
    /// origin.allow_from_prefix_list("CloudFront", cloudfront, 443);
    /// ```
    #[track_caller]
    fn allow_from_prefix_list(
        &self,
        name: &str,
        list: impl IntoInput<Id<ec2::PrefixList>>,
        traffic: impl Into<Traffic>,
    ) {
        let (group, traffic) = (self.security_group(), traffic.into());
        let id = format!("From{}{}", pascal(name), traffic.name());
        let list = Peer::List(output(list));
        group.rule(group.rules, Direction::In, id, traffic, &format!("from {}", pascal(name)), list);
    }

    /// Lets it talk to whoever is on a prefix list, such as that of S3; `name` becomes part of the logical id.
    #[track_caller]
    fn allow_to_prefix_list(
        &self,
        name: &str,
        list: impl IntoInput<Id<ec2::PrefixList>>,
        traffic: impl Into<Traffic>,
    ) {
        let (group, traffic) = (self.security_group(), traffic.into());
        let id = format!("To{}{}", pascal(name), traffic.name());
        let list = Peer::List(output(list));
        group.rule(group.rules, Direction::Out, id, traffic, &format!("to {}", pascal(name)), list);
    }
}

impl<'a> Connect<'a> for SecurityGroup<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        self
    }
}

/// The group that was brought, or else one of its own; says where the one that was brought cannot be used.
#[track_caller]
pub(crate) fn brought_or_own<'a>(
    brought: Option<Said<SecurityGroup<'a>>>,
    scope: Scope<'a>,
    network: &ThreeTierVpc<'a>,
    description: &'static str,
) -> SecurityGroup<'a> {
    match brought {
        Some(said) => {
            judge_group(&scope, &said, network);
            said.value
        }
        None => SecurityGroup::new(scope, network, description),
    }
}

/// Says that a group which was brought is of another network than what is put into it.
pub(crate) fn judge_group<'a>(scope: &Scope<'a>, said: &Said<SecurityGroup<'a>>, network: &ThreeTierVpc<'a>) {
    let Some(group) = said.value.group() else { return };
    let Some(vpc) = said.value.scope().edit(group).get("VpcId") else { return };
    let (own, network) = (vpc.plain(), network.id());
    // A literal id and a parameter may be the same network.
    let alike = matches!(
        (own, network.expr().plain()),
        (Expr::Text(_), Expr::Text(_)) | (Expr::Reference(_), Expr::Reference(_))
    );
    if alike && !own.reads_as(network.expr().plain()) {
        let message = "the security group is of another network than the one that this is built in";
        let help = "make the group in this network: `SecurityGroup::new(scope, &network, ..)`";
        place::report(scope, Finding::error("FW3222", message).help(help), said.at);
    }
}

/// All addresses, with the names of the rules for them.
fn both_families(id: String) -> [(String, Cidr); 2] {
    let v6 = format!("{id}V6");
    [(id, cidr!("0.0.0.0/0")), (v6, cidr!("::/0"))]
}

/// `10.0.0.0/16` as a part of a logical id, which takes letters and digits only.
fn of_range(range: Cidr) -> String {
    let text = range.to_string();
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("x")
}
