//! The program of the chapter on scaling.

use formwork::{
    aws::{ecs::Fargate, sqs},
    patterns::{
        FargateService, LoadBalancer, Metric, Schedule, ThreeTierVpc,
        fargate::{Change, Scaling, Steps, Target},
    },
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    let certificate: Arn<formwork::aws::certificatemanager::Certificate> = Arn::existing(
        "arn:aws:acm:eu-central-1:111122223333:certificate/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e",
    );
    // ANCHOR: service
    let web = app.stack("web");
    let api = FargateService::new("public.ecr.aws/acme/api:1.4")
        .size(Fargate::Cpu512.memory_gib::<1>())
        .port(8000)
        .scale(2..=10, [Target::cpu(70), Target::memory(80), Target::requests(1000)])
        .behind(LoadBalancer::public().https(certificate))
        .build(web.scope("Api"), &network);
    // ANCHOR_END: service

    // ANCHOR: worker
    let worker = app.stack("worker");
    let jobs = worker.add("Jobs", sqs::Queue::builder().sqs_managed_sse_enabled(true));
    FargateService::new("public.ecr.aws/acme/worker:1.4")
        .scale(0..=4, [Target::queue(jobs, 50).cooldowns(seconds(30), minutes(10))])
        .build(worker.scope("Worker"), &network);
    // ANCHOR_END: worker

    // ANCHOR: all
    let shop = app.stack("shop");
    let sessions = Metric::new("Shop", "Sessions").dimension("Service", "shop");
    let scaling = Scaling::between(2..=10)
        .tracking([Target::cpu(70), Target::metric(sessions, 200).only_out()])
        .steps(
            Steps::memory()
                .above(80, Change::add(1)) // to 90 percent
                .above(90, Change::add(3)) // and from there on
                .below(30, Change::remove(1))
                .periods(2, 5), // for two minutes before more, for five before fewer
        )
        .at(Schedule::weekdays_at(8, 0).in_zone("Europe/Berlin"), 4..=20)
        .at(Schedule::weekdays_at(19, 0).in_zone("Europe/Berlin"), 2..=10);
    let shop_service = FargateService::new("public.ecr.aws/acme/shop:3.1")
        .scaling(scaling)
        .build(shop.scope("Shop"), &network);
    // ANCHOR_END: all

    // ANCHOR: customize
    if let Some(policy) = shop_service.scaling_policy("OnCpu") {
        shop.customize(policy, |it| it.policy_name("load"));
    }
    api.scale_in_steps(Steps::on(api.running_tasks()).named("Floor").below(2, Change::exactly(2)));
    // ANCHOR_END: customize
}
