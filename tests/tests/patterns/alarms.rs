//! Alerts with their alarms, dashboards, budgets, and namespaces of a program's own.

use formwork::{
    aws::{
        certificatemanager::Certificate,
        cloudwatch::alarm,
        sns,
        types::{gib, milliseconds, minutes, seconds},
    },
    check::Check,
    core::{
        App, Arn, AsHandle, Assembly, Environment, Format, Identifier, Lowering, Options, Severity, Stack,
        pseudo,
    },
    patterns::{
        Alerts, Budget, Cache, Dashboard, Database, FargateService, LoadBalancer, Metric, MetricNamespace,
        MetricUnit, Role, Stat, ThreeTierVpc,
        alerts::Builder as AlertsBuilder,
        budget,
        dashboard::{self, Graph},
        database::Instance,
        fargate::{Cluster, Deployment, Insights},
    },
    prelude::{cidr, days},
};
use proptest::prelude::*;

use super::{assemble, difference, findings, holds, says_nothing, template};
use crate::support::{folder, lint, templates};

const IMAGE: &str = "public.ecr.aws/acme/api:1.4";

/// A system to watch: a service behind a load balancer, a database and a cache, each in a stack of its own.
struct System<'a> {
    api: FargateService<'a>,
    balancer: LoadBalancer<'a>,
    orders: Database<'a, Instance>,
    sessions: Cache<'a>,
    monitoring: Stack<'a>,
}

fn system(app: &App) -> System<'_> {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let data = app.stack("data");
    let certificate = Arn::<Certificate>::existing(
        "arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-000000000000",
    );
    let service = app.stack("service");
    let balancer = LoadBalancer::public().https(certificate).build(service.scope("Web"), &network);
    let api = FargateService::new(IMAGE)
        .port(8000)
        .behind(balancer.everything())
        .build(service.scope("Api"), &network);
    System {
        api,
        balancer,
        orders: Database::mysql("8.0", "db.t3.micro").build(data.scope("Orders"), &network),
        sessions: Cache::valkey("8.2", "cache.t4g.small").build(data.scope("Sessions"), &network),
        monitoring: app.stack("monitoring"),
    }
}

fn plain() -> AlertsBuilder {
    Alerts::new().email("operations@example.com")
}

/// The alarms of a shop, as a team would have them.
fn shop(app: &App) {
    let System { api, orders, balancer, sessions, monitoring } = system(app);
    let alerts = plain().build(monitoring.scope("Alerts"));
    alerts.alarm("EcsCpu", api.cpu_utilization().above(80).evaluation_periods(2));
    alerts.alarm("EcsMemory", api.memory_utilization().above(85).evaluation_periods(2));
    alerts.alarm("NoTask", api.running_tasks().below(1));
    let many = orders.connections().above(orders.connections_at(80));
    alerts.alarm("DbConnections", many.alarm_description("more than 80 % of all connections are in use"));
    alerts.alarm("DbCpu", orders.cpu_utilization().period(minutes(5)).above(80));
    alerts.alarm("DbStorage", orders.free_storage().below(gib(2)));
    let slow = alerts.alarm("Slow", api.response_time().above(seconds(5)));
    let errors = alerts.alarm("Errors", api.server_errors().period(minutes(5)).above(10));
    alerts.alarm("NoHost", api.healthy_tasks().below(1));
    alerts.alarm("ErrorRate", api.server_errors().percent_of(&api.requests()).period(minutes(5)).above(0.5));
    alerts.alarm("Full", orders.connection_utilization().above(90).evaluation_periods(3));
    alerts.alarm_all("Down", [slow, errors]);
    Dashboard::new("shop")
        .alarms(&alerts)
        .service(&api)
        .database(&orders)
        .balancer(&balancer)
        .cache(&sessions)
        .build(monitoring.scope("Dashboard"));
    Budget::monthly(150).alert_at([50, 100, 150]).notify(&alerts).build(monitoring.scope("Budget"));
}

fn of_monitoring(assembly: &Assembly) -> String {
    format!("monitoring\n{}", template(assembly, "monitoring"))
}

