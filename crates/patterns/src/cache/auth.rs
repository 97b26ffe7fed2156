//! Who a client of a cache is: a password, or a role of IAM.

use formwork_aws::{
    elasticache::{self, replication_group, user},
    kms,
    policy::Statement,
    secretsmanager::{
        self,
        secret::{self, GenerateSecretString},
    },
};
use formwork_core::{Arn, AsHandle, Builder as _, Id, Output, Scope, secretsmanager as value_of};

use super::arn_of;
use crate::{Granted, Grantee, SecretValue, value::text};

/// How clients prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// By a password that all of them have.
    Token,
    /// By a signature of their role.
    Iam,
    /// Not at all.
    Open,
}

/// What was made for it.
#[derive(Clone, Default)]
pub(super) struct Made {
    pub(super) token: Option<secretsmanager::Secret>,
    pub(super) secret: Option<SecretValue>,
    pub(super) user: Option<elasticache::User>,
    pub(super) nobody: Option<elasticache::User>,
    pub(super) users: Option<elasticache::UserGroup>,
    pub(super) user_name: Option<Output<String>>,
}

impl Auth {
    /// Makes what it takes, before the nodes.
    #[track_caller]
    pub(super) fn make(
        self,
        scope: Scope<'_>,
        engine: &str,
        key: Option<&Output<Arn<kms::Key>>>,
        begun: Option<secret::Builder>,
    ) -> Made {
        match self {
            Self::Open => Made::default(),
            Self::Token => token(scope, key, begun),
            Self::Iam => users(scope, engine),
        }
    }
}

#[track_caller]
fn token(scope: Scope<'_>, key: Option<&Output<Arn<kms::Key>>>, begun: Option<secret::Builder>) -> Made {
    let scope = scope.for_caller();
    // A token has 16 to 128 characters, and of the punctuation some only:
    // docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
    let generated = GenerateSecretString::builder().password_length(64).exclude_punctuation(true);
    let secret = begun
        .unwrap_or_else(secretsmanager::Secret::builder)
        .description("password of a cache")
        .generate_secret_string(generated)
        .kms_key_id(key.cloned())
        .accept(
            "FW2313",
            "changing it takes a function, or somebody who says so: none is made without a word",
        );
    let secret = scope.add("Token", secret);
    let value = match key {
        Some(key) => SecretValue::from(secret).encrypted_with(key.clone()),
        None => SecretValue::from(secret),
    };
    Made { token: Some(secret), secret: Some(value), ..Made::default() }
}

// docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
#[track_caller]
fn users(scope: Scope<'_>, engine: &str) -> Made {
    let scope = scope.for_caller();
    let valkey = engine == "valkey";
    let (of_user, of_group) = match valkey {
        true => (user::Engine::Valkey, elasticache::user_group::Engine::Valkey),
        false => (user::Engine::Redis, elasticache::user_group::Engine::Redis),
    };
    // ElastiCache takes lower case, and hyphens one at a time.
    let (stack, path) = (scope.stack().id(), scope.path());
    let name = |suffix: &str| {
        // Another engine replaces users and groups, whose names are said, so that it takes other names.
        let oss = if valkey { "" } else { "-oss" };
        let name = scope.physical_name(&format!("{stack}-{path}{oss}{suffix}"), 40).to_ascii_lowercase();
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    };
    let id = name("");
    // With IAM the name has to be the id.
    let user = elasticache::User::builder()
        .engine(of_user)
        .user_id(id.clone())
        .user_name(id.clone())
        .access_string("on ~* &* +@all -@admin")
        .authentication_mode(user::AuthenticationMode::builder().type_(user::Type::Iam));
    let user = scope.add("User", user);
    let mut ids = vec![Id::existing(id.clone())];
    let mut waits = vec![user.as_handle()];
    let mut default = None;
    if !valkey {
        // A group of Redis OSS has to have a user of the name `default`, which may do nothing here:
        // docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
        let id = name("-nobody");
        let nobody = elasticache::User::builder()
            .engine(of_user)
            .user_id(id.clone())
            .user_name("default")
            .access_string("off ~* -@all")
            .authentication_mode(user::AuthenticationMode::builder().type_(user::Type::NoPasswordRequired));
        let nobody = scope.add("Nobody", nobody);
        waits.push(nobody.as_handle());
        default = Some(nobody);
        ids.push(Id::existing(id));
    }
    // `Ref` of a user is its name, and a group takes ids: those are known, so that the order has to be said.
    let users = elasticache::UserGroup::builder()
        .engine(of_group)
        .user_group_id(name("-users"))
        .user_ids(ids)
        .depends_on(waits);
    let users = scope.add("Users", users);
    Made {
        user: Some(user),
        nobody: default,
        users: Some(users),
        user_name: Some(text(id)),
        ..Made::default()
    }
}

impl Made {
    /// Has the nodes ask for it.
    #[track_caller]
    pub(super) fn ask(&self, nodes: replication_group::Complete) -> replication_group::Complete {
        let nodes = match self.token {
            Some(token) => nodes.auth_token(value_of(token).value()),
            None => nodes,
        };
        match self.users {
            Some(users) => nodes.user_group_ids([users.user_group_id()]),
            None => nodes,
        }
    }

    /// Gives somebody who is let in what he needs to prove who he is.
    #[track_caller]
    pub(super) fn admit<'a, 'g, G: Grantee<'a>>(
        &self,
        nodes: elasticache::ReplicationGroup,
        who: &'g G,
        granted: Granted<'g, G>,
    ) -> Granted<'g, G> {
        let granted = match &self.secret {
            Some(secret) => granted.secret_setting("_PASSWORD", secret.clone()),
            None => granted,
        };
        match (self.user, &self.user_name) {
            (Some(user), Some(name)) => {
                let user: Output<String> = user.arn().cast();
                who.grant(Statement::allow("elasticache:Connect").on([arn_of(nodes), user]));
                let id: Output<String> = nodes.replication_group_id().cast();
                granted.setting("_USER", name.clone()).setting("_NAME", id)
            }
            _ => granted,
        }
    }
}
