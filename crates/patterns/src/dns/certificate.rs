//! Certificates that the domain's own zone vouches for.

use std::collections::BTreeSet;

use formwork_aws::{
    certificatemanager::{
        self,
        certificate::{CertificateTransparencyLoggingPreference as Logging, DomainValidationOption},
    },
    types::days,
};
use formwork_core::{Arn, Builder as _, Finding, Input, IntoInput, IntoText, Output, Scope};

use super::{
    HostedZone,
    name::{self, Of},
};
use crate::{
    Metric, Stat,
    place::{self, Said, report},
};

/// So many names a certificate can have, and so many before the account has that raised.
// docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
const MOST: usize = 100;
const MOST_UNSAID: usize = 10;

/// A public certificate of AWS Certificate Manager, which is issued and renewed by itself as long as records of the DNS
/// say that the names are yours.
///
/// ```
/// use formwork_core::{App, Id};
/// use formwork_patterns::{Certificate, HostedZone, LoadBalancer};
///
/// let app = App::for_tests();
/// let stack = app.stack("security");
/// let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
/// let certificate = Certificate::new("shop.example.com")
///     .also("*.shop.example.com")
///     .validated_in(&zone)
///     .build(stack.scope("Certificate"));
///
/// let balancer = LoadBalancer::public().https(&certificate);
/// let late = certificate.days_to_expiry().below(30).alarm_description("the certificate was not renewed");
/// stack.add("CertificateExpires", late);
/// ```
///
/// **How it is validated is said**, one way or the other, or both where some names have no zone here:
/// - [`validated_in`](Builder::validated_in) a zone of Route 53: CloudFormation makes the records;
/// - [`validated_by_hand`](Builder::validated_by_hand): it waits until somebody has made them, wherever the domain is
///   kept.
///
/// A certificate is used in the Region of its stack. CloudFront takes it from `us-east-1` only: build it in a stack of
/// that Region.
///
/// Every change makes a new certificate, which takes the place of the old one wherever the program uses it before the old
/// one is removed; AWS removes none that is in use. So there is nothing to keep in production.
///
/// # Resources
///
/// | logical id | what |
/// | --- | --- |
/// | `Certificate` | `AWS::CertificateManager::Certificate` |
#[derive(Clone)]
pub struct Certificate<'a> {
    scope: Scope<'a>,
    certificate: certificatemanager::Certificate,
    names: Vec<String>,
}

/// Says what a certificate is to be.
#[must_use = "a certificate is made by `.build(scope)`"]
pub struct Builder<'a> {
    names: Vec<Said<String>>,
    zones: Vec<Said<HostedZone<'a>>>,
    by_hand: bool,
    elliptic: bool,
}

impl<'a> Certificate<'a> {
    /// A certificate for a name, such as `shop.example.com`. `*.example.com` stands for all names that have one part more
    /// than `example.com`, and not for `example.com` itself.
    #[track_caller]
    #[expect(clippy::new_ret_no_self, reason = "patterns begin with their builder, as resources do")]
    pub fn new(name: impl Into<String>) -> Builder<'a> {
        Builder { names: vec![Said::new(name.into())], zones: Vec::new(), by_hand: false, elliptic: false }
    }

    /// Where it stands.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The certificate.
    pub fn certificate(&self) -> certificatemanager::Certificate {
        self.certificate
    }

    /// Its ARN. Where one is taken, `&certificate` will do.
    pub fn arn(&self) -> Output<Arn<certificatemanager::Certificate>> {
        self.certificate.certificate_arn()
    }

    /// The names that it is for, as they were said.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// For how many days it is still valid; told twice a day. It is renewed by itself weeks before its end, unless its
    /// records are gone or nothing uses it.
    // docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
    // docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
    pub fn days_to_expiry(&self) -> Metric {
        Metric::new("AWS/CertificateManager", "DaysToExpiry")
            .dimension("CertificateArn", self.arn())
            .stat(Stat::Minimum)
            .period(days(1))
    }
}

impl IntoInput<Arn<certificatemanager::Certificate>> for &Certificate<'_> {
    fn into_input(self) -> Input<Arn<certificatemanager::Certificate>> {
        self.arn().into_input()
    }
}

impl IntoInput<Arn<certificatemanager::Certificate>> for Certificate<'_> {
    fn into_input(self) -> Input<Arn<certificatemanager::Certificate>> {
        self.arn().into_input()
    }
}

impl IntoText for &Certificate<'_> {
    fn into_text(self) -> formwork_core::Expr {
        self.arn().into_text()
    }
}

impl<'a> Builder<'a> {
    /// Adds a name. What was said already is there once.
    #[track_caller]
    pub fn also(mut self, name: impl Into<String>) -> Self {
        self.names.push(Said::new(name.into()));
        self
    }

    /// Lets CloudFormation make the records that prove the names, in the zone; said again, in one zone more. Each name
    /// is proved in the innermost zone that it lies in. That is asked for in the public DNS: of a zone that the same program
    /// makes, whoever keeps the domain above has to know the name servers first. The records stay there for as long as the certificate is to be
    /// renewed, and beyond it: CloudFormation does not take them away.
    #[track_caller]
    pub fn validated_in(mut self, zone: &HostedZone<'a>) -> Self {
        self.zones.push(Said::new(zone.clone()));
        self
    }

