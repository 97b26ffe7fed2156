//! Services with every legal combination of their options.

use formwork::{
    aws::{
        policy::Statement,
        secretsmanager::Secret,
        types::{cidr, days, gib, mib, minutes, seconds},
    },
    check::{Answer, Exposure, Party, Ports, Reachability},
    core::{App, Arn, Name, Parameter, Stack, interpolate},
    patterns::{
        Configure, FargateService, LoadBalancer, Nat, SecretValue, ThreeTierVpc,
        fargate::{
            self, Cluster, ContainerHealth, Deployment, FargateSize, Image, Insights, ServiceConnect, Shift,
            Sidecar,
        },
    },
};
use proptest::prelude::*;

use super::{super::holds, IMAGE, alarm, balancer, names, repository};

#[derive(Clone, Debug)]
enum Shifting {
    Rolling(u32, u32),
    BlueGreen,
    Linear(f64),
    Canary(f64),
    CodeDeploy(Shift),
}

/// What a service of the property test is.
#[derive(Clone, Debug)]
struct Service {
    place: Place,
    task: Task,
    deployment: Option<Shifting>,
    breaker: bool,
    alarms: bool,
    spot: Option<(u32, u32, u32)>,
    count: Option<u32>,
    exec: bool,
    names: Option<bool>,
    worker: bool,
}

/// What it stands in and behind.
#[derive(Clone, Debug)]
struct Place {
    nat: Nat,
    own: bool,
    shared: bool,
    public: bool,
    cluster: Option<Insights>,
    insights: Insights,
    grace: u32,
}

#[derive(Clone, Debug)]
struct Task {
    image: u8,
    size: FargateSize,
    arm: bool,
    user: u8,
    writable: bool,
    scratch: Option<u32>,
    storage: Option<u32>,
    command: bool,
    limit: bool,
    health: Option<(u32, u32, u8, u32)>,
    stop: Option<u32>,
    settings: u8,
    sidecars: u8,
    days: u32,
    named: bool,
    late_image: bool,
}

fn tasks() -> impl Strategy<Value = Task> {
    let sizes: Vec<FargateSize> = FargateSize::all().collect();
    let program = (0..4u8, proptest::sample::select(sizes), any::<bool>(), 0..3u8, any::<bool>());
    let files =
        (proptest::option::of(1..400u32), proptest::option::of(21..=200u32), any::<bool>(), any::<bool>());
    let health = proptest::option::of((5..=300u32, 2..=60u32, 1..=10u8, 0..=300u32));
    let rest =
        (health, proptest::option::of(0..=120u32), any::<u8>(), any::<u8>(), any::<bool>(), any::<bool>());
    let kept = proptest::sample::select(vec![1, 7, 30, 365]);
    (program, files, rest, kept).prop_map(|(program, files, rest, days)| Task {
        image: program.0,
        size: program.1,
        arm: program.2,
        user: program.3,
        writable: program.4,
        scratch: files.0,
        storage: files.1,
        command: files.2,
        limit: files.3,
        health: rest.0,
        stop: rest.1,
        settings: rest.2,
        sidecars: rest.3,
        days,
        named: rest.4,
        late_image: rest.5,
    })
}

fn services() -> impl Strategy<Value = Service> {
    let insights = || proptest::sample::select(vec![Insights::Off, Insights::On, Insights::Enhanced]);
    let nat = proptest::sample::select(vec![Nat::None, Nat::One, Nat::PerZone]);
    let place = (
        nat,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(insights()),
        insights(),
        0..600u32,
    )
        .prop_map(|(nat, own, shared, public, cluster, insights, grace)| Place {
            nat,
            own,
            shared,
            public,
            cluster,
            insights,
            grace,
        });
    let shift = proptest::sample::select(vec![
        Shift::AllAtOnce,
        Shift::Linear10PercentEvery1Minute,
        Shift::Linear10PercentEvery3Minutes,
        Shift::Canary10Percent5Minutes,
        Shift::Canary10Percent15Minutes,
    ]);
    let deployment = prop_oneof![
        (0..=99u32, 100..=300u32).prop_map(|(least, most)| Shifting::Rolling(least, most)),
        Just(Shifting::BlueGreen),
        // cfn-lint divides by 0.1 and takes what is not whole, such as 30.9, for no multiple of it.
        (6..=200u32).prop_map(|halves| Shifting::Linear(f64::from(halves) / 2.0)),
        (1..=200u32).prop_map(|halves| Shifting::Canary(f64::from(halves) / 2.0)),
        shift.prop_map(Shifting::CodeDeploy),
    ];
    let spot = proptest::option::of((0..5u32, 0..5u32, 1..5u32));
    let rest = (any::<bool>(), any::<bool>(), spot, proptest::option::of(0..20u32), any::<bool>());
    let names = proptest::option::of(any::<bool>());
    (place, tasks(), proptest::option::of(deployment), rest, names, any::<bool>()).prop_map(
        |(place, task, deployment, (breaker, alarms, spot, count, exec), names, worker)| Service {
            place,
            task,
            deployment,
            breaker,
            alarms,
            spot,
            count,
            exec,
            names,
            worker,
        },
    )
}