fn linted(name: &str, assembly: &Assembly) {
    let out = folder(name);
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new());
}

#[test]
fn the_alarms_of_a_shop() {
    let assembly = assemble("prod", shop);
    says_nothing(&assembly);
    linted("alarms-prod", &assembly);
    insta::assert_snapshot!("alarms", of_monitoring(&assembly));
    let dev = assemble("dev", shop);
    says_nothing(&dev);
}

/// The body of a dashboard is JSON once the template's references are text.
fn body(assembly: &Assembly) -> serde_json::Value {
    let stack = assembly.stacks().into_iter().find(|it| it.id() == "monitoring").expect("a stack");
    let template = stack.template().value();
    let all = template["Resources"].as_object().expect("resources").values();
    let dashboard =
        all.into_iter().find(|it| it["Type"] == "AWS::CloudWatch::Dashboard").expect("a dashboard");
    let body = &dashboard["Properties"]["DashboardBody"];
    let text = match body.as_str() {
        Some(text) => text.to_owned(),
        None => body["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned(),
    };
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_dashboard_is_json_and_nothing_lies_upon_another() {
    let body = body(&assemble("prod", shop));
    insta::assert_snapshot!("dashboard", serde_json::to_string_pretty(&body).unwrap());
    let widgets = body["widgets"].as_array().unwrap();
    let number = |widget: &serde_json::Value, key: &str| widget[key].as_u64().unwrap();
    let mut taken = std::collections::BTreeSet::new();
    for widget in widgets {
        let (x, y) = (number(widget, "x"), number(widget, "y"));
        let (width, height) = (number(widget, "width"), number(widget, "height"));
        assert!(x + width <= 24);
        for column in x..x + width {
            for line in y..y + height {
                assert!(taken.insert((column, line)), "{widget}");
            }
        }
    }
}

#[test]
fn every_wire_does() {
    for wires in [Lowering::Parameter, Lowering::Weak, Lowering::Strong] {
        let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
        app.wires(wires);
        shop(&app);
        let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
        says_nothing(&assembly);
        linted(&format!("alarms-{wires:?}"), &assembly);
    }
}

#[test]
fn what_every_option_of_alerts_changes() {
    type Option = (&'static str, fn(AlertsBuilder) -> AlertsBuilder);
    let options: [Option; 7] = [
        ("name", |it| it.name("awsomeshop-alerts")),
        ("email", |it| it.email("anna.b@example.com").email("operations@example.com")),
        ("email of a parameter", |it| it.email(pseudo::stack_name())),
        ("https", |it| it.https("https://events.pagerduty.com/integration/1/enqueue")),
        ("encrypted_with", |it| it.encrypted_with(Identifier::existing("alias/alarms"))),
        ("from_event_bridge", |it| it.from_event_bridge()),
        ("all of them", |it| {
            it.name("a").https("https://example.com/a").https("https://example.com/b").from_event_bridge()
        }),
    ];
    let made = |option: fn(AlertsBuilder) -> AlertsBuilder| {
        assemble("prod", |app| {
            option(plain()).build(app.stack("monitoring").scope("Alerts"));
        })
    };
    let base = made(|it| it);
    says_nothing(&base);
    let mut said = String::new();
    for (name, option) in options {
        let changed = made(option);
        says_nothing(&changed);
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
    }
    insta::assert_snapshot!("alerts_options", said);
}

#[test]
fn what_every_alarm_is() {
    let assembly = assemble("prod", |app| {
        let System { api, orders, balancer, sessions, monitoring } = system(app);
        let topic = Arn::existing("arn:aws:sns:eu-central-1:111122223333:on-call");
        let alerts = Alerts::to(monitoring.scope("OnCall"), topic);
        let own = MetricNamespace::new("Shop").metric("Failed");
        // What was said stays.
        let quiet =
            own.above(1).treat_missing_data(alarm::TreatMissingData::Ignore).alarm_description("failures");
        alerts.alarm("Said", quiet.alarm_actions(["arn:aws:sns:eu-central-1:111122223333:else"]));
        alerts.alarm("Unknown", own.above(1));
        alerts.alarm("Scanned", own.clone().unit(MetricUnit::Milliseconds).at_least(seconds(2)));
        alerts.alarm("Cpu", api.cpu_utilization().at_most(5));
        alerts.alarm("Lag", orders.replica_lag().above(milliseconds(1500)));
        alerts.alarm("Memory", orders.freeable_memory().below(gib(1)));
        alerts.alarm("TurnedAway", balancer.rejected_connection_count().above(0));
        alerts.alarm("Evicted", sessions.evictions().above(100));
        alerts.alarm("Healthy", api.healthy_tasks().below(1));
        alerts.alarm("TooMany", api.running_tasks().above(9));
        let one = alerts.quiet_alarm("Watched", api.memory_utilization().above(90));
        alerts.alarm_any("Any", [one]);
        assert_eq!((alerts.alarms().len(), alerts.composites().len()), (11, 1));
        assert!(alerts.topic().is_none() && alerts.subscriptions().is_empty());
    });
    says_nothing(&assembly);
    linted("alarms-each", &assembly);
    insta::assert_snapshot!("alarms_each", of_monitoring(&assembly));
}

/// What is read of an address in its logical id is the same of both, in whichever order they are said.
#[test]
fn addresses_that_are_read_alike_keep_their_ids() {
    let ids = |addresses: &[&str]| {
        let app = App::for_tests();
        let scope = app.stack("monitoring").scope("Alerts");
        let alerts = addresses.iter().fold(Alerts::new(), |it, address| it.email(*address)).build(scope);
        let id = |(subscription, address): (&sns::Subscription, &&str)| {
            (address.to_string(), scope.edit(*subscription).address())
        };
        let mut all: Vec<_> = alerts.subscriptions().iter().zip(addresses).map(id).collect();
        all.sort();
        all
    };
    let (dot, dash, plain) = ("a.b@example.com", "a-b@example.com", "operations@example.com");
    let all = ids(&[dot, dash, plain]);
    assert_eq!(all, ids(&[plain, dash, dot]));
    let told: Vec<String> = all.iter().map(|(address, id)| format!("{address} {id}")).collect();
    insta::assert_snapshot!("alerts_addresses", told.join("\n"));
    assert_eq!(ids(&[dot])[0].1, "Alerts/EmailABExampleCom");
}

/// An alarm that is added later is said at its own line, also where the alerts had to stand below their scope.
#[test]
fn who_adds_an_alarm_is_told() {
    let app = App::for_tests();
    let stack = app.stack("monitoring");
    plain().build(stack.scope("Again"));
    let below = plain().build(stack.scope("Again"));
    assert_eq!((below.scope().name().as_str(), below.scope().path().as_str()), ("Again", "AgainAgain"));
    assert!(below.scope().caller().is_none());
    assert!(below.topic().is_some_and(|topic| below.scope().find("Topic") == Some(topic.as_handle())));
    let outer = stack.scope("Outer").for_caller();
    let on_behalf = plain().build(outer);
    assert_eq!(on_behalf.scope().caller(), outer.caller());
}

/// A section is named for the last part of the scope of what it shows.
#[test]
fn a_section_is_named_for_its_scope() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let shop = app.stack("service").scope("Shop");
        let api = FargateService::new(IMAGE).build(shop.scope("Api"), &network);
        let data = app.stack("data");
        let orders = Database::mysql("8.0", "db.t3.micro").build(data, &network);
        Dashboard::new("shop")
            .service(&api)
            .database(&orders)
            .build(app.stack("monitoring").scope("Dashboard"));
    });
    let text = body(&assembly).to_string();
    let titles: Vec<&str> =
        text.split("## ").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
    assert_eq!(titles, ["Api", "Database"], "{text}");
}

