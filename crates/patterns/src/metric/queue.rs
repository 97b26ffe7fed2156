//! Metrics of queues.

use formwork_aws::{sqs, types::minutes};

use super::{Metric, Stat};

/// Metrics of a queue, as methods of its handle.
///
/// ```
/// use formwork_aws::{sns, sqs};
/// use formwork_core::App;
/// use formwork_patterns::QueueMetrics;
///
/// let app = App::for_tests();
/// let stack = app.stack("jobs");
/// let jobs = stack.add("Jobs", sqs::Queue::builder());
/// let on_call = stack.add("OnCall", sns::Topic::builder());
/// let late = jobs.oldest_message_age().above(600).alarm_description("jobs wait for more than ten minutes");
/// stack.add("JobsAreLate", late.alarm_actions([on_call.topic_arn()]));
/// ```
// docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html, for all of these
pub trait QueueMetrics: sealed::Sealed {
    #[doc(hidden)]
    fn metric(&self, name: &str) -> Metric;

    /// How many messages wait to be taken: the most within a minute.
    fn visible_messages(&self) -> Metric {
        self.metric("ApproximateNumberOfMessagesVisible").stat(Stat::Maximum)
    }

    /// How many messages were taken and not yet deleted: the most within a minute.
    fn messages_in_flight(&self) -> Metric {
        self.metric("ApproximateNumberOfMessagesNotVisible").stat(Stat::Maximum)
    }

    /// How many seconds the oldest message has been waiting: the most within a minute. It is what tells that workers do
    /// not keep up.
    fn oldest_message_age(&self) -> Metric {
        self.metric("ApproximateAgeOfOldestMessage").stat(Stat::Maximum)
    }

    /// How many messages were sent within five minutes.
    fn messages_sent(&self) -> Metric {
        self.metric("NumberOfMessagesSent").stat(Stat::Sum).period(minutes(5))
    }

    /// How many messages were deleted within five minutes: what was done.
    fn messages_deleted(&self) -> Metric {
        self.metric("NumberOfMessagesDeleted").stat(Stat::Sum).period(minutes(5))
    }
}

impl QueueMetrics for sqs::Queue {
    fn metric(&self, name: &str) -> Metric {
        Metric::new("AWS/SQS", name).dimension("QueueName", self.queue_name())
    }
}

/// To be called and not to be implemented.
mod sealed {
    pub trait Sealed {}

    impl Sealed for formwork_aws::sqs::Queue {}
}
