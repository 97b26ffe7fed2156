//! Who reaches a bucket, and what a bucket reaches.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use super::{BUCKET, POLICY};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// Whether a setting of the public access block is on. A bucket without the block has all of them; in a block, what is
/// not said is off.
fn blocks(bucket: Resource<'_>, setting: &'static str) -> bool {
    let block = bucket.get("PublicAccessBlockConfiguration");
    block.is_absent() || block.get(setting).boolean() == Some(true)
}

pub(super) fn public(resource: Resource<'_>, says: &mut Says) {
    if resource.kind() == POLICY {
        return public_policy(resource, says);
    }
    let acl = resource.get("AccessControl");
    let Some(name) = acl.text() else { return };
    let private = ["Private", "BucketOwnerFullControl", "BucketOwnerRead"].contains(&&*name);
    // Of a bucket without `OwnershipControls`, FW1031 speaks.
    if private || resource.get("OwnershipControls").is_absent() {
        return;
    }
    if has_no_acls(resource) {
        says.add(acl, format!("`{}` has the ACL {name}, and its objects have no ACLs", resource.id()))
            .note("with `BucketOwnerEnforced`, S3 refuses ACLs")
            .help("use a bucket policy, or set `OwnershipControls` with `BucketOwnerPreferred`");
    } else if refuses_public_acl(resource) {
        says.add(acl, format!("`{}` has the ACL {name}, and public ACLs are blocked", resource.id()))
            .help("serve the bucket through CloudFront, or set `BlockPublicAcls: false`");
    }
}

fn has_no_acls(bucket: Resource<'_>) -> bool {
    let rules = bucket.get("OwnershipControls").get("Rules").items();
    rules.iter().any(|rule| rule.get("ObjectOwnership").is("BucketOwnerEnforced"))
}

/// Whether S3 refuses the ACL of a bucket because it is public.
pub(in crate::rules) fn refuses_public_acl(bucket: Resource<'_>) -> bool {
    let public = bucket.get("AccessControl").text().is_some_and(|name| name.starts_with("Public"));
    // Of a bucket without `OwnershipControls`, FW1031 speaks.
    let owner = bucket.get("OwnershipControls");
    has_no_acls(bucket) || owner.is_absent() || public && blocks(bucket, "BlockPublicAcls")
}

fn public_policy(policy: Resource<'_>, says: &mut Says) {
    let Some(bucket) = policy.get("Bucket").resource().filter(|it| it.kind() == BUCKET) else { return };
    if !blocks(bucket, "BlockPublicPolicy") {
        return;
    }
    for statement in policy.get("PolicyDocument").get("Statement").one_or_more() {
        let principal = statement.get("Principal");
        let all = |value: Value<'_>| value.one_or_more().iter().any(|item| item.is("*"));
        let anybody = all(principal) || all(principal.get("AWS"));
        // A condition may restrict whom it is about.
        if statement.get("Effect").is("Allow") && anybody && statement.get("Condition").is_absent() {
            says.add(
                principal,
                format!("the policy is public, and `{}` blocks public policies", bucket.id()),
            )
            .also(bucket, "the bucket")
            .help(
                "name who is allowed, or set `BlockPublicPolicy: false` and `RestrictPublicBuckets: false`",
            );
        }
    }
}

pub(super) fn notifications<'a>(context: &'a Context<'a>, says: &mut Says) {
    const KINDS: &[(&str, &str, &str, &str)] = &[
        ("LambdaConfigurations", "Function", "AWS::Lambda::Function", "AWS::Lambda::Permission"),
        ("QueueConfigurations", "Queue", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"),
        ("TopicConfigurations", "Topic", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy"),
    ];
    const OTHERS: &[&str] = &["AWS::SQS::QueueInlinePolicy", "AWS::SNS::TopicInlinePolicy"];
    let mut policies: HashMap<(u32, u32), Resource<'a>> = HashMap::new();
    for kind in KINDS.iter().map(|(.., policy)| policy).chain(OTHERS) {
        for policy in context.of_type(kind) {
            for reference in policy.references() {
                policies.insert((reference.to.template, reference.to.index), policy);
            }
        }
    }
    for bucket in context.of_type(BUCKET) {
        let configuration = bucket.get("NotificationConfiguration");
        if configuration.is_absent() {
            continue;
        }
        // What the bucket is made after: the policies, whichever target they are for.
        let waits: HashSet<&str> = bucket.references().iter().map(|reference| reference.to.kind()).collect();
        for (list, property, kind, policy_kind) in KINDS {
            for entry in configuration.get(list).items() {
                let value = entry.get(property);
                let Some(target) = value.resource().filter(|target| target.kind() == *kind) else { continue };
                match policies.get(&(target.template, target.index)) {
                    None => {
                        says.add(
                            value,
                            format!("nothing allows `{}` to send to `{}`", bucket.id(), target.id()),
                        )
                        .also(target, "declared here")
                        .note("S3 tries it when the bucket is made, and refuses the configuration")
                        .help(format!(
                            "add an `{policy_kind}` for s3.amazonaws.com, and let the bucket depend on it"
                        ));
                    }
                    Some(policy) if bucket.template == policy.template && !waits.contains(policy.kind()) => {
                        says.add(
                            value,
                            format!(
                                "`{}` may be made before it is allowed to send to `{}`",
                                bucket.id(),
                                target.id()
                            ),
                        )
                        .severity(Severity::Warning)
                        .help(format!("add `DependsOn: {}` to the bucket", policy.id()));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn codes(bucket: &str, more: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{"B":{{"Type":"AWS::S3::Bucket","Properties":{{{bucket}}}}}{more}}}}}"#
        );
        let report = crate::templates(&[crate::Source::new("t.json", text)]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ("FW1328".."FW1331").contains(&code.as_str())).collect()
    }

    #[test]
    fn public_policies_need_an_open_bucket() {
        let policy = |statement: &str| {
            format!(
                r#","Policy":{{"Type":"AWS::S3::BucketPolicy","Properties":{{"Bucket":{{"Ref":"B"}},"PolicyDocument":{{
                "Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":{{"Fn::Sub":"${{B.Arn}}/*"}}{statement}}}}}}}}}"#
            )
        };
        assert_eq!(codes("", &policy("")), ["FW1328"]);
        assert!(
            codes(r#""PublicAccessBlockConfiguration":{"BlockPublicAcls":true}"#, &policy("")).is_empty()
        );
        assert!(
            codes("", &policy(r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#)).is_empty()
        );
        assert!(codes(r#""PublicAccessBlockConfiguration":{"Ref":"P"}"#, &policy("")).is_empty());
    }

    #[test]
    fn notifications_to_what_is_declared_elsewhere_are_not_judged() {
        let to = |target: &str| {
            format!(
                r#""NotificationConfiguration":{{"LambdaConfigurations":[{{"Event":"s3:*","Function":{target}}}]}}"#
            )
        };
        assert!(codes(&to(r#"{"Ref":"P"}"#), "").is_empty());
        let function = r#","F":{"Type":"AWS::Lambda::Function"}"#;
        assert_eq!(codes(&to(r#"{"Fn::GetAtt":["F","Arn"]}"#), function), ["FW1329"]);
    }
}