#[test]
fn two_groups_of_targets_are_one_service() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let stack = app.stack("monitoring");
        let front = LoadBalancer::public().plain_http();
        let api = FargateService::new(IMAGE)
            .port(8000)
            .deployment(Deployment::blue_green())
            .behind(front)
            .build(stack.scope("Api"), &network);
        let alerts = plain().build(stack.scope("Alerts"));
        alerts.alarm("ErrorRate", api.server_errors().percent_of(&api.requests()).above(1));
        alerts.alarm("NoHost", api.healthy_tasks().below(1));
        Dashboard::new("api").service(&api).build(stack.scope("Dashboard"));
    });
    let report = Check::new().assembly(&assembly);
    assert_eq!(super::said(&report, Severity::Error), Vec::<String>::new());
    linted("alarms-blue-green", &assembly);
    let text = template(&assembly, "monitoring");
    let alarms: Vec<&str> = text.lines().filter(|line| line.contains("Expression:")).collect();
    insta::assert_snapshot!("alarms_blue_green", alarms.join("\n"));
    let dashboard = body(&assembly);
    insta::assert_snapshot!(
        "dashboard_blue_green",
        serde_json::to_string_pretty(&dashboard["widgets"][3]).unwrap()
    );
}

#[test]
fn the_share_of_connections_can_be_reached() {
    let app = App::for_tests();
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    let data = app.stack("data");
    let micro = Database::mysql("8.0", "db.t3.micro").build(data.scope("Micro"), &network);
    assert_eq!(micro.connections_at(80), 46.0);
    assert_eq!(micro.connections_at(100), 58.0);
    let said = Database::postgres("17", "db.r8g.large").parameter("max_connections", "250");
    let said = said.build(data.scope("Said"), &network);
    assert_eq!(said.connections_at(80), 200.0);
    let copy = micro.replica("db.t3.small").build(data.scope("Copy"), &network);
    assert_eq!(copy.connections_at(100), 139.0);
    let serverless =
        Database::aurora_mysql("8.0").serverless(0.5..=16.0).build(data.scope("Units"), &network);
    assert_eq!(serverless.connections_at(50), 1000.0);
    let of_instances = Database::aurora_postgres("17")
        .class("db.r8g.large")
        .parameter("max_connections", "100")
        .instance_parameter("max_connections", "300");
    assert_eq!(of_instances.build(data.scope("Instances"), &network).connections_at(10), 30.0);
}

