//! Cases that the pages do not show.

use super::super::network::{codes, count};

fn task(properties: &str, container: &str) -> String {
    format!(
        "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n{properties}      ContainerDefinitions:\n\
         \x20       - Name: web\n          Image: nginx\n{container}"
    )
}

const FARGATE: &str = "      RequiresCompatibilities: [FARGATE]\n      NetworkMode: awsvpc\n      Cpu: '256'\n      Memory: '512'\n";

#[test]
fn sizes_in_all_their_forms() {
    let size = |cpu: &str, memory: &str| {
        count("FW1241", &task(&FARGATE.replace("'256'", cpu).replace("'512'", memory), ""))
    };
    for (cpu, memory) in
        [("256", "512"), (".25 vCPU", "0.5 GB"), ("1 vcpu", "8GB"), ("32768", "61440"), ("!Ref C", "7")]
    {
        assert_eq!(size(cpu, memory), 0, "{cpu} {memory}");
    }
    for (cpu, memory) in
        [("256", "4096"), ("300", "512"), ("8192", "17408"), ("1 vCPU", "1 GB"), ("256", "-1")]
    {
        assert_eq!(size(cpu, memory), 1, "{cpu} {memory}");
    }
    assert_eq!(size("99999999999999999999", "1e308"), 0);
    assert_eq!(count("FW1241", &task("      Cpu: '300'\n      Memory: '7'\n", "")), 0);
}

#[test]
fn execution_roles_are_for_private_images_and_logs() {
    let image = |image: &str| task(FARGATE, "").replace("Image: nginx", &format!("Image: {image}"));
    assert_eq!(count("FW1243", &image("nginx")), 0);
    assert_eq!(
        count("FW1243", &image("!Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/web:1")),
        1
    );
    let logs = "          LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: !Ref G, awslogs-region: r, awslogs-stream-prefix: p}}\n";
    assert_eq!(count("FW1243", &task(FARGATE, logs)), 1);
    assert_eq!(count("FW1243", &task("      Memory: '512'\n", logs)), 0);
}

#[test]
fn containers_that_wait_in_a_circle() {
    let waits = |name: &str, other: &str| {
        format!(
            "        - Name: {name}\n          Image: i\n          DependsOn: [{{ContainerName: {other}, Condition: START}}]\n"
        )
    };
    assert_eq!(count("FW1247", &task("", &(waits("a", "b") + &waits("b", "a")))), 1);
    assert_eq!(count("FW1247", &task("", &(waits("a", "b") + &waits("b", "web")))), 0);
    assert_eq!(count("FW1247", &task("", &waits("a", "a"))), 1);
    assert_eq!(count("FW1247", &task("", &waits("a", "nobody"))), 1);
    // A second container of one name is said once.
    assert_eq!(count("FW1247", &task("", &waits("web", "web"))), 1);
}

#[test]
fn secrets_by_key() {
    let secret = |from: &str| {
        let text = task(
            "      ExecutionRoleArn: r\n",
            &format!("          Secrets: [{{Name: P, ValueFrom: {from}}}]\n"),
        );
        count("FW1248", &format!("{text}  Secret:\n    Type: AWS::SecretsManager::Secret\n"))
    };
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
    for legal in
        ["!Ref Secret", "!Sub '${Secret}:key::'", "!Sub '${Secret}:key:AWSCURRENT:'", "/parameter/name", arn]
    {
        assert_eq!(secret(legal), 0, "{legal}");
    }
    assert_eq!(secret(&format!("'{arn}:key::'")), 0);
    assert_eq!(secret(&format!("'{arn}:key'")), 1);
    assert_eq!(secret("!Sub '${Secret}:key:'"), 1);
    assert_eq!(secret("!Sub '${Secret}:key:AWSCURRENT:version'"), 1);
    assert_eq!(secret("!Sub '${Unknown}:key'"), 0);
}

#[test]
fn deployments_of_daemons_and_of_others() {
    let service = |properties: &str| {
        format!(
            "Resources:\n  S:\n    Type: AWS::ECS::Service\n    Properties:\n      TaskDefinition: t\n{properties}"
        )
    };
    let full = "      DeploymentConfiguration: {MaximumPercent: 100}\n";
    assert_eq!(count("FW1251", &service(full)), 1);
    assert_eq!(count("FW1251", &service(&format!("{full}      SchedulingStrategy: DAEMON\n"))), 0);
    assert_eq!(
        count("FW1251", &service(&format!("{full}      DeploymentController: {{Type: EXTERNAL}}\n"))),
        0
    );
    assert_eq!(count("FW1251", &service("      HealthCheckGracePeriodSeconds: 60\n")), 1);
    assert_eq!(
        count("FW1251", &service("      HealthCheckGracePeriodSeconds: 60\n      LoadBalancers: !Ref L\n")),
        0
    );
    assert_eq!(count("FW1250", &service("      SchedulingStrategy: DAEMON\n      DesiredCount: 2\n")), 1);
    let both =
        "      LaunchType: FARGATE\n      CapacityProviderStrategy: [{CapacityProvider: mine, Weight: 1}]\n";
    assert_eq!(count("FW1250", &service(both)), 1);
}

#[test]
fn policies_from_outside_allow_exec() {
    let role =
        "  R:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: {Statement: []}}\n";
    let service = "  S:\n    Type: AWS::ECS::Service\n    Properties: {TaskDefinition: !Ref T, EnableExecuteCommand: true}\n";
    let text = task("      TaskRoleArn: !GetAtt R.Arn\n      Memory: '512'\n", "") + role + service;
    assert_eq!(count("FW1253", &text), 1);
    let policy = |action: &str| {
        format!(
            "  P:\n    Type: AWS::IAM::Policy\n    Properties: {{PolicyName: p, Roles: [!Ref R], PolicyDocument: {{Statement: [{{Effect: Allow, Action: '{action}', Resource: '*'}}]}}}}\n"
        )
    };
    assert_eq!(count("FW1253", &(text.clone() + &policy("ssmmessages:*"))), 0);
    assert_eq!(count("FW1253", &(text.clone() + &policy("s3:*"))), 1);
    let managed = role.replace(
        "AssumeRole",
        "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'], AssumeRole",
    );
    assert_eq!(count("FW1253", &text.replace(role, &managed)), 0);
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    let text = "Parameters:\n  P: {Type: String}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: !Ref P\n      ContainerDefinitions: !Ref P\n      Cpu: !Ref P\n  S:\n    Type: AWS::ECS::Service\n    Properties:\n      TaskDefinition: !Ref P\n      LaunchType: !Ref P\n      LoadBalancers: !Ref P\n      NetworkConfiguration: !Ref P\n      DeploymentConfiguration: !Ref P\n";
    let own: Vec<String> = codes(text)
        .into_iter()
        .filter(|code| code.starts_with("FW124") || code.starts_with("FW125"))
        .collect();
    assert!(own.is_empty(), "{own:?}");
}

#[test]
fn a_task_has_containers() {
    let task = |list: &str| {
        format!(
            "Parameters:\n  Given: {{Type: String}}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    \
             Properties: {{ContainerDefinitions: {list}}}\n"
        )
    };
    assert_eq!(count("FW1247", &task("[]")), 1);
    assert_eq!(count("FW1247", &task("!Ref Given")), 0);
}
