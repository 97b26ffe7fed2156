//! Roles, groups and names that are brought to services, tasks, clusters and load balancers.

use formwork::{
    aws::{
        certificatemanager::Certificate,
        dynamodb, ec2, ecr,
        iam::{self, ManagedPolicy, TrustPolicy},
        kms, logs,
        policy::{Document, Identity, Principal, Statement},
        s3, secretsmanager, sns, sqs, ssm,
        types::{cidr, days},
    },
    check::{Check, Exposure, Ports, Reachability},
    core::{
        App, Arn, Assembly, Builder as _, Environment, Finding, Format, Id, Lowering, Options, Scope,
        SourceLocation,
    },
    patterns::{
        BucketGrants as _, Cache, Connect, Database, FargateService, FargateTask, Grantee, KeyGrants as _,
        LoadBalancer, LogGroupGrants as _, ParameterGrants as _, QueueGrants as _, RepositoryGrants as _,
        Role, Schedule, ScheduledTask, SecretGrants as _, SecurityGroup, Sidecar, TableGrants as _,
        ThreeTierVpc, Tier, TopicGrants as _,
        fargate::{Cluster, Deployment, Shift},
        load_balancer,
    },
};
use proptest::prelude::*;

use super::{
    assemble, difference, findings, holds, party, ports_between, says_nothing, template, text, warnings,
};
use crate::support::{folder, lint, templates};

const IMAGE: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:7f3a";
const WIRES: [Lowering; 3] = [Lowering::Parameter, Lowering::Weak, Lowering::Strong];

fn balancer<'a>() -> load_balancer::Builder<'a> {
    LoadBalancer::public().https(Arn::<Certificate>::existing(
        "arn:aws:acm:eu-central-1:111122223333:certificate/1f2e3d4c-0000-4000-8000-000000000000",
    ))
}

/// The same program with wires of each kind.
fn with_all_wires(environment: &str, program: impl Fn(&App)) -> Vec<(Lowering, Assembly)> {
    let assembly = |lowering: Lowering| {
        let place = Environment::new(environment).account("111122223333").region("eu-central-1");
        let app = App::new("shop", place);
        program(&app);
        let options = Options { lowering: Some(lowering), ..Options::default() };
        app.synth(&options).unwrap_or_else(|findings| panic!("{lowering:?}: {findings}"))
    };
    WIRES.map(|lowering| (lowering, assembly(lowering))).into()
}

fn lints(name: &str, assembly: &Assembly) {
    let out = folder(name);
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new(), "{name}");
}

fn resources(assembly: &Assembly, stack: &str) -> serde_json::Map<String, serde_json::Value> {
    let stacks = assembly.stacks();
    let stack = stacks.iter().find(|it| it.id() == stack).expect("a stack of that name");
    stack.template().value()["Resources"].as_object().expect("resources").clone()
}

/// What a resource depends on explicitly.
fn depends_on(assembly: &Assembly, stack: &str, id: &str) -> Vec<String> {
    let resource = &resources(assembly, stack)[id];
    match &resource["DependsOn"] {
        serde_json::Value::String(name) => vec![name.clone()],
        list => list
            .as_array()
            .into_iter()
            .flatten()
            .map(|name| name.as_str().expect("text").to_owned())
            .collect(),
    }
}

/// The roles of a program, in a stack of their own.
fn roles(app: &App) -> [Role<'_>; 2] {
    let security = app.stack("security");
    let task = Role::of_tasks(security.scope("Task"), "what the program may do").named("shop-task");
    let execution = Role::of_tasks(security.scope("Execution"), "what starts the tasks")
        .named("shop-execution")
        .managed(ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy"));
    [task, execution]
}

fn network(app: &App) -> ThreeTierVpc<'_> {
    ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"))
}

/// Roles, groups and names are others' business: what is left here is the service.
fn whole(app: &App) {
    let network = network(app);
    let stack = app.stack("network");
    let group = |scope, what: &'static str, name: &'static str| {
        SecurityGroup::new(stack.scope(scope), &network, what).named(name)
    };
    let alb = group("Alb", "the load balancer", "shop-alb");
    let ecs = group("Ecs", "tasks", "shop-ecs");
    let search = group("Search", "what is searched", "shop-search");
    let [task, execution] = roles(app);
    let data = app.stack("data");
    let db = Database::mysql("8.0", "db.t4g.medium").build(data.scope("Db"), &network);
    let images = ecr::Repository::builder().keep_on_removal();
    let images = ["FW2051", "FW2052", "FW2053"]
        .into_iter()
        .fold(images, |images, code| images.accept(code, "it is not what is tested"));
    let images = data.add("Images", images);
    let uploads = s3::Bucket::builder().keep_on_removal().accept("FW2203", "it is not what is tested");
    let uploads = data.add("Uploads", uploads);
    let subnet = network.subnets(Tier::Data).first().expect("a subnet").clone();
    data.add("Index", ec2::NetworkInterface::builder().subnet_id(subnet).group_set([search.id()]));
    let compute = app.stack("compute");
    let cluster = Cluster::new().name("shop").without_spot().build(compute.scope("Cluster"));
    let api = FargateService::new(formwork::patterns::Image::of(images, "7f3a"))
        .name("shop-core")
        .family("shop-core-task")
        .cluster(&cluster)
        .port(8000)
        .platform_version("LATEST")
        .task_role(&task)
        .execution_role(&execution)
        .security_group(&ecs)
        .log_group("/ecs/shop-core-task")
        .behind(balancer().name("shop").security_group(&alb))
        .build(compute.scope("Core"), &network);
    db.allow_from(&api).env("DATABASE");
    uploads.grant_read_write(&task);
    api.allow_to(&search, 9200);
}

