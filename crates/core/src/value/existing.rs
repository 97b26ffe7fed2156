//! What is named and not made: whether its text has the form that it must have, and how configurations hold it.

use std::fmt;

use schemars::{Schema, json_schema};
use serde::{Deserializer, de};

use crate::{expr::At, finding::Finding};

/// Says what is wrong with a text, if anything is.
type Check = fn(&str) -> Option<String>;

/// Ids and names have as many forms as there are kinds of resources; whether AWS takes one is the business of `check`.
pub(super) fn anything(_: &str) -> Option<String> {
    None
}

/// What is said of a text that has another form, where it goes into a property.
pub(super) fn finding(text: &str, wrong: &str, at: Option<At>) -> Finding {
    let finding = Finding::error("FW0707", format!("`{text}` is no ARN: {wrong}"))
        .help("write it whole, as in `arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d`");
    match at {
        Some(at) => finding.at(at, "named here"),
        None => finding,
    }
}

/// The form of ARNs: docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
///
/// Only what holds for each of them: Region and account are empty in those of some services, and the rest is the
/// service's own.
pub(super) fn no_arn(text: &str) -> Option<String> {
    // A reference that CloudFormation resolves, and text for `Fn::Sub`, are not known before deployment.
    if text.contains("{{resolve:") || text.contains("${") {
        return None;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if parts[0] != "arn" {
        return Some("it does not begin with `arn:`".to_owned());
    }
    let [_, partition, service, _, account, resource] = parts.as_slice() else {
        return Some(format!("it has {} of six parts", parts.len()));
    };
    let digits = account.bytes().all(|byte| byte.is_ascii_digit());
    if text.contains(char::is_whitespace) {
        Some("it has a space".to_owned())
    } else if !partition.starts_with("aws") && *partition != "*" {
        Some(format!("`{partition}` is no partition; most have `aws`"))
    } else if service.is_empty() {
        Some("it names no service".to_owned())
    } else if digits && !account.is_empty() && account.len() != 12 {
        Some(format!("the account `{account}` has {} digits, not 12", account.len()))
    } else if resource.is_empty() {
        Some("it names no resource".to_owned())
    } else {
        None
    }
}

/// The last word of a type: `Certificate`.
pub(super) fn kind<R>() -> &'static str {
    let name = std::any::type_name::<R>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// What a configuration is to hold: `the ARN of a Certificate`.
fn wanted(what: &str) -> &'static str {
    match what {
        "Arn" => "an ARN",
        "Id" => "an id",
        "Name" => "a name",
        _ => "an id, an ARN or a name",
    }
}

/// Reads text of a configuration.
pub(super) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    what: &'static str,
    check: Check,
) -> Result<String, D::Error> {
    deserializer.deserialize_str(Text { what, check })
}

struct Text {
    what: &'static str,
    check: Check,
}

impl de::Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(wanted(self.what))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        if text.is_empty() {
            return Err(E::custom(format_args!("the text is empty, and not {}", wanted(self.what))));
        }
        match (self.check)(text) {
            Some(wrong) => Err(E::custom(format_args!("{text:?} is no ARN: {wrong}"))),
            None => Ok(text.to_owned()),
        }
    }
}

/// The schema of such text.
pub(super) fn schema(kind: &str, what: &str) -> Schema {
    let description = format!("{} of {kind}", wanted(what));
    match what {
        "Arn" => json_schema!({
            "description": description,
            "type": "string",
            "pattern": "^(arn:(aws[a-z-]*|\\*):[^:\\s]+:[^:\\s]*:[^:\\s]*:\\S+|.*(\\{\\{resolve:|\\$\\{).*)$",
        }),
        _ => json_schema!({ "description": description, "type": "string", "minLength": 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_known_by_their_form() {
        for good in [
            "arn:aws:acm:eu-central-1:111122223333:certificate/0a1b",
            "arn:aws:s3:::acme-logs",
            "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess",
            "arn:*:s3:::acme-*/*",
            "arn:aws:sns:*:*:alarms",
            "arn:aws:states:eu-central-1:111122223333:stateMachine:orders:3",
            "{{resolve:ssm:/shop/certificate}}",
            "arn:${AWS::Partition}:s3:::acme-logs",
        ] {
            assert_eq!(no_arn(good), None, "{good}");
        }
        for (bad, why) in [
            ("", "it does not begin with `arn:`"),
            ("my-cert", "it does not begin with `arn:`"),
            ("arn:aws:acm:certificate/0a1b", "it has 4 of six parts"),
            ("arn:acm:eu-central-1:111122223333:certificate:0a1b", "`acm` is no partition; most have `aws`"),
            ("arn:aws::eu-central-1:111122223333:certificate/0a1b", "it names no service"),
            (
                "arn:aws:acm:eu-central-1:11112222333:certificate/0a1b",
                "the account `11112222333` has 11 digits, not 12",
            ),
            ("arn:aws:acm:eu-central-1:111122223333:", "it names no resource"),
            ("arn:aws:acm:eu-central-1:111122223333:certificate/0a1b ", "it has a space"),
        ] {
            assert_eq!(no_arn(bad).as_deref(), Some(why), "{bad}");
        }
    }
}
