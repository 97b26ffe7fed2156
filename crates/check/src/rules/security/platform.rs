//! Logs, encryption, keys, trails, firewalls and notebooks.

use std::collections::HashSet;

use super::{
    storage::key,
    table::{Must, demand, quoted},
};
use crate::{
    context::{Context, Resource, Value},
    rule::{Rule, Run, Says, rule},
};

pub(in crate::rules) const RULES: &[Rule] = &[
    demand!("FW2300", Note, "keeps no log", [
        (
            "AWS::CloudFront::Distribution", "DistributionConfig.Logging", Must::Set, ["FSBP CloudFront.5"],
            when delivers_no_logs
        ),
        ("AWS::ApiGatewayV2::Stage", "AccessLogSettings.DestinationArn", Must::Set, ["FSBP APIGateway.9"]),
        ("AWS::AppSync::GraphQLApi", "LogConfig.FieldLogLevel", Must::OneOf(&["ERROR", "INFO", "DEBUG", "ALL"]),
            ["FSBP AppSync.2"]),
        ("AWS::StepFunctions::StateMachine", "LoggingConfiguration.Level", Must::OneOf(&["ALL", "ERROR", "FATAL"]),
            ["FSBP StepFunctions.1"]),
        (
            "AWS::Route53::HostedZone", "QueryLoggingConfig.CloudWatchLogsLogGroupArn", Must::Set, ["FSBP Route53.2"],
            when is_public_zone
        ),
        ("AWS::DataSync::Task", "CloudWatchLogGroupArn", Must::Set, ["FSBP DataSync.1"]),
        ("AWS::DataSync::Task", "Options?.LogLevel", Must::NoneOf(&["OFF"]), ["FSBP DataSync.1"]),
        ("AWS::Transfer::Connector", "LoggingRole", Must::Set, ["FSBP Transfer.3"]),
        ("AWS::Connect::Instance", "Attributes.ContactflowLogs", Must::True, ["FSBP Connect.2"]),
        ("AWS::AmazonMQ::Broker", "Logs.Audit", Must::True, ["FSBP MQ.2"], when is_activemq),
    ]),
    rule!("FW2301", Warning, Run::System(firewall_log), serves["FSBP NetworkFirewall.2"]),
    rule!(
        "FW2302",
        Warning,
        Run::Resource(&["AWS::CodeBuild::Project"], build_log),
        serves["FSBP CodeBuild.4"]
    ),
    demand!("FW2310", Warning, "keeps data unencrypted", [
        ("AWS::Kinesis::Stream", "StreamEncryption.KeyId", Must::Set, ["FSBP Kinesis.1"]),
        (
            "AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamEncryptionConfigurationInput.KeyType", Must::Set,
            ["FSBP DataFirehose.1"], when takes_records
        ),
        ("AWS::CodeBuild::Project", "LogsConfig?.S3Logs?.EncryptionDisabled", Must::FalseOrAbsent,
            ["FSBP CodeBuild.3"]),
        ("AWS::CodeBuild::ReportGroup", "ExportConfig.S3Destination?.EncryptionDisabled", Must::FalseOrAbsent,
            ["FSBP CodeBuild.7"]),
        ("AWS::Glue::MLTransform", "TransformEncryption.MLUserDataEncryption.MLUserDataEncryptionMode",
            Must::OneOf(&["SSE-KMS"]), ["FSBP Glue.3"]),
        ("AWS::WorkSpaces::Workspace", "UserVolumeEncryptionEnabled", Must::True, ["FSBP WorkSpaces.1"]),
        ("AWS::WorkSpaces::Workspace", "RootVolumeEncryptionEnabled", Must::True, ["FSBP WorkSpaces.2"]),
        ("AWS::SQS::Queue", "SqsManagedSseEnabled", Must::TrueOrAbsent, ["FSBP SQS.1"], when has_no_key),
    ]),
    demand!(
        "FW2311",
        Warning,
        "is not encrypted with a key of its own",
        [
            ("AWS::CloudTrail::Trail", "KMSKeyId", Must::Set, ["FSBP CloudTrail.2", "CIS 3.5"]),
            (
                "AWS::SageMaker::FeatureGroup",
                "OfflineStoreConfig?.S3StorageConfig.KmsKeyId",
                Must::Set,
                ["FSBP SageMaker.17"]
            ),
        ]
    ),
    demand!("FW2312", Warning, "keeps the same key material forever", [
        ("AWS::KMS::Key", "EnableKeyRotation", Must::True, ["CIS 3.6"], when is_rotated_by_aws),
    ]),
    rule!("FW2313", Note, Run::System(rotated), serves["FSBP SecretsManager.1"]),
    rule!(
        "FW2314",
        Warning,
        Run::Resource(&["AWS::SecretsManager::RotationSchedule"], rotated_often),
        serves["FSBP SecretsManager.4"]
    ),
    rule!("FW2320", Warning, Run::System(everywhere), serves ["FSBP CloudTrail.1", "CIS 3.1"]),
    demand!(
        "FW2325",
        Warning,
        "writes its log where no alarm can look",
        [("AWS::CloudTrail::Trail", "CloudWatchLogsLogGroupArn", Must::Set, ["FSBP CloudTrail.5"]),]
    ),
    demand!(
        "FW2321",
        Warning,
        "cannot tell whether its log was changed",
        [("AWS::CloudTrail::Trail", "EnableLogFileValidation", Must::True, ["FSBP CloudTrail.4", "CIS 3.2"]),]
    ),
    rule!("FW2322", Note, Run::System(object_events), serves ["CIS 3.8", "CIS 3.9"]),
    rule!("FW2323", Warning, Run::Resource(&["AWS::Config::ConfigurationRecorder"], recorder),
        serves ["FSBP Config.1", "CIS 3.3"]),
    rule!("FW2324", Warning, Run::Resource(&["AWS::GuardDuty::Detector", "AWS::Macie::Session"], watching), serves [
        "FSBP GuardDuty.1", "FSBP GuardDuty.5", "FSBP GuardDuty.6", "FSBP GuardDuty.7", "FSBP GuardDuty.8",
        "FSBP GuardDuty.9", "FSBP GuardDuty.10", "FSBP GuardDuty.11", "FSBP Macie.1",
    ]),
    rule!("FW2330", Warning, Run::Resource(&["AWS::NetworkFirewall::FirewallPolicy"], lets_pass),
        serves ["FSBP NetworkFirewall.4", "FSBP NetworkFirewall.5"]),
    rule!(
        "FW2331",
        Warning,
        Run::Resource(&["AWS::NetworkFirewall::FirewallPolicy"], firewall_without_rules),
        serves["FSBP NetworkFirewall.3"]
    ),
    demand!("FW2332", Warning, "has no rules", [
        ("AWS::WAFv2::WebACL", "Rules", Must::Set, ["FSBP WAF.10"]),
        ("AWS::WAFRegional::Rule", "Predicates", Must::Set, ["FSBP WAF.2"]),
        ("AWS::WAFRegional::WebACL", "Rules", Must::Set, ["FSBP WAF.4"]),
        ("AWS::WAF::Rule", "Predicates", Must::Set, ["FSBP WAF.6"]),
        ("AWS::WAF::WebACL", "Rules", Must::Set, ["FSBP WAF.8"]),
        (
            "AWS::NetworkFirewall::RuleGroup",
            "RuleGroup.RulesSource.StatelessRulesAndCustomActions.StatelessRules", Must::Set,
            ["FSBP NetworkFirewall.6"], when is_stateless
        ),
    ]),
    demand!(
        "FW2333",
        Warning,
        "publishes no metrics",
        [
            (
                "AWS::Athena::WorkGroup",
                "WorkGroupConfiguration?.PublishCloudWatchMetricsEnabled",
                Must::TrueOrAbsent,
                ["FSBP Athena.4"]
            ),
            (
                "AWS::WAFv2::WebACL",
                "Rules[].VisibilityConfig.CloudWatchMetricsEnabled",
                Must::TrueOrAbsent,
                ["FSBP WAF.12"]
            ),
            (
                "AWS::WAFv2::RuleGroup",
                "Rules[].VisibilityConfig.CloudWatchMetricsEnabled",
                Must::TrueOrAbsent,
                ["FSBP WAF.12"]
            ),
            (
                "AWS::WAFv2::RuleGroup",
                "VisibilityConfig.CloudWatchMetricsEnabled",
                Must::TrueOrAbsent,
                ["FSBP WAF.12"]
            ),
        ]
    ),
    demand!(
        "FW2334",
        Warning,
        "can be deleted or changed by mistake",
        [
            ("AWS::NetworkFirewall::Firewall", "DeleteProtection", Must::True, ["FSBP NetworkFirewall.9"]),
            (
                "AWS::NetworkFirewall::Firewall",
                "SubnetChangeProtection",
                Must::True,
                ["FSBP NetworkFirewall.10"]
            ),
            ("AWS::Cognito::UserPool", "DeletionProtection", Must::OneOf(&["ACTIVE"]), ["FSBP Cognito.6"]),
        ]
    ),
    demand!(
        "FW2340",
        Warning,
        "has more than a notebook needs",
        [
            (
                "AWS::SageMaker::NotebookInstance",
                "DirectInternetAccess",
                Must::OneOf(&["Disabled"]),
                ["FSBP SageMaker.1"]
            ),
            ("AWS::SageMaker::NotebookInstance", "SubnetId", Must::Set, ["FSBP SageMaker.2"]),
            (
                "AWS::SageMaker::NotebookInstance",
                "RootAccess",
                Must::OneOf(&["Disabled"]),
                ["FSBP SageMaker.3"]
            ),
        ]
    ),
    demand!(
        "FW2341",
        Warning,
        "can send data anywhere",
        [
            ("AWS::SageMaker::Model", "EnableNetworkIsolation", Must::True, ["FSBP SageMaker.5"]),
            (
                "AWS::SageMaker::DataQualityJobDefinition",
                "NetworkConfig.EnableNetworkIsolation",
                Must::True,
                ["FSBP SageMaker.11"]
            ),
            (
                "AWS::SageMaker::ModelBiasJobDefinition",
                "NetworkConfig.EnableNetworkIsolation",
                Must::True,
                ["FSBP SageMaker.12"]
            ),
            (
                "AWS::SageMaker::MonitoringSchedule",
                "MonitoringScheduleConfig.MonitoringJobDefinition?.NetworkConfig.EnableNetworkIsolation",
                Must::True,
                ["FSBP SageMaker.14"]
            ),
        ]
    ),
    demand!("FW2342", Warning, "sends data between its containers unencrypted", [
        ("AWS::SageMaker::DataQualityJobDefinition", "NetworkConfig.EnableInterContainerTrafficEncryption",
            Must::True, ["FSBP SageMaker.9"]),
        ("AWS::SageMaker::ModelExplainabilityJobDefinition", "NetworkConfig.EnableInterContainerTrafficEncryption",
            Must::True, ["FSBP SageMaker.10"]),
        ("AWS::SageMaker::ModelQualityJobDefinition", "NetworkConfig.EnableInterContainerTrafficEncryption",
            Must::True, ["FSBP SageMaker.13"]),
        (
            "AWS::SageMaker::ModelBiasJobDefinition", "NetworkConfig.EnableInterContainerTrafficEncryption",
            Must::True, ["FSBP SageMaker.15"], when has_several_instances
        ),
    ]),
    rule!(
        "FW2343",
        Warning,
        Run::Resource(&["AWS::SageMaker::EndpointConfig"], variants),
        serves["FSBP SageMaker.4"]
    ),
    demand!(
        "FW2344",
        Warning,
        "is open to the internet",
        [
            (
                "AWS::BedrockAgentCore::Runtime",
                "NetworkConfiguration.NetworkMode",
                Must::NoneOf(&["PUBLIC"]),
                ["FSBP BedrockAgentCore.1"]
            ),
            (
                "AWS::BedrockAgentCore::Gateway",
                "AuthorizerType",
                Must::NoneOf(&["NONE"]),
                ["FSBP BedrockAgentCore.2"]
            ),
            (
                "AWS::BedrockAgentCore::BrowserCustom",
                "NetworkConfiguration.NetworkMode",
                Must::NoneOf(&["PUBLIC"]),
                ["FSBP BedrockAgentCore.5"]
            ),
        ]
    ),
    rule!(
        "FW2350",
        Warning,
        Run::Resource(&["AWS::Transfer::Server"], file_transfer),
        serves["FSBP Transfer.2"]
    ),
    demand!(
        "FW2351",
        Warning,
        "sends mail without TLS to servers that offer none",
        [(
            "AWS::SES::ConfigurationSet",
            "DeliveryOptions.TlsPolicy",
            Must::OneOf(&["REQUIRE"]),
            ["FSBP SES.3"]
        ),]
    ),
    demand!(
        "FW2352",
        Warning,
        "has a key that is too short",
        [(
            "AWS::CertificateManager::Certificate",
            "KeyAlgorithm",
            Must::NoneOf(&["RSA_1024"]),
            ["FSBP ACM.2"]
        ),]
    ),
];

