//! Secrets that a template shows.

use super::walk::{Section, Spot, Walk};
use crate::{
    context::{Resource, Value},
    document::{Content, NodeId},
    json::shortened,
    rule::Says,
};

pub(super) const WITH_ENVIRONMENT: &[&str] =
    &["AWS::CodeBuild::Project", "AWS::ECS::TaskDefinition", "AWS::Lambda::Function", "AWS::SSM::Parameter"];

/// What the name of a secret variable contains.
const WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
];

/// How the name of a secret variable ends: `DBPASS`, `DB_PWD`.
const ENDINGS: &[&str] = &["PASS", "_PWD", "DBPWD"];

/// Words that end so as well.
const NO_ENDINGS: &[&str] = &["BYPASS", "COMPASS"];

/// How the name of a variable ends that only says where a secret is, or something else about it.
const ABOUT: &[&str] = &[
    "ARN",
    "NAME",
    "ID",
    "PATH",
    "URL",
    "URI",
    "FILE",
    "PARAMETER",
    "PARAM",
    "TTL",
    "EXPIRY",
    "EXPIRATION",
    "LENGTH",
    "ENDPOINT",
    "REGION",
    "TYPE",
    "VERSION",
    "ENABLED",
    "TIMEOUT",
    "SSM",
    "HEADER",
    "ISSUER",
    "AUDIENCE",
    "POLICY",
    "ROTATION",
    "MANAGER",
    "PREFIX",
    "TABLE",
    "USE",
    "ALGORITHM",
    "LIFETIME",
    "SECONDS",
    "KEY_ALIAS",
];

fn is_secret(spot: Spot<'_>) -> bool {
    formwork_facts::is_secret(spot.kind, spot.key)
}

impl<'t> Walk<'t, '_> {
    /// Text in a property for secrets.
    pub(super) fn secret_in_clear(&mut self, node: NodeId, text: &str, spot: Spot<'t>) {
        let harmless = text.is_empty()
            || text == "{}"
            || text.contains("{{resolve:")
            || text.starts_with("arn:")
            || ["true", "false"].contains(&text.to_ascii_lowercase().as_str());
        if spot.section == Section::Resources && is_secret(spot) && !harmless {
            self.speaker
                .say("FW1171", node, format!("`{}` stands in the template in the clear", shortened(spot.key)))
                .help("keep it in Secrets Manager, and use `{{resolve:secretsmanager:..}}`");
        }
    }

    /// A function in a property for secrets: one of nothing but text shows that text.
    pub(super) fn secret_in_function(&mut self, node: NodeId, name: &str, argument: NodeId, spot: Spot<'t>) {
        if !spot.value || spot.computed || spot.section != Section::Resources || !is_secret(spot) {
            return;
        }
        let names = self.names;
        let items = names.items(argument);
        let text = match name {
            "Fn::Sub" => {
                let text = items.first().copied().unwrap_or(argument);
                let Some(text) = names.text(text) else { return };
                match super::calls::variables(text).is_empty() {
                    true => text.to_owned(),
                    // Of a document, the part that says so counts.
                    false => match password_within(text) {
                        Some(text) => text.to_owned(),
                        None => return,
                    },
                }
            }
            "Fn::Join" => {
                let [separator, list] = items.as_slice() else { return };
                let Some(separator) = names.text(*separator) else { return };
                let parts = names.items(*list);
                let texts: Vec<&str> = parts.iter().filter_map(|part| names.text(*part)).collect();
                if texts.len() != parts.len() {
                    return;
                }
                texts.join(separator)
            }
            _ => return,
        };
        self.secret_in_clear(node, &text, spot);
    }

    /// A parameter in a property for secrets.
    pub(super) fn secret_parameter(&mut self, name: &'t str, parameter: NodeId, at: NodeId, spot: Spot<'t>) {
        let names = self.names;
        if spot.section != Section::Resources
            || !spot.value
            || !is_secret(spot)
            || names.hidden.contains(name)
        {
            return;
        }
        // A parameter that names one in Parameter Store holds a name, and what can be chosen is no secret.
        let kind = names.get(parameter, "Type").and_then(|kind| names.text(kind));
        let chosen = names.get(parameter, "AllowedValues").is_some();
        if kind == Some("String") && !spot.computed && !chosen {
            let message =
                format!("the parameter `{name}` fills `{}`, and is shown to everybody", shortened(spot.key));
            let place = self.speaker.place(parameter);
            self.speaker
                .say("FW1172", at, message)
                .also(place, "the parameter")
                .help("add `NoEcho: true` to the parameter, or use Secrets Manager");
        }
    }

    /// Defaults of parameters with secrets.
    pub(super) fn parameters_with_secrets(&mut self) {
        let names = self.names;
        for (name, node) in names.template.section("Parameters") {
            let default = names.get(node, "Default").filter(|_| names.hidden.contains(name));
            let Some(default) = default else { continue };
            let shown = match names.content(default) {
                Content::Text(text) => !text.is_empty() && !text.contains("{{resolve:"),
                Content::Number(_) => true,
                _ => false,
            };
            if shown {
                self.speaker
                    .say(
                        "FW1173",
                        default,
                        format!("the template shows the default of `{name}`, in spite of `NoEcho`"),
                    )
                    .help("leave the default out");
            }
        }
    }

    /// An access key or a private key, wherever it stands.
    pub(super) fn key_in_clear(&mut self, node: NodeId, text: &str) {
        const BEGINNINGS: &[&str] = &[
            "-----BEGIN RSA PRIVATE",
            "-----BEGIN PRIVATE",
            "-----BEGIN EC PRIVATE",
            "-----BEGIN OPENSSH PRIVATE",
        ];
        let private = BEGINNINGS.iter().any(|beginning| text.contains(beginning));
        let what = if private {
            Some("a private key")
        } else if access_key(text).is_some() {
            Some("an access key")
        } else if has_token(text) {
            Some("a token")
        } else if has_password(text) {
            Some("an address with a password")
        } else {
            None
        };
        if let Some(what) = what {
            self.speaker
                .say("FW1176", node, format!("there is {what} in the template"))
                .help("withdraw it, and give the code a role or a secret to read");
        }
    }
}

