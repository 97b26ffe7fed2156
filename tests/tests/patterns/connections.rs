//! Connections between security groups.

use formwork::{
    aws::{
        ec2,
        types::{Cidr, cidr},
    },
    check::Check,
    core::{App, AsHandle, Assembly, Finding, Id, Options, Severity},
    patterns::{Connect, SecurityGroup, ThreeTierVpc, Tier, Traffic},
};
use proptest::prelude::*;

use super::{assemble, holds, says_nothing, text};

/// A network that exists, known to a stack.
fn network<'a>(app: &'a App, stack: &'static str) -> ThreeTierVpc<'a> {
    ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"))
        .subnets(Tier::Application, [Id::existing("subnet-0cc1b2c3d4e5f6071")])
        .build(app.stack(stack))
}

/// The rules of an assembly, as `stack/id`.
fn rules(assembly: &Assembly) -> Vec<String> {
    let rules = assembly.graph();
    let rules = rules
        .resources()
        .into_iter()
        .filter(|it| it.kind.starts_with("AWS::EC2::SecurityGroup") && !it.kind.ends_with("Group"));
    rules.map(|it| format!("{}/{}", it.stack, it.logical_id)).collect()
}

#[test]
fn every_kind_of_connection() {
    let program = |app: &App| {
        let stack = app.stack("mail");
        let network = network(app, "mail");
        let relay = SecurityGroup::new(stack.scope("Relay"), &network, "takes mail");
        let filter = SecurityGroup::new(stack.scope("Filter"), &network, "reads mail");
        relay.allow_to(&filter, 11333);
        relay.allow_to(&filter, Traffic::udp(11335));
        relay.allow_to(&filter, 9000..=9010);
        relay.allow_to(&relay, Traffic::all()); // among themselves
        filter.allow_to(&relay, 25); // back
        relay.allow_from_internet(25);
        relay.allow_to_internet(25);
        relay.allow_from_addresses(cidr!("203.0.113.0/24"), Traffic::icmp());
        relay.allow_from_addresses(cidr!("2001:db8::/32"), Traffic::icmp());
        relay.allow_to_addresses(cidr!("192.0.2.0/24"), Traffic::protocol(50));
        relay.allow_to_addresses(cidr!("2001:db8:1::/48"), 22);
        relay.allow_from_prefix_list("CloudFront", Id::existing("pl-a3a144ca"), 443);
        filter.allow_to_prefix_list("S3", Id::existing("pl-6ea54007"), 443);
    };
    let assembly = assemble("prod", program);
    insta::assert_snapshot!("connections", text(&assembly));
    // Saying everything twice changes nothing.
    let twice = assemble("prod", |app| {
        program(app);
        let stack = app.stack("mail");
        let of = |name: &'static str| {
            let group = stack.scope(name).all::<ec2::SecurityGroup>();
            SecurityGroup::of(stack.scope(name), *group.first().expect("a group"))
        };
        let (relay, filter) = (of("Relay"), of("Filter"));
        relay.allow_to(&filter, Traffic::tcp(11333));
        relay.allow_to(&filter, 11333..=11333);
        relay.allow_to(&relay, Traffic::all());
        relay.allow_from_internet(25);
        relay.allow_from_prefix_list("CloudFront", Id::existing("pl-a3a144ca"), 443);
        relay.allow_from_addresses(cidr!("203.0.113.0/24"), Traffic::icmp());
    });
    assert_eq!(text(&assembly), text(&twice));
}

#[test]
fn across_stacks_rules_stand_with_the_one_that_begins() {
    let program = |app: &App| {
        let network = network(app, "service");
        let (data, service) = (app.stack("data"), app.stack("service"));
        let db = SecurityGroup::new(data.scope("Db"), &network, "database");
        let api = SecurityGroup::new(service.scope("Api"), &network, "service");
        api.allow_to(&db, 5432);
    };
    let assembly = assemble("prod", program);
    assert_eq!(rules(&assembly), ["service/ApiToDataDb5432", "service/ApiIntoDataDb5432"]);
}

#[test]
fn groups_of_two_stacks_that_begin_both_make_no_circle() {
    let program = |app: &App| {
        let network = network(app, "a");
        let group = |stack: &'static str| {
            SecurityGroup::new(app.stack(stack).scope("Group"), &network, "one of a circle")
        };
        let (a, b, c) = (group("a"), group("b"), group("c"));
        a.allow_to(&b, 1000);
        b.allow_to(&a, 2000); // `a` waits for `b` already
        b.allow_to(&c, 3000);
        c.allow_to(&a, 4000); // and so `a` for `c`
    };
    let assembly = assemble("prod", program);
    assert_eq!(
        rules(&assembly),
        [
            "a/GroupToBGroup1000",
            "a/GroupIntoBGroup1000",
            "a/GroupOutOfBGroup2000",
            "a/GroupFromBGroup2000",
            "b/GroupToCGroup3000",
            "b/GroupIntoCGroup3000",
            "a/GroupOutOfCGroup4000",
            "a/GroupFromCGroup4000",
        ]
    );
}

