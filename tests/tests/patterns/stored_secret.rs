//! Secrets that are generated, and such that hold what is no secret.

use formwork::{
    aws::{kms, types::days},
    check::Check,
    core::{App, Assembly, Builder as _, IntoText, Output, Param, Parameter, Severity, interpolate, pseudo},
    patterns::{
        Configure, FargateService, StoredSecret, ThreeTierVpc, UserPool, UserPoolClient,
        stored_secret::{Builder, Generated},
    },
    prelude::cidr,
};
use proptest::prelude::*;

use super::{assemble, client::Client, difference, findings, holds, said, says_nothing, template};

const ROTATES: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";

fn plain() -> Builder<Generated> {
    StoredSecret::generated()
}

fn alone(builder: impl Fn(&App) -> Builder<Generated>) -> impl Fn(&App) {
    move |app| {
        builder(app).build(app.stack("security").scope("Session"));
    }
}

fn of_security(assembly: &Assembly) -> String {
    format!("security\n{}", template(assembly, "security"))
}

#[test]
fn a_secret_as_it_is_unless_said() {
    let assembly = assemble("prod", alone(|_| plain()));
    says_nothing(&assembly);
    insta::assert_snapshot!("stored_secret", of_security(&assembly));
    let dev = assemble("dev", alone(|_| plain()));
    says_nothing(&dev);
    insta::assert_snapshot!("stored_secret_in_dev", of_security(&dev));
}

