//! Both branches of a condition have to fit.

use formwork::{core::Body, prelude::*};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("s");
    let prod = stack.condition("IsProd", stack.parameter("Stage", Parameter::string()).equals("prod"));
    let mut body = Body::new();
    body.set::<i64>("Count", prod.choose(3, "one"));
}
