//! Who is told when something is wrong: a topic, and the alarms that publish to it.

pub(crate) mod address;
mod alarm;
mod builder;
mod composite;

use std::{cell::RefCell, panic::Location, rc::Rc};

use formwork_aws::{
    cloudwatch,
    policy::{Condition, Document, Principal, Resource, Statement},
    sns,
};
use formwork_core::{Arn, IntoInput, IntoJson, Json, Output, Scope, pseudo};

use crate::value::output;
pub use builder::Builder;
pub(crate) use builder::is_name;

/// Who is told when something is wrong, and of what: a topic of SNS with its subscribers, and the alarms that publish to
/// it.
///
/// ```
/// use formwork_aws::types::{cidr, gib, minutes};
/// use formwork_core::App;
/// use formwork_patterns::{Alerts, Database, ThreeTierVpc};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let orders = Database::mysql("8.4", "db.t4g.medium").build(app.stack("data").scope("Orders"), &network);
///
/// let monitoring = app.stack("monitoring");
/// let alerts = Alerts::new().email("operations@example.com").build(monitoring.scope("Alerts"));
/// alerts.alarm("Busy", orders.cpu_utilization().period(minutes(5)).above(80));
/// alerts.alarm("Full", orders.free_storage().below(gib(2)).alarm_description("less than 2 GiB of storage is left"));
/// alerts.alarm("Connections", orders.connections().above(orders.connections_at(80)));
/// // What has no method of its own is there as a property.
/// if let Some(topic) = alerts.topic() {
///     monitoring.customize(topic, |it| it.display_name("orders"));
/// }
/// ```
///
/// People are told twice: when an alarm goes off, and when all is well again. For another severity, with other people,
/// there is another `Alerts`.
///
/// # Resources
///
/// Within the scope:
///
/// | name | what | when |
/// | --- | --- | --- |
/// | `Topic` | the topic | [`Alerts::new`] |
/// | `TopicPolicy` | its policy: CloudWatch may publish for alarms of this account, and nobody without TLS | [`Alerts::new`] |
/// | `EmailOperationsExampleCom`, ... | a subscription, named for the address, with eight more digits where that leaves the same of two addresses | [`email`](Builder::email) |
/// | `Https1`, ... | a subscription | [`https`](Builder::https) |
/// | as said | an alarm | [`alarm`](Self::alarm), [`quiet_alarm`](Self::quiet_alarm), [`alarm_any`](Self::alarm_any), [`alarm_all`](Self::alarm_all) |
///
/// An address of e-mail has to confirm the subscription, by the link in the mail that it gets with the first deployment.
///
/// The topic is not encrypted at rest unless [`encrypted_with`](Builder::encrypted_with) says with what: CloudWatch
/// cannot use the key of AWS, and a key of your own costs.
#[derive(Clone)]
pub struct Alerts<'a> {
    scope: Scope<'a>,
    arn: Output<Arn<sns::Topic>>,
    own: Option<Own>,
    subscriptions: Vec<sns::Subscription>,
    told: Rc<RefCell<Told>>,
}

/// The topic that was made.
#[derive(Clone, Copy)]
struct Own {
    topic: sns::Topic,
    policy: sns::TopicPolicy,
}

/// What was added since.
#[derive(Default)]
struct Told {
    alarms: Vec<cloudwatch::Alarm>,
    composites: Vec<cloudwatch::CompositeAlarm>,
    /// The services that the policy admits, besides CloudWatch.
    admitted: Vec<&'static str>,
    /// Where a dashboard took the alarms that there were.
    shown: Option<&'static Location<'static>>,
}

impl<'a> Alerts<'a> {
    /// Alerts by a topic of their own.
    #[expect(clippy::new_ret_no_self, reason = "patterns are made by builders, as resources are")]
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Alerts by a topic that is there already, in the account and Region of the stack: that of another team, one of
    /// this program. Its policy has to admit `cloudwatch.amazonaws.com`, and for budgets `budgets.amazonaws.com`.
    ///
    /// ```
    /// # use formwork_core::{App, Arn};
    /// # use formwork_patterns::{Alerts, Metric};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("monitoring");
    /// let on_call = Arn::existing("arn:aws:sns:eu-central-1:111122223333:on-call");
    /// let alerts = Alerts::to(stack.scope("OnCall"), on_call);
    /// alerts.alarm("Failing", Metric::new("Acme/Scanner", "Failed").above(5).alarm_description("images are not scanned"));
    /// ```
    pub fn to(scope: impl Into<Scope<'a>>, topic: impl IntoInput<Arn<sns::Topic>>) -> Self {
        Self {
            scope: scope.into(),
            arn: output(topic),
            own: None,
            subscriptions: Vec::new(),
            told: Rc::default(),
        }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The topic's ARN, for whatever else is to tell the same people.
    pub fn arn(&self) -> Output<Arn<sns::Topic>> {
        self.arn.clone()
    }

    /// The topic, unless it was there already.
    pub fn topic(&self) -> Option<sns::Topic> {
        self.own.map(|own| own.topic)
    }

    /// The topic's policy, unless it was there already.
    pub fn topic_policy(&self) -> Option<sns::TopicPolicy> {
        self.own.map(|own| own.policy)
    }

    /// The subscriptions: e-mail first, in the order in which they were said.
    pub fn subscriptions(&self) -> &[sns::Subscription] {
        &self.subscriptions
    }

    /// The alarms that were added until now.
    pub fn alarms(&self) -> Vec<cloudwatch::Alarm> {
        self.told.borrow().alarms.clone()
    }

    /// The composite alarms that were added until now.
    pub fn composites(&self) -> Vec<cloudwatch::CompositeAlarm> {
        self.told.borrow().composites.clone()
    }

    /// Says that a dashboard has taken the alarms.
    pub(crate) fn shown_at(&self, at: &'static Location<'static>) {
        self.told.borrow_mut().shown.get_or_insert(at);
    }

    /// Lets a service publish to the topic on behalf of things of this account, unless it may already. Of a topic that
    /// was there already that is its owner's business.
    #[track_caller]
    pub(crate) fn admit(&self, service: &'static str, sid: &'static str, things: Output<String>) {
        let Some(Own { topic, policy }) = self.own else { return };
        if self.told.borrow().admitted.contains(&service) {
            return;
        }
        self.told.borrow_mut().admitted.push(service);
        let document = Document::new().statement(publishes(topic, service, sid, things)).into_json();
        let statement = document.get("Statement").and_then(|list| list.as_list()?.first().cloned());
        if let Some(statement) = statement {
            self.scope.edit(policy).append("PolicyDocument.Statement", Json::from_expr(statement));
        }
    }

    /// What has to be there before something of the stack publishes: the policy, where it stands in the same stack.
    pub(crate) fn admission(&self, scope: &Scope<'_>) -> Option<sns::TopicPolicy> {
        let policy = self.topic_policy()?;
        (scope.stack().id() == self.scope.stack().id()).then_some(policy)
    }
}

/// A service that publishes on behalf of things of this account.
#[track_caller]
fn publishes(
    topic: sns::Topic,
    service: &'static str,
    sid: &'static str,
    things: Output<String>,
) -> Statement<Resource> {
    Statement::allow("sns:Publish")
        .on(topic.topic_arn())
        .to(Principal::service(service))
        .when(Condition::string_equals("aws:SourceAccount", pseudo::account_id()))
        .when(Condition::arn_like("aws:SourceArn", things))
        .sid(sid)
}
