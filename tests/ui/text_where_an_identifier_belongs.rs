//! Plain text does not say what it identifies: `Id::existing` does.

use formwork::{core::Body, prelude::*};

struct Vpc;

fn main() {
    let mut body = Body::new();
    body.set::<Id<Vpc>>("VpcId", "vpc-0a1b2c3d");
}
