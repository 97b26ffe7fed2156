//! A storefront: a network in three zones, a service that scales behind a load balancer, and a database that only the
//! service reaches.

use formwork::{
    aws::{certificatemanager::Certificate, ecs::Fargate, rds},
    patterns::{Database, FargateService, LoadBalancer, Target, ThreeTierVpc},
    prelude::*,
};

#[derive(Deserialize, JsonSchema)]
struct Config {
    image: String,
    certificate: Arn<Certificate>,
    database: rds::Class,
}

fn main() -> ExitCode {
    formwork::main("storefront", |app: &App, config: Config| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(3).build(app.stack("network"));
        let db = Database::postgres("17", config.database).build(app.stack("data").scope("Db"), &network);
        let service = app.stack("service");
        let api = FargateService::new(config.image)
            .size(Fargate::Cpu512.memory_gib::<1>())
            .port(8000)
            .scale(2..=10, [Target::cpu(70), Target::memory(80)])
            .behind(LoadBalancer::public().https(config.certificate))
            .build(service.scope("Api"), &network);
        db.allow_from(&api).env("DATABASE");
        service.output("Url", api.url());
    })
}
