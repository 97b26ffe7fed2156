//! Buckets for objects and for logs.

use std::{cell::Cell, panic::Location};

use formwork::{
    aws::{
        iam, kms,
        s3::{self, bucket::AllowedMethods},
        types::{hours, minutes},
    },
    core::{
        App, Arn, Assembly, Builder as _, Environment, Identifier, Name, Options, Severity, interpolate,
        pseudo,
    },
    patterns::{
        Bucket, BucketGrants, Grantee, LoadBalancer, Role, ThreeTierVpc,
        bucket::{self, Cors, LogBuilder, ObjectLock, Storage},
        load_balancer,
    },
    prelude::{cidr, days},
};
use proptest::{option, prelude::*};

use super::{
    assemble, client::Client, difference, findings, holds, said, says_nothing, template, text, wrong,
};
use crate::support::{folder, lint, templates};

/// A program with one bucket.
fn alone(builder: impl for<'a> Fn(&'a App, bucket::Builder<'a>) -> bucket::Builder<'a>) -> impl Fn(&App) {
    move |app| {
        builder(app, Bucket::new()).build(app.stack("data").scope("Images"));
    }
}

fn logs(builder: impl Fn(LogBuilder) -> LogBuilder) -> impl Fn(&App) {
    move |app| {
        builder(Bucket::for_logs()).build(app.stack("data").scope("Logs"));
    }
}

fn key(app: &App) -> kms::Key {
    app.stack("keys")
        .add("Key", kms::Key::builder().description("own").enable_key_rotation(true).keep_on_removal())
}

fn task<'a>(app: &'a App, stack: &str, id: &'static str, name: Option<&'static str>) -> Role<'a> {
    let stack = app.stack(stack.to_owned());
    let role = iam::Role::assumed_by("ecs-tasks.amazonaws.com").role_name(name);
    Role::of(stack, stack.add(id, role))
}

/// The templates as they are written, with what cfn-lint says of them.
fn lints(name: &str, assembly: &Assembly) {
    let out = folder(&format!("bucket-{name}"));
    assembly.write(&out, formwork::core::Format::Pretty).expect("the assembly can be written");
    assert_eq!(lint("eu-central-1", &templates(&out)), Vec::<String>::new(), "{name}");
}

#[test]
fn a_bucket_as_it_is_unless_said() {
    let assembly = assemble("prod", alone(|_, it| it));
    says_nothing(&assembly);
    insta::assert_snapshot!("bucket", text(&assembly));
    let dev = assemble("dev", alone(|_, it| it));
    says_nothing(&dev);
    insta::assert_snapshot!("bucket_in_dev", difference(&assembly, &dev));
}

