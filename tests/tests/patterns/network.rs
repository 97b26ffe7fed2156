//! Networks.

use formwork::{
    aws::{
        ec2,
        types::{Cidr, cidr, days},
    },
    check::{Answer, Check, Exposure, Internet, Party, Ports, Reachability},
    core::{App, Assembly, Environment, Finding, Findings, Id, Options, Scope, Severity},
    patterns::{
        AclEntry, Cache, Connect, Database, Endpoint, FargateService, FargateTask, LoadBalancer, Nat,
        Recorded, Routing, SecurityGroup, ThreeTierVpc, Tier, three_tier_vpc::Builder,
    },
};
use proptest::prelude::*;

use super::{assemble, difference, holds, said, says_nothing, text};

const RANGE: Cidr = cidr!("10.0.0.0/16");

fn network(change: impl Fn(Builder) -> Builder) -> impl Fn(&App) {
    move |app| {
        change(ThreeTierVpc::new(RANGE)).build(app.stack("network"));
    }
}

/// The findings of a program that is not to be accepted.
pub(super) fn refused(program: impl Fn(&App)) -> Findings {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    program(&app);
    match app.synth(&Options::default()) {
        Ok(_) => panic!("nothing was refused"),
        Err(findings) => findings,
    }
}

/// One finding of this code and no other, which first shows a line of this file.
fn one(code: &str, program: impl Fn(&App)) -> String {
    let findings = refused(program);
    let all: Vec<&Finding> = findings.iter().collect();
    let [finding] = all.as_slice() else { panic!("{findings}") };
    assert_eq!(finding.code, code, "{findings}");
    assert!(finding.spans[0].at.file.ends_with("patterns/network.rs"), "{findings}");
    finding.message.clone()
}

#[test]
fn the_usual_network() {
    for environment in ["dev", "prod"] {
        let assembly = assemble(environment, network(|it| it));
        says_nothing(&assembly);
        insta::assert_snapshot!(format!("network_{environment}"), text(&assembly));
    }
}

#[test]
fn what_each_option_changes() {
    type Change = fn(Builder) -> Builder;
    let options: [(&str, Change); 22] = [
        ("zones(2)", |it| it.zones(2)),
        ("in_zones", |it| it.in_zones(["eu-central-1a", "eu-central-1b", "eu-central-1c"])),
        ("single_zone()", |it| it.single_zone()),
        ("without(Public)", |it| it.without(Tier::Public)),
        ("without(Data)", |it| it.without(Tier::Data)),
        ("only_public()", |it| it.only_public()),
        ("tier(\"Batch\", Outbound)", |it| it.tier("Batch", Routing::Outbound)),
        ("tier(\"Cache\", Isolated)", |it| it.tier("Cache", Routing::Isolated)),
        ("subnet_ranges", |it| {
            let ranges = ["10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"];
            // 10.0.21.0 and on are in the plan's part of services: theirs are said as well.
            let services = ["10.0.32.0/20", "10.0.48.0/20", "10.0.64.0/20"];
            let parsed = |ranges: [&str; 3]| ranges.map(|range| range.parse().expect("a range"));
            it.subnet_ranges(Tier::Data, parsed(ranges)).subnet_ranges(Tier::Application, parsed(services))
        }),
        ("nat(None)", |it| it.nat(Nat::None)),
        ("nat(One)", |it| it.nat(Nat::One)),
        ("isolated()", |it| it.isolated()),
        ("flow_logs(days(90))", |it| it.flow_logs(days(90))),
        ("record(Rejected)", |it| it.record(Recorded::Rejected)),
        ("without_flow_logs()", |it| it.without_flow_logs()),
        ("endpoints", |it| it.endpoints([Endpoint::DynamoDb, Endpoint::Other("bedrock-runtime")])),
        ("without_s3_endpoint()", |it| it.without_s3_endpoint()),
        ("s3_prefix_list, of which only groups make use", |it| {
            it.s3_prefix_list(Id::existing("pl-6ea54007"))
        }),
        ("dual_stack()", |it| it.dual_stack()),
        ("public_addresses_on_launch()", |it| it.public_addresses_on_launch()),
        ("network_acls()", |it| it.network_acls()),
        ("acl_entry, over network_acls()", |it| it.network_acls()),
    ];
    let mut told = String::new();
    for (name, option) in options {
        let (before, after) = match name.starts_with("acl_entry") {
            false => (assemble("prod", network(|it| it)), assemble("prod", network(option))),
            true => {
                let entries = |it: Builder| {
                    let anywhere = cidr!("0.0.0.0/0");
                    it.acl_entry(Tier::Public, AclEntry::deny_from(cidr!("198.51.100.0/24"), 0..=65535))
                        .acl_entry(Tier::Public, AclEntry::allow_to(anywhere, 587))
                        .acl_entry(Tier::Data, AclEntry::allow_from(cidr!("10.8.0.0/16"), 5432))
                        .acl_entry(Tier::Data, AclEntry::deny_to(anywhere, 25))
                };
                (assemble("prod", network(option)), assemble("prod", network(entries)))
            }
        };
        let report = Check::new().assembly(&after);
        assert_eq!(said(&report, Severity::Error), Vec::<String>::new(), "{name}");
        let warnings: String =
            said(&report, Severity::Warning).iter().map(|warning| format!("! {warning}\n")).collect();
        told.push_str(&format!("## {name}\n{warnings}{}\n", difference(&before, &after)));
    }
    insta::assert_snapshot!("network_options", told);
}

