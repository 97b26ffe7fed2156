//! APIs, functions, streams, buses and pools of users.
//!
//! Runtimes of functions (`FSBP Lambda.2`) are judged in `identity`.

use std::collections::{HashMap, HashSet};

use super::{
    storage::key,
    table::{Must, demand, quoted},
};
use crate::{
    context::{Context, Resource, Value},
    rule::{Rule, Run, Says, rule},
    rules::network::zone,
};

pub(in crate::rules) const RULES: &[Rule] = &[
    rule!(
        "FW2240",
        Warning,
        Run::Resource(&["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"], execution_log),
        serves["FSBP APIGateway.1"]
    ),
    demand!(
        "FW2241",
        Note,
        "does not trace its requests",
        [("AWS::ApiGateway::Stage", "TracingEnabled", Must::True, ["FSBP APIGateway.3"]),]
    ),
    rule!("FW2242", Note, Run::System(web_acl),
        serves ["FSBP APIGateway.4", "FSBP CloudFront.6"]),
    rule!(
        "FW2243",
        Warning,
        Run::Resource(&["AWS::ApiGateway::Stage"], encrypted_cache),
        serves["FSBP APIGateway.5"]
    ),
    rule!(
        "FW2244",
        Warning,
        Run::Resource(&["AWS::ApiGatewayV2::Route"], authorization),
        serves["FSBP APIGateway.8"]
    ),
    rule!("FW2245", Note, Run::System(client_certificate), serves["FSBP APIGateway.2"]),
    demand!("FW2246", Warning, "passes requests on without TLS",
        help "a listener with TLS has to be at the other end", [
        (
            "AWS::ApiGatewayV2::Integration", "TlsConfig.ServerNameToVerify", Must::Set, ["FSBP APIGateway.10"],
            when is_private
        ),
    ]),
    demand!("FW2247", Warning, "lets in whoever has a key that never tells who it is",
        help "`AWS_IAM`, `AMAZON_COGNITO_USER_POOLS`, `OPENID_CONNECT` and `AWS_LAMBDA` tell", [
        ("AWS::AppSync::GraphQLApi", "AuthenticationType", Must::NoneOf(&["API_KEY"]), ["FSBP AppSync.5"]),
        (
            "AWS::AppSync::GraphQLApi", "AdditionalAuthenticationProviders[].AuthenticationType",
            Must::NoneOf(&["API_KEY"]), ["FSBP AppSync.5"]
        ),
    ]),
    demand!("FW2250", Warning, "runs on something that gets no more repairs", [
        ("AWS::SageMaker::NotebookInstance", "PlatformIdentifier",
            Must::NoneOf(&["notebook-al1-v1", "notebook-al2-v1", "notebook-al2-v2"]), ["FSBP SageMaker.8"]),
        (
            "AWS::Glue::Job", "GlueVersion", Must::NoneOf(&["0.9", "1.0", "2.0"]), ["FSBP Glue.4"], when is_spark
        ),
    ]),
    rule!("FW2251", Warning, Run::Resource(&["AWS::Lambda::Function"], one_zone), serves["FSBP Lambda.5"]),
    rule!("FW2252", Note, Run::System(bus_policy), serves["FSBP EventBridge.3"]),
    demand!(
        "FW2253",
        Warning,
        "forgets records before a week is over",
        [("AWS::Kinesis::Stream", "RetentionPeriodHours", Must::AtLeast(168), ["FSBP Kinesis.3"]),]
    ),
    demand!("FW2260", Note, "does nothing against stolen passwords",
        help "this needs the feature plan Plus: `UserPoolTier: PLUS`", [
        (
            "AWS::Cognito::UserPool", "UserPoolAddOns.AdvancedSecurityMode", Must::OneOf(&["ENFORCED"]),
            ["FSBP Cognito.1"]
        ),
        (
            "AWS::Cognito::UserPool", "UserPoolAddOns.AdvancedSecurityAdditionalFlows.CustomAuthMode",
            Must::OneOf(&["ENFORCED"]), ["FSBP Cognito.4"], when has_own_challenges
        ),
    ]),
    rule!("FW2261", Warning, Run::Resource(&["AWS::Cognito::UserPool"], passwords), serves["FSBP Cognito.3"]),
    demand!("FW2262", Warning, "lets users in with a password alone", [
        (
            "AWS::Cognito::UserPool", "MfaConfiguration", Must::OneOf(&["ON", "OPTIONAL"]), ["FSBP Cognito.5"],
            when by_password_only
        ),
    ]),
    demand!(
        "FW2263",
        Warning,
        "gives credentials of AWS to guests",
        [(
            "AWS::Cognito::IdentityPool",
            "AllowUnauthenticatedIdentities",
            Must::FalseOrAbsent,
            ["FSBP Cognito.2"]
        ),]
    ),
];