impl Service {
    fn balanced(&self) -> bool {
        self.place.own || self.place.shared
    }

    fn deployment(&self, production: bool) -> Option<Deployment> {
        let answers = self.names == Some(true);
        let count = self.count.unwrap_or(if production { 2 } else { 1 });
        Some(match self.deployment.clone()? {
            Shifting::Rolling(least, most) => {
                // As many as there have to be, so that one can be added or ended.
                let most = match count * most / 100 > (count * least).div_ceil(100) {
                    true => most,
                    false => 200,
                };
                Deployment::rolling().minimum_healthy(least).maximum(most)
            }
            Shifting::CodeDeploy(shift) if self.balanced() && self.names.is_none() => {
                Deployment::code_deploy(shift)
            }
            _ if !self.balanced() && !answers => return None,
            Shifting::BlueGreen | Shifting::CodeDeploy(_) => Deployment::blue_green().bake(minutes(5)),
            Shifting::Linear(percent) => Deployment::linear(percent, minutes(1)),
            Shifting::Canary(percent) => Deployment::canary(percent, minutes(10)),
        })
    }
}

fn with_task<'a>(mut service: fargate::Builder<'a>, task: &Task, stack: Stack<'a>) -> fargate::Builder<'a> {
    service = service.size(task.size).logs(days(task.days));
    service = match task.user {
        0 => service,
        1 => service.user("app:app"),
        _ => service.user_of_image(),
    };
    if task.arm {
        service = service.arm64();
    }
    if task.writable {
        service = service.writable_root();
    }
    if let Some(size) = task.scratch {
        service = service.temporary_files(mib(size));
    }
    if let Some(size) = task.storage {
        service = service.storage(gib(size));
    }
    if task.command {
        service = service.command(["serve"]).entry_point(["/bin/api"]).working_directory("/srv");
    }
    if task.limit {
        service = service.limit(fargate::Limit::Nofile, 1024, 4096);
    }
    if let Some((interval, timeout, retries, start)) = task.health {
        let health =
            ContainerHealth::shell("true").every(seconds(interval)).times_out_after(seconds(timeout));
        service = service.container_health_check(health.retries(retries).starts_within(seconds(start)));
    }
    if let Some(time) = task.stop {
        service = service.stops_within(seconds(time));
    }
    if task.settings & 1 > 0 {
        service = service.environment("STAGE", "blue").environment("REGION", formwork::pseudo::region());
    }
    if task.settings & 2 > 0 {
        let secret = stack.add("Token", Secret::builder().description("of the payment provider"));
        service = service.secret("TOKEN", secret).secret("KEY", SecretValue::from(secret).key("key"));
    }
    if task.settings & 4 > 0 {
        service = service.secret("LICENCE", SecretValue::parameter("/shop/licence"));
    }
    if task.sidecars & 1 > 0 {
        service = service.sidecar(Sidecar::xray());
    }
    if task.sidecars & 2 > 0 {
        service = service.sidecar(Sidecar::open_telemetry().first());
    }
    if task.sidecars & 4 > 0 {
        let proxy = Sidecar::new("proxy", "public.ecr.aws/acme/proxy:3.1").port(8080).essential();
        service =
            service.sidecar(proxy.health_check(ContainerHealth::command(["/proxy", "--alive"])).first());
    }
    if task.sidecars & 8 > 0 {
        let right = Statement::allow("cloudwatch:PutMetricData").on_all_resources();
        let statistics = Sidecar::new("statistics", "public.ecr.aws/acme/statistics:2.0").udp_port(8125);
        let statistics = statistics.memory_reservation(mib(32)).allowed(right).environment("LEVEL", "info");
        let health = ContainerHealth::command(["/statistics", "--alive"]);
        service = service.sidecar(statistics.health_check(health));
        let shipper = Sidecar::new("shipper", "public.ecr.aws/acme/shipper:2.0").after_healthy("statistics");
        service = service.sidecar(shipper.user("2000").writable_root());
        let cleaner = Sidecar::new("cleaner", "public.ecr.aws/acme/cleaner:2.0").after("shipper");
        service = service.sidecar(cleaner.command(["--all"]).entry_point(["/cleaner"]));
    }
    if task.named {
        service = service.container_name("program");
    }
    if task.late_image {
        let mirror = "arn:aws:ecr:eu-central-1:111122223333:repository/mirror/api";
        let image = Image::from("registry.example.com/mirror/api:1.4").pulled_from(Arn::existing(mirror));
        service = service.image(image);
    }
    service
}

