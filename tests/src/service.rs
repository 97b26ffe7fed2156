//! A web service with its network and database, flat: typed resources alone, as the patterns write them.

use formwork::{
    aws::{
        applicationautoscaling::{self as scaling, scalable_target, scaling_policy},
        ec2::{self, security_group},
        ecs::{self, Fargate, service, task_definition},
        elasticloadbalancingv2::{self as elb, listener, load_balancer, target_group},
        iam::{self, TrustPolicy},
        logs, rds,
    },
    core::functions,
    prelude::*,
    pseudo,
};

/// Twenty-four resources of twelve services.
pub fn service(stack: Stack<'_>) {
    let vpc =
        stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")).enable_dns_hostnames(true));
    let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
    let attached =
        stack.add("Attached", ec2::VpcGatewayAttachment::builder().vpc_id(vpc).internet_gateway_id(gateway));
    let routes = stack.add("Routes", ec2::RouteTable::builder().vpc_id(vpc));
    stack.add(
        "Out",
        ec2::Route::builder()
            .route_table_id(routes)
            .destination_cidr_block("0.0.0.0/0")
            .gateway_id(gateway.internet_gateway_id())
            .depends_on(attached),
    );
    let subnets: Vec<ec2::Subnet> = cidr!("10.0.0.0/16")
        .subnets(24)
        .take(2)
        .zip(["A", "B"])
        .zip(0..)
        .map(|((range, name), index)| {
            let subnet = ec2::Subnet::builder()
                .vpc_id(vpc)
                .cidr_block(range)
                .availability_zone(functions::availability_zones(pseudo::region()).select(index));
            let subnet = stack.add(format!("Subnet{name}"), subnet);
            stack.add(
                format!("Route{name}"),
                ec2::SubnetRouteTableAssociation::builder().route_table_id(routes).subnet_id(subnet),
            );
            subnet
        })
        .collect();
    let group = |name: &'static str, port: u16, from: Option<ec2::SecurityGroup>| {
        let rule = security_group::Ingress::builder().ip_protocol("tcp").from_port(port).to_port(port);
        let rule = match from {
            Some(group) => rule.source_security_group_id(group),
            None => rule.cidr_ip("0.0.0.0/0"),
        };
        stack.add(
            name,
            ec2::SecurityGroup::builder().group_description(name).vpc_id(vpc).security_group_ingress([rule]),
        )
    };
    let web = group("Web", 80, None);
    let api = group("Api", 8000, Some(web));
    let data = group("Data", 5432, Some(api));
    let balancer = stack.add(
        "Balancer",
        elb::LoadBalancer::builder()
            .subnets(&subnets)
            .security_groups([web])
            .scheme(load_balancer::Scheme::InternetFacing),
    );
    let targets = elb::TargetGroup::builder()
        .vpc_id(vpc)
        .port(8000)
        .protocol(target_group::Protocol::Http)
        .target_type(target_group::TargetType::Ip)
        .health_check_path("/health")
        .health_check_interval_seconds(seconds(30));
    let targets = stack.add("Targets", targets);
    let forward = listener::Action::builder().type_(listener::Type::Forward).target_group_arn(targets);
    let listener = stack.add(
        "Listener",
        elb::Listener::builder()
            .load_balancer_arn(balancer)
            .port(80)
            .protocol(listener::Protocol::Http)
            .default_actions([forward]),
    );
    let log = stack.add("Log", logs::LogGroup::builder().retention_in_days(days(30)));
    let role = stack.add(
        "Role",
        iam::Role::builder().assume_role_policy_document(TrustPolicy::service("ecs-tasks.amazonaws.com")),
    );
    let logs = task_definition::LogConfiguration::builder().log_driver("awslogs").options(map! {"awslogs-group": log.log_group_name(), "awslogs-region": pseudo::region(), "awslogs-stream-prefix": "api"});
    let container = task_definition::ContainerDefinition::builder()
        .name("api")
        .image("nginx")
        .port_mappings([task_definition::PortMapping::builder().container_port(8000)])
        .log_configuration(logs);
    let task = stack.add(
        "Task",
        ecs::TaskDefinition::builder()
            .fargate(Fargate::Cpu512.memory_gib::<1>())
            .execution_role_arn(role)
            .container_definitions([container]),
    );
    let cluster = stack.add("Cluster", ecs::Cluster::builder());
    let network = service::AwsVpcConfiguration::builder()
        .subnets(&subnets)
        .security_groups([api])
        .assign_public_ip(service::AssignPublicIp::Enabled);
    let front =
        service::LoadBalancer::builder().container_name("api").container_port(8000).target_group_arn(targets);
    let service = ecs::Service::builder()
        .cluster(cluster)
        .task_definition(task)
        .desired_count(2)
        .launch_type(service::LaunchType::Fargate)
        .network_configuration(service::NetworkConfiguration::builder().awsvpc_configuration(network))
        .load_balancers([front])
        .depends_on(listener);
    let service = stack.add("Service", service);
    let target = scaling::ScalableTarget::builder()
        .min_capacity(2)
        .max_capacity(10)
        .resource_id(interpolate!("service/{cluster}/{}", service.name()))
        .scalable_dimension(scalable_target::ScalableDimension::EcsServiceDesiredCount)
        .service_namespace(scalable_target::ServiceNamespace::Ecs);
    let target = stack.add("Scaling", target);
    let metric = scaling_policy::PredefinedMetricSpecification::builder().predefined_metric_type(
        scaling_policy::PredefinedMetricSpecificationPredefinedMetricType::EcsServiceAverageCpuUtilization,
    );
    let tracking = scaling_policy::TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(70)
        .predefined_metric_specification(metric)
        .scale_in_cooldown(minutes(5));
    stack.add(
        "OnCpu",
        scaling::ScalingPolicy::builder()
            .policy_name("cpu")
            .policy_type(scaling_policy::PolicyType::TargetTrackingScaling)
            .scaling_target_id(target)
            .target_tracking_scaling_policy_configuration(tracking),
    );
    let places = stack.add(
        "Places",
        rds::DbSubnetGroup::builder().db_subnet_group_description("data").subnet_ids(&subnets),
    );
    let database = rds::DbInstance::builder()
        .engine("postgres")
        .engine_version("16.13")
        .db_instance_class("db.t4g.medium")
        .allocated_storage("20")
        .multi_az(true)
        .storage_encrypted(true)
        .db_subnet_group_name(places)
        .vpc_security_groups([data])
        .manage_master_user_password(true)
        .master_username("shop")
        .backup_retention_period(days(7));
    let database = stack.add(
        "Database",
        database
            .deletion_policy(DeletionPolicy::Snapshot)
            .update_replace_policy(UpdateReplacePolicy::Snapshot),
    );
    stack.output("Url", interpolate!("http://{}", balancer.dns_name()));
    stack.output("Database", database.endpoint_address());
}
