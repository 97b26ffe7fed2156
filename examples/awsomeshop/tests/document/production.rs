//! What the deployment document asks for, in the templates of production: the network, and what runs in it.

use crate::support::{ACCOUNT, Resource, SUFFIX, Shop, object, same, tls_only};
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

fn balancer(shop: &Shop) -> Resource {
    shop.resource("compute", "CoreBalancerLoadBalancer")
}

fn service(shop: &Shop) -> Resource {
    shop.with("AWS::ECS::Service", "ServiceName", "awsomeshop-core-service")
}

/// The target group that the service is behind.
fn targets(shop: &Shop) -> Resource {
    let targets = service(shop).get("LoadBalancers.0.TargetGroupArn").clone();
    let all = shop.all("AWS::ElasticLoadBalancingV2::TargetGroup");
    all.into_iter().find(|it| it.reference() == targets).expect("the service is behind a target group")
}

/// What listens on a port of the load balancer.
fn listener(shop: &Shop, port: u32) -> Resource {
    let balancer = balancer(shop).reference();
    let all = shop.all("AWS::ElasticLoadBalancingV2::Listener").into_iter();
    let mut own = all.filter(|it| it.properties["LoadBalancerArn"] == balancer);
    own.find(|it| it.properties["Port"] == port).unwrap_or_else(|| panic!("nothing listens on port {port}"))
}

