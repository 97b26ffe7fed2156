//! The program of the chapter on buckets.

use formwork::{
    aws::iam,
    patterns::{
        Bucket, LoadBalancer, Role, ThreeTierVpc,
        bucket::{Cors, ObjectLock, Storage},
    },
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let data = app.stack("data");
    // ANCHOR: program
    let images = Bucket::new()
        .name_with_suffix("acme-product-images")
        .cors(Cors::uploads_from(["https://shop.example.com"]))
        .expire_below("previews/", days(30))
        .build(data.scope("Images"));
    // ANCHOR_END: program

    // ANCHOR: choices
    let scans = Bucket::new()
        .keep_old_versions(days(365))
        .move_to_infrequent_access(days(30))
        .move_to(Storage::GlacierInstantRetrieval, days(180))
        .object_lock(ObjectLock::governance(days(90)))
        .event_bridge()
        .build(data.scope("Scans"));
    // ANCHOR_END: choices

    // ANCHOR: rights
    let service = app.stack("service");
    // A service of the patterns: `images.grant_read_write(&api).env("IMAGES_BUCKET")`. Whatever else has a role:
    let worker = iam::Role::assumed_by("ecs-tasks.amazonaws.com").role_name("shop-worker");
    let worker = Role::of(service, service.add("Worker", worker));
    images.grant_read_write(&worker);
    images.below("previews/").grant_delete(&worker);
    images.only_for([&worker]);
    // ANCHOR_END: rights

    // ANCHOR: logs
    let logs = Bucket::for_logs().keep_for(days(365)).from_flow_logs().build(app.stack("logs").scope("Logs"));
    let invoices = Bucket::new().access_logs_to(&logs).build(data.scope("Invoices"));
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    LoadBalancer::public()
        .https(Arn::existing(
            "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
        ))
        .log_bucket(&logs)
        .log_prefix("shop")
        .build(app.stack("web").scope("Web"), &network);
    // ANCHOR_END: logs

    // ANCHOR: customize
    data.customize(invoices.bucket(), |it| it.tag("Confidential", "yes"));
    // ANCHOR_END: customize

    // ANCHOR: metrics
    let full = scans.size().above(1e12).alarm_description("there is a terabyte of scans");
    data.add("ScansFull", full);
    // ANCHOR_END: metrics
}