fn program(app: &App, said: &Service) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).nat(said.place.nat).build(app.stack("network"));
    let stack = app.stack("service");
    let image = match said.task.image {
        0 => Image::from(IMAGE),
        1 => Image::from("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7f3a"),
        2 if !said.task.late_image => Image::from(stack.parameter("Image", Parameter::string())),
        _ => Image::of(repository(stack), "7f3a"),
    };
    let mut service = with_task(FargateService::new(image), &said.task, stack).port(8000);
    let front = || match said.place.public {
        true => balancer(),
        false => LoadBalancer::internal().plain_http(),
    };
    if said.place.own {
        service = service.behind(front());
    } else if said.place.shared {
        service = service.behind(&front().build(app.stack("edge").scope("Web"), &network));
    }
    service = service.starts_within(seconds(said.place.grace));
    service = match said.place.cluster {
        Some(Insights::Off) => {
            let arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop";
            service.cluster(&Cluster::existing(Name::existing("shop"), Arn::existing(arn)))
        }
        Some(insights) => service.cluster(&Cluster::new().insights(insights).build(stack.scope("Shop"))),
        None => service.insights(said.place.insights),
    };
    if let Some(deployment) = said.deployment(app.environment().is_production()) {
        service = service.deployment(deployment);
    }
    if !said.breaker {
        service = service.without_circuit_breaker();
    }
    if said.alarms {
        service = service.roll_back_on([alarm(stack)]);
    }
    service = match said.spot {
        None => service,
        Some((0, on_demand, spot)) => service.spot_ratio(on_demand, spot),
        Some((base, 0, _)) => service.spot_beyond(base),
        Some(_) => service.spot(),
    };
    if let Some(count) = said.count {
        service = service.count(count);
    }
    if said.exec {
        service = service.exec();
    }
    if let Some(answers) = said.names {
        let names = names(stack);
        service = service.service_connect(match answers {
            true if said.task.named => ServiceConnect::server(names, "api").at(80),
            true => ServiceConnect::server(names, "api"),
            false => ServiceConnect::client(names),
        });
    }
    let service = service.build(stack.scope("Api"), &network);
    if said.worker {
        let worker = FargateService::like(&service).command(["work"]).build(stack.scope("Worker"), &network);
        worker.set_variable("ROLE", interpolate!("worker"));
        service.set_secret("LATE", SecretValue::parameter("/shop/late"));
    }
}

#[test]
fn every_service_is_sound() {
    let options = (any::<bool>(), services());
    let exposed = |it: &Exposure| match it.kind.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            it.unknown.is_empty() && Ports::tcp(443).union(&Ports::tcp(80)).contains(&it.ports)
        }
        // Through the load balancer, which is the point of it, and in no other way.
        "AWS::ECS::Service" => {
            it.through.iter().any(|by| by.ends_with("LoadBalancer")) && it.ports == Ports::tcp(8000)
        }
        // Which way a gateway endpoint has is a matter of routes, which is not followed up.
        kind => kind == "AWS::EC2::VPCEndpoint" && !it.unknown.is_empty(),
    };
    holds("fargate", 100, options, program, exposed, |assembly, said| {
        let resource = |stack: &str, id: &str| Party::Resource { stack: stack.to_owned(), id: id.to_owned() };
        let reach = Reachability::of(assembly);
        let service = resource("service", "ApiService");
        let balancer = match (said.place.own, said.place.shared) {
            (true, _) => resource("service", "ApiBalancerLoadBalancer"),
            (_, true) => resource("edge", "WebLoadBalancer"),
            _ => return,
        };
        let Answer::Yes(paths) = reach.answer(&balancer, &service, &Ports::all()) else {
            panic!("the load balancer does not reach the service: {said:#?}")
        };
        let ports = paths.iter().fold(Ports::none(), |ports, path| ports.union(&path.ports));
        assert_eq!(ports, Ports::tcp(8000), "{said:#?}");
    });
}
