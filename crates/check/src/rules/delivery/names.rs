//! Records of Route 53 and certificates.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::RECORD;
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

/// The record, or the records of a group.
fn records(resource: Resource<'_>) -> Vec<Value<'_>> {
    match resource.kind() {
        RECORD => vec![resource.value().get("Properties")],
        _ => resource.get("RecordSets").items(),
    }
}

/// A name as it is compared: lower case, without a dot at the end.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// The place that names the zone of a record, and the zone's name.
fn zone<'a>(resource: Resource<'a>, record: Value<'a>) -> Option<(Value<'a>, String)> {
    for holder in [record, resource.value().get("Properties")] {
        let by_name = holder.get("HostedZoneName");
        if by_name.is_set() {
            return Some((by_name, plain(&by_name.text()?)));
        }
        let by_id = holder.get("HostedZoneId");
        if by_id.is_set() {
            let zone = by_id.resource().filter(|zone| zone.kind() == "AWS::Route53::HostedZone")?;
            return Some((by_id, plain(&zone.get("Name").text()?)));
        }
    }
    None
}

pub(super) fn alias_or_records(resource: Resource<'_>, says: &mut Says) {
    for record in records(resource) {
        if record.is_unknown() || record.is_absent() {
            continue;
        }
        let (alias, values, ttl) =
            (record.get("AliasTarget"), record.get("ResourceRecords"), record.get("TTL"));
        let name = record.get("Name").text().unwrap_or_else(|| resource.id().into());
        if alias.is_set() {
            for (value, property) in [(values, "ResourceRecords"), (ttl, "TTL")] {
                if value.is_set() {
                    says.add(value, format!("`{property}` in the alias record `{name}`"))
                        .also(alias, "an alias")
                        .help("remove it; an alias takes everything from its target");
                }
            }
        } else if values.is_absent() {
            says.add(values, format!("the record `{name}` has neither values nor an alias"))
                .help("set `ResourceRecords` and `TTL`, or `AliasTarget`");
        } else if ttl.is_absent() {
            says.add(ttl, format!("the record `{name}` has no `TTL`"))
                .help("say for how many seconds it may be kept");
        }
    }
}

pub(super) fn cname_at_apex(resource: Resource<'_>, says: &mut Says) {
    for record in records(resource) {
        let name = record.get("Name");
        let (Some(text), true) = (name.text(), record.get("Type").is("CNAME")) else { continue };
        if let Some((at, zone)) = zone(resource, record)
            && plain(&text) == zone
        {
            says.add(name, format!("a CNAME for `{text}`, which is the zone itself"))
                .also(at, "the zone")
                .help("use an alias record of type A; DNS has no CNAME where there is a zone");
        }
    }
}

pub(super) fn same_name<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut seen: HashMap<(String, String, String), (Value<'a>, bool)> = HashMap::new();
    for kind in [RECORD, super::GROUP] {
        for resource in context.of_type(kind) {
            for record in records(resource) {
                let name = record.get("Name");
                let (Some(text), Some(kind)) = (name.text(), record.get("Type").text()) else { continue };
                let Some(zone) = zone_identity(resource, record) else { continue };
                let set = record.get("SetIdentifier");
                let key = (zone, plain(&text), kind.clone().into_owned());
                match seen.get(&key) {
                    Some((first, simple)) if *simple || set.is_absent() => {
                        says.add(name, format!("a second record of type {kind} for `{text}`"))
                            .also(*first, "the first one")
                            .help("put all values into one record, or tell them apart by `SetIdentifier` and a routing policy");
                    }
                    Some(_) => {}
                    None => {
                        seen.insert(key, (name, set.is_absent()));
                    }
                }
            }
        }
    }
}

/// What tells zones apart; a private and a public zone may have the same name.
fn zone_identity<'a>(resource: Resource<'a>, record: Value<'a>) -> Option<String> {
    for holder in [record, resource.value().get("Properties")] {
        let by_id = holder.get("HostedZoneId");
        if by_id.is_set() {
            return match by_id.resource() {
                Some(zone) => Some(format!("{}/{}", zone.template, zone.id())),
                None => by_id.text().map(|id| id.into_owned()),
            };
        }
        let by_name = holder.get("HostedZoneName");
        if by_name.is_set() {
            return by_name.text().map(|name| plain(&name));
        }
    }
    None
}

pub(super) fn inside_the_zone(resource: Resource<'_>, says: &mut Says) {
    for holder in [vec![resource.value().get("Properties")], resource.get("RecordSets").items()].concat() {
        let by_name = holder.get("HostedZoneName");
        if let Some(text) = by_name.text().filter(|text| !text.is_empty() && !text.ends_with('.')) {
            says.add(by_name, format!("`HostedZoneName` is `{text}`, without a dot at the end"))
                .help(format!("use `{text}.`"));
        }
    }
    for record in records(resource) {
        let name = record.get("Name");
        let Some(text) = name.text().filter(|text| !text.is_empty()) else { continue };
        let Some((at, zone)) = zone(resource, record).filter(|(_, zone)| !zone.is_empty()) else { continue };
        let plain = plain(&text);
        if plain != zone && !plain.strip_suffix(&zone).is_some_and(|rest| rest.ends_with('.')) {
            says.add(name, format!("`{text}` is not in the zone `{zone}`"))
                .also(at, "the zone")
                .help(format!("use a name that ends in `.{zone}`"));
        }
    }
}

