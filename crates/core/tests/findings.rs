//! Bad input: every finding has its code, and all of them come together.

use formwork_core::{
    App, Builder, Environment, Finding, Format, Handle, Limits, Options, Parameter, Resource, Severity,
    functions, json, pseudo, secretsmanager,
};

use crate::support::{app, codes, plain, refused, refused_with, synth, synth_with};

fn queue() -> Resource {
    Resource::raw("AWS::SQS::Queue")
}

#[test]
fn all_problems_come_together() {
    let app = app();
    let stack = app.stack("s");
    let queue = stack.add("my-queue", queue());
    stack.add("Nothing", Resource::raw("AWS::X1::Thing").set("A", json!({"b": null})).set("C", f64::NAN));
    stack.add("Wrong", Resource::raw("SQS").set("Ref", json!({"Ref": "Missing"})));
    stack.edit(queue).set("Loop", queue.attribute("Arn"));
    app.stack("empty");
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0301", "FW0301", "FW0103", "FW0206", "FW0202", "FW0401", "FW0107"]);
}

#[test]
fn another_app_is_out_of_reach() {
    let (ours, theirs) = (app(), App::for_tests());
    let foreign = theirs.stack("s").add("Queue", queue());
    let parameter = theirs.stack("s").parameter("P", Parameter::string());
    let condition = theirs.stack("s").condition("C", parameter.equals("x"));
    let stack = ours.stack("s");
    stack.add("A", queue().set("X", foreign));
    stack.add("B", queue().set("X", json!([foreign.attribute("Arn"), parameter])));
    stack.add("C", queue().set("X", condition.then(1)));
    stack.add("D", queue().depends_on(foreign));
    stack.add("E", queue().condition(condition));
    stack.output("O", foreign);
    stack.output("P", "x").condition(condition);
    stack.edit(foreign).set("X", 1);
    let own = stack.add("F", queue());
    stack.edit(own).depends_on(foreign);
    stack.depends_on(theirs.stack("s"));
    let findings = refused(ours);
    assert_eq!(codes(&findings), ["FW0201"; 11]);
    assert_eq!(findings.iter().next().unwrap().message, "`A` refers to something declared in another `App`");
}

#[test]
fn an_app_without_stacks() {
    assert_eq!(codes(&refused(app())), ["FW0402"]);
}

fn with_queues(count: usize) -> App {
    let app = app();
    let stack = app.stack("s");
    for number in 0..count {
        stack.add(format!("Queue{number}"), queue());
    }
    app
}

#[test]
fn five_hundred_resources_and_no_more() {
    assert_eq!(synth(with_queues(500)).stacks()[0].resource_count(), 500);
    assert_eq!(codes(&refused(with_queues(501))), ["FW0403"]);
    assert!(with_queues(501).synth(&Options { limits: Limits::none(), ..Options::default() }).is_ok());
}

#[test]
fn the_other_quotas() {
    let app = with_queues(1);
    let stack = app.stack("s").description("d".repeat(1025));
    for number in 0..201 {
        stack.output(format!("Output{number}"), "x");
        stack.parameter(format!("Parameter{number}"), Parameter::string());
        stack.mapping(format!("Mapping{number}"), formwork_core::Mapping::new().row("a", [("b", "c")]));
        if number < 51 {
            stack.tag(format!("tag{number}"), "x");
        }
        if number < 6 {
            stack.notification_arn("arn:aws:sns:eu-central-1:111122223333:t");
        }
    }
    stack.output("Described", "x").description("d".repeat(1025));
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0404", "FW0405", "FW0406", "FW0409", "FW0409", "FW0411", "FW0412"]);
}

#[test]
fn outputs_of_wires_count() {
    let app = app();
    let producer = app.stack("producer");
    let consumer = app.stack("consumer");
    for number in 0..101 {
        let queue = producer.add(format!("Queue{number}"), queue());
        consumer.add(
            format!("Thing{number}"),
            Resource::raw("AWS::X1::Thing").set("Q", queue).set("A", queue.attribute("Arn")),
        );
    }
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0404", "FW0405"]);
    assert!(findings.iter().next().unwrap().notes[0].contains("202 outputs"));
}

/// A program whose compact template has a given size.
fn of_size(bytes: usize) -> App {
    let build = |padding: usize| {
        let app = app();
        app.stack("s").add("Queue", queue().metadata("Padding", "x".repeat(padding)));
        app
    };
    let options = Options { format: Format::Compact, limits: Limits::none(), ..Options::default() };
    let empty = synth_with(build(0), &options).stacks()[0].template().compact().len();
    build(bytes - empty)
}

