//! The readers of a cluster: how many there are, and when there are more.

use std::ops::RangeInclusive;

use formwork_aws::{
    applicationautoscaling::{
        self as scaling, scalable_target,
        scaling_policy::{
            self, PredefinedMetricSpecification,
            PredefinedMetricSpecificationPredefinedMetricType as Watched,
            TargetTrackingScalingPolicyConfiguration,
        },
    },
    rds,
    types::minutes,
};
use formwork_core::{AsHandle, Builder as _, Finding, Scope, interpolate};

use crate::place::{Said, report};

/// What the readers of a cluster are to have on average; more of them are made where they have more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReaderTarget {
    watched: Watched,
    value: f64,
}

impl ReaderTarget {
    /// So many percent of their processors.
    pub fn cpu(percent: u8) -> Self {
        Self { watched: Watched::RdsReaderAverageCpuUtilization, value: percent.into() }
    }

    /// So many connections.
    pub fn connections(count: u32) -> Self {
        Self { watched: Watched::RdsReaderAverageDatabaseConnections, value: count.into() }
    }
}

/// How many readers there are to be.
pub(super) struct Readers {
    pub(super) count: Option<Said<u8>>,
    pub(super) scaled: Option<Said<(RangeInclusive<u8>, ReaderTarget)>>,
}

/// A cluster has so many readers at the most: docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.html
const MOST: u8 = 15;

impl Readers {
    /// Whether their number changes.
    pub(super) fn scales(&self) -> bool {
        self.scaled.is_some()
    }

    /// How many stand in the template.
    pub(super) fn count(&self, usual: u8) -> u8 {
        // Nothing can be measured of readers that are not there.
        let least = u8::from(self.scaled.is_some());
        self.count.map_or(usual.max(least), |said| said.value).min(MOST)
    }

    /// Reports numbers that cannot be.
    pub(super) fn judge(&self, scope: &Scope<'_>) {
        if let Some(Said { value: count, at }) = self.count
            && count > MOST
        {
            let finding = Finding::error("FW3078", format!("a cluster of {count} readers"))
                .help(format!("a cluster has {MOST} readers at the most"));
            report(scope, finding, at);
        }
        let Some(Said { value: (range, target), at }) = &self.scaled else { return };
        let (least, most) = (*range.start(), *range.end());
        let message = match self.count {
            _ if least > most => Some(format!("{least} readers at the least and {most} at the most")),
            _ if most > MOST => Some(format!("a cluster of up to {most} readers")),
            _ if least == 0 => Some("no readers at the least; of none nothing is measured".to_owned()),
            Some(said) if said.value == 0 => Some("readers are scaled, and there are to be none".to_owned()),
            Some(said) if said.value > most => {
                Some(format!("{} readers in the template, and {most} at the most", said.value))
            }
            _ if target.watched == Watched::RdsReaderAverageCpuUtilization
                && !(1.0..=100.0).contains(&target.value) =>
            {
                Some(format!("readers are to use {} percent of their processors", target.value))
            }
            _ if target.value < 1.0 => Some("readers are to have no connections".to_owned()),
            _ => None,
        };
        if let Some(message) = message {
            let finding = Finding::error("FW3078", message).help(format!(
                "say one such as `.scale_readers(1..=5, ReaderTarget::cpu(60))`, up to {MOST}"
            ));
            report(scope, finding, *at);
        }
    }

    /// Makes what changes the number of readers.
    // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html
    #[track_caller]
    pub(super) fn scale(
        &self,
        scope: &Scope<'_>,
        cluster: rds::DbCluster,
        members: &[rds::DbInstance],
    ) -> Option<(scaling::ScalableTarget, scaling::ScalingPolicy)> {
        let Said { value: (range, target), .. } = self.scaled.as_ref()?;
        let scalable = scaling::ScalableTarget::builder()
            .service_namespace(scalable_target::ServiceNamespace::Rds)
            .scalable_dimension(scalable_target::ScalableDimension::RdsClusterReadReplicaCount)
            .resource_id(interpolate!("cluster:{}", cluster.db_cluster_identifier()))
            .min_capacity(i64::from(*range.start()))
            .max_capacity(i64::from(*range.end()))
            .depends_on(members.iter().map(AsHandle::as_handle).collect::<Vec<_>>());
        let scalable = scope.add("ReaderScaling", scalable);
        let tracking = TargetTrackingScalingPolicyConfiguration::builder()
            .target_value(target.value)
            .predefined_metric_specification(
                PredefinedMetricSpecification::builder().predefined_metric_type(target.watched),
            )
            // A reader takes minutes to come, and to fill its memory.
            .scale_in_cooldown(minutes(5))
            .scale_out_cooldown(minutes(5));
        let policy = scaling::ScalingPolicy::builder()
            .policy_name("readers")
            .policy_type(scaling_policy::PolicyType::TargetTrackingScaling)
            .scaling_target_id(scalable)
            .target_tracking_scaling_policy_configuration(tracking);
        Some((scalable, scope.add("ReaderScalingPolicy", policy)))
    }
}
