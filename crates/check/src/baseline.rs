//! A baseline: what was known of an existing system when checking began, so that only what is new is reported.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use formwork_core::{Finding, Findings};
use serde::{Deserialize, Serialize};

/// The findings of an earlier check, by what they are about and not by lines, so that code may move.
///
/// ```
/// use formwork_check::{Baseline, Source};
///
/// let source = || Source::new("t.json", r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queueue"}}}"#);
/// let mut report = formwork_check::templates(&[source()]);
/// let baseline = Baseline::parse(&Baseline::of(&report.findings).text()).expect("it was written by us");
///
/// let known = baseline.apply(&mut report.findings);
/// assert!(known.hidden > 0 && report.findings.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    findings: Vec<Known>,
    /// The folder that names of files are relative to: that of the baseline's own file.
    #[serde(skip)]
    folder: Option<PathBuf>,
}

/// A known finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    code: String,
    /// The stack, or the file of a template.
    #[serde(rename = "in")]
    place: String,
    path: String,
    /// How many there are of this kind at this place.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Codes of what kept something from being checked, or is about baselines and acceptances: never hidden.
pub(crate) const OPEN: &[&str] = &["FW1801", "FW1803", "FW1804", "FW19"];

/// What a baseline did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// How many findings it hid.
    pub hidden: usize,
    /// What it knows and is found no more, as `FW2203 in data: Resources/Bucket`.
    pub gone: Vec<String>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not the JSON that a baseline is.
    #[error("it is not a baseline: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It was written by a later Formwork.
    #[error("it is of version {0}, and this Formwork reads version {VERSION}")]
    Version(u32),
}

const VERSION: u32 = 1;

/// What a finding is known by; nothing for one that is never hidden.
fn key(finding: &Finding, folder: Option<&Path>) -> Option<(String, String, String)> {
    if OPEN.iter().any(|beginning| finding.code.starts_with(beginning)) {
        return None;
    }
    let file = || finding.spans.first().map(|span| from(folder, &span.at.file));
    let place = finding.stack.clone().or_else(file).unwrap_or_default();
    Some((finding.code.to_string(), place, finding.template_path.clone().unwrap_or_default()))
}

/// The name of a file from a folder, whichever way it was named; as it is, if it is not below it.
fn from(folder: Option<&Path>, file: &str) -> String {
    let below = || {
        let (folder, path) = (folder?.canonicalize().ok()?, Path::new(file).canonicalize().ok()?);
        let parts = path.strip_prefix(folder).ok()?.iter().map(|part| part.to_string_lossy());
        Some(parts.collect::<Vec<_>>().join("/"))
    };
    below().unwrap_or_else(|| file.to_owned())
}

