//! What is known of users.

use std::ops::RangeInclusive;

use formwork_aws::cognito::user_pool::{
    AttributeDataType, NumberAttributeConstraints, SchemaAttribute, StringAttributeConstraints,
};
use formwork_core::{Finding, Input, IntoInput};

use crate::place::Said;

/// Something of your own that is known of each user, `custom:<name>` in tokens and calls.
///
/// ```
/// use formwork_patterns::user_pool::Attribute;
///
/// let company = Attribute::text("company").length(1..=80);
/// let points = Attribute::number("points").between(0..=1_000_000);
/// let origin = Attribute::text("origin").fixed(); // set once, when the user is made
/// ```
///
/// What was deployed stays as it is: an attribute can be added later, and neither be changed nor be taken away. None can
/// be required.
// docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
#[must_use]
pub struct Attribute {
    name: Said<String>,
    kind: AttributeDataType,
    fixed: bool,
    length: Option<Said<RangeInclusive<u16>>>,
    between: Option<Said<RangeInclusive<i64>>>,
}

impl Attribute {
    /// Text.
    #[track_caller]
    pub fn text(name: impl Into<String>) -> Self {
        Self::new(Said::new(name.into()), AttributeDataType::String)
    }

    /// A number.
    #[track_caller]
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(Said::new(name.into()), AttributeDataType::Number)
    }

    /// A moment.
    #[track_caller]
    pub fn moment(name: impl Into<String>) -> Self {
        Self::new(Said::new(name.into()), AttributeDataType::DateTime)
    }

    /// Yes or no.
    #[track_caller]
    pub fn flag(name: impl Into<String>) -> Self {
        Self::new(Said::new(name.into()), AttributeDataType::Boolean)
    }

    fn new(name: Said<String>, kind: AttributeDataType) -> Self {
        Self { name, kind, fixed: false, length: None, between: None }
    }

    /// Is set when the user is made, and never changes.
    pub fn fixed(self) -> Self {
        Self { fixed: true, ..self }
    }

    /// Sets how many characters a text has, up to 2048.
    #[track_caller]
    pub fn length(self, characters: RangeInclusive<u16>) -> Self {
        Self { length: Some(Said::new(characters)), ..self }
    }

    /// Sets between which two a number is.
    #[track_caller]
    pub fn between(self, numbers: RangeInclusive<i64>) -> Self {
        Self { between: Some(Said::new(numbers)), ..self }
    }

    pub(super) fn name(&self) -> &Said<String> {
        &self.name
    }

    /// What is wrong with it, each at its line.
    pub(super) fn findings(&self) -> Vec<Said<Finding>> {
        let mut wrong = Vec::new();
        let mut add = |message: String, help: &str, at| {
            wrong.push(Said { value: Finding::error("FW3167", message).help(help), at });
        };
        let Said { value: name, at } = &self.name;
        if name.starts_with("custom:") {
            let help = "leave `custom:` away: Cognito puts it in front";
            add(format!("`{name}` would be `custom:{name}`"), help, *at);
        } else if !(1..=20).contains(&name.chars().count()) {
            add(format!("`{name}` cannot be the name of an attribute"), "a name has 1 to 20 characters", *at);
        }
        if let Some(Said { value, at }) = &self.length {
            if self.kind != AttributeDataType::String {
                add(format!("`{name}` is no text, and has no length"), "say `Attribute::text(..)`", *at);
            } else if value.is_empty() || *value.end() > 2048 {
                let message = format!("`{name}` has {} to {} characters", value.start(), value.end());
                add(message, "the smaller number comes first, and 2048 are possible", *at);
            }
        }
        if let Some(Said { value, at }) = &self.between {
            if self.kind != AttributeDataType::Number {
                let help = "say `Attribute::number(..)`, or `.length(..)` of a text";
                add(format!("`{name}` is no number"), help, *at);
            } else if value.is_empty() {
                let message = format!("no number is between {} and {}", value.start(), value.end());
                add(message, "the smaller number comes first", *at);
            }
        }
        wrong
    }

    /// The property.
    pub(super) fn schema(&self) -> Input<SchemaAttribute> {
        let attribute = SchemaAttribute::builder()
            .name(self.name.value.clone())
            .attribute_data_type(self.kind)
            .mutable(!self.fixed);
        let attribute = match &self.length {
            Some(Said { value, .. }) => attribute.string_attribute_constraints(
                StringAttributeConstraints::builder()
                    .min_length(value.start().to_string())
                    .max_length(value.end().to_string()),
            ),
            None => attribute,
        };
        let attribute = match &self.between {
            Some(Said { value, .. }) => attribute.number_attribute_constraints(
                NumberAttributeConstraints::builder()
                    .min_value(value.start().to_string())
                    .max_value(value.end().to_string()),
            ),
            None => attribute,
        };
        attribute.into_input()
    }
}

/// What every pool knows of users: the claims of OpenID Connect.
// docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Standard {
    /// Where the user lives.
    Address,
    /// When the user was born.
    Birthdate,
    /// The e-mail address.
    Email,
    /// The surname.
    FamilyName,
    /// The gender.
    Gender,
    /// The first name.
    GivenName,
    /// The language and country.
    Locale,
    /// The name between first name and surname.
    MiddleName,
    /// The whole name.
    Name,
    /// What friends say.
    Nickname,
    /// The telephone number.
    PhoneNumber,
    /// The address of a picture.
    Picture,
    /// What the user wants to be called, which can change.
    PreferredUsername,
    /// The address of a page on the user.
    Profile,
    /// When anything of this changed.
    UpdatedAt,
    /// The address of the user's own page.
    Website,
    /// The time zone.
    Zoneinfo,
}

impl Standard {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Birthdate => "birthdate",
            Self::Email => "email",
            Self::FamilyName => "family_name",
            Self::Gender => "gender",
            Self::GivenName => "given_name",
            Self::Locale => "locale",
            Self::MiddleName => "middle_name",
            Self::Name => "name",
            Self::Nickname => "nickname",
            Self::PhoneNumber => "phone_number",
            Self::Picture => "picture",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::UpdatedAt => "updated_at",
            Self::Website => "website",
            Self::Zoneinfo => "zoneinfo",
        }
    }

    /// The property: required, and open to change.
    pub(super) fn schema(self) -> Input<SchemaAttribute> {
        SchemaAttribute::builder().name(self.name()).required(true).mutable(true).into_input()
    }
}