#[test]
fn the_size_of_a_template() {
    let compact = || Options { format: Format::Compact, ..Options::default() };
    let notes = |bytes: usize| {
        let assembly = of_size(bytes).synth(&compact()).unwrap();
        assert_eq!(assembly.stacks()[0].template().compact().len(), bytes);
        assembly
            .findings()
            .iter()
            .map(|finding| (finding.code.to_string(), finding.severity))
            .collect::<Vec<_>>()
    };
    assert_eq!(notes(51_200), []);
    assert_eq!(notes(51_201), [("FW0407".to_owned(), Severity::Note)]);
    assert_eq!(notes(1_000_000), [("FW0407".to_owned(), Severity::Note)]);
    let findings = refused_with(of_size(1_000_001), &compact());
    assert_eq!(codes(&findings), ["FW0408"]);
    // Indented, it is larger, and the advice says what would help.
    let findings = refused(of_size(1_000_000));
    assert_eq!(
        findings.iter().next().unwrap().help[0],
        "written with `--format compact` it has 1000000 bytes"
    );
}

#[test]
fn sixty_dynamic_references() {
    let build = |count: usize| {
        let app = app();
        let stack = app.stack("s");
        for number in 0..count {
            stack.add(format!("R{number}"), queue().set("X", secretsmanager("s").key("k").value()));
        }
        app
    };
    assert!(build(60).synth(&Options::default()).is_ok());
    assert_eq!(codes(&refused(build(61))), ["FW0410"]);
}

#[test]
fn names_of_stacks() {
    let app = App::new("my_shop", Environment::new("prod"));
    app.stack("s").add("Q", queue());
    app.stack("long").name("x".repeat(129)).add("Q", queue());
    app.stack("one").name("same").add("Q", queue());
    app.stack("two").name("same").add("Q", queue());
    app.stack("elsewhere").name("same").region("us-east-1").add("Q", queue());
    app.stack("digit").name("1st").add("Q", queue());
    assert_eq!(codes(&refused(app)), ["FW0106", "FW0105", "FW0104", "FW0105"]);
}

#[test]
fn exports_are_unique_in_their_place() {
    let app = app();
    for (id, region) in [("one", "eu-central-1"), ("two", "eu-central-1"), ("three", "us-east-1")] {
        let stack = app.stack(id).region(region);
        stack.add("Q", queue());
        stack.output("Name", "x").export("queue-name");
    }
    assert_eq!(codes(&refused(app)), ["FW0413"]);
}

#[test]
fn conditions_cannot_refer_to_resources() {
    let app = app();
    let stack = app.stack("s");
    let queue = stack.add("Q", queue());
    stack.condition("C", queue.attribute("QueueName").equals("x"));
    assert_eq!(codes(&refused(app)), ["FW0207"]);
}

#[test]
fn stack_tags_are_literals() {
    let app = with_queues(1);
    app.tag("account", pseudo::account_id());
    assert_eq!(codes(&refused(app)), ["FW0306"]);
}

#[test]
fn a_required_property_that_is_nothing() {
    struct Typed(formwork_core::Body);
    impl formwork_core::IntoResource for Typed {
        type Handle = Handle;
        const ABOUT: &'static formwork_core::About =
            &formwork_core::About { required: &["VpcId"], ..formwork_core::About::NOTHING };
        fn into_resource(self) -> Resource {
            Resource::new("AWS::EC2::Subnet", self.0)
        }
        fn handle(handle: Handle) -> Handle {
            handle
        }
    }
    let build = |value: Option<&str>| {
        let mut body = formwork_core::Body::new();
        body.set::<String>("VpcId", value);
        let app = app();
        app.stack("s").add("Subnet", Typed(body));
        app
    };
    assert_eq!(codes(&refused(build(None))), ["FW0302"]);
    synth(build(Some("vpc-1")));
}

#[test]
fn a_value_too_deep_is_refused_and_not_overflowed() {
    let mut value = json!(1).expr().clone();
    for _ in 0..300 {
        value = formwork_core::Expr::List(vec![value]);
    }
    let app = app();
    app.stack("s").add("Q", queue().set("X", value));
    assert_eq!(codes(&refused(app)), ["FW0301"]);
}

#[test]
fn a_finding_of_a_pattern_points_at_the_users_line_first() {
    let app = app();
    let stack = app.stack("s");
    let scope = stack.scope("Db");
    crate::support::pattern(scope);
    let findings = refused(app);
    let finding = findings.iter().next().unwrap();
    let files: Vec<&str> = finding.spans.iter().map(|span| &*span.at.file).collect();
    assert_eq!(files, ["crates/core/tests/findings.rs", "crates/core/tests/support.rs"]);
}

