//! What differs from engine to engine.

use formwork_aws::rds::{self, db_proxy};

/// What the pattern has to know of an engine.
pub(super) struct About {
    /// The parameter that demands TLS, and its values for yes and no.
    pub(super) tls: (&'static str, &'static str, &'static str),
    /// Parameters without which exported logs stay empty.
    pub(super) logging: &'static [(&'static str, &'static str)],
    /// The logs that are worth exporting.
    pub(super) logs: &'static [&'static str],
    /// Those of them that are written without any of the parameters.
    pub(super) logs_by_default: &'static [&'static str],
    /// Since which version the parameters of RDS demand TLS, if they do.
    tls_since: Option<(u32, u32)>,
    /// What kind of proxy speaks to it.
    pub(super) proxy: db_proxy::EngineFamily,
    /// The longest name of a user.
    pub(super) longest_user: usize,
    /// Names that no user may have.
    pub(super) no_users: &'static [&'static str],
    /// Classes on which it has no Performance Insights, by family and size; no size: all of them.
    no_insights: &'static [(&'static str, &'static [&'static str])],
}

const SMALL: &[&str] = &["micro", "small"];
const OF_MYSQL: &[(&str, &[&str])] = &[("t2", SMALL), ("t3", SMALL), ("t4g", SMALL)];
const OF_AURORA_MYSQL: &[(&str, &[&str])] = &[("t2", &[]), ("t3", &[]), ("t4g", &[])];

// TLS: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html (`rds.force_ssl`),
// mysql-ssl-connections.html, MariaDB.Concepts.SSLSupport.html and AuroraUserGuide/AuroraMySQL.Security.html
// (`require_secure_transport`). Logs: USER_LogAccess.MySQL.LogFileSize.html (tables are not exported, files are),
// AuroraUserGuide/AuroraMySQL.Auditing.html.
const POSTGRES: About = About {
    tls: ("rds.force_ssl", "1", "0"),
    logging: &[],
    logs: &["postgresql", "upgrade"],
    logs_by_default: &["postgresql", "upgrade"],
    tls_since: Some((15, 0)),
    proxy: db_proxy::EngineFamily::Postgresql,
    longest_user: 63,
    no_users: &["admin", "rdsadmin", "rds_superuser", "public", "user"],
    no_insights: &[],
};
// API_CreateDBCluster.html, `EnableCloudwatchLogsExports` and `MasterUsername`: a cluster has no log of upgrades, and its
// users have shorter names.
const AURORA_POSTGRES: About = About {
    logs: &["postgresql"],
    logs_by_default: &["postgresql"],
    // AuroraUserGuide/AuroraPostgreSQL.Security.html
    tls_since: Some((17, 0)),
    longest_user: 16,
    ..POSTGRES
};
const MYSQL: About = About {
    tls: ("require_secure_transport", "1", "0"),
    logging: &[("log_output", "FILE"), ("slow_query_log", "1")],
    logs: &["error", "slowquery"],
    logs_by_default: &["error"],
    tls_since: None,
    proxy: db_proxy::EngineFamily::Mysql,
    longest_user: 16,
    no_users: &["rdsadmin", "root"],
    no_insights: OF_MYSQL,
};
// mariadb-ssl-connections.require-ssl.html
const MARIADB: About = About { tls_since: Some((11, 8)), ..MYSQL };
const AURORA_MYSQL: About = About {
    tls: ("require_secure_transport", "ON", "OFF"),
    logging: &[
        ("server_audit_events", "CONNECT,QUERY_DCL,QUERY_DDL"),
        ("server_audit_logging", "1"),
        ("slow_query_log", "1"),
    ],
    logs: &["audit", "error", "slowquery"],
    no_insights: OF_AURORA_MYSQL,
    ..MYSQL
};

/// What there is to know of the engine of a database.
pub(super) fn about(engine: &rds::Engine) -> &'static About {
    match engine.name() {
        "aurora-mysql" => &AURORA_MYSQL,
        "aurora-postgresql" => &AURORA_POSTGRES,
        "mysql" => &MYSQL,
        "mariadb" => &MARIADB,
        _ => &POSTGRES,
    }
}

impl About {
    /// Whether the parameter group of RDS lets nobody in without TLS.
    pub(super) fn demands_tls(&self, engine: &rds::Engine) -> bool {
        let mut parts = engine.version().split('.').map_while(|part| part.parse().ok());
        let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        self.tls_since.is_some_and(|since| version >= since)
    }

    /// Whether there is Performance Insights on a class; on one that is known only at deployment, there is.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
    pub(super) fn has_insights_on(&self, class: Option<&str>) -> bool {
        let Some((family, size)) =
            class.and_then(|class| class.strip_prefix("db.")).and_then(|class| class.split_once('.'))
        else {
            return true;
        };
        let lacks =
            |(of, sizes): &(&str, &[&str])| *of == family && (sizes.is_empty() || sizes.contains(&size));
        !self.no_insights.iter().any(lacks)
    }
}
