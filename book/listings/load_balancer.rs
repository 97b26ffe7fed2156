//! The program of the chapter on load balancers.

use formwork::{
    aws::{certificatemanager::Certificate, ec2},
    patterns::{
        Connect, LoadBalancer, SecurityGroup, ThreeTierVpc,
        load_balancer::{HealthCheck, TargetGroup},
    },
    prelude::*,
};

const CERTIFICATE: &str =
    "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";

pub(crate) fn program(app: &App) {
    let certificate: Arn<Certificate> = Arn::existing(CERTIFICATE);
    // ANCHOR: public
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    let stack = app.stack("web");
    let balancer = LoadBalancer::public().https(certificate).build(stack.scope("Web"), &network);
    // ANCHOR_END: public

    // ANCHOR: routes
    let machines = SecurityGroup::new(stack.scope("Machines"), &network, "machines that make reports");
    let reports = TargetGroup::addresses(8080, ["10.0.1.10", "10.0.2.10"])
        .health_check(HealthCheck::path("/health").every(seconds(30)).healthy_after(3).unhealthy_after(2))
        .allowed_by(&machines)
        .build(stack.scope("Reports"), &network, balancer.paths(["/reports/*"]));
    let shop = TargetGroup::instances(8080, [Id::<ec2::Instance>::existing("i-0123456789abcdef0")])
        .allowed_by(&machines)
        .build(stack.scope("Shop"), &network, &balancer);
    // ANCHOR_END: routes

    // ANCHOR: internal
    let pricing = LoadBalancer::internal().https(Arn::existing(CERTIFICATE));
    let pricing = TargetGroup::addresses(8080, ["10.0.1.20"]).allowed_by(&machines).build(
        stack.scope("Pricing"),
        &network,
        pricing,
    );
    machines.allow_to(pricing.load_balancer(), 443);
    // ANCHOR_END: internal

    // ANCHOR: customize
    stack.customize(balancer.load_balancer(), |it| it.name("shop-web"));
    stack.customize(reports.target_group(), |it| it.name("shop-reports"));
    // ANCHOR_END: customize

    // ANCHOR: metrics
    let slow = balancer.target_response_time(99.0).above(1.5).evaluation_periods(5);
    stack.add("Slow", slow.alarm_description("one request of a hundred takes more than 1.5 seconds"));
    let none = balancer.healthy_host_count(shop.target_group()).below(1);
    stack.add("NobodyInTheShop", none.alarm_description("no machine of the shop is well"));
    // ANCHOR_END: metrics
    stack.output("Url", balancer.url());
}