/// Logs of the newer kind are set up by resources that name the distribution.
fn delivers_no_logs(distribution: Resource<'_>) -> bool {
    !distribution.referrers().iter().any(|reference| reference.from.kind() == "AWS::Logs::DeliverySource")
}

fn is_public_zone(zone: Resource<'_>) -> bool {
    zone.get("VPCs").is_absent()
}

fn is_activemq(broker: Resource<'_>) -> bool {
    broker.get("EngineType").text().is_some_and(|engine| engine.eq_ignore_ascii_case("ACTIVEMQ"))
}

fn takes_records(stream: Resource<'_>) -> bool {
    let kind = stream.get("DeliveryStreamType");
    kind.is_absent() || kind.is("DirectPut")
}

fn has_no_key(queue: Resource<'_>) -> bool {
    queue.get("KmsMasterKeyId").is_absent()
}

/// AWS rotates symmetric keys whose material it made, and no others.
fn is_rotated_by_aws(key: Resource<'_>) -> bool {
    let spec = key.get("KeySpec");
    let origin = key.get("Origin");
    let usage = key.get("KeyUsage");
    (spec.is_absent() || spec.is("SYMMETRIC_DEFAULT"))
        && (origin.is_absent() || origin.is("AWS_KMS"))
        && (usage.is_absent() || usage.is("ENCRYPT_DECRYPT"))
}

