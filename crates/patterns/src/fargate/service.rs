//! The service itself: what is wanted, and what that makes.

use formwork_aws::{
    cloudwatch,
    ecs::{self, service},
    iam::{self, TrustPolicy},
    types::{Duration, Port, seconds},
};
use formwork_core::{Builder as _, Finding, Identifier, Input, IntoInput, IntoText, Name, Output, Scope};

use super::{
    Cluster, ClusterBuilder, Deployment, FargateService, Front, Insights, Outside, Scaling, ServiceConnect,
    TaskSpec, codedeploy::Deploys, connect::PORT_NAME, task_setters,
};
use crate::{
    Connect, ThreeTierVpc, connect,
    load_balancer::{Attached, HealthCheck, Route, Targets},
    place::{self, Said},
    value::{output, text},
};

/// Says what a service is to be.
///
/// It is a value: options that environments share are said once.
///
/// ```
/// # use formwork_aws::types::cidr;
/// # use formwork_core::App;
/// # use formwork_patterns::{FargateService, ThreeTierVpc, fargate::Fargate};
/// # let app = App::for_tests();
/// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// # let stack = app.stack("service");
/// let common = FargateService::new("public.ecr.aws/acme/shop:1.4.2").environment("LOG_LEVEL", "info");
/// common.clone().command(["mails"]).build(stack.scope("Mails"), &network);
/// common.command(["reports"]).size(Fargate::Cpu1024.memory_gib::<8>()).build(stack.scope("Reports"), &network);
/// ```
///
/// A secret is no value for a variable; [`secret`](Self::secret) takes it, by reference:
///
/// ```compile_fail
/// # use formwork_aws::secretsmanager::Secret;
/// # use formwork_core::App;
/// # use formwork_patterns::{FargateService, SecretValue};
/// # let app = App::for_tests();
/// let secret = app.stack("service").add("Token", Secret::builder());
/// FargateService::new("public.ecr.aws/acme/shop:1.4.2").environment("TOKEN", SecretValue::from(secret));
/// ```
#[derive(Clone)]
#[must_use = "a service is made by `.build(scope, &network)`"]
pub struct Builder<'a> {
    pub(super) task: TaskSpec,
    outside: Outside<'a>,
    name: Option<Output<String>>,
    like: Option<FargateService<'a>>,
    route: Option<Said<Route<'a>>>,
    health: Option<Said<HealthCheck>>,
    grace: Option<Said<Duration>>,
    cluster: Option<Cluster<'a>>,
    insights: Option<Insights>,
    count: Option<Said<u32>>,
    deployment: Deployment,
    breaker: bool,
    alarms: Vec<Output<Name<cloudwatch::Alarm>>>,
    spot: Option<Said<Spot>>,
    names: Option<Said<ServiceConnect>>,
    /// Set by `.scale(..)`, which `scaling.rs` has.
    pub(super) scaling: Option<Scaling>,
}

/// How much of a service runs on what Fargate has left over.
#[derive(Clone, Copy)]
struct Spot {
    base: u32,
    on_demand: u32,
    spot: u32,
}

