//! Tasks that run to their end: when they are told to, and by the clock.

mod schedule;

use formwork_aws::{
    ec2, ecs, logs,
    policy::{Condition, Identity, Statement},
};
use formwork_core::{Arn, Finding, Id, IntoInput, Output, Scope, Str, interpolate};

pub use self::schedule::{ScheduledTask, ScheduledTaskBuilder, Timing, UnscheduledTaskBuilder};
use super::{Cluster, FargateService, Image, Outside, Task, TaskSpec, task_setters};
use crate::{
    Configure, Connect, Grantee, Metric, Role, SecretValue, SecurityGroup, ThreeTierVpc,
    place::{self, Said, report},
    value::{arn_here, output},
};

/// A task that runs to its end whenever somebody tells it to: a migration before a deployment, an import by hand.
///
/// Nothing runs by itself; the template holds what is needed to start it, and [`outputs`](Self::outputs) hands that
/// out:
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::App;
/// use formwork_patterns::{FargateService, ThreeTierVpc, fargate::FargateTask};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let stack = app.stack("service");
/// let api = FargateService::new("public.ecr.aws/acme/api:1.4").build(stack.scope("Api"), &network);
///
/// // What the service is, with another command: its image, variables, secrets, roles, log and connections.
/// let migrate = api.task("Migrate", ["./manage", "migrate"]);
/// migrate.outputs();
///
/// // A task of its own, with roles and connections of its own.
/// let import = FargateTask::new("public.ecr.aws/acme/import:2.0")
///     .cluster(api.cluster())
///     .environment("SOURCE", "https://acme.example/catalogue")
///     .build(stack.scope("Import"), &network);
/// import.outputs();
/// ```
///
/// What the service is given later, such as the address of a database, such a task is given as well.
///
/// Resources: `TaskDefinition`. A task of its own has as well `Log`, `ExecutionRole`, `TaskRole`, a
/// [`SecurityGroup`] with what that makes, and `Cluster`, unless it is given them.
#[derive(Clone)]
pub struct FargateTask<'a> {
    scope: Scope<'a>,
    task: Task<'a>,
    cluster: Cluster<'a>,
    group: SecurityGroup<'a>,
    subnets: Vec<Output<Id<ec2::Subnet>>>,
    public_addresses: bool,
}

/// Says what a task is to be.
#[derive(Clone)]
#[must_use = "a task is made by `.build(scope, &network)`"]
pub struct TaskBuilder<'a> {
    task: TaskSpec,
    outside: Outside<'a>,
    cluster: Option<Cluster<'a>>,
}

task_setters!(TaskBuilder<'a>);

impl<'a> TaskBuilder<'a> {
    /// Runs it in a cluster that it shares with others.
    pub fn cluster(self, cluster: &Cluster<'a>) -> Self {
        Self { cluster: Some(cluster.clone()), ..self }
    }

    /// Makes what is needed to run the task.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>, network: &ThreeTierVpc<'a>) -> FargateTask<'a> {
        let scope = place::claim(scope.into().for_caller(), "a task", &["TaskDefinition", "Group"]);
        let task = FargateTask::own(scope, self.task, self.outside, self.cluster, network);
        network.allow_to_aws(&task.group);
        task
    }
}

