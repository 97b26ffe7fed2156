//! Alarms that are made of others.

use std::borrow::Cow;

use formwork_aws::cloudwatch;
use formwork_core::{Expr, Finding, IntoText, Output, Part, Str};

use super::Alerts;
use crate::place::{Said, report};

impl<'a> Alerts<'a> {
    /// Adds an alarm that goes off while any of some others does.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Alerts, LoadBalancer, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("shop");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// # let balancer = LoadBalancer::public().plain_http().build(stack.scope("Web"), &network);
    /// # let alerts = Alerts::new().email("operations@example.com").build(stack.scope("Alerts"));
    /// // One message, and not two.
    /// let slow = alerts.quiet_alarm("Slow", balancer.target_response_time(99.0).above(5));
    /// let failing = alerts.quiet_alarm("Failing", balancer.target_5xx_count().above(10));
    /// alerts.alarm_any("Unwell", [slow, failing]);
    /// ```
    #[track_caller]
    pub fn alarm_any(
        &self,
        id: impl Into<Str>,
        alarms: impl IntoIterator<Item = cloudwatch::Alarm>,
    ) -> cloudwatch::CompositeAlarm {
        self.combine(Said::new(id.into()), " OR ", alarms.into_iter().collect())
    }

    /// Adds an alarm that goes off while all of some others do.
    #[track_caller]
    pub fn alarm_all(
        &self,
        id: impl Into<Str>,
        alarms: impl IntoIterator<Item = cloudwatch::Alarm>,
    ) -> cloudwatch::CompositeAlarm {
        self.combine(Said::new(id.into()), " AND ", alarms.into_iter().collect())
    }

    // docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    #[track_caller]
    fn combine(
        &self,
        said: Said<Str>,
        word: &'static str,
        alarms: Vec<cloudwatch::Alarm>,
    ) -> cloudwatch::CompositeAlarm {
        let scope = self.scope.for_caller();
        self.late(&scope, &said);
        if alarms.is_empty() {
            let finding =
                Finding::error("FW3206", format!("`{}` is to be an alarm of no alarms", said.value))
                    .help("name those that it is made of");
            report(&scope, finding, said.at);
        }
        let mut rule = Vec::new();
        for (number, alarm) in alarms.iter().enumerate() {
            let before = if number == 0 { "" } else { word };
            rule.push(Part::Text(Cow::Owned(format!("{before}ALARM(\""))));
            rule.push(Part::Value(alarm.alarm_name().into_text()));
            rule.push(Part::Text(Cow::Borrowed("\")")));
        }
        let rule: Output<String> = Output::new(Expr::Interpolation(rule));
        let alarm = scope.add(said.value, cloudwatch::CompositeAlarm::builder().alarm_rule(rule));
        self.notify(&scope.edit(alarm));
        self.told.borrow_mut().composites.push(alarm);
        alarm
    }
}
