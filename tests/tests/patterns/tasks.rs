//! Tasks that run to their end: when they are told to, and by the clock.

use formwork::{
    aws::{
        ecs::Fargate,
        iam::{self, TrustPolicy},
        secretsmanager,
        types::{cidr, days, hours, minutes, seconds},
    },
    check::{Exposure, Ports, Reachability},
    core::{App, Assembly, pseudo},
    patterns::{
        Configure, Connect, FargateService, Grantee, Role, Schedule, ThreeTierVpc,
        fargate::{Cluster, FargateTask, ScheduledTask, Sidecar, Timing},
    },
};
use proptest::{option, prelude::*};

use super::{assemble, database::Client, difference, holds, party, ports_between, says_nothing, text};

const IMAGE: &str = "public.ecr.aws/acme/api:1.4";

fn network(app: &App) -> ThreeTierVpc<'_> {
    ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"))
}

fn api<'a>(app: &'a App, network: &ThreeTierVpc<'a>) -> FargateService<'a> {
    FargateService::new(IMAGE)
        .port(8000)
        .environment("LEVEL", "info")
        .build(app.stack("service").scope("Api"), network)
}

/// Only what stands in the stack of tasks.
fn service_stack(text: &str) -> &str {
    text.find("# service\n").map_or(text, |at| &text[at..])
}

#[test]
fn a_scheduled_task_of_its_own() {
    let program = |app: &App| {
        ScheduledTask::new(IMAGE)
            .command(["./thin-out"])
            .on(Schedule::every(minutes(60)))
            .build(app.stack("service").scope("ThinOut"), &network(app));
    };
    for environment in ["dev", "prod"] {
        says_nothing(&assemble(environment, program));
    }
    insta::assert_snapshot!("scheduled_task", service_stack(&text(&assemble("prod", program))));
}

type Tasked = fn(&FargateService<'_>);

#[test]
fn tasks_that_are_like_a_service() {
    let program = |tasks: fn(&FargateService<'_>)| move |app: &App| tasks(&api(app, &network(app)));
    let without = assemble("prod", program(|_| {}));
    let options: [(&str, Tasked); 3] = [
        ("api.task(\"Migrate\", [\"./manage\", \"migrate\"]).outputs()", |api| {
            api.task("Migrate", ["./manage", "migrate"]).outputs();
        }),
        ("api.scheduled(\"Report\", Schedule::daily_at(3, 0), [\"./manage\", \"report\"])", |api| {
            api.scheduled("Report", Schedule::daily_at(3, 0), ["./manage", "report"]);
        }),
        ("api.scheduled(\"Report\", Timing::on(cron).within(..).retries(..).paused(), ..)", |api| {
            let schedule = Schedule::cron("0 4 ? * SUN *")
                .in_zone("Europe/Berlin")
                .starting("2027-01-01T00:00:00")
                .ending("2028-01-01T00:00:00");
            let timing = Timing::on(schedule).within(minutes(30)).retries(5, hours(6)).paused();
            api.scheduled("Report", timing, ["./manage", "report"]);
        }),
    ];
    let mut told = String::new();
    for (name, tasks) in options {
        let with = assemble("prod", program(tasks));
        says_nothing(&with);
        told.push_str(&format!("## {name}\n{}\n", difference(&without, &with)));
    }
    insta::assert_snapshot!("tasks_like_a_service", told);
}

#[test]
fn a_task_is_given_what_the_service_is_given_before_and_after() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let api = api(app, &network);
        api.set_variable("BEFORE", pseudo::region());
        let migrate = api.task("Migrate", ["./manage", "migrate"]);
        let report = api.scheduled("Report", Schedule::daily_at(3, 0), ["./manage", "report"]);
        let secret = app.stack("service").add("Secret", secretsmanager::Secret::builder());
        api.set_secret("AFTER", secret.into());
        migrate.set_variable("OWN", pseudo::region());
        let stack = app.stack("service");
        let names = |definition, list: &str| -> Vec<String> {
            let list = stack.edit(definition).get(&format!("ContainerDefinitions.0.{list}"));
            let list = list.and_then(|list| list.as_list().map(<[_]>::to_vec)).unwrap_or_default();
            list.iter().filter_map(|entry| Some(entry.get("Name")?.as_str()?.to_owned())).collect()
        };
        assert_eq!(names(api.task_definition(), "Environment"), ["LEVEL", "BEFORE"]);
        assert_eq!(names(migrate.task_definition(), "Environment"), ["LEVEL", "BEFORE", "OWN"]);
        assert_eq!(names(report.task().task_definition(), "Environment"), ["LEVEL", "BEFORE"]);
        for definition in [api.task_definition(), migrate.task_definition(), report.task().task_definition()]
        {
            assert_eq!(names(definition, "Secrets"), ["AFTER"]);
        }
        assert_eq!(migrate.role().role(), api.role().role());
    });
    says_nothing(&assembly);
}