#[test]
fn roles_and_groups_that_are_brought_make_no_circle() {
    for (lowering, assembly) in with_all_wires("prod", whole) {
        assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new(), "{lowering:?}");
        lints(&format!("outside-{}", lowering.as_str()), &assembly);
        // Everything that has to be known of the roles' rights is known when the roles are made.
        let policies = |stack| {
            let all = resources(&assembly, stack);
            all.values().filter(|it| it["Type"] == "AWS::IAM::RolePolicy").count()
        };
        assert_eq!(["network", "security", "data", "compute"].map(policies), [0; 4]);
        assert!(resources(&assembly, "compute").values().all(|it| it["Type"] != "AWS::IAM::Role"));
        let reach = Reachability::of(&assembly);
        let api = party("compute", "CoreService");
        let balancer = party("compute", "CoreBalancerLoadBalancer");
        assert_eq!(ports_between(&reach, &balancer, &api), Ports::tcp(8000));
        assert_eq!(ports_between(&reach, &api, &party("data", "DbInstance")), Ports::tcp(3306));
        assert_eq!(ports_between(&reach, &api, &party("data", "Index")), Ports::tcp(9200));
        assert_eq!(ports_between(&reach, &party("data", "Index"), &api), Ports::none());
    }
    let assembly = assemble("prod", whole);
    insta::assert_snapshot!(
        "outside_whole",
        ["security", "compute"].map(|stack| format!("# {stack}\n{}", template(&assembly, stack))).join("\n")
    );
    let rules: Vec<String> = resources(&assembly, "network")
        .into_iter()
        .filter(|(_, it)| it["Type"].as_str().is_some_and(|kind| kind.starts_with("AWS::EC2::SecurityGroup")))
        .map(|(id, _)| id)
        .collect();
    insta::assert_snapshot!("outside_rules", rules.join("\n"));
}

/// A right on one thing of each kind, all made in a scope.
fn every_right<'a>(scope: Scope<'a>, to: &impl Grantee<'a>) {
    let generated = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
    let secret = secretsmanager::Secret::builder().generate_secret_string(generated);
    let limit =
        ssm::Parameter::builder().type_(ssm::parameter::Type::String).value("100").name("/shop/limit");
    let table = dynamodb::Table::builder()
        .key_schema([dynamodb::table::TableKeySchema::builder()
            .attribute_name("id")
            .key_type(dynamodb::table::KeyType::Hash)])
        .attribute_definitions([dynamodb::table::AttributeDefinition::builder()
            .attribute_name("id")
            .attribute_type(dynamodb::table::AttributeType::S)])
        .billing_mode(dynamodb::table::BillingMode::PayPerRequest);
    scope.add("Uploads", s3::Bucket::builder().keep_on_removal()).grant_read(to);
    scope.add("Jobs", sqs::Queue::builder()).grant_send(to);
    scope.add("Orders", sns::Topic::builder()).grant_publish(to);
    scope.add("Token", secret).grant_read(to);
    scope.add("Limit", limit).grant_read(to);
    scope.add("Carts", table.keep_on_removal()).grant_read_write(to);
    scope.add("Images", ecr::Repository::builder().keep_on_removal()).grant_pull(to);
    scope.add("Key", kms::Key::builder().description("own").enable_key_rotation(true)).grant_decrypt(to);
    let log = logs::LogGroup::builder().retention_in_days(days(30));
    scope.add("Audit", log).grant_write(to);
}

/// Where the things are, when the rights are given, and whether the data wait for the roles.
#[derive(Clone, Copy, Debug)]
struct Order {
    things: &'static str,
    before: bool,
    data_waits: bool,
}

fn in_order(app: &App, order: Order) {
    let network = network(app);
    let [task, execution] = roles(app);
    let things = app.stack(order.things).scope("Things");
    let waits = || {
        if order.data_waits {
            let arn = ssm::Parameter::builder().type_(ssm::parameter::Type::String).value(task.role().arn());
            app.stack("data").add("Program", arn.name("/shop/role"));
        }
    };
    if order.before {
        every_right(things, &task);
        waits();
    }
    let compute = app.stack("compute");
    let api = FargateService::new(IMAGE).task_role(&task).execution_role(&execution);
    let api = api.build(compute.scope("Api"), &network);
    if !order.before {
        waits();
        every_right(things, &api);
    }
}

