use crate::{Source, templates};

#[test]
fn the_budget_is_counted() {
    let text = "Parameters:\n  P: {Type: String}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !Ref P, TopicName: '{{resolve:ssm:a}}{{resolve:ssm:b}}'}\n";
    let report = templates(&[Source::new("t.yaml", text)]);
    let uses = report.budgets.first().map(|budget| budget.uses.clone()).unwrap();
    let used: Vec<(&str, usize)> = uses.iter().map(|it| (it.what, it.used)).collect();
    let bytes = text.len();
    assert_eq!(
        used,
        [
            ("resources", 1),
            ("parameters", 1),
            ("outputs", 0),
            ("mappings", 0),
            ("keys of a mapping", 0),
            ("dynamic references", 2),
            ("bytes", bytes),
            ("bytes without a bucket", bytes)
        ]
    );
}

fn codes(sources: &[Source]) -> Vec<String> {
    let report = templates(sources);
    let own = report.findings.iter().filter(|finding| finding.code.starts_with("FW140"));
    own.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

#[test]
fn names_of_stacks_are_judged() {
    let named = |name: &str| {
        let mut source = Source::new("t.yaml", "Resources:\n  A:\n    Type: AWS::SNS::Topic\n");
        source.stack = Some(name.to_owned());
        codes(&[source])
    };
    assert_eq!(named("shop-Prod-1"), [""; 0]);
    assert_eq!(named(&"a".repeat(128)), [""; 0]);
    assert_eq!(named(&"a".repeat(129)), ["FW1408 the name of the stack has 129 characters"]);
    for wrong in ["1shop", "shop_prod", "-shop", "", "sh\u{f6}p"] {
        assert_eq!(named(wrong), [format!("FW1408 `{wrong}` is no name of a stack")]);
    }
}

#[test]
fn resources_of_nested_stacks_count() {
    let topics = |count: usize| {
        let topic = |number| format!("  T{number}: {{Type: AWS::SNS::Topic}}\n");
        format!("Resources:\n{}", (0..count).map(topic).collect::<String>())
    };
    let stacks = |count: usize, url: &str| {
        let stack = |number| {
            format!("  S{number}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}\n")
        };
        format!("Resources:\n{}", (0..count).map(stack).collect::<String>())
    };
    let system = |count: usize, url: &str| {
        codes(&[Source::new("a/root.yaml", stacks(count, url)), Source::new("a/b/c.yaml", topics(400))])
    };
    assert_eq!(system(6, "./b/c.yaml"), [""; 0]);
    assert_eq!(
        system(7, "./b/../b/c.yaml"),
        ["FW1409 the stack has 2,807 resources together with those nested in it"]
    );
    assert_eq!(system(7, "c.yaml"), [""; 0]);
    // One that is nested in itself is none that can be counted, and ends.
    assert_eq!(codes(&[Source::new("r.yaml", stacks(9, "r.yaml"))]), [""; 0]);
}

#[test]
fn sizes_are_told_by_their_limits() {
    let text =
        format!("Metadata: {{A: {}}}\nResources:\n  A: {{Type: AWS::SNS::Topic}}\n", "x".repeat(1_000_000));
    assert_eq!(
        codes(&[Source::new("t.yaml", text.clone())]),
        [format!("FW1407 the template has {} bytes", super::grouped(text.len()))]
    );
    assert_eq!(super::grouped(1_000_000), "1,000,000");
    assert_eq!((super::grouped(999), super::grouped(51_200)), ("999".to_owned(), "51,200".to_owned()));
}
