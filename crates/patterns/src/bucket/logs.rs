//! Buckets that services of AWS write their logs to.

use std::panic::Location;

use formwork_aws::{
    policy::{Condition, Document, Principal, Resource, Statement},
    s3::{
        self,
        bucket::{
            AbortIncompleteMultipartUpload, LifecycleConfiguration, NoncurrentVersionExpiration, Rule,
            RuleStatus, VersioningConfiguration, VersioningConfigurationStatus,
        },
    },
    types::{Duration, days},
};
use formwork_core::{
    Builder as _, Expr, Finding, IntoInput, IntoJson, Json, Output, Scope, interpolate, pseudo,
};

use super::{
    Bucket,
    name::Named,
    private::{closed, encryption, policy},
};
use crate::{
    place::{self, report},
    removal,
    value::{arn_here, output, text},
};

/// Says what a bucket for logs is to be.
///
/// ```
/// use formwork_aws::types::days;
/// use formwork_core::App;
/// use formwork_patterns::Bucket;
///
/// let app = App::for_tests();
/// let stack = app.stack("logs");
/// let logs = Bucket::for_logs().keep_for(days(365)).from_flow_logs().build(stack.scope("Logs"));
/// // A bucket and a load balancer say themselves that they write there.
/// let images = Bucket::new().access_logs_to(&logs).build(stack.scope("Images"));
/// ```
///
/// It is private, is used over TLS alone, and takes what its senders write and nothing else. Logs are kept for 90 days.
/// AWS deletes no bucket that holds anything, so that it stays when its resource goes, and empties itself;
/// [`keep_nothing`](Self::keep_nothing) says otherwise. Its keys are those of S3: most senders can write with no others.
///
/// CloudFront's standard logs of the older kind are written by the lists of objects (ACLs), which are off.
#[derive(Clone, Default)]
#[must_use = "a bucket is made by `.build(scope)`"]
pub struct LogBuilder {
    named: Option<Named>,
    keep: Option<Duration>,
    senders: Vec<Sender>,
    goes: bool,
}

/// Who writes logs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Load balancers, with what the names of their logs begin with.
    LoadBalancers(Option<String>),
    /// Buckets that record who uses them.
    Buckets,
    /// The delivery of CloudWatch Logs, which writes the flow logs of networks.
    Delivery,
}

impl LogBuilder {
    /// Gives it a name, which no other bucket in the world has. A bucket with a name of its own cannot be replaced, since
    /// CloudFormation makes the new one first.
    pub fn name(mut self, name: impl IntoInput<String>) -> Self {
        self.named = Some(Named::Whole(output(name)));
        self
    }

    /// Gives it a name that ends in eight digits of the stack's id; see
    /// [`bucket::Builder::name_with_suffix`](super::Builder::name_with_suffix).
    #[track_caller]
    pub fn name_with_suffix(mut self, prefix: impl Into<String>) -> Self {
        self.named = Some(Named::suffixed(prefix));
        self
    }

    /// Sets for how many days logs are kept.
    pub fn keep_for(mut self, period: impl Into<Duration>) -> Self {
        self.keep = Some(period.into());
        self
    }

    /// Lets the application load balancers of this account write. What
    /// [`log_bucket`](crate::load_balancer::Builder::log_bucket) makes or is given does so unsaid.
    pub fn from_load_balancers(self) -> Self {
        self.from(Sender::LoadBalancers(None))
    }

    /// Lets the application load balancers of this account write whose logs have this prefix.
    pub fn from_load_balancers_below(self, prefix: impl Into<String>) -> Self {
        self.from(Sender::LoadBalancers(Some(prefix.into().trim_matches('/').to_owned())))
    }

    /// Lets the buckets of this account write who uses them. What says
    /// [`access_logs_to`](super::Builder::access_logs_to) does so unsaid.
    pub fn from_buckets(self) -> Self {
        self.from(Sender::Buckets)
    }

    /// Lets flow logs of this account and Region write, whose destination is the [ARN](Bucket::arn) of the bucket.
    pub fn from_flow_logs(self) -> Self {
        self.from(Sender::Delivery)
    }

    /// Keeps the bucket when its resource is removed or replaced, as it does unless said.
    pub fn keep_on_removal(mut self) -> Self {
        self.goes = false;
        self
    }

