//! Documents read back from the form of the template.

use formwork_core::{Expr, Field};

use super::{
    condition::Condition,
    document::Document,
    kind::Complete,
    principal::{Principal, PrincipalKind},
    statement::{Body, Effect, Statement},
};

pub(super) fn document<K: Complete>(document: &Expr) -> Option<Document<K>> {
    let mut read = Document { version: None, id: None, statements: Vec::new() };
    for Field { name, value, .. } in object(document)? {
        match &**name {
            "Version" => read.version = Some(value.as_str()?.to_owned().into()),
            "Id" => read.id = Some(value.as_str()?.to_owned().into()),
            "Statement" => {
                let statements: Option<Vec<Statement<K>>> = several(value).iter().map(statement).collect();
                read.statements = statements?;
            }
            // A part that is not understood would be lost, and with it what the policy means.
            _ => return None,
        }
    }
    Some(read)
}

fn statement<K: Complete>(statement: &Expr) -> Option<Statement<K>> {
    let mut body = Body::new(Effect::Allow);
    let mut effect = None;
    for Field { name, value, .. } in object(statement)? {
        match &**name {
            "Sid" => body.sid = Some(value.as_str()?.to_owned().into()),
            "Effect" => {
                effect =
                    [Effect::Allow, Effect::Deny].into_iter().find(|e| Some(e.as_str()) == value.as_str());
            }
            "Action" => body.actions = several(value),
            "NotAction" => body.not_actions = several(value),
            "Resource" => body.resources = several(value),
            "NotResource" => body.not_resources = several(value),
            "Principal" => body.principals = principals(value)?,
            "NotPrincipal" => body.not_principals = principals(value)?,
            "Condition" => conditions(&mut body, value)?,
            _ => return None,
        }
    }
    body.effect = effect?;
    let fits = |decided: Option<bool>, there: bool| decided.is_none_or(|decided| decided == there);
    let resources = !body.resources.is_empty() || !body.not_resources.is_empty();
    let principals = !body.principals.is_empty() || !body.not_principals.is_empty();
    let fits = fits(K::RESOURCES, resources) && fits(K::PRINCIPALS, principals);
    fits.then(|| Statement::from_body(body))
}

fn principals(value: &Expr) -> Option<Vec<Principal>> {
    if value.as_str() == Some("*") {
        return Some(vec![Principal::everyone()]);
    }
    let principal = |field: &Field| {
        let kind = PrincipalKind::ALL.into_iter().find(|kind| kind.as_str() == field.name)?;
        Some(Principal { kind, values: several(&field.value) })
    };
    object(value)?.iter().map(principal).collect()
}

fn conditions(body: &mut Body, value: &Expr) -> Option<()> {
    for operator in object(value)? {
        for field in object(&operator.value)? {
            let values = several(&field.value);
            body.conditions.push(Condition::from_spelled(&operator.name, field.name.clone(), values)?);
        }
    }
    Some(())
}

/// The entries of an object that is no function of the template language.
fn object(value: &Expr) -> Option<&[Field]> {
    match value.plain() {
        Expr::Object(fields) if !value.is_expression() => Some(fields),
        _ => None,
    }
}

/// One value or a list of such.
fn several(value: &Expr) -> Vec<Expr> {
    let plain = |value: &Expr| value.plain().clone();
    match value.plain() {
        Expr::List(items) => items.iter().map(plain).collect(),
        value => vec![plain(value)],
    }
}
