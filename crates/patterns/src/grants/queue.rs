//! Rights on a queue.

use formwork_aws::{policy::Statement, sqs};

use super::{granted, sealed::Sealed, use_of_key};
use crate::{Granted, Grantee};

/// Rights on a queue.
///
/// ```
/// use formwork_aws::sqs;
/// use formwork_patterns::QueueGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// # let worker = api;
/// let jobs = stack.add("Jobs", sqs::Queue::builder());
/// jobs.grant_send(&api);
/// jobs.grant_consume(&worker);
/// // To a service of the patterns: `jobs.grant_send(&api).env("JOBS_QUEUE_URL")`.
/// ```
///
/// The setting is the queue's URL. A queue with a key of your own, `KmsMasterKeyId`, has the use of the key go with the
/// right.
pub trait QueueGrants: Sealed {
    #[doc(hidden)]
    fn queue(&self) -> sqs::Queue;

    /// Lets somebody send messages.
    #[track_caller]
    fn grant_send<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let queue = self.queue();
        let send = Statement::allow("sqs:SendMessage").on(queue.arn());
        // docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        let key = use_of_key(to, queue, "KmsMasterKeyId", "sqs", &["kms:GenerateDataKey", "kms:Decrypt"]);
        granted(to, [Some(send), key].into_iter().flatten(), queue)
    }

    /// Lets somebody take messages, put them back and delete them, and see how many there are.
    #[track_caller]
    fn grant_consume<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let queue = self.queue();
        let actions = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        ];
        let consume = Statement::allow(actions).on(queue.arn());
        let key = use_of_key(to, queue, "KmsMasterKeyId", "sqs", &["kms:Decrypt"]);
        granted(to, [Some(consume), key].into_iter().flatten(), queue)
    }
}

impl QueueGrants for sqs::Queue {
    fn queue(&self) -> sqs::Queue {
        *self
    }
}
