//! What a load balancer is to be.

use std::{cell::RefCell, panic::Location, rc::Rc};

use formwork_aws::{
    certificatemanager,
    elasticloadbalancingv2::{
        self as elb,
        listener::{Action, Type},
        load_balancer::{IpAddressType, LoadBalancerAttribute, Scheme},
    },
    s3,
    types::{Duration, Port},
    wafv2,
};
use formwork_core::{
    Arn, Builder as _, Finding, Input, IntoInput, IntoText, Name, Output, Scope, SourceLocation,
};

use super::{
    Desync, LoadBalancer, Route, Source, TlsPolicy,
    listeners::{self, Listening, not_found},
    logs::{self, LogBucket, Logs, To},
    options::in_seconds,
    rules::Taken,
};
use crate::{
    SecurityGroup, ThreeTierVpc,
    connect::judge_group,
    place::{self, Said, production, report},
    value::{output, text},
};

/// Says what a load balancer is to be.
#[derive(Clone)]
#[must_use = "a load balancer is made by `.build(scope, &network)`, or by the service that is `.behind(..)` it"]
pub struct Builder<'a> {
    at: &'static Location<'static>,
    public: bool,
    name: Option<Output<String>>,
    group: Option<Said<SecurityGroup<'a>>>,
    certificates: Vec<Output<Arn<certificatemanager::Certificate>>>,
    plain: Option<Said<()>>,
    tls: TlsPolicy,
    port: Option<Said<Port>>,
    redirects: bool,
    more: Vec<(Said<Port>, bool)>,
    test: Option<(Said<Port>, Source<'a>)>,
    sources: Vec<Source<'a>>,
    idle_timeout: Option<Duration>,
    keep_alive: Option<Duration>,
    desync: Desync,
    invalid_headers: bool,
    preserve_host: bool,
    protection: Option<bool>,
    more_attributes: Vec<(String, String)>,
    logs: Logs<'a>,
    web_acl: Option<Output<Arn<wafv2::WebAcl>>>,
}

impl<'a> Builder<'a> {
    #[track_caller]
    pub(super) fn new(public: bool) -> Self {
        Self {
            at: Location::caller(),
            public,
            name: None,
            group: None,
            certificates: Vec::new(),
            plain: None,
            tls: TlsPolicy::default(),
            port: None,
            redirects: true,
            more: Vec::new(),
            test: None,
            sources: Vec::new(),
            idle_timeout: None,
            keep_alive: None,
            desync: Desync::default(),
            invalid_headers: false,
            preserve_host: false,
            protection: None,
            more_attributes: Vec::new(),
            logs: Logs::default(),
            web_acl: None,
        }
    }

    /// Sets the name that Elastic Load Balancing knows it by, of which an account has one in a Region: up to 32 letters,
    /// digits and `-`, not beginning with `internal-`. It becomes a part of its address.
    ///
    /// A named load balancer is not replaced in place: CloudFormation makes the new one first, whose name is taken.
    pub fn name(self, name: impl IntoText) -> Self {
        Self { name: Some(text(name)), ..self }
    }

    /// Puts it into a group that is made elsewhere, in place of one of its own. What it takes and makes of connections
    /// becomes rules of that group, which stand with it: they hold for whoever else is in the group.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::{App, Arn};
    /// # use formwork_patterns::{LoadBalancer, SecurityGroup, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("network");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// # let certificate = Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/1234");
    /// let edge = SecurityGroup::new(stack.scope("Edge"), &network, "the load balancer").named("acme-edge");
    /// let balancer = LoadBalancer::public().https(certificate).security_group(&edge).name("acme-shop");
    /// ```
    #[track_caller]
    pub fn security_group(self, group: &SecurityGroup<'a>) -> Self {
        Self { group: Some(Said::new(group.clone())), ..self }
    }

    /// Answers HTTPS with a certificate, and sends browsers that come by HTTP there. Said again, it adds a certificate: a
    /// client gets the one for the name that it asks for.
    pub fn https(mut self, certificate: impl IntoInput<Arn<certificatemanager::Certificate>>) -> Self {
        self.certificates.push(output(certificate));
        self
    }

