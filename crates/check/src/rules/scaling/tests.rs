//! Cases that the pages do not show.

use super::super::network::count;

fn target(properties: &str) -> String {
    format!(
        "Resources:\n  Cluster:\n    Type: AWS::ECS::Cluster\n  S:\n    Type: AWS::ECS::Service\n    Properties: {{TaskDefinition: t, \
         DesiredCount: 1}}\n  T:\n    Type: AWS::ApplicationAutoScaling::ScalableTarget\n    Properties: {{{properties}}}\n"
    )
}

#[test]
fn bounds_are_compared_as_numbers() {
    let group = |sizes: &str| {
        format!(
            "Resources:\n  G:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties: {{AvailabilityZones: [a], {sizes}}}\n"
        )
    };
    assert_eq!(count("FW1255", &group("MinSize: '2', MaxSize: '10'")), 0);
    assert_eq!(count("FW1255", &group("MinSize: '2', MaxSize: '10', DesiredCapacity: '11'")), 1);
    assert_eq!(count("FW1255", &group("MinSize: '2', MaxSize: !Ref M, DesiredCapacity: '1'")), 1);
    let cluster = "Resources:\n  C:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 16}\n";
    assert_eq!(count("FW1255", cluster), 0);
    assert_eq!(count("FW1255", &cluster.replace("0.5", "32")), 1);
}

#[test]
fn a_service_starts_within_its_bounds() {
    let id = "ServiceNamespace: ecs, ScalableDimension: 'ecs:service:DesiredCount', ResourceId: !Sub 'service/${Cluster}/${S.Name}'";
    assert_eq!(count("FW1255", &target(&format!("{id}, MinCapacity: 1, MaxCapacity: 4"))), 0);
    assert_eq!(count("FW1255", &target(&format!("{id}, MinCapacity: 2, MaxCapacity: 4"))), 1);
}

#[test]
fn ids_of_several_services() {
    let id = |namespace: &str, dimension: &str, id: &str| {
        let text = format!(
            "ServiceNamespace: {namespace}, ScalableDimension: '{dimension}', ResourceId: {id}, MinCapacity: 1, MaxCapacity: 4"
        );
        count("FW1256", &target(&text))
    };
    assert_eq!(
        id("ecs", "ecs:service:DesiredCount", "!Join [/, [service, !Ref Cluster, !GetAtt S.Name]]"),
        0
    );
    assert_eq!(id("ecs", "ecs:service:DesiredCount", "service/web"), 1);
    assert_eq!(id("ecs", "ecs:service:DesiredCount", "!Ref S"), 1);
    assert_eq!(id("ecs", "ecs:service:DesiredCount", "!Ref Unknown"), 0);
    assert_eq!(id("ecs", "dynamodb:table:ReadCapacityUnits", "service/a/b"), 1);
    assert_eq!(id("dynamodb", "dynamodb:table:ReadCapacityUnits", "table/t"), 0);
    assert_eq!(id("dynamodb", "dynamodb:index:ReadCapacityUnits", "table/t/index/i"), 0);
    assert_eq!(id("rds", "rds:cluster:ReadReplicaCount", "'cluster:c'"), 0);
    assert_eq!(id("rds", "rds:cluster:ReadReplicaCount", "cluster/c"), 1);
    assert_eq!(id("lambda", "lambda:function:ProvisionedConcurrency", "'function:f:live'"), 0);
}

#[test]
fn steps_may_stand_in_any_order() {
    let policy = |steps: &str| {
        let text = format!(
            "Resources:\n  P:\n    Type: AWS::AutoScaling::ScalingPolicy\n    Properties:\n      AutoScalingGroupName: g\n      PolicyType: StepScaling\n      AdjustmentType: ChangeInCapacity\n      StepAdjustments: {steps}\n"
        );
        count("FW1257", &text)
    };
    let low = "{MetricIntervalUpperBound: 0, ScalingAdjustment: -1}";
    let high = "{MetricIntervalLowerBound: 0, ScalingAdjustment: 1}";
    assert_eq!(policy(&format!("[{high}, {low}]")), 0);
    assert_eq!(policy(&format!("[{high}, {high}]")), 1);
    assert_eq!(policy(&format!("[{high}, {}]", low.replace(": 0", ": -10"))), 1);
    assert_eq!(policy("[]"), 1);
    assert_eq!(policy("!Ref Steps"), 0);
    assert_eq!(policy(&format!("[{high}, {}]", high.replace(": 0", ": !Ref Bound"))), 0);
}