fn is_stateless(group: Resource<'_>) -> bool {
    group.get("Type").is("STATELESS") && group.get("RuleGroup").is_set()
}

fn has_several_instances(job: Resource<'_>) -> bool {
    let count = job.get("JobResources").get("ClusterConfig").get("InstanceCount").integer();
    count.is_some_and(|count| count >= 2)
}

fn firewall_log<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut logged = HashSet::new();
    for logging in context.of_type("AWS::NetworkFirewall::LoggingConfiguration") {
        let Some(firewall) = logging.get("FirewallArn").resource() else { return };
        logged.insert(key(firewall));
    }
    for firewall in context.of_type("AWS::NetworkFirewall::Firewall") {
        if !logged.contains(&key(firewall)) {
            says.add(firewall, format!("the firewall `{}` keeps no log", firewall.id()))
                .help("add an `AWS::NetworkFirewall::LoggingConfiguration` with its ARN as `FirewallArn`");
        }
    }
}

/// Logs go to CloudWatch unless that is turned off.
fn build_log(project: Resource<'_>, says: &mut Says) {
    let logs = project.get("LogsConfig");
    let status = logs.get("CloudWatchLogs").get("Status");
    let bucket = logs.get("S3Logs").get("Status");
    if status.is("DISABLED") && (bucket.is_absent() || bucket.is("DISABLED")) {
        says.add(status, format!("`{}` keeps no log of its builds", project.id()))
            .help("set the `Status` of `CloudWatchLogs` or of `S3Logs` to `ENABLED`");
    }
}

