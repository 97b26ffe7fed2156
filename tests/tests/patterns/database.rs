//! Databases on an instance of RDS; those of Aurora are in `aurora.rs`, with what both have in common here.

use std::cell::RefCell;

use super::{assemble, difference, findings, says_nothing, template};
use crate::support::{folder, lint, templates};
use formwork::{
    aws::{
        ec2::{
            self,
            instance::{HttpTokens, MetadataOptions},
        },
        iam::{self, TrustPolicy},
        kms,
        types::{cidr, days, gib, mib, minutes},
    },
    check::Check,
    core::{App, Arn, Assembly, Finding, Format, Output, Scope, Severity},
    patterns::{
        Configure, Connect, Database, Grantee, Role, SecretValue, SecurityGroup, ThreeTierVpc, Tier, Weekday,
        Window,
        database::{Builder, Every, Instance},
    },
};

mod outside;
pub(super) mod sound;

/// Something that uses a database: a machine with a group and a role, which takes settings.
pub(super) struct Client<'a> {
    group: SecurityGroup<'a>,
    role: Role<'a>,
    scope: Scope<'a>,
    settings: RefCell<Vec<String>>,
}

impl<'a> Client<'a> {
    pub(super) fn new(scope: Scope<'a>, network: &ThreeTierVpc<'a>) -> Self {
        let group = SecurityGroup::new(scope, network, "client");
        let trust = TrustPolicy::service("ec2.amazonaws.com");
        let role =
            Role::of(scope, scope.add("Role", iam::Role::builder().assume_role_policy_document(trust)));
        let machine = ec2::Instance::builder()
            .image_id("ami-0123456789abcdef0")
            .metadata_options(MetadataOptions::builder().http_tokens(HttpTokens::Required))
            .subnet_id(network.service_subnets()[0].clone())
            .security_group_ids([group.id()]);
        scope.add("Machine", machine);
        Self { group, role, scope, settings: RefCell::default() }
    }

    /// The settings in the order in which they were set.
    fn settings(&self) -> Vec<String> {
        self.settings.borrow().clone()
    }
}

impl<'a> Connect<'a> for Client<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Grantee<'a> for Client<'a> {
    fn role(&self) -> Role<'a> {
        self.role
    }
}

impl Configure for Client<'_> {
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.settings.borrow_mut().push(name.to_owned());
        self.scope.output(name.replace('_', ""), value);
    }

    fn set_secret(&self, name: &str, value: SecretValue) {
        self.settings.borrow_mut().push(format!("{name}, secret"));
        self.scope.output(name.replace('_', ""), value.value_from());
    }
}

pub(super) fn network(app: &App) -> ThreeTierVpc<'_> {
    ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"))
}

fn postgres() -> Builder<'static, Instance> {
    Database::postgres("17", "db.t4g.medium")
}

#[track_caller]
fn one(environment: &str, wanted: impl Fn() -> Builder<'static, Instance>) -> Assembly {
    assemble(environment, |app| {
        wanted().build(app.stack("data").scope("Db"), &network(app));
    })
}

#[test]
fn at_default_settings_it_is_safe() {
    type Wanted = fn() -> Builder<'static, Instance>;
    let engines: [(&str, Wanted); 3] = [
        ("postgres", postgres),
        ("mysql", || Database::mysql("8.4", "db.t4g.medium")),
        ("mariadb", || Database::mariadb("11.8", "db.m8g.large")),
    ];
    for (engine, wanted) in engines {
        for environment in ["prod", "dev"] {
            let assembly = one(environment, wanted);
            says_nothing(&assembly);
            insta::assert_snapshot!(format!("database_{engine}_{environment}"), template(&assembly, "data"));
        }
    }
}

/// A key that exists outside this program.
pub(super) fn key() -> Arn<kms::Key> {
    Arn::existing("arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f")
}

