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
        let no_tokens = match &self.common.front {
            Some(_) => Some("its proxy knows the password of the first user only"),
            None => (!self.common.tokens).then_some("it takes no tokens"),
        };
        if let (Some(user), Some(why)) = (user, no_tokens) {
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
