use crate::{Source, templates};

/// The codes that are found below FW1140, with the lines.
fn found(text: &str) -> Vec<(String, u32)> {
    let report = templates(&[Source::new("t.yaml", text)]);
    let own = report.findings.iter().filter(|finding| ("FW1101"..="FW1130").contains(&&*finding.code));
    own.map(|finding| (finding.code.to_string(), finding.spans.first().map_or(0, |span| span.at.line)))
        .collect()
}

fn codes(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(code, _)| code).collect()
}

const TOPIC: &str = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n";

#[test]
fn a_plain_template_has_nothing_wrong() {
    assert_eq!(codes(TOPIC), Vec::<String>::new());
    assert_eq!(codes(&format!("AWSTemplateFormatVersion: 2010-09-09\nMetadata: {{}}\n{TOPIC}")), [""; 0]);
}

#[test]
fn what_is_no_template_at_all() {
    assert_eq!(codes("- a\n- b\n"), ["FW1103"]);
    assert_eq!(codes("Description: nothing\n"), ["FW1102"]);
    assert_eq!(codes("Resources: [a]\n"), ["FW1103"]);
    assert_eq!(codes("Resources:\n  A: text\n  B: 1\n"), ["FW1104", "FW1104"]);
    assert_eq!(codes("Resources:\n  A:\n    Type: [AWS::SNS::Topic]\n"), ["FW1104"]);
}

#[test]
fn macros_may_do_anything() {
    assert_eq!(codes("Transform: Own\nShop:\n  a: 1\n"), [""; 0]);
    assert_eq!(
        codes(
            "Transform: AWS::Serverless-2016-10-31\nGlobals: {}\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    DependsOn: ARole\n"
        ),
        [""; 0]
    );
    assert_eq!(codes("Globals: {}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n"), ["FW1101"]);
    let included = "Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}\n  A:\n    Type: AWS::SNS::Topic\n    DependsOn: Included\n";
    assert_eq!(codes(included), [""; 0]);
    let module = "Resources:\n  Net:\n    Type: Shop::Network::Vpc::MODULE\n  A:\n    Type: AWS::SNS::Topic\n    DependsOn: [NetVpc, Ne]\n";
    assert_eq!(found(module), [("FW1109".to_owned(), 6)]);
}

#[test]
fn deletion_policies_by_type() {
    let policy = |kind: &str, policy: &str| {
        codes(&format!("Resources:\n  A:\n    Type: {kind}\n    DeletionPolicy: {policy}\n"))
    };
    assert_eq!(policy("AWS::RDS::DBInstance", "Snapshot"), [""; 0]);
    assert_eq!(policy("AWS::SNS::Topic", "RetainExceptOnCreate"), [""; 0]);
    assert_eq!(policy("Custom::Thing", "Snapshot"), [""; 0]);
    assert_eq!(policy("AWS::SNS::Topic", "retain"), ["FW1107"]);
    assert_eq!(policy("AWS::SNS::Topic", "!Ref AWS::Region"), ["FW1107"]);
    assert_eq!(policy("AWS::SNS::Topic", "[Retain]"), ["FW1107"]);
    let extended =
        format!("Transform: AWS::LanguageExtensions\n{TOPIC}    DeletionPolicy: !Ref AWS::Region\n");
    assert_eq!(codes(&extended), [""; 0]);
}

#[test]
fn policies_of_groups_may_be_chosen() {
    let group = "Parameters:\n  P: {Type: Number}\nConditions:\n  C: !Equals [!Ref P, 1]\nResources:\n  A:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    UpdatePolicy:\n      AutoScalingRollingUpdate: !If\n        - C\n        - MaxBatchSize: !Ref P\n        - !Ref AWS::NoValue\n      AutoScalingScheduledAction:\n        IgnoreUnmodifiedGroupSizeProperties: 'true'\n";
    assert_eq!(codes(group), [""; 0]);
    assert_eq!(codes(&group.replace("MaxBatchSize: !Ref P", "MaxBatchSizes: 1")), [""; 0]);
    assert_eq!(codes(&group.replace("IgnoreUnmodifiedGroupSizeProperties", "Ignore")), ["FW1108"]);
}

