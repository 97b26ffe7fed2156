//! Secrets that a template shows.

use super::walk::{Section, Spot, Walk};
use crate::{
    context::{Resource, Value},
    document::{Content, NodeId},
    json::shortened,
    rule::Says,
};

/// The ends of names of properties that hold something secret.
const SECRETS: &[&str] = &[
    "AccessToken",
    "ApiKeyValue",
    "ApiSecretKey",
    "AuthToken",
    "ClientSecret",
    "HECToken",
    "OAuthToken",
    "OauthToken",
    "Passphrase",
    "Password",
    "PreSharedKey",
    "PrivateKey",
    "RefreshToken",
    "SasToken",
    "SecretAccessKey",
    "SecretKey",
    "SecretString",
    "SecretToken",
];

/// Properties that end so and hold no secret.
const NO_SECRETS: &[(&str, &str)] = &[
    ("AWS::AppMesh::VirtualGateway", "PrivateKey"),
    ("AWS::AppMesh::VirtualNode", "PrivateKey"),
    ("AWS::IAM::SAMLProvider", "RemovePrivateKey"),
];

pub(super) const WITH_ENVIRONMENT: &[&str] = &["AWS::ECS::TaskDefinition", "AWS::Lambda::Function"];

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
    let listed = |(kind, key): &(&str, &str)| *kind == spot.kind && *key == spot.key;
    SECRETS.iter().any(|ending| spot.key.ends_with(ending)) && !NO_SECRETS.iter().any(listed)
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

    /// A parameter in a property for secrets.
    pub(super) fn secret_parameter(&mut self, name: &'t str, parameter: NodeId, spot: Spot<'t>) {
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
        if kind == Some("String") && !spot.computed && !chosen && self.shown.insert(name) {
            let message =
                format!("the parameter `{name}` fills `{}`, and is shown to everybody", shortened(spot.key));
            self.speaker.say("FW1172", parameter, message).help("add `NoEcho: true`, or use Secrets Manager");
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
        if private || access_key(text).is_some() {
            let what = if private { "a private key" } else { "an access key" };
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

/// Environment variables with secrets in them.
pub(super) fn environment(resource: Resource<'_>, says: &mut Says) {
    match resource.kind() {
        "AWS::Lambda::Function" => {
            for (name, value) in resource.get("Environment").get("Variables").entries() {
                variable(name, value, says);
            }
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

fn variable(name: &str, value: Value<'_>, says: &mut Says) {
    let upper = name.to_ascii_uppercase();
    let Content::Text(text) = value.content() else { return };
    let plain = text.contains("{{resolve:secretsmanager") || text.contains("{{resolve:ssm-secure");
    let literal = text.chars().count() >= 4
        && !text.contains("{{resolve:")
        && !text.starts_with("arn:")
        && !text.starts_with('/')
        && !text.contains("://")
        && !text.chars().all(|c| c.is_ascii_digit())
        && !["true", "false", "none", "null"].contains(&text.to_ascii_lowercase().as_str());
    if !WORDS.iter().any(|word| upper.contains(word)) || ABOUT.iter().any(|ending| upper.ends_with(ending)) {
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
