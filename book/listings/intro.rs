//! The program of the first chapter.

use formwork::{
    patterns::{SecurityGroup, ThreeTierVpc},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    // ANCHOR: program
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));

    let tools = app.stack("tools");
    let runners = SecurityGroup::new(tools.scope("Runners"), &network, "build machines");
    let cache = SecurityGroup::new(tools.scope("BuildCache"), &network, "what they share");
    runners.allow_to(&cache, 6379);
    // ANCHOR_END: program
}
