//! To whom the policy of a resource opens it.

use formwork_core::Severity;
use formwork_facts::iam;

use crate::{
    context::{Piece, Resource},
    rule::Says,
};

use super::{
    places::Form,
    read::{Condition, Policy, Statement},
};

/// Keys by which a statement for everybody is one for some.
const LIMITS: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:userid",
    "aws:username",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "elasticfilesystem:AccessedViaMountTarget",
    "elasticfilesystem:AccessPointArn",
    "lambda:FunctionUrlAuthType",
    "sns:Endpoint",
];

/// Whether a condition says who: those without an account have hardly any of the keys, and pass where a condition only
/// holds for keys that are there.
fn limits(condition: &Condition<'_>) -> bool {
    LIMITS.iter().any(|key| condition.is_on(key)) && condition.narrows() && !condition.holds_without_key()
}

fn limited(statement: &Statement<'_>) -> bool {
    statement.conditions_unknown || statement.conditions.iter().any(limits)
}

/// What stands behind public access blocks, or is for everybody by nature.
fn may_be_public(policy: &Policy<'_>) -> bool {
    matches!(
        policy.owner.kind(),
        "AWS::EC2::VPCEndpoint"
            | "AWS::ECR::PublicRepository"
            | "AWS::ApiGateway::RestApi"
            | "AWS::VpcLattice::AuthPolicy"
    )
}

fn allowing<'p, 'a>(policy: &'p Policy<'a>) -> impl Iterator<Item = &'p Statement<'a>> {
    let resource = matches!(policy.form, Form::Resource | Form::Lenient);
    policy.statements.iter().filter(move |statement| resource && statement.allows())
}

pub(super) fn everybody(policy: &Policy<'_>, says: &mut Says) {
    if may_be_public(policy) {
        return;
    }
    // Within a VPC, security groups guard a domain; a mounted file system likewise.
    let guarded = match policy.owner.kind() {
        "AWS::OpenSearchService::Domain" | "AWS::Elasticsearch::Domain" => {
            policy.owner.get("VPCOptions").is_set()
        }
        "AWS::EFS::FileSystem" => true,
        _ => false,
    };
    if guarded {
        return;
    }
    for statement in allowing(policy).filter(|statement| !limited(statement)) {
        let Some(at) = statement.principals.as_ref().and_then(|principals| principals.everybody()) else {
            continue;
        };
        let what = match policy.owner.kind() {
            "AWS::S3::BucketPolicy" => "the bucket",
            "AWS::SQS::QueuePolicy" | "AWS::SQS::QueueInlinePolicy" => "the queue",
            "AWS::SNS::TopicPolicy" | "AWS::SNS::TopicInlinePolicy" => "the topic",
            "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" => "the key",
            "AWS::SecretsManager::ResourcePolicy" => "the secret",
            _ => "it",
        };
        let remark = says
            .add(at, format!("`{}` opens {what} to everybody, without an account too", policy.owner.id()));
        remark.serves(match policy.owner.kind() {
            "AWS::S3::BucketPolicy" => &["FSBP S3.2", "FSBP S3.3"],
            "AWS::SQS::QueuePolicy" | "AWS::SQS::QueueInlinePolicy" => &["FSBP SQS.3"],
            "AWS::SNS::TopicPolicy" | "AWS::SNS::TopicInlinePolicy" => &["FSBP SNS.4"],
            "AWS::KMS::Key" => &["FSBP KMS.5"],
            _ => &[],
        });
        remark.label("everybody");
        remark.help(
            "name accounts, roles or services, or limit it by a condition such as `aws:PrincipalOrgID`",
        );
        if statement.is_conditional() {
            remark.note("the conditions that it has do not say who");
        }
    }
}

/// Services that act for whoever asks them: without a word on whom they act for, another account can make them.
const DEPUTIES: &[&str] = &[
    "sns",
    "s3",
    "events",
    "cloudtrail",
    "config",
    "delivery.logs",
    "logging.s3",
    "cloudwatch",
    "budgets",
    "costalerts",
    "ses",
    "codestar-notifications",
    "scheduler",
    "apigateway",
    "cloudfront",
    "iot",
    "backup",
    "elasticmapreduce",
    "vpc-flow-logs",
    "pipes",
    "serverlessrepo",
    "guardduty",
    "securityhub",
    "inspector",
    "macie",
    "ssm-incidents",
    "dms",
    "rds",
];

const SOURCES: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "kms:EncryptionContext",
    "kms:CallerAccount",
    "kms:ViaService",
];

/// Services of which AWS advises to say in a role's trust policy whom they act for.
const DEPUTIES_WITH_ROLES: &[&str] =
    &["bedrock", "config", "logs", "personalize", "scheduler", "vpc-flow-logs"];