fn rotated<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut rotated = HashSet::new();
    for schedule in context.of_type("AWS::SecretsManager::RotationSchedule") {
        let secret = schedule.get("SecretId");
        match secret.resource() {
            Some(attachment) if attachment.kind() == "AWS::SecretsManager::SecretTargetAttachment" => {
                rotated.extend(attachment.get("SecretId").resource().map(key));
            }
            Some(secret) => {
                rotated.insert(key(secret));
            }
            // It may be that of any secret.
            None => return,
        }
    }
    for secret in context.of_type("AWS::SecretsManager::Secret") {
        if !rotated.contains(&key(secret)) {
            says.add(secret, format!("the secret `{}` never changes by itself", secret.id()))
                .help("add an `AWS::SecretsManager::RotationSchedule` for it")
                .note("passwords of databases can be left to RDS: `ManageMasterUserPassword`");
        }
    }
}

fn rotated_often(schedule: Resource<'_>, says: &mut Says) {
    let rules = schedule.get("RotationRules");
    let every = rules.get("ScheduleExpression");
    let after = rules.get("AutomaticallyAfterDays");
    let rate = every.text().and_then(|text| {
        let inner = text.trim().strip_prefix("rate(")?.strip_suffix(')')?;
        let (number, unit) = inner.trim().split_once(' ')?;
        let number: i64 = number.parse().ok()?;
        unit.trim().starts_with("day").then_some(number)
    });
    let (at, days) = match (rate, after.integer()) {
        (Some(days), _) => (every, days),
        (None, Some(days)) => (after, days),
        (None, None) => return,
    };
    if days > 90 {
        says.add(at, format!("`{}` changes its secret every {days} days only", schedule.id()))
            .help("rotate it every 90 days or more often");
    }
}