#[test]
fn unknown_names_are_answered_with_near_ones() {
    let app = app();
    let stack = app.stack("s");
    stack.add("Queue", queue());
    stack.add("A", queue().set("X", json!({"Ref": "Queu"})));
    stack.add("B", queue().set("X", json!({"Fn::GetAtt": ["Nothing", "Arn"]})));
    stack.add("C", queue().set("X", json!({"Fn::If": ["IsProd", 1, 2]})));
    stack.add("D", queue().set("X", functions::sub("${Missing}", [("V", "v")])));
    insta::assert_snapshot!(plain(&refused(app)));
}

#[test]
fn findings_of_the_users_own_are_reported_too() {
    let app = with_queues(1);
    app.report(Finding::warning("ORG002", "queues cost money"));
    let assembly = synth(app);
    assert_eq!(assembly.findings().count(Severity::Warning), 1);
}

#[test]
fn names_written_by_hand_have_to_be_there() {
    let documents = [
        json!({"Ref": ""}),
        json!({"Ref": "AWS::Nope"}),
        json!({"Fn::Sub": "a${}b"}),
        json!({"Fn::Sub": "${AWS::Nope}"}),
        json!({"Fn::FindInMap": ["Nope", "a", "b"]}),
        json!({"Ref": "two\nlines"}),
    ];
    let app = app();
    let stack = app.stack("s");
    for (number, document) in documents.into_iter().enumerate() {
        stack.add(format!("R{number}"), queue().set("X", document));
    }
    stack.add("NaN", queue().set("X", formwork_core::interpolate!("x{}", f64::NAN)));
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0301", "FW0206", "FW0206", "FW0206", "FW0206", "FW0206", "FW0206"]);
    assert!(findings.iter().all(|finding| !finding.message.contains('\n')));
}

#[test]
fn a_path_without_end_is_refused() {
    let app = app();
    let stack = app.stack("s");
    stack.add("Q", queue().override_property("a.".repeat(100_000), 1));
    assert_eq!(codes(&refused(app)), ["FW0303"]);
}

#[test]
fn secrets_stay_out_of_outputs() {
    let app = app();
    let base = app.stack("base");
    let secret = base.parameter("Password", Parameter::secret());
    let hidden = base.parameter("Token", Parameter::string().no_echo());
    base.add("R", queue().set("Fine", secret));
    base.output("Leak", formwork_core::interpolate!("x{}", hidden));
    base.nested("Inner").add("Fine", queue().set("X", secret));
    app.stack("other").add("R", queue().set("Password", secret));
    assert_eq!(codes(&refused(app)), ["FW0208", "FW0208"]);
}

#[test]
fn a_secret_is_passed_to_a_nested_stack_without_echo() {
    let app = app();
    let base = app.stack("base");
    let secret = base.parameter("Password", Parameter::secret());
    base.nested("Inner").add("Fine", queue().set("X", secret));
    let assembly = synth(app);
    let inner = assembly.stack("base/Inner").expect("the nested stack").template().value();
    assert_eq!(inner["Parameters"]["BasePassword"]["NoEcho"], true);
}

#[test]
fn one_key_twice_in_a_document() {
    let app = app();
    let stack = app.stack("s");
    stack.add("A", queue().set("X", json!({"a": 1, "b": {"c": 1, "c": 2}})));
    stack.add("B", queue().set("X", json!({"a": None::<i32>, "a": 2})));
    assert_eq!(codes(&refused(app)), ["FW0301"]);
}

#[test]
fn a_nested_stack_is_a_part_of_another() {
    let app = app();
    let outer = app.stack("outer");
    outer.add("R", queue());
    let inner = outer.nested("Inner").name("own").region("us-east-1").account("1").termination_protection();
    inner.service_role("arn").notification_arn("arn");
    inner.parameter("Given", Parameter::string());
    inner.parameter("Default", Parameter::string().default("x"));
    inner.parameter("Missing", Parameter::string());
    inner.add("R", queue());
    outer.edit(inner.resource().expect("it is nested")).set("Parameters.Given", "x");
    assert_eq!(outer.resource(), None);
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0111", "FW0111", "FW0111", "FW0111", "FW0111", "FW0111", "FW0209"]);
}

#[test]
fn what_may_not_be_there_is_told() {
    let app = app();
    let stack = app.stack("s");
    let stage = stack.parameter("Stage", Parameter::string());
    let prod = stack.condition("IsProd", stage.equals("prod"));
    let maybe = stack.add("Maybe", queue().condition(prod));
    stack.add("Always", queue().set("X", maybe));
    stack.add("Chosen", queue().set("X", prod.then(maybe)));
    stack.add("Same", queue().set("X", maybe).condition(prod));
    stack.output("Out", maybe);
    stack.output("Fine", maybe).condition(prod);
    app.stack("other").add("Far", queue().set("X", maybe.attribute("Arn")));
    let assembly = synth(app);
    let messages: Vec<&str> = assembly.findings().iter().map(|finding| &*finding.message).collect();
    assert_eq!(
        messages,
        [
            "`Always` always refers to `Maybe`, which is only there if `IsProd` holds",
            "`Far` always refers to `Maybe`, which is only there if `IsProd` holds",
            "output `Out` always refers to `Maybe`, which is only there if `IsProd` holds",
        ]
    );
    let outputs = assembly.stacks()[0].template().value()["Outputs"].clone();
    assert_eq!(outputs["SMaybeArn"]["Condition"], "IsProd");
}

