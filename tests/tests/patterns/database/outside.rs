//! What a database takes from outside, and exact options of RDS.

use formwork::{
    aws::{
        iam::{self, TrustPolicy},
        types::{cidr, days, gib, hours},
    },
    core::{App, Assembly, Builder as _, Format},
    patterns::{
        Connect, Database, Role, SecurityGroup, ThreeTierVpc, Tier, Weekday, Window,
        database::{Aurora, Builder, Instance},
    },
};

use super::{
    super::{assemble, difference, says_nothing, template},
    key, network, postgres, values_of, wrong,
};
use crate::support::{folder, lint, templates};

fn role(app: &App) -> Role<'_> {
    let stack = app.stack("security");
    let trust = TrustPolicy::service("ecs-tasks.amazonaws.com");
    Role::of(stack, stack.add("Task", iam::Role::builder().assume_role_policy_document(trust)))
}

fn lines(assembly: &Assembly, name: &str) -> Vec<String> {
    let out = folder(name);
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    lint("eu-central-1", &templates(&out))
}

/// A shop whose document says every value.
fn shop(app: &App) {
    let stack = app.stack("network");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"))
        .in_zones(["eu-central-1a", "eu-central-1b"])
        .single_zone()
        .without(Tier::Data)
        .build(stack);
    let tasks = SecurityGroup::new(stack.scope("Tasks"), &network, "tasks");
    let group = SecurityGroup::new(stack.scope("Db"), &network, "database");
    let database = Database::mysql("8.0.43", "db.t3.micro")
        .name("awsomeshop")
        .own_secret()
        .secret_name("awsomeshop/db")
        .security_group(&group)
        .subnet_group_name("awsomeshop-db-subnet-group")
        .gp2()
        .storage(gib(20))
        .fixed_storage()
        .single_zone()
        .default_parameters()
        .default_options()
        .backups(days(30))
        .backup_window(Window::at(3, 0).lasting(hours(1)))
        .maintenance_window(Weekday::Sunday, Window::at(4, 0).lasting(hours(1)))
        .build(app.stack("data").scope("Db"), &network);
    if app.environment().is_production() {
        app.stack("data")
            .customize(database.instance(), |it| it.accept("FW2107", "the document: Multi-AZ false"));
    }
    database.grant_connect(&role(app));
    tasks.allow_to(&database, database.port());
}

#[test]
fn a_document_that_says_every_value_is_met() {
    for environment in ["prod", "dev"] {
        let assembly = assemble(environment, shop);
        says_nothing(&assembly);
        insta::assert_snapshot!(
            format!("database_exact_{environment}"),
            ["data", "security"].map(|stack| template(&assembly, stack)).join("\n")
        );
        let mut told = lines(&assembly, &format!("database-exact-{environment}"));
        // The zones are named in the network.
        told.retain(|line| !line.contains("W3010"));
        assert_eq!(told, [""; 0]);
    }
}

#[test]
fn every_name_and_group_with_outside_changes_what_it_says() {
    type Wanted = for<'a> fn(Builder<'a, Instance>, &SecurityGroup<'a>) -> Builder<'a, Instance>;
    let options: &[(&str, Wanted)] = &[
        ("security_group", |it, group| it.security_group(group)),
        ("subnet_group_name", |it, _| it.subnet_group_name("orders-subnets")),
        ("identifier", |it, _| it.identifier("orders")),
        ("own_secret, secret_name", |it, _| it.secret_name("shop/orders").own_secret()),
        ("gp2", |it, _| it.gp2()),
        ("gp2, storage", |it, _| it.gp2().storage(gib(400))),
        ("default_parameters", |it, _| it.default_parameters()),
        ("default_options", |it, _| it.default_options()),
        ("option_group", |it, _| it.option_group("audited")),
        ("proxy, security_group", |it, group| it.proxy().security_group(group)),
        ("proxy, proxy_security_group", |it, group| it.proxy().proxy_security_group(group)),
    ];
    let made = |option: Option<Wanted>| {
        assemble("prod", |app| {
            let network = network(app);
            let group = SecurityGroup::new(app.stack("network").scope("Databases"), &network, "databases");
            let it = Database::mysql("8.4", "db.t4g.medium");
            let it = if let Some(option) = option { option(it, &group) } else { it };
            it.build(app.stack("data").scope("Db"), &network);
        })
    };
    let base = made(None);
    let mut told = String::new();
    for (name, option) in options {
        let after = made(Some(*option));
        says_nothing(&after);
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &after)));
    }
    insta::assert_snapshot!("database_outside", told);
}

