//! Who is let into a database gets rights and settings as well, and a load balancer has no use for either.

use formwork::{
    patterns::{Database, LoadBalancer, ThreeTierVpc},
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    let db = Database::postgres("17", "db.t4g.medium").build(stack.scope("Db"), &network);
    let balancer = LoadBalancer::internal().plain_http().build(stack.scope("Balancer"), &network);
    db.allow_from(&balancer);
}
