//! Ranges of addresses, where a program knows them.

use formwork_aws::types::Cidr;

/// A range of addresses that is known while the program runs: a [`Cidr`], of `cidr!("10.0.0.0/16")` or of the
/// configuration.
///
/// Ranges of subnets are computed from that of their network, so that text will not do:
///
/// ```compile_fail
/// # use formwork_patterns::ThreeTierVpc;
/// ThreeTierVpc::new("10.0.0.0/16");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a range of addresses",
    label = "expected a `Cidr`",
    note = "write `cidr!(\"10.0.0.0/16\")`, which is checked while this compiles; a field of the configuration has the type `Cidr`"
)]
pub trait AddressRange: sealed::Sealed {
    #[doc(hidden)]
    fn cidr(self) -> Cidr;
}

impl AddressRange for Cidr {
    fn cidr(self) -> Cidr {
        self
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for formwork_aws::types::Cidr {}
}
