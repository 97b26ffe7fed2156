//! Actions: whether they exist, and whether they act on the resources that are named with them.

use std::collections::HashSet;

use formwork_core::Severity;
use formwork_facts::iam;

use crate::{context::Piece, rule::Says};

use super::{
    arns::{self, Pattern},
    places::Form,
    read::{Policy, Services, Statement, Term, Terms, shorten},
};

/// Prefixes of which not all forms of ARNs are known.
const SHARED: &[&str] =
    &["apigateway", "elasticloadbalancing", "execute-api", "greengrass", "kinesisanalytics", "lex", "ses"];

/// So many pairs of an action and a resource are looked at in a statement.
const PAIRS: usize = 1_000;

pub(super) fn names(policy: &Policy<'_>, says: &mut Says) {
    // What stands there several times is said once: looking for what was meant takes time.
    let (mut seen, mut services) = (HashSet::new(), Services::default());
    for statement in &policy.statements {
        for terms in [&statement.actions, &statement.not_actions].into_iter().flatten() {
            for (action, at) in terms.texts().filter(|(action, _)| seen.insert(*action)) {
                name(action, at, &mut services, says);
            }
        }
    }
}

fn name<'p>(action: &'p str, at: crate::context::Value<'_>, services: &mut Services<'p>, says: &mut Says) {
    // Nearly all of them.
    let plain = action.split_once(':').and_then(|(prefix, name)| services.of(prefix)?.action(name));
    if plain.is_some() || action == "*" || action.is_empty() || action.contains("${") {
        return;
    }
    let shown = shorten(action);
    let Some((prefix, name)) = action.split_once(':') else {
        let remark = says.add(at, format!("`{shown}` is no action of IAM: it names no service"));
        remark.severity(Severity::Error);
        match iam::nearest(&format!(":{action}")) {
            Some(meant) => remark.help(format!("did you mean `{meant}`?")),
            None => remark.help("write the prefix of the service before it, such as `s3:GetObject`"),
        };
        return;
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '?');
    if prefix.is_empty() || name.is_empty() || !prefix.chars().chain(name.chars()).all(fits) {
        says.add(at, format!("`{shown}` cannot be an action of IAM"))
            .severity(Severity::Error)
            .help("write a prefix and a name, such as `s3:GetObject` or `s3:*`");
        return;
    }
    let wild = |text: &str| text.contains(['*', '?']);
    let service = services.of(prefix);
    let known = match service {
        // A wildcard over services matches something.
        None if wild(prefix) => true,
        None => false,
        Some(_) if name.bytes().all(|byte| byte == b'*') => true,
        Some(service) if wild(name) => service.actions().iter().any(|action| iam::like(name, action.name())),
        Some(service) => service.action(name).is_some(),
    };
    if known {
        return;
    }
    let message = match service {
        None => format!("`{}` in `{shown}` is not the prefix of a service that is known", shorten(prefix)),
        Some(_) if wild(name) => format!("`{shown}` matches no action that is known"),
        Some(_) => format!("`{shown}` is no action that is known"),
    };
    let remark = says.add(at, message);
    match iam::nearest(action) {
        Some(meant) => remark.help(format!("did you mean `{meant}`?")),
        None => remark.help("look the action up in the service authorization reference"),
    };
    remark.note("IAM accepts it, and it grants nothing");
}

/// What the actions of a statement are, and what each could act on.
pub(super) fn fit(policy: &Policy<'_>, says: &mut Says) {
    // Endpoints and organizations name actions of many services together, to leave out what they do not mean.
    if matches!(policy.form, Form::Trust | Form::Boundary) || policy.owner.kind() == "AWS::EC2::VPCEndpoint" {
        return;
    }
    for statement in &policy.statements {
        if let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) {
            statement_fits(policy, statement, actions, resources, says);
        }
    }
}

