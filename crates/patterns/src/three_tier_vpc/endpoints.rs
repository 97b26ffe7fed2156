//! Endpoints: how services of AWS are reached without the internet.

use formwork_aws::{
    ec2::{self, vpc_endpoint::VpcEndpointType},
    types::Cidr,
};
use formwork_core::{Id, Output, Scope, interpolate, pseudo};

use super::named;
use crate::{Connect, SecurityGroup, connect::pascal};

/// A service of AWS that a network reaches within.
///
/// `S3` and `DynamoDb` are routes (gateway endpoints) and cost nothing. The others are network interfaces with the
/// service's own name (interface endpoints), one in each zone, and are paid for by the hour and by the byte. Not every
/// service has them in every Region and zone. In China some have names that begin with `cn.`, which
/// [`customize`](formwork_core::Scope::customize) can write.
// docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// Objects; also the layers of images in ECR.
    S3,
    /// Tables.
    DynamoDb,
    /// The API of ECR.
    EcrApi,
    /// ECR as a registry: what pulls images.
    EcrDkr,
    /// CloudWatch Logs.
    Logs,
    /// CloudWatch's metrics.
    Monitoring,
    /// Secrets.
    SecretsManager,
    /// Parameters, and what Session Manager needs besides `SsmMessages`.
    Ssm,
    /// Session Manager and ECS Exec.
    SsmMessages,
    /// Systems Manager on instances.
    Ec2Messages,
    /// The API of EC2.
    Ec2,
    /// The API of ECS.
    Ecs,
    /// ECS on instances.
    EcsAgent,
    /// ECS on instances.
    EcsTelemetry,
    /// Keys.
    Kms,
    /// Temporary credentials.
    Sts,
    /// Queues.
    Sqs,
    /// Topics.
    Sns,
    /// EventBridge.
    Events,
    /// Step Functions.
    States,
    /// Functions.
    Lambda,
    /// Traces.
    XRay,
    /// The API of RDS.
    Rds,
    /// Private APIs of API Gateway.
    ExecuteApi,
    /// Another one, by what follows the Region in its name: `"bedrock-runtime"`.
    Other(&'static str),
}

impl Endpoint {
    /// What a task on Fargate needs that can reach nothing else: its image, its log and its secrets. With `S3`, which
    /// networks have anyway. `Ssm` comes in where secrets are parameters, `SsmMessages` for ECS Exec.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    pub const FARGATE: [Self; 4] = [Self::EcrApi, Self::EcrDkr, Self::Logs, Self::SecretsManager];

    /// What follows the Region in its name.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
            Self::EcrApi => "ecr.api",
            Self::EcrDkr => "ecr.dkr",
            Self::Logs => "logs",
            Self::Monitoring => "monitoring",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::SsmMessages => "ssmmessages",
            Self::Ec2Messages => "ec2messages",
            Self::Ec2 => "ec2",
            Self::Ecs => "ecs",
            Self::EcsAgent => "ecs-agent",
            Self::EcsTelemetry => "ecs-telemetry",
            Self::Kms => "kms",
            Self::Sts => "sts",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Events => "events",
            Self::States => "states",
            Self::Lambda => "lambda",
            Self::XRay => "xray",
            Self::Rds => "rds",
            Self::ExecuteApi => "execute-api",
            Self::Other(name) => name,
        }
    }

    /// Its part of a logical id.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Other(name) => pascal(name),
            known => format!("{known:?}"),
        }
    }

    fn is_route(self) -> bool {
        matches!(self, Self::S3 | Self::DynamoDb)
    }
}

/// Where endpoints go.
pub(super) struct Place<'p> {
    pub(super) vpc: ec2::Vpc,
    pub(super) range: Cidr,
    pub(super) tables: &'p [ec2::RouteTable],
    pub(super) subnets: &'p [Output<Id<ec2::Subnet>>],
}

/// What was made.
pub(super) struct Made<'a> {
    pub(super) endpoints: Vec<(Endpoint, ec2::VpcEndpoint)>,
    pub(super) group: Option<SecurityGroup<'a>>,
}

pub(super) fn make<'a>(scope: Scope<'a>, wanted: &[Endpoint], place: &Place<'_>) -> Made<'a> {
    let mut made = Made { endpoints: Vec::new(), group: None };
    for endpoint in wanted {
        // The same one said twice is one.
        if made.endpoints.iter().any(|(known, _)| known.service() == endpoint.service()) {
            continue;
        }
        let name = format!("{}Endpoint", endpoint.name());
        let service = interpolate!("com.amazonaws.{}.{}", pseudo::region(), endpoint.service());
        let builder = ec2::VpcEndpoint::builder().vpc_id(place.vpc).service_name(service);
        let builder = if endpoint.is_route() {
            builder.vpc_endpoint_type(VpcEndpointType::Gateway).route_table_ids(place.tables)
        } else {
            let group = made.group.get_or_insert_with(|| {
                let group = SecurityGroup::in_vpc(
                    scope.scope("Endpoints"),
                    place.vpc.vpc_id(),
                    "endpoints of AWS services",
                );
                // Everybody in the network may ask; who asks needs a rule to get out.
                group.allow_from_addresses(place.range, 443);
                group
            });
            builder
                .vpc_endpoint_type(VpcEndpointType::Interface)
                .private_dns_enabled(true)
                .subnet_ids(place.subnets)
                .security_group_ids([group.id()])
        };
        made.endpoints.push((*endpoint, scope.add(name.clone(), named(builder, scope, &name))));
    }
    made
}
