//! Who may do what: rights, and the settings that come with them.

pub(crate) mod placement;

use formwork_aws::{
    iam,
    policy::{Identity, Statement, TrustPolicy},
};
use formwork_core::{Arn, Finding, IntoInput, IntoText, Json, Output, Scope, Str};

use crate::{
    SecretValue,
    place::{self, Said, report},
    trust,
    value::{output, text},
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
///
/// A service makes its own roles. One that stands apart from it, in the stack of who looks after security, is made here
/// and [brought](crate::fargate::Builder::task_role):
///
/// ```
/// use formwork_aws::{iam::{ManagedPolicy, Statement}, types::cidr};
/// use formwork_core::App;
/// use formwork_patterns::{FargateService, Grantee, Role, ThreeTierVpc};
///
/// let app = App::for_tests();
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
/// let security = app.stack("security");
/// let program = Role::of_tasks(security.scope("Program"), "what the shop may do").named("acme-shop");
/// let starts = Role::of_tasks(security.scope("Starts"), "what starts the shop's tasks")
///     .managed(ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy"));
/// FargateService::new("public.ecr.aws/acme/shop:1.4.2")
///     .task_role(&program)
///     .execution_role(&starts)
///     .build(app.stack("service").scope("Api"), &network);
/// program.grant(Statement::allow("s3:GetObject").on("arn:aws:s3:::acme-images/*"));
/// ```
///
/// # Resources
///
/// | logical id | type | |
/// | --- | --- | --- |
/// | `Role` | `AWS::IAM::Role` | made by [`of_tasks`](Self::of_tasks) or [`of_service`](Self::of_service) |
/// | `<Role>Grants` | `AWS::IAM::RolePolicy` | rights that stand apart from the role, in the stack of what they are on |
///
/// `<Role>` is the role's stack with its path there: `SecurityProgramRole`. A number tells two roles apart that come to the
/// same name in one scope: `<Role>GrantsNo2`.
#[derive(Clone, Copy)]
pub struct Role<'a> {
    scope: Scope<'a>,
    role: iam::Role,
    /// Where rights go, if somebody has said it.
    rights: Option<Scope<'a>>,
}

impl<'a> Role<'a> {
    /// A role that this program makes.
    pub fn of(scope: impl Into<Scope<'a>>, role: iam::Role) -> Self {
        Self { scope: scope.into(), role, rights: None }
    }

    /// A role for the tasks of ECS, made in the scope of what it is for: what a program may do, or what starts its
    /// tasks. It trusts ECS in the account and Region of its stack alone.
    #[track_caller]
    pub fn of_tasks(scope: impl Into<Scope<'a>>, description: impl IntoInput<String>) -> Self {
        Self::trusting(scope.into().for_caller(), trust::tasks(), description)
    }

    /// A role for a service of AWS, such as `events.amazonaws.com`, on behalf of the account of its stack alone. It is
    /// for services that say for which account they act, as most do; where one does not, it cannot take the role:
    /// then make the role by `iam::Role::assumed_by(..)`, and bring it by [`of`](Self::of).
    ///
    /// ```
    /// # use formwork_core::App;
    /// # use formwork_patterns::Role;
    /// # let app = App::for_tests();
    /// let starts = Role::of_service(app.stack("jobs").scope("Starts"), "events.amazonaws.com", "starts the jobs");
    /// ```
    #[track_caller]
    pub fn of_service(
        scope: impl Into<Scope<'a>>,
        service: impl Into<Str>,
        description: impl IntoInput<String>,
    ) -> Self {
        Self::trusting(scope.into().for_caller(), trust::service_of_account(service), description)
    }

    #[track_caller]
    fn trusting(scope: Scope<'a>, trust: TrustPolicy, description: impl IntoInput<String>) -> Self {
        let scope = place::claim(scope, "a role", &["Role"]);
        let role = iam::Role::builder().description(description).assume_role_policy_document(trust);
        Self::of(scope, scope.add("Role", role))
    }

    /// Sets the name that IAM knows it by, of which an account has one: up to 64 letters, digits and `+=,.@_-`. Whoever
    /// deploys says that roles may be named (`CAPABILITY_NAMED_IAM`).
    ///
    /// A named role is not replaced in place: CloudFormation makes the new one first, whose name is taken.
    #[must_use = "it is the role, under its name"]
    #[track_caller]
    pub fn named(self, name: impl IntoText) -> Self {
        self.scope.edit(self.role).set("RoleName", text(name));
        self
    }

