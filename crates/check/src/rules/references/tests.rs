use crate::{Source, templates};

fn codes(text: &str) -> Vec<String> {
    let report = templates(&[Source::new("t.yaml", text)]);
    let own = report.findings.iter().filter(|finding| ("FW1141"..="FW1177").contains(&&*finding.code));
    own.map(|finding| finding.code.to_string()).collect()
}

/// A topic whose name is this, among a few other things.
fn name(value: &str) -> Vec<String> {
    codes(&format!("{HEAD}      DisplayName: {value}\n"))
}

fn extended(value: &str) -> Vec<String> {
    codes(&format!("Transform: AWS::LanguageExtensions\n{HEAD}      DisplayName: {value}\n"))
}

const HEAD: &str = "Parameters:\n  Text: {Type: String}\n  Texts: {Type: CommaDelimitedList}\nMappings:\n  M:\n    a: {x: 1}\n    b: {y: 2}\nConditions:\n  C: !Equals [!Ref Text, a]\nResources:\n  Used:\n    Type: AWS::SNS::Topic\n    Condition: C\n    Properties: {DisplayName: !FindInMap [M, a, x], TopicName: !Select [0, !Ref Texts]}\n  Stack:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: !Ref Text}\n  Own:\n    Type: Custom::Thing\n    Properties: {ServiceToken: !Ref Text}\n  Network:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: 10.0.0.0/16}\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n";

#[test]
fn names_that_are_there() {
    for value in
        ["!Ref Text", "!Ref AWS::StackName", "!GetAtt Network.CidrBlock", "!GetAtt Own.Anything.At.All"]
    {
        assert_eq!(name(value), [""; 0], "{value}");
    }
    for value in ["!GetAtt Stack.Outputs.Name", "!Sub '${Text}${Network}${Network.CidrBlock}${!Other}'"] {
        assert_eq!(name(value), [""; 0], "{value}");
    }
    assert_eq!(name("!Ref C"), ["FW1141"]);
    assert_eq!(name("!Ref Network.CidrBlock"), ["FW1141"]);
    assert_eq!(name("!GetAtt Text.Name"), ["FW1142"]);
    assert_eq!(name("!GetAtt Stack.Name"), ["FW1143"]);
    assert_eq!(name("!GetAtt Network.Anything"), ["FW1143"]);
    assert_eq!(name("!Sub '${Network.Anything}'"), ["FW1143"]);
    assert_eq!(name("!Sub '${Nothing.Arn}'"), ["FW1142"]);
}

#[test]
fn arguments_have_their_forms() {
    let wrong = |value: &str| assert_eq!(name(value), ["FW1145"], "{value}");
    wrong("!Join [',']");
    wrong("!Join [',', a, b]");
    wrong("!Join [',', !Ref Text]");
    wrong("!Join [',', [!Ref Texts]]");
    wrong("!Split [',', [a]]");
    wrong("!Select [first, [a]]");
    wrong("!Select [-1, [a]]");
    wrong("!Select [0, !Ref Text]");
    wrong("!If [C, a]");
    wrong("!Sub [a, b]");
    wrong("!Sub {a: b}");
    wrong("!Sub ['${A}', {A: [b]}]");
    wrong("!GetAtt Network");
    wrong("!FindInMap [M, a]");
    wrong("!Base64 [a]");
    wrong("{Ref: [Text]}");
    wrong("!GetAZs AWS::Region");
    wrong("{Fn::GetStackOutput: {StackName: a}}");
    for value in [
        "!Join [',', !Ref Texts]",
        "!Join [',', !If [C, [a], [b]]]",
        "!Join ['', [a, 1, true, !Ref Text]]",
        "!Select [1, !Split [',', 'a,b']]",
        "!Select ['1', [a, b]]",
        "!Select [3, [a, b, !If [C, c, d]]]",
        "!Select [0, !GetAZs '']",
        "!Sub ['${A}', {A: !ImportValue a}]",
        "!If [C, !Ref AWS::NoValue, b]",
        "{Fn::GetStackOutput: {StackName: a, OutputName: b, Region: eu-west-1}}",
        "!FindInMap [M, !Ref Text, y]",
        "!Select [0, !Cidr [!GetAtt Network.CidrBlock, 4, 8]]",
        "!Select [0, !Cidr ['fd00::/56', 256, 64]]",
    ] {
        assert_eq!(name(value), [""; 0], "{value}");
    }
    assert_eq!(name("!Select [2, !Split [',', 'a,b']]"), ["FW1146"]);
    assert_eq!(name("!FindInMap [M, a, y]"), ["FW1151"]);
    assert_eq!(name("!FindInMap [M, !Ref Text, z]"), ["FW1151"]);
    assert_eq!(name("!FindInMap [N, a, y]"), ["FW1151"]);
    assert_eq!(name("!Select [0, !Cidr [10.0.0.0/16, 257, 4]]"), ["FW1153"]);
    assert_eq!(name("!Select [0, !Cidr [10.0.0.0/33, 2, 4]]"), ["FW1153"]);
    assert_eq!(name("!Select [0, !Cidr [10.0.0.0/16, 99999999999999999999, 4]]"), ["FW1153"]);
}

