//! Principals: to whom a statement is given.

use formwork_core::Expr;

use super::values::{ArnPattern, IntoValues};

/// Somebody who can make requests, or several of the same kind.
///
/// ```
/// # use formwork_aws::policy::{Principal, Statement};
/// Statement::allow("sts:AssumeRole").to(Principal::service("lambda.amazonaws.com"));
/// Statement::allow("sts:AssumeRole").to([
///     Principal::account("111122223333"),
///     Principal::arn("arn:aws:iam::444455556666:role/deploy"),
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a principal does nothing until a statement is given to it"]
pub struct Principal {
    pub(super) kind: PrincipalKind,
    pub(super) values: Vec<Expr>,
}

/// What kind of principal it is; the keys of `Principal` in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// `AWS`: accounts, roles, users, or everyone.
    Aws,
    /// `Service`: services of AWS.
    Service,
    /// `Federated`: identity providers.
    Federated,
    /// `CanonicalUser`: accounts as S3 used to name them.
    CanonicalUser,
}

impl PrincipalKind {
    pub(super) const ALL: [Self; 4] = [Self::Aws, Self::Service, Self::Federated, Self::CanonicalUser];

    /// The kind as policies spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

impl Principal {
    /// A service of AWS: `lambda.amazonaws.com`.
    pub fn service(names: impl IntoValues<String>) -> Self {
        Self { kind: PrincipalKind::Service, values: names.into_values() }
    }

    /// An account by its number. It can pass the permission on to its roles and users.
    pub fn account(numbers: impl IntoValues<String>) -> Self {
        Self { kind: PrincipalKind::Aws, values: numbers.into_values() }
    }

    /// A role, a user or a session by its ARN.
    pub fn arn(arns: impl IntoValues<ArnPattern>) -> Self {
        Self { kind: PrincipalKind::Aws, values: arns.into_values() }
    }

    /// An identity provider: the ARN of an OIDC or SAML provider, or `cognito-identity.amazonaws.com`.
    pub fn federated(providers: impl IntoValues<ArnPattern>) -> Self {
        Self { kind: PrincipalKind::Federated, values: providers.into_values() }
    }

    /// An account by the canonical user id that S3 has for it.
    pub fn canonical_user(ids: impl IntoValues<String>) -> Self {
        Self { kind: PrincipalKind::CanonicalUser, values: ids.into_values() }
    }

    /// Everyone, in all accounts and without one. Mostly wants a condition.
    pub fn everyone() -> Self {
        Self { kind: PrincipalKind::Aws, values: vec![Expr::Text("*".into())] }
    }

    /// What kind of principal it is.
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// Names, numbers or ARNs.
    pub fn values(&self) -> &[Expr] {
        &self.values
    }

    /// Whether it is everyone, or everyone is among them.
    pub fn is_everyone(&self) -> bool {
        self.kind == PrincipalKind::Aws && self.values.iter().any(|value| value.as_str() == Some("*"))
    }
}

/// One [`Principal`] or several, for [`Statement::to`](super::Statement::to).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a principal",
    label = "expected one or several of `Principal`",
    note = "say what it is: `Principal::service(..)`, `Principal::account(..)`, `Principal::arn(..)`, or a list of such"
)]
pub trait IntoPrincipals {
    /// The principals.
    fn into_principals(self) -> Vec<Principal>;
}

impl IntoPrincipals for Principal {
    fn into_principals(self) -> Vec<Principal> {
        vec![self]
    }
}
impl IntoPrincipals for Vec<Principal> {
    fn into_principals(self) -> Vec<Principal> {
        self
    }
}
impl<const N: usize> IntoPrincipals for [Principal; N] {
    fn into_principals(self) -> Vec<Principal> {
        self.into()
    }
}