task_setters!(Builder<'a>);

impl<'a> Builder<'a> {
    #[track_caller]
    pub(super) fn of(task: TaskSpec, like: Option<&FargateService<'a>>) -> Self {
        Self {
            task,
            outside: Outside::default(),
            name: None,
            like: like.cloned(),
            route: None,
            health: None,
            grace: None,
            cluster: like.map(|like| like.cluster.clone()),
            insights: None,
            count: None,
            deployment: Deployment::rolling(),
            breaker: true,
            alarms: Vec::new(),
            spot: None,
            names: None,
            scaling: None,
        }
    }

    /// Sets the name that ECS knows the service by, of which a cluster has one: up to 255 letters, digits, `-` and `_`.
    ///
    /// A named service is not replaced in place: CloudFormation makes the new one first, whose name is taken. So its
    /// load balancer, cluster or deployment by CodeDeploy change with another name.
    // docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html (ServiceName)
    pub fn name(self, name: impl IntoText) -> Self {
        Self { name: Some(text(name)), ..self }
    }

    /// Sets the version of Fargate, such as `1.4.0`: `LATEST` unless said, which is the newest when a task starts.
    pub fn platform_version(mut self, version: impl IntoText) -> Self {
        self.task.platform = Some(text(version));
        self
    }

    /// Sets the port at which the program listens.
    pub fn port(mut self, port: impl Into<Port>) -> Self {
        self.task.port = Some(port.into());
        self
    }

    /// Sends requests to it through a load balancer: one of its own, or one that it shares with others.
    #[track_caller]
    pub fn behind(self, route: impl Into<Route<'a>>) -> Self {
        Self { route: Some(Said::new(route.into())), ..self }
    }

    /// Sets how the load balancer finds out whether a task is well: it asks for `/` and wants `200` unless said. Without
    /// one nobody asks, which is reported; [`container_health_check`](Self::container_health_check) needs none.
    #[track_caller]
    pub fn health_check(self, health: HealthCheck) -> Self {
        Self { health: Some(Said::new(health)), ..self }
    }

    /// Sets how long a task may take until the load balancer finds it well: 60 seconds unless said. It is reported where
    /// there is none.
    #[track_caller]
    pub fn starts_within(self, grace: impl Into<Duration>) -> Self {
        Self { grace: Some(Said::new(seconds(whole_seconds(grace.into())))), ..self }
    }

    /// Sets how many tasks run: two in production, else one, unless said or [scaled](Self::scale).
    ///
    /// A number outside the bounds of its scaling is a finding, `FW3060`.
    ///
    /// Together with [`scale`](Self::scale) or [`scaling`](Self::scaling) leave it out: every deployment that changes the
    /// service sets the number back to this one, whatever the scaling made of it, so that at noon there are the tasks of the
    /// night.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
    #[track_caller]
    pub fn count(self, tasks: u32) -> Self {
        Self { count: Some(Said::new(tasks)), ..self }
    }

    /// Runs it in a cluster that it shares with others.
    ///
    /// Another cluster later means another service: CloudFormation makes the new one before it removes the old one. That
    /// fails for a service that others find by its name in [Service Connect](Self::service_connect), since one of a
    /// namespace has the name: take `.service_connect(..)` away in a deployment before, or give it another name.
    pub fn cluster(self, cluster: &Cluster<'a>) -> Self {
        Self { cluster: Some(cluster.clone()), ..self }
    }

    /// Sets what Container Insights collects in the cluster that is made for it.
    pub fn insights(self, insights: Insights) -> Self {
        Self { insights: Some(insights), ..self }
    }

    /// Sets how a new version takes the place of the old one: [`Deployment::rolling`] unless said.
    pub fn deployment(self, deployment: Deployment) -> Self {
        Self { deployment, ..self }
    }

    /// Lets a deployment whose tasks do not start go on trying, for hours, instead of going back.
    pub fn without_circuit_breaker(self) -> Self {
        Self { breaker: false, ..self }
    }

    /// Goes back to the version before when one of these alarms is raised during a deployment. Alarms on metrics of the
    /// service itself come after it: [`FargateService::roll_back_on`].
    pub fn roll_back_on<N: IntoInput<Name<cloudwatch::Alarm>>>(
        mut self,
        alarms: impl IntoIterator<Item = N>,
    ) -> Self {
        self.alarms.extend(alarms.into_iter().map(output));
        self
    }

    /// Runs it on Fargate Spot alone, which costs much less and may end tasks two minutes after a warning.
    #[track_caller]
    pub fn spot(self) -> Self {
        Self { spot: Some(Said::new(Spot { base: 0, on_demand: 0, spot: 1 })), ..self }
    }

    /// Runs so many tasks on demand and those beyond them on Fargate Spot.
    #[track_caller]
    pub fn spot_beyond(self, on_demand: u32) -> Self {
        Self { spot: Some(Said::new(Spot { base: on_demand, on_demand: 0, spot: 1 })), ..self }
    }

    /// Shares tasks between Fargate and Fargate Spot in this ratio.
    #[track_caller]
    pub fn spot_ratio(self, on_demand: u32, spot: u32) -> Self {
        Self { spot: Some(Said::new(Spot { base: 0, on_demand, spot })), ..self }
    }

    /// Lets people run commands in the containers by ECS Exec: opens the way to Systems Manager, and makes the root file
    /// system of the main container writable, which Exec needs.
    #[track_caller]
    pub fn exec(mut self) -> Self {
        self.task.exec = Some(Said::new(()));
        self
    }

    /// Takes part in a namespace of Service Connect. ECS has to deploy the service: CodeDeploy knows nothing of it.
    ///
    /// A service that is replaced cannot keep its name: see [`cluster`](Self::cluster).
    #[track_caller]
    pub fn service_connect(self, names: ServiceConnect) -> Self {
        Self { names: Some(Said::new(names)), ..self }
    }

    /// Makes the service.
    #[track_caller]
    pub fn build(mut self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> FargateService<'a> {
        let scope =
            place::claim(scope.into().for_caller(), "a service", &["Service", "TaskDefinition", "Group"]);
        self.judge(&scope);
        self.task.port_name =
            self.names.as_ref().and_then(|names| names.value.name()).map(|_| PORT_NAME.to_owned());
        let (port, exec) = (self.task.port, self.task.exec.is_some());
        let cluster = self.cluster.take().unwrap_or_else(|| {
            let insights = self.insights.unwrap_or(Insights::On);
            ClusterBuilder::of(insights, exec).build(scope)
        });
        let like = self.like.as_ref();
        let task =
            self.task.clone().build(scope, network, like.map(|like| like.task.shared(false)), &self.outside);
        let brought_group = match (&self.outside.group, like) {
            (None, Some(like)) => like.brought_group,
            (group, _) => group.is_some(),
        };
        let group = match like.filter(|_| self.outside.group.is_none()) {
            Some(like) => like.security_group().clone(),
            None => self.outside.group_or_own(
                scope,
                network,
                "what the tasks of the service reach, and who reaches them",
            ),
        };
        let native = self.deployment.code_deploys().is_none();
        let health = self.health.take().map_or_else(|| HealthCheck::path("/"), |said| said.value);
        // Each target has a port of its own, that of the container. The one of the group is never used, and stays as it is,
        // since a change would replace the group: the port of a program may change.
        // docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
        let attached = self.route.take().zip(port).map(|(route, port)| {
            let targets = Targets {
                port: Port::HTTP,
                health: health.clone(),
                alternate: self.deployment.shifts(),
                stays_default: native,
            };
            (route.value.attach(scope, network, &targets), port)
        });
        let infrastructure = attached.as_ref().and_then(|(attached, _)| self.infrastructure(scope, attached));
        let subnets = network.service_subnets();
        let public_addresses = network.services_need_public_addresses();
        let place = service::AwsVpcConfiguration::builder()
            .subnets(&subnets)
            .security_groups([group.id()])
            .assign_public_ip(match public_addresses {
                true => service::AssignPublicIp::Enabled,
                false => service::AssignPublicIp::Disabled,
            });
        let front = attached.as_ref().map(|(attached, port)| [self.front(attached, *port, infrastructure)]);
        let names = self.names.as_ref().map(|names| names.value.configuration(port, task.log()));
        let controller = (!native).then(|| {
            service::DeploymentController::builder().type_(service::DeploymentControllerType::CodeDeploy)
        });
        let definition = match native {
            true => output::<Identifier<ecs::TaskDefinition>>(task.definition()),
            // The name of the family alone, which no release changes: ECS lets nobody but CodeDeploy change the definition.
            // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
            false => self.task.family_in(scope).cast(),
        };
        let resource = ecs::Service::builder()
            .service_name(self.name.clone())
            .cluster(cluster.arn())
            .task_definition(definition)
            .depends_on((!native).then(|| task.definition()))
            .capacity_provider_strategy(self.capacity())
            .platform_version(task.platform())
            .network_configuration(service::NetworkConfiguration::builder().awsvpc_configuration(place))
            .load_balancers(front)
            .health_check_grace_period_seconds(
                attached.is_some().then(|| self.grace.map_or(seconds(60), |said| said.value)),
            )
            .desired_count(self.wanted(&scope))
            .deployment_controller(controller)
            .deployment_configuration(self.configuration())
            .service_connect_configuration(names)
            .enable_execute_command(exec.then_some(true))
            .enable_ecs_managed_tags(true)
            .propagate_tags(service::PropagateTags::Service)
            .availability_zone_rebalancing(self.rebalancing());
        let resource = match self.outside() {
            Some(_) => {
                resource.accept("FW1255", "it is told of the lines that say the number and the bounds")
            }
            None => resource,
        };
        let resource = match public_addresses {
            true => resource.accept("FW2007", "the network has no private subnets that reach anything"),
            false => resource,
        };
        let service = scope.add("Service", resource);
        task.before(service);
        let group = group.before(service);
        network.before_services(service);
        network.allow_to_aws(&group);
        if let Some((attached, port)) = &attached {
            for port in [Some(*port), health.other_port()].into_iter().flatten() {
                let balancer = attached.balancer.security_group();
                // The stack of a group that was brought is not to wait for what comes later.
                let rules = if brought_group { connect::place_of_rules(balancer, &group) } else { scope };
                connect::connect(rules, balancer, &group, port);
            }
            scope.edit(service).depends_on(attached.waits);
        }
        let deploys = self.deployment.code_deploys().zip(attached.as_ref()).map(|(shift, (front, _))| {
            let baked = self.deployment.baked();
            Deploys { cluster: &cluster, service, front, shift, baked, alarms: &self.alarms }.build(scope)
        });
        let front = attached.map(|(attached, _)| Front {
            balancer: attached.balancer,
            targets: attached.group,
            alternate: attached.alternate,
            rule: attached.rule,
            test_rule: attached.test_rule,
        });
        let scaling = self.scaling;
        let built = FargateService {
            scope,
            service,
            cluster,
            task,
            group,
            brought_group,
            front,
            infrastructure,
            deploys,
            name: self.names.as_ref().and_then(|names| names.value.address(port)),
            subnets,
            public_addresses,
        };
        if let Some(like) = &self.like {
            like.task.is_followed_by(&built.task);
        }
        if let Some(scaling) = scaling {
            scaling.apply(&built);
        }
        built
    }

    /// Says what is wrong with the options of the service.
    fn judge(&self, scope: &Scope<'_>) {
        if let Some((count, Said { value: (least, most), at })) = self.outside() {
            let tasks = if count.value == 1 { "task is" } else { "tasks are" };
            let message = format!("{} {tasks} wanted, and scaling keeps {least} to {most}", count.value);
            let finding = Finding::warning("FW3060", message)
                .help("leave the number out, or choose one within the bounds: scaling corrects it after every deployment")
                .at(count.at, "the number is said here")
                .at(at, "and the bounds here");
            scope.app().report(finding.in_stack(scope.stack().id()));
        }
        let port = self.task.port.is_some();
        if let Some(route) = &self.route
            && !port
        {
            let finding = Finding::error("FW3040", "a service behind a load balancer has no port")
                .help("say at which port the program listens: `.port(8000)`");
            place::report(scope, finding, route.at);
        }
        if let Some(names) = &self.names
            && names.value.name().is_some()
            && !port
        {
            let finding = Finding::error("FW3040", "a service that others find by its name has no port")
                .help("say at which port the program listens, `.port(8000)`, or take `ServiceConnect::client(..)`");
            place::report(scope, finding, names.at);
        }
        if let Some(spot) = self.spot
            && self.cluster.as_ref().is_some_and(Cluster::is_without_spot)
        {
            let finding = Finding::error("FW3223", "the cluster of the service has no Fargate Spot")
                .help("leave `.without_spot()` of the cluster out, or run the service on demand");
            place::report(scope, finding, spot.at);
        }
        // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
        if let Some(Said { value: Spot { base, on_demand, spot }, at }) = self.spot
            && (base > 100_000 || on_demand > 1000 || spot > 1000 || on_demand + spot == 0)
        {
            let message = format!("tasks cannot be shared as {on_demand} to {spot} beyond the first {base}");
            let help = "shares are 0 to 1000, and one of them is not 0; the tasks before them at most 100000";
            place::report(scope, Finding::error("FW3048", message).help(help), at);
        }
        let balanced = self.route.is_some();
        let asked = [
            self.health.as_ref().map(|said| (".health_check(..)", said.at)),
            self.grace.map(|said| (".starts_within(..)", said.at)),
        ];
        for (option, at) in asked.into_iter().flatten().filter(|_| !balanced) {
            let message = format!("`{option}` is for a load balancer, and the service is behind none");
            let help =
                "put the service behind one, `.behind(..)`, or let ECS ask by `.container_health_check(..)`";
            place::report(scope, Finding::warning("FW3132", message).help(help), at);
        }
        let named = self.names.as_ref().is_some_and(|names| names.value.name().is_some());
        self.deployment.judge(scope, balanced || named, balanced);
        self.deployment.judge_count(scope, self.fewest(scope));
        // docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html
        if let Some(names) = &self.names
            && self.deployment.code_deploys().is_some()
        {
            let finding = Finding::error("FW3052", "CodeDeploy does not deploy services of Service Connect")
                .help("let ECS shift the requests: `Deployment::blue_green()`, `linear(..)` or `canary(..)`")
                .at(names.at, "Service Connect is said here")
                .at(self.deployment.how.at, "and CodeDeploy here");
            scope.app().report(finding.in_stack(scope.stack().id()));
        }
    }

    /// How many tasks there are in a deployment at least; none where there are not to be any.
    fn fewest(&self, scope: &Scope<'_>) -> u32 {
        match (&self.scaling, self.count) {
            (Some(scaling), _) => scaling.least(),
            (None, Some(count)) => count.value,
            (None, None) => usual(scope),
        }
    }

    /// The number of tasks that was said, where it is outside the bounds that were said as well, and these.
    fn outside(&self) -> Option<(Said<u32>, Said<super::scaling::Bounds>)> {
        let count = self.count?;
        self.scaling.as_ref()?.leaves_out(count.value).map(|bounds| (count, bounds))
    }

    /// How many tasks CloudFormation asks for. Where a service scales, it asks for none: it would undo the scaling with
    /// every deployment.
    fn wanted(&self, scope: &Scope<'_>) -> Option<i64> {
        match self.count {
            Some(count) => Some(count.value.into()),
            None => self.scaling.is_none().then(|| usual(scope).into()),
        }
    }

    /// Which capacity the tasks run on. It is always a strategy of providers: between a launch type and a strategy,
    /// CloudFormation replaces the service.
    fn capacity(&self) -> Vec<Input<service::CapacityProviderStrategyItem>> {
        let Spot { base, on_demand, spot } =
            self.spot.map_or(Spot { base: 0, on_demand: 1, spot: 0 }, |said| said.value);
        let item = |provider: &'static str, base: u32, weight: u32| {
            (base > 0 || weight > 0).then(|| {
                service::CapacityProviderStrategyItem::builder()
                    .capacity_provider(provider)
                    .base((base > 0).then_some(i64::from(base)))
                    .weight(i64::from(weight))
                    .into_input()
            })
        };
        [item("FARGATE", base, on_demand), item("FARGATE_SPOT", 0, spot)].into_iter().flatten().collect()
    }

    /// Whether ECS moves tasks between zones: not where CodeDeploy deploys, nor where no task may be added before one ends.
    /// It is always written, since an update without it keeps what was there.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
    // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html (availabilityZoneRebalancing)
    fn rebalancing(&self) -> service::AvailabilityZoneRebalancing {
        let native = self.deployment.code_deploys().is_none();
        match native && self.deployment.maximum_percent() > 100 {
            true => service::AvailabilityZoneRebalancing::Enabled,
            false => service::AvailabilityZoneRebalancing::Disabled,
        }
    }

    /// The entry of the load balancer.
    fn front(
        &self,
        attached: &Attached<'a>,
        port: Port,
        infrastructure: Option<iam::Role>,
    ) -> Input<service::LoadBalancer> {
        let advanced = infrastructure.zip(attached.alternate).map(|(role, alternate)| {
            service::AdvancedConfiguration::builder()
                .alternate_target_group_arn(alternate.target_group_arn())
                .production_listener_rule(attached.rule.map(|rule| rule.rule_arn()))
                .test_listener_rule(attached.test_rule.map(|rule| rule.rule_arn()))
                .role_arn(role)
                .into_input()
        });
        service::LoadBalancer::builder()
            .container_name(self.task.container.clone())
            .container_port(port)
            .target_group_arn(attached.group)
            .advanced_configuration(advanced)
            .into_input()
    }

    /// The role by which ECS shifts requests at the load balancer.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
    fn infrastructure(&self, scope: Scope<'a>, attached: &Attached<'a>) -> Option<iam::Role> {
        let by_ecs = self.deployment.code_deploys().is_none() && attached.alternate.is_some();
        by_ecs.then(|| {
            let trust = TrustPolicy::service("ecs.amazonaws.com");
            let role = iam::Role::builder()
                .description("shifts requests between versions")
                .assume_role_policy_document(trust)
                .managed_policy_arns([iam::ManagedPolicy::aws(
                    "AmazonECSInfrastructureRolePolicyForLoadBalancers",
                )]);
            scope.add("DeploymentRole", role)
        })
    }

    /// How ECS is to deploy.
    fn configuration(&self) -> service::DeploymentConfigurationBuilder {
        let native = self.deployment.code_deploys().is_none();
        // docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html: rolling updates alone
        let breaker = (self.breaker && !self.deployment.shifts())
            .then(|| service::DeploymentCircuitBreaker::builder().enable(true).rollback(true));
        let alarms = (native && !self.alarms.is_empty()).then(|| {
            service::DeploymentAlarms::builder().alarm_names(self.alarms.clone()).enable(true).rollback(true)
        });
        self.deployment.configuration().deployment_circuit_breaker(breaker).alarms(alarms)
    }
}

/// How many tasks run unless said.
fn usual(scope: &Scope<'_>) -> u32 {
    if place::production(scope) { 2 } else { 1 }
}

/// As ECS takes it, rounded up.
fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_milliseconds().div_ceil(1000)).unwrap_or(u32::MAX)
}