#[test]
fn every_option_changes_what_it_says() {
    type Wanted = fn(Builder<'static, Instance>) -> Builder<'static, Instance>;
    let options: &[(&str, Wanted)] = &[
        ("name", |it| it.name("orders")),
        ("username", |it| it.username("orders_owner")),
        ("port", |it| it.port(6432)),
        ("storage", |it| it.storage(gib(500))),
        ("grow_to", |it| it.grow_to(gib(200))),
        ("fixed_storage", |it| it.fixed_storage()),
        ("iops, throughput", |it| it.storage(gib(400)).iops(16_000).throughput(700)),
        ("io2", |it| it.io2(4000)),
        ("io2, storage", |it| it.storage(gib(300)).io2(4000)),
        ("allow_major_upgrade", |it| it.allow_major_upgrade()),
        ("single_zone", |it| it.single_zone()),
        ("backups", |it| it.backups(days(35))),
        ("backup_window", |it| it.backup_window(Window::at(23, 45))),
        ("maintenance_window", |it| {
            it.maintenance_window(Weekday::Sunday, Window::at(23, 30).lasting(minutes(90)))
        }),
        ("parameter", |it| it.parameter("work_mem", "65536")),
        ("allow_unencrypted_connections", |it| it.allow_unencrypted_connections()),
        ("passwords_only", |it| it.passwords_only()),
        ("encrypted_with", |it| it.encrypted_with(key())),
        ("unencrypted", |it| it.unencrypted()),
        ("publicly_accessible", |it| it.publicly_accessible()),
        ("deletable", |it| it.deletable()),
        ("keep_nothing", |it| it.keep_nothing()),
        ("without_minor_upgrades", |it| it.without_minor_upgrades()),
        ("extended_support", |it| it.extended_support()),
        ("without_extended_support", |it| it.without_extended_support()),
        ("enhanced_monitoring", |it| it.enhanced_monitoring(Every::Seconds5)),
        ("without_enhanced_monitoring", |it| it.without_enhanced_monitoring()),
        ("database_insights", |it| it.database_insights()),
        ("without_performance_insights", |it| it.without_performance_insights()),
        ("logs", |it| it.logs(["postgresql"])),
        ("logs, none", |it| it.logs::<String>([])),
        ("own_secret", |it| it.own_secret()),
        ("own_secret, keep_nothing", |it| it.own_secret().keep_nothing()),
        ("own_secret, rotated_by", |it| {
            it.own_secret().rotated_by("arn:aws:lambda:eu-central-1:111122223333:function:rotate")
        }),
        ("rotate_every", |it| it.rotate_every(days(30))),
        ("replicas_in", |it| it.replicas_in(["eu-west-1"])),
        ("from_snapshot", |it| {
            it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:snapshot:orders").username("orders_owner")
        }),
        ("from_snapshot, own_secret, secret_name", |it| {
            it.own_secret()
                .secret_name("shop/orders-restored")
                .from_snapshot("arn:aws:rds:eu-central-1:111122223333:snapshot:orders")
                .username("orders_owner")
        }),
        ("proxy", |it| it.proxy()),
        ("proxy_for_tokens", |it| it.proxy_for_tokens()),
    ];
    let base = one("prod", postgres);
    let mut told = String::new();
    for (name, option) in options {
        let after = one("prod", || option(postgres()));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &after)));
    }
    let base = one("dev", postgres);
    let only_elsewhere: &[(&str, Wanted)] = &[
        ("multi_az", |it| it.multi_az()),
        ("deletion_protection", |it| it.deletion_protection()),
        ("snapshot_on_removal", |it| it.snapshot_on_removal()),
    ];
    for (name, option) in only_elsewhere {
        let after = one("dev", || option(postgres()));
        says_nothing(&after);
        told.push_str(&format!("## {name}, not in production\n{}\n", difference(&base, &after)));
    }
    insta::assert_snapshot!("database_options", told);
}

#[test]
fn a_small_class_of_mysql_has_no_performance_insights() {
    let of = |class: &'static str| template(&one("prod", || Database::mysql("8.4", class)), "data");
    assert!(of("db.t4g.small").contains("EnablePerformanceInsights: false"));
    assert!(of("db.t4g.medium").contains("EnablePerformanceInsights: true"));
}

#[test]
fn who_is_let_in_gets_rules_a_right_and_settings() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let database = postgres().build(app.stack("data").scope("Db"), &network);
        let api = Client::new(app.stack("api").scope("Api"), &network);
        database.allow_from(&api).env("DATABASE");
        database.allow_from_as(&api, "migrator").env("MIGRATION");
        database.grant_secret(&api);
        assert_eq!(
            api.settings(),
            [
                "DATABASE_HOST",
                "DATABASE_PORT",
                "DATABASE_NAME",
                "DATABASE_USERNAME",
                "DATABASE_PASSWORD, secret",
                "MIGRATION_HOST",
                "MIGRATION_PORT",
                "MIGRATION_NAME",
                "MIGRATION_USERNAME",
            ]
        );
    });
    says_nothing(&assembly);
    insta::assert_snapshot!("database_allow_from", template(&assembly, "api"));
}

