//! Everything that patterns make is within reach: each resource has an accessor, and customize takes what it gives.

use std::collections::BTreeSet;

use formwork::{
    aws::types::{cidr, days, gib, minutes},
    core::{App, Arn, AsHandle, Environment, Handle, Id, Options},
    patterns::{
        AclEntry, Alerts, Bucket, Budget, Cache, Certificate, Connect, Dashboard, Database, Endpoint,
        FargateService, FargateTask, Grantee, HostedZone, LoadBalancer, Nat, Repository, Role, Scaling,
        Schedule, ScheduledTask, SecurityGroup, StoredSecret, ThreeTierVpc, Tier, UserPool, UserPoolClient,
        database::{Aurora, Instance, Kind, ReaderTarget},
        fargate::{Change, Cluster, Deployment, Shift, Sidecar, Steps, Target},
        load_balancer::TargetGroup,
        user_pool::{Factor, ResourceServer},
    },
};

const CERTIFICATES: [&str; 2] = [
    "arn:aws:acm:eu-central-1:111122223333:certificate/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e",
    "arn:aws:acm:eu-central-1:111122223333:certificate/1f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e",
];
const IMAGE: &str = "public.ecr.aws/acme/api:1.4";
const ENDPOINTS: [Endpoint; 3] = [Endpoint::S3, Endpoint::DynamoDb, Endpoint::Logs];

/// What accessors gave.
#[derive(Default)]
struct Reached(Vec<Handle>);

impl Reached {
    fn all<H: AsHandle>(&mut self, handles: impl IntoIterator<Item = H>) {
        self.0.extend(handles.into_iter().map(|handle| handle.as_handle()));
    }

    fn group(&mut self, group: &SecurityGroup<'_>) {
        self.all(group.group());
        self.all(group.ingress_rules());
        self.all(group.egress_rules());
    }

    fn network(&mut self, it: &ThreeTierVpc<'_>) {
        self.all(it.vpc());
        self.all(it.internet_gateway());
        self.all(it.internet_gateway_attachment());
        self.all(it.egress_only_gateway());
        self.all(it.ipv6_block());
        self.all(it.nat_gateways().iter().copied());
        self.all(it.addresses().iter().copied());
        self.all(ENDPOINTS.into_iter().filter_map(|endpoint| it.endpoint(endpoint)));
        it.endpoint_group().into_iter().for_each(|group| self.group(group));
        self.all(it.flow_log());
        self.all(it.flow_log_group());
        self.all(it.flow_log_role());
        for tier in it.tiers() {
            self.all(it.made_subnets(tier).iter().copied());
            self.all(it.route_tables(tier).iter().copied());
            self.all(it.routes(tier).iter().copied());
            self.all(it.route_table_associations(tier).iter().copied());
            self.all(it.network_acl(tier));
            self.all(it.acl_entries(tier).iter().copied());
            self.all(it.acl_associations(tier).iter().copied());
        }
    }

    fn balancer(&mut self, it: &LoadBalancer<'_>, ports: &[u16]) {
        self.all([it.load_balancer()]);
        self.group(it.security_group());
        self.all([it.listener()]);
        self.all(ports.iter().filter_map(|port| it.listener_on(*port)));
        self.all(ports.iter().filter_map(|port| it.more_certificates_on(*port)));
        assert_eq!(it.more_certificates(), it.more_certificates_on(443));
        self.all(it.redirect());
        self.all(it.test_listener());
        self.all(it.log_bucket());
        self.all(it.log_bucket_policy());
        self.all(it.web_acl());
    }

    fn targets(&mut self, it: &TargetGroup<'_>) {
        self.all([it.target_group()]);
        self.all(it.alternate());
        self.all(it.rule());
        self.all(it.test_rule());
    }

