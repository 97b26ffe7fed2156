//! Rights on users.

use formwork_aws::policy::Statement;

use super::{UserPool, UserPoolClient};
use crate::{Granted, Grantee, value::text};

/// Looking at users.
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html
const READ: [&str; 6] = [
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminListGroupsForUser",
    "cognito-idp:GetGroup",
    "cognito-idp:ListGroups",
    "cognito-idp:ListUsers",
    "cognito-idp:ListUsersInGroup",
];

/// Making, changing and removing users, besides looking at them.
const MANAGE: [&str; 13] = [
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminConfirmSignUp",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDeleteUserAttributes",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminRemoveUserFromGroup",
    "cognito-idp:AdminResetUserPassword",
    "cognito-idp:AdminSetUserMFAPreference",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "cognito-idp:AdminUserGlobalSignOut",
];

/// Signing users in from a server.
const SIGN_IN: [&str; 2] = ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge"];

/// Rights on the users of this pool. Users themselves need none: what they do by their tokens, such as signing up and
/// in, changing their attributes and signing out, Cognito allows without IAM.
///
/// What is returned hands over the settings: `.env("USERS")` sets `USERS_POOL_ID` and `USERS_ISSUER`.
///
/// ```
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::{Role, UserPool};
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let users = UserPool::new().build(stack.scope("Users"));
/// users.grant_read(&api);
/// // To a service of the patterns: `users.grant_manage(&api).env("USERS")`.
/// ```
impl<'a> UserPool<'a> {
    /// Lets somebody look at users and groups.
    #[track_caller]
    pub fn grant_read<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.granted(to, &[&READ])
    }

    /// Lets somebody make, change, block and remove users, set their passwords, and put them into groups; and look at
    /// them.
    #[track_caller]
    pub fn grant_manage<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.granted(to, &[&READ, &MANAGE])
    }

    /// Lets somebody sign users in on their behalf, as a server does by
    /// [`Flow::AdminUserPassword`](super::Flow::AdminUserPassword). The other flows need no right.
    #[track_caller]
    pub fn grant_sign_in<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.granted(to, &[&SIGN_IN])
    }

    #[track_caller]
    fn granted<'g, G: Grantee<'a>>(&self, to: &'g G, actions: &[&[&'static str]]) -> Granted<'g, G> {
        let actions: Vec<&str> = actions.iter().flat_map(|some| some.iter().copied()).collect();
        to.grant(Statement::allow(actions).on(self.arn()));
        Granted::new(to).setting("_POOL_ID", text(self.id())).setting("_ISSUER", self.issuer())
    }
}

impl<'a> UserPoolClient<'a> {
    /// Lets somebody sign users in on their behalf, as [`UserPool::grant_sign_in`] does; `.env("USERS")` sets
    /// `USERS_CLIENT_ID` as well.
    #[track_caller]
    pub fn grant_sign_in<'g, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        self.user_pool().grant_sign_in(to).setting("_CLIENT_ID", text(self.id()))
    }
}
