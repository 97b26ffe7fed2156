//! Services and tasks on AWS Fargate: containers without servers.
//!
//! - [`FargateService`]: tasks that run all the time, behind a load balancer or without one. Its [`Builder`] has the
//!   options of [`Deployment`], [`Sidecar`], [`Scaling`], [`ServiceConnect`].
//! - [`ScheduledTask`], [`FargateTask`]: tasks that run at times, or when somebody says so.
//! - [`Cluster`]: where they run; a service makes its own unless it is given one.
//!
//! A container does not run as root, cannot change its file system but for `/tmp`, and starts with an execution role that
//! may pull this image, read these secrets and write this log. What the program itself may do is up to its task role,
//! which may do nothing until it is [granted](crate::Grantee) something.

mod cluster;
mod codedeploy;
mod connect;
mod container;
mod deployment;
mod health;
mod image;
mod limits;
mod metrics;
mod outside;
mod reach;
mod run;
mod scaling;
mod service;
mod setters;
mod sidecar;
mod task;
mod variables;

use formwork_aws::{
    cloudwatch, codedeploy as deploy, ec2, ecs, elasticloadbalancingv2 as elb, iam, logs, types::Port,
};
use formwork_core::{Arn, Finding, Id, IntoInput, Name, Output, Scope, interpolate, json};

pub use cluster::{Cluster, ClusterBuilder, Insights};
pub use connect::ServiceConnect;
pub use deployment::{Deployment, Shift};
pub use formwork_aws::ecs::task_definition::Name as Limit;
pub use formwork_aws::ecs::{Fargate, FargateSize};
pub use health::ContainerHealth;
pub use image::Image;
pub(crate) use outside::Outside;
pub use run::{
    FargateTask, ScheduledTask, ScheduledTaskBuilder, TaskBuilder, Timing, UnscheduledTaskBuilder,
};
pub use scaling::{Change, Scaling, Steps, Target};
pub use service::Builder;
pub(crate) use setters::task_setters;
pub use sidecar::Sidecar;
pub(crate) use task::{Task, TaskSpec};

use crate::{
    Configure, Connect, Grantee, LoadBalancer, Role, SecretValue, SecurityGroup, place,
    value::{output, text},
};

