//! Groups of users.

use formwork_aws::{cognito, cognito::user_pool_group, iam};
use formwork_core::{Arn, Finding, IntoInput, IntoText, Scope};

use crate::{
    place::{Said, report},
    value::text,
    words::distinct,
};

/// Users who have something in common, such as a task: their tokens say so, in `cognito:groups`.
///
/// ```
/// use formwork_patterns::user_pool::Group;
///
/// let editors = Group::new("editors").description("who write articles").precedence(10);
/// ```
#[must_use]
pub struct Group {
    name: String,
    group: user_pool_group::Builder,
}

impl Group {
    /// A group of a name.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let group = cognito::UserPoolGroup::builder().group_name(name.clone());
        Self { name, group }
    }

    /// Says what it is for.
    #[track_caller]
    pub fn description(self, description: impl IntoText) -> Self {
        Self { group: self.group.description(text(description)), ..self }
    }

    /// Sets which role counts of a user in several groups: that of the lowest number.
    #[track_caller]
    pub fn precedence(self, precedence: u32) -> Self {
        Self { group: self.group.precedence(i64::from(precedence)), ..self }
    }

    /// Names the role that users take by an identity pool, for what they may do in AWS themselves.
    #[track_caller]
    pub fn role(self, role: impl IntoInput<Arn<iam::Role>>) -> Self {
        Self { group: self.group.role_arn(role), ..self }
    }
}

impl From<&str> for Group {
    #[track_caller]
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Group {
    #[track_caller]
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// Makes the groups; what has the name of another one is reported, and left out.
#[track_caller]
pub(super) fn make(
    scope: Scope<'_>,
    pool: cognito::UserPool,
    groups: Vec<Said<Group>>,
) -> Vec<(String, cognito::UserPoolGroup)> {
    let mut made: Vec<Group> = Vec::new();
    for Said { value: group, at } in groups {
        if made.iter().any(|known| known.name == group.name) {
            let finding = Finding::error("FW3170", format!("there is a group `{}` already", group.name));
            report(&scope, finding.help("say it once: a pool has one group of a name"), at);
        } else {
            made.push(group);
        }
    }
    let ids = distinct(&made.iter().map(|group| group.name.as_str()).collect::<Vec<_>>());
    let add = |(id, Group { name, group }): (String, Group)| {
        let group = scope.add(format!("Group{id}"), group.user_pool_id(pool.user_pool_id()));
        (name, group)
    };
    ids.into_iter().zip(made).map(add).collect()
}
