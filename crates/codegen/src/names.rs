//! How AWS's names become Rust's: one rule, for everything.
//!
//! - A name is cut into words: at separators, before a capital that follows a small letter or a digit, and before
//!   the last capital of several if a small letter follows it. `DBInstanceARNs` is `DB`, `Instance`, `ARNs`.
//! - Methods and modules join the words in small letters by `_`, types capitalise each: an acronym is one word.
//! - A name that Rust or the generated code needs itself gets a `_` at its end (a method), or `Property` (a type).
//! - Of two that are still the same, the later one gets a number.

use std::collections::BTreeSet;

/// Words that cannot be names in Rust.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// What every resource builder has as a method already: a property of that name would hide it.
pub(crate) const OF_BUILDERS: &[&str] = &[
    "body_mut",
    "condition",
    "creation_policy",
    "deletion_policy",
    "depends_on",
    "handle",
    "into_input",
    "into_resource",
    "logical_id",
    "metadata",
    "moved_from",
    "override_attribute",
    "override_property",
    "stateful",
    "tag",
    "tagging",
    "update_policy",
    "update_replace_policy",
];

/// What every handle has as a method or a function already.
pub(crate) const OF_HANDLES: &[&str] = &["as_handle", "builder", "from_handle", "into_input"];

/// Types that the generated code names itself.
const OF_MODULES: &[&str] = &["Builder", "Complete", "Option", "Properties", "Self", "String", "Vec"];

/// Words that the rule would cut wrongly.
const WHOLE: &[&str] = &[
    "IPv4",
    "IPv6",
    "OAuth",
    "IoT",
    "GiB",
    "MiB",
    "KiB",
    "GraphQL",
    "MySQL",
    "PostgreSQL",
    "SSLv3",
    "TLSv1",
];

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut rest = part;
        while !rest.is_empty() {
            let length =
                match WHOLE.iter().find(|whole| rest.starts_with(**whole) && ends_word(&rest[whole.len()..]))
                {
                    Some(whole) => whole.len(),
                    None => word_length(rest),
                };
            words.push(rest[..length].to_owned());
            rest = &rest[length..];
        }
    }
    words
}

fn ends_word(rest: &str) -> bool {
    rest.bytes().next().is_none_or(|byte| !byte.is_ascii_lowercase() || rest == "s")
}

/// How long the first word of a text without separators is, one at least.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let upper = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_uppercase);
    let lower = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_lowercase);
    let capitals = bytes.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if capitals >= 2 {
        // The plural of an acronym: `ARNs`, `CIDRs`.
        if bytes.get(capitals) == Some(&b's') && !lower(capitals + 1) {
            return capitals + 1;
        }
        if lower(capitals) {
            return capitals - 1;
        }
    }
    let mut length = capitals.max(1);
    while length < bytes.len() && !upper(length) {
        length += 1;
    }
    length
}

/// The name of a method or a module.
pub fn snake(name: &str) -> String {
    let words = words(name);
    let mut out = String::with_capacity(name.len() + words.len());
    for word in words {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(&word.to_ascii_lowercase());
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if KEYWORDS.contains(&&*out) {
        out.push('_');
    }
    out
}

/// The name of a type.
pub fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in words(name) {
        // `10.2` and `102` are two names.
        if out.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit()) {
            out.push('_');
        }
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.push(first.to_ascii_uppercase());
            chars.for_each(|c| out.push(c.to_ascii_lowercase()));
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, 'V');
    }
    if out == "Self" {
        out.push('_');
    }
    out
}

/// The names of the methods for properties of these names, in the same order.
pub fn methods<'n>(names: impl IntoIterator<Item = &'n str>, reserved: &[&str]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let name = |name: &str| {
        let mut wanted = snake(name);
        if reserved.contains(&&*wanted) {
            wanted.push('_');
        }
        free(wanted, &mut taken)
    };
    names.into_iter().map(name).collect()
}

/// The names of the variants for values of these names, in the same order.
pub fn variants<'n>(values: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let name = |value: &str| {
        let mut wanted = pascal(value);
        if wanted.is_empty() {
            wanted = match value {
                "" => "Empty".to_owned(),
                "*" => "Any".to_owned(),
                value => value.chars().map(sign).collect(),
            };
        } else if value.starts_with('-') {
            wanted.insert_str(0, "Minus");
        }
        free(wanted, &mut taken)
    };
    values.into_iter().map(name).collect()
}

fn sign(c: char) -> &'static str {
    match c {
        '<' => "Less",
        '>' => "Greater",
        '=' => "Equal",
        '!' => "Not",
        '+' => "Plus",
        '-' => "Minus",
        '*' => "Star",
        '.' => "Dot",
        '/' => "Slash",
        ' ' => "Space",
        _ => "Sign",
    }
}

