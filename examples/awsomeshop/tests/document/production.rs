//! What the deployment document asks for, in the templates of production: every number of it.

use crate::support::{ACCOUNT, Resource, Shop, text};
use serde_json::{Value, json};

fn shop() -> Shop {
    Shop::of("prod")
}

fn group(shop: &Shop, name: &str) -> Resource {
    shop.with("AWS::EC2::SecurityGroup", "GroupName", name)
}

fn subnet(shop: &Shop, range: &str) -> Resource {
    shop.with("AWS::EC2::Subnet", "CidrBlock", range)
}

/// Where a subnet's traffic to the internet goes.
fn way_out(shop: &Shop, subnet: &Resource) -> Value {
    let routing = shop.with("AWS::EC2::SubnetRouteTableAssociation", "SubnetId", subnet.reference());
    let routes = shop.all("AWS::EC2::Route").into_iter().map(|route| route.properties);
    let own = routes.filter(|route| route["RouteTableId"] == routing.properties["RouteTableId"]);
    let mut out = own.filter(|route| route["DestinationCidrBlock"] == "0.0.0.0/0");
    let route = out.next().expect("a way out");
    assert_eq!(out.next(), None);
    [&route["GatewayId"], &route["NatGatewayId"]]
        .into_iter()
        .find(|it| !it.is_null())
        .cloned()
        .unwrap_or_default()
}

/// Some properties, as they are.
fn properties<'r>(resource: &'r Resource, ways: &[&str]) -> Vec<&'r Value> {
    ways.iter().map(|way| resource.get(way)).collect()
}

/// Settings that are a list of names and values.
fn setting(list: &Value, key: &str, name: &str, value: &str) -> Value {
    let list = list.as_array().expect("a list");
    list.iter().find(|it| it[key] == name).map(|it| it[value].clone()).unwrap_or_default()
}

#[test]
fn there_are_five_stacks_in_us_east_2() {
    let shop = shop();
    assert_eq!(shop.stacks(), ["compute", "data", "monitoring", "network", "security"]);
    assert_eq!(shop.region(), "us-east-2");
}

#[test]
fn the_network_is_in_one_zone_and_in_two_where_aws_insists() {
    let shop = shop();
    let vpc = shop.only("AWS::EC2::VPC");
    assert_eq!(vpc.properties["CidrBlock"], "10.0.0.0/16");
    assert_eq!(properties(&vpc, &["EnableDnsHostnames", "EnableDnsSupport"]), [true, true]);

    let subnets = [
        ("10.0.1.0/24", "us-east-2a", true),
        ("10.0.2.0/24", "us-east-2a", false),
        ("10.0.3.0/24", "us-east-2b", true),
        ("10.0.4.0/24", "us-east-2b", false),
    ];
    assert_eq!(shop.all("AWS::EC2::Subnet").len(), subnets.len());
    for (range, zone, public) in subnets {
        let subnet = subnet(&shop, range);
        assert_eq!(subnet.properties["AvailabilityZone"], zone, "{range}");
        assert_eq!(subnet.properties["MapPublicIpOnLaunch"], public, "{range}");
    }

    let gateway = shop.only("AWS::EC2::InternetGateway");
    assert_eq!(
        shop.only("AWS::EC2::VPCGatewayAttachment").properties["InternetGatewayId"],
        gateway.reference()
    );
    let nat = shop.only("AWS::EC2::NatGateway");
    assert_eq!(nat.properties["SubnetId"], subnet(&shop, "10.0.1.0/24").reference());
    assert_eq!(shop.only("AWS::EC2::EIP").properties["Domain"], "vpc");
    for (range, gateway) in [("10.0.1.0/24", &gateway), ("10.0.3.0/24", &gateway), ("10.0.2.0/24", &nat)] {
        assert_eq!(way_out(&shop, &subnet(&shop, range)), gateway.reference(), "{range}");
    }
}

#[test]
fn everything_stands_where_the_document_has_it() {
    let shop = shop();
    let [public, private, spare_public, spare_private] =
        ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", "10.0.4.0/24"]
            .map(|range| subnet(&shop, range).reference());
    let balancer = shop.only("AWS::ElasticLoadBalancingV2::LoadBalancer");
    assert_eq!(balancer.properties["Scheme"], "internet-facing");
    assert_eq!(balancer.properties["Subnets"], json!([public, spare_public]));
    let service = shop.only("AWS::ECS::Service");
    let place = service.get("NetworkConfiguration.AwsvpcConfiguration");
    assert_eq!(place["Subnets"], json!([private]));
    assert_eq!(place["AssignPublicIp"], "DISABLED");
    let subnets = shop.only("AWS::RDS::DBSubnetGroup");
    assert_eq!(subnets.properties["DBSubnetGroupName"], "awsomeshop-db-subnet-group");
    assert_eq!(subnets.properties["SubnetIds"], json!([private, spare_private]));
    assert_eq!(shop.only("AWS::RDS::DBInstance").properties["AvailabilityZone"], "us-east-2a");
}

