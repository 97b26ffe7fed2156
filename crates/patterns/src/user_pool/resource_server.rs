//! What tokens let their bearers do.

use formwork_aws::cognito::{self, user_pool_resource_server::ResourceServerScopeType};
use formwork_core::{Finding, Input, IntoInput, Scope};

use super::OauthScope;
use crate::{
    connect::pascal,
    place::{Said, report},
};

/// A program that takes tokens, and what they may be good for there: each such scope is `<identifier>/<scope>` in a
/// token.
///
/// ```
/// use formwork_patterns::user_pool::{Client, ResourceServer};
///
/// let orders = ResourceServer::new("orders").scope("read", "see orders").scope("write", "change orders");
/// let reports = Client::for_machines([orders.granting("read")]);
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

/// Makes the servers; what has the logical id of another one is reported, and left out.
#[track_caller]
pub(super) fn make(
    scope: Scope<'_>,
    pool: cognito::UserPool,
    servers: Vec<Said<ResourceServer>>,
) -> Vec<(String, cognito::UserPoolResourceServer)> {
    let mut made: Vec<(String, cognito::UserPoolResourceServer)> = Vec::new();
    for Said { value: ResourceServer { identifier, name, scopes }, at } in servers {
        let id = format!("Server{}", pascal(&identifier));
        if scope.find(&id).is_some() {
            let finding =
                Finding::error("FW3170", format!("there is a resource server like `{identifier}` already"));
            report(&scope, finding.help("identifiers differ in letters or digits"), at);
            continue;
        }
        let said = |(name, description): (String, String)| -> Input<ResourceServerScopeType> {
            ResourceServerScopeType::builder().scope_name(name).scope_description(description).into_input()
        };
        let scopes: Vec<_> = scopes.into_iter().map(said).collect();
        let server = cognito::UserPoolResourceServer::builder()
            .user_pool_id(pool.user_pool_id())
            .identifier(identifier.clone())
            .name(name.unwrap_or_else(|| identifier.clone()));
        let server = match scopes.is_empty() {
            true => server,
            false => server.scopes(scopes),
        };
        made.push((identifier, scope.add(id, server)));
    }
    made
}
