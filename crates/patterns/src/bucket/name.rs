//! The name of a bucket, which no other bucket in the world has.

use formwork_aws::s3;
use formwork_core::{
    Finding, Output, Scope,
    functions::{select, split},
    interpolate, pseudo,
};

use crate::place::{Said, report};

/// So many characters a name has at most, and so many of them are the suffix with its hyphen.
// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const LONGEST: usize = 63;
const SUFFIX: usize = 9;

/// What a bucket is to be called, where CloudFormation does not make up a name.
#[derive(Clone)]
pub(super) enum Named {
    Whole(Output<String>),
    /// With something behind it that differs for each stack.
    Suffixed(Said<String>),
}

impl Named {
    /// A name with a suffix; hyphens at its end are those before the suffix.
    #[track_caller]
    pub(super) fn suffixed(prefix: impl Into<String>) -> Self {
        let said = Said::new(prefix.into());
        Self::Suffixed(Said { value: said.value.trim_end_matches('-').to_owned(), at: said.at })
    }

    /// The name as the template has it; what cannot be one is reported. `check` knows the rules for whole names, but not
    /// how long the suffix is.
    pub(super) fn value(&self, scope: &Scope<'_>) -> Output<String> {
        let prefix = match self {
            Self::Whole(name) => return name.clone(),
            Self::Suffixed(prefix) => prefix,
        };
        let Said { value: prefix, at } = prefix;
        let end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let wrong = if prefix.len() + SUFFIX > LONGEST {
            Some(format!("`{prefix}` has {} characters", prefix.len()))
        } else if let Some(c) = prefix.chars().find(|c| !end(*c) && !"-.".contains(*c)) {
            Some(format!("`{prefix}` has the character `{c}`"))
        } else if !prefix.starts_with(end) {
            Some(format!("`{prefix}` does not begin with a letter or a digit"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let finding = Finding::error("FW3151", format!("no bucket has a name of this: {wrong}")).help(format!(
                "use lower-case letters, digits and hyphens, {} characters at most: the suffix has {SUFFIX}",
                LONGEST - SUFFIX
            ));
            report(scope, finding, *at);
        }
        let name = interpolate!("{prefix}-{}", suffix());
        let has_it = |bucket: s3::Bucket| {
            scope.edit(bucket).get("BucketName").is_some_and(|other| other.reads_as(name.expr()))
        };
        if scope.stack().all::<s3::Bucket>().into_iter().any(has_it) {
            let message = format!("another bucket of the stack has the name that is made of `{prefix}`");
            let help = "give each its own: the suffix is that of the stack";
            report(scope, Finding::error("FW3151", message).help(help), *at);
        }
        name
    }

    /// Whether it certainly has a dot in it.
    pub(super) fn has_dot(&self) -> bool {
        match self {
            Self::Whole(name) => name.expr().as_str().is_some_and(|name| name.contains('.')),
            Self::Suffixed(prefix) => prefix.value.contains('.'),
        }
    }
}

/// Eight digits that stay for as long as the stack does, and that another stack of the same name does not have: the first
/// group of the UUID at the end of the stack's id, `arn:aws:cloudformation:<Region>:<account>:stack/<name>/<UUID>`.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
fn suffix() -> Output<String> {
    let uuid: Output<String> = select(2, split("/", pseudo::stack_id()));
    select(0, split("-", uuid))
}