#[test]
fn ipv6_with_acls_and_a_single_zone() {
    let program = network(|it| it.dual_stack().network_acls().single_zone());
    insta::assert_snapshot!("network_dual_stack_acls", text(&assemble("dev", program)));
}

#[derive(Clone, Debug)]
struct Network {
    prefix: u8,
    zones: Option<u8>,
    single: bool,
    without: Vec<Tier>,
    further: Vec<Routing>,
    nat: Option<Nat>,
    isolated: bool,
    flow_logs: Option<(u32, Recorded)>,
    endpoints: Vec<Endpoint>,
    s3: bool,
    dual_stack: bool,
    public_addresses: bool,
    acls: bool,
    entries: bool,
    exact: bool,
    /// Zones by their names.
    named: bool,
    only_public: bool,
    prefix_list: bool,
}

fn networks() -> impl Strategy<Value = Network> {
    let subsets = |of: &'static [Tier]| proptest::sample::subsequence(of, 0..=of.len());
    let routings = prop_oneof![Just(Routing::Public), Just(Routing::Outbound), Just(Routing::Isolated)];
    let nats = prop_oneof![Just(Nat::None), Just(Nat::One), Just(Nat::PerZone)];
    let recorded = prop_oneof![Just(Recorded::All), Just(Recorded::Rejected), Just(Recorded::Accepted)];
    let days = proptest::sample::select(vec![1, 7, 30, 90, 365]);
    let endpoints = [
        Endpoint::DynamoDb,
        Endpoint::Logs,
        Endpoint::EcrApi,
        Endpoint::Kms,
        Endpoint::Sqs,
        Endpoint::Other("rds-data"),
    ];
    let place = (
        proptest::sample::select(vec![16u8, 17, 19, 20, 22, 23, 24]),
        proptest::option::of(1u8..=6),
        any::<bool>(),
        subsets(&[Tier::Public, Tier::Application, Tier::Data]),
        proptest::collection::vec(routings, 0..=2),
        any::<bool>(),
    );
    let ways = (
        proptest::option::of(nats),
        any::<bool>(),
        proptest::option::of((days, recorded)),
        proptest::sample::subsequence(endpoints.to_vec(), 0..=endpoints.len()),
    );
    let rest = (proptest::array::uniform5(any::<bool>()), rare(), rare(), any::<bool>());
    (place, ways, rest).prop_map(|(place, ways, rest)| {
        let (prefix, zones, single, without, further, exact) = place;
        let (nat, isolated, flow_logs, endpoints) = ways;
        let ([s3, dual_stack, public_addresses, acls, entries], named, only_public, prefix_list) = rest;
        // What does not go together is refused: see below.
        let most = match prefix {
            ..=19 => 6,
            20..=22 => 4,
            _ => 2,
        };
        let zones = if most == 2 { Some(zones.unwrap_or(2)) } else { zones };
        let zones = zones.map(|zones| zones.min(most));
        let further = if most == 2 { Vec::new() } else { further };
        let none = without.len() == 3 && further.is_empty();
        let without = if none { vec![Tier::Data] } else { without };
        let public = !without.contains(&Tier::Public) || further.contains(&Routing::Public);
        let nat = nat.filter(|nat| public || *nat == Nat::None);
        let only_public = only_public && !without.contains(&Tier::Public);
        let further = if only_public { Vec::new() } else { further };
        let exact = exact && prefix == 16 && !only_public && !without.contains(&Tier::Data);
        // One that is named has none to spare.
        let zones = if named { Some(zones.unwrap_or(2).clamp(1 + u8::from(single), 3)) } else { zones };
        Network {
            prefix,
            zones,
            single,
            without,
            further,
            nat,
            isolated,
            flow_logs,
            endpoints,
            s3,
            dual_stack,
            public_addresses,
            acls,
            entries,
            exact,
            named,
            only_public,
            prefix_list,
        }
    })
}

fn rare() -> impl Strategy<Value = bool> {
    proptest::bool::weighted(0.15)
}

