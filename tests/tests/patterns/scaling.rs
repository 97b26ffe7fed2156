//! Scaling of services.

use formwork::{
    aws::{
        sqs,
        types::{cidr, minutes, seconds},
    },
    check::{Check, Exposure, Party, Ports, Reachability},
    core::{App, Arn, Expr, Finding, Options, Severity},
    patterns::{
        FargateService, LoadBalancer, Metric, Schedule, Stat, ThreeTierVpc, Weekday,
        fargate::{Builder, Change, Cluster, Deployment, Insights, Scaling, Steps, Target},
    },
};
use proptest::{option, prelude::*, sample::select};

use super::{assemble, difference, holds, party, ports_between, says_nothing, text};

const IMAGE: &str = "public.ecr.aws/acme/api:1.4";

/// A service that is made more of by `more`.
fn service<'a>(app: &'a App, more: impl FnOnce(Builder<'a>) -> Builder<'a>) -> FargateService<'a> {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    more(FargateService::new(IMAGE).port(8000)).build(app.stack("service").scope("Api"), &network)
}

fn behind(service: Builder<'_>) -> Builder<'_> {
    let certificate =
        "arn:aws:acm:eu-central-1:111122223333:certificate/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e";
    service.behind(LoadBalancer::public().https(Arn::existing(certificate)))
}

fn jobs(app: &App) -> sqs::Queue {
    app.stack("jobs").add("Jobs", sqs::Queue::builder().sqs_managed_sse_enabled(true))
}

fn sessions() -> Metric {
    Metric::new("Shop", "open-sessions").dimension("Service", "api")
}

#[test]
fn two_targets_are_two_policies_within_bounds() {
    let program =
        |app: &App| drop(service(app, |it| it.scale(2..=10, [Target::cpu(70), Target::memory(80)])));
    for environment in ["dev", "prod"] {
        says_nothing(&assemble(environment, program));
    }
    let without = assemble("prod", |app| drop(service(app, |it| it)));
    insta::assert_snapshot!("scaling", difference(&without, &assemble("prod", program)));
}

/// What tracks a metric and what changes the number in steps by it contest the number of tasks, unless the first only adds.
#[test]
fn steps_by_a_metric_that_is_tracked_are_noted() {
    let notes = |target: fn() -> Target, steps: fn() -> Steps| {
        let assembly = assemble("prod", |app| {
            let scaling = Scaling::between(2..=10)
                .tracking([target()])
                .steps(steps().above(70, Change::add(1)).below(30, Change::remove(1)));
            drop(service(app, |it| it.scaling(scaling)));
        });
        says_nothing(&assembly);
        let found = Check::new().assembly(&assembly).findings;
        let notes = found.iter().filter(|finding| finding.code == "FW1240");
        let told = notes.inspect(|note| assert!(note.spans[0].at.file.ends_with("patterns/scaling.rs")));
        told.map(|note| note.severity).collect::<Vec<_>>()
    };
    let cpu = || Target::cpu(70);
    // One note for the two policies with steps.
    assert_eq!(notes(cpu, Steps::cpu), [Severity::Note]);
    assert_eq!(notes(|| Target::memory(80), Steps::memory).len(), 1);
    assert_eq!(notes(cpu, Steps::memory), []);
    assert_eq!(notes(|| Target::cpu(70).only_out(), Steps::cpu), []);
}

type Making = dyn Fn(&App) -> Scaling;

#[test]
fn every_option_changes_what_it_says() {
    let base = |app: &App, scaling: Scaling| drop(service(app, |it| behind(it).scaling(scaling)));
    let between = || Scaling::between(2..=10);
    let options: Vec<(&str, Box<Making>)> = vec![
        (
            ".scale(0..=3, [Target::queue(jobs, 50)])",
            Box::new(move |app| Scaling::between(0..=3).tracking([Target::queue(jobs(app), 50)])),
        ),
        (
            "Target::cpu(70).cooldowns(seconds(30), minutes(10)).only_out()",
            Box::new(move |_| {
                between().tracking([Target::cpu(70).cooldowns(seconds(30), minutes(10)).only_out()])
            }),
        ),
        ("Target::requests(1000)", Box::new(move |_| between().tracking([Target::requests(1000)]))),
        (
            "Target::metric(sessions, 200)",
            Box::new(move |_| between().tracking([Target::metric(sessions(), 200)])),
        ),
        (
            "Target::metric(sessions.stat(Percentile(99)), 200).named(\"Tail\")",
            Box::new(move |_| {
                let tail = Target::metric(sessions().stat(Stat::Percentile(99.0)), 200);
                between().tracking([tail.named("Tail")])
            }),
        ),
        (
            "Steps::cpu().above(80, add(2)).above(95.5, add(5)).below(20, remove(1)).periods(2, 5)",
            Box::new(move |_| {
                let steps = Steps::cpu()
                    .above(95.5, Change::add(5))
                    .above(80, Change::add(2))
                    .below(20, Change::remove(1))
                    .below(5, Change::remove(3))
                    .periods(2, 5);
                between().steps(steps)
            }),
        ),
        (
            "Steps::memory().above(80, add_percent(20)).at_least(2).cooldowns(..)",
            Box::new(move |_| {
                let steps = Steps::memory().above(80, Change::add_percent(20)).at_least(2);
                between().steps(steps.cooldowns(minutes(2), minutes(4)))
            }),
        ),
        (
            "Steps::queue(jobs).above(1000, exactly(10)).below(1, remove_percent(50))",
            Box::new(move |app| {
                let steps = Steps::queue(jobs(app));
                between().steps(steps.above(1000, Change::exactly(10)).below(1, Change::remove_percent(50)))
            }),
        ),
        (
            "Steps::on(sessions).named(\"Load\").below(0.25, remove(1))",
            Box::new(move |_| {
                let steps = Steps::on(sessions()).named("Load");
                between().steps(steps.below(0.25, Change::remove(1)).below(0.1, Change::remove(2)))
            }),
        ),
        (
            ".at(weekdays_at(8, 0).in_zone(\"Europe/Berlin\"), 4..=20).at(..)",
            Box::new(move |_| {
                between()
                    .at(Schedule::weekdays_at(8, 0).in_zone("Europe/Berlin"), 4..=20)
                    .at(Schedule::cron("0 19 ? * MON-FRI *").in_zone("Europe/Berlin"), 0..=0)
                    .at(
                        Schedule::every(minutes(90))
                            .starting("2027-01-01T00:00:00")
                            .ending("2027-02-01T00:00:00"),
                        2..=10,
                    )
                    .at(Schedule::once("2027-11-26T06:00:00"), 10..=10)
            }),
        ),
    ];
    let mut told = String::new();
    for (name, option) in options {
        // The queue is there without the option as well.
        let queue = name.contains("jobs");
        let with = assemble("prod", |app| base(app, option(app)));
        let without = assemble("prod", |app| {
            if queue {
                jobs(app);
            }
            base(app, between());
        });
        says_nothing(&with);
        told.push_str(&format!("## {name}\n{}\n", difference(&without, &with)));
    }
    insta::assert_snapshot!("scaling_options", told);
}

#[test]
fn requests_are_counted_through_both_groups_where_deployments_change_between_two() {
    let assembly = assemble("prod", |app| {
        service(app, |it| {
            behind(it).deployment(Deployment::blue_green()).scale(2..=4, [Target::requests(500)])
        });
    });
    says_nothing(&assembly);
    let text = text(&assembly);
    assert!(text.contains("FILL(group1, 0) + FILL(group2, 0)"), "{text}");
    assert_eq!(text.matches("RequestCountPerTarget").count(), 2, "{text}");
}

#[test]
fn what_was_made_is_at_hand_and_more_can_be_added() {
    let assembly = assemble("prod", |app| {
        let steps = Steps::cpu().above(90, Change::add(3));
        let scaling = Scaling::between(1..=4).tracking([Target::memory(75)]).steps(steps);
        let api = service(app, |it| it.scaling(scaling));
        let added = api.scale_on(Target::metric(api.running_tasks(), 3).named("Peers"));
        assert_eq!(added, api.scaling_policy("OnPeers"));
        let stepped = api.scale_in_steps(Steps::on(api.memory_utilization()).below(10, Change::remove(1)));
        assert_eq!(stepped, [api.scaling_policy("MemoryUtilizationBelow").expect("a policy")]);
        assert_eq!(api.scaling_policies().len(), 4);
        assert!(api.scaling_policy("Target").is_none() && api.scaling_policy("OnCpu").is_none());
        let stack = app.stack("service");
        stack.customize(api.scalable_target().expect("bounds"), |it| it.max_capacity(6));
        stack.customize(api.scaling_policy("OnMemory").expect("a policy"), |it| it.policy_name("memory"));
        stack.customize(api.scaling_alarm("CpuAbove").expect("an alarm"), |it| it.evaluation_periods(4));
    });
    says_nothing(&assembly);
    let text = text(&assembly);
    for changed in ["MaxCapacity: 6", "PolicyName: memory", "EvaluationPeriods: 4"] {
        assert!(text.contains(changed), "{changed}: {text}");
    }
}

/// What is said of a program that is wrong, with the line of this file that it is said of.
fn wrong(program: impl Fn(&App)) -> Vec<(String, u32)> {
    super::wrong("scaling.rs", program)
}

#[test]
fn bad_input_is_said_of_the_line_that_says_it() {
    let scaled = |scaling: Scaling| move |app: &App| drop(service(app, |it| it.scaling(scaling.clone())));
    let here = |program: &dyn Fn(&App), line: u32, told: &[&str]| {
        let (findings, lines): (Vec<String>, Vec<u32>) = wrong(program).into_iter().unzip();
        assert_eq!(findings, told);
        assert!(lines.iter().all(|at| (line..line + 3).contains(at)), "{told:?}: {line}, {lines:?}");
    };
    macro_rules! wrong {
        ($scaling:expr, $($told:literal),+ $(,)?) => {{
            let (line, scaling) = (line!(), $scaling);
            here(&scaled(scaling), line, &[$($told),+]);
        }};
    }
    let some = || Scaling::between(1..=4);
    wrong!(
        Scaling::between(const { std::ops::RangeInclusive::new(10, 2) }),
        "error[FW3060]: at least 10 tasks are more than at most 2"
    );
    wrong!(Scaling::between(0..=0), "error[FW3060]: a service that never has a task");
    wrong!(
        Scaling::between(0..=2).tracking([Target::cpu(70)]),
        "warning[FW3061]: a service that has no task any more never gets one again"
    );
    wrong!(some().tracking([Target::cpu(0)]), "error[FW3062]: 0 percent of what tasks have cannot be kept");
    wrong!(
        some().tracking([Target::cpu(0.7)]),
        "error[FW3062]: 0.7 percent of what tasks have are to be kept"
    );
    wrong!(some().steps(Steps::cpu().above(0.7, Change::add(1))), "error[FW3067]: a step above 0.7 percent");
    wrong!(
        some().steps(Steps::memory().below(0.25, Change::remove(1))),
        "error[FW3067]: a step below 0.25 percent"
    );
    wrong!(
        some().steps(Steps::cpu().above(120, Change::add(1))),
        "error[FW3067]: no service uses more than 120 percent"
    );
    wrong!(
        some().steps(Steps::cpu().below(0, Change::remove(1))),
        "error[FW3067]: no service uses less than 0 percent"
    );
    wrong!(
        some().tracking([Target::memory(100.5)]),
        "error[FW3062]: 100.5 percent of what tasks have cannot be kept"
    );
    wrong!(
        some().tracking([Target::metric(sessions(), f64::NAN)]),
        "error[FW3062]: a metric cannot be kept at NaN"
    );
    wrong!(
        some().tracking([Target::cpu(70), Target::cpu(60)]),
        "error[FW3063]: `Cpu` is to be kept at two values"
    );
    wrong!(
        some().tracking([Target::metric(sessions(), 1), Target::metric(sessions().stat(Stat::Sum), 9)]),
        "error[FW3063]: two rules of scaling are called `OpenSessions`"
    );
    wrong!(
        some().steps(Steps::cpu().above(9, Change::add(1))).steps(Steps::cpu().below(1, Change::remove(1))),
        "error[FW3063]: two rules of scaling are called `Cpu`"
    );
    wrong!(
        some().tracking([Target::requests(100)]),
        "error[FW3066]: requests to a service that nothing sends any"
    );
    wrong!(some().steps(Steps::cpu()), "error[FW3067]: steps by which nothing changes");
    wrong!(
        some().steps(Steps::cpu().above(80, Change::add(0))),
        "error[FW3067]: a step by which nothing changes"
    );
    wrong!(
        some().steps(Steps::cpu().above(80, Change::add(1)).above(80, Change::add(2))),
        "error[FW3067]: two steps begin at 80"
    );
    wrong!(
        some().steps(Steps::cpu().above(80, Change::add(1)).above(90, Change::add_percent(50))),
        "error[FW3067]: steps of one direction that change in two ways"
    );
    wrong!(
        some().steps(Steps::cpu().above(40, Change::add(1)).below(60, Change::remove(1))),
        "error[FW3067]: between 40 and 60, the steps above and those below both hold"
    );
    wrong!(some().steps(Steps::cpu().above(f64::INFINITY, Change::add(1))), "error[FW3067]: a step at inf");
    wrong!(
        some().steps(Steps::cpu().above(80, Change::add(1)).periods(0, 1)),
        "error[FW3067]: an alarm over no period"
    );
    wrong!(
        some().at(Schedule::cron("0 8 * * MON-FRI"), 1..=2),
        "error[FW3064]: `0 8 * * MON-FRI` is no schedule: it has 5 fields, not six"
    );
    wrong!(some().at(Schedule::daily_at(24, 0), 1..=2), "error[FW3064]: there is no 24:00 o'clock");
    wrong!(some().at(Schedule::monthly_on(32, 1, 0), 1..=2), "error[FW3064]: no month has a day 32");
    wrong!(
        some().at(Schedule::every(seconds(90)), 1..=2),
        "error[FW3064]: 90s is no interval of whole minutes"
    );
    wrong!(some().at(Schedule::once("tomorrow"), 1..=2), "error[FW3064]: `tomorrow` is no time");
    wrong!(
        some().at(Schedule::daily_at(8, 0).in_zone(""), 1..=2),
        "error[FW3065]: `` is no name of a time zone"
    );
    wrong!(
        some().at(Schedule::daily_at(8, 0).starting("soon").in_zone("UTC+2"), 1..=2),
        "error[FW3065]: `UTC+2` is no name of a time zone",
        "error[FW3064]: `soon` is no time",
    );
    wrong!(
        some().at(Schedule::daily_at(8, 0), const { std::ops::RangeInclusive::new(3, 1) }),
        "error[FW3060]: at least 3 tasks are more than at most 1"
    );
    // Nobody counts the tasks.
    let line = line!() + 4;
    let told = wrong(|app| {
        let cluster = Cluster::new().insights(Insights::Off).build(app.stack("service").scope("Shop"));
        let queue = jobs(app);
        let target = Target::queue(queue, 10);
        service(app, |it| it.cluster(&cluster).scale(0..=2, [target]));
    });
    assert_eq!(told, [("error[FW3070]: nobody counts the running tasks of the service".to_owned(), line)]);
    // Without bounds, nothing can be added.
    let (line, target) = (line!(), Target::cpu(70));
    here(
        &|app| {
            assert_eq!(service(app, |it| it).scale_on(target.clone()), None);
        },
        line,
        &["error[FW3060]: nothing says how many tasks the service may have"],
    );
}

#[test]
fn a_number_outside_the_bounds_is_said_of_both_lines() {
    let line = line!() + 3;
    let assembly = assemble("prod", |app| {
        let scaling = Scaling::between(2..=10).tracking([Target::cpu(70)]);
        service(app, |it| it.count(20).scaling(scaling.clone()));
    });
    let report = Check::new().assembly(&assembly);
    let told: Vec<_> = report.findings.iter().filter(|it| it.severity >= Severity::Warning).collect();
    let [finding] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (&*finding.code, &*finding.message),
        ("FW3060", "20 tasks are wanted, and scaling keeps 2 to 10")
    );
    let lines: Vec<u32> = finding.spans.iter().map(|span| span.at.line).collect();
    assert_eq!(lines, [line, line - 1]);
    let within = assemble("prod", |app| {
        service(app, |it| it.count(2).scale(2..=10, [Target::cpu(70)]));
    });
    says_nothing(&within);
}