#[test]
fn a_bucket_for_logs_as_it_is_unless_said() {
    for environment in ["prod", "dev"] {
        says_nothing(&assemble(environment, logs(|it| it.from_buckets())));
    }
    let base = assemble("prod", logs(|it| it));
    let mut told = text(&base);
    type Option = (&'static str, fn(LogBuilder) -> LogBuilder);
    let options: Vec<Option> = vec![
        ("name", |it| it.name("acme-logs")),
        ("name_with_suffix", |it| it.name_with_suffix("acme-logs-")),
        ("keep_for", |it| it.keep_for(days(365))),
        ("from_load_balancers", |it| it.from_load_balancers()),
        ("from_load_balancers_below", |it| {
            it.from_load_balancers_below("shop/").from_load_balancers_below("office")
        }),
        ("from_buckets", |it| it.from_buckets()),
        ("from_flow_logs", |it| it.from_flow_logs()),
        ("all of them, twice", |it| {
            let once = |it: LogBuilder| it.from_flow_logs().from_buckets().from_load_balancers();
            once(once(it))
        }),
        ("keep_nothing", |it| it.keep_nothing()),
        ("keep_nothing, and keep_on_removal after all", |it| it.keep_nothing().keep_on_removal()),
    ];
    for (name, option) in options {
        let changed = assemble("prod", logs(option));
        says_nothing(&assemble("prod", logs(|it| option(it.from_buckets()))));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
    }
    insta::assert_snapshot!("bucket_for_logs", told);
    lints("logs", &assemble("prod", logs(|it| it.from_flow_logs().from_buckets().from_load_balancers())));
}

#[test]
fn what_every_option_changes() {
    type Change = for<'a> fn(&'a App, bucket::Builder<'a>) -> bucket::Builder<'a>;
    let options: Vec<(&str, Change)> = vec![
        ("name", |_, it| it.name(interpolate!("acme-media-{}", pseudo::account_id()))),
        ("name_with_suffix", |_, it| it.name_with_suffix("acme-product-images")),
        ("encrypted_with", |app, it| it.encrypted_with(key(app))),
        ("bucket_key", |_, it| it.bucket_key()),
        ("without_versions", |_, it| it.without_versions()),
        ("keep_old_versions(days(30))", |_, it| it.keep_old_versions(days(30))),
        ("without_lifecycle", |_, it| it.without_lifecycle()),
        ("without_versions.without_lifecycle", |_, it| it.without_versions().without_lifecycle()),
        ("expire", |_, it| it.expire(days(365))),
        ("expire_below", |_, it| {
            let it = it.expire_below("previews/", days(30)).expire_below("tmp/", days(1));
            it.expire_below("previews/", days(7))
        }),
        ("expire_below a long prefix", |_, it| it.expire_below("long/".repeat(80), days(30))),
        ("move_to_infrequent_access", |_, it| it.move_to_infrequent_access(days(90))),
        ("move_to, in steps", |_, it| {
            let it = it.move_to(Storage::GlacierDeepArchive, days(365)).move_to_infrequent_access(days(30));
            it.move_to(Storage::GlacierInstantRetrieval, days(90)).expire(days(3650))
        }),
        ("intelligent_tiering", |_, it| it.intelligent_tiering()),
        ("cors, uploads", |_, it| it.cors(Cors::uploads_from(["https://shop.example.com"]))),
        ("cors, reads, with more", |_, it| {
            let reads = Cors::reads_from(["https://shop.example.com", "http://localhost:3000"])
                .method(AllowedMethods::Delete)
                .headers(["content-type", "x-amz-*"])
                .expose("ETag")
                .max_age(minutes(10));
            it.cors(reads).cors(Cors::uploads_from([pseudo::stack_name()]))
        }),
        ("cors, from any origin", |_, it| it.cors(Cors::reads_from(["*"]).from_any_origin())),
        ("object_lock, governance", |_, it| it.object_lock(ObjectLock::governance(days(30)))),
        ("object_lock, compliance", |_, it| it.object_lock(ObjectLock::compliance(days(365)))),
        ("event_bridge", |_, it| it.event_bridge()),
        ("transfer_acceleration", |_, it| it.transfer_acceleration()),
        ("keep_on_removal", |_, it| it.keep_on_removal()),
        ("keep_nothing", |_, it| it.keep_nothing()),
    ];
    let base = assemble("prod", alone(|_, it| it));
    let mut told = String::new();
    let mut files = Vec::new();
    for (number, (name, option)) in options.into_iter().enumerate() {
        let changed = assemble("prod", alone(option));
        says_nothing(&changed);
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        let out = folder(&format!("bucket-option-{number}"));
        changed.write(&out, formwork::core::Format::Pretty).expect("the assembly can be written");
        files.extend(templates(&out));
    }
    insta::assert_snapshot!("bucket_options", told);
    assert_eq!(lint("eu-central-1", &files), Vec::<String>::new());
}

/// The images of a shop, as its document has them, with a role of a stack that waits for the bucket's.
fn shop(app: &App) {
    let task = task(app, "security", "Task", Some("acme-task"));
    let images = Bucket::new()
        .name_with_suffix("acme-product-images")
        .without_versions()
        .without_lifecycle()
        .bucket_key()
        .cors(Cors::uploads_from(["https://shop.example.com"]))
        .build(app.stack("data").scope("Images"));
    images.grant_read_write(&task);
    images.only_for([&task]);
}

#[test]
fn only_a_role_by_its_name_gets_at_the_objects_and_no_stack_waits_in_a_circle() {
    let assembly = assemble("prod", shop);
    says_nothing(&assembly);
    lints("shop", &assembly);
    insta::assert_snapshot!("bucket_of_a_shop", text(&assembly));
}

#[test]
fn those_whom_a_bucket_is_only_for_add_up() {
    let assembly = assemble("prod", |app| {
        let images = Bucket::new().build(app.stack("data").scope("Images"));
        let named = task(app, "data", "Named", Some("acme-named"));
        let plain = task(app, "data", "Plain", None);
        let first = task(app, "first", "First", None);
        let path = app.stack("data").add(
            "OfTeam",
            iam::Role::assumed_by("ecs-tasks.amazonaws.com").role_name("acme-team").path("/teams/shop/"),
        );
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
        let client = Client::new(app.stack("first").scope("Client"), &network);
        images.only_for([&named]);
        images.only_for([&plain, &named]);
        images.only_for([&first as &dyn Grantee<'_>, &client, &Role::of(app.stack("data"), path)]);
        images.only_for([&client]);
    });
    says_nothing(&assembly);
    lints("only-for", &assembly);
    let text = template(&assembly, "data");
    insta::assert_snapshot!("bucket_only_for", text.split("ImagesPolicy:").nth(1).expect("the policy"));
}

/// Said in this order, the right comes when the bucket waits for the role, and so stands with the bucket.
#[test]
fn a_role_without_a_name_that_gets_a_right_afterwards_has_it_in_the_stack_of_the_bucket() {
    let assembly = assemble("prod", |app| {
        let task = task(app, "security", "Task", None);
        let images = Bucket::new().build(app.stack("data").scope("Images"));
        images.only_for([&task]);
        images.grant_read(&task);
    });
    let (data, security) = (template(&assembly, "data"), template(&assembly, "security"));
    assert!(data.contains("Type: AWS::IAM::RolePolicy") && data.contains("s3:GetObject"), "{data}");
    assert!(!security.contains("s3:GetObject"), "{security}");
}

#[test]
fn a_role_of_another_account_is_named_by_it() {
    let assembly = assemble("prod", |app| {
        app.stack("elsewhere").account("444455556666");
        let task = task(app, "elsewhere", "Task", Some("acme-task"));
        Bucket::new().build(app.stack("data").scope("Images")).only_for([&task]);
    });
    let text = template(&assembly, "data");
    assert!(text.contains("iam::444455556666:role/acme-task"), "{text}");
}

#[test]
fn one_bucket_takes_the_logs_of_many() {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let stack = app.stack("logs");
        let all = Bucket::for_logs().from_flow_logs().build(stack.scope("All"));
        for name in ["Images", "Scans"] {
            Bucket::new().access_logs_to(&all).build(app.stack("data").scope(name));
        }
        Bucket::new().access_logs_to(&all).build(stack.scope("Near"));
        let certificate =
            "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";
        for (stack, name, prefix) in
            [("web", "Shop", Some("shop")), ("web", "Office", None), ("logs", "Near", None)]
        {
            let it = LoadBalancer::public().https(Arn::existing(certificate)).log_bucket(&all);
            let it = match prefix {
                Some(prefix) => it.log_prefix(prefix),
                None => it,
            };
            let balancer = it.build(app.stack(stack).scope(format!("{name}Balancer")), &network);
            assert!(balancer.log_bucket().is_none() && balancer.log_bucket_policy().is_none());
        }
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    says_nothing(&assemble("dev", program));
    lints("of-many", &assembly);
    insta::assert_snapshot!(
        "bucket_with_logs_of_many",
        template(&assembly, "logs") + &template(&assembly, "data")
    );
    let web = template(&assembly, "web");
    assert!(!web.contains("AWS::S3::Bucket"), "{web}");
}

/// What a load balancer has for its logs where that is said, against where it is not.
#[test]
fn a_load_balancer_makes_the_bucket_that_it_was_told() {
    let with = |option: fn(bucket::LogBuilder) -> Option<bucket::LogBuilder>| {
        assemble("prod", move |app| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let it = LoadBalancer::public().plain_http().log_prefix("access-logs/");
            let it = match option(Bucket::for_logs()) {
                Some(logs) => it.log_bucket(logs),
                None => it,
            };
            let balancer = it.build(app.stack("web").scope("Balancer"), &network);
            assert!(balancer.log_bucket().is_some() && balancer.log_bucket_policy().is_some());
        })
    };
    let base = with(|_| None);
    assert_eq!(difference(&base, &with(Some)), "");
    let changed = with(|it| Some(it.name_with_suffix("acme-alb-logs").keep_for(days(30)).keep_nothing()));
    insta::assert_snapshot!("bucket_of_a_load_balancer", difference(&base, &changed));
    lints("balancer", &changed);
}

#[test]
fn a_load_balancer_waits_for_the_policy_of_a_bucket_in_its_stack() {
    let program = |near: bool| {
        move |app: &App| {
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let stack = if near { "web" } else { "logs" };
            let logs = Bucket::for_logs().from_load_balancers().build(app.stack(stack).scope("Logs"));
            let certificate =
                "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";
            let it = LoadBalancer::public().https(Arn::existing(certificate)).logs_to(&logs);
            it.build(app.stack("web").scope("Balancer"), &network);
        }
    };
    for (near, times) in [(true, 1), (false, 0)] {
        let assembly = assemble("prod", program(near));
        says_nothing(&assembly);
        let web = template(&assembly, "web");
        assert_eq!(web.matches("DependsOn: LogsPolicy").count(), times, "{web}");
    }
}

#[test]
fn a_bucket_goes_where_the_name_or_the_arn_of_one_does() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("data");
        let images = Bucket::new().build(stack.scope("Images"));
        let copy = stack.add(
            "Copy",
            s3::BucketPolicy::builder()
                .bucket(&images)
                .policy_document(formwork::core::json!({"Version": "2012-10-17", "Statement": []})),
        );
        stack.edit(copy).remove("PolicyDocument.Statement");
        let _: formwork::core::Input<Name<s3::Bucket>> = formwork::core::IntoInput::into_input(&images);
        let _: formwork::core::Input<Arn<s3::Bucket>> = formwork::core::IntoInput::into_input(&images);
        let _: formwork::core::Input<Identifier<s3::Bucket>> = formwork::core::IntoInput::into_input(&images);
        stack.output("Name", images.name());
        stack.output("Arn", images.arn());
        stack.output("Domain", images.regional_domain_name());
        assert_eq!(images.scope().path(), "Images");
    });
    let text = template(&assembly, "data");
    assert!(text.contains("RegionalDomainName"), "{text}");
}