#[test]
fn a_pipeline_may_run_one_task_and_watch_it() {
    let program = |grant: bool| {
        move |app: &App| {
            let network = network(app);
            let stack = app.stack("service");
            let cluster = Cluster::new().build(stack.scope("Shop"));
            let import = FargateTask::new(IMAGE)
                .cluster(&cluster)
                .size(Fargate::Cpu1024.memory_gib::<2>())
                .build(stack.scope("Import"), &network);
            let trust = TrustPolicy::service("codebuild.amazonaws.com")
                .when(iam::Condition::string_equals("aws:SourceAccount", pseudo::account_id()));
            let role = iam::Role::builder().assume_role_policy_document(trust);
            let pipeline = Role::of(stack, stack.add("Pipeline", role));
            if grant {
                import.grant_run(&pipeline);
                stack.add("Hungry", import.memory_utilized().above(900).evaluation_periods(3));
            }
        }
    };
    let with = assemble("prod", program(true));
    says_nothing(&with);
    insta::assert_snapshot!("task_granted", difference(&assemble("prod", program(false)), &with));
}

#[test]
fn every_part_is_at_hand() {
    let assembly = assemble("prod", |app| {
        let network = network(app);
        let stack = app.stack("service");
        let task =
            ScheduledTask::new(IMAGE).on(Schedule::hourly_at(5)).build(stack.scope("ThinOut"), &network);
        stack.customize(task.schedule().expect("a schedule"), |it| it.description("thins out"));
        stack.customize(task.schedule_group(), |it| it.name("thin-out"));
        stack.customize(task.dead_letters(), |it| it.message_retention_period(days(7)));
        stack.customize(task.schedule_role().expect("a role").role(), |it| it.max_session_duration(3600));
        stack.customize(task.task().task_definition(), |it| it.family("thin-out"));
        stack.customize(task.task().log(), |it| it.retention_in_days(days(7)));
        let metrics = [task.attempts(), task.failures(), task.dropped(), task.dead_lettered()];
        for (name, metric) in ["Never", "Refused", "Lost", "Kept"].into_iter().zip(&metrics) {
            let alarm = if name == "Never" { metric.below(1) } else { metric.above(0) };
            stack.add(name, alarm.period(hours(1)));
        }
        stack.add("Busy", task.task().cpu_utilized().above(200));
        task.allow_to_internet(5432);
    });
    says_nothing(&assembly);
    let text = text(&assembly);
    for changed in ["Description: thins out", "Family: thin-out", "MaxSessionDuration: 3600"] {
        assert!(text.contains(changed), "{changed}: {text}");
    }
    // The rule was added to what the schedule waits for.
    assert!(text.contains("- ThinOutToInternet5432\n"), "{text}");
}

/// What is said of a program that is wrong, with the line of this file that it is said of.
fn wrong(program: impl Fn(&App)) -> Vec<(String, u32)> {
    super::wrong("tasks.rs", program)
}

#[test]
fn bad_input_is_said_of_the_line_that_says_it() {
    let on = |timing: Timing| {
        move |app: &App| {
            let network = network(app);
            ScheduledTask::new(IMAGE).on(timing.clone()).build(app.stack("service").scope("Thin"), &network);
        }
    };
    macro_rules! wrong {
        ($timing:expr, $($told:literal),+ $(,)?) => {{
            let (line, timing) = (line!(), Timing::from($timing));
            let (told, lines): (Vec<String>, Vec<u32>) = wrong(on(timing)).into_iter().unzip();
            assert_eq!(told, [$($told),+]);
            assert!(lines.iter().all(|at| (line..line + 3).contains(at)), "{told:?}: {line}, {lines:?}");
        }};
    }
    let daily = || Schedule::daily_at(3, 0);
    wrong!(
        Schedule::cron("0 3 * * *"),
        "error[FW3064]: `0 3 * * *` is no schedule: it has 5 fields, not six"
    );
    wrong!(Schedule::once("2027-02-31T00:00:00"), "error[FW3064]: `2027-02-31T00:00:00` is no time");
    wrong!(daily().ending("2027-02-29T00:00:00"), "error[FW3064]: `2027-02-29T00:00:00` is no time");
    wrong!(
        Schedule::every(days(u32::MAX)),
        "error[FW3064]: 4294967295d is longer than the calendar of schedules, which ends with 2199"
    );
    wrong!(
        Schedule::cron("5-1 * * * ? *"),
        "error[FW3064]: `5-1 * * * ? *` is no schedule: `5-1` is no minute"
    );
    wrong!(daily().in_zone(" "), "error[FW3065]: ` ` is no name of a time zone");
    wrong!(Timing::on(daily()).within(seconds(90)), "error[FW3068]: 90s is no window to begin in");
    wrong!(Timing::on(daily()).within(days(2)), "error[FW3068]: 2d is no window to begin in");
    wrong!(
        Timing::on(daily()).retries(186, seconds(30)),
        "error[FW3068]: 186 tries are more than Scheduler makes",
        "error[FW3068]: a start cannot be tried for 30s",
    );
    let line = line!() + 3;
    let told = wrong(|app| {
        let api = api(app, &network(app));
        api.task("Migrate", Vec::<String>::new());
    });
    let expected = "error[FW3069]: a task without a command would be the service once more".to_owned();
    assert_eq!(told, [(expected, line)]);
}

