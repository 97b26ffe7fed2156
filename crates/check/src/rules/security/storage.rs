//! Buckets and distributions.
//!
//! Policies that are open to everyone or to other accounts (`FSBP S3.2`, `S3.3`, `S3.6`) are judged in `iam`.

use std::collections::{HashMap, HashSet};

use super::table::{Must, demand, quoted};
use crate::{
    context::{Context, Resource, Value},
    document::Document,
    rule::{Rule, Run, Says, rule},
    rules::storage::access::refuses_public_acl,
};

pub(in crate::rules) const RULES: &[Rule] = &[
    rule!("FW2200", Warning, Run::Resource(BLOCKS, public_access_block), serves ["FSBP S3.8", "FSBP S3.19",
        "FSBP S3.24", "CIS 2.1.4"]),
    demand!("FW2202", Warning, "lets people outside the account in by an ACL", help "grant access by a bucket policy", [
        ("AWS::S3::Bucket", "AccessControl", Must::NoneOf(&["PublicRead", "AuthenticatedRead"]),
            ["FSBP S3.2", "FSBP S3.12"], when takes_its_acl),
        ("AWS::S3::Bucket", "AccessControl", Must::NoneOf(&["PublicReadWrite"]),
            ["FSBP S3.2", "FSBP S3.3", "FSBP S3.12"], when takes_its_acl),
    ]),
    rule!("FW2203", Warning, Run::System(only_by_tls), serves ["FSBP S3.5", "CIS 2.1.1"]),
    rule!("FW2205", Note, Run::System(access_log), serves ["FSBP S3.9", "CIS 3.4"]),
    demand!(
        "FW2206",
        Note,
        "keeps its objects forever",
        [
            ("AWS::S3::Bucket", "LifecycleConfiguration", Must::Set, ["FSBP S3.13"]),
            ("AWS::S3Express::DirectoryBucket", "LifecycleConfiguration", Must::Set, ["FSBP S3.25"]),
        ]
    ),
    demand!("FW2220", Warning, "has nothing to show at its root", help "name a page such as `index.html`", [
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.DefaultRootObject", Must::Set, ["FSBP CloudFront.1"],
            when has_bucket_origin
        ),
    ]),
    demand!("FW2221", Warning, "lets viewers in without TLS", help "`redirect-to-https` or `https-only` do not", [
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
            Must::NoneOf(&["allow-all"]), ["FSBP CloudFront.3"]
        ),
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.CacheBehaviors[].ViewerProtocolPolicy",
            Must::NoneOf(&["allow-all"]), ["FSBP CloudFront.3"]
        ),
    ]),
    rule!("FW2222", Warning, Run::Resource(&[DISTRIBUTION], plain_origins), serves["FSBP CloudFront.9"]),
    rule!("FW2223", Warning, Run::Resource(&[DISTRIBUTION], broken_protocols), serves["FSBP CloudFront.10"]),
    demand!("FW2224", Warning, "accepts old versions of TLS or weak ciphers", [
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
            Must::OneOf(&["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"]), ["FSBP CloudFront.15"],
            when has_own_certificate, when by_name
        ),
        (
            "AWS::ApiGateway::DomainName", "SecurityPolicy",
            Must::OneOf(&[
                "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
                "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "SecurityPolicy_TLS13_2025_EDGE",
                "SecurityPolicy_TLS12_PFS_2025_EDGE",
            ]), ["FSBP APIGateway.11"]
        ),
    ]),
    demand!("FW2225", Warning, "takes addresses of its own for old clients",
        help "`sni-only` serves all clients of the last ten years", [
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.ViewerCertificate.SslSupportMethod",
            Must::NoneOf(&["vip", "static-ip"]), ["FSBP CloudFront.8"], when has_own_certificate
        ),
    ]),
    rule!("FW2226", Note, Run::Resource(&[DISTRIBUTION], own_certificate), serves["FSBP CloudFront.7"]),
    rule!("FW2227", Warning, Run::Resource(&[DISTRIBUTION], origin_access), serves ["FSBP CloudFront.13",
        "FSBP CloudFront.16"]),
    demand!(
        "FW2228",
        Note,
        "has no second origin for when the first one fails",
        [(
            "AWS::CloudFront::Distribution",
            "DistributionConfig.OriginGroups.Items",
            Must::Set,
            ["FSBP CloudFront.4"]
        ),]
    ),
];

