//! Where rights stand: with the role, or else, where that would be a circle of stacks, with what they are on.

use std::{cell::RefCell, collections::BTreeMap};

use formwork_aws::{
    ecs,
    iam::{self, IdentityPolicy},
    policy::{Document, Identity, Statement},
    scheduler,
};
use formwork_core::{
    AsHandle, Expr, Handle, Identifier, Input, IntoJson, Json, Output, Part, Scope, Stack, json,
};

use super::Role;
use crate::{connect::pascal, value::output};

/// Which stacks wait for that of a role, each found out once: to ask is to look at everything that was declared. Rights
/// that move away do not change it.
#[derive(Default)]
struct Waits(RefCell<BTreeMap<String, bool>>);

impl Waits {
    fn ask(&self, stack: Stack<'_>, own: Stack<'_>) -> bool {
        *self.0.borrow_mut().entry(stack.id()).or_insert_with(|| stack.waits_for(own))
    }
}

/// The name of the policy in the role itself. Those that stand apart have the name of their place behind it.
const OWN: &str = "Grants";

/// Gives a role a right, which it may have already.
#[track_caller]
pub(super) fn give(role: Role<'_>, statement: Statement<Identity>) {
    let document = Document::new().statement(statement).into_json();
    let statements = document.get("Statement").and_then(Expr::as_list).unwrap_or_default();
    for statement in statements {
        match elsewhere(role, statement, &Waits::default()) {
            Some(place) => {
                write_apart(role, place, statement, &document);
                // What was said when nothing waited yet.
                settle(role, &Waits::default());
            }
            None => write_with(role, statement, &document),
        }
    }
}

/// Looks after the rights of all roles in the stack of one that is used in another stack, which waits for it from now on.
#[track_caller]
pub(crate) fn used(role: Role<'_>) {
    let app = role.scope.app();
    let stack = role.scope.edit(role.role).stack();
    let waits = Waits::default();
    for other in app.all::<iam::Role>() {
        if role.scope.edit(other).stack() == stack {
            settle(Role::of(role.scope, other), &waits);
        }
    }
}

/// Moves the rights of a role that have come to make a circle: its stack waits for what they are on, and that has begun to
/// wait for the role.
#[track_caller]
fn settle(role: Role<'_>, waits: &Waits) {
    let role = Role { rights: None, ..role };
    let edit = role.scope.edit(role.role);
    let Some(own) = own_policy(role) else { return };
    let Some(document) = edit.get(&format!("Policies.{own}.PolicyDocument")) else { return };
    let statements = document.get("Statement").and_then(Expr::as_list).unwrap_or_default();
    let moving: Vec<(usize, Scope<'_>)> = statements
        .iter()
        .enumerate()
        .filter_map(|(index, statement)| elsewhere(role, statement, waits).map(|place| (index, place)))
        .collect();
    let policies = edit.get("Policies").as_ref().and_then(Expr::as_list).map_or(0, <[_]>::len);
    if moving.len() < statements.len() {
        for (index, _) in moving.iter().rev() {
            edit.remove(&format!("Policies.{own}.PolicyDocument.Statement.{index}"));
        }
    } else if !moving.is_empty() {
        // IAM takes no policy without statements.
        edit.remove(&if policies == 1 { "Policies".to_owned() } else { format!("Policies.{own}") });
    }
    for (index, place) in moving {
        write_apart(role, place, &statements[index], &document);
    }
}

/// Lets something that begins with a role wait for the rights that stand apart from it in the same stack. Those that come
/// later find it by themselves, where it is a service of ECS or a schedule.
#[track_caller]
pub(crate) fn before(role: Role<'_>, waits: Handle) {
    let stack = role.scope.edit(waits).stack();
    for policy in apart(role) {
        if role.scope.edit(policy).stack() == stack {
            role.scope.edit(waits).depends_on(policy);
        }
    }
}

/// The policies of a role that stand apart from it.
pub(super) fn apart(role: Role<'_>) -> Vec<iam::RolePolicy> {
    let policies = role.scope.app().all::<iam::RolePolicy>();
    policies.into_iter().filter(|policy| is_of(role, *policy)).collect()
}

/// Whether a policy is one that was made here for the rights of a role.
fn is_of(role: Role<'_>, policy: iam::RolePolicy) -> bool {
    let edit = role.scope.edit(policy);
    let of_role = edit.get("RoleName").is_some_and(|name| name.reads_as(name_of(role).expr()));
    let named = edit.get("PolicyName");
    of_role && named.as_ref().and_then(Expr::as_str).is_some_and(|name| name.starts_with(OWN))
}

/// The role's name as a policy writes it.
fn name_of(role: Role<'_>) -> Output<String> {
    role.role.role_name().cast()
}

/// The stack that a resource stands in.
fn home<'a>(scope: Scope<'a>, resource: &Expr) -> Option<Stack<'a>> {
    scope.app().stacks_of(resource).first().copied()
}

/// Where a right has to stand, if not with the role: where somebody has said, or in the stack of what it is on, if that
/// waits for the role's. A stack cannot wait for one that waits for it.
fn elsewhere<'a>(role: Role<'a>, statement: &Expr, waits: &Waits) -> Option<Scope<'a>> {
    let own = home(role.scope, role.role.arn().expr())?;
    if let Some(rights) = role.rights.filter(|rights| rights.stack().id() != own.id()) {
        return Some(rights);
    }
    // A role does not name itself: what it may do with itself, such as to hand itself to a task, stands beside it.
    if names(statement, role) {
        return Some(own.into());
    }
    let named = role.scope.app().stacks_of(statement);
    let waiting: Vec<Stack<'a>> =
        named.into_iter().filter(|stack| stack.id() != own.id() && waits.ask(*stack, own)).collect();
    // Of several, the one that comes last: it may name what is in the others.
    let last = |stack: &&Stack<'a>| {
        waiting.iter().all(|other| other.id() == stack.id() || !other.waits_for(**stack))
    };
    waiting.iter().find(last).or(waiting.first()).map(|stack| (*stack).into())
}