#[test]
fn security_groups_let_through_what_the_document_lists_and_nothing_else() {
    let shop = shop();
    assert_eq!(shop.all("AWS::EC2::SecurityGroup").len(), 3);
    let [alb, ecs, rds] =
        ["awsomeshop-alb-sg", "awsomeshop-ecs-sg", "awsomeshop-rds-sg"].map(|name| group(&shop, name));
    assert_eq!(
        shop.rules(&alb),
        [
            "from 0.0.0.0/0: 443".to_owned(),
            "from 0.0.0.0/0: 80".to_owned(),
            // A group without rules for what leaves lets everything leave; this one lets nothing.
            "to 127.0.0.1/32: 1".to_owned(),
            format!("to {}: 8000", ecs.reference()),
        ]
    );
    assert_eq!(
        shop.rules(&ecs),
        [
            format!("from {}: 8000", alb.reference()),
            "to 0.0.0.0/0: 443".to_owned(),
            "to 127.0.0.1/32: 1".to_owned(),
            format!("to {}: 3306", rds.reference()),
        ]
    );
    assert_eq!(
        shop.rules(&rds),
        [format!("from {}: 3306", ecs.reference()), "to 127.0.0.1/32: 1".to_owned()]
    );

    let of = |kind: &str, way: &str| shop.only(kind).get(way).clone();
    assert_eq!(of("AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups"), json!([alb.reference()]));
    assert_eq!(
        of("AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"),
        json!([ecs.reference()])
    );
    assert_eq!(of("AWS::RDS::DBInstance", "VPCSecurityGroups"), json!([rds.reference()]));
}

#[test]
fn the_load_balancer_takes_https_and_keeps_logs() {
    let shop = shop();
    let listener = |port: u32| shop.with("AWS::ElasticLoadBalancingV2::Listener", "Port", port);
    let https = listener(443);
    assert_eq!(https.properties["Protocol"], "HTTPS");
    let certificate = shop.only("AWS::CertificateManager::Certificate");
    assert_eq!(https.get("Certificates.0.CertificateArn"), &certificate.reference());
    let redirect = listener(80);
    assert_eq!(redirect.get("DefaultActions.0.Type"), "redirect");
    assert_eq!(redirect.get("DefaultActions.0.RedirectConfig.Protocol"), "HTTPS");
    assert_eq!(redirect.get("DefaultActions.0.RedirectConfig.StatusCode"), "HTTP_301");

    let service = shop.only("AWS::ECS::Service");
    let target = service.get("LoadBalancers.0");
    assert_eq!((&target["ContainerName"], &target["ContainerPort"]), (&json!("fastapi-app"), &json!(8000)));
    let group = shop.only("AWS::ElasticLoadBalancingV2::TargetGroup");
    assert_eq!(target["TargetGroupArn"], group.reference());
    assert_eq!((&group.properties["TargetType"], &group.properties["Port"]), (&json!("ip"), &json!(8000)));

    let balancer = shop.only("AWS::ElasticLoadBalancingV2::LoadBalancer");
    let attribute = |key: &str| setting(&balancer.properties["LoadBalancerAttributes"], "Key", key, "Value");
    let bucket = shop.resource("data", "BalancerLogsBucket");
    assert_eq!(attribute("access_logs.s3.bucket"), bucket.reference());
    assert_eq!(attribute("access_logs.s3.enabled"), "true");
    assert_eq!(attribute("access_logs.s3.prefix"), "access-logs");
    assert!(bucket.properties["BucketName"].to_string().contains("awsomeshop-alb-logs-"));
    let policy = shop.with("AWS::S3::BucketPolicy", "Bucket", bucket.reference());
    let statement = policy.get("PolicyDocument.Statement.0");
    assert_eq!(statement["Action"], "s3:PutObject");
    assert_eq!(statement["Resource"], format!("{}.Arn/access-logs/AWSLogs/{ACCOUNT}/*", bucket.reference()));
}