/// What a resource is known by in sets and maps.
pub(super) type Key = (u32, u32);

pub(super) fn key(resource: Resource<'_>) -> Key {
    (resource.template, resource.index)
}

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";

const BLOCKS: &[&str] = &["AWS::S3::Bucket", "AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPoint"];

const BLOCK: [&str; 4] =
    ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/// Without a configuration all four are on; in one, those that it does not name are off.
/// What S3 refuses, FW1328 and FW1031 speak of.
fn takes_its_acl(bucket: Resource<'_>) -> bool {
    !refuses_public_acl(bucket)
}

fn public_access_block(resource: Resource<'_>, says: &mut Says) {
    let block = resource.get("PublicAccessBlockConfiguration");
    if block.is_absent() || block.is_unknown() {
        return;
    }
    let off = |name: &&str| {
        let value = block.get(name);
        value.is_absent() || value.boolean() == Some(false)
    };
    let off: Vec<&str> = BLOCK.iter().copied().filter(off).collect();
    if off.is_empty() {
        return;
    }
    let at = off.iter().map(|name| block.get(name)).find(|value| value.is_set()).unwrap_or(block);
    let message = format!("`{}` may become public: {} not set to `true`", resource.id(), are(&off));
    says.add(at, message)
        .help("remove the whole block, which is all on by default, or set all four to `true`")
        .serves(match resource.kind() {
            "AWS::S3::Bucket" => &["FSBP S3.8", "CIS 2.1.4"],
            "AWS::S3::AccessPoint" => &["FSBP S3.19"],
            _ => &["FSBP S3.24"],
        });
}

fn are(names: &[&str]) -> String {
    format!("{} {}", quoted(names, "and"), if names.len() == 1 { "is" } else { "are" })
}

/// The statements of a policy.
fn statements(policy: Value<'_>) -> Vec<Value<'_>> {
    policy.get("Statement").one_or_more()
}

/// Whether a policy denies what does not come by TLS.
fn denies_plain(policy: Value<'_>) -> bool {
    statements(policy).iter().any(|statement| {
        let conditions = statement.get("Condition").entries();
        let plain = conditions.iter().flat_map(|(_, operator)| operator.entries()).any(|(key, value)| {
            let values = value.one_or_more();
            key.eq_ignore_ascii_case("aws:SecureTransport")
                && values.iter().any(|one| one.boolean() == Some(false))
        });
        !statement.get("Effect").is("Allow") && (plain || statement.get("Condition").is_unknown())
    })
}

fn only_by_tls<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut policies: HashMap<Key, Vec<Resource<'a>>> = HashMap::new();
    let mut by_name: HashMap<String, Vec<Resource<'a>>> = HashMap::new();
    // A policy whose bucket is not known may be that of any.
    let mut homeless = HashSet::new();
    for policy in context.of_type("AWS::S3::BucketPolicy") {
        let bucket = policy.get("Bucket");
        match (bucket.resource(), bucket.text()) {
            (Some(bucket), _) => policies.entry(key(bucket)).or_default().push(policy),
            (None, Some(name)) => by_name.entry(name.into_owned()).or_default().push(policy),
            (None, None) => {
                homeless.insert(policy.template);
            }
        }
    }
    for bucket in context.of_type("AWS::S3::Bucket") {
        let name = bucket.get("BucketName").text();
        let named = name.and_then(|name| by_name.get(&*name));
        let own = policies.get(&key(bucket)).into_iter().chain(named).flatten();
        let documents: Vec<_> = own.map(|policy| policy.get("PolicyDocument")).collect();
        let safe = |policy: &Value<'_>| {
            policy.is_unknown()
                || policy.get("Statement").is_unknown()
                || statements(*policy).iter().any(|statement| statement.is_unknown())
                || denies_plain(*policy)
        };
        if homeless.contains(&bucket.template) || documents.iter().any(safe) {
            continue;
        }
        let why = match documents.as_slice() {
            [] => "it has no bucket policy",
            _ => "its policy does not deny that",
        };
        let remark = says.add(bucket, format!("`{}` can be used without TLS: {why}", bucket.id()));
        remark.help("deny `s3:*` to everyone in its policy where `aws:SecureTransport` is `false`");
        if let [policy, ..] = documents.as_slice() {
            remark.also(*policy, "its policy");
        }
    }
}

