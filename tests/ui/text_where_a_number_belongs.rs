//! A port is a number.

use formwork::core::Body;

fn main() {
    let mut body = Body::new();
    body.set::<i64>("Port", "443");
}