/// One trail of all Regions is enough.
fn everywhere<'a>(context: &'a Context<'a>, says: &mut Says) {
    let trails = context.of_type("AWS::CloudTrail::Trail");
    let local = |trail: &Resource<'_>| {
        let all = trail.get("IsMultiRegionTrail");
        all.is_absent() || all.boolean() == Some(false)
    };
    if trails.iter().all(local) {
        for trail in trails {
            let all = trail.get("IsMultiRegionTrail");
            says.add(all, format!("the trail `{}` records one Region only", trail.id()))
                .help("set `IsMultiRegionTrail` to `true`");
        }
    }
}

fn object_events<'a>(context: &'a Context<'a>, says: &mut Says) {
    let trails = context.of_type("AWS::CloudTrail::Trail");
    let records = |trail: &Resource<'_>| {
        let advanced = trail.get("AdvancedEventSelectors");
        let selectors = trail.get("EventSelectors");
        let of_objects = |selector: &Value<'_>| {
            let resources = selector.get("DataResources");
            selector.is_unknown()
                || resources.is_unknown()
                || resources
                    .items()
                    .iter()
                    .any(|one| one.get("Type").text().is_none_or(|it| it == "AWS::S3::Object"))
        };
        let of_data = |selector: &Value<'_>| {
            let fields = selector.get("FieldSelectors");
            let equals = |field: &Value<'_>| {
                field
                    .get("Equals")
                    .items()
                    .iter()
                    .any(|one| one.text().is_none_or(|it| it == "AWS::S3::Object"))
            };
            fields.is_unknown() || fields.items().iter().any(equals)
        };
        advanced.is_unknown()
            || selectors.is_unknown()
            || selectors.items().iter().any(of_objects)
            || advanced.items().iter().any(of_data)
    };
    if !trails.iter().any(records) {
        for trail in trails {
            says.add(
                trail,
                format!("the trail `{}` does not record who reads and writes objects", trail.id()),
            )
            .help("add an event selector with a `DataResources` of type `AWS::S3::Object`");
        }
    }
}

fn recorder(recorder: Resource<'_>, says: &mut Says) {
    let role = recorder.get("RoleARN");
    let group = recorder.get("RecordingGroup");
    if role.resource().is_some_and(|role| role.kind() == "AWS::IAM::Role") {
        says.add(
            role,
            format!("`{}` records with a role that has to be kept up to date by hand", recorder.id()),
        )
        .help("use the service-linked role `AWSServiceRoleForConfig`");
    }
    let all = group.get("AllSupported");
    let by_strategy = group.get("RecordingStrategy").is_set();
    if all.boolean() == Some(false) && !by_strategy && group.get("ResourceTypes").is_absent() {
        says.add(all, format!("`{}` records nothing", recorder.id())).help("set `AllSupported` to `true`");
    }
}

