//! Domain names: their form, and which zone they lie in.

use formwork_core::{Finding, Scope};

use crate::{
    place::{Said, report},
    words::pascal,
};

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Zone,
    Record,
    Certificate,
}

/// A name as names are compared: lower case, without a dot at the end.
pub(super) fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Whether a plain name is a zone's or lies below it.
pub(super) fn lies_in(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The name without the wildcard before it: what a certificate for the two is validated by.
pub(super) fn base(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

/// A name as a part of logical ids: `AnyShopExampleCom` of `*.shop.example.com`.
pub(super) fn words(name: &str) -> String {
    pascal(&plain(name).replace('*', ".any."))
}

/// Says what is wrong with the form of a name, if anything; whether nothing is.
pub(super) fn judge(scope: &Scope<'_>, name: &Said<&str>, of: Of) -> bool {
    let Some(wrong) = wrong(name.value, of) else { return true };
    let finding = Finding::error("FW3180", format!("`{}` is no domain name: {wrong}", name.value)).help(
        "write it in full and by itself: `shop.example.com`; other letters than `a` to `z` in Punycode: `xn--..`",
    );
    report(scope, finding, name.at);
    false
}

/// Whether a name has the form.
pub(super) fn is_right(name: &str, of: Of) -> bool {
    wrong(name, of).is_none()
}

/// What is wrong with the form of a name, if anything.
// docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
// docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
fn wrong(name: &str, of: Of) -> Option<String> {
    let written = match of {
        // The name in a certificate has no dot at its end.
        Of::Certificate => name,
        Of::Zone | Of::Record => name.strip_suffix('.').unwrap_or(name),
    };
    if written.is_empty() {
        return Some("it is empty".to_owned());
    }
    if written.len() > 253 {
        return Some(format!("it has {} characters, and 253 are possible", written.len()));
    }
    let rest = if of == Of::Zone { written } else { base(written) };
    if rest.contains('*') {
        return Some(match of {
            Of::Zone => "a zone has no wildcard".to_owned(),
            Of::Record | Of::Certificate => "`*` can only be the whole first part".to_owned(),
        });
    }
    let taken = |c: char| c.is_ascii_alphanumeric() || c == '-' || (c == '_' && of != Of::Certificate);
    let mut parts = 0;
    for part in rest.split('.') {
        parts += 1;
        if let Some(other) = part.chars().find(|c| !taken(*c)) {
            return Some(format!("it has {other:?} in it"));
        }
        if part.is_empty() {
            return Some("there is nothing before, after or between its dots".to_owned());
        }
        if part.len() > 63 {
            return Some(format!("a part of it has {} characters, and 63 are possible", part.len()));
        }
        if part.starts_with('-') || part.ends_with('-') {
            return Some("a part of it begins or ends with `-`".to_owned());
        }
    }
    (of == Of::Certificate && parts < 2).then(|| "it has one part, and nobody could own it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (name, of) in [
            ("example.com", Of::Zone),
            ("internal", Of::Zone),
            ("example.com.", Of::Record),
            ("_dmarc.example.com", Of::Record),
            ("*.example.com", Of::Record),
            ("*.Shop.Example.com", Of::Certificate),
            ("xn--bcher-kva.example", Of::Certificate),
        ] {
            assert_eq!(wrong(name, of), None, "{name}");
        }
        for (name, of) in [
            ("", Of::Zone),
            (".", Of::Record),
            ("*.example.com", Of::Zone),
            ("shop.*.example.com", Of::Record),
            ("a*.example.com", Of::Certificate),
            ("https://example.com", Of::Record),
            ("bücher.example", Of::Certificate),
            ("example..com", Of::Zone),
            ("-a.example.com", Of::Record),
            ("_a.example.com", Of::Certificate),
            ("example.com.", Of::Certificate),
            ("*.com", Of::Certificate),
            ("localhost", Of::Certificate),
        ] {
            assert!(wrong(name, of).is_some(), "{name}");
        }
        assert!(wrong(&"a".repeat(64), Of::Zone).is_some() && wrong(&"a.".repeat(127), Of::Record).is_none());
        assert!(wrong(&"a.".repeat(128), Of::Record).is_some());
    }

    #[test]
    fn where_names_lie() {
        assert!(lies_in("a.example.com", "example.com") && lies_in("example.com", "example.com"));
        assert!(!lies_in("an-example.com", "example.com") && !lies_in("example.com", "a.example.com"));
        assert_eq!(words("*.my-shop.example.com."), "AnyMyShopExampleCom");
        assert_eq!(words("_dmarc.Example.com"), "DmarcExampleCom");
    }
}
