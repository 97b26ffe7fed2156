//! A role has no environment variables.

use formwork::{
    aws::{iam, s3},
    patterns::Role,
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let role = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
    let bucket = stack.add("Uploads", s3::Bucket::builder());
    bucket.grant_read(&role).env("UPLOADS");
}
