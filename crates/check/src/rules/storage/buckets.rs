//! Lifecycle, replication, names and websites of buckets.

use std::collections::HashMap;

use super::BUCKET;
use crate::{
    context::{Piece, Resource, Value},
    rule::Says,
    rules::network::form,
};

/// Storage classes from the first to the last that an object can be moved to.
const CLASSES: &[&str] =
    &["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

fn rules(bucket: Resource<'_>) -> Vec<Value<'_>> {
    bucket.get("LifecycleConfiguration").get("Rules").items()
}

/// Judges the transitions of a rule, and its expiration.
fn in_order(transitions: Vec<Value<'_>>, expiration: Value<'_>, says: &mut Says) {
    let mut moves = Vec::new();
    for transition in transitions {
        let (class, days) = (transition.get("StorageClass"), transition.get("TransitionInDays"));
        let (Some(name), Some(number)) = (class.text(), days.integer()) else { continue };
        // An older name of the same class.
        let name = if name == "Glacier" { "GLACIER".into() } else { name };
        let Some(rank) = CLASSES.iter().position(|known| *known == name) else { continue };
        if ["STANDARD_IA", "ONEZONE_IA"].contains(&&*name) && number < 30 {
            says.add(days, format!("objects are moved to {name} after {number} days; the least is 30"))
                .help("move them after 30 days or later");
        }
        moves.push((rank, number, days, name));
    }
    moves.sort_by_key(|(rank, ..)| *rank);
    for pair in moves.windows(2) {
        let [(rank, days, place, name), (later_rank, later, later_place, later_name)] = pair else {
            continue;
        };
        if rank == later_rank {
            says.add(*later_place, format!("two transitions to {name} in one rule"))
                .also(*place, "the other one")
                .help("keep one");
        } else if later <= days {
            says.add(
                *later_place,
                format!("objects are moved to {later_name} after {later} days, and to {name} after {days}"),
            )
            .also(*place, "a class that comes before")
            .help(format!("move them to {later_name} after more than {days} days"));
        }
    }
    let Some(end) = expiration.integer() else { return };
    if let Some((_, days, place, name)) = moves.iter().max_by_key(|(_, days, ..)| *days)
        && end <= *days
    {
        says.add(
            expiration,
            format!("objects expire after {end} days, and are moved to {name} after {days}"),
        )
        .also(*place, "the last transition")
        .help(format!("let them expire after more than {days} days, or leave the transition out"));
    }
}

pub(super) fn lifecycle_order(bucket: Resource<'_>, says: &mut Says) {
    for rule in rules(bucket) {
        let all = |list: &'static str, single: &'static str| {
            let mut all = rule.get(list).items();
            if rule.get(single).is_set() {
                all.push(rule.get(single));
            }
            all
        };
        in_order(all("Transitions", "Transition"), rule.get("ExpirationInDays"), says);
        let days = rule.within(&["NoncurrentVersionExpiration", "NoncurrentDays"]);
        let days = if days.is_set() { days } else { rule.get("NoncurrentVersionExpirationInDays") };
        in_order(all("NoncurrentVersionTransitions", "NoncurrentVersionTransition"), days, says);
    }
}

pub(super) fn lifecycle_action(bucket: Resource<'_>, says: &mut Says) {
    const ACTIONS: &[&str] = &[
        "AbortIncompleteMultipartUpload",
        "ExpirationDate",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransition",
        "NoncurrentVersionTransitions",
        "Transition",
        "Transitions",
    ];
    for rule in rules(bucket) {
        if !rule.is_unknown() && ACTIONS.iter().all(|action| rule.get(action).is_absent()) {
            says.add(rule, format!("a lifecycle rule of `{}` does nothing", bucket.id()))
                .help("let it move objects, or let them expire");
        }
    }
}

/// The bucket that an ARN names.
fn bucket_of<'a>(arn: Value<'a>) -> Option<Resource<'a>> {
    arn.pieces().into_iter().find_map(|piece| match piece {
        Piece::Yields(bucket, _) if bucket.kind() == BUCKET => Some(bucket),
        _ => None,
    })
}

/// Whether an ARN names a bucket by the name that it has.
fn is_named(arn: Value<'_>, bucket: Resource<'_>) -> bool {
    let name = bucket.get("BucketName");
    if name.is_absent() {
        return false;
    }
    let (arn, name) = (form(arn), form(name));
    arn.as_deref().and_then(|arn| arn.split_once(":::")).zip(name).is_some_and(|((_, to), name)| to == name)
}

fn is_versioned(bucket: Resource<'_>) -> bool {
    let status = bucket.get("VersioningConfiguration").get("Status");
    status.is_set() && !status.is("Suspended")
}

