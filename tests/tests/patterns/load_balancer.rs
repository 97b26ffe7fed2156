//! Load balancers.

use formwork::{
    aws::{
        certificatemanager::Certificate,
        types::{cidr, days, hours, minutes, seconds},
        wafv2,
    },
    check::{Check, Exposure},
    core::{App, Arn, Assembly, Environment, Id, Name, Options, Severity, Stack, secretsmanager},
    patterns::{
        Connect, LoadBalancer, Metric, Nat, Route, SecurityGroup, ThreeTierVpc, Tier, explain,
        load_balancer::{
            Algorithm, Authentication, Builder, Desync, HealthCheck, Source, TargetGroup, TlsPolicy,
            target_group,
        },
    },
};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::{assemble, difference, findings, holds, said, says_nothing, template};

fn certificate(number: u8) -> Arn<Certificate> {
    let text = format!(
        "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-12345678901{number}"
    );
    Arn::existing(text)
}

fn acl() -> Arn<wafv2::WebAcl> {
    Arn::existing(
        "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/12345678-1234-1234-1234-123456789012",
    )
}

fn cloudfront<'a>() -> Source<'a> {
    Source::cloudfront(Id::existing("pl-a3a144ca"))
}

fn cognito() -> Authentication {
    let pool = Arn::existing("arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_Ab12Cd34E");
    Authentication::cognito(pool, Id::existing("1h57kf5cpq17m0eml12example"), "acme-staff")
}

fn oidc() -> Authentication {
    Authentication::oidc("https://id.example.com/", "guests", secretsmanager("guests").value())
}

fn network(app: &App) -> ThreeTierVpc<'_> {
    // What is the same in every environment.
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).nat(Nat::One).without_flow_logs();
    network.build(app.stack("network"))
}

fn targets<'a>() -> target_group::Builder<'a> {
    TargetGroup::addresses(8080, ["10.0.1.10"])
}

/// A load balancer for one group of targets, in a stack beside the network's.
fn one(environment: &str, balancer: impl for<'a> Fn(Builder<'a>) -> Route<'a>) -> Assembly {
    assemble(environment, |app| {
        let network = network(app);
        let balancer = balancer(LoadBalancer::public().https(certificate(1)));
        targets().build(app.stack("web").scope("Api"), &network, balancer);
    })
}

/// A load balancer for two groups of targets, the one of which has this route.
fn shared(
    targets: target_group::Builder<'static>,
    route: impl for<'a> Fn(&LoadBalancer<'a>) -> Route<'a>,
) -> Assembly {
    assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("web");
        let balancer = LoadBalancer::public()
            .https(certificate(1))
            .only_from(cidr!("198.51.100.0/24"))
            .listen_https(8443)
            .test_listener(9443, cidr!("198.51.100.0/24"))
            .build(stack.scope("Web"), &network);
        TargetGroup::addresses(8080, ["10.0.1.20"]).build(stack.scope("Shop"), &network, &balancer);
        targets.clone().build(stack.scope("Api"), &network, route(&balancer));
    })
}

#[test]
fn defaults() {
    let (prod, dev) = (one("prod", |it| it.into()), one("dev", |it| it.into()));
    says_nothing(&prod);
    says_nothing(&dev);
    assert_snapshot!(template(&prod, "web"));
    assert_snapshot!("in_development", difference(&prod, &dev));
}

#[test]
fn a_shared_one_has_a_rule_for_each_service() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let balancer =
            LoadBalancer::public().https(certificate(1)).build(app.stack("web").scope("Web"), &network);
        let services = app.stack("services");
        let machines = SecurityGroup::new(services.scope("Machines"), &network, "machines");
        let api = balancer.hosts(["api.example.com"]).paths(["/v1/*", "/v2/*"]);
        targets().health_check(HealthCheck::path("/health").port(9000)).allowed_by(&machines).build(
            services.scope("Api"),
            &network,
            api,
        );
        targets().build(services.scope("Shop"), &network, &balancer);
        targets().build(services.scope("Admin"), &network, balancer.paths(["/admin/*"]));
        services.output("Url", balancer.url());
    });
    says_nothing(&assembly);
    assert_snapshot!(template(&assembly, "services"));
    let web = template(&assembly, "web");
    assert!(web.contains("StatusCode: \"404\""), "{web}");
}

#[test]
fn an_internal_one_lets_in_whom_it_is_told() {
    let assembly = |reached: bool| {
        assemble("prod", |app| {
            let network = network(app);
            let stack = app.stack("web");
            let front = SecurityGroup::new(stack.scope("Front"), &network, "what asks");
            let balancer =
                LoadBalancer::internal().https(certificate(1)).build(stack.scope("Inner"), &network);
            targets().build(stack.scope("Api"), &network, &balancer);
            if reached {
                front.allow_to(&balancer, 443);
            }
        })
    };
    says_nothing(&assembly(true));
    assert_snapshot!(difference(&assembly(false), &assembly(true)));
}