#[test]
fn two_policies_for_one_metric() {
    let policy = |name: &str, metric: &str| {
        format!(
            "  {name}:\n    Type: AWS::ApplicationAutoScaling::ScalingPolicy\n    Properties:\n      PolicyName: {name}\n      PolicyType: TargetTrackingScaling\n      ScalingTargetId: !Ref T\n      TargetTrackingScalingPolicyConfiguration: {{TargetValue: 1, PredefinedMetricSpecification: {{PredefinedMetricType: {metric}}}}}\n"
        )
    };
    let base = target("MinCapacity: 1, MaxCapacity: 2");
    let (cpu, memory) = ("ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization");
    assert_eq!(count("FW1258", &(base.clone() + &policy("A", cpu) + &policy("B", cpu))), 1);
    assert_eq!(count("FW1258", &(base + &policy("A", cpu) + &policy("B", memory))), 0);
}

/// A policy that tracks the processor time of service `S`, and one with steps that `alarm` triggers.
fn contested(metric: &str, id: &str, steps_of: &str, alarm: &str) -> String {
    let target = target(&format!(
        "ServiceNamespace: ecs, ScalableDimension: 'ecs:service:DesiredCount', ResourceId: {id}, MinCapacity: 1, MaxCapacity: 4"
    ));
    format!(
        "{target}  O:\n    Type: AWS::ECS::Service\n    Properties: {{TaskDefinition: t}}\n  \
         A:\n    Type: AWS::ApplicationAutoScaling::ScalingPolicy\n    Properties:\n      PolicyName: a\n      PolicyType: TargetTrackingScaling\n      ScalingTargetId: !Ref T\n      TargetTrackingScalingPolicyConfiguration: {{TargetValue: 70, PredefinedMetricSpecification: {{PredefinedMetricType: {metric}}}}}\n  \
         B:\n    Type: AWS::ApplicationAutoScaling::ScalingPolicy\n    Properties:\n      PolicyName: b\n      PolicyType: StepScaling\n      ScalingTargetId: !Ref {steps_of}\n      StepScalingPolicyConfiguration: {{AdjustmentType: ChangeInCapacity, StepAdjustments: [{{MetricIntervalUpperBound: 0, ScalingAdjustment: -1}}]}}\n  \
         M:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {{{alarm}, ComparisonOperator: LessThanThreshold, EvaluationPeriods: 1, AlarmActions: [!Ref B]}}\n"
    )
}

#[test]
fn targets_that_are_tracked_and_changed_in_steps() {
    const CPU: &str = "ECSServiceAverageCPUUtilization";
    let alarm = |namespace: &str, metric: &str, service: &str| {
        format!(
            "Namespace: {namespace}, MetricName: {metric}, Dimensions: [{{Name: ClusterName, Value: !Ref Cluster}}, {{Name: ServiceName, Value: {service}}}]"
        )
    };
    let (by_reference, by_name) = ("!Sub 'service/${Cluster}/${S.Name}'", "service/main/api");
    let own = "!GetAtt S.Name";
    let notes = |metric: &str, id: &str, target: &str, alarm: &str| {
        count("FW1240", &contested(metric, id, target, alarm))
    };
    assert_eq!(notes(CPU, by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", own)), 1);
    assert_eq!(notes(CPU, by_name, "T", &alarm("AWS/ECS", "CPUUtilization", "api")), 1);
    let memory = "ECSServiceAverageMemoryUtilization";
    assert_eq!(notes(memory, by_reference, "T", &alarm("AWS/ECS", "MemoryUtilization", own)), 1);
    // Another metric, another service, another target, or what nobody knows.
    assert_eq!(notes(memory, by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", own)), 0);
    assert_eq!(notes(CPU, by_reference, "T", &alarm("AWS/SQS", "CPUUtilization", own)), 0);
    assert_eq!(notes(CPU, by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", "!GetAtt O.Name")), 0);
    assert_eq!(notes(CPU, by_name, "T", &alarm("AWS/ECS", "CPUUtilization", "web")), 0);
    assert_eq!(notes(CPU, by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", "!Ref Given")), 0);
    assert_eq!(notes(CPU, by_reference, "Other", &alarm("AWS/ECS", "CPUUtilization", own)), 0);
    let only_out = contested(CPU, by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", own));
    let only_out = only_out.replace("TargetValue: 70,", "TargetValue: 70, DisableScaleIn: true,");
    assert_eq!(count("FW1240", &only_out), 0);
    assert_eq!(notes("!Ref Metric", by_reference, "T", &alarm("AWS/ECS", "CPUUtilization", own)), 0);
}
