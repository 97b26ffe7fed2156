//! Repositories of images.

use formwork::{
    aws::{
        ecr, kms,
        types::{cidr, days, hours},
    },
    check::Check,
    core::{App, Builder as _, DeletionPolicy, Environment, Options, Stack, UpdateReplacePolicy},
    patterns::{
        FargateService, Image, Repository, RepositoryGrants, Role, Sidecar, ThreeTierVpc, repository,
    },
};
use proptest::prelude::*;

use super::{assemble, client::Client, difference, holds, says_nothing, template, text, warnings};

fn plain() -> repository::Builder {
    Repository::new()
}

fn alone(builder: impl Fn(&App) -> repository::Builder) -> impl Fn(&App) {
    move |app| {
        builder(app).build(app.stack("data").scope("Images"));
    }
}

#[test]
fn a_repository_as_it_is_unless_said() {
    let assembly = assemble("prod", alone(|_| plain()));
    says_nothing(&assembly);
    insta::assert_snapshot!("repository", template(&assembly, "data"));
    let dev = assemble("dev", alone(|_| plain()));
    says_nothing(&dev);
    insta::assert_snapshot!("repository_in_dev", template(&dev, "data"));
}

#[test]
fn what_every_option_changes() {
    let key = |app: &App| {
        let key = kms::Key::builder().description("images").enable_key_rotation(true);
        app.stack("keys").add(
            "Key",
            key.deletion_policy(DeletionPolicy::Retain).update_replace_policy(UpdateReplacePolicy::Retain),
        )
    };
    type Option = (&'static str, Box<dyn Fn(&App) -> repository::Builder>);
    let options: Vec<Option> = vec![
        ("name", Box::new(|_| plain().name("awsomeshop"))),
        ("mutable_tags", Box::new(|_| plain().mutable_tags())),
        ("mutable_tags_like", Box::new(|_| plain().mutable_tags_like(["latest", "branch-*"]))),
        ("without_scans", Box::new(|_| plain().without_scans())),
        ("encrypted_with", Box::new(move |app| plain().encrypted_with(key(app)))),
        ("expire_untagged", Box::new(|_| plain().expire_untagged(days(1)))),
        ("mutable_tags and expire_untagged", Box::new(|_| plain().mutable_tags().expire_untagged(days(1)))),
        ("keep_images", Box::new(|_| plain().keep_images(50))),
        (
            "keep_images and keep_tagged",
            Box::new(|_| plain().keep_images(50).keep_tagged("release-*", 20).keep_tagged("v*-lts", 5)),
        ),
        ("without_lifecycle", Box::new(|_| plain().without_lifecycle())),
        ("shared_with", Box::new(|_| plain().shared_with("444455556666").shared_with("777788889999"))),
        ("keep_on_removal", Box::new(|_| plain().keep_on_removal())),
        ("keep_nothing", Box::new(|_| plain().keep_nothing())),
    ];
    let base = assemble("prod", alone(|_| plain()));
    let mut said = String::new();
    for (name, option) in options {
        let changed = assemble("prod", alone(option));
        said.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        assert_eq!(warnings(&Check::new().assembly(&changed)), Vec::<String>::new(), "{name}");
        let report = Check::new().assembly(&changed);
        let of_repository = |it: &&formwork::core::Finding| {
            it.template_path.as_deref().is_some_and(|path| path.contains("ImagesRepository"))
                && it.code.starts_with("FW2")
        };
        assert_eq!(report.findings.iter().filter(of_repository).count(), 0, "{name}");
    }
    insta::assert_snapshot!("repository_options", said);
}

/// A service with a side-car of the same repository, in a stack of its own.
fn served(name: Option<&'static str>, elsewhere: bool) -> impl Fn(&App) {
    move |app| {
        let data = app.stack("data");
        let repository = match name {
            Some(name) => plain().name(name).mutable_tags(),
            None => plain(),
        };
        let repository = repository.build(data.scope("Images"));
        let compute = app.stack("compute");
        let compute = if elsewhere { compute.region("eu-west-1") } else { compute };
        let network = app.stack("network");
        let network = if elsewhere { network.region("eu-west-1") } else { network };
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(network);
        let tag = if name.is_some() { "latest" } else { "2025-11-03" };
        FargateService::new(repository.image(tag))
            .sidecar(Sidecar::new("helper", repository.image("helper-1")))
            .build(compute.scope("Core"), &network);
    }
}

/// The lines about images and the right to pull them.
fn images(template: &str) -> String {
    let wanted = |line: &&str| {
        ["Image:", "dkr.ecr", "repository/", "RepositoryUri", "ImagesRepository", "helper-1"]
            .iter()
            .any(|part| line.contains(part))
    };
    template.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}

#[test]
fn services_name_their_images() {
    let mut said = String::new();
    for (what, name, elsewhere) in [
        ("with a name", Some("awsomeshop"), false),
        ("with a name, from another Region", Some("awsomeshop"), true),
        ("without a name", None, false),
    ] {
        let assembly = assemble("prod", served(name, elsewhere));
        assert_eq!(warnings(&Check::new().assembly(&assembly)), Vec::<String>::new(), "{what}");
        said.push_str(&format!("## {what}\n{}\n", images(&template(&assembly, "compute"))));
    }
    // Where the account is not known, another Region is still named.
    let app = App::new("shop", Environment::new("prod").region("eu-central-1"));
    served(Some("awsomeshop"), true)(&app);
    let assembly = app.synth(&Options::default()).expect("templates");
    said.push_str(&format!("## no account is known\n{}\n", images(&template(&assembly, "compute"))));
    // Where the Region is not known, and the service has one, there is the reference.
    let app = App::for_tests();
    let repository = plain().name("awsomeshop").mutable_tags().build(app.stack("data").scope("Images"));
    let west = app.stack("network").region("eu-west-1");
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(west);
    let compute = app.stack("compute").region("eu-west-1");
    FargateService::new(repository.image("latest")).build(compute.scope("Core"), &network);
    let assembly = app.synth(&Options::default()).expect("templates");
    said.push_str(&format!(
        "## only the Region of the service is known\n{}\n",
        images(&template(&assembly, "compute"))
    ));
    insta::assert_snapshot!("repository_images", said);
}

/// The digest of an image.
const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn a_digest_stands_behind_an_at_sign() {
    let mut said = String::new();
    for (what, name, elsewhere) in [
        ("with a name", Some("awsomeshop"), false),
        ("with a name, from another Region", Some("awsomeshop"), true),
        ("without a name", None, false),
        ("of the resource", None, true),
    ] {
        let assembly = assemble("prod", |app| {
            let region = if elsewhere { "eu-west-1" } else { "eu-central-1" };
            let builder = name.into_iter().fold(plain(), repository::Builder::name);
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2);
            let data = if name.is_some() { app.stack("data") } else { app.stack("data").region(region) };
            let repository = builder.build(data.scope("Images"));
            let image = match what {
                "of the resource" => Image::of(repository.repository(), DIGEST),
                _ => repository.image(DIGEST),
            };
            let network = network.build(app.stack("network").region(region));
            FargateService::new(image).build(app.stack("compute").region(region).scope("Core"), &network);
        });
        says_nothing(&assembly);
        let compute = template(&assembly, "compute");
        assert!(compute.contains(&format!("@{DIGEST}")), "{compute}");
        assert!(!compute.contains(&format!(":{DIGEST}")), "{compute}");
        said.push_str(&format!("## {what}\n{}\n", images(&compute)));
    }
    insta::assert_snapshot!("repository_digests", said);
}

