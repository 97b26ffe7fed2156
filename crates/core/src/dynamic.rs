//! Dynamic references: values that CloudFormation fetches while it deploys, so that no template holds them.

use std::borrow::Cow;

use crate::{
    expr::{Expr, Part, Str},
    value::{IntoText, Output, Secret, Value},
};

/// The value of a Parameter Store parameter: `{{resolve:ssm:name}}`.
///
/// ```
/// # use formwork_core::ssm;
/// let image = ssm("/shop/image").version(3).value();
/// assert_eq!(image.expr().as_str(), Some("{{resolve:ssm:/shop/image:3}}"));
/// ```
pub fn ssm(name: impl Into<Str>) -> SsmReference<String> {
    SsmReference { service: "ssm", name: name.into(), version: None, kind: std::marker::PhantomData }
}

/// The value of a SecureString in Parameter Store: `{{resolve:ssm-secure:name}}`. AWS allows it in a few
/// properties only, passwords among them.
pub fn ssm_secure(name: impl Into<Str>) -> SsmReference<Secret> {
    SsmReference { service: "ssm-secure", name: name.into(), version: None, kind: std::marker::PhantomData }
}

/// A reference to Parameter Store; see [`ssm`] and [`ssm_secure`].
#[derive(Clone, Debug)]
#[must_use = "call `.value()` for the expression"]
pub struct SsmReference<T> {
    service: &'static str,
    name: Str,
    version: Option<u32>,
    kind: std::marker::PhantomData<fn() -> T>,
}

impl<T: Value> SsmReference<T> {
    /// One version of the parameter instead of the latest. A change of the parameter alone is no change of the
    /// stack, so that a fixed version is what makes an update visible.
    pub fn version(mut self, version: u32) -> Self {
        self.version = Some(version);
        self
    }

    /// The expression.
    pub fn value(self) -> Output<T> {
        let version = self.version.map(|version| format!(":{version}")).unwrap_or_default();
        let text = format!("{{{{resolve:{}:{}{version}}}}}", self.service, self.name);
        Output::new(Expr::Text(Cow::Owned(text)))
    }
}

/// The value of a secret, or of one key of a secret that holds JSON: `{{resolve:secretsmanager:..}}`.
///
/// The secret is given by name or ARN; a handle's `Ref` is its ARN.
///
/// ```
/// # use formwork_core::{secretsmanager, App, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("data");
/// let secret = stack.add("Master", Resource::raw("AWS::SecretsManager::Secret"));
/// stack.add("Database", Resource::raw("AWS::RDS::DBInstance")
///     .set("MasterUserPassword", secretsmanager(secret).key("password").value()));
/// ```
pub fn secretsmanager(secret: impl IntoText) -> SecretReference {
    SecretReference { secret: secret.into_text(), key: None, stage: None, version: None }
}

/// A reference to a secret; see [`secretsmanager`].
#[derive(Clone, Debug)]
#[must_use = "call `.value()` for the expression"]
pub struct SecretReference {
    secret: Expr,
    key: Option<Str>,
    stage: Option<Str>,
    version: Option<Str>,
}

impl SecretReference {
    /// One key of a secret that holds a JSON object.
    pub fn key(mut self, key: impl Into<Str>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The version that bears a staging label, such as `AWSPREVIOUS`; `AWSCURRENT` unless given.
    pub fn stage(mut self, stage: impl Into<Str>) -> Self {
        self.stage = Some(stage.into());
        self.version = None;
        self
    }

    /// The version with an id.
    pub fn version(mut self, version: impl Into<Str>) -> Self {
        self.version = Some(version.into());
        self.stage = None;
        self
    }

    /// The expression.
    pub fn value(self) -> Output<Secret> {
        let [key, stage, version] = [self.key, self.stage, self.version].map(Option::unwrap_or_default);
        let tail = format!(":SecretString:{key}:{stage}:{version}");
        // Trailing empty parts may be left out; the whole string is meant then.
        let tail = tail.trim_end_matches(':');
        Output::new(Expr::Interpolation(vec![
            Part::Text(Cow::Borrowed("{{resolve:secretsmanager:")),
            Part::Value(self.secret),
            Part::Text(Cow::Owned(format!("{tail}}}}}"))),
        ]))
    }
}
