//! Resources: builders that hold properties and attributes until they are added, and handles that stand for
//! them afterwards.

use std::{cell::Cell, panic::Location};

use crate::{
    condition::Condition,
    encode::{Encoder, Flags, Hole, Mark, Remark, Stored},
    expr::{At, Expr, Key, Remarked, Str, Target},
    policies::{CreationPolicy, DeletionPolicy, UpdatePolicy, UpdateReplacePolicy},
    value::{Input, IntoInput, IntoJson, IntoText, Output},
};

/// An untyped resource of any CloudFormation type: the way to what has no typed builder yet.
///
/// ```
/// # use formwork_core::{json, App, DeletionPolicy, Builder, Resource};
/// # let app = App::for_tests();
/// # let stack = app.stack("jobs");
/// let dead = stack.add("DeadLetters", Resource::raw("AWS::SQS::Queue")
///     .set("MessageRetentionPeriod", 1_209_600));
/// let jobs = stack.add("Jobs", Resource::raw("AWS::SQS::Queue")
///     .set("RedrivePolicy", json!({"deadLetterTargetArn": dead.attribute("Arn"), "maxReceiveCount": 3}))
///     .deletion_policy(DeletionPolicy::Retain));
/// ```
#[derive(Debug)]
#[must_use = "a resource does nothing until it is added with `.add(name, ..)`"]
pub struct Resource {
    pub(crate) kind: Str,
    pub(crate) body: Body,
}

impl Resource {
    /// A resource of a type such as `AWS::SQS::Queue`.
    pub fn raw(kind: impl Into<Str>) -> Self {
        Self { kind: kind.into(), body: Body::new() }
    }

    /// A resource from the parts of a typed builder.
    pub fn new(kind: impl Into<Str>, body: Body) -> Self {
        Self { kind: kind.into(), body }
    }

    /// Sets a property. `None` and [`NoValue`](crate::NoValue) leave it out.
    #[track_caller]
    pub fn set(mut self, name: impl Into<Str>, value: impl IntoJson) -> Self {
        self.body.put(Section::Properties, name.into(), &value.into_json(), Location::caller());
        self
    }
}

/// A handle of an untyped resource: what is left in your hands once it is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    pub(crate) key: Key,
}

impl Handle {
    /// What `Ref` yields: for most types the name or the identifier.
    pub fn reference(self) -> Output<String> {
        Output::new(Expr::reference(Target::Resource(self.key)))
    }

    /// What `Fn::GetAtt` yields for an attribute such as `Arn`.
    pub fn attribute(self, name: impl Into<Str>) -> Output<String> {
        Output::of_attribute(self.key, name.into())
    }
}

/// Everything that stands for a resource: [`Handle`] and every typed handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handle of a resource",
    label = "expected what `add` returned"
)]
pub trait AsHandle: Copy {
    /// The untyped handle.
    fn as_handle(&self) -> Handle;

    /// What `Ref` yields, as text.
    fn reference(&self) -> Output<String> {
        self.as_handle().reference()
    }
}

impl AsHandle for Handle {
    fn as_handle(&self) -> Handle {
        *self
    }
}

impl IntoInput<String> for Handle {
    fn into_input(self) -> Input<String> {
        self.reference().into_input()
    }
}
impl IntoJson for Handle {
    fn into_json(self) -> Expr {
        self.reference().into_json()
    }
}
impl IntoText for Handle {
    fn into_text(self) -> Expr {
        self.reference().into_text()
    }
}

/// One resource or several, for [`Builder::depends_on`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handle of a resource",
    label = "expected what `add` returned, or a list of such"
)]
pub trait IntoHandles {
    /// The untyped handles.
    fn into_handles(self) -> Vec<Handle>;
}

impl<H: AsHandle> IntoHandles for H {
    fn into_handles(self) -> Vec<Handle> {
        vec![self.as_handle()]
    }
}
impl<H: AsHandle> IntoHandles for Option<H> {
    fn into_handles(self) -> Vec<Handle> {
        self.iter().map(H::as_handle).collect()
    }
}
impl<H: AsHandle, const N: usize> IntoHandles for [H; N] {
    fn into_handles(self) -> Vec<Handle> {
        self.iter().map(H::as_handle).collect()
    }
}
impl<H: AsHandle> IntoHandles for &[H] {
    fn into_handles(self) -> Vec<Handle> {
        self.iter().map(H::as_handle).collect()
    }
}
impl<H: AsHandle> IntoHandles for &Vec<H> {
    fn into_handles(self) -> Vec<Handle> {
        self.iter().map(H::as_handle).collect()
    }
}
impl<H: AsHandle> IntoHandles for Vec<H> {
    fn into_handles(self) -> Vec<Handle> {
        self.iter().map(H::as_handle).collect()
    }
}

