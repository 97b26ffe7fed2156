//! Networks, instances, load balancers, containers and file systems.

use std::collections::HashSet;

use super::table::{Must, demand, places};
use crate::{
    context::{Context, Piece, Resource, Value},
    rule::{Rule, Run, Says, rule},
};

mod open;

pub(in crate::rules) const RULES: &[Rule] = &[
    rule!("FW2001", Warning, Run::Resource(open::TYPES, open::administration),
        serves ["FSBP EC2.19", "CIS 5.2", "CIS 5.3"]),
    rule!("FW2002", Warning, Run::Resource(open::TYPES, open::high_risk), serves["FSBP EC2.19"]),
    rule!("FW2003", Warning, Run::Resource(open::TYPES, open::other_ports), serves["FSBP EC2.18"]),
    rule!("FW2004", Warning, Run::Resource(open::OF_DEFAULT, open::default_group),
        serves ["FSBP EC2.2", "CIS 5.4"]),
    rule!("FW2005", Warning, Run::Resource(&["AWS::EC2::NetworkAclEntry"], open::network_acl),
        serves ["FSBP EC2.21", "CIS 5.1"]),
    rule!("FW2006", Note, Run::System(flow_logs), serves ["FSBP EC2.6", "CIS 3.7"]),
    demand! {"FW2007", Note, "gives out public addresses", [
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", Must::FalseOrAbsent, ["FSBP EC2.15"]),
        ("AWS::EC2::Instance", "NetworkInterfaces[].AssociatePublicIpAddress", Must::FalseOrAbsent,
            ["FSBP EC2.9"]),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.NetworkInterfaces[].AssociatePublicIpAddress",
            Must::FalseOrAbsent, ["FSBP EC2.25"]),
        ("AWS::AutoScaling::LaunchConfiguration", "AssociatePublicIpAddress", Must::FalseOrAbsent,
            ["FSBP AutoScaling.5"]),
        ("AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
            Must::NoneOf(&["ENABLED"]), ["FSBP ECS.2"]),
        ("AWS::ECS::TaskSet", "NetworkConfiguration.AwsVpcConfiguration.AssignPublicIp",
            Must::NoneOf(&["ENABLED"]), ["FSBP ECS.16"]),
    ]},
    demand! {"FW2008", Warning, "may give its metadata to requests without a token (IMDSv1)", [
        ("AWS::EC2::Instance", "MetadataOptions.HttpTokens", Must::OneOf(&["required"]),
            ["FSBP EC2.8", "CIS 5.6"], when own_metadata),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.MetadataOptions.HttpTokens",
            Must::OneOf(&["required"]), ["FSBP EC2.170", "CIS 5.6"], when answers_metadata),
        ("AWS::AutoScaling::LaunchConfiguration", "MetadataOptions.HttpTokens", Must::OneOf(&["required"]),
            ["FSBP AutoScaling.3", "CIS 5.6"], when own_metadata),
    ]},
    demand! {"FW2009", Warning, "stores data unencrypted", [
        ("AWS::EC2::Volume", "Encrypted", Must::True, ["FSBP EC2.3"], when from_nothing),
        ("AWS::EC2::Instance", "BlockDeviceMappings[].Ebs?.Encrypted", Must::True, ["FSBP EC2.3"],
            when from_nothing),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.BlockDeviceMappings[].Ebs?.Encrypted", Must::True,
            ["FSBP EC2.181"], when from_nothing),
        ("AWS::EC2::SpotFleet",
            "SpotFleetRequestConfigData.LaunchSpecifications[].BlockDeviceMappings[].Ebs?.Encrypted",
            Must::True, ["FSBP EC2.173"], when from_nothing),
    ]},
    demand! {"FW2010", Warning, "accepts every VPC that asks to be attached",
        help "set `AutoAcceptSharedAttachments` to `disable`", [
        ("AWS::EC2::TransitGateway", "AutoAcceptSharedAttachments", Must::NoneOf(&["enable"]),
            ["FSBP EC2.23"]),
    ]},
    demand! {"FW2011", Warning, "keeps no log of its connections", [
        ("AWS::EC2::ClientVpnEndpoint", "ConnectionLogOptions.Enabled", Must::True, ["FSBP EC2.51"]),
        ("AWS::EC2::VPNConnection",
            "VpnTunnelOptionsSpecifications[].LogOptions.CloudwatchLogOptions.LogEnabled", Must::True,
            ["FSBP EC2.171"]),
        ("AWS::EC2::VPNConnection", "VpnTunnelOptionsSpecifications", Must::Set, ["FSBP EC2.171"]),
    ]},
    rule!("FW2012", Note, Run::System(endpoint_of_ec2), serves["FSBP EC2.10"]),
    demand! {"FW2013", Note, "passes on packets that are not its own", [
        ("AWS::EC2::NetworkInterface", "SourceDestCheck", Must::TrueOrAbsent, ["FSBP EC2.180"]),
    ]},
    rule!("FW2014", Note, Run::System(unused_acl), serves["FSBP EC2.16"]),
    rule!("FW2015", Note, Run::Resource(&["AWS::EC2::Instance"], several_interfaces), serves["FSBP EC2.17"]),
    rule!(
        "FW2020",
        Warning,
        Run::Resource(&["AWS::AutoScaling::AutoScalingGroup"], health_check),
        serves["FSBP AutoScaling.1"]
    ),
    demand! {"FW2021", Warning, "runs in a single zone", [
        ("AWS::AutoScaling::AutoScalingGroup", "VPCZoneIdentifier?", Must::Items(2), ["FSBP AutoScaling.2"]),
        ("AWS::AutoScaling::AutoScalingGroup", "AvailabilityZones?", Must::Items(2), ["FSBP AutoScaling.2"]),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "Subnets?", Must::Items(2), ["FSBP ELB.10"]),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "AvailabilityZones?", Must::Items(2), ["FSBP ELB.10"]),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets?", Must::Items(2), ["FSBP ELB.13"],
            when not_alb),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "SubnetMappings?", Must::Items(2), ["FSBP ELB.13"],
            when not_alb),
    ]},
    demand! {"FW2022", Note, "can launch one type of instance only", [
        ("AWS::AutoScaling::AutoScalingGroup", "MixedInstancesPolicy", Must::Set, ["FSBP AutoScaling.6"]),
    ]},
    demand! {"FW2023", Warning, "is launched from a launch configuration",
        help "use a launch template: new accounts cannot make launch configurations", [
        ("AWS::AutoScaling::AutoScalingGroup", "LaunchConfigurationName", Must::Absent,
            ["FSBP AutoScaling.9"]),
    ]},
    rule!("FW2030", Warning, Run::Resource(&["AWS::ElasticLoadBalancingV2::Listener"], no_redirect),
        serves ["FSBP ELB.1", "FSBP ELB.18"]),
    demand! {"FW2031", Note, "passes on unencrypted connections", help "end TLS at the load balancer", [
        ("AWS::ElasticLoadBalancingV2::Listener", "Protocol", Must::NoneOf(&["TCP"]), ["FSBP ELB.18"],
            when not_443),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "Listeners[].Protocol", Must::OneOf(&["HTTPS", "SSL"]),
            ["FSBP ELB.3"]),
    ]},
    demand! {"FW2032", Note, "passes on HTTP headers that are malformed", [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer",
            "LoadBalancerAttributes{Key=routing.http.drop_invalid_header_fields.enabled}.Value", Must::True,
            ["FSBP ELB.4"], when alb),
    ]},
    demand! {"FW2033", Note, "keeps no access log", [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer",
            "LoadBalancerAttributes{Key=access_logs.s3.enabled}.Value", Must::True, ["FSBP ELB.5"], when alb),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "AccessLoggingPolicy.Enabled", Must::True,
            ["FSBP ELB.5"]),
    ]},
    demand! {"FW2034", Note, "can be deleted by one request", [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer",
            "LoadBalancerAttributes{Key=deletion_protection.enabled}.Value", Must::True, ["FSBP ELB.6"]),
    ]},
    demand! {"FW2035", Warning, "lets requests through that may smuggle others",
        help "`defensive`, the default, and `strictest` stop such requests", [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer",
            "LoadBalancerAttributes{Key=routing.http.desync_mitigation_mode}.Value",
            Must::NoneOf(&["monitor"]), ["FSBP ELB.12"], when alb),
    ]},
    demand! {"FW2036", Warning, "speaks outdated versions of TLS, or ciphers without forward secrecy", [
        ("AWS::ElasticLoadBalancingV2::Listener", "SslPolicy", Must::OneOf(TLS_POLICIES), ["FSBP ELB.17"],
            when tls),
    ]},
    demand! {"FW2037", Note, "treats connections or zones unevenly", [
        ("AWS::ElasticLoadBalancing::LoadBalancer", "ConnectionDrainingPolicy.Enabled", Must::True,
            ["FSBP ELB.7"]),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "CrossZone", Must::True, ["FSBP ELB.9"]),
    ]},
    rule!(
        "FW2038",
        Warning,
        Run::Resource(&["AWS::ElasticLoadBalancing::LoadBalancer"], certificate_of_acm),
        serves["FSBP ELB.2"]
    ),
    demand! {"FW2039", Note, "is spoken to in plain HTTP",
        help "use `HTTPS`; a certificate that the target makes for itself is enough", [
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "Protocol", Must::NoneOf(&["HTTP"]), ["FSBP ELB.22"]),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "HealthCheckProtocol", Must::NoneOf(&["HTTP"]),
            ["FSBP ELB.21"], when not_http),
    ]},
    demand! {"FW2040", Warning, "shares the network of its host",
        help "`awsvpc` gives every task a network interface of its own", [
        ("AWS::ECS::TaskDefinition", "NetworkMode", Must::NoneOf(&["host"]), ["FSBP ECS.17"]),
    ]},
    demand! {"FW2041", Warning, "sees the processes of its host",
        help "leave it out, or let the containers of one task share by `task`", [
        ("AWS::ECS::TaskDefinition", "PidMode", Must::NoneOf(&["host"]), ["FSBP ECS.3"]),
    ]},
    demand! {"FW2042", Warning, "runs a container with all rights on its host", [
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].Privileged", Must::FalseOrAbsent,
            ["FSBP ECS.4"]),
    ]},
    demand! {"FW2043", Note, "lets a container change its own program", [
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].ReadonlyRootFilesystem", Must::True,
            ["FSBP ECS.5"], when linux),
    ]},
    demand! {"FW2044", Warning, "passes credentials as environment variables",
        help "pass them by `Secrets`, or give the task a role", [
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].Environment[].Name",
            Must::NoneOf(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"]),
            ["FSBP ECS.8"]),
    ]},
    demand! {"FW2045", Warning, "has a container whose output is lost", [
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].LogConfiguration.LogDriver", Must::Set,
            ["FSBP ECS.9"]),
    ]},
    demand! {"FW2046", Warning, "runs on an old platform version of Fargate", help "use `LATEST`", [
        ("AWS::ECS::Service", "PlatformVersion", Must::NoneOf(&["1.1.0", "1.2.0", "1.3.0"]), ["FSBP ECS.10"]),
    ]},
    demand! {"FW2047", Note, "is not watched by Container Insights", [
        ("AWS::ECS::Cluster", "ClusterSettings{Name=containerInsights}.Value",
            Must::OneOf(&["enabled", "enhanced"]), ["FSBP ECS.12"]),
    ]},
    demand! {"FW2048", Warning, "runs a container as root",
        help "name a user that exists in the image, or a number such as `1000`", [
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].User",
            Must::OtherThan(&["root", "0", "root:root", "0:0"]), ["FSBP ECS.20"], when linux),
    ]},
    demand! {"FW2049", Warning, "reads its files over an unencrypted connection", [
        ("AWS::ECS::TaskDefinition", "Volumes[].EFSVolumeConfiguration?.TransitEncryption",
            Must::OneOf(&["ENABLED"]), ["FSBP ECS.18"]),
    ]},
    demand! {"FW2050", Warning, "ends instances on which tasks run", [
        ("AWS::ECS::CapacityProvider", "AutoScalingGroupProvider?.ManagedTerminationProtection",
            Must::OneOf(&["ENABLED"]), ["FSBP ECS.19"]),
    ]},
    demand! {"FW2051", Warning, "does not look for known weaknesses in its images", [
        ("AWS::ECR::Repository", "ImageScanningConfiguration.ScanOnPush", Must::True, ["FSBP ECR.1"],
            when scanned_by_itself),
    ]},
    demand! {"FW2052", Warning, "lets a tag move to another image", [
        ("AWS::ECR::Repository", "ImageTagMutability",
            Must::OneOf(&["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"]), ["FSBP ECR.2"]),
    ]},
    demand! {"FW2053", Warning, "keeps every image forever", [
        ("AWS::ECR::Repository", "LifecyclePolicy", Must::Set, ["FSBP ECR.3"]),
    ]},
    demand! {"FW2054", Warning, "has an API that the internet can reach", [
        ("AWS::EKS::Cluster", "ResourcesVpcConfig.EndpointPublicAccess", Must::False, ["FSBP EKS.1"]),
    ]},
    demand! {"FW2055", Note, "encrypts its secrets with no key of yours", [
        ("AWS::EKS::Cluster", "EncryptionConfig", Must::Set, ["FSBP EKS.3"]),
    ]},
    demand! {"FW2056", Warning, "keeps no audit log",
        help "turn on the log type `audit` in `Logging.ClusterLogging.EnabledTypes`", [
        ("AWS::EKS::Cluster", "Logging.ClusterLogging.EnabledTypes{Type=audit}", Must::Set, ["FSBP EKS.8"]),
    ]},
    demand! {"FW2060", Warning, "shows its clients the whole file system",
        help "name a directory that its clients may see", [
        ("AWS::EFS::AccessPoint", "RootDirectory.Path", Must::OtherThan(&["/"]), ["FSBP EFS.3"]),
    ]},
    demand! {"FW2061", Warning, "trusts what its clients say about who they are", [
        ("AWS::EFS::AccessPoint", "PosixUser", Must::Set, ["FSBP EFS.4"]),
    ]},
    demand! {"FW2062", Warning, "is not backed up", [
        ("AWS::EFS::FileSystem", "BackupPolicy.Status", Must::OneOf(&["ENABLED"]), ["FSBP EFS.7"],
            when all_zones),
    ]},
    demand! {"FW2063", Warning, "does not encrypt", [
        ("AWS::EMR::SecurityConfiguration",
            "SecurityConfiguration.EncryptionConfiguration.EnableAtRestEncryption", Must::True,
            ["FSBP EMR.3"], when spelled_out),
        ("AWS::EMR::SecurityConfiguration",
            "SecurityConfiguration.EncryptionConfiguration.EnableInTransitEncryption", Must::True,
            ["FSBP EMR.4"], when spelled_out),
    ]},
    demand! {"FW2064", Warning, "does not say what AWS should watch over", [
        ("AWS::ElasticBeanstalk::Environment",
            "OptionSettings{Namespace=aws:elasticbeanstalk:healthreporting:system,OptionName=SystemType}.Value",
            Must::OneOf(&["enhanced"]), ["FSBP ElasticBeanstalk.1"], when own_options),
        ("AWS::ElasticBeanstalk::Environment",
            "OptionSettings{Namespace=aws:elasticbeanstalk:managedactions,OptionName=ManagedActionsEnabled}.Value",
            Must::True, ["FSBP ElasticBeanstalk.2"], when own_options),
        ("AWS::ElasticBeanstalk::Environment",
            "OptionSettings{Namespace=aws:elasticbeanstalk:cloudwatch:logs,OptionName=StreamLogs}.Value",
            Must::True, ["FSBP ElasticBeanstalk.3"], when own_options),
    ]},
];

