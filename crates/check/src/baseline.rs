//! A baseline: what was known of an existing system when checking began, so that only what is new is reported.

use std::{collections::HashSet, path::Path};

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
}

/// A known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Known {
    code: String,
    /// The stack, or the file of a template.
    #[serde(rename = "in")]
    place: String,
    path: String,
}

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

impl Known {
    fn of(finding: &Finding) -> Self {
        let file = || finding.spans.first().map(|span| span.at.file.to_string());
        Self {
            code: finding.code.to_string(),
            place: finding.stack.clone().or_else(file).unwrap_or_default(),
            path: finding.template_path.clone().unwrap_or_default(),
        }
    }
}

impl Baseline {
    /// A baseline that knows these findings.
    pub fn of(findings: &Findings) -> Self {
        let mut known: Vec<Known> = findings.iter().map(Known::of).collect();
        known.sort();
        known.dedup();
        Self { version: VERSION, findings: known }
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
            Self::parse(&text).map_err(|error| (error.to_string(), "write it anew with `--write-baseline`"))
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

    /// Takes what it knows out of the findings.
    pub fn apply(&self, findings: &mut Findings) -> Hidden {
        let known: HashSet<&Known> = self.findings.iter().collect();
        let mut seen: HashSet<Known> = HashSet::new();
        let mut left = Findings::new();
        let mut hidden = 0;
        for finding in std::mem::take(findings) {
            let key = Known::of(&finding);
            if known.contains(&key) {
                hidden += 1;
                seen.insert(key);
            } else {
                left.push(finding);
            }
        }
        *findings = left;
        let gone = self.findings.iter().filter(|known| !seen.contains(*known));
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
    {"code":"FW1","in":"data","path":"Resources/Bucket/Properties/A"},
    {"code":"FW2","in":"data","path":"Resources/Bucket/Properties/A"}
  ]
}
"#
        );
        let mut now = findings(&["FW1", "FW3"]);
        let hidden = Baseline::parse(&baseline.text()).unwrap().apply(&mut now);
        assert_eq!(hidden.hidden, 1);
        assert_eq!(hidden.gone, ["FW2 in data: Resources/Bucket/Properties/A"]);
        assert_eq!(now, findings(&["FW3"]));
        assert_eq!(Baseline::of(&Findings::new()).text(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(Baseline::parse("[]").unwrap_err().to_string().starts_with("it is not a baseline: "));
        let later = Baseline::parse(r#"{"version": 2, "findings": []}"#).unwrap_err().to_string();
        assert_eq!(later, "it is of version 2, and this Formwork reads version 1");
    }
}