/// How many findings there are under each key.
fn counted(findings: &Findings, folder: Option<&Path>) -> BTreeMap<(String, String, String), usize> {
    let mut counts = BTreeMap::new();
    for key in findings.iter().filter_map(|finding| key(finding, folder)) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

impl Baseline {
    /// A baseline that knows these findings.
    pub fn of(findings: &Findings) -> Self {
        let known = |((code, place, path), count)| Known { code, place, path, count };
        let findings = counted(findings, None).into_iter().map(known).collect();
        Self { version: VERSION, findings, folder: None }
    }

    /// The same, to be written to a file: templates are named from its folder, so that it does not matter from where
    /// they are checked.
    pub fn for_file(findings: &Findings, file: &Path) -> Self {
        let folder = folder_of(file);
        let known = |((code, place, path), count)| Known { code, place, path, count };
        let findings = counted(findings, Some(&folder)).into_iter().map(known).collect();
        Self { version: VERSION, findings, folder: Some(folder) }
    }

    /// The text of its file: JSON, a finding a line, so that differences read well.
    pub fn text(&self) -> String {
        let line = |known: &Known| format!("    {}", serde_json::to_string(known).unwrap_or_default());
        let lines: Vec<String> = self.findings.iter().map(line).collect();
        let lines = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{lines}]\n}}\n")
    }

    /// Reads such a file, or says why that is not possible.
    pub fn read(file: &Path) -> Result<Self, Findings> {
        let name = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| (error.to_string(), "write one with `--write-baseline`"));
        let read = text.and_then(|text| {
            let read = Self::parse(&text).map(|it| Self { folder: Some(folder_of(file)), ..it });
            read.map_err(|error| (error.to_string(), "write it anew with `--write-baseline`"))
        });
        read.map_err(|(problem, help)| {
            let message = format!("the baseline {name} cannot be read: {problem}");
            Finding::error("FW1904", message).help(help).into()
        })
    }

    /// Reads the text of such a file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text)?;
        if baseline.version == VERSION { Ok(baseline) } else { Err(BaselineError::Version(baseline.version)) }
    }

    /// Takes what it knows out of the findings. Where there are more at one place than it knows, all of them stay.
    pub fn apply(&self, findings: &mut Findings) -> Hidden {
        let folder = self.folder.as_deref();
        let now = counted(findings, folder);
        let known = |known: &Known| (known.code.clone(), known.place.clone(), known.path.clone());
        let hides: HashMap<_, usize> = self.findings.iter().map(|it| (known(it), it.count)).collect();
        let is_hidden = |finding: &Finding| {
            let key = key(finding, folder);
            key.is_some_and(|key| {
                hides.get(&key).is_some_and(|count| now.get(&key).is_some_and(|now| now <= count))
            })
        };
        let before = findings.len();
        *findings = std::mem::take(findings).into_iter().filter(|finding| !is_hidden(finding)).collect();
        let hidden = before - findings.len();
        let gone = self.findings.iter().filter(|it| now.get(&known(it)).is_none_or(|now| *now < it.count));
        let gone = gone.map(|known| format!("{} in {}: {}", known.code, known.place, known.path)).collect();
        Hidden { hidden, gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(codes: &[&'static str]) -> Findings {
        let finding = |code: &&'static str| {
            Finding::warning(*code, "x").in_stack("data").template_path("Resources/Bucket/Properties/A")
        };
        codes.iter().map(finding).collect()
    }

    #[test]
    fn what_is_known_is_hidden_and_what_is_gone_is_told() {
        let baseline = Baseline::of(&findings(&["FW2", "FW1", "FW1"]));
        assert_eq!(
            baseline.text(),
            r#"{
  "version": 1,
  "findings": [
    {"code":"FW1","in":"data","path":"Resources/Bucket/Properties/A","count":2},
    {"code":"FW2","in":"data","path":"Resources/Bucket/Properties/A"}
  ]
}
"#
        );
        let baseline = Baseline::parse(&baseline.text()).unwrap();
        let mut now = findings(&["FW1", "FW1", "FW3"]);
        let hidden = baseline.apply(&mut now);
        assert_eq!(hidden.hidden, 2);
        assert_eq!(hidden.gone, ["FW2 in data: Resources/Bucket/Properties/A"]);
        assert_eq!(now, findings(&["FW3"]));
        // One more at the same place is new, and nobody can say which one.
        let mut more = findings(&["FW1", "FW1", "FW1", "FW2"]);
        assert_eq!(baseline.apply(&mut more).hidden, 1);
        assert_eq!(more, findings(&["FW1", "FW1", "FW1"]));
        // What could not be checked is never known.
        let mut unread = findings(&["FW1801", "FW1903"]);
        assert_eq!(Baseline::of(&unread), Baseline::of(&Findings::new()));
        assert_eq!(baseline.apply(&mut unread).hidden, 0);
        assert_eq!(Baseline::of(&Findings::new()).text(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(Baseline::parse("[]").unwrap_err().to_string().starts_with("it is not a baseline: "));
        let later = Baseline::parse(r#"{"version": 2, "findings": []}"#).unwrap_err().to_string();
        assert_eq!(later, "it is of version 2, and this Formwork reads version 1");
    }
}