#[test]
fn the_service_runs_as_the_document_says() {
    let shop = shop();
    let cluster = shop.only("AWS::ECS::Cluster");
    assert_eq!(cluster.properties["ClusterName"], "awsomeshop-cluster");
    assert_eq!(cluster.properties["CapacityProviders"], json!(["FARGATE"]));
    assert_eq!(
        setting(&cluster.properties["ClusterSettings"], "Name", "containerInsights", "Value"),
        "enabled"
    );

    let service = shop.only("AWS::ECS::Service");
    assert_eq!(service.properties["ServiceName"], "awsomeshop-core-service");
    assert_eq!(service.properties["Cluster"], format!("{}.Arn", cluster.reference()));
    assert_eq!(service.properties["PlatformVersion"], "LATEST");
    assert_eq!(service.get("CapacityProviderStrategy.0.CapacityProvider"), "FARGATE");
    assert_eq!(service.properties["DesiredCount"], 2);
    let deployment = &service.properties["DeploymentConfiguration"];
    assert_eq!(
        (&deployment["MaximumPercent"], &deployment["MinimumHealthyPercent"]),
        (&json!(200), &json!(50))
    );
    assert_eq!(deployment["DeploymentCircuitBreaker"]["Enable"], true);
}

#[test]
fn the_task_is_the_one_of_the_document() {
    let shop = shop();
    let task = shop.only("AWS::ECS::TaskDefinition");
    assert_eq!(task.properties["Family"], "awsomeshop-core-task");
    assert_eq!(task.properties["NetworkMode"], "awsvpc");
    assert_eq!(task.properties["RequiresCompatibilities"], json!(["FARGATE"]));
    assert_eq!((&task.properties["Cpu"], &task.properties["Memory"]), (&json!("512"), &json!("1024")));
    let role = |name: &str| shop.with("AWS::IAM::Role", "RoleName", name);
    assert_eq!(
        task.properties["ExecutionRoleArn"],
        format!("{}.Arn", role("awsomeshop-ecs-execution-role").reference())
    );
    assert_eq!(
        task.properties["TaskRoleArn"],
        format!("{}.Arn", role("awsomeshop-ecs-task-role").reference())
    );

    assert_eq!(task.properties["ContainerDefinitions"].as_array().map(Vec::len), Some(1));
    let container = task.get("ContainerDefinitions.0");
    assert_eq!(container["Name"], "fastapi-app");
    assert_eq!(container["Image"], format!("{ACCOUNT}.dkr.ecr.us-east-2.amazonaws.com/awsomeshop:latest"));
    assert_eq!(container["PortMappings"][0]["ContainerPort"], 8000);

    assert_eq!(container["Environment"].as_array().map(Vec::len), Some(2));
    let variable = |name: &str| setting(&container["Environment"], "Name", name, "Value");
    assert_eq!((variable("AWS_REGION"), variable("LOG_LEVEL")), (json!("us-east-2"), json!("INFO")));
    let secret = |name: &str| setting(&container["Secrets"], "Name", name, "ValueFrom");
    let stored = |name: &str| shop.with("AWS::SecretsManager::Secret", "Name", name).reference();
    let attached =
        shop.with("AWS::SecretsManager::SecretTargetAttachment", "SecretId", stored("awsomeshop/db"));
    assert_eq!(secret("DATABASE_URL"), attached.reference());
    assert_eq!(secret("COGNITO_USER_POOL_ID"), stored("awsomeshop/cognito"));

    let logs = &container["LogConfiguration"];
    let group = shop.with("AWS::Logs::LogGroup", "LogGroupName", "/ecs/awsomeshop-core-task");
    assert_eq!(group.properties["RetentionInDays"], 30);
    assert_eq!(logs["LogDriver"], "awslogs");
    assert_eq!(logs["Options"]["awslogs-group"], group.reference());
    assert_eq!(logs["Options"]["awslogs-region"], "us-east-2");
    assert!(logs["Options"]["awslogs-stream-prefix"].is_string());
}

