//! The pass over all resources: transforms, tags, names, and where every change came from.

use formwork_core::{App, Builder, Environment, Expr, Finding, Format, Resource, Severity, Tagging, json};

use crate::support::{app, codes, refused, synth, template};

#[test]
fn transforms_run_in_order_and_are_noted() {
    let app = app();
    app.transform("encrypt", |resource| {
        if resource.kind() == "AWS::S3::Bucket" {
            resource.set_default("Encryption.Algorithm", "aws:kms");
        }
    });
    app.transform("shout", |resource| {
        if let Some(algorithm) =
            resource.get("Encryption.Algorithm").and_then(|value| value.as_str().map(str::to_uppercase))
        {
            resource.set("Encryption.Algorithm", algorithm).remove("Old");
        }
    });
    let stack = app.stack("s");
    stack.add("Bucket", Resource::raw("AWS::S3::Bucket").set("Old", 1));
    stack.add("Own", Resource::raw("AWS::S3::Bucket").set("Encryption", json!({"Algorithm": "aes"})));
    stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let assembly = synth(app);
    let resources = &assembly.stacks()[0].template().value()["Resources"];
    assert_eq!(resources["Bucket"]["Properties"].to_string(), r#"{"Encryption":{"Algorithm":"AWS:KMS"}}"#);
    assert_eq!(resources["Own"]["Properties"].to_string(), r#"{"Encryption":{"Algorithm":"AES"}}"#);
    assert_eq!(resources["Queue"].get("Properties"), None);
    let manifest = assembly.manifest(Format::Pretty);
    let changes = &manifest.stacks[0].resources["Own"].changes;
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.path.as_str(), change.by.as_str()), ("Properties.Encryption.Algorithm", "shout"));
    assert!(change.before.as_ref().is_some_and(|before| before.line > change.at.line));
    let by: Vec<&str> =
        manifest.stacks[0].resources["Bucket"].changes.iter().map(|change| &*change.by).collect();
    assert_eq!(by, ["encrypt", "shout", "shout"]);
}

#[test]
fn a_transform_reports_at_the_users_line() {
    let app = app();
    app.transform("names", |resource| {
        if resource.get("QueueName").is_some() {
            resource.report(Finding::error("ORG001", "queues are not named by hand"));
        }
    });
    app.stack("s").add("Queue", Resource::raw("AWS::SQS::Queue").set("QueueName", "q"));
    let findings = refused(app);
    assert_eq!(codes(&findings), ["ORG001"]);
    let finding = findings.iter().next().unwrap();
    assert_eq!(finding.spans[0].at.file, "crates/core/tests/transforms.rs");
    assert_eq!(finding.stack.as_deref(), Some("s"));
}

