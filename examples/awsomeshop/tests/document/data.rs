//! What production keeps: the database, the pictures and images, the users, the certificate.

use crate::support::{ACCOUNT, SUFFIX, Shop, same, text, tls_only};
use serde_json::json;

fn shop() -> Shop {
    Shop::of("prod")
}

#[test]
fn the_database_is_the_one_of_the_document() {
    let shop = shop();
    let database = shop.with("AWS::RDS::DBInstance", "DBName", "awsomeshop");
    let group = shop.with("AWS::EC2::SecurityGroup", "GroupName", "awsomeshop-rds-sg");
    let subnets = shop.with("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", "awsomeshop-db-subnet-group");
    database.is(json!({
        "Engine": "mysql",
        "DBInstanceClass": "db.t3.micro",
        "StorageType": "gp2",
        "AllocatedStorage": "20",
        "MultiAZ": false,
        "AvailabilityZone": "us-east-2a",
        "PubliclyAccessible": false,
        "VPCSecurityGroups": [group.reference()],
        "DBSubnetGroupName": subnets.reference(),
        "DBParameterGroupName": "default.mysql8.0",
        "OptionGroupName": "default:mysql-8-0",
        "BackupRetentionPeriod": 30,
        "PreferredBackupWindow": "03:00-04:00",
        "CopyTagsToSnapshot": true,
        "PreferredMaintenanceWindow": "sun:04:00-sun:05:00",
        "AutoMinorVersionUpgrade": true,
        "StorageEncrypted": true,
        "EnableIAMDatabaseAuthentication": true,
        "DeletionProtection": true,
        // What grows, or is faster than the baseline of 100 operations a second, would be something else.
        "MaxAllocatedStorage": null,
        "Iops": null,
        "StorageThroughput": null,
    }));
    let version = text(&database.properties["EngineVersion"]);
    let minor: Option<u32> = version.strip_prefix("8.0.").and_then(|minor| minor.parse().ok());
    assert!(minor.is_some_and(|minor| minor >= 35), "EngineVersion is {version}");
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        assert_eq!(database.beside[policy], "Snapshot", "{policy}");
    }
}

#[test]
fn nobody_chooses_the_password_of_the_database() {
    let shop = shop();
    let secret = shop.with("AWS::SecretsManager::Secret", "Name", "awsomeshop/db");
    secret.is(json!({
        "SecretString": null,
        "GenerateSecretString.GenerateStringKey": "password",
        "GenerateSecretString.PasswordLength": 40,
    }));
    let password = format!("{{{{resolve:secretsmanager:{}:SecretString:password}}}}", secret.reference());
    let database = shop.with("AWS::RDS::DBInstance", "DBName", "awsomeshop");
    database.is(json!({"MasterUserPassword": password}));
    shop.with("AWS::SecretsManager::SecretTargetAttachment", "SecretId", secret.reference())
        .is(json!({"TargetId": database.reference(), "TargetType": "AWS::RDS::DBInstance"}));
}

#[test]
fn pictures_of_products_are_kept_as_the_document_says() {
    shop().resource("data", "ImagesBucket").is(json!({
        "BucketName": format!("awsomeshop-product-images-{SUFFIX}"),
        "VersioningConfiguration": null,
        "LifecycleConfiguration": null,
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "BlockPublicPolicy": true,
            "IgnorePublicAcls": true,
            "RestrictPublicBuckets": true,
        },
        "BucketEncryption.ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": true},
        ],
        "CorsConfiguration.CorsRules": [{
            "AllowedOrigins": ["https://awsomeshop.example.com"],
            "AllowedMethods": ["PUT", "POST"],
            "AllowedHeaders": ["*"],
            "ExposedHeaders": ["ETag"],
            "MaxAge": 3600,
        }],
    }));
}

#[test]
fn only_the_task_role_reads_and_writes_pictures() {
    let shop = shop();
    let bucket = shop.resource("data", "ImagesBucket").reference();
    // Whoever deploys can still change the bucket itself, and the role's own rights let it in.
    shop.with("AWS::S3::BucketPolicy", "Bucket", bucket.clone()).says([
        tls_only(&bucket),
        json!({
            "Sid": "OnlyFor",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [
                "s3:GetObject*",
                "s3:PutObject*",
                "s3:DeleteObject*",
                "s3:RestoreObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
            ],
            "Resource": format!("{bucket}.Arn/*"),
            "Condition": {
                "ArnNotEquals": {
                    "aws:PrincipalArn": format!("arn:aws:iam::{ACCOUNT}:role/awsomeshop-ecs-task-role"),
                },
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        }),
    ]);
}

#[test]
fn images_are_kept_in_a_repository() {
    let repository = shop().with("AWS::ECR::Repository", "RepositoryName", "awsomeshop");
    // Every build is pushed as `latest`.
    repository.is(json!({"ImageTagMutability": "MUTABLE"}));
}

#[test]
fn users_are_kept_as_the_document_says() {
    shop().with("AWS::Cognito::UserPool", "UserPoolName", "awsomeshop-users").is(json!({
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "Policies.PasswordPolicy": {
            "MinimumLength": 8,
            "RequireUppercase": true,
            "RequireLowercase": true,
            "RequireNumbers": true,
            "RequireSymbols": false,
        },
        "MfaConfiguration": "OPTIONAL",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "AccountRecoverySetting.RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}],
        "DeletionProtection": "ACTIVE",
    }));
}

#[test]
fn the_web_client_logs_users_on() {
    let shop = shop();
    let pool = shop.with("AWS::Cognito::UserPool", "UserPoolName", "awsomeshop-users");
    let client = shop.with("AWS::Cognito::UserPoolClient", "ClientName", "awsomeshop-web-client");
    client.is(json!({
        "UserPoolId": pool.reference(),
        "GenerateSecret": true,
        "AccessTokenValidity": 1,
        "IdTokenValidity": 1,
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"},
    }));
    let flows = client.get("ExplicitAuthFlows").as_array().expect("a list").iter().map(text);
    let expected = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    same("ExplicitAuthFlows", flows, expected.map(str::to_owned));
}

#[test]
fn the_id_of_the_user_pool_is_a_secret() {
    let shop = shop();
    let pool = shop.with("AWS::Cognito::UserPool", "UserPoolName", "awsomeshop-users");
    let secret = shop.with("AWS::SecretsManager::Secret", "Name", "awsomeshop/cognito");
    secret.is(json!({"SecretString": pool.reference()}));
}

#[test]
fn the_certificate_has_both_names() {
    let domain = "awsomeshop.example.com";
    shop().with("AWS::CertificateManager::Certificate", "DomainName", domain).is(json!({
        "SubjectAlternativeNames": ["*.awsomeshop.example.com"],
        "ValidationMethod": "DNS",
        "KeyAlgorithm": "RSA_2048",
    }));
}
