//! Rights on a log group.

use formwork_aws::{logs, policy::Statement};

use super::{granted, sealed::Sealed};
use crate::{Granted, Grantee};

/// Rights on a log group.
///
/// ```
/// use formwork_aws::{logs, types::days};
/// use formwork_patterns::LogGroupGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let audit = stack.add("Audit", logs::LogGroup::builder().retention_in_days(days(365)));
/// audit.grant_write(&api);
/// ```
///
/// The setting is the group's name.
pub trait LogGroupGrants: Sealed {
    #[doc(hidden)]
    fn group(&self) -> logs::LogGroup;

    /// Lets somebody write to the group, in streams of his own.
    #[track_caller]
    fn grant_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let group = self.group();
        let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on(group.arn());
        granted(to, [write], group)
    }

    /// Lets somebody read what is in the group.
    #[track_caller]
    fn grant_read<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let group = self.group();
        let actions = ["logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"];
        granted(to, [Statement::allow(actions).on(group.arn())], group)
    }
}

impl LogGroupGrants for logs::LogGroup {
    fn group(&self) -> logs::LogGroup {
        *self
    }
}