#[derive(Clone, Debug)]
struct Tasks {
    own: Option<(bool, bool, bool, bool)>,
    scheduled: Option<(u32, Option<u32>, u8, u32, bool)>,
    like: (bool, Option<(u8, u8)>, bool),
    after: bool,
}

fn tasks() -> impl Strategy<Value = Tasks> {
    let own = option::of(any::<(bool, bool, bool, bool)>());
    let window = option::of(1u32..=1440);
    let scheduled = option::of((1u32..3000, window, 0u8..=185, 60u32..=86_400, any::<bool>()));
    let like = (any::<bool>(), option::of((0u8..24, 0u8..60)), any::<bool>());
    (own, scheduled, like, any::<bool>()).prop_map(|(own, scheduled, like, after)| Tasks {
        own,
        scheduled,
        like,
        after,
    })
}

fn program(app: &App, options: &Tasks) {
    let network = network(app);
    let stack = app.stack("service");
    let api = api(app, &network);
    if let Some((shared, writable, beside, outputs)) = options.own {
        let mut task = FargateTask::new(IMAGE).environment("A", "b");
        if shared {
            task = task.cluster(api.cluster());
        }
        if writable {
            task = task.writable_root();
        }
        if beside {
            task = task.sidecar(Sidecar::xray());
        }
        let task = task.build(stack.scope("Import"), &network);
        if outputs {
            task.outputs();
        }
        task.allow_to(&api, 8000);
    }
    if let Some((every, window, times, within, paused)) = options.scheduled {
        let mut timing = Timing::on(Schedule::every(minutes(every))).retries(times, seconds(within));
        if let Some(window) = window {
            timing = timing.within(minutes(window));
        }
        if paused {
            timing = timing.paused();
        }
        ScheduledTask::new(IMAGE).arm64().on(timing).build(stack.scope("Thin"), &network);
    }
    let (migrate, report, secret) = options.like;
    if migrate {
        api.task("Migrate", ["./manage", "migrate"]).outputs();
    }
    if let Some((hour, minute)) = report {
        let schedule = Schedule::daily_at(hour, minute).in_zone("Europe/Berlin");
        api.scheduled("Report", schedule, ["./manage", "report"]);
    }
    if secret {
        api.set_secret("KEY", stack.add("Key", secretsmanager::Secret::builder()).into());
    }
    if options.after {
        api.set_variable("AFTER", pseudo::region());
    }
    let prober = Client::new(stack.scope("Prober"), &network);
    prober.allow_to(&api, 8000);
}

/// The properties of the resources of a type.
fn of_kind(assembly: &Assembly, stack: &str, kind: &str) -> Vec<serde_json::Value> {
    let stacks = assembly.stacks();
    let stack = stacks.iter().find(|known| known.id() == stack).expect("the stack");
    let template = stack.template().value();
    let resources = template["Resources"].as_object().expect("resources");
    let of_type = resources.values().filter(|resource| resource["Type"] == kind);
    of_type.map(|resource| resource["Properties"].clone()).collect()
}

/// Of a gateway endpoint, which has no addresses, nothing is known; nothing else is reached.
fn endpoint(exposure: &Exposure) -> bool {
    exposure.kind == "AWS::EC2::VPCEndpoint" && !exposure.unknown.is_empty()
}

#[test]
fn all_tasks_are_sound() {
    holds("tasks", 80, (any::<bool>(), tasks()), program, endpoint, |assembly, options| {
        let count =
            |kind| assembly.graph().resources().iter().filter(|resource| resource.kind == kind).count();
        let schedules = usize::from(options.scheduled.is_some()) + usize::from(options.like.1.is_some());
        assert_eq!(count("AWS::Scheduler::Schedule"), schedules);
        assert_eq!(count("AWS::SQS::Queue"), schedules);
        // One who may talk to the service at its port, as the task of its own may.
        let prober = party("service", "ProberMachine");
        let to_api = ports_between(&Reachability::of(assembly), &prober, &party("service", "ApiService"));
        assert_eq!(to_api, Ports::tcp(8000), "{options:?}");
        for rule in of_kind(assembly, "service", "AWS::EC2::SecurityGroupIngress") {
            assert_eq!((&rule["FromPort"], &rule["ToPort"]), (&8000.into(), &8000.into()), "{options:?}");
        }
    });
}
