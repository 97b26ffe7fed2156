//! User pools, secrets, keys and functions.

use crate::rule::{Rule, Run, rule};

mod functions;
mod keys;
mod secrets;
mod users;

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

pub(super) const RULES: &[Rule] = &[
    rule!("FW1341", Error, Run::Resource(&["AWS::Cognito::UserPool"], users::second_factor)),
    rule!("FW1342", Error, Run::Resource(&[CLIENT], users::rotation)),
    rule!("FW1343", Error, Run::Resource(&[CLIENT], users::validity)),
    rule!("FW1344", Error, Run::Resource(&[CLIENT], users::flows)),
    rule!("FW1345", Error, Run::Resource(&["AWS::SecretsManager::Secret"], secrets::generated)),
    rule!("FW1346", Error, Run::Resource(&["AWS::KMS::Key"], keys::administered)),
    rule!("FW1347", Error, Run::Resource(&["AWS::KMS::Key", "AWS::KMS::Alias"], keys::usage)),
    rule!("FW1348", Error, Run::Resource(&["AWS::Lambda::Function"], functions::package)),
    rule!("FW1349", Warning, Run::Resource(&["AWS::Lambda::Permission"], functions::permission)),
];

#[cfg(test)]
mod tests {
    fn codes(kind: &str, properties: &str) -> Vec<String> {
        let report = crate::templates(&[crate::Source::new(
            "t.json",
            format!(
                r#"{{"Parameters":{{"P":{{"Type":"String"}}}},"Resources":{{"It":{{"Type":"{kind}","Properties":{{{properties}}}}}}}}}"#
            ),
        )]);
        let codes = report.findings.iter().map(|finding| finding.code.to_string());
        codes.filter(|code| ("FW1341".."FW1350").contains(&code.as_str())).collect()
    }

    #[test]
    fn users() {
        let pool = |properties: &str| codes("AWS::Cognito::UserPool", properties);
        assert_eq!(pool(r#""MfaConfiguration":"ON""#), ["FW1341"]);
        assert!(pool(r#""MfaConfiguration":"ON","EnabledMfas":{"Ref":"P"}"#).is_empty());
        assert!(pool(r#""MfaConfiguration":{"Ref":"P"}"#).is_empty());
        let client = |properties: &str| codes(super::CLIENT, properties);
        assert!(
            client(r#""AccessTokenValidity":15,"TokenValidityUnits":{"AccessToken":"minutes"}"#).is_empty()
        );
        assert_eq!(client(r#""RefreshTokenValidity":1e308"#), ["FW1343"]);
        assert_eq!(
            client(
                r#""AllowedOAuthFlows":["code"],"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthScopes":["openid"]"#
            ),
            ["FW1344"]
        );
    }

    #[test]
    fn secrets_and_keys() {
        let secret = |rules: &str| {
            codes("AWS::SecretsManager::Secret", &format!(r#""GenerateSecretString":{{{rules}}}"#))
        };
        assert!(secret(r#""PasswordLength":32"#).is_empty());
        assert_eq!(secret(r#""SecretStringTemplate":"{","GenerateStringKey":"k""#), ["FW1345"]);
        assert_eq!(secret(r#""SecretStringTemplate":"{\"db\":{}}","GenerateStringKey":"k""#), ["FW1345"]);
        assert!(
            secret(r#""SecretStringTemplate":{"Fn::Sub":"{\"user\":\"${P}\"}"},"GenerateStringKey":"k""#)
                .is_empty()
        );
        let key =
            |statement: &str| codes("AWS::KMS::Key", &format!(r#""KeyPolicy":{{"Statement":{statement}}}"#));
        assert!(key(r#"[{"Effect":"Allow","Principal":"*","Action":"kms:Put*"}]"#).is_empty());
        assert!(key(r#"[{"Effect":"Allow","Principal":"*","Action":{"Ref":"P"}}]"#).is_empty());
        assert_eq!(key(r#"[{"Effect":"Allow","Principal":"*","Action":["kms:Get*"]}]"#), ["FW1346"]);
    }
}
