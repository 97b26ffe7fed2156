//! Users who have to say who they are before a request gets through.

use std::panic::Location;

use formwork_aws::{
    cognito,
    elasticloadbalancingv2::listener_rule::{
        Action, ActionType, AuthenticateCognitoConfig, AuthenticateOidcConfig,
    },
    types::Duration,
};
use formwork_core::{Arn, Finding, Id, Input, IntoInput, Secret};

use crate::{UserPoolClient, place::report};

/// Users sign in before their requests get through: the load balancer sees to it, and tells the targets who it is in
/// the header `x-amzn-oidc-data`, which they have to verify.
///
/// ```
/// use formwork_aws::types::hours;
/// use formwork_core::{Arn, Id, secretsmanager};
/// use formwork_patterns::load_balancer::Authentication;
///
/// let pool = Arn::existing("arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_Ab12Cd34E");
/// let staff = Authentication::cognito(pool, Id::existing("1h57kf5cpq17m0eml12EXAMPLE"), "acme-staff");
/// let guests = Authentication::oidc("https://id.example.com", "guests", secretsmanager("guests").value())
///     .endpoints("https://id.example.com/authorize", "https://id.example.com/token", "https://id.example.com/user")
///     .session(hours(8));
/// ```
#[derive(Clone)]
pub struct Authentication {
    who: Who,
    session: Option<Duration>,
}

#[derive(Clone)]
enum Who {
    Cognito {
        pool: Input<Arn<cognito::UserPool>>,
        client: Input<Id<cognito::UserPoolClient>>,
        domain: Input<String>,
    },
    Oidc {
        issuer: String,
        client: Input<String>,
        secret: Input<Secret>,
        endpoints: [String; 3],
    },
}

impl Authentication {
    /// By a client of a [`UserPool`](crate::UserPool), such as [`UserPoolClient::for_load_balancer`] begins; a pool has a
    /// domain for that. One by which a load balancer cannot sign users in is a finding, `FW3174`.
    ///
    /// ```
    /// # use formwork_core::App;
    /// use formwork_patterns::{UserPool, UserPoolClient, load_balancer::Authentication};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("intranet");
    /// let staff = UserPool::new().domain("acme-staff").build(stack.scope("Staff"));
    /// let intranet = staff.client(stack.scope("Intranet"), UserPoolClient::for_load_balancer("intranet.example.com"));
    /// let authentication = Authentication::users(&intranet);
    /// ```
    #[track_caller]
    pub fn users(client: &UserPoolClient<'_>) -> Self {
        if let Some(why) = client.no_load_balancer() {
            let message = format!("a load balancer cannot sign users in by a client that {why}");
            let finding = Finding::error("FW3174", message).help(
                "make it by `UserPoolClient::for_load_balancer(name)`, of a pool with `.domain(prefix)`",
            );
            report(&client.scope(), finding, Location::caller());
        }
        let pool = client.user_pool();
        let domain = pool.domain().map(|domain| domain.domain());
        let domain = domain.map_or_else(|| "".into_input(), IntoInput::<String>::into_input);
        Self::cognito(pool.arn(), client.id(), domain)
    }

    /// By a user pool of Cognito that exists already, a client of it, and the prefix or the name of its domain.
    ///
    /// The client has a secret, the grant `code`, and the address `https://<name>/oauth2/idpresponse` for its answers.
    pub fn cognito(
        pool: impl IntoInput<Arn<cognito::UserPool>>,
        client: impl IntoInput<Id<cognito::UserPoolClient>>,
        domain: impl IntoInput<String>,
    ) -> Self {
        let (pool, client, domain) = (pool.into_input(), client.into_input(), domain.into_input());
        Self { who: Who::Cognito { pool, client, domain }, session: None }
    }

    /// By any other provider that speaks OpenID Connect. Its endpoints are the issuer's `/authorize`, `/token` and
    /// `/userinfo`, unless [`endpoints`](Self::endpoints) says otherwise.
    pub fn oidc(
        issuer: impl Into<String>,
        client: impl IntoInput<String>,
        secret: impl IntoInput<Secret>,
    ) -> Self {
        let issuer = issuer.into();
        let base = issuer.trim_end_matches('/');
        let endpoints = ["authorize", "token", "userinfo"].map(|path| format!("{base}/{path}"));
        let (client, secret) = (client.into_input(), secret.into_input());
        Self { who: Who::Oidc { issuer, client, secret, endpoints }, session: None }
    }

    /// Sets the addresses at which a provider of OpenID Connect lets users sign in, gives tokens, and says who it is.
    #[must_use]
    pub fn endpoints(
        mut self,
        authorization: impl Into<String>,
        token: impl Into<String>,
        user_info: impl Into<String>,
    ) -> Self {
        if let Who::Oidc { endpoints, .. } = &mut self.who {
            *endpoints = [authorization.into(), token.into(), user_info.into()];
        }
        self
    }

    /// Sets after how long users sign in again; seven days if nothing is said.
    #[must_use]
    pub fn session(self, session: Duration) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The first action of a rule.
    pub(super) fn action(&self) -> Input<Action> {
        let session = self.session.map(|it| i64::try_from(it.as_milliseconds() / 1000).unwrap_or(i64::MAX));
        match &self.who {
            Who::Cognito { pool, client, domain } => {
                let config = AuthenticateCognitoConfig::builder()
                    .user_pool_arn(pool.clone())
                    .user_pool_client_id(client.clone())
                    .user_pool_domain(domain.clone())
                    .session_timeout(session);
                let action = Action::builder().type_(ActionType::AuthenticateCognito);
                action.authenticate_cognito_config(config).order(1).into_input()
            }
            Who::Oidc { issuer, client, secret, endpoints: [authorization, token, user_info] } => {
                let config = AuthenticateOidcConfig::builder()
                    .issuer(issuer.clone())
                    .authorization_endpoint(authorization.clone())
                    .token_endpoint(token.clone())
                    .user_info_endpoint(user_info.clone())
                    .client_id(client.clone())
                    .client_secret(secret.clone())
                    .session_timeout(session);
                let action = Action::builder().type_(ActionType::AuthenticateOidc);
                action.authenticate_oidc_config(config).order(1).into_input()
            }
        }
    }
}