#[test]
fn rights_stand_where_they_make_no_circle() {
    let flags = [false, true];
    for things in ["data", "compute"] {
        for (before, data_waits) in flags.into_iter().flat_map(|before| flags.map(|waits| (before, waits))) {
            let order = Order { things, before, data_waits };
            for (lowering, assembly) in with_all_wires("prod", |app| in_order(app, order)) {
                let said: Vec<String> = warnings(&Check::new().assembly(&assembly))
                    .into_iter()
                    .filter(|said| said.contains("Grants") || said.contains("Role") || said.contains("Api"))
                    .collect();
                assert_eq!(said, Vec::<String>::new(), "{order:?} {lowering:?}");
                let own = text_of_policies(&assembly, "security", "AWS::IAM::Role");
                let apart = text_of_policies(&assembly, things, "AWS::IAM::RolePolicy");
                let (right, id) = ("sqs:SendMessage", "SecurityTaskRoleGrants");
                assert_eq!(own.contains(right), things == "data" && !data_waits, "{order:?}: {own}");
                assert_eq!(apart.contains(right), things == "compute" || data_waits, "{order:?}: {apart}");
                // Its own log has no name, so that the role that starts the tasks cannot know of it.
                let mut waits = depends_on(&assembly, "compute", "ApiService");
                waits.retain(|it| it.contains("Grants"));
                let mut expected = vec!["SecurityExecutionRoleGrants".to_owned()];
                expected.extend((things == "compute").then(|| id.to_owned()));
                assert_eq!(waits, expected, "{order:?}");
            }
        }
    }
    let compute = Order { things: "compute", before: true, data_waits: false };
    let assembly = assemble("prod", |app| in_order(app, compute));
    lints("outside-apart", &assembly);
    let policies = |stack: &str| {
        let all = resources(&assembly, stack);
        let iam = |it: &serde_json::Value| it["Type"].as_str().is_some_and(|kind| kind.contains("IAM"));
        let all: serde_json::Map<_, _> = all.into_iter().filter(|(_, it)| iam(it)).collect();
        format!("# {stack}\n{}", serde_json::to_string_pretty(&all).expect("JSON"))
    };
    insta::assert_snapshot!("outside_apart", ["security", "compute"].map(policies).join("\n"));
}

/// The policies of resources of a type.
fn text_of_policies(assembly: &Assembly, stack: &str, kind: &str) -> String {
    let all = resources(assembly, stack);
    let policies = all.values().filter(|it| it["Type"] == kind);
    policies
        .map(|it| format!("{} {}\n", it["Properties"]["Policies"], it["Properties"]["PolicyDocument"]))
        .collect()
}

#[test]
fn rights_are_written_once_wherever_they_stand() {
    let assembly = |times: usize| {
        assemble("prod", |app| {
            let network = network(app);
            let [task, _] = roles(app);
            let compute = app.stack("compute");
            let queue = compute.add("Queue", sqs::Queue::builder());
            let topic = app.stack("data").add("Topic", sns::Topic::builder());
            for _ in 0..times {
                queue.grant_send(&task);
                topic.grant_publish(&task);
            }
            let api = FargateService::new(IMAGE).task_role(&task).build(compute.scope("Api"), &network);
            for _ in 0..times {
                queue.grant_send(&api);
                topic.grant_publish(&api);
            }
            assert_eq!(task.apart().len(), 1);
        })
    };
    assert_eq!(text(&assembly(1)), text(&assembly(3)));
    // The role kept what can stand there.
    let own = text_of_policies(&assembly(1), "security", "AWS::IAM::Role");
    assert!(own.contains("sns:Publish") && !own.contains("sqs:SendMessage"), "{own}");
}

