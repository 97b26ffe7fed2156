//! Conditions: when a statement holds.

use std::fmt;

use formwork_core::{Expr, Str};

use super::values::{ArnPattern, IntoValues};

/// One test of a request: an operator, a key, and the values that the key is compared with.
///
/// ```
/// # use formwork_aws::policy::{Condition, Statement};
/// Statement::allow("ec2:StartInstances")
///     .on_all_resources()
///     .when(Condition::string_equals("aws:ResourceTag/team", ["web", "data"]))
///     .when(Condition::ip_address("aws:SourceIp", "203.0.113.0/24"))
///     .when(Condition::string_equals("aws:TagKeys", ["team", "stage"]).for_all_values());
/// ```
///
/// Every test of a statement has to succeed. One with several values succeeds where any of them fits, a negated one
/// where none does.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a condition does nothing until it is given to a statement"]
pub struct Condition {
    pub(super) qualifier: Option<Qualifier>,
    pub(super) operator: Operator,
    pub(super) if_exists: bool,
    pub(super) key: Str,
    pub(super) values: Vec<Expr>,
}

/// How the several values that a request has for one key are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// All of them have to fit; true where there are none.
    ForAllValues,
    /// One that fits is enough.
    ForAnyValue,
}

macro_rules! operators {
    ($($kind:ident {$($variant:ident $function:ident $negated:literal $doc:literal),* $(,)?})*) => {
        /// How a condition compares, without [qualifier](Qualifier) and `IfExists`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operator {
            $($(#[doc = $doc] $variant,)*)*
            /// Whether the key is absent.
            Null,
        }

        impl Operator {
            pub(super) const ALL: &'static [Self] = &[$($(Self::$variant,)*)* Self::Null];

            /// The operator as policies spell it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$variant => stringify!($variant),)*)*
                    Self::Null => "Null",
                }
            }

            /// Whether it succeeds where no value fits.
            pub fn is_negated(self) -> bool {
                match self {
                    $($(Self::$variant => $negated,)*)*
                    Self::Null => false,
                }
            }
        }

        impl Condition {
            $($(
                #[doc = concat!($doc, ": `", stringify!($variant), "`.")]
                pub fn $function(key: impl Into<Str>, values: impl IntoValues<$kind>) -> Self {
                    Self::new(Operator::$variant, key.into(), values.into_values())
                }
            )*)*
        }
    };
}

operators! {
    String {
        StringEquals string_equals false "The key is one of these texts",
        StringNotEquals string_not_equals true "The key is none of these texts",
        StringEqualsIgnoreCase string_equals_ignore_case false "The key is one of these texts, whatever the case",
        StringNotEqualsIgnoreCase string_not_equals_ignore_case true "The key is none of these texts, whatever the case",
        StringLike string_like false "The key matches one of these patterns with `*` and `?`",
        StringNotLike string_not_like true "The key matches none of these patterns with `*` and `?`",
        DateEquals date_equals false "The key is one of these times, in ISO 8601 or in seconds since 1970",
        DateNotEquals date_not_equals true "The key is none of these times",
        DateLessThan date_less_than false "The key is before this time",
        DateLessThanEquals date_less_than_equals false "The key is this time or before",
        DateGreaterThan date_greater_than false "The key is after this time",
        DateGreaterThanEquals date_greater_than_equals false "The key is this time or after",
        BinaryEquals binary_equals false "The key is one of these values in base 64",
        IpAddress ip_address false "The key is in one of these ranges of addresses",
        NotIpAddress not_ip_address true "The key is in none of these ranges of addresses",
    }
    f64 {
        NumericEquals numeric_equals false "The key is one of these numbers",
        NumericNotEquals numeric_not_equals true "The key is none of these numbers",
        NumericLessThan numeric_less_than false "The key is less than this number",
        NumericLessThanEquals numeric_less_than_equals false "The key is this number or less",
        NumericGreaterThan numeric_greater_than false "The key is more than this number",
        NumericGreaterThanEquals numeric_greater_than_equals false "The key is this number or more",
    }
    bool {
        Bool bool false "The key has this truth value",
    }
    ArnPattern {
        ArnEquals arn_equals false "The key matches one of these ARNs, which may have `*` and `?`",
        ArnNotEquals arn_not_equals true "The key matches none of these ARNs, which may have `*` and `?`",
        ArnLike arn_like false "The key matches one of these ARNs, which may have `*` and `?`",
        ArnNotLike arn_not_like true "The key matches none of these ARNs, which may have `*` and `?`",
    }
}

