//! Zones, records and certificates.

use formwork::{
    aws::types::{cidr, hours, milliseconds, minutes},
    check::Check,
    core::{App, Assembly, Environment, Format, Id, Lowering, Options, Stack},
    patterns::{
        Certificate, HostedZone, LoadBalancer, ThreeTierVpc,
        dns::{AliasTarget, Record, certificate, hosted_zone},
    },
};
use proptest::prelude::*;

use super::{assemble, difference, holds, says_nothing, template, warnings};
use crate::support::{folder, lint, templates};

const ZONE: &str = "Z0123456789ABCDEFGHIJ";

fn existing<'a>() -> HostedZone<'a> {
    HostedZone::existing(Id::existing(ZONE), "example.com")
}

fn plain<'a>() -> certificate::Builder<'a> {
    Certificate::new("awsomeshop.example.com").also("*.awsomeshop.example.com")
}

fn alone(builder: impl for<'a> Fn(&'a App) -> certificate::Builder<'a>) -> impl Fn(&App) {
    move |app| {
        builder(app).build(app.stack("security").scope("Certificate"));
    }
}

#[test]
fn a_certificate_as_it_is_unless_said() {
    for environment in ["prod", "dev"] {
        let assembly = assemble(environment, alone(|_| plain().validated_in(&existing())));
        says_nothing(&assembly);
        insta::assert_snapshot!("certificate", template(&assembly, "security"));
    }
}

#[test]
fn what_every_option_changes() {
    let base = assemble("prod", alone(|_| plain().validated_in(&existing())));
    type Option = (&'static str, fn() -> Assembly);
    let mut said = String::new();
    let options: Vec<Option> = vec![
        ("also", || assemble("prod", alone(|_| plain().also("shop.example.com").validated_in(&existing())))),
        ("a wildcard alone", || {
            assemble("prod", alone(|_| Certificate::new("*.example.com").validated_in(&existing())))
        }),
        ("also, what was said", || {
            assemble("prod", alone(|_| plain().also("AWSomeShop.example.com").validated_in(&existing())))
        }),
        ("validated_in two zones, one within the other", || {
            let inner = || HostedZone::existing(Id::existing("Z9876543210ABCDEFGHIJ"), "shop.example.com");
            assemble(
                "prod",
                alone(move |_| {
                    plain().also("a.shop.example.com").validated_in(&inner()).validated_in(&existing())
                }),
            )
        }),
        ("validated_in a zone that is made", || {
            assemble(
                "prod",
                alone(|app| {
                    let zone = HostedZone::new("example.com").build(app.stack("dns").scope("Domain"));
                    plain().validated_in(&zone)
                }),
            )
        }),
        ("validated_by_hand", || assemble("prod", alone(|_| plain().validated_by_hand()))),
        ("validated_in, and the rest by hand", || {
            assemble(
                "prod",
                alone(|_| plain().also("shop.example.net").validated_in(&existing()).validated_by_hand()),
            )
        }),
        ("elliptic", || assemble("prod", alone(|_| plain().validated_in(&existing()).elliptic()))),
    ];
    for (name, option) in options {
        let changed = option();
        assert_eq!(warnings(&Check::new().assembly(&changed)), Vec::<String>::new(), "{name}");
        says_nothing(&changed);
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
    }
    insta::assert_snapshot!("certificate_options", said);
}

/// A zone that is made with a record of each kind, and a load balancer that has a name in it.
fn domain(dual_stack: bool, private: bool) -> impl Fn(&App) {
    move |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2);
        let network = if dual_stack { network.dual_stack() } else { network };
        let network = network.build(app.stack("network"));
        let dns = app.stack("dns");
        let zone = HostedZone::new("shop.example.com");
        let zone = if private { zone.private_to(&network).comment("what is seen inside") } else { zone };
        let zone = zone.build(dns.scope("Domain"));
        let certificate = Certificate::new("shop.example.com").validated_in(&existing());
        let certificate = certificate.build(app.stack("edge").scope("Certificate"));
        let balancer =
            LoadBalancer::public().https(&certificate).build(app.stack("edge").scope("Web"), &network);
        zone.alias("shop.example.com", &balancer);
        zone.record(dns, "shop.example.com", Record::mx([(10, "mx1.example.net"), (20, "mx2.example.net")]));
        zone.record(dns, "shop.example.com", Record::txt(["v=spf1 -all"]).ttl(hours(1)));
        zone.record(dns, "shop.example.com", Record::caa(["amazon.com"]));
        zone.record(dns, "*.shop.example.com.", Record::cname("shop.example.com"));
        zone.record(dns, "a.shop.example.com", Record::a(["192.0.2.1", "192.0.2.2"]));
        zone.record(dns, "a.shop.example.com", Record::aaaa(["2001:db8::1"]));
        zone.record(dns, "_sip._tcp.shop.example.com", Record::of("SRV", ["1 10 5060 sip.example.com"]));
        if let Some(servers) = zone.name_servers() {
            dns.output("NameServers", servers.join(", "));
            existing().record(dns, "shop.example.com", Record::ns(servers));
        }
        let late =
            certificate.days_to_expiry().below(30).alarm_description("the certificate was not renewed");
        app.stack("edge").add("Late", late);
    }
}

