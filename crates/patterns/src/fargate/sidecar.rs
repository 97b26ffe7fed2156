//! What runs beside the main container of a task.

use formwork_aws::{
    ecs::task_definition::{Condition, ContainerDefinition, ContainerDependency, PortMapping, Protocol},
    logs,
    policy::{Identity, Statement},
    types::{DataSize, Port, mib},
};
use formwork_core::{Input, IntoInput, IntoText, Output, Scope};

use super::{
    container::logging,
    health::ContainerHealth,
    image::Image,
    variables::{self, Setting, Variable},
};
use crate::{
    Endpoint, SecretValue,
    place::Said,
    value::{arn_here, output, text},
};

/// A container beside the main one of a task: it starts and ends with it, and they reach each other at `localhost`.
///
/// The task goes on when a side-car ends, unless the side-car is [`essential`](Self::essential). Its root file system can
/// only be read and it does not run as root, as with the main container.
///
/// ```
/// use formwork_patterns::fargate::{ContainerHealth, Sidecar};
///
/// let proxy = Sidecar::new("proxy", "public.ecr.aws/acme/proxy:3.1")
///     .port(8080)
///     .environment("UPSTREAM", "http://localhost:8000")
///     .health_check(ContainerHealth::command(["/proxy", "--alive"]))
///     .essential()
///     .first(); // healthy before the main container starts
/// let traces = Sidecar::open_telemetry();
/// ```
#[derive(Clone)]
pub struct Sidecar {
    pub(super) name: String,
    pub(super) image: Said<Image>,
    command: Option<Output<Vec<String>>>,
    entry_point: Option<Output<Vec<String>>>,
    user: Output<String>,
    writable_root: bool,
    essential: bool,
    pub(super) first: bool,
    after: Vec<(String, Condition)>,
    pub(super) ports: Vec<Said<(Port, Protocol)>>,
    pub(super) health: Option<ContainerHealth>,
    reservation: Option<DataSize>,
    pub(super) variables: Vec<Said<Variable>>,
    rights: Vec<Statement<Identity>>,
    /// The services of AWS that it is useless without.
    pub(super) talks_to: &'static [Endpoint],
}

impl Sidecar {
    /// A container of a name and an image.
    #[track_caller]
    pub fn new(name: impl Into<String>, image: impl Into<Image>) -> Self {
        Self {
            name: name.into(),
            image: Said::new(image.into()),
            command: None,
            entry_point: None,
            user: text("1000"),
            writable_root: false,
            essential: false,
            first: false,
            after: Vec::new(),
            ports: Vec::new(),
            health: None,
            reservation: None,
            variables: Vec::new(),
            rights: Vec::new(),
            talks_to: &[],
        }
    }

    /// The daemon of AWS X-Ray, `xray`, which takes traces at UDP port 2000, where programs look for it, and passes them on.
    /// AWS recommends OpenTelemetry for what is new.
    ///
    /// Its image is a public one. Where services do not reach the internet, take a copy in a repository of your own by
    /// [`image`](Self::image), and give the network [`Endpoint::XRay`].
    // docs.aws.amazon.com/xray/latest/devguide/xray-daemon-ecs.html
    #[track_caller]
    pub fn xray() -> Self {
        let daemon = Self::new("xray", "public.ecr.aws/xray/aws-xray-daemon:3.x")
            .udp_port(2000)
            .memory_reservation(mib(64))
            .allowed(traces());
        Self { talks_to: &[Endpoint::XRay], ..daemon }
    }

    /// The collector of AWS Distro for OpenTelemetry, `otel`, with its configuration for ECS: it takes traces and metrics
    /// by OTLP at ports 4317 and 4318, where programs look for it, and passes traces on to X-Ray and metrics to CloudWatch.
    ///
    /// Its image is a public one. Where services do not reach the internet, take a copy in a repository of your own by
    /// [`image`](Self::image), and give the network [`Endpoint::XRay`] and [`Endpoint::Logs`].
    // aws-otel.github.io/docs/setup/ecs
    #[track_caller]
    pub fn open_telemetry() -> Self {
        // Metrics travel as log events in the embedded metric format.
        let groups = arn_here("logs", "log-group:/aws/ecs/application/metrics*");
        let metrics = [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:PutRetentionPolicy",
        ];
        let collector = Self::new("otel", "public.ecr.aws/aws-observability/aws-otel-collector:v0.48.0")
            .command(["--config=/etc/ecs/ecs-default-config.yaml"])
            .memory_reservation(mib(128))
            .allowed(traces())
            .allowed(Statement::allow(metrics).on(groups))
            .allowed(Statement::allow("logs:DescribeLogGroups").on_all_resources());
        Self { talks_to: &[Endpoint::XRay, Endpoint::Logs], ..collector }
    }

    /// Sets the image, such as a copy in a repository of your own.
    #[must_use]
    #[track_caller]
    pub fn image(self, image: impl Into<Image>) -> Self {
        Self { image: Said::new(image.into()), ..self }
    }