#[test]
fn who_is_granted_a_right_gets_what_it_takes() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
        let images = Bucket::new().encrypted_with(key(app)).build(app.stack("data").scope("Images"));
        let api = Client::new(app.stack("service").scope("Api"), &network);
        images.grant_read_write(&api).env("IMAGES_BUCKET");
        images.below("previews/").grant_delete(&api).env("PREVIEWS");
    });
    says_nothing(&assembly);
    insta::assert_snapshot!("bucket_rights", template(&assembly, "service"));
}

#[test]
fn metrics_are_those_of_the_bucket() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("data");
        let images = Bucket::new().build(stack.scope("Images"));
        let metrics = [images.size(), images.size_in("GlacierStorage"), images.object_count()];
        for (number, metric) in metrics.into_iter().enumerate() {
            stack.add(format!("Alarm{number}"), metric.above(1e12).alarm_description("too much"));
        }
    });
    says_nothing(&assembly);
    lints("metrics", &assembly);
    let text = template(&assembly, "data");
    let alarms: Vec<&str> = text.split("  Alarm").skip(1).collect();
    insta::assert_snapshot!("bucket_metrics", alarms.join("  Alarm"));
}

#[test]
fn every_property_is_within_reach() {
    let assembly = assemble("prod", |app| {
        let stack = app.stack("data");
        let images = Bucket::new().build(stack.scope("Images"));
        stack.customize(images.bucket(), |it| it.bucket_name("acme-images"));
        assert_eq!(stack.edit(images.policy()).kind(), "AWS::S3::BucketPolicy");
    });
    assert!(template(&assembly, "data").contains("acme-images"));
}