/// What each option changes, under its name, and what `check` says beyond notes.
fn changes(before: &Assembly, options: Vec<(&str, Assembly)>) -> String {
    let change = |(name, after): &(&str, Assembly)| {
        let report = Check::new().assembly(after);
        let told: String = [Severity::Error, Severity::Warning]
            .iter()
            .flat_map(|severity| said(&report, *severity))
            .map(|said| format!("! {said}\n"))
            .collect();
        format!("## {name}\n{}{told}\n", difference(before, after))
    };
    options.iter().map(change).collect()
}

macro_rules! options {
    ($of:path; $($option:expr),* $(,)?) => { vec![$((stringify!($option), $of($option))),*] };
}

#[test]
fn what_each_option_of_a_load_balancer_changes() {
    fn built(option: impl for<'a> Fn(Builder<'a>) -> Builder<'a>) -> Assembly {
        one("prod", move |it| option(it).into())
    }
    let options = options![built;
        |it| it.https(certificate(2)).https(certificate(3)),
        |it| it.tls(TlsPolicy::Tls12PostQuantum),
        |it| it.tls(TlsPolicy::Tls12WithOutdatedCiphers),
        |it| it.tls(TlsPolicy::Named("ELBSecurityPolicy-TLS13-1-3-2021-06".to_owned())),
        |it| it.port(8443),
        |it| it.without_redirect(),
        |it| it.listen_https(8443),
        |it| it.listen_http(8080),
        |it| it.test_listener(9443, cidr!("198.51.100.0/24")),
        |it| it.only_from(cidr!("198.51.100.0/24")),
        |it| it.only_from(cidr!("2001:db8::/32")),
        |it| it.only_from(cloudfront()),
        |it| it.only_from(cloudfront()).only_from(cidr!("198.51.100.0/24")),
        |it| it.idle_timeout(minutes(5)),
        |it| it.client_keep_alive(minutes(10)),
        |it| it.desync(Desync::Strictest),
        |it| it.desync(Desync::OnlyCounted),
        |it| it.keep_invalid_headers(),
        |it| it.preserve_host_header(),
        |it| it.attribute("zonal_shift.config.enabled", "true").attribute("routing.http2.enabled", "false"),
        |it| it.deletion_protection(),
        |it| it.deletable(),
        |it| it.logs_to(Name::existing("acme-logs")).log_prefix("access-logs/"),
        |it| it.log_prefix("web"),
        |it| it.keep_logs(days(365)),
        |it| it.without_access_logs(),
        |it| it.without_access_logs().connection_logs(),
        |it| it.connection_logs().health_check_logs(),
        |it| it.web_acl(acl()),
    ];
    assert_snapshot!(changes(&built(|it| it), options));
    let plain = |public: bool| {
        assemble("prod", |app| {
            let network = network(app);
            let it = if public { LoadBalancer::public() } else { LoadBalancer::internal() };
            let it = it.plain_http().only_from(cidr!("10.0.0.0/8"));
            targets().build(app.stack("web").scope("Api"), &network, it);
        })
    };
    let of_office = built(|it| it.only_from(cidr!("10.0.0.0/8")));
    assert_snapshot!(
        "plain_and_internal",
        changes(&of_office, vec![("plain", plain(true)), ("internal", plain(false))])
    );
}

#[test]
fn addresses_of_ipv6_follow_the_network() {
    let assembly = assemble("prod", |app| {
        let network =
            ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).dual_stack().build(app.stack("network"));
        targets().build(
            app.stack("web").scope("Api"),
            &network,
            LoadBalancer::public().https(certificate(1)),
        );
    });
    says_nothing(&assembly);
    let lines =
        |text: String| text.lines().filter(|line| !line.contains("Network")).collect::<Vec<_>>().join("\n");
    let (before, after) = (template(&one("prod", |it| it.into()), "web"), template(&assembly, "web"));
    let more: Vec<String> =
        lines(after).lines().filter(|line| !before.contains(*line)).map(str::to_owned).collect();
    assert_snapshot!(more.join("\n"));
}

