//! Where templates hold policies.

/// What a policy is attached to, and so which parts it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Form {
    /// What a role, a user or a group may do.
    Identity,
    /// Who may assume a role.
    Trust,
    /// What others may do with a resource; the policy has to name the resource.
    Resource,
    /// The same, where the service knows the resource without its being named, or adds parts itself.
    Lenient,
    /// What an organization allows its accounts.
    Boundary,
}

/// A property that holds a policy.
pub(super) struct Place {
    pub(super) kind: &'static str,
    pub(super) path: &'static str,
    pub(super) form: Form,
    /// A property and the value that it has where this is a policy at all.
    pub(super) when: (&'static str, &'static str),
}

const fn place(kind: &'static str, path: &'static str, form: Form) -> Place {
    Place { kind, path, form, when: ("", "") }
}

pub(super) const PLACES: &[Place] = &[
    place("AWS::IAM::Policy", "PolicyDocument", Form::Identity),
    place("AWS::IAM::ManagedPolicy", "PolicyDocument", Form::Identity),
    place("AWS::IAM::RolePolicy", "PolicyDocument", Form::Identity),
    place("AWS::IAM::UserPolicy", "PolicyDocument", Form::Identity),
    place("AWS::IAM::GroupPolicy", "PolicyDocument", Form::Identity),
    place("AWS::IAM::Role", "Policies/*/PolicyDocument", Form::Identity),
    place("AWS::IAM::User", "Policies/*/PolicyDocument", Form::Identity),
    place("AWS::IAM::Group", "Policies/*/PolicyDocument", Form::Identity),
    place("AWS::SSO::PermissionSet", "InlinePolicy", Form::Identity),
    place("AWS::IAM::Role", "AssumeRolePolicyDocument", Form::Trust),
    place("AWS::S3::BucketPolicy", "PolicyDocument", Form::Resource),
    place("AWS::SQS::QueuePolicy", "PolicyDocument", Form::Resource),
    place("AWS::SQS::QueueInlinePolicy", "PolicyDocument", Form::Resource),
    place("AWS::SNS::TopicPolicy", "PolicyDocument", Form::Resource),
    place("AWS::SNS::TopicInlinePolicy", "PolicyDocument", Form::Resource),
    place("AWS::KMS::Key", "KeyPolicy", Form::Resource),
    place("AWS::KMS::ReplicaKey", "KeyPolicy", Form::Resource),
    place("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", Form::Resource),
    place("AWS::ECR::Repository", "RepositoryPolicyText", Form::Lenient),
    place("AWS::ECR::PublicRepository", "RepositoryPolicyText", Form::Lenient),
    place("AWS::ECR::RegistryPolicy", "PolicyText", Form::Lenient),
    place("AWS::EFS::FileSystem", "FileSystemPolicy", Form::Lenient),
    place("AWS::OpenSearchService::Domain", "AccessPolicies", Form::Lenient),
    place("AWS::Elasticsearch::Domain", "AccessPolicies", Form::Lenient),
    place("AWS::Events::EventBus", "Policy", Form::Lenient),
    place("AWS::Backup::BackupVault", "AccessPolicy", Form::Lenient),
    place("AWS::Backup::LogicallyAirGappedBackupVault", "AccessPolicy", Form::Lenient),
    place("AWS::EC2::VPCEndpoint", "PolicyDocument", Form::Lenient),
    place("AWS::Logs::ResourcePolicy", "PolicyDocument", Form::Lenient),
    place("AWS::Logs::Destination", "DestinationPolicy", Form::Lenient),
    place("AWS::ApiGateway::RestApi", "Policy", Form::Lenient),
    place("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", Form::Lenient),
    place("AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", Form::Lenient),
    place("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy", Form::Lenient),
    place("AWS::DynamoDB::Table", "ResourcePolicy/PolicyDocument", Form::Lenient),
    place("AWS::DynamoDB::Table", "StreamSpecification/ResourcePolicy/PolicyDocument", Form::Lenient),
    place("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", Form::Lenient),
    place("AWS::Lambda::ResourcePolicy", "PolicyDocument", Form::Lenient),
    place("AWS::MSK::ClusterPolicy", "Policy", Form::Lenient),
    place("AWS::MediaStore::Container", "Policy", Form::Lenient),
    place("AWS::EventSchemas::RegistryPolicy", "Policy", Form::Lenient),
    place("AWS::S3::AccessPoint", "Policy", Form::Lenient),
    place("AWS::S3::MultiRegionAccessPointPolicy", "Policy", Form::Lenient),
    place("AWS::S3Express::BucketPolicy", "PolicyDocument", Form::Lenient),
    place("AWS::S3ObjectLambda::AccessPointPolicy", "PolicyDocument", Form::Lenient),
    place("AWS::S3Tables::TableBucketPolicy", "ResourcePolicy", Form::Lenient),
    place("AWS::VpcLattice::AuthPolicy", "Policy", Form::Lenient),
    place("AWS::VpcLattice::ResourcePolicy", "Policy", Form::Lenient),
    place("AWS::XRay::ResourcePolicy", "PolicyDocument", Form::Lenient),
    Place {
        kind: "AWS::Organizations::Policy",
        path: "Content",
        form: Form::Boundary,
        when: ("Type", "SERVICE_CONTROL_POLICY"),
    },
];

