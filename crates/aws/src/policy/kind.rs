//! What a statement says so far, in its type.

/// What a [`Statement`](super::Statement) or a [`Document`](super::Document) names: resources, principals, both.
pub trait Kind: sealed::Sealed + 'static {
    /// Whether statements name resources, where that is decided.
    #[doc(hidden)]
    const RESOURCES: Option<bool>;
    /// Whether statements name principals, where that is decided.
    #[doc(hidden)]
    const PRINCIPALS: Option<bool>;
}

/// A kind of statement that can stand in a document.
#[diagnostic::on_unimplemented(
    message = "a statement of this policy says neither what it acts on nor to whom it is given",
    label = "a statement is incomplete",
    note = "what a role or user may do needs `.on(resources)`, who may assume a role needs `.to(principals)`, a policy of a \
            resource needs both"
)]
pub trait Complete: Kind {}

/// A kind of statement to which resources can be added.
pub trait On: Kind {
    /// What it is with them.
    type Then: Complete;
}

/// A kind of statement to which principals can be added.
pub trait To: Kind {
    /// What it is with them.
    type Then: Complete;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $resources:expr, $principals:expr $(, on $on:ty, to $to:ty)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl sealed::Sealed for $name {}
        impl Kind for $name {
            const RESOURCES: Option<bool> = $resources;
            const PRINCIPALS: Option<bool> = $principals;
        }
        $(impl On for $name {
            type Then = $on;
        })?
        $(impl To for $name {
            type Then = $to;
        })?
    )*};
}

kinds! {
    /// Names neither resources nor principals yet.
    Open: Some(false), Some(false), on Identity, to Trust;
    /// Names resources: what a role, a user or a group may do.
    Identity: Some(true), Some(false), on Identity, to Resource;
    /// Names principals: who may assume a role, or pull from a repository of ECR.
    Trust: Some(false), Some(true), on Resource, to Trust;
    /// Names resources and principals: what a bucket, a queue, a topic or a key lets others do.
    Resource: Some(true), Some(true), on Resource, to Resource;
    /// Whatever was read.
    Any: None, None;
}

impl Complete for Identity {}
impl Complete for Trust {}
impl Complete for Resource {}
impl Complete for Any {}
