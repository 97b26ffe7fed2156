//! Statements as they stand in a template, and what there is to say about them.

use std::panic::Location;

use formwork_core::{Expr, Field, Finding, Input, Json, Str};
use formwork_facts::iam;

use super::{
    condition::{Condition, Operator},
    kind::{Complete, Kind},
    principal::{Principal, PrincipalKind},
    statement::{Body, Statement, add_all},
};

type At = Option<&'static Location<'static>>;

/// A statement in the form of the template.
///
/// A single value is written without a list around it: IAM takes both, and counts characters.
pub(super) fn statement<K: Kind>(body: &Body) -> Expr {
    let at = body.at;
    let mut fields = Vec::new();
    if let Some(sid) = &body.sid {
        fields.push(Field::new("Sid", remarked(Expr::Text(sid.clone()), sid_problem::<K>(body, sid), at)));
    }
    fields.push(Field::new("Effect", Expr::Text(body.effect.as_str().into())));
    for (name, list) in [("Principal", &body.principals), ("NotPrincipal", &body.not_principals)] {
        if !list.is_empty() {
            fields.push(Field::new(name, principals(list, at)));
        }
    }
    for (name, list) in [("Action", &body.actions), ("NotAction", &body.not_actions)] {
        if !list.is_empty() {
            let checked = |value: &Expr| remarked(value.clone(), value.as_str().and_then(action_problem), at);
            fields.push(Field::new(name, one_or_several(list.iter().map(checked))));
        }
    }
    for (name, list) in [("Resource", &body.resources), ("NotResource", &body.not_resources)] {
        if !list.is_empty() {
            let checked =
                |value: &Expr| remarked(value.clone(), value.as_str().and_then(resource_problem), at);
            fields.push(Field::new(name, one_or_several(list.iter().map(checked))));
        }
    }
    if !body.conditions.is_empty() {
        fields.push(Field::new("Condition", conditions(body)));
    }
    let mut statement = Expr::Object(fields);
    // What is wrapped last is reported first.
    for problem in shape_problems::<K>(body).into_iter().rev() {
        statement = remarked(statement, Some(problem), at);
    }
    statement
}

