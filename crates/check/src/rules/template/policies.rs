//! `CreationPolicy` and `UpdatePolicy`.

use formwork_core::Severity;

use super::{Form, names::Yields};
use crate::{
    document::{Content, NodeId},
    json::shortened,
};

/// What a value has to be.
#[derive(Clone, Copy)]
enum Is {
    Integer,
    Boolean,
    Text,
    /// A time as ISO 8601 has it: `PT15M`.
    Time,
    Anything,
}

type Part = (&'static str, &'static [(&'static str, Is)]);

/// Type of resource, attribute, and the parts that it may have; `.` for keys directly below.
const POLICIES: &[(&str, &str, &[Part])] = &[
    ("AWS::AppStream::Fleet", "CreationPolicy", &[("StartFleet", &[])]),
    ("AWS::AutoScaling::AutoScalingGroup", "CreationPolicy", &[SIGNAL, SUCCESSFUL]),
    ("AWS::EC2::Instance", "CreationPolicy", &[SIGNAL]),
    ("AWS::CloudFormation::WaitCondition", "CreationPolicy", &[SIGNAL]),
    ("AWS::AppStream::Fleet", "UpdatePolicy", &[("StopBeforeUpdate", &[]), ("StartAfterUpdate", &[])]),
    (
        "AWS::AutoScaling::AutoScalingGroup",
        "UpdatePolicy",
        &[
            ("AutoScalingReplacingUpdate", &[("WillReplace", Is::Boolean)]),
            ("AutoScalingScheduledAction", &[("IgnoreUnmodifiedGroupSizeProperties", Is::Boolean)]),
            ("AutoScalingInstanceRefresh", &[("Preferences", Is::Anything), ("Strategy", Is::Text)]),
            ROLLING,
        ],
    ),
    ("AWS::ElastiCache::ReplicationGroup", "UpdatePolicy", &[(".", &[("UseOnlineResharding", Is::Boolean)])]),
    ("AWS::Elasticsearch::Domain", "UpdatePolicy", &[(".", &[("EnableVersionUpgrade", Is::Boolean)])]),
    ("AWS::OpenSearchService::Domain", "UpdatePolicy", &[(".", &[("EnableVersionUpgrade", Is::Boolean)])]),
    (
        "AWS::Lambda::Alias",
        "UpdatePolicy",
        &[(
            "CodeDeployLambdaAliasUpdate",
            &[
                ("AfterAllowTrafficHook", Is::Text),
                ("ApplicationName", Is::Text),
                ("BeforeAllowTrafficHook", Is::Text),
                ("DeploymentGroupName", Is::Text),
            ],
        )],
    ),
];

const SIGNAL: Part = ("ResourceSignal", &[("Count", Is::Integer), ("Timeout", Is::Time)]);
const SUCCESSFUL: Part = ("AutoScalingCreationPolicy", &[("MinSuccessfulInstancesPercent", Is::Integer)]);
const ROLLING: Part = (
    "AutoScalingRollingUpdate",
    &[
        ("MaxBatchSize", Is::Integer),
        ("MinActiveInstancesPercent", Is::Integer),
        ("MinInstancesInService", Is::Integer),
        ("MinSuccessfulInstancesPercent", Is::Integer),
        ("PauseTime", Is::Time),
        ("SuspendProcesses", Is::Anything),
        ("WaitOnResourceSignals", Is::Boolean),
    ],
);

impl<'t> Form<'t, '_> {
    pub(super) fn shape_of_policy(&mut self, kind: &str, key: &str, node: NodeId) {
        let names = self.names;
        if names.yields(node) == Yields::Unknown {
            return;
        }
        let Content::Map(map) = names.content(node) else {
            self.speaker.say("FW1108", node, format!("`{key}` is not an object"));
            return;
        };
        if names.function(node).is_some() {
            self.speaker.say("FW1108", node, format!("`{key}` is not an object, but what a function yields"));
            return;
        }
        let found = POLICIES.iter().find(|(owner, policy, _)| (*owner, *policy) == (kind, key));
        let Some((_, _, parts)) = found else {
            if formwork_facts::resource_type(kind).is_some() {
                self.speaker
                    .say("FW1108", node, format!("`{key}` has no effect on `{kind}`"))
                    .severity(Severity::Warning)
                    .help("remove it");
            }
            return;
        };
        for (name, value) in map.iter() {
            if name.starts_with("Fn::") {
                continue;
            }
            let direct = parts.iter().find(|(part, _)| *part == ".").map(|(_, keys)| *keys);
            if let Some(keys) = direct {
                self.key_of_policy(key, keys, name, value);
                continue;
            }
            let Some((_, keys)) = parts.iter().find(|(part, _)| *part == name) else {
                let message = format!("`{key}` of `{kind}` has no `{}`", shortened(name));
                let known: Vec<&str> = parts.iter().map(|(part, _)| *part).collect();
                self.speaker.say("FW1108", value, message).help(format!("it has `{}`", known.join("`, `")));
                continue;
            };
            match names.content(value) {
                Content::Map(inner) if !keys.is_empty() && names.yields(value) == Yields::Object => {
                    for (name, value) in inner.iter() {
                        self.key_of_policy(key, keys, name, value);
                    }
                }
                Content::Map(_) | Content::Null => {}
                _ if keys.is_empty() => {}
                _ => {
                    self.speaker.say("FW1108", value, format!("`{name}` is not an object"));
                }
            }
        }
    }

    fn key_of_policy(&mut self, policy: &str, keys: &[(&str, Is)], name: &str, node: NodeId) {
        let names = self.names;
        let Some((_, is)) = keys.iter().find(|(known, _)| *known == name) else {
            let message = format!("`{policy}` has no `{}`", shortened(name));
            let remark = self.speaker.say("FW1108", node, message);
            if let Some(meant) = names.meant(name, keys.iter().map(|(known, _)| *known)) {
                remark.help(format!("`{meant}` is probably meant"));
            }
            return;
        };
        let content = names.content(node);
        let integer = |text: &str| text.trim().parse::<i64>().is_ok();
        let boolean = |text: &str| ["true", "false"].contains(&text.to_ascii_lowercase().as_str());
        let (fits, expected) = match (is, content) {
            (Is::Anything, _) | (_, Content::Null | Content::Map(_)) => (true, ""),
            (Is::Integer, Content::Number(text) | Content::Text(text)) => (integer(text), "a whole number"),
            (Is::Integer, _) => (false, "a whole number"),
            (Is::Boolean, Content::Bool(_)) => (true, ""),
            (Is::Boolean, Content::Text(text)) => (boolean(text), "`true` or `false`"),
            (Is::Boolean, _) => (false, "`true` or `false`"),
            (Is::Text, content) => (!matches!(content, Content::List(_)), "text"),
            (Is::Time, Content::Text(text)) => (text.starts_with('P'), "a time such as `PT15M`"),
            (Is::Time, _) => (false, "a time such as `PT15M`"),
        };
        if !fits {
            self.speaker
                .say("FW1108", node, format!("`{name}` of `{policy}` is not what it has to be"))
                .help(format!("it takes {expected}"));
        }
    }
}
