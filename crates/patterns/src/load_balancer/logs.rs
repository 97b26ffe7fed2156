//! The logs of a load balancer, and the bucket that they go to.

use formwork_aws::{s3, types::Duration};
use formwork_core::{Expr, Input, IntoInput, Name, Output, Scope};

use crate::{
    Bucket,
    bucket::{LogBuilder, Sender},
    place::Said,
};

/// Which logs a load balancer keeps, where, and for how long.
#[derive(Clone)]
pub(super) struct Logs<'a> {
    pub(super) access: bool,
    pub(super) connections: bool,
    pub(super) health_checks: bool,
    pub(super) to: Said<To<'a>>,
    pub(super) prefix: Option<String>,
    pub(super) keep: Option<Duration>,
}

/// Where logs go.
#[derive(Clone)]
pub(super) enum To<'a> {
    /// To a bucket that the load balancer has for them.
    Own(LogBuilder),
    /// To one of the patterns, which lets the load balancer in.
    Bucket(Bucket<'a>),
    /// To one that lets it in already.
    Named(Output<Name<s3::Bucket>>),
}

/// The bucket for the logs of a load balancer: one that is to be made for it, as [`Bucket::for_logs`] says, or one for
/// logs that there is already, `&logs`.
///
/// ```
/// use formwork_aws::types::days;
/// use formwork_core::App;
/// use formwork_patterns::{Bucket, LoadBalancer};
///
/// let app = App::for_tests();
/// let of_all = Bucket::for_logs().build(app.stack("logs").scope("Logs"));
/// let shop = LoadBalancer::public().log_bucket(&of_all).log_prefix("shop");
/// let office = LoadBalancer::internal().log_bucket(Bucket::for_logs().name_with_suffix("acme-office-logs"));
/// ```
#[derive(Clone)]
pub struct LogBucket<'a>(pub(super) To<'a>);

impl From<LogBuilder> for LogBucket<'_> {
    fn from(builder: LogBuilder) -> Self {
        Self(To::Own(builder))
    }
}

impl<'a> From<&Bucket<'a>> for LogBucket<'a> {
    fn from(bucket: &Bucket<'a>) -> Self {
        Self(To::Bucket(*bucket))
    }
}

/// What the logs take.
pub(super) struct Taken {
    /// The bucket of the load balancer's own, with its policy.
    pub(super) made: Option<(s3::Bucket, s3::BucketPolicy)>,
    /// What has to be there first: Elastic Load Balancing writes to the bucket to try it when its logs are turned on.
    pub(super) policies: Vec<s3::BucketPolicy>,
    name: Option<Input<Name<s3::Bucket>>>,
}

impl Default for Logs<'_> {
    fn default() -> Self {
        let to = Said::new(To::Own(LogBuilder::default()));
        Self { access: true, connections: false, health_checks: false, to, prefix: None, keep: None }
    }
}

impl<'a> Logs<'a> {
    fn any(&self) -> bool {
        self.access || self.connections || self.health_checks
    }

    /// The bucket that the logs go to; one of the load balancer's own is made.
    #[track_caller]
    pub(super) fn bucket(&self, scope: Scope<'a>) -> Taken {
        let sender = Sender::LoadBalancers(self.prefix.clone());
        let none = || Taken { made: None, policies: Vec::new(), name: None };
        match &self.to.value {
            _ if !self.any() => none(),
            To::Own(builder) => {
                let builder = match self.keep {
                    Some(keep) => builder.clone().keep_for(keep),
                    None => builder.clone(),
                };
                let made = builder.from(sender).build_as(scope, "Logs", "LogsPolicy");
                let name = Some((&made).into_input());
                let made = (made.bucket(), made.policy());
                Taken { made: Some(made), policies: vec![made.1], name }
            }
            To::Bucket(bucket) if !bucket.admit(&sender, &scope, self.to.at) => none(),
            To::Bucket(bucket) => {
                let policies = policies(scope, bucket.into_input());
                Taken { made: None, policies, name: Some(bucket.into_input()) }
            }
            To::Named(name) => {
                let name = Input::new(name.expr().clone());
                Taken { made: None, policies: policies(scope, name.clone()), name: Some(name) }
            }
        }
    }

    /// The attributes of the load balancer that turn the logs on.
    pub(super) fn attributes(&self, taken: &Taken) -> Vec<(String, Input<String>)> {
        let mut attributes = Vec::new();
        let mut attribute = |key: String, value: Input<String>| attributes.push((key, value));
        let bucket = taken.name.as_ref().map(|name| name.clone().into_expr());
        for (logs, on) in [
            ("access_logs", self.access),
            ("connection_logs", self.connections),
            ("health_check_logs", self.health_checks),
        ] {
            match &bucket {
                Some(bucket) if on => {
                    attribute(format!("{logs}.s3.enabled"), "true".into_input());
                    attribute(format!("{logs}.s3.bucket"), Input::new(bucket.clone()));
                    if let Some(prefix) = &self.prefix {
                        attribute(format!("{logs}.s3.prefix"), prefix.clone().into_input());
                    }
                }
                // What is off by default is said of access logs only, which whoever reads the template looks for.
                _ if logs == "access_logs" => attribute(format!("{logs}.s3.enabled"), "false".into_input()),
                _ => {}
            }
        }
        attributes
    }
}

/// The policies of a bucket that stand in the same stack. Of another stack all are there before.
fn policies(scope: Scope<'_>, name: Input<Name<s3::Bucket>>) -> Vec<s3::BucketPolicy> {
    let name = name.into_expr();
    let of_bucket = |policy: &s3::BucketPolicy| {
        let bucket: Option<Expr> = scope.edit(*policy).get("Bucket");
        bucket.is_some_and(|bucket| bucket.reads_as(&name))
    };
    scope.stack().all::<s3::BucketPolicy>().into_iter().filter(of_bucket).collect()
}