#[test]
fn what_every_option_changes() {
    let key = |app: &App| {
        app.stack("keys")
            .add("Key", kms::Key::builder().description("own").enable_key_rotation(true).keep_on_removal())
    };
    type Option = (&'static str, Box<dyn Fn(&App) -> Builder<Generated>>);
    let options: Vec<Option> = vec![
        ("name", Box::new(|_| plain().name("acme/session"))),
        ("description", Box::new(|_| plain().description("signs cookies"))),
        ("encrypted_with", Box::new(move |app| plain().encrypted_with(key(app)))),
        ("copies_in", Box::new(|_| plain().copies_in(["eu-west-1", "eu-north-1"]))),
        ("length", Box::new(|_| plain().length(64))),
        ("with_punctuation", Box::new(|_| plain().with_punctuation())),
        ("without_characters", Box::new(|_| plain().without_characters("0O1l"))),
        ("within", Box::new(|_| plain().within([("username", "ad\"min")], "password"))),
        (
            "within what is known at deployment",
            Box::new(|_| {
                let beside =
                    [("region", pseudo::region()), ("url", interpolate!("https://{}/", pseudo::region()))];
                plain().within(beside, "token")
            }),
        ),
        ("rotated_by", Box::new(|_| plain().rotated_by(ROTATES))),
        ("rotate_every", Box::new(|_| plain().rotated_by(ROTATES).rotate_every(days(7)))),
        ("keep_nothing", Box::new(|_| plain().keep_nothing())),
    ];
    let base = assemble("prod", alone(|_| plain()));
    let mut told = String::new();
    for (name, option) in options {
        let changed = assemble("prod", alone(option));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        says_nothing(&changed);
        assert!(!idle(&changed), "{name}: nothing is accepted in vain");
    }
    insta::assert_snapshot!("stored_secret_options", told);
}

fn idle(assembly: &Assembly) -> bool {
    Check::new().assembly(assembly).findings.iter().any(|finding| finding.code == "FW1903")
}

#[test]
fn what_is_known_at_deployment_is_held() {
    let program = |app: &App| {
        let stack = app.stack("security");
        let users = UserPool::new().build(stack.scope("Users"));
        let web = users.client(stack.scope("Web"), UserPoolClient::new().with_secret());
        StoredSecret::holding(users.id()).name("awsomeshop/cognito").build(stack.scope("Cognito"));
        let secret = web.secret().expect("there is one");
        StoredSecret::holding(secret).keep_on_removal().build(stack.scope("WebSecret"));
        let both = interpolate!(r#"{{"pool":"{}","client":"{}"}}"#, users.id(), web.id());
        StoredSecret::holding(both).build(stack.scope("Both"));
        let token: Param<String> = stack.parameter("Token", Parameter::string().no_echo());
        StoredSecret::holding(token).build(stack.scope("Given"));
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    assert!(!idle(&assembly), "nothing is accepted in vain");
    let template = of_security(&assembly);
    let secrets = template.split("Resources:").nth(1).unwrap_or_default();
    insta::assert_snapshot!("stored_secret_holding", secrets);
}

/// What is text would be in the template, whichever way it came there.
#[test]
fn text_is_not_held() {
    let pin = String::from("hunter2");
    let texts = [
        || interpolate!("{}", "hunter2"),
        || interpolate!("hunter2"),
        || interpolate!("{}{}-{}", "hunter", 2, interpolate!("{}", "3")),
        || Output::new("hunter2".into_text()),
        || Output::new(42.into_text()),
    ];
    for text in texts {
        let text = text();
        let app = App::for_tests();
        let open = StoredSecret::holding(text.clone()).build(app.stack("security").scope("Open"));
        assert!(open.scope().edit(open.secret()).get("SecretString").is_none(), "{:?}", text.expr());
        let held = |app: &App| {
            StoredSecret::holding(text.clone()).build(app.stack("security").scope("Open"));
        };
        assert_eq!(
            found(held),
            [
                "FW3179: a secret is to hold text, which whoever reads the template sees | StoredSecret::holding"
            ],
            "{:?}",
            text.expr()
        );
    }
    // Text with something in it that the template does not have is none.
    let known = |app: &App| {
        let text = interpolate!("{pin} of {}", pseudo::account_id());
        StoredSecret::holding(text).build(app.stack("security").scope("Known"));
    };
    assert_eq!(found(known), Vec::<String>::new());
}

#[test]
fn who_is_given_rights_reads_it() {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let security = app.stack("security");
        let key = security
            .add("Key", kms::Key::builder().description("own").enable_key_rotation(true).keep_on_removal());
        let admin = plain().within([("username", "admin")], "password").encrypted_with(key);
        let admin = admin.build(security.scope("Admin"));
        let api = Client::new(app.stack("service").scope("Api"), &network);
        admin.grant_read(&api).env("ADMIN");
        api.set_secret("PASSWORD", admin.key("password"));
        let office = Client::new(app.stack("service").scope("Office"), &network);
        admin.grant_write(&office);
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    insta::assert_snapshot!("stored_secret_rights", template(&assembly, "service"));
}

/// Between stacks it would be seen, as an output of the one and a parameter of the other.
#[test]
fn the_secret_of_a_client_is_held_in_its_own_stack() {
    let program = |app: &App| {
        let stack = app.stack("security");
        let users = UserPool::new().build(stack.scope("Users"));
        let web = users.client(stack.scope("Web"), UserPoolClient::new().with_secret());
        let secret = web.secret().expect("there is one");
        StoredSecret::holding(secret).build(app.stack("service").scope("WebSecret"));
    };
    assert_eq!(
        found(program),
        [
            "FW3179: a secret of the stack `security` goes to `service`, and is seen on its way | StoredSecret::holding"
        ]
    );
}

#[test]
fn keys_are_known() {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let security = app.stack("security");
        let admin = plain().within([("username", "admin")], "password").build(security.scope("Admin"));
        let whole = plain().build(security.scope("Whole"));
        FargateService::new("public.ecr.aws/acme/api:1.4")
            .secret("USER", admin.key("username"))
            .secret("PASSWORD", admin.key("pasword"))
            .secret("KEY", whole.key("password"))
            .secret("WHOLE", &whole)
            .build(app.stack("service").scope("Api"), &network);
    };
    insta::assert_snapshot!("stored_secret_keys", found(program).join("\n"));
}

#[derive(Clone, Debug)]
struct Chosen {
    length: Option<u16>,
    punctuation: bool,
    without: bool,
    within: u8,
    key: bool,
    copies: u8,
    rotated: Option<u32>,
    kept: Option<bool>,
    held: bool,
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let value = (prop::option::of(8u16..=4096), any::<bool>(), any::<bool>(), 0u8..4, any::<bool>());
    let rest = (any::<bool>(), 0u8..3, prop::option::of(1u32..=90), prop::option::of(any::<bool>()));
    (value, rest).prop_map(|((length, punctuation, without, within, held), (key, copies, rotated, kept))| {
        Chosen { length, punctuation, without, within, key, copies, rotated, kept, held }
    })
}

/// What both kinds can be told.
fn common<V>(app: &App, mut it: Builder<V>, chosen: &Chosen) -> Builder<V> {
    it = it.name("acme/one").description("a secret");
    if chosen.key {
        let key = kms::Key::builder().description("own").enable_key_rotation(true).keep_on_removal();
        it = it.encrypted_with(app.stack("keys").add("Key", key));
    }
    it = match chosen.copies {
        1 => it.copies_in(["eu-west-1"]),
        2 => it.copies_in(["eu-west-1", "us-east-1"]),
        _ => it,
    };
    match chosen.kept {
        Some(true) => it.keep_on_removal(),
        Some(false) => it.keep_nothing(),
        None => it,
    }
}

#[test]
fn every_secret_is_sound() {
    let program = |app: &App, chosen: &Chosen| {
        let scope = app.stack("security").scope("One");
        if chosen.held {
            common(app, StoredSecret::holding(pseudo::stack_id()), chosen).build(scope);
            return;
        }
        let mut it = common(app, plain(), chosen);
        it = match chosen.length {
            Some(length) => it.length(length),
            None => it,
        };
        it = if chosen.punctuation { it.with_punctuation() } else { it };
        it = if chosen.without { it.without_characters("0O1l") } else { it };
        it = match chosen.within {
            1 => it.within([("username", "admin")], "password"),
            2 => it.within([("a", pseudo::region()), ("b", pseudo::stack_name())], "c"),
            3 => it.within(Vec::<(String, String)>::new(), "token"),
            _ => it,
        };
        it = match chosen.rotated {
            Some(every) => it.rotated_by(ROTATES).rotate_every(days(every)),
            None => it,
        };
        it.build(scope);
    };
    let more = |assembly: &Assembly, chosen: &Chosen| {
        assert!(!idle(assembly), "what is accepted is there: {chosen:?}");
        assert_eq!(
            said(&Check::new().assembly(assembly), Severity::Warning),
            Vec::<String>::new(),
            "{chosen:?}"
        );
    };
    holds("stored-secret", 60, (any::<bool>(), chosen()), program, |_| false, more);
}

/// What is found, as `code: message | the call that is named first`.
fn found(program: impl Fn(&App)) -> Vec<String> {
    let all = findings(program).into_iter().filter(|it| it.severity > Severity::Note);
    let source = include_str!("stored_secret.rs");
    let told = |finding: formwork::core::Finding| {
        let at = &finding.spans[0].at;
        assert!(at.file.ends_with("patterns/stored_secret.rs"), "{finding:?}");
        let line = source.lines().nth(at.line as usize - 1).unwrap_or_default();
        let call = line.get(at.column as usize - 1..).unwrap_or_default();
        let call = call.split_once('(').map_or(call, |(call, _)| call);
        format!("{}: {} | {call}", finding.code, finding.message)
    };
    all.map(told).collect()
}

#[test]
fn what_cannot_be_is_said_where_it_was_said() {
    let mut all = Vec::new();
    all.extend(found(alone(|_| plain().length(7))));
    all.extend(found(alone(|_| plain().length(4097))));
    all.extend(found(alone(|_| plain().rotated_by(ROTATES).rotate_every(days(0)))));
    all.extend(found(alone(|_| plain().rotated_by(ROTATES).rotate_every(days(1001)))));
    all.extend(found(alone(|_| plain().rotated_by(ROTATES).rotate_every(days(100)))));
    all.extend(found(alone(|_| plain().rotate_every(days(30)))));
    all.extend(found(alone(|_| plain().within([("a", "b")], "a"))));
    all.extend(found(alone(|_| plain().within([("", "b")], "a"))));
    all.extend(found(alone(|_| plain().within([("a", "b")], "c").within([("a", "b")], "d"))));
    all.extend(found(alone(|_| plain().copies_in(["eu-central-1"]))));
    all.extend(found(alone(|_| plain().copies_in(["eu-west-1", "eu-west-1"]))));
    all.extend(found(alone(|_| plain().name("what is this?"))));
    insta::assert_snapshot!("stored_secret_mistakes", all.join("\n"));
}
