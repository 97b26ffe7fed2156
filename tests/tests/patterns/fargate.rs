//! Services on Fargate.

use formwork::{
    aws::{
        certificatemanager::Certificate,
        cloudwatch, ec2, ecr,
        policy::Statement,
        secretsmanager::Secret,
        servicediscovery::HttpNamespace,
        types::{cidr, days, gib, mib, minutes, seconds},
    },
    check::Check,
    core::{App, Arn, Assembly, Environment, Id, Options, Parameter, Stack, interpolate},
    patterns::{
        Configure, Connect, Endpoint, FargateService, Grantee, LoadBalancer, Metric, Nat, SecretValue, Stat,
        ThreeTierVpc, Tier,
        fargate::{
            self, Cluster, ContainerHealth, Deployment, Fargate, Image, Insights, ServiceConnect, Shift,
            Sidecar,
        },
        load_balancer,
    },
};

use super::{assemble, difference, says_nothing, text};

mod every;

const IMAGE: &str = "public.ecr.aws/acme/api:1.4.2";

fn network(app: &App) -> ThreeTierVpc<'_> {
    ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"))
}

fn balancer<'a>() -> load_balancer::Builder<'a> {
    LoadBalancer::public().https(Arn::<Certificate>::existing(
        "arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-000000000000",
    ))
}

