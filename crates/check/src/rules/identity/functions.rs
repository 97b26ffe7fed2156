//! Functions and who may call them.

use formwork_core::Severity;

use crate::{context::Resource, rule::Says};

/// Runtimes with which functions can be neither made nor changed.
const GONE: &[&str] = &[
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "nodejs",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "python2.7",
    "python3.6",
    "ruby2.5",
];
/// Runtimes that get no security updates any more, and with which functions cannot be made, or soon not.
const OLD: &[&str] = &[
    "dotnet6",
    "go1.x",
    "java8",
    "nodejs14.x",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "provided",
    "provided.al2",
    "python3.10",
    "python3.7",
    "python3.8",
    "python3.9",
    "ruby2.7",
    "ruby3.2",
];

pub(super) fn package(function: Resource<'_>, says: &mut Says) {
    let (runtime, handler, package) =
        (function.get("Runtime"), function.get("Handler"), function.get("PackageType"));
    let code = function.get("Code");
    if package.is("Image") {
        for property in ["Handler", "Runtime", "Layers"] {
            let value = function.get(property);
            if value.is_set() {
                says.add(value, format!("`{property}` of `{}`, which is an image", function.id()))
                    .also(package, "an image")
                    .help("remove it; the image says it");
            }
        }
        return;
    }
    let archive =
        ["S3Bucket", "ZipFile"].iter().any(|key| code.get(key).is_set()) && code.get("ImageUri").is_absent();
    if archive && !code.is_unknown() && (package.is_absent() || package.is("Zip")) {
        for (property, value) in [("Handler", handler), ("Runtime", runtime)] {
            if value.is_absent() {
                says.add(
                    value,
                    format!("the function `{}` is an archive and has no `{property}`", function.id()),
                )
                .help("an archive needs a runtime, and the name of what is called");
            }
        }
    }
    let Some(name) = runtime.text() else { return };
    let inline = code.get("ZipFile");
    if inline.is_set() && !name.starts_with("nodejs") && !name.starts_with("python") {
        says.add(inline, format!("`ZipFile` with the runtime {name}"))
            .also(runtime, "the runtime")
            .help("code stands in the template for Node.js and Python only; put an archive into a bucket");
    }
    if GONE.contains(&&*name) {
        says.add(runtime, format!("Lambda has no runtime {name} any more"))
            .serves(&["FSBP Lambda.2"])
            .help("use a runtime that is supported");
    } else if OLD.contains(&&*name) {
        says.add(runtime, format!("the runtime {name} gets no updates any more"))
            .serves(&["FSBP Lambda.2"])
            .severity(Severity::Warning)
            .note("Lambda refuses new functions with it, or will soon")
            .help("use a newer one");
    }
}

pub(super) fn permission(permission: Resource<'_>, says: &mut Says) {
    const PRINCIPALS: &[(&str, &str)] = &[
        ("AWS::ApiGateway::RestApi", "apigateway.amazonaws.com"),
        ("AWS::ApiGatewayV2::Api", "apigateway.amazonaws.com"),
        ("AWS::Cognito::UserPool", "cognito-idp.amazonaws.com"),
        ("AWS::Config::ConfigRule", "config.amazonaws.com"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing.amazonaws.com"),
        ("AWS::Events::Rule", "events.amazonaws.com"),
        ("AWS::IoT::TopicRule", "iot.amazonaws.com"),
        ("AWS::S3::Bucket", "s3.amazonaws.com"),
        ("AWS::SecretsManager::Secret", "secretsmanager.amazonaws.com"),
        ("AWS::SNS::Topic", "sns.amazonaws.com"),
    ];
    let (principal, source) = (permission.get("Principal"), permission.get("SourceArn"));
    let Some(from) = source.resource() else { return };
    let Some((_, expected)) = PRINCIPALS.iter().find(|(kind, _)| *kind == from.kind()) else { return };
    if let Some(given) =
        principal.text().filter(|given| given.ends_with(".amazonaws.com") && given != expected)
    {
        says.add(
            principal,
            format!("`{given}` never calls on behalf of `{}`, of type {}", from.id(), from.kind()),
        )
        .also(source, "on whose behalf")
        .help(format!("use `{expected}`"));
    }
    let account = permission.get("SourceAccount");
    if from.kind() == "AWS::S3::Bucket" && account.is_absent() {
        says.add(
            account,
            format!("whoever owns a bucket of the name of `{}` may call the function", from.id()),
        )
        .note("the ARN of a bucket has no account, and the name is free once the bucket is deleted")
        .help("set `SourceAccount: !Ref AWS::AccountId`");
    }
}