#[test]
fn the_service_scales_by_targets_and_by_steps() {
    let shop = shop();
    let target = shop.only("AWS::ApplicationAutoScaling::ScalableTarget");
    assert_eq!(
        (&target.properties["MinCapacity"], &target.properties["MaxCapacity"]),
        (&json!(2), &json!(10))
    );
    let policies = shop.all("AWS::ApplicationAutoScaling::ScalingPolicy");
    assert_eq!(policies.len(), 4);
    let tracking = |metric: &str| {
        let metric_of = "PredefinedMetricSpecification.PredefinedMetricType";
        let way = format!("TargetTrackingScalingPolicyConfiguration.{metric_of}");
        let policy = policies.iter().find(|policy| policy.get(&way) == metric).expect("a policy");
        let policy = policy.get("TargetTrackingScalingPolicyConfiguration");
        [&policy["TargetValue"], &policy["ScaleOutCooldown"], &policy["ScaleInCooldown"]].map(Value::as_f64)
    };
    assert_eq!(tracking("ECSServiceAverageCPUUtilization"), [70.0, 300.0, 300.0].map(Some));
    assert_eq!(tracking("ECSServiceAverageMemoryUtilization"), [80.0, 300.0, 300.0].map(Some));

    for (threshold, operator, periods, change) in
        [(70, "GreaterThanThreshold", 2, 1), (30, "LessThanThreshold", 5, -1)]
    {
        let steps = policies.iter().find(|policy| {
            policy.get("StepScalingPolicyConfiguration.StepAdjustments.0.ScalingAdjustment") == change
        });
        let steps = steps.expect("a policy");
        let configuration = steps.get("StepScalingPolicyConfiguration");
        assert_eq!(
            (&configuration["AdjustmentType"], &configuration["Cooldown"]),
            (&json!("ChangeInCapacity"), &json!(300))
        );
        let alarms = shop.all("AWS::CloudWatch::Alarm");
        let alarm = alarms
            .iter()
            .find(|it| text(it.get("AlarmActions.0")).starts_with(&steps.reference()))
            .expect("an alarm");
        assert_eq!(alarm.properties["MetricName"], "CPUUtilization");
        assert_eq!(alarm.properties["Threshold"].as_f64(), Some(f64::from(threshold)));
        assert_eq!(alarm.properties["ComparisonOperator"], operator);
        assert_eq!(alarm.properties["EvaluationPeriods"], periods);
    }
}

#[test]
fn the_database_is_the_one_of_the_document() {
    let shop = shop();
    let database = shop.only("AWS::RDS::DBInstance");
    let expected = json!({
        "Engine": "mysql",
        "DBInstanceClass": "db.t3.micro",
        "StorageType": "gp2",
        "AllocatedStorage": "20",
        "MultiAZ": false,
        "PubliclyAccessible": false,
        "DBSubnetGroupName": shop.only("AWS::RDS::DBSubnetGroup").reference(),
        "DBParameterGroupName": "default.mysql8.0",
        "OptionGroupName": "default:mysql-8-0",
        "BackupRetentionPeriod": 30,
        "PreferredBackupWindow": "03:00-04:00",
        "CopyTagsToSnapshot": true,
        "PreferredMaintenanceWindow": "sun:04:00-sun:05:00",
        "AutoMinorVersionUpgrade": true,
        "DBName": "awsomeshop",
        "StorageEncrypted": true,
        "EnableIAMDatabaseAuthentication": true,
        "DeletionProtection": true,
    });
    for (property, value) in expected.as_object().expect("properties") {
        assert_eq!(&database.properties[property], value, "{property}");
    }
    // What grows, or is faster than the baseline of 100 operations a second, would be something else.
    assert_eq!(
        properties(&database, &["MaxAllocatedStorage", "Iops", "StorageThroughput"]),
        [&Value::Null; 3]
    );
    let version = text(&database.properties["EngineVersion"]);
    let minor: Option<u32> = version.strip_prefix("8.0.").and_then(|minor| minor.parse().ok());
    assert!(minor.is_some_and(|minor| minor >= 35), "{version}");
    assert_eq!(database.beside["DeletionPolicy"], "Snapshot");
    assert_eq!(database.beside["UpdateReplacePolicy"], "Snapshot");
}

