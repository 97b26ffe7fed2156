//! ARNs in policies: their form, references that yield none, and whether one can stand for another.

use formwork_core::Severity;
use formwork_facts::iam;

use crate::{
    context::{Piece, Resource},
    rule::Says,
};

use super::{
    places::{ARNS, Form, REF_ARNS},
    read::{Policy, Term, shorten},
    words::near,
};

/// Longer texts are not compared.
const LONGEST: usize = 300;

/// The ARNs that an entry of `Resource` may stand for.
pub(super) struct Pattern(Vec<Symbol>);

#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Char(char),
    /// One character.
    One,
    /// Any text without `/` and `:`.
    Name,
    /// Any text.
    Any,
}

fn symbols(format: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '*' => symbols.push(Symbol::Any),
            '?' => symbols.push(Symbol::One),
            '$' if rest.starts_with('{') => {
                let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
                // A Region and an account are never empty where there are any.
                if matches!(name, "{Region" | "{Account") {
                    symbols.push(Symbol::One);
                }
                symbols.push(match name {
                    "{P" | "{R" | "{A" | "{Name" | "{Partition" | "{Region" | "{Account" | "{BucketName" => {
                        Symbol::Name
                    }
                    _ => Symbol::Any,
                });
                rest = after;
            }
            c => symbols.push(Symbol::Char(c)),
        }
    }
    symbols
}

/// The form of the ARN that a reference yields.
fn yielded(resource: Resource<'_>, attribute: Option<&str>) -> Option<&'static str> {
    match attribute {
        Some(attribute) => {
            let found = ARNS.iter().find(|(kind, arn, _)| *kind == resource.kind() && *arn == attribute);
            let reference = REF_ARNS.iter().find(|(kind, _)| {
                *kind == resource.kind() && matches!(attribute, "TopicArn" | "Arn" | "Id" | "PolicyArn")
            });
            found.map(|(_, _, form)| *form).or(reference.map(|(_, form)| *form))
        }
        None => REF_ARNS.iter().find(|(kind, _)| *kind == resource.kind()).map(|(_, form)| *form),
    }
}

pub(super) fn pattern(term: &Term<'_>) -> Option<Pattern> {
    let mut pattern = Vec::new();
    for (number, piece) in term.pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if text.len() <= LONGEST => pattern.extend(symbols(text)),
            Piece::Text(_) => return None,
            Piece::Yields(resource, attribute) => match yielded(*resource, *attribute) {
                Some(form) if number == 0 => pattern.extend(symbols(form)),
                None if number > 0 && attribute.is_none() && resource.kind() == "AWS::S3::Bucket" => {
                    pattern.push(Symbol::Name);
                }
                _ => pattern.push(Symbol::Any),
            },
            Piece::Pseudo(_) => pattern.push(Symbol::Name),
            Piece::Unknown => pattern.push(Symbol::Any),
        }
    }
    (pattern.len() <= LONGEST).then_some(Pattern(pattern))
}

impl Pattern {
    /// Whether nothing can be said of it: it begins with a wildcard, or is no ARN.
    pub(super) fn is_open(&self) -> bool {
        !self.0.starts_with(&[Symbol::Char('a'), Symbol::Char('r'), Symbol::Char('n'), Symbol::Char(':')])
    }

    /// Whether it may stand for all that an account has: `arn:aws:logs:*:*:*`.
    pub(super) fn covers_account(&self) -> bool {
        self.0.ends_with(&[Symbol::Char(':'), Symbol::Any])
    }

    /// Whether some ARN is of this form and fits the pattern.
    pub(super) fn may_be(&self, format: &str) -> bool {
        // The service is mostly known, and mostly another one.
        if !self.has_service(format.split(':').nth(2).unwrap_or_default()) {
            return false;
        }
        let form = symbols(format);
        // Which beginnings of the pattern go with the form so far.
        let rows = self.0.len() + 1;
        let mut row = vec![false; rows];
        if let Some(first) = row.first_mut() {
            *first = true;
        }
        self.skip(&mut row);
        for symbol in form {
            let mut next = vec![false; rows];
            let wide = matches!(symbol, Symbol::Any | Symbol::Name);
            for at in 0..rows {
                let Some(true) = row.get(at) else { continue };
                let here = self.0.get(at).copied();
                // A wildcard of the form may stand for nothing, or for what the pattern has.
                if wide {
                    let mut until = at;
                    loop {
                        match next.get_mut(until) {
                            Some(true) | None => break,
                            Some(reached) => *reached = true,
                        }
                        match self.0.get(until) {
                            Some(Symbol::Char('/' | ':')) if symbol == Symbol::Name => break,
                            Some(_) => until += 1,
                            None => break,
                        }
                    }
                } else {
                    let (step, stay) = match (here, symbol) {
                        (Some(Symbol::Any), _) => (false, true),
                        (Some(Symbol::Name), Symbol::Char('/' | ':')) => (false, false),
                        (Some(Symbol::Char('/' | ':')), Symbol::One) => (false, false),
                        (Some(Symbol::Name), _) => (false, true),
                        (Some(Symbol::One), _) | (Some(_), Symbol::One) => (true, false),
                        (Some(Symbol::Char(one)), Symbol::Char(other)) => (one == other, false),
                        _ => (false, false),
                    };
                    if let Some(reached) = next.get_mut(at).filter(|_| stay) {
                        *reached = true;
                    }
                    if let Some(reached) = next.get_mut(at + 1).filter(|_| step) {
                        *reached = true;
                    }
                }
            }
            self.skip(&mut next);
            row = next;
            if !row.contains(&true) {
                return false;
            }
        }
        row.last() == Some(&true)
    }