#[test]
fn a_cluster_takes_the_same_with_outside() {
    type Wanted = for<'a> fn(Builder<'a, Aurora>, &SecurityGroup<'a>) -> Builder<'a, Aurora>;
    let options: &[(&str, Wanted)] = &[
        ("security_group", |it, group| it.security_group(group)),
        ("subnet_group_name", |it, _| it.subnet_group_name("orders-subnets")),
        ("identifier", |it, _| it.identifier("orders")),
        ("own_secret, secret_name", |it, _| it.own_secret().secret_name("shop/orders")),
        ("default_parameters", |it, _| it.default_parameters()),
        ("proxy, proxy_security_group", |it, group| it.proxy_for_tokens().proxy_security_group(group)),
    ];
    let made = |option: Option<Wanted>| {
        assemble("prod", |app| {
            let network = network(app);
            let group = SecurityGroup::new(app.stack("network").scope("Databases"), &network, "databases");
            let it = Database::aurora_mysql("8.0");
            let it = if let Some(option) = option { option(it, &group) } else { it };
            it.build(app.stack("data").scope("Db"), &network);
        })
    };
    let base = made(None);
    let mut told = String::new();
    for (name, option) in options {
        let after = made(Some(*option));
        says_nothing(&after);
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &after)));
    }
    insta::assert_snapshot!("aurora_outside", told);
}

#[test]
fn groups_of_rds_have_the_names_of_their_engines() {
    let named = |wanted: fn() -> Builder<'static, Instance>| {
        let assembly = assemble("prod", |app| {
            wanted()
                .default_parameters()
                .default_options()
                .build(app.stack("data").scope("Db"), &network(app));
        });
        says_nothing(&assembly);
        let of = |property| values_of(&assembly, property).concat();
        [of("DBParameterGroupName"), of("OptionGroupName")]
    };
    assert_eq!(named(|| Database::mysql("8.0", "db.m8g.large")), ["default.mysql8.0", "default:mysql-8-0"]);
    assert_eq!(named(postgres), ["default.postgres17", "default:postgres-17"]);
    assert_eq!(
        named(|| Database::mariadb("10.11.16", "db.m6g.large")),
        ["default.mariadb10.11", "default:mariadb-10-11"]
    );
}

#[test]
fn a_copy_has_the_parameters_of_its_original() {
    let groups = |of_original: bool, own: bool| {
        let assembly = assemble("prod", |app| {
            let (network, data) = (network(app), app.stack("data"));
            let original = postgres().own_secret();
            let original = if of_original {
                original.default_parameters()
            } else {
                original.parameter("work_mem", "65536")
            };
            let original = original.build(data.scope("Db"), &network);
            let copy = original.replica("db.t4g.large");
            let copy = match (of_original, own) {
                (_, false) => copy,
                (true, true) => copy.parameter("work_mem", "65536"),
                (false, true) => copy.default_parameters(),
            };
            let copy = copy.build(data.scope("Copy"), &network);
            assert_eq!(original.parameter_group().is_none(), of_original);
            assert_eq!(copy.parameter_group().is_none(), of_original != own);
        });
        says_nothing(&assembly);
    };
    for of_original in [true, false] {
        for own in [true, false] {
            groups(of_original, own);
        }
    }
}

#[test]
fn without_a_standby_it_stands_in_the_zone_of_the_network() {
    let zones = |environment: &str, wanted: fn() -> Builder<'static, Instance>| {
        let assembly = assemble(environment, |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"))
                .in_zones(["eu-central-1a", "eu-central-1b"])
                .single_zone()
                .build(app.stack("network"));
            wanted().build(app.stack("data").scope("Db"), &network);
        });
        template(&assembly, "data").lines().filter(|line| line.contains("AvailabilityZone")).count()
    };
    assert_eq!(zones("dev", postgres), 1);
    assert_eq!(zones("dev", || postgres().multi_az()), 0);
    assert_eq!(zones("prod", postgres), 0);
    assert_eq!(zones("prod", || postgres().single_zone()), 1);
    let aurora = |single: bool| {
        let assembly = assemble("prod", |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).single_zone().build(app.stack("network"));
            let it = Database::aurora_postgres("17");
            let it = if single { it.single_zone() } else { it };
            it.build(app.stack("data").scope("Db"), &network);
        });
        assert_eq!(values_of(&assembly, "Parameters"), [""; 0], "no wire for a zone");
        template(&assembly, "data").lines().filter(|line| line.contains("AvailabilityZone")).count()
    };
    assert_eq!((aurora(true), aurora(false)), (1, 0));
}

#[test]
fn the_group_may_stand_in_a_scope_of_the_same_name() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let data = app.stack("data");
        let group = SecurityGroup::new(data.scope("Db"), &network, "database");
        let database = postgres().security_group(&group).build(data.scope("Db"), &network);
        assert_eq!(database.security_group().group(), group.group());
        assert_eq!(database.group().group(), group.group());
    });
    says_nothing(&assembly);
}

#[test]
fn rights_to_log_on_open_no_port() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let data = app.stack("data");
        let task = role(app);
        postgres().build(data.scope("Plain"), &network).grant_connect(&task);
        let cluster = Database::aurora_mysql("8.0").build(data.scope("Cluster"), &network);
        cluster.grant_connect_as(&task, "reports");
        let proxied = postgres().proxy_for_tokens().build(data.scope("Proxied"), &network);
        proxied.grant_connect(&task);
    });
    says_nothing(&assembly);
    insta::assert_snapshot!("database_grant_connect", template(&assembly, "security"));
}

