//! The program of the chapter on rights.

use formwork::{
    aws::{iam, s3, secretsmanager, sns, sqs},
    patterns::Role,
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let data = app.stack("data");
    // ANCHOR: data
    let uploads = data.add("Uploads", s3::Bucket::builder().keep_on_removal());
    let scans = data.add("Scans", sqs::Queue::builder());
    let scanner = secretsmanager::Secret::builder().description("access to the virus scanner");
    let scanner = data.add("Scanner", scanner);
    // ANCHOR_END: data
    let arn = uploads.arn();
    let plain = iam::Statement::deny("s3:*")
        .on(list![&arn, interpolate!("{arn}/*")])
        .to(iam::Principal::everyone())
        .when(iam::Condition::bool("aws:SecureTransport", false));
    let tls = iam::Document::new().statement(plain);
    data.add("TlsOnly", s3::BucketPolicy::builder().bucket(uploads).policy_document(tls));

    // ANCHOR: grants
    let service = app.stack("service");
    // A service of the patterns can be named directly: `uploads.grant_read(&api)`. Whatever else has a role:
    let role = service.add("Role", iam::Role::assumed_by("ec2.amazonaws.com"));
    let worker = Role::of(service, role);

    uploads.grant_read(&worker);
    uploads.below("clean/").grant_write(&worker);
    scans.grant_consume(&worker);
    scanner.grant_read(&worker);
    // ANCHOR_END: grants

    // ANCHOR: statement
    worker.grant(
        iam::Statement::allow("cloudwatch:PutMetricData")
            .on_all_resources()
            .when(iam::Condition::string_equals("cloudwatch:namespace", "Shop/Scans")),
    );
    // ANCHOR_END: statement

    // ANCHOR: outside
    let security = app.stack("security");
    let pipes = Role::of_service(security.scope("Pipes"), "pipes.amazonaws.com", "moves scans on")
        .named("acme-pipes");

    scans.grant_consume(&pipes); // `security` waits for `data`
    let results = service.add("Results", sqs::Queue::builder());
    service.output("Pipes", pipes.role().arn()); // from here on `service` waits for `security`
    results.grant_send(&pipes); // and so this right stands in `service`
    // ANCHOR_END: outside

    // ANCHOR: metrics
    let on_call = service.add("OnCall", sns::Topic::builder());
    let late = scans.oldest_message_age().above(600).evaluation_periods(3);
    let late = late.alarm_description("uploads wait for more than ten minutes to be scanned");
    service.add("ScansAreLate", late.alarm_actions([on_call.topic_arn()]));
    // ANCHOR_END: metrics
}
