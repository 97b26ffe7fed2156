//! Rights on resources, as methods of their handles.

use std::{cell::RefCell, panic::Location};

use formwork::{
    aws::{
        dynamodb::{
            self,
            table::{AttributeDefinition, AttributeType, KeyType, SseSpecification, TableKeySchema},
        },
        ecr, iam, kms, logs,
        s3::{
            self,
            bucket::{
                BucketEncryption, ServerSideEncryptionByDefault,
                ServerSideEncryptionByDefaultSseAlgorithm as Algorithm, ServerSideEncryptionRule,
            },
        },
        secretsmanager, sns, sqs, ssm,
    },
    check::Check,
    core::{App, Assembly, Format, Identifier, Severity},
    patterns::{
        Cache, Configure, Database, FargateService, Grantee, LoadBalancer, Metric, Role, SecretValue,
        ThreeTierVpc,
    },
    prelude::*,
};

use proptest::prelude::*;

use super::{
    assemble, client::Client, holds, network::refused, said, says_nothing, template, text, warnings,
};
use crate::support::{folder, lint, templates};

/// The template of one stack.
fn of(stack: &str, assembly: &Assembly) -> String {
    format!("{stack}\n{}", template(assembly, stack))
}

fn policies(assembly: &Assembly) -> String {
    let template =
        assembly.stacks().iter().find(|stack| stack.id() == "service").expect("the stack").template();
    let resources = &template.value()["Resources"];
    let policies: Vec<String> = resources
        .as_object()
        .expect("resources")
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role")
        .flat_map(|(id, resource)| {
            let statements = resource["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone();
            let statements = statements.as_array().cloned().unwrap_or_default();
            statements.into_iter().map(move |statement| format!("{id}: {statement}"))
        })
        .collect();
    policies.join("\n")
}

fn lints(name: &str, assembly: &Assembly) {
    let out = folder(name);
    assembly.write(&out, Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new(), "{name}");
}

fn role<'a>(scope: Scope<'a>) -> Role<'a> {
    Role::of(scope, scope.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")))
}

fn bucket(key: Option<kms::Key>) -> s3::bucket::Builder {
    let algorithm = if key.is_some() { Algorithm::AwsKms } else { Algorithm::Aes256 };
    let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm).kms_master_key_id(key);
    let rule = ServerSideEncryptionRule::builder().server_side_encryption_by_default(by_default);
    s3::Bucket::builder()
        .bucket_encryption(BucketEncryption::builder().server_side_encryption_configuration([rule]))
}

fn table(key: Option<kms::Key>) -> dynamodb::table::Complete {
    let table = dynamodb::Table::builder()
        .key_schema([TableKeySchema::builder().attribute_name("id").key_type(KeyType::Hash)])
        .attribute_definitions([AttributeDefinition::builder()
            .attribute_name("id")
            .attribute_type(AttributeType::S)])
        .billing_mode(dynamodb::table::BillingMode::PayPerRequest);
    match key {
        Some(key) => table.sse_specification(
            SseSpecification::builder()
                .sse_enabled(true)
                .sse_type(dynamodb::table::SseType::Kms)
                .kms_master_key_id(key),
        ),
        None => table,
    }
}