    /// Weaker: answers HTTP, which everybody on the way can read and change.
    #[track_caller]
    pub fn plain_http(mut self) -> Self {
        self.plain = Some(Said::new(()));
        self
    }

    /// Sets which versions of TLS and which ciphers it speaks.
    pub fn tls(mut self, policy: TlsPolicy) -> Self {
        self.tls = policy;
        self
    }

    /// Answers on this port instead of 443, or of 80 for plain HTTP.
    #[track_caller]
    pub fn port(mut self, port: impl Into<Port>) -> Self {
        self.port = Some(Said::new(port.into()));
        self
    }

    /// Does not listen on port 80: whoever comes by HTTP finds nobody.
    pub fn without_redirect(mut self) -> Self {
        self.redirects = false;
        self
    }

    /// Answers HTTPS on another port as well, for routes that say so by [`Route::on_port`].
    ///
    /// ```compile_fail
    /// # use formwork_patterns::LoadBalancer;
    /// LoadBalancer::public().listen_https(84430); // no port
    /// ```
    #[track_caller]
    pub fn listen_https(mut self, port: impl Into<Port>) -> Self {
        self.more.push((Said::new(port.into()), true));
        self
    }

    /// Weaker: answers HTTP on another port as well, for routes that say so by [`Route::on_port`].
    #[track_caller]
    pub fn listen_http(mut self, port: impl Into<Port>) -> Self {
        self.more.push((Said::new(port.into()), false));
        self
    }

    /// Answers on another port, to these alone, with what a blue/green deployment is about to show to everybody.
    ///
    /// It speaks what the first listener speaks. Services that are not deployed in this way have no part in it.
    #[track_caller]
    pub fn test_listener(mut self, port: impl Into<Port>, from: impl Into<Source<'a>>) -> Self {
        self.test = Some((Said::new(port.into()), from.into()));
        self
    }

    /// Lets in whoever comes from there, and nobody else: of a public one, that is not everybody on the internet; of
    /// an internal one, that is somebody. Said again, it adds to it.
    ///
    /// ```
    /// use formwork_aws::types::cidr;
    /// use formwork_core::Id;
    /// use formwork_patterns::{LoadBalancer, load_balancer::Source};
    ///
    /// let office = LoadBalancer::public().only_from(cidr!("203.0.113.0/24"));
    /// // com.amazonaws.global.cloudfront.origin-facing in eu-central-1
    /// let cached = LoadBalancer::public().only_from(Source::cloudfront(Id::existing("pl-a3a144ca")));
    /// ```
    ///
    /// There is a redirect from HTTP for the internet and for ranges of addresses. What has a security group or is on a
    /// prefix list is no browser, and is let in to HTTPS alone.
    pub fn only_from(mut self, source: impl Into<Source<'a>>) -> Self {
        self.sources.push(source.into());
        self
    }

    /// Sets after how long a connection on which nothing happens is closed: 1 to 4000 seconds; a minute if nothing is
    /// said. Targets should keep connections open for longer than that.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Sets for how long a client may keep a connection: a minute to seven days; an hour if nothing is said.
    pub fn client_keep_alive(mut self, duration: Duration) -> Self {
        self.keep_alive = Some(duration);
        self
    }

    /// Sets what becomes of requests that it and its targets may understand differently.
    pub fn desync(mut self, mode: Desync) -> Self {
        self.desync = mode;
        self
    }

    /// Weaker: passes headers on whose names are malformed, which are dropped otherwise.
    pub fn keep_invalid_headers(mut self) -> Self {
        self.invalid_headers = true;
        self
    }

    /// Passes the header `Host` on as the client sent it, with the port.
    pub fn preserve_host_header(mut self) -> Self {
        self.preserve_host = true;
        self
    }

    /// Protects it from deletion, also where it does not serve customers.
    pub fn deletion_protection(mut self) -> Self {
        self.protection = Some(true);
        self
    }

    /// Weaker: can be deleted by one request, also in production.
    pub fn deletable(mut self) -> Self {
        self.protection = Some(false);
        self
    }

