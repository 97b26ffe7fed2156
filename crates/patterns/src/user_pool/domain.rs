//! Where the pages are at which users sign in.

use formwork_aws::{
    certificatemanager,
    cognito::{self, user_pool_domain::CustomDomainConfigType},
};
use formwork_core::{Arn, Input, Scope};

/// Where pages for signing in are found.
pub(super) enum Domain {
    Prefix(String),
    Own(String, Input<Arn<certificatemanager::Certificate>>),
}

impl Domain {
    /// What is wrong with it.
    // docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
    pub(super) fn findings(&self) -> Vec<(String, &'static str)> {
        let mut wrong = Vec::new();
        match self {
            Self::Prefix(prefix) => {
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if !(1..=63).contains(&prefix.len())
                    || !prefix.chars().all(fits)
                    || prefix.starts_with('-')
                    || prefix.ends_with('-')
                {
                    let help = "it has 1 to 63 small letters, digits and hyphens, and no hyphen at an end; \
                                a name of your own is `.own_domain(name, certificate)`";
                    wrong.push((format!("`{prefix}` cannot be the prefix of a domain"), help));
                }
                for word in ["aws", "amazon", "cognito"] {
                    if prefix.contains(word) {
                        let message = format!("the prefix `{prefix}` contains `{word}`");
                        wrong.push((message, "Cognito keeps these words for itself: take another prefix"));
                    }
                }
            }
            Self::Own(_, certificate) => {
                let region = certificate.expr().as_str().and_then(|arn| arn.split(':').nth(3));
                if region.is_some_and(|region| region != "us-east-1") {
                    let message = "the certificate of a domain is not in `us-east-1`".to_owned();
                    wrong.push((message, "CloudFront shows it, which looks there: make one in that Region"));
                }
            }
        }
        wrong
    }

    #[track_caller]
    pub(super) fn make(self, scope: Scope<'_>, pool: cognito::UserPool) -> cognito::UserPoolDomain {
        let domain = cognito::UserPoolDomain::builder().user_pool_id(pool.user_pool_id());
        let domain = match self {
            Self::Prefix(prefix) => domain.domain(prefix),
            Self::Own(name, certificate) => domain
                .domain(name)
                .custom_domain_config(CustomDomainConfigType::builder().certificate_arn(certificate)),
        };
        scope.add("Domain", domain)
    }
}