/// All rights there are, each to a role of its own.
fn all(app: &App, own_key: bool) {
    let data = app.stack("data");
    let service = app.stack("service");
    let key = data.add("Key", kms::Key::builder().description("own").enable_key_rotation(true));
    let own = own_key.then_some(key);
    let role = |name: &'static str| role(service.scope(name));

    let uploads = data.add("Uploads", bucket(own).keep_on_removal());
    uploads.grant_read(&role("BucketRead"));
    uploads.grant_write(&role("BucketWrite"));
    uploads.grant_read_write(&role("BucketReadWrite"));
    uploads.grant_delete(&role("BucketDelete"));
    uploads.below("images/").grant_read(&role("BelowRead"));
    uploads.below("images/").below("small/").grant_read_write(&role("BelowReadWrite"));

    let jobs = data.add("Jobs", sqs::Queue::builder().kms_master_key_id(own));
    jobs.grant_send(&role("QueueSend"));
    jobs.grant_consume(&role("QueueConsume"));

    let orders = data.add("Orders", sns::Topic::builder().kms_master_key_id(own));
    orders.grant_publish(&role("TopicPublish"));

    let generated = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
    let secret = secretsmanager::Secret::builder().kms_key_id(own).generate_secret_string(generated);
    let secret = data.add("Secret", secret);
    secret.grant_read(&role("SecretRead"));
    secret.grant_write(&role("SecretWrite"));

    let carts = data.add("Carts", table(own).keep_on_removal());
    carts.grant_read(&role("TableRead"));
    carts.grant_write(&role("TableWrite"));
    carts.grant_read_write(&role("TableReadWrite"));

    key.grant_encrypt(&role("KeyEncrypt"));
    key.grant_decrypt(&role("KeyDecrypt"));
    key.grant_encrypt_decrypt(&role("KeyEncryptDecrypt"));

    let limit =
        ssm::Parameter::builder().name("/shop/limit").type_(ssm::parameter::Type::String).value("100");
    let limit = data.add("Limit", limit);
    limit.grant_read(&role("ParameterRead"));
    limit.grant_write(&role("ParameterWrite"));

    let images = data.add("Images", ecr::Repository::builder().keep_on_removal());
    images.grant_pull(&role("RepositoryPull"));
    images.grant_push(&role("RepositoryPush"));

    let log = data.add("Audit", logs::LogGroup::builder().retention_in_days(days(365)));
    log.grant_write(&role("LogGroupWrite"));
    log.grant_read(&role("LogGroupRead"));
}

#[test]
fn every_right_is_the_actions_on_the_arn() {
    for (own_key, name) in [(false, "grants"), (true, "grants_with_a_key")] {
        let assembly = assemble("prod", |app| all(app, own_key));
        insta::assert_snapshot!(name, policies(&assembly));
        lints(name, &assembly);
        // Of the roles; the bucket and so on are as plain as can be.
        let report = Check::new().assembly(&assembly);
        let told = |severity| said(&report, severity).into_iter().filter(|it| it.contains("Role"));
        let told: Vec<String> = [Severity::Error, Severity::Warning].into_iter().flat_map(told).collect();
        assert_eq!(told, Vec::<String>::new());
    }
}

#[test]
fn a_key_is_found_however_it_is_named() {
    let of_queue = |name: fn(kms::Key) -> Input<Identifier<kms::Key>>| {
        let assembly = assemble("prod", |app| {
            let service = app.stack("service");
            let key = service.add("Key", kms::Key::builder().enable_key_rotation(true));
            let queue = service.add("Queue", sqs::Queue::builder().kms_master_key_id(name(key)));
            queue.grant_consume(&role(service.scope("Worker")));
        });
        policies(&assembly).lines().nth(1).unwrap_or("none").to_owned()
    };
    let said = [
        of_queue(|key| key.into_input()),
        of_queue(|key| key.key_id().into_input()),
        of_queue(|_| Identifier::existing("1234abcd-12ab-34cd-56ef-1234567890ab").into_input()),
        of_queue(|_| Identifier::existing("arn:aws:kms:eu-central-1:111122223333:key/1234abcd").into_input()),
        of_queue(|_| Identifier::existing("alias/shop").into_input()),
        of_queue(|_| Identifier::existing("arn:aws:kms:eu-central-1:111122223333:alias/shop").into_input()),
        of_queue(|_| Identifier::existing("alias/aws/sqs").into_input()),
    ];
    insta::assert_snapshot!("grants_keys", said.join("\n"));
}

