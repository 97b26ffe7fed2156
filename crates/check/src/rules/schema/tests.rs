use super::*;

/// What is said of a template, a line each: code, severity, line, message.
fn said(text: &str) -> Vec<String> {
    said_in(text, None)
}

fn said_in(text: &str, region: Option<&str>) -> Vec<String> {
    let mut source = crate::Source::new("t.yaml", text);
    source.region = region.map(str::to_owned);
    let report = crate::templates(&[source]);
    let own = report.findings.iter().filter(|finding| finding.code.starts_with("FW10"));
    own.map(|finding| {
        let line = finding.spans.first().map_or(0, |span| span.at.line);
        format!("{} {:?} {line} {}", finding.code, finding.severity, finding.message)
    })
    .collect()
}

/// The codes of what is said of one resource of a type with these properties, in YAML.
fn codes(kind: &str, properties: &str) -> Vec<String> {
    let lines: String = properties.trim_matches('\n').lines().map(|line| format!("      {line}\n")).collect();
    let said = said(&format!("Resources:\n  It:\n    Type: {kind}\n    Properties:\n{lines}"));
    let mut codes: Vec<String> = said.iter().map(|line| line[..6].to_owned()).collect();
    codes.sort();
    codes
}

#[test]
fn codes_and_rules_are_in_the_same_order() {
    let code = |code: Code| code.rule().unwrap().code;
    assert_eq!(code(Code::UnknownType), "FW1001");
    assert_eq!(code(Code::ReadOnly), "FW1015");
    assert_eq!(code(Code::WrongReference), "FW1021");
    assert_eq!(code(Code::UnfittingHere), "FW1033");
}

/// The walk looks properties and objects up by halves.
#[test]
fn facts_are_in_alphabetical_order() {
    for service in formwork_facts::services() {
        for kind in formwork_facts::types(service) {
            let facts = formwork_facts::resource_type(kind).unwrap();
            assert!(facts.objects.is_sorted_by_key(|object| &object.name), "{kind}");
            let all = facts.objects.iter().map(|object| &object.properties).chain([&facts.properties]);
            for properties in all {
                assert!(properties.all.is_sorted_by_key(|property| &property.name), "{kind}");
            }
        }
    }
}

#[test]
fn types_of_others_are_not_judged() {
    let text = "
Resources:
  A: { Type: 'Custom::Thing', Properties: { ServiceToken: x, Anything: [1] } }
  B: { Type: 'Initech::TPS::Report' }
  C: { Type: 'My::Own::Thing::MODULE' }
  D: { Type: 'AWS::CloudFormation::CustomResource', Properties: { ServiceToken: x, Anything: [1] } }
";
    assert_eq!(
        said(text),
        ["FW1001 Note 4 `Initech::TPS::Report` exists only where its extension is registered"]
    );
    let text = "
Resources:
  A: { Type: 'Custom::Thing' }
  B: { Type: 'Queue' }
  C: { Type: 'AWS::Serverless::Function' }
";
    assert_eq!(
        said(text),
        [
            "FW1003 Error 3 `A` lacks `ServiceToken`, which is required",
            "FW1001 Error 4 `Queue` is no resource type",
            "FW1001 Error 5 `AWS::Serverless::Function` exists only with the transform \
             `AWS::Serverless-2016-10-31`, which the template does not name",
        ]
    );
    assert!(
        said("Transform: MyMacro\nResources:\n  A: { Type: 'AWS::SQS::Queu', Properties: { No: 1 } }")
            .is_empty()
    );
}

