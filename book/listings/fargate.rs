//! The program of the chapter on services.

use formwork::{
    aws::{iam::Statement, secretsmanager::Secret, servicediscovery::HttpNamespace, sns},
    patterns::{
        Connect, FargateService, Grantee, LoadBalancer, Role, SecretValue, SecurityGroup, ThreeTierVpc, Tier,
        fargate::{ContainerHealth, Deployment, Fargate, ServiceConnect, Sidecar},
    },
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let stack = app.stack("service");
    let subnets =
        |zone: &str| [1, 2].map(|number| Id::existing(format!("subnet-0{zone}{number}1b2c3d4e5f6071")));
    let network = ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.0.0.0/16"))
        .subnets(Tier::Public, subnets("a"))
        .subnets(Tier::Application, subnets("b"))
        .build(stack);
    let certificate =
        Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-0");
    let (image, prices) = ("public.ecr.aws/acme/shop:1.4.2", "public.ecr.aws/acme/prices:0.9.0");
    let payments = stack.add("Payments", Secret::builder().description("access to the payment provider"));
    let on_call = Arn::<sns::Topic>::existing("arn:aws:sns:eu-central-1:111122223333:on-call");

    // ANCHOR: program
    let api = FargateService::new(image)
        .size(Fargate::Cpu512.memory_gib::<1>())
        .port(8000)
        .environment("LOG_LEVEL", "info")
        .secret("PAYMENTS_TOKEN", SecretValue::from(payments).key("token"))
        .sidecar(Sidecar::open_telemetry())
        .deployment(Deployment::canary(10, minutes(15)))
        .behind(LoadBalancer::public().https(certificate))
        .build(stack.scope("Api"), &network);
    stack.output("Url", api.url());
    // ANCHOR_END: program

    // ANCHOR: worker
    FargateService::like(&api)
        .command(["celery", "-A", "shop", "worker"])
        .container_health_check(ContainerHealth::shell("celery -A shop inspect ping || exit 1"))
        .spot_beyond(1)
        .build(stack.scope("Worker"), &network);
    // ANCHOR_END: worker

    // ANCHOR: rights
    api.grant(Statement::allow(["s3:GetObject", "s3:PutObject"]).on("arn:aws:s3:::acme-images/*"));
    // ANCHOR_END: rights

    // ANCHOR: names
    let names = stack.add("Names", HttpNamespace::builder().name("shop"));
    let prices = FargateService::new(prices)
        .port(9000)
        .service_connect(ServiceConnect::server(names, "prices"))
        .cluster(api.cluster())
        .build(stack.scope("Prices"), &network);
    api.allow_to(&prices, 9000);
    // ANCHOR_END: names

    let reports = "public.ecr.aws/acme/reports:2.1.0";
    // ANCHOR: outside
    let security = app.stack("security");
    let program =
        Role::of_tasks(security.scope("Reports"), "what the reports may read").named("acme-reports");
    let starts = Role::of_tasks(security.scope("Starts"), "what starts tasks").named("acme-starts");
    let inside =
        SecurityGroup::new(stack.scope("Inside"), &network, "what takes no requests").named("acme-inside");

    FargateService::new(reports)
        .task_role(&program)
        .execution_role(&starts)
        .security_group(&inside)
        .name("reports")
        .family("acme-reports")
        .log_group("/ecs/acme-reports")
        .cluster(api.cluster())
        .build(stack.scope("Reports"), &network);
    program.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-images/*"));
    // ANCHOR_END: outside

    // ANCHOR: inside
    stack.customize(api.service(), |service| service.platform_version("1.4.0"));
    stack.customize(api.task_definition(), |task| task.family("shop-api"));
    stack.customize(api.log(), |log| log.retention_in_days(days(90)));
    // ANCHOR_END: inside

    // ANCHOR: metrics
    let busy = api.cpu_utilization().above(85).evaluation_periods(5).alarm_description("the API is busy");
    stack.add("Busy", busy.alarm_actions([on_call.clone()]));
    let failing = api.server_errors().above(10).alarm_description("the API fails").alarm_actions([on_call]);
    api.roll_back_on([stack.add("Failing", failing)]);
    // ANCHOR_END: metrics
}