fn everything<'a>(it: dashboard::Builder<'a>, system: &System<'a>) -> dashboard::Builder<'a> {
    let own = Metric::new("Shop", "Failed").stat(Stat::Sum);
    it.section("What \"people\" notice")
        .text("# Runbook\n\nCall **Anna**: https://example.com/runbook?a=${b}")
        .number("Requests", [system.api.requests(), own.clone()])
        .graph("Mixed", [system.orders.cpu_utilization(), system.orders.connections()])
        .widget(
            Graph::new("Sides")
                .left([own.clone()])
                .right([own.label("again")])
                .line("too many", 50)
                .wide()
                .stacked(),
        )
        .graph("Shares", [system.api.server_errors().percent_of(&system.api.requests()).label("failing")])
}

#[test]
fn a_dashboard_of_ones_own() {
    let assembly = assemble("prod", |app| {
        let system = system(app);
        let scope = system.monitoring.scope("Dashboard");
        let dashboard = everything(Dashboard::new("own"), &system).build(scope);
        system.monitoring.customize(dashboard.dashboard(), |it| it.dashboard_name("renamed"));
    });
    says_nothing(&assembly);
    linted("dashboard-own", &assembly);
    assert!(template(&assembly, "monitoring").contains("DashboardName: renamed"));
    insta::assert_snapshot!("dashboard_own", serde_json::to_string_pretty(&body(&assembly)).unwrap());
}