/// The id of an access key in a text; those of AWS's documentation do not count.
fn access_key(text: &str) -> Option<&str> {
    let id = |start: usize| {
        let candidate = text.get(start..start + 20)?;
        let letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let bytes = text.as_bytes();
        let alone = !letter(bytes.get(start + 20).copied())
            && !letter(start.checked_sub(1).and_then(|at| bytes.get(at).copied()));
        let upper = candidate.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let digits = candidate.bytes().any(|byte| byte.is_ascii_digit());
        (alone && upper && digits && !candidate.contains("EXAMPLE")).then_some(candidate)
    };
    ["AKIA", "ASIA"].iter().find_map(|prefix| text.match_indices(prefix).find_map(|(start, _)| id(start)))
}

/// Whether there is a token in a text: they begin with what tells whose they are.
fn has_token(text: &str) -> bool {
    /// Beginnings, and how many letters, digits and hyphens follow at least.
    const TOKENS: &[(&str, usize)] = &[
        ("ghp_", 36),
        ("gho_", 36),
        ("ghs_", 36),
        ("ghu_", 36),
        ("github_pat_", 40),
        ("glpat-", 20),
        ("rk_live_", 16),
        ("sk_live_", 16),
        ("xoxb-", 20),
        ("xoxp-", 20),
    ];
    TOKENS.iter().any(|(beginning, least)| {
        text.match_indices(beginning).any(|(start, _)| {
            let before = text.get(..start).and_then(|before| before.chars().next_back());
            let rest = text.get(start + beginning.len()..).unwrap_or_default();
            let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'-' | b'_');
            let token = rest.bytes().take_while(|byte| fits(byte)).count();
            let token = rest.get(..token).unwrap_or_default();
            // What only stands for one repeats a letter.
            let varied = token.bytes().collect::<std::collections::HashSet<u8>>().len() > 4;
            before.is_none_or(|before| !before.is_alphanumeric())
                && token.len() >= *least
                && varied
                && !token.to_ascii_uppercase().contains("EXAMPLE")
        })
    })
}

/// Whether there is an address with a password in a text: `postgres://user:password@host`.
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(start, _)| {
        let scheme = text.as_bytes().get(start.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric);
        let rest = text.get(start + 3..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'`\\<>|,;".contains(c));
        let Some((owner, host)) = rest.get(..end.unwrap_or(rest.len())).and_then(|it| it.rsplit_once('@'))
        else {
            return false;
        };
        let Some((user, password)) = owner.split_once(':') else { return false };
        let plain = |text: &str| !text.contains(['$', '{', '}', '*', '%', '[', ']', '(', ')']);
        // What only says where the password belongs.
        let says_so = ["pass", "password", "passwd", "pwd", "secret", "token", "xxx", "xxxx", "..."];
        let host = host.starts_with(|c: char| c.is_alphanumeric() || "$[{".contains(c));
        scheme
            && host
            && !password.is_empty()
            && plain(password)
            && !user.contains(['<', '*'])
            && !says_so.contains(&password.to_ascii_lowercase().as_str())
    })
}

