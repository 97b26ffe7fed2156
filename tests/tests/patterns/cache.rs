//! Caches.

use formwork::{
    aws::{kms, sns, types::minutes},
    check::{Check, Party, Ports, Reachability},
    core::{App, Assembly, Environment, Options, Severity},
    patterns::{
        Cache, Connect, SecurityGroup, ThreeTierVpc, Weekday, Window, cache,
        three_tier_vpc::Builder as ThreeTierVpcBuilder,
    },
    prelude::{cidr, days},
};
use proptest::prelude::*;

use super::{
    assemble, client::Client, difference, findings, holds, party, ports_between, says_nothing, template, text,
};

fn plain() -> cache::Builder<'static> {
    Cache::valkey("8.2", "cache.t4g.small")
}

/// A cache in a stack of its own; what differs is told in its template.
fn alone(builder: impl Fn(&App) -> cache::Builder<'static>) -> impl Fn(&App) {
    move |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        builder(app).build(app.stack("data").scope("Cache"), &network);
    }
}

fn of_data(assembly: &Assembly) -> String {
    format!("data\n{}", template(assembly, "data"))
}

#[test]
fn a_cache_as_it_is_unless_said() {
    let assembly = assemble("prod", alone(|_| plain()));
    says_nothing(&assembly);
    insta::assert_snapshot!("cache", of_data(&assembly));
    let dev = assemble("dev", alone(|_| plain()));
    says_nothing(&dev);
    insta::assert_snapshot!("cache_in_dev", of_data(&dev));
}

#[test]
fn what_every_option_changes() {
    let key = |app: &App| {
        let policy = kms::Key::builder().description("own").enable_key_rotation(true);
        app.stack("keys").add("Key", policy)
    };
    let topic = |app: &App| app.stack("keys").add("Topic", sns::Topic::builder());
    type Option = (&'static str, Box<dyn Fn(&App) -> cache::Builder<'static>>);
    let options: Vec<Option> = vec![
        ("description", Box::new(|_| plain().description("sessions of the shop"))),
        ("replicas(0)", Box::new(|_| plain().replicas(0))),
        ("replicas(3)", Box::new(|_| plain().replicas(3))),
        ("shards(3)", Box::new(|_| plain().shards(3))),
        ("shards(2).replicas(0)", Box::new(|_| plain().shards(2).replicas(0))),
        ("single_zone", Box::new(|_| plain().single_zone())),
        ("multi_az", Box::new(|_| plain().multi_az())),
        ("port(6380)", Box::new(|_| plain().port(6380))),
        ("iam_authentication", Box::new(|_| plain().iam_authentication())),
        (
            "redis 7.1 and iam_authentication",
            Box::new(|_| Cache::redis("7.1", "cache.t4g.small").iam_authentication()),
        ),
        ("without_password", Box::new(|_| plain().without_password())),
        (
            "parameter",
            Box::new(|_| plain().parameter("maxmemory-policy", "allkeys-lru").parameter("timeout", "300")),
        ),
        (
            "parameter and shards",
            Box::new(|_| plain().parameter("maxmemory-policy", "allkeys-lru").shards(2)),
        ),
        ("snapshots(days(14))", Box::new(|_| plain().snapshots(days(14)))),
        ("without_snapshots", Box::new(|_| plain().without_snapshots())),
        ("snapshot_window", Box::new(|_| plain().snapshot_window(Window::at(3, 0)))),
        ("maintenance_window", Box::new(|_| plain().maintenance_window(Weekday::Sunday, Window::at(4, 0)))),
        ("restore_from", Box::new(|_| plain().restore_from("sessions-before-the-move"))),
        ("encrypted_with", Box::new(move |app| plain().encrypted_with(key(app)))),
        ("notifications", Box::new(move |app| plain().notifications(topic(app)))),
        ("without_slow_log", Box::new(|_| plain().without_slow_log())),
        ("engine_log", Box::new(|_| plain().engine_log())),
        ("log_retention(days(90))", Box::new(|_| plain().log_retention(days(90)))),
        ("without_minor_upgrades", Box::new(|_| plain().without_minor_upgrades())),
        ("cache.r6gd", Box::new(|_| Cache::valkey("8.2", "cache.r6gd.xlarge"))),
        ("data_tiering", Box::new(|_| Cache::valkey("8.2", "cache.r6gd.xlarge").data_tiering())),
        ("keep_nothing", Box::new(|_| plain().keep_nothing())),
        ("snapshot_on_removal", Box::new(|_| plain().snapshot_on_removal())),
        ("redis 6.2", Box::new(|_| Cache::redis("6.2", "cache.t4g.small"))),
        ("redis 6.2 and shards", Box::new(|_| Cache::redis("6.2", "cache.t4g.small").shards(2))),
    ];
    let base = assemble("prod", alone(|_| plain()));
    let mut said = String::new();
    for (name, option) in options {
        let changed = assemble("prod", alone(option));
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        // What was said by name is no finding; `.replicas(0)` in production is one, and so it is with shards.
        let report = Check::new().assembly(&changed);
        let mut told: Vec<String> =
            [Severity::Error, Severity::Warning].iter().flat_map(|it| super::said(&report, *it)).collect();
        told.retain(|it| it.contains("Resources/Cache") || it.starts_with("FW31"));
        let expected = if name.contains("replicas(0)") { 1 } else { 0 };
        assert_eq!(told.len(), expected, "{name}: {told:?}");
    }
    insta::assert_snapshot!("cache_options", said);
}