#[test]
fn what_every_option_of_a_budget_changes() {
    type Option = (&'static str, for<'a> fn(budget::Builder<'a>, &Alerts<'a>) -> budget::Builder<'a>);
    let options: [Option; 9] = [
        ("name", |it, _| it.name("shop-monthly")),
        ("alert_at", |it, _| it.alert_at([50, 100, 150, 50])),
        ("alert_at_percent", |it, _| it.alert_at_percent([90])),
        ("forecast_at", |it, _| it.forecast_at([120.5])),
        ("forecast_at_percent", |it, _| it.forecast_at_percent([100])),
        ("notify", |it, alerts| it.notify(alerts)),
        ("notify and email", |it, alerts| it.notify(alerts).email("second@example.com")),
        ("for_tag", |it, _| it.for_tag("Project", "AWSomeShop")),
        ("all of them", |it, alerts| {
            it.alert_at([50])
                .alert_at_percent([90])
                .forecast_at([120])
                .notify(alerts)
                .for_tag("Project", pseudo::stack_name())
        }),
    ];
    let made = |option: Option| {
        assemble("prod", |app| {
            let stack = app.stack("monitoring");
            let alerts = plain().build(stack.scope("Alerts"));
            let budget = Budget::monthly(150).email("first@example.com");
            (option.1)(budget, &alerts).build(stack.scope("Budget"));
        })
    };
    let base = made(("", |it, _| it));
    says_nothing(&base);
    linted("budget", &base);
    let mut said = format!("{}\n", template(&base, "monitoring"));
    for option in options {
        let changed = made(option);
        says_nothing(&changed);
        said.push_str(&format!("## {}\n{}\n", option.0, difference(&base, &changed)));
    }
    insta::assert_snapshot!("budget_options", said);
}

/// Two budgets are one statement, and the topic of another stack is waited for by itself.
#[test]
fn budgets_are_admitted_once() {
    let assembly = assemble("prod", |app| {
        let alerts = plain().build(app.stack("alerts").scope("Alerts"));
        let costs = app.stack("monitoring");
        Budget::monthly(150).notify(&alerts).build(costs.scope("All"));
        Budget::monthly(99.5).for_tag("Project", "Shop").notify(&alerts).build(costs.scope("Shop"));
    });
    says_nothing(&assembly);
    linted("budgets", &assembly);
    assert_eq!(template(&assembly, "alerts").matches("budgets.amazonaws.com").count(), 1);
    let text = template(&assembly, "monitoring");
    assert!(
        text.contains("Amount: 99.5") && text.contains("Amount: 150\n") && !text.contains("DependsOn"),
        "{text}"
    );
}

#[test]
fn a_namespace_is_for_whoever_may() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("monitoring");
        let trust = formwork::aws::iam::TrustPolicy::service("ecs-tasks.amazonaws.com");
        let role = formwork::aws::iam::Role::builder().assume_role_policy_document(trust);
        let role = Role::of(stack, stack.add("Task", role));
        let shop = MetricNamespace::new("AWSomeShop");
        shop.grant_publish(&role);
        shop.grant_publish(&role);
        assert_eq!(shop.name(), "AWSomeShop");
    });
    linted("namespace", &assembly);
    insta::assert_snapshot!("namespace", template(&assembly, "monitoring"));
}

/// What is found, as `severity[code]: message | the call at the line that is named first`.
fn found(program: impl Fn(&App)) -> Vec<String> {
    let findings = findings(program).into_iter().filter(|it| it.severity > Severity::Note);
    let source = include_str!("alarms.rs");
    let said = |finding: &formwork::core::Finding| {
        let at = &finding.spans[0].at;
        assert!(at.file.ends_with("patterns/alarms.rs"), "{finding:?}");
        let line = source.lines().nth(at.line as usize - 1).unwrap_or_default();
        let call = line.get(at.column as usize - 1..).unwrap_or_default();
        let call = call.split_once('(').map_or(call, |(call, _)| call);
        format!("{finding} | {call}")
    };
    findings.map(|finding| said(&finding)).collect()
}

