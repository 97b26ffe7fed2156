//! Web access control lists.

use std::collections::HashMap;

use super::{DISTRIBUTION, WEB_ACL};
use crate::{
    context::{Resource, Value},
    rule::Says,
};

pub(super) fn priorities(acl: Resource<'_>, says: &mut Says) {
    for key in ["Priority", "Name"] {
        let mut seen: HashMap<String, Value<'_>> = HashMap::new();
        for rule in acl.get("Rules").items() {
            let value = rule.get(key);
            let Some(text) = value.text().map(|text| text.into_owned()) else { continue };
            if let Some(first) = seen.get(&text) {
                let what = key.to_ascii_lowercase();
                says.add(value, format!("two rules of `{}` have the {what} {text}", acl.id()))
                    .also(*first, "the first of them")
                    .help(format!("give every rule a {what} of its own"));
            } else {
                seen.insert(text, value);
            }
        }
    }
}

pub(super) fn scope(user: Resource<'_>, says: &mut Says) {
    let distribution = user.kind() == DISTRIBUTION;
    let value = match distribution {
        true => user.get("DistributionConfig").get("WebACLId"),
        false => user.get("WebACLArn"),
    };
    if let Some(acl) = value.resource().filter(|acl| acl.kind() == WEB_ACL) {
        let scope = acl.get("Scope");
        let wrong = if distribution { scope.is("REGIONAL") } else { scope.is("CLOUDFRONT") };
        if wrong {
            let message = match distribution {
                true => format!("a distribution cannot use `{}`, whose scope is REGIONAL", acl.id()),
                false => format!("`{}` has the scope CLOUDFRONT and cannot be associated", acl.id()),
            };
            says.add(value, message).also(scope, "its scope").help(match distribution {
                true => "use a web ACL of scope CLOUDFRONT, in us-east-1",
                false => "name it in `WebACLId` of a distribution, or make one of scope REGIONAL",
            });
        }
    }
    if !distribution {
        let target = user.get("ResourceArn");
        if target.resource().is_some_and(|it| it.kind() == DISTRIBUTION) {
            says.add(target, "a distribution is not associated with a web ACL in this way")
                .help("set `WebACLId` of the distribution");
        }
    }
}

pub(super) fn actions(acl: Resource<'_>, says: &mut Says) {
    for rule in acl.get("Rules").items() {
        let statement = rule.get("Statement");
        if statement.is_unknown() || statement.is_absent() {
            continue;
        }
        let group = ["ManagedRuleGroupStatement", "RuleGroupReferenceStatement"];
        let group = group.iter().any(|kind| statement.get(kind).is_set());
        let (action, over) = (rule.get("Action"), rule.get("OverrideAction"));
        let name = rule.get("Name").text().unwrap_or_default();
        if group && action.is_set() {
            says.add(action, format!("the rule `{name}` is a group of rules and has an `Action`"))
                .help("use `OverrideAction: {None: {}}`, which leaves the actions to the group");
        } else if group && over.is_absent() {
            says.add(rule, format!("the rule `{name}` is a group of rules and has no `OverrideAction`"))
                .help("set `OverrideAction: {None: {}}`, which leaves the actions to the group");
        } else if !group && over.is_set() {
            says.add(over, format!("the rule `{name}` is no group of rules and has an `OverrideAction`"))
                .help("use `Action`");
        } else if !group && action.is_absent() {
            says.add(rule, format!("the rule `{name}` has no `Action`")).help("set `Action: {Block: {}}`");
        }
    }
}
