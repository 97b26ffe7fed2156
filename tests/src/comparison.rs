//! The application that AWS CDK was compared by, without its CloudFront and WAF: a network in three zones with flow
//! logs, a load balancer, a service on Fargate with two scaling policies, Aurora with a reader, Valkey, two buckets that
//! the service may use, seven alarms. In AWS CDK the whole of it, with CloudFront and WAF, takes 224 lines.

use formwork::{
    aws::{ecs::Fargate, iam, s3, sns},
    patterns::{Cache, Database, FargateService, LoadBalancer, Target, ThreeTierVpc},
    prelude::*,
};

/// The application, which is a user's code but for the comments that say what is counted.
pub fn comparison(app: &App) {
    let image = "public.ecr.aws/acme/shop:1.4.2";
    let certificate =
        "arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-0123456789ab";
    let on_call: Arn<sns::Topic> = Arn::existing("arn:aws:sns:eu-central-1:111122223333:on-call");

    // network, service, database, cache
    let network =
        ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(3).flow_logs(days(90)).build(app.stack("network"));
    let data = app.stack("data");
    let db =
        Database::aurora_postgres("17").class("db.r8g.large").readers(1).build(data.scope("Db"), &network);
    let cache = Cache::valkey("8.2", "cache.t4g.small").replicas(1).build(data.scope("Cache"), &network);
    let service = app.stack("service");
    let api = FargateService::new(image)
        .size(Fargate::Cpu512.memory_gib::<1>())
        .port(8000)
        .scale(2..=10, [Target::cpu(70), Target::memory(80)])
        .behind(LoadBalancer::public().https(Arn::existing(certificate)))
        .build(service.scope("Api"), &network);
    db.allow_from(&api).env("DATABASE");
    cache.allow_from(&api).env("CACHE");
    // end

    bucket(data, "Uploads").grant_read_write(&api).env("UPLOADS_BUCKET");
    bucket(data, "Reports").grant_read(&api).env("REPORTS_BUCKET");

    let alarms = [
        ("ApiBusy", api.cpu_utilization().above(85)),
        ("ApiFull", api.memory_utilization().above(85)),
        ("ApiFails", api.server_errors().above(10)),
        ("DatabaseBusy", db.cpu_utilization().above(80)),
        ("DatabaseBehind", db.replica_lag().above(1000)),
        ("CacheBusy", cache.engine_cpu_utilization().above(80)),
        ("CacheFull", cache.memory_utilization().above(80)),
    ];
    for (name, alarm) in alarms {
        let alarm = alarm.evaluation_periods(5).alarm_description("see the runbook");
        app.stack("alarms").add(name, alarm.alarm_actions([on_call.clone()]));
    }
    service.output("Url", api.url());
}

/// A bucket that only takes TLS and stays when it is removed.
fn bucket(stack: Stack<'_>, name: &'static str) -> s3::Bucket {
    let bucket = stack.add(name, s3::Bucket::builder().keep_on_removal());
    let plain = iam::Statement::deny("s3:*")
        .on(list![bucket.arn(), interpolate!("{}/*", bucket.arn())])
        .to(iam::Principal::everyone())
        .when(iam::Condition::bool("aws:SecureTransport", false));
    let policy =
        s3::BucketPolicy::builder().bucket(bucket).policy_document(iam::Document::new().statement(plain));
    stack.add(format!("{name}TlsOnly"), policy);
    bucket
}
