//! Conditions: operators, keys, and values that fit them.

use std::net::IpAddr;

use formwork_facts::iam;

use crate::{context::Piece, rule::Says};

use super::{
    places::Form,
    read::{Condition, Policy, shorten},
    words::near,
};

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

/// The keys that every service has, and what they hold.
const GLOBAL: &[(&str, &str)] = &[
    ("aws:AssumedRoot", "Bool"),
    ("aws:CalledVia", "String"),
    ("aws:CalledViaAWSMCP", "Bool"),
    ("aws:CalledViaFirst", "String"),
    ("aws:CalledViaLast", "String"),
    ("aws:ChatbotSourceArn", "ARN"),
    ("aws:CurrentTime", "Date"),
    ("aws:Ec2InstanceSourceVpc", "String"),
    ("aws:Ec2InstanceSourcePrivateIPv4", "IPAddress"),
    ("aws:EpochTime", "Date"),
    ("aws:FederatedProvider", "String"),
    ("aws:IsMcpServiceAction", "Bool"),
    ("aws:MultiFactorAuthAge", "Numeric"),
    ("aws:MultiFactorAuthPresent", "Bool"),
    ("aws:PrincipalAccount", "String"),
    ("aws:PrincipalArn", "ARN"),
    ("aws:PrincipalIsAWSService", "Bool"),
    ("aws:PrincipalOrgID", "String"),
    ("aws:PrincipalOrgPaths", "String"),
    ("aws:PrincipalServiceName", "String"),
    ("aws:PrincipalServiceNamesList", "String"),
    ("aws:PrincipalType", "String"),
    ("aws:Referer", "String"),
    ("aws:RequestedRegion", "String"),
    ("aws:ResourceAccount", "String"),
    ("aws:ResourceOrgID", "String"),
    ("aws:ResourceOrgPaths", "String"),
    ("aws:SecureTransport", "Bool"),
    ("aws:SignInSessionArn", "ARN"),
    ("aws:SourceAccount", "String"),
    ("aws:SourceArn", "ARN"),
    ("aws:SourceIdentity", "String"),
    ("aws:SourceIp", "IPAddress"),
    ("aws:SourceOrgID", "String"),
    ("aws:SourceOrgPaths", "String"),
    ("aws:SourceOwner", "String"),
    ("aws:SourceVpc", "String"),
    ("aws:SourceVpcArn", "ARN"),
    ("aws:SourceVpce", "String"),
    ("aws:TagKeys", "String"),
    ("aws:TokenIssueTime", "Date"),
    ("aws:UserAgent", "String"),
    ("aws:VpcSourceIp", "IPAddress"),
    ("aws:VpceAccount", "String"),
    ("aws:VpceOrgID", "String"),
    ("aws:VpceOrgPaths", "String"),
    ("aws:ViaAWSService", "Bool"),
    ("aws:ViaAWSMCPService", "Bool"),
    ("aws:userid", "String"),
    ("aws:username", "String"),
];

fn known_operator(operator: &str) -> bool {
    OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(operator))
}

fn all<'p, 'a>(policy: &'p Policy<'a>) -> impl Iterator<Item = &'p Condition<'a>> {
    policy.statements.iter().flat_map(|statement| &statement.conditions)
}

pub(super) fn operators(policy: &Policy<'_>, says: &mut Says) {
    let mut last = "";
    for condition in all(policy) {
        let operator: &str = &condition.operator;
        let (qualifier, _) = operator.split_once(':').unwrap_or_default();
        let plain = condition.plain_operator();
        let qualified =
            ["", "ForAllValues", "ForAnyValue"].iter().any(|known| known.eq_ignore_ascii_case(qualifier));
        // An operator with several keys is one mistake.
        if (qualified && known_operator(plain)) || operator == last || operator.starts_with("Fn::") {
            continue;
        }
        last = operator;
        let remark =
            says.add(condition.at, format!("there is no condition operator `{}`", shorten(operator)));
        if !qualified {
            remark.help("sets are compared with `ForAllValues:` or `ForAnyValue:`");
        } else if let Some(near) = near(plain, OPERATORS.iter().copied()) {
            let (before, after) = operator.split_once(plain).unwrap_or_default();
            remark.help(format!("did you mean `{before}{near}{after}`?"));
        } else if plain.contains(':') || plain.contains('/') {
            remark.help("a condition is written operator first: `StringEquals: { the key: the value }`");
        } else {
            remark.help("operators are such as `StringEquals`, `StringLike`, `ArnLike`, `Bool`, `IpAddress`");
        }
    }
}

