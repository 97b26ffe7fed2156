//! What alerts are to be.

use formwork_aws::{
    kms,
    policy::{Condition, Document, Principal, Statement},
    sns,
};
use formwork_core::{Finding, Identifier, Input, IntoInput, IntoText, Output, Scope, interpolate};

use super::{Alerts, Own, address, publishes};
use crate::{
    place::{self, Said, report},
    value::arn_here,
    words::distinct,
};

/// Says who is to be told; [`Alerts::new`] returns one.
#[derive(Default)]
#[must_use = "alerts are made by `.build(scope)`"]
pub struct Builder {
    name: Option<Said<Input<String>>>,
    emails: Vec<Said<Output<String>>>,
    urls: Vec<Said<Output<String>>>,
    key: Option<Said<Input<Identifier<kms::Key>>>>,
    from_event_bridge: bool,
}

impl Builder {
    /// Names the topic. A change replaces it, so that every address has to be confirmed anew. Without a name
    /// CloudFormation makes one.
    #[track_caller]
    pub fn name(mut self, name: impl IntoInput<String>) -> Self {
        self.name = Some(Said::new(name.into_input()));
        self
    }

    /// Tells an address of e-mail, which has to confirm that by the link in the first mail. Say it several times for
    /// several addresses.
    #[track_caller]
    pub fn email(mut self, address: impl IntoText) -> Self {
        address::add(&mut self.emails, address);
        self
    }

    /// Tells an address of HTTPS: PagerDuty, Opsgenie, a service of your own. It has to confirm that, which the known
    /// ones do.
    ///
    /// Such an address often has a key in it. Then it does not belong into the program: have it in the parameter store,
    /// and give a parameter of the template of type `AWS::SSM::Parameter::Value<String>`.
    #[track_caller]
    pub fn https(mut self, url: impl IntoText) -> Self {
        address::add(&mut self.urls, url);
        self
    }

    /// Encrypts what waits in the topic with a key of your own. Its policy has to let `cloudwatch.amazonaws.com` (and
    /// `budgets.amazonaws.com`, where a budget publishes) use `kms:GenerateDataKey*` and `kms:Decrypt`, or nobody is told
    /// of anything. AWS's own key, `alias/aws/sns`, has a policy that does not; to say that one is a finding, `FW3199`.
    // repost.aws/knowledge-center/cloudwatch-configure-alarm-sns;
    // docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    #[track_caller]
    pub fn encrypted_with(mut self, key: impl IntoInput<Identifier<kms::Key>>) -> Self {
        self.key = Some(Said::new(key.into_input()));
        self
    }

    /// Lets rules of EventBridge publish to the topic as well: deployments, scaling, events of RDS.
    pub fn from_event_bridge(mut self) -> Self {
        self.from_event_bridge = true;
        self
    }

    /// Makes the topic and its subscriptions.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> Alerts<'a> {
        let given = scope.into();
        let scope = place::claim(given.for_caller(), "alerts", &["Topic", "TopicPolicy"]);
        self.judge(&scope);
        let name = self.name.map(|said| said.value);
        let key = self.key.map(|said| said.value);
        let topic = scope.add("Topic", sns::Topic::builder().topic_name(name).kms_master_key_id(key));
        // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
        let alarms = arn_here("cloudwatch", "alarm:*");
        let plain = Statement::deny("sns:Publish")
            .on(topic.topic_arn())
            .to(Principal::everyone())
            .when(Condition::bool("aws:SecureTransport", false))
            .sid("TlsOnly");
        let document = Document::new()
            .statement(publishes(topic, "cloudwatch.amazonaws.com", "Alarms", alarms))
            .statement(plain);
        let policy = sns::TopicPolicy::builder()
            .topics([interpolate!("{}", topic.topic_arn())])
            .policy_document(document);
        let policy = scope.add("TopicPolicy", policy);
        let emails = (email_ids(&self.emails).into_iter().zip(self.emails))
            .map(|(id, said)| subscribe(scope, topic, id, "email", said))
            .collect::<Vec<_>>();
        let urls = (1..).zip(self.urls);
        let urls =
            urls.map(|(number, said)| subscribe(scope, topic, format!("Https{number}"), "https", said));
        let alerts = Alerts {
            // An alarm that is added later is added by whoever adds it, unless all is on behalf of somebody else.
            scope: if given.caller().is_some() { scope } else { scope.without_caller() },
            arn: topic.topic_arn(),
            own: Some(Own { topic, policy }),
            subscriptions: emails.into_iter().chain(urls).collect(),
            told: std::rc::Rc::default(),
        };
        if self.from_event_bridge {
            // docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
            alerts.admit("events.amazonaws.com", "Events", arn_here("events", "rule/*"));
        }
        alerts
    }

    fn judge(&self, scope: &Scope<'_>) {
        address::judge_emails(&self.emails, scope);
        for Said { value, at } in &self.urls {
            if let Some(url) = value.expr().as_str()
                && !url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.contains(' '))
            {
                let finding = Finding::error("FW3198", format!("`{url}` is no address of HTTPS"))
                    .help("say one that begins with `https://`");
                report(scope, finding, *at);
            }
        }
        if let Some(Said { value, at }) = &self.key
            && value.expr().as_str().is_some_and(|key| key.ends_with("alias/aws/sns"))
        {
            let finding = Finding::error("FW3199", "alarms cannot publish to a topic with the key `alias/aws/sns`")
                .help("make a key whose policy admits `cloudwatch.amazonaws.com`, or leave `.encrypted_with(..)` out");
            report(scope, finding, *at);
        }
        // docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
        if let Some(Said { value, at }) = &self.name
            && let Some(name) = value.expr().as_str()
            && !is_name(name, 256)
        {
            let finding = Finding::error("FW3200", format!("`{name}` cannot be the name of a topic"))
                .help("a name is 1 to 256 letters, digits, `-` and `_`");
            report(scope, finding, *at);
        }
    }
}

/// Whether it is a name of letters, digits, `-` and `_`.
pub(crate) fn is_name(name: &str, longest: usize) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=longest).contains(&name.len()) && name.chars().all(legal)
}

/// The logical ids of subscriptions by e-mail: named for their addresses, so that others come and go without them. What
/// is not known before deployment has a number.
fn email_ids(emails: &[Said<Output<String>>]) -> Vec<String> {
    let known: Vec<&str> = emails.iter().filter_map(|said| said.value.expr().as_str()).collect();
    let mut words = distinct(&known).into_iter();
    let id = |(number, said): (usize, &Said<Output<String>>)| match said.value.expr().as_str() {
        Some(_) => words.next(),
        None => Some(number.to_string()),
    };
    (1..).zip(emails).filter_map(id).map(|name| format!("Email{name}")).collect()
}

#[track_caller]
fn subscribe(
    scope: Scope<'_>,
    topic: sns::Topic,
    id: String,
    protocol: &'static str,
    address: Said<Output<String>>,
) -> sns::Subscription {
    let subscription = sns::Subscription::builder().topic_arn(topic).protocol(protocol);
    scope.add(id, subscription.endpoint(address.value))
}
