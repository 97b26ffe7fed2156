//! A bucket is reached by rights, and not by the network.

use formwork::{
    aws::s3,
    patterns::{SecurityGroup, ThreeTierVpc},
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    let group = SecurityGroup::new(stack.scope("Api"), &network, "API");
    let bucket = stack.add("Uploads", s3::Bucket::builder());
    group.allow_to(&bucket, 443);
}
