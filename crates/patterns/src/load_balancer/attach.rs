//! What a route makes: target groups, and the rule that leads to them.

use formwork_aws::elasticloadbalancingv2::{
    self as elb,
    listener_rule::{Action, ActionType, ForwardConfig, TargetGroupTuple},
    target_group::{TargetDescription, TargetType},
};
use formwork_core::{Arn, AsHandle, Builder as _, Finding, Input, IntoInput, Output, Scope, SourceLocation};

use super::{
    Attached, LoadBalancer, Route, Targets,
    listeners::Listening,
    options::Version,
    route::Balancer,
    rules::{LAST, conditions},
};
use crate::{
    Connect, ThreeTierVpc,
    place::{Said, report},
};

impl<'a> Route<'a> {
    /// Makes the target groups in the service's scope, and what leads to them.
    #[track_caller]
    pub(crate) fn attach(
        self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        targets: &Targets,
    ) -> Attached<'a> {
        self.attach_members(scope, network, targets, TargetType::Ip, Vec::new())
    }

    /// The same for a group that has members from the beginning.
    #[track_caller]
    pub(super) fn attach_members(
        mut self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        targets: &Targets,
        kind: TargetType,
        members: Vec<Input<TargetDescription>>,
    ) -> Attached<'a> {
        let scope = scope.for_caller();
        let here = scope.caller().unwrap_or_else(SourceLocation::caller);
        self.options.judge(&scope);
        self.judge_weights(&scope);
        if targets.alternate {
            for Said { at, .. } in std::mem::take(&mut self.beside) {
                let message = "a deployment shifts requests between two groups, and a third is beside them";
                let help = "leave out `.beside(..)`, or deploy in place";
                report(&scope, Finding::error("FW3032", message).help(help), at);
            }
        }
        let target_group = |first: bool| {
            let members = if first { &members[..] } else { &[] };
            let group = elb::TargetGroup::builder()
                .vpc_id(network.id())
                .target_type(kind)
                .port(targets.port)
                .targets((!members.is_empty()).then(|| Input::list(members.iter().cloned())));
            let group =
                targets.health.apply(first.then_some(&scope), self.options.apply(group), &self.options);
            match self.options.encrypted {
                true => group,
                // What the load balancer was given over TLS goes on within the network, to what lets nobody else in.
                false => group.accept("FW2039", "TLS ends at the load balancer, within the network"),
            }
        };
        let group = scope.add("Targets", target_group(true));
        let alternate = targets.alternate.then(|| scope.add("AlternateTargets", target_group(false)));
        let all = self.takes_all();
        let (default, balancer) = match self.balancer.clone() {
            Balancer::Own(builder) => {
                let default = (all && (!targets.alternate || targets.stays_default)).then_some(group);
                (default.is_some(), builder.build_for(scope.scope("Balancer"), network, default))
            }
            Balancer::Shared(balancer) => (false, *balancer),
        };
        let listening = self.listening(&scope, &balancer);
        self.demand_https(&scope, listening);
        if default && !targets.alternate {
            let waits = listening.listener.as_handle();
            return Attached { balancer, group, alternate, rule: None, test_rule: None, waits };
        }
        if self.authentication.is_some() {
            // The load balancer itself asks the provider for tokens.
            // docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
            balancer.allow_to_internet(443);
        }
        let everything = self.conditions.is_empty();
        let priority = match default {
            // What no other route takes is the service's already.
            true => LAST,
            false => self.claim(&scope, &balancer, listening, everything, &here),
        };
        let conditions = conditions(&scope, std::mem::take(&mut self.conditions));
        let actions = self.actions(group, alternate);
        let make = |id: &str, listening: Listening, priority: u16| {
            let rule = elb::ListenerRule::builder()
                .listener_arn(listening.listener)
                .priority(i64::from(priority))
                .conditions(Input::list(conditions.clone()))
                .actions(Input::list(actions.clone()));
            scope.add(id.to_owned(), rule)
        };
        let rule = make("Rule", listening, priority);
        let test_rule = balancer.test.filter(|_| targets.alternate).map(|test| {
            let mut taken = balancer.taken.borrow_mut();
            let priority = match taken.take(test.port, priority, here.clone()) {
                None => priority,
                Some(_) => taken.next(test.port, here.clone()),
            };
            make("TestRule", test, priority)
        });
        let waits = rule.as_handle();
        Attached { balancer, group, alternate, rule: Some(rule), test_rule, waits }
    }

    /// Reports shares that Elastic Load Balancing refuses.
    // docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
    fn judge_weights(&self, scope: &Scope<'_>) {
        let beside = self.beside.iter().map(|Said { value: (_, weight), at }| Said { value: *weight, at });
        for Said { value, at } in self.weight.into_iter().chain(beside).filter(|said| said.value > 999) {
            let finding = Finding::error("FW3140", format!("{value} is no share of requests"));
            report(scope, finding.help("weights are 0 to 999, and count in relation to each other"), at);
        }
    }

    /// Whether a listener's default action can say it: everything, on the first port, without more ado.
    fn takes_all(&self) -> bool {
        self.conditions.is_empty()
            && self.priority.is_none()
            && self.port.is_none()
            && self.authentication.is_none()
            && self.beside.is_empty()
    }

    /// The listener that the route is of.
    fn listening(&self, scope: &Scope<'_>, balancer: &LoadBalancer<'_>) -> Listening {
        let Some(Said { value: port, at }) = self.port else { return balancer.main };
        if let Some(found) = balancer.listening().find(|listening| listening.port == port) {
            return found;
        }
        let ports: Vec<String> = balancer.listening().map(|it| it.port.to_string()).collect();
        let message = format!("the load balancer has no routes on port {port}");
        let help = match (balancer.redirect, port.get()) {
            (Some(_), 80) => "port 80 leads to HTTPS: leave `.on_port(80)` out".to_owned(),
            _ => format!(
                "it listens on {}: say `.listen_https({port})` where it is built, or use another port",
                ports.join(", ")
            ),
        };
        report(scope, Finding::error("FW3029", message).help(help), at);
        balancer.main
    }

    /// Reports what takes HTTPS, on a listener that speaks plain HTTP, and does without.
    fn demand_https(&mut self, scope: &Scope<'_>, listening: Listening) {
        if listening.tls {
            return;
        }
        let says = |what: &str, at| {
            let message =
                format!("{what} takes a listener that speaks HTTPS, and port {} does not", listening.port);
            let help = "give the load balancer a certificate by `.https(..)`";
            report(scope, Finding::error("FW3030", message).help(help), at);
        };
        if let Some(said) = self.authentication.take() {
            says("signing in", said.at);
        }
        // docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-protocol-version.html
        match self.options.version {
            Some(Said { value: Version::Http2, at }) => says("HTTP/2 to targets", at),
            Some(Said { value: Version::Grpc, at }) => says("gRPC", at),
            Some(Said { value: Version::Http1, .. }) | None => {}
        }
    }

    /// The priority of the rule, which is its own from now on.
    fn claim(
        &self,
        scope: &Scope<'_>,
        balancer: &LoadBalancer<'_>,
        listening: Listening,
        everything: bool,
        here: &SourceLocation,
    ) -> u16 {
        let mut taken = balancer.taken.borrow_mut();
        let (port, route) = (listening.port, self.at.map_or_else(|| here.clone(), SourceLocation::from));
        let clash = |code: &'static str, message: String, help: &str, at: SourceLocation, before| {
            let finding = Finding::error(code, message).help(help.to_owned()).at(at, "said here");
            scope.app().report(finding.at(before, "taken here").in_stack(scope.stack().id()));
        };
        let same = match everything && self.priority.is_none() {
            true => None,
            false => taken.take_requests(port, &self.conditions, route.clone()),
        };
        if let Some(before) = same {
            let message =
                format!("another route on port {port} takes the same requests, and this one gets none");
            let help = "say other paths or hosts, or send shares to both by `.beside(group, weight)`";
            clash("FW3131", message, help, route.clone(), before);
            return taken.next(port, route);
        }
        match self.priority {
            Some(Said { value, at }) if (1..=LAST).contains(&value) => {
                match taken.take(port, value, at.into()) {
                    None => return value,
                    Some(before) => clash(
                        "FW3024",
                        format!("another route on port {port} has the priority {value}"),
                        "use another number, or let the order of declaration decide",
                        at.into(),
                        before,
                    ),
                }
            }
            Some(Said { value, at }) => {
                let finding = Finding::error("FW3025", format!("a rule cannot have the priority {value}"));
                report(scope, finding.help("priorities are 1 to 50000"), at);
            }
            None if everything => match taken.take_everything(port, route.clone()) {
                None => return LAST,
                Some(before) => clash(
                    "FW3028",
                    format!("what no other route of port {port} takes is to go to two services"),
                    "say which requests are whose by `.paths(..)` or `.hosts(..)`",
                    route.clone(),
                    before,
                ),
            },
            None => {}
        }
        taken.next(port, route)
    }

    /// What becomes of a request that the rule takes.
    fn actions(&self, group: elb::TargetGroup, alternate: Option<elb::TargetGroup>) -> Vec<Input<Action>> {
        let share = |group: Output<Arn<elb::TargetGroup>>, weight: u16| {
            TargetGroupTuple::builder().target_group_arn(group).weight(i64::from(weight)).into_input()
        };
        let own = group.target_group_arn();
        let shares: Vec<_> = match alternate {
            // A deployment moves the weights; these are the ones to begin with.
            // docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
            Some(alternate) => vec![share(own, 100), share(alternate.target_group_arn(), 0)],
            None if self.beside.is_empty() => Vec::new(),
            None => {
                let others = self.beside.iter().map(|said| share(said.value.0.clone(), said.value.1));
                std::iter::once(share(own, self.weight.map_or(1, |said| said.value))).chain(others).collect()
            }
        };
        let forward = Action::builder().type_(ActionType::Forward);
        let forward = match shares.is_empty() {
            true => forward.target_group_arn(group),
            false => forward.forward_config(ForwardConfig::builder().target_groups(Input::list(shares))),
        };
        match &self.authentication {
            Some(said) => vec![said.value.action(), forward.order(2).into_input()],
            None => vec![forward.into_input()],
        }
    }
}