impl Condition {
    fn new(operator: Operator, key: Str, values: Vec<Expr>) -> Self {
        Self { qualifier: None, operator, if_exists: false, key, values }
    }

    /// The request has no such key: `Null` with `true`.
    #[doc(alias = "Null")]
    pub fn absent(key: impl Into<Str>) -> Self {
        Self::new(Operator::Null, key.into(), true.into_values())
    }

    /// The request has such a key: `Null` with `false`.
    #[doc(alias = "Null")]
    pub fn present(key: impl Into<Str>) -> Self {
        Self::new(Operator::Null, key.into(), false.into_values())
    }

    /// Succeeds as well where the request has no such key: `..IfExists`.
    #[doc(alias = "IfExists")]
    pub fn if_exists(mut self) -> Self {
        self.if_exists = true;
        self
    }

    /// Of the values that the request has for the key, every one has to fit: `ForAllValues:..`. Succeeds where there
    /// are none, so that an allowance mostly wants [`present`](Self::present) beside it.
    #[doc(alias = "ForAllValues")]
    pub fn for_all_values(mut self) -> Self {
        self.qualifier = Some(Qualifier::ForAllValues);
        self
    }

    /// Of the values that the request has for the key, one that fits is enough: `ForAnyValue:..`.
    #[doc(alias = "ForAnyValue")]
    pub fn for_any_value(mut self) -> Self {
        self.qualifier = Some(Qualifier::ForAnyValue);
        self
    }

    /// How it compares.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// How several values of the request are tested, where that is said.
    pub fn qualifier(&self) -> Option<Qualifier> {
        self.qualifier
    }

    /// Whether it succeeds where the request has no such key.
    pub fn is_if_exists(&self) -> bool {
        self.if_exists
    }

    /// What is tested, such as `aws:SourceAccount`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What it is compared with.
    pub fn values(&self) -> &[Expr] {
        &self.values
    }

    /// The operator as the template has it, such as `ForAnyValue:StringLikeIfExists`.
    pub(super) fn spelled(&self) -> String {
        let qualifier = match self.qualifier {
            Some(Qualifier::ForAllValues) => "ForAllValues:",
            Some(Qualifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        };
        let suffix = if self.if_exists { "IfExists" } else { "" };
        format!("{qualifier}{}{suffix}", self.operator.as_str())
    }

    /// A condition from the operator as the template has it.
    pub(super) fn from_spelled(spelled: &str, key: Str, values: Vec<Expr>) -> Option<Self> {
        let (qualifier, rest) = match spelled.split_once(':') {
            Some((name, rest)) if name.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Qualifier::ForAllValues), rest)
            }
            Some((name, rest)) if name.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Qualifier::ForAnyValue), rest)
            }
            Some(_) => return None,
            None => (None, spelled),
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let operator = *Operator::ALL.iter().find(|operator| operator.as_str().eq_ignore_ascii_case(name))?;
        Some(Self { qualifier, operator, if_exists, key, values })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One [`Condition`] or several, for [`Statement::when`](super::Statement::when).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected one or several of `Condition`",
    note = "write `Condition::string_equals(\"aws:SourceAccount\", account)`, or a list of such"
)]
pub trait IntoConditions {
    /// The conditions, all of which have to hold.
    fn into_conditions(self) -> Vec<Condition>;
}

impl IntoConditions for Condition {
    fn into_conditions(self) -> Vec<Condition> {
        vec![self]
    }
}
impl IntoConditions for Option<Condition> {
    fn into_conditions(self) -> Vec<Condition> {
        self.into_iter().collect()
    }
}
impl IntoConditions for Vec<Condition> {
    fn into_conditions(self) -> Vec<Condition> {
        self
    }
}
impl<const N: usize> IntoConditions for [Condition; N] {
    fn into_conditions(self) -> Vec<Condition> {
        self.into()
    }
}
