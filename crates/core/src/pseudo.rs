//! Pseudo parameters: what CloudFormation knows about the deployment.

use crate::{
    expr::Expr,
    value::{Arn, Output},
};

macro_rules! pseudo {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $parameter:literal;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Output<$type> {
            Output::new(Expr::pseudo($parameter))
        }
    )*};
}

pseudo! {
    /// The account that the stack is deployed to: `AWS::AccountId`.
    account_id: String = "AWS::AccountId";
    /// The Region that the stack is deployed to: `AWS::Region`.
    region: String = "AWS::Region";
    /// `aws`, `aws-cn` or `aws-us-gov`: `AWS::Partition`.
    partition: String = "AWS::Partition";
    /// The stack's name: `AWS::StackName`.
    stack_name: String = "AWS::StackName";
    /// The stack's ARN: `AWS::StackId`.
    stack_id: Arn<crate::Stack<'static>> = "AWS::StackId";
    /// The domain of AWS's services, `amazonaws.com` in most Regions: `AWS::URLSuffix`.
    url_suffix: String = "AWS::URLSuffix";
    /// The topics that the stack notifies: `AWS::NotificationARNs`.
    notification_arns: Vec<String> = "AWS::NotificationARNs";
}
