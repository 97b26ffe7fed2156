//! The app, its stacks and scopes: what a program declares things in.

use std::{cell::RefCell, ops::Deref, panic::Location, rc::Rc};

use crate::{
    Environment,
    condition::{Condition, Predicate},
    edit::{Edit, Transform},
    expr::{At, Expr, Str},
    finding::Finding,
    mapping::{self, Lookup, Mapping},
    model::{Declared, Model, OutputData},
    parameter::{Param, Parameter},
    read::TypedHandle,
    resource::{About, AsHandle, Builder, Handle, IntoResource, Resource},
    review::{Policy, Review},
    rule::Rule,
    value::{IntoJson, IntoText},
    wires::Lowering,
};

/// Everything that a program declares for one environment.
///
/// An `App` owns the model; [`Stack`]s and [`Scope`]s are small views into it, free to copy. Nothing fails
/// while a program declares things: what is wrong is reported by [`synth`](App::synth), all of it together.
///
/// ```
/// use formwork_core::{App, Environment, Options, Resource};
///
/// let app = App::new("shop", Environment::new("prod").region("eu-central-1"));
/// let stack = app.stack("jobs");
/// let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue").set("VisibilityTimeout", 60));
/// stack.output("QueueUrl", queue.reference());
///
/// let assembly = app.synth(&Options::default())?;
/// assert_eq!(assembly.stacks()[0].name(), "shop-prod-jobs");
/// # Ok::<(), formwork_core::Findings>(())
/// ```
pub struct App {
    pub(crate) model: RefCell<Model>,
    pub(crate) transforms: RefCell<Vec<Rc<Transform>>>,
    pub(crate) policies: RefCell<Vec<Policy>>,
}

/// One CloudFormation stack of an [`App`]: the unit of deployment. It is its own outermost [`Scope`].
#[derive(Clone, Copy)]
pub struct Stack<'a> {
    scope: Scope<'a>,
    pub(crate) index: u32,
}

/// A place in a stack's tree of names. What is declared in it gets its logical id from the path:
/// `TaskRole` in the scope `Api` becomes `ApiTaskRole`.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub(crate) app: &'a App,
    pub(crate) index: u32,
    /// The line on whose behalf a pattern declares things here.
    pub(crate) caller: Option<&'static Location<'static>>,
}

/// An output that was just declared, to say more about it.
#[derive(Clone, Copy)]
pub struct StackOutput<'a> {
    app: &'a App,
    stack: u32,
    index: usize,
}

impl App {
    /// An app in one of its environments. `formwork::main` makes one from the command line.
    pub fn new(name: impl Into<String>, environment: Environment) -> Self {
        Self {
            model: RefCell::new(Model::new(name.into(), environment)),
            transforms: RefCell::new(Vec::new()),
            policies: RefCell::new(Vec::new()),
        }
    }

    /// An app for trying things out in tests and examples: `test` in the environment `test`.
    pub fn for_tests() -> Self {
        Self::new("test", Environment::new("test"))
    }

    /// The name of the app.
    pub fn name(&self) -> String {
        self.model.borrow().name.clone()
    }

    /// The environment that this run is for.
    pub fn environment(&self) -> Environment {
        self.model.borrow().environment.clone()
    }

