//! Programs that sign users in, or work with their tokens.

use formwork_aws::{
    cognito::{
        self,
        user_pool_client::{
            self, AccessToken, AllowedOauthFlows, ExplicitAuthFlows, Feature, IdToken,
            PreventUserExistenceErrors, RefreshToken, RefreshTokenRotation, TokenValidityUnits,
        },
    },
    types::{Duration, Seconds},
};
use formwork_core::{Builder as _, Finding, Id, Input, IntoInput, IntoText, Output, Scope, Secret};

use super::{OauthScope, UserPool, builder::Plan};
use crate::{
    place::{self, Said, report},
    value::text,
};

/// A way in which users sign in by a client.
// docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// The client proves that it knows the password, and does not send it.
    UserSrp,
    /// Weaker: the client sends the password, so that who runs the client knows it.
    UserPassword,
    /// A server with the right to do so sends the password; see [`UserPool::grant_sign_in`].
    AdminUserPassword,
    /// Users choose among the ways that the pool offers, such as passkeys; needs the plan Essentials or Plus.
    Choice,
    /// Functions of your own ask the questions.
    Custom,
    /// Tokens are renewed without signing in again. Not with
    /// [`rotate_refresh_tokens`](ClientBuilder::rotate_refresh_tokens), which has a call of its own.
    RefreshToken,
}

impl Flow {
    fn value(self) -> ExplicitAuthFlows {
        match self {
            Self::UserSrp => ExplicitAuthFlows::AllowUserSrpAuth,
            Self::UserPassword => ExplicitAuthFlows::AllowUserPasswordAuth,
            Self::AdminUserPassword => ExplicitAuthFlows::AllowAdminUserPasswordAuth,
            Self::Choice => ExplicitAuthFlows::AllowUserAuth,
            Self::Custom => ExplicitAuthFlows::AllowCustomAuth,
            Self::RefreshToken => ExplicitAuthFlows::AllowRefreshTokenAuth,
        }
    }
}

/// A client of a pool that this program makes.
///
/// # Resources
///
/// | logical id | what |
/// | --- | --- |
/// | `Client` | `AWS::Cognito::UserPoolClient` |
#[derive(Clone)]
pub struct UserPoolClient<'a> {
    scope: Scope<'a>,
    client: cognito::UserPoolClient,
    pool: UserPool<'a>,
    secret: bool,
    /// Whether users sign in at the pages of the pool, and come back with a code.
    code: bool,
}

/// Says what a client is to be; [`UserPoolClient::new`] returns one, and [`UserPool::client`] makes it.
///
/// ```
/// use formwork_aws::types::{days, hours, minutes, seconds};
/// use formwork_patterns::{UserPoolClient, user_pool::{Flow, OauthScope}};
///
/// // A page in a browser, or an application on a telephone:
/// let page = UserPoolClient::new().access_token(minutes(15)).rotate_refresh_tokens(seconds(30));
/// // A server that is sent name and password, and knows a secret:
/// let server = UserPoolClient::new().with_secret().flows([Flow::UserPassword, Flow::RefreshToken]);
/// // Users who sign in at the pages of the pool:
/// let site = UserPoolClient::new().oauth(
///     ["https://shop.example.com/signed-in"],
///     ["https://shop.example.com/"],
///     [OauthScope::OpenId, OauthScope::Email],
/// );
/// // Users who have to sign in before the load balancer lets them through:
/// let intranet = UserPoolClient::for_load_balancer("intranet.example.com");
/// // No user at all:
/// let reports = UserPoolClient::for_machines([OauthScope::of("orders", "read")]);
/// ```
///
/// Unless said, the client knows no secret, since a browser or a telephone cannot keep one; users sign in by SRP, so that
/// passwords are not sent; access and identity tokens are valid for an hour, and renewed for 30 days. Tokens can be
/// revoked, and no answer says whether an account exists.
#[must_use = "a client is made by `users.client(scope, client)`"]
pub struct ClientBuilder {
    client: user_pool_client::Builder,
    secret: bool,
    /// Where the flows were said, and whether users choose among them.
    flows: Option<Said<bool>>,
    access: Option<Said<Duration>>,
    id: Option<Said<Duration>>,
    refresh: Option<Said<Duration>>,
    rotation: Option<Said<()>>,
    /// Where the pages of the pool are needed.
    pages: Option<Said<()>>,
    code: bool,
    machine: bool,
    providers: bool,
}