/// The policies that ELB.17 takes.
const TLS_POLICIES: &[&str] = &[
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
];

/// Whether the metadata options are its own, not a launch template's, and not turned off.
fn own_metadata(machine: Resource<'_>) -> bool {
    machine.get("LaunchTemplate").is_absent() && is_on(machine.get("MetadataOptions"))
}

fn answers_metadata(template: Resource<'_>) -> bool {
    is_on(template.get("LaunchTemplateData").get("MetadataOptions"))
}

fn is_on(metadata: Value<'_>) -> bool {
    let endpoint = metadata.get("HttpEndpoint");
    endpoint.is_absent() || endpoint.is("enabled")
}

/// Whether no volume comes from a snapshot, which says by itself whether it is encrypted.
fn from_nothing(owner: Resource<'_>) -> bool {
    const SNAPSHOTS: &[&str] = &[
        "SnapshotId?",
        "SourceVolumeId?",
        "BlockDeviceMappings[].Ebs?.SnapshotId?",
        "LaunchTemplateData.BlockDeviceMappings[].Ebs?.SnapshotId?",
        "SpotFleetRequestConfigData.LaunchSpecifications[].BlockDeviceMappings[].Ebs?.SnapshotId?",
    ];
    SNAPSHOTS.iter().all(|path| places(owner, path).is_empty())
}

