//! Who may do what: rights, and the settings that come with them.

use formwork_aws::{
    iam,
    policy::{Document, Identity, Statement},
};
use formwork_core::{Expr, Finding, IntoJson, Output, Scope, json};

use crate::{
    SecretValue,
    place::{Said, report},
};

/// A role, and where it stands: what rights are given to.
///
/// ```
/// use formwork_aws::iam::{self, Statement, TrustPolicy};
/// use formwork_core::App;
/// use formwork_patterns::{Grantee, Role};
///
/// let app = App::for_tests();
/// let stack = app.stack("reports");
/// let trust = TrustPolicy::service("lambda.amazonaws.com");
/// let role = Role::of(stack, stack.add("Role", iam::Role::builder().assume_role_policy_document(trust)));
/// role.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-reports/*"));
/// ```
#[derive(Clone, Copy)]
pub struct Role<'a> {
    scope: Scope<'a>,
    role: iam::Role,
}

impl<'a> Role<'a> {
    /// A role that this program makes.
    pub fn of(scope: impl Into<Scope<'a>>, role: iam::Role) -> Self {
        Self { scope: scope.into(), role }
    }

    /// Its resource.
    pub fn role(&self) -> iam::Role {
        self.role
    }

    /// Where it stands: rights are written into this stack.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }
}

/// What rights are given to: a [`Role`], or what acts with one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given rights",
    label = "this acts with no role",
    note = "a service, a task and `Role::of(scope, role)` can; a pattern of your own implements `Grantee`",
    note = "where nothing but a connection is wanted, `a.allow_to(&b, port)` makes it"
)]
pub trait Grantee<'a> {
    /// The role that it acts with.
    fn role(&self) -> Role<'a>;

    /// Gives it a right: a statement of the policy `Grants` of its role. What it has already is not written again.
    #[track_caller]
    fn grant(&self, statement: Statement<Identity>) {
        let Role { scope, role } = self.role();
        let edit = scope.edit(role);
        let document = Document::new().statement(statement).into_json();
        let statement = document.get("Statement").and_then(|list| list.as_list()?.first().cloned());
        let policies = match edit.get("Policies") {
            Some(Expr::List(policies)) => policies,
            _ => Vec::new(),
        };
        let own = policies
            .iter()
            .position(|policy| policy.get("PolicyName").and_then(Expr::as_str) == Some("Grants"));
        match (own, statement) {
            (Some(index), Some(statement)) => {
                let path = format!("Policies.{index}.PolicyDocument.Statement");
                let known = edit.get(&path);
                let known = known.as_ref().and_then(Expr::as_list).unwrap_or_default();
                if !known.iter().any(|known| known.reads_as(&statement)) {
                    edit.append(&path, formwork_core::Json::from_expr(statement));
                }
            }
            _ => {
                let document = formwork_core::Json::from_expr(document);
                edit.append("Policies", json!({"PolicyName": "Grants", "PolicyDocument": document}));
            }
        }
    }
}

impl<'a> Grantee<'a> for Role<'a> {
    fn role(&self) -> Role<'a> {
        *self
    }
}

/// What takes settings: environment variables, and secrets by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no settings",
    label = "this has no environment variables",
    note = "a service and a task take them; leave `.env(..)` out where somebody else configures the program"
)]
pub trait Configure {
    /// Sets a variable to a value that anybody may see. What is set already to something else stays, and is reported
    /// where a pattern sets it.
    #[track_caller]
    fn set_variable(&self, name: &str, value: Output<String>);

    /// Sets a variable to a secret's value, which is looked up when the program starts.
    #[track_caller]
    fn set_secret(&self, name: &str, value: SecretValue);
}

/// What was just allowed, to hand over the settings that belong to it.
///
/// ```
/// # use formwork_aws::iam::{self, TrustPolicy};
/// # use formwork_core::App;
/// # use formwork_patterns::{Granted, Role};
/// # let app = App::for_tests();
/// # let stack = app.stack("reports");
/// # let trust = TrustPolicy::service("lambda.amazonaws.com");
/// # let role = Role::of(stack, stack.add("Role", iam::Role::builder().assume_role_policy_document(trust)));
/// let granted: Granted<'_, Role<'_>> = Granted::new(&role);
/// ```
pub struct Granted<'g, G: ?Sized> {
    to: &'g G,
    settings: Vec<(&'static str, Setting)>,
}

enum Setting {
    Plain(Output<String>),
    Secret(SecretValue),
}

impl<'g, G: ?Sized> Granted<'g, G> {
    /// Something was allowed; no settings belong to it yet.
    pub fn new(to: &'g G) -> Self {
        Self { to, settings: Vec::new() }
    }

    /// Adds a setting, with what its name has after the name that [`env`](Self::env) is given: `""` or `"_HOST"`.
    #[must_use]
    pub fn setting(mut self, suffix: &'static str, value: Output<String>) -> Self {
        self.settings.push((suffix, Setting::Plain(value)));
        self
    }

    /// Adds a setting that is a secret.
    #[must_use]
    pub fn secret_setting(mut self, suffix: &'static str, value: SecretValue) -> Self {
        self.settings.push((suffix, Setting::Secret(value)));
        self
    }

    /// Sets environment variables of this name to where the thing is found and how to get in. Each thing has a name of
    /// its own: what cannot be a name, or names a variable that has another value already, is a finding, `FW3042`.
    #[track_caller]
    pub fn env<'a>(self, name: &str)
    where
        G: Configure + Grantee<'a>,
    {
        let said = Said::new(name);
        // The suffix makes no name of an empty text: of `_HOST` nobody could tell whose it is.
        if name.is_empty() || name.contains('=') {
            let finding = Finding::error("FW3042", format!("`{name}` cannot be the name of a variable"))
                .help("a name is not empty and has no `=`; letters, digits and `_` are usual");
            report(&self.to.role().scope(), finding, said.at);
            return;
        }
        for (suffix, setting) in self.settings {
            let name = format!("{name}{suffix}");
            match setting {
                Setting::Plain(value) => self.to.set_variable(&name, value),
                Setting::Secret(value) => self.to.set_secret(&name, value),
            }
        }
    }
}
