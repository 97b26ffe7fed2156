//! Whether a policy has the parts that IAM's grammar asks for.

use std::collections::HashSet;

use formwork_core::Severity;

use crate::{
    context::{Piece, Resolved, Value},
    rule::Says,
};

use super::{
    places::Form,
    read::{Policy, Shape, Statement, Term, Terms, shorten},
    words::near,
};

const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

pub(super) fn keys(policy: &Policy<'_>, says: &mut Says) {
    let owner = policy.owner.id();
    if !policy.shape.object && !policy.shape.unknown {
        says.add(policy.at, format!("the policy of `{owner}` is no object"))
            .help("a policy has `Version` and `Statement`");
        return;
    }
    unknown(&policy.shape, DOCUMENT, "a policy", policy.form, says);
    for statement in &policy.statements {
        unknown(&statement.shape, STATEMENT, "a statement", policy.form, says);
        for principals in [&statement.principals, &statement.not_principals].into_iter().flatten() {
            for (kind, terms) in &principals.kinds {
                if kind != "*" && !PRINCIPAL.contains(&&**kind) {
                    let message = format!("`{}` is no kind of principal", shorten(kind));
                    meant(says.add(terms.at, message), kind, PRINCIPAL);
                }
            }
        }
    }
}

fn unknown(shape: &Shape<'_>, known: &[&str], what: &str, form: Form, says: &mut Says) {
    for (key, at) in &shape.keys {
        if known.contains(&&**key) || key.starts_with("Fn::") {
            continue;
        }
        let message = format!("`{}` is not part of {what}", shorten(key));
        let remark = says.add(*at, message);
        // Not all services refuse what they do not know.
        if form == Form::Lenient {
            remark.severity(Severity::Warning);
        }
        if what == "a policy" && STATEMENT.contains(&&**key) {
            remark.help(format!("put `{key}` into an item of the list `Statement`"));
        } else {
            meant(remark, key, known);
        }
    }
}

fn meant(remark: &mut crate::rule::Remark, word: &str, known: &[&str]) {
    match near(word, known.iter().copied()) {
        Some(near) => remark.help(format!("did you mean `{near}`?")),
        None => remark.help(format!("known are {}", known.join(", "))),
    };
}

pub(super) fn statements(policy: &Policy<'_>, says: &mut Says) {
    let Some((_, at)) = policy.shape.keys.iter().find(|(key, _)| key == "Statement") else {
        // What stands there instead was said above.
        let astray = policy.shape.keys.iter().any(|(key, _)| !DOCUMENT.contains(&&**key));
        if policy.shape.object && !astray {
            says.add(policy.at, format!("the policy of `{}` has no `Statement`", policy.owner.id()))
                .help("add at least one statement, or leave the policy out");
        }
        return;
    };
    let empty = matches!(at.resolve(), crate::context::Resolved::List(list) if list.items().is_empty());
    if policy.statements.is_empty() && empty {
        says.add(*at, format!("the policy of `{}` has no statements", policy.owner.id()))
            .help("add at least one statement, or leave the policy out");
    }
    for statement in &policy.statements {
        if !statement.shape.object && !statement.shape.unknown {
            says.add(statement.at, "a statement has to be an object")
                .help("a statement has `Effect`, `Action` and so on");
        }
    }
}

/// The statements that are objects, in a policy that can be read.
fn readable<'p, 'a>(policy: &'p Policy<'a>) -> impl Iterator<Item = &'p Statement<'a>> {
    policy.statements.iter().filter(|statement| statement.shape.object)
}

pub(super) fn effects(policy: &Policy<'_>, says: &mut Says) {
    for statement in readable(policy) {
        match statement.effect.as_ref().map(|effect| (effect.text(), effect.at)) {
            None if statement
                .shape
                .keys
                .iter()
                .any(|(key, _)| near(key, ["Effect"].into_iter()).is_some()) => {}
            None => {
                says.add(statement.at, "this statement has no `Effect`")
                    .help("write `Effect: Allow` or `Effect: Deny`");
            }
            Some((Some("Allow" | "Deny") | None, _)) => {}
            Some((Some(effect), at)) => {
                let message =
                    format!("the effect of a statement is `Allow` or `Deny`, not `{}`", shorten(effect));
                let remark = says.add(at, message);
                if let Some(near) = near(effect, ["Allow", "Deny"].into_iter()) {
                    remark.help(format!("did you mean `{near}`?"));
                }
            }
        }
    }
}