/// What is wrong, each with the line that says it: the closure notes the line above the one that is to be shown.
#[test]
fn what_cannot_be_is_told_of_the_line_that_says_it() {
    thread_local!(static EXPECTED: Cell<u32> = const { Cell::new(0) });
    #[track_caller]
    fn next() {
        EXPECTED.set(Location::caller().line() + 1);
    }
    let mut told = String::new();
    let mut is = |code: &str, program: &dyn Fn(&App)| {
        let wrong = wrong("bucket.rs", program);
        assert!(!wrong.is_empty(), "{code}: nothing was found");
        for (finding, line) in wrong {
            assert!(finding.contains(code), "{code}: {finding}");
            assert_eq!(line, EXPECTED.get(), "{finding}");
            let lines = finding.lines().filter(|line| !line.trim_start().starts_with("--> "));
            told.push_str(&lines.collect::<Vec<_>>().join("\n"));
            told.push('\n');
        }
    };
    is("FW3151", &|app| {
        next();
        let it = Bucket::new().name_with_suffix("Acme");
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3151", &|app| {
        next();
        let it = Bucket::new().name_with_suffix("a".repeat(55));
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3151", &|app| {
        next();
        let it = Bucket::for_logs().name_with_suffix("-acme");
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3151", &|app| {
        next();
        let it = Bucket::for_logs().name_with_suffix("");
        it.build(app.stack("data").scope("Images"));
    });
    is("FW1326", &|app| {
        let it = Bucket::new().name_with_suffix("xn--acme");
        next();
        it.build(app.stack("data").scope("Images"));
    });
    for wrong in [days(0), hours(36)] {
        is("FW3152", &|app| {
            next();
            let it = Bucket::new().expire(wrong);
            it.build(app.stack("data").scope("Images"));
        });
        is("FW3152", &|app| {
            next();
            let it = Bucket::new().expire_below("tmp/", wrong);
            it.build(app.stack("data").scope("Images"));
        });
        is("FW3152", &|app| {
            next();
            let it = Bucket::new().keep_old_versions(wrong);
            it.build(app.stack("data").scope("Images"));
        });
        is("FW3152", &|app| {
            next();
            let it = Bucket::new().object_lock(ObjectLock::governance(wrong));
            it.build(app.stack("data").scope("Images"));
        });
    }
    is("FW3152", &|app| {
        next();
        let it = Bucket::new().move_to_infrequent_access(days(29));
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3152", &|app| {
        let it = Bucket::new().move_to_infrequent_access(days(30));
        next();
        let it = it.move_to(Storage::GlacierFlexibleRetrieval, days(59));
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3152", &|app| {
        let it = Bucket::new().expire(days(90));
        next();
        let it = it.move_to(Storage::GlacierFlexibleRetrieval, days(90));
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3153", &|app| {
        next();
        let cors = Cors::uploads_from(["https://shop.example.com/"]);
        Bucket::new().cors(cors).build(app.stack("data").scope("Images"));
    });
    is("FW3153", &|app| {
        next();
        let cors = Cors::reads_from(["shop.example.com"]);
        Bucket::new().cors(cors).build(app.stack("data").scope("Images"));
    });
    is("FW3153", &|app| {
        next();
        let cors = Cors::reads_from(["*"]);
        Bucket::new().cors(cors).build(app.stack("data").scope("Images"));
    });
    is("FW3153", &|app| {
        next();
        let cors = Cors::reads_from([""; 0]);
        Bucket::new().cors(cors).build(app.stack("data").scope("Images"));
    });
    is("FW1327", &|app| {
        let it = Bucket::new().cors(Cors::reads_from(["https://*.*.example.com"]));
        next();
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3154", &|app| {
        next();
        let it = Bucket::new().expire(days(1));
        it.without_lifecycle().build(app.stack("data").scope("Images"));
    });
    is("FW3154", &|app| {
        next();
        let it = Bucket::new().keep_old_versions(days(1));
        it.without_versions().build(app.stack("data").scope("Images"));
    });
    is("FW3154", &|app| {
        next();
        let it = Bucket::new().object_lock(ObjectLock::compliance(days(1)));
        it.without_versions().build(app.stack("data").scope("Images"));
    });
    for name in ["images.example.com", "images.example"] {
        is("FW3154", &|app| {
            let it = Bucket::new().name_with_suffix(name);
            let it = if name.ends_with("com") { it.name(name) } else { it };
            next();
            let it = it.transfer_acceleration();
            it.build(app.stack("data").scope("Images"));
        });
    }
    is("FW3155", &|app| {
        let vault = Bucket::new().encrypted_with(key(app)).build(app.stack("data").scope("Vault"));
        next();
        let it = Bucket::new().access_logs_to(&vault);
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3155", &|app| {
        let vault = Bucket::new().object_lock(ObjectLock::governance(days(1)));
        let vault = vault.build(app.stack("data").scope("Vault"));
        next();
        let it = Bucket::new().access_logs_to(&vault);
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3155", &|app| {
        let logs = Bucket::for_logs().build(app.stack("far").region("eu-west-1").scope("Logs"));
        next();
        let it = Bucket::new().access_logs_to(&logs);
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3155", &|app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let vault = Bucket::new().encrypted_with(key(app)).build(app.stack("data").scope("Vault"));
        next();
        let it = LoadBalancer::internal().plain_http().log_bucket(&vault);
        it.build(app.stack("web").scope("Balancer"), &network);
    });
    is("FW3150", &|app| {
        let task = task(app, "security", "Task", None);
        let images = Bucket::new().build(app.stack("data").scope("Images"));
        images.grant_read(&task);
        next();
        images.only_for([&task]);
    });
    is("FW3156", &|app| {
        let images = Bucket::new().build(app.stack("data").scope("Images"));
        let nobody: [&Role<'_>; 0] = [];
        next();
        images.only_for(nobody);
    });
    is("FW3136", &|app| {
        let scope = app.stack("data").scope("Images");
        Bucket::new().build(scope);
        next();
        Bucket::for_logs().build(scope);
    });
    is("FW3151", &|app| {
        let stack = app.stack("data");
        Bucket::new().name_with_suffix("acme").build(stack.scope("Images"));
        next();
        let it = Bucket::for_logs().name_with_suffix("acme-");
        it.from_buckets().build(stack.scope("Logs"));
    });
    is("FW3155", &|app| {
        let elsewhere = app.stack("elsewhere").account("444455556666");
        let logs = Bucket::for_logs().build(elsewhere.scope("Logs"));
        next();
        let it = Bucket::new().access_logs_to(&logs);
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3155", &|app| {
        let scans = Bucket::new().build(app.stack("data").scope("Scans"));
        next();
        let it = Bucket::new().access_logs_to(&scans);
        it.build(app.stack("data").scope("Images"));
    });
    is("FW3155", &|app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let logs = Bucket::for_logs().build(app.stack("far").region("eu-west-1").scope("Logs"));
        let to = load_balancer::LogBucket::from(&logs);
        next();
        let it = LoadBalancer::internal().plain_http().log_bucket(to);
        it.build(app.stack("web").scope("Balancer"), &network);
    });
    insta::assert_snapshot!("bucket_mistakes", told);
}

