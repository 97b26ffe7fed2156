//! The metrics of a service.

use super::FargateService;
use crate::{Metric, Stat};

/// Metrics that ECS, Container Insights and the load balancer keep of the service.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
impl FargateService<'_> {
    /// A metric of ECS with the dimensions of this service: `AWS/ECS`.
    fn of_ecs(&self, name: &str) -> Metric {
        self.with_dimensions(Metric::new("AWS/ECS", name))
    }

    fn with_dimensions(&self, metric: Metric) -> Metric {
        metric.dimension("ClusterName", self.cluster().name()).dimension("ServiceName", self.service().name())
    }

    /// How much of its CPU the service uses, in percent.
    pub fn cpu_utilization(&self) -> Metric {
        self.of_ecs("CPUUtilization")
    }

    /// How much of its memory the service uses, in percent.
    pub fn memory_utilization(&self) -> Metric {
        self.of_ecs("MemoryUtilization")
    }

    /// How many tasks run; kept by Container Insights alone.
    pub fn running_tasks(&self) -> Metric {
        self.with_dimensions(Metric::new("ECS/ContainerInsights", "RunningTaskCount"))
    }

    /// How many tasks are wanted; kept by Container Insights alone.
    pub fn desired_tasks(&self) -> Metric {
        self.with_dimensions(Metric::new("ECS/ContainerInsights", "DesiredTaskCount"))
    }

    /// A metric of the load balancer with the group of targets that the service has there: `AWS/ApplicationELB`.
    fn of_targets(&self, name: &str) -> Option<Metric> {
        let front = self.front.as_ref()?;
        let metric = Metric::new("AWS/ApplicationELB", name)
            .dimension("LoadBalancer", front.balancer.load_balancer().load_balancer_full_name());
        // Where deployments shift requests between two groups, either may be the one that serves.
        Some(match front.alternate {
            None => metric.dimension("TargetGroup", front.targets.target_group_full_name()),
            Some(_) => metric,
        })
    }

    /// How many requests each task gets; nothing without a load balancer, and where deployments shift requests between
    /// two groups of targets.
    pub fn requests_per_task(&self) -> Option<Metric> {
        let single = self.alternate_target_group().is_none();
        single
            .then(|| self.of_targets("RequestCountPerTarget"))
            .flatten()
            .map(|metric| metric.stat(Stat::Sum))
    }

    /// How many requests the service gets from its load balancer. This, [`response_time`](Self::response_time) and
    /// [`server_errors`](Self::server_errors) are those of the whole load balancer where deployments shift requests
    /// between two groups of targets.
    pub fn requests(&self) -> Option<Metric> {
        self.of_targets("RequestCount").map(|metric| metric.stat(Stat::Sum))
    }

    /// How many seconds the service takes to answer: those within which 99 of a hundred requests are answered, which
    /// [`Metric::stat`] changes.
    pub fn response_time(&self) -> Option<Metric> {
        self.of_targets("TargetResponseTime").map(|metric| metric.stat(Stat::Percentile(99.0)))
    }

    /// How many requests the service answers with 500 to 599.
    pub fn server_errors(&self) -> Option<Metric> {
        self.of_targets("HTTPCode_Target_5XX_Count").map(|metric| metric.stat(Stat::Sum))
    }

    /// How many tasks the load balancer finds unwell; nothing where deployments shift requests between two groups of
    /// targets, of which one is empty.
    pub fn unhealthy_tasks(&self) -> Option<Metric> {
        let single = self.alternate_target_group().is_none();
        single
            .then(|| self.of_targets("UnHealthyHostCount"))
            .flatten()
            .map(|metric| metric.stat(Stat::Maximum))
    }
}