#[test]
fn shards_have_replicas_outside_production_too() {
    let dev = assemble("dev", alone(|_| plain().shards(2)));
    says_nothing(&dev);
    let text = of_data(&dev);
    assert!(
        text.contains("ReplicasPerNodeGroup: 1") && text.contains("AutomaticFailoverEnabled: true"),
        "{text}"
    );
    let report = Check::new().assembly(&dev);
    assert!(report.findings.iter().all(|finding| finding.code != "FW1903"), "nothing is accepted in vain");
}

/// Users have names, and another engine replaces them.
#[test]
fn users_of_another_engine_have_other_names() {
    let ids = |builder: fn() -> cache::Builder<'static>| {
        let data = of_data(&assemble("prod", alone(|_| builder())));
        let named = |line: &&str| line.contains("UserId: ") || line.contains("UserGroupId: ");
        let mut ids: Vec<_> = data.lines().filter(named).map(|line| line.trim().to_owned()).collect();
        ids.sort();
        ids
    };
    let (valkey, redis) = (
        ids(|| plain().iam_authentication()),
        ids(|| Cache::redis("7.1", "cache.t4g.small").iam_authentication()),
    );
    assert_eq!((valkey.len(), redis.len()), (2, 3));
    assert!(valkey.iter().all(|id| !redis.contains(id)), "{valkey:?} {redis:?}");
}

#[test]
fn who_is_let_in_gets_what_it_takes() {
    let with = |builder: fn() -> cache::Builder<'static>| {
        let program = move |app: &App| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let cache = builder().build(app.stack("data").scope("Cache"), &network);
            let api = Client::new(app.stack("service").scope("Api"), &network);
            cache.allow_from(&api).env("CACHE");
        };
        let all = text(&assemble("prod", program));
        all.split("# ").find(|stack| stack.starts_with("service\n")).expect("the stack").to_owned()
    };
    let mut said = String::new();
    said.push_str(&format!("## a password\n{}", with(plain)));
    said.push_str(&format!("## roles\n{}", with(|| plain().iam_authentication())));
    said.push_str(&format!(
        "## shards, without a password\n{}",
        with(|| plain().shards(2).without_password())
    ));
    insta::assert_snapshot!("cache_clients", said);
}

#[derive(Clone, Debug)]
struct Chosen {
    engine: (&'static str, &'static str),
    node: &'static str,
    replicas: Option<u16>,
    shards: Option<u16>,
    zones: Option<bool>,
    auth: u8,
    port: Option<u16>,
    parameter: bool,
    snapshots: Option<u32>,
    windows: bool,
    restored: bool,
    key: bool,
    topic: bool,
    slow_log: bool,
    engine_log: bool,
    retention: Option<u32>,
    minor_upgrades: bool,
    removal: Option<bool>,
    outside: (bool, bool),
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let engine = prop::sample::select(vec![
        ("valkey", "8.2"),
        ("valkey", "8.0"),
        ("valkey", "7.2"),
        ("valkey", "8"),
        ("redis", "7.1"),
        ("redis", "6.2"),
    ]);
    let node = prop::sample::select(vec!["cache.t4g.micro", "cache.r7g.large", "cache.r6gd.xlarge"]);
    let numbers = (
        prop::option::of(0u16..=5),
        prop::option::of(1u16..=4),
        prop::option::of(any::<bool>()),
        0u8..3,
        prop::option::of(prop::sample::select(vec![6380u16, 11000])),
    );
    let kept = (any::<bool>(), prop::option::of(0u32..=35), any::<bool>(), any::<bool>());
    let rest = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(prop::sample::select(vec![1u32, 30, 365])),
        any::<bool>(),
        prop::option::of(any::<bool>()),
        (any::<bool>(), any::<bool>()),
    );
    (engine, node, numbers, kept, rest).prop_map(|(engine, node, numbers, kept, rest)| {
        let (replicas, shards, zones, auth, port) = numbers;
        let (parameter, snapshots, windows, restored) = kept;
        let (key, topic, slow_log, engine_log, retention, minor_upgrades, removal, outside) = rest;
        let several = zones.filter(|several| !several || replicas != Some(0));
        // Roles of IAM need Redis OSS 7.
        let auth = if engine.1 == "6.2" && auth == 1 { 0 } else { auth };
        Chosen {
            engine,
            node,
            replicas,
            shards,
            zones: several,
            auth,
            port,
            parameter,
            snapshots,
            windows,
            restored,
            key,
            topic,
            slow_log,
            engine_log,
            retention,
            minor_upgrades,
            removal,
            outside,
        }
    })
}

