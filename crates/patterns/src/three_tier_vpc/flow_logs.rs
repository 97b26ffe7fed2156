//! Who talked to whom: flow logs of the network, and who may write them.

use formwork_aws::{
    ec2::{self, flow_log},
    iam::{self, Condition, IdentityPolicy, Statement},
    logs,
    types::{LogRetention, days},
};
use formwork_core::{Builder as _, Input, IntoInput, Scope};

use super::named;
use crate::{place::production, trust::service_of_account, value::arn_here};

/// Which connections flow logs record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recorded {
    /// All of them.
    All,
    /// Those that a security group or a network ACL refused.
    Rejected,
    /// Those that came through.
    Accepted,
}

/// What flow logs are to be.
#[derive(Clone)]
pub(super) struct FlowLogs {
    pub(super) retention: Input<LogRetention>,
    pub(super) recorded: Recorded,
}

impl Default for FlowLogs {
    fn default() -> Self {
        Self { retention: days(30).into_input(), recorded: Recorded::All }
    }
}

/// What was made for them.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) log: ec2::FlowLog,
    pub(super) group: logs::LogGroup,
    pub(super) role: iam::Role,
}

impl FlowLogs {
    pub(super) fn make(self, scope: Scope<'_>, vpc: ec2::Vpc) -> Made {
        let group = logs::LogGroup::builder().retention_in_days(self.retention);
        // What happened is wanted most when somebody has removed the network.
        let group = match production(&scope) {
            true => group.keep_on_removal(),
            false => group,
        };
        let group = scope.add("FlowLogGroup", group);
        // Only flow logs of this account may write here, not those that the service writes for others.
        // docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        let trust = service_of_account("vpc-flow-logs.amazonaws.com")
            .when(Condition::arn_like("aws:SourceArn", arn_here("ec2", "vpc-flow-log/*")));
        // The group is there, so that nobody needs to create or to look for one.
        let write =
            Statement::allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"])
                .on(group.arn());
        let policy = iam::role::Policy::builder()
            .policy_name("WriteFlowLogs")
            .policy_document(IdentityPolicy::new().statement(write));
        let role = iam::Role::builder().assume_role_policy_document(trust).policies([policy]);
        let role = scope.add("FlowLogRole", role);
        let log = ec2::FlowLog::builder()
            .resource_id(vpc.vpc_id())
            .resource_type(flow_log::ResourceType::Vpc)
            .traffic_type(match self.recorded {
                Recorded::All => flow_log::TrafficType::All,
                Recorded::Rejected => flow_log::TrafficType::Reject,
                Recorded::Accepted => flow_log::TrafficType::Accept,
            })
            .log_destination_type(flow_log::LogDestinationType::CloudWatchLogs)
            .log_group_name(group.log_group_name())
            .deliver_logs_permission_arn(role.arn());
        let log = scope.add("FlowLog", named(log, scope, "FlowLog"));
        Made { log, group, role }
    }
}