    /// Deletes the bucket with its resource. That fails as long as there are logs in it.
    pub fn keep_nothing(mut self) -> Self {
        self.goes = true;
        self
    }

    pub(crate) fn from(mut self, sender: Sender) -> Self {
        if !self.senders.contains(&sender) {
            self.senders.push(sender);
        }
        self
    }

    /// Makes the bucket.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> Bucket<'a> {
        let scope = place::claim(scope.into().for_caller(), "a bucket for logs", &["Bucket", "Policy"]);
        self.build_as(scope, "Bucket", "Policy")
    }

    /// Makes it under names of its owner's.
    #[track_caller]
    pub(crate) fn build_as<'a>(
        self,
        scope: Scope<'a>,
        id: &'static str,
        policy_id: &'static str,
    ) -> Bucket<'a> {
        let name = self.named.as_ref().map(|named| named.value(&scope));
        let expiry = Rule::builder()
            .id("expire")
            .status(RuleStatus::Enabled)
            .expiration_in_days(self.keep.unwrap_or(days(90)))
            .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(days(1)))
            .abort_incomplete_multipart_upload(
                AbortIncompleteMultipartUpload::builder().days_after_initiation(1),
            );
        let versions = VersioningConfiguration::builder().status(VersioningConfigurationStatus::Enabled);
        let bucket = s3::Bucket::builder()
            .bucket_name(name)
            .bucket_encryption(encryption(None, false))
            .lifecycle_configuration(LifecycleConfiguration::builder().rules([expiry]));
        let bucket = closed(bucket).versioning_configuration(versions);
        // Elastic Load Balancing writes a test file at once: the stack would never go away. What is left empties itself.
        // That holds when a first deployment is rolled back, too, where a bucket that cannot be deleted would have the
        // rollback itself fail; only a name of its own, which is taken for the next try, is worth that.
        let bucket = match self.named {
            None if !self.goes => bucket.keep_on_removal(),
            _ => removal::kept(bucket, !self.goes),
        };
        let bucket = scope.add(id, bucket);
        let account = text(pseudo::account_id());
        let mut sids: Vec<String> = Vec::new();
        let mut allowed = Vec::new();
        for (sid, statement) in self.senders.iter().flat_map(|sender| sender.rights(bucket, &account)) {
            let sid = free(sid, |candidate| sids.iter().any(|taken| taken == candidate));
            allowed.push(statement.sid(sid.clone()));
            sids.push(sid);
        }
        let policy = policy(scope, policy_id, bucket, allowed);
        Bucket { scope, bucket, policy, takes_no_logs: None }
    }
}

impl Sender {
    /// What is said where it may not.
    fn cannot_write(&self) -> &'static str {
        match self {
            Self::LoadBalancers(_) => "a load balancer cannot write its logs",
            Self::Buckets => "S3 cannot write its access logs",
            Self::Delivery => "flow logs cannot be written",
        }
    }

    /// What it has to be allowed, with names for the statements.
    fn rights(
        &self,
        bucket: s3::Bucket,
        account: &Output<String>,
    ) -> Vec<(&'static str, Statement<Resource>)> {
        match self {
            // The service principal is what AWS documents for every Region, those of GovCloud and China and those that were
            // opened last as well. The accounts of Elastic Load Balancing, one for each Region until 2022, are what policies
            // named before: they still work where there is one. Outposts have another principal.
            // docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
            Self::LoadBalancers(prefix) => {
                let prefix = prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
                let of_account = interpolate!("{}/{prefix}AWSLogs/{account}/*", bucket.arn());
                let write = Statement::allow("s3:PutObject")
                    .on(of_account)
                    .to(Principal::service("logdelivery.elasticloadbalancing.amazonaws.com"));
                vec![("LogDelivery", write)]
            }
            // For whichever bucket of the account: to name each would have the policy wait for it, and a circle where it
            // stands in a later stack.
            // docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
            Self::Buckets => {
                let any = interpolate!("arn:{}:s3:::*", pseudo::partition());
                let write = Statement::allow("s3:PutObject")
                    .on(interpolate!("{}/{ACCESS_LOGS}*", bucket.arn()))
                    .to(Principal::service("logging.s3.amazonaws.com"))
                    .when(Condition::string_equals("aws:SourceAccount", account))
                    .when(Condition::arn_like("aws:SourceArn", any));
                vec![("AccessLogs", write)]
            }
            // docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
            Self::Delivery => {
                let service = || Principal::service("delivery.logs.amazonaws.com");
                let source = || Condition::arn_like("aws:SourceArn", arn_here("logs", "*"));
                let write = Statement::allow("s3:PutObject")
                    .on(interpolate!("{}/AWSLogs/{account}/*", bucket.arn()))
                    .to(service())
                    .when(Condition::string_equals("aws:SourceAccount", account))
                    .when(Condition::string_equals("s3:x-amz-acl", "bucket-owner-full-control"))
                    .when(source());
                let look = Statement::allow(["s3:GetBucketAcl", "s3:ListBucket"])
                    .on(bucket.arn())
                    .to(service())
                    .when(Condition::string_equals("aws:SourceAccount", account))
                    .when(source());
                vec![("FlowLogs", write), ("FlowLogsCheck", look)]
            }
        }
    }
}