/// What makes a stack wait after a right was given is not known to it; how to mend it is said.
#[test]
fn a_circle_that_rights_are_part_of_says_where_they_may_stand() {
    // The stack of the queue comes to wait for the service, whose role waits for the queue.
    fn with_the_role(app: &App, mended: bool) -> u32 {
        let network = network(app);
        let (data, security) = (app.stack("data"), app.stack("security"));
        let queue = data.add("Queue", sqs::Queue::builder());
        let role = Role::of_tasks(security.scope("Task"), "what the program may do");
        let place = if mended { role.rights_in(data) } else { role };
        place.grant(Statement::allow("sqs:SendMessage").on(queue.arn()));
        let line = line!() - 1;
        let shop =
            FargateService::new(IMAGE).task_role(&role).build(app.stack("svc").scope("Shop"), &network);
        data.output("Name", shop.service().name());
        line
    }
    // A right on two queues stands in the stack of one of them, and the other's comes to wait for that.
    fn apart(app: &App, mended: bool) -> u32 {
        let (a, c, security) = (app.stack("a"), app.stack("c"), app.stack("security"));
        let (qa, qc) = (a.add("Queue", sqs::Queue::builder()), c.add("Queue", sqs::Queue::builder()));
        let role = Role::of_tasks(security.scope("Task"), "what the program may do");
        a.output("Role", role.role().arn());
        let place = if mended { role.rights_in(c) } else { role };
        place.grant(Statement::allow("sqs:SendMessage").on([qa.arn(), qc.arn()]));
        let line = line!() - 1;
        c.output("Needs", qa.arn());
        line
    }
    let advice = || Options { stack_advice: formwork::STACK_ADVICE.to_vec(), ..Options::default() };
    let circle = |program: fn(&App, bool) -> u32| {
        let app = App::for_tests();
        let line = program(&app, false);
        let findings = app.synth(&advice()).expect_err("a circle");
        let told: Vec<Finding> = findings.iter().cloned().collect();
        let [finding] = told.as_slice() else { panic!("{findings}") };
        let said = |line: u32| {
            let here = |at: &SourceLocation| at.line == line && at.file.ends_with("patterns/outside.rs");
            finding.spans.iter().any(|span| here(&span.at))
        };
        assert!(said(line), "{line}: {finding:?}");
        format!("{} {}\n{}", finding.code, finding.message, finding.help.join("\n"))
    };
    let programs: [fn(&App, bool) -> u32; 2] = [with_the_role, apart];
    insta::assert_snapshot!("outside_circles", programs.map(circle).join("\n\n"));
    // And so it goes.
    for program in programs {
        for (_, assembly) in with_all_wires("prod", |app| {
            program(app, true);
        }) {
            assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new());
        }
    }
    // No right, no word of rights: whom a role trusts cannot stand elsewhere.
    let app = App::for_tests();
    let (one, two) = (app.stack("one"), app.stack("two"));
    let other = Role::of_tasks(two.scope("Task"), "another");
    let trust = TrustPolicy::principals(Principal::arn(other.role().arn()));
    one.add("Role", iam::Role::builder().assume_role_policy_document(trust));
    two.depends_on(one);
    let findings = app.synth(&advice()).expect_err("a circle");
    assert!(findings.iter().all(|it| it.help.iter().all(|help| !help.contains("rights_in"))), "{findings}");
}

#[test]
fn a_right_that_stands_somewhere_is_not_written_elsewhere() {
    let once = |program: fn(Scope<'_>, Role<'_>, Statement<Identity>)| {
        let assembly = assemble("prod", |app| {
            let [role, _] = roles(app);
            let (a, data) = (app.stack("a"), app.stack("data"));
            let queue = data.add("Queue", sqs::Queue::builder());
            a.add("Queue", sqs::Queue::builder());
            program(a.into(), role, Statement::allow("sqs:SendMessage").on(queue.arn()));
        });
        text(&assembly).matches("sqs:SendMessage").count()
    };
    let programs: [fn(Scope<'_>, Role<'_>, Statement<Identity>); 5] = [
        |a, role, right| {
            role.rights_in(a).grant(right.clone());
            role.rights_in(a.scope("Here")).grant(right);
        },
        |a, role, right| {
            role.rights_in(a.scope("Here")).grant(right.clone());
            role.rights_in(a).grant(right);
        },
        |a, role, right| {
            role.rights_in(a).grant(right.clone());
            role.grant(right);
        },
        |a, role, right| {
            role.grant(right.clone());
            role.rights_in(a).grant(right);
        },
        // The role's stack has begun to be waited for: what was with the role moves.
        |a, role, right| {
            role.grant(right.clone());
            a.app().stack("data").output("Role", role.role().arn());
            role.rights_in(a).grant(right);
            assert_eq!(role.apart().len(), 1);
        },
    ];
    assert_eq!(programs.map(once), [1; 5]);
}

#[test]
fn what_a_program_attaches_by_itself_is_its_own() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let [role, execution] = roles(app);
        let compute = app.stack("compute");
        let own = |id: &'static str, name: &'static str| {
            let right = Document::new().statement(Statement::allow("s3:ListAllMyBuckets").on_all_resources());
            let policy = iam::RolePolicy::builder()
                .policy_name(name)
                .role_name(role.role().role_name())
                .policy_document(right);
            compute.add(id, policy)
        };
        own("Team", "GrantsOfTheTeam");
        own("SecurityTaskRoleGrantsOfTheTeam", "Grants-of-the-team");
        assert_eq!(role.apart(), []);
        FargateService::new(IMAGE)
            .task_role(&role)
            .execution_role(&execution)
            .build(compute.scope("Api"), &network);
        compute.add("Queue", sqs::Queue::builder()).grant_send(&role);
        assert_eq!(role.apart().len(), 1);
    });
    let mut waits = depends_on(&assembly, "compute", "ApiService");
    waits.retain(|it| it.contains("Grants") || it.contains("Team"));
    assert_eq!(waits, ["SecurityExecutionRoleGrants", "SecurityTaskRoleGrants"]);
}

