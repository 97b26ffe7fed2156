//! Users who sign in, and the clients that sign them in.

use formwork::{
    aws::types::{Duration, days, hours, minutes, seconds},
    check::Check,
    core::{App, Arn, Assembly, Severity},
    patterns::{
        LoadBalancer, PasswordPolicy, TargetGroup, ThreeTierVpc, UserPool, UserPoolClient,
        load_balancer::Authentication,
        user_pool::{
            self, Attribute, ClientBuilder, Factor, Flow, Group, Mfa, OauthScope, ResourceServer, Standard,
        },
    },
    prelude::cidr,
};
use proptest::prelude::*;

use super::{assemble, client, difference, findings, holds, said, says_nothing, template, text};

const IDENTITY: &str = "arn:aws:ses:eu-central-1:111122223333:identity/example.com";
const CERTIFICATE: &str =
    "arn:aws:acm:us-east-1:111122223333:certificate/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e";

/// A pool in a stack of its own, with a client.
fn with(users: impl Fn() -> user_pool::Builder, web: impl Fn() -> ClientBuilder) -> impl Fn(&App) {
    move |app| {
        let stack = app.stack("security");
        let users = users().build(stack.scope("Users"));
        users.client(stack.scope("Web"), web());
    }
}

fn of_security(assembly: &Assembly) -> String {
    format!("security\n{}", template(assembly, "security"))
}

#[test]
fn users_as_they_are_unless_said() {
    let assembly = assemble("prod", with(UserPool::new, UserPoolClient::new));
    says_nothing(&assembly);
    insta::assert_snapshot!("user_pool", of_security(&assembly));
    let dev = assemble("dev", with(UserPool::new, UserPoolClient::new));
    says_nothing(&dev);
    insta::assert_snapshot!("user_pool_in_dev", difference(&assembly, &dev));
}

/// A shop's users and its site, every value of which is given.
#[test]
fn every_value_can_be_said() {
    let users = || {
        UserPool::new()
            .name("awsomeshop-users")
            .sign_in_with_email()
            .password(PasswordPolicy::at_least(8).without_symbols())
            .mfa(Mfa::Optional)
            .recovery_by_email()
    };
    let web = || {
        UserPoolClient::new()
            .name("awsomeshop-web-client")
            .with_secret()
            .flows([Flow::UserPassword, Flow::RefreshToken])
            .access_token(hours(1))
            .id_token(hours(1))
            .refresh_token(days(30))
    };
    let assembly = assemble("prod", with(users, web));
    says_nothing(&assembly);
    insta::assert_snapshot!("user_pool_said", of_security(&assembly));
}

/// What cannot be judged by itself, since it goes to a page of the pool.
fn at_pages(users: user_pool::Builder) -> user_pool::Builder {
    users.domain("acme-staff")
}