    /// Sets the arguments of the entry point.
    #[must_use]
    pub fn command(self, command: impl IntoInput<Vec<String>>) -> Self {
        Self { command: Some(output(command)), ..self }
    }

    /// Sets the program that is started.
    #[must_use]
    pub fn entry_point(self, program: impl IntoInput<Vec<String>>) -> Self {
        Self { entry_point: Some(output(program)), ..self }
    }

    /// Sets the user that it runs as: a name or a number that the image knows, `1000` unless said.
    #[must_use]
    pub fn user(self, user: impl IntoText) -> Self {
        Self { user: text(user), ..self }
    }

    /// Lets it write to its root file system.
    #[must_use]
    pub fn writable_root(self) -> Self {
        Self { writable_root: true, ..self }
    }

    /// Ends the whole task when it ends.
    #[must_use]
    pub fn essential(self) -> Self {
        Self { essential: true, ..self }
    }

    /// Starts it before the main container, which waits until it is healthy or, without a health check, started.
    #[must_use]
    pub fn first(self) -> Self {
        Self { first: true, ..self }
    }

    /// Starts it after another container, `app` being the main one, has started.
    #[must_use]
    pub fn after(mut self, container: impl Into<String>) -> Self {
        self.after.push((container.into(), Condition::Start));
        self
    }

    /// Starts it when another container, which has a health check, is healthy.
    #[must_use]
    pub fn after_healthy(mut self, container: impl Into<String>) -> Self {
        self.after.push((container.into(), Condition::Healthy));
        self
    }

    /// Says that it listens at a TCP port.
    #[must_use]
    #[track_caller]
    pub fn port(mut self, port: impl Into<Port>) -> Self {
        self.ports.push(Said::new((port.into(), Protocol::Tcp)));
        self
    }

    /// Says that it listens at a UDP port.
    #[must_use]
    #[track_caller]
    pub fn udp_port(mut self, port: impl Into<Port>) -> Self {
        self.ports.push(Said::new((port.into(), Protocol::Udp)));
        self
    }

    /// Sets how ECS finds out whether it is well.
    #[must_use]
    pub fn health_check(self, health: ContainerHealth) -> Self {
        Self { health: Some(health), ..self }
    }

    /// Keeps so much of the task's memory for it.
    #[must_use]
    pub fn memory_reservation(self, memory: DataSize) -> Self {
        Self { reservation: Some(memory), ..self }
    }

    /// Sets an environment variable to a value that anybody may see.
    #[must_use]
    #[track_caller]
    pub fn environment(mut self, name: impl Into<String>, value: impl IntoText) -> Self {
        self.variables.push(Said::new(Variable { name: name.into(), value: Setting::Plain(text(value)) }));
        self
    }

    /// Sets an environment variable to a secret, which is looked up when the container starts.
    #[must_use]
    #[track_caller]
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<SecretValue>) -> Self {
        self.variables.push(Said::new(Variable { name: name.into(), value: Setting::Secret(value.into()) }));
        self
    }

    /// Gives the role of the task a right that the side-car needs.
    #[must_use]
    pub fn allowed(mut self, right: Statement<Identity>) -> Self {
        self.rights.push(right);
        self
    }

    pub(super) fn rights(&self) -> Vec<Statement<Identity>> {
        self.rights.clone()
    }

    pub(super) fn judge(&self, scope: &Scope<'_>) {
        self.image.value.judge(scope, self.image.at);
        if let Some(health) = &self.health {
            health.judge(scope);
        }
        variables::judge(scope, &self.name, &self.variables);
    }

    pub(super) fn container(&self, log: logs::LogGroup, prefix: &str) -> Input<ContainerDefinition> {
        let ports = self.ports.iter().map(|said| {
            let (port, protocol) = &said.value;
            PortMapping::builder().container_port(*port).protocol(*protocol).into_input()
        });
        let after = self.after.iter().map(|(container, condition)| {
            ContainerDependency::builder()
                .container_name(container.clone())
                .condition(*condition)
                .into_input()
        });
        ContainerDefinition::builder()
            .name(self.name.clone())
            .image(self.image.value.name())
            .essential(self.essential)
            .command(self.command.clone())
            .entry_point(self.entry_point.clone())
            .user(self.user.clone())
            .readonly_root_filesystem(!self.writable_root)
            .memory_reservation(self.reservation)
            .port_mappings(some(ports))
            .depends_on(some(after))
            .health_check(self.health.as_ref().map(ContainerHealth::check))
            .environment(variables::environment(&self.variables))
            .secrets(variables::secrets(&self.variables))
            .log_configuration(logging(log, prefix))
            .into_input()
    }
}

/// What a list is; nothing where it is empty.
pub(super) fn some<T>(items: impl Iterator<Item = T>) -> Option<Vec<T>> {
    Some(items.collect()).filter(|items: &Vec<T>| !items.is_empty())
}

/// The rights to pass on traces; X-Ray knows no resources for them.
// docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html (AWSXRayDaemonWriteAccess)
fn traces() -> Statement<Identity> {
    Statement::allow([
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ])
    .on_all_resources()
}