impl<'a> FargateTask<'a> {
    /// A task that runs an image.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    #[track_caller]
    pub fn new(image: impl Into<Image>) -> TaskBuilder<'a> {
        TaskBuilder { task: TaskSpec::new(image), outside: Outside::default(), cluster: None }
    }

    /// A task with what was brought, or else a group of its own, which may not talk to anything yet.
    #[track_caller]
    fn own(
        scope: Scope<'a>,
        task: TaskSpec,
        outside: Outside<'a>,
        cluster: Option<Cluster<'a>>,
        network: &ThreeTierVpc<'a>,
    ) -> Self {
        let cluster = cluster.unwrap_or_else(|| Cluster::new().build(scope));
        Self {
            scope,
            task: task.build(scope, network, None, &outside),
            cluster,
            group: outside.group_or_own(scope, network, "task"),
            subnets: network.service_subnets(),
            public_addresses: network.services_need_public_addresses(),
        }
    }

    /// A task that is like a service, with another command.
    #[track_caller]
    fn like(service: &FargateService<'a>, name: Str, command: Said<Output<Vec<String>>>) -> Self {
        let Said { value: command, at } = command;
        let scope = service.scope().scope(name).for_caller();
        let scope = place::claim_at(scope, at, "a task", &["TaskDefinition"]);
        if command.expr().as_list().is_some_and(<[_]>::is_empty) {
            let finding = Finding::error("FW3069", "a task without a command would be the service once more")
                .help("write the program and its arguments: `[\"./manage\", \"migrate\"]`");
            report(&scope, finding, at);
        }
        let of = service.task_of();
        // It listens to nobody, and whoever waits for its end sees whether it is well.
        let spec = TaskSpec { command: Some(command), ..of.spec().for_another() };
        let task = spec.build_like(scope, of);
        of.is_followed_by(&task);
        Self {
            scope,
            task,
            cluster: service.cluster().clone(),
            group: service.security_group().clone(),
            subnets: service.subnets().to_vec(),
            public_addresses: service.has_public_addresses(),
        }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Its definition.
    pub fn task_definition(&self) -> ecs::TaskDefinition {
        self.task.definition()
    }

    /// The role that starts it: it pulls images, reads secrets and writes logs.
    pub fn execution_role(&self) -> Role<'a> {
        self.task.execution_role()
    }

    /// The log group of its containers.
    pub fn log(&self) -> logs::LogGroup {
        self.task.log()
    }

    /// The cluster that it runs in.
    pub fn cluster(&self) -> &Cluster<'a> {
        &self.cluster
    }

    /// The subnets that it runs in.
    pub fn subnets(&self) -> &[Output<Id<ec2::Subnet>>] {
        &self.subnets
    }

    /// Whether it has a public address.
    pub fn has_public_address(&self) -> bool {
        self.public_addresses
    }

    /// The family of its definition, which stays when the definition changes: the name of the stack, and the scope,
    /// unless said.
    pub fn family(&self) -> Output<String> {
        self.without_revision().split("/").select(1)
    }

    /// `task-definition/family` of `arn:aws:ecs:eu-central-1:111122223333:task-definition/family:1`.
    fn without_revision(&self) -> Output<String> {
        self.task_definition().task_definition_arn().split(":").select(5)
    }

    /// Where it runs, as `aws ecs run-task --network-configuration` reads it.
    pub fn network(&self) -> Output<String> {
        let subnets: Vec<Output<String>> = self.subnets.iter().map(|subnet| subnet.clone().cast()).collect();
        let subnets: Output<Vec<String>> = output(subnets);
        let public = if self.public_addresses { "ENABLED" } else { "DISABLED" };
        interpolate!(
            "awsvpcConfiguration={{subnets=[{}],securityGroups=[{}],assignPublicIp={public}}}",
            subnets.join(","),
            self.group.id()
        )
    }

    /// Adds outputs to the stack with what is needed to run it: `Cluster`, `TaskDefinition`, `Subnets`,
    /// `SecurityGroup`, and `Network` with the last two as the command line takes them. They are called after its
    /// scope: `ApiMigrateCluster`.
    ///
    /// ```text
    /// aws ecs run-task --launch-type FARGATE --cluster "$Cluster" --task-definition "$TaskDefinition" \
    ///     --network-configuration "$Network"
    /// ```
    #[track_caller]
    pub fn outputs(&self) {
        let subnets: Vec<Output<String>> = self.subnets.iter().map(|subnet| subnet.clone().cast()).collect();
        let subnets: Output<Vec<String>> = output(subnets);
        let definition: Output<Arn<ecs::TaskDefinition>> = self.task_definition().task_definition_arn();
        self.scope.output("Cluster", self.cluster.name()).description("the cluster that the task runs in");
        self.scope.output("TaskDefinition", definition).description("what the task runs");
        self.scope.output("Subnets", subnets.join(",")).description("where the task runs");
        self.scope.output("SecurityGroup", self.group.id()).description("what the task may talk to");
        self.scope.output("Network", self.network()).description("the network configuration of the task");
    }

    /// What whoever runs it must be allowed to do: run this task, in any revision, in its cluster and nothing else,
    /// hand it its two roles, and tag it with the tags of its definition.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    pub fn run_statements(&self) -> Vec<Statement<Identity>> {
        let definition = arn_here("ecs", interpolate!("{}:*", self.without_revision()));
        let run = Statement::allow("ecs:RunTask")
            .on(definition)
            .when(Condition::arn_equals("ecs:cluster", self.cluster.arn()));
        let pass = Statement::allow("iam:PassRole")
            .on(self.execution_role().role().arn())
            .on(self.task.role().role().arn())
            .when(Condition::string_equals("iam:PassedToService", "ecs-tasks.amazonaws.com"));
        let tag = Statement::allow("ecs:TagResource")
            .on(self.running())
            .when(Condition::string_equals("ecs:CreateAction", "RunTask"));
        vec![run, pass, tag]
    }

    /// The ARNs of the tasks in its cluster.
    fn running(&self) -> Output<String> {
        arn_here("ecs", interpolate!("task/{}/*", self.cluster.name()))
    }

    /// Lets somebody run it and wait for its end, such as the role of a pipeline.
    #[track_caller]
    pub fn grant_run(&self, to: &impl Grantee<'a>) {
        for statement in self.run_statements() {
            to.grant(statement);
        }
        let watch = Statement::allow(["ecs:DescribeTasks", "ecs:StopTask"]).on(self.running());
        to.grant(watch.when(Condition::arn_equals("ecs:cluster", self.cluster.arn())));
    }

    fn insight(&self, name: &str) -> Metric {
        Metric::new("ECS/ContainerInsights", name)
            .dimension("ClusterName", self.cluster.name())
            .dimension("TaskDefinitionFamily", self.family())
    }

    /// How much processor time it uses, in units of which 1024 are a processor; kept by Container Insights alone.
    // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
    pub fn cpu_utilized(&self) -> Metric {
        self.insight("CpuUtilized")
    }

    /// How much memory it uses, in MB; kept by Container Insights alone.
    pub fn memory_utilized(&self) -> Metric {
        self.insight("MemoryUtilized")
    }
}