fn execution_log(stage: Resource<'_>, says: &mut Says) {
    let logs = |level: Value<'_>| level.is_unknown() || level.is("ERROR") || level.is("INFO");
    let at = if stage.kind() == "AWS::ApiGatewayV2::Stage" {
        let api = stage.get("ApiId").resource();
        if !api.is_some_and(|api| api.get("ProtocolType").is("WEBSOCKET")) {
            return;
        }
        let level = stage.get("DefaultRouteSettings").get("LoggingLevel");
        if logs(level) {
            return;
        }
        level
    } else {
        let settings = stage.get("MethodSettings");
        let all = |setting: &Value<'_>| {
            let path = setting.get("ResourcePath");
            let method = setting.get("HttpMethod");
            let every =
                |value: Value<'_>, words: &[&str]| value.text().is_none_or(|text| words.contains(&&*text));
            setting.is_unknown()
                || every(path, &["/*", "*"]) && every(method, &["*"]) && logs(setting.get("LoggingLevel"))
        };
        if settings.is_unknown() || settings.items().iter().any(all) {
            return;
        }
        settings
    };
    says.add(at, format!("the stage `{}` keeps no log of what its methods do", stage.id())).help(match stage
        .kind()
    {
        "AWS::ApiGatewayV2::Stage" => "set `LoggingLevel` in `DefaultRouteSettings` to `ERROR` or `INFO`",
        _ => "set `LoggingLevel` to `ERROR` or `INFO` for the `ResourcePath` `/*` and the `HttpMethod` `*`",
    });
}

fn web_acl<'a>(context: &'a Context<'a>, says: &mut Says) {
    for distribution in context.of_type("AWS::CloudFront::Distribution") {
        let acl = distribution.get("DistributionConfig").get("WebACLId");
        if acl.is_absent() || acl.is("") {
            says.add(acl, format!("the distribution `{}` has no web ACL before it", distribution.id()))
                .help("set `WebACLId` to the ARN of a web ACL of scope `CLOUDFRONT`")
                .serves(&["FSBP CloudFront.6"]);
        }
    }
    // Stages, or the APIs of stages, that an association names.
    let mut associated = HashSet::new();
    for kind in ["AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation"] {
        for association in context.of_type(kind) {
            associated.extend(association.references().iter().map(|reference| key(reference.to)));
        }
    }
    for stage in context.of_type("AWS::ApiGateway::Stage") {
        let api = stage.get("RestApiId").resource();
        let is_private = api.is_some_and(|api| {
            api.get("EndpointConfiguration").get("Types").items().iter().any(|kind| kind.is("PRIVATE"))
        });
        if is_private
            || associated.contains(&key(stage))
            || api.is_some_and(|api| associated.contains(&key(api)))
        {
            continue;
        }
        says.add(stage, format!("the stage `{}` has no web ACL before it", stage.id()))
            .help("add an `AWS::WAFv2::WebACLAssociation` with the stage's ARN")
            .serves(&["FSBP APIGateway.4"]);
    }
}

fn encrypted_cache(stage: Resource<'_>, says: &mut Says) {
    for setting in stage.get("MethodSettings").items() {
        let encrypted = setting.get("CacheDataEncrypted");
        let plain = encrypted.is_absent() || encrypted.boolean() == Some(false);
        if setting.get("CachingEnabled").boolean() == Some(true) && plain {
            says.add(encrypted, format!("the stage `{}` keeps answers unencrypted in its cache", stage.id()))
                .help("set `CacheDataEncrypted` to `true`");
        }
    }
}

fn authorization(route: Resource<'_>, says: &mut Says) {
    let kind = route.get("AuthorizationType");
    let key = route.get("RouteKey").text().unwrap_or_default();
    let protocol = route.get("ApiId").resource().and_then(|api| api.get("ProtocolType").text());
    // Only `$connect` of a WebSocket API can be authorized; preflight requests carry no credentials.
    let judged = match protocol.as_deref() {
        Some("WEBSOCKET") => key == "$connect",
        _ => !matches!(&*key, "$connect" | "$disconnect") && !key.starts_with("OPTIONS "),
    };
    if judged && (kind.is_absent() || kind.is("NONE")) {
        says.add(kind, format!("the route `{key}` of `{}` is open to everyone", route.id()))
            .help("set `AuthorizationType` to `AWS_IAM`, `JWT` or `CUSTOM`");
    }
}