#[test]
fn a_domain_as_it_is_unless_said() {
    let assembly = assemble("prod", domain(false, false));
    says_nothing(&assembly);
    insta::assert_snapshot!("domain", format!("dns\n{}", template(&assembly, "dns")));
    let edge = template(&assembly, "edge");
    let from = edge.find("  WebAShop").expect("the record of the load balancer");
    let record: String = edge[from..].lines().take(9).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!("domain_alias", record);
    let dev = assemble("dev", domain(false, false));
    says_nothing(&dev);
    assert!(!template(&dev, "dns").contains("Retain"));
    let mut said = String::new();
    for (name, dual_stack, private) in [("dual stack", true, false), ("private_to", false, true)] {
        let changed = assemble("prod", domain(dual_stack, private));
        says_nothing(&changed);
        // The network has much to say about IPv6, which is not this pattern's.
        let told = difference(&assembly, &changed);
        let records = told.lines().filter(|line| {
            let line = line.trim_start_matches(['+', '-', ' ']);
            private || line.contains("Aaaa") || line.contains("AAAA")
        });
        said.push_str(&format!(
            "## {name}\n{}\n",
            records.map(|line| format!("{line}\n")).collect::<String>()
        ));
    }
    insta::assert_snapshot!("domain_options", said);
}

/// What is found in a program: each finding with the lines that it names, as they stand in this file, and the help.
fn told(program: impl for<'a> Fn(Stack<'a>)) -> String {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    program(app.stack("shop"));
    let findings: Vec<_> = match app.synth(&Options::default()) {
        Ok(assembly) => Check::new().assembly(&assembly).findings.into_iter().collect(),
        Err(findings) => findings.into_iter().collect(),
    };
    let lines: Vec<&str> = include_str!("dns.rs").lines().collect();
    let mut said = String::new();
    for finding in &findings {
        if finding.severity == formwork::core::Severity::Note && !finding.code.starts_with("FW3") {
            continue;
        }
        said.push_str(&format!("{:?} {}: {}\n", finding.severity, finding.code, finding.message));
        assert!(finding.spans[0].at.file.ends_with("patterns/dns.rs"), "{finding:?}");
        for span in finding.spans.iter().filter(|span| span.at.file.ends_with("patterns/dns.rs")) {
            said.push_str(&format!("    {}: {}\n", span.label, lines[span.at.line as usize - 1].trim()));
        }
        for text in finding.help.iter().chain(&finding.notes) {
            said.push_str(&format!("    = {text}\n"));
        }
        if finding.code.starts_with("FW3") {
            assert!(formwork::patterns::explain::page(&finding.code).is_some(), "{}", finding.code);
        }
    }
    said
}

