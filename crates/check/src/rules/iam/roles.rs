//! Roles that services use: whether they trust the service.

use formwork_core::Severity;

use crate::{
    context::{Resource, Value},
    rule::Says,
};

use super::{places::Form, read};

/// A type, the property that names a role, the services one of which has to be trusted, and whether the deployment
/// fails otherwise.
pub(super) const ROLES: &[(&str, &str, &[&str], bool)] = &[
    ("AWS::Lambda::Function", "Role", &["lambda"], true),
    ("AWS::Serverless::Function", "Role", &["lambda"], true),
    ("AWS::StepFunctions::StateMachine", "RoleArn", &["states"], true),
    ("AWS::CodeBuild::Project", "ServiceRole", &["codebuild"], true),
    ("AWS::CodePipeline::Pipeline", "RoleArn", &["codepipeline"], true),
    ("AWS::CodeDeploy::DeploymentGroup", "ServiceRoleArn", &["codedeploy"], true),
    ("AWS::EKS::Cluster", "RoleArn", &["eks"], true),
    ("AWS::EKS::Nodegroup", "NodeRole", &["ec2"], true),
    ("AWS::EKS::FargateProfile", "PodExecutionRoleArn", &["eks-fargate-pods"], true),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "ExtendedS3DestinationConfiguration/RoleARN",
        &["firehose"],
        true,
    ),
    ("AWS::KinesisFirehose::DeliveryStream", "S3DestinationConfiguration/RoleARN", &["firehose"], true),
    ("AWS::Scheduler::Schedule", "Target/RoleArn", &["scheduler"], true),
    ("AWS::Pipes::Pipe", "RoleArn", &["pipes"], true),
    ("AWS::RDS::DBInstance", "MonitoringRoleArn", &["monitoring.rds"], true),
    ("AWS::RDS::DBCluster", "MonitoringRoleArn", &["monitoring.rds"], true),
    ("AWS::SageMaker::NotebookInstance", "RoleArn", &["sagemaker"], true),
    ("AWS::SageMaker::Model", "ExecutionRoleArn", &["sagemaker"], true),
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn", &["apigateway"], true),
    ("AWS::CloudTrail::Trail", "CloudWatchLogsRoleArn", &["cloudtrail"], true),
    ("AWS::Config::ConfigurationRecorder", "RoleARN", &["config"], true),
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", &["vpc-flow-logs"], false),
    ("AWS::Events::Rule", "RoleArn", &["events"], false),
    ("AWS::Events::Rule", "Targets/*/RoleArn", &["events"], false),
    ("AWS::AppSync::DataSource", "ServiceRoleArn", &["appsync"], false),
    ("AWS::Glue::Job", "Role", &["glue"], false),
    ("AWS::Glue::Crawler", "Role", &["glue"], true),
    ("AWS::Batch::ComputeEnvironment", "ServiceRole", &["batch"], false),
    ("AWS::Backup::BackupSelection", "BackupSelection/IamRoleArn", &["backup"], true),
    ("AWS::DMS::Endpoint", "S3Settings/ServiceAccessRoleArn", &["dms"], false),
    ("AWS::S3::Bucket", "ReplicationConfiguration/Role", &["s3"], false),
    ("AWS::IAM::InstanceProfile", "Roles/*", &["ec2"], false),
    ("AWS::AutoScaling::LifecycleHook", "RoleARN", &["autoscaling"], true),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "RoleARN", &["application-autoscaling"], false),
    ("AWS::IoT::TopicRule", "TopicRulePayload/Actions/*/Lambda/RoleArn", &["iot"], false),
];

/// The types in the table above.
pub(super) const USERS: &[&str] = &[
    "AWS::Lambda::Function",
    "AWS::Serverless::Function",
    "AWS::StepFunctions::StateMachine",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::EKS::Cluster",
    "AWS::EKS::Nodegroup",
    "AWS::EKS::FargateProfile",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Scheduler::Schedule",
    "AWS::Pipes::Pipe",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::SageMaker::NotebookInstance",
    "AWS::SageMaker::Model",
    "AWS::ApiGateway::Account",
    "AWS::CloudTrail::Trail",
    "AWS::Config::ConfigurationRecorder",
    "AWS::EC2::FlowLog",
    "AWS::Events::Rule",
    "AWS::AppSync::DataSource",
    "AWS::Glue::Job",
    "AWS::Glue::Crawler",
    "AWS::Batch::ComputeEnvironment",
    "AWS::Backup::BackupSelection",
    "AWS::DMS::Endpoint",
    "AWS::S3::Bucket",
    "AWS::IAM::InstanceProfile",
    "AWS::AutoScaling::LifecycleHook",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::IoT::TopicRule",
];

pub(super) fn trusts_its_service(user: Resource<'_>, says: &mut Says) {
    for (_, path, services, fails) in ROLES.iter().filter(|(kind, ..)| *kind == user.kind()) {
        let mut open = vec![user.value().get("Properties")];
        for step in path.split('/') {
            open = match step {
                "*" => open.into_iter().flat_map(Value::items).collect(),
                step => open.into_iter().map(|value| value.get(step)).collect(),
            };
        }
        for at in open {
            let Some(role) = at.resource().filter(|role| role.kind() == "AWS::IAM::Role") else { continue };
            let Some(trusted) = trusted(role) else { continue };
            if services.iter().any(|service| trusted.iter().any(|known| same(known, service))) {
                continue;
            }
            let wanted = services.first().copied().unwrap_or_default();
            let principal = format!("{wanted}.amazonaws.com");
            let message = format!("the role `{}` of `{}` does not trust `{principal}`", role.id(), user.id());
            let remark = says.add(at, message);
            remark
                .also(role.get("AssumeRolePolicyDocument"), "whom it trusts")
                .help(format!("let `Service: {principal}` do `sts:AssumeRole` in the role's trust policy"));
            if !fails {
                remark.severity(Severity::Warning);
            }
        }
    }
}

/// Whether the beginning of a principal is that of a service, in any partition or Region.
fn same(principal: &str, service: &str) -> bool {
    principal.strip_prefix(service).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The services that a role trusts, as far as their names are known (`lambda.amazonaws.com`, or `lambda.` of
/// `lambda.${AWS::URLSuffix}`); `None` where not all of it is known, or everybody is trusted.
pub(in crate::rules) fn trusted(role: Resource<'_>) -> Option<Vec<String>> {
    let mut services = Vec::new();
    let policies = read::policies(role);
    let mut policies = policies.iter().filter(|policy| policy.form == Form::Trust);
    let policy = policies.next().filter(|policy| policy.shape.object && !policy.statements.is_empty())?;
    for statement in &policy.statements {
        if statement.shape.unknown || statement.effect.as_ref().is_none_or(|effect| effect.text().is_none()) {
            return None;
        }
        if !statement.allows() {
            continue;
        }
        let principals = statement.principals.as_ref()?;
        let others = principals.kinds.iter().any(|(kind, terms)| kind != "AWS" && terms.unknown);
        if others || principals.unknown || principals.everybody().is_some() {
            return None;
        }
        for term in principals.of("Service") {
            let beginning = term.beginning();
            // `${Service}.amazonaws.com`
            if beginning.is_empty() || beginning == "*" {
                return None;
            }
            services.push(beginning.to_owned());
        }
    }
    Some(services)
}