/// A network that is there already, so that templates show the service alone.
fn known(stack: Stack<'_>) -> ThreeTierVpc<'_> {
    let subnets = |letter: &str| {
        [1, 2].map(|zone| Id::<ec2::Subnet>::existing(format!("subnet-0{letter}{zone}1b2c3d4e5f6071")))
    };
    ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.0.0.0/16"))
        .subnets(Tier::Public, subnets("a"))
        .subnets(Tier::Application, subnets("b"))
        .build(stack)
}

/// A web service, with what an option adds.
fn web(
    environment: &str,
    more: impl for<'a> Fn(fargate::Builder<'a>, Stack<'a>) -> fargate::Builder<'a>,
) -> Assembly {
    assemble(environment, |app| {
        let stack = app.stack("service");
        let service = FargateService::new(IMAGE).port(8000).behind(balancer());
        more(service, stack).build(stack.scope("Api"), &known(stack));
    })
}

#[test]
fn services_at_default_settings() {
    let worker = |environment| {
        assemble(environment, |app| {
            let stack = app.stack("service");
            FargateService::new(IMAGE).build(stack.scope("Worker"), &known(stack));
        })
    };
    for environment in ["prod", "dev"] {
        says_nothing(&web(environment, |service, _| service));
        says_nothing(&worker(environment));
        says_nothing(&assemble(environment, |app| {
            let network = network(app);
            let stack = app.stack("service");
            FargateService::new(IMAGE).port(8000).behind(balancer()).build(stack.scope("Api"), &network);
            FargateService::new(IMAGE).build(stack.scope("Worker"), &network);
        }));
    }
    insta::assert_snapshot!("fargate_web", text(&web("prod", |service, _| service)));
    insta::assert_snapshot!("fargate_worker", text(&worker("prod")));
    insta::assert_snapshot!(
        "fargate_dev",
        difference(&web("prod", |service, _| service), &web("dev", |service, _| service))
    );
}

/// What an option adds to a service.
type Change = for<'a> fn(fargate::Builder<'a>, Stack<'a>) -> fargate::Builder<'a>;

/// Each option, and what it adds to a web service.
const OPTIONS: &[(&str, Change)] = &[
    ("size", |service, _| service.size(Fargate::Cpu1024.memory_gib::<3>())),
    ("arm64", |service, _| service.arm64()),
    ("command, entry point, folder", |service, _| {
        service.command(["serve", "--quiet"]).entry_point(["/bin/api"]).working_directory("/srv")
    }),
    ("user", |service, _| service.user("app:app")),
    ("user of the image", |service, _| service.user_of_image()),
    ("writable root", |service, _| service.writable_root()),
    ("temporary files", |service, _| service.temporary_files(mib(256))),
    ("storage", |service, _| service.storage(gib(40))),
    ("limit", |service, _| service.limit(fargate::Limit::Nofile, 65_536, 65_536)),
    ("health check of the container", |service, _| {
        let health = ContainerHealth::shell("curl -f http://localhost:8000/health || exit 1")
            .every(seconds(20))
            .times_out_after(seconds(3))
            .retries(2)
            .starts_within(seconds(90));
        service.container_health_check(health)
    }),
    ("stop", |service, _| service.stops_within(seconds(90))),
    ("environment", |service, stack| {
        service
            .environment("STAGE", "blue")
            .environment("REGION", formwork::pseudo::region())
            .environment("WORKERS", stack.parameter("Workers", Parameter::integer().default(4)))
    }),
    ("secrets", |service, stack| {
        let payments = stack.add("Payments", Secret::builder().description("access to the payment provider"));
        service
            .secret("PAYMENTS", payments)
            .secret("PAYMENTS_TOKEN", SecretValue::from(payments).key("token"))
            .secret("LICENCE", SecretValue::parameter("/shop/licence"))
    }),
    ("logs", |service, _| service.logs(days(365))),
    ("side-car for X-Ray", |service, _| service.sidecar(Sidecar::xray())),
    ("side-car for OpenTelemetry", |service, _| service.sidecar(Sidecar::open_telemetry())),
    ("side-car of its own", |service, stack| {
        let token = stack.add("Token", Secret::builder().description("for the proxy"));
        let proxy = Sidecar::new("proxy", "public.ecr.aws/acme/proxy:3.1")
            .port(8080)
            .command(["--listen", "8080"])
            .entry_point(["/proxy"])
            .user("101")
            .environment("UPSTREAM", "http://localhost:8000")
            .secret("TOKEN", token)
            .health_check(ContainerHealth::command(["/proxy", "--alive"]))
            .memory_reservation(mib(64))
            .essential()
            .first();
        service.sidecar(proxy).sidecar(Sidecar::new("tail", "public.ecr.aws/acme/tail:1.0").after("app"))
    }),
    ("name of the container", |service, _| service.container_name("fastapi-app")),
    ("image in a repository of this program", |_, stack| {
        FargateService::new(Image::of(repository(stack), "7f3a")).port(8000).behind(balancer())
    }),
    ("image in a repository by name", |_, _| {
        FargateService::new("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7f3a")
            .port(8000)
            .behind(balancer())
    }),
    ("image by a parameter", |_, stack| {
        let image = stack.parameter("Image", Parameter::string());
        FargateService::new(image).port(8000).behind(balancer())
    }),
    ("health check of the load balancer", |service, _| {
        service.health_check(load_balancer::HealthCheck::path("/health")).starts_within(seconds(120))
    }),
    ("count", |service, _| service.count(3)),
    ("insights", |service, _| service.insights(Insights::Enhanced)),
    ("shared cluster", |service, stack| {
        let cluster = Cluster::new().insights(Insights::Off).build(stack.scope("Shop"));
        service.cluster(&cluster)
    }),
    ("rolling by halves", |service, _| {
        service.deployment(Deployment::rolling().minimum_healthy(50).maximum(100))
    }),
    ("without circuit breaker", |service, _| service.without_circuit_breaker()),
    ("blue/green", |service, _| service.deployment(Deployment::blue_green().bake(minutes(10)))),
    ("linear", |service, _| service.deployment(Deployment::linear(20, minutes(3)))),
    ("canary", |service, _| service.deployment(Deployment::canary(2.5, minutes(15)))),
    ("CodeDeploy", |service, _| service.deployment(Deployment::code_deploy(Shift::Canary10Percent5Minutes))),
    ("blue/green with a listener for tests", |_, _| {
        let front = balancer().test_listener(8443, cidr!("203.0.113.0/24"));
        FargateService::new(IMAGE).port(8000).behind(front).deployment(Deployment::blue_green())
    }),
    ("CodeDeploy with a listener for tests", |_, _| {
        let front = balancer().test_listener(8443, cidr!("203.0.113.0/24"));
        FargateService::new(IMAGE)
            .port(8000)
            .behind(front)
            .deployment(Deployment::code_deploy(Shift::Linear10PercentEvery3Minutes))
    }),
    ("alarms", |service, stack| service.roll_back_on([alarm(stack)])),
    ("alarms with CodeDeploy", |service, stack| {
        service.deployment(Deployment::code_deploy(Shift::AllAtOnce)).roll_back_on([alarm(stack)])
    }),
    ("Spot", |service, _| service.spot()),
    ("Spot beyond", |service, _| service.spot_beyond(2)),
    ("Spot in a ratio", |service, _| service.spot_ratio(1, 3)),
    ("Exec", |service, _| service.exec()),
    ("Service Connect, asking", |service, stack| {
        service.service_connect(ServiceConnect::client(names(stack)))
    }),
    ("Service Connect, answering", |service, stack| {
        service.service_connect(ServiceConnect::server(names(stack), "prices").at(80))
    }),
];

fn repository(stack: Stack<'_>) -> ecr::Repository {
    let scan = ecr::repository::ImageScanningConfiguration::builder().scan_on_push(true);
    let old = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50}, "action": {"type": "expire"}}]}"#;
    let images = ecr::Repository::builder()
        .image_scanning_configuration(scan)
        .image_tag_mutability(ecr::repository::ImageTagMutability::Immutable)
        .lifecycle_policy(ecr::repository::LifecyclePolicy::builder().lifecycle_policy_text(old));
    stack.add("Images", images)
}