    fn service(&mut self, it: &FargateService<'_>) {
        self.all([it.service()]);
        self.all(it.cluster().cluster());
        self.all([it.task_definition()]);
        self.all([it.execution_role().role(), it.role().role()]);
        self.all([it.log()]);
        self.group(it.security_group());
        it.balancer().into_iter().for_each(|balancer| self.balancer(balancer, &[443, 80, 9443]));
        self.all(it.target_group());
        self.all(it.alternate_target_group());
        self.all(it.rule());
        self.all(it.test_rule());
        self.all(it.deployment_role());
        self.all(it.deployment_group());
        self.all(it.code_deploy());
        self.all(it.code_deploy_role());
        self.all(it.scalable_target());
        self.all(it.scaling_policies());
        self.all(["CpuAbove", "CpuBelow"].into_iter().filter_map(|policy| it.scaling_alarm(policy)));
    }

    fn task(&mut self, it: &FargateTask<'_>) {
        self.all([it.task_definition()]);
        self.all(it.cluster().cluster());
        self.all([it.execution_role().role(), it.role().role()]);
        self.all([it.log()]);
        self.group(it.security_group());
    }

    fn scheduled(&mut self, it: &ScheduledTask<'_>) {
        self.task(it.task());
        self.all(it.schedule());
        self.all(it.schedule_role().map(|role| role.role()));
        self.all([it.schedule_group()]);
        self.all([it.dead_letters()]);
    }

    fn database<K: Kind>(&mut self, it: &Database<'_, K>) {
        self.group(it.group());
        self.group(it.security_group());
        self.all([it.subnet_group()]);
        self.all(it.monitoring_role());
        self.all(it.own_secret());
        self.all(it.secret_attachment());
        self.all(it.rotation());
        self.all(it.proxy());
        self.all(it.proxy_targets());
        self.all(it.proxy_role());
        self.all(it.proxy_reader());
    }

    fn instance(&mut self, it: &Database<'_, Instance>) {
        self.database(it);
        self.all([it.instance()]);
        self.all(it.parameter_group());
    }

    fn cluster(&mut self, it: &Database<'_, Aurora>) {
        self.database(it);
        self.all([it.cluster()]);
        self.all([it.writer()]);
        self.all(it.reader_instances().iter().copied());
        self.all(it.parameter_group());
        self.all(it.instance_parameter_group());
        self.all(it.global_cluster());
        self.all(it.reader_scaling());
        self.all(it.reader_scaling_policy());
    }

    fn bucket(&mut self, it: &Bucket<'_>) {
        self.all([it.bucket()]);
        self.all([it.policy()]);
    }

    fn cache(&mut self, it: &Cache<'_>) {
        self.group(it.security_group());
        self.all([it.replication_group()]);
        self.all([it.subnet_group()]);
        self.all(it.parameter_group());
        self.all(it.token());
        self.all([it.user(), it.nobody()].into_iter().flatten());
        self.all(it.user_group());
        self.all([it.slow_log(), it.engine_log()].into_iter().flatten());
    }
}

/// Networks with everything that there is to be said.
fn networks<'a>(app: &'a App, reached: &mut Reached) -> ThreeTierVpc<'a> {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"))
        .zones(2)
        .nat(Nat::PerZone)
        .dual_stack()
        .endpoints(ENDPOINTS)
        .tier("Batch", formwork::patterns::Routing::Outbound)
        .acl_entry(Tier::Public, AclEntry::deny_from(cidr!("198.51.100.0/24"), 443))
        .flow_logs(days(30))
        .build(app.stack("network"));
    let group = SecurityGroup::new(app.stack("network").scope("Office"), &network, "an office");
    group.allow_from_internet(443);
    group.allow_to_prefix_list("S3", Id::existing("pl-6ea54007"), 443);
    group.allow_to(&group, 7000);
    reached.network(&network);
    reached.group(&group);
    network
}

