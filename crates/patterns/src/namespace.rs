//! Namespaces of metrics that programs publish themselves.

use std::panic::Location;

use formwork_aws::policy::{Condition, Statement};
use formwork_core::Finding;

use crate::{
    Granted, Grantee, Metric,
    place::{Said, report},
    value::text,
};

/// A namespace of CloudWatch that a program publishes metrics of its own in.
///
/// ```
/// use formwork_aws::iam;
/// use formwork_core::App;
/// use formwork_patterns::{MetricNamespace, Role, Stat};
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let task = Role::of(stack, stack.add("Task", iam::Role::assumed_by("ecs-tasks.amazonaws.com")));
/// let shop = MetricNamespace::new("Shop");
/// shop.grant_publish(&task); // a service takes the name as well: `.env("METRICS")`
///
/// let failed = shop.metric("FailedOrders").stat(Stat::Sum);
/// stack.add("OrdersFail", failed.above(5).alarm_description("orders fail"));
/// ```
///
/// It makes no resource: a namespace is there as soon as something is published in it.
#[derive(Clone, Debug)]
pub struct MetricNamespace {
    name: String,
    at: &'static Location<'static>,
}

impl MetricNamespace {
    /// A namespace of this name. What begins with `AWS/` is AWS's own: that is a finding, `FW3204`, as is a name that
    /// CloudWatch refuses.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let Said { value: name, at } = Said::new(name.into());
        Self { name, at }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A metric in it: the average over a minute, of all dimensions unless [`Metric::dimension`] says more.
    pub fn metric(&self, name: impl Into<String>) -> Metric {
        Metric::new(self.name.clone(), name)
    }

    /// Lets somebody publish metrics in it, and in no other one. The setting is its name.
    // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html: the action knows no
    // resources.
    #[track_caller]
    pub fn grant_publish<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        if let Some(why) = wrong(&self.name) {
            let finding = Finding::error("FW3204", format!("`{}` cannot be a namespace: {why}", self.name))
                .help("a name such as `Shop` or `Acme/Shop`: letters, digits and `. - _ / # :`");
            report(&to.role().scope(), finding, self.at);
        }
        let publish = Statement::allow("cloudwatch:PutMetricData").on_all_resources();
        to.grant(publish.when(Condition::string_equals("cloudwatch:namespace", self.name.clone())));
        Granted::new(to).setting("", text(&self.name))
    }
}

/// What is wrong with a name.
// docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html, `Namespace`
fn wrong(name: &str) -> Option<&'static str> {
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-_/#: ".contains(c);
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name.starts_with("AWS/") {
        Some("what begins with `AWS/` is AWS's own")
    } else if name.starts_with(':') {
        Some("it begins with `:`")
    } else if name.len() > 255 {
        Some("it has more than 255 characters")
    } else if !name.chars().all(legal) {
        Some("it has characters that namespaces do not have")
    } else {
        None
    }
}
