//! A secret never becomes text.

use formwork::prelude::*;

fn main() {
    let password = secretsmanager("shop/database").key("password").value();
    let _ = interpolate!("postgres://shop:{password}@database/shop");
}
