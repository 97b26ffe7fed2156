//! An expression is not text: `interpolate!` makes text of it.

use formwork::prelude::*;

fn main() {
    let app = App::for_tests();
    let queue = app.stack("s").add("Queue", Resource::raw("AWS::SQS::Queue"));
    let name = queue.attribute("QueueName");
    let _ = format!("{name}");
}