fn alb(balancer: Resource<'_>) -> bool {
    let kind = balancer.get("Type");
    kind.is_absent() || kind.is("application")
}

fn not_alb(balancer: Resource<'_>) -> bool {
    let kind = balancer.get("Type");
    kind.is("network") || kind.is("gateway")
}

fn not_443(listener: Resource<'_>) -> bool {
    listener.get("Port").integer().is_some_and(|port| port != 443)
}

fn tls(listener: Resource<'_>) -> bool {
    let protocol = listener.get("Protocol");
    protocol.is("HTTPS") || protocol.is("TLS")
}

fn not_http(group: Resource<'_>) -> bool {
    !group.get("Protocol").is("HTTP")
}

fn linux(task: Resource<'_>) -> bool {
    let system = task.get("RuntimePlatform").get("OperatingSystemFamily");
    system.is_absent() || system.is("LINUX")
}

/// Whether no configuration of the registry has its images scanned.
fn scanned_by_itself(repository: Resource<'_>) -> bool {
    let templates = repository.context.templates;
    templates.iter().all(|template| template.of_type("AWS::ECR::RegistryScanningConfiguration").is_empty())
}

fn all_zones(system: Resource<'_>) -> bool {
    system.get("AvailabilityZoneName").is_absent()
}

fn spelled_out(configuration: Resource<'_>) -> bool {
    !configuration.get("SecurityConfiguration").entries().is_empty()
}