#[test]
fn bounds_in_which_nothing_scales_are_said() {
    let told = |fixed: bool| {
        let assembly = assemble("prod", |app| {
            service(app, |it| if fixed { it.scale(2..=2, []) } else { it.scaling(Scaling::between(1..=4)) });
        });
        let report = Check::new().assembly(&assembly);
        let told = report.findings.iter().filter(|it| it.severity >= Severity::Warning);
        told.inspect(|it| assert!(it.spans[0].at.file.ends_with("scaling.rs"), "{it:?}"))
            .map(|it| it.code.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(false), ["FW1260"]);
    assert_eq!(told(true), [""; 0]);
}

/// Processor time, memory, requests, messages, and a metric with a percentile.
type Tracked = (Option<f64>, Option<f64>, Option<u16>, Option<u16>, Metered);
type Metered = Option<(u16, Option<f64>)>;

/// What is chosen of scaling.
#[derive(Clone, Debug)]
struct Chosen {
    bounds: (u32, u32),
    tracked: Tracked,
    tuned: (u32, u32, bool),
    by_cpu: Option<Stepped>,
    by_queue: Option<Stepped>,
    times: Vec<(When, u32, u32)>,
    later: [bool; 3],
    balanced: bool,
}

#[test]
fn a_percentile_that_there_is_not_is_told_of_the_line_of_its_alarm() {
    for percent in [101.0, -0.5, f64::NAN, f64::INFINITY] {
        let app = App::for_tests();
        let tail = sessions().stat(Stat::Percentile(percent));
        let line = line!() + 1;
        app.stack("alarms").add("Tail", tail.above(200).alarm_description("slow"));
        let findings = app.synth(&Options::default()).expect_err("no percentile");
        let told: Vec<&Finding> = findings.iter().collect();
        let [finding] = told.as_slice() else { panic!("{findings}") };
        assert_eq!(finding.to_string(), format!("error[FW3141]: there is no percentile {percent}"));
        let at = &finding.spans[0].at;
        assert!(at.file.ends_with("scaling.rs") && at.line == line, "{finding:?}");
    }
    for percent in [0.0, 99.9, 100.0] {
        let app = App::for_tests();
        let tail = sessions().stat(Stat::Percentile(percent));
        app.stack("alarms").add("Tail", tail.above(200).alarm_description("slow"));
        assert!(app.synth(&Options::default()).is_ok(), "{percent}");
    }
}

/// Distances from one step to the next, above and below, with what they change.
#[derive(Clone, Debug)]
struct Stepped {
    kind: u8,
    above: Vec<(u16, u16)>,
    below: Vec<(u16, u16)>,
    periods: (u32, u32),
    least: Option<u32>,
}

#[derive(Clone, Debug)]
enum When {
    Every(u32),
    Hourly(u8),
    Daily(u8, u8, Option<&'static str>),
    Weekly(u8, u8),
    Monthly(u8),
    LastDay(u8),
    Once(u8),
    Cron(&'static str),
}

impl When {
    fn schedule(&self) -> Schedule {
        match *self {
            Self::Every(number) => Schedule::every(minutes(number)),
            Self::Hourly(minute) => Schedule::hourly_at(minute),
            Self::Daily(hour, minute, None) => Schedule::daily_at(hour, minute),
            Self::Daily(hour, minute, Some(zone)) => Schedule::weekdays_at(hour, minute).in_zone(zone),
            Self::Weekly(hour, minute) => Schedule::weekly_on(Weekday::Sunday, hour, minute),
            Self::Monthly(day) => {
                Schedule::monthly_on(day, 4, 0).starting("2027-01-01T00:00:00").ending("2028-02-29T00:00:00")
            }
            Self::LastDay(hour) => Schedule::monthly_on_the_last_day(hour, 30),
            Self::Once(day) => Schedule::once(&format!("2027-03-{day:02}T06:00:00")),
            Self::Cron(fields) => Schedule::cron(fields),
        }
    }
}

fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        (1u32..4000).prop_map(When::Every),
        (0u8..60).prop_map(When::Hourly),
        (0u8..24, 0u8..60, option::of(select(vec!["UTC", "Europe/Berlin", "Asia/Bahrain", "Etc/GMT+3"])))
            .prop_map(|(hour, minute, zone)| When::Daily(hour, minute, zone)),
        (0u8..24, 0u8..60).prop_map(|(hour, minute)| When::Weekly(hour, minute)),
        (1u8..=31).prop_map(When::Monthly),
        (0u8..24).prop_map(When::LastDay),
        (1u8..=31).prop_map(When::Once),
        select(vec![
            "0/10 8-17 ? * MON-FRI *",
            "15 10 LW * ? *",
            "0 9 ? * TUE#2 *",
            "0 9 1 JAN,JUL ? 2027-2030"
        ])
        .prop_map(When::Cron),
    ]
}

fn stepped() -> impl Strategy<Value = Option<Stepped>> {
    let side = || proptest::collection::vec((1u16..40, 1u16..20), 0..4);
    let steps = (0u8..3, side(), side(), (1u32..6, 1u32..6), option::of(1u32..4));
    let steps =
        steps.prop_map(|(kind, above, below, periods, least)| Stepped { kind, above, below, periods, least });
    option::of(steps.prop_filter("a step", |steps| !steps.above.is_empty() || !steps.below.is_empty()))
}

impl Stepped {
    fn of(&self, mut steps: Steps) -> Steps {
        let change = |up: bool, by: u16| match (self.kind, up) {
            (0, true) => Change::add(by),
            (0, false) => Change::remove(by),
            (1, true) => Change::add_percent(by),
            (1, false) => Change::remove_percent(by),
            _ => Change::exactly(by),
        };
        let mut bound = 50.0;
        for (distance, by) in &self.above {
            bound += f64::from(*distance) / 10.0;
            steps = steps.above(bound, change(true, *by));
        }
        bound = 50.0;
        for (distance, by) in &self.below {
            bound -= f64::from(*distance) / 10.0;
            steps = steps.below(bound, change(false, *by));
        }
        if let Some(least) = self.least {
            steps = steps.at_least(least);
        }
        steps.periods(self.periods.0, self.periods.1)
    }
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let bounds = (0u32..4, 1u32..20).prop_map(|(least, more)| (least, least + more));
    let percent = || option::of((10u32..=1000).prop_map(|tenths| f64::from(tenths) / 10.0));
    let tracked = (
        percent(),
        percent(),
        option::of(1u16..5000),
        option::of(1u16..100),
        option::of((1u16..100, option::of(select(vec![50.0, 99.0, 99.9])))),
    );
    let tuned = (0u32..600, 0u32..3600, any::<bool>());
    let times = proptest::collection::vec((whens(), 0u32..5, 0u32..5), 0..3);
    let rest = (stepped(), stepped(), times, any::<[bool; 3]>(), any::<bool>());
    (bounds, tracked, tuned, rest).prop_map(
        |(bounds, tracked, tuned, (by_cpu, by_queue, times, later, balanced))| Chosen {
            bounds,
            tracked,
            tuned,
            by_cpu,
            by_queue,
            times,
            later,
            balanced,
        },
    )
}

fn chosen_program(app: &App, options: &Chosen) {
    let queue = jobs(app);
    let (cpu, memory, requests, messages, metric) = &options.tracked;
    let (out, back, only_out) = options.tuned;
    let tuned = |target: Target| {
        let target = target.cooldowns(seconds(out), seconds(back));
        if only_out { target.only_out() } else { target }
    };
    let targets = [
        cpu.map(Target::cpu),
        memory.map(Target::memory),
        requests.filter(|_| options.balanced).map(Target::requests),
        messages.map(|messages| Target::queue(queue, messages)),
        metric.map(|(value, percentile)| {
            let stat = percentile.map_or(Stat::Maximum, Stat::Percentile);
            Target::metric(sessions().stat(stat), value)
        }),
    ];
    let mut scaling = Scaling::between(options.bounds.0..=options.bounds.1)
        .tracking(targets.into_iter().flatten().map(tuned));
    if let Some(steps) = &options.by_cpu {
        scaling = scaling.steps(steps.of(Steps::cpu()));
    }
    if let Some(steps) = &options.by_queue {
        scaling = scaling.steps(steps.of(Steps::queue(queue)));
    }
    for (when, least, more) in &options.times {
        scaling = scaling.at(when.schedule(), *least..=least + more);
    }
    let [named, target, stepped] = options.later;
    if named {
        let tail = sessions().stat(Stat::Percentile(90.0));
        scaling = scaling.tracking([tuned(Target::metric(tail.clone(), 70).named("Tail"))]);
        scaling = scaling.steps(Steps::on(tail).named("Peak").above(500, Change::add(4)));
    }
    let api = service(app, |it| if options.balanced { behind(it) } else { it }.scaling(scaling));
    // What is known only when the service is there.
    if target {
        let policy = api.scale_on(Target::metric(api.running_tasks(), 3).named("Peers"));
        assert_eq!(policy, api.scaling_policy("OnPeers"));
    }
    if stepped {
        let steps = Steps::on(api.memory_utilization()).named("Full");
        let made = api.scale_in_steps(steps.above(90, Change::add(2)).below(10, Change::remove(1)));
        assert_eq!(made.len(), 2);
    }
}

/// The load balancer at its port, and the service behind it at its own. Of a gateway endpoint, which has no addresses,
/// nothing is known.
fn balancer(exposure: &Exposure) -> bool {
    let known = exposure.unknown.is_empty();
    match exposure.kind.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            known && Ports::tcp(443).union(&Ports::tcp(80)).contains(&exposure.ports)
        }
        "AWS::ECS::Service" => {
            let through = exposure.through.iter().any(|by| by.ends_with("LoadBalancer"));
            known && through && exposure.ports == Ports::tcp(8000)
        }
        kind => kind == "AWS::EC2::VPCEndpoint" && !known,
    }
}

