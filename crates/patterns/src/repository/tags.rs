//! Whether a tag stays with its image.

use std::panic::Location;

use formwork_aws::ecr::repository::{
    ImageTagMutability, ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType,
};
use formwork_core::{Finding, Input, IntoInput, Scope};

use crate::place::report;

/// Which tags stay with their images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// All.
    Immutable,
    /// All but those that are like one of these.
    ImmutableBut(Vec<String>),
    /// None.
    Mutable,
}

impl Tags {
    pub(super) fn mutability(&self) -> ImageTagMutability {
        match self {
            Self::Immutable => ImageTagMutability::Immutable,
            Self::ImmutableBut(_) => ImageTagMutability::ImmutableWithExclusion,
            Self::Mutable => ImageTagMutability::Mutable,
        }
    }

    pub(super) fn filters(&self) -> Option<Vec<Input<ImageTagMutabilityExclusionFilter>>> {
        let Self::ImmutableBut(patterns) = self else { return None };
        let filter = |pattern: &String| {
            ImageTagMutabilityExclusionFilter::builder()
                .image_tag_mutability_exclusion_filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
                .image_tag_mutability_exclusion_filter_value(pattern.clone())
                .into_input()
        };
        Some(patterns.iter().map(filter).collect())
    }

    /// Whether there are tags that may be given to another image.
    pub(super) fn can_any_move(&self) -> bool {
        *self != Self::Immutable
    }

    /// Whether a tag may be given to another image.
    pub(super) fn can_move(&self, tag: &str) -> bool {
        match self {
            Self::Immutable => false,
            Self::ImmutableBut(patterns) => patterns.iter().any(|pattern| is_like(tag, pattern)),
            Self::Mutable => true,
        }
    }

    /// Says what is wrong with the patterns.
    // docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html
    pub(super) fn judge(&self, scope: &Scope<'_>, at: &'static Location<'static>) {
        let Self::ImmutableBut(patterns) = self else { return };
        let wrong = match patterns.as_slice() {
            [] => "no tag was named that may move".to_owned(),
            many if many.len() > 5 => {
                format!("{} patterns of tags that may move, and 5 are possible", many.len())
            }
            patterns => match patterns.iter().find(|pattern| !is_pattern(pattern, 2)) {
                Some(pattern) => format!("`{pattern}` is no pattern of tags"),
                None => return,
            },
        };
        let help = "a pattern has letters, digits, `.`, `_`, `-` and up to two `*`: `.mutable_tags_like([\"latest\", \"branch-*\"])`";
        report(scope, Finding::error("FW3191", wrong).help(help), at);
    }
}

/// Whether this can be a pattern of tags, with so many wildcards at most.
// docs.docker.com/reference/cli/docker/image/tag
pub(super) fn is_pattern(pattern: &str, wildcards: usize) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '*');
    (1..=128).contains(&pattern.len())
        && pattern.chars().all(letter)
        && !pattern.starts_with(['.', '-'])
        && pattern.matches('*').count() <= wildcards
}

/// Whether a tag fits a pattern.
fn is_like(tag: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => tag == pattern,
        Some((before, after)) => tag.strip_prefix(before).is_some_and(|rest| {
            let mut rests = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            rests.any(|at| is_like(&rest[at..], after))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (tag, pattern) in
            [("latest", "latest"), ("latest", "*"), ("branch-1", "branch-*"), ("a-b-c", "a*b*")]
        {
            assert!(is_like(tag, pattern) && is_pattern(pattern, 2), "{tag} {pattern}");
        }
        for (tag, pattern) in
            [("latest", "late"), ("late", "latest"), ("a-branch", "branch*"), ("a-c", "a*b*")]
        {
            assert!(!is_like(tag, pattern), "{tag} {pattern}");
        }
        for pattern in ["", "a b", "*a*b*", ".a", "a/b"] {
            assert!(!is_pattern(pattern, 2), "{pattern}");
        }
    }
}
