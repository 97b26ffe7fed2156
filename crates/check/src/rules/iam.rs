//! Policies of IAM, wherever a template has them: whether they can be read, do what was meant, and grant more than that.

use std::sync::OnceLock;

use crate::{
    context::Resource,
    rule::{Rule, Run, Says, rule},
};

mod actions;
mod arns;
mod breadth;
mod conditions;
mod escalation;
mod form;
mod openness;
pub(in crate::rules) mod places;
mod principals;
pub(in crate::rules) mod read;
pub(in crate::rules) mod roles;
#[cfg(test)]
mod tests;
mod users;
mod words;

use read::Policy;

pub(super) const RULES: &[Rule] = &[
    // A policy is read once; what these find is found then.
    rule!("FW1501", Error, Run::Resource(places::OWNERS, judge)),
    rule!("FW1502", Error, Run::Elsewhere),
    rule!("FW1503", Error, Run::Elsewhere),
    rule!("FW1504", Error, Run::Elsewhere),
    rule!("FW1505", Warning, Run::Elsewhere),
    rule!("FW1506", Error, Run::Elsewhere),
    rule!("FW1507", Error, Run::Elsewhere),
    rule!("FW1508", Error, Run::Elsewhere),
    rule!("FW1509", Warning, Run::Elsewhere),
    rule!("FW1510", Warning, Run::Elsewhere),
    rule!("FW1511", Warning, Run::Elsewhere),
    rule!("FW1512", Warning, Run::Elsewhere),
    rule!("FW1513", Error, Run::Elsewhere),
    rule!("FW1514", Error, Run::Elsewhere),
    rule!("FW1515", Warning, Run::Elsewhere),
    rule!("FW1516", Error, Run::Elsewhere),
    rule!("FW1517", Warning, Run::Elsewhere),
    rule!("FW1518", Error, Run::Elsewhere),
    rule!("FW1519", Warning, Run::Elsewhere),
    rule!("FW1520", Warning, Run::Elsewhere, serves ["FSBP IAM.1", "CIS 1.16"]),
    rule!("FW1521", Warning, Run::Elsewhere, serves["FSBP IAM.21"]),
    rule!("FW1522", Warning, Run::Elsewhere),
    rule!("FW1523", Warning, Run::Elsewhere),
    rule!("FW1524", Warning, Run::Elsewhere, serves ["FSBP KMS.1", "FSBP KMS.2"]),
    rule!("FW1525", Warning, Run::Elsewhere),
    rule!("FW1526", Warning, Run::System(escalation::combinations)),
    rule!("FW1527", Warning, Run::Resource(breadth::HOLDERS, breadth::managed), serves["CIS 1.16"]),
    rule!("FW1528", Error, Run::Elsewhere),
    rule!("FW1530", Warning, Run::Elsewhere),
    rule!("FW1531", Note, Run::Elsewhere),
    rule!("FW1532", Warning, Run::Elsewhere),
    rule!("FW1533", Warning, Run::Elsewhere),
    rule!(
        "FW1534", Warning, Run::Elsewhere,
        serves ["FSBP KMS.5", "FSBP S3.2", "FSBP S3.3", "FSBP SNS.4", "FSBP SQS.3"]
    ),
    rule!("FW1535", Warning, Run::Elsewhere),
    rule!(
        "FW1536",
        Warning,
        Run::Resource(&["AWS::Lambda::Permission"], openness::permission),
        serves["FSBP Lambda.1"]
    ),
    rule!("FW1537", Note, Run::Elsewhere),
    rule!("FW1538", Warning, Run::Elsewhere, serves["FSBP S3.6"]),
    rule!("FW1539", Error, Run::Resource(roles::USERS, roles::trusts_its_service)),
    rule!(
        "FW1540", Warning, Run::Resource(&["AWS::IAM::User"], users::policies),
        serves ["FSBP IAM.2", "CIS 1.15"]
    ),
    rule!("FW1541", Warning, Run::Resource(&["AWS::IAM::AccessKey"], users::access_key)),
    rule!("FW1542", Error, Run::Resource(&["AWS::IAM::Policy"], users::attached)),
];

/// What is said of every policy, by the code that says it.
type Check = fn(&Policy<'_>, &mut Says);

const CHECKS: &[(&str, Check)] = &[
    ("FW1501", form::keys),
    ("FW1502", form::statements),
    ("FW1503", form::effects),
    ("FW1504", form::elements),
    ("FW1505", form::version),
    ("FW1506", form::ids),
    ("FW1507", conditions::operators),
    ("FW1508", conditions::values),
    ("FW1509", conditions::kinds),
    ("FW1510", conditions::keys),
    ("FW1511", conditions::literal_wildcards),
    ("FW1512", actions::names),
    ("FW1513", arns::form),
    ("FW1514", arns::references),
    ("FW1515", actions::fit),
    ("FW1516", principals::form),
    ("FW1517", principals::services),
    ("FW1518", principals::trust_actions),
    ("FW1519", principals::ways),
    ("FW1520", breadth::administrators),
    ("FW1521", breadth::whole_services),
    ("FW1522", breadth::writes),
    ("FW1523", breadth::all_but),
    ("FW1524", breadth::decryption),
    ("FW1525", escalation::pass_role),
    ("FW1528", arns::other_buckets),
    ("FW1530", principals::open_trust),
    ("FW1531", principals::other_accounts),
    ("FW1532", principals::web_identities),
    ("FW1533", principals::saml),
    ("FW1534", openness::everybody),
    ("FW1535", openness::deputies),
    ("FW1537", openness::cross_account),
    ("FW1538", openness::sensitive),
];

fn judge(owner: Resource<'_>, says: &mut Says) {
    static RULES_OF_CHECKS: OnceLock<Vec<(&'static Rule, Check)>> = OnceLock::new();
    let checks = RULES_OF_CHECKS.get_or_init(|| {
        let rule = |code: &str| RULES.iter().find(|rule| rule.code == code);
        CHECKS.iter().filter_map(|(code, check)| Some((rule(code)?, *check))).collect()
    });
    for policy in read::policies(owner) {
        for (rule, check) in checks {
            says.turn(rule);
            check(&policy, says);
        }
    }
    if let Some(rule) = RULES.first() {
        says.turn(rule);
    }
}
