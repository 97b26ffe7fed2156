//! The roles of tasks.

use std::collections::HashMap;

use formwork_core::Severity;

use super::{super::network::made, SERVICE, task_of};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

const ROLE: &str = "AWS::IAM::Role";

/// The services that may assume a role; `None` where others may as well or not everything is known.
pub(in crate::rules) fn principals(role: Resource<'_>) -> Option<Vec<String>> {
    let document = role.get("AssumeRolePolicyDocument");
    let statements = document.get("Statement");
    if document.is_unknown() || statements.is_unknown() || statements.is_absent() {
        return None;
    }
    let mut services = Vec::new();
    for statement in statements.one_or_more() {
        if statement.is_unknown() || statement.get("NotPrincipal").is_set() {
            return None;
        }
        let principal = statement.get("Principal");
        if principal.text().is_some() || principal.is_unknown() {
            return None;
        }
        for (kind, value) in principal.entries() {
            for name in value.one_or_more() {
                match (kind, name.text()) {
                    ("Service", Some(text)) => services.push(text.into_owned()),
                    // `ecs-tasks.${AWS::URLSuffix}`.
                    ("Service", None) => return None,
                    (_, Some(text)) if text == "*" => return None,
                    _ => {}
                }
            }
        }
    }
    Some(services)
}

pub(super) fn for_tasks(task: Resource<'_>, says: &mut Says) {
    for name in ["ExecutionRoleArn", "TaskRoleArn"] {
        let value = task.get(name);
        let Some(role) = made(value, ROLE) else { continue };
        let Some(services) = principals(role) else { continue };
        if services.iter().any(|service| service == "ecs-tasks.amazonaws.com") {
            continue;
        }
        let who = match services.first() {
            Some(service) => format!("only `{service}` may"),
            None => "no service may".to_owned(),
        };
        says.add(value, format!("task `{}` cannot assume role `{}`: {who}", task.id(), role.id()))
            .also(role.get("AssumeRolePolicyDocument"), "who may assume the role")
            .help("allow `sts:AssumeRole` to `Service: ecs-tasks.amazonaws.com`");
    }
    let (execution, own) = (made(task.get("ExecutionRoleArn"), ROLE), made(task.get("TaskRoleArn"), ROLE));
    let pulls = |role: Resource<'_>| {
        let policies = role.get("ManagedPolicyArns").items();
        let known = policies.iter().map(|policy| ending(*policy)).collect::<Option<Vec<_>>>();
        known.map(|known| known.iter().any(|name| name.ends_with("AmazonECSTaskExecutionRolePolicy")))
    };
    if let (Some(execution), Some(own)) = (execution, own)
        && execution != own
        && pulls(own) == Some(true)
        && pulls(execution) == Some(false)
        && execution.get("Policies").is_absent()
        && execution.get("ManagedPolicyArns").is_absent()
        && execution.referrers().iter().all(|it| !it.from.kind().starts_with("AWS::IAM::"))
    {
        says.add(
            task.get("TaskRoleArn"),
            format!(
                "the roles of task `{}` seem to be swapped: ECS is to use `{}`",
                task.id(),
                execution.id()
            ),
        )
        .severity(Severity::Warning)
        .label("has the policy for pulling images")
        .also(task.get("ExecutionRoleArn"), "may do nothing")
        .help("`ExecutionRoleArn` is for ECS (images, logs, secrets), `TaskRoleArn` for the program");
    }
}

/// The name at the end of a policy's ARN, also where its partition is not known.
fn ending(policy: Value<'_>) -> Option<String> {
    if let Some(text) = policy.text() {
        return text.rsplit('/').next().map(str::to_owned);
    }
    match policy.pieces().last()? {
        crate::context::Piece::Text(text) => text.rsplit('/').next().map(str::to_owned),
        _ => None,
    }
}

/// What statements say of an action.
fn allows(document: Value<'_>, wanted: &str) -> Option<bool> {
    let statements = document.get("Statement");
    if document.is_unknown() || statements.is_unknown() || document.text().is_some() {
        return None;
    }
    let mut known = true;
    for statement in statements.one_or_more() {
        if !statement.get("Effect").is("Allow") {
            continue;
        }
        if statement.get("NotAction").is_set() {
            return Some(true);
        }
        for action in statement.get("Action").one_or_more() {
            match action.text() {
                Some(text) => {
                    let text = text.to_ascii_lowercase();
                    let beginning = text.split(['*', '?']).next().unwrap_or_default();
                    let all = beginning.len() < text.len() && wanted.starts_with(beginning);
                    if all || text == wanted {
                        return Some(true);
                    }
                }
                None => known = false,
            }
        }
    }
    known.then_some(false)
}

pub(super) fn exec<'a>(context: &'a Context<'a>, says: &mut Says) {
    // Policies that are attached to roles from outside.
    let mut attached: HashMap<Resource<'a>, Vec<Value<'a>>> = HashMap::new();
    for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"] {
        for policy in context.of_type(kind) {
            let mut roles = policy.get("Roles").items();
            roles.push(policy.get("RoleName"));
            for role in roles.into_iter().filter_map(|role| made(role, ROLE)) {
                attached.entry(role).or_default().push(policy.get("PolicyDocument"));
            }
        }
    }
    for service in context.of_type(SERVICE) {
        let enabled = service.get("EnableExecuteCommand");
        if enabled.boolean() != Some(true) {
            continue;
        }
        let version = service.get("PlatformVersion");
        if let Some(text) = version.text()
            && matches!(&*text, "1.0.0" | "1.1.0" | "1.2.0" | "1.3.0")
        {
            says.add(version, format!("service `{}` wants ECS Exec on platform {text}", service.id()))
                .severity(Severity::Error)
                .also(enabled, "needs platform 1.4.0")
                .help("remove `PlatformVersion`, or set it to `LATEST`");
        }
        let Some(task) = task_of(service) else { continue };
        let value = task.get("TaskRoleArn");
        if value.is_absent() {
            says.add(
                enabled,
                format!("service `{}` wants ECS Exec, and its task has no role for it", service.id()),
            )
            .severity(Severity::Error)
            .also(task, "has no `TaskRoleArn`")
            .help("give the task a role that may open channels: the four actions of `ssmmessages`");
            continue;
        }
        let Some(role) = made(value, ROLE) else { continue };
        let managed = role.get("ManagedPolicyArns");
        let mut documents: Vec<Value<'a>> =
            role.get("Policies").items().into_iter().map(|policy| policy.get("PolicyDocument")).collect();
        let mut known = !managed.is_unknown() && !role.get("Policies").is_unknown();
        for policy in managed.items() {
            match made(policy, "AWS::IAM::ManagedPolicy") {
                Some(policy) => documents.push(policy.get("PolicyDocument")),
                // Of AWS's own policies, this one is known to say nothing about it.
                None => {
                    known &= ending(policy).is_some_and(|name| name == "AmazonECSTaskExecutionRolePolicy")
                }
            }
        }
        documents.extend(attached.get(&role).into_iter().flatten());
        let said = documents.iter().map(|document| allows(*document, "ssmmessages:createcontrolchannel"));
        if known && said.into_iter().all(|said| said == Some(false)) {
            says.add(
                enabled,
                format!(
                    "service `{}` wants ECS Exec, which role `{}` does not allow",
                    service.id(),
                    role.id()
                ),
            )
            .also(role, "the role of the task")
            .help(
                "allow `ssmmessages:CreateControlChannel`, `CreateDataChannel`, `OpenControlChannel` and \
                     `OpenDataChannel` on `*`",
            );
        }
    }
}