/// A complete builder, ready to be added to a stack. Signatures that take any resource of a kind say
/// `impl IntoResource<Handle = ec2::Subnet>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a stack",
    label = "this is not a complete resource",
    note = "a typed builder with all required properties set, or `Resource::raw(\"AWS::..\")`, would fit"
)]
pub trait IntoResource {
    /// What stands for the resource once it is added.
    type Handle;

    /// What is known about the type.
    const ABOUT: &'static About = &About::NOTHING;

    /// The type and everything that was set.
    fn into_resource(self) -> Resource;

    /// The typed handle for an untyped one.
    fn handle(handle: Handle) -> Self::Handle;
}

/// What the model needs to know about a type of resource; a typed builder says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Properties without which AWS refuses the resource. A typed builder cannot be added without them, but an
    /// `Option` that is `None` may have been given for one.
    pub required: &'static [&'static str],
    /// How the type takes tags, where that is known.
    pub tagging: Option<Tagging>,
    /// Whether resources of the type hold data; see [`Builder::stateful`].
    pub stateful: bool,
}

impl About {
    /// Nothing is known.
    pub const NOTHING: Self = Self { required: &[], tagging: None, stateful: false };
}

impl IntoResource for Resource {
    type Handle = Handle;

    fn into_resource(self) -> Resource {
        self
    }

    fn handle(handle: Handle) -> Handle {
        handle
    }
}

/// The part of a resource that something was set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    /// An attribute that Formwork does not know.
    Resource,
    Properties,
    Metadata,
    CreationPolicy,
    UpdatePolicy,
}

impl Section {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Resource => "",
            Self::Properties => "Properties",
            Self::Metadata => "Metadata",
            Self::CreationPolicy => "CreationPolicy",
            Self::UpdatePolicy => "UpdatePolicy",
        }
    }
}

/// A property as it stands in a builder; offsets count within the builder's buffers.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) section: Section,
    pub(crate) name: Str,
    /// `None` where the value turned out to be absent.
    pub(crate) value: Option<Stored>,
    pub(crate) at: At,
}

/// How a type of resource takes tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// A list of `{"Key": .., "Value": ..}` in the property of this name, mostly `Tags`.
    List(&'static str),
    /// The same, where every entry also says `"PropagateAtLaunch": true`.
    Propagating(&'static str),
    /// An object from keys to values in the property of this name.
    Map(&'static str),
    /// No tags at all.
    None,
}

/// What a builder holds besides properties; most resources have none of it.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    pub(crate) depends_on: Vec<(Handle, At)>,
    pub(crate) deletion_policy: Option<(DeletionPolicy, At)>,
    pub(crate) update_replace_policy: Option<(UpdateReplacePolicy, At)>,
    pub(crate) condition: Option<(Condition, At)>,
    pub(crate) logical_id: Option<(Str, At)>,
    pub(crate) moved_from: Option<(Str, At)>,
    pub(crate) tags: Vec<(Str, Expr, At)>,
    pub(crate) tagging: Option<Tagging>,
    pub(crate) overrides: Vec<(Str, Expr, At)>,
    pub(crate) stateful: bool,
    /// Required properties, where one of them turned out to be nothing.
    pub(crate) required: &'static [&'static str],
    pub(crate) changes: Vec<crate::edit::Change>,
    /// The index of the nested stack that this resource is.
    pub(crate) nested: Option<u32>,
    /// Findings that are known and accepted: code and reason.
    pub(crate) accepted: Vec<(Str, Str, At)>,
    /// The line on whose behalf a pattern added the resource.
    pub(crate) caller: Option<At>,
}

impl Attributes {
    fn depend_on(&mut self, handles: Vec<Handle>, at: At) {
        self.depends_on.extend(handles.into_iter().map(|handle| (handle, at)));
    }

