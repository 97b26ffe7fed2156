//! Connections between security groups.

use formwork::{
    aws::{
        ec2, s3, sns, sqs,
        types::{Cidr, cidr},
    },
    check::{Answer, Check, Exposure, Ports, Reachability},
    core::{App, AsHandle, Assembly, Builder as _, Finding, Id, Options, Severity, Stack},
    patterns::{
        BucketGrants as _, Connect, FargateService, QueueGrants as _, SecurityGroup, ThreeTierVpc, Tier,
        Traffic,
    },
};
use proptest::prelude::*;

use super::{assemble, holds, party, says_nothing, text};

const IMAGE: &str = "public.ecr.aws/acme/api:1.4";

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

/// A stack that waits for another one for a reason of any kind is not made wait for by rules.
#[test]
fn rules_stand_where_the_other_stack_waits_already() {
    // A right and a setting: `service` refers to the bucket of `data`.
    let a_right = assemble("prod", |app| {
        let network = network(app, "service");
        let (data, service) = (app.stack("data"), app.stack("service"));
        let bucket = data.add("Uploads", s3::Bucket::builder().keep_on_removal());
        let api = FargateService::new(IMAGE).port(8000).build(service.scope("Api"), &network);
        bucket.grant_read(&api).env("UPLOADS");
        let indexer = SecurityGroup::new(data.scope("Indexer"), &network, "what indexes");
        indexer.allow_to(&api, 8000);
    });
    let between = |assembly: &Assembly, group: &str| -> Vec<String> {
        rules(assembly).into_iter().filter(|rule| rule.contains(group)).collect()
    };
    assert_eq!(
        between(&a_right, "Indexer"),
        ["service/ApiOutOfDataIndexer8000", "service/ApiFromDataIndexer8000"]
    );
    // A queue of the stack `b`, which a service of `a` sends to.
    let a_queue = assemble("prod", |app| {
        let network = network(app, "a");
        let (a, b) = (app.stack("a"), app.stack("b"));
        let queue = b.add("Queue", sqs::Queue::builder());
        let api = FargateService::new(IMAGE).port(8000).build(a.scope("Api"), &network);
        let worker = FargateService::new(IMAGE).port(9000).build(b.scope("Worker"), &network);
        queue.grant_send(&api).env("QUEUE");
        worker.allow_to(&api, 8000);
    });
    assert_eq!(between(&a_queue, "BWorker"), ["a/ApiOutOfBWorker8000", "a/ApiFromBWorker8000"]);
    // An output, a tag, and what was said of stacks and resources.
    type Reason = (&'static str, fn(Stack<'_>, Stack<'_>));
    let reasons: [Reason; 5] = [
        ("an output", |data, service| {
            let topic = data.add("Topic", sns::Topic::builder());
            service.output("Topic", topic.topic_arn());
        }),
        ("a tag", |data, service| {
            let topic = data.add("Topic", sns::Topic::builder());
            service.add("Own", sns::Topic::builder().tag("of", topic.topic_name()));
        }),
        ("stacks", |data, service| {
            service.depends_on(data);
        }),
        ("resources", |data, service| {
            let topic = data.add("Topic", sns::Topic::builder());
            service.add("Own", sns::Topic::builder().depends_on(topic));
        }),
        ("a stack between", |data, service| {
            let between = data.app().stack("between").depends_on(data);
            between.add("Topic", sns::Topic::builder());
            service.depends_on(between);
        }),
    ];
    for (name, reason) in reasons {
        let assembly = assemble("prod", |app| {
            let network = network(app, "service");
            let (data, service) = (app.stack("data"), app.stack("service"));
            let indexer = SecurityGroup::new(data.scope("Indexer"), &network, "what indexes");
            let api = SecurityGroup::new(service.scope("Api"), &network, "service");
            reason(data, service);
            indexer.allow_to(&api, 8000);
        });
        let expected = ["service/ApiOutOfDataIndexer8000", "service/ApiFromDataIndexer8000"];
        assert_eq!(rules(&assembly), expected, "{name}");
    }
}

/// What makes a stack wait after the rules were written is not known to them; how to mend it is said.
#[test]
fn a_circle_that_rules_are_part_of_says_where_they_may_stand() {
    let program = |app: &App, indexes: fn(&SecurityGroup<'_>, Stack<'_>, &SecurityGroup<'_>)| {
        let network = network(app, "service");
        let (data, service) = (app.stack("data"), app.stack("service"));
        let topic = data.add("Topic", sns::Topic::builder());
        let indexer = SecurityGroup::new(data.scope("Indexer"), &network, "what indexes");
        let api = SecurityGroup::new(service.scope("Api"), &network, "service");
        indexes(&indexer, service, &api);
        service.output("Topic", topic.topic_arn());
    };
    let app = App::for_tests();
    program(&app, |indexer, _, api| indexer.allow_to(api, 8000));
    let advice = Options { stack_advice: formwork::STACK_ADVICE.to_vec(), ..Options::default() };
    let findings = app.synth(&advice).expect_err("a circle");
    let told: Vec<&Finding> = findings.iter().collect();
    let [finding] = told.as_slice() else { panic!("{findings}") };
    assert_eq!(finding.code, "FW0203");
    let named = finding.help.iter().filter(|help| help.contains("group.rules_in(scope)"));
    assert_eq!(named.count(), 1, "{finding:?}");
    assert!(finding.spans.iter().all(|span| span.at.file.ends_with("connections.rs")), "{finding:?}");
    // And so it goes.
    let mended =
        |app: &App| program(app, |indexer, service, api| indexer.rules_in(service).allow_to(api, 8000));
    let assembly = assemble("prod", mended);
    assert_eq!(rules(&assembly), ["service/DataIndexerToApi8000", "service/DataIndexerIntoApi8000"]);
    // No rule, no word of rules.
    let app = App::for_tests();
    let (one, two) = (app.stack("one"), app.stack("two"));
    one.depends_on(two);
    two.depends_on(one);
    let findings = app.synth(&advice).expect_err("a circle");
    assert!(findings.iter().all(|it| it.help.iter().all(|help| !help.contains("rules_in"))), "{findings}");
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
    FromInternet(usize),
    ToInternet(usize),
    FromList(usize, u8),
    ToList(usize, u8),
}

/// Traffic with the ports that it is; what has no ports is left out of what is compared.
fn traffics() -> [(Traffic, Ports); 8] {
    [
        (Traffic::tcp(1000), Ports::tcp(1000)),
        (Traffic::tcp(4000), Ports::tcp(4000)),
        (Traffic::udp(1000), Ports::udp(1000)),
        (Traffic::udp(3000), Ports::udp(3000)),
        (Traffic::tcp(7000..=7010), Ports::from(7000..=7010)),
        (Traffic::icmp(), Ports::none()),
        (Traffic::protocol(50), Ports::none()),
        (Traffic::all(), Ports::all()),
    ]
}

fn sayings() -> impl Strategy<Value = Vec<(Said, usize)>> {
    let group = || 0usize..6;
    let said = prop_oneof![
        4 => (group(), group()).prop_map(|(from, to)| Said::To(from, to)),
        1 => (group(), 0u8..3, any::<bool>()).prop_map(|(group, range, v6)| Said::FromRange(group, range, v6)),
        1 => (group(), 0u8..3, any::<bool>()).prop_map(|(group, range, v6)| Said::ToRange(group, range, v6)),
        1 => group().prop_map(Said::FromInternet),
        1 => group().prop_map(Said::ToInternet),
        1 => (group(), 0u8..2).prop_map(|(group, list)| Said::FromList(group, list)),
        1 => (group(), 0u8..2).prop_map(|(group, list)| Said::ToList(group, list)),
    ];
    proptest::collection::vec((said, 0..traffics().len()), 0..14)
}

fn range(number: u8, v6: bool) -> Cidr {
    match v6 {
        true => Cidr::v6([0x2001, 0xdb8, number.into(), 0, 0, 0, 0, 0], 48).expect("a range"),
        false => Cidr::v4([192, 0, number, 0], 24).expect("a range"),
    }
}

/// What is said of six groups, which of them machines wait for, and in which stack rules stand.
#[derive(Clone, Debug)]
struct Program {
    said: Vec<(Said, usize)>,
    before: [bool; 6],
    elsewhere: bool,
}

const NAMES: [(&str, &str); 6] =
    [("a", "One"), ("a", "Two"), ("b", "One"), ("b", "Two"), ("c", "One"), ("c", "Two")];

/// Six machines with public addresses in three stacks, whoever begins.
fn program(app: &App, program: &Program) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).public_addresses_on_launch();
    let network = network.build(app.stack("network"));
    let groups = NAMES.iter().zip(program.before).map(|((stack, name), before)| {
        let scope = app.stack(*stack).scope(*name);
        let group = SecurityGroup::new(scope, &network, "one of six");
        let subnet = network.subnets(Tier::Public).first().cloned();
        let machine = ec2::Instance::builder().image_id("ami-0a1b2c3d4e5f60718").subnet_id(subnet);
        let machine = scope.add("Machine", machine.security_group_ids([group.id()]));
        if before { group.before(machine) } else { group }
    });
    let groups: Vec<SecurityGroup<'_>> = groups.collect();
    // A stack with nothing in it cannot be.
    let last = || app.stack("rules").scope("Rules");
    for (said, traffic) in &program.said {
        let (traffic, _) = traffics()[*traffic];
        let list = |list: u8| [("Edge", "pl-a3a144ca"), ("Offices", "pl-0a1b2c3d")][usize::from(list)];
        match said {
            Said::To(from, to) if program.elsewhere => {
                groups[*from].rules_in(last()).allow_to(&groups[*to], traffic);
            }
            Said::To(from, to) => groups[*from].allow_to(&groups[*to], traffic),
            Said::FromRange(group, number, v6) => {
                groups[*group].allow_from_addresses(range(*number, *v6), traffic)
            }
            Said::ToRange(group, number, v6) => {
                groups[*group].allow_to_addresses(range(*number, *v6), traffic)
            }
            Said::FromInternet(group) => groups[*group].allow_from_internet(traffic),
            Said::ToInternet(group) => groups[*group].allow_to_internet(traffic),
            Said::FromList(group, number) => {
                let (name, id) = list(*number);
                groups[*group].allow_from_prefix_list(name, Id::existing(id), traffic);
            }
            Said::ToList(group, number) => {
                let (name, id) = list(*number);
                groups[*group].allow_to_prefix_list(name, Id::existing(id), traffic);
            }
        }
    }
}