fn built<'a>(app: &'a App, chosen: &Chosen) -> cache::Builder<'a> {
    let (name, version) = chosen.engine;
    let mut it = match name {
        "valkey" => Cache::valkey(version, chosen.node),
        _ => Cache::redis(version, chosen.node),
    };
    if let Some(replicas) = chosen.replicas {
        it = it.replicas(replicas);
    }
    if let Some(shards) = chosen.shards {
        it = it.shards(shards);
    }
    it = match chosen.zones {
        Some(true) => it.multi_az(),
        Some(false) => it.single_zone(),
        None => it,
    };
    it = match chosen.auth {
        1 => it.iam_authentication(),
        2 => it.without_password(),
        _ => it,
    };
    if let Some(port) = chosen.port {
        it = it.port(port);
    }
    if chosen.parameter {
        it = it.parameter("maxmemory-policy", "allkeys-lru");
    }
    it = match chosen.snapshots {
        Some(0) => it.without_snapshots(),
        Some(keep) => it.snapshots(days(keep)),
        None => it,
    };
    if chosen.windows {
        it = it.snapshot_window(Window::at(23, 30)).maintenance_window(Weekday::Sunday, Window::at(4, 0));
    }
    if chosen.restored {
        it = it.restore_from("before");
    }
    if chosen.key {
        let key = kms::Key::builder().description("own").enable_key_rotation(true);
        it = it.encrypted_with(app.stack("keys").add("Key", key));
    }
    if chosen.topic {
        it = it.notifications(app.stack("keys").add("Topic", sns::Topic::builder()));
    }
    if !chosen.slow_log {
        it = it.without_slow_log();
    }
    if chosen.engine_log {
        it = it.engine_log();
    }
    if let Some(keep) = chosen.retention {
        it = it.log_retention(i64::from(keep));
    }
    if !chosen.minor_upgrades {
        it = it.without_minor_upgrades();
    }
    if chosen.node == "cache.r6gd.xlarge" && chosen.topic {
        it = it.data_tiering();
    }
    match chosen.removal {
        Some(true) => it.snapshot_on_removal(),
        Some(false) => it.keep_nothing(),
        None => it,
    }
}

/// A cache, one who is let in, and one who is not.
fn three<'a>(app: &'a App, chosen: &Chosen) -> (Cache<'a>, Client<'a>, Client<'a>) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let (group, names) = chosen.outside;
    let mut it = built(app, chosen);
    if group {
        let caches = app.stack("network").scope("Caches");
        it = it.security_group(&SecurityGroup::new(caches, &network, "caches"));
    }
    if names {
        it = it.identifier("sessions").subnet_group_name("shop-caches");
    }
    if names && chosen.auth == 0 {
        it = it.secret_name("shop/sessions");
    }
    let cache = it.build(app.stack("data").scope("Cache"), &network);
    let service = app.stack("service");
    let (api, bystander) =
        (Client::new(service.scope("Api"), &network), Client::new(service.scope("Other"), &network));
    cache.allow_from(&api).env("CACHE");
    (cache, api, bystander)
}

