//! Ports.

use std::fmt;

use formwork_core::{Expr, Input, IntoInput, IntoJson, Readable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A port of TCP or UDP: 0 to 65535.
///
/// A property takes a `Port`, a number, or an expression of a number. A number that no port has does not compile:
///
/// ```
/// # use formwork_core::{Input, IntoInput};
/// # use formwork_aws::types::Port;
/// fn listen(port: impl IntoInput<Port>) -> Input<Port> {
///     port.into_input()
/// }
///
/// listen(8080);
/// listen(Port::HTTPS);
/// ```
///
/// ```compile_fail
/// # use formwork_core::{Input, IntoInput};
/// # use formwork_aws::types::Port;
/// # fn listen(port: impl IntoInput<Port>) -> Input<Port> { port.into_input() }
/// listen(80800);
/// ```
///
/// ```compile_fail
/// # use formwork_core::{Input, IntoInput};
/// # use formwork_aws::types::Port;
/// # fn listen(port: impl IntoInput<Port>) -> Input<Port> { port.into_input() }
/// listen("8080");
/// ```
///
/// Configuration files have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "a port: 0 to 65535")]
pub struct Port(u16);

impl Port {
    /// 22.
    pub const SSH: Self = Self(22);
    /// 53.
    pub const DNS: Self = Self(53);
    /// 80.
    pub const HTTP: Self = Self(80);
    /// 443.
    pub const HTTPS: Self = Self(443);

    /// The port of this number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number of this port.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl From<u16> for Port {
    fn from(number: u16) -> Self {
        Self(number)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Port {
    fn input(self) -> Input<Self> {
        Input::new(self.0.into_json())
    }

    fn read(literal: &Expr) -> Option<Self> {
        u16::try_from(i64::read(literal)?).ok().map(Self)
    }
}
number_property!(Port);

// The only type of number, so that a literal is inferred to be one and the compiler says that 80800 is none.
impl IntoInput<Port> for u16 {
    fn into_input(self) -> Input<Port> {
        Port(self).input()
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, interpolate, json, pseudo};

    use super::*;
    use crate::types::tests::{configured, given, given_json, written};

    #[test]
    fn a_property_takes_ports_numbers_and_expressions() {
        assert_eq!(written::<Port>(8080), "8080");
        assert_eq!(written::<Port>(Port::HTTPS), "443");
        assert_eq!(written::<Port>(Some(65535)), "65535");
        let number: Output<i64> = pseudo::region().cast();
        assert_eq!(written::<Port>(&number), r#"{"Ref":"AWS::Region"}"#);
        assert_eq!(written::<String>(interpolate!("localhost:{}", Port::HTTP)), r#""localhost:80""#);
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<Port>(443).is(Port::HTTPS));
        assert_eq!(given_json::<Port>(json!("443")), Given::Literal(Port::HTTPS));
        assert!(matches!(given_json::<Port>(json!(70_000)), Given::Unexpected(_)));
        assert!(matches!(given_json::<Port>(json!(-1)), Given::Unexpected(_)));
    }

    #[test]
    fn a_configuration_says_it_as_a_number() {
        assert_eq!(configured::<Port>("8080"), Ok(Port::new(8080)));
        assert!(configured::<Port>("70000").unwrap_err().starts_with("`value`: "));
        assert!(configured::<Port>("\"8080\"").unwrap_err().starts_with("`value`: "));
    }
}