/// What refuses logs stays as it is.
#[test]
fn a_bucket_that_takes_no_logs_lets_nobody_in() {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    let data = app.stack("data");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let images = Bucket::new().build(data.scope("Images"));
    let statements = || {
        let statements = data.edit(images.policy()).get("PolicyDocument.Statement");
        statements.and_then(|list| list.as_list().map(<[_]>::len))
    };
    let before = statements();
    assert!(before.is_some());
    let balancer = LoadBalancer::internal().plain_http().log_bucket(&images);
    balancer.build(app.stack("web").scope("Balancer"), &network);
    Bucket::new().access_logs_to(&images).build(data.scope("Scans"));
    assert_eq!(statements(), before);
}

/// The logs of a load balancer may go to another account, those of a bucket may not.
#[test]
fn load_balancers_write_to_other_accounts() {
    let assembly = assemble("prod", |app| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let elsewhere = app.stack("elsewhere").account("444455556666");
        let logs = Bucket::for_logs().name("acme-logs").build(elsewhere.scope("Logs"));
        let balancer = LoadBalancer::internal().plain_http().log_bucket(&logs);
        balancer.build(app.stack("web").scope("Balancer"), &network);
    });
    let policy = text(&assembly);
    assert!(policy.contains("AWSLogs/111122223333/*"), "{policy}");
}

