//! Several stacks: wires with their lowerings, order, options, nesting.

use formwork_core::{
    App, Assembly, Builder, Environment, Format, Lowering, Manifest, Options, Output, Parameter, Resource,
    WireState, functions, interpolate, json,
};
use serde_json::Value;

use crate::support::{app, codes, plain, refused, refused_with, synth, synth_with};

fn wired(lowering: Lowering) -> Options {
    Options { lowering: Some(lowering), ..Options::default() }
}

/// A network and a service that uses a reference, an attribute, a list and a parameter of it.
fn two_stacks(app: &App) {
    let network = app.stack("network");
    let size = network.parameter("Size", Parameter::string().default("s"));
    let zone = network
        .scope("Dns")
        .add("Zone", Resource::raw("AWS::Route53::HostedZone").set("Name", "example.org"));
    let servers: Output<Vec<String>> = zone.attribute("NameServers").cast();
    let service = app.stack("service");
    service.add(
        "Record",
        Resource::raw("AWS::X1::Thing")
            .set("ZoneId", zone)
            .set("Text", interpolate!("zone {} of size {}", zone.attribute("Id"), size))
            .set("Servers", &servers)
            .set("First", servers.select(0)),
    );
}

fn resource(assembly: &Assembly, stack: &str, id: &str) -> Value {
    assembly.stack(stack).expect("the stack").template().value()["Resources"][id]["Properties"].clone()
}

fn section(assembly: &Assembly, stack: &str, name: &str) -> Value {
    assembly.stack(stack).expect("the stack").template().value()[name].clone()
}

#[test]
fn parameter_wires() {
    let app = app();
    two_stacks(&app);
    let assembly = synth(app);
    assert_eq!(
        section(&assembly, "network", "Outputs"),
        serde_json::json!({
            "NetworkDnsZoneRef": {"Description": "DnsZone for other stacks", "Value": {"Ref": "DnsZone"}},
            "NetworkDnsZoneId": {"Description": "DnsZone.Id for other stacks", "Value": {"Fn::GetAtt": ["DnsZone", "Id"]}},
            "NetworkSize": {"Description": "Size for other stacks", "Value": {"Ref": "Size"}},
            "NetworkDnsZoneNameServers": {
                "Description": "DnsZone.NameServers for other stacks",
                "Value": {"Fn::Join": [",", {"Fn::GetAtt": ["DnsZone", "NameServers"]}]},
            },
        })
    );
    let parameters = section(&assembly, "service", "Parameters");
    assert_eq!(parameters["NetworkDnsZoneNameServers"]["Type"], "CommaDelimitedList");
    assert_eq!(parameters["NetworkDnsZoneRef"]["Description"], "DnsZone of stack network");
    assert_eq!(
        resource(&assembly, "service", "Record"),
        serde_json::json!({
            "ZoneId": {"Ref": "NetworkDnsZoneRef"},
            "Text": {"Fn::Sub": "zone ${NetworkDnsZoneId} of size ${NetworkSize}"},
            "Servers": {"Ref": "NetworkDnsZoneNameServers"},
            "First": {"Fn::Select": [0, {"Ref": "NetworkDnsZoneNameServers"}]},
        })
    );
    let manifest = assembly.manifest(Format::Pretty);
    assert_eq!(manifest.stacks[1].depends_on, ["network"]);
    assert_eq!(manifest.wiring.len(), 4);
    assert_eq!(manifest.stacks[1].parameters.len(), 4);
}