fn build<'a>(app: &'a App, options: &Network) -> ThreeTierVpc<'a> {
    let range = Cidr::v4([10, 0, 0, 0], options.prefix).expect("a range");
    let mut it = ThreeTierVpc::new(range);
    it = match options.zones {
        Some(zones) if options.named => {
            let names = ["eu-central-1c", "eu-central-1a", "eu-central-1b"];
            it.in_zones(names.into_iter().take(zones.into()))
        }
        Some(zones) => it.zones(zones),
        None => it,
    };
    if options.only_public {
        it = it.only_public();
    }
    if options.prefix_list {
        it = it.s3_prefix_list(Id::existing("pl-6ea54007"));
    }
    if options.single {
        it = it.single_zone();
    }
    for tier in &options.without {
        it = it.without(*tier);
    }
    for (routing, name) in options.further.iter().zip(["Batch", "Cache"]) {
        it = it.tier(name, *routing);
    }
    if let Some(nat) = options.nat {
        it = it.nat(nat);
    }
    if options.isolated {
        it = it.isolated();
    }
    it = match options.flow_logs {
        Some((kept, recorded)) => it.flow_logs(days(kept)).record(recorded),
        None => it.without_flow_logs(),
    };
    it = it.endpoints(options.endpoints.iter().copied());
    if !options.s3 {
        it = it.without_s3_endpoint();
    }
    if options.dual_stack {
        it = it.dual_stack();
    }
    if options.public_addresses {
        it = it.public_addresses_on_launch();
    }
    if options.acls {
        it = it.network_acls();
    }
    let tier = it.clone().build(App::for_tests().stack("spare")).tiers().next().expect("a tier");
    if options.entries {
        it = it.acl_entry(tier, AclEntry::allow_to(cidr!("0.0.0.0/0"), 587));
        it = it.acl_entry(tier, AclEntry::deny_from(cidr!("198.51.100.0/24"), 0..=65535));
        it = it.acl_entry(tier, AclEntry::allow_from(cidr!("203.0.113.0/24"), 22));
        it = it.acl_entry(tier, AclEntry::deny_to(cidr!("192.0.2.0/24"), 25));
    }
    if options.exact {
        let production = app.environment().is_production();
        let usual = if production { 3 } else { 2 };
        let zones = if options.single { 2 } else { options.zones.unwrap_or(usual) };
        let ranges = range.subnets(26).skip(32).take(zones.into());
        it = it.subnet_ranges(Tier::Data, ranges.collect::<Vec<_>>());
    }
    it.build(app.stack("network"))
}

fn instance<'a>(network: &ThreeTierVpc<'a>, tier: Tier, group: &SecurityGroup<'a>) -> Option<ec2::Instance> {
    let subnet = network.subnets(tier).first()?;
    let instance = ec2::Instance::builder()
        .image_id("ami-0a1b2c3d4e5f60718")
        .instance_type("t4g.nano")
        .subnet_id(subnet)
        .security_group_ids([group.id()]);
    Some(group.scope().add("Instance", instance))
}

/// A network with an instance in each tier, of which nothing is open.
fn program(app: &App, options: &Network) {
    let network = build(app, options);
    let stack = app.stack("probes");
    for tier in network.tiers() {
        let scope = stack.scope(format!("{tier:?}").replace(|c: char| !c.is_ascii_alphanumeric(), ""));
        let group = SecurityGroup::new(scope, &network, "a probe");
        network.allow_to_aws(&group);
        network.allow_to_aws(&group);
        instance(&network, tier, &group);
    }
}

#[test]
fn every_network_is_sound_and_nothing_in_it_is_reached() {
    let all = |assembly: &Assembly, options: &Network| {
        let nat =
            assembly.graph().resources().into_iter().filter(|it| it.kind == "AWS::EC2::NatGateway").count();
        if options.isolated {
            assert_eq!(nat, 0);
        }
    };
    holds("network", 100, (any::<bool>(), networks()), program, |_| false, all);
}

/// What is known of a network that exists.
#[derive(Clone, Debug)]
struct Existing {
    tiers: Vec<(Tier, u8)>,
    way_out: bool,
    dual_stack: bool,
    endpoints: bool,
}