#[test]
fn what_is_said_twice_stands_once() {
    let assembly = assemble("prod", |app| {
        let service = app.stack("service");
        let queue = service.add("Queue", sqs::Queue::builder());
        let worker = role(service.scope("Worker"));
        queue.grant_consume(&worker);
        queue.grant_consume(&worker);
        queue.grant_send(&worker);
    });
    assert_eq!(policies(&assembly).lines().count(), 2);
}

/// Also where an ARN is text with references in it, which is stored in other pieces than it was written in.
#[test]
fn what_is_said_twice_of_a_part_of_something_stands_once() {
    let assembly = |times: usize| {
        assemble("prod", |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let data = app.stack("data");
            let key = data.add("Key", kms::Key::builder().description("own").enable_key_rotation(true));
            let uploads = data.add("Uploads", bucket(Some(key)).keep_on_removal());
            let carts = data.add("Carts", table(Some(key)).keep_on_removal());
            let orders = Database::postgres("17", "db.t4g.medium").build(data.scope("Orders"), &network);
            let sessions = Cache::valkey("8.2", "cache.t4g.small")
                .iam_authentication()
                .build(data.scope("Sessions"), &network);
            let worker = FargateService::new("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:1");
            let worker = worker.build(app.stack("service").scope("Worker"), &network);
            for _ in 0..times {
                uploads.grant_read(&worker);
                uploads.below("images/").grant_read_write(&worker);
                carts.grant_read_write(&worker);
                orders.allow_from(&worker).env("ORDERS");
                sessions.allow_from(&worker).env("SESSIONS");
            }
        })
    };
    assert_eq!(text(&assembly(2)), text(&assembly(1)));
}

#[test]
fn a_setting_needs_a_name_that_a_variable_can_have() {
    let cases: [fn(&sqs::Queue, &FargateService<'_>); 2] =
        [|queue, api| queue.grant_send(api).env("MY QUEUE="), |queue, api| queue.grant_send(api).env("")];
    for case in cases {
        let findings = refused(|app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let service = app.stack("service");
            let queue = service.add("Queue", sqs::Queue::builder());
            let api =
                FargateService::new("public.ecr.aws/acme/api:1.4").build(service.scope("Api"), &network);
            case(&queue, &api);
        });
        let all: Vec<_> = findings.iter().collect();
        let [finding] = all.as_slice() else { panic!("{findings}") };
        assert_eq!(finding.code, "FW3042", "{findings}");
        assert!(finding.spans[0].at.file.ends_with("patterns/grants.rs"), "{findings}");
    }
}

/// What is found of a setting that was handed over is told of the line that did so.
#[test]
fn settings_are_told_of_the_line_that_hands_them_over() {
    let told = RefCell::new(Vec::new());
    struct Listener<'l>(Role<'l>, &'l RefCell<Vec<(String, u32)>>);
    impl<'l> Grantee<'l> for Listener<'l> {
        fn role(&self) -> Role<'l> {
            self.0
        }
    }
    impl Configure for Listener<'_> {
        fn set_variable(&self, name: &str, _: Output<String>) {
            self.1.borrow_mut().push((name.to_owned(), Location::caller().line()));
        }
        fn set_secret(&self, _: &str, _: SecretValue) {}
    }
    assemble("prod", |app| {
        let stack = app.stack("shop");
        let uploads = stack.add("Uploads", bucket(None).keep_on_removal());
        let listener = Listener(role(stack.scope("Api")), &told);
        uploads.below("a/").grant_read(&listener).env("UPLOADS");
        assert!(told.borrow().iter().all(|(_, line)| *line == line!() - 1), "{told:?}");
        assert_eq!(told.borrow().len(), 2);
    });
}