impl Program {
    /// The ports of all that is said and fits.
    fn ports(&self, fits: impl Fn(&Said) -> bool) -> Ports {
        let fitting = self.said.iter().filter(|(said, _)| fits(said));
        let all = fitting.fold(Ports::none(), |ports, (_, traffic)| ports.union(&traffics()[*traffic].1));
        all.intersection(&compared())
    }
}

/// What is compared: all ports of TCP, and some of UDP.
fn compared() -> Ports {
    let udp = [1000, 2000, 3000, 7000].map(Ports::udp);
    udp.iter().fold(Ports::from(0..=u16::MAX), |ports, more| ports.union(more))
}

/// Whoever was let in gets in at those ports and no others.
fn judge(assembly: &Assembly, program: &Program) {
    let reach = Reachability::of(assembly);
    let machine = |(stack, name): (&str, &str)| party(stack, &format!("{name}Machine"));
    for (from, to) in (0..6).flat_map(|from| (0..6).map(move |to| (from, to))).filter(|(from, to)| from != to)
    {
        let said = program.ports(|said| matches!(said, Said::To(a, b) if (*a, *b) == (from, to)));
        // By way of the internet, or perhaps: who has which public address, or is on a list, is not known.
        let out = program.ports(|said| match said {
            Said::ToInternet(group) | Said::ToRange(group, ..) | Said::ToList(group, _) => *group == from,
            _ => false,
        });
        let into = program.ports(|said| match said {
            Said::FromInternet(group) | Said::FromRange(group, ..) | Said::FromList(group, _) => *group == to,
            _ => false,
        });
        let (a, b) = (machine(NAMES[from]), machine(NAMES[to]));
        let others = compared().without(&said).without(&out.intersection(&into));
        let answer = reach.answer(&a, &b, &others);
        assert_eq!(answer, Answer::No, "{a} to {b} beyond {said}: {program:?}");
        if !said.is_empty() {
            let Answer::Yes(paths) = reach.answer(&a, &b, &said) else { panic!("{a} to {b}: {program:?}") };
            let ports = paths.iter().fold(Ports::none(), |ports, path| ports.union(&path.ports));
            assert_eq!(ports, said, "{a} to {b}: {program:?}");
        }
    }
    // The internet is everybody, or a range of addresses of IPv4, since the network has no others.
    for (index, (stack, name)) in NAMES.into_iter().enumerate() {
        let said = program.ports(|said| match said {
            Said::FromInternet(group) | Said::FromRange(group, _, false) => *group == index,
            _ => false,
        });
        let id = format!("{name}Machine");
        let exposed = reach.exposed();
        let own = exposed.iter().filter(|it| it.stack == stack && it.id == id);
        let known = own.filter(|it| it.unknown.is_empty());
        let ports = known.fold(Ports::none(), |ports, it| ports.union(&it.ports));
        assert_eq!(ports.intersection(&compared()), said, "{stack}/{id}: {program:?}");
    }
}

#[test]
fn whatever_is_connected_makes_no_circle() {
    let options = (sayings(), any::<[bool; 6]>(), proptest::bool::weighted(0.2));
    let options = options.prop_map(|(said, before, elsewhere)| Program { said, before, elsewhere });
    let machines = |exposure: &Exposure| exposure.kind == "AWS::EC2::Instance";
    holds("connections", 60, (any::<bool>(), options), program, machines, judge);
}