#[test]
fn every_network_that_exists_is_used_as_it_is() {
    let tiers = [Tier::Public, Tier::Application, Tier::Data, Tier::Other("Batch")];
    let tiers = proptest::sample::subsequence(tiers.to_vec(), 1..=4);
    let options = (tiers, [1u8..4, 1u8..4, 1u8..4, 1u8..4], any::<[bool; 3]>());
    let options = options.prop_map(|(tiers, counts, [way_out, dual_stack, endpoints])| Existing {
        tiers: tiers.into_iter().zip(counts).collect(),
        way_out,
        dual_stack,
        endpoints,
    });
    let program = |app: &App, said: &Existing| {
        let stack = app.stack("service");
        let mut it = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"));
        for (number, (tier, count)) in said.tiers.iter().enumerate() {
            let ids = (0..*count).map(|zone| format!("subnet-0cc1b2c3d4e5f60{number}{zone}"));
            it = it.subnets(*tier, ids.map(Id::existing).collect::<Vec<_>>());
        }
        if !said.way_out {
            it = it.without_way_out();
        }
        if said.dual_stack {
            it = it.dual_stack();
        }
        if said.endpoints {
            it = it.endpoint_group(Id::existing("sg-0a1b2c3d4e5f60718"));
        }
        let network = it.build(stack);
        assert_eq!(network.is_dual_stack(), said.dual_stack);
        let is = |tier: Tier| said.tiers.iter().any(|(known, _)| *known == tier);
        let public = !is(Tier::Application) && is(Tier::Public);
        assert_eq!(network.services_need_public_addresses(), public, "{said:?}");
        assert_eq!(network.services_reach_internet(), public || said.way_out, "{said:?}");
        for (tier, count) in &said.tiers {
            assert_eq!(network.subnets(*tier).len(), usize::from(*count));
            assert!(network.made_subnets(*tier).is_empty() && network.route_tables(*tier).is_empty());
        }
        let (asks, answers) = ("Asks", "Answers");
        let [asks, answers] = [asks, answers].map(|name| {
            let group = SecurityGroup::new(stack.scope(name), &network, name);
            let subnet = network.service_subnets().first().cloned();
            let machine = ec2::Instance::builder().image_id("ami-0a1b2c3d4e5f60718").subnet_id(subnet);
            let machine = stack.scope(name).add("Machine", machine.security_group_ids([group.id()]));
            network.before_services(machine);
            group
        });
        network.allow_to_aws(&asks);
        asks.allow_to(&answers, 8000);
    };
    let judge = |assembly: &Assembly, said: &Existing| {
        let graph = assembly.graph();
        let resources = graph.resources();
        let rules = resources.iter().filter(|it| it.kind.ends_with("Egress"));
        let mut rules: Vec<&str> = rules.map(|it| it.logical_id.as_str()).collect();
        rules.sort_unstable();
        let is = |tier: Tier| said.tiers.iter().any(|(known, _)| *known == tier);
        let way_out = said.way_out || (!is(Tier::Application) && is(Tier::Public));
        let expected: &[&str] = match said.dual_stack && way_out {
            true => &["AsksToAnswers8000", "AsksToInternet443", "AsksToInternet443V6"],
            false => &["AsksToAnswers8000", "AsksToInternet443"],
        };
        assert_eq!(rules, expected, "{said:?}");
        assert!(resources.iter().all(|it| it.kind != "AWS::EC2::Subnet" && it.kind != "AWS::EC2::Route"));
    };
    // Whether the internet reaches anything there is not known.
    let unknown = |it: &Exposure| !it.unknown.is_empty();
    holds("existing", 40, (any::<bool>(), options), program, unknown, judge);
}

#[test]
fn only_who_is_let_in_reaches_anything() {
    for acls in [false, true] {
        for dual_stack in [false, true] {
            let app =
                App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
            let stack = app.stack("network");
            let network = ThreeTierVpc::new(RANGE).zones(2);
            let network = if dual_stack { network.dual_stack() } else { network };
            let network = if acls { network.network_acls() } else { network };
            let network = network.build(stack);
            let group = |name: &'static str| SecurityGroup::new(stack.scope(name), &network, name);
            let (web, api, data, bystander) = (group("Web"), group("Api"), group("Data"), group("Bystander"));
            web.allow_from_internet(443);
            web.allow_to(&api, 8000);
            api.allow_to(&data, 5432);
            let at = |tier, group: &SecurityGroup<'_>| instance(&network, tier, group).expect("a subnet");
            let web = at(Tier::Public, &web);
            let address = ec2::Eip::builder().instance_id(web.instance_id());
            stack.add("Address", address);
            let (api, data) = (at(Tier::Application, &api), at(Tier::Data, &data));
            let bystander = at(Tier::Application, &bystander);
            let assembly = app.synth(&Options::default()).expect("a sound program");
            let reach = Reachability::of(&assembly);
            let of = |it: &ec2::Instance| Party::of(&assembly, it);
            let yes = |from: &Party, to: &Party, port: u16| {
                matches!(reach.answer(from, to, &Ports::from(port)), Answer::Yes(_))
            };
            let no = |from: &Party, to: &Party| reach.answer(from, to, &Ports::all()) == Answer::No;
            let internet = Party::of(&assembly, &Internet);
            assert!(yes(&internet, &of(&web), 443), "{acls} {dual_stack}");
            assert!(yes(&of(&web), &of(&api), 8000), "{acls} {dual_stack}");
            assert!(yes(&of(&api), &of(&data), 5432), "{acls} {dual_stack}");
            for (from, to) in [(&web, &data), (&bystander, &data), (&bystander, &api), (&data, &api)] {
                assert!(no(&of(from), &of(to)), "{acls} {dual_stack}");
            }
            assert!(no(&internet, &of(&api)) && no(&internet, &of(&data)));
        }
    }
}

/// The data tier's ACL holds when a security group is opened too far.
/// An ACL that is there before its entries would let nothing through, and one that is rid of them first as well.
#[test]
fn subnets_get_an_acl_when_it_has_its_entries() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("network");
        let network = ThreeTierVpc::new(RANGE).network_acls().dual_stack().build(stack);
        let machine = |network: &ThreeTierVpc<'_>, public: bool| {
            let subnets = network.balancer_subnets(public);
            ec2::Instance::builder().image_id("ami-0123456789abcdef0").subnet_id(subnets[0].clone())
        };
        network.before_services(stack.add("Inner", machine(&network, false)));
        network.before_public(stack.add("Outer", machine(&network, true)));
    });
    let template = assembly.stacks()[0].template().value();
    let resources = template["Resources"].as_object().expect("resources");
    let waits = |id: &str| -> Vec<String> {
        let list = resources[id]["DependsOn"].as_array().into_iter().flatten();
        let one = resources[id]["DependsOn"].as_str();
        list.filter_map(|it| it.as_str()).chain(one).map(str::to_owned).collect()
    };
    for tier in ["Public", "Application", "Data"] {
        let of_tier = |prefix: String| resources.keys().filter(move |id| id.starts_with(&prefix));
        let entries: Vec<&String> =
            of_tier(format!("{tier}AclIn")).chain(of_tier(format!("{tier}AclOut"))).collect();
        assert!(entries.len() > 4, "{entries:?}");
        for zone in 1..=3 {
            let waits = waits(&format!("{tier}{zone}Acl"));
            assert!(entries.iter().all(|entry| waits.contains(entry)), "{tier}{zone}: {waits:?} {entries:?}");
        }
    }
    for (who, tier) in [("Inner", "Application"), ("Outer", "Public")] {
        let waits = waits(who);
        assert!((1..=3).all(|zone| waits.contains(&format!("{tier}{zone}Acl"))), "{who}: {waits:?}");
    }
}