/// Text that is no ARN is told of the line that names it, also where a pattern writes it into something of its own.
#[test]
fn what_exists_already_is_named_as_a_whole() {
    let cases: [fn(&App); 4] = [
        |app| {
            let on_call: Arn<sns::Topic> = Arn::existing("on-call");
            let failing = Metric::new("Shop", "Failed").above(5).alarm_actions([on_call]);
            app.stack("shop").add("Failing", failing);
        },
        |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let balancer = LoadBalancer::public().https(Arn::existing("my-cert"));
            balancer.build(app.stack("service").scope("Balancer"), &network);
        },
        |app| {
            let role = role(app.stack("shop").scope("Api"));
            let secret = SecretValue::of(Arn::existing("arn:aws:secretsmanager:payments")).key("token");
            secret.statements().into_iter().for_each(|statement| role.grant(statement));
        },
        |app| {
            let stack = app.stack("shop");
            let topic: Arn<sns::Topic> = Arn::existing("arn:aws:sns:eu-central-1:11112222333:alarms");
            stack.add("Queue", sqs::Queue::builder());
            stack.output("Topic", interpolate!("topic {topic}"));
        },
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|case| {
            let findings = refused(case);
            for finding in findings.iter() {
                assert_eq!(finding.code, "FW0707", "{findings}");
                assert!(finding.spans[0].at.file.ends_with("patterns/grants.rs"), "{findings}");
            }
            findings.iter().next().map(|finding| finding.message.clone()).unwrap_or_default()
        })
        .collect();
    insta::assert_snapshot!("grants_no_arn", told.join("\n"));
    // What CloudFormation looks up is not known before.
    assemble("prod", |app| {
        let topic: Arn<sns::Topic> = Arn::existing("{{resolve:ssm:/shop/topic}}");
        app.stack("shop").add("Failing", Metric::new("Shop", "Failed").above(5).alarm_actions([topic]));
    });
}

#[test]
fn queues_have_metrics() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("shop");
        let jobs = stack.add("Jobs", sqs::Queue::builder());
        stack.add("Waiting", jobs.visible_messages().above(1000));
        stack.add("InFlight", jobs.messages_in_flight().above(100_000));
        stack.add("Late", jobs.oldest_message_age().above(600));
        stack.add("Idle", jobs.messages_sent().below(1));
        stack.add("Stuck", jobs.messages_deleted().below(1));
    });
    assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new());
    insta::assert_snapshot!("grants_queue_metrics", text(&assembly));
    lints("queue-metrics", &assembly);
}

/// The data in one stack and the service in another: what is granted stands with the service, and the data know nothing
/// of it, though the service's queue is granted to a role of the data's stack.
#[test]
fn rights_across_stacks_are_wires_and_no_circle() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let data = app.stack("data");
        let key = data.add("Key", kms::Key::builder().description("own").enable_key_rotation(true));
        let uploads = data.add("Uploads", bucket(Some(key)).keep_on_removal());
        let secret = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
        let secret = data.add("Secret", secretsmanager::Secret::builder().generate_secret_string(secret));
        let jobs = data.add("Jobs", sqs::Queue::builder());
        let orders = data.add("Orders", sns::Topic::builder());
        let images = data.add("Images", ecr::Repository::builder().keep_on_removal());
        let api = Client::new(app.stack("service").scope("Api"), &network);
        uploads.grant_read_write(&api).env("UPLOADS_BUCKET");
        uploads.below("public/").grant_delete(&api).env("PUBLIC");
        secret.grant_read(&api).env("PAYMENTS_SECRET");
        jobs.grant_send(&api).env("JOBS_URL");
        orders.grant_publish(&api).env("ORDERS_TOPIC");
        images.grant_pull(&api).env("IMAGES");
    });
    insta::assert_snapshot!("grants_across_stacks", of("service", &assembly));
    assert!(!of("data", &assembly).contains("Parameters:"));
    lints("grants-across-stacks", &assembly);
}

/// One right on one thing of a kind.
#[derive(Clone, Debug)]
struct Right {
    kind: u8,
    right: u8,
    /// Encrypted with a key of the program's own, where the kind can be.
    own_key: bool,
    /// In the grantee's stack.
    here: bool,
    /// To the second grantee.
    other: bool,
}

/// So many kinds of things with rights.
const KINDS: u8 = 9;