/// The types of resource that hold policies.
pub(super) const OWNERS: &[&str] = &[
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::SSO::PermissionSet",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::ECR::Repository",
    "AWS::ECR::PublicRepository",
    "AWS::ECR::RegistryPolicy",
    "AWS::EFS::FileSystem",
    "AWS::OpenSearchService::Domain",
    "AWS::Elasticsearch::Domain",
    "AWS::Events::EventBus",
    "AWS::Events::EventBusPolicy",
    "AWS::Backup::BackupVault",
    "AWS::Backup::LogicallyAirGappedBackupVault",
    "AWS::EC2::VPCEndpoint",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::Destination",
    "AWS::ApiGateway::RestApi",
    "AWS::CodeArtifact::Domain",
    "AWS::CodeArtifact::Repository",
    "AWS::CloudTrail::ResourcePolicy",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::ResourcePolicy",
    "AWS::Lambda::ResourcePolicy",
    "AWS::MSK::ClusterPolicy",
    "AWS::MediaStore::Container",
    "AWS::EventSchemas::RegistryPolicy",
    "AWS::S3::AccessPoint",
    "AWS::S3::MultiRegionAccessPointPolicy",
    "AWS::S3Express::BucketPolicy",
    "AWS::S3ObjectLambda::AccessPointPolicy",
    "AWS::S3Tables::TableBucketPolicy",
    "AWS::VpcLattice::AuthPolicy",
    "AWS::VpcLattice::ResourcePolicy",
    "AWS::XRay::ResourcePolicy",
    "AWS::Organizations::Policy",
];

/// Types of which `Ref` yields no ARN, with the attribute that does and the form of the ARN, where policies name it.
pub(super) const ARNS: &[(&str, &str, &str)] = &[
    ("AWS::S3::Bucket", "Arn", "arn:${P}:s3:::${Name}"),
    ("AWS::DynamoDB::Table", "Arn", "arn:${P}:dynamodb:${R}:${A}:table/${Name}"),
    ("AWS::DynamoDB::GlobalTable", "Arn", "arn:${P}:dynamodb:${R}:${A}:table/${Name}"),
    ("AWS::SQS::Queue", "Arn", "arn:${P}:sqs:${R}:${A}:${Name}"),
    ("AWS::Lambda::Function", "Arn", "arn:${P}:lambda:${R}:${A}:function:${Name}"),
    ("AWS::Serverless::Function", "Arn", "arn:${P}:lambda:${R}:${A}:function:${Name}"),
    ("AWS::KMS::Key", "Arn", "arn:${P}:kms:${R}:${A}:key/${Name}"),
    ("AWS::Kinesis::Stream", "Arn", "arn:${P}:kinesis:${R}:${A}:stream/${Name}"),
    ("AWS::KinesisFirehose::DeliveryStream", "Arn", "arn:${P}:firehose:${R}:${A}:deliverystream/${Name}"),
    ("AWS::IAM::Role", "Arn", "arn:${P}:iam::${A}:role/*"),
    ("AWS::IAM::User", "Arn", "arn:${P}:iam::${A}:user/*"),
    ("AWS::IAM::Group", "Arn", "arn:${P}:iam::${A}:group/*"),
    ("AWS::IAM::InstanceProfile", "Arn", "arn:${P}:iam::${A}:instance-profile/*"),
    ("AWS::ECR::Repository", "Arn", "arn:${P}:ecr:${R}:${A}:repository/*"),
    ("AWS::ECS::Cluster", "Arn", "arn:${P}:ecs:${R}:${A}:cluster/${Name}"),
    ("AWS::Logs::LogGroup", "Arn", "arn:${P}:logs:${R}:${A}:log-group:*:*"),
    ("AWS::Events::EventBus", "Arn", "arn:${P}:events:${R}:${A}:event-bus/*"),
    ("AWS::CodeBuild::Project", "Arn", "arn:${P}:codebuild:${R}:${A}:project/${Name}"),
    ("AWS::CodeCommit::Repository", "Arn", "arn:${P}:codecommit:${R}:${A}:${Name}"),
    ("AWS::EFS::FileSystem", "Arn", "arn:${P}:elasticfilesystem:${R}:${A}:file-system/${Name}"),
    ("AWS::RDS::DBCluster", "DBClusterArn", "arn:${P}:rds:${R}:${A}:cluster:${Name}"),
    ("AWS::RDS::DBInstance", "DBInstanceArn", "arn:${P}:rds:${R}:${A}:db:${Name}"),
    ("AWS::Cognito::UserPool", "Arn", "arn:${P}:cognito-idp:${R}:${A}:userpool/${Name}"),
    ("AWS::EKS::Cluster", "Arn", "arn:${P}:eks:${R}:${A}:cluster/${Name}"),
    ("AWS::OpenSearchService::Domain", "Arn", "arn:${P}:es:${R}:${A}:domain/${Name}"),
    ("AWS::Elasticsearch::Domain", "Arn", "arn:${P}:es:${R}:${A}:domain/${Name}"),
    ("AWS::Events::Rule", "Arn", "arn:${P}:events:${R}:${A}:rule/*"),
    ("AWS::Backup::BackupVault", "BackupVaultArn", "arn:${P}:backup:${R}:${A}:backup-vault:${Name}"),
];

/// Types of which `Ref` yields the ARN, with its form.
pub(super) const REF_ARNS: &[(&str, &str)] = &[
    ("AWS::SNS::Topic", "arn:${P}:sns:${R}:${A}:${Name}"),
    ("AWS::SecretsManager::Secret", "arn:${P}:secretsmanager:${R}:${A}:secret:*"),
    ("AWS::StepFunctions::StateMachine", "arn:${P}:states:${R}:${A}:stateMachine:${Name}"),
    ("AWS::IAM::ManagedPolicy", "arn:${P}:iam::${A}:policy/*"),
];
