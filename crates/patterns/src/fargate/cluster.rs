//! Clusters: where services and tasks run.

use formwork_aws::ecs::{self, cluster};
use formwork_core::{Arn, Builder as _, IntoInput, IntoText, Name, Output, Scope};

use crate::{
    place,
    value::{output, text},
};

/// A cluster, which services and tasks share that belong together.
///
/// A service makes one of its own unless it is given one:
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{FargateService, ThreeTierVpc, fargate::{Cluster, Insights}};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let stack = app.stack("services");
/// let cluster = Cluster::new().insights(Insights::Enhanced).build(stack.scope("Shop"));
/// let image = "public.ecr.aws/acme/mails:1.4";
/// FargateService::new(image).cluster(&cluster).build(stack.scope("Mails"), &network);
/// ```
///
/// Resources: `Cluster`.
#[derive(Clone)]
pub struct Cluster<'a> {
    scope: Option<Scope<'a>>,
    cluster: Option<ecs::Cluster>,
    name: Output<Name<ecs::Cluster>>,
    arn: Output<Arn<ecs::Cluster>>,
    spot: bool,
}

/// What Container Insights collects in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insights {
    /// Nothing: there are the metrics of services alone, and nobody knows how many tasks run.
    Off,
    /// Metrics of services and of tasks together.
    On,
    /// Metrics of each task and each container as well, which cost more.
    Enhanced,
}

/// Says what a cluster is to be.
#[derive(Clone)]
#[must_use = "a cluster is made by `.build(scope)`"]
pub struct ClusterBuilder {
    insights: Insights,
    exec: bool,
    name: Option<Output<String>>,
    without_spot: bool,
}

impl<'a> Cluster<'a> {
    /// A cluster with Container Insights.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    pub fn new() -> ClusterBuilder {
        ClusterBuilder::of(Insights::On, false)
    }

    /// A cluster that exists already, outside this program, by its name and its ARN. It has to have the capacity providers
    /// `FARGATE` and, for `.spot()`, `FARGATE_SPOT`.
    pub fn existing(
        name: impl IntoInput<Name<ecs::Cluster>>,
        arn: impl IntoInput<Arn<ecs::Cluster>>,
    ) -> Self {
        Self { scope: None, cluster: None, name: output(name), arn: output(arn), spot: true }
    }

    /// Where it stands, unless it exists outside this program.
    pub fn scope(&self) -> Option<Scope<'a>> {
        self.scope
    }

    /// Its resource, unless it exists outside this program.
    pub fn cluster(&self) -> Option<ecs::Cluster> {
        self.cluster
    }

    /// Its name.
    pub fn name(&self) -> Output<Name<ecs::Cluster>> {
        self.name.clone()
    }

    /// Whether it was said to have nothing but on-demand capacity.
    pub(super) fn is_without_spot(&self) -> bool {
        !self.spot
    }

    /// Its ARN.
    pub fn arn(&self) -> Output<Arn<ecs::Cluster>> {
        self.arn.clone()
    }
}

impl ClusterBuilder {
    /// Sets what Container Insights collects: [`Insights::On`] unless said.
    pub fn insights(self, insights: Insights) -> Self {
        Self { insights, ..self }
    }

    /// Sets the name that ECS knows it by, of which an account has one in a Region: up to 255 letters, digits, `-` and `_`.
    /// Another name later is another cluster, and so another service for each that runs in it.
    pub fn name(self, name: impl IntoText) -> Self {
        Self { name: Some(text(name)), ..self }
    }

    /// Has capacity on demand alone, where it has Fargate Spot as well unless said: nobody can run a service there that is
    /// ended two minutes after a warning. It costs nothing to have both; a service takes Spot only where it says so.
    pub fn without_spot(self) -> Self {
        Self { without_spot: true, ..self }
    }

    /// One that keeps what is typed in sessions of ECS Exec in the log of the task.
    pub(super) fn of(insights: Insights, exec: bool) -> Self {
        Self { insights, exec, name: None, without_spot: false }
    }

    /// Makes the cluster.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> Cluster<'a> {
        let scope = place::claim(scope.into().for_caller(), "a cluster", &["Cluster"]);
        let insights = match self.insights {
            Insights::Off => "disabled",
            Insights::On => "enabled",
            Insights::Enhanced => "enhanced",
        };
        let exec = self.exec.then(|| {
            let sessions = cluster::ExecuteCommandConfiguration::builder().logging(cluster::Logging::Default);
            cluster::ClusterConfiguration::builder().execute_command_configuration(sessions)
        });
        let cluster = ecs::Cluster::builder()
            .cluster_name(self.name)
            .capacity_providers(match self.without_spot {
                true => vec!["FARGATE"],
                false => vec!["FARGATE", "FARGATE_SPOT"],
            })
            .cluster_settings([cluster::ClusterSettings::builder().name("containerInsights").value(insights)])
            .configuration(exec);
        let cluster = match self.insights {
            Insights::Off => cluster.accept("FW2047", "`Insights::Off` was said"),
            _ => cluster,
        };
        let cluster = scope.add("Cluster", cluster);
        Cluster {
            scope: Some(scope),
            cluster: Some(cluster),
            name: cluster.cluster_name(),
            arn: cluster.arn(),
            spot: !self.without_spot,
        }
    }
}
