//! Who may use a database, and what they have to know for it.

use std::panic::Location;

use formwork_aws::policy::{Identity, Statement};
use formwork_core::{Finding, Output, interpolate};

use super::{Database, Kind};
use crate::{
    Connect, Granted, Grantee,
    place::report,
    value::{arn_here, text},
};

/// A database for what only reads; see [`Database::reader`].
#[derive(Clone)]
pub struct Reader<'a, K: Kind> {
    database: Database<'a, K>,
}

impl<'a, K: Kind> Database<'a, K> {
    /// Lets something in as the first user: from its security group, with a token of IAM where tokens are taken. The
    /// settings that belong to it are `_HOST`, `_PORT`, `_NAME`, `_USERNAME` and, by reference, `_PASSWORD`.
    ///
    /// The rules stand in the stack of who is let in. Behind a proxy, it is the proxy that lets in.
    ///
    /// ```
    /// # use formwork_aws::{iam::{self, TrustPolicy}, types::cidr};
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Connect, Database, Grantee, Role, SecurityGroup, ThreeTierVpc};
    /// /// What a pattern of your own returns.
    /// struct Worker<'a> {
    ///     group: SecurityGroup<'a>,
    ///     role: Role<'a>,
    /// }
    /// impl<'a> Connect<'a> for Worker<'a> {
    ///     fn security_group(&self) -> &SecurityGroup<'a> {
    ///         &self.group
    ///     }
    /// }
    /// impl<'a> Grantee<'a> for Worker<'a> {
    ///     fn role(&self) -> Role<'a> {
    ///         self.role
    ///     }
    /// }
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let orders = Database::postgres("17", "db.t4g.medium").build(app.stack("data").scope("Orders"), &network);
    /// # let scope = app.stack("work").scope("Worker");
    /// # let trust = TrustPolicy::service("ecs-tasks.amazonaws.com");
    /// # let role = Role::of(scope, scope.add("Role", iam::Role::builder().assume_role_policy_document(trust)));
    /// # let worker = Worker { group: SecurityGroup::new(scope, &network, "worker"), role };
    /// orders.allow_from(&worker); // `.env("ORDERS")` sets ORDERS_HOST and so on, where there is an environment
    /// ```
    #[track_caller]
    pub fn allow_from<'g, G: Connect<'a> + Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.allow(to, self.endpoint(), None)
    }

    /// Lets something in as another user of the database, with a token of IAM and no password. The user has to be made
    /// within the database, with the role `rds_iam` or the plugin `AWSAuthenticationPlugin`.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
    #[track_caller]
    pub fn allow_from_as<'g, G: Connect<'a> + Grantee<'a>>(&self, to: &'g G, user: &str) -> Granted<'g, G> {
        self.allow(to, self.endpoint(), Some(user))
    }

    /// The same database for what only reads: with Aurora its readers.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let orders = Database::aurora_postgres("17").readers(2).build(app.stack("data").scope("Orders"), &network);
    /// let reading = orders.reader(); // `reading.allow_from(&reports)`
    /// ```
    pub fn reader(&self) -> Reader<'a, K> {
        Reader { database: self.clone() }
    }

    /// Lets something read the password, beyond the settings that [`allow_from`](Self::allow_from) hands over.
    #[track_caller]
    pub fn grant_secret(&self, to: &impl Grantee<'a>) {
        for statement in self.common.credentials.value.statements() {
            to.grant(statement);
        }
    }

    /// Lets something log on as the first user with a token of IAM: the right alone, of a role that need not be that of what
    /// connects, and no connection in the network, which [`allow_from`](Self::allow_from) makes as well. The first user of
    /// the database has to take tokens, which it does once it was given the role `rds_iam` or the plugin
    /// `AWSAuthenticationPlugin`.
    ///
    /// ```
    /// # use formwork_aws::{iam::{self, TrustPolicy}, types::cidr};
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, Role, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let orders = Database::postgres("17", "db.t4g.medium").build(app.stack("data").scope("Orders"), &network);
    /// # let security = app.stack("security");
    /// # let trust = TrustPolicy::service("ecs-tasks.amazonaws.com");
    /// # let role = Role::of(security, security.add("Role", iam::Role::builder().assume_role_policy_document(trust)));
    /// orders.grant_connect(&role); // `rds-db:connect` as `dbadmin`
    /// orders.grant_connect_as(&role, "reports");
    /// ```
    #[track_caller]
    pub fn grant_connect(&self, to: &impl Grantee<'a>) {
        self.grant_tokens(to, self.username(), self.connects(self.username()), self.no_tokens());
    }

    /// Lets something log on as another user of the database with a token of IAM: see
    /// [`grant_connect`](Self::grant_connect) and [`allow_from_as`](Self::allow_from_as).
    #[track_caller]
    pub fn grant_connect_as(&self, to: &impl Grantee<'a>, user: &str) {
        self.grant_tokens(to, user, self.connects(user), self.no_other_users());
    }

    #[track_caller]
    fn grant_tokens(
        &self,
        to: &impl Grantee<'a>,
        user: &str,
        right: Option<Statement<Identity>>,
        why_not: Option<&'static str>,
    ) {
        match (why_not, right) {
            (Some(why), _) => {
                let finding = Finding::error("FW3087", format!("`{user}` cannot log on with a token: {why}"))
                    .help("leave `.passwords_only()` out, and say `.proxy_for_tokens()` where there is to be a proxy");
                report(&self.common.scope, finding, Location::caller());
            }
            (None, Some(right)) => to.grant(right),
            (None, None) => {}
        }
    }

    /// Why nobody comes with a token, if so.
    fn no_tokens(&self) -> Option<&'static str> {
        match &self.common.front {
            Some(front) => (!front.tokens).then_some("its proxy takes passwords only"),
            None => (!self.common.tokens).then_some("it takes no tokens"),
        }
    }

    /// Why nobody but the first user comes with a token, if so.
    fn no_other_users(&self) -> Option<&'static str> {
        match &self.common.front {
            Some(_) => Some("its proxy knows the password of the first user only"),
            None => self.no_tokens(),
        }
    }

    /// Whether clients bring tokens in place of the password.
    fn tokens_only(&self) -> bool {
        self.common.front.as_ref().is_some_and(|front| front.tokens)
    }

    /// What lets a user connect with a token, where tokens are taken.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    fn connects(&self, user: &str) -> Option<Statement<Identity>> {
        let id = match &self.common.front {
            Some(front) => front.tokens.then(|| front.resource_id())?,
            None => self.common.tokens.then(|| self.common.resource_id.clone())?,
        };
        let arn = arn_here("rds-db", interpolate!("dbuser:{id}/{user}"));
        Some(Statement::allow("rds-db:connect").on(arn))
    }

    #[track_caller]
    fn allow<'g, G: Connect<'a> + Grantee<'a>>(
        &self,
        to: &'g G,
        host: Output<String>,
        user: Option<&str>,
    ) -> Granted<'g, G> {
        if let (Some(user), Some(why)) = (user, self.no_other_users()) {
            let finding = Finding::error("FW3087", format!("`{user}` cannot log on to the database: {why}"))
                .help("use `allow_from`, or leave `.passwords_only()` and proxies out");
            report(&self.common.scope, finding, Location::caller());
        }
        to.allow_to(self, self.port());
        let name = user.unwrap_or_else(|| self.username());
        if let Some(statement) = self.connects(name) {
            to.grant(statement);
        }
        let granted = Granted::new(to)
            .setting("_HOST", host)
            .setting("_PORT", text(self.port().get().to_string()))
            .setting("_NAME", text(self.name().to_owned()))
            .setting("_USERNAME", text(name.to_owned()));
        match user.is_some() || self.tokens_only() {
            true => granted,
            false => granted.secret_setting("_PASSWORD", self.secret().key("password")),
        }
    }
}

impl<'a, K: Kind> Reader<'a, K> {
    /// Lets something in to read: see [`Database::allow_from`]. What it may change is a matter of its user.
    #[track_caller]
    pub fn allow_from<'g, G: Connect<'a> + Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.database.allow(to, self.database.reader_endpoint(), None)
    }

    /// Lets something in to read as another user: see [`Database::allow_from_as`].
    #[track_caller]
    pub fn allow_from_as<'g, G: Connect<'a> + Grantee<'a>>(&self, to: &'g G, user: &str) -> Granted<'g, G> {
        self.database.allow(to, self.database.reader_endpoint(), Some(user))
    }
}
