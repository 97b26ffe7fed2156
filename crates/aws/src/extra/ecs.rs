//! Sizes of tasks on Fargate.

pub use crate::types::{Fargate, FargateSize};

use crate::ecs::task_definition::{Builder, NetworkMode, RequiresCompatibilities};

impl Builder {
    /// Runs the task on Fargate with so much CPU and memory: sets `Cpu` and `Memory`, and what Fargate needs besides,
    /// `RequiresCompatibilities` and `NetworkMode`.
    ///
    /// ```
    /// use formwork_aws::ecs::{Fargate, TaskDefinition};
    ///
    /// let task = TaskDefinition::builder().family("api").fargate(Fargate::Cpu512.memory_gib::<1>());
    /// ```
    #[track_caller]
    pub fn fargate(self, size: FargateSize) -> Self {
        self.cpu(size.cpu().to_string())
            .memory(size.memory_mib().to_string())
            .requires_compatibilities([RequiresCompatibilities::Fargate])
            .network_mode(NetworkMode::Awsvpc)
    }
}