#[derive(Clone, Debug)]
struct Wishes {
    name: usize,
    key: bool,
    bucket_key: bool,
    versions: Option<Option<u32>>,
    lifecycle: Option<Life>,
    cors: Vec<(bool, bool, bool)>,
    lock: Option<(bool, u32)>,
    logs: usize,
    more: [bool; 4],
    keep: Option<bool>,
    only_for: Vec<bool>,
    grants: [bool; 3],
    order: bool,
}

#[derive(Clone, Debug)]
struct Life {
    expire: bool,
    below: Vec<u32>,
    moves: Vec<bool>,
}

fn wishes() -> impl Strategy<Value = (bool, Wishes)> {
    let life =
        (any::<bool>(), prop::collection::vec(1..900u32, 0..3), prop::collection::vec(any::<bool>(), 6));
    let life = life.prop_map(|(expire, below, moves)| Life { expire, below, moves });
    let first = (
        0..4usize,
        any::<bool>(),
        any::<bool>(),
        option::of(option::of(1..400u32)),
        option::weighted(0.8, life),
        prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..3),
        option::of((any::<bool>(), 1..400u32)),
    );
    let second = (
        0..3usize,
        any::<[bool; 4]>(),
        option::of(any::<bool>()),
        prop::collection::vec(any::<bool>(), 0..4),
        any::<[bool; 3]>(),
        any::<bool>(),
    );
    (any::<bool>(), first, second).prop_map(|(production, first, second)| {
        let (name, key, bucket_key, versions, lifecycle, cors, lock) = first;
        let (logs, more, keep, only_for, grants, order) = second;
        let wishes = Wishes {
            name,
            key,
            bucket_key,
            versions,
            lifecycle,
            cors,
            lock,
            logs,
            more,
            keep,
            only_for,
            grants,
            order,
        };
        (production, wishes)
    })
}