#[test]
fn defaults_are_judged_by_what_limits_them() {
    let parameter = |text: &str| {
        codes(&format!(
            "Parameters:\n  P: {{{text}}}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {{DisplayName: !Ref P}}\n"
        ))
    };
    assert_eq!(parameter("Type: Number, MinValue: 1, Default: 1"), [""; 0]);
    assert_eq!(parameter("Type: Number, MinValue: 2, Default: '1'"), ["FW1117"]);
    assert_eq!(parameter("Type: Number, Default: many"), ["FW1117"]);
    assert_eq!(parameter("Type: Number, AllowedValues: [1.0, 2], Default: 1"), [""; 0]);
    assert_eq!(parameter("Type: String, AllowedValues: [true, false], Default: true"), [""; 0]);
    assert_eq!(parameter("Type: String, AllowedValues: ['1', '2'], Default: 3"), ["FW1117"]);
    assert_eq!(parameter("Type: CommaDelimitedList, AllowedValues: [a, b], Default: 'a, b'"), [""; 0]);
    assert_eq!(parameter("Type: String, AllowedPattern: '^a+$', Default: aaa"), [""; 0]);
    assert_eq!(parameter("Type: String, AllowedPattern: 'a', Default: aaa"), ["FW1117"]);
    assert_eq!(parameter("Type: String, AllowedPattern: '((', Default: aaa"), [""; 0]);
    assert_eq!(parameter("Type: String, MaxLength: 99999999999999999999, Default: aaa"), [""; 0]);
    assert_eq!(
        parameter("Type: 'AWS::SSM::Parameter::Value<String>', AllowedValues: [a], Default: /b"),
        [""; 0]
    );
    assert_eq!(parameter("Type: 'List<AWS::EC2::Subnet::Id>'"), [""; 0]);
    assert_eq!(parameter("Type: string"), ["FW1115"]);
    assert_eq!(parameter("Default: a"), ["FW1115"]);
    assert_eq!(parameter("Type: String, NoEcho: perhaps"), ["FW1118"]);
    assert_eq!(parameter("Type: String, AllowedValues: a"), ["FW1118"]);
}

#[test]
fn circles_are_told_once() {
    let circle = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    DependsOn: B\n  B:\n    Type: AWS::SNS::Topic\n    DependsOn: [C]\n  C:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !Sub '${A.TopicName}'}\n  D:\n    Type: AWS::SNS::Topic\n    DependsOn: A\n";
    assert_eq!(found(circle), [("FW1127".to_owned(), 2)]);
    let report = templates(&[Source::new("t.yaml", circle)]);
    let finding = report.findings.iter().find(|finding| finding.code == "FW1127").unwrap();
    assert_eq!(finding.notes, ["`A` -> `B` -> `C` -> `A`"]);
    let own = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !Ref A}\n";
    assert_eq!(codes(own), ["FW1127"]);
}

#[test]
fn a_circle_that_conditions_break_is_none() {
    let text = "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, a]\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !If [C, !Ref B, a]}\n  B:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !If [C, b, !Ref A]}\n";
    assert_eq!(codes(text), [""; 0]);
}

#[test]
fn long_circles_need_no_stack() {
    let mut text = String::from("{\"Resources\": {");
    for number in 0..5000 {
        let next = (number + 1) % 5000;
        let comma = if number > 0 { "," } else { "" };
        text.push_str(&format!(
            "{comma}\"R{number}\":{{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"R{next}\"}}"
        ));
    }
    text.push_str("}}");
    assert_eq!(codes(&text), ["FW1127"]);
}

#[test]
fn references_under_the_same_condition_are_fine() {
    let text = "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, a]\n  D: !And [!Condition C, !Equals [!Ref AWS::Region, eu-west-1]]\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Condition: C\n  B:\n    Type: AWS::SNS::Topic\n    Condition: D\n    Properties: {DisplayName: !GetAtt A.TopicName}\n  E:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !If [D, !Ref A, a]}\n";
    assert_eq!(codes(text), [""; 0]);
    assert_eq!(codes(&text.replace("!If [D, !Ref A, a]", "!Sub 'x${A}'")), ["FW1128"]);
    assert_eq!(codes(&text.replace("!If [D, !Ref A, a]", "!If [D, a, !Ref A]")), ["FW1128"]);
}

#[test]
fn outputs_are_text() {
    let output = |value: &str| {
        codes(&format!(
            "Parameters:\n  L: {{Type: CommaDelimitedList}}\n{TOPIC}Outputs:\n  O:\n    Value: {value}\n"
        ))
    };
    assert_eq!(output("!Ref Topic"), [""; 0]);
    assert_eq!(output("5"), [""; 0]);
    assert_eq!(output("!Select [0, !Ref L]"), [""; 0]);
    assert_eq!(output("!Ref L"), ["FW1126"]);
    assert_eq!(output("[a]"), ["FW1126"]);
    assert_eq!(output("{a: b}"), ["FW1126"]);
}

#[test]
fn conditions_are_functions() {
    let condition = |text: &str| codes(&format!("Conditions:\n  C: {text}\n{TOPIC}    Condition: C\n"));
    assert_eq!(condition("!Equals [!Ref AWS::Region, a]"), [""; 0]);
    assert_eq!(condition("{Condition: C, Fn::Not: []}"), ["FW1120"]);
    assert_eq!(condition("true"), ["FW1120"]);
    assert_eq!(condition("!Or [yes, !Equals [a, a]]"), ["FW1120", "FW1123"]);
    assert_eq!(condition("!Not [!Condition C]"), ["FW1122"]);
}
