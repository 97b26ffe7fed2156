//! The policies that every resource can have: what happens at creation, update, replacement and deletion.

use crate::expr::{Expr, Field};

/// What becomes of the real thing when its resource, or the whole stack, is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeletionPolicy {
    /// It is deleted as well.
    Delete,
    /// It stays, and is nobody's any more.
    Retain,
    /// It stays, except when the very creation of the resource is rolled back.
    RetainExceptOnCreate,
    /// A snapshot is taken first; only for types that have snapshots.
    Snapshot,
}

/// What becomes of the old real thing when an update replaces it by a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateReplacePolicy {
    /// It is deleted.
    Delete,
    /// It stays, and is nobody's any more.
    Retain,
    /// A snapshot is taken first; only for types that have snapshots.
    Snapshot,
}

impl DeletionPolicy {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

impl UpdateReplacePolicy {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::Snapshot => "Snapshot",
        }
    }
}

type Fields = Vec<(&'static str, Expr)>;

fn object(fields: impl IntoIterator<Item = (&'static str, Expr)>) -> Expr {
    Expr::Object(fields.into_iter().map(|(name, value)| Field::new(name, value)).collect())
}

fn text(text: impl Into<String>) -> Expr {
    Expr::Text(text.into().into())
}

/// What the creation of a resource waits for.
///
/// ```
/// # use formwork_core::{Builder, CreationPolicy, Resource};
/// let group = Resource::raw("AWS::AutoScaling::AutoScalingGroup")
///     .creation_policy(CreationPolicy::signals(3, "PT15M").min_successful_instances_percent(66));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "give it to a resource with `.creation_policy(..)`"]
pub struct CreationPolicy(Fields);

impl CreationPolicy {
    /// Waits for so many signals within a time written as ISO 8601, such as `PT15M`.
    pub fn signals(count: u32, timeout: impl Into<String>) -> Self {
        let signal = object([("Count", Expr::Int(count.into())), ("Timeout", text(timeout))]);
        Self(vec![("ResourceSignal", signal)])
    }

    /// Starts the fleet once it is created.
    pub fn start_fleet() -> Self {
        Self(vec![("StartFleet", Expr::Bool(true))])
    }

    /// How many of a group's instances must signal success, in per cent.
    pub fn min_successful_instances_percent(mut self, percent: u8) -> Self {
        let policy = object([("MinSuccessfulInstancesPercent", Expr::Int(percent.into()))]);
        self.0.push(("AutoScalingCreationPolicy", policy));
        self
    }

    pub(crate) fn into_fields(self) -> Fields {
        self.0
    }
}

/// How an update of a resource is carried out.
///
/// ```
/// # use formwork_core::{Builder, Resource, RollingUpdate, UpdatePolicy};
/// let group = Resource::raw("AWS::AutoScaling::AutoScalingGroup").update_policy(
///     UpdatePolicy::rolling(RollingUpdate { min_instances_in_service: Some(2), ..RollingUpdate::default() })
///         .ignore_unmodified_group_size());
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "give it to a resource with `.update_policy(..)`"]
pub struct UpdatePolicy(Fields);

/// How an auto scaling group replaces its instances in batches; what is `None` is AWS's default.
#[derive(Clone, Debug, Default)]
pub struct RollingUpdate {
    /// How many instances are replaced at once.
    pub max_batch_size: Option<u32>,
    /// How many must be in service meanwhile.
    pub min_instances_in_service: Option<u32>,
    /// How many must signal success, in per cent.
    pub min_successful_instances_percent: Option<u8>,
    /// How many must be in service meanwhile, in per cent of the desired capacity.
    pub min_active_instances_percent: Option<u8>,
    /// How long to wait after a batch, as ISO 8601: `PT5M`.
    pub pause_time: Option<String>,
    /// Scaling processes that rest meanwhile.
    pub suspend_processes: Vec<String>,
    /// Whether to wait for signals from new instances.
    pub wait_on_resource_signals: Option<bool>,
}

impl UpdatePolicy {
    /// Replaces instances in batches.
    pub fn rolling(update: RollingUpdate) -> Self {
        let number = |value: Option<u32>| value.map_or(Expr::Absent, |value| Expr::Int(value.into()));
        let percent = |value: Option<u8>| number(value.map(u32::from));
        let processes = match update.suspend_processes {
            processes if processes.is_empty() => Expr::Absent,
            processes => Expr::List(processes.into_iter().map(text).collect()),
        };
        let policy = object([
            ("MaxBatchSize", number(update.max_batch_size)),
            ("MinInstancesInService", number(update.min_instances_in_service)),
            ("MinSuccessfulInstancesPercent", percent(update.min_successful_instances_percent)),
            ("MinActiveInstancesPercent", percent(update.min_active_instances_percent)),
            ("PauseTime", update.pause_time.map_or(Expr::Absent, text)),
            ("SuspendProcesses", processes),
            ("WaitOnResourceSignals", update.wait_on_resource_signals.map_or(Expr::Absent, Expr::Bool)),
        ]);
        Self(vec![("AutoScalingRollingUpdate", policy)])
    }

    /// Replaces the whole group: the new one is created before the old one goes.
    pub fn replacing() -> Self {
        Self(vec![("AutoScalingReplacingUpdate", object([("WillReplace", Expr::Bool(true))]))])
    }

    /// Shifts a Lambda alias through a CodeDeploy application and deployment group.
    pub fn code_deploy(application: impl crate::IntoText, deployment_group: impl crate::IntoText) -> Self {
        let policy = object([
            ("ApplicationName", application.into_text()),
            ("DeploymentGroupName", deployment_group.into_text()),
        ]);
        Self(vec![("CodeDeployLambdaAliasUpdate", policy)])
    }

    /// Adds or removes the shards of a cache in place instead of replacing it.
    pub fn online_resharding() -> Self {
        Self(vec![("UseOnlineResharding", Expr::Bool(true))])
    }

    /// Upgrades a search domain in place instead of replacing it.
    pub fn version_upgrade() -> Self {
        Self(vec![("EnableVersionUpgrade", Expr::Bool(true))])
    }

    /// Leaves the group's sizes alone where the template has not changed them: scheduled actions may have.
    pub fn ignore_unmodified_group_size(mut self) -> Self {
        let policy = object([("IgnoreUnmodifiedGroupSizeProperties", Expr::Bool(true))]);
        self.0.push(("AutoScalingScheduledAction", policy));
        self
    }

    pub(crate) fn into_fields(self) -> Fields {
        self.0
    }
}