/// What is neither a tag nor a digest is told of once, at the line that says it.
#[test]
fn what_no_image_has_is_told_of() {
    let said = told(|stack| {
        let images = plain().build(stack.scope("Images"));
        let named = plain().name("shop/api").build(stack.scope("Named"));
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(stack.app().stack("network"));
        images.image("");
        images.image("a b:c");
        images.image("-1");
        images.image(".1");
        images.image("t".repeat(129));
        named.image("shop/api:1.4.2");
        named.image("sha256:9f86");
        named.image(DIGEST.to_uppercase());
        named.image(format!("@{DIGEST}"));
        // These are right.
        images.image("t".repeat(128));
        images.image("_1.4-rc.2");
        named.image(DIGEST);
        let unfit = Image::of(images.repository(), "1 4");
        FargateService::new(unfit).build(stack.scope("Core"), &network);
        let twice = named.image("1 5");
        FargateService::new(twice).build(stack.scope("Api"), &network);
    });
    insta::assert_snapshot!("repository_versions", said);
}

#[test]
fn rights_name_the_repository() {
    let grants = |by_pattern: bool| {
        assemble("prod", |app| {
            let stack = app.stack("shop");
            let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
            let repository = plain().build(stack.scope("Images"));
            let pipeline = Client::new(stack.scope("Pipeline"), &network);
            let other = Role::of(stack, formwork::patterns::Grantee::role(&pipeline).role());
            match by_pattern {
                true => {
                    repository.grant_push(&pipeline);
                    repository.grant_pull(&other);
                }
                false => {
                    let resource: ecr::Repository = repository.repository();
                    resource.grant_push(&pipeline);
                    resource.grant_pull(&other);
                }
            }
        })
    };
    assert_eq!(text(&grants(true)), text(&grants(false)));
    assert!(text(&grants(true)).contains("ecr:PutImage"));
}