fn wished(app: &App, wishes: &Wishes) {
    let stack = app.stack("data");
    let near = Bucket::for_logs().from_buckets().build(stack.scope("Logs"));
    let far =
        Bucket::for_logs().from_buckets().name_with_suffix("acme-far").build(app.stack("logs").scope("Logs"));
    let mut it = Bucket::new();
    it = match wishes.name {
        0 => it,
        1 => it.name("acme-product-images"),
        2 => it.name_with_suffix("acme-product-images"),
        _ => it.name_with_suffix("acme").name(interpolate!("acme-{}", pseudo::region())),
    };
    if wishes.key {
        it = it.encrypted_with(key(app));
    }
    if wishes.bucket_key {
        it = it.bucket_key();
    }
    let versions = match wishes.versions {
        Some(None) if wishes.lock.is_none() => false,
        Some(Some(keep)) if wishes.lifecycle.is_some() => {
            it = it.keep_old_versions(days(keep));
            true
        }
        _ => true,
    };
    if !versions {
        it = it.without_versions();
    }
    match &wishes.lifecycle {
        None => it = it.without_lifecycle(),
        Some(life) => {
            for (number, after) in life.below.iter().enumerate() {
                it = it.expire_below(format!("part{number}/"), days(*after));
            }
            let classes = [
                (Storage::InfrequentAccess, 30),
                (Storage::IntelligentTiering, 60),
                (Storage::OneZoneInfrequentAccess, 90),
                (Storage::GlacierInstantRetrieval, 120),
                (Storage::GlacierFlexibleRetrieval, 121),
                (Storage::GlacierDeepArchive, 365),
            ];
            for ((class, after), moved) in classes.into_iter().zip(&life.moves) {
                if *moved {
                    it = it.move_to(class, days(after));
                }
            }
            if life.expire {
                it = it.expire(days(366));
            }
        }
    }
    for (uploads, any, headers) in &wishes.cors {
        let origins = ["https://shop.example.com", "http://localhost:8080"];
        let mut cors = if *uploads { Cors::uploads_from(origins) } else { Cors::reads_from(origins) };
        if *any {
            cors = cors.from_any_origin();
        }
        if *headers {
            cors = cors.headers(["content-type"]).expose("x-amz-version-id").max_age(minutes(5));
        }
        it = it.cors(cors);
    }
    if let Some((compliance, period)) = wishes.lock {
        let lock = if compliance {
            ObjectLock::compliance(days(period))
        } else {
            ObjectLock::governance(days(period))
        };
        it = it.object_lock(lock);
    }
    it = match wishes.logs {
        0 => it,
        1 => it.access_logs_to(&near),
        _ => it.access_logs_to(&far),
    };
    if wishes.more[0] {
        it = it.event_bridge();
    }
    if wishes.more[1] {
        it = it.transfer_acceleration();
    }
    it = match wishes.keep {
        None => it,
        Some(true) => it.keep_on_removal(),
        Some(false) => it.keep_nothing(),
    };
    let images = it.build(stack.scope("Images"));
    let roles: Vec<Role<'_>> = wishes
        .only_for
        .iter()
        .enumerate()
        .map(|(number, named)| {
            let id = ["First", "Second", "Third"][number];
            let stack = if *named { "service" } else { "roles" };
            task(app, stack, id, named.then_some(id))
        })
        .collect();
    let grant = |role: &Role<'_>| {
        // Whose role has no name stands in an earlier stack, and is given no rights from here.
        if role.scope().stack().id() != "service" {
            return;
        }
        let [read, write, delete] = wishes.grants;
        if read {
            images.grant_read(role);
        }
        if write {
            images.below("uploads/").grant_write(role);
        }
        if delete {
            images.grant_delete(role);
        }
    };
    if wishes.order {
        roles.iter().for_each(grant);
    }
    for role in &roles {
        images.only_for([role]);
    }
    if !wishes.order {
        roles.iter().for_each(grant);
    }
}