/// What GuardDuty watches, with the controls that ask for it.
const FEATURES: &[(&str, &[&str])] = &[
    ("EKS_AUDIT_LOGS", &["FSBP GuardDuty.5"]),
    ("LAMBDA_NETWORK_LOGS", &["FSBP GuardDuty.6"]),
    ("EKS_RUNTIME_MONITORING", &["FSBP GuardDuty.7"]),
    ("EBS_MALWARE_PROTECTION", &["FSBP GuardDuty.8"]),
    ("RDS_LOGIN_EVENTS", &["FSBP GuardDuty.9"]),
    ("S3_DATA_EVENTS", &["FSBP GuardDuty.10"]),
    ("RUNTIME_MONITORING", &["FSBP GuardDuty.11"]),
];

fn watching(resource: Resource<'_>, says: &mut Says) {
    let id = resource.id();
    if resource.kind() == "AWS::Macie::Session" {
        let status = resource.get("Status");
        if status.is("PAUSED") {
            says.add(status, format!("`{id}` is off: Macie finds nothing"))
                .help("set `Status` to `ENABLED`")
                .serves(&["FSBP Macie.1"]);
        }
        return;
    }
    let enable = resource.get("Enable");
    if enable.boolean() == Some(false) {
        says.add(enable, format!("`{id}` is off: GuardDuty finds nothing"))
            .help("set `Enable` to `true`")
            .serves(&["FSBP GuardDuty.1"]);
        return;
    }
    let features = resource.get("Features").items();
    // The newer kind of runtime monitoring includes the older one, which has to be off then.
    let by_newer = |feature: &Value<'_>| {
        feature.get("Name").is("RUNTIME_MONITORING") && !feature.get("Status").is("DISABLED")
    };
    let newer = features.iter().any(by_newer);
    for feature in features {
        let (name, status) = (feature.get("Name").text(), feature.get("Status"));
        let known = FEATURES.iter().find(|(known, _)| name.as_deref() == Some(*known));
        if let Some((name, controls)) = known.filter(|_| status.is("DISABLED"))
            && !(newer && *name == "EKS_RUNTIME_MONITORING")
        {
            says.add(status, format!("`{id}` does not watch `{name}`"))
                .help("set its `Status` to `ENABLED`")
                .serves(controls);
        }
    }
}

fn lets_pass(policy: Resource<'_>, says: &mut Says) {
    let policy_value = policy.get("FirewallPolicy");
    let actions: [(&str, &str, &'static [&'static str]); 2] = [
        ("StatelessDefaultActions", "packets", &["FSBP NetworkFirewall.4"]),
        ("StatelessFragmentDefaultActions", "parts of packets", &["FSBP NetworkFirewall.5"]),
    ];
    for (name, what, controls) in actions {
        for action in policy_value.get(name).items() {
            if action.is("aws:pass") {
                says.add(
                    action,
                    format!("`{}` lets {what} pass that no stateless rule is about", policy.id()),
                )
                .help("use `aws:drop` or `aws:forward_to_sfe`")
                .serves(controls);
            }
        }
    }
}

fn firewall_without_rules(policy: Resource<'_>, says: &mut Says) {
    let rules = policy.get("FirewallPolicy");
    let lists = ["StatefulRuleGroupReferences", "StatelessRuleGroupReferences"];
    let none = |name: &&str| {
        let list = rules.get(name);
        !list.is_unknown() && list.items().is_empty()
    };
    if rules.is_set() && !rules.is_unknown() && lists.iter().all(none) {
        let message =
            format!("`{}` has no rule groups, so that its default actions decide on everything", policy.id());
        says.add(rules, message).help(format!("set {}", quoted(&lists, "or")));
    }
}

/// Serverless variants have no instances.
fn variants(config: Resource<'_>, says: &mut Says) {
    for variant in config.get("ProductionVariants").items() {
        let count = variant.get("InitialInstanceCount");
        if count.integer() == Some(1) {
            let name = variant.get("VariantName").text().unwrap_or_default();
            says.add(count, format!("the variant `{name}` of `{}` is one instance", config.id()))
                .help("set `InitialInstanceCount` to 2 or more, so that it is in more than one zone");
        }
    }
}