/// Where a subnet's traffic to the internet goes.
fn way_out(shop: &Shop, subnet: &Resource) -> Value {
    let routing = shop.with("AWS::EC2::SubnetRouteTableAssociation", "SubnetId", subnet.reference());
    let routes = shop.all("AWS::EC2::Route").into_iter().map(|route| route.properties);
    let own = routes.filter(|route| route["RouteTableId"] == routing.properties["RouteTableId"]);
    let ways: Vec<Value> = own.collect();
    assert_eq!(ways.len(), 1, "ways out of {}", subnet.reference());
    assert_eq!(ways[0]["DestinationCidrBlock"], "0.0.0.0/0", "the way out of {}", subnet.reference());
    let gateways = [&ways[0]["GatewayId"], &ways[0]["NatGatewayId"]];
    gateways.into_iter().find(|it| !it.is_null()).cloned().unwrap_or_default()
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
    vpc.is(json!({"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true, "EnableDnsSupport": true}));
    let expected = [
        ("10.0.1.0/24", "us-east-2a", true),
        ("10.0.2.0/24", "us-east-2a", false),
        ("10.0.3.0/24", "us-east-2b", true),
        ("10.0.4.0/24", "us-east-2b", false),
    ];
    let subnets = shop.all("AWS::EC2::Subnet").into_iter().map(|it| it.properties["CidrBlock"].clone());
    same("subnets", subnets, expected.map(|(range, ..)| range.into()));
    for (range, zone, public) in expected {
        subnet(&shop, range).is(json!({
            "VpcId": vpc.reference(),
            "AvailabilityZone": zone,
            "MapPublicIpOnLaunch": public,
        }));
    }
}

#[test]
fn public_subnets_reach_the_internet_and_private_ones_go_through_the_nat_gateway() {
    let shop = shop();
    let gateway = shop.only("AWS::EC2::InternetGateway").reference();
    shop.only("AWS::EC2::VPCGatewayAttachment").is(json!({
        "InternetGatewayId": gateway,
        "VpcId": shop.only("AWS::EC2::VPC").reference(),
    }));
    let address = shop.only("AWS::EC2::EIP");
    address.is(json!({"Domain": "vpc"}));
    let nat = shop.only("AWS::EC2::NatGateway");
    nat.is(json!({
        "SubnetId": subnet(&shop, "10.0.1.0/24").reference(),
        "AllocationId": format!("{}.AllocationId", address.reference()),
        "ConnectivityType": null,
    }));
    let nat = nat.reference();
    for (range, through) in
        [("10.0.1.0/24", &gateway), ("10.0.3.0/24", &gateway), ("10.0.2.0/24", &nat), ("10.0.4.0/24", &nat)]
    {
        assert_eq!(way_out(&shop, &subnet(&shop, range)), *through, "the way out of {range}");
    }
}

#[test]
fn everything_stands_where_the_document_has_it() {
    let shop = shop();
    let [public, private, spare_public, spare_private] =
        ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", "10.0.4.0/24"]
            .map(|range| subnet(&shop, range).reference());
    balancer(&shop).is(json!({"Scheme": "internet-facing", "Subnets": [public, spare_public]}));
    service(&shop).is(json!({
        "NetworkConfiguration.AwsvpcConfiguration.Subnets": [private],
        "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp": "DISABLED",
    }));
    shop.with("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", "awsomeshop-db-subnet-group")
        .is(json!({"SubnetIds": [private, spare_private]}));
}

#[test]
fn security_groups_let_through_what_the_document_lists_and_nothing_else() {
    let shop = shop();
    let [alb, ecs, rds] =
        ["awsomeshop-alb-sg", "awsomeshop-ecs-sg", "awsomeshop-rds-sg"].map(|name| group(&shop, name));
    let vpc = shop.only("AWS::EC2::VPC").reference();
    // A group without rules for what leaves lets everything leave; this one lets nothing.
    let nothing = || "to 127.0.0.1/32: 1".to_owned();
    let expected = [
        (
            &alb,
            vec![
                "from 0.0.0.0/0: 443".to_owned(),
                "from 0.0.0.0/0: 80".to_owned(),
                format!("to {}: 8000", ecs.reference()),
                nothing(),
            ],
        ),
        (
            &ecs,
            vec![
                format!("from {}: 8000", alb.reference()),
                "to 0.0.0.0/0: 443".to_owned(),
                format!("to {}: 3306", rds.reference()),
                nothing(),
            ],
        ),
        (&rds, vec![format!("from {}: 3306", ecs.reference()), nothing()]),
    ];
    for (group, rules) in expected {
        group.is(json!({"VpcId": vpc}));
        same(&group.reference(), shop.rules(group), rules);
    }
}

#[test]
fn only_the_load_balancer_is_open_to_the_internet() {
    let shop = shop();
    let groups = shop.all("AWS::EC2::SecurityGroup");
    let everybody = |rule: &String| rule.contains("0.0.0.0/0") || rule.contains("::/0");
    let open =
        |group: &&Resource| shop.rules(group).iter().any(|rule| rule.starts_with("from ") && everybody(rule));
    let open = groups.iter().filter(open).map(Resource::reference);
    same("security groups", open, [group(&shop, "awsomeshop-alb-sg").reference()]);
}

#[test]
fn everything_has_its_security_group() {
    let shop = shop();
    let of = |name: &str| json!([group(&shop, name).reference()]);
    balancer(&shop).is(json!({"SecurityGroups": of("awsomeshop-alb-sg")}));
    service(&shop)
        .is(json!({"NetworkConfiguration.AwsvpcConfiguration.SecurityGroups": of("awsomeshop-ecs-sg")}));
}

#[test]
fn the_load_balancer_takes_https_and_sends_others_there() {
    let shop = shop();
    let domain = "awsomeshop.example.com";
    let certificate = shop.with("AWS::CertificateManager::Certificate", "DomainName", domain);
    listener(&shop, 443).is(json!({
        "Protocol": "HTTPS",
        // TLS 1.3 and 1.2, with ciphers whose keys are of one connection.
        "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "Certificates": [{"CertificateArn": certificate.reference()}],
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": targets(&shop).reference()}],
    }));
    listener(&shop, 80).is(json!({
        "Protocol": "HTTP",
        "DefaultActions": [{
            "Type": "redirect",
            "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
        }],
    }));
}

#[test]
fn requests_go_to_the_tasks_that_are_well() {
    let shop = shop();
    targets(&shop).is(json!({
        "VpcId": shop.only("AWS::EC2::VPC").reference(),
        "TargetType": "ip",
        "Port": 8000,
        "Protocol": "HTTP",
        "HealthCheckEnabled": true,
        "HealthCheckPath": "/",
        "HealthCheckPort": null,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckIntervalSeconds": 15,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 3,
        "Matcher": {"HttpCode": "200"},
    }));
    service(&shop).is(json!({
        "LoadBalancers": [{
            "ContainerName": "fastapi-app",
            "ContainerPort": 8000,
            "TargetGroupArn": targets(&shop).reference(),
        }],
    }));
}

#[test]
fn the_load_balancer_keeps_logs() {
    let shop = shop();
    let bucket = shop.resource("data", "BalancerLogsBucket");
    bucket.is(json!({"BucketName": format!("awsomeshop-alb-logs-{SUFFIX}")}));
    let bucket = bucket.reference();
    let attributes = object(balancer(&shop).get("LoadBalancerAttributes"), "Key", "Value");
    for (key, value) in [("enabled", "true"), ("bucket", &bucket), ("prefix", "access-logs")] {
        assert_eq!(attributes[format!("access_logs.s3.{key}")], value, "access_logs.s3.{key}");
    }
    shop.with("AWS::S3::BucketPolicy", "Bucket", bucket.clone()).says([
        tls_only(&bucket),
        json!({
            "Sid": "LogDelivery",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": format!("{bucket}.Arn/access-logs/AWSLogs/{ACCOUNT}/*"),
        }),
    ]);
}

#[test]
fn the_service_runs_as_the_document_says() {
    let shop = shop();
    let cluster = shop.with("AWS::ECS::Cluster", "ClusterName", "awsomeshop-cluster");
    cluster.is(json!({
        "CapacityProviders": ["FARGATE"],
        "ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}],
    }));
    let task = shop.with("AWS::ECS::TaskDefinition", "Family", "awsomeshop-core-task");
    service(&shop).is(json!({
        "Cluster": format!("{}.Arn", cluster.reference()),
        "TaskDefinition": task.reference(),
        "PlatformVersion": "LATEST",
        "LaunchType": null,
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Weight": 1}],
        "DesiredCount": 2,
        "DeploymentConfiguration.MaximumPercent": 200,
        "DeploymentConfiguration.MinimumHealthyPercent": 50,
        "DeploymentConfiguration.DeploymentCircuitBreaker": {"Enable": true, "Rollback": true},
    }));
}

#[test]
fn the_task_is_the_one_of_the_document() {
    let shop = shop();
    let role = |name: &str| format!("{}.Arn", shop.with("AWS::IAM::Role", "RoleName", name).reference());
    let log = shop.with("AWS::Logs::LogGroup", "LogGroupName", "/ecs/awsomeshop-core-task");
    log.is(json!({"RetentionInDays": 30}));
    let task = shop.with("AWS::ECS::TaskDefinition", "Family", "awsomeshop-core-task");
    task.is(json!({
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "Cpu": "512",
        "Memory": "1024",
        "ExecutionRoleArn": role("awsomeshop-ecs-execution-role"),
        "TaskRoleArn": role("awsomeshop-ecs-task-role"),
        "ContainerDefinitions.0.Name": "fastapi-app",
        "ContainerDefinitions.0.Image": format!("{ACCOUNT}.dkr.ecr.us-east-2.amazonaws.com/awsomeshop:latest"),
        "ContainerDefinitions.0.PortMappings": [{"ContainerPort": 8000, "Protocol": "tcp"}],
        // It is not the administrator of its container.
        "ContainerDefinitions.0.User": "1000",
        "ContainerDefinitions.0.LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": log.reference(),
                "awslogs-region": "us-east-2",
                "awslogs-stream-prefix": "core",
            },
        },
        "ContainerDefinitions.1": null,
    }));
}

#[test]
fn the_container_gets_its_settings_and_secrets() {
    let shop = shop();
    let task = shop.with("AWS::ECS::TaskDefinition", "Family", "awsomeshop-core-task");
    let settings = object(task.get("ContainerDefinitions.0.Environment"), "Name", "Value");
    assert_eq!(settings, json!({"AWS_REGION": "us-east-2", "LOG_LEVEL": "INFO"}), "Environment");

    let stored = |name: &str| shop.with("AWS::SecretsManager::Secret", "Name", name).reference();
    let kind = "AWS::SecretsManager::SecretTargetAttachment";
    let database = shop.with(kind, "SecretId", stored("awsomeshop/db")).reference();
    let secrets = object(task.get("ContainerDefinitions.0.Secrets"), "Name", "ValueFrom");
    let expected = json!({"DATABASE_URL": database, "COGNITO_USER_POOL_ID": stored("awsomeshop/cognito")});
    assert_eq!(secrets, expected, "Secrets");
}

/// What scales the service.
fn scaling(shop: &Shop) -> Resource {
    let resource = "service/compute/ClusterCluster/compute/CoreService.Name";
    shop.with("AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId", resource)
}

#[test]
fn there_are_two_to_ten_tasks() {
    let shop = shop();
    let target = scaling(&shop);
    target.is(json!({
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 2,
        "MaxCapacity": 10,
        "SuspendedState": null,
    }));
    let policies = shop.all("AWS::ApplicationAutoScaling::ScalingPolicy").into_iter();
    let own = policies.filter(|it| it.properties["ScalingTargetId"] == target.reference()).map(|it| it.id);
    let expected = ["CoreScalingOnCpu", "CoreScalingOnMemory", "CoreScalingCpuAbove", "CoreScalingCpuBelow"];
    same("scaling policies", own, expected.map(str::to_owned));
}

#[test]
fn the_service_scales_by_targets() {
    let shop = shop();
    for (id, metric, target) in [
        ("CoreScalingOnCpu", "ECSServiceAverageCPUUtilization", 70),
        ("CoreScalingOnMemory", "ECSServiceAverageMemoryUtilization", 80),
    ] {
        shop.resource("compute", id).is(json!({
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
                "TargetValue": target,
                "ScaleOutCooldown": 300,
                "ScaleInCooldown": 300,
            },
        }));
    }
}

#[test]
fn the_service_scales_by_steps() {
    let shop = shop();
    for (id, bound, change, operator, threshold, periods) in [
        ("CoreScalingCpuAbove", "MetricIntervalLowerBound", 1, "GreaterThanThreshold", 70, 2),
        ("CoreScalingCpuBelow", "MetricIntervalUpperBound", -1, "LessThanThreshold", 30, 5),
    ] {
        let policy = shop.resource("compute", id);
        policy.is(json!({
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{bound: 0, "ScalingAdjustment": change}],
                "Cooldown": 300,
                "MetricAggregationType": "Average",
            },
        }));
        shop.resource("compute", &format!("{id}Alarm")).is(json!({
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Dimensions": [
                {"Name": "ClusterName", "Value": "compute/ClusterCluster"},
                {"Name": "ServiceName", "Value": "compute/CoreService.Name"},
            ],
            "Statistic": "Average",
            "ComparisonOperator": operator,
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            "DatapointsToAlarm": null,
            "Period": 60,
            "TreatMissingData": null,
            "ActionsEnabled": null,
            "AlarmActions": [format!("{}.Arn", policy.reference())],
        }));
    }
}