    /// The stack of this name, made if it is not there yet. CloudFormation will know it as
    /// `<app>-<environment>-<name>`, unless [`Stack::name`] says otherwise.
    #[track_caller]
    pub fn stack(&self, id: impl Into<Str>) -> Stack<'_> {
        let id = id.into();
        let mut model = self.model.borrow_mut();
        let index = model.stack(id, Location::caller());
        let scope = model.stacks[index as usize].scope;
        Stack { scope: Scope { app: self, index: scope, caller: None }, index }
    }

    /// Tags everything in every stack; scopes and resources may override it.
    #[track_caller]
    pub fn tag(&self, key: impl Into<Str>, value: impl IntoText) -> &Self {
        let tag = (key.into(), value.into_text(), Location::caller());
        self.model.borrow_mut().tags.push(tag);
        self
    }

    /// Sets how references cross stacks, where neither the reference nor the command line says otherwise.
    pub fn wires(&self, lowering: Lowering) -> &Self {
        self.model.borrow_mut().lowering = lowering;
        self
    }

    /// Sets the beginning of [physical names](Scope::physical_name) instead of `<app>-<environment>`.
    pub fn name_prefix(&self, prefix: impl Into<String>) -> &Self {
        let prefix = prefix.into();
        self.model.borrow_mut().name_prefix = Some(prefix);
        self
    }

    /// Adds a step to the pass over all resources that runs after the program and before lowering: defaults of
    /// an organisation, tags, corrections. Steps run in the order in which they were added; what each of them
    /// changed is noted with its name and line.
    ///
    /// ```
    /// # use formwork_core::{json, App};
    /// # let app = App::for_tests();
    /// app.transform("encrypt buckets", |resource| {
    ///     if resource.kind() == "AWS::S3::Bucket" && resource.get("BucketEncryption").is_none() {
    ///         resource.set("BucketEncryption", json!({
    ///             "ServerSideEncryptionConfiguration": [
    ///                 {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}},
    ///             ],
    ///         }));
    ///     }
    /// });
    /// ```
    pub fn transform(&self, name: impl Into<String>, step: impl Fn(Edit<'_>) + 'static) -> &Self {
        let transform = Transform { name: name.into().into(), step: Box::new(step) };
        self.transforms.borrow_mut().push(Rc::new(transform));
        self
    }

    /// Adds a rule of your own, under a code of your own: `check` runs it over the finished assembly, and treats what
    /// it says like its own findings.
    ///
    /// ```
    /// # use formwork_core::{App, Resource, Review};
    /// # let app = App::for_tests();
    /// app.policy("ORG001", |review: &Review<'_>| {
    ///     for edge in review.graph().edges() {
    ///         if edge.from.stack != edge.to.stack && edge.to.kind == "AWS::RDS::DBInstance" {
    ///             review.say(review.error(edge.from.handle, "", "only the stack `data` talks to databases"));
    ///         }
    ///     }
    /// });
    /// ```
    ///
    /// With typed handles, `review.all::<s3::Bucket>()` and `review.get(bucket).versioning_configuration` read what
    /// was set.
    pub fn policy(&self, code: impl Into<String>, rule: impl Fn(&Review<'_>) + 'static) -> &Self {
        self.policies.borrow_mut().push(Policy::new(code.into(), rule));
        self
    }

    /// Reports something of your own, together with what Formwork finds.
    pub fn report(&self, finding: Finding) {
        self.model.borrow_mut().findings.push(finding);
    }

    /// The properties of a resource as they were set: by builders, patterns and transforms so far. Every
    /// property is `None`, a literal or an expression.
    ///
    /// What is asked for is typed, hence the handle must be; `formwork::aws` has them.
    #[track_caller]
    pub fn get<H: TypedHandle>(&self, resource: H) -> H::Properties {
        H::Properties::from(Edit::of_handle(self, resource.as_handle(), Location::caller()).object())
    }

    /// All resources of a type, in the order in which they were added; what a rule of your own goes through.
    pub fn all<H: TypedHandle>(&self) -> Vec<H> {
        let model = self.model.borrow();
        model.of_kind(H::TYPE).map(|node| typed(&model, node)).collect()
    }
}

fn typed<H: TypedHandle>(model: &Model, node: u32) -> H {
    H::from_handle(Handle { key: model.key(node) })
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Stack<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stack({})", self.id())
    }
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scope({})", self.app.model.borrow().scopes[self.index as usize].prefix)
    }
}

impl<'a> Deref for Stack<'a> {
    type Target = Scope<'a>;

    fn deref(&self) -> &Scope<'a> {
        &self.scope
    }
}

impl<'a> From<Stack<'a>> for Scope<'a> {
    fn from(stack: Stack<'a>) -> Self {
        stack.scope
    }
}

impl<'a> Stack<'a> {
    fn with(self, change: impl FnOnce(&mut crate::model::StackData)) -> Self {
        change(&mut self.scope.app.model.borrow_mut().stacks[self.index as usize]);
        self
    }

    /// The name that the program knows the stack by.
    pub fn id(&self) -> String {
        self.scope.app.model.borrow().stacks[self.index as usize].id.to_string()
    }

