//! A port is a number.

use formwork::{core::Body, prelude::*};

fn main() {
    let mut body = Body::new();
    body.set::<i64>("Port", "443");
}
