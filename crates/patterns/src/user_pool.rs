//! Users who sign in: pools of Cognito, and the programs that sign them in.

mod attribute;
mod builder;
mod client;
mod domain;
mod group;
mod metrics;
mod oauth;
mod password;
mod resource_server;
mod rights;
mod second_factor;
mod sms;
mod texts;

use formwork_aws::cognito;
use formwork_core::{Arn, Id, Output, Scope};

use crate::Role;
pub use attribute::{Attribute, Standard};
pub use builder::Builder;
pub use client::{ClientBuilder, ClientSecret, Flow, UserPoolClient};
pub use group::Group;
pub use oauth::OauthScope;
pub use password::PasswordPolicy;
pub use resource_server::ResourceServer;
pub use second_factor::{Factor, Mfa};

/// The users of a program: how they sign in, how their passwords have to be, what they do when they forget them.
///
/// ```
/// use formwork_aws::types::{days, hours};
/// use formwork_core::App;
/// use formwork_patterns::{UserPool, UserPoolClient};
/// use formwork_patterns::user_pool::{Flow, Mfa, PasswordPolicy};
///
/// let app = App::for_tests();
/// let stack = app.stack("security");
/// let users = UserPool::new()
///     .name("acme-users")
///     .password(PasswordPolicy::at_least(14).history(5))
///     .mfa(Mfa::Required)
///     .group("editors")
///     .build(stack.scope("Users"));
/// let web = users.client(
///     stack.scope("Web"),
///     UserPoolClient::new().flows([Flow::UserSrp, Flow::RefreshToken]).access_token(hours(1)).refresh_token(days(7)),
/// );
///
/// stack.output("Issuer", users.issuer()); // what a program checks the tokens against
/// stack.output("Client", web.id());
/// let busy = web.sign_in_throttles().above(0);
/// stack.add("SignInRefused", busy.alarm_description("more users sign in at once than the account may"));
/// // Whatever has no method of its own is there as a property.
/// stack.customize(users.pool(), |it| it.web_authn_relying_party_id("acme.example.com"));
/// ```
///
/// **Safe by default**: users sign in by their e-mail address, which they have to prove is theirs, and whose case does not
/// matter; passwords have 12 characters of all four kinds; a second factor, an application that shows codes, is
/// offered; nobody learns from an answer whether an account exists. **In production** the pool is protected from
/// deletion, and stays when its stack goes. It is of the feature plan Essentials;
/// [`threat_protection`](Builder::threat_protection) takes Plus, which costs more for each user.
///
/// How users sign in, whether the case of their names matters, and which attributes there are, stands for good: AWS
/// refuses a change, but for further attributes of your own.
///
/// # Resources
///
/// | logical id | what | when |
/// | --- | --- | --- |
/// | `Pool` | `AWS::Cognito::UserPool` | always |
/// | `Domain` | `AWS::Cognito::UserPoolDomain` | with [`domain`](Builder::domain) or [`own_domain`](Builder::own_domain) |
/// | `Group<Name>` | `AWS::Cognito::UserPoolGroup` | for each [`group`](Builder::group) |
/// | `Server<Name>` | `AWS::Cognito::UserPoolResourceServer` | for each [`resource_server`](Builder::resource_server) |
/// | `SmsRole` | `AWS::IAM::Role` | where it sends messages to telephones |
///
/// `<Name>` is the letters and digits of the name. Where that leaves nothing of it, as of `買い手`, or the same as of another
/// one, eight digits follow that stand for the name.
///
/// A client, made by [`client`](Self::client) in a scope of its own, is `Client`, an `AWS::Cognito::UserPoolClient`.
#[derive(Clone)]
pub struct UserPool<'a> {
    scope: Scope<'a>,
    pool: cognito::UserPool,
    domain: Option<cognito::UserPoolDomain>,
    groups: Vec<(String, cognito::UserPoolGroup)>,
    servers: Vec<(String, cognito::UserPoolResourceServer)>,
    sms_role: Option<Role<'a>>,
    plan: builder::Plan,
}

impl<'a> UserPool<'a> {
    /// Users who sign in by their e-mail address, unless the builder is told otherwise.
    #[expect(clippy::new_ret_no_self, reason = "a pattern begins as its builder, as a resource does")]
    pub fn new() -> Builder {
        Builder::new()
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Its identifier, such as `eu-central-1_Ab12Cd34E`: what programs that call Cognito are told.
    pub fn id(&self) -> Output<Id<cognito::UserPool>> {
        self.pool.user_pool_id()
    }

    /// Its ARN: what rights name.
    pub fn arn(&self) -> Output<Arn<cognito::UserPool>> {
        self.pool.arn()
    }

    /// Who issues the tokens, `https://cognito-idp.<region>.amazonaws.com/<id>`: what a program that is shown a token
    /// compares `iss` with, and below which it finds the keys, at `/.well-known/jwks.json`.
    // docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    pub fn issuer(&self) -> Output<String> {
        self.pool.provider_url()
    }

    /// The pool.
    pub fn pool(&self) -> cognito::UserPool {
        self.pool
    }

    /// The domain of the pages at which users sign in; none unless [`domain`](Builder::domain) or
    /// [`own_domain`](Builder::own_domain) was said.
    pub fn domain(&self) -> Option<cognito::UserPoolDomain> {
        self.domain
    }

    /// A group, by its name.
    pub fn group(&self, name: &str) -> Option<cognito::UserPoolGroup> {
        self.groups.iter().find(|(known, _)| known == name).map(|(_, group)| *group)
    }

    /// All groups, in the order in which they were said.
    pub fn groups(&self) -> Vec<cognito::UserPoolGroup> {
        self.groups.iter().map(|(_, group)| *group).collect()
    }

    /// A resource server, by its identifier.
    pub fn resource_server(&self, identifier: &str) -> Option<cognito::UserPoolResourceServer> {
        self.servers.iter().find(|(known, _)| known == identifier).map(|(_, server)| *server)
    }

    /// All resource servers, in the order in which they were said.
    pub fn resource_servers(&self) -> Vec<cognito::UserPoolResourceServer> {
        self.servers.iter().map(|(_, server)| *server).collect()
    }

    /// The role with which Cognito sends messages to telephones; none where it sends none.
    pub fn sms_role(&self) -> Option<Role<'a>> {
        self.sms_role
    }

    /// Makes a client: a program that signs users in, or works with their tokens.
    #[track_caller]
    pub fn client(&self, scope: impl Into<Scope<'a>>, client: ClientBuilder) -> UserPoolClient<'a> {
        client.make(scope.into().for_caller(), self)
    }
}