#[test]
fn no_policy_overwrites_another() {
    let long = "Long".repeat(30);
    let assembly = assemble("prod", |app| {
        let [role, _] = roles(app);
        let jobs = app.stack("jobs");
        for (scope, action) in [("One", "sqs:SendMessage"), ("Two", "sqs:ReceiveMessage")] {
            let scope = jobs.scope(format!("{long}{scope}"));
            let queue = scope.add("Queue", sqs::Queue::builder());
            role.rights_in(scope).grant(Statement::allow(action).on(queue.arn()));
        }
        assert_eq!(role.apart().len(), 2);
    });
    let all = resources(&assembly, "jobs");
    let names: Vec<&str> = all
        .values()
        .filter(|it| it["Type"] == "AWS::IAM::RolePolicy")
        .map(|it| it["Properties"]["PolicyName"].as_str().expect("text"))
        .collect();
    let [one, two] = names.as_slice() else { panic!("{names:?}") };
    assert_ne!(one, two);
    for name in names {
        let (kept, digest) = name.rsplit_once('-').expect("a digest");
        assert_eq!((kept.len(), digest.len()), (119, 8), "{name}");
        assert!(kept.starts_with("Grants-jobs.Long"), "{name}");
    }
    lints("outside-long", &assembly);
}

/// A group of another network, for databases, their proxies and caches.
#[test]
fn a_group_of_another_network_is_told_wherever_it_is_brought() {
    type Mistake = for<'a> fn(Scope<'a>, &ThreeTierVpc<'a>, &SecurityGroup<'a>) -> u32;
    let mistakes: [Mistake; 4] = [
        |scope, network, group| {
            let it = Database::postgres("17", "db.t4g.medium").security_group(group);
            it.build(scope, network);
            line!() - 2
        },
        |scope, network, group| {
            let it = Database::aurora_postgres("17").security_group(group);
            it.build(scope, network);
            line!() - 2
        },
        |scope, network, group| {
            let it = Database::mysql("8.4", "db.t4g.medium").proxy().proxy_security_group(group);
            it.build(scope, network);
            line!() - 2
        },
        |scope, network, group| {
            let it = Cache::valkey("8.2", "cache.t4g.small").security_group(group);
            it.build(scope, network);
            line!() - 2
        },
    ];
    for mistake in mistakes {
        let line = std::cell::Cell::new(0);
        let (said, at) = one(|app| {
            let office = app.stack("office");
            let other = ThreeTierVpc::new(cidr!("10.1.0.0/16")).zones(2).build(office);
            let group = SecurityGroup::new(office.scope("Brought"), &other, "of another network");
            line.set(mistake(app.stack("data").scope("It"), &network(app), &group));
        });
        assert!(said.starts_with("FW3222"), "{said}");
        assert_eq!(at, line.get(), "{said}");
    }
}

/// Whoever uses a role without a pattern says by hand where rights stand that are given before.
#[test]
fn rights_stand_where_somebody_says() {
    let assembly = assemble("prod", |app| {
        let (security, jobs) = (app.stack("security"), app.stack("jobs"));
        let worker = Role::of_service(security.scope("Worker"), "events.amazonaws.com", "starts the jobs");
        let queue = jobs.add("Queue", sqs::Queue::builder());
        queue.grant_consume(&worker.rights_in(jobs));
        queue.grant_send(&worker.rights_in(jobs.scope("Late")));
        worker.grant(Statement::allow("s3:ListAllMyBuckets").on_all_resources());
        jobs.output("Worker", worker.role().arn());
    });
    insta::assert_snapshot!("outside_by_hand", text(&assembly));
    lints("outside-by-hand", &assembly);
}