    /// Takes over what a builder says of a resource that was added before: single things replace, lists grow.
    pub(crate) fn lay_over(&mut self, given: Self) {
        self.depends_on.extend(given.depends_on);
        self.tags.extend(given.tags);
        self.overrides.extend(given.overrides);
        self.accepted.extend(given.accepted);
        self.deletion_policy = given.deletion_policy.or(self.deletion_policy);
        self.update_replace_policy = given.update_replace_policy.or(self.update_replace_policy);
        self.condition = given.condition.or(self.condition);
        self.logical_id = given.logical_id.or(self.logical_id.take());
        self.moved_from = given.moved_from.or(self.moved_from.take());
        self.tagging = given.tagging.or(self.tagging.take());
        self.stateful |= given.stateful;
    }
}

/// What every builder is made of: properties, encoded as they are set, and attributes.
///
/// Setters of all types share its one [`set`](Body::set), generated ones through [`with`](Body::with).
#[derive(Debug, Default)]
pub struct Body {
    // Behind a pointer, because builders are handed on by value from setter to setter.
    pub(crate) parts: Box<Parts>,
}

#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) encoder: Encoder,
    pub(crate) entries: Vec<Entry>,
    /// What was noticed about values, and where they were set.
    pub(crate) noticed: Vec<(Flags, Str, At)>,
    /// What there is to say about values; paths begin at the section.
    pub(crate) remarks: Vec<Remark>,
    pub(crate) attributes: Option<Box<Attributes>>,
}

thread_local! {
    /// The buffers of the last builder that was added, for the next one: a program makes its resources one
    /// after the other, so that it needs one set of buffers and not one a resource.
    static SPARE: Cell<Option<Body>> = const { Cell::new(None) };
}

impl Body {
    /// Nothing set yet.
    pub fn new() -> Self {
        SPARE.take().unwrap_or_default()
    }

    /// Returns the buffers, emptied, for the next builder.
    pub(crate) fn recycle(mut self) {
        self.parts.encoder.clear();
        self.parts.entries.clear();
        self.parts.noticed.clear();
        self.parts.remarks.clear();
        self.parts.attributes = None;
        SPARE.set(Some(self));
    }

    /// Sets a property to a typed value, noting the caller's line. An absent value unsets it.
    #[track_caller]
    pub fn set<T>(&mut self, name: impl Into<Str>, value: impl IntoInput<T>) {
        self.put(Section::Properties, name.into(), value.into_input().expr(), Location::caller());
    }

    /// The same in one expression, which is the whole of a generated setter: there are tens of thousands. What does not
    /// depend on the type is compiled once, here, and not in every crate that sets a property.
    #[must_use]
    #[track_caller]
    pub fn with<T>(self, name: &'static str, value: impl IntoInput<T>) -> Self {
        self.with_expr(name, value.into_input().into_expr(), Location::caller())
    }

    fn with_expr(mut self, name: &'static str, value: Expr, at: At) -> Self {
        self.put(Section::Properties, Str::Borrowed(name), &value, at);
        self
    }

    pub(crate) fn put(&mut self, section: Section, name: Str, value: &Expr, at: At) {
        if section != Section::Properties {
            // So that lowering looks for other sections where there may be some.
            self.attributes();
        }
        let value = (*value != Expr::Absent).then(|| self.parts.encoder.value(value));
        if self.parts.encoder.flags != Flags::default() {
            self.parts.noticed.push((std::mem::take(&mut self.parts.encoder.flags), name.clone(), at));
        }
        if !self.parts.encoder.remarks.is_empty() {
            let remarks = self.parts.encoder.remarks.drain(..);
            let placed = remarks.map(|remark| remark.placed([name.clone(), section.name().into()], at));
            self.parts.remarks.extend(placed);
        }
        let entry = Entry { section, name, value, at };
        match self.parts.entries.iter_mut().find(|other| other.section == section && other.name == entry.name)
        {
            Some(other) => *other = entry,
            None => self.parts.entries.push(entry),
        }
    }

    pub(crate) fn attributes(&mut self) -> &mut Attributes {
        self.parts.attributes.get_or_insert_default()
    }

    pub(crate) fn buffers(&self) -> (&[u8], &[Hole], &[Mark]) {
        (&self.parts.encoder.bytes, &self.parts.encoder.holes, &self.parts.encoder.marks)
    }

