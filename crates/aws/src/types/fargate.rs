//! How much CPU and memory a task on Fargate has.

use std::{error::Error, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::property::{both, neighbours};

/// The sizes of tasks on Fargate: first so much CPU, then memory that goes with it.
///
/// ```
/// use formwork_aws::types::Fargate;
///
/// let small = Fargate::Cpu256.memory_mib::<512>();
/// let size = Fargate::Cpu512.memory_gib::<1>();
/// assert_eq!((size.cpu(), size.memory_mib()), (512, 1024));
/// ```
///
/// Other pairs do not compile:
///
/// ```compile_fail
/// # use formwork_aws::types::Fargate;
/// Fargate::Cpu512.memory_gib::<5>(); // 1 to 4
/// ```
///
/// ```compile_fail
/// # use formwork_aws::types::Fargate;
/// Fargate::Cpu8192.memory_gib::<18>(); // 16, 20, ..
/// ```
///
/// [`FargateSize::try_new`] is for numbers from elsewhere.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Fargate;

/// So many CPU units of a task on Fargate, to be completed with memory; see [`Fargate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a size needs memory as well: `.memory_gib::<1>()`"]
#[non_exhaustive]
pub struct FargateCpu<const UNITS: u32>;

/// Fargate has this CPU with so many GiB of memory.
///
/// Implemented for the pairs that there are, and for nothing else.
#[diagnostic::on_unimplemented(
    message = "Fargate has no size of {Self} with {GIB} GiB of memory",
    label = "this memory does not go with this CPU",
    note = "GiB that there are: `Cpu256` 1, 2 (and 512 MiB); `Cpu512` 1 to 4; `Cpu1024` 2 to 8; `Cpu2048` 4 to 16; `Cpu4096` 8 to 30; `Cpu8192` 16 to 60 in steps of 4; `Cpu16384` 32 to 120 in steps of 8; `Cpu32768` 60, 120, 244"
)]
pub trait HasGib<const GIB: u32>: sealed::Sealed {}

/// Fargate has this CPU with so many MiB of memory.
///
/// Implemented for the pairs that there are, and for nothing else.
#[diagnostic::on_unimplemented(
    message = "Fargate has no size of {Self} with {MIB} MiB of memory",
    label = "this memory does not go with this CPU",
    note = "`Cpu256` has 512, 1024 and 2048 MiB; all others have whole GiB: `.memory_gib::<4>()`"
)]
pub trait HasMib<const MIB: u32>: sealed::Sealed {}

mod sealed {
    pub trait Sealed {}

    impl<const UNITS: u32> Sealed for super::FargateCpu<UNITS> {}
}

impl<const UNITS: u32> FargateCpu<UNITS> {
    /// With so many GiB of memory.
    pub const fn memory_gib<const GIB: u32>(self) -> FargateSize
    where
        Self: HasGib<GIB>,
    {
        FargateSize { cpu: UNITS, memory_mib: GIB * 1024 }
    }

    /// With so many MiB of memory.
    pub const fn memory_mib<const MIB: u32>(self) -> FargateSize
    where
        Self: HasMib<MIB>,
    {
        FargateSize { cpu: UNITS, memory_mib: MIB }
    }
}

