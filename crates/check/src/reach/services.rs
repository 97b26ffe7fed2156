//! What AWS serves at addresses of its own, and what is beyond this analysis.

use super::{
    network::{Holds, Node},
    nodes::{at, set_of},
    ports::Ports,
    read::{address, holds},
};
use crate::context::{Resource, Value};

/// A type that AWS serves at addresses of its own.
pub(super) struct Service {
    pub(super) kind: &'static str,
    /// What a public one does.
    pub(super) what: &'static str,
    /// What it listens on; none where that is not told here.
    pub(super) ports: &'static [u16],
    /// Whether the internet may call it; notes at the node what else is known.
    pub(super) public: fn(Resource<'_>, &mut Node) -> Holds,
}

macro_rules! services {
    ($($kind:literal $what:literal $ports:expr => $public:expr,)*) => {
        &[$(Service { kind: $kind, what: $what, ports: &$ports, public: $public },)*]
    };
}

pub(super) const SERVICES: &[Service] = services! {
    "AWS::CloudFront::Distribution" "serves everyone" [80, 443] =>
        |it, _| holds(at(it, "DistributionConfig.Enabled"), true, it),
    "AWS::CloudFront::VpcOrigin" "" [] => |_, node| {
        node.listens = false;
        Holds::No
    },
    "AWS::ApiGateway::RestApi" "has a public endpoint" [443] => |it, _| rest_api(it),
    "AWS::ApiGateway::DomainName" "is a public domain of APIs" [443] => |it, _| endpoint_types(it),
    "AWS::ApiGatewayV2::Api" "has a public endpoint" [443] => |it, _| own_endpoint(it),
    "AWS::ApiGatewayV2::DomainName" "is a public domain of APIs" [443] => |_, _| Holds::Yes,
    "AWS::Lambda::Url" "may be called by everyone (AuthType NONE)" [443] => |it, _| function_url(it),
    "AWS::AppRunner::Service" "has a public endpoint" [443] => |it, _| {
        holds(at(it, "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible"), true, it)
    },
    "AWS::AppSync::GraphQLApi" "has a public endpoint" [443] =>
        |it, _| one_of(it, it.get("Visibility"), "GLOBAL", &["PRIVATE"]),
    "AWS::AppSync::Api" "has a public endpoint" [443] => |_, _| Holds::Yes,
    "AWS::S3::Bucket" "may be read by everyone" [80, 443] => bucket,
    "AWS::Amplify::App" "serves everyone" [80, 443] => |it, _| {
        let branch = it.referrers().iter().any(|reference| reference.from.kind() == "AWS::Amplify::Branch");
        if branch { Holds::Yes } else { Holds::Unknown(format!("the branches of `{}` are not known", address(it))) }
    },
    "AWS::Cognito::UserPoolDomain" "has public pages to log in" [443] => |_, _| Holds::Yes,
    "AWS::ECR::PublicRepository" "may be pulled from by everyone" [443] => |_, _| Holds::Yes,
    "AWS::EC2::ClientVpnEndpoint" "lets clients connect from everywhere" [443, 1194] => |_, node| {
        let ports = [443, 1194].into_iter().flat_map(|port| [Ports::tcp(port), Ports::udp(port)]);
        node.ports = Some(Ports::of(ports));
        Holds::Yes
    },
    "AWS::GlobalAccelerator::Accelerator" "has public addresses" [] => |it, node| {
        node.ports = accelerated(it);
        holds(it.get("Enabled"), true, it)
    },
    "AWS::Grafana::Workspace" "has a public endpoint" [443] => |it, _| match it.get("NetworkAccessControl") {
        value if value.is_absent() => Holds::Yes,
        _ => Holds::Unknown(format!("`NetworkAccessControl` of `{}` is not looked into", address(it))),
    },
    "AWS::Lightsail::Container" "has a public endpoint" [443] => |it, _| {
        let open = at(it, "ContainerServiceDeployment.PublicEndpoint");
        match open.is_set() && !open.is_unknown() && it.get("IsDisabled").is_absent() {
            true => Holds::Yes,
            false => Holds::Unknown(format!("what is deployed to `{}` is not known", address(it))),
        }
    },
    "AWS::Lightsail::Database" "is publicly accessible" [] => |it, _| holds(it.get("PubliclyAccessible"), false, it),
    "AWS::Lightsail::Distribution" "serves everyone" [80, 443] => |it, _| holds(it.get("IsEnabled"), true, it),
    "AWS::Lightsail::LoadBalancer" "faces the internet" [80, 443] => |_, _| Holds::Yes,
    "AWS::MWAA::Environment" "has a public web server" [443] => |it, _| {
        let mode = it.get("WebserverAccessMode");
        match mode.text() {
            _ if mode.is_absent() => Holds::No,
            Some(mode) if mode == "PRIVATE_ONLY" => Holds::No,
            Some(_) => Holds::Yes,
            None => unknown(it, "WebserverAccessMode"),
        }
    },
    "AWS::Transfer::Server" "has a public endpoint" [] => |it, _| transfer(it),
    "AWS::WorkSpacesWeb::Portal" "is a public portal" [443] => |_, _| Holds::Yes,
};

/// What may have a public address, or makes something that may, and is not looked into.
pub(super) const BEYOND: &[&str] = &[
    "AWS::ApiGateway::DomainNameV2",
    "AWS::AppStream::Fleet",
    "AWS::AppSync::DomainName",
    "AWS::BedrockAgentCore::Gateway",
    "AWS::BedrockAgentCore::Runtime",
    "AWS::Cloud9::EnvironmentEC2",
    "AWS::CloudFront::DistributionTenant",
    "AWS::CloudFront::StreamingDistribution",
    "AWS::Connect::Instance",
    "AWS::DMS::InstanceProfile",
    "AWS::DSQL::Cluster",
    "AWS::EC2::EC2Fleet",
    "AWS::EC2::InstanceConnectEndpoint",
    "AWS::EC2::SpotFleet",
    "AWS::EC2::VerifiedAccessEndpoint",
    "AWS::ECS::ExpressGatewayService",
    "AWS::ECS::TaskSet",
    "AWS::EMR::Cluster",
    "AWS::EMR::Studio",
    "AWS::ElasticBeanstalk::Environment",
    "AWS::GameLift::ContainerFleet",
    "AWS::GameLift::Fleet",
    "AWS::Glue::DevEndpoint",
    "AWS::IVS::Channel",
    "AWS::IoT::DomainConfiguration",
    "AWS::IoTSiteWise::Portal",
    "AWS::Lightsail::Bucket",
    "AWS::Lightsail::Instance",
    "AWS::M2::Environment",
    "AWS::MSK::ServerlessCluster",
    "AWS::MediaConnect::Flow",
    "AWS::MediaLive::Input",
    "AWS::MediaPackage::OriginEndpoint",
    "AWS::MediaPackageV2::OriginEndpoint",
    "AWS::MediaStore::Container",
    "AWS::MediaTailor::PlaybackConfiguration",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpsWorks::Instance",
    "AWS::QBusiness::WebExperience",
    "AWS::RefactorSpaces::Application",
    "AWS::S3::AccessPoint",
    "AWS::S3::MultiRegionAccessPoint",
    "AWS::SES::MailManagerIngressPoint",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::NotebookInstance",
    "AWS::Timestream::InfluxDBCluster",
    "AWS::Transfer::WebApp",
    "AWS::VpcLattice::ResourceGateway",
    "AWS::VpcLattice::Service",
    "AWS::WorkSpaces::Workspace",
    "AWS::WorkspacesInstances::WorkspaceInstance",
];

fn unknown(resource: Resource<'_>, property: &str) -> Holds {
    Holds::Unknown(format!("`{property}` of `{}` is not known", address(resource)))
}

/// A word that is absent or this for what is public, and one of others for what is not.
fn one_of(resource: Resource<'_>, value: Value<'_>, public: &str, private: &[&str]) -> Holds {
    match value.text() {
        _ if value.is_absent() => Holds::Yes,
        Some(text) if text == public => Holds::Yes,
        Some(text) if private.contains(&&*text) => Holds::No,
        _ => unknown(resource, &value.name()),
    }
}

/// Of an API without an endpoint of its own, domains may still lead to it.
fn own_endpoint(api: Resource<'_>) -> Holds {
    let domains = || format!("`{}` has no endpoint of its own, and a domain may lead to it", address(api));
    match holds(api.get("DisableExecuteApiEndpoint"), false, api) {
        Holds::No => Holds::Yes,
        Holds::Yes => Holds::Unknown(domains()),
        doubt => doubt,
    }
}

fn endpoint_types(resource: Resource<'_>) -> Holds {
    let types = at(resource, "EndpointConfiguration.Types");
    let items = types.items();
    match types.is_unknown() || items.iter().any(|item| item.is_unknown()) {
        true => unknown(resource, "EndpointConfiguration"),
        false if items.iter().any(|item| item.is("PRIVATE")) => Holds::No,
        false => Holds::Yes,
    }
}

fn rest_api(api: Resource<'_>) -> Holds {
    const SAID: &str = "x-amazon-apigateway-endpoint-configuration";
    match (endpoint_types(api), own_endpoint(api)) {
        // A private API has no domain on the internet.
        (Holds::Yes, own) if api.get("Body").entry(SAID).is_none() => own,
        (Holds::Yes, _) => unknown(api, SAID),
        (other, _) => other,
    }
}

fn function_url(url: Resource<'_>) -> Holds {
    match url.get("AuthType").text() {
        Some(text) if text == "NONE" => Holds::Yes,
        Some(_) => Holds::Unknown(format!(
            "`{}` answers signed requests only, and whose is a matter of policies",
            address(url)
        )),
        None => unknown(url, "AuthType"),
    }
}

fn transfer(server: Resource<'_>) -> Holds {
    let kind = server.get("EndpointType");
    match kind.text() {
        _ if kind.is_absent() => Holds::Yes,
        Some(kind) if kind == "PUBLIC" => Holds::Yes,
        Some(kind) if kind == "VPC" => match at(server, "EndpointDetails.AddressAllocationIds") {
            addresses if addresses.is_absent() => Holds::No,
            _ => {
                Holds::Unknown(format!("whom the network of `{}` admits is not looked into", address(server)))
            }
        },
        _ => unknown(server, "EndpointType"),
    }
}

/// The ports of an accelerator's listeners, where all of them are known.
fn accelerated(accelerator: Resource<'_>) -> Option<Ports> {
    let mut known = Vec::new();
    for reference in accelerator.referrers() {
        let listener = reference.from;
        if listener.kind() != "AWS::GlobalAccelerator::Listener" {
            continue;
        }
        let protocol = listener.get("Protocol");
        let protocol =
            if protocol.is_absent() { "tcp".to_owned() } else { protocol.text()?.to_ascii_lowercase() };
        let ranges = listener.get("PortRanges");
        if ranges.is_unknown() {
            return None;
        }
        for range in ranges.items() {
            let [from, to] = ["FromPort", "ToPort"].map(|end| range.get(end).integer());
            known.push(Ports::of_rule(&protocol, Some(from?), Some(to?))?);
        }
    }
    Some(Ports::of(known)).filter(|ports| !ports.is_empty())
}

/// A bucket is read by whom its policy admits; only where everybody is, that is a matter of networks.
fn bucket(bucket: Resource<'_>, node: &mut Node) -> Holds {
    let name = address(bucket);
    node.opaque = Some("who may read a bucket is a matter of policies, not of networks".to_owned());
    node.ports = Some(set_of(&[80, 443]));
    let block = bucket.get("PublicAccessBlockConfiguration");
    let flag = |name| block.get(name).boolean();
    let flags =
        ["BlockPublicPolicy", "RestrictPublicBuckets", "BlockPublicAcls", "IgnorePublicAcls"].map(flag);
    // What is absent is off where others are given, and on where nothing is.
    let off = |name| block.is_set() && (block.get(name).is_absent() || flag(name) == Some(false));
    let acl = bucket.get("AccessControl");
    let public_acl = acl.text().is_some_and(|acl| acl.starts_with("PublicRead"));
    let public_policy = bucket.referrers().into_iter().any(|reference| {
        let policy = reference.from;
        policy.kind() == "AWS::S3::BucketPolicy"
            && policy.get("Bucket").resource() == Some(bucket)
            && policy.get("PolicyDocument").get("Statement").one_or_more().into_iter().any(admits_everyone)
    });
    let by_policy = public_policy && off("BlockPublicPolicy") && off("RestrictPublicBuckets");
    let by_acl = public_acl && off("BlockPublicAcls") && off("IgnorePublicAcls");
    if by_policy || by_acl {
        node.opaque = None;
        return Holds::Yes;
    }
    let closed = match block.is_absent() {
        true => {
            !public_acl
                && !acl.is_unknown()
                && !public_policy
                && bucket.get("WebsiteConfiguration").is_absent()
        }
        false => flags.iter().all(|flag| *flag == Some(true)),
    };
    match closed {
        true => Holds::No,
        false => Holds::Unknown(format!("whether policies let everybody read `{name}` is not known")),
    }
}

/// Whether a statement of a policy allows something to everybody, without conditions.
fn admits_everyone(statement: Value<'_>) -> bool {
    let principal = statement.get("Principal");
    let everyone = principal.is("*") || principal.get("AWS").one_or_more().iter().any(|one| one.is("*"));
    everyone && statement.get("Effect").is("Allow") && statement.get("Condition").is_absent()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::tests, *};
    use crate::{Check, Report, Source, output};