#[test]
fn weak_wires() {
    let app = app();
    two_stacks(&app);
    let assembly = synth_with(app, &wired(Lowering::Weak));
    let read = |output: &str| serde_json::json!({"Fn::GetStackOutput": {"StackName": "shop-prod-network", "OutputName": output}});
    let record = resource(&assembly, "service", "Record");
    assert_eq!(record["ZoneId"], read("NetworkDnsZoneRef"));
    assert_eq!(record["Text"]["Fn::Join"][1][1], read("NetworkDnsZoneId"));
    assert_eq!(
        record["Servers"],
        serde_json::json!({"Fn::Split": [",", {"Fn::Join": ["", [read("NetworkDnsZoneNameServers")]]}]})
    );
    assert_eq!(section(&assembly, "service", "Parameters"), Value::Null);
    assert_eq!(section(&assembly, "network", "Outputs")["NetworkSize"].get("Export"), None);
}

#[test]
fn strong_wires() {
    let app = app();
    two_stacks(&app);
    let assembly = synth_with(app, &wired(Lowering::Strong));
    let record = resource(&assembly, "service", "Record");
    assert_eq!(
        record["ZoneId"],
        serde_json::json!({"Fn::ImportValue": "shop-prod-network:NetworkDnsZoneRef"})
    );
    assert_eq!(
        record["Servers"],
        serde_json::json!({"Fn::Split": [",", {"Fn::ImportValue": "shop-prod-network:NetworkDnsZoneNameServers"}]})
    );
    let outputs = section(&assembly, "network", "Outputs");
    assert_eq!(outputs["NetworkSize"]["Export"]["Name"], "shop-prod-network:NetworkSize");
}

#[test]
fn both_exports_and_reads_weakly() {
    let app = app();
    two_stacks(&app);
    let assembly = synth_with(app, &wired(Lowering::Both));
    assert_eq!(
        resource(&assembly, "service", "Record")["ZoneId"]["Fn::GetStackOutput"]["OutputName"],
        "NetworkDnsZoneRef"
    );
    let outputs = section(&assembly, "network", "Outputs");
    assert_eq!(outputs["NetworkDnsZoneRef"]["Export"]["Name"], "shop-prod-network:NetworkDnsZoneRef");
}

#[test]
fn an_edge_has_its_own_lowering_and_the_command_line_that_of_the_rest() {
    let app = app();
    app.wires(Lowering::Strong);
    let network = app.stack("network");
    let topic = network.add("Topic", Resource::raw("AWS::SNS::Topic"));
    app.stack("service").add(
        "R",
        Resource::raw("AWS::X1::Thing")
            .set("A", topic)
            .set("B", topic.reference().wire(Lowering::Parameter))
            .set("C", interpolate!("x{}", topic).wire(Lowering::Weak)),
    );
    let thing = resource(&synth(app), "service", "R");
    assert_eq!(thing["A"]["Fn::ImportValue"], "shop-prod-network:NetworkTopicRef");
    assert_eq!(thing["B"]["Ref"], "NetworkTopicRef");
    assert_eq!(thing["C"]["Fn::Join"][1][1]["Fn::GetStackOutput"]["OutputName"], "NetworkTopicRef");
}

#[test]
fn across_regions_and_accounts() {
    let build = || {
        let app = app();
        let certificates = app.stack("certificates").region("us-east-1");
        let certificate = certificates.add(
            "Site",
            Resource::raw("AWS::CertificateManager::Certificate").set("DomainName", "example.org"),
        );
        app.stack("site").add("R", Resource::raw("AWS::X1::Thing").set("Certificate", certificate));
        app
    };
    assert_eq!(resource(&synth(build()), "site", "R")["Certificate"]["Ref"], "CertificatesSiteRef");
    let weak = resource(&synth_with(build(), &wired(Lowering::Weak)), "site", "R");
    assert_eq!(weak["Certificate"]["Fn::GetStackOutput"]["Region"], "us-east-1");
    let findings = refused_with(build(), &wired(Lowering::Strong));
    assert_eq!(codes(&findings), ["FW0204"]);

    let across = |role: bool, region: &'static str| {
        let app = app();
        let hub = app.stack("hub").account("999988887777").region(region);
        if role {
            hub.lookup_role("arn:aws:iam::999988887777:role/outputs");
        }
        let topic = hub.add("Topic", Resource::raw("AWS::SNS::Topic"));
        app.stack("spoke").add("R", Resource::raw("AWS::X1::Thing").set("Topic", topic));
        app
    };
    assert_eq!(codes(&refused_with(across(false, "eu-central-1"), &wired(Lowering::Weak))), ["FW0204"]);
    let read = resource(&synth_with(across(true, "eu-central-1"), &wired(Lowering::Weak)), "spoke", "R");
    assert_eq!(read["Topic"]["Fn::GetStackOutput"]["RoleArn"], "arn:aws:iam::999988887777:role/outputs");
    assert_eq!(codes(&refused_with(across(true, "cn-north-1"), &wired(Lowering::Weak))), ["FW0204"]);
    assert_eq!(synth(across(false, "cn-north-1")).stacks().len(), 2);
}

