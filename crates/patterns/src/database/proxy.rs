//! A proxy in front of a database, which keeps a pool of connections.

use formwork_aws::{
    iam::{self, TrustPolicy},
    rds::{self, db_proxy, db_proxy_endpoint, db_proxy_target_group},
    secretsmanager::Secret,
};
use formwork_core::{Arn, AsHandle, Builder as _, Output};

use super::{Common, about, wishes::Proxied};
use crate::{
    Grantee, Role, SecurityGroup, ThreeTierVpc,
    connect::{self, brought_or_own},
    place::Said,
};

/// A proxy, and what belongs to it.
#[derive(Clone)]
pub(super) struct Front<'a> {
    pub(super) proxy: rds::DbProxy,
    pub(super) targets: rds::DbProxyTargetGroup,
    pub(super) role: iam::Role,
    pub(super) reader: Option<rds::DbProxyEndpoint>,
    pub(super) group: SecurityGroup<'a>,
    /// Whether clients bring tokens in place of a password.
    pub(super) tokens: bool,
}

/// What a proxy stands before.
pub(super) enum Targets {
    Instance(rds::DbInstance),
    Cluster { cluster: rds::DbCluster, members: Vec<rds::DbInstance>, readers: bool },
}

impl Front<'_> {
    pub(super) fn endpoint(&self) -> Output<String> {
        self.proxy.endpoint()
    }

    pub(super) fn reader_endpoint(&self) -> Output<String> {
        self.reader.map_or_else(|| self.proxy.endpoint(), |reader| reader.endpoint())
    }

    /// What IAM knows the proxy by: the last part of its ARN.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html
    pub(super) fn resource_id(&self) -> Output<String> {
        self.proxy.db_proxy_arn().split(":").select(6)
    }
}

impl<'a> Common<'a> {
    /// Makes a proxy in front.
    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-setup.html
    #[track_caller]
    pub(super) fn proxied(
        &self,
        network: &ThreeTierVpc<'a>,
        proxied: Proxied,
        group: Option<Said<SecurityGroup<'a>>>,
        targets: Targets,
    ) -> Front<'a> {
        let scope = self.scope.scope("Proxy");
        let group = brought_or_own(group, scope, network, "proxy of the database");
        connect::connect(scope, &group, &self.group, self.port);
        let role = iam::Role::builder()
            .description("reads how to log on to the database")
            .assume_role_policy_document(TrustPolicy::service("rds.amazonaws.com"));
        let role = scope.add("Role", role);
        for statement in self.credentials.value.statements() {
            Role::of(scope, role).grant(statement);
        }
        let tokens = proxied == Proxied::Tokens;
        let auth = db_proxy::AuthFormat::builder()
            .auth_scheme(db_proxy::AuthScheme::Secrets)
            .iam_auth(if tokens { db_proxy::IamAuth::Required } else { db_proxy::IamAuth::Disabled })
            .secret_arn(self.credentials.value.arn().cast::<Arn<Secret>>());
        // A proxy has no name by itself; with the stack's and the scope's it is no other's. Other subnets or another family
        // of engines replace it, and what takes its place needs another name.
        // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbproxy.html
        let replaces = format!("{:?} {}", about(&self.engine).proxy, network.data_subnets_identity());
        let name = scope.physical_name(&format!("{}-{}", scope.stack().id(), self.scope.path()), 49);
        let name = format!("{name}-{:08x}", digest(&replaces));
        let proxy = rds::DbProxy::builder()
            .db_proxy_name(as_proxy_name(&name))
            .engine_family(about(&self.engine).proxy)
            .role_arn(role)
            .vpc_subnet_ids(network.data_subnets())
            .vpc_security_group_ids([group.id()])
            .require_tls(true)
            .auth([auth]);
        let proxy = self.scope.add("Proxy", proxy);
        let pool = rds::DbProxyTargetGroup::builder()
            .db_proxy_name(proxy)
            .target_group_name(db_proxy_target_group::TargetGroupName::Default);
        let (pool, readers) = match targets {
            Targets::Instance(instance) => {
                (pool.db_instance_identifiers([instance.db_instance_identifier()]), false)
            }
            Targets::Cluster { cluster, members, readers } => {
                // A cluster without instances is refused.
                let members: Vec<_> = members.iter().map(AsHandle::as_handle).collect();
                (pool.db_cluster_identifiers([cluster]).depends_on(members), readers)
            }
        };
        let targets = scope.add("Targets", pool);
        let reader = readers.then(|| {
            let reader = rds::DbProxyEndpoint::builder()
                .db_proxy_endpoint_name(as_proxy_name(&format!("{}-r", name)))
                .db_proxy_name(proxy.db_proxy_name())
                .vpc_subnet_ids(network.data_subnets())
                .vpc_security_group_ids([group.id()])
                .target_role(db_proxy_endpoint::TargetRole::ReadOnly)
                .depends_on(targets);
            scope.add("Reader", reader)
        });
        Front { proxy, targets, role, reader, group, tokens }
    }
}

/// A digest by FNV-1a, which is the same in every run and on every machine.
fn digest(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |digest, byte| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Letters, digits and single hyphens, beginning with a letter.
fn as_proxy_name(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-").to_ascii_lowercase();
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => format!("db-{name}"),
    }
}