#[test]
fn names_of_exports_and_reserved_tags() {
    let app = app();
    let stack = app.stack("s");
    stack.tag("aws:mine", "x");
    stack.add("R", queue());
    stack.output("A", "x").export("");
    stack.output("B", "x").export("a b");
    app.stack("").add("R", queue());
    assert_eq!(codes(&refused(app)), ["FW0411", "FW0103", "FW0103", "FW0105"]);
}

#[test]
fn paths_make_lists_and_have_no_empty_steps() {
    let app = app();
    let stack = app.stack("s");
    let fine = stack.add("Fine", queue().override_property("Tags.0.Key", "k"));
    let wrong = stack.add("Wrong", queue());
    stack.edit(wrong).set("X..Y", 1).set("", 1);
    assert_eq!(codes(&refused(app)), ["FW0303", "FW0303"]);
    let _ = fine;
    let app = crate::support::app();
    app.stack("s").add("Fine", queue().override_property("Tags.0.Key", "k"));
    assert!(synth(app).stacks()[0].template().compact().contains(r#"{"Tags":[{"Key":"k"}]}"#));
}

#[test]
fn depth_is_limited_in_every_form() {
    let substitution = || {
        let mut value = json!({"Ref": "AWS::Region"});
        for _ in 0..1_000 {
            value = json!({"Fn::Sub": ["${A}", {"A": value}]});
        }
        value
    };
    let app = app();
    let stack = app.stack("s");
    stack.add("A", queue().set("X", substitution()));
    let mut choice = formwork_core::Expr::Int(1);
    for _ in 0..1_000 {
        let joined = vec![formwork_core::Part::Value(choice), formwork_core::Part::Text("x".into())];
        choice = formwork_core::Expr::Interpolation(joined);
    }
    stack.add("B", queue().set("X", choice));
    assert_eq!(codes(&refused(app)), ["FW0301", "FW0301"]);
}

#[test]
fn a_text_that_grows_in_a_loop_is_one_text() {
    let app = crate::support::app();
    let stack = app.stack("s");
    let thing = stack.add("Thing", queue());
    let mut text = formwork_core::interpolate!("{}", thing);
    for _ in 0..2_000 {
        text = formwork_core::interpolate!("{text}x");
    }
    stack.add("R", queue().set("X", text));
    let template = synth(app).stacks()[0].template().compact().to_owned();
    assert!(template.contains(&format!("${{Thing}}{}", "x".repeat(2_000))));
}

#[test]
fn the_last_metadata_of_a_key_counts() {
    let app = with_queues(1);
    app.stack("s").template_metadata("A", 1).template_metadata("B", 2).template_metadata("A", 3);
    let template = synth(app).stacks()[0].template().compact().to_owned();
    assert!(template.contains(r#""Metadata":{"B":2,"A":3}"#), "{template}");
}

#[test]
fn a_finding_on_a_property_names_its_place_in_the_template() {
    let app = app();
    let inner = app.stack("outer").nested("Inner");
    inner.scope("Api").add("Queue", queue().set("X", json!({"a": [{"b": {"Ref": "Nope"}}]})));
    inner.add("Null", queue().set("Y", json!({"a": null})));
    let findings = refused(app);
    let finding = findings.iter().find(|finding| finding.code == "FW0206").expect("the name is unknown");
    assert_eq!(finding.template_path.as_deref(), Some("Resources/ApiQueue/Properties/X/a/0/b"));
    assert_eq!(finding.stack.as_deref(), Some("outer/Inner"));
    let finding = findings.iter().find(|finding| finding.code == "FW0301").expect("there is a null");
    assert_eq!(finding.message, "`Y` of `Null` holds a `null`, which CloudFormation refuses");
}

#[test]
fn a_large_object_with_one_key_twice() {
    let mut fields: Vec<formwork_core::Field> = (0..50_000)
        .map(|n| formwork_core::Field::new(format!("K{n}"), formwork_core::Expr::Int(n)))
        .collect();
    fields.push(formwork_core::Field::new("K7", formwork_core::Expr::Int(1)));
    let app = app();
    app.stack("s").add("Q", queue().set("X", formwork_core::Expr::Object(fields)));
    assert_eq!(codes(&refused(app)), ["FW0301"]);
}
