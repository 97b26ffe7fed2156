//! How passwords have to be.

use formwork_aws::{
    cognito::user_pool::{self, PasswordPolicyBuilder},
    types::Days,
};
use formwork_core::{Input, IntoInput};

use crate::place::Said;

/// How the passwords of users have to be: so long, with letters of both cases, digits and symbols.
///
/// ```
/// use formwork_aws::types::days;
/// use formwork_patterns::user_pool::PasswordPolicy;
///
/// let long = PasswordPolicy::at_least(16).history(5).temporary_for(days(2));
/// let easy = PasswordPolicy::at_least(8).without_symbols();
/// ```
#[must_use]
pub struct PasswordPolicy {
    pub(super) policy: PasswordPolicyBuilder,
    /// Less than the four kinds of characters, or fewer than eight of them, or temporary for more than a week.
    pub(super) weak: bool,
    pub(super) history: Option<Said<()>>,
}

impl PasswordPolicy {
    /// At least so many characters, 6 to 99, of all four kinds.
    #[track_caller]
    pub fn at_least(characters: u8) -> Self {
        let policy = user_pool::PasswordPolicy::builder()
            .minimum_length(i64::from(characters))
            .require_uppercase(true)
            .require_lowercase(true)
            .require_numbers(true)
            .require_symbols(true);
        Self { policy, weak: characters < 8, history: None }
    }

    /// Weaker: no symbol is asked for.
    #[track_caller]
    pub fn without_symbols(self) -> Self {
        Self { policy: self.policy.require_symbols(false), weak: true, ..self }
    }

    /// Weaker: no digit is asked for.
    #[track_caller]
    pub fn without_numbers(self) -> Self {
        Self { policy: self.policy.require_numbers(false), weak: true, ..self }
    }

    /// Weaker: no capital letter is asked for.
    #[track_caller]
    pub fn without_upper_case(self) -> Self {
        Self { policy: self.policy.require_uppercase(false), weak: true, ..self }
    }

    /// Weaker: no small letter is asked for.
    #[track_caller]
    pub fn without_lower_case(self) -> Self {
        Self { policy: self.policy.require_lowercase(false), weak: true, ..self }
    }

    /// Refuses the last so many passwords of a user, up to 24.
    #[track_caller]
    pub fn history(self, passwords: u8) -> Self {
        let policy = self.policy.password_history_size(i64::from(passwords));
        let history = (passwords > 0).then_some(Said::new(()));
        Self { policy, history, ..self }
    }

    /// Sets for how long the password works that somebody is invited with; a week unless said. Longer is weaker.
    #[track_caller]
    pub fn temporary_for(self, validity: impl IntoInput<Days>) -> Self {
        let validity: Input<Days> = validity.into_input();
        let long = validity.expr().as_i64().is_none_or(|days| days > 7);
        let policy = self.policy.temporary_password_validity_days(validity);
        Self { policy, weak: self.weak || long, ..self }
    }
}