#[test]
fn what_each_option_of_a_route_changes() {
    fn routed(route: impl for<'a> Fn(&LoadBalancer<'a>) -> Route<'a>) -> Assembly {
        shared(targets(), route)
    }
    let base = routed(|it| it.paths(["/api/*"]));
    let options = options![routed;
        |it| it.paths(["/api/*"]).paths(["/v2/*"]).hosts(["*.example.com"]),
        |it| it.hosts(["api.example.com", "api.example.org"]),
        |it| it.everything().header("X-Origin-Secret", ["guess"]).header("User-Agent", ["*Mobile*"]),
        |it| it.everything().methods(["GET", "HEAD"]),
        |it| it.everything().source_addresses([cidr!("198.51.100.0/24"), cidr!("2001:db8::/32")]),
        |it| it.everything().query("version", "2").query("version", "3"),
        |it| it.paths(["/api/*"]).priority(10),
        |it| it.paths(["/api/*"]).on_port(8443),
        |it| it.everything().on_port(8443),
        |it| it.paths(["/api/*"]).authenticate(cognito().session(hours(8))),
        |it| it.paths(["/api/*"]).authenticate(oidc()),
        |it| it.paths(["/api/*"]).weight(9).beside(
            Arn::existing("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/old/0123456789abcdef"), 1),
        |it| it.paths(["/api/*"]).stickiness(hours(1)),
        |it| it.paths(["/api/*"]).stickiness_by_cookie("SESSION", days(1)),
        |it| it.paths(["/api/*"]).deregistration_delay(seconds(30)),
        |it| it.paths(["/api/*"]).slow_start(minutes(2)),
        |it| it.paths(["/api/*"]).algorithm(Algorithm::LeastOutstandingRequests),
        |it| it.paths(["/api/*"]).algorithm(Algorithm::WeightedRandom),
        |it| it.paths(["/api/*"]).attribute("load_balancing.cross_zone.enabled", "false"),
        |it| it.paths(["/api/*"]).http2(),
        |it| it.paths(["/api/*"]).grpc(),
        |it| it.paths(["/api/*"]).encrypted(),
    ];
    assert_snapshot!(changes(&base, options));
}

#[test]
fn what_each_option_of_a_target_group_changes() {
    fn of(targets: target_group::Builder<'static>) -> Assembly {
        shared(targets, |it| it.paths(["/api/*"]))
    }
    let machine = || Id::existing("i-0123456789abcdef0");
    let check = HealthCheck::path("/health");
    let options = vec![
        ("instances", of(TargetGroup::instances(8080, [machine()]))),
        ("auto scaled", of(TargetGroup::auto_scaled(8080))),
        ("with an alternate", of(targets().with_alternate())),
        ("health: path", of(targets().health_check(check.clone()))),
        ("health: answers", of(targets().health_check(check.clone().answers("200-299")))),
        (
            "health: every 30, timeout 10",
            of(targets().health_check(check.clone().every(seconds(30)).timeout(seconds(10)))),
        ),
        ("health: every 5", of(targets().health_check(check.clone().every(seconds(5))))),
        ("health: 3 and 5", of(targets().health_check(check.clone().healthy_after(3).unhealthy_after(5)))),
        ("health: port", of(targets().health_check(check.port(9000)))),
    ];
    assert_snapshot!(changes(&of(targets()), options));
}

#[test]
fn metrics_lead_to_the_load_balancer_and_to_its_groups() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("web");
        let api = targets().build(stack.scope("Api"), &network, LoadBalancer::public().https(certificate(1)));
        let (balancer, group) = (api.load_balancer(), api.target_group());
        let metrics: [(&str, Metric); 9] = [
            ("Requests", balancer.request_count()),
            ("Slow", balancer.target_response_time(99.0)),
            ("TargetErrors", balancer.target_5xx_count()),
            ("BalancerErrors", balancer.elb_5xx_count()),
            ("Rejected", balancer.rejected_connection_count()),
            ("NoTls", balancer.client_tls_negotiation_error_count()),
            ("Well", balancer.healthy_host_count(group)),
            ("Unwell", balancer.unhealthy_host_count(group)),
            ("Each", balancer.request_count_per_target(group)),
        ];
        for (name, metric) in metrics {
            app.stack("alarms").add(name, metric.above(1));
        }
    });
    let report = Check::new().assembly(&assembly);
    assert!(
        !report.findings.iter().any(|it| it.code == "FW1302" || it.code == "FW1307"),
        "{:#?}",
        report.findings
    );
    assert_snapshot!(template(&assembly, "alarms"));
}