    /// Sets an attribute for which there is no method: `.attribute("zonal_shift.config.enabled", "true")`.
    // docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.more_attributes.push((key.into(), value.into()));
        self
    }

    /// Writes its logs to a bucket that is there already. Its policy has to let
    /// `logdelivery.elasticloadbalancing.amazonaws.com` put objects, and it cannot be encrypted with a key of KMS. Of a
    /// bucket in the same stack the policy is made first.
    #[track_caller]
    pub fn logs_to(mut self, bucket: impl IntoInput<Name<s3::Bucket>>) -> Self {
        self.logs.to = Said::new(To::Named(output(bucket)));
        self
    }

    /// Writes its logs to a bucket that is made for them, `Bucket::for_logs().name_with_suffix(..)`, or to one for
    /// logs that is there already, `&logs`. Both let it write.
    ///
    /// One that is there may have the logs of many, told apart by [`log_prefix`](Self::log_prefix).
    #[track_caller]
    pub fn log_bucket(mut self, bucket: impl Into<LogBucket<'a>>) -> Self {
        self.logs.to = Said::new(bucket.into().0);
        self
    }

    /// Sets what the names of the logs begin with, without a slash at the end.
    pub fn log_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.logs.prefix = Some(prefix.into().trim_matches('/').to_owned());
        self
    }

    /// Sets for how many days logs are kept in a bucket that is made for them; 90 unless said.
    pub fn keep_logs(mut self, period: Duration) -> Self {
        self.logs.keep = Some(period);
        self
    }

    /// Weaker: keeps no log of who asked for what.
    pub fn without_access_logs(mut self) -> Self {
        self.logs.access = false;
        self
    }

    /// Keeps a log of connections as well: from where, with which version of TLS, and why one failed.
    pub fn connection_logs(mut self) -> Self {
        self.logs.connections = true;
        self
    }

    /// Keeps a log of health checks as well: which target answered what.
    pub fn health_check_logs(mut self) -> Self {
        self.logs.health_checks = true;
        self
    }

    /// Has a web ACL look at every request first: one of WAF, with the scope `REGIONAL`, of the same Region.
    pub fn web_acl(mut self, web_acl: impl IntoInput<Arn<wafv2::WebAcl>>) -> Self {
        self.web_acl = Some(output(web_acl));
        self
    }

    /// All requests of a load balancer that is one service's own, to say more about them.
    ///
    /// ```
    /// use formwork_aws::types::{days, minutes};
    /// use formwork_core::Arn;
    /// use formwork_patterns::LoadBalancer;
    ///
    /// # let certificate = Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/1234");
    /// let balancer = LoadBalancer::public().https(certificate);
    /// let route = balancer.everything().stickiness(days(1)).deregistration_delay(minutes(2));
    /// ```
    #[track_caller]
    pub fn everything(self) -> Route<'a> {
        Route::own(self)
    }

    /// Makes the load balancer.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> LoadBalancer<'a> {
        let scope = place::claim(scope.into().for_caller(), "a load balancer", &["LoadBalancer", "Group"]);
        self.build_for(scope, network, None)
    }

    /// Makes it for one service, which gets all requests; for several, if none is given.
    #[track_caller]
    pub(super) fn build_for(
        self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        targets: Option<elb::TargetGroup>,
    ) -> LoadBalancer<'a> {
        let ports = self.ports(&scope);
        let subnets = network.balancer_subnets(self.public);
        if subnets.is_empty() {
            let (kind, help) = match self.public {
                true => ("public", "give the network a public tier, or use `LoadBalancer::internal()`"),
                false => ("internal", "give the network a tier"),
            };
            let message = format!("a {kind} load balancer has no subnets in this network");
            report(&scope, Finding::error("FW3021", message).help(help), self.at);
        }
        let group = match &self.group {
            Some(said) => {
                judge_group(&scope, said, network);
                said.value.clone()
            }
            None => SecurityGroup::new(scope, network, "load balancer"),
        };
        self.admit(scope, &group, &ports, network.is_dual_stack());
        let logs = self.logs.bucket(scope);
        let balancer = elb::LoadBalancer::builder()
            .name(self.name.clone())
            .scheme(if self.public { Scheme::InternetFacing } else { Scheme::Internal })
            .ip_address_type(network.is_dual_stack().then_some(IpAddressType::Dualstack))
            .subnets(subnets)
            .security_groups([group.id()])
            .load_balancer_attributes(Input::list(self.attributes(&scope, &logs)))
            .depends_on(logs.policies.clone());
        let balancer = scope.add("LoadBalancer", self.accepted(&scope, balancer));
        if self.public {
            network.before_public(balancer);
        }
        let answer = || match targets {
            None => not_found(),
            Some(group) => Action::builder().type_(Type::Forward).target_group_arn(group).into_input(),
        };
        let listen = |id: &str, port: Port, tls: bool, answer: Input<Action>| match tls {
            true => listeners::https(scope, id, balancer, port, &self.certificates, &self.tls, answer),
            false => listeners::http(scope, id, balancer, port, answer),
        };
        let main = listen(if ports.tls { "Https" } else { "Http" }, ports.main, ports.tls, answer());
        let redirect = ports.redirects.then(|| listeners::redirect(scope, balancer, ports.main));
        let mut more: Vec<Listening> = Vec::new();
        for &(port, tls) in &ports.more {
            let id = format!("{}{}", if tls { "Https" } else { "Http" }, port.get());
            more.push(listen(&id, port, tls, not_found()));
        }
        let test = ports.test.map(|port| listen("Test", port, ports.tls, not_found()));
        let web_acl = self.web_acl.as_ref().map(|web_acl| {
            let association = wafv2::WebAclAssociation::builder()
                .resource_arn(balancer.load_balancer_arn())
                .web_acl_arn(web_acl);
            scope.add("WebAcl", association)
        });
        let mut taken = Taken::default();
        if targets.is_some() {
            let at = scope.caller().unwrap_or_else(SourceLocation::caller);
            taken.take_everything(ports.main, at);
        }
        let taken = Rc::new(RefCell::new(taken));
        LoadBalancer { scope, balancer, group, main, more, redirect, test, logs: logs.made, web_acl, taken }
    }

    /// Lets in who is meant to come, on each port.
    #[track_caller]
    fn admit(&self, scope: Scope<'a>, group: &SecurityGroup<'a>, ports: &Ports, v6: bool) {
        let everybody = [Source::internet()];
        let scope = if self.group.is_some() { None } else { Some(scope) };
        let sources = if self.sources.is_empty() && self.public { &everybody[..] } else { &self.sources[..] };
        for source in sources {
            source.admit(scope, group, ports.main, v6);
            if ports.redirects && source.is_redirected() {
                source.admit(scope, group, Port::HTTP, v6);
            }
            for &(port, _) in &ports.more {
                source.admit(scope, group, port, v6);
            }
        }
        if let (Some(port), Some((_, source))) = (ports.test, &self.test) {
            source.admit(scope, group, port, v6);
        }
    }

    fn attributes(&self, scope: &Scope<'_>, logs: &logs::Taken) -> Vec<Input<LoadBalancerAttribute>> {
        let truth = |truth: bool| if truth { "true" } else { "false" }.to_owned();
        let mut said = vec![
            ("deletion_protection.enabled", truth(self.protects(scope))),
            ("routing.http.drop_invalid_header_fields.enabled", truth(!self.invalid_headers)),
            ("routing.http.desync_mitigation_mode", self.desync.as_str().to_owned()),
            ("routing.http2.enabled", truth(true)),
        ];
        if let Some(timeout) = self.idle_timeout {
            said.push(("idle_timeout.timeout_seconds", in_seconds(timeout)));
        }
        if let Some(duration) = self.keep_alive {
            said.push(("client_keep_alive.seconds", in_seconds(duration)));
        }
        if self.preserve_host {
            said.push(("routing.http.preserve_host_header.enabled", truth(true)));
        }
        let said = said.into_iter().map(|(key, value)| (key.to_owned(), value.into_input()));
        let mut attributes: Vec<(String, Input<String>)> = said.chain(self.logs.attributes(logs)).collect();
        for (key, value) in &self.more_attributes {
            attributes.retain(|(known, _)| known != key);
            attributes.push((key.clone(), value.clone().into_input()));
        }
        let attributes = attributes.into_iter().map(|(key, value)| {
            let attribute = LoadBalancerAttribute::builder().key(key).value(value);
            attribute.into_input()
        });
        attributes.collect()
    }

    fn protects(&self, scope: &Scope<'_>) -> bool {
        self.protection.unwrap_or_else(|| production(scope))
    }

    /// Accepts what `check` says of choices whose names say it already.
    fn accepted(
        &self,
        scope: &Scope<'_>,
        balancer: elb::load_balancer::Builder,
    ) -> elb::load_balancer::Builder {
        let reasons = [
            ("FW2032", "`.keep_invalid_headers()` was said", self.invalid_headers),
            ("FW2033", "`.without_access_logs()` was said", !self.logs.access),
            ("FW2034", "`.deletable()` was said", self.protection == Some(false)),
            // What serves no customers is made and removed at will.
            ("FW2034", "it serves no customers", self.protection.is_none() && !production(scope)),
            ("FW2035", "`Desync::OnlyCounted` was said", self.desync == Desync::OnlyCounted),
        ];
        let said = reasons.into_iter().filter(|(.., said)| *said);
        said.fold(balancer, |balancer, (code, reason, _)| balancer.accept(code, reason))
    }

    /// The ports that it listens on, each once; what cannot be is reported.
    fn ports(&self, scope: &Scope<'_>) -> Ports {
        let certified = !self.certificates.is_empty();
        match &self.plain {
            None if !certified => {
                let message = "a load balancer has no certificate, and was not told to speak plain HTTP";
                let finding = Finding::error("FW3020", message)
                    .help("give it a certificate by `.https(..)`, or say `.plain_http()`");
                report(scope, finding, self.at);
            }
            Some(plain) if certified => {
                let message = "a load balancer is to speak HTTPS and plain HTTP at once";
                let finding = Finding::error("FW3022", message).help(
                    "leave out `.plain_http()`, or say `.listen_http(port)` for a second listener without TLS",
                );
                report(scope, finding, plain.at);
            }
            _ => {}
        }
        if let Some(Said { value: Port::HTTP, at }) = self.port
            && certified
        {
            let finding =
                Finding::warning("FW3133", "a load balancer is to speak HTTPS on the port of plain HTTP")
                    .help("leave out `.port(80)`: HTTPS is on 443, and port 80 leads there");
            report(scope, finding, at);
        }
        let usual = if certified { Port::HTTPS } else { Port::HTTP };
        let main = self.port.map_or(usual, |said| said.value);
        let browsers = match self.sources.as_slice() {
            [] => self.public,
            sources => sources.iter().any(Source::is_redirected),
        };
        let redirects = certified && self.redirects && browsers && main != Port::HTTP;
        let mut taken = vec![(main, self.port.map_or(self.at, |said| said.at))];
        taken.extend(redirects.then_some((Port::HTTP, self.at)));
        let mut free = |said: &Said<Port>| {
            let Some((_, before)) = taken.iter().find(|(port, _)| *port == said.value) else {
                taken.push((said.value, said.at));
                return true;
            };
            let message = format!("the load balancer listens on port {} already", said.value);
            let help = match redirects && said.value == Port::HTTP {
                true => "the redirect to HTTPS is there: say `.without_redirect()`, or use another port",
                false => "use another port, or a route of the listener that is there",
            };
            let finding = Finding::error("FW3023", message).help(help).at(said.at, "a second listener");
            scope.app().report(finding.at(*before, "taken here").in_stack(scope.stack().id()));
            false
        };
        let mut more = Vec::new();
        for (said, tls) in &self.more {
            if !free(said) {
                continue;
            }
            if *tls && !certified {
                let message = format!("there is no certificate for the listener on port {}", said.value);
                let finding = Finding::error("FW3020", message).help("give one by `.https(..)`");
                report(scope, finding, said.at);
                continue;
            }
            more.push((said.value, *tls));
        }
        let test = self.test.as_ref().filter(|(said, _)| free(said)).map(|(said, _)| said.value);
        Ports { main, tls: certified, redirects, more, test }
    }
}

/// The ports that a load balancer listens on.
struct Ports {
    main: Port,
    /// Whether the main one speaks TLS.
    tls: bool,
    /// Whether port 80 leads to it.
    redirects: bool,
    more: Vec<(Port, bool)>,
    test: Option<Port>,
}
