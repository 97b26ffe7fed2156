//! Principals: how they are written, and whom a role trusts.

use formwork_core::Severity;
use formwork_facts::iam;

use crate::{context::Piece, rule::Says};

use super::{
    places::Form,
    read::{Condition, Policy, Statement, Term, shorten},
    words::near,
};

/// Names of services that are no prefixes of IAM.
const SERVICES: &[&str] = &[
    "alexa-appkit",
    "apidestinations.events",
    "application-autoscaling",
    "assets.iot",
    "backup-gateway",
    "billingconsole",
    "bots.lex",
    "browsercontent.nova",
    "ce",
    "channels.lex",
    "cloudtrail",
    "cognito-idp",
    "cognito-sync",
    "config",
    "config-multiaccountsetup",
    "costalerts",
    "credentials.iot",
    "custom-resource.application-autoscaling",
    "custom.rds",
    "dax",
    "delivery.logs",
    "diode",
    "dms",
    "dynamodb.application-autoscaling",
    "ec2fleet",
    "ec2scheduled",
    "ecs-tasks",
    "edgelambda",
    "eks-fargate-pods",
    "eks-nodegroup",
    "elasticbeanstalk",
    "elasticmapreduce",
    "elastictranscoder",
    "email.cognito-idp",
    "emr-containers",
    "events",
    "export.rds",
    "firehose",
    "fleetwise",
    "gamelift",
    "globalaccelerator",
    "iotdevicedefender",
    "jobrun.batch",
    "lakeformation",
    "lex",
    "lexv2",
    "lightsail",
    "logger.cloudfront",
    "logging.s3",
    "macie",
    "mediaconvert",
    "member.org.stacksets.cloudformation",
    "monitoring",
    "monitoring.rds",
    "mq",
    "oam",
    "ops.apigateway",
    "opsworks",
    "opsworks-cm",
    "opensearchservice",
    "pinpoint",
    "preview-inspector",
    "query.sagemaker",
    "rds",
    "redshift",
    "reporting.trustedadvisor",
    "replication.dynamodb",
    "replicator.lambda",
    "resources.cloudformation",
    "rolesanywhere",
    "s3",
    "serverlessrepo",
    "ses",
    "sms-voice",
    "spotfleet",
    "ssm",
    "ssm-incidents",
    "stacksets.cloudformation",
    "streams.metrics.cloudwatch",
    "support",
    "svc.cloudwatch",
    "tagging",
    "tasks.apprunner",
    "build.apprunner",
    "tagpolicies.tag",
    "transitgateway",
    "vmie",
    "vpc-flow-logs",
    "waf",
    "webservices.iot",
    "wisdom",
    "workmail",
    "worklink",
];

fn all<'p, 'a>(policy: &'p Policy<'a>, kind: &'p str) -> impl Iterator<Item = &'p Term<'a>> {
    let statements = policy.statements.iter();
    let principals = statements.flat_map(|it| [&it.principals, &it.not_principals].into_iter().flatten());
    principals.flat_map(move |principals| principals.of(kind))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Principals that cannot be any.
pub(super) fn form(policy: &Policy<'_>, says: &mut Says) {
    let kinds = policy.owner.kind();
    for term in all(policy, "*") {
        if let Some(text) = term.text().filter(|text| *text != "*" && !text.is_empty()) {
            says.add(term.at, format!("`{}` alone is no principal", shorten(text)))
                .help("say what it is: `AWS: an ARN`, `Service: a name`, `Federated: a provider`; alone stands only `*`");
        }
    }
    for term in all(policy, "AWS") {
        if let Some((resource, None)) = term.yields()
            && matches!(resource.kind(), "AWS::IAM::Role" | "AWS::IAM::User")
        {
            let id = resource.id();
            says.add(term.at, format!("a principal is named by its ARN, and `Ref` of `{id}` yields a name"))
                .help(format!("write `!GetAtt {id}.Arn`"));
            continue;
        }
        let beginning = term.beginning();
        let shown = term.shown();
        let arn = beginning.starts_with("arn:");
        if arn && beginning.contains(['*', '?']) && matches!(policy.form, Form::Trust | Form::Resource) {
            // Only the whole of a principal may be a wildcard.
            let partition_only = beginning.starts_with("arn:*:")
                && !beginning.get(6..).unwrap_or_default().contains(['*', '?']);
            let remark = says.add(term.at, format!("the principal `{shown}` has a wildcard within its ARN"));
            remark.help(
                "name the account as the principal, and test `aws:PrincipalArn` with `ArnLike` in a condition",
            );
            if partition_only {
                remark.severity(Severity::Warning);
            }
            continue;
        }
        let Some(text) = term.text() else { continue };
        // AWS itself writes the unique ids of roles and users that were deleted.
        let unique =
            text.len() > 12 && text.starts_with('A') && text.bytes().all(|it| it.is_ascii_alphanumeric());
        if text == "*" || text.is_empty() || arn || is_account(text) || unique || text.contains("${") {
            continue;
        }
        let remark = says.add(term.at, format!("`{shown}` is neither the number of an account nor an ARN"));
        if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
            remark.help(format!("a service is named by `Service: {shown}`"));
        } else {
            remark.help("an account has twelve digits; a role, a user or a session is named by its ARN");
        }
        // Other services may know other names.
        if policy.form == Form::Lenient && !kinds.starts_with("AWS::ECR") {
            remark.severity(Severity::Warning);
        }
    }
    for term in all(policy, "Service") {
        if let Some(text) = term.text()
            && text != "*"
            && !text.is_empty()
            && !text.contains('.')
        {
            says.add(term.at, format!("`{}` is not the name of a service as a principal", shorten(text)))
                .help(format!("did you mean `{}.amazonaws.com`?", shorten(text)));
        }
    }
}

