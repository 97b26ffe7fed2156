//! Values that Secrets Manager makes.

use formwork_aws::secretsmanager::secret::{GenerateSecretString, GenerateSecretStringBuilder};
use formwork_core::{Expr, Finding, Output, Part, Scope};

use crate::{
    place::{Said, report},
    value::text,
};

/// A secret whose value Secrets Manager makes.
pub struct Generated {
    pub(super) length: Option<Said<u16>>,
    pub(super) punctuation: bool,
    pub(super) without: Option<Said<String>>,
    /// The object that it stands in.
    pub(super) within: Option<Said<Object>>,
    /// Where another such object was asked for.
    pub(super) again: Option<Said<()>>,
}

/// A JSON object with a generated value.
pub(super) struct Object {
    pub(super) beside: Vec<(String, Output<String>)>,
    /// Where the generated value is.
    pub(super) key: String,
}

impl Generated {
    pub(super) fn new() -> Self {
        Self { length: None, punctuation: false, without: None, within: None, again: None }
    }

    /// The keys that the value has.
    pub(super) fn keys(&self) -> Vec<String> {
        let Some(Said { value: Object { beside, key }, .. }) = &self.within else { return Vec::new() };
        beside.iter().map(|(known, _)| known).chain([key]).cloned().collect()
    }

    /// Reports what is wrong, and says how the value is made.
    // docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
    #[track_caller]
    pub(super) fn rule(&self, scope: &Scope<'_>) -> GenerateSecretStringBuilder {
        let wrong = |code, message: String, help: &str, at| {
            report(scope, Finding::error(code, message).help(help), at);
        };
        let length = self.length.map_or(40, |said| said.value);
        if let Some(said) = self.length.filter(|said| !(8..=4096).contains(&said.value)) {
            let message = format!("a generated value has {} characters", said.value);
            wrong("FW3175", message, "8 to 4096 are possible; fewer than 8 are guessed in no time", said.at);
        }
        let generated = GenerateSecretString::builder()
            .password_length(i64::from(length))
            .exclude_punctuation(!self.punctuation);
        let generated = match &self.without {
            Some(said) => generated.exclude_characters(said.value.clone()),
            None => generated,
        };
        let Some(Said { value: Object { beside, key: own }, at }) = &self.within else { return generated };
        if let Some(again) = self.again {
            let help = "make another secret for the other one";
            wrong("FW3177", "a secret has one generated value".to_owned(), help, again.at);
        }
        let mut known: Vec<&str> = vec![own];
        for (key, _) in beside {
            if known.contains(&key.as_str()) {
                wrong(
                    "FW3177",
                    format!("there are two values under `{key}`"),
                    "each has a key of its own",
                    *at,
                );
            }
            known.push(key);
        }
        if known.iter().any(|key| key.is_empty()) {
            let help = "each key has a name, such as `password`";
            wrong("FW3177", "there is a value under an empty key".to_owned(), help, *at);
        }
        generated.secret_string_template(object(beside)).generate_string_key(own.clone())
    }
}

/// What stands beside the generated value, as JSON. Quotes in what is known at deployment only would end its text.
fn object(beside: &[(String, Output<String>)]) -> Output<String> {
    let mut parts = Vec::new();
    let mut written = "{".to_owned();
    for (index, (key, value)) in beside.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        written.push_str(&format!("{comma}\"{}\":\"", escaped(key)));
        match value.expr().plain() {
            Expr::Text(value) => written.push_str(&escaped(value)),
            value => {
                parts.push(Part::Text(std::mem::take(&mut written).into()));
                match value {
                    Expr::Interpolation(inner) => parts.extend(inner.iter().cloned()),
                    value => parts.push(Part::Value(value.clone())),
                }
            }
        }
        written.push('"');
    }
    written.push('}');
    if parts.is_empty() {
        return text(written);
    }
    parts.push(Part::Text(written.into()));
    Output::new(Expr::Interpolation(parts))
}

/// As it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c < ' ' => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