#[test]
fn what_cannot_be_is_said_where_it_was_said() {
    let alerts = |told: fn(AlertsBuilder) -> AlertsBuilder| {
        found(move |app| {
            told(plain()).build(app.stack("monitoring").scope("Alerts"));
        })
    };
    let alarms = |told: for<'a> fn(&System<'a>) -> alarm::Builder| {
        found(move |app| {
            let system = system(app);
            plain().build(system.monitoring.scope("Alerts")).alarm("Alarm", told(&system));
        })
    };
    let shown = |told: for<'a> fn(dashboard::Builder<'a>) -> dashboard::Builder<'a>| {
        found(move |app| {
            told(Dashboard::new("shop")).build(app.stack("monitoring").scope("Dashboard"));
        })
    };
    let spent = |told: fn() -> budget::Builder<'static>| told();
    let mut said = Vec::new();
    // Thresholds.
    said.extend(alarms(|it| it.sessions.memory_utilization().above(gib(2))));
    said.extend(alarms(|it| it.orders.connections().above(seconds(2))));
    said.extend(alarms(|_| Metric::new("Shop", "Size").above(gib(2))));
    said.extend(alarms(|it| {
        it.orders.free_storage().below(formwork::aws::types::Percent::new(20.0).unwrap())
    }));
    said.extend(alarms(|it| it.orders.connection_utilization().above(0.8)));
    said.extend(alarms(|it| it.orders.connection_utilization().above(120)));
    said.extend(alarms(|it| it.api.server_errors().percent_of(&it.api.requests()).above(-1)));
    said.extend(alarms(|_| Metric::new("Shop", "Load").unit(MetricUnit::Percent).above(101)));
    said.extend(alarms(|it| it.orders.connections().above(it.orders.connections_at(800))));
    // What `check` says of the same points at the alarm's line as well.
    said.extend(alarms(|it| it.orders.cpu_utilization().above(0.8)));
    said.extend(alarms(|it| it.orders.connections().above(80).alarm_description("80 % of connections")));
    // Addresses and names.
    said.extend(alerts(|it| it.email("operations")));
    said.extend(alerts(|it| it.email("a@b@c")));
    said.extend(alerts(|it| it.https("http://example.com")));
    said.extend(alerts(|it| it.https("https://")));
    said.extend(alerts(|it| it.name("shop alerts")));
    said.extend(alerts(|it| it.encrypted_with(Identifier::existing("alias/aws/sns"))));
    // Names that are taken.
    said.extend(found(|app| {
        let stack = app.stack("monitoring");
        plain().build(stack);
        plain().build(stack);
    }));
    said.extend(found(|app| {
        let alerts = plain().build(app.stack("monitoring").scope("Alerts"));
        alerts.alarm("Alarm", Metric::new("Shop", "A").above(1));
        alerts.alarm("Alarm", Metric::new("Shop", "B").above(1));
    }));
    said.extend(found(|app| {
        plain().build(app.stack("monitoring").scope("Alerts")).alarm_any("Down", []);
    }));
    // Dashboards.
    said.extend(found(|app| {
        Dashboard::new("the shop").text("a").build(app.stack("monitoring").scope("Dashboard"));
    }));
    said.extend(shown(|it| it));
    said.extend(shown(|it| it.graph("Empty", [])));
    said.extend(shown(|it| {
        it.graph("Much", (0..501).map(|number| Metric::new("Shop", format!("M{number}"))))
    }));
    said.extend(shown(|it| (0..501).fold(it, |it, _| it.text("a"))));
    said.extend(shown(|it| {
        (0..6).fold(it, |it, _| {
            it.graph("Much", (0..450).map(|number| Metric::new("Shop", format!("M{number}"))))
        })
    }));
    said.extend(found(|app| {
        let stack = app.stack("monitoring");
        let alerts = plain().build(stack.scope("Alerts"));
        alerts.alarm("Early", Metric::new("Shop", "A").above(1));
        Dashboard::new("shop").alarms(&alerts).build(stack.scope("Dashboard"));
        alerts.alarm("Late", Metric::new("Shop", "B").above(1));
    }));
    // Budgets.
    for told in [
        || Budget::monthly(150).alert_at([50]),
        || Budget::monthly(0).email("a@example.com"),
        || Budget::monthly(f64::NAN).email("a@example.com"),
        || Budget::monthly(150).email("a@example.com").alert_at([0, 50]),
        || Budget::monthly(150).email("a@example.com").alert_at(1..=11),
        || Budget::monthly(150).email("a@example.com").alert_at_percent([0.8]),
        || Budget::monthly(150).email("nobody"),
        || (0..11).fold(Budget::monthly(150), |it, number| it.email(format!("a{number}@example.com"))),
    ] {
        said.extend(found(|app| {
            spent(told).build(app.stack("monitoring").scope("Budget"));
        }));
    }
    // Namespaces.
    for name in ["AWS/Shop", "", ":Shop", "Shöp"] {
        said.extend(found(|app| {
            let stack = app.stack("monitoring");
            let trust = formwork::aws::iam::TrustPolicy::service("ecs-tasks.amazonaws.com");
            let role = formwork::aws::iam::Role::builder().assume_role_policy_document(trust);
            let role = Role::of(stack, stack.add("Task", role));
            MetricNamespace::new(name).grant_publish(&role);
        }));
    }
    insta::assert_snapshot!("alarms_findings", said.join("\n"));
}