#[test]
fn tags_are_inherited_and_overridden() {
    let app = app();
    app.tag("app", "shop").tag("level", "app");
    let stack = app.stack("s");
    stack.tag("level", "stack");
    let scope = stack.scope("Api");
    scope.tag("level", "scope").tag("api", true);
    scope.add("A", Resource::raw("AWS::SQS::Queue").tag("level", "resource").tag("own", 1));
    scope.add("B", Resource::raw("AWS::SSM::Parameter").tagging(Tagging::Map("Tags")));
    scope.add("C", Resource::raw("AWS::X1::Thing").tagging(Tagging::None));
    stack.add("D", Resource::raw("AWS::SQS::Queue"));
    stack.add(
        "E",
        Resource::raw("AWS::SQS::Queue")
            .tagging(Tagging::List("TagSet"))
            .set("TagSet", json!([{"Key": "app", "Value": "mine"}])),
    );
    stack.nested("Inner").tag("part", "inner");
    stack.nested("Inner").add("F", Resource::raw("AWS::SQS::Queue").tagging(Tagging::List("Tags")));
    let assembly = synth(app);
    let resources = assembly.stack("s").unwrap().template().value()["Resources"].clone();
    let tags = |id: &str, property: &str| resources[id]["Properties"][property].to_string();
    assert_eq!(
        tags("ApiA", "Tags"),
        r#"[{"Key":"app","Value":"shop"},{"Key":"level","Value":"resource"},{"Key":"api","Value":true},{"Key":"own","Value":1}]"#
    );
    assert_eq!(tags("ApiB", "Tags"), r#"{"api":true,"app":"shop","level":"scope"}"#);
    assert_eq!(resources["ApiC"].get("Properties"), None);
    // Untyped, and nobody said how it takes tags: the stack's own tags reach it at deployment.
    assert_eq!(resources["D"].get("Properties"), None);
    assert_eq!(tags("E", "TagSet"), r#"[{"Key":"app","Value":"mine"},{"Key":"level","Value":"stack"}]"#);
    let inner = assembly.stack("s/Inner").unwrap().template().value();
    assert_eq!(inner["Resources"]["F"]["Properties"]["Tags"][1]["Value"], "stack");
    // What is said of the nested stack itself goes to the resource that it is.
    assert_eq!(resources["Inner"]["Properties"]["Tags"].to_string(), r#"[{"Key":"part","Value":"inner"}]"#);
}

#[test]
fn tags_that_do_not_reach_a_resource_are_told() {
    let app = app();
    let scope = app.stack("s").scope("Api");
    scope.tag("owner", "api");
    scope.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let assembly = synth(app);
    let finding = assembly.findings().iter().next().unwrap();
    assert_eq!((&*finding.code, finding.severity), ("FW0306", Severity::Warning));
}

#[test]
fn tags_cannot_join_an_expression() {
    let app = app();
    app.tag("a", "b");
    let stack = app.stack("s");
    let stage = stack.parameter("Stage", formwork_core::Parameter::string());
    let prod = stack.condition("IsProd", stage.equals("prod"));
    stack.add(
        "Q",
        Resource::raw("AWS::SQS::Queue").tagging(Tagging::List("Tags")).set("Tags", prod.then(json!([]))),
    );
    assert_eq!(codes(&refused(app)), ["FW0306"]);
}

#[test]
fn physical_names_are_inherited_and_cut() {
    let app = App::new("shop", Environment::new("prod"));
    let stack = app.stack("s");
    let scope = stack.scope("Api");
    assert_eq!(scope.physical_name("images", 63), "shop-prod-images");
    app.name_prefix("acme");
    assert_eq!(scope.physical_name("images", 63), "acme-images");
    stack.name_prefix("acme-eu");
    assert_eq!(scope.physical_name("images", 63), "acme-eu-images");
    let cut = scope.physical_name(&"x".repeat(80), 63);
    assert_eq!(cut.len(), 63);
    assert_ne!(cut, scope.physical_name(&"x".repeat(81), 63));
}

#[test]
fn what_was_set_can_be_read_back() {
    let app = app();
    let stack = app.stack("s");
    let queue = stack.add(
        "Queue",
        Resource::raw("AWS::SQS::Queue").set("Delay", 5).set("Nested", json!({"a": ["x", {"b": true}]})),
    );
    let edit = stack.edit(queue);
    assert_eq!(edit.get("Delay").and_then(|value| value.as_i64()), Some(5));
    assert_eq!(edit.get("Nested.a.1.b").and_then(|value| value.as_bool()), Some(true));
    assert_eq!(edit.get("Nested.a.0").as_ref().and_then(Expr::as_str), Some("x"));
    assert_eq!(edit.get("Nested.a.7"), None);
    assert_eq!(edit.get("Other"), None);
    assert_eq!(edit.properties(), ["Delay", "Nested"]);
    assert_eq!(
        (edit.kind(), edit.address(), edit.stack()),
        ("AWS::SQS::Queue".into(), "Queue".into(), "s".into())
    );
    edit.set("Added", queue.attribute("Arn"));
    assert!(edit.get("Added").is_some_and(|value| value.is_expression()));
    edit.remove("Delay").remove("Added");
    let template = template(app);
    assert_eq!(
        template["Resources"]["Queue"]["Properties"].to_string(),
        r#"{"Nested":{"a":["x",{"b":true}]}}"#
    );
}

#[test]
fn tags_of_instances_are_handed_on_and_what_takes_none_is_refused() {
    let app = app();
    let stack = app.stack("s");
    stack.add(
        "Group",
        Resource::raw("AWS::X1::Group").tagging(Tagging::Propagating("Tags")).tag("team", "web"),
    );
    let template = synth(app).stacks()[0].template().value().clone();
    assert_eq!(
        template["Resources"]["Group"]["Properties"]["Tags"].to_string(),
        r#"[{"Key":"team","PropagateAtLaunch":true,"Value":"web"}]"#
    );

    let app = self::app();
    app.stack("s").add("Route", Resource::raw("AWS::X1::Route").tagging(Tagging::None).tag("team", "web"));
    let findings = refused(app);
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["error[FW0306]: AWS::X1::Route takes no tags, but `Route` has the tag `team`"]);
}
