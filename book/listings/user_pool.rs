//! The program of the chapter on users and secrets.

use formwork::{
    aws::iam,
    patterns::{
        PasswordPolicy, Role, StoredSecret, UserPool, UserPoolClient,
        user_pool::{Attribute, Flow, Group, Mfa, OauthScope, Standard},
    },
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let stack = app.stack("security");
    // ANCHOR: program
    let users = UserPool::new().name("acme-users").build(stack.scope("Users"));
    let web = users.client(stack.scope("Web"), UserPoolClient::new());
    // ANCHOR_END: program

    // ANCHOR: choices
    let staff = UserPool::new()
        .sign_in_with_username()
        .sign_in_with_email() // by either
        .invitations_only()
        .password(PasswordPolicy::at_least(16).history(5))
        .mfa(Mfa::Required)
        .recovery_by_managers()
        .require([Standard::GivenName, Standard::FamilyName])
        .attribute(Attribute::text("department").length(1..=40))
        .group(Group::new("editors").description("who write articles"))
        .domain("acme-staff")
        .build(stack.scope("Staff"));
    // ANCHOR_END: choices

    // ANCHOR: clients
    // A page in a browser, whose refresh tokens change with every use:
    let page = UserPoolClient::new().access_token(minutes(15)).rotate_refresh_tokens(seconds(30));
    // A server that is sent name and password, and knows a secret:
    let server = UserPoolClient::new()
        .with_secret()
        .flows([Flow::UserPassword, Flow::RefreshToken])
        .access_token(hours(1))
        .refresh_token(days(7));
    // Users who sign in at the pages of the pool:
    let site = UserPoolClient::new().oauth(
        ["https://staff.example.com/signed-in"],
        ["https://staff.example.com/"],
        [OauthScope::OpenId, OauthScope::Email],
    );
    // Users who sign in before a load balancer lets them through, by `Authentication::users(&intranet)`:
    let intranet = UserPoolClient::for_load_balancer("intranet.example.com");
    // ANCHOR_END: clients
    users.client(stack.scope("Page"), page);
    let server = users.client(stack.scope("Server"), server);
    staff.client(stack.scope("Site"), site);
    staff.client(stack.scope("Intranet"), intranet);

    // ANCHOR: rights
    let office = stack.scope("Office");
    let office = Role::of(office, office.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
    users.grant_manage(&office); // to a service of the patterns: `users.grant_manage(&api).env("USERS")`
    // ANCHOR_END: rights

    // ANCHOR: secrets
    let session = StoredSecret::generated().name("acme/session").length(64).build(stack.scope("Session"));
    let admin = StoredSecret::generated().within([("username", "admin")], "password");
    let admin = admin.build(stack.scope("Admin"));
    // A service of the patterns: `.secret("SESSION_KEY", &session)`, `.secret("ADMIN", admin.key("password"))`.
    session.grant_read(&office);
    // ANCHOR_END: secrets
    admin.grant_read(&office);

    // ANCHOR: held
    StoredSecret::holding(users.id()).name("acme/users").build(stack.scope("UsersId"));
    if let Some(secret) = server.secret() {
        StoredSecret::holding(secret).name("acme/server").build(stack.scope("ServerSecret"));
    }
    // ANCHOR_END: held

    // ANCHOR: customize
    stack.customize(users.pool(), |it| it.web_authn_relying_party_id("acme.example.com"));
    // ANCHOR_END: customize

    // ANCHOR: metrics
    let refused = web.sign_in_throttles().period(minutes(5)).above(0);
    stack.add("SignInRefused", refused.alarm_description("more users sign in at once than the account may"));
    // ANCHOR_END: metrics
}
