//! Documents: statements put together.

use formwork_core::{
    Expr, Field, Input, IntoInput, IntoJson, Json, Kind as ValueKind, LiteralType, PropertyType, Str,
};

use super::{
    check,
    condition::IntoConditions,
    kind::{Any, Complete, Identity, Resource, Trust},
    principal::{IntoPrincipals, Principal},
    read,
    statement::{Statement, add_all},
    values::{ArnPattern, IntoValues},
};

/// The version of the policy language that has variables; the one before it is of no use.
pub(super) const VERSION: &str = "2012-10-17";

/// A policy document, for any property that takes a document.
///
/// Its kind follows from its statements; in a signature it is an [`IdentityPolicy`], a [`TrustPolicy`] or a
/// [`ResourcePolicy`].
///
/// ```
/// use formwork_aws::policy::{Document, IdentityPolicy, Statement};
///
/// fn read(bucket: &str) -> IdentityPolicy {
///     Document::new()
///         .statement(Statement::allow("s3:GetObject").on(format!("arn:aws:s3:::{bucket}/*")))
///         .statement(Statement::allow("s3:ListBucket").on(format!("arn:aws:s3:::{bucket}")))
/// }
///
/// let both = read("images").merge(read("videos"));
/// assert_eq!(both.statements().len(), 4);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a policy does nothing until it is given to a resource"]
pub struct Document<K: Complete = Any> {
    /// `None` where a document that was read has none.
    pub(super) version: Option<Str>,
    pub(super) id: Option<Str>,
    pub(super) statements: Vec<Statement<K>>,
}

/// What a role, a user or a group may do: statements with resources and without principals.
pub type IdentityPolicy = Document<Identity>;

/// Who may assume a role: statements with principals and without resources. Repositories of ECR take such, too.
pub type TrustPolicy = Document<Trust>;

/// What a bucket, a queue, a topic or a key lets others do: statements with resources and principals.
pub type ResourcePolicy = Document<Resource>;

/// A policy of whatever kind, as it was read.
///
/// ```
/// use formwork_aws::policy::{AnyPolicy, Effect};
/// use formwork_core::json;
///
/// let document = json!({
///     "Version": "2012-10-17",
///     "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
/// });
/// let policy = AnyPolicy::read(document.expr()).expect("a policy");
/// let [statement] = policy.statements() else { panic!("one statement") };
/// assert_eq!(statement.effect(), Effect::Allow);
/// assert!(statement.covers("s3:GetObject"));
/// assert_eq!(statement.resources()[0].as_str(), Some("*"));
/// ```
pub type AnyPolicy = Document<Any>;

impl<K: Complete> Default for Document<K> {
    fn default() -> Self {
        Self { version: Some(VERSION.into()), id: None, statements: Vec::new() }
    }
}

impl<K: Complete> PartialEq for Document<K> {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.id == other.id && self.statements == other.statements
    }
}

impl<K: Complete> Document<K> {
    /// A document without statements yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement. One that says exactly what another one says is left out.
    pub fn statement(mut self, statement: Statement<K>) -> Self {
        add_all(&mut self.statements, [statement]);
        self
    }

    /// Adds the statements of another document of the same kind.
    pub fn merge(mut self, other: Self) -> Self {
        add_all(&mut self.statements, other.statements);
        self
    }

    /// Restricts every statement that is there so far; see [`Statement::when`].
    ///
    /// ```
    /// # use formwork_aws::policy::{Condition, TrustPolicy};
    /// TrustPolicy::account("111122223333").when(Condition::string_equals("sts:ExternalId", "shop"));
    /// ```
    pub fn when(mut self, conditions: impl IntoConditions) -> Self {
        let conditions = conditions.into_conditions();
        let restricted = self.statements.into_iter().map(|statement| statement.when(conditions.clone()));
        self.statements = restricted.collect();
        self
    }

    /// Gives the document an id, which some resource policies have.
    #[doc(alias = "Id")]
    pub fn id(mut self, id: impl Into<Str>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Whether there are no statements. AWS refuses such a document.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// The statements, in the order in which they were added.
    pub fn statements(&self) -> &[Statement<K>] {
        &self.statements
    }

    /// Reads a document as it stands in a template; expressions within it stay what they are. `None` where it is no
    /// policy of this kind, or where a condition of the template decides about more than a value.
    pub fn read(document: &Expr) -> Option<Self> {
        read::document(document)
    }

    fn expr(&self) -> Expr {
        let mut fields = Vec::new();
        if let Some(version) = &self.version {
            fields.push(Field::new("Version", Expr::Text(version.clone())));
        }
        if let Some(id) = &self.id {
            fields.push(Field::new("Id", Expr::Text(id.clone())));
        }
        let statements = Expr::List(self.statements.iter().map(Statement::expr).collect());
        fields.push(Field::new("Statement", check::statements(&self.statements, statements)));
        Expr::Object(fields)
    }
}

impl Document<Trust> {
    /// Lets principals assume the role.
    ///
    /// ```
    /// # use formwork_aws::policy::{Principal, TrustPolicy};
    /// TrustPolicy::principals([Principal::service("ec2.amazonaws.com"), Principal::account("111122223333")]);
    /// ```
    #[track_caller]
    pub fn principals(principals: impl IntoPrincipals) -> Self {
        Statement::allow("sts:AssumeRole").to(principals).into()
    }