fn statement_fits(
    policy: &Policy<'_>,
    statement: &Statement<'_>,
    actions: &Terms<'_>,
    resources: &Terms<'_>,
    says: &mut Says,
) {
    let patterns: Option<Vec<Pattern>> = resources.list.iter().map(arns::pattern).collect();
    let Some(patterns) = patterns.filter(|patterns| !patterns.is_empty() && !resources.unknown) else {
        return;
    };
    if patterns.iter().any(Pattern::is_open) || patterns.len() * actions.list.len() > PAIRS {
        return;
    }
    // What is no ARN was told.
    if resources.texts().any(|(text, _)| text.split(':').count() < 6 && !text.contains('*')) {
        return;
    }
    let mut idle = Vec::new();
    let mut acting = 0_usize;
    let mut services = Services::default();
    for (text, at) in actions.texts() {
        let (prefix, name) = text.split_once(':').unwrap_or_default();
        let Some(service) = services.of(prefix) else {
            acting += 1;
            continue;
        };
        // Two generations of a service share these prefixes, and what is known is of one.
        if SHARED.contains(&service.prefix()) {
            acting += 1;
            continue;
        }
        // A wildcard covers what fits and what does not; only one that fits nowhere is wrong.
        let wild = name.contains(['*', '?']);
        let mut formats: Vec<&'static str> = Vec::new();
        let mut judged = false;
        let known = if wild { None } else { service.action(name) };
        if wild {
            if service.resource_types().iter().any(|kind| kind.arn_format == "*") {
                acting += 1;
                continue;
            }
            judged = !service.resource_types().is_empty();
            formats.extend(service.resource_types().iter().map(|kind| kind.arn_format));
        } else if let Some(action) = known {
            for kind in action.acts_on() {
                judged = true;
                let known = service.resource_types().iter().filter(|known| known.name == kind.resource_type);
                formats.extend(known.map(|known| known.arn_format));
            }
        }
        // Nothing is known of an action that is about the account: it needs `*`.
        let account_wide = !judged
            && !wild
            && known.is_some_and(|it| it.access().is_some())
            && !patterns.iter().any(Pattern::covers_account);
        if account_wide {
            idle.push(Idle { text, at, formats: Vec::new() });
        } else if !judged || formats.iter().any(|format| patterns.iter().any(|it| it.may_be(format))) {
            acting += 1;
        } else {
            idle.push(Idle { text, at, formats });
        }
    }
    let s3 = |text: &str| text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("s3:"));
    // Those that are wrong for the same reason are one finding.
    let mut groups: [Vec<Idle<'_, '_>>; 4] = Default::default();
    for idle in idle {
        let buckets = resources.list.iter().all(is_s3);
        let group = if idle.formats.is_empty() {
            0
        } else if s3(idle.text) && buckets && idle.formats.iter().all(|it| it.contains("/${ObjectName}")) {
            1
        } else if s3(idle.text) && buckets && idle.formats.contains(&"arn:${Partition}:s3:::${BucketName}") {
            2
        } else {
            3
        };
        if let Some(group) = groups.get_mut(group) {
            group.push(idle);
        }
    }
    let Some(first_resource) = resources.list.first() else { return };
    let shown = match resources.list.len() {
        1 => format!("`{}`", first_resource.shown()),
        _ => format!("`{}` and the others", first_resource.shown()),
    };
    for (number, group) in groups.iter().enumerate() {
        let Some(first) = group.first() else { continue };
        let (text, one) = (first.text, group.len() == 1);
        let named = match group.len() {
            1 => format!("`{text}`"),
            count => format!("`{text}` and {} more", count - 1),
        };
        let (act, acts) = if one { ("acts", "is") } else { ("act", "are") };
        let several = resources.list.len() > 1;
        let (message, help) = match number {
            0 => (
                format!("{named} {act} on no resource in particular, and {acts} not granted on {shown}"),
                "give it a statement of its own with `Resource: \"*\"`".to_owned(),
            ),
            1 => (
                format!(
                    "{named} {act} on objects, but {shown} {}",
                    if several { "are buckets themselves" } else { "is a bucket itself" }
                ),
                match first_resource.yields() {
                    Some((bucket, _)) => format!("add `/*`: `!Sub ${{{}.Arn}}/*`", bucket.id()),
                    None => format!("add `/*`: `{}/*`", first_resource.shown()),
                },
            ),
            2 => (
                format!(
                    "{named} {act} on buckets, but {shown} {}",
                    if several { "stand for objects" } else { "stands for objects" }
                ),
                "name the bucket itself, without `/*`, in a statement of its own or beside the objects"
                    .to_owned(),
            ),
            _ => (
                format!("{named} cannot act on {shown}"),
                first.formats.first().map_or(String::new(), |format| format!("`{text}` acts on `{format}`")),
            ),
        };
        let remark = says.add(first.at, message);
        remark.also(resources.at, "the resources").help(help);
        for other in group.iter().skip(1).take(4) {
            remark.also(other.at, "this as well");
        }
        // Of S3 it is certain that nothing is granted; S3 itself refuses such a policy of a bucket.
        let exact = group.iter().all(|idle| !idle.text.contains(['*', '?']));
        let bucket = policy.owner.kind() == "AWS::S3::BucketPolicy";
        if acting == 0 && exact && matches!(number, 1 | 2) && (bucket || statement.allows()) {
            remark.severity(Severity::Error);
        }
    }
}

/// An action that can act on none of the resources.
struct Idle<'p, 'a> {
    text: &'p str,
    at: crate::context::Value<'a>,
    /// What it acts on.
    formats: Vec<&'static str>,
}

/// Whether it is a bucket or objects of one.
fn is_s3(term: &Term<'_>) -> bool {
    match term.pieces.first() {
        Some(Piece::Yields(resource, _)) => resource.kind() == "AWS::S3::Bucket",
        _ => term.shown().split(':').nth(2) == Some("s3") || term.shown().contains(":s3:::"),
    }
}