#[test]
fn every_inner_resource_can_be_reached() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("web");
        let balancer = LoadBalancer::public()
            .https(certificate(1))
            .https(certificate(2))
            .listen_http(8080)
            .test_listener(9443, cidr!("10.0.0.0/8"))
            .web_acl(acl())
            .build(stack.scope("Web"), &network);
        let api = targets().with_alternate().build(stack.scope("Api"), &network, balancer.paths(["/api/*"]));
        stack.customize(balancer.load_balancer(), |it| it.name("shop-web"));
        stack.customize(balancer.listener(), |it| it.ssl_policy("ELBSecurityPolicy-TLS13-1-3-2021-06"));
        stack.customize(balancer.redirect().expect("a redirect"), |it| it.port(81));
        stack.customize(balancer.listener_on(8080).expect("a listener"), |it| it.port(8081));
        stack.customize(balancer.test_listener().expect("a listener"), |it| it.port(9444));
        stack.customize(balancer.log_bucket().expect("a bucket"), |it| it.bucket_name("shop-web-logs"));
        let group = balancer.security_group().group().expect("a group");
        stack.customize(group, |it| it.group_name("shop-web"));
        let _ = (
            balancer.log_bucket_policy(),
            balancer.more_certificates(),
            balancer.web_acl(),
            balancer.scope(),
        );
        stack.customize(api.target_group(), |it| it.name("shop-api"));
        stack.customize(api.alternate().expect("a group"), |it| it.name("shop-api-2"));
        stack.customize(api.rule().expect("a rule"), |it| it.priority(7));
        stack.customize(api.test_rule().expect("a rule"), |it| it.priority(8));
        stack.output("Zone", balancer.hosted_zone_id());
        stack.output("Name", balancer.dns_name());
    });
    let text = template(&assembly, "web");
    for changed in [
        "Port: 81\n",
        "8081",
        "9444",
        "shop-web-logs",
        "shop-api-2",
        "Priority: 7",
        "Priority: 8",
        "1-3-2021",
    ] {
        assert!(text.contains(changed), "{changed}: {text}");
    }
}

/// What is said of a program that is wrong, with the line that it is said of.
fn told(program: impl Fn(&App, &ThreeTierVpc<'_>, Stack<'_>)) -> String {
    told_of(|app| program(app, &network(app), app.stack("web")))
}

fn told_of(program: impl Fn(&App)) -> String {
    let findings = findings(program);
    let source: Vec<&str> = include_str!("load_balancer.rs").lines().collect();
    let serious = findings.iter().filter(|it| it.severity > Severity::Note);
    let text = serious.map(|finding| {
        let at = &finding.spans[0].at;
        assert_eq!(at.file, file!(), "{finding:#?}");
        assert!(
            !finding.code.starts_with("FW3") || explain::page(&finding.code).is_some(),
            "{}",
            finding.code
        );
        let line = source[usize::try_from(at.line).expect("a number") - 1].trim();
        format!("{}: {}\n    {line}\n    = {}\n", finding.code, finding.message, finding.help.join("; "))
    });
    text.collect()
}

#[test]
fn what_cannot_be_is_told_of_the_line_that_says_it() {
    let web = |it: &dyn Fn() -> Builder<'static>| {
        told(|_, network, stack| {
            it().build(stack.scope("Web"), network);
        })
    };
    let route = |route: &dyn for<'a> Fn(&LoadBalancer<'a>) -> Route<'a>| {
        told(|_, network, stack| {
            let balancer = LoadBalancer::public().https(certificate(1)).build(stack.scope("Web"), network);
            targets().build(stack.scope("First"), network, balancer.paths(["/first/*"]).priority(10));
            targets().build(stack.scope("Rest"), network, balancer.everything());
            targets().build(stack.scope("Api"), network, route(&balancer));
        })
    };
    let health = |check: &dyn Fn() -> HealthCheck| {
        told(|_, network, stack| {
            let balancer = LoadBalancer::public().https(certificate(1));
            targets().with_alternate().health_check(check()).build(stack.scope("Api"), network, balancer);
        })
    };
    let all = [
        web(&|| LoadBalancer::public()),
        web(&|| LoadBalancer::internal().listen_https(8443).plain_http().only_from(cidr!("10.0.0.0/8"))),
        web(&|| LoadBalancer::public().https(certificate(1)).plain_http()),
        web(&|| LoadBalancer::public().https(certificate(1)).listen_http(80)),
        web(&|| LoadBalancer::public().https(certificate(1)).listen_https(8443).listen_http(8443)),
        web(&|| LoadBalancer::public().https(certificate(1)).test_listener(443, cidr!("10.0.0.0/8"))),
        web(&|| LoadBalancer::public().https(certificate(1)).port(0)),
        web(&|| LoadBalancer::public().https(certificate(1)).idle_timeout(hours(2))),
        route(&|it| it.paths(["/api/*"]).priority(10)),
        route(&|it| it.paths(["/api/*"]).priority(0)),
        route(&|it| it.paths(["/api/*"]).priority(50_001)),
        route(&|it| it.paths(Vec::<String>::new())),
        route(&|it| it.paths(["/a", "/b", "/c", "/d", "/e", "/f"])),
        route(&|it| it.paths(["/a", "/b", "/c"]).hosts(["a.example.com", "b.example.com", "c.example.com"])),
        route(&|it| it.paths(["api/*"])),
        route(&|it| it.everything()),
        route(&|it| it.into()),
        route(&|it| it.paths(["/api/*"]).on_port(8443)),
        route(&|it| it.paths(["/api/*"]).on_port(80)),
        route(&|it| it.paths(["/api/*"]).slow_start(seconds(10))),
        route(&|it| it.paths(["/api/*"]).algorithm(Algorithm::WeightedRandom).slow_start(seconds(60))),
        health(&|| HealthCheck::path("/").every(seconds(10)).timeout(seconds(10))),
        health(&|| HealthCheck::path("/").every(seconds(5)).timeout(seconds(10))),
        health(&|| HealthCheck::path("/").timeout(seconds(20))),
        health(&|| HealthCheck::path("/").every(minutes(10))),
        health(&|| HealthCheck::path("/").timeout(seconds(1))),
        health(&|| HealthCheck::path("/").healthy_after(1)),
        health(&|| HealthCheck::path("/").unhealthy_after(11)),
        health(&|| HealthCheck::path("health")),
        told(|_, network, stack| {
            let balancer = LoadBalancer::public().plain_http().everything();
            let route = balancer.authenticate(cognito()).grpc();
            targets().build(stack.scope("Api"), network, route);
        }),
        told(|_, network, stack| {
            let old = Arn::existing(
                "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/old/0123456789abcdef",
            );
            let route = LoadBalancer::public().https(certificate(1)).everything().beside(old, 1);
            targets().with_alternate().build(stack.scope("Api"), network, route);
        }),
        told_of(|app| {
            let network =
                ThreeTierVpc::new(cidr!("10.0.0.0/16")).without(Tier::Public).build(app.stack("network"));
            LoadBalancer::public().https(certificate(1)).build(app.stack("web").scope("Web"), &network);
        }),
        told_of(|app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(1).build(app.stack("network"));
            LoadBalancer::public().https(certificate(1)).build(app.stack("web").scope("Web"), &network);
        }),
        told(|_, network, stack| {
            LoadBalancer::internal().https(certificate(1)).build(stack.scope("Web"), network);
        }),
    ];
    assert_snapshot!(all.join("\n"));
}

