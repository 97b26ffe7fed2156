//! Classes of instances, and engines with their versions.

use formwork_core::{Id, IntoInput};

use crate::{
    ec2,
    types::{self, service},
};

/// An instance class of RDS, such as `db.t4g.medium`; see [`types::Class`].
pub type Class = types::Class<service::Rds>;

/// An engine of RDS with its version, such as `postgres` 16.10; see [`types::Engine`].
pub type Engine = types::Engine<service::Rds>;

impl crate::rds::db_instance::Builder {
    /// Runs an engine: sets `Engine` and `EngineVersion`.
    ///
    /// ```
    /// use formwork_aws::rds::{DbInstance, DbParameterGroup, Engine};
    ///
    /// let engine = Engine::postgres("17");
    /// let parameters = DbParameterGroup::builder().description("for the shop").family(engine.family());
    /// let database = DbInstance::builder().runs(engine).db_instance_class("db.t4g.medium");
    /// ```
    #[track_caller]
    pub fn runs(self, engine: Engine) -> Self {
        self.engine(engine.name()).engine_version(engine.version_input())
    }
}

impl crate::rds::db_instance::Builder {
    /// Has RDS make the master user's password, keep it in Secrets Manager and change it: sets `MasterUsername` and
    /// `ManageMasterUserPassword`.
    ///
    /// ```
    /// use formwork_aws::rds::{DbInstance, Engine};
    ///
    /// let database = DbInstance::builder().runs(Engine::postgres("17")).managed_master("shop");
    /// ```
    #[track_caller]
    pub fn managed_master(self, name: impl IntoInput<types::UserName>) -> Self {
        self.master_username(name).manage_master_user_password(true)
    }
}

impl crate::rds::DbSubnetGroup {
    /// The subnets that a database may stand in: of two zones or more. `DBSubnetGroupDescription` is read by people.
    #[track_caller]
    pub fn of(
        description: impl IntoInput<String>,
        subnets: impl IntoInput<Vec<Id<ec2::Subnet>>>,
    ) -> crate::rds::db_subnet_group::Complete {
        Self::builder().db_subnet_group_description(description).subnet_ids(subnets)
    }
}

impl crate::rds::db_cluster::Builder {
    /// Runs an engine: sets `Engine` and `EngineVersion`.
    ///
    /// ```
    /// use formwork_aws::rds::{DbCluster, Engine};
    ///
    /// let cluster = DbCluster::builder().runs(Engine::aurora_postgresql("17"));
    /// ```
    #[track_caller]
    pub fn runs(self, engine: Engine) -> Self {
        self.engine(engine.name()).engine_version(engine.version_input())
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Options};

    use super::Engine;
    use crate::rds::{DbCluster, DbInstance};

    #[test]
    fn an_engine_sets_two_properties_and_is_remarked_on_where_it_is_set() {
        let app = App::for_tests();
        let stack = app.stack("s");
        stack.add("Db", DbInstance::builder().runs(Engine::postgres("17")));
        stack.add("Cluster", DbCluster::builder().runs(Engine::aurora_mysql("8.0.mysql_aurora.3.99.0")));
        let assembly = app.synth(&Options::default()).unwrap();
        let template = assembly.stacks()[0].template().value();
        let database = &template["Resources"]["Db"]["Properties"];
        assert_eq!(database.to_string(), r#"{"Engine":"postgres","EngineVersion":"17"}"#);
        assert_eq!(template["Resources"]["Cluster"]["Properties"]["Engine"], "aurora-mysql");
        let findings: Vec<_> = assembly.findings().iter().collect();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code, "FW0723");
        let path = findings[0].template_path.as_deref();
        assert_eq!(path, Some("Resources/Cluster/Properties/EngineVersion"));
        assert!(findings[0].spans[0].at.file.ends_with("rds.rs"));
    }
}