/// Tasks that are like a service.
impl<'a> FargateService<'a> {
    /// A task with the service's image, variables, secrets, roles, log and connections, that runs another command
    /// to its end when it is told to. An entry point of the service stays. It is in a scope of this name within
    /// that of the service.
    #[track_caller]
    pub fn task(&self, name: impl Into<Str>, command: impl IntoInput<Vec<String>>) -> FargateTask<'a> {
        FargateTask::like(self, name.into(), Said::new(output(command)))
    }

    /// Such a task that runs by itself: `api.scheduled("Report", Schedule::daily_at(3, 0), ["./manage", "report"])`.
    #[track_caller]
    pub fn scheduled(
        &self,
        name: impl Into<Str>,
        timing: impl Into<Timing>,
        command: impl IntoInput<Vec<String>>,
    ) -> ScheduledTask<'a> {
        let task = FargateTask::like(self, name.into(), Said::new(output(command)));
        let scheduled = ScheduledTask::of(task, timing.into());
        // It may begin as soon as its schedule is there; by then there is what the service waits for, such as what
        // it may talk to.
        if let Some(schedule) = scheduled.schedule() {
            self.scope().edit(schedule).depends_on(self.service());
        }
        scheduled
    }
}

impl<'a> Connect<'a> for FargateTask<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Grantee<'a> for FargateTask<'a> {
    fn role(&self) -> Role<'a> {
        self.task.role()
    }
}

impl Configure for FargateTask<'_> {
    #[track_caller]
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.task.set_variable(name, value);
    }

    #[track_caller]
    fn set_secret(&self, name: &str, value: SecretValue) {
        self.task.set_secret(name, value);
    }
}
