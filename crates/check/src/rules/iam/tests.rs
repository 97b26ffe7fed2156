use crate::{Report, Source};

fn check(text: &str) -> Report {
    crate::templates(&[Source::new("t.yaml", text)])
}

/// The codes of these rules, with the messages.
fn said(text: &str) -> Vec<String> {
    let report = check(text);
    let ours = report.findings.iter().filter(|finding| finding.code.starts_with("FW15"));
    ours.map(|finding| format!("{} {:?}: {}", finding.code, finding.severity, finding.message)).collect()
}

/// An identity policy of one statement.
fn policy(statement: &str) -> String {
    let statement = statement.replace('\n', "\n            ");
    format!(
        "
Parameters:
  Name:
    Type: String
  Known:
    Type: String
    Default: arn:aws:s3:::known
Resources:
  Assets:
    Type: AWS::S3::Bucket
  Orders:
    Type: AWS::SQS::Queue
  Table:
    Type: AWS::DynamoDB::Table
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {statement}
"
    )
}

fn allow(action: &str, resource: &str) -> Vec<String> {
    said(&policy(&format!("Effect: Allow\nAction: {action}\nResource: {resource}")))
}

#[test]
fn resources_that_fit_are_not_spoken_of() {
    for (action, resource) in [
        ("s3:GetObject", "!Sub '${Assets.Arn}/*'"),
        ("s3:GetObject", "!Join ['', [!GetAtt Assets.Arn, '/*']]"),
        ("s3:GetObject", "!Sub 'arn:${AWS::Partition}:s3:::${Assets}/x'"),
        // It may contain a slash.
        ("s3:GetObject", "!Sub 'arn:aws:s3:::${Name}'"),
        ("s3:GetObject", "!Ref Name"),
        ("s3:ListBucket", "!GetAtt Assets.Arn"),
        ("s3:ListBucket", "!Ref Known"),
        ("s3:GetObject", "arn:aws:s3:::assets*"),
        ("'s3:Get*'", "!GetAtt Assets.Arn"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*"),
        ("dynamodb:Query", "!GetAtt Table.Arn"),
        ("dynamodb:Query", "!Sub '${Table.Arn}/index/*'"),
        ("dynamodb:GetRecords", "!GetAtt Table.StreamArn"),
        ("sqs:SendMessage", "!GetAtt Orders.Arn"),
        ("logs:PutLogEvents", "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/x:*'"),
        ("s3:GetObject", "!ImportValue assets"),
        ("s3:GetObject", "'{{resolve:ssm:/assets}}'"),
        ("execute-api:Invoke", "arn:aws:execute-api:eu-central-1:111122223333:abc/*"),
    ] {
        assert_eq!(allow(action, resource), [] as [&str; 0], "{action} on {resource}");
    }
}

#[test]
fn resources_that_do_not_fit_are() {
    for (action, resource, expected) in [
        (
            "s3:GetObject",
            "!Ref Known",
            "FW1515 Warning: `s3:GetObject` acts on objects, but `arn:aws:s3:::known` is a bucket itself",
        ),
        (
            "s3:ListBucket",
            "!Sub '${Assets.Arn}/*'",
            "FW1515 Error: `s3:ListBucket` acts on buckets, but `${Assets.Arn}/*` stands for objects",
        ),
        (
            "dynamodb:Query",
            "!GetAtt Orders.Arn",
            "FW1515 Warning: `dynamodb:Query` cannot act on `${Orders.Arn}`",
        ),
        (
            "sqs:ListQueues",
            "!GetAtt Orders.Arn",
            "FW1515 Warning: `sqs:ListQueues` acts on no resource in particular, and is not granted on `${Orders.Arn}`",
        ),
        (
            "s3:GetObject",
            "!Sub '${Assets}/*'",
            "FW1514 Error: a policy names a resource by its ARN, and `Ref` of `Assets` yields a name",
        ),
        (
            "sqs:SendMessage",
            "!GetAtt Orders.QueueName",
            "FW1514 Error: a policy names a resource by its ARN, and `QueueName` of `Orders` yields no ARN",
        ),
        (
            "s3:ListBucket",
            "arn:aws:s3:eu-central-1::assets",
            "FW1513 Error: the ARN of a bucket has no Region, but `arn:aws:s3:eu-central-1::assets` has one",
        ),
        (
            "s3:ListBucket",
            "arn:aws:s3:assets",
            "FW1513 Error: `arn:aws:s3:assets` is no whole ARN: it has 4 of six parts",
        ),
        (
            "sqs:SendMessage",
            "arn:aws:sqss:eu-central-1:111122223333:orders",
            "FW1513 Warning: `sqss` in `arn:aws:sqss:eu-central-1:111122223333:orders` is no service that is known",
        ),
    ] {
        assert!(
            allow(action, resource).iter().any(|said| said == expected),
            "{action} on {resource}: {:#?}",
            allow(action, resource)
        );
    }
}

#[test]
fn actions_of_one_reason_are_one_finding() {
    let said = allow("[s3:GetObject, s3:PutObject, s3:ListBucket]", "!GetAtt Assets.Arn");
    assert_eq!(
        said,
        ["FW1515 Warning: `s3:GetObject` and 1 more act on objects, but `${Assets.Arn}` is a bucket itself"]
    );
}

#[test]
fn actions_are_known_in_any_case_and_with_wildcards() {
    for action in ["SQS:sendmessage", "'sqs:Send*'", "'sqs:????Message'", "!Ref Name", "'s*:SendMessage'"] {
        let said = allow(action, "!GetAtt Orders.Arn");
        assert!(!said.iter().any(|said| said.starts_with("FW1512")), "{action}: {said:?}");
    }
    assert_eq!(
        allow("SendMessage", "!GetAtt Orders.Arn"),
        ["FW1512 Error: `SendMessage` is no action of IAM: it names no service"]
    );
    let nothing = allow("'sqs:Gte*'", "!GetAtt Orders.Arn");
    assert!(
        nothing.contains(&"FW1512 Warning: `sqs:Gte*` matches no action that is known".to_owned()),
        "{nothing:?}"
    );
}

#[test]
fn conditions_of_a_template_are_followed() {
    let text = "
Parameters:
  Stage:
    Type: String
    AllowedValues: [dev, prod]
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - !If
            - IsProd
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: orders
            - !Ref AWS::NoValue
          - Effect: Allow
            Action: sqs:DeleteMessage
            Resource: !If [IsProd, arn:aws:sqs:eu-central-1:111122223333:orders, '*']
";
    assert_eq!(
        said(text),
        [
            "FW1513 Error: `orders` is no ARN, by which a policy names a resource",
            "FW1522 Note: `sqs:DeleteMessage` can change all resources, where `Policy` could name some",
        ]
    );
}

#[test]
fn what_is_not_known_is_not_judged() {
    for statement in [
        "!Ref Name",
        "Fn::Transform: {Name: AWS::Include}",
        "Effect: !Ref Name\nAction: !Split [',', !Ref Name]\nResource: !Split [',', !Ref Name]",
        "Effect: Allow\nAction: sqs:SendMessage\nResource: !GetAtt Orders.Arn\nCondition: !Ref Name",
        "Effect: Allow\nAction: sqs:SendMessage\nResource: !GetAtt Orders.Arn\nCondition: {StringEquals: !Ref Name}",
    ] {
        assert_eq!(said(&policy(statement)), [] as [&str; 0], "{statement}");
    }
    assert_eq!(
        said(
            "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: !ImportValue x\n"
        ),
        [] as [&str; 0]
    );
}

#[test]
fn hostile_documents_do_no_harm() {
    for document in [
        "5",
        "[]",
        "true",
        "null",
        "''",
        "{Statement: 1e308}",
        "{Statement: {Statement: {}}}",
        "{Statement: [[[]]]}",
    ] {
        said(&format!(
            "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: {document}\n"
        ));
    }
    for statement in [
        "Effect: [1]\nAction: {a: {b: c}}\nResource: [[x], {y: z}, 5, null]\nPrincipal: [5]\nCondition: [1]",
        "Condition: {'': {'': ''}, ':': {':': [5, null]}, 'ForAllValues:': {a: {}}}\nSid: [x]\nPrincipal: {AWS: {x: 5}}",
        "Effect: Allow\nAction: ['é:é', ':', '::', 'a:', ':b', '${', 's3:${x}']\nResource: ['arn', 'é', 'arn:::::', 'arn:${', '${}']",
    ] {
        said(&policy(statement));
    }
}

#[test]
fn json_text_is_read_also_with_references_in_it() {
    let logs = |document: &str| {
        format!(
            "
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyName: p
      PolicyDocument: {document}
"
        )
    };
    let text = r#"!Sub '{"Version":"2012-10-17","Statement":[{"Effect":"Alow","Principal":{"Service":"route53.amazonaws.com"},"Action":"logs:PutLogEvent","Resource":"${Orders.Arn}:*"}]}'"#;
    assert_eq!(
        said(&logs(text)),
        [
            "FW1503 Error: the effect of a statement is `Allow` or `Deny`, not `Alow`",
            "FW1512 Warning: `logs:PutLogEvent` is no action that is known",
        ]
    );
    // An unknown part that is not within quotes may be anything.
    assert_eq!(said(&logs(r#"!Sub '{"Statement":[${Orders}]}'"#)), [] as [&str; 0]);
    assert_eq!(said(&logs("'no json'")).len(), 1);
}

#[test]
fn statements_without_a_list_and_unknown_keys() {
    assert_eq!(
        said(&policy("Effect: Allow\nActoin: sqs:SendMessage\nResource: !GetAtt Orders.Arn")),
        ["FW1501 Error: `Actoin` is not part of a statement",]
    );
    let said = said(&policy("Effect: Allow\nAction: sqs:SendMessage\nNotAction: sqs:*"));
    assert_eq!(said.iter().filter(|said| said.starts_with("FW1504")).count(), 2, "{said:?}");
}

#[test]
fn conditions_are_judged_by_operator_key_and_value() {
    let condition = |condition: &str| {
        said(&policy(&format!(
            "Effect: Allow\nAction: sqs:SendMessage\nResource: !GetAtt Orders.Arn\nCondition: {condition}"
        )))
    };
    for fine in [
        "{StringEqualsIfExists: {aws:PrincipalTag/team: web}}",
        "{'ForAnyValue:StringLike': {aws:PrincipalOrgPaths: 'o-1/*'}}",
        "{Bool: {aws:SecureTransport: true}}",
        "{Bool: {aws:SecureTransport: 'false'}}",
        "{IpAddress: {aws:SourceIp: [10.0.0.0/8, '2001:db8::/32']}}",
        "{DateLessThan: {aws:CurrentTime: '2030-01-01T00:00:00Z'}}",
        "{DateGreaterThan: {aws:EpochTime: 1700000000}}",
        "{ArnLike: {aws:SourceArn: !GetAtt Orders.Arn}}",
        "{StringEquals: {'token.example.com:sub': x}}",
        "{Null: {aws:TokenIssueTime: true}}",
        "{NumericLessThan: {aws:MultiFactorAuthAge: 3600}}",
        "{IpAddress: {aws:SourceIp: !Ref Name}}",
        "{StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}",
    ] {
        assert_eq!(condition(fine), [] as [&str; 0], "{fine}");
    }
    for (wrong, code) in [
        ("{StringEqualz: {aws:username: x}}", "FW1507 Error"),
        ("{'ForEach:StringEquals': {aws:username: x}}", "FW1507 Error"),
        ("{Bool: {aws:SecureTransport: 'yes'}}", "FW1508 Error"),
        ("{NumericLessThan: {aws:MultiFactorAuthAge: hour}}", "FW1508 Error"),
        ("{NumericEquals: {aws:SourceArn: 5}}", "FW1509 Warning"),
        ("{ArnLike: {aws:SecureTransport: 'arn:*'}}", "FW1509 Warning"),
        ("{StringEquals: {sqs:Nothing: x}}", "FW1510 Warning"),
        ("{StringEquals: {username: x}}", "FW1510 Warning"),
        ("{StringNotEquals: {aws:username: 'x*'}}", "FW1511 Warning"),
    ] {
        let said = condition(wrong);
        assert!(said.iter().any(|said| said.starts_with(code)), "{wrong}: {said:?}");
    }
}

const ROLE: &str = "
Parameters:
  Other: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: PRINCIPAL
            Action: sts:AssumeRole
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      Code: {ZipFile: x}
      Handler: x.y
      Runtime: python3.13
";

#[test]
fn a_role_that_may_trust_the_service_is_not_spoken_of() {
    for principal in [
        "{Service: lambda.amazonaws.com}",
        "{Service: [edgelambda.amazonaws.com, lambda.amazonaws.com]}",
        "{Service: !Sub 'lambda.${AWS::URLSuffix}'}",
        "{Service: !Ref Other}",
        "{Service: !Split [',', !Ref Other]}",
        "!Ref Other",
    ] {
        assert_eq!(said(&ROLE.replace("PRINCIPAL", principal)), [] as [&str; 0], "{principal}");
    }
    assert_eq!(
        said(&ROLE.replace("PRINCIPAL", "{AWS: !Ref Other}")),
        ["FW1539 Error: the role `Role` of `Function` does not trust `lambda.amazonaws.com`",]
    );
}

#[test]
fn a_role_of_another_stack_is_followed() {
    let roles =
        ROLE.split("  Function:").next().unwrap().replace("PRINCIPAL", "{Service: ec2.amazonaws.com}")
            + "Outputs:\n  Role:\n    Value: !GetAtt Role.Arn\n    Export: {Name: role}\n";
    let functions = "
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !ImportValue role
      Code: {ZipFile: x}
      Handler: x.y
      Runtime: python3.13
";
    let report =
        crate::templates(&[Source::new("roles.yaml", roles), Source::new("functions.yaml", functions)]);
    assert!(report.findings.iter().any(|finding| finding.code == "FW1539"));
}

#[test]
fn principals_are_judged() {
    for (principal, expected) in [
        ("{AWS: someone}", "FW1516 Error"),
        ("{AWS: !GetAtt Role.Arn}", ""),
        ("{AWS: lambda.amazonaws.com}", "FW1516 Error"),
        ("{AWS: 'arn:aws:iam::111122223333:user/*'}", "FW1516 Error"),
        ("{Service: lambda}", "FW1516 Error"),
        ("{Service: lambda.amazonaws.co}", "FW1517 Warning"),
        ("{Service: new-thing.eu-central-1.amazonaws.com}", ""),
        ("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}", ""),
        ("{AWS: '111122223333'}", "FW1531 Note"),
        ("'*'", "FW1530 Warning"),
    ] {
        let text = ROLE.split("  Function:").next().unwrap().replace("PRINCIPAL", principal);
        let said = said(&text);
        match expected {
            "" => assert_eq!(said, [] as [&str; 0], "{principal}"),
            _ => assert!(said.iter().any(|said| said.starts_with(expected)), "{principal}: {said:?}"),
        }
    }
}

#[test]
fn web_identities_need_a_subject() {
    let role = |condition: &str| {
        said(&ROLE.split("  Function:").next().unwrap()
            .replace("PRINCIPAL", "{Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'}")
            .replace("sts:AssumeRole\n", &format!("sts:AssumeRoleWithWebIdentity\n            Condition: {condition}\n")))
    };
    let sub = "token.actions.githubusercontent.com:sub";
    assert_eq!(role(&format!("{{StringLike: {{'{sub}': 'repo:o/r:*'}}}}")), [] as [&str; 0]);
    assert!(role(&format!("{{StringLike: {{'{sub}': 'repo:*'}}}}"))[0].starts_with("FW1532 Warning"));
    assert!(role(&format!("{{StringEquals: {{'{sub}': 'repo:o/r:*'}}}}"))[0].starts_with("FW1511 Warning"));
    assert!(
        role("{StringEquals: {'token.actions.githubusercontent.com:aud': sts.amazonaws.com}}")[0]
            .starts_with("FW1532")
    );
}

#[test]
fn pods_of_a_cluster_share_its_provider() {
    let role = |provider: &str, condition: &str| {
        said(
            &(ROLE
                .split("  Function:")
                .next()
                .unwrap()
                .replace("PRINCIPAL", &format!("{{Federated: {provider}}}"))
                .replace(
                    "sts:AssumeRole\n",
                    &format!("sts:AssumeRoleWithWebIdentity\n            Condition: {condition}\n"),
                )
                + "
  Cluster: {Type: AWS::EKS::Cluster}
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: {Url: !GetAtt Cluster.OpenIdConnectIssuerUrl}
"),
        )
    };
    let host = "oidc.eks.eu-central-1.amazonaws.com/id/X";
    let literal = format!("!Sub 'arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{host}'");
    for provider in [literal.as_str(), "!Ref Provider", "!GetAtt Provider.Arn"] {
        for (condition, expected) in [
            (format!("{{StringEquals: {{'{host}:aud': sts.amazonaws.com}}}}"), 1),
            (format!("{{StringNotEquals: {{'{host}:sub': 'system:serviceaccount:a:b'}}}}"), 1),
            (format!("{{StringEquals: {{'{host}:sub': 'system:serviceaccount:a:b'}}}}"), 0),
        ] {
            let said = role(provider, &condition);
            let count = said.iter().filter(|said| said.starts_with("FW1532 Warning")).count();
            assert_eq!(count, expected, "{provider} {condition}: {said:?}");
        }
    }
    // The audience of Cognito is a pool, of which guests may be members.
    let pool = "{StringEquals: {'cognito-identity.amazonaws.com:aud': 'eu-central-1:1'}}";
    let found = role("cognito-identity.amazonaws.com", pool);
    assert_eq!(found, ["FW1532 Note: whoever did not sign in may assume the role `Role` as well"]);
    let signed_in = "{StringEquals: {'cognito-identity.amazonaws.com:aud': 'eu-central-1:1'},
              'ForAnyValue:StringLike': {'cognito-identity.amazonaws.com:amr': authenticated}}";
    assert_eq!(role("cognito-identity.amazonaws.com", signed_in), [] as [&str; 0]);
    let others = "{StringEquals: {'gitlab.com:project_path': a/b}}";
    assert_eq!(role("'arn:aws:iam::111122223333:oidc-provider/gitlab.com'", others), [] as [&str; 0]);
}

#[test]
fn conditions_that_limit_nothing_are_none() {
    let role =
        |condition: &str| {
            let text = ROLE.split("  Function:").next().unwrap().replace("PRINCIPAL", "{AWS: '*'}");
            said(&text.replace(
                "sts:AssumeRole\n",
                &format!("sts:AssumeRole\n            Condition: {condition}\n"),
            ))
        };
    for open in [
        "{StringLike: {aws:PrincipalArn: '*'}}",
        "{ArnLike: {aws:PrincipalArn: 'arn:*'}}",
        "{ArnLike: {aws:PrincipalArn: 'arn:aws:iam::*:role/admin'}}",
        "{StringEqualsIfExists: {aws:PrincipalOrgID: o-1234567890}}",
        "{'Null': {aws:PrincipalOrgID: 'false'}}",
        "{StringNotEquals: {aws:PrincipalAccount: '111122223333'}}",
    ] {
        let said = role(open);
        assert!(said.iter().any(|said| said.starts_with("FW1530")), "{open}: {said:?}");
    }
    for closed in [
        "{StringEquals: {aws:PrincipalOrgID: o-1234567890}}",
        "{StringEqualsIfExists: {aws:PrincipalAccount: '111122223333'}}",
        "{ArnLike: {aws:PrincipalArn: 'arn:aws:iam::111122223333:role/*'}}",
        "{StringLike: {aws:PrincipalArn: '*'}, StringEquals: {sts:ExternalId: x}}",
        "{StringEquals: {aws:PrincipalArn: !Ref Other}}",
    ] {
        assert_eq!(role(closed), [] as [&str; 0], "{closed}");
    }
}

#[test]
fn some_services_are_told_whom_they_act_for() {
    let role =
        |principal: &str| said(&ROLE.split("  Function:").next().unwrap().replace("PRINCIPAL", principal));
    assert_eq!(
        role("{Service: scheduler.amazonaws.com}"),
        ["FW1535 Note: `scheduler` may assume the role `Role` on behalf of any account"]
    );
    assert_eq!(role("{Service: events.amazonaws.com}"), [] as [&str; 0]);
}

#[test]
fn all_combinations_are_named() {
    let text = policy("Effect: Allow\nAction: ['ssm:*', 'iam:PutRole*', ec2:RunInstances]\nResource: '*'");
    let report = check(&text);
    let found = report.findings.iter().find(|finding| finding.code == "FW1526").expect("it is found");
    assert!(found.message.starts_with("with `iam:PutRolePolicy`, `Policy` can gain"), "{}", found.message);
    let notes = format!("{found:?}");
    for other in ["iam:PutRolePermissionsBoundary", "ssm:SendCommand", "ssm:StartSession"] {
        assert!(notes.contains(other), "{notes}");
    }
    let text = policy("Effect: Allow\nAction: ['ssm:*', iam:PutRolePolicy]\nResource: '*'")
        + "          - {Effect: Deny, Action: ['iam:Put*', 'ssm:St*', ssm:SendCommand], Resource: '*'}\n";
    assert!(!said(&text).iter().any(|said| said.starts_with("FW1526")), "{:?}", said(&text));
}

#[test]
fn decryption_is_told_once() {
    let said = allow("[kms:Decrypt, 'kms:ReEncrypt*']", "'*'");
    assert!(said.iter().all(|said| said.starts_with("FW1524")) && said.len() == 2, "{said:?}");
}

#[test]
fn roles_of_tasks_are_told_of_once() {
    let text = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      TaskRoleArn: !GetAtt Role.Arn
      ContainerDefinitions: [{Name: web, Image: web}]
";
    let report = check(text);
    let codes: Vec<&str> = report.findings.iter().map(|finding| &*finding.code).collect();
    assert!(codes.contains(&"FW1252") && !codes.contains(&"FW1539"), "{codes:?}");
}

#[test]
fn permissions_of_all_policies_of_a_role_count_together() {
    let text = ROLE.replace("PRINCIPAL", "{Service: lambda.amazonaws.com}")
        + "
  One:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: one
      Roles: [!Ref Role]
      PolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Action: 'iam:Pass*', Resource: 'arn:aws:iam::111122223333:role/*'}
  Two:
    Type: AWS::IAM::RolePolicy
    Properties:
      PolicyName: two
      RoleName: !Ref Role
      PolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Action: ec2:RunInstances, Resource: '*'}
";
    let found = said(&text);
    let expected = "FW1526 Warning: with `iam:PassRole` and `ec2:RunInstances`, `Role` can gain all permissions: \
                    start an instance with any role";
    assert!(found.iter().any(|said| said == expected), "{found:?}");
    let denied = text.replace(
        "ec2:RunInstances, Resource: '*'}",
        "ec2:RunInstances, Resource: '*', Condition: {Bool: {aws:ViaAWSService: true}}}",
    );
    assert!(!said(&denied).iter().any(|said| said.starts_with("FW1526")));
}

#[test]
fn conditions_that_say_who_close_a_resource() {
    let bucket = |condition: &str| {
        said(&format!(
            "
Resources:
  Assets:
    Type: AWS::S3::Bucket
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Assets
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {{AWS: '*'}}
            Action: s3:GetObject
            Resource: !Sub '${{Assets.Arn}}/*'
            Condition: {condition}
"
        ))
    };
    assert_eq!(bucket("{StringEquals: {aws:SourceVpce: vpce-1}}"), [] as [&str; 0]);
    assert_eq!(bucket("{IpAddress: {aws:SourceIp: 203.0.113.0/24}}"), [] as [&str; 0]);
    assert_eq!(bucket("{IpAddress: {aws:SourceIp: 0.0.0.0/0}}").len(), 1);
    assert_eq!(bucket("{Bool: {aws:SecureTransport: true}}").len(), 1);
    assert_eq!(bucket("{NotIpAddress: {aws:SourceIp: 203.0.113.0/24}}").len(), 1);
}

#[test]
fn statements_of_a_bus_are_read() {
    let bus = |principal: &str| {
        said(&format!(
            "
Resources:
  Bus:
    Type: AWS::Events::EventBusPolicy
    Properties:
      StatementId: all
      Statement:
        Effect: Allow
        Principal: {principal}
        Action: events:PutEvents
        Resource: !Sub 'arn:aws:events:eu-central-1:${{AWS::AccountId}}:event-bus/default'
"
        ))
    };
    assert_eq!(bus("'*'"), ["FW1534 Warning: `Bus` opens it to everybody, without an account too"]);
    assert_eq!(bus("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}"), [] as [&str; 0]);
}

#[test]
fn every_place_is_looked_at() {
    for place in super::places::PLACES {
        assert!(super::places::OWNERS.contains(&place.kind), "{}", place.kind);
        let facts = formwork_facts::resource_type(place.kind).expect("a type");
        let property = place.path.split('/').next().unwrap_or_default();
        assert!(facts.properties.get(property).is_some(), "{} {property}", place.kind);
    }
    for (kind, arn, _) in super::places::ARNS {
        let facts = formwork_facts::resource_type(kind).expect("a type");
        assert!(facts.attribute(arn).is_some() || kind.contains("Serverless"), "{kind} {arn}");
    }
}

#[test]
fn roles_are_found_where_types_have_them() {
    for (kind, path, ..) in super::roles::ROLES {
        assert!(super::roles::USERS.contains(kind), "{kind}");
        let facts = formwork_facts::resource_type(kind).expect("a type");
        let property = path.split('/').next().unwrap_or_default();
        assert!(facts.properties.get(property).is_some(), "{kind} {property}");
    }
}
