//! Tasks: containers, the roles that they act with, and the log that they write.

use std::{cell::RefCell, panic::Location, rc::Rc};

use formwork_aws::{
    ecs::{
        self, Fargate, FargateSize,
        task_definition::{self, Protocol},
    },
    iam, logs,
    policy::Statement,
    types::{DataSize, Duration, LogRetention, Port, days, gib, mib},
};
use formwork_core::{AsHandle, Enumeration, Expr, Finding, Input, Output, Scope, interpolate, json, pseudo};

use super::{
    health::ContainerHealth,
    image::Image,
    limits::{Limit, Limited},
    outside::Outside,
    reach::Reach,
    sidecar::Sidecar,
    variables::{self, Setting, Variable},
};
use crate::{
    Configure, Grantee, Role, SecretValue, ThreeTierVpc,
    grant::placement,
    place::{Said, report},
    trust,
    value::{arn_here, output, text},
};

/// What a task is to be: the main container and what is beside it. Services, scheduled tasks and one-off tasks have the
/// same options, which `task_setters!` gives to the builder of each.
#[derive(Clone)]
pub(crate) struct TaskSpec {
    pub(crate) image: Said<Image>,
    pub(crate) container: String,
    pub(crate) size: FargateSize,
    pub(crate) arm: bool,
    pub(crate) command: Option<Output<Vec<String>>>,
    pub(crate) entry_point: Option<Output<Vec<String>>>,
    pub(crate) working_directory: Option<Output<String>>,
    pub(crate) user: User,
    pub(crate) writable_root: bool,
    /// MiB of `/tmp`, where the root file system can only be read.
    pub(super) scratch: Option<Limited>,
    pub(super) storage: Option<Limited>,
    pub(crate) limits: Vec<Said<(task_definition::Name, u32, u32)>>,
    pub(crate) health: Option<ContainerHealth>,
    pub(super) stop: Option<Limited>,
    pub(crate) variables: Vec<Said<Variable>>,
    pub(crate) retention: Output<LogRetention>,
    pub(crate) log_group: Option<Output<String>>,
    pub(crate) family: Option<Output<String>>,
    /// The version of Fargate.
    pub(crate) platform: Option<Output<String>>,
    pub(crate) sidecars: Vec<Said<Sidecar>>,
    /// Where it was said that people may run commands.
    pub(crate) exec: Option<Said<()>>,
    pub(crate) port: Option<Port>,
    pub(crate) port_name: Option<String>,
}

// docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
const SCRATCH: Limit = Limit { what: "the size of `/tmp`", unit: " MiB", least: 1, most: 249_856 };
const STORAGE: Limit = Limit { what: "the storage of a task", unit: " GiB", least: 21, most: 200 };
const STOP: Limit = Limit::seconds("the time in which a program has to end", 0, 120);

/// Whom the program in a container runs as.
#[derive(Clone)]
pub(crate) enum User {
    Named(Output<String>),
    OfImage,
}

impl TaskSpec {
    #[track_caller]
    pub(crate) fn new(image: impl Into<Image>) -> Self {
        Self {
            image: Said::new(image.into()),
            container: "app".to_owned(),
            size: Fargate::Cpu256.memory_mib::<512>(),
            arm: false,
            command: None,
            entry_point: None,
            working_directory: None,
            user: User::Named(text("1000")),
            writable_root: false,
            scratch: None,
            storage: None,
            limits: Vec::new(),
            health: None,
            stop: None,
            variables: Vec::new(),
            retention: output(days(30)),
            log_group: None,
            family: None,
            platform: None,
            sidecars: Vec::new(),
            exec: None,
            port: None,
            port_name: None,
        }
    }

    #[track_caller]
    pub(crate) fn set_scratch(&mut self, size: DataSize) {
        self.scratch = Some(SCRATCH.said_size(size, mib(1)));
    }

    #[track_caller]
    pub(crate) fn set_storage(&mut self, size: DataSize) {
        self.storage = Some(STORAGE.said_size(size, gib(1)));
    }

    #[track_caller]
    pub(crate) fn set_stop(&mut self, time: Duration) {
        self.stop = Some(STOP.said(time));
    }

    /// What a task that is like it begins with: a log, a family and what leads to the program are each one's own.
    pub(crate) fn for_another(self) -> Self {
        let own = Self { command: None, port: None, port_name: None, health: None, ..self };
        Self { log_group: None, family: None, ..own }
    }