#[test]
fn names_that_are_none() {
    let said = told(|stack| {
        let zone = existing();
        let wrong = HostedZone::existing(Id::existing(ZONE), "*.example.org");
        zone.record(stack, "https://a.example.com", Record::a(["192.0.2.1"]));
        zone.record(stack, "a..example.com", Record::a(["192.0.2.1"]));
        wrong.record(stack, "b.example.org", Record::a(["192.0.2.1"]));
        wrong.record(stack, "c.example.org", Record::a(["192.0.2.1"]));
        HostedZone::new("").build(stack.scope("Empty"));
        Certificate::new("a.*.example.com").validated_in(&zone).build(stack.scope("Wild"));
        Certificate::new("under_score.example.com").validated_in(&zone).build(stack.scope("Underscore"));
    });
    insta::assert_snapshot!("dns_names", said);
}

#[test]
fn records_that_cannot_be() {
    let said = told(|stack| {
        let zone = existing();
        zone.record(stack, "www", Record::a(["192.0.2.1"]));
        zone.record(stack, "www.example.org", Record::a(["192.0.2.1"]));
        zone.record(stack, "example.com", Record::cname("shop.example.net"));
        zone.record(stack, "b.example.com", Record::a(["192.0.2.1"]).ttl(milliseconds(1500)));
        zone.record(stack, "c.example.com", Record::txt(["one"]));
        zone.clone().record(stack.scope("Again"), "C.example.com.", Record::txt(["two"]));
        zone.record(stack, "d.example.com", Record::cname("shop.example.net"));
        zone.record(stack, "d.example.com", Record::a(["192.0.2.1"]));
        zone.record(stack, "ca.example.com", Record::txt(["one"]));
        zone.record(stack, "ca.example.com", Record::cname("shop.example.net"));
        zone.record(stack, "cab.example.com", Record::cname("shop.example.net"));
        zone.alias(
            "d.example.com",
            &AliasTarget::new(stack, "d1.cloudfront.net", "Z2FDTNDATAQYW2").with_ipv6(),
        );
    });
    insta::assert_snapshot!("dns_records", said);
}

/// What `check` says of values, it says at the line that gave them.
#[test]
fn values_that_do_not_fit_are_told_of_the_line() {
    let said = told(|stack| {
        let zone = existing();
        zone.record(stack, "a.example.com", Record::a(["lb.example.net"]));
        zone.record(stack, "b.example.com", Record::mx([(10, "")]));
        let other = existing();
        other.record(stack.scope("Other"), "a.example.com", Record::a(["192.0.2.1"]));
        let long = format!("{}.{}.example.com", "a".repeat(40), "b".repeat(40));
        Certificate::new(long).validated_in(&zone).build(stack.scope("Long"));
        zone.record(stack, "e.example.com", Record::of("B", ["192.0.2.1"]));
    });
    insta::assert_snapshot!("dns_values", said);
}

#[test]
fn certificates_that_are_not_issued() {
    let said = told(|stack| {
        Certificate::new("a.example.com").also("b.example.com").build(stack.scope("Unsaid"));
        Certificate::new("a.example.com")
            .also("a.example.net")
            .validated_in(&existing())
            .build(stack.scope("Outside"));
        let both = HostedZone::existing(Id::existing("Z9876543210ABCDEFGHIJ"), "example.org");
        Certificate::new("x.example.net")
            .validated_in(&existing())
            .validated_in(&both)
            .build(stack.scope("None"));
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
        let private = HostedZone::new("inner.example.com").private_to(&network).build(stack.scope("Inner"));
        Certificate::new("a.inner.example.com").validated_in(&private).build(stack.scope("Private"));
        let names = |count: u32| (0..count).map(|name| format!("shop{name}.example.com"));
        let many = |count| names(count).fold(Certificate::new("example.com"), |it, name| it.also(name));
        many(10).validated_in(&existing()).build(stack.scope("Eleven"));
        many(100).validated_in(&existing()).build(stack.scope("TooMany"));
        let elsewhere = stack.app().stack("dns").account("444455556666");
        let zone = HostedZone::new("example.com").build(elsewhere.scope("Domain"));
        zone.record(stack, "a.example.com", Record::a(["192.0.2.1"]));
        Certificate::new("a.example.com").validated_in(&zone).build(stack.scope("Elsewhere"));
        Certificate::new("a.example.com").validated_in(&existing()).build(stack.scope("Elsewhere"));
    });
    insta::assert_snapshot!("dns_certificates", said);
}