#[test]
fn scalars_are_converted_as_cloudformation_does() {
    assert!(codes("AWS::SQS::Queue", "VisibilityTimeout: '60'\nFifoQueue: 'false'\nQueueName: 7").is_empty());
    assert_eq!(codes("AWS::SQS::Queue", "VisibilityTimeout: 1.5"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "VisibilityTimeout: abc"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "VisibilityTimeout: true"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "KmsDataKeyReusePeriodSeconds: '0x12c'"), Vec::<String>::new());
    assert_eq!(codes("AWS::SQS::Queue", "SqsManagedSseEnabled: maybe"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "QueueName: [a]"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "Tags: team"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "Tags: [team]"), ["FW1004"]);
    assert_eq!(codes("AWS::SQS::Queue", "RedriveAllowPolicy: { anything: [1] }"), Vec::<String>::new());
    // Numbers that no machine has, and what is none.
    assert_eq!(codes("AWS::SQS::Queue", "VisibilityTimeout: 99999999999999999999"), ["FW1008"]);
    assert_eq!(codes("AWS::SQS::Queue", "VisibilityTimeout: 1.0e+308"), ["FW1008"]);
    assert_eq!(
        codes("AWS::SQS::Queue", "VisibilityTimeout: '{{resolve:ssm:timeout}}'"),
        Vec::<String>::new()
    );
}

#[test]
fn a_condition_that_leaves_a_required_property_out_is_found() {
    let text = "
Parameters:
  Network: { Type: String, Default: '' }
Conditions:
  HasNetwork: !Not [!Equals [!Ref Network, '']]
Resources:
  Subnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !If [HasNetwork, !Ref Network, !Ref AWS::NoValue]
      CidrBlock: 10.0.0.0/24
";
    assert_eq!(said(text), ["FW1003 Error 10 `Subnet` lacks `VpcId`, which is required"]);
    // Of two that exclude each other, one is there in every world.
    let text = "
Parameters:
  Six: { Type: String, AllowedValues: ['yes', 'no'] }
Conditions:
  HasSix: !Equals [!Ref Six, 'yes']
Resources:
  Rule:
    Type: AWS::EC2::SecurityGroupEgress
    Properties:
      GroupId: sg-0123456789abcdef0
      IpProtocol: '-1'
      CidrIp: !If [HasSix, !Ref AWS::NoValue, 10.0.0.0/8]
      CidrIpv6: !If [HasSix, '::/0', !Ref AWS::NoValue]
";
    assert_eq!(said(text), Vec::<String>::new());
}

#[test]
fn properties_may_be_chosen_by_a_condition_as_a_whole() {
    let text = "
Conditions:
  C: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: !If [C, { QueName: a }, { QueueName: b }]
";
    assert_eq!(said(text), ["FW1002 Error 7 `AWS::SQS::Queue` has no property `QueName`"]);
}

#[test]
fn values_of_parameters_are_looked_at() {
    let parameter = |declared: &str, property: &str| {
        let text = format!(
            "Parameters:\n  P: {declared}\nResources:\n  It:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
             Role: !Sub '${{AWS::StackName}}'\n      Code: {{ ImageUri: x }}\n      PackageType: Image\n      {property}\n"
        );
        said(&text)
    };
    assert_eq!(
        parameter("{ Type: Number, AllowedValues: [1, 256] }", "MemorySize: !Ref P"),
        ["FW1008 Warning 10 `MemorySize` is 1, and has to be at least 128"]
    );
    assert_eq!(
        parameter("{ Type: Number, AllowedValues: [1, 2] }", "MemorySize: !Ref P"),
        ["FW1008 Error 10 `MemorySize` is 1, and has to be at least 128"]
    );
    assert_eq!(
        parameter("{ Type: String, Default: medium }", "MemorySize: !Ref P"),
        ["FW1004 Warning 10 `MemorySize` takes a whole number, not the text `medium`"]
    );
    assert!(parameter("{ Type: String }", "MemorySize: !Ref P").is_empty());
    assert!(parameter("{ Type: String, Default: '' }", "Description: !Ref P").is_empty());
    assert_eq!(
        parameter("{ Type: CommaDelimitedList, Default: 'a,b' }", "Description: !Ref P"),
        [
            "FW1021 Error 10 `Description` takes text, and the parameter `P` of type `CommaDelimitedList` is a list"
        ]
    );
    assert_eq!(
        parameter("{ Type: String }", "Architectures: !Ref P"),
        ["FW1021 Error 10 `Architectures` takes a list, and the parameter `P` of type `String` is text"]
    );
    assert!(parameter("{ Type: CommaDelimitedList, Default: arm64 }", "Architectures: !Ref P").is_empty());
    assert!(
        parameter("{ Type: 'AWS::SSM::Parameter::Value<List<String>>' }", "Architectures: !Ref P").is_empty()
    );
}

