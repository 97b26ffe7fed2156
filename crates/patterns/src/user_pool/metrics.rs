//! Metrics of clients of a pool.

use super::UserPoolClient;
use crate::{Metric, Stat};

impl UserPoolClient<'_> {
    /// Metrics are counted for each client, and come every five minutes or so.
    fn metric(&self, name: &str, stat: Stat) -> Metric {
        Metric::new("AWS/Cognito", name)
            .dimension("UserPool", self.user_pool().id())
            .dimension("UserPoolClient", self.id())
            .stat(stat)
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $method:ident = $name:literal $stat:ident;)*) => {
        /// Metrics of what users do by this client. An attempt that succeeds counts 1, and one that fails 0, so that
        /// `.stat(Stat::Average)` is the share of those that succeed, and `.stat(Stat::SampleCount)` how many there are.
        impl UserPoolClient<'_> {
            $($(#[$doc])*
            pub fn $method(&self) -> Metric {
                self.metric($name, Stat::$stat)
            })*
        }
    };
}

// docs.aws.amazon.com/cognito/latest/developerguide/metrics-for-cognito-user-pools.html
metrics! {
    /// How often users signed in.
    sign_in_successes = "SignInSuccesses" Sum;
    /// How often users could not sign in since too many did at once.
    sign_in_throttles = "SignInThrottles" Sum;
    /// How many accounts users made.
    sign_up_successes = "SignUpSuccesses" Sum;
    /// How often users could not make an account since too many did at once.
    sign_up_throttles = "SignUpThrottles" Sum;
    /// How often tokens were renewed.
    token_refresh_successes = "TokenRefreshSuccesses" Sum;
    /// How often tokens were not renewed since too many were at once.
    token_refresh_throttles = "TokenRefreshThrottles" Sum;
    /// How often users came from another provider.
    federation_successes = "FederationSuccesses" Sum;
    /// How often users of another provider could not come since too many did at once.
    federation_throttles = "FederationThrottles" Sum;
}