#[test]
fn what_every_option_changes() {
    type Option = (&'static str, Box<dyn Fn() -> user_pool::Builder>);
    let plain = UserPool::new;
    let options: Vec<Option> = vec![
        ("name", Box::new(move || plain().name("acme-users"))),
        ("sign_in_with_phone", Box::new(move || plain().sign_in_with_phone())),
        ("email or phone", Box::new(move || plain().sign_in_with_phone().sign_in_with_email())),
        ("sign_in_with_username", Box::new(move || plain().sign_in_with_username())),
        ("username or email", Box::new(move || plain().sign_in_with_username().sign_in_with_email())),
        ("case_sensitive", Box::new(move || plain().case_sensitive())),
        (
            "password",
            Box::new(move || {
                plain().password(PasswordPolicy::at_least(16).history(5).temporary_for(days(2)))
            }),
        ),
        (
            "a weak password",
            Box::new(move || {
                let policy = PasswordPolicy::at_least(6).without_symbols().without_numbers();
                plain().password(policy.without_upper_case().without_lower_case().temporary_for(days(30)))
            }),
        ),
        ("Mfa::Off", Box::new(move || plain().mfa(Mfa::Off))),
        ("Mfa::Required", Box::new(move || plain().mfa(Mfa::Required))),
        (
            "factors",
            Box::new(move || {
                let users = plain().mail_from(IDENTITY, "Acme <no-reply@example.com>");
                users.factors([Factor::Application, Factor::Sms, Factor::Email])
            }),
        ),
        ("recovery_by_phone", Box::new(move || plain().recovery_by_email().recovery_by_phone())),
        ("recovery_by_managers", Box::new(move || plain().recovery_by_managers())),
        ("lite", Box::new(move || plain().lite())),
        ("threat_protection", Box::new(move || plain().threat_protection())),
        (
            "attribute",
            Box::new(move || {
                plain()
                    .attribute(Attribute::text("company").length(1..=80))
                    .attribute(Attribute::number("points").between(-5..=1000))
                    .attribute(Attribute::moment("since").fixed())
                    .attribute(Attribute::flag("trial"))
            }),
        ),
        (
            "require",
            Box::new(move || {
                plain().require([Standard::GivenName, Standard::FamilyName, Standard::GivenName])
            }),
        ),
        ("domain", Box::new(move || plain().domain("acme-staff"))),
        ("own_domain", Box::new(move || plain().own_domain("auth.example.com", Arn::existing(CERTIFICATE)))),
        (
            "group",
            Box::new(move || {
                let role = Arn::existing("arn:aws:iam::111122223333:role/editors");
                plain()
                    .group("readers")
                    .group(Group::new("editors").description("who write").precedence(10).role(role))
            }),
        ),
        (
            "resource_server",
            Box::new(move || {
                let orders = ResourceServer::new("orders").scope("read", "see orders");
                plain().resource_server(orders).resource_server(ResourceServer::new("stock").name("Stock"))
            }),
        ),
        (
            "mail_from",
            Box::new(move || {
                plain()
                    .mail_from(IDENTITY, "Acme <no-reply@example.com>")
                    .reply_to("help@example.com")
                    .configuration_set("users")
            }),
        ),
        (
            "messages",
            Box::new(move || {
                plain()
                    .verification_mail("Welcome to Acme", "Your code is {####}.")
                    .verification_sms("Acme: {####}")
                    .invitation_mail("Your account", "You are {username}, your password is {####}.")
            }),
        ),
        (
            "verification_link",
            Box::new(move || {
                at_pages(plain()).verification_link("Welcome to Acme", "Please {##confirm your address##}.")
            }),
        ),
        ("invitations_only", Box::new(move || plain().invitations_only())),
        ("keep_nothing", Box::new(move || plain().keep_nothing())),
    ];
    let base = assemble("prod", with(plain, UserPoolClient::new));
    let mut told = String::new();
    for (name, option) in options {
        let changed = assemble("prod", with(option, UserPoolClient::new));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        says_nothing(&changed);
        assert!(!idle(&changed), "{name}: nothing is accepted in vain");
    }
    insta::assert_snapshot!("user_pool_options", told);
}

/// Whether something is accepted that is not there.
fn idle(assembly: &Assembly) -> bool {
    Check::new().assembly(assembly).findings.iter().any(|finding| finding.code == "FW1903")
}

#[test]
fn what_every_option_of_a_client_changes() {
    let orders = || ResourceServer::new("orders").scope("read", "see orders");
    let users = move || at_pages(UserPool::new()).resource_server(orders());
    type Option = (&'static str, Box<dyn Fn() -> ClientBuilder>);
    let options: Vec<Option> = vec![
        ("name", Box::new(|| UserPoolClient::new().name("web"))),
        ("with_secret", Box::new(|| UserPoolClient::new().with_secret())),
        (
            "flows",
            Box::new(|| UserPoolClient::new().flows([Flow::AdminUserPassword, Flow::Choice, Flow::Custom])),
        ),
        (
            "tokens",
            Box::new(|| {
                UserPoolClient::new()
                    .access_token(minutes(5))
                    .id_token(seconds(3661))
                    .refresh_token(hours(36))
            }),
        ),
        ("a day is a day", Box::new(|| UserPoolClient::new().access_token(hours(24)).id_token(minutes(120)))),
        ("rotate_refresh_tokens", Box::new(|| UserPoolClient::new().rotate_refresh_tokens(seconds(30)))),
        (
            "oauth",
            Box::new(|| {
                let scopes = [
                    OauthScope::OpenId,
                    OauthScope::Email,
                    OauthScope::Phone,
                    OauthScope::Profile,
                    OauthScope::Account,
                    OauthScope::of("orders", "read"),
                ];
                UserPoolClient::new().oauth(
                    ["https://shop.example.com/in"],
                    ["https://shop.example.com/out"],
                    scopes,
                )
            }),
        ),
        (
            "providers, read and written attributes",
            Box::new(|| {
                UserPoolClient::new().providers(["COGNITO"]).reads(["email", "name"]).writes(["name"])
            }),
        ),
        ("for_load_balancer", Box::new(|| UserPoolClient::for_load_balancer("intranet.example.com"))),
        (
            "for_machines",
            Box::new(|| UserPoolClient::for_machines([ResourceServer::new("orders").granting("read")])),
        ),
    ];
    let base = assemble("prod", with(users, UserPoolClient::new));
    let mut told = String::new();
    for (name, option) in options {
        let changed = assemble("prod", with(users, option));
        told.push_str(&format!("## {name}\n{}\n", difference(&base, &changed)));
        says_nothing(&changed);
    }
    insta::assert_snapshot!("user_pool_client_options", told);
}

#[test]
fn a_client_stands_in_another_stack() {
    let program = |app: &App| {
        let orders = ResourceServer::new("orders").scope("read", "see orders");
        let read = orders.granting("read");
        let users =
            at_pages(UserPool::new()).resource_server(orders).build(app.stack("security").scope("Users"));
        users.client(app.stack("reports").scope("Reports"), UserPoolClient::for_machines([read]));
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    assert!(!template(&assembly, "reports").contains("DependsOn"));
}

#[test]
fn who_is_given_rights_gets_what_it_takes() {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let security = app.stack("security");
        let users = UserPool::new().build(security.scope("Users"));
        let web = users.client(security.scope("Web"), UserPoolClient::new().flows([Flow::AdminUserPassword]));
        let service = app.stack("service");
        let of = |name: &'static str| client::Client::new(service.scope(name), &network);
        users.grant_read(&of("Reports")).env("USERS");
        users.grant_manage(&of("Office")).env("USERS");
        web.grant_sign_in(&of("Api")).env("USERS");
        service.add("Refused", web.sign_in_throttles().above(0).alarm_description("too many at once"));
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    insta::assert_snapshot!("user_pool_rights", template(&assembly, "service"));
}

#[derive(Clone, Debug)]
struct Chosen {
    sign_in: (bool, bool, bool),
    password: Option<(u8, u8, Option<u8>)>,
    mfa: Option<u8>,
    factors: Option<Vec<u8>>,
    recovery: u8,
    plan: u8,
    mail: bool,
    texts: u8,
    attributes: u8,
    domain: u8,
    groups: u8,
    kept: u8,
    client: ChosenClient,
}

#[derive(Clone, Debug)]
struct ChosenClient {
    kind: u8,
    secret: bool,
    flows: Option<Vec<u8>>,
    tokens: Option<(u32, u32, u32)>,
    rotation: Option<u32>,
    pages: bool,
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let client = (
        0u8..4,
        any::<bool>(),
        prop::option::of(prop::collection::btree_set(0u8..6, 1..4)),
        prop::option::of((5u32..=1440, 5u32..=1440, 1440u32..=5_256_000)),
        prop::option::of(0u32..=60),
        any::<bool>(),
    );
    let client = client.prop_map(|(kind, secret, flows, tokens, rotation, pages)| ChosenClient {
        kind,
        secret,
        flows: flows.map(|flows| flows.into_iter().collect()),
        tokens,
        rotation,
        pages,
    });
    let how = (
        (any::<bool>(), any::<bool>(), any::<bool>()),
        prop::option::of((6u8..=99, 0u8..16, prop::option::of(0u8..=24))),
        prop::option::of(0u8..3),
        prop::option::of(prop::collection::btree_set(0u8..3, 1..=3)),
        0u8..5,
        0u8..3,
    );
    let rest = (any::<bool>(), 0u8..4, 0u8..4, 0u8..3, 0u8..4, 0u8..4);
    (how, rest, client).prop_map(|(how, rest, client)| {
        let (sign_in, password, mfa, factors, recovery, plan) = how;
        let (mail, texts, attributes, domain, groups, kept) = rest;
        let factors = factors.filter(|_| mfa != Some(0)).map(|it| it.into_iter().collect::<Vec<_>>());
        // Codes by e-mail take a sender and a plan, and so do other things.
        let by_mail = factors.as_ref().is_some_and(|it| it.contains(&2));
        let history = password.is_some_and(|(_, _, history)| history.is_some_and(|it| it > 0));
        let choice = client.flows.as_ref().is_some_and(|flows: &Vec<u8>| flows.contains(&3));
        let plan =
            if (by_mail || history || choice || client.rotation.is_some()) && plan == 1 { 0 } else { plan };
        let domain = if client.kind > 0 || client.pages || texts == 2 { domain.max(1) } else { domain };
        Chosen {
            sign_in,
            password,
            mfa,
            factors,
            recovery,
            plan,
            mail: mail || by_mail,
            texts,
            attributes,
            domain,
            groups,
            kept,
            client,
        }
    })
}

fn built(chosen: &Chosen) -> user_pool::Builder {
    let mut it = UserPool::new().name("acme-users");
    let (email, phone, name) = chosen.sign_in;
    it = if email { it.sign_in_with_email() } else { it };
    it = if phone { it.sign_in_with_phone() } else { it };
    it = if name { it.sign_in_with_username() } else { it };
    if let Some((length, lacks, history)) = chosen.password {
        let mut policy = PasswordPolicy::at_least(length);
        policy = if lacks & 1 > 0 { policy.without_symbols() } else { policy };
        policy = if lacks & 2 > 0 { policy.without_numbers() } else { policy };
        policy = if lacks & 4 > 0 { policy.without_upper_case() } else { policy };
        policy = if lacks & 8 > 0 { policy.without_lower_case() } else { policy };
        it = it.password(match history {
            Some(history) => policy.history(history),
            None => policy,
        });
    }
    if let Some(mfa) = chosen.mfa {
        it = it.mfa([Mfa::Off, Mfa::Optional, Mfa::Required][usize::from(mfa)]);
    }
    if let Some(factors) = &chosen.factors {
        let factor = |it: &u8| [Factor::Application, Factor::Sms, Factor::Email][usize::from(*it)];
        it = it.factors(factors.iter().map(factor));
    }
    it = match chosen.recovery {
        1 => it.recovery_by_email(),
        2 => it.recovery_by_phone(),
        3 => it.recovery_by_phone().recovery_by_email(),
        4 => it.recovery_by_managers(),
        _ => it,
    };
    it = match chosen.plan {
        1 => it.lite(),
        2 => it.threat_protection(),
        _ => it,
    };
    it = if chosen.mail { it.mail_from(IDENTITY, "no-reply@example.com") } else { it };
    it = match chosen.texts {
        1 => it.verification_mail("Welcome", "{####} is your code"),
        2 => it.verification_link("Welcome", "{##yes##}"),
        3 => it.invitations_only().invitation_mail("Welcome", "{username} {####}").verification_sms("{####}"),
        _ => it,
    };
    it = match chosen.attributes {
        1 => it.attribute(Attribute::text("company").length(0..=2048)),
        2 => it.attribute(Attribute::number("points").between(0..=9)).require([Standard::Name]),
        3 => it.require([Standard::Email, Standard::Locale]).attribute(Attribute::flag("trial").fixed()),
        _ => it,
    };
    it = match chosen.domain {
        1 => it.domain("acme-staff"),
        2 => it.own_domain("auth.example.com", Arn::existing(CERTIFICATE)),
        _ => it,
    };
    it = if chosen.groups & 1 > 0 {
        it.group("readers").group("editors").group("買い手").group("売り手")
    } else {
        it
    };
    let orders = ResourceServer::new("orders").scope("read", "see orders");
    it = if chosen.groups & 2 > 0 { it.resource_server(orders) } else { it };
    match chosen.kept {
        1 => it.keep_nothing(),
        2 => it.keep_on_removal(),
        3 => it.deletion_protection(),
        _ => it,
    }
}

fn built_client(chosen: &Chosen) -> ClientBuilder {
    const FLOWS: [Flow; 6] = [
        Flow::UserSrp,
        Flow::UserPassword,
        Flow::AdminUserPassword,
        Flow::Choice,
        Flow::Custom,
        Flow::RefreshToken,
    ];
    let ChosenClient { kind, secret, flows, tokens, rotation, .. } = &chosen.client;
    let scope = || match chosen.groups & 2 > 0 {
        true => OauthScope::of("orders", "read"),
        false => OauthScope::Account,
    };
    let mut it = match kind {
        1 => UserPoolClient::for_load_balancer("intranet.example.com"),
        2 if chosen.groups & 2 > 0 => UserPoolClient::for_machines([scope()]),
        3 => UserPoolClient::new().oauth(["https://a.example.com/in"], Vec::<String>::new(), [scope()]),
        _ => UserPoolClient::new(),
    };
    it = if *secret { it.with_secret() } else { it };
    if let Some(flows) = flows {
        let usable = flows.iter().filter(|flow| rotation.is_none() || **flow != 5);
        let flows: Vec<Flow> = usable.map(|flow| FLOWS[usize::from(*flow)]).collect();
        it = if flows.is_empty() { it } else { it.flows(flows) };
    }
    if let Some((access, id, refresh)) = tokens {
        it = it.access_token(minutes(*access)).id_token(minutes(*id)).refresh_token(minutes(*refresh));
    }
    match rotation {
        Some(grace) => it.rotate_refresh_tokens(seconds(*grace)),
        None => it,
    }
}

#[test]
fn every_pool_is_sound() {
    let program = |app: &App, chosen: &Chosen| {
        let stack = app.stack("security");
        let users = built(chosen).build(stack.scope("Users"));
        users.client(stack.scope("Web"), built_client(chosen));
    };
    let more = |assembly: &Assembly, chosen: &Chosen| {
        assert!(!idle(assembly), "what is accepted is there: {chosen:?}");
        assert_eq!(
            said(&Check::new().assembly(assembly), Severity::Warning),
            Vec::<String>::new(),
            "{chosen:?}"
        );
        let all = text(assembly);
        assert_eq!(all.contains("AWS::IAM::Role"), all.contains("SmsConfiguration"), "{chosen:?}");
    };
    holds(
        "user-pool",
        80,
        (any::<bool>(), chosen()),
        program,
        |it| it.to_string().contains("UsersDomain"),
        more,
    );
}

/// What is found, as `code: message | the call that is named first`.
fn found(users: impl Fn() -> user_pool::Builder, web: impl Fn() -> ClientBuilder) -> Vec<String> {
    let all = findings(with(users, web)).into_iter().filter(|it| it.severity > Severity::Note);
    all.map(|finding| told(&finding)).collect()
}

fn told(finding: &formwork::core::Finding) -> String {
    let source = include_str!("user_pool.rs");
    let at = &finding.spans[0].at;
    assert!(at.file.ends_with("patterns/user_pool.rs"), "{finding:?}");
    let line = source.lines().nth(at.line as usize - 1).unwrap_or_default();
    let call = line.get(at.column as usize - 1..).unwrap_or_default();
    let call = call.split_once('(').map_or(call, |(call, _)| call);
    format!("{}: {} | {call}", finding.code, finding.message)
}

#[test]
fn what_cannot_be_is_said_where_it_was_said() {
    let users = |builder: fn() -> user_pool::Builder| found(builder, UserPoolClient::new);
    let web = |client: fn() -> ClientBuilder| found(UserPool::new, client);
    let mut all = Vec::new();
    all.extend(users(|| UserPool::new().factors([])));
    all.extend(users(|| UserPool::new().mfa(Mfa::Off).factors([Factor::Application])));
    all.extend(users(|| UserPool::new().factors([Factor::Email])));
    all.extend(users(|| {
        UserPool::new().mail_from(IDENTITY, "a@example.com").lite().factors([Factor::Email])
    }));
    all.extend(users(|| UserPool::new().lite().password(PasswordPolicy::at_least(12).history(3))));
    all.extend(users(|| UserPool::new().password(PasswordPolicy::at_least(5))));
    all.extend(users(|| UserPool::new().password(PasswordPolicy::at_least(12).history(25))));
    all.extend(users(|| UserPool::new().recovery_by_email().recovery_by_managers()));
    all.extend(users(|| UserPool::new().attribute(Attribute::text("custom:company"))));
    all.extend(users(|| UserPool::new().attribute(Attribute::text("what_is_longer_than_twenty"))));
    all.extend(users(|| UserPool::new().attribute(Attribute::flag("a").length(1..=2))));
    all.extend(users(|| UserPool::new().attribute(Attribute::text("a").length(1..=3000))));
    all.extend(users(|| UserPool::new().attribute(Attribute::text("a").between(1..=2))));
    all.extend(users(|| {
        UserPool::new().attribute(Attribute::number("a").between(std::ops::RangeInclusive::new(2, 1)))
    }));
    all.extend(users(|| UserPool::new().attribute(Attribute::flag("a")).attribute(Attribute::text("a"))));
    all.extend(users(|| {
        (0..51).fold(UserPool::new(), |it, n| it.attribute(Attribute::flag(format!("a{n}"))))
    }));
    all.extend(users(|| UserPool::new().domain("Acme")));
    all.extend(users(|| UserPool::new().domain("acme-aws")));
    all.extend(users(|| {
        let elsewhere = CERTIFICATE.replace("us-east-1", "eu-central-1");
        UserPool::new().own_domain("auth.example.com", Arn::existing(elsewhere))
    }));
    all.extend(users(|| UserPool::new().group("a").group("b").group("a")));
    all.extend(users(|| {
        UserPool::new().resource_server(ResourceServer::new("a")).resource_server(ResourceServer::new("a"))
    }));
    all.extend(users(|| UserPool::new().verification_link("Welcome", "{##yes##}")));
    all.extend(users(|| UserPool::new().verification_mail("Welcome", "no code here")));
    all.extend(users(|| UserPool::new().invitation_mail("Welcome", "{username}, welcome")));
    all.extend(users(|| UserPool::new().name("")));
    all.extend(web(|| UserPoolClient::new().access_token(Duration::default())));
    all.extend(web(|| UserPoolClient::new().access_token(minutes(4))));
    all.extend(web(|| UserPoolClient::new().id_token(hours(25))));
    all.extend(web(|| UserPoolClient::new().refresh_token(minutes(59))));
    all.extend(web(|| UserPoolClient::new().access_token(hours(5)).refresh_token(hours(2))));
    all.extend(web(|| UserPoolClient::new().flows([Flow::RefreshToken]).rotate_refresh_tokens(seconds(5))));
    all.extend(web(|| UserPoolClient::new().rotate_refresh_tokens(seconds(61))));
    all.extend(web(|| UserPoolClient::for_load_balancer("intranet.example.com")));
    all.extend(found(|| UserPool::new().lite(), || UserPoolClient::new().rotate_refresh_tokens(seconds(5))));
    all.extend(found(|| UserPool::new().lite(), || UserPoolClient::new().flows([Flow::Choice])));
    let plain = |url: &'static str| {
        found(
            || UserPool::new().domain("acme"),
            move || UserPoolClient::new().oauth([url], Vec::<String>::new(), [OauthScope::OpenId]),
        )
    };
    all.extend(plain("http://shop.example.com/"));
    insta::assert_snapshot!("user_pool_mistakes", all.join("\n"));
}

/// Names in other scripts, and such as differ in signs alone, are names.
#[test]
fn groups_and_servers_that_differ_are_all_made() {
    let names = ["買い手", "売り手", "ä", "ö", "on-call", "OnCall", "editors"];
    let ids = |turned: bool| {
        let mut said = names;
        if turned {
            said.reverse();
        }
        let assembly = assemble("prod", |app: &App| {
            let groups = said.into_iter().fold(UserPool::new(), |it, name| it.group(name));
            let users = said
                .into_iter()
                .fold(groups, |it, name| it.resource_server(ResourceServer::new(name)))
                .build(app.stack("security").scope("Users"));
            for name in names {
                assert!(users.group(name).is_some() && users.resource_server(name).is_some(), "{name}");
            }
        });
        let template = template(&assembly, "security");
        let mut told = Vec::new();
        let mut id = "";
        for line in template.lines() {
            if line.starts_with("  Users") {
                id = line.trim();
            }
            if let Some(name) =
                line.strip_prefix("      GroupName: ").or(line.strip_prefix("      Identifier: "))
            {
                told.push(format!("{id} {name}"));
            }
        }
        told.sort();
        told
    };
    let told = ids(false);
    assert_eq!(told, ids(true), "their order plays no part");
    insta::assert_snapshot!("user_pool_names", told.join("\n"));
    // What a group is called does not follow from whether there are others.
    let pool = || names.into_iter().fold(UserPool::new(), |it, name| it.group(name));
    assert_eq!(found(pool, UserPoolClient::new), Vec::<String>::new());
}

#[test]
fn a_pool_and_a_client_stand_in_scopes_of_their_own() {
    let twice = |app: &App| {
        let stack = app.stack("security");
        let users = UserPool::new().build(stack);
        UserPool::new().domain("acme").build(stack);
        users.client(stack, UserPoolClient::new());
        users.client(stack, UserPoolClient::new());
    };
    let codes: Vec<_> =
        findings(twice).into_iter().map(|it| it.code.to_string()).filter(|it| it == "FW3136").collect();
    assert_eq!(codes, ["FW3136", "FW3136"]);
}

#[test]
fn a_load_balancer_signs_users_in() {
    let program = |app: &App| {
        let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
        let security = app.stack("security");
        let staff = UserPool::new().domain("acme-staff").build(security.scope("Staff"));
        let intranet = UserPoolClient::for_load_balancer("intranet.example.com");
        let intranet = staff.client(security.scope("Intranet"), intranet);
        let certificate = CERTIFICATE.replace("us-east-1", "eu-central-1");
        let front = LoadBalancer::public().https(Arn::existing(certificate)).everything();
        let route = front.authenticate(Authentication::users(&intranet));
        TargetGroup::addresses(8080, ["10.0.1.10"]).build(
            app.stack("web").scope("Intranet"),
            &network,
            route,
        );
    };
    let assembly = assemble("prod", program);
    says_nothing(&assembly);
    let web = template(&assembly, "web");
    let action = web.split("Type: authenticate-cognito").nth(1).expect("the action of a rule");
    let action: Vec<&str> = action.lines().skip(1).take(8).collect();
    insta::assert_snapshot!("user_pool_load_balancer", action.join("\n"));
    let wrong = |users: fn() -> user_pool::Builder, web: fn() -> ClientBuilder| {
        let program = |app: &App| {
            let stack = app.stack("security");
            let users = users().build(stack.scope("Users"));
            let web: UserPoolClient<'_> = users.client(stack.scope("Web"), web());
            drop(Authentication::users(&web));
        };
        let all = findings(program).into_iter().filter(|it| it.code == "FW3174");
        all.map(|finding| told(&finding)).collect::<Vec<_>>()
    };
    let staff = || UserPool::new().domain("acme-staff");
    assert_eq!(
        wrong(staff, || UserPoolClient::for_load_balancer("intranet.example.com")),
        Vec::<String>::new()
    );
    let all = [
        wrong(staff, UserPoolClient::new),
        wrong(staff, || UserPoolClient::new().with_secret()),
        wrong(UserPool::new, || UserPoolClient::for_load_balancer("intranet.example.com")),
    ];
    assert_eq!(
        all.concat(),
        [
            "FW3174: a load balancer cannot sign users in by a client that has no secret | Authentication::users",
            "FW3174: a load balancer cannot sign users in by a client that has no address to which users come back | Authentication::users",
            "FW3174: a load balancer cannot sign users in by a client that is of a pool without a domain | Authentication::users",
        ]
    );
}
