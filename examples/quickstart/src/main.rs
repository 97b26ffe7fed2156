//! Image uploads that are scanned by workers: storage and its queue in one stack, what runs in another.

use formwork::prelude::*;

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
        let dead = data
            .add("DeadLetters", Resource::raw("AWS::SQS::Queue").set("MessageRetentionPeriod", 1_209_600));
        let scans = data.add(
            "Scans",
            Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", 300).set(
                "RedrivePolicy",
                json!({"deadLetterTargetArn": dead.attribute("Arn"), "maxReceiveCount": 3}),
            ),
        );
        let keep = config.keep_bucket;
        let bucket = data.add(
            "Bucket",
            Resource::raw("AWS::S3::Bucket")
                .set("VersioningConfiguration", keep.then_some(json!({"Status": "Enabled"})))
                .set(
                    "LifecycleConfiguration",
                    json!({
                        "Rules": [{"Status": "Enabled", "ExpirationInDays": config.keep_days}],
                    }),
                )
                .deletion_policy(if keep { DeletionPolicy::Retain } else { DeletionPolicy::Delete })
                .update_replace_policy(if keep {
                    UpdateReplacePolicy::Retain
                } else {
                    UpdateReplacePolicy::Delete
                }),
        );

        // Another stack: what it needs from the first one crosses by itself, and sets the order of deployment.
        let workers = app.stack("workers");
        let role = workers.add("Role", Resource::raw("AWS::IAM::Role")
            .set("AssumeRolePolicyDocument", json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
            ]}))
            .set("Policies", [json!({"PolicyName": "Scan", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": interpolate!("{}/*", bucket.attribute("Arn"))},
                {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": scans.attribute("Arn")},
            ]}})]));
        let alarms = workers.add(
            "Alarms",
            Resource::raw("AWS::SNS::Topic")
                .set("Subscription", [json!({"Protocol": "email", "Endpoint": config.on_call})]),
        );
        workers.add(
            "ScansFail",
            Resource::raw("AWS::CloudWatch::Alarm")
                .set("Namespace", "AWS/SQS")
                .set("MetricName", "ApproximateNumberOfMessagesVisible")
                .set("Dimensions", [json!({"Name": "QueueName", "Value": dead.attribute("QueueName")})])
                .set("Statistic", "Maximum")
                .set("Period", 60)
                .set("EvaluationPeriods", 1)
                .set("Threshold", 0)
                .set("ComparisonOperator", "GreaterThanThreshold")
                .set("AlarmActions", [alarms]),
        );
        workers.output("RoleArn", role.attribute("Arn")).description("for the function that scans");
    })
}