/// Everything that a load balancer can be told.
#[derive(Clone, Debug)]
struct Said {
    public: bool,
    /// 0 is plain HTTP.
    certificates: u8,
    tls: usize,
    port: Option<u16>,
    redirect: bool,
    https: bool,
    http: bool,
    test: bool,
    sources: [bool; 4],
    dual_stack: bool,
    attributes: Attributes,
    logs: Logs,
    acl: bool,
    /// An attribute for which there is no method, a policy of TLS by its name, everybody by name, and a list.
    more: [bool; 4],
}

#[derive(Clone, Debug)]
struct Attributes {
    idle: Option<u32>,
    keep_alive: Option<u32>,
    desync: usize,
    invalid_headers: bool,
    preserve_host: bool,
    protected: Option<bool>,
}

#[derive(Clone, Debug)]
struct Logs {
    existing: bool,
    none: bool,
    connections: bool,
    health_checks: bool,
    prefix: bool,
    days: Option<u32>,
}

/// Everything that a route and its targets can be told.
#[derive(Clone, Debug)]
struct Routed {
    conditions: Vec<usize>,
    priority: Option<u16>,
    port: bool,
    authentication: usize,
    beside: bool,
    stickiness: usize,
    delay: Option<u32>,
    slow_start: Option<u32>,
    algorithm: usize,
    version: usize,
    encrypted: bool,
    targets: usize,
    alternate: bool,
    allowed: bool,
    elsewhere: bool,
    health: Health,
}

#[derive(Clone, Debug)]
struct Health {
    every: Option<u32>,
    timeout: Option<u32>,
    healthy: Option<u8>,
    unhealthy: Option<u8>,
    answers: bool,
    port: bool,
}

const POLICIES: [TlsPolicy; 8] = [
    TlsPolicy::Tls12,
    TlsPolicy::Tls12PostQuantum,
    TlsPolicy::Tls12Fips,
    TlsPolicy::Tls13,
    TlsPolicy::Tls13PostQuantum,
    TlsPolicy::Tls13Fips,
    TlsPolicy::Tls12WithOutdatedCiphers,
    TlsPolicy::OutdatedTls10,
];

