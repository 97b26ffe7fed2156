//! An alias leads to what AWS gives addresses to; another name is a record.

use formwork::{patterns::HostedZone, prelude::*};

fn main() {
    let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
    zone.alias("docs.example.com", &"example.github.io");
}