#[test]
fn pictures_of_products_are_private() {
    let shop = shop();
    let bucket = shop.resource("data", "ImagesBucket");
    assert!(bucket.properties["BucketName"].to_string().contains("awsomeshop-product-images-"));
    assert_ne!(bucket.get("VersioningConfiguration.Status"), "Enabled");
    assert_eq!(bucket.properties["LifecycleConfiguration"], Value::Null);
    let public = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    for setting in public {
        assert_eq!(bucket.properties["PublicAccessBlockConfiguration"][setting], true);
    }
    let encryption = bucket.get("BucketEncryption.ServerSideEncryptionConfiguration.0");
    assert_eq!(encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256");
    assert_eq!(encryption["BucketKeyEnabled"], true);
    let cors = bucket.get("CorsConfiguration.CorsRules.0");
    assert_eq!(cors["AllowedOrigins"], json!(["https://awsomeshop.example.com"]));
    for method in ["PUT", "POST"] {
        assert!(cors["AllowedMethods"].as_array().is_some_and(|all| all.contains(&json!(method))), "{cors}");
    }

    let policy = shop.with("AWS::S3::BucketPolicy", "Bucket", bucket.reference());
    let statements = policy.get("PolicyDocument.Statement").as_array().expect("statements");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/awsomeshop-ecs-task-role");
    let others =
        statements.iter().find(|it| it["Condition"].to_string().contains(&role)).expect("a statement");
    assert_eq!(others["Effect"], "Deny");
    assert!(others["Condition"].to_string().contains("aws:PrincipalArn"));
    // Whoever deploys can still change the bucket itself.
    assert_eq!(text(&others["Resource"]), format!("{}.Arn/*", bucket.reference()));
    assert!(statements.iter().all(|it| it["Effect"] == "Deny"), "the role's own rights let it in");
}

#[test]
fn users_are_kept_as_the_document_says() {
    let shop = shop();
    let pool = shop.only("AWS::Cognito::UserPool");
    assert_eq!(pool.properties["UserPoolName"], "awsomeshop-users");
    assert_eq!(pool.properties["UsernameAttributes"], json!(["email"]));
    assert_eq!(pool.properties["AutoVerifiedAttributes"], json!(["email"]));
    let password = pool.get("Policies.PasswordPolicy");
    assert_eq!(password["MinimumLength"], 8);
    for (required, value) in [("Uppercase", true), ("Lowercase", true), ("Numbers", true), ("Symbols", false)]
    {
        assert_eq!(password[format!("Require{required}")], value, "{required}");
    }
    assert_eq!(pool.properties["MfaConfiguration"], "OPTIONAL");
    assert_eq!(pool.properties["EnabledMfas"], json!(["SOFTWARE_TOKEN_MFA"]));
    let recovery = pool.get("AccountRecoverySetting.RecoveryMechanisms");
    assert_eq!(recovery, &json!([{"Name": "verified_email", "Priority": 1}]));

    let client = shop.only("AWS::Cognito::UserPoolClient");
    assert_eq!(client.properties["ClientName"], "awsomeshop-web-client");
    assert_eq!(client.properties["UserPoolId"], pool.reference());
    assert_eq!(client.properties["GenerateSecret"], true);
    let mut flows: Vec<String> =
        client.properties["ExplicitAuthFlows"].as_array().expect("flows").iter().map(text).collect();
    flows.sort();
    assert_eq!(flows, ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]);
    for (token, validity, unit) in
        [("AccessToken", 1, "hours"), ("IdToken", 1, "hours"), ("RefreshToken", 30, "days")]
    {
        assert_eq!(client.properties[format!("{token}Validity")], validity, "{token}");
        assert_eq!(client.properties["TokenValidityUnits"][token], unit, "{token}");
    }
    let secret = shop.with("AWS::SecretsManager::Secret", "Name", "awsomeshop/cognito");
    assert_eq!(secret.properties["SecretString"], pool.reference());
}

#[test]
fn the_certificate_has_both_names() {
    let certificate = shop().only("AWS::CertificateManager::Certificate");
    assert_eq!(certificate.properties["DomainName"], "awsomeshop.example.com");
    assert_eq!(certificate.properties["SubjectAlternativeNames"], json!(["*.awsomeshop.example.com"]));
    assert_eq!(certificate.properties["ValidationMethod"], "DNS");
    assert_eq!(certificate.properties["KeyAlgorithm"], "RSA_2048");
}