fn free(wanted: String, taken: &mut BTreeSet<String>) -> String {
    let mut name = wanted.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = if wanted.ends_with(|c: char| c.is_ascii_digit()) {
            format!("{wanted}_{number}")
        } else {
            format!("{wanted}{number}")
        };
        number += 1;
    }
    name
}

/// The names of types in one module; an object also takes the name of its builder.
#[derive(Default)]
pub(crate) struct Types {
    taken: BTreeSet<String>,
}

impl Types {
    /// The name for an object, which has a builder.
    pub(crate) fn object(&mut self, name: &str) -> String {
        self.take(&[name], |name| [name.to_owned(), format!("{name}Builder")])
    }

    /// The name for an enumeration: the first of these that is free.
    pub(crate) fn enumeration(&mut self, names: &[&str]) -> String {
        self.take(names, |name| [name.to_owned(), name.to_owned()])
    }

    fn take(&mut self, names: &[&str], needs: impl Fn(&str) -> [String; 2]) -> String {
        let mut candidates: Vec<String> = Vec::new();
        for name in names {
            let name = pascal(name);
            let reserved = OF_MODULES.contains(&&*name) || name.is_empty() || name.ends_with('_');
            candidates.push(if reserved { format!("{}Property", name.trim_end_matches('_')) } else { name });
        }
        let last = candidates.last().cloned().unwrap_or_default();
        candidates.push(format!("{last}Property"));
        let numbered = (2..).map(|number| format!("{last}{number}"));
        let free = candidates
            .into_iter()
            .chain(numbered)
            .find(|name| needs(name).iter().all(|name| !self.taken.contains(name)))
            .unwrap_or_default();
        self.taken.extend(needs(&free));
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_are_one_word() {
        let cases = [
            ("VpcId", "vpc_id", "VpcId"),
            ("DBInstanceClass", "db_instance_class", "DbInstanceClass"),
            (
                "EnableIAMDatabaseAuthentication",
                "enable_iam_database_authentication",
                "EnableIamDatabaseAuthentication",
            ),
            ("VPCSecurityGroups", "vpc_security_groups", "VpcSecurityGroups"),
            ("LoadBalancerARNs", "load_balancer_arns", "LoadBalancerArns"),
            ("IPv6CidrBlock", "ipv6_cidr_block", "Ipv6CidrBlock"),
            ("OAuthScopes", "oauth_scopes", "OauthScopes"),
            ("EC2SecurityGroupId", "ec2_security_group_id", "Ec2SecurityGroupId"),
            ("MinTTL", "min_ttl", "MinTtl"),
            ("Route53HealthCheck", "route53_health_check", "Route53HealthCheck"),
            ("deadLetterTargetArn", "dead_letter_target_arn", "DeadLetterTargetArn"),
            ("Type", "type_", "Type"),
            ("S3Bucket", "s3_bucket", "S3Bucket"),
            ("X509Certificate", "x509_certificate", "X509Certificate"),
            ("IoTAnalytics", "iot_analytics", "IotAnalytics"),
            ("VPC", "vpc", "Vpc"),
            ("URLs", "urls", "Urls"),
            ("aws:kms", "aws_kms", "AwsKms"),
        ];
        for (name, method, of_type) in cases {
            assert_eq!((snake(name).as_str(), pascal(name).as_str()), (method, of_type), "{name}");
        }
    }

    #[test]
    fn names_in_use_are_avoided() {
        assert_eq!(methods(["Condition", "Tags", "tags"], OF_BUILDERS), ["condition_", "tags", "tags2"]);
        let mut types = Types::default();
        assert_eq!(types.object("Rule"), "Rule");
        assert_eq!(types.object("Option"), "OptionProperty");
        assert_eq!(types.enumeration(&["RuleBuilder", "PortRuleBuilder"]), "PortRuleBuilder");
        assert_eq!(types.enumeration(&["Rule"]), "RuleProperty");
        assert_eq!(types.enumeration(&["Rule"]), "Rule2");
    }

    #[test]
    fn values_become_variants() {
        let values =
            ["STANDARD_IA", "perQueue", "TLSv1.2_2021", "1.2", "12", "-1", "*", "", "Other", "http", "HTTP"];
        let expected = [
            "StandardIa",
            "PerQueue",
            "Tlsv1_2_2021",
            "V1_2",
            "V12",
            "MinusV1",
            "Any",
            "Empty",
            "Other",
            "Http",
            "Http2",
        ];
        assert_eq!(variants(values), expected);
    }
}
