//! A subnet's id where a VPC's belongs.

use formwork::{core::Body, prelude::*};

struct Vpc;
struct Subnet;

fn main() {
    let subnet: Id<Subnet> = Id::existing("subnet-0a1b2c3d");
    let mut body = Body::new();
    body.set::<Id<Vpc>>("VpcId", subnet);
}