/// A unit of the validity of tokens.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// A time as a number of the largest unit that it is a whole number of.
fn units(time: Duration) -> Option<(i64, Unit)> {
    let milliseconds = time.as_milliseconds();
    let whole = |unit: u64| {
        milliseconds.is_multiple_of(unit).then(|| i64::try_from(milliseconds / unit).ok()).flatten()
    };
    let of =
        [(86_400_000, Unit::Days), (3_600_000, Unit::Hours), (60_000, Unit::Minutes), (1000, Unit::Seconds)];
    // Cognito takes 0 for its default.
    of.into_iter().find_map(|(size, unit)| Some((whole(size)?, unit))).filter(|(number, _)| *number > 0)
}

impl ClientBuilder {
    fn new() -> Self {
        Self {
            client: cognito::UserPoolClient::builder(),
            secret: false,
            flows: None,
            access: None,
            id: None,
            refresh: None,
            rotation: None,
            pages: None,
            code: false,
            machine: false,
            providers: false,
        }
    }

    /// Sets the name.
    #[track_caller]
    pub fn name(self, name: impl IntoText) -> Self {
        Self { client: self.client.client_name(text(name)), ..self }
    }

    /// Gives it a secret, which it shows with every call: for a server, which can keep one. A change replaces the client.
    #[track_caller]
    pub fn with_secret(self) -> Self {
        Self { client: self.client.generate_secret(true), secret: true, ..self }
    }

    /// Sets in which ways users sign in: [`Flow::UserSrp`] and [`Flow::RefreshToken`] unless said.
    #[track_caller]
    pub fn flows(self, flows: impl IntoIterator<Item = Flow>) -> Self {
        let flows: Vec<Flow> = flows.into_iter().collect();
        let choice = Said::new(flows.contains(&Flow::Choice));
        let flows: Vec<_> = flows.into_iter().map(Flow::value).collect();
        Self { client: self.client.explicit_auth_flows(flows), flows: Some(choice), ..self }
    }

    /// Sets for how long an access token is valid, 5 minutes to a day; an hour unless said.
    #[track_caller]
    pub fn access_token(self, validity: Duration) -> Self {
        let said = Said::new(validity);
        let client = match units(validity) {
            Some((number, _)) => self.client.access_token_validity(number),
            None => self.client,
        };
        Self { client, access: Some(said), ..self }
    }

    /// Sets for how long an identity token is valid, 5 minutes to a day; an hour unless said.
    #[track_caller]
    pub fn id_token(self, validity: Duration) -> Self {
        let said = Said::new(validity);
        let client = match units(validity) {
            Some((number, _)) => self.client.id_token_validity(number),
            None => self.client,
        };
        Self { client, id: Some(said), ..self }
    }

    /// Sets for how long tokens are renewed, an hour to ten years; 30 days unless said.
    #[track_caller]
    pub fn refresh_token(self, validity: Duration) -> Self {
        let said = Said::new(validity);
        let client = match units(validity) {
            Some((number, _)) => self.client.refresh_token_validity(number),
            None => self.client,
        };
        Self { client, refresh: Some(said), ..self }
    }

    /// Gives a new refresh token with every use, so that one that was stolen is soon worth nothing. The old one is taken
    /// for so long besides, up to a minute, in case the answer was lost.
    ///
    /// Programs renew their tokens by `GetTokensFromRefreshToken` then, and [`Flow::RefreshToken`] is no longer among the
    /// flows, unless [`flows`](Self::flows) says so, which is an error.
    // docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
    #[track_caller]
    pub fn rotate_refresh_tokens(self, grace: impl IntoInput<Seconds>) -> Self {
        let rotation = RefreshTokenRotation::builder()
            .feature(Feature::Enabled)
            .retry_grace_period_seconds(grace.into_input());
        Self { client: self.client.refresh_token_rotation(rotation), rotation: Some(Said::new(())), ..self }
    }