#[test]
fn whatever_is_wished_holds() {
    holds(
        "bucket",
        60,
        wishes(),
        wished,
        |_| false,
        |assembly, wishes| {
            let text = template(assembly, "data");
            assert!(
                text.contains("BlockPublicPolicy: true") && text.contains("aws:SecureTransport"),
                "{wishes:#?}"
            );
            assert_eq!(text.contains("aws:PrincipalArn"), !wishes.only_for.is_empty(), "{wishes:#?}");
            says_nothing(assembly);
        },
    );
}

#[test]
fn in_every_region_the_same_service_writes_the_logs_of_load_balancers() {
    for region in ["us-east-2", "me-south-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5"] {
        let place = Environment::new("prod").account("111122223333").region(region);
        let app = App::new("shop", place);
        Bucket::for_logs().from_load_balancers().build(app.stack("logs").scope("Logs"));
        let assembly = app.synth(&Options::default()).unwrap_or_else(|findings| panic!("{findings}"));
        let text = template(&assembly, "logs");
        assert!(text.contains("Service: logdelivery.elasticloadbalancing.amazonaws.com"), "{region}: {text}");
        assert!(!text.contains("arn:aws:"), "{region}: the partition differs: {text}");
    }
}

#[test]
fn notes_are_accepted_with_reasons() {
    let report = formwork::check::Check::new().assembly(&assemble("prod", shop));
    let notes = said(&report, Severity::Note);
    assert!(notes.iter().all(|note| !note.contains("FW1903")), "nothing is accepted in vain: {notes:?}");
    assert!(findings(shop).iter().all(|finding| finding.severity < Severity::Warning));
}