/// Whether a right is on the role itself.
fn names(value: &Expr, role: Role<'_>) -> bool {
    match value.plain() {
        Expr::Reference(_) => value.reads_as(role.role.arn().expr()) || value.reads_as(name_of(role).expr()),
        Expr::List(items) => items.iter().any(|item| names(item, role)),
        Expr::Object(fields) => fields.iter().any(|field| names(&field.value, role)),
        Expr::Interpolation(parts) => parts.iter().any(|part| match part {
            Part::Value(value) => names(value, role),
            _ => false,
        }),
        _ => false,
    }
}

/// The place of the policy among those of the role.
fn own_policy(role: Role<'_>) -> Option<usize> {
    let policies = role.scope.edit(role.role).get("Policies")?;
    let name = |policy: &Expr| policy.get("PolicyName").and_then(Expr::as_str) == Some(OWN);
    policies.as_list()?.iter().position(name)
}

/// Writes a right into the role.
#[track_caller]
fn write_with(role: Role<'_>, statement: &Expr, document: &Expr) {
    let edit = role.scope.edit(role.role);
    match own_policy(role) {
        Some(index) => {
            let path = format!("Policies.{index}.PolicyDocument.Statement");
            let known = edit.get(&path);
            let known = known.as_ref().and_then(Expr::as_list).unwrap_or_default();
            if !known.iter().any(|known| known.reads_as(statement)) {
                edit.append(&path, Json::from_expr(statement.clone()));
            }
        }
        None => {
            let document = Json::from_expr(document.clone());
            edit.append("Policies", json!({"PolicyName": OWN, "PolicyDocument": document}));
        }
    }
}

/// Writes a right into the policy of the role in a scope; the document is that of the statement, or has others as well.
#[track_caller]
fn write_apart<'a>(role: Role<'a>, scope: Scope<'a>, statement: &Expr, document: &Expr) {
    let scope = scope.for_caller();
    let edit = role.scope.edit(role.role);
    let id = format!("{}{}Grants", pascal(&edit.stack()), pascal(&edit.address()));
    let mut free = id.clone();
    let mut number = 1;
    while let Some(known) = scope.find(&free) {
        let known = scope.edit(known);
        if known.get("RoleName").is_some_and(|name| name.reads_as(name_of(role).expr())) {
            let path = "PolicyDocument.Statement";
            let written = known.get(path);
            let written = written.as_ref().and_then(Expr::as_list).unwrap_or_default();
            if !written.iter().any(|known| known.reads_as(statement)) {
                known.append(path, Json::from_expr(statement.clone()));
            }
            return;
        }
        number += 1;
        free = format!("{id}No{number}");
    }
    // Names of policies are unique within a role, and there is one for each place.
    let (stack, path) = (scope.stack().id(), scope.path());
    let name = match path.is_empty() {
        true => format!("{OWN}-{stack}"),
        false => format!("{OWN}-{stack}.{path}"),
    };
    let mut only = document.clone();
    if let Expr::Object(fields) = &mut only {
        for field in fields.iter_mut().filter(|field| field.name == "Statement") {
            field.value = Expr::List(vec![statement.clone()]);
        }
    }
    let policy = iam::RolePolicy::builder()
        .policy_name(shortened(name))
        .role_name(name_of(role))
        .policy_document(Input::<IdentityPolicy>::new(only));
    let policy = scope.add(free, policy);
    for waits in beginning_with(role, scope.stack()) {
        role.scope.edit(waits).depends_on(policy);
    }
}

/// As IAM takes the name of a policy.
// docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html (PolicyName)
fn shortened(name: String) -> String {
    name.chars().take(128).collect()
}

/// The services and schedules of a stack that start tasks with a role.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html: what uses a role depends on
// policies that stand apart from it
fn beginning_with(role: Role<'_>, stack: Stack<'_>) -> Vec<Handle> {
    let (app, arn) = (role.scope.app(), role.role.arn());
    let edit = |resource: Handle| role.scope.edit(resource);
    let reads = |resource: Handle, path: &str, value: &Expr| {
        edit(resource).get(path).is_some_and(|known| known.reads_as(value))
    };
    let mut found: Vec<Handle> = Vec::new();
    let here = |resource: &Handle| edit(*resource).stack() == stack.id();
    for definition in app.all::<ecs::TaskDefinition>() {
        let handle = definition.as_handle();
        if !["TaskRoleArn", "ExecutionRoleArn"].iter().any(|path| reads(handle, path, arn.expr())) {
            continue;
        }
        let revisions =
            [output::<Identifier<ecs::TaskDefinition>>(definition), definition.task_definition_arn().cast()];
        // Where CodeDeploy deploys, a service names the family alone.
        let family = edit(handle).get("Family");
        let runs = |resource: &Handle, path: &str| {
            let family = family.as_ref().is_some_and(|family| reads(*resource, path, family));
            family || revisions.iter().any(|revision| reads(*resource, path, revision.expr()))
        };
        let services = app.all::<ecs::Service>().into_iter().map(|it| it.as_handle());
        found.extend(services.filter(here).filter(|it| runs(it, "TaskDefinition")));
        let schedules = app.all::<scheduler::Schedule>().into_iter().map(|it| it.as_handle());
        found.extend(schedules.filter(here).filter(|it| runs(it, "Target.EcsParameters.TaskDefinitionArn")));
    }
    found
}