    /// The properties as one object: what the builder of a nested property type yields. The line of every
    /// setter is kept.
    pub fn into_object(mut self) -> Expr {
        let entries = std::mem::take(&mut self.parts.entries);
        let fields = entries
            .into_iter()
            .filter_map(|entry| {
                let Stored { start, end, first_hole, hole_count, .. } = entry.value?;
                let bytes = &self.parts.encoder.bytes[start as usize..end as usize];
                let holes =
                    &self.parts.encoder.holes[first_hole as usize..(first_hole + hole_count) as usize];
                Some(crate::expr::Field {
                    name: entry.name,
                    value: crate::encode::decode(bytes, holes),
                    at: Some(entry.at),
                })
            })
            .collect();
        let mut object = Expr::Object(fields);
        for mut remark in std::mem::take(&mut self.parts.remarks) {
            // The section: a nested object has none.
            remark.path.pop();
            let finding = remark.finding("");
            object = Expr::Remarked(Box::new(Remarked { value: object, finding }));
        }
        self.recycle();
        object
    }
}

/// What can be said of every resource, whatever its type: policies, dependencies, tags, overrides.
///
/// Implemented by [`Resource`] and by every typed builder, complete or not.
pub trait Builder: Sized {
    /// Where properties and attributes are kept.
    fn body_mut(&mut self) -> &mut Body;

    /// Creates this resource after others, and deletes it before them. What references say already is not
    /// written again.
    #[track_caller]
    #[must_use]
    fn depends_on(mut self, resources: impl IntoHandles) -> Self {
        self.body_mut().attributes().depend_on(resources.into_handles(), Location::caller());
        self
    }

    /// What becomes of the real thing when the resource or its stack is deleted.
    #[track_caller]
    #[must_use]
    fn deletion_policy(mut self, policy: DeletionPolicy) -> Self {
        self.body_mut().attributes().deletion_policy = Some((policy, Location::caller()));
        self
    }

    /// What becomes of the old real thing when an update replaces it.
    #[track_caller]
    #[must_use]
    fn update_replace_policy(mut self, policy: UpdateReplacePolicy) -> Self {
        self.body_mut().attributes().update_replace_policy = Some((policy, Location::caller()));
        self
    }

    /// Takes a snapshot before the real thing is deleted, and before an update replaces it: sets
    /// [`deletion_policy`](Self::deletion_policy) and [`update_replace_policy`](Self::update_replace_policy). For types
    /// that have snapshots: databases, caches, volumes.
    #[track_caller]
    #[must_use]
    fn snapshot_on_removal(self) -> Self {
        self.deletion_policy(DeletionPolicy::Snapshot).update_replace_policy(UpdateReplacePolicy::Snapshot)
    }

    /// Keeps the real thing when its resource is deleted, and the old one when an update replaces it: sets
    /// [`deletion_policy`](Self::deletion_policy) and [`update_replace_policy`](Self::update_replace_policy). What is
    /// kept is nobody's any more, and is paid for until somebody deletes it.
    ///
    /// ```
    /// # use formwork_core::{App, Builder, Options, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("records");
    /// stack.add("Invoices", Resource::raw("AWS::S3::Bucket").keep_on_removal());
    /// let assembly = app.synth(&Options::default())?;
    /// assert_eq!(assembly.stacks()[0].template().value()["Resources"]["Invoices"]["UpdateReplacePolicy"], "Retain");
    /// # Ok::<(), formwork_core::Findings>(())
    /// ```
    #[track_caller]
    #[must_use]
    fn keep_on_removal(self) -> Self {
        // Not `RetainExceptOnCreate`: to keep is without exceptions here, since the resource may be one that was brought into
        // the stack with what it holds. Who knows that it is new and empty says so with `deletion_policy`.
        self.deletion_policy(DeletionPolicy::Retain).update_replace_policy(UpdateReplacePolicy::Retain)
    }

    /// Accepts what `check` has to say about this resource under a code, with the reason why: it is then no longer a
    /// warning or an error, but listed with its reason in the report.
    ///
    /// ```
    /// # use formwork_core::{App, Builder, Resource};
    /// # let app = App::for_tests();
    /// # let stack = app.stack("site");
    /// stack.add("Pages", Resource::raw("AWS::S3::Bucket")
    ///     .accept("FW2205", "holds nothing but the published pages"));
    /// ```
    #[track_caller]
    #[must_use]
    fn accept(mut self, code: impl Into<Str>, reason: impl Into<Str>) -> Self {
        let at = Location::caller();
        self.body_mut().attributes().accepted.push((code.into(), reason.into(), at));
        self
    }

    /// What creation waits for.
    #[track_caller]
    #[must_use]
    fn creation_policy(mut self, policy: CreationPolicy) -> Self {
        let at = Location::caller();
        for (name, value) in policy.into_fields() {
            self.body_mut().put(Section::CreationPolicy, name.into(), &value, at);
        }
        self
    }