pub(super) fn deputies(policy: &Policy<'_>, says: &mut Says) {
    let trust = policy.form == Form::Trust;
    let deputies = if trust { DEPUTIES_WITH_ROLES } else { DEPUTIES };
    // What reads attributes only does no harm.
    let reads = |action: &str| ["s3:GetBucketAcl", "s3:ListBucket", "s3:GetBucketLocation"].contains(&action);
    let trusting = policy.statements.iter().filter(|statement| trust && statement.allows());
    for statement in allowing(policy).chain(trusting) {
        let told = statement.conditions_unknown
            || statement.conditions.iter().any(|condition| {
                SOURCES.iter().any(|key| {
                    condition.key.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key))
                })
            });
        let only_reads = statement.actions.as_ref().is_some_and(|actions| {
            !actions.list.is_empty() && actions.list.iter().all(|term| term.text().is_some_and(reads))
        });
        if told || only_reads {
            continue;
        }
        for term in statement.principals.iter().flat_map(|principals| principals.of("Service")) {
            let name = term.beginning();
            let name = name.split_once(".amazonaws").map_or(name.trim_end_matches('.'), |(name, _)| name);
            if deputies.contains(&name) {
                let owner = policy.owner.id();
                let message = match trust {
                    true => format!("`{name}` may assume the role `{owner}` on behalf of any account"),
                    false => format!("`{owner}` lets `{name}` act here on behalf of any account"),
                };
                let remark = says.add(term.at, message);
                // Only roles of the own account can be passed to a service, by those who may.
                if trust {
                    remark.severity(Severity::Note);
                }
                remark.label("for whoever asks it");
                remark
                    .help("add a condition on `aws:SourceArn` or `aws:SourceAccount`: `!Ref AWS::AccountId`");
            }
        }
    }
}

/// A permission of Lambda is a grant as well.
pub(super) fn permission(permission: Resource<'_>, says: &mut Says) {
    let principal = permission.get("Principal");
    let Some(text) = principal.text() else { return };
    let set = |name| permission.get(name).is_set();
    let limited =
        set("SourceArn") || set("SourceAccount") || set("PrincipalOrgID") || set("EventSourceToken");
    if limited {
        return;
    }
    let id = permission.id();
    if text == "*" {
        // A URL without authentication is meant to be open.
        let open = permission.get("FunctionUrlAuthType").is("NONE");
        let remark = says.add(principal, format!("`{id}` lets everybody invoke the function"));
        remark.help("name an account, or give `PrincipalOrgID`");
        if open || set("FunctionUrlAuthType") {
            remark.severity(Severity::Note);
        }
        return;
    }
    let Some((service, _)) = text.split_once(".amazonaws.com") else { return };
    // These have no source to name.
    if matches!(service, "alexa-appkit" | "alexa-connectedhome" | "cloudformation" | "edgelambda")
        || service.contains('/')
    {
        return;
    }
    says.add(principal, format!("`{id}` lets `{service}` invoke the function on behalf of any account"))
        .label("for whoever asks it")
        .help("give `SourceArn`, or at least `SourceAccount: !Ref AWS::AccountId`");
}

/// The literal account of a principal, if it is not the own one.
fn foreign(text: &str, own: Option<&str>) -> Option<String> {
    let account = match text.split_once(":iam::") {
        Some((_, rest)) => rest.split(':').next().unwrap_or_default(),
        None => text,
    };
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (digits && Some(account) != own).then(|| account.to_owned())
}

pub(super) fn cross_account(policy: &Policy<'_>, says: &mut Says) {
    let own = policy.owner.context.template(policy.owner.template).and_then(|it| it.account.as_deref());
    // Changing what S3 guards has a code of its own.
    for statement in allowing(policy).filter(|statement| changes_bucket(policy, statement).is_none()) {
        for term in statement.principals.iter().flat_map(|principals| principals.of("AWS")) {
            if let Some(account) = term.text().and_then(|text| foreign(text, own)) {
                says.add(term.at, format!("`{}` grants access to account {account}", policy.owner.id()))
                    .help("where accounts differ between stages, take it from a parameter; test `aws:PrincipalOrgID` as well");
            }
        }
    }
}

/// What another account should not do with a bucket, as Security Hub has it.
const SENSITIVE: &[&str] = &[
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
];

fn changes_bucket(policy: &Policy<'_>, statement: &Statement<'_>) -> Option<&'static str> {
    if policy.owner.kind() != "AWS::S3::BucketPolicy" {
        return None;
    }
    let mut actions = statement.actions.iter().flat_map(|actions| actions.texts());
    actions.find_map(|(action, _)| SENSITIVE.iter().find(|known| iam::like(action, known)).copied())
}

pub(super) fn sensitive(policy: &Policy<'_>, says: &mut Says) {
    let own = policy.owner.context.template(policy.owner.template).and_then(|it| it.account.as_deref());
    for statement in allowing(policy) {
        let Some(action) = changes_bucket(policy, statement) else { continue };
        for term in statement.principals.iter().flat_map(|principals| principals.of("AWS")) {
            let account = term.text().and_then(|text| foreign(text, own));
            // The own account by its number is `AWS::AccountId` in most templates.
            let is_own = term.pieces.iter().any(|piece| matches!(piece, Piece::Pseudo("AWS::AccountId")));
            if let Some(account) = account.filter(|_| !is_own) {
                says.add(
                    term.at,
                    format!("`{}` lets account {account} use `{action}` on the bucket", policy.owner.id()),
                )
                .help("grant other accounts what they need of objects, and keep the guarding of the bucket");
            }
        }
    }
}
