//! The program of the chapter on caches.

use formwork::{
    patterns::{Cache, SecurityGroup, ThreeTierVpc, Weekday, Window},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let data = app.stack("data");
    // ANCHOR: program
    let sessions = Cache::valkey("8.2", "cache.t4g.small").build(data.scope("Sessions"), &network);
    // ANCHOR_END: program

    // ANCHOR: choices
    let ranking = Cache::valkey("8.2", "cache.r7g.large")
        .shards(2)
        .parameter("maxmemory-policy", "volatile-lfu")
        .maintenance_window(Weekday::Sunday, Window::at(3, 0))
        .snapshots(days(14))
        .engine_log()
        .build(data.scope("Ranking"), &network);
    // ANCHOR_END: choices

    // ANCHOR: connect
    // A service of the patterns: `sessions.allow_from(&api).env("SESSIONS")`.
    // Whatever else has a security group:
    let tools = SecurityGroup::new(data.scope("Tools"), &network, "who looks after the data");
    tools.allow_to(&sessions, sessions.port());
    // ANCHOR_END: connect

    // ANCHOR: customize
    data.customize(sessions.replication_group(), |it| {
        it.preferred_cache_cluster_azs(["eu-central-1a", "eu-central-1b"])
    });
    // ANCHOR_END: customize

    // ANCHOR: metrics
    let full = sessions.memory_utilization().above(80).evaluation_periods(5);
    data.add("SessionsFull", full.alarm_description("sessions are evicted soon"));
    for (number, node) in ranking.nodes().iter().enumerate() {
        let busy = node.engine_cpu_utilization().above(80).evaluation_periods(5);
        data.add(format!("RankingBusy{number}"), busy.alarm_description("a node of the ranking is busy"));
    }
    // ANCHOR_END: metrics
}
