//! Origins of distributions.

use std::collections::HashSet;

use crate::{
    context::{Context, Piece, Resource, Value},
    rule::Says,
    rules::network::form,
};

/// Whether an origin is the website endpoint of a bucket.
fn is_website(domain: Value<'_>) -> bool {
    // The name is cut out of the URL: `!Select [2, !Split ["/", !GetAtt Site.WebsiteURL]]`.
    let mut domain = domain;
    for function in ["Fn::Select", "Fn::Split"] {
        match domain.function() {
            Some((name, argument)) if name == function => match argument.items().as_slice() {
                [_, inner] => domain = *inner,
                _ => return false,
            },
            _ => break,
        }
    }
    domain.pieces().iter().any(|piece| match piece {
        Piece::Yields(bucket, attribute) => {
            bucket.kind() == "AWS::S3::Bucket" && *attribute == Some("WebsiteURL")
        }
        Piece::Text(text) => text.contains(".s3-website"),
        _ => false,
    })
}

/// The identity or the access control of an origin.
fn access<'a>(origin: Value<'a>) -> Option<Value<'a>> {
    let identity = origin.within(&["S3OriginConfig", "OriginAccessIdentity"]);
    let control = origin.get("OriginAccessControlId");
    [control, identity].into_iter().find(|value| value.is_set() && !value.is(""))
}

pub(super) fn website(distribution: Resource<'_>, says: &mut Says) {
    for origin in distribution.get("DistributionConfig").get("Origins").items() {
        let domain = origin.get("DomainName");
        if !is_website(domain) {
            continue;
        }
        let s3 = origin.get("S3OriginConfig");
        let place = match access(origin) {
            Some(place) => place,
            None if s3.is_set() => s3,
            None => continue,
        };
        says.add(place, "a website endpoint of S3 as an origin that CloudFront signs requests to")
            .also(domain, "a website endpoint")
            .note("website endpoints take plain HTTP from everybody, and know neither OAC nor OAI")
            .help(
                "use `RegionalDomainName` of the bucket, `DefaultRootObject`, and an origin access control",
            );
    }
}

pub(super) fn ids(distribution: Resource<'_>, says: &mut Says) {
    let config = distribution.get("DistributionConfig");
    let (origins, groups) = (config.get("Origins"), config.within(&["OriginGroups", "Items"]));
    if origins.is_unknown() || groups.is_unknown() {
        return;
    }
    let origin_ids: Option<HashSet<String>> =
        origins.items().iter().map(|origin| form(origin.get("Id"))).collect();
    let group_ids: Option<HashSet<String>> =
        groups.items().iter().map(|group| form(group.get("Id"))).collect();
    let (Some(origin_ids), Some(group_ids)) = (origin_ids, group_ids) else { return };
    if origin_ids.is_empty() {
        return;
    }
    let known = || {
        let mut all: Vec<&str> = origin_ids.iter().chain(&group_ids).map(String::as_str).collect();
        all.sort_unstable();
        all.truncate(8);
        all.join("`, `")
    };
    for behaviour in super::distributions::behaviours(distribution) {
        let target = behaviour.get("TargetOriginId");
        if let Some(id) = form(target)
            && !origin_ids.contains(&id)
            && !group_ids.contains(&id)
        {
            says.add(target, format!("the distribution `{}` has no origin `{id}`", distribution.id()))
                .help(format!("use `{}`", known()));
        }
    }
    for group in groups.items() {
        for member in group.within(&["Members", "Items"]).items() {
            let id = member.get("OriginId");
            if let Some(text) = form(id)
                && !origin_ids.contains(&text)
            {
                says.add(id, format!("the distribution `{}` has no origin `{text}`", distribution.id()))
                    .help(format!("use `{}`", known()));
            }
        }
    }
}

