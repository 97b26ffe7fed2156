//! Names of users, which may be secret.

use formwork_core::{Expr, Input, IntoInput, Kind, LiteralType, Output, PropertyType, Secret, Str, TextType};

/// The name of a user: text, or a part of a secret, where even the name is nobody's business.
///
/// ```
/// use formwork_aws::rds::DbInstance;
/// use formwork_core::secretsmanager;
///
/// DbInstance::builder().master_username("shop");
/// DbInstance::builder().master_username(secretsmanager("shop/database").key("username").value());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName(Str);

impl UserName {
    /// A name that is known.
    pub fn new(name: impl Into<Str>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PropertyType for UserName {
    const KIND: Kind = Kind::Text;

    fn from_literal(literal: &Expr) -> Option<Self> {
        literal.as_str().map(|text| Self(text.to_owned().into()))
    }
}

impl LiteralType for UserName {
    fn into_property(self) -> Input<Self> {
        Input::new(Expr::Text(self.0))
    }
}

impl TextType for UserName {}

impl PartialEq<&str> for UserName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<UserName> for &str {
    fn eq(&self, other: &UserName) -> bool {
        *self == other.0
    }
}

impl IntoInput<UserName> for &str {
    fn into_input(self) -> Input<UserName> {
        UserName::new(self.to_owned()).into_property()
    }
}

impl IntoInput<UserName> for String {
    fn into_input(self) -> Input<UserName> {
        UserName::new(self).into_property()
    }
}

impl IntoInput<UserName> for Output<Secret> {
    fn into_input(self) -> Input<UserName> {
        Input::new(self.expr().clone())
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Object, Read, secretsmanager};

    use super::*;

    #[test]
    fn a_name_is_text_or_part_of_a_secret() {
        let plain: Input<UserName> = "shop".into_input();
        assert_eq!(plain.expr().as_str(), Some("shop"));
        let secret: Input<UserName> = secretsmanager("shop").key("username").value().into_input();
        assert!(secret.expr().is_expression());
        let object = Expr::Object(vec![formwork_core::Field::new("Name", plain.into_expr())]);
        let read: Read<UserName> = Object::from_expr(&object).unwrap().read("Name");
        assert!(read.is("shop"));
    }
}
