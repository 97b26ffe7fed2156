//! Load balancers: what stands between the internet, or a network, and services.

use std::{cell::RefCell, rc::Rc};

use formwork_aws::{elasticloadbalancingv2 as elb, s3, types::Port, wafv2};
use formwork_core::{Handle, Output, Scope};

use crate::{Connect, SecurityGroup};

mod attach;
mod authentication;
mod builder;
mod health_check;
mod listeners;
mod logs;
mod metrics;
mod options;
mod route;
mod rules;
mod source;
pub mod target_group;
mod tls;

use listeners::Listening;
use rules::Taken;

pub use authentication::Authentication;
pub use builder::Builder;
pub use health_check::HealthCheck;
pub use logs::LogBucket;
pub use options::{Algorithm, Desync};
pub use route::Route;
pub use source::Source;
pub use target_group::TargetGroup;
pub use tls::TlsPolicy;

/// An application load balancer with its listeners, its security group and its logs.
///
/// It answers HTTPS, and sends whoever comes by HTTP to HTTPS. Behind it stand services, each with a [`Route`] that
/// says which requests are its own; what no route takes is answered with 404.
///
/// ```
/// use formwork_aws::types::{cidr, seconds};
/// use formwork_core::{App, Arn};
/// use formwork_patterns::{
///     Connect, LoadBalancer, SecurityGroup, ThreeTierVpc,
///     load_balancer::{HealthCheck, TargetGroup},
/// };
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// let certificate = Arn::existing(
///     "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
/// );
/// let balancer = LoadBalancer::public().https(certificate).build(stack.scope("Web"), &network);
///
/// // A service takes a route by `.behind(..)`; what is no service of ECS is a group of targets.
/// let machines = SecurityGroup::new(stack.scope("Machines"), &network, "machines that make reports");
/// TargetGroup::addresses(8080, ["10.0.1.10", "10.0.2.10"])
///     .health_check(HealthCheck::path("/health").timeout(seconds(3)))
///     .allowed_by(&machines)
///     .build(stack.scope("Reports"), &network, balancer.paths(["/reports/*"]));
///
/// stack.output("Url", balancer.url());
/// stack.add("Failing", balancer.target_5xx_count().above(10).evaluation_periods(3));
/// stack.customize(balancer.load_balancer(), |it| it.name("shop-web"));
/// ```
///
/// # Safe unless said otherwise
///
/// - HTTPS with TLS 1.3 and 1.2; without a certificate there has to be [`plain_http`](Builder::plain_http).
/// - Nobody but whom it is for: a public one lets the internet in on its listeners' ports (over IPv6 as well if the
///   network has it), unless
///   [`only_from`](Builder::only_from) says from where; an internal one lets nobody in before
///   [`only_from`](Builder::only_from) or [`Connect::allow_to`] does. It talks to its targets alone.
/// - Malformed headers are dropped, requests that may smuggle others are stopped.
/// - Access logs, for 90 days, in a private bucket to which only Elastic Load Balancing writes.
/// - In production: protected from deletion.
///
/// # Resources
///
/// | name | what | when |
/// | --- | --- | --- |
/// | `LoadBalancer` | the load balancer | |
/// | `Group` | its security group | |
/// | `FromInternet443`, ... | a rule for each port and source | public, or [`only_from`](Builder::only_from) |
/// | `Https` | the listener | with a certificate |
/// | `Redirect` | the listener of port 80 that leads to `Https` | with a certificate, where browsers are let in |
/// | `Http` | the listener | [`plain_http`](Builder::plain_http) |
/// | `Https8443`, `Http8080` | more listeners | [`listen_https`](Builder::listen_https), [`listen_http`](Builder::listen_http) |
/// | `Test` | the listener of deployments' tests | [`test_listener`](Builder::test_listener) |
/// | `HttpsCertificates`, `Https8443Certificates`, `TestCertificates` | more certificates | from the second one on |
/// | `Logs`, `LogsPolicy` | the bucket of the logs, and its policy | unless [`logs_to`](Builder::logs_to), [`log_bucket`](Builder::log_bucket) with one that is there, or [`without_access_logs`](Builder::without_access_logs) |
/// | `WebAcl` | the association | [`web_acl`](Builder::web_acl) |
///
/// In the scope of each service that has a [`Route`]:
///
/// | name | what | when |
/// | --- | --- | --- |
/// | `Targets` | the target group | |
/// | `AlternateTargets` | the second one | blue/green deployments |
/// | `Rule` | the listener's rule | unless the load balancer is the service's own and takes all requests without a second group |
/// | `TestRule` | the rule of the listener of tests | blue/green deployments with a [`test_listener`](Builder::test_listener) |
#[derive(Clone)]
pub struct LoadBalancer<'a> {
    scope: Scope<'a>,
    balancer: elb::LoadBalancer,
    group: SecurityGroup<'a>,
    /// The one that `url` leads to.
    main: Listening,
    more: Vec<Listening>,
    redirect: Option<elb::Listener>,
    test: Option<Listening>,
    logs: Option<(s3::Bucket, s3::BucketPolicy)>,
    web_acl: Option<wafv2::WebAclAssociation>,
    /// What routes were given; the clones of a load balancer have one listener between them.
    taken: Rc<RefCell<Taken>>,
}