    /// Makes the task definition, with the log group and the roles unless they are brought, or shared with another task.
    #[track_caller]
    pub(crate) fn build<'a>(
        self,
        scope: Scope<'a>,
        network: &ThreeTierVpc<'a>,
        shared: Option<Shared<'a>>,
        outside: &Outside<'a>,
    ) -> Task<'a> {
        let scope = scope.for_caller();
        self.judge(&scope);
        outside.judge(&scope, network);
        let reach = Reach::of(network);
        reach.judge(&scope, &self);
        self.build_in(scope, reach, shared, outside)
    }

    /// The same without saying what is wrong: of options that were judged with another task.
    #[track_caller]
    pub(crate) fn build_like<'a>(self, scope: Scope<'a>, other: &Task<'a>) -> Task<'a> {
        self.build_in(scope, other.reach.clone(), Some(other.shared(true)), &Outside::default())
    }

    #[track_caller]
    fn build_in<'a>(
        mut self,
        scope: Scope<'a>,
        reach: Reach,
        shared: Option<Shared<'a>>,
        outside: &Outside<'a>,
    ) -> Task<'a> {
        self.image.value = self.image.value.seen_from(scope.stack());
        for said in &mut self.sidecars {
            said.value.image.value = said.value.image.value.seen_from(scope.stack());
        }
        let here = |role: Role<'_>| scope.edit(role.role()).stack() == scope.stack().id();
        // A role that another stack made for its own is not to know what is in this one.
        let near = shared.as_ref().is_some_and(|shared| shared.brought || here(shared.execution));
        let may_log = near || outside.role.is_some();
        let log = shared
            .as_ref()
            .and_then(|shared| shared.log.filter(|_| shared.one_log || (self.exec.is_some() && !may_log)));
        let log = log.unwrap_or_else(|| {
            let log = logs::LogGroup::builder().retention_in_days(self.retention.clone());
            scope.add("Log", log.log_group_name(self.log_group.clone()))
        });
        let brought = outside.execution.is_some() || shared.as_ref().is_some_and(|shared| shared.brought);
        let made = |id: &'static str, what| Role::of(scope, scope.add(id, trusted(what)));
        let execution = outside.execution.map(|said| said.value);
        let execution = execution.or(shared.as_ref().filter(|_| near).map(|shared| shared.execution));
        let execution = execution.unwrap_or_else(|| made("ExecutionRole", "starts the tasks"));
        let role = outside.role.map(|said| said.value).or(shared.map(|shared| shared.role));
        let role = role.unwrap_or_else(|| made("TaskRole", "what the program may do"));
        let definition = scope.add("TaskDefinition", self.definition(scope, log, execution, role));
        // From here on this stack waits for that of a role which was brought, and rights are placed by that.
        for role in [execution, role].into_iter().filter(|role| !here(*role)) {
            placement::used(role);
        }
        let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]);
        execution.grant(write.on(streams(scope, log, execution)));
        let beside = || self.sidecars.iter().map(|said| &said.value);
        let images = std::iter::once(&self.image.value).chain(beside().map(|sidecar| &sidecar.image.value));
        let pull = images.flat_map(Image::statements);
        let read = std::iter::once(&self.variables).chain(beside().map(|sidecar| &sidecar.variables));
        for statement in pull.chain(read.flat_map(|variables| variables::statements(variables))) {
            execution.grant(statement);
        }
        for statement in beside().flat_map(Sidecar::rights) {
            role.grant(statement);
        }
        if self.exec.is_some() {
            grant_exec(role, streams(scope, log, role));
        }
        if self.writable_root || self.exec.is_some() {
            let reason = "`.writable_root()` or `.exec()` was said, of which the second needs the first";
            scope.edit(definition).accept("FW2043", reason);
        }
        if matches!(self.user, User::OfImage) {
            scope.edit(definition).accept("FW2048", "the image names the user, as was said");
        }
        let (added, followers, told) = (Rc::default(), Rc::default(), Rc::default());
        Task { scope, definition, log, execution, role, brought, reach, spec: self, added, followers, told }
    }

    fn definition(
        &self,
        scope: Scope<'_>,
        log: logs::LogGroup,
        execution: Role<'_>,
        role: Role<'_>,
    ) -> task_definition::Builder {
        let prefix = match scope.path() {
            path if path.is_empty() => self.container.clone(),
            path => path.to_lowercase(),
        };
        let beside = self.sidecars.iter().map(|said| said.value.container(log, &prefix));
        let containers: Vec<Input<_>> = std::iter::once(self.main(log, &prefix)).chain(beside).collect();
        let platform = task_definition::RuntimePlatform::builder()
            .operating_system_family(task_definition::OperatingSystemFamily::Linux)
            .cpu_architecture(match self.arm {
                true => task_definition::CpuArchitecture::Arm64,
                false => task_definition::CpuArchitecture::X86_64,
            });
        let storage = self
            .storage
            .map(|size| task_definition::EphemeralStorage::builder().size_in_gib(gib(size.small())));
        ecs::TaskDefinition::builder()
            .family(self.family_in(scope))
            .fargate(self.size)
            .runtime_platform(platform)
            .execution_role_arn(execution.role())
            .task_role_arn(role.role())
            .ephemeral_storage(storage)
            .container_definitions(containers)
    }

    /// The family of the definition: what was said, or else one that nobody else has.
    pub(super) fn family_in(&self, scope: Scope<'_>) -> Output<String> {
        self.family.clone().unwrap_or_else(|| family(scope))
    }

    /// Says what is wrong with the options of the task.
    fn judge(&self, scope: &Scope<'_>) {
        if self.image.value.judge(scope, self.image.at) && self.image.value.moves() {
            let name = self.image.value.name();
            let name = name.expr().as_str().unwrap_or_default();
            let finding = Finding::note("FW3041", format!("the image `{name}` has no tag that stays"))
                .help("name a tag of its own for each build, so that a deployment runs what was tested");
            report(scope, finding, self.image.at);
        }
        for limited in [self.scratch, self.storage, self.stop].into_iter().flatten() {
            limited.judge(scope);
        }
        for said in &self.limits {
            let (limit, soft, hard) = &said.value;
            if soft > hard {
                let message =
                    format!("the soft limit {soft} of `{}` is above the hard one, {hard}", limit.as_str());
                report(
                    scope,
                    Finding::error("FW3048", message).help("say the soft limit first, then the hard one"),
                    said.at,
                );
            }
        }
        if let Some(health) = &self.health {
            health.judge(scope);
        }
        if let Some(scratch) = self.scratch
            && scratch.small() >= self.size.memory_mib()
        {
            let (scratch_mib, memory) = (scratch.small(), self.size.memory_mib());
            let message =
                format!("temporary files of {scratch_mib} MiB do not fit into the {memory} MiB of the task");
            let help =
                "`/tmp` is in the memory of the task: take a larger `.size(..)`, or `.writable_root()`";
            report(scope, Finding::error("FW3048", message).help(help), scratch.at());
        }
        variables::judge(scope, &self.container, &self.variables);
        self.judge_ports(scope);
        for (index, said) in self.sidecars.iter().enumerate() {
            let name = &said.value.name;
            said.value.judge(scope);
            let earlier = self.sidecars[..index].iter().find(|earlier| earlier.value.name == *name);
            if *name == self.container || earlier.is_some() {
                let finding =
                    Finding::error("FW3044", format!("two containers of the task are called `{name}`"))
                        .help("containers of a task have names of their own: `Sidecar::new(\"name\", image)`")
                        .at(said.at, "this one");
                let finding = match earlier {
                    Some(earlier) => finding.at(earlier.at, "and this one"),
                    None => finding.with_note("the main container has this name"),
                };
                scope.app().report(finding.in_stack(scope.stack().id()));
            }
        }
    }
}