    /// Sets the name that CloudFormation knows the stack by.
    #[track_caller]
    pub fn name(self, name: impl Into<Str>) -> Self {
        let at = Location::caller();
        let name = name.into();
        self.with(|stack| stack.name = Some((name, at)))
    }

    /// Deploys the stack to a Region other than the environment's.
    pub fn region(self, region: impl Into<Str>) -> Self {
        let region = region.into();
        self.with(|stack| stack.region = Some(region))
    }

    /// Deploys the stack to an account other than the environment's.
    pub fn account(self, account: impl Into<Str>) -> Self {
        let account = account.into();
        self.with(|stack| stack.account = Some(account))
    }

    /// The Region that the stack is deployed to, where it is fixed: its own, that of the stack around it, or the
    /// environment's.
    ///
    /// ```
    /// # use formwork_core::{App, Environment};
    /// let app = App::new("shop", Environment::new("prod").region("eu-central-1"));
    /// assert_eq!(app.stack("service").get_region().as_deref(), Some("eu-central-1"));
    /// assert_eq!(app.stack("edge").region("us-east-1").get_region().as_deref(), Some("us-east-1"));
    /// assert_eq!(App::for_tests().stack("service").get_region(), None);
    /// ```
    pub fn get_region(&self) -> Option<String> {
        self.scope.app.model.borrow().region(self.index).map(str::to_owned)
    }

    /// The account that the stack is deployed to, where it is fixed; see [`get_region`](Self::get_region).
    pub fn get_account(&self) -> Option<String> {
        self.scope.app.model.borrow().account(self.index).map(str::to_owned)
    }

    /// Describes the stack; shown in the console.
    #[track_caller]
    pub fn description(self, description: impl Into<Str>) -> Self {
        let at = Location::caller();
        let description = description.into();
        self.with(|stack| stack.description = Some((description, at)))
    }

    /// Lets CloudFormation refuse to delete the stack.
    pub fn termination_protection(self) -> Self {
        self.with(|stack| stack.termination_protection = true)
    }

    /// Accepts what `check` has to say under a code about what is no resource: outputs, parameters, the template itself.
    /// On a resource, say it there: [`Builder::accept`](crate::Builder::accept).
    #[track_caller]
    pub fn accept(self, code: impl Into<Str>, reason: impl Into<Str>) -> Self {
        let accepted = (code.into(), reason.into(), Location::caller());
        self.with(|stack| stack.accepted.push(accepted))
    }

    /// Sends the stack's events to a topic, up to five of them.
    #[track_caller]
    pub fn notification_arn(self, topic: impl Into<Str>) -> Self {
        let at = Location::caller();
        let topic = topic.into();
        self.with(|stack| stack.notification_arns.push((topic, at)))
    }

    /// Lets CloudFormation act with a role's rights instead of the caller's.
    pub fn service_role(self, arn: impl Into<Str>) -> Self {
        let arn = arn.into();
        self.with(|stack| stack.service_role = Some(arn))
    }

    /// The role that other accounts' stacks assume to read this stack's outputs. Needed where a reference
    /// crosses accounts as [`Lowering::Weak`].
    pub fn lookup_role(self, arn: impl Into<Str>) -> Self {
        let arn = arn.into();
        self.with(|stack| stack.lookup_role = Some(arn))
    }

    /// Deploys this stack after another one, although nothing in it refers to that one.
    #[track_caller]
    pub fn depends_on(self, other: Stack<'_>) -> Self {
        let at = Location::caller();
        if !std::ptr::eq(self.scope.app, other.scope.app) {
            let id = self.id();
            self.scope.app.report(
                Finding::error("FW0201", format!("stack `{id}` depends on a stack of another `App`"))
                    .at(at, "said here")
                    .help("declare both in one `App`"),
            );
            return self;
        }
        self.with(|stack| stack.depends_on.push((other.index, at)))
    }

    /// Adds a macro that CloudFormation runs over the whole template, such as `AWS::Serverless-2016-10-31`.
    /// `AWS::LanguageExtensions` is added by itself where a function needs it.
    pub fn template_macro(self, name: impl Into<Str>) -> Self {
        let name = name.into();
        self.with(|stack| {
            if !stack.macros.contains(&name) {
                stack.macros.push(name);
            }
        })
    }

