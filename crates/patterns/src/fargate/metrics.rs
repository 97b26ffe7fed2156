//! The metrics of a service.

use std::panic::Location;

use formwork_aws::elasticloadbalancingv2 as elb;
use formwork_core::Finding;

use super::FargateService;
use crate::{Metric, Stat, metric::Together, place::report};

/// Metrics that ECS, Container Insights and the load balancer keep of the service.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
// docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
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

    /// A metric of the load balancer with the group of targets that the service has there: `AWS/ApplicationELB`. Where
    /// deployments shift requests between two groups, either may be the one that serves, and both together are it.
    #[track_caller]
    fn of_targets(&self, name: &str, stat: Stat, together: Together) -> Metric {
        let metric = Metric::new("AWS/ApplicationELB", name).stat(stat);
        let Some(front) = &self.front else {
            let finding =
                Finding::error("FW3130", "a metric is wanted of a load balancer that the service has not")
                    .help("put the service behind one, `.behind(..)`, or watch another metric");
            report(&self.scope, finding, Location::caller());
            return metric;
        };
        let of = |group: elb::TargetGroup| {
            let balancer = front.balancer.load_balancer().load_balancer_full_name();
            let metric = metric.clone().dimension("LoadBalancer", balancer);
            metric.dimension("TargetGroup", group.target_group_full_name())
        };
        let serving = of(front.targets);
        match front.alternate {
            None => serving,
            Some(alternate) => {
                let dimensions = of(alternate).dimensions().to_vec();
                serving.beside(together, dimensions)
            }
        }
    }

    /// How many requests each task gets. Like the others of the load balancer, it is reported where the service is behind
    /// none; and where deployments shift requests between two groups of targets, it is computed of both: here the
    /// greater one.
    #[track_caller]
    pub fn requests_per_task(&self) -> Metric {
        self.of_targets("RequestCountPerTarget", Stat::Sum, Together::Maximum)
    }

    /// How many requests the service gets from its load balancer, in both groups of targets if there are two.
    #[track_caller]
    pub fn requests(&self) -> Metric {
        self.of_targets("RequestCount", Stat::Sum, Together::Sum)
    }

    /// How many seconds the service takes to answer: those within which 99 of a hundred requests are answered, which
    /// [`Metric::stat`] changes. Of two groups of targets, it is the time of the slower one.
    #[track_caller]
    pub fn response_time(&self) -> Metric {
        self.of_targets("TargetResponseTime", Stat::Percentile(99.0), Together::Maximum)
    }

    /// How many requests the service answers with 500 to 599, in both groups of targets if there are two.
    #[track_caller]
    pub fn server_errors(&self) -> Metric {
        self.of_targets("HTTPCode_Target_5XX_Count", Stat::Sum, Together::Sum)
    }

    /// How many tasks the load balancer finds well, the fewest within a minute; in both groups of targets if there are
    /// two.
    #[track_caller]
    pub fn healthy_tasks(&self) -> Metric {
        self.of_targets("HealthyHostCount", Stat::Minimum, Together::Sum)
    }

    /// How many tasks the load balancer finds unwell, in both groups of targets if there are two.
    #[track_caller]
    pub fn unhealthy_tasks(&self) -> Metric {
        self.of_targets("UnHealthyHostCount", Stat::Maximum, Together::Sum)
    }
}
