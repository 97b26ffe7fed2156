//! From where a load balancer is reached.

use formwork_aws::{
    ec2,
    types::{Cidr, Port, cidr},
};
use formwork_core::{Id, IntoInput, Output, Scope};

use crate::{
    Connect, SecurityGroup,
    connect::{Direction, Peer, connect, place_of_rules},
    value::output,
};

/// From where a load balancer lets requests in: a range of addresses, a prefix list, what has a security group.
#[derive(Clone)]
pub struct Source<'a>(Kind<'a>);

#[derive(Clone)]
enum Kind<'a> {
    Internet,
    Addresses(Cidr),
    List { name: String, id: Output<Id<ec2::PrefixList>> },
    Group(SecurityGroup<'a>),
}

impl<'a> Source<'a> {
    /// Everybody on the internet, over IPv4, and over IPv6 if the load balancer speaks it.
    pub fn internet() -> Self {
        Self(Kind::Internet)
    }

    /// Whoever is on a prefix list; `name` becomes part of a logical id.
    pub fn prefix_list(name: impl Into<String>, id: impl IntoInput<Id<ec2::PrefixList>>) -> Self {
        Self(Kind::List { name: name.into(), id: output(id) })
    }

    /// The servers of CloudFront, by the prefix list of this Region whose name is
    /// `com.amazonaws.global.cloudfront.origin-facing`.
    ///
    /// CloudFront is in front of everybody's sites: have it add a header with a secret, and demand that header by
    /// [`Route::header`](super::Route::header), if nobody else's distribution is to reach the load balancer.
    pub fn cloudfront(id: impl IntoInput<Id<ec2::PrefixList>>) -> Self {
        Self::prefix_list("CloudFront", id)
    }

    /// Whether people with browsers come from there, who have to be sent from HTTP to HTTPS.
    ///
    /// What has a security group or is on a prefix list is a program, which was told where to ask. CloudFront's list
    /// would not even fit: it counts as 55 rules of a group, which has 60 unless the account has that raised.
    // docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
    pub(super) fn is_redirected(&self) -> bool {
        matches!(self.0, Kind::Internet | Kind::Addresses(_))
    }

    /// Lets it in, with the rules in the load balancer's scope; without one, where rules of the group stand.
    #[track_caller]
    pub(super) fn admit(&self, scope: Option<Scope<'a>>, to: &SecurityGroup<'a>, port: Port, v6: bool) {
        match &self.0 {
            Kind::Internet => {
                // Rules for addresses that nothing here has would only look as if it had.
                match v6 {
                    true => to.allow_from_internet(port),
                    false => {
                        let id = format!("FromInternet{}", port.get());
                        let everybody = Peer::Range(cidr!("0.0.0.0/0"));
                        let scope = scope.unwrap_or_else(|| to.rules());
                        to.rule(scope, Direction::In, id, port.into(), "from the internet", everybody);
                    }
                }
            }
            Kind::Addresses(range) => to.allow_from_addresses(*range, port),
            Kind::List { name, id } => to.allow_from_prefix_list(name, id, port),
            Kind::Group(group) => {
                connect(scope.unwrap_or_else(|| place_of_rules(group, to)), group, to, port);
            }
        }
    }
}

impl From<Cidr> for Source<'_> {
    fn from(range: Cidr) -> Self {
        Self(Kind::Addresses(range))
    }
}

impl<'a, C: Connect<'a>> From<&C> for Source<'a> {
    fn from(connected: &C) -> Self {
        Self(Kind::Group(connected.security_group().clone()))
    }
}
