//! Deployments by AWS CodeDeploy.

use formwork_aws::{
    codedeploy::{self, application, deployment_group as group},
    ecs,
    iam::{self, TrustPolicy},
    types::Duration,
};
use formwork_core::{Input, IntoInput, Name, Output, Scope};

use super::{Cluster, Shift};
use crate::load_balancer::Attached;

/// What CodeDeploy has to know of a service.
pub(super) struct Deploys<'s, 'a> {
    pub(super) cluster: &'s Cluster<'a>,
    pub(super) service: ecs::Service,
    pub(super) front: &'s Attached<'a>,
    pub(super) shift: Shift,
    /// How long the old version goes on running.
    pub(super) baked: Duration,
    pub(super) alarms: &'s [Output<Name<formwork_aws::cloudwatch::Alarm>>],
}

/// What was made.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) application: codedeploy::Application,
    pub(super) role: iam::Role,
    pub(super) group: codedeploy::DeploymentGroup,
}

impl Deploys<'_, '_> {
    /// Makes the application, the group and its role.
    #[track_caller]
    pub(super) fn build(self, scope: Scope<'_>) -> Made {
        let scope = scope.for_caller();
        // docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
        let trust = TrustPolicy::service("codedeploy.amazonaws.com");
        let role = iam::Role::builder()
            .description("shifts requests between versions")
            .assume_role_policy_document(trust)
            .managed_policy_arns([iam::ManagedPolicy::aws("AWSCodeDeployRoleForECS")]);
        let role = scope.add("CodeDeployRole", role);
        let application =
            codedeploy::Application::builder().compute_platform(application::ComputePlatform::Ecs);
        let application = scope.add("CodeDeploy", application);
        let targets = [Some(self.front.group), self.front.alternate].into_iter().flatten();
        let targets: Vec<Input<group::TargetGroupInfo>> = targets
            .map(|targets| group::TargetGroupInfo::builder().name(targets.target_group_name()).into_input())
            .collect();
        let route = |listener: Output<String>| group::TrafficRoute::builder().listener_arns([listener]);
        // The listener of the route, which may be another one than the first.
        let listener = self.front.rule.and_then(|rule| scope.edit(rule).get("ListenerArn")).map(Output::new);
        let pair = group::TargetGroupPairInfo::builder()
            .target_groups(targets)
            .prod_traffic_route(listener.map(route))
            .test_traffic_route(
                self.front.balancer.test_listener().map(|listener| route(listener.listener_arn().cast())),
            );
        let ended = group::BlueInstanceTerminationOption::builder()
            .action(group::BlueInstanceTerminationOptionAction::Terminate)
            .termination_wait_time_in_minutes(self.baked);
        let ready = group::DeploymentReadyOption::builder()
            .action_on_timeout(group::ActionOnTimeout::ContinueDeployment);
        let style = group::DeploymentStyle::builder()
            .deployment_type(group::DeploymentType::BlueGreen)
            .deployment_option(group::DeploymentOption::WithTrafficControl);
        let service =
            group::EcsService::builder().cluster_name(self.cluster.name()).service_name(self.service.name());
        let group = codedeploy::DeploymentGroup::builder()
            .application_name(application.application_name())
            .service_role_arn(role)
            .deployment_config_name(self.shift.configuration())
            .deployment_style(style)
            .blue_green_deployment_configuration(
                group::BlueGreenDeploymentConfiguration::builder()
                    .terminate_blue_instances_on_deployment_success(ended)
                    .deployment_ready_option(ready),
            )
            .ecs_services([service])
            .load_balancer_info(group::LoadBalancerInfo::builder().target_group_pair_info_list([pair]))
            .auto_rollback_configuration(group::AutoRollbackConfiguration::builder().enabled(true).events([
                group::Events::DeploymentFailure,
                group::Events::DeploymentStopOnAlarm,
                group::Events::DeploymentStopOnRequest,
            ]))
            .alarm_configuration(alarms(self.alarms));
        Made { application, role, group: scope.add("DeploymentGroup", group) }
    }
}

/// Alarms in the form that CodeDeploy takes.
fn alarms(
    names: &[Output<Name<formwork_aws::cloudwatch::Alarm>>],
) -> Option<Input<group::AlarmConfiguration>> {
    let alarms: Vec<_> =
        names.iter().map(|name| group::Alarm::builder().name(name.clone()).into_input()).collect();
    (!alarms.is_empty())
        .then(|| group::AlarmConfiguration::builder().enabled(true).alarms(alarms).into_input())
}