#[derive(Clone, Debug)]
struct Wishes {
    made: bool,
    keep: Option<bool>,
    inner: bool,
    dual_stack: bool,
    names: Vec<u8>,
    by_hand: bool,
    elliptic: bool,
    outside: bool,
    records: Vec<u8>,
    minutes: u32,
}

prop_compose! {
    fn wishes()(
        made: bool, keep: Option<bool>, inner: bool, dual_stack: bool, names in prop::collection::vec(0..6u8, 0..6), by_hand: bool,
        elliptic: bool, outside: bool, records in prop::collection::vec(0..7u8, 0..7), minutes in 0..100_000u32,
    ) -> Wishes {
        Wishes { made, keep, inner, dual_stack, names, by_hand, elliptic, outside, records, minutes }
    }
}

fn program(app: &App, wishes: &Wishes) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2);
    let network = if wishes.dual_stack { network.dual_stack() } else { network };
    let network = network.build(app.stack("network"));
    let dns = app.stack("dns");
    HostedZone::existing(Id::existing("Z1111111111ABCDEFGHI"), "example.org").record(
        dns,
        "example.org",
        Record::a(["192.0.2.1"]),
    );
    let zone = match wishes.made {
        true => {
            let zone = HostedZone::new("example.com");
            let zone = match wishes.keep {
                None => zone,
                Some(true) => zone.keep_on_removal(),
                Some(false) => zone.keep_nothing(),
            };
            zone.build(dns.scope("Domain"))
        }
        false => existing(),
    };
    let mut certificate = Certificate::new("example.com").validated_in(&zone);
    if wishes.inner {
        certificate = certificate
            .validated_in(&HostedZone::existing(Id::existing("Z9876543210ABCDEFGHIJ"), "shop.example.com"));
    }
    for name in &wishes.names {
        let names = [
            "*.example.com",
            "a.example.com",
            "shop.example.com",
            "*.shop.example.com",
            "*.a.example.com",
            "b.shop.example.com",
        ];
        certificate = certificate.also(names[usize::from(*name)]);
    }
    if wishes.by_hand {
        certificate = certificate.validated_by_hand();
        if wishes.outside {
            certificate = certificate.also("example.net");
        }
    }
    let certificate = if wishes.elliptic { certificate.elliptic() } else { certificate };
    let edge = app.stack("edge");
    let certificate = certificate.build(edge.scope("Certificate"));
    let balancer = LoadBalancer::public().https(&certificate).build(edge.scope("Web"), &network);
    zone.alias("example.com", &balancer);
    zone.alias("www.example.com", &balancer);
    let mut known = std::collections::BTreeSet::new();
    for record in wishes.records.iter().filter(|record| known.insert(**record)) {
        let record = match record {
            0 => Record::mx([(10, "mx.example.net")]),
            1 => Record::txt(["v=spf1 -all", "a \"quoted\" ü"]),
            2 => Record::caa(["amazon.com", "letsencrypt.org"]),
            3 => Record::of("SRV", ["1 10 5060 sip.example.com"]),
            4 => {
                zone.record(dns, "c.example.com", Record::cname("example.net").ttl(minutes(wishes.minutes)));
                continue;
            }
            5 => {
                zone.record(dns, "d.example.com", Record::a(["192.0.2.1"]).ttl(minutes(wishes.minutes)));
                continue;
            }
            _ => {
                zone.record(dns, "*.e.example.com", Record::aaaa(["2001:db8::1"]));
                continue;
            }
        };
        zone.record(dns, "example.com", record.ttl(minutes(wishes.minutes)));
    }
    if let Some(servers) = zone.name_servers() {
        dns.output("Servers", servers.join(", "));
    }
}

