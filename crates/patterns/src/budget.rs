//! What may be spent in a month, and who is told when it is.

use formwork_aws::budgets::{
    self,
    budget::{BudgetData, Notification, NotificationWithSubscribers, Spend, Subscriber},
};
use formwork_core::{
    Builder as _, Finding, Input, IntoInput, IntoText, Output, Scope, interpolate, json, pseudo,
};

use crate::{
    Alerts,
    alerts::address,
    place::{self, Said, report},
    value::text,
};

/// What may be spent in a month, and who is told at which sums.
///
/// **It counts what the whole account spends**, whatever else is in there, and not what the stack or the program costs,
/// unless [`for_tag`](Builder::for_tag) says otherwise. Two budgets in one account, for two systems or environments, count
/// the same dollars.
///
/// ```
/// use formwork_core::App;
/// use formwork_patterns::{Alerts, Budget};
///
/// let app = App::for_tests();
/// let stack = app.stack("monitoring");
/// let alerts = Alerts::new().email("operations@example.com").build(stack.scope("Alerts"));
/// let budget = Budget::monthly(150).alert_at([50, 100, 150]).notify(&alerts).build(stack.scope("Budget"));
/// stack.output("Budget", budget.budget().id());
/// ```
///
/// A budget stops nothing: it tells people, some hours after the money is spent.
///
/// Some Regions have no type for it, which `check` says; a stack in `us-east-1` does for all Regions then, since costs
/// are those of the account. The topic is one of the same account.
///
/// Resources: `Budget`. [`notify`](Builder::notify) adds a statement to the policy of the topic.
#[derive(Clone)]
pub struct Budget<'a> {
    scope: Scope<'a>,
    budget: budgets::Budget,
}

/// Says what a budget is to be; [`Budget::monthly`] returns one.
#[must_use = "a budget is made by `.build(scope)`"]
pub struct Builder<'a> {
    amount: Said<f64>,
    name: Option<Input<String>>,
    limits: Vec<Said<Limit>>,
    emails: Vec<Said<Output<String>>>,
    alerts: Option<Alerts<'a>>,
    tag: Option<(String, Output<String>)>,
}

/// When people are told.
#[derive(Clone, Copy, PartialEq)]
struct Limit {
    at: f64,
    percent: bool,
    forecast: bool,
}

impl<'a> Budget<'a> {
    /// So many dollars a month, **of all that the account spends**; [`for_tag`](Builder::for_tag) counts one system of
    /// several.
    #[track_caller]
    pub fn monthly(amount: impl Into<f64>) -> Builder<'a> {
        Builder {
            amount: Said::new(amount.into()),
            name: None,
            limits: Vec::new(),
            emails: Vec::new(),
            alerts: None,
            tag: None,
        }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The budget itself.
    pub fn budget(&self) -> budgets::Budget {
        self.budget
    }
}

impl<'a> Builder<'a> {
    /// Names it, uniquely within the account. Whatever is said of who is told at which sums replaces the budget when it is
    /// changed, which a name stands in the way of: change it as well then, or leave it to CloudFormation. `check` notes
    /// that, `FW1602`.
    pub fn name(mut self, name: impl IntoInput<String>) -> Self {
        self.name = Some(name.into_input());
        self
    }

    /// Tells people when so many dollars are spent. Unless anything is said of when, that is at 80 and 100 percent of the
    /// budget, and when it is foreseen that all of it will be spent.
    #[track_caller]
    pub fn alert_at<N: Into<f64>>(self, dollars: impl IntoIterator<Item = N>) -> Self {
        self.limits(dollars, false, false)
    }

    /// Tells people when so many percent of the budget are spent.
    #[track_caller]
    pub fn alert_at_percent<N: Into<f64>>(self, percent: impl IntoIterator<Item = N>) -> Self {
        self.limits(percent, true, false)
    }

    /// Tells people when it is foreseen that so many dollars will be spent within the month. AWS foresees nothing before
    /// it has seen about five weeks.
    #[track_caller]
    pub fn forecast_at<N: Into<f64>>(self, dollars: impl IntoIterator<Item = N>) -> Self {
        self.limits(dollars, false, true)
    }

    /// Tells people when it is foreseen that so many percent of the budget will be spent.
    #[track_caller]
    pub fn forecast_at_percent<N: Into<f64>>(self, percent: impl IntoIterator<Item = N>) -> Self {
        self.limits(percent, true, true)
    }

    #[track_caller]
    fn limits<N: Into<f64>>(
        mut self,
        at: impl IntoIterator<Item = N>,
        percent: bool,
        forecast: bool,
    ) -> Self {
        for at in at {
            let said = Said::new(Limit { at: at.into(), percent, forecast });
            if !self.limits.iter().any(|known| known.value == said.value) {
                self.limits.push(said);
            }
        }
        self
    }

    /// Tells an address of e-mail, without a topic between: up to ten of them.
    #[track_caller]
    pub fn email(mut self, address: impl IntoText) -> Self {
        address::add(&mut self.emails, address);
        self
    }