impl TaskSpec {
    /// Says which containers listen at one port: they have one network, `localhost`, between them.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
    fn judge_ports(&self, scope: &Scope<'_>) {
        let mut taken: Vec<&Said<(Port, Protocol)>> = Vec::new();
        for sidecar in &self.sidecars {
            for said in &sidecar.value.ports {
                let (port, protocol) = said.value;
                let before = taken.iter().find(|known| known.value == said.value).map(|known| known.at);
                let by_program = self.port == Some(port) && protocol == Protocol::Tcp;
                if before.is_some() || by_program {
                    let message = format!("two containers of the task listen at port {port}");
                    let finding = Finding::error("FW3134", message)
                        .help(
                            "the containers of a task have one address: let each listen at a port of its own",
                        )
                        .at(said.at, "said here");
                    let finding = match before {
                        Some(before) => finding.at(before, "taken here"),
                        None => finding.with_note("it is the port of the main container"),
                    };
                    scope.app().report(finding.in_stack(scope.stack().id()));
                }
                taken.push(said);
            }
        }
    }
}

/// The family of a task definition: what its revisions have in common. Without one, CloudFormation would make a new family
/// with each change, and metrics, alarms and rights that name the family would lose sight of the task.
///
/// It begins with the name of the stack, of which an account has one in a Region, and goes on after a `_`, which names of
/// stacks do not have: no two task definitions have one family by accident.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html (Family)
fn family(scope: Scope<'_>) -> Output<String> {
    // A family has up to 255 characters, and the name of a stack up to 128.
    const LIMIT: usize = 126;
    let path = scope.path();
    let path = match path.len() {
        0 => return output(pseudo::stack_name()),
        1..=LIMIT => path,
        _ => scope.physical_name(&path, LIMIT),
    };
    let legal = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    interpolate!("{}_{}", pseudo::stack_name(), path.chars().map(legal).collect::<String>())
}