/// Services that are not known.
pub(super) fn services(policy: &Policy<'_>, says: &mut Says) {
    for term in all(policy, "Service") {
        let Some(text) = term.text().filter(|text| text.contains('.')) else { continue };
        let shown = shorten(text);
        let name = [
            "amazonaws.com",
            "amazonaws.com.cn",
            "amazonaws.eu",
            "c2s.ic.gov",
            "sc2s.sgov.gov",
            "aws.internal",
        ]
        .iter()
        .find_map(|suffix| text.strip_suffix(suffix)?.strip_suffix('.'));
        let Some(name) = name else {
            // Some services have names of their own; only what is nearly the usual one is a slip.
            let (first, rest) = text.split_once('.').unwrap_or_default();
            if near(rest, ["amazonaws.com", "aws.amazon.com", "amazon.com", "aws.com"].into_iter()).is_some()
                && iam::service(first).is_some()
            {
                says.add(term.at, format!("`{shown}` is not the name of a service that is known"))
                    .help(format!("did you mean `{first}.amazonaws.com`?"));
            }
            continue;
        };
        // Those of a Region, and parts of services, are many.
        if name.contains('.') || iam::service(name).is_some() || SERVICES.contains(&name) {
            continue;
        }
        let known = iam::services().iter().map(iam::Service::prefix).chain(SERVICES.iter().copied());
        if let Some(found) = near(name, known.filter(|known| known.len() > 2)) {
            says.add(term.at, format!("`{shown}` is not the name of a service that is known"))
                .help(format!("did you mean `{found}.amazonaws.com`?"));
        }
    }
}

fn trusting<'p, 'a>(policy: &'p Policy<'a>) -> impl Iterator<Item = &'p Statement<'a>> {
    policy.statements.iter().filter(|statement| policy.form == Form::Trust && statement.allows())
}

/// Whether a condition of a trust policy limits who may assume a role.
fn limits(condition: &Condition<'_>) -> bool {
    // Whoever assumes a role has these.
    let always = ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid"];
    // These say how, and not who.
    let how =
        ["aws:SecureTransport", "aws:ViaAWSService", "aws:PrincipalIsAWSService", "aws:RequestedRegion"];
    condition.narrows()
        && !how.iter().any(|key| condition.is_on(key))
        && (!condition.holds_without_key() || always.iter().any(|key| condition.is_on(key)))
}

/// Roles that everybody may assume.
pub(super) fn open_trust(policy: &Policy<'_>, says: &mut Says) {
    let open = |statement: &&Statement<'_>| {
        !statement.conditions_unknown && !statement.conditions.iter().any(limits)
    };
    for statement in trusting(policy).filter(open) {
        if let Some(at) = statement.principals.as_ref().and_then(|principals| principals.everybody()) {
            let remark = says
                .add(at, format!("everybody, in any account, may assume the role `{}`", policy.owner.id()));
            remark.label("everybody");
            remark.help(
                "name accounts, roles or services, or limit it by a condition such as `aws:PrincipalOrgID`",
            );
            if let Some(condition) = statement.conditions.first() {
                remark.also(condition.at, "this leaves nobody out");
            }
        }
    }
}