#[test]
fn functions_yield_what_is_wanted_or_not() {
    assert_eq!(codes("AWS::SQS::Queue", "Tags: !Sub 'x'"), ["FW1021"]);
    assert_eq!(codes("AWS::SQS::Queue", "QueueName: !Split [',', 'a,b']"), ["FW1021"]);
    assert_eq!(codes("AWS::SQS::Queue", "QueueName: !Select [0, !Split [',', 'a,b']]"), Vec::<String>::new());
    assert_eq!(codes("AWS::SQS::Queue", "QueueName: !ImportValue elsewhere"), Vec::<String>::new());
    assert_eq!(codes("AWS::SQS::Queue", "Fn::Transform: { Name: 'AWS::Include' }"), Vec::<String>::new());
    assert_eq!(
        codes("AWS::EC2::Subnet", "Fn::Transform: { Name: 'AWS::Include' }\nCidrBlock: 1.2.3.0/24"),
        Vec::<String>::new()
    );
    let long = "x".repeat(70);
    let role = |name: &str| {
        codes("AWS::IAM::Role", &format!("RoleName: {name}\nAssumeRolePolicyDocument: {{ Statement: [] }}"))
    };
    assert_eq!(role(&format!("!Sub '${{AWS::AccountId}}-{long}'")), ["FW1007"]);
    assert_eq!(role("!Sub '${AWS::AccountId}-x'"), Vec::<String>::new());
}

#[test]
fn references_lead_to_what_is_wanted() {
    let text = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [] }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !Ref Role
      PackageType: Image
      Code: { ImageUri: x }
      VpcConfig:
        SubnetIds: !GetAtt Vpc.CidrBlockAssociations
        SecurityGroupIds: [!GetAtt Vpc.DefaultSecurityGroup, !GetAtt Group.GroupId, !Ref Vpc]
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !GetAtt Vpc.CidrBlockAssociations
";
    assert_eq!(
        said(text),
        [
            "FW1021 Error 10 `Role` takes an ARN, and `Ref` of `Role` yields its name",
            "FW1021 Error 15 `SecurityGroupIds` refers to `AWS::EC2::SecurityGroup`, and `Ref` of `Vpc` to a \
             `AWS::EC2::VPC`",
            "FW1021 Error 23 `VpcId` takes text, and what `CidrBlockAssociations` of `Vpc` yields is a list",
        ]
    );
}

