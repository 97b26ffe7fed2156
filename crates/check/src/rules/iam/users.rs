//! Users, their keys, and policies that nobody has.

use crate::{context::Resource, rule::Says};

/// A user with policies of its own.
pub(super) fn policies(user: Resource<'_>, says: &mut Says) {
    for property in ["Policies", "ManagedPolicyArns"] {
        let policies = user.get(property);
        if !policies.items().is_empty() {
            says.add(policies, format!("permissions are given to the user `{}` itself", user.id()))
                .help("attach them to a group, or better to a role that people assume");
        }
    }
}

pub(super) fn access_key(key: Resource<'_>, says: &mut Says) {
    says.add(key, format!("`{}` is a key that does not expire", key.id()))
        .note("whoever may read the stack's outputs or where the secret is kept can use it")
        .help("let programs assume a role; outside of AWS, with IAM Roles Anywhere or an OIDC provider");
}

pub(super) fn attached(policy: Resource<'_>, says: &mut Says) {
    let lists = ["Roles", "Users", "Groups"].map(|list| policy.get(list));
    let none = |list: &crate::context::Value<'_>| {
        list.is_absent()
            || matches!(list.resolve(), crate::context::Resolved::List(it) if it.items().is_empty())
    };
    if lists.iter().all(none) {
        says.add(policy, format!("the inline policy `{}` belongs to nobody", policy.id()))
            .help("give it `Roles`, `Users` or `Groups`, or make it an `AWS::IAM::ManagedPolicy`");
    }
}
