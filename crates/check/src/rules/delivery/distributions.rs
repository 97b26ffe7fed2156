//! Distributions: what they need in us-east-1, aliases, cache settings, functions.

use std::collections::HashSet;

use super::{CERTIFICATE, WEB_ACL};
use crate::{
    context::{Resource, Value},
    rule::Says,
};

/// The default behaviour and all others.
pub(super) fn behaviours(distribution: Resource<'_>) -> Vec<Value<'_>> {
    let config = distribution.get("DistributionConfig");
    let mut all = vec![config.get("DefaultCacheBehavior")];
    all.extend(config.get("CacheBehaviors").items());
    all.retain(|behaviour| behaviour.is_set());
    all
}

/// The Region in an ARN.
fn region_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    (parts.next() == Some("arn")).then_some(())?;
    parts.nth(2).filter(|region| !region.is_empty())
}

pub(super) fn global_region(resource: Resource<'_>, says: &mut Says) {
    const REGION: &str = "us-east-1";
    let elsewhere = |region: &str| region != REGION && !region.starts_with("cn-");
    if resource.kind() == WEB_ACL {
        let scope = resource.get("Scope");
        if let Some(region) = resource.region().filter(|region| elsewhere(region))
            && scope.is("CLOUDFRONT")
        {
            says.add(scope, format!("the web ACL `{}` for CloudFront is in {region}", resource.id()))
                .help("declare it in a stack in us-east-1, and pass its ARN to the distribution");
        }
        return;
    }
    let config = resource.get("DistributionConfig");
    let certificate = config.within(&["ViewerCertificate", "AcmCertificateArn"]);
    for (value, kind, what) in
        [(certificate, CERTIFICATE, "certificate"), (config.get("WebACLId"), WEB_ACL, "web ACL")]
    {
        let declared = value.resource().filter(|it| it.kind() == kind);
        let text = value.text();
        let region = match declared {
            Some(declared) => declared.region(),
            None => text.as_deref().and_then(region_of_arn),
        };
        // A web ACL that is declared elsewhere is told of itself.
        let told = declared.is_some() && kind == WEB_ACL;
        if let Some(region) = region.filter(|region| elsewhere(region) && !told) {
            let remark = says.add(
                value,
                format!("the {what} of the distribution `{}` is in {region}, not in {REGION}", resource.id()),
            );
            remark.help(format!("make the {what} in a stack in {REGION}; CloudFront takes no other"));
            if let Some(declared) = declared {
                remark.also(declared, "declared here");
            }
        }
    }
}

pub(super) fn alias_needs_certificate(distribution: Resource<'_>, says: &mut Says) {
    let config = distribution.get("DistributionConfig");
    let aliases = config.get("Aliases");
    if aliases.items().is_empty() {
        return;
    }
    let certificate = config.get("ViewerCertificate");
    let default = certificate.get("CloudFrontDefaultCertificate");
    if certificate.is_absent() || default.boolean() == Some(true) {
        says.add(
            aliases,
            format!(
                "the distribution `{}` has names of its own and no certificate for them",
                distribution.id()
            ),
        )
        .help("set `ViewerCertificate` with `AcmCertificateArn` of a certificate that covers them");
        return;
    }
    let Some(certificate) =
        certificate.get("AcmCertificateArn").resource().filter(|it| it.kind() == CERTIFICATE)
    else {
        return;
    };
    let mut names: Vec<_> = certificate.get("SubjectAlternativeNames").items();
    names.push(certificate.get("DomainName"));
    let Some(names) = names.iter().map(|name| name.text()).collect::<Option<Vec<_>>>() else { return };
    if certificate.get("SubjectAlternativeNames").is_unknown() {
        return;
    }
    let names: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    for alias in aliases.items() {
        let Some(name) = alias.text().map(|name| name.to_ascii_lowercase()) else { continue };
        let parent = name.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        if !names.contains(&name) && !parent.is_some_and(|parent| names.contains(&parent)) {
            says.add(alias, format!("the certificate `{}` does not cover `{name}`", certificate.id()))
                .also(certificate.get("DomainName"), "the certificate's name")
                .help("add the name to `SubjectAlternativeNames` of the certificate");
        }
    }
}