pub(super) fn replication(bucket: Resource<'_>, says: &mut Says) {
    let replication = bucket.get("ReplicationConfiguration");
    if replication.is_absent() {
        return;
    }
    if !is_versioned(bucket) {
        says.add(replication, format!("`{}` is to be replicated and keeps no versions", bucket.id()))
            .help("set `VersioningConfiguration: {Status: Enabled}`");
    }
    for rule in replication.get("Rules").items() {
        let target = rule.within(&["Destination", "Bucket"]);
        if bucket_of(target) == Some(bucket) || is_named(target, bucket) {
            says.add(target, format!("`{}` is to be replicated to itself", bucket.id()))
                .help("name another bucket");
            continue;
        }
        let Some(destination) = bucket_of(target) else { continue };
        if !is_versioned(destination) {
            says.add(
                target,
                format!("`{}` is replicated to `{}`, which keeps no versions", bucket.id(), destination.id()),
            )
            .also(destination, "the destination")
            .help(format!("set `VersioningConfiguration: {{Status: Enabled}}` of `{}`", destination.id()));
        }
    }
}

pub(super) fn same_region(bucket: Resource<'_>, says: &mut Says) {
    for rule in bucket.get("ReplicationConfiguration").get("Rules").items() {
        let target = rule.within(&["Destination", "Bucket"]);
        let Some(destination) = bucket_of(target).filter(|it| *it != bucket) else { continue };
        let same = destination.template == bucket.template
            || bucket.region().is_some_and(|region| destination.region() == Some(region));
        if same {
            says.add(
                target,
                format!("`{}` and its replica `{}` are in the same Region", bucket.id(), destination.id()),
            )
            .also(destination, "the replica")
            .help("to survive the loss of a Region, declare the replica in a stack of another one");
        }
    }
}

pub(super) fn bucket_key(bucket: Resource<'_>, says: &mut Says) {
    for rule in bucket.get("BucketEncryption").get("ServerSideEncryptionConfiguration").items() {
        let algorithm = rule.within(&["ServerSideEncryptionByDefault", "SSEAlgorithm"]);
        let key = rule.get("BucketKeyEnabled");
        if key.boolean() == Some(true) && algorithm.is("AES256") {
            says.add(
                key,
                format!(
                    "a bucket key has no effect in `{}`, which is encrypted with keys of S3",
                    bucket.id()
                ),
            )
            .also(algorithm, "AES256")
            .help("remove it, or use `aws:kms`");
        }
    }
}

pub(super) fn name(bucket: Resource<'_>, says: &mut Says) {
    let value = bucket.get("BucketName");
    if value.is_absent() {
        return;
    }
    let (mut known, mut whole) = (String::new(), true);
    for piece in value.pieces() {
        match piece {
            Piece::Text(text) => known.push_str(&text),
            // What is not known has at least one character.
            _ => {
                known.push('0');
                whole = false;
            }
        }
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let ip = known.parse::<std::net::Ipv4Addr>().is_ok();
    let beginning = ["xn--", "sthree-", "amzn-s3-demo-"].into_iter().find(|it| known.starts_with(it));
    let ending =
        ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].into_iter().find(|it| known.ends_with(it));
    // Of a name that is wholly known, the pattern of the schema tells this.
    let partly = !whole;
    // A parameter's empty default stands for a bucket without a name.
    if known.is_empty() {
        return;
    }
    let wrong = if let Some(c) = known.chars().find(|c| partly && !allowed(*c)) {
        format!("has the character `{c}`; lower-case letters, digits, dots and hyphens are allowed")
    } else if (partly && known.len() > 63) || (whole && known.len() < 3) {
        "has fewer than 3 or more than 63 characters".to_owned()
    } else if partly && !(known.starts_with(ends) && known.ends_with(ends)) {
        "does not begin and end with a letter or a digit".to_owned()
    } else if known.contains("..") {
        "has two dots in a row".to_owned()
    } else if whole && ip {
        "looks like an address".to_owned()
    } else if let Some(beginning) = beginning {
        format!("begins with `{beginning}`, which S3 keeps for itself")
    } else if let Some(ending) = ending {
        format!("ends in `{ending}`, which S3 keeps for itself")
    } else {
        return;
    };
    says.add(value, format!("the bucket name of `{}` {wrong}", bucket.id())).help("choose another name");
}

