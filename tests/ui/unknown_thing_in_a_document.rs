//! A Rust type without a form in a template.

use formwork::prelude::*;

struct Mine;

fn main() {
    let _ = Resource::raw("AWS::SQS::Queue").set("Thing", Mine);
}
