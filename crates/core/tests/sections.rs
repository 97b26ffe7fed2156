//! Every section of a template and every attribute of a resource.

use formwork_core::{
    Builder, CreationPolicy, DeletionPolicy, Id, Mapping, Parameter, Predicate, Resource, RollingUpdate,
    Rule, UpdatePolicy, UpdateReplacePolicy, functions, json, pseudo,
};

use crate::support::{app, codes, refused, synth, template};

#[test]
fn a_template_with_everything() {
    struct Vpc;
    let app = app();
    let stack = app.stack("all").description("every section");
    let stack = stack.template_macro("Acme::Macro").template_metadata("Owner", json!({"team": "shop"}));
    let stage = stack.parameter(
        "Stage",
        Parameter::string()
            .default("dev")
            .allowed_values(["dev", "prod"])
            .description("which one")
            .constraint_description("dev or prod"),
    );
    let count = stack.parameter("Count", Parameter::integer().default(2).min_value(1).max_value(10));
    stack.parameter("Ratio", Parameter::number().default(0.5));
    let zones = stack.parameter("Zones", Parameter::strings().default(["a", "b"]));
    stack.parameter("Ports", Parameter::numbers().default([80, 443]));
    stack.parameter("Vpc", Parameter::<Id<Vpc>>::of_type("AWS::EC2::VPC::Id"));
    let password = stack
        .parameter("Password", Parameter::secret().min_length(8).max_length(64).allowed_pattern("[a-z]+"));
    let sizes =
        stack.mapping("Sizes", Mapping::integers().row("dev", [("Gib", 1)]).row("prod", [("Gib", 8)]));
    let is_prod = stack.condition("IsProd", stage.equals("prod"));
    stack.rule(
        "ProdIsLarge",
        Rule::new()
            .when(stage.equals("prod"))
            .assert(Predicate::each_member_in(zones, ["a", "b", "c"]), "zones are a, b or c")
            .assert(Predicate::contains(["x"], functions::value_of(&stage, "Tags.Name")), "a tag"),
    );
    let first = stack.add("First", Resource::raw("AWS::SQS::Queue"));
    let scope = stack.scope("Inner");
    scope.add(
        "Group",
        Resource::raw("AWS::AutoScaling::AutoScalingGroup")
            .set("MaxSize", count)
            .set("Size", sizes.find(stage, "Gib"))
            .set("Password", password)
            .depends_on(first)
            .condition(is_prod)
            .metadata("AWS::CloudFormation::Init", json!({"config": {"files": {}}}))
            .metadata("Note", "n")
            .creation_policy(CreationPolicy::signals(3, "PT15M").min_successful_instances_percent(50))
            .update_policy(
                UpdatePolicy::rolling(RollingUpdate { max_batch_size: Some(1), ..RollingUpdate::default() })
                    .ignore_unmodified_group_size(),
            )
            .deletion_policy(DeletionPolicy::RetainExceptOnCreate)
            .update_replace_policy(UpdateReplacePolicy::Snapshot),
    );
    scope
        .output("Zones", zones.value().join(","))
        .description("where")
        .export("all-zones")
        .condition(is_prod);
    insta::assert_snapshot!(synth(app).stacks()[0].template().pretty());
}

