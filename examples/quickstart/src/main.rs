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
        let dead = Resource::raw("AWS::SQS::Queue").set("MessageRetentionPeriod", 1_209_600);
        let dead = data.add("DeadLetters", dead);

        // A handle's attribute goes wherever a value does, also into a document.
        let redrive = json!({"deadLetterTargetArn": dead.attribute("Arn"), "maxReceiveCount": 3});
        let scans =
            Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", 300).set("RedrivePolicy", redrive);
        let scans = data.add("Scans", scans);

        let expiry = json!({"Status": "Enabled", "ExpirationInDays": config.keep_days});
        let bucket = Resource::raw("AWS::S3::Bucket")
            .set("LifecycleConfiguration", json!({"Rules": [expiry]}))
            // An `Option` that is `None` leaves the property out.
            .set("VersioningConfiguration", config.keep_bucket.then_some(json!({"Status": "Enabled"})));
        let bucket = data.add("Bucket", bucket);
        if config.keep_bucket {
            let bucket = data.edit(bucket);
            bucket.deletion_policy(DeletionPolicy::Retain).update_replace_policy(UpdateReplacePolicy::Retain);
        }

        // Another stack: what it needs from the first one crosses by itself, and sets the order of deployment.
        let workers = app.stack("workers");
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": lambda});
        let read = interpolate!("{}/*", bucket.attribute("Arn"));
        let take = ["sqs:ReceiveMessage", "sqs:DeleteMessage"];
        let rights = json!([
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": read},
            {"Effect": "Allow", "Action": take, "Resource": scans.attribute("Arn")},
        ]);
        let policy =
            json!({"PolicyName": "Scan", "PolicyDocument": {"Version": "2012-10-17", "Statement": rights}});
        let role = Resource::raw("AWS::IAM::Role")
            .set("AssumeRolePolicyDocument", json!({"Version": "2012-10-17", "Statement": [trust]}))
            .set("Policies", [policy]);
        let role = workers.add("Role", role);
        workers.output("RoleArn", role.attribute("Arn")).description("for the function that scans");

        let on_call = json!({"Protocol": "email", "Endpoint": config.on_call});
        let alarms = workers.add("Alarms", Resource::raw("AWS::SNS::Topic").set("Subscription", [on_call]));
        let failing = Resource::raw("AWS::CloudWatch::Alarm")
            .set("Namespace", "AWS/SQS")
            .set("MetricName", "ApproximateNumberOfMessagesVisible")
            .set("Dimensions", [json!({"Name": "QueueName", "Value": dead.attribute("QueueName")})])
            .set("Statistic", "Maximum")
            .set("Period", 60)
            .set("EvaluationPeriods", 1)
            .set("Threshold", 0)
            .set("ComparisonOperator", "GreaterThanThreshold")
            .set("AlarmActions", [alarms]);
        workers.add("ScansFail", failing);
    })
}
