//! Amounts with a unit, and the property types that count in one: the mechanism behind durations and sizes.

use std::{error::Error, fmt};

use formwork_core::{Expr, Finding, Input};

/// The greatest amount that is told apart, so that every property's number fits a template's whole numbers.
pub(super) const MOST: u64 = i64::MAX as u64;

/// A unit in which a property counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// How much of the base unit it is.
    pub(super) base: u64,
    /// As in `minutes(5)`.
    pub(super) function: &'static str,
    /// As in "a whole number of minutes".
    pub(super) plural: &'static str,
}

/// An amount that is not a whole number of the unit in which a property counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWhole {
    amount: String,
    unit: Unit,
    below: u64,
}

impl NotWhole {
    /// The greatest whole number of units below the amount.
    pub fn below(&self) -> u64 {
        self.below
    }

    /// The least whole number of units above the amount.
    pub fn above(&self) -> u64 {
        self.below + 1
    }

    /// What would be whole, as it is written in a program.
    fn near(&self) -> String {
        let Unit { function, .. } = self.unit;
        match self.below {
            0 => format!("the nearest that is: `{function}(1)`"),
            below => format!("the nearest that are: `{function}({below})` and `{function}({})`", below + 1),
        }
    }
}

impl fmt::Display for NotWhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a whole number of {}", self.amount, self.unit.plural)
    }
}

impl Error for NotWhole {}

/// How many of the unit an amount is.
pub(super) fn whole(base: u64, shown: &dyn fmt::Display, unit: Unit) -> Result<i64, NotWhole> {
    let count = base / unit.base;
    match (base % unit.base, i64::try_from(count)) {
        (0, Ok(count)) => Ok(count),
        _ => Err(NotWhole { amount: shown.to_string(), unit, below: count }),
    }
}

/// An amount as a property that counts in the unit.
pub(super) fn input<T>(base: u64, shown: &dyn fmt::Display, unit: Unit) -> Input<T> {
    match whole(base, shown, unit) {
        Ok(count) => Input::new(Expr::Int(count)),
        // The fraction stays visible: a rounded number would read back as if it had been asked for.
        Err(error) => Input::new(Expr::Float(base as f64 / unit.base as f64))
            .remarked(Finding::error("FW0702", error.to_string()).help(error.near())),
    }
}

/// An amount in the greatest unit of which it is a whole number; units come greatest first.
pub(super) fn write(f: &mut fmt::Formatter<'_>, base: u64, units: &[(&str, u64)]) -> fmt::Result {
    let fits = |(_, size): &&(&str, u64)| base != 0 && base.is_multiple_of(*size);
    match units.iter().find(fits) {
        Some((suffix, size)) => f.pad(&format!("{}{suffix}", base / size)),
        None => f.pad(&format!("0{}", units.last().map_or("", |(suffix, _)| suffix))),
    }
}

/// A text that is no amount.
pub(super) enum Unread {
    /// No whole number, or a unit that is none of these.
    Form,
    /// Too much of it.
    TooLarge,
}

/// A whole number and one unit, with nothing between them.
pub(super) fn read(text: &str, units: &[(&str, u64)]) -> Result<u64, Unread> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, suffix) = text.split_at(digits);
    let unit = units.iter().find(|(known, _)| *known == suffix);
    let (Some((_, size)), false) = (unit, number.is_empty()) else { return Err(Unread::Form) };
    let base = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*size));
    base.filter(|base| *base <= MOST).ok_or(Unread::TooLarge)
}

/// What every amount can do, given a field with its base units, its units and what `FromStr` expects.
macro_rules! quantity {
    ($type:ident, $error:ident, $units:expr, $expected:literal, $pattern:literal, $too_large:literal) => {
        impl $type {
            const fn new(base: u64) -> Self {
                Self(if base < $crate::types::quantity::MOST { base } else { $crate::types::quantity::MOST })
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::types::quantity::write(f, self.0, $units)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($type))
            }
        }

        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                use $crate::types::quantity::Unread;
                match $crate::types::quantity::read(text, $units) {
                    Ok(base) => Ok(Self(base)),
                    Err(Unread::Form) => Err($error::of(text)),
                    Err(Unread::TooLarge) => Err($error($too_large)),
                }
            }
        }

        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0)
            }
        }

        impl std::error::Error for $error {}

        impl std::ops::Add for $type {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self::new(self.0.saturating_add(other.0))
            }
        }

        impl std::ops::Mul<u32> for $type {
            type Output = Self;

            fn mul(self, times: u32) -> Self {
                Self::new(self.0.saturating_mul(times.into()))
            }
        }

        text_in_config!($type, $expected, $pattern);
    };
}

/// Property types that count an amount in one unit.
macro_rules! units {
    ($quantity:ident as $accessor:ident; $($type:ident, $function:ident, $base:expr, $plural:literal;)*) => {$(
        #[doc = concat!("A property that counts in ", $plural, ".")]
        ///
        #[doc = concat!("It takes a whole number, a [`", stringify!($quantity), "`], or an expression of a number.")]
        ///
        /// ```
        #[doc = concat!("# use formwork_aws::types::{", stringify!($type), ", ", stringify!($function), "};")]
        #[doc = concat!("let five = ", stringify!($type), "::try_from(", stringify!($function), "(5))?;")]
        #[doc = concat!("assert_eq!((five.get(), five.", stringify!($accessor), "()), (5, Some(", stringify!($function), "(5))));")]
        #[doc = concat!("# Ok::<(), formwork_aws::types::NotWhole>(())")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(i64);

        impl $type {
            const UNIT: $crate::types::quantity::Unit = $crate::types::quantity::Unit {
                base: $base,
                function: stringify!($function),
                plural: $plural,
            };

            #[doc = concat!("So many ", $plural, ".")]
            pub const fn new(count: i64) -> Self {
                Self(count)
            }

            /// The number as it stands in a template.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The amount; none below zero, which some properties take for "without end".
            pub fn $accessor(self) -> Option<$quantity> {
                let count = u64::try_from(self.0).ok()?;
                Some($quantity::new(count.saturating_mul($base)))
            }

            fn input(self) -> formwork_core::Input<Self> {
                formwork_core::Input::new(formwork_core::Expr::Int(self.0))
            }

            fn read(literal: &formwork_core::Expr) -> Option<Self> {
                <i64 as formwork_core::Readable>::read(literal).map(Self)
            }
        }

        impl TryFrom<$quantity> for $type {
            type Error = $crate::types::NotWhole;

            fn try_from(amount: $quantity) -> Result<Self, $crate::types::NotWhole> {
                $crate::types::quantity::whole(amount.0, &amount, Self::UNIT).map(Self)
            }
        }

        impl PartialEq<$quantity> for $type {
            fn eq(&self, other: &$quantity) -> bool {
                self.$accessor() == Some(*other)
            }
        }
        impl PartialEq<$type> for $quantity {
            fn eq(&self, other: &$type) -> bool {
                other == self
            }
        }

        number_property!($type);
        from_integers!($type, formwork_core::Input::new);

        impl formwork_core::IntoInput<$type> for $quantity {
            fn into_input(self) -> formwork_core::Input<$type> {
                $crate::types::quantity::input(self.0, &self, $type::UNIT)
            }
        }
    )*};
}