pub(super) fn website(bucket: Resource<'_>, says: &mut Says) {
    let site = bucket.get("WebsiteConfiguration");
    let redirect = site.get("RedirectAllRequestsTo");
    if site.is_set() && !site.is_unknown() {
        if redirect.is_set() {
            for property in ["IndexDocument", "ErrorDocument", "RoutingRules"] {
                let value = site.get(property);
                if value.is_set() {
                    says.add(value, format!("`{property}` beside `RedirectAllRequestsTo`"))
                        .also(redirect, "every request is redirected")
                        .help("keep one of the two");
                }
            }
        } else if site.get("IndexDocument").is_absent() {
            says.add(
                site.get("IndexDocument"),
                format!("the website `{}` has no `IndexDocument`", bucket.id()),
            )
            .help("set it, or `RedirectAllRequestsTo`");
        }
    }
    let mut ids: HashMap<String, Value<'_>> = HashMap::new();
    for rule in bucket.get("CorsConfiguration").get("CorsRules").items() {
        for list in ["AllowedOrigins", "AllowedHeaders"] {
            for item in rule.get(list).items() {
                if item.text().is_some_and(|text| text.matches('*').count() > 1) {
                    says.add(item, "more than one asterisk in a CORS rule").help("use one");
                }
            }
        }
        let id = rule.get("Id");
        let Some(text) = id.text() else { continue };
        if let Some(first) = ids.insert(text.into_owned(), id) {
            says.add(id, "two CORS rules with the same id")
                .also(first, "the first of them")
                .help("give each its own");
        }
    }
}

#[cfg(test)]
mod tests {
    fn found(properties: &str, code: &str) -> usize {
        let text = format!(
            "{{\"Parameters\":{{\"P\":{{\"Type\":\"String\"}}}},\"Resources\":{{\"Bucket\":{{\"Type\":\"AWS::S3::Bucket\",\
             \"Properties\":{{{properties}}}}}}}}}"
        );
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        report.findings.iter().filter(|finding| finding.code == code).count()
    }

    #[test]
    fn names_are_judged_as_far_as_they_are_known() {
        let name = |name: &str| found(&format!("\"BucketName\":{name}"), "FW1326");
        for right in [
            "\"a-b.c\"",
            r#"{"Ref":"P"}"#,
            r#"{"Fn::Sub":"app-${AWS::AccountId}-x"}"#,
            r#"{"Fn::Sub":"${P}"}"#,
        ] {
            assert_eq!(name(right), 0, "{right}");
        }
        for bad in ["\"192.168.1.1\"", "\"a..b\"", r#"{"Fn::Sub":"App-${P}"}"#, "\"xn--a\"", "\"x\""] {
            assert_eq!(name(bad), 1, "{bad}");
        }
    }

    #[test]
    fn a_bucket_is_itself_by_its_name_too() {
        let to = |name: &str, arn: &str| {
            let rules =
                format!("\"Rules\":[{{\"Status\":\"Enabled\",\"Destination\":{{\"Bucket\":{arn}}}}}]");
            found(
                &format!(
                    "\"BucketName\":{name},\"VersioningConfiguration\":{{\"Status\":\"Enabled\"}},\
                     \"ReplicationConfiguration\":{{\"Role\":\"r\",{rules}}}"
                ),
                "FW1323",
            )
        };
        let sub = |text: &str| format!("{{\"Fn::Sub\":\"{text}\"}}");
        assert_eq!(to("\"data\"", "\"arn:aws:s3:::data\""), 1);
        assert_eq!(to("\"data\"", &sub("arn:${AWS::Partition}:s3:::data")), 1);
        assert_eq!(to(&sub("a-${AWS::AccountId}"), &sub("arn:aws:s3:::a-${AWS::AccountId}")), 1);
        assert_eq!(to("\"data\"", "\"arn:aws:s3:::other\""), 0);
        assert_eq!(to(&sub("${P}"), &sub("arn:aws:s3:::${P}")), 0);
    }

    #[test]
    fn transitions_come_in_order() {
        let rule = |rule: &str| {
            found(
                &format!("\"LifecycleConfiguration\":{{\"Rules\":[{{\"Status\":\"Enabled\",{rule}}}]}}"),
                "FW1321",
            )
        };
        let moved =
            |class: &str, days: &str| format!("{{\"StorageClass\":\"{class}\",\"TransitionInDays\":{days}}}");
        let (warm, cold) = (moved("STANDARD_IA", "90"), moved("GLACIER", "60"));
        assert_eq!(rule(&format!("\"Transitions\":[{warm},{cold}]")), 1);
        assert_eq!(rule(&format!("\"Transitions\":[{warm}],\"ExpirationInDays\":365")), 0);
        assert_eq!(rule(&format!("\"Transitions\":[{warm}],\"ExpirationInDays\":30")), 1);
        assert_eq!(rule(&format!("\"Transitions\":[{}]", moved("STANDARD_IA", "10"))), 1);
        assert_eq!(rule(&format!("\"Transitions\":[{}]", moved("INTELLIGENT_TIERING", "0"))), 0);
    }
}
