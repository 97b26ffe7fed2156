//! What was said of a database, and what follows from it.

use std::collections::BTreeMap;

use formwork_aws::{
    iam::{self, ManagedPolicy},
    kms, rds,
    types::{DataSize, Duration, Port, days},
};
use formwork_core::{
    Arn, DeletionPolicy, Expr, Field, Finding, Input, Json, Output, Scope, Str, UpdateReplacePolicy, json,
};

use super::{Every, about, builder::Groups, credentials::Credentials, names};
use crate::{
    SecurityGroup, Weekday, Window,
    place::{self, Said, production, report},
    secret::judge_name,
    trust::service_of_account,
    window::OF_RDS,
};

/// Why a warning about a cheaper choice is no warning outside production.
const CHEAP: &str = "outside production a database is cheap, and is made anew rather than restored";

/// How deeply the load of a database is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Insights {
    Off,
    /// Seven days, which cost nothing.
    Standard,
    /// Fifteen months, with plans of queries and the fleet in one view.
    Advanced,
}

/// Who may know the password of the first user.
pub(super) enum Password {
    /// RDS makes it and keeps it.
    Managed,
    /// A secret of this program, with copies in these Regions.
    Own { regions: Vec<String> },
}

/// How clients reach a database through a proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proxied {
    Passwords,
    Tokens,
}

/// What a copy takes over unless it says otherwise, since it is to run as its original does.
#[derive(Clone)]
pub(super) struct Inherited {
    pub(super) port: Option<Port>,
    pub(super) parameters: BTreeMap<String, Said<String>>,
    pub(super) plain_connections: bool,
    pub(super) tokens: bool,
    pub(super) minor_upgrades: bool,
    pub(super) default_parameters: Option<Said<()>>,
    /// Up to where the storage of an instance grows.
    pub(super) growth: Option<DataSize>,
}

/// What is known of a database that this one is a copy of.
pub(super) struct Source {
    pub(super) inherited: Inherited,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) credentials: Credentials,
}

/// What was said of a database, whatever it is.
pub(super) struct Wishes {
    pub(super) engine: rds::Engine,
    pub(super) source: Option<Source>,
    pub(super) name: Option<Said<String>>,
    pub(super) username: Option<Said<String>>,
    pub(super) port: Option<Port>,
    pub(super) password: Password,
    pub(super) rotation: Option<Said<Duration>>,
    pub(super) rotated_by: Option<Output<String>>,
    pub(super) snapshot: Option<Said<Output<String>>>,
    pub(super) key: Option<Output<Arn<kms::Key>>>,
    pub(super) parameters: BTreeMap<String, Said<String>>,
    pub(super) plain_connections: bool,
    pub(super) default_parameters: Option<Said<()>>,
    pub(super) subnet_group_name: Option<Said<String>>,
    pub(super) secret_name: Option<Said<Input<String>>>,
    pub(super) tokens: bool,
    pub(super) protected: Option<bool>,
    pub(super) snapshot_on_removal: Option<bool>,
    pub(super) minor_upgrades: bool,
    pub(super) extended_support: Option<bool>,
    pub(super) monitoring: Option<Every>,
    pub(super) insights: Insights,
    pub(super) advanced: Option<Said<()>>,
    pub(super) logs: Option<Vec<String>>,
    pub(super) proxy: Option<Proxied>,
    pub(super) backups: Option<Said<Duration>>,
    pub(super) backup_window: Option<Said<Window>>,
    pub(super) maintenance_window: Option<Said<(Weekday, Window)>>,
}

impl Wishes {
    pub(super) fn new(engine: rds::Engine) -> Self {
        Self {
            engine,
            source: None,
            name: None,
            username: None,
            port: None,
            password: Password::Managed,
            rotation: None,
            rotated_by: None,
            snapshot: None,
            key: None,
            parameters: BTreeMap::new(),
            plain_connections: false,
            default_parameters: None,
            subnet_group_name: None,
            secret_name: None,
            tokens: true,
            protected: None,
            snapshot_on_removal: None,
            minor_upgrades: true,
            extended_support: None,
            monitoring: Some(Every::Minute),
            insights: Insights::Standard,
            advanced: None,
            logs: None,
            proxy: None,
            backups: None,
            backup_window: None,
            maintenance_window: None,
        }
    }