#[test]
fn alarms_write_to_one_topic() {
    let shop = shop();
    let topic = shop.only("AWS::SNS::Topic");
    assert_eq!(topic.properties["TopicName"], "awsomeshop-alerts");
    let subscription = shop.only("AWS::SNS::Subscription");
    assert_eq!(
        (&subscription.properties["TopicArn"], &subscription.properties["Protocol"]),
        (&topic.reference().into(), &json!("email"))
    );

    let alarms: Vec<Resource> =
        shop.all("AWS::CloudWatch::Alarm").into_iter().filter(|it| it.stack == "monitoring").collect();
    let above = "GreaterThanThreshold";
    let below = "LessThanThreshold";
    // Metric, operator, threshold, periods, seconds a period where the document says so.
    let expected = [
        ("AWS/ECS", "CPUUtilization", above, 80.0, 2, None),
        ("AWS/ECS", "MemoryUtilization", above, 85.0, 2, None),
        ("ECS/ContainerInsights", "RunningTaskCount", below, 1.0, 1, None),
        ("AWS/RDS", "CPUUtilization", above, 80.0, 1, Some(300)),
        ("AWS/RDS", "FreeStorageSpace", below, 2.0 * 1024.0 * 1024.0 * 1024.0, 1, None),
        ("AWS/ApplicationELB", "TargetResponseTime", above, 5.0, 1, None),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", above, 10.0, 1, Some(300)),
        ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", above, 10.0, 1, Some(300)),
        ("AWS/ApplicationELB", "HealthyHostCount", below, 1.0, 1, None),
    ];
    assert_eq!(alarms.len(), expected.len() + 1);
    let alarm = |namespace: &str, metric: &str| {
        let found = alarms
            .iter()
            .find(|it| it.properties["Namespace"] == namespace && it.properties["MetricName"] == metric);
        found.unwrap_or_else(|| panic!("no alarm on {namespace} {metric}"))
    };
    for (namespace, metric, operator, threshold, periods, seconds) in expected {
        let alarm = alarm(namespace, metric);
        assert_eq!(alarm.properties["ComparisonOperator"], operator, "{metric}");
        assert_eq!(alarm.properties["Threshold"].as_f64(), Some(threshold), "{metric}");
        assert_eq!(alarm.properties["EvaluationPeriods"], periods, "{metric}");
        if let Some(seconds) = seconds {
            assert_eq!(alarm.properties["Period"], seconds, "{metric}");
        }
    }
    // 80 % of what a db.t3.micro takes is a number of connections: some 66 fit into its memory.
    let connections = alarm("AWS/RDS", "DatabaseConnections");
    let threshold = connections.properties["Threshold"].as_f64().expect("a number");
    assert!((40.0..=60.0).contains(&threshold), "{threshold}");
    assert_eq!(connections.properties["ComparisonOperator"], above);

    for alarm in &alarms {
        assert_eq!(alarm.properties["AlarmActions"], json!([topic.reference()]), "{}", alarm.id);
    }
}

#[test]
fn there_is_a_dashboard_and_a_budget() {
    let shop = shop();
    assert_eq!(shop.only("AWS::CloudWatch::Dashboard").properties["DashboardName"], "awsomeshop");
    let budget = shop.only("AWS::Budgets::Budget");
    let topic = shop.only("AWS::SNS::Topic");
    let notifications = budget.properties["NotificationsWithSubscribers"].as_array().expect("notifications");
    let mut thresholds = Vec::new();
    for it in notifications {
        assert_eq!(it["Notification"]["ThresholdType"], "ABSOLUTE_VALUE");
        assert_eq!(it["Subscribers"][0], json!({"SubscriptionType": "SNS", "Address": topic.reference()}));
        thresholds.push(it["Notification"]["Threshold"].as_f64().expect("a number"));
    }
    assert_eq!(thresholds, [50.0, 100.0, 150.0]);
}

#[test]
fn images_are_kept_in_a_repository() {
    let shop = shop();
    assert_eq!(shop.only("AWS::ECR::Repository").properties["RepositoryName"], "awsomeshop");
}

#[test]
fn everything_is_tagged() {
    let shop = shop();
    for (kind, name) in [
        ("AWS::EC2::VPC", "network"),
        ("AWS::ECS::Service", "compute"),
        ("AWS::RDS::DBInstance", "data"),
        ("AWS::Cognito::UserPool", "security"),
        ("AWS::SNS::Topic", "monitoring"),
    ] {
        let resource = shop.only(kind);
        assert_eq!(resource.stack, name);
        let tags = if kind == "AWS::Cognito::UserPool" {
            resource.properties["UserPoolTags"].clone()
        } else {
            let tags = resource.properties["Tags"].as_array().expect("tags").iter();
            tags.map(|tag| (text(&tag["Key"]), tag["Value"].clone())).collect()
        };
        for (key, value) in
            [("Environment", "prod"), ("Project", "AWSomeShop"), ("Owner", "core-business-unit")]
        {
            assert_eq!(tags[key], value, "{kind} {key}");
        }
    }
}