#[test]
fn rules_stand_where_they_are_put() {
    let program = |app: &App| {
        let network = network(app, "service");
        let (edge, service) = (app.stack("edge"), app.stack("service"));
        let proxy = SecurityGroup::new(edge.scope("Proxy"), &network, "what the office reaches");
        let api = SecurityGroup::new(service.scope("Api"), &network, "what the proxy asks");
        proxy.rules_in(service.scope("Rules")).allow_to(&api, 8000);
    };
    let assembly = assemble("prod", program);
    assert_eq!(rules(&assembly), ["service/RulesEdgeProxyToApi8000", "service/RulesEdgeProxyIntoApi8000"]);
}

#[test]
fn groups_of_one_name_keep_their_rules_apart() {
    let program = |app: &App| {
        let network = network(app, "here");
        let (one, two, here) = (app.stack("one"), app.stack("two"), app.stack("here"));
        let api = SecurityGroup::new(here.scope("Api"), &network, "asks");
        for stack in [one, two] {
            api.allow_to(&SecurityGroup::new(stack.scope("Db"), &network, "answers"), 5432);
        }
        // Outside the program: by their ids, or in one scope.
        for id in ["sg-0a1b2c3d4e5f60718", "sg-0b1b2c3d4e5f60718"] {
            api.allow_to(&SecurityGroup::existing(here, Id::existing(id)), 6379);
            api.allow_to(&SecurityGroup::existing(here.scope("Old"), Id::existing(id)), 6380);
            api.allow_to(&SecurityGroup::existing(here.scope("Old"), Id::existing(id)), 6380);
        }
        for list in ["pl-6ea54007", "pl-6fa54006"] {
            api.allow_to_prefix_list("S3", Id::existing(list), 443);
        }
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    let here: Vec<String> =
        rules(&assembly).into_iter().filter(|rule| rule.starts_with("here/ApiTo")).collect();
    assert_eq!(
        here,
        [
            "here/ApiToOneDb5432",
            "here/ApiToTwoDb5432",
            "here/ApiToSg0a1b2c3d4e5f607186379",
            "here/ApiToOld6380",
            "here/ApiToSg0b1b2c3d4e5f607186379",
            "here/ApiToOld6380No2",
            "here/ApiToS3443",
            "here/ApiToS3443No2",
        ]
    );
}

#[test]
fn what_waits_for_its_rules_depends_on_them() {
    let assembly = assemble("prod", |app| {
        let network = network(app, "service");
        let stack = app.stack("service");
        let scope = stack.scope("Api");
        let group = SecurityGroup::new(scope, &network, "service");
        let subnet = network.service_subnets().into_iter().next();
        let instance = ec2::Instance::builder().image_id("ami-0a1b2c3d4e5f60718").subnet_id(subnet);
        let instance = scope.add("Instance", instance.security_group_ids([group.id()]));
        let group = group.before(instance.as_handle());
        let other = SecurityGroup::new(app.stack("data").scope("Db"), &network, "database");
        group.allow_to(&other, 5432);
        group.allow_to_internet(443);
    });
    insta::assert_snapshot!("connections_before", text(&assembly));
}

fn backwards(first: u16, last: u16) -> std::ops::RangeInclusive<u16> {
    first..=last
}

/// What others say of connections is told of a line of this file first.
#[test]
fn what_makes_no_sense_is_told_of_the_line_that_says_it() {
    type Say = for<'a> fn(&SecurityGroup<'a>, &SecurityGroup<'a>, &ThreeTierVpc<'a>);
    let cases: [(&str, Say); 6] = [
        ("FW0706", |one, two, _| one.allow_to(two, backwards(9010, 9000))),
        ("FW1211", |one, _, network| {
            SecurityGroup::new(one.scope().scope("Other"), network, "what's this?");
        }),
        ("FW2001", |one, _, _| one.allow_from_internet(22)),
        ("FW2003", |one, _, _| one.allow_from_internet(8443)),
        ("FW2001", |one, _, _| one.allow_from_addresses(cidr!("0.0.0.0/0"), 22)),
        ("FW3013", |one, _, _| {
            let (near, far) = (one.scope().app().stack("near"), one.scope().app().stack("far"));
            let (near, far) = (near.region("eu-central-1"), far.region("us-east-1"));
            let here = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(near);
            let there = ThreeTierVpc::new(cidr!("10.2.0.0/16")).build(far);
            let store = SecurityGroup::new(far.scope("Store"), &there, "store");
            SecurityGroup::new(near.scope("Api"), &here, "API").allow_to(&store, 5432);
        }),
    ];
    for (code, say) in cases {
        let app = App::for_tests();
        let stack = app.stack("service");
        let network = network(&app, "service");
        let group = |name: &'static str| SecurityGroup::new(stack.scope(name), &network, name);
        say(&group("One"), &group("Two"), &network);
        let findings = match app.synth(&Options::default()) {
            Ok(assembly) => Check::new().assembly(&assembly).findings,
            Err(findings) => findings.iter().cloned().collect(),
        };
        let told: Vec<&Finding> = findings.iter().filter(|it| it.severity >= Severity::Warning).collect();
        assert!(told.iter().any(|finding| finding.code == code), "{code}: {told:?}");
        for finding in told {
            assert!(finding.spans[0].at.file.ends_with("patterns/connections.rs"), "{finding:?}");
        }
    }
}