    /// Lets a service of AWS assume the role: `lambda.amazonaws.com`.
    #[track_caller]
    pub fn service(names: impl IntoValues<String>) -> Self {
        Self::principals(Principal::service(names))
    }

    /// Lets an account pass the permission to assume the role on to its roles and users.
    #[track_caller]
    pub fn account(numbers: impl IntoValues<String>) -> Self {
        Self::principals(Principal::account(numbers))
    }

    /// Lets those assume the role whom an OIDC provider knows and for whom conditions hold. Without one on the subject,
    /// everybody whom the provider knows could: every repository of GitHub, for instance.
    ///
    /// ```
    /// # use formwork_aws::policy::{Condition, TrustPolicy};
    /// TrustPolicy::oidc(
    ///     "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    ///     [
    ///         Condition::string_equals("token.actions.githubusercontent.com:aud", "sts.amazonaws.com"),
    ///         Condition::string_like("token.actions.githubusercontent.com:sub", "repo:acme/shop:*"),
    ///     ],
    /// );
    /// ```
    #[track_caller]
    pub fn oidc(provider: impl IntoValues<ArnPattern>, conditions: impl IntoConditions) -> Self {
        let statement = Statement::allow("sts:AssumeRoleWithWebIdentity").to(Principal::federated(provider));
        statement.when(conditions).into()
    }

    /// Lets those assume the role whom a SAML provider knows and for whom conditions hold.
    ///
    /// ```
    /// # use formwork_aws::policy::{Condition, TrustPolicy};
    /// TrustPolicy::saml(
    ///     "arn:aws:iam::111122223333:saml-provider/acme",
    ///     Condition::string_equals("SAML:aud", "https://signin.aws.amazon.com/saml"),
    /// );
    /// ```
    #[track_caller]
    pub fn saml(provider: impl IntoValues<ArnPattern>, conditions: impl IntoConditions) -> Self {
        let statement = Statement::allow("sts:AssumeRoleWithSAML").to(Principal::federated(provider));
        statement.when(conditions).into()
    }
}

impl<K: Complete> From<Statement<K>> for Document<K> {
    fn from(statement: Statement<K>) -> Self {
        Self::new().statement(statement)
    }
}

impl<K: Complete> FromIterator<Statement<K>> for Document<K> {
    fn from_iter<I: IntoIterator<Item = Statement<K>>>(statements: I) -> Self {
        statements.into_iter().fold(Self::new(), Self::statement)
    }
}

impl<K: Complete> IntoInput<Json> for Document<K> {
    fn into_input(self) -> Input<Json> {
        Input::new(self.expr())
    }
}
impl<K: Complete> IntoInput<Json> for &Document<K> {
    fn into_input(self) -> Input<Json> {
        Input::new(self.expr())
    }
}
impl<K: Complete> IntoJson for Document<K> {
    fn into_json(self) -> Expr {
        self.expr()
    }
}
impl<K: Complete> IntoJson for &Document<K> {
    fn into_json(self) -> Expr {
        self.expr()
    }
}

// For properties that have a policy as their type: those take a document that was written by hand as well.
impl<K: Complete> PropertyType for Document<K> {
    const KIND: ValueKind = ValueKind::Object;

    fn from_literal(literal: &Expr) -> Option<Self> {
        Self::read(literal)
    }
}
impl<K: Complete> LiteralType for Document<K> {
    fn into_property(self) -> Input<Self> {
        Input::new(self.expr())
    }
}
impl<K: Complete> IntoInput<Document<K>> for &Document<K> {
    fn into_input(self) -> Input<Document<K>> {
        Input::new(self.expr())
    }
}
impl<K: Complete> IntoInput<Document<K>> for Json {
    fn into_input(self) -> Input<Document<K>> {
        Input::new(self.into_json())
    }
}
// A document that was read from a file.
impl<K: Complete> IntoInput<Document<K>> for serde_json::Value {
    fn into_input(self) -> Input<Document<K>> {
        Input::new(self.into_json())
    }
}