/// A service on Fargate: so many tasks of an image, which are replaced when they fail and when there is a new version.
///
/// ```
/// use formwork_aws::{iam::Statement, secretsmanager::Secret, types::cidr};
/// use formwork_core::{App, Arn, Environment, Options};
/// use formwork_patterns::{
///     FargateService, Grantee, LoadBalancer, SecretValue, ThreeTierVpc,
///     fargate::{Deployment, Fargate, Sidecar},
/// };
///
/// let app = App::new("shop", Environment::new("prod").region("eu-central-1"));
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let stack = app.stack("service");
/// let certificate = Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c");
/// let payments = stack.add("Payments", Secret::builder().description("access to the payment provider"));
///
/// let api = FargateService::new("public.ecr.aws/acme/shop:1.4.2")
///     .size(Fargate::Cpu512.memory_gib::<1>())
///     .port(8000)
///     .environment("LOG_LEVEL", "info")
///     .secret("PAYMENTS_TOKEN", SecretValue::from(payments).key("token"))
///     .sidecar(Sidecar::open_telemetry())
///     .deployment(Deployment::canary(10, formwork_aws::types::minutes(15)))
///     .behind(LoadBalancer::public().https(certificate))
///     .build(stack.scope("Api"), &network);
/// api.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-images/*"));
/// stack.output("Url", api.url());
///
/// // Every property of what it made is within reach.
/// stack.customize(api.service(), |service| service.platform_version("1.4.0"));
/// # app.synth(&Options::default())?;
/// # Ok::<(), formwork_core::Findings>(())
/// ```
///
/// **Safe unless said otherwise**: no public addresses where the network has another way out; only the load balancer
/// reaches the tasks, and only at their port; nothing but HTTPS leaves them; not root; a file system that can only be read
/// but for `/tmp`, which is in memory; roles that may do what was said and nothing else; a deployment that fails is rolled
/// back; Container Insights. Weaker choices have names: [`user_of_image`](Builder::user_of_image),
/// [`writable_root`](Builder::writable_root), [`without_circuit_breaker`](Builder::without_circuit_breaker),
/// [`exec`](Builder::exec), [`Insights::Off`].
///
/// **In production** there are two tasks instead of one.
///
/// # Resources
///
/// | logical id | type | |
/// | --- | --- | --- |
/// | `Cluster` | `AWS::ECS::Cluster` | unless it [shares one](Builder::cluster) |
/// | `Log` | `AWS::Logs::LogGroup` | |
/// | `ExecutionRole` | `AWS::IAM::Role` | what starts the tasks; unless it is [brought](Builder::execution_role), or the service is [like](Self::like) another of its stack |
/// | `TaskRole` | `AWS::IAM::Role` | what the program may do; unless it is [brought](Builder::task_role), or the service is like another |
/// | `TaskDefinition` | `AWS::ECS::TaskDefinition` | each change is a revision of the family `<stack>_<scope>`, unless [said](Builder::family) |
/// | `Group` | `AWS::EC2::SecurityGroup` | unless it is [brought](Builder::security_group), or the service is like another; its rules are named in [`SecurityGroup`] |
/// | `Service` | `AWS::ECS::Service` | |
/// | `Targets`, `AlternateTargets`, `Rule`, `TestRule`, `Balancer..` | | behind a [`LoadBalancer`], where they are named |
/// | `DeploymentRole` | `AWS::IAM::Role` | where ECS shifts requests between two groups of targets |
/// | `CodeDeploy`, `CodeDeployRole`, `DeploymentGroup` | `AWS::CodeDeploy::Application`, `AWS::IAM::Role`, `AWS::CodeDeploy::DeploymentGroup` | with [`Deployment::code_deploy`] |
///
/// What scales it is named in [`Scaling`]; rights that stand apart from a role that was brought, in [`Role`].
#[derive(Clone)]
pub struct FargateService<'a> {
    scope: Scope<'a>,
    service: ecs::Service,
    cluster: Cluster<'a>,
    task: Task<'a>,
    group: SecurityGroup<'a>,
    /// Whether the group was brought from outside.
    brought_group: bool,
    front: Option<Front<'a>>,
    /// The role by which ECS shifts requests.
    infrastructure: Option<iam::Role>,
    deploys: Option<codedeploy::Made>,
    /// By which others find it in Service Connect, and at which port.
    name: Option<(String, Port)>,
    subnets: Vec<Output<Id<ec2::Subnet>>>,
    public_addresses: bool,
}

/// What stands before a service.
#[derive(Clone)]
pub(crate) struct Front<'a> {
    balancer: LoadBalancer<'a>,
    targets: elb::TargetGroup,
    alternate: Option<elb::TargetGroup>,
    rule: Option<elb::ListenerRule>,
    test_rule: Option<elb::ListenerRule>,
}

