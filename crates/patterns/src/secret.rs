//! Secrets as settings: by reference, never by value.

use std::rc::Rc;

use formwork_aws::{
    kms,
    policy::{Condition, Identity, Statement},
    secretsmanager, ssm,
};
use formwork_core::{Arn, Finding, Input, IntoInput, IntoText, Output, Scope, interpolate, nearest, pseudo};

use crate::{
    place::{Said, report},
    value::{arn_here, output, text},
};

/// Reports a name that Secrets Manager refuses for a secret, where it is known.
// docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, `Name`
pub(crate) fn judge_name(said: &Said<Input<String>>, scope: &Scope<'_>) {
    let Some(name) = said.value.expr().as_str() else { return };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    if !(1..=512).contains(&name.len()) || !name.bytes().all(fits) {
        let finding = Finding::error("FW3238", format!("`{name}` is no name for a secret"))
            .help("up to 512 letters, digits and `/`, `_`, `+`, `=`, `.`, `@`, `-`: `shop/db`");
        report(scope, finding, said.at);
    }
}

/// A secret that a program is started with: where its value is kept, never the value.
///
/// ```
/// use formwork_aws::secretsmanager::Secret;
/// use formwork_core::App;
/// use formwork_patterns::SecretValue;
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let payments = stack.add("Payments", Secret::builder().description("access to the payment provider"));
/// let whole = SecretValue::from(payments);
/// let token = SecretValue::from(payments).key("token"); // of a secret that is a JSON object
/// ```
#[derive(Clone)]
pub struct SecretValue {
    arn: Output<String>,
    key: Option<String>,
    decrypts: Option<Output<Arn<kms::Key>>>,
    parameter: bool,
    /// The keys that it has, where they are known.
    keys: Option<Rc<[String]>>,
}

impl SecretValue {
    /// The value of a secret, by its whole ARN.
    pub fn of(arn: impl IntoInput<Arn<secretsmanager::Secret>>) -> Self {
        Self {
            arn: Output::new(arn.into_input().into_expr()),
            key: None,
            decrypts: None,
            parameter: false,
            keys: None,
        }
    }

    /// The value of a parameter of Systems Manager, by its name, with the slash that it begins with.
    pub fn parameter(name: impl IntoText) -> Self {
        let name: Output<String> = text(name);
        let arn = arn_here("ssm", interpolate!("parameter{name}"));
        Self { arn, key: None, decrypts: None, parameter: true, keys: None }
    }

    /// Only what stands under a key, where the value is a JSON object.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Says which keys it has: another one is reported.
    pub(crate) fn with_keys(self, keys: &[impl AsRef<str>]) -> Self {
        let keys = keys.iter().map(|key| key.as_ref().to_owned()).collect();
        Self { keys: Some(keys), ..self }
    }

    /// Says that it is encrypted with a key of your own, which the reader must be allowed to use.
    #[must_use]
    pub fn encrypted_with(mut self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        self.decrypts = Some(output(key));
        self
    }

    /// The whole ARN of the secret or parameter.
    pub fn arn(&self) -> Output<String> {
        self.arn.clone()
    }

    /// The form in which ECS takes it.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    pub fn value_from(&self) -> Output<String> {
        match &self.key {
            Some(key) => interpolate!("{}:{key}::", self.arn),
            None => self.arn.clone(),
        }
    }

    /// Whether it is a parameter of Systems Manager.
    pub(crate) fn is_parameter(&self) -> bool {
        self.parameter
    }

    /// What is wrong with the key, if anything: `has an empty key`.
    pub(crate) fn wrong_key(&self) -> Option<String> {
        if let (Some(key), Some(keys)) = (&self.key, &self.keys)
            && !keys.contains(key)
        {
            if keys.is_empty() {
                return Some(format!("has no key `{key}`: it is no JSON object"));
            }
            let known = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let meant = match nearest(key, keys.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {known}"),
            };
            return Some(format!("has no key `{key}`: {meant}"));
        }
        let wrong = match &self.key {
            Some(_) if self.parameter => "is a parameter of Systems Manager, which has no keys",
            Some(key) if key.is_empty() => "has an empty key",
            Some(key) if key.contains(':') => "has a key with `:`, which ECS cannot read",
            _ => return None,
        };
        Some(wrong.to_owned())
    }

    /// What whoever reads it must be allowed to do.
    pub fn statements(&self) -> Vec<Statement<Identity>> {
        let action = if self.parameter { "ssm:GetParameters" } else { "secretsmanager:GetSecretValue" };
        let read = Statement::allow(action).on(self.arn.clone());
        // Only on behalf of the service that keeps it:
        // docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        let service = if self.parameter { "ssm" } else { "secretsmanager" };
        let via = interpolate!("{service}.{}.amazonaws.com", pseudo::region());
        let decrypt = self.decrypts.clone().map(|key| {
            Statement::allow("kms:Decrypt").on(key).when(Condition::string_equals("kms:ViaService", via))
        });
        [Some(read), decrypt].into_iter().flatten().collect()
    }
}

/// What says where a secret is kept: a [`SecretValue`], a secret of Secrets Manager, a parameter of Systems Manager.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where a secret is kept",
    label = "expected a secret by reference",
    note = "a `secretsmanager::Secret` or an `ssm::Parameter` of the program would fit, what exists already is `SecretValue::of(Arn::existing(\"..\"))` or `SecretValue::parameter(\"/..\")`",
    note = "a value that anybody may see goes into `.environment(name, value)`"
)]
pub trait IntoSecretValue {
    /// Where it is kept.
    fn into_secret_value(self) -> SecretValue;
}

impl IntoSecretValue for SecretValue {
    fn into_secret_value(self) -> SecretValue {
        self
    }
}

impl IntoSecretValue for &SecretValue {
    fn into_secret_value(self) -> SecretValue {
        self.clone()
    }
}

impl IntoSecretValue for secretsmanager::Secret {
    fn into_secret_value(self) -> SecretValue {
        self.into()
    }
}

impl IntoSecretValue for ssm::Parameter {
    fn into_secret_value(self) -> SecretValue {
        self.into()
    }
}

impl From<secretsmanager::Secret> for SecretValue {
    fn from(secret: secretsmanager::Secret) -> Self {
        Self::of(secret)
    }
}

impl From<ssm::Parameter> for SecretValue {
    fn from(parameter: ssm::Parameter) -> Self {
        Self::parameter(parameter)
    }
}