fn own_options(environment: Resource<'_>) -> bool {
    environment.get("TemplateName").is_absent() && environment.get("OptionSettings").is_set()
}

/// What a resource goes by in a set.
fn key(resource: Resource<'_>) -> (u32, u32) {
    (resource.template, resource.index)
}

/// What some values refer to; `None` if that is not known of all of them.
fn targets<'a>(values: impl Iterator<Item = Value<'a>>) -> Option<HashSet<(u32, u32)>> {
    let mut targets = HashSet::new();
    for value in values {
        match value.resource() {
            Some(resource) => {
                targets.insert(key(resource));
            }
            // An identifier that is written out is that of something that exists.
            None if value.text().is_none() => return None,
            None => {}
        }
    }
    Some(targets)
}

fn flow_logs<'a>(context: &'a Context<'a>, says: &mut Says) {
    let logs = context.of_type("AWS::EC2::FlowLog").into_iter();
    let of_networks = logs.filter(|log| log.get("ResourceType").text().is_none_or(|kind| kind == "VPC"));
    let Some(logged) = targets(of_networks.map(|log| log.get("ResourceId"))) else { return };
    for vpc in context.of_type("AWS::EC2::VPC").into_iter().filter(|vpc| !logged.contains(&key(*vpc))) {
        says.add(vpc, format!("no flow log records the traffic of VPC `{}`", vpc.id()))
            .help("add an `AWS::EC2::FlowLog` for it");
    }
}

