//! A secret never becomes an output.

use formwork::prelude::*;

fn main() {
    let app = App::for_tests();
    let stack = app.stack("s");
    stack.output("Password", secretsmanager("shop/database").key("password").value());
}