    /// Of each row: properties, and what is answered of them.
    fn rows() -> Vec<(&'static str, Value, &'static str)> {
        let bucket = |flag: bool| {
            json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
                "BlockPublicPolicy": flag, "RestrictPublicBuckets": flag}})
        };
        let unknown = || json!({"Ref": "Nothing"});
        vec![
            ("AWS::CloudFront::Distribution", json!({"DistributionConfig": {"Enabled": true}}), "yes"),
            ("AWS::CloudFront::Distribution", json!({"DistributionConfig": {"Enabled": false}}), "no"),
            ("AWS::CloudFront::VpcOrigin", json!({}), "no"),
            ("AWS::ApiGateway::RestApi", json!({}), "yes"),
            ("AWS::ApiGateway::RestApi", json!({"EndpointConfiguration": {"Types": ["PRIVATE"]}}), "no"),
            ("AWS::ApiGateway::RestApi", json!({"EndpointConfiguration": {"Types": unknown()}}), "unknown"),
            ("AWS::ApiGateway::RestApi", json!({"DisableExecuteApiEndpoint": true}), "unknown"),
            ("AWS::ApiGateway::RestApi", json!({"DisableExecuteApiEndpoint": false}), "yes"),
            (
                "AWS::ApiGateway::RestApi",
                json!({"Body": {"x-amazon-apigateway-endpoint-configuration": {}}}),
                "unknown",
            ),
            ("AWS::ApiGateway::DomainName", json!({"DomainName": "api.example.com"}), "yes"),
            ("AWS::ApiGatewayV2::Api", json!({"Name": "a", "ProtocolType": "HTTP"}), "yes"),
            ("AWS::ApiGatewayV2::Api", json!({"ProtocolType": "WEBSOCKET"}), "yes"),
            ("AWS::ApiGatewayV2::Api", json!({"DisableExecuteApiEndpoint": "true"}), "unknown"),
            ("AWS::ApiGatewayV2::Api", json!({"DisableExecuteApiEndpoint": unknown()}), "unknown"),
            ("AWS::ApiGatewayV2::DomainName", json!({"DomainName": "api.example.com"}), "yes"),
            ("AWS::Lambda::Url", json!({"AuthType": "NONE", "TargetFunctionArn": "f"}), "yes"),
            ("AWS::Lambda::Url", json!({"AuthType": "AWS_IAM", "TargetFunctionArn": "f"}), "unknown"),
            ("AWS::AppRunner::Service", json!({}), "yes"),
            (
                "AWS::AppRunner::Service",
                json!({"NetworkConfiguration": {"IngressConfiguration": {"IsPubliclyAccessible": false}}}),
                "no",
            ),
            ("AWS::AppSync::GraphQLApi", json!({"Name": "a"}), "yes"),
            ("AWS::AppSync::GraphQLApi", json!({"Visibility": "PRIVATE"}), "no"),
            ("AWS::AppSync::Api", json!({"Name": "a"}), "yes"),
            // Who may read a bucket that is not public is no matter of networks.
            ("AWS::S3::Bucket", json!({}), "hidden"),
            ("AWS::S3::Bucket", bucket(true), "hidden"),
            ("AWS::S3::Bucket", bucket(false), "unknown"),
            ("AWS::S3::Bucket", json!({"WebsiteConfiguration": {"IndexDocument": "i"}}), "unknown"),
            ("AWS::Amplify::App", json!({"Name": "a"}), "unknown"),
            ("AWS::Cognito::UserPoolDomain", json!({"Domain": "d"}), "yes"),
            ("AWS::ECR::PublicRepository", json!({}), "yes"),
            ("AWS::EC2::ClientVpnEndpoint", json!({}), "yes"),
            ("AWS::GlobalAccelerator::Accelerator", json!({"Name": "a"}), "yes"),
            ("AWS::GlobalAccelerator::Accelerator", json!({"Enabled": false}), "no"),
            ("AWS::Grafana::Workspace", json!({}), "yes"),
            ("AWS::Grafana::Workspace", json!({"NetworkAccessControl": {}}), "unknown"),
            ("AWS::Lightsail::Container", json!({}), "unknown"),
            (
                "AWS::Lightsail::Container",
                json!({"ContainerServiceDeployment": {"PublicEndpoint": {"ContainerPort": 80}}}),
                "yes",
            ),
            ("AWS::Lightsail::Database", json!({}), "no"),
            ("AWS::Lightsail::Database", json!({"PubliclyAccessible": true}), "yes"),
            ("AWS::Lightsail::Distribution", json!({}), "yes"),
            ("AWS::Lightsail::LoadBalancer", json!({}), "yes"),
            ("AWS::MWAA::Environment", json!({}), "no"),
            ("AWS::MWAA::Environment", json!({"WebserverAccessMode": "PUBLIC_ONLY"}), "yes"),
            ("AWS::Transfer::Server", json!({}), "yes"),
            ("AWS::Transfer::Server", json!({"EndpointType": "VPC"}), "no"),
            (
                "AWS::Transfer::Server",
                json!({"EndpointType": "VPC", "EndpointDetails": {"AddressAllocationIds": ["eipalloc-1"]}}),
                "unknown",
            ),
            ("AWS::WorkSpacesWeb::Portal", json!({}), "yes"),
        ]
    }

    #[test]
    fn every_row_is_answered_and_exposed() {
        let rows = rows();
        for service in SERVICES {
            assert!(rows.iter().any(|(kind, ..)| *kind == service.kind), "{} has no row", service.kind);
        }
        for (kind, properties, expected) in rows {
            let template = json!({"Resources": {"It": {"Type": kind, "Properties": properties}}});
            let reach = tests::read(&template);
            let answer = tests::ask(&reach, "internet", "It", None);
            let exposed = reach.exposed();
            let found = exposed.iter().find(|exposure| exposure.id == "It");
            let (answered, shown) = match expected {
                "hidden" => ("unknown", None),
                "no" => ("no", None),
                "yes" => ("yes", Some(true)),
                _ => ("unknown", Some(false)),
            };
            assert_eq!(answer, answered, "{kind} {properties}");
            assert_eq!(found.map(|it| it.unknown.is_empty()), shown, "{kind} {properties}");
            // What no one on the internet reaches may be reached from within.
            if expected == "no" && kind.starts_with("AWS::A") {
                assert_eq!(tests::ask(&reach, "10.0.0.0/8", "It", None), "unknown", "{kind}");
            }
        }
    }

    #[test]
    fn what_is_beyond_is_listed() {
        for kind in BEYOND {
            assert!(formwork_facts::resource_type(kind).is_some(), "{kind}");
            let template = json!({"Resources": {"It": {"Type": kind}}});
            let reach = tests::read(&template);
            assert_eq!(tests::ask(&reach, "internet", "It", None), "unknown", "{kind}");
            assert!(matches!(&*reach.exposed(), [it] if !it.unknown.is_empty()), "{kind}");
        }
        for service in SERVICES {
            assert!(formwork_facts::resource_type(service.kind).is_some(), "{}", service.kind);
            assert!(!BEYOND.contains(&service.kind), "{} is there twice", service.kind);
        }
    }

    #[test]
    fn a_bucket_is_public_by_its_policy() {
        let policy = |principal: Value, condition: Value| {
            let mut statement =
                json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"});
            if condition.is_object() {
                statement["Condition"] = condition;
            }
            tests::read(&json!({"Resources": {
                "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {
                    "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true}}},
                "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
                    "Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [statement]}}},
            }}))
        };
        let ask = |reach| tests::ask(&reach, "internet", "Bucket", 443);
        assert_eq!(ask(policy(json!("*"), Value::Null)), "yes");
        assert_eq!(ask(policy(json!({"AWS": "*"}), Value::Null)), "yes");
        assert_eq!(ask(policy(json!("*"), json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}))), "unknown");
        assert_eq!(ask(policy(json!({"AWS": "111122223333"}), Value::Null)), "unknown");
    }

    #[test]
    fn addresses_of_functions_are_found_by_alias_and_name() {
        let answer = |target: Value| {
            let reach = tests::read(&json!({"Resources": {
                "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "shop"}},
                "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}}},
                "Url": {"Type": "AWS::Lambda::Url",
                    "Properties": {"AuthType": "NONE", "TargetFunctionArn": target}},
            }}));
            tests::ask(&reach, "internet", "Function", 443)
        };
        assert_eq!(answer(json!({"Ref": "Function"})), "yes");
        assert_eq!(answer(json!({"Ref": "Alias"})), "yes");
        assert_eq!(answer(json!("shop")), "yes");
        assert_eq!(answer(json!("arn:aws:lambda:eu-west-1:111122223333:function:shop:live")), "yes");
        assert_eq!(answer(json!("other")), "no");
        assert_eq!(answer(json!({"Ref": "Nothing"})), "unknown");
    }

    #[test]
    fn apis_pass_on_to_functions() {
        let api = json!({"ProtocolType": "HTTP", "Target": {"Fn::GetAtt": ["Function", "Arn"]}});
        let reach = tests::read(&json!({"Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": api},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
        }}));
        let told: Vec<String> = reach.exposed().iter().map(ToString::to_string).collect();
        assert_eq!(told[1], "shop/Function (AWS::Lambda::Function) on 443/tcp through shop/Api");
    }

    #[test]
    fn databases_and_brokers_say_whether_they_are_public() {
        let open = tests::resource(
            "AWS::EC2::SecurityGroup",
            json!({"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": [
                {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]}),
        );
        let subnets = ("DbSubnets/Properties/SubnetIds", json!([{"Ref": "PublicA"}]));
        let neptune =
            json!({"DBSubnetGroupName": {"Ref": "DbSubnets"}, "VpcSecurityGroupIds": [{"Ref": "Open"}]});
        for (public, expected) in
            [(json!(true), "yes"), (json!(false), "no"), (json!({"Ref": "Nothing"}), "unknown")]
        {
            let instance = json!({"DBClusterIdentifier": {"Ref": "Graph"}, "PubliclyAccessible": public});
            let influx = json!({"VpcSubnetIds": [{"Ref": "PublicA"}], "PubliclyAccessible": public,
                "VpcSecurityGroupIds": [{"Ref": "Open"}]});
            let reach = tests::changed(&[
                ("Open", open.clone()),
                subnets.clone(),
                ("Graph", tests::resource("AWS::Neptune::DBCluster", neptune.clone())),
                ("GraphOne", tests::resource("AWS::Neptune::DBInstance", instance)),
                ("Series", tests::resource("AWS::Timestream::InfluxDBInstance", influx)),
            ]);
            assert_eq!(tests::ask(&reach, "internet", "Graph", 8182), expected);
            assert_eq!(tests::ask(&reach, "internet", "Series", 8086), expected);
            let broker = json!({"EngineType": "RABBITMQ", "PubliclyAccessible": public});
            let reach = tests::changed(&[("Broker", tests::resource("AWS::AmazonMQ::Broker", broker))]);
            let rabbit = if expected == "no" { "no" } else { expected };
            assert_eq!(tests::ask(&reach, "internet", "Broker", 5671), rabbit);
        }
        let domain = json!({"VPCOptions": {"Ref": "Nothing"}});
        let reach = tests::changed(&[("Search", tests::resource("AWS::OpenSearchService::Domain", domain))]);
        assert_eq!(tests::ask(&reach, "internet", "Search", 443), "unknown");
        let reach =
            tests::changed(&[("Search", tests::resource("AWS::OpenSearchService::Domain", json!({})))]);
        assert_eq!(tests::ask(&reach, "internet", "Search", 443), "yes");
    }

    fn report(text: &str) -> Report {
        Check::new().exposure().templates(&[Source::new("t.yaml", text)])
    }

    #[test]
    fn nothing_is_said_only_where_that_is_known() {
        let nothing = "the internet reaches nothing of this\n";
        let queue = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n";
        let known = report(queue);
        assert!(output::summary(&known).ends_with(nothing) && known.doubts.is_empty());
        assert!(!output::json(&known).contains("\"doubts\""));
        for (text, reason) in [
            ("{\"Resources\": {", "t.yaml cannot be read"),
            ("", "there is no template with resources"),
            ("Resources: {}", "there is no template with resources"),
            (&format!("Transform: AWS::Serverless-2016-10-31\n{queue}"), "a macro transforms"),
            (&format!("{queue}  Nested:\n    Type: AWS::CloudFormation::Stack\n"), "what `t.yaml/Nested`"),
            (&format!("{queue}  Module:\n    Type: My::Own::Thing::MODULE\n"), "what `t.yaml/Module`"),
            (&format!("{queue}  Own:\n    Type: Custom::Thing\n"), "what `t.yaml/Own`"),
            (&format!("{queue}  Own:\n    Type: AWS::CloudFormation::CustomResource\n"), "what `t.yaml/Own`"),
            (&format!("{queue}  Third:\n    Type: Some::Vendor::Thing\n"), "what `t.yaml/Third`"),
            (&format!("{queue}  New:\n    Type: AWS::New::Thing\n"), "what `t.yaml/New`"),
            (&format!("{queue}  None: {{}}\n"), "a resource of `t.yaml` says no type"),
            (&format!("{queue}  Fn::Transform:\n    Name: AWS::Include\n"), "`Fn::Transform` yields"),
            (
                &format!("{queue}    Properties:\n      Fn::Transform:\n        Name: AWS::Include\n"),
                "`Fn::Transform` yields",
            ),
            (&format!("{queue}  Fn::ForEach::All: []\n"), "`Fn::ForEach::All` yields"),
        ] {
            let report = report(text);
            let summary = output::summary(&report);
            assert!(!summary.contains("reaches nothing"), "{text}\n{summary}");
            assert!(summary.contains("what the internet reaches is not known of:\n"), "{text}\n{summary}");
            assert!(summary.contains(reason), "{text}\n{summary}");
            assert!(output::json(&report).contains("\"doubts\""), "{text}");
        }
        // Without the question there is no answer.
        let report = crate::templates(&[Source::new("t.yaml", "Resources: {}")]);
        assert!(!output::summary(&report).contains("internet") && report.doubts.is_empty());
    }

    #[test]
    fn what_is_reached_and_what_is_not_known_stand_apart() {
        let text = "Resources:\n  Api:\n    Type: AWS::ApiGatewayV2::Api\n  Beanstalk:\n    \
                    Type: AWS::ElasticBeanstalk::Environment\n";
        let summary = output::summary(&report(text));
        let told = "the internet reaches:\n  t.yaml/Api (AWS::ApiGatewayV2::Api) on 443/tcp\n\
                    what the internet reaches is not known of:\n  t.yaml/Beanstalk (AWS::ElasticBeanstalk::Environment): \
                    not known, as what addresses a resource of the type AWS::ElasticBeanstalk::Environment has is not known\n";
        assert!(summary.ends_with(told), "{summary}");
    }

    #[test]
    fn many_reasons_are_counted() {
        let custom = |number| format!("  C{number}:\n    Type: Custom::Thing\n");
        let text = format!("Resources:\n{}", (0..25).map(custom).collect::<String>());
        let report = report(&text);
        assert_eq!(report.doubts.len(), 25);
        assert!(output::summary(&report).ends_with("  and for 5 more reasons\n"));
    }

    #[test]
    fn stacks_that_a_program_nests_are_known() {
        use formwork_core::{App, Options, Resource as Raw};
        let report = |foreign: bool| {
            let app = App::for_tests();
            let stack = app.stack("shop");
            let queue = || Raw::raw("AWS::SQS::Queue");
            stack.add("Queue", queue());
            stack.nested("inner").add("Queue", queue());
            if foreign {
                let url = "https://example.s3.amazonaws.com/t.json";
                stack.add("Foreign", Raw::raw("AWS::CloudFormation::Stack").set("TemplateURL", url));
            }
            let assembly = app.synth(&Options::default()).expect("it is valid");
            Check::new().exposure().assembly(&assembly)
        };
        let own = report(false);
        assert!(
            output::summary(&own).ends_with("the internet reaches nothing of this\n"),
            "{:?}",
            own.doubts
        );
        // One of elsewhere is not.
        let foreign = report(true);
        assert!(foreign.doubts.iter().any(|doubt| doubt.contains("shop/Foreign")), "{:?}", foreign.doubts);
    }

    #[test]
    fn a_wide_range_is_the_internet() {
        for (range, expected) in
            [("0.0.0.0/1", "yes"), ("128.0.0.0/1", "yes"), ("8.0.0.0/7", "yes"), ("10.0.0.0/8", "no")]
        {
            let place = "BalancerGroup/Properties/SecurityGroupIngress/0/CidrIp";
            let reach = tests::changed(&[(place, json!(range))]);
            assert_eq!(tests::ask(&reach, "internet", "Balancer", 443), expected, "{range}");
        }
    }
}
