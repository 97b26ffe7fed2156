//! A list where a truth value belongs.

use formwork::core::Body;

fn main() {
    let mut body = Body::new();
    body.set::<bool>("Encrypted", ["yes"]);
}
