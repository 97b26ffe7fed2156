//! Permissions that, together, lead to all others.

use std::collections::{HashMap, HashSet};

use formwork_facts::iam;

use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

use super::{
    places::Form,
    read::{self, Policy, shorten},
};

/// Actions that together let somebody become more than they are, and how.
const WAYS: &[(&[&str], &str)] = &[
    (&["iam:CreatePolicyVersion"], "rewrite its own policies"),
    (&["iam:SetDefaultPolicyVersion"], "return to an earlier version of its policies"),
    (&["iam:AttachUserPolicy"], "attach any policy to a user"),
    (&["iam:AttachGroupPolicy"], "attach any policy to a group"),
    (&["iam:AttachRolePolicy"], "attach any policy to a role"),
    (&["iam:PutUserPolicy"], "give any policy to a user"),
    (&["iam:PutGroupPolicy"], "give any policy to a group"),
    (&["iam:PutRolePolicy"], "give any policy to a role"),
    (&["iam:AddUserToGroup"], "put itself into any group"),
    (&["iam:CreateAccessKey"], "make keys of any user"),
    (&["iam:CreateLoginProfile"], "set a password of any user"),
    (&["iam:UpdateLoginProfile"], "change the password of any user"),
    (&["iam:DeleteRolePermissionsBoundary"], "take the limits from any role"),
    (&["iam:PutRolePermissionsBoundary"], "replace the limits of any role"),
    (&["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], "make any role trust it, and assume it"),
    (&["ssm:SendCommand"], "run commands with the role of any instance"),
    (&["ssm:StartSession"], "open a session with the role of any instance"),
    (&["iam:PassRole", "ec2:RunInstances"], "start an instance with any role"),
    (
        &["iam:PassRole", "ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"],
        "let a group start an instance with any role",
    ),
    (&["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "run a function with any role"),
    (
        &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
        "run a function with any role",
    ),
    (&["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"], "run a function with any role"),
    (&["lambda:UpdateFunctionCode"], "run code with the role of any function"),
    (&["iam:PassRole", "cloudformation:CreateStack"], "deploy a stack with any role"),
    (&["iam:PassRole", "glue:CreateDevEndpoint"], "open an endpoint of Glue with any role"),
    (&["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"], "run a job of Glue with any role"),
    (&["glue:UpdateDevEndpoint"], "log in to any endpoint of Glue"),
    (
        &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"],
        "run a pipeline with any role",
    ),
    (
        &["iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
        "open a notebook with any role",
    ),
    (&["iam:PassRole", "sagemaker:CreateTrainingJob"], "train a model with any role"),
    (&["iam:PassRole", "sagemaker:CreateProcessingJob"], "process data with any role"),
    (&["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"], "run a build with any role"),
    (&["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"], "run a task with any role"),
    (
        &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"],
        "run a state machine with any role",
    ),
    (
        &[
            "iam:PassRole",
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:InvokeCodeInterpreter",
        ],
        "run code of its own with any role",
    ),
];

/// What a holder is granted broadly, on everything and without conditions: of the actions above, and patterns.
#[derive(Default)]
struct Grants<'a> {
    allowed: HashMap<&'static str, Value<'a>>,
    allowed_patterns: Vec<(String, Value<'a>)>,
    denied: HashSet<&'static str>,
    denied_patterns: Vec<String>,
}

/// The actions above, by their names in lower case.
type Index = HashMap<String, &'static str>;

fn index() -> Index {
    let actions = WAYS.iter().flat_map(|(actions, _)| *actions);
    actions.map(|action| (action.to_ascii_lowercase(), *action)).collect()
}

fn broad(resource: &str) -> bool {
    // `arn:aws:iam::111122223333:role/*`, `arn:aws:lambda:*:*:function:*`
    let mut parts = resource.splitn(6, ':');
    let everything = |end: &str| {
        matches!(end, "*" | "role/*" | "user/*" | "group/*" | "policy/*" | "function:*" | "instance/*")
    };
    resource == "*" || (resource.starts_with("arn:") && parts.nth(5).is_some_and(everything))
}

fn collect<'a>(policy: &Policy<'a>, index: &Index, grants: &mut Grants<'a>) {
    let known = |action: &str| index.get(&action.to_ascii_lowercase()).copied();
    let wild = |action: &str| action.contains(['*', '?']);
    for statement in &policy.statements {
        let actions = statement.actions.iter().flat_map(|actions| actions.texts());
        if statement.effect.as_ref().is_some_and(|effect| effect.is("Deny")) {
            // A denial may have exceptions; it counts all the same, since nobody wrote it for nothing.
            for (action, _) in actions {
                if wild(action) {
                    grants.denied_patterns.push(action.to_owned());
                } else {
                    grants.denied.extend(known(action));
                }
            }
        } else if statement.allows()
            && !statement.is_conditional()
            && statement.resources.as_ref().is_some_and(|it| it.texts().any(|(text, _)| broad(text)))
        {
            for (action, at) in actions {
                if wild(action) {
                    grants.allowed_patterns.push((action.to_owned(), at));
                } else if let Some(action) = known(action) {
                    grants.allowed.entry(action).or_insert(at);
                }
            }
        }
    }
}

/// Whom a policy is attached to.
fn holders<'a>(policy: Resource<'a>) -> Vec<Resource<'a>> {
    let lists = ["Roles", "Users", "Groups"].into_iter().flat_map(|list| policy.get(list).items());
    let one = ["RoleName", "UserName", "GroupName"].into_iter().map(|name| policy.get(name));
    lists.chain(one).filter_map(Value::resource).filter(|it| it.kind().starts_with("AWS::IAM::")).collect()
}

/// What tells resources apart.
fn key(resource: Resource<'_>) -> (u32, u32) {
    (resource.template, resource.index)
}

pub(super) fn combinations<'a>(context: &'a Context<'a>, says: &mut Says) {
    let index = index();
    // In the order in which they stand.
    let mut order: Vec<Resource<'a>> = Vec::new();
    let mut grants: HashMap<(u32, u32), Grants<'a>> = HashMap::new();
    let mut add = |holder: Resource<'a>, policies: &[Policy<'a>]| {
        let entry = grants.entry(key(holder)).or_insert_with(|| {
            order.push(holder);
            Grants::default()
        });
        for policy in policies.iter().filter(|policy| policy.form == Form::Identity) {
            collect(policy, &index, entry);
        }
    };
    let mut attached = HashSet::new();
    for kind in ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::SSO::PermissionSet"] {
        for holder in context.of_type(kind) {
            add(holder, &read::policies(holder));
            for policy in holder.get("ManagedPolicyArns").items().into_iter().filter_map(Value::resource) {
                if policy.kind() == "AWS::IAM::ManagedPolicy" {
                    attached.insert(key(policy));
                    add(holder, &read::policies(policy));
                }
            }
        }
    }
    for kind in [
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
    ] {
        for policy in context.of_type(kind) {
            let policies = read::policies(policy);
            let mut seen = HashSet::new();
            let holders: Vec<Resource<'a>> =
                holders(policy).into_iter().filter(|it| seen.insert(key(*it))).collect();
            // A policy that is attached elsewhere speaks for itself.
            if holders.is_empty() && !attached.contains(&key(policy)) {
                add(policy, &policies);
            }
            for holder in holders {
                add(holder, &policies);
            }
        }
    }
    for holder in order {
        if let Some(grants) = grants.get(&key(holder)) {
            escalates(holder, grants, says);
        }
    }
}