/// What an operator compares.
fn family(operator: &str) -> &'static str {
    let operator = operator.to_ascii_lowercase();
    let families = [
        ("string", "String"),
        ("numeric", "Numeric"),
        ("date", "Date"),
        ("bool", "Bool"),
        ("arn", "ARN"),
        ("ipaddress", "IPAddress"),
        ("notipaddress", "IPAddress"),
        ("null", "Null"),
    ];
    families.iter().find(|(beginning, _)| operator.starts_with(beginning)).map_or("", |(_, family)| family)
}

pub(super) fn values(policy: &Policy<'_>, says: &mut Says) {
    for condition in all(policy) {
        let family = family(condition.plain_operator());
        if condition.values.list.is_empty() && !condition.values.unknown {
            says.add(
                condition.at,
                format!("the condition on `{}` compares it with nothing", shorten(&condition.key)),
            )
            .help("give it a value, or leave the condition out");
        }
        for (text, at) in condition.values.texts() {
            if text.contains("${") {
                continue;
            }
            let (fits, wanted) = match family {
                "Bool" | "Null" => {
                    let bool = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
                    (bool, "`true` or `false`")
                }
                "Numeric" => (text.trim().parse::<f64>().is_ok(), "a number"),
                "IPAddress" => (is_range(text), "an address or a range such as `203.0.113.0/24`"),
                "Date" => (is_date(text), "a date such as `2030-01-31T00:00:00Z`"),
                _ => continue,
            };
            if !fits {
                let message = format!(
                    "`{}` compares with {wanted}, not with `{}`",
                    shorten(&condition.operator),
                    shorten(text)
                );
                let remark = says.add(at, message);
                match family {
                    "Bool" => remark.help("text is compared by `StringEquals`"),
                    "Null" => remark.help("`Null` asks whether the key is absent: `true` or `false`"),
                    "IPAddress" if text.starts_with("vpc") => remark.help(
                        "VPCs and their endpoints are tested with `aws:SourceVpc` and `aws:SourceVpce`",
                    ),
                    _ => remark,
                };
            }
        }
    }
}

fn is_range(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (text, Some(0)),
    };
    match (address.parse::<IpAddr>(), length) {
        (Ok(IpAddr::V4(_)), Some(length)) => length <= 32,
        (Ok(IpAddr::V6(_)), Some(length)) => length <= 128,
        _ => false,
    }
}

/// W3C's forms of ISO 8601, or seconds since 1970.
fn is_date(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('T').next().unwrap_or_default().split('-');
    let year = parts.next().unwrap_or_default();
    digits(text) || (year.len() == 4 && digits(year) && parts.all(|part| part.len() == 2 && digits(part)))
}

/// What a key holds, if that is known; `None` within for a key that does not exist.
fn kind_of(key: &str) -> Option<Option<&'static str>> {
    let (prefix, name) = key.split_once(':')?;
    let same = |known: &str| {
        // `aws:RequestTag/${TagKey}`, `s3:ExistingObjectTag/<key>`
        match known.find(['$', '<']) {
            Some(end) => {
                let before = known.get(..end).unwrap_or_default();
                key.get(..before.len()).is_some_and(|start| start.eq_ignore_ascii_case(before))
            }
            None => known.eq_ignore_ascii_case(key),
        }
    };
    if prefix.eq_ignore_ascii_case("aws") {
        if ["RequestTag/", "ResourceTag/", "PrincipalTag/"]
            .iter()
            .any(|tag| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
        {
            return Some(Some("String"));
        }
        let global = GLOBAL.iter().find(|(known, _)| same(known)).map(|(_, kind)| *kind);
        // Roles Anywhere and others put claims under this prefix.
        return Some(global);
    }
    let service = iam::service(prefix)?;
    let keys = service.condition_keys();
    if keys.is_empty() {
        return None;
    }
    let kind = keys.iter().find(|known| same(known.name)).map(|known| known.kind);
    Some(kind.map(|kind| kind.strip_prefix("ArrayOf").unwrap_or(kind)))
}

