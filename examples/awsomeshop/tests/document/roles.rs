//! What the roles may do: what the program needs, and no more.

use crate::support::{ACCOUNT, Shop, same};
use serde_json::{Value, json};

/// The lines of [`Shop::grants`] for some actions and what they are for.
fn on(resource: impl AsRef<str>, actions: &[&str]) -> Vec<String> {
    actions.iter().map(|action| format!("{action} on {}", resource.as_ref())).collect()
}

#[test]
fn the_execution_role_starts_tasks_and_nothing_else() {
    let shop = Shop::of("prod");
    let role = shop.with("AWS::IAM::Role", "RoleName", "awsomeshop-ecs-execution-role");
    role.is(json!({
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
    }));

    let secret = |name: &str| shop.with("AWS::SecretsManager::Secret", "Name", name).reference();
    let kind = "AWS::SecretsManager::SecretTargetAttachment";
    let database = shop.with(kind, "SecretId", secret("awsomeshop/db")).reference();
    let repository = format!("arn:aws:ecr:us-east-2:{ACCOUNT}:repository/awsomeshop");
    let log = format!("arn:aws:logs:us-east-2:{ACCOUNT}:log-group:/ecs/awsomeshop-core-task:*");
    let pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let expected = [
        on("*", &["ecr:GetAuthorizationToken"]),
        on(repository, &pull),
        on(log, &["logs:CreateLogStream", "logs:PutLogEvents"]),
        on(database, &["secretsmanager:GetSecretValue"]),
        on(secret("awsomeshop/cognito"), &["secretsmanager:GetSecretValue"]),
    ];
    same("what the execution role may do", shop.grants(&role), expected.concat());
}

#[test]
fn the_task_role_does_what_the_program_does_and_nothing_else() {
    let shop = Shop::of("prod");
    let role = shop.with("AWS::IAM::Role", "RoleName", "awsomeshop-ecs-task-role");
    role.is(json!({"ManagedPolicyArns": null}));

    let database = shop.with("AWS::RDS::DBInstance", "DBName", "awsomeshop").reference();
    let user = format!("arn:aws:rds-db:us-east-2:{ACCOUNT}:dbuser:{database}.DbiResourceId/awsomeshop");
    let images = shop.resource("data", "ImagesBucket").reference();
    let users = shop.with("AWS::Cognito::UserPool", "UserPoolName", "awsomeshop-users").reference();
    let pictures = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"];
    let manage = [
        "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:AdminConfirmSignUp",
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminDeleteUser",
        "cognito-idp:AdminDeleteUserAttributes",
        "cognito-idp:AdminDisableUser",
        "cognito-idp:AdminEnableUser",
        "cognito-idp:AdminGetUser",
        "cognito-idp:AdminListGroupsForUser",
        "cognito-idp:AdminRemoveUserFromGroup",
        "cognito-idp:AdminResetUserPassword",
        "cognito-idp:AdminSetUserMFAPreference",
        "cognito-idp:AdminSetUserPassword",
        "cognito-idp:AdminUpdateUserAttributes",
        "cognito-idp:AdminUserGlobalSignOut",
        "cognito-idp:GetGroup",
        "cognito-idp:ListGroups",
        "cognito-idp:ListUsers",
        "cognito-idp:ListUsersInGroup",
    ];
    let own_metrics = json!({"StringEquals": {"cloudwatch:namespace": "AWSomeShop"}});
    let expected = [
        on(user, &["rds-db:connect"]),
        on(format!("{images}.Arn"), &["s3:ListBucket"]),
        on(format!("{images}.Arn/*"), &pictures),
        on(format!("{users}.Arn"), &manage),
        on(format!("* if {own_metrics}"), &["cloudwatch:PutMetricData"]),
    ];
    same("what the task role may do", shop.grants(&role), expected.concat());
}

#[test]
fn the_other_roles_write_logs_and_metrics() {
    let shop = Shop::of("prod");
    let flow_log = shop.resource("network", "FlowLogRole");
    flow_log.is(json!({"ManagedPolicyArns": null}));
    let log = format!("{}.Arn", shop.resource("network", "FlowLogGroup").reference());
    let write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    same("what the role of the flow log may do", shop.grants(&flow_log), on(log, &write));

    let database = shop.resource("data", "DatabaseMonitoring");
    database.is(json!({
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"],
    }));
    same("what the role of the database may do", shop.grants(&database), []);
}

#[test]
fn only_services_of_this_account_take_the_roles() {
    let shop = Shop::of("prod");
    let tasks = Some("arn:aws:ecs:us-east-2:111122223333:*");
    let flow_logs = Some("arn:aws:ec2:us-east-2:111122223333:vpc-flow-log/*");
    for (stack, id, service, source) in [
        ("security", "ExecutionRole", "ecs-tasks.amazonaws.com", tasks),
        ("security", "TaskRole", "ecs-tasks.amazonaws.com", tasks),
        ("network", "FlowLogRole", "vpc-flow-logs.amazonaws.com", flow_logs),
        ("data", "DatabaseMonitoring", "monitoring.rds.amazonaws.com", None),
    ] {
        let mut condition = json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}});
        if let Some(source) = source {
            condition["ArnLike"] = json!({"aws:SourceArn": source});
        }
        let statement: Value = json!({
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": condition,
        });
        shop.resource(stack, id).is(json!({"AssumeRolePolicyDocument.Statement": [statement]}));
    }
}
