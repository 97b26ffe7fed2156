//! What a secret is to be.

use formwork_aws::{
    kms,
    secretsmanager::{self, RotationSchedule, rotation_schedule::RotationRules, secret},
    types::{Days, Duration, days},
};
use formwork_core::{Arn, Builder as _, Finding, IntoInput, IntoText, Output, Scope};

use super::{Generated, Held, StoredSecret, generated::Object};
use crate::{
    place::{self, Said, production, report},
    removal,
    value::{output, text},
};

/// Says what a secret is to be. `V` is where its value comes from, [`Generated`] or [`Held`]; what only one of them has is
/// there for that one only:
///
/// ```compile_fail
/// use formwork_core::pseudo;
/// use formwork_patterns::StoredSecret;
///
/// StoredSecret::holding(pseudo::region()).length(64); // it has the length that it has
/// ```
#[must_use = "a secret is made by `.build(scope)`"]
pub struct Builder<V> {
    secret: secret::Builder,
    value: V,
    key: Option<Output<Arn<kms::Key>>>,
    copies: Vec<Said<String>>,
    function: Option<Output<String>>,
    interval: Option<Said<Duration>>,
    kept: Option<bool>,
}

impl<V> Builder<V> {
    pub(super) fn new(value: V) -> Self {
        let secret = secretsmanager::Secret::builder();
        Self { secret, value, key: None, copies: Vec::new(), function: None, interval: None, kept: None }
    }

    /// Sets the name, such as `acme/api/session`. A change replaces the secret.
    #[track_caller]
    pub fn name(self, name: impl IntoText) -> Self {
        Self { secret: self.secret.name(text(name)), ..self }
    }

    /// Says what it is for.
    #[track_caller]
    pub fn description(self, description: impl IntoText) -> Self {
        Self { secret: self.secret.description(text(description)), ..self }
    }

    /// Encrypts it with a key of your own, in place of AWS's key for Secrets Manager. Other accounts can only read it so.
    #[track_caller]
    pub fn encrypted_with(self, key: impl IntoInput<Arn<kms::Key>>) -> Self {
        let key = output(key);
        Self { secret: self.secret.kms_key_id(key.clone()), key: Some(key), ..self }
    }

    /// Keeps copies in other Regions, under the same name, which follow every change. Each is paid for as a secret. They
    /// are encrypted with AWS's key there.
    #[track_caller]
    pub fn copies_in(mut self, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        for region in regions {
            self.copies.push(Said::new(region.into()));
        }
        self
    }

    /// Keeps it when its resource or the stack is deleted, and when another one replaces it; also outside production, and
    /// where it was not generated. See [`StoredSecret`] for what that means for its name.
    pub fn keep_on_removal(self) -> Self {
        Self { kept: Some(true), ..self }
    }

    /// Deletes it with its stack, at once and for good, in production as well.
    pub fn keep_nothing(self) -> Self {
        Self { kept: Some(false), ..self }
    }

    /// The Regions of copies; what cannot be is reported, and left out.
    fn copies(&self, scope: &Scope<'_>) -> Vec<String> {
        let here = scope.stack().get_region();
        let mut regions: Vec<String> = Vec::new();
        for Said { value: region, at } in &self.copies {
            let message = match () {
                () if here.as_ref() == Some(region) => {
                    format!("a secret of `{region}` is to be copied to `{region}`")
                }
                () if regions.contains(region) => format!("a secret is to be copied to `{region}` twice"),
                () => {
                    regions.push(region.clone());
                    continue;
                }
            };
            report(scope, Finding::error("FW3178", message).help("name each other Region once"), *at);
        }
        regions
    }
}

impl Builder<Generated> {
    /// Sets how many characters the value has, 8 to 4096; 40 unless said. A change makes a new value.
    #[track_caller]
    pub fn length(mut self, characters: u16) -> Self {
        self.value.length = Some(Said::new(characters));
        self
    }

    /// Puts punctuation into the value. Without, it fits into an address, a command and a file as it is. A change makes a
    /// new value.
    pub fn with_punctuation(mut self) -> Self {
        self.value.punctuation = true;
        self
    }

    /// Leaves characters out, such as `0O1l` of what people type. A change makes a new value.
    #[track_caller]
    pub fn without_characters(mut self, characters: impl Into<String>) -> Self {
        self.value.without = Some(Said::new(characters.into()));
        self
    }

