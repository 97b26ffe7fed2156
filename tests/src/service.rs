//! A web service with its network and database, flat: typed resources alone, as the patterns write them.

use formwork::{
    aws::{
        applicationautoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking},
        ec2::{self, security_group::Ingress},
        ecs::{
            self, Fargate,
            service::{LoadBalancer, NetworkConfiguration},
            task_definition::{ContainerDefinition, LogConfiguration, PortMapping},
        },
        elasticloadbalancingv2::{self as elb, Action, load_balancer::Scheme, target_group::TargetType},
        iam, logs, rds,
    },
    prelude::*,
};

/// Twenty-four resources of nine services.
pub fn service(stack: Stack<'_>) {
    let range = cidr!("10.0.0.0/16");
    let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(range).enable_dns_hostnames(true));
    let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
    let attached = stack.add("Attached", ec2::VpcGatewayAttachment::internet(vpc, gateway));
    let routes = stack.add("Routes", ec2::RouteTable::builder().vpc_id(vpc));
    stack.add("Out", ec2::Route::to_internet(routes, gateway).depends_on(attached));
    let subnets = [("A", 0), ("B", 1)].map(|(name, zone)| {
        let subnet = ec2::Subnet::builder().vpc_id(vpc).zone_number(zone);
        let subnet = stack.add(format!("Subnet{name}"), subnet.cidr_block(range.subnets(24).nth(zone)));
        stack.add(format!("Route{name}"), ec2::SubnetRouteTableAssociation::of(subnet, routes));
        subnet
    });

    let group = |who: &'static str, from| ec2::SecurityGroup::with_ingress(vpc, who, [from]);
    let web = stack.add("Web", group("Web", Ingress::tcp(80).cidr_ip("0.0.0.0/0")));
    let api = stack.add("Api", group("Api", Ingress::tcp(8000).from_group(web)));
    let data = stack.add("Data", group("Data", Ingress::tcp(5432).from_group(api)));

    let balancer = elb::LoadBalancer::builder().subnets(subnets).security_groups([web]);
    let balancer = stack.add("Balancer", balancer.scheme(Scheme::InternetFacing));
    let targets = elb::TargetGroup::builder().vpc_id(vpc).http(8000).target_type(TargetType::Ip);
    let targets = targets.health_check_path("/health").health_check_interval_seconds(seconds(30));
    let targets = stack.add("Targets", targets);
    let listener = elb::Listener::builder().load_balancer_arn(balancer).http(80);
    let listener = stack.add("Listener", listener.default_actions([Action::forward(targets)]));

    let log = stack.add("Log", logs::LogGroup::builder().retention_in_days(days(30)));
    let role = stack.add("Role", iam::Role::ecs_execution());
    let log = LogConfiguration::awslogs(log, "api");
    let container = ContainerDefinition::builder().name("api").image("nginx").log_configuration(log);
    let container = container.port_mappings([PortMapping::of(8000)]);
    let task = ecs::TaskDefinition::builder().fargate(Fargate::Cpu512.memory_gib::<1>());
    let task = stack.add("Task", task.execution_role_arn(role).container_definitions([container]));
    let cluster = stack.add("Cluster", ecs::Cluster::builder());
    let service = ecs::Service::builder().cluster(cluster).task_definition(task).desired_count(2);
    let service = service.fargate(NetworkConfiguration::public(subnets, [api])).depends_on(listener);
    let service = stack.add("Service", service.load_balancers([LoadBalancer::of("api", 8000, targets)]));
    let target = stack.add("Scaling", ScalableTarget::ecs_service(cluster, service, 2..=10));
    let cpu = TargetTracking::keep(PredefinedMetric::EcsServiceAverageCpuUtilization, 70);
    stack.add("OnCpu", ScalingPolicy::target_tracking("cpu", target, cpu.scale_in_cooldown(minutes(5))));

    let places = stack.add("Places", rds::DbSubnetGroup::of("data", subnets));
    let database = rds::DbInstance::builder().runs(rds::Engine::postgres("16.13")).managed_master("shop");
    let database = database.db_instance_class("db.t4g.medium").multi_az(true).vpc_security_groups([data]);
    let database = database.allocated_storage("20").storage_encrypted(true).backup_retention_period(days(7));
    let database = stack.add("Database", database.db_subnet_group_name(places).snapshot_on_removal());
    stack.output("Url", interpolate!("http://{}", balancer.dns_name()));
    stack.output("Database", database.endpoint_address());
}