impl Said {
    fn build<'a>(&self, front: &SecurityGroup<'a>) -> Builder<'a> {
        let mut it = if self.public { LoadBalancer::public() } else { LoadBalancer::internal() };
        for number in 0..self.certificates {
            it = it.https(certificate(number));
        }
        if self.certificates == 0 {
            it = it.plain_http();
        }
        it = it.tls(POLICIES[self.tls].clone());
        if let Some(port) = self.port {
            it = it.port(port);
        }
        if !self.redirect {
            it = it.without_redirect();
        }
        if self.https && self.certificates > 0 {
            it = it.listen_https(8443);
        }
        if self.http {
            it = it.listen_http(8080);
        }
        if self.test {
            it = it.test_listener(9443, cidr!("10.0.0.0/8"));
        }
        let [range, v6, list, group] = self.sources;
        if range {
            it = it.only_from(cidr!("198.51.100.0/24"));
        }
        if v6 {
            it = it.only_from(cidr!("2001:db8::/32"));
        }
        if list {
            it = it.only_from(cloudfront());
        }
        if group {
            it = it.only_from(front);
        }
        let Attributes { idle, keep_alive, desync, invalid_headers, preserve_host, protected } =
            self.attributes;
        if let Some(idle) = idle {
            it = it.idle_timeout(seconds(idle));
        }
        if let Some(keep_alive) = keep_alive {
            it = it.client_keep_alive(seconds(keep_alive));
        }
        it = it.desync([Desync::Defensive, Desync::Strictest, Desync::OnlyCounted][desync]);
        if invalid_headers {
            it = it.keep_invalid_headers();
        }
        if preserve_host {
            it = it.preserve_host_header();
        }
        it = match protected {
            None => it,
            Some(true) => it.deletion_protection(),
            Some(false) => it.deletable(),
        };
        let Logs { existing, none, connections, health_checks, prefix, days: kept } = self.logs;
        if existing {
            it = it.logs_to(Name::existing("acme-logs"));
        }
        if none {
            it = it.without_access_logs();
        }
        if connections {
            it = it.connection_logs();
        }
        if health_checks {
            it = it.health_check_logs();
        }
        if prefix {
            it = it.log_prefix("web");
        }
        if let Some(kept) = kept {
            it = it.keep_logs(days(kept));
        }
        let [attribute, named, internet, list] = self.more;
        if attribute {
            it = it.attribute("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "true");
        }
        if named {
            it = it.tls(TlsPolicy::Named("ELBSecurityPolicy-TLS13-1-2-2021-06".to_owned()));
        }
        if internet {
            it = it.only_from(Source::internet());
        }
        if list {
            it = it.only_from(Source::prefix_list("Offices", Id::existing("pl-0a1b2c3d")));
        }
        if self.acl { it.web_acl(acl()) } else { it }
    }

    /// The ports on which the internet gets an answer.
    fn open(&self) -> Vec<u16> {
        // Whoever is on a prefix list is not known, and a range of IPv6 is nobody's without such addresses.
        let [range, v6, ..] = self.sources;
        let [_, _, internet, listed] = self.more;
        let everybody = (self.sources == [false; 4] && !listed) || internet;
        if !self.public || !(everybody || range || v6 && self.dual_stack) {
            return Vec::new();
        }
        let main = self.port.unwrap_or(if self.certificates > 0 { 443 } else { 80 });
        let mut ports = vec![main];
        ports.extend((self.certificates > 0 && self.redirect).then_some(80));
        ports.extend((self.https && self.certificates > 0).then_some(8443));
        ports.extend(self.http.then_some(8080));
        ports.sort_unstable();
        ports
    }
}

impl Routed {
    fn secure(&self, said: &Said) -> bool {
        said.certificates > 0 && (!self.port || said.https)
    }

