#![allow(unused)]

use formwork::{
    aws::{
        ec2, ecs, ecs::{Fargate, task_definition}, elasticloadbalancingv2, iam, lambda, lambda::function, rds, route53, s3,
        s3::bucket, sns, sqs,
    },
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let vpc = stack.add("Vpc", ec2::Vpc::builder());
    let subnet = stack.add("Subnet", ec2::Subnet::builder().vpc_id(vpc));
    let user = iam::User::builder().user_name("ci");
    stack.add("User", user);
    let key = stack.add("Key", iam::AccessKey::builder().user_name(Name::existing("ci")));
    stack.output("Key", key.secret_access_key());
}
