//! What a task takes from outside in place of its own: roles, and a security group.

use formwork_core::{Finding, IntoJson, Scope};

use crate::{
    Role, SecurityGroup, ThreeTierVpc,
    connect::judge_group,
    place::{Said, report},
    trust,
};

/// Roles and a group that were brought.
#[derive(Clone, Default)]
pub(crate) struct Outside<'a> {
    pub(crate) role: Option<Said<Role<'a>>>,
    pub(crate) execution: Option<Said<Role<'a>>>,
    pub(crate) group: Option<Said<SecurityGroup<'a>>>,
}

impl<'a> Outside<'a> {
    /// The group that was brought, or else one of its own.
    #[track_caller]
    pub(super) fn group_or_own(
        &self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        description: &'static str,
    ) -> SecurityGroup<'a> {
        match &self.group {
            Some(said) => said.value.clone(),
            None => SecurityGroup::new(scope, network, description),
        }
    }

    /// Says what ECS could not use.
    pub(super) fn judge(&self, scope: &Scope<'a>, network: &ThreeTierVpc<'a>) {
        for said in [self.role, self.execution].into_iter().flatten() {
            judge_role(scope, said);
        }
        if let Some(said) = &self.group {
            judge_group(scope, said, network);
        }
    }
}

/// Says that a role is of an account, or trusts ECS in a Region, where the task is not.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
fn judge_role(scope: &Scope<'_>, said: Said<Role<'_>>) {
    let (of_role, of_task) = (said.value.scope().stack(), scope.stack());
    let differ = |here: Option<String>, there: Option<String>| Some((here?, there?)).filter(|(a, b)| a != b);
    let trust = said.value.scope().edit(said.value.role()).get("AssumeRolePolicyDocument");
    // Of a role that somebody made otherwise, `check` sees whom it trusts.
    let regional = trust.is_some_and(|trust| trust.reads_as(&trust::tasks().into_json()));
    let (message, help) = match differ(of_role.get_account(), of_task.get_account()) {
        Some((role, task)) => (
            format!("the role is of the account {role}, and the task of {task}"),
            "ECS takes roles of the task's account: make the role in a stack of that account",
        ),
        None => match differ(of_role.get_region(), of_task.get_region()).filter(|_| regional) {
            Some((role, task)) => (
                format!("the role trusts ECS in the Region {role}, and the task is in {task}"),
                "make a role for the tasks of each Region, in a stack of that Region",
            ),
            None => return,
        },
    };
    report(scope, Finding::error("FW3221", message).help(help), said.at);
}
