//! Routes: which requests of a load balancer are whose.

use std::panic::Location;

use formwork_aws::{
    elasticloadbalancingv2 as elb,
    types::{Cidr, Duration, Port},
};
use formwork_core::{Arn, IntoInput, Output};

use super::{
    Algorithm, Authentication, Builder, LoadBalancer,
    options::{Options, Version},
    rules::Condition,
};
use crate::{place::Said, value::output};

/// Which requests go to a service, and through which load balancer: what `FargateService::behind` takes.
///
/// A [`Builder`] is one: a load balancer of the service's own. So is `&LoadBalancer`: all requests that no other rule
/// takes. [`LoadBalancer::paths`] and [`LoadBalancer::hosts`] begin one that takes some.
///
/// ```
/// use formwork_aws::types::{cidr, hours};
/// use formwork_core::App;
/// use formwork_patterns::{LoadBalancer, ThreeTierVpc, load_balancer::TargetGroup};
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// # let certificate = formwork_core::Arn::existing(
/// #     "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
/// # );
/// let balancer = LoadBalancer::public().https(certificate).build(stack.scope("Web"), &network);
/// let admin = balancer
///     .hosts(["admin.example.com"])
///     .paths(["/users/*", "/orders/*"])
///     .source_addresses([cidr!("203.0.113.0/24")])
///     .stickiness(hours(1));
/// TargetGroup::addresses(8080, ["10.0.1.20"]).build(stack.scope("Admin"), &network, admin);
/// TargetGroup::addresses(8080, ["10.0.1.30"]).build(stack.scope("Shop"), &network, &balancer);
/// ```
///
/// A listener tries its rules in the order in which routes are declared, and at last the route that takes everything.
/// Rules get the priorities 1000, 1010, and so on.
///
/// **A route that is declared between others later** moves those after it to the numbers of their successors. AWS gives no
/// rule a number that another one still has, so that such a deployment may fail and be rolled back; it does no harm, but it
/// does not get through either. Say the [`priority`](Self::priority) of the new route, such as `.priority(1005)` for one
/// between the first two, or declare it last. Routes that all say their priority never move.
///
/// # Rules that a deployment changes
///
/// Blue/green, linear and canary deployments by ECS shift requests by the weights in the rule of the route, without
/// CloudFormation, which sets them back when anything of the rule changes in the template: conditions, priority or
/// [`authenticate`](Self::authenticate).
/// [`Deployment`](crate::fargate::Deployment#rules-that-a-deployment-changes) says what comes of it, and when it is safe.
#[derive(Clone)]
#[must_use = "a route leads to a service that is `.behind(..)` it, or to a `TargetGroup`"]
pub struct Route<'a> {
    pub(super) balancer: Balancer<'a>,
    pub(super) at: Option<&'static Location<'static>>,
    pub(super) conditions: Vec<Said<Condition>>,
    pub(super) priority: Option<Said<u16>>,
    pub(super) port: Option<Said<Port>>,
    pub(super) authentication: Option<Said<Authentication>>,
    pub(super) weight: Option<Said<u16>>,
    pub(super) beside: Vec<Said<(Output<Arn<elb::TargetGroup>>, u16)>>,
    pub(super) options: Options,
}

#[derive(Clone)]
pub(super) enum Balancer<'a> {
    Own(Box<Builder<'a>>),
    Shared(Box<LoadBalancer<'a>>),
}

impl<'a> From<Builder<'a>> for Route<'a> {
    fn from(own: Builder<'a>) -> Self {
        Self::new(Balancer::Own(Box::new(own)), None)
    }
}

impl<'a> From<&LoadBalancer<'a>> for Route<'a> {
    fn from(shared: &LoadBalancer<'a>) -> Self {
        Self::new(Balancer::Shared(Box::new(shared.clone())), None)
    }
}

impl<'a> LoadBalancer<'a> {
    /// All requests that no other route takes: for one service.
    #[track_caller]
    pub fn everything(&self) -> Route<'a> {
        Route::new(Balancer::Shared(Box::new(self.clone())), Some(Location::caller()))
    }

    /// The requests for these paths: `/api/*`, with `*` for anything and `?` for one character.
    #[track_caller]
    pub fn paths<P: Into<String>>(&self, paths: impl IntoIterator<Item = P>) -> Route<'a> {
        self.everything().paths(paths)
    }

    /// The requests for these names of hosts: `api.example.com`, `*.example.com`.
    #[track_caller]
    pub fn hosts<H: Into<String>>(&self, hosts: impl IntoIterator<Item = H>) -> Route<'a> {
        self.everything().hosts(hosts)
    }
}

impl<'a> Route<'a> {
    fn new(balancer: Balancer<'a>, at: Option<&'static Location<'static>>) -> Self {
        Self {
            balancer,
            at,
            conditions: Vec::new(),
            priority: None,
            port: None,
            authentication: None,
            weight: None,
            beside: Vec::new(),
            options: Options::default(),
        }
    }

    #[track_caller]
    pub(super) fn own(builder: Builder<'a>) -> Self {
        Self::new(Balancer::Own(Box::new(builder)), Some(Location::caller()))
    }

    /// Adds a condition, or values to one that a rule has once only.
    #[track_caller]
    fn when(mut self, condition: Condition) -> Self {
        for said in &mut self.conditions {
            match (&mut said.value, &condition) {
                (Condition::Paths(known), Condition::Paths(more))
                | (Condition::Hosts(known), Condition::Hosts(more))
                | (Condition::Methods(known), Condition::Methods(more)) => {
                    known.extend(more.iter().cloned());
                    return self;
                }
                (Condition::Sources(known), Condition::Sources(more)) => {
                    known.extend(more);
                    return self;
                }
                _ => {}
            }
        }
        self.conditions.push(Said::new(condition));
        self
    }