fn endpoint_of_ec2<'a>(context: &'a Context<'a>, says: &mut Says) {
    let of_ec2 = |endpoint: &Resource<'a>| match endpoint.get("ServiceName").pieces().last() {
        Some(Piece::Text(service)) => service.ends_with(".ec2"),
        _ => true,
    };
    let endpoints = context.of_type("AWS::EC2::VPCEndpoint").into_iter().filter(of_ec2);
    let Some(connected) = targets(endpoints.map(|endpoint| endpoint.get("VpcId"))) else { return };
    for vpc in context.of_type("AWS::EC2::VPC").into_iter().filter(|vpc| !connected.contains(&key(*vpc))) {
        says.add(
            vpc,
            format!("calls of the EC2 API leave VPC `{}`, which has no endpoint for them", vpc.id()),
        )
        .help("add an interface endpoint for the service `ec2` if something in the VPC calls it");
    }
}

fn unused_acl<'a>(context: &'a Context<'a>, says: &mut Says) {
    let associations = context.of_type("AWS::EC2::SubnetNetworkAclAssociation").into_iter();
    let Some(mut used) = targets(associations.map(|it| it.get("NetworkAclId"))) else { return };
    // What an output yields may be used by another stack.
    for (number, template) in (0..).zip(context.templates) {
        for (_, node) in template.section("Outputs") {
            for piece in context.value(number, node).get("Value").pieces() {
                if let Piece::Yields(resource, _) = piece {
                    used.insert(key(resource));
                }
            }
        }
    }
    for acl in context.of_type("AWS::EC2::NetworkAcl").into_iter().filter(|acl| !used.contains(&key(*acl))) {
        says.add(acl, format!("no subnet uses the network ACL `{}`", acl.id()))
            .help("associate it with a subnet by `AWS::EC2::SubnetNetworkAclAssociation`, or remove it");
    }
}

