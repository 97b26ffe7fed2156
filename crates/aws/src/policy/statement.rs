//! Statements: who may, or may not, do what to which resources, and when.

use std::{marker::PhantomData, panic::Location};

use formwork_core::{Expr, Str};
use formwork_facts::iam;

use super::{
    check,
    condition::{Condition, IntoConditions},
    kind::{Kind, On, Open, To},
    principal::{IntoPrincipals, Principal},
    values::{ArnPattern, IntoValues},
};

/// Whether a statement allows or denies. What one statement denies, no other one allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows it.
    Deny,
}

impl Effect {
    /// The effect as policies spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// One statement of a policy; it reads as a sentence.
///
/// ```
/// # use formwork_aws::policy::{Condition, Principal, Statement};
/// Statement::allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"])
///     .on("arn:aws:sqs:eu-central-1:111122223333:jobs")
///     .to(Principal::account("444455556666"))
///     .when(Condition::bool("aws:SecureTransport", true));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is given to a document"]
pub struct Statement<K: Kind> {
    pub(super) body: Body,
    kind: PhantomData<fn() -> K>,
}

/// What a statement says, whatever its kind.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) sid: Option<Str>,
    pub(super) effect: Effect,
    pub(super) actions: Vec<Expr>,
    pub(super) not_actions: Vec<Expr>,
    pub(super) resources: Vec<Expr>,
    pub(super) not_resources: Vec<Expr>,
    pub(super) principals: Vec<Principal>,
    pub(super) not_principals: Vec<Principal>,
    /// No two with the same operator and key.
    pub(super) conditions: Vec<Condition>,
    /// Operators and keys of conditions that were given twice where either is enough.
    pub(super) widened: Vec<(String, Str)>,
    /// Where it was written, where that is known.
    pub(super) at: Option<&'static Location<'static>>,
}

// Where a statement was written makes it no other one.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.sid == other.sid
            && self.effect == other.effect
            && self.actions == other.actions
            && self.not_actions == other.not_actions
            && self.resources == other.resources
            && self.not_resources == other.not_resources
            && self.principals == other.principals
            && self.not_principals == other.not_principals
            && self.conditions == other.conditions
    }
}

impl<K: Kind> PartialEq for Statement<K> {
    fn eq(&self, other: &Self) -> bool {
        self.body == other.body
    }
}

impl Body {
    pub(super) fn new(effect: Effect) -> Self {
        Self {
            sid: None,
            effect,
            actions: Vec::new(),
            not_actions: Vec::new(),
            resources: Vec::new(),
            not_resources: Vec::new(),
            principals: Vec::new(),
            not_principals: Vec::new(),
            conditions: Vec::new(),
            widened: Vec::new(),
            at: None,
        }
    }

    /// Adds a condition; the values of one with the same operator and key join those that are there.
    pub(super) fn add_condition(&mut self, condition: Condition) {
        let same = |other: &&mut Condition| {
            let shape =
                |condition: &Condition| (condition.qualifier, condition.operator, condition.if_exists);
            shape(other) == shape(&condition) && other.key.eq_ignore_ascii_case(&condition.key)
        };
        let Some(other) = self.conditions.iter_mut().find(same) else {
            let mut condition = condition;
            let values = std::mem::take(&mut condition.values);
            add_all(&mut condition.values, values);
            return self.conditions.push(condition);
        };
        let before = other.values.len();
        add_all(&mut other.values, condition.values);
        if other.values.len() > before && !other.operator.is_negated() {
            let widened = (other.spelled(), other.key.clone());
            add_all(&mut self.widened, [widened]);
        }
    }
}

/// Adds what is not there yet.
pub(super) fn add_all<T: PartialEq>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

impl Statement<Open> {
    #[track_caller]
    fn new(effect: Effect) -> Self {
        let mut body = Body::new(effect);
        body.at = Some(Location::caller());
        Self::from_body(body)
    }

    /// Allows actions such as `s3:GetObject` or `s3:Get*`.
    #[track_caller]
    pub fn allow(actions: impl IntoValues<String>) -> Self {
        let mut statement = Self::new(Effect::Allow);
        add_all(&mut statement.body.actions, actions.into_values());
        statement
    }

    /// Denies actions such as `s3:DeleteObject` or `s3:Delete*`.
    #[track_caller]
    pub fn deny(actions: impl IntoValues<String>) -> Self {
        let mut statement = Self::new(Effect::Deny);
        add_all(&mut statement.body.actions, actions.into_values());
        statement
    }

    /// Allows every action of every service except these, and those that AWS has yet to invent.
    #[doc(alias = "NotAction")]
    #[track_caller]
    pub fn allow_all_but(actions: impl IntoValues<String>) -> Self {
        let mut statement = Self::new(Effect::Allow);
        add_all(&mut statement.body.not_actions, actions.into_values());
        statement
    }