#[test]
fn an_acl_keeps_the_public_tier_from_the_data() {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    let stack = app.stack("network");
    let network = ThreeTierVpc::new(RANGE).network_acls().build(stack);
    let web = SecurityGroup::new(stack.scope("Web"), &network, "web");
    let data = SecurityGroup::new(stack.scope("Store"), &network, "store");
    web.allow_to(&data, 5432);
    let (web, data) = (instance(&network, Tier::Public, &web), instance(&network, Tier::Data, &data));
    let assembly = app.synth(&Options::default()).expect("a sound program");
    let of = |it: Option<ec2::Instance>| Party::of(&assembly, &it.expect("a subnet"));
    assert_eq!(Reachability::of(&assembly).answer(&of(web), &of(data), &Ports::all()), Answer::No);
}

/// The ranges of all subnets by logical id.
fn ranges(change: impl Fn(Builder) -> Builder, range: Cidr) -> Vec<(String, String)> {
    let app = App::for_tests();
    let network = change(ThreeTierVpc::new(range)).build(app.stack("network"));
    let of = |tier: Tier| network.made_subnets(tier).to_vec();
    let subnets: Vec<ec2::Subnet> = network.tiers().flat_map(of).collect();
    let text = |subnet: &ec2::Subnet| {
        let edit = app.stack("network").edit(*subnet);
        let range = edit.get("CidrBlock").and_then(|range| range.as_str().map(str::to_owned));
        (edit.address(), range.expect("a range"))
    };
    subnets.iter().map(text).collect()
}

#[test]
fn what_is_added_later_moves_nothing() {
    for (range, most) in [("10.0.0.0/16", 6), ("10.0.0.0/19", 6), ("10.0.0.0/22", 4), ("10.0.0.0/24", 2)] {
        let range: Cidr = range.parse().expect("a range");
        let mut before = ranges(|it| it.zones(1), range);
        for zones in 2..=most {
            let after = ranges(|it| it.zones(zones), range);
            assert!(before.iter().all(|subnet| after.contains(subnet)), "{before:?} {after:?}");
            before = after;
        }
        if most > 2 {
            let after = ranges(
                |it| it.zones(most).tier("Batch", Routing::Outbound).tier("Cache", Routing::Isolated),
                range,
            );
            assert!(before.iter().all(|subnet| after.contains(subnet)), "{before:?} {after:?}");
        }
        let spare = ranges(|it| it.single_zone(), range);
        assert!(spare.iter().all(|subnet| before.contains(subnet)), "{spare:?} {before:?}");
    }
}

#[test]
fn a_single_zone_is_used_and_two_are_there() {
    let app = App::for_tests();
    let network = ThreeTierVpc::new(RANGE).single_zone().nat(Nat::PerZone).build(app.stack("network"));
    assert_eq!(network.service_subnets().len(), 1);
    assert_eq!(network.balancer_subnets(true).len(), 2);
    assert_eq!(network.balancer_subnets(false).len(), 2);
    assert_eq!(network.data_subnets().len(), 2);
    assert_eq!(network.nat_gateways().len(), 1);
    assert!(network.zone().is_some());
}