/// The number of another account in an ARN of its root, or alone.
fn root(term: &Term<'_>) -> Option<String> {
    let text = term.text()?;
    if is_account(text) {
        return Some(text.to_owned());
    }
    let (before, rest) = text.split_once(":iam::")?;
    let account = rest.strip_suffix(":root").filter(|account| is_account(account))?;
    before.starts_with("arn:aws").then(|| account.to_owned())
}

/// Roles that a whole account may assume.
pub(super) fn other_accounts(policy: &Policy<'_>, says: &mut Says) {
    let own =
        policy.owner.context.template(policy.owner.template).and_then(|template| template.account.as_deref());
    for statement in trusting(policy).filter(|statement| !statement.is_conditional()) {
        for term in statement.principals.iter().flat_map(|principals| principals.of("AWS")) {
            let Some(account) = root(term).filter(|account| Some(account.as_str()) != own) else { continue };
            says.add(
                term.at,
                format!("whoever account {account} lets may assume the role `{}`", policy.owner.id()),
            )
            .help("for an account of somebody else, ask for `sts:ExternalId`; else name its roles");
        }
    }
}

/// Where tokens are for everybody who registers: without a test of the claim, all of them are trusted.
const SHARED: &[(&str, &str)] = &[
    ("token.actions.githubusercontent.com", "sub"),
    ("gitlab.com", "sub"),
    ("app.terraform.io", "sub"),
    ("agent.buildkite.com", "sub"),
    ("oidc.circleci.com", "sub"),
    ("api.bitbucket.org", "sub"),
    ("accounts.google.com", "aud"),
    ("www.amazon.com", "app_id"),
    ("graph.facebook.com", "app_id"),
    ("cognito-identity.amazonaws.com", "aud"),
];

/// Claims other than `sub` that say whose token it is.
const OWN: &[&str] = &[
    "job_workflow_ref",
    "namespace_id",
    "namespace_path",
    "organization_id",
    "project-id",
    "project_id",
    "project_path",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "terraform_organization_id",
    "terraform_workspace_id",
];

/// The claim that says whose token it is, of a provider whose tokens many have.
fn claim(provider: &str) -> Option<&'static str> {
    let host = provider.split('/').next().unwrap_or_default();
    // A cluster's provider is shared by all of its pods.
    if host.starts_with("oidc.eks.") {
        return Some("sub");
    }
    SHARED.iter().find(|(known, _)| host == *known).map(|(_, claim)| *claim)
}

pub(super) fn web_identities(policy: &Policy<'_>, says: &mut Says) {
    for statement in trusting(policy).filter(|statement| !statement.conditions_unknown) {
        let web = statement.actions.as_ref().is_some_and(|actions| {
            actions.texts().any(|(action, _)| iam::like(action, "sts:AssumeRoleWithWebIdentity"))
        });
        let Some(principals) = statement.principals.as_ref().filter(|_| web) else { continue };
        for term in principals.of("Federated") {
            let shown = term.shown();
            let provider = match (term.yields(), shown.split_once("oidc-provider/")) {
                (Some((resource, _)), _) if resource.kind() == "AWS::IAM::OIDCProvider" => {
                    let url = resource.get("Url");
                    let cluster = url.resource().is_some_and(|it| it.kind() == "AWS::EKS::Cluster");
                    // Of a provider of a cluster the beginning says enough.
                    let known = url.text().map_or_else(|| url.known_beginning(), |url| url.into_owned());
                    match cluster {
                        true => "oidc.eks.REGION.amazonaws.com/id/ID".to_owned(),
                        false => known.trim_start_matches("https://").trim_end_matches('/').to_owned(),
                    }
                }
                (_, Some((_, provider))) => provider.to_owned(),
                _ if SHARED.iter().any(|(known, _)| *known == shown) => shown.clone(),
                _ => continue,
            };
            let ends = |key: &str, claim: &str| key.rsplit_once(':').is_some_and(|(_, name)| name == claim);
            let on = |claim: &'static str| {
                statement.conditions.iter().filter(move |condition| ends(&condition.key, claim))
            };
            let tests = |claim: &'static str| {
                // What is compared with everything is told below.
                on(claim).any(|it| it.narrows() || it.values.has("*"))
            };
            let shared = claim(&provider);
            let wanted = shared.unwrap_or("sub");
            let role = policy.owner.id();
            let named = if provider.is_empty() { "the provider".to_owned() } else { format!("`{provider}`") };
            if statement.conditions.is_empty()
                || match shared {
                    Some("sub") => !tests("sub") && !OWN.iter().any(|claim| tests(claim)),
                    Some(claim) => !tests(claim),
                    None => ["sub", "aud", "amr"].iter().all(|claim| on(claim).next().is_none()),
                }
            {
                says.add(
                    term.at,
                    format!("everybody to whom {named} gives a token may assume the role `{role}`"),
                )
                .label("whoever has a token of it")
                .help(format!(
                    "add a condition on `{}:{wanted}`",
                    if provider.is_empty() { "the-provider" } else { &provider }
                ));
                continue;
            }
            if shown == "cognito-identity.amazonaws.com" && on("amr").next().is_none() && !tests("sub") {
                says.add(term.at, format!("whoever did not sign in may assume the role `{role}` as well"))
                    .severity(Severity::Note)
                    .note("an identity pool gives tokens to guests too, where it lets them in")
                    .help(
                        "add `ForAnyValue:StringLike: {cognito-identity.amazonaws.com:amr: authenticated}`",
                    );
            }
            for condition in on("sub") {
                for (text, at) in condition.values.texts() {
                    let github = provider.starts_with("token.actions.githubusercontent.com");
                    if text == "*"
                        || (github && matches!(text, "repo:*" | "repo:*/*" | "repo:*:*" | "repo:*/*:*"))
                    {
                        says.add(at, format!("`{text}` is the subject of every token, and so no limit"))
                            .also(term.at, "the provider")
                            .help(
                                "name the repository or the project: `repo:owner/name:ref:refs/heads/main`",
                            );
                    }
                }
            }
        }
    }
}

