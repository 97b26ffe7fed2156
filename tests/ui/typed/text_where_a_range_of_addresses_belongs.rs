//! The ranges of subnets are computed from that of their network.

use formwork::{patterns::ThreeTierVpc, prelude::*};

fn main() {
    ThreeTierVpc::new("10.0.0.0/16").build(App::for_tests().stack("network"));
}
