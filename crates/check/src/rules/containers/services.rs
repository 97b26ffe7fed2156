//! Services: where their tasks run, what they connect, how they are replaced.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use super::{
    super::network::{Routes, made},
    SERVICE, all_known, awsvpc, containers_of, for_fargate, network_of, on_fargate, task_of,
};
use crate::{
    context::{Context, Piece, Resource, Value},
    rule::Says,
};

/// Whether ECS itself replaces the tasks; of others, most is told by other resources.
fn by_ecs(service: Resource<'_>) -> bool {
    let controller = service.get("DeploymentController").get("Type");
    service.get("DeploymentController").is_absent() || controller.is("ECS")
}

pub(super) fn network(service: Resource<'_>, says: &mut Says) {
    let configuration = service.get("NetworkConfiguration");
    let own = network_of(service);
    match awsvpc(service) {
        Some(true) if own.is_absent() && !service.get("DeploymentController").get("Type").is("EXTERNAL") => {
            says.add(
                configuration,
                format!(
                    "service `{}` has tasks with their own network interface, and says no subnets",
                    service.id()
                ),
            )
            .help("set `NetworkConfiguration` with `AwsvpcConfiguration`: subnets and security groups");
        }
        Some(true) if own.is_set() => {
            let subnets = own.get("Subnets");
            if subnets.is_absent() || (!subnets.is_unknown() && subnets.items().is_empty()) {
                says.add(subnets, format!("service `{}` names no subnets", service.id()))
                    .help("list at least one subnet in `Subnets`");
            }
        }
        Some(false) if own.is_set() => {
            let remark = says.add(
                own,
                format!(
                    "service `{}` has subnets, and its tasks are on the network of their host",
                    service.id()
                ),
            );
            remark.help("set `NetworkMode: awsvpc` in the task definition, or remove `NetworkConfiguration`");
            if let Some(task) = task_of(service) {
                remark.also(task.get("NetworkMode"), "not `awsvpc`");
            }
        }
        _ => {}
    }
}

pub(super) fn containers(service: Resource<'_>, says: &mut Says) {
    let Some(task) = task_of(service).filter(|task| all_known(*task)) else { return };
    let containers = containers_of(task);
    for (list, what) in [("LoadBalancers", "load balancer"), ("ServiceRegistries", "registry")] {
        for entry in service.get(list).items() {
            let (name, port) = (entry.get("ContainerName"), entry.get("ContainerPort"));
            let Some(wanted) = name.text() else { continue };
            let Some(container) = containers.iter().find(|container| container.get("Name").is(&wanted))
            else {
                says.add(
                    name,
                    format!(
                        "the {what} of `{}` wants container `{wanted}`, which `{}` does not have",
                        service.id(),
                        task.id()
                    ),
                )
                .also(task, "the task definition")
                .help("name one of its containers");
                continue;
            };
            let Some(number) = port.integer() else { continue };
            let mappings = container.get("PortMappings");
            let has = |mapping: &Value<'_>| {
                let port = mapping.get("ContainerPort");
                mapping.get("ContainerPortRange").is_set() || port.integer().is_none_or(|it| it == number)
            };
            if !mappings.is_unknown() && !mappings.items().iter().any(has) {
                says.add(
                    port,
                    format!(
                        "the {what} of `{}` wants port {number}, which container `{wanted}` does not map",
                        service.id()
                    ),
                )
                .also(mappings, "the ports of the container")
                .help(format!(
                    "add `ContainerPort: {number}` to its `PortMappings`, or name a port that is there"
                ));
                continue;
            }
            if list == "LoadBalancers" {
                target_group(service, entry, number, *container, says);
            }
        }
    }
    let named: HashSet<String> = containers
        .iter()
        .flat_map(|container| container.get("PortMappings").items())
        .filter_map(|mapping| mapping.get("Name").text().map(|name| name.into_owned()))
        .collect();
    let unknown = containers.iter().any(|it| {
        let mappings = it.get("PortMappings");
        mappings.is_unknown()
            || mappings.items().iter().any(|it| it.get("Name").is_set() && it.get("Name").text().is_none())
    });
    for entry in service.get("ServiceConnectConfiguration").get("Services").items() {
        let name = entry.get("PortName");
        if let Some(text) = name.text()
            && !unknown
            && !named.contains(&*text)
        {
            says.add(
                name,
                format!(
                    "Service Connect of `{}` wants port `{text}`, which `{}` does not name",
                    service.id(),
                    task.id()
                ),
            )
            .also(task, "the task definition")
            .help(format!("give the port `Name: {text}` in `PortMappings`"));
        }
    }
}

