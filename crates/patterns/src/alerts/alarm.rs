//! Alarms.

use formwork_aws::cloudwatch::{self, alarm};
use formwork_core::{Edit, Expr, Finding, Scope, Str};

use super::Alerts;
use crate::{MetricUnit, place::Said};

impl<'a> Alerts<'a> {
    /// Adds an alarm that tells people when it goes off, and when all is well again.
    ///
    /// ```
    /// # use formwork_aws::types::{cidr, minutes};
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Alerts, LoadBalancer, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("shop");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// # let balancer = LoadBalancer::public().plain_http().build(stack.scope("Web"), &network);
    /// # let alerts = Alerts::new().email("operations@example.com").build(stack.scope("Alerts"));
    /// let slow = balancer.target_response_time(99.0).above(5).evaluation_periods(3);
    /// let slow = alerts.alarm("Slow", slow.alarm_description("one request of a hundred takes more than 5 seconds"));
    /// stack.output("SlowAlarm", slow.alarm_name());
    /// ```
    ///
    /// It stands in the scope of the alerts. What was not said of it is added:
    /// - a description, of the metric and the threshold;
    /// - what it is to make of no data: an alarm on things that are to be there (tasks that run, healthy targets) goes off,
    ///   since what is dead reports nothing; one on things that are not to be (errors, requests that were turned away)
    ///   does not, since nothing is reported where there are none. Of other metrics CloudWatch's own choice holds, by
    ///   which the alarm has no state until there are data again.
    // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    #[track_caller]
    pub fn alarm(&self, id: impl Into<Str>, alarm: alarm::Builder) -> cloudwatch::Alarm {
        let alarm = self.quiet_alarm(id, alarm);
        let edit = self.scope.edit(alarm);
        self.notify(&edit);
        alarm
    }

    /// Adds an alarm that tells nobody: it is seen on dashboards, and is part of others by
    /// [`alarm_any`](Self::alarm_any) and [`alarm_all`](Self::alarm_all).
    #[track_caller]
    pub fn quiet_alarm(&self, id: impl Into<Str>, alarm: alarm::Builder) -> cloudwatch::Alarm {
        let said = Said::new(id.into());
        let scope = self.scope.for_caller();
        self.late(&scope, &said);
        let alarm = scope.add(said.value, alarm);
        let edit = scope.edit(alarm);
        if let Some(missing) = missing(&edit) {
            edit.set_default("TreatMissingData", missing);
        }
        if let Some(description) = description(&edit) {
            edit.set_default("AlarmDescription", description);
        }
        self.told.borrow_mut().alarms.push(alarm);
        alarm
    }

    /// Has an alarm publish to the topic, besides what it does already.
    #[track_caller]
    pub(super) fn notify(&self, alarm: &Edit<'_>) {
        for actions in ["AlarmActions", "OKActions"] {
            alarm.append(actions, self.arn.clone());
        }
    }

    /// Reports an alarm that a dashboard of all alarms does not show, since it is added too late.
    pub(super) fn late(&self, scope: &Scope<'_>, said: &Said<Str>) {
        let Some(shown) = self.told.borrow().shown else { return };
        let message = format!("the alarm `{}` is on no dashboard: that was built before", said.value);
        let finding = Finding::warning("FW3205", message)
            .help("add all alarms before the dashboard that shows them is built")
            .at(said.at, "added here")
            .at(shown, "the dashboard took the alarms that there were");
        scope.app().report(finding.in_stack(scope.stack().id()));
    }
}

/// The names of the metrics that an alarm looks at.
fn names(alarm: &Edit<'_>) -> Vec<String> {
    if let Some(name) = alarm.get("MetricName") {
        return name.as_str().map(str::to_owned).into_iter().collect();
    }
    let metrics = alarm.get("Metrics");
    let metrics = metrics.as_ref().and_then(Expr::as_list).unwrap_or_default();
    let name =
        |query: &Expr| Some(query.get("MetricStat")?.get("Metric")?.get("MetricName")?.as_str()?.to_owned());
    metrics.iter().filter_map(name).collect()
}