pub(super) fn paths(distribution: Resource<'_>, says: &mut Says) {
    let config = distribution.get("DistributionConfig");
    let root = config.get("DefaultRootObject");
    if let Some(path) = root.text().filter(|path| path.starts_with('/')) {
        says.add(root, format!("`DefaultRootObject` is `{path}`, with a slash"))
            .help(format!("use `{}`", path.trim_start_matches('/')));
    }
    for response in config.get("CustomErrorResponses").items() {
        let (path, code) = (response.get("ResponsePagePath"), response.get("ResponseCode"));
        if let Some(text) = path.text().filter(|text| !text.is_empty() && !text.starts_with('/')) {
            says.add(path, format!("the error page `{text}` begins with no slash"))
                .help(format!("use `/{text}`"));
        }
        if path.is_set() && code.is_absent() {
            says.add(path, "an error page without `ResponseCode`")
                .help("say with which code the page is sent");
        }
    }
    for origin in config.get("Origins").items() {
        let path = origin.get("OriginPath");
        if let Some(text) = path.text().filter(|text| !text.is_empty())
            && (!text.starts_with('/') || text.ends_with('/'))
        {
            says.add(path, format!("`OriginPath` is `{text}`; it begins with a slash and ends without one"))
                .help(format!("use `/{}`", text.trim_matches('/')));
        }
    }
}

pub(super) fn lifetimes(distribution: Resource<'_>, says: &mut Says) {
    for behaviour in behaviours(distribution) {
        if behaviour.get("ForwardedValues").is_absent() {
            continue;
        }
        let value = |key| behaviour.get(key);
        // What is absent counts as this.
        let seconds = |key, default: f64| {
            let value = value(key);
            if value.is_absent() { Some(default) } else { value.number() }
        };
        let (least, usual, most) =
            (seconds("MinTTL", 0.0), seconds("DefaultTTL", 86_400.0), seconds("MaxTTL", 31_536_000.0));
        let (Some(least), Some(usual), Some(most)) = (least, usual, most) else { continue };
        let wrong = if least > usual {
            Some(("MinTTL", least, "DefaultTTL", usual))
        } else if usual > most {
            Some(("DefaultTTL", usual, "MaxTTL", most))
        } else {
            None
        };
        if let Some((one, low, other, high)) = wrong {
            let place = if value(one).is_set() { value(one) } else { value(other) };
            says.add(place, format!("`{one}` is {low} and `{other}` is {high}: not in ascending order"))
                .help("`MinTTL` <= `DefaultTTL` <= `MaxTTL`; without values they are 0, 86400 and 31536000");
        }
    }
}

pub(super) fn cache_policy(distribution: Resource<'_>, says: &mut Says) {
    for behaviour in behaviours(distribution) {
        if behaviour.is_unknown() {
            continue;
        }
        let (policy, forwarded) = (behaviour.get("CachePolicyId"), behaviour.get("ForwardedValues"));
        if policy.is_absent() && forwarded.is_absent() {
            says.add(
                behaviour,
                format!("a behaviour of `{}` says nothing about what is cached", distribution.id()),
            )
            .help("set `CachePolicyId`, such as 658327ea-f89d-4fab-a63d-7e88639e58f6 (CachingOptimized)");
            continue;
        }
        if policy.is_absent() {
            continue;
        }
        for property in ["ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"] {
            let value = behaviour.get(property);
            if value.is_set() {
                let remark = says.add(value, format!("`{property}` beside a cache policy"));
                remark.also(policy, "the cache policy").help("remove it; the policy says it");
                remark.severity(formwork_core::Severity::Warning);
            }
        }
    }
}

pub(super) fn functions(distribution: Resource<'_>, says: &mut Says) {
    for behaviour in behaviours(distribution) {
        let mut events: HashSet<String> = HashSet::new();
        for (list, arn) in
            [("FunctionAssociations", "FunctionARN"), ("LambdaFunctionAssociations", "LambdaFunctionARN")]
        {
            let edge = list.starts_with("Lambda");
            for association in behaviour.get(list).items() {
                let event = association.get("EventType");
                let Some(name) = event.text() else { continue };
                if !edge && name.starts_with("origin-") {
                    says.add(event, format!("a CloudFront function cannot handle `{name}`")).help(
                        "it handles `viewer-request` and `viewer-response`; use a Lambda@Edge function",
                    );
                }
                if !events.insert(name.clone().into_owned()) {
                    says.add(event, format!("two functions for `{name}` of the same behaviour"))
                        .help("an event of a behaviour has one function");
                }
                let function = association.get(arn);
                if edge && function.resource().is_some_and(|it| it.kind() == "AWS::Lambda::Function") {
                    says.add(function, "a Lambda@Edge function without its version")
                        .help("refer to an `AWS::Lambda::Version`");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_arns() {
        assert_eq!(region_of_arn("arn:aws:acm:eu-west-1:123456789012:certificate/x"), Some("eu-west-1"));
        assert_eq!(region_of_arn("arn:aws:s3:::bucket"), None);
        assert_eq!(region_of_arn("eu-west-1"), None);
    }
}
