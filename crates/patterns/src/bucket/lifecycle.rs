//! What becomes of objects with time.

use formwork_aws::{
    s3::bucket::{
        AbortIncompleteMultipartUpload, LifecycleConfiguration, NoncurrentVersionExpiration, Rule,
        RuleStatus, Transition, TransitionStorageClass,
    },
    types::{Duration, days},
};
use formwork_core::{Finding, Input, IntoInput, Scope};

use crate::place::{Said, report};

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// The least days before objects are moved to a class for what is seldom read, and that they stay there.
// docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const SELDOM: u32 = 30;

/// A class of storage that objects are moved to when they are older. They go down this list, never up.
///
/// Each but [`IntelligentTiering`](Self::IntelligentTiering) is paid for a least time, also for objects that are removed before.
// docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Storage {
    /// Cheaper to keep, dearer to read, at once: `STANDARD_IA`. Paid for 30 days at least; 30 days old at least.
    InfrequentAccess,
    /// S3 watches what is read and keeps the rest cheaper, for a fee for each object: `INTELLIGENT_TIERING`.
    IntelligentTiering,
    /// Weaker: as [`InfrequentAccess`](Self::InfrequentAccess), in one zone, and lost with it: `ONEZONE_IA`.
    OneZoneInfrequentAccess,
    /// An archive that is read at once: `GLACIER_IR`. Paid for 90 days at least.
    GlacierInstantRetrieval,
    /// An archive that is read after minutes or hours: `GLACIER`. Paid for 90 days at least.
    GlacierFlexibleRetrieval,
    /// An archive that is read after hours or days: `DEEP_ARCHIVE`. Paid for 180 days at least.
    GlacierDeepArchive,
}

impl Storage {
    fn class(self) -> TransitionStorageClass {
        match self {
            Self::InfrequentAccess => TransitionStorageClass::StandardIa,
            Self::IntelligentTiering => TransitionStorageClass::IntelligentTiering,
            Self::OneZoneInfrequentAccess => TransitionStorageClass::OnezoneIa,
            Self::GlacierInstantRetrieval => TransitionStorageClass::GlacierIr,
            Self::GlacierFlexibleRetrieval => TransitionStorageClass::Glacier,
            Self::GlacierDeepArchive => TransitionStorageClass::DeepArchive,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::InfrequentAccess => "STANDARD_IA",
            Self::IntelligentTiering => "INTELLIGENT_TIERING",
            Self::OneZoneInfrequentAccess => "ONEZONE_IA",
            Self::GlacierInstantRetrieval => "GLACIER_IR",
            Self::GlacierFlexibleRetrieval => "GLACIER",
            Self::GlacierDeepArchive => "DEEP_ARCHIVE",
        }
    }

    fn is_seldom_read(self) -> bool {
        matches!(self, Self::InfrequentAccess | Self::OneZoneInfrequentAccess)
    }
}

/// What was said of the life of objects.
#[derive(Clone, Default)]
pub(super) struct Lifecycle {
    pub(super) none: Option<Said<()>>,
    pub(super) old_versions: Option<Said<Duration>>,
    pub(super) expire: Option<Said<Duration>>,
    pub(super) below: Vec<(String, Said<Duration>)>,
    pub(super) moves: Vec<(Storage, Said<Duration>)>,
}

impl Lifecycle {
    /// Objects are moved to a class once.
    pub(super) fn move_to(&mut self, storage: Storage, after: Said<Duration>) {
        self.moves.retain(|(known, _)| *known != storage);
        self.moves.push((storage, after));
        self.moves.sort_by_key(|(storage, _)| *storage);
    }

    /// Below a prefix objects expire once.
    pub(super) fn expire_below(&mut self, prefix: String, after: Said<Duration>) {
        self.below.retain(|(known, _)| *known != prefix);
        self.below.push((prefix, after));
    }

    /// The first thing that was said of it, other than that there is to be none.
    pub(super) fn first(&self) -> Option<Said<()>> {
        let times =
            self.moves.iter().map(|(_, after)| after).chain(self.below.iter().map(|(_, after)| after));
        let mut said = times.chain(&self.expire).chain(&self.old_versions);
        said.next().map(|said| Said { value: (), at: said.at })
    }

