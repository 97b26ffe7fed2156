//! Rights on a parameter of Systems Manager.

use formwork_aws::{policy::Statement, ssm};

use super::{granted, sealed::Sealed};
use crate::{Granted, Grantee};

/// Rights on a parameter of Systems Manager.
///
/// ```
/// use formwork_aws::ssm;
/// use formwork_patterns::ParameterGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let limit = ssm::Parameter::builder().name("/shop/limit").type_(ssm::parameter::Type::String).value("100");
/// stack.add("Limit", limit).grant_read(&api);
/// ```
///
/// The setting is the parameter's name.
pub trait ParameterGrants: Sealed {
    #[doc(hidden)]
    fn parameter(&self) -> ssm::Parameter;

    /// Lets somebody read the value.
    #[track_caller]
    fn grant_read<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let parameter = self.parameter();
        let read = Statement::allow(["ssm:GetParameter", "ssm:GetParameters"]).on(parameter.arn());
        granted(to, [read], parameter)
    }

    /// Lets somebody change the value.
    #[track_caller]
    fn grant_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let parameter = self.parameter();
        granted(to, [Statement::allow("ssm:PutParameter").on(parameter.arn())], parameter)
    }
}

impl ParameterGrants for ssm::Parameter {
    fn parameter(&self) -> ssm::Parameter {
        *self
    }
}