    /// Adds a policy that is kept apart: one of AWS by [`iam::ManagedPolicy::aws`], or one that the program makes.
    #[must_use = "it is the role, with the policy"]
    #[track_caller]
    pub fn managed(self, policy: impl IntoInput<Arn<iam::ManagedPolicy>>) -> Self {
        let policy = output(policy);
        let edit = self.scope.edit(self.role);
        let known = edit.get("ManagedPolicyArns");
        let known = known.as_ref().and_then(|list| list.as_list()).unwrap_or_default();
        if !known.iter().any(|known| known.reads_as(policy.expr())) {
            edit.append("ManagedPolicyArns", Json::from_expr(policy.expr().clone()));
        }
        self
    }

    /// The same role with the rights that are given to it from here on in another place: in a policy of their own, in a
    /// stack that comes later, where this one must not wait for what they are on.
    ///
    /// Most need no word: a right on something whose stack waits for the role's already stands there by itself, and
    /// what runs there with the role waits for the right. What makes a stack wait only later is not known yet; a service or
    /// task of the patterns that is given the role moves the rights that it had until then.
    ///
    /// ```
    /// use formwork_aws::sqs;
    /// use formwork_core::App;
    /// use formwork_patterns::{QueueGrants, Role};
    ///
    /// let app = App::for_tests();
    /// let (security, jobs) = (app.stack("security"), app.stack("jobs"));
    /// let worker = Role::of_tasks(security.scope("Worker"), "what the worker may do");
    /// let queue = jobs.add("Queue", sqs::Queue::builder().sqs_managed_sse_enabled(true));
    /// queue.grant_consume(&worker.rights_in(jobs)); // `security` does not wait for `jobs`
    /// ```
    #[must_use]
    pub fn rights_in(&self, scope: impl Into<Scope<'a>>) -> Self {
        Self { rights: Some(scope.into()), ..*self }
    }

    /// Its resource.
    pub fn role(&self) -> iam::Role {
        self.role
    }

    /// Where it stands. Its rights are written into this stack as well, but for those that stand [`apart`](Self::apart).
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// The policies that stand apart from it, in the stacks of what its rights are on, and where
    /// [`rights_in`](Self::rights_in) puts them. Those that a program attaches to the role by itself are not among them.
    pub fn apart(&self) -> Vec<iam::RolePolicy> {
        placement::apart(*self)
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

    /// Gives it a right: a statement of the policy `Grants` of its role. What it was given already is not written again,
    /// wherever that stands.
    ///
    /// It stands with the role, in the role's stack, which so waits for what the right is on. Where what the right is on
    /// waits for the role already, it stands there, in a policy of its own: see [`Role::rights_in`].
    ///
    /// What is said later is not known yet. Here the queue's stack waits for the service, and so for the role, only after
    /// the service is made, and the role's stack waits for the queue: a circle of stacks, `FW0203`, unless the right is
    /// given after that, or where it stands is said.
    ///
    /// ```
    /// use formwork_aws::{sqs, types::cidr};
    /// use formwork_core::App;
    /// use formwork_patterns::{FargateService, QueueGrants, Role, ThreeTierVpc};
    ///
    /// let app = App::for_tests();
    /// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// let (data, security) = (app.stack("data"), app.stack("security"));
    /// let queue = data.add("Queue", sqs::Queue::builder().sqs_managed_sse_enabled(true));
    /// let role = Role::of_tasks(security.scope("Program"), "what the shop may do");
    /// queue.grant_send(&role.rights_in(data)); // `security` does not wait for `data`
    /// let shop = FargateService::new("public.ecr.aws/acme/shop:1.4.2")
    ///     .task_role(&role)
    ///     .build(app.stack("service").scope("Shop"), &network);
    /// data.output("Service", shop.service().name()); // `data` waits for `service`, which waits for `security`
    /// # assert!(app.synth(&Default::default()).is_ok());
    /// ```
    #[track_caller]
    fn grant(&self, statement: Statement<Identity>) {
        placement::give(self.role(), statement);
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
