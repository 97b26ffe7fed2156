//! How requests get to the targets: the choices of target groups.

use std::ops::RangeInclusive;

use formwork_aws::{
    elasticloadbalancingv2::target_group::{self, TargetGroupAttribute},
    types::{Duration, minutes, seconds},
};
use formwork_core::{Finding, Scope};

use crate::place::{Said, report};

/// By what a load balancer chooses the target of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Each in turn.
    #[default]
    RoundRobin,
    /// The one with the fewest requests that are not answered yet: for requests of very different cost.
    LeastOutstandingRequests,
    /// Any of them, fewer for those that answer with errors.
    WeightedRandom,
}

/// What becomes of requests that a load balancer and its targets may understand differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Desync {
    /// Those that could be an attack are stopped; others are passed on, on a connection of their own.
    #[default]
    Defensive,
    /// Only what follows RFC 7230 is passed on.
    Strictest,
    /// Weaker: they are counted, and passed on.
    OnlyCounted,
}

impl Desync {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Defensive => "defensive",
            Self::Strictest => "strictest",
            Self::OnlyCounted => "monitor",
        }
    }
}

/// The version of HTTP in which targets are spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Version {
    #[default]
    Http1,
    Http2,
    Grpc,
}

const SLOW_START: RangeInclusive<Duration> = seconds(30)..=minutes(15);

/// The choices of a route about its target groups.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) stickiness: Option<(Option<String>, Duration)>,
    pub(super) deregistration_delay: Option<Duration>,
    pub(super) slow_start: Option<Said<Duration>>,
    pub(super) algorithm: Algorithm,
    pub(super) version: Option<Said<Version>>,
    pub(super) encrypted: bool,
    pub(super) more_attributes: Vec<(String, String)>,
}

impl Options {
    pub(super) fn version(&self) -> Version {
        self.version.map_or(Version::Http1, |said| said.value)
    }

    /// Sets them on a target group.
    pub(super) fn apply(&self, group: target_group::Builder) -> target_group::Builder {
        let mut attributes: Vec<(&str, String)> = Vec::new();
        // A request takes no longer than the load balancer's idle timeout of a minute to be given up, and so it need
        // not wait the five minutes that are the default of AWS.
        let delay = self.deregistration_delay.unwrap_or(minutes(1));
        attributes.push(("deregistration_delay.timeout_seconds", in_seconds(delay)));
        match self.algorithm {
            Algorithm::RoundRobin => {}
            Algorithm::LeastOutstandingRequests => {
                attributes.push(("load_balancing.algorithm.type", "least_outstanding_requests".to_owned()));
            }
            Algorithm::WeightedRandom => {
                attributes.push(("load_balancing.algorithm.type", "weighted_random".to_owned()));
                attributes.push(("load_balancing.algorithm.anomaly_mitigation", "on".to_owned()));
            }
        }
        if let Some(value) = self.slow_start() {
            attributes.push(("slow_start.duration_seconds", in_seconds(value)));
        }
        if let Some((cookie, duration)) = &self.stickiness {
            let kind = if cookie.is_some() { "app_cookie" } else { "lb_cookie" };
            attributes.push(("stickiness.enabled", "true".to_owned()));
            attributes.push(("stickiness.type", kind.to_owned()));
            if let Some(cookie) = cookie {
                attributes.push(("stickiness.app_cookie.cookie_name", cookie.clone()));
                attributes.push(("stickiness.app_cookie.duration_seconds", in_seconds(*duration)));
            } else {
                attributes.push(("stickiness.lb_cookie.duration_seconds", in_seconds(*duration)));
            }
        }
        for (key, value) in &self.more_attributes {
            attributes.retain(|(known, _)| known != key);
            attributes.push((key, value.clone()));
        }
        let attributes =
            attributes.into_iter().map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value));
        let protocol =
            if self.encrypted { target_group::Protocol::Https } else { target_group::Protocol::Http };
        let group = group.protocol(protocol).target_group_attributes(attributes.collect::<Vec<_>>());
        match self.version() {
            Version::Http1 => group,
            Version::Http2 => group.protocol_version("HTTP2"),
            Version::Grpc => group.protocol_version("GRPC"),
        }
    }

    /// The slow start that was asked for, if it is a possible one.
    fn slow_start(&self) -> Option<Duration> {
        let asked = self.slow_start.map(|said| said.value);
        asked.filter(|asked| self.algorithm == Algorithm::RoundRobin && SLOW_START.contains(asked))
    }

    /// Reports choices that exclude each other or that no load balancer has.
    pub(super) fn judge(&self, scope: &Scope<'_>) {
        let Some(Said { value, at }) = self.slow_start else { return };
        // docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
        if self.algorithm != Algorithm::RoundRobin {
            let message = "a slow start is only for targets that are chosen in turn";
            let help = "leave out `.slow_start(..)`, or the algorithm";
            report(scope, Finding::error("FW3031", message).help(help), at);
        } else if !SLOW_START.contains(&value) {
            let finding = Finding::error("FW3031", format!("a slow start cannot take {value}"));
            report(scope, finding.help("it takes 30 seconds to 15 minutes"), at);
        }
    }
}

/// A length of time in whole seconds, as attributes have it.
pub(super) fn in_seconds(duration: Duration) -> String {
    duration.as_milliseconds().div_ceil(1000).to_string()
}