fn names(stack: Stack<'_>) -> formwork::aws::servicediscovery::HttpNamespace {
    stack.add("Names", HttpNamespace::builder().name("shop"))
}

fn alarm(stack: Stack<'_>) -> cloudwatch::Alarm {
    let failed = Metric::new("Acme/Shop", "OrdersFailed").stat(Stat::Sum);
    stack.add("OrdersFail", failed.above(10).alarm_description("orders fail").actions_enabled(false))
}

#[test]
fn what_each_option_changes() {
    let base = web("prod", |service, _| service);
    let mut said = String::new();
    for (name, option) in OPTIONS {
        let with = web("prod", option);
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &with)));
        says_nothing(&with);
    }
    insta::assert_snapshot!("fargate_options", said);
}

#[test]
fn a_worker_beside_a_web_service() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("service");
        let token = stack.add("Token", Secret::builder().description("of the payment provider"));
        let api = FargateService::new(IMAGE)
            .size(Fargate::Cpu512.memory_gib::<1>())
            .port(8000)
            .environment("STAGE", "blue")
            .secret("TOKEN", token)
            .behind(balancer())
            .build(stack.scope("Api"), &network);
        api.set_variable("QUEUE", interpolate!("jobs"));
        let worker = FargateService::like(&api)
            .command(["celery", "worker"])
            .container_health_check(ContainerHealth::shell("celery inspect ping || exit 1"))
            .build(stack.scope("Worker"), &network);
        api.allow_to_addresses(cidr!("203.0.113.7/32"), 5432); // both wait for it
        worker.grant(Statement::allow("sqs:ReceiveMessage").on("arn:aws:sqs:eu-central-1:111122223333:jobs"));
    });
    says_nothing(&assembly);
    let template = assembly.stacks()[1].template().yaml();
    let resources = |prefix: &str| {
        let lines = template.lines().filter(|line| line.starts_with(&format!("  {prefix}")));
        lines.map(|line| line.trim().trim_end_matches(':').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(resources("Worker"), ["WorkerLog", "WorkerTaskDefinition", "WorkerService"]);
    insta::assert_snapshot!(
        "fargate_worker_like",
        &template[template.find("  WorkerLog:").unwrap_or_default()..]
    );
}

/// A role of one stack names nothing of the other, which waits for it.
#[test]
fn a_worker_in_a_stack_of_its_own() {
    for exec in [false, true] {
        let assembly = assemble("prod", |app| {
            let network = network(app);
            let stack = app.stack("service");
            let api = FargateService::new(IMAGE).port(8000).behind(balancer());
            let api = if exec { api.exec() } else { api }.build(stack.scope("Api"), &network);
            let jobs = app.stack("jobs");
            let secret = jobs.add("Token", Secret::builder().description("of the jobs"));
            let worker = FargateService::like(&api)
                .command(["work"])
                .secret("TOKEN", secret)
                .build(jobs.scope("Worker"), &network);
            api.set_secret("LICENCE", SecretValue::parameter("/shop/licence"));
            api.allow_to_addresses(cidr!("203.0.113.7/32"), 5432);
            assert_eq!(worker.role().role(), api.role().role());
        });
        says_nothing(&assembly);
        let template = assembly.stack("jobs").expect("the stack of the worker").template().yaml();
        assert_eq!(template.contains("  WorkerLog:"), !exec, "{template}");
        assert!(
            template.contains("  WorkerExecutionRole:") && !template.contains("TaskRole:\n"),
            "{template}"
        );
        assert!(
            template.contains("- Name: LICENCE") && template.contains("parameter/shop/licence"),
            "{template}"
        );
    }
}

#[test]
fn a_service_where_there_are_public_subnets_alone() {
    let assembly = assemble("dev", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).only_public().build(app.stack("network"));
        let stack = app.stack("service");
        let api =
            FargateService::new(IMAGE).port(8000).behind(balancer()).build(stack.scope("Api"), &network);
        assert!(api.has_public_addresses());
    });
    says_nothing(&assembly);
    let report = Check::new().exposure().assembly(&assembly);
    let reached = report.exposed.iter().flatten().filter(|it| it.kind == "AWS::ECS::Service");
    for it in reached {
        assert!(!it.through.is_empty(), "{it}");
    }
    let template = assembly.stack("service").expect("the stack of the service").template().yaml();
    assert!(template.contains("AssignPublicIp: ENABLED"), "{template}");
}

