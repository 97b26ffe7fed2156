//! Who hears of what, in production: alarms, the dashboard and the budget.

use crate::support::{ACCOUNT, Resource, Shop, many, same, text};
use serde_json::{Value, json};

fn shop() -> Shop {
    Shop::of("prod")
}

fn topic(shop: &Shop) -> Resource {
    shop.with("AWS::SNS::Topic", "TopicName", "awsomeshop-alerts")
}

fn alarms(shop: &Shop) -> Vec<Resource> {
    let alarms = shop.all("AWS::CloudWatch::Alarm").into_iter();
    alarms.filter(|it| it.stack == "monitoring").collect()
}

#[test]
fn alarms_write_to_one_topic() {
    let shop = shop();
    let topic = topic(&shop).reference();
    let service = json!([
        {"Name": "ClusterName", "Value": "compute/ClusterCluster"},
        {"Name": "ServiceName", "Value": "compute/CoreService.Name"},
    ]);
    let database = json!([{"Name": "DBInstanceIdentifier", "Value": "data/DatabaseInstance"}]);
    let balancer =
        json!([{"Name": "LoadBalancer", "Value": "compute/CoreBalancerLoadBalancer.LoadBalancerFullName"}]);
    let mut targets = balancer.clone();
    let group = json!({"Name": "TargetGroup", "Value": "compute/CoreTargets.TargetGroupFullName"});
    targets.as_array_mut().expect("a list").push(group);

    let [ecs, insights, rds, elb] = ["AWS/ECS", "ECS/ContainerInsights", "AWS/RDS", "AWS/ApplicationELB"];
    let [above, below] = ["GreaterThanThreshold", "LessThanThreshold"];
    let [alarm, no_alarm] = [json!("breaching"), json!("notBreaching")];
    let gib = 1024_u64.pow(3);
    let null = Value::Null;
    // Alarm; metric, and of what; how it is measured; when it begins; how often in a row, of how many seconds; what it
    // means when nothing is measured.
    let expected = [
        ("EcsCpu", ecs, "CPUUtilization", &service, "Average", above, 80, (2, 60), &null),
        ("EcsMemory", ecs, "MemoryUtilization", &service, "Average", above, 85, (2, 60), &null),
        ("NoTask", insights, "RunningTaskCount", &service, "Average", below, 1, (1, 60), &alarm),
        // 80 % of the connections that fit into the memory of a db.t3.micro.
        ("DbConnections", rds, "DatabaseConnections", &database, "Average", above, 46, (1, 60), &null),
        ("DbCpu", rds, "CPUUtilization", &database, "Average", above, 80, (1, 300), &null),
        ("DbStorage", rds, "FreeStorageSpace", &database, "Minimum", below, 2 * gib, (1, 60), &null),
        ("SlowResponses", elb, "TargetResponseTime", &targets, "p99", above, 5, (1, 60), &no_alarm),
        ("ServerErrors", elb, "HTTPCode_Target_5XX_Count", &targets, "Sum", above, 10, (1, 300), &no_alarm),
        ("BalancerErrors", elb, "HTTPCode_ELB_5XX_Count", &balancer, "Sum", above, 10, (1, 300), &no_alarm),
        ("NoHealthyHost", elb, "HealthyHostCount", &targets, "Minimum", below, 1, (1, 60), &alarm),
    ];
    same(
        "alarms",
        alarms(&shop).into_iter().map(|it| it.id),
        expected.iter().map(|row| format!("Alerts{}", row.0)),
    );
    for (id, namespace, metric, of, statistic, operator, threshold, (periods, seconds), nothing) in expected {
        let by = if statistic.starts_with('p') { "ExtendedStatistic" } else { "Statistic" };
        shop.resource("monitoring", &format!("Alerts{id}")).is(json!({
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": of,
            by: statistic,
            "ComparisonOperator": operator,
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            "DatapointsToAlarm": null,
            "Period": seconds,
            "TreatMissingData": nothing,
            "ActionsEnabled": null,
            "AlarmActions": [topic],
        }));
    }
}

#[test]
fn on_call_gets_a_mail_of_it() {
    let shop = shop();
    let subscriptions = shop.all("AWS::SNS::Subscription").into_iter().map(|it| it.properties);
    let mail = json!({
        "TopicArn": topic(&shop).reference(),
        "Protocol": "email",
        "Endpoint": "on-call@awsomeshop.example.com",
    });
    same("who hears of it", subscriptions, [mail]);
}

#[test]
fn alarms_and_the_budget_of_this_account_may_write_to_the_topic() {
    let shop = shop();
    let topic = topic(&shop).reference();
    let policy = shop.with("AWS::SNS::TopicPolicy", "Topics", json!([topic]));
    let may = |what: &str, service: &str, source: String| {
        json!({
            "Sid": what,
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": source},
            },
        })
    };
    let alarms = format!("arn:aws:cloudwatch:us-east-2:{ACCOUNT}:alarm:*");
    policy.says([
        may("Alarms", "cloudwatch.amazonaws.com", alarms),
        may("Budgets", "budgets.amazonaws.com", format!("arn:aws:budgets::{ACCOUNT}:*")),
        json!({
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }),
    ]);
}

#[test]
fn the_dashboard_shows_all_alarms_and_what_they_watch() {
    let shop = shop();
    let dashboard = shop.with("AWS::CloudWatch::Dashboard", "DashboardName", "awsomeshop");
    let body: Value = serde_json::from_str(&text(dashboard.get("DashboardBody"))).expect("JSON");
    let of = |way: &str| -> Vec<Value> {
        many(&body["widgets"]).iter().flat_map(|widget| many(&widget["properties"][way])).collect()
    };
    let expected = alarms(&shop).into_iter().map(|it| Value::from(format!("{}.Arn", it.reference())));
    same("alarms of the dashboard", of("alarms"), expected);

    let drawn: Vec<[String; 2]> = of("metrics").iter().map(|it| [text(&it[0]), text(&it[1])]).collect();
    for [namespace, metric] in [
        ["AWS/ECS", "CPUUtilization"],
        ["AWS/ECS", "MemoryUtilization"],
        ["ECS/ContainerInsights", "RunningTaskCount"],
        ["AWS/RDS", "CPUUtilization"],
        ["AWS/RDS", "DatabaseConnections"],
        ["AWS/RDS", "FreeStorageSpace"],
        ["AWS/ApplicationELB", "TargetResponseTime"],
        ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"],
        ["AWS/ApplicationELB", "HealthyHostCount"],
    ] {
        let there = drawn.iter().any(|it| it[0] == namespace && it[1] == metric);
        assert!(there, "the dashboard does not show {namespace} {metric}");
    }
}

#[test]
fn the_costs_of_a_month_are_told_at_50_100_and_150_dollars() {
    let shop = shop();
    let notification = |dollars: u32| {
        json!({
            "Notification": {
                "NotificationType": "ACTUAL",
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": dollars,
                "ThresholdType": "ABSOLUTE_VALUE",
            },
            "Subscribers": [{"SubscriptionType": "SNS", "Address": topic(&shop).reference()}],
        })
    };
    shop.only("AWS::Budgets::Budget").is(json!({
        "Budget": {
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": 150, "Unit": "USD"},
        },
        "NotificationsWithSubscribers": [notification(50), notification(100), notification(150)],
    }));
}