#[test]
fn weak_reads_are_not_allowed_everywhere() {
    let app = app();
    let base = app.stack("base");
    let topic = base.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let user = app.stack("user");
    let big = user.condition("Big", topic.attribute("TopicName").equals("big"));
    user.add(
        "R",
        Resource::raw("AWS::X1::Thing")
            .set("A", big.then(1))
            .set("B", functions::import_value::<String>(interpolate!("{}-export", topic))),
    );
    user.output("O", "x").export(interpolate!("{}-name", topic));
    let build = app;
    assert_eq!(codes(&refused_with(build, &wired(Lowering::Weak))), ["FW0204"; 3]);
}

#[test]
fn names_of_wires_keep_out_of_the_way() {
    let app = app();
    let a = app.stack("a");
    let one = a.add("BC", Resource::raw("AWS::SNS::Topic"));
    let ab = app.stack("ab");
    let two = ab.add("C", Resource::raw("AWS::SNS::Topic"));
    let user = app.stack("user");
    user.parameter("ABCRef", Parameter::string());
    user.add("R", Resource::raw("AWS::X1::Thing").set("One", one).set("Two", two));
    let assembly = synth(app);
    let thing = resource(&assembly, "user", "R");
    let (one, two) = (thing["One"]["Ref"].as_str().unwrap(), thing["Two"]["Ref"].as_str().unwrap());
    assert!(one.starts_with("ABCRef") && one.len() == 14, "{one}");
    assert!(two.starts_with("AbCRef"), "{two}");
    assert_ne!(one, two);
}

#[test]
fn stacks_come_in_the_order_of_their_needs() {
    let app = app();
    let last = app.stack("last");
    let middle = app.stack("middle");
    let first = app.stack("first");
    let topic = first.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let queue = middle.add("Queue", Resource::raw("AWS::SQS::Queue").set("X", topic));
    last.add("R", Resource::raw("AWS::X1::Thing").depends_on(queue));
    let apart = app.stack("apart");
    apart.add("R", Resource::raw("AWS::X1::Thing"));
    first.depends_on(apart);
    let assembly = synth(app);
    let order: Vec<String> = assembly.stacks().iter().map(|stack| stack.id()).collect();
    assert_eq!(order, ["apart", "first", "middle", "last"]);
    // What was said between resources of two stacks is the order of the stacks, not a `DependsOn`.
    assert_eq!(section(&assembly, "last", "Resources")["R"].get("DependsOn"), None);
}

#[test]
fn a_circle_of_stacks_names_both_lines() {
    let app = app();
    let (one, two) = (app.stack("one"), app.stack("two"));
    let topic = one.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let queue =
        two.add("Queue", Resource::raw("AWS::SQS::Queue").set("QueueName", topic.attribute("TopicName")));
    one.add("Subscription", Resource::raw("AWS::SNS::Subscription").set("Endpoint", queue.attribute("Arn")));
    insta::assert_snapshot!(plain(&refused(app)));
}