macro_rules! sizes {
    ($($(#[$doc:meta])* $name:ident = $cpu:literal: $([$mib:literal MiB])? $($gib:literal)*;)*) => {
        #[expect(non_upper_case_globals, reason = "they read as the variants of an enumeration")]
        impl Fargate {
            $(
                $(#[$doc])*
                pub const $name: FargateCpu<$cpu> = FargateCpu;
            )*
        }

        $(
            $(impl HasMib<$mib> for FargateCpu<$cpu> {})?
            $(
                impl HasGib<$gib> for FargateCpu<$cpu> {}
                impl HasMib<{ $gib * 1024 }> for FargateCpu<$cpu> {}
            )*
        )*

        /// CPU units and the MiB that go with them, both in ascending order.
        const SIZES: &[(u32, &[u32])] = &[$(($cpu, &[$($mib,)? $($gib * 1024),*])),*];
    };
}

// docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
sizes! {
    /// A quarter of a vCPU: 512 MiB, 1 or 2 GiB. Linux only.
    Cpu256 = 256: [512 MiB] 1 2;
    /// Half a vCPU: 1 to 4 GiB. Linux only.
    Cpu512 = 512: 1 2 3 4;
    /// 1 vCPU: 2 to 8 GiB.
    Cpu1024 = 1024: 2 3 4 5 6 7 8;
    /// 2 vCPU: 4 to 16 GiB.
    Cpu2048 = 2048: 4 5 6 7 8 9 10 11 12 13 14 15 16;
    /// 4 vCPU: 8 to 30 GiB.
    Cpu4096 = 4096: 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30;
    /// 8 vCPU: 16 to 60 GiB in steps of 4. Linux only, platform 1.4.0 or later.
    Cpu8192 = 8192: 16 20 24 28 32 36 40 44 48 52 56 60;
    /// 16 vCPU: 32 to 120 GiB in steps of 8. Linux only, platform 1.4.0 or later.
    Cpu16384 = 16384: 32 40 48 56 64 72 80 88 96 104 112 120;
    /// 32 vCPU: 60, 120 or 244 GiB. Linux only.
    Cpu32768 = 32768: 60 120 244;
}

/// CPU and memory of a task on Fargate: a pair that there is.
///
/// Configuration files have both numbers: `{"cpu": 512, "memory": 1024}`, in CPU units and MiB.
// Invariant: the pair stands in `SIZES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Numbers", into = "Numbers")]
pub struct FargateSize {
    cpu: u32,
    memory_mib: u32,
}

impl FargateSize {
    /// The size of so many CPU units and so many MiB of memory.
    ///
    /// ```
    /// use formwork_aws::types::{Fargate, FargateSize};
    ///
    /// assert_eq!(FargateSize::try_new(512, 1024), Ok(Fargate::Cpu512.memory_gib::<1>()));
    ///
    /// let error = FargateSize::try_new(512, 512).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "512 CPU units do not go with 512 MiB of memory: there are 1024, 2048, 3072, 4096 MiB; the nearest is 1024",
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Fargate does not have this pair.
    pub fn try_new(cpu: u32, memory_mib: u32) -> Result<Self, IllegalFargateSize> {
        match SIZES.iter().find(|(known, _)| *known == cpu) {
            None => Err(IllegalFargateSize::Cpu { cpu }),
            Some((_, legal)) if !legal.contains(&memory_mib) => {
                Err(IllegalFargateSize::Memory { cpu, memory_mib, legal })
            }
            Some(_) => Ok(Self { cpu, memory_mib }),
        }
    }

    /// All sizes, from the smallest to the greatest.
    pub fn all() -> impl Iterator<Item = Self> {
        SIZES.iter().flat_map(|(cpu, legal)| {
            legal.iter().map(|memory_mib| Self { cpu: *cpu, memory_mib: *memory_mib })
        })
    }

    /// CPU units, of which 1024 are one vCPU.
    pub const fn cpu(self) -> u32 {
        self.cpu
    }

    /// Memory in MiB.
    pub const fn memory_mib(self) -> u32 {
        self.memory_mib
    }
}

impl fmt::Display for FargateSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} CPU units with {} MiB of memory", self.cpu, self.memory_mib)
    }
}

/// A pair of CPU and memory that Fargate does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IllegalFargateSize {
    /// There is no such CPU.
    Cpu {
        /// The CPU units that were given.
        cpu: u32,
    },
    /// There is no such memory with this CPU.
    Memory {
        /// The CPU units.
        cpu: u32,
        /// The memory that was given.
        memory_mib: u32,
        /// What there is with this CPU, in MiB and ascending order.
        legal: &'static [u32],
    },
}