/// Compares ports with those of the target group.
fn target_group(service: Resource<'_>, entry: Value<'_>, number: i64, container: Value<'_>, says: &mut Says) {
    let group = entry.get("TargetGroupArn");
    let Some(group) = made(group, "AWS::ElasticLoadBalancingV2::TargetGroup") else { return };
    let port = group.get("Port");
    if awsvpc(service) != Some(true) {
        return;
    }
    if port.integer().is_some_and(|port| port != number) {
        says.add(
            port,
            format!("target group `{}` has another port than container port {number}", group.id()),
        )
        .severity(Severity::Note)
        .also(entry.get("ContainerPort"), "ECS registers the tasks with this one")
        .help(format!("set `Port: {number}`, so that both say the same"));
    }
    let check = group.get("HealthCheckPort");
    let mapped = |number: i64| {
        let mappings = container.get("PortMappings").items();
        mappings.iter().any(|it| it.get("ContainerPort").integer().is_none_or(|port| port == number))
    };
    if let Some(checked) = check.integer()
        && checked != number
        && !mapped(checked)
    {
        says.add(
            check,
            format!("target group `{}` checks port {checked}, which the container does not map", group.id()),
        )
        .severity(Severity::Warning)
        .also(container.get("PortMappings"), "the ports of the container")
        .help("leave `HealthCheckPort` out: the port of the target is checked then");
    }
}

pub(super) fn capacity<'a>(context: &'a Context<'a>, says: &mut Says) {
    // The providers of clusters, by cluster; none where they are not known.
    let mut providers: HashMap<Resource<'a>, Option<Vec<String>>> = HashMap::new();
    let names = |list: Value<'a>| -> Option<Vec<String>> {
        if list.is_unknown() {
            return None;
        }
        list.items().into_iter().map(|name| name.text().map(|name| name.into_owned())).collect()
    };
    for cluster in context.of_type("AWS::ECS::Cluster") {
        providers.insert(cluster, names(cluster.get("CapacityProviders")));
    }
    for association in context.of_type("AWS::ECS::ClusterCapacityProviderAssociations") {
        match made(association.get("Cluster"), "AWS::ECS::Cluster") {
            Some(cluster) => {
                let more = names(association.get("CapacityProviders"));
                let all = providers.remove(&cluster).flatten().zip(more);
                providers.insert(cluster, all.map(|(all, more)| [all, more].concat()));
            }
            None => providers.clear(),
        }
    }
    for service in context.of_type(SERVICE) {
        let (launch, strategy) = (service.get("LaunchType"), service.get("CapacityProviderStrategy"));
        let items = strategy.items();
        if launch.is_set() && !items.is_empty() {
            says.add(
                launch,
                format!("service `{}` has a launch type and a capacity provider strategy", service.id()),
            )
            .also(strategy, "the strategy")
            .help("remove `LaunchType`: the capacity providers say where tasks run");
        }
        let cluster = made(service.get("Cluster"), "AWS::ECS::Cluster");
        let known = cluster.and_then(|cluster| providers.get(&cluster)).and_then(Option::as_ref);
        for item in &items {
            let name = item.get("CapacityProvider");
            let (Some(text), Some(cluster), Some(known)) = (name.text(), cluster, known) else { continue };
            if (text == "FARGATE" || text == "FARGATE_SPOT") && !known.iter().any(|it| *it == text) {
                says.add(
                    name,
                    format!(
                        "service `{}` wants `{text}`, which cluster `{}` does not have",
                        service.id(),
                        cluster.id()
                    ),
                )
                .also(cluster, "the cluster")
                .help(format!("add `{text}` to the cluster's `CapacityProviders`"));
            }
        }
        let bases: Vec<Value<'_>> = items
            .iter()
            .map(|item| item.get("Base"))
            .filter(|base| base.integer().is_some_and(|base| base > 0))
            .collect();
        if let [first, second, ..] = bases.as_slice() {
            says.add(
                *second,
                format!("service `{}` has several capacity providers with a base", service.id()),
            )
            .also(*first, "the first base")
            .help("only one provider of a strategy has a `Base`");
        }
        if !items.is_empty() && items.iter().all(|item| item.get("Weight").integer() == Some(0)) {
            says.add(strategy, format!("no capacity provider of service `{}` has a weight", service.id()))
                .help("give at least one a `Weight` greater than 0");
        }
        let daemon = service.get("SchedulingStrategy").is("DAEMON");
        if daemon {
            let count = service.get("DesiredCount");
            if on_fargate(service) == Some(true) {
                says.add(
                    service.get("SchedulingStrategy"),
                    format!("service `{}` is a daemon on Fargate", service.id()),
                )
                .help("Fargate has no hosts on which a daemon could run: use `REPLICA`");
            } else if count.is_set() {
                says.add(count, format!("service `{}` is a daemon and has a number of tasks", service.id()))
                    .also(service.get("SchedulingStrategy"), "one task on every host")
                    .help("remove `DesiredCount`");
            }
        }
        if on_fargate(service) == Some(true)
            && let Some(task) = task_of(service)
            && !task.get("RequiresCompatibilities").is_unknown()
            && task.get("RequiresCompatibilities").items().iter().all(|it| it.text().is_some())
            && !for_fargate(task)
        {
            says.add(
                task.get("RequiresCompatibilities"),
                format!(
                    "service `{}` runs on Fargate, and task `{}` is not meant for it",
                    service.id(),
                    task.id()
                ),
            )
            .also(service, "the service")
            .help("set `RequiresCompatibilities: [FARGATE]`");
        }
    }
}