fn several_interfaces(instance: Resource<'_>, says: &mut Says) {
    let interfaces = instance.get("NetworkInterfaces");
    let count = interfaces.items().len();
    if count > 1 {
        says.add(interfaces, format!("the instance `{}` has {count} network interfaces", instance.id()))
            .help("one is enough unless the instance is meant to connect networks");
    }
}

fn health_check(group: Resource<'_>, says: &mut Says) {
    let balanced = ["TargetGroupARNs", "LoadBalancerNames"].map(|name| group.get(name));
    let check = group.get("HealthCheckType");
    let asks =
        check.is_set() && check.text().is_none_or(|text| text.split(',').any(|one| one.trim() == "ELB"));
    if balanced.iter().any(|list| !list.items().is_empty()) && !asks {
        says.add(
            check,
            format!("the group `{}` keeps instances that its load balancer takes for unhealthy", group.id()),
        )
        .help("set `HealthCheckType` to `ELB`");
    }
}

fn no_redirect(listener: Resource<'_>, says: &mut Says) {
    let protocol = listener.get("Protocol");
    let actions = listener.get("DefaultActions");
    if !protocol.is("HTTP") || actions.items().is_empty() {
        return;
    }
    for action in actions.items() {
        let kind = action.get("Type");
        let target = action.get("RedirectConfig").get("Protocol");
        // An absent protocol stays what it was.
        let to_https =
            kind.is("redirect") && target.is_set() && !target.is("HTTP") && !target.is("#{protocol}");
        if to_https || kind.text().is_none() {
            return;
        }
    }
    says.add(protocol, format!("the listener `{}` answers HTTP without a redirect to HTTPS", listener.id()))
        .help("make its action `redirect` with `Protocol: HTTPS`, `Port: '443'` and `StatusCode: HTTP_301`");
}

fn certificate_of_acm(balancer: Resource<'_>, says: &mut Says) {
    for listener in balancer.get("Listeners").items() {
        let certificate = listener.get("SSLCertificateId");
        let text = certificate.text().unwrap_or_default();
        if text.starts_with("arn:") && text.contains(":iam:") {
            says.add(
                certificate,
                format!("`{}` has a certificate of IAM, which nothing renews", balancer.id()),
            )
            .help("use a certificate of AWS Certificate Manager");
        }
    }
}

#[cfg(test)]
mod tests;