    /// Adds an entry to the template's metadata; the last one of a key counts.
    #[track_caller]
    pub fn template_metadata(self, key: impl Into<Str>, value: impl IntoJson) -> Self {
        let (key, at) = (key.into(), Location::caller());
        let value = value.into_json();
        let mut model = self.scope.app.model.borrow_mut();
        let stored = model.store(&value, self.index, &key, at);
        let metadata = &mut model.stacks[self.index as usize].metadata;
        metadata.retain(|(other, ..)| *other != key);
        metadata.push((key, stored, at));
        drop(model);
        self
    }

    /// What stands for this nested stack in the stack around it: an `AWS::CloudFormation::Stack`, whose properties
    /// can be set with [`Scope::edit`]. `None` if the stack is not nested.
    pub fn resource(&self) -> Option<crate::Handle> {
        let model = self.scope.app.model.borrow();
        let (_, node) = model.stacks[self.index as usize].parent?;
        Some(crate::Handle { key: model.key(node) })
    }

    /// A stack nested in this one: a template of its own, deployed as one resource of this stack's. References
    /// between the two become the nested stack's parameters and outputs.
    ///
    /// ```
    /// # use formwork_core::{App, Resource};
    /// # let app = App::for_tests();
    /// let service = app.stack("service");
    /// let topic = service.add("Topic", Resource::raw("AWS::SNS::Topic"));
    /// let alarms = service.nested("Alarms");
    /// alarms.add("High", Resource::raw("AWS::CloudWatch::Alarm").set("AlarmActions", [topic]));
    /// ```
    #[track_caller]
    pub fn nested(self, id: impl Into<Str>) -> Stack<'a> {
        let (id, at) = (id.into(), Location::caller());
        let mut model = self.scope.app.model.borrow_mut();
        let existing = model
            .stacks
            .iter()
            .position(|stack| stack.id == id && stack.parent.is_some_and(|(parent, _)| parent == self.index));
        let index = existing.map(|index| index as u32).unwrap_or_else(|| {
            let resource = crate::Resource::raw("AWS::CloudFormation::Stack");
            let scope = model.stacks[self.index as usize].scope;
            let handle = model.add(scope, id.clone(), resource, &About::NOTHING, at);
            let nested = model.push_stack(id, at, Some((self.index, handle.key.index)));
            model.attributes_mut(handle.key.index).nested = Some(nested);
            nested
        });
        let scope = model.stacks[index as usize].scope;
        Stack { scope: Scope { app: self.scope.app, index: scope, caller: self.scope.caller }, index }
    }
}

