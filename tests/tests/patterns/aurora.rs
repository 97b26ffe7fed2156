//! Databases on clusters of Aurora.

use formwork::{
    aws::types::{cidr, days, hours},
    core::{App, Assembly},
    patterns::{
        Database, ThreeTierVpc, Weekday, Window,
        database::{Aurora, Builder, Every, ReaderTarget},
    },
};
use proptest::prelude::*;

use super::{
    assemble,
    database::{
        Client, key, network, said_of,
        sound::{Common, Outside, common, outside},
        wrong,
    },
    difference, holds, says_nothing, template,
};

fn one(environment: &str, wanted: impl Fn() -> Builder<'static, Aurora>) -> Assembly {
    assemble(environment, |app: &App| {
        wanted().build(app.stack("data").scope("Db"), &network(app));
    })
}

#[test]
fn at_default_settings_it_is_safe() {
    type Wanted = fn() -> Builder<'static, Aurora>;
    let engines: [(&str, Wanted); 3] = [
        ("postgres", || Database::aurora_postgres("17")),
        ("mysql", || Database::aurora_mysql("8.0")),
        ("mysql_on_a_class", || Database::aurora_mysql("8.0").class("db.r8g.large")),
    ];
    for (engine, wanted) in engines {
        for environment in ["prod", "dev"] {
            let assembly = one(environment, wanted);
            says_nothing(&assembly);
            insta::assert_snapshot!(format!("{engine}_{environment}"), template(&assembly, "data"));
        }
    }
}

fn postgres() -> Builder<'static, Aurora> {
    Database::aurora_postgres("17")
}

#[test]
fn every_option_changes_what_it_says() {
    type Wanted = fn(Builder<'static, Aurora>) -> Builder<'static, Aurora>;
    let options: &[(&str, Wanted)] = &[
        ("class", |it| it.class("db.r8g.large")),
        ("serverless", |it| it.serverless(0.0..=4.5)),
        ("readers", |it| it.readers(3)),
        ("scale_readers, cpu", |it| it.scale_readers(1..=5, ReaderTarget::cpu(60))),
        ("scale_readers, connections", |it| it.scale_readers(2..=8, ReaderTarget::connections(400))),
        ("single_zone", |it| it.single_zone()),
        ("name, username, port", |it| it.name("orders").username("orders_owner").port(6432)),
        ("parameter", |it| it.parameter("work_mem", "65536")),
        ("instance_parameter", |it| it.instance_parameter("max_connections", "200")),
        ("allow_major_upgrade", |it| it.allow_major_upgrade()),
        ("allow_major_upgrade, instance_parameter", |it| {
            it.allow_major_upgrade().instance_parameter("max_connections", "200")
        }),
        ("windows", |it| {
            it.backup_window(Window::at(2, 0)).maintenance_window(Weekday::Tuesday, Window::at(4, 0))
        }),
        ("backups", |it| it.backups(days(14))),
        ("encrypted_with", |it| it.encrypted_with(key())),
        ("allow_unencrypted_connections", |it| it.allow_unencrypted_connections()),
        ("passwords_only", |it| it.passwords_only()),
        ("keep_nothing", |it| it.keep_nothing()),
        ("extended_support", |it| it.extended_support()),
        ("without_extended_support", |it| it.without_extended_support()),
        ("enhanced_monitoring", |it| it.enhanced_monitoring(Every::Second)),
        ("without_enhanced_monitoring", |it| it.without_enhanced_monitoring()),
        ("without_performance_insights", |it| it.without_performance_insights()),
        ("database_insights", |it| it.database_insights()),
        ("own_secret", |it| it.own_secret()),
        ("rotate_every", |it| it.rotate_every(days(14))),
        ("from_snapshot", |it| {
            it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:orders")
        }),
        ("from_snapshot, own_secret", |it| {
            it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:orders")
                .username("orders_owner")
                .own_secret()
        }),
        ("proxy", |it| it.proxy()),
        ("global", |it| it.global(["eu-west-1"])),
    ];
    let base = one("prod", postgres);
    let mut told = String::new();
    for (name, option) in options {
        let after = one("prod", || option(postgres()));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &after)));
    }
    let mysql = || Database::aurora_mysql("8.0").class("db.r8g.large");
    let (base, after) = (one("prod", mysql), one("prod", || mysql().backtrack(hours(24))));
    told.push_str(&format!("## backtrack, MySQL\n{}\n", difference(&base, &after)));
    insta::assert_snapshot!("options", told);
}

#[test]
fn a_global_database_has_copies_elsewhere() {
    let assembly = assemble("prod", |app| {
        let near = network(app);
        let original =
            postgres().name("orders").global(["eu-west-1"]).build(app.stack("data").scope("Db"), &near);
        let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far").region("eu-west-1"));
        let copy = original
            .secondary()
            .class("db.r8g.large")
            .readers(1)
            .build(app.stack("copy").region("eu-west-1").scope("Db"), &far);
        let api = Client::new(app.stack("api").region("eu-west-1").scope("Api"), &far);
        copy.reader().allow_from(&api).env("DATABASE");
        assert_eq!((copy.name(), copy.username()), ("orders", "dbadmin"));
    });
    says_nothing(&assembly);
    insta::assert_snapshot!(
        "global",
        ["data", "copy", "api"].map(|stack| template(&assembly, stack)).join("\n")
    );
}

