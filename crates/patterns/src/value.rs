//! Values as patterns keep them, whatever they were given as.

use formwork_core::{IntoInput, IntoText, Output, interpolate, pseudo};

/// Text as a value.
pub(crate) fn text(text: impl IntoText) -> Output<String> {
    Output::new(text.into_text())
}

/// What a property takes, as a value.
pub(crate) fn output<T>(value: impl IntoInput<T>) -> Output<T> {
    Output::new(value.into_input().into_expr())
}

/// The ARN of something of a service in the account and Region of the stack: `arn:aws:ecs:eu-central-1:111122223333:`
/// and the rest.
pub(crate) fn arn_here(service: &'static str, rest: impl IntoText) -> Output<String> {
    let (partition, region, account) = (pseudo::partition(), pseudo::region(), pseudo::account_id());
    interpolate!("arn:{partition}:{service}:{region}:{account}:{}", text(rest))
}
