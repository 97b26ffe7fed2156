//! The program of the chapter on connections.

use formwork::{
    patterns::{Connect, SecurityGroup, ThreeTierVpc, Traffic},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    // ANCHOR: program
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    let (store, mail) = (app.stack("store"), app.stack("mail"));
    let archive = SecurityGroup::new(store.scope("Archive"), &network, "keeps what was sent");
    let relay = SecurityGroup::new(mail.scope("Relay"), &network, "takes and sends mail");
    let filter = SecurityGroup::new(mail.scope("Filter"), &network, "reads mail");

    relay.allow_to(&filter, 11333); // two rules: out of the one, into the other
    filter.allow_to(&archive, 9200..=9300); // both in `mail`, which comes after `store`
    relay.allow_to(&relay, Traffic::udp(7946)); // among themselves
    relay.allow_to_internet(25);
    // ANCHOR_END: program
    // ANCHOR: others
    relay.allow_from_addresses(cidr!("203.0.113.0/24"), 587); // an office
    relay.allow_from_addresses(cidr!("203.0.113.0/24"), Traffic::icmp());
    relay.allow_from_prefix_list("CloudFront", Id::existing("pl-a3a144ca"), 443);
    network.allow_to_aws(&filter); // logs, secrets, images
    // ANCHOR_END: others
    // ANCHOR: named
    let groups = app.stack("network");
    let office = SecurityGroup::new(groups.scope("Office"), &network, "what people use").named("acme-office");
    let print = SecurityGroup::new(groups.scope("Print"), &network, "printers").named("acme-print");
    office.allow_to(&print, 631); // both rules in `network`
    // ANCHOR_END: named
    // ANCHOR: existing
    let directory = SecurityGroup::existing(mail.scope("Directory"), Id::existing("sg-0a1b2c3d4e5f60718"));
    relay.allow_to(&directory, 636);
    // ANCHOR_END: existing
}
