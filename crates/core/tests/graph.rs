//! The dependency graph: edges, waves, circles, and what is left of `DependsOn`.

use formwork_core::{
    Advice, App, Builder, EdgeKind, Handle, Options, Parameter, Resource, Scope, interpolate, json,
};

use crate::support::{app, codes, plain, refused, refused_with, synth, template};

fn queue(scope: Scope<'_>, id: &'static str) -> Handle {
    scope.add(id, Resource::raw("AWS::SQS::Queue"))
}

#[test]
fn edges_know_their_kind_and_path() {
    let app = app();
    let stack = app.stack("s");
    let stage = stack.parameter("Stage", Parameter::string());
    let prod = stack.condition("IsProd", stage.equals("prod"));
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|id| queue(*stack, id));
    let thing = stack.add(
        "Thing",
        Resource::raw("AWS::X1::Thing")
            .set("Direct", a)
            .set("Deep", json!({"list": [1, {"key": b.attribute("Arn")}]}))
            .set("Text", interpolate!("x{}y", c))
            .set("Maybe", json!({"here": prod.then(d.attribute("Arn"))}))
            .depends_on([a, d]),
    );
    let assembly = synth(app);
    let seen: Vec<(String, EdgeKind, Option<String>, bool)> = assembly
        .graph()
        .dependencies(thing)
        .into_iter()
        .map(|edge| (edge.to.logical_id, edge.kind, edge.property, edge.conditional))
        .collect();
    let edge = |to: &str, kind, property: Option<&str>, conditional| {
        (to.to_owned(), kind, property.map(str::to_owned), conditional)
    };
    assert_eq!(
        seen,
        [
            edge("A", EdgeKind::Reference, Some("Direct"), false),
            edge("B", EdgeKind::Attribute, Some("Deep.list.1.key"), false),
            edge("C", EdgeKind::Reference, Some("Text"), false),
            edge("D", EdgeKind::Attribute, Some("Maybe.here"), true),
            edge("A", EdgeKind::DependsOn, None, false),
            edge("D", EdgeKind::DependsOn, None, false),
        ]
    );
    // The reference to A says it already; the one to D is not always there.
    assert_eq!(assembly.stacks()[0].template().value()["Resources"]["Thing"]["DependsOn"], "D");
}

#[test]
fn what_needs_what_also_across_stacks() {
    let app = app();
    let (one, two) = (app.stack("one"), app.stack("two"));
    let a = queue(*one, "A");
    let b = one.add("B", Resource::raw("AWS::X1::Thing").set("P", a));
    let c = two.add("C", Resource::raw("AWS::X1::Thing").set("P", b));
    let assembly = synth(app);
    let graph = assembly.graph();
    let ids = |views: Vec<formwork_core::ResourceView>| {
        views.into_iter().map(|view| format!("{}/{}", view.stack, view.logical_id)).collect::<Vec<_>>()
    };
    assert_eq!(ids(graph.all_dependencies(c)), ["one/A", "one/B"]);
    assert_eq!(ids(graph.all_dependents(a)), ["one/B", "two/C"]);
    assert_eq!(graph.dependents(a).len(), 1);
    assert_eq!(graph.waves("one").into_iter().map(ids).collect::<Vec<_>>(), [["one/A"], ["one/B"]]);
    assert_eq!(graph.waves("nowhere").len(), 0);
    let stranger = App::for_tests();
    assert!(graph.dependencies(queue(*stranger.stack("s"), "A")).is_empty());
}

#[test]
fn depends_on_is_reduced_to_what_references_do_not_say() {
    let depends_on = |build: fn(Scope<'_>) -> Resource| {
        let app = app();
        let stack = app.stack("s");
        let last = build(*stack);
        stack.add("Last", last);
        template(app)["Resources"]["Last"]["DependsOn"].clone()
    };
    let thing = || Resource::raw("AWS::X1::Thing");
    // Said twice.
    assert_eq!(
        depends_on(|s| {
            let a = queue(s, "A");
            Resource::raw("AWS::X1::Thing").depends_on([a, a]).depends_on(a)
        }),
        "A"
    );
    // Through another reference.
    assert_eq!(
        depends_on(|s| {
            let a = queue(s, "A");
            let b = s.add("B", Resource::raw("AWS::X1::Thing").set("P", a));
            Resource::raw("AWS::X1::Thing").set("P", b).depends_on(a)
        }),
        serde_json::Value::Null
    );
    // Through another `depends_on`.
    assert_eq!(
        depends_on(|s| {
            let a = queue(s, "A");
            let b = s.add("B", Resource::raw("AWS::X1::Thing").depends_on(a));
            Resource::raw("AWS::X1::Thing").depends_on([a, b])
        }),
        "B"
    );
    // The way round leads through something that may not be there.
    assert_eq!(
        depends_on(|s| {
            let stage = s.parameter("Stage", Parameter::string());
            let prod = s.condition("IsProd", stage.equals("prod"));
            let a = queue(s, "A");
            let b = s.add("B", Resource::raw("AWS::X1::Thing").set("P", a).condition(prod));
            Resource::raw("AWS::X1::Thing").set("P", prod.then(b)).depends_on([a, b])
        }),
        serde_json::json!(["A", "B"])
    );
    let _ = thing;
}

/// Two security groups that each let the other in: the circle that everybody meets once.
fn groups(app: &App) {
    let stack = app.stack("network");
    let group = |id: &'static str| {
        stack.add(id, Resource::raw("AWS::EC2::SecurityGroup").set("GroupDescription", id))
    };
    let (web, data) = (group("Web"), group("Data"));
    let rule =
        |peer: Handle, key: &'static str| json!([{"IpProtocol": "tcp", (key): peer.attribute("GroupId")}]);
    stack.edit(web).set("SecurityGroupEgress", rule(data, "DestinationSecurityGroupId"));
    stack.edit(data).set("SecurityGroupIngress", rule(web, "SourceSecurityGroupId"));
}

#[test]
fn a_circle_prints_its_path_and_how_to_break_it() {
    let app = app();
    groups(&app);
    let advice = Advice {
        resource_type: "AWS::EC2::SecurityGroup",
        property: None,
        help: "use separate rule resources",
    };
    let options = Options { advice: vec![advice], ..Options::default() };
    insta::assert_snapshot!(plain(&refused_with(app, &options)));
}

#[test]
fn every_circle_is_reported_once() {
    let app = app();
    groups(&app);
    let stack = app.stack("network");
    let own = queue(*stack, "Own");
    stack.edit(own).set("P", own.attribute("Arn"));
    let [a, b, c] = ["A", "B", "C"].map(|id| queue(*stack, id));
    stack.edit(a).depends_on(b);
    stack.edit(b).depends_on(c);
    stack.edit(c).depends_on(a);
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0202"; 3]);
    let messages: Vec<&str> = findings.iter().map(|finding| &*finding.message).collect();
    assert_eq!(
        messages,
        [
            "resources need each other in a circle: Web -> Data -> Web",
            "resources need each other in a circle: Own -> Own",
            "resources need each other in a circle: A -> B -> C -> A",
        ]
    );
}