#[test]
fn connections_that_nobody_knows_are_said() {
    let of = |parameter: &'static str| {
        found(move |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let data = app.stack("data");
            let orders = Database::mysql("8.4", "db.t3.micro").parameter("max_connections", parameter);
            let orders = orders.build(data.scope("Orders"), &network);
            orders.connections_at(80);
            orders.connection_utilization();
        })
    };
    let mut said = of("GREATEST(10,20)");
    // Where the class is wrong, that is what has to be mended.
    said.extend(found(|app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let data = app.stack("data");
        let orders = Database::mysql("8.4", "db.t3.mikro").build(data.scope("Orders"), &network);
        assert_eq!(orders.connections_at(100), 58.0);
    }));
    insta::assert_snapshot!("alarms_unknown", said.join("\n"));
}

/// Nobody counts the tasks where Container Insights are off; `check` says so at the alarm.
#[test]
fn tasks_that_nobody_counts_are_said() {
    let told = found(|app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let stack = app.stack("service");
        let cluster = Cluster::new().insights(Insights::Off).build(stack.scope("Cluster"));
        let api = FargateService::new(IMAGE).cluster(&cluster).build(stack.scope("Api"), &network);
        let alerts = plain().build(app.stack("monitoring").scope("Alerts"));
        alerts.alarm("NoTask", api.running_tasks().below(1));
        // A dashboard leaves out what there is not.
        Dashboard::new("shop").service(&api).build(app.stack("monitoring").scope("Dashboard"));
    });
    insta::assert_snapshot!("alarms_insights", told.join("\n"));
}

/// A Region without budgets is said by `check`.
#[test]
fn a_budget_in_a_region_without_budgets() {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-north-1"));
    Budget::monthly(150).email("a@example.com").build(app.stack("monitoring").scope("Budget"));
    let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let report = Check::new().assembly(&assembly);
    let told: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("budget_region", told.join("\n"));
}

#[derive(Clone, Debug)]
struct Chosen {
    emails: usize,
    urls: usize,
    named: bool,
    events: bool,
    existing: bool,
    alarms: Vec<(usize, bool)>,
    combined: bool,
    widgets: Vec<usize>,
    budget: Option<Spending>,
}

/// A budget: how much, at which sums of which kind, by a topic or by e-mail, with a tag or without.
type Spending = (u32, Vec<(u32, u8)>, bool, bool);

fn chosen() -> impl Strategy<Value = Chosen> {
    let alerts = (0..3usize, 0..3usize, any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2));
    let alarms = (proptest::collection::vec((0..14usize, any::<bool>()), 0..8), any::<bool>());
    let widgets = proptest::collection::vec(0..9usize, 1..8);
    let limits = proptest::collection::vec((1..500u32, 0..4u8), 0..6);
    let budget = proptest::option::of((1..5000u32, limits, any::<bool>(), any::<bool>()));
    (alerts, alarms, widgets, budget).prop_map(|(alerts, alarms, widgets, budget)| Chosen {
        emails: alerts.0,
        urls: alerts.1,
        named: alerts.2,
        events: alerts.3,
        existing: alerts.4,
        alarms: alarms.0,
        combined: alarms.1,
        widgets,
        budget,
    })
}