fn file_transfer(server: Resource<'_>, says: &mut Says) {
    for protocol in server.get("Protocols").items() {
        if protocol.is("FTP") {
            says.add(protocol, format!("`{}` takes files and passwords in clear text: `FTP`", server.id()))
                .help("use `SFTP`, `FTPS` or `AS2`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn queues_are_encrypted_unless_that_is_turned_off() {
        let queue = |rest: &str| {
            found(
                "FW2310",
                &format!("Resources:\n  Queue: {{Type: 'AWS::SQS::Queue', Properties: {rest}}}\n"),
            )
        };
        assert!(queue("{}").is_empty());
        assert!(queue("{SqsManagedSseEnabled: false, KmsMasterKeyId: alias/aws/sqs}").is_empty());
        assert_eq!(
            queue("{SqsManagedSseEnabled: false}"),
            ["`Queue` keeps data unencrypted: `SqsManagedSseEnabled` is `false` [FSBP SQS.1]"]
        );
    }

    #[test]
    fn a_secret_is_rotated_by_itself_or_by_its_attachment() {
        let text = "
Parameters:
  Unknown: {Type: String}
Resources:
  Lonely: {Type: 'AWS::SecretsManager::Secret'}
  Attached: {Type: 'AWS::SecretsManager::Secret'}
  Attachment:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties: {SecretId: !Ref Attached, TargetId: db, TargetType: 'AWS::RDS::DBInstance'}
  Rotation:
    Type: AWS::SecretsManager::RotationSchedule
    Properties: {SecretId: !Ref Attachment, RotationRules: {ScheduleExpression: rate(100 days)}}
";
        assert_eq!(
            found("FW2313", text),
            ["the secret `Lonely` never changes by itself [FSBP SecretsManager.1]"]
        );
        assert_eq!(
            found("FW2314", text),
            ["`Rotation` changes its secret every 100 days only [FSBP SecretsManager.4]"]
        );
        assert!(found("FW2313", &text.replace("!Ref Attachment", "!Ref Unknown")).is_empty());
    }

    #[test]
    fn only_keys_that_aws_can_rotate_are_asked_to_be() {
        let key = |rest: &str| {
            found("FW2312", &format!("Resources:\n  Key: {{Type: 'AWS::KMS::Key', Properties: {rest}}}\n"))
        };
        let message = "`Key` keeps the same key material forever: `EnableKeyRotation` is not set [CIS 3.6]";
        assert_eq!(key("{KeySpec: SYMMETRIC_DEFAULT}"), [message]);
        for other in [
            "{KeySpec: RSA_4096}",
            "{Origin: EXTERNAL}",
            "{KeyUsage: GENERATE_VERIFY_MAC, KeySpec: HMAC_256}",
        ] {
            assert!(key(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn one_trail_of_all_regions_is_enough() {
        let text = "
Resources:
  Here: {Type: 'AWS::CloudTrail::Trail', Properties: {IsLogging: true, S3BucketName: logs}}
";
        assert_eq!(
            found("FW2320", text),
            ["the trail `Here` records one Region only [FSBP CloudTrail.1, CIS 3.1]"]
        );
        let more = format!(
            "{text}  All:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: logs
      IsMultiRegionTrail: true
      AdvancedEventSelectors: [{{FieldSelectors: [{{Field: resources.type, Equals: ['AWS::S3::Object']}}]}}]
"
        );
        assert!(found("FW2320", &more).is_empty());
        assert!(found("FW2322", &more).is_empty());
        assert_eq!(found("FW2322", text).len(), 1);
    }

    #[test]
    fn features_of_guardduty_are_judged_where_they_are_off() {
        let text = "
Resources:
  Detector:
    Type: AWS::GuardDuty::Detector
    Properties:
      Enable: true
      Features:
        - {Name: RDS_LOGIN_EVENTS, Status: DISABLED}
        - {Name: EKS_RUNTIME_MONITORING, Status: DISABLED}
        - {Name: RUNTIME_MONITORING, Status: ENABLED}
";
        assert_eq!(
            found("FW2324", text),
            ["`Detector` does not watch `RDS_LOGIN_EVENTS` [FSBP GuardDuty.9]"]
        );
        let off = text.replace("Enable: true", "Enable: false");
        assert_eq!(found("FW2324", &off), ["`Detector` is off: GuardDuty finds nothing [FSBP GuardDuty.1]"]);
    }
}
