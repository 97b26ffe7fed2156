//! What tokens that are given at the pages of a pool are good for.

/// What a token is good for that a client is given at the pages of a pool.
///
/// ```
/// use formwork_patterns::user_pool::OauthScope;
///
/// let known = [OauthScope::OpenId, OauthScope::Email];
/// let read = OauthScope::of("orders", "read"); // of a `ResourceServer`
/// ```
// docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OauthScope {
    /// Who it is; the other three say more, and need it.
    OpenId,
    /// The e-mail address.
    Email,
    /// The telephone number.
    Phone,
    /// Everything else that the client may read of the user.
    Profile,
    /// Calls of Cognito by which users look at and change what is known of them.
    Account,
    /// A scope of a [`ResourceServer`](super::ResourceServer): the identifier, `/`, and the name.
    Other(String),
}

impl OauthScope {
    /// A scope of a [`ResourceServer`](super::ResourceServer), by its identifier and the name.
    pub fn of(server: &str, name: &str) -> Self {
        Self::Other(format!("{server}/{name}"))
    }

    pub(super) fn into_name(self) -> String {
        match self {
            Self::OpenId => "openid".to_owned(),
            Self::Email => "email".to_owned(),
            Self::Phone => "phone".to_owned(),
            Self::Profile => "profile".to_owned(),
            Self::Account => "aws.cognito.signin.user.admin".to_owned(),
            Self::Other(name) => name,
        }
    }
}