/// A role that tasks of this account, and nobody else, act with.
fn trusted(description: &str) -> iam::role::Complete {
    iam::Role::builder().description(description).assume_role_policy_document(trust::tasks())
}

/// The ARN of all streams of a log, as a policy of a role writes it. A role of another stack takes the log's name, where
/// that is said: so the role waits for nothing, and the log may be made after it.
fn streams(scope: Scope<'_>, log: logs::LogGroup, role: Role<'_>) -> Output<String> {
    let (of_role, here) = (role.scope().stack(), scope.stack());
    let apart = scope.edit(role.role()).stack() != here.id();
    // The ARN is written in the Region and account of the role's stack.
    let same_place = of_role.get_region() == here.get_region() && of_role.get_account() == here.get_account();
    let name = scope.edit(log).get("LogGroupName");
    match name.as_ref().and_then(Expr::as_str) {
        Some(name) if apart && same_place => arn_here("logs", interpolate!("log-group:{name}:*")),
        // The ARN of a log group ends with `:*` by itself.
        _ => log.arn().cast(),
    }
}

/// Lets sessions of `Exec` be held, and what is typed in them be kept in the log of the task.
// docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
#[track_caller]
fn grant_exec(role: Role<'_>, streams: Output<String>) {
    let channels = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ];
    // Neither channels nor the list of log groups can be narrowed.
    role.grant(Statement::allow(channels).on_all_resources());
    role.grant(Statement::allow("logs:DescribeLogGroups").on_all_resources());
    let keep = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    role.grant(Statement::allow(keep).on(streams));
}

/// What tasks have in common where one is like another.
#[derive(Clone)]
pub(crate) struct Shared<'a> {
    pub(crate) execution: Role<'a>,
    pub(crate) role: Role<'a>,
    log: Option<logs::LogGroup>,
    /// Whether they write to one log.
    one_log: bool,
    /// Whether the role that starts them was brought from outside: it is for whoever is given it.
    brought: bool,
}

/// The line that sets something, and the one that did before.
type Lines = (&'static Location<'static>, &'static Location<'static>);

/// A task definition with its roles and its log.
#[derive(Clone)]
pub(crate) struct Task<'a> {
    scope: Scope<'a>,
    definition: ecs::TaskDefinition,
    log: logs::LogGroup,
    execution: Role<'a>,
    role: Role<'a>,
    /// Whether the role that starts it was brought.
    brought: bool,
    /// What it reaches of what it needs.
    reach: Reach,
    spec: TaskSpec,
    /// What was set after it was built, for tasks that are to be like it.
    added: Rc<RefCell<Vec<Said<Variable>>>>,
    /// Tasks that are given whatever this one is given.
    followers: Rc<RefCell<Vec<Task<'a>>>>,
    /// The lines that were reported to set a variable to two values.
    told: Rc<RefCell<Vec<Lines>>>,
}

impl<'a> Task<'a> {
    pub(crate) fn definition(&self) -> ecs::TaskDefinition {
        self.definition
    }

    pub(crate) fn log(&self) -> logs::LogGroup {
        self.log
    }