impl fmt::Display for IllegalFargateSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { cpu } => {
                let legal: Vec<String> = SIZES.iter().map(|(cpu, _)| cpu.to_string()).collect();
                write!(f, "Fargate has no {cpu} CPU units: there are {}", legal.join(", "))
            }
            Self::Memory { cpu, memory_mib, legal } => {
                let (below, above) = neighbours(legal, *memory_mib);
                write!(f, "{cpu} CPU units do not go with {memory_mib} MiB of memory: ")?;
                write!(f, "there are {} MiB", steps(legal))?;
                let verb = if below.is_some() && above.is_some() { "are" } else { "is" };
                match both(below, above) {
                    Some(near) => write!(f, "; the nearest {verb} {near}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Error for IllegalFargateSize {}

/// `1, 2, 3`, or `8 to 30 in steps of 1` where that is shorter.
fn steps(numbers: &[u32]) -> String {
    if let [first, second, .., last] = numbers
        && numbers.len() > 4
        && numbers.windows(2).all(|pair| pair[1] - pair[0] == second - first)
    {
        return format!("{first} to {last} in steps of {}", second - first);
    }
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

/// The form in a configuration file.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Numbers {
    /// CPU units, of which 1024 are one vCPU
    #[schemars(extend("enum" = [256, 512, 1024, 2048, 4096, 8192, 16384, 32768]))]
    cpu: u32,
    /// Memory in MiB
    memory: u32,
}

impl TryFrom<Numbers> for FargateSize {
    type Error = IllegalFargateSize;

    fn try_from(Numbers { cpu, memory }: Numbers) -> Result<Self, IllegalFargateSize> {
        Self::try_new(cpu, memory)
    }
}

impl From<FargateSize> for Numbers {
    fn from(size: FargateSize) -> Self {
        Self { cpu: size.cpu, memory: size.memory_mib }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::tests::configured;

    // The table of task_definition_parameters.html#task_size, which is also what cfn-lint's rule E3047 has.
    #[test]
    fn the_sizes_are_those_that_aws_documents() {
        let between = |first: u32, last: u32, step: u32| (first..=last).step_by(step as usize);
        let gib: [(u32, Vec<u32>); 8] = [
            (256, vec![1, 2]),
            (512, between(1, 4, 1).collect()),
            (1024, between(2, 8, 1).collect()),
            (2048, between(4, 16, 1).collect()),
            (4096, between(8, 30, 1).collect()),
            (8192, between(16, 60, 4).collect()),
            (16384, between(32, 120, 8).collect()),
            (32768, vec![60, 120, 244]),
        ];
        let documented =
            gib.into_iter().flat_map(|(cpu, gib)| gib.into_iter().map(move |gib| (cpu, gib * 1024)));
        let mut documented: Vec<(u32, u32)> = documented.collect();
        documented.insert(0, (256, 512));
        let known: Vec<(u32, u32)> = FargateSize::all().map(|size| (size.cpu(), size.memory_mib())).collect();
        assert_eq!(known, documented);
        assert!(FargateSize::all().is_sorted());
        for (cpu, memory) in known {
            assert!(FargateSize::try_new(cpu, memory).is_ok());
        }
    }

    #[test]
    fn a_size_can_be_a_constant() {
        const SIZE: FargateSize = Fargate::Cpu256.memory_mib::<512>();
        assert_eq!(SIZE.to_string(), "256 CPU units with 512 MiB of memory");
        assert_eq!(Fargate::Cpu1024.memory_mib::<2048>(), Fargate::Cpu1024.memory_gib::<2>());
        assert_eq!(Fargate::Cpu32768.memory_gib::<244>().memory_mib(), 249_856);
    }

    #[test]
    fn what_there_is_not_is_said_with_what_there_is() {
        let said = |cpu, memory| FargateSize::try_new(cpu, memory).unwrap_err().to_string();
        assert_eq!(
            said(500, 1024),
            "Fargate has no 500 CPU units: there are 256, 512, 1024, 2048, 4096, 8192, 16384, 32768"
        );
        assert_eq!(
            said(4096, 8500),
            "4096 CPU units do not go with 8500 MiB of memory: there are 8192 to 30720 in steps of 1024 MiB; \
             the nearest are 8192 and 9216"
        );
        assert_eq!(
            said(32768, 300_000),
            "32768 CPU units do not go with 300000 MiB of memory: there are 61440, 122880, 249856 MiB; \
             the nearest is 249856"
        );
    }

    #[test]
    fn a_configuration_has_both_numbers() {
        let size = configured::<FargateSize>(r#"{"cpu": 512, "memory": 1024}"#);
        assert_eq!(size, Ok(Fargate::Cpu512.memory_gib::<1>()));
        assert_eq!(
            configured::<FargateSize>(r#"{"cpu": 512, "memory": 512}"#),
            Err("`value`: 512 CPU units do not go with 512 MiB of memory: there are 1024, 2048, 3072, 4096 MiB; \
                 the nearest is 1024"
                .to_owned())
        );
        assert_eq!(
            configured::<FargateSize>(r#"{"cpu": 500, "memory": 1024}"#),
            Err("`value.cpu`: expected 256, 512, 1024, 2048, 4096, 8192, 16384, or 32768, found the integer 500"
                .to_owned())
        );
        assert!(configured::<FargateSize>(r#"{"cpu": 512}"#).is_err());
        let shown = serde_json::to_string(&Fargate::Cpu512.memory_gib::<1>()).unwrap();
        assert_eq!(shown, r#"{"cpu":512,"memory":1024}"#);
    }
}