#[test]
fn extensions_allow_more() {
    for value in [
        "!FindInMap [M, !Sub '${Text}', y]",
        "!FindInMap [M, c, y, {DefaultValue: 3}]",
        "{Ref: !Sub 'Te${Text}'}",
        "{Fn::ToJsonString: {a: !Ref Text}}",
    ] {
        assert_eq!(extended(value), [""; 0], "{value}");
        let plain = name(value);
        assert!(
            ["FW1155", "FW1156"].contains(&plain.first().map_or("", String::as_str)),
            "{value}: {plain:?}"
        );
    }
    assert_eq!(extended("!Join [!Ref Text, [a]]"), ["FW1156"]);
}

#[test]
fn loops_have_names_of_their_own() {
    let text = "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Topics:\n    - Name\n    - [A, B]\n    - Topic${Name}:\n        Type: AWS::SNS::Topic\n        Properties: {DisplayName: !Ref Name, TopicName: !Sub '${Name}x'}\n";
    assert_eq!(codes(text), [""; 0]);
}

#[test]
fn documents_within_templates_are_left_alone() {
    let policy = "Resources:\n  A:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Action: s3:GetObject\n            Resource: 'arn:aws:s3:::a/${aws:username}'\n            Condition: {StringEquals: {a: b}}\n";
    assert_eq!(codes(policy), [""; 0]);
    assert_eq!(
        codes("Metadata:\n  A: !Reff b\n  B: {Fn::Own: c}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n"),
        [""; 0]
    );
}

#[test]
fn conditions_know_parameters_only() {
    let condition = |text: &str| {
        codes(&format!(
            "Parameters:\n  P: {{Type: String}}\nConditions:\n  C: {text}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Condition: C\n    Properties: {{DisplayName: !Ref P}}\n"
        ))
    };
    assert_eq!(condition("!Equals [!Ref A, b]"), ["FW1154"]);
    assert_eq!(condition("!Equals [!ImportValue b, b]"), ["FW1154"]);
    assert_eq!(condition("!Equals [!Ref P]"), ["FW1145"]);
    assert_eq!(condition("!Or [!Equals [!Ref P, b]]"), ["FW1145"]);
    assert_eq!(condition("!Equals [!Join ['', [!Ref P, b]], ab]"), [""; 0]);
}

#[test]
fn dynamic_references_have_a_form() {
    for value in [
        "'{{resolve:ssm:/a/b}}'",
        "'{{resolve:ssm:/a/b:12}}'",
        "'{{resolve:secretsmanager:a}}'",
        "'{{resolve:secretsmanager:a:SecretString:b::c}}'",
        "'{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-b:SecretString:c}}'",
        "!Sub '{{resolve:${Text}}}'",
        "!Join ['', ['{{resolve:ssm:', !Ref Text, '}}']]",
    ] {
        assert_eq!(name(value), [""; 0], "{value}");
    }
    for value in [
        "'{{resolve:sms:/a/b}}'",
        "'{{resolve:ssm}}'",
        "'{{resolve:ssm:/a'",
        "'{{resolve:secretsmanager:a:password}}'",
        "'{{resolve:secretsmanager:a:SecretString:b:c:d}}'",
    ] {
        assert_eq!(name(value), ["FW1165"], "{value}");
    }
}

