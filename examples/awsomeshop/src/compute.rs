//! What runs: the cluster, the service and the load balancer before it.

use formwork::{
    patterns::{
        Deployment, FargateService, LoadBalancer, Scaling, Target,
        fargate::{Change, Cluster, Steps},
    },
    prelude::*,
    pseudo,
};

use crate::{config::Config, data::Data, network::Network, security::Security};

pub fn service<'a>(
    stack: Stack<'a>,
    config: &Config,
    network: &Network<'a>,
    security: &Security<'a>,
    data: &Data<'a>,
) -> FargateService<'a> {
    let wait = minutes(5);
    let scaling = Scaling::between(config.service.tasks.min..=config.service.tasks.max)
        .tracking([Target::cpu(70).cooldowns(wait, wait), Target::memory(80).cooldowns(wait, wait)])
        .steps(
            Steps::cpu()
                .above(70, Change::add(1))
                .below(30, Change::remove(1))
                .periods(2, 5)
                .cooldowns(wait, wait),
        );
    let balancer = LoadBalancer::public()
        .https(&security.certificate)
        .security_group(&network.balancer)
        .log_bucket(&data.logs)
        .log_prefix("access-logs");
    let api = FargateService::new(data.repository.image(config.service.tag.clone()))
        .name(config.named("core-service"))
        .family(config.named("core-task"))
        .cluster(&Cluster::new().name(config.named("cluster")).without_spot().build(stack.scope("Cluster")))
        .platform_version("LATEST")
        .size(config.service.size)
        .container_name("fastapi-app")
        .port(8000)
        .execution_role(&security.execution)
        .task_role(&security.task)
        .security_group(&network.tasks)
        .environment("AWS_REGION", pseudo::region())
        .environment("LOG_LEVEL", format!("{:?}", config.service.log_level).to_uppercase())
        .secret("DATABASE_URL", data.database.secret())
        .secret("COGNITO_USER_POOL_ID", &security.users)
        .log_group(format!("/ecs/{}", config.named("core-task")))
        .logs(days(30))
        .count(config.service.tasks.desired)
        .scaling(scaling)
        .deployment(Deployment::rolling().minimum_healthy(50).maximum(200))
        .behind(balancer)
        .build(stack.scope("Core"), &network.vpc);
    if let Some(targets) = api.target_group() {
        // The document names it; requests go to the port of the container either way.
        stack.customize(targets, |it| it.port(8000));
    }
    // The migration makes this user, who logs on with a token of the task's role.
    data.database.allow_from_as(&api, "awsomeshop");
    if let Some(balancer) = api.balancer() {
        stack.output("Balancer", balancer.dns_name());
        if let Some(zone) = &security.zone {
            zone.alias(config.domain.clone(), balancer);
        }
    }
    stack.output("Url", format!("https://{}", config.domain));
    api
}
