//! What users show besides their password.

use formwork_aws::cognito::user_pool::MfaConfiguration;

/// Whether users show something besides their password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// Weaker: who knows the password is in.
    Off,
    /// Each user decides.
    Optional,
    /// Every user has to.
    Required,
}

/// What users show besides their password.
// docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Factor {
    /// A code that an application shows, such as that of a password manager: it costs nothing and works everywhere.
    Application,
    /// A code that comes as a message to the telephone. Each message costs, and numbers can be taken over: the weakest of
    /// the three.
    Sms,
    /// A code that comes by e-mail: needs [`mail_from`](super::Builder::mail_from), and the plan Essentials or Plus.
    Email,
}

impl Mfa {
    pub(super) fn value(self) -> MfaConfiguration {
        match self {
            Self::Off => MfaConfiguration::Off,
            Self::Optional => MfaConfiguration::Optional,
            Self::Required => MfaConfiguration::On,
        }
    }
}

impl Factor {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Application => "SOFTWARE_TOKEN_MFA",
            Self::Sms => "SMS_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}