    /// What its copies take over.
    pub(super) fn inherited(&self) -> Inherited {
        Inherited {
            port: self.port,
            parameters: self.parameters.clone(),
            plain_connections: self.plain_connections,
            tokens: self.tokens,
            minor_upgrades: self.minor_upgrades,
            default_parameters: self.default_parameters(),
            growth: None,
        }
    }

    /// The name of the database within.
    pub(super) fn name(&self) -> String {
        let copied = self.source.as_ref().map(|source| source.name.clone());
        let said = self.name.as_ref().map(|said| said.value.clone());
        copied.or(said).unwrap_or_else(|| "main".to_owned())
    }

    /// The name of the first user.
    pub(super) fn username(&self) -> String {
        let copied = self.source.as_ref().map(|source| source.username.clone());
        let said = self.username.as_ref().map(|said| said.value.clone());
        copied.or(said).unwrap_or_else(|| "dbadmin".to_owned())
    }

    /// Whether it begins with data, so that names and users are there already.
    pub(super) fn restored(&self) -> bool {
        self.snapshot.is_some() || self.source.is_some()
    }

    /// Whether one request cannot delete it.
    pub(super) fn protected(&self, scope: &Scope<'_>) -> bool {
        self.protected.unwrap_or_else(|| production(scope))
    }