#[test]
fn every_legal_combination_holds() {
    holds(
        "dns",
        60,
        (any::<bool>(), wishes()),
        program,
        |_| true,
        |assembly, wishes| {
            let edge = template(assembly, "edge");
            assert_eq!(edge.contains("AAAA"), wishes.dual_stack, "{edge}");
        },
    );
}

#[test]
fn every_property_is_within_reach() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("shop");
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).dual_stack().build(app.stack("network"));
        let zone = HostedZone::new("example.com").build(stack.scope("Domain"));
        let certificate = plain().validated_in(&zone).build(stack.scope("Certificate"));
        assert_eq!(certificate.names(), ["awsomeshop.example.com", "*.awsomeshop.example.com"]);
        let balancer = LoadBalancer::public().https(certificate.clone()).build(stack.scope("Web"), &network);
        let aliased = zone.alias("awsomeshop.example.com", &balancer);
        let record = zone.record(stack, "example.com", Record::txt(["a"]));
        if let Some(made) = zone.hosted_zone() {
            stack.customize(made, |it| {
                it.hosted_zone_features(
                    formwork::aws::route53::hosted_zone::HostedZoneFeatures::builder()
                        .enable_accelerated_recovery(true),
                )
            });
        }
        stack.customize(certificate.certificate(), |it| it.id("shop"));
        stack.customize(aliased.ipv4(), |it| it.comment("the shop"));
        stack.customize(aliased.ipv6().expect("of IPv6"), |it| it.comment("the shop, of IPv6"));
        stack.customize(record, |it| it.comment("a text"));
        assert_eq!(zone.name(), "example.com");
        stack.output("Arn", &certificate);
    });
    let text = template(&assembly, "shop");
    for changed in ["EnableAcceleratedRecovery: true", "Id: shop", "the shop, of IPv6", "a text"] {
        assert!(text.contains(changed), "{changed}: {text}");
    }
}

/// The servers are a list, which is one text on its way to another stack.
#[test]
fn a_zone_leads_to_one_of_another_stack() {
    for lowering in [Lowering::Parameter, Lowering::Weak, Lowering::Strong] {
        let assembly = assemble("prod", |app| {
            app.wires(lowering);
            let inner = HostedZone::new("shop.example.com").build(app.stack("inner").scope("Domain"));
            let servers = inner.name_servers().expect("of a public zone");
            existing().record(app.stack("outer"), "shop.example.com", Record::ns(servers));
            plain()
                .validated_in(&existing())
                .validated_in(&inner)
                .build(app.stack("outer").scope("Certificate"));
        });
        says_nothing(&assembly);
        let out = folder(&format!("pattern-dns-{lowering:?}"));
        assembly.write(&out, Format::Pretty).expect("the assembly can be written");
        assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new(), "{lowering:?}");
    }
}

#[test]
fn what_is_left_of_a_zone_is_said() {
    let removal = |environment: &str, with: fn(hosted_zone::Builder) -> hosted_zone::Builder| {
        let assembly = assemble(environment, |app| {
            with(HostedZone::new("example.com")).build(app.stack("dns").scope("Domain"));
        });
        says_nothing(&assembly);
        let template = &assembly.stacks()[0].template().value()["Resources"]["DomainZone"];
        format!("{} {}", template["DeletionPolicy"], template["UpdateReplacePolicy"])
    };
    let (kept, gone) = (r#""RetainExceptOnCreate" "Retain""#, r#""Delete" "Delete""#);
    assert_eq!(removal("prod", |it| it), kept);
    assert_eq!(removal("dev", |it| it), gone);
    assert_eq!(removal("dev", |it| it.keep_nothing().keep_on_removal()), kept);
    assert_eq!(removal("prod", |it| it.keep_on_removal().keep_nothing()), gone);
}