/// Tasks pull their images through routes, which a service in the same stack does not refer to.
#[test]
fn a_service_in_the_stack_of_its_network_waits_for_the_way_out() {
    let assembly = assemble("dev", |app| {
        let stack = app.stack("all");
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack.scope("Network"));
        FargateService::new(IMAGE).port(8000).behind(balancer()).build(stack.scope("Api"), &network);
    });
    says_nothing(&assembly);
    let template = assembly.stacks()[0].template().yaml();
    let service = template.split_once("  ApiService:").map_or("", |(_, rest)| rest);
    let service = service.split_once("    Properties:").map_or("", |(waits, _)| waits);
    insta::assert_snapshot!("fargate_waits", service);
}

/// ECS would wait for the alarm, and the alarm for the service.
#[test]
fn an_alarm_on_the_service_itself_cannot_roll_it_back() {
    let said = findings(|stack, network| {
        let api = FargateService::new(IMAGE).build(stack.scope("Api"), network);
        let busy = api.cpu_utilization().above(90).alarm_description("busy").actions_enabled(false);
        api.roll_back_on([stack.add("Busy", busy)]);
    });
    assert!(
        said.iter().any(|(message, _)| message.contains("Busy") && message.contains("ApiService")),
        "{said:#?}"
    );
}

/// What is done with a service that is built.
type Step = fn(&FargateService<'_>, Stack<'_>);

