//! `cargo xtask bench`: speed and memory, each figure beside the floors of the same run.
//!
//! The work is one template of N resources in a cycle of six kinds (queues, topics, subscriptions, security
//! groups and their rules), which every variant writes to a file:
//!
//! - `formwork`: a program on the public API, from `App::new` to the file: building, checking, graph, lowering;
//! - `stream`: the same bytes formatted straight into a buffer, the least that any program has to do;
//! - `derive`: typed structs with serde's derive, then serde_json;
//! - `value`: trees of `serde_json::Value`.
//!
//! Each measurement is a process of its own, the variants taking turns.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use formwork_aws::{
    ec2,
    ec2::security_group,
    sns, sqs,
    sqs::queue,
    types::{days, seconds},
};
use formwork_core::{App, Assembly, Environment, Limits, Options};
use serde::Serialize;

/// SHA-256 of the canonical form (sorted keys, no white space) for some sizes.
const DIGESTS: &[(usize, &str)] = &[
    (100, "9a44622f030e5da5742e5ca1ee9cf9fd649fd69e0c485fbc6198e1430e9783f7"),
    (1_000, "6d9a6bc8c4718bf28abdaabe146e7ac091ade61b3213df7fd223aa8813de1ce2"),
    (10_000, "4df64af023e16f477546942fb64356b0ca49045f32310665e9496c54b3d41c9f"),
    (100_000, "21cd69e9ddff683a6600e57671f4f60f0e1c84790fe72001b7a83600fa1672ab"),
];

const VARIANTS: [&str; 4] = ["formwork", "stream", "derive", "value"];
const RUNS: usize = 9;

#[derive(Clone, Copy)]
struct Figures {
    milliseconds: f64,
    megabytes: f64,
}

pub fn speed() -> Result<(), String> {
    let program = release()?;
    let folder = Path::new("target/bench");
    fs::create_dir_all(folder).map_err(|error| format!("making target/bench: {error}"))?;

    for (count, expected) in DIGESTS {
        for variant in VARIANTS {
            let file = folder.join(format!("{variant}.json"));
            measure(&program, variant, *count, &file)?;
            let text =
                fs::read_to_string(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
            let tree: serde_json::Value = serde_json::from_str(&text)
                .map_err(|error| format!("{variant} with {count} wrote no JSON: {error}"))?;
            let digest: String = hmac_sha256::Hash::hash(tree.to_string().as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            if digest != *expected {
                return Err(format!("{variant} with {count} resources wrote another template: {digest}"));
            }
        }
    }
    println!("all variants write the same template for 100, 1000, 10000 and 100000 resources\n");

    println!(
        "100000 resources, milliseconds from start of main to the file, and peak memory, over {RUNS} runs"
    );
    println!("{:10} {:>8} {:>8} {:>8} {:>10}", "", "min", "median", "max", "MB");
    let mut medians = BTreeMap::new();
    let mut figures: BTreeMap<&str, Vec<Figures>> = BTreeMap::new();
    for _ in 0..RUNS {
        for variant in VARIANTS {
            let file = folder.join(format!("{variant}.json"));
            figures.entry(variant).or_default().push(measure(&program, variant, 100_000, &file)?);
        }
    }
    for variant in VARIANTS {
        let runs = &figures[variant];
        let mut times: Vec<f64> = runs.iter().map(|run| run.milliseconds).collect();
        times.sort_by(f64::total_cmp);
        let memory = runs.iter().map(|run| run.megabytes).fold(0.0, f64::max);
        let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
        medians.insert(variant, median);
        println!("{variant:10} {least:>8.1} {median:>8.1} {most:>8.1} {memory:>10.1}");
    }
    for floor in ["stream", "derive", "value"] {
        println!("formwork is {:.2} times {floor}", medians["formwork"] / medians[floor]);
    }
    let memory = figures["formwork"].iter().map(|run| run.megabytes).fold(0.0, f64::max);
    budget("times derive", medians["formwork"] / medians["derive"], 2.0);
    budget("times value", medians["formwork"] / medians["value"], 1.0);
    budget("MB", memory, 100.0);

    println!("\ngrowth (median of 3)");
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    let mut points = Vec::new();
    for count in sizes {
        let file = folder.join("formwork.json");
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(measure(&program, "formwork", count, &file)?);
        }
        runs.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        println!("{count:>8} resources {:>9.1} ms {:>8.1} MB", runs[1].milliseconds, runs[1].megabytes);
        points.push(((count as f64).ln(), runs[1].milliseconds.ln()));
    }
    println!("time grows with the number of resources to the power of {:.2}", slope(&points));
    Ok(())
}

/// Says whether a figure is within its budget.
pub fn budget(what: &str, figure: f64, limit: f64) {
    let word = if figure <= limit { "within" } else { "OVER" };
    println!("{word} the budget: {figure:.2} of {limit} {what}");
}

/// The slope of the line of least squares.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), point| {
        (above + (point.0 - x) * (point.1 - y), below + (point.0 - x).powi(2))
    });
    above / below
}