    /// Has names that lie in no zone that was said proved by hand: **CloudFormation waits until somebody has made the
    /// records**, which the console of Certificate Manager shows meanwhile; after three days the validation has failed. They
    /// have to stay, or the certificate is not renewed.
    ///
    /// To have no deployment wait, ask for the certificate beforehand, and give its ARN to what uses it:
    /// `Arn::existing("arn:aws:acm:..")`.
    // docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    pub fn validated_by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// Takes a key of the elliptic curve P-256, with which connections begin faster, instead of RSA with 2048 bits, which
    /// every client knows.
    pub fn elliptic(mut self) -> Self {
        self.elliptic = true;
        self
    }

    /// Makes it.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>) -> Certificate<'a> {
        let scope = place::claim(scope.into().for_caller(), "a certificate", &["Certificate"]);
        let names = self.unique_names();
        self.judge(&scope, &names);
        let mut written = names.iter().map(|said| said.value.clone());
        let first = written.next().unwrap_or_default();
        let more: Vec<String> = written.collect();
        let options = self.options(&scope, &names);
        let waits = options.is_empty() && self.by_hand;
        let certificate = certificatemanager::Certificate::builder()
            .domain_name(first)
            .subject_alternative_names(Some(more).filter(|more| !more.is_empty()))
            .validation_method("DNS")
            .domain_validation_options(Some(options).filter(|options| !options.is_empty()))
            .key_algorithm(if self.elliptic { "EC_prime256v1" } else { "RSA_2048" })
            // Browsers refuse a certificate that is in no public log.
            .certificate_transparency_logging_preference(Logging::Enabled);
        let certificate = match waits {
            true => {
                certificate.accept("FW1295", "`.validated_by_hand()` was said: somebody makes the records")
            }
            false => certificate,
        };
        let certificate = scope.add("Certificate", certificate);
        let names = names.iter().map(|said| said.value.clone()).collect();
        Certificate { scope, certificate, names }
    }

    /// The names, each once, in the order in which they were said.
    fn unique_names(&self) -> Vec<&Said<String>> {
        let mut known = BTreeSet::new();
        self.names.iter().filter(|said| known.insert(name::plain(&said.value))).collect()
    }

    /// Says what is wrong with the options together.
    fn judge(&self, scope: &Scope<'_>, names: &[&Said<String>]) {
        if self.zones.is_empty()
            && !self.by_hand
            && let Some(first) = self.names.first()
        {
            let message = format!("nothing says how the certificate for `{}` is validated", first.value);
            let help = "say `.validated_in(&zone)`, with `HostedZone::existing(id, \"example.com\")`, or \
                        `.validated_by_hand()`, and CloudFormation waits until somebody has made the records";
            report(scope, Finding::error("FW3186", message).help(help), first.at);
        }
        for said in &self.zones {
            said.value.judge_itself(scope);
            said.value.judge_account(scope, "the certificate that is validated", said.at);
            if said.value.is_private() {
                let message = format!(
                    "a certificate is validated in the zone `{}`, which is private",
                    said.value.name()
                );
                let help = "whoever issues the certificate looks into the public DNS: say the public zone of the domain";
                report(scope, Finding::error("FW3188", message).help(help), said.at);
            }
        }
        let count = names.len();
        if let Some(said) = names.get(MOST) {
            let finding = Finding::error(
                "FW3187",
                format!("a certificate with {count} names, and {MOST} are possible"),
            );
            report(scope, finding.help("divide the names among several certificates"), said.at);
        } else if let Some(said) = names.get(MOST_UNSAID) {
            let finding = Finding::note(
                "FW3187",
                format!(
                    "a certificate with {count} names: an account may have {MOST_UNSAID} unless that was raised"
                ),
            );
            let help = "have the quota of domain names raised, or say `*.example.com` once for names of one part more";
            report(scope, finding.help(help), said.at);
        }
    }

    /// In which zone each name is proved.
    fn options(&self, scope: &Scope<'_>, names: &[&Said<String>]) -> Vec<Input<DomainValidationOption>> {
        let plain: BTreeSet<String> = names.iter().map(|said| name::plain(&said.value)).collect();
        let mut options = Vec::new();
        for said in names {
            if !name::judge(scope, &Said { value: &said.value, at: said.at }, Of::Certificate) {
                continue;
            }
            let known = name::plain(&said.value);
            let base = name::base(&known);
            // One record proves `example.com` and `*.example.com`; told of both, CloudFormation makes it twice, and fails.
            // docs.aws.amazon.com/acm/latest/userguide/dns-validation.html, github.com/aws/aws-cdk/pull/9291
            if base != known && plain.contains(base) {
                continue;
            }
            let zones = self.zones.iter().map(|said| &said.value);
            match zones
                .filter(|zone| name::lies_in(base, &zone.domain()))
                .max_by_key(|zone| zone.domain().len())
            {
                Some(zone) => options.push(
                    DomainValidationOption::builder()
                        .domain_name(said.value.clone())
                        .hosted_zone_id(zone.id())
                        .into_input(),
                ),
                None if self.by_hand || self.zones.is_empty() => {}
                None => self.report_outside(scope, said),
            }
        }
        options
    }

    fn report_outside(&self, scope: &Scope<'_>, said: &Said<String>) {
        let zones: Vec<String> = self.zones.iter().map(|said| format!("`{}`", said.value.domain())).collect();
        let message = match zones.as_slice() {
            [zone] => format!("`{}` lies outside of the zone {zone}", said.value),
            zones => format!("`{}` lies in none of the zones {}", said.value, zones.join(", ")),
        };
        let help = "say `.validated_in(&zone)` of its zone as well, or `.validated_by_hand()` if somebody makes its record";
        report(scope, Finding::error("FW3181", message).help(help), said.at);
    }
}