    /// Has users sign in at the pages of the pool, which send them back with a code: the addresses to which they come
    /// back, signed in and signed out, and what the tokens are good for. The pool has a
    /// [`domain`](super::Builder::domain).
    #[track_caller]
    pub fn oauth(
        self,
        callbacks: impl IntoIterator<Item = impl Into<String>>,
        logouts: impl IntoIterator<Item = impl Into<String>>,
        scopes: impl IntoIterator<Item = OauthScope>,
    ) -> Self {
        let callbacks: Vec<String> = callbacks.into_iter().map(Into::into).collect();
        let logouts: Vec<String> = logouts.into_iter().map(Into::into).collect();
        let scopes: Vec<_> = scopes.into_iter().map(OauthScope::into_name).collect();
        let client = self
            .client
            .allowed_oauth_flows_user_pool_client(true)
            .allowed_oauth_flows([AllowedOauthFlows::Code])
            .allowed_oauth_scopes(scopes)
            .callback_urls(callbacks);
        let client = match logouts.is_empty() {
            true => client,
            false => client.logout_urls(logouts),
        };
        Self { client, pages: Some(Said::new(())), code: true, ..self }
    }

    /// Sets where users may come from, besides or in place of `COGNITO`, the pool itself: the names of identity providers
    /// of the pool.
    #[track_caller]
    pub fn providers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Self { client: self.client.supported_identity_providers(names), providers: true, ..self }
    }

    /// Sets what the client is told of users, such as `email` and `custom:company`; everything unless said.
    #[track_caller]
    pub fn reads(self, attributes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = attributes.into_iter().map(Into::into).collect();
        Self { client: self.client.read_attributes(names), ..self }
    }

    /// Sets what of themselves users change by the client; everything that can be changed unless said.
    #[track_caller]
    pub fn writes(self, attributes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = attributes.into_iter().map(Into::into).collect();
        Self { client: self.client.write_attributes(names), ..self }
    }

    #[track_caller]
    pub(super) fn make<'a>(self, scope: Scope<'a>, pool: &UserPool<'a>) -> UserPoolClient<'a> {
        let scope = place::claim(scope, "a client of a pool of users", &["Client"]);
        self.judge(&scope, pool);
        let (secret, code) = (self.secret, self.code);
        let unit =
            |said: Option<Said<Duration>>| said.and_then(|said| units(said.value)).map(|(_, unit)| unit);
        let (access, id, refresh) = (unit(self.access), unit(self.id), unit(self.refresh));
        // Without a time of its own, Cognito's is meant: an hour, an hour, and 30 days.
        let validity = (access.is_some() || id.is_some() || refresh.is_some())
            .then(|| TokenValidityUnits::builder().access_token(access).id_token(id).refresh_token(refresh));
        let client = self.client;
        let client = match (self.flows.is_some(), self.machine, self.rotation.is_some()) {
            (true, ..) => client,
            // Without any, Cognito allows those that it always did.
            (false, true, false) => client.explicit_auth_flows([ExplicitAuthFlows::AllowRefreshTokenAuth]),
            (false, _, true) => client.explicit_auth_flows([ExplicitAuthFlows::AllowUserSrpAuth]),
            (false, false, false) => client.explicit_auth_flows([
                ExplicitAuthFlows::AllowUserSrpAuth,
                ExplicitAuthFlows::AllowRefreshTokenAuth,
            ]),
        };
        let client = match self.code && !self.providers {
            true => client.supported_identity_providers(["COGNITO"]),
            false => client,
        };
        let client = client
            .user_pool_id(pool.id())
            .generate_secret(secret)
            .token_validity_units(validity)
            .enable_token_revocation(true)
            .prevent_user_existence_errors(PreventUserExistenceErrors::Enabled);
        // Scopes name a resource server by text, so that the order has to be said; another stack waits for the whole pool.
        let servers = pool.resource_servers();
        let beside = scope.stack().id() == pool.scope.stack().id();
        let client = match self.pages.is_some() && beside && !servers.is_empty() {
            true => client.depends_on(servers),
            false => client,
        };
        let client = scope.add("Client", client);
        UserPoolClient { scope, client, pool: pool.clone(), secret, code }
    }

    /// Reports what only the pattern can know to be wrong.
    fn judge(&self, scope: &Scope<'_>, pool: &UserPool<'_>) {
        for (what, said) in [("access", self.access), ("identity", self.id), ("refresh", self.refresh)] {
            let Some(Said { value, at }) = said.filter(|said| units(said.value).is_none()) else { continue };
            let finding = Finding::error("FW3172", format!("{what} tokens are valid for {value}"));
            report(scope, finding.help("take whole seconds or more, such as `hours(1)`"), at);
        }
        if let Some(said) = self.rotation.filter(|_| pool.plan == Plan::Lite) {
            let finding =
                Finding::error("FW3171", "the plan Lite has no refresh tokens that change with every use");
            report(scope, finding.help("leave `.lite()` of the pool away, or the rotation"), said.at);
        }
        let choice = self.flows.filter(|said| said.value && pool.plan == Plan::Lite);
        if let Some(said) = choice {
            let finding = Finding::error("FW3171", "the plan Lite lets no user choose how to sign in");
            report(scope, finding.help("leave `.lite()` of the pool away, or `Flow::Choice`"), said.at);
        }
        if let Some(said) = self.pages.filter(|_| pool.domain.is_none()) {
            let finding = Finding::error("FW3173", "a client goes to pages that its pool does not have");
            report(scope, finding.help("say `.domain(\"acme-users\")` of the pool"), said.at);
        }
    }
}