    /// Denies every action of every service except these.
    #[doc(alias = "NotAction")]
    #[track_caller]
    pub fn deny_all_but(actions: impl IntoValues<String>) -> Self {
        let mut statement = Self::new(Effect::Deny);
        add_all(&mut statement.body.not_actions, actions.into_values());
        statement
    }
}

impl<K: On> Statement<K> {
    /// Names resources by their ARNs, which may have the wildcards `*` and `?`. Further calls add to them.
    #[doc(alias = "Resource")]
    pub fn on(mut self, resources: impl IntoValues<ArnPattern>) -> Statement<K::Then> {
        add_all(&mut self.body.resources, resources.into_values());
        Statement::from_body(self.body)
    }

    /// Names all resources: `*`. Some actions, mostly lists, take nothing narrower.
    pub fn on_all_resources(self) -> Statement<K::Then> {
        self.on("*")
    }

    /// Names all resources except these.
    #[doc(alias = "NotResource")]
    pub fn on_all_but(mut self, resources: impl IntoValues<ArnPattern>) -> Statement<K::Then> {
        add_all(&mut self.body.not_resources, resources.into_values());
        Statement::from_body(self.body)
    }
}

impl<K: To> Statement<K> {
    /// Names principals. Further calls add to them.
    #[doc(alias = "Principal")]
    pub fn to(mut self, principals: impl IntoPrincipals) -> Statement<K::Then> {
        add_all(&mut self.body.principals, principals.into_principals());
        Statement::from_body(self.body)
    }

    /// Names everyone except these principals. AWS advises to deny [`everyone`](Principal::everyone) with a condition
    /// on `aws:PrincipalArn` instead.
    #[doc(alias = "NotPrincipal")]
    pub fn to_all_but(mut self, principals: impl IntoPrincipals) -> Statement<K::Then> {
        add_all(&mut self.body.not_principals, principals.into_principals());
        Statement::from_body(self.body)
    }
}

impl<K: Kind> Statement<K> {
    pub(super) fn from_body(body: Body) -> Self {
        Self { body, kind: PhantomData }
    }

    /// Gives the statement an id: letters and digits, in resource policies other characters as well.
    #[doc(alias = "Sid")]
    pub fn sid(mut self, sid: impl Into<Str>) -> Self {
        self.body.sid = Some(sid.into());
        self
    }

    /// Restricts the statement to requests for which a condition holds, or all of several.
    ///
    /// A policy cannot test one key twice with one operator: where that is asked for, the values join, so that either
    /// is enough. A finding says so; a condition with several values is the way to mean it.
    #[doc(alias = "Condition")]
    pub fn when(mut self, conditions: impl IntoConditions) -> Self {
        for condition in conditions.into_conditions() {
            self.body.add_condition(condition);
        }
        self
    }

    /// Whether it allows or denies.
    pub fn effect(&self) -> Effect {
        self.body.effect
    }

    /// The id that it was given.
    pub fn statement_id(&self) -> Option<&str> {
        self.body.sid.as_deref()
    }

    /// The actions that it is about.
    pub fn actions(&self) -> &[Expr] {
        &self.body.actions
    }

    /// The actions that it is not about, where it is about all others.
    pub fn not_actions(&self) -> &[Expr] {
        &self.body.not_actions
    }

    /// The resources that it is about.
    pub fn resources(&self) -> &[Expr] {
        &self.body.resources
    }

    /// The resources that it is not about, where it is about all others.
    pub fn not_resources(&self) -> &[Expr] {
        &self.body.not_resources
    }

    /// The principals that it is given to.
    pub fn principals(&self) -> &[Principal] {
        &self.body.principals
    }

    /// The principals that it is not given to, where it is given to all others.
    pub fn not_principals(&self) -> &[Principal] {
        &self.body.not_principals
    }

    /// The conditions that all have to hold.
    pub fn conditions(&self) -> &[Condition] {
        &self.body.conditions
    }

    /// Whether the statement is about an action such as `s3:GetObject`, as far as its literals say.
    ///
    /// ```
    /// # use formwork_aws::policy::Statement;
    /// let read = Statement::allow("s3:Get*").on_all_resources();
    /// assert!(read.covers("s3:GetObject") && !read.covers("s3:PutObject"));
    /// assert!(!Statement::deny_all_but("s3:*").covers("s3:GetObject"));
    /// ```
    pub fn covers(&self, action: &str) -> bool {
        let any = |patterns: &[Expr]| {
            patterns.iter().filter_map(Expr::as_str).any(|pattern| iam::like(pattern, action))
        };
        any(&self.body.actions) || (!self.body.not_actions.is_empty() && !any(&self.body.not_actions))
    }

    /// The statement as it will stand in the template, with what there is to say about it.
    pub(super) fn expr(&self) -> Expr {
        check::statement::<K>(&self.body)
    }
}