impl<'a> Scope<'a> {
    /// The app that this belongs to.
    pub fn app(&self) -> &'a App {
        self.app
    }

    /// The stack that this belongs to.
    pub fn stack(&self) -> Stack<'a> {
        let model = self.app.model.borrow();
        let index = model.scopes[self.index as usize].stack;
        let scope = model.stacks[index as usize].scope;
        Stack { scope: Scope { app: self.app, index: scope, caller: self.caller }, index }
    }

    /// The scope of this name inside this one, made if it is not there yet.
    #[track_caller]
    pub fn scope(&self, name: impl Into<Str>) -> Scope<'a> {
        let name = name.into();
        let index = self.app.model.borrow_mut().scope(self.index, name, Location::caller());
        Scope { app: self.app, index, caller: self.caller }
    }

    /// The same scope, as a pattern uses it on behalf of its caller: what is wrong with a resource that is added
    /// through it is told of the caller's line first, and of the pattern's after it.
    ///
    /// ```
    /// use formwork_core::{AsHandle, App, Handle, Resource, Scope};
    ///
    /// #[track_caller]
    /// fn dead_letters<'a>(scope: impl Into<Scope<'a>>) -> Handle {
    ///     let scope = scope.into().for_caller();
    ///     scope.add("DeadLetters", Resource::raw("AWS::SQS::Queue").set("MessageRetentionPeriod", 1_209_600))
    /// }
    /// # let app = App::for_tests();
    /// dead_letters(app.stack("jobs").scope("Scan")); // this line is told
    /// ```
    #[track_caller]
    #[must_use]
    pub fn for_caller(self) -> Self {
        // A pattern within a pattern acts for whoever called the outer one.
        Self { caller: self.caller.or(Some(Location::caller())), ..self }
    }

    /// The line on whose behalf this scope is used; see [`for_caller`](Self::for_caller).
    pub fn caller(&self) -> Option<crate::SourceLocation> {
        self.caller.map(Into::into)
    }

    /// The same scope on nobody's behalf: what is added through it is added by whoever adds it. A pattern keeps its scope
    /// so where more is added to it later, each time for another caller.
    ///
    /// ```
    /// # use formwork_core::App;
    /// # let app = App::for_tests();
    /// let jobs = app.stack("jobs").scope("Scan").for_caller();
    /// assert!(jobs.caller().is_some() && jobs.without_caller().caller().is_none());
    /// ```
    #[must_use]
    pub fn without_caller(self) -> Self {
        Self { caller: None, ..self }
    }

    /// The name of this scope inside the one around it, as [`scope`](Self::scope) was told it: the last part of its
    /// [`path`](Self::path). Empty for a stack.
    ///
    /// ```
    /// # use formwork_core::App;
    /// # let app = App::for_tests();
    /// let api = app.stack("service").scope("Shop").scope("Api");
    /// assert_eq!((api.name().as_str(), api.path().as_str()), ("Api", "ShopApi"));
    /// ```
    pub fn name(&self) -> String {
        self.app.model.borrow().scopes[self.index as usize].name.to_string()
    }

    /// The names from the stack down to this scope, without separators: `ApiWorker`. Empty for a stack.
    pub fn path(&self) -> String {
        self.app.model.borrow().scopes[self.index as usize].prefix.to_string()
    }

    /// The resource that was added here under a name, if there is one.
    ///
    /// ```
    /// # use formwork_core::{App, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("jobs");
    /// let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    /// assert_eq!(stack.find("Queue"), Some(queue));
    /// assert_eq!(stack.find("Topic"), None);
    /// ```
    pub fn find(&self, id: &str) -> Option<Handle> {
        let model = self.app.model.borrow();
        let stack = model.scopes[self.index as usize].stack;
        let mut nodes = model.stacks[stack as usize].nodes.iter().copied();
        let node =
            nodes.find(|node| model.nodes[*node as usize].scope == self.index && model.id(*node) == id)?;
        Some(Handle { key: model.key(node) })
    }

    /// Adds a resource and returns what stands for it.
    #[track_caller]
    pub fn add<R: IntoResource>(&self, id: impl Into<Str>, resource: R) -> R::Handle {
        R::handle(self.add_resource(id.into(), resource.into_resource(), R::ABOUT, Location::caller()))
    }

    fn add_resource(&self, id: Str, resource: Resource, about: &'static About, at: At) -> Handle {
        let mut model = self.app.model.borrow_mut();
        let handle = model.add(self.index, id, resource, about, at);
        if let Some(caller) = self.caller {
            model.attributes_mut(handle.key.index).caller = Some(caller);
        }
        handle
    }

    /// The properties of a resource as they were set; see [`App::get`].
    #[track_caller]
    pub fn get<H: TypedHandle>(&self, resource: H) -> H::Properties {
        self.app.get(resource)
    }

    /// All resources of a type that stand here or below, in the order in which they were added.
    pub fn all<H: TypedHandle>(&self) -> Vec<H> {
        let model = self.app.model.borrow();
        let within = |node: u32| {
            let mut scope = Some(model.nodes[node as usize].scope);
            while let Some(index) = scope.filter(|index| *index != self.index) {
                scope = model.scopes[index as usize].parent;
            }
            scope.is_some()
        };
        model.of_kind(H::TYPE).filter(|node| within(*node)).map(|node| typed(&model, node)).collect()
    }

    /// Changes a resource that was added already.
    ///
    /// ```
    /// # use formwork_core::{App, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("jobs");
    /// let queue = stack.add("Queue", Resource::raw("AWS::SQS::Queue"));
    /// stack.edit(queue).set("VisibilityTimeout", 120);
    /// assert_eq!(stack.edit(queue).get("VisibilityTimeout").and_then(|value| value.as_i64()), Some(120));
    /// ```
    #[track_caller]
    pub fn edit(&self, resource: impl AsHandle) -> Edit<'a> {
        Edit::of_handle(self.app, resource.as_handle(), Location::caller())
    }

    /// Changes a resource that was added already, with the setters of its builder: what a pattern made can be laid
    /// over with anything that the pattern has no word for.
    ///
    /// Of an object, what is set replaces what was there, and the rest stays; anything else is replaced as a whole.
    /// [`NoValue`](crate::NoValue) takes a property away. Policies, tags, dependencies and acceptances are added.
    #[track_caller]
    pub fn customize<H: TypedHandle>(&self, resource: H, change: impl FnOnce(H::Builder) -> H::Builder) {
        let at = Location::caller();
        let mut changed = change(H::change(crate::Body::new()));
        let body = std::mem::take(changed.body_mut());
        let edit = Edit::of_handle(self.app, resource.as_handle(), at);
        edit.lay_over(body, at);
    }

    /// Declares a parameter of the stack.
    #[track_caller]
    pub fn parameter<T>(&self, id: impl Into<Str>, parameter: Parameter<T>) -> Param<T> {
        let at = Location::caller();
        let id = id.into();
        let mut model = self.app.model.borrow_mut();
        let stack = model.scopes[self.index as usize].stack;
        if let Some(finding) = parameter.data.finding(&id) {
            model.findings.push(finding.at(at, "declared here"));
        }
        let value = model.store(&parameter.data.expr(), stack, &id, at);
        let index = model.parameters.len() as u32;
        let declared = Declared { stack, scope: self.index, id, at, value };
        model.parameters.push((declared, parameter.data));
        model.stacks[stack as usize].parameters.push(index);
        Param::new(model.key(index))
    }

    /// Declares a condition of the stack.
    #[track_caller]
    pub fn condition(&self, id: impl Into<Str>, predicate: impl Into<Predicate>) -> Condition {
        let at = Location::caller();
        let (id, predicate) = (id.into(), predicate.into());
        let mut model = self.app.model.borrow_mut();
        let declared = self.declare(&mut model, id, &predicate.0, at);
        let index = model.conditions.len() as u32;
        model.stacks[declared.stack as usize].conditions.push(index);
        model.conditions.push(declared);
        Condition { key: model.key(index) }
    }

    /// Declares a mapping of the stack.
    #[track_caller]
    pub fn mapping<T>(&self, id: impl Into<Str>, mapping: Mapping<T>) -> Lookup<T> {
        let at = Location::caller();
        let id = id.into();
        let mut model = self.app.model.borrow_mut();
        let findings = mapping::findings(&id, &mapping.rows, at);
        // What is wrong with it was said; nothing else is reported in its wake.
        let rows = if findings.is_empty() { mapping::expr(&mapping.rows) } else { Expr::Object(Vec::new()) };
        model.findings.extend(findings);
        let declared = self.declare(&mut model, id, &rows, at);
        let index = model.mappings.len() as u32;
        model.stacks[declared.stack as usize].mappings.push(index);
        model.mappings.push((declared, mapping.rows));
        Lookup::new(model.key(index))
    }

    /// Declares a rule of the stack.
    #[track_caller]
    pub fn rule(&self, id: impl Into<Str>, rule: Rule) {
        let at = Location::caller();
        let id = id.into();
        let mut model = self.app.model.borrow_mut();
        if rule.is_empty() {
            model.findings.push(
                Finding::error("FW0308", format!("rule `{id}` asserts nothing"))
                    .at(at, "declared here")
                    .help("add `.assert(predicate, \"what to say\")`"),
            );
        }
        let declared = self.declare(&mut model, id, &rule.expr(), at);
        model.stacks[declared.stack as usize].rules.push(declared);
    }

    /// Declares an output of the stack.
    ///
    /// ```
    /// # use formwork_core::{interpolate, pseudo, App};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("network");
    /// stack.output("Console", interpolate!("https://{}.console.aws.amazon.com", pseudo::region()))
    ///     .description("where to look")
    ///     .export("shop-console");
    /// ```
    #[track_caller]
    pub fn output(&self, id: impl Into<Str>, value: impl IntoText) -> StackOutput<'a> {
        let at = Location::caller();
        let (id, value) = (id.into(), value.into_text());
        let mut model = self.app.model.borrow_mut();
        let declared = self.declare(&mut model, id, &value, at);
        let stack = declared.stack;
        let outputs = &mut model.stacks[stack as usize].outputs;
        outputs.push(OutputData { declared, description: None, export: None, condition: None });
        StackOutput { app: self.app, stack, index: outputs.len() - 1 }
    }

    fn declare(&self, model: &mut Model, id: Str, value: &Expr, at: &'static Location<'static>) -> Declared {
        let stack = model.scopes[self.index as usize].stack;
        let value = model.store(value, stack, &id, at);
        Declared { stack, scope: self.index, id, at, value }
    }

    /// Tags everything in this scope; inner scopes and resources may override it, and it overrides outer ones.
    #[track_caller]
    pub fn tag(&self, key: impl Into<Str>, value: impl IntoText) -> &Self {
        let tag = (key.into(), value.into_text(), Location::caller());
        self.app.model.borrow_mut().scopes[self.index as usize].tags.push(tag);
        self
    }

    /// Sets the beginning of [physical names](Self::physical_name) in this scope.
    pub fn name_prefix(&self, prefix: impl Into<String>) -> &Self {
        let prefix = prefix.into();
        self.app.model.borrow_mut().scopes[self.index as usize].name_prefix = Some(prefix);
        self
    }

    /// A name for a real thing: the prefix that holds here, `-`, and what it is; cut to `limit` characters with
    /// a digest where it would be longer.
    ///
    /// ```
    /// # use formwork_core::{App, Environment};
    /// let app = App::new("shop", Environment::new("prod"));
    /// let stack = app.stack("storage");
    /// assert_eq!(stack.physical_name("images", 63), "shop-prod-images");
    /// stack.name_prefix("acme");
    /// assert_eq!(stack.scope("Logs").physical_name("logs", 63), "acme-logs");
    /// ```
    pub fn physical_name(&self, what: &str, limit: usize) -> String {
        let model = self.app.model.borrow();
        let mut prefix = None;
        let mut scope = Some(self.index);
        while let (None, Some(index)) = (&prefix, scope) {
            prefix = model.scopes[index as usize].name_prefix.clone();
            scope = model.scopes[index as usize].parent;
        }
        let prefix = prefix
            .or_else(|| model.name_prefix.clone())
            .unwrap_or_else(|| format!("{}-{}", model.name, model.environment.name));
        crate::ids::shorten(&format!("{prefix}-{what}"), limit, "-")
    }

    /// Says that everything in this scope stood elsewhere in the program before, so that it keeps its logical
    /// ids: the path of the scope it was, such as `Service/Api`.
    #[track_caller]
    pub fn moved_from(&self, path: impl Into<Str>) -> &Self {
        let moved = Some((path.into(), Location::caller()));
        self.app.model.borrow_mut().scopes[self.index as usize].moved_from = moved;
        self
    }
}