    /// The rules; what cannot be is reported.
    pub(super) fn rules(&self, scope: &Scope<'_>, versions: bool) -> Option<Input<LifecycleConfiguration>> {
        if self.none.is_some() {
            return None;
        }
        let expire = self.expire.and_then(|after| time(scope, after, 1));
        let moves = self.moves(scope, expire);
        let mut rules: Vec<Input<Rule>> = Vec::new();
        if expire.is_some() || !moves.is_empty() {
            let rule = Rule::builder().id("objects").status(RuleStatus::Enabled);
            let rule = rule.expiration_in_days(expire.map(days));
            rules.push(rule.transitions((!moves.is_empty()).then_some(moves)).into_input());
        }
        for (prefix, after) in &self.below {
            let Some(after) = time(scope, *after, 1) else { continue };
            let id = format!("expire {prefix}");
            // Ids have 255 characters at most; S3 makes one up where there is none.
            let rule = Rule::builder().id(Some(id).filter(|id| id.len() <= 255)).status(RuleStatus::Enabled);
            rules.push(rule.prefix(prefix.clone()).expiration_in_days(days(after)).into_input());
        }
        let unfinished = AbortIncompleteMultipartUpload::builder().days_after_initiation(7);
        let leftovers = Rule::builder()
            .id("leftovers")
            .status(RuleStatus::Enabled)
            .abort_incomplete_multipart_upload(unfinished);
        let old = match self.old_versions {
            Some(keep) => time(scope, keep, 1),
            None => Some(90),
        };
        rules.push(match old.filter(|_| versions) {
            Some(old) => leftovers
                .noncurrent_version_expiration(
                    NoncurrentVersionExpiration::builder().noncurrent_days(days(old)),
                )
                // What marks an object as deleted goes with its last version. Where objects expire, S3 sees to that
                // itself, and takes no such word.
                .expired_object_delete_marker(expire.is_none().then_some(true))
                .into_input(),
            None => leftovers.into_input(),
        });
        Some(LifecycleConfiguration::builder().rules(Input::list(rules)).into_input())
    }

    fn moves(&self, scope: &Scope<'_>, expire: Option<u32>) -> Vec<Input<Transition>> {
        let mut moves: Vec<Input<Transition>> = Vec::new();
        let mut before: Option<(Storage, u32)> = None;
        for (storage, said) in &self.moves {
            let least = if storage.is_seldom_read() { SELDOM } else { 0 };
            let Some(after) = time(scope, *said, least) else { continue };
            let refuse = |message: String, help: String| {
                report(scope, Finding::error("FW3152", message).help(help), said.at);
            };
            if let Some((above, earlier)) = before {
                let least = earlier + if above.is_seldom_read() { SELDOM } else { 1 };
                if after < least {
                    let message = format!(
                        "objects are moved to {} after {after} days, and to {} after {earlier}",
                        storage.name(),
                        above.name()
                    );
                    refuse(message, format!("move them to {} after {least} days or later", storage.name()));
                    continue;
                }
            }
            if let Some(expire) = expire.filter(|expire| *expire <= after) {
                let message = format!(
                    "objects are moved to {} after {after} days, and expire after {expire}",
                    storage.name()
                );
                refuse(message, "move them before they expire".to_owned());
                continue;
            }
            before = Some((*storage, after));
            let to = Transition::builder().storage_class(storage.class()).transition_in_days(days(after));
            moves.push(to.into_input());
        }
        moves
    }
}

/// A time in days, where it is a whole number of them and not less than the least.
pub(super) fn time(scope: &Scope<'_>, said: Said<Duration>, least: u32) -> Option<u32> {
    let time = said.value.as_milliseconds();
    let whole = time.is_multiple_of(DAY).then_some(time / DAY).and_then(|days| u32::try_from(days).ok());
    let right = whole.filter(|days| *days >= least);
    if right.is_none() {
        let finding = Finding::error("FW3152", format!("S3 takes no time of {}", said.value));
        let help = format!("it counts whole days, here {least} at least: `days({})`", least.max(1));
        report(scope, finding.help(help), said.at);
    }
    right
}
