//! The program of the chapter on networks.

use formwork::{
    aws::ec2,
    patterns::{ThreeTierVpc, Tier},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    // ANCHOR: program
    let stack = app.stack("network");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(3).flow_logs(days(90)).build(stack);
    // ANCHOR_END: program
    // ANCHOR: alarms
    for (errors, zone) in network.nat_port_errors().iter().zip(1..) {
        stack.add(
            format!("NoPorts{zone}"),
            errors.above(0).alarm_description("connections of services to the internet fail"),
        );
    }
    // ANCHOR_END: alarms
    // ANCHOR: customize
    let discovery = || ec2::subnet::Tag::builder().key("karpenter.sh/discovery").value("shop");
    for subnet in network.made_subnets(Tier::Application) {
        stack.customize(*subnet, |it| it.tags([discovery()]));
    }
    if let Some(log) = network.flow_log() {
        stack.customize(log, |it| it.max_aggregation_interval(60));
    }
    // ANCHOR_END: customize
}