pub(super) fn bucket_admits<'a>(context: &'a Context<'a>, says: &mut Says) {
    let policies = context.of_type("AWS::S3::BucketPolicy");
    // A policy that names its bucket by a text may be that of any bucket.
    let others = policies.iter().any(|policy| policy.get("Bucket").resource().is_none());
    let named = policies.iter().filter_map(|policy| policy.get("Bucket").resource());
    let with_policy: HashSet<(u32, u32)> = named.map(|bucket| (bucket.template, bucket.index)).collect();
    for distribution in context.of_type(super::DISTRIBUTION) {
        admitted(distribution, others, &with_policy, says);
    }
}

fn admitted(distribution: Resource<'_>, others: bool, with_policy: &HashSet<(u32, u32)>, says: &mut Says) {
    for origin in distribution.get("DistributionConfig").get("Origins").items() {
        let domain = origin.get("DomainName");
        let Some(bucket) = domain.resource().filter(|it| it.kind() == "AWS::S3::Bucket") else { continue };
        if is_website(domain) {
            continue;
        }
        if origin.get("S3OriginConfig").is_absent() && origin.get("CustomOriginConfig").is_absent() {
            says.add(
                origin,
                format!(
                    "the origin at bucket `{}` says neither that it is S3 nor how it is reached",
                    bucket.id()
                ),
            )
            .severity(formwork_core::Severity::Error)
            .help("set `S3OriginConfig: {OriginAccessIdentity: \"\"}` and `OriginAccessControlId`");
            continue;
        }
        let Some(access) = access(origin) else {
            // Of an origin that says that it is S3, FW2227 speaks.
            if origin.get("S3OriginConfig").is_set() {
                continue;
            }
            // A bucket that is read through S3's own address without a signature has to be public.
            says.add(origin, format!("CloudFront does not sign its requests to bucket `{}`", bucket.id()))
                .note("only a public bucket answers them")
                .help("set `OriginAccessControlId` to that of an `AWS::CloudFront::OriginAccessControl`");
            continue;
        };
        let has_policy = others || with_policy.contains(&(bucket.template, bucket.index));
        if !has_policy {
            says.add(access, format!("no policy of bucket `{}` admits the distribution", bucket.id()))
                .also(bucket, "the bucket")
                .help(
                    "add an `AWS::S3::BucketPolicy` that allows s3:GetObject to cloudfront.amazonaws.com with \
                     `AWS:SourceArn` of the distribution",
                );
        }
    }
}

#[cfg(test)]
mod tests {
    fn codes(domain: &str, more: &str) -> Vec<String> {
        let text = format!(
            "Resources:
  Site: {{Type: AWS::S3::Bucket, Properties: {{WebsiteConfiguration: {{IndexDocument: index.html}}}}}}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins: [{{Id: site, DomainName: {domain}, {more}}}]
"
        );
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ["FW1283", "FW1285", "FW2227"].contains(&code.as_str())).collect()
    }

    #[test]
    fn a_website_endpoint_is_known_when_it_is_cut_out_of_the_url() {
        for domain in [
            "!Select [2, !Split ['/', !GetAtt Site.WebsiteURL]]",
            "!Select [1, !Split ['//', !Sub '${Site.WebsiteURL}']]",
            "!Select [1, !Split ['//', !Sub 'http://${Site}.s3-website-${AWS::Region}.amazonaws.com']]",
        ] {
            let signed = codes(domain, "OriginAccessControlId: E1, S3OriginConfig: {}");
            assert_eq!(signed, ["FW1283"], "{domain}");
            let custom = codes(domain, "CustomOriginConfig: {OriginProtocolPolicy: http-only}");
            assert!(custom.is_empty(), "{domain}");
        }
        let other = "!Select [2, !Split ['/', !GetAtt Site.Arn]]";
        assert!(codes(other, "OriginAccessControlId: E1, S3OriginConfig: {}").is_empty());
    }

    #[test]
    fn requests_that_are_not_signed_are_told_once() {
        let bucket = "!GetAtt Site.RegionalDomainName";
        assert_eq!(codes(bucket, "S3OriginConfig: {}"), ["FW2227"]);
        assert_eq!(codes(bucket, "CustomOriginConfig: {OriginProtocolPolicy: https-only}"), ["FW1285"]);
    }
}