    fn route<'a>(&self, mut it: Route<'a>, said: &Said) -> Route<'a> {
        for condition in &self.conditions {
            it = match condition {
                0 => it.paths(["/api/*"]),
                1 => it.hosts(["api.example.com"]),
                2 => it.header("X-Origin-Secret", ["guess"]),
                3 => it.methods(["GET"]),
                4 => it.source_addresses([cidr!("198.51.100.0/24")]),
                _ => it.query("version", "2"),
            };
        }
        let secure = self.secure(said);
        if self.port && (said.https && said.certificates > 0) {
            it = it.on_port(8443);
        }
        it = match self.authentication {
            1 if secure => it.authenticate(cognito().session(hours(8))),
            2 if secure => it.authenticate(oidc()),
            _ => it,
        };
        if self.beside && !self.alternate {
            let old = Arn::existing(
                "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/old/0123456789abcdef",
            );
            it = it.weight(9).beside(old, 1);
        }
        it = match self.stickiness {
            1 => it.stickiness(hours(1)),
            2 => it.stickiness_by_cookie("SESSION", days(1)),
            _ => it,
        };
        if let Some(delay) = self.delay {
            it = it.deregistration_delay(seconds(delay));
        }
        if let (Some(slow), 0) = (self.slow_start, self.algorithm) {
            it = it.slow_start(seconds(slow));
        }
        it = match self.algorithm {
            1 => it.algorithm(Algorithm::LeastOutstandingRequests),
            2 => it.algorithm(Algorithm::WeightedRandom),
            _ => it,
        };
        it = match self.version {
            1 if secure => it.http2(),
            2 if secure => it.grpc(),
            _ => it,
        };
        if self.delay.is_some() {
            it = it.attribute("load_balancing.cross_zone.enabled", "true");
        }
        if self.encrypted { it.encrypted() } else { it }
    }

    fn targets<'a>(&self, machines: &SecurityGroup<'a>, said: &Said) -> target_group::Builder<'a> {
        let mut check = HealthCheck::path("/health");
        let Health { every, timeout, healthy, unhealthy, answers, port } = self.health;
        if let Some(every) = every {
            check = check.every(seconds(every));
        }
        if let Some(timeout) = timeout.filter(|timeout| *timeout < every.unwrap_or(15)) {
            check = check.timeout(seconds(timeout));
        }
        if let Some(healthy) = healthy {
            check = check.healthy_after(healthy);
        }
        if let Some(unhealthy) = unhealthy {
            check = check.unhealthy_after(unhealthy);
        }
        if answers {
            check = check.answers(if self.version == 2 && self.secure(said) { "0-12" } else { "200-299" });
        }
        if port {
            check = check.port(9000);
        }
        let it = match self.targets {
            0 => TargetGroup::addresses(8080, ["10.0.1.10", "10.0.2.10"]),
            1 => TargetGroup::instances(8080, [Id::existing("i-0123456789abcdef0")]),
            _ => TargetGroup::auto_scaled(8080),
        };
        let it = it.health_check(check);
        let it = if self.alternate { it.with_alternate() } else { it };
        if self.allowed { it.allowed_by(machines) } else { it }
    }
}

fn sometimes<T: Clone + std::fmt::Debug + 'static>(
    values: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(values)
}

fn balancers() -> impl Strategy<Value = Said> {
    let attributes = (
        sometimes(1u32..=4000),
        sometimes(60u32..=604_800),
        0..3usize,
        any::<bool>(),
        any::<bool>(),
        sometimes(any::<bool>()),
    );
    let logs =
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), sometimes(1u32..4000));
    let source = proptest::bool::weighted(0.25);
    let reach = (
        any::<bool>(),
        0u8..4,
        0..POLICIES.len(),
        sometimes(1000u16..2000),
        [source, source, source, source],
        any::<bool>(),
    );
    let more = [source, source, source, source];
    let listeners = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), more);
    (reach, listeners, attributes, logs).prop_map(|(reach, listeners, attributes, logs)| {
        let (public, certificates, tls, port, sources, dual_stack) = reach;
        let (redirect, https, http, test, acl, more) = listeners;
        let (idle, keep_alive, desync, invalid_headers, preserve_host, protected) = attributes;
        let attributes = Attributes { idle, keep_alive, desync, invalid_headers, preserve_host, protected };
        let (existing, none, connections, health_checks, prefix, days) = logs;
        let logs = Logs { existing, none, connections, health_checks, prefix, days };
        Said {
            public,
            certificates,
            tls,
            port,
            redirect,
            https,
            http,
            test,
            sources,
            dual_stack,
            attributes,
            logs,
            acl,
            more,
        }
    })
}

fn routes() -> impl Strategy<Value = Routed> {
    let health = (
        sometimes(5u32..=300),
        sometimes(2u32..=120),
        sometimes(2u8..=10),
        sometimes(2u8..=10),
        any::<bool>(),
        any::<bool>(),
    );
    let rule = (
        proptest::sample::subsequence((0..6).collect::<Vec<usize>>(), 1..=5),
        sometimes(1u16..=999),
        any::<bool>(),
        0..3usize,
        any::<bool>(),
    );
    let options =
        (0..3usize, sometimes(0u32..=3600), sometimes(30u32..=900), 0..3usize, 0..3usize, any::<bool>());
    let targets = (0..3usize, any::<bool>(), any::<bool>(), any::<bool>());
    (rule, options, targets, health).prop_map(|(rule, options, targets, health)| {
        let (conditions, priority, port, authentication, beside) = rule;
        let (stickiness, delay, slow_start, algorithm, version, encrypted) = options;
        let (targets, alternate, allowed, elsewhere) = targets;
        let (every, timeout, healthy, unhealthy, answers, port_of_checks) = health;
        let health = Health { every, timeout, healthy, unhealthy, answers, port: port_of_checks };
        Routed {
            conditions,
            priority,
            port,
            authentication,
            beside,
            stickiness,
            delay,
            slow_start,
            algorithm,
            version,
            encrypted,
            targets,
            alternate,
            allowed,
            elsewhere,
            health,
        }
    })
}