/// Things of a service, a scheduled task and a task on demand with what they were brought.
#[test]
fn tasks_take_what_is_brought() {
    let program = |app: &App| {
        let network = network(app);
        let [task, execution] = roles(app);
        let group =
            SecurityGroup::new(app.stack("network").scope("Tasks"), &network, "tasks").named("shop-tasks");
        let compute = app.stack("compute");
        let token = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
        let token = secretsmanager::Secret::builder().generate_secret_string(token);
        let token = compute.add("Token", token);
        let api = FargateService::new(IMAGE)
            .task_role(&task)
            .execution_role(&execution)
            .security_group(&group)
            .family("shop-api")
            .log_group("/ecs/shop-api")
            .secret("TOKEN", token)
            .sidecar(Sidecar::xray())
            .exec()
            .build(compute.scope("Api"), &network);
        FargateService::like(&api).command(["work"]).build(compute.scope("Worker"), &network);
        FargateService::like(&api).command(["mail"]).build(app.stack("mail").scope("Mails"), &network);
        api.task("Migrate", ["migrate"]).outputs();
        api.scheduled("Report", Schedule::daily_at(3, 0), ["report"]);
        let tidy = ScheduledTask::new(IMAGE)
            .task_role(&task)
            .execution_role(&execution)
            .security_group(&group)
            .family("shop-tidy")
            .cluster(api.cluster())
            .on(Schedule::daily_at(4, 0))
            .platform_version("1.4.0")
            .build(compute.scope("Tidy"), &network);
        let import = FargateTask::new(IMAGE)
            .task_role(&task)
            .execution_role(&execution)
            .security_group(&group)
            .family("shop-import")
            .cluster(api.cluster())
            .build(compute.scope("Import"), &network);
        compute.add("Jobs", sqs::Queue::builder()).grant_send(&tidy);
        import.grant_run(&tidy);
    };
    for (_, assembly) in with_all_wires("prod", program) {
        says_nothing(&assembly);
        for (stack, id) in [("compute", "ApiService"), ("compute", "TidySchedule"), ("mail", "MailsService")]
        {
            let waits = depends_on(&assembly, stack, id);
            assert!(waits.iter().any(|it| it == "SecurityExecutionRoleGrants"), "{id}: {waits:?}");
        }
    }
    let assembly = assemble("prod", program);
    lints("outside-tasks", &assembly);
    for stack in ["compute", "mail"] {
        let all = resources(&assembly, stack);
        let of = |kind: &str| all.values().filter(|it| it["Type"] == kind).count();
        // The schedules have roles of their own.
        let schedules = of("AWS::Scheduler::Schedule");
        assert_eq!((of("AWS::IAM::Role"), of("AWS::EC2::SecurityGroup")), (schedules, 0), "{stack}");
    }
    insta::assert_snapshot!(
        "outside_tasks",
        ["security", "compute", "mail"]
            .map(|stack| format!("# {stack}\n{}", template(&assembly, stack)))
            .join("\n")
    );
}

#[test]
fn what_is_like_another_may_have_its_own() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let [task, execution] = roles(app);
        let compute = app.stack("compute");
        let api = FargateService::new(IMAGE).build(compute.scope("Api"), &network);
        FargateService::like(&api)
            .task_role(&task)
            .execution_role(&execution)
            .build(compute.scope("Worker"), &network);
    });
    let all = resources(&assembly, "compute");
    assert!(all.contains_key("ApiTaskRole") && !all.contains_key("WorkerTaskRole"));
    let worker = all["WorkerTaskDefinition"]["Properties"].to_string();
    assert!(!worker.contains("ApiTaskRole") && !worker.contains("ApiExecutionRole"), "{worker}");
    says_nothing(&assembly);
}