    /// Whether it stays as it is when the standard support of its version ends, as RDS names that. MariaDB has no such
    /// choice.
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `EngineLifecycleSupport`
    pub(super) fn life_cycle(&self) -> Option<&'static str> {
        let extended = self.extended_support.filter(|_| self.engine.name() != "mariadb")?;
        Some(match extended {
            true => "open-source-rds-extended-support",
            false => "open-source-rds-extended-support-disabled",
        })
    }

    /// For how long backups are kept, where nothing was said.
    pub(super) fn default_backups(&self, scope: &Scope<'_>) -> Option<Duration> {
        self.backups.is_none().then(|| if production(scope) { days(7) } else { days(1) })
    }

    /// When RDS maintains it, where that was said.
    pub(super) fn maintenance_window(&self) -> Option<String> {
        self.maintenance_window.map(|Said { value: (day, window), .. }| OF_RDS.weekly(day, window))
    }

    /// The logs to export: those that are written.
    pub(super) fn logs(&self) -> Vec<String> {
        let about = about(&self.engine);
        let usual = if self.default_parameters().is_some() { about.logs_by_default } else { about.logs };
        self.logs.clone().unwrap_or_else(|| usual.iter().map(|log| (*log).to_owned()).collect())
    }

    /// Whether the parameter group of RDS keeps logs from being written that would be exported otherwise.
    pub(super) fn writes_less(&self) -> bool {
        let about = about(&self.engine);
        self.default_parameters().is_some() && self.logs.is_none() && about.logs != about.logs_by_default
    }

    /// The parameters that were said of this database, and not taken over from another one.
    fn own_parameters(&self) -> impl Iterator<Item = (&String, &Said<String>)> {
        let inherited = |name: &String| self.source.as_ref()?.inherited.parameters.get(name);
        let own = move |(name, said): &(&String, &Said<String>)| {
            inherited(name).is_none_or(|known| known.at != said.at)
        };
        self.parameters.iter().filter(own)
    }

    /// Whether it has the parameter group of RDS: a copy has where its original does, unless it says parameters.
    pub(super) fn default_parameters(&self) -> Option<Said<()>> {
        let inherited = || {
            let of_original = self.source.as_ref()?.inherited.default_parameters;
            of_original.filter(|_| self.own_parameters().next().is_none())
        };
        self.default_parameters.or_else(inherited)
    }

    /// The name of the parameter group of RDS, where it has that one.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    pub(super) fn default_group(&self) -> Option<String> {
        self.default_parameters().map(|_| format!("default.{}", self.engine.family()))
    }

    /// Reports what a parameter group of RDS cannot do.
    fn judge_parameters(&self, scope: &Scope<'_>) {
        let Some(default) = self.default_parameters() else { return };
        let help = "leave `.default_parameters()` out";
        for (name, said) in self.own_parameters() {
            let message = format!("`{name}` cannot be set in a parameter group of RDS");
            let finding = Finding::error("FW3236", message).help(help);
            report(scope, finding.at(said.at, "said here"), default.at);
        }
        if self.plain_connections && about(&self.engine).demands_tls(&self.engine) {
            let message = format!(
                "the parameter group that RDS has for `{}` {} lets nobody in without TLS",
                self.engine.name(),
                self.engine.major()
            );
            report(scope, Finding::error("FW3236", message).help(help), default.at);
        }
    }

    /// Reports names that were said of what is not there, or that AWS would not take.
    fn judge_names(&self, scope: &Scope<'_>) {
        if let (Some(said), Password::Managed) = (&self.secret_name, &self.password) {
            let finding = Finding::error("FW3235", "RDS names the secret of a password that it manages")
                .help("say `.own_secret()`, or leave `.secret_name(..)` out");
            report(scope, finding, said.at);
        }
        if let Some(said) = &self.secret_name {
            judge_name(said, scope);
        }
        if let Some(said) = &self.subnet_group_name {
            names::judge_subnet_group(said, scope);
        }
    }

    /// How deeply the load is recorded on a class.
    pub(super) fn insights(&self, class: Option<&str>) -> Insights {
        match self.insights {
            Insights::Standard if !about(&self.engine).has_insights_on(class) => Insights::Off,
            insights => insights,
        }
    }

    /// The parameters, for a parameter group.
    pub(super) fn parameters(&self, scope: &Scope<'_>) -> Json {
        let about = about(&self.engine);
        let (tls, yes, no) = about.tls;
        let mut all: BTreeMap<&str, &str> = about.logging.iter().copied().collect();
        all.extend(self.parameters.iter().map(|(name, said)| (name.as_str(), said.value.as_str())));
        if let Some(said) = self.parameters.get(tls) {
            let weaker = !self.plain_connections && said.value != yes;
            if weaker {
                let message =
                    format!("`{tls}` is set to `{}`, which lets clients in without TLS", said.value);
                let finding = Finding::error("FW3086", message)
                    .help("leave it out, or say `.allow_unencrypted_connections()` in its place");
                report(scope, finding, said.at);
            }
        } else {
            all.insert(tls, if self.plain_connections { no } else { yes });
        }
        let field = |(name, value): (&str, &str)| {
            let name: Str = name.to_owned().into();
            Field::new(name, Expr::Text(value.to_owned().into()))
        };
        Json::from_expr(Expr::Object(all.into_iter().map(field).collect()))
    }

    /// The role of enhanced monitoring.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    #[track_caller]
    pub(super) fn monitoring_role(&self, scope: &Scope<'_>) -> Option<iam::Role> {
        self.monitoring?;
        let role = iam::Role::builder()
            .description("writes what enhanced monitoring sees")
            .assume_role_policy_document(service_of_account("monitoring.rds.amazonaws.com"))
            .managed_policy_arns([ManagedPolicy::aws("service-role/AmazonRDSEnhancedMonitoringRole")]);
        Some(scope.add("Monitoring", role))
    }

    /// What every instance has, alone or in a cluster.
    #[track_caller]
    pub(super) fn watched(
        &self,
        instance: rds::db_instance::Builder,
        role: Option<iam::Role>,
        class: Option<&str>,
    ) -> rds::db_instance::Builder {
        let insights = self.insights(class);
        let key = (insights != Insights::Off).then(|| self.key.clone()).flatten();
        instance
            .auto_minor_version_upgrade(self.minor_upgrades)
            .monitoring_interval(role.and(self.monitoring).map(Every::seconds))
            .monitoring_role_arn(role)
            .enable_performance_insights(insights != Insights::Off)
            .performance_insights_retention_period(insights.kept())
            .performance_insights_kms_key_id(key)
    }

    /// Sets what becomes of its data, unless those are another one's.
    #[track_caller]
    pub(super) fn kept<B: formwork_core::Builder>(&self, scope: &Scope<'_>, resource: B, own: bool) -> B {
        if own && self.snapshot_on_removal.unwrap_or_else(|| production(scope)) {
            return resource.snapshot_on_removal();
        }
        let resource = resource
            .deletion_policy(DeletionPolicy::Delete)
            .update_replace_policy(UpdateReplacePolicy::Delete);
        self.accepted(scope, resource, &[("FW1605", own)])
    }

    /// Tells cfn-lint that a major version stands for its newest minor one. RDS takes it as such, so that the template
    /// does not name a minor version that RDS has upgraded since; the linter knows whole versions only.
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `EngineVersion`.
    #[track_caller]
    pub(super) fn versioned<B: formwork_core::Builder>(
        &self,
        resource: B,
        rules: [&'static str; 2],
        more: Option<&'static str>,
    ) -> B {
        let stands_for_newest = self.engine.version() == self.engine.major();
        let rules = stands_for_newest.then_some(rules).into_iter().flatten();
        let rules: Vec<&'static str> = rules.chain(more).collect();
        match rules.is_empty() {
            true => resource,
            false => resource.metadata("cfn-lint", json!({"config": {"ignore_checks": rules}})),
        }
    }

    /// Accepts what `check` says of choices that are cheap on purpose: codes, and whether the choice was made.
    #[track_caller]
    pub(super) fn accepted<B: formwork_core::Builder>(
        &self,
        scope: &Scope<'_>,
        resource: B,
        codes: &[(&'static str, bool)],
    ) -> B {
        let cheap = codes.iter().filter(|(_, chosen)| *chosen && !production(scope));
        cheap.fold(resource, |resource, (code, _)| resource.accept(*code, CHEAP))
    }

    /// Accepts that it listens where databases of its engine do, unless another port was said.
    #[track_caller]
    pub(super) fn on_usual_port<B: formwork_core::Builder>(&self, resource: B) -> B {
        match self.port {
            Some(_) => resource,
            None => resource.accept("FW2117", "a port is no secret: nobody reaches it who is not allowed to"),
        }
    }

    /// Whether backups are kept for less than a week.
    pub(super) fn few_backups(&self, scope: &Scope<'_>) -> bool {
        let said = self.backups.map(|said| said.value);
        said.or(self.default_backups(scope)).is_some_and(|kept| kept < days(7))
    }

    /// Reports a wish for insights that a class does not have.
    pub(super) fn judge_insights(&self, scope: &Scope<'_>, class: Option<&str>) {
        if let (Insights::Advanced, Some(said), Some(class)) = (self.insights, self.advanced, class)
            && !about(&self.engine).has_insights_on(Some(class))
        {
            let message = format!("`{}` has no insights on `{class}`", self.engine.name());
            let finding = Finding::error("FW3084", message)
                .help("take a larger class, such as `db.r8g.large`, or leave `.database_insights()` out");
            report(scope, finding, said.at);
        }
    }

    /// The scope that it is made in, where the names of what it makes are free.
    pub(super) fn claim<'a>(&self, scope: Scope<'a>, main: &'static str, groups: &Groups<'_>) -> Scope<'a> {
        let mut names = vec![main, "Subnets"];
        names.extend(groups.database.is_none().then_some("Group"));
        names.extend(self.default_parameters().is_none().then_some("Parameters"));
        place::claim(scope, "a database", &names)
    }

    /// Reports a security group of a proxy that is not wanted.
    pub(super) fn judge_proxy_group(&self, scope: &Scope<'_>, group: Option<&Said<SecurityGroup<'_>>>) {
        if let (Some(said), None) = (group, self.proxy) {
            let finding = Finding::error("FW3235", "a security group of a proxy, and no proxy")
                .help("say `.proxy()` or `.proxy_for_tokens()`, or `.security_group(..)` of the database");
            report(scope, finding, said.at);
        }
    }

    /// Reports what is wrong with what was said, whatever the database is.
    pub(super) fn judge(&self, scope: &Scope<'_>) {
        let about = about(&self.engine);
        OF_RDS.judge(self.backup_window, self.maintenance_window, scope);
        if let Some(Said { value: kept, at }) = self.backups
            && !(days(1)..=days(35)).contains(&kept)
        {
            // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
            let finding = Finding::error("FW3075", format!("backups are to be kept for {kept}"))
                .help("RDS keeps them for 1 to 35 days: `days(1)` to `days(35)`");
            report(scope, finding, at);
        }
        self.judge_parameters(scope);
        self.judge_names(scope);
        if let Some(said) = &self.name {
            names::judge_database(said, scope);
        }
        if let Some(said) = &self.username {
            names::judge_user(said, about, scope);
        }
    }
}

impl Insights {
    /// How many days are recorded.
    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, `DatabaseInsightsMode`: the advanced
    // mode takes 465 days.
    pub(super) fn kept(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Standard => Some(days(7)),
            Self::Advanced => Some(days(465)),
        }
    }
}
