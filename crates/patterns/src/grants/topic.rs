//! Rights on a topic.

use formwork_aws::{policy::Statement, sns};

use super::{granted, sealed::Sealed, use_of_key};
use crate::{Granted, Grantee};

/// Rights on a topic.
///
/// ```
/// use formwork_aws::sns;
/// use formwork_patterns::TopicGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let orders = stack.add("Orders", sns::Topic::builder());
/// orders.grant_publish(&api);
/// ```
///
/// The setting is the topic's ARN. A topic with a key of your own, `KmsMasterKeyId`, has the use of the key go with the
/// right.
pub trait TopicGrants: Sealed {
    #[doc(hidden)]
    fn topic(&self) -> sns::Topic;

    /// Lets somebody publish messages.
    #[track_caller]
    fn grant_publish<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let topic = self.topic();
        let publish = Statement::allow("sns:Publish").on(topic.topic_arn());
        // docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        let key = use_of_key(to, topic, "KmsMasterKeyId", "sns", &["kms:GenerateDataKey", "kms:Decrypt"]);
        granted(to, [Some(publish), key].into_iter().flatten(), topic)
    }
}

impl TopicGrants for sns::Topic {
    fn topic(&self) -> sns::Topic {
        *self
    }
}