/// Types that write logs into a bucket that they name.
const WRITERS: &[&str] = &[
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::EC2::FlowLog",
    "AWS::Redshift::Cluster",
];

fn access_log<'a>(context: &'a Context<'a>, says: &mut Says) {
    let buckets = context.of_type("AWS::S3::Bucket");
    let mut targets = HashSet::new();
    for bucket in &buckets {
        targets.extend(bucket.get("LoggingConfiguration").get("DestinationBucketName").resource().map(key));
    }
    for distribution in context.of_type(DISTRIBUTION) {
        targets.extend(config(distribution).get("Logging").get("Bucket").resource().map(key));
    }
    for policy in context.of_type("AWS::S3::BucketPolicy") {
        targets.extend(policy.get("Bucket").resource().filter(|_| takes_logs(policy)).map(key));
    }
    for writer in WRITERS.iter().flat_map(|kind| context.of_type(kind)) {
        targets.extend(writer.references().iter().map(|reference| key(reference.to)));
    }
    let trails = context.of_type("AWS::CloudTrail::Trail");
    let of_trails: HashSet<_> =
        trails.iter().filter_map(|trail| trail.get("S3BucketName").resource().map(key)).collect();
    for bucket in buckets {
        let logging = bucket.get("LoggingConfiguration");
        if logging.is_absent()
            && !targets.contains(&key(bucket))
            && !bucket.get("AccessControl").is("LogDeliveryWrite")
        {
            let remark = says.add(logging, format!("`{}` keeps no log of who uses it", bucket.id()));
            remark.help("set `LoggingConfiguration` with another bucket as its `DestinationBucketName`");
            remark.serves(if of_trails.contains(&key(bucket)) {
                &["FSBP S3.9", "CIS 3.4"]
            } else {
                &["FSBP S3.9"]
            });
        }
    }
}

/// Whether a policy lets services write logs.
fn takes_logs(policy: Resource<'_>) -> bool {
    statements(policy.get("PolicyDocument")).iter().any(|statement| {
        let services = statement.get("Principal").get("Service").one_or_more();
        statement.get("Effect").is("Allow")
            && services.iter().filter_map(|service| service.text()).any(|service| {
                service == "logging.s3.amazonaws.com"
                    || service == "delivery.logs.amazonaws.com"
                    || service == "logdelivery.elasticloadbalancing.amazonaws.com"
            })
    })
}

fn config<'a>(distribution: Resource<'a>) -> Value<'a> {
    distribution.get("DistributionConfig")
}

/// The name of an origin after its noun, if it is known.
fn named(origin: Value<'_>) -> String {
    origin.get("Id").text().map(|id| format!(" `{id}`")).unwrap_or_default()
}

fn has_bucket_origin(distribution: Resource<'_>) -> bool {
    config(distribution).get("Origins").items().iter().any(|origin| origin.get("S3OriginConfig").is_set())
}

fn has_own_certificate(distribution: Resource<'_>) -> bool {
    let certificate = config(distribution).get("ViewerCertificate");
    certificate.get("AcmCertificateArn").is_set() || certificate.get("IamCertificateId").is_set()
}

fn by_name(distribution: Resource<'_>) -> bool {
    config(distribution).get("ViewerCertificate").get("SslSupportMethod").is("sni-only")
}

fn own_certificate(distribution: Resource<'_>, says: &mut Says) {
    let certificate = config(distribution).get("ViewerCertificate");
    let default = certificate.get("CloudFrontDefaultCertificate");
    if certificate.is_absent() || default.boolean() == Some(true) {
        let at = if certificate.is_absent() { certificate } else { default };
        says.add(at, format!("`{}` has CloudFront's certificate and no name of its own", distribution.id()))
            .help("request a certificate in us-east-1 and set it as `AcmCertificateArn`, with the names as `Aliases`");
    }
}