impl Right {
    /// Gives the right, with its settings, and says the least that has to stand in the policy.
    fn give<'a>(&self, app: &'a App, number: usize, to: &Client<'a>) -> &'static str {
        // A stack with nothing in it cannot be.
        let at = |stack: &'static str| {
            app.stack(if self.here { "service" } else { stack }).scope(format!("Thing{number}"))
        };
        let key_in = |stack: &'static str| {
            at(stack).add("Key", kms::Key::builder().description("own").enable_key_rotation(true))
        };
        let own = (self.own_key && self.kind < 5).then(|| key_in("keys"));
        let env = format!("THING{number}");
        let (granted, action) = match (self.kind, self.right) {
            (0, right) => {
                let bucket = at("data").add("Bucket", bucket(own).keep_on_removal());
                match right {
                    0 => (bucket.grant_read(to), "s3:GetObject"),
                    1 => (bucket.below("images/").grant_write(to), "s3:PutObject"),
                    2 => (bucket.grant_read_write(to), "s3:AbortMultipartUpload"),
                    _ => (bucket.grant_delete(to), "s3:DeleteObject"),
                }
            }
            (1, right) => {
                let queue = at("data").add("Queue", sqs::Queue::builder().kms_master_key_id(own));
                match right {
                    0 | 1 => (queue.grant_send(to), "sqs:SendMessage"),
                    _ => (queue.grant_consume(to), "sqs:ReceiveMessage"),
                }
            }
            (2, _) => {
                let topic = at("data").add("Topic", sns::Topic::builder().kms_master_key_id(own));
                (topic.grant_publish(to), "sns:Publish")
            }
            (3, right) => {
                let generated = secretsmanager::secret::GenerateSecretString::builder().password_length(32);
                let secret =
                    secretsmanager::Secret::builder().kms_key_id(own).generate_secret_string(generated);
                let secret = at("data").add("Secret", secret);
                match right {
                    0 | 1 => (secret.grant_read(to), "secretsmanager:GetSecretValue"),
                    _ => (secret.grant_write(to), "secretsmanager:PutSecretValue"),
                }
            }
            (4, right) => {
                let table = at("data").add("Table", table(own).keep_on_removal());
                match right {
                    0 => (table.grant_read(to), "dynamodb:GetItem"),
                    1 => (table.grant_write(to), "dynamodb:PutItem"),
                    _ => (table.grant_read_write(to), "dynamodb:PutItem"),
                }
            }
            (5, right) => {
                let key = key_in("data");
                match right {
                    0 => (key.grant_encrypt(to), "kms:GenerateDataKey"),
                    1 => (key.grant_decrypt(to), "kms:Decrypt"),
                    _ => (key.grant_encrypt_decrypt(to), "kms:Decrypt"),
                }
            }
            (6, right) => {
                let limit = ssm::Parameter::builder().type_(ssm::parameter::Type::String).value("100");
                let limit = at("data").add("Limit", limit.name(format!("/shop/limit{number}")));
                match right {
                    0 | 1 => (limit.grant_read(to), "ssm:GetParameter"),
                    _ => (limit.grant_write(to), "ssm:PutParameter"),
                }
            }
            (7, right) => {
                let images = at("data").add("Images", ecr::Repository::builder().keep_on_removal());
                match right {
                    0 | 1 => (images.grant_pull(to), "ecr:BatchGetImage"),
                    _ => (images.grant_push(to), "ecr:PutImage"),
                }
            }
            (_, right) => {
                let log = at("data").add("Log", logs::LogGroup::builder().retention_in_days(days(30)));
                match right {
                    0 | 1 => (log.grant_write(to), "logs:PutLogEvents"),
                    _ => (log.grant_read(to), "logs:FilterLogEvents"),
                }
            }
        };
        granted.env(&env);
        action
    }

    /// Whether the use of a key of the program's own goes with it.
    fn takes_key(&self) -> bool {
        let encrypted = matches!(self.kind, 0..=4) && self.own_key;
        // Nothing is encrypted or decrypted where objects are deleted.
        encrypted && (self.kind, self.right) != (0, 3)
    }
}