/// The list of statements, with what there is to say about them together.
pub(super) fn statements<K: Complete>(statements: &[Statement<K>], mut list: Expr) -> Expr {
    if statements.is_empty() {
        let finding = Finding::error("FW0714", "this policy has no statements")
            .help("leave the policy out, or add a statement with `.statement(..)`");
        return remarked(list, Some(finding), None);
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut repeated = Vec::new();
    for body in statements.iter().map(|statement| &statement.body) {
        let Some(sid) = body.sid.as_deref() else { continue };
        if seen.contains(&sid) {
            let message = format!("two statements of this policy have the id `{sid}`");
            // Some services take it for policies of their resources; IAM never does.
            let finding = match strict_sids::<K>(body) {
                true => Finding::error("FW0713", message),
                false => Finding::warning("FW0713", message),
            };
            repeated.push((finding.help("give each statement an id of its own, or none"), body.at));
        }
        seen.push(sid);
    }
    for (finding, at) in repeated.into_iter().rev() {
        list = remarked(list, Some(finding), at);
    }
    list
}

fn remarked(value: Expr, finding: Option<Finding>, at: At) -> Expr {
    let Some(finding) = finding else { return value };
    let finding = match at {
        Some(at) => finding.at(at, "in this statement"),
        None => finding,
    };
    Input::<Json>::new(value).remarked(finding).into_expr()
}

fn one_or_several(values: impl Iterator<Item = Expr>) -> Expr {
    let mut values: Vec<Expr> = values.collect();
    if values.len() == 1 { values.remove(0) } else { Expr::List(values) }
}

fn principals(list: &[Principal], at: At) -> Expr {
    if let [principal] = list
        && principal.is_everyone()
        && principal.values.len() == 1
    {
        return Expr::Text("*".into());
    }
    // By kind, in the order in which kinds were first named.
    let mut kinds: Vec<(PrincipalKind, Vec<Expr>)> = Vec::new();
    for principal in list {
        let values = principal.values.iter().cloned();
        match kinds.iter_mut().find(|(kind, _)| *kind == principal.kind) {
            Some((_, known)) => add_all(known, values),
            None => kinds.push((principal.kind, values.collect())),
        }
    }
    let entry = |(kind, values): (PrincipalKind, Vec<Expr>)| {
        let checked = values.into_iter().map(|value| {
            let problem = value.as_str().and_then(|text| principal_problem(kind, text));
            remarked(value, problem, at)
        });
        Field::new(kind.as_str(), one_or_several(checked))
    };
    Expr::Object(kinds.into_iter().map(entry).collect())
}

fn conditions(body: &Body) -> Expr {
    // By operator, in the order in which operators were first named.
    let mut operators: Vec<(String, Vec<Field>)> = Vec::new();
    for condition in &body.conditions {
        let mut value = one_or_several(condition.values.iter().cloned());
        value = remarked(value, condition_problem(condition), body.at);
        let spelled = condition.spelled();
        if let Some((_, key)) = body
            .widened
            .iter()
            .find(|(operator, key)| *operator == spelled && key.eq_ignore_ascii_case(&condition.key))
        {
            value = remarked(value, Some(widened(&spelled, key)), body.at);
        }
        let field = Field::new(condition.key.clone(), value);
        match operators.iter_mut().find(|(operator, _)| *operator == spelled) {
            Some((_, fields)) => fields.push(field),
            None => operators.push((spelled, vec![field])),
        }
    }
    let entry = |(operator, keys): (String, Vec<Field>)| Field::new(operator, Expr::Object(keys));
    Expr::Object(operators.into_iter().map(entry).collect())
}

fn widened(operator: &str, key: &str) -> Finding {
    let message = format!("two conditions test `{key}` with `{operator}`, so that either value is enough");
    Finding::warning("FW0715", message)
        .with_note("a policy holds one list of values for an operator and a key, and any of them may fit")
        .help("if that is meant, give the values as a list to one condition; if both have to hold, test one otherwise")
}

/// Something known about the text of an action, if there is.
fn action_problem(action: &str) -> Option<Finding> {
    if action == "*" {
        return None;
    }
    let malformed = |why: &str| Finding::error("FW0712", format!("`{action}` is no action of IAM: {why}"));
    let Some((prefix, name)) = action.split_once(':') else {
        let finding = malformed("it names no service");
        return Some(match iam::nearest(&format!(":{action}")) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("write the prefix of the service before it, such as `s3:GetObject`"),
        });
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '?');
    if prefix.is_empty() || name.is_empty() {
        return Some(
            malformed("a part is empty").help("write a prefix and a name, such as `s3:GetObject` or `s3:*`"),
        );
    }
    if let Some(c) = prefix.chars().chain(name.chars()).find(|c| !fits(*c)) {
        return Some(
            malformed(&format!("`{}` cannot stand in one", c.escape_default()))
                .help("write a prefix and a name, such as `s3:GetObject` or `s3:*`"),
        );
    }
    if iam::matching(action).next().is_some() {
        return None;
    }
    let wild = action.contains(['*', '?']);
    let message = if !prefix.contains(['*', '?']) && iam::service(prefix).is_none() {
        format!("`{prefix}` in `{action}` is not the prefix of a service that Formwork knows")
    } else if wild {
        format!("`{action}` matches no action of IAM that Formwork knows")
    } else {
        format!("`{action}` is not an action of IAM that Formwork knows")
    };
    let finding = Finding::warning("FW0711", message);
    Some(match iam::nearest(action) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding,
    })
}

fn resource_problem(resource: &str) -> Option<Finding> {
    // A pattern may begin with a wildcard, and then says nothing of itself. API Gateway completes the ARNs of its own
    // policies.
    if ["arn:", "*", "?", "ar*", "execute-api:/"].iter().any(|start| resource.starts_with(start)) {
        return None;
    }
    let finding =
        Finding::error("FW0713", format!("`{resource}` is no ARN, by which a policy names a resource"));
    Some(finding.help("take the ARN of the handle, or write `arn:aws:..`; `.on_all_resources()` names all"))
}