#[test]
fn every_scaling_is_sound() {
    holds("scaling", 120, (any::<bool>(), chosen()), chosen_program, balancer, |assembly, options| {
        let count =
            |kind| assembly.graph().resources().iter().filter(|resource| resource.kind == kind).count();
        let (cpu, memory, requests, messages, metric) = &options.tracked;
        let requests = requests.filter(|_| options.balanced);
        let targets =
            [cpu.is_some(), memory.is_some(), requests.is_some(), messages.is_some(), metric.is_some()];
        let steps = [&options.by_cpu, &options.by_queue].into_iter().flatten();
        let steps: usize = steps
            .map(|steps| usize::from(!steps.above.is_empty()) + usize::from(!steps.below.is_empty()))
            .sum();
        let [named, target, stepped] = options.later.map(usize::from);
        let targets = targets.into_iter().filter(|is| *is).count() + named + target;
        let steps = steps + named + 2 * stepped;
        assert_eq!(count("AWS::ApplicationAutoScaling::ScalableTarget"), 1);
        assert_eq!(count("AWS::ApplicationAutoScaling::ScalingPolicy"), targets + steps);
        assert_eq!(count("AWS::CloudWatch::Alarm"), steps);
        let api = party("service", "ApiService");
        let reach = Reachability::of(assembly);
        if options.balanced {
            let balancer = party("service", "ApiBalancerLoadBalancer");
            assert_eq!(ports_between(&reach, &balancer, &api), Ports::tcp(8000), "{options:?}");
        }
        assert_eq!(ports_between(&reach, &Party::Internet, &api), Ports::none(), "{options:?}");
    });
}

