//! `check` as a user types it: of a program of one's own, and of templates that nobody wrote in Rust.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::support::{Ran, folder, peer, run};

/// Runs the program `reviewed` in a folder with one environment.
fn reviewed(place: &Path, arguments: &[&str]) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_reviewed"))
        .args(arguments)
        .current_dir(place)
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("NO_COLOR"))
}

fn project(name: &str, range: &str, versions: bool) -> std::path::PathBuf {
    let place = folder(name);
    fs::create_dir(place.join("config")).expect("a folder");
    let config = format!("{{\"range\": \"{range}\", \"versions\": {versions}}}\n");
    fs::write(place.join("config/dev.json"), config).expect("a file");
    place
}

#[test]
fn findings_point_at_the_line_that_is_wrong() {
    let place = project("check-lines", "10.1.0.0/24", true);
    let ran = reviewed(&place, &["check", "dev"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let source = include_str!("../programs/reviewed.rs").lines().enumerate();
    let found =
        source.filter_map(|(line, text)| Some((line + 1, text.find("cidr_block(config.range)")? + 1)));
    let (line, column) = found.last().expect("the line is there");
    assert!(ran.out.contains("error[FW1201]: "), "{}", ran.out);
    assert!(ran.out.contains(&format!("tests/programs/reviewed.rs:{line}:{column}\n")), "{}", ran.out);
    assert!(
        ran.out.contains("in the template of stack `network`: Resources/Subnet/Properties/CidrBlock"),
        "{}",
        ran.out
    );
    // What the templates use of the quotas.
    assert!(ran.out.contains("resources 2/500"), "{}", ran.out);
    assert!(!place.join("target").exists(), "check writes nothing");

    // Nor does synth, until it is mended or told to.
    let ran = reviewed(&place, &["synth", "dev"]);
    assert_eq!((ran.code, ran.err.contains("error[FW1201]")), (1, true), "{}", ran.err);
    assert!(!place.join("target").exists());
    let ran = reviewed(&place, &["synth", "dev", "--unchecked"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(place.join("target/formwork/dev/manifest.json").exists());
}

#[test]
fn rules_of_the_program_are_findings_like_others() {
    let place = project("check-own", "10.0.1.0/24", false);
    let ran = reviewed(&place, &["check", "dev"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("warning[ORG001]: our buckets keep old versions"), "{}", ran.out);
    assert!(ran.out.contains("help: add `.versioning_configuration(..)`"), "{}", ran.out);
    assert_eq!(reviewed(&place, &["check", "dev", "--deny", "warnings"]).code, 1);
    let ran = reviewed(&place, &["synth", "dev"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("none of them an error: see `check dev`"), "{}", ran.out);
}

#[test]
fn a_baseline_hides_what_was_known() {
    let place = project("check-baseline", "10.0.1.0/24", false);
    assert_eq!(reviewed(&place, &["check", "dev", "--write-baseline", "known.json"]).code, 0);
    let ran = reviewed(&place, &["check", "dev", "--baseline", "known.json", "--deny", "warnings"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("note[FW1905]"), "{}", ran.out);
    assert!(!ran.out.contains("ORG001"), "{}", ran.out);

    // Something new is found, and what was mended is told.
    fs::write(place.join("config/dev.json"), "{\"range\": \"10.1.0.0/24\", \"versions\": true}")
        .expect("a file");
    let ran = reviewed(&place, &["check", "dev", "--baseline", "known.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[FW1201]") && ran.out.contains("note[FW1906]"), "{}", ran.out);
    assert!(ran.out.contains("ORG001 in data: Resources/Uploads"), "{}", ran.out);

    let ran = reviewed(&place, &["check", "dev", "--baseline", "nothing.json"]);
    assert_eq!((ran.code, ran.err.contains("error[FW1904]")), (1, true), "{}", ran.err);
}

#[test]
fn machines_read_json_sarif_and_annotations() {
    let place = project("check-formats", "10.1.0.0/24", false);
    let json = reviewed(&place, &["check", "dev", "--message-format", "json"]);
    let report: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((json.code, json.err.as_str(), &report["version"]), (1, "", &1.into()));
    let findings = report["findings"].as_array().expect("a list");
    let outside = findings.iter().find(|finding| finding["code"] == "FW1201").expect("it is found");
    assert_eq!(outside["templatePath"], "Resources/Subnet/Properties/CidrBlock");
    assert_eq!(outside["spans"][0]["at"]["file"], "tests/programs/reviewed.rs");
    assert_eq!(report["summary"]["errors"], findings.iter().filter(|one| one["severity"] == "error").count());
    assert!(report["budgets"][0]["uses"].as_array().is_some_and(|uses| uses.len() > 3));

    let sarif = reviewed(&place, &["check", "dev", "--message-format", "sarif"]);
    let log: Value = serde_json::from_str(&sarif.out).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let result = results.iter().find(|result| result["ruleId"] == "FW1201").expect("it is there");
    let place_in = &result["locations"][0]["physicalLocation"];
    assert_eq!(place_in["artifactLocation"]["uri"], "tests/programs/reviewed.rs");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let index = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(rules[index]["id"], "FW1201");

    let github = reviewed(&place, &["check", "dev", "--message-format", "github"]);
    let line = github.out.lines().find(|line| line.contains("FW1201")).expect("a line");
    assert!(line.starts_with("::error file=tests/programs/reviewed.rs,line="), "{line}");
    assert!(line.contains("title=FW1201::"), "{line}");
}

/// The program `formwork`, which is built with the tests of the workspace.
fn formwork(place: &Path, arguments: &[&str]) -> Ran {
    let program = crate::support::program("formwork-cli", "formwork");
    run(Command::new(program).args(arguments).current_dir(place).env_remove("NO_COLOR"))
}

const TEMPLATE: &str = "\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Subnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.1.0.0/24
";

#[test]
fn templates_of_others_are_checked_with_their_own_lines() {
    let place = folder("check-files");
    fs::write(place.join("network.yaml"), TEMPLATE).expect("a file");
    let ran = formwork(&place, &["check", "network.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("network.yaml:10:7"), "{}", ran.out);

    // A folder, with what is no template in it.
    fs::write(place.join("package.json"), "{\"name\": \"x\"}").expect("a file");
    fs::create_dir(place.join("more")).expect("a folder");
    let json = "{\"Resources\": {\"Vpc\": {\"Type\": \"AWS::EC2::VPC\", \"Properties\": {\"CidrBlok\": \"10.0.0.0/16\"}}}}";
    fs::write(place.join("more/vpc.template"), json).expect("a file");
    let ran = formwork(&place, &["check", "."]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("network.yaml:10:7") && ran.out.contains("more/vpc.template:1:"), "{}", ran.out);
    assert!(!ran.out.contains("package.json"), "{}", ran.out);

    let ran = formwork(&place, &["check", "more", "--message-format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(report["summary"]["errors"].as_u64().is_some_and(|errors| errors > 0));
}

#[test]
fn a_baseline_does_not_mind_how_files_are_named() {
    let place = folder("check-known");
    fs::create_dir(place.join("templates")).expect("a folder");
    fs::write(place.join("templates/network.yaml"), TEMPLATE).expect("a file");
    let ran = formwork(&place, &["check", "templates/network.yaml", "--write-baseline", "known.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let absolute = place.join("templates/network.yaml");
    for (from, path) in [
        (place.clone(), "templates".to_owned()),
        (place.clone(), absolute.display().to_string()),
        (place.join("templates"), "network.yaml".to_owned()),
    ] {
        let known = place.join("known.json").display().to_string();
        let ran = formwork(&from, &["check", &path, "--baseline", &known]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.out);
        assert!(ran.out.contains("note[FW1905]") && !ran.out.contains("FW1906"), "{path}: {}", ran.out);
    }
    // What cannot be read is not known, and nothing is written.
    fs::write(place.join("broken.yaml"), "Resources: {").expect("a file");
    let ran = formwork(&place, &["check", "broken.yaml", "--write-baseline", "broken.json"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("error[FW1801]") && !place.join("broken.json").exists(), "{}", ran.out);
}

#[test]
fn what_cdk_wrote_is_checked_where_it_is_deployed() {
    let place = folder("check-cdk");
    let out = place.join("cdk.out");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("cdk.out"), "{\"version\": \"36.0.0\"}").expect("a file");
    let manifest = "{\"version\": \"36.0.0\", \"artifacts\": {\"Net\": {\"type\": \"aws:cloudformation:stack\", \
        \"environment\": \"aws://111122223333/eu-central-1\", \"properties\": {\"templateFile\": \"Net.template.json\"}}}}";
    fs::write(out.join("manifest.json"), manifest).expect("a file");
    let template = "{\"Resources\": {\"Subnet\": {\"Type\": \"AWS::EC2::Subnet\", \"Properties\": {\
        \"VpcId\": \"vpc-0123456789abcdef0\", \"CidrBlock\": \"10.0.0.0/24\", \"AvailabilityZone\": \"us-east-1a\"}}}}";
    fs::write(out.join("Net.template.json"), template).expect("a file");
    // The zone is not in the Region that the manifest names.
    let ran = formwork(&place, &["check", "cdk.out"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("us-east-1a"), "{}", ran.out);
    assert!(ran.out.contains("cdk.out/Net.template.json:1:"), "{}", ran.out);
}

#[test]
fn what_cannot_be_read_is_said() {
    let place = folder("check-unreadable");
    fs::write(place.join("bad.yaml"), b"Resources:\n  A\xff: 1\n").expect("a file");
    fs::write(place.join("open.json"), "{\"Resources\": {").expect("a file");
    fs::create_dir(place.join("empty")).expect("a folder");
    for (path, said) in [
        ("nothing.yaml", "error[FW1803]: nothing.yaml cannot be read: "),
        ("bad.yaml", "error[FW1803]: bad.yaml cannot be read: it is not UTF-8"),
        ("open.json", "error[FW1801]: open.json cannot be read: "),
        ("empty", "error[FW1804]: there is no template in empty"),
    ] {
        let ran = formwork(&place, &["check", path]);
        assert_eq!(ran.code, 1, "{path}: {}", ran.out);
        assert!(ran.out.contains(said), "{path}: {}", ran.out);
    }
    let ran = formwork(&place, &["check"]);
    assert_eq!((ran.code, ran.err.lines().next()), (2, Some("error: the PATH is missing")));
    let ran = formwork(&place, &["explain", "FW1201"]);
    assert!(ran.code == 0 && ran.out.starts_with("# FW1201: "));
    assert_eq!(formwork(&place, &["explain", "FW9999"]).code, 2);
}

#[test]
fn a_resource_accepts_a_finding_in_its_metadata() {
    let place = folder("check-accept");
    let template = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Metadata:\n      Formwork:\n        Accept:\n          - Code: CODE\n            Reason: kept for the auditors\n";
    let code = {
        fs::write(place.join("logs.yaml"), template.replace("CODE", "ORG001")).expect("a file");
        let ran = formwork(&place, &["check", "logs.yaml", "--message-format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        report["findings"][0]["code"].as_str().expect("kept for ever, and that is found").to_owned()
    };
    fs::write(place.join("logs.yaml"), template.replace("CODE", &code)).expect("a file");
    let ran = formwork(&place, &["check", "logs.yaml"]);
    assert!(ran.out.contains(&format!("accepted[{code}]")), "{}", ran.out);
    assert!(ran.out.contains("kept for the auditors"), "{}", ran.out);
    let ran = formwork(&place, &["check", "logs.yaml", "--message-format", "sarif"]);
    let log: Value = serde_json::from_str(&ran.out).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let accepted = results.iter().find(|result| result["ruleId"] == code.as_str()).expect("it is there");
    assert_eq!(accepted["suppressions"][0]["justification"], "kept for the auditors");
    // The interpreter of the peers stands for any reader of standard input.
    let piped = run(Command::new(peer("python"))
        .args(["-c", "import subprocess, sys; sys.exit(subprocess.run([sys.argv[1], 'check', '-'], stdin=open(sys.argv[2])).returncode)"])
        .arg(crate::support::program("formwork-cli", "formwork"))
        .arg(place.join("logs.yaml")));
    assert!(piped.out.contains("kept for the auditors"), "{}", piped.out);
}

#[test]
fn the_quickstart_has_nothing_to_mend_in_production() {
    let program = crate::support::example("quickstart");
    let ran = run(Command::new(program)
        .args(["check", "prod", "--deny", "warnings", "--project", "examples/quickstart"])
        .current_dir(crate::support::root()));
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("accepted[FW2205]: "), "{}", ran.out);
    assert!(ran.out.contains("at examples/quickstart/src/main.rs:"), "{}", ran.out);
    assert!(!ran.out.contains("warning["), "{}", ran.out);
}

#[test]
fn a_program_accepts_findings_where_they_belong() {
    use formwork::core::{App, Builder, Options, Parameter, Resource};
    let app = App::for_tests();
    let stack = app.stack("jobs").accept("FW1162", "the pipeline gives it to every stack");
    stack.parameter("Commit", Parameter::string());
    // A pattern may accept it first; what the program says of it last is shown.
    let logs = Resource::raw("AWS::Logs::LogGroup").accept("FW1312", "said by a pattern");
    stack.add("Logs", logs.accept("FW1312", "kept for the auditors"));
    stack.add("More", Resource::raw("AWS::Logs::LogGroup").accept("FW1312", ""));
    stack.add("None", Resource::raw("AWS::SNS::Topic").accept("FW1312", "it is no log group"));
    let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let report = formwork::check::assembly(&assembly);
    let accepted: Vec<(&str, &str)> =
        report.accepted.iter().map(|it| (&*it.finding.code, it.reason.as_str())).collect();
    assert_eq!(
        accepted,
        [("FW1162", "the pipeline gives it to every stack"), ("FW1312", "kept for the auditors")]
    );
    assert!(report.accepted.iter().all(|it| it.at.file == "tests/tests/check.rs"));
    // Without a reason nothing is accepted; what is not found need not be.
    let about = |code: &str| report.findings.iter().filter(|finding| finding.code == code).count();
    assert_eq!((about("FW1312"), about("FW1901"), about("FW1903")), (1, 1, 1));
}

#[test]
fn reachability_is_asserted_with_typed_handles() {
    use formwork::{
        aws::ec2,
        check::{Answer, Party, Ports, Reachability, assert_unreachable},
        core::{App, Options, Stack},
        prelude::cidr,
    };
    fn server(stack: Stack<'_>, public: bool) -> ec2::Instance {
        let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
        let subnet = ec2::Subnet::builder().vpc_id(vpc).cidr_block(cidr!("10.0.0.0/24"));
        let subnet = stack.add("Subnet", subnet.map_public_ip_on_launch(public));
        let table = stack.add("Routes", ec2::RouteTable::builder().vpc_id(vpc));
        let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
        let attached = ec2::VpcGatewayAttachment::builder().vpc_id(vpc).internet_gateway_id(gateway);
        stack.add("Attached", attached);
        let route = ec2::Route::builder().route_table_id(table).destination_cidr_block("0.0.0.0/0");
        stack.add("Out", route.gateway_id(gateway.internet_gateway_id()));
        let association = ec2::SubnetRouteTableAssociation::builder().subnet_id(subnet).route_table_id(table);
        stack.add("Routed", association);
        let rule = ec2::security_group::Ingress::builder().ip_protocol("tcp").from_port(443).to_port(443);
        let group = ec2::SecurityGroup::builder().group_description("web").vpc_id(vpc);
        let group = stack.add("Group", group.security_group_ingress([rule.cidr_ip("0.0.0.0/0")]));
        let server = ec2::Instance::builder().subnet_id(subnet).security_group_ids([group.group_id()]);
        stack.add("Server", server.image_id("ami-0123456789abcdef0"))
    }
    for public in [false, true] {
        let app = App::for_tests();
        let server = server(app.stack("web"), public);
        let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
        let answer = Reachability::of(&assembly).answer(
            &Party::Internet,
            &Party::of(&assembly, &server),
            &Ports::all(),
        );
        assert_eq!(matches!(answer, Answer::Yes(_)), public, "{answer:?}");
        if !public {
            assert_unreachable!(assembly, Internet, server);
            assert_unreachable!(assembly, Internet, server, 443);
        }
    }
}