    pub(crate) fn execution_role(&self) -> Role<'a> {
        self.execution
    }

    pub(crate) fn role(&self) -> Role<'a> {
        self.role
    }

    /// Lets something that starts it wait for the rights of its roles, where they stand apart from these.
    #[track_caller]
    pub(crate) fn before(&self, waits: impl AsHandle) {
        let waits = waits.as_handle();
        placement::before(self.execution, waits);
        if self.execution.role() != self.role.role() {
            placement::before(self.role, waits);
        }
    }

    /// The version of Fargate that was said.
    pub(super) fn platform(&self) -> Option<Output<String>> {
        self.spec.platform.clone()
    }

    /// The name of the main container.
    pub(crate) fn container(&self) -> &str {
        &self.spec.container
    }

    /// What it is, with the variables that it was given since it was built: for a task that is to be like it.
    pub(crate) fn spec(&self) -> TaskSpec {
        let mut spec = self.spec.clone();
        spec.variables.extend(self.added.borrow().iter().cloned());
        spec
    }

    /// What a task that is like it has in common with it.
    pub(crate) fn shared(&self, log: bool) -> Shared<'a> {
        let (execution, role, brought) = (self.execution, self.role, self.brought);
        Shared { execution, role, log: Some(self.log), one_log: log, brought }
    }

    /// Gives another task whatever this one is given from now on.
    pub(crate) fn is_followed_by(&self, task: &Self) {
        self.followers.borrow_mut().push(task.clone());
    }

    /// Sets a variable of the main container. One that has another value already is reported, and keeps it.
    #[track_caller]
    fn set(&self, variable: Variable) {
        let said = Said::new(variable);
        variables::judge_one(&self.scope, &said);
        self.set_said(said);
    }

    fn set_said(&self, said: Said<Variable>) {
        let added = self.added.borrow();
        let mut known = self.spec.variables.iter().chain(added.iter());
        match known.find(|known| known.value.name == said.value.name) {
            Some(known) if known.value.value.is_as(&said.value.value) => {}
            Some(known) => {
                // Several variables that are set together are one mistake.
                let lines = (said.at, known.at);
                if !self.told.borrow().contains(&lines) {
                    variables::report_second(&self.scope, &self.spec.container, &said, known);
                    self.told.borrow_mut().push(lines);
                }
                return;
            }
            None => {
                drop(added);
                self.write(&said.value);
                self.added.borrow_mut().push(said.clone());
            }
        }
        for follower in self.followers.borrow().iter() {
            follower.set_said(said.clone());
        }
    }

    /// Writes a variable into the definition.
    fn write(&self, variable: &Variable) {
        if let Setting::Secret(secret) = &variable.value {
            for statement in secret.statements() {
                self.execution.grant(statement);
            }
        }
        let edit = self.scope.edit(self.definition);
        // The main container is the first.
        let lists = [("Environment", "Value"), ("Secrets", "ValueFrom")];
        let (own, other) = match &variable.value {
            Setting::Plain(_) => (lists[0], lists[1]),
            Setting::Secret(_) => (lists[1], lists[0]),
        };
        let place = |list: &str| {
            let Some(Expr::List(entries)) = edit.get(&format!("ContainerDefinitions.0.{list}")) else {
                return None;
            };
            let named = |entry: &Expr| entry.get("Name").and_then(Expr::as_str) == Some(&variable.name);
            entries.iter().position(named).map(|index| (index, entries.len()))
        };
        if let Some((index, count)) = place(other.0) {
            let path = format!("ContainerDefinitions.0.{}", other.0);
            edit.remove(&if count == 1 { path } else { format!("{path}.{index}") });
        }
        let value = match &variable.value {
            Setting::Plain(value) => value.clone(),
            Setting::Secret(secret) => secret.value_from(),
        };
        let path = format!("ContainerDefinitions.0.{}", own.0);
        match place(own.0) {
            Some((index, _)) => edit.set(&format!("{path}.{index}.{}", own.1), value),
            None => edit.append(&path, json!({"Name": variable.name.clone(), (own.1): value})),
        };
    }
}

impl Configure for Task<'_> {
    #[track_caller]
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.set(Variable { name: name.to_owned(), value: Setting::Plain(value) });
    }

    #[track_caller]
    fn set_secret(&self, name: &str, value: SecretValue) {
        self.reach.judge_secret(&self.scope, name, &value, std::panic::Location::caller());
        self.set(Variable { name: name.to_owned(), value: Setting::Secret(value) });
    }
}
