use crate::{Source, templates};

fn codes(region: Option<&str>, text: &str) -> Vec<String> {
    let mut source = Source::new("t.yaml", text);
    source.region = region.map(str::to_owned);
    let report = templates(&[source]);
    let own = report.findings.iter().filter(|finding| finding.code.starts_with("FW145"));
    own.map(|finding| finding.code.to_string()).collect()
}

#[test]
fn only_what_is_known_is_judged() {
    let address = "Resources:\n  A:\n    Type: AWS::Lightsail::StaticIp\n    Properties: {StaticIpName: a}\n";
    assert_eq!(codes(None, address), [""; 0]);
    assert_eq!(codes(Some("us-west-1"), address), ["FW1451"]);
    assert_eq!(codes(Some("me-south-1"), address), [""; 0]);
    assert_eq!(codes(Some("us-west-2"), address), [""; 0]);
}

#[test]
fn zones_belong_to_a_region() {
    let zone = |zone: &str| {
        let text = format!(
            "Resources:\n  A:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: a, CidrBlock: 10.0.0.0/24, AvailabilityZone: {zone}}}\n"
        );
        codes(Some("us-west-2"), &text)
    };
    for fine in
        ["us-west-2a", "us-west-2-lax-1a", "!Select [0, !GetAZs us-west-2]", "!Ref AWS::Region", "elsewhere"]
    {
        assert_eq!(zone(fine), [""; 0], "{fine}");
    }
    assert_eq!(zone("us-east-1a"), ["FW1453"]);
}

// A budget belongs to an account, and its type is not registered in me-south-1: it goes to a stack in us-east-1.
#[test]
fn budgets_are_not_everywhere() {
    let text = "Resources:\n  Monthly:\n    Type: AWS::Budgets::Budget\n    Properties:\n      Budget: {BudgetType: COST, TimeUnit: MONTHLY, BudgetLimit: {Amount: 100, Unit: USD}}\n";
    assert_eq!(codes(Some("me-south-1"), text), ["FW1451"]);
    assert_eq!(codes(Some("eu-north-1"), text), ["FW1451"]);
    assert_eq!(codes(Some("us-east-1"), text), [""; 0]);
}
