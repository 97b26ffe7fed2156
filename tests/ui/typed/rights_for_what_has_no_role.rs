//! Rights are given to what acts with a role, and a database does not.

use formwork::{
    aws::s3,
    patterns::{Database, ThreeTierVpc},
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    let db = Database::postgres("17", "db.t4g.medium").build(stack.scope("Db"), &network);
    let bucket = stack.add("Uploads", s3::Bucket::builder());
    bucket.grant_read(&db);
}
