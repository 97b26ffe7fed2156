//! What is granted beyond need.

use formwork_core::Severity;
use formwork_facts::iam::{self, Access};

use crate::{context::Resource, rule::Says};

use super::{
    places::Form,
    read::{Policy, Services, Statement},
};

/// Types that managed policies are attached to.
pub(super) const HOLDERS: &[&str] =
    &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::SSO::PermissionSet"];

/// What an identity is allowed, on all resources and without conditions.
fn wide<'p, 'a>(policy: &'p Policy<'a>) -> impl Iterator<Item = &'p Statement<'a>> {
    policy.statements.iter().filter(|statement| {
        policy.form == Form::Identity
            && statement.allows()
            && statement.on_everything()
            && !statement.is_conditional()
    })
}

fn is_everything(action: &str) -> bool {
    action == "*" || action == "*:*"
}

pub(super) fn administrators(policy: &Policy<'_>, says: &mut Says) {
    for statement in wide(policy) {
        for (action, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            if is_everything(action) {
                says.add(at, format!("`{}` grants everything on everything", policy.owner.id()))
                    .label("all actions on all resources")
                    .help("name the actions that are needed, and the ARNs that they are needed for");
            }
        }
    }
}

pub(super) fn whole_services(policy: &Policy<'_>, says: &mut Says) {
    for statement in wide(policy) {
        for (action, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            if let Some((service, "*")) = action.split_once(':').filter(|(service, _)| *service != "*") {
                let own = iam::service(service).is_some();
                let message = format!("`{}` grants all of `{service}` on all resources", policy.owner.id());
                if own {
                    says.add(at, message)
                        .help(format!("name the actions that are needed: `{service}:Get..`, and the ARNs"));
                }
            }
        }
    }
}

pub(super) fn writes(policy: &Policy<'_>, says: &mut Says) {
    let mut services = Services::default();
    for statement in wide(policy) {
        let (mut permissions, mut writes) = (Vec::new(), Vec::new());
        for (text, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            // What begins with a wildcard is told above; `iam:PassRole` has a code of its own.
            let Some((prefix, name)) = text.split_once(':').filter(|(_, name)| *name != "*") else {
                continue;
            };
            // Decryption as well.
            if decrypts(text).is_some() {
                continue;
            }
            let Some(service) = services.of(prefix) else { continue };
            let mut most = None;
            let one = [service.action(name)];
            let many = if name.contains(['*', '?']) { service.actions() } else { &[] };
            let like = many.iter().copied().filter(|action| iam::like(name, action.name()));
            for action in one.into_iter().flatten().chain(like) {
                if action.acts_on().next().is_some() && !action.name().eq_ignore_ascii_case("PassRole") {
                    most = most.max(
                        action
                            .access()
                            .filter(|access| matches!(access, Access::Write | Access::Permissions)),
                    );
                }
            }
            match most {
                Some(Access::Permissions) => permissions.push((text, at)),
                Some(_) => writes.push((text, at)),
                None => {}
            }
        }
        let owner = policy.owner.id();
        for (list, what, severity) in
            [(permissions, "change permissions of", Severity::Warning), (writes, "change", Severity::Note)]
        {
            let Some((first, at)) = list.first() else { continue };
            let more = match list.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            says.add(
                *at,
                format!("`{first}`{more} can {what} all resources, where `{owner}` could name some"),
            )
            .severity(severity)
            .also(statement.resources.as_ref().map_or(statement.at, |it| it.at), "all resources")
            .help("name the ARNs that it is needed for");
        }
    }
}

/// `NotAction`, `NotResource` and `NotPrincipal` where something is allowed.
pub(super) fn all_but(policy: &Policy<'_>, says: &mut Says) {
    if policy.form == Form::Boundary || policy.owner.kind() == "AWS::EC2::VPCEndpoint" {
        return;
    }
    for statement in policy.statements.iter().filter(|statement| statement.allows()) {
        let principals = statement.not_principals.as_ref();
        if let Some(actions) = &statement.not_actions {
            says.add(
                actions.at,
                "`NotAction` with `Allow` grants all other actions, of all services, also of those to come",
            )
            .help("name what is allowed with `Action`, or deny the rest with `Effect: Deny`");
        }
        if let Some(resources) = &statement.not_resources {
            says.add(
                resources.at,
                "`NotResource` with `Allow` grants the actions on all other resources, also on those to come",
            )
            .help("name what is allowed with `Resource`, or deny the rest with `Effect: Deny`");
        }
        if let Some(principals) = principals {
            says.add(
                principals.at,
                "`NotPrincipal` with `Allow` grants the actions to everybody else, without an account too",
            )
            .help("name who is allowed with `Principal`");
        }
    }
}

/// What an entry that is about keys allows of decryption; all of everything, and all of the service, have codes of
/// their own.
fn decrypts(action: &str) -> Option<&'static str> {
    let kms = action.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("kms:"));
    let known = ["kms:Decrypt", "kms:ReEncryptFrom"];
    known.into_iter().find(|known| kms && action != "kms:*" && iam::like(action, known))
}

/// Decryption with all keys.
pub(super) fn decryption(policy: &Policy<'_>, says: &mut Says) {
    let statements = policy.statements.iter().filter(|statement| {
        policy.form == Form::Identity && statement.allows() && !statement.is_conditional()
    });
    for statement in statements {
        let Some(resources) = &statement.resources else { continue };
        let all_keys = |text: &str| {
            text == "*" || (text.starts_with("arn:aws") && text.contains(":kms:") && text.ends_with(":key/*"))
        };
        if !resources.texts().any(|(text, _)| all_keys(text)) {
            continue;
        }
        for (action, at) in statement.actions.iter().flat_map(|actions| actions.texts()) {
            if let Some(found) = decrypts(action) {
                says.add(
                    at,
                    format!("`{}` may use `{found}` with all keys of the account", policy.owner.id()),
                )
                .also(resources.at, "all keys")
                .help("name the ARNs of the keys, or test `kms:ViaService` in a condition");
            }
        }
    }
}

/// Managed policies of AWS that grant nearly everything.
pub(super) fn managed(holder: Resource<'_>, says: &mut Says) {
    let property =
        if holder.kind() == "AWS::SSO::PermissionSet" { "ManagedPolicies" } else { "ManagedPolicyArns" };
    for arn in holder.get(property).items() {
        let pieces = arn.pieces();
        let Some(crate::context::Piece::Text(end)) = pieces.last() else { continue };
        let Some((before, name)) = end.rsplit_once('/') else { continue };
        if !before.contains(":policy") || !before.ends_with("policy") && !before.ends_with("job-function") {
            continue;
        }
        // Policies of AWS have `aws` for an account.
        if !before.contains("iam::aws:") {
            continue;
        }
        let (what, severity) = match name {
            "AdministratorAccess" => ("everything", Severity::Warning),
            "PowerUserAccess" => ("everything but identities", Severity::Warning),
            "IAMFullAccess" => ("everything in IAM, and so whatever it wants", Severity::Warning),
            name if name.ends_with("FullAccess") => ("all of a service", Severity::Note),
            _ => continue,
        };
        says.add(arn, format!("the managed policy `{name}` lets `{}` do {what}", holder.id()))
            .severity(severity)
            .help("write a policy that names the actions and resources that are needed");
    }
}