pub(super) fn elements(policy: &Policy<'_>, says: &mut Says) {
    kinds(policy, says);
    let form = policy.form;
    for statement in readable(policy) {
        // A key that is misspelt was reported; it is not missing.
        let misspelt = |name: &str| {
            let others = statement.shape.keys.iter().filter(|(key, _)| !STATEMENT.contains(&&**key));
            others.into_iter().any(|(key, _)| near(key, [name].into_iter()).is_some())
        };
        let mut pair = |name: &'static str, here: bool, not: bool, needed: bool| match (here, not) {
            (true, true) => {
                says.add(statement.at, format!("this statement has both `{name}` and `Not{name}`"))
                    .help("split it into two statements");
            }
            (false, false) if needed && !misspelt(name) => {
                says.add(statement.at, format!("this statement has no `{name}`")).help(match name {
                    "Principal" => "a policy of a resource says to whom a statement is given",
                    "Action" => "say which actions the statement is about",
                    _ => "say what the statement is about: an ARN, or `*`",
                });
            }
            _ => {}
        };
        let has = |terms: &Option<Terms<'_>>| terms.is_some();
        pair("Action", has(&statement.actions), has(&statement.not_actions), true);
        let needed = matches!(form, Form::Identity | Form::Resource | Form::Boundary);
        pair("Resource", has(&statement.resources), has(&statement.not_resources), needed);
        let (here, not) = (statement.principals.is_some(), statement.not_principals.is_some());
        // A bucket's policy and the like; what others need is not told everywhere.
        pair("Principal", here, not, matches!(form, Form::Resource | Form::Trust));
        for principals in [&statement.principals, &statement.not_principals].into_iter().flatten() {
            if matches!(form, Form::Identity | Form::Boundary) {
                says.add(principals.at, "what is attached to an identity names no principal")
                    .help("leave it out: the statement is given to whom the policy is attached to");
            }
        }
        for resources in [&statement.resources, &statement.not_resources].into_iter().flatten() {
            if form == Form::Trust {
                says.add(resources.at, "a trust policy names no resource")
                    .help("leave it out: the resource is the role itself");
            }
        }
        for terms in
            [&statement.actions, &statement.not_actions, &statement.resources, &statement.not_resources]
        {
            if let Some(odd) = terms.as_ref().and_then(|terms| terms.odd) {
                says.add(odd, "text is expected here, not an object or a list")
                    .help("name actions and resources one by one, as text");
            }
            if let Some(terms) = terms
                && terms.list.is_empty()
                && !terms.unknown
            {
                says.add(terms.at, "this list is empty")
                    .help("name at least one, or leave the statement out");
            }
        }
    }
}

/// What has to be text, an object or a list, and is something else.
fn kinds(policy: &Policy<'_>, says: &mut Says) {
    let text = |at: Value<'_>, what: &str, says: &mut Says| {
        if matches!(at.resolve(), Resolved::List(_) | Resolved::Texts(_) | Resolved::Map(_)) {
            says.add(at, format!("`{what}` is text, not a list or an object"));
        }
    };
    if let Some(version) = &policy.version {
        text(version.at, "Version", says);
    }
    for statement in readable(policy) {
        for (term, what) in [(&statement.effect, "Effect"), (&statement.sid, "Sid")] {
            if let Some(term) = term {
                text(term.at, what, says);
            }
        }
        for principals in [&statement.principals, &statement.not_principals].into_iter().flatten() {
            if matches!(principals.at.resolve(), Resolved::List(_) | Resolved::Texts(_)) {
                says.add(principals.at, "`Principal` is `*` or an object, not a list")
                    .help("write `Principal: {AWS: ..}` or `Principal: {Service: ..}`");
            }
            for odd in principals.kinds.iter().filter_map(|(_, terms)| terms.odd) {
                says.add(odd, "a principal is text, not an object or a list");
            }
        }
        let condition = statement.shape.keys.iter().find(|(key, _)| key == "Condition");
        for (operator, tests) in condition.map(|(_, at)| at.entries()).unwrap_or_default() {
            if matches!(tests.resolve(), Resolved::List(_) | Resolved::Text(_) | Resolved::Number(_)) {
                says.add(tests, format!("`{}` tests keys: it is an object", shorten(operator)))
                    .help("write `StringEquals: {\"aws:SourceAccount\": ..}`");
            }
        }
    }
}

