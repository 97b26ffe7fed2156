//! What is said of a service and is ignored, taken back or taken twice: told at the line that says it.

use formwork::{
    aws::{
        s3,
        secretsmanager::Secret,
        types::{cidr, seconds},
    },
    core::{App, Arn, Environment, Format, IntoText, Options, Output, Stack},
    patterns::{
        BucketGrants, Cache, Configure, Database, Deployment, FargateService, FargateTask, LoadBalancer,
        Schedule, ScheduledTask, SecretValue, SecurityGroup, Sidecar, Target, ThreeTierVpc, fargate::Cluster,
        load_balancer::HealthCheck,
    },
};

use super::{assemble, difference, warnings};
use crate::support::{folder, lint, templates};

const IMAGE: &str = "public.ecr.aws/acme/shop:1.4.2";

fn plain(text: &str) -> Output<String> {
    Output::new(text.into_text())
}

fn certificate() -> Arn<formwork::aws::certificatemanager::Certificate> {
    Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012")
}

/// What is found in a program: each finding with the lines that it names, as they stand in this file, and the help.
fn told(program: impl for<'a> Fn(Stack<'a>, &ThreeTierVpc<'a>)) -> String {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    program(app.stack("service"), &network);
    let findings = match app.synth(&Options::default()) {
        Ok(assembly) => assembly.findings().clone(),
        Err(findings) => findings,
    };
    let lines: Vec<&str> = include_str!("service_mistakes.rs").lines().collect();
    let mut said = String::new();
    for finding in findings.iter() {
        said.push_str(&format!("{:?} {}: {}\n", finding.severity, finding.code, finding.message));
        assert!(finding.spans[0].at.file.ends_with("patterns/service_mistakes.rs"), "{finding:?}");
        for span in finding.spans.iter().filter(|span| span.at.file.ends_with("service_mistakes.rs")) {
            said.push_str(&format!("    {}: {}\n", span.label, lines[span.at.line as usize - 1].trim()));
        }
        for text in finding.help.iter().chain(&finding.notes) {
            said.push_str(&format!("    = {text}\n"));
        }
    }
    for finding in findings.iter().filter(|finding| finding.code.starts_with("FW3")) {
        assert!(formwork::patterns::explain::page(&finding.code).is_some(), "{} has no page", finding.code);
    }
    said
}

#[test]
fn a_variable_that_is_set_keeps_its_value() {
    let said = told(|stack, network| {
        let api = FargateService::new(IMAGE)
            .environment("ORDERS_HOST", "localhost")
            .environment("STAGE", "blue")
            .build(stack.scope("Api"), network);
        let worker =
            FargateService::like(&api).environment("KIND", "worker").build(stack.scope("Worker"), network);
        let database = Database::postgres("17", "db.t4g.medium").build(stack.scope("Database"), network);
        let cache = Cache::valkey("8.2", "cache.t4g.small").build(stack.scope("Cache"), network);
        database.allow_from(&api).env("STORE");
        cache.allow_from(&api).env("STORE");
        database.allow_from(&api).env("ORDERS");
        for name in ["Images", "Reports"] {
            let bucket = stack.add(name, s3::Bucket::builder());
            bucket.grant_read(&api).env("BUCKET");
        }
        let own = stack.add("Own", Secret::builder().description("a password of its own"));
        api.set_secret("STAGE", SecretValue::from(own));
        api.set_secret("TOKEN", SecretValue::from(own).key("token"));
        api.set_secret("TOKEN", SecretValue::from(own).key("secret"));
        // Told once, though the worker has it as well; and the worker has one of its own.
        api.set_variable("STAGE", plain("green"));
        api.set_variable("KIND", plain("service"));
        worker.set_variable("A=B", plain("1"));
    });
    insta::assert_snapshot!(said);
}

#[test]
fn a_variable_may_be_set_to_the_same_value_again() {
    let program = |again: bool| {
        assemble("prod", move |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
            let stack = app.stack("service");
            let database = Database::postgres("17", "db.t4g.medium").passwords_only();
            let database = database.build(stack.scope("Database"), &network);
            let api = FargateService::new(IMAGE).environment("STAGE", "blue");
            let api = if again { api.environment("STAGE", "blue") } else { api };
            let api = api.build(stack.scope("Api"), &network);
            for _ in 0..if again { 2 } else { 1 } {
                database.allow_from(&api).env("DATABASE");
                api.set_variable("STAGE", plain("blue"));
            }
        })
    };
    assert_eq!(difference(&program(false), &program(true)), "");
}

#[test]
fn a_secret_of_a_database_has_known_keys() {
    let said = told(|stack, network| {
        let managed = Database::postgres("17", "db.t4g.medium").build(stack.scope("Managed"), network);
        let own = Database::mysql("8.4", "db.t4g.medium").own_secret().build(stack.scope("Own"), network);
        let other = stack.add("Other", Secret::builder().description("of somebody else"));
        let api = FargateService::new(IMAGE)
            .secret("A", managed.secret().key("pasword"))
            .secret("B", managed.secret().key("host"))
            .secret("C", managed.secret().key("username"))
            .secret("D", own.secret().key("host"))
            .secret("E", own.secret().key("dbName"))
            .secret("F", SecretValue::from(other).key("pasword"))
            .build(stack.scope("Api"), network);
        managed.grant_secret(&api);
        own.grant_secret(&api);
        api.set_secret("G", own.secret().key("user"));
    });
    insta::assert_snapshot!(said);
}