#[test]
fn rights_that_let_nobody_in_are_told() {
    let findings = wrong(|app| {
        let network = network(app);
        let data = app.stack("data");
        let task = role(app);
        let plain = postgres().passwords_only().build(data.scope("Plain"), &network);
        let proxied = postgres().proxy().build(data.scope("Proxied"), &network);
        let tokens = postgres().proxy_for_tokens().build(data.scope("Tokens"), &network);
        plain.grant_connect(&task);
        proxied.grant_connect(&task);
        tokens.grant_connect_as(&task, "reports");
    });
    let told: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    let lines = [
        "plain.grant_connect(&task);",
        "proxied.grant_connect(&task);",
        "tokens.grant_connect_as(&task, \"reports\");",
    ];
    assert_eq!(told, lines.map(|line| ("FW3087", line)));
}

#[test]
fn what_cannot_be_had_with_outside_is_told_at_the_line_that_says_it() {
    type Wanted = for<'a> fn(&SecurityGroup<'a>) -> Builder<'a, Instance>;
    #[rustfmt::skip]
    let programs: &[(&str, Wanted)] = &[
        ("a name of the secret of RDS", |_|
            postgres()
                .secret_name("shop/orders")),
        ("a name that no secret has", |_|
            postgres()
                .own_secret()
                .secret_name("shop orders!")),
        ("a group of no proxy", |group|
            postgres()
                .proxy_security_group(group)),
        ("a name that no subnet group has", |_|
            postgres()
                .subnet_group_name("default")),
        ("a name with a slash", |_|
            postgres()
                .subnet_group_name("shop/subnets")),
        ("a name that no instance has", |_|
            postgres()
                .identifier("my_orders")),
        ("a parameter in a group of RDS", |_|
            postgres()
                .default_parameters()
                .parameter("work_mem", "65536")),
        ("no TLS in a group that demands it", |_|
            postgres()
                .allow_unencrypted_connections()
                .default_parameters()),
        ("operations of gp2", |_|
            postgres()
                .storage(gib(400))
                .iops(16_000)
                .gp2()),
        ("throughput of gp2", |_|
            postgres()
                .gp2()
                .throughput(500)),
        ("two types of storage", |_|
            postgres()
                .gp2()
                .io2(4000)),
        ("an option group of another engine", |_|
            postgres()
                .option_group("default:mysql-8-0")),
        ("a class that new versions do not run on", |_|
            Database::mysql("8.4",
                "db.t2.micro")),
        ("the same of a whole version", |_|
            Database::mysql("8.0.43",
                "db.t2.micro")),
        ("a class that old versions do not run on", |_|
            Database::mysql("5.7.44-rds.20260902",
                "db.r8g.large")),
        ("a class that the engine does not run on", |_|
            Database::postgres("17",
                "db.serverless")),
        ("a class that is not known", |_|
            Database::mysql("8.0.43",
                "db.t9.micro")),
        ("a version that is gone", |_|
            Database::mysql("8.0.20", "db.t3.micro")),
        ("a version that RDS makes no more of", |_|
            Database::mysql("8.0.35", "db.t3.micro")),
        ("a version from before RDS", |_|
            Database::mysql("5.1.73", "db.t3.micro")),
        ("a version older than all of its major one", |_|
            Database::postgres("17.0", "db.t3.micro")),
    ];
    let mut told = String::new();
    for (name, wanted) in programs {
        let findings = super::super::findings(|app| {
            let network = network(app);
            let group = SecurityGroup::new(app.stack("network").scope("Databases"), &network, "databases");
            wanted(&group).build(app.stack("data").scope("Db"), &network);
        });
        told.push_str(&format!("## {name}\n"));
        let wrong = findings.iter().filter(|finding| finding.severity != formwork::core::Severity::Note);
        for finding in wrong {
            let at = &finding.spans.first().expect("a span").at;
            assert!(at.file.ends_with("outside.rs"), "{finding}");
            let text = std::fs::read_to_string(crate::support::root().join(&*at.file)).expect("this file");
            let line = text.lines().nth(at.line as usize - 1).unwrap_or_default().trim();
            told.push_str(&format!(
                "{:?} {}: {}\n    {line}\n",
                finding.severity, finding.code, finding.message
            ));
        }
    }
    insta::assert_snapshot!("database_outside_wrong", told);
}

#[test]
fn a_class_of_a_cluster_is_one_that_aurora_has() {
    let findings = wrong(|app| {
        #[rustfmt::skip]
        let database = Database::aurora_mysql("8.0")
            .class("db.t3.micro");
        database.single_zone().build(app.stack("data").scope("Db"), &network(app));
    });
    let told: Vec<_> = findings.iter().map(|(code, _, line)| (code.as_str(), line.as_str())).collect();
    assert!(told.contains(&("FW1025", ".class(\"db.t3.micro\");")), "{findings:#?}");
}

#[test]
fn keys_and_names_go_together() {
    let assembly = assemble("prod", |app| {
        let it = Database::mysql("8.4", "db.t4g.medium").own_secret().encrypted_with(key());
        it.secret_name("shop/db").build(app.stack("data").scope("Db"), &network(app));
    });
    says_nothing(&assembly);
    assert_eq!(values_of(&assembly, "Name"), ["shop/db"]);
}