#[test]
fn weights_are_those_that_there_are() {
    let old = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/old/0123456789abcdef";
    let told = |own: u16, beside: u16| {
        let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let route = LoadBalancer::internal().plain_http().everything();
        let (weight, share) = (line!() + 1, line!() + 2);
        let route = route.weight(own);
        let route = route.beside(Arn::existing(old), beside);
        let scope = app.stack("web").scope("Api");
        TargetGroup::addresses(8080, ["10.0.1.10"]).build(scope, &network, route);
        let findings = app.synth(&Options::default()).err();
        let findings: Vec<_> = findings.iter().flat_map(|findings| findings.iter().cloned()).collect();
        assert!(findings.iter().all(|it| it.code == "FW3140"), "{findings:?}");
        let lines: Vec<u32> = findings.iter().map(|it| it.spans[0].at.line).collect();
        (lines.contains(&weight), lines.contains(&share), lines.len())
    };
    assert_eq!(told(999, 0), (false, false, 0));
    assert_eq!(told(0, 999), (false, false, 0));
    assert_eq!(told(1000, 999), (true, false, 1));
    assert_eq!(told(1000, 2000), (true, true, 2));
}

/// The ports of load balancers that the internet reaches.
fn reached(assembly: &Assembly) -> Vec<u16> {
    let report = Check::new().exposure().assembly(assembly);
    let known =
        |it: &&Exposure| it.unknown.is_empty() && it.kind == "AWS::ElasticLoadBalancingV2::LoadBalancer";
    let exposed: Vec<Exposure> = report.exposed.unwrap_or_default();
    let ports = exposed.iter().filter(known).map(|it| it.ports.to_string()).collect::<Vec<_>>().join(", ");
    let mut ports: Vec<u16> = ports
        .split(", ")
        .filter(|port| !port.is_empty())
        .map(|port| port.split('/').next().and_then(|port| port.parse().ok()).unwrap_or_default())
        .collect();
    ports.sort_unstable();
    ports
}

#[test]
fn every_load_balancer_is_sound() {
    // Of two routes with the same conditions the later one would get nothing.
    let apart = |routes: Vec<Routed>| {
        let mut kept: Vec<Routed> = Vec::new();
        for route in routes {
            if kept.iter().all(|known| known.conditions != route.conditions) {
                kept.push(route);
            }
        }
        kept
    };
    let routes = proptest::collection::vec(routes(), 0..4).prop_map(apart);
    let options = (balancers(), routes, any::<bool>(), any::<bool>());
    let program = |app: &App, (said, routed, own, rest): &(Said, Vec<Routed>, bool, bool)| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2);
        let network = if said.dual_stack { network.dual_stack() } else { network };
        let network = network.build(app.stack("network"));
        let front = SecurityGroup::new(app.stack("network").scope("Front"), &network, "what asks");
        let (web, services) = (|| app.stack("web"), app.stack("services"));
        let machines = SecurityGroup::new(services.scope("Machines"), &network, "machines");
        let balancer = if let (true, Some(first)) = (own, routed.first()) {
            let route = said.build(&front).everything();
            let route = first.route(route, said);
            first
                .targets(&machines, said)
                .build(services.scope("Own"), &network, route)
                .load_balancer()
                .clone()
        } else {
            said.build(&front).build(web().scope("Web"), &network)
        };
        let mut taken = Vec::new();
        for (number, routed) in routed.iter().enumerate().skip((*own).into()) {
            let mut route = routed.route(balancer.everything(), said);
            if let Some(priority) = routed.priority.filter(|priority| !taken.contains(priority)) {
                taken.push(priority);
                route = route.priority(priority);
            }
            let stack = if routed.elsewhere || *own { services } else { web() };
            let machines = match routed.elsewhere || *own {
                true => machines.clone(),
                false => SecurityGroup::new(stack.scope(format!("Machines{number}")), &network, "machines"),
            };
            routed.targets(&machines, said).build(stack.scope(format!("Api{number}")), &network, route);
        }
        if *rest && !(*own && routed.len() == 1) {
            TargetGroup::addresses(8080, ["10.0.1.30"]).build(services.scope("Rest"), &network, &balancer);
        }
    };
    // Which way a gateway endpoint has is a matter of routes, which is not followed up.
    let balancer = |it: &Exposure| match it.kind.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => true,
        kind => kind == "AWS::EC2::VPCEndpoint" && !it.unknown.is_empty(),
    };
    holds("load_balancer", 120, (any::<bool>(), options), program, balancer, |assembly, (said, ..)| {
        assert_eq!(reached(assembly), said.open(), "{said:#?}");
    });
}