fn principal_problem(kind: PrincipalKind, text: &str) -> Option<Finding> {
    match kind {
        PrincipalKind::Service if !text.contains('.') => {
            let finding =
                Finding::error("FW0713", format!("`{text}` is not the name of a service as a principal"));
            Some(finding.help(format!("did you mean `{text}.amazonaws.com`?")))
        }
        PrincipalKind::Aws if text != "*" && !text.starts_with("arn:") && !is_account(text) => {
            // AWS itself writes the unique ids of roles and users that were deleted.
            let unique =
                text.len() > 12 && text.starts_with('A') && text.bytes().all(|b| b.is_ascii_alphanumeric());
            (!unique).then(|| {
                Finding::error("FW0713", format!("`{text}` is neither the number of an account nor an ARN"))
                    .help("an account has twelve digits; a role, a user or a session is named by its ARN")
            })
        }
        _ => None,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn condition_problem(condition: &Condition) -> Option<Finding> {
    let key = &condition.key;
    if condition.values.is_empty() {
        let finding = Finding::error("FW0714", format!("the condition on `{key}` compares it with nothing"));
        return Some(finding.help("give it a value, or leave the condition out"));
    }
    if key.split_once(':').is_none_or(|(prefix, name)| prefix.is_empty() || name.is_empty()) {
        let finding = Finding::error("FW0713", format!("`{key}` is no key of a condition"));
        return Some(finding.help("write a prefix and a name, such as `aws:SourceAccount` or `s3:prefix`"));
    }
    if condition.operator == Operator::Null && (condition.if_exists || condition.qualifier.is_some()) {
        let finding = Finding::error("FW0713", format!("there is no operator `{}`", condition.spelled()));
        return Some(finding.help("`Condition::absent` and `Condition::present` stand alone"));
    }
    None
}

/// Whether the id of a statement is IAM's business, which wants letters and digits. Services have rules of their own
/// for the policies of their resources.
fn strict_sids<K: Kind>(body: &Body) -> bool {
    let sts = |action: &Expr| action.as_str().is_some_and(|action| action.starts_with("sts:"));
    match (K::RESOURCES, K::PRINCIPALS) {
        (Some(true), Some(false)) => true,
        (Some(false), Some(true)) => body.actions.iter().all(sts),
        _ => false,
    }
}

fn sid_problem<K: Kind>(body: &Body, sid: &str) -> Option<Finding> {
    let fits = !sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits || !strict_sids::<K>(body) {
        return None;
    }
    let plain: Str = sid.chars().filter(char::is_ascii_alphanumeric).collect::<String>().into();
    let finding = Finding::error("FW0713", format!("`{sid}` cannot be the id of a statement of IAM"));
    Some(finding.help(match &*plain {
        "" => "use letters and digits, or leave it out".to_owned(),
        plain => format!("use letters and digits: `{plain}`"),
    }))
}

/// What is missing, or stands beside what excludes it.
fn shape_problems<K: Kind>(body: &Body) -> Vec<Finding> {
    let missing = |what: &str| {
        Finding::error("FW0714", format!("this statement names no {what}"))
            .help("a list that is given to a statement must not turn out empty: leave the statement out then")
    };
    let both = |what: &str| {
        Finding::error("FW0713", format!("this statement names {what}, and all but some as well"))
            .help("split it into two statements")
    };
    let named = |principals: &[Principal]| principals.iter().any(|principal| !principal.values.is_empty());
    let mut problems = Vec::new();
    if body.actions.is_empty() && body.not_actions.is_empty() {
        problems.push(missing("action"));
    }
    match (body.resources.is_empty(), body.not_resources.is_empty()) {
        (true, true) if K::RESOURCES == Some(true) => problems.push(missing("resource")),
        (false, false) => problems.push(both("resources")),
        _ => {}
    }
    match (named(&body.principals), named(&body.not_principals)) {
        (false, false) if K::PRINCIPALS == Some(true) => problems.push(missing("principal")),
        (true, true) => problems.push(both("principals")),
        _ => {}
    }
    let federated =
        body.actions.iter().any(|action| action.as_str() == Some("sts:AssumeRoleWithWebIdentity"));
    if federated && body.effect == super::Effect::Allow && body.conditions.is_empty() {
        problems.push(
            Finding::error("FW0714", "this statement trusts everybody whom an identity provider knows")
                .help("add a condition on the provider's `:sub`, `:aud` or `:amr`"),
        );
    }
    problems
}