pub(super) fn deployments(service: Resource<'_>, says: &mut Says) {
    let configuration = service.get("DeploymentConfiguration");
    let (least, most) = (configuration.get("MinimumHealthyPercent"), configuration.get("MaximumPercent"));
    let daemon = service.get("SchedulingStrategy");
    let replica = daemon.is_absent() || daemon.is("REPLICA");
    let of = |value: Value<'_>, default| if value.is_absent() { Some(default) } else { value.integer() };
    let strategy = configuration.get("Strategy");
    let rolling = strategy.is_absent() || strategy.is("ROLLING");
    if by_ecs(service)
        && rolling
        && replica
        && let (Some(low), Some(high)) = (of(least, 100), of(most, 200))
    {
        let at = if least.is_set() { least } else { most };
        if low == 100 && high == 100 {
            says.add(
                at,
                format!("service `{}` can replace no task: at least and at most 100% run", service.id()),
            )
            .also(most, "the maximum")
            .help("raise `MaximumPercent` to 200, or lower `MinimumHealthyPercent`");
        } else if low > high {
            says.add(
                at,
                format!("service `{}` wants at least {low}% and at most {high}% of its tasks", service.id()),
            )
            .also(most, "the maximum")
            .help("`MaximumPercent` has to be greater than `MinimumHealthyPercent`");
        }
    }
    let breaker = configuration.get("DeploymentCircuitBreaker");
    let controller = service.get("DeploymentController").get("Type");
    if breaker.get("Enable").boolean() == Some(true)
        && let Some(text) = controller.text()
        && text != "ECS"
    {
        says.add(breaker, format!("service `{}` has a circuit breaker, and {text} deploys it", service.id()))
            .also(controller, "not ECS")
            .help("remove `DeploymentCircuitBreaker`, or let ECS deploy");
    }
    let grace = service.get("HealthCheckGracePeriodSeconds");
    let balancers = service.get("LoadBalancers");
    if grace.is_set()
        && grace.integer() != Some(0)
        && !balancers.is_unknown()
        && balancers.items().is_empty()
        && service.get("VpcLatticeConfigurations").is_absent()
        && by_ecs(service)
    {
        says.add(
            grace,
            format!("service `{}` has a grace period for health checks, and no load balancer", service.id()),
        )
        .help("remove `HealthCheckGracePeriodSeconds`, or list a target group in `LoadBalancers`");
    }
}

pub(super) fn pull<'a>(context: &'a Context<'a>, says: &mut Says) {
    let routes = Routes::new(context);
    for endpoint in context.of_type("AWS::EC2::VPCEndpoint") {
        let pieces = endpoint.get("ServiceName").pieces();
        // With endpoints for images, or ones that nobody knows, tasks may well have what they need.
        let harmless = pieces.iter().all(|piece| match piece {
            Piece::Text(text) => !text.contains("ecr"),
            Piece::Pseudo(_) => true,
            _ => false,
        });
        if !harmless {
            return;
        }
    }
    for service in context.of_type(SERVICE) {
        if on_fargate(service) != Some(true) {
            continue;
        }
        let network = network_of(service);
        let public = network.get("AssignPublicIp");
        let public = if public.is_absent() { Some(false) } else { public.text().map(|it| it == "ENABLED") };
        let Some(public) = public else { continue };
        for value in network.get("Subnets").items() {
            let Some(subnet) = made(value, "AWS::EC2::Subnet") else { continue };
            let Some((table, leads)) = routes.of(subnet) else { continue };
            if leads.elsewhere || (leads.internet && public) {
                continue;
            }
            let why = match leads.internet {
                true => "has no public address for the internet gateway",
                false => "has no route out of the VPC",
            };
            says.add(
                value,
                format!(
                    "service `{}` cannot pull images in subnet `{}`: a task {why}",
                    service.id(),
                    subnet.id()
                ),
            )
            .also(table, "the routes of the subnet")
            .help(match leads.internet {
                true => "set `AssignPublicIp: ENABLED`, or use private subnets with a NAT gateway",
                false => "add a route to a NAT gateway, or endpoints for ECR, S3 and CloudWatch Logs",
            });
            break;
        }
    }
}