#[test]
fn secrets_are_told_from_what_is_about_them() {
    let user = |value: &str| {
        codes(&format!(
            "Parameters:\n  P: {{Type: String}}\nResources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: !Ref P\n      LoginProfile: {{Password: {value}, PasswordResetRequired: true}}\n"
        ))
    };
    assert_eq!(user("'{{resolve:ssm-secure:/a}}'"), [""; 0]);
    assert_eq!(user("'{{resolve:secretsmanager:a}}'"), [""; 0]);
    assert_eq!(user("!Sub '{{resolve:secretsmanager:${P}}}'"), [""; 0]);
    assert_eq!(user("abc"), ["FW1171"]);
    assert_eq!(user("!Ref P"), ["FW1172"]);
    let function = |variable: &str| {
        codes(&format!(
            "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment: {{Variables: {{{variable}}}}}\n"
        ))
    };
    assert_eq!(function("A_TOKEN: abcdef"), ["FW1175"]);
    for variable in [
        "A_TOKEN_ARN: abcdef",
        "SECRET_NAME: abcdef",
        "TOKEN_TTL: '3600000'",
        "A_TOKEN: !Ref AWS::Region",
        "KEY: abcdef",
    ] {
        assert_eq!(function(variable), [""; 0], "{variable}");
    }
    assert_eq!(user("!Join ['', [abc, def]]"), ["FW1171"]);
    assert!(user("!Sub abcdef").contains(&"FW1171".to_owned()));
    assert_eq!(user("!Join ['', [abc, !Ref AWS::Region]]"), [""; 0]);
    assert_eq!(user("!Join ['', ['{{resolve:', 'secretsmanager:a}}']]"), [""; 0]);
    for variable in
        ["DBPASS: abcdef", "DB_PASSWD: abcdef", "DB_PASS: abcdef", "A_TOKEN: !Join ['', [abc, def]]"]
    {
        assert_eq!(function(variable), ["FW1175"], "{variable}");
    }
    for variable in ["BYPASS: abcdef", "PWD: abcdef", "A_TOKEN: !Join ['', [abc, !Ref AWS::Region]]"] {
        assert_eq!(function(variable), [""; 0], "{variable}");
    }
    assert_eq!(name("AKIA2E0A8F3B244C9986"), ["FW1176"]);
    assert_eq!(name("AKIAIOSFODNN7EXAMPLE"), [""; 0]);
}

#[test]
fn imports_and_exports_of_several_templates() {
    let export = "Resources:\n  A:\n    Type: AWS::SNS::Topic\nOutputs:\n  O:\n    Value: a\n    Export: {Name: NAME}\n";
    let import =
        "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !ImportValue shop}\n";
    let check = |texts: &[&str]| -> Vec<String> {
        let sources: Vec<Source> = texts.iter().map(|text| Source::new("t.yaml", *text)).collect();
        templates(&sources)
            .findings
            .iter()
            .map(|finding| finding.code.to_string())
            .filter(|code| code.starts_with("FW116"))
            .collect()
    };
    assert_eq!(check(&[import]), [""; 0]);
    assert_eq!(check(&[import, &export.replace("NAME", "shop")]), [""; 0]);
    assert_eq!(check(&[import, &export.replace("NAME", "shop-a")]), ["FW1160"]);
    assert_eq!(check(&[import, &export.replace("NAME", "!Sub '${AWS::StackName}-a'")]), [""; 0]);
    assert_eq!(check(&[&export.replace("NAME", "a"), &export.replace("NAME", "a")]), ["FW1161"]);
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    let resource = |kind: &str, properties: &str| {
        codes(&format!("Resources:\n  X:\n    Type: {kind}\n    Properties: {{{properties}}}\n"))
    };
    let secret = |value: &str| resource("AWS::SecretsManager::Secret", &format!("SecretString: {value}"));
    assert_eq!(secret("!Sub '{\"username\": \"${AWS::StackName}\", \"password\": \"hunter2\"}'"), ["FW1171"]);
    assert_eq!(secret("!Sub '{\"username\": \"a\", \"password\": \"${AWS::StackName}\"}'"), [""; 0]);
    let units =
        "UserPoolId: !ImportValue pool, TokenValidityUnits: {AccessToken: minutes, RefreshToken: days}";
    assert_eq!(resource("AWS::Cognito::UserPoolClient", units), [""; 0]);
    let parameter = |name: &str, value: &str| {
        resource("AWS::SSM::Parameter", &format!("Type: String, Name: {name}, Value: {value}"))
    };
    assert_eq!(parameter("/shop/db/password", "hunter2"), ["FW1175"]);
    assert_eq!(parameter("!Sub '/${AWS::StackName}/api-token'", "abcdef"), ["FW1175"]);
    assert_eq!(parameter("/shop/db/password", "!Ref AWS::StackName"), [""; 0]);
    assert_eq!(parameter("/shop/db/password-length", "'sixteen'"), [""; 0]);
    let build = |variable: &str| {
        resource(
            "AWS::CodeBuild::Project",
            &format!("Environment: {{EnvironmentVariables: [{{{variable}}}]}}"),
        )
    };
    assert_eq!(build("Name: DB_PASSWORD, Value: hunter2"), ["FW1175"]);
    assert_eq!(build("Name: DB_PASSWORD, Value: hunter2, Type: PLAINTEXT"), ["FW1175"]);
    assert_eq!(build("Name: DB_PASSWORD, Value: shop-db, Type: SECRETS_MANAGER"), [""; 0]);
    for text in [
        "postgres://shop:hunter2@db.example.com:5432/shop",
        "{Fn::Base64: !Sub 'curl https://me:hunter2@${AWS::Region}.example.com/'}",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "'token=ghp_16C7e42F292c6912E7710c838347Ae178B4a;'",
        "xoxb-123456789012-abcdefghijkl",
        "ASIA2E0A8F3B244C9986",
    ] {
        assert_eq!(name(text), ["FW1176"], "{text}");
    }
    for text in [
        "postgres://shop@db.example.com:5432/shop",
        "!Sub 'https://me:${AWS::Region}@example.com/'",
        "'https://me:$TOKEN@example.com'",
        "postgres://user:password@host",
        "'https://example.com/a:b@c'",
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "xoxb-short",
    ] {
        assert!(!name(text).contains(&"FW1176".to_owned()), "{text}");
    }
}