impl StackOutput<'_> {
    fn with(self, change: impl FnOnce(&mut Model, u32, usize)) -> Self {
        change(&mut self.app.model.borrow_mut(), self.stack, self.index);
        self
    }

    /// Describes the output; shown in the console.
    pub fn description(self, description: impl Into<Str>) -> Self {
        let description = description.into();
        self.with(|model, stack, index| {
            model.stacks[stack as usize].outputs[index].description = Some(description);
        })
    }

    /// Exports the output under a name that is unique in the account and Region, for stacks outside this
    /// program. Between stacks of one program no export is needed.
    #[track_caller]
    pub fn export(self, name: impl IntoText) -> Self {
        let at = Location::caller();
        let name = name.into_text();
        self.with(|model, stack, index| {
            let stored = model.store(&name, stack, "an export", at);
            model.stacks[stack as usize].outputs[index].export = Some(stored);
        })
    }

    /// Writes the output only where a condition holds.
    #[track_caller]
    pub fn condition(self, condition: Condition) -> Self {
        let at = Location::caller();
        self.with(|model, stack, index| {
            let app = model.app;
            let output = &mut model.stacks[stack as usize].outputs[index];
            if condition.key.app == app {
                output.condition = Some((condition, at));
            } else {
                let finding = crate::model::foreign(&output.declared.id, at);
                model.findings.push(finding);
            }
        })
    }
}
