//! Amounts of memory and storage, and the property types that count them.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
const TIB: u64 = 1024 * GIB;

const UNITS: &[(&str, u64)] = &[("TiB", TIB), ("GiB", GIB), ("MiB", MIB), ("KiB", KIB), ("B", 1)];

/// An amount of memory or storage, in powers of 1024.
///
/// AWS writes GB and MB for what are GiB and MiB nearly everywhere; here the letters say what is counted.
///
/// ```
/// use formwork_aws::types::{DataSize, gib, mib};
///
/// assert_eq!(mib(2048), gib(2));
/// assert_eq!(mib(512) * 3, gib(1) + mib(512));
/// assert_eq!("20GiB".parse(), Ok(gib(20)));
/// assert_eq!(mib(1536).to_string(), "1536MiB");
/// ```
///
/// As with a [`Duration`](super::Duration), the property says in which unit it counts:
///
/// ```compile_fail
/// # use formwork_core::Resource;
/// # use formwork_aws::types::gib;
/// Resource::raw("AWS::Lambda::Function").set("MemorySize", gib(1)); // 1? 1024?
/// ```
///
/// ```compile_fail
/// # use formwork_aws::types::{Mebibytes, minutes};
/// let memory: Mebibytes = minutes(5).try_into().unwrap(); // time is no memory
/// ```
///
/// Configuration files have a whole number and a unit: `"512B"`, `"64KiB"`, `"512MiB"`, `"20GiB"`, `"1TiB"`.
/// Anything above 8 EiB is that much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DataSize(u64);

impl DataSize {
    /// The same in bytes.
    pub const fn as_bytes(self) -> u64 {
        self.0
    }
}

/// So many bytes.
pub const fn bytes(count: u64) -> DataSize {
    DataSize::new(count)
}

/// So many times 1024 bytes.
pub const fn kib(count: u32) -> DataSize {
    DataSize::new(count as u64 * KIB)
}

/// So many times 1024 KiB.
///
/// ```
/// use formwork_aws::types::{DataSize, mib};
///
/// const MEMORY: DataSize = mib(512);
/// assert_eq!(MEMORY.as_bytes(), 512 * 1024 * 1024);
/// ```
pub const fn mib(count: u32) -> DataSize {
    DataSize::new(count as u64 * MIB)
}

/// So many times 1024 MiB.
pub const fn gib(count: u32) -> DataSize {
    DataSize::new(count as u64 * GIB)
}

/// So many times 1024 GiB.
pub const fn tib(count: u32) -> DataSize {
    DataSize::new((count as u64).saturating_mul(TIB))
}

/// A text that is no [`DataSize`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDataSize(&'static str);

impl InvalidDataSize {
    fn of(text: &str) -> Self {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        match unit {
            "" if !text.is_empty() => {
                Self("the unit is missing: add \"B\", \"KiB\", \"MiB\", \"GiB\" or \"TiB\"")
            }
            "KB" | "kB" | "K" => Self("AWS counts in powers of 1024: write \"KiB\""),
            "MB" | "M" => Self("AWS counts in powers of 1024: write \"MiB\""),
            "GB" | "G" => Self("AWS counts in powers of 1024: write \"GiB\""),
            "TB" | "T" => Self("AWS counts in powers of 1024: write \"TiB\""),
            _ => Self(
                "not a whole number and a unit, with nothing between them: write \"512MiB\" or \"20GiB\"",
            ),
        }
    }
}

quantity!(
    DataSize,
    InvalidDataSize,
    UNITS,
    "a size such as \"512B\", \"64KiB\", \"512MiB\", \"20GiB\" or \"1TiB\"",
    "^[0-9]+(B|KiB|MiB|GiB|TiB)$",
    "more than 8 EiB"
);

units! {
    DataSize as size;
    Bytes, bytes, 1, "bytes";
    Kibibytes, kib, KIB, "KiB";
    Mebibytes, mib, MIB, "MiB";
    Gibibytes, gib, GIB, "GiB";
    Tebibytes, tib, TIB, "TiB";
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, json, pseudo};
    use proptest::prelude::*;

    use super::*;
    use crate::types::tests::{configured, given, given_json, said, written};

    #[test]
    fn a_property_takes_numbers_sizes_and_expressions() {
        assert_eq!(written::<Mebibytes>(512), "512");
        assert_eq!(written::<Mebibytes>(gib(2)), "2048");
        assert_eq!(written::<Gibibytes>(mib(2048)), "2");
        assert_eq!(written::<Bytes>(kib(1)), "1024");
        assert_eq!(written::<Tebibytes>(tib(1)), "1");
        let number: Output<i64> = pseudo::region().cast();
        assert_eq!(written::<Kibibytes>(number), r#"{"Ref":"AWS::Region"}"#);
    }

    #[test]
    fn a_fraction_of_the_unit_is_found_with_what_would_be_whole() {
        assert_eq!(
            said::<Gibibytes>(mib(1536)),
            "error[FW0702]: 1536MiB is not a whole number of GiB at Resources/R/Properties/P\n\
             help: the nearest that are: `gib(1)` and `gib(2)`"
        );
    }

    #[test]
    fn what_was_set_reads_back_as_the_unit() {
        assert!(given::<Mebibytes>(gib(2)).is(gib(2)));
        assert!(given::<Mebibytes>(2048).is(Mebibytes::new(2048)));
        assert_eq!(given::<Gibibytes>(20).literal().and_then(|given| given.size()), Some(gib(20)));
        assert!(matches!(given_json::<Gibibytes>(json!("20GiB")), Given::Unexpected(_)));
    }

    #[test]
    fn a_configuration_says_it_as_text() {
        assert_eq!(configured::<DataSize>("\"512MiB\""), Ok(mib(512)));
        assert_eq!(serde_json::to_string(&gib(20)).unwrap(), "\"20GiB\"");
        let wrong = |text: &str| text.parse::<DataSize>().unwrap_err().to_string();
        assert_eq!(wrong("20GB"), "AWS counts in powers of 1024: write \"GiB\"");
        assert_eq!(wrong("20"), "the unit is missing: add \"B\", \"KiB\", \"MiB\", \"GiB\" or \"TiB\"");
        for text in ["", "GiB", "1.5GiB", "20 GiB", "20gib"] {
            assert!(wrong(text).starts_with("not a whole number and a unit"), "{text}");
        }
        assert_eq!(wrong("9000000TiB"), "more than 8 EiB");
    }

    #[test]
    fn amounts_past_the_limit_stay_at_the_limit() {
        assert_eq!(tib(u32::MAX), bytes(u64::MAX));
        assert_eq!(tib(u32::MAX) + bytes(1), tib(u32::MAX));
    }

    proptest! {
        #[test]
        fn a_size_reads_as_it_is_shown(count in any::<u64>()) {
            let size = bytes(count);
            prop_assert_eq!(size.to_string().parse(), Ok(size));
        }

        #[test]
        fn whole_units_convert_there_and_back(count in 0..8_000_000_u32) {
            prop_assert_eq!(Kibibytes::try_from(kib(count)).unwrap().size(), Some(kib(count)));
            prop_assert_eq!(Mebibytes::try_from(mib(count)).unwrap().size(), Some(mib(count)));
            prop_assert_eq!(Gibibytes::try_from(gib(count)).unwrap().size(), Some(gib(count)));
            prop_assert_eq!(Tebibytes::try_from(tib(count)).unwrap().size(), Some(tib(count)));
        }
    }
}
