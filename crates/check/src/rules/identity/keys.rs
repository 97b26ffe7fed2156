//! Keys of KMS.

use crate::{
    context::{Resource, Value},
    rule::Says,
};

/// Whether a pattern with asterisks covers an action.
fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => pattern == action,
        // More than one asterisk may cover it; this is about what certainly does not.
        Some((beginning, _)) => action.starts_with(beginning),
    }
}

/// Whether a statement allows somebody to change the policy; yes, where that is not known.
fn may_allow(statement: &Value<'_>) -> bool {
    if statement.get("Effect").is("Deny") {
        return false;
    }
    if statement.get("NotAction").is_set() {
        return true;
    }
    let actions = statement.get("Action");
    actions.is_unknown()
        || actions.one_or_more().iter().any(|action| match action.text() {
            Some(pattern) => covers(&pattern, "kms:PutKeyPolicy"),
            None => true,
        })
}

pub(super) fn administered(key: Resource<'_>, says: &mut Says) {
    let policy = key.get("KeyPolicy");
    let statements = policy.get("Statement");
    let waived = key.get("BypassPolicyLockoutSafetyCheck");
    let waived = waived.is_set() && waived.boolean() != Some(false);
    if policy.is_absent()
        || policy.is_unknown()
        || statements.is_unknown()
        || statements.is_absent()
        || waived
    {
        return;
    }
    let all = statements.one_or_more();
    if !all.iter().any(may_allow) {
        says.add(policy, format!("nobody may change the policy of the key `{}`", key.id()))
            .note("KMS refuses a policy that locks everybody out")
            .help("allow kms:* to the account: `arn:aws:iam::<account>:root`");
    }
}

pub(super) fn usage(resource: Resource<'_>, says: &mut Says) {
    if resource.kind() == "AWS::KMS::Alias" {
        let name = resource.get("AliasName");
        if let Some(text) = name.text().filter(|text| text.starts_with("alias/aws/")) {
            says.add(name, format!("`{text}` begins like the aliases of AWS"))
                .help("leave `aws/` out; those names are AWS's own");
        }
        return;
    }
    let (spec, usage, rotation) =
        (resource.get("KeySpec"), resource.get("KeyUsage"), resource.get("EnableKeyRotation"));
    let Some(kind) = spec.text() else { return };
    if kind != "SYMMETRIC_DEFAULT" && rotation.boolean() == Some(true) {
        says.add(rotation, format!("keys of kind {kind} are not rotated"))
            .also(spec, "the kind")
            .help("remove it; make a new key and move the alias instead");
    }
    let allowed: &[&str] = match &*kind {
        "SYMMETRIC_DEFAULT" => &["ENCRYPT_DECRYPT"],
        hmac if hmac.starts_with("HMAC_") => &["GENERATE_VERIFY_MAC"],
        rsa if rsa.starts_with("RSA_") => &["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
        "ECC_SECG_P256K1" | "ECC_NIST_EDWARDS25519" => &["SIGN_VERIFY"],
        ecc if ecc.starts_with("ECC_NIST_") => &["SIGN_VERIFY", "KEY_AGREEMENT"],
        dsa if dsa.starts_with("ML_DSA_") => &["SIGN_VERIFY"],
        _ => return,
    };
    let used = if usage.is_absent() { Some("ENCRYPT_DECRYPT".into()) } else { usage.text() };
    if let Some(used) = used.filter(|used| !allowed.contains(&&**used)) {
        let place = if usage.is_set() { usage } else { spec };
        says.add(place, format!("a key of kind {kind} is not for {used}"))
            .help(format!("set `KeyUsage: {}`", allowed.join("` or `KeyUsage: ")));
    }
}