    /// Tells the people of some alerts: their topic's policy admits budgets of this account then. There is one topic at
    /// most; the last one counts.
    pub fn notify(mut self, alerts: &Alerts<'a>) -> Self {
        self.alerts = Some(alerts.clone());
        self
    }

    /// Counts only what has a tag: `.for_tag("Project", "Shop")`. AWS knows costs by tag only from when the tag was
    /// activated for the allocation of costs, by hand in the account that pays: until then the budget counts nothing.
    // docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
    pub fn for_tag(mut self, key: impl Into<String>, value: impl IntoText) -> Self {
        self.tag = Some((key.into(), text(value)));
        self
    }

    /// Makes the budget.
    #[track_caller]
    pub fn build(mut self, scope: impl Into<Scope<'a>>) -> Budget<'a> {
        let scope = place::claim(scope.into().for_caller(), "a budget", &["Budget"]);
        if self.limits.is_empty() {
            let usual = [(80.0, false), (100.0, false), (100.0, true)];
            let at = self.amount.at;
            let limit =
                |(percent, forecast)| Said { value: Limit { at: percent, percent: true, forecast }, at };
            self.limits = usual.into_iter().map(limit).collect();
        }
        self.judge(&scope);
        // What is no number at all was reported.
        let amount = if self.amount.value.is_finite() { self.amount.value } else { 0.0 };
        let filters = self.tag.as_ref().map(|(key, value)| {
            // docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
            let tag = interpolate!("user:{key}${value}");
            json!({"TagKeyValue": [tag]})
        });
        let data = BudgetData::builder()
            .budget_name(self.name.clone())
            .budget_type("COST")
            .time_unit("MONTHLY")
            .budget_limit(Spend::builder().amount(amount).unit("USD"))
            .cost_filters(filters);
        let notifications = Input::list(self.limits.iter().map(|limit| self.notification(limit.value)));
        let mut budget =
            budgets::Budget::builder().budget(data).notifications_with_subscribers(notifications);
        if let Some(alerts) = &self.alerts {
            // docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
            let (partition, account) = (pseudo::partition(), pseudo::account_id());
            let here = interpolate!("arn:{partition}:budgets::{account}:*");
            alerts.admit("budgets.amazonaws.com", "Budgets", here);
            // AWS tries whether it may publish when it makes the budget.
            if let Some(policy) = alerts.admission(&scope) {
                budget = budget.depends_on(policy);
            }
        }
        Budget { scope, budget: scope.add("Budget", budget) }
    }

    fn notification(&self, limit: Limit) -> Input<NotificationWithSubscribers> {
        let notification = Notification::builder()
            .notification_type(if limit.forecast { "FORECASTED" } else { "ACTUAL" })
            .comparison_operator("GREATER_THAN")
            .threshold(limit.at)
            .threshold_type(if limit.percent { "PERCENTAGE" } else { "ABSOLUTE_VALUE" });
        let topic = self.alerts.iter().map(|alerts| {
            Subscriber::builder().subscription_type("SNS").address(alerts.arn().cast::<String>()).into_input()
        });
        let emails = self.emails.iter().map(|said| {
            Subscriber::builder().subscription_type("EMAIL").address(said.value.clone()).into_input()
        });
        NotificationWithSubscribers::builder()
            .notification(notification)
            .subscribers(Input::list(topic.chain(emails)))
            .into_input()
    }

    /// Reports what AWS refuses.
    // docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html,
    // API_budgets_Notification.html, API_budgets_NotificationWithSubscribers.html
    fn judge(&self, scope: &Scope<'_>) {
        let wrong = |message: String, help: &str, at| {
            report(scope, Finding::error("FW3203", message).help(help.to_owned()), at);
        };
        let Said { value: amount, at } = self.amount;
        if !(amount > 0.0 && amount <= 1e12) {
            wrong(format!("a budget of {amount} dollars"), "say how much may be spent in a month", at);
        }
        if self.emails.is_empty() && self.alerts.is_none() {
            wrong(
                "the budget tells nobody".to_owned(),
                "say whom: `.notify(&alerts)` or `.email(\"operations@example.com\")`",
                at,
            );
        }
        for Said { value: limit, at } in &self.limits {
            if limit.percent && limit.at > 0.0 && limit.at < 1.0 {
                let percent = (limit.at * 100.0).round();
                let message = format!("people are to be told at {} percent of the budget", limit.at);
                wrong(message, &format!("for {percent} percent, say {percent}"), *at);
            } else if !(0.1..=1e9).contains(&limit.at) {
                let what = if limit.percent { "percent" } else { "dollars" };
                wrong(format!("people are to be told at {} {what}", limit.at), "say a number above 0", *at);
            }
        }
        if let Some(Said { at, .. }) = self.limits.get(10) {
            let many = self.limits.len();
            wrong(format!("people are to be told at {many} sums"), "a budget has ten of them at most", *at);
        }
        if let Some(Said { at, .. }) = self.emails.get(10) {
            let many = self.emails.len();
            wrong(format!("{many} addresses are to be told"), "ten at most; have one that is a list", *at);
        }
        address::judge_emails(&self.emails, scope);
    }
}