fn release() -> Result<String, String> {
    let status = Command::new("cargo").args(["build", "--release", "--quiet", "--package", "xtask"]).status();
    match status {
        Ok(status) if status.success() => Ok("target/release/xtask".to_owned()),
        Ok(status) => Err(format!("building the harness failed ({status})")),
        Err(error) => Err(format!("cargo could not be started: {error}")),
    }
}

fn measure(program: &str, variant: &str, count: usize, file: &Path) -> Result<Figures, String> {
    let output = Command::new(program)
        .args(["bench-one", variant, &count.to_string()])
        .arg(file)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("starting {program}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (output.status.success(), numbers.next(), numbers.next()) {
        (true, Some(Ok(milliseconds)), Some(Ok(megabytes))) => Ok(Figures { milliseconds, megabytes }),
        _ => Err(format!("{variant} with {count} resources failed: {text}")),
    }
}

/// One measurement: does the work and prints milliseconds and peak megabytes.
pub fn one(variant: &str, count: &str, file: &str) -> Result<(), String> {
    let start = Instant::now();
    let count: usize = count.parse().map_err(|_| format!("`{count}` is not a number"))?;
    // What each variant holds is given back only after the clock has stopped.
    match variant {
        "formwork" => {
            let assembly = formwork(count)?;
            let stacks = assembly.stacks();
            finish(start, file, stacks[0].template().compact())
        }
        "stream" => finish(start, file, &stream(count)),
        "derive" => {
            let template = derive(count);
            finish(start, file, &serde_json::to_string(&template).map_err(|error| error.to_string())?)
        }
        "value" => {
            let template = value(count);
            finish(start, file, &serde_json::to_string(&template).map_err(|error| error.to_string())?)
        }
        _ => Err(format!("`{variant}` is not a variant")),
    }
}

fn finish(start: Instant, file: &str, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("writing {file}: {error}"))?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    println!("{milliseconds:.2} {:.1}", peak_megabytes());
    Ok(())
}

fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

fn formwork(count: usize) -> Result<Assembly, String> {
    let app = App::new("bench", Environment::new("bench"));
    let stack = app.stack("all");
    let mut groups = Vec::with_capacity(count / 6 + 1);
    for g in 0..count.div_ceil(6) {
        let left = count - g * 6;
        let dead = sqs::Queue::builder().queue_name(format!("dlq-{g}")).message_retention_period(days(14));
        let dead = stack.add(format!("Dlq{g}"), dead);
        if left < 2 {
            break;
        }
        let redrive = queue::RedrivePolicy::builder().dead_letter_target_arn(dead.arn()).max_receive_count(3);
        let queue = sqs::Queue::builder().queue_name(format!("queue-{g}")).visibility_timeout(seconds(30));
        let queue = stack.add(format!("Queue{g}"), queue.redrive_policy(redrive));
        if left < 3 {
            break;
        }
        let topic = sns::Topic::builder().topic_name(format!("topic-{g}")).display_name(format!("Topic {g}"));
        let topic = stack.add(format!("Topic{g}"), topic);
        if left < 4 {
            break;
        }
        let subscription = sns::Subscription::builder().protocol("sqs");
        stack.add(format!("Sub{g}"), subscription.topic_arn(topic).endpoint(queue.arn()));
        if left < 5 {
            break;
        }
        let name = security_group::Tag::builder().key("Name").value(format!("sg-{g}"));
        let group = ec2::SecurityGroup::builder().group_description(format!("group {g}"));
        let group = stack.add(format!("Sg{g}"), group.group_name(format!("sg-{g}")).tags([name]));
        groups.push(group);
        if left < 6 {
            break;
        }
        let source = groups[g.saturating_sub(1)];
        let rule = ec2::SecurityGroupIngress::builder().ip_protocol("tcp").from_port(443).to_port(443);
        let rule = rule.group_id(group.group_id()).source_security_group_id(source.group_id());
        stack.add(format!("Ingress{g}"), rule);
    }
    let options = Options { limits: Limits::none(), ..Options::default() };
    app.synth(&options).map_err(|findings| findings.to_string())
}

