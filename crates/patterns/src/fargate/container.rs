//! The main container of a task, and what all containers have in common.

use formwork_aws::{
    ecs::task_definition::{
        Condition, ContainerDefinition, ContainerDependency, LinuxParameters, LogConfiguration, PortMapping,
        Protocol, Tmpfs, Ulimit,
    },
    logs,
};
use formwork_core::{Input, IntoInput, map, pseudo};

use super::{
    health::ContainerHealth,
    limits::Limited,
    sidecar::some,
    task::{TaskSpec, User},
    variables,
};

impl TaskSpec {
    pub(super) fn main(&self, log: logs::LogGroup, prefix: &str) -> Input<ContainerDefinition> {
        let first =
            self.sidecars.iter().map(|said| &said.value).filter(|sidecar| sidecar.first).map(|sidecar| {
                let condition = if sidecar.health.is_some() { Condition::Healthy } else { Condition::Start };
                ContainerDependency::builder()
                    .container_name(sidecar.name.clone())
                    .condition(condition)
                    .into_input()
            });
        let limits = self.limits.iter().map(|said| {
            let (limit, soft, hard) = &said.value;
            Ulimit::builder()
                .name(*limit)
                .soft_limit(i64::from(*soft))
                .hard_limit(i64::from(*hard))
                .into_input()
        });
        let ports = self.port.iter().map(|port| {
            PortMapping::builder()
                .container_port(*port)
                .protocol(Protocol::Tcp)
                .name(self.port_name.clone())
                .into_input()
        });
        let user = match &self.user {
            User::Named(user) => Some(user.clone()),
            User::OfImage => None,
        };
        ContainerDefinition::builder()
            .name(self.container.clone())
            .image(self.image.value.name())
            .essential(true)
            .command(self.command.clone())
            .entry_point(self.entry_point.clone())
            .working_directory(self.working_directory.clone())
            .user(user)
            .readonly_root_filesystem(!self.writable())
            .linux_parameters(linux(
                (!self.writable()).then(|| self.scratch.map_or(64, Limited::small)),
                self.exec.is_some(),
            ))
            .ulimits(some(limits))
            .port_mappings(some(ports))
            .depends_on(some(first))
            .health_check(self.health.as_ref().map(ContainerHealth::check))
            .stop_timeout(self.stop.map(Limited::duration))
            .environment(variables::environment(&self.variables))
            .secrets(variables::secrets(&self.variables))
            .log_configuration(logging(log, prefix))
            .into_input()
    }

    /// Whether the main container may write to its root file system. What `Exec` starts in it has to.
    // docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations
    fn writable(&self) -> bool {
        self.writable_root || self.exec.is_some()
    }
}

/// What a container needs of Linux: `/tmp` in memory where nothing else can be written, which unlike a volume every user
/// may write; and for `Exec` a process that ends what sessions leave behind.
// aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances
fn linux(scratch: Option<u32>, exec: bool) -> Option<Input<LinuxParameters>> {
    let tmp =
        scratch.map(|mib| vec![Tmpfs::builder().container_path("/tmp").size(i64::from(mib)).into_input()]);
    let parameters = LinuxParameters::builder().init_process_enabled(exec.then_some(true)).tmpfs(tmp);
    (exec || scratch.is_some()).then(|| parameters.into_input())
}

/// Output goes to a log group, to a stream for each container of each task.
pub(super) fn logging(log: logs::LogGroup, prefix: &str) -> Input<LogConfiguration> {
    LogConfiguration::builder()
        .log_driver("awslogs")
        .options(map! {
            "awslogs-group": log.log_group_name(),
            "awslogs-region": pseudo::region(),
            "awslogs-stream-prefix": prefix,
        })
        .into_input()
}
