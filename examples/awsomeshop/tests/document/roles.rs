//! What the roles may do: what the program needs, and no more.

use crate::support::{ACCOUNT, Shop, text};
use serde_json::{Value, json};

#[test]
fn the_execution_role_starts_tasks_and_nothing_else() {
    let shop = Shop::of("prod");
    let role = shop.with("AWS::IAM::Role", "RoleName", "awsomeshop-ecs-execution-role");
    assert_eq!(
        role.properties["ManagedPolicyArns"],
        json!(["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"])
    );
    let repository = format!("arn:aws:ecr:us-east-2:{ACCOUNT}:repository/awsomeshop");
    assert!(shop.allows(&role, "ecr:BatchGetImage", &repository));
    assert!(shop.allows(&role, "ecr:GetAuthorizationToken", "*"));
    for name in ["awsomeshop/db", "awsomeshop/cognito"] {
        let secret = shop.with("AWS::SecretsManager::Secret", "Name", name);
        let attached = shop.all("AWS::SecretsManager::SecretTargetAttachment").into_iter();
        let attached = attached.filter(|it| it.properties["SecretId"] == secret.reference());
        let names: Vec<String> = attached.map(|it| it.reference()).chain([secret.reference()]).collect();
        assert!(names.iter().any(|it| shop.allows(&role, "secretsmanager:GetSecretValue", it)), "{name}");
    }
    let log = format!("arn:aws:logs:us-east-2:{ACCOUNT}:log-group:/ecs/awsomeshop-core-task:*");
    assert!(shop.allows(&role, "logs:PutLogEvents", &log));
    only(&shop.rights(&role), &["ecr:", "logs:", "secretsmanager:GetSecretValue"]);
}

#[test]
fn the_task_role_does_what_the_program_does_and_nothing_else() {
    let shop = Shop::of("prod");
    let role = shop.with("AWS::IAM::Role", "RoleName", "awsomeshop-ecs-task-role");
    assert_eq!(role.properties["ManagedPolicyArns"], Value::Null);
    let database = shop.only("AWS::RDS::DBInstance");
    let place = format!(
        "arn:aws:rds-db:us-east-2:{ACCOUNT}:dbuser:{}.DbiResourceId/awsomeshop",
        database.reference()
    );
    assert!(shop.allows(&role, "rds-db:connect", &place));
    let images = shop.resource("data", "ImagesBucket");
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        assert!(shop.allows(&role, action, &format!("{}.Arn/*", images.reference())), "{action}");
    }
    let users = shop.only("AWS::Cognito::UserPool");
    assert!(shop.allows(&role, "cognito-idp:AdminGetUser", &format!("{}.Arn", users.reference())));
    let rights = shop.rights(&role);
    let metrics = rights.iter().find(|it| it["Action"] == "cloudwatch:PutMetricData").expect("a right");
    assert_eq!(metrics["Condition"], json!({"StringEquals": {"cloudwatch:namespace": "AWSomeShop"}}));
    only(&rights, &["rds-db:connect", "s3:", "cognito-idp:", "cloudwatch:PutMetricData"]);
}

/// Nothing but what begins like this is allowed, no action is a pattern, and only what cannot be narrowed is for everything.
fn only(rights: &[Value], beginnings: &[&str]) {
    for statement in rights {
        assert_eq!(statement["Effect"], "Allow");
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            action => vec![action.clone()],
        };
        for action in actions.iter().map(text) {
            assert!(!action.contains('*'), "{action}");
            assert!(beginnings.iter().any(|it| action.starts_with(it)), "{action}");
            let narrow = statement["Resource"] != "*";
            assert!(
                narrow || ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"].contains(&&*action),
                "{action}"
            );
        }
    }
}

#[test]
fn only_ecs_of_this_account_takes_the_roles() {
    let shop = Shop::of("prod");
    for name in ["awsomeshop-ecs-execution-role", "awsomeshop-ecs-task-role"] {
        let role = shop.with("AWS::IAM::Role", "RoleName", name);
        let trust = role.get("AssumeRolePolicyDocument.Statement").as_array().expect("statements");
        assert_eq!(trust.len(), 1);
        assert_eq!(trust[0]["Principal"], json!({"Service": "ecs-tasks.amazonaws.com"}));
        assert!(trust[0]["Condition"].to_string().contains(ACCOUNT), "{}", trust[0]);
    }
}
