//! Rules: which requests go to whom, and in which order that is tried.

use std::collections::{BTreeMap, BTreeSet};

use formwork_aws::{
    elasticloadbalancingv2::listener_rule::{
        HostHeaderConfig, HttpHeaderConfig, HttpRequestMethodConfig, PathPatternConfig, QueryStringConfig,
        QueryStringKeyValue, RuleCondition, SourceIpConfig,
    },
    types::{Cidr, Port},
};
use formwork_core::{Finding, Input, IntoInput, Scope, SourceLocation};

use crate::place::{Said, report};

/// The last rule of a listener: what no other one takes.
// docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
pub(super) const LAST: u16 = 50_000;

/// The first priority that is given out; what is said by hand may come before and after.
const FIRST: u16 = 1000;

/// How far apart the priorities are that are given out.
const STEP: u16 = 10;

/// The priorities that the rules of a load balancer's listeners have.
#[derive(Default)]
pub(super) struct Taken(BTreeMap<(Port, u16), SourceLocation>, BTreeMap<(Port, Wanted), SourceLocation>);

/// Which requests a rule takes, in one form: what is asked of a request, and the values of which one is enough.
type Wanted = BTreeSet<(String, BTreeSet<String>)>;

impl Taken {
    /// Notes who gets what no other rule takes; whoever got it before is told.
    pub(super) fn take_everything(&mut self, port: Port, at: SourceLocation) -> Option<SourceLocation> {
        self.take(port, LAST, at)
    }

    /// Notes a priority; whoever has it already is told, and keeps it.
    pub(super) fn take(&mut self, port: Port, priority: u16, at: SourceLocation) -> Option<SourceLocation> {
        if let Some(before) = self.0.get(&(port, priority)) {
            return Some(before.clone());
        }
        self.0.insert((port, priority), at);
        None
    }

    /// Notes which requests a route takes; whoever takes the same ones already is told, and keeps them.
    pub(super) fn take_requests(
        &mut self,
        port: Port,
        conditions: &[Said<Condition>],
        at: SourceLocation,
    ) -> Option<SourceLocation> {
        let wanted: Wanted = conditions.iter().filter_map(|said| said.value.wanted()).collect();
        if let Some(before) = self.1.get(&(port, wanted.clone())) {
            return Some(before.clone());
        }
        self.1.insert((port, wanted), at);
        None
    }

    /// The next priority in order of declaration.
    pub(super) fn next(&mut self, port: Port, at: SourceLocation) -> u16 {
        let free =
            (FIRST..LAST).step_by(STEP.into()).find(|priority| !self.0.contains_key(&(port, *priority)));
        let priority = free.unwrap_or(FIRST);
        self.0.insert((port, priority), at);
        priority
    }
}

/// What a request has to be like.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Paths(Vec<String>),
    Hosts(Vec<String>),
    Header(String, Vec<String>),
    Methods(Vec<String>),
    Sources(Vec<Cidr>),
    Query(Vec<(Option<String>, String)>),
}

impl Condition {
    fn count(&self) -> usize {
        match self {
            Self::Paths(values) | Self::Hosts(values) | Self::Header(_, values) | Self::Methods(values) => {
                values.len()
            }
            Self::Sources(values) => values.len(),
            Self::Query(values) => values.len(),
        }
    }

    /// What it takes, whatever the order of its values; nothing where it says nothing. Names of hosts and headers have no
    /// case.
    fn wanted(&self) -> Option<(String, BTreeSet<String>)> {
        let (what, values): (_, BTreeSet<String>) = match self {
            Self::Paths(values) => ("path".to_owned(), values.iter().cloned().collect()),
            Self::Hosts(values) => {
                ("host".to_owned(), values.iter().map(|host| host.to_ascii_lowercase()).collect())
            }
            Self::Header(name, values) => {
                let values = values.iter().map(|value| value.to_ascii_lowercase());
                (format!("header {}", name.to_ascii_lowercase()), values.collect())
            }
            Self::Methods(values) => ("method".to_owned(), values.iter().cloned().collect()),
            Self::Sources(values) => ("source".to_owned(), values.iter().map(ToString::to_string).collect()),
            Self::Query(values) => {
                let pair = |(key, value): &(Option<String>, String)| format!("{key:?} {value:?}");
                ("query".to_owned(), values.iter().map(pair).collect())
            }
        };
        (!values.is_empty()).then_some((what, values))
    }

    fn cut(&mut self, to: usize) {
        match self {
            Self::Paths(values) | Self::Hosts(values) | Self::Header(_, values) | Self::Methods(values) => {
                values.truncate(to);
            }
            Self::Sources(values) => values.truncate(to),
            Self::Query(values) => values.truncate(to),
        }
    }

    fn build(self) -> Input<RuleCondition> {
        let condition = RuleCondition::builder();
        let condition = match self {
            Self::Paths(values) => condition
                .field("path-pattern")
                .path_pattern_config(PathPatternConfig::builder().values(values)),
            Self::Hosts(values) => {
                condition.field("host-header").host_header_config(HostHeaderConfig::builder().values(values))
            }
            Self::Header(name, values) => condition
                .field("http-header")
                .http_header_config(HttpHeaderConfig::builder().http_header_name(name).values(values)),
            Self::Methods(values) => condition
                .field("http-request-method")
                .http_request_method_config(HttpRequestMethodConfig::builder().values(values)),
            Self::Sources(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                condition.field("source-ip").source_ip_config(SourceIpConfig::builder().values(values))
            }
            Self::Query(values) => {
                let values = values
                    .into_iter()
                    .map(|(key, value)| QueryStringKeyValue::builder().key(key).value(value));
                let values: Vec<_> = values.collect();
                condition
                    .field("query-string")
                    .query_string_config(QueryStringConfig::builder().values(values))
            }
        };
        condition.into_input()
    }
}

/// The conditions of a rule as they can be; what cannot is reported where it was said.
pub(super) fn conditions(scope: &Scope<'_>, said: Vec<Said<Condition>>) -> Vec<Input<RuleCondition>> {
    // docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    const MOST: usize = 5;
    let mut count = 0;
    let mut built = Vec::new();
    for Said { mut value, at } in said {
        if value.count() == 0 {
            let help = "name one value or more, or take `.everything()`";
            report(
                scope,
                Finding::error("FW3026", "a route says of nothing that it is its own").help(help),
                at,
            );
            continue;
        }
        let before = count;
        count += value.count();
        if count > MOST {
            let message = format!("a route names {count} values, and a rule has five at most");
            let help = "use patterns with `*`, or several routes";
            report(scope, Finding::error("FW3026", message).help(help), at);
            value.cut(MOST - before.min(MOST));
        }
        if let Condition::Paths(paths) = &value
            && let Some(path) = paths.iter().find(|path| !path.starts_with(['/', '*', '?']))
        {
            let message = format!("no request is for `{path}`: paths begin with `/`");
            report(scope, Finding::error("FW3026", message).help(format!("write `/{path}`")), at);
        }
        if value.count() > 0 {
            built.push(value.build());
        }
    }
    if built.is_empty() {
        built.push(Condition::Paths(vec!["/*".to_owned()]).build());
    }
    built
}
