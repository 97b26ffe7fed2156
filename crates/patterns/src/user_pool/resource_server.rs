//! What tokens let their bearers do.

use formwork_aws::cognito::{self, user_pool_resource_server::ResourceServerScopeType};
use formwork_core::{Finding, Input, IntoInput, Scope};

use super::OauthScope;
use crate::{
    place::{Said, report},
    words::distinct,
};

/// A program that takes tokens, and what they may be good for there: each such scope is `<identifier>/<scope>` in a
/// token.
///
/// ```
/// use formwork_patterns::{UserPoolClient, user_pool::ResourceServer};
///
/// let orders = ResourceServer::new("orders").scope("read", "see orders").scope("write", "change orders");
/// let reports = UserPoolClient::for_machines([orders.granting("read")]);
/// ```
#[must_use]
pub struct ResourceServer {
    identifier: String,
    name: Option<String>,
    scopes: Vec<(String, String)>,
}

impl ResourceServer {
    /// A program by its identifier, such as `orders` or `https://api.example.com`.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), name: None, scopes: Vec::new() }
    }

    /// Sets the name that people see; the identifier unless said.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Adds something that a token may be good for, and what that is.
    pub fn scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.scopes.push((name.into(), description.into()));
        self
    }

    /// A scope of it, for a client.
    pub fn granting(&self, scope: &str) -> OauthScope {
        OauthScope::of(&self.identifier, scope)
    }
}

/// Makes the servers; what has the identifier of another one is reported, and left out.
#[track_caller]
pub(super) fn make(
    scope: Scope<'_>,
    pool: cognito::UserPool,
    servers: Vec<Said<ResourceServer>>,
) -> Vec<(String, cognito::UserPoolResourceServer)> {
    let mut made: Vec<ResourceServer> = Vec::new();
    for Said { value: server, at } in servers {
        if made.iter().any(|known| known.identifier == server.identifier) {
            let message = format!("there is a resource server `{}` already", server.identifier);
            let finding = Finding::error("FW3170", message);
            report(&scope, finding.help("say it once, with all its scopes"), at);
        } else {
            made.push(server);
        }
    }
    let ids = distinct(&made.iter().map(|server| server.identifier.as_str()).collect::<Vec<_>>());
    let said = |(name, description): (String, String)| -> Input<ResourceServerScopeType> {
        ResourceServerScopeType::builder().scope_name(name).scope_description(description).into_input()
    };
    let add = |(id, ResourceServer { identifier, name, scopes }): (String, ResourceServer)| {
        let scopes: Vec<_> = scopes.into_iter().map(said).collect();
        let server = cognito::UserPoolResourceServer::builder()
            .user_pool_id(pool.user_pool_id())
            .identifier(identifier.clone())
            .name(name.unwrap_or_else(|| identifier.clone()));
        let server = match scopes.is_empty() {
            true => server,
            false => server.scopes(scopes),
        };
        (identifier, scope.add(format!("Server{id}"), server))
    };
    ids.into_iter().zip(made).map(add).collect()
}
