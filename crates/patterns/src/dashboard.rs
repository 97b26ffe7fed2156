//! Dashboards: the metrics of a system on one page.

mod body;
mod builder;
mod document;
mod graph;
mod ready;

use formwork_aws::cloudwatch;
use formwork_core::{Name, Output, Scope};

pub use builder::Builder;
pub use graph::Graph;

/// A dashboard: graphs, numbers, texts and the state of alarms on one page of CloudWatch.
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{Alerts, Cache, Dashboard, Database, ThreeTierVpc};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let data = app.stack("data");
/// let orders = Database::mysql("8.4", "db.t4g.medium").build(data.scope("Orders"), &network);
/// let sessions = Cache::valkey("8.2", "cache.t4g.small").build(data.scope("Sessions"), &network);
///
/// let monitoring = app.stack("monitoring");
/// let alerts = Alerts::new().email("operations@example.com").build(monitoring.scope("Alerts"));
/// alerts.alarm("Busy", orders.cpu_utilization().above(80));
/// Dashboard::new("shop")
///     .alarms(&alerts)
///     .section("What people notice")
///     .number("Connections", [orders.connections()])
///     .graph("Load", [orders.cpu_utilization(), sessions.cpu_utilization().label("cache")])
///     .database(&orders)
///     .cache(&sessions)
///     .build(monitoring.scope("Dashboard"));
/// ```
///
/// Things stand in the order in which they are said, two graphs beside each other. The axes follow from what the metrics
/// count in: percent from 0 to 100; where there are two units, the second one has the axis on the right.
///
/// The metrics are those of the account and the Region of the stack; what other stacks made comes by wires, as
/// everywhere.
///
/// Resources: `Dashboard`.
#[derive(Clone)]
pub struct Dashboard<'a> {
    scope: Scope<'a>,
    dashboard: cloudwatch::Dashboard,
}

impl<'a> Dashboard<'a> {
    /// A dashboard of this name, which is its name for people as well. Two environments in one account have two names. A
    /// change replaces it, which loses nothing.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Builder<'a> {
        Builder::new(name.into())
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The dashboard itself.
    pub fn dashboard(&self) -> cloudwatch::Dashboard {
        self.dashboard
    }

    /// Its name.
    pub fn name(&self) -> Output<Name<cloudwatch::Dashboard>> {
        self.dashboard.dashboard_name()
    }
}