    /// Takes requests for one of these paths only: `/api/*`, with `*` for anything and `?` for one character.
    ///
    /// All conditions of a route together have five values at most.
    ///
    /// Where a deployment shifts requests between two groups, [a change sets the weights of the rule
    /// back](Self#rules-that-a-deployment-changes).
    #[track_caller]
    pub fn paths<P: Into<String>>(self, paths: impl IntoIterator<Item = P>) -> Self {
        self.when(Condition::Paths(paths.into_iter().map(Into::into).collect()))
    }

    /// Takes requests for one of these names of hosts only: `api.example.com`, `*.example.com`.
    ///
    /// Where a deployment shifts requests between two groups, [a change sets the weights of the rule
    /// back](Self#rules-that-a-deployment-changes).
    #[track_caller]
    pub fn hosts<H: Into<String>>(self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.when(Condition::Hosts(hosts.into_iter().map(Into::into).collect()))
    }

    /// Takes requests only that have a header with one of these values, which may have `*` and `?`.
    #[track_caller]
    pub fn header<V: Into<String>>(
        self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.when(Condition::Header(name.into(), values))
    }

    /// Takes requests of one of these methods only: `GET`, `POST`.
    #[track_caller]
    pub fn methods<M: Into<String>>(self, methods: impl IntoIterator<Item = M>) -> Self {
        self.when(Condition::Methods(methods.into_iter().map(Into::into).collect()))
    }

    /// Takes requests from these addresses only. Behind a proxy or CloudFront that is its address, not the client's.
    #[track_caller]
    pub fn source_addresses(self, ranges: impl IntoIterator<Item = Cidr>) -> Self {
        self.when(Condition::Sources(ranges.into_iter().collect()))
    }

    /// Takes requests only whose query has this key with this value, which may have `*` and `?`. Said again, either
    /// is enough if nothing is between the two.
    #[track_caller]
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (Some(key.into()), value.into());
        if let Some(Said { value: Condition::Query(pairs), .. }) = self.conditions.last_mut() {
            pairs.push(pair);
            return self;
        }
        self.when(Condition::Query(vec![pair]))
    }

    /// Sets when the rule is tried: 1 is tried first, 50000 last. What is not said gets 1000, 1010, and so on, in the order
    /// of declaration: a route that comes between others later needs it, such as 1005, lest those after it move.
    #[track_caller]
    pub fn priority(mut self, priority: u16) -> Self {
        self.priority = Some(Said::new(priority));
        self
    }

    /// Takes requests that come to this port, on which the load balancer was told to listen as well.
    #[track_caller]
    pub fn on_port(mut self, port: impl Into<Port>) -> Self {
        self.port = Some(Said::new(port.into()));
        self
    }

    /// Has users sign in first. The listener has to speak HTTPS, and the load balancer gets a way out to the
    /// provider: HTTPS to the internet.
    ///
    /// Where a deployment shifts requests between two groups, [a change sets the weights of the rule
    /// back](Self#rules-that-a-deployment-changes).
    #[track_caller]
    pub fn authenticate(mut self, authentication: Authentication) -> Self {
        self.authentication = Some(Said::new(authentication));
        self
    }

    /// Sets the share of requests that is the service's own, beside other groups: 0 to 999; 1 if nothing is said.
    #[track_caller]
    pub fn weight(mut self, weight: u16) -> Self {
        self.weight = Some(Said::new(weight));
        self
    }

    /// Sends a share of the requests to another target group: 0 to 999.
    #[track_caller]
    pub fn beside(mut self, group: impl IntoInput<Arn<elb::TargetGroup>>, weight: u16) -> Self {
        self.beside.push(Said::new((output(group), weight)));
        self
    }

    /// Sends a client to the same target for this long, by a cookie of the load balancer.
    pub fn stickiness(mut self, duration: Duration) -> Self {
        self.options.stickiness = Some((None, duration));
        self
    }

    /// Sends a client to the same target for this long, as long as the target sets this cookie.
    pub fn stickiness_by_cookie(mut self, cookie: impl Into<String>, duration: Duration) -> Self {
        self.options.stickiness = Some((Some(cookie.into()), duration));
        self
    }

    /// Sets for how long a target that goes may finish its requests: up to an hour; a minute if nothing is said.
    pub fn deregistration_delay(mut self, delay: Duration) -> Self {
        self.options.deregistration_delay = Some(delay);
        self
    }

    /// Sends a target that comes few requests at first, and more and more for 30 seconds to 15 minutes.
    #[track_caller]
    pub fn slow_start(mut self, duration: Duration) -> Self {
        self.options.slow_start = Some(Said::new(duration));
        self
    }

    /// Sets by what the target of a request is chosen.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.options.algorithm = algorithm;
        self
    }

    /// Sets an attribute of the target group for which there is no method.
    // docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.more_attributes.push((key.into(), value.into()));
        self
    }

    /// Speaks HTTP/2 with the targets. The listener has to speak HTTPS.
    #[track_caller]
    pub fn http2(mut self) -> Self {
        self.options.version = Some(Said::new(Version::Http2));
        self
    }

    /// Speaks gRPC with the targets. The listener has to speak HTTPS.
    #[track_caller]
    pub fn grpc(mut self) -> Self {
        self.options.version = Some(Said::new(Version::Grpc));
        self
    }

    /// Speaks TLS with the targets as well. They have a certificate, which is not verified: one of their own making
    /// will do.
    pub fn encrypted(mut self) -> Self {
        self.options.encrypted = true;
        self
    }
}