/// What the names of access logs begin with.
pub(super) const ACCESS_LOGS: &str = "s3/";

impl<'a> Bucket<'a> {
    /// Lets a service write logs here, from another place of the program, which was said at a line. Where it cannot, that
    /// is reported, and the bucket stays as it is; whether it can.
    #[track_caller]
    pub(crate) fn admit(&self, sender: &Sender, from: &Scope<'_>, at: &'static Location<'static>) -> bool {
        let Some((wrong, right)) = self.refuses(sender, from) else {
            self.let_in(sender, from);
            return true;
        };
        let message = format!("{} to this bucket: {wrong}", sender.cannot_write());
        let help = format!("use one that `Bucket::for_logs()` makes, in the same {right}");
        report(from, Finding::error("FW3155", message).help(help), at);
        false
    }

    /// Why a service cannot write logs here, if it cannot, and what would have to be the same.
    // docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html: another account is possible.
    // docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html: it is not.
    fn refuses(&self, sender: &Sender, from: &Scope<'_>) -> Option<(&'static str, &'static str)> {
        let (here, there) = (self.scope.stack(), from.stack());
        let differ = |pair: Option<(String, String)>| pair.is_some_and(|(here, there)| here != there);
        let any_account = matches!(sender, Sender::LoadBalancers(_));
        let right = if any_account { "Region" } else { "account and Region" };
        let wrong = if differ(here.get_region().zip(there.get_region())) {
            Some("it is in another Region")
        } else if !any_account && differ(here.get_account().zip(there.get_account())) {
            Some("it is in another account")
        } else {
            self.takes_no_logs
        };
        wrong.map(|wrong| (wrong, right))
    }

    #[track_caller]
    fn let_in(&self, sender: &Sender, from: &Scope<'_>) {
        let (here, there) = (self.scope.stack().get_account(), from.stack().get_account());
        let account = match there.filter(|there| here.as_ref() != Some(there)) {
            Some(account) => text(account),
            None => text(pseudo::account_id()),
        };
        let edit = self.scope.edit(self.policy);
        for (sid, statement) in sender.rights(self.bucket, &account) {
            let known = edit.get("PolicyDocument.Statement");
            let known = known.as_ref().and_then(Expr::as_list).unwrap_or_default();
            let with = |sid: &str| expression(statement.clone().sid(sid.to_owned()));
            let is_there = |sid: &str| {
                let it = with(sid);
                known.iter().any(|known| it.as_ref().is_some_and(|it| known.reads_as(it)))
            };
            let taken = |sid: &str| known.iter().any(|it| it.get("Sid").and_then(Expr::as_str) == Some(sid));
            let sid = free(sid, |sid| taken(sid) && !is_there(sid));
            if let Some(statement) = with(&sid).filter(|_| !is_there(&sid)) {
                edit.append("PolicyDocument.Statement", Json::from_expr(statement));
            }
        }
    }
}

/// The first of `Name`, `Name2`, `Name3` that nobody has: ids of statements differ within a policy.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut number = 1;
    let mut candidate = name.to_owned();
    while taken(&candidate) {
        number += 1;
        candidate = format!("{name}{number}");
    }
    candidate
}

/// A statement as it stands in a policy.
pub(super) fn expression(statement: Statement<Resource>) -> Option<Expr> {
    let document = Document::new().statement(statement).into_json();
    document.get("Statement").and_then(|list| list.as_list()?.first().cloned())
}
