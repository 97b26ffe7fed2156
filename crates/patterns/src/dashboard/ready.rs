//! Sections that are ready: what there is to be seen of a service, a database, a load balancer, a cache.

use formwork_core::{Expr, Scope};

use super::{Builder, Graph};
use crate::{Cache, Database, FargateService, LoadBalancer, Metric, Stat, cache::Node, database::Kind};

impl<'a> Builder<'a> {
    /// Shows a service: how busy it is, its tasks where Container Insights count them, and behind a load balancer its
    /// requests, errors and times.
    #[track_caller]
    pub fn service(self, service: &FargateService<'a>) -> Self {
        let mut all = self.section(titled(service.scope(), "Service")).graph(
            "Processor and memory in use",
            [service.cpu_utilization().label("processor"), service.memory_utilization().label("memory")],
        );
        if counted(service) {
            let (running, desired) = (service.running_tasks(), service.desired_tasks());
            all = all.graph("Tasks", [running.label("running"), desired.label("wanted")]);
        }
        if service.target_group().is_some() {
            all = all
                .graph(
                    "Requests",
                    [service.requests().label("requests"), service.server_errors().label("errors")],
                )
                .graph(
                    "Time to answer",
                    [
                        service.response_time().stat(Stat::Percentile(50.0)).label("of half of all"),
                        service.response_time().label("of 99 in 100"),
                    ],
                )
                .graph(
                    "Targets",
                    [service.healthy_tasks().label("well"), service.unhealthy_tasks().label("unwell")],
                );
        }
        all
    }

    /// Shows a database: how busy it is, its connections with a line at what it takes, memory, storage and times.
    #[track_caller]
    pub fn database<K: Kind>(self, database: &Database<'a, K>) -> Self {
        let mut connections =
            Graph::new("Connections").metrics([database.connections().label("connections")]);
        if let Some(most) = database.most_connections() {
            connections = connections.line("as many as it takes", most);
        }
        let mut free =
            Graph::new("Free memory and storage").metrics([database.freeable_memory().label("memory")]);
        if !database.engine().name().starts_with("aurora") {
            let storage = database.metric("FreeStorageSpace").stat(Stat::Minimum);
            free = free.metrics([storage.label("storage")]);
        }
        self.section(titled(database.scope(), "Database"))
            .graph("Processor in use", [database.cpu_utilization().label("processor")])
            .widget(connections)
            .widget(free)
            .graph(
                "Time of the storage",
                [database.read_latency().label("reading"), database.write_latency().label("writing")],
            )
    }

    /// Shows a load balancer: requests, errors of its own and of targets, times.
    #[track_caller]
    pub fn balancer(self, balancer: &LoadBalancer<'a>) -> Self {
        self.section(titled(balancer.scope(), "Load balancer"))
            .graph("Requests", [balancer.request_count().label("requests")])
            .graph(
                "Errors",
                [
                    balancer.target_5xx_count().label("of targets"),
                    balancer.elb_5xx_count().label("of the load balancer"),
                    balancer.rejected_connection_count().label("turned away"),
                ],
            )
            .graph(
                "Time to answer",
                [
                    balancer.target_response_time(50.0).label("of half of all"),
                    balancer.target_response_time(99.0).label("of 99 in 100"),
                ],
            )
    }

    /// Shows a cache: how busy and how full each node is, and of the first one clients, hits and misses, and what was
    /// evicted.
    #[track_caller]
    pub fn cache(self, cache: &Cache<'a>) -> Self {
        let nodes = cache.nodes();
        let each = |metric: fn(&Node) -> Metric| {
            let named = |(number, node): (usize, &Node)| metric(node).label(format!("node {number}"));
            (1..).zip(&nodes).map(named).collect::<Vec<_>>()
        };
        self.section(titled(cache.scope(), "Cache"))
            .graph("Processor in use", each(Node::engine_cpu_utilization))
            .graph("Memory in use", each(Node::memory_utilization))
            .graph("Clients", [cache.connections().label("connected"), cache.new_connections().label("new")])
            .graph(
                "Keys",
                [
                    cache.hits().label("found"),
                    cache.misses().label("not found"),
                    cache.evictions().label("evicted"),
                ],
            )
    }
}

/// The name of a scope, for people.
fn titled(scope: Scope<'_>, otherwise: &str) -> String {
    let name = scope.name();
    if name.is_empty() { otherwise.to_owned() } else { name }
}

/// Whether Container Insights count the tasks of a service, as far as is known.
fn counted(service: &FargateService<'_>) -> bool {
    let cluster = service.cluster();
    let (Some(scope), Some(cluster)) = (cluster.scope(), cluster.cluster()) else { return true };
    let settings = scope.edit(cluster).get("ClusterSettings");
    let settings = settings.as_ref().and_then(Expr::as_list).unwrap_or_default();
    let is = |setting: &Expr, key: &str, value: &str| setting.get(key).and_then(Expr::as_str) == Some(value);
    !settings.iter().any(|it| is(it, "Name", "containerInsights") && is(it, "Value", "disabled"))
}
