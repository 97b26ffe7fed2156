//! The macro [`interpolate!`](crate::interpolate): text with expressions in it.

/// Text with expressions in it, written as with `format!`; the result is an [`Output<String>`](crate::Output).
///
/// `{}`, `{0}`, `{name}` and `{{` work as they do there. Lowered to the shortest of a plain string, `Fn::Sub`
/// and `Fn::Join`.
///
/// ```
/// # use formwork_core::{interpolate, pseudo, App, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("service");
/// let alb = stack.add("Alb", Resource::raw("AWS::ElasticLoadBalancingV2::LoadBalancer"));
/// let region = pseudo::region();
/// stack.output("Health", interpolate!("https://{}/health?from={region}", alb.attribute("DNSName")));
/// ```
///
/// Width and precision have no meaning for a value that is not known yet:
///
/// ```compile_fail
/// # use formwork_core::interpolate;
/// interpolate!("{:>8}", "a");
/// ```
#[macro_export]
macro_rules! interpolate {
    ($($arguments:tt)*) => {
        $crate::__macros::interpolate!($crate, $($arguments)*)
    };
}
