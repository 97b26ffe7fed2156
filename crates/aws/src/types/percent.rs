//! Percentages.

use std::{borrow::Cow, cmp::Ordering, error::Error, fmt, hash};

use formwork_core::{Expr, Finding, Input, IntoInput, IntoJson, Output, Param, Readable};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A percentage: 0 to 100, not 0 to 1.
///
/// A property takes a `Percent`, a number, or an expression of a number. A literal that is out of range is a finding,
/// `FW0703`.
///
/// ```
/// # use formwork_core::{Input, IntoInput};
/// # use formwork_aws::types::Percent;
/// fn scale_at(load: impl IntoInput<Percent>) -> Input<Percent> {
///     load.into_input()
/// }
///
/// scale_at(70);
/// scale_at(99.5);
/// assert_eq!(Percent::new(99.5)?.to_string(), "99.5%");
/// # Ok::<(), formwork_aws::types::NotAPercentage>(())
/// ```
///
/// Configuration files have a number.
// Invariant: 0 to 100, and zero is not negative; hence `Eq`, `Ord` and `Hash`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Percent(f64);

impl Percent {
    /// The percentage of this number.
    ///
    /// # Errors
    ///
    /// The number is not one from 0 to 100.
    pub fn new(number: f64) -> Result<Self, NotAPercentage> {
        match (0.0..=100.0).contains(&number) {
            true => Ok(Self(number.abs())),
            false => Err(NotAPercentage(number)),
        }
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Percent {}

impl Ord for Percent {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Percent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl hash::Hash for Percent {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl TryFrom<f64> for Percent {
    type Error = NotAPercentage;

    fn try_from(number: f64) -> Result<Self, NotAPercentage> {
        Self::new(number)
    }
}

impl From<Percent> for f64 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", self.0))
    }
}

/// A number that is not from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotAPercentage(f64);

impl fmt::Display for NotAPercentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a percentage: it is a number from 0 to 100", self.0)
    }
}

impl Error for NotAPercentage {}

impl Percent {
    fn input(self) -> Input<Self> {
        // Some properties take whole numbers only, and none minds.
        Input::new(match self.0.fract() == 0.0 {
            true => Expr::Int(self.0 as i64),
            false => Expr::Float(self.0),
        })
    }

    fn read(literal: &Expr) -> Option<Self> {
        Self::new(f64::read(literal)?).ok()
    }
}
number_property!(Percent);
from_integers!(Percent, number);

fn number(literal: Expr) -> Input<Percent> {
    match f64::read(&literal).map_or(Err(NotAPercentage(f64::NAN)), Percent::new) {
        Ok(percent) => percent.input(),
        Err(error) => Input::new(literal).remarked(Finding::error("FW0703", error.to_string())),
    }
}

impl IntoInput<Percent> for f64 {
    fn into_input(self) -> Input<Percent> {
        number(self.into_json())
    }
}
impl IntoInput<Percent> for Output<f64> {
    fn into_input(self) -> Input<Percent> {
        Input::new(self.into_json())
    }
}
impl IntoInput<Percent> for &Output<f64> {
    fn into_input(self) -> Input<Percent> {
        Input::new(self.into_json())
    }
}
impl IntoInput<Percent> for Param<f64> {
    fn into_input(self) -> Input<Percent> {
        Input::new(self.into_json())
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Percent").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "a percentage: 0 to 100", "type": "number", "minimum": 0, "maximum": 100 })
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, json, pseudo};

    use super::*;
    use crate::types::tests::{configured, given, given_json, said, written};

    #[test]
    fn a_property_takes_percentages_numbers_and_expressions() {
        assert_eq!(written::<Percent>(70), "70");
        assert_eq!(written::<Percent>(70.0), "70");
        assert_eq!(written::<Percent>(99.5), "99.5");
        assert_eq!(written::<Percent>(Percent::new(0.0).unwrap()), "0");
        let (whole, number): (Output<i64>, Output<f64>) = (pseudo::region().cast(), pseudo::region().cast());
        assert_eq!(written::<Percent>(whole), r#"{"Ref":"AWS::Region"}"#);
        assert_eq!(written::<Percent>(number), r#"{"Ref":"AWS::Region"}"#);
    }

    #[test]
    fn a_number_out_of_range_is_found() {
        assert_eq!(
            said::<Percent>(170),
            "error[FW0703]: 170 is not a percentage: it is a number from 0 to 100 at Resources/R/Properties/P"
        );
        assert!(said::<Percent>(-0.5).starts_with("error[FW0703]: -0.5 is not"));
        assert!(said::<Percent>(u64::MAX).starts_with("error[FW0703]: 18446744073709552000 is not"));
        assert!(said::<Percent>(f64::NAN).contains("error[FW0703]: NaN is not"));
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<Percent>(70).is(Percent::new(70.0).unwrap()));
        assert!(given::<Percent>(99.5).is(Percent::new(99.5).unwrap()));
        assert!(matches!(given::<Percent>(101), Given::Unexpected(_)));
        assert!(matches!(given_json::<Percent>(json!("many")), Given::Unexpected(_)));
        assert_eq!(Percent::new(-0.0).map(|zero| zero.to_string()), Ok("0%".to_owned()));
    }

    #[test]
    fn a_configuration_says_it_as_a_number() {
        assert_eq!(configured::<Percent>("70"), Ok(Percent::new(70.0).unwrap()));
        assert_eq!(
            configured::<Percent>("170"),
            Err("`value`: expected at most 100, found the integer 170".to_owned())
        );
        assert!(serde_json::from_str::<Percent>("170").is_err());
    }
}