    /// Whether the third part may be this service.
    fn has_service(&self, service: &str) -> bool {
        let mut parts = self.0.split(|symbol| *symbol == Symbol::Char(':'));
        let (Some(partition), Some(part)) = (parts.nth(1), parts.next()) else { return true };
        let literal =
            |part: &[Symbol]| part.iter().all(|symbol| matches!(symbol, Symbol::Char(_) | Symbol::Name));
        let known = literal(partition) && part.iter().all(|symbol| matches!(symbol, Symbol::Char(_)));
        !known || part.iter().copied().eq(service.chars().map(Symbol::Char))
    }

    /// Wildcards of the pattern may stand for nothing.
    fn skip(&self, row: &mut [bool]) {
        for at in 0..self.0.len() {
            let wild = matches!(self.0.get(at), Some(Symbol::Any | Symbol::Name));
            if let (true, Some(true)) = (wild, row.get(at))
                && let Some(next) = row.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

pub(super) fn form(policy: &Policy<'_>, says: &mut Says) {
    let strict = matches!(policy.form, Form::Identity | Form::Boundary);
    if !strict && policy.owner.kind() != "AWS::S3::BucketPolicy" {
        return;
    }
    for statement in &policy.statements {
        for terms in [&statement.resources, &statement.not_resources].into_iter().flatten() {
            for term in &terms.list {
                if !strict && term.is("*") {
                    says.add(term.at, "the policy of a bucket names the bucket or its objects, not `*`")
                        .help("write the ARN of the bucket, or the ARN and `/*`");
                    continue;
                }
                arn(term, says);
            }
        }
    }
}

/// Stands for what is not known.
const UNKNOWN: char = '\u{1}';

fn arn(term: &Term<'_>, says: &mut Says) {
    let first = term.beginning();
    if first.is_empty() {
        return;
    }
    let wild = |text: &str| text.contains(['*', '?']);
    let head = first.get(..4).unwrap_or(first);
    if head != "arn:" && !wild(head) {
        // A beginning that is cut off by what is not known: `a${..}`.
        if head.len() < 4 && term.text().is_none() {
            return;
        }
        says.add(term.at, format!("`{}` is no ARN, by which a policy names a resource", term.shown())).help(
            "take the ARN of the resource (`!GetAtt ..Arn`), or write `arn:aws:..`; `*` stands for all",
        );
        return;
    }
    if wild(head) {
        return;
    }
    let mut text = String::new();
    let mut certain = true;
    for piece in &term.pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Unknown | Piece::Yields(_, Some(_)) => {
                certain = false;
                text.push(UNKNOWN);
            }
            _ => text.push(UNKNOWN),
        }
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let shown = term.shown();
    if parts.len() < 6 {
        if certain && !wild(parts.last().copied().unwrap_or_default()) {
            says.add(term.at, format!("`{shown}` is no whole ARN: it has {} of six parts", parts.len()))
                .help("an ARN is `arn:partition:service:region:account:resource`; region and account may be empty");
        }
        return;
    }
    let open = |text: &str| wild(text) || text.contains([UNKNOWN, '$']);
    if !open(part(1)) && !part(1).starts_with("aws") {
        says.add(term.at, format!("`{}` in `{shown}` is no partition", shorten(part(1))))
            .help("write `aws`, or `${AWS::Partition}` in `Fn::Sub`");
        return;
    }
    let service = part(2);
    if !open(service) && iam::service(service).is_none() {
        let found = near(service, iam::services().iter().map(iam::Service::prefix));
        if let Some(found) = found.filter(|_| service.len() > 2) {
            says.add(term.at, format!("`{}` in `{shown}` is no service that is known", shorten(service)))
                .severity(Severity::Warning)
                .help(format!("did you mean `{found}`?"));
            return;
        }
    }
    // Only what stands beside buckets has a Region.
    let beside = ["accesspoint", "job", "storage-lens", "access-grants", "async-request"];
    let bucket = service == "s3"
        && !beside.iter().any(|kind| part(5).starts_with(kind))
        && !open(part(5).get(..1).unwrap_or("*"));
    let region = part(3);
    if (bucket || service == "iam") && !region.is_empty() && !wild(region) {
        let what = if bucket { "a bucket" } else { "IAM" };
        says.add(term.at, format!("the ARN of {what} has no Region, but `{shown}` has one")).help(
            if bucket {
                "write `arn:aws:s3:::the-bucket`"
            } else {
                "leave it out: `arn:aws:iam::account:..`"
            },
        );
    } else if bucket && !part(4).is_empty() && !wild(part(4)) {
        says.add(term.at, format!("the ARN of a bucket has no account, but `{shown}` has one"))
            .help("write `arn:aws:s3:::the-bucket`");
    }
}

/// Attributes and references that are no ARN, where the resource has one.
pub(super) fn references(policy: &Policy<'_>, says: &mut Says) {
    for statement in &policy.statements {
        for terms in [&statement.resources, &statement.not_resources].into_iter().flatten() {
            for term in &terms.list {
                let Some(Piece::Yields(resource, attribute)) = term.pieces.first() else { continue };
                let Some((_, arn, _)) = ARNS.iter().find(|(kind, ..)| *kind == resource.kind()) else {
                    continue;
                };
                let what = match attribute {
                    None => "Ref",
                    Some(
                        attribute @ ("QueueName" | "QueueUrl" | "DomainName" | "RepositoryUri" | "RoleId"
                        | "RegionalDomainName" | "WebsiteURL" | "KeyId" | "Name"),
                    ) => attribute,
                    _ => continue,
                };
                let yields = match (attribute, resource.kind()) {
                    (None, "AWS::SQS::Queue") => "a URL",
                    (None, "AWS::KMS::Key" | "AWS::EFS::FileSystem" | "AWS::Cognito::UserPool") => "an id",
                    (None, _) => "a name",
                    _ => "no ARN",
                };
                let id = resource.id();
                let rest: String = match term.pieces.as_slice() {
                    [_, Piece::Text(rest)] => format!("write `!Sub ${{{id}.{arn}}}{}`", shorten(rest)),
                    [_] => format!("write `!GetAtt {id}.{arn}`"),
                    _ => format!("begin it with `${{{id}.{arn}}}`"),
                };
                let message =
                    format!("a policy names a resource by its ARN, and `{what}` of `{id}` yields {yields}");
                says.add(term.at, message).label("no ARN").help(rest);
            }
        }
    }
}

/// The policy of a bucket that names another one.
pub(super) fn other_buckets(policy: &Policy<'_>, says: &mut Says) {
    let owner = policy.owner;
    if owner.kind() != "AWS::S3::BucketPolicy" {
        return;
    }
    let bucket = owner.get("Bucket");
    let Some(own) = bucket.resource().filter(|it| it.kind() == "AWS::S3::Bucket") else { return };
    for terms in
        policy.statements.iter().flat_map(|it| [&it.resources, &it.not_resources].into_iter().flatten())
    {
        for term in &terms.list {
            let other = match term.pieces.as_slice() {
                [Piece::Yields(other, Some("Arn")), ..] => other,
                [Piece::Text(text), Piece::Yields(other, None), ..] if text.ends_with(":s3:::") => other,
                _ => continue,
            };
            if *other != own && other.kind() == "AWS::S3::Bucket" {
                let (own, other) = (own.id(), other.id());
                says.add(term.at, format!("the policy of the bucket `{own}` names the bucket `{other}`"))
                    .also(bucket, "the bucket that has the policy")
                    .help(format!("name `{own}` or its objects, and give `{other}` a policy of its own"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_may_be_of_a_form_or_not() {
        let may_be = |pattern: &str, form: &str| Pattern(symbols(pattern)).may_be(form);
        let (bucket, object) =
            ("arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}");
        assert!(may_be("arn:aws:s3:::b", bucket) && !may_be("arn:aws:s3:::b", object));
        assert!(may_be("arn:aws:s3:::b/*", object) && !may_be("arn:aws:s3:::b/*", bucket));
        assert!(may_be("arn:aws:s3:::b*", object) && may_be("arn:aws:s3:::b*", bucket));
        assert!(
            may_be("arn:aws:s3:::*", object)
                && may_be("*", object)
                && may_be("arn:${P}:s3:::${Name}", bucket)
        );
        assert!(!may_be("arn:${P}:s3:::${Name}", object) && !may_be("arn:aws:sqs:*:*:q", bucket));
        assert!(may_be("arn:aws:s?:::b/é", object) && !may_be("", bucket));
    }
}
