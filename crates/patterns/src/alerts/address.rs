//! Addresses of people.

use formwork_core::{Finding, IntoText, Output, Scope};

use crate::{
    place::{Said, report},
    value::text,
};

/// Adds an address to those that were said, unless it was said before.
#[track_caller]
pub(crate) fn add(known: &mut Vec<Said<Output<String>>>, address: impl IntoText) {
    let said = Said::new(text(address));
    if !known.iter().any(|other| other.value.expr() == said.value.expr()) {
        known.push(said);
    }
}

/// Reports what is no address of e-mail.
pub(crate) fn judge_emails(said: &[Said<Output<String>>], scope: &Scope<'_>) {
    for Said { value, at } in said {
        if let Some(address) = value.expr().as_str()
            && !is_email(address)
        {
            let finding = Finding::error("FW3198", format!("`{address}` is no address of e-mail"))
                .help("say one such as `operations@example.com`");
            report(scope, finding, *at);
        }
    }
}

/// Whether it could be one: what else there is to it, the mail server knows.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let sound = |part: &str| !part.is_empty() && !part.contains([' ', '@', ',', ';', '<', '>']);
    parts.is_some_and(|(name, host)| {
        sound(name) && sound(host) && !host.starts_with('.') && !host.ends_with('.')
    })
}