#[test]
fn behind_a_proxy_clients_reach_the_proxy() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let database = postgres().proxy_for_tokens().build(app.stack("data").scope("Db"), &network);
        let api = Client::new(app.stack("api").scope("Api"), &network);
        database.allow_from(&api).env("DATABASE");
        assert_eq!(api.settings().len(), 4, "no password");
    });
    says_nothing(&assembly);
    insta::assert_snapshot!("database_allow_from_proxy", template(&assembly, "api"));
}

#[test]
fn replicas_follow_an_original() {
    let assembly = assemble("prod", |app| {
        let near = network(app);
        let data = app.stack("data");
        let original = postgres()
            .name("orders")
            .port(6432)
            .parameter("max_connections", "200")
            .replicas_in(["eu-west-1"])
            .build(data.scope("Db"), &near);
        let reports = original.replica("db.t4g.large").build(data.scope("Reports"), &near);
        let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far").region("eu-west-1"));
        let stack = app.stack("copy").region("eu-west-1");
        let copy = original.replica_in_another_region("db.t4g.large").build(stack.scope("Db"), &far);
        let api = Client::new(app.stack("api").region("eu-west-1").scope("Api"), &far);
        copy.allow_from(&api).env("DATABASE");
        assert_eq!((reports.name(), copy.username()), ("orders", "dbadmin"));
    });
    says_nothing(&assembly);
    insta::assert_snapshot!(
        "database_replicas",
        ["data", "copy", "api"].map(|stack| template(&assembly, stack)).join("\n")
    );
}

/// The values of a property in the stack `data`, in order.
fn values_of(assembly: &Assembly, property: &str) -> Vec<String> {
    let text = template(assembly, "data");
    let of = |line: &str| Some(line.trim().strip_prefix(property)?.strip_prefix(": ")?.to_owned());
    text.lines().filter_map(of).collect()
}

#[test]
fn replicas_grow_as_their_original_does() {
    type Wanted = fn(Builder<'static, Instance>) -> Builder<'static, Instance>;
    let grows = |wanted: Wanted, of_copy: bool| {
        let assembly = assemble("prod", |app| {
            let (data, network) = (app.stack("data"), network(app));
            let original = wanted(postgres().own_secret()).build(data.scope("Db"), &network);
            let copy = original.replica("db.t4g.large");
            let copy = if of_copy { copy.fixed_storage() } else { copy };
            let copy = copy.build(data.scope("Copy"), &network);
            // A copy of a copy as well.
            copy.replica("db.t4g.large").build(data.scope("Second"), &network);
        });
        says_nothing(&assembly);
        values_of(&assembly, "MaxAllocatedStorage")
    };
    assert_eq!(grows(|it| it, false), ["100", "100", "100"]);
    assert_eq!(grows(|it| it.storage(gib(200)), false), ["1000", "1000", "1000"]);
    assert_eq!(grows(|it| it.grow_to(gib(500)), false), ["500", "500", "500"]);
    assert_eq!(grows(|it| it.grow_to(gib(500)), true), ["500"]);
    assert_eq!(grows(|it| it.fixed_storage(), false), [""; 0]);
}

#[test]
fn a_replica_comes_to_a_new_version_before_its_original() {
    let assembly = assemble("prod", |app| {
        let (data, network) = (app.stack("data"), network(app));
        let original = Database::mysql("8.0", "db.m8g.large").own_secret().build(data.scope("Db"), &network);
        let copy = original.replica("db.m8g.large").version("8.4").allow_major_upgrade();
        let copy = copy.build(data.scope("Copy"), &network);
        assert_eq!((original.engine().version(), copy.engine().version()), ("8.0", "8.4"));
    });
    let told = said_of(&assembly).into_iter().filter(|finding| finding.severity > Severity::Note);
    // The reminder that it is to be taken back.
    assert_eq!(told.map(|finding| finding.code.to_string()).collect::<Vec<_>>(), ["FW1611"]);
    assert_eq!(values_of(&assembly, "Family"), ["mysql8.0", "mysql8.4"].map(str::to_owned));
    let text = template(&assembly, "data");
    let copy = text.split_once("  CopyInstance:").expect("the copy").1;
    let copy = copy.split_once("\nOutputs:").map_or(copy, |(copy, _)| copy);
    insta::assert_snapshot!("database_replica_version", copy);
    // Names are made by CloudFormation, so that old and new groups stand side by side.
    assert_eq!(values_of(&assembly, "DBParameterGroupName"), [""; 0]);
    let out = folder("replica-version");
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), [""; 0]);
}

