//! Who hears of it when something is wrong, and where to look.

use formwork::{
    patterns::{Alerts, Budget, Dashboard, FargateService},
    prelude::*,
};

use crate::{config::Config, data::Data};

pub fn watch<'a>(stack: Stack<'a>, config: &Config, api: &FargateService<'a>, data: &Data<'a>) {
    let alerts = Alerts::new().name(config.named("alerts")).email(config.alerts.email.clone());
    let alerts = alerts.build(stack.scope("Alerts"));
    let db = &data.database;
    alerts.alarm("EcsCpu", api.cpu_utilization().above(80).evaluation_periods(2));
    alerts.alarm("EcsMemory", api.memory_utilization().above(85).evaluation_periods(2));
    alerts.alarm("NoTask", api.running_tasks().below(1));

    alerts.alarm("DbConnections", db.connections().above(db.connections_at(80)));
    alerts.alarm("DbCpu", db.cpu_utilization().period(minutes(5)).above(80));
    alerts.alarm("DbStorage", db.free_storage().below(gib(2)));

    alerts.alarm("SlowResponses", api.response_time().above(seconds(5)));
    alerts.alarm("ServerErrors", api.server_errors().period(minutes(5)).above(10));
    if let Some(balancer) = api.balancer() {
        alerts.alarm("BalancerErrors", balancer.elb_5xx_count().period(minutes(5)).above(10));
    }
    alerts.alarm("NoHealthyHost", api.healthy_tasks().below(1));

    Dashboard::new(config.name.clone())
        .alarms(&alerts)
        .service(api)
        .database(db)
        .build(stack.scope("Dashboard"));
    Budget::monthly(config.alerts.budget)
        .alert_at(config.alerts.costs.clone())
        .notify(&alerts)
        .build(stack.scope("Budget"));
}