#[test]
fn every_right_is_given_and_no_other() {
    let right = (0..KINDS, 0u8..4, any::<[bool; 3]>())
        .prop_map(|(kind, right, [own_key, here, other])| Right { kind, right, own_key, here, other });
    let program = |app: &App, rights: &Vec<Right>| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let service = app.stack("service");
        let clients = ["Api", "Worker"].map(|name| Client::new(service.scope(name), &network));
        for (number, right) in rights.iter().enumerate() {
            right.give(app, number, &clients[usize::from(right.other)]);
        }
    };
    let judge = |assembly: &Assembly, rights: &Vec<Right>| {
        let told = policies(assembly);
        for (index, role) in ["ApiRole: ", "WorkerRole: "].into_iter().enumerate() {
            let own: Vec<&str> = told.lines().filter(|line| line.starts_with(role)).collect();
            let given: Vec<&Right> =
                rights.iter().filter(|right| usize::from(right.other) == index).collect();
            // Nobody has what was not given.
            assert_eq!(own.is_empty(), given.is_empty(), "{rights:?}: {told}");
            for statement in &own {
                let all = statement.contains("\"Resource\":\"*\"");
                assert!(!all || statement.contains("ecr:GetAuthorizationToken"), "{statement}");
                assert!(
                    !statement.contains("\"Action\":\"*\"") && !statement.contains(":*\""),
                    "{statement}"
                );
            }
            for right in &given {
                let app = App::for_tests();
                let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
                let client = Client::new(app.stack("service").scope("Api"), &network);
                let action = right.give(&app, 0, &client);
                assert!(own.iter().any(|line| line.contains(action)), "{right:?}: {action}: {told}");
            }
            // The use of a key goes with what the key encrypts, through the service that keeps it.
            let through = own.iter().filter(|line| line.contains("kms:ViaService")).count();
            assert_eq!(through, given.iter().filter(|right| right.takes_key()).count(), "{rights:?}: {told}");
        }
        // The data know nothing of who uses them.
        let data =
            assembly.stacks().iter().find(|stack| stack.id() == "data").map(|stack| stack.template().yaml());
        let data = data.unwrap_or_default();
        assert!(!data.contains("ApiRole") && !data.contains("WorkerRole"), "{data}");
    };
    let options = (any::<bool>(), proptest::collection::vec(right, 1..7));
    holds("grants", 60, options, program, |_| false, judge);
}

#[test]
fn rights_within_a_stack_say_nothing() {
    says_nothing(&assemble("prod", |app| {
        let stack = app.stack("shop");
        let queue = stack.add("Queue", sqs::Queue::builder());
        queue.grant_consume(&role(stack.scope("Worker")));
    }));
}

/// What a service of the patterns is given stands with its role, its groups and its container.
#[test]
fn a_service_takes_rights_and_settings_together() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let data = app.stack("data");
        let jobs = data.add("Jobs", sqs::Queue::builder());
        let sessions = Cache::valkey("8.2", "cache.t4g.small").build(data.scope("Sessions"), &network);
        let worker = FargateService::new("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:1");
        let worker = worker.build(app.stack("service").scope("Worker"), &network);
        sessions.allow_from(&worker).env("SESSIONS");
        jobs.grant_consume(&worker).env("JOBS_QUEUE_URL");
    });
    let service = of("service", &assembly);
    for expected in [
        "SESSIONS_HOST",
        "SESSIONS_PORT",
        "SESSIONS_TLS",
        "SESSIONS_PASSWORD",
        "JOBS_QUEUE_URL",
        "sqs:ReceiveMessage",
        "WorkerToDataSessions6379",
    ] {
        assert!(service.contains(expected), "{expected}: {service}");
    }
    says_nothing(&assembly);
    lints("grants-to-a-service", &assembly);
}
