//! Logical ids: from paths, with the lock, after moves.

use formwork_core::{App, Builder, DeletionPolicy, Environment, Finding, Lock, Options, Resource, Severity};

use crate::support::{app, codes, plain, refused, refused_with, synth, synth_with};

fn ids(app: App, options: &Options) -> Vec<String> {
    let assembly = synth_with(app, options);
    assembly.graph().resources().into_iter().map(|resource| resource.logical_id).collect()
}

fn queue() -> Resource {
    Resource::raw("AWS::SQS::Queue")
}

fn locked(lock: Lock) -> Options {
    Options { lock: Some(lock), ..Options::default() }
}

#[test]
fn ids_are_paths() {
    let app = app();
    let stack = app.stack("s");
    let api = stack.scope("Api");
    api.add("TaskRole", queue());
    api.scope("Logs").add("Group", queue());
    stack.add("Other", queue().logical_id("Given"));
    // A scope of the same name is the same scope.
    stack.scope("Api").add("Listener", queue());
    assert_eq!(ids(app, &Options::default()), ["ApiTaskRole", "ApiLogsGroup", "Given", "ApiListener"]);
}

#[test]
fn a_long_path_ends_in_a_digest() {
    let app = app();
    let mut scope = app.stack("s").scope("Level");
    for _ in 0..60 {
        scope = scope.scope("Deeper");
    }
    scope.add("One", queue());
    scope.add("Two", queue());
    let ids = ids(app, &Options::default());
    assert!(ids.iter().all(|id| id.len() == 255 && id.starts_with("LevelDeeper")));
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn bad_names_and_collisions() {
    let app = app();
    let stack = app.stack("s");
    stack.add("my-queue", queue());
    stack.add("", queue());
    stack.scope("größe").add("Q", queue());
    stack.add("Dup", queue());
    stack.add("Dup", queue());
    stack.scope("Api").add("TaskRole", queue());
    stack.scope("ApiTask").add("Role", queue());
    stack.add("Long", queue().logical_id("x".repeat(256)));
    stack.add("Bad", queue().logical_id("a.b"));
    insta::assert_snapshot!(plain(&refused(app)));
}

#[test]
fn names_of_other_sections_are_checked_too() {
    use formwork_core::{Mapping, Parameter, Rule};
    let app = app();
    let stack = app.stack("s");
    let size = stack.parameter("Size", Parameter::string());
    stack.parameter("Size", Parameter::string());
    stack.condition("C", size.equals("1"));
    stack.condition("C", size.equals("2"));
    stack.mapping("M", Mapping::new().row("a", [("b", "c")]));
    stack.mapping("M", Mapping::new().row("a", [("b", "c")]));
    stack.output("O", "1");
    stack.output("O", "2");
    stack.rule("R", Rule::new().assert(size.equals("1"), "one"));
    stack.rule("R", Rule::new().assert(size.equals("1"), "one"));
    stack.output("not-legal", "2");
    stack.add("Size", queue());
    let findings = refused(app);
    assert_eq!(
        codes(&findings),
        ["FW0103", "FW0102", "FW0102", "FW0101", "FW0101", "FW0101", "FW0101", "FW0101"]
    );
}

#[test]
fn a_moved_resource_keeps_its_id() {
    let app = app();
    let stack = app.stack("s");
    stack.scope("New").add("Db", queue().moved_from("Data/Instance"));
    let moved = stack.scope("Outer").scope("Api");
    moved.moved_from("Service");
    moved.add("Role", queue());
    moved.scope("Inner").add("Group", queue());
    assert_eq!(ids(app, &Options::default()), ["DataInstance", "ServiceRole", "ServiceInnerGroup"]);
}

#[test]
fn two_things_cannot_have_been_one() {
    let app = app();
    let stack = app.stack("s");
    stack.add("A", queue().moved_from("Old"));
    stack.add("B", queue().moved_from("Old"));
    stack.add("C", queue().moved_from("no/such-path"));
    stack.add("D", queue().moved_from(""));
    assert_eq!(codes(&refused(app)), ["FW0110", "FW0110", "FW0110", "FW0102"]);
}

/// The lock of a program with a queue in a scope.
fn earlier() -> Lock {
    let app = app();
    app.stack("s").scope("Old").add("Queue", queue().stateful());
    let text = synth(app).lock().text();
    Lock::parse("formwork.lock", &text).expect("what was written can be read")
}

#[test]
fn the_lock_keeps_ids_after_moved_from_is_gone() {
    let app = app();
    let scope = app.stack("s").scope("New");
    scope.add("Queue", queue().moved_from("Old/Queue").stateful());
    let assembly = synth_with(app, &locked(earlier()));
    assert_eq!(assembly.graph().resources()[0].logical_id, "OldQueue");
    let lock = assembly.lock();

    let later = crate::support::app();
    later.stack("s").scope("New").add("Queue", queue().stateful());
    assert_eq!(ids(later, &locked(lock)), ["OldQueue"]);
}

#[test]
fn an_id_that_changes_by_mistake_is_found() {
    let moved = |resource: Resource| {
        let app = app();
        app.stack("s").scope("New").add("Queue", resource);
        app
    };
    let findings = refused_with(moved(queue()), &locked(earlier()));
    insta::assert_snapshot!(plain(&findings));

    // What holds no data is a warning.
    let stateless = {
        let app = app();
        app.stack("s").scope("Old").add("Queue", queue());
        synth(app).lock()
    };
    let assembly = synth_with(moved(queue()), &locked(stateless.clone()));
    let severities: Vec<(String, Severity)> = assembly
        .findings()
        .iter()
        .map(|finding: &Finding| (finding.code.to_string(), finding.severity))
        .collect();
    assert_eq!(severities, [("FW0108".to_owned(), Severity::Warning)]);
    // A policy that keeps the real thing says that it matters.
    let kept = moved(queue().deletion_policy(DeletionPolicy::Retain));
    assert_eq!(codes(&refused_with(kept, &locked(stateless))), ["FW0108"]);
}

#[test]
fn an_id_that_is_given_anew_is_found() {
    let app = app();
    app.stack("s").scope("Old").add("Queue", queue().logical_id("Other"));
    assert_eq!(codes(&refused_with(app, &locked(earlier()))), ["FW0108"]);
}

#[test]
fn another_type_at_the_same_place_gets_another_id() {
    let build = || {
        let app = app();
        app.stack("s").scope("Old").add("Queue", Resource::raw("AWS::SNS::Topic"));
        app
    };
    let assembly = synth_with(build(), &locked(earlier()));
    let id = assembly.graph().resources()[0].logical_id.clone();
    assert!(id.starts_with("OldQueue") && id.len() == 16, "{id}");
    assert_eq!(ids(build(), &locked(assembly.lock())), [id]);
}

#[test]
fn environments_have_their_own_ids_in_the_lock() {
    let build = |environment: &str, id: &'static str| {
        let app = App::new("shop", Environment::new(environment));
        app.stack("s").add(id, queue());
        app
    };
    let dev = synth(build("dev", "A")).lock();
    let both = synth_with(build("prod", "B"), &locked(dev)).lock();
    insta::assert_snapshot!(both.text());
}

#[test]
fn one_path_is_one_resource_even_with_an_id_of_its_own() {
    let app = app();
    let stack = app.stack("s");
    stack.add("Queue", queue());
    stack.add("Queue", queue().logical_id("Other"));
    assert_eq!(codes(&refused(app)), ["FW0101"]);
}

#[test]
fn a_scope_may_come_from_the_top_of_its_stack() {
    let app = app();
    let scope = app.stack("s").scope("Api");
    scope.moved_from("");
    scope.add("Role", queue());
    assert_eq!(ids(app, &Options::default()), ["Role"]);
}