fn one_of(system: &System<'_>, number: usize) -> alarm::Builder {
    let System { api, balancer, orders, sessions, .. } = system;
    match number {
        0 => api.cpu_utilization().above(80).evaluation_periods(2),
        1 => api.running_tasks().below(1),
        2 => orders.connections().above(orders.connections_at(80)),
        3 => orders.connection_utilization().above(80),
        4 => orders.free_storage().below(gib(2)),
        5 => api.response_time().above(seconds(5)),
        6 => api.server_errors().period(minutes(5)).above(10),
        7 => api.healthy_tasks().below(1),
        8 => api.server_errors().percent_of(&api.requests()).at_least(2.5),
        9 => balancer.elb_5xx_count().percent_of(&balancer.request_count()).above(1),
        10 => sessions.memory_utilization().above(75),
        11 => Metric::new("Shop", "Failed")
            .dimension("Stage", "a \"b\"")
            .unit(MetricUnit::Seconds)
            .above(days(1)),
        12 => api.unhealthy_tasks().above(0),
        _ => orders.read_latency().stat(Stat::Percentile(99.0)).above(milliseconds(20)),
    }
}

fn watched(app: &App, chosen: &Chosen) {
    let system = system(app);
    let stack = system.monitoring;
    let scope = stack.scope("Alerts");
    let alerts = if chosen.existing {
        Alerts::to(scope, Arn::existing("arn:aws:sns:eu-central-1:111122223333:on-call"))
    } else {
        let mut it = Alerts::new();
        it = (0..chosen.emails)
            .fold(it, |it, number| it.email(["a.b@example.com", "a-b@example.com"][number % 2]));
        it = (0..chosen.urls).fold(it, |it, number| it.https(format!("https://example.com/{number}")));
        it = if chosen.named { it.name("shop-alerts") } else { it };
        it = if chosen.events { it.from_event_bridge() } else { it };
        it.build(scope)
    };
    for (number, (alarm, tells)) in chosen.alarms.iter().enumerate() {
        let alarm = one_of(&system, *alarm);
        let id = format!("Alarm{number}");
        if *tells {
            alerts.alarm(id, alarm)
        } else {
            alerts.quiet_alarm(id, alarm)
        };
    }
    if chosen.combined && !alerts.alarms().is_empty() {
        alerts.alarm_any("Any", alerts.alarms());
        alerts.alarm_all("All", alerts.alarms());
    }
    let start = Dashboard::new("shop").text("by this program");
    let dashboard = chosen.widgets.iter().fold(start, |it, widget| match widget {
        0 => it.service(&system.api),
        1 => it.database(&system.orders),
        2 => it.balancer(&system.balancer),
        3 => it.cache(&system.sessions),
        4 => it.alarms(&alerts),
        5 => it.section("Section"),
        6 => it.number("Numbers", [system.api.requests(), system.api.server_errors()]),
        7 => it.graph("Load", [system.api.cpu_utilization(), system.orders.connections()]),
        _ => everything(it, &system),
    });
    dashboard.build(stack.scope("Dashboard"));
    if let Some((amount, limits, by_topic, tagged)) = &chosen.budget {
        let mut it = Budget::monthly(*amount);
        for (limit, kind) in limits {
            it = match kind {
                0 => it.alert_at([*limit]),
                1 => it.alert_at_percent([*limit + 1]),
                2 => it.forecast_at([*limit]),
                _ => it.forecast_at_percent([*limit + 1]),
            };
        }
        it = if *by_topic { it.notify(&alerts) } else { it.email("a@example.com") };
        it = if *tagged { it.for_tag("Project", "Shop") } else { it };
        it.build(stack.scope("Budget"));
    }
}

#[test]
fn every_monitoring_is_sound() {
    let told = |assembly: &Assembly, chosen: &Chosen| {
        body(assembly);
        let report = Check::new().assembly(assembly);
        assert_eq!(super::said(&report, Severity::Warning), Vec::<String>::new(), "{chosen:?}");
    };
    holds(
        "alarms",
        60,
        (any::<bool>(), chosen()),
        watched,
        |exposure| exposure.to_string().contains("Web"),
        told,
    );
}