#[test]
fn every_cache_is_sound() {
    let program = |app: &App, chosen: &Chosen| {
        three(app, chosen);
    };
    let only_who_was_let_in = |assembly: &Assembly, chosen: &Chosen| {
        let report = Check::new().assembly(assembly);
        let idle = report.findings.iter().find(|finding| finding.code == "FW1903");
        assert_eq!(idle.map(|it| &it.message), None, "what is accepted is there: {chosen:?}");
        let reach = Reachability::of(assembly);
        let reached = |from: &Party| ports_between(&reach, from, &party("data", "CacheNodes"));
        let port = chosen.port.unwrap_or(6379);
        assert_eq!(reached(&party("service", "ApiInterface")), Ports::tcp(port), "{chosen:?}");
        assert_eq!(reached(&party("service", "OtherInterface")), Ports::none(), "{chosen:?}");
        assert_eq!(reached(&Party::Internet), Ports::none(), "{chosen:?}");
    };
    holds("cache", 80, (any::<bool>(), chosen()), program, |_| false, only_who_was_let_in);
}

/// What is found, as `code: message | the call that is named first`.
fn found(builder: impl Fn() -> cache::Builder<'static>) -> Vec<String> {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        builder().build(app.stack("data").scope("Cache"), &network);
    };
    let findings = findings(program).into_iter().filter(|it| it.severity > Severity::Note);
    let source = include_str!("cache.rs");
    let said = |finding: &formwork::core::Finding| {
        let at = &finding.spans[0].at;
        assert!(at.file.ends_with("patterns/cache.rs"), "{finding:?}");
        let line = source.lines().nth(at.line as usize - 1).unwrap_or_default();
        let call = line.get(at.column as usize - 1..).unwrap_or_default();
        let call = call.split_once('(').map_or(call, |(call, _)| call);
        format!("{}: {} | {call}", finding.code, finding.message)
    };
    findings.map(|finding| said(&finding)).collect()
}

#[test]
fn what_cannot_be_is_said_where_it_was_said() {
    let mut said = Vec::new();
    said.extend(found(|| plain().replicas(0).multi_az()));
    said.extend(found(|| Cache::redis("6.2", "cache.t4g.small").iam_authentication()));
    said.extend(found(|| Cache::redis("6.0", "cache.t4g.small").engine_log()));
    said.extend(found(|| plain().replicas(6).shards(0)));
    said.extend(found(|| plain().shards(400).replicas(1)));
    said.extend(found(|| plain().shards(2).replicas(0)));
    said.extend(found(|| plain().snapshots(days(36))));
    said.extend(found(|| plain().snapshots(days(0))));
    said.extend(found(|| {
        plain()
            .snapshot_window(Window::at(24, 0))
            .maintenance_window(Weekday::Sunday, Window::at(4, 0).lasting(minutes(30)))
    }));
    said.extend(found(|| Cache::valkey("8.2", "cache.m1.small")));
    said.extend(found(|| plain().data_tiering()));
    // The types and `check` say these.
    said.extend(found(|| Cache::valkey("99", "cache.t4g.small")));
    said.extend(found(|| Cache::valkey("newest", "cache.t4g.small")));
    said.extend(found(|| Cache::valkey("8.2", "t4g.small")));
    said.extend(found(|| Cache::valkey("8.2", "cache.t9g.small")));
    said.extend(found(|| plain().replicas(0)));
    insta::assert_snapshot!("cache_findings", said.join("\n"));
}

#[test]
fn several_zones_are_more_than_one() {
    let told = |change: fn(ThreeTierVpcBuilder) -> ThreeTierVpcBuilder,
                builder: fn() -> cache::Builder<'static>| {
        let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
        let network = change(ThreeTierVpc::new(cidr!("10.0.0.0/16"))).build(app.stack("network"));
        builder().build(app.stack("data").scope("Cache"), &network);
        let Err(findings) = app.synth(&Options::default()) else { return None };
        let all: Vec<_> = findings.iter().collect();
        let [finding] = all.as_slice() else { panic!("{findings}") };
        assert_eq!(finding.code, "FW3142");
        let at = &finding.spans[0].at;
        assert!(at.file.ends_with("patterns/cache.rs"), "{finding:?}");
        let line = include_str!("cache.rs").lines().nth(at.line as usize - 1).unwrap_or_default();
        let call = line.get(at.column as usize - 1..).unwrap_or_default();
        Some(call.split_once('(').map_or(call, |(call, _)| call).to_owned())
    };
    let one = |it: ThreeTierVpcBuilder| it.zones(1);
    assert_eq!(told(one, plain).as_deref(), Some("Cache::valkey"));
    assert_eq!(told(one, || plain().replicas(2)).as_deref(), Some("replicas"));
    assert_eq!(told(one, || plain().multi_az()).as_deref(), Some("multi_az"));
    assert_eq!(told(one, || plain().single_zone()), None);
    assert_eq!(told(one, || plain().replicas(0)), None);
    assert_eq!(told(|it| it.single_zone(), plain), None);
    assert_eq!(told(|it| it.zones(2), plain), None);
}