impl<'a> FargateService<'a> {
    /// A service that runs an image: its name with a tag, an expression, or an [`Image`] in a repository of the program.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    #[track_caller]
    pub fn new(image: impl Into<Image>) -> Builder<'a> {
        Builder::of(TaskSpec::new(image), None)
    }

    /// A service beside another one, such as a worker beside a web service. It begins with what was said of the other:
    /// image, size, variables, side-cars; command, port, health check and names are its own. It shares the other's cluster, roles
    /// and security group, so that what the other may do, reach and read, it may as well, unless it is given others by
    /// [`task_role`](Builder::task_role) and so on; and variables that the other is given [later](Configure) it is given
    /// too.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{FargateService, ThreeTierVpc, fargate::ContainerHealth};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let stack = app.stack("service");
    /// let image = "public.ecr.aws/acme/shop:1.4.2";
    /// let api = FargateService::new(image).port(8000).build(stack.scope("Api"), &network);
    /// FargateService::like(&api)
    ///     .command(["celery", "-A", "shop", "worker"])
    ///     .container_health_check(ContainerHealth::shell("celery -A shop inspect ping || exit 1"))
    ///     .build(stack.scope("Worker"), &network);
    /// ```
    #[track_caller]
    pub fn like(other: &Self) -> Builder<'a> {
        Builder::of(other.task.spec().for_another(), Some(other))
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Its service of ECS.
    pub fn service(&self) -> ecs::Service {
        self.service
    }

    /// The cluster that it runs in.
    pub fn cluster(&self) -> &Cluster<'a> {
        &self.cluster
    }

    /// The definition of its tasks; the main container is the first.
    pub fn task_definition(&self) -> ecs::TaskDefinition {
        self.task.definition()
    }

    /// The ARN of this revision of its task definition. Where CodeDeploy deploys, the service does not run it before
    /// CodeDeploy is told to: hand it out, and name it in the AppSpec of a deployment after each change of the stack.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{FargateService, LoadBalancer, ThreeTierVpc, fargate::{Deployment, Shift}};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let stack = app.stack("service");
    /// # let image = "public.ecr.aws/acme/shop:1.4.2";
    /// # let front = LoadBalancer::internal().plain_http();
    /// let api = FargateService::new(image)
    ///     .port(8000)
    ///     .behind(front)
    ///     .deployment(Deployment::code_deploy(Shift::Canary10Percent5Minutes))
    ///     .build(stack.scope("Api"), &network);
    /// stack.output("ApiRevision", api.task_definition_arn());
    /// ```
    ///
    /// ```yaml
    /// # aws deploy create-deployment with this as its revision
    /// version: 0.0
    /// Resources:
    ///   - TargetService:
    ///       Type: AWS::ECS::Service
    ///       Properties:
    ///         TaskDefinition: <ApiRevision>
    ///         LoadBalancerInfo:
    ///           ContainerName: app
    ///           ContainerPort: 8000
    /// ```
    ///
    /// Such a service names the family of its definition, not the revision. One that is set by `customize` and not by
    /// [`family`](Builder::family) has to be set as `TaskDefinition` of the service as well.
    // docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
    pub fn task_definition_arn(&self) -> Output<Arn<ecs::TaskDefinition>> {
        self.task.definition().task_definition_arn()
    }

    /// The name of the main container.
    pub fn container(&self) -> &str {
        self.task.container()
    }

    /// The role that starts its tasks: it pulls images, reads secrets and writes the log. What the program may do is the
    /// business of its [`role`](Grantee::role).
    pub fn execution_role(&self) -> Role<'a> {
        self.task.execution_role()
    }

    /// The log group of its containers.
    pub fn log(&self) -> logs::LogGroup {
        self.task.log()
    }

    /// Its load balancer.
    pub fn balancer(&self) -> Option<&LoadBalancer<'a>> {
        self.front.as_ref().map(|front| &front.balancer)
    }

    /// What its load balancer sends requests to.
    pub fn target_group(&self) -> Option<elb::TargetGroup> {
        self.front.as_ref().map(|front| front.targets)
    }

    /// The second group of targets, where deployments shift requests between two.
    pub fn alternate_target_group(&self) -> Option<elb::TargetGroup> {
        self.front.as_ref().and_then(|front| front.alternate)
    }

    /// The role by which ECS shifts requests at the load balancer.
    pub fn deployment_role(&self) -> Option<iam::Role> {
        self.infrastructure
    }

    /// The rule that leads requests to it, unless it gets all requests of a load balancer of its own.
    pub fn rule(&self) -> Option<elb::ListenerRule> {
        self.front.as_ref().and_then(|front| front.rule)
    }

    /// The rule by which a new version is tried before it gets the requests of everybody.
    pub fn test_rule(&self) -> Option<elb::ListenerRule> {
        self.front.as_ref().and_then(|front| front.test_rule)
    }

    /// What CodeDeploy knows of it.
    pub fn deployment_group(&self) -> Option<deploy::DeploymentGroup> {
        self.deploys.map(|made| made.group)
    }

    /// What its deployments belong to in CodeDeploy.
    pub fn code_deploy(&self) -> Option<deploy::Application> {
        self.deploys.map(|made| made.application)
    }

    /// The role by which CodeDeploy shifts requests.
    pub fn code_deploy_role(&self) -> Option<iam::Role> {
        self.deploys.map(|made| made.role)
    }

    /// Where it is found: the address of its load balancer, or without one its name in Service Connect. Who has neither
    /// has no address, which is reported.
    #[track_caller]
    pub fn url(&self) -> Output<String> {
        match (&self.front, &self.name) {
            (Some(front), _) => front.balancer.url(),
            (None, Some((name, port))) => interpolate!("http://{name}:{}", port.get()),
            (None, None) => {
                let finding = Finding::error("FW3049", "a service that nothing leads to has no address")
                    .help("put it behind a load balancer, `.behind(..)`, or name it in Service Connect");
                place::report(&self.scope, finding, std::panic::Location::caller());
                text("")
            }
        }
    }

    /// The subnets that its tasks run in.
    pub fn subnets(&self) -> &[Output<Id<ec2::Subnet>>] {
        &self.subnets
    }

    /// Whether its tasks have public addresses: where they run in public subnets, they reach nothing without.
    pub fn has_public_addresses(&self) -> bool {
        self.public_addresses
    }

    /// Goes back to the version before when one of these alarms is raised during a deployment, and for as long as the old
    /// version still runs.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{FargateService, LoadBalancer, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let stack = app.stack("service");
    /// # let image = "public.ecr.aws/acme/shop:1.4.2";
    /// # let front = LoadBalancer::internal().plain_http();
    /// let api = FargateService::new(image).port(8000).behind(front).build(stack.scope("Api"), &network);
    /// let failing = api.server_errors().above(10).alarm_description("the API fails");
    /// api.roll_back_on([stack.add("Failing", failing)]);
    /// ```
    ///
    /// With ECS, an alarm must not be on a metric that names the service, as those of CPU and memory do: each would wait
    /// for the other to be made, which is reported.
    #[track_caller]
    pub fn roll_back_on<N: IntoInput<Name<cloudwatch::Alarm>>>(&self, alarms: impl IntoIterator<Item = N>) {
        let names = alarms.into_iter().map(output::<Name<cloudwatch::Alarm>>);
        match self.deploys {
            Some(codedeploy::Made { group, .. }) => {
                let edit = self.scope.edit(group);
                edit.set("AlarmConfiguration.Enabled", true);
                for name in names {
                    edit.append("AlarmConfiguration.Alarms", json!({"Name": name}));
                }
            }
            None => {
                let edit = self.scope.edit(self.service);
                edit.set("DeploymentConfiguration.Alarms.Enable", true);
                edit.set("DeploymentConfiguration.Alarms.Rollback", true);
                for name in names {
                    edit.append("DeploymentConfiguration.Alarms.AlarmNames", name);
                }
            }
        }
    }

    /// The task, for what is to be like it.
    pub(crate) fn task_of(&self) -> &Task<'a> {
        &self.task
    }
}

// Written out here and for tasks: the compiler lists these when somebody else is meant, and would list a macro's insides.
impl<'a> Connect<'a> for FargateService<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Grantee<'a> for FargateService<'a> {
    fn role(&self) -> Role<'a> {
        self.task.role()
    }
}

impl Configure for FargateService<'_> {
    #[track_caller]
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.task.set_variable(name, value);
    }

    #[track_caller]
    fn set_secret(&self, name: &str, value: SecretValue) {
        self.task.set_secret(name, value);
    }
}