/// References to resources of another type, in many properties.
#[test]
fn strangers_are_found() {
    let resource = |kind: &str, properties: &str| {
        let text = format!(
            "Parameters:
  VpcId: {{ Type: 'AWS::EC2::VPC::Id' }}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {{ CidrBlock: 10.0.0.0/16 }}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {{ CidrBlock: 10.0.0.0/24, VpcId: !Ref Vpc }}
  Igw: {{ Type: AWS::EC2::InternetGateway }}
  Queue: {{ Type: AWS::SQS::Queue }}
  Bucket: {{ Type: AWS::S3::Bucket }}
  Topic: {{ Type: AWS::SNS::Topic }}
  Key: {{ Type: AWS::KMS::Key }}
  Alb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {{ Subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1] }}
  Tg: {{ Type: AWS::ElasticLoadBalancingV2::TargetGroup }}
  X:
    Type: {kind}
    Properties: {{ {properties} }}
"
        );
        let report = crate::templates(&[crate::Source::new("t.yaml", text)]);
        let mut found: Vec<String> = Vec::new();
        for finding in report.findings.iter().filter(|finding| finding.code == "FW1021") {
            found.push(finding.severity.as_str().to_owned());
        }
        found.join(" ")
    };
    for (kind, property) in [
        ("AWS::EC2::SecurityGroupIngress", "GroupId: !Ref Vpc"),
        ("AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId: !Ref Vpc"),
        ("AWS::EC2::SecurityGroupIngress", "GroupId: !Ref VpcId"),
        ("AWS::EC2::Instance", "SecurityGroupIds: [!Ref Queue]"),
        ("AWS::EC2::Instance", "SecurityGroupIds: [!Ref VpcId]"),
        ("AWS::EC2::Instance", "ImageId: !Ref Queue"),
        ("AWS::EC2::Route", "RouteTableId: !Ref Vpc"),
        ("AWS::EC2::Route", "NatGatewayId: !Ref Igw"),
        ("AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn: !Ref Tg"),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            "DefaultActions: [{Type: forward, TargetGroupArn: !Ref Alb}]",
        ),
        ("AWS::ECS::Service", "Cluster: !Ref Vpc"),
        ("AWS::ECS::Service", "TaskDefinition: !Ref Alb"),
        ("AWS::RDS::DBInstance", "DBSubnetGroupName: !Ref Subnet"),
        ("AWS::RDS::DBInstance", "KmsKeyId: !Ref Bucket"),
        ("AWS::Lambda::Function", "Role: !GetAtt Vpc.VpcId"),
        ("AWS::Lambda::Function", "Timeout: !Ref VpcId"),
        ("AWS::Lambda::Function", "Timeout: !Ref Vpc"),
        ("AWS::SNS::Subscription", "TopicArn: !Ref Queue"),
        ("AWS::Lambda::Function", "DeadLetterConfig: {TargetArn: !Ref Queue}"),
        ("AWS::Lambda::EventSourceMapping", "EventSourceArn: !Ref Queue"),
        ("AWS::Events::Rule", "Targets: [{Id: a, Arn: !Ref Queue}]"),
        ("AWS::SQS::Queue", "RedrivePolicy: {deadLetterTargetArn: !Ref Queue, maxReceiveCount: 3}"),
        ("AWS::SQS::Queue", "RedrivePolicy: {deadLetterTargetArn: !Ref Topic, maxReceiveCount: 3}"),
    ] {
        assert_eq!(resource(kind, property), "error", "{kind} {property}");
    }
    for (kind, property) in [
        ("AWS::EC2::Route", "GatewayId: !Ref Vpc"),
        ("AWS::SNS::Subscription", "TopicArn: !GetAtt Topic.TopicName"),
        ("AWS::SNS::Subscription", "Protocol: sqs, Endpoint: !Ref Queue"),
        ("AWS::S3::BucketPolicy", "Bucket: !GetAtt Bucket.Arn"),
    ] {
        assert_eq!(resource(kind, property), "warning", "{kind} {property}");
    }
    for (kind, property) in [
        ("AWS::EC2::SecurityGroupIngress", "GroupId: !GetAtt Vpc.DefaultSecurityGroup"),
        ("AWS::EC2::Route", "GatewayId: !Ref Igw"),
        ("AWS::SNS::Subscription", "TopicArn: !Ref Topic"),
        ("AWS::SNS::Subscription", "TopicArn: !GetAtt Topic.TopicArn"),
        ("AWS::RDS::DBInstance", "KmsKeyId: !Ref Key"),
        ("AWS::RDS::DBInstance", "KmsKeyId: !GetAtt Key.Arn"),
        ("AWS::SQS::Queue", "RedrivePolicy: {deadLetterTargetArn: !GetAtt Queue.Arn, maxReceiveCount: 3}"),
        ("AWS::S3::BucketPolicy", "Bucket: !Ref Bucket"),
        ("AWS::ECS::Service", "Cluster: !ImportValue cluster"),
    ] {
        assert_eq!(resource(kind, property), "", "{kind} {property}");
    }
}

