//! Metrics that are computed of others.
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

use formwork_core::Output;

use super::Metric;

/// Another thing that has the same metric.
#[derive(Clone)]
pub(super) struct Beside {
    together: Together,
    dimensions: Vec<(String, Output<String>)>,
}

/// What becomes of the values of two things that stand for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Together {
    Sum,
    Maximum,
}

/// What a metric is a share of.
#[derive(Clone)]
pub(super) enum Whole {
    Of(Metric),
    Number(f64),
}

impl Metric {
    /// Adds what another thing has, which is the same but for its dimensions.
    pub(crate) fn beside(mut self, together: Together, dimensions: Vec<(String, Output<String>)>) -> Self {
        self.beside = Some(Box::new(Beside { together, dimensions }));
        self
    }

    /// What this is of another metric, in percent: errors of requests. Where there is nothing of the other one, it is 0.
    ///
    /// ```
    /// # use formwork_aws::types::{cidr, minutes};
    /// # use formwork_core::App;
    /// # use formwork_patterns::{LoadBalancer, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("shop");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// # let balancer = LoadBalancer::public().plain_http().build(stack.scope("Web"), &network);
    /// let failing = balancer.target_5xx_count().percent_of(&balancer.request_count()).period(minutes(5));
    /// stack.add("Failing", failing.above(1).alarm_description("more than 1 % of all requests fail"));
    /// ```
    ///
    /// Both have the period of this one, and each its own statistic. A share of something else is a share of this then.
    #[must_use]
    pub fn percent_of(self, whole: &Self) -> Self {
        Self { whole: Some(Box::new(Whole::Of(whole.clone()))), ..self }
    }

    /// What this is of a number, in percent.
    pub(crate) fn percent_of_number(self, whole: f64) -> Self {
        Self { whole: Some(Box::new(Whole::Number(whole))), ..self }
    }

    /// Whether it is the share in a number, of which nobody looks for fractions.
    pub(super) fn is_utilization(&self) -> bool {
        matches!(self.whole.as_deref(), Some(Whole::Number(_)))
    }

    /// Whether it is computed to be percent.
    pub(crate) fn is_share(&self) -> bool {
        self.whole.is_some()
    }

    /// Where it is computed of others: the expression, and those, each with its id.
    pub(crate) fn computed(&self) -> Option<(String, Vec<(String, Self)>)> {
        self.computed_as("")
    }

    /// The same with ids that begin so, for several metrics beside each other.
    pub(crate) fn computed_as(&self, prefix: &str) -> Option<(String, Vec<(String, Self)>)> {
        (self.whole.is_some() || self.beside.is_some()).then(|| self.terms(prefix))
    }

    /// The expression for it, and what that refers to, with ids that begin alike.
    fn terms(&self, prefix: &str) -> (String, Vec<(String, Self)>) {
        let id = |name: &str| match prefix {
            "" => name.to_owned(),
            prefix => format!("{prefix}_{name}"),
        };
        if let Some(whole) = &self.whole {
            let part = Self { whole: None, ..self.clone() };
            let (counted, mut metrics) = part.filled(&id("part"), matches!(**whole, Whole::Of(_)));
            let expression = match &**whole {
                Whole::Number(number) => format!("100 * {counted} / {number}"),
                Whole::Of(whole) => {
                    let whole = Self { period: self.period, ..whole.clone() };
                    let (all, of_whole) = whole.filled(&id("whole"), true);
                    metrics.extend(of_whole);
                    format!("IF({all} > 0, 100 * {counted} / {all}, 0)")
                }
            };
            return (expression, metrics);
        }
        let Some(Beside { together, dimensions }) = self.beside.as_deref() else {
            return (prefix.to_owned(), vec![(prefix.to_owned(), self.clone())]);
        };
        let (one, two) = (id("first"), id("second"));
        // One of the two may be at rest, and then has no values.
        let expression = match together {
            Together::Sum => format!("FILL({one}, 0) + FILL({two}, 0)"),
            Together::Maximum => format!("MAX([FILL({one}, 0), FILL({two}, 0)])"),
        };
        let first = Self { beside: None, ..self.clone() };
        let second = Self { dimensions: dimensions.clone(), ..first.clone() };
        (expression, vec![(one, first), (two, second)])
    }

    /// The same as a part of an expression; where nothing is counted, nothing is published, which is 0.
    fn filled(&self, id: &str, fill: bool) -> (String, Vec<(String, Self)>) {
        let plain = self.whole.is_none() && self.beside.is_none();
        let (expression, metrics) = self.terms(id);
        match (plain, fill) {
            (true, true) => (format!("FILL({expression}, 0)"), metrics),
            (true, false) => (expression, metrics),
            (false, _) => (format!("({expression})"), metrics),
        }
    }
}
