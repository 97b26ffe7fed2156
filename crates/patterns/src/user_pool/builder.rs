//! What a pool is to be.

use std::mem::take;

use formwork_aws::{
    certificatemanager,
    cognito::{
        self,
        user_pool::{
            self, AccountRecoverySetting, AdvancedSecurityMode, AliasAttributes,
            AttributesRequireVerificationBeforeUpdate, AutoVerifiedAttributes, DeletionProtection, Name,
            Policies, RecoveryOption, UserAttributeUpdateSettings, UserPoolAddOns, UserPoolTier,
            UsernameAttributes, UsernameConfiguration,
        },
    },
};
use formwork_core::{
    Arn, Builder as _, DeletionPolicy, Finding, Input, IntoInput, IntoText, Scope, UpdateReplacePolicy,
};

use super::{
    Attribute, Factor, Group, Mfa, PasswordPolicy, ResourceServer, Standard, UserPool, domain::Domain, group,
    resource_server, sms, texts::Texts,
};
use crate::{
    Role,
    place::{self, Said, production, report},
    value::text,
};

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Lite,
    Essentials,
    Plus,
}

/// What was said of passwords, besides how they have to be.
struct Password {
    weak: bool,
    history: Option<Said<()>>,
}

/// Says what a pool is to be.
#[must_use = "a pool of users is made by `.build(scope)`"]
pub struct Builder {
    pool: user_pool::Builder,
    email: bool,
    phone: bool,
    user_name: bool,
    case_sensitive: bool,
    password: Option<Password>,
    mfa: Option<Said<Mfa>>,
    factors: Option<Said<Vec<Factor>>>,
    recovery: Vec<Said<Name>>,
    plan: Plan,
    custom: Vec<Attribute>,
    required: Vec<Standard>,
    domain: Option<Said<Domain>>,
    groups: Vec<Said<Group>>,
    servers: Vec<Said<ResourceServer>>,
    pub(super) texts: Texts,
    protected: Option<bool>,
    kept: Option<bool>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            pool: cognito::UserPool::builder(),
            email: false,
            phone: false,
            user_name: false,
            case_sensitive: false,
            password: None,
            mfa: None,
            factors: None,
            recovery: Vec::new(),
            plan: Plan::Essentials,
            custom: Vec::new(),
            required: Vec::new(),
            domain: None,
            groups: Vec::new(),
            servers: Vec::new(),
            texts: Texts::default(),
            protected: None,
            kept: None,
        }
    }

    /// Sets the name, which pools of an account may share.
    #[track_caller]
    pub fn name(self, name: impl IntoText) -> Self {
        Self { pool: self.pool.user_pool_name(text(name)), ..self }
    }

    /// Lets users sign in by their e-mail address, as they do if nothing is said. With
    /// [`sign_in_with_username`](Self::sign_in_with_username), by either.
    pub fn sign_in_with_email(self) -> Self {
        Self { email: true, ..self }
    }

    /// Lets users sign in by their telephone number, in place of the e-mail address, or beside it where
    /// [`sign_in_with_email`](Self::sign_in_with_email) is said as well. That numbers are theirs is proved by a message,
    /// and each message costs.
    pub fn sign_in_with_phone(self) -> Self {
        Self { phone: true, ..self }
    }

    /// Lets users sign in by a name that they choose, in place of the e-mail address, or beside it where
    /// [`sign_in_with_email`](Self::sign_in_with_email) is said as well.
    pub fn sign_in_with_username(self) -> Self {
        Self { user_name: true, ..self }
    }

    /// Has `Anna` and `anna` be two users.
    pub fn case_sensitive(self) -> Self {
        Self { case_sensitive: true, ..self }
    }

    /// Sets how passwords have to be; at least 12 characters of all four kinds unless said.
    #[track_caller]
    pub fn password(self, policy: PasswordPolicy) -> Self {
        let PasswordPolicy { policy, weak, history } = policy;
        let pool = self.pool.policies(Policies::builder().password_policy(policy));
        Self { pool, password: Some(Password { weak, history }), ..self }
    }

    /// Sets whether users show something besides their password; each user decides unless said.
    #[track_caller]
    pub fn mfa(self, mfa: Mfa) -> Self {
        Self { mfa: Some(Said::new(mfa)), ..self }
    }

    /// Sets what users show besides their password: [`Factor::Application`] unless said.
    #[track_caller]
    pub fn factors(self, factors: impl IntoIterator<Item = Factor>) -> Self {
        let factors: Vec<Factor> = factors.into_iter().collect();
        let pool = self.pool.enabled_mfas(factors.iter().map(|factor| factor.name()).collect::<Vec<_>>());
        Self { pool, factors: Some(Said::new(factors)), ..self }
    }

    /// Lets users who forgot their password choose a new one with a code that comes by e-mail, as it is if nothing is said.
    #[track_caller]
    pub fn recovery_by_email(self) -> Self {
        self.recovery(Said::new(Name::VerifiedEmail))
    }

    /// Lets users who forgot their password choose a new one with a code that comes to their telephone. Said after
    /// [`recovery_by_email`](Self::recovery_by_email), where there is no address.
    #[track_caller]
    pub fn recovery_by_phone(self) -> Self {
        self.recovery(Said::new(Name::VerifiedPhoneNumber))
    }

    /// Has users who forgot their password ask somebody who may [manage](UserPool::grant_manage) them.
    #[track_caller]
    pub fn recovery_by_managers(self) -> Self {
        self.recovery(Said::new(Name::AdminOnly))
    }

    fn recovery(mut self, by: Said<Name>) -> Self {
        self.recovery.retain(|known| known.value != by.value);
        self.recovery.push(by);
        self
    }

    /// Takes the feature plan Lite, which costs less for each user: without codes by e-mail, a memory of passwords, refresh
    /// tokens that change with every use, and a choice among ways to sign in.
    // docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    pub fn lite(self) -> Self {
        Self { plan: Plan::Lite, ..self }
    }

    /// Refuses passwords that were stolen elsewhere, and asks for more, or refuses, where a sign-in looks wrong. It takes
    /// the feature plan Plus, which costs more for each user.
    // docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html
    pub fn threat_protection(self) -> Self {
        Self { plan: Plan::Plus, ..self }
    }

    /// Adds something of your own that is known of each user. What was deployed can neither be changed nor taken away.
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.custom.push(attribute);
        self
    }

    /// Asks users for something before they can have an account. This stands for good: AWS refuses a change.
    pub fn require(mut self, attributes: impl IntoIterator<Item = Standard>) -> Self {
        self.required.extend(attributes);
        self
    }

    /// Has pages for signing in, at `https://<prefix>.auth.<region>.amazoncognito.com`. The prefix is nobody else's in
    /// the Region.
    #[track_caller]
    pub fn domain(self, prefix: impl Into<String>) -> Self {
        Self { domain: Some(Said::new(Domain::Prefix(prefix.into()))), ..self }
    }

    /// Has pages for signing in at a name of your own, such as `auth.example.com`. Its certificate stands in `us-east-1`;
    /// the name above it has a record `A`, and this one gets an alias of what
    /// [`domain()`](UserPool::domain) says is its distribution.
    // docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
    #[track_caller]
    pub fn own_domain(
        self,
        name: impl Into<String>,
        certificate: impl IntoInput<Arn<certificatemanager::Certificate>>,
    ) -> Self {
        Self { domain: Some(Said::new(Domain::Own(name.into(), certificate.into_input()))), ..self }
    }

    /// Adds a group, by its name or as a [`Group`].
    #[track_caller]
    pub fn group(mut self, group: impl Into<Group>) -> Self {
        self.groups.push(Said::new(group.into()));
        self
    }

    /// Adds a program that takes tokens, with what they may be good for there.
    #[track_caller]
    pub fn resource_server(mut self, server: ResourceServer) -> Self {
        self.servers.push(Said::new(server));
        self
    }

    /// Refuses deletion outside production as well.
    pub fn deletion_protection(self) -> Self {
        Self { protected: Some(true), ..self }
    }

    /// Keeps the users when the stack is deleted, outside production as well.
    pub fn keep_on_removal(self) -> Self {
        Self { kept: Some(true), ..self }
    }

    /// Keeps nothing of it when it is removed, and does not refuse that, in production as well.
    pub fn keep_nothing(self) -> Self {
        Self { protected: Some(false), kept: Some(false), ..self }
    }

    /// Makes the pool.
    #[track_caller]
    pub fn build<'a>(mut self, scope: impl Into<Scope<'a>>) -> UserPool<'a> {
        let scope =
            place::claim(scope.into().for_caller(), "a pool of users", &["Pool", "Domain", "SmsRole"]);
        self.judge(&scope);
        if !self.phone && !self.user_name {
            self.email = true;
        }
        if self.recovery.is_empty() {
            let by = if self.verifies_email() { Name::VerifiedEmail } else { Name::VerifiedPhoneNumber };
            self.recovery.push(Said::new(by));
        }
        let in_production = production(&scope);
        let sms = self.sends_sms().then(|| sms::role(scope));
        let plan = self.plan;
        let (protected, kept) = (self.protected.unwrap_or(in_production), self.kept.unwrap_or(in_production));
        let (domain, groups, servers) = (self.domain.take(), take(&mut self.groups), take(&mut self.servers));
        let (role, sms) = sms.map_or((None, None), |(role, sms): (Role<'a>, _)| (Some(role), Some(sms)));
        let pool = self.pool().sms_configuration(sms);
        let why = if in_production { "said with `.keep_nothing()`" } else { "no production" };
        let pool = match protected {
            true => pool.deletion_protection(DeletionProtection::Active),
            false => pool.deletion_protection(DeletionProtection::Inactive).accept("FW2334", why),
        };
        let pool = match kept {
            true => pool.keep_on_removal(),
            false => pool
                .deletion_policy(DeletionPolicy::Delete)
                .update_replace_policy(UpdateReplacePolicy::Delete)
                .accept("FW1605", why),
        };
        let pool = scope.add("Pool", pool);
        let domain = domain.map(|said| said.value.make(scope, pool));
        let groups = group::make(scope, pool, groups);
        let servers = resource_server::make(scope, pool, servers);
        UserPool { scope, pool, domain, groups, servers, sms_role: role, plan }
    }

    /// Whether users prove that the address is theirs.
    fn verifies_email(&self) -> bool {
        self.email || !self.phone
    }

    /// Whether it ever sends a message to a telephone.
    fn sends_sms(&self) -> bool {
        let factors = self.factors.iter().flat_map(|said| &said.value);
        self.phone
            || factors.into_iter().any(|factor| *factor == Factor::Sms)
            || self.recovery.iter().any(|by| by.value == Name::VerifiedPhoneNumber)
    }

    /// The property values, but for what stands and falls with production.
    #[track_caller]
    fn pool(self) -> user_pool::Builder {
        let by_phone = self.recovery.iter().any(|by| by.value == Name::VerifiedPhoneNumber);
        let (email, phone) = (self.verifies_email(), self.phone || by_phone);
        let mut verified = Vec::new();
        let mut kept = Vec::new();
        if email {
            verified.push(AutoVerifiedAttributes::Email);
            kept.push(AttributesRequireVerificationBeforeUpdate::Email);
        }
        if phone {
            verified.push(AutoVerifiedAttributes::PhoneNumber);
            kept.push(AttributesRequireVerificationBeforeUpdate::PhoneNumber);
        }
        let recovery: Vec<Input<RecoveryOption>> = (1i64..)
            .zip(&self.recovery)
            .map(|(priority, by)| RecoveryOption::builder().name(by.value).priority(priority).into_input())
            .collect();
        let pool = match (self.user_name, self.email, self.phone) {
            (false, email, phone) => {
                let email = email.then_some(UsernameAttributes::Email);
                let phone = phone.then_some(UsernameAttributes::PhoneNumber);
                self.pool.username_attributes([email, phone].into_iter().flatten().collect::<Vec<_>>())
            }
            (true, false, false) => self.pool,
            (true, email, phone) => {
                let email = email.then_some(AliasAttributes::Email);
                let phone = phone.then_some(AliasAttributes::PhoneNumber);
                self.pool.alias_attributes([email, phone].into_iter().flatten().collect::<Vec<_>>())
            }
        };
        let pool = match &self.password {
            Some(_) => pool,
            None => pool.policies(Policies::builder().password_policy(PasswordPolicy::at_least(12).policy)),
        };
        let weak = self.password.is_some_and(|said| said.weak);
        let mfa = self.mfa.map_or(Mfa::Optional, |said| said.value);
        let pool = pool
            .auto_verified_attributes(verified)
            .user_attribute_update_settings(
                UserAttributeUpdateSettings::builder().attributes_require_verification_before_update(kept),
            )
            .account_recovery_setting(AccountRecoverySetting::builder().recovery_mechanisms(recovery))
            .username_configuration(UsernameConfiguration::builder().case_sensitive(self.case_sensitive))
            .mfa_configuration(mfa.value());
        let pool = match (mfa, &self.factors) {
            (Mfa::Optional | Mfa::Required, None) => pool.enabled_mfas([Factor::Application.name()]),
            _ => pool,
        };
        let mut required = self.required;
        required.sort();
        required.dedup();
        let custom = self.custom.iter().map(Attribute::schema);
        let schema: Vec<_> = required.into_iter().map(Standard::schema).chain(custom).collect();
        let pool = match schema.is_empty() {
            true => pool,
            false => pool.schema(schema),
        };
        let pool = self.texts.apply(pool);
        let pool = match self.plan {
            Plan::Lite => pool.user_pool_tier(UserPoolTier::Lite),
            Plan::Essentials => pool.user_pool_tier(UserPoolTier::Essentials),
            Plan::Plus => pool.user_pool_tier(UserPoolTier::Plus).user_pool_add_ons(
                UserPoolAddOns::builder().advanced_security_mode(AdvancedSecurityMode::Enforced),
            ),
        };
        let pool = match self.plan {
            Plan::Plus => pool,
            _ => pool.accept(
                "FW2260",
                "threat protection needs the plan Plus, which costs for each user: `.threat_protection()` takes it",
            ),
        };
        let pool = match weak {
            true => pool.accept("FW2261", "said with `PasswordPolicy`"),
            false => pool,
        };
        match mfa {
            Mfa::Off => pool.accept("FW2262", "said with `Mfa::Off`"),
            _ => pool,
        }
    }

    /// Reports what only the pattern can know to be wrong.
    fn judge(&self, scope: &Scope<'_>) {
        let wrong = |code, message: String, help: &str, at| {
            report(scope, Finding::error(code, message).help(help), at);
        };
        if let Some(Said { value: factors, at }) = &self.factors {
            let off = self.mfa.is_some_and(|said| said.value == Mfa::Off);
            if factors.is_empty() && !off {
                let help = "say `[Factor::Application]`, or `.mfa(Mfa::Off)`";
                wrong("FW3165", "a second factor is asked for, and there is none".to_owned(), help, *at);
            }
            if !factors.is_empty() && off {
                let help = "say `Mfa::Optional` or `Mfa::Required`, or leave the factors away";
                wrong("FW3165", "nobody is asked for these factors".to_owned(), help, *at);
            }
            if factors.contains(&Factor::Email) && self.plan == Plan::Lite {
                let help = "leave `.lite()` away, or take `Factor::Application`";
                wrong("FW3171", "the plan Lite has no codes by e-mail".to_owned(), help, *at);
            }
        }
        if let Some(said) =
            self.password.as_ref().and_then(|it| it.history).filter(|_| self.plan == Plan::Lite)
        {
            let help = "leave `.lite()` away, or the history";
            wrong("FW3171", "the plan Lite does not remember passwords".to_owned(), help, said.at);
        }
        if let [_, .., last] = self.recovery.as_slice()
            && let Some(only) = self.recovery.iter().find(|by| by.value == Name::AdminOnly)
        {
            let at = if only.at == last.at { only.at } else { last.at };
            let help = "say either `.recovery_by_managers()` or the others";
            let message = "users recover their accounts by managers alone, and by themselves".to_owned();
            wrong("FW3166", message, help, at);
        }
        self.texts.judge(scope, self.domain.is_some());
        let mut names: Vec<&str> = Vec::new();
        for attribute in &self.custom {
            let Said { value: name, at } = attribute.name();
            attribute.findings().into_iter().for_each(|it| report(scope, it.value, it.at));
            if names.contains(&name.as_str()) {
                let help = "each has a name of its own";
                wrong("FW3167", format!("there are two attributes `{name}`"), help, *at);
            }
            names.push(name);
        }
        if let Some(attribute) = self.custom.get(50) {
            let help = "leave some away, or keep them in a table of your own";
            wrong(
                "FW3167",
                "a pool has 50 attributes of its own at most".to_owned(),
                help,
                attribute.name().at,
            );
        }
        if let Some(Said { value, at }) = &self.domain {
            for (message, help) in value.findings() {
                wrong("FW3169", message, help, *at);
            }
        }
    }
}