fn plain_origins(distribution: Resource<'_>, says: &mut Says) {
    let config = config(distribution);
    let behaviors = config.get("CacheBehaviors").items().into_iter();
    let mut plain = HashSet::new();
    for behavior in behaviors.chain([config.get("DefaultCacheBehavior")]) {
        if behavior.get("ViewerProtocolPolicy").is("allow-all") {
            plain.extend(behavior.get("TargetOriginId").text());
        }
    }
    for origin in config.get("Origins").items() {
        let policy = origin.get("CustomOriginConfig").get("OriginProtocolPolicy");
        let name = named(origin);
        let why = match policy.text().as_deref() {
            Some("http-only") => "always",
            Some("match-viewer") if origin.get("Id").text().is_some_and(|id| plain.contains(&id)) => {
                "where viewers do"
            }
            _ => continue,
        };
        says.add(policy, format!("`{}` speaks to its origin{name} without TLS, {why}", distribution.id()))
            .help("set `OriginProtocolPolicy` to `https-only`");
    }
}

fn broken_protocols(distribution: Resource<'_>, says: &mut Says) {
    for origin in config(distribution).get("Origins").items() {
        let custom = origin.get("CustomOriginConfig");
        let protocols = custom.get("OriginSSLProtocols");
        let policy = custom.get("OriginProtocolPolicy");
        let by_default = protocols.is_absent() && (policy.is("https-only") || policy.is("match-viewer"));
        if by_default || protocols.items().iter().any(|protocol| protocol.is("SSLv3")) {
            let why = if by_default { ", by default" } else { "" };
            let name = named(origin);
            let message = format!("`{}` offers SSLv3 to its origin{name}{why}", distribution.id());
            says.add(protocols, message).help("set `OriginSSLProtocols` to `[TLSv1.2]`");
        }
    }
}