fn client_certificate<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut passes_on = HashMap::new();
    for method in context.of_type("AWS::ApiGateway::Method") {
        let integration = method.get("Integration");
        let kind = integration.get("Type");
        if (kind.is("HTTP") || kind.is("HTTP_PROXY"))
            && let Some(api) = method.get("RestApiId").resource()
        {
            passes_on.entry(key(api)).or_insert(integration);
        }
    }
    for stage in context.of_type("AWS::ApiGateway::Stage") {
        let certificate = stage.get("ClientCertificateId");
        let integration = stage.get("RestApiId").resource().and_then(|api| passes_on.get(&key(api)));
        if let Some(integration) = integration.filter(|_| certificate.is_absent()) {
            let message =
                format!("the stage `{}` does not prove to servers that requests come from it", stage.id());
            says.add(certificate, message)
                .also(*integration, "requests go to a server")
                .help("add an `AWS::ApiGateway::ClientCertificate`, and set its id as `ClientCertificateId`");
        }
    }
}

fn is_private(integration: Resource<'_>) -> bool {
    integration.get("ConnectionType").is("VPC_LINK")
}

fn is_spark(job: Resource<'_>) -> bool {
    let name = job.get("Command").get("Name");
    name.is("glueetl") || name.is("gluestreaming")
}

fn one_zone(function: Resource<'_>, says: &mut Says) {
    let subnets = function.get("VpcConfig").get("SubnetIds");
    let items = subnets.items();
    let Some((first, rest)) = items.split_first().filter(|_| !subnets.is_unknown()) else { return };
    let zone = |subnet: &Value<'_>| zone(subnet.resource()?);
    // An item that is not a subnet of the template may be one that the others are not.
    let same = rest.is_empty()
        && (first.resource().is_some()
            || first.text().is_some_and(|text| !text.is_empty() && !text.contains(',')))
        || zone(first)
            .is_some_and(|one| !rest.is_empty() && rest.iter().all(|it| zone(it).as_ref() == Some(&one)));
    if same {
        says.add(subnets, format!("the function `{}` runs in one zone only", function.id()))
            .help("give it subnets in two zones or more");
    }
}

fn bus_policy<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut with_policy = HashSet::new();
    let mut names = HashSet::new();
    for policy in context.of_type("AWS::Events::EventBusPolicy") {
        let name = policy.get("EventBusName");
        match (name.resource(), name.text()) {
            (Some(bus), _) => {
                with_policy.insert(key(bus));
            }
            (None, Some(text)) => {
                names.insert(text);
            }
            (None, None) if name.is_absent() => {}
            // It may be that of any bus.
            (None, None) => return,
        }
    }
    for bus in context.of_type("AWS::Events::EventBus") {
        let policy = bus.get("Policy");
        let named = bus.get("Name").text().is_some_and(|name| names.contains(&name));
        let is_partner = bus.get("EventSourceName").is_set();
        if policy.is_absent() && !is_partner && !named && !with_policy.contains(&key(bus)) {
            says.add(policy, format!("the bus `{}` does not say who may put events on it", bus.id()))
                .help("set `Policy`, or add an `AWS::Events::EventBusPolicy`");
        }
    }
}

fn has_own_challenges(pool: Resource<'_>) -> bool {
    pool.get("LambdaConfig").get("DefineAuthChallenge").is_set()
}

fn by_password_only(pool: Resource<'_>) -> bool {
    let factors = pool.get("Policies").get("SignInPolicy").get("AllowedFirstAuthFactors");
    factors.is_absent() || factors.items().iter().all(|factor| factor.is("PASSWORD")) && !factors.is_unknown()
}

/// Without a policy, Cognito asks for eight characters of all kinds; in one, what it does not name is not asked for.
fn passwords(pool: Resource<'_>, says: &mut Says) {
    let policy = pool.get("Policies").get("PasswordPolicy");
    if policy.is_absent() || policy.is_unknown() {
        return;
    }
    let mut lacks = Vec::new();
    for name in ["RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"] {
        let value = policy.get(name);
        if value.is_absent() || value.boolean() == Some(false) {
            lacks.push(name);
        }
    }
    if policy.get("MinimumLength").integer().is_some_and(|length| length < 8) {
        lacks.push("MinimumLength");
    }
    if policy.get("TemporaryPasswordValidityDays").integer().is_some_and(|days| days > 7) {
        lacks.push("TemporaryPasswordValidityDays");
    }
    if !lacks.is_empty() {
        let message = format!("`{}` takes weak passwords: see {}", pool.id(), quoted(&lacks, "and"));
        says.add(policy, message).help(
            "ask for 8 characters or more of all four kinds, and let temporary passwords end after 7 days or less",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn routes_that_cannot_be_authorized_are_not_judged() {
        let routes = |protocol: &str, keys: &[&str]| {
            let mut text = format!(
                "Resources:\n  A: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: {protocol}}}}}\n"
            );
            for (number, key) in keys.iter().enumerate() {
                text.push_str(&format!(
                    "  R{number}:\n   Type: AWS::ApiGatewayV2::Route\n   Properties: {{ApiId: !Ref A, RouteKey: {key}}}\n"
                ));
            }
            found("FW2244", &text)
        };
        assert_eq!(
            routes("WEBSOCKET", &["$connect", "$disconnect", "$default", "send"]),
            ["the route `$connect` of `R0` is open to everyone [FSBP APIGateway.8]"]
        );
        assert_eq!(
            routes("HTTP", &["OPTIONS /orders", "$default"]),
            ["the route `$default` of `R1` is open to everyone [FSBP APIGateway.8]"]
        );
    }

    #[test]
    fn zones_are_compared_as_far_as_they_are_known() {
        let function = |one: &str, other: &str| {
            let text = format!(
                "
Parameters:
  Given: {{Type: String}}
Resources:
  A: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: vpc-1, AvailabilityZone: {one}}}}}
  B: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: vpc-1, AvailabilityZone: {other}}}}}
  Function: {{Type: 'AWS::Lambda::Function', Properties: {{VpcConfig: {{SubnetIds: [!Ref A, !Ref B]}}}}}}