fn escalates(holder: Resource<'_>, grants: &Grants<'_>, says: &mut Says) {
    // Administrators are told of elsewhere, and have nothing to gain.
    if grants.allowed_patterns.iter().any(|(action, _)| action == "*" || action == "*:*") {
        return;
    }
    let granted = |action: &'static str| {
        let pattern = || grants.allowed_patterns.iter().find(|(pattern, _)| iam::like(pattern, action));
        let allowed = grants.allowed.get(action).copied().or_else(|| Some(pattern()?.1))?;
        let denied = grants.denied.contains(action)
            || grants.denied_patterns.iter().any(|pattern| iam::like(pattern, action));
        (!denied).then_some(allowed)
    };
    if grants.allowed.is_empty() && grants.allowed_patterns.is_empty() {
        return;
    }
    // Each action is looked up once.
    let mut known: HashMap<&str, Option<Value<'_>>> = HashMap::new();
    let mut found: Vec<(&[&str], &str, Vec<Value<'_>>)> = Vec::new();
    for (actions, how) in WAYS {
        let places: Option<Vec<Value<'_>>> =
            actions.iter().map(|action| *known.entry(action).or_insert_with(|| granted(action))).collect();
        if let Some(places) = places {
            found.push((actions, how, places));
        }
    }
    let Some((actions, how, places)) = found.first() else { return };
    let Some(at) = places.first() else { return };
    let named = actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(" and ");
    let message = format!("with {named}, `{}` can gain all permissions: {how}", holder.id());
    let remark = says.add(*at, shorten(&message));
    for place in places.iter().skip(1) {
        remark.also(*place, "and this");
    }
    let others: Vec<String> = found.iter().skip(1).map(|(actions, ..)| actions.join(" + ")).collect();
    if !others.is_empty() {
        remark.note(format!("so it can with {}", others.join(", ")));
    }
    remark.help(
        "name the resources that it is needed for, or limit it by a condition or a permissions boundary",
    );
}

/// `iam:PassRole` on all roles.
pub(super) fn pass_role(policy: &Policy<'_>, says: &mut Says) {
    for statement in &policy.statements {
        let all = statement.resources.as_ref().is_some_and(|it| it.texts().any(|(text, _)| broad(text)));
        if policy.form != Form::Identity
            || !statement.allows()
            || !all
            || statement.has_condition_on("iam:PassedToService")
            || statement.has_condition_on("iam:AssociatedResourceArn")
        {
            continue;
        }
        for (action, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            // Whole services are told of elsewhere.
            let plain = action.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("iam:"));
            if plain && action != "iam:*" && iam::like(action, "iam:PassRole") {
                let remark = says.add(
                    at,
                    format!("`{}` may pass any role of the account to any service", policy.owner.id()),
                );
                remark.help("name the role's ARN, and test `iam:PassedToService` in a condition");
                if let Some(resources) = &statement.resources {
                    remark.also(resources.at, "all roles");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_actions_exist() {
        for action in super::WAYS.iter().flat_map(|(actions, _)| *actions) {
            let known = formwork_facts::iam::action(action).map(|known| known.to_string());
            assert_eq!(known.as_deref(), Some(*action));
        }
    }
}
