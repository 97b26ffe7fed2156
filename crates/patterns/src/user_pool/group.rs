//! Groups of users.

use formwork_aws::{cognito, cognito::user_pool_group, iam};
use formwork_core::{Arn, Finding, IntoInput, IntoText, Scope};

use crate::{
    connect::pascal,
    place::{Said, report},
    value::text,
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

/// Makes the groups; what has the logical id of another one is reported, and left out.
#[track_caller]
pub(super) fn make(
    scope: Scope<'_>,
    pool: cognito::UserPool,
    groups: Vec<Said<Group>>,
) -> Vec<(String, cognito::UserPoolGroup)> {
    let mut made: Vec<(String, cognito::UserPoolGroup)> = Vec::new();
    for Said { value: Group { name, group }, at } in groups {
        let id = format!("Group{}", pascal(&name));
        if scope.find(&id).is_some() {
            let message = format!("there is a group like `{name}` already");
            let finding = Finding::error("FW3170", message);
            report(&scope, finding.help("groups differ in letters or digits, not in case alone"), at);
            continue;
        }
        let group = scope.add(id, group.user_pool_id(pool.user_pool_id()));
        made.push((name, group));
    }
    made
}