#[test]
fn an_upgrade_that_is_allowed_is_remembered_where_it_was_said() {
    let findings = wrong(|app| {
        #[rustfmt::skip]
        let database = postgres()
            .allow_major_upgrade();
        database.build(app.stack("data").scope("Db"), &network(app));
    });
    let told: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    assert_eq!(told, [("FW1611", ".allow_major_upgrade();")]);
}

#[test]
fn a_replica_has_a_version_that_it_can_run() {
    let found = |original: fn() -> Builder<'static, Instance>, version: &'static str| {
        let findings = wrong(|app| {
            let (data, network) = (app.stack("data"), network(app));
            let database = original().own_secret().build(data.scope("Db"), &network);
            #[rustfmt::skip]
            let copy = database.replica("db.m8g.large")
                .version(version);
            copy.build(data.scope("Copy"), &network);
        });
        findings.iter().map(|(code, message, line)| format!("{code} {message} {line}")).collect::<Vec<_>>()
    };
    let mysql = || Database::mysql("8.4", "db.m8g.large");
    let line = ".version(version);";
    assert_eq!(
        found(mysql, "8.0"),
        [format!("FW3089 a replica of version 8.0 of an original of version 8.4 {line}")]
    );
    assert_eq!(found(mysql, "8.4"), [""; 0]);
    assert_eq!(
        found(|| Database::postgres("16", "db.m8g.large"), "17"),
        [format!("FW3089 a replica of PostgreSQL 17 of an original of PostgreSQL 16 {line}")]
    );
    let unknown = found(mysql, "newest");
    assert!(unknown.iter().any(|it| it.starts_with("FW1263") && it.ends_with(line)), "{unknown:?}");
}

/// CloudFormation makes what takes a resource's place before that goes, and two proxies of a name there are not.
#[test]
fn other_subnets_or_another_engine_rename_a_proxy() {
    let names = |zones: u8, wanted: fn() -> Builder<'static, Instance>| {
        let assembly = assemble("prod", |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(zones).build(app.stack("network"));
            wanted().proxy().build(app.stack("data").scope("Db"), &network);
            Database::aurora_postgres("17").proxy().build(app.stack("data").scope("Events"), &network);
        });
        let mut names = values_of(&assembly, "DBProxyName");
        names.retain(|name| !name.is_empty());
        names.extend(values_of(&assembly, "DBProxyEndpointName"));
        names
    };
    let two = names(2, postgres);
    assert_eq!(two.len(), 3, "{two:?}");
    assert_eq!(two, names(2, || Database::postgres("16", "db.m8g.large").name("orders")));
    assert!(two.iter().all(|name| name.len() <= 63), "{two:?}");
    let three = names(3, postgres);
    assert!(two.iter().zip(&three).all(|(two, three)| two != three), "{two:?} {three:?}");
    let mysql = names(2, || Database::mysql("8.4", "db.t4g.medium"));
    assert_eq!(two.iter().zip(&mysql).filter(|(one, other)| one != other).count(), 1, "{two:?} {mysql:?}");
}

#[test]
fn what_is_made_can_be_changed_and_measured() {
    let assembly = assemble("prod", |app| {
        let data = app.stack("data");
        let database = postgres().proxy().own_secret().build(data.scope("Db"), &network(app));
        data.customize(database.instance(), |it| it.dedicated_log_volume(true));
        if let Some(group) = database.parameter_group() {
            data.customize(group, |it| it.description("ours"));
        }
        data.customize(database.subnet_group(), |it| it.db_subnet_group_description("ours"));
        if let (Some(proxy), Some(targets)) = (database.proxy(), database.proxy_targets()) {
            data.customize(proxy, |it| it.idle_client_timeout(600));
            data.customize(targets, |it| it);
        }
        for role in [database.proxy_role(), database.monitoring_role()].into_iter().flatten() {
            data.customize(role, |it| it.description("ours"));
        }
        if let (Some(secret), Some(attachment)) = (database.own_secret(), database.secret_attachment()) {
            data.customize(secret, |it| it.description("ours"));
            data.customize(attachment, |it| it);
        }
        assert!(database.rotation().is_none() && database.proxy_reader().is_none());
        if let Some(group) = database.group().group() {
            data.customize(group, |it| it.group_description("ours"));
        }
        let metrics = [
            database.cpu_utilization().above(80),
            database.connections().above(100),
            database.freeable_memory().below(1e9),
            database.free_storage().below(5e9),
            database.read_latency().above(0.02),
            database.write_latency().above(0.02),
            database.replica_lag().above(60),
            database.disk_queue_depth().above(64),
        ];
        for (number, alarm) in metrics.into_iter().enumerate() {
            app.stack("alarms").add(format!("Alarm{number}"), alarm);
        }
    });
    let told = said_of(&assembly);
    let about_metrics =
        told.iter().filter(|finding| finding.code.starts_with("FW130") && finding.code != "FW1308");
    assert_eq!(about_metrics.map(|it| it.message.clone()).collect::<Vec<_>>(), Vec::<String>::new());
    insta::assert_snapshot!("database_alarms", template(&assembly, "alarms"));
}

