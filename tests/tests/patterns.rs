//! Patterns, with every legal combination of their options, judged by `check`, by cfn-lint and by reachability; and
//! what each option changes, as snapshots.

use std::fmt::Debug;

use formwork::{
    check::{Answer, Check, Exposure, Party, Ports, Reachability, Report},
    core::{App, Assembly, Environment, Finding, Format, Options, Severity},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::support::{folder, lint, templates};

mod accessors;
mod alarms;
mod aurora;
mod bucket;
mod cache;
pub(crate) mod client;
mod comparison;
mod connections;
mod database;
mod dns;
mod fargate;
mod grants;
mod load_balancer;
mod network;
mod outside;
mod repository;
mod scaling;
mod service_mistakes;
mod stored_secret;
mod tasks;
mod together;
mod user_pool;

/// So many programs of a run are shown to cfn-lint as well, which takes seconds for each.
const LINTED: usize = 10;

/// A program in an environment.
pub(crate) fn assemble(environment: &str, program: impl Fn(&App)) -> Assembly {
    let place = Environment::new(environment).account("111122223333").region("eu-central-1");
    let app = App::new("shop", place);
    program(&app);
    app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"))
}

/// What there is to say of a program: what `synth` refuses, or else what `check` finds.
pub(crate) fn findings(program: impl Fn(&App)) -> Vec<Finding> {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    program(&app);
    match app.synth(&Options::default()) {
        Ok(assembly) => Check::new().assembly(&assembly).findings.into_iter().collect(),
        Err(findings) => findings.into_iter().collect(),
    }
}

/// Warnings and errors of a program, each with the line of a file that it shows first.
pub(crate) fn wrong(file: &str, program: impl Fn(&App)) -> Vec<(String, u32)> {
    let told = findings(program).into_iter().filter(|finding| finding.severity >= Severity::Warning);
    told.map(|finding| {
        let at = &finding.spans.first().expect("a place").at;
        assert!(at.file.ends_with(file), "{finding}: {}", at.file);
        (finding.to_string(), at.line)
    })
    .collect()
}

/// The template of one stack, as text.
pub(crate) fn template(assembly: &Assembly, stack: &str) -> String {
    let stack = assembly.stacks().into_iter().find(|it| it.id() == stack).expect("a stack of that name");
    stack.template().yaml()
}

/// All templates together, as text.
pub(crate) fn text(assembly: &Assembly) -> String {
    let stacks = assembly.stacks();
    stacks.iter().map(|stack| format!("# {}\n{}\n", stack.id(), stack.template().yaml())).collect()
}

/// The beginning of the random choices: always the same one, unless the variable `FORMWORK_SEED` says a number. Whoever
/// fails says which it was.
struct Seed(u64);

impl Seed {
    fn of_run() -> Self {
        let said = std::env::var("FORMWORK_SEED").ok().filter(|said| !said.is_empty());
        Self(said.map_or(0x0707_0707_0707_0707, |said| said.parse().expect("FORMWORK_SEED is a number")))
    }

    fn runner(&self) -> TestRunner {
        let bytes = self.0.to_le_bytes().repeat(4);
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng)
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the same cases once more: FORMWORK_SEED={}", self.0);
        }
    }
}

/// A resource of a stack, as a party of connections.
pub(crate) fn party(stack: &str, id: &str) -> Party {
    Party::Resource { stack: stack.to_owned(), id: id.to_owned() }
}

/// All ports at which one reaches another, in whichever way.
pub(crate) fn ports_between(reach: &Reachability, from: &Party, to: &Party) -> Ports {
    match reach.answer(from, to, &Ports::all()) {
        Answer::Yes(paths) => paths.iter().fold(Ports::none(), |ports, path| ports.union(&path.ports)),
        Answer::No => Ports::none(),
        Answer::Unknown(why) => panic!("{from} to {to}: {why:?}"),
    }
}