pub(super) fn saml(policy: &Policy<'_>, says: &mut Says) {
    for statement in trusting(policy).filter(|statement| !statement.conditions_unknown) {
        let saml = statement.actions.as_ref().is_some_and(|actions| {
            actions.texts().any(|(action, _)| action.eq_ignore_ascii_case("sts:AssumeRoleWithSAML"))
        });
        let Some(principals) = statement.principals.as_ref().filter(|_| saml) else { continue };
        if statement
            .conditions
            .iter()
            .any(|condition| ["SAML:aud", "SAML:recipient"].iter().any(|key| condition.is_on(key)))
        {
            continue;
        }
        let provider = principals.of("Federated").find(|term| {
            term.pieces.iter().any(|piece| match piece {
                Piece::Text(text) => text.contains("saml-provider/"),
                Piece::Yields(resource, _) => resource.kind() == "AWS::IAM::SAMLProvider",
                _ => false,
            })
        });
        if let Some(term) = provider {
            says.add(term.at, format!("the role `{}` takes assertions meant for others", policy.owner.id()))
                .help(
                    "add a condition: `StringEquals: { \"SAML:aud\": https://signin.aws.amazon.com/saml }`",
                );
        }
    }
}

/// Actions of a trust policy that do not assume a role.
pub(super) fn trust_actions(policy: &Policy<'_>, says: &mut Says) {
    for statement in policy.statements.iter().filter(|_| policy.form == Form::Trust) {
        for (action, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            let Some((prefix, _)) = action.split_once(':') else { continue };
            if !prefix.eq_ignore_ascii_case("sts") && !prefix.contains(['*', '?', '$']) {
                says.add(
                    at,
                    format!("a trust policy is about assuming a role, not about `{}`", shorten(action)),
                )
                .help("what the role may do belongs to its `Policies`");
            }
        }
    }
}

/// Principals that assume roles by another action.
pub(super) fn ways(policy: &Policy<'_>, says: &mut Says) {
    for statement in trusting(policy) {
        let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.unknown) else { continue };
        let Some(principals) = statement.principals.as_ref().filter(|principals| !principals.unknown) else {
            continue;
        };
        let covers = |action: &str| {
            actions.list.iter().any(|term| term.text().is_none_or(|text| iam::like(text, action)))
        };
        let federated = covers("sts:AssumeRoleWithWebIdentity") || covers("sts:AssumeRoleWithSAML");
        let plain = covers("sts:AssumeRole");
        for term in principals.of("Federated") {
            if plain && !federated {
                says.add(
                    actions.at,
                    format!("`{}` is no user or role, and cannot use `sts:AssumeRole`", term.shown()),
                )
                .also(term.at, "an identity provider")
                .help("use `sts:AssumeRoleWithWebIdentity`, or `sts:AssumeRoleWithSAML` for a SAML provider");
            }
        }
        let others: Vec<&Term<'_>> = principals.of("AWS").chain(principals.of("Service")).collect();
        if let Some(term) =
            others.first().filter(|_| federated && !plain && principals.of("Federated").next().is_none())
        {
            says.add(actions.at, format!("`{}` has no token of an identity provider", term.shown()))
                .also(term.at, "no identity provider")
                .help("use `sts:AssumeRole`");
        }
    }
}
