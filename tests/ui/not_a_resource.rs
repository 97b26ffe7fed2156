//! Only a complete builder can be added.

use formwork::prelude::*;

fn main() {
    App::for_tests().stack("s").add("Queue", "AWS::SQS::Queue");
}