pub(super) fn keys(policy: &Policy<'_>, says: &mut Says) {
    for condition in all(policy) {
        let key: &str = &condition.key;
        if !known_operator(condition.plain_operator()) || key.contains("${") || key.starts_with("Fn::") {
            continue;
        }
        if !key.contains(':') {
            let remark = says.add(condition.at, format!("`{}` is no key of a condition", shorten(key)));
            remark.help("a key has a prefix and a name, such as `aws:SourceAccount` or `s3:prefix`");
            continue;
        }
        let Some(None) = kind_of(key) else { continue };
        let (prefix, _) = key.split_once(':').unwrap_or_default();
        // What is not in the lists may be newer than they are, or of an identity provider.
        let global: Vec<&str> = GLOBAL.iter().map(|(known, _)| *known).collect();
        let of_service = iam::service(prefix).map(|service| service.condition_keys()).unwrap_or_default();
        let found = near(key, global.into_iter().chain(of_service.iter().map(|known| known.name)));
        let remark = match (found, prefix) {
            (Some(found), _) => {
                let message = format!("`{}` is no condition key that is known", shorten(key));
                says.add(condition.at, message).help(format!("did you mean `{found}`?"))
            }
            // Services that have keys of identity providers or of tags under their own prefix.
            (None, "aws" | "sts" | "saml" | "cognito-identity" | "graph" | "iot") => continue,
            (None, _) => {
                let message = format!("`{prefix}` has no condition key `{}` that is known", shorten(key));
                says.add(condition.at, message).help("a condition on a key that is not there never holds")
            }
        };
        remark.note("IAM accepts any key, and a request never has one that does not exist");
    }
}

pub(super) fn kinds(policy: &Policy<'_>, says: &mut Says) {
    for condition in all(policy) {
        let Some(Some(kind)) = kind_of(&condition.key) else { continue };
        let family = family(condition.plain_operator());
        let named_arn = condition.key.to_ascii_lowercase().contains("arn");
        let help = match (family, kind) {
            ("Numeric", "Numeric" | "Date") | ("Date", "Date" | "Numeric") => continue,
            ("Numeric" | "Date", _) => "compare text with `StringEquals` or `StringLike`",
            ("IPAddress", kind) if kind != "IPAddress" => {
                "addresses are in `aws:SourceIp` and `aws:VpcSourceIp`"
            }
            ("ARN", "ARN") => continue,
            ("ARN", "String") if named_arn => continue,
            ("ARN", _) => "compare text with `StringEquals` or `StringLike`",
            ("Bool", kind) if kind != "Bool" => "compare text with `StringEquals` or `StringLike`",
            // A range is never equal to an address.
            ("String", "IPAddress") => "use `IpAddress` or `NotIpAddress`, which know ranges",
            _ => continue,
        };
        let message = format!(
            "`{}` does not fit `{}`, which holds {}",
            shorten(&condition.operator),
            shorten(&condition.key),
            match kind {
                "ARN" => "an ARN",
                "Bool" => "a truth value",
                "Numeric" => "a number",
                "Date" => "a time",
                "IPAddress" => "an address",
                _ => "text",
            }
        );
        says.add(condition.at, message).help(help);
    }
}

pub(super) fn literal_wildcards(policy: &Policy<'_>, says: &mut Says) {
    // What organizations and boundaries deny is written with wildcards by habit; everything is judged alike.
    if policy.form == Form::Boundary {
        return;
    }
    for condition in all(policy) {
        let operator = condition.plain_operator();
        let like = match operator {
            "StringEquals" => "StringLike",
            "StringNotEquals" => "StringNotLike",
            _ => continue,
        };
        for term in &condition.values.list {
            let star = term.pieces.iter().any(|piece| match piece {
                // `${*}` is a literal star.
                Piece::Text(text) => text.replace("${*}", "").contains('*'),
                _ => false,
            });
            if star {
                let message = format!("`{operator}` takes the `*` of `{}` literally", term.shown());
                let fixed = condition.operator.replace(operator, like);
                says.add(term.at, message).help(format!("use `{fixed}`, which knows wildcards"));
            }
        }
    }
}
