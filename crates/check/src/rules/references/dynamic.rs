//! Dynamic references: `{{resolve:service:..}}`.

use super::walk::{Section, Spot, Walk};
use crate::{document::NodeId, json::shortened};

/// Where CloudFormation takes secure strings of Parameter Store: type, property around, property.
const SECURE: &[(&str, &str, &str)] = &[
    ("AWS::DirectoryService::MicrosoftAD", "", "Password"),
    ("AWS::DirectoryService::SimpleAD", "", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "", "AuthToken"),
    ("AWS::IAM::User", "LoginProfile", "Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration", "Password"),
    ("AWS::OpsWorks::App", "AppSource", "Password"),
    ("AWS::OpsWorks::Stack", "CustomCookbooksSource", "Password"),
    ("AWS::OpsWorks::Stack", "RdsDbInstances", "DbPassword"),
    ("AWS::RDS::DBCluster", "", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "", "MasterUserPassword"),
];

/// Properties that take the ARN or the name of a secret.
const ARNS: &[&str] =
    &["SecretArn", "SecretARN", "SecretsManagerSecretId", "SecretsManagerConfiguration", "SecretId"];

impl<'t> Walk<'t, '_> {
    pub(super) fn dynamic_references(&mut self, node: NodeId, text: &'t str, spot: Spot<'t>) {
        if spot.section == Section::Metadata || spot.section == Section::Other {
            return;
        }
        for (start, _) in text.match_indices("{{resolve:") {
            let rest = text.get(start + 2..).unwrap_or_default();
            match rest.split_once("}}") {
                Some((inner, _)) => self.dynamic_reference(node, inner, text, spot),
                // `Fn::Join` may put the rest behind it.
                None if spot.computed => {}
                None => {
                    self.speaker
                        .say("FW1165", node, "a dynamic reference is not closed")
                        .help("it ends with `}}`");
                }
            }
        }
        if text.contains("{{ resolve:") || text.contains("{{resolve :") {
            self.speaker
                .say("FW1165", node, "a dynamic reference with spaces is left as it is")
                .severity(formwork_core::Severity::Warning)
                .help("write `{{resolve:..}}` without spaces");
        }
    }

    fn dynamic_reference(&mut self, node: NodeId, inner: &str, whole: &str, spot: Spot<'t>) {
        // What a substitution puts in may hold anything, colons included.
        let variable = inner.contains("${") && spot.sub;
        let parts: Vec<&str> = inner.split(':').collect();
        let service = parts.get(1).copied().unwrap_or_default();
        let mut wrong = |what: &str, help: &str| {
            let message = format!("`{{{{{}}}}}` {what}", shortened(inner));
            self.speaker.say("FW1165", node, message).help(help);
        };
        match service {
            "ssm" | "ssm-secure" if !variable && !inner.contains(":arn:") => {
                let fits = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
                let name = parts.get(2).copied().unwrap_or_default();
                let help = "write `{{resolve:ssm:name}}` or `{{resolve:ssm:name:version}}`";
                let version = parts.get(3).copied();
                if name.is_empty() || !name.chars().all(fits) {
                    wrong("names no parameter", help);
                } else if parts.len() > 4
                    || version.is_some_and(|it| it.is_empty() || !it.bytes().all(|it| it.is_ascii_digit()))
                {
                    wrong("has more than a name and the number of a version", help);
                }
            }
            "secretsmanager" if !variable => {
                let help = "write `{{resolve:secretsmanager:secret:SecretString:key:stage:version}}`, or a beginning of it";
                let arn = parts.get(2) == Some(&"arn");
                let tail = if arn { parts.get(9..) } else { parts.get(3..) }.unwrap_or_default();
                if parts.get(2).copied().unwrap_or_default().is_empty() || (arn && parts.len() < 9) {
                    wrong("names no secret", help);
                } else if !matches!(tail.first(), None | Some(&"SecretString" | &"")) {
                    wrong("does not go on with `SecretString` behind the secret", help);
                } else if tail.len() > 4 {
                    wrong("has too many parts", help);
                } else if [2, 3].iter().all(|part| tail.get(*part).is_some_and(|part| !part.is_empty())) {
                    wrong("gives a stage and a version", "give one of them");
                }
            }
            "ssm" | "ssm-secure" | "secretsmanager" => {}
            _ if service.contains("${") && spot.sub => {}
            _ => wrong(
                "asks a service that there is not",
                "there are `ssm`, `ssm-secure` and `secretsmanager`",
            ),
        }
        self.place_of_reference(node, service, whole, spot);
    }

    fn place_of_reference(&mut self, node: NodeId, service: &str, whole: &str, spot: Spot<'t>) {
        let custom = spot.kind.starts_with("Custom::") || spot.kind == "AWS::CloudFormation::CustomResource";
        let secret = matches!(service, "ssm-secure" | "secretsmanager");
        if !secret || spot.section == Section::Parameters {
            return;
        }
        if custom && spot.value {
            self.speaker
                .say("FW1167", node, "custom resources get no secrets by dynamic references")
                .help("pass on the ARN of the secret, and let the function behind the resource read it");
        } else if service == "ssm-secure" {
            let fits = |(kind, outer, key): &&(&str, &str, &str)| {
                *kind == spot.kind && *key == spot.key && (outer.is_empty() || *outer == spot.outer)
            };
            // A type that nothing is known of may come from a module.
            if !SECURE.iter().any(|place| fits(&place)) && !spot.kind.ends_with("::MODULE") {
                let message = match spot.kind {
                    "" => "secure strings of Parameter Store are not for this place".to_owned(),
                    kind => format!(
                        "`{}` of `{kind}` takes no secure strings of Parameter Store",
                        shortened(spot.key)
                    ),
                };
                self.speaker
                    .say("FW1166", node, message)
                    .help("keep it in Secrets Manager, and use `{{resolve:secretsmanager:..}}`");
            }
        } else if spot.metadata || !spot.value || spot.section != Section::Resources {
            self.speaker
                .say("FW1167", node, "secrets are put in their place in properties of resources only")
                .severity(formwork_core::Severity::Warning)
                .help("pass on the ARN of the secret instead");
        } else if ARNS.contains(&spot.key) && whole.starts_with("{{resolve:") && whole.ends_with("}}") {
            let message = format!("`{}` takes the ARN of a secret, and this is the secret itself", spot.key);
            self.speaker.say("FW1168", node, message).help("use the ARN");
        }
    }
}