/// What is secret is in no message.
#[test]
fn secrets_are_not_repeated() {
    let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment: {Variables: {DBPASS: hunter2000, U: 'a://b:hunter2000@c', T: sk_live_hunter2000Abcdefgh12}}\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: {Password: !Join ['', [hunter, '2000']]}\n";
    let report = templates(&[Source::new("t.yaml", text)]);
    let secret = report.findings.iter().filter(|finding| ("FW1171"..="FW1176").contains(&&*finding.code));
    assert_eq!(secret.clone().count(), 4);
    for finding in report.findings.iter() {
        assert!(!format!("{finding:?}").contains("hunter2000"), "{finding:?}");
    }
}

/// A parameter is reported where it fills a secret, every time.
#[test]
fn a_parameter_is_reported_where_it_is_used() {
    let user = |id: &str| {
        format!(
            "  {id}:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: {{Password: !Ref P}}\n"
        )
    };
    let text = format!("Parameters:\n  P: {{Type: String}}\nResources:\n{}{}", user("A"), user("B"));
    let report = templates(&[Source::new("t.yaml", text)]);
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.code == "FW1172").collect();
    let lines: Vec<Vec<u32>> =
        found.iter().map(|finding| finding.spans.iter().map(|span| span.at.line).collect()).collect();
    assert_eq!(lines, [[7, 2], [11, 2]]);
    assert!(found.iter().all(|finding| finding.resource_types == ["AWS::IAM::User"]));
}

#[test]
fn templates_that_import_from_each_other() {
    let template = |own: &str, other: &str| {
        format!(
            "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {{DisplayName: !ImportValue {other}}}\nOutputs:\n  O:\n    Value: a\n    Export: {{Name: {own}}}\n"
        )
    };
    let check = |texts: [(String, Option<&str>); 2]| -> Vec<&'static str> {
        let source = |(text, region): (String, Option<&str>)| Source {
            region: region.map(str::to_owned),
            ..Source::new("t.yaml", text)
        };
        let report = templates(&texts.map(source));
        let found = report.findings.iter().filter(|finding| finding.code == "FW1177");
        found.map(|finding| finding.severity.as_str()).collect()
    };
    let (one, two) = (template("a", "b"), template("b", "a"));
    assert_eq!(check([(one.clone(), None), (two.clone(), None)]), ["error", "error"]);
    assert_eq!(check([(one.clone(), None), (template("b", "c"), None)]), [""; 0]);
    assert_eq!(check([(one.clone(), Some("eu-west-1")), (two.clone(), Some("eu-west-2"))]), [""; 0]);
    let conditional = format!("{one}Conditions:\n  C: !Equals [!Ref AWS::Region, x]\n");
    assert_eq!(check([(conditional, None), (two, None)]), ["warning", "warning"]);
}
