//! The program of the chapter on alarms and dashboards.

use formwork::{
    aws::{cloudwatch::alarm::TreatMissingData, types::milliseconds},
    patterns::{
        Alerts, Dashboard, Database, FargateService, LoadBalancer, Metric, MetricUnit, Stat, ThreeTierVpc,
        dashboard::Graph,
    },
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let orders = Database::mysql("8.4", "db.t3.micro").build(app.stack("data").scope("Orders"), &network);
    let certificate =
        "arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-000000000000";
    let api = FargateService::new("public.ecr.aws/acme/api:1.4")
        .port(8000)
        .behind(LoadBalancer::public().https(Arn::existing(certificate)))
        .build(app.stack("service").scope("Api"), &network);
    let monitoring = app.stack("monitoring");
    // ANCHOR: program
    let alerts = Alerts::new().email("operations@example.com").build(monitoring.scope("Alerts"));
    let busy = api.cpu_utilization().above(80).evaluation_periods(2);
    alerts.alarm("Busy", busy.alarm_description("the service is busy"));
    alerts.alarm("Errors", api.server_errors().period(minutes(5)).above(10));
    alerts.alarm("NoTask", api.healthy_tasks().below(1));
    // ANCHOR_END: program

    // ANCHOR: units
    alerts.alarm("Slow", api.response_time().above(seconds(5)));
    alerts.alarm("Full", orders.free_storage().below(gib(2)));
    // ANCHOR_END: units

    // ANCHOR: shares
    alerts.alarm("Connections", orders.connections().above(orders.connections_at(80)));
    let failing = api.server_errors().percent_of(&api.requests()).period(minutes(5));
    alerts.alarm("Failing", failing.above(1).alarm_description("more than 1 % of all requests fail"));
    // ANCHOR_END: shares

    // ANCHOR: own
    let waiting = Metric::new("Shop", "OrdersWaiting").stat(Stat::Maximum).unit(MetricUnit::Count);
    alerts.alarm(
        "Waiting",
        waiting.above(100).evaluation_periods(3).treat_missing_data(TreatMissingData::NotBreaching),
    );
    // ANCHOR_END: own

    // ANCHOR: combined
    let reading = alerts.quiet_alarm("Reading", orders.read_latency().above(milliseconds(50)));
    let writing = alerts.quiet_alarm("Writing", orders.write_latency().above(milliseconds(50)));
    alerts.alarm_any("StorageIsSlow", [reading, writing]);
    // ANCHOR_END: combined

    // ANCHOR: severity
    let on_call =
        Alerts::new().https("https://events.example.com/integration/shop").build(monitoring.scope("OnCall"));
    on_call.alarm("Gone", api.healthy_tasks().below(1).evaluation_periods(3));
    // ANCHOR_END: severity

    // ANCHOR: dashboard
    let load = Graph::new("Load")
        .metrics([api.cpu_utilization().label("service"), orders.cpu_utilization().label("database")])
        .line("too busy", 80);
    Dashboard::new("shop")
        .alarms(&alerts)
        .alarms(&on_call)
        .text("When in doubt: <https://example.com/runbook>")
        .widget(load)
        .graph("Orders that wait", [waiting])
        .service(&api)
        .database(&orders)
        .build(monitoring.scope("Dashboard"));
    // ANCHOR_END: dashboard

    // ANCHOR: customize
    if let Some(topic) = alerts.topic() {
        monitoring.customize(topic, |it| it.display_name("shop"));
    }
    // ANCHOR_END: customize
}
