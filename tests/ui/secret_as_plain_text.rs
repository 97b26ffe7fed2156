//! A property of plain text does not take a secret.

use formwork::{core::Body, prelude::*};

fn main() {
    let mut body = Body::new();
    body.set::<String>("Value", secretsmanager("shop/database").key("password").value());
}
