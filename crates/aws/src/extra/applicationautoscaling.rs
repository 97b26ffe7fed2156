//! What is scaled, and by what, in one word.

use std::ops::RangeInclusive;

use formwork_core::{Id, IntoInput, Name, Output, Set, interpolate};

use crate::{
    applicationautoscaling::{self as scaling, scalable_target, scaling_policy},
    ecs,
};

pub use scaling_policy::{
    PredefinedMetricSpecificationPredefinedMetricType as PredefinedMetric,
    TargetTrackingScalingPolicyConfiguration as TargetTracking,
};

impl scaling::ScalableTarget {
    /// The number of tasks of an ECS service, between two bounds.
    ///
    /// ```
    /// use formwork_aws::applicationautoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking};
    /// use formwork_core::Name;
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("service");
    /// let (cluster, service) = (Name::existing("shop"), Name::existing("api"));
    /// let tasks = stack.add("Scaling", ScalableTarget::ecs_service(cluster, service, 2..=10));
    /// let cpu = TargetTracking::keep(PredefinedMetric::EcsServiceAverageCpuUtilization, 70);
    /// stack.add("OnCpu", ScalingPolicy::target_tracking("cpu", tasks, cpu));
    /// ```
    #[track_caller]
    pub fn ecs_service(
        cluster: impl IntoInput<Name<ecs::Cluster>>,
        service: impl IntoInput<Name<ecs::Service>>,
        tasks: RangeInclusive<u16>,
    ) -> scalable_target::Complete {
        let cluster: Output<String> = Output::new(cluster.into_input().into_expr());
        let service: Output<String> = Output::new(service.into_input().into_expr());
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalabletarget.html
        Self::builder()
            .min_capacity(*tasks.start())
            .max_capacity(*tasks.end())
            .resource_id(interpolate!("service/{cluster}/{service}"))
            .scalable_dimension(scalable_target::ScalableDimension::EcsServiceDesiredCount)
            .service_namespace(scalable_target::ServiceNamespace::Ecs)
    }
}

impl TargetTracking {
    /// Keeps a metric that AWS has at a value: at 70 percent of CPU, for instance.
    #[track_caller]
    pub fn keep(
        metric: impl IntoInput<PredefinedMetric>,
        at: impl IntoInput<f64>,
    ) -> scaling_policy::TargetTrackingScalingPolicyConfigurationBuilder<Set> {
        let metric = scaling_policy::PredefinedMetricSpecification::builder().predefined_metric_type(metric);
        Self::builder().target_value(at).predefined_metric_specification(metric)
    }
}

impl scaling::ScalingPolicy {
    /// A policy that keeps a metric at a value: sets `PolicyType` and what belongs to it.
    #[track_caller]
    pub fn target_tracking(
        name: impl IntoInput<String>,
        target: impl IntoInput<Id<scaling::ScalableTarget>>,
        tracking: impl IntoInput<TargetTracking>,
    ) -> scaling_policy::Complete {
        Self::builder()
            .policy_name(name)
            .policy_type(scaling_policy::PolicyType::TargetTrackingScaling)
            .scaling_target_id(target)
            .target_tracking_scaling_policy_configuration(tracking)
    }
}
