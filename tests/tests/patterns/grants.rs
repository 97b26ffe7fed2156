//! Rights on resources, as methods of their handles.

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
    patterns::{Cache, FargateService, Role, ThreeTierVpc},
    prelude::*,
};

use super::{assemble, client::Client, said, says_nothing, template};
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
