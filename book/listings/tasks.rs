//! The program of the chapter on tasks.

use formwork::{
    aws::iam::{self, Condition, TrustPolicy},
    patterns::{
        FargateService, Role, Schedule, ThreeTierVpc,
        fargate::{FargateTask, ScheduledTask, Timing},
    },
    prelude::*,
    pseudo,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    let service = app.stack("service");
    let api = FargateService::new("public.ecr.aws/acme/api:1.4").build(service.scope("Api"), &network);

    // ANCHOR: migrate
    let migrate = api.task("Migrate", ["./manage", "migrate"]);
    migrate.outputs();
    // ANCHOR_END: migrate

    // ANCHOR: scheduled
    api.scheduled("Report", Schedule::daily_at(3, 0).in_zone("Europe/Berlin"), ["./manage", "report"]);

    let thin_out = ScheduledTask::new("public.ecr.aws/acme/thin-out:1.0")
        .cluster(api.cluster())
        .environment("KEEP", "30")
        .on(Timing::on(Schedule::every(hours(1))).within(minutes(10)))
        .build(service.scope("ThinOut"), &network);
    service.add(
        "ThinOutLost",
        thin_out.dropped().above(0).alarm_description("the hourly clean-up was not started"),
    );
    // ANCHOR_END: scheduled

    // ANCHOR: pipeline
    let import = FargateTask::new("public.ecr.aws/acme/import:2.0")
        .cluster(api.cluster())
        .build(service.scope("Import"), &network);
    let trust = TrustPolicy::service("codebuild.amazonaws.com")
        .when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()));
    let role = iam::Role::builder().assume_role_policy_document(trust);
    let pipeline = Role::of(service, service.add("Pipeline", role));
    migrate.grant_run(&pipeline);
    import.grant_run(&pipeline);
    // ANCHOR_END: pipeline

    // ANCHOR: customize
    service.customize(thin_out.dead_letters(), |it| it.message_retention_period(days(4)));
    service.customize(import.task_definition(), |it| it.family("import"));
    // ANCHOR_END: customize
}
