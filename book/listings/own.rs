//! The program of the chapter on what a pattern is: one of the user's own.

use formwork::{
    aws::sqs::{self, queue},
    patterns::{Metric, Stat},
    prelude::*,
};

// ANCHOR: pattern
/// Jobs that wait in a queue, and another queue for those that failed three times.
#[derive(Clone, Copy)]
pub(crate) struct Jobs {
    pub(crate) waiting: sqs::Queue,
    pub(crate) failed: sqs::Queue,
}

impl Jobs {
    #[track_caller]
    pub(crate) fn build<'a>(scope: impl Into<Scope<'a>>, longest: Duration) -> Self {
        let scope = scope.into().for_caller();
        let failed = scope.add("Failed", sqs::Queue::builder().message_retention_period(days(14)));
        let redrive =
            queue::RedrivePolicy::builder().dead_letter_target_arn(failed.arn()).max_receive_count(3);
        let waiting = sqs::Queue::builder().visibility_timeout(longest).redrive_policy(redrive);
        Self { waiting: scope.add("Waiting", waiting), failed }
    }

    /// How many jobs have failed and were not looked at yet.
    pub(crate) fn failures(&self) -> Metric {
        Metric::new("AWS/SQS", "ApproximateNumberOfMessagesVisible")
            .dimension("QueueName", self.failed.queue_name())
            .stat(Stat::Maximum)
    }
}
// ANCHOR_END: pattern

pub(crate) fn program(app: &App) {
    // ANCHOR: program
    let stack = app.stack("images");
    let scans = Jobs::build(stack.scope("Scans"), minutes(5));
    stack.add("ScansFail", scans.failures().above(0).alarm_description("images could not be scanned"));

    // What the pattern has no word for.
    stack.customize(scans.waiting, |queue| queue.receive_message_wait_time_seconds(seconds(20)));
    // ANCHOR_END: program
}
