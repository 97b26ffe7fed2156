//! Which properties hold secrets: by the ends of their names, since no source says it.

/// How the names of properties end that hold a secret.
const ENDINGS: &[&str] = &[
    "AccessToken",
    "ApiKey",
    "ApiKeyValue",
    "ApiSecretKey",
    "AuthToken",
    "ClientSecret",
    "HECToken",
    "OAuthToken",
    "OauthToken",
    "Passphrase",
    "Password",
    "Passwords",
    "PreSharedKey",
    "PrivateKey",
    "RefreshToken",
    "SasToken",
    "SecretAccessKey",
    "SecretKey",
    "SecretString",
    "SecretToken",
];

/// Properties that end so and hold no secret: a path on the proxy's file system, the unit of a time, the identifier of a
/// key.
const NONE: &[(&str, &str)] = &[
    ("AWS::AppMesh::VirtualGateway", "PrivateKey"),
    ("AWS::AppMesh::VirtualNode", "PrivateKey"),
    ("AWS::Cognito::UserPoolClient", "AccessToken"),
    ("AWS::Cognito::UserPoolClient", "RefreshToken"),
    ("AWS::IAM::SAMLProvider", "RemovePrivateKey"),
];

/// Properties that are secrets under a name that says less.
const ALSO: &[(&str, &str)] = &[("AWS::CodeBuild::SourceCredential", "Token")];

/// Whether a property of a type, or of an object within it, holds a secret.
///
/// ```
/// assert!(formwork_facts::is_secret("AWS::RDS::DBInstance", "MasterUserPassword"));
/// assert!(!formwork_facts::is_secret("AWS::RDS::DBInstance", "MasterUsername"));
/// ```
pub fn is_secret(resource_type: &str, property: &str) -> bool {
    let listed = |list: &[(&str, &str)]| {
        list.iter().any(|(owner, known)| *owner == resource_type && *known == property)
    };
    listed(ALSO) || (ENDINGS.iter().any(|ending| property.ends_with(ending)) && !listed(NONE))
}