/// What an alarm is to make of no data, where that follows from its metrics.
fn missing(alarm: &Edit<'_>) -> Option<&'static str> {
    /// What is dead reports none of these.
    const ALIVE: &[&str] = &["HealthyHostCount", "RunningTaskCount"];
    /// Where there are none of these, none are reported.
    const COUNTED: &[&str] = &[
        "4XXError",
        "5XXError",
        "4xxErrorRate",
        "5xxErrorRate",
        "AuthenticationFailures",
        "ClientTLSNegotiationErrorCount",
        "Errors",
        "Evictions",
        "ExecutionsFailed",
        "FailedInvocations",
        "InvocationsFailedToBeSentToDlq",
        "RejectedConnectionCount",
        "RequestCount",
        "RequestCountPerTarget",
        "TargetConnectionErrorCount",
        "TargetResponseTime",
        "Throttles",
        "UnHealthyHostCount",
    ];
    let names = names(alarm);
    let all = |known: &dyn Fn(&str) -> bool| !names.is_empty() && names.iter().all(|name| known(name));
    if all(&|name| ALIVE.contains(&name)) {
        let below = matches!(
            alarm.get("ComparisonOperator").as_ref().and_then(Expr::as_str),
            Some("LessThanThreshold" | "LessThanOrEqualToThreshold")
        );
        return below.then_some("breaching");
    }
    all(&|name| COUNTED.contains(&name) || name.starts_with("HTTPCode_")).then_some("notBreaching")
}

/// What an alarm is about, for people.
fn description(alarm: &Edit<'_>) -> Option<String> {
    let text = |path: &str| alarm.get(path)?.as_str().map(str::to_owned);
    let compared = match text("ComparisonOperator")?.as_str() {
        "GreaterThanThreshold" => "is above",
        "GreaterThanOrEqualToThreshold" => "is at least",
        "LessThanThreshold" => "is below",
        "LessThanOrEqualToThreshold" => "is at most",
        _ => return None,
    };
    let threshold = match alarm.get("Threshold")?.plain() {
        Expr::Int(number) => *number as f64,
        Expr::Float(number) => *number,
        _ => return None,
    };
    let (what, unit) = match (text("Namespace"), text("MetricName")) {
        (Some(space), Some(name)) => {
            let counted = text("Statistic").is_some_and(|statistic| statistic == "SampleCount");
            let unit = MetricUnit::of(&space, &name).filter(|_| !counted);
            (name, unit)
        }
        _ => (computed(alarm)?, None),
    };
    Some(format!("{what} {compared} {}", written(threshold, unit)))
}

/// What an alarm computes, for people.
fn computed(alarm: &Edit<'_>) -> Option<String> {
    let metrics = alarm.get("Metrics")?;
    let expression = |query: &Expr| query.get("Expression")?.as_str().map(str::to_owned);
    let share = metrics.as_list()?.iter().filter_map(expression).any(|it| it.contains("100 * "));
    let mut names = names(alarm);
    names.dedup();
    match (names.as_slice(), share) {
        ([], _) => None,
        ([name], false) => Some(name.clone()),
        ([name], true) => Some(format!("{name} in percent of what there may be")),
        ([name, whole], true) => Some(format!("{name} in percent of {whole}")),
        (names, _) => Some(format!("what is computed of {}", names.join(" and "))),
    }
}

/// A number with its unit.
fn written(number: f64, unit: Option<MetricUnit>) -> String {
    const MIB: f64 = 1_048_576.0;
    match unit {
        Some(MetricUnit::Bytes) if number >= MIB * 1024.0 && number % (MIB * 1024.0) == 0.0 => {
            format!("{} GiB", number / (MIB * 1024.0))
        }
        Some(MetricUnit::Bytes) if number >= MIB && number % MIB == 0.0 => format!("{} MiB", number / MIB),
        Some(MetricUnit::Bytes) => format!("{number} bytes"),
        Some(MetricUnit::Percent) => format!("{number} %"),
        Some(MetricUnit::Seconds) => format!("{number} s"),
        Some(MetricUnit::Milliseconds) => format!("{number} ms"),
        Some(MetricUnit::Days) => format!("{number} days"),
        Some(MetricUnit::Count) | None => number.to_string(),
    }
}