/// A variable of policies, such as `${aws:username}`, somewhere in the text.
fn has_variable(term: &Term<'_>) -> bool {
    term.pieces.iter().any(|piece| match piece {
        Piece::Text(text) => {
            text.split("${").skip(1).any(|rest| rest.split('}').next().is_some_and(|name| name.contains(':')))
        }
        _ => false,
    })
}

pub(super) fn version(policy: &Policy<'_>, says: &mut Says) {
    const CURRENT: &str = "2012-10-17";
    if !policy.shape.object || policy.statements.is_empty() {
        return;
    }
    let variable = policy.statements.iter().find_map(|statement| {
        let resources = [&statement.resources, &statement.not_resources].into_iter().flatten();
        let values = statement.conditions.iter().map(|condition| &condition.values);
        let mut terms = resources.chain(values).flat_map(|terms| &terms.list);
        terms.find(|term| has_variable(term))
    });
    let owner = policy.owner.id();
    let help = format!("add `Version: \"{CURRENT}\"`");
    match policy.version.as_ref().map(|version| (version.text(), version.at)) {
        None => {
            let misspelt =
                policy.shape.keys.iter().any(|(key, _)| near(key, ["Version"].into_iter()).is_some());
            if misspelt {
                return;
            }
            let message = format!("the policy of `{owner}` has no `Version` and counts as one of 2008-10-17");
            let remark = says.add(policy.at, message);
            match variable {
                Some(term) => remark
                    .also(term.at, "this variable is taken literally")
                    .note("variables such as `${aws:username}` are replaced since version 2012-10-17"),
                None => {
                    remark.severity(Severity::Note).note("variables and newer elements do not work in it")
                }
            };
            remark.help(help);
        }
        Some((Some(CURRENT) | None, _)) => {}
        Some((Some("2008-10-17"), at)) => {
            if let Some(term) = variable {
                says.add(at, "policies of version 2008-10-17 do not replace variables")
                    .also(term.at, "this variable is taken literally")
                    .help(format!("write `Version: \"{CURRENT}\"`"));
            }
        }
        Some((Some(version), at)) => {
            says.add(at, format!("there is no version `{}` of the policy language", shorten(version)))
                .severity(Severity::Error)
                .help(format!("write `Version: \"{CURRENT}\"`; it is not a date of yours"));
        }
    }
}

pub(super) fn ids(policy: &Policy<'_>, says: &mut Says) {
    let mut seen = HashSet::new();
    for statement in readable(policy) {
        let Some((sid, at)) = statement.sid.as_ref().and_then(|sid| Some((sid.text()?, sid.at))) else {
            continue;
        };
        let strict = matches!(policy.form, Form::Identity | Form::Trust);
        if strict && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let plain: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
            says.add(at, format!("`{}` cannot be the id of a statement of IAM", shorten(sid))).help(
                match plain.as_str() {
                    "" => "use letters and digits, or leave it out".to_owned(),
                    plain => format!("use letters and digits: `{}`", shorten(plain)),
                },
            );
        }
        if !sid.is_empty() && !seen.insert(sid) {
            let remark =
                says.add(at, format!("two statements of this policy have the id `{}`", shorten(sid)));
            remark.help("give each statement an id of its own, or none");
            if !strict {
                remark.severity(Severity::Warning);
            }
        }
    }
}