fn services<'a>(app: &'a App, network: &ThreeTierVpc<'a>, reached: &mut Reached) -> FargateService<'a> {
    let stack = app.stack("service");
    let front =
        || LoadBalancer::public().https(Arn::existing(CERTIFICATES[0])).https(Arn::existing(CERTIFICATES[1]));
    let web_acl =
        "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e";
    let domain = app.stack("domain");
    let zone = HostedZone::new("shop.example.com").build(domain.scope("Domain"));
    let certificate = Certificate::new("shop.example.com").validated_in(&zone);
    let certificate = certificate.build(domain.scope("Certificate"));
    let repository = Repository::new().build(domain.scope("Images"));
    reached.all(zone.hosted_zone());
    reached.all([certificate.certificate()]);
    reached.all([repository.repository()]);
    let shared = front()
        .https(&certificate)
        .listen_https(8443)
        .listen_http(8080)
        .test_listener(9443, cidr!("203.0.113.0/24"))
        .web_acl(Arn::existing(web_acl))
        .build(app.stack("edge").scope("Web"), network);
    let aliased = zone.alias("shop.example.com", &shared);
    reached.all([aliased.ipv4()]);
    reached.all(aliased.ipv6());
    let steps = Steps::cpu().above(80, Change::add(2)).below(20, Change::remove(1));
    let native = FargateService::new(IMAGE)
        .port(8000)
        .sidecar(Sidecar::xray())
        .deployment(Deployment::blue_green())
        .scaling(Scaling::between(1..=4).tracking([Target::memory(70)]).steps(steps))
        .behind(shared.paths(["/api/*"]))
        .build(stack.scope("Api"), network);
    let by_code_deploy = FargateService::new(IMAGE)
        .port(8000)
        .deployment(Deployment::code_deploy(Shift::AllAtOnce))
        .cluster(&Cluster::new().build(stack.scope("Shop")))
        .behind(front().everything())
        .build(stack.scope("Own"), network);
    let worker = FargateService::like(&native).command(["work"]).build(stack.scope("Worker"), network);
    let migrate = native.task("Migrate", ["migrate"]);
    let report = native.scheduled("Report", Schedule::daily_at(3, 0), ["report"]);
    let thin = ScheduledTask::new(IMAGE).on(Schedule::every(minutes(60))).build(stack.scope("Thin"), network);
    let import = FargateTask::new(IMAGE).build(stack.scope("Import"), network);
    let machines = SecurityGroup::new(stack.scope("Machines"), network, "machines");
    let targets = TargetGroup::addresses(8080, ["10.0.1.10"]).with_alternate().allowed_by(&machines).build(
        stack.scope("Reports"),
        network,
        shared.paths(["/reports/*"]),
    );
    reached.balancer(&shared, &[443, 80, 8443, 8080, 9443]);
    for service in [&native, &by_code_deploy, &worker] {
        reached.service(service);
    }
    reached.task(&migrate);
    reached.task(&import);
    reached.scheduled(&report);
    reached.scheduled(&thin);
    reached.group(&machines);
    reached.targets(&targets);
    native
}

/// A service with roles and a group of others.
fn brought<'a>(app: &'a App, network: &ThreeTierVpc<'a>, reached: &mut Reached) {
    let (stack, security) = (app.stack("service"), app.stack("security"));
    let program = Role::of_tasks(security.scope("Program"), "what the program may do").named("program");
    let starts = Role::of_tasks(security.scope("Starts"), "what starts the tasks").named("starts");
    let group = SecurityGroup::new(security.scope("Group"), network, "brought").named("brought");
    let service = FargateService::new(IMAGE)
        .task_role(&program)
        .execution_role(&starts)
        .security_group(&group)
        .exec()
        .build(stack.scope("Brought"), network);
    reached.service(&service);
    for role in [program, starts] {
        assert_eq!(role.apart().len(), 1);
        reached.all(role.apart());
    }
}