#[test]
fn whoever_talks_to_aws_has_the_rules_that_the_network_needs() {
    let rules = |change: fn(Builder) -> Builder| {
        let program = |app: &App| {
            let network = change(ThreeTierVpc::new(RANGE)).build(app.stack("network"));
            let group = SecurityGroup::new(app.stack("service").scope("Api"), &network, "a service");
            network.allow_to_aws(&group);
            network.allow_to_aws(&group);
        };
        let assembly = assemble("dev", program);
        says_nothing(&assembly);
        let own = assembly.graph();
        let rules =
            own.resources().into_iter().filter(|it| it.stack == "service" && it.kind.ends_with("Egress"));
        rules.map(|it| it.logical_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rules(|it| it), ["ApiToInternet443"]);
    assert_eq!(rules(|it| it.endpoints([Endpoint::Logs])), ["ApiToInternet443"]);
    assert_eq!(rules(|it| it.dual_stack()), ["ApiToInternet443", "ApiToInternet443V6"]);
    assert_eq!(rules(|it| it.isolated()), ["ApiToInternet443"]);
    assert_eq!(rules(|it| it.isolated().without_s3_endpoint()), ["ApiToEndpoints443"]);
    let known = |it: Builder| it.isolated().s3_prefix_list(Id::existing("pl-6ea54007"));
    assert_eq!(rules(known), ["ApiToS3443", "ApiToEndpoints443"]);
}

#[test]
fn what_stands_beside_the_network_waits_for_its_ways() {
    let waits = |stack: &'static str| {
        let app = App::for_tests();
        let network = ThreeTierVpc::new(RANGE).zones(1).build(app.stack("network"));
        let group = SecurityGroup::new(app.stack(stack).scope("Probe"), &network, "a probe");
        let service = instance(&network, Tier::Application, &group).expect("a subnet");
        network.before_services(service);
        network.before_public(service);
        let assembly = app.synth(&Options::default()).expect("a sound program");
        let template = text(&assembly);
        let (_, of_service) = template.split_once("  ProbeInstance:\n").expect("the instance");
        let (waits, _) = of_service.split_once("    Properties:").expect("properties");
        waits.lines().skip(1).map(|line| line.trim().replace("DependsOn:", "")).collect::<Vec<_>>().join(" ")
    };
    let all =
        " - Application1Routing - Application1ToInternet - Public1Routing - PublicToInternet - S3Endpoint";
    assert_eq!(waits("network"), all);
    assert_eq!(waits("probes"), "");
}