/// The secret of a client, which does not leave the stack of the client: between stacks it would be seen, as an output of
/// the one and a parameter of the other.
#[derive(Clone)]
pub struct ClientSecret {
    value: Output<Secret>,
    stack: String,
}

impl ClientSecret {
    /// The value, for a property of a resource in the same stack.
    pub fn value(&self) -> Output<Secret> {
        self.value.clone()
    }

    /// Where it can be seen by nobody.
    pub(crate) fn stack(&self) -> &str {
        &self.stack
    }
}

impl<'a> UserPoolClient<'a> {
    /// A client without a secret, for users who sign in by SRP. [`UserPool::client`] makes it.
    #[expect(clippy::new_ret_no_self, reason = "a pattern begins as its builder, as a resource does")]
    pub fn new() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client by which a load balancer has users sign in before it lets them through, at the name under which users
    /// reach it: with a secret, and the address to which the load balancer wants them sent back.
    // docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    #[track_caller]
    pub fn for_load_balancer(name: impl Into<String>) -> ClientBuilder {
        let back = format!("https://{}/oauth2/idpresponse", name.into());
        Self::new().with_secret().oauth([back], Vec::<String>::new(), [OauthScope::OpenId])
    }

    /// A program that no user stands behind: it knows a secret, and is given tokens that are good for these scopes.
    #[track_caller]
    pub fn for_machines(scopes: impl IntoIterator<Item = OauthScope>) -> ClientBuilder {
        let new = Self::new().with_secret();
        let scopes: Vec<_> = scopes.into_iter().map(OauthScope::into_name).collect();
        let client = new
            .client
            .allowed_oauth_flows_user_pool_client(true)
            .allowed_oauth_flows([AllowedOauthFlows::ClientCredentials])
            .allowed_oauth_scopes(scopes);
        ClientBuilder { client, pages: Some(Said::new(())), machine: true, ..new }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Its identifier: what a program that signs users in tells Cognito, and what it compares `aud` of an identity token
    /// and `client_id` of an access token with.
    pub fn id(&self) -> Output<Id<cognito::UserPoolClient>> {
        self.client.client_id()
    }

    /// Its secret; none unless [`with_secret`](ClientBuilder::with_secret) was said. A program that needs it finds it in a
    /// [`StoredSecret`](crate::StoredSecret) that [holds](crate::StoredSecret::holding) it.
    pub fn secret(&self) -> Option<ClientSecret> {
        let stack = self.scope.stack().id();
        self.secret.then(|| ClientSecret { value: self.client.client_secret(), stack })
    }

    /// The client.
    pub fn client(&self) -> cognito::UserPoolClient {
        self.client
    }

    /// The pool whose users it signs in.
    pub fn user_pool(&self) -> &UserPool<'a> {
        &self.pool
    }

    /// Why a load balancer cannot sign users in by it, if it cannot.
    pub(crate) fn no_load_balancer(&self) -> Option<&'static str> {
        match (self.secret, self.code, self.pool.domain) {
            (false, ..) => Some("has no secret"),
            (_, false, _) => Some("has no address to which users come back"),
            (.., None) => Some("is of a pool without a domain"),
            _ => None,
        }
    }
}

macro_rules! units {
    ($($name:ident),*) => {$(
        impl IntoInput<$name> for Unit {
            fn into_input(self) -> Input<$name> {
                match self {
                    Self::Seconds => $name::Seconds,
                    Self::Minutes => $name::Minutes,
                    Self::Hours => $name::Hours,
                    Self::Days => $name::Days,
                }
                .into_input()
            }
        }
    )*};
}

units!(AccessToken, IdToken, RefreshToken);