#[test]
fn settings_and_rights_after_it_is_built() {
    let program = |more: Step| {
        assemble("prod", |app| {
            let stack = app.stack("service");
            let network = known(stack);
            let api = FargateService::new(IMAGE)
                .port(8000)
                .environment("STAGE", "blue")
                .behind(balancer())
                .build(stack.scope("Api"), &network);
            more(&api, stack);
        })
    };
    let base = program(|_, _| {});
    let steps: &[(&str, Step)] = &[
        ("variables", |api, _| {
            api.set_variable("KIND", interpolate!("green"));
            api.set_variable("QUEUE", interpolate!("jobs"));
        }),
        ("secrets", |api, stack| {
            let secret = stack.add("Token", Secret::builder().description("of the payment provider"));
            api.set_secret("LICENCE", SecretValue::from(secret).key("licence"));
            api.set_secret("TOKEN", SecretValue::from(secret).key("token"));
        }),
        ("a right", |api, _| api.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-images/*"))),
        ("every property", |api, stack| {
            stack.customize(api.service(), |service| service.platform_version("1.4.0"));
            stack.customize(api.task_definition(), |task| task.family("api"));
            stack.customize(api.log(), |log| log.retention_in_days(days(7)));
            stack.customize(api.role().role(), |role| role.description("the API"));
            stack.customize(api.execution_role().role(), |role| role.description("what starts the API"));
            if let Some(cluster) = api.cluster().cluster() {
                stack.customize(cluster, |cluster| cluster.cluster_name("shop"));
            }
        }),
        ("alarms that roll back", |api, stack| {
            let failing = api.server_errors().above(5);
            let failing = failing.alarm_description("the API fails").actions_enabled(false);
            api.roll_back_on([stack.add("Failing", failing)]);
        }),
        ("an address", |api, stack| {
            stack.output("Url", api.url());
        }),
    ];
    let mut said = String::new();
    for (name, step) in steps {
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &program(*step))));
    }
    insta::assert_snapshot!("fargate_afterwards", said);
}

#[test]
fn metrics_are_found_where_aws_keeps_them() {
    let said = std::cell::RefCell::new(Vec::new());
    assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("service");
        let api =
            FargateService::new(IMAGE).port(8000).behind(balancer()).build(stack.scope("Api"), &network);
        let shifting = FargateService::new(IMAGE)
            .port(8000)
            .behind(balancer())
            .deployment(Deployment::blue_green())
            .build(stack.scope("Shifting"), &network);
        let metrics = [
            api.cpu_utilization(),
            api.memory_utilization(),
            api.running_tasks(),
            api.desired_tasks(),
            api.requests(),
            api.requests_per_task(),
            api.response_time(),
            api.server_errors(),
            api.unhealthy_tasks(),
            shifting.requests(),
            shifting.requests_per_task(),
            shifting.response_time(),
            shifting.server_errors(),
            shifting.unhealthy_tasks(),
        ];
        *said.borrow_mut() = metrics
            .iter()
            .map(|metric| {
                let dimensions: Vec<&str> =
                    metric.dimensions().iter().map(|(name, _)| name.as_str()).collect();
                let (space, name) = (metric.namespace(), metric.name());
                format!("{space} {name} {:?} by {}", metric.statistic(), dimensions.join(", "))
            })
            .collect();
        for (index, metric) in metrics.into_iter().enumerate() {
            let alarm = metric.above(1).alarm_description("a test").actions_enabled(false);
            stack.add(format!("Alarm{index}"), alarm);
        }
    });
    insta::assert_snapshot!("fargate_metrics", said.take().join("\n"));
}

/// A new image means a new revision, which CodeDeploy has to be told of. CloudFormation may not change the service.
#[test]
fn a_release_by_code_deploy_is_a_revision_and_nothing_else() {
    let release = |image: &str| {
        assemble("prod", |app| {
            let stack = app.stack("service");
            let api = FargateService::new(image)
                .port(8000)
                .behind(balancer())
                .deployment(Deployment::code_deploy(Shift::AllAtOnce))
                .build(stack.scope("Api"), &known(stack));
            stack.output("Revision", api.task_definition_arn());
        })
    };
    let (first, second) = (release(IMAGE), release("public.ecr.aws/acme/api:1.4.3"));
    says_nothing(&first);
    let changed = difference(&first, &second);
    let blocks: Vec<&str> = changed.lines().filter(|line| !line.starts_with(['-', '+'])).collect();
    assert_eq!(blocks, ["    ApiTaskDefinition:"], "{changed}");
    let template = text(&first);
    let family = "\n        Fn::Sub: \"${AWS::StackName}_Api\"\n";
    assert!(template.contains(&format!("TaskDefinition:{family}")), "{template}");
    assert!(template.contains(&format!("Family:{family}")), "{template}");
}

#[test]
fn each_task_has_a_family_that_stays() {
    let families = |image: &'static str| {
        let assembly = assemble("prod", |app| {
            let network = network(app);
            let stack = app.stack("service");
            let api = FargateService::new(image).build(stack.scope("Api"), &network);
            api.task("Migrate", ["./manage", "migrate"]);
            FargateService::new(image).build(app.stack("single"), &network);
            let deep = stack.scope("a".repeat(100)).scope("b".repeat(100));
            FargateService::new(image).build(deep, &network);
        });
        let template = text(&assembly);
        let families = template.split("Family:\n").skip(1).filter_map(|rest| rest.lines().next());
        families.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let first = families(IMAGE);
    assert_eq!(first, families("public.ecr.aws/acme/api:1.4.3"));
    for (index, family) in first.iter().enumerate() {
        assert!(!first[..index].contains(family), "{first:#?}");
        // The name of a stack has up to 128 characters.
        let rest = family.trim_start_matches("Fn::Sub: \"${AWS::StackName}").trim_end_matches('"');
        assert!(rest.len() <= 255 - 128, "{family}");
    }
    assert!(first.contains(&"Ref: AWS::StackName".to_owned()), "{first:#?}");
    assert!(first.contains(&"Fn::Sub: \"${AWS::StackName}_Api\"".to_owned()), "{first:#?}");
}

/// Of what leads to the tasks, nothing is replaced, and nobody is answered with 404 in between.
#[test]
fn what_leads_to_a_service_stays_when_it_changes() {
    let base = web("prod", |service, _| service);
    let port = difference(&base, &web("prod", |service, _| service.port(9000)));
    assert!(!port.contains("    ApiTargets:\n") && port.contains("ContainerPort: 9000"), "{port}");
    assert!(port.contains("FromPort: 9000") && !port.contains("HealthCheckPort"), "{port}");
    let shifting =
        [Deployment::blue_green(), Deployment::linear(20, minutes(3)), Deployment::canary(5, minutes(3))];
    for deployment in shifting {
        let changed = difference(&base, &web("prod", |service, _| service.deployment(deployment.clone())));
        assert!(!changed.contains("    ApiBalancerHttps:\n"), "{changed}");
        assert!(changed.contains("ApiRule:") && changed.contains("Priority: 50000"), "{changed}");
    }
}

#[test]
fn what_a_closed_network_does_not_lead_to_is_said_where_it_is_needed() {
    let line = line!();
    let repository = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7f3a";
    let program = |stack: Stack<'_>, network: &ThreeTierVpc<'_>| {
        let secret = Arn::<Secret>::existing(
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments-a1b2c3",
        );
        let api = FargateService::new(repository)
            .secret("TOKEN", SecretValue::of(secret))
            .secret("LICENCE", SecretValue::parameter("/shop/licence"))
            .exec()
            .sidecar(Sidecar::xray())
            .sidecar(Sidecar::open_telemetry().image(repository))
            .sidecar(Sidecar::new("proxy", "registry.shop.internal:5000/proxy:1.2"))
            .build(stack.scope("A"), network);
        api.task("Migrate", ["./manage", "migrate"]);
        api.set_secret("LATE", SecretValue::parameter("/shop/late"));
        FargateService::new("nginx:1.29.1").build(stack.scope("B"), network);
        fargate::FargateTask::new("public.ecr.aws/acme/import:2.0").build(stack.scope("C"), network);
    };
    type Network = for<'a> fn(&'a App) -> ThreeTierVpc<'a>;
    let networks: [(&str, Network); 4] = [
        ("isolated", |app| ThreeTierVpc::new(cidr!("10.0.0.0/16")).isolated().build(app.stack("network"))),
        ("without NAT, with one endpoint", |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).nat(Nat::None).without_s3_endpoint();
            network.endpoints([Endpoint::Other("ecr.api")]).build(app.stack("network"))
        }),
        ("existing", |app| known(app.stack("network"))),
        ("with a way out", network),
    ];
    let mut told = String::new();
    for (name, network) in networks {
        told.push_str(&format!("## {name}\n"));
        for (message, lines) in findings_in(network, program) {
            let lines: Vec<String> = lines.into_iter().map(|at| format!("{}", at - line)).collect();
            told.push_str(&format!("{} {message}\n", lines.join(",")));
        }
    }
    assert!(formwork::patterns::explain::page("FW3051").is_some());
    insta::assert_snapshot!("fargate_closed", told);
}

/// What is found in a program, as `code at line: message`, lines counted from the one that begins it.
fn findings(program: impl for<'a> Fn(Stack<'a>, &ThreeTierVpc<'a>)) -> Vec<(String, Vec<u32>)> {
    findings_in(network, program)
}

/// The same in another network.
fn findings_in(
    network: impl for<'a> Fn(&'a App) -> ThreeTierVpc<'a>,
    program: impl for<'a> Fn(Stack<'a>, &ThreeTierVpc<'a>),
) -> Vec<(String, Vec<u32>)> {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    let network = network(&app);
    program(app.stack("service"), &network);
    let findings = match app.synth(&Options::default()) {
        Ok(assembly) => assembly.findings().iter().cloned().collect::<Vec<_>>(),
        Err(findings) => findings.iter().cloned().collect(),
    };
    findings
        .iter()
        .map(|finding| {
            assert!(
                finding.spans.iter().all(|span| span.at.file.ends_with("patterns/fargate.rs")),
                "{finding:?}"
            );
            (
                format!("{} {}", finding.code, finding.message),
                finding.spans.iter().map(|span| span.at.line).collect(),
            )
        })
        .collect()
}

#[test]
fn what_cannot_be_is_said_where_it_was_said() {
    let line = line!();
    let said = findings(|stack, network| {
        FargateService::new(IMAGE).behind(balancer()).build(stack.scope("A"), network);
        FargateService::new("acme/api").build(stack.scope("B"), network);
        FargateService::new(IMAGE)
            .environment("STAGE", "blue")
            .environment("STAGE", "green")
            .environment("A=B", "green")
            .build(stack.scope("C"), network);
        let secret = stack.add("Token", Secret::builder().description("of the payment provider"));
        FargateService::new(IMAGE)
            .secret("A", SecretValue::from(secret).key(""))
            .secret("B", SecretValue::parameter("/b").key("b"))
            .build(stack.scope("D"), network);
        FargateService::new(IMAGE)
            .sidecar(Sidecar::xray())
            .sidecar(Sidecar::new("xray", IMAGE))
            .sidecar(Sidecar::new("app", IMAGE))
            .build(stack.scope("E"), network);
        FargateService::new(IMAGE).deployment(Deployment::blue_green()).build(stack.scope("F"), network);
        FargateService::new(IMAGE)
            .port(8000)
            .service_connect(ServiceConnect::server(names(stack), "prices"))
            .deployment(Deployment::code_deploy(Shift::AllAtOnce))
            .build(stack.scope("G"), network);
        FargateService::new(IMAGE)
            .port(8000)
            .behind(balancer())
            .deployment(Deployment::linear(2, minutes(3)))
            .build(stack.scope("H"), network);
        FargateService::new(IMAGE)
            .port(8000)
            .behind(balancer())
            .deployment(Deployment::canary(10, seconds(90)).bake(days(2)))
            .build(stack.scope("I"), network);
        FargateService::new(IMAGE)
            .deployment(Deployment::rolling().minimum_healthy(100).maximum(100))
            .build(stack.scope("J"), network);
        FargateService::new(IMAGE)
            .storage(gib(500))
            .temporary_files(gib(1))
            .stops_within(minutes(5))
            .limit(fargate::Limit::Nofile, 2048, 1024)
            .container_health_check(ContainerHealth::shell("true").every(seconds(1)).retries(20))
            .spot_ratio(0, 0)
            .build(stack.scope("L"), network);
        FargateService::new(IMAGE)
            .service_connect(ServiceConnect::server(
                Arn::<HttpNamespace>::existing(
                    "arn:aws:servicediscovery:eu-central-1:111122223333:namespace/ns-1",
                ),
                "prices",
            ))
            .build(stack.scope("K"), network);
        let worker = FargateService::new(IMAGE).build(stack.scope("M"), network);
        stack.output("Url", worker.url());
        FargateService::new(IMAGE)
            .count(1)
            .deployment(Deployment::rolling().minimum_healthy(50).maximum(150))
            .build(stack.scope("N"), network);
        FargateService::new(IMAGE)
            .scale(3..=10, [])
            .deployment(
                Deployment::rolling() //
                    .maximum(130),
            )
            .build(stack.scope("O"), network);
        FargateService::new(IMAGE)
            .port(8000)
            .behind(balancer())
            .service_connect(ServiceConnect::client(Arn::<HttpNamespace>::existing(
                "arn:aws:servicediscovery:eu-central-1:111122223333:namespace/ns-1",
            )))
            .deployment(Deployment::code_deploy(Shift::AllAtOnce))
            .build(stack.scope("P"), network);
    });
    for code in (3040..=3050).chain([3052]) {
        let code = format!("FW{code}");
        assert!(said.iter().any(|(message, _)| message.starts_with(&code)), "{code} is never found");
        assert!(formwork::patterns::explain::page(&code).is_some(), "{code} has no page");
    }
    let said: Vec<String> = said
        .into_iter()
        .map(|(message, lines)| {
            let lines: Vec<String> = lines.into_iter().map(|at| format!("{}", at - line)).collect();
            format!("{} {message}", lines.join(","))
        })
        .collect();
    insta::assert_snapshot!("fargate_bad_input", said.join("\n"));
}
