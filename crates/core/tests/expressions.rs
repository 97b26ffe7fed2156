//! Every function of the template language, and the forms that expressions take.

use formwork_core::{
    Condition, Handle, Lookup, Mapping, Parameter, Predicate, Resource, Scope, functions, interpolate, json,
    list, pseudo, secretsmanager, ssm, ssm_secure,
};

use crate::support::{app, lowered, synth, template};

fn thing(scope: Scope<'_>) -> Handle {
    scope.add("Thing", Resource::raw("AWS::SQS::Queue"))
}

fn is_prod(scope: Scope<'_>) -> Condition {
    let stage = scope.parameter("Stage", Parameter::string());
    scope.condition("IsProd", stage.equals("prod"))
}

#[test]
fn references() {
    assert_eq!(lowered(thing), r#"{"Ref":"Thing"}"#);
    assert_eq!(lowered(|s| thing(s).reference()), r#"{"Ref":"Thing"}"#);
    assert_eq!(lowered(|s| thing(s).attribute("Arn")), r#"{"Fn::GetAtt":["Thing","Arn"]}"#);
    assert_eq!(
        lowered(|s| thing(s).attribute("Endpoint.Port")),
        r#"{"Fn::GetAtt":["Thing","Endpoint.Port"]}"#
    );
    assert_eq!(lowered(|s| s.parameter("Size", Parameter::integer())), r#"{"Ref":"Size"}"#);
}

#[test]
fn joining_and_splitting() {
    assert_eq!(
        lowered(|s| functions::join("-", list!["a", thing(s).attribute("Name")])),
        r#"{"Fn::Join":["-",["a",{"Fn::GetAtt":["Thing","Name"]}]]}"#
    );
    assert_eq!(lowered(|_| functions::join("-", ["a", "b"])), r#""a-b""#);
    assert_eq!(
        lowered(|s| thing(s).attribute("Arn").split(":")),
        r#"{"Fn::Split":[":",{"Fn::GetAtt":["Thing","Arn"]}]}"#
    );
    assert_eq!(lowered(|_| functions::split(",", "a,b")), r#"["a","b"]"#);
    assert_eq!(
        lowered(|s| thing(s).attribute("Arn").split(":").select(5)),
        r#"{"Fn::Select":[5,{"Fn::Split":[":",{"Fn::GetAtt":["Thing","Arn"]}]}]}"#
    );
    assert_eq!(
        lowered(|s| functions::select(
            s.parameter("Index", Parameter::integer()),
            pseudo::region().split("-")
        )),
        r#"{"Fn::Select":[{"Ref":"Index"},{"Fn::Split":["-",{"Ref":"AWS::Region"}]}]}"#
    );
    assert_eq!(
        lowered(|s| s.parameter("Zones", Parameter::strings()).value().join(",")),
        r#"{"Fn::Join":[",",{"Ref":"Zones"}]}"#
    );
}

#[test]
fn networks_and_encodings() {
    assert_eq!(
        lowered(|_| functions::availability_zones(pseudo::region())),
        r#"{"Fn::GetAZs":{"Ref":"AWS::Region"}}"#
    );
    assert_eq!(
        lowered(|s| functions::cidr(thing(s).attribute("CidrBlock"), 6, 8)),
        r#"{"Fn::Cidr":[{"Fn::GetAtt":["Thing","CidrBlock"]},6,8]}"#
    );
    assert_eq!(lowered(|_| functions::base64("#!/bin/sh\n")), r##"{"Fn::Base64":"#!/bin/sh\n"}"##);
    assert_eq!(lowered(|_| functions::import_value::<String>("vpc-id")), r#"{"Fn::ImportValue":"vpc-id"}"#);
    assert_eq!(
        lowered(|_| functions::transform::<String, _, _>("AWS::Include", [("Location", "s3://b/k")])),
        r#"{"Fn::Transform":{"Name":"AWS::Include","Parameters":{"Location":"s3://b/k"}}}"#
    );
}

#[test]
fn language_extensions_bring_their_transform() {
    for with_expression in [false, true] {
        let app = app();
        let stack = app.stack("s");
        let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
        let zones = stack.parameter("Zones", Parameter::strings());
        let resource = Resource::raw("AWS::X1::Thing");
        stack.add(
            "R",
            if with_expression {
                resource
                    .set("Text", functions::to_json_string(json!({"a": queue})))
                    .set("Count", functions::length(zones))
            } else {
                resource
                    .set("Text", functions::to_json_string(json!({"a": 1})))
                    .set("Count", functions::length(["a", "b"]))
            },
        );
        let template = template(app);
        let properties = &template["Resources"]["R"]["Properties"];
        if with_expression {
            assert_eq!(template["Transform"], "AWS::LanguageExtensions");
            assert_eq!(
                properties.to_string(),
                r#"{"Count":{"Fn::Length":{"Ref":"Zones"}},"Text":{"Fn::ToJsonString":{"a":{"Ref":"Queue"}}}}"#
            );
        } else {
            assert_eq!(template.get("Transform"), None);
            assert_eq!(properties.to_string(), r#"{"Count":2,"Text":"{\"a\":1}"}"#);
        }
    }
}

fn images(scope: Scope<'_>) -> Lookup {
    scope.mapping(
        "Images",
        Mapping::new().row("eu-central-1", [("Arm", "ami-1")]).row("us-east-1", [("Arm", "ami-2")]),
    )
}

#[test]
fn mappings_are_looked_up() {
    assert_eq!(
        lowered(|s| images(s).find(pseudo::region(), "Arm")),
        r#"{"Fn::FindInMap":["Images",{"Ref":"AWS::Region"},"Arm"]}"#
    );
    assert_eq!(
        lowered(|s| images(s).find_or(pseudo::region(), "Arm", "ami-0")),
        r#"{"Fn::FindInMap":["Images",{"Ref":"AWS::Region"},"Arm",{"DefaultValue":"ami-0"}]}"#
    );
    let app = app();
    let stack = app.stack("s");
    let image = images(stack.into()).find_or(pseudo::region(), "Arm", "ami-0");
    stack.add("R", Resource::raw("AWS::EC2::Instance").set("ImageId", image));
    assert_eq!(template(app)["Transform"], "AWS::LanguageExtensions");
}

#[test]
fn choices() {
    assert_eq!(lowered(|s| is_prod(s).choose(3, 1)), r#"{"Fn::If":["IsProd",3,1]}"#);
    assert_eq!(lowered(|s| is_prod(s).then(true)), r#"{"Fn::If":["IsProd",true,{"Ref":"AWS::NoValue"}]}"#);
    assert_eq!(
        lowered(|s| is_prod(s).choose(thing(s).attribute("Arn"), "none")),
        r#"{"Fn::If":["IsProd",{"Fn::GetAtt":["Thing","Arn"]},"none"]}"#
    );
    assert_eq!(
        lowered(|s| is_prod(s).choose(Some(1), None::<i32>)),
        r#"{"Fn::If":["IsProd",1,{"Ref":"AWS::NoValue"}]}"#
    );
}

#[test]
fn conditions_combine() {
    let text = |predicate: fn(Condition, Condition, Predicate) -> Predicate| {
        let app = app();
        let stack = app.stack("s");
        let stage = stack.parameter("Stage", Parameter::string());
        let (a, b) = (stack.condition("A", stage.equals("a")), stack.condition("B", stage.equals("b")));
        stack.condition("C", predicate(a, b, stage.equals("c")));
        stack.add("R", Resource::raw("AWS::SQS::Queue"));
        template(app)["Conditions"]["C"].to_string()
    };
    assert_eq!(text(|a, b, _| a & b), r#"{"Fn::And":[{"Condition":"A"},{"Condition":"B"}]}"#);
    assert_eq!(
        text(|a, b, c| a | b | c),
        r#"{"Fn::Or":[{"Condition":"A"},{"Condition":"B"},{"Fn::Equals":[{"Ref":"Stage"},"c"]}]}"#
    );
    assert_eq!(
        text(|a, b, _| !(a & !b)),
        r#"{"Fn::Not":[{"Fn::And":[{"Condition":"A"},{"Fn::Not":[{"Condition":"B"}]}]}]}"#
    );
    assert_eq!(text(|a, _, _| !!a), r#"{"Condition":"A"}"#);
    // Twelve operands need two levels: one function takes ten.
    let deep = text(|a, b, _| (0..11).fold(a.predicate(), |all, _| all & b));
    assert_eq!(deep.matches("Fn::And").count(), 2, "{deep}");
    assert_eq!(deep.matches("Condition").count(), 12, "{deep}");
}

#[test]
fn interpolation_takes_the_smallest_correct_form() {
    // A plain string.
    assert_eq!(lowered(|_| interpolate!("plain")), r#""plain""#);
    assert_eq!(lowered(|_| interpolate!("{}-{}", "a", 3)), r#""a-3""#);
    assert_eq!(lowered(|_| interpolate!("{{}} ${{x}}")), r#""{} ${x}""#);
    // A bare reference.
    assert_eq!(lowered(|s| interpolate!("{}", thing(s))), r#"{"Ref":"Thing"}"#);
    // References inline.
    assert_eq!(
        lowered(|s| interpolate!("https://{}/health?{}", thing(s).attribute("DNSName"), pseudo::region())),
        r#"{"Fn::Sub":"https://${Thing.DNSName}/health?${AWS::Region}"}"#
    );
    // Text that looks like a variable stays text.
    assert_eq!(lowered(|s| interpolate!("${{HOME}}/{}", thing(s))), r#"{"Fn::Sub":"${!HOME}/${Thing}"}"#);
    // Where an expression has to be a variable, joining is shorter.
    assert_eq!(
        lowered(|s| interpolate!("a-{}", is_prod(s).choose("x", "y"))),
        r#"{"Fn::Join":["",["a-",{"Fn::If":["IsProd","x","y"]}]]}"#
    );
    // The same variable twice is written once.
    assert_eq!(
        lowered(|s| {
            let choice = is_prod(s).choose("a long value for production", "and another one for tests");
            let (region, name) = (pseudo::region(), thing(s).attribute("QueueName"));
            interpolate!("{choice}-{region}-{name}-{choice}-{region}-{name}-{choice}")
        }),
        r#"{"Fn::Sub":["${A}-${AWS::Region}-${Thing.QueueName}-${A}-${AWS::Region}-${Thing.QueueName}-${A}",{"A":{"Fn::If":["IsProd","a long value for production","and another one for tests"]}}]}"#
    );
    // Nested ones are one.
    assert_eq!(
        lowered(|s| {
            let inner = interpolate!("{}:{}", thing(s), pseudo::region());
            interpolate!("<{inner}>")
        }),
        r#"{"Fn::Sub":"<${Thing}:${AWS::Region}>"}"#
    );
}

#[test]
fn interpolation_reads_like_format() {
    let (name, number) = ("queue", 7);
    assert_eq!(
        lowered(|_| interpolate!("{name}-{number}-{0}-{0}-{last}", 'c', last = "z")),
        r#""queue-7-c-c-z""#
    );
    assert_eq!(lowered(|_| interpolate!(r"raw \{}", "x")), r#""raw \\x""#);
    assert_eq!(
        lowered(|_| interpolate!(
            "line\n\u{e9}\
        continued"
        )),
        "\"line\\n\u{e9}continued\""
    );
    // Arguments are lent, as with `format!`.
    let region = pseudo::region();
    let (first, second) = (interpolate!("a{}", region), interpolate!("b{region}"));
    assert_eq!(
        lowered(|_| [first, second]),
        r#"[{"Fn::Sub":"a${AWS::Region}"},{"Fn::Sub":"b${AWS::Region}"}]"#
    );
}

#[test]
fn substitution_by_name_is_checked_and_becomes_an_edge() {
    assert_eq!(
        lowered(|s| {
            thing(s);
            functions::sub("${AWS::Partition}:${Thing}:${Thing.Arn}:${X}:${!Y}", [("X", "x")])
        }),
        r#"{"Fn::Sub":"${AWS::Partition}:${Thing}:${Thing.Arn}:x:${!Y}"}"#
    );
}

#[test]
fn dynamic_references() {
    assert_eq!(lowered(|_| ssm("/image").value()), r#""{{resolve:ssm:/image}}""#);
    assert_eq!(
        lowered(|_| ssm_secure("/password").version(2).value()),
        r#""{{resolve:ssm-secure:/password:2}}""#
    );
    assert_eq!(
        lowered(|_| secretsmanager("prod/db").key("password").value()),
        r#""{{resolve:secretsmanager:prod/db:SecretString:password}}""#
    );
    assert_eq!(
        lowered(|s| secretsmanager(thing(s)).key("password").stage("AWSPREVIOUS").value()),
        r#"{"Fn::Sub":"{{resolve:secretsmanager:${Thing}:SecretString:password:AWSPREVIOUS}}"}"#
    );
    assert_eq!(
        lowered(|_| secretsmanager("s").version("v1").value()),
        r#""{{resolve:secretsmanager:s:SecretString:::v1}}""#
    );
    assert_eq!(lowered(|_| secretsmanager("s").value()), r#""{{resolve:secretsmanager:s:SecretString}}""#);
}

#[test]
fn names_in_json_written_by_hand_are_references() {
    let app = app();
    let stack = app.stack("s");
    is_prod(stack.into());
    let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    let text = r#"{
        "A": {"Ref": "Queue"}, "B": {"Fn::GetAtt": "Queue.Arn"}, "C": {"Fn::GetAtt": ["Queue", "Arn"]},
        "D": {"Fn::Sub": ["${Queue}-${V}-${AWS::Region}", {"V": {"Ref": "Stage"}}]},
        "E": {"Fn::If": ["IsProd", {"Ref": "Queue"}, {"Ref": "AWS::NoValue"}]}
    }"#;
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    let thing = stack.add("R", Resource::raw("AWS::X1::Thing").set("P", document));
    let assembly = synth(app);
    assert_eq!(
        assembly.stacks()[0].template().value()["Resources"]["R"]["Properties"]["P"].to_string(),
        r#"{"A":{"Ref":"Queue"},"B":{"Fn::GetAtt":["Queue","Arn"]},"C":{"Fn::GetAtt":["Queue","Arn"]},"D":{"Fn::Sub":"${Queue}-${Stage}-${AWS::Region}"},"E":{"Fn::If":["IsProd",{"Ref":"Queue"},{"Ref":"AWS::NoValue"}]}}"#
    );
    let dependencies = assembly.graph().dependencies(thing);
    assert_eq!(dependencies.len(), 5);
    assert!(dependencies.iter().all(|dependency| dependency.to.handle == queue));
    assert_eq!(dependencies.iter().filter(|dependency| dependency.conditional).count(), 1);
}

#[test]
fn text_that_begins_like_a_variable_is_joined() {
    // How a substitution would be read where `${` has no end of its own is nowhere said.
    let x = |scope: Scope<'_>| thing(scope).reference();
    assert_eq!(lowered(|s| interpolate!("{}${{", x(s))), r#"{"Fn::Join":["",[{"Ref":"Thing"},"${"]]}"#);
    assert_eq!(lowered(|s| interpolate!("${{ab{}", x(s))), r#"{"Fn::Join":["",["${ab",{"Ref":"Thing"}]]}"#);
    assert_eq!(lowered(|s| interpolate!("${}", x(s))), r#"{"Fn::Join":["",["$",{"Ref":"Thing"}]]}"#);
    // A name that would end the variable is no variable.
    assert_eq!(
        lowered(|s| interpolate!("x{}y", thing(s).attribute("A\"}b"))),
        r#"{"Fn::Join":["",["x",{"Fn::GetAtt":["Thing","A\"}b"]},"y"]]}"#
    );
}
