//! Image uploads that are scanned by workers: storage and its queue in one stack, what runs in another.

use formwork::{
    aws::{
        cloudwatch::{self, alarm},
        iam::{self, Document, Principal, Statement, TrustPolicy, role},
        s3::{self, bucket},
        sns::{self, topic},
        sqs::{self, queue},
    },
    prelude::*,
};

/// `config/<environment>.json`; a wrong or misspelt value is reported with its file and line.
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// After how many days an upload is deleted.
    keep_days: u32,
    /// Whether uploads survive the deletion of their stack.
    keep_bucket: bool,
    /// Who is told when scans fail.
    on_call: String,
}

fn main() -> ExitCode {
    formwork::main("uploads", |app: &App, config: Config| {
        let data = app.stack("data").termination_protection();
        let dead = data.add("DeadLetters", sqs::Queue::builder().message_retention_period(days(14)));

        // A handle's attribute goes wherever a value does.
        let redrive = queue::RedrivePolicy::builder().dead_letter_target_arn(dead.arn()).max_receive_count(3);
        let scans = sqs::Queue::builder().visibility_timeout(minutes(5)).redrive_policy(redrive);
        let scans = data.add("Scans", scans);

        let expiry =
            bucket::Rule::builder().status(bucket::RuleStatus::Enabled).expiration_in_days(config.keep_days);
        let kept = config.keep_bucket.then(|| {
            bucket::VersioningConfiguration::builder().status(bucket::VersioningConfigurationStatus::Enabled)
        });
        let mut uploads = s3::Bucket::builder()
            .lifecycle_configuration(bucket::LifecycleConfiguration::builder().rules([expiry]))
            // An `Option` that is `None` leaves the property out.
            .versioning_configuration(kept)
            // What `check` would say, and why it is accepted here.
            .accept("FW2205", "uploads live for days, and the trail of the account records who reads them");
        if config.keep_bucket {
            uploads = uploads
                .deletion_policy(DeletionPolicy::Retain)
                .update_replace_policy(UpdateReplacePolicy::Retain);
        }
        let uploads = data.add("Bucket", uploads);
        let only_tls = Document::new().statement(
            Statement::deny("s3:*")
                .to(Principal::everyone())
                .on(list![uploads.arn(), interpolate!("{}/*", uploads.arn())])
                .when(iam::Condition::bool("aws:SecureTransport", false)),
        );
        data.add("OnlyTls", s3::BucketPolicy::builder().bucket(uploads).policy_document(only_tls));

        // Another stack: what it needs from the first one crosses by itself, and sets the order of deployment.
        let workers = app.stack("workers");
        let rights = Document::new()
            .statement(Statement::allow("s3:GetObject").on(interpolate!("{}/*", uploads.arn())))
            .statement(Statement::allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"]).on(scans.arn()));
        let scan = role::Policy::builder().policy_name("Scan").policy_document(rights);
        let role = iam::Role::builder()
            .assume_role_policy_document(TrustPolicy::service("lambda.amazonaws.com"))
            .policies([scan]);
        let role = workers.add("Role", role);
        workers.output("RoleArn", role.arn()).description("for the function that scans");

        let on_call = topic::Subscription::builder().protocol("email").endpoint(config.on_call);
        let alarms = workers.add("Alarms", sns::Topic::builder().subscription([on_call]));
        let of_queue = alarm::Dimension::builder().name("QueueName").value(dead.queue_name());
        let failing = cloudwatch::Alarm::builder()
            .namespace("AWS/SQS")
            .metric_name("ApproximateNumberOfMessagesVisible")
            .dimensions([of_queue])
            .statistic(alarm::Statistic::Maximum)
            .period(minutes(1))
            .evaluation_periods(1)
            .threshold(0)
            .comparison_operator(alarm::ComparisonOperator::GreaterThanThreshold)
            .alarm_actions([alarms.topic_arn()]);
        workers.add("ScansFail", failing);
    })
}