/// Everything that `check` says.
pub(super) fn said_of(assembly: &Assembly) -> Vec<Finding> {
    Check::new().assembly(assembly).findings.iter().cloned().collect()
}

/// What is wrong with a program: the code, the message, and whether this file is named first, by the line that holds a
/// text.
pub(super) fn wrong(program: impl Fn(&App)) -> Vec<(String, String, String)> {
    let findings = findings(program);
    let wrong = findings.into_iter().filter(|finding| finding.severity != formwork::core::Severity::Note);
    let line = |finding: &Finding| {
        let at = &finding.spans.first().expect("a span").at;
        let text = std::fs::read_to_string(crate::support::root().join(&*at.file))
            .or_else(|_| std::fs::read_to_string(&*at.file))
            .unwrap_or_else(|e| panic!("{}: {e}", at.file));
        text.lines().nth(at.line as usize - 1).unwrap_or_default().trim().to_owned()
    };
    wrong.map(|finding| (finding.code.to_string(), finding.message.clone(), line(&finding))).collect()
}

#[test]
fn what_is_wrong_is_told_at_the_line_that_says_it() {
    type Wanted = fn() -> Builder<'static, Instance>;
    #[rustfmt::skip]
    let programs: &[(&str, Wanted)] = &[
        ("a version that does not exist", ||
            Database::postgres("17.99", "db.t4g.medium")),
        ("no version at all", ||
            Database::postgres("latest", "db.t4g.medium")),
        ("a class that does not exist", ||
            Database::postgres("17", "t4g.medium")),
        ("a class of another engine", ||
            Database::mysql("8.4", "db.serverless")),
        ("backups for too long", ||
            postgres()
                .backups(days(36))),
        ("backups for no time", ||
            postgres()
                .backups(days(0))),
        ("storage of half a GiB", ||
            postgres()
                .storage(mib(20_500))),
        ("too little storage", ||
            postgres()
                .storage(gib(5))),
        ("storage that is to shrink", ||
            postgres()
                .storage(gib(100))
                .grow_to(gib(50))),
        ("operations that a small disk does not have", ||
            postgres()
                .iops(16_000)),
        ("fewer operations than there are anyway", ||
            postgres()
                .storage(gib(400))
                .iops(6000)),
        ("less throughput than there is anyway", ||
            postgres()
                .storage(gib(400))
                .throughput(300)),
        ("more throughput than operations carry", ||
            postgres()
                .storage(gib(400))
                .iops(12_000)
                .throughput(4000)),
        ("more operations than so much storage has", ||
            postgres()
                .storage(gib(100))
                .io2(200_000)),
        ("less storage than provisioned operations need", ||
            postgres()
                .storage(gib(50))
                .io2(4000)),
        ("too few provisioned operations", ||
            postgres()
                .io2(500)),
        ("windows that overlap", ||
            postgres()
                .backup_window(Window::at(3, 0))
                .maintenance_window(Weekday::Monday, Window::at(3, 15))),
        ("no time of the day", ||
            postgres()
                .backup_window(Window::at(24, 0))),
        ("a window of a moment", ||
            postgres()
                .maintenance_window(Weekday::Monday, Window::at(3, 0).lasting(minutes(10)))),
        ("no name", ||
            postgres()
                .name("my-orders")),
        ("a reserved user", ||
            postgres()
                .username("rdsadmin")),
        ("a user with a long name in MySQL", ||
            Database::mysql("8.4", "db.t4g.medium")
                .username("the_owner_of_all_orders")),
        ("TLS that is switched off by its parameter", ||
            postgres()
                .parameter("rds.force_ssl", "0")),
        ("rotation of a secret that nothing rotates", ||
            postgres()
                .own_secret()
                .rotate_every(days(30))),
        ("rotation in years", ||
            postgres()
                .rotate_every(days(5000))),
        ("insights that a small class does not have", ||
            Database::mysql("8.4", "db.t4g.micro")
                .database_insights()),
        ("logs of another engine", ||
            postgres()
                .logs(["slowquery"])),
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
    insta::assert_snapshot!("database_wrong", told);
}

/// A database that is restored, with the password that RDS makes or with that of a secret: the first user's name is that of
/// the snapshot, and nothing says it to RDS.
#[test]
fn what_is_restored_has_a_new_password() {
    const SNAPSHOT: &str = "arn:aws:rds:eu-central-1:111122223333:snapshot:orders";
    for environment in ["prod", "dev"] {
        let managed = one(environment, || postgres().from_snapshot(SNAPSHOT).username("orders_owner"));
        says_nothing(&managed);
        let managed = template(&managed, "data");
        assert!(managed.contains("ManageMasterUserPassword: true"), "{managed}");
        assert!(!managed.contains("MasterUserPassword: '{{"), "{managed}");
        assert!(!managed.contains("MasterUsername"), "{managed}");
        let own = one(environment, || {
            postgres()
                .from_snapshot(SNAPSHOT)
                .username("orders_owner")
                .own_secret()
                .secret_name("shop/orders-2")
        });
        says_nothing(&own);
        let own = template(&own, "data");
        assert!(own.contains("MasterUserPassword:") && !own.contains("MasterUsername"), "{own}");
        assert!(own.contains(r#"{\"username\":\"orders_owner\"}"#), "{own}");
        // Replicas of what was restored are replicas like others.
        let copied = assemble(environment, |app| {
            let network = network(app);
            let data = app.stack("data");
            let restored = postgres().from_snapshot(SNAPSHOT).own_secret().build(data.scope("Db"), &network);
            restored.replica("db.t4g.medium").build(data.scope("Copy"), &network);
        });
        says_nothing(&copied);
    }
}

#[test]
fn a_weaker_choice_in_production_is_told_at_its_name() {
    let findings = wrong(|app| {
        #[rustfmt::skip]
        let database = postgres()
            .single_zone()
            .publicly_accessible();
        database.build(app.stack("data").scope("Db"), &network(app));
    });
    let told: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    assert_eq!(told, [("FW2107", ".single_zone()"), ("FW2102", ".publicly_accessible();")]);
}

#[test]
fn what_has_no_copies_says_so_where_one_is_asked_for() {
    let findings = wrong(|app| {
        let network = network(app);
        let database = postgres().build(app.stack("data").scope("Db"), &network);
        database.replica("db.t4g.medium").build(app.stack("data").scope("Copy"), &network);
    });
    let codes: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    assert_eq!(
        codes,
        [(
            "FW3081",
            "database.replica(\"db.t4g.medium\").build(app.stack(\"data\").scope(\"Copy\"), &network);"
        )]
    );
}

#[test]
fn who_has_no_password_needs_tokens() {
    let findings = wrong(|app| {
        let network = network(app);
        let data = app.stack("data");
        let plain = postgres().passwords_only().build(data.scope("Plain"), &network);
        let proxied = postgres().proxy_for_tokens().build(data.scope("Proxied"), &network);
        let api = Client::new(app.stack("api").scope("Api"), &network);
        plain.allow_from_as(&api, "reports");
        proxied.reader().allow_from_as(&api, "reports");
    });
    let told: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    let lines =
        [r#"plain.allow_from_as(&api, "reports");"#, r#"proxied.reader().allow_from_as(&api, "reports");"#];
    assert_eq!(told, lines.map(|line| ("FW3087", line)));
}

#[test]
fn a_network_without_public_subnets_has_no_public_database() {
    let findings = wrong(|app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"));
        let network = network.without(Tier::Public).build(app.stack("network"));
        #[rustfmt::skip]
        let database = postgres()
            .publicly_accessible();
        database.build(app.stack("data").scope("Db"), &network);
    });
    let told =
        |(code, _, line): &(String, String, String)| code == "FW3088" && line == ".publicly_accessible();";
    assert!(findings.iter().any(told), "{findings:?}");
}