/// A number of a template.
fn number(value: Option<&Expr>) -> Option<f64> {
    match value? {
        Expr::Int(number) => Some(*number as f64),
        Expr::Float(number) => Some(*number),
        other => panic!("{other:?}"),
    }
}

proptest! {
    // What AWS makes of the intervals, whose near bound belongs to them, is what the steps say.
    // docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html
    #[test]
    fn every_value_changes_what_its_step_says(
        above in proptest::collection::btree_map(501i32..1000, 1u16..50, 0..5),
        below in proptest::collection::btree_map(10i32..500, 1u16..50, 0..5),
        value in 0i32..1000,
    ) {
        prop_assume!(!above.is_empty() || !below.is_empty());
        let tenths = |bound: i32| f64::from(bound) / 10.0;
        let app = App::for_tests();
        let mut steps = Steps::cpu();
        // In no order.
        for (bound, by) in above.iter().rev() {
            steps = steps.above(tenths(*bound), Change::add(*by));
        }
        for (bound, by) in &below {
            steps = steps.below(tenths(*bound), Change::remove(*by));
        }
        let api = service(&app, |it| it.scaling(Scaling::between(1..=4).steps(steps)));
        let stack = app.stack("service");
        let mut changed = 0;
        for side in ["CpuAbove", "CpuBelow"] {
            let Some(policy) = api.scaling_policy(side) else { continue };
            let alarm = stack.edit(api.scaling_alarm(side).expect("its alarm"));
            let threshold = number(alarm.get("Threshold").as_ref()).expect("a threshold");
            let upwards = side == "CpuAbove";
            let value = tenths(value);
            if (upwards && value <= threshold) || (!upwards && value >= threshold) {
                continue;
            }
            let intervals = stack.edit(policy).get("StepScalingPolicyConfiguration.StepAdjustments");
            let intervals = intervals.and_then(|list| list.as_list().map(<[_]>::to_vec)).expect("intervals");
            let holds = |interval: &&Expr| {
                let bound = |name, absent| number(interval.get(name)).unwrap_or(absent);
                let lower = bound("MetricIntervalLowerBound", f64::NEG_INFINITY);
                let upper = bound("MetricIntervalUpperBound", f64::INFINITY);
                // AWS compares with the sum; the tests' decimal fractions are compared with some tolerance.
                let distance = value - threshold;
                match upwards {
                    true => lower - 1e-6 <= distance && distance < upper - 1e-6,
                    false => lower + 1e-6 < distance && distance <= upper + 1e-6,
                }
            };
            let holding: Vec<&Expr> = intervals.iter().filter(holds).collect();
            prop_assert_eq!(holding.len(), 1);
            changed += holding[0].get("ScalingAdjustment").and_then(Expr::as_i64).expect("a change");
        }
        // The first step begins beyond its number, the others at it.
        let nearest = above.keys().next().filter(|first| value > **first);
        let up = nearest.and_then(|_| above.range(..=value).next_back());
        let nearest = below.keys().next_back().filter(|first| value < **first);
        let down = nearest.and_then(|_| below.range(value..).next());
        let expected = up.map_or(0, |(_, by)| i64::from(*by)) - down.map_or(0, |(_, by)| i64::from(*by));
        prop_assert_eq!(changed, expected);
    }
}
