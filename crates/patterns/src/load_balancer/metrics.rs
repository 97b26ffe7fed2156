//! Metrics of a load balancer.

use formwork_aws::elasticloadbalancingv2 as elb;

use super::LoadBalancer;
use crate::{Metric, Stat};

// docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
impl LoadBalancer<'_> {
    /// Any of its metrics, by its name: the sum over a minute.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{LoadBalancer, Stat, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("shop");
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    /// # let balancer = LoadBalancer::public().plain_http().build(stack.scope("Web"), &network);
    /// let slow = balancer.target_response_time(99.0).above(1.5).evaluation_periods(5);
    /// stack.add("Slow", slow.alarm_description("one request of a hundred takes more than 1.5 seconds"));
    /// stack.add("Costly", balancer.metric("ConsumedLCUs").stat(Stat::Average).above(10));
    /// ```
    pub fn metric(&self, name: impl Into<String>) -> Metric {
        Metric::new("AWS/ApplicationELB", name)
            .dimension("LoadBalancer", self.load_balancer().load_balancer_full_name())
            .stat(Stat::Sum)
    }

    /// The same of one of its target groups.
    fn metric_of(&self, group: elb::TargetGroup, name: &str) -> Metric {
        self.metric(name).dimension("TargetGroup", group.target_group_full_name())
    }

    /// How many requests got to targets.
    pub fn request_count(&self) -> Metric {
        self.metric("RequestCount")
    }

    /// How long targets take until they answer, in seconds: what so many of a hundred requests do not exceed.
    pub fn target_response_time(&self, percent: f64) -> Metric {
        self.metric("TargetResponseTime").stat(Stat::Percentile(percent))
    }

    /// How many answers of targets were errors of theirs: 500 and above.
    pub fn target_5xx_count(&self) -> Metric {
        self.metric("HTTPCode_Target_5XX_Count")
    }

    /// How many requests it could not pass on: no target, no answer in time, a broken one.
    pub fn elb_5xx_count(&self) -> Metric {
        self.metric("HTTPCode_ELB_5XX_Count")
    }

    /// How many connections it refused, having too many of them.
    pub fn rejected_connection_count(&self) -> Metric {
        self.metric("RejectedConnectionCount")
    }

    /// How many clients spoke no TLS that it speaks, too.
    pub fn client_tls_negotiation_error_count(&self) -> Metric {
        self.metric("ClientTLSNegotiationErrorCount")
    }

    /// How many targets of a group are well: the fewest in a minute.
    pub fn healthy_host_count(&self, group: elb::TargetGroup) -> Metric {
        self.metric_of(group, "HealthyHostCount").stat(Stat::Minimum)
    }

    /// How many targets of a group are not well: the most in a minute.
    pub fn unhealthy_host_count(&self, group: elb::TargetGroup) -> Metric {
        self.metric_of(group, "UnHealthyHostCount").stat(Stat::Maximum)
    }

    /// How many requests each target of a group got on average.
    pub fn request_count_per_target(&self, group: elb::TargetGroup) -> Metric {
        self.metric_of(group, "RequestCountPerTarget")
    }
}