fn stream(count: usize) -> String {
    let mut out = String::with_capacity(count * 160 + 64);
    out.push_str(r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"#);
    for k in 0..count {
        let g = k / 6;
        if k > 0 {
            out.push(',');
        }
        // Writing into a `String` cannot fail.
        let _ = match k % 6 {
            0 => write!(
                out,
                r#""Dlq{g}":{{"Type":"AWS::SQS::Queue","Properties":{{"QueueName":"dlq-{g}","MessageRetentionPeriod":1209600}}}}"#
            ),
            1 => write!(
                out,
                r#""Queue{g}":{{"Type":"AWS::SQS::Queue","Properties":{{"QueueName":"queue-{g}","VisibilityTimeout":30,"RedrivePolicy":{{"deadLetterTargetArn":{{"Fn::GetAtt":["Dlq{g}","Arn"]}},"maxReceiveCount":3}}}}}}"#
            ),
            2 => write!(
                out,
                r#""Topic{g}":{{"Type":"AWS::SNS::Topic","Properties":{{"TopicName":"topic-{g}","DisplayName":"Topic {g}"}}}}"#
            ),
            3 => write!(
                out,
                r#""Sub{g}":{{"Type":"AWS::SNS::Subscription","Properties":{{"Protocol":"sqs","TopicArn":{{"Ref":"Topic{g}"}},"Endpoint":{{"Fn::GetAtt":["Queue{g}","Arn"]}}}}}}"#
            ),
            4 => write!(
                out,
                r#""Sg{g}":{{"Type":"AWS::EC2::SecurityGroup","Properties":{{"GroupDescription":"group {g}","GroupName":"sg-{g}","Tags":[{{"Key":"Name","Value":"sg-{g}"}}]}}}}"#
            ),
            _ => {
                let p = g.saturating_sub(1);
                write!(
                    out,
                    r#""Ingress{g}":{{"Type":"AWS::EC2::SecurityGroupIngress","Properties":{{"GroupId":{{"Fn::GetAtt":["Sg{g}","GroupId"]}},"SourceSecurityGroupId":{{"Fn::GetAtt":["Sg{p}","GroupId"]}},"IpProtocol":"tcp","FromPort":443,"ToPort":443}}}}"#
                )
            }
        };
    }
    out.push_str("}}");
    out
}

#[derive(Serialize)]
struct DeriveTemplate {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    #[serde(rename = "Resources", serialize_with = "as_map")]
    resources: Vec<(String, DeriveResource)>,
}

fn as_map<S: serde::Serializer>(
    entries: &[(String, DeriveResource)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}

#[derive(Serialize)]
#[serde(tag = "Type", content = "Properties")]
enum DeriveResource {
    #[serde(rename = "AWS::SQS::Queue")]
    Queue(Queue),
    #[serde(rename = "AWS::SNS::Topic")]
    Topic(Topic),
    #[serde(rename = "AWS::SNS::Subscription")]
    Subscription(Subscription),
    #[serde(rename = "AWS::EC2::SecurityGroup")]
    SecurityGroup(SecurityGroup),
    #[serde(rename = "AWS::EC2::SecurityGroupIngress")]
    Ingress(Ingress),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Queue {
    queue_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_retention_period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_policy: Option<RedrivePolicy>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: GetAtt,
    max_receive_count: u32,
}

#[derive(Serialize)]
struct GetAtt {
    #[serde(rename = "Fn::GetAtt")]
    arguments: (String, &'static str),
}

#[derive(Serialize)]
struct Ref {
    #[serde(rename = "Ref")]
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Topic {
    topic_name: String,
    display_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Subscription {
    protocol: &'static str,
    topic_arn: Ref,
    endpoint: GetAtt,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityGroup {
    group_description: String,
    group_name: String,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Ingress {
    group_id: GetAtt,
    source_security_group_id: GetAtt,
    ip_protocol: &'static str,
    from_port: u16,
    to_port: u16,
}

fn derive(count: usize) -> DeriveTemplate {
    let mut resources = Vec::with_capacity(count);
    for k in 0..count {
        let g = k / 6;
        let attribute = |name: String, attribute: &'static str| GetAtt { arguments: (name, attribute) };
        resources.push(match k % 6 {
            0 => {
                let queue = Queue {
                    queue_name: format!("dlq-{g}"),
                    message_retention_period: Some(1_209_600),
                    visibility_timeout: None,
                    redrive_policy: None,
                };
                (format!("Dlq{g}"), DeriveResource::Queue(queue))
            }
            1 => {
                let policy = RedrivePolicy {
                    dead_letter_target_arn: attribute(format!("Dlq{g}"), "Arn"),
                    max_receive_count: 3,
                };
                let queue = Queue {
                    queue_name: format!("queue-{g}"),
                    message_retention_period: None,
                    visibility_timeout: Some(30),
                    redrive_policy: Some(policy),
                };
                (format!("Queue{g}"), DeriveResource::Queue(queue))
            }
            2 => {
                let topic = Topic { topic_name: format!("topic-{g}"), display_name: format!("Topic {g}") };
                (format!("Topic{g}"), DeriveResource::Topic(topic))
            }
            3 => {
                let subscription = Subscription {
                    protocol: "sqs",
                    topic_arn: Ref { name: format!("Topic{g}") },
                    endpoint: attribute(format!("Queue{g}"), "Arn"),
                };
                (format!("Sub{g}"), DeriveResource::Subscription(subscription))
            }
            4 => {
                let group = SecurityGroup {
                    group_description: format!("group {g}"),
                    group_name: format!("sg-{g}"),
                    tags: vec![Tag { key: "Name", value: format!("sg-{g}") }],
                };
                (format!("Sg{g}"), DeriveResource::SecurityGroup(group))
            }
            _ => {
                let ingress = Ingress {
                    group_id: attribute(format!("Sg{g}"), "GroupId"),
                    source_security_group_id: attribute(format!("Sg{}", g.saturating_sub(1)), "GroupId"),
                    ip_protocol: "tcp",
                    from_port: 443,
                    to_port: 443,
                };
                (format!("Ingress{g}"), DeriveResource::Ingress(ingress))
            }
        });
    }
    DeriveTemplate { version: "2010-09-09", resources }
}

fn value(count: usize) -> serde_json::Value {
    use serde_json::json;
    let mut resources = serde_json::Map::new();
    for k in 0..count {
        let g = k / 6;
        let (name, resource) = match k % 6 {
            0 => (
                format!("Dlq{g}"),
                json!({"Type": "AWS::SQS::Queue", "Properties": {"QueueName": format!("dlq-{g}"), "MessageRetentionPeriod": 1_209_600}}),
            ),
            1 => (
                format!("Queue{g}"),
                json!({"Type": "AWS::SQS::Queue", "Properties": {"QueueName": format!("queue-{g}"), "VisibilityTimeout": 30, "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": [format!("Dlq{g}"), "Arn"]}, "maxReceiveCount": 3}}}),
            ),
            2 => (
                format!("Topic{g}"),
                json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": format!("topic-{g}"), "DisplayName": format!("Topic {g}")}}),
            ),
            3 => (
                format!("Sub{g}"),
                json!({"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "sqs", "TopicArn": {"Ref": format!("Topic{g}")}, "Endpoint": {"Fn::GetAtt": [format!("Queue{g}"), "Arn"]}}}),
            ),
            4 => (
                format!("Sg{g}"),
                json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": format!("group {g}"), "GroupName": format!("sg-{g}"), "Tags": [{"Key": "Name", "Value": format!("sg-{g}")}]}}),
            ),
            _ => (
                format!("Ingress{g}"),
                json!({"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"GroupId": {"Fn::GetAtt": [format!("Sg{g}"), "GroupId"]}, "SourceSecurityGroupId": {"Fn::GetAtt": [format!("Sg{}", g.saturating_sub(1)), "GroupId"]}, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}}),
            ),
        };
        resources.insert(name, resource);
    }
    let mut template = serde_json::Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), "2010-09-09".into());
    template.insert("Resources".to_owned(), resources.into());
    template.into()
}

/// The costs of building, in processor seconds of cargo and everything it starts.
pub fn building() -> Result<(), String> {
    let target =
        fs::canonicalize("target").map_err(|error| format!("finding target: {error}"))?.join("bench-build");
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|error| format!("removing {}: {error}", target.display()))?;
    }
    let main = "examples/quickstart/src/main.rs";
    let original = fs::read_to_string(main).map_err(|error| format!("reading {main}: {error}"))?;
    let run = |arguments: &[&str]| -> Result<f64, String> {
        let before = children_seconds();
        let status = Command::new("cargo")
            .args(arguments)
            .env("CARGO_TARGET_DIR", &target)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Ok(children_seconds() - before),
            Ok(status) => Err(format!("cargo {} failed ({status})", arguments.join(" "))),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    };
    let out = target.join("out");
    let out = out.to_string_lossy();
    let synth = ["run", "--package", "quickstart", "--", "synth", "dev", "--out", &out];
    let cold = run(&["build", "--package", "quickstart"])?;
    println!("cold build of the quickstart (debug): {cold:.1} s of processor time");
    budget("s", cold, 25.0);
    run(&synth)?;
    let mut edits = Vec::new();
    let mut failure = None;
    for value in 0..7 {
        let edited = original.replacen(
            "visibility_timeout(minutes(5))",
            &format!("visibility_timeout(minutes({}))", 6 + value),
            1,
        );
        if edited == original {
            return Err(format!("{main} has no line to edit"));
        }
        let seconds = fs::write(main, edited).map_err(|error| error.to_string()).and_then(|()| run(&synth));
        match seconds {
            Ok(seconds) => edits.push(seconds),
            Err(error) => failure = Some(error),
        }
    }
    fs::write(main, original).map_err(|error| format!("restoring {main}: {error}"))?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    edits.sort_by(f64::total_cmp);
    println!(
        "one-line edit to new template (debug): {:.2} s of processor time (median of {}; {:.2} to {:.2})",
        edits[edits.len() / 2],
        edits.len(),
        edits[0],
        edits[edits.len() - 1]
    );
    budget("s", edits[edits.len() / 2], 0.6);
    Ok(())
}

/// The services of the larger examples: what a typical system is made of.
const SYSTEMS: &[&str] = &[
    "applicationautoscaling",
    "certificatemanager",
    "cloudfront",
    "cloudwatch",
    "cognito",
    "ec2",
    "ecr",
    "ecs",
    "elasticache",
    "elasticloadbalancingv2",
    "iam",
    "logs",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "wafv2",
];

/// What the typed resources cost: `cargo check` of `formwork-aws` alone, with generating its source, everything that
/// it depends on being there.
pub fn types() -> Result<(), String> {
    let target =
        fs::canonicalize("target").map_err(|error| format!("finding target: {error}"))?.join("bench-types");
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|error| format!("removing {}: {error}", target.display()))?;
    }
    let wrapper = std::env::current_exe().map_err(|error| format!("finding this program: {error}"))?;
    let check = |features: &str| -> Result<(f64, f64), String> {
        let peak = target.join("peak");
        let _ = fs::remove_file(&peak);
        let before = children_seconds();
        let status = Command::new("cargo")
            .args(["check", "--package", "formwork-aws", "--no-default-features", "--features", features])
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTC_WRAPPER", &wrapper)
            .env("FORMWORK_BENCH_PEAK", &peak)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("checking {features} failed ({status})")),
            Err(error) => return Err(format!("cargo could not be started: {error}")),
        }
        let peaks = fs::read_to_string(&peak).unwrap_or_default();
        let peak = peaks.lines().filter_map(|line| line.parse::<f64>().ok()).fold(0.0, f64::max);
        Ok((children_seconds() - before, peak))
    };
    let (everything, _) = check("")?;
    println!(
        "what formwork-aws depends on, and its types that are written by hand: {everything:.1} s of processor time"
    );
    // The same again with one small service: what every set of features costs, whatever is in it.
    let (least, _) = check("budgets")?;
    println!("one small service: {least:.1} s");
    let sets = [("the default set", "default".to_owned(), 5.0), ("17 services", SYSTEMS.join(","), 8.0)];
    for (name, features, limit) in sets {
        let (seconds, megabytes) = check(&features)?;
        println!("{name}: {seconds:.1} s, {megabytes:.0} MB at most");
        budget("s", seconds, limit);
    }
    let (seconds, megabytes) = check("all")?;
    println!("all services: {seconds:.1} s, {megabytes:.0} MB at most");
    budget("s", seconds, 60.0);
    budget("MB", megabytes, 3000.0);

    let before = children_seconds();
    let status = Command::new("cargo")
        .args(["doc", "--package", "formwork-aws", "--no-deps"])
        .env("CARGO_TARGET_DIR", &target)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err("documenting the default set failed".to_owned());
    }
    let seconds = children_seconds() - before;
    println!("documentation of the default set: {seconds:.1} s");
    budget("s", seconds, 20.0);

    let mut sizes: Vec<(usize, usize, &str)> = formwork_facts::services()
        .map(|service| {
            let types = formwork_facts::types(service).filter_map(formwork_facts::resource_type);
            let counts: Vec<usize> = types.map(formwork_facts::ResourceType::property_count).collect();
            (counts.iter().sum(), counts.len(), service)
        })
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let mut dearest = Vec::new();
    for (properties, types, service) in sizes.into_iter().take(14) {
        let (seconds, megabytes) = check(formwork_codegen::feature(service))?;
        dearest.push((seconds, megabytes, properties, types, service));
    }
    dearest.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("\n| service | types | properties | processor time | memory |\n| --- | --- | --- | --- | --- |");
    for (seconds, megabytes, properties, types, service) in dearest.into_iter().take(10) {
        println!("| {service} | {types} | {properties} | {seconds:.1} s | {megabytes:.0} MB |");
    }
    Ok(())
}

/// Stands between cargo and rustc: notes the greatest memory of the compiler of `formwork-aws`.
pub fn compiler(program: &str, arguments: &[String]) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .spawn()
        .map_err(|error| format!("starting {program}: {error}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    let status = loop {
        let status = fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() / 1024.0);
        match child.try_wait().map_err(|error| format!("waiting for {program}: {error}"))? {
            Some(status) => break status,
            None => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    if let Some(file) = std::env::var_os("FORMWORK_BENCH_PEAK")
        && arguments.windows(2).any(|pair| pair == ["--crate-name", "formwork_aws"])
    {
        let mut peaks = fs::read_to_string(&file).unwrap_or_default();
        let _ = writeln!(peaks, "{peak}");
        fs::write(&file, peaks).map_err(|error| format!("noting memory: {error}"))?;
    }
    if status.success() { Ok(()) } else { std::process::exit(status.code().unwrap_or(1)) }
}

/// User and system time of all children that have ended, in seconds.
pub fn children_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in parentheses and may hold blanks.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    // Fields 16 and 17 of proc(5), counted after the name; a tick is a hundredth of a second on Linux.
    (ticks(13) + ticks(14)) / 100.0
}
