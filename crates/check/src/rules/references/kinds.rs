//! What is known about functions as such.

/// All functions of CloudFormation, and those that only transforms or `Rules` have.
pub(super) const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
    "Ref",
];

/// Functions that need the transform `AWS::LanguageExtensions`.
pub(super) const EXTENSIONS: &[&str] = &["Fn::Length", "Fn::ToJsonString"];

/// Functions of the section `Rules`.
pub(super) const OF_RULES: &[&str] = &[
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::RefAll",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

/// Functions that `Conditions` cannot have, since they depend on what is deployed.
pub(super) const NOT_IN_CONDITIONS: &[&str] =
    &["Fn::GetAtt", "Fn::GetStackOutput", "Fn::If", "Fn::ImportValue"];

/// Functions that yield whether something holds.
pub(super) const LOGIC: &[&str] = &["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];

pub(in crate::rules) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name) || name.starts_with("Fn::ForEach::")
}

/// The functions that an argument takes without `AWS::LanguageExtensions`, where that is a short list.
pub(super) fn takes(function: &str, position: usize) -> Option<&'static [&'static str]> {
    Some(match (function, position) {
        ("Fn::Join" | "Fn::Split" | "Fn::Sub" | "Fn::If" | "Fn::GetAtt", 0) => &[],
        ("Fn::GetAtt", 1) => &["Ref"],
        ("Fn::FindInMap", 0..=2) | ("Fn::Select", 0) => &["Ref", "Fn::FindInMap"],
        _ => return None,
    })
}

/// The functions that it takes nevertheless with `AWS::LanguageExtensions`.
pub(super) fn takes_with_extensions(function: &str, position: usize) -> bool {
    !matches!((function, position), ("Fn::Join" | "Fn::Split" | "Fn::Sub" | "Fn::If", 0))
}
