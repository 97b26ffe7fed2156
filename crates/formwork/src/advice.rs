//! What Formwork knows about particular types of resources and the model does not.

use formwork_core::Advice;

/// How circles of particular types are broken; given to [`Options::advice`](formwork_core::Options).
pub const ADVICE: &[Advice] = &[
    Advice {
        resource_type: "AWS::EC2::SecurityGroup",
        property: None,
        help: "take the rules out of the security groups: an `AWS::EC2::SecurityGroupIngress` and an \
               `AWS::EC2::SecurityGroupEgress` of their own may refer to both groups",
    },
    Advice {
        resource_type: "AWS::IAM::Role",
        property: None,
        help: "take the policy out of the role: an `AWS::IAM::RolePolicy` of its own may refer to what needs the role",
    },
    Advice {
        resource_type: "AWS::S3::Bucket",
        property: None,
        help: "give the bucket a name that is known beforehand, so that what it notifies can refer to it by that name",
    },
    Advice {
        resource_type: "AWS::KMS::Key",
        property: None,
        help: "name the principals of the key policy by the account, and grant the role its rights on the key in the role's own policy",
    },
];

/// How circles of stacks are broken that particular types are part of; given to
/// [`Options::stack_advice`](formwork_core::Options).
pub const STACK_ADVICE: &[Advice] = &[
    Advice { resource_type: "AWS::EC2::SecurityGroupIngress", property: None, help: RULES_IN },
    Advice { resource_type: "AWS::EC2::SecurityGroupEgress", property: None, help: RULES_IN },
    Advice { resource_type: "AWS::IAM::Role", property: Some("Policies"), help: RIGHTS_IN },
    Advice { resource_type: "AWS::IAM::RolePolicy", property: Some("PolicyDocument"), help: RIGHTS_IN },
];

const RULES_IN: &str = "a rule of a security group is part of the circle, and may stand in whichever stack comes last: \
                        `group.rules_in(scope)` of `SecurityGroup` puts the rules of its connections there; or \
                        connect after everything else, so that the order of the stacks is known by then";

const RIGHTS_IN: &str = "a right in a role's policy is part of the circle, and may stand in whichever stack comes last: \
                         `role.rights_in(stack)` of `Role` puts the rights that are given to it there; or grant after \
                         everything else, so that the order of the stacks is known by then";
