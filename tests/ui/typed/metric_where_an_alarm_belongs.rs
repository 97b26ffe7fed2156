//! A metric is nothing by itself; an alarm watches it.

use formwork::{
    patterns::{FargateService, ThreeTierVpc},
    prelude::*,
};

fn main() {
    let app = App::for_tests();
    let stack = app.stack("shop");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
    let api = FargateService::new("public.ecr.aws/acme/api:1.4").build(stack.scope("Api"), &network);
    stack.add("Busy", api.cpu_utilization());
}