#[test]
fn a_network_that_exists_makes_nothing() {
    let program = |app: &App| {
        let stack = app.stack("service");
        let network = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"))
            .subnets(Tier::Public, ["subnet-0aa1b2c3d4e5f6071", "subnet-0bb1b2c3d4e5f6071"].map(Id::existing))
            .subnets(Tier::Data, ["subnet-0cc1b2c3d4e5f6071", "subnet-0dd1b2c3d4e5f6071"].map(Id::existing))
            .without_way_out()
            .endpoint_group(Id::existing("sg-0a1b2c3d4e5f60718"))
            .build(stack);
        assert_eq!(network.data_subnets().len(), 2);
        assert!(network.services_need_public_addresses());
        assert!(network.vpc().is_none() && network.flow_log().is_none());
        let group = SecurityGroup::new(stack.scope("Api"), &network, "a service");
        network.allow_to_aws(&group);
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    insta::assert_snapshot!("network_existing", text(&assembly));
}

#[test]
fn services_of_a_network_without_a_way_out_reach_no_internet() {
    let rules = |without: bool, dual_stack: bool| {
        let assembly = assemble("prod", |app| {
            let stack = app.stack("service");
            let subnets = ["subnet-0cc1b2c3d4e5f6071", "subnet-0dd1b2c3d4e5f6071"].map(Id::existing);
            let it = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"));
            let it = it.subnets(Tier::Application, subnets);
            let it = if without { it.without_way_out() } else { it };
            let it = if dual_stack { it.dual_stack() } else { it };
            let network = it.endpoint_group(Id::existing("sg-0a1b2c3d4e5f60718")).build(stack);
            assert_eq!(network.services_reach_internet(), !without);
            network.allow_to_aws(&SecurityGroup::new(stack.scope("Api"), &network, "a service"));
        });
        says_nothing(&assembly);
        let rules = assembly.graph();
        let rules = rules.resources().into_iter().filter(|it| it.kind.ends_with("Egress"));
        rules.map(|it| it.logical_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rules(false, true), ["ApiToInternet443", "ApiToInternet443V6"]);
    // There may be a route to S3, whose addresses are public ones of IPv4.
    assert_eq!(rules(true, true), ["ApiToInternet443"]);
    assert_eq!(rules(true, false), ["ApiToInternet443"]);
}

#[test]
fn more_tiers_than_there_is_room_for_are_told() {
    let many = |count: usize, change: fn(Builder) -> Builder| {
        move |app: &App| {
            let mut it = change(ThreeTierVpc::new(RANGE).zones(1));
            for number in 0..count {
                it = it.tier(Box::leak(format!("T{number}").into_boxed_str()), Routing::Isolated);
            }
            it.build(app.stack("network"));
        }
    };
    for count in [9, 300] {
        let message = one("FW3001", many(count, |it| it));
        assert_eq!(message, "10.0.0.0/16 has no room for the tier `T8` in 1 zone");
        let findings = refused(many(count, |it| it));
        let help: Vec<&String> = findings.iter().flat_map(|finding| &finding.help).collect();
        assert_eq!(help, ["eight tiers with names of their own are the most"]);
    }
    // With ranges of their own there is room, but for IPv6.
    let exact = |count: u8, dual_stack: bool| {
        move |app: &App| {
            let mut it = ThreeTierVpc::new(RANGE).zones(1);
            for number in 0..count {
                let name: &'static str = Box::leak(format!("T{number}").into_boxed_str());
                let range = Cidr::v4([10, 0, 255 - number, 0], 24).expect("a range");
                it = it.tier(name, Routing::Isolated).subnet_ranges(Tier::Other(name), [range]);
            }
            if dual_stack { it.dual_stack() } else { it }.build(app.stack("network"));
        }
    };
    assemble("prod", exact(40, false));
    assemble("prod", exact(29, true));
    let message = one("FW3001", exact(30, true));
    assert_eq!(message, "the network's range of IPv6 has no room for the tier `T29`");
}

#[test]
fn what_cannot_be_is_told_of_the_line_that_says_it() {
    let refused = |code: &str, change: fn(Builder) -> Builder| one(code, network(change));
    let told = [
        one("FW3001", |app| {
            ThreeTierVpc::new(cidr!("10.0.0.0/27")).build(app.stack("network"));
        }),
        one("FW3001", |app| {
            ThreeTierVpc::new(cidr!("10.0.0.0/24")).zones(3).build(app.stack("network"));
        }),
        one("FW3001", |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/22")).zones(1);
            let network =
                ["A", "B", "C"].into_iter().fold(network, |it, name| it.tier(name, Routing::Outbound));
            network.build(app.stack("network"));
        }),
        refused("FW3002", |it| it.zones(0)),
        refused("FW3002", |it| it.zones(7)),
        refused("FW3002", |it| it.in_zones(Vec::<String>::new())),
        refused("FW3003", |it| it.zones(1).subnet_ranges(Tier::Data, [cidr!("10.1.0.0/24")])),
        refused("FW3004", |it| it.zones(1).subnet_ranges(Tier::Data, [cidr!("10.0.0.0/24")])),
        refused("FW3004", |it| {
            let twice = [cidr!("10.0.200.0/24"), cidr!("10.0.200.128/25")];
            it.zones(2).subnet_ranges(Tier::Data, twice)
        }),
        refused("FW3005", |it| it.zones(2).subnet_ranges(Tier::Data, [cidr!("10.0.8.0/24")])),
        refused("FW3005", |it| it.single_zone().subnet_ranges(Tier::Data, [cidr!("10.0.8.0/24")])),
        one("FW3006", |app| {
            ThreeTierVpc::new(cidr!("2001:db8::/56")).build(app.stack("network"));
        }),
        refused("FW3006", |it| it.zones(1).subnet_ranges(Tier::Data, [cidr!("2001:db8::/64")])),
        refused("FW3007", |it| it.without(Tier::Public).nat(Nat::One)),
        refused("FW3008", |it| it.without(Tier::Data).subnet_ranges(Tier::Data, [])),
        refused("FW3008", |it| {
            it.acl_entry(Tier::Other("Cache"), AclEntry::allow_from(cidr!("10.9.0.0/16"), 6379))
        }),
        refused("FW3008", |it| it.tier("Batch", Routing::Outbound).tier("Batch", Routing::Isolated)),
        refused("FW3008", |it| it.tier("Data", Routing::Isolated)),
        refused("FW3008", |it| it.tier("", Routing::Outbound)),
        refused("FW3008", |it| it.tier("batch-jobs", Routing::Outbound)),
        refused("FW3009", |it| it.in_zones(["eu-central-1a", "eu-central-1a"])),
        refused("FW3009", |it| it.in_zones(["eu-central-1a"]).single_zone()),
        refused("FW3009", |it| it.in_zones(["eu-central-1a", "eu-central-1d"])),
        refused("FW3009", |it| it.in_zones(["us-east-2a", "eu-central-1b"])),
        refused("FW3010", |it| it.only_public().without(Tier::Public)),
        one("FW3010", |app| {
            let id = Id::existing("vpc-0a1b2c3d4e5f60718");
            let stack = app.stack("network");
            stack.add("Address", ec2::Eip::builder());
            ThreeTierVpc::existing(id, RANGE).build(stack);
        }),
        // What the core and `check` know of is told of a line of this file as well.
        refused("FW3009", |it| it.in_zones(["euc1-az1", "eu-central-1a"])),
        refused("FW0705", |it| it.flow_logs(45)),
    ];
    insta::assert_snapshot!("network_refused", told.join("\n"));
}

/// What `check` knows of networks is told of a line of this file first.
#[test]
fn what_aws_would_refuse_is_told_of_the_line_that_builds_it() {
    /// What is told, the range of a network, and what is said of it.
    type Case = (&'static str, Cidr, fn(Builder) -> Builder);
    let cases: [Case; 3] = [
        ("10.0.0.0/8 is larger than EC2 allows", cidr!("10.0.0.0/8"), |it| it),
        ("10.0.8.0/29 is smaller than EC2 allows", RANGE, |it| {
            it.zones(1).subnet_ranges(Tier::Data, [cidr!("10.0.8.0/29")])
        }),
        ("10.0.8.0/29 is smaller than EC2 allows", cidr!("10.0.8.0/29"), |it| {
            it.zones(1).only_public().subnet_ranges(Tier::Public, [cidr!("10.0.8.0/29")])
        }),
    ];
    for (message, range, change) in cases {
        let findings = refused(|app| {
            change(ThreeTierVpc::new(range)).build(app.stack("network"));
        });
        let told: Vec<&Finding> = findings.iter().filter(|it| it.code == "FW3014").collect();
        assert!(told.iter().any(|it| it.message == message), "{message}: {findings}");
        for finding in told {
            assert!(finding.spans[0].at.file.ends_with("patterns/network.rs"), "{finding:?}");
        }
    }
}

#[test]
fn too_many_entries_of_an_acl_are_a_warning() {
    let many = |it: Builder| {
        let range = |n: u8| Cidr::v4([198, 51, 100, n], 32).expect("an address");
        (0..20).fold(it, |it, n| it.acl_entry(Tier::Public, AclEntry::deny_from(range(n), 0..=65535)))
    };
    let report = Check::new().assembly(&assemble("prod", network(many)));
    let told = said(&report, Severity::Warning);
    assert!(told.iter().any(|it| it.starts_with("FW3011")), "{told:?}");
}

#[test]
fn far_too_many_entries_of_an_acl_are_that_and_nothing_else() {
    let many = |count: u8, both: bool| {
        network(move |it| {
            (0..count).fold(it, |it, n| {
                let range = Cidr::v4([198, 51, 100, n], 32).expect("an address");
                let it = it.acl_entry(Tier::Public, AclEntry::deny_from(range, 443));
                if both { it.acl_entry(Tier::Public, AclEntry::deny_to(range, 443)) } else { it }
            })
        })
    };
    // The network's own are six.
    assemble("prod", many(34, false));
    assemble("prod", many(34, true));
    for count in [35, 99, 100, 120, 255] {
        let message = one("FW3011", many(count, false));
        assert_eq!(
            message,
            format!("the network ACL of the tier `Public` has {} entries", count.min(99) + 6)
        );
    }
    let findings = refused(many(120, true));
    assert!(findings.iter().all(|finding| finding.code == "FW3011"), "{findings}");
}

#[test]
fn metrics_are_those_of_the_gateways() {
    let app = App::for_tests();
    let network = ThreeTierVpc::new(RANGE).zones(2).nat(Nat::PerZone).build(app.stack("network"));
    let metrics = [
        network.nat_port_errors(),
        network.nat_dropped_packets(),
        network.nat_bytes_out(),
        network.nat_bytes_in(),
        network.nat_connections(),
    ];
    for of_all in metrics {
        assert_eq!(of_all.len(), 2);
        assert!(of_all.iter().all(|it| it.namespace() == "AWS/NATGateway" && it.dimensions().len() == 1));
    }
}

/// A program with a network in the environment's Region and account, and a stack elsewhere.
fn apart(say: for<'a> fn(Scope<'a>, &ThreeTierVpc<'a>)) -> impl Fn(&App) {
    move |app| {
        let network = ThreeTierVpc::new(RANGE).zones(2).build(app.stack("network"));
        say(app.stack("far").region("eu-west-1").scope("Far"), &network);
    }
}

/// Every pattern sees that a network is in one Region and account, and says so once.
#[test]
fn what_stands_elsewhere_than_its_network_is_told() {
    let told = [
        one(
            "FW3012",
            apart(|far, network| {
                SecurityGroup::new(far, network, "a group");
            }),
        ),
        one(
            "FW3012",
            apart(|far, network| {
                FargateService::new("public.ecr.aws/acme/api:1.4").build(far, network);
            }),
        ),
        one(
            "FW3012",
            apart(|far, network| {
                FargateTask::new("public.ecr.aws/acme/api:1.4").command(["run"]).build(far, network);
            }),
        ),
        one(
            "FW3012",
            apart(|far, network| {
                Database::postgres("17", "db.t4g.medium").proxy().build(far, network);
            }),
        ),
        one(
            "FW3012",
            apart(|far, network| {
                Cache::valkey("8.2", "cache.t4g.small").build(far, network);
            }),
        ),
        one(
            "FW3012",
            apart(|far, network| {
                LoadBalancer::internal().plain_http().build(far, network);
            }),
        ),
        one("FW3012", |app| {
            let network = ThreeTierVpc::new(RANGE).zones(2).build(app.stack("network"));
            let other = app.stack("other").account("444455556666");
            SecurityGroup::new(other.scope("Api"), &network, "a group");
            // What is shared is there an existing network.
            let shared = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), RANGE)
                .subnets(Tier::Application, [Id::existing("subnet-0cc1b2c3d4e5f6071")])
                .build(other);
            SecurityGroup::new(other.scope("Worker"), &shared, "a group");
        }),
        one("FW3012", |app| {
            let stack = app.stack("network");
            stack.add("Address", ec2::Eip::builder());
            let network = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), RANGE)
                .subnets(Tier::Application, [Id::existing("subnet-0cc1b2c3d4e5f6071")])
                .build(stack);
            SecurityGroup::new(app.stack("far").region("eu-west-1").scope("Api"), &network, "a group");
        }),
    ];
    insta::assert_snapshot!("network_elsewhere", told.join("\n"));
}

#[test]
fn of_a_region_that_is_not_fixed_nothing_is_said() {
    let app = App::for_tests();
    let network = ThreeTierVpc::new(RANGE).zones(2).build(app.stack("network"));
    SecurityGroup::new(app.stack("far").region("eu-west-1").scope("Api"), &network, "a group");
    app.synth(&Options::default()).expect("a program that may be sound");
}