#[test]
fn readers_are_reached_by_their_own_name() {
    let hosts = |proxied: bool| {
        let assembly = assemble("prod", |app| {
            let network = network(app);
            let database = if proxied { postgres().proxy() } else { postgres() };
            let database = database.build(app.stack("data").scope("Db"), &network);
            let api = Client::new(app.stack("api").scope("Api"), &network);
            database.allow_from(&api).env("DATABASE");
            database.reader().allow_from(&api).env("READING");
            if !proxied {
                database.reader().allow_from_as(&api, "reports").env("REPORTS");
            }
        });
        says_nothing(&assembly);
        let text = template(&assembly, "api");
        text.split_once("Outputs:").map(|(_, outputs)| outputs.to_owned()).unwrap_or_default()
    };
    insta::assert_snapshot!("readers", hosts(false));
    insta::assert_snapshot!("readers_behind_a_proxy", hosts(true));
}

#[test]
fn what_is_made_can_be_changed_and_measured() {
    let assembly = assemble("prod", |app| {
        let data = app.stack("data");
        let database = postgres()
            .proxy()
            .instance_parameter("max_connections", "200")
            .scale_readers(1..=3, ReaderTarget::cpu(60))
            .build(data.scope("Db"), &network(app));
        data.customize(database.cluster(), |it| it.enable_http_endpoint(true));
        data.customize(database.writer(), |it| it.promotion_tier(0));
        if let Some(group) = database.parameter_group() {
            data.customize(group, |it| it.description("ours"));
        }
        for reader in database.reader_instances() {
            data.customize(*reader, |it| it.promotion_tier(3));
        }
        if let (Some(group), Some(proxy)) = (database.instance_parameter_group(), database.proxy_reader()) {
            data.customize(group, |it| it.description("ours"));
            data.customize(proxy, |it| it);
        }
        if let (Some(target), Some(policy)) = (database.reader_scaling(), database.reader_scaling_policy()) {
            data.customize(target, |it| it.max_capacity(4));
            data.customize(policy, |it| it.policy_name("ours"));
        }
        assert!(database.global_cluster().is_none());
        let metrics = [
            database.cpu_utilization().above(80),
            database.connections().above(100),
            database.freeable_memory().below(1e9),
            database.read_latency().above(0.02),
            database.write_latency().above(0.02),
            database.replica_lag().above(1000),
            database.global_lag().above(1000),
            database.capacity().above(7),
            database.capacity_utilization().above(90),
            database.deadlocks().above(0),
        ];
        for (number, alarm) in metrics.into_iter().enumerate() {
            app.stack("alarms").add(format!("Alarm{number}"), alarm);
        }
    });
    let told = said_of(&assembly);
    let about_metrics =
        told.iter().filter(|finding| finding.code.starts_with("FW130") && finding.code != "FW1308");
    assert_eq!(about_metrics.map(|it| it.message.clone()).collect::<Vec<_>>(), Vec::<String>::new());
    insta::assert_snapshot!("alarms", template(&assembly, "alarms"));
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "one of the mistakes")]
fn what_is_wrong_is_told_at_the_line_that_says_it() {
    type Wanted = fn() -> Builder<'static, Aurora>;
    #[rustfmt::skip]
    let programs: &[(&str, Wanted)] = &[
        ("a version that does not exist", ||
            Database::aurora_postgres("17.99")),
        ("a class that Aurora does not have", ||
            postgres()
                .class("db.m8g.large")),
        ("a capacity upside down", ||
            postgres()
                .serverless(8.0..=2.0)),
        ("a capacity between the steps", ||
            postgres()
                .serverless(0.7..=2.0)),
        ("too much capacity", ||
            postgres()
                .serverless(1.0..=300.0)),
        ("too many readers", ||
            postgres()
                .readers(16)),
        ("readers upside down", ||
            postgres()
                .scale_readers(5..=1, ReaderTarget::cpu(60))),
        ("up to too many readers", ||
            postgres()
                .scale_readers(1..=20, ReaderTarget::cpu(60))),
        ("readers busier than they can be", ||
            postgres()
                .scale_readers(1..=5, ReaderTarget::cpu(120))),
        ("more readers than there may be", ||
            postgres()
                .readers(6)
                .scale_readers(1..=5, ReaderTarget::cpu(60))),
        ("scaled readers that are none", ||
            postgres()
                .readers(0)
                .scale_readers(1..=5, ReaderTarget::cpu(60))),
        ("turning back PostgreSQL", ||
            postgres()
                .class("db.r8g.large")
                .backtrack(hours(24))),
        ("turning back a year", ||
            Database::aurora_mysql("8.0")
                .class("db.r8g.large")
                .backtrack(days(365))),
        ("turning back what has no class", ||
            Database::aurora_mysql("8.0")
                .backtrack(hours(24))),
        ("a small class in a global database", ||
            postgres()
                .global(["eu-west-1"])
                .class("db.t4g.medium")),
        ("a global database that begins with a snapshot", ||
            postgres()
                .global(["eu-west-1"])
                .from_snapshot("orders")),
        ("insights that a small class does not have", ||
            Database::aurora_mysql("8.0")
                .class("db.t4g.medium")
                .database_insights()),
        ("backups for no time", ||
            postgres()
                .backups(days(0))),
        ("windows that overlap", ||
            postgres()
                .backup_window(Window::at(3, 0))
                .maintenance_window(Weekday::Monday, Window::at(3, 15))),
        ("TLS that is switched off by its parameter", ||
            Database::aurora_mysql("8.0")
                .parameter("require_secure_transport", "OFF")),
    ];
    let mut told = String::new();
    for (name, wanted) in programs {
        let findings = wrong(|app| {
            wanted().build(app.stack("data").scope("Db"), &network(app));
        });
        told.push_str(&format!("## {name}\n"));
        for (code, message, line) in findings {
            told.push_str(&format!("{code}: {message}\n    {line}\n"));
        }
    }
    insta::assert_snapshot!("wrong", told);
}

