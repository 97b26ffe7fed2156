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
            ("dynamic references", 2),
            ("bytes", bytes)
        ]
    );
}