#[test]
fn what_nobody_asks_is_told() {
    let said = told(|stack, network| {
        let worker = FargateService::new(IMAGE)
            .health_check(HealthCheck::path("/health"))
            .starts_within(seconds(90))
            .build(stack.scope("Worker"), network);
        let failing = worker.server_errors();
        stack.add("Failing", failing.above(10).alarm_description("the worker fails").actions_enabled(false));
        worker.requests_per_task();
        let https = LoadBalancer::public().https(certificate());
        https.clone().port(80).build(stack.scope("Odd"), network);
        let web = https.build(stack.scope("Web"), network);
        let service = |port: u16| FargateService::new(IMAGE).port(port);
        service(8000)
            .behind(web.paths(["/api/*", "/v1/*"]).hosts(["Shop.example.com"]))
            .build(stack.scope("A"), network);
        service(8000)
            .behind(web.hosts(["shop.example.com"]).paths(["/v1/*", "/api/*"]))
            .build(stack.scope("B"), network);
        service(8000).behind(web.paths(["/api/*", "/v1/*"])).build(stack.scope("C"), network);
        service(8000).behind(web.paths(["/v1/*", "/api/*"]).priority(7)).build(stack.scope("D"), network);
        service(8000)
            .sidecar(Sidecar::new("proxy", IMAGE).port(8000))
            .sidecar(Sidecar::new("statistics", IMAGE).port(9000).udp_port(8000))
            .sidecar(Sidecar::new("other", IMAGE).port(9000))
            .build(stack.scope("E"), network);
        FargateService::new("").build(stack.scope("F"), network);
        FargateService::new("Acme/Shop:1.0").build(stack.scope("G"), network);
        FargateService::new("registry.Example.com:5000/acme/shop_web@sha256:4bf")
            .build(stack.scope("H"), network);
        FargateService::new("acme/shop:").build(stack.scope("I"), network);
        FargateService::new("acme//shop:1")
            .sidecar(Sidecar::new("proxy", "Proxy:1"))
            .build(stack.scope("J"), network);
    });
    insta::assert_snapshot!(said);
}

#[test]
fn a_pattern_twice_in_a_scope_is_one_error() {
    let said = told(|stack, network| {
        for _ in 0..2 {
            FargateService::new(IMAGE)
                .port(8000)
                .behind(LoadBalancer::public().https(certificate()))
                .scale(2..=4, [Target::cpu(70)])
                .build(stack.scope("Api"), network);
            FargateTask::new(IMAGE).build(stack.scope("Task"), network);
            ScheduledTask::new(IMAGE).on(Schedule::hourly_at(5)).build(stack.scope("Scheduled"), network);
            Cluster::new().build(stack.scope("Cluster"));
            Database::postgres("17", "db.t4g.medium").build(stack.scope("Database"), network);
            Database::aurora_postgres("17").readers(1).build(stack.scope("Aurora"), network);
            Cache::valkey("8.2", "cache.t4g.small").build(stack.scope("Cache"), network);
            LoadBalancer::public().https(certificate()).build(stack.scope("Web"), network);
            SecurityGroup::new(stack.scope("Machines"), network, "machines");
            ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(stack.scope("Network"));
        }
        // Two patterns that make resources of one name.
        let api = FargateService::new(IMAGE).build(stack.scope("Mixed"), network);
        Cache::valkey("8.2", "cache.t4g.small").build(stack.scope("Mixed"), network);
        api.task("Migrate", ["./migrate"]);
        api.task("Migrate", ["./migrate", "again"]);
    });
    insta::assert_snapshot!(said);
}

#[test]
fn metrics_of_two_groups_of_targets_are_computed_of_both() {
    let program = |watched: bool| {
        assemble("prod", move |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
            let stack = app.stack("service");
            let api = FargateService::new(IMAGE)
                .port(8000)
                .deployment(Deployment::blue_green())
                .behind(LoadBalancer::public().https(certificate()))
                .scale(2..=10, [Target::cpu(70)])
                .build(stack.scope("Api"), &network);
            if watched {
                let errors = api.server_errors().above(10).alarm_description("the API fails");
                api.roll_back_on([stack.add("Failing", errors.actions_enabled(false))]);
                let slow = api.response_time().above(2).alarm_description("the API is slow");
                stack.add("Slow", slow.actions_enabled(false));
                api.scale_on(Target::metric(api.requests_per_task(), 500));
            }
        })
    };
    let after = program(true);
    assert_eq!(warnings(&formwork::check::Check::new().assembly(&after)), Vec::<String>::new());
    let out = folder("pattern-metrics-of-two-groups");
    after.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new());
    let changes = difference(&program(false), &after);
    insta::assert_snapshot!(changes);
}