#[test]
fn what_is_not_global_has_no_copies_in_other_regions() {
    let findings = wrong(|app| {
        let network = network(app);
        let database = postgres().build(app.stack("data").scope("Db"), &network);
        database.secondary().build(app.stack("copy").region("eu-west-1").scope("Db"), &network);
    });
    assert!(findings.iter().any(|(code, _, line)| code == "FW3081" && line.contains("database.secondary()")));
}

#[derive(Clone, Debug)]
struct Wanted {
    common: Common,
    mysql: bool,
    capacity: u8,
    readers: Option<u8>,
    scaled: u8,
    single: bool,
    parameters: bool,
    upgrade: bool,
    backtrack: bool,
    global: bool,
    snapshot: bool,
    outside: Outside,
}

fn program(app: &App, options: &Wanted) {
    let network = network(app);
    let it = if options.mysql { Database::aurora_mysql("8.0") } else { Database::aurora_postgres("17") };
    let it = options.common.said(it);
    let it = options.common.with_outside(options.outside, app, &network, it);
    let mut it = options.common.log(it, if options.mysql { "error" } else { "postgresql" });
    it = match options.capacity {
        0 => it,
        1 => it.serverless(0.0..=2.0),
        2 => it.serverless(1.5..=64.0),
        _ => it.class("db.r8g.large"),
    };
    if let Some(count) = options.readers {
        it = it.readers(count);
    }
    it = match options.scaled {
        0 => it,
        1 => it.scale_readers(1..=4, ReaderTarget::cpu(70)),
        _ => it.scale_readers(2..=15, ReaderTarget::connections(300)),
    };
    if options.single {
        it = it.single_zone();
    }
    if options.parameters {
        it = it.instance_parameter("max_connections", "300");
    }
    if options.upgrade {
        it = it.allow_major_upgrade();
    }
    if options.backtrack && options.mysql && options.capacity == 3 && !options.global {
        it = it.backtrack(hours(12));
    }
    if options.global {
        it = it.global(["eu-west-1"]);
    }
    if options.snapshot && !options.global {
        it = it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:orders");
    }
    let database = it.build(app.stack("data").scope("Db"), &network);
    options.common.let_in(app, &network, &database);
    if options.global {
        let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far").region("eu-west-1"));
        let copy = database.secondary().readers(1).without_enhanced_monitoring();
        copy.build(app.stack("copy").region("eu-west-1").scope("Db"), &far);
    }
}

#[test]
fn every_cluster_is_sound() {
    let readers = (proptest::option::of(1u8..=4), 0u8..3, any::<bool>());
    let rest = (any::<bool>(), 0u8..4, any::<(bool, bool)>(), any::<bool>(), any::<bool>(), any::<bool>());
    let options = (common(), readers, rest, outside()).prop_map(
        |(
            common,
            (readers, scaled, single),
            (mysql, capacity, (parameters, upgrade), backtrack, global, snapshot),
            outside,
        )| {
            // Nothing rotates the password where the function is not said.
            let global = global && !common.rotates_alone();
            Wanted {
                common,
                mysql,
                capacity,
                readers,
                scaled,
                single,
                parameters,
                upgrade,
                backtrack,
                global,
                snapshot,
                outside,
            }
        },
    );
    holds(
        "aurora",
        100,
        (any::<bool>(), options),
        program,
        |_| false,
        |assembly, options| {
            let usual = if options.mysql { 3306 } else { 5432 };
            options.common.judge(assembly, "DbWriter", usual);
            options.common.judge(assembly, "DbCluster", usual);
        },
    );
}