fn origin_access(distribution: Resource<'_>, says: &mut Says) {
    let origins = config(distribution).get("Origins").items();
    // Origins whose name is made of a function's URL, usually by functions that cut it out.
    let nodes: HashSet<_> = origins.iter().map(|origin| (origin.template, origin.node)).collect();
    let mut of_functions = HashSet::new();
    for reference in distribution.references() {
        let at = reference.at;
        let Some(document) = at.context.document(at.template) else { continue };
        if reference.to.kind() == "AWS::Lambda::Url" {
            let mut node = at.node;
            while node != Document::ROOT && !nodes.contains(&(at.template, node)) {
                node = document.parent(node);
            }
            of_functions.insert((at.template, node));
        }
    }
    for origin in origins {
        let access = origin.get("OriginAccessControlId");
        let has_control = !access.is_absent() && !access.is("");
        let domain = origin.get("DomainName").text();
        let function = of_functions.contains(&(origin.template, origin.node))
            || domain.is_some_and(|it| it.contains(".lambda-url."));
        let name = named(origin);
        let id = distribution.id();
        if has_control {
            continue;
        }
        if origin.get("S3OriginConfig").is_set() {
            let identity = origin.within(&["S3OriginConfig", "OriginAccessIdentity"]);
            let unsigned = identity.is_absent() || identity.is("");
            says.add(access, format!("`{id}` does not sign its requests to the bucket of its origin{name}"))
                .help(
                    "add an `AWS::CloudFront::OriginAccessControl` and set its id as `OriginAccessControlId`",
                )
                .serves(&["FSBP CloudFront.13"])
                .notes
                .extend(unsigned.then(|| "only a public bucket answers them".to_owned()));
        } else if function {
            says.add(
                access,
                format!("`{id}` does not sign its requests to the function of its origin{name}"),
            )
            .help("add an `AWS::CloudFront::OriginAccessControl` of type `lambda`, and set its id here")
            .serves(&["FSBP CloudFront.16"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn a_bucket_is_used_by_tls_only_by_a_policy_of_any_stack_that_names_it() {
        let bucket = "
Parameters:
  Other: {Type: String}
Resources:
  Data: {Type: 'AWS::S3::Bucket', Properties: {BucketName: data}}
";
        assert_eq!(
            found("FW2203", bucket),
            ["`Data` can be used without TLS: it has no bucket policy [FSBP S3.5, CIS 2.1.1]"]
        );
        let policy = |name: &str, effect: &str| {
            format!(
                "{bucket}  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: {name}
      PolicyDocument:
        Statement:
          Effect: {effect}
          Principal: '*'
          Action: s3:*
          Resource: '*'
          Condition: {{Bool: {{'AWS:SecureTransport': false}}}}
"
            )
        };
        assert!(found("FW2203", &policy("data", "Deny")).is_empty());
        assert!(found("FW2203", &policy("!Ref Data", "Deny")).is_empty());
        assert!(found("FW2203", &policy("!Ref Other", "Allow")).is_empty(), "it may be that of any bucket");
        assert_eq!(
            found("FW2203", &policy("data", "Allow")),
            ["`Data` can be used without TLS: its policy does not deny that [FSBP S3.5, CIS 2.1.1]"]
        );
    }

    #[test]
    fn what_a_block_of_public_access_leaves_out_is_off() {
        let bucket = |block: &str| {
            format!(
                "
Parameters:
  On: {{Type: String}}
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties: {block}
"
            )
        };
        let found = |block: &str| found("FW2200", &bucket(block));
        assert!(found("{}").is_empty(), "all are on by default");
        assert!(found("{PublicAccessBlockConfiguration: !Ref AWS::NoValue}").is_empty());
        let all = "BlockPublicAcls: true, BlockPublicPolicy: !Ref On, RestrictPublicBuckets: true";
        assert!(
            found(&format!("{{PublicAccessBlockConfiguration: {{{all}, IgnorePublicAcls: 'true'}}}}"))
                .is_empty()
        );
        assert_eq!(
            found(&format!("{{PublicAccessBlockConfiguration: {{{all}}}}}")),
            ["`Data` may become public: `IgnorePublicAcls` is not set to `true` [FSBP S3.8, CIS 2.1.4]"]
        );
    }

    #[test]
    fn buckets_for_logs_keep_none_of_their_own() {
        let text = "
Resources:
  Data: {Type: 'AWS::S3::Bucket', Properties: {LoggingConfiguration: {DestinationBucketName: !Ref Logs}}}
  Logs: {Type: 'AWS::S3::Bucket'}
  Audit: {Type: 'AWS::S3::Bucket'}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {LoadBalancerAttributes: [{Key: access_logs.s3.bucket, Value: !Ref Access}]}
  Access: {Type: 'AWS::S3::Bucket'}
  Trail: {Type: 'AWS::CloudTrail::Trail', Properties: {IsLogging: true, S3BucketName: !Ref Audit}}
";
        assert_eq!(found("FW2205", text), ["`Audit` keeps no log of who uses it [FSBP S3.9, CIS 3.4]"]);
    }

    #[test]
    fn origins_are_judged_by_what_they_are() {
        let text = "
Resources:
  Function: {Type: 'AWS::Lambda::Function'}
  Url: {Type: 'AWS::Lambda::Url', Properties: {AuthType: AWS_IAM, TargetFunctionArn: !GetAtt Function.Arn}}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins:
          - Id: shop
            DomainName: shop.example.com
            CustomOriginConfig: {OriginProtocolPolicy: match-viewer}
          - Id: code
            DomainName: !Select [2, !Split ['/', !GetAtt Url.FunctionUrl]]
            CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2]}
        CacheBehaviors: [{PathPattern: /x, TargetOriginId: shop, ViewerProtocolPolicy: allow-all}]
        DefaultCacheBehavior: {TargetOriginId: code, ViewerProtocolPolicy: https-only}
";
        assert_eq!(
            found("FW2222", text),
            ["`Site` speaks to its origin `shop` without TLS, where viewers do [FSBP CloudFront.9]"]
        );
        assert_eq!(
            found("FW2223", text),
            ["`Site` offers SSLv3 to its origin `shop`, by default [FSBP CloudFront.10]"]
        );
        assert_eq!(
            found("FW2227", text),
            ["`Site` does not sign its requests to the function of its origin `code` [FSBP CloudFront.16]"]
        );
    }
}