fn data<'a>(app: &'a App, network: &ThreeTierVpc<'a>, api: &FargateService<'a>, reached: &mut Reached) {
    let stack = app.stack("data");
    let rotates = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";
    let own = Database::postgres("17", "db.m8g.large")
        .storage(gib(50))
        .own_secret()
        .rotated_by(rotates)
        .proxy()
        .build(stack.scope("Own"), network);
    let copy = own.replica("db.m8g.large").build(stack.scope("Copy"), network);
    let managed =
        Database::mysql("8.4", "db.t4g.medium").rotate_every(days(14)).build(stack.scope("Managed"), network);
    let global = Database::aurora_postgres("17")
        .class("db.r8g.large")
        .readers(2)
        .instance_parameter("max_connections", "300")
        .scale_readers(2..=4, ReaderTarget::cpu(70))
        .global(["eu-west-1"])
        .proxy()
        .build(stack.scope("Global"), network);
    own.allow_from(api);
    managed.allow_from(api);
    global.reader().allow_from(api);
    for database in [&own, &copy, &managed] {
        reached.instance(database);
    }
    reached.cluster(&global);
    let logs = Bucket::for_logs().build(stack.scope("Logs"));
    let images = Bucket::new().access_logs_to(&logs).build(stack.scope("Images"));
    for bucket in [&logs, &images] {
        reached.bucket(bucket);
    }
    let plain = Cache::valkey("8.2", "cache.t4g.small").parameter("timeout", "300").engine_log();
    let roles = Cache::redis("7.1", "cache.t4g.small").iam_authentication();
    for (cache, name) in [(plain, "Plain"), (roles, "Roles")] {
        let cache = cache.build(stack.scope(name), network);
        cache.allow_from(api);
        reached.cache(&cache);
    }
}

fn users(app: &App, reached: &mut Reached) {
    let stack = app.stack("security");
    let users = UserPool::new()
        .factors([Factor::Application, Factor::Sms])
        .domain("acme-users")
        .group("editors")
        .resource_server(ResourceServer::new("orders"))
        .build(stack.scope("Users"));
    let web = users.client(stack.scope("Web"), UserPoolClient::new());
    let rotates = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";
    let session = StoredSecret::generated().rotated_by(rotates).build(stack.scope("Session"));
    let id = StoredSecret::holding(users.id()).build(stack.scope("Id"));
    reached.all([users.pool()]);
    reached.all(users.domain());
    reached.all(users.groups());
    assert_eq!(users.group("editors"), users.groups().first().copied());
    reached.all(users.resource_servers());
    assert_eq!(users.resource_server("orders"), users.resource_servers().first().copied());
    reached.all(users.sms_role().map(|role| role.role()));
    reached.all([web.client()]);
    reached.all([session.secret(), id.secret()]);
    reached.all(session.rotation());
}

fn monitoring(app: &App, api: &FargateService<'_>, reached: &mut Reached) {
    let stack = app.stack("monitoring");
    let alerts = Alerts::new().email("operations@example.com").https("https://example.com/alarms");
    let alerts = alerts.build(stack.scope("Alerts"));
    let busy = alerts.alarm("Busy", api.cpu_utilization().above(80));
    alerts.alarm_any("Any", [busy]);
    let dashboard = Dashboard::new("shop").alarms(&alerts).build(stack.scope("Dashboard"));
    let budget = Budget::monthly(150).notify(&alerts).build(stack.scope("Budget"));
    reached.all(alerts.topic());
    reached.all(alerts.topic_policy());
    reached.all(alerts.subscriptions().iter().copied());
    reached.all(alerts.alarms());
    reached.all(alerts.composites());
    reached.all([dashboard.dashboard()]);
    reached.all([budget.budget()]);
}

#[test]
fn whatever_is_made_has_an_accessor() {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    let mut reached = Reached::default();
    {
        let network = networks(&app, &mut reached);
        let api = services(&app, &network, &mut reached);
        brought(&app, &network, &mut reached);
        data(&app, &network, &api, &mut reached);
        users(&app, &mut reached);
        monitoring(&app, &api, &mut reached);
        // What connections made since.
        reached.group(api.security_group());
    }
    let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let name = |handle: Handle| {
        let (stack, id) = assembly.identify(handle).expect("of this program");
        format!("{stack}/{id}")
    };
    let reached: BTreeSet<String> = reached.0.into_iter().map(name).collect();
    let graph = assembly.graph();
    let all: BTreeSet<String> =
        graph.resources().iter().map(|it| format!("{}/{}", it.stack, it.logical_id)).collect();
    let kinds: BTreeSet<String> = graph.resources().into_iter().map(|it| it.kind).collect();
    let missing: Vec<&String> = all.difference(&reached).collect();
    assert!(missing.is_empty(), "without an accessor: {missing:#?}");
    assert_eq!(all, reached);
    assert!(kinds.len() >= 45, "everything is on: {kinds:?}");
}
