use formwork_core::{
    App, Arn, Expr, Given, Input, IntoInput, IntoJson, Json, Output, Parameter, PropertyType, Readable,
    Resource, functions::to_json_string, interpolate, json, list, pseudo,
};
use proptest::prelude::*;
use serde_json::{Value, json as literal};

use super::*;

/// What a document becomes in a template, and what is said about it.
fn lowered(document: impl IntoJson) -> (Value, Vec<String>) {
    let app = App::for_tests();
    app.stack("s").add("P", formwork_core::Resource::raw("AWS::X1::Thing").set("PolicyDocument", document));
    match app.synth(&formwork_core::Options::default()) {
        Ok(assembly) => {
            let template = assembly.stacks()[0].template().value();
            let document = template["Resources"]["P"]["Properties"]["PolicyDocument"].clone();
            (document, assembly.findings().iter().map(ToString::to_string).collect())
        }
        Err(findings) => (Value::Null, findings.iter().map(ToString::to_string).collect()),
    }
}

/// A document of which nothing is said.
fn clean(document: impl IntoJson) -> Value {
    let (document, findings) = lowered(document);
    assert!(findings.is_empty(), "{findings:?}");
    document
}

fn findings(document: impl IntoJson) -> Vec<String> {
    lowered(document).1
}

fn on_all(action: &str) -> Statement<Identity> {
    Statement::allow(action).on_all_resources()
}

// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>: the elements and what they may
// hold; "if the element takes an array but only one value is included, the brackets are optional".
#[test]
fn a_statement_has_its_elements_in_the_order_of_the_grammar() {
    let statement = Statement::deny(["s3:GetObject", "s3:PutObject"])
        .on("arn:aws:s3:::images/*")
        .to([
            Principal::account("111122223333"),
            Principal::service("cloudfront.amazonaws.com"),
            Principal::arn(["arn:aws:iam::444455556666:role/a", "arn:aws:iam::444455556666:role/b"]),
        ])
        .when(Condition::bool("aws:SecureTransport", false))
        .sid("Https");
    let document = clean(Document::new().id("images").statement(statement));
    assert_eq!(
        document.to_string(),
        literal!({
            "Version": "2012-10-17",
            "Id": "images",
            "Statement": [{
                "Sid": "Https",
                "Effect": "Deny",
                "Principal": {
                    "AWS": ["111122223333", "arn:aws:iam::444455556666:role/a", "arn:aws:iam::444455556666:role/b"],
                    "Service": "cloudfront.amazonaws.com",
                },
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::images/*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }],
        })
        .to_string()
    );
}

#[test]
fn all_but_some_is_written_with_the_negated_elements() {
    let statement = Statement::deny_all_but(["iam:*", "sts:*"])
        .on_all_but("arn:aws:s3:::public/*")
        .to_all_but(Principal::arn("arn:aws:iam::111122223333:role/admin"));
    let statement = &clean(Document::from(statement))["Statement"][0];
    assert_eq!(
        *statement,
        literal!({
            "Effect": "Deny",
            "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/admin"},
            "NotAction": ["iam:*", "sts:*"],
            "NotResource": "arn:aws:s3:::public/*",
        })
    );
}

#[test]
fn expressions_of_every_kind_stay_references() {
    let app = App::for_tests();
    let stack = app.stack("s");
    let owner = stack.parameter("Owner", Parameter::string());
    let large = stack.condition("Large", owner.equals("acme"));
    let bucket = stack.add("Bucket", Resource::raw("AWS::S3::Bucket"));
    let arn: Output<Arn<()>> = bucket.attribute("Arn").cast();
    let statement = Statement::allow("s3:GetObject")
        .on(list![&arn, interpolate!("{arn}/*")])
        .on(large.then("arn:aws:s3:::more/*"))
        .on(None::<&str>)
        .to(Principal::account(pseudo::account_id()))
        .when(Condition::string_equals("aws:PrincipalTag/owner", owner))
        .when(Condition::arn_like("aws:SourceArn", Arn::<()>::existing("arn:aws:sns:*:*:alarms")));
    stack.add(
        "Policy",
        Resource::raw("AWS::S3::BucketPolicy")
            .set("PolicyDocument", Document::from(statement))
            .set("Bucket", bucket),
    );
    let assembly = app.synth(&formwork_core::Options::default()).unwrap();
    let template = assembly.stacks()[0].template().value();
    assert_eq!(
        template["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"],
        literal!([{
            "Effect": "Allow",
            "Principal": {"AWS": {"Ref": "AWS::AccountId"}},
            "Action": "s3:GetObject",
            "Resource": [
                {"Fn::GetAtt": ["Bucket", "Arn"]},
                {"Fn::Sub": "${Bucket.Arn}/*"},
                {"Fn::If": ["Large", "arn:aws:s3:::more/*", {"Ref": "AWS::NoValue"}]},
            ],
            "Condition": {
                "StringEquals": {"aws:PrincipalTag/owner": {"Ref": "Owner"}},
                "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:alarms"},
            },
        }])
    );
}

#[test]
fn a_document_is_text_where_text_is_needed() {
    let text = to_json_string(Document::new().statement(on_all("s3:ListAllMyBuckets")));
    assert_eq!(
        text.expr().as_str(),
        Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#
        )
    );
}

#[test]
fn everyone_stands_alone_or_among_accounts() {
    let of = |principals: Vec<Principal>| {
        clean(Document::from(Statement::allow("sts:AssumeRole").to(principals)))["Statement"][0]["Principal"]
            .clone()
    };
    assert_eq!(of(vec![Principal::everyone()]), literal!("*"));
    let with_service = of(vec![Principal::everyone(), Principal::service("s3.amazonaws.com")]);
    assert_eq!(with_service, literal!({"AWS": "*", "Service": "s3.amazonaws.com"}));
    let user = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    assert_eq!(of(vec![Principal::canonical_user(user)]), literal!({"CanonicalUser": user}));
}

#[test]
fn trust_policies_of_services_and_providers_are_one_call() {
    let service = clean(TrustPolicy::service("lambda.amazonaws.com"));
    assert_eq!(
        service["Statement"],
        literal!([{
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }])
    );
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let sub = Condition::string_like("token.actions.githubusercontent.com:sub", "repo:acme/shop:*");
    assert_eq!(
        clean(TrustPolicy::oidc(provider, sub))["Statement"],
        literal!([{
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/shop:*"}},
        }])
    );
    assert_eq!(
        findings(TrustPolicy::oidc(provider, [])),
        ["error[FW0714]: this statement trusts everybody whom an identity provider knows"]
    );
}

// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
#[test]
fn the_operators_are_those_of_iam() {
    let names: Vec<&str> = Operator::ALL.iter().map(|operator| operator.as_str()).collect();
    assert_eq!(
        names,
        [
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
            "BinaryEquals",
            "IpAddress",
            "NotIpAddress",
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
            "Bool",
            "ArnEquals",
            "ArnNotEquals",
            "ArnLike",
            "ArnNotLike",
            "Null",
        ]
    );
    for operator in Operator::ALL {
        assert_eq!(operator.is_negated(), operator.as_str().contains("Not"), "{operator}");
    }
}

#[test]
fn conditions_of_one_operator_share_its_object() {
    let statement =
        on_all("s3:ListBucket").when(Condition::string_equals("aws:SourceAccount", "111122223333")).when([
            Condition::numeric_less_than("s3:max-keys", 10),
            Condition::string_equals("s3:delimiter", "/").if_exists(),
            Condition::string_equals("aws:PrincipalOrgID", "o-1"),
            Condition::absent("aws:TokenIssueTime"),
            Condition::string_like("aws:TagKeys", ["a", "b"]).for_all_values().if_exists(),
            Condition::arn_like("aws:PrincipalArn", "arn:aws:iam::*:role/x").for_any_value(),
        ]);
    assert_eq!(
        clean(Document::from(statement))["Statement"][0]["Condition"],
        literal!({
            "StringEquals": {"aws:SourceAccount": "111122223333", "aws:PrincipalOrgID": "o-1"},
            "NumericLessThan": {"s3:max-keys": "10"},
            "StringEqualsIfExists": {"s3:delimiter": "/"},
            "Null": {"aws:TokenIssueTime": "true"},
            "ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]},
            "ForAnyValue:ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"},
        })
    );
}

// "If a single condition operator includes multiple values for a context key, those values are evaluated using a
// logical OR", a negated one's "using a logical NOR":
// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
#[test]
fn two_conditions_on_one_operator_and_key_join_which_is_said_where_it_widens() {
    let twice = |one: Condition, other: Condition| {
        lowered(Document::from(on_all("s3:ListBucket").when(one).when(other)))
    };
    let like = |value: &str| Condition::string_like("s3:prefix", value);
    let (document, said) = twice(like("a/*"), like("b/*"));
    assert_eq!(
        document["Statement"][0]["Condition"],
        literal!({"StringLike": {"s3:prefix": ["a/*", "b/*"]}})
    );
    assert_eq!(
        said,
        [
            "warning[FW0715]: two conditions test `s3:prefix` with `StringLike`, so that either value is enough"
        ]
    );
    assert_eq!(twice(like("a/*"), like("a/*")).1, [""; 0]);
    let unlike = |value: &str| Condition::string_not_like("s3:prefix", value);
    let (document, said) = twice(unlike("a/*"), unlike("b/*"));
    assert_eq!(
        document["Statement"][0]["Condition"],
        literal!({"StringNotLike": {"s3:prefix": ["a/*", "b/*"]}})
    );
    assert_eq!(said, [""; 0]);
}

#[test]
fn an_unknown_action_is_a_warning_at_the_line_of_its_statement() {
    let app = App::for_tests();
    let line = line!() + 1;
    let statement = Statement::allow(["s3:ListBucket", "s3:GetObjects"]).on_all_resources();
    let document = Document::new().statement(on_all("sts:GetCallerIdentity")).statement(statement);
    app.stack("s").add("P", Resource::raw("AWS::IAM::ManagedPolicy").set("PolicyDocument", document));
    let assembly = app.synth(&formwork_core::Options::default()).unwrap();
    let [finding] = assembly.findings().iter().collect::<Vec<_>>()[..] else {
        panic!("{}", assembly.findings())
    };
    assert_eq!(
        finding.to_string(),
        "warning[FW0711]: `s3:GetObjects` is not an action of IAM that Formwork knows"
    );
    assert_eq!(finding.help, ["did you mean `s3:GetObject`?"]);
    assert_eq!(
        finding.template_path.as_deref(),
        Some("Resources/P/Properties/PolicyDocument/Statement/1/Action/1")
    );
    assert_eq!((finding.spans[0].at.line, &*finding.spans[0].label), (line, "in this statement"));
}

#[test]
fn actions_are_known_whatever_their_case_and_with_wildcards() {
    for action in ["*", "s3:*", "s3:Get*", "S3:getobject", "ec2:Describe?pcs", "*:*"] {
        assert_eq!(findings(Document::from(on_all(action))), [""; 0], "{action}");
    }
    let said = |action: &str| findings(Document::from(on_all(action))).join("; ");
    assert_eq!(said("s3:Gte*"), "warning[FW0711]: `s3:Gte*` matches no action of IAM that Formwork knows");
    assert_eq!(
        said("dynamo:PutItem"),
        "warning[FW0711]: `dynamo` in `dynamo:PutItem` is not the prefix of a service that Formwork knows"
    );
    assert_eq!(said("AssumeRoot"), "error[FW0712]: `AssumeRoot` is no action of IAM: it names no service");
    assert_eq!(said("s3:"), "error[FW0712]: `s3:` is no action of IAM: a part is empty");
    assert_eq!(
        said("s3:Get Object"),
        "error[FW0712]: `s3:Get Object` is no action of IAM: ` ` cannot stand in one"
    );
    assert_eq!(said(""), "error[FW0712]: `` is no action of IAM: it names no service");
}

#[test]
fn an_action_that_is_an_expression_is_not_judged() {
    assert_eq!(findings(Document::from(Statement::allow(pseudo::region()).on_all_resources())), [""; 0]);
}

// "The Sid element supports ASCII uppercase letters (A-Z), lowercase letters (a-z), and numbers (0-9)"; "in IAM, the
// Sid value must be unique within a JSON policy":
// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>. The default policy of a key
// has spaces in its own: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>.
#[test]
fn ids_of_statements_are_checked_as_their_service_has_it() {
    let identity = |sid: &'static str| findings(Document::from(on_all("s3:ListAllMyBuckets").sid(sid)));
    assert_eq!(identity("Read1"), [""; 0]);
    assert_eq!(identity("read-all"), ["error[FW0713]: `read-all` cannot be the id of a statement of IAM"]);
    assert_eq!(identity(""), ["error[FW0713]: `` cannot be the id of a statement of IAM"]);

    let key = Statement::allow("kms:*").on_all_resources().to(Principal::account("111122223333"));
    assert_eq!(findings(Document::from(key.clone().sid("Enable IAM User Permissions"))), [""; 0]);
    let pull = Statement::allow("ecr:BatchGetImage").to(Principal::account("111122223333"));
    assert_eq!(findings(Document::from(pull.sid("new policy"))), [""; 0]);

    let twice = Document::new()
        .statement(on_all("s3:ListAllMyBuckets").sid("A"))
        .statement(on_all("ec2:DescribeVpcs").sid("A"));
    assert_eq!(findings(twice), ["error[FW0713]: two statements of this policy have the id `A`"]);
    let key = |action: &str| on_all(action).to(Principal::account("111122223333")).sid("A");
    let twice = Document::new().statement(key("kms:Encrypt")).statement(key("kms:Decrypt"));
    assert_eq!(findings(twice), ["warning[FW0713]: two statements of this policy have the id `A`"]);
}

// Accounts have twelve digits, or an ARN; what was deleted stays as a unique id:
// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>. A policy of an API may
// shorten its resources:
// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
#[test]
fn principals_and_resources_are_checked_by_their_form() {
    let trust =
        |principal: Principal| findings(Document::from(Statement::allow("sts:AssumeRole").to(principal)));
    assert_eq!(
        trust(Principal::service("lambda")),
        ["error[FW0713]: `lambda` is not the name of a service as a principal"]
    );
    assert_eq!(
        trust(Principal::account("1111-2222-3333")),
        ["error[FW0713]: `1111-2222-3333` is neither the number of an account nor an ARN"]
    );
    assert_eq!(trust(Principal::arn("AROADBQP57FF2AEXAMPLE")), [""; 0]);
    let on = |resource: &str| findings(Document::from(Statement::allow("s3:GetObject").on(resource)));
    assert_eq!(on("images/*"), ["error[FW0713]: `images/*` is no ARN, by which a policy names a resource"]);
    for fits in ["arn:*:s3:::images/*", "*", "execute-api:/*/GET/*"] {
        assert_eq!(on(fits), [""; 0], "{fits}");
    }
}

#[test]
fn conditions_are_checked_by_their_form() {
    let when = |condition: Condition| findings(Document::from(on_all("s3:ListBucket").when(condition)));
    assert_eq!(
        when(Condition::string_equals("SourceAccount", "1")),
        ["error[FW0713]: `SourceAccount` is no key of a condition"]
    );
    assert_eq!(
        when(Condition::present("aws:TagKeys").if_exists()),
        ["error[FW0713]: there is no operator `NullIfExists`"]
    );
    assert_eq!(
        when(Condition::string_equals("aws:SourceAccount", Vec::<String>::new())),
        ["error[FW0714]: the condition on `aws:SourceAccount` compares it with nothing"]
    );
}

#[test]
fn what_turns_out_empty_is_an_error() {
    let none: [&str; 0] = [];
    let nothing = Document::from(Statement::allow(none).on(none));
    assert_eq!(
        findings(nothing),
        ["error[FW0714]: this statement names no action", "error[FW0714]: this statement names no resource"]
    );
    assert_eq!(
        findings(Document::from(Statement::allow("sts:AssumeRole").to([]))),
        ["error[FW0714]: this statement names no principal"]
    );
    assert_eq!(
        findings(Document::from(on_all("s3:GetObject").on_all_but("arn:aws:s3:::a/*"))),
        ["error[FW0713]: this statement names resources, and all but some as well"]
    );
    assert_eq!(findings(IdentityPolicy::new()), ["error[FW0714]: this policy has no statements"]);
    assert!(IdentityPolicy::new().is_empty());
}

#[test]
fn merging_keeps_the_order_and_drops_what_is_said_twice() {
    let one: IdentityPolicy =
        [on_all("s3:ListAllMyBuckets"), on_all("ec2:DescribeVpcs")].into_iter().collect();
    let other = Document::from(on_all("ec2:DescribeVpcs")).statement(on_all("sqs:ListQueues"));
    let merged = clean(one.merge(other));
    let actions: Vec<&str> =
        merged["Statement"].as_array().unwrap().iter().filter_map(|s| s["Action"].as_str()).collect();
    assert_eq!(actions, ["s3:ListAllMyBuckets", "ec2:DescribeVpcs", "sqs:ListQueues"]);
}

#[test]
fn what_is_written_is_read_back() {
    let document = Document::new().id("d").statement(
        Statement::deny_all_but(["s3:Get*", "s3:List*"])
            .on(list!["arn:aws:s3:::a", interpolate!("arn:{}:s3:::b", pseudo::partition())])
            .to([Principal::service("a.amazonaws.com"), Principal::everyone()])
            .when([
                Condition::string_like("aws:TagKeys", ["a", "b"]).for_any_value().if_exists(),
                Condition::absent("aws:TokenIssueTime"),
            ])
            .sid("A"),
    );
    let expr = (&document).into_json();
    assert_eq!(ResourcePolicy::read(&expr), Some(document.clone()));
    assert_eq!(IdentityPolicy::read(&expr), None);
    assert_eq!(TrustPolicy::read(&expr), None);
    let any = AnyPolicy::read(&expr).unwrap();
    assert_eq!((&any).into_json(), expr);
    let [statement] = any.statements() else { panic!("one statement") };
    assert_eq!((statement.statement_id(), statement.effect()), (Some("A"), Effect::Deny));
    assert!(statement.resources()[1].is_expression());
    assert!(statement.principals()[1].is_everyone());
    assert_eq!(statement.conditions()[0].operator(), Operator::StringLike);
    assert!(statement.covers("s3:PutObject") && !statement.covers("s3:GetObject"));
    assert_eq!(ResourcePolicy::from_literal(&expr), Some(document));
}

#[test]
fn an_unknown_action_is_still_read() {
    let document = Document::from(on_all("s3:GetObjects"));
    assert_eq!(IdentityPolicy::read(&(&document).into_json()), Some(document));
}

#[test]
fn a_document_in_json_is_read_and_one_that_is_not_understood_is_not() {
    let read = |document: Json| AnyPolicy::read(document.expr());
    let plain = json!({
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": ["*"]}},
    });
    let policy = read(plain).unwrap();
    assert!(policy.statements()[0].principals()[0].is_everyone());
    // What had no version is given none: it would mean something else.
    assert_eq!(clean(policy).get("Version"), None);

    for other in [
        json!({"Statement": [{"Action": "*", "Resource": "*"}]}),
        json!({"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}),
        json!({"Statement": [{"Effect": "Allow", "Actions": "*", "Resource": "*"}]}),
        json!({"Statement": [{"Effect": "Allow", "Action": "*", "Condition": {"Equals": {"a:b": "c"}}}]}),
        json!({"Statement": [{"Fn::If": ["A", {}, {"Ref": "AWS::NoValue"}]}]}),
        json!(["Statement"]),
    ] {
        assert_eq!(read(other.clone()), None, "{other:?}");
    }
}

#[test]
fn a_property_that_is_a_policy_takes_documents_typed_and_untyped() {
    fn set(value: impl IntoInput<TrustPolicy>) -> Input<TrustPolicy> {
        value.into_input()
    }
    let typed = TrustPolicy::service("lambda.amazonaws.com");
    let given = Given::<TrustPolicy>::of(set(&typed).into_expr());
    assert_eq!(given, Given::Literal(typed.clone()));
    let json = Json::from_expr(set(typed).into_expr());
    assert!(matches!(Given::<TrustPolicy>::of(set(json).into_expr()), Given::Literal(_)));
    let other = set(json!({"Statement": []}));
    assert_eq!(TrustPolicy::read(other.expr()).map(|policy| policy.is_empty()), Some(true));
    assert!(<TrustPolicy as Readable>::read(&Expr::Bool(true)).is_none());
}

/// A condition of a few operators, keys and values, so that they meet often.
fn condition() -> impl Strategy<Value = Condition> {
    let values = proptest::collection::vec("[abc]", 1..4);
    (0..3, "aws:[KL]", values, any::<bool>()).prop_map(|(operator, key, values, if_exists)| {
        let condition = match operator {
            0 => Condition::string_equals(key, values),
            1 => Condition::string_not_equals(key, values),
            _ => Condition::string_like(key, values).for_any_value(),
        };
        if if_exists { condition.if_exists() } else { condition }
    })
}

proptest! {
    #[test]
    fn no_value_of_a_condition_is_lost_or_doubled(conditions in proptest::collection::vec(condition(), 0..8)) {
        let mut expected = std::collections::BTreeMap::new();
        for condition in &conditions {
            let values: &mut std::collections::BTreeSet<String> =
                expected.entry((condition.spelled(), condition.key().to_owned())).or_default();
            values.extend(condition.values().iter().filter_map(Expr::as_str).map(str::to_owned));
        }
        let document = Document::from(on_all("s3:ListBucket").when(conditions));
        let document = lowered(document).0;
        let mut found = std::collections::BTreeMap::new();
        for (operator, keys) in document["Statement"][0]["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().unwrap() {
                let list = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
                let set: std::collections::BTreeSet<String> =
                    list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                prop_assert_eq!(set.len(), list.len());
                found.insert((operator.clone(), key.clone()), set);
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_document_of_literals_is_read_back_as_it_was(
        actions in proptest::collection::vec("[a-z0-9]{1,4}:[A-Za-z*?]{1,6}", 1..4),
        resources in proptest::collection::vec("arn:aws:[a-z]{1,3}:::[a-z/*]{1,6}", 1..4),
        accounts in proptest::collection::vec("[0-9]{12}", 1..3),
        conditions in proptest::collection::vec(condition(), 0..4),
        deny: bool,
    ) {
        let statement = if deny { Statement::deny(actions) } else { Statement::allow(actions) };
        let statement = statement.on(resources).to(Principal::account(accounts)).when(conditions);
        let document = Document::from(statement);
        // Written by operators, conditions come back in another order at most once.
        let read = ResourcePolicy::read(&(&document).into_json()).unwrap();
        prop_assert_eq!(ResourcePolicy::read(&(&read).into_json()), Some(read.clone()));
        prop_assert_eq!(&read.statements()[0].body.actions, &document.statements()[0].body.actions);
        prop_assert_eq!(&read.statements()[0].body.resources, &document.statements()[0].body.resources);
        let sorted = |policy: &ResourcePolicy| {
            let conditions = policy.statements()[0].conditions().iter();
            let mut all: Vec<String> = conditions.map(|condition| format!("{condition:?}")).collect();
            all.sort();
            all
        };
        prop_assert_eq!(sorted(&read), sorted(&document));
    }
}