#[test]
fn a_stack_that_depends_on_itself_is_a_circle() {
    let app = app();
    let one = app.stack("one");
    one.add("Topic", Resource::raw("AWS::SNS::Topic"));
    one.depends_on(one);
    assert_eq!(codes(&refused(app)), ["FW0203"]);
}

#[test]
fn options_reach_the_manifest() {
    let app = app();
    app.tag("team", "shop").tag("cost", 7);
    let stack = app
        .stack("data")
        .name("shop-data")
        .termination_protection()
        .notification_arn("arn:aws:sns:eu-central-1:111122223333:ops")
        .service_role("arn:aws:iam::111122223333:role/deploy")
        .description("what is kept")
        .template_macro("Acme::Macro");
    stack.tag("team", "data");
    stack.add("Bucket", Resource::raw("AWS::S3::Bucket"));
    let manifest = synth(app).manifest(Format::Compact);
    let stack = &manifest.stacks[0];
    assert_eq!(stack.name.as_deref(), Some("shop-data"));
    assert_eq!(stack.template.file, "shop-data.template.json");
    assert!(stack.termination_protection);
    assert_eq!(stack.notification_arns.len(), 1);
    assert_eq!(stack.service_role.as_deref(), Some("arn:aws:iam::111122223333:role/deploy"));
    assert_eq!(serde_json::to_string(&stack.tags).unwrap(), r#"{"cost":"7","team":"data"}"#);
    assert_eq!(stack.macros, ["Acme::Macro"]);
    assert_eq!(Manifest::parse(&manifest.text()).unwrap(), manifest);
}

#[test]
fn a_manifest_of_another_version_is_refused() {
    assert!(Manifest::parse(r#"{"version": 2}"#).unwrap_err().to_string().contains("version 2"));
    assert!(Manifest::parse("{").is_err());
}

#[test]
fn wires_are_compared_with_an_earlier_assembly() {
    let build = |first: bool, second: bool| {
        let app = app();
        let base = app.stack("base");
        let (one, two) = (
            base.add("One", Resource::raw("AWS::SNS::Topic")),
            base.add("Two", Resource::raw("AWS::SNS::Topic")),
        );
        let user = app.stack("user");
        user.add(
            "R",
            Resource::raw("AWS::X1::Thing")
                .set("One", first.then_some(one))
                .set("Two", second.then_some(two)),
        );
        synth(app).manifest(Format::Pretty)
    };
    let states = |manifest: &Manifest| -> Vec<(String, Option<WireState>)> {
        manifest.wiring.iter().map(|wire| (wire.value.clone(), wire.state)).collect()
    };
    let compared = build(false, true).since(&build(true, false));
    assert_eq!(
        states(&compared),
        [("Two".into(), Some(WireState::New)), ("One".into(), Some(WireState::Retiring))]
    );
    assert_eq!(
        states(&build(true, false).since(&build(true, false))),
        [("One".into(), Some(WireState::Kept))]
    );
    // What was retiring before is gone now.
    assert_eq!(build(false, true).since(&compared).wiring.len(), 1);
}

#[test]
fn nested_stacks_pass_values_in_and_out() {
    let app = app();
    let base = app.stack("base");
    let topic = base.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let outer = app.stack("outer");
    let queue = outer.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let inner = outer.nested("Inner");
    let deep = inner.nested("Deep");
    let role = deep.add(
        "Role",
        Resource::raw("AWS::IAM::Role").set("Queue", queue.attribute("Arn")).set("Topic", topic),
    );
    let zones: Output<Vec<String>> = role.attribute("Zones").cast();
    outer.add(
        "User",
        Resource::raw("AWS::X1::Thing").set("Role", role.attribute("Arn")).set("Zones", zones.select(1)),
    );
    app.stack("other").add("R", Resource::raw("AWS::X1::Thing").set("Role", role.attribute("Arn")));
    let assembly = synth(app);
    let ids: Vec<String> = assembly.stacks().iter().map(|stack| stack.id()).collect();
    assert_eq!(ids, ["base", "outer/Inner/Deep", "outer/Inner", "outer", "other"]);

    let nested = resource(&assembly, "outer", "Inner");
    let inner_template = assembly.stack("outer/Inner").unwrap().template();
    assert_eq!(
        nested["TemplateURL"]["Fn::Sub"],
        format!("${{FormworkTemplates}}/{}.template.json", inner_template.digest())
    );
    assert_eq!(
        nested["Parameters"],
        serde_json::json!({
            "OuterQueueArn": {"Fn::GetAtt": ["Queue", "Arn"]},
            "BaseTopicRef": {"Ref": "BaseTopicRef"},
            "FormworkTemplates": {"Ref": "FormworkTemplates"},
        })
    );
    let user = resource(&assembly, "outer", "User");
    assert_eq!(user["Role"]["Fn::GetAtt"], serde_json::json!(["Inner", "Outputs.OuterInnerDeepRoleArn"]));
    assert_eq!(
        user["Zones"],
        serde_json::json!({"Fn::Select": [1, {"Fn::Split": [",", {"Fn::GetAtt": ["Inner", "Outputs.OuterInnerDeepRoleZones"]}]}]})
    );
    let outputs = section(&assembly, "outer/Inner/Deep", "Outputs");
    assert_eq!(
        outputs["OuterInnerDeepRoleZones"]["Value"],
        serde_json::json!({"Fn::Join": [",", {"Fn::GetAtt": ["Role", "Zones"]}]})
    );
    let passed_on = section(&assembly, "outer/Inner", "Outputs");
    assert_eq!(
        passed_on["OuterInnerDeepRoleZones"]["Value"],
        serde_json::json!({"Fn::GetAtt": ["Deep", "Outputs.OuterInnerDeepRoleZones"]})
    );
    assert_eq!(resource(&assembly, "other", "R")["Role"]["Ref"], "OuterInnerDeepRoleArn");
    // Everything that is needed stands in references: nothing is left for `DependsOn`.
    for stack in assembly.stacks() {
        assert!(!stack.template().compact().contains("DependsOn"), "{}", stack.template().pretty());
    }
    let manifest = assembly.manifest(Format::Pretty);
    assert_eq!(manifest.stacks[2].parent.as_deref(), Some("outer"));
    assert!(manifest.stacks[1].template.upload_as.is_some());
}

#[test]
fn depends_on_reaches_across_nesting() {
    let app = app();
    let outer = app.stack("outer");
    let queue = outer.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let inner = outer.nested("Inner");
    inner.add("Topic", Resource::raw("AWS::SNS::Topic").depends_on(queue));
    let other = outer.nested("Other");
    let role = other.add("Role", Resource::raw("AWS::IAM::Role"));
    outer.add("Last", Resource::raw("AWS::X1::Thing").depends_on([role]));
    let assembly = synth(app);
    let resources = section(&assembly, "outer", "Resources");
    assert_eq!(resources["Inner"]["DependsOn"], "Queue");
    assert_eq!(resources["Last"]["DependsOn"], "Other");
    assert_eq!(section(&assembly, "outer/Inner", "Resources")["Topic"].get("DependsOn"), None);
}

#[test]
fn a_circle_through_a_nested_stack_is_found() {
    let app = app();
    let outer = app.stack("outer");
    let inner = outer.nested("Inner");
    let topic = inner.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let queue =
        outer.add("Queue", Resource::raw("AWS::SQS::Queue").set("QueueName", topic.attribute("TopicName")));
    // The topic does not need this one, but the nested stack as a whole does.
    inner
        .add("Subscription", Resource::raw("AWS::SNS::Subscription").set("Endpoint", queue.attribute("Arn")));
    assert_eq!(codes(&refused(app)), ["FW0202"]);
}

#[test]
fn stacks_of_one_name_in_two_regions_have_two_files() {
    let app = App::new("shop", Environment::new("prod"));
    for region in ["eu-central-1", "eu-west-1"] {
        let stack = app.stack(format!("data-{region}")).region(region).name("shop-data");
        stack.add("Bucket", Resource::raw("AWS::S3::Bucket"));
    }
    let manifest = synth(app).manifest(Format::Yaml);
    let files: Vec<&str> = manifest.stacks.iter().map(|stack| stack.template.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "shop-data.eu-central-1.data-eu-central-1.template.yaml",
            "shop-data.eu-west-1.data-eu-west-1.template.yaml"
        ]
    );
}

#[test]
fn conditions_and_mappings_stay_in_their_stack() {
    let app = app();
    let one = app.stack("one");
    let stage = one.parameter("Stage", Parameter::string());
    let prod = one.condition("IsProd", stage.equals("prod"));
    one.add("R", Resource::raw("AWS::X1::Thing"));
    let two = app.stack("two");
    two.add("R", Resource::raw("AWS::X1::Thing").set("A", prod.then(1)).set("B", json!({"x": 1})));
    assert_eq!(codes(&refused(app)), ["FW0205"]);
}

#[test]
fn conditions_of_resources_and_outputs_stay_at_home_too() {
    let app = app();
    let one = app.stack("one");
    let stage = one.parameter("Stage", Parameter::string());
    let prod = one.condition("IsProd", stage.equals("prod"));
    one.add("R", Resource::raw("AWS::X1::Thing"));
    let two = app.stack("two");
    two.add("R", Resource::raw("AWS::X1::Thing").condition(prod));
    two.output("O", "x").condition(prod);
    two.condition("Other", prod & functions::value_of(&stage, "Tags.Name").equals("x"));
    assert_eq!(codes(&refused(app)), ["FW0205"; 4]);
}

#[test]
fn strong_reads_are_not_allowed_in_conditions() {
    let app = app();
    let topic = app.stack("base").add("Topic", Resource::raw("AWS::SNS::Topic"));
    let user = app.stack("user");
    user.condition("Big", topic.attribute("TopicName").equals("big"));
    user.add("R", Resource::raw("AWS::X1::Thing"));
    assert_eq!(codes(&refused_with(app, &wired(Lowering::Strong))), ["FW0204"]);
}

#[test]
fn functions_that_take_few_others_get_a_value_in_a_form_that_they_take() {
    let build = || {
        let app = app();
        let vpc = app.stack("base").add("Vpc", Resource::raw("AWS::EC2::VPC"));
        (vpc, app)
    };
    let (vpc, app) = build();
    app.stack("user").add(
        "R",
        Resource::raw("AWS::X1::Thing")
            .set("Split", vpc.attribute("VpcId").split("-"))
            .set("Cidr", functions::cidr(vpc.attribute("CidrBlock"), 2, 8)),
    );
    let thing = resource(&synth_with(app, &wired(Lowering::Weak)), "user", "R");
    assert_eq!(
        thing["Split"]["Fn::Split"][1]["Fn::Sub"][1]["A"]["Fn::GetStackOutput"]["OutputName"],
        "BaseVpcVpcId"
    );
    assert_eq!(thing["Cidr"]["Fn::Cidr"][0]["Fn::Sub"][0], "${A}");

    for lowering in [Lowering::Weak, Lowering::Strong] {
        let (vpc, app) = build();
        let user = app.stack("user");
        let table = user.mapping("Table", formwork_core::Mapping::new().row("a", [("b", "c")]));
        let zones: Output<Vec<String>> = vpc.attribute("Zones").cast();
        let index: Output<i64> = vpc.attribute("Index").cast();
        user.add(
            "R",
            Resource::raw("AWS::X1::Thing")
                .set("A", table.find(vpc.attribute("Key"), "b"))
                .set("B", functions::availability_zones(vpc.attribute("Region")))
                .set("C", functions::select(index, zones)),
        );
        assert_eq!(codes(&refused_with(app, &wired(lowering))), ["FW0204"; 3]);
    }
}

#[test]
fn the_parameter_for_nested_templates_is_reserved() {
    let app = app();
    let stack = app.stack("outer");
    stack.parameter("FormworkTemplates", Parameter::string());
    stack.nested("Inner").add("Topic", Resource::raw("AWS::SNS::Topic"));
    assert_eq!(codes(&refused(app)), ["FW0102"]);
}

#[test]
fn what_was_set_on_a_nested_stack_has_the_last_word() {
    let app = app();
    app.transform("own template", |resource| {
        if resource.kind() == "AWS::CloudFormation::Stack" {
            resource
                .set("TemplateURL", "https://example.org/t.json")
                .set("Parameters.Extra", 1)
                .set("TimeoutInMinutes", 5);
        }
    });
    let stack = app.stack("outer");
    let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let inner = stack.nested("Inner");
    // One value, two ways to cross: one parameter.
    inner.add(
        "R",
        Resource::raw("AWS::X1::Thing").set("A", queue).set("B", queue.reference().wire(Lowering::Strong)),
    );
    assert_eq!(
        resource(&synth(app), "outer", "Inner").to_string(),
        r#"{"Parameters":{"Extra":1,"OuterQueueRef":{"Ref":"Queue"}},"TemplateURL":"https://example.org/t.json","TimeoutInMinutes":5}"#
    );
}

#[test]
fn an_output_of_a_nested_stack_is_a_need_too() {
    let app = app();
    let outer = app.stack("outer");
    let inner = outer.nested("Inner");
    let topic = inner.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let queue =
        outer.add("Queue", Resource::raw("AWS::SQS::Queue").set("QueueName", topic.attribute("TopicName")));
    inner.output("Queue", queue);
    assert_eq!(codes(&refused(app)), ["FW0202"]);
}

#[test]
fn an_export_of_the_users_own_can_meet_that_of_a_wire() {
    let app = app();
    let base = app.stack("base");
    let topic = base.add("Topic", Resource::raw("AWS::SNS::Topic"));
    base.output("Own", "x").export("shop-prod-base:BaseTopicRef");
    app.stack("user").add("R", Resource::raw("AWS::X1::Thing").set("A", topic));
    assert_eq!(codes(&refused_with(app, &wired(Lowering::Strong))), ["FW0413"]);
}

/// What was found out about a resource is looked at again once it has changed.
#[test]
fn whether_a_stack_waits_follows_what_changes() {
    let app = app();
    let (data, service) = (app.stack("data"), app.stack("service"));
    let topic = data.add("Topic", Resource::raw("AWS::SNS::Topic"));
    let own = service.add("Queue", Resource::raw("AWS::SQS::Queue"));
    assert!(!service.waits_for(data));
    service.edit(own).set("QueueName", topic.attribute("TopicName"));
    assert!(service.waits_for(data) && !data.waits_for(service));
    service.edit(own).set("QueueName", "jobs");
    assert!(!service.waits_for(data));
    service.edit(own).set("QueueName", topic.attribute("TopicName")).remove("QueueName");
    assert!(!service.waits_for(data));
    let other =
        service.add("Other", Resource::raw("AWS::SQS::Queue").set("QueueName", topic.attribute("TopicName")));
    assert!(service.waits_for(data));
    service.edit(other).remove("QueueName");
    assert!(!service.waits_for(data));
    service.edit(other).tag("of", topic.attribute("TopicName"));
    assert!(service.waits_for(data));
    let third = app.stack("third");
    let last = third.add("Queue", Resource::raw("AWS::SQS::Queue"));
    assert!(!third.waits_for(data));
    third.edit(last).depends_on(own);
    assert!(third.waits_for(service) && third.waits_for(data));
}
