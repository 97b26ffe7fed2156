//! Clusters, services and tasks of ECS.

use super::network::made;
use crate::{
    context::{Resource, Value},
    rule::{Rule, Run, rule},
};

mod definitions;
mod roles;
mod services;

const SERVICE: &str = "AWS::ECS::Service";
const TASK: &str = "AWS::ECS::TaskDefinition";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1241", Error, Run::Resource(&[TASK], definitions::fargate_size)),
    rule!("FW1242", Error, Run::Resource(&[TASK], definitions::fargate_network)),
    rule!("FW1243", Error, Run::Resource(&[TASK], definitions::execution_role)),
    rule!("FW1244", Error, Run::Resource(&[SERVICE], services::network)),
    rule!("FW1245", Error, Run::Resource(&[TASK], definitions::shares)),
    rule!("FW1246", Error, Run::Resource(&[SERVICE], services::containers)),
    rule!("FW1247", Error, Run::Resource(&[TASK], definitions::containers)),
    rule!("FW1248", Error, Run::Resource(&[TASK], definitions::secrets)),
    rule!("FW1249", Error, Run::System(definitions::logs)),
    rule!("FW1250", Error, Run::System(services::capacity)),
    rule!("FW1251", Error, Run::Resource(&[SERVICE], services::deployments)),
    rule!("FW1252", Error, Run::Resource(&[TASK], roles::for_tasks)),
    rule!("FW1253", Warning, Run::System(roles::exec)),
    rule!("FW1254", Warning, Run::System(services::pull)),
];

pub(super) use roles::principals;

/// The task definition of a service, where it is made by a template.
fn task_of(service: Resource<'_>) -> Option<Resource<'_>> {
    made(service.get("TaskDefinition"), TASK)
}

/// `AwsvpcConfiguration` of a service.
pub(super) fn network_of(service: Resource<'_>) -> Value<'_> {
    service.get("NetworkConfiguration").get("AwsvpcConfiguration")
}

/// Whether a service runs on Fargate and nowhere else, if that is known.
fn on_fargate(service: Resource<'_>) -> Option<bool> {
    let (launch, strategy) = (service.get("LaunchType"), service.get("CapacityProviderStrategy"));
    if strategy.is_set() {
        let mut all = Some(true);
        for provider in strategy.items() {
            let name = provider.get("CapacityProvider");
            match (name.text().as_deref(), name.resource()) {
                (Some("FARGATE" | "FARGATE_SPOT"), _) => {}
                (Some(_), _) | (_, Some(_)) => return Some(false),
                _ => all = None,
            }
        }
        return all.filter(|_| !strategy.is_unknown());
    }
    // Without either, the cluster's default strategy decides.
    launch.text().map(|launch| launch == "FARGATE")
}

/// Whether the tasks of a service have network interfaces of their own, if that is known.
pub(super) fn awsvpc(service: Resource<'_>) -> Option<bool> {
    if on_fargate(service) == Some(true) {
        return Some(true);
    }
    let mode = task_of(service)?.get("NetworkMode");
    if mode.is_absent() { Some(false) } else { mode.text().map(|mode| mode == "awsvpc") }
}

/// Whether a task is meant for Fargate.
fn for_fargate(task: Resource<'_>) -> bool {
    task.get("RequiresCompatibilities").items().iter().any(|it| it.is("FARGATE"))
}

fn containers_of(task: Resource<'_>) -> Vec<Value<'_>> {
    task.get("ContainerDefinitions").items()
}

/// Whether all containers of a task are known; ECS takes no more than ten.
fn all_known(task: Resource<'_>) -> bool {
    let list = task.get("ContainerDefinitions");
    let containers = list.items();
    !list.is_unknown()
        && containers.len() <= 100
        && containers.iter().all(|it| !it.is_unknown() && it.get("Name").text().is_some())
}

#[cfg(test)]
mod tests;
