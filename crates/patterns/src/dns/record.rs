//! What a record holds.

use formwork_aws::types::{Duration, minutes};
use formwork_core::{Finding, Input, IntoInput, IntoText, Output, Scope, interpolate};

use crate::{
    place::{Said, report},
    value::text,
};

/// What a record of a zone holds: its type, its values, and for how long whoever asked may keep them.
///
/// A name has one record of each type, which has all its values.
///
/// ```
/// use formwork_aws::types::hours;
/// use formwork_core::{App, Id};
/// use formwork_patterns::{HostedZone, dns::Record};
///
/// let app = App::for_tests();
/// let stack = app.stack("mail");
/// let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
/// zone.record(stack, "example.com", Record::mx([(10, "mx1.example.net"), (20, "mx2.example.net")]));
/// zone.record(stack, "example.com", Record::txt(["v=spf1 include:example.net -all"]).ttl(hours(1)));
/// zone.record(stack, "example.com", Record::caa(["amazon.com"])); // who may issue certificates
/// ```
#[derive(Clone)]
#[must_use = "a record is made by `zone.record(scope, name, record)`"]
pub struct Record {
    kind: String,
    values: Input<Vec<String>>,
    ttl: Option<Said<Duration>>,
}

impl Record {
    /// Values of a type that has no method of its own, such as `"SRV"`, as Route 53 writes them.
    // docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
    pub fn of(kind: impl Into<String>, values: impl IntoInput<Vec<String>>) -> Self {
        Self { kind: kind.into(), values: values.into_input(), ttl: None }
    }

    /// Addresses of IPv4. What AWS balances has changing ones: that is
    /// [`HostedZone::alias`](super::HostedZone::alias).
    pub fn a<V: IntoText>(addresses: impl IntoIterator<Item = V>) -> Self {
        Self::list("A", addresses.into_iter().map(text))
    }

    /// Addresses of IPv6.
    pub fn aaaa<V: IntoText>(addresses: impl IntoIterator<Item = V>) -> Self {
        Self::list("AAAA", addresses.into_iter().map(text))
    }

    /// Another name, which is asked for in its place. It cannot stand at the top of a zone, nor beside other records.
    pub fn cname(name: impl IntoText) -> Self {
        Self::list("CNAME", [text(name)])
    }

    /// Texts, without the quotation marks that Route 53 wants: these are put around, and what is longer than 255
    /// characters is divided.
    pub fn txt<V: Into<String>>(texts: impl IntoIterator<Item = V>) -> Self {
        Self::list("TXT", texts.into_iter().map(|value| text(quoted(&value.into()))))
    }

    /// Who takes mail: the least number first.
    pub fn mx<V: IntoText>(servers: impl IntoIterator<Item = (u16, V)>) -> Self {
        let values = servers.into_iter().map(|(order, server)| {
            let server = text(server);
            interpolate!("{} {server}", i64::from(order))
        });
        Self::list("MX", values)
    }

    /// Who may issue certificates, and nobody else; Certificate Manager is `amazon.com`.
    // docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
    pub fn caa<V: Into<String>>(issuers: impl IntoIterator<Item = V>) -> Self {
        let values = issuers.into_iter().map(|issuer| text(format!("0 issue {}", quoted(&issuer.into()))));
        Self::list("CAA", values)
    }

    /// Which servers know what is below a name:
    /// [`HostedZone::name_servers`](super::HostedZone::name_servers) of a zone of its own.
    pub fn ns(servers: impl IntoInput<Vec<String>>) -> Self {
        Self::of("NS", servers)
    }

    /// Sets for how long an answer may be kept; five minutes unless said.
    #[track_caller]
    pub fn ttl(self, time: impl Into<Duration>) -> Self {
        Self { ttl: Some(Said::new(time.into())), ..self }
    }

    fn list(kind: &str, values: impl IntoIterator<Item = Output<String>>) -> Self {
        Self::of(kind, Input::list(values.into_iter().map(IntoInput::into_input)))
    }

    /// Its type, as Route 53 writes it.
    pub(super) fn kind(&self) -> String {
        self.kind.to_ascii_uppercase()
    }

    pub(super) fn values(&self) -> Input<Vec<String>> {
        self.values.clone()
    }

    /// For how many seconds it may be kept, with what is to be said of a time that is none.
    // docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
    pub(super) fn seconds(&self, scope: &Scope<'_>) -> String {
        let unsaid = minutes(5).as_milliseconds();
        let time = self.ttl.map_or(unsaid, |said| said.value.as_milliseconds());
        if let Some(said) = self.ttl
            && (!time.is_multiple_of(1000) || time / 1000 > i32::MAX as u64)
        {
            let finding =
                Finding::error("FW3185", "the lifetime of a record is whole seconds, up to 68 years");
            report(scope, finding.help("say `.ttl(minutes(5))`"), said.at);
        }
        (time / 1000).to_string()
    }
}

/// Text in quotation marks, in parts that are short enough. What is no plain letter is written as its bytes, in octal.
// docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
fn quoted(value: &str) -> String {
    let mut written = String::from("\"");
    let mut length = 0;
    for letter in value.chars() {
        let letters = match letter {
            ' '..='~' if !matches!(letter, '"' | '\\') => letter.to_string(),
            other => other.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        };
        if length + letters.len() > 255 {
            written.push_str("\" \"");
            length = 0;
        }
        written.push_str(&letters);
        length += letters.len();
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn text_is_quoted_and_divided() {
        assert_eq!(quoted("v=spf1 -all"), r#""v=spf1 -all""#);
        assert_eq!(quoted(r#"a"b\"#), r#""a\042b\134""#);
        assert_eq!(quoted("ü"), r#""\303\274""#);
        let long = quoted(&"x".repeat(300));
        assert_eq!(long, format!("\"{}\" \"{}\"", "x".repeat(255), "x".repeat(45)));
    }
}