/// What each option changes, in a program with all that is brought at hand.
#[test]
fn what_each_option_changes() {
    type Change = for<'a> fn(&'a App, load_balancer::Builder<'a>, &ThreeTierVpc<'a>, bool);
    let base = |environment: &'static str, option: Change, on: bool| {
        assemble(environment, move |app| {
            let network = network(app);
            let [task, execution] = roles(app);
            task.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-images/*"));
            execution.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-settings/*"));
            option(app, balancer(), &network, on);
        })
    };
    fn api<'a>(front: load_balancer::Builder<'a>) -> formwork::patterns::fargate::Builder<'a> {
        FargateService::new(IMAGE).port(8000).behind(front)
    }
    fn built<'a>(app: &'a App, api: formwork::patterns::fargate::Builder<'a>, network: &ThreeTierVpc<'a>) {
        api.build(app.stack("compute").scope("Api"), network);
    }
    fn group<'a>(app: &'a App, network: &ThreeTierVpc<'a>) -> SecurityGroup<'a> {
        SecurityGroup::new(app.stack("network").scope("Brought"), network, "brought")
    }
    fn role(app: &App) -> Role<'_> {
        Role::of_tasks(app.stack("security").scope("Brought"), "brought")
    }
    let options: [(&str, Change); 14] = [
        ("name of the service", |app, front, network, on| {
            built(app, if on { api(front).name("shop") } else { api(front) }, network)
        }),
        ("family", |app, front, network, on| {
            built(app, if on { api(front).family("shop") } else { api(front) }, network)
        }),
        ("family, where CodeDeploy deploys", |app, front, network, on| {
            let api = api(front).deployment(Deployment::code_deploy(Shift::AllAtOnce));
            built(app, if on { api.family("shop") } else { api }, network)
        }),
        ("name of the log group", |app, front, network, on| {
            built(app, if on { api(front).log_group("/ecs/shop") } else { api(front) }, network)
        }),
        ("version of Fargate", |app, front, network, on| {
            built(app, if on { api(front).platform_version("LATEST") } else { api(front) }, network)
        }),
        ("role of the task", |app, front, network, on| {
            let role = role(app);
            built(app, if on { api(front).task_role(&role) } else { api(front) }, network)
        }),
        ("role that starts the task", |app, front, network, on| {
            let role = role(app);
            built(app, if on { api(front).execution_role(&role) } else { api(front) }, network)
        }),
        ("role that starts the task, with the name of the log group", |app, front, network, on| {
            let (role, api) = (role(app), api(front).log_group("/ecs/shop"));
            built(app, if on { api.execution_role(&role) } else { api }, network)
        }),
        ("group of the service", |app, front, network, on| {
            let group = group(app, network);
            built(app, if on { api(front).security_group(&group) } else { api(front) }, network)
        }),
        ("group of the load balancer", |app, front, network, on| {
            let group = group(app, network);
            built(app, api(if on { front.security_group(&group) } else { front }), network)
        }),
        ("name of the load balancer", |app, front, network, on| {
            built(app, api(if on { front.name("shop") } else { front }), network)
        }),
        ("name of the cluster", |app, _, _, on| {
            let cluster = Cluster::new();
            let cluster = if on { cluster.name("shop") } else { cluster };
            cluster.build(app.stack("compute").scope("Cluster"));
        }),
        ("cluster without Spot", |app, _, _, on| {
            let cluster = Cluster::new();
            let cluster = if on { cluster.without_spot() } else { cluster };
            cluster.build(app.stack("compute").scope("Cluster"));
        }),
        ("name of a group, name and policy of a role", |app, _, network, on| {
            let (group, role) = (group(app, network), role(app));
            if on {
                let reads = ManagedPolicy::aws("AmazonEC2ReadOnlyAccess");
                let _ = (group.named("shop"), role.named("shop").managed(reads.clone()).managed(reads));
            }
        }),
    ];
    let mut told = String::new();
    for (name, option) in options {
        let (without, with) = (base("prod", option, false), base("prod", option, true));
        says_nothing(&base("dev", option, true));
        says_nothing(&with);
        told.push_str(&format!("## {name}\n{}\n", difference(&without, &with)));
    }
    insta::assert_snapshot!("outside_options", told);
}

/// One finding, at the line of this file that says it.
fn one(program: impl Fn(&App)) -> (String, u32) {
    let told = findings(program);
    let told: Vec<_> = told.iter().filter(|it| it.severity >= formwork::core::Severity::Warning).collect();
    let [finding] = told.as_slice() else { panic!("{told:#?}") };
    let at = &finding.spans[0].at;
    assert!(at.file.ends_with("patterns/outside.rs"), "{finding}");
    (format!("{} {}", finding.code, finding.message), at.line)
}

#[test]
fn what_cannot_be_is_told_of_the_line_that_says_it() {
    type Mistake = fn(&App) -> u32;
    let mistakes: [Mistake; 11] = [
        |app| {
            let _ = network(app);
            let group = SecurityGroup::existing(app.stack("network"), Id::existing("sg-0a1b2c3d4e5f60718"));
            let _ = group.named("shop-tasks");
            line!() - 1
        },
        |app| {
            let elsewhere = app.stack("security").account("444455556666");
            let role = Role::of_tasks(elsewhere.scope("Task"), "of another account");
            let api = FargateService::new(IMAGE).task_role(&role);
            api.build(app.stack("compute").scope("Api"), &network(app));
            line!() - 2
        },
        |app| {
            let elsewhere = app.stack("security").region("us-east-1");
            let role = Role::of_tasks(elsewhere.scope("Task"), "of another Region");
            let api = FargateTask::new(IMAGE).execution_role(&role);
            api.build(app.stack("compute").scope("Api"), &network(app));
            line!() - 2
        },
        |app| {
            let other = ThreeTierVpc::new(cidr!("10.1.0.0/16")).zones(2).build(app.stack("office"));
            let group = SecurityGroup::new(app.stack("office").scope("Tasks"), &other, "of another network");
            let api = FargateService::new(IMAGE).security_group(&group);
            api.build(app.stack("compute").scope("Api"), &network(app));
            line!() - 2
        },
        |app| {
            let other = ThreeTierVpc::new(cidr!("10.1.0.0/16")).zones(2).build(app.stack("office"));
            let group = SecurityGroup::new(app.stack("office").scope("Edge"), &other, "of another network");
            let front = balancer().security_group(&group);
            front.build(app.stack("compute").scope("Front"), &network(app));
            line!() - 2
        },
        |app| {
            let cluster = Cluster::new().without_spot().build(app.stack("compute").scope("Cluster"));
            let api = FargateService::new(IMAGE).cluster(&cluster).spot();
            api.build(app.stack("compute").scope("Api"), &network(app));
            line!() - 2
        },
        // What `check` says of the result.
        |app| {
            let network = network(app);
            let group = SecurityGroup::new(app.stack("network").scope("Tasks"), &network, "tasks");
            let _ = group.named("sg-tasks");
            line!() - 1
        },
        |app| {
            let role = Role::of_tasks(app.stack("security").scope("Task"), "with a space");
            let _ = role.named("shop task");
            line!() - 1
        },
        |app| {
            balancer().name("internal-shop").build(app.stack("compute").scope("Front"), &network(app));
            line!() - 1
        },
        |app| {
            balancer().name("a".repeat(33)).build(app.stack("compute").scope("Front"), &network(app));
            line!() - 1
        },
        |app| {
            let role = Role::of_service(
                app.stack("security").scope("Task"),
                "events.amazonaws.com",
                "not for tasks",
            );
            let api = FargateService::new(IMAGE).task_role(&role);
            api.build(app.stack("compute").scope("Api"), &network(app));
            line!() - 1
        },
    ];
    let mut told = Vec::new();
    for mistake in mistakes {
        let line = std::cell::Cell::new(0);
        let (said, at) = one(|app| line.set(mistake(app)));
        assert_eq!(at, line.get(), "{said}");
        told.push(said);
    }
    insta::assert_snapshot!("outside_refused", told.join("\n"));
}

/// What is brought, in each combination.
#[derive(Clone, Debug)]
struct Brought {
    role: bool,
    execution: bool,
    group: bool,
    edge: bool,
    log: bool,
    names: bool,
    exec: bool,
    like: bool,
    scheduled: bool,
    deploy: u8,
    secret: u8,
    right: u8,
    early: bool,
}

fn brought(app: &App, it: &Brought) {
    let network = network(app);
    let stack = app.stack("network");
    let ecs = SecurityGroup::new(stack.scope("Ecs"), &network, "tasks");
    let alb = SecurityGroup::new(stack.scope("Alb"), &network, "the load balancer");
    let [task, execution] = roles(app);
    let (data, compute) = (app.stack("data"), app.stack("compute"));
    let at = if it.right == 0 { data } else { compute };
    let queue = (it.right < 2).then(|| at.add("Jobs", sqs::Queue::builder()));
    if let Some(queue) = queue.filter(|_| it.early) {
        queue.grant_send(&task);
    }
    let mut front = balancer();
    if it.edge {
        front = front.security_group(&alb);
    }
    if it.names {
        front = front.name("shop");
    }
    let mut api = FargateService::new(IMAGE).port(8000).behind(front);
    if it.role {
        api = api.task_role(&task);
    }
    if it.execution {
        api = api.execution_role(&execution);
    }
    if it.group {
        api = api.security_group(&ecs);
    }
    if it.log {
        api = api.log_group("/ecs/shop");
    }
    if it.names {
        api = api.name("shop").family("shop");
    }
    if it.exec {
        api = api.exec();
    }
    if it.secret < 2 {
        let token = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
        let token = secretsmanager::Secret::builder().generate_secret_string(token);
        api = api.secret("TOKEN", if it.secret == 0 { data } else { compute }.add("Token", token));
    }
    api = match it.deploy {
        0 => api,
        1 => api.deployment(Deployment::blue_green()),
        _ => api.deployment(Deployment::code_deploy(Shift::AllAtOnce)),
    };
    let api = api.build(compute.scope("Api"), &network);
    if it.like {
        FargateService::like(&api).command(["work"]).build(app.stack("work").scope("Worker"), &network);
    }
    if it.scheduled {
        api.scheduled("Report", Schedule::daily_at(3, 0), ["report"]);
    }
    if let Some(queue) = queue {
        queue.grant_send(&api);
    }
    let db = Database::postgres("17", "db.t4g.medium").build(data.scope("Db"), &network);
    db.allow_from(&api).env("DATABASE");
}

#[test]
fn whatever_is_brought_is_sound() {
    let options = (any::<bool>(), any::<[bool; 10]>(), (0u8..3, 0u8..3, 0u8..3)).prop_map(
        |(
            production,
            [role, execution, group, edge, log, names, exec, like, scheduled, early],
            (deploy, secret, right),
        )| {
            let it = Brought {
                role,
                execution,
                group,
                edge,
                log,
                names,
                exec,
                like,
                scheduled,
                deploy,
                secret,
                right,
                early,
            };
            (production, it)
        },
    );
    let exposed = |it: &Exposure| match it.kind.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            Ports::tcp(443).union(&Ports::tcp(80)).contains(&it.ports)
        }
        "AWS::ECS::Service" => it.ports == Ports::tcp(8000),
        _ => false,
    };
    holds("outside", 60, options, brought, exposed, |assembly, it| {
        assert_eq!(warnings(&Check::new().assembly(assembly)), Vec::<String>::new(), "{it:#?}");
        let reach = Reachability::of(assembly);
        let api = party("compute", "ApiService");
        assert_eq!(ports_between(&reach, &api, &party("data", "DbInstance")), Ports::tcp(5432), "{it:#?}");
        let balancer = party("compute", "ApiBalancerLoadBalancer");
        assert_eq!(ports_between(&reach, &balancer, &api), Ports::tcp(8000), "{it:#?}");
    });
}