    /// How an update is carried out.
    #[track_caller]
    #[must_use]
    fn update_policy(mut self, policy: UpdatePolicy) -> Self {
        let at = Location::caller();
        for (name, value) in policy.into_fields() {
            self.body_mut().put(Section::UpdatePolicy, name.into(), &value, at);
        }
        self
    }

    /// Creates the resource only where a condition holds.
    #[track_caller]
    #[must_use]
    fn condition(mut self, condition: Condition) -> Self {
        self.body_mut().attributes().condition = Some((condition, Location::caller()));
        self
    }

    /// Adds an entry to the resource's metadata.
    #[track_caller]
    #[must_use]
    fn metadata(mut self, key: impl Into<Str>, value: impl IntoJson) -> Self {
        let at = Location::caller();
        self.body_mut().put(Section::Metadata, key.into(), &value.into_json(), at);
        self
    }

    /// Tags the resource; the same key given to a scope, a stack or the app gives way.
    ///
    /// An untyped resource takes it as an entry of the list `Tags`, unless [`tagging`](Self::tagging) says
    /// otherwise.
    #[track_caller]
    #[must_use]
    fn tag(mut self, key: impl Into<Str>, value: impl IntoText) -> Self {
        let at = Location::caller();
        self.body_mut().attributes().tags.push((key.into(), value.into_text(), at));
        self
    }

    /// Says how this type of resource takes tags, so that the tags of scopes, the stack and the app reach it.
    /// Typed builders know it.
    #[must_use]
    fn tagging(mut self, tagging: Tagging) -> Self {
        self.body_mut().attributes().tagging = Some(tagging);
        self
    }

    /// Gives the resource a logical id instead of the one made from its path.
    #[track_caller]
    #[must_use]
    fn logical_id(mut self, id: impl Into<Str>) -> Self {
        self.body_mut().attributes().logical_id = Some((id.into(), Location::caller()));
        self
    }

    /// Says that the resource stood elsewhere in the program before, so that it keeps its logical id: a path
    /// such as `Api/TaskRole`.
    #[track_caller]
    #[must_use]
    fn moved_from(mut self, path: impl Into<Str>) -> Self {
        self.body_mut().attributes().moved_from = Some((path.into(), Location::caller()));
        self
    }

    /// Says that the resource holds data, so that a change of its logical id is an error and not a warning.
    #[must_use]
    fn stateful(mut self) -> Self {
        self.body_mut().attributes().stateful = true;
        self
    }

    /// Sets anything below `Properties`, whatever typed setters say: the way out. The path is separated by
    /// dots, list items are numbers, a dot in a name is written `\.`; [`NoValue`](crate::NoValue) removes.
    /// Overrides come last, after every default, tag and transform.
    ///
    /// ```
    /// # use formwork_core::{Builder, NoValue, Resource};
    /// let bucket = Resource::raw("AWS::S3::Bucket")
    ///     .override_property("VersioningConfiguration.Status", "Enabled")
    ///     .override_property("OwnershipControls", NoValue);
    /// ```
    #[track_caller]
    #[must_use]
    fn override_property(self, path: impl AsRef<str>, value: impl IntoJson) -> Self {
        self.override_attribute(format!("Properties.{}", path.as_ref()), value)
    }

    /// Sets anything in the resource, such as an attribute that Formwork does not know:
    /// `override_attribute("UpdatePolicy.NewThing.Enabled", true)`.
    #[track_caller]
    #[must_use]
    fn override_attribute(mut self, path: impl Into<Str>, value: impl IntoJson) -> Self {
        let at = Location::caller();
        self.body_mut().attributes().overrides.push((path.into(), value.into_json(), at));
        self
    }
}

impl Builder for Resource {
    fn body_mut(&mut self) -> &mut Body {
        &mut self.body
    }
}

/// Marks a required property as set, in the type of a typed builder.
#[derive(Debug)]
pub enum Set {}

/// Marks a required property as not set yet, in the type of a typed builder.
#[derive(Debug)]
pub enum Unset {}

/// Says that the required property `P` of `R` is set; the reason why an incomplete builder cannot be added.
#[diagnostic::on_unimplemented(
    message = "required property `{P}` of `{R}` is not set",
    label = "`{R}` cannot be used before `{P}` is set"
)]
pub trait Provided<R, P> {}

impl<R, P> Provided<R, P> for Set {}
