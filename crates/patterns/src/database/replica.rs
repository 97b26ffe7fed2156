//! Copies: replicas of an instance, and the other Regions of a global database.

use std::panic::Location;

use formwork_aws::{kms, rds};
use formwork_core::{Arn, Expr, Finding, Identifier, Input, IntoInput, Output};

use super::{Aurora, Builder, Database, Instance, Replica, aurora, instance, wishes::Source};
use crate::place::report;

/// The key of a copy in another Region, where the original's cannot be used: one of your own, or that of AWS.
// docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html, `KmsKeyId`.
pub(super) fn key_elsewhere(own: Option<Output<Arn<kms::Key>>>) -> Input<Identifier<kms::Key>> {
    match own {
        Some(key) => Input::new(key.expr().clone()),
        None => Input::new(Expr::Text("alias/aws/rds".into())),
    }
}

impl<'a> Database<'a, Instance> {
    /// A replica in the same Region, for what only reads. It takes the original's place only by hand. It takes over port
    /// and parameters of the original, which needs [`own_secret`](Builder::own_secret).
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let data = app.stack("data");
    /// let orders =
    ///     Database::postgres("17", "db.m8g.large").own_secret().build(data.scope("Orders"), &network);
    /// let reports = orders.replica("db.m8g.large").build(data.scope("Reports"), &network);
    /// ```
    #[track_caller]
    pub fn replica(&self, class: impl IntoInput<rds::Class>) -> Builder<'a, Instance, Replica> {
        self.can_be_copied();
        // Within a Region it is named by its identifier.
        let source = self.own.instance.db_instance_identifier();
        let wanted =
            instance::Wanted::new(class).copying(|it| it.source_db_instance_identifier(source), false);
        self.copy(wanted, false)
    }

    /// A replica in the Region of another stack. The original needs [`replicas_in`](Builder::replicas_in) with that Region.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let orders = Database::postgres("17", "db.m8g.large")
    ///     .replicas_in(["eu-west-1"])
    ///     .build(app.stack("data").scope("Orders"), &network);
    /// let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far-network").region("eu-west-1"));
    /// let copy = orders
    ///     .replica_in_another_region("db.m8g.large")
    ///     .build(app.stack("far-data").region("eu-west-1").scope("Orders"), &far);
    /// ```
    // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html,
    // `SourceDBInstanceIdentifier` and `SourceRegion`.
    #[track_caller]
    pub fn replica_in_another_region(
        &self,
        class: impl IntoInput<rds::Class>,
    ) -> Builder<'a, Instance, Replica> {
        self.can_be_copied();
        let arn = self.own.instance.db_instance_arn();
        let region = arn.split(":").select(3);
        let wanted = instance::Wanted::new(class)
            .copying(|it| it.source_db_instance_identifier(arn).source_region(region), true);
        self.copy(wanted, true)
    }

    fn copy(&self, wanted: instance::Wanted, elsewhere: bool) -> Builder<'a, Instance, Replica> {
        Builder::of(self.common.engine.clone(), self.source(elsewhere), wanted)
    }

    #[track_caller]
    fn can_be_copied(&self) {
        if self.common.credentials.managed {
            // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
            let finding =
                Finding::error("FW3081", "RDS makes no replicas of a database whose password it manages")
                    .help("say `.own_secret()` of the original, or `.replicas_in([\"eu-west-1\"])`");
            report(&self.common.scope, finding, Location::caller());
        }
    }
}

impl<'a> Database<'a, Aurora> {
    /// The same database in the Region of another stack: it follows the original within a second, and can take its
    /// place. The original needs [`global`](Builder::global) with that Region. Its number of readers does not change by
    /// itself, and until it takes over, its [`endpoint`](Database::endpoint) only reads.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let orders = Database::aurora_postgres("17")
    ///     .global(["eu-west-1"])
    ///     .build(app.stack("data").scope("Orders"), &network);
    /// let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).build(app.stack("far-network").region("eu-west-1"));
    /// let copy =
    ///     orders.secondary().build(app.stack("far-data").region("eu-west-1").scope("Orders"), &far);
    /// ```
    #[track_caller]
    pub fn secondary(&self) -> Builder<'a, Aurora, Replica> {
        if self.own.global.is_none() {
            let finding =
                Finding::error("FW3081", "a cluster that is not global has no copies in other Regions")
                    .help("say `.global([\"eu-west-1\"])` of the original");
            report(&self.common.scope, finding, Location::caller());
        }
        let engine = self.common.engine.clone();
        let global = self.own.global;
        let wanted = aurora::Wanted::new().of_global(|it| match global {
            Some(global) => it.runs(engine.clone()).global_cluster_identifier(global),
            None => it.runs(engine.clone()),
        });
        Builder::of(engine, self.source(true), wanted)
    }
}

impl<K: super::Kind> Database<'_, K> {
    /// What a copy has to know.
    fn source(&self, elsewhere: bool) -> Source {
        let credentials = &self.common.credentials;
        Source {
            inherited: self.common.inherited.clone(),
            name: self.common.name.clone(),
            username: self.common.username.clone(),
            credentials: if elsewhere { credentials.copied() } else { credentials.here() },
        }
    }
}
