//! Sizes of tasks on Fargate; ports, logs and networks in one word.

pub use crate::types::{Fargate, FargateSize};

use formwork_core::{Arn, Id, IntoInput, Name, Output, Set, map, pseudo};

use crate::{
    ec2,
    ecs::{
        service,
        task_definition::{self, Builder, NetworkMode, RequiresCompatibilities},
    },
    elasticloadbalancingv2, logs,
    types::Port,
};

impl Builder {
    /// Runs the task on Fargate with so much CPU and memory: sets `Cpu` and `Memory`, and what Fargate needs besides,
    /// `RequiresCompatibilities` and `NetworkMode`.
    ///
    /// ```
    /// use formwork_aws::ecs::{Fargate, TaskDefinition};
    ///
    /// let task = TaskDefinition::builder().family("api").fargate(Fargate::Cpu512.memory_gib::<1>());
    /// ```
    #[track_caller]
    pub fn fargate(self, size: FargateSize) -> Self {
        self.cpu(size.cpu().to_string())
            .memory(size.memory_mib().to_string())
            .requires_compatibilities([RequiresCompatibilities::Fargate])
            .network_mode(NetworkMode::Awsvpc)
    }
}

impl task_definition::PortMapping {
    /// A port that the container listens on.
    ///
    /// ```
    /// use formwork_aws::ecs::task_definition::{ContainerDefinition, PortMapping};
    ///
    /// let api = ContainerDefinition::builder().name("api").image("nginx").port_mappings([PortMapping::of(8000)]);
    /// ```
    #[track_caller]
    pub fn of(port: impl IntoInput<Port>) -> task_definition::PortMappingBuilder {
        Self::builder().container_port(port)
    }
}

impl task_definition::LogConfiguration {
    /// Writes what the container prints to a log group of the same Region, to streams that begin with a prefix. The
    /// task's execution role has to be allowed to.
    ///
    /// ```
    /// use formwork_aws::{ecs::task_definition::LogConfiguration, logs::LogGroup, types::days};
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("service");
    /// let group = stack.add("Log", LogGroup::builder().retention_in_days(days(30)));
    /// let log = LogConfiguration::awslogs(group, "api");
    /// ```
    #[track_caller]
    pub fn awslogs(
        group: impl IntoInput<Name<logs::LogGroup>>,
        prefix: impl IntoInput<String>,
    ) -> task_definition::LogConfigurationBuilder<Set> {
        // docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
        let group: Output<Name<logs::LogGroup>> = Output::new(group.into_input().into_expr());
        let prefix: Output<String> = Output::new(prefix.into_input().into_expr());
        Self::builder().log_driver("awslogs").options(map! {
            "awslogs-group": group,
            "awslogs-region": pseudo::region(),
            "awslogs-stream-prefix": prefix,
        })
    }
}

impl service::Builder {
    /// Runs the tasks on Fargate, in a network: sets `LaunchType` and `NetworkConfiguration`, without which Fargate
    /// starts nothing.
    ///
    /// ```
    /// use formwork_aws::{ec2, ecs::{Service, service::NetworkConfiguration}};
    /// # fn network() -> (Vec<ec2::Subnet>, Vec<ec2::SecurityGroup>) { (vec![], vec![]) }
    /// let (subnets, groups) = network();
    /// let service = Service::builder().fargate(NetworkConfiguration::private(subnets, groups)).desired_count(2);
    /// ```
    #[track_caller]
    pub fn fargate(self, network: impl IntoInput<service::NetworkConfiguration>) -> Self {
        self.launch_type(service::LaunchType::Fargate).network_configuration(network)
    }
}

impl service::LoadBalancer {
    /// Has the tasks' container of this name stand in a target group with its port.
    #[track_caller]
    pub fn of(
        container: impl IntoInput<String>,
        port: impl IntoInput<Port>,
        targets: impl IntoInput<Arn<elasticloadbalancingv2::TargetGroup>>,
    ) -> service::LoadBalancerBuilder {
        Self::builder().container_name(container).container_port(port).target_group_arn(targets)
    }
}

impl service::NetworkConfiguration {
    /// Has the tasks run in subnets, with security groups and without public addresses: what they need of the internet
    /// they reach through a NAT gateway, or not at all.
    ///
    /// ```
    /// use formwork_aws::{ec2, ecs::service::NetworkConfiguration};
    /// # fn network() -> (Vec<ec2::Subnet>, Vec<ec2::SecurityGroup>) { (vec![], vec![]) }
    /// let (subnets, groups) = network();
    /// let inside = NetworkConfiguration::private(subnets, groups);
    /// ```
    #[track_caller]
    pub fn private(
        subnets: impl IntoInput<Vec<Id<ec2::Subnet>>>,
        groups: impl IntoInput<Vec<Id<ec2::SecurityGroup>>>,
    ) -> service::NetworkConfigurationBuilder {
        Self::of(subnets, groups, service::AssignPublicIp::Disabled)
    }

    /// Has the tasks run in public subnets, with security groups and with public addresses.
    #[track_caller]
    pub fn public(
        subnets: impl IntoInput<Vec<Id<ec2::Subnet>>>,
        groups: impl IntoInput<Vec<Id<ec2::SecurityGroup>>>,
    ) -> service::NetworkConfigurationBuilder {
        Self::of(subnets, groups, service::AssignPublicIp::Enabled)
    }

    #[track_caller]
    fn of(
        subnets: impl IntoInput<Vec<Id<ec2::Subnet>>>,
        groups: impl IntoInput<Vec<Id<ec2::SecurityGroup>>>,
        address: service::AssignPublicIp,
    ) -> service::NetworkConfigurationBuilder {
        let within = service::AwsVpcConfiguration::builder().subnets(subnets).security_groups(groups);
        Self::builder().awsvpc_configuration(within.assign_public_ip(address))
    }
}
