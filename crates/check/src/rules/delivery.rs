//! CloudFront, Route 53, certificates and web access control lists.

use crate::rule::{Rule, Run, rule};

mod distributions;
mod names;
mod origins;
mod waf;

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";
const WEB_ACL: &str = "AWS::WAFv2::WebACL";
const GROUP: &str = "AWS::Route53::RecordSetGroup";
const RECORD: &str = "AWS::Route53::RecordSet";
const CERTIFICATE: &str = "AWS::CertificateManager::Certificate";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1281", Error, Run::Resource(&[DISTRIBUTION, WEB_ACL], distributions::global_region)),
    rule!("FW1282", Error, Run::Resource(&[DISTRIBUTION], distributions::alias_needs_certificate)),
    rule!("FW1283", Error, Run::Resource(&[DISTRIBUTION], origins::website)),
    rule!("FW1284", Error, Run::Resource(&[DISTRIBUTION], origins::ids)),
    rule!("FW1285", Warning, Run::System(origins::bucket_admits)),
    rule!("FW1286", Error, Run::Resource(&[DISTRIBUTION], distributions::paths)),
    rule!("FW1287", Error, Run::Resource(&[DISTRIBUTION], distributions::lifetimes)),
    rule!("FW1288", Error, Run::Resource(&[DISTRIBUTION], distributions::cache_policy)),
    rule!("FW1289", Error, Run::Resource(&[DISTRIBUTION], distributions::functions)),
    rule!("FW1290", Error, Run::Resource(&[RECORD, GROUP], names::alias_or_records)),
    rule!("FW1291", Error, Run::Resource(&[RECORD, GROUP], names::cname_at_apex)),
    rule!("FW1292", Error, Run::System(names::same_name)),
    rule!("FW1293", Error, Run::Resource(&[RECORD, GROUP], names::inside_the_zone)),
    rule!("FW1294", Error, Run::Resource(&[RECORD, GROUP], names::values)),
    rule!("FW1295", Warning, Run::Resource(&[CERTIFICATE], names::validation)),
    rule!("FW1296", Error, Run::Resource(&[WEB_ACL, "AWS::WAFv2::RuleGroup"], waf::priorities)),
    rule!("FW1297", Error, Run::Resource(&["AWS::WAFv2::WebACLAssociation", DISTRIBUTION], waf::scope)),
    rule!("FW1298", Error, Run::Resource(&[WEB_ACL], waf::actions)),
];

#[cfg(test)]
mod tests {
    use crate::Source;

    fn codes(region: Option<&str>, text: &str) -> Vec<String> {
        let mut source = Source::new("t.json", text);
        source.region = region.map(str::to_owned);
        let report = crate::templates(&[source]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ("FW1281".."FW1300").contains(&code.as_str())).collect()
    }

    fn distribution(more: &str) -> String {
        format!(
            r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{"D":{{"Type":"AWS::CloudFront::Distribution",
            "Properties":{{"DistributionConfig":{{"Enabled":true,"Origins":[{{"Id":"a","DomainName":{{"Ref":"P"}},
            "CustomOriginConfig":{{"OriginProtocolPolicy":"https-only"}}}}],"DefaultCacheBehavior":{{"TargetOriginId":"a",
            "ViewerProtocolPolicy":"https-only","CachePolicyId":"x"}}{more}}}}}}},
            "A":{{"Type":"AWS::WAFv2::WebACL","Properties":{{"Scope":"CLOUDFRONT"}}}}}}}}"#
        )
    }

    #[test]
    fn regions_matter_where_they_are_known() {
        let acl = distribution(r#","WebACLId":{"Fn::GetAtt":["A","Arn"]}"#);
        assert_eq!(codes(Some("eu-central-1"), &acl), ["FW1281"]);
        assert!(codes(Some("us-east-1"), &acl).is_empty());
        assert!(codes(None, &acl).is_empty());
        let unknown = distribution(
            r#","ViewerCertificate":{"AcmCertificateArn":{"Ref":"P"}},"Aliases":["a.example.com"]"#,
        );
        assert!(codes(None, &unknown).is_empty());
    }

    #[test]
    fn origins_may_be_named_by_what_resources_yield() {
        let text = distribution("").replace("\"a\"", r#"{"Fn::Sub":"o-${A}"}"#);
        assert!(codes(None, &text).is_empty());
        let text = distribution("").replace(r#""TargetOriginId":"a""#, r#""TargetOriginId":{"Ref":"P"}"#);
        assert!(codes(None, &text).is_empty());
    }

    #[test]
    fn records_of_different_zones_are_not_the_same() {
        let record = |zone: &str| {
            format!(
                r#"{{"Type":"AWS::Route53::RecordSet","Properties":{{"HostedZoneId":{zone},"Name":"a.example.com",
                "Type":"A","TTL":"60","ResourceRecords":["192.0.2.1"]}}}}"#
            )
        };
        let both = |one: &str, other: &str| {
            let (one, other) = (record(one), record(other));
            codes(
                None,
                &format!(
                    r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{"A":{one},"B":{other}}}}}"#
                ),
            )
        };
        assert_eq!(both("\"Z1\"", "\"Z1\""), ["FW1292"]);
        assert!(both("\"Z1\"", "\"Z2\"").is_empty());
        assert!(both(r#"{"Ref":"P"}"#, r#"{"Ref":"P"}"#).is_empty());
    }
}
