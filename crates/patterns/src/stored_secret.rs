//! Secrets that this program makes.

mod builder;
mod generated;
mod held;

use formwork_aws::{kms, secretsmanager};
use formwork_core::{Arn, Output, Scope};

use crate::{Granted, Grantee, IntoSecretValue, SecretGrants, SecretValue};
pub use builder::Builder;
pub use generated::Generated;
pub use held::{Held, Holdable};

/// A secret of Secrets Manager: a value that AWS makes, which nobody has to see, or one that is known when the stack is
/// deployed.
///
/// ```
/// use formwork_core::App;
/// use formwork_patterns::{StoredSecret, UserPool};
///
/// let app = App::for_tests();
/// let stack = app.stack("security");
/// // 40 letters and digits:
/// let sessions = StoredSecret::generated().name("acme/sessions").build(stack.scope("Sessions"));
/// // `{"username": "admin", "password": "<generated>"}`:
/// let admin = StoredSecret::generated().within([("username", "admin")], "password").build(stack.scope("Admin"));
/// // What programs read from Secrets Manager although it is none:
/// let users = UserPool::new().build(stack.scope("Users"));
/// let cognito = StoredSecret::holding(users.id()).name("acme/cognito").build(stack.scope("Cognito"));
///
/// // To a service of the patterns: `.secret("SESSION_KEY", &sessions)`, `.secret("ADMIN", admin.key("password"))`.
/// stack.customize(sessions.secret(), |it| it.type_("session-key"));
/// ```
///
/// A value is never in a template: neither text nor a number can be [held](Self::holding), an expression that is nothing
/// else is a finding, `FW3179`, and what is generated stays in Secrets Manager.
///
/// ```compile_fail
/// # use formwork_patterns::StoredSecret;
/// StoredSecret::holding("hunter2"); // whoever reads the template would know it
/// ```
///
/// **Safe by default**: 40 characters, encrypted with AWS's key for Secrets Manager, which costs nothing. **In
/// production** what was generated stays when the stack goes: CloudFormation deletes secrets at once and for good,
/// without the days in which they could be restored. A secret that stays keeps its name, so that the same stack
/// cannot be made once more before somebody deletes it, and then waits for 7 to 30 days, or deletes it by
/// `--force-delete-without-recovery`.
///
/// # Resources
///
/// | logical id | what | when |
/// | --- | --- | --- |
/// | `Secret` | `AWS::SecretsManager::Secret` | always |
/// | `Rotation` | `AWS::SecretsManager::RotationSchedule` | with [`rotated_by`](Builder::rotated_by) |
#[derive(Clone)]
pub struct StoredSecret<'a> {
    scope: Scope<'a>,
    secret: secretsmanager::Secret,
    rotation: Option<secretsmanager::RotationSchedule>,
    key: Option<Output<Arn<kms::Key>>>,
    /// The keys that it has, where they are known; none of a value that is no object.
    keys: Option<Vec<String>>,
}

impl<'a> StoredSecret<'a> {
    /// A value that Secrets Manager makes: 40 letters and digits, unless the builder is told otherwise.
    pub fn generated() -> Builder<Generated> {
        Builder::new(Generated::new())
    }

    /// A value that is known when the stack is deployed: an output of a resource, such as the id of a pool of users, text
    /// with one in it, a parameter, or the [secret of a client](crate::UserPoolClient::secret). What is text after all, such
    /// as `interpolate!("{}", "hunter2")`, is a finding, `FW3179`, and is not held.
    #[track_caller]
    pub fn holding(value: impl Holdable) -> Builder<Held> {
        Builder::new(value.held())
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The secret.
    pub fn secret(&self) -> secretsmanager::Secret {
        self.secret
    }

    /// What changes it; none unless [`rotated_by`](Builder::rotated_by) was said.
    pub fn rotation(&self) -> Option<secretsmanager::RotationSchedule> {
        self.rotation
    }

    /// Its ARN.
    pub fn arn(&self) -> Output<Arn<secretsmanager::Secret>> {
        self.secret.id()
    }

    /// Where the value is kept, for a program that is started with it.
    pub fn value(&self) -> SecretValue {
        let value = SecretValue::of(self.secret);
        let value = match &self.key {
            Some(key) => value.encrypted_with(key),
            None => value,
        };
        match &self.keys {
            Some(keys) => value.with_keys(keys),
            None => value,
        }
    }

    /// What stands under a key of a value that is a JSON object.
    pub fn key(&self, key: impl Into<String>) -> SecretValue {
        self.value().key(key)
    }

    /// Lets somebody read the value who asks Secrets Manager himself; `.env("ADMIN")` sets `ADMIN` to its ARN. What is
    /// started with the value needs no such right.
    #[track_caller]
    pub fn grant_read<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.secret.grant_read(to)
    }

    /// Lets somebody set the value, but not read it.
    #[track_caller]
    pub fn grant_write<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.secret.grant_write(to)
    }
}

impl IntoSecretValue for &StoredSecret<'_> {
    fn into_secret_value(self) -> SecretValue {
        self.value()
    }
}

impl IntoSecretValue for StoredSecret<'_> {
    fn into_secret_value(self) -> SecretValue {
        self.value()
    }
}