#[test]
fn ranges_of_addresses_are_read() {
    let range = |cidr: &str| {
        let properties = format!("GroupId: sg-0123456789abcdef0\nIpProtocol: '-1'\n{cidr}");
        codes("AWS::EC2::SecurityGroupIngress", &properties)
    };
    for good in ["CidrIp: 10.0.0.0/8", "CidrIp: 0.0.0.0/0", "CidrIp: 10.1.2.3/32", "CidrIpv6: '::/0'"] {
        assert_eq!(range(good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "CidrIp: 10.0.0.0/33",
        "CidrIp: 10.0.0/8",
        "CidrIp: '::/0'",
        "CidrIpv6: 1.2.3.4/32",
        "CidrIp: 1.2.3.4/+8",
        "CidrIp: 1.2.3.4",
    ] {
        assert_eq!(range(bad), ["FW1020"], "{bad}");
    }
}

#[test]
fn demands_hold_for_values_that_are_known() {
    let volume =
        |more: &str| codes("AWS::EC2::Volume", &format!("AvailabilityZone: eu-west-1a\nSize: 100\n{more}"));
    assert_eq!(volume("VolumeType: io1"), ["FW1031"]);
    assert_eq!(volume("VolumeType: !ImportValue type"), Vec::<String>::new());
    assert_eq!(volume("VolumeType: gp2\nIops: !ImportValue iops"), ["FW1032"]);
    assert_eq!(volume("VolumeType: gp2\nIops: !Ref AWS::NoValue"), Vec::<String>::new());
    assert_eq!(volume("VolumeType: gp3\nIops: 2000"), ["FW1033"]);
    assert_eq!(volume("VolumeType: gp3\nIops: !ImportValue iops"), Vec::<String>::new());
    let function = |more: &str| {
        codes(
            "AWS::Lambda::Function",
            &format!("Role: !ImportValue role\nPackageType: Image\nCode: {{ ImageUri: x }}\n{more}"),
        )
    };
    assert_eq!(function("Environment: { Variables: { AWS_REGION: x, MINE: y } }"), ["FW1032"]);
    assert_eq!(function("Timeout: 901"), ["FW1033"]);
    let mapping = |more: &str| codes("AWS::Lambda::EventSourceMapping", &format!("FunctionName: f\n{more}"));
    assert_eq!(mapping("EventSourceArn: !Sub 'arn:aws:kinesis:${AWS::Region}:1:stream/x'"), ["FW1031"]);
    assert_eq!(mapping("EventSourceArn: !Sub 'arn:${AWS::Partition}:x'"), Vec::<String>::new());
}

#[test]
fn classes_are_known_by_region() {
    let instance = |class: &str| {
        format!(
            "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      InstanceType: {class}\n"
        )
    };
    assert!(said_in(&instance("m5.large"), Some("eu-central-1")).is_empty());
    assert_eq!(
        said_in(&instance("u-24tb1.112xlarge"), Some("eu-south-2")),
        ["FW1023 Warning 6 `u-24tb1.112xlarge` is not offered in eu-south-2"]
    );
    assert!(said(&instance("u-24tb1.112xlarge")).is_empty());
    assert_eq!(said(&instance("t9.micro")), ["FW1019 Warning 6 no `t9.micro` is known for `InstanceType`"]);
    assert_eq!(said(&instance("micro")), ["FW1019 Error 6 no `micro` is known for `InstanceType`"]);
}

/// An export that leads to itself, in both directions, ends.
#[test]
fn values_that_lead_to_themselves_end() {
    let text = "
Resources:
  Acl:
    Type: AWS::WAFv2::WebACL
    Properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: x, SampledRequestsEnabled: true }
      Rules:
        - Name: r
          Priority: 1
          VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: x, SampledRequestsEnabled: true }
          Action: { Block: {} }
          Statement: !ImportValue x
Outputs:
  X:
    Export: { Name: x }
    Value: { AndStatement: { Statements: [!ImportValue x, !ImportValue x] } }
";
    assert_eq!(said(text), Vec::<String>::new());
}

#[test]
fn metadata_for_cfn_init_is_read() {
    let text = "
Resources:
  Instance:
    Type: AWS::EC2::Instance
    Properties: { ImageId: ami-0123456789abcdef0 }
    Metadata:
      AWS::CloudFormation::Init:
        configSets:
          default: [setup, { ConfigSet: other }, later]
          other: [setup]
        setup:
          files:
            /a: { content: x, mode: '000644' }
            /b: { content: x, mode: 644 }
            /c: { content: x, mode: !Ref AWS::AccountId }
          command: {}
          services:
            sysvinit: { a: { files: /a }, b: { files: [/a] } }
";
    assert_eq!(
        said(text),
        [
            "FW1034 Error 9 the config set names a config `later`, which does not exist",
            "FW1034 Warning 14 the mode `644` has not six digits",
            "FW1034 Warning 16 a config has no key `command`",
            "FW1034 Warning 18 `files` of a service takes a list",
        ]
    );
}