/// What is found in a program: each finding with the lines that it names, as they stand in this file, and the help.
fn told(program: impl for<'a> Fn(Stack<'a>)) -> String {
    let app = App::new("shop", Environment::new("prod").account("111122223333").region("eu-central-1"));
    program(app.stack("shop"));
    let findings: Vec<_> = match app.synth(&Options::default()) {
        Ok(assembly) => Check::new().assembly(&assembly).findings.into_iter().collect(),
        Err(findings) => findings.into_iter().collect(),
    };
    let lines: Vec<&str> = include_str!("repository.rs").lines().collect();
    let mut said = String::new();
    for finding in &findings {
        if finding.severity == formwork::core::Severity::Note && !finding.code.starts_with("FW3") {
            continue;
        }
        said.push_str(&format!("{:?} {}: {}\n", finding.severity, finding.code, finding.message));
        assert!(finding.spans[0].at.file.ends_with("patterns/repository.rs"), "{finding:?}");
        for span in finding.spans.iter().filter(|span| span.at.file.ends_with("tests/patterns/repository.rs"))
        {
            said.push_str(&format!("    {}: {}\n", span.label, lines[span.at.line as usize - 1].trim()));
        }
        for text in finding.help.iter().chain(&finding.notes) {
            said.push_str(&format!("    = {text}\n"));
        }
        if finding.code.starts_with("FW3") {
            assert!(formwork::patterns::explain::page(&finding.code).is_some(), "{}", finding.code);
        }
    }
    said
}

#[test]
fn repositories_that_cannot_be() {
    let said = told(|stack| {
        plain().keep_images(0).build(stack.scope("Nothing"));
        plain().keep_tagged("a/b", 3).build(stack.scope("Slash"));
        plain().expire_untagged(hours(36)).build(stack.scope("Hours"));
        plain().mutable_tags_like(Vec::<String>::new()).build(stack.scope("None"));
        plain().mutable_tags_like(["a", "b", "c", "d", "e", "f"]).build(stack.scope("Six"));
        plain().mutable_tags_like(["*a*b*"]).build(stack.scope("Stars"));
        let images = plain().build(stack.scope("Images"));
        images.image("latest");
        images.image("1.4.2");
        plain().mutable_tags().build(stack.scope("Mutable")).image("latest");
        plain().mutable_tags_like(["late*"]).build(stack.scope("Late")).image("latest");
        plain().build(stack.scope("Images"));
    });
    insta::assert_snapshot!("repository_mistakes", said);
}

