//! The program of the chapter on names and certificates.

use formwork::{
    patterns::{Certificate, HostedZone, LoadBalancer, ThreeTierVpc, dns::Record},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let (security, web) = (app.stack("security"), app.stack("web"));
    // ANCHOR: program
    let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
    let certificate = Certificate::new("awsomeshop.example.com")
        .also("*.awsomeshop.example.com")
        .validated_in(&zone)
        .build(security.scope("Certificate"));

    let balancer = LoadBalancer::public().https(&certificate).build(web.scope("Balancer"), &network);
    let shop = zone.alias("awsomeshop.example.com", &balancer);
    // ANCHOR_END: program

    // ANCHOR: records
    zone.record(web, "example.com", Record::mx([(10, "mx1.example.net"), (20, "mx2.example.net")]));
    zone.record(web, "example.com", Record::txt(["v=spf1 include:example.net -all", "a proof for somebody"]));
    zone.record(web, "example.com", Record::caa(["amazon.com"])); // nobody else issues certificates
    zone.record(web, "docs.example.com", Record::cname("example.github.io").ttl(hours(1)));
    // ANCHOR_END: records

    // ANCHOR: made
    let inner = HostedZone::new("internal.example.com").private_to(&network).build(web.scope("Internal"));
    inner.record(web, "db.internal.example.com", Record::cname("database.example.net"));

    let shops = HostedZone::new("shops.example.com").build(web.scope("Shops"));
    if let Some(servers) = shops.name_servers() {
        zone.record(web, "shops.example.com", Record::ns(servers));
    }
    // ANCHOR_END: made

    // ANCHOR: by_hand
    let elsewhere =
        Certificate::new("shop.example.org").validated_by_hand().build(security.scope("Elsewhere"));
    // ANCHOR_END: by_hand

    // ANCHOR: metrics
    for (name, certificate) in [("ShopExpires", &certificate), ("ElsewhereExpires", &elsewhere)] {
        let late = certificate.days_to_expiry().below(30);
        security.add(name, late.alarm_description("a certificate was not renewed: are its records there?"));
    }
    // ANCHOR_END: metrics

    // ANCHOR: customize
    web.customize(shop.ipv4(), |it| it.comment("what customers type"));
    // ANCHOR_END: customize
}