/// What a load balancer sends requests to.
#[derive(Clone)]
pub(crate) struct Targets {
    pub(crate) port: Port,
    /// What a load balancer asks, to find out whether a target is well.
    pub(crate) health: HealthCheck,
    /// Whether there are two groups, between which a deployment shifts the requests.
    pub(crate) alternate: bool,
    /// Whether the default action of the listener leads to the first group even where a rule shifts requests between two:
    /// so that whoever comes before the rule is there, or after it is gone, is not answered with 404.
    pub(crate) stays_default: bool,
}

/// What stands for a service at its load balancer.
pub(crate) struct Attached<'a> {
    pub(crate) balancer: LoadBalancer<'a>,
    pub(crate) group: elb::TargetGroup,
    /// The second group, where two were asked for.
    pub(crate) alternate: Option<elb::TargetGroup>,
    /// The rule that a deployment between two groups changes.
    pub(crate) rule: Option<elb::ListenerRule>,
    /// The rule by which the second group is tried before it gets the requests of everybody.
    pub(crate) test_rule: Option<elb::ListenerRule>,
    /// What has to be there before a service can be: what leads to its targets.
    pub(crate) waits: Handle,
}

impl<'a> LoadBalancer<'a> {
    /// One that the internet reaches. It cannot become an [internal](Self::internal) one.
    #[track_caller]
    pub fn public() -> Builder<'a> {
        Builder::new(true)
    }

    /// One that only the network reaches.
    ///
    /// Decide before there are users: a load balancer that was [`public`](Self::public) and is to be internal, or the other
    /// way round, is another one. CloudFormation makes it before it removes the old one, and that fails, since a target group
    /// belongs to one load balancer only. Build the new one in a scope of another name, with services of their own behind it
    /// or with those of before in a second step, when the old one is gone.
    #[track_caller]
    pub fn internal() -> Builder<'a> {
        Builder::new(false)
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The load balancer.
    pub fn load_balancer(&self) -> elb::LoadBalancer {
        self.balancer
    }

    /// The listener that [`url`](Self::url) leads to.
    pub fn listener(&self) -> elb::Listener {
        self.main.listener
    }

    /// The listener on a port.
    pub fn listener_on(&self, port: impl Into<Port>) -> Option<elb::Listener> {
        let port = port.into();
        self.listening().find(|listening| listening.port == port).map(|listening| listening.listener)
    }

    /// The listeners that take routes.
    fn listening(&self) -> impl Iterator<Item = Listening> {
        std::iter::once(self.main).chain(self.more.iter().copied())
    }

    /// The listener that sends whoever comes by HTTP to HTTPS.
    pub fn redirect(&self) -> Option<elb::Listener> {
        self.redirect
    }

    /// The listener by which deployments are tried.
    pub fn test_listener(&self) -> Option<elb::Listener> {
        self.test.map(|listening| listening.listener)
    }

    /// The certificates of the listener that [`url`](Self::url) leads to, from the second one on.
    pub fn more_certificates(&self) -> Option<elb::ListenerCertificate> {
        self.main.certificates
    }

    /// The certificates of the listener on a port, from the second one on; also of that by which deployments are tried.
    pub fn more_certificates_on(&self, port: impl Into<Port>) -> Option<elb::ListenerCertificate> {
        let port = port.into();
        self.listening().chain(self.test).find(|listening| listening.port == port)?.certificates
    }

    /// The bucket of its logs, unless it was there before or there are none.
    pub fn log_bucket(&self) -> Option<s3::Bucket> {
        self.logs.map(|(bucket, _)| bucket)
    }

    /// What lets Elastic Load Balancing write to the bucket of the logs.
    pub fn log_bucket_policy(&self) -> Option<s3::BucketPolicy> {
        self.logs.map(|(_, policy)| policy)
    }

    /// What attaches the web ACL.
    pub fn web_acl(&self) -> Option<wafv2::WebAclAssociation> {
        self.web_acl
    }

    /// Its name in the DNS, for a record of your own: see [`hosted_zone_id`](Self::hosted_zone_id).
    pub fn dns_name(&self) -> Output<String> {
        self.balancer.dns_name()
    }

    /// The zone of [`dns_name`](Self::dns_name), which an alias record names beside it.
    pub fn hosted_zone_id(&self) -> Output<String> {
        self.balancer.canonical_hosted_zone_id()
    }

    /// Where it answers: `https://` and its name in the DNS.
    ///
    /// No certificate is for that name: give the load balancer one of your own by an alias record.
    pub fn url(&self) -> Output<String> {
        let (tls, port) = (self.main.tls, self.main.port.get());
        let name = self.balancer.dns_name();
        match (tls, port) {
            (true, 443) => formwork_core::interpolate!("https://{name}"),
            (false, 80) => formwork_core::interpolate!("http://{name}"),
            (true, _) => formwork_core::interpolate!("https://{name}:{}", i64::from(port)),
            (false, _) => formwork_core::interpolate!("http://{name}:{}", i64::from(port)),
        }
    }
}

impl<'a> Connect<'a> for LoadBalancer<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}