#[test]
fn the_other_update_policies() {
    let app = app();
    let stack = app.stack("s");
    let group = || Resource::raw("AWS::AutoScaling::AutoScalingGroup");
    stack.add(
        "A",
        group().update_policy(UpdatePolicy::replacing()).creation_policy(CreationPolicy::start_fleet()),
    );
    stack.add("B", group().update_policy(UpdatePolicy::code_deploy("app", pseudo::region())));
    stack.add("C", group().update_policy(UpdatePolicy::online_resharding()));
    stack.add("D", group().update_policy(UpdatePolicy::version_upgrade()));
    let resources = &template(app)["Resources"];
    let policy = |id: &str| resources[id]["UpdatePolicy"].to_string();
    assert_eq!(policy("A"), r#"{"AutoScalingReplacingUpdate":{"WillReplace":true}}"#);
    assert_eq!(
        policy("B"),
        r#"{"CodeDeployLambdaAliasUpdate":{"ApplicationName":"app","DeploymentGroupName":{"Ref":"AWS::Region"}}}"#
    );
    assert_eq!(policy("C"), r#"{"UseOnlineResharding":true}"#);
    assert_eq!(policy("D"), r#"{"EnableVersionUpgrade":true}"#);
    assert_eq!(resources["A"]["CreationPolicy"].to_string(), r#"{"StartFleet":true}"#);
}

#[test]
fn parameters_contradict_themselves() {
    let app = app();
    let stack = app.stack("s");
    stack.add("R", Resource::raw("AWS::SQS::Queue"));
    stack.parameter("A", Parameter::string().default("x").allowed_values(["a", "b"]));
    stack.parameter("B", Parameter::integer().default(11).max_value(10));
    stack.parameter("C", Parameter::string().min_length(5).max_length(4));
    stack.parameter("D", Parameter::strings().default(["a", "z"]).allowed_values([["a"], ["b"]]));
    stack.parameter("E", Parameter::string().default(pseudo::region()));
    stack.parameter("Fine", Parameter::strings().default(["a", "b"]).allowed_values([["a"], ["b"]]));
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0304"; 5]);
    assert_eq!(
        findings.iter().next().unwrap().message,
        "parameter `A` contradicts itself: its default `x` is not one of the allowed values"
    );
}

#[test]
fn a_secret_default_is_not_told() {
    let app = app();
    let stack = app.stack("s");
    stack.add("R", Resource::raw("AWS::SQS::Queue"));
    stack.parameter("P", Parameter::string().default("hunter2").allowed_values(["hunter3"]).no_echo());
    assert!(!format!("{:?}", refused(app)).contains("hunter"));
}

#[test]
fn mappings_hold_literals() {
    let app = app();
    let stack = app.stack("s");
    stack.add("R", Resource::raw("AWS::SQS::Queue"));
    stack.mapping("Empty", Mapping::new());
    stack.mapping(
        "Rows",
        Mapping::new().row("a b", [("x", "1")]).row("a", [("x-y", "1")]).row("a", [("z", "1")]),
    );
    stack.mapping("Values", Mapping::new().row("a", [("x", pseudo::region())]));
    stack.mapping("Lists", Mapping::lists().row("a", [("x", ["1", "2"])]));
    let findings = refused(app);
    assert_eq!(codes(&findings), ["FW0307"; 5]);
}

#[test]
fn an_empty_rule_asserts_nothing() {
    let app = app();
    let stack = app.stack("s");
    stack.add("R", Resource::raw("AWS::SQS::Queue"));
    stack.rule("Nothing", Rule::new());
    assert_eq!(codes(&refused(app)), ["FW0308"]);
}

#[test]
fn overrides_have_the_last_word() {
    let app = app();
    app.tag("team", "shop");
    let stack = app.stack("s");
    stack.add(
        "R",
        Resource::raw("AWS::S3::Bucket")
            .set("A", json!({"B": [{"C": 1}]}))
            .tag("x", "y")
            .override_property("A.B.0.C", 2)
            .override_property("A.B.1", "new")
            .override_property(r"D\.E.F", true)
            .override_property("Tags", formwork_core::NoValue)
            .override_attribute("NewThing.Deep", 1)
            .override_attribute("Metadata.cfn-lint.config", json!({"ignore_checks": ["E3012"]})),
    );
    assert_eq!(
        template(app)["Resources"]["R"].to_string(),
        r#"{"Metadata":{"cfn-lint":{"config":{"ignore_checks":["E3012"]}}},"NewThing":{"Deep":1},"Properties":{"A":{"B":[{"C":2},"new"]},"D.E":{"F":true}},"Type":"AWS::S3::Bucket"}"#
    );
}

#[test]
fn an_override_that_does_not_fit_is_reported() {
    let app = app();
    let stack = app.stack("s");
    stack.add(
        "R",
        Resource::raw("AWS::S3::Bucket")
            .set("A", [1])
            .set("B", pseudo::region())
            .override_property("A.7", 1)
            .override_property("A.x", 1)
            .override_property("B.c", 1)
            .override_attribute("DeletionPolicy", "Retain")
            .override_attribute("Properties", 1),
    );
    assert_eq!(codes(&refused(app)), ["FW0303"; 5]);
}