"
            );
            found("FW2251", &text).len()
        };
        assert_eq!(function("!Sub '${AWS::Region}a'", "!Sub '${AWS::Region}a'"), 1);
        assert_eq!(function("!Sub '${AWS::Region}a'", "!Sub '${AWS::Region}b'"), 0);
        assert_eq!(function("eu-central-1a", "!Ref Given"), 0);
        assert_eq!(function("!Ref Given", "!Ref Given"), 1);
        assert_eq!(function("!Select [0, !GetAZs '']", "!Select [0, {'Fn::GetAZs': !Ref AWS::Region}]"), 1);
        assert_eq!(function("!Select [0, !GetAZs '']", "!Select [1, !GetAZs '']"), 0);
        let given = "
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
Resources:
  Function: {Type: 'AWS::Lambda::Function', Properties: {VpcConfig: {SubnetIds: !Ref Subnets}}}
";
        assert!(found("FW2251", given).is_empty());
    }

    #[test]
    fn execution_logs_are_asked_of_all_methods() {
        let stage = |settings: &str| {
            let text = format!(
                "Resources:\n  Stage: {{Type: 'AWS::ApiGateway::Stage', Properties: {{RestApiId: a, {settings}}}}}\n"
            );
            found("FW2240", &text).len()
        };
        let setting = |path: &str, level: &str| {
            format!("MethodSettings: [{{ResourcePath: '{path}', HttpMethod: '*', LoggingLevel: {level}}}]")
        };
        assert_eq!(stage(&setting("/*", "INFO")), 0);
        assert_eq!(stage(&setting("/*", "OFF")), 1);
        assert_eq!(stage(&setting("/orders", "INFO")), 1);
        assert_eq!(stage("StageName: live"), 1);
        let http = "
Resources:
  Api: {Type: 'AWS::ApiGatewayV2::Api', Properties: {ProtocolType: HTTP}}
  Stage: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: !Ref Api, StageName: live}}
";
        assert!(found("FW2240", http).is_empty(), "HTTP APIs have no execution logs");
        assert_eq!(found("FW2240", &http.replace("ProtocolType: HTTP", "ProtocolType: WEBSOCKET")).len(), 1);
    }

    #[test]
    fn passwords_are_strong_unless_a_policy_weakens_them() {
        let pool = |rest: &str| {
            found(
                "FW2261",
                &format!("Resources:\n  Pool: {{Type: 'AWS::Cognito::UserPool', Properties: {rest}}}\n"),
            )
        };
        assert!(pool("{}").is_empty());
        assert!(pool("{Policies: {SignInPolicy: {AllowedFirstAuthFactors: [PASSWORD]}}}").is_empty());
        let all =
            "RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true";
        assert!(pool(&format!("{{Policies: {{PasswordPolicy: {{{all}}}}}}}")).is_empty());
        assert_eq!(
            pool(&format!("{{Policies: {{PasswordPolicy: {{{all}, MinimumLength: 6}}}}}}")),
            ["`Pool` takes weak passwords: see `MinimumLength` [FSBP Cognito.3]"]
        );
    }

    #[test]
    fn a_bus_may_have_its_policy_elsewhere() {
        let text = "
Resources:
  Orders: {Type: 'AWS::Events::EventBus', Properties: {Name: orders}}
  Bills: {Type: 'AWS::Events::EventBus', Properties: {Name: bills}}
  Policy: {Type: 'AWS::Events::EventBusPolicy', Properties: {StatementId: a, EventBusName: !Ref Orders}}
";
        assert_eq!(
            found("FW2252", text),
            ["the bus `Bills` does not say who may put events on it [FSBP EventBridge.3]"]
        );
    }
}
