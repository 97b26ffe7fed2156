//! User pools of Cognito and their clients.

use formwork_core::Severity;

use crate::{
    context::{Resource, Value},
    rule::Says,
};

pub(super) fn second_factor(pool: Resource<'_>, says: &mut Says) {
    let (mode, factors, sms) =
        (pool.get("MfaConfiguration"), pool.get("EnabledMfas"), pool.get("SmsConfiguration"));
    let on = mode.is("ON") || mode.is("OPTIONAL");
    let names = factors.items();
    if on && names.is_empty() && !factors.is_unknown() && sms.is_absent() {
        says.add(mode, format!("`{}` asks for a second factor and has none", pool.id()))
            .help("set `EnabledMfas: [SOFTWARE_TOKEN_MFA]`");
    }
    for factor in names {
        if factor.is("SMS_MFA") && sms.is_absent() {
            says.add(factor, format!("`{}` sends codes by SMS and has no `SmsConfiguration`", pool.id()))
                .help("name a role that may send messages in `SmsConfiguration`, or use SOFTWARE_TOKEN_MFA");
        }
        let sender = pool.get("EmailConfiguration").get("EmailSendingAccount");
        if factor.is("EMAIL_OTP") && (sender.is_absent() || sender.is("COGNITO_DEFAULT")) {
            says.add(factor, format!("`{}` sends codes by e-mail and has no sender of its own", pool.id()))
                .help("set `EmailConfiguration` with `EmailSendingAccount: DEVELOPER` and `SourceArn`");
        }
        if mode.is_absent() || mode.is("OFF") {
            says.add(factor, format!("`{}` has a second factor that nobody is asked for", pool.id()))
                .severity(Severity::Warning)
                .help("set `MfaConfiguration` to OPTIONAL or ON");
            return;
        }
    }
}

pub(super) fn rotation(client: Resource<'_>, says: &mut Says) {
    let rotation = client.get("RefreshTokenRotation").get("Feature");
    if !rotation.is("ENABLED") {
        return;
    }
    for flow in client.get("ExplicitAuthFlows").items() {
        if flow.is("ALLOW_REFRESH_TOKEN_AUTH") {
            says.add(
                flow,
                format!("`{}` rotates refresh tokens and allows the flow that does not", client.id()),
            )
            .also(rotation, "rotation")
            .help("remove it; with rotation, clients call GetTokensFromRefreshToken");
        }
    }
}

/// A validity in minutes.
fn minutes(
    client: Resource<'_>,
    property: &'static str,
    unit: &'static str,
    default: (f64, f64),
) -> Option<f64> {
    let value = client.get(property);
    let factor = client.get("TokenValidityUnits").get(unit);
    let factor = match factor.is_absent() {
        true => default.1,
        false => match &*factor.text()? {
            "seconds" => 1.0 / 60.0,
            "minutes" => 1.0,
            "hours" => 60.0,
            "days" => 1440.0,
            _ => return None,
        },
    };
    if value.is_absent() {
        return Some(default.0);
    }
    // Cognito takes 0 for the default.
    let number = value.number()?;
    Some(if number == 0.0 { default.0 } else { number * factor })
}

pub(super) fn validity(client: Resource<'_>, says: &mut Says) {
    const HOUR: f64 = 60.0;
    const DAY: f64 = 24.0 * HOUR;
    let refresh = minutes(client, "RefreshTokenValidity", "RefreshToken", (30.0 * DAY, DAY));
    let place = client.get("RefreshTokenValidity");
    if let Some(refresh) = refresh.filter(|it| place.is_set() && !(*it >= HOUR && *it <= 3650.0 * DAY)) {
        says.add(place, format!("refresh tokens of `{}` are valid for {refresh} minutes", client.id()))
            .help("from an hour to 3650 days; without `TokenValidityUnits` the unit is days");
    }
    for (property, unit) in [("AccessTokenValidity", "AccessToken"), ("IdTokenValidity", "IdToken")] {
        let value: Value<'_> = client.get(property);
        let Some(valid) = minutes(client, property, unit, (HOUR, HOUR)) else { continue };
        if value.is_set() && !(5.0..=DAY).contains(&valid) {
            says.add(value, format!("`{property}` of `{}` is {valid} minutes", client.id()))
                .help("from 5 minutes to a day; without `TokenValidityUnits` the unit is hours");
        } else if let Some(refresh) = refresh
            && valid > refresh
        {
            let at = if value.is_set() { value } else { place };
            says.add(
                at,
                format!("refresh tokens of `{}` end before the tokens that they renew", client.id()),
            )
            .help("let refresh tokens be valid for longer");
        }
    }
}

pub(super) fn flows(client: Resource<'_>, says: &mut Says) {
    let flows = client.get("AllowedOAuthFlows");
    let names: Vec<_> =
        flows.items().iter().filter_map(|flow| flow.text().map(|text| text.into_owned())).collect();
    let has = |flow: &str| names.iter().any(|name| name == flow);
    let urls = client.get("CallbackURLs");
    if (has("code") || has("implicit")) && urls.items().is_empty() && !urls.is_unknown() {
        says.add(urls, format!("`{}` signs users in and does not say where they go then", client.id()))
            .help("name the addresses of the application in `CallbackURLs`");
    }
    if !names.is_empty() {
        let scopes = client.get("AllowedOAuthScopes");
        if scopes.items().is_empty() && !scopes.is_unknown() {
            says.add(scopes, format!("`{}` has OAuth flows and no scopes", client.id()))
                .help("set `AllowedOAuthScopes`, to `[openid, email]` for example");
        }
        let used = client.get("AllowedOAuthFlowsUserPoolClient");
        if used.is_absent() || used.boolean() == Some(false) {
            says.add(used, format!("`{}` has OAuth flows and may not use them", client.id()))
                .severity(Severity::Warning)
                .help("set `AllowedOAuthFlowsUserPoolClient: true`");
        }
    }
    if has("client_credentials") {
        if has("code") || has("implicit") {
            says.add(flows, format!("`{}` is a machine and a user in one", client.id()))
                .help("`client_credentials` stands alone; make another client for it");
        }
        let secret = client.get("GenerateSecret");
        if secret.is_absent() || secret.boolean() == Some(false) {
            says.add(secret, format!("`{}` has client credentials without a secret", client.id()))
                .help("set `GenerateSecret: true`");
        }
    }
    for list in ["CallbackURLs", "LogoutURLs"] {
        for url in client.get(list).items() {
            let Some(text) = url.text() else { continue };
            let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
            if text.starts_with("http://") && !local.iter().any(|local| text.starts_with(local)) {
                says.add(url, format!("`{text}` is not HTTPS"))
                    .help("use https; http is taken for localhost only");
            }
        }
    }
}
