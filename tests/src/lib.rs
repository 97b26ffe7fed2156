//! What the tests that cross crates share: a program that uses everything, with resources that AWS knows.

mod comparison;
mod service;

pub use comparison::comparison;
pub use service::service;

use formwork::{
    core::{CreationPolicy, RollingUpdate, UpdatePolicy, functions, ssm_secure},
    prelude::*,
    pseudo,
};

/// Every section, every attribute, every function, several stacks in two Regions, nested stacks.
///
/// Conditions and rules may hold what crosses stacks only as parameters, so that this program can be synthesised
/// with every lowering.
pub fn everything(app: &App) {
    app.tag("app", "everything");
    let network = app.stack("network").description("addresses").termination_protection();
    let stage =
        network.parameter("Stage", Parameter::string().default("dev").allowed_values(["dev", "prod"]));
    let zones = network.parameter("ZoneCount", Parameter::integer().default(2).min_value(1).max_value(3));
    let is_prod = network.condition("IsProd", stage.equals("prod"));
    let small = network.condition("Small", !is_prod & zones.equals(1));
    network.rule(
        "ProdIsWide",
        Rule::new()
            .when(stage.equals("prod"))
            .assert(Predicate::contains(["2", "3"], zones), "production has two or three zones"),
    );
    let blocks = network.mapping(
        "Blocks",
        Mapping::new().row("dev", [("Cidr", "10.1.0.0/16")]).row("prod", [("Cidr", "10.2.0.0/16")]),
    );
    let vpc = network.add(
        "Vpc",
        Resource::raw("AWS::EC2::VPC")
            .set("CidrBlock", blocks.find(stage, "Cidr"))
            .set("EnableDnsHostnames", is_prod.then(true))
            .tag("Name", interpolate!("{}-{stage}", pseudo::stack_name())),
    );
    let blocks = functions::cidr(vpc.attribute("CidrBlock"), 6, 8);
    let names = functions::availability_zones(pseudo::region());
    let gateway = network.add("Gateway", Resource::raw("AWS::EC2::InternetGateway"));
    let attachment = network.add(
        "Attachment",
        Resource::raw("AWS::EC2::VPCGatewayAttachment").set("VpcId", vpc).set("InternetGatewayId", gateway),
    );
    let subnets = [0_u32, 1].map(|index| {
        network.scope("Public").add(
            format!("Subnet{index}"),
            Resource::raw("AWS::EC2::Subnet")
                .set("VpcId", vpc)
                .set("CidrBlock", blocks.select(index))
                .set("AvailabilityZone", names.select(index))
                .depends_on([vpc, attachment]),
        )
    });
    network
        .output("Subnets", functions::join(",", list![subnets[0], subnets[1]]))
        .description("for people")
        .condition(small);

    let group = |id: &'static str| {
        network
            .scope("Groups")
            .add(id, Resource::raw("AWS::EC2::SecurityGroup").set("GroupDescription", id).set("VpcId", vpc))
    };
    let (web, data) = (group("Web"), group("Data"));
    network.add(
        "DataFromWeb",
        Resource::raw("AWS::EC2::SecurityGroupIngress")
            .set("GroupId", data.attribute("GroupId"))
            .set("SourceSecurityGroupId", web.attribute("GroupId"))
            .set("IpProtocol", "tcp")
            .set("FromPort", 5432)
            .set("ToPort", 5432),
    );

    let compute = app.stack("compute");
    let image = compute.parameter(
        "Image",
        Parameter::<String>::of_type("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>")
            .default("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64".to_owned()),
    );
    let template = compute.add("Template", Resource::raw("AWS::EC2::LaunchTemplate").set("LaunchTemplateData", json!({
        "ImageId": image,
        "InstanceType": "t4g.small",
        "SecurityGroupIds": [web.attribute("GroupId")],
        "UserData": functions::base64(interpolate!("#!/bin/sh\necho {} ${{HOME}} {{}} > /etc/vpc\n", vpc)),
    })));
    compute.add(
        "Group",
        Resource::raw("AWS::AutoScaling::AutoScalingGroup")
            .set(
                "LaunchTemplate",
                json!({"LaunchTemplateId": template, "Version": template.attribute("LatestVersionNumber")}),
            )
            .set("MinSize", "1")
            .set("MaxSize", "3")
            .set("VPCZoneIdentifier", subnets)
            .metadata("note", "replaced in batches")
            .creation_policy(CreationPolicy::signals(1, "PT15M"))
            .update_policy(UpdatePolicy::rolling(RollingUpdate {
                max_batch_size: Some(1),
                ..RollingUpdate::default()
            })),
    );
    let zone = compute.add("Zone", Resource::raw("AWS::Route53::HostedZone").set("Name", "example.org"));
    compute
        .output("Vpc", interpolate!("{} in {}", vpc, pseudo::account_id()))
        .export(interpolate!("{}-vpc", pseudo::stack_name()));

    let alarms = compute.nested("Alarms");
    let topic = alarms
        .add("Topic", Resource::raw("AWS::SNS::Topic").set("DisplayName", interpolate!("alarms of {}", vpc)));
    let servers: Output<Vec<String>> = zone.attribute("NameServers").cast();
    compute.add(
        "Servers",
        Resource::raw("AWS::SSM::Parameter").set("Type", "String").set(
            "Value",
            functions::to_json_string(
                json!({"topic": interpolate!("{}", topic), "first": servers.select(0)}),
            ),
        ),
    );

    let storage = app.stack("storage");
    let secret = storage.add("Secret", Resource::raw("AWS::SecretsManager::Secret")
        .set("GenerateSecretString", json!({"SecretStringTemplate": "{\"username\":\"shop\"}", "GenerateStringKey": "password", "ExcludePunctuation": true})));
    let subnet_group = storage.add(
        "Subnets",
        Resource::raw("AWS::RDS::DBSubnetGroup")
            .set("DBSubnetGroupDescription", "two zones")
            .set("SubnetIds", subnets),
    );
    storage.add(
        "Database",
        Resource::raw("AWS::RDS::DBInstance")
            .set("Engine", "postgres")
            .set("DBInstanceClass", "db.t4g.medium")
            .set("AllocatedStorage", "20")
            .set("MasterUsername", secretsmanager(secret).key("username").value())
            .set("MasterUserPassword", secretsmanager(secret).key("password").value())
            .set("DBSubnetGroupName", subnet_group)
            .set("VPCSecurityGroups", [data.attribute("GroupId")])
            .set("StorageEncrypted", true)
            .set("PubliclyAccessible", false)
            .deletion_policy(DeletionPolicy::Snapshot)
            .update_replace_policy(UpdateReplacePolicy::Snapshot),
    );
    storage.add(
        "Record",
        Resource::raw("AWS::Route53::RecordSet")
            .set("HostedZoneId", zone)
            .set("Name", "ns.example.org")
            .set("Type", "TXT")
            .set("TTL", "60")
            .set("ResourceRecords", [interpolate!("\"{}\"", servers.join(" "))]),
    );
    storage.add(
        "Token",
        Resource::raw("AWS::IAM::User").set(
            "LoginProfile",
            json!({
                "Password": ssm_secure("/shop/login").version(1).value(), "PasswordResetRequired": true,
            }),
        ),
    );
    storage.add(
        "Version",
        Resource::raw("AWS::SSM::Parameter").set("Type", "String").set("Value", ssm("/shop/version").value()),
    );
    storage.add(
        "Split",
        Resource::raw("AWS::SSM::Parameter")
            .set("Type", "String")
            .set("Value", vpc.attribute("VpcId").split("-").select(1)),
    );
    storage.add(
        "Shared",
        Resource::raw("AWS::SSM::Parameter")
            .set("Type", "String")
            .set("Value", functions::import_value::<String>("shared-name")),
    );

    // The first Region of some global services; what it makes is used elsewhere.
    let edge = app.stack("edge").region("us-east-1");
    let certificate = edge.add(
        "Certificate",
        Resource::raw("AWS::CertificateManager::Certificate")
            .set("DomainName", "example.org")
            .set("ValidationMethod", "DNS"),
    );
    storage.add(
        "CertificateArn",
        Resource::raw("AWS::SSM::Parameter")
            .set("Type", "String")
            .set("Value", certificate.reference().wire(Lowering::Parameter)),
    );
}

/// [`everything`], ready to be synthesised.
pub fn everything_app() -> App {
    let app = App::new("all", Environment::new("prod").account("111122223333").region("eu-central-1"));
    everything(&app);
    app
}
