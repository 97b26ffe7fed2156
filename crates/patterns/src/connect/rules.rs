//! The rules of connections: what they are called, and where they stand.

use std::panic::Location;

use formwork_aws::{ec2, types::Cidr};
use formwork_core::{AsHandle, Expr, Finding, Handle, Id, Output, Scope};

use super::{SecurityGroup, Traffic};
use crate::place::report;

/// Which way a rule lets something through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// Who is at the other end.
pub(crate) enum Peer {
    Group(Output<Id<ec2::SecurityGroup>>),
    Range(Cidr),
    List(Output<Id<ec2::PrefixList>>),
}

impl Peer {
    /// The property that names it, and the value there.
    fn property(&self, direction: Direction) -> (&'static str, Expr) {
        let text = |range: &Cidr| Expr::Text(range.to_string().into());
        match (self, direction) {
            (Self::Group(id), Direction::In) => ("SourceSecurityGroupId", id.expr().clone()),
            (Self::Group(id), Direction::Out) => ("DestinationSecurityGroupId", id.expr().clone()),
            (Self::List(id), Direction::In) => ("SourcePrefixListId", id.expr().clone()),
            (Self::List(id), Direction::Out) => ("DestinationPrefixListId", id.expr().clone()),
            (Self::Range(range), _) if range.is_v6() => ("CidrIpv6", text(range)),
            (Self::Range(range), _) => ("CidrIp", text(range)),
        }
    }
}

impl<'a> SecurityGroup<'a> {
    /// Lets something through, once.
    #[track_caller]
    pub(crate) fn rule(
        &self,
        rules: Scope<'a>,
        direction: Direction,
        id: String,
        traffic: Traffic,
        description: &str,
        peer: Peer,
    ) -> Option<Handle> {
        let rules = rules.for_caller();
        let id = self.free(rules, id, peer.property(direction))?;
        let v6 = matches!(peer, Peer::Range(range) if range.is_v6());
        let (first, last) = traffic.of_rule_ports().unzip();
        let rule = match direction {
            Direction::In => {
                let rule = ec2::SecurityGroupIngress::builder()
                    .group_id(self.id())
                    .ip_protocol(traffic.of_rule(v6))
                    .from_port(first)
                    .to_port(last)
                    .description(description);
                let rule = match peer {
                    Peer::Group(group) => rule.source_security_group_id(group),
                    Peer::Range(range) if v6 => rule.cidr_ipv6(range),
                    Peer::Range(range) => rule.cidr_ip(range),
                    Peer::List(list) => rule.source_prefix_list_id(list),
                };
                rules.add(id, rule).as_handle()
            }
            Direction::Out => {
                let rule = ec2::SecurityGroupEgress::builder()
                    .group_id(self.id())
                    .ip_protocol(traffic.of_rule(v6))
                    .from_port(first)
                    .to_port(last)
                    .description(description);
                let rule = match peer {
                    Peer::Group(group) => rule.destination_security_group_id(group),
                    Peer::Range(range) if v6 => rule.cidr_ipv6(range),
                    Peer::Range(range) => rule.cidr_ip(range),
                    Peer::List(list) => rule.destination_prefix_list_id(list),
                };
                rules.add(id, rule).as_handle()
            }
        };
        self.added(rule);
        Some(rule)
    }

    fn added(&self, rule: Handle) {
        let waiting = self.waiting.borrow().waits.clone();
        for waits in waiting {
            self.wait(waits, rule);
        }
        self.waiting.borrow_mut().rules.push(rule);
    }

    /// Lets something wait for a rule of its stack.
    pub(super) fn wait(&self, waits: Handle, rule: Handle) {
        let edit = self.scope.edit(waits);
        if edit.stack() == self.scope.edit(rule).stack() {
            edit.depends_on(rule);
        }
    }

    /// The name for a rule, or nothing where the rule is there already. Two groups may have the same label, such as
    /// two that exist outside the program: then a number tells their rules apart.
    fn free(&self, rules: Scope<'a>, id: String, peer: (&str, Expr)) -> Option<String> {
        let mut name = id.clone();
        let mut number = 1;
        while let Some(known) = rules.find(&name) {
            let known = rules.edit(known);
            let is =
                |property: &str, value: &Expr| known.get(property).is_some_and(|known| known.reads_as(value));
            if is("GroupId", self.id.expr()) && is(peer.0, &peer.1) {
                return None;
            }
            number += 1;
            name = format!("{id}No{number}");
        }
        Some(name)
    }
}

/// Lets one group talk to another, with both rules in the scope given. For who begins in an earlier stack than who
/// answers: a load balancer and a service.
#[track_caller]
pub(crate) fn connect<'a>(
    rules: Scope<'a>,
    from: &SecurityGroup<'a>,
    to: &SecurityGroup<'a>,
    traffic: impl Into<Traffic>,
) {
    let traffic = traffic.into();
    apart(&rules, from, to, Location::caller());
    let rules = rules.for_caller();
    let (begins, answers, ports) = (from.label(rules), to.label(rules), traffic.name());
    let here = |group: &SecurityGroup<'a>| {
        group.scope.path() == rules.path() && group.scope.stack().id() == rules.stack().id()
    };
    let (out, into) = if here(from) {
        (format!("To{answers}{ports}"), format!("Into{answers}{ports}"))
    } else if here(to) {
        (format!("OutOf{begins}{ports}"), format!("From{begins}{ports}"))
    } else {
        (format!("{begins}To{answers}{ports}"), format!("{begins}Into{answers}{ports}"))
    };
    let out = from.rule(rules, Direction::Out, out, traffic, &format!("to {answers}"), Peer::Group(to.id()));
    let into =
        to.rule(rules, Direction::In, into, traffic, &format!("from {begins}"), Peer::Group(from.id()));
    // Neither end has the connection before both rules are there.
    out.into_iter().for_each(|rule| to.added(rule));
    into.into_iter().for_each(|rule| from.added(rule));
}

/// Reports groups in two Regions: a rule cannot name a group of another one, whether or not the networks are connected.
// docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
fn apart<'a>(
    rules: &Scope<'a>,
    from: &SecurityGroup<'a>,
    to: &SecurityGroup<'a>,
    at: &'static Location<'static>,
) {
    // Where a group outside the program is, is not known.
    let region = |group: &SecurityGroup<'a>| group.group.and_then(|_| group.scope.stack().get_region());
    let (Some(begins), Some(answers)) = (region(from), region(to)) else { return };
    if begins != answers {
        let message = format!(
            "`{}` is in {begins} and `{}` in {answers}: no rule can name a group of another Region",
            from.label(*rules),
            to.label(*rules)
        );
        let help = "networks that are connected across Regions let addresses in: \
                    `allow_to_addresses(range, port)` there, `allow_from_addresses(range, port)` here";
        report(rules, Finding::error("FW3013", message).help(help), at);
    }
}

/// Where the rules of a connection stand: with the group that begins it, unless the other group's stack waits for that
/// one already. A stack cannot wait for one that waits for it.
pub(crate) fn place<'a>(from: &SecurityGroup<'a>, to: &SecurityGroup<'a>) -> Scope<'a> {
    let (begins, answers) = (from.rules.stack().id(), to.scope.stack().id());
    // Who says where rules stand knows why.
    let elsewhere = from.rules.stack().id() != from.scope.stack().id();
    if elsewhere || begins == answers || !waits(to.scope, from.rules) {
        return from.rules;
    }
    to.rules
}

/// Whether what stands in one place waits for another one's stack already, for whatever reason.
fn waits(one: Scope<'_>, other: Scope<'_>) -> bool {
    one.stack().waits_for(other.stack())
}