/// The value of `"password"` in a text that is a JSON document, where it is written out.
fn password_within(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("\"password\"")?;
    let rest = text.get(start + "\"password\"".len()..)?.trim_start().strip_prefix(':')?;
    let value = rest.trim_start().strip_prefix('"')?;
    let value = value.get(..value.find('"')?)?;
    (!value.is_empty() && !value.contains("${") && !value.contains("{{resolve:")).then_some(value)
}

/// Text that is written out: also by a function of nothing but text.
fn written(value: Value<'_>) -> Option<String> {
    match value.content() {
        Content::Text(text) => return Some(text.to_owned()),
        Content::Map(_) => {}
        _ => return None,
    }
    let (name, argument) = value.function()?;
    let items = |value: Value<'_>| match value.content() {
        Content::List(list) => {
            let items: Vec<NodeId> = list.iter().collect();
            items
        }
        _ => Vec::new(),
    };
    let text = |node: NodeId| match value.context.value(value.template, node).content() {
        Content::Text(text) => Some(text),
        _ => None,
    };
    let parts = items(argument);
    match name {
        "Fn::Sub" => {
            let text = match argument.content() {
                Content::Text(text) => text,
                _ => text(*parts.first()?)?,
            };
            super::calls::variables(text).is_empty().then(|| text.to_owned())
        }
        "Fn::Join" => {
            let [separator, list] = parts.as_slice() else { return None };
            let list = items(value.context.value(value.template, *list));
            let texts: Option<Vec<&str>> = list.into_iter().map(text).collect();
            Some(texts?.join(text(*separator)?))
        }
        _ => None,
    }
}

/// Environment variables with secrets in them.
pub(super) fn environment(resource: Resource<'_>, says: &mut Says) {
    match resource.kind() {
        "AWS::Lambda::Function" => {
            for (name, value) in resource.get("Environment").get("Variables").entries() {
                variable(name, value, says);
            }
        }
        "AWS::CodeBuild::Project" => {
            for pair in resource.get("Environment").get("EnvironmentVariables").items() {
                let kind = pair.get("Type");
                if let Some(name) = pair.get("Name").text()
                    && (kind.is_absent() || kind.is("PLAINTEXT"))
                {
                    variable(&name, pair.get("Value"), says);
                }
            }
        }
        "AWS::SSM::Parameter" => {
            let name = resource.get("Name");
            let known = match (name.text(), name.pieces().last()) {
                (Some(name), _) => name.into_owned(),
                (None, Some(crate::context::Piece::Text(end))) => end.clone().into_owned(),
                _ => resource.id().to_owned(),
            };
            let last = known.rsplit(['/', '.']).next().unwrap_or_default();
            parameter(last, resource.get("Value"), says);
        }
        _ => {
            for container in resource.get("ContainerDefinitions").items() {
                for pair in container.get("Environment").items() {
                    if let Some(name) = pair.get("Name").text() {
                        variable(&name, pair.get("Value"), says);
                    }
                }
            }
        }
    }
}

/// Whether the name of a variable says that it holds something secret.
fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| upper.ends_with(ending));
    let named = WORDS.iter().any(|word| upper.contains(word)) || (ends(ENDINGS) && !ends(NO_ENDINGS));
    named && !ends(ABOUT)
}

/// Whether a text may be a secret.
fn may_be_secret(text: &str) -> bool {
    text.chars().count() >= 4
        && !text.contains("{{resolve:")
        && !text.starts_with("arn:")
        && !text.starts_with('/')
        && !text.contains("://")
        && !text.chars().all(|c| c.is_ascii_digit())
        && !["true", "false", "none", "null"].contains(&text.to_ascii_lowercase().as_str())
}

/// A parameter of Parameter Store whose name ends in what it holds.
fn parameter(name: &str, value: Value<'_>, says: &mut Says) {
    let upper = name.to_ascii_uppercase();
    let ends = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "API-KEY", "PRIVATE_KEY"];
    if ends.iter().any(|ending| upper.ends_with(ending))
        && written(value).is_some_and(|text| may_be_secret(&text))
    {
        says.add(value, format!("the parameter `{}` stands in the template in the clear", shortened(name)))
            .help("keep it in Secrets Manager, or write a `SecureString` by other means than a template");
    }
}

fn variable(name: &str, value: Value<'_>, says: &mut Says) {
    let Some(text) = written(value) else { return };
    let plain = text.contains("{{resolve:secretsmanager") || text.contains("{{resolve:ssm-secure");
    let literal = may_be_secret(&text);
    if !is_secret_name(name) {
        return;
    }
    if literal || plain {
        let how = if plain {
            "is put into the configuration in the clear"
        } else {
            "stands in the template in the clear"
        };
        says.add(value, format!("the variable `{}` {how}", shortened(name)))
            .help("pass on the ARN of a secret, or use `Secrets` of the container");
    }
}