/// What `check` says of names and accounts, it says at the line that builds the repository.
#[test]
fn names_that_cannot_be_are_told_of_the_line() {
    let said = told(|stack| {
        plain().name("AWSomeShop").build(stack.scope("Upper"));
        plain().name("a").build(stack.scope("Short"));
    });
    let account = told(|stack| {
        plain().shared_with("1111").build(stack.scope("Account"));
    });
    let said = format!("{said}{account}");
    insta::assert_snapshot!("repository_names", said);
}

#[derive(Clone, Debug)]
struct Wishes {
    name: bool,
    tags: u8,
    scans: bool,
    key: bool,
    untagged: Option<u32>,
    keep: Option<u32>,
    tagged: Vec<u8>,
    no_lifecycle: bool,
    shared: bool,
    retained: Option<bool>,
    served: bool,
    digest: bool,
}

prop_compose! {
    fn wishes()(
        name: bool, tags in 0..3u8, scans: bool, key: bool, untagged in prop::option::of(1..400u32),
        keep in prop::option::of(1..1000u32), tagged in prop::collection::vec(0..4u8, 0..4), no_lifecycle: bool,
        shared: bool, retained: Option<bool>, served: bool, digest: bool,
    ) -> Wishes {
        Wishes { name, tags, scans, key, untagged, keep, tagged, no_lifecycle, shared, retained, served, digest }
    }
}

fn program(app: &App, wishes: &Wishes) {
    let mut builder = match wishes.tags {
        0 => plain(),
        1 => plain().mutable_tags(),
        _ => plain().mutable_tags_like(["latest", "*-latest"]),
    };
    if wishes.name {
        builder = builder.name("shop/api_images-1");
    }
    if !wishes.scans {
        builder = builder.without_scans();
    }
    if wishes.key {
        let key = kms::Key::builder().description("images").enable_key_rotation(true);
        builder = builder.encrypted_with(app.stack("keys").add("Key", key));
    }
    if let Some(untagged) = wishes.untagged {
        builder = builder.expire_untagged(days(untagged));
    }
    if let Some(keep) = wishes.keep {
        builder = builder.keep_images(keep);
    }
    for tagged in &wishes.tagged {
        builder = builder.keep_tagged(["release-*", "v*", "*", "a*b*c*d*"][usize::from(*tagged)], 3);
    }
    if wishes.no_lifecycle {
        builder = builder.without_lifecycle();
    }
    if wishes.shared {
        builder = builder.shared_with("444455556666");
    }
    match wishes.retained {
        Some(true) => builder = builder.keep_on_removal(),
        Some(false) => builder = builder.keep_nothing(),
        None => {}
    }
    let repository = builder.build(app.stack("data").scope("Images"));
    if wishes.served {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let version = match wishes.tags {
            _ if wishes.digest => DIGEST,
            0 => "1.4.2",
            _ => "latest",
        };
        FargateService::new(repository.image(version)).build(app.stack("compute").scope("Core"), &network);
    }
}

#[test]
fn every_legal_combination_holds() {
    holds(
        "repository",
        80,
        (any::<bool>(), wishes()),
        program,
        |_| false,
        |assembly, wishes| {
            let data = template(assembly, "data");
            assert_eq!(data.contains("LifecyclePolicyText"), !wishes.no_lifecycle, "{data}");
            // What a tag left may run: by default its age is no reason to take it away.
            let by_age = wishes.tags == 0 || wishes.untagged.is_some();
            assert_eq!(data.contains("sinceImagePushed"), by_age && !wishes.no_lifecycle, "{data}");
        },
    );
}
