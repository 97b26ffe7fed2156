//! Objects that nobody gets at but those who are named.

use formwork_aws::policy::{Condition, Principal, Statement};
use formwork_core::{Expr, Finding, IntoText, Json, Output, interpolate, pseudo};

use super::{Bucket, logs::expression};
use crate::{
    Grantee, Role,
    place::{Said, report},
    value::text,
};

/// The id of the statement.
const ONLY_FOR: &str = "OnlyFor";

/// What is done with objects. What is done with the bucket itself is not among it, so that whoever deploys the bucket can
/// still change it, and take this back.
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
const OBJECTS: &[&str] = &[
    "s3:GetObject*",
    "s3:PutObject*",
    "s3:DeleteObject*",
    "s3:RestoreObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
];

impl<'a> Bucket<'a> {
    /// Keeps the objects from everybody in the account but these roles, whatever rights others have: administrators as
    /// well. It gives the roles no rights: that is what `grant_read` and the like are for. Said again, it adds to them.
    ///
    /// ```
    /// use formwork_core::App;
    /// use formwork_patterns::{Bucket, BucketGrants, Role};
    /// # use formwork_aws::iam;
    ///
    /// let app = App::for_tests();
    /// let stack = app.stack("shop");
    /// let worker = iam::Role::assumed_by("ecs-tasks.amazonaws.com").role_name("shop-worker");
    /// let worker = Role::of(stack, stack.add("Worker", worker));
    /// let images = Bucket::new().build(stack.scope("Images"));
    /// images.grant_read_write(&worker);
    /// images.only_for([&worker]);
    /// ```
    ///
    /// To delete is among what others cannot, and `grant_read_write` does not include it: objects are deleted by a role that is
    /// named here and has [`grant_delete`](crate::BucketGrants::grant_delete) besides, or by the rules of the lifecycle. People
    /// who are to clean up by hand do it as such a role, which they have to be allowed to assume; an administrator who has to
    /// get at objects without one takes the statement out of the policy first.
    ///
    /// Nobody is kept from the settings of the bucket and of its policy, nor from the list of what is in it, as far as they
    /// have that right. Services of AWS that the policy lets in by their own names, such as CloudFront, are not kept out,
    /// nor are the rules of the lifecycle. A role that replicates objects is one of those to be named here.
    ///
    /// A role that has a name as a literal is named by it, so that the stack of the bucket waits for nobody: give it the name
    /// before this is said. Any other is named by its attribute, and its stack comes first. Where that one waits for the
    /// stack of the bucket already, as after a grant, there would be a circle, and there is the finding `FW3150`.
    ///
    /// Several of different types are `&dyn Grantee`: `images.only_for([&api as &dyn Grantee<'_>, &worker])`.
    // The key `aws:PrincipalArn` is that of the role, also of those who have assumed it:
    // docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    #[track_caller]
    pub fn only_for<'g, G>(&self, who: impl IntoIterator<Item = &'g G>)
    where
        G: Grantee<'a> + ?Sized + 'g,
    {
        let said = Said::new(());
        let roles: Vec<Role<'a>> = who.into_iter().map(|grantee| grantee.role()).collect();
        if roles.is_empty() {
            let finding = Finding::error("FW3156", "the objects of a bucket are to be for nobody");
            report(&self.scope, finding.help("name the roles that may use them"), said.at);
            return;
        }
        let arns: Vec<Expr> =
            roles.into_iter().filter_map(|role| self.arn_of(role, said)).map(IntoText::into_text).collect();
        let edit = self.scope.edit(self.policy);
        let known = edit.get("PolicyDocument.Statement");
        let known = known.as_ref().and_then(Expr::as_list).unwrap_or_default();
        let own = |statement: &Expr| statement.get("Sid").and_then(Expr::as_str) == Some(ONLY_FOR);
        let index = known.iter().position(own);
        let mut all: Vec<Expr> = index.map(|index| named(&known[index])).unwrap_or_default();
        for arn in arns {
            if !all.iter().any(|known| known.reads_as(&arn)) {
                all.push(arn);
            }
        }
        if all.is_empty() {
            return;
        }
        let all: Vec<Output<String>> = all.into_iter().map(Output::new).collect();
        let others = Statement::deny(OBJECTS.to_vec())
            .on(interpolate!("{}/*", self.bucket.arn()))
            .to(Principal::everyone())
            .when(Condition::arn_not_equals("aws:PrincipalArn", all))
            // Services have no such ARN, and would be among those who are kept out.
            .when(Condition::bool("aws:PrincipalIsAWSService", false).if_exists())
            .sid(ONLY_FOR);
        let Some(others) = expression(others) else { return };
        match index {
            Some(index) => {
                edit.set(&format!("PolicyDocument.Statement.{index}"), Json::from_expr(others));
            }
            None => {
                edit.append("PolicyDocument.Statement", Json::from_expr(others));
            }
        }
    }

    /// What a role is named by, unless there would be a circle.
    fn arn_of(&self, role: Role<'a>, said: Said<()>) -> Option<Output<String>> {
        let (here, there) = (self.scope.stack(), role.scope().stack());
        let edit = role.scope().edit(role.role());
        let path = match edit.get("Path") {
            Some(path) => path.as_str().map(str::to_owned),
            None => Some("/".to_owned()),
        };
        let name = edit.get("RoleName").and_then(|name| name.as_str().map(str::to_owned));
        if let (Some(name), Some(path)) = (name, path) {
            let account = match there.get_account().filter(|there| here.get_account().as_ref() != Some(there))
            {
                Some(account) => text(account),
                None => text(pseudo::account_id()),
            };
            return Some(interpolate!("arn:{}:iam::{account}:role{path}{name}", pseudo::partition()));
        }
        if there.waits_for(here) {
            let message = format!(
                "the stack `{}` waits for `{}` already, and would have to come first to say which role may use the objects",
                there.id(),
                here.id()
            );
            let help = "give the role a name, by which the bucket's policy names it without waiting for it";
            report(&self.scope, Finding::error("FW3150", message).help(help), said.at);
            return None;
        }
        Some(role.role().arn().cast())
    }
}

/// Whom the statement names.
fn named(statement: &Expr) -> Vec<Expr> {
    let key = statement
        .get("Condition")
        .and_then(|condition| condition.get("ArnNotEquals")?.get("aws:PrincipalArn"));
    match key.map(Expr::plain) {
        Some(Expr::List(arns)) => arns.clone(),
        Some(arn) => vec![arn.clone()],
        None => Vec::new(),
    }
}