    /// Puts the value into a JSON object under a key, beside what is known. Secrets Manager makes one value for a secret;
    /// for another one there is another secret. A change makes a new value.
    #[track_caller]
    pub fn within<K: Into<String>, T: IntoText>(
        mut self,
        beside: impl IntoIterator<Item = (K, T)>,
        key: impl Into<String>,
    ) -> Self {
        let beside = beside.into_iter().map(|(key, value)| (key.into(), text(value))).collect();
        match self.value.within {
            Some(_) => self.value.again = Some(Said::new(())),
            None => self.value.within = Some(Said::new(Object { beside, key: key.into() })),
        }
        self
    }

    /// Names the function that changes the value, every 30 days unless [`rotate_every`](Self::rotate_every) says otherwise.
    /// It has to be there, and Secrets Manager has to be allowed to call it; it makes the new value known to whoever takes
    /// the old one.
    pub fn rotated_by(mut self, function_arn: impl IntoText) -> Self {
        self.function = Some(text(function_arn));
        self
    }

    /// Sets how often the value changes, every 1 to 1000 days; needs [`rotated_by`](Self::rotated_by).
    #[track_caller]
    pub fn rotate_every(mut self, interval: Duration) -> Self {
        self.interval = Some(Said::new(interval));
        self
    }

    /// How often the value changes, where that can be.
    // docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    fn rotation_days(&self, scope: &Scope<'_>) -> Days {
        let unsaid = Days::new(30);
        let Some(Said { value: interval, at }) = self.interval else { return unsaid };
        let wrong = |message: String, help: &str| {
            report(scope, Finding::error("FW3176", message).help(help), at);
        };
        if self.function.is_none() {
            wrong("a secret does not change by itself".to_owned(), "name a function with `.rotated_by(arn)`");
        }
        match Days::try_from(interval) {
            Ok(whole) if (days(1)..=days(1000)).contains(&interval) => whole,
            _ => {
                let message = format!("a secret is to change every {interval}");
                wrong(message, "Secrets Manager takes whole days, `days(1)` to `days(1000)`");
                unsaid
            }
        }
    }

    /// Makes the secret.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> StoredSecret<'a> {
        let scope = place::claim(scope.into().for_caller(), "a secret", &["Secret", "Rotation"]);
        let kept = self.kept.unwrap_or_else(|| production(&scope));
        let (copies, every) = (self.copies(&scope), self.rotation_days(&scope));
        let secret = self.secret.generate_secret_string(self.value.rule(&scope));
        let secret = match self.function {
            Some(_) => secret,
            None => secret.accept("FW2313", "no function was named that changes it: `.rotated_by(..)`"),
        };
        let secret = add(scope, secret, copies, kept);
        let rotation = self.function.map(|function| {
            let rotation = RotationSchedule::builder()
                .secret_id(secret.id())
                .rotation_lambda_arn(function)
                .rotation_rules(RotationRules::builder().automatically_after_days(every));
            scope.add("Rotation", rotation)
        });
        StoredSecret { scope, secret, rotation, key: self.key, keys: Some(self.value.keys()) }
    }
}

impl Builder<Held> {
    /// Makes the secret.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> StoredSecret<'a> {
        let scope = place::claim(scope.into().for_caller(), "a secret", &["Secret"]);
        let kept = self.kept.unwrap_or(false);
        let copies = self.copies(&scope);
        let secret = self
            .secret
            .secret_string(self.value.value(&scope))
            .accept("FW2313", "it holds what something else says, and changes when that does");
        let secret = add(scope, secret, copies, kept);
        StoredSecret { scope, secret, rotation: None, key: self.key, keys: None }
    }
}

#[track_caller]
fn add(
    scope: Scope<'_>,
    secret: secret::Builder,
    regions: Vec<String>,
    kept: bool,
) -> secretsmanager::Secret {
    let copies = regions.into_iter().map(|region| secret::ReplicaRegion::builder().region(region));
    let copies: Vec<_> = copies.collect();
    let secret = if copies.is_empty() { secret } else { secret.replica_regions(copies) };
    scope.add("Secret", removal::kept(secret, kept))
}
