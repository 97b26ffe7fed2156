//! The programs of the chapter on databases.

use formwork::{
    aws::{
        iam::{self, TrustPolicy},
        sns,
    },
    patterns::{
        Connect, Database, Grantee, Role, SecurityGroup, ThreeTierVpc, Weekday, Window,
        database::ReaderTarget,
    },
    prelude::*,
};

// ANCHOR: worker
/// A pattern of your own: something that runs, with a security group and a role.
struct Worker<'a> {
    group: SecurityGroup<'a>,
    role: Role<'a>,
}

impl<'a> Connect<'a> for Worker<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Grantee<'a> for Worker<'a> {
    fn role(&self) -> Role<'a> {
        self.role
    }
}
// ANCHOR_END: worker

fn worker<'a>(scope: Scope<'a>, network: &ThreeTierVpc<'a>) -> Worker<'a> {
    let trust = TrustPolicy::service("ecs-tasks.amazonaws.com");
    let role = scope.add("Role", iam::Role::builder().assume_role_policy_document(trust));
    let group = SecurityGroup::new(scope, network, "what works off orders");
    Worker { group, role: Role::of(scope, role) }
}

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(3).build(app.stack("network"));
    // ANCHOR: program
    let data = app.stack("data"); // what holds data stands apart
    let orders =
        Database::postgres("17", "db.m8g.large").name("orders").build(data.scope("Orders"), &network);

    let worker = worker(app.stack("work").scope("Worker"), &network);
    orders.allow_from(&worker);
    // ANCHOR_END: program

    // ANCHOR: choices
    let stock = Database::mysql("8.4", "db.m8g.large")
        .storage(gib(400))
        .grow_to(gib(2000))
        .iops(16_000)
        .backups(days(35))
        .backup_window(Window::at(2, 0))
        .maintenance_window(Weekday::Sunday, Window::at(4, 0).lasting(minutes(60)))
        .parameter("max_connections", "500")
        .proxy_for_tokens()
        .build(data.scope("Stock"), &network);
    // ANCHOR_END: choices

    // ANCHOR: outside
    let databases = SecurityGroup::new(app.stack("network").scope("Databases"), &network, "databases");
    let accounts = Database::mysql("8.4", "db.m8g.large")
        .security_group(&databases)
        .subnet_group_name("shop-databases")
        .identifier("shop-accounts")
        .own_secret()
        .secret_name("shop/accounts")
        .build(data.scope("Accounts"), &network);
    accounts.grant_connect_as(&worker, "reports"); // the right; the port is a matter of groups
    worker.allow_to(&accounts, accounts.port());
    // ANCHOR_END: outside

    // ANCHOR: customize
    data.customize(stock.instance(), |it| it.dedicated_log_volume(true));
    if let Some(proxy) = stock.proxy() {
        data.customize(proxy, |it| it.idle_client_timeout(600));
    }
    // ANCHOR_END: customize

    // ANCHOR: metrics
    let alarms = app.stack("alarms");
    let on_call: Arn<sns::Topic> = Arn::existing("arn:aws:sns:eu-central-1:111122223333:on-call");
    let full = orders.free_storage().below(10e9).evaluation_periods(5);
    alarms.add("OrdersFull", full.alarm_description("see the runbook, storage").alarm_actions([on_call]));
    // ANCHOR_END: metrics

    // ANCHOR: aurora
    let events = Database::aurora_postgres("17")
        .class("db.r8g.large")
        .readers(2)
        .scale_readers(2..=6, ReaderTarget::cpu(60))
        .global(["eu-west-1"])
        .build(data.scope("Events"), &network);
    events.reader().allow_from(&worker);

    let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far-network").region("eu-west-1"));
    let copies = app.stack("far-data").region("eu-west-1");
    events.secondary().serverless(0.5..=16.0).build(copies.scope("Events"), &far);
    // ANCHOR_END: aurora
}
