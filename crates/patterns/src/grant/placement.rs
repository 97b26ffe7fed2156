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
                if !stands_with(role, statement) {
                    write_apart(role, place, statement, &document);
                }
                // What was said when nothing waited yet.
                settle(role, &Waits::default());
            }
            None if stands_apart(role, statement) => {}
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

/// The policies of a role that stand apart from it: those that were made here, which their logical ids tell. What else a
/// program attaches to the role is its own.
pub(super) fn apart(role: Role<'_>) -> Vec<iam::RolePolicy> {
    let policies = role.scope.app().all::<iam::RolePolicy>();
    if policies.is_empty() {
        return policies;
    }
    let (id, name) = (id_apart(role), name_of(role));
    let is_own = |policy: &iam::RolePolicy| {
        let edit = role.scope.edit(*policy);
        let address = edit.address();
        let number = address.rsplit('/').next().and_then(|known| known.strip_prefix(&*id));
        let numbered = |number: &str| match number.strip_prefix(NUMBER) {
            Some(digits) => !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()),
            None => number.is_empty(),
        };
        number.is_some_and(numbered) && edit.get("RoleName").is_some_and(|known| known.reads_as(name.expr()))
    };
    policies.into_iter().filter(is_own).collect()
}

/// What the policies of a role that stand apart are called in the template, but for a number.
fn id_apart(role: Role<'_>) -> String {
    let edit = role.scope.edit(role.role);
    format!("{}{}Grants", pascal(&edit.stack()), pascal(&edit.address()))
}

/// What stands before the number that tells the policies of two roles apart whose names come to the same.
const NUMBER: &str = "No";

/// Whether the role's own policy has a right.
fn stands_with(role: Role<'_>, statement: &Expr) -> bool {
    let policies = role.scope.edit(role.role).get("Policies");
    let own = own_among(policies.as_ref()).and_then(|(_, policy)| policy.get("PolicyDocument"));
    own.is_some_and(|document| has(document, statement))
}

/// Whether a policy that stands apart from the role has a right.
fn stands_apart(role: Role<'_>, statement: &Expr) -> bool {
    let document = |policy: iam::RolePolicy| role.scope.edit(policy).get("PolicyDocument");
    apart(role).into_iter().filter_map(document).any(|document| has(&document, statement))
}

fn has(document: &Expr, statement: &Expr) -> bool {
    let statements = document.get("Statement").and_then(Expr::as_list).unwrap_or_default();
    statements.iter().any(|known| known.reads_as(statement))
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
    let policies = role.scope.edit(role.role).get("Policies");
    own_among(policies.as_ref()).map(|(index, _)| index)
}

/// The policy among those of a role, with its place.
fn own_among(policies: Option<&Expr>) -> Option<(usize, &Expr)> {
    let is_own = |policy: &Expr| policy.get("PolicyName").and_then(Expr::as_str) == Some(OWN);
    policies?.as_list()?.iter().enumerate().find(|(_, policy)| is_own(policy))
}

/// Writes a right into the role.
#[track_caller]
fn write_with(role: Role<'_>, statement: &Expr, document: &Expr) {
    let edit = role.scope.edit(role.role);
    let policies = edit.get("Policies");
    match own_among(policies.as_ref()) {
        Some((_, own)) if own.get("PolicyDocument").is_some_and(|document| has(document, statement)) => {}
        Some((index, _)) => {
            let path = format!("Policies.{index}.PolicyDocument.Statement");
            edit.append(&path, Json::from_expr(statement.clone()));
        }
        None => {
            let document = Json::from_expr(document.clone());
            edit.append("Policies", json!({"PolicyName": OWN, "PolicyDocument": document}));
        }
    }
}

/// Writes a right into the policy of the role in a scope, unless one that stands apart has it; the document is that of the
/// statement, or has others as well.
#[track_caller]
fn write_apart<'a>(role: Role<'a>, scope: Scope<'a>, statement: &Expr, document: &Expr) {
    if stands_apart(role, statement) {
        return;
    }
    let scope = scope.for_caller();
    let id = id_apart(role);
    let mut free = id.clone();
    let mut number = 1;
    while let Some(known) = scope.find(&free) {
        let known = scope.edit(known);
        if known.get("RoleName").is_some_and(|name| name.reads_as(name_of(role).expr())) {
            known.append("PolicyDocument.Statement", Json::from_expr(statement.clone()));
            return;
        }
        number += 1;
        free = format!("{id}{NUMBER}{number}");
    }
    let mut only = document.clone();
    if let Expr::Object(fields) = &mut only {
        for field in fields.iter_mut().filter(|field| field.name == "Statement") {
            field.value = Expr::List(vec![statement.clone()]);
        }
    }
    let policy = iam::RolePolicy::builder()
        .policy_name(policy_name(scope))
        .role_name(name_of(role))
        .policy_document(Input::<IdentityPolicy>::new(only));
    let policy = scope.add(free, policy);
    for waits in beginning_with(role, scope.stack()) {
        role.scope.edit(waits).depends_on(policy);
    }
}

/// What IAM knows the policy in a scope by. The names are unique within a role, of which a scope has one policy: to put
/// another one of the same name is to overwrite the first.
// docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html (PolicyName)
fn policy_name(scope: Scope<'_>) -> String {
    const LIMIT: usize = 128;
    const DIGITS: usize = 8;
    let (stack, path) = (scope.stack().id(), scope.path());
    let name = match path.is_empty() {
        true => format!("{OWN}-{stack}"),
        false => format!("{OWN}-{stack}.{path}"),
    };
    if name.chars().count() <= LIMIT {
        return name;
    }
    // What a name is cut to ends with a digest of the whole of it.
    let cut = scope.physical_name(&name, LIMIT);
    let digest = cut.rsplit('-').next().unwrap_or_default();
    let kept: String = name.chars().take(LIMIT - DIGITS - 1).collect();
    format!("{kept}-{digest}")
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
