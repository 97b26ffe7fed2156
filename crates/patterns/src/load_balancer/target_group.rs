//! Targets of a load balancer that are no services of ECS: machines, or whatever has an address.

use formwork_aws::{
    ec2,
    elasticloadbalancingv2::{
        self as elb,
        target_group::{TargetDescription, TargetType},
    },
    types::Port,
};
use formwork_core::{Handle, Id, Input, IntoInput, Output, Scope};

use super::{Attached, HealthCheck, LoadBalancer, Route, Targets};
use crate::{Connect, SecurityGroup, ThreeTierVpc, connect::connect, place};

/// A group of targets behind a load balancer: machines, or whatever has an address in the network.
///
/// Services of Fargate make theirs themselves.
///
/// ```
/// use formwork_aws::{ec2, types::cidr};
/// use formwork_core::{App, Id};
/// use formwork_patterns::{
///     LoadBalancer, SecurityGroup, ThreeTierVpc,
///     load_balancer::{HealthCheck, TargetGroup},
/// };
///
/// let app = App::for_tests();
/// let stack = app.stack("reports");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// let machines = SecurityGroup::new(stack.scope("Machines"), &network, "machines that make reports");
/// let reports = TargetGroup::instances(8080, [Id::<ec2::Instance>::existing("i-0123456789abcdef0")])
///     .health_check(HealthCheck::path("/health"))
///     .allowed_by(&machines)
///     .build(stack.scope("Reports"), &network, LoadBalancer::internal().plain_http());
/// let balancer = reports.load_balancer();
/// stack.add("NoMachines", balancer.healthy_host_count(reports.target_group()).below(1));
/// ```
///
/// # Resources
///
/// `Targets`, the target group; `AlternateTargets`, the second one; `Rule`, the rule that leads to them, unless a load
/// balancer of its own has no other; `TestRule`, the rule by which the second one is tried; beside the scope,
/// `<Balancer>To<Group><Port>` and `<Balancer>Into<Group><Port>`, the rules that [`allowed_by`](Builder::allowed_by)
/// adds; what [`LoadBalancer`] lists, in the scope `Balancer`, if it has one of its own.
#[derive(Clone)]
pub struct TargetGroup<'a> {
    balancer: LoadBalancer<'a>,
    group: elb::TargetGroup,
    alternate: Option<elb::TargetGroup>,
    rule: Option<elb::ListenerRule>,
    test_rule: Option<elb::ListenerRule>,
    waits: Handle,
}

/// Says what a group of targets is to be.
#[derive(Clone)]
#[must_use = "a group of targets is made by `.build(scope, &network, route)`"]
pub struct Builder<'a> {
    kind: TargetType,
    port: Port,
    members: Vec<Input<TargetDescription>>,
    health: HealthCheck,
    alternate: bool,
    groups: Vec<SecurityGroup<'a>>,
}

impl<'a> TargetGroup<'a> {
    /// Machines, by their ids, which answer HTTP on this port.
    pub fn instances<I: IntoInput<Id<ec2::Instance>>>(
        port: impl Into<Port>,
        machines: impl IntoIterator<Item = I>,
    ) -> Builder<'a> {
        let ids = machines.into_iter().map(|id| Output::new(id.into_input().into_expr()));
        Builder::new(TargetType::Instance, port.into(), ids.collect())
    }

    /// Addresses of the network, or of one that it is connected to, which answer HTTP on this port.
    pub fn addresses<A: IntoInput<String>>(
        port: impl Into<Port>,
        addresses: impl IntoIterator<Item = A>,
    ) -> Builder<'a> {
        let ids = addresses.into_iter().map(|id| Output::new(id.into_input().into_expr()));
        Builder::new(TargetType::Ip, port.into(), ids.collect())
    }

    /// Machines that an Auto Scaling group starts and stops: it is given the target group's ARN, and says itself which
    /// they are.
    pub fn auto_scaled(port: impl Into<Port>) -> Builder<'a> {
        Builder::new(TargetType::Instance, port.into(), Vec::new())
    }

    /// The load balancer that they are behind.
    pub fn load_balancer(&self) -> &LoadBalancer<'a> {
        &self.balancer
    }

    /// The target group.
    pub fn target_group(&self) -> elb::TargetGroup {
        self.group
    }

    /// The second group, if there is one.
    pub fn alternate(&self) -> Option<elb::TargetGroup> {
        self.alternate
    }

    /// The rule by which the second group is tried, if the load balancer has a listener for that.
    pub fn test_rule(&self) -> Option<elb::ListenerRule> {
        self.test_rule
    }

    /// The rule that leads to it, unless it gets all requests of a load balancer of its own.
    pub fn rule(&self) -> Option<elb::ListenerRule> {
        self.rule
    }

    /// What leads to it: what needs requests from the beginning depends on it.
    pub fn ready(&self) -> Handle {
        self.waits
    }
}

impl<'a> Builder<'a> {
    fn new(kind: TargetType, port: Port, ids: Vec<Output<String>>) -> Self {
        let members = ids.into_iter().map(|id| TargetDescription::builder().id(id).port(port).into_input());
        let members = members.collect();
        Self { kind, port, members, health: HealthCheck::path("/"), alternate: false, groups: Vec::new() }
    }

    /// Sets how the load balancer finds out whether a target is well: it asks for `/` if nothing is said.
    pub fn health_check(mut self, check: HealthCheck) -> Self {
        self.health = check;
        self
    }

    /// Makes a second group, with no members: a deployment fills it, tries it, and shifts the requests to it.
    pub fn with_alternate(mut self) -> Self {
        self.alternate = true;
        self
    }

    /// Lets the load balancer talk to the targets, whose security group this is.
    pub fn allowed_by(mut self, targets: &impl Connect<'a>) -> Self {
        self.groups.push(targets.security_group().clone());
        self
    }

    /// Makes the target group, and what leads to it.
    #[track_caller]
    pub fn build(
        self,
        scope: impl Into<Scope<'a>>,
        network: &ThreeTierVpc<'a>,
        route: impl Into<Route<'a>>,
    ) -> TargetGroup<'a> {
        let scope = place::claim(scope.into().for_caller(), "a group of targets", &["Targets"]);
        let ports = [Some(self.port), self.health.other_port()];
        let targets =
            Targets { port: self.port, health: self.health, alternate: self.alternate, stays_default: false };
        let attached = route.into().attach_members(scope, network, &targets, self.kind, self.members);
        let Attached { balancer, group, alternate, rule, test_rule, waits } = attached;
        for targets in &self.groups {
            for port in ports.into_iter().flatten() {
                // Beside the scopes, so that two groups of targets in front of the same machines need one rule.
                connect(scope.stack().into(), balancer.security_group(), targets, port);
            }
        }
        TargetGroup { balancer, group, alternate, rule, test_rule, waits }
    }
}