/// What holds for every program that is made of legal options: `check` finds no error and cfn-lint neither error nor
/// warning, the same program is the same text, and the internet reaches nothing but what `exposed` allows. What else
/// holds is asserted by `more`.
pub(crate) fn holds<O: Debug>(
    name: &str,
    cases: usize,
    options: impl Strategy<Value = (bool, O)>,
    program: impl Fn(&App, &O),
    exposed: impl Fn(&Exposure) -> bool,
    more: impl Fn(&Assembly, &O),
) {
    let seed = Seed::of_run();
    let mut runner = seed.runner();
    let mut files = Vec::new();
    for case in 0..cases {
        let (production, options) = options.new_tree(&mut runner).expect("a value").current();
        let environment = if production { "prod" } else { "dev" };
        let made = || assemble(environment, |app| program(app, &options));
        let assembly = made();
        let report = Check::new().exposure().assembly(&assembly);
        let errors = said(&report, Severity::Error);
        assert!(errors.is_empty(), "{name} {case}, {environment}, {options:#?}: {errors:#?}");
        let again = made();
        assert_eq!(text(&assembly), text(&again), "{name} {case}: {options:#?}");
        for exposure in report.exposed.iter().flatten() {
            assert!(exposed(exposure), "{name} {case}: {options:#?}: the internet reaches {exposure}");
        }
        more(&assembly, &options);
        if case % cases.div_ceil(LINTED) == 0 {
            let out = folder(&format!("pattern-{name}-{case}"));
            assembly.write(&out, Format::Pretty).expect("the assembly can be written");
            files.extend(templates(&out));
        }
    }
    assert_eq!(lint("eu-central-1", &files), Vec::<String>::new(), "{name}");
}

/// What `check` says of a severity, as `code: message (path)`.
pub(crate) fn said(report: &Report, severity: Severity) -> Vec<String> {
    let findings = report.findings.iter().filter(|finding| finding.severity == severity);
    let text = |finding: &Finding| {
        let path = finding.template_path.as_deref().unwrap_or_default();
        format!("{}: {} ({path})", finding.code, finding.message)
    };
    findings.map(text).collect()
}

/// What `check` says of a program at default settings, which has to be nothing: neither error nor warning, and of the
/// security pack (`FW20..` to `FW23..`) not even a note.
pub(crate) fn says_nothing(assembly: &Assembly) {
    let report = Check::new().assembly(assembly);
    let mut told = warnings(&report);
    // Secrets that a program adds by itself (`FW2313`) are its own business.
    let of_pack = |note: &String| note.starts_with("FW2") && !note.starts_with("FW2313");
    told.extend(said(&report, Severity::Note).into_iter().filter(of_pack));
    assert_eq!(told, Vec::<String>::new());
}

/// What `check` says that is more than a note.
pub(crate) fn warnings(report: &Report) -> Vec<String> {
    [Severity::Error, Severity::Warning].iter().flat_map(|severity| said(report, *severity)).collect()
}

/// What an option changes in the templates: the lines that go and come, below the resource that they belong to.
pub(crate) fn difference(before: &Assembly, after: &Assembly) -> String {
    let (before, after) = (text(before), text(after));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // The longest common subsequence of what is left from each pair of lines.
    let mut longest = vec![vec![0u32; after.len() + 1]; before.len() + 1];
    for (i, left) in before.iter().enumerate().rev() {
        for (j, right) in after.iter().enumerate().rev() {
            longest[i][j] = match left == right {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut said, mut told, mut block) = (String::new(), "", "");
    while i < before.len() || j < after.len() {
        let same = i < before.len() && j < after.len() && before[i] == after[j];
        let comes = j < after.len() && (i == before.len() || longest[i][j + 1] >= longest[i + 1][j]);
        let line = if same || comes { after[j] } else { before[i] };
        // A resource is indented by two.
        if line.starts_with("  ") && !line.starts_with("   ") {
            block = line;
        }
        if !same {
            if told != block && line != block {
                said.push_str(&format!("  {block}\n"));
            }
            told = block;
            said.push_str(&format!("{} {line}\n", if comes { "+" } else { "-" }));
        }
        i += usize::from(same || !comes);
        j += usize::from(same || comes);
    }
    said
}