/// `check` knows every metric that there is.
#[test]
fn every_metric_exists() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let data = app.stack("data");
        for (place, builder) in [("Plain", plain()), ("Sharded", plain().shards(2).replicas(2))] {
            let scope = data.scope(place);
            let cache = builder.build(scope, &network);
            let metrics = [
                cache.cpu_utilization(),
                cache.engine_cpu_utilization(),
                cache.memory_utilization(),
                cache.evictions(),
                cache.connections(),
                cache.new_connections(),
                cache.hits(),
                cache.misses(),
                cache.authentication_failures(),
            ];
            let lags = cache.nodes().into_iter().map(|node| node.replication_lag());
            for (number, metric) in metrics.into_iter().chain(lags).enumerate() {
                scope.add(format!("Alarm{number}"), metric.above(80).alarm_description("too high"));
            }
        }
    });
    says_nothing(&assembly);
    let data = of_data(&assembly);
    let mut named: Vec<&str> = data.lines().map(str::trim).filter(|line| line.contains("Nodes}-")).collect();
    named.sort_unstable();
    named.dedup();
    insta::assert_snapshot!("cache_nodes", named.join("\n"));
}

#[test]
fn every_property_is_within_reach() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let data = app.stack("data");
        let cache = plain().parameter("timeout", "300").engine_log().build(data.scope("Cache"), &network);
        data.customize(cache.replication_group(), |it| {
            it.replication_group_description("sessions of a shop")
        });
        let handles = (cache.parameter_group(), cache.token(), cache.slow_log(), cache.engine_log());
        let (Some(parameters), Some(token), Some(slow), Some(engine)) = handles else {
            panic!("all are there")
        };
        data.customize(parameters, |it| it.description("slow clients"));
        data.customize(token, |it| it.description("of the sessions"));
        data.customize(slow, |it| it.retention_in_days(days(7)));
        data.customize(engine, |it| it.retention_in_days(days(3)));
        data.customize(cache.subnet_group(), |it| it.description("inside"));
        assert!(cache.user().is_none() && cache.user_group().is_none() && cache.user_name().is_none());
        assert!(cache.secret().is_some() && cache.reader_endpoint().is_some());
    });
    let text = of_data(&assembly);
    for changed in ["sessions of a shop", "slow clients", "of the sessions", "Days: 7", "Days: 3", "inside"] {
        assert!(text.contains(changed), "{changed}: {text}");
    }
}

#[test]
fn it_takes_names_and_a_group_with_outside() {
    type Wanted = for<'a> fn(cache::Builder<'a>, &SecurityGroup<'a>) -> cache::Builder<'a>;
    let options: &[(&str, Wanted)] = &[
        ("security_group", |it, group| it.security_group(group)),
        ("identifier", |it, _| it.identifier("sessions")),
        ("subnet_group_name", |it, _| it.subnet_group_name("shop-caches")),
        ("secret_name", |it, _| it.secret_name("shop/sessions")),
    ];
    let made = |option: Option<Wanted>| {
        assemble("prod", |app| {
            let stack = app.stack("network");
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(stack);
            let group = SecurityGroup::new(stack.scope("Caches"), &network, "caches");
            let it = if let Some(option) = option { option(plain(), &group) } else { plain() };
            let cache = it.build(app.stack("data").scope("Cache"), &network);
            let tasks = SecurityGroup::new(stack.scope("Tasks"), &network, "tasks");
            tasks.allow_to(&cache, cache.port());
        })
    };
    let base = made(None);
    let mut said = String::new();
    for (name, option) in options {
        let after = made(Some(*option));
        says_nothing(&after);
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &after)));
    }
    insta::assert_snapshot!("cache_outside", said);
}

#[test]
fn names_that_cannot_be_are_said_where_they_were_said() {
    let mut said = Vec::new();
    said.extend(found(|| plain().iam_authentication().secret_name("shop/sessions")));
    said.extend(found(|| plain().secret_name("sessions of the shop")));
    said.extend(found(|| plain().identifier("9lives")));
    said.extend(found(|| plain().identifier("a-name-of-more-than-forty-letters-is-too-long")));
    said.extend(found(|| plain().subnet_group_name("shop/caches")));
    insta::assert_snapshot!("cache_names", said.join("\n"));
}
