//! Which images expire.

use formwork_aws::types::{Duration, days};
use formwork_core::{Finding, Scope};

use super::tags::is_pattern;
use crate::place::{Said, report};

const DAY: u64 = days(1).as_milliseconds();

/// Which images are kept, and for how long.
#[derive(Default)]
pub(super) struct Lifecycle {
    untagged: Option<Said<Duration>>,
    /// How many of the images with a tag like this are kept.
    tagged: Vec<Said<(String, u32)>>,
    off: bool,
}

/// Which images a rule takes away.
enum Rule<'r> {
    /// All but so many with a tag that is like this.
    Tagged { like: &'r str, keep: u32 },
    /// Those without a tag that are so old.
    Untagged { days: u64 },
    /// All but so many of those without a tag.
    UntaggedBut { keep: u32 },
}

/// How many images without a tag are kept where tags can move.
const UNTAGGED: u32 = 30;

impl Lifecycle {
    pub(super) fn untagged(&mut self, after: Said<Duration>) {
        self.untagged = Some(after);
        self.off = false;
    }

    pub(super) fn tagged(&mut self, rule: Said<(String, u32)>) {
        self.tagged.retain(|known| known.value.0 != rule.value.0);
        self.tagged.push(rule);
        self.off = false;
    }

    pub(super) fn off(&mut self) {
        *self = Self { off: true, ..Self::default() };
    }

    /// The rules as ECR reads them, with what is to be said of those that cannot be.
    // docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    pub(super) fn policy(&self, scope: &Scope<'_>, tags_move: bool) -> Option<String> {
        if self.off {
            return None;
        }
        let mut rules = Vec::new();
        // An image that one rule speaks of is not taken away by a later one: the pattern that fits all comes last.
        let (all, some): (Vec<_>, Vec<_>) = self.tagged.iter().partition(|said| said.value.0 == "*");
        for said in some.into_iter().chain(all) {
            let (like, keep) = &said.value;
            let (message, help) = if *keep == 0 {
                (
                    "no image is kept".to_owned(),
                    "keep those that run, and some to go back to: `.keep_images(50)`",
                )
            } else if !is_pattern(like, 4) {
                (
                    format!("`{like}` is no pattern of tags"),
                    "a pattern has letters, digits, `.`, `_`, `-` and up to four `*`: `.keep_tagged(\"release-*\", 50)`",
                )
            } else {
                rules.push(Rule::Tagged { like, keep: *keep });
                continue;
            };
            report(scope, Finding::error("FW3190", message).help(help), said.at);
        }
        rules.push(match self.untagged {
            // A tag that moves leaves an image behind that may well run, and that is as old as its push: ECS pulls it by its
            // digest until the service is deployed again.
            // docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerImage.html
            // docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html
            None if tags_move => Rule::UntaggedBut { keep: UNTAGGED },
            _ => Rule::Untagged { days: self.days(scope) },
        });
        Some(written(&rules))
    }

    /// After how many days images without a tag go.
    fn days(&self, scope: &Scope<'_>) -> u64 {
        let Some(said) = self.untagged else { return 14 };
        let time = said.value.as_milliseconds();
        if time >= DAY && time.is_multiple_of(DAY) {
            return time / DAY;
        }
        let finding = Finding::error("FW3190", "images expire after whole days");
        report(scope, finding.help("say `.expire_untagged(days(14))`"), said.at);
        14
    }
}

/// A policy of lifecycles. Patterns have nothing in them that JSON would write otherwise.
fn written(rules: &[Rule<'_>]) -> String {
    let rules: Vec<String> = rules.iter().enumerate().map(|(index, rule)| rule.written(index + 1)).collect();
    format!(r#"{{"rules":[{}]}}"#, rules.join(","))
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Rule<'_> {
    fn written(&self, priority: usize) -> String {
        let (description, selection) = match self {
            Self::Tagged { like: "*", keep } => (
                format!("keep {} with tags", counted(u64::from(*keep), "image")),
                format!(
                    r#""tagStatus":"tagged","tagPatternList":["*"],"countType":"imageCountMoreThan","countNumber":{keep}"#
                ),
            ),
            Self::Tagged { like, keep } => (
                format!("keep {} with tags like {like}", counted(u64::from(*keep), "image")),
                format!(
                    r#""tagStatus":"tagged","tagPatternList":["{like}"],"countType":"imageCountMoreThan","countNumber":{keep}"#
                ),
            ),
            Self::Untagged { days } => (
                format!("images without a tag go after {}", counted(*days, "day")),
                format!(
                    r#""tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":{days}"#
                ),
            ),
            Self::UntaggedBut { keep } => (
                format!("keep {} without a tag", counted(u64::from(*keep), "image")),
                format!(r#""tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":{keep}"#),
            ),
        };
        format!(
            r#"{{"rulePriority":{priority},"description":"{description}","selection":{{{selection}}},"action":{{"type":"expire"}}}}"#
        )
    }
}