/// What is wrong with a value of a record type.
fn wrong(kind: &str, text: &str) -> Option<&'static str> {
    let text = text.trim();
    let number = |text: Option<&str>| text.is_some_and(|text| text.parse::<u16>().is_ok());
    let mut words = text.split_whitespace();
    let (first, second) = (words.next(), words.next());
    let bad = match kind {
        "A" => text.parse::<Ipv4Addr>().is_err(),
        "AAAA" => text.parse::<Ipv6Addr>().is_err(),
        "TXT" | "SPF" => {
            let quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
            let long = text.split('"').any(|part| part.len() > 255 && !part.contains('\\'));
            !quoted || long
        }
        "CNAME" | "NS" | "PTR" => {
            text.is_empty() || text.contains(char::is_whitespace) || text.contains("://")
        }
        "MX" => !number(first) || second.is_none() || words.next().is_some(),
        "SRV" => !number(first) || !number(second) || !number(words.next()) || words.next().is_none(),
        "CAA" => {
            let value = words.next();
            first.is_none_or(|flag| flag.parse::<u8>().is_err())
                || value.is_none_or(|value| !value.starts_with('"'))
        }
        _ => false,
    };
    bad.then_some(match kind {
        "A" => "a value is an IPv4 address, such as 192.0.2.1",
        "AAAA" => "a value is an IPv6 address, such as 2001:db8::1",
        "TXT" | "SPF" => {
            "a value is in quotation marks, in parts of at most 255 characters: \"\\\"v=spf1 -all\\\"\""
        }
        "MX" => "a value is a priority and a name: 10 mail.example.com",
        "SRV" => "a value is priority, weight, port and name: 1 10 5269 xmpp.example.com",
        "CAA" => "a value is flags, tag and a quoted value: 0 issue \"amazon.com\"",
        _ => "a value is one domain name",
    })
}

pub(super) fn values(resource: Resource<'_>, says: &mut Says) {
    for record in records(resource) {
        let Some(kind) = record.get("Type").text() else { continue };
        let list = record.get("ResourceRecords");
        let items = list.items();
        if ["CNAME", "SOA"].contains(&&*kind) && items.len() > 1 {
            says.add(list, format!("a record of type {kind} with {} values", items.len()))
                .help("it has one value");
        }
        for item in items {
            let Some(text) = item.text() else { continue };
            if let Some(help) = wrong(&kind, &text) {
                let shown: String = text.chars().take(60).collect();
                says.add(item, format!("`{shown}` is no value of a record of type {kind}")).help(help);
            }
        }
    }
}

pub(super) fn validation(certificate: Resource<'_>, says: &mut Says) {
    let domain = certificate.get("DomainName");
    if let Some(text) = domain.text().filter(|text| text.len() > 64) {
        says.add(
            domain,
            format!("the certificate's first name has {} characters, and at most 64 are taken", text.len()),
        )
        .severity(formwork_core::Severity::Error)
        .help("put a shorter name first, and this one into `SubjectAlternativeNames`");
    }
    if certificate.get("CertificateAuthorityArn").is_set() {
        return;
    }
    let method = certificate.get("ValidationMethod");
    let options = certificate.get("DomainValidationOptions");
    if method.is_absent() || method.is("EMAIL") {
        says.add(
            method,
            format!("the certificate `{}` waits until somebody answers an e-mail", certificate.id()),
        )
        .help("set `ValidationMethod: DNS` and `DomainValidationOptions` with the hosted zone");
        return;
    }
    let mut named: Vec<_> = options.items();
    named.retain(|option| option.get("HostedZoneId").is_set());
    if method.is("DNS") && named.is_empty() && !options.is_unknown() {
        says.add(
            options,
            format!("the certificate `{}` waits until somebody makes a DNS record", certificate.id()),
        )
        .note("the deployment waits with it")
        .help("name the hosted zone in `DomainValidationOptions`, and CloudFormation makes the record");
    }
    for option in options.items() {
        let (name, parent) = (option.get("DomainName"), option.get("ValidationDomain"));
        if let (Some(name), Some(parent_text)) = (name.text(), parent.text()) {
            let (name, above) = (plain(&name), plain(&parent_text));
            if name != above && !name.strip_suffix(&above).is_some_and(|rest| rest.ends_with('.')) {
                says.add(parent, format!("`{parent_text}` is no domain above `{name}`"))
                    .severity(formwork_core::Severity::Error)
                    .help("use the domain itself or one above it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_records() {
        for (kind, right) in [
            ("A", "192.0.2.1"),
            ("AAAA", "2001:db8::1"),
            ("TXT", "\"v=spf1 -all\""),
            ("MX", "10 mail.example.com"),
            ("SRV", "1 10 5269 xmpp.example.com."),
            ("CAA", "0 issue \"amazon.com\""),
            ("CNAME", "_x.acm-validations.aws."),
        ] {
            assert_eq!(wrong(kind, right), None, "{kind}");
        }
        for (kind, bad) in [
            ("A", "example.com"),
            ("AAAA", "192.0.2.1"),
            ("TXT", "v=spf1"),
            ("MX", "mail.example.com"),
            ("TXT", "\""),
        ] {
            assert!(wrong(kind, bad).is_some(), "{kind}");
        }
    }
}