#[derive(Clone, Debug)]
enum Said {
    To(usize, usize),
    FromRange(usize, u8, bool),
    ToRange(usize, u8, bool),
    ToInternet(usize),
    FromList(usize, u8),
}

fn sayings() -> impl Strategy<Value = Vec<(Said, Traffic)>> {
    let group = || 0usize..6;
    let said = prop_oneof![
        4 => (group(), group()).prop_map(|(from, to)| Said::To(from, to)),
        1 => (group(), 0u8..3, any::<bool>()).prop_map(|(group, range, v6)| Said::FromRange(group, range, v6)),
        1 => (group(), 0u8..3, any::<bool>()).prop_map(|(group, range, v6)| Said::ToRange(group, range, v6)),
        1 => group().prop_map(Said::ToInternet),
        1 => (group(), 0u8..2).prop_map(|(group, list)| Said::FromList(group, list)),
    ];
    let traffic = prop_oneof![
        (1u16..5).prop_map(|port| Traffic::tcp(port * 1000)),
        (1u16..5).prop_map(|port| Traffic::udp(port * 1000)),
        Just(Traffic::tcp(7000..=7010)),
        Just(Traffic::icmp()),
        Just(Traffic::protocol(50)),
        Just(Traffic::all()),
    ];
    proptest::collection::vec((said, traffic), 0..14)
}

fn range(number: u8, v6: bool) -> Cidr {
    match v6 {
        true => Cidr::v6([0x2001, 0xdb8, number.into(), 0, 0, 0, 0, 0], 48).expect("a range"),
        false => Cidr::v4([192, 0, number, 0], 24).expect("a range"),
    }
}

/// Six groups in three stacks, whoever begins.
fn program(app: &App, said: &[(Said, Traffic)]) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let groups: Vec<SecurityGroup<'_>> = ["a", "b", "c"]
        .into_iter()
        .flat_map(|stack| ["One", "Two"].map(|name| app.stack(stack).scope(name)))
        .map(|scope| {
            let group = SecurityGroup::new(scope, &network, "one of six");
            let subnet = network.subnets(Tier::Public).first().cloned();
            let interface = ec2::NetworkInterface::builder().subnet_id(subnet);
            scope.add("Interface", interface.group_set([group.id()]));
            group
        })
        .collect();
    for (said, traffic) in said {
        match said {
            Said::To(from, to) => groups[*from].allow_to(&groups[*to], *traffic),
            Said::FromRange(group, number, v6) => {
                groups[*group].allow_from_addresses(range(*number, *v6), *traffic)
            }
            Said::ToRange(group, number, v6) => {
                groups[*group].allow_to_addresses(range(*number, *v6), *traffic)
            }
            Said::ToInternet(group) => groups[*group].allow_to_internet(*traffic),
            Said::FromList(group, list) => {
                let (name, id) = [("Edge", "pl-a3a144ca"), ("Offices", "pl-0a1b2c3d")][usize::from(*list)];
                groups[*group].allow_from_prefix_list(name, Id::existing(id), *traffic);
            }
        }
    }
}

#[test]
fn whatever_is_connected_makes_no_circle() {
    let options = (any::<bool>(), sayings());
    holds("connections", 60, options, |app, said| program(app, said), |_| false, |_, _| {});
}
